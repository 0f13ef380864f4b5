// SPDX-License-Identifier: GPL-2.0
/*
 * Sending: from the group's lists to the attached agent, and what the peer's kernel has answered.
 *
 * A batch holds deletions, then changes, then what is left of a bulk transfer: live before bulk.
 * When one goes, and what it leaves alone for a moment, says push_pace.c.  At most
 * nf_rg_net.window batches are in flight: acknowledgments from the peer's kernel are the only
 * credit there is, so a slow agent, link or peer stops the drain, and the changes wait in the
 * lists, where they cost nothing more.
 *
 * A session begins with everything (bulk) or with what was not acknowledged (delta).  A marker in
 * the dirty list stands behind all that was pending then.  When everything before it is
 * acknowledged, the peer is told (SYNCED, and BULK_END to sweep).  That is sound although entries
 * may be dirty again by then: what they were at the beginning has arrived.
 *
 * After a split brain the router that gave way sends, too, once: a delta of what it did as another
 * active.  That is what is dirty, for nobody has acknowledged it.  What the other one refuses is
 * not tried again: its bulk transfer, which follows, sweeps it.
 */
#include "push.h"

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/page_ref.h>
#include <linux/workqueue.h>

#include "digest.h"
#include "ecache.h"
#include "export.h"
#include "proto.h"
#include "push_pace.h"
#include "track.h"
#include "verify.h"

#define PUSH_CHUNK	64	/* entries under one hold of the lock */
#define RETRY_INTERVAL	(5 * HZ)
#define PUSH_ORDER	get_order(NF_RG_PUSH_MAX)

static nf_rg_push_fn push_send;

/**
 * nf_rg_push_init - prepare for sending
 * @send: hands a batch to the agent
 *
 * Return: 0 or -ENOMEM.
 */
int nf_rg_push_init(nf_rg_push_fn send)
{
	push_send = send;
	return nf_rg_push_pace_init();
}

/**
 * nf_rg_push_exit - undo nf_rg_push_init(); no group is left
 */
void nf_rg_push_exit(void)
{
	nf_rg_push_pace_exit();
}

/* What was in flight is pending again.  Context: the group's lock. */
static void push_end(struct nf_rg_group *g)
{
	list_del_init(&g->marker);
	nf_rg_track_requeue(g, 0);
	nf_rg_verify_reset(g);
	g->session = 0;
	g->merge = false;
	g->flags = 0;
	g->stage = NF_RG_STAGE_IDLE;
	g->sync = NF_RG_SYNC_NONE;
}

/*
 * What the peer refused is tried again from time to time, also when nothing else happens.
 * Context: the group's lock.
 */
static void push_retry(struct nf_rg_group *g)
{
	unsigned long due = g->retry_last + RETRY_INTERVAL;

	if (!g->n[NF_RG_PLACE_REFUSED] || !g->session)
		return;
	if (time_after_eq(jiffies, due)) {
		g->retry_last = jiffies;
		nf_rg_track_retry(g);
	} else if (!g->kicked) {
		nf_rg_push_in(g, due - jiffies);
	}
}

/**
 * nf_rg_push_put - write a record into a batch
 * @p: the batch
 * @rec: the record
 *
 * Return: whether there was room.
 */
bool nf_rg_push_put(struct nf_rg_push *p, const struct nf_rg_record *rec)
{
	int len = nf_rg_record_encode(rec, p->buf + p->len, NF_RG_PUSH_MAX - p->len);

	if (len < 0)
		return false;
	p->len += len;
	p->count++;
	return true;
}

static bool push_tomb(struct nf_rg_push *p)
{
	struct nf_rg_group *g = p->g;
	struct nf_rg_tomb *t;

	t = list_first_entry(&g->tombs, struct nf_rg_tomb, list);
	nf_rg_export_tomb(t, p->rec);
	if (!nf_rg_push_put(p, p->rec))
		return false;
	nf_rg_digest_add(g, t->incarnation, t->sum);
	t->sum = 0;
	t->seq = p->seq;
	list_move_tail(&t->list, &g->tombs_inflight);
	g->n_tombs--;
	g->n_tombs_inflight++;
	return true;
}

/*
 * The entries that were written since the last time are in flight.  They stand at the front of one
 * list, and go to the end of the other together.  Context: the group's lock.
 */
