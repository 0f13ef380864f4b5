// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Session on the data link.
 *
 *	DOWN --CONNECTED--> OPENING --OPEN of the peer, bound to its hellos--> UP
 *	  ^                    |                                               |
 *	  +--------------------+-- any error (CLOSE with its name), silence ----+
 *
 * What can be stale is told apart from what is wrong. Both routers change their
 * roles by what the control link says, not by this stream, so frames of a term
 * that has just ended are on their way legitimately: they are counted and
 * dropped. What TCP cannot have done - a sequence that goes back, a frame of
 * another session - means that one of the two is mad: the connection ends.
 */
#include "syncsess.h"

#include <errno.h>
#include <linux/nf_rg.h>
#include <string.h>

_Static_assert(FRAME_F_BULK_BEGIN == NF_RG_BATCH_BULK_BEGIN &&
	       FRAME_F_BULK_END == NF_RG_BATCH_BULK_END &&
	       FRAME_F_SYNCED == NF_RG_BATCH_SYNCED, "flags of the kernel");
_Static_assert((int)SYNCSESS_COPY_NONE == (int)NF_RG_SYNC_NONE &&
	       (int)SYNCSESS_COPY_DELTA == (int)NF_RG_SYNC_DELTA &&
	       (int)SYNCSESS_COPY_BULK == (int)NF_RG_SYNC_BULK &&
	       (int)SYNCSESS_COPY_DONE == (int)NF_RG_SYNC_DONE,
	       "states of the kernel");
_Static_assert(FRAME_BATCH_BYTES + NF_RG_PUSH_MAX <= FRAME_PAYLOAD_MAX,
	       "a push fits into a frame");
_Static_assert(NF_RG_BATCH_RECORDS <= FRAME_REFUSALS_MAX,
	       "a batch that is refused as a whole fits into an answer");

struct ctx {
	struct syncsess *s;
	mono_t now;
	struct syncsess_actions *out;
};

const char *syncsess_counter_name(enum syncsess_counter c)
{
	static const char *const names[SYNCSESS_COUNTERS] = {
		[SYNCSESS_N_OPENED] = "opened",
		[SYNCSESS_N_FRAMES_RX] = "frames-rx",
		[SYNCSESS_N_FRAMES_TX] = "frames-tx",
		[SYNCSESS_N_BATCHES_RX] = "batches-rx",
		[SYNCSESS_N_BATCHES_TX] = "batches-tx",
		[SYNCSESS_N_REFUSED_RX] = "refused-rx",
		[SYNCSESS_N_REFUSED_TX] = "refused-tx",
		[SYNCSESS_N_BULK] = "bulk",
		[SYNCSESS_N_RESEND_RX] = "resend-rx",
		[SYNCSESS_N_RESEND_TX] = "resend-tx",
		[SYNCSESS_N_JOIN_WAITED] = "join-waited",
		[SYNCSESS_N_STALE_PUSH] = "stale-push",
		[SYNCSESS_N_STALE_BATCH] = "stale-batch",
		[SYNCSESS_N_STALE_ACK] = "stale-ack",
		[SYNCSESS_N_STALE_INSTALL] = "stale-install",
		[SYNCSESS_N_STALE_FRAME] = "stale-frame",
	};

	return (unsigned int)c < SYNCSESS_COUNTERS ? names[c] : "?";
}

bool syncsess_connects(uint64_t own, uint64_t peer)
{
	return own > peer;
}

uint64_t syncsess_unacked(const struct syncsess *s, uint8_t group)
{
	const struct syncsess_group *g = &s->groups[group];

	return g->running && g->dir == SYNCSESS_SENDER ?
	       g->tx_seq - g->ack_seq : 0;
}

void syncsess_init(struct syncsess *s, const struct syncsess_config *cfg,
		   uint32_t first_session)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	s->cfg = *cfg;
	s->next_session = first_session ? first_session : 1;
	for (i = 0; i < SYNCSESS_GROUPS; i++) {
		s->groups[i].repair_at = MONO_NEVER;
		s->groups[i].hot_since = MONO_NEVER;
	}
}

static uint32_t take_session(struct syncsess *s)
{
	uint32_t n = s->next_session++;

	if (!s->next_session)
		s->next_session = 1;
	return n;
}

static uint8_t group_id(const struct syncsess *s,
			const struct syncsess_group *g)
{
	return g - s->groups;
}

