// SPDX-License-Identifier: GPL-2.0-or-later
#include "output_int.h"

#include <string.h>

static const char *state_name(enum view_track_state s)
{
	return s == VIEW_TRACK_UP ? "Up" :
	       s == VIEW_TRACK_DOWN ? "Down" : "Unknown";
}

static void two_digits(struct out *o, uint64_t v)
{
	out_fmt(o, "%u%u", (uint32_t)(v / 10 % 10), (uint32_t)(v % 10));
}

/* As IOS: 00:01:10, 1d02h, 3w4d. */
static void put_age(struct out *o, uint64_t ms)
{
	uint64_t s = ms / 1000, days = s / 86400;

	if (days >= 7) {
		text_u64(o, days / 7);
		out_fmt(o, "w%ud", (uint32_t)(days % 7));
		return;
	}
	if (days) {
		out_fmt(o, "%ud", (uint32_t)days);
		two_digits(o, s / 3600 % 24);
		out_char(o, 'h');
		return;
	}
	two_digits(o, s / 3600);
	out_char(o, ':');
	two_digits(o, s / 60 % 60);
	out_char(o, ':');
	two_digits(o, s % 60);
}

/* What it is, as a title, and what its state is called. */
static void put_title(struct out *o, const struct conf_track *c)
{
	const char *parameter = conf_track_parameter(c);
	const char *type = conf_track_type(c);

	if (c->kind == CONF_TRACK_ROUTE)
		type = c->route.addr.family == RG_V6 ? "IPv6 route"
						     : "IP route";
	else if (conf_track_is_if(c))
		type = "Interface";
	else if (conf_track_is_list(c))
		type = "List";
	else if (conf_track_is_sla(c))
		type = "IP SLA";
	else if (c->kind == CONF_TRACK_EXEC)
		type = "Exec";
	else if (c->kind == CONF_TRACK_UNIT)
		type = "Systemd";
	else if (c->kind == CONF_TRACK_RII)
		type = "RII";
	out_fmt(o, "  %s ", type);
	conf_track_instance(c, o);
	if (conf_track_is_list(c))
		out_str(o, parameter);
	else if (*parameter)
		out_fmt(o, " %s", parameter);
	if (c->interval_s)
		out_fmt(o, " interval %u", c->interval_s);
	out_char(o, '\n');
}

static const char *subject(const struct conf_track *c)
{
	static const char *const names[CONF_TRACK_KINDS] = {
		[CONF_TRACK_NONE] = "State",
		[CONF_TRACK_LINE] = "Line protocol",
		[CONF_TRACK_IP] = "IP routing",
		[CONF_TRACK_IPV6] = "IPv6 routing",
		[CONF_TRACK_ROUTE] = "Reachability",
		[CONF_TRACK_AND] = "Boolean AND",
		[CONF_TRACK_OR] = "Boolean OR",
		[CONF_TRACK_WEIGHT] = "Threshold weight",
		[CONF_TRACK_PERCENT] = "Threshold percentage",
		[CONF_TRACK_EXEC] = "Program",
		[CONF_TRACK_UNIT] = "Unit",
		[CONF_TRACK_SLA] = "State",
		[CONF_TRACK_SLA_REACH] = "Reachability",
		[CONF_TRACK_RII] = "Reachability",
	};

	return names[c->kind];
}

static bool is_threshold(const struct conf_track *c)
{
	return c->kind == CONF_TRACK_WEIGHT || c->kind == CONF_TRACK_PERCENT;
}

static void put_state(struct out *o, const struct view_track *t)
{
	const struct conf_track *c = &t->conf;

	out_fmt(o, "  %s is %s", subject(c), state_name(t->state));
	if (is_threshold(c))
		out_fmt(o, " (%u%s, up %u, down %u)", t->value,
			c->kind == CONF_TRACK_PERCENT ? "%" : "", c->up,
			c->down);
	if (t->state == VIEW_TRACK_UNKNOWN)
		out_str(o, ", counts as Up");
	if (t->due_ms) {
		out_fmt(o, ", delayed %s (", state_name(t->raw));
		text_u64(o, (t->due_ms + 999) / 1000);
		out_str(o, " secs remaining)");
	}
	out_str(o, "\n    ");
	text_u64(o, t->changes);
	out_fmt(o, " change%s", t->changes == 1 ? "" : "s");
	if (t->changes) {
		out_str(o, ", last change ");
		put_age(o, t->since_ms);
	}
	out_char(o, '\n');
}

