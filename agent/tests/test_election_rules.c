// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules 1 to 7 of the election, one test a rule or a row of rule 4's table. The
 * numbers are those of Documentation/election.rst.
 */
#include "election_util.h"

#include <errno.h>

static struct bench b;

#define sAC ELECTION_ACTIVE
#define sSB ELECTION_STANDBY

static const struct election_start fresh = { .uptime_ms = 3600000 };

static void peer_rf(enum rg_rf rf)
{
	peer_is(&b, rf, EPOCH);
	b.peer.peer.epoch.system = ME;
}

/* Rule 1: configured minus all decrements, never below 0; logged (rule 13). */
static void rule_1_runtime_priority(void **state)
{
	const struct election_log *l;

	make(&b, sAC);
	ev_decrement(&b, 30, false, false);
	assert_int_equal(election_run_priority(&b.e), 70);
	l = find_log(&b, ELECTION_LOG_PRIORITY);
	assert_int_equal(l->old, 100);
	assert_int_equal(l->new, 70);
	assert_string_equal(l->text, "the cause");
	ev_decrement(&b, 400, false, false);
	assert_int_equal(election_run_priority(&b.e), 0);
	/* The same again is no event. */
	ev_decrement(&b, 400, false, false);
	assert_null(find_log(&b, ELECTION_LOG_PRIORITY));
	assert_int_equal(b.e.stats.fault_changes, 2);
}

/* Rules 1 and 2 between two fresh routers; both hear each other at once. */
static void negotiate(uint8_t prio, bool higher, enum election_state want)
{
	make(&b, ELECTION_NEGOTIATION);
	peer_is(&b, RG_RF_NEGOTIATION, 0);
	b.peer.peer.run_prio = prio;
	b.peer.addr_higher = higher;
	ev_hello(&b);
	assert_int_equal(b.e.state, want);
}

static void rules_1_2_negotiation(void **state)
{
	negotiate(99, false, sAC);
	negotiate(101, true, sSB);
	negotiate(100, true, sAC);
	negotiate(100, false, sSB);
	/* One that cannot take the role loses; our term follows all it knows. */
	make(&b, ELECTION_NEGOTIATION);
	peer_is(&b, RG_RF_NEGOTIATION, 9);
	b.peer.peer.flags = HELLO_GF_UNABLE;
	ev_hello(&b);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.epoch.counter, 10);
	/* The loser follows at once if the winner disappears. */
	negotiate(100, false, sSB);
	ev_tick_after(&b, HOLD);
	assert_state(&b, ACTIVE);
}

/* Rule 2: at equal priorities a sitting active stays, whatever its address. */
static void rule_2_sitting_stays(void **state)
{
	make(&b, sAC);
	b.peer.peer.flags |= HELLO_GF_PREEMPT;
	live(&b, 5000);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.wait, ELECTION_W_NONE);
}

/* A fresh router listens before it claims, and yields to an active at once. */
static void fresh_listens(void **state)
{
	bench_init(&b);
	ev_start(&b, &fresh);
	assert_state(&b, NEGOTIATION);
	ev_tick_after(&b, HOLD - 1);
	assert_state(&b, NEGOTIATION);
	ev_tick_after(&b, 1);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.cause, ELECTION_C_ALONE);
	assert_int_equal(b.e.epoch.counter, 1);

	/* Not at any other event: hellos may wait that were not read yet. */
	bench_init(&b);
	ev_start(&b, &fresh);
	b.now += HOLD;
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	assert_state(&b, NEGOTIATION);
	assert_int_equal(b.out.deadline.ns, mono_from_ms(b.now).ns);

	bench_init(&b);
	ev_start(&b, &fresh);
	b.e.cfg.priority = 255;
	b.e.cfg.preempt = true;
	ev_hello(&b);
	assert_state(&b, STANDBY);
	assert_int_equal(b.e.epoch.counter, EPOCH);
	assert_int_equal(b.e.epoch.system, PEER);
}

