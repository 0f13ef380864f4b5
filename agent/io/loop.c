// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include <event2/event.h>

#include "io/clock.h"

static _Thread_local struct loop_lateness lateness;
static _Thread_local mono_t begun;

/**
 * loop_lateness() - how late the timers of this thread were, since loop_run()
 *
 * A process that was stopped, or had no processor, sees it here.
 *
 * Return: never NULL; belongs to the thread.
 */
const struct loop_lateness *loop_lateness(void)
{
	return &lateness;
}

/* Nobody was late before there was a loop. */
static void note_lateness(mono_t due, mono_t now)
{
	uint64_t us = mono_span_ns(mono_before(due, begun) ? begun : due, now) / 1000;

	if (us > lateness.worst_us)
		lateness.worst_us = us;
	lateness.over_1ms += us > 1000;
	lateness.over_10ms += us > 10000;
}

static void on_signal(evutil_socket_t sig, short what, void *arg)
{
	struct loop *l = arg;

	(void)what;
	if (sig == SIGHUP)
		l->ops->reload(l->arg);
	else
		l->ops->stop(l->arg, (int)sig);
}

/**
 * loop_open() - make the event base and take the signals
 * @l: overwritten
 * @ops: what signals mean
 * @arg: for @ops
 *
 * Return: 0 or -ENOMEM.
 */
int loop_open(struct loop *l, const struct loop_ops *ops, void *arg)
{
	static const int sigs[] = { SIGTERM, SIGINT, SIGHUP };
	struct event_config *cfg = event_config_new();

	memset(l, 0, sizeof(*l));
	l->ops = ops;
	l->arg = arg;
	if (!cfg)
		return -ENOMEM;
	/*
	 * Otherwise timers are rounded to whole milliseconds, which a hello interval of 10 ms
	 * feels.
	 */
	event_config_set_flag(cfg, EVENT_BASE_FLAG_PRECISE_TIMER);
	l->base = event_base_new_with_config(cfg);
	event_config_free(cfg);
	if (!l->base)
		return -ENOMEM;
	/* A peer or a client that goes away is an error of write(), not a signal. */
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		l->sig[i] = evsignal_new(l->base, sigs[i], on_signal, l);
		if (!l->sig[i] || event_add(l->sig[i], NULL)) {
			loop_close(l);
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * loop_close() - free the base; all other events must be gone
 * @l: the loop
 */
void loop_close(struct loop *l)
{
	for (size_t i = 0; i < sizeof(l->sig) / sizeof(l->sig[0]); i++) {
		if (l->sig[i])
			event_free(l->sig[i]);
		l->sig[i] = NULL;
	}
	if (l->base)
		event_base_free(l->base);
	l->base = NULL;
}

/**
 * loop_run() - handle events until loop_end()
 * @l: the loop
 *
 * Return: 0, or -EIO if the base failed.
 */
int loop_run(struct loop *l)
{
	begun = clock_now();
	return event_base_dispatch(l->base) < 0 ? -EIO : 0;
}

/**
 * loop_end() - make loop_run() return after the present event
 * @l: the loop
 */
void loop_end(struct loop *l)
{
	event_base_loopbreak(l->base);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *t = arg;
	mono_t now = clock_now(), due;

	(void)fd;
	(void)what;
	due = t->due;
	t->due = MONO_NEVER;
	/*
	 * Too early: it was moved meanwhile, or stopped.  Also, the two clocks round differently,
	 * and a wake-up a little early must not be taken for the instant.
	 */
	if (mono_before(now, t->at)) {
		loop_timer_set(t, t->at);
		return;
	}
	note_lateness(due, now);
	t->at = MONO_NEVER;
	t->fn(t->arg, now);
}

/**
 * loop_timer_init() - a timer that is not set
 * @t: overwritten
 * @base: event base
 * @fn: called when it goes off
 * @arg: for @fn
 *
 * Return: 0 or -ENOMEM.
 */
int loop_timer_init(struct loop_timer *t, struct event_base *base,
		    void (*fn)(void *arg, mono_t now), void *arg)
{
	t->at = MONO_NEVER;
	t->due = MONO_NEVER;
	t->fn = fn;
	t->arg = arg;
	t->ev = evtimer_new(base, on_timer, t);
	return t->ev ? 0 : -ENOMEM;
}

/**
 * loop_timer_free() - the opposite
 * @t: the timer, may never have been initialised if it is zeroed
 */
void loop_timer_free(struct loop_timer *t)
{
	if (t->ev)
		event_free(t->ev);
	t->ev = NULL;
}

/**
 * loop_timer_set() - set, move or, with MONO_NEVER, stop a timer
 * @t: the timer
 * @at: when it shall go off
 */
void loop_timer_set(struct loop_timer *t, mono_t at)
{
	uint64_t us;
	struct timeval tv;
	mono_t now;

	t->at = at;
	if (!mono_before(at, t->due))
		return;
	now = clock_now();
	/* What is over already is due now. */
	t->due = mono_before(at, now) ? now : at;
	us = (mono_span_ns(now, at) + 999) / 1000;
	tv.tv_sec = (time_t)(us / 1000000);
	tv.tv_usec = (suseconds_t)(us % 1000000);
	evtimer_add(t->ev, &tv);
}
