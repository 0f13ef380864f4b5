// SPDX-License-Identifier: GPL-2.0-or-later
#include "routeset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf.h"
#include "core/fight.h"
#include "io/clock.h"
#include "io/ifaces.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/rtwatch.h"

#define RETRY_MS	1000

/*
 * @removed: by somebody else, in the present turn of the loop
 * @fight: how often; who goes through all routes, one by one, is not fighting yet
 */
struct slot {
	struct routeset_item it;
	bool removed;
	struct fight fight;
};

/* @on, @off: all routes, added or removed. */
struct set {
	struct routesets *all;
	uint32_t group;
	struct slot *v;
	size_t n;
	struct rtbatch on, off;
	bool looked;			/* what another life left was taken out */
	bool told;			/* it is known whether they should be there */
	bool want;
	bool changed;			/* @want has, and nothing was done yet */
	struct fight fight;		/* rests for all of them */
	struct loop_timer timer;
	uint64_t foreign, refused;
	int last_err;
};

struct routesets {
	struct event_base *base;
	struct ifaces *ifs;
	uint8_t table;
	const char *label;
	struct rtsock rt;
	struct rtwatch *watch;
	const struct routesets_ops *ops;
	void *arg;
	struct set *set[CONF_MAX_GROUPS + 1];
};

static void on_refused(void *arg, unsigned int request, int err)
{
	struct set *s = arg;

	(void)request;
	s->refused++;
	if (s->last_err != err)
		log_warnx(s->all->label, "group %u: the kernel refused a route: %s", s->group,
			  strerror(-err));
	s->last_err = err;
}

static int run(struct set *s, struct rtbatch *b)
{
	int err = rtbatch_run(&s->all->rt, b, on_refused, s);

	if (!err)
		return 0;
	s->last_err = err;
	loop_timer_set(&s->timer, mono_add_ms(clock_now(), RETRY_MS));
	return err;
}

/* Brings the routes to what they should be; harmless if they are so already. */
static int bring(struct set *s)
{
	int err = s->told ? run(s, s->want ? &s->on : &s->off) : 0;

	if (!err)
		s->last_err = 0;
	return err;
}

static void tell_foreign(struct set *s, bool restored)
{
	log_warnx(s->all->label, "group %u: routes of ours were removed by somebody else%s",
		  s->group, restored ? ", restored" : ", no longer restoring them");
	if (s->all->ops->foreign)
		s->all->ops->foreign(s->all->arg, s->group, restored);
}

static void tell_fault(struct set *s, bool on)
{
	if (s->all->ops->fault)
		s->all->ops->fault(s->all->arg, s->group, on);
}

/* Were any removed? @enough: one of them too often. */
static bool look(struct set *s, mono_t now, bool *enough)
{
	bool foreign = false;

	*enough = false;
	for (size_t k = 0; k < s->n; k++) {
		struct slot *sl = &s->v[k];

		if (!sl->removed)
			continue;
		sl->removed = false;
		foreign = true;
		/* A role that changes is no part of the fight. */
		if (!s->fight.resting && !s->changed && !fight_may(&sl->fight, now))
			*enough = true;
	}
	return foreign;
}

static void give_in(struct set *s, mono_t now)
{
	fight_rest(&s->fight, now);
	for (size_t k = 0; k < s->n; k++)
		memset(&s->v[k].fight, 0, sizeof(s->v[k].fight));
	tell_foreign(s, false);
	loop_timer_set(&s->timer, s->fight.until);
	tell_fault(s, true);
}

static void on_timer(void *arg, mono_t now)
{
	struct set *s = arg;
	bool enough, foreign;

	if (fight_rested(&s->fight, now))
		tell_fault(s, false);
	foreign = look(s, now, &enough);
	s->foreign += foreign;
	if (s->fight.resting && !s->changed) {
		loop_timer_set(&s->timer, s->fight.until);
		return;
	}
	if (enough) {
		give_in(s, now);
		return;
	}
	s->changed = false;
	if (bring(s))
		return;
	if (foreign)
		tell_foreign(s, true);
	if (s->fight.resting)
		loop_timer_set(&s->timer, s->fight.until);
}

static bool is_same(const struct rg_prefix *a, const struct rg_prefix *b)
{
	return a->len == b->len && addr_equal(&a->addr, &b->addr);
}

static struct slot *slot_of(const struct set *s, const struct rg_prefix *dst)
{
	for (size_t k = 0; k < s->n; k++) {
		if (is_same(&s->v[k].it.route.dst, dst))
			return &s->v[k];
	}
	return NULL;
}