/* Rule 3: what a standby needs to ask for the role; each condition alone. */
static void rule_3_wants(void **state)
{
	make(&b, sSB);
	b.e.cfg.preempt = true;
	b.peer.peer.run_prio = 99;
	ev_hello(&b);
	assert_true(wants(&b));
	b.e.cfg.preempt = false;
	assert_false(wants(&b));
	b.e.cfg.preempt = true;
	b.e.peer.group.run_prio = 100;
	assert_false(wants(&b));
	b.e.peer.group.run_prio = 99;
	b.e.sync = ELECTION_SYNC_BULK;
	assert_false(wants(&b));
	b.e.sync = ELECTION_SYNC_HOT;
	b.e.forced_down = true;
	assert_false(wants(&b));
	b.e.forced_down = false;
	b.e.damped_until = mono_from_ms(b.now + 1);
	assert_false(wants(&b));
	b.e.damped_until = MONO_ZERO;
	b.e.hold_until = mono_from_ms(b.now + 1);
	assert_false(wants(&b));
	b.e.hold_until = MONO_ZERO;
	/* Below the own threshold, while the active is not below its own. */
	b.e.cfg.threshold = 101;
	assert_false(wants(&b));
	b.e.peer.group.threshold = 100;
	assert_true(wants(&b));
}

/* Rule 4, row 1: strictly lower than a peer with preempt. */
static void rule_4_lower(void **state)
{
	struct hello_group *g;

	make(&b, sAC);
	g = &b.peer.peer;
	g->run_prio = 101;
	ev_hello(&b);
	assert_int_equal(b.e.wait, ELECTION_W_NO_PREEMPT);
	g->flags = HELLO_GF_PREEMPT;
	ev_hello(&b);
	assert_int_equal(b.e.wait, ELECTION_W_DELAY);
	g->flags |= HELLO_GF_DAMPED;
	ev_hello(&b);
	assert_int_equal(b.e.wait, ELECTION_W_DAMPED);
	g->flags &= ~HELLO_GF_DAMPED;
	peer_rf(RG_RF_STANDBY_COLD_BULK);
	ev_hello(&b);
	assert_int_equal(b.e.wait, ELECTION_W_NOT_HOT);
	/* It does not hear us: a RESIGN would be lost (rule 9 d). */
	peer_rf(RG_RF_STANDBY_HOT);
	g->flags |= HELLO_GF_WANT;
	b.peer.hears_me = false;
	ev_hello(&b);
	assert_state(&b, ACTIVE);
	/* It asks, but its priority is not the higher one any more. */
	b.peer.hears_me = true;
	g->run_prio = 100;
	ev_hello(&b);
	assert_state(&b, ACTIVE);
	g->run_prio = 101;
	ev_hello(&b);
	assert_state(&b, HANDOVER);
	assert_int_equal(b.e.handover_cause, ELECTION_C_PREEMPT);
}

static void make_below(enum rg_rf rf)
{
	make(&b, sAC);
	b.e.cfg.threshold = 80;
	peer_rf(rf);
	ev_hello(&b);
	ev_decrement(&b, 21, false, false);
}

/* Rule 4, row 2: below the threshold. */
static void rule_4_below(void **state)
{
	make_below(RG_RF_STANDBY_HOT);
	assert_state(&b, HANDOVER);
	assert_int_equal(b.e.handover_cause, ELECTION_C_THRESHOLD);

	make_below(RG_RF_STANDBY_COLD_BULK);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.wait, ELECTION_W_NOT_HOT);
	live(&b, ELECTION_THRESHOLD_MS - 1);
	assert_state(&b, ACTIVE);
	live(&b, 1);
	assert_state(&b, HANDOVER);

	/* It becomes HOT meanwhile: at once. */
	make_below(RG_RF_STANDBY_COLD_BULK);
	live(&b, 10000);
	peer_rf(RG_RF_STANDBY_HOT);
	ev_hello(&b);
	assert_state(&b, HANDOVER);

	/* It recovers meanwhile: nothing happens, then or later. */
	make_below(RG_RF_STANDBY_COLD);
	live(&b, 10000);
	ev_decrement(&b, 0, false, false);
	live(&b, 60000);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.wait, ELECTION_W_NONE);
	/* The next time the wait begins anew. */
	ev_decrement(&b, 21, false, false);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.wait, ELECTION_W_NOT_HOT);

	/* All traffic interfaces down: no 30 s. A COLD peer has nothing to drain. */
	make_below(RG_RF_STANDBY_COLD);
	ev_decrement(&b, 60, false, true);
	assert_state(&b, RESIGNED);

	/* The boundary: equal to the threshold is not below it. */
	make_below(RG_RF_STANDBY_HOT);
	make(&b, sAC);
	b.e.cfg.threshold = 80;
	ev_decrement(&b, 20, false, false);
	assert_state(&b, ACTIVE);
}

