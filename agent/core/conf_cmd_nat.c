// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_cmd.h"

#include <errno.h>
#include <string.h>

#include <linux/nf_rg.h>

#include "conf_store.h"
#include "out.h"

/* The commands for pools, access lists and translation rules. */

#define SEQ_STEP	10
#define SEQ_MAX		2147483647u

/* Numbered lists are known by their number without leading zeros. */
static void take_list(const struct conf_parser *p, char name[CONF_WORD_LEN])
{
	const struct conf_val *v = &p->val[CONF_S_LIST];
	struct out o;

	memset(name, 0, CONF_WORD_LEN);
	if (lex_digits(v->word)) {
		out_init(&o, name, CONF_WORD_LEN);
		out_u32(&o, v->num);
	} else {
		lex_copy(v->word, name, CONF_WORD_LEN);
	}
}

static int check_pool(struct conf_parser *p, const struct rg_range *r)
{
	uint32_t len = p->val[CONF_S_LEN].num;
	struct rg_addr a, b;

	if (!addr_is_unicast(&r->from) || addr_is_link_local6(&r->from))
		return conf_error(p, p->at[CONF_S_FROM],
				  "not an address to translate to", NULL);
	if (!addr_is_unicast(&r->to) || addr_is_link_local6(&r->to))
		return conf_error(p, p->at[CONF_S_TO],
				  "not an address to translate to", NULL);
	if (r->from.family != r->to.family)
		return conf_error(p, p->at[CONF_S_TO],
				  "the two ends are of different families",
				  NULL);
	if (addr_cmp(&r->from, &r->to) > 0)
		return conf_error(p, p->at[CONF_S_TO],
				  "the last address is before the first", NULL);
	if (r->from.family == RG_V6 && p->val[CONF_S_LEN].addr.family)
		return conf_error(p, p->at[CONF_S_LEN],
				  "IPv6 has no netmask", "\"prefix-length\"");
	if (!len || len > addr_bits(&r->from))
		return conf_error(p, p->at[CONF_S_LEN],
				  "not a length that a network can have",
				  r->from.family == RG_V4 ? "1 to 32" :
				  "1 to 128");
	a = addr_mask(&r->from, len);
	b = addr_mask(&r->to, len);
	if (!addr_equal(&a, &b))
		return conf_error(p, p->at[CONF_S_LEN],
				  "the two ends are not in one network of this length",
				  NULL);
	return 0;
}

/**
 * conf_run_pool - `[no] ip nat pool NAME FROM TO {netmask M | prefix-length L}`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_pool(struct conf_parser *p)
{
	struct rg_range r = { p->val[CONF_S_FROM].addr,
			      p->val[CONF_S_TO].addr };
	char name[CONF_WORD_LEN];
	struct conf_pool *pool;

	lex_copy(p->val[CONF_S_POOL].word, name, sizeof(name));
	if (p->no) {
		if (!conf_drop_pool(p->c, name))
			conf_warn(p, p->at[CONF_S_POOL],
				  "there is no such pool");
		return 0;
	}
	if (check_pool(p, &r))
		return -EINVAL;
	pool = conf_get_pool(p->c, name, p->line);
	if (!pool)
		return conf_full(p, "pools", CONF_MAX_POOLS);
	pool->range = r;
	pool->len = (uint8_t)p->val[CONF_S_LEN].num;
	return 0;
}

/**
 * conf_run_acl - `[no] ip access-list standard NAME`, `no access-list N`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_acl(struct conf_parser *p)
{
	char name[CONF_WORD_LEN];

	take_list(p, name);
	if (p->no) {
		if (!conf_drop_acl(p->c, name))
			conf_warn(p, p->at[CONF_S_LIST],
				  "there is no such access list");
		return 0;
	}
	if (!conf_get_acl(p->c, name, p->line))
		return conf_full(p, "access lists", CONF_MAX_ACLS);
	memcpy(p->cur_name, name, sizeof(name));
	p->mode = CONF_MODE_ACL;
	return 0;
}

static struct conf_acl *cur_acl(struct conf_parser *p)
{
	char name[CONF_WORD_LEN];

	if (p->astray)
		return &p->spare.acl;
	if (!conf_have(p, CONF_S_LIST))
		return conf_get_acl(p->c, p->cur_name, p->line);
	take_list(p, name);
	return conf_get_acl(p->c, name, p->line);
}

static void take_ace(const struct conf_parser *p, struct conf_ace *e)
{
	memset(e, 0, sizeof(*e));
	if (conf_have(p, CONF_S_SEQ))
		e->seq = p->val[CONF_S_SEQ].num;
	e->permit = conf_have(p, CONF_S_PERMIT);
	if (!conf_have(p, CONF_S_ADDR))
		return;
	e->src = p->val[CONF_S_ADDR].prefix;
	if (conf_have(p, CONF_S_WILDCARD))
		e->src.len = (uint8_t)p->val[CONF_S_WILDCARD].num;
	e->src.addr = addr_mask(&e->src.addr, e->src.len);
}

static bool same_ace(const struct conf_ace *a, const struct conf_ace *b)
{
	return a->permit == b->permit && a->src.len == b->src.len &&
	       addr_equal(&a->src.addr, &b->src.addr);
}

/* Find an entry: by number if there is one, otherwise by what it says. */
static uint32_t find_ace(const struct conf_acl *a, const struct conf_ace *e)
{
	uint32_t i;

	for (i = 0; i < a->n_aces; i++) {
		if (e->seq ? a->ace[i].seq == e->seq : same_ace(&a->ace[i], e))
			break;
	}
	return i;
}

