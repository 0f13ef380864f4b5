// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf.h"

#include <string.h>

#include "conf_store.h"

/*
 * All arrays are sorted by what each element begins with: a number or a name.
 * One set of functions serves them all.
 */
struct array {
	void *base;
	uint32_t *n;
	uint32_t max;
	size_t size;
	bool named;
};

_Static_assert(!offsetof(struct conf_protocol, id), "the key comes first");
_Static_assert(!offsetof(struct conf_chain, name), "the key comes first");
_Static_assert(!offsetof(struct conf_key, id), "the key comes first");
_Static_assert(!offsetof(struct conf_group, id), "the key comes first");
_Static_assert(!offsetof(struct conf_map, id), "the key comes first");
_Static_assert(!offsetof(struct conf_track, id), "the key comes first");
_Static_assert(!offsetof(struct conf_if, name), "the key comes first");
_Static_assert(!offsetof(struct conf_pool, name), "the key comes first");
_Static_assert(!offsetof(struct conf_acl, name), "the key comes first");

static struct array chains(struct conf *c)
{
	return (struct array){ c->chain, &c->n_chains, CONF_MAX_CHAINS,
			       sizeof(c->chain[0]), true };
}

static struct array keys(struct conf_chain *c)
{
	return (struct array){ c->key, &c->n_keys, CONF_MAX_KEYS,
			       sizeof(c->key[0]), false };
}

static struct array protocols(struct conf *c)
{
	return (struct array){ c->protocol, &c->n_protocols, CONF_MAX_PROTOCOLS,
			       sizeof(c->protocol[0]), false };
}

static struct array groups(struct conf *c)
{
	return (struct array){ c->group, &c->n_groups, CONF_MAX_GROUPS,
			       sizeof(c->group[0]), false };
}

static struct array ifs(struct conf *c)
{
	return (struct array){ c->iface, &c->n_ifs, CONF_MAX_IFS,
			       sizeof(c->iface[0]), true };
}

static struct array pools(struct conf *c)
{
	return (struct array){ c->pool, &c->n_pools, CONF_MAX_POOLS,
			       sizeof(c->pool[0]), true };
}

static struct array acls(struct conf *c)
{
	return (struct array){ c->acl, &c->n_acls, CONF_MAX_ACLS,
			       sizeof(c->acl[0]), true };
}

static struct array maps(struct conf *c)
{
	return (struct array){ c->map, &c->n_maps, CONF_MAX_MAPS,
			       sizeof(c->map[0]), false };
}

static struct array tracks(struct conf *c)
{
	return (struct array){ c->track, &c->n_tracks, CONF_MAX_TRACKS,
			       sizeof(c->track[0]), false };
}

static void *array_at(const struct array *a, uint32_t i)
{
	return (char *)a->base + i * a->size;
}

static int key_cmp(const struct array *a, const void *element, const void *key)
{
	uint32_t x, y;

	if (a->named)
		return strcmp(element, key);
	memcpy(&x, element, sizeof(x));
	memcpy(&y, key, sizeof(y));
	return x < y ? -1 : x > y;
}

