// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <stdio.h>
#include <string.h>

#include "core/view.h"
#include "io/clock.h"
#include "io/tracks.h"

/* Tracked objects, for the snapshot behind the show commands. */

static void fill_members(const struct track *all, struct view_track *v)
{
	for (uint32_t i = 0; i < v->conf.n_members; i++) {
		const struct track_obj *m = track_find(all, v->conf.member[i].id);

		v->undefined[i] = !m;
		if (m)
			v->member[i] = (enum view_track_state)m->state;
	}
}

static void fill_trackers(const struct conf *c, struct view_track *v)
{
	for (uint32_t i = 0; i < c->n_groups; i++)
		for (uint32_t k = 0; k < c->group[i].n_tracks; k++)
			if (c->group[i].track[k].id == v->conf.id)
				v->group[v->n_groups++] = (uint8_t)c->group[i].id;
}

static void fill_track(const struct agent *a, const struct track_obj *t, struct view_track *v)
{
	struct trackrun_stats st;
	mono_t now = clock_now();

	v->conf = t->conf;
	v->state = (enum view_track_state)t->state;
	v->raw = (enum view_track_state)t->raw;
	v->due_ms = mono_is_never(t->due) ? 0 : mono_wait_ms(now, t->due);
	v->changes = t->changes;
	v->since_ms = t->changes ? mono_span_ms(t->since, now) : 0;
	v->value = t->value;
	tracks_run_stats(a->tracks, t->conf.id, &st);
	v->runs = st.runs;
	v->failed = st.failed;
	v->timeouts = st.timeouts;
	v->errors = st.errors;
	v->skipped = st.skipped;
	fill_members(tracks_table(a->tracks), v);
	fill_trackers(a->conf, v);
}

/**
 * fill_tracks() - tracked objects
 * @a: the daemon
 * @v: the snapshot, gets them
 */
void fill_tracks(const struct agent *a, struct view *v)
{
	const struct track *all = tracks_table(a->tracks);

	for (uint32_t i = 0; i < all->n; i++)
		fill_track(a, &all->v[i], &v->track[v->n_tracks++]);
}

/**
 * fill_slas() - operations
 * @a: the daemon
 * @v: the snapshot, gets them
 */
void fill_slas(const struct agent *a, struct view *v)
{
	for (uint32_t i = 0; i < a->conf->n_slas; i++) {
		struct view_sla *o = &v->sla[v->n_slas++];
		struct sla_state st;

		o->conf = a->conf->sla[i];
		tracks_sla(a->tracks, o->conf.id, &st);
		o->code = (enum view_sla_code)st.code;
		if (st.err)
			snprintf(o->err, sizeof(o->err), "%s", strerror(-st.err));
		o->rtt_us = st.rtt_us;
		o->asked = st.asked;
		o->answered = st.answered;
		o->late = st.late;
		o->timeouts = st.timeouts;
		o->failed = st.failed;
	}
}

/**
 * fill_track_counters() - what was done to follow them
 * @a: the daemon
 * @c: counters of the system
 */
void fill_track_counters(const struct agent *a, struct view_counters *c)
{
	struct tracks_stats st;

	tracks_stats(a->tracks, &st);
	view_count(c, "track-changes", st.changes);
	view_count(c, "track-programs", st.run.runs);
	view_count(c, "track-programs-failed", st.run.failed);
	view_count(c, "track-programs-killed", st.run.timeouts);
	view_count(c, "track-programs-not-run", st.run.errors);
	view_count(c, "track-programs-skipped", st.run.skipped);
	view_count(c, "track-route-events", st.route.events);
	view_count(c, "track-route-overruns", st.route.overruns);
	view_count(c, "track-route-reads", st.route.reads);
	view_count(c, "track-route-read-errors", st.route.errors);
}
