/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracked objects that a program answers for: `track N exec` and `track N systemd`.
 *
 * Each has at most one program running, in a process group of its own, with a limit of time.  The
 * loop never waits for one: another process runs it (io/programs.h), and its end is an event.
 */
#ifndef RG_IO_TRACKRUN_H
#define RG_IO_TRACKRUN_H

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct event_base;
struct programs;
struct trackruns;

#define TRACKRUN_LIMIT_S	10	/* a program has so long, or its interval if that is less */
#define TRACKRUN_UNIT_S		5	/* how often a unit is asked for */

/**
 * struct trackrun_stats - counters of an object, or of all
 * @runs: programs started
 * @failed: of these, ended with another status than 0 or by a signal
 * @timeouts: of these, killed because they took too long
 * @errors: could not be started
 * @skipped: not started because the last one, killed, has not gone yet
 */
struct trackrun_stats {
	uint64_t runs;
	uint64_t failed;
	uint64_t timeouts;
	uint64_t errors;
	uint64_t skipped;
};

/**
 * typedef trackrun_fn - a program has answered
 * @arg: of trackruns_open()
 * @id: the object
 * @up: status 0
 */
typedef void (*trackrun_fn)(void *arg, uint32_t id, bool up);

int trackruns_open(struct event_base *base, struct programs *programs, trackrun_fn fn, void *arg,
		   struct trackruns **out);
void trackruns_close(struct trackruns *rs);
int trackruns_configure(struct trackruns *rs, const struct conf *c);
void trackruns_stats(const struct trackruns *rs, uint32_t id, struct trackrun_stats *out);

#endif
