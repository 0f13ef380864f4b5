// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Data link session: two machines, a wire between them that carries bytes
 * through the frame codec and parser, and a model kernel on each side that
 * answers each batch when it is told to.
 */
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
#define HOLD	1000

struct side {
	struct syncsess s;
	struct syncsess_actions out;
	struct frame_parser parser;
	uint8_t store[FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX];
	uint8_t wire[4 * FRAME_PAYLOAD_MAX];	/* on the way to the other one */
	size_t wire_len;
	/* what was told to the rest of the daemon, last of each kind */
	bool up;
	int ups;
	enum frame_reason disconnect;
	int disconnects;
	uint32_t tx_session;
	uint64_t tx_instance;
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
	enum election_sync status;
	enum frame_type last_sent;
	uint16_t last_reason;
};

static struct side a, b;
static int64_t now;
static const struct rg_epoch term = { 7, 100 };
static const struct rg_epoch later = { 8, 200 };

static void run_actions(struct side *x)
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
			break;
		case SYNCSESS_STATUS:
			assert_int_equal(t->status.group, GROUP);
			x->status = t->status.sync;
			break;
		}
	}
}

static void step(struct side *x, const struct syncsess_event *ev)
{
	memset(&x->out, 0xa5, sizeof(x->out));
	syncsess_step(&x->s, ev, mono_from_ms(now), &x->out);
	run_actions(x);
}

static void simple(struct side *x, enum syncsess_event_type type)
{
	struct syncsess_event ev = { .type = type };

	step(x, &ev);
}

static void ev_peer(struct side *x, uint64_t system, uint64_t nonce)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_PEER };

	ev.peer.system = system;
	ev.peer.nonce = nonce;
	step(x, &ev);
}

static void ev_group(struct side *x, enum syncsess_event_type type,
		     struct rg_epoch epoch, bool full)
{
	struct syncsess_event ev = { .type = type };

	ev.group.id = GROUP;
	ev.group.epoch = epoch;
	ev.group.instance = 4711;
	ev.group.full = full;
	step(x, &ev);
}

/* The kernel of @x pushes; @n bytes stand for as many records. */
static void push(struct side *x, uint64_t seq, uint8_t flags, uint32_t n)
{
	static uint8_t records[NF_RG_PUSH_MAX];
	struct syncsess_event ev = { .type = SYNCSESS_EV_PUSH };

	memset(records, seq, sizeof(records));
	ev.batch = (struct syncsess_batch){
		.group = GROUP, .session = x->tx_session, .epoch = x->s.
		groups[GROUP].epoch, .seq = seq, .flags = flags,
		.generation = 1, .count = n, .records = records, .len = n,
	};
	step(x, &ev);
}

static void installed(struct side *x, uint64_t seq, int error,
		      enum syncsess_copy copy, uint32_t refused, uint32_t lost)
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
	ev.installed.lost = lost;
	step(x, &ev);
}

static void carry_one(struct side *from, struct side *to)
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
static void carry(void)
{
	while (a.wire_len || b.wire_len) {
		carry_one(&a, &b);
		carry_one(&b, &a);
	}
}

static void init_side(struct side *x, uint64_t system)
{
	const struct syncsess_config cfg = {
		.domain = 71, .protocol = 1, .system = system,
		.nonce = system + 1, .keepalive_ms = 300, .silent_ms = HOLD,
	};

	memset(x, 0, sizeof(*x));
	frame_parser_init(&x->parser, x->store, sizeof(x->store));
	syncsess_init(&x->s, &cfg, system * 10);
}

static void begin(void)
{
	now = 1000000;
	init_side(&a, 100);
	init_side(&b, 200);
	ev_peer(&a, 200, 201);
	ev_peer(&b, 100, 101);
}

static void connect_both(void)
{
	simple(&a, SYNCSESS_EV_CONNECTED);
	simple(&b, SYNCSESS_EV_CONNECTED);
	carry();
}

