// SPDX-License-Identifier: GPL-2.0-or-later
#include "natrules.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "conf_vmac.h"
#include "textout.h"

/* Where the module keeps what made a connection: NF_RG_MARK_MASK_DEFAULT. */
#define MARK_MASK	"0xff000000"

#define HASH_SEED	"0x7267"

/* jhash takes a modulus of 32 bits; larger pools are scaled down to this. */
#define HASH_MAX	(UINT64_C(1) << 30)

static const char * const suffix[] = {
	[NATRULES_TRANSLATED] = "_translated",
	[NATRULES_FAIL_CLOSED] = "_fail_closed",
};

#define POOL_INPUT	"pool_input"
#define POOL_ARP	"pool_arp"
#define VMAC_ARP	"vmac_arp"
#define COUNT_VMAC	"counter name " VMAC_ARP " drop"

/* Those that are of no mapping. */
static const char * const whole[] = {
	[NATRULES_POOL_INPUT] = POOL_INPUT,
	[NATRULES_POOL_ARP] = POOL_ARP,
	[NATRULES_VMAC_ARP] = VMAC_ARP,
};

#define WHOLES		(sizeof(whole) / sizeof(whole[0]))

static void out_range(struct out *o, const struct rg_range *r)
{
	text_addr(o, &r->from);
	if (addr_equal(&r->from, &r->to))
		return;
	out_char(o, '-');
	text_addr(o, &r->to);
}

/* Names come from the configuration and are shown only; keep the quoting. */
static void out_comment(struct out *o, const struct conf_map *m)
{
	const char *word[2] = { m->acl, m->pool };
	size_t k, i;

	out_str(o, " comment \"list ");
	for (k = 0; k < 2; k++) {
		for (i = 0; word[k][i] && i < 40; i++) {
			bool odd = word[k][i] == '"' || word[k][i] == '\\';

			out_char(o, odd ? '_' : word[k][i]);
		}
		out_str(o, k ? "" : " pool ");
	}
	out_fmt(o, " redundancy %u\"", m->group.id);
}

static void counter(const struct natrules *n, struct out *o, uint32_t mapping,
		    enum natrules_kind kind)
{
	const struct natrules_count *c = NULL;
	size_t k;

	for (k = 0; k < n->n_counts && !c; k++) {
		if (n->count[k].mapping == mapping && n->count[k].kind == kind)
			c = &n->count[k];
	}
	if (!mapping)
		out_fmt(o, "\tcounter %s { packets ", whole[kind]);
	else
		out_fmt(o, "\tcounter m%u%s { packets ", mapping, suffix[kind]);
	text_u64(o, c ? c->packets : 0);
	out_str(o, " bytes ");
	text_u64(o, c ? c->bytes : 0);
	out_str(o, " }\n");
}

static bool has_device(const struct conf_if *i, char name[CONF_IF_LEN])
{
	conf_vip_device(i, name);
	return strcmp(name, i->name);
}

/* `iifname "a"` or `iifname { "a", "b" }`; false: there is no such interface. */
static bool ifnames(const struct conf *c, struct out *o, const char *key,
		    enum conf_nat_side side)
{
	char name[CONF_IF_LEN];
	uint32_t n = 0, left, k;

	for (k = 0; k < c->n_ifs; k++) {
		if (c->iface[k].nat == side)
			n += 1 + has_device(&c->iface[k], name);
	}
	if (!n)
		return false;
	out_fmt(o, n > 1 ? "%s { " : "%s ", key);
	for (k = 0, left = n; left; k++) {
		if (c->iface[k].nat != side)
			continue;
		out_fmt(o, --left ? "\"%s\", " : "\"%s\"",
			c->iface[k].name);
		/* What is sent to the virtual MAC address comes in by it. */
		if (has_device(&c->iface[k], name))
			out_fmt(o, --left ? "\"%s\", " : "\"%s\"", name);
	}
	out_str(o, n > 1 ? " } " : " ");
	return true;
}