static struct syncsess_action *emit(struct ctx *c,
				    enum syncsess_action_type type)
{
	struct syncsess_actions *out = c->out;
	struct syncsess_action *a;

	if (out->n == SYNCSESS_ACTIONS_MAX) {
		out->lost++;
		a = &out->a[SYNCSESS_ACTIONS_MAX - 1];
	} else {
		a = &out->a[out->n++];
	}
	memset(a, 0, sizeof(*a));
	a->type = type;
	return a;
}

/* A frame without payload as yet; @g NULL: about the connection. */
static struct syncsess_frame *put_frame(struct ctx *c, enum frame_type type,
					const struct syncsess_group *g)
{
	struct syncsess *s = c->s;
	struct syncsess_frame *f = &emit(c, SYNCSESS_SEND_FRAME)->send;

	f->hdr.type = type;
	f->hdr.version = s->version ? s->version : FRAME_VERSION;
	f->hdr.session = s->tx_session;
	if (g) {
		f->hdr.group = group_id(s, g);
		f->hdr.epoch = g->epoch;
	}
	s->last_tx = c->now;
	s->counters[SYNCSESS_N_FRAMES_TX]++;
	return f;
}

static void send_reason(struct ctx *c, enum frame_type type,
			const struct syncsess_group *g, enum frame_reason r)
{
	struct syncsess_frame *f = put_frame(c, type, g);

	f->head_len = frame_put_reason(r, f->head, sizeof(f->head));
	f->hdr.len = f->head_len;
}

static void send_open(struct ctx *c)
{
	const struct syncsess *s = c->s;
	const struct frame_open o = {
		.version_min = FRAME_VERSION_MIN,
		.version_max = FRAME_VERSION,
		.domain = s->cfg.domain,
		.protocol = s->cfg.protocol,
		.system = s->cfg.system,
		.nonce = s->cfg.nonce,
		.peer_nonce = s->peer_nonce,
		.payload_max = FRAME_PAYLOAD_MAX,
	};
	struct syncsess_frame *f = put_frame(c, FRAME_OPEN, NULL);

	f->head_len = frame_put_open(&o, f->head, sizeof(f->head));
	f->hdr.len = f->head_len;
}

static void set_status(struct ctx *c, struct syncsess_group *g,
		       enum election_sync status)
{
	struct syncsess_action *a;

	if (g->status == status)
		return;
	g->status = status;
	g->hot_since = status == ELECTION_SYNC_HOT ? c->now : MONO_NEVER;
	a = emit(c, SYNCSESS_STATUS);
	a->status.group = group_id(c->s, g);
	a->status.sync = status;
}

static void kernel_session(struct ctx *c, struct syncsess_group *g,
			   enum syncsess_action_type type, uint32_t session,
			   bool bulk)
{
	struct syncsess_action *a = emit(c, type);

	g->session = session;
	a->sync.group = group_id(c->s, g);
	a->sync.session = session;
	if (type == SYNCSESS_KERNEL_SYNC && session) {
		a->sync.peer_instance = g->join_instance;
		a->sync.bulk = bulk;
	}
}

/* Both sides want it, in the same term: our kernel may push. */
static void start_sender(struct ctx *c, struct syncsess_group *g)
{
	if (c->s->state != SYNCSESS_UP || g->dir != SYNCSESS_SENDER ||
	    !g->joined || rg_epoch_cmp(&g->join_epoch, &g->epoch))
		return;
	/* Answers to batches up to here belong to the kernel's former session. */
	g->floor = g->tx_seq;
	g->ack_seq = g->tx_seq;
	g->running = true;
	kernel_session(c, g, SYNCSESS_KERNEL_SYNC, take_session(c->s),
		       g->join_full);
	g->join_full = false;
}

static void start_receiver(struct ctx *c, struct syncsess_group *g)
{
	struct frame_join j = {
		.instance = g->instance,
		.digest = g->digest,
		.flags = g->full ? FRAME_JOIN_FULL : 0,
	};
	struct syncsess_frame *f;

	if (c->s->state != SYNCSESS_UP || g->dir != SYNCSESS_RECEIVER)
		return;
	g->running = true;
	g->rx_seq = 0;
	g->done_seq = 0;
	g->missing = 0;
	g->repair_at = MONO_NEVER;
	kernel_session(c, g, SYNCSESS_KERNEL_RECEIVE, take_session(c->s),
		       false);
	f = put_frame(c, FRAME_JOIN, g);
	f->head_len = frame_put_join(&j, f->head, sizeof(f->head));
	f->hdr.len = f->head_len;
}

