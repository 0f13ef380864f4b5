// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * After a split brain: what the router that gave way did as another active goes to
 * the one that stays, before the copy that comes back sweeps it.
 *
 *	sender (stays)                       receiver (gives way)
 *	joined, with merge --TAKE-->         running, wants to merge
 *	merging            <--MERGE--        merging: its kernel pushes
 *	merging            --MERGED-->       its kernel is told
 *	the last one is answered             the last one is answered
 *	its kernel sends   --BATCH-->        running
 *
 * It is tried once for each split brain: whatever cuts it short while the session
 * goes on ends it, and the copy is made without it. A new session begins it again.
 */
#include "syncsess_int.h"

#include <linux/nf_rg.h>

static bool in_term(const struct syncsess_group *g, const struct frame *hdr)
{
	return !rg_epoch_cmp(&hdr->epoch, &g->epoch);
}

static void merge_reset(struct syncsess_group *g)
{
	g->merge_seq = 0;
	g->merge_done = 0;
	g->merge_end = 0;
	g->merge_records = 0;
	g->merge_conflicts = 0;
	g->merge_others = 0;
}

static void tell_over(struct syncsess_ctx *c, struct syncsess_group *g, bool whole)
{
	struct syncsess_action *a = syncsess_emit(c, SYNCSESS_MERGE_OVER);

	a->merge.group = syncsess_group_id(c->s, g);
	a->merge.sent = g->dir == SYNCSESS_RECEIVER;
	a->merge.whole = whole;
	a->merge.records = g->merge_records;
	a->merge.conflicts = g->merge_conflicts;
	a->merge.refused = g->merge_others;
}

static void count_refusals(struct syncsess_group *g, const struct frame_refusal *r, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (r[i].reason == NF_RG_REASON_SPLIT)
			g->merge_conflicts++;
		else
			g->merge_others++;
	}
}

static void kernel_merge(struct syncsess_ctx *c, struct syncsess_group *g, uint32_t session)
{
	struct syncsess_action *a = syncsess_emit(c, SYNCSESS_KERNEL_MERGE);

	g->merge_session = session;
	a->sync.group = syncsess_group_id(c->s, g);
	a->sync.session = session;
	a->sync.version = c->s->version;
}

void syncsess_take(struct syncsess_ctx *c, struct syncsess_group *g)
{
	merge_reset(g);
	g->merging = true;
	syncsess_set_repair(c, g, mono_add_ms(c->now, SYNCSESS_MERGE_MS));
	syncsess_put(c, FRAME_TAKE, g);
}

void syncsess_rx_take(struct syncsess_ctx *c, struct syncsess_group *g, const struct frame *hdr)
{
	if (g->dir != SYNCSESS_RECEIVER || !g->running || !g->merge || g->merging ||
	    !in_term(g, hdr)) {
		c->s->counters[SYNCSESS_N_STALE_FRAME]++;
		return;
	}
	merge_reset(g);
	g->merging = true;
	kernel_merge(c, g, syncsess_take_session(c->s));
}

void syncsess_merge_push(struct syncsess_ctx *c, const struct syncsess_event *ev)
{
	const struct syncsess_batch *b = &ev->batch;
	struct syncsess *s = c->s;
	struct syncsess_group *g = &s->groups[b->group];
	struct frame_batch fb = { .generation = b->generation, .count = b->count };
	struct syncsess_frame *f;

	if (!g->merging || b->session != g->merge_session ||
	    rg_epoch_cmp(&b->epoch, &g->epoch)) {
		s->counters[SYNCSESS_N_STALE_PUSH]++;
		return;
	}
	if (b->seq <= g->merge_seq || g->merge_end) {
		syncsess_close(c, FRAME_R_SEQUENCE, true);
		return;
	}
	if (FRAME_BATCH_BYTES + (uint64_t)b->len > s->payload_max) {
		syncsess_close(c, FRAME_R_PAYLOAD, true);
		return;
	}
	g->merge_seq = b->seq;
	g->merge_records += b->count;
	s->counters[SYNCSESS_N_MERGE_RECORDS_TX] += b->count;
	if (b->flags & FRAME_F_SYNCED)
		g->merge_end = b->seq;
	f = syncsess_put(c, FRAME_MERGE, g);
	f->hdr.flags = b->flags & FRAME_F_MERGE_ALL;
	f->hdr.seq = b->seq;
	f->head_len = frame_put_batch(&fb, f->head, sizeof(f->head));
	f->body = b->records;
	f->body_len = b->len;
	f->hdr.len = f->head_len + f->body_len;
}

