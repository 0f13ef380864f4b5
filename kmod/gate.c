// SPDX-License-Identifier: GPL-2.0
/*
 * The gate: what a group that is not active here would forward or answer is dropped, and counted.
 *
 * It stands before connection tracking.  Behind it a stray packet on a standby would have
 * refreshed the timeout by then, or moved the TCP state, and the active router would know nothing
 * of it.  So it is while some group may not forward.  While all may, a hook that lets every packet
 * through is in the way of each; then it is not there, and the marking hook, which is, asks whether
 * that is still so (nf_rg_gate_passes()).  So the first packet after a change, or after a lease has
 * run out unseen, does not leave either; what it moved in the connection before is what the peer
 * tells anew, since who becomes a standby gets everything.
 *
 * ARP and neighbour advertisements for a group's addresses are silenced likewise, so a router
 * whose agent died stops answering for them when its lease ends, although they are still on its
 * interfaces.
 *
 * A packet to a translated address that no connection translates back ends in LOCAL_IN, where it
 * is dropped: the router has nothing to say about it, least of all a TCP reset.
 */
#include "gate.h"

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_arp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>
#include <net/ndisc.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "track.h"

#define GATE_PRIORITY	(NF_IP_PRI_CONNTRACK - 1)	/* the same number for IPv6 */
#define GATE_RETRY	(HZ / 10)
#define GATE_LATER	HZ	/* until it is taken away */

/* All groups may forward: the only question that a packet is asked as long as that is so. */
static bool gate_open(const struct nf_rg_net *rn)
{
	u64 until = READ_ONCE(rn->open_until);

	return nf_rg_net_open(rn) || until == U64_MAX ||
	       (until && ktime_get_boot_fast_ns() < until);
}

/*
 * The group of the connection that @tuple belongs to, in either direction, in the zone that was
 * chosen for the packet.  Context: rcu_read_lock() held.
 */
static struct nf_rg_group *group_of_tuple(struct nf_rg_net *rn, const struct sk_buff *skb,
					  const struct nf_conntrack_tuple *tuple)
{
	struct nf_conntrack_zone buf;
	enum ip_conntrack_info ctinfo;
	struct nf_conntrack_tuple_hash *h;
	struct nf_rg_mapping *m;
	struct nf_rg_entry *e;
	struct nf_conn *ct;

	h = nf_conntrack_find_get(rn->net, nf_ct_zone_tmpl(nf_ct_get(skb, &ctinfo), skb, &buf),
				  tuple);
	if (!h)
		return NULL;
	ct = nf_ct_tuplehash_to_ctrack(h);
	e = nf_rg_entry_find(rn, ct);
	m = e ? nf_rg_entry_map(e) : nf_rg_classify(rn, ct);
	nf_ct_put(ct);
	return m ? m->group : NULL;
}

/* Where the packet that an ICMP error quotes begins, 0 if this is none. */
static unsigned int quoted(const struct sk_buff *skb, u8 family, unsigned int thoff, u8 protocol)
{
	if (family == NFPROTO_IPV4 && protocol == IPPROTO_ICMP) {
		struct icmphdr buf, *icmp = skb_header_pointer(skb, thoff, sizeof(buf), &buf);

		return icmp && icmp_is_err(icmp->type) ? thoff + sizeof(*icmp) : 0;
	}
	if (family == NFPROTO_IPV6 && protocol == IPPROTO_ICMPV6) {
		struct icmp6hdr buf, *icmp = skb_header_pointer(skb, thoff, sizeof(buf), &buf);

		return icmp && icmpv6_is_err(icmp->icmp6_type) ? thoff + sizeof(*icmp) : 0;
	}
	return 0;
}

/**
 * struct gate_packet - what the gate has to know of a packet
 * @dst: destination address
 * @quoted: offset of the packet that it quotes as an ICMP error, 0: none
 */