/* The kernel is told first, so that nothing is pushed into a dead session. */
static void stop_group(struct ctx *c, struct syncsess_group *g)
{
	if (g->running)
		kernel_session(c, g, g->dir == SYNCSESS_SENDER ?
				     SYNCSESS_KERNEL_SYNC :
				     SYNCSESS_KERNEL_RECEIVE, 0, false);
	g->running = false;
	g->repair_at = MONO_NEVER;
	if (g->dir == SYNCSESS_RECEIVER)
		set_status(c, g, ELECTION_SYNC_COLD);
}

static void leave_group(struct ctx *c, struct syncsess_group *g,
			enum frame_reason r)
{
	bool tell = g->running && c->s->state == SYNCSESS_UP;

	stop_group(c, g);
	if (tell)
		send_reason(c, FRAME_LEAVE, g, r);
}

static void link_down(struct ctx *c)
{
	struct syncsess *s = c->s;
	bool up = s->state == SYNCSESS_UP;
	unsigned int i;

	for (i = 1; i < SYNCSESS_GROUPS; i++) {
		stop_group(c, &s->groups[i]);
		s->groups[i].joined = false;
	}
	s->state = SYNCSESS_DOWN;
	s->version = 0;
	s->rx_session = 0;
	if (up)
		emit(c, SYNCSESS_LINK)->up = false;
}

static void close_link(struct ctx *c, enum frame_reason r, bool tell)
{
	struct syncsess *s = c->s;

	if (s->state == SYNCSESS_DOWN)
		return;
	s->closed[r]++;
	s->last_reason = r;
	if (tell)
		send_reason(c, FRAME_CLOSE, NULL, r);
	link_down(c);
	if (r != FRAME_R_GONE)
		emit(c, SYNCSESS_DISCONNECT)->reason = r;
}

static void connected(struct ctx *c)
{
	struct syncsess *s = c->s;

	if (s->state != SYNCSESS_DOWN) {
		s->closed[FRAME_R_REPLACED]++;
		s->last_reason = FRAME_R_REPLACED;
		link_down(c);
	}
	s->state = SYNCSESS_OPENING;
	s->tx_session = take_session(s);
	s->last_rx = c->now;
	s->last_tx = c->now;
	if (!s->peer_system) {
		/* Whom to bind it to is not known before a hello was heard. */
		close_link(c, FRAME_R_NONCE, false);
		return;
	}
	send_open(c);
}

static void peer(struct ctx *c, const struct syncsess_event *ev)
{
	struct syncsess *s = c->s;

	if (s->peer_system == ev->peer.system && s->peer_nonce == ev->peer.nonce)
		return;
	s->peer_system = ev->peer.system;
	s->peer_nonce = ev->peer.nonce;
	close_link(c, ev->peer.system ? FRAME_R_NONCE : FRAME_R_SILENT, true);
}

static void rx_open(struct ctx *c, const struct frame *hdr,
		    const uint8_t *payload)
{
	struct syncsess *s = c->s;
	struct frame_open o;
	int err = frame_get_open(payload, hdr->len, &o);
	enum frame_reason r = FRAME_R_NONE;
	unsigned int i;

	if (err == -EPROTO)
		r = FRAME_R_VERSION;
	else if (err)
		r = FRAME_R_PAYLOAD;
	else if (o.domain != s->cfg.domain || o.protocol != s->cfg.protocol)
		r = FRAME_R_DOMAIN;
	else if (o.system != s->peer_system)
		r = FRAME_R_SYSTEM;
	else if (o.nonce != s->peer_nonce || o.peer_nonce != s->cfg.nonce)
		r = FRAME_R_NONCE;
	if (r != FRAME_R_NONE) {
		close_link(c, r, true);
		return;
	}
	s->state = SYNCSESS_UP;
	s->rx_session = hdr->session;
	s->version = o.version_max < FRAME_VERSION ? o.version_max :
						     FRAME_VERSION;
	s->payload_max = o.payload_max;
	s->counters[SYNCSESS_N_OPENED]++;
	emit(c, SYNCSESS_LINK)->up = true;
	for (i = 1; i < SYNCSESS_GROUPS; i++)
		start_receiver(c, &s->groups[i]);
}

