/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AGENT_CORE_SAME_H
#define AGENT_CORE_SAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Are @n bytes the same?  Without an early end: the time taken must not tell how much of a
 * signature was right.
 */
static inline bool same_bytes(const void *a, const void *b, size_t n)
{
	const uint8_t *p = a, *q = b;
	volatile uint8_t diff = 0;

	while (n--)
		diff = (uint8_t)(diff | (p[n] ^ q[n]));
	return !diff;
}

#endif
