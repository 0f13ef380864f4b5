// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The streams of the groups: who sends, who receives, from when on, and what
 * makes a copy complete.
 */
#include "syncsess_int.h"

#include <errno.h>
#include <linux/nf_rg.h>
#include <string.h>

_Static_assert(FRAME_F_BULK_BEGIN == NF_RG_BATCH_BULK_BEGIN, "flags of the kernel");
_Static_assert(FRAME_F_BULK_END == NF_RG_BATCH_BULK_END, "flags of the kernel");
_Static_assert(FRAME_F_SYNCED == NF_RG_BATCH_SYNCED, "flags of the kernel");
_Static_assert((FRAME_F_ALL & NF_RG_BATCH_MERGE) == 0, "said by the type of the frame");
_Static_assert(FRAME_F_DIGESTS == NF_RG_BATCH_DIGESTS, "flags of the kernel");
_Static_assert(FRAME_BUCKETS_BYTES == 8 * NF_RG_BUCKETS, "buckets of the kernel");
_Static_assert((int)SYNCSESS_COPY_VERIFY == (int)NF_RG_SYNC_VERIFY, "states of the kernel");
_Static_assert((int)SYNCSESS_COPY_NONE == (int)NF_RG_SYNC_NONE, "states of the kernel");
_Static_assert((int)SYNCSESS_COPY_DELTA == (int)NF_RG_SYNC_DELTA, "states of the kernel");
_Static_assert((int)SYNCSESS_COPY_BULK == (int)NF_RG_SYNC_BULK, "states of the kernel");
_Static_assert((int)SYNCSESS_COPY_DONE == (int)NF_RG_SYNC_DONE, "states of the kernel");
_Static_assert(FRAME_BATCH_BYTES + NF_RG_PUSH_MAX <= FRAME_PAYLOAD_MAX, "a push fits into a frame");
_Static_assert(NF_RG_BATCH_RECORDS <= FRAME_REFUSALS_MAX, "a refused batch fits into an answer");

static void set_status(struct syncsess_ctx *c, struct syncsess_group *g, enum election_sync status)
{
	struct syncsess_action *a;

	if (g->status == status)
		return;
	g->status = status;
	g->hot_since = status == ELECTION_SYNC_HOT ? c->now : MONO_NEVER;
	a = syncsess_emit(c, SYNCSESS_STATUS);
	a->status.group = syncsess_group_id(c->s, g);
	a->status.sync = status;
}

static void kernel_session(struct syncsess_ctx *c, struct syncsess_group *g,
			   enum syncsess_action_type type, uint32_t session, bool bulk)
{
	struct syncsess_action *a = syncsess_emit(c, type);

	g->session = session;
	a->sync.group = syncsess_group_id(c->s, g);
	a->sync.session = session;
	a->sync.version = c->s->version;
	if (type == SYNCSESS_KERNEL_SYNC && session) {
		a->sync.peer_instance = g->join_instance;
		a->sync.peer_table_max = g->join_table_max;
		a->sync.bulk = bulk;
	}
}

void syncsess_set_repair(struct syncsess_ctx *c, struct syncsess_group *g, mono_t at)
{
	struct syncsess *s = c->s;
	bool was_first = !mono_is_never(g->repair_at) && g->repair_at.ns == s->repair_at.ns;
	unsigned int i;

	/* The earliest of all is kept, since every step asks for it. */
	g->repair_at = at;
	s->repair_at = mono_min(s->repair_at, at);
	if (!was_first)
		return;
	s->repair_at = MONO_NEVER;
	for (i = 1; i < SYNCSESS_GROUPS; i++)
		s->repair_at = mono_min(s->repair_at, s->groups[i].repair_at);
}

/* A mapping that is equal again has to go on before anything of it is taken or sent. */
static void tell_joined(struct syncsess_ctx *c, const struct syncsess_group *g)
{
	struct syncsess_action *a = syncsess_emit(c, SYNCSESS_JOINED);

	a->joined.group = syncsess_group_id(c->s, g);
	a->joined.digest = g->join_digest;
}

