// SPDX-License-Identifier: GPL-2.0-or-later
#include "knl.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "io/knl_priv.h"

static struct nl_msg *group_msg(struct knl *k, uint8_t cmd, uint16_t flags, uint32_t id,
				size_t room)
{
	struct nl_msg *msg = knl_present(k) ? knl_msg(k->family, cmd, flags, room) : NULL;

	if (msg && id && nla_put_u32(msg, NF_RG_A_GROUP, id) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* What knl_talk() would say of a message that could not be built. */
static int talk(struct knl *k, struct nl_msg *msg, knl_msg_fn fn, void *arg)
{
	if (!msg)
		return knl_present(k) ? -ENOMEM : -ENODEV;
	return knl_talk(k, &k->sock, msg, fn, arg);
}

static int simple(struct knl *k, uint8_t cmd, uint32_t id)
{
	return talk(k, group_msg(k, cmd, 0, id, 0), NULL, NULL);
}

/**
 * knl_group_new() - create a group, or replace its virtual addresses
 * @k: the client
 * @id: its number
 * @addr: virtual addresses of both families
 * @n: how many
 *
 * Return: 0 or -errno.
 */
int knl_group_new(struct knl *k, uint32_t id, const struct rg_addr *addr, size_t n)
{
	struct nl_msg *msg = group_msg(k, NF_RG_CMD_GROUP_NEW, NLM_F_CREATE, id, 64 + n * 24);
	struct nlattr *nest;

	if (!msg)
		return talk(k, NULL, NULL, NULL);
	/* Said, although it is the default: the guard's rules rest on it. */
	if (nla_put_u32(msg, NF_RG_A_MARK_MASK, NF_RG_MARK_MASK_DEFAULT) < 0) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	nest = nla_nest_start(msg, NF_RG_A_ADDRS);
	for (size_t i = 0; nest && i < n; i++)
		if (knl_put_addr(msg, NF_RG_A_ADDR, &addr[i]) < 0)
			nest = NULL;
	if (!nest) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	/* An empty list takes all addresses away, so the nest must stand even then. */
	nla_nest_end_keep_empty(msg, nest);
	return talk(k, msg, NULL, NULL);
}

/**
 * knl_group_del() - remove a group and its mappings
 * @k: the client
 * @id: its number
 *
 * Return: 0 or -errno.
 */
int knl_group_del(struct knl *k, uint32_t id)
{
	return simple(k, NF_RG_CMD_GROUP_DEL, id);
}

/**
 * knl_flush() - remove the connections of a group that is not active
 * @k: the client
 * @group: its number
 *
 * Return: 0 or -errno.
 */
int knl_flush(struct knl *k, uint32_t group)
{
	return simple(k, NF_RG_CMD_FLUSH, group);
}

static uint32_t get_u32(struct nlattr *a)
{
	return a && nla_len(a) >= 4 ? nla_get_u32(a) : 0;
}

static uint64_t get_u64(struct nlattr *a)
{
	return a && nla_len(a) >= 8 ? nla_get_u64(a) : 0;
}

static uint8_t get_u8(struct nlattr *a)
{
	return a && nla_len(a) >= 1 ? nla_get_u8(a) : 0;
}

static void parse_addrs(struct nlattr *nest, struct knl_group *g)
{
	struct nlattr *a;
	int rem;

	if (!nest)
		return;
	nla_for_each_nested(a, nest, rem)
		if (nla_type(a) == NF_RG_A_ADDR && g->n_addrs < KNL_MAX_ADDRS &&
		    knl_get_addr(a, &g->addr[g->n_addrs]))
			g->n_addrs++;
}

static bool parse_group(const struct nlmsghdr *nlh, struct knl_group *g)
{
	struct nlattr *tb[NF_RG_A_MAX + 1];

	memset(g, 0, sizeof(*g));
	if (knl_attrs(nlh, tb) || !tb[NF_RG_A_GROUP])
		return false;
	g->id = get_u32(tb[NF_RG_A_GROUP]);
	g->mark_mask = get_u32(tb[NF_RG_A_MARK_MASK]);
	g->role = get_u8(tb[NF_RG_A_ROLE]);
	g->epoch = get_u64(tb[NF_RG_A_EPOCH]);
	g->epoch_system = get_u64(tb[NF_RG_A_EPOCH_SYSTEM]);
	g->has_lease = tb[NF_RG_A_LEASE_LEFT];
	g->lease_left = get_u32(tb[NF_RG_A_LEASE_LEFT]);
	g->flags = get_u32(tb[NF_RG_A_FLAGS]);
	g->instance = get_u64(tb[NF_RG_A_INSTANCE]);
	g->peer_instance = get_u64(tb[NF_RG_A_PEER_INSTANCE]);
	g->sync = get_u8(tb[NF_RG_A_SYNC]);
	g->entries = get_u32(tb[NF_RG_A_ENTRIES]);
	g->pending = get_u32(tb[NF_RG_A_PENDING]);
	g->inflight = get_u32(tb[NF_RG_A_INFLIGHT]);
	g->refused = get_u32(tb[NF_RG_A_REFUSED]);
	g->held = get_u32(tb[NF_RG_A_HELD]);
	g->stopped = get_u32(tb[NF_RG_A_STOPPED]);
	g->has_verified = tb[NF_RG_A_VERIFIED];
	g->verified = get_u32(tb[NF_RG_A_VERIFIED]);
	parse_addrs(tb[NF_RG_A_ADDRS], g);
	return true;
}

struct group_ctx {
	struct knl_group *g;
	bool found;
	knl_group_fn fn;
	void *arg;
};

static void group_answer(void *arg, const struct nlmsghdr *nlh)
{
	struct group_ctx *c = arg;

	if (!parse_group(nlh, c->g))
		return;
	c->found = true;
	if (c->fn)
		c->fn(c->arg, c->g);
}

/**
 * knl_group_get() - state of a group
 * @k: the client
 * @id: its number
 * @out: its state
 *
 * Return: 0, -ENOENT if there is no such group, or another -errno.
 */
int knl_group_get(struct knl *k, uint32_t id, struct knl_group *out)
{
	struct group_ctx c = { .g = out };
	int err = talk(k, group_msg(k, NF_RG_CMD_GROUP_GET, 0, id, 0), group_answer, &c);

	return err ? err : c.found ? 0 : -ENOENT;
}

/**
 * knl_group_dump() - state of all groups of the namespace
 * @k: the client
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0 or -errno.
 */
int knl_group_dump(struct knl *k, knl_group_fn fn, void *arg)
{
	struct knl_group g;
	struct group_ctx c = { .g = &g, .fn = fn, .arg = arg };

	return talk(k, group_msg(k, NF_RG_CMD_GROUP_GET, NLM_F_DUMP, 0, 0), group_answer, &c);
}

/**
 * knl_set_role() - change the role of a group, or renew its lease
 * @k: the client
 * @r: the role
 *
 * Return: 0, -ESTALE if the kernel knows a higher epoch, or another -errno.
 */
int knl_set_role(struct knl *k, const struct knl_role *r)
{
	struct nl_msg *msg = group_msg(k, NF_RG_CMD_SET_ROLE, 0, r->group, 0);

	if (!msg)
		return talk(k, NULL, NULL, NULL);
	if (nla_put_u8(msg, NF_RG_A_ROLE, r->role) < 0 ||
	    nla_put_u64(msg, NF_RG_A_EPOCH, r->epoch) < 0 ||
	    nla_put_u64(msg, NF_RG_A_EPOCH_SYSTEM, r->epoch_system) < 0 ||
	    (r->lease && nla_put_u32(msg, NF_RG_A_LEASE, r->lease) < 0) ||
	    (r->grace && nla_put_u32(msg, NF_RG_A_GRACE, r->grace) < 0) ||
	    (r->flags && nla_put_u32(msg, NF_RG_A_FLAGS, r->flags) < 0)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return talk(k, msg, NULL, NULL);
}

static int put_ranges(struct nl_msg *msg, const struct knl_mapping *m)
{
	struct nlattr *nest = nla_nest_start(msg, NF_RG_A_RANGES);

	if (!nest)
		return -EMSGSIZE;
	for (size_t i = 0; i < m->n_ranges; i++) {
		struct nlattr *r = nla_nest_start(msg, NF_RG_A_RANGE);

		if (!r || knl_put_addr(msg, NF_RG_A_RANGE_FROM, &m->range[i].from) < 0 ||
		    knl_put_addr(msg, NF_RG_A_RANGE_TO, &m->range[i].to) < 0)
			return -EMSGSIZE;
		nla_nest_end(msg, r);
	}
	nla_nest_end_keep_empty(msg, nest);
	return 0;
}

_Static_assert(KNL_MAX_RULES == NF_RG_RULES_MAX, "the kernel's limit is the agent's");

/* Never is what a rule says by itself, and all that an older module knows. */
static int put_rule(struct nl_msg *msg, const struct knl_rule *r)
{
	struct nlattr *nest = nla_nest_start(msg, NF_RG_A_RULE);

	if (!nest || nla_put_u8(msg, NF_RG_A_RULE_PROTO, r->l4) < 0 ||
	    (r->to && (nla_put_u16(msg, NF_RG_A_RULE_PORT_FROM, r->from) < 0 ||
		       nla_put_u16(msg, NF_RG_A_RULE_PORT_TO, r->to) < 0)) ||
	    (r->when != NF_RG_WHEN_NEVER && nla_put_u8(msg, NF_RG_A_RULE_WHEN, r->when) < 0) ||
	    (r->age && nla_put_u32(msg, NF_RG_A_RULE_AGE, r->age) < 0))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_policy(struct nl_msg *msg, const struct knl_mapping *m)
{
	struct nlattr *nest;

	if (!m->n_rules)
		return 0;
	nest = nla_nest_start(msg, NF_RG_A_POLICY);
	if (!nest)
		return -EMSGSIZE;
	for (size_t i = 0; i < m->n_rules; i++)
		if (put_rule(msg, &m->rule[i]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * knl_mapping_new() - create a mapping, or replace its ranges and its policy
 * @k: the client
 * @m: the mapping
 *
 * Return: 0 or -errno.
 */
int knl_mapping_new(struct knl *k, const struct knl_mapping *m)
{
	struct nl_msg *msg = group_msg(k, NF_RG_CMD_MAPPING_NEW, NLM_F_CREATE, m->group,
				       64 + m->n_ranges * 64 + m->n_rules * 64);

	if (!msg)
		return talk(k, NULL, NULL, NULL);
	if (nla_put_u32(msg, NF_RG_A_MAPPING, m->id) < 0 ||
	    nla_put_u32(msg, NF_RG_A_SLOT, m->slot) < 0 ||
	    (m->stopped && nla_put_u32(msg, NF_RG_A_FLAGS, NF_RG_F_STOPPED) < 0) ||
	    put_ranges(msg, m) ||
	    put_policy(msg, m)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return talk(k, msg, NULL, NULL);
}

/**
 * knl_mapping_del() - remove a mapping
 * @k: the client
 * @id: its number
 *
 * Return: 0 or -errno.
 */
int knl_mapping_del(struct knl *k, uint32_t id)
{
	struct nl_msg *msg = group_msg(k, NF_RG_CMD_MAPPING_DEL, 0, 0, 0);

	if (msg && nla_put_u32(msg, NF_RG_A_MAPPING, id) < 0) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return talk(k, msg, NULL, NULL);
}

static void parse_ranges(struct nlattr *nest, struct knl_mapping *m)
{
	struct nlattr *r;
	int rem;

	if (!nest)
		return;
	nla_for_each_nested(r, nest, rem) {
		struct rg_range *out = &m->range[m->n_ranges];

		if (nla_type(r) != NF_RG_A_RANGE || m->n_ranges == KNL_MAX_RANGES)
			continue;
		if (knl_get_addr(nla_find(nla_data(r), nla_len(r), NF_RG_A_RANGE_FROM),
				 &out->from) &&
		    knl_get_addr(nla_find(nla_data(r), nla_len(r), NF_RG_A_RANGE_TO), &out->to))
			m->n_ranges++;
	}
}

static void parse_policy(struct nlattr *nest, struct knl_mapping *m)
{
	struct nlattr *r;
	int rem;

	if (!nest)
		return;
	nla_for_each_nested(r, nest, rem) {
		struct nlattr *proto = nla_find(nla_data(r), nla_len(r), NF_RG_A_RULE_PROTO);
		struct nlattr *from = nla_find(nla_data(r), nla_len(r), NF_RG_A_RULE_PORT_FROM);
		struct nlattr *to = nla_find(nla_data(r), nla_len(r), NF_RG_A_RULE_PORT_TO);
		struct nlattr *when = nla_find(nla_data(r), nla_len(r), NF_RG_A_RULE_WHEN);
		struct nlattr *age = nla_find(nla_data(r), nla_len(r), NF_RG_A_RULE_AGE);

		if (m->n_rules == KNL_MAX_RULES)
			return;
		m->rule[m->n_rules++] = (struct knl_rule){
			.l4 = proto ? nla_get_u8(proto) : 0,
			.when = when ? nla_get_u8(when) : NF_RG_WHEN_NEVER,
			.from = from ? nla_get_u16(from) : 0,
			.to = to ? nla_get_u16(to) : 0,
			.age = age ? nla_get_u32(age) : 0,
		};
	}
}

struct mapping_ctx {
	struct knl_mapping m;
	knl_mapping_fn fn;
	void *arg;
};

static void mapping_answer(void *arg, const struct nlmsghdr *nlh)
{
	struct nlattr *tb[NF_RG_A_MAX + 1];
	struct mapping_ctx *c = arg;

	memset(&c->m, 0, sizeof(c->m));
	if (knl_attrs(nlh, tb) || !tb[NF_RG_A_MAPPING])
		return;
	c->m.id = get_u32(tb[NF_RG_A_MAPPING]);
	c->m.group = get_u32(tb[NF_RG_A_GROUP]);
	c->m.slot = get_u32(tb[NF_RG_A_SLOT]);
	c->m.stopped = get_u32(tb[NF_RG_A_FLAGS]) & NF_RG_F_STOPPED;
	parse_ranges(tb[NF_RG_A_RANGES], &c->m);
	parse_policy(tb[NF_RG_A_POLICY], &c->m);
	c->fn(c->arg, &c->m);
}

/**
 * knl_mapping_dump() - all mappings of the namespace
 * @k: the client
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0 or -errno.
 */
int knl_mapping_dump(struct knl *k, knl_mapping_fn fn, void *arg)
{
	struct mapping_ctx c = { .fn = fn, .arg = arg };

	return talk(k, group_msg(k, NF_RG_CMD_MAPPING_GET, NLM_F_DUMP, 0, 0), mapping_answer, &c);
}

struct stats_ctx {
	knl_stat_fn fn;
	void *arg;
};

static void stats_answer(void *arg, const struct nlmsghdr *nlh)
{
	struct nlattr *tb[NF_RG_A_MAX + 1], *s;
	struct stats_ctx *c = arg;
	int rem;

	if (knl_attrs(nlh, tb) || !tb[NF_RG_A_STATS])
		return;
	nla_for_each_nested(s, tb[NF_RG_A_STATS], rem) {
		struct nlattr *name = nla_find(nla_data(s), nla_len(s), NF_RG_A_STAT_NAME);
		struct nlattr *value = nla_find(nla_data(s), nla_len(s), NF_RG_A_STAT_VALUE);

		if (name && value && nla_len(name) > 0 &&
		    !((char *)nla_data(name))[nla_len(name) - 1])
			c->fn(c->arg, nla_data(name), get_u64(value));
	}
}

/**
 * knl_stats() - counters of the module
 * @k: the client
 * @group: of this group, 0: of the namespace
 * @fn: called for each, with a name that is valid only during the call
 * @arg: for @fn
 *
 * Return: 0 or -errno.
 */
int knl_stats(struct knl *k, uint32_t group, knl_stat_fn fn, void *arg)
{
	struct stats_ctx c = { .fn = fn, .arg = arg };

	return talk(k, group_msg(k, NF_RG_CMD_STATS_GET, 0, group, 0), stats_answer, &c);
}