struct gate_packet {
	union nf_inet_addr dst;
	unsigned int quoted;
};

static bool gate_parse(const struct sk_buff *skb, u8 family, struct gate_packet *p)
{
	unsigned int at = skb_network_offset(skb);

	memset(p, 0, sizeof(*p));
	if (family == NFPROTO_IPV4) {
		struct iphdr buf, *ip = skb_header_pointer(skb, at, sizeof(buf), &buf);

		if (!ip)
			return false;
		p->dst.ip = ip->daddr;
		p->quoted = quoted(skb, family, at + ip->ihl * 4, ip->protocol);
	} else {
		struct ipv6hdr buf, *ip = skb_header_pointer(skb, at, sizeof(buf), &buf);
		__be16 frag = 0;
		u8 nexthdr;
		int thoff;

		if (!ip)
			return false;
		p->dst.in6 = ip->daddr;
		nexthdr = ip->nexthdr;
		thoff = ipv6_skip_exthdr(skb, at + sizeof(*ip), &nexthdr, &frag);
		if (thoff > 0 && !(frag & htons(~0x7)))
			p->quoted = quoted(skb, family, thoff, nexthdr);
	}
	return true;
}

static unsigned int gate_drop(struct nf_rg_net *rn, enum nf_rg_stat stat)
{
	nf_rg_stat_inc(rn, stat);
	return NF_DROP;
}

/*
 * Some group may not forward, or the clock has to say: is this packet one of its?  Out of line, so
 * that the others do not make room for it.
 */
static noinline unsigned int gate_look(struct nf_rg_net *rn, const struct sk_buff *skb, u8 family)
{
	u64 now = ktime_get_boot_fast_ns();
	struct nf_conntrack_tuple tuple, answer;
	struct nf_rg_mapping *m;
	struct nf_rg_group *g;
	struct gate_packet p;

	if (gate_open(rn) || !gate_parse(skb, family, &p))
		return NF_ACCEPT;
	/* From the outside, known or not. */
	m = nf_rg_mapping_by_addr(rn, family, &p.dst);
	if (m && !nf_rg_group_open(m->group, now))
		return gate_drop(rn, NF_RG_STAT_DROP_GATE_POOL);

	if (p.quoted) {
		/*
		 * The quoted packet is what its receiver got, already translated.  The table
		 * knows the direction in which an answer to it would travel.
		 */
		if (!nf_ct_get_tuplepr(skb, p.quoted, family, rn->net, &tuple) ||
		    !nf_ct_invert_tuple(&answer, &tuple))
			return NF_ACCEPT;
		g = group_of_tuple(rn, skb, &answer);
		if (g && !nf_rg_group_open(g, now))
			return gate_drop(rn, NF_RG_STAT_DROP_GATE_ERROR);
		return NF_ACCEPT;
	}
	if (!nf_ct_get_tuplepr(skb, skb_network_offset(skb), family, rn->net, &tuple))
		return NF_ACCEPT;
	g = group_of_tuple(rn, skb, &tuple);
	if (g && !nf_rg_group_open(g, now))
		return gate_drop(rn, NF_RG_STAT_DROP_GATE_FLOW);
	return NF_ACCEPT;
}

static unsigned int hook_gate(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return likely(nf_rg_net_open(priv)) ? NF_ACCEPT : gate_look(priv, skb, state->pf);
}

/**
 * nf_rg_gate_passes - may a packet go on that came when the gate was not up?
 * @rn: the namespace
 * @ct: its connection, confirmed
 *
 * Context: rcu_read_lock() held.
 * Return: whether; if not, it is counted.
 */
bool nf_rg_gate_passes(struct nf_rg_net *rn, const struct nf_conn *ct)
{
	struct nf_rg_mapping *m;
	struct nf_rg_entry *e;

	if (gate_open(rn))
		return true;
	e = nf_rg_entry_find(rn, ct);
	m = e ? nf_rg_entry_map(e) : nf_rg_classify(rn, ct);
	if (!m || nf_rg_group_open(m->group, ktime_get_boot_fast_ns()))
		return true;
	nf_rg_stat_inc(rn, NF_RG_STAT_DROP_GATE_FLOW);
	return false;
}

