// SPDX-License-Identifier: GPL-2.0-or-later
#include "track.h"

#include <string.h>

_Static_assert(CONF_MAX_TRACKS <= 64, "a bit for each object");

static uint32_t place_of(const struct track *t, uint32_t id)
{
	uint32_t i = 0;

	while (i < t->n && t->v[i].conf.id != id)
		i++;
	return i;
}

/**
 * track_find - look an object up
 * @t: all objects
 * @id: its number
 *
 * Return: the object, NULL: it is not defined.
 */
const struct track_obj *track_find(const struct track *t, uint32_t id)
{
	uint32_t i = place_of(t, id);

	return i < t->n ? &t->v[i] : NULL;
}

/**
 * track_state_name - a state as a word
 * @s: the state
 *
 * Return: static text.
 */
const char *track_state_name(enum track_state s)
{
	return s == TRACK_UP ? "Up" : s == TRACK_DOWN ? "Down" : "Unknown";
}

/* An object that is still the same keeps its state and its history. */
static void take_over(struct track_obj *o, const struct track_obj *old)
{
	uint32_t bits = conf_track_diff(&old->conf, &o->conf);

	if (bits & CONF_TRACK_WHAT)
		return;
	o->raw = old->raw;
	o->state = old->state;
	o->changes = old->changes;
	o->since = old->since;
	/* A delay that is another one begins anew. */
	if (!(bits & CONF_TRACK_DELAY))
		o->due = old->due;
}

/* May a list stand here, after the lists whose bits are set? */
static bool is_ready(const struct track *t, const struct conf_track *list,
		     uint64_t placed)
{
	uint32_t i, m;

	for (i = 0; i < list->n_members; i++) {
		m = place_of(t, list->member[i].id);
		if (m < t->n && conf_track_is_list(&t->v[m].conf) &&
		    !(placed & 1ull << m))
			return false;
	}
	return true;
}

/* conf_check() has seen to it that there is an order. */
static void order_lists(struct track *t)
{
	uint64_t placed = 0;
	uint32_t round, i;

	for (round = 0; round < t->n; round++) {
		for (i = 0; i < t->n; i++) {
			const struct conf_track *c = &t->v[i].conf;

			if (!conf_track_is_list(c) || placed & 1ull << i ||
			    !is_ready(t, c, placed))
				continue;
			placed |= 1ull << i;
			t->list[t->n_lists++] = (uint8_t)i;
		}
	}
}

/**
 * track_build - the objects of a configuration
 * @t: gets them, what it held before is gone
 * @old: the ones until now, another struct; NULL: there were none
 * @c: the configuration
 *
 * An object that did not change keeps its state. Facts are needed for the
 * others, and then a track_step().
 */
void track_build(struct track *t, const struct track *old,
		 const struct conf *c)
{
	uint32_t i;

	memset(t, 0, sizeof(*t));
	t->n = c->n_tracks;
	for (i = 0; i < t->n; i++) {
		struct track_obj *o = &t->v[i];
		const struct track_obj *before = NULL;

		o->conf = c->track[i];
		o->due = MONO_NEVER;
		if (old)
			before = track_find(old, o->conf.id);
		if (before)
			take_over(o, before);
	}
	order_lists(t);
}

/**
 * track_fact - what is seen of an object
 * @t: all objects
 * @id: its number
 * @up: whether it is up now
 *
 * Takes effect with the next track_step().
 *
 * Return: false when there is no such object, or it is a list.
 */
bool track_fact(struct track *t, uint32_t id, bool up)
{
	uint32_t i = place_of(t, id);

	if (i == t->n || conf_track_is_list(&t->v[i].conf))
		return false;
	t->v[i].raw = up ? TRACK_UP : TRACK_DOWN;
	return true;
}

/* Let the state follow what is seen, at once or when the delay has passed. */
static void follow(struct track *t, uint32_t at, mono_t now,
		   struct track_changes *out)
{
	struct track_obj *o = &t->v[at];
	uint32_t delay_s = o->raw == TRACK_UP ? o->conf.delay_up_s
					      : o->conf.delay_down_s;

	if (o->raw == o->state) {
		o->due = MONO_NEVER;
		return;
	}
	if (o->state == TRACK_UNKNOWN)
		o->due = now;
	else if (mono_is_never(o->due))
		o->due = mono_add_ms(now, UINT64_C(1000) * delay_s);
	if (!mono_reached(now, o->due))
		return;
	o->state = o->raw;
	o->due = MONO_NEVER;
	o->changes++;
	o->since = now;
	out->at[out->n++] = (uint8_t)at;
}

/**
 * track_fulfilled - does an object count for the list that it belongs to?
 * @t: all objects
 * @m: the object in the list
 *
 * Return: true if it is as the list wants it, or nothing is known of it.
 */
