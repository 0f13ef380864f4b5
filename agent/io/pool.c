// SPDX-License-Identifier: GPL-2.0-or-later
#include "pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "core/conf.h"
#include "core/conf_vmac.h"
#include "core/pooladdr.h"
#include "io/addrset.h"
#include "io/ifaces.h"
#include "io/routeset.h"
#include "io/rtbatch.h"
#include "io/watchers.h"

struct group {
	struct pools *all;
	uint32_t id;
	struct addrset *set;
	bool want;
};

struct pool_if {
	char name[IFNAMSIZ];
};

struct pools {
	struct event_base *base;
	struct ifaces *ifs;
	struct rtsock rt;
	struct routesets *routes;
	struct routesets_ops route_ops;
	const struct pools_ops *ops;
	void *arg;
	struct pool_if *outside;
	size_t n_outside;
	struct group *group[CONF_MAX_GROUPS + 1];
};

static void on_foreign(void *arg, const struct addrset_item *it, bool mended)
{
	struct group *g = arg;

	(void)it;
	if (g->all->ops->foreign)
		g->all->ops->foreign(g->all->arg, g->id, mended);
}

static void on_fault(void *arg, bool on)
{
	struct group *g = arg;

	if (g->all->ops->fault)
		g->all->ops->fault(g->all->arg, g->id, on);
}

static const struct addrset_ops set_ops = { .foreign = on_foreign, .fault = on_fault };

/**
 * pools_open() - no pools yet
 * @base: event loop
 * @ifs: interfaces
 * @ops: what the owner is told
 * @arg: for @ops
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int pools_open(struct event_base *base, struct ifaces *ifs, const struct pools_ops *ops, void *arg,
	       struct pools **out)
{
	struct pools *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	p->base = base;
	p->ifs = ifs;
	p->ops = ops;
	p->arg = arg;
	err = rtsock_open(&p->rt);
	if (err) {
		free(p);
		return err;
	}
	p->route_ops.foreign = ops->foreign;
	p->route_ops.fault = ops->fault;
	err = routesets_open(base, ifs, RT_TABLE_LOCAL, "POOL", &p->route_ops, arg, &p->routes);
	if (err) {
		pools_close(p);
		return err;
	}
	*out = p;
	return 0;
}

static void free_group(struct group *g)
{
	if (!g)
		return;
	addrset_free(g->set);
	free(g);
}

/**
 * pools_close() - forget everything; routes and addresses stay
 * @p: pools, may be NULL
 */
void pools_close(struct pools *p)
{
	if (!p)
		return;
	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++)
		free_group(p->group[k]);
	routesets_close(p->routes);
	rtsock_close(&p->rt);
	free(p->outside);
	free(p);
}

static struct group *need_group(struct pools *p, uint32_t id)
{
	struct group *g = p->group[id];
	char label[32];

	if (g)
		return g;
	g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	g->all = p;
	g->id = id;
	snprintf(label, sizeof(label), "pool, group %u", id);
	if (addrset_new(p->base, p->ifs, &p->rt, label, RG_IFAPROTO_POOL, &set_ops, g, &g->set)) {
		free(g);
		return NULL;
	}
	p->group[id] = g;
	return g;
}

static int take_outside(struct pools *p, const struct conf *c)
{
	struct pool_if *v = calloc((size_t)c->n_ifs + 1, sizeof(*v));
	size_t n = 0;

	if (!v)
		return -ENOMEM;
	for (uint32_t k = 0; k < c->n_ifs; k++) {
		if (c->iface[k].nat == CONF_NAT_OUTSIDE)
			conf_vip_device(&c->iface[k], v[n++].name);
	}
	free(p->outside);
	p->outside = v;
	p->n_outside = n;
	return 0;
}

static int set_routes(struct group *g, const struct rg_prefix *v, size_t n)
{
	struct routeset_item *items = calloc(n + 1, sizeof(*items));
	int err;

	if (!items)
		return -ENOMEM;
	for (size_t k = 0; k < n; k++)
		items[k].route = (struct rtroute){ .dst = v[k], .type = RTROUTE_LOCAL };
	err = routesets_replace(g->all->routes, g->id, items, n);
	free(items);
	return err;
}