static void rule_4_below_alone(void **state)
{
	make(&b, sAC);
	b.e.cfg.threshold = 80;
	ev_tick_after(&b, 0);
	b.e.lease_until = MONO_NEVER;
	ev_tick_after(&b, HOLD);
	assert_false(b.e.peer.known);
	ev_decrement(&b, 21, false, true);
	ev_tick_after(&b, 60000);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.wait, ELECTION_W_NO_PEER);
	assert_true(b.e.faults & ELECTION_F_DEGRADED);
	/* A standby appears: the 30 s begin now. */
	b.peer.hears_me = true;
	peer_rf(RG_RF_STANDBY_COLD_BULK);
	ev_decrement(&b, 21, false, false);
	ev_hello(&b);
	assert_false(b.e.faults & ELECTION_F_DEGRADED);
	live(&b, ELECTION_THRESHOLD_MS - 1);
	assert_state(&b, ACTIVE);
	live(&b, 1);
	assert_state(&b, HANDOVER);
}

/* Rule 4, row 3: both below. */
static void rule_4_both_below(void **state)
{
	make_below(RG_RF_STANDBY_COLD);
	peer_rf(RG_RF_STANDBY_HOT);
	b.peer.peer.threshold = 90;
	b.peer.peer.run_prio = 79;
	b.peer.peer.flags = HELLO_GF_PREEMPT | HELLO_GF_WANT;
	ev_hello(&b);
	live(&b, 60000);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.wait, ELECTION_W_BOTH_BELOW);
	/* ... unless preempt and strictly higher. */
	b.peer.peer.run_prio = 80;
	ev_hello(&b);
	assert_state(&b, HANDOVER);
	assert_int_equal(b.e.handover_cause, ELECTION_C_PREEMPT);
}

/* A standby below its threshold is not given what it would give back. */
static void rule_4_no_pingpong(void **state)
{
	make(&b, sAC);
	b.peer.peer.run_prio = 150;
	b.peer.peer.threshold = 160;
	b.peer.peer.flags = HELLO_GF_PREEMPT | HELLO_GF_WANT;
	live(&b, 60000);
	assert_state(&b, ACTIVE);
}

/* Rule 4, row 4: a tracked object with `shutdown`. */
static void rule_4_track(void **state)
{
	make(&b, sAC);
	ev_decrement(&b, 0, true, false);
	assert_state(&b, HANDOVER);
	assert_int_equal(b.e.handover_cause, ELECTION_C_TRACK_SHUTDOWN);

	make(&b, sAC);
	peer_rf(RG_RF_STANDBY_COLD);
	ev_hello(&b);
	ev_decrement(&b, 0, true, false);
	assert_state(&b, RESIGNED);
	/* Even if the peer does not take it. */
	live(&b, 3000);
	assert_state(&b, STANDBY);
	assert_true(b.e.faults & ELECTION_F_NO_ACTIVE);

	/* Nobody there: given up all the same, and an alarm. */
	make(&b, sAC);
	b.peer.peer.flags = HELLO_GF_UNABLE;
	b.e.cfg.delay_s = 4;
	ev_hello(&b);
	ev_decrement(&b, 0, true, false);
	assert_acts(&b, "SDH|");
	assert_state(&b, STANDBY);
	assert_true(b.e.gave_up);
	assert_true(b.e.faults & ELECTION_F_NO_ACTIVE);
	live(&b, 10000);
	assert_state(&b, STANDBY);
	/* The fault ends: rule 11 delays the claim. */
	ev_decrement(&b, 0, false, false);
	assert_state(&b, STANDBY);
	live(&b, 3999);
	assert_state(&b, STANDBY);
	live(&b, 1);
	assert_state(&b, ACTIVE);
	assert_false(b.e.faults & ELECTION_F_NO_ACTIVE);
}

static const struct election_action *ask(enum rg_rf rf,
					 enum election_admin_op op, bool force)
{
	make(&b, sAC);
	peer_rf(rf);
	if (rf == RG_RF_DISABLED)
		b.peer.peer.flags = HELLO_GF_SHUTDOWN;
	ev_hello(&b);
	ev_admin(&b, op, force);
	return find_action(&b, ELECTION_REFUSE);
}

/* Rule 4, row 5, first half: `shutdown`. */
static void rule_4_shutdown(void **state)
{
	assert_null(ask(RG_RF_STANDBY_HOT, ELECTION_ADMIN_SHUTDOWN, false));
	assert_state(&b, HANDOVER);
	assert_int_equal(ask(RG_RF_STANDBY_COLD, ELECTION_ADMIN_SHUTDOWN,
			     false)->refusal, ELECTION_R_NOT_HOT);
	assert_state(&b, ACTIVE);
	assert_null(ask(RG_RF_STANDBY_COLD, ELECTION_ADMIN_SHUTDOWN, true));
	assert_state(&b, RESIGNED);
	assert_null(ask(RG_RF_DISABLED, ELECTION_ADMIN_SHUTDOWN, false));
	assert_state(&b, DISABLED);
	assert_acts(&b, "SD+H");
}

