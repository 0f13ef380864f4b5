// SPDX-License-Identifier: GPL-2.0-or-later
#include "trackrun.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "core/conf.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/programs.h"

/**
 * struct run - an object
 * @all: the others
 * @next: one of them
 * @conf: what it is
 * @timer: when the program starts next
 * @limit: when it is killed
 * @cookie: of the program, the same for all its runs
 * @runs: it does
 * @killed: it took too long, and was answered for already
 * @orphan: the object is not configured any more: wait for the end, then go
 * @complained: that it cannot be run stands in the log
 * @stats: what happened
 */
struct run {
	struct trackruns *all;
	struct run *next;
	struct conf_track conf;
	struct loop_timer timer;
	struct loop_timer limit;
	uint32_t cookie;
	bool runs;
	bool killed;
	bool orphan;
	bool complained;
	struct trackrun_stats stats;
};

struct trackruns {
	struct event_base *base;
	struct programs *programs;
	trackrun_fn fn;
	void *arg;
	struct run *first;
};

/* -------------------------------------------------------------- the object */

static uint32_t interval_s(const struct run *r)
{
	return r->conf.kind == CONF_TRACK_UNIT ? TRACKRUN_UNIT_S : r->conf.interval_s;
}

static void complain(struct run *r, const char *why)
{
	if (!r->complained)
		log_warnx("TRACK", "track %u: %s: %s", r->conf.id, r->conf.name, why);
	r->complained = true;
}

static void unlink_run(struct run *r)
{
	struct run **at = &r->all->first;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
}

static void free_run(struct run *r)
{
	unlink_run(r);
	loop_timer_free(&r->timer);
	loop_timer_free(&r->limit);
	free(r);
}

static void answered(struct run *r, int err, int status)
{
	const char *why = programs_trouble(err, status);
	bool up = WIFEXITED(status) && !WEXITSTATUS(status);

	if (why) {
		r->stats.errors++;
		complain(r, why);
	} else {
		r->complained = false;
	}
	if (err)
		return;
	r->stats.failed += !up;
	r->all->fn(r->all->arg, r->conf.id, up);
}

/* It ended: by itself, or after it was killed. */
static void ended(struct run *r, int err, int status)
{
	r->runs = false;
	loop_timer_set(&r->limit, MONO_NEVER);
	if (r->orphan)
		free_run(r);
	else if (!r->killed)
		answered(r, err, status);
}

static void on_end(void *arg, uint32_t cookie, int err, int status)
{
	struct trackruns *rs = arg;
	struct run *r = rs->first;

	while (r) {
		struct run *next = r->next;

		if (cookie == r->cookie || (cookie == PROGRAMS_ALL && r->runs))
			ended(r, err, status);
		r = next;
	}
}

/* What cannot be killed now is, when its next turn comes. */
static void kill_run(struct run *r)
{
	int err = programs_kill(r->all->programs, r->cookie);

	if (err)
		complain(r, strerror(-err));
}

static void on_limit(void *arg, mono_t now)
{
	struct run *r = arg;

	(void)now;
	if (!r->runs)
		return;
	kill_run(r);
	r->killed = true;
	r->stats.timeouts++;
	r->stats.failed++;
	r->all->fn(r->all->arg, r->conf.id, false);
}

static void start(struct run *r, mono_t now)
{
	uint32_t limit = interval_s(r) < TRACKRUN_LIMIT_S ? interval_s(r) : TRACKRUN_LIMIT_S;
	char number[32], *const env[] = { number, NULL };
	const struct programs_run run = {
		.name = r->conf.name,
		.unit = r->conf.kind == CONF_TRACK_UNIT,
		.guarded = r->conf.kind == CONF_TRACK_EXEC,
		.env = env,
	};
	int err;

	snprintf(number, sizeof(number), "RG_TRACK=%u", r->conf.id);
	err = programs_start(r->all->programs, r->cookie, &run);
	if (err) {
		r->stats.errors++;
		complain(r, strerror(-err));
		return;
	}
	r->runs = true;
	r->killed = false;
	r->stats.runs++;
	loop_timer_set(&r->limit, mono_add_ms(now, UINT64_C(1000) * limit));
}

static void on_timer(void *arg, mono_t now)
{
	struct run *r = arg;

	/* It has just as long as its interval, and both end together. */
	if (r->runs && !r->killed)
		on_limit(r, now);
	else if (r->runs)
		kill_run(r);
	if (r->runs)
		r->stats.skipped++;
	else
		start(r, now);
	loop_timer_set(&r->timer, mono_add_ms(now, UINT64_C(1000) * interval_s(r)));
}

