// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf.h"

#include <errno.h>

#include "conf_store.h"

/**
 * conf_group_protocol - the protocol that a group speaks
 * @c: the configuration
 * @g: the group
 * @out: a copy of the protocol; one that is not defined has the defaults
 */
void conf_group_protocol(const struct conf *c, const struct conf_group *g,
			 struct conf_protocol *out)
{
	const struct conf_protocol *p = conf_protocol(c, g->protocol);

	if (p)
		*out = *p;
	else
		conf_protocol_init(out, g->protocol);
}

/**
 * conf_group_keyed - has its protocol a key that the data link can be protected with?
 * @c: the configuration
 * @g: the group
 */
bool conf_group_keyed(const struct conf *c, const struct conf_group *g)
{
	const struct conf_protocol *p = conf_protocol(c, g->protocol);

	return p && (p->auth == CONF_AUTH_MD5 || p->auth == CONF_AUTH_SHA256);
}

/**
 * conf_if_decrement - what an interface that is down costs its group
 * @i: the interface
 *
 * The group's lines speak first; if none of them says a number, the one of
 * `redundancy rii` counts.
 *
 * Return: 1-255, or 0: nothing.
 */
uint8_t conf_if_decrement(const struct conf_if *i)
{
	uint8_t d = i->group_decrement;
	uint32_t v;

	for (v = 0; !d && v < i->n_vips; v++)
		d = i->vip[v].decrement;
	return d ? d : i->rii_decrement;
}

/**
 * conf_acl_permits - does a list permit a source?
 * @a: the list
 * @src: the source address
 *
 * Return: what the first entry that matches says; false when none matches.
 */
bool conf_acl_permits(const struct conf_acl *a, const struct rg_addr *src)
{
	uint32_t i;

	for (i = 0; i < a->n_aces; i++) {
		const struct rg_prefix *p = &a->ace[i].src;

		if (p->addr.family == RG_NONE || addr_in_prefix(src, p))
			return a->ace[i].permit;
	}
	return false;
}

struct pool_holes {
	const struct conf *c;
	const struct conf_pool *p;
	const struct rg_addr *taken;
	size_t n_taken;
};

/*
 * The network's own address comes first (in IPv6 the subnet-router anycast
 * address, RFC 4291 section 2.6.1), then IPv4's broadcast. Networks of two
 * addresses have neither (RFC 3021, RFC 6164).
 */
static bool pool_net_hole(const struct conf_pool *p, size_t i,
			  struct rg_addr *a)
{
	if (p->len + 1u >= addr_bits(&p->range.from))
		return false;
	if (i == 0)
		*a = addr_mask(&p->range.from, p->len);
	else if (i == 1 && p->range.from.family == RG_V4)
		*a = addr_last(&p->range.from, p->len);
	else
		return false;
	return true;
}

#define IF_ADDRS	(CONF_MAX_VIPS + CONF_MAX_OWNS)

static bool pool_hole(const void *ctx, size_t i, struct rg_range *hole)
{
	static const struct rg_addr nothing;
	const struct pool_holes *h = ctx;
	const struct conf *c = h->c;

	if (i < 2) {
		if (!pool_net_hole(h->p, i, &hole->from))
			hole->from = nothing;
	} else if (i - 2 < h->n_taken) {
		hole->from = h->taken[i - 2];
	} else {
		size_t k = i - 2 - h->n_taken;
		size_t a = k % IF_ADDRS;
		const struct conf_if *iface;

		if (k / IF_ADDRS >= c->n_ifs)
			return false;
		iface = &c->iface[k / IF_ADDRS];
		hole->from = nothing;
		if (a < iface->n_vips)
			hole->from = iface->vip[a].addr;
		else if (a >= CONF_MAX_VIPS && a - CONF_MAX_VIPS < iface->n_owns)
			hole->from = iface->own[a - CONF_MAX_VIPS].addr;
	}
	hole->to = hole->from;
	return true;
}

/**
 * conf_pool_ranges - the addresses of a pool that may be handed out
 * @c: the configuration
 * @p: the pool
 * @taken: addresses in use that the configuration does not know: those of
 *	both routers' interfaces, next hops; in any order, may lie elsewhere
 * @n_taken: how many
 * @out: the pool without these, without all virtual and own addresses that
 *	the configuration names, and without the network and broadcast addresses of its network
 * @max: room for so many
 * @n: how many there are; 0: nothing is left
 *
 * Return: 0 or -ENOSPC.
 */
int conf_pool_ranges(const struct conf *c, const struct conf_pool *p,
		     const struct rg_addr *taken, size_t n_taken,
		     struct rg_range *out, size_t max, size_t *n)
{
	struct pool_holes h = { c, p, taken, n_taken };
	struct rg_range piece;
	struct addr_gaps g;

	*n = 0;
	addr_gaps_init(&g, &p->range, pool_hole, &h);
	while (addr_gaps_next(&g, &piece)) {
		if (*n == max)
			return -ENOSPC;
		out[(*n)++] = piece;
	}
	return 0;
}

/**
 * conf_pool_prefixes - the same, as prefixes
 * @c: the configuration
 * @p: the pool
 * @taken: as for conf_pool_ranges()
 * @n_taken: how many
 * @out: the fewest prefixes that are exactly those addresses, in order
 * @max: room for so many
 * @n: how many there are; 0: nothing is left
 *
 * Return: 0 or -ENOSPC.
 */
int conf_pool_prefixes(const struct conf *c, const struct conf_pool *p,
		       const struct rg_addr *taken, size_t n_taken,
		       struct rg_prefix *out, size_t max, size_t *n)
{
	struct pool_holes h = { c, p, taken, n_taken };
	struct rg_range piece;
	struct addr_gaps g;

	*n = 0;
	addr_gaps_init(&g, &p->range, pool_hole, &h);
	while (addr_gaps_next(&g, &piece)) {
		size_t more;
		int err;

		err = addr_range_to_prefixes(&piece, out + *n, max - *n, &more);
		if (err)
			return err;
		*n += more;
	}
	return 0;
}