static bool has_side(const struct conf *c, enum conf_nat_side side)
{
	uint32_t k;

	for (k = 0; k < c->n_ifs; k++) {
		if (c->iface[k].nat == side)
			return true;
	}
	return false;
}

/*
 * Sources of an entry that is not for all.  Of the address the kernel takes four bytes in one go,
 * but three, as nft has it for /24, in a roundabout way.
 */
static void out_source(struct out *o, enum rg_family f, const struct conf_ace *e)
{
	char text[PREFIX_STRLEN];

	if (f == RG_V4 && e->src.len == 24) {
		out_str(o, "ip saddr & 255.255.255.0 == ");
		text_addr(o, &e->src.addr);
		return;
	}
	addr_print_prefix(&e->src, text);
	out_fmt(o, "%s saddr %s", f == RG_V4 ? "ip" : "ip6", text);
}

/* The list: permit goes to @then, deny leaves, nothing matches: falls out. */
static void acl_chain(const struct natrules *n, struct out *o,
		      const struct conf_map *m, const char *then)
{
	const struct conf_acl *a = conf_acl(n->c, m->acl);
	enum rg_family f = conf_map_family(n->c, m);
	uint32_t k;

	out_fmt(o, "\tchain m%u {\n", m->id);
	for (k = 0; a && k < a->n_aces; k++) {
		const struct conf_ace *e = &a->ace[k];

		if (e->src.addr.family != RG_NONE && e->src.addr.family != f)
			continue;
		out_str(o, "\t\t");
		if (e->src.addr.family != RG_NONE && e->src.len) {
			out_source(o, f, e);
			out_char(o, ' ');
		}
		if (e->permit)
			out_fmt(o, "goto m%u_%s\n", m->id, then);
		else
			out_str(o, "return\n");
	}
	out_str(o, "\t}\n");
}

static const char *nfproto(const struct natrules *n, const struct conf_map *m)
{
	return conf_map_family(n->c, m) == RG_V4 ? "ipv4" : "ipv6";
}

static void jump_rule(const struct natrules *n, struct out *o,
		      const struct conf_map *m)
{
	out_fmt(o, "\t\tmeta nfproto %s jump m%u", nfproto(n, m), m->id);
	out_comment(o, m);
	out_char(o, '\n');
}

/*
 * What leaves on the way from inside to outside runs through all mappings.
 * @first: a rule before that, or "".
 * @rule: writes the rule of a mapping, if it has one
 * @only: the only mapping, if its rule needs no chain: then @rule writes what
 *	stands behind the interfaces
 */
static void base_chain(const struct natrules *n, struct out *o,
		       const char *type, const char *prio, const char *first,
		       void (*rule)(const struct natrules *n, struct out *o,
				    const struct conf_map *m),
		       const struct conf_map *only)
{
	uint32_t k;

	if (!only) {
		out_str(o, "\tchain mappings {\n");
		for (k = 0; k < n->c->n_maps; k++)
			rule(n, o, &n->c->map[k]);
		out_str(o, "\t}\n");
	}
	out_fmt(o, "\tchain postrouting {\n"
		   "\t\ttype %s hook postrouting priority %s; policy accept;\n",
		type, prio);
	if (has_side(n->c, CONF_NAT_INSIDE) &&
	    has_side(n->c, CONF_NAT_OUTSIDE)) {
		out_fmt(o, "%s\t\t", first);
		ifnames(n->c, o, "iifname", CONF_NAT_INSIDE);
		ifnames(n->c, o, "oifname", CONF_NAT_OUTSIDE);
		if (only)
			rule(n, o, only);
		else
			out_str(o, "jump mappings\n");
	}
	out_str(o, "\t}\n");
}

/* @table: family and name */
static void replace_table(struct out *o, const char *table)
{
	/* Add first: deleting what is not there would be an error. */
	out_fmt(o, "add table %s\ndelete table %s\ntable %s {\n", table, table,
		table);
}

