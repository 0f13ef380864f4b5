// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules 8 to 12 of the election: lease, paths, two actives, timers; and what the
 * kernel answers. The numbers are those of Documentation/election.rst.
 */
#include "election_util.h"

#include <errno.h>

static struct bench b;

#define sAC ELECTION_ACTIVE
#define sSB ELECTION_STANDBY

static struct election_start adopted(enum rg_role role, bool leased,
				     uint32_t left)
{
	return (struct election_start){
		.exists = true, .role = role,
		.epoch = { EPOCH, ME }, .leased = leased,
		.lease_left_ms = left, .instance = 77, .uptime_ms = 3600000,
	};
}

static void peer_rf(enum rg_rf rf)
{
	peer_is(&b, rf, EPOCH);
	b.peer.peer.epoch.system = ME;
}

/* Rule 8: how long a lease is asked for. */
static void rule_8_lease(void **state)
{
	make(&b, sAC);
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	assert_true(last_role(&b)->renew);
	assert_int_equal(last_role(&b)->lease_ms, HOLD);
	/* The peer's patience, not ours. */
	b.peer.hold_ms = 250;
	ev_hello(&b);
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	assert_int_equal(last_role(&b)->lease_ms, 3 * HELLO);
	b.peer.hold_ms = 5000;
	ev_hello(&b);
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	assert_int_equal(last_role(&b)->lease_ms, 5000);
	/* One that is shut down will not take over. */
	peer_rf(RG_RF_DISABLED);
	ev_hello(&b);
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	assert_int_equal(last_role(&b)->lease_ms, 0);
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	assert_null(last_role(&b));
	/* The peer is lost: no lease, at once. */
	make(&b, sAC);
	ev_tick_after(&b, HOLD - 1);
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	ev_tick_after(&b, 1);
	assert_int_equal(last_role(&b)->lease_ms, 0);
	assert_state(&b, ACTIVE);
}

/* Rule 8: the four ways to find the role at the start of the agent. */
static void rule_8_adoption(void **state)
{
	struct election_start s = adopted(RG_ROLE_ACTIVE, false, 0);

	/* Alone: at once, without a gap, and without a lease. */
	bench_init(&b);
	ev_start(&b, &s);
	assert_state(&b, ACTIVE);
	assert_acts(&b, "SUH");
	assert_true(last_role(&b)->renew);
	assert_int_equal(last_role(&b)->epoch.counter, EPOCH);
	assert_int_equal(last_role(&b)->lease_ms, 0);
	assert_true(mono_is_zero(b.e.changes[ELECTION_DAMP_CHANGES]));

	/* Lease running: renewed at once, for the peer may be there. */
	s = adopted(RG_ROLE_ACTIVE, true, 40);
	bench_init(&b);
	ev_start(&b, &s);
	assert_state(&b, ACTIVE);
	assert_int_equal(last_role(&b)->lease_ms, 3 * HELLO);
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	ev_tick_after(&b, 200);
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	ev_tick_after(&b, 299);
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	ev_tick_after(&b, 1);
	assert_int_equal(last_role(&b)->lease_ms, 0);
	assert_state(&b, ACTIVE);

	/* Lease run out: nothing is pushed before the peer was asked. */
	s = adopted(RG_ROLE_ACTIVE, true, 0);
	bench_init(&b);
	ev_start(&b, &s);
	assert_state(&b, NEGOTIATION);
	assert_acts(&b, "H");
	ev_tick_after(&b, HOLD);
	assert_state(&b, ACTIVE);
	assert_acts(&b, "SUNH");
	assert_int_equal(b.e.epoch.counter, EPOCH);

	/* Standby: takes over after the detection time without delay timers. */
	s = adopted(RG_ROLE_STANDBY, false, 0);
	bench_init(&b);
	b.e.cfg.reload_s = 60;
	s.uptime_ms = 1000;
	ev_start(&b, &s);
	assert_state(&b, STANDBY);
	assert_true(b.e.heir);
	ev_tick_after(&b, HOLD);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.epoch.counter, EPOCH + 1);
}

static void fenced(void)
{
	struct election_start s = adopted(RG_ROLE_ACTIVE, true, 0);
	struct hello_group g;

	bench_init(&b);
	ev_start(&b, &s);
	election_hello(&b.e, mono_from_ms(b.now), &g);
	assert_int_equal(g.role, RG_ROLE_INIT);
	assert_true(g.flags & HELLO_GF_FENCED);
	assert_int_equal(g.epoch.counter, EPOCH);
}

