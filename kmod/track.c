// SPDX-License-Identifier: GPL-2.0
/*
 * The table of synchronised connections.
 *
 * One small entry for each connection, which says what the peer's kernel knows of it.  An event
 * marks it and queues it once; whoever drains the queue writes down what the connection is by
 * then.  So a slow agent, link or peer makes the copy coarser, never wrong, and memory is bounded
 * by the number of connections.
 *
 * While an entry is queued, more events of its connection say nothing new.  So they are not asked
 * for (nf_rg_ecache_mute()) until it is written down (nf_rg_ecache_unmute()), unless somebody else
 * listens: most events of a short connection fall into that time.
 *
 * Life of an entry.  nf_rg_track_add() makes it, under the group's lock, for lookups and in two
 * lists at once.  Whoever sets its place to NONE, under the same lock, owns its end:
 * nf_rg_track_remove() and the walk.  What a lookup finds may have ended meanwhile, so whoever
 * looked looks at the place again under the lock.  Where entries live says entry.c.
 */
#include "track.h"

#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "digest.h"
#include "ecache.h"
#include "helper.h"
#include "hold.h"
#include "install.h"
#include "proto.h"
#include "push.h"
#include "window.h"

/* From the first loss to telling it: a flush is one event, not thousands. */
#define LOST_DELAY	(HZ / 10)
#define WALK_CHUNK	64	/* entries under one hold of the lock */

static struct kmem_cache *tomb_cache;

/**
 * nf_rg_track_init - make the caches
 *
 * Return: 0 or -ENOMEM.
 */
int nf_rg_track_init(void)
{
	int err = nf_rg_entry_init();

	if (err)
		return err;
	tomb_cache = kmem_cache_create("nf_rg_tomb", sizeof(struct nf_rg_tomb), 0, 0, NULL);
	if (!tomb_cache) {
		nf_rg_entry_exit();
		return -ENOMEM;
	}
	return 0;
}

/**
 * nf_rg_track_exit - remove the caches
 *
 * The caller has seen to it that no entry is left, those waiting for RCU included.
 */
void nf_rg_track_exit(void)
{
	kmem_cache_destroy(tomb_cache);
	nf_rg_entry_exit();
}

static struct list_head *place_list(struct nf_rg_group *g, enum nf_rg_place place)
{
	switch (place) {
	case NF_RG_PLACE_DIRTY:
		return &g->dirty;
	case NF_RG_PLACE_INFLIGHT:
		return &g->inflight;
	case NF_RG_PLACE_REFUSED:
		return &g->refused;
	case NF_RG_PLACE_HELD:
		return &g->held;
	case NF_RG_PLACE_STOPPED:
		return &g->stopped;
	default:
		return &g->clean;
	}
}

static void place_count(struct nf_rg_group *g, const struct nf_rg_entry *e, int n)
{
	if (e->place != NF_RG_PLACE_CLEAN)
		g->n[e->place] += n;
	else if (e->generation != g->generation)
		g->n_bulk += n;
}

/**
 * nf_rg_track_place - move an entry to the end of another list
 * @g: its group, locked
 * @e: the entry, not being removed
 * @place: which list; what would be dirty waits while its mapping is stopped
 */
void nf_rg_track_place(struct nf_rg_group *g, struct nf_rg_entry *e, enum nf_rg_place place)
{
	if (place == NF_RG_PLACE_DIRTY && unlikely(nf_rg_entry_map(e)->stopped))
		place = NF_RG_PLACE_STOPPED;
	place_count(g, e, -1);
	e->place = place;
	place_count(g, e, 1);
	list_move_tail(&e->list, place_list(g, place));
}

/*
 * Something is to be told of an entry, unless its mapping is stopped.  Context: the group's lock.
 */
static void track_dirty(struct nf_rg_group *g, struct nf_rg_entry *e)
{
	nf_rg_track_place(g, e, NF_RG_PLACE_DIRTY);
	e->seq = (u16)jiffies;
	if (likely(e->place == NF_RG_PLACE_DIRTY))
		nf_rg_push_kick(g);
}