/* Both sides want it, in the same term: our kernel may push, or takes first. */
void syncsess_start_sender(struct syncsess_ctx *c, struct syncsess_group *g)
{
	if (c->s->state != SYNCSESS_UP || g->dir != SYNCSESS_SENDER || !g->joined ||
	    rg_epoch_cmp(&g->join_epoch, &g->epoch))
		return;
	tell_joined(c, g);
	if (g->join_merge) {
		syncsess_take(c, g);
		return;
	}
	/* Answers to batches up to here belong to the kernel's former session. */
	g->floor = g->tx_seq;
	g->ack_seq = g->tx_seq;
	g->first = true;
	g->running = true;
	kernel_session(c, g, SYNCSESS_KERNEL_SYNC, syncsess_take_session(c->s), g->join_full);
	g->join_full = false;
}

void syncsess_start_receiver(struct syncsess_ctx *c, struct syncsess_group *g)
{
	struct frame_join j = {
		.instance = g->instance,
		.digest = g->digest,
		.flags = g->full || g->merge ? FRAME_JOIN_FULL : 0,
		.table_max = g->table_max,
	};
	struct syncsess_frame *f;

	if (c->s->state != SYNCSESS_UP || g->dir != SYNCSESS_RECEIVER)
		return;
	g->running = true;
	g->rx_seq = 0;
	g->done_seq = 0;
	syncsess_set_repair(c, g, MONO_NEVER);
	if (g->merge && c->s->version >= FRAME_VERSION_MERGE)
		j.flags |= FRAME_JOIN_MERGE;
	kernel_session(c, g, SYNCSESS_KERNEL_RECEIVE, syncsess_take_session(c->s), false);
	f = syncsess_put(c, FRAME_JOIN, g);
	f->head_len = frame_put_join(&j, f->head, sizeof(f->head));
	f->hdr.len = f->head_len;
}

/* The kernel is told first, so that nothing is pushed into a dead session. */
void syncsess_stop_group(struct syncsess_ctx *c, struct syncsess_group *g)
{
	syncsess_merge_stop(c, g);
	if (g->running)
		kernel_session(c, g,
			       g->dir == SYNCSESS_SENDER ? SYNCSESS_KERNEL_SYNC :
							   SYNCSESS_KERNEL_RECEIVE,
			       0, false);
	g->running = false;
	syncsess_set_repair(c, g, MONO_NEVER);
	if (g->dir == SYNCSESS_RECEIVER)
		set_status(c, g, ELECTION_SYNC_COLD);
}

static void leave_group(struct syncsess_ctx *c, struct syncsess_group *g, enum frame_reason r)
{
	bool tell = (g->running || g->merging) && c->s->state == SYNCSESS_UP;

	syncsess_stop_group(c, g);
	if (tell)
		syncsess_put_reason(c, FRAME_LEAVE, g, r);
}

void syncsess_rx_join(struct syncsess_ctx *c, struct syncsess_group *g, const struct frame *hdr,
		      const uint8_t *payload)
{
	struct frame_join j;

	if (frame_get_join(payload, hdr->len, &j)) {
		syncsess_close(c, FRAME_R_PAYLOAD, true);
		return;
	}
	if (g->dir == SYNCSESS_SENDER)
		syncsess_stop_group(c, g);
	g->joined = true;
	g->join_epoch = hdr->epoch;
	g->join_instance = j.instance;
	g->join_digest = j.digest;
	g->join_table_max = j.table_max;
	g->join_full = j.flags & FRAME_JOIN_FULL;
	g->join_merge = j.flags & FRAME_JOIN_MERGE;
	syncsess_start_sender(c, g);
	if (g->dir != SYNCSESS_SENDER || !(g->running || g->merging))
		c->s->counters[SYNCSESS_N_JOIN_WAITED]++;
}