static void push_moved(struct nf_rg_push *p)
{
	LIST_HEAD(run);

	if (!p->last)
		return;
	list_cut_position(&run, p->from, p->last);
	list_splice_tail(&run, &p->g->inflight);
	p->last = NULL;
}

/* Its place in the list it keeps until push_moved().  Context: the group's lock. */
static void push_inflight(struct nf_rg_push *p, struct nf_rg_entry *e)
{
	struct nf_rg_group *g = p->g;

	if (e->place == NF_RG_PLACE_DIRTY)
		g->n[NF_RG_PLACE_DIRTY]--;
	else if (e->generation != g->generation)
		g->n_bulk--;
	g->n[NF_RG_PLACE_INFLIGHT]++;
	e->place = NF_RG_PLACE_INFLIGHT;
	e->sent = true;
}

static bool push_entry(struct nf_rg_push *p, struct nf_rg_entry *e)
{
	struct nf_rg_record *rec = p->rec;

	/* The first time in a bulk transfer the peer is taken not to have it. */
	if (e->generation != p->generation)
		e->acked = false;
	/* From here on events are heard again, before the connection is looked at. */
	if (e->place == NF_RG_PLACE_DIRTY) {
		nf_rg_ecache_unmute(e->ct);
		e->version++;
	}
	/* Before it, too: a change after that is seen with the next packet. */
	if (nf_rg_proto_quiet(e->ct)) {
		rcu_read_lock();
		if (!e->held)
			WRITE_ONCE(e->told, nf_rg_proto_quiet_sum(e->ct));
		rcu_read_unlock();
	}
	nf_rg_export_entry(e, rec);
	if (unlikely(rec->sections & NF_RG_SEC_HELPER && p->g->lower))
		nf_rg_record_lower(rec);
	e->index = p->count;
	if (!nf_rg_push_put(p, rec))
		return false;
	push_inflight(p, e);
	e->seq = p->seq;
	nf_rg_digest_set(p->g, e, nf_rg_digest_sum(rec, p->generation));
	return true;
}

/* Is an entry still to be sent for the first time, or for the first time in a bulk transfer? */
static bool push_waits(const struct nf_rg_push *p, const struct nf_rg_entry *e)
{
	if (e->place == NF_RG_PLACE_DIRTY)
		return !e->acked || e->generation != p->generation;
	return e->place == NF_RG_PLACE_CLEAN && e->generation != p->generation;
}

/*
 * The entry that goes when it is @e's turn: the peer ties a connection to the one that expected it,
 * and needs that one first.  Context: the group's lock.
 */
static struct nf_rg_entry *push_first(const struct nf_rg_push *p, struct nf_rg_entry *e)
{
	struct nf_rg_group *g = p->g;
	struct nf_rg_entry *m;

	rcu_read_lock();
	while (e->ct->master) {
		m = nf_rg_entry_find(g->rn, e->ct->master);
		if (!m || nf_rg_entry_map(m)->group != g || nf_rg_entry_map(m)->stopped ||
		    !push_waits(p, m))
			break;
		e = m;
	}
	rcu_read_unlock();
	return e;
}

/* One whose turn is not yet, before the one that is the next.  Context: the group's lock. */
static bool push_early(struct nf_rg_push *p, struct nf_rg_entry *e)
{
	push_moved(p);
	if (!push_entry(p, e))
		return false;
	list_move_tail(&e->list, &p->g->inflight);
	return true;
}

/* The first of a list that was not written yet; NULL: none.  Context: the group's lock. */
static struct nf_rg_entry *push_next(struct nf_rg_push *p, struct list_head *list)
{
	struct list_head *next;

	if (p->from != list)
		push_moved(p);
	p->from = list;
	next = p->last ? p->last->next : list->next;
	return next == list ? NULL : list_entry(next, struct nf_rg_entry, list);
}

/* Has all been written that is before the marker?  Context: the group's lock. */
static bool push_passes(struct nf_rg_push *p)
{
	struct nf_rg_group *g = p->g;

	if (p->from == &g->dirty)
		push_moved(p);
	return g->dirty.next == &g->marker;
}