/**
 * nf_rg_track_add - make the entry of a connection
 * @rn: the namespace
 * @m: its mapping
 * @ct: the connection; the entry takes a reference of its own
 * @incarnation: as the peer gave it, or 0 for a new one of our own
 * @hold: it is held back, until nf_rg_hold_ends()
 * @out: the entry, if not NULL; valid as long as the caller's reference on @ct,
 * and under RCU
 *
 * A new one of an active router is pending at once if it is not held back, one that came from the
 * peer is not.
 *
 * Context: rcu_read_lock() held, bottom halves off.
 * Return: 0; -EEXIST if it has one, -ESRCH if the mapping is being removed or @ct is dying,
 * -ENOMEM.
 */
int nf_rg_track_add(struct nf_rg_net *rn, struct nf_rg_mapping *m, struct nf_conn *ct,
		    u64 incarnation, bool hold, struct nf_rg_entry **out)
{
	struct nf_rg_group *g = m->group;
	struct nf_rg_entry *e;
	int err;

	e = nf_rg_entry_alloc(rn, ct);
	if (IS_ERR(e)) {
		err = PTR_ERR(e);
		goto failed;
	}
	*e = (struct nf_rg_entry){
		.ct = ct,
		.map = m->handle,
		.incarnation = incarnation ?: atomic64_inc_return(&rn->incarnation),
		.place = NF_RG_PLACE_CLEAN,
	};

	spin_lock(&g->lock);
	err = g->dead || m->dead ? -ESRCH : nf_rg_entry_publish(rn, e);
	if (err) {
		spin_unlock(&g->lock);
		nf_rg_entry_discard(e);
		goto failed;
	}
	nf_conntrack_get(&ct->ct_general);
	e->generation = g->generation;
	hlist_add_head(&e->all, &g->all[g->all_now]);
	g->entries++;
	list_add_tail(&e->list, &g->clean);
	if (incarnation || hold || g->role != NF_RG_ROLE_ACTIVE) {
		if (hold)
			nf_rg_hold_begin(g, e);
	} else {
		track_dirty(g, e);
		nf_rg_ecache_mute(rn, ct);
	}
	spin_unlock(&g->lock);
	nf_rg_stat_inc(rn, NF_RG_STAT_ENTRY_NEW);

	/*
	 * DESTROY may have come on another CPU before the table knew the entry; it will not come
	 * again.
	 */
	if (nf_ct_is_dying(ct)) {
		/* Nobody has sent it yet: nothing is to be buried, but what is held back counts. */
		nf_rg_track_remove(e, hold);
		return -ESRCH;
	}
	if (out)
		*out = e;
	return 0;

failed:
	if (err == -ENOMEM || err == -E2BIG || err == -EBUSY) {
		nf_rg_stat_inc(rn, NF_RG_STAT_ENTRY_NO_MEMORY);
		nf_rg_net_adopt_soon(rn);
	}
	return err;
}

/* Takes an entry off its lists; whoever gets true owns its end.  Context: the group's lock. */
static bool entry_unlink(struct nf_rg_group *g, struct nf_rg_entry *e)
{
	if (e->place == NF_RG_PLACE_NONE)
		return false;
	if (e->place == NF_RG_PLACE_DIRTY || e->place == NF_RG_PLACE_STOPPED)
		nf_rg_ecache_unmute(e->ct);
	nf_rg_window_drop(e);
	place_count(g, e, -1);
	e->place = NF_RG_PLACE_NONE;
	list_del(&e->list);
	hlist_del(&e->all);
	g->entries--;
	return true;
}

/*
 * The end of an entry that was unlinked.  Context: not the group's lock, since the last reference
 * may free the connection.
 */
static void entry_end(struct nf_rg_net *rn, struct nf_rg_entry *e)
{
	struct nf_conn *ct = e->ct;

	nf_rg_stat_inc(rn, NF_RG_STAT_ENTRY_GONE);
	nf_rg_entry_free(rn, e);
	nf_ct_put(ct);
}

