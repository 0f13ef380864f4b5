// SPDX-License-Identifier: GPL-2.0
/* One pointer to all that the translating part of PPTP does: Linux 6.0, and stable series since. */
#include <linux/netfilter/nf_conntrack_pptp.h>

static int __used probe(const struct nf_nat_pptp_hook __rcu *hook)
{
	return nf_nat_pptp_hook == hook;
}
