// SPDX-License-Identifier: GPL-2.0
/*
 * Holding back: connections that are replicated only when they are assured, or old enough.
 *
 * Such a connection has an entry from the start, by which its events and its end find it.  But the
 * entry is on none of the lists that are sent, it counts for nothing in the digests, and the mark
 * has no slot.  When its time has come it is dirty, as a new one is.  If the connection ends
 * before, the peer never hears of it; so it is with one that is closed or has timed out by then,
 * which connection tracking remembers for a while.
 *
 * What has to be assured waits for the event that says so.  What has to be old lies in a wheel of
 * lists, by the tick at which it will be: no timer for each, and one work item for a group, which
 * sleeps until the next list that is not empty.  What is further away than one turn of the wheel
 * is looked at, and put back, once a turn.
 *
 * What is due says the policy of the moment, each time that an entry is looked at.  Adoption
 * (adopt.c) looks at all of them after a change of the policy, and at the beginning of a term:
 * while a group is not active, what it held back is left alone.  A group that is about to be
 * handed over holds nothing back.
 */
#include "hold.h"

#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <net/netfilter/nf_conntrack.h>

#include "policy.h"
#include "push.h"
#include "track.h"

/* A tick is a power of 2 of jiffies, some 32 ms; a turn of the wheel some 8 s. */
#define TICK_SHIFT	ilog2(HZ / 25)
#define HOLD_CHUNK	64	/* entries under one hold of the lock */

/**
 * nf_rg_hold_init - prepare a group
 * @g: the group, in no table yet
 */
void nf_rg_hold_init(struct nf_rg_group *g)
{
	unsigned int i;

	INIT_LIST_HEAD(&g->held);
	for (i = 0; i < NF_RG_WHEEL_SLOTS; i++)
		INIT_LIST_HEAD(&g->wheel[i]);
}

static struct list_head *wheel_slot(struct nf_rg_group *g, u64 tick)
{
	return &g->wheel[tick & (NF_RG_WHEEL_SLOTS - 1)];
}

/* Context: the group's lock. */
static void wheel_set(struct nf_rg_group *g, u64 tick, u64 now)
{
	u64 at = tick << TICK_SHIFT;

	if (g->dead)
		return;
	g->wheel_next = tick;
	/* A long look may have let the next tick pass. */
	mod_delayed_work(system_unbound_wq, &g->hold_work, at > now ? at - now : 0);
}

/* @due: jiffies, in the future.  Context: the group's lock. */
static void wheel_put(struct nf_rg_group *g, struct nf_rg_entry *e, u64 due, u64 now)
{
	u64 tick = (due + BIT(TICK_SHIFT) - 1) >> TICK_SHIFT;

	list_move_tail(&e->list, wheel_slot(g, tick));
	if (!g->wheel_next || tick < g->wheel_next)
		wheel_set(g, tick, now);
}

/**
 * nf_rg_hold_begin - hold an entry back
 * @g: its group, locked
 * @e: the entry, new, on the clean list
 *
 * nf_rg_hold_ends() has to be asked next.
 */
void nf_rg_hold_begin(struct nf_rg_group *g, struct nf_rg_entry *e)
{
	e->since = (u32)jiffies;
	nf_rg_track_place(g, e, NF_RG_PLACE_HELD);
	nf_rg_stat_inc(g->rn, NF_RG_STAT_HELD_BACK);
}

/*
 * Both sides of a TCP connection have ended it, or one has reset it; or it had its time, and nobody
 * has come by yet to remove it.
 */
static bool is_over(const struct nf_conn *ct)
{
	if (nf_ct_is_expired(ct))
		return true;
	if (nf_ct_protonum(ct) != IPPROTO_TCP)
		return false;
	switch (READ_ONCE(ct->proto.tcp.state)) {
	case TCP_CONNTRACK_LAST_ACK:
	case TCP_CONNTRACK_TIME_WAIT:
	case TCP_CONNTRACK_CLOSE:
		return true;
	}
	return false;
}

/*
 * May it be sent?  If not, it waits for its age, or for an event.  Context: the group's lock,
 * rcu_read_lock() held.
 */