/* First element that is not below the key. */
static uint32_t array_place(const struct array *a, const void *key)
{
	uint32_t lo = 0, hi = *a->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (key_cmp(a, array_at(a, mid), key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void *array_find(const struct array *a, const void *key)
{
	uint32_t i = array_place(a, key);

	if (i < *a->n && !key_cmp(a, array_at(a, i), key))
		return array_at(a, i);
	return NULL;
}

/* Make room for a key that is not there; the new element is all zero. */
static void *array_insert(const struct array *a, const void *key)
{
	uint32_t i = array_place(a, key);

	if (*a->n == a->max)
		return NULL;
	memmove(array_at(a, i + 1), array_at(a, i), (*a->n - i) * a->size);
	memset(array_at(a, i), 0, a->size);
	(*a->n)++;
	return array_at(a, i);
}

static bool array_drop(const struct array *a, const void *key)
{
	uint32_t i = array_place(a, key);

	if (!array_find(a, key))
		return false;
	(*a->n)--;
	memmove(array_at(a, i), array_at(a, i + 1), (*a->n - i) * a->size);
	memset(array_at(a, *a->n), 0, a->size);
	return true;
}

/* Names come from words whose length was checked. */
static void set_name(char *to, size_t size, const char *name)
{
	size_t n = strlen(name);

	memcpy(to, name, n < size ? n : size - 1);
}

/**
 * conf_init - an empty configuration, with its defaults
 * @c: the configuration
 */
void conf_init(struct conf *c)
{
	memset(c, 0, sizeof(*c));
	c->domain = CONF_DEF_DOMAIN;
	c->probe_ms = CONF_DEF_PROBE_MS;
}

/**
 * conf_forget_lines - forget which lines named what
 * @c: the configuration
 *
 * Each object then takes the first line that names it from there on: what is
 * said about a change speaks of its own lines, not of those of the file.
 */
void conf_forget_lines(struct conf *c)
{
	uint32_t i;

	c->http_line = 0;
	for (i = 0; i < c->n_protocols; i++)
		c->protocol[i].line = 0;
	for (i = 0; i < c->n_groups; i++)
		c->group[i].line = 0;
	for (i = 0; i < c->n_ifs; i++)
		c->iface[i].line = 0;
	for (i = 0; i < c->n_pools; i++)
		c->pool[i].line = 0;
	for (i = 0; i < c->n_acls; i++)
		c->acl[i].line = 0;
	for (i = 0; i < c->n_maps; i++)
		c->map[i].line = 0;
	for (i = 0; i < c->n_repls; i++)
		c->repl[i].line = 0;
}

/**
 * conf_protocol_init - a protocol with its defaults
 * @p: the protocol
 * @id: its number
 */
void conf_protocol_init(struct conf_protocol *p, uint32_t id)
{
	memset(p, 0, sizeof(*p));
	p->id = id;
	p->hello_ms = CONF_DEF_HELLO_MS;
	p->hold_ms = CONF_DEF_HOLD_MS;
	p->bfd = true;
	p->bfd_tx_ms = CONF_DEF_BFD_MS;
	p->bfd_rx_ms = CONF_DEF_BFD_MS;
	p->bfd_mult = CONF_DEF_BFD_MULT;
}

/**
 * conf_protocol_no_auth - hellos are not authenticated
 * @p: the protocol
 */
void conf_protocol_no_auth(struct conf_protocol *p)
{
	p->auth = CONF_AUTH_NONE;
	memset(p->auth_text, 0, sizeof(p->auth_text));
	memset(p->key, 0, sizeof(p->key));
	p->key_timeout_s = 0;
	memset(p->chain, 0, sizeof(p->chain));
}

/**
 * conf_group_init - a group with its defaults
 * @g: the group
 * @id: its number
 */
void conf_group_init(struct conf_group *g, uint32_t id)
{
	memset(g, 0, sizeof(*g));
	g->id = id;
	g->priority = CONF_DEF_PRIORITY;
	g->delay_ms = CONF_DEF_DELAY_MS;
	g->reload_ms = CONF_DEF_RELOAD_MS;
}

/**
 * conf_get_chain - find or make a key chain
 * @c: the configuration
 * @name: its name
 * @line: line that names it
 *
 * Return: the chain, NULL: no room.
 */
struct conf_chain *conf_get_chain(struct conf *c, const char *name,
				  uint32_t line)
{
	struct array a = chains(c);
	struct conf_chain *ch = array_find(&a, name);

	if (!ch) {
		ch = array_insert(&a, name);
		if (ch) {
			set_name(ch->name, sizeof(ch->name), name);
			ch->line = line;
		}
	}
	return ch;
}

/**
 * conf_get_key - find or make a key
 * @c: its chain
 * @id: its number
 *
 * Return: the key, at first without a text and valid always; NULL: no room.
 */
struct conf_key *conf_get_key(struct conf_chain *c, uint32_t id)
{
	static const struct conf_life always = { 0, INT64_MAX };
	struct array a = keys(c);
	struct conf_key *k = array_find(&a, &id);

	if (!k) {
		k = array_insert(&a, &id);
		if (k) {
			k->id = id;
			k->accept = always;
			k->send = always;
		}
	}
	return k;
}

/**
 * conf_get_protocol - find or make a protocol
 * @c: the configuration
 * @id: its number
 * @line: line that names it
 *
 * Return: the protocol, NULL: no room.
 */
struct conf_protocol *conf_get_protocol(struct conf *c, uint32_t id,
					uint32_t line)
{
	struct array a = protocols(c);
	struct conf_protocol *p = array_find(&a, &id);

	if (!p) {
		p = array_insert(&a, &id);
		if (p)
			conf_protocol_init(p, id);
	}
	if (p && !p->line)
		p->line = line;
	return p;
}

/**
 * conf_get_group - find or make a group
 * @c: the configuration
 * @id: its number
 * @line: line that names it
 *
 * Return: the group, NULL: no room.
 */
struct conf_group *conf_get_group(struct conf *c, uint32_t id, uint32_t line)
{
	struct array a = groups(c);
	struct conf_group *g = array_find(&a, &id);

	if (!g) {
		g = array_insert(&a, &id);
		if (g)
			conf_group_init(g, id);
	}
	if (g && !g->line)
		g->line = line;
	return g;
}

/**
 * conf_get_if - find or make an interface
 * @c: the configuration
 * @name: its name
 * @line: line that names it
 *
 * Return: the interface, NULL: no room.
 */
struct conf_if *conf_get_if(struct conf *c, const char *name, uint32_t line)
{
	struct array a = ifs(c);
	struct conf_if *i = array_find(&a, name);

	if (!i) {
		i = array_insert(&a, name);
		if (i)
			set_name(i->name, sizeof(i->name), name);
	}
	if (i && !i->line)
		i->line = line;
	return i;
}

/**
 * conf_get_pool - find or make a pool
 * @c: the configuration
 * @name: its name
 * @line: line that names it
 *
 * Return: the pool, NULL: no room.
 */
struct conf_pool *conf_get_pool(struct conf *c, const char *name, uint32_t line)
{
	struct array a = pools(c);
	struct conf_pool *p = array_find(&a, name);

	if (!p) {
		p = array_insert(&a, name);
		if (p)
			set_name(p->name, sizeof(p->name), name);
	}
	if (p && !p->line)
		p->line = line;
	return p;
}

/**
 * conf_get_acl - find or make an access list
 * @c: the configuration
 * @name: its name, or its number in decimal
 * @line: line that names it
 *
 * Return: the list, NULL: no room.
 */
struct conf_acl *conf_get_acl(struct conf *c, const char *name, uint32_t line)
{
	struct array a = acls(c);
	struct conf_acl *l = array_find(&a, name);

	if (!l) {
		l = array_insert(&a, name);
		if (l)
			set_name(l->name, sizeof(l->name), name);
	}
	if (l && !l->line)
		l->line = line;
	return l;
}

/**
 * conf_get_map - find or make a mapping
 * @c: the configuration
 * @id: its mapping-id
 * @line: line that names it
 *
 * Return: the mapping, NULL: no room.
 */
struct conf_map *conf_get_map(struct conf *c, uint32_t id, uint32_t line)
{
	struct array a = maps(c);
	struct conf_map *m = array_find(&a, &id);

	if (!m) {
		m = array_insert(&a, &id);
		if (m)
			m->id = id;
	}
	if (m && !m->line)
		m->line = line;
	return m;
}

/**
 * conf_drop_chain - remove a key chain
 * @c: the configuration
 * @name: its name
 *
 * Return: false when there was none.
 */
bool conf_drop_chain(struct conf *c, const char *name)
{
	struct array a = chains(c);

	return array_drop(&a, name);
}

/**
 * conf_drop_key - remove a key
 * @c: its chain
 * @id: its number
 *
 * Return: false when there was none.
 */
bool conf_drop_key(struct conf_chain *c, uint32_t id)
{
	struct array a = keys(c);

	return array_drop(&a, &id);
}

/**
 * conf_get_track - find or make a tracked object
 * @c: the configuration
 * @id: its number
 * @line: line that names it
 *
 * Return: the object, NULL: no room.
 */
struct conf_track *conf_get_track(struct conf *c, uint32_t id, uint32_t line)
{
	struct array a = tracks(c);
	struct conf_track *t = array_find(&a, &id);

	if (!t) {
		t = array_insert(&a, &id);
		if (t) {
			t->id = id;
			t->line = line;
		}
	}
	return t;
}

/**
 * conf_drop_protocol - remove a protocol
 * @c: the configuration
 * @id: its number
 *
 * Return: false when there was none.
 */
bool conf_drop_protocol(struct conf *c, uint32_t id)
{
	struct array a = protocols(c);

	return array_drop(&a, &id);
}

/**
 * conf_drop_group - remove a group
 * @c: the configuration
 * @id: its number
 *
 * Return: false when there was none.
 */
bool conf_drop_group(struct conf *c, uint32_t id)
{
	struct array a = groups(c);

	return array_drop(&a, &id);
}

/**
 * conf_drop_if - remove an interface
 * @c: the configuration
 * @name: its name
 *
 * Return: false when there was none.
 */
bool conf_drop_if(struct conf *c, const char *name)
{
	struct array a = ifs(c);

	return array_drop(&a, name);
}

/**
 * conf_drop_pool - remove a pool
 * @c: the configuration
 * @name: its name
 *
 * Return: false when there was none.
 */
bool conf_drop_pool(struct conf *c, const char *name)
{
	struct array a = pools(c);

	return array_drop(&a, name);
}

/**
 * conf_drop_acl - remove an access list
 * @c: the configuration
 * @name: its name, or its number in decimal
 *
 * Return: false when there was none.
 */
bool conf_drop_acl(struct conf *c, const char *name)
{
	struct array a = acls(c);

	return array_drop(&a, name);
}

/**
 * conf_drop_map - remove a mapping
 * @c: the configuration
 * @id: its mapping-id
 *
 * Return: false when there was none.
 */
bool conf_drop_map(struct conf *c, uint32_t id)
{
	struct array a = maps(c);

	return array_drop(&a, &id);
}

/**
 * conf_drop_track - remove a tracked object
 * @c: the configuration
 * @id: its number
 *
 * Return: false when there was none.
 */
bool conf_drop_track(struct conf *c, uint32_t id)
{
	struct array a = tracks(c);

	return array_drop(&a, &id);
}

/*
 * The look-ups below only read; they share the array functions, which need a
 * pointer that is not const.
 */
static struct conf *unconst(const struct conf *c)
{
	return (struct conf *)(uintptr_t)c;
}

/**
 * conf_chain - look up a key chain
 * @c: the configuration
 * @name: its name
 *
 * Return: the chain or NULL.
 */
const struct conf_chain *conf_chain(const struct conf *c, const char *name)
{
	struct array a = chains(unconst(c));

	return array_find(&a, name);
}

/**
 * conf_has_keys - is there something in it that nobody else may read?
 * @c: the configuration
 *
 * The text of `authentication text` is none: it is in every hello.
 *
 * Return: true when there is a key.
 */
bool conf_has_keys(const struct conf *c)
{
	uint32_t i, k;

	for (i = 0; i < c->n_protocols; i++)
		if (*c->protocol[i].key)
			return true;
	for (i = 0; i < c->n_chains; i++)
		for (k = 0; k < c->chain[i].n_keys; k++)
			if (*c->chain[i].key[k].text)
				return true;
	return false;
}

/**
 * conf_protocol - look up a protocol
 * @c: the configuration
 * @id: its number
 *
 * Return: the protocol or NULL.
 */
const struct conf_protocol *conf_protocol(const struct conf *c, uint32_t id)
{
	struct array a = protocols(unconst(c));

	return array_find(&a, &id);
}

/**
 * conf_group - look up a group by number
 * @c: the configuration
 * @id: its number
 *
 * Return: the group or NULL.
 */
const struct conf_group *conf_group(const struct conf *c, uint32_t id)
{
	struct array a = groups(unconst(c));

	return array_find(&a, &id);
}

/**
 * conf_group_named - look up a group by name
 * @c: the configuration
 * @name: its alias
 *
 * Return: the first group of this name or NULL.
 */
const struct conf_group *conf_group_named(const struct conf *c,
					  const char *name)
{
	uint32_t i;

	for (i = 0; *name && i < c->n_groups; i++) {
		if (!strcmp(c->group[i].name, name))
			return &c->group[i];
	}
	return NULL;
}

/**
 * conf_if - look up an interface
 * @c: the configuration
 * @name: its name
 *
 * Return: the interface or NULL.
 */
const struct conf_if *conf_if(const struct conf *c, const char *name)
{
	struct array a = ifs(unconst(c));

	return array_find(&a, name);
}

/**
 * conf_pool - look up a pool
 * @c: the configuration
 * @name: its name
 *
 * Return: the pool or NULL.
 */
const struct conf_pool *conf_pool(const struct conf *c, const char *name)
{
	struct array a = pools(unconst(c));

	return array_find(&a, name);
}

/**
 * conf_acl - look up an access list
 * @c: the configuration
 * @name: its name, or its number in decimal
 *
 * Return: the list or NULL.
 */
const struct conf_acl *conf_acl(const struct conf *c, const char *name)
{
	struct array a = acls(unconst(c));

	return array_find(&a, name);
}

/**
 * conf_holds_http - are HTTP sessions held back from the standby?
 * @c: the configuration
 *
 * An HTTP session is a TCP connection to CONF_HTTP_PORT. Naming another port
 * does not release that one.
 *
 * Return: true unless the command for that very port was given.
 */
bool conf_holds_http(const struct conf *c)
{
	return c->http_port != CONF_HTTP_PORT;
}

/**
 * conf_map_family - the family of what a mapping translates
 * @c: the configuration
 * @m: one of its mappings
 *
 * Return: that of its pool; of an undefined pool only what the command says is
 * known: RG_V4.
 */
enum rg_family conf_map_family(const struct conf *c, const struct conf_map *m)
{
	const struct conf_pool *p = conf_pool(c, m->pool);

	return p ? (enum rg_family)p->range.from.family : RG_V4;
}

/**
 * conf_map - look up a mapping
 * @c: the configuration
 * @id: its mapping-id
 *
 * Return: the mapping or NULL.
 */
const struct conf_map *conf_map(const struct conf *c, uint32_t id)
{
	struct array a = maps(unconst(c));

	return array_find(&a, &id);
}

/**
 * conf_track - look up a tracked object
 * @c: the configuration
 * @id: its number
 *
 * Return: the object or NULL.
 */
const struct conf_track *conf_track(const struct conf *c, uint32_t id)
{
	struct array a = tracks(unconst(c));

	return array_find(&a, &id);
}