void syncsess_rx_leave(struct syncsess_ctx *c, struct syncsess_group *g, const struct frame *hdr)
{
	if (g->dir == SYNCSESS_RECEIVER && g->running && !rg_epoch_cmp(&hdr->epoch, &g->epoch)) {
		/* We still want it: a JOIN waits over there until it may be. */
		syncsess_stop_group(c, g);
		syncsess_start_receiver(c, g);
	} else if (g->dir != SYNCSESS_RECEIVER && g->joined &&
		   !rg_epoch_cmp(&hdr->epoch, &g->join_epoch)) {
		syncsess_stop_group(c, g);
		g->joined = false;
	} else {
		c->s->counters[SYNCSESS_N_STALE_FRAME]++;
	}
}

void syncsess_rx_resend(struct syncsess_ctx *c, struct syncsess_group *g, const struct frame *hdr,
			enum frame_reason r)
{
	if (g->dir != SYNCSESS_SENDER || !g->joined || rg_epoch_cmp(&hdr->epoch, &g->join_epoch)) {
		c->s->counters[SYNCSESS_N_STALE_FRAME]++;
		return;
	}
	if (r == FRAME_R_LOST) {
		c->s->counters[SYNCSESS_N_VERIFY_RX]++;
		if (g->running)
			syncsess_emit(c, SYNCSESS_KERNEL_VERIFY)->sync.group = hdr->group;
		return;
	}
	c->s->counters[SYNCSESS_N_RESEND_RX]++;
	syncsess_stop_group(c, g);
	g->join_full = true;
	syncsess_start_sender(c, g);
}

void syncsess_rx_batch(struct syncsess_ctx *c, struct syncsess_group *g, const struct frame *hdr,
		       const uint8_t *payload)
{
	struct syncsess *s = c->s;
	struct syncsess_batch *b;
	struct frame_batch fb;

	if (g->dir != SYNCSESS_RECEIVER || !g->running || rg_epoch_cmp(&hdr->epoch, &g->epoch)) {
		s->counters[SYNCSESS_N_STALE_BATCH]++;
		return;
	}
	if (hdr->seq <= g->rx_seq) {
		syncsess_close(c, FRAME_R_SEQUENCE, true);
		return;
	}
	if (frame_get_batch(payload, hdr->len, &fb)) {
		syncsess_close(c, FRAME_R_PAYLOAD, true);
		return;
	}
	syncsess_merge_declined(c, g);
	g->rx_seq = hdr->seq;
	g->generation = fb.generation;
	s->counters[SYNCSESS_N_BATCHES_RX]++;
	if (hdr->flags & FRAME_F_BULK_BEGIN) {
		s->counters[SYNCSESS_N_BULK]++;
		g->full = false;
		g->partial_old = g->partial_old || g->partial;
		set_status(c, g, ELECTION_SYNC_BULK);
	} else if (g->status == ELECTION_SYNC_COLD) {
		set_status(c, g, ELECTION_SYNC_BULK);
	}
	b = &syncsess_emit(c, SYNCSESS_KERNEL_INSTALL)->batch;
	b->group = hdr->group;
	b->epoch = hdr->epoch;
	b->seq = hdr->seq;
	b->flags = hdr->flags;
	b->generation = fb.generation;
	b->count = fb.count;
	b->records = payload + FRAME_BATCH_BYTES;
	b->len = hdr->len - FRAME_BATCH_BYTES;
}

void syncsess_rx_ack(struct syncsess_ctx *c, struct syncsess_group *g, const struct frame *hdr,
		     const uint8_t *payload)
{
	struct syncsess *s = c->s;
	struct syncsess_action *a;
	uint32_t digest = (uint32_t)frame_ack_digest(hdr->flags);
	int n;

	if (g->dir != SYNCSESS_SENDER || !g->running || rg_epoch_cmp(&hdr->epoch, &g->epoch) ||
	    hdr->seq <= g->floor) {
		s->counters[SYNCSESS_N_STALE_ACK]++;
		return;
	}
	if (hdr->seq <= g->ack_seq || hdr->seq > g->tx_seq) {
		syncsess_close(c, FRAME_R_SEQUENCE, true);
		return;
	}
	n = frame_get_refusals(payload + digest, hdr->len - digest, s->refusals,
			       FRAME_REFUSALS_MAX);
	if (n < 0) {
		syncsess_close(c, FRAME_R_PAYLOAD, true);
		return;
	}
	g->ack_seq = hdr->seq;
	s->counters[SYNCSESS_N_REFUSED_RX] += n;
	a = syncsess_emit(c, SYNCSESS_KERNEL_ACK);
	a->ack.group = hdr->group;
	a->ack.session = g->session;
	a->ack.seq = hdr->seq;
	a->ack.refusals = s->refusals;
	a->ack.n_refusals = n;
	a->ack.digest = payload;
	a->ack.digest_len = digest;
}

