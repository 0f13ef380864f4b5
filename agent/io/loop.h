/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event loop of the daemon, its signals, and timers that go off at an instant.
 */
#ifndef RG_IO_LOOP_H
#define RG_IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/mono.h"

struct event;
struct event_base;

struct loop_ops {
	void (*stop)(void *arg, int sig); /* SIGTERM, SIGINT */
	void (*reload)(void *arg); /* SIGHUP */
};

struct loop {
	struct event_base *base;
	struct event *sig[3];
	const struct loop_ops *ops;
	void *arg;
};

/*
 * A timer that goes off once at an instant; setting it again moves it. The event behind it is moved
 * only to an earlier instant: when it is due too early it is set again, which costs less than to
 * move it with each packet.
 */
struct loop_timer {
	struct event *ev;
	mono_t at; /* MONO_NEVER: not set */
	mono_t due; /* when the event is due; MONO_NEVER: it is not pending */
	void (*fn)(void *arg, mono_t now);
	void *arg;
};

/* How late timers of the calling thread went off. */
struct loop_lateness {
	uint64_t over_1ms, over_10ms; /* so many by more than that */
	uint64_t worst_us;
};

int loop_open(struct loop *l, const struct loop_ops *ops, void *arg);
void loop_close(struct loop *l);
int loop_run(struct loop *l);
void loop_end(struct loop *l);

int loop_timer_init(struct loop_timer *t, struct event_base *base,
		    void (*fn)(void *arg, mono_t now), void *arg);
void loop_timer_free(struct loop_timer *t);
void loop_timer_set(struct loop_timer *t, mono_t at);

const struct loop_lateness *loop_lateness(void);

#endif
