// SPDX-License-Identifier: GPL-2.0-or-later
#include "natinfo.h"

#include <jansson.h>

#include "core/conf.h"
#include "core/conf_impact.h"
#include "io/slots.h"

#include <linux/nf_rg.h>

static json_t *interfaces(const struct conf *c, enum conf_nat_side side)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < c->n_ifs; i++)
		if (c->iface[i].nat == side)
			json_array_append_new(list, json_string(c->iface[i].name));
	return list;
}

/* Its connections are copies of the active router's: who clears them here only gets them again. */
static bool is_copy(const struct conf *c, const struct conf_standing *standing, uint32_t group)
{
	const struct conf_group *g = group ? conf_group(c, group) : NULL;

	return standing && g && !g->shutdown && standing[group].peer && !standing[group].active;
}

static json_t *mappings(const struct conf *c, const struct conf_standing *standing)
{
	uint32_t id[CONF_MAX_MAPS], slot[CONF_MAX_MAPS] = { 0 };
	json_t *list = json_array();

	for (uint32_t i = 0; i < c->n_maps; i++)
		id[i] = c->map[i].id;
	/* There are never more than SLOTS_MAX. */
	slots_assign(id, c->n_maps, slot);
	for (uint32_t i = 0; i < c->n_maps; i++) {
		const struct conf_map *m = &c->map[i];

		json_array_append_new(list, json_pack("{s:I, s:I, s:I, s:s, s:s, s:b, s:b}",
						      "id", (json_int_t)m->id,
						      "group", (json_int_t)m->group.id,
						      "slot", (json_int_t)slot[i],
						      "list", m->acl, "pool", m->pool,
						      "overload", m->overload, "copies",
						      is_copy(c, standing, m->group.id)));
	}
	return list;
}

static json_t *pools(const struct conf *c)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < c->n_pools; i++) {
		const struct conf_pool *p = &c->pool[i];
		char from[ADDR_STRLEN], to[ADDR_STRLEN], mask[ADDR_STRLEN] = "";
		struct rg_addr m = addr_netmask(p->len);
		uint64_t n = addr_range_count(&p->range);

		addr_print(&p->range.from, from);
		addr_print(&p->range.to, to);
		if (p->range.from.family == RG_V4)
			addr_print(&m, mask);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I, s:s, s:I}",
						      "name", p->name, "from", from, "to", to,
						      "prefix_length", (json_int_t)p->len,
						      "netmask", mask, "addresses",
						      n > INT64_MAX ? INT64_MAX : (json_int_t)n));
	}
	return list;
}

static void put_address(json_t *root, const char *key, const char *address)
{
	if (address)
		json_object_set_new(root, key, json_string(address));
}

/**
 * natinfo_json() - all of it
 * @c: the configuration that runs
 * @ask: what is to be shown or cleared
 *
 * Return: JSON text, malloced; NULL: no memory.
 */
char *natinfo_json(const struct conf *c, const struct natinfo_ask *ask)
{
	json_t *root = json_pack("{s:s, s:I, s:I, s:b, s:I, s:o, s:o, s:o, s:o}",
				 "rgctl_shows", ask->what, "group", (json_int_t)ask->group,
				 "mapping", (json_int_t)ask->mapping, "verbose", ask->verbose,
				 "mark_mask", (json_int_t)NF_RG_MARK_MASK_DEFAULT,
				 "inside", interfaces(c, CONF_NAT_INSIDE),
				 "outside", interfaces(c, CONF_NAT_OUTSIDE),
				 "mappings", mappings(c, ask->standing), "pools", pools(c));
	char *text;

	if (root) {
		put_address(root, "inside_global", ask->inside_global);
		put_address(root, "inside_local", ask->inside_local);
		put_address(root, "outside_local", ask->outside_local);
		put_address(root, "outside_global", ask->outside_global);
	}
	text = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	return text;
}
