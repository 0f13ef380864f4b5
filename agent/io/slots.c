// SPDX-License-Identifier: GPL-2.0-or-later
#include "slots.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/**
 * slots_assign() - give each mapping a slot
 * @id: mapping IDs, ascending
 * @n: how many
 * @slot: their slots, 1 to SLOTS_MAX
 *
 * A mapping ID up to SLOTS_MAX is its own slot, so that a person finds it in the mark and another
 * mapping cannot move it.  A higher one takes the first free slot from its remainder on; as small
 * IDs are placed first, only mappings with high IDs can ever move one another.
 *
 * Return: 0, or -ENOSPC if there are more mappings than slots.
 */
int slots_assign(const uint32_t *id, size_t n, uint32_t *slot)
{
	bool used[SLOTS_MAX + 1];

	if (n > SLOTS_MAX)
		return -ENOSPC;
	memset(used, 0, sizeof(used));
	for (size_t i = 0; i < n; i++) {
		uint32_t s = (id[i] - 1) % SLOTS_MAX + 1;

		while (used[s])
			s = s % SLOTS_MAX + 1;
		used[s] = true;
		slot[i] = s;
	}
	return 0;
}