static void closed_chain(struct out *o, uint32_t id)
{
	out_fmt(o, "\tchain m%u_closed {\n"
		   "\t\tct state invalid,untracked counter name m%u_fail_closed drop\n"
		   "\t\tct direction original ct status & snat == 0 counter name m%u_fail_closed drop\n"
		   "\t\tct direction reply ct status & dnat == 0 counter name m%u_fail_closed drop\n"
		   "\t}\n", id, id, id, id);
}

/* Errors about connections and neighbour discovery are the router's business. */
static void pool_chain(struct out *o)
{
	out_str(o,
		"\tchain pool_input {\n"
		"\t\ticmp type { destination-unreachable, time-exceeded, parameter-problem } return\n"
		"\t\ticmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem, nd-neighbor-solicit, nd-neighbor-advert } return\n"
		"\t\tcounter name " POOL_INPUT " drop\n"
		"\t}\n");
}

/* `KEY { RANGE, ... } THEN`, a line; nothing for a pool without addresses. */
static int pool_rule(const struct natrules *n, struct out *o,
		     const struct conf_pool *p, const char *key,
		     const char *then)
{
	size_t got = 0, i;
	int err = conf_pool_ranges(n->c, p, n->taken, n->n_taken, n->room,
				   n->n_room, &got);

	if (err || !got)
		return err;
	out_fmt(o, "\t\t%s { ", key);
	for (i = 0; i < got; i++) {
		out_str(o, i ? ", " : "");
		out_range(o, &n->room[i]);
	}
	out_fmt(o, " } %s\n", then);
	return 0;
}

/*
 * From whatever side: the routes of a pool and IPv6 addresses of it do not
 * ask where a packet comes from.
 */
static int input_chain(const struct natrules *n, struct out *o)
{
	uint32_t k;
	int err = 0;

	pool_chain(o);
	out_str(o, "\tchain input {\n"
		   "\t\ttype filter hook input priority filter - 10; policy accept;\n");
	for (k = 0; k < n->c->n_maps && !err; k++) {
		const struct conf_pool *p = conf_pool(n->c, n->c->map[k].pool);

		if (p)
			err = pool_rule(n, o, p,
					p->range.from.family == RG_V4 ?
						"ip daddr" : "ip6 daddr",
					"jump pool_input");
	}
	out_str(o, "\t}\n");
	return err;
}

static const struct rg_addr *vip4(const struct conf_if *i)
{
	uint32_t k;

	for (k = 0; k < i->n_vips; k++) {
		if (i->vip[k].addr.family == RG_V4)
			return &i->vip[k].addr;
	}
	return NULL;
}

static void vmac_rule(struct out *o, const char *name, const struct rg_addr *a,
		      const char *verdict)
{
	out_fmt(o, "\t\tiifname \"%s\" arp operation request", name);
	if (a) {
		out_str(o, " arp daddr ip ");
		text_addr(o, a);
	}
	out_fmt(o, " %s\n", verdict);
}

/*
 * Every frame to all reaches both the interface and the device on top of it,
 * and the kernel answers on either for all addresses that it has: the device
 * shall answer for what is virtual, the interface for what is not.
 */
static int vmac_rules(const struct natrules *n, struct out *o,
		      const struct conf_if *i)
{
	const struct rg_addr *a = vip4(i);
	char name[CONF_IF_LEN];
	uint32_t k;
	int err = 0;

	if (!has_device(i, name))
		return 0;
	if (a) {
		vmac_rule(o, i->name, a, COUNT_VMAC);
		vmac_rule(o, name, a, "accept");
	}
	for (k = 0; k < n->c->n_maps && !err; k++) {
		const struct conf_pool *p = conf_pool(n->c, n->c->map[k].pool);

		if (!p || p->range.from.family != RG_V4 ||
		    i->nat != CONF_NAT_OUTSIDE)
			continue;
		err = pool_rule(n, o, p, "arp operation request arp daddr ip",
				"jump vmac_pool");
	}
	vmac_rule(o, name, NULL, COUNT_VMAC);
	return err;
}