/*
 * Leaves word for the peer that an entry ended.  Until that is sent the peer has it.  Context: the
 * group's lock.
 */
static void entry_bury(struct nf_rg_group *g, struct nf_rg_entry *e)
{
	struct nf_rg_tomb *t;

	if (!e->sent || !g->peer_instance)
		return;
	t = kmem_cache_alloc(tomb_cache, GFP_ATOMIC);
	if (!t) {
		/* The peer keeps an entry too many: the digests will tell. */
		nf_rg_stat_inc(g->rn, NF_RG_STAT_TOMBSTONE_NO_MEMORY);
		return;
	}
	t->seq = 0;
	t->incarnation = e->incarnation;
	t->sum = nf_rg_digest_of(g, e);
	e->sum = 0;
	t->mapping = nf_rg_entry_map(e)->id;
	t->zone = nf_ct_zone(e->ct)->id;
	t->zone_dir = nf_ct_zone(e->ct)->dir;
	t->tuple = *nf_ct_tuple(e->ct, IP_CT_DIR_ORIGINAL);
	list_add_tail(&t->list, &g->tombs);
	g->n_tombs++;
}

/**
 * nf_rg_track_remove - end an entry
 * @e: the entry, found under RCU
 * @bury: tell the peer
 *
 * Context: rcu_read_lock() held, the group's lock not held.
 * Return: false if somebody else is about it.
 */
bool nf_rg_track_remove(struct nf_rg_entry *e, bool bury)
{
	struct nf_rg_group *g = nf_rg_entry_map(e)->group;
	bool mine, held;

	spin_lock_bh(&g->lock);
	held = e->place == NF_RG_PLACE_HELD;
	mine = entry_unlink(g, e);
	if (mine && bury && held) {
		nf_rg_stat_inc(g->rn, NF_RG_STAT_HELD_SHORT);
	} else if (mine && bury) {
		entry_bury(g, e);
		nf_rg_push_kick(g);
	}
	if (mine)
		nf_rg_digest_set(g, e, 0);
	spin_unlock_bh(&g->lock);
	if (mine)
		entry_end(g->rn, e);
	return mine;
}

/**
 * nf_rg_track_free_tombs - free tombstones
 * @head: a list of them, that nobody else sees
 */
void nf_rg_track_free_tombs(struct list_head *head)
{
	struct nf_rg_tomb *t, *next;

	list_for_each_entry_safe(t, next, head, list)
		kmem_cache_free(tomb_cache, t);
	INIT_LIST_HEAD(head);
}

/* A control connection of PPTP takes the GRE of its call along, here as on the peer. */
static bool taken_along(const struct nf_conn *ct)
{
	return nf_ct_protonum(ct) == IPPROTO_GRE && ct->master && nf_ct_is_dying(ct->master);
}

static void event_destroy(struct nf_rg_net *rn, struct nf_rg_entry *e, const struct nf_conn *ct)
{
	struct nf_rg_group *g = nf_rg_entry_map(e)->group;
	bool active = READ_ONCE(g->role) == NF_RG_ROLE_ACTIVE, along = taken_along(ct);

	if (!nf_rg_track_remove(e, active) || READ_ONCE(g->role) != NF_RG_ROLE_STANDBY || along)
		return;

	/*
	 * Not our doing: we unlink before we delete.  Somebody or something took it away from a
	 * standby.
	 */
	nf_rg_stat_inc(rn, NF_RG_STAT_LOST);
	spin_lock_bh(&g->lock);
	nf_rg_track_damaged(g);
	spin_unlock_bh(&g->lock);
}

/**
 * nf_rg_track_damaged - a standby's entry vanished, or is not what it was
 * @g: the group, locked
 *
 * The peer is asked to compare.
 */
void nf_rg_track_damaged(struct nf_rg_group *g)
{
	if (!g->lost++ && !g->dead)
		schedule_delayed_work(&g->lost_work, LOST_DELAY);
	nf_rg_install_incomplete(g);
}