/* @with4: IPv4 addresses as well, not only those of IPv6. */
static int build_set(struct group *g, const struct rg_range *r, size_t n, bool with4)
{
	size_t count = (size_t)pooladdr_count(r, n, RG_V6), k = 0;
	struct addrset_item *v;
	int err;

	if (with4)
		count += (size_t)pooladdr_count(r, n, RG_V4);
	v = calloc(count * g->all->n_outside + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	for (; n; n--, r++) {
		struct rg_addr a = r->from;
		bool more = a.family == RG_V6 || with4;

		while (more) {
			for (size_t o = 0; o < g->all->n_outside; o++, k++) {
				memcpy(v[k].ifname, g->all->outside[o].name, IFNAMSIZ);
				v[k].addr = a;
				v[k].len = a.family == RG_V4 ? 32 : 128;
			}
			more = !addr_equal(&a, &r->to);
			addr_next(&a);
		}
	}
	err = addrset_replace(g->set, v, k);
	free(v);
	return err;
}

static int configure_group(struct group *g, const struct rg_range *r, size_t n,
			   struct rg_prefix *room)
{
	bool few = pooladdr_count(r, n, RG_V4) <= POOL_ADDRS4;
	size_t n4 = 0;
	int err = few ? 0 : pooladdr_prefixes(r, n, RG_V4, room, POOLADDR_PREFIXES, &n4);
	int err2;

	if (!err)
		err = set_routes(g, room, n4);
	/*
	 * Beyond the limit pools_check() has refused the configuration; do not take the machine
	 * down with it.
	 */
	err2 = pooladdr_count(r, n, RG_V6) > POOL_MAX6 ? -E2BIG : build_set(g, r, n, few);
	return err ? err : err2;
}

/**
 * pools_check() - can the pools of a configuration be served
 * @c: the configuration
 * @taken: addresses in use that the configuration does not know, see conf_pool_ranges()
 * @n_taken: how many
 * @why: gets a sentence when they cannot
 * @size: room there
 *
 * Return: 0, -E2BIG: more IPv6 addresses than POOL_MAX6 in a group, or a pool in too many pieces,
 * -ENOMEM.
 */
int pools_check(const struct conf *c, const struct rg_addr *taken, size_t n_taken, char *why,
		size_t size)
{
	struct rg_range *r = calloc(POOLADDR_RANGES, sizeof(*r));
	struct rg_prefix *pre = calloc(POOLADDR_PREFIXES, sizeof(*pre));
	int err = r && pre ? 0 : -ENOMEM;

	for (uint32_t k = 0; k < c->n_groups && !err; k++) {
		uint32_t id = c->group[k].id;
		size_t n, n4;
		uint64_t n6;

		if (pooladdr_ranges(c, id, taken, n_taken, r, POOLADDR_RANGES, &n) ||
		    pooladdr_prefixes(r, n, RG_V4, pre, POOLADDR_PREFIXES, &n4)) {
			snprintf(why, size, "the pools of group %u fall into too many pieces", id);
			err = -E2BIG;
			break;
		}
		n6 = pooladdr_count(r, n, RG_V6);
		if (n6 > POOL_MAX6) {
			snprintf(why, size,
				 "the pools of group %u have more than %u IPv6 addresses, which have to be answered for one by one: use a smaller pool, or have a prefix routed to a virtual address and a pool of at most %u addresses in it",
				 id, POOL_MAX6, POOL_MAX6);
			err = -E2BIG;
		}
	}
	free(r);
	free(pre);
	return err;
}

static int drop_stale(struct pools *p)
{
	struct addrset *sets[CONF_MAX_GROUPS + 1];

	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++)
		sets[k] = p->group[k] ? p->group[k]->set : NULL;
	return addrset_drop_stale(p->ifs, &p->rt, RG_IFAPROTO_POOL, sets, CONF_MAX_GROUPS + 1);
}