/* Who asks for a pool address: the device answers, and the interface does not. */
static void vmac_pool(const struct natrules *n, struct out *o)
{
	char name[CONF_IF_LEN];
	bool any = false;
	uint32_t k;

	for (k = 0; k < n->c->n_ifs; k++) {
		const struct conf_if *i = &n->c->iface[k];

		if (i->nat != CONF_NAT_OUTSIDE || !has_device(i, name))
			continue;
		out_str(o, any ? "" : "\tchain vmac_pool {\n");
		out_fmt(o, "\t\tiifname \"%s\" accept\n"
			   "\t\tiifname \"%s\" " COUNT_VMAC "\n", name, i->name);
		any = true;
	}
	out_str(o, any ? "\t}\n" : "");
}

/* Pool addresses are answered for on outside interfaces only. */
static int arp_table(const struct natrules *n, struct out *o)
{
	uint32_t k;
	int err = 0;

	replace_table(o, "arp " NATRULES_GUARD);
	counter(n, o, 0, NATRULES_POOL_ARP);
	counter(n, o, 0, NATRULES_VMAC_ARP);
	vmac_pool(n, o);
	out_str(o, "\tchain input {\n"
		   "\t\ttype filter hook input priority filter; policy accept;\n");
	for (k = 0; k < n->c->n_ifs && !err; k++)
		err = vmac_rules(n, o, &n->c->iface[k]);
	if (has_side(n->c, CONF_NAT_OUTSIDE)) {
		out_str(o, "\t\t");
		ifnames(n->c, o, "iifname", CONF_NAT_OUTSIDE);
		out_str(o, "accept\n");
	}
	for (k = 0; k < n->c->n_maps && !err; k++) {
		const struct conf_pool *p = conf_pool(n->c, n->c->map[k].pool);

		if (p && p->range.from.family == RG_V4)
			err = pool_rule(n, o, p, "arp operation request arp daddr ip",
					"counter name " POOL_ARP " drop");
	}
	out_str(o, "\t}\n}\n");
	return err;
}

/* What the lists permit and nothing has translated. */
static void keep_in(const struct natrules *n, struct out *o)
{
	uint32_t k;

	for (k = 0; k < n->c->n_maps; k++)
		counter(n, o, n->c->map[k].id, NATRULES_FAIL_CLOSED);
	for (k = 0; k < n->c->n_maps; k++) {
		closed_chain(o, n->c->map[k].id);
		acl_chain(n, o, &n->c->map[k], "closed");
	}
	/*
	 * After the translation, whose priority is srcnat. Most packets that
	 * leave are of translated connections and need not be looked up: the
	 * module has marked them, but for the first packet, which it sees later,
	 * and for protocols that it does not replicate.
	 */
	base_chain(n, o, "filter", "srcnat + 10",
		   "\t\tct mark & " MARK_MASK " != 0 accept\n"
		   "\t\tct direction original ct status snat accept\n", jump_rule, NULL);
}

/**
 * natrules_guard - the tables that keep untranslated traffic in
 * @n: what from
 * @o: gets a script for nft, which replaces the tables in one transaction
 *
 * Return: 0, -ENOSPC when @n->room is too small.
 */
int natrules_guard(const struct natrules *n, struct out *o)
{
	int err;

	replace_table(o, "inet " NATRULES_GUARD);
	counter(n, o, 0, NATRULES_POOL_INPUT);
	if (!n->closed)
		keep_in(n, o);
	err = input_chain(n, o);
	out_str(o, "}\n");
	return err ? err : arp_table(n, o);
}

static bool works(const struct natrules *n, const struct conf_map *m)
{
	const struct conf_pool *p = conf_pool(n->c, m->pool);
	size_t got;

	if (!p || !conf_group(n->c, m->group.id))
		return false;
	return conf_pool_ranges(n->c, p, n->taken, n->n_taken, n->room,
				n->n_room, &got) || got;
}

