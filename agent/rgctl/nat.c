// SPDX-License-Identifier: GPL-2.0-or-later
#include "nat.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "client.h"
#include "core/addr.h"
#include "core/out.h"
#include "ct.h"

#define SLOTS	256
#define ROW_MAX	1024

/* A set of addresses: those of a pool that are in use. */
struct addr_set {
	struct rg_addr *v;
	size_t n, cap;
};

struct mapping {
	json_t *json;
	uint32_t id, group, slot;
	bool copies;
	uint64_t connections;
	struct addr_set used;
};

/**
 * struct show - what is being shown
 * @info: the agent's answer
 * @map: mappings; @by_slot: the same by the slot in the mark, NULL: none
 * @group, @mapping: only of these, 0: all
 * @shown: connections so far
 * @simple: of them without a port
 * @kept: were to be cleared, but are copies of what the peer translates
 * @only: to be cleared: with these addresses; without a family: any
 */
struct show {
	json_t *info;
	struct mapping *map;
	size_t n_maps;
	struct mapping *by_slot[SLOTS];
	uint32_t mask;
	unsigned int shift;
	uint32_t group, mapping;
	bool verbose, json;
	uint64_t shown, simple, kept;
	struct natrow_ends only;
	bool failed;
};

static uint32_t number(const json_t *j, const char *key)
{
	return (uint32_t)json_integer_value(json_object_get(j, key));
}

static const char *string(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s ? s : "";
}

/* ------------------------------------------------------------- sets of addresses */

static size_t place(const struct addr_set *s, const struct rg_addr *a)
{
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < sizeof(a->b); i++)
		h = (h ^ a->b[i]) * 16777619u;
	for (i = h & (s->cap - 1); s->v[i].family && memcmp(&s->v[i], a, sizeof(*a));)
		i = (i + 1) & (s->cap - 1);
	return i;
}

static bool grow(struct addr_set *s)
{
	struct addr_set big = { .cap = s->cap ? 4 * s->cap : 64, .n = s->n };

	big.v = calloc(big.cap, sizeof(*big.v));
	if (!big.v)
		return false;
	for (size_t i = 0; i < s->cap; i++)
		if (s->v[i].family)
			big.v[place(&big, &s->v[i])] = s->v[i];
	free(s->v);
	*s = big;
	return true;
}

static bool add(struct addr_set *s, const struct rg_addr *a)
{
	size_t i;

	if (4 * (s->n + 1) > 3 * s->cap && !grow(s))
		return false;
	i = place(s, a);
	s->n += !s->v[i].family;
	s->v[i] = *a;
	return true;
}

/* ------------------------------------------------------------------ translations */

static bool wanted(const struct show *s, const struct mapping *m, const struct natrow *r)
{
	if (s->mapping)
		return m && m->id == s->mapping;
	if (s->group)
		return m && m->group == s->group;
	return m || r->snat || r->dnat;
}

static const struct mapping *mapping_of(const struct show *s, uint32_t mark)
{
	return s->by_slot[(mark & s->mask) >> s->shift & (SLOTS - 1)];
}

static bool print_row(void *arg, const struct natrow *row, uint32_t mark)
{
	struct show *s = arg;
	const struct mapping *m = mapping_of(s, mark);
	struct natrow r = *row;
	char text[ROW_MAX];
	struct out o;

	if (!wanted(s, m, row))
		return true;
	r.mapping = m ? m->id : 0;
	r.group = m ? m->group : 0;
	out_init(&o, text, sizeof(text));
	if (s->json) {
		out_str(&o, s->shown ? ",\n" : "\n");
		natrow_json(&o, &r);
	} else {
		natrow_text(&o, &r, s->verbose);
	}
	s->shown++;
	/* Whoever reads it may have seen enough: `| head`. */
	return fputs(text, stdout) >= 0;
}

static int dump(struct show *s, ct_fn fn)
{
	const struct mapping *m = NULL;

	for (size_t i = 0; i < s->n_maps; i++)
		if (s->mapping && s->map[i].id == s->mapping)
			m = &s->map[i];
	return m ? ct_dump(m->slot << s->shift, s->mask, fn, s) : ct_dump(0, 0, fn, s);
}

