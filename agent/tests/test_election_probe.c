// SPDX-License-Identifier: GPL-2.0-or-later
/* Rule 9 (c): without a carrier of its own, silence alone makes no active. */
#include "election_util.h"

#define PROBE	20

static struct bench b;

#define sDI ELECTION_DISABLED
#define sIN ELECTION_INIT
#define sNE ELECTION_NEGOTIATION
#define sSB ELECTION_STANDBY
#define sAC ELECTION_ACTIVE
#define sHA ELECTION_HANDOVER
#define sRE ELECTION_RESIGNED

static void make_probing(enum election_state state)
{
	make(&b, state);
	b.e.cfg.probe_ms = PROBE;
}

/* The peer falls silent; we go on. */
static void silence(void)
{
	int64_t end = b.now + HOLD;

	while (b.now < end) {
		ev_simple(&b, ELECTION_EV_HELLO_TX);
		ev_tick_after(&b, HELLO);
	}
}

static void answer(void)
{
	ev_simple(&b, ELECTION_EV_PROBE);
}

/* A standby that asks. */
static void probing(void)
{
	make_probing(sSB);
	ev_carrier(&b, false);
	silence();
	assert_state(&b, STANDBY);
	assert_true(b.e.probe.on);
}

static void isolated(void)
{
	probing();
	b.now++;
	answer();
	assert_true(b.e.faults & ELECTION_F_ISOLATED);
}

/* Active after @ms, and not before. */
static void unanswered(int64_t ms)
{
	while (ms--) {
		assert_int_not_equal(b.e.state, ELECTION_ACTIVE);
		ev_tick_after(&b, 1);
	}
	assert_state(&b, ACTIVE);
}

struct cell {
	enum election_state before;
	enum election_state after;
	const char *acts;
};

static void check(const char *what, void (*event)(void), const struct cell *c)
{
	make_probing(c->before);
	event();
	if (b.e.state != c->after || strcmp(b.acts, c->acts))
		fail_msg("%s in %s: %s \"%s\", expected %s \"%s\"", what,
			 election_state_name(c->before), election_state_name(b.e.state), b.acts,
			 election_state_name(c->after), c->acts);
}