/* Rule 4, row 5, second half: `reload group self`. */
static void rule_4_reload(void **state)
{
	assert_null(ask(RG_RF_STANDBY_HOT, ELECTION_ADMIN_RELOAD_SELF, false));
	assert_state(&b, HANDOVER);
	assert_int_equal(ask(RG_RF_STANDBY_COLD_BULK,
			     ELECTION_ADMIN_RELOAD_SELF, false)->refusal,
			 ELECTION_R_NOT_HOT);
	assert_null(ask(RG_RF_STANDBY_COLD_BULK, ELECTION_ADMIN_RELOAD_SELF,
			true));
	assert_state(&b, HANDOVER);
	assert_int_equal(ask(RG_RF_DISABLED, ELECTION_ADMIN_RELOAD_SELF,
			     true)->refusal, ELECTION_R_NO_PEER);
	assert_state(&b, ACTIVE);
}

/* The agent stops: a HOT peer gets the role, any other leaves it as it is. */
static void stop_active(enum rg_rf rf, enum election_state want,
			const char *acts)
{
	make(&b, sAC);
	peer_rf(rf);
	ev_hello(&b);
	ev_simple(&b, ELECTION_EV_STOP);
	assert_int_equal(b.e.state, want);
	assert_acts(&b, acts);
}

static void stopping(void **state)
{
	stop_active(RG_RF_STANDBY_COLD, sAC, "x");
	stop_active(RG_RF_DISABLED, sAC, "x");
	stop_active(RG_RF_STANDBY_HOT, ELECTION_HANDOVER, "S~H");
	ev_sync(&b, ELECTION_SYNC_COLD, true);
	peer_is(&b, RG_RF_ACTIVE, EPOCH + 1);
	ev_hello(&b);
	assert_acts(&b, "SDH<X");
	assert_int_equal(last_role(&b)->role, RG_ROLE_STANDBY);
	assert_int_equal(last_role(&b)->grace_ms, ELECTION_GRACE_MS);
	/* The peer dies in the middle: keep all as it is. */
	stop_active(RG_RF_STANDBY_HOT, ELECTION_HANDOVER, "S~H");
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	ev_tick_after(&b, HOLD - 1);
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	ev_tick_after(&b, 1);
	assert_state(&b, ACTIVE);
	assert_non_null(find_action(&b, ELECTION_STOPPED));
	assert_false(find_action(&b, ELECTION_STOPPED)->on);
}

/* Rule 5: the peer takes over, HOT or not, and says which. */
static void rule_5_takeover(void **state)
{
	const struct election_set_role *r;

	make(&b, sSB);
	ev_tick_after(&b, HOLD - 1);
	assert_state(&b, STANDBY);
	ev_tick_after(&b, 1);
	assert_state(&b, ACTIVE);
	assert_acts(&b, "SUNH|");
	r = last_role(&b);
	assert_int_equal(r->role, RG_ROLE_ACTIVE);
	assert_int_equal(r->epoch.counter, EPOCH + 1);
	assert_int_equal(r->epoch.system, ME);
	assert_int_equal(r->lease_ms, 0);
	assert_null(find_log(&b, ELECTION_LOG_TAKEOVER_NOT_HOT));
	assert_int_equal(find_log(&b, ELECTION_LOG_PEER_LOST)->new, 1);

	make(&b, sSB);
	ev_sync(&b, ELECTION_SYNC_COLD, false);
	ev_tick_after(&b, HOLD);
	assert_state(&b, ACTIVE);
	assert_non_null(find_log(&b, ELECTION_LOG_TAKEOVER_NOT_HOT));
	assert_int_equal(find_log(&b, ELECTION_LOG_PEER_LOST)->new, 0);
}