/**
 * pools_configure() - take the pools from a configuration
 * @p: pools
 * @c: the configuration, not kept
 * @taken: addresses in use that the configuration does not know, see conf_pool_ranges()
 * @n_taken: how many
 *
 * Applied as a difference.  A group of which pools_set() was never called leaves its routes as
 * it finds them.
 *
 * Return: 0 or the first -errno; all groups are tried.  -E2BIG: see pools_check(); the addresses
 * of that group are as before.
 */
int pools_configure(struct pools *p, const struct conf *c, const struct rg_addr *taken,
		    size_t n_taken)
{
	struct rg_range *r = calloc(POOLADDR_RANGES, sizeof(*r));
	struct rg_prefix *pre = calloc(POOLADDR_PREFIXES, sizeof(*pre));
	int ret = r && pre ? take_outside(p, c) : -ENOMEM;

	for (uint32_t id = 1; id <= CONF_MAX_GROUPS && r && pre; id++) {
		bool exists = conf_group(c, id);
		struct group *g = p->group[id];
		size_t n = 0;
		int err;

		if (!exists && !g)
			continue;
		g = need_group(p, id);
		err = g ? 0 : -ENOMEM;
		if (!err && exists)
			err = pooladdr_ranges(c, id, taken, n_taken, r, POOLADDR_RANGES, &n);
		if (!err)
			err = configure_group(g, r, n, pre);
		ret = ret ? ret : err;
		if (!exists) {
			free_group(g);
			p->group[id] = NULL;
			routesets_forget(p->routes, id);
		}
	}
	free(r);
	free(pre);
	return ret ? ret : drop_stale(p);
}

/**
 * pools_set() - answer for a group's pool addresses, or do not
 * @p: pools
 * @group: group
 * @present: answer
 *
 * Return: 0, also for a group without pools; the first refusal of the kernel, which is tried again,
 * or -errno.
 */
int pools_set(struct pools *p, uint32_t group, bool present)
{
	struct group *g = group <= CONF_MAX_GROUPS ? p->group[group] : NULL;
	int err, err2;

	if (!g)
		return 0;
	g->want = present;
	err = routesets_set(p->routes, group, present);
	watch(WATCH_VP, group, "RG id %u: routes of pools %s%s%s", group, present ? "on" : "off",
	      err ? ": " : "", err ? strerror(-err) : "");
	err2 = addrset_set(g->set, present);
	return err ? err : err2;
}

/**
 * pools_purge() - remove all routes and addresses of ours, also stale ones
 * @p: pools
 *
 * Return: 0 or the first -errno.
 */
int pools_purge(struct pools *p)
{
	int ret = 0;

	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++) {
		struct group *g = p->group[k];
		int err = 0;

		if (g)
			err = addrset_set(g->set, false);
		ret = ret ? ret : err;
	}
	if (!ret)
		ret = addrset_drop_stale(p->ifs, &p->rt, RG_IFAPROTO_POOL, NULL, 0);
	return ret ? ret : routesets_purge(p->routes);
}

/**
 * pools_get() - where a group's pools stand
 * @p: pools
 * @group: group
 * @out: gets it
 *
 * Return: 0, -ENOENT for an unknown group.
 */
int pools_get(const struct pools *p, uint32_t group, struct pools_state *out)
{
	const struct group *g = group <= CONF_MAX_GROUPS ? p->group[group] : NULL;
	struct routeset_state routes;
	struct addrset_state set;

	memset(out, 0, sizeof(*out));
	if (!g)
		return -ENOENT;
	addrset_get(g->set, &set);
	routesets_get(p->routes, group, &routes);
	out->want = g->want;
	out->prefixes4 = routes.routes;
	out->addrs = p->n_outside ? set.configured / (unsigned int)p->n_outside : 0;
	for (size_t k = 0; k < p->n_outside; k++)
		out->interfaces += !!ifaces_by_name(p->ifs, p->outside[k].name);
	out->foreign = routes.foreign + set.foreign;
	out->refused = routes.refused + set.refused;
	out->last_err = routes.last_err ? routes.last_err : set.last_err;
	out->fault = routes.fault || set.fault;
	return 0;
}