/* Rule 8: what the answer may be. */
static void rule_8_asking(void **state)
{
	/* It has the role: resign. */
	fenced();
	peer_is(&b, RG_RF_ACTIVE, EPOCH + 1);
	ev_hello(&b);
	assert_state(&b, STANDBY);
	assert_acts(&b, "SDH<");
	assert_int_equal(last_role(&b)->grace_ms, 0);

	/* It is a standby that is not complete: go on, in the same term. */
	fenced();
	peer_rf(RG_RF_STANDBY_COLD);
	b.peer.peer.flags = HELLO_GF_HEIR;
	ev_hello(&b);
	assert_state(&b, NEGOTIATION);
	assert_true(mono_reached(mono_from_ms(b.now), b.out.deadline));
	ev_simple(&b, ELECTION_EV_TICK);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.epoch.counter, EPOCH);
	assert_int_equal(last_role(&b)->lease_ms, HOLD);

	/* ... or in a later one, if it knows of one that we do not. */
	fenced();
	peer_is(&b, RG_RF_STANDBY_COLD, EPOCH + 4);
	ev_hello(&b);
	ev_simple(&b, ELECTION_EV_TICK);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.epoch.counter, EPOCH + 5);

	/* ... but not when its next hello, read before the tick, says more. */
	fenced();
	peer_rf(RG_RF_STANDBY_COLD);
	ev_hello(&b);
	peer_is(&b, RG_RF_ACTIVE, EPOCH + 1);
	ev_hello(&b);
	ev_simple(&b, ELECTION_EV_TICK);
	assert_state(&b, STANDBY);

	/* It is HOT: it may take over; if it has not in time, go on. */
	fenced();
	peer_rf(RG_RF_STANDBY_HOT);
	b.peer.peer.flags = HELLO_GF_HEIR;
	ev_hello(&b);
	ev_simple(&b, ELECTION_EV_TICK);
	assert_state(&b, NEGOTIATION);
	live(&b, HOLD);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.epoch.counter, EPOCH);
}

/* Rule 8: this process was not scheduled, its own lease ran out. */
static void rule_8_own_pause(void **state)
{
	make(&b, sAC);
	b.now += HOLD;
	peer_is(&b, RG_RF_ACTIVE, EPOCH + 1);
	ev_hello(&b);
	assert_state(&b, STANDBY);
	assert_int_equal(b.e.stats.fenced, 1);
	assert_int_equal(b.e.stats.split_brain, 0);

	/* The timer comes first: it must not make us a lone active. */
	make(&b, sAC);
	ev_tick_after(&b, 10000);
	assert_state(&b, NEGOTIATION);
	assert_null(last_role(&b));
	/* The last words of the peer are not an answer. */
	ev_simple(&b, ELECTION_EV_TICK);
	assert_state(&b, NEGOTIATION);
	make(&b, sAC);
	b.now += HOLD;
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	assert_state(&b, NEGOTIATION);
	assert_null(last_role(&b));
}

/* The standby of a fenced active: completeness decides. */
static void standby_of_fenced(void **state)
{
	make(&b, sSB);
	peer_is(&b, RG_RF_NEGOTIATION, EPOCH);
	b.peer.peer.flags = HELLO_GF_FENCED;
	ev_hello(&b);
	assert_state(&b, ACTIVE);
	make(&b, sSB);
	ev_sync(&b, ELECTION_SYNC_BULK, false);
	ev_hello(&b);
	peer_is(&b, RG_RF_NEGOTIATION, EPOCH);
	b.peer.peer.flags = HELLO_GF_FENCED;
	live(&b, 3000);
	assert_state(&b, STANDBY);
}

/* Rule 9 d: one-way loss. Roles stay, a fault is shown. */
static void rule_9_one_way(void **state)
{
	make(&b, sAC);
	b.peer.hears_me = false;
	live(&b, HOLD);
	assert_false(b.e.faults & ELECTION_F_ONE_WAY);
	live(&b, HELLO);
	assert_true(b.e.faults & ELECTION_F_ONE_WAY);
	assert_state(&b, ACTIVE);
	b.peer.hears_me = true;
	live(&b, HELLO);
	assert_false(b.e.faults & ELECTION_F_ONE_WAY);
}

