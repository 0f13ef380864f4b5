// SPDX-License-Identifier: GPL-2.0-or-later
#include "pool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf.h"
#include "core/conf_vmac.h"
#include "core/fight.h"
#include "core/pooladdr.h"
#include "io/addrset.h"
#include "io/clock.h"
#include "io/ifaces.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/rtbatch.h"
#include "io/rtwatch.h"

#define RETRY_MS	1000

/*
 * @on, @off: the routes of all prefixes, added or removed.  @set: addresses.  @foreign_seen:
 * events of the present turn of the loop.
 */
struct group {
	struct pools *all;
	uint32_t id;
	struct rtbatch on, off;
	struct addrset *set;
	bool told;			/* pools_set() was called */
	bool want;
	bool foreign_seen;
	struct fight fight;
	struct loop_timer timer;
	uint64_t foreign, refused;
	int last_err;
};

struct pool_if {
	char name[IFNAMSIZ];
};

struct pools {
	struct event_base *base;
	struct ifaces *ifs;
	struct rtsock rt;
	struct rtwatch *watch;
	const struct pools_ops *ops;
	void *arg;
	struct pool_if *outside;
	size_t n_outside;
	struct group *group[CONF_MAX_GROUPS + 1];
};

static void on_refused(void *arg, unsigned int request, int err)
{
	struct group *g = arg;

	(void)request;
	g->refused++;
	if (g->last_err != err)
		log_warnx("POOL", "group %u: the kernel refused a route: %s", g->id,
			  strerror(-err));
	g->last_err = err;
}

static int run(struct group *g, struct rtbatch *b)
{
	int err = rtbatch_run(&g->all->rt, b, on_refused, g);

	if (!err)
		return 0;
	g->last_err = err;
	loop_timer_set(&g->timer, mono_add_ms(clock_now(), RETRY_MS));
	return err;
}

/* Brings the routes to what they should be; harmless if they are so already. */
static int bring(struct group *g)
{
	int err = g->told ? run(g, g->want ? &g->on : &g->off) : 0;

	if (!err)
		g->last_err = 0;
	return err;
}

static void tell_foreign(struct group *g, bool restored)
{
	log_warnx("POOL", "group %u: routes of ours were removed by somebody else%s",
		  g->id, restored ? ", restored" : ", no longer restoring them");
	if (g->all->ops->foreign)
		g->all->ops->foreign(g->all->arg, g->id, restored);
}

static void on_timer(void *arg, mono_t now)
{
	struct group *g = arg;
	bool foreign = g->foreign_seen;

	g->foreign_seen = false;
	g->foreign += foreign;
	if (fight_rested(&g->fight, now) && g->all->ops->fault)
		g->all->ops->fault(g->all->arg, g->id, false);
	if (g->fight.resting) {
		loop_timer_set(&g->timer, g->fight.until);
		return;
	}
	if (foreign && !fight_may(&g->fight, now)) {
		tell_foreign(g, false);
		loop_timer_set(&g->timer, g->fight.until);
		if (g->all->ops->fault)
			g->all->ops->fault(g->all->arg, g->id, true);
		return;
	}
	if (!bring(g) && foreign)
		tell_foreign(g, true);
}

static void on_removed(void *arg, uint32_t group)
{
	struct pools *p = arg;

	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++) {
		struct group *g = p->group[k];

		/* Group 0: events were lost, nobody knows which. */
		if (!g || (group && group != g->id))
			continue;
		g->foreign_seen |= group != 0;
		if (!g->fight.resting)
			loop_timer_set(&g->timer, clock_now());
	}
}

/*
 * Routes through the loopback interface need it up, which on a fresh network namespace it is not.
 */
static void on_iface(void *arg, enum iface_event ev, const struct iface *i,
		     const struct iface_addr *a)
{
	struct pools *p = arg;

	(void)a;
	if (ev == IFACE_ADDR_NEW || ev == IFACE_ADDR_GONE ||
	    (i && (strcmp(i->name, "lo") || !i->admin_up)))
		return;
	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++) {
		if (p->group[k] && !p->group[k]->fight.resting)
			loop_timer_set(&p->group[k]->timer, clock_now());
	}
}

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
	err = rtwatch_open(base, rtsock_portid(&p->rt), on_removed, p, &p->watch);
	if (!err)
		err = ifaces_watch(ifs, on_iface, p);
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
	loop_timer_free(&g->timer);
	rtbatch_free(&g->on);
	rtbatch_free(&g->off);
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
	ifaces_unwatch(p->ifs, on_iface, p);
	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++)
		free_group(p->group[k]);
	rtwatch_close(p->watch);
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
	if (loop_timer_init(&g->timer, p->base, on_timer, g)) {
		free(g);
		return NULL;
	}
	if (addrset_new(p->base, p->ifs, &p->rt, label, RG_IFAPROTO_POOL, &set_ops, g, &g->set)) {
		loop_timer_free(&g->timer);
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

/* Prepares the batches; routes that are in the kernel and in none of them are taken out. */
static int build4(struct group *g, const struct rg_prefix *v, size_t n)
{
	int err = 0;

	rtbatch_reset(&g->on);
	rtbatch_reset(&g->off);
	for (size_t k = 0; k < n && !err; k++) {
		err = rtbatch_route_local(&g->on, true, g->id, &v[k]);
		if (!err)
			err = rtbatch_route_local(&g->off, false, g->id, &v[k]);
	}
	return err ? err : rtstale_remove(&g->all->rt, g->id, v, n);
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
	int err = few ? 0 : pooladdr_prefixes4(r, n, room, POOLADDR_PREFIXES, &n4), err2;

	if (!err)
		err = build4(g, room, n4);
	if (!err)
		err = bring(g);
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
		    pooladdr_prefixes4(r, n, pre, POOLADDR_PREFIXES, &n4)) {
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
	g->told = true;
	g->want = present;
	err = run(g, present ? &g->on : &g->off);
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

		if (g) {
			rtbatch_reset(&g->on);
			err = pools_set(p, g->id, false);
		}
		ret = ret ? ret : err;
	}
	if (!ret)
		ret = addrset_drop_stale(p->ifs, &p->rt, RG_IFAPROTO_POOL, NULL, 0);
	return ret ? ret : rtstale_remove(&p->rt, 0, NULL, 0);
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
	struct addrset_state set;

	memset(out, 0, sizeof(*out));
	if (!g)
		return -ENOENT;
	addrset_get(g->set, &set);
	out->want = g->want;
	out->prefixes4 = g->on.n;
	out->addrs = p->n_outside ? set.configured / (unsigned int)p->n_outside : 0;
	for (size_t k = 0; k < p->n_outside; k++)
		out->interfaces += !!ifaces_by_name(p->ifs, p->outside[k].name);
	out->foreign = g->foreign + set.foreign;
	out->refused = g->refused + set.refused;
	out->last_err = g->last_err ? g->last_err : set.last_err;
	out->fault = g->fight.resting || set.fault;
	return 0;
}