static void on_removed(void *arg, uint32_t group, const struct rg_prefix *dst)
{
	struct routesets *rs = arg;

	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++) {
		struct set *s = rs->set[k];
		struct slot *sl;

		/* Group 0: events were lost, nobody knows which. */
		if (!s || (group && group != s->group))
			continue;
		sl = dst ? slot_of(s, dst) : NULL;
		if (sl)
			sl->removed = true;
		if (!s->fight.resting)
			loop_timer_set(&s->timer, clock_now());
	}
}

/* Prepares the batches, with the interfaces that there are. */
static int build(struct set *s)
{
	int err = 0;

	rtbatch_reset(&s->on);
	rtbatch_reset(&s->off);
	for (size_t k = 0; k < s->n && !err; k++) {
		struct rtroute r = s->v[k].it.route;

		if (r.type == RTROUTE_VIA) {
			const struct iface *i = ifaces_by_name(s->all->ifs, s->v[k].it.dev);

			if (!i)
				continue;
			r.ifindex = i->ifindex;
		}
		err = rtbatch_route(&s->on, true, s->all->table, s->group, &r);
		if (!err)
			err = rtbatch_route(&s->off, false, s->all->table, s->group, &r);
	}
	return err;
}

static bool stands_on(const struct set *s, const char *dev)
{
	for (size_t k = 0; k < s->n; k++) {
		if (s->v[k].it.route.type == RTROUTE_VIA && !strcmp(s->v[k].it.dev, dev))
			return true;
	}
	return false;
}

/*
 * Routes through the loopback interface need it up, which on a fresh network namespace it is not;
 * those by a gateway need their interface, and the kernel removes them without a word when that
 * goes down.
 */
static void on_iface(void *arg, enum iface_event ev, const struct iface *i,
		     const struct iface_addr *a)
{
	struct routesets *rs = arg;

	(void)a;
	if (ev == IFACE_ADDR_GONE || ev == IFACE_GONE || (i && !i->admin_up))
		return;
	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++) {
		struct set *s = rs->set[k];
		bool via = s && i && stands_on(s, i->name);

		if (!s || s->fight.resting)
			continue;
		if (i && !via && (ev == IFACE_ADDR_NEW || strcmp(i->name, "lo")))
			continue;
		if (build(s))
			log_warnx(rs->label, "group %u: no memory for its routes", s->group);
		loop_timer_set(&s->timer, clock_now());
	}
}

/**
 * routesets_open() - no routes yet
 * @base: event loop
 * @ifs: interfaces
 * @table: where they go, RT_TABLE_*
 * @label: kind of the log lines, not copied
 * @ops: what the owner is told
 * @arg: for @ops
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int routesets_open(struct event_base *base, struct ifaces *ifs, uint8_t table, const char *label,
		   const struct routesets_ops *ops, void *arg, struct routesets **out)
{
	struct routesets *rs = calloc(1, sizeof(*rs));
	int err;

	if (!rs)
		return -ENOMEM;
	rs->base = base;
	rs->ifs = ifs;
	rs->table = table;
	rs->label = label;
	rs->ops = ops;
	rs->arg = arg;
	err = rtsock_open(&rs->rt);
	if (err) {
		free(rs);
		return err;
	}
	err = rtwatch_open(base, rtsock_portid(&rs->rt), table, on_removed, rs, &rs->watch);
	if (!err)
		err = ifaces_watch(ifs, on_iface, rs);
	if (err) {
		routesets_close(rs);
		return err;
	}
	*out = rs;
	return 0;
}

static void free_set(struct set *s)
{
	if (!s)
		return;
	loop_timer_free(&s->timer);
	rtbatch_free(&s->on);
	rtbatch_free(&s->off);
	free(s->v);
	free(s);
}

/**
 * routesets_close() - forget everything; routes stay
 * @rs: sets, may be NULL
 */
void routesets_close(struct routesets *rs)
{
	if (!rs)
		return;
	ifaces_unwatch(rs->ifs, on_iface, rs);
	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++)
		free_set(rs->set[k]);
	rtwatch_close(rs->watch);
	rtsock_close(&rs->rt);
	free(rs);
}

static struct set *set_of(const struct routesets *rs, uint32_t group)
{
	return group <= CONF_MAX_GROUPS ? rs->set[group] : NULL;
}

/**
 * routesets_has() - was routesets_replace() called for a group
 * @rs: sets
 * @group: group
 *
 * Return: true if so, and it was not forgotten.
 */
bool routesets_has(const struct routesets *rs, uint32_t group)
{
	return set_of(rs, group);
}

static struct set *need_set(struct routesets *rs, uint32_t group)
{
	struct set *s = set_of(rs, group);

	if (s || group > CONF_MAX_GROUPS)
		return s;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->all = rs;
	s->group = group;
	if (loop_timer_init(&s->timer, rs->base, on_timer, s)) {
		free(s);
		return NULL;
	}
	rs->set[group] = s;
	return s;
}

