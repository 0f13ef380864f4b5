// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_check.h"

#include <string.h>

#include "out.h"

struct left_out {
	struct out names;
	char text[160];
	uint32_t n;
};

static void leave_out(struct left_out *l, const struct conf_pool *p,
		      const struct rg_addr *a)
{
	char text[ADDR_STRLEN];

	if (!addr_in_range(a, &p->range))
		return;
	addr_print(a, text);
	if (l->n++)
		out_str(&l->names, ", ");
	out_str(&l->names, text);
}

/*
 * Name the addresses that conf_pool_ranges() takes out. Those of interfaces
 * and next hops are not known here; whoever knows them has to say so.
 */
static void check_pool(struct conf_checking *k, const struct conf_pool *p)
{
	const struct conf *c = k->c;
	struct rg_addr net = addr_mask(&p->range.from, p->len);
	struct rg_addr last = addr_last(&p->range.from, p->len);
	struct left_out l = { .n = 0 };
	struct rg_range some;
	uint32_t i, v;
	size_t n;

	if (!conf_pool_ranges(c, p, NULL, 0, &some, 1, &n) && !n) {
		conf_say(k, CONF_ERROR, p->line,
			 "pool %s: every address in it is a virtual, own, network or broadcast address",
			 p->name);
		return;
	}
	out_init(&l.names, l.text, sizeof(l.text));
	if (p->len + 1u < addr_bits(&net)) {
		leave_out(&l, p, &net);
		if (net.family == RG_V4)
			leave_out(&l, p, &last);
	}
	for (i = 0; i < c->n_ifs; i++) {
		for (v = 0; v < c->iface[i].n_vips; v++)
			leave_out(&l, p, &c->iface[i].vip[v].addr);
		for (v = 0; v < c->iface[i].n_owns; v++)
			leave_out(&l, p, &c->iface[i].own[v].addr);
	}
	if (l.n)
		conf_say(k, CONF_WARNING, p->line,
			 "pool %s: not handed out, being network, broadcast, virtual or own addresses: %s",
			 p->name, l.text);
}

static bool permits_family(const struct conf_acl *a, uint8_t family)
{
	uint32_t i;

	for (i = 0; i < a->n_aces; i++) {
		uint8_t f = a->ace[i].src.addr.family;

		if (a->ace[i].permit && (f == RG_NONE || f == family))
			return true;
	}
	return false;
}

static void check_map_refs(struct conf_checking *k, const struct conf_map *m)
{
	const struct conf_pool *pool = conf_pool(k->c, m->pool);
	const struct conf_acl *acl = conf_acl(k->c, m->acl);

	if (!pool)
		conf_say(k, CONF_WARNING, m->line,
			 "mapping %u: pool %s is not defined, the rule does nothing",
			 m->id, m->pool);
	if (!acl)
		conf_say(k, CONF_WARNING, m->line,
			 "mapping %u: access list %s is not defined, it matches nothing",
			 m->id, m->acl);
	else if (pool && !permits_family(acl, pool->range.from.family))
		conf_say(k, CONF_WARNING, m->line,
			 "mapping %u: access list %s permits no source of the pool's family, the rule matches nothing",
			 m->id, m->acl);
	if (conf_group(k->c, m->group.id))
		return;
	if (*m->group.name)
		conf_say(k, CONF_WARNING, m->line,
			 "mapping %u: group %s is not defined, the mapping is inactive",
			 m->id, m->group.name);
	else
		conf_say(k, CONF_WARNING, m->line,
			 "mapping %u: group %u is not defined, the mapping is inactive",
			 m->id, m->group.id);
}

/*
 * A session's mapping follows from the address that it is translated to, so
 * no address may belong to two mappings. And of two rules with the same list
 * the second would never be reached, unless they are for different families.
 */
