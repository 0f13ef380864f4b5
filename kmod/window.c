// SPDX-License-Identifier: GPL-2.0
/*
 * The windows of TCP connections: told to the peer when they rest, guarded after a takeover until
 * they are known again (learn.h).  And the counters of connections that move.
 *
 * On the active router a walk every few seconds (role.c) finds the connections that have come to
 * rest since the last one, and those that no longer do; each is sent once.  So the peer's hints are
 * those of now for every connection that is silent, which is where a forged segment would do harm:
 * one that moves is learnt again with its next few segments.
 *
 * The counters of a connection change with every packet, and no event tells.  Those of one that has
 * moved since the walk before are told with every third walk, a third of the connections each
 * time; with many connections less often, so that a walk never has more to tell than what waits
 * behind it can bear.  One that comes to rest is told anyway.
 *
 * After a takeover two hooks look at the connections that came from the peer.  The first stands
 * before conntrack, which would close a connection at once; it looks up resets and SYNs.  The
 * second stands behind it and sees every segment of a connection whose window check is off.  Both
 * are registered only while there are such connections.
 *
 * Locks: nf_conn.lock protects nf_rg_entry.window and the union behind it; it may be taken inside
 * the group's lock.
 */
#include "window.h"

#include <linux/bitops.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_acct.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_seqadj.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "ext.h"
#include "learn.h"
#include "push.h"
#include "record.h"
#include "track.h"

#define COUNTER_TURNS	3	/* walks from one time that counters are told to the next */
#define COUNTER_MANY	100000	/* for up to so many connections, longer in proportion */
#define OPTIONS_MAX	40	/* bytes in a TCP header */

static bool is_tcp(const struct nf_conn *ct)
{
	return nf_ct_protonum(ct) == IPPROTO_TCP;
}

/* The core's check is off from here on.  Context: the group's lock and ct->lock. */
static void guard_begin(struct nf_rg_entry *e, u32 end, u32 reply_end, bool exact)
{
	e->end[0] = end;
	e->end[1] = reply_end;
	e->exact = exact;
	WRITE_ONCE(e->window, NF_RG_WINDOW_HINTED);
	atomic_inc(&nf_rg_entry_map(e)->group->guarded);
	atomic_inc(&nf_rg_entry_map(e)->group->rn->guarded);
}

/* Context: ct->lock. */
static void guard_end(struct nf_rg_entry *e)
{
	if (e->window == NF_RG_WINDOW_CORE)
		return;
	if (e->window == NF_RG_WINDOW_LEARNING)
		kfree(e->learn);
	e->end[0] = 0;
	e->end[1] = 0;
	WRITE_ONCE(e->window, NF_RG_WINDOW_CORE);
	atomic_dec(&nf_rg_entry_map(e)->group->guarded);
	atomic_dec(&nf_rg_entry_map(e)->group->rn->guarded);
}

/**
 * nf_rg_window_hold - a record was installed: from now on its hints count
 * @e: the entry
 * @rec: the record
 *
 * The core's own window check is off then (nf_rg_flow_create(), nf_rg_flow_update()).  It stays
 * so for a connection that the peer's core had picked up in the middle, without its scale.
 *
 * Context: the group's lock, bottom halves off; takes ct->lock.
 */
void nf_rg_window_hold(struct nf_rg_entry *e, const struct nf_rg_record *rec)
{
	if (rec->l4 != IPPROTO_TCP)
		return;
	spin_lock(&e->ct->lock);
	guard_end(e);
	if (!(rec->tcp[0].flags & IP_CT_TCP_FLAG_BE_LIBERAL))
		guard_begin(e, rec->tcp[0].end, rec->tcp[1].end, rec->tcp_exact);
	spin_unlock(&e->ct->lock);
}

/**
 * nf_rg_window_rest - the group stands by: what the core knows here is getting old
 * @e: the entry
 *
 * The connection goes on at the peer.  Should it come back before the peer has told anything of
 * it, the windows of now would be wrong for ever.
 *
 * Context: the group's lock, bottom halves off; takes ct->lock.
 */