/* One more record into the batch.  False: nothing left, or no room.  Context: the group's lock. */
static bool push_one(struct nf_rg_push *p)
{
	struct nf_rg_group *g = p->g;
	struct nf_rg_entry *e, *first;

	if (p->count >= NF_RG_BATCH_RECORDS || p->len + NF_RG_REC_MAX > NF_RG_PUSH_MAX)
		return false;
	if (!list_empty(&g->tombs))
		return push_tomb(p);
	if (g->stage == NF_RG_STAGE_MARK && push_passes(p)) {
		list_del_init(&g->marker);
		g->stage = NF_RG_STAGE_ACK;
		g->stage_seq = p->seq;
	}
	e = push_next(p, &g->dirty);
	if (!e || (!p->all && !nf_rg_push_ripe(e)))
		e = push_next(p, &g->bulk);
	if (!e)
		return false;
	if (unlikely(nf_rg_entry_map(e)->stopped)) {
		nf_rg_track_place(g, e, NF_RG_PLACE_STOPPED);
		return true;
	}
	first = push_first(p, e);
	if (unlikely(first != e))
		return push_early(p, first);
	if (!push_entry(p, e))
		return false;
	p->last = &e->list;
	return true;
}

/* All is acknowledged, and the peer knows it.  Context: the group's lock. */
static void push_done(struct nf_rg_group *g)
{
	if (g->merge) {
		push_end(g);
		return;
	}
	g->stage = NF_RG_STAGE_DONE;
	g->sync = NF_RG_SYNC_VERIFY;
	g->fed = true;
}

/* Steps that need no acknowledgment in between.  Context: the group's lock. */
static void push_stage(struct nf_rg_group *g, u64 sent)
{
	if (g->stage == NF_RG_STAGE_BULK && list_empty(&g->bulk)) {
		list_add_tail(&g->marker, &g->dirty);
		g->stage = NF_RG_STAGE_MARK;
	}
	if (g->stage == NF_RG_STAGE_MARK && g->dirty.next == &g->marker) {
		list_del_init(&g->marker);
		g->stage = NF_RG_STAGE_ACK;
		g->stage_seq = sent;
	}
	if (g->stage == NF_RG_STAGE_ACK && g->acked >= g->stage_seq) {
		g->stage = NF_RG_STAGE_END;
		g->stage_seq = U64_MAX;
		g->flags |= NF_RG_BATCH_SYNCED;
		if (g->sync == NF_RG_SYNC_BULK)
			g->flags |= NF_RG_BATCH_BULK_END;
	}
	if (g->stage == NF_RG_STAGE_END && g->acked >= g->stage_seq)
		push_done(g);
}

/* Only an active group sends, and for a merge only one that stands by.  Context: its lock. */
static bool push_may(const struct nf_rg_group *g)
{
	return g->role == (g->merge ? NF_RG_ROLE_STANDBY : NF_RG_ROLE_ACTIVE);
}

/*
 * Is there something to send, and somebody to send it to?  Context: the group's lock.
 */
static bool push_wanted(struct nf_rg_group *g)
{
	g->kicked = false;
	if (!g->session || !push_may(g) || g->dead)
		return false;
	if (nf_rg_push_window_full(g)) {
		nf_rg_stat_inc(g->rn, NF_RG_STAT_PUSH_NO_WINDOW);
		return false;
	}
	push_retry(g);
	push_stage(g, g->seq);
	if (g->flags || !list_empty(&g->tombs) || !list_empty(&g->bulk) ||
	    nf_rg_verify_pending(g) || nf_rg_push_due(g))
		return true;
	if (!list_empty(&g->dirty))
		nf_rg_push_kick(g);
	return false;
}

/*
 * A message lends the page that its batch was written to.  Nobody has it but us once the count is
 * 1, and then nobody can take a reference.
 */
static bool push_has_room(const struct nf_rg_group *g)
{
	if (!g->push_page || page_ref_count(g->push_page) != 1)
		return false;
	/* Pairs with the put_page() of the last reader: he is done before we write. */
	smp_mb();
	return true;
}

/*
 * Another page, if the one of the batch before is with its reader still, who keeps it.  Context:
 * the group's lock, which is let go.  False: there is none; it is tried again.
 */
static bool push_make_room(struct nf_rg_group *g)
{
	struct page *page;

	spin_unlock_bh(&g->lock);
	page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_NOWARN, PUSH_ORDER);
	spin_lock_bh(&g->lock);
	if (!page) {
		nf_rg_stat_inc(g->rn, NF_RG_STAT_PUSH_NO_MEMORY);
		nf_rg_push_later(g);
		return false;
	}
	if (g->push_page)
		put_page(g->push_page);
	g->push_page = page;
	return true;
}