static void opened(void)
{
	begin();
	connect_both();
	assert_true(a.up);
	assert_true(b.up);
}

/* A sends to B, which has all there is. */
static void hot(void)
{
	opened();
	ev_group(&a, SYNCSESS_EV_SEND, term, false);
	ev_group(&b, SYNCSESS_EV_RECEIVE, term, false);
	carry();
	push(&a, 1, FRAME_F_BULK_BEGIN, 10);
	push(&a, 2, FRAME_F_BULK_END | FRAME_F_SYNCED, 0);
	carry();
	installed(&b, 1, 0, SYNCSESS_COPY_BULK, 0, 0);
	installed(&b, 2, 0, SYNCSESS_COPY_DONE, 0, 0);
	carry();
	assert_int_equal(b.status, ELECTION_SYNC_HOT);
	assert_int_equal(a.acked, 2);
}

static void opening(void **state)
{
	opened();
	assert_int_equal(a.s.state, SYNCSESS_UP);
	assert_int_equal(a.s.version, FRAME_VERSION);
	assert_int_equal(a.s.rx_session, b.s.tx_session);
	assert_true(syncsess_connects(200, 100));
	assert_false(syncsess_connects(100, 200));
}

/* From the JOIN to HOT, with what each kernel is told. */
static void stream(void **state)
{
	opened();
	ev_group(&a, SYNCSESS_EV_SEND, term, false);
	assert_int_equal(a.tx_starts, 0);
	ev_group(&b, SYNCSESS_EV_RECEIVE, term, false);
	assert_int_not_equal(b.rx_session, 0);
	carry();
	assert_int_equal(a.tx_starts, 1);
	assert_int_equal(a.tx_instance, 4711);
	assert_false(a.tx_bulk);
	assert_int_equal(b.status, ELECTION_SYNC_COLD);
	push(&a, 11, FRAME_F_BULK_BEGIN, 300);
	push(&a, 12, 0, NF_RG_PUSH_MAX);
	carry();
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
	assert_int_equal(b.installs, 2);
	assert_int_equal(b.install.seq, 12);
	assert_int_equal(b.install.len, NF_RG_PUSH_MAX);
	assert_int_equal(b.install.count, NF_RG_PUSH_MAX);
	assert_int_equal(b.install.records[NF_RG_PUSH_MAX - 1], 12);
	assert_int_equal(rg_epoch_cmp(&b.install.epoch, &term), 0);
	assert_int_equal(syncsess_unacked(&a.s, GROUP), 2);
	installed(&b, 11, 0, SYNCSESS_COPY_BULK, 0, 0);
	carry();
	assert_int_equal(a.acked, 11);
	assert_int_equal(a.acked_session, a.tx_session);
	assert_int_equal(syncsess_unacked(&a.s, GROUP), 1);
	push(&a, 13, FRAME_F_BULK_END | FRAME_F_SYNCED, 0);
	carry();
	assert_int_equal(b.install.flags, FRAME_F_BULK_END | FRAME_F_SYNCED);
	installed(&b, 12, 0, SYNCSESS_COPY_BULK, 0, 0);
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
	installed(&b, 13, 0, SYNCSESS_COPY_DONE, 0, 0);
	carry();
	assert_int_equal(b.status, ELECTION_SYNC_HOT);
	assert_int_equal(syncsess_unacked(&a.s, GROUP), 0);
	assert_int_equal(b.s.counters[SYNCSESS_N_BULK], 1);
}

/* The JOIN overtakes the hello that makes A active in that term. */
static void join_waits(void **state)
{
	opened();
	ev_group(&b, SYNCSESS_EV_RECEIVE, term, true);
	carry();
	assert_int_equal(a.tx_starts, 0);
	assert_int_equal(a.s.counters[SYNCSESS_N_JOIN_WAITED], 1);
	ev_group(&a, SYNCSESS_EV_SEND, later, false);
	assert_int_equal(a.tx_starts, 0);
	ev_group(&a, SYNCSESS_EV_SEND, term, false);
	assert_int_equal(a.tx_starts, 1);
	assert_true(a.tx_bulk);
	/* The same again is not a new start. */
	ev_group(&a, SYNCSESS_EV_SEND, term, false);
	assert_int_equal(a.tx_starts, 1);
}

