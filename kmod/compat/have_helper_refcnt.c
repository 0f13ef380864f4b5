// SPDX-License-Identifier: GPL-2.0
/* nf_conntrack_helper.ct_refcnt, held by connections: Linux 7.2. */
#include <net/netfilter/nf_conntrack_helper.h>

static bool __used probe(struct nf_conntrack_helper *helper)
{
	return refcount_inc_not_zero(&helper->ct_refcnt);
}
