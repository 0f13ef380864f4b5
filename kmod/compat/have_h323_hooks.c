// SPDX-License-Identifier: GPL-2.0
/* One pointer to all that the translating part of H.323 does: not in Linux 5.10, but in 6.1. */
#include <linux/netfilter/nf_conntrack_h323.h>

static int __used probe(const struct nfct_h323_nat_hooks __rcu *hooks)
{
	return nfct_h323_nat_hook == hooks;
}
