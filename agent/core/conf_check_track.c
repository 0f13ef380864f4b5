// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_check.h"

/*
 * Tracked objects. A list without objects or without a threshold would be up
 * or down for no reason that anybody could see, and one that contains itself
 * has no state: these are errors. An undefined object cannot take anything
 * down, so it is a warning.
 */

_Static_assert(CONF_MAX_TRACKS <= 64, "a bit for each object");

static void check_list(struct conf_checking *k, const struct conf_track *t)
{
	uint32_t i;

	if (!conf_track_is_list(t))
		return;
	if (!t->n_members)
		conf_say(k, CONF_ERROR, t->line,
			 "track %u: the list has no object", t->id);
	if ((t->kind == CONF_TRACK_WEIGHT || t->kind == CONF_TRACK_PERCENT) &&
	    !t->up)
		conf_say(k, CONF_ERROR, t->line,
			 "track %u: the list needs \"%s up\" to say when it is up",
			 t->id, conf_track_parameter(t));
	for (i = 0; i < t->n_members; i++) {
		if (!conf_track(k->c, t->member[i].id))
			conf_say(k, CONF_WARNING, t->line,
				 "track %u: object %u is not defined, it counts as fulfilled",
				 t->id, t->member[i].id);
	}
}

/* More than all its objects weigh together: it can never be up. */
static void check_reach(struct conf_checking *k, const struct conf_track *t)
{
	uint32_t i, sum = 0;

	if (t->kind != CONF_TRACK_WEIGHT || !t->n_members)
		return;
	for (i = 0; i < t->n_members; i++)
		sum += t->member[i].weight;
	if (sum < t->up)
		conf_say(k, CONF_WARNING, t->line,
			 "track %u: all its objects together weigh %u, less than the %u that it needs: it is never up",
			 t->id, sum, t->up);
}

static uint64_t members(const struct conf *c, const struct conf_track *t)
{
	uint64_t bits = 0;
	uint32_t i;

	for (i = 0; i < t->n_members; i++) {
		const struct conf_track *m = conf_track(c, t->member[i].id);

		if (m)
			bits |= 1ull << (m - c->track);
	}
	return bits;
}

/* Which object leads to which, over any number of steps. */
static void check_loops(struct conf_checking *k)
{
	uint64_t leads[CONF_MAX_TRACKS];
	const struct conf *c = k->c;
	uint32_t i, via;

	for (i = 0; i < c->n_tracks; i++)
		leads[i] = members(c, &c->track[i]);
	for (via = 0; via < c->n_tracks; via++) {
		for (i = 0; i < c->n_tracks; i++) {
			if (leads[i] & 1ull << via)
				leads[i] |= leads[via];
		}
	}
	for (i = 0; i < c->n_tracks; i++) {
		if (leads[i] & 1ull << i)
			conf_say(k, CONF_ERROR, c->track[i].line,
				 "track %u: the list contains itself",
				 c->track[i].id);
	}
}

static void check_sla(struct conf_checking *k, const struct conf_track *t)
{
	const struct conf_sla *s = conf_sla(k->c, t->sla);

	if (!conf_track_is_sla(t))
		return;
	if (!s)
		conf_say(k, CONF_WARNING, t->line,
			 "track %u: ip sla %u is not defined, it counts as up",
			 t->id, t->sla);
	else if (!s->scheduled)
		conf_say(k, CONF_WARNING, t->line,
			 "track %u: ip sla %u is not scheduled, it counts as up",
			 t->id, t->sla);
}

/* A twin is probed by the protocol of its interface's group. */
static void check_rii(struct conf_checking *k, const struct conf_track *t)
{
	uint32_t i;

	if (t->kind != CONF_TRACK_RII)
		return;
	for (i = 0; i < k->c->n_ifs; i++) {
		const struct conf_if *f = &k->c->iface[i];

		if (f->rii == t->rii && f->in_group)
			return;
	}
	conf_say(k, CONF_WARNING, t->line,
		 "track %u: no interface of a group has rii %u, it counts as up",
		 t->id, t->rii);
}

static void check_operation(struct conf_checking *k, const struct conf_sla *s)
{
	if (s->kind == CONF_SLA_NONE)
		conf_say(k, CONF_ERROR, s->line,
			 "ip sla %u does not say what it asks: icmp-echo, tcp-connect, http or dns",
			 s->id);
	if (s->source.family && s->source.family != s->dst.family)
		conf_say(k, CONF_ERROR, s->line,
			 "ip sla %u: both addresses have to be of one family",
			 s->id);
	if (s->timeout_ms > s->frequency_s * 1000)
		conf_say(k, CONF_WARNING, s->line,
			 "ip sla %u: it waits for %u ms and asks again after %u s: the answer to a question has until the next one",
			 s->id, s->timeout_ms, s->frequency_s);
}

static void check_group(struct conf_checking *k, const struct conf_group *g)
{
	uint32_t i;

	for (i = 0; i < g->n_tracks; i++) {
		if (!conf_track(k->c, g->track[i].id))
			conf_say(k, CONF_WARNING, g->line,
				 "group %u: track %u is not defined, it counts as up",
				 g->id, g->track[i].id);
	}
}

/**
 * conf_check_track - look at the tracked objects and who tracks them
 * @k: the check
 */
void conf_check_track(struct conf_checking *k)
{
	uint32_t i;

	for (i = 0; i < k->c->n_tracks; i++) {
		check_list(k, &k->c->track[i]);
		check_reach(k, &k->c->track[i]);
		check_sla(k, &k->c->track[i]);
		check_rii(k, &k->c->track[i]);
	}
	for (i = 0; i < k->c->n_slas; i++)
		check_operation(k, &k->c->sla[i]);
	check_loops(k);
	for (i = 0; i < k->c->n_groups; i++)
		check_group(k, &k->c->group[i]);
}