/*
 * Begins a batch.  False: there is nothing to send, or it has to wait.  Context: the group's lock.
 */
static bool push_begin(struct nf_rg_group *g, struct nf_rg_push *p)
{
	if (!push_wanted(g))
		return false;
	/* All may be different afterwards. */
	if (!push_has_room(g) && (!push_make_room(g) || !push_wanted(g)))
		return false;

	p->g = g;
	p->session = g->session;
	p->seq = ++g->seq;
	p->all = nf_rg_push_all(g);
	p->flags = g->flags | (g->merge ? NF_RG_BATCH_MERGE : 0);
	p->generation = g->generation;
	p->count = 0;
	p->page = g->push_page;
	p->buf = page_address(g->push_page);
	p->len = 0;
	p->from = NULL;
	p->last = NULL;
	g->flags = 0;
	if (p->flags & NF_RG_BATCH_SYNCED)
		g->stage_seq = p->seq;
	nf_rg_verify_begin(p);
	return true;
}

/*
 * Does the session still run in which a batch was begun?  For one that began since, even if it has
 * the same number, all before it counts as acknowledged.  Context: the group's lock.
 */
static bool push_runs(const struct nf_rg_group *g, const struct nf_rg_push *p)
{
	return g->session == p->session && p->seq > g->acked;
}

/*
 * Fills a batch, a chunk under each hold of the lock.  False: the session ended meanwhile, which
 * put all back.
 */
static bool push_fill(struct nf_rg_group *g, struct nf_rg_push *p)
{
	/* Once for all of them: the compiler clears what is on the stack, and this is large. */
	struct nf_rg_record rec;
	bool more;

	p->rec = &rec;
	do {
		unsigned int i;

		more = true;
		for (i = 0; i < PUSH_CHUNK && more; i++)
			more = push_one(p);
		push_moved(p);
		spin_unlock_bh(&g->lock);
		cond_resched();
		spin_lock_bh(&g->lock);
		if (!push_runs(g, p) || !push_may(g))
			return false;
	} while (more);
	nf_rg_verify_seal(p);
	return true;
}

/*
 * What could not be handed over is pending again, and so is the batch's number.  Context: the
 * group's lock.
 */
static void push_undo(struct nf_rg_group *g, const struct nf_rg_push *p, int err)
{
	nf_rg_stat_inc(g->rn, err == -ENOMEM ? NF_RG_STAT_PUSH_NO_MEMORY : NF_RG_STAT_PUSH_NO_ROOM);
	if (!push_runs(g, p))
		return;
	if (g->stage == NF_RG_STAGE_ACK && g->stage_seq == p->seq) {
		/* The marker was passed in this batch: it stands behind what comes back. */
		list_add(&g->marker, &g->dirty);
		g->stage = NF_RG_STAGE_MARK;
	}
	nf_rg_track_requeue(g, p->seq);
	g->seq--;
	g->flags |= p->flags & ~(NF_RG_BATCH_DIGESTS | NF_RG_BATCH_MERGE);
	nf_rg_verify_undo(p);
	if (p->flags & NF_RG_BATCH_SYNCED)
		g->stage_seq = U64_MAX;
	nf_rg_push_later(g);
}

/* The agent has a batch.  True: another can go at once.  Context: the group's lock. */
static bool push_handed(struct nf_rg_group *g, const struct nf_rg_push *p)
{
	bool more;

	g->handed = p->seq;
	if (p->repair == NF_RG_REPAIR_BEGIN)
		nf_rg_push_queue(&g->repair_work);
	nf_rg_stat_inc(g->rn, NF_RG_STAT_PUSH_BATCH);
	nf_rg_stat_add(g->rn, NF_RG_STAT_PUSH_RECORD, p->count);
	push_stage(g, g->seq);
	more = g->flags || !list_empty(&g->bulk) || nf_rg_verify_pending(g) ||
	       (g->n[NF_RG_PLACE_DIRTY] + g->n_tombs >= NF_RG_BATCH_RECORDS &&
		(nf_rg_push_due(g) || !list_empty(&g->tombs)));
	if (!more && g->n[NF_RG_PLACE_DIRTY] + g->n_tombs)
		nf_rg_push_kick(g);
	if (!more)
		push_retry(g);
	return more;
}

