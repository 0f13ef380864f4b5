/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_WATCH_H
#define RG_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * DOC: what a session watches
 *
 * A session of an operator may ask to be told what happens, by topics: those
 * of `debug redundancy application group TOPIC`, and the events of the log
 * and the event trace (`monitor`). What it is told waits in a ring of its own
 * of fixed size, so that noting a line is a copy, whatever the reader does. A
 * full ring loses its oldest line; how many were lost is counted, and told
 * before the next one.
 */
#define WATCH_RING	256
#define WATCH_JSON	2048	/* bytes: the longest line, every byte escaped */

enum watch_topic {
	WATCH_CONFIG,		/* what a change of the configuration changes */
	WATCH_FAULTS,		/* faults, decrements, priorities */
	WATCH_MEDIA,		/* packets of the control link, and BFD */
	WATCH_PROTOCOL,		/* the state machine of the groups */
	WATCH_RII,		/* interfaces with a redundant interface identifier */
	WATCH_TRANSPORT,	/* frames of the data link */
	WATCH_VP,		/* virtual addresses, pools, their MAC addresses */
	WATCH_EVENTS,		/* of the event trace */
	WATCH_TOPICS
};

#define WATCH_BIT(topic)	(1u << (topic))
#define WATCH_DEBUG		(WATCH_BIT(WATCH_EVENTS) - 1)

/**
 * struct watch_line - something that happened
 * @topic: enum watch_topic
 * @group: 1-255, 0: about no group
 * @wall_ms: wall clock, ms since 1970
 * @mono_ms: ms since the system came up
 * @sequence: number in the event trace, 0: it is not there
 * @kind: name of the kind of event; empty but for WATCH_EVENTS
 * @text: what happened, printable
 */
struct watch_line {
	uint8_t topic;
	uint8_t group;
	int64_t wall_ms;
	uint64_t mono_ms;
	uint64_t sequence;
	char kind[16];
	char text[208];
};

/**
 * struct watch_ring - lines that a session has not been told yet
 * @v: ring
 * @first: the oldest
 * @n: how many there are
 * @lost: how many were lost since the last one was taken
 */
struct watch_ring {
	struct watch_line v[WATCH_RING];
	uint32_t first;
	uint32_t n;
	uint64_t lost;
};

bool watch_push(struct watch_ring *r, const struct watch_line *l);
bool watch_pop(struct watch_ring *r, struct watch_line *l, uint64_t *lost);
void watch_copy(char *to, size_t size, const char *from);
const char *watch_word(enum watch_topic topic);
size_t watch_json(const struct watch_line *l, char *buf, size_t size);
size_t watch_json_lost(uint64_t lost, char *buf, size_t size);

#endif /* RG_WATCH_H */