/* The connection ends: both kernels are told, the copy is COLD, then it goes on. */
static void reconnect(void **state)
{
	uint32_t first;

	hot();
	first = a.tx_session;
	simple(&a, SYNCSESS_EV_DISCONNECTED);
	simple(&b, SYNCSESS_EV_DISCONNECTED);
	assert_int_equal(a.disconnects + b.disconnects, 0);
	assert_int_equal(a.tx_session, 0);
	assert_int_equal(b.rx_session, 0);
	assert_int_equal(b.status, ELECTION_SYNC_COLD);
	assert_false(a.up);
	assert_int_equal(a.s.closed[FRAME_R_GONE], 1);
	/* What the kernel still pushes goes nowhere. */
	push(&a, 3, 0, 5);
	assert_int_equal(a.s.counters[SYNCSESS_N_STALE_PUSH], 1);
	installed(&b, 3, 0, SYNCSESS_COPY_DONE, 0, 0);
	assert_int_equal(b.s.counters[SYNCSESS_N_STALE_INSTALL], 1);
	connect_both();
	assert_int_not_equal(a.tx_session, first);
	assert_int_not_equal(a.tx_session, 0);
	assert_false(a.tx_bulk);
	push(&a, 4, FRAME_F_SYNCED, 3);
	carry();
	installed(&b, 4, 0, SYNCSESS_COPY_DONE, 0, 0);
	carry();
	assert_int_equal(b.status, ELECTION_SYNC_HOT);
	assert_int_equal(a.acked, 4);
	assert_int_equal(a.s.counters[SYNCSESS_N_OPENED], 2);
}

static void replaced(void **state)
{
	hot();
	simple(&a, SYNCSESS_EV_CONNECTED);
	assert_int_equal(a.s.closed[FRAME_R_REPLACED], 1);
	assert_int_equal(a.s.state, SYNCSESS_OPENING);
	assert_int_equal(a.tx_session, 0);
}

/* Who may open: bound to what the control link hears. */
static void try_open(void (*spoil)(void), enum frame_reason want)
{
	begin();
	spoil();
	simple(&a, SYNCSESS_EV_CONNECTED);
	simple(&b, SYNCSESS_EV_CONNECTED);
	carry();
	assert_false(a.up);
	assert_int_equal(a.disconnect, want);
	assert_int_equal(b.disconnect, want);
	assert_int_equal(a.s.closed[want], 1);
	assert_int_equal(b.s.last_reason, want);
}

static void spoil_domain(void)
{
	b.s.cfg.domain = 72;
}

static void spoil_protocol(void)
{
	b.s.cfg.protocol = 2;
}

static void spoil_system(void)
{
	b.s.cfg.system = 201;
}

static void spoil_nonce(void)
{
	b.s.cfg.nonce = 999;
}

static void spoil_heard(void)
{
	ev_peer(&a, 200, 555);
}

static void wrong_open(void **state)
{
	try_open(spoil_domain, FRAME_R_DOMAIN);
	try_open(spoil_protocol, FRAME_R_DOMAIN);
	try_open(spoil_system, FRAME_R_SYSTEM);
	try_open(spoil_nonce, FRAME_R_NONCE);
	try_open(spoil_heard, FRAME_R_NONCE);
	/* Nobody heard yet: to whom should it be bound? */
	begin();
	a.s.peer_system = 0;
	simple(&a, SYNCSESS_EV_CONNECTED);
	assert_int_equal(a.wire_len, 0);
	assert_int_equal(a.disconnect, FRAME_R_NONCE);
}

/* A frame made by hand for A, as if B had sent it. */
static void inject(struct frame hdr, const void *payload)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_FRAME };

	ev.frame.hdr = hdr;
	ev.frame.payload = payload;
	step(&a, &ev);
}