static void rx_join(struct ctx *c, struct syncsess_group *g,
		    const struct frame *hdr, const uint8_t *payload)
{
	struct frame_join j;

	if (frame_get_join(payload, hdr->len, &j)) {
		close_link(c, FRAME_R_PAYLOAD, true);
		return;
	}
	if (g->dir == SYNCSESS_SENDER)
		stop_group(c, g);
	g->joined = true;
	g->join_epoch = hdr->epoch;
	g->join_instance = j.instance;
	g->join_full = j.flags & FRAME_JOIN_FULL;
	start_sender(c, g);
	if (g->dir != SYNCSESS_SENDER || !g->running)
		c->s->counters[SYNCSESS_N_JOIN_WAITED]++;
}

static void rx_leave(struct ctx *c, struct syncsess_group *g,
		     const struct frame *hdr)
{
	if (g->dir == SYNCSESS_RECEIVER && g->running &&
	    !rg_epoch_cmp(&hdr->epoch, &g->epoch)) {
		/* We still want it: a JOIN waits over there until it may be. */
		stop_group(c, g);
		start_receiver(c, g);
	} else if (g->dir != SYNCSESS_RECEIVER && g->joined &&
		   !rg_epoch_cmp(&hdr->epoch, &g->join_epoch)) {
		stop_group(c, g);
		g->joined = false;
	} else {
		c->s->counters[SYNCSESS_N_STALE_FRAME]++;
	}
}

static void rx_resend(struct ctx *c, struct syncsess_group *g,
		      const struct frame *hdr)
{
	if (g->dir != SYNCSESS_SENDER || !g->joined ||
	    rg_epoch_cmp(&hdr->epoch, &g->join_epoch)) {
		c->s->counters[SYNCSESS_N_STALE_FRAME]++;
		return;
	}
	c->s->counters[SYNCSESS_N_RESEND_RX]++;
	stop_group(c, g);
	g->join_full = true;
	start_sender(c, g);
}

static void rx_batch(struct ctx *c, struct syncsess_group *g,
		     const struct frame *hdr, const uint8_t *payload)
{
	struct syncsess *s = c->s;
	struct syncsess_batch *b;
	struct frame_batch fb;

	if (g->dir != SYNCSESS_RECEIVER || !g->running ||
	    rg_epoch_cmp(&hdr->epoch, &g->epoch)) {
		s->counters[SYNCSESS_N_STALE_BATCH]++;
		return;
	}
	if (hdr->seq <= g->rx_seq) {
		close_link(c, FRAME_R_SEQUENCE, true);
		return;
	}
	if (frame_get_batch(payload, hdr->len, &fb)) {
		close_link(c, FRAME_R_PAYLOAD, true);
		return;
	}
	g->rx_seq = hdr->seq;
	g->generation = fb.generation;
	s->counters[SYNCSESS_N_BATCHES_RX]++;
	if (hdr->flags & FRAME_F_BULK_BEGIN) {
		s->counters[SYNCSESS_N_BULK]++;
		g->missing = 0;
		g->full = false;
		set_status(c, g, ELECTION_SYNC_BULK);
	} else if (g->status == ELECTION_SYNC_COLD) {
		set_status(c, g, ELECTION_SYNC_BULK);
	}
	b = &emit(c, SYNCSESS_KERNEL_INSTALL)->batch;
	b->group = hdr->group;
	b->epoch = hdr->epoch;
	b->seq = hdr->seq;
	b->flags = hdr->flags;
	b->generation = fb.generation;
	b->count = fb.count;
	b->records = payload + FRAME_BATCH_BYTES;
	b->len = hdr->len - FRAME_BATCH_BYTES;
}

static void rx_ack(struct ctx *c, struct syncsess_group *g,
		   const struct frame *hdr, const uint8_t *payload)
{
	struct syncsess *s = c->s;
	struct syncsess_action *a;
	int n;

	if (g->dir != SYNCSESS_SENDER || !g->running ||
	    rg_epoch_cmp(&hdr->epoch, &g->epoch) ||
	    hdr->seq <= g->floor) {
		s->counters[SYNCSESS_N_STALE_ACK]++;
		return;
	}
	if (hdr->seq <= g->ack_seq || hdr->seq > g->tx_seq) {
		close_link(c, FRAME_R_SEQUENCE, true);
		return;
	}
	n = frame_get_refusals(payload, hdr->len, s->refusals,
			       FRAME_REFUSALS_MAX);
	if (n < 0) {
		close_link(c, FRAME_R_PAYLOAD, true);
		return;
	}
	g->ack_seq = hdr->seq;
	s->counters[SYNCSESS_N_REFUSED_RX] += n;
	a = emit(c, SYNCSESS_KERNEL_ACK);
	a->ack.group = hdr->group;
	a->ack.session = g->session;
	a->ack.seq = hdr->seq;
	a->ack.refusals = s->refusals;
	a->ack.n_refusals = n;
}