/* Rule 9 a: control silent, data alive: no switchover, a fault. */
static void rule_9_data_alive(void **state)
{
	int i;

	make(&b, sSB);
	for (i = 0; i < 20; i++) {
		b.now += HELLO;
		ev_simple(&b, ELECTION_EV_LIFE);
		ev_simple(&b, ELECTION_EV_TICK);
	}
	assert_state(&b, STANDBY);
	assert_true(b.e.faults & ELECTION_F_CTRL_PATH);
	ev_tick_after(&b, HOLD);
	assert_state(&b, ACTIVE);
}

/* Rule 10, its order: what differs first decides, whatever comes after. */
static void rule_10_order(void **state)
{
	static const struct {
		const char *what;
		uint8_t own_thr, peer_thr;
		int counter;
		uint8_t prio;
		bool higher, won;
	} t[] = {
		{ "peer below its threshold", 0, 200, 9, 199, false, true },
		{ "own below its threshold", 200, 0, -2, 0, true, false },
		{ "both below: epoch", 200, 255, 1, 0, true, false },
		{ "higher epoch there", 0, 0, 1, 0, true, false },
		{ "higher epoch here", 0, 0, -1, 255, false, true },
		{ "higher priority there", 0, 0, 0, 101, true, false },
		{ "higher priority here", 0, 0, 0, 99, false, true },
		{ "higher address here", 0, 0, 0, 100, true, true },
		{ "higher address there", 0, 0, 0, 100, false, false },
	};
	unsigned int i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		make(&b, sAC);
		peer_is(&b, RG_RF_ACTIVE, EPOCH + t[i].counter);
		b.e.cfg.threshold = t[i].own_thr;
		b.peer.peer.threshold = t[i].peer_thr;
		b.peer.peer.run_prio = t[i].prio;
		b.peer.addr_higher = t[i].higher;
		ev_hello(&b);
		if (b.e.state != (t[i].won ? sAC : sSB))
			fail_msg("%s", t[i].what);
		assert_non_null(find_log(&b, t[i].won ?
					 ELECTION_LOG_SPLIT_WON :
					 ELECTION_LOG_SPLIT_LOST));
		/* The loser gives what it did, once. */
		if (!t[i].won)
			assert_true(find_action(&b, ELECTION_SYNC_RECEIVE) ?
				    find_action(&b, ELECTION_SYNC_RECEIVE)->sync.merge :
				    b.e.merge);
		/* The winner's term is the higher one from now on. */
		if (t[i].won)
			assert_true(rg_epoch_cmp(&b.e.epoch,
						 &b.peer.peer.epoch) > 0);
	}
}

/* Rule 10: answered at once, but not without end; announced at both ends. */
static void rule_10_answer(void **state)
{
	make(&b, sAC);
	peer_is(&b, RG_RF_ACTIVE, EPOCH - 1);
	ev_hello(&b);
	assert_acts(&b, "NH|");
	ev_hello(&b);
	assert_acts(&b, "");
	b.now += HELLO / 4;
	ev_hello(&b);
	assert_acts(&b, "H");
	peer_rf(RG_RF_STANDBY_COLD);
	ev_hello(&b);
	assert_acts(&b, "N>");
	assert_int_equal(b.e.stats.split_brain, 1);
}

/* Rule 10: the loser heard us first, and when we hear it again it stands by. Announced, once. */
static void rule_10_unseen(void **state)
{
	make(&b, sAC);
	b.e.lease_until = MONO_NEVER;
	ev_tick_after(&b, HOLD);
	assert_false(b.e.peer.known);
	peer_is(&b, RG_RF_STANDBY_COLD, EPOCH - 1);
	ev_hello(&b);
	assert_non_null(find_action(&b, ELECTION_ANNOUNCE));
	ev_hello(&b);
	assert_null(find_action(&b, ELECTION_ANNOUNCE));
	assert_int_equal(b.e.stats.split_brain, 0);
}

/* A standby with a higher term than ours makes us begin a later one. */
static void stale_term_bumped(void **state)
{
	make(&b, sAC);
	peer_is(&b, RG_RF_STANDBY_COLD, EPOCH + 4);
	ev_hello(&b);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.epoch.counter, EPOCH + 5);
	assert_int_equal(b.e.epoch.system, ME);
	/* And a standby does not follow backwards. */
	make(&b, sSB);
	peer_is(&b, RG_RF_ACTIVE, EPOCH - 1);
	ev_hello(&b);
	assert_int_equal(b.e.epoch.counter, EPOCH);
	assert_acts(&b, "|H");
}