void syncsess_rx_merge(struct syncsess_ctx *c, struct syncsess_group *g, const struct frame *hdr,
		       const uint8_t *payload)
{
	struct syncsess_batch *b;
	struct frame_batch fb;

	if (g->dir != SYNCSESS_SENDER || !g->merging || g->merge_end || !in_term(g, hdr)) {
		c->s->counters[SYNCSESS_N_MERGE_REFUSED]++;
		return;
	}
	if (hdr->seq <= g->merge_seq) {
		syncsess_close(c, FRAME_R_SEQUENCE, true);
		return;
	}
	if (frame_get_batch(payload, hdr->len, &fb)) {
		syncsess_close(c, FRAME_R_PAYLOAD, true);
		return;
	}
	syncsess_set_repair(c, g, mono_add_ms(c->now, SYNCSESS_MERGE_MS));
	g->merge_seq = hdr->seq;
	g->merge_records += fb.count;
	c->s->counters[SYNCSESS_N_MERGE_RECORDS_RX] += fb.count;
	if (hdr->flags & FRAME_F_SYNCED)
		g->merge_end = hdr->seq;
	b = &syncsess_emit(c, SYNCSESS_KERNEL_INSTALL)->batch;
	b->group = hdr->group;
	b->epoch = hdr->epoch;
	b->seq = hdr->seq;
	b->flags = hdr->flags | NF_RG_BATCH_MERGE;
	b->generation = fb.generation;
	b->count = fb.count;
	b->records = payload + FRAME_BATCH_BYTES;
	b->len = hdr->len - FRAME_BATCH_BYTES;
}

/* Whole or not: now our kernel sends. */
static void take_over(struct syncsess_ctx *c, struct syncsess_group *g, bool whole)
{
	c->s->counters[whole ? SYNCSESS_N_MERGES_RX : SYNCSESS_N_MERGE_CUT]++;
	c->s->counters[SYNCSESS_N_SPLIT_CONFLICT] += g->merge_conflicts;
	tell_over(c, g, whole);
	syncsess_set_repair(c, g, MONO_NEVER);
	g->merging = false;
	g->join_merge = false;
	syncsess_start_sender(c, g);
}

void syncsess_merge_late(struct syncsess_ctx *c, struct syncsess_group *g)
{
	if (g->merging)
		take_over(c, g, false);
}

void syncsess_merge_installed(struct syncsess_ctx *c, const struct syncsess_event *ev)
{
	struct syncsess *s = c->s;
	struct syncsess_group *g = &s->groups[ev->installed.group];
	uint32_t n = ev->installed.n_refusals;
	struct syncsess_frame *f;

	if (!g->merging || rg_epoch_cmp(&ev->installed.epoch, &g->epoch) ||
	    ev->installed.seq <= g->merge_done || ev->installed.seq > g->merge_seq) {
		s->counters[SYNCSESS_N_STALE_INSTALL]++;
		return;
	}
	if (ev->installed.error || n > FRAME_REFUSALS_MAX) {
		take_over(c, g, false);
		return;
	}
	g->merge_done = ev->installed.seq;
	count_refusals(g, ev->installed.refusals, n);
	f = syncsess_put(c, FRAME_MERGED, g);
	f->hdr.seq = g->merge_done;
	f->body_len = frame_put_refusals(ev->installed.refusals, n, s->ack, sizeof(s->ack));
	f->body = s->ack;
	f->hdr.len = f->body_len;
	if (g->merge_done == g->merge_end)
		take_over(c, g, true);
}

void syncsess_rx_merged(struct syncsess_ctx *c, struct syncsess_group *g, const struct frame *hdr,
			const uint8_t *payload)
{
	struct syncsess *s = c->s;
	struct syncsess_action *a;
	int n;

	if (g->dir != SYNCSESS_RECEIVER || !g->merging || !in_term(g, hdr)) {
		s->counters[SYNCSESS_N_STALE_FRAME]++;
		return;
	}
	if (hdr->seq <= g->merge_done || hdr->seq > g->merge_seq) {
		syncsess_close(c, FRAME_R_SEQUENCE, true);
		return;
	}
	n = frame_get_refusals(payload, hdr->len, s->refusals, FRAME_REFUSALS_MAX);
	if (n < 0) {
		syncsess_close(c, FRAME_R_PAYLOAD, true);
		return;
	}
	g->merge_done = hdr->seq;
	count_refusals(g, s->refusals, n);
	a = syncsess_emit(c, SYNCSESS_KERNEL_ACK);
	a->ack.group = hdr->group;
	a->ack.session = g->merge_session;
	a->ack.seq = hdr->seq;
	a->ack.refusals = s->refusals;
	a->ack.n_refusals = n;
	if (g->merge_done != g->merge_end)
		return;
	s->counters[SYNCSESS_N_MERGES_TX]++;
	g->merging = false;
	g->merge = false;
	tell_over(c, g, true);
}

void syncsess_merge_declined(struct syncsess_ctx *c, struct syncsess_group *g)
{
	if (!g->merge)
		return;
	if (g->merging) {
		syncsess_merge_stop(c, g);
	} else {
		merge_reset(g);
		c->s->counters[SYNCSESS_N_MERGE_CUT]++;
	}
	g->merge = false;
	tell_over(c, g, false);
}

void syncsess_merge_stop(struct syncsess_ctx *c, struct syncsess_group *g)
{
	if (!g->merging)
		return;
	c->s->counters[SYNCSESS_N_MERGE_CUT]++;
	g->merging = false;
	if (g->dir == SYNCSESS_RECEIVER)
		kernel_merge(c, g, 0);
}
