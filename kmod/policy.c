// SPDX-License-Identifier: GPL-2.0
/*
 * Policy: which connections of a mapping are replicated, and when.
 *
 * One that never is, is translated and forwarded as ever.  It has no slot in its mark and no
 * entry, and ends with its router.  One that has to wait is in hold.c meanwhile.
 */
#include "policy.h"

#include <net/netfilter/nf_conntrack.h>

#include "proto.h"

/**
 * nf_rg_policy_rule - the rule that is about a connection
 * @p: the policy of its mapping
 * @ct: the connection
 *
 * The port is the one that the client asked for, before any translation.
 *
 * Context: rcu_read_lock() held.
 * Return: the first that matches, NULL: none, it is replicated at once.
 */
const struct nf_rg_rule *nf_rg_policy_rule(const struct nf_rg_policy *p, const struct nf_conn *ct)
{
	u8 l4 = nf_ct_protonum(ct);
	unsigned int i;
	u16 port;

	port = nf_rg_proto_has_ports(l4) ?
		       ntohs(nf_ct_tuple(ct, IP_CT_DIR_ORIGINAL)->dst.u.all) : 0;
	for (i = 0; i < p->n; i++) {
		const struct nf_rg_rule *r = &p->r[i];

		if ((!r->l4 || r->l4 == l4) && port >= r->from && port <= r->to)
			return r;
	}
	return NULL;
}