/* Rule 6: `reload group self`, from the question to the standby through INIT. */
static void rule_6_reload_self(void **state)
{
	const struct election_action *a;

	make(&b, ELECTION_RESIGNED);
	peer_is(&b, RG_RF_ACTIVE, EPOCH + 1);
	ev_hello(&b);
	assert_acts(&b, "|SD+H<");
	a = find_action(&b, ELECTION_SYNC_RECEIVE);
	assert_true(a->sync.full);
	assert_int_equal(a->sync.epoch.counter, EPOCH + 1);
	assert_int_equal(last_role(&b)->grace_ms, ELECTION_GRACE_MS);
	assert_int_equal(find_action(&b, ELECTION_DONE)->request, 99);
	assert_int_equal(find_log(&b, ELECTION_LOG_ROLE)->new, RG_ROLE_INIT);
	assert_state(&b, STANDBY);
	assert_int_equal(b.e.stats.reload_self, 1);
}

/* Rule 6: `reload group peer` on the active: repeated until carried out, once. */
static void rule_6_reload_peer(void **state)
{
	struct hello_group g;

	make(&b, sAC);
	ev_admin(&b, ELECTION_ADMIN_RELOAD_PEER, false);
	election_hello(&b.e, mono_from_ms(b.now), &g);
	assert_int_equal(g.reload_token, 1);
	ev_admin(&b, ELECTION_ADMIN_RELOAD_PEER, false);
	assert_int_equal(find_action(&b, ELECTION_REFUSE)->refusal,
			 ELECTION_R_BUSY);
	ev_tick_after(&b, HELLO);
	assert_acts(&b, "P");
	peer_rf(RG_RF_STANDBY_COLD);
	b.peer.peer.reload_done = 1;
	ev_hello(&b);
	assert_acts(&b, "+H");
	election_hello(&b.e, mono_from_ms(b.now), &g);
	assert_int_equal(g.reload_token, 0);
	/* Not HOT: refused without force, another number with it; no answer. */
	ev_admin(&b, ELECTION_ADMIN_RELOAD_PEER, false);
	assert_int_equal(find_action(&b, ELECTION_REFUSE)->refusal,
			 ELECTION_R_NOT_HOT);
	ev_admin(&b, ELECTION_ADMIN_RELOAD_PEER, true);
	assert_int_equal(b.e.token, 2);
	while (b.e.token)
		live(&b, HELLO);
	assert_int_equal(find_action(&b, ELECTION_REFUSE)->refusal,
			 ELECTION_R_FAILED);
	b.peer.peer.flags = HELLO_GF_UNABLE;
	ev_hello(&b);
	ev_admin(&b, ELECTION_ADMIN_RELOAD_PEER, true);
	assert_int_equal(find_action(&b, ELECTION_REFUSE)->refusal,
			 ELECTION_R_NO_PEER);
}

/* The same on the standby: once for a number, and the answer is in the hello. */
static void rule_6_reload_asked(void **state)
{
	struct hello_group g;

	make(&b, sSB);
	b.peer.peer.reload_token = 9;
	ev_hello(&b);
	assert_acts(&b, "|SH<");
	assert_true(find_action(&b, ELECTION_SYNC_RECEIVE)->sync.full);
	election_hello(&b.e, mono_from_ms(b.now), &g);
	assert_int_equal(g.reload_done, 9);
	assert_int_equal(g.rf, RG_RF_STANDBY_COLD);
	ev_hello(&b);
	assert_acts(&b, "");
	b.peer.peer.reload_token = 0;
	ev_hello(&b);
	b.peer.peer.reload_token = 9;
	ev_hello(&b);
	assert_acts(&b, "|SH<");
	assert_int_equal(b.e.stats.reload_rx, 2);
}

/* Rule 7: what the kernel is told, and the bound of 2 s. */
static void rule_7_handover(void **state)
{
	const struct election_set_role *r;
	int64_t began;

	make(&b, sAC);
	ev_admin(&b, ELECTION_ADMIN_SHUTDOWN, false);
	r = last_role(&b);
	assert_int_equal(r->role, RG_ROLE_ACTIVE);
	assert_true(r->no_new);
	assert_int_equal(r->lease_ms, HOLD);
	began = b.now;
	live(&b, ELECTION_DRAIN_MS - 1);
	assert_state(&b, HANDOVER);
	live(&b, 1);
	assert_int_equal(b.now - began, ELECTION_DRAIN_MS);
	assert_state(&b, RESIGNED);
	assert_acts(&b, "GH");
	assert_non_null(find_log(&b, ELECTION_LOG_HANDOVER_UNACKED));
	/* Repeated, in case it was lost; still forwarding, no new ones. */
	ev_tick_after(&b, HELLO);
	assert_acts(&b, "G");
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	assert_true(last_role(&b)->no_new);
	assert_int_equal(last_role(&b)->role, RG_ROLE_ACTIVE);
	peer_is(&b, RG_RF_ACTIVE, EPOCH + 1);
	ev_hello(&b);
	assert_state(&b, DISABLED);
	r = last_role(&b);
	assert_int_equal(r->role, RG_ROLE_DISABLED);
	assert_int_equal(r->grace_ms, ELECTION_GRACE_MS);
	assert_int_equal(r->epoch.counter, EPOCH + 1);
	assert_non_null(find_action(&b, ELECTION_DONE));
}

