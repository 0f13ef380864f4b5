/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_TRACK_H
#define RG_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "conf.h"
#include "mono.h"
#include "out.h"

/*
 * DOC: tracked objects
 *
 * A pure machine that holds the state of all objects of a configuration.
 * Whoever watches interfaces, routes, programs and units says what it sees
 * with track_fact(), as often as it likes, and then calls track_step() once:
 *
 *	facts -> raw -> delay -> state -> lists (raw -> delay -> state) -> groups
 *
 * Lists are looked at after what they consist of, so that one fact which
 * reaches a list on two ways does not make it change twice. track_step() is
 * due again at track_deadline(), when a delay ends.
 *
 * What is not known takes nothing down: an object that is not defined counts
 * as up, and so does one that nothing was said about yet; as objects of a list
 * both are fulfilled, negated or not. The first state is taken at once, what is
 * in between the thresholds is down then, and it counts as a change.
 */
enum track_state {
	TRACK_UNKNOWN = 0,	/* nothing was said yet: counts as up */
	TRACK_DOWN,
	TRACK_UP,
};

/**
 * struct track_obj - an object
 * @conf: what it is
 * @raw: what the facts say now
 * @state: what counts, after the delays
 * @due: when @state follows @raw; MONO_NEVER: they agree
 * @changes: of @state, the first one included
 * @since: of the last change
 * @value: of a threshold list: weight or percentage that is up now
 */
struct track_obj {
	struct conf_track conf;
	enum track_state raw;
	enum track_state state;
	mono_t due;
	uint64_t changes;
	mono_t since;
	uint32_t value;
};

/**
 * struct track - all objects
 * @n: how many
 * @v: the objects, sorted by number
 * @n_lists: how many of them are lists
 * @list: positions of the lists in @v; those that others consist of come first
 */
struct track {
	uint32_t n;
	struct track_obj v[CONF_MAX_TRACKS];
	uint32_t n_lists;
	uint8_t list[CONF_MAX_TRACKS];
};

/**
 * struct track_changes - objects whose state changed in a step
 * @n: how many
 * @at: positions in the array of struct track
 */
struct track_changes {
	uint32_t n;
	uint8_t at[CONF_MAX_TRACKS];
};

/**
 * struct track_group - what tracked objects do to a group
 * @sum: of the decrements of what is down
 * @forced_down: something tracked with `shutdown` is down
 * @n_down: how many objects of the group are down
 * @down: their numbers, ascending
 * @undefined: the first that is not defined; 0: all are
 */
struct track_group {
	uint32_t sum;
	bool forced_down;
	uint32_t n_down;
	uint32_t down[CONF_MAX_GROUP_TRACKS];
	uint32_t undefined;
};

void track_build(struct track *t, const struct track *old,
		 const struct conf *c);
bool track_fact(struct track *t, uint32_t id, bool up);
void track_step(struct track *t, mono_t now, struct track_changes *out);
mono_t track_deadline(const struct track *t);

const struct track_obj *track_find(const struct track *t, uint32_t id);
const char *track_state_name(enum track_state s);
bool track_fulfilled(const struct track *t, const struct conf_member *m);
void track_of_group(const struct track *t, const struct conf_group *g,
		    struct track_group *out);
bool track_cause(const struct conf_group *g, const struct track_group *before,
		 const struct track_group *after, struct out *o);

#endif /* RG_TRACK_H */
