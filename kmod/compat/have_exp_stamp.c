// SPDX-License-Identifier: GPL-2.0
/* The end of an expectation is a time stamp, not a timer: Linux 7.1, and stable series since. */
#include <net/netfilter/nf_conntrack_expect.h>

static bool __used probe(const struct nf_conntrack_expect *exp)
{
	return exp->timeout == 1 && nf_ct_exp_is_expired(exp);
}
