// SPDX-License-Identifier: GPL-2.0-or-later
#include "clock.h"

#include <time.h>

/**
 * clock_now() - present time
 *
 * CLOCK_BOOTTIME, with which the kernel compares leases: time spent suspended counts, changes of
 * the wall clock do not.
 *
 * Return: the instant, never MONO_ZERO.
 */
mono_t clock_now(void)
{
	struct timespec ts;

	/* Cannot fail: the clock exists since Linux 2.6.39 and the pointer is good. */
	clock_gettime(CLOCK_BOOTTIME, &ts);
	return mono_from_ns((int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec);
}

/**
 * clock_wall_s() - date and time
 *
 * Nothing but lifetimes of keys goes by this clock.
 *
 * Return: s since 1970 UTC.
 */
int64_t clock_wall_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}
