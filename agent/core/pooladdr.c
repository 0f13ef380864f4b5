// SPDX-License-Identifier: GPL-2.0-or-later
#include "pooladdr.h"

#include <errno.h>

/**
 * pooladdr_ranges - all addresses that a group translates to
 * @c: the configuration
 * @group: number of the group
 * @taken: addresses in use that the configuration does not know
 * @n_taken: how many
 * @out: gets the ranges, of both families
 * @max: room for so many
 * @n: how many there are
 *
 * Return: 0 or -ENOSPC.
 */
int pooladdr_ranges(const struct conf *c, uint32_t group,
		    const struct rg_addr *taken, size_t n_taken,
		    struct rg_range *out, size_t max, size_t *n)
{
	uint32_t k;

	*n = 0;
	for (k = 0; k < c->n_maps; k++) {
		const struct conf_map *m = &c->map[k];
		const struct conf_pool *p = conf_pool(c, m->pool);
		size_t got;
		int err;

		if (m->group.id != group || !p)
			continue;
		err = conf_pool_ranges(c, p, taken, n_taken, out + *n,
				       max - *n, &got);
		if (err)
			return err;
		*n += got;
	}
	return 0;
}

/**
 * pooladdr_prefixes - the ranges of one family as prefixes
 * @ranges: ranges of both families
 * @n_ranges: how many
 * @family: RG_V4 or RG_V6
 * @out: gets the prefixes
 * @max: room for so many
 * @n: how many there are
 *
 * Return: 0 or -ENOSPC.
 */
int pooladdr_prefixes(const struct rg_range *ranges, size_t n_ranges,
		      enum rg_family family, struct rg_prefix *out, size_t max,
		      size_t *n)
{
	size_t k;

	*n = 0;
	for (k = 0; k < n_ranges; k++) {
		size_t got;
		int err;

		if (ranges[k].from.family != family)
			continue;
		err = addr_range_to_prefixes(&ranges[k], out + *n, max - *n,
					     &got);
		if (err)
			return err;
		*n += got;
	}
	return 0;
}

/**
 * pooladdr_count - how many addresses of a family there are
 * @ranges: ranges
 * @n: how many
 * @family: RG_V4 or RG_V6
 *
 * Return: their number, UINT64_MAX: that many or more.
 */
uint64_t pooladdr_count(const struct rg_range *ranges, size_t n,
			enum rg_family family)
{
	uint64_t sum = 0;
	size_t k;

	for (k = 0; k < n; k++) {
		uint64_t c;

		if (ranges[k].from.family != family)
			continue;
		c = addr_range_count(&ranges[k]);
		sum = c > UINT64_MAX - sum ? UINT64_MAX : sum + c;
	}
	return sum;
}
