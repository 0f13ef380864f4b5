// SPDX-License-Identifier: GPL-2.0
/*
 * nf_conntrack_expect.assign_helper, beside the helper of the master: Linux 7.1, and stable series
 * since.
 */
#include <net/netfilter/nf_conntrack_expect.h>

static bool __used probe(const struct nf_conntrack_expect *exp)
{
	return rcu_access_pointer(exp->assign_helper);
}