/* Rule 11: reload delays the claim of a router that has just come up. */
static void rule_11_reload(void **state)
{
	struct election_start s = { .uptime_ms = 4000 };

	bench_init(&b);
	b.e.cfg.reload_s = 10;
	ev_start(&b, &s);
	ev_tick_after(&b, HOLD);
	ev_tick_after(&b, 5999 - HOLD);
	assert_state(&b, NEGOTIATION);
	ev_tick_after(&b, 1);
	assert_state(&b, ACTIVE);

	/* A winner that is held back: the loser is standby already. */
	bench_init(&b);
	b.e.cfg.reload_s = 10;
	ev_start(&b, &s);
	peer_is(&b, RG_RF_NEGOTIATION, 0);
	b.peer.peer.run_prio = 50;
	live(&b, 5900);
	assert_state(&b, NEGOTIATION);
	live(&b, 100);
	assert_state(&b, ACTIVE);
}

/* Rule 11: that the group was shut down when the system came up ends no timer. */
static void rule_11_reload_shutdown(void **state)
{
	struct election_start s = { .shutdown = true, .uptime_ms = 4000 };

	bench_init(&b);
	b.e.cfg.reload_s = 10;
	peer_is(&b, RG_RF_NEGOTIATION, 0);
	b.peer.peer.run_prio = 50;
	ev_start(&b, &s);
	assert_state(&b, DISABLED);
	live(&b, 1000);
	ev_admin(&b, ELECTION_ADMIN_NO_SHUTDOWN, false);
	live(&b, 4900);
	assert_state(&b, NEGOTIATION);
	live(&b, 100);
	assert_state(&b, ACTIVE);
}

/* Rule 11: `delay` after a fault ended holds back preempt, not succession. */
static void rule_11_delay(void **state)
{
	make(&b, sSB);
	b.e.cfg.preempt = true;
	b.e.cfg.delay_s = 7;
	b.peer.peer.run_prio = 90;
	ev_decrement(&b, 50, false, false);
	live(&b, 1000);
	ev_decrement(&b, 0, false, false);
	live(&b, 6999);
	assert_false(wants(&b));
	live(&b, 1);
	assert_true(wants(&b));

	make(&b, sSB);
	b.e.cfg.delay_s = 7;
	ev_decrement(&b, 50, false, false);
	ev_decrement(&b, 0, false, false);
	ev_tick_after(&b, HOLD);
	assert_state(&b, ACTIVE);
}

/* Rule 11: nor does it hold back the heir of an active that lost its kernel. */
static void rule_11_heir(void **state)
{
	make(&b, sSB);
	b.e.cfg.delay_s = 7;
	ev_decrement(&b, 50, false, false);
	ev_decrement(&b, 0, false, false);
	peer_is(&b, RG_RF_NEGOTIATION, 0);
	ev_hello(&b);
	assert_state(&b, ACTIVE);

	/* Who lost a negotiation, and ranks higher now, is no heir: it waits. */
	make(&b, ELECTION_NEGOTIATION);
	b.e.cfg.delay_s = 7;
	peer_is(&b, RG_RF_NEGOTIATION, 0);
	b.peer.peer.run_prio = 101;
	ev_hello(&b);
	assert_state(&b, STANDBY);
	ev_decrement(&b, 50, false, false);
	ev_decrement(&b, 0, false, false);
	b.peer.peer.run_prio = 60;
	live(&b, 6999);
	assert_state(&b, STANDBY);
	live(&b, 1);
	assert_state(&b, ACTIVE);
}

/* Rule 12: detection, and the fault. */
static void rule_12_timers(void **state)
{
	make(&b, sSB);
	assert_false(b.e.faults & ELECTION_F_TIMERS);
	b.peer.hello_ms = 400;
	ev_hello(&b);
	assert_true(b.e.faults & ELECTION_F_TIMERS);
	assert_int_equal(election_detect_ms(&b.e), 1200);
	ev_tick_after(&b, 1199);
	assert_state(&b, STANDBY);
	ev_tick_after(&b, 1);
	assert_state(&b, ACTIVE);
}