/* Makes a batch and hands it over.  True: another can go at once. */
static bool push_batch(struct nf_rg_group *g)
{
	struct nf_rg_push p;
	bool more = false;
	int err;

	spin_lock_bh(&g->lock);
	if (!push_begin(g, &p) || !push_fill(g, &p)) {
		spin_unlock_bh(&g->lock);
		return false;
	}
	g->push_last = jiffies;
	spin_unlock_bh(&g->lock);

	/* An answer may come before push_send() is back: it waits until we know of the batch. */
	mutex_lock(&g->handover);
	err = push_send(&p);
	spin_lock_bh(&g->lock);
	if (err)
		push_undo(g, &p, err);
	else
		more = push_handed(g, &p);
	spin_unlock_bh(&g->lock);
	mutex_unlock(&g->handover);
	return more;
}

/**
 * nf_rg_push_work - drain a group's lists
 * @work: nf_rg_group.push_work
 */
void nf_rg_push_work(struct work_struct *work)
{
	struct nf_rg_group *g = container_of(to_delayed_work(work), struct nf_rg_group, push_work);

	while (push_batch(g))
		;
}

/**
 * nf_rg_push_start - begin a session
 * @g: the group
 * @session: the agent's number, not 0
 * @version: NF_RG_VERSION whose records the peer reads
 * @peer_instance: of the kernel that is fed
 * @bulk: send all, whatever it has
 *
 * Context: process.
 * Return: enum nf_rg_sync; -EPERM if the group is not active.
 */
int nf_rg_push_start(struct nf_rg_group *g, u32 session, u32 version, u64 peer_instance, bool bulk)
{
	int ret;

	spin_lock_bh(&g->lock);
	if (g->role != NF_RG_ROLE_ACTIVE || g->dead) {
		ret = -EPERM;
		goto out;
	}
	list_del_init(&g->marker);
	g->flags = 0;
	nf_rg_verify_reset(g);
	if (!bulk && g->fed && g->peer_instance == peer_instance) {
		nf_rg_track_requeue(g, 0);
		nf_rg_track_retry(g);
		list_add_tail(&g->marker, &g->dirty);
		g->stage = NF_RG_STAGE_MARK;
		g->sync = NF_RG_SYNC_DELTA;
		nf_rg_stat_inc(g->rn, NF_RG_STAT_SYNC_DELTA);
	} else {
		nf_rg_track_bulk(g);
		g->peer_instance = peer_instance;
		g->fed = false;
		g->stage = NF_RG_STAGE_BULK;
		g->sync = NF_RG_SYNC_BULK;
		g->flags = NF_RG_BATCH_BULK_BEGIN;
		nf_rg_stat_inc(g->rn, NF_RG_STAT_SYNC_BULK);
	}
	g->session = session;
	g->lower = version < NF_RG_VERSION_H323;
	g->acked = g->seq;
	g->handed = g->seq;
	nf_rg_push_now(g);
	ret = g->sync;
out:
	spin_unlock_bh(&g->lock);
	return ret;
}

/**
 * nf_rg_push_merge - begin to tell what this router did as another active
 * @g: the group
 * @session: the agent's number, not 0
 * @version: NF_RG_VERSION whose records the peer reads
 *
 * Deletions are forgotten: what ended here may go on there.
 *
 * Context: process.
 * Return: NF_RG_SYNC_DELTA; -EPERM if the group does not stand by.
 */
int nf_rg_push_merge(struct nf_rg_group *g, u32 session, u32 version)
{
	int ret = -EPERM;

	spin_lock_bh(&g->lock);
	if (g->role != NF_RG_ROLE_STANDBY || g->dead)
		goto out;
	push_end(g);
	nf_rg_track_free_tombs(&g->tombs);
	g->n_tombs = 0;
	nf_rg_track_retry(g);
	/* What is left of a bulk transfer that was cut short is not over there either. */
	g->stage = NF_RG_STAGE_BULK;
	g->sync = NF_RG_SYNC_DELTA;
	g->flags = NF_RG_BATCH_BULK_BEGIN;
	g->merge = true;
	g->session = session;
	g->lower = version < NF_RG_VERSION_H323;
	g->acked = g->seq;
	g->handed = g->seq;
	nf_rg_stat_inc(g->rn, NF_RG_STAT_SYNC_MERGE);
	nf_rg_push_now(g);
	ret = g->sync;
out:
	spin_unlock_bh(&g->lock);
	return ret;
}

