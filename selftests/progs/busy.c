// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * busy - what something costs that goes on behind one's back
 *
 * usage: busy mark
 *        busy since MARK
 *        busy rest [SECS]
 *
 * mark prints a mark. since waits until the machine is at rest and prints "us=N": how long its
 * CPUs were not idle since the mark, which in instruction-counted time is how many thousand
 * instructions they executed.  rest waits likewise, for SECS (0.2) seconds of rest.  Exit
 * status 1 if there is no rest within ten minutes.
 *
 * At rest is a machine that was idle for nine tenths of each of the last tenths of a second.
 *
 * What is between mark and since is what `scripts/vm-run --profile` counts.
 */
#include "common.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEP	0.1		/* s */
#define QUIET	0.9		/* of it */
#define REST	0.2		/* s */
#define LIMIT	600		/* s */

/* A moment, and for how long the CPUs were idle before it. */
struct moment {
	double at;
	double idle;
};

/* Seconds, to the ns: /proc/stat knows them to 10 ms only. */
static double idle(void)
{
	static const char *const names[] = { ".idle_sleeptime", ".iowait_sleeptime" };
	FILE *f = fopen("/proc/timer_list", "r");
	unsigned int found = 0, i;
	double sum = 0;
	char line[256];

	if (!f)
		die("/proc/timer_list: %s", strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		char *name = line + strspn(line, " "), *colon = strchr(line, ':');

		for (i = 0; colon && i < 2; i++)
			if (!strncmp(name, names[i], strlen(names[i]))) {
				sum += strtod(colon + 1, NULL) / 1e9;
				found++;
			}
	}
	fclose(f);
	if (!found)
		die("/proc/timer_list does not tell how long the CPUs were idle");
	return sum;
}

/* No CPU is idle between the two readings. */
static struct moment moment(void)
{
	struct moment m = { .at = now() };

	m.idle = idle();
	return m;
}

/* Waits until the machine is at rest; that moment. */
static bool wait_rest(double secs, struct moment *m)
{
	const struct timespec step = { .tv_nsec = (long)(STEP * 1e9) };
	struct moment last = moment();
	double end = last.at + LIMIT, quiet = 0;

	while (last.at < end) {
		nanosleep(&step, NULL);
		*m = moment();
		quiet += m->at - last.at;
		if (m->idle - last.idle < QUIET * (m->at - last.at))
			quiet = 0;
		if (quiet >= secs)
			return true;
		last = *m;
	}
	fprintf(stderr, "no rest within %d s\n", LIMIT);
	return false;
}

static int since(const char *mark)
{
	struct moment begin, end;

	if (sscanf(mark, "%lf:%lf", &begin.at, &begin.idle) != 2)
		die("'%s' is no mark", mark);
	if (!wait_rest(REST, &end))
		return 1;
	PROFILE_END();
	printf("us=%.3f\n", (end.at - begin.at - (end.idle - begin.idle)) * 1e6);
	return 0;
}

int main(int argc, char **argv)
{
	struct moment m;

	if (argc == 2 && !strcmp(argv[1], "mark")) {
		m = moment();
		PROFILE_BEGIN();
		printf("%.9f:%.9f\n", m.at, m.idle);
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "since"))
		return since(argv[2]);
	if (argc > 1 && argc < 4 && !strcmp(argv[1], "rest"))
		return !wait_rest(argc > 2 ? strtod(argv[2], NULL) : REST, &m);
	die("usage: busy mark | busy since MARK | busy rest [SECS]");
}
