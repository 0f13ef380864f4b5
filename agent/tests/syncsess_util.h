/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two machines of the data link session, a wire between them that carries bytes
 * through the frame codec and parser, and a model kernel on each side that
 * answers each batch when it is told to.
 */
#ifndef AGENT_TESTS_SYNCSESS_UTIL_H
#define AGENT_TESTS_SYNCSESS_UTIL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/nf_rg.h>
#include <string.h>

#include "core/syncsess.h"

#define GROUP	5
#define TABLE_MAX	262144	/* of either side */
#define HOLD	1000

struct side {
	struct syncsess s;
	struct syncsess_actions out;
	struct frame_parser parser;
	uint8_t store[FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX];
	uint8_t wire[4 * FRAME_PAYLOAD_MAX];	/* on the way to the other one */
	size_t wire_len;
	uint64_t instance;			/* of the group in its kernel */
	uint8_t digest[FRAME_DIGEST_BYTES + FRAME_BUCKETS_BYTES]; /* what that answers next */
	uint32_t digest_len;
	/* what was told to the rest of the daemon, last of each kind */
	bool up;
	int ups;
	enum frame_reason disconnect;
	int disconnects;
	uint32_t tx_session;
	uint64_t tx_instance;
	uint32_t tx_table_max;
	bool tx_bulk;
	int tx_starts;
	uint32_t rx_session;
	struct syncsess_batch install;
	int installs;
	uint64_t acked;
	uint32_t acked_session;
	uint32_t refused;
	uint16_t refused_index;
	int acks;
	uint8_t ack_digest[FRAME_DIGEST_BYTES + FRAME_BUCKETS_BYTES];
	uint32_t ack_digest_len;
	int verifies;
	uint32_t merge_session;
	int merge_starts;
	int overs;
	bool over_whole;
	bool over_sent;
	uint64_t over_records;
	uint64_t over_conflicts;
	uint64_t over_refused;
	enum election_sync status;
	uint64_t joined;			/* digest */
	int configs, config_asks;
	uint64_t config_digest;
	uint8_t config[64];
	uint32_t config_len;
	enum frame_type last_sent;
	uint16_t last_reason;
};

static struct side a, b;
static int64_t now;
static const struct rg_epoch term = { 7, 100 };
static const struct rg_epoch later = { 8, 200 };

