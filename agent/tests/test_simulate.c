// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two routers, and a stranger at times, in simulated time (sim.h) under schedules of
 * trouble that are made from seeds (sim_play.h):
 *
 *	loss, delay, repetition, reordering, partition of one or both links in one or both
 *	directions, cables pulled with and without the traffic side, power cut and boot, agent
 *	killed, ended, restarted, stopped (SIGSTOP) and continued, shutdown, reload, changes of the
 *	configuration, tracked objects, a kernel that refuses
 *
 * A step is one event that an election takes in. Environment: NF_RG_STEPS=N as many steps,
 * NF_RG_SEED=N plays that seed alone, with a trace, NF_RG_KEPT=FILE other schedules than the
 * kept ones. A schedule that fails is shrunk and printed as it can be kept.
 */
#include "sim.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "sim_play.h"

#define STEPS		UINT64_C(10000000)
#define STEPS_SOAK	UINT64_C(100000000)

static struct {
	uint64_t steps;
	uint64_t preempts;
	uint64_t graceful;
	uint64_t takeovers;
	uint64_t splits;
	uint64_t fences;
	uint64_t probes;
	uint64_t isolated;
} total;

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *v = getenv(name);

	return v && *v ? strtoull(v, NULL, 10) : otherwise;
}

static double user_seconds(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)r.ru_utime.tv_sec + (double)r.ru_utime.tv_usec / 1e6;
}

static void report(struct plan *p)
{
	char what[sizeof(sim.failure)];
	long long at = (long long)sim.now;
	unsigned int plays;

	memcpy(what, sim.failure, sizeof(what));
	plays = plan_shrink(p);
	fprintf(stderr, "# seed %llu at %lld ms: %s; shrunk in %u plays to\n",
		(unsigned long long)p->seed, at, what, plays);
	plan_print(p, stderr);
	fail_msg("seed %llu: %s", (unsigned long long)p->seed, what);
}

static void one(struct plan *p)
{
	if (!plan_play(p))
		report(p);
	total.steps += sim.steps;
	total.preempts += sim.preempts;
	total.graceful += sim.graceful;
	total.takeovers += sim.takeovers;
	total.splits += sim.splits;
	total.fences += sim.fences;
	total.probes += sim.probes;
	total.isolated += sim.isolated;
}

/* What was found once. */
static void kept(void **state)
{
	const char *name = getenv("NF_RG_KEPT");
	FILE *f = fopen(name ? name : SIM_KEPT, "r");
	static struct plan p;
	int line = 0, rc;

	assert_non_null(f);
	while ((rc = plan_read(&p, f, &line)) > 0)
		one(&p);
	fclose(f);
	if (rc < 0)
		fail_msg("line %d of the kept schedules is wrong", -rc);
}

/* What is printed reads back as the same. */
static void lines(void **state)
{
	static struct plan p, q;
	FILE *f = tmpfile();
	uint64_t s;
	int line = 0;

	assert_non_null(f);
	for (s = 1; s <= 20; s++) {
		plan_make(&p, s);
		plan_print(&p, f);
	}
	rewind(f);
	for (s = 1; s <= 20; s++) {
		plan_make(&p, s);
		assert_int_equal(plan_read(&q, f, &line), 1);
		assert_int_equal(q.seed, p.seed);
		assert_int_equal(q.n, p.n);
		assert_memory_equal(q.ev, p.ev, (size_t)p.n * sizeof(p.ev[0]));
	}
	assert_int_equal(plan_read(&q, f, &line), 0);
	fclose(f);
}

static void random_faults(void **state)
{
	uint64_t steps = number("NF_RG_STEPS", number("NF_RG_SOAK", 0) ? STEPS_SOAK : STEPS);
	uint64_t n = number("NF_RG_SEED", 0);
	double began = user_seconds(), took;
	static struct plan p;

	memset(&total, 0, sizeof(total));
	if (n) {
		plan_make(&p, n);
		one(&p);
		return;
	}
	while (total.steps < steps) {
		plan_make(&p, ++n);
		one(&p);
	}
	took = user_seconds() - began;
	print_message("# %llu steps, %llu seeds, %.1f s of one core, %.0f steps/s\n",
		      (unsigned long long)total.steps, (unsigned long long)n, took,
		      took > 0 ? (double)total.steps / took : 0);
	print_message("# %llu takeovers, %llu hand-overs, %llu begun by preempt\n",
		      (unsigned long long)total.takeovers, (unsigned long long)total.graceful,
		      (unsigned long long)total.preempts);
	print_message("# %llu split brains, %llu fences, %llu probes, %llu times isolated\n",
		      (unsigned long long)total.splits, (unsigned long long)total.fences,
		      (unsigned long long)total.probes, (unsigned long long)total.isolated);
	/* A simulation in which nothing happened would prove nothing. */
	assert_true(n < 50 || (total.preempts > n / 4 && total.graceful > n / 2 &&
			       total.takeovers > n && total.splits > n / 4 &&
			       total.fences > n / 4 && total.isolated > n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(kept),
		cmocka_unit_test(random_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
