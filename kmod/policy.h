/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_POLICY_H
#define _NF_RG_POLICY_H

#include <linux/nf_rg.h>
#include <linux/types.h>

struct nf_conn;

/**
 * struct nf_rg_rule - when some connections are replicated
 * @l4: IPPROTO_*, 0: every one
 * @when: enum nf_rg_when
 * @from: the first port, host order; 0 for a protocol without ports, and for every protocol
 * @to: the last port; U16_MAX for every protocol
 * @age: ms, of NF_RG_WHEN_AGE
 */
struct nf_rg_rule {
	u8 l4;
	u8 when;
	u16 from;
	u16 to;
	u32 age;
};

/**
 * struct nf_rg_policy - when what of a mapping is replicated, replaced as a whole
 * @rcu: frees it
 * @n: how many
 * @r: they, the first that matches decides
 */
struct nf_rg_policy {
	struct rcu_head rcu;
	unsigned int n;
	struct nf_rg_rule r[];
};

const struct nf_rg_rule *nf_rg_policy_rule(const struct nf_rg_policy *p, const struct nf_conn *ct);

/* enum nf_rg_when of a connection; @p: NULL: all is replicated.  Context: rcu_read_lock() held. */
static inline u8 nf_rg_policy_when(const struct nf_rg_policy *p, const struct nf_conn *ct)
{
	const struct nf_rg_rule *r = p ? nf_rg_policy_rule(p, ct) : NULL;

	return r ? r->when : NF_RG_WHEN_ALWAYS;
}

#endif /* _NF_RG_POLICY_H */