/* A packet that may be for a translated address has reached the router itself. */
static noinline unsigned int local_in_look(struct nf_rg_net *rn, const struct sk_buff *skb,
					   const struct nf_hook_state *state)
{
	struct gate_packet p;

	if (!gate_parse(skb, state->pf, &p) || p.quoted ||
	    !nf_rg_mapping_by_addr(rn, state->pf, &p.dst))
		return NF_ACCEPT;
	/* The pool's addresses stand on the interface for IPv6: neighbours may resolve them. */
	if (state->pf == NFPROTO_IPV6 && ipv6_hdr(skb)->nexthdr == IPPROTO_ICMPV6 &&
	    ipv6_hdr(skb)->hop_limit == 255)
		return NF_ACCEPT;
	return gate_drop(rn, NF_RG_STAT_DROP_UNTRANSLATED);
}

/* Nearly all that comes here is for the router's own addresses. */
static unsigned int hook_local_in(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	return likely(!nf_rg_mapping_maybe(priv, false, ip_hdr(skb)->daddr)) ?
		       NF_ACCEPT : local_in_look(priv, skb, state);
}

static unsigned int hook_local_in6(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	return likely(!nf_rg_mapping_maybe(priv, true, ipv6_hdr(skb)->daddr.s6_addr32[3])) ?
		       NF_ACCEPT : local_in_look(priv, skb, state);
}

/* May this router speak for the address now? */
static bool may_answer(struct nf_rg_net *rn, u8 family, const union nf_inet_addr *ip)
{
	struct nf_rg_mapping *m = nf_rg_mapping_by_addr(rn, family, ip);
	struct nf_rg_group *g = m ? m->group : nf_rg_group_by_addr(rn, family, ip);

	return !g || nf_rg_group_active(g, ktime_get_boot_fast_ns());
}

static unsigned int hook_arp(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct nf_rg_net *rn = priv;
	const struct arphdr *arp;
	union nf_inet_addr ip = {};

	if (likely(gate_open(rn)) || !pskb_may_pull(skb, arp_hdr_len(skb->dev)))
		return NF_ACCEPT;
	arp = arp_hdr(skb);
	if (arp->ar_pro != htons(ETH_P_IP) || arp->ar_pln != sizeof(ip.ip))
		return NF_ACCEPT;
	/*
	 * The sender's protocol address: after the fixed part and the hardware address (RFC 826).
	 */
	memcpy(&ip.ip, (const u8 *)(arp + 1) + skb->dev->addr_len, sizeof(ip.ip));
	return may_answer(rn, NFPROTO_IPV4, &ip) ? NF_ACCEPT : gate_drop(rn, NF_RG_STAT_DROP_ARP);
}

static unsigned int hook_nd(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct nf_rg_net *rn = priv;
	unsigned int at = skb_network_offset(skb);
	union nf_inet_addr ip = {};
	struct nd_msg buf, *msg;

	if (likely(gate_open(rn)) || ipv6_hdr(skb)->nexthdr != IPPROTO_ICMPV6)
		return NF_ACCEPT;
	msg = skb_header_pointer(skb, at + sizeof(struct ipv6hdr), sizeof(buf), &buf);
	if (!msg || msg->icmph.icmp6_type != NDISC_NEIGHBOUR_ADVERTISEMENT)
		return NF_ACCEPT;
	ip.in6 = msg->target;
	return may_answer(rn, NFPROTO_IPV6, &ip) ? NF_ACCEPT : gate_drop(rn, NF_RG_STAT_DROP_ND);
}