/* Rule 7 from the other side: at once, one term later, however often it comes. */
static void rule_7_resign_heard(void **state)
{
	make(&b, sSB);
	b.peer.peer.flags = HELLO_GF_HANDOVER;
	ev_hello(&b);
	assert_state(&b, STANDBY);
	b.peer.peer.flags |= HELLO_GF_RESIGN;
	ev_hello(&b);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.epoch.counter, EPOCH + 1);
	assert_int_equal(b.e.cause, ELECTION_C_PEER_RESIGNED);
	assert_int_equal(b.e.stats.resign_rx, 1);
	ev_hello(&b);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.epoch.counter, EPOCH + 1);
	assert_int_equal(b.e.stats.split_brain, 0);
	/* A RESIGN of a term before ours is not for us. */
	make(&b, sSB);
	peer_is(&b, RG_RF_ACTIVE, EPOCH - 1);
	b.peer.peer.flags |= HELLO_GF_RESIGN;
	ev_hello(&b);
	assert_state(&b, STANDBY);
	assert_int_equal(b.e.stats.stale_resign, 1);
	/* One that must not take the role does not. */
	make(&b, sSB);
	ev_decrement(&b, 0, true, false);
	b.peer.peer.flags |= HELLO_GF_RESIGN;
	ev_hello(&b);
	assert_state(&b, STANDBY);
	assert_null(last_role(&b));
}

/* A peer that does not take over in time: new connections are let in again. */
static void rule_7_failed(void **state)
{
	make_below(RG_RF_STANDBY_HOT);
	ev_sync(&b, ELECTION_SYNC_COLD, true);
	assert_state(&b, RESIGNED);
	live(&b, 999);
	assert_state(&b, RESIGNED);
	live(&b, 1);
	assert_state(&b, ACTIVE);
	assert_int_equal(b.e.wait, ELECTION_W_RETRY);
	live(&b, ELECTION_RETRY_MS - 100);
	assert_state(&b, ACTIVE);
	assert_false(last_role(&b) && last_role(&b)->no_new);
	live(&b, 100);
	assert_state(&b, HANDOVER);

	/* A person is told; force means it. */
	make(&b, sAC);
	ev_admin(&b, ELECTION_ADMIN_SHUTDOWN, false);
	ev_sync(&b, ELECTION_SYNC_COLD, true);
	live(&b, 1000);
	assert_state(&b, ACTIVE);
	make(&b, sAC);
	ev_admin(&b, ELECTION_ADMIN_SHUTDOWN, true);
	ev_sync(&b, ELECTION_SYNC_COLD, true);
	live(&b, 1000);
	assert_state(&b, DISABLED);
	/* The peer dies: who is alone may shut down. */
	make(&b, sAC);
	ev_admin(&b, ELECTION_ADMIN_SHUTDOWN, false);
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	ev_tick_after(&b, HOLD - 1);
	ev_simple(&b, ELECTION_EV_HELLO_TX);
	ev_tick_after(&b, 1);
	assert_state(&b, DISABLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_1_runtime_priority),
		cmocka_unit_test(rules_1_2_negotiation),
		cmocka_unit_test(rule_2_sitting_stays),
		cmocka_unit_test(fresh_listens),
		cmocka_unit_test(rule_3_wants),
		cmocka_unit_test(rule_4_lower),
		cmocka_unit_test(rule_4_below),
		cmocka_unit_test(rule_4_below_alone),
		cmocka_unit_test(rule_4_both_below),
		cmocka_unit_test(rule_4_no_pingpong),
		cmocka_unit_test(rule_4_track),
		cmocka_unit_test(rule_4_shutdown),
		cmocka_unit_test(rule_4_reload),
		cmocka_unit_test(stopping),
		cmocka_unit_test(rule_5_takeover),
		cmocka_unit_test(rule_6_reload_self),
		cmocka_unit_test(rule_6_reload_peer),
		cmocka_unit_test(rule_6_reload_asked),
		cmocka_unit_test(rule_7_handover),
		cmocka_unit_test(rule_7_resign_heard),
		cmocka_unit_test(rule_7_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