/* Those that were, and are no more. */
static int drop_old(struct set *s, const struct slot *old, size_t n)
{
	struct rtbatch b = { 0 };
	int err = 0;

	for (size_t k = 0; k < n && !err; k++)
		if (!slot_of(s, &old[k].it.route.dst))
			err = rtbatch_route(&b, false, s->all->table, s->group, &old[k].it.route);
	if (!err && b.n)
		err = rtbatch_run(&s->all->rt, &b, NULL, NULL);
	rtbatch_free(&b);
	return err;
}

/* Those of another life: to look for them, the kernel goes through its whole table. */
static int drop_stale(struct set *s)
{
	struct rtroute *keep = calloc(s->n + 1, sizeof(*keep));
	int err;

	if (!keep)
		return -ENOMEM;
	for (size_t k = 0; k < s->n; k++)
		keep[k] = s->v[k].it.route;
	err = rtstale_remove(&s->all->rt, s->all->table, s->group, keep, s->n);
	free(keep);
	return err;
}

/**
 * routesets_replace() - the routes of a group
 * @rs: sets
 * @group: group
 * @items: routes, copied
 * @n: how many
 *
 * Those that are not among them any more are taken out, at first also what another life has left;
 * the others appear or stay as routesets_set() said last.
 *
 * Return: 0, -ENOMEM, or the first refusal of the kernel, which is tried again.
 */
int routesets_replace(struct routesets *rs, uint32_t group, const struct routeset_item *items,
		      size_t n)
{
	struct slot *v = calloc(n + 1, sizeof(*v));
	struct set *s = v ? need_set(rs, group) : NULL;
	struct slot *old;
	size_t n_old;
	int err;

	if (!s) {
		free(v);
		return -ENOMEM;
	}
	for (size_t k = 0; k < n; k++) {
		const struct slot *was = slot_of(s, &items[k].route.dst);

		if (was)
			v[k] = *was;
		v[k].it = items[k];
	}
	old = s->v;
	n_old = s->n;
	s->v = v;
	s->n = n;
	err = build(s);
	if (!err)
		err = s->looked ? drop_old(s, old, n_old) : drop_stale(s);
	s->looked |= !err;
	free(old);
	return err ? err : bring(s);
}

/**
 * routesets_forget() - a group is no more
 * @rs: sets
 * @group: group; its routes stay, unless they were replaced by none
 */
void routesets_forget(struct routesets *rs, uint32_t group)
{
	free_set(set_of(rs, group));
	if (group <= CONF_MAX_GROUPS)
		rs->set[group] = NULL;
}

/**
 * routesets_set() - put a group's routes in, or take them out
 * @rs: sets
 * @group: group
 * @present: in
 *
 * Neither allocates nor waits for anything but the kernel.
 *
 * Return: 0, also for an unknown group; the first refusal of the kernel, which is tried again, or
 * -errno.
 */
int routesets_set(struct routesets *rs, uint32_t group, bool present)
{
	struct set *s = set_of(rs, group);

	if (!s)
		return 0;
	s->told = true;
	s->want = present;
	return run(s, present ? &s->on : &s->off);
}

/**
 * routesets_want() - the same, from the event loop
 * @rs: sets
 * @group: group
 * @present: in
 * @at: not before
 */
void routesets_want(struct routesets *rs, uint32_t group, bool present, mono_t at)
{
	struct set *s = set_of(rs, group);

	if (!s)
		return;
	s->told = true;
	s->want = present;
	s->changed = true;
	loop_timer_set(&s->timer, at);
}

/**
 * routesets_purge() - take out all routes of ours in the table, also stale ones
 * @rs: sets
 *
 * Return: 0 or the first -errno.
 */
int routesets_purge(struct routesets *rs)
{
	int ret = 0;

	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++) {
		int err = rs->set[k] ? routesets_set(rs, rs->set[k]->group, false) : 0;

		ret = ret ? ret : err;
	}
	return ret ? ret : rtstale_remove(&rs->rt, rs->table, 0, NULL, 0);
}

/**
 * routesets_get() - where a group's routes stand
 * @rs: sets
 * @group: group
 * @out: gets it
 *
 * Return: 0, -ENOENT for an unknown group.
 */
int routesets_get(const struct routesets *rs, uint32_t group, struct routeset_state *out)
{
	const struct set *s = set_of(rs, group);

	memset(out, 0, sizeof(*out));
	if (!s)
		return -ENOENT;
	out->want = s->want;
	out->routes = s->on.n;
	out->foreign = s->foreign;
	out->refused = s->refused;
	out->last_err = s->last_err;
	out->fault = s->fight.resting;
	return 0;
}