void nf_rg_window_rest(struct nf_rg_entry *e)
{
	struct ip_ct_tcp *tcp = &e->ct->proto.tcp;
	int i;

	if (!is_tcp(e->ct))
		return;
	spin_lock(&e->ct->lock);
	if (e->window == NF_RG_WINDOW_CORE &&
	    !(tcp->seen[0].flags & IP_CT_TCP_FLAG_BE_LIBERAL)) {
		for (i = 0; i < IP_CT_DIR_MAX; i++)
			tcp->seen[i].flags |= IP_CT_TCP_FLAG_BE_LIBERAL;
		guard_begin(e, tcp->seen[0].td_end, tcp->seen[1].td_end, false);
	}
	spin_unlock(&e->ct->lock);
}

/**
 * nf_rg_window_resume - the group takes over: a handshake goes on wherever it is by now
 * @e: the entry
 *
 * Of a connection that was opened just before the peer died only the SYN may be known here.  If the
 * rest of the handshake has passed there, the core would call all that follows invalid.  So it
 * counts as answered, and both may begin: segments establish it, and of a handshake that is
 * repeated the core learns all that there is.  The server's options are not known otherwise, so
 * the windows of such a connection are not checked.
 *
 * Context: the group's lock, bottom halves off; takes ct->lock.
 */
void nf_rg_window_resume(struct nf_rg_entry *e)
{
	struct ip_ct_tcp *tcp = &e->ct->proto.tcp;
	int i;

	if (!is_tcp(e->ct) || READ_ONCE(tcp->state) != TCP_CONNTRACK_SYN_SENT)
		return;
	spin_lock(&e->ct->lock);
	/* Nothing has passed here yet. */
	if (tcp->state == TCP_CONNTRACK_SYN_SENT && !tcp->seen[0].td_maxwin) {
		tcp->state = TCP_CONNTRACK_SYN_RECV;
		for (i = 0; i < IP_CT_DIR_MAX; i++)
			tcp->seen[i].flags |= IP_CT_TCP_FLAG_BE_LIBERAL;
		guard_end(e);
		set_bit(IPS_SEEN_REPLY_BIT, &e->ct->status);
		nf_rg_stat_inc(nf_rg_entry_map(e)->group->rn, NF_RG_STAT_WINDOW_RESUMED);
	}
	spin_unlock(&e->ct->lock);
}

/**
 * nf_rg_window_drop - an entry ends
 * @e: the entry
 *
 * Context: the group's lock, bottom halves off; takes ct->lock.
 */
void nf_rg_window_drop(struct nf_rg_entry *e)
{
	if (READ_ONCE(e->window) == NF_RG_WINDOW_CORE)
		return;
	spin_lock(&e->ct->lock);
	guard_end(e);
	spin_unlock(&e->ct->lock);
}

/* The same number as long as nothing is sent. */
static u32 ends_sum(const struct ip_ct_tcp *tcp)
{
	return READ_ONCE(tcp->seen[0].td_end) + rol32(READ_ONCE(tcp->seen[1].td_end), 16);
}

/* How far a direction is, as far as it is known.  Context: ct->lock. */
static u32 end_known(const struct nf_rg_entry *e, int dir)
{
	switch (e->window) {
	case NF_RG_WINDOW_HINTED:
		return e->end[dir];
	case NF_RG_WINDOW_LEARNING:
		return e->learn->dir[dir].hint;
	default:
		return e->ct->proto.tcp.seen[dir].td_end;
	}
}

/**
 * nf_rg_window_behind - has another router seen more of a TCP connection?
 * @e: the entry
 * @rec: what that one says
 *
 * It has if it saw the handshake end, which was not seen here, or later data, and nothing that is
 * earlier than what was seen here.
 *
 * Context: bottom halves off; takes ct->lock.
 * Return: whether; false if it is not TCP.
 */
bool nf_rg_window_behind(struct nf_rg_entry *e, const struct nf_rg_record *rec)
{
	const struct ip_ct_tcp *tcp = &e->ct->proto.tcp;
	bool behind = false;
	s32 ahead;
	int i;

	if (rec->l4 != IPPROTO_TCP)
		return false;
	spin_lock(&e->ct->lock);
	if (tcp->state < TCP_CONNTRACK_ESTABLISHED) {
		behind = rec->tcp_state >= TCP_CONNTRACK_ESTABLISHED;
		goto out;
	}
	for (i = 0; i < IP_CT_DIR_MAX; i++) {
		ahead = rec->tcp[i].end - end_known(e, i);
		if (ahead < 0) {
			behind = false;
			break;
		}
		behind |= ahead > 0;
	}
out:
	spin_unlock(&e->ct->lock);
	return behind;
}