/**
 * nf_rg_push_stop - end the session
 * @g: the group, locked
 *
 * What was in flight is pending again.
 */
void nf_rg_push_stop(struct nf_rg_group *g)
{
	if (g->merge)
		nf_rg_stat_inc(g->rn, NF_RG_STAT_MERGE_CUT);
	push_end(g);
}

/*
 * The peer does not have what was sent of an entry.  Of a merge that is its last word.  Context:
 * the group's lock.
 */
static void ack_refused(struct nf_rg_group *g, struct nf_rg_entry *e)
{
	e->acked = false;
	if (g->merge) {
		nf_rg_track_place(g, e, NF_RG_PLACE_CLEAN);
		nf_rg_stat_inc(g->rn, NF_RG_STAT_MERGE_REFUSED);
		return;
	}
	nf_rg_verify_refused(g, e);
	nf_rg_track_place(g, e, NF_RG_PLACE_REFUSED);
	nf_rg_stat_inc(g->rn, NF_RG_STAT_PEER_REFUSED);
}

/* The first ones in flight, up to @last, have arrived.  Context: the group's lock. */
static void ack_moved(struct nf_rg_group *g, struct list_head *last)
{
	LIST_HEAD(run);

	list_cut_position(&run, &g->inflight, last);
	list_splice_tail(&run, &g->clean);
}

static void ack_entries(struct nf_rg_group *g, u64 seq, const struct nf_rg_refusal *refusals,
			unsigned int n)
{
	struct list_head *last = &g->inflight;
	struct nf_rg_entry *e, *next;
	unsigned int at = 0;

	if (n && !g->merge)
		nf_rg_verify_refused(g, NULL);

	list_for_each_entry_safe(e, next, &g->inflight, list) {
		if ((s16)(e->seq - (u16)seq) > 0)
			break;
		if (unlikely(at < n) && e->seq == (u16)seq) {
			while (at < n && refusals[at].index < e->index)
				at++;
			if (at < n && refusals[at].index == e->index) {
				ack_refused(g, e);
				continue;
			}
		}
		/* Of the group's generation, as all that is in flight: not for the bulk list. */
		e->acked = true;
		e->place = NF_RG_PLACE_CLEAN;
		g->n[NF_RG_PLACE_INFLIGHT]--;
		last = &e->list;
	}
	ack_moved(g, last);
}

static void ack_tombs(struct nf_rg_group *g, u64 seq)
{
	struct nf_rg_tomb *t, *next;
	LIST_HEAD(done);

	list_for_each_entry_safe(t, next, &g->tombs_inflight, list) {
		if (t->seq > seq)
			break;
		list_move(&t->list, &done);
		g->n_tombs_inflight--;
	}
	nf_rg_track_free_tombs(&done);
}

/**
 * nf_rg_push_ack - the peer's kernel has answered
 * @g: the group
 * @a: the answer
 *
 * One for a batch that the agent does not have yet is none.
 *
 * Context: process; takes nf_rg_group.handover.
 */
void nf_rg_push_ack(struct nf_rg_group *g, const struct nf_rg_answer *a)
{
	u64 seq = a->seq;

	mutex_lock(&g->handover);
	spin_lock_bh(&g->lock);
	if (!g->session || a->session != g->session) {
		nf_rg_stat_inc(g->rn, NF_RG_STAT_ACK_OTHER_SESSION);
		goto out;
	}
	if (seq <= g->acked || seq > g->handed) {
		nf_rg_stat_inc(g->rn, NF_RG_STAT_ACK_BAD);
		goto out;
	}
	nf_rg_stat_inc(g->rn, NF_RG_STAT_ACK);
	/* The first refusal begins the wait. */
	if (!g->n[NF_RG_PLACE_REFUSED])
		g->retry_last = jiffies;
	ack_entries(g, seq, a->refusals, a->n_refusals);
	ack_tombs(g, seq);
	g->acked = seq;
	push_retry(g);
	push_stage(g, g->seq);
	if (!g->session)
		goto out;
	nf_rg_verify_acked(g, seq, a->digest, a->n_digest);
	if (g->flags || !list_empty(&g->bulk) || nf_rg_verify_pending(g))
		nf_rg_push_now(g);
	else if (g->n[NF_RG_PLACE_DIRTY] + g->n_tombs)
		nf_rg_push_kick(g);
out:
	spin_unlock_bh(&g->lock);
	mutex_unlock(&g->handover);
}
