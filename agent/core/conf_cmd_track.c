// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_cmd.h"

#include <errno.h>
#include <string.h>

#include "conf_store.h"
#include "out.h"

/* Tracked objects, and what a group makes of them. */

static struct conf_track *cur_track(struct conf_parser *p)
{
	if (p->astray)
		return &p->spare.track;
	return conf_get_track(p->c, p->cur_id, p->line);
}

static uint32_t num_or(const struct conf_parser *p, enum conf_slot s,
		       uint32_t otherwise)
{
	return !p->no && conf_have(p, s) ? p->val[s].num : otherwise;
}

static enum conf_track_kind kind_of(const struct conf_parser *p)
{
	static const struct {
		enum conf_slot slot;
		enum conf_track_kind kind;
	} kinds[] = {
		{ CONF_S_LINE, CONF_TRACK_LINE },
		{ CONF_S_IP, CONF_TRACK_IP },
		{ CONF_S_IPV6, CONF_TRACK_IPV6 },
		{ CONF_S_ROUTE, CONF_TRACK_ROUTE },
		{ CONF_S_AND, CONF_TRACK_AND },
		{ CONF_S_OR, CONF_TRACK_OR },
		{ CONF_S_WEIGHT, CONF_TRACK_WEIGHT },
		{ CONF_S_PERCENT, CONF_TRACK_PERCENT },
		{ CONF_S_EXEC, CONF_TRACK_EXEC },
		{ CONF_S_UNIT, CONF_TRACK_UNIT },
		{ CONF_S_RII, CONF_TRACK_RII },
		{ CONF_S_REACH, CONF_TRACK_SLA_REACH },
		{ CONF_S_SLA, CONF_TRACK_SLA },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (conf_have(p, kinds[i].slot))
			return kinds[i].kind;
	}
	return CONF_TRACK_NONE;
}

/*
 * What systemd takes for a name. A leading '-' would be an option to
 * systemctl, and patterns would mean any of several units.
 */
static bool is_unit(const struct lex_token *t)
{
	size_t i;

	for (i = 0; i < t->len; i++) {
		char c = t->s[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && !memchr(":-_.\\@", c, 6))
			return false;
	}
	return t->s[0] != '-';
}

static int check_words(struct conf_parser *p)
{
	const struct lex_token *exec = p->at[CONF_S_EXEC];
	const struct lex_token *unit = p->at[CONF_S_UNIT];

	if (conf_have(p, CONF_S_EXEC) && exec->s[0] != '/')
		return conf_error(p, exec, "not an absolute path",
				  "a path that begins with '/'");
	if (conf_have(p, CONF_S_UNIT) && !is_unit(unit))
		return conf_error(p, unit, "not the name of a unit",
				  "for instance bird.service");
	return 0;
}

static void take_what(const struct conf_parser *p, enum conf_track_kind kind,
		      struct conf_track *t)
{
	static const enum conf_slot words[] = {
		CONF_S_IF, CONF_S_EXEC, CONF_S_UNIT,
	};
	const struct conf_val *a = &p->val[CONF_S_ADDR];
	size_t i;

	t->kind = kind;
	memset(t->name, 0, sizeof(t->name));
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (conf_have(p, words[i]))
			lex_copy(p->val[words[i]].word, t->name,
				 sizeof(t->name));
	}
	t->interval_s = num_or(p, CONF_S_INTERVAL, 0);
	t->sla = num_or(p, CONF_S_SLA, 0);
	t->rii = num_or(p, CONF_S_RII, 0);
	memset(&t->route, 0, sizeof(t->route));
	if (kind != CONF_TRACK_ROUTE)
		return;
	t->route.len = conf_have(p, CONF_S_LEN) ?
		       (uint8_t)p->val[CONF_S_LEN].num : a->prefix.len;
	t->route.addr = addr_mask(&a->addr, t->route.len);
}

/* An object of another kind begins anew; the same kind keeps its block. */
static void begin(const struct conf_parser *p, struct conf_track *t)
{
	enum conf_track_kind kind = kind_of(p);
	uint32_t id = t->id, line = t->line;

	if (t->kind != kind) {
		memset(t, 0, sizeof(*t));
		t->id = id;
		t->line = line;
	}
	take_what(p, kind, t);
}

/**
 * conf_run_track - `[no] track N ...`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_track(struct conf_parser *p)
{
	uint32_t id = p->val[CONF_S_ID].num;
	struct conf_track *t;

	if (p->no) {
		if (!conf_drop_track(p->c, id))
			conf_warn(p, p->at[CONF_S_ID],
				  "there is no such object");
		return 0;
	}
	if (check_words(p))
		return -EINVAL;
	t = conf_get_track(p->c, id, p->line);
	if (!t)
		return conf_full(p, "tracked objects", CONF_MAX_TRACKS);
	begin(p, t);
	p->cur_id = id;
	p->mode = CONF_MODE_TRACK;
	return 0;
}

/**
 * conf_run_track_delay - `[no] delay up S [down S]` and the other way round
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_track_delay(struct conf_parser *p)
{
	struct conf_track *t = cur_track(p);

	t->delay_up_s = num_or(p, CONF_S_UP, 0);
	t->delay_down_s = num_or(p, CONF_S_DOWN, 0);
	return 0;
}

/* Nobody knows of what kind an object is whose head was wrong. */
static int wrong_kind(struct conf_parser *p, const struct conf_track *t,
		      bool fits, const char *text)
{
	if (fits || t->kind == CONF_TRACK_NONE)
		return 0;
	return conf_error(p, &p->tok[p->no], text, NULL);
}

