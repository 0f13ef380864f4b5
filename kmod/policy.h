/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_POLICY_H
#define _NF_RG_POLICY_H

#include <linux/types.h>

struct nf_conn;

/**
 * struct nf_rg_rule - connections that are not replicated
 * @l4: IPPROTO_*
 * @from: the first port, host order; 0 for a protocol without ports
 * @to: the last port
 */
struct nf_rg_rule {
	u8 l4;
	u16 from;
	u16 to;
};

/**
 * struct nf_rg_policy - what of a mapping is not replicated, replaced as a whole
 * @rcu: frees it
 * @n: how many
 * @r: they
 */
struct nf_rg_policy {
	struct rcu_head rcu;
	unsigned int n;
	struct nf_rg_rule r[];
};

bool nf_rg_policy_holds_back(const struct nf_rg_policy *p, const struct nf_conn *ct);

#endif /* _NF_RG_POLICY_H */