/* Puts the slot back into the mark, if somebody wrote over it. */
static void event_mark(const struct nf_rg_mapping *m, struct nf_conn *ct)
{
	u32 mark = READ_ONCE(ct->mark);
	u32 want = nf_rg_mapping_mark(m, mark);

	if (mark != want)
		WRITE_ONCE(ct->mark, want);
}

static void event_change(struct nf_rg_net *rn, struct nf_rg_entry *e, struct nf_conn *ct,
			 unsigned int events)
{
	struct nf_rg_group *g = nf_rg_entry_map(e)->group;

	spin_lock_bh(&g->lock);
	if (events & BIT(IPCT_MARK) && e->place != NF_RG_PLACE_HELD)
		event_mark(nf_rg_entry_map(e), ct);
	if (e->place == NF_RG_PLACE_NONE || g->role != NF_RG_ROLE_ACTIVE)
		goto out;
	if (unlikely(e->place == NF_RG_PLACE_HELD) && !nf_rg_hold_ends(g, e))
		goto out;
	if (e->place == NF_RG_PLACE_DIRTY || e->place == NF_RG_PLACE_STOPPED)
		nf_rg_stat_inc(rn, NF_RG_STAT_EVENT_COALESCED);
	else
		track_dirty(g, e);
	nf_rg_ecache_mute(rn, ct);
out:
	spin_unlock_bh(&g->lock);
}

/*
 * Makes the entry of a connection that has none, if it is to have one.  Returns an entry for which
 * something is left to do: it is held back, or somebody else has made it meanwhile.
 */
static struct nf_rg_entry *event_first(struct nf_rg_net *rn, struct nf_conn *ct,
				       unsigned int events)
{
	struct nf_rg_mapping *m = NULL;
	u8 when = NF_RG_WHEN_ALWAYS;
	struct nf_rg_entry *e;
	int err;

	/* The first one comes with the packet that the hook has just looked at. */
	if (events & (BIT(IPCT_NEW) | BIT(IPCT_RELATED)))
		m = nf_rg_entry_settled(ct);
	if (unlikely(!m)) {
		m = nf_rg_classify(rn, ct);
		if (m)
			when = nf_rg_mapping_when(m, ct);
	}
	if (!m || READ_ONCE(m->group->role) != NF_RG_ROLE_ACTIVE)
		return NULL;
	if (when == NF_RG_WHEN_NEVER)
		return NULL;
	local_bh_disable();
	err = nf_rg_track_add(rn, m, ct, 0, when != NF_RG_WHEN_ALWAYS, &e);
	local_bh_enable();
	if (err)
		return err == -EEXIST ? nf_rg_entry_find(rn, ct) : NULL;
	if (unlikely(when != NF_RG_WHEN_ALWAYS))
		return e;
	if (events & BIT(IPCT_MARK))
		event_mark(m, ct);
	return NULL;
}

/**
 * nf_rg_track_event - something happened to a translated connection
 * @rn: the namespace
 * @ct: the connection
 * @events: bits of enum ip_conntrack_events
 *
 * DESTROY may come more than once, and before a NEW that is late.
 *
 * Context: rcu_read_lock() held; softirq or process context, no group's lock held.
 */
void nf_rg_track_event(struct nf_rg_net *rn, struct nf_conn *ct, unsigned int events)
{
	struct nf_rg_entry *e = nf_rg_entry_find(rn, ct);

	if (events & BIT(IPCT_DESTROY)) {
		if (e)
			event_destroy(rn, e, ct);
		return;
	}
	nf_rg_stat_inc(rn, NF_RG_STAT_EVENT);
	if (!e)
		e = event_first(rn, ct, events);
	if (e)
		event_change(rn, e, ct, events);
}

/* On a standby: its master is not what was said, so it counts for nothing. */
static void expect_lost(struct nf_rg_group *g, struct nf_rg_entry *e)
{
	spin_lock_bh(&g->lock);
	if (e->place != NF_RG_PLACE_NONE && g->role == NF_RG_ROLE_STANDBY &&
	    nf_rg_digest_of(g, e)) {
		nf_rg_stat_inc(g->rn, NF_RG_STAT_EXPECT_LOST);
		nf_rg_digest_set(g, e, 0);
		nf_rg_track_damaged(g);
	}
	spin_unlock_bh(&g->lock);
}