bool track_fulfilled(const struct track *t, const struct conf_member *m)
{
	const struct track_obj *o = track_find(t, m->id);

	if (!o || o->state == TRACK_UNKNOWN)
		return true;
	return (o->state == TRACK_UP) != m->negate;
}

static bool is_unknown(const struct track *t, const struct conf_member *m)
{
	const struct track_obj *o = track_find(t, m->id);

	return o && o->state == TRACK_UNKNOWN;
}

static enum track_state by_threshold(const struct track_obj *o)
{
	if (o->value >= o->conf.up)
		return TRACK_UP;
	if (o->value <= o->conf.down || o->raw == TRACK_UNKNOWN)
		return TRACK_DOWN;
	return o->raw;
}

static void look_at_list(const struct track *t, struct track_obj *o)
{
	const struct conf_track *c = &o->conf;
	uint32_t i, fulfilled = 0, weight = 0;
	bool unknown = false;

	for (i = 0; i < c->n_members; i++) {
		unknown |= is_unknown(t, &c->member[i]);
		if (!track_fulfilled(t, &c->member[i]))
			continue;
		fulfilled++;
		weight += c->member[i].weight;
	}
	o->value = c->kind == CONF_TRACK_WEIGHT ? weight :
		   c->n_members ? fulfilled * 100 / c->n_members : 100;
	/* Its first state waits for theirs. */
	if (o->raw == TRACK_UNKNOWN && unknown)
		return;
	switch (c->kind) {
	case CONF_TRACK_AND:
		o->raw = fulfilled == c->n_members ? TRACK_UP : TRACK_DOWN;
		break;
	case CONF_TRACK_OR:
		o->raw = fulfilled ? TRACK_UP : TRACK_DOWN;
		break;
	default:
		o->raw = by_threshold(o);
		break;
	}
}

/**
 * track_step - draw the consequences of facts and of time
 * @t: all objects
 * @now: never before that of an earlier step
 * @out: which objects changed their state
 */
void track_step(struct track *t, mono_t now, struct track_changes *out)
{
	uint32_t i;

	out->n = 0;
	for (i = 0; i < t->n; i++) {
		if (!conf_track_is_list(&t->v[i].conf))
			follow(t, i, now, out);
	}
	for (i = 0; i < t->n_lists; i++) {
		look_at_list(t, &t->v[t->list[i]]);
		follow(t, t->list[i], now, out);
	}
}

/**
 * track_deadline - when a delay ends
 * @t: all objects
 *
 * Return: when track_step() is due; MONO_NEVER: after the next fact.
 */
mono_t track_deadline(const struct track *t)
{
	mono_t at = MONO_NEVER;
	uint32_t i;

	for (i = 0; i < t->n; i++)
		at = mono_min(at, t->v[i].due);
	return at;
}

/**
 * track_of_group - what the objects do to a group
 * @t: all objects
 * @g: what the group tracks
 * @out: the sum of it
 */
void track_of_group(const struct track *t, const struct conf_group *g,
		    struct track_group *out)
{
	uint32_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < g->n_tracks; i++) {
		const struct conf_gtrack *gt = &g->track[i];
		const struct track_obj *o = track_find(t, gt->id);

		if (!o && !out->undefined)
			out->undefined = gt->id;
		if (!o || o->state != TRACK_DOWN)
			continue;
		out->sum += gt->decrement;
		out->forced_down |= gt->shutdown;
		out->down[out->n_down++] = gt->id;
	}
}

static bool is_down(const struct track_group *g, uint32_t id)
{
	uint32_t i;

	for (i = 0; i < g->n_down; i++) {
		if (g->down[i] == id)
			return true;
	}
	return false;
}

static bool tracks(const struct conf_group *g, uint32_t id)
{
	uint32_t i;

	for (i = 0; i < g->n_tracks; i++) {
		if (g->track[i].id == id)
			return true;
	}
	return false;
}

/* The first that is down in @a and not in @b, and still tracked; 0: none. */
static uint32_t more(const struct conf_group *g, const struct track_group *a,
		     const struct track_group *b)
{
	uint32_t i;

	for (i = 0; i < a->n_down; i++) {
		if (!is_down(b, a->down[i]) && tracks(g, a->down[i]))
			return a->down[i];
	}
	return 0;
}

/**
 * track_cause - what happened to the objects of a group, in words
 * @g: what the group tracks now
 * @before: as it was
 * @after: as it is
 * @o: gets "track 44 down" or "track 44 up"; of several the first that went
 *	down, or else the first that came up
 *
 * Return: false when nothing happened to what it tracks: nothing is written.
 */
bool track_cause(const struct conf_group *g, const struct track_group *before,
		 const struct track_group *after, struct out *o)
{
	uint32_t down = more(g, after, before), up = more(g, before, after);

	if (!down && !up)
		return false;
	out_fmt(o, "track %u %s", down ? down : up, down ? "down" : "up");
	return true;
}
