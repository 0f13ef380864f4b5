// SPDX-License-Identifier: GPL-2.0
/*
 * Marking: a new translated connection gets the slot of its mapping into its mark, and what it
 * needs so that its changes are told.
 *
 * The hook runs behind NAT and just before the core confirms the connection, since extensions
 * cannot be added later.  nf_confirm() sits at INT_MAX, but for IPv6 in LOCAL_IN at
 * NF_IP6_PRI_LAST - 1; among equals the order is that of registration, so we never use its
 * number.  The entry is made by the NEW event: a clash may still throw this connection away.
 *
 * A new connection of a group that is not active here is refused.  So is one while a hand-over is
 * being prepared.
 *
 * What no event tells (nf_rg_proto_quiet()) is looked at with every packet of the few connections
 * that have it.
 *
 * What leaves and is not translated is looked at here as well (closed.c).
 *
 * A connection of a protocol, or with a helper, that records do not carry gets no slot and no
 * entry: the mark says what the peer has.  So it is with one that the policy of its mapping never
 * replicates.  All are counted, so that people can see what a takeover would end.  One that has to
 * wait first gets its slot then (hold.c), but what tells its events now.
 */
#include "hook.h"

#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/timekeeping.h>
#include <net/netfilter/nf_conntrack.h>

#include "closed.h"
#include "ecache.h"
#include "gate.h"
#include "helper.h"
#include "mapping.h"
#include "policy.h"
#include "proto.h"
#include "track.h"

static bool is_active(const struct nf_rg_net *rn, const struct nf_rg_group *g)
{
	/* If all may forward, its lease runs; but its role may have changed a moment ago. */
	return nf_rg_net_open(rn) ? READ_ONCE(g->role) == NF_RG_ROLE_ACTIVE :
				    nf_rg_group_active(g, ktime_get_boot_fast_ns());
}

/* A connection that was expected has its master's mark, and the peer need not have both. */
static void unmark(struct nf_rg_net *rn, struct nf_conn *ct)
{
	WRITE_ONCE(ct->mark, READ_ONCE(ct->mark) & ~rn->mark_mask);
}

static unsigned int mark_new(struct nf_rg_net *rn, struct nf_conn *ct)
{
	struct nf_rg_mapping *m = nf_rg_classify(rn, ct);
	u8 when;

	if (!m)
		return NF_ACCEPT;
	if (READ_ONCE(m->group->no_new) || !is_active(rn, m->group)) {
		nf_rg_stat_inc(rn, NF_RG_STAT_DROP_NEW);
		return NF_DROP;
	}
	if (!nf_rg_proto_replicates(nf_ct_l3num(ct), nf_ct_protonum(ct))) {
		nf_rg_stat_inc(rn, NF_RG_STAT_NOT_REPLICATED);
		return NF_ACCEPT;
	}
	when = nf_rg_policy_when(rcu_dereference(m->policy), ct);
	if (unlikely(when != NF_RG_WHEN_ALWAYS))
		unmark(rn, ct);
	if (unlikely(when == NF_RG_WHEN_NEVER)) {
		nf_rg_stat_inc(rn, NF_RG_STAT_NOT_WANTED);
		return NF_ACCEPT;
	}
	if (!nf_rg_helper_carried(ct)) {
		nf_rg_stat_inc(rn, NF_RG_STAT_NOT_HELPED);
		return NF_ACCEPT;
	}
	if (!nf_rg_ecache_add(ct)) {
		/* It works, but nobody will hear of its changes. */
		nf_rg_stat_inc(rn, NF_RG_STAT_MARK_NO_EXTENSION);
		return NF_ACCEPT;
	}
	nf_rg_entry_reserve(ct);
	if (unlikely(when != NF_RG_WHEN_ALWAYS))
		return NF_ACCEPT;
	WRITE_ONCE(ct->mark, nf_rg_mapping_mark(m, READ_ONCE(ct->mark)));
	nf_rg_entry_settle(ct, m);
	nf_rg_stat_inc(rn, NF_RG_STAT_MARKED);
	return NF_ACCEPT;
}

/* @ct: not yet confirmed */
static unsigned int mark_first(struct nf_rg_net *rn, struct nf_conn *ct)
{
	if (nf_ct_is_template(ct) || !(READ_ONCE(ct->status) & (IPS_SRC_NAT | IPS_DST_NAT)))
		return NF_ACCEPT;
	return mark_new(rn, ct);
}

