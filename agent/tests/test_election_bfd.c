// SPDX-License-Identifier: GPL-2.0-or-later
/* What BFD does to an election: an earlier silence, and a lease that ends with it. */
#include "election_util.h"

static struct bench b;

static void ev_bfd(bool silent, uint32_t detect, uint32_t lease)
{
	struct election_event ev = { .type = ELECTION_EV_BFD };

	ev.bfd = (struct election_bfd){ silent, lease && !silent, detect, lease };
	bench_step(&b, &ev);
}

/* Not in the step itself: what waits in a socket is read first. */
static void test_takeover(void **state)
{
	make(&b, ELECTION_STANDBY);
	b.now += 60;
	ev_bfd(true, 30, 0);
	assert_state(&b, STANDBY);
	assert_int_equal(b.out.deadline.ns, mono_from_ms(b.now).ns);
	ev_tick_after(&b, 0);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.cause, ELECTION_C_PEER_DEAD);
	assert_int_equal(b.e.stats.bfd_lost, 1);
}

/* A hello that was heard within the detection time is life on that path. */
static void test_hello_before(void **state)
{
	make(&b, ELECTION_STANDBY);
	b.now += 60;
	ev_hello(&b);
	b.now += 10;
	ev_bfd(true, 30, 0);
	ev_tick_after(&b, 19);
	assert_state(&b, STANDBY);
	ev_tick_after(&b, 1);
	assert_state(&b, ACTIVE);
}

/* The word of one path is not taken back by another that knows nothing. */
static void test_up_again(void **state)
{
	make(&b, ELECTION_STANDBY);
	b.now += 60;
	ev_hello(&b);
	ev_bfd(true, 30, 0);
	ev_bfd(false, 30, 0);
	assert_false(mono_is_zero(b.e.peer.bfd_silent));
	ev_bfd(false, 30, 30);
	ev_tick_after(&b, HOLD - 1);
	assert_state(&b, STANDBY);
}

/* Whoever speaks after that is alive: hello alone then, no flap. */
static void test_life_after(void **state)
{
	for (int i = 0; i < 2; i++) {
		make(&b, ELECTION_STANDBY);
		b.now += 60;
		ev_bfd(true, 30, 0);
		if (i)
			ev_hello(&b);
		else
			ev_simple(&b, ELECTION_EV_LIFE);
		ev_tick_after(&b, HOLD - 1);
		assert_state(&b, STANDBY);
		ev_tick_after(&b, 1);
		assert_state(&b, ACTIVE);
		assert_int_equal(b.e.stats.bfd_lost, 0);
	}
}

/* A peer that comes back without BFD is not lost a second time by the old word. */
static void test_back_without(void **state)
{
	make(&b, ELECTION_ACTIVE);
	ev_bfd(true, 30, 0);
	ev_tick_after(&b, 40);
	assert_false(b.e.peer.known);
	ev_hello(&b);
	assert_true(b.e.peer.known);
	ev_tick_after(&b, HOLD - 1);
	assert_true(b.e.peer.known);
}

/* A session that a person ended, or that the peer says is down, is no silence. */
static void test_not_silent(void **state)
{
	make(&b, ELECTION_STANDBY);
	b.now += 60;
	ev_bfd(false, 30, 0);
	ev_tick_after(&b, HOLD - 61);
	assert_state(&b, STANDBY);
}

static void test_lease(void **state)
{
	make(&b, ELECTION_ACTIVE);
	assert_int_equal(election_lease_ms(&b.e, mono_from_ms(b.now)), HOLD);
	/* Shorter: at once. */
	ev_bfd(false, 0, 30);
	assert_acts(&b, "S");
	assert_true(last_role(&b)->renew);
	assert_int_equal(last_role(&b)->lease_ms, 30);
	ev_bfd(false, 0, 30);
	assert_acts(&b, "");
	b.now += 10;
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	assert_int_equal(last_role(&b)->lease_ms, 30);
	/* Longer, or none by BFD: at once, too, since no packet of BFD may follow; and heard. */
	ev_bfd(false, 0, 90);
	assert_acts(&b, "SH");
	assert_int_equal(last_role(&b)->lease_ms, 90);
	ev_bfd(false, 0, 0);
	assert_acts(&b, "SH");
	assert_int_equal(last_role(&b)->lease_ms, HOLD);
	/* Never longer than by the hellos. */
	ev_bfd(false, 0, 10 * HOLD);
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	assert_int_equal(last_role(&b)->lease_ms, HOLD);
}

/* A lone router, and one whose peer is shut down, have no lease whatever BFD says. */
static void test_no_lease(void **state)
{
	make(&b, ELECTION_ACTIVE);
	peer_is(&b, RG_RF_DISABLED, 0);
	ev_hello(&b);
	ev_bfd(false, 0, 30);
	assert_acts(&b, "");
	assert_int_equal(election_lease_ms(&b.e, mono_from_ms(b.now)), 0);
	make(&b, ELECTION_STANDBY);
	ev_bfd(false, 0, 30);
	assert_acts(&b, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_takeover),     cmocka_unit_test(test_hello_before),
		cmocka_unit_test(test_life_after),   cmocka_unit_test(test_back_without),
		cmocka_unit_test(test_not_silent),   cmocka_unit_test(test_lease),
		cmocka_unit_test(test_no_lease),
		cmocka_unit_test(test_up_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