/* The number of hash values of a piece: its share, at least one. */
static uint64_t share(const struct rg_range *r, unsigned int shift)
{
	uint64_t c = addr_range_count(r) >> shift;

	return c ? c : 1;
}

static uint64_t shares(const struct rg_range *r, size_t n, unsigned int shift)
{
	uint64_t sum = 0;

	while (n--) {
		uint64_t s = share(r++, shift);

		sum = s > UINT64_MAX - sum ? UINT64_MAX : sum + s;
	}
	return sum;
}

/*
 * nftables takes one range a rule. A source always meets the same piece, which
 * has its share of the sources; within it the kernel chooses.
 */
static void spread(const struct natrules *n, struct out *o,
		   const struct conf_map *m, size_t got, const char *ip)
{
	unsigned int shift = 0;
	uint64_t at = 0;
	size_t i;

	while (shares(n->room, got, shift) > HASH_MAX)
		shift++;
	out_fmt(o, "\t\tjhash %s saddr mod ", ip);
	text_u64(o, shares(n->room, got, shift));
	out_str(o, " seed " HASH_SEED " vmap { ");
	for (i = 0; i < got; i++) {
		uint64_t s = share(&n->room[i], shift);

		out_str(o, i ? ", " : "");
		text_u64(o, at);
		if (s > 1) {
			out_char(o, '-');
			text_u64(o, at + s - 1);
		}
		out_fmt(o, " : goto m%u_p%u", m->id, (uint32_t)i);
		at += s;
	}
	out_str(o, " }\n");
}

static void translate_to(struct out *o, const char *ip, const struct rg_range *r)
{
	out_fmt(o, "\t\tmeta nfproto %s snat %s to ",
		r->from.family == RG_V4 ? "ipv4" : "ipv6", ip);
	out_range(o, r);
	out_str(o, " fully-random\n");
}

/* The one entry that a list has for a mapping, NULL if it is none or more. */
static const struct conf_ace *only_ace(const struct natrules *n,
				       const struct conf_map *m)
{
	const struct conf_acl *a = conf_acl(n->c, m->acl);
	enum rg_family f = conf_map_family(n->c, m);
	const struct conf_ace *only = NULL;
	uint32_t k;

	for (k = 0; a && k < a->n_aces; k++) {
		const struct conf_ace *e = &a->ace[k];

		if (e->src.addr.family != RG_NONE && e->src.addr.family != f)
			continue;
		if (only)
			return NULL;
		only = e;
	}
	return only;
}

/*
 * A list of one entry and a pool in one piece, as most are, need no chains:
 * each jump costs the first packet of every connection. The range is then the
 * first of @n->room.
 */
static bool is_one_rule(const struct natrules *n, const struct conf_map *m)
{
	const struct conf_ace *e = only_ace(n, m);
	size_t got = 0;

	return e && e->permit &&
	       !conf_pool_ranges(n->c, conf_pool(n->c, m->pool), n->taken,
				 n->n_taken, n->room, n->n_room, &got) &&
	       got == 1;
}

static void one_rule(const struct natrules *n, struct out *o,
		     const struct conf_map *m)
{
	const char *ip = conf_map_family(n->c, m) == RG_V4 ? "ip" : "ip6";
	const struct conf_ace *e = only_ace(n, m);
	size_t got = 0;

	conf_pool_ranges(n->c, conf_pool(n->c, m->pool), n->taken, n->n_taken,
			 n->room, n->n_room, &got);
	if (e->src.addr.family != RG_NONE && e->src.len)
		out_source(o, conf_map_family(n->c, m), e);
	else
		out_fmt(o, "meta nfproto %s", nfproto(n, m));
	out_fmt(o, " counter name m%u_translated snat %s to ", m->id, ip);
	out_range(o, &n->room[0]);
	out_str(o, " fully-random");
	out_comment(o, m);
	out_char(o, '\n');
}