/**
 * nf_rg_window_export - write down where a TCP connection stands
 * @e: the entry
 * @rec: the TCP part of the hints is filled in
 *
 * Context: the group's lock and ct->lock.
 */
void nf_rg_window_export(struct nf_rg_entry *e, struct nf_rg_record *rec)
{
	const struct ip_ct_tcp *tcp = &e->ct->proto.tcp;
	int i;

	if (e->window == NF_RG_WINDOW_CORE) {
		/* True only if nothing came since the walk that found it at rest. */
		e->exact = e->exact && ends_sum(tcp) == e->seen;
		for (i = 0; i < IP_CT_DIR_MAX; i++)
			rec->tcp[i].end = tcp->seen[i].td_end;
	} else {
		/* What the peer had told is still all that is known. */
		for (i = 0; i < IP_CT_DIR_MAX; i++) {
			rec->tcp[i].end = e->window == NF_RG_WINDOW_HINTED ? e->end[i] :
									     e->learn->dir[i].hint;
			rec->tcp[i].flags &= ~IP_CT_TCP_FLAG_BE_LIBERAL;
		}
	}
	rec->tcp_exact = e->exact;
}

/* Is it one that comes to rest?  What is held has no number to compare with. */
static bool may_rest(const struct nf_rg_entry *e)
{
	return !e->held && is_tcp(e->ct) && READ_ONCE(e->window) == NF_RG_WINDOW_CORE &&
	       READ_ONCE(e->ct->proto.tcp.state) == TCP_CONNTRACK_ESTABLISHED;
}

/* Has it come to rest, or moved on, since the last walk?  Context: the group's lock. */
static bool rest_changed(struct nf_rg_group *g, struct nf_rg_entry *e, bool *moves)
{
	u32 sum = ends_sum(&e->ct->proto.tcp);
	bool rests = sum == e->seen;

	*moves = !rests;
	e->seen = sum;
	if (e->exact == rests)
		return false;
	e->exact = rests;
	nf_rg_stat_inc(g->rn, NF_RG_STAT_WINDOW_TOLD);
	return true;
}

/**
 * struct turn - whose counters are to be told with a walk
 * @of: walks until it is everybody's turn again
 * @now: which one of them this is
 */
struct turn {
	u32 of;
	u32 now;
};

/*
 * Is it the turn of an entry's counters, and have they changed?  @rests: it is one that may, and it
 * moves.  Context: the group's lock.
 */
static bool counters_due(struct nf_rg_group *g, struct nf_rg_entry *e, const struct turn *turn,
			 bool rests)
{
	const struct nf_conn_acct *acct = nf_conn_acct_find(e->ct);
	u32 n;

	if (!acct || e->held || (u32)e->incarnation % turn->of != turn->now)
		return false;
	if (!rests) {
		n = nf_rg_ext_packets(acct);
		if (n == e->seen)
			return false;
		e->seen = n;
	}
	nf_rg_stat_inc(g->rn, NF_RG_STAT_COUNTERS_TOLD);
	return true;
}

/* Is there something that no event has told?  Context: the group's lock. */
static bool is_due(struct nf_rg_group *g, struct nf_rg_entry *e, const struct turn *turn)
{
	bool rests = may_rest(e), moves = true;

	if (rests && rest_changed(g, e, &moves))
		return true;
	return nf_rg_track_untold(e) || (moves && counters_due(g, e, turn, rests));
}

static enum nf_rg_verdict refresh_one(struct nf_rg_group *g, struct nf_rg_entry *e, void *data)
{
	/* What is pending will be told anyway. */
	if (e->place != NF_RG_PLACE_CLEAN || !is_due(g, e, data))
		return NF_RG_KEEP;
	nf_rg_track_place(g, e, NF_RG_PLACE_DIRTY);
	nf_rg_push_kick(g);
	return NF_RG_KEEP;
}

