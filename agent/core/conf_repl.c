// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf.h"

#include <string.h>

#include <linux/nf_rg.h>

#include "conf_store.h"

/*
 * When connections are replicated. The rules are sorted by what they are about,
 * and no two are about the same.
 */

#define L4_TCP	6

static int cmp(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int repl_cmp(const struct conf_repl *a, const struct conf_repl *b)
{
	int d = cmp(a->map, b->map);

	d = d ? d : cmp(a->l4, b->l4);
	d = d ? d : cmp(a->from, b->from);
	return d ? d : cmp(a->to, b->to);
}

/* The first that is not below @r. */
static uint32_t repl_place(const struct conf *c, const struct conf_repl *r)
{
	uint32_t i = 0;

	while (i < c->n_repls && repl_cmp(&c->repl[i], r) < 0)
		i++;
	return i;
}

static bool repl_at(const struct conf *c, uint32_t i, const struct conf_repl *r)
{
	return i < c->n_repls && !repl_cmp(&c->repl[i], r);
}

static void remove_at(struct conf *c, uint32_t i)
{
	c->n_repls--;
	memmove(&c->repl[i], &c->repl[i + 1],
		(c->n_repls - i) * sizeof(c->repl[0]));
	memset(&c->repl[c->n_repls], 0, sizeof(c->repl[0]));
}

/**
 * conf_set_repl - say when connections are replicated
 * @c: the configuration
 * @r: the rule; it replaces one about the same
 *
 * Return: false when there is no room.
 */
bool conf_set_repl(struct conf *c, const struct conf_repl *r)
{
	uint32_t i = repl_place(c, r);

	if (!repl_at(c, i, r)) {
		if (c->n_repls == CONF_MAX_REPLS)
			return false;
		memmove(&c->repl[i + 1], &c->repl[i],
			(c->n_repls - i) * sizeof(c->repl[0]));
		c->n_repls++;
	}
	c->repl[i] = *r;
	return true;
}

/**
 * conf_drop_repl - take a rule away
 * @c: the configuration
 * @r: what it is about
 *
 * Return: false when there was none.
 */
bool conf_drop_repl(struct conf *c, const struct conf_repl *r)
{
	uint32_t i = repl_place(c, r);

	if (!repl_at(c, i, r))
		return false;
	remove_at(c, i);
	return true;
}

/**
 * conf_drop_map_repls - take all rules of a mapping away
 * @c: the configuration
 * @map: its mapping-id
 *
 * Return: false when there was none.
 */
bool conf_drop_map_repls(struct conf *c, uint32_t map)
{
	bool found = false;
	uint32_t i = 0;

	while (i < c->n_repls) {
		if (c->repl[i].map == map) {
			remove_at(c, i);
			found = true;
		} else {
			i++;
		}
	}
	return found;
}

/* The less it is about, the earlier it is asked. */
static int width(const struct conf_repl *r)
{
	if (r->to)
		return 0;
	return r->l4 ? 1 : 2;
}

static uint32_t take(const struct conf *c, uint32_t map, int w,
		     struct conf_repl *out, uint32_t max, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < c->n_repls; i++) {
		if (c->repl[i].map != map || width(&c->repl[i]) != w)
			continue;
		if (n < max)
			out[n] = c->repl[i];
		n++;
	}
	return n;
}

/**
 * conf_map_repls - when connections of a mapping are replicated
 * @c: the configuration
 * @m: the mapping
 * @out: the rules; the first that matches decides, without one it is at once
 * @max: room for so many
 *
 * A rule with ports comes before one for a protocol, and that before one for
 * all protocols; of two alike that of the mapping comes first. HTTP, if it is
 * held back, comes behind the rules with ports.
 *
 * Return: how many there are, even if there was no room for all.
 */
uint32_t conf_map_repls(const struct conf *c, const struct conf_map *m,
			struct conf_repl *out, uint32_t max)
{
	uint32_t n = 0;
	int w;

	for (w = 0; w < 3; w++) {
		n = take(c, m->id, w, out, max, n);
		n = take(c, 0, w, out, max, n);
		if (w || !conf_holds_http(c))
			continue;
		if (n < max)
			out[n] = (struct conf_repl){ .l4 = L4_TCP,
						     .when = NF_RG_WHEN_NEVER,
						     .from = CONF_HTTP_PORT,
						     .to = CONF_HTTP_PORT };
		n++;
	}
	return n;
}

/**
 * conf_repl_protocol - the keyword of a protocol
 * @l4: as in struct conf_repl
 *
 * Return: a constant string.
 */
const char *conf_repl_protocol(uint8_t l4)
{
	switch (l4) {
	case 0:
		return "ip";
	case 1:
		return "icmp";
	case L4_TCP:
		return "tcp";
	case 17:
		return "udp";
	case 47:
		return "gre";
	case 132:
		return "sctp";
	}
	return "unknown";
}

/**
 * conf_repls_equal - are the same connections replicated, at the same time?
 * @a: one configuration
 * @b: another one
 *
 * The command for HTTP is not looked at.
 *
 * Return: whether.
 */
bool conf_repls_equal(const struct conf *a, const struct conf *b)
{
	bool same = a->n_repls == b->n_repls;
	uint32_t i;

	for (i = 0; same && i < a->n_repls; i++)
		same = !repl_cmp(&a->repl[i], &b->repl[i]) &&
		       a->repl[i].when == b->repl[i].when &&
		       a->repl[i].age_ms == b->repl[i].age_ms;
	return same;
}