/* This process slept through the peer's deadline: its silence proves nothing. */
static void late_tick(void **state)
{
	make(&b, sSB);
	ev_tick_after(&b, HOLD + HELLO);
	assert_state(&b, STANDBY);
	assert_int_equal(b.e.stats.late, 1);
	ev_tick_after(&b, 2 * HELLO - 1);
	assert_state(&b, STANDBY);
	ev_tick_after(&b, 1);
	assert_state(&b, ACTIVE);
	/* Only once in a silence, or a slow machine would wait for ever. */
	make(&b, sSB);
	ev_tick_after(&b, HOLD + HELLO);
	ev_tick_after(&b, HOLD + HELLO);
	assert_state(&b, ACTIVE);
	/* In the next silence again. */
	make(&b, sSB);
	ev_tick_after(&b, HOLD + HELLO);
	ev_hello(&b);
	ev_tick_after(&b, HOLD + HELLO);
	assert_state(&b, STANDBY);
	assert_int_equal(b.e.stats.late, 2);
	/* The same for listening. */
	make(&b, ELECTION_NEGOTIATION);
	ev_tick_after(&b, HOLD + HELLO);
	assert_state(&b, NEGOTIATION);
	ev_tick_after(&b, 2 * HELLO);
	assert_state(&b, ACTIVE);
}

/* The peer lives but has lost this group from its configuration. */
static void group_removed(void **state)
{
	make(&b, sSB);
	b.peer.has_group = false;
	live(&b, HOLD - 1);
	assert_state(&b, STANDBY);
	live(&b, 1);
	assert_state(&b, ACTIVE);
	assert_true(b.e.peer.known);
}

/* Faults that are only shown. */
static void digest_fault(void **state)
{
	make(&b, sAC);
	b.e.cfg.digest = 1;
	b.peer.peer.digest = 2;
	ev_hello(&b);
	assert_true(b.e.faults & ELECTION_F_DIGEST);
	assert_int_equal(find_log(&b, ELECTION_LOG_FAULT)->new,
			 ELECTION_F_DIGEST);
	b.peer.peer.digest = 1;
	ev_hello(&b);
	assert_int_equal(b.e.faults, 0);
}

/* The kernel knows a later term; and one that refuses without a reason. */
static void kernel_answers(void **state)
{
	make(&b, sAC);
	ev_kernel(&b, ELECTION_KERNEL_STALE, 40, PEER);
	assert_int_equal(last_role(&b)->epoch.counter, 41);
	assert_int_equal(last_role(&b)->epoch.system, ME);
	ev_kernel(&b, ELECTION_KERNEL_STALE, 41, ME);
	assert_state(&b, STANDBY);
	assert_true(b.e.faults & ELECTION_F_KERNEL);
	assert_true(b.e.kernel_refused);
	ev_hello(&b);
	assert_state(&b, STANDBY);
	ev_kernel(&b, ELECTION_KERNEL_READY, 0, 0);
	assert_state(&b, ACTIVE);
}

/* A foreign restart of the peer's agent is answered at once, with our echo. */
static void new_session(void **state)
{
	make(&b, sAC);
	ev_hello(&b);
	assert_acts(&b, "");
	b.peer.new_session = true;
	ev_hello(&b);
	assert_acts(&b, "H");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_8_lease),
		cmocka_unit_test(rule_8_adoption),
		cmocka_unit_test(rule_8_asking),
		cmocka_unit_test(rule_8_own_pause),
		cmocka_unit_test(standby_of_fenced),
		cmocka_unit_test(rule_9_one_way),
		cmocka_unit_test(rule_9_data_alive),
		cmocka_unit_test(rule_10_order),
		cmocka_unit_test(rule_10_answer),
		cmocka_unit_test(rule_10_unseen),
		cmocka_unit_test(stale_term_bumped),
		cmocka_unit_test(rule_11_reload),
		cmocka_unit_test(rule_11_reload_shutdown),
		cmocka_unit_test(rule_11_delay),
		cmocka_unit_test(rule_11_heir),
		cmocka_unit_test(rule_12_timers),
		cmocka_unit_test(late_tick),
		cmocka_unit_test(group_removed),
		cmocka_unit_test(digest_fault),
		cmocka_unit_test(kernel_answers),
		cmocka_unit_test(new_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