void syncsess_want_send(struct syncsess_ctx *c, const struct syncsess_event *ev)
{
	struct syncsess_group *g = &c->s->groups[ev->group.id];

	if (g->dir == SYNCSESS_SENDER && !rg_epoch_cmp(&g->epoch, &ev->group.epoch))
		return;
	leave_group(c, g, FRAME_R_ROLE);
	g->dir = SYNCSESS_SENDER;
	g->merge = false;
	g->epoch = ev->group.epoch;
	if (g->instance != ev->group.instance) {
		/* Another life of the group in our kernel counts from 1 again. */
		g->instance = ev->group.instance;
		g->tx_seq = 0;
	}
	syncsess_start_sender(c, g);
}

void syncsess_want_receive(struct syncsess_ctx *c, const struct syncsess_event *ev)
{
	struct syncsess_group *g = &c->s->groups[ev->group.id];

	leave_group(c, g, FRAME_R_ROLE);
	g->dir = SYNCSESS_RECEIVER;
	g->joined = false;
	g->epoch = ev->group.epoch;
	g->instance = ev->group.instance;
	g->digest = ev->group.digest;
	g->table_max = ev->group.table_max;
	g->full = g->full || ev->group.full;
	g->merge = g->merge || ev->group.merge;
	g->repair_ms = 0;
	syncsess_start_receiver(c, g);
}

void syncsess_want_nothing(struct syncsess_ctx *c, const struct syncsess_event *ev)
{
	struct syncsess_group *g = &c->s->groups[ev->group.id];

	leave_group(c, g, FRAME_R_ROLE);
	if (g->dir == SYNCSESS_SENDER)
		g->joined = false;
	g->dir = SYNCSESS_IDLE;
}

void syncsess_push(struct syncsess_ctx *c, const struct syncsess_event *ev)
{
	const struct syncsess_batch *b = &ev->batch;
	struct syncsess *s = c->s;
	struct syncsess_group *g = &s->groups[b->group];
	struct syncsess_frame *f;
	struct frame_batch fb = { .generation = b->generation, .count = b->count };

	if (g->dir == SYNCSESS_RECEIVER) {
		syncsess_merge_push(c, ev);
		return;
	}
	if (g->dir != SYNCSESS_SENDER || !g->running || b->session != g->session ||
	    rg_epoch_cmp(&b->epoch, &g->epoch)) {
		s->counters[SYNCSESS_N_STALE_PUSH]++;
		return;
	}
	if (b->seq <= g->tx_seq) {
		syncsess_close(c, FRAME_R_SEQUENCE, true);
		return;
	}
	if (FRAME_BATCH_BYTES + (uint64_t)b->len > s->payload_max) {
		syncsess_close(c, FRAME_R_PAYLOAD, true);
		return;
	}
	if (g->first) {
		/* The kernel counts on from a session that we do not know. */
		g->first = false;
		g->floor = b->seq - 1;
		g->ack_seq = b->seq - 1;
	}
	g->tx_seq = b->seq;
	g->generation = b->generation;
	s->counters[SYNCSESS_N_BATCHES_TX]++;
	f = syncsess_put(c, FRAME_BATCH, g);
	f->hdr.flags = b->flags & FRAME_F_ALL;
	f->hdr.seq = b->seq;
	f->head_len = frame_put_batch(&fb, f->head, sizeof(f->head));
	f->body = b->records;
	f->body_len = b->len;
	f->hdr.len = f->head_len + f->body_len;
}