static struct frame from_b(enum frame_type type)
{
	struct frame f = { .type = type, .version = FRAME_VERSION,
			   .session = b.s.tx_session };

	if (type != FRAME_OPEN && type != FRAME_CLOSE &&
	    type != FRAME_KEEPALIVE) {
		f.group = GROUP;
		f.epoch = term;
	}
	return f;
}

static void wrong_version(void **state)
{
	struct frame f;

	begin();
	simple(&a, SYNCSESS_EV_CONNECTED);
	b.s.tx_session = 1;
	f = from_b(FRAME_OPEN);
	f.version = 9;
	f.len = 4;
	inject(f, "\0\x08\0\x09");
	assert_int_equal(a.disconnect, FRAME_R_VERSION);
	assert_int_equal(a.last_sent, FRAME_CLOSE);
	assert_int_equal(a.last_reason, FRAME_R_VERSION);
	/* The next version over there, which speaks ours as well. */
	begin();
	simple(&a, SYNCSESS_EV_CONNECTED);
	b.s.tx_session = 1;
	f = from_b(FRAME_OPEN);
	f.version = 2;
	f.len = FRAME_OPEN_BYTES;
	inject(f, "\0\1\0\2\x47\1\0\0\0\0\0\0\0\0\0\xc8\0\0\0\0\0\0\0\xc9"
		  "\0\0\0\0\0\0\0\x65\0\1\0\0\0\0\0");
	assert_true(a.up);
	assert_int_equal(a.s.version, 1);
}