/* LEAVE, RESEND and CLOSE: false when the reason cannot be read. */
static bool rx_reason(struct ctx *c, const struct frame *hdr,
		      const uint8_t *payload, enum frame_reason *r)
{
	if (!frame_get_reason(payload, hdr->len, r))
		return true;
	close_link(c, FRAME_R_PAYLOAD, true);
	return false;
}

static void rx_group(struct ctx *c, const struct frame *hdr,
		     const uint8_t *payload)
{
	struct syncsess_group *g = &c->s->groups[hdr->group];
	enum frame_reason r;

	switch (hdr->type) {
	case FRAME_JOIN:
		rx_join(c, g, hdr, payload);
		break;
	case FRAME_LEAVE:
		if (rx_reason(c, hdr, payload, &r))
			rx_leave(c, g, hdr);
		break;
	case FRAME_RESEND:
		if (rx_reason(c, hdr, payload, &r))
			rx_resend(c, g, hdr);
		break;
	case FRAME_BATCH:
		rx_batch(c, g, hdr, payload);
		break;
	case FRAME_ACK:
		rx_ack(c, g, hdr, payload);
		break;
	default:
		close_link(c, FRAME_R_ORDER, true);
		break;
	}
}

static void rx_frame(struct ctx *c, const struct syncsess_event *ev)
{
	const struct frame *hdr = &ev->frame.hdr;
	struct syncsess *s = c->s;
	enum frame_reason r;

	if (s->state == SYNCSESS_DOWN) {
		s->counters[SYNCSESS_N_STALE_FRAME]++;
		return;
	}
	s->last_rx = c->now;
	s->counters[SYNCSESS_N_FRAMES_RX]++;
	if (hdr->type == FRAME_CLOSE) {
		/* Also before its OPEN: that is how a refusal gets a name. */
		if (rx_reason(c, hdr, ev->frame.payload, &r))
			close_link(c, r, false);
		return;
	}
	if (s->state == SYNCSESS_OPENING) {
		if (hdr->type == FRAME_OPEN)
			rx_open(c, hdr, ev->frame.payload);
		else
			close_link(c, FRAME_R_ORDER, true);
		return;
	}
	if (hdr->type == FRAME_OPEN)
		close_link(c, FRAME_R_ORDER, true);
	else if (hdr->session != s->rx_session)
		close_link(c, FRAME_R_SESSION, true);
	else if (hdr->version != s->version)
		close_link(c, FRAME_R_VERSION, true);
	else if (hdr->type != FRAME_KEEPALIVE)
		rx_group(c, hdr, ev->frame.payload);
}

static void want_send(struct ctx *c, const struct syncsess_event *ev)
{
	struct syncsess_group *g = &c->s->groups[ev->group.id];

	if (g->dir == SYNCSESS_SENDER &&
	    !rg_epoch_cmp(&g->epoch, &ev->group.epoch))
		return;
	leave_group(c, g, FRAME_R_ROLE);
	g->dir = SYNCSESS_SENDER;
	g->epoch = ev->group.epoch;
	start_sender(c, g);
}

static void want_receive(struct ctx *c, const struct syncsess_event *ev)
{
	struct syncsess_group *g = &c->s->groups[ev->group.id];

	leave_group(c, g, FRAME_R_ROLE);
	g->dir = SYNCSESS_RECEIVER;
	g->joined = false;
	g->epoch = ev->group.epoch;
	g->instance = ev->group.instance;
	g->digest = ev->group.digest;
	g->full = g->full || ev->group.full;
	g->repair_ms = 0;
	start_receiver(c, g);
}

static void want_nothing(struct ctx *c, const struct syncsess_event *ev)
{
	struct syncsess_group *g = &c->s->groups[ev->group.id];

	leave_group(c, g, FRAME_R_ROLE);
	if (g->dir == SYNCSESS_SENDER)
		g->joined = false;
	g->dir = SYNCSESS_IDLE;
}

