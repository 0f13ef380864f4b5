// SPDX-License-Identifier: GPL-2.0-or-later
#include "hooks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "core/conf.h"
#include "core/hook.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/programs.h"

/* How soon is tried again what could not be killed, or not be run. */
#define GONE_POLL_MS	1000

/**
 * struct hook - a program
 * @all: the others
 * @next: one of them
 * @conf: what it is
 * @queue: what it was not told yet
 * @cookie: of the program, the same for all its runs
 * @runs: it does
 * @timer: while it runs: when it is killed; otherwise when it starts, if anything waits
 * @killed: it took too long
 * @orphan: not configured any more: wait for the end, then go
 * @complained: that it fails stands in the log
 */
struct hook {
	struct hooks *all;
	struct hook *next;
	struct conf_hook conf;
	struct hook_queue queue;
	uint32_t cookie;
	bool runs;
	struct loop_timer timer;
	bool killed;
	bool orphan;
	bool complained;
};

struct hooks {
	struct event_base *base;
	struct programs *programs;
	struct hook *first;
	struct hooks_stats st;
};

static void complain(struct hook *h, const char *why)
{
	if (!h->complained)
		log_warnx("HOOK", "%s: %s", h->conf.path, why);
	h->complained = true;
}

static void free_hook(struct hook *h)
{
	struct hook **at = &h->all->first;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	loop_timer_free(&h->timer);
	free(h);
}

static int run(struct hook *h, const struct hook_change *c, uint64_t left_out)
{
	struct hook_words words;
	char json[HOOK_JSON];
	struct programs_run r = {
		.name = h->conf.path,
		.guarded = true,
		.stays = true,
		.env = words.env,
		.in = json,
	};

	if (!hook_env(c, left_out, &words))
		return -EOVERFLOW;
	r.in_len = hook_json(c, left_out, json, sizeof(json));
	return programs_start(h->all->programs, h->cookie, &r);
}

/* Tells the oldest change, if any waits and nothing runs. */
static void start(struct hook *h, mono_t now)
{
	struct hook_change c;
	uint64_t left_out;
	int err;

	if (!hook_pop(&h->queue, &c, &left_out))
		return;
	err = run(h, &c, left_out);
	h->killed = false;
	h->runs = !err;
	if (err) {
		h->all->st.errors++;
		complain(h, strerror(-err));
		loop_timer_set(&h->timer, mono_add_ms(now, GONE_POLL_MS));
		return;
	}
	h->all->st.runs++;
	loop_timer_set(&h->timer, mono_add_ms(now, UINT64_C(1000) * h->conf.timeout_s));
}

static void ended(struct hook *h, int err, int status)
{
	const char *why = programs_trouble(err, status);

	h->runs = false;
	if (h->orphan) {
		free_hook(h);
		return;
	}
	if (!h->killed && why) {
		h->all->st.runs--;
		h->all->st.errors++;
		complain(h, why);
	} else if (!h->killed && status) {
		h->all->st.failed++;
		complain(h, WIFEXITED(status) ? "failed" : "ended by a signal");
	} else if (!h->killed) {
		h->complained = false;
	}
	/* Not from here: whatever else the loop has to do comes first. */
	loop_timer_set(&h->timer, h->queue.n ? clock_now() : MONO_NEVER);
}

static void on_end(void *arg, uint32_t cookie, int err, int status)
{
	struct hooks *hs = arg;

	for (struct hook *h = hs->first, *next; h; h = next) {
		next = h->next;
		if (h->runs && (cookie == h->cookie || cookie == PROGRAMS_ALL))
			ended(h, err, status);
	}
}

/* What cannot be killed now is, when its next turn comes. */
static void kill_hook(struct hook *h)
{
	int err = programs_kill(h->all->programs, h->cookie);

	if (err)
		complain(h, strerror(-err));
	h->killed = true;
}

static void on_limit(struct hook *h)
{
	kill_hook(h);
	h->all->st.failed++;
	h->all->st.timeouts++;
	complain(h, "killed, it took too long");
}