static int add_run(struct trackruns *rs, const struct conf_track *c)
{
	struct run *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->all = rs;
	r->cookie = programs_cookie(rs->programs);
	r->conf = *c;
	r->next = rs->first;
	rs->first = r;
	if (loop_timer_init(&r->timer, rs->base, on_timer, r) ||
	    loop_timer_init(&r->limit, rs->base, on_limit, r)) {
		free_run(r);
		return -ENOMEM;
	}
	loop_timer_set(&r->timer, clock_now());
	return 0;
}

static void drop_run(struct run *r)
{
	if (!r->runs) {
		free_run(r);
		return;
	}
	kill_run(r);
	r->orphan = true;
	loop_timer_set(&r->timer, MONO_NEVER);
	loop_timer_set(&r->limit, MONO_NEVER);
}

static struct run *find(const struct trackruns *rs, uint32_t id)
{
	struct run *r = rs->first;

	while (r && (r->orphan || r->conf.id != id))
		r = r->next;
	return r;
}

static bool is_run(const struct conf_track *c)
{
	return c->kind == CONF_TRACK_EXEC || c->kind == CONF_TRACK_UNIT;
}

/* Another interval counts from now on; another program is another object. */
static bool keeps(struct run *r, const struct conf *c)
{
	const struct conf_track *now = conf_track(c, r->conf.id);
	uint32_t bits;

	if (!now)
		return false;
	bits = conf_track_diff(&r->conf, now);
	if (bits & CONF_TRACK_WHAT)
		return false;
	r->conf = *now;
	if (bits & CONF_TRACK_INTERVAL)
		loop_timer_set(&r->timer,
			       mono_add_ms(clock_now(), UINT64_C(1000) * interval_s(r)));
	return true;
}

/**
 * trackruns_configure() - run what a configuration says
 * @rs: all of them
 * @c: the configuration
 *
 * What did not change goes on. What is new runs at once, from the loop.
 *
 * Return: 0 or -ENOMEM: not all of them run.
 */
int trackruns_configure(struct trackruns *rs, const struct conf *c)
{
	struct run *r = rs->first;
	int err = 0;

	while (r) {
		struct run *next = r->next;

		if (!r->orphan && !keeps(r, c))
			drop_run(r);
		r = next;
	}
	for (uint32_t i = 0; i < c->n_tracks && !err; i++)
		if (is_run(&c->track[i]) && !find(rs, c->track[i].id))
			err = add_run(rs, &c->track[i]);
	return err;
}

/**
 * trackruns_stats() - counters
 * @rs: all of them
 * @id: of this object; 0: of all
 * @out: gets them, 0 if it is no such object
 */
void trackruns_stats(const struct trackruns *rs, uint32_t id, struct trackrun_stats *out)
{
	memset(out, 0, sizeof(*out));
	for (const struct run *r = rs->first; r; r = r->next) {
		if (r->orphan || (id && r->conf.id != id))
			continue;
		out->runs += r->stats.runs;
		out->failed += r->stats.failed;
		out->timeouts += r->stats.timeouts;
		out->errors += r->stats.errors;
		out->skipped += r->stats.skipped;
	}
}

/**
 * trackruns_open() - none yet
 * @base: event loop
 * @programs: the process that runs them
 * @fn: called from it when a program has answered
 * @arg: for @fn
 * @out: gets it
 *
 * Return: 0 or -ENOMEM.
 */
int trackruns_open(struct event_base *base, struct programs *programs, trackrun_fn fn, void *arg,
		   struct trackruns **out)
{
	struct trackruns *rs = calloc(1, sizeof(*rs));

	if (!rs)
		return -ENOMEM;
	rs->programs = programs;
	programs_hear(programs, PROGRAMS_TRACK, on_end, rs);
	rs->base = base;
	rs->fn = fn;
	rs->arg = arg;
	*out = rs;
	return 0;
}

/**
 * trackruns_close() - kill what runs, without waiting for its end
 * @rs: may be NULL
 */
void trackruns_close(struct trackruns *rs)
{
	if (!rs)
		return;
	while (rs->first)
		free_run(rs->first);
	programs_hear(rs->programs, PROGRAMS_TRACK, NULL, NULL);
	free(rs);
}
