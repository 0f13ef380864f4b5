// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two routers in simulated time (sim.h), with seeded random faults:
 *
 *	loss, delay, duplication, reordering, partition (both or one way),
 *	power cut and boot, agent killed, restarted, stopped (SIGSTOP) and continued,
 *	shutdown, reload, preempt, priority changes, data link down
 *
 * After each time of trouble everything is mended, and after a while all must be
 * well and stay so. Environment: NF_RG_SOAK=N runs N seeds, NF_RG_SEED=N only
 * that one, with a trace.
 */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEDS	150

/* One thing goes wrong. */
static void disturb(void)
{
	struct node *n = &sim.n[sim_upto(2)];
	int what = sim_upto(16);

	TRACE("%8lld %c trouble %d\n", (long long)sim.now, 'A' + n->id, what);
	switch (what) {
	case 0:
		sim_power_off(n);
		break;
	case 1:
		if (!n->on)
			sim_power_on(n);
		break;
	case 2:
		n->agent = false;
		n->paused = false;
		n->sync_dir = 0;
		break;
	case 3:
		if (n->on && !n->agent)
			sim_start_agent(n);
		break;
	case 4:
		n->paused = n->on && n->agent;
		break;
	case 5:
		sim_resume(n);
		break;
	case 6:
		sim.loss = sim_upto(60);
		break;
	case 7:
		sim.delay = sim_upto(2 * sim_hello_max());
		sim.dup = sim_upto(50);
		break;
	case 8:
		sim.cut[0] = true;
		sim.cut[1] = true;
		break;
	case 9:
		sim.cut[n->id] = true;
		break;
	case 10:
		sim_fault(n, sim_upto(150), false);
		break;
	case 11:
		sim_fault(n, sim_upto(50), sim_chance(30));
		break;
	case 12:
		sim_admin(n, ELECTION_ADMIN_RELOAD_SELF, sim_chance(20));
		break;
	case 13:
		sim_admin(n, sim_chance(50) ? ELECTION_ADMIN_SHUTDOWN :
				      ELECTION_ADMIN_NO_SHUTDOWN, sim_chance(30));
		break;
	case 14:
		sim_admin(n, ELECTION_ADMIN_RELOAD_PEER, sim_chance(50));
		break;
	default:
		sim.data_down = sim_chance(50);
		break;
	}
}

static void mend(void)
{
	int i;

	TRACE("%8lld   mended\n", (long long)sim.now);
	sim.loss = 0;
	sim.dup = 0;
	sim.delay = sim_upto(5);
	sim.cut[0] = false;
	sim.cut[1] = false;
	sim.data_down = false;
	for (i = 0; i < 2; i++) {
		struct node *n = &sim.n[i];

		sim_resume(n);
		if (!n->on)
			sim_power_on(n);
		else if (!n->agent)
			sim_start_agent(n);
		sim_fault(n, sim_chance(70) ? 0 : sim_upto(60), false);
		n->shutdown = false;
	}
	/* A shutdown may be under way, and is refused to be undone until it is done. */
	sim_run(ELECTION_DRAIN_MS + 2 * sim_detect_max() + 1000);
	for (i = 0; i < 2; i++)
		sim_admin(&sim.n[i], ELECTION_ADMIN_NO_SHUTDOWN, false);
}

static void one_seed(uint64_t s)
{
	unsigned int round, i, changes;

	sim_begin(s);
	sim_power_on(&sim.n[0]);
	sim_run(sim_upto(3000));
	sim_power_on(&sim.n[1]);
	for (round = 0; round < 6; round++) {
		sim_calm(false);
		for (i = sim_upto(12); i; i--) {
			disturb();
			sim_run(sim_upto(sim_chance(80) ? 400 : 4000));
		}
		mend();
		sim_calm(true);
		/* Longest wait of all: a hand-over that failed is tried again. */
		sim_run(ELECTION_RETRY_MS + sim_timers_11() + 4 * sim_detect_max() + 3000);
		sim_check_settled();
		/* Invariant: under constant input nothing moves. */
		changes = sim.role_changes;
		sim_run(8000);
		CHECK(sim.role_changes == changes, "flaps under constant input");
		sim_check_settled();
	}
}

static unsigned int number(const char *name, unsigned int otherwise)
{
	const char *v = getenv(name);

	return v && *v ? strtoul(v, NULL, 10) : otherwise;
}

static void random_faults(void **state)
{
	unsigned int n = number("NF_RG_SOAK", SEEDS), s;
	unsigned int preempts = 0, graceful = 0, takeovers = 0, splits = 0;
	unsigned int fences = 0;

	if (getenv("NF_RG_SEED")) {
		one_seed(number("NF_RG_SEED", 1));
		return;
	}
	for (s = 1; s <= n; s++) {
		one_seed(s);
		preempts += sim.preempts;
		graceful += sim.graceful;
		takeovers += sim.takeovers;
		splits += sim.splits;
		fences += sim.fences;
	}
	/* A simulation in which nothing happened would prove nothing. */
	if (n >= 50) {
		assert_true(preempts > n / 4);
		assert_true(graceful > n / 2);
		assert_true(takeovers > n);
		assert_true(splits > n / 4);
		assert_true(fences > n / 4);
	}
	print_message("%u seeds: %u takeovers, %u hand-overs, %u begun by preempt\n", n, takeovers,
		      graceful, preempts);
	print_message("%u split brains, %u fences\n", splits, fences);
}

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
 * a hello may have been late. Also: never two, for A is gone.
 */
static void power_cut(void **state)
{
	uint64_t s;

	for (s = 1; s <= 100; s++) {
		int64_t cut;

		settled_pair(s);
		sim.delay = 0;
		sim_run(sim_upto(500));
		cut = sim.now;
		sim_power_off(&sim.n[0]);
		while (!sim_forwards(&sim.n[1])) {
			sim_run(1);
			CHECK(sim.now - cut <= sim_detect(&sim.n[1]) + 1,
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
		sim.data_down = !hot;
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
		sim.data_down = false;
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
		cmocka_unit_test(random_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