#define CHECK(event, ...)						\
do {									\
	static const struct cell cells[] = { __VA_ARGS__ };		\
	_Static_assert(sizeof(cells) / sizeof(cells[0]) == ELECTION_STATES, \
		       "a cell for each state");			\
	for (unsigned int i = 0; i < ELECTION_STATES; i++)		\
		check(#event, event, &cells[i]);			\
} while (0)

static void no_carrier(void)
{
	ev_carrier(&b, false);
	assert_true(b.e.no_carrier);
}

static void silence_without_carrier(void)
{
	no_carrier();
	silence();
}

static void silence_with_carrier(void)
{
	no_carrier();
	ev_carrier(&b, true);
	silence();
}

static void answer_to_nothing(void)
{
	no_carrier();
	answer();
}

static void answer_to_probe(void)
{
	silence_without_carrier();
	answer();
}

static void test_cells(void **state)
{
	CHECK(no_carrier,
	      { sDI, sDI, "" }, { sIN, sIN, "" }, { sNE, sNE, "" }, { sSB, sSB, "" },
	      { sAC, sAC, "" }, { sHA, sHA, "" }, { sRE, sRE, "" });
	CHECK(silence_with_carrier,
	      { sDI, sDI, "" }, { sIN, sIN, "" }, { sNE, sAC, "SUNH" }, { sSB, sAC, "SUNH|" },
	      { sAC, sAC, "S|" }, { sHA, sAC, "S-H|" }, { sRE, sAC, "S-H|" });
	/* Who is active goes on, as ever: nobody takes the role from it by that. */
	CHECK(silence_without_carrier,
	      { sDI, sDI, "" }, { sIN, sIN, "" }, { sNE, sNE, "?" }, { sSB, sSB, "?" },
	      { sAC, sAC, "S|" }, { sHA, sAC, "S-H|" }, { sRE, sAC, "S-H|" });
	CHECK(answer_to_nothing,
	      { sDI, sDI, "" }, { sIN, sIN, "" }, { sNE, sNE, "" }, { sSB, sSB, "" },
	      { sAC, sAC, "" }, { sHA, sHA, "" }, { sRE, sRE, "" });
	/* The copy is of a session that ended with the peer's voice. */
	CHECK(answer_to_probe,
	      { sDI, sDI, "" }, { sIN, sIN, "" }, { sNE, sNE, "" }, { sSB, sSB, "|H" },
	      { sAC, sAC, "" }, { sHA, sAC, "" }, { sRE, sAC, "" });
}

/* The real death of the peer, cables between the two: the probe, and not a moment more. */
static void test_unanswered(void **state)
{
	unsigned int asked = 1;

	probing();
	assert_int_equal(find_log(&b, ELECTION_LOG_PROBE)->new, PROBE);
	assert_int_equal(b.out.deadline.ns, mono_from_ms(b.now + PROBE / 4).ns);
	while (b.e.probe.on) {
		assert_int_equal(election_rf(&b.e), RG_RF_STANDBY_HOT);
		ev_tick_after(&b, 1);
		asked += !strcmp(b.acts, "?");
		assert_in_range(asked, 1, 4);
	}
	assert_int_equal(asked, 4);
	assert_int_equal(b.now, 1000000 + HOLD + PROBE);
	assert_state(&b, ACTIVE);
	assert_acts(&b, "SUNH|!");
	assert_int_equal(b.e.cause, ELECTION_C_PEER_DEAD);
	assert_null(find_log(&b, ELECTION_LOG_TAKEOVER_NOT_HOT));
	assert_int_equal(b.e.stats.isolated, 0);
}

static void test_off(void **state)
{
	make_probing(sSB);
	b.e.cfg.probe_ms = 0;
	ev_carrier(&b, false);
	silence();
	assert_acts(&b, "SUNH|");
	/* Switched off while it goes on: the role is claimed at once. */
	isolated();
	b.e.cfg.probe_ms = 0;
	ev_config(&b);
	assert_state(&b, ACTIVE);
	assert_acts(&b, "SUNH!");
	assert_false(b.e.faults & ELECTION_F_ISOLATED);
}

/* Answered for as long as it lasts; then as long as a hello would have counted, and the probe. */
static void test_isolated(void **state)
{
	isolated();
	assert_int_equal(election_rf(&b.e), RG_RF_STANDBY_COLD);
	assert_string_equal(election_reason(&b.e), "isolated");
	for (int i = 0; i < 100; i++) {
		assert_int_equal(b.out.deadline.ns, mono_from_ms(b.now + HOLD / 3).ns);
		ev_tick_after(&b, HOLD / 3);
		assert_acts(&b, "?");
		b.now++;
		answer();
		assert_acts(&b, "");
	}
	assert_int_equal(b.e.stats.isolated, 1);
	unanswered(HOLD + PROBE);
	assert_non_null(find_log(&b, ELECTION_LOG_TAKEOVER_NOT_HOT));
	assert_int_equal(find_log(&b, ELECTION_LOG_FAULT)->new, 0);
}

/* One answer of several is enough, and one that comes late is one. */
static void test_lost_answers(void **state)
{
	isolated();
	for (int i = 0; i < 3; i++)
		ev_tick_after(&b, HOLD / 3);
	ev_tick_after(&b, PROBE);
	assert_state(&b, STANDBY);
	answer();
	ev_tick_after(&b, HOLD + PROBE - 1);
	assert_state(&b, STANDBY);
}

/* As in `timers`, by BFD: detection is its own. But nobody is asked more often than in 100 ms. */
static void test_bfd(void **state)
{
	static const struct {
		uint32_t detect, window;
	} of[] = { { 400, 400 }, { 30, ELECTION_PROBE_WINDOW_MS } };

	for (unsigned int i = 0; i < 2; i++) {
		struct election_event ev = { .type = ELECTION_EV_BFD };

		make_probing(sSB);
		ev_carrier(&b, false);
		b.now += of[i].detect;
		ev.bfd = (struct election_bfd){ .silent = true, .detect_ms = of[i].detect };
		bench_step(&b, &ev);
		ev_tick_after(&b, 0);
		assert_acts(&b, "?");
		answer();
		assert_int_equal(b.out.deadline.ns, mono_from_ms(b.now + of[i].window / 3).ns);
		ev_tick_after(&b, of[i].window + PROBE);
		assert_state(&b, STANDBY);	/* it was asleep: it asks, and waits */
		assert_acts(&b, "?");
		ev_tick_after(&b, PROBE - 1);
		assert_state(&b, STANDBY);
		ev_tick_after(&b, 1);
		assert_state(&b, ACTIVE);
	}
}

/* A carrier that is back says as little as one that goes; a hello says all. */
static void test_healed(void **state)
{
	isolated();
	ev_carrier(&b, true);
	assert_state(&b, STANDBY);
	assert_true(b.e.faults & ELECTION_F_ISOLATED);
	ev_tick_after(&b, HOLD / 3);
	assert_acts(&b, "?");
	ev_hello(&b);
	assert_acts(&b, "H<!");
	assert_false(b.e.faults & ELECTION_F_ISOLATED);
	assert_state(&b, STANDBY);
	/* And its next silence is judged anew. */
	silence();
	assert_state(&b, ACTIVE);
}

/* Back in the middle of the first question: it is heard, or there is no answer. */
static void test_carrier_back_early(void **state)
{
	probing();
	ev_carrier(&b, true);
	assert_state(&b, STANDBY);
	ev_tick_after(&b, PROBE);
	assert_state(&b, ACTIVE);
}

/* Who is heard is not dead: a peer that speaks, and no more of this group, is not asked for. */
static void test_heard(void **state)
{
	make_probing(sSB);
	ev_carrier(&b, false);
	b.peer.has_group = false;
	live(&b, HOLD);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.cause, ELECTION_C_PEER_INACTIVE);
	assert_int_equal(b.e.stats.probes, 0);
}