static int translations(struct show *s)
{
	char head[128];
	struct out o;
	int err;

	out_init(&o, head, sizeof(head));
	natrow_head(&o);
	fputs(s->json ? "{\"translations\":[" : head, stdout);
	err = dump(s, print_row);
	if (s->json)
		printf("\n],\"total\":%llu}\n", (unsigned long long)s->shown);
	else if (!err)
		printf("Total number of translations: %llu\n", (unsigned long long)s->shown);
	return err;
}

/* -------------------------------------------------------------------- statistics */

static bool count_row(void *arg, const struct natrow *row, uint32_t mark)
{
	struct show *s = arg;
	struct natrow_ends e = natrow_ends(row);
	struct mapping *m = s->by_slot[(mark & s->mask) >> s->shift & (SLOTS - 1)];

	if (!wanted(s, m, row))
		return true;
	s->shown++;
	s->simple += !e.inside_global.has_port;
	if (!m)
		return true;
	m->connections++;
	s->failed |= !add(&m->used, &e.inside_global.addr);
	return !s->failed;
}

static json_t *pool_of(const struct show *s, const struct mapping *m)
{
	json_t *pools = json_object_get(s->info, "pools"), *p;
	size_t i;

	json_array_foreach(pools, i, p)
		if (!strcmp(string(p, "name"), string(m->json, "pool")))
			return p;
	return NULL;
}

static void print_interfaces(const struct show *s, const char *what, const char *key)
{
	json_t *list = json_object_get(s->info, key), *x;
	size_t i;

	printf("%s interfaces:\n ", what);
	json_array_foreach(list, i, x)
		printf("%s %s", i ? "," : "", json_string_value(x));
	putchar('\n');
}

static void print_mapping(const struct show *s, const struct mapping *m)
{
	json_t *p = pool_of(s, m);
	json_int_t n = json_integer_value(json_object_get(p, "addresses"));

	printf("[Id: %u] access-list %s pool %s redundancy %u mapping-id %u refcount %llu\n",
	       m->id, string(m->json, "list"), string(m->json, "pool"), m->group, m->id,
	       (unsigned long long)m->connections);
	if (!p)
		return;
	if (*string(p, "netmask"))
		printf(" pool %s: netmask %s\n", string(p, "name"), string(p, "netmask"));
	else
		printf(" pool %s: prefix-length %u\n", string(p, "name"),
		       number(p, "prefix_length"));
	printf("\tstart %s end %s\n", string(p, "from"), string(p, "to"));
	printf("\ttype generic, total addresses %lld, allocated %zu (%.0f%%)\n", (long long)n,
	       m->used.n, n ? 100.0 * (double)m->used.n / (double)n : 0.0);
}

static void print_statistics(const struct show *s)
{
	printf("Total active translations: %llu (0 static, %llu dynamic; %llu extended)\n",
	       (unsigned long long)s->shown, (unsigned long long)s->shown,
	       (unsigned long long)(s->shown - s->simple));
	print_interfaces(s, "Outside", "outside");
	print_interfaces(s, "Inside", "inside");
	printf("Dynamic mappings:\n-- Inside Source\n");
	for (size_t i = 0; i < s->n_maps; i++)
		print_mapping(s, &s->map[i]);
}