static int drop_ace(struct conf_parser *p, struct conf_acl *a,
		    const struct conf_ace *e)
{
	uint32_t i = find_ace(a, e);

	if (i == a->n_aces) {
		conf_warn(p, &p->tok[0], "the list has no such entry");
		return 0;
	}
	a->n_aces--;
	memmove(&a->ace[i], &a->ace[i + 1],
		(a->n_aces - i) * sizeof(a->ace[0]));
	memset(&a->ace[a->n_aces], 0, sizeof(a->ace[0]));
	return 0;
}

static int add_ace(struct conf_parser *p, struct conf_acl *a,
		   struct conf_ace *e)
{
	uint32_t i = find_ace(a, e);

	if (i < a->n_aces) {
		if (same_ace(&a->ace[i], e))
			return 0;
		return conf_error(p, p->at[CONF_S_SEQ],
				  "the list has another entry with this number",
				  NULL);
	}
	if (a->n_aces == CONF_MAX_ACES)
		return conf_full(p, "entries in this list", CONF_MAX_ACES);
	if (!e->seq) {
		uint32_t last = a->n_aces ? a->ace[a->n_aces - 1].seq : 0;

		if (last > SEQ_MAX - SEQ_STEP)
			return conf_error(p, &p->tok[0],
					  "no number is left behind the last entry",
					  "an entry with a number of its own");
		e->seq = last + SEQ_STEP;
	}
	for (i = a->n_aces; i && a->ace[i - 1].seq > e->seq; i--)
		a->ace[i] = a->ace[i - 1];
	a->ace[i] = *e;
	a->n_aces++;
	return 0;
}