static const struct nf_hook_ops early_hooks[] = {
	{
		.hook = hook_gate,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = GATE_PRIORITY,
	}, {
		.hook = hook_gate,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = GATE_PRIORITY,
	},
};

static const struct nf_hook_ops gate_hooks[] = {
	{
		.hook = hook_local_in,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_FIRST,
	}, {
		.hook = hook_local_in6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP6_PRI_FIRST,
	}, {
		.hook = hook_arp,
		.pf = NFPROTO_ARP,
		.hooknum = NF_ARP_OUT,
		.priority = NF_IP_PRI_FIRST,
	}, {
		.hook = hook_nd,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP6_PRI_FIRST,
	},
};

static void gate_work(struct work_struct *work)
{
	struct nf_rg_net *rn = container_of(to_delayed_work(work), struct nf_rg_net, gate_work);
	bool open;

	if (READ_ONCE(rn->gate_gone))
		return;
	spin_lock_bh(&rn->gate_lock);
	open = gate_open(rn);
	spin_unlock_bh(&rn->gate_lock);
	if (!open && !rn->gate_up) {
		if (nf_rg_net_hooks_add(rn, early_hooks, ARRAY_SIZE(early_hooks), &rn->early_ops)) {
			/* Until then nothing leaves, but what came may move its connection. */
			nf_rg_stat_inc(rn, NF_RG_STAT_GATE_NO_HOOKS);
			mod_delayed_work(system_highpri_wq, &rn->gate_work, GATE_RETRY);
			return;
		}
		WRITE_ONCE(rn->gate_up, true);
	} else if (open && rn->gate_up) {
		WRITE_ONCE(rn->gate_up, false);
		nf_rg_net_hooks_del(rn, &rn->early_ops, ARRAY_SIZE(early_hooks));
	}
}

/**
 * nf_rg_gate_update - a role or a lease has changed: put the gate up, or take it away
 * @rn: the namespace, enabled
 * @open: every group may forward; it is not in a hurry then, for it may be a takeover
 *
 * Context: process or softirq.  It does not wait: hooks are registered under a lock that whoever
 * loads rules may hold for long.
 */
void nf_rg_gate_update(struct nf_rg_net *rn, bool open)
{
	if (open != READ_ONCE(rn->gate_up) || READ_ONCE(rn->gate_gone))
		return;
	if (open)
		queue_delayed_work(system_highpri_wq, &rn->gate_work, GATE_LATER);
	else
		mod_delayed_work(system_highpri_wq, &rn->gate_work, 0);
}

/**
 * nf_rg_gate_register - prepare the gate of a namespace, and silence what is not to be answered
 * @rn: the namespace
 *
 * Return: 0 or -errno.
 */
int nf_rg_gate_register(struct nf_rg_net *rn)
{
	rn->gate_gone = false;
	INIT_DELAYED_WORK(&rn->gate_work, gate_work);
	return nf_rg_net_hooks_add(rn, gate_hooks, ARRAY_SIZE(gate_hooks), &rn->gate_ops);
}

/**
 * nf_rg_gate_unregister - take it away
 * @rn: the namespace
 */
void nf_rg_gate_unregister(struct nf_rg_net *rn)
{
	WRITE_ONCE(rn->gate_gone, true);
	cancel_delayed_work_sync(&rn->gate_work);
	if (rn->gate_up)
		nf_rg_net_hooks_del(rn, &rn->early_ops, ARRAY_SIZE(early_hooks));
	WRITE_ONCE(rn->gate_up, false);
	nf_rg_net_hooks_del(rn, &rn->gate_ops, ARRAY_SIZE(gate_hooks));
}

/**
 * nf_rg_gate_net_exit - the namespace goes
 * @rn: the namespace; its groups are gone, whose leases may have asked for the gate until now
 */
void nf_rg_gate_net_exit(struct nf_rg_net *rn)
{
	cancel_delayed_work_sync(&rn->gate_work);
}