/* What TCP cannot have done ends the connection, by name. */
static void bad_frames(void **state)
{
	struct frame f;

	/* before OPEN */
	begin();
	simple(&a, SYNCSESS_EV_CONNECTED);
	b.s.tx_session = 1;
	inject(from_b(FRAME_KEEPALIVE), NULL);
	assert_int_equal(a.disconnect, FRAME_R_ORDER);
	/* OPEN twice */
	opened();
	f = from_b(FRAME_OPEN);
	f.len = FRAME_OPEN_BYTES;
	inject(f, "");
	assert_int_equal(a.disconnect, FRAME_R_ORDER);
	/* another session, another version */
	opened();
	f = from_b(FRAME_KEEPALIVE);
	f.session++;
	inject(f, NULL);
	assert_int_equal(a.disconnect, FRAME_R_SESSION);
	opened();
	f = from_b(FRAME_KEEPALIVE);
	f.version = 7;
	inject(f, NULL);
	assert_int_equal(a.disconnect, FRAME_R_VERSION);
	/* payloads */
	opened();
	f = from_b(FRAME_JOIN);
	f.len = FRAME_JOIN_BYTES;
	inject(f, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	assert_int_equal(a.disconnect, FRAME_R_PAYLOAD);
	opened();
	f = from_b(FRAME_LEAVE);
	f.len = 2;
	inject(f, "\0\0");
	assert_int_equal(a.disconnect, FRAME_R_PAYLOAD);
	/* the stream itself */
	opened();
	{
		struct syncsess_event ev = { .type = SYNCSESS_EV_FRAME_ERROR,
					     .error = FRAME_BAD_TYPE };

		step(&a, &ev);
	}
	assert_int_equal(a.disconnect, FRAME_R_FRAME);
	assert_int_equal(a.s.last_error, FRAME_BAD_TYPE);
	carry();
	assert_int_equal(b.disconnect, FRAME_R_FRAME);
	assert_int_equal(b.s.closed[FRAME_R_FRAME], 1);
}

static void bad_sequences(void **state)
{
	struct frame f;

	/* an acknowledgement of what was never sent */
	hot();
	f = from_b(FRAME_ACK);
	f.seq = 3;
	inject(f, "");
	assert_int_equal(a.disconnect, FRAME_R_SEQUENCE);
	assert_int_equal(a.tx_session, 0);
	/* twice the same */
	hot();
	push(&a, 3, 0, 4);
	f = from_b(FRAME_ACK);
	f.seq = 3;
	inject(f, "");
	assert_int_equal(a.acked, 3);
	inject(f, "");
	assert_int_equal(a.disconnect, FRAME_R_SEQUENCE);
	/* our own kernel goes back */
	hot();
	push(&a, 2, 0, 4);
	assert_int_equal(a.disconnect, FRAME_R_SEQUENCE);
	/* a batch that goes back, and one that cannot be read */
	opened();
	ev_group(&a, SYNCSESS_EV_RECEIVE, term, false);
	f = from_b(FRAME_BATCH);
	f.seq = 9;
	f.len = 8;
	inject(f, "\0\0\0\1\0\0\0\0");
	assert_int_equal(a.installs, 1);
	inject(f, "\0\0\0\1\0\0\0\0");
	assert_int_equal(a.installs, 1);
	assert_int_equal(a.disconnect, FRAME_R_SEQUENCE);
	opened();
	f.session = b.s.tx_session;
	ev_group(&a, SYNCSESS_EV_RECEIVE, term, false);
	inject(f, "\0\0\0\1\0\0\0\5");
	assert_int_equal(a.disconnect, FRAME_R_PAYLOAD);
}

/* What is late because the roles moved is counted, and hurts nobody. */
static void stale_frames(void **state)
{
	hot();
	push(&a, 3, 0, 4);
	ev_group(&b, SYNCSESS_EV_STOP, term, false);
	assert_int_equal(b.rx_session, 0);
	assert_int_equal(b.last_sent, FRAME_LEAVE);
	carry_one(&a, &b);
	assert_int_equal(b.s.counters[SYNCSESS_N_STALE_BATCH], 1);
	carry();
	assert_int_equal(a.tx_session, 0);
	assert_true(a.up && b.up);
	installed(&b, 3, 0, SYNCSESS_COPY_DONE, 0, 0);
	assert_int_equal(b.s.counters[SYNCSESS_N_STALE_INSTALL], 1);
	/* An acknowledgement for a session of our kernel that was replaced. */
	hot();
	push(&a, 3, 0, 4);
	carry();
	ev_group(&b, SYNCSESS_EV_RESEND, term, false);
	carry();
	assert_int_equal(a.tx_starts, 2);
	assert_true(a.tx_bulk);
	installed(&b, 3, 0, SYNCSESS_COPY_DONE, 0, 0);
	carry();
	assert_int_equal(a.s.counters[SYNCSESS_N_STALE_ACK], 1);
	assert_int_equal(a.acked, 2);
	assert_true(a.up && b.up);
	/* DONE of before the bulk begins is not this bulk's. */
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
}

/* The roles change: A was sender, B takes over, the same connection goes on. */
static void roles_swap(void **state)
{
	hot();
	ev_group(&b, SYNCSESS_EV_STOP, term, false);
	ev_group(&b, SYNCSESS_EV_SEND, later, false);
	ev_group(&a, SYNCSESS_EV_STOP, term, false);
	ev_group(&a, SYNCSESS_EV_RECEIVE, later, false);
	carry();
	assert_int_equal(b.tx_starts, 1);
	push(&b, 1, FRAME_F_BULK_BEGIN, 1);
	push(&b, 2, FRAME_F_BULK_END | FRAME_F_SYNCED, 0);
	carry();
	installed(&a, 1, 0, SYNCSESS_COPY_BULK, 0, 0);
	installed(&a, 2, 0, SYNCSESS_COPY_DONE, 0, 0);
	carry();
	assert_int_equal(a.status, ELECTION_SYNC_HOT);
	assert_int_equal(b.acked, 2);
	assert_int_equal(a.s.counters[SYNCSESS_N_OPENED], 1);
}

/* The sender begins a later term: the receiver waits for it, then follows. */
static void epoch_moves(void **state)
{
	hot();
	ev_group(&a, SYNCSESS_EV_SEND, later, false);
	carry();
	assert_int_equal(b.status, ELECTION_SYNC_COLD);
	assert_int_equal(a.tx_session, 0);
	ev_group(&b, SYNCSESS_EV_RECEIVE, later, false);
	carry();
	assert_int_not_equal(a.tx_session, 0);
	assert_true(a.up && b.up);
}

/* Refused records: not HOT, known to the sender, asked for again ever later. */
static void refused_records(void **state)
{
	uint64_t seq = 3;
	uint32_t wait = SYNCSESS_REPAIR_MIN_MS;
	int i;

	hot();
	push(&a, seq, 0, 6);
	carry();
	installed(&b, seq, 0, SYNCSESS_COPY_DONE, 2, 0);
	carry();
	assert_int_equal(a.refused, 2);
	assert_int_equal(a.refused_index, 40);
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
	for (i = 0; i < 10; i++) {
		int64_t from = now;

		while (a.tx_starts == 1 + i) {
			now += 250;
			simple(&a, SYNCSESS_EV_TICK);
			simple(&b, SYNCSESS_EV_TICK);
			carry();
			assert_true(now - from <= wait + 250);
		}
		assert_true(now - from >= wait);
		assert_true(a.tx_bulk);
		push(&a, ++seq, FRAME_F_BULK_BEGIN, 4);
		push(&a, ++seq, FRAME_F_BULK_END | FRAME_F_SYNCED, 0);
		carry();
		installed(&b, seq - 1, 0, SYNCSESS_COPY_BULK, i < 9, 0);
		installed(&b, seq, 0, SYNCSESS_COPY_DONE, 0, 0);
		carry();
		wait = i && wait < SYNCSESS_REPAIR_MAX_MS / 2 ? 2 * wait :
		       i ? SYNCSESS_REPAIR_MAX_MS : wait;
	}
	assert_int_equal(b.status, ELECTION_SYNC_HOT);
}

/* Entries that vanished from the standby's table: asked for at once, once. */
static void lost_entries(void **state)
{
	hot();
	push(&a, 3, 0, 1);
	carry();
	installed(&b, 3, 0, SYNCSESS_COPY_DONE, 0, 4);
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
	assert_int_equal(b.last_sent, FRAME_RESEND);
	assert_int_equal(b.last_reason, FRAME_R_LOST);
	carry();
	assert_int_equal(a.tx_starts, 2);
	assert_true(a.tx_bulk);
	push(&a, 4, FRAME_F_BULK_BEGIN, 1);
	carry();
	installed(&b, 4, 0, SYNCSESS_COPY_BULK, 0, 4);
	carry();
	assert_int_equal(a.tx_starts, 2);
	assert_int_equal(b.s.counters[SYNCSESS_N_RESEND_TX], 1);
	assert_int_equal(a.s.counters[SYNCSESS_N_RESEND_RX], 1);
}

/* The kernel refuses a batch as a whole. */
static void install_fails(void **state)
{
	hot();
	push(&a, 3, 0, 1);
	carry();
	installed(&b, 3, -EBADMSG, SYNCSESS_COPY_NONE, 0, 0);
	assert_int_equal(b.last_sent, FRAME_LEAVE);
	assert_int_equal(b.last_reason, FRAME_R_INSTALL);
	assert_int_equal(b.status, ELECTION_SYNC_COLD);
	assert_int_equal(b.rx_session, 0);
	carry();
	assert_int_equal(a.tx_session, 0);
	assert_true(a.up && b.up);
	now += SYNCSESS_REPAIR_MIN_MS;
	a.s.last_rx = b.s.last_rx = mono_from_ms(now);
	simple(&b, SYNCSESS_EV_TICK);
	carry();
	assert_int_not_equal(a.tx_session, 0);
	assert_true(a.tx_bulk);
}

/* Silence closes, traffic of any kind does not; keepalives are such traffic. */
static void silence(void **state)
{
	int i;

	opened();
	for (i = 0; i < 100; i++) {
		now = a.out.deadline.ns / MONO_NSEC_PER_MSEC;
		simple(&a, SYNCSESS_EV_TICK);
		simple(&b, SYNCSESS_EV_TICK);
		carry();
	}
	assert_true(a.up && b.up);
	assert_in_range(a.s.counters[SYNCSESS_N_FRAMES_TX], 100, 110);
	now += HOLD - 1;
	simple(&a, SYNCSESS_EV_TICK);
	assert_true(a.up);
	now += 1;
	simple(&a, SYNCSESS_EV_TICK);
	assert_false(a.up);
	assert_int_equal(a.disconnect, FRAME_R_SILENT);
	/* An OPEN that never comes. */
	begin();
	simple(&a, SYNCSESS_EV_CONNECTED);
	assert_int_equal(a.out.deadline.ns, mono_from_ms(now + HOLD).ns);
	now += HOLD;
	simple(&a, SYNCSESS_EV_TICK);
	assert_int_equal(a.disconnect, FRAME_R_SILENT);
}

/* The peer's agent has another life, or is dead: the connection was not its. */
static void peer_changes(void **state)
{
	hot();
	ev_peer(&a, 200, 201);
	assert_true(a.up);
	ev_peer(&a, 200, 202);
	assert_false(a.up);
	assert_int_equal(a.disconnect, FRAME_R_NONCE);
	hot();
	ev_peer(&a, 0, 0);
	assert_int_equal(a.disconnect, FRAME_R_SILENT);
}

static void own_close(void **state)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_CLOSE,
				     .reason = FRAME_R_SHUTDOWN };

	hot();
	step(&a, &ev);
	carry();
	assert_int_equal(b.disconnect, FRAME_R_SHUTDOWN);
	assert_int_equal(b.status, ELECTION_SYNC_COLD);
	/* Late frames of a connection that is over. */
	inject(from_b(FRAME_KEEPALIVE), NULL);
	assert_int_equal(a.s.counters[SYNCSESS_N_STALE_FRAME], 1);
}

