// SPDX-License-Identifier: GPL-2.0-or-later
#include "watchers.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "io/clock.h"
#include "io/loop.h"

struct watcher {
	void *ctx;
	uint32_t topics;
	struct watch_ring ring;
};

uint32_t watch_wanted;

static struct {
	const struct watchers_ops *ops;
	struct loop_timer timer;
	struct watcher *v[WATCHERS_MAX];
	struct watchers_stats st;
} all;

static struct watcher **slot_of(const void *ctx)
{
	for (size_t i = 0; i < WATCHERS_MAX; i++)
		if (all.v[i] && all.v[i]->ctx == ctx)
			return &all.v[i];
	return NULL;
}

static struct watcher **free_slot(void)
{
	for (size_t i = 0; i < WATCHERS_MAX; i++)
		if (!all.v[i])
			return &all.v[i];
	return NULL;
}

static void sum_up(void)
{
	watch_wanted = 0;
	for (size_t i = 0; i < WATCHERS_MAX; i++)
		if (all.v[i])
			watch_wanted |= all.v[i]->topics;
}

/* ------------------------------------------------------------------ telling */

static void send(struct watcher *w, const char *buf, size_t len)
{
	if (all.ops->line(w->ctx, buf, len))
		all.st.lost++;
}

/* Returns true if more waits that the session would take. */
static bool flush(struct watcher *w)
{
	char buf[WATCH_JSON];
	struct watch_line l;
	uint64_t lost;

	for (unsigned int i = 0; i < WATCHERS_AT_ONCE; i++) {
		if (!w->ring.n || !all.ops->room(w->ctx))
			return false;
		watch_pop(&w->ring, &l, &lost);
		if (lost)
			send(w, buf, watch_json_lost(lost, buf, sizeof(buf)));
		send(w, buf, watch_json(&l, buf, sizeof(buf)));
	}
	return w->ring.n;
}

static void on_timer(void *arg, mono_t now)
{
	bool more = false;

	for (size_t i = 0; i < WATCHERS_MAX; i++)
		if (all.v[i])
			more |= flush(all.v[i]);
	if (more)
		loop_timer_set(&all.timer, mono_add_ms(now, 1));
}

static void note(const struct watch_line *l)
{
	for (size_t i = 0; i < WATCHERS_MAX; i++) {
		struct watcher *w = all.v[i];

		if (!w || !(w->topics & WATCH_BIT(l->topic)))
			continue;
		all.st.lines++;
		all.st.lost += !watch_push(&w->ring, l);
	}
	if (mono_is_never(all.timer.at))
		loop_timer_set(&all.timer, mono_add_ms(clock_now(), WATCHERS_AFTER_MS));
}

/**
 * watch_note() - something happened that is for those only who watch; see watch()
 * @topic: of what
 * @group: 1-255, or 0: about no group
 * @fmt: text
 */
void watch_note(enum watch_topic topic, unsigned int group, const char *fmt, ...)
{
	struct watch_line l = { .topic = (uint8_t)topic, .group = (uint8_t)group };
	char text[2 * sizeof(l.text)];
	struct timespec ts;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	watch_copy(l.text, sizeof(l.text), text);
	clock_gettime(CLOCK_REALTIME, &ts);
	l.wall_ms = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
	l.mono_ms = mono_span_ms(MONO_ZERO, clock_now());
	note(&l);
}

/**
 * watch_event() - an event that the trace has as well
 * @l: the event; its topic is WATCH_EVENTS
 */
void watch_event(const struct watch_line *l)
{
	note(l);
}

/* ----------------------------------------------------------------- sessions */

/**
 * watchers_set() - what a session watches from now on
 * @ctx: the session
 * @topics: WATCH_BIT()s, 0: nothing; what waits for it is forgotten
 *
 * Return: 0, -ENOSPC: WATCHERS_MAX others watch, -ENOMEM.
 */
int watchers_set(void *ctx, uint32_t topics)
{
	struct watcher **at = slot_of(ctx);

	if (!topics && at) {
		free(*at);
		*at = NULL;
	} else if (topics) {
		at = at ? at : free_slot();
		if (!at) {
			all.st.refused++;
			return -ENOSPC;
		}
		*at = *at ? *at : calloc(1, sizeof(**at));
		if (!*at)
			return -ENOMEM;
		(*at)->ctx = ctx;
		(*at)->topics = topics;
	}
	sum_up();
	return 0;
}

/**
 * watchers_get() - what a session watches
 * @ctx: the session
 *
 * Return: WATCH_BIT()s.
 */
uint32_t watchers_get(const void *ctx)
{
	struct watcher **at = slot_of(ctx);

	return at ? (*at)->topics : 0;
}

/**
 * watchers_room() - a session takes lines again
 * @ctx: the session, which need not watch anything
 */
void watchers_room(void *ctx)
{
	struct watcher **at = slot_of(ctx);

	if (at && (*at)->ring.n)
		loop_timer_set(&all.timer, clock_now());
}

/**
 * watchers_stats() - counters
 * @out: gets them
 */
void watchers_stats(struct watchers_stats *out)
{
	*out = all.st;
	out->sessions = 0;
	for (size_t i = 0; i < WATCHERS_MAX; i++)
		out->sessions += !!all.v[i];
}

/**
 * watchers_open() - nobody watches yet
 * @base: event loop
 * @ops: sessions
 *
 * Return: 0 or -ENOMEM.
 */
int watchers_open(struct event_base *base, const struct watchers_ops *ops)
{
	all.ops = ops;
	return loop_timer_init(&all.timer, base, on_timer, NULL);
}

/**
 * watchers_close() - nobody watches any more; may be called without watchers_open()
 */
void watchers_close(void)
{
	for (size_t i = 0; i < WATCHERS_MAX; i++) {
		free(all.v[i]);
		all.v[i] = NULL;
	}
	watch_wanted = 0;
	if (all.ops)
		loop_timer_free(&all.timer);
	all.ops = NULL;
}