/* Everything again. */
void syncsess_repair(struct syncsess_ctx *c, struct syncsess_group *g)
{
	syncsess_set_repair(c, g, MONO_NEVER);
	if (g->dir == SYNCSESS_SENDER) {
		syncsess_merge_late(c, g);
		return;
	}
	g->full = true;
	/* It comes anyway, as soon as what we did is over there. */
	if (g->merging)
		return;
	if (!g->running) {
		syncsess_start_receiver(c, g);
		return;
	}
	c->s->counters[SYNCSESS_N_RESEND_TX]++;
	set_status(c, g, ELECTION_SYNC_BULK);
	syncsess_put_reason(c, FRAME_RESEND, g, g->repair_reason);
}

static void need_repair(struct syncsess_ctx *c, struct syncsess_group *g, enum frame_reason r)
{
	uint32_t delay;

	if (mono_reached(c->now, mono_add_ms(g->hot_since, SYNCSESS_REPAIR_MAX_MS)))
		g->repair_ms = 0;
	if (g->running)
		set_status(c, g, ELECTION_SYNC_BULK);
	if (!mono_is_never(g->repair_at))
		return;
	delay = g->repair_ms ? g->repair_ms : SYNCSESS_REPAIR_MIN_MS;
	g->repair_ms = g->repair_ms ? 2 * g->repair_ms : SYNCSESS_REPAIR_MIN_MS;
	if (g->repair_ms > SYNCSESS_REPAIR_MAX_MS)
		g->repair_ms = SYNCSESS_REPAIR_MAX_MS;
	g->repair_reason = r;
	syncsess_set_repair(c, g, mono_add_ms(c->now, delay));
}

/* What our kernel's answer carries; another length is none that we know. */
static uint8_t ack_flags(uint32_t digest_len)
{
	if (digest_len == FRAME_DIGEST_BYTES)
		return FRAME_F_ACK_DIGEST;
	return digest_len == FRAME_DIGEST_BYTES + FRAME_BUCKETS_BYTES ? FRAME_F_ACK_ALL : 0;
}

/* The copy is not known to be complete any more; what it was before HOT it stays. */
static void not_hot(struct syncsess_ctx *c, struct syncsess_group *g)
{
	if (g->status == ELECTION_SYNC_HOT)
		set_status(c, g, ELECTION_SYNC_BULK);
}

static void install_failed(struct syncsess_ctx *c, struct syncsess_group *g, int error)
{
	bool moved = error == -ESTALE || error == -EPERM;

	leave_group(c, g, moved ? FRAME_R_ROLE : FRAME_R_INSTALL);
	need_repair(c, g, FRAME_R_INSTALL);
}

void syncsess_installed(struct syncsess_ctx *c, const struct syncsess_event *ev)
{
	struct syncsess *s = c->s;
	struct syncsess_group *g = &s->groups[ev->installed.group];
	uint32_t n = ev->installed.n_refusals, digest = ev->installed.digest_len;
	struct syncsess_frame *f;

	if (g->dir == SYNCSESS_SENDER) {
		syncsess_merge_installed(c, ev);
		return;
	}
	if (g->dir != SYNCSESS_RECEIVER || !g->running ||
	    rg_epoch_cmp(&ev->installed.epoch, &g->epoch) || ev->installed.seq <= g->done_seq ||
	    ev->installed.seq > g->rx_seq) {
		s->counters[SYNCSESS_N_STALE_INSTALL]++;
		return;
	}
	if (ev->installed.error || n > FRAME_REFUSALS_MAX) {
		install_failed(c, g, ev->installed.error);
		return;
	}
	g->done_seq = ev->installed.seq;
	s->counters[SYNCSESS_N_REFUSED_TX] += n;
	f = syncsess_put(c, FRAME_ACK, g);
	f->hdr.seq = g->done_seq;
	f->hdr.flags = ack_flags(digest);
	digest = (uint32_t)frame_ack_digest(f->hdr.flags);
	if (digest)
		memcpy(s->ack, ev->installed.digest, digest);
	f->body_len = digest + frame_put_refusals(ev->installed.refusals, n, s->ack + digest,
						  sizeof(s->ack) - digest);
	f->body = s->ack;
	f->hdr.len = f->body_len;
	if (ev->installed.copy != SYNCSESS_COPY_DONE)
		not_hot(c, g);
	else if (!g->full && !g->partial && mono_is_never(g->repair_at))
		set_status(c, g, ELECTION_SYNC_HOT);
}