/* Nothing is asked for a role that may not be claimed. */
static void test_unable(void **state)
{
	isolated();
	ev_decrement(&b, 0, true, false);
	assert_acts(&b, "H!");
	assert_true(b.e.faults & ELECTION_F_NO_ACTIVE);
	assert_false(b.e.faults & ELECTION_F_ISOLATED);
	/* The carriers are looked at before a tick, and no claim is decided without. */
	ev_decrement(&b, 0, false, false);
	assert_acts(&b, "H");
	assert_int_equal(b.out.deadline.ns, mono_from_ms(b.now).ns);
	ev_tick_after(&b, 0);
	assert_acts(&b, "?");
}

/* The end is seen at ticks only: what has arrived is read before. */
static void test_ticks(void **state)
{
	probing();
	b.now += 2 * PROBE;
	ev_decrement(&b, 5, false, false);
	assert_state(&b, STANDBY);
	answer();
	ev_tick_after(&b, 0);
	assert_state(&b, STANDBY);
	assert_true(b.e.faults & ELECTION_F_ISOLATED);
}

/* A router that comes up, or whose agent does, with all cables out. */
static void test_start(void **state)
{
	static const enum rg_role role[] = { RG_ROLE_INIT, RG_ROLE_STANDBY };

	for (unsigned int i = 0; i < 2; i++) {
		struct election_start s = { .uptime_ms = 3600000, .instance = 77 };

		bench_init(&b);
		b.e.cfg.probe_ms = PROBE;
		ev_carrier(&b, false);
		s.exists = role[i] == RG_ROLE_STANDBY;
		s.role = role[i];
		s.epoch.counter = s.exists ? EPOCH : 0;
		ev_start(&b, &s);
		ev_tick_after(&b, HOLD);
		assert_acts(&b, "?");
		answer();
		assert_true(b.e.faults & ELECTION_F_ISOLATED);
		assert_int_not_equal(b.e.state, ELECTION_ACTIVE);
		unanswered(HOLD + PROBE);
	}
}

/* Rule 8: fenced, and nobody heard: has the standby taken over? It asks as well. */
static void test_fenced(void **state)
{
	make_probing(sAC);
	ev_carrier(&b, false);
	ev_kernel(&b, ELECTION_KERNEL_LEASE, 0, 0);
	assert_state(&b, NEGOTIATION);
	ev_tick_after(&b, HOLD);
	assert_acts(&b, "?");
	ev_decrement(&b, 5, false, false);
	assert_true(b.e.probe.on);
	answer();
	ev_tick_after(&b, HOLD / 3);
	assert_acts(&b, "?");
	assert_true(b.e.fenced);
	unanswered(HOLD + PROBE - HOLD / 3);
	assert_int_equal(b.e.cause, ELECTION_C_LEASE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_unanswered),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_isolated),
		cmocka_unit_test(test_lost_answers),
		cmocka_unit_test(test_bfd),
		cmocka_unit_test(test_healed),
		cmocka_unit_test(test_carrier_back_early),
		cmocka_unit_test(test_heard),
		cmocka_unit_test(test_unable),
		cmocka_unit_test(test_ticks),
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_fenced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
