// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_cmd.h"

#include <string.h>

#include "conf_store.h"
#include "out.h"

/*
 * The commands of the redundancy modes. Each line states its whole setting:
 * what it leaves out gets its default, whatever an earlier line said.
 */

/**
 * conf_cur_protocol - the protocol that the mode is about
 * @p: the parse
 *
 * Return: it; one that nobody looks at if the head of this block was wrong.
 */
struct conf_protocol *conf_cur_protocol(struct conf_parser *p)
{
	if (p->astray)
		return &p->spare.protocol;
	return conf_get_protocol(p->c, p->cur_id, p->line);
}

/**
 * conf_cur_group - the group that the mode is about
 * @p: the parse, in a group
 *
 * Return: the group, or one that nobody looks at when its head was wrong.
 */
struct conf_group *conf_cur_group(struct conf_parser *p)
{
	if (p->astray)
		return &p->spare.group;
	return conf_get_group(p->c, p->cur_id, p->line);
}

/* The grammar checked the length already. */
static void take_word(const struct conf_parser *p, enum conf_slot s, char *to,
		      size_t size)
{
	memset(to, 0, size);
	if (!p->no)
		lex_copy(p->val[s].word, to, size);
}

static uint32_t num_or(const struct conf_parser *p, enum conf_slot s,
		       uint32_t otherwise)
{
	return !p->no && conf_have(p, s) ? p->val[s].num : otherwise;
}

/**
 * conf_full - report that a table has no room
 * @p: the parse
 * @what: of what, in plural
 * @max: how many there may be
 *
 * Return: -EINVAL.
 */
int conf_full(struct conf_parser *p, const char *what, uint32_t max)
{
	char text[96];
	struct out o;

	out_init(&o, text, sizeof(text));
	out_fmt(&o, "too many %s, there is room for %u", what, max);
	return conf_error(p, &p->tok[0], text, NULL);
}

/**
 * conf_take_gref - the group that a line names
 * @p: the parse, with CONF_S_GROUP filled
 * @g: the reference; conf_resolve() completes one by name
 */
void conf_take_gref(const struct conf_parser *p, struct conf_gref *g)
{
	const struct conf_val *v = &p->val[CONF_S_GROUP];

	memset(g, 0, sizeof(*g));
	g->id = v->num;
	if (!v->num)
		lex_copy(v->word, g->name, sizeof(g->name));
}

static uint32_t gref_id(const struct conf *c, const struct conf_gref *g)
{
	const struct conf_group *found = conf_group_named(c, g->name);

	if (!*g->name)
		return g->id;
	return found ? found->id : 0;
}

/**
 * conf_same_gref - do two references mean the same group?
 * @c: the configuration so far
 * @a: one
 * @b: the other
 *
 * Return: true when they are written alike or lead to the same group now.
 */
bool conf_same_gref(const struct conf *c, const struct conf_gref *a,
		    const struct conf_gref *b)
{
	if (*a->name && !strcmp(a->name, b->name))
		return true;
	return gref_id(c, a) && gref_id(c, a) == gref_id(c, b);
}

