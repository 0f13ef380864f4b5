// SPDX-License-Identifier: GPL-2.0
/* nf_conntrack_count(): Linux 5.12, before that a field of struct net. */
#include <net/netfilter/nf_conntrack_core.h>

static u32 __used probe(const struct net *net)
{
	return nf_conntrack_count(net);
}