/* Is the source of a packet that leaves translated? */
static bool is_translated(const struct nf_conn *ct, enum ip_conntrack_info ctinfo)
{
	unsigned long nat = CTINFO2DIR(ctinfo) == IP_CT_DIR_ORIGINAL ? IPS_SRC_NAT : IPS_DST_NAT;

	return ct && READ_ONCE(ct->status) & nat;
}

/* Either no packet is to be held up, or it was looked at before it came here. */
static bool gate_has_looked(const struct nf_rg_net *rn)
{
	return nf_rg_net_open(rn) || READ_ONCE(rn->gate_up);
}

/* Confirmed without translation: it has no entry, and gets none; neither bit changes any more. */
static bool is_unrelated(const struct nf_conn *ct)
{
	return (READ_ONCE(ct->status) & (IPS_CONFIRMED | IPS_NAT_MASK)) == IPS_CONFIRMED;
}

static noinline unsigned int post_look(struct nf_rg_net *rn, struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	unsigned int verdict = NF_ACCEPT;

	if (ct && nf_ct_is_confirmed(ct)) {
		/* The router's own packets come from nowhere, and pass. */
		if (unlikely(!gate_has_looked(rn)) && state->in && !nf_rg_gate_passes(rn, ct))
			return NF_DROP;
		/* What is translated may have an entry, also if a rule writes over its slot. */
		if (READ_ONCE(ct->status) & (IPS_SRC_NAT | IPS_DST_NAT) && nf_rg_proto_quiet(ct))
			nf_rg_track_quiet(rn, ct);
		if (READ_ONCE(ct->mark) & rn->mark_mask)
			return NF_ACCEPT;
	} else if (ct) {
		verdict = mark_first(rn, ct);
	}
	if (verdict != NF_ACCEPT || is_translated(ct, ctinfo))
		return verdict;
	return nf_rg_closed_look(rn, skb, state);
}

/*
 * Nearly all packets are of connections that have an entry, or never get one, and need nothing
 * more.
 */
static unsigned int hook_post(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct nf_conn *ct = (void *)(skb->_nfct & NFCT_PTRMASK);
	struct nf_rg_net *rn = priv;

	if (likely(ct)) {
		const struct nf_rg_closed *closed;

		if (likely(nf_rg_entry_is_plain(ct) && gate_has_looked(rn)))
			return NF_ACCEPT;
		closed = rcu_dereference(rn->closed);
		if (is_unrelated(ct) && !(closed && nf_rg_closed_maybe(closed, state)))
			return NF_ACCEPT;
	}
	return post_look(rn, skb, state);
}

static noinline unsigned int in_look(struct nf_rg_net *rn, struct nf_conn *ct)
{
	if (unlikely(!nf_ct_is_confirmed(ct)))
		return mark_first(rn, ct);
	if (unlikely(!gate_has_looked(rn)) && !nf_rg_gate_passes(rn, ct))
		return NF_DROP;
	if (unlikely(nf_rg_proto_quiet(ct)))
		nf_rg_track_quiet(rn, ct);
	return NF_ACCEPT;
}

/* What comes here is mostly the router's own. */
static unsigned int hook_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct nf_conn *ct = (void *)(skb->_nfct & NFCT_PTRMASK);

	return !ct || is_unrelated(ct) || (nf_rg_entry_is_plain(ct) && gate_has_looked(priv)) ?
		       NF_ACCEPT : in_look(priv, ct);
}

static const struct nf_hook_ops mark_hooks[] = {
	{
		.hook = hook_post,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = INT_MAX - 1,
	}, {
		.hook = hook_in,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = INT_MAX - 1,
	}, {
		.hook = hook_post,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = INT_MAX - 1,
	}, {
		.hook = hook_in,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = INT_MAX - 2,
	},
};

/**
 * nf_rg_hook_register - begin marking in a namespace
 * @rn: the namespace
 *
 * Return: 0 or -errno.
 */
int nf_rg_hook_register(struct nf_rg_net *rn)
{
	return nf_rg_net_hooks_add(rn, mark_hooks, ARRAY_SIZE(mark_hooks), &rn->mark_ops);
}

/**
 * nf_rg_hook_unregister - end marking
 * @rn: the namespace
 */
void nf_rg_hook_unregister(struct nf_rg_net *rn)
{
	nf_rg_net_hooks_del(rn, &rn->mark_ops, ARRAY_SIZE(mark_hooks));
}