/**
 * conf_run_nothing - a command that states what is so anyway
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_nothing(struct conf_parser *p)
{
	(void)p;
	return 0;
}

/**
 * conf_run_top - `end`, `enable`, `configure terminal`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_top(struct conf_parser *p)
{
	p->mode = CONF_MODE_GLOBAL;
	return 0;
}

/**
 * conf_run_exit - `exit`: one mode outwards; at the top it stays there
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_exit(struct conf_parser *p)
{
	enum conf_mode parent = conf_modes[p->from].parent;

	p->mode = parent ? parent : CONF_MODE_GLOBAL;
	return 0;
}

/**
 * conf_run_redundancy - `redundancy`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_redundancy(struct conf_parser *p)
{
	p->mode = CONF_MODE_RED;
	return 0;
}

/**
 * conf_run_application - `[no] application redundancy`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_application(struct conf_parser *p)
{
	struct conf *c = p->c;

	if (!p->no) {
		p->mode = CONF_MODE_APP;
		return 0;
	}
	memset(c->protocol, 0, sizeof(c->protocol));
	memset(c->group, 0, sizeof(c->group));
	c->n_protocols = 0;
	c->n_groups = 0;
	memset(c->hook, 0, sizeof(c->hook));
	c->n_hooks = 0;
	c->domain = CONF_DEF_DOMAIN;
	c->require_encryption = false;
	c->probe_ms = CONF_DEF_PROBE_MS;
	return 0;
}

/**
 * conf_run_domain - `[no] domain N`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_domain(struct conf_parser *p)
{
	p->c->domain = (uint8_t)num_or(p, CONF_S_ID, CONF_DEF_DOMAIN);
	return 0;
}

/**
 * conf_run_require_encryption - `[no] require-encryption`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_require_encryption(struct conf_parser *p)
{
	p->c->require_encryption = !p->no;
	return 0;
}

/**
 * conf_run_probe - `[no] split-brain probe MS`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_probe(struct conf_parser *p)
{
	p->c->probe_ms = (uint16_t)num_or(p, CONF_S_ID, CONF_DEF_PROBE_MS);
	return 0;
}

/**
 * conf_run_hook - `[no] role-change exec PATH [timeout S]`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_hook(struct conf_parser *p)
{
	const struct lex_token *exec = p->at[CONF_S_EXEC];
	char path[CONF_PATH_LEN];
	struct conf_hook *h;

	lex_copy(p->val[CONF_S_EXEC].word, path, sizeof(path));
	if (p->no) {
		if (!conf_drop_hook(p->c, path))
			conf_warn(p, exec, "there is no such program");
		return 0;
	}
	if (*path != '/')
		return conf_error(p, exec, "not an absolute path",
				  "a path that begins with '/'");
	h = conf_get_hook(p->c, path);
	if (!h)
		return conf_full(p, "programs told of role changes",
				 CONF_MAX_HOOKS);
	h->timeout_s = num_or(p, CONF_S_TIMEOUT, CONF_DEF_HOOK_S);
	return 0;
}

/**
 * conf_run_protocol - `[no] protocol N`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_protocol(struct conf_parser *p)
{
	uint32_t id = p->val[CONF_S_ID].num;

	if (p->no) {
		if (!conf_drop_protocol(p->c, id))
			conf_warn(p, p->at[CONF_S_ID],
				  "there is no such protocol");
		return 0;
	}
	if (!conf_get_protocol(p->c, id, p->line))
		return conf_full(p, "protocols", CONF_MAX_PROTOCOLS);
	p->cur_id = id;
	p->mode = CONF_MODE_PROTOCOL;
	return 0;
}

/**
 * conf_run_protocol_name - `[no] name X` of a protocol
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_protocol_name(struct conf_parser *p)
{
	struct conf_protocol *x = conf_cur_protocol(p);

	take_word(p, CONF_S_NAME, x->name, sizeof(x->name));
	return 0;
}

/**
 * conf_run_hello - `[no] timers hellotime [msec] N holdtime [msec] N`
 * @p: the parse
 *
 * In whole seconds the hold time need only be longer than the hello time, as
 * in the field. As soon as milliseconds are used, three hellos must fit in: a
 * router that is late once must not count as dead.
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_hello(struct conf_parser *p)
{
	struct conf_protocol *x = conf_cur_protocol(p);
	bool hello_ms = conf_have(p, CONF_S_HELLO_MSEC);
	bool hold_ms = conf_have(p, CONF_S_HOLD_MSEC);
	uint32_t hello, hold;

	if (p->no) {
		x->hello_ms = CONF_DEF_HELLO_MS;
		x->hold_ms = CONF_DEF_HOLD_MS;
		return 0;
	}
	hello = p->val[CONF_S_HELLO].num * (hello_ms ? 1 : 1000);
	hold = p->val[CONF_S_HOLD].num * (hold_ms ? 1 : 1000);
	if (hold <= hello)
		return conf_error(p, p->at[CONF_S_HOLD],
				  "the hold time is not longer than the hello time",
				  NULL);
	if ((hello_ms || hold_ms) && hold < 3 * hello)
		return conf_error(p, p->at[CONF_S_HOLD],
				  "the hold time is too short",
				  "at least three times the hello time");
	x->hello_ms = hello;
	x->hold_ms = hold;
	return 0;
}

/**
 * conf_run_bfd - `[no] bfd [interval MS min-rx MS multiplier N]`
 * @p: the parse
 *
 * `no bfd interval ...` is about the timers alone.
 *
 * Return: 0.
 */