/**
 * conf_run_ace - `[no] [SEQ] {permit | deny} SOURCE` and `access-list N ...`
 * @p: the parse
 *
 * An entry without a number goes to the end; one that is there already is not
 * added again.
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_ace(struct conf_parser *p)
{
	struct conf_acl *a;
	struct conf_ace e;

	take_ace(p, &e);
	if (p->no && conf_have(p, CONF_S_LIST))
		return conf_error(p, &p->tok[0],
				  "an entry of a numbered list is removed inside the list",
				  "\"ip access-list standard\" first, or \"no access-list\" with the number alone");
	a = cur_acl(p);
	if (!a)
		return conf_full(p, "access lists", CONF_MAX_ACLS);
	return p->no ? drop_ace(p, a, &e) : add_ace(p, a, &e);
}

static int check_map(struct conf_parser *p)
{
	bool group = conf_have(p, CONF_S_GROUP);
	bool id = conf_have(p, CONF_S_ID);

	if (group && !id)
		return conf_error(p, NULL,
				  "\"redundancy\" needs a mapping-id",
				  "\"mapping-id\", the same number on both routers");
	if (!group)
		return conf_error(p, id ? p->at[CONF_S_ID] : NULL,
				  "not supported yet: a rule without redundancy",
				  "\"redundancy\" and \"mapping-id\"");
	if (!conf_have(p, CONF_S_OVERLOAD))
		return conf_error(p, NULL,
				  "not supported yet: a rule without overload",
				  "\"overload\"");
	return 0;
}

static int drop_map(struct conf_parser *p, const struct conf_map *m)
{
	struct conf *c = p->c;
	bool found = false;
	uint32_t i = 0;

	while (i < c->n_maps) {
		const struct conf_map *x = &c->map[i];

		if (strcmp(x->acl, m->acl) || strcmp(x->pool, m->pool) ||
		    (m->id && x->id != m->id)) {
			i++;
			continue;
		}
		found = true;
		conf_drop_map(c, x->id);
	}
	if (!found)
		conf_warn(p, p->at[CONF_S_LIST], "there is no such rule");
	return 0;
}

/**
 * conf_run_map - `[no] ip nat inside source list ACL pool P ...`
 * @p: the parse
 *
 * The `no` form needs the list and the pool; without a mapping-id it takes all
 * rules of the two away.
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_map(struct conf_parser *p)
{
	struct conf_map m = { 0 }, *slot;
	const struct conf_map *had;

	take_list(p, m.acl);
	lex_copy(p->val[CONF_S_POOL].word, m.pool, sizeof(m.pool));
	if (conf_have(p, CONF_S_ID))
		m.id = p->val[CONF_S_ID].num;
	if (p->no)
		return drop_map(p, &m);
	if (check_map(p))
		return -EINVAL;
	conf_take_gref(p, &m.group);
	m.overload = true;
	m.line = p->line;
	had = conf_map(p->c, m.id);
	if (had && (strcmp(had->acl, m.acl) || strcmp(had->pool, m.pool)))
		return conf_error(p, p->at[CONF_S_ID],
				  "another rule has this mapping-id", NULL);
	slot = conf_get_map(p->c, m.id, p->line);
	if (!slot)
		return conf_full(p, "rules", CONF_MAX_MAPS);
	*slot = m;
	return 0;
}

/**
 * conf_run_http - `[no] ip nat switchover replication http [port N]`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_http(struct conf_parser *p)
{
	uint16_t port = CONF_HTTP_PORT;
	struct conf *c = p->c;

	if (conf_have(p, CONF_S_ID))
		port = (uint16_t)p->val[CONF_S_ID].num;
	if (!p->no) {
		c->http_port = port;
		c->http_line = p->line;
		return 0;
	}
	if (conf_have(p, CONF_S_ID) && c->http_port != port) {
		conf_warn(p, p->at[CONF_S_ID],
			  "HTTP sessions to this port are not what is replicated");
		return 0;
	}
	c->http_port = 0;
	c->http_line = 0;
	return 0;
}

static uint8_t take_l4(const struct conf_parser *p)
{
	static const struct {
		enum conf_slot slot;
		uint8_t l4;
	} names[] = {
		{ CONF_S_TCP, 6 }, { CONF_S_UDP, 17 }, { CONF_S_SCTP, 132 },
		{ CONF_S_ICMP, 1 }, { CONF_S_GRE, 47 },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (conf_have(p, names[i].slot))
			return names[i].l4;
	}
	return 0;
}

static uint8_t take_when(const struct conf_parser *p)
{
	if (conf_have(p, CONF_S_AGE))
		return NF_RG_WHEN_AGE;
	if (conf_have(p, CONF_S_ASSURED))
		return NF_RG_WHEN_ASSURED;
	return conf_have(p, CONF_S_ALWAYS) ? NF_RG_WHEN_ALWAYS :
					     NF_RG_WHEN_NEVER;
}

static int drop_repl(struct conf_parser *p, const struct conf_repl *r)
{
	bool whole = !conf_have(p, CONF_S_IP) && !r->l4;

	if (!(whole ? conf_drop_map_repls(p->c, r->map) :
		      conf_drop_repl(p->c, r)))
		conf_warn(p, NULL, "there is no such rule");
	return 0;
}

/**
 * conf_run_repl - `[no] ip nat switchover replication [mapping-id ID] PROTOCOL
 * [port FIRST [LAST]] {never | assured | older-than MS | always}`
 * @p: the parse
 *
 * The `no` form needs no condition, and with a mapping-id not even a protocol:
 * then it takes all rules of the mapping away.
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_repl(struct conf_parser *p)
{
	struct conf_repl r = { .l4 = take_l4(p), .when = take_when(p),
			       .line = p->line };

	if (conf_have(p, CONF_S_ID))
		r.map = p->val[CONF_S_ID].num;
	if (conf_have(p, CONF_S_AGE))
		r.age_ms = p->val[CONF_S_AGE].num;
	if (conf_have(p, CONF_S_FROM)) {
		r.from = (uint16_t)p->val[CONF_S_FROM].num;
		r.to = r.from;
	}
	if (conf_have(p, CONF_S_TO))
		r.to = (uint16_t)p->val[CONF_S_TO].num;
	if (r.to < r.from)
		return conf_error(p, p->at[CONF_S_TO],
				  "the last port is before the first", NULL);
	if (p->no)
		return drop_repl(p, &r);
	if (!conf_set_repl(p->c, &r))
		return conf_full(p, "replication rules", CONF_MAX_REPLS);
	return 0;
}