static void put_members(struct out *o, const struct view_track *t)
{
	uint32_t i;

	for (i = 0; i < t->conf.n_members; i++) {
		const struct conf_member *m = &t->conf.member[i];

		out_fmt(o, "    object %u %s%s", m->id,
			m->negate ? "not " : "",
			t->undefined[i] ? "Undefined"
					: state_name(t->member[i]));
		if (m->weight)
			out_fmt(o, " weight %u", m->weight);
		out_char(o, '\n');
	}
}

static void put_delay(struct out *o, const struct conf_track *c)
{
	bool both = c->delay_up_s && c->delay_down_s;

	if (!c->delay_up_s && !c->delay_down_s)
		return;
	out_str(o, "  Delay ");
	if (c->delay_up_s)
		out_fmt(o, "up %u secs", c->delay_up_s);
	if (c->delay_down_s)
		out_fmt(o, "%sdown %u secs", both ? ", " : "",
			c->delay_down_s);
	out_char(o, '\n');
}

static void put_runs(struct out *o, const struct view_track *t)
{
	if (t->conf.kind != CONF_TRACK_EXEC && t->conf.kind != CONF_TRACK_UNIT)
		return;
	out_str(o, "  Runs ");
	text_u64(o, t->runs);
	out_str(o, ", failed ");
	text_u64(o, t->failed);
	out_str(o, ", killed ");
	text_u64(o, t->timeouts);
	out_str(o, ", not run ");
	text_u64(o, t->errors);
	out_str(o, ", skipped ");
	text_u64(o, t->skipped);
	out_char(o, '\n');
}

static bool consists_of(const struct view_track *t, uint32_t id)
{
	uint32_t i;

	for (i = 0; i < t->conf.n_members; i++) {
		if (t->conf.member[i].id == id)
			return true;
	}
	return false;
}

static void put_trackers(struct out *o, const struct view *v,
			 const struct view_track *t)
{
	bool any = t->n_groups;
	uint32_t i;

	for (i = 0; i < v->n_tracks; i++)
		any |= consists_of(&v->track[i], t->conf.id);
	if (!any)
		return;
	out_str(o, "  Tracked by:\n");
	for (i = 0; i < t->n_groups; i++)
		out_fmt(o, "    Redundancy group %u\n", t->group[i]);
	for (i = 0; i < v->n_tracks; i++) {
		if (consists_of(&v->track[i], t->conf.id))
			out_fmt(o, "    Track-list %u\n",
				v->track[i].conf.id);
	}
}

/**
 * output_text_tracks - tracked objects
 * @o: text
 * @v: snapshot
 * @only: this one; NULL: all
 */
void output_text_tracks(struct out *o, const struct view *v,
			const struct view_track *only)
{
	bool more = false;
	uint32_t k;

	for (k = 0; k < v->n_tracks; k++) {
		const struct view_track *t = &v->track[k];

		if (only && only != t)
			continue;
		if (more)
			out_char(o, '\n');
		out_fmt(o, "Track %u\n", t->conf.id);
		put_title(o, &t->conf);
		put_state(o, t);
		put_members(o, t);
		put_delay(o, &t->conf);
		put_runs(o, t);
		put_trackers(o, v, t);
		more = true;
	}
}

static void put_column(struct out *o, const char *s, size_t width)
{
	text_pad(o, s, width);
	/* A long one may not grow together with the next. */
	if (strlen(s) >= width)
		out_char(o, ' ');
}

static void put_brief(struct out *o, const struct view_track *t)
{
	char text[CONF_PATH_LEN];
	struct out w;

	out_init(&w, text, sizeof(text));
	out_u32(&w, t->conf.id);
	put_column(o, text, 6);
	put_column(o, conf_track_type(&t->conf), 12);
	out_init(&w, text, sizeof(text));
	conf_track_instance(&t->conf, &w);
	put_column(o, text, 27);
	put_column(o, conf_track_parameter(&t->conf), 21);
	put_column(o, state_name(t->state), 8);
	if (t->changes)
		put_age(o, t->since_ms);
	else
		out_str(o, "never");
	out_char(o, '\n');
}

