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
#include "syncsess_int.h"

#include <errno.h>
#include <string.h>

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
		[SYNCSESS_N_VERIFY_RX] = "verify-rx",
		[SYNCSESS_N_VERIFY_TX] = "verify-tx",
		[SYNCSESS_N_JOIN_WAITED] = "join-waited",
		[SYNCSESS_N_STALE_PUSH] = "stale-push",
		[SYNCSESS_N_STALE_BATCH] = "stale-batch",
		[SYNCSESS_N_STALE_ACK] = "stale-ack",
		[SYNCSESS_N_STALE_INSTALL] = "stale-install",
		[SYNCSESS_N_STALE_FRAME] = "stale-frame",
		[SYNCSESS_N_MERGES_RX] = "merges-rx",
		[SYNCSESS_N_MERGES_TX] = "merges-tx",
		[SYNCSESS_N_MERGE_RECORDS_RX] = "merge-records-rx",
		[SYNCSESS_N_MERGE_RECORDS_TX] = "merge-records-tx",
		[SYNCSESS_N_SPLIT_CONFLICT] = "split-conflict",
		[SYNCSESS_N_MERGE_REFUSED] = "merge-refused",
		[SYNCSESS_N_MERGE_CUT] = "merge-cut",
		[SYNCSESS_N_CONFIG_RX] = "config-rx",
		[SYNCSESS_N_CONFIG_TX] = "config-tx",
		[SYNCSESS_N_CONFIG_UNSENT] = "config-unsent",
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

	return g->running && g->dir == SYNCSESS_SENDER ? g->tx_seq - g->ack_seq : 0;
}

void syncsess_init(struct syncsess *s, const struct syncsess_config *cfg, uint32_t first_session)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	s->cfg = *cfg;
	s->next_session = first_session ? first_session : 1;
	s->repair_at = MONO_NEVER;
	for (i = 0; i < SYNCSESS_GROUPS; i++) {
		s->groups[i].repair_at = MONO_NEVER;
		s->groups[i].hot_since = MONO_NEVER;
	}
}

uint32_t syncsess_take_session(struct syncsess *s)
{
	uint32_t n = s->next_session++;

	if (!s->next_session)
		s->next_session = 1;
	return n;
}

uint8_t syncsess_group_id(const struct syncsess *s, const struct syncsess_group *g)
{
	return g - s->groups;
}

struct syncsess_action *syncsess_emit(struct syncsess_ctx *c, enum syncsess_action_type type)
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
struct syncsess_frame *syncsess_put(struct syncsess_ctx *c, enum frame_type type,
				    const struct syncsess_group *g)
{
	struct syncsess *s = c->s;
	struct syncsess_frame *f = &syncsess_emit(c, SYNCSESS_SEND_FRAME)->send;

	f->hdr.type = type;
	f->hdr.version = s->version ? s->version : s->cfg.versions.max;
	f->hdr.session = s->tx_session;
	if (g) {
		f->hdr.group = syncsess_group_id(s, g);
		f->hdr.epoch = g->epoch;
	}
	s->last_tx = c->now;
	s->counters[SYNCSESS_N_FRAMES_TX]++;
	return f;
}

void syncsess_put_reason(struct syncsess_ctx *c, enum frame_type type,
			 const struct syncsess_group *g, enum frame_reason r)
{
	struct syncsess_frame *f = syncsess_put(c, type, g);

	f->head_len = frame_put_reason(r, f->head, sizeof(f->head));
	f->hdr.len = f->head_len;
}

static void send_open(struct syncsess_ctx *c)
{
	const struct syncsess *s = c->s;
	const struct frame_open o = {
		.version_min = s->cfg.versions.min,
		.version_max = s->cfg.versions.max,
		.domain = s->cfg.domain,
		.protocol = s->cfg.protocol,
		.system = s->cfg.system,
		.nonce = s->cfg.nonce,
		.peer_nonce = s->peer_nonce,
		.payload_max = FRAME_PAYLOAD_MAX,
	};
	struct syncsess_frame *f = syncsess_put(c, FRAME_OPEN, NULL);

	f->head_len = frame_put_open(&o, f->head, sizeof(f->head));
	f->hdr.len = f->head_len;
}

static void link_down(struct syncsess_ctx *c)
{
	struct syncsess *s = c->s;
	bool up = s->state == SYNCSESS_UP;
	unsigned int i;

	for (i = 1; i < SYNCSESS_GROUPS; i++) {
		syncsess_stop_group(c, &s->groups[i]);
		s->groups[i].joined = false;
	}
	s->state = SYNCSESS_DOWN;
	s->version = 0;
	s->rx_session = 0;
	if (up)
		syncsess_emit(c, SYNCSESS_LINK)->up = false;
}