int conf_run_bfd(struct conf_parser *p)
{
	struct conf_protocol *x = conf_cur_protocol(p);

	if (!conf_have(p, CONF_S_BFD_TIMERS)) {
		x->bfd = !p->no;
	} else if (p->no) {
		x->bfd_tx_ms = CONF_DEF_BFD_MS;
		x->bfd_rx_ms = CONF_DEF_BFD_MS;
		x->bfd_mult = CONF_DEF_BFD_MULT;
	} else {
		x->bfd = true;
		x->bfd_tx_ms = p->val[CONF_S_HELLO].num;
		x->bfd_rx_ms = p->val[CONF_S_HOLD].num;
		x->bfd_mult = p->val[CONF_S_MULTIPLIER].num;
	}
	return 0;
}

/**
 * conf_run_group - `[no] group N`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_group(struct conf_parser *p)
{
	uint32_t id = p->val[CONF_S_ID].num;

	if (p->no) {
		if (!conf_drop_group(p->c, id))
			conf_warn(p, p->at[CONF_S_ID],
				  "there is no such group");
		return 0;
	}
	if (!conf_get_group(p->c, id, p->line))
		return conf_full(p, "groups", CONF_MAX_GROUPS);
	p->cur_id = id;
	p->mode = CONF_MODE_GROUP;
	return 0;
}

/**
 * conf_run_group_name - `[no] name X` of a group
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_group_name(struct conf_parser *p)
{
	struct conf_group *g = conf_cur_group(p);

	take_word(p, CONF_S_NAME, g->name, sizeof(g->name));
	return 0;
}

/**
 * conf_run_shutdown - `[no] shutdown` of a group
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_shutdown(struct conf_parser *p)
{
	conf_cur_group(p)->shutdown = !p->no;
	return 0;
}

/**
 * conf_run_preempt - `[no] preempt`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_preempt(struct conf_parser *p)
{
	conf_cur_group(p)->preempt = !p->no;
	return 0;
}

/**
 * conf_run_priority - `[no] priority N [failover threshold N]`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_priority(struct conf_parser *p)
{
	struct conf_group *g = conf_cur_group(p);

	g->priority = (uint8_t)num_or(p, CONF_S_PRIORITY, CONF_DEF_PRIORITY);
	g->threshold = (uint8_t)num_or(p, CONF_S_THRESHOLD, 0);
	return 0;
}

/**
 * conf_run_delay - `[no] timers delay S [reload S]`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_delay(struct conf_parser *p)
{
	struct conf_group *g = conf_cur_group(p);

	g->delay_ms = 1000 * num_or(p, CONF_S_DELAY, CONF_DEF_DELAY_MS / 1000);
	g->reload_ms = 1000 * num_or(p, CONF_S_RELOAD,
				     CONF_DEF_RELOAD_MS / 1000);
	return 0;
}

/**
 * conf_run_control - `[no] control IF protocol N`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_control(struct conf_parser *p)
{
	struct conf_group *g = conf_cur_group(p);

	take_word(p, CONF_S_IF, g->control, sizeof(g->control));
	g->protocol = num_or(p, CONF_S_ID, 0);
	return 0;
}

/**
 * conf_run_data - `[no] data IF [trusted]`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_data(struct conf_parser *p)
{
	struct conf_group *g = conf_cur_group(p);

	take_word(p, CONF_S_IF, g->data, sizeof(g->data));
	g->data_trusted = !p->no && conf_have(p, CONF_S_TRUSTED);
	return 0;
}