/* The TCP header of a packet, NULL if it has none.  @thoff: its offset. */
static const struct tcphdr *tcp_of(const struct sk_buff *skb, u8 family, struct tcphdr *buf,
				   int *thoff)
{
	if (family == NFPROTO_IPV4) {
		const struct iphdr *ip = ip_hdr(skb);

		if (ip->protocol != IPPROTO_TCP || ip_is_fragment(ip))
			return NULL;
		*thoff = skb_network_offset(skb) + ip_hdrlen(skb);
	} else {
		u8 nexthdr = ipv6_hdr(skb)->nexthdr;
		__be16 frag = 0;

		*thoff = ipv6_skip_exthdr(skb, skb_network_offset(skb) + sizeof(struct ipv6hdr),
					  &nexthdr, &frag);
		if (*thoff < 0 || nexthdr != IPPROTO_TCP || frag & htons(~0x7))
			return NULL;
	}
	return skb_header_pointer(skb, *thoff, sizeof(*buf), buf);
}

/* A connection that the core would take a reset or SYN for the end of. */
static bool is_open(const struct ip_ct_tcp *tcp)
{
	return tcp->state >= TCP_CONNTRACK_ESTABLISHED && tcp->state <= TCP_CONNTRACK_LAST_ACK;
}

static bool both_sack(const struct ip_ct_tcp *tcp)
{
	return tcp->seen[0].flags & tcp->seen[1].flags & IP_CT_TCP_FLAG_SACK_PERM;
}

/* May a reset or SYN pass?  Context: ct->lock. */
static bool guard_passes(const struct nf_rg_entry *e, u8 dir, const struct tcphdr *th)
{
	const struct ip_ct_tcp *tcp = &e->ct->proto.tcp;
	const struct nf_rg_learn *l = e->learn;
	struct nf_rg_learn fresh;
	u32 seq = ntohl(th->seq);

	if (e->window == NF_RG_WINDOW_CORE || !is_open(tcp))
		return true;
	if (e->window == NF_RG_WINDOW_HINTED) {
		nf_rg_learn_init(&fresh, e->end, e->exact, both_sack(tcp));
		l = &fresh;
	}
	return th->rst ? nf_rg_learn_reset(l, dir, seq) : nf_rg_learn_syn(l, dir, seq);
}

static unsigned int hook_guard(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct nf_rg_net *rn = priv;
	const struct nf_conntrack_zone *zone;
	struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_tuple tuple;
	struct nf_conntrack_zone zbuf;
	enum ip_conntrack_info ctinfo;
	const struct tcphdr *th;
	struct nf_rg_entry *e;
	bool pass = true;
	struct tcphdr buf;
	struct nf_conn *ct;
	int thoff;

	th = tcp_of(skb, state->pf, &buf, &thoff);
	if (!th || !(th->rst || th->syn) || !atomic_read(&rn->guarded))
		return NF_ACCEPT;
	if (!nf_ct_get_tuplepr(skb, skb_network_offset(skb), state->pf, state->net, &tuple))
		return NF_ACCEPT;
	zone = nf_ct_zone_tmpl(nf_ct_get(skb, &ctinfo), skb, &zbuf);
	h = nf_conntrack_find_get(state->net, zone, &tuple);
	if (!h)
		return NF_ACCEPT;
	ct = nf_ct_tuplehash_to_ctrack(h);
	e = nf_rg_entry_find(rn, ct);
	if (e) {
		spin_lock_bh(&ct->lock);
		pass = guard_passes(e, NF_CT_DIRECTION(h), th);
		spin_unlock_bh(&ct->lock);
	}
	nf_ct_put(ct);
	if (pass)
		return NF_ACCEPT;
	nf_rg_stat_inc(rn, th->rst ? NF_RG_STAT_DROP_GUARD_RST : NF_RG_STAT_DROP_GUARD_SYN);
	return NF_DROP;
}