void syncsess_close(struct syncsess_ctx *c, enum frame_reason r, bool tell)
{
	struct syncsess *s = c->s;

	if (s->state == SYNCSESS_DOWN)
		return;
	s->closed[r]++;
	s->last_reason = r;
	if (tell)
		syncsess_put_reason(c, FRAME_CLOSE, NULL, r);
	link_down(c);
	if (r != FRAME_R_GONE)
		syncsess_emit(c, SYNCSESS_DISCONNECT)->reason = r;
}

static void connected(struct syncsess_ctx *c)
{
	struct syncsess *s = c->s;

	if (s->state != SYNCSESS_DOWN) {
		s->closed[FRAME_R_REPLACED]++;
		s->last_reason = FRAME_R_REPLACED;
		link_down(c);
	}
	s->state = SYNCSESS_OPENING;
	s->tx_session = syncsess_take_session(s);
	s->last_rx = c->now;
	s->last_tx = c->now;
	if (!s->peer_system) {
		/* Whom to bind it to is not known before a hello was heard. */
		syncsess_close(c, FRAME_R_NONCE, false);
		return;
	}
	send_open(c);
}

static void peer(struct syncsess_ctx *c, const struct syncsess_event *ev)
{
	struct syncsess *s = c->s;

	if (s->peer_system == ev->peer.system && s->peer_nonce == ev->peer.nonce)
		return;
	s->peer_system = ev->peer.system;
	s->peer_nonce = ev->peer.nonce;
	syncsess_close(c, ev->peer.system ? FRAME_R_NONCE : FRAME_R_SILENT, true);
}

static void rx_open(struct syncsess_ctx *c, const struct frame *hdr, const uint8_t *payload)
{
	struct syncsess *s = c->s;
	struct frame_open o;
	int err = frame_get_open(payload, hdr->len, &s->cfg.versions, &o);
	enum frame_reason r = FRAME_R_NONE;
	unsigned int i;

	s->peer_versions = (struct frame_versions){ o.version_min, o.version_max };
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
		syncsess_close(c, r, true);
		return;
	}
	s->state = SYNCSESS_UP;
	s->rx_session = hdr->session;
	s->version = o.version_max < s->cfg.versions.max ? o.version_max : s->cfg.versions.max;
	s->payload_max = o.payload_max;
	s->counters[SYNCSESS_N_OPENED]++;
	syncsess_emit(c, SYNCSESS_LINK)->up = true;
	for (i = 1; i < SYNCSESS_GROUPS; i++)
		syncsess_start_receiver(c, &s->groups[i]);
}

/* LEAVE, RESEND and CLOSE: false when the reason cannot be read. */
static bool rx_reason(struct syncsess_ctx *c, const struct frame *hdr, const uint8_t *payload,
		      enum frame_reason *r)
{
	if (!frame_get_reason(payload, hdr->len, r))
		return true;
	syncsess_close(c, FRAME_R_PAYLOAD, true);
	return false;
}

static void rx_group(struct syncsess_ctx *c, const struct frame *hdr, const uint8_t *payload)
{
	struct syncsess_group *g = &c->s->groups[hdr->group];
	enum frame_reason r;

	switch (hdr->type) {
	case FRAME_JOIN:
		syncsess_rx_join(c, g, hdr, payload);
		break;
	case FRAME_LEAVE:
		if (rx_reason(c, hdr, payload, &r))
			syncsess_rx_leave(c, g, hdr);
		break;
	case FRAME_RESEND:
		if (rx_reason(c, hdr, payload, &r))
			syncsess_rx_resend(c, g, hdr, r);
		break;
	case FRAME_BATCH:
		syncsess_rx_batch(c, g, hdr, payload);
		break;
	case FRAME_ACK:
		syncsess_rx_ack(c, g, hdr, payload);
		break;
	case FRAME_TAKE:
		syncsess_rx_take(c, g, hdr);
		break;
	case FRAME_MERGE:
		syncsess_rx_merge(c, g, hdr, payload);
		break;
	case FRAME_MERGED:
		syncsess_rx_merged(c, g, hdr, payload);
		break;
	case FRAME_CONFIG_ASK:
	case FRAME_CONFIG:
		syncsess_rx_config(c, hdr, payload);
		break;
	default:
		syncsess_close(c, FRAME_R_ORDER, true);
		break;
	}
}

