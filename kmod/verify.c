// SPDX-License-Identifier: GPL-2.0
/*
 * Verification, on the side that sends: are both tables equal, and if not, where?
 *
 * The answer to every batch carries the digest of the peer's table as that batch left it.  It is
 * compared with our own as of the same batch, so nothing has to stand still.  If they differ, the
 * next batch asks for the digests of all buckets, and those that differ are sent again: the peer
 * marks what it has of them (REPAIR_BEGIN), gets all that we have, and lets go of what did not
 * come (REPAIR_END).  A repair that does not help is tried again with growing pauses.
 *
 * Not every batch can be compared.  What the peer refused it does not have, and a batch that could
 * not be handed over is counted though it was not sent.  From then on nothing is compared until a
 * batch leaves nothing behind that waits to be sent.
 *
 * Equal, and nothing refused: that is told to the peer (VERIFIED), for which it is what makes the
 * copy complete.
 */
#include "verify.h"

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/timekeeping.h>

#include "digest.h"
#include "push.h"
#include "record.h"
#include "track.h"

#define REPAIR_PAUSE	(5 * HZ)	/* before the second repair; doubles */
#define REPAIR_DOUBLE	6		/* up to 320 s */

/**
 * nf_rg_verify_reset - a session begins or ends
 * @g: the group, locked
 */
void nf_rg_verify_reset(struct nf_rg_group *g)
{
	nf_rg_verify_hold(g);
	g->verify_due = false;
	g->verify_ask = false;
	g->verify_asked = 0;
	g->verify_tell = true;
	g->verified = 0;
	g->repair = NF_RG_REPAIR_NONE;
	g->repair_tries = 0;
	g->repair_next = jiffies;
}

/**
 * nf_rg_verify_hold - compare nothing until a batch leaves nothing behind that waits
 * @g: the group, locked
 */
void nf_rg_verify_hold(struct nf_rg_group *g)
{
	g->verify_from = U64_MAX;
}

/**
 * nf_rg_verify_now - compare, and tell the peer, though nothing else is to be sent
 * @g: the group, locked
 */
void nf_rg_verify_now(struct nf_rg_group *g)
{
	if (!g->session || g->role != NF_RG_ROLE_ACTIVE || g->stage < NF_RG_STAGE_END)
		return;
	g->verify_tell = true;
	g->verify_due = true;
	nf_rg_push_kick(g);
}

/**
 * nf_rg_verify_pending - is a batch to go although it changes nothing?
 * @g: the group, locked
 *
 * Return: whether.
 */
bool nf_rg_verify_pending(const struct nf_rg_group *g)
{
	return g->verify_due;
}

static void put_control(struct nf_rg_push *p, u8 kind, u64 seq)
{
	struct nf_rg_record rec = {
		.type = NF_RG_REC_CONTROL,
		.flags = kind,
		.incarnation = seq,
	};

	memcpy(rec.buckets, p->g->repair_map, sizeof(rec.buckets));
	nf_rg_push_put(p, &rec);
}

/**
 * nf_rg_verify_rests - does no proof and no repair wait for a moment in which nothing is pending?
 * @g: the group, locked
 *
 * Return: whether.
 */
bool nf_rg_verify_rests(const struct nf_rg_group *g)
{
	return g->verify_from != U64_MAX && g->repair == NF_RG_REPAIR_NONE;
}

/**
 * nf_rg_verify_begin - put into a new batch what is to be said about the whole
 * @p: the batch, empty; its group locked
 */
void nf_rg_verify_begin(struct nf_rg_push *p)
{
	struct nf_rg_group *g = p->g;

	g->verify_due = false;
	p->ask = g->verify_ask;
	if (p->ask) {
		g->verify_ask = false;
		p->flags |= NF_RG_BATCH_DIGESTS;
	}
	p->verified = g->verified;
	if (p->verified) {
		put_control(p, NF_RG_CTL_VERIFIED, g->verified);
		g->verified = 0;
	}
	p->repair = g->repair;
	if (p->repair == NF_RG_REPAIR_BEGIN) {
		put_control(p, NF_RG_CTL_REPAIR_BEGIN, 0);
		g->repair = NF_RG_REPAIR_QUEUE;
	} else if (p->repair == NF_RG_REPAIR_END) {
		put_control(p, NF_RG_CTL_REPAIR_END, 0);
		g->repair = NF_RG_REPAIR_NONE;
		nf_rg_verify_hold(g);
	}
}

static bool nothing_left(const struct nf_rg_group *g)
{
	return list_empty(&g->tombs) && list_empty(&g->dirty) && list_empty(&g->bulk);
}

/**
 * nf_rg_verify_seal - a batch is full: remember what the copy is after it
 * @p: the batch; its group locked
 */
void nf_rg_verify_seal(struct nf_rg_push *p)
{
	struct nf_rg_group *g = p->g;
	struct nf_rg_digest *d = g->digest;
	bool all = nothing_left(g);

	d->sent[p->seq % NF_RG_WINDOW_MAX] = d->root;
	if (p->ask) {
		memcpy(d->asked, d->bucket, sizeof(d->asked));
		g->verify_asked = p->seq;
	}
	if (g->verify_from == U64_MAX && all && g->stage >= NF_RG_STAGE_END)
		g->verify_from = p->seq;
	if (g->repair == NF_RG_REPAIR_SEND && all) {
		g->repair = NF_RG_REPAIR_ACK;
		g->repair_seq = p->seq;
	}
}

/**
 * nf_rg_verify_undo - a batch could not be handed over
 * @p: the batch; its group locked, its session still running
 */