static void push(struct ctx *c, const struct syncsess_event *ev)
{
	const struct syncsess_batch *b = &ev->batch;
	struct syncsess *s = c->s;
	struct syncsess_group *g = &s->groups[b->group];
	struct syncsess_frame *f;
	struct frame_batch fb = { .generation = b->generation,
				  .count = b->count };

	if (g->dir != SYNCSESS_SENDER || !g->running ||
	    b->session != g->session ||
	    rg_epoch_cmp(&b->epoch, &g->epoch)) {
		s->counters[SYNCSESS_N_STALE_PUSH]++;
		return;
	}
	if (b->seq <= g->tx_seq) {
		close_link(c, FRAME_R_SEQUENCE, true);
		return;
	}
	if (FRAME_BATCH_BYTES + (uint64_t)b->len > s->payload_max) {
		close_link(c, FRAME_R_PAYLOAD, true);
		return;
	}
	g->tx_seq = b->seq;
	g->generation = b->generation;
	s->counters[SYNCSESS_N_BATCHES_TX]++;
	f = put_frame(c, FRAME_BATCH, g);
	f->hdr.flags = b->flags & FRAME_F_ALL;
	f->hdr.seq = b->seq;
	f->head_len = frame_put_batch(&fb, f->head, sizeof(f->head));
	f->body = b->records;
	f->body_len = b->len;
	f->hdr.len = f->head_len + f->body_len;
}

/* Everything again, at once if it was long good, later if it was not. */
static void repair(struct ctx *c, struct syncsess_group *g)
{
	g->repair_at = MONO_NEVER;
	g->full = true;
	if (!g->running) {
		start_receiver(c, g);
		return;
	}
	c->s->counters[SYNCSESS_N_RESEND_TX]++;
	set_status(c, g, ELECTION_SYNC_BULK);
	send_reason(c, FRAME_RESEND, g, g->repair_reason);
}

static void need_repair(struct ctx *c, struct syncsess_group *g,
			enum frame_reason r)
{
	uint32_t delay;

	if (mono_reached(c->now, mono_add_ms(g->hot_since,
					     SYNCSESS_REPAIR_MAX_MS)))
		g->repair_ms = 0;
	if (g->running)
		set_status(c, g, ELECTION_SYNC_BULK);
	if (!mono_is_never(g->repair_at))
		return;
	/* What vanished here can be had back now; what was refused, not yet. */
	delay = g->repair_ms || r == FRAME_R_LOST ? g->repair_ms :
						    SYNCSESS_REPAIR_MIN_MS;
	g->repair_ms = g->repair_ms ? 2 * g->repair_ms : SYNCSESS_REPAIR_MIN_MS;
	if (g->repair_ms > SYNCSESS_REPAIR_MAX_MS)
		g->repair_ms = SYNCSESS_REPAIR_MAX_MS;
	g->repair_reason = r;
	g->repair_at = mono_add_ms(c->now, delay);
	if (!delay)
		repair(c, g);
}

/* Records that our kernel must have: not those that it has newer already. */
static uint32_t count_missing(const struct frame_refusal *r, uint32_t n)
{
	uint32_t missing = 0, i;

	for (i = 0; i < n; i++)
		missing += r[i].reason != NF_RG_REASON_STALE;
	return missing;
}

static void install_failed(struct ctx *c, struct syncsess_group *g, int error)
{
	bool moved = error == -ESTALE || error == -EPERM;

	leave_group(c, g, moved ? FRAME_R_ROLE : FRAME_R_INSTALL);
	need_repair(c, g, FRAME_R_INSTALL);
}