/* The windows are known: the core checks them from now on.  Context: ct->lock. */
static void learnt(struct nf_rg_net *rn, struct nf_rg_entry *e)
{
	struct ip_ct_tcp *tcp = &e->ct->proto.tcp;
	const struct nf_rg_learn *l = e->learn;
	int i;

	for (i = 0; i < IP_CT_DIR_MAX; i++) {
		const struct nf_rg_learn_dir *d = &l->dir[i], *other = &l->dir[!i];
		struct ip_ct_tcp_state *seen = &tcp->seen[i];

		seen->td_end = d->end;
		seen->td_maxend = other->ack + other->maxwin;
		if ((s32)(seen->td_maxend - seen->td_end) < 0)
			seen->td_maxend = seen->td_end;
		seen->td_maxwin = max(d->maxwin, 1U);
		seen->td_maxack = d->ack;
		seen->flags &= ~IP_CT_TCP_FLAG_BE_LIBERAL;
		seen->flags |= IP_CT_TCP_FLAG_MAXACK_SET;
	}
	guard_end(e);
	nf_rg_stat_inc(rn, NF_RG_STAT_WINDOW_LEARNT);
}

/* Reads what is to be learnt from.  False: the header is cut off.  Context: ct->lock. */
static bool segment_read(const struct sk_buff *skb, const struct nf_conn *ct, u8 dir,
			 const struct tcphdr *th, int thoff, struct nf_rg_segment *s)
{
	unsigned int len = th->doff * 4;
	u8 buf[OPTIONS_MAX];
	const u8 *opt;
	u32 offset;

	if (len < sizeof(*th) || thoff + len > skb->len)
		return false;
	s->dir = dir;
	s->end = ntohl(th->seq) + skb->len - thoff - len + th->fin;
	s->ack_set = th->ack;
	if (!th->ack)
		return true;
	offset = nf_ct_seq_offset(ct, !dir, ntohl(th->ack_seq) - 1);
	s->ack = ntohl(th->ack_seq) - offset;
	s->sack = s->ack;
	s->win = (u32)ntohs(th->window) << ct->proto.tcp.seen[dir].td_scale;
	len -= sizeof(*th);
	opt = len ? skb_header_pointer(skb, thoff + sizeof(*th), len, buf) : NULL;
	if (opt && both_sack(&ct->proto.tcp))
		s->sack = nf_rg_learn_sack(opt, len, s->ack, offset);
	return true;
}

/* Context: ct->lock. */
static enum nf_rg_learnt learn(struct nf_rg_net *rn, struct nf_rg_entry *e,
			       const struct nf_rg_segment *s)
{
	enum nf_rg_learnt what;

	if (e->window == NF_RG_WINDOW_HINTED) {
		struct nf_rg_learn *l = kmalloc(sizeof(*l), GFP_ATOMIC);

		if (!l) {
			/* The next segment is as good. */
			nf_rg_stat_inc(rn, NF_RG_STAT_WINDOW_NO_MEMORY);
			return NF_RG_LEARN_MORE;
		}
		nf_rg_learn_init(l, e->end, e->exact, both_sack(&e->ct->proto.tcp));
		e->learn = l;
		e->window = NF_RG_WINDOW_LEARNING;
	}
	what = nf_rg_learn_segment(e->learn, s);
	if (what == NF_RG_LEARN_DONE)
		learnt(rn, e);
	return what;
}

static unsigned int hook_learn(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	enum nf_rg_learnt what = NF_RG_LEARN_MORE;
	struct nf_rg_net *rn = priv;
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	const struct tcphdr *th;
	struct nf_rg_segment s;
	struct nf_rg_entry *e;
	struct tcphdr buf;
	int thoff;

	if (!ct || !is_tcp(ct) ||
	    !(READ_ONCE(ct->proto.tcp.seen[0].flags) & IP_CT_TCP_FLAG_BE_LIBERAL))
		return NF_ACCEPT;
	e = nf_rg_entry_find(rn, ct);
	if (!e || READ_ONCE(e->window) == NF_RG_WINDOW_CORE)
		return NF_ACCEPT;
	th = tcp_of(skb, state->pf, &buf, &thoff);
	if (!th || th->syn || th->rst)
		return NF_ACCEPT;

	spin_lock_bh(&ct->lock);
	if (e->window != NF_RG_WINDOW_CORE &&
	    segment_read(skb, ct, CTINFO2DIR(ctinfo), th, thoff, &s))
		what = learn(rn, e, &s);
	spin_unlock_bh(&ct->lock);
	if (what == NF_RG_LEARN_AGAIN)
		nf_rg_stat_inc(rn, NF_RG_STAT_WINDOW_AGAIN);
	if (what != NF_RG_LEARN_REFUSE)
		return NF_ACCEPT;
	nf_rg_stat_inc(rn, NF_RG_STAT_DROP_GUARD_DATA);
	return NF_DROP;
}

