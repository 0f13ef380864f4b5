/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_NEIGHS_H
#define RG_NEIGHS_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"

/*
 * DOC: neighbours of an interface, out of the kernel's table
 *
 * Of all that the kernel knows the few are kept that are the most likely to
 * answer: what is valid before what is not, what was confirmed last first.
 */
#define NEIGHS_MAX	8
#define NEIGHS_AGE_MS	600000	/* not seen for longer: not recently */

/**
 * struct neigh - one of the kernel's entries
 * @addr: its address
 * @mac: its MAC address, zero: not known
 * @valid: the kernel would send to it
 * @reachable: and was answered not long ago
 * @age_ms: since it was last confirmed
 */
struct neigh {
	struct rg_addr addr;
	uint8_t mac[6];
	bool valid;
	bool reachable;
	uint64_t age_ms;
};

/* @v: the best ones, the most likely first */
struct neighs {
	uint32_t n;
	struct neigh v[NEIGHS_MAX];
};

void neighs_add(struct neighs *l, const struct neigh *e);
bool neighs_has(const struct neighs *l, const struct rg_addr *a);

#endif /* RG_NEIGHS_H */
