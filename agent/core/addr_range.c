// SPDX-License-Identifier: GPL-2.0-or-later
#include "addr.h"

#include <errno.h>
#include <string.h>

/**
 * addr_in_range - is an address in a range?
 * @a: the address
 * @r: the range
 *
 * Return: true when it is.
 */
bool addr_in_range(const struct rg_addr *a, const struct rg_range *r)
{
	return addr_cmp(&r->from, a) <= 0 && addr_cmp(a, &r->to) <= 0;
}

/**
 * addr_ranges_overlap - have two ranges an address in common?
 * @a: one
 * @b: the other
 *
 * Return: true when they have.
 */
bool addr_ranges_overlap(const struct rg_range *a, const struct rg_range *b)
{
	return addr_cmp(&a->from, &b->to) <= 0 &&
	       addr_cmp(&b->from, &a->to) <= 0;
}

/**
 * addr_range_count - how many addresses a range has
 * @r: the range
 *
 * Return: their number, or UINT64_MAX when it is that or more.
 */
uint64_t addr_range_count(const struct rg_range *r)
{
	unsigned int borrow = 0;
	uint64_t count = 0;
	uint8_t d[16];
	size_t i = sizeof(d);

	/* IPv4 addresses stand in the first four bytes */
	if (r->from.family == RG_V4)
		i = 4;
	memset(d, 0, sizeof(d));
	while (i--) {
		unsigned int x = 256u + r->to.b[i] - r->from.b[i] - borrow;

		borrow = x < 256;
		d[i] = (uint8_t)x;
	}
	for (i = 0; i < (r->from.family == RG_V4 ? 4u : 16u); i++) {
		if (count >> 56)
			return UINT64_MAX;
		count = count << 8 | d[i];
	}
	return count == UINT64_MAX ? count : count + 1;
}

/**
 * addr_range_to_prefixes - write a range as prefixes
 * @r: the range
 * @out: the fewest prefixes that are exactly the range, in order
 * @max: room for so many; ADDR_RANGE_PREFIXES always suffices
 * @n: how many there are
 *
 * Return: 0, -EINVAL when @r is no range, -ENOSPC when they do not fit.
 */
int addr_range_to_prefixes(const struct rg_range *r, struct rg_prefix *out,
			   size_t max, size_t *n)
{
	struct rg_addr at = r->from;

	*n = 0;
	if (r->from.family != r->to.family || addr_cmp(&r->from, &r->to) > 0)
		return -EINVAL;
	for (;;) {
		unsigned int len = addr_bits(&at);
		struct rg_addr first, last = at;

		/* The largest block that begins here and does not overshoot */
		while (len) {
			struct rg_addr wider = addr_last(&at, len - 1);

			first = addr_mask(&at, len - 1);
			if (!addr_equal(&first, &at) ||
			    addr_cmp(&wider, &r->to) > 0)
				break;
			last = wider;
			len--;
		}
		if (*n == max)
			return -ENOSPC;
		out[*n].addr = at;
		out[*n].len = (uint8_t)len;
		(*n)++;
		if (addr_equal(&last, &r->to))
			return 0;
		at = last;
		addr_next(&at);
	}
}

/**
 * addr_gaps_init - walk over what holes leave of a range
 * @g: the walk
 * @r: the range
 * @hole: tells the i-th hole, false behind the last one; in any order, may
 *	overlap, may lie outside, may be of another family
 * @ctx: handed to @hole
 */
void addr_gaps_init(struct addr_gaps *g, const struct rg_range *r,
		    addr_hole_fn *hole, const void *ctx)
{
	g->left = *r;
	g->hole = hole;
	g->ctx = ctx;
	g->done = addr_cmp(&r->from, &r->to) > 0;
}

/* Move the beginning behind every hole that covers it. */
static void gaps_skip(struct addr_gaps *g)
{
	struct rg_range h;
	size_t i = 0;

	while (!g->done && g->hole(g->ctx, i++, &h)) {
		if (!addr_in_range(&g->left.from, &h))
			continue;
		if (addr_cmp(&h.to, &g->left.to) >= 0) {
			g->done = true;
		} else {
			g->left.from = h.to;
			addr_next(&g->left.from);
			i = 0;
		}
	}
}

/**
 * addr_gaps_next - the next piece
 * @g: the walk
 * @piece: a range without a hole, as long as possible
 *
 * Time is in the square of the number of holes; a router has few.
 *
 * Return: false when there are no more.
 */
bool addr_gaps_next(struct addr_gaps *g, struct rg_range *piece)
{
	struct rg_addr stop = g->left.to;
	bool cut = false;
	struct rg_range h;
	size_t i;

	gaps_skip(g);
	if (g->done)
		return false;
	for (i = 0; g->hole(g->ctx, i, &h); i++) {
		if (addr_in_range(&h.from, &g->left) &&
		    addr_cmp(&h.from, &stop) <= 0) {
			stop = h.from;
			cut = true;
		}
	}
	piece->from = g->left.from;
	piece->to = stop;
	if (cut) {
		addr_prev(&piece->to);
		g->left.from = stop;
	} else {
		g->done = true;
	}
	return true;
}

static int gaps_collect(struct addr_gaps *g, struct rg_range *out, size_t max,
			size_t *n)
{
	struct rg_range piece;

	*n = 0;
	while (addr_gaps_next(g, &piece)) {
		if (*n == max)
			return -ENOSPC;
		out[(*n)++] = piece;
	}
	return 0;
}

struct holes {
	const struct rg_addr *addr;
	const struct rg_prefix *prefix;
	size_t n;
};

static bool hole_addr(const void *ctx, size_t i, struct rg_range *hole)
{
	const struct holes *h = ctx;

	if (i >= h->n)
		return false;
	hole->from = h->addr[i];
	hole->to = h->addr[i];
	return true;
}

static bool hole_prefix(const void *ctx, size_t i, struct rg_range *hole)
{
	const struct holes *h = ctx;

	if (i >= h->n)
		return false;
	hole->from = addr_mask(&h->prefix[i].addr, h->prefix[i].len);
	hole->to = addr_last(&h->prefix[i].addr, h->prefix[i].len);
	return true;
}

/**
 * addr_range_subtract - take single addresses out of a range
 * @r: the range
 * @holes: the addresses, in any order; others than the range's do no harm
 * @n_holes: how many; one more piece than holes can remain
 * @out: what remains, in order
 * @max: room for so many
 * @n: how many there are; 0: nothing remains
 *
 * Return: 0 or -ENOSPC.
 */
int addr_range_subtract(const struct rg_range *r, const struct rg_addr *holes,
			size_t n_holes, struct rg_range *out, size_t max,
			size_t *n)
{
	struct holes h = { .addr = holes, .n = n_holes };
	struct addr_gaps g;

	addr_gaps_init(&g, r, hole_addr, &h);
	return gaps_collect(&g, out, max, n);
}

/**
 * addr_range_subtract_prefixes - take networks out of a range
 * @r: the range
 * @holes: the networks, in any order; others than the range's do no harm
 * @n_holes: how many; one more piece than holes can remain
 * @out: what remains, in order
 * @max: room for so many
 * @n: how many there are; 0: nothing remains
 *
 * Return: 0 or -ENOSPC.
 */
int addr_range_subtract_prefixes(const struct rg_range *r,
				 const struct rg_prefix *holes, size_t n_holes,
				 struct rg_range *out, size_t max, size_t *n)
{
	struct holes h = { .prefix = holes, .n = n_holes };
	struct addr_gaps g;

	addr_gaps_init(&g, r, hole_prefix, &h);
	return gaps_collect(&g, out, max, n);
}
