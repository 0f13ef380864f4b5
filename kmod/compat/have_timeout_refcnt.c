// SPDX-License-Identifier: GPL-2.0
/* nf_ct_timeout.refcnt, held by connections: Linux 7.2, and stable series since. */
#include <net/netfilter/nf_conntrack_timeout.h>

static bool __used probe(struct nf_ct_timeout *timeout)
{
	return refcount_inc_not_zero(&timeout->refcnt);
}