static inline void run_actions(struct side *x)
{
	unsigned int i;

	assert_int_equal(x->out.lost, 0);
	for (i = 0; i < x->out.n; i++) {
		struct syncsess_action *t = &x->out.a[i];
		uint8_t *w = x->wire + x->wire_len;

		switch (t->type) {
		case SYNCSESS_SEND_FRAME:
			assert_int_equal(t->send.hdr.len,
					 t->send.head_len + t->send.body_len);
			assert_int_equal(frame_put_header(&t->send.hdr, w, 64),
					 FRAME_HEADER_BYTES);
			memcpy(w + FRAME_HEADER_BYTES, t->send.head,
			       t->send.head_len);
			if (t->send.body_len)
				memcpy(w + FRAME_HEADER_BYTES +
				       t->send.head_len, t->send.body,
				       t->send.body_len);
			x->wire_len += FRAME_HEADER_BYTES + t->send.hdr.len;
			x->last_sent = t->send.hdr.type;
			if (t->send.head_len == 2)
				x->last_reason = t->send.head[0] << 8 |
						 t->send.head[1];
			break;
		case SYNCSESS_DISCONNECT:
			x->disconnect = t->reason;
			x->disconnects++;
			break;
		case SYNCSESS_LINK:
			x->up = t->up;
			x->ups += t->up;
			break;
		case SYNCSESS_KERNEL_SYNC:
			x->tx_session = t->sync.session;
			x->tx_instance = t->sync.peer_instance;
			x->tx_table_max = t->sync.peer_table_max;
			x->tx_bulk = t->sync.bulk;
			x->tx_starts += t->sync.session != 0;
			break;
		case SYNCSESS_KERNEL_RECEIVE:
			x->rx_session = t->sync.session;
			break;
		case SYNCSESS_KERNEL_INSTALL:
			x->install = t->batch;
			x->installs++;
			break;
		case SYNCSESS_KERNEL_ACK:
			x->acked = t->ack.seq;
			x->acked_session = t->ack.session;
			x->refused = t->ack.n_refusals;
			if (x->refused)
				x->refused_index = t->ack.refusals[0].index;
			x->acks++;
			x->ack_digest_len = t->ack.digest_len;
			memcpy(x->ack_digest, t->ack.digest, t->ack.digest_len);
			break;
		case SYNCSESS_KERNEL_MERGE:
			x->merge_session = t->sync.session;
			x->merge_starts += t->sync.session != 0;
			break;
		case SYNCSESS_MERGE_OVER:
			x->overs++;
			x->over_whole = t->merge.whole;
			x->over_sent = t->merge.sent;
			x->over_records = t->merge.records;
			x->over_conflicts = t->merge.conflicts;
			x->over_refused = t->merge.refused;
			break;
		case SYNCSESS_KERNEL_VERIFY:
			assert_int_equal(t->sync.group, GROUP);
			x->verifies++;
			break;
		case SYNCSESS_STATUS:
			assert_int_equal(t->status.group, GROUP);
			x->status = t->status.sync;
			break;
		case SYNCSESS_JOINED:
			assert_int_equal(t->joined.group, GROUP);
			/* Before the kernel begins, or the peer with a merge. */
			if (x->out.a[i + 1].type == SYNCSESS_SEND_FRAME)
				assert_int_equal(x->out.a[i + 1].send.hdr.type, FRAME_TAKE);
			else
				assert_int_equal(x->out.a[i + 1].type, SYNCSESS_KERNEL_SYNC);
			x->joined = t->joined.digest;
			break;
		case SYNCSESS_CONFIG:
			assert_int_equal(t->config.group, GROUP);
			x->configs += !!t->config.list;
			x->config_asks += !t->config.list;
			x->config_len = t->config.len;
			x->config_digest = t->config.digest;
			if (t->config.len <= sizeof(x->config) && t->config.list)
				memcpy(x->config, t->config.list, t->config.len);
			break;
		}
	}
}

static inline void step(struct side *x, const struct syncsess_event *ev)
{
	memset(&x->out, 0xa5, sizeof(x->out));
	syncsess_step(&x->s, ev, mono_from_ms(now), &x->out);
	run_actions(x);
}

static inline void simple(struct side *x, enum syncsess_event_type type)
{
	struct syncsess_event ev = { .type = type };

	step(x, &ev);
}

static inline void ev_peer(struct side *x, uint64_t system, uint64_t nonce)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_PEER };

	ev.peer.system = system;
	ev.peer.nonce = nonce;
	step(x, &ev);
}

static inline void ev_group(struct side *x, enum syncsess_event_type type,
			    struct rg_epoch epoch, bool full)
{
	struct syncsess_event ev = { .type = type };

	ev.group.id = GROUP;
	ev.group.epoch = epoch;
	ev.group.instance = x->instance;
	ev.group.table_max = TABLE_MAX;
	ev.group.full = full;
	step(x, &ev);
}

/* The kernel of @x pushes; @n bytes stand for as many records. */
static inline void push(struct side *x, uint64_t seq, uint8_t flags, uint32_t n)
{
	static uint8_t records[NF_RG_PUSH_MAX];
	struct syncsess_event ev = { .type = SYNCSESS_EV_PUSH };

	memset(records, seq, sizeof(records));
	ev.batch = (struct syncsess_batch){
		.group = GROUP, .session = x->tx_session, .seq = seq,
		.epoch = x->s.groups[GROUP].epoch, .flags = flags,
		.generation = 1, .count = n, .records = records, .len = n,
	};
	step(x, &ev);
}