void nf_rg_verify_undo(const struct nf_rg_push *p)
{
	struct nf_rg_group *g = p->g;

	nf_rg_verify_hold(g);
	g->verify_due = true;
	if (p->ask) {
		g->verify_ask = true;
		g->verify_asked = 0;
	}
	if (p->verified)
		g->verified = p->verified;
	if (p->repair == NF_RG_REPAIR_BEGIN || p->repair == NF_RG_REPAIR_END)
		g->repair = p->repair;
	else if (g->repair == NF_RG_REPAIR_ACK && g->repair_seq == p->seq)
		g->repair = NF_RG_REPAIR_SEND;
}

/**
 * nf_rg_verify_refused - the peer does not have what was sent of an entry
 * @g: the group, locked
 * @e: the entry; NULL: it was changed since, or it ended
 */
void nf_rg_verify_refused(struct nf_rg_group *g, struct nf_rg_entry *e)
{
	if (e)
		nf_rg_digest_set(g, e, 0);
	nf_rg_verify_hold(g);
	g->verify_tell = true;
	g->verified = 0;
	/* Once the list is empty a batch has to go whose answer tells. */
	g->verify_due = true;
}

static void is_equal(struct nf_rg_group *g, u64 seq)
{
	g->verified_at = ktime_get_boottime_ns();
	g->repair_tries = 0;
	/* Known missing, though: it is in neither digest. */
	if (g->n[NF_RG_PLACE_REFUSED])
		return;
	g->sync = NF_RG_SYNC_DONE;
	if (!g->verify_tell)
		return;
	g->verify_tell = false;
	g->verified = seq;
	g->verify_due = true;
}

static void is_different(struct nf_rg_group *g)
{
	g->verify_tell = true;
	g->verified = 0;
	/* While a repair runs they have to differ. */
	if (g->repair != NF_RG_REPAIR_NONE)
		return;
	nf_rg_stat_inc(g->rn, NF_RG_STAT_VERIFY_DIFFERENT);
	g->sync = NF_RG_SYNC_VERIFY;
	if (g->verify_asked || time_before(jiffies, g->repair_next))
		return;
	g->verify_ask = true;
	g->verify_due = true;
}

static void begin_repair(struct nf_rg_group *g, const __be64 *bucket)
{
	unsigned int i, n = 0;

	memset(g->repair_map, 0, sizeof(g->repair_map));
	for (i = 0; i < NF_RG_BUCKETS; i++)
		if (be64_to_cpu(bucket[i]) != g->digest->asked[i]) {
			g->repair_map[i / 8] |= 1 << i % 8;
			n++;
		}
	nf_rg_stat_add(g->rn, NF_RG_STAT_REPAIR_BUCKETS, n);
	if (!n)
		return;
	nf_rg_stat_inc(g->rn, NF_RG_STAT_REPAIRS);
	if (g->repair_tries)
		g->repair_next = jiffies +
			(REPAIR_PAUSE << min(g->repair_tries - 1, (unsigned int)REPAIR_DOUBLE));
	g->repair_tries++;
	g->repair = NF_RG_REPAIR_BEGIN;
	g->verify_due = true;
}

/**
 * nf_rg_verify_acked - the peer has answered
 * @g: the group, locked; its lists are up to date with the answer
 * @seq: the batch
 * @digest: of the peer after it: of all, and if it asked for them of each bucket; NULL: none
 * @n: how many
 */
void nf_rg_verify_acked(struct nf_rg_group *g, u64 seq, const __be64 *digest, unsigned int n)
{
	bool asked = g->verify_asked && seq >= g->verify_asked;

	if (g->repair == NF_RG_REPAIR_ACK && seq >= g->repair_seq) {
		g->repair = NF_RG_REPAIR_END;
		g->verify_due = true;
	}
	if (asked)
		g->verify_asked = 0;
	if (!n || seq < g->verify_from) {
		/* That could not be compared: again, with one that can. */
		if (asked) {
			g->verify_ask = true;
			g->verify_due = true;
		}
		return;
	}
	if (be64_to_cpu(digest[0]) == g->digest->sent[seq % NF_RG_WINDOW_MAX])
		is_equal(g, seq);
	else if (asked && n > NF_RG_BUCKETS && g->repair == NF_RG_REPAIR_NONE)
		begin_repair(g, digest + 1);
	else
		is_different(g);
}

/* Queues an entry whose bucket is repaired. */
static enum nf_rg_verdict repair_one(struct nf_rg_group *g, struct nf_rg_entry *e, void *data)
{
	unsigned int b = nf_rg_digest_bucket(e->incarnation);

	if (g->role != NF_RG_ROLE_ACTIVE || g->repair != NF_RG_REPAIR_QUEUE ||
	    !(g->repair_map[b / 8] & 1 << b % 8) || e->generation != g->generation)
		return NF_RG_KEEP;
	e->acked = false;
	if (e->place == NF_RG_PLACE_CLEAN || e->place == NF_RG_PLACE_INFLIGHT) {
		nf_rg_track_place(g, e, NF_RG_PLACE_DIRTY);
		nf_rg_push_kick(g);
	}
	return NF_RG_KEEP;
}

/**
 * nf_rg_verify_work - queue what a repair sends again
 * @work: nf_rg_group.repair_work
 *
 * It begins when the batch with REPAIR_BEGIN was handed over, so that all of it comes behind.
 */
void nf_rg_verify_work(struct work_struct *work)
{
	struct nf_rg_group *g = container_of(work, struct nf_rg_group, repair_work);

	nf_rg_track_walk(g, repair_one, NULL);
	spin_lock_bh(&g->lock);
	if (g->repair == NF_RG_REPAIR_QUEUE) {
		g->repair = NF_RG_REPAIR_SEND;
		g->verify_due = true;
		nf_rg_push_kick(g);
	}
	spin_unlock_bh(&g->lock);
}