static void rx_frame(struct syncsess_ctx *c, const struct syncsess_event *ev)
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
			syncsess_close(c, r, false);
		return;
	}
	if (s->state == SYNCSESS_OPENING) {
		if (hdr->type == FRAME_OPEN)
			rx_open(c, hdr, ev->frame.payload);
		else
			syncsess_close(c, FRAME_R_ORDER, true);
		return;
	}
	if (hdr->type == FRAME_OPEN)
		syncsess_close(c, FRAME_R_ORDER, true);
	else if (hdr->session != s->rx_session)
		syncsess_close(c, FRAME_R_SESSION, true);
	else if (hdr->version != s->version)
		syncsess_close(c, FRAME_R_VERSION, true);
	else if ((hdr->type >= FRAME_TAKE && s->version < FRAME_VERSION_MERGE) ||
		 (hdr->type >= FRAME_CONFIG_ASK && s->version < FRAME_VERSION_CONFIG))
		syncsess_close(c, FRAME_R_ORDER, true);
	else if (hdr->type != FRAME_KEEPALIVE)
		rx_group(c, hdr, ev->frame.payload);
}

static void tick(struct syncsess_ctx *c)
{
	struct syncsess *s = c->s;
	unsigned int i;

	if (s->state == SYNCSESS_DOWN)
		return;
	if (mono_reached(c->now, mono_add_ms(s->last_rx, s->cfg.silent_ms))) {
		syncsess_close(c, FRAME_R_SILENT, true);
		return;
	}
	if (s->state != SYNCSESS_UP)
		return;
	for (i = 1; mono_reached(c->now, s->repair_at) && i < SYNCSESS_GROUPS; i++)
		if (mono_reached(c->now, s->groups[i].repair_at))
			syncsess_repair(c, &s->groups[i]);
	if (mono_reached(c->now, mono_add_ms(s->last_tx, s->cfg.keepalive_ms)))
		syncsess_put(c, FRAME_KEEPALIVE, NULL);
}

static mono_t next_deadline(const struct syncsess *s)
{
	mono_t t = MONO_NEVER;

	if (s->state == SYNCSESS_DOWN)
		return t;
	t = mono_add_ms(s->last_rx, s->cfg.silent_ms);
	if (s->state != SYNCSESS_UP)
		return t;
	t = mono_min(t, mono_add_ms(s->last_tx, s->cfg.keepalive_ms));
	return mono_min(t, s->repair_at);
}

void syncsess_step(struct syncsess *s, const struct syncsess_event *ev, mono_t now,
		   struct syncsess_actions *out)
{
	struct syncsess_ctx c = { .s = s, .now = now, .out = out };

	out->n = 0;
	out->lost = 0;
	switch (ev->type) {
	case SYNCSESS_EV_CONNECTED:
		connected(&c);
		break;
	case SYNCSESS_EV_DISCONNECTED:
		syncsess_close(&c, FRAME_R_GONE, false);
		break;
	case SYNCSESS_EV_PEER:
		peer(&c, ev);
		break;
	case SYNCSESS_EV_FRAME:
		rx_frame(&c, ev);
		break;
	case SYNCSESS_EV_FRAME_ERROR:
		s->last_error = ev->error;
		syncsess_close(&c, FRAME_R_FRAME, true);
		break;
	case SYNCSESS_EV_SEND:
		syncsess_want_send(&c, ev);
		break;
	case SYNCSESS_EV_RECEIVE:
		syncsess_want_receive(&c, ev);
		break;
	case SYNCSESS_EV_STOP:
		syncsess_want_nothing(&c, ev);
		break;
	case SYNCSESS_EV_PUSH:
		syncsess_push(&c, ev);
		break;
	case SYNCSESS_EV_INSTALLED:
		syncsess_installed(&c, ev);
		break;
	case SYNCSESS_EV_RESEND:
		syncsess_ask_again(&c, ev);
		break;
	case SYNCSESS_EV_LOST:
		syncsess_lost(&c, ev);
		break;
	case SYNCSESS_EV_CONFIG:
		syncsess_config(&c, ev);
		break;
	case SYNCSESS_EV_PARTIAL:
		syncsess_partial(&c, ev);
		break;
	case SYNCSESS_EV_CLOSE:
		syncsess_close(&c, ev->reason, true);
		break;
	case SYNCSESS_EV_TICK:
		tick(&c);
		break;
	case SYNCSESS_EVENTS:
		break;
	}
	out->deadline = next_deadline(s);
}
