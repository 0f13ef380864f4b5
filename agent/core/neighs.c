// SPDX-License-Identifier: GPL-2.0-or-later
#include "neighs.h"

#include <string.h>

static bool better(const struct neigh *a, const struct neigh *b)
{
	return a->valid != b->valid ? a->valid : a->age_ms < b->age_ms;
}

/**
 * neighs_add - an entry of the kernel's table
 * @l: the best ones so far
 * @e: the entry; left out when it is old, or worse than all of them and there is no room
 */
void neighs_add(struct neighs *l, const struct neigh *e)
{
	uint32_t at = l->n;

	if (e->age_ms > NEIGHS_AGE_MS)
		return;
	while (at && better(e, &l->v[at - 1]))
		at--;
	if (at == NEIGHS_MAX)
		return;
	if (l->n < NEIGHS_MAX)
		l->n++;
	memmove(&l->v[at + 1], &l->v[at], (l->n - 1 - at) * sizeof(l->v[0]));
	l->v[at] = *e;
}

/**
 * neighs_has - is an address among them?
 * @l: neighbours
 * @a: the address
 */
bool neighs_has(const struct neighs *l, const struct rg_addr *a)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		if (addr_equal(&l->v[i].addr, a))
			return true;
	return false;
}