static void installed(struct ctx *c, const struct syncsess_event *ev)
{
	struct syncsess *s = c->s;
	struct syncsess_group *g = &s->groups[ev->installed.group];
	uint32_t n = ev->installed.n_refusals;
	struct syncsess_frame *f;

	if (g->dir != SYNCSESS_RECEIVER || !g->running ||
	    rg_epoch_cmp(&ev->installed.epoch, &g->epoch) ||
	    ev->installed.seq <= g->done_seq || ev->installed.seq > g->rx_seq) {
		s->counters[SYNCSESS_N_STALE_INSTALL]++;
		return;
	}
	if (ev->installed.error || n > FRAME_REFUSALS_MAX) {
		install_failed(c, g, ev->installed.error);
		return;
	}
	g->done_seq = ev->installed.seq;
	g->missing += count_missing(ev->installed.refusals, n);
	s->counters[SYNCSESS_N_REFUSED_TX] += n;
	f = put_frame(c, FRAME_ACK, g);
	f->hdr.seq = g->done_seq;
	f->body_len = frame_put_refusals(ev->installed.refusals, n, s->ack,
					 sizeof(s->ack));
	f->body = s->ack;
	f->hdr.len = f->body_len;
	if (ev->installed.lost)
		need_repair(c, g, FRAME_R_LOST);
	else if (ev->installed.copy == SYNCSESS_COPY_DONE && g->missing)
		need_repair(c, g, FRAME_R_MISSING);
	else if (ev->installed.copy == SYNCSESS_COPY_DONE && !g->full &&
		 mono_is_never(g->repair_at))
		set_status(c, g, ELECTION_SYNC_HOT);
}

static void ask_again(struct ctx *c, const struct syncsess_event *ev)
{
	struct syncsess_group *g = &c->s->groups[ev->group.id];

	if (g->dir != SYNCSESS_RECEIVER || c->s->state != SYNCSESS_UP)
		return;
	g->repair_reason = FRAME_R_REQUEST;
	repair(c, g);
}

static void tick(struct ctx *c)
{
	struct syncsess *s = c->s;
	unsigned int i;

	if (s->state == SYNCSESS_DOWN)
		return;
	if (mono_reached(c->now, mono_add_ms(s->last_rx, s->cfg.silent_ms))) {
		close_link(c, FRAME_R_SILENT, true);
		return;
	}
	if (s->state != SYNCSESS_UP)
		return;
	for (i = 1; i < SYNCSESS_GROUPS; i++)
		if (mono_reached(c->now, s->groups[i].repair_at))
			repair(c, &s->groups[i]);
	if (mono_reached(c->now, mono_add_ms(s->last_tx, s->cfg.keepalive_ms)))
		put_frame(c, FRAME_KEEPALIVE, NULL);
}

static mono_t next_deadline(const struct syncsess *s)
{
	mono_t t = MONO_NEVER;
	unsigned int i;

	if (s->state == SYNCSESS_DOWN)
		return t;
	t = mono_add_ms(s->last_rx, s->cfg.silent_ms);
	if (s->state != SYNCSESS_UP)
		return t;
	t = mono_min(t, mono_add_ms(s->last_tx, s->cfg.keepalive_ms));
	for (i = 1; i < SYNCSESS_GROUPS; i++)
		t = mono_min(t, s->groups[i].repair_at);
	return t;
}

void syncsess_step(struct syncsess *s, const struct syncsess_event *ev,
		   mono_t now, struct syncsess_actions *out)
{
	struct ctx c = { .s = s, .now = now, .out = out };

	out->n = 0;
	out->lost = 0;
	switch (ev->type) {
	case SYNCSESS_EV_CONNECTED:
		connected(&c);
		break;
	case SYNCSESS_EV_DISCONNECTED:
		close_link(&c, FRAME_R_GONE, false);
		break;
	case SYNCSESS_EV_PEER:
		peer(&c, ev);
		break;
	case SYNCSESS_EV_FRAME:
		rx_frame(&c, ev);
		break;
	case SYNCSESS_EV_FRAME_ERROR:
		s->last_error = ev->error;
		close_link(&c, FRAME_R_FRAME, true);
		break;
	case SYNCSESS_EV_SEND:
		want_send(&c, ev);
		break;
	case SYNCSESS_EV_RECEIVE:
		want_receive(&c, ev);
		break;
	case SYNCSESS_EV_STOP:
		want_nothing(&c, ev);
		break;
	case SYNCSESS_EV_PUSH:
		push(&c, ev);
		break;
	case SYNCSESS_EV_INSTALLED:
		installed(&c, ev);
		break;
	case SYNCSESS_EV_RESEND:
		ask_again(&c, ev);
		break;
	case SYNCSESS_EV_CLOSE:
		close_link(&c, ev->reason, true);
		break;
	case SYNCSESS_EV_TICK:
		tick(&c);
		break;
	case SYNCSESS_EVENTS:
		break;
	}
	out->deadline = next_deadline(s);
}