void syncsess_lost(struct syncsess_ctx *c, const struct syncsess_event *ev)
{
	struct syncsess_group *g = &c->s->groups[ev->group.id];

	if (g->dir != SYNCSESS_RECEIVER || !g->running || c->s->state != SYNCSESS_UP)
		return;
	c->s->counters[SYNCSESS_N_VERIFY_TX]++;
	not_hot(c, g);
	syncsess_put_reason(c, FRAME_RESEND, g, FRAME_R_LOST);
}

void syncsess_ask_again(struct syncsess_ctx *c, const struct syncsess_event *ev)
{
	struct syncsess_group *g = &c->s->groups[ev->group.id];

	if (g->dir != SYNCSESS_RECEIVER || c->s->state != SYNCSESS_UP)
		return;
	g->repair_reason = FRAME_R_REQUEST;
	syncsess_repair(c, g);
}

void syncsess_rx_config(struct syncsess_ctx *c, const struct frame *hdr, const uint8_t *payload)
{
	struct syncsess_action *a;
	uint64_t digest = 0;

	if (hdr->type == FRAME_CONFIG_ASK && frame_get_config_ask(payload, hdr->len, &digest)) {
		syncsess_close(c, FRAME_R_PAYLOAD, true);
		return;
	}
	a = syncsess_emit(c, SYNCSESS_CONFIG);
	a->config.group = (uint8_t)hdr->group;
	a->config.digest = digest;
	if (hdr->type == FRAME_CONFIG_ASK)
		return;
	c->s->counters[SYNCSESS_N_CONFIG_RX]++;
	a->config.list = payload;
	a->config.len = hdr->len;
}

void syncsess_config(struct syncsess_ctx *c, const struct syncsess_event *ev)
{
	struct syncsess *s = c->s;
	struct syncsess_frame *f;

	if (s->state != SYNCSESS_UP || s->version < FRAME_VERSION_CONFIG ||
	    ev->config.len > s->payload_max || (!ev->config.list && !ev->config.digest)) {
		s->counters[SYNCSESS_N_CONFIG_UNSENT]++;
		return;
	}
	f = syncsess_put(c, ev->config.list ? FRAME_CONFIG : FRAME_CONFIG_ASK, NULL);
	f->hdr.group = ev->config.group;
	if (!ev->config.list) {
		f->head_len = frame_put_config_ask(ev->config.digest, f->head, sizeof(f->head));
		f->hdr.len = f->head_len;
		return;
	}
	s->counters[SYNCSESS_N_CONFIG_TX]++;
	f->body = ev->config.list;
	f->body_len = ev->config.len;
	f->hdr.len = f->body_len;
}

/*
 * A copy without some mappings is not complete. When all go on it is begun again, as a delta; or in
 * full, if one was received that could not say what of the stopped ones had ended.
 */
void syncsess_partial(struct syncsess_ctx *c, const struct syncsess_event *ev)
{
	struct syncsess_group *g = &c->s->groups[ev->partial.group];
	bool was = g->partial;

	g->digest = ev->partial.digest;
	g->partial = ev->partial.on;
	/* A copy that is on its way will sweep nothing of what has stopped meanwhile. */
	g->partial_old = g->partial_old || ev->partial.old ||
			 (g->partial && !was && g->status == ELECTION_SYNC_BULK);
	if (g->partial) {
		not_hot(c, g);
		return;
	}
	g->full = g->full || g->partial_old;
	g->partial_old = false;
	if (!was || g->dir != SYNCSESS_RECEIVER)
		return;
	leave_group(c, g, FRAME_R_REQUEST);
	syncsess_start_receiver(c, g);
}
