// SPDX-License-Identifier: GPL-2.0
/*
 * Policy: which connections of a mapping are worth being replicated.
 *
 * One that is held back is translated and forwarded as ever.  It has no slot in its mark and no
 * entry, and ends with its router.
 */
#include "policy.h"

#include <net/netfilter/nf_conntrack.h>

#include "proto.h"

/**
 * nf_rg_policy_holds_back - is a connection not to be replicated?
 * @p: the policy of its mapping; NULL: everything is
 * @ct: the connection
 *
 * The port is the one that the client asked for, before any translation.
 *
 * Context: rcu_read_lock() held.
 * Return: whether one of the rules is about it.
 */
bool nf_rg_policy_holds_back(const struct nf_rg_policy *p, const struct nf_conn *ct)
{
	u8 l4 = nf_ct_protonum(ct);
	unsigned int i;
	u16 port;

	if (!p)
		return false;
	port = nf_rg_proto_has_ports(l4) ?
		       ntohs(nf_ct_tuple(ct, IP_CT_DIR_ORIGINAL)->dst.u.all) : 0;
	for (i = 0; i < p->n; i++)
		if (p->r[i].l4 == l4 && port >= p->r[i].from && port <= p->r[i].to)
			return true;
	return false;
}