static int check_object(struct conf_parser *p, const struct conf_track *t)
{
	bool boolean = t->kind == CONF_TRACK_AND || t->kind == CONF_TRACK_OR;

	if (wrong_kind(p, t, conf_track_is_list(t),
		       "only a list has objects"))
		return -EINVAL;
	if (conf_have(p, CONF_S_NOT) && !boolean &&
	    t->kind != CONF_TRACK_NONE)
		return conf_error(p, p->at[CONF_S_NOT],
				  "only an object of a boolean list is negated",
				  NULL);
	if (conf_have(p, CONF_S_WEIGHT) && t->kind != CONF_TRACK_WEIGHT &&
	    t->kind != CONF_TRACK_NONE)
		return conf_error(p, p->at[CONF_S_WEIGHT],
				  "only an object of a list by weight has one",
				  NULL);
	return 0;
}

static uint32_t member_at(const struct conf_track *t, uint32_t id)
{
	uint32_t i = 0;

	while (i < t->n_members && t->member[i].id < id)
		i++;
	return i;
}

static void drop_member(struct conf_parser *p, struct conf_track *t)
{
	uint32_t id = p->val[CONF_S_ID].num, i = member_at(t, id);

	if (i == t->n_members || t->member[i].id != id) {
		conf_warn(p, p->at[CONF_S_ID],
			  "the list does not have this object");
		return;
	}
	t->n_members--;
	memmove(&t->member[i], &t->member[i + 1],
		(t->n_members - i) * sizeof(t->member[0]));
	memset(&t->member[t->n_members], 0, sizeof(t->member[0]));
}

/**
 * conf_run_track_object - `[no] object M [not | weight W]` of a list
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_track_object(struct conf_parser *p)
{
	struct conf_track *t = cur_track(p);
	uint32_t id = p->val[CONF_S_ID].num, i = member_at(t, id);

	if (check_object(p, t))
		return -EINVAL;
	if (p->no) {
		drop_member(p, t);
		return 0;
	}
	if (i == t->n_members || t->member[i].id != id) {
		if (t->n_members == CONF_MAX_MEMBERS)
			return conf_full(p, "objects in this list",
					 CONF_MAX_MEMBERS);
		memmove(&t->member[i + 1], &t->member[i],
			(t->n_members - i) * sizeof(t->member[0]));
		t->n_members++;
	}
	memset(&t->member[i], 0, sizeof(t->member[i]));
	t->member[i].id = id;
	t->member[i].negate = conf_have(p, CONF_S_NOT);
	if (t->kind == CONF_TRACK_WEIGHT)
		t->member[i].weight = num_or(p, CONF_S_WEIGHT,
					     CONF_DEF_WEIGHT);
	return 0;
}

static int set_threshold(struct conf_parser *p, struct conf_track *t)
{
	uint32_t up = num_or(p, CONF_S_UP, 0);
	uint32_t down = num_or(p, CONF_S_DOWN, up ? up - 1 : 0);

	if (up && down >= up)
		return conf_error(p, p->at[CONF_S_DOWN],
				  "down is not below up", NULL);
	t->up = up;
	t->down = down;
	return 0;
}

/**
 * conf_run_track_weight - `[no] threshold weight up X [down Y]`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_track_weight(struct conf_parser *p)
{
	struct conf_track *t = cur_track(p);

	if (wrong_kind(p, t, t->kind == CONF_TRACK_WEIGHT,
		       "only a list by weight has such a threshold"))
		return -EINVAL;
	return set_threshold(p, t);
}

/**
 * conf_run_track_percent - `[no] threshold percentage up X [down Y]`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_track_percent(struct conf_parser *p)
{
	struct conf_track *t = cur_track(p);

	if (wrong_kind(p, t, t->kind == CONF_TRACK_PERCENT,
		       "only a list by percentage has such a threshold"))
		return -EINVAL;
	return set_threshold(p, t);
}

static uint32_t group_track_at(const struct conf_group *g, uint32_t id)
{
	uint32_t i = 0;

	while (i < g->n_tracks && g->track[i].id < id)
		i++;
	return i;
}

static void drop_group_track(struct conf_parser *p, struct conf_group *g)
{
	uint32_t id = p->val[CONF_S_ID].num, i = group_track_at(g, id);

	if (i == g->n_tracks || g->track[i].id != id) {
		conf_warn(p, p->at[CONF_S_ID],
			  "the group does not track this object");
		return;
	}
	g->n_tracks--;
	memmove(&g->track[i], &g->track[i + 1],
		(g->n_tracks - i) * sizeof(g->track[0]));
	memset(&g->track[g->n_tracks], 0, sizeof(g->track[0]));
}

/**
 * conf_run_group_track - `[no] track N {decrement D | shutdown}` of a group
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_group_track(struct conf_parser *p)
{
	struct conf_group *g = conf_cur_group(p);
	uint32_t id = p->val[CONF_S_ID].num, i = group_track_at(g, id);

	if (p->no) {
		drop_group_track(p, g);
		return 0;
	}
	if (i == g->n_tracks || g->track[i].id != id) {
		if (g->n_tracks == CONF_MAX_GROUP_TRACKS)
			return conf_full(p, "objects tracked by this group",
					 CONF_MAX_GROUP_TRACKS);
		memmove(&g->track[i + 1], &g->track[i],
			(g->n_tracks - i) * sizeof(g->track[0]));
		g->n_tracks++;
	}
	memset(&g->track[i], 0, sizeof(g->track[i]));
	g->track[i].id = id;
	g->track[i].shutdown = conf_have(p, CONF_S_SHUTDOWN);
	g->track[i].decrement = (uint8_t)num_or(p, CONF_S_DECREMENT, 0);
	return 0;
}