static void print_statistics_json(const struct show *s)
{
	json_t *list = json_array(), *root;

	for (size_t i = 0; i < s->n_maps; i++) {
		const struct mapping *m = &s->map[i];
		json_t *p = pool_of(s, m);
		json_t *j = json_pack("{s:I, s:I, s:s, s:s, s:I, s:I}",
				      "mapping_id", (json_int_t)m->id,
				      "group", (json_int_t)m->group,
				      "list", string(m->json, "list"),
				      "pool", string(m->json, "pool"),
				      "translations", (json_int_t)m->connections,
				      "allocated", (json_int_t)m->used.n);

		if (p)
			json_object_set(j, "addresses", json_object_get(p, "addresses"));
		json_array_append_new(list, j);
	}
	root = json_pack("{s:I, s:I, s:O, s:O, s:o}", "translations", (json_int_t)s->shown,
			 "extended", (json_int_t)(s->shown - s->simple), "inside",
			 json_object_get(s->info, "inside"), "outside",
			 json_object_get(s->info, "outside"), "mappings", list);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

static int statistics(struct show *s)
{
	int err = dump(s, count_row);

	if (s->failed) {
		fputs("rgctl: no memory for the addresses in use\n", stderr);
		return -1;
	}
	if (err)
		return err;
	if (s->json)
		print_statistics_json(s);
	else
		print_statistics(s);
	return 0;
}

/* ---------------------------------------------------------------------- clearing */

static bool is_addr(const struct natrow_end *wanted, const struct natrow_end *e)
{
	return !wanted->addr.family || !memcmp(&wanted->addr, &e->addr, sizeof(e->addr));
}

/* What others translate on this machine stays. */
static bool is_cleared(void *arg, const struct natrow *row, uint32_t mark)
{
	struct natrow_ends e = natrow_ends(row);
	struct show *s = arg;
	const struct mapping *m = mapping_of(s, mark);

	if (!m || !wanted(s, m, row) || !is_addr(&s->only.inside_global, &e.inside_global) ||
	    !is_addr(&s->only.inside_local, &e.inside_local) ||
	    !is_addr(&s->only.outside_local, &e.outside_local) ||
	    !is_addr(&s->only.outside_global, &e.outside_global))
		return false;
	s->kept += m->copies;
	return !m->copies;
}

static void get_only(const struct show *s, const char *key, struct natrow_end *out)
{
	const char *text = string(s->info, key);

	addr_parse(text, strlen(text), &out->addr);
}

static int clear(struct show *s)
{
	uint64_t n;
	int err;

	get_only(s, "inside_global", &s->only.inside_global);
	get_only(s, "inside_local", &s->only.inside_local);
	get_only(s, "outside_local", &s->only.outside_local);
	get_only(s, "outside_global", &s->only.outside_global);
	err = ct_remove(0, 0, is_cleared, s, &n);
	if (s->json)
		printf("{\"cleared\":%llu,\"kept\":%llu}\n", (unsigned long long)n,
		       (unsigned long long)s->kept);
	else
		printf("Translations cleared: %llu\n", (unsigned long long)n);
	if (!s->kept)
		return err;
	fprintf(stderr, "%% %llu stay: standby here, clear them on the active router\n",
		(unsigned long long)s->kept);
	return -1;
}

/* --------------------------------------------------------------------- beginning */

/**
 * nat_is_meant() - does the agent leave the rest to us?
 * @a: its answer
 *
 * Return: true if nat_show() is to be called.
 */
bool nat_is_meant(const struct answer *a)
{
	return !a->status && a->json && strstr(a->json, "\"rgctl_shows\"");
}

static bool load(struct show *s)
{
	json_t *list = json_object_get(s->info, "mappings"), *x;
	size_t i;

	s->mask = number(s->info, "mark_mask");
	s->shift = s->mask ? (unsigned int)__builtin_ctz(s->mask) : 0;
	s->group = number(s->info, "group");
	s->mapping = number(s->info, "mapping");
	s->verbose = json_is_true(json_object_get(s->info, "verbose"));
	s->map = calloc(json_array_size(list) + 1, sizeof(*s->map));
	if (!s->map)
		return false;
	json_array_foreach(list, i, x) {
		struct mapping *m = &s->map[s->n_maps++];

		m->json = x;
		m->id = number(x, "id");
		m->group = number(x, "group");
		m->slot = number(x, "slot");
		m->copies = json_is_true(json_object_get(x, "copies"));
		/* Slot 0 is a mark without a mapping. */
		if (m->slot && m->slot < SLOTS)
			s->by_slot[m->slot] = m;
	}
	return true;
}

/**
 * nat_show() - show connections, or clear them
 * @c: connection to the agent
 * @a: its answer
 * @json: print JSON
 *
 * They are printed as they are read; a table of any size takes no memory.
 *
 * Return: exit status.
 */
int nat_show(struct client *c, const struct answer *a, bool json)
{
	struct show s = { .json = json, .info = json_loads(a->json, 0, NULL) };
	int err = ct_enter(c->fd);

	if (err)
		fprintf(stderr, "rgctl: the network namespace of the agent: %s\n", strerror(-err));
	else if (!s.info || !load(&s))
		err = -ENOMEM;
	else if (!strcmp(string(s.info, "rgctl_shows"), "statistics"))
		err = statistics(&s);
	else if (!strcmp(string(s.info, "rgctl_shows"), "clear"))
		err = clear(&s);
	else
		err = translations(&s);
	fflush(stdout);
	for (size_t i = 0; i < s.n_maps; i++)
		free(s.map[i].used.v);
	free(s.map);
	json_decref(s.info);
	return err ? 1 : 0;
}
