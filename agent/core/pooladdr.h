/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_POOLADDR_H
#define RG_POOLADDR_H

#include <stddef.h>
#include <stdint.h>

#include "conf.h"

/*
 * DOC: the pool addresses of a group
 *
 * A group's pools are those of its mappings; conf_check() sees to it that no
 * two mappings share one. @taken is what conf_pool_ranges() wants to know.
 */

/* Of one group, after everything that may not be used was taken out. */
#define POOLADDR_RANGES		1024
#define POOLADDR_PREFIXES	8192

int pooladdr_ranges(const struct conf *c, uint32_t group,
		    const struct rg_addr *taken, size_t n_taken,
		    struct rg_range *out, size_t max, size_t *n);
int pooladdr_prefixes(const struct rg_range *ranges, size_t n_ranges,
		      enum rg_family family, struct rg_prefix *out, size_t max,
		      size_t *n);
uint64_t pooladdr_count(const struct rg_range *ranges, size_t n,
			enum rg_family family);

#endif /* RG_POOLADDR_H */