static void translate_rule(const struct natrules *n, struct out *o,
			   const struct conf_map *m)
{
	if (!works(n, m))
		return;
	if (!is_one_rule(n, m)) {
		jump_rule(n, o, m);
		return;
	}
	out_str(o, "\t\t");
	one_rule(n, o, m);
}

static int pool_chains(const struct natrules *n, struct out *o,
		       const struct conf_map *m)
{
	const struct conf_pool *p = conf_pool(n->c, m->pool);
	const char *ip = p->range.from.family == RG_V4 ? "ip" : "ip6";
	size_t got, i;
	int err = conf_pool_ranges(n->c, p, n->taken, n->n_taken, n->room,
				   n->n_room, &got);

	if (err)
		return err;
	for (i = 0; got > 1 && i < got; i++) {
		out_fmt(o, "\tchain m%u_p%u {\n", m->id, (uint32_t)i);
		translate_to(o, ip, &n->room[i]);
		out_str(o, "\t}\n");
	}
	out_fmt(o, "\tchain m%u_pool {\n\t\tcounter name m%u_translated\n",
		m->id, m->id);
	if (got > 1)
		spread(n, o, m, got, ip);
	else
		translate_to(o, ip, &n->room[0]);
	out_str(o, "\t}\n");
	return 0;
}

/**
 * natrules_translate - the table that translates
 * @n: what from
 * @o: gets a script for nft, which replaces the table in one transaction
 * @mappings: how many mappings translate
 *
 * Return: 0, -ENOSPC when @n->room is too small.
 */
int natrules_translate(const struct natrules *n, struct out *o,
		       uint32_t *mappings)
{
	uint32_t k;
	int err = 0;

	*mappings = 0;
	replace_table(o, "inet " NATRULES_TABLE);
	for (k = 0; k < n->c->n_maps; k++) {
		if (works(n, &n->c->map[k]))
			counter(n, o, n->c->map[k].id, NATRULES_TRANSLATED);
	}
	for (k = 0; k < n->c->n_maps && !err; k++) {
		if (!works(n, &n->c->map[k]))
			continue;
		(*mappings)++;
		if (is_one_rule(n, &n->c->map[k]))
			continue;
		err = pool_chains(n, o, &n->c->map[k]);
		acl_chain(n, o, &n->c->map[k], "pool");
	}
	if (n->c->n_maps == 1 && works(n, n->c->map) && is_one_rule(n, n->c->map))
		base_chain(n, o, "nat", "srcnat", "", one_rule, n->c->map);
	else
		base_chain(n, o, "nat", "srcnat", "", translate_rule, NULL);
	out_str(o, "}\n");
	return err;
}

/**
 * natrules_counter - what a counter of the tables counts
 * @name: its name in nftables
 * @mapping: gets the mapping ID
 * @kind: gets what of it
 *
 * Return: 0, -ENOENT when it is none of ours.
 */
int natrules_counter(const char *name, uint32_t *mapping,
		     enum natrules_kind *kind)
{
	uint64_t id = 0;

	for (unsigned int k = NATRULES_POOL_INPUT; k < WHOLES; k++) {
		if (strcmp(name, whole[k]))
			continue;
		*mapping = 0;
		*kind = (enum natrules_kind)k;
		return 0;
	}
	if (*name++ != 'm' || *name < '1' || *name > '9')
		return -ENOENT;
	for (; *name >= '0' && *name <= '9' && id <= UINT32_MAX; name++)
		id = id * 10 + (uint64_t)(*name - '0');
	if (id > UINT32_MAX)
		return -ENOENT;
	*mapping = (uint32_t)id;
	if (!strcmp(name, suffix[NATRULES_TRANSLATED]))
		*kind = NATRULES_TRANSLATED;
	else if (!strcmp(name, suffix[NATRULES_FAIL_CLOSED]))
		*kind = NATRULES_FAIL_CLOSED;
	else
		return -ENOENT;
	return 0;
}