/**
 * nf_rg_track_expect - what a connection expects has changed
 * @rn: the namespace
 * @ct: the connection; not one that has no entry yet, or is being freed
 * @lost: an expectation ended before its time
 *
 * Context: rcu_read_lock() and nf_conntrack_expect_lock held, so no reference on a connection may
 * be dropped, which might be the last one; no group's lock held.
 */
void nf_rg_track_expect(struct nf_rg_net *rn, struct nf_conn *ct, bool lost)
{
	struct nf_rg_entry *e = nf_rg_entry_find(rn, ct);
	struct nf_rg_group *g;

	if (!e)
		return;
	g = nf_rg_entry_map(e)->group;
	nf_rg_stat_inc(rn, NF_RG_STAT_EVENT);
	if (READ_ONCE(g->role) == NF_RG_ROLE_ACTIVE)
		event_change(rn, e, ct, 0);
	else if (lost && READ_ONCE(g->rx_expecting) != ct)
		expect_lost(g, e);
}

/* Something may change with the packet that is on its way. */
static void event_soon(struct nf_rg_entry *e)
{
	struct nf_rg_group *g = nf_rg_entry_map(e)->group;

	spin_lock_bh(&g->lock);
	if (g->role == NF_RG_ROLE_ACTIVE &&
	    (e->place == NF_RG_PLACE_CLEAN || e->place == NF_RG_PLACE_INFLIGHT)) {
		nf_rg_track_place(g, e, NF_RG_PLACE_DIRTY);
		nf_rg_push_soon(g);
	}
	spin_unlock_bh(&g->lock);
}

/**
 * nf_rg_track_quiet - a packet came for a connection that may have what no event tells
 * @rn: the namespace
 * @ct: the connection
 *
 * What changed with an earlier one is seen.  But a helper gets this one only behind us, and the
 * next one may be long in coming (a telephone that has registered): a connection whose helper keeps
 * something is sent in a moment, changed or not.
 *
 * Context: rcu_read_lock() held; softirq or process context, no group's lock held.
 */
void nf_rg_track_quiet(struct nf_rg_net *rn, struct nf_conn *ct)
{
	struct nf_rg_entry *e = nf_rg_entry_find(rn, ct);

	if (!e)
		return;
	if (nf_rg_helper_keeps(ct))
		event_soon(e);
	else if (READ_ONCE(e->told) != nf_rg_proto_quiet_sum(ct))
		nf_rg_track_event(rn, ct, BIT(IPCT_PROTOINFO));
}

/**
 * nf_rg_track_untold - has a connection what no event told, and no packet showed?
 * @e: its entry
 *
 * Context: the group's lock held.
 * Return: whether.
 */
bool nf_rg_track_untold(const struct nf_rg_entry *e)
{
	bool untold;

	if (!nf_rg_proto_quiet(e->ct))
		return false;
	rcu_read_lock();
	untold = !e->held && e->told != nf_rg_proto_quiet_sum(e->ct);
	rcu_read_unlock();
	return untold;
}

/* Up to WALK_CHUNK entries of those in @left; what is to end goes to @end. */
static unsigned int walk_chunk(struct nf_rg_group *g, nf_rg_walk_fn fn, void *data,
			       struct hlist_head *left, struct nf_rg_entry **end,
			       enum nf_rg_verdict *how)
{
	unsigned int n = 0, i;

	spin_lock_bh(&g->lock);
	for (i = 0; i < WALK_CHUNK && !hlist_empty(left); i++) {
		struct nf_rg_entry *e = hlist_entry(left->first, struct nf_rg_entry, all);

		hlist_del(&e->all);
		hlist_add_head(&e->all, &g->all[g->all_now]);
		how[n] = fn(g, e, data);
		if (how[n] != NF_RG_KEEP && entry_unlink(g, e)) {
			nf_rg_digest_set(g, e, 0);
			end[n++] = e;
		}
	}
	spin_unlock_bh(&g->lock);
	return n;
}

