// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers of neighbours, as anybody on the link may send them; the first byte is the hop limit. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/neigh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct neigh_answer a;

	if (!size)
		return 0;
	if (neigh_read_arp(data + 1, size - 1, &a) == NEIGH_OK &&
	    (size < 29 || a.addr.family != RG_V4))
		abort();
	/* One that tells a MAC address has an option. */
	if (neigh_read_nd(data + 1, size - 1, data[0], &a) == NEIGH_OK &&
	    (size < 33 || data[0] != 255 || a.addr.family != RG_V6))
		abort();
	return 0;
}