/**
 * output_text_tracks_brief - tracked objects, a line for each
 * @o: text
 * @v: snapshot
 * @only: this one; NULL: all
 */
void output_text_tracks_brief(struct out *o, const struct view *v,
			      const struct view_track *only)
{
	uint32_t k;

	out_str(o, "Track Type        Instance                   Parameter            State   Last Change\n");
	for (k = 0; k < v->n_tracks; k++) {
		if (!only || only == &v->track[k])
			put_brief(o, &v->track[k]);
	}
}

/* ------------------------------------------------------------------- JSON */

static const char *state_word(enum view_track_state s)
{
	return s == VIEW_TRACK_UP ? "up" :
	       s == VIEW_TRACK_DOWN ? "down" : "unknown";
}

static void json_list(struct jout *j, const struct view_track *t)
{
	const struct conf_track *c = &t->conf;
	uint32_t i;

	if (is_threshold(c)) {
		jout_u64(j, "value", t->value);
		jout_u64(j, "up", c->up);
		jout_u64(j, "down", c->down);
	}
	jout_open(j, "objects", '[');
	for (i = 0; i < c->n_members; i++) {
		jout_open(j, NULL, '{');
		jout_u64(j, "id", c->member[i].id);
		jout_bool(j, "not", c->member[i].negate);
		if (c->kind == CONF_TRACK_WEIGHT)
			jout_u64(j, "weight", c->member[i].weight);
		jout_bool(j, "defined", !t->undefined[i]);
		jout_str(j, "state", state_word(t->member[i]));
		jout_close(j, '}');
	}
	jout_close(j, ']');
}

static void json_runs(struct jout *j, const struct view_track *t)
{
	if (t->conf.kind == CONF_TRACK_EXEC)
		jout_u64(j, "interval_s", t->conf.interval_s);
	jout_u64(j, "runs", t->runs);
	jout_u64(j, "failed", t->failed);
	jout_u64(j, "killed", t->timeouts);
	jout_u64(j, "not_run", t->errors);
	jout_u64(j, "skipped", t->skipped);
}

static void json_trackers(struct jout *j, const struct view *v,
			  const struct view_track *t)
{
	uint32_t i;

	jout_open(j, "groups", '[');
	for (i = 0; i < t->n_groups; i++)
		jout_u64(j, NULL, t->group[i]);
	jout_close(j, ']');
	jout_open(j, "lists", '[');
	for (i = 0; i < v->n_tracks; i++) {
		if (consists_of(&v->track[i], t->conf.id))
			jout_u64(j, NULL, v->track[i].conf.id);
	}
	jout_close(j, ']');
}

static void json_track(struct jout *j, const struct view *v,
		       const struct view_track *t)
{
	const struct conf_track *c = &t->conf;
	char text[CONF_PATH_LEN];
	struct out w;

	out_init(&w, text, sizeof(text));
	conf_track_instance(c, &w);
	jout_u64(j, "id", c->id);
	jout_str(j, "type", conf_track_type(c));
	jout_str(j, "instance", text);
	jout_str(j, "parameter", conf_track_parameter(c));
	jout_str(j, "state", state_word(t->state));
	jout_str(j, "seen", state_word(t->raw));
	jout_u64(j, "delayed_ms", t->due_ms);
	jout_u64(j, "changes", t->changes);
	if (t->changes)
		jout_u64(j, "last_change_ms", t->since_ms);
	else
		jout_null(j, "last_change_ms");
	jout_u64(j, "delay_up_s", c->delay_up_s);
	jout_u64(j, "delay_down_s", c->delay_down_s);
	if (conf_track_is_list(c))
		json_list(j, t);
	if (c->kind == CONF_TRACK_EXEC || c->kind == CONF_TRACK_UNIT)
		json_runs(j, t);
	json_trackers(j, v, t);
}

/**
 * output_json_tracks - tracked objects
 * @j: JSON
 * @v: snapshot
 * @only: this one; NULL: all
 */
void output_json_tracks(struct jout *j, const struct view *v,
			const struct view_track *only)
{
	uint32_t k;

	jout_open(j, "tracks", '[');
	for (k = 0; k < v->n_tracks; k++) {
		if (only && only != &v->track[k])
			continue;
		jout_open(j, NULL, '{');
		json_track(j, v, &v->track[k]);
		jout_close(j, '}');
	}
	jout_close(j, ']');
}
