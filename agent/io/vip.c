// SPDX-License-Identifier: GPL-2.0-or-later
#include "vip.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf.h"
#include "core/conf_vmac.h"
#include "io/addrset.h"
#include "io/ifaces.h"
#include "io/log.h"
#include "io/rtbatch.h"

#define ITEMS_MAX	(CONF_MAX_IFS * CONF_MAX_VIPS)

struct group {
	struct vips *all;
	uint32_t id;
	struct addrset *set;
};

struct vips {
	struct event_base *base;
	struct ifaces *ifs;
	struct rtsock rt;
	const struct vips_ops *ops;
	void *arg;
	struct group *group[CONF_MAX_GROUPS + 1];
};

static void on_foreign(void *arg, const struct addrset_item *it, bool mended)
{
	struct group *g = arg;

	if (g->all->ops->foreign)
		g->all->ops->foreign(g->all->arg, g->id, it->ifname, &it->addr, mended);
}

static void on_fault(void *arg, bool on)
{
	struct group *g = arg;

	if (g->all->ops->fault)
		g->all->ops->fault(g->all->arg, g->id, on);
}

static const struct addrset_ops set_ops = { .foreign = on_foreign, .fault = on_fault };

/**
 * vips_open() - no virtual addresses yet
 * @base: event loop
 * @ifs: interfaces
 * @ops: what the owner is told
 * @arg: for @ops
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int vips_open(struct event_base *base, struct ifaces *ifs, const struct vips_ops *ops, void *arg,
	      struct vips **out)
{
	struct vips *v = calloc(1, sizeof(*v));
	int err;

	if (!v)
		return -ENOMEM;
	v->base = base;
	v->ifs = ifs;
	v->ops = ops;
	v->arg = arg;
	err = rtsock_open(&v->rt);
	if (err) {
		free(v);
		return err;
	}
	*out = v;
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
 * vips_close() - forget everything; addresses stay where they are
 * @v: virtual addresses, may be NULL
 */
void vips_close(struct vips *v)
{
	if (!v)
		return;
	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++)
		free_group(v->group[k]);
	rtsock_close(&v->rt);
	free(v);
}

static struct group *need_group(struct vips *v, uint32_t id)
{
	struct group *g = v->group[id];
	char label[24];

	if (g)
		return g;
	g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	g->all = v;
	g->id = id;
	snprintf(label, sizeof(label), "group %u", id);
	if (addrset_new(v->base, v->ifs, &v->rt, label, RG_RTPROTO, &set_ops, g, &g->set)) {
		free(g);
		return NULL;
	}
	v->group[id] = g;
	return g;
}

static size_t collect(const struct conf *c, uint32_t group, struct addrset_item *out)
{
	size_t n = 0;

	for (uint32_t k = 0; k < c->n_ifs; k++) {
		const struct conf_if *i = &c->iface[k];

		if (!i->in_group || i->group.id != group)
			continue;
		for (uint32_t j = 0; j < i->n_vips; j++, n++) {
			memset(&out[n], 0, sizeof(out[n]));
			conf_vip_device(i, out[n].ifname);
			out[n].addr = i->vip[j].addr;
			out[n].len = i->vip[j].len;
			out[n].raise = strcmp(out[n].ifname, i->name);
			/* Its network stays where the router's own address is. */
			if (out[n].raise && !addr_is_link_local6(&out[n].addr))
				out[n].len = out[n].addr.family == RG_V4 ? 32 : 128;
		}
	}
	return n;
}

static bool uncovered(const struct vips *v, const struct addrset_item *it)
{
	const struct iface *i = ifaces_by_name(v->ifs, it->ifname);

	if (i && it->raise)
		i = ifaces_by_index(v->ifs, i->lower);
	return i && it->addr.family == RG_V4 && !iface_prefix_of(i, &it->addr, NULL);
}

static void warn_uncovered(uint32_t group, const struct addrset_item *it)
{
	char text[ADDR_STRLEN];

	addr_print(&it->addr, text);
	log_warnx("VIP", "group %u: no network of %s contains %s: hosts will hardly use it",
		  group, it->ifname, text);
}

static int drop_stale(struct vips *v)
{
	struct addrset *sets[CONF_MAX_GROUPS + 1];

	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++)
		sets[k] = v->group[k] ? v->group[k]->set : NULL;
	return addrset_drop_stale(v->ifs, &v->rt, RG_RTPROTO, sets, CONF_MAX_GROUPS + 1);
}

/**
 * vips_configure() - take the virtual addresses from a configuration
 * @v: virtual addresses
 * @c: the configuration, not kept
 *
 * Applied as a difference.  A group of which vips_set() was never called leaves its addresses as it
 * finds them; addresses of ours that no group has any more are taken off.
 *
 * Return: 0 or the first -errno; all groups are tried.
 */