static void on_timer(void *arg, mono_t now)
{
	struct hook *h = arg;

	if (!h->runs) {
		start(h, now);
		return;
	}
	loop_timer_set(&h->timer, mono_add_ms(now, GONE_POLL_MS));
	if (h->killed)
		kill_hook(h);
	else
		on_limit(h);
}

/**
 * hooks_tell() - a role changed
 * @hs: all programs
 * @c: the change
 *
 * Copies, and starts nothing: may be called on the way of a takeover.
 */
void hooks_tell(struct hooks *hs, const struct hook_change *c)
{
	for (struct hook *h = hs->first; h; h = h->next) {
		if (h->orphan)
			continue;
		if (!hook_push(&h->queue, c)) {
			if (h->queue.left_out == 1)
				log_warnx("HOOK", "%s: too slow, changes are left out",
					  h->conf.path);
			hs->st.left_out++;
		}
		if (!h->runs && mono_is_never(h->timer.at))
			loop_timer_set(&h->timer, mono_add_ms(clock_now(), HOOKS_AFTER_MS));
	}
}

static int add_hook(struct hooks *hs, const struct conf_hook *c)
{
	struct hook *h = calloc(1, sizeof(*h));

	if (!h)
		return -ENOMEM;
	h->all = hs;
	h->conf = *c;
	h->cookie = programs_cookie(hs->programs);
	if (loop_timer_init(&h->timer, hs->base, on_timer, h)) {
		free(h);
		return -ENOMEM;
	}
	h->next = hs->first;
	hs->first = h;
	return 0;
}

static void drop_hook(struct hook *h)
{
	h->all->st.left_out += h->queue.n;
	h->queue.n = 0;
	if (!h->runs) {
		free_hook(h);
		return;
	}
	kill_hook(h);
	h->orphan = true;
	loop_timer_set(&h->timer, mono_add_ms(clock_now(), GONE_POLL_MS));
}

static struct hook *find(const struct hooks *hs, const char *path)
{
	struct hook *h = hs->first;

	while (h && (h->orphan || strcmp(h->conf.path, path)))
		h = h->next;
	return h;
}

/**
 * hooks_configure() - tell those that a configuration names
 * @hs: all programs
 * @c: the configuration
 *
 * What is named still goes on; another time counts from its next run.  Others are killed.
 *
 * Return: 0 or -ENOMEM: not all of them are told.
 */
int hooks_configure(struct hooks *hs, const struct conf *c)
{
	int err = 0;

	for (struct hook *h = hs->first, *next; h; h = next) {
		const struct conf_hook *now = conf_hook(c, h->conf.path);

		next = h->next;
		if (now && !h->orphan)
			h->conf = *now;
		else if (!h->orphan)
			drop_hook(h);
	}
	for (uint32_t i = 0; i < c->n_hooks && !err; i++)
		if (!find(hs, c->hook[i].path))
			err = add_hook(hs, &c->hook[i]);
	return err;
}

/**
 * hooks_get() - counters
 * @hs: all programs
 * @out: gets them
 */
void hooks_get(const struct hooks *hs, struct hooks_stats *out)
{
	*out = hs->st;
	for (const struct hook *h = hs->first; h; h = h->next)
		out->waiting += h->queue.n;
}

/**
 * hooks_open() - none yet
 * @base: event loop
 * @programs: the process that runs them
 * @out: gets it
 *
 * Return: 0 or -ENOMEM.
 */
int hooks_open(struct event_base *base, struct programs *programs, struct hooks **out)
{
	struct hooks *hs = calloc(1, sizeof(*hs));

	if (!hs)
		return -ENOMEM;
	hs->base = base;
	hs->programs = programs;
	programs_hear(programs, PROGRAMS_HOOK, on_end, hs);
	*out = hs;
	return 0;
}

/**
 * hooks_close() - tell no more; what runs goes on, for it may be told of this very end
 * @hs: may be NULL
 */
void hooks_close(struct hooks *hs)
{
	if (!hs)
		return;
	programs_hear(hs->programs, PROGRAMS_HOOK, NULL, NULL);
	while (hs->first) {
		struct hook *h = hs->first;

		if (h->queue.n)
			log_warnx("HOOK", "%s: %u changes are not told, the agent ends",
				  h->conf.path, h->queue.n);
		free_hook(h);
	}
	free(hs);
}
