// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two routers in simulated time (sim.h): one fault at a time, at many instants, and the
 * bounds that hold for it. Random schedules of many faults are in test_simulate.c.
 */
#include "sim.h"

/* A pair that has settled, A active, equal timers, nothing lost. */
static void settled_pair(uint64_t s)
{
	int i;

	sim_begin(s * 4 + 1);
	for (i = 0; i < 2; i++) {
		sim.n[i].cfg.threshold = 0;
		sim.n[i].cfg.preempt = false;
		sim.n[i].cfg.reload_s = 0;
	}
	sim_power_on(&sim.n[0]);
	sim_run(4 * sim_detect_max());
	sim_power_on(&sim.n[1]);
	sim_run(4 * sim_detect_max() + 500);
	sim_check_settled();
	assert_true(sim_forwards(&sim.n[0]));
}

/*
 * Rule 15: no active for at most the detection time after a power cut, plus what
 * a hello may have been late, and the probe where the links are cables. Also: never
 * two, for A is gone.
 */
static void power_cut(void **state)
{
	uint64_t s;

	for (s = 1; s <= 100; s++) {
		int64_t cut;

		settled_pair(s);
		sim.delay = 0;
		sim.cables = s % 2;
		sim_run(sim_upto(500));
		cut = sim.now;
		sim_power_off(&sim.n[0]);
		while (!sim_forwards(&sim.n[1])) {
			sim_run(1);
			CHECK(sim.now - cut <= sim_detect(&sim.n[1]) + 1 +
					       (sim.cables ? sim.n[1].cfg.probe_ms : 0),
			      "the takeover took too long");
		}
	}
}

/*
 * Rule 8: the agent of the active is killed or stopped. Its kernel stops before
 * the peer takes over, so there are never two; when the agent comes back, nobody
 * flaps, and it never opens the gate before it has asked.
 */
static void agent_fault(bool kill, bool hot)
{
	uint64_t s;

	for (s = 1; s <= 200; s++) {
		struct node *a, *b;
		int64_t back, end;

		settled_pair(s);
		a = &sim.n[0];
		b = &sim.n[1];
		sim.data_cut[0] = !hot;
		sim_run(sim_upto(500));
		a->agent = !kill;
		a->paused = !kill;
		if (kill)
			a->sync_dir = 0;
		back = sim.now + sim_upto(3 * sim_detect_max());
		end = back + 10 * sim_detect_max();
		while (sim.now < end) {
			sim_run(1);
			CHECK(!sim_forwards(a) || !sim_forwards(b), "two actives");
			if (sim.now != back)
				continue;
			if (kill)
				sim_start_agent(a);
			else
				sim_resume(a);
		}
		sim.data_cut[0] = false;
		sim_run(1000);
		sim_check_settled();
	}
}

static void agent_killed(void **state)
{
	agent_fault(true, true);
	agent_fault(true, false);
}

static void agent_stopped(void **state)
{
	agent_fault(false, true);
	agent_fault(false, false);
}

/* A lone active: its agent may be restarted at any time without a gap. */
static void lone_restart(void **state)
{
	unsigned int i;

	sim_begin(5);
	sim_power_on(&sim.n[0]);
	sim_run(10000);
	assert_true(sim_forwards(&sim.n[0]));
	for (i = 0; i < 20; i++) {
		sim.n[0].agent = false;
		sim_run(sim_upto(5000));
		assert_true(sim_forwards(&sim.n[0]));
		sim_start_agent(&sim.n[0]);
		assert_true(sim_forwards(&sim.n[0]));
		assert_int_equal(sim.n[0].k.epoch.counter, 1);
		sim_run(sim_upto(5000));
		assert_true(sim_forwards(&sim.n[0]));
	}
}

/*
 * Rule 7: `reload group` both ways, again and again: existing flows are always
 * forwarded by somebody, new ones wait at most for the drain and the flip.
 */
static void graceful(void **state)
{
	uint64_t s;

	for (s = 1; s <= 60; s++) {
		unsigned int i;

		settled_pair(s);
		for (i = 0; i < 6; i++) {
			struct node *from = &sim.n[i & 1];
			struct node *to = &sim.n[!(i & 1)];
			int64_t began = sim.now;

			sim_admin(from, ELECTION_ADMIN_RELOAD_SELF, false);
			while (!sim_forwards(to)) {
				CHECK(sim_forwards_old(from),
				      "existing flows stopped");
				sim_run(1);
				CHECK(sim.now - began <= ELECTION_DRAIN_MS +
						       200, "slow hand-over");
			}
			CHECK(!sim_forwards(from) || from->k.no_new,
			      "two take new connections");
			while (sim_forwards(from)) {
				CHECK(sim.now - began <= ELECTION_DRAIN_MS + 400,
				      "the old active does not stop");
				sim_run(1);
			}
			CHECK(from->k.grace_until > sim.now, "no grace");
			sim_run(1000);
			sim_check_settled();
		}
		assert_int_equal(sim.graceful, 6);
	}
}

/* SIGTERM with a HOT peer hands over; the other one is then alone, without lease. */
static void stop_hands_over(void **state)
{
	settled_pair(3);
	sim_simple(&sim.n[0], ELECTION_EV_STOP);
	sim_run(2500);
	assert_false(sim.n[0].agent);
	assert_false(sim.n[0].addresses);
	assert_true(sim_forwards(&sim.n[1]));
	assert_false(sim_forwards(&sim.n[0]));
	sim_run(3 * sim_detect_max());
	assert_false(sim.n[1].k.leased);
	/* SIGTERM of the lone one changes nothing at all. */
	sim_simple(&sim.n[1], ELECTION_EV_STOP);
	assert_false(sim.n[1].agent);
	assert_true(sim.n[1].addresses);
	sim_run(60000);
	assert_true(sim_forwards(&sim.n[1]));
}

/* Rule 14: a priority that flaps moves the role three times, then no more. */
static void damping(void **state)
{
	unsigned int i;

	settled_pair(2);
	for (i = 0; i < 2; i++) {
		sim.n[i].cfg.preempt = true;
		sim.n[i].cfg.priority = 100;
		sim.n[i].cfg.delay_s = 0;
		sim.n[i].e.cfg = sim.n[i].cfg;
	}
	for (i = 0; i < 20; i++) {
		sim_fault(&sim.n[0], i % 2 ? 0 : 30, false);
		sim_fault(&sim.n[1], i % 2 ? 30 : 0, false);
		sim_run(3000);
	}
	assert_in_range(sim.graceful, 2, 4);
	assert_true(sim.n[0].e.damped_until.ns || sim.n[1].e.damped_until.ns);
	/* Ten quiet minutes later it is as before. */
	sim_fault(&sim.n[0], 0, false);
	sim_fault(&sim.n[1], 0, false);
	sim_run(ELECTION_DAMP_MS + 5000);
	assert_true(mono_is_zero(sim.n[0].e.damped_until));
	i = sim.graceful;
	sim_fault(sim_forwards(&sim.n[0]) ? &sim.n[0] : &sim.n[1], 50, false);
	sim_run(3000);
	assert_int_equal(sim.graceful, i + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_cut),
		cmocka_unit_test(agent_killed),
		cmocka_unit_test(agent_stopped),
		cmocka_unit_test(lone_restart),
		cmocka_unit_test(graceful),
		cmocka_unit_test(stop_hands_over),
		cmocka_unit_test(damping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
