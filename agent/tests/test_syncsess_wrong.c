// SPDX-License-Identifier: GPL-2.0-or-later
/* Data link session: what is wrong, what is late, and how a connection ends. */
#include "syncsess_util.h"

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
	f.version = FRAME_VERSION + 1;
	f.len = FRAME_OPEN_BYTES;
	inject(f, "\0\2\0\7\x47\1\0\0\0\0\0\0\0\0\0\xc8\0\0\0\0\0\0\0\xc9"
		  "\0\0\0\0\0\0\0\x65\0\1\0\0\0\0\0");
	assert_true(a.up);
	assert_int_equal(a.s.version, FRAME_VERSION);
	/* The oldest one that is spoken, which knows nothing of what comes after a split brain. */
	begin();
	simple(&a, SYNCSESS_EV_CONNECTED);
	b.s.tx_session = 1;
	f = from_b(FRAME_OPEN);
	f.version = FRAME_VERSION_MIN;
	f.len = FRAME_OPEN_BYTES;
	inject(f, "\0\4\0\4\x47\1\0\0\0\0\0\0\0\0\0\xc8\0\0\0\0\0\0\0\xc9"
		  "\0\0\0\0\0\0\0\x65\0\1\0\0\0\0\0");
	assert_true(a.up);
	assert_int_equal(a.s.version, 4);
	f = from_b(FRAME_TAKE);
	f.version = 4;
	inject(f, NULL);
	assert_int_equal(a.disconnect, FRAME_R_ORDER);
	/* The one before that: its records are others. */
	begin();
	simple(&a, SYNCSESS_EV_CONNECTED);
	b.s.tx_session = 1;
	f = from_b(FRAME_OPEN);
	f.version = FRAME_VERSION_MIN - 1;
	f.len = FRAME_OPEN_BYTES;
	inject(f, "\0\1\0\1\x47\1\0\0\0\0\0\0\0\0\0\xc8\0\0\0\0\0\0\0\xc9"
		  "\0\0\0\0\0\0\0\x65\0\1\0\0\0\0\0");
	assert_int_equal(a.disconnect, FRAME_R_VERSION);
}

/* A session of two agents that speak these; the frames go through the wire. */
static void between(uint16_t a_min, uint16_t a_max, uint16_t b_min, uint16_t b_max)
{
	begin();
	a.s.cfg.versions = (struct frame_versions){ a_min, a_max };
	b.s.cfg.versions = (struct frame_versions){ b_min, b_max };
	connect_both();
}

/* Whoever is the newer one, the highest version that both speak. */
static void skew(void **state)
{
	static const struct {
		uint16_t a_min, a_max, b_min, b_max, common;
	} pairs[] = {
		{ 4, 4, 4, 4, 4 }, { 4, 5, 4, 4, 4 }, { 4, 4, 4, 5, 4 }, { 4, 5, 4, 5, 5 },
		{ 5, 6, 4, 5, 5 }, { 4, 6, 4, 5, 5 }, { 4, 4, 4, 6, 4 }, { 4, 6, 4, 6, 6 },
		{ 4, 6, 5, 5, 5 }, { 1, 900, 6, 7, 7 },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		between(pairs[i].a_min, pairs[i].a_max, pairs[i].b_min, pairs[i].b_max);
		assert_true(a.up && b.up);
		assert_int_equal(a.s.version, pairs[i].common);
		assert_int_equal(b.s.version, pairs[i].common);
		ev_group(&a, SYNCSESS_EV_SEND, term, false);
		ev_group(&b, SYNCSESS_EV_RECEIVE, term, false);
		carry();
		push(&a, 1, FRAME_F_BULK_BEGIN, 10);
		carry();
		installed(&b, 1, 0, SYNCSESS_COPY_BULK, 0);
		carry();
		assert_int_equal(a.acked, 1);
	}
}

/* Nothing in common: both know, and what the other one speaks. */
static void no_common_version(void **state)
{
	static const uint16_t pairs[][4] = { { 5, 6, 4, 4 }, { 4, 4, 5, 5 }, { 1, 3, 4, 900 } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		between(pairs[i][0], pairs[i][1], pairs[i][2], pairs[i][3]);
		assert_false(a.up || b.up);
		assert_int_equal(a.s.last_reason, FRAME_R_VERSION);
		assert_int_equal(b.s.last_reason, FRAME_R_VERSION);
		assert_int_equal(a.s.peer_versions.min, pairs[i][2]);
		assert_int_equal(a.s.peer_versions.max, pairs[i][3]);
	}
}

/* A peer of an older version is not asked, and does not ask. */
static void config_version(void **state)
{
	static uint8_t big[FRAME_PAYLOAD_MAX];
	struct frame f;

	for (uint16_t v = FRAME_VERSION_MIN; v < FRAME_VERSION_CONFIG; v++) {
		opened();
		a.s.version = v;
		ev_config(&a, NULL, 0);
		ev_config(&a, big, 10);
		assert_int_equal(a.wire_len, 0);
		assert_int_equal(a.s.counters[SYNCSESS_N_CONFIG_UNSENT], 2);
		f = from_b(FRAME_CONFIG_ASK);
		f.version = v;
		f.epoch = (struct rg_epoch){ 0 };
		f.len = 8;
		inject(f, "\0\0\0\0\0\0\0\1");
		assert_int_equal(a.config_asks, 0);
		assert_int_equal(a.disconnect, FRAME_R_ORDER);
	}
	/* Longer than it takes. */
	opened();
	a.s.payload_max = 1000;
	ev_config(&a, big, 1001);
	assert_int_equal(a.wire_len, 0);
	assert_int_equal(a.s.counters[SYNCSESS_N_CONFIG_UNSENT], 1);
	/* Digest 0: not computed, so there is nothing to ask for. */
	f.version = FRAME_VERSION;
	f.session = b.s.tx_session;
	inject(f, "\0\0\0\0\0\0\0\0");
	assert_int_equal(a.disconnect, FRAME_R_PAYLOAD);
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
	f.version = FRAME_VERSION + 1;
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

	/* an answer to what was never sent */
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
	installed(&b, 3, 0, SYNCSESS_COPY_DONE, 0);
	assert_int_equal(b.s.counters[SYNCSESS_N_STALE_INSTALL], 1);
	/* An answer for a session of our kernel that was replaced. */
	hot();
	push(&a, 3, 0, 4);
	carry();
	ev_group(&b, SYNCSESS_EV_RESEND, term, false);
	carry();
	assert_int_equal(a.tx_starts, 2);
	assert_true(a.tx_bulk);
	installed(&b, 3, 0, SYNCSESS_COPY_DONE, 0);
	carry();
	assert_int_equal(a.s.counters[SYNCSESS_N_STALE_ACK], 1);
	assert_int_equal(a.acked, 2);
	assert_true(a.up && b.up);
	/* DONE of before the bulk begins is not this bulk's. */
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
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
		cmocka_unit_test(replaced),
		cmocka_unit_test(wrong_open),
		cmocka_unit_test(wrong_version),
		cmocka_unit_test(skew),
		cmocka_unit_test(no_common_version),
		cmocka_unit_test(config_version),
		cmocka_unit_test(bad_frames),
		cmocka_unit_test(bad_sequences),
		cmocka_unit_test(stale_frames),
		cmocka_unit_test(silence),
		cmocka_unit_test(peer_changes),
		cmocka_unit_test(own_close),
		cmocka_unit_test(all_groups_end),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