static void check_map_pair(struct conf_checking *k, const struct conf_map *a,
			   const struct conf_map *b)
{
	const struct conf_pool *x = conf_pool(k->c, a->pool);
	const struct conf_pool *y = conf_pool(k->c, b->pool);
	uint32_t line = a->line > b->line ? a->line : b->line;

	if (!x || !y)
		return;
	if (x == y)
		conf_say(k, CONF_ERROR, line,
			 "mappings %u and %u share pool %s", a->id, b->id,
			 x->name);
	else if (addr_ranges_overlap(&x->range, &y->range))
		conf_say(k, CONF_ERROR, line,
			 "pools %s and %s of mappings %u and %u overlap",
			 x->name, y->name, a->id, b->id);
	if (!strcmp(a->acl, b->acl) &&
	    x->range.from.family == y->range.from.family)
		conf_say(k, CONF_ERROR, line,
			 "mappings %u and %u translate the same access list %s",
			 a->id, b->id, a->acl);
}

static void check_sides(struct conf_checking *k)
{
	const struct conf *c = k->c;
	bool inside = false, outside = false;
	uint32_t i;

	for (i = 0; i < c->n_ifs; i++) {
		inside |= c->iface[i].nat == CONF_NAT_INSIDE;
		outside |= c->iface[i].nat == CONF_NAT_OUTSIDE;
	}
	if (c->n_maps && !(inside && outside))
		conf_say(k, CONF_WARNING, c->map[0].line,
			 "no interface is \"ip nat %s\": nothing is translated",
			 inside ? "outside" : "inside");
}

/* All other ports are replicated anyway, so this does not do what it may be meant for. */
static void check_http(struct conf_checking *k)
{
	uint32_t port = k->c->http_port;

	if (port && conf_holds_http(k->c))
		conf_say(k, CONF_WARNING, k->c->http_line,
			 "sessions to port %u are replicated anyway, HTTP sessions to port %u stay without replication",
			 port, (uint32_t)CONF_HTTP_PORT);
}

/* They are sorted, so only neighbours can overlap. */
static void check_repl_ports(struct conf_checking *k, uint32_t i)
{
	const struct conf_repl *a = &k->c->repl[i - 1], *b = &k->c->repl[i];

	if (a->map == b->map && a->l4 == b->l4 && a->to && a->to >= b->from)
		conf_say(k, CONF_ERROR, a->line > b->line ? a->line : b->line,
			 "replication: %s ports %u-%u and %u-%u overlap",
			 conf_repl_protocol(b->l4), (uint32_t)a->from,
			 (uint32_t)a->to, (uint32_t)b->from, (uint32_t)b->to);
}

static void check_repls(struct conf_checking *k)
{
	const struct conf *c = k->c;
	uint32_t i, n;

	for (i = 0; i < c->n_repls; i++) {
		if (i)
			check_repl_ports(k, i);
		if (c->repl[i].map && !conf_map(c, c->repl[i].map))
			conf_say(k, CONF_WARNING, c->repl[i].line,
				 "replication: mapping %u is not defined, the rule does nothing",
				 c->repl[i].map);
	}
	for (i = 0; i < c->n_maps; i++) {
		n = conf_map_repls(c, &c->map[i], NULL, 0);
		if (n > CONF_MAX_RULES)
			conf_say(k, CONF_ERROR, c->map[i].line,
				 "mapping %u: %u replication rules are about it, there is room for %u (HTTP that is not replicated is one)",
				 c->map[i].id, n, (uint32_t)CONF_MAX_RULES);
	}
}

/**
 * conf_check_nat - the part of conf_check() about pools and rules
 * @k: the check
 */
void conf_check_nat(struct conf_checking *k)
{
	const struct conf *c = k->c;
	uint32_t i, j;

	for (i = 0; i < c->n_pools; i++)
		check_pool(k, &c->pool[i]);
	for (i = 0; i < c->n_maps; i++) {
		check_map_refs(k, &c->map[i]);
		for (j = 0; j < i; j++)
			check_map_pair(k, &c->map[j], &c->map[i]);
	}
	check_sides(k);
	check_http(k);
	check_repls(k);
}