static bool is_due(struct nf_rg_group *g, struct nf_rg_entry *e)
{
	const struct nf_rg_policy *p = rcu_dereference(nf_rg_entry_map(e)->policy);
	const struct nf_rg_rule *r = p ? nf_rg_policy_rule(p, e->ct) : NULL;
	u32 age;
	u64 now;

	if (is_over(e->ct))
		goto wait;
	if (!r || r->when == NF_RG_WHEN_ALWAYS || g->no_new)
		return true;
	if (r->when == NF_RG_WHEN_AGE) {
		age = (u32)jiffies - e->since;
		if (age >= msecs_to_jiffies(r->age))
			return true;
		now = get_jiffies_64();
		wheel_put(g, e, now + msecs_to_jiffies(r->age) - age, now);
		return false;
	}
	if (r->when == NF_RG_WHEN_ASSURED && READ_ONCE(e->ct->status) & IPS_ASSURED)
		return true;
wait:
	list_move_tail(&e->list, &g->held);
	return false;
}

/**
 * nf_rg_hold_ends - is an entry that was held back to be sent now?
 * @g: its group, locked and active
 * @e: the entry, held back
 *
 * If it is, its mark gets the slot, and the caller puts it on the dirty list.
 *
 * Context: rcu_read_lock() held.
 * Return: whether.
 */
bool nf_rg_hold_ends(struct nf_rg_group *g, struct nf_rg_entry *e)
{
	if (!is_due(g, e))
		return false;
	e->version = 0;
	WRITE_ONCE(e->ct->mark, nf_rg_mapping_mark(nf_rg_entry_map(e), READ_ONCE(e->ct->mark)));
	nf_rg_stat_inc(g->rn, NF_RG_STAT_HELD_SENT);
	return true;
}

/**
 * nf_rg_hold_hurry - a group is about to be handed over: nothing that lives is held back
 * @g: the group, locked; its no_new says so
 *
 * It is done behind it.  Until then what is held back counts as pending.
 */
void nf_rg_hold_hurry(struct nf_rg_group *g)
{
	if (!g->n[NF_RG_PLACE_HELD] || g->role != NF_RG_ROLE_ACTIVE || g->dead)
		return;
	g->hurry = true;
	mod_delayed_work(system_unbound_wq, &g->hold_work, 0);
}

/* Takes out of the wheel what may be due.  Context: the group's lock. */
static void wheel_take(struct nf_rg_group *g, u64 tick, struct list_head *look)
{
	u64 first = g->wheel_done + 1;

	if (g->no_new) {
		list_splice_tail_init(&g->held, look);
		first = 0;
	}
	if (tick >= NF_RG_WHEEL_SLOTS && first <= tick - NF_RG_WHEEL_SLOTS)
		first = tick - NF_RG_WHEEL_SLOTS + 1;
	for (; first <= tick; first++)
		list_splice_tail_init(wheel_slot(g, first), look);
	g->wheel_done = tick;
}

/* Sees to it that the next list is looked at that is not empty.  Context: the group's lock. */
static void wheel_rest(struct nf_rg_group *g)
{
	u64 tick = g->wheel_done;
	unsigned int i;

	g->wheel_next = 0;
	for (i = 0; i < NF_RG_WHEEL_SLOTS; i++)
		if (!list_empty(wheel_slot(g, ++tick)))
			break;
	if (i < NF_RG_WHEEL_SLOTS)
		wheel_set(g, tick, get_jiffies_64());
}

/* Context: the group's lock, rcu_read_lock() held. */
static void look_chunk(struct nf_rg_group *g, struct list_head *look)
{
	unsigned int i;

	for (i = 0; i < HOLD_CHUNK && !list_empty(look); i++) {
		struct nf_rg_entry *e = list_first_entry(look, struct nf_rg_entry, list);

		if (!nf_rg_hold_ends(g, e))
			continue;
		nf_rg_track_place(g, e, NF_RG_PLACE_DIRTY);
		nf_rg_push_kick(g);
	}
}

/**
 * nf_rg_hold_work - look at what may be old enough
 * @work: nf_rg_group.hold_work
 *
 * Whoever ends an entry meanwhile takes it off our list, under the group's lock.
 */
void nf_rg_hold_work(struct work_struct *work)
{
	struct nf_rg_group *g = container_of(to_delayed_work(work), struct nf_rg_group, hold_work);
	LIST_HEAD(look);
	bool all;
	u64 now;

	spin_lock_bh(&g->lock);
	all = g->no_new;
	now = get_jiffies_64();
	wheel_take(g, now >> TICK_SHIFT, &look);
	while (!list_empty(&look) && g->role == NF_RG_ROLE_ACTIVE && !g->dead) {
		rcu_read_lock();
		look_chunk(g, &look);
		rcu_read_unlock();
		spin_unlock_bh(&g->lock);
		cond_resched();
		spin_lock_bh(&g->lock);
	}
	/* The rest is left alone until adoption looks at it. */
	list_splice_tail(&look, &g->held);
	wheel_rest(g);
	if (all)
		g->hurry = false;
	spin_unlock_bh(&g->lock);
}