int vips_configure(struct vips *v, const struct conf *c)
{
	struct addrset_item *items = calloc(ITEMS_MAX, sizeof(*items));
	int ret = 0;

	if (!items)
		return -ENOMEM;
	for (uint32_t id = 1; id <= CONF_MAX_GROUPS; id++) {
		size_t n = conf_group(c, id) ? collect(c, id, items) : 0;
		struct group *g = v->group[id];
		int err;

		if (!n && !g)
			continue;
		g = need_group(v, id);
		err = g ? addrset_replace(g->set, items, n) : -ENOMEM;
		ret = ret ? ret : err;
		for (size_t k = 0; k < n; k++) {
			if (uncovered(v, &items[k]))
				warn_uncovered(id, &items[k]);
		}
		if (g && !conf_group(c, id)) {
			free_group(g);
			v->group[id] = NULL;
		}
	}
	free(items);
	return ret ? ret : drop_stale(v);
}

/**
 * vips_set() - put a group's virtual addresses on, or take them off
 * @v: virtual addresses
 * @group: group
 * @present: on
 *
 * Return: 0, also for a group without virtual addresses; the first refusal of the kernel, which is
 * tried again, or -errno.
 */
int vips_set(struct vips *v, uint32_t group, bool present)
{
	if (group > CONF_MAX_GROUPS || !v->group[group])
		return 0;
	return addrset_set(v->group[group]->set, present);
}

/**
 * vips_verify_absent() - is any virtual address of a group on this machine
 * @v: virtual addresses
 * @group: group
 * @found: gets the first
 *
 * An address with another prefix length, or on another interface, is somebody else's and is not
 * taken off by vips_set(); it would answer beside the active router all the same.  Goes by the
 * events that were read: ask from the event loop, not right after vips_set().
 *
 * Return: 0, or -EADDRINUSE and @found.
 */
int vips_verify_absent(struct vips *v, uint32_t group, struct rg_addr *found)
{
	const struct addrset_item *it;
	const struct iface *i;

	if (group > CONF_MAX_GROUPS || !v->group[group])
		return 0;
	for (size_t k = 0; (it = addrset_at(v->group[group]->set, k)); k++) {
		for (size_t j = 0; (i = ifaces_at(v->ifs, j)); j++) {
			/* A link-local address means something on its own link only. */
			if (addr_is_link_local6(&it->addr) && strcmp(i->name, it->ifname))
				continue;
			if (iface_has(i, &it->addr)) {
				*found = it->addr;
				return -EADDRINUSE;
			}
		}
	}
	return 0;
}

/**
 * vips_purge() - take off all virtual addresses of all groups, also stale ones
 * @v: virtual addresses
 *
 * Return: 0 or the first -errno.
 */
int vips_purge(struct vips *v)
{
	int ret = 0;

	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++) {
		int err = v->group[k] ? addrset_set(v->group[k]->set, false) : 0;

		ret = ret ? ret : err;
	}
	return ret ? ret : addrset_drop_stale(v->ifs, &v->rt, RG_RTPROTO, NULL, 0);
}

/**
 * vips_get() - where a group's virtual addresses stand
 * @v: virtual addresses
 * @group: group
 * @out: gets it
 *
 * Return: 0, -ENOENT if the group has none.
 */
int vips_get(const struct vips *v, uint32_t group, struct vips_state *out)
{
	const struct addrset_item *it;
	struct addrset_state s;

	memset(out, 0, sizeof(*out));
	if (group > CONF_MAX_GROUPS || !v->group[group])
		return -ENOENT;
	addrset_get(v->group[group]->set, &s);
	out->want = s.want == ADDRSET_PRESENT;
	out->configured = s.configured;
	out->present = s.present;
	for (size_t k = 0; (it = addrset_at(v->group[group]->set, k)); k++)
		out->uncovered += uncovered(v, it);
	out->foreign = s.foreign;
	out->refused = s.refused;
	out->last_err = s.last_err;
	out->fault = s.fault;
	return 0;
}

/**
 * vips_present() - is a virtual address on its interface
 * @v: virtual addresses
 * @group: group
 * @ifname: interface
 * @a: the address
 *
 * Return: true if so, as far as events told.
 */
bool vips_present(const struct vips *v, uint32_t group, const char *ifname, const struct rg_addr *a)
{
	const struct addrset_item *it;

	if (group > CONF_MAX_GROUPS || !v->group[group])
		return false;
	for (size_t k = 0; (it = addrset_at(v->group[group]->set, k)); k++) {
		if (addr_equal(&it->addr, a) && !strcmp(it->ifname, ifname))
			return addrset_there(v->group[group]->set, it);
	}
	return false;
}