static const struct nf_hook_ops window_hooks[] = {
	{
		.hook = hook_guard,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_CONNTRACK - 1,
	}, {
		.hook = hook_guard,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_CONNTRACK - 1,
	}, {
		.hook = hook_learn,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_CONNTRACK + 1,
	}, {
		.hook = hook_learn,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_CONNTRACK + 1,
	},
};

/**
 * nf_rg_window_guard - connections came from the peer, or may: put the guard up if it is needed
 * @rn: the namespace
 *
 * Without memory for it, connections are learnt by no one, and stay without a window check; it is
 * counted and tried again with the next batch.
 *
 * Context: process.
 */
void nf_rg_window_guard(struct nf_rg_net *rn)
{
	/* Pairs with window_idle(): connections are counted before this is read. */
	smp_mb();
	if (!atomic_read(&rn->guarded) || READ_ONCE(rn->guard_up))
		return;
	mutex_lock(&rn->guard_lock);
	if (!rn->guard_up && !rn->guard_gone) {
		if (nf_rg_net_hooks_add(rn, window_hooks, ARRAY_SIZE(window_hooks),
					&rn->window_ops))
			nf_rg_stat_inc(rn, NF_RG_STAT_WINDOW_NO_HOOKS);
		else
			WRITE_ONCE(rn->guard_up, true);
	}
	mutex_unlock(&rn->guard_lock);
}

/* No connection is guarded any more: the hooks go. */
static void window_idle(struct nf_rg_net *rn)
{
	if (!READ_ONCE(rn->guard_up) || atomic_read(&rn->guarded))
		return;
	mutex_lock(&rn->guard_lock);
	if (rn->guard_up) {
		WRITE_ONCE(rn->guard_up, false);
		/* Pairs with nf_rg_window_guard(), which has counted before it looks. */
		smp_mb();
		if (atomic_read(&rn->guarded))
			WRITE_ONCE(rn->guard_up, true);
		else
			nf_rg_net_hooks_del(rn, &rn->window_ops, ARRAY_SIZE(window_hooks));
	}
	mutex_unlock(&rn->guard_lock);
}

/**
 * nf_rg_window_refresh - tell the peer of connections that came to rest, or moved on
 * @g: the group, active
 *
 * And of what no event tells, and no packet has shown since, and of counters.
 *
 * Context: process.
 */
void nf_rg_window_refresh(struct nf_rg_group *g)
{
	struct turn turn = { .of = COUNTER_TURNS * (1 + READ_ONCE(g->entries) / COUNTER_MANY) };

	turn.now = g->counter_turn++ % turn.of;
	if (READ_ONCE(g->session))
		nf_rg_track_walk(g, refresh_one, &turn);
	window_idle(g->rn);
}

/**
 * nf_rg_window_net_init - prepare a namespace
 * @rn: the namespace
 */
void nf_rg_window_net_init(struct nf_rg_net *rn)
{
	mutex_init(&rn->guard_lock);
}

/**
 * nf_rg_window_net_exit - take the guard away
 * @rn: the namespace; nothing is installed any more
 *
 * Its groups are still there, and a walk that a change of role set off may still find connections
 * to guard (role.c).
 */
void nf_rg_window_net_exit(struct nf_rg_net *rn)
{
	mutex_lock(&rn->guard_lock);
	if (rn->guard_up)
		nf_rg_net_hooks_del(rn, &rn->window_ops, ARRAY_SIZE(window_hooks));
	WRITE_ONCE(rn->guard_up, false);
	rn->guard_gone = true;
	mutex_unlock(&rn->guard_lock);
}