/**
 * nf_rg_track_walk - look at every entry of a group
 * @g: the group
 * @fn: called for each, under the group's lock, says what becomes of it
 * @data: for @fn
 *
 * Every entry that is there from the beginning to the end is seen; one that goes meanwhile may be,
 * one that comes is not.  Each is moved to the other list instead of being passed by, so that the
 * lock can be dropped in between.
 *
 * Context: process; takes nf_rg_group.walk.
 * Return: entries that ended.
 */
unsigned int nf_rg_track_walk(struct nf_rg_group *g, nf_rg_walk_fn fn, void *data)
{
	enum nf_rg_verdict how[WALK_CHUNK];
	struct nf_rg_entry *end[WALK_CHUNK];
	unsigned int ended = 0, n, i;
	struct hlist_head *left;

	mutex_lock(&g->walk);
	spin_lock_bh(&g->lock);
	left = &g->all[g->all_now];
	g->all_now ^= 1;
	spin_unlock_bh(&g->lock);
	do {
		rcu_read_lock();
		n = walk_chunk(g, fn, data, left, end, how);
		for (i = 0; i < n; i++) {
			if (how[i] == NF_RG_KILL)
				nf_ct_delete(end[i]->ct, 0, 0);
			entry_end(g->rn, end[i]);
		}
		rcu_read_unlock();
		ended += n;
		cond_resched();
	} while (!hlist_empty(left));
	mutex_unlock(&g->walk);
	return ended;
}

/**
 * nf_rg_track_requeue - what was sent from a batch on is pending again
 * @g: the group, locked
 * @from: the first batch, as its sequence; 0: all
 *
 * It goes to the front, in its order: it was pending before all else.
 */
void nf_rg_track_requeue(struct nf_rg_group *g, u64 from)
{
	struct nf_rg_entry *e, *en;
	struct nf_rg_tomb *t, *tn;

	list_for_each_entry_safe_reverse(e, en, &g->inflight, list) {
		if (from && (s16)(e->seq - (u16)from) < 0)
			break;
		nf_rg_track_place(g, e, NF_RG_PLACE_DIRTY);
		if (e->place == NF_RG_PLACE_DIRTY)
			list_move(&e->list, &g->dirty);
	}
	list_for_each_entry_safe_reverse(t, tn, &g->tombs_inflight, list) {
		if (t->seq < from)
			break;
		list_move(&t->list, &g->tombs);
		g->n_tombs_inflight--;
		g->n_tombs++;
	}
}

/**
 * nf_rg_track_retry - what the peer refused is pending again
 * @g: the group, locked
 */
void nf_rg_track_retry(struct nf_rg_group *g)
{
	while (!list_empty(&g->refused))
		nf_rg_track_place(g, list_first_entry(&g->refused, struct nf_rg_entry, list),
				  NF_RG_PLACE_DIRTY);
}

/**
 * nf_rg_track_bulk - everything is to be sent
 * @g: the group, locked
 *
 * A new generation begins.  The clean list becomes the bulk list by splicing, whatever its
 * length: an entry whose place is clean and whose generation is not the group's is on the bulk
 * list.  What was dirty, in flight or refused is pending in its own right.  Deletions are
 * forgotten, since the peer sweeps what does not come.
 */
void nf_rg_track_bulk(struct nf_rg_group *g)
{
	u32 generation;

	list_del_init(&g->marker);
	nf_rg_track_requeue(g, 0);
	nf_rg_track_retry(g);
	nf_rg_track_free_tombs(&g->tombs);
	g->n_tombs = 0;
	list_splice_init(&g->clean, &g->bulk);
	/* Random, so that no entry left from another life has it by chance, here or on the peer. */
	do {
		generation = get_random_u32();
	} while (generation == g->generation);
	g->generation = generation;
	nf_rg_digest_clear(g);
	g->n_bulk = g->entries - g->n[NF_RG_PLACE_DIRTY] - g->n[NF_RG_PLACE_HELD] -
		    g->n[NF_RG_PLACE_STOPPED];
}