/* All 255 groups at the end of a connection: every action has room. */
static void all_groups_end(void **state)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_RECEIVE };
	unsigned int i;

	begin();
	connect_both();
	for (i = 1; i <= 255; i++) {
		ev.group.id = i;
		ev.group.epoch = term;
		ev.group.instance = 1;
		syncsess_step(&b.s, &ev, mono_from_ms(now), &b.out);
		b.s.groups[i].status = ELECTION_SYNC_HOT;
	}
	ev.type = SYNCSESS_EV_CLOSE;
	ev.reason = FRAME_R_SHUTDOWN;
	syncsess_step(&b.s, &ev, mono_from_ms(now), &b.out);
	assert_int_equal(b.out.lost, 0);
	assert_int_equal(b.out.n, 1 + 255 * 2 + 2);
}

static void names(void **state)
{
	unsigned int i;

	for (i = 0; i < SYNCSESS_COUNTERS; i++)
		assert_string_not_equal(syncsess_counter_name(i), "?");
	assert_string_equal(syncsess_counter_name(SYNCSESS_COUNTERS), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opening),
		cmocka_unit_test(stream),
		cmocka_unit_test(join_waits),
		cmocka_unit_test(reconnect),
		cmocka_unit_test(replaced),
		cmocka_unit_test(wrong_open),
		cmocka_unit_test(wrong_version),
		cmocka_unit_test(bad_frames),
		cmocka_unit_test(bad_sequences),
		cmocka_unit_test(stale_frames),
		cmocka_unit_test(roles_swap),
		cmocka_unit_test(epoch_moves),
		cmocka_unit_test(refused_records),
		cmocka_unit_test(lost_entries),
		cmocka_unit_test(install_fails),
		cmocka_unit_test(silence),
		cmocka_unit_test(peer_changes),
		cmocka_unit_test(own_close),
		cmocka_unit_test(all_groups_end),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