static inline void installed(struct side *x, uint64_t seq, int error,
			     enum syncsess_copy copy, uint32_t refused)
{
	static struct frame_refusal r[FRAME_REFUSALS_MAX];
	struct syncsess_event ev = { .type = SYNCSESS_EV_INSTALLED };
	uint32_t i;

	for (i = 0; i < refused; i++) {
		r[i].index = 40 + i;
		r[i].reason = NF_RG_REASON_CAPACITY;
	}
	ev.installed.group = GROUP;
	ev.installed.epoch = x->install.epoch;
	ev.installed.seq = seq;
	ev.installed.error = error;
	ev.installed.refusals = r;
	ev.installed.n_refusals = refused;
	ev.installed.copy = copy;
	ev.installed.digest = x->digest;
	ev.installed.digest_len = x->digest_len;
	step(x, &ev);
}

static inline void ev_config(struct side *x, const void *list, uint32_t len)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_CONFIG };

	ev.config.group = GROUP;
	ev.config.list = list;
	ev.config.len = len;
	ev.config.digest = 77;
	step(x, &ev);
}

static inline void ev_partial(struct side *x, uint64_t digest, bool on, bool old)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_PARTIAL };

	ev.partial.group = GROUP;
	ev.partial.digest = digest;
	ev.partial.on = on;
	ev.partial.old = old;
	step(x, &ev);
}

static inline void carry_one(struct side *from, struct side *to)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_FRAME };
	enum frame_error e;
	size_t room, at = 0;

	while (at < from->wire_len) {
		uint8_t *dst = frame_parser_space(&to->parser, &room);
		size_t n = from->wire_len - at < room ? from->wire_len - at :
							room;

		memcpy(dst, from->wire + at, n);
		frame_parser_fed(&to->parser, n);
		at += n;
		while ((e = frame_parser_next(&to->parser, &ev.frame.hdr,
					      &ev.frame.payload)) == FRAME_OK)
			step(to, &ev);
		assert_int_equal(e, FRAME_AGAIN);
	}
	from->wire_len = 0;
}

/* Until nobody has anything to say. */
static inline void carry(void)
{
	while (a.wire_len || b.wire_len) {
		carry_one(&a, &b);
		carry_one(&b, &a);
	}
}

static inline void init_side(struct side *x, uint64_t system)
{
	const struct syncsess_config cfg = {
		.versions = FRAME_VERSIONS, .domain = 71, .protocol = 1, .system = system,
		.nonce = system + 1, .keepalive_ms = 300, .silent_ms = HOLD,
	};

	memset(x, 0, sizeof(*x));
	x->instance = 4711;
	frame_parser_init(&x->parser, x->store, sizeof(x->store));
	syncsess_init(&x->s, &cfg, system * 10);
}

static inline void begin(void)
{
	now = 1000000;
	init_side(&a, 100);
	init_side(&b, 200);
	ev_peer(&a, 200, 201);
	ev_peer(&b, 100, 101);
}

static inline void connect_both(void)
{
	simple(&a, SYNCSESS_EV_CONNECTED);
	simple(&b, SYNCSESS_EV_CONNECTED);
	carry();
}

static inline void opened(void)
{
	begin();
	connect_both();
	assert_true(a.up);
	assert_true(b.up);
}

/* A sends to B, which has all there is. */
static inline void hot(void)
{
	opened();
	ev_group(&a, SYNCSESS_EV_SEND, term, false);
	ev_group(&b, SYNCSESS_EV_RECEIVE, term, false);
	carry();
	push(&a, 1, FRAME_F_BULK_BEGIN, 10);
	push(&a, 2, FRAME_F_BULK_END | FRAME_F_SYNCED, 0);
	carry();
	installed(&b, 1, 0, SYNCSESS_COPY_BULK, 0);
	installed(&b, 2, 0, SYNCSESS_COPY_DONE, 0);
	carry();
	assert_int_equal(b.status, ELECTION_SYNC_HOT);
	assert_int_equal(a.acked, 2);
}

#endif /* AGENT_TESTS_SYNCSESS_UTIL_H */
