/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sessions of the control socket watch (core/watch.h): `debug ...` and `monitor`.
 *
 * Like the log, one for the process.  While nobody watches a topic, watch() costs a comparison.
 * When somebody does, the line is copied into the ring of that session, and goes out
 * WATCHERS_AFTER_MS later, a bounded number at a time: a takeover waits for the copy, and for no
 * reader.  A session that reads too slowly loses lines, which is counted and told.  Only the main
 * loop may call any of this.
 */
#ifndef RG_IO_WATCHERS_H
#define RG_IO_WATCHERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/watch.h"

struct event_base;

#define WATCHERS_MAX		16	/* sessions at a time */
#define WATCHERS_AFTER_MS	20
#define WATCHERS_AT_ONCE	64	/* lines of a session */

/**
 * struct watchers_ops - sessions, by the argument of watchers_set()
 * @room: may lines be given to it now?
 * @line: here is one, with its newline.  Returns 0 or -errno: it is lost.
 */
struct watchers_ops {
	bool (*room)(void *ctx);
	int (*line)(void *ctx, const char *s, size_t len);
};

/**
 * struct watchers_stats - counters since the agent began
 * @sessions: that watch something now
 * @lines: noted, once for each session
 * @lost: of these, lost since the session did not read in time
 * @refused: sessions turned away, WATCHERS_MAX
 */
struct watchers_stats {
	uint64_t sessions;
	uint64_t lines;
	uint64_t lost;
	uint64_t refused;
};

int watchers_open(struct event_base *base, const struct watchers_ops *ops);
void watchers_close(void);
int watchers_set(void *ctx, uint32_t topics);
uint32_t watchers_get(const void *ctx);
void watchers_room(void *ctx);
void watchers_stats(struct watchers_stats *out);

/* Topics that any session watches. */
extern uint32_t watch_wanted;

void watch_note(enum watch_topic topic, unsigned int group, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void watch_event(const struct watch_line *l);

/* Is it worth while to put together what watch() would say? */
static inline bool watch_wants(enum watch_topic topic)
{
	return __builtin_expect(watch_wanted & WATCH_BIT(topic), 0);
}

/* watch(TOPIC, GROUP or 0, FORMAT...): the arguments are evaluated only if somebody watches. */
#define watch(topic, ...)						\
	do {								\
		if (watch_wants(topic))					\
			watch_note(topic, __VA_ARGS__);			\
	} while (0)

#endif
