// SPDX-License-Identifier: GPL-2.0-or-later
#include "advert.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "core/conf.h"
#include "core/conf_vmac.h"
#include "core/pooladdr.h"
#include "io/clock.h"

#define VIPS_MAX	(CONF_MAX_IFS * CONF_MAX_VIPS)

struct adverts {
	struct routesets *routes;
};

/* Room for what one group may have. */
struct scratch {
	struct rg_range range[POOLADDR_RANGES];
	struct rg_prefix prefix[POOLADDR_PREFIXES];
	struct routeset_item item[VIPS_MAX + 2 * POOLADDR_PREFIXES];
	size_t n;
};

/**
 * adverts_open() - no routes yet
 * @base: event loop
 * @ifs: interfaces
 * @ops: what the owner is told
 * @arg: for @ops
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int adverts_open(struct event_base *base, struct ifaces *ifs, const struct routesets_ops *ops,
		 void *arg, struct adverts **out)
{
	struct adverts *ad = calloc(1, sizeof(*ad));
	int err;

	if (!ad)
		return -ENOMEM;
	err = routesets_open(base, ifs, RT_TABLE_MAIN, "ROUTE", ops, arg, &ad->routes);
	if (err) {
		free(ad);
		return err;
	}
	*out = ad;
	return 0;
}

/**
 * adverts_close() - forget everything; routes stay
 * @ad: may be NULL
 */
void adverts_close(struct adverts *ad)
{
	if (!ad)
		return;
	routesets_close(ad->routes);
	free(ad);
}

/* A link-local address means nothing to those who are behind a router. */
static void collect_vips(const struct conf *c, uint32_t group, struct scratch *s)
{
	for (uint32_t k = 0; k < c->n_ifs; k++) {
		const struct conf_if *i = &c->iface[k];

		if (!i->in_group || i->group.id != group)
			continue;
		for (uint32_t j = 0; j < i->n_vips; j++) {
			const struct rg_addr *a = &i->vip[j].addr;

			if (addr_is_link_local6(a))
				continue;
			s->item[s->n++].route = (struct rtroute){
				.dst = { .addr = *a, .len = a->family == RG_V4 ? 32 : 128 },
				.type = RTROUTE_BLACKHOLE,
			};
		}
	}
}

/* The first outside interface of the group that has an IPv4 address on a device of its own. */
static const struct conf_if *gateway_of(const struct conf *c, uint32_t group, struct rg_addr *gw)
{
	for (uint32_t k = 0; k < c->n_ifs; k++) {
		const struct conf_if *i = &c->iface[k];
		uint8_t mac[6];

		if (i->nat != CONF_NAT_OUTSIDE || i->group.id != group || !conf_vmac(c, i, mac))
			continue;
		for (uint32_t j = 0; j < i->n_vips; j++) {
			*gw = i->vip[j].addr;
			if (gw->family == RG_V4)
				return i;
		}
	}
	return NULL;
}

static void add_pool(struct scratch *s, const struct rg_prefix *p, const struct conf_if *by,
		     const struct rg_addr *gw)
{
	struct routeset_item *it = &s->item[s->n++];

	it->route = (struct rtroute){ .dst = *p, .type = RTROUTE_BLACKHOLE };
	if (!by || p->addr.family != RG_V4)
		return;
	it->route.type = RTROUTE_VIA;
	it->route.gw = *gw;
	memcpy(it->dev, by->name, sizeof(it->dev));
}

static int collect_pools(const struct conf *c, uint32_t group, const struct rg_addr *taken,
			 size_t n_taken, struct scratch *s)
{
	static const enum rg_family family[] = { RG_V4, RG_V6 };
	struct rg_addr gw;
	const struct conf_if *by = gateway_of(c, group, &gw);
	size_t n, n_pre;
	int err = pooladdr_ranges(c, group, taken, n_taken, s->range, POOLADDR_RANGES, &n);

	for (unsigned int f = 0; f < 2 && !err; f++) {
		err = pooladdr_prefixes(s->range, n, family[f], s->prefix, POOLADDR_PREFIXES,
					&n_pre);
		for (size_t k = 0; k < n_pre && !err; k++)
			add_pool(s, &s->prefix[k], by, &gw);
	}
	return err;
}

/**
 * adverts_configure() - take the addresses from a configuration
 * @ad: adverts
 * @c: the configuration, not kept
 * @taken: addresses in use that the configuration does not know, see conf_pool_ranges()
 * @n_taken: how many
 *
 * Applied as a difference. A group of which adverts_set() was never called leaves its routes as it
 * finds them.
 *
 * Return: 0 or the first -errno; all groups are tried.
 */
int adverts_configure(struct adverts *ad, const struct conf *c, const struct rg_addr *taken,
		      size_t n_taken)
{
	struct scratch *s = malloc(sizeof(*s));
	int ret = 0;

	if (!s)
		return -ENOMEM;
	for (uint32_t id = 1; id <= CONF_MAX_GROUPS; id++) {
		bool exists = conf_group(c, id);
		int err = 0;

		if (!exists && !routesets_has(ad->routes, id))
			continue;
		s->n = 0;
		memset(s->item, 0, sizeof(s->item));
		if (exists) {
			collect_vips(c, id, s);
			err = collect_pools(c, id, taken, n_taken, s);
		}
		if (!err)
			err = routesets_replace(ad->routes, id, s->item, s->n);
		if (!exists)
			routesets_forget(ad->routes, id);
		ret = ret ? ret : err;
	}
	free(s);
	return ret;
}

/**
 * adverts_set() - this router is active for a group, or no longer
 * @ad: adverts
 * @group: group
 * @present: it is
 *
 * The routes follow from the event loop; when it no longer is, after ADVERT_LINGER_MS.
 */
void adverts_set(struct adverts *ad, uint32_t group, bool present)
{
	mono_t now = clock_now();

	routesets_want(ad->routes, group, present,
		       present ? now : mono_add_ms(now, ADVERT_LINGER_MS));
}

/**
 * adverts_purge() - take out all routes of ours, also stale ones
 * @ad: adverts
 *
 * Return: 0 or the first -errno.
 */
int adverts_purge(struct adverts *ad)
{
	return routesets_purge(ad->routes);
}

/**
 * adverts_get() - where a group's routes stand
 * @ad: adverts
 * @group: group
 * @out: gets it
 *
 * Return: 0, -ENOENT for an unknown group.
 */
int adverts_get(const struct adverts *ad, uint32_t group, struct routeset_state *out)
{
	return routesets_get(ad->routes, group, out);
}
