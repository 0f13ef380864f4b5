/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Monotonic time in a struct, so that an instant cannot be added to an instant,
 * nor milliseconds to nanoseconds, without the compiler saying so.
 *
 * The clock behind it is CLOCK_BOOTTIME, for the lease of a redundancy group is
 * compared with that clock by the kernel module: time spent suspended counts.
 * The core never reads a clock; agent/io does and passes the value in.
 *
 * Durations are plain unsigned integers whose name ends in the unit (_ms, _ns).
 */
#ifndef AGENT_CORE_MONO_H
#define AGENT_CORE_MONO_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
	int64_t ns;
} mono_t;

#define MONO_NSEC_PER_MSEC	INT64_C(1000000)

/* Later than every instant: "no deadline". */
#define MONO_NEVER		((mono_t){ INT64_MAX })

/* Before every instant that a clock returns: "did not happen". */
#define MONO_ZERO		((mono_t){ 0 })

static inline mono_t mono_from_ns(int64_t ns)
{
	return (mono_t){ ns };
}

static inline mono_t mono_from_ms(int64_t ms)
{
	return (mono_t){ ms * MONO_NSEC_PER_MSEC };
}

static inline bool mono_is_never(mono_t t)
{
	return t.ns == INT64_MAX;
}

static inline bool mono_is_zero(mono_t t)
{
	return t.ns == 0;
}

/* Saturates at MONO_NEVER instead of wrapping into the past. */
static inline mono_t mono_add_ns(mono_t t, uint64_t ns)
{
	if (ns >= (uint64_t)INT64_MAX || t.ns > INT64_MAX - (int64_t)ns)
		return MONO_NEVER;
	return (mono_t){ t.ns + (int64_t)ns };
}

static inline mono_t mono_add_ms(mono_t t, uint64_t ms)
{
	if (ms >= (uint64_t)(INT64_MAX / MONO_NSEC_PER_MSEC))
		return MONO_NEVER;
	return mono_add_ns(t, ms * (uint64_t)MONO_NSEC_PER_MSEC);
}

/* Stops at MONO_ZERO: nothing happened before the clock began. */
static inline mono_t mono_sub_ms(mono_t t, uint64_t ms)
{
	if (ms >= (uint64_t)(INT64_MAX / MONO_NSEC_PER_MSEC) ||
	    (int64_t)ms * MONO_NSEC_PER_MSEC >= t.ns)
		return MONO_ZERO;
	return (mono_t){ t.ns - (int64_t)ms * MONO_NSEC_PER_MSEC };
}

static inline bool mono_before(mono_t a, mono_t b)
{
	return a.ns < b.ns;
}

/* True when the instant @deadline has come at @now; never for MONO_NEVER. */
static inline bool mono_reached(mono_t now, mono_t deadline)
{
	return !mono_is_never(deadline) && now.ns >= deadline.ns;
}

static inline mono_t mono_min(mono_t a, mono_t b)
{
	return a.ns < b.ns ? a : b;
}

static inline mono_t mono_max(mono_t a, mono_t b)
{
	return a.ns > b.ns ? a : b;
}

/* Nanoseconds from @from to @to; 0 when @to is the earlier one. */
static inline uint64_t mono_span_ns(mono_t from, mono_t to)
{
	return to.ns > from.ns ? (uint64_t)(to.ns - from.ns) : 0;
}

/* Whole milliseconds from @from to @to, rounded down; 0 when @to is earlier. */
static inline uint64_t mono_span_ms(mono_t from, mono_t to)
{
	return mono_span_ns(from, to) / (uint64_t)MONO_NSEC_PER_MSEC;
}

/*
 * Whole milliseconds from @from to @to, rounded up: for poll timeouts, so that
 * a waiter does not wake just before its deadline and spin.
 */
static inline uint64_t mono_wait_ms(mono_t from, mono_t to)
{
	uint64_t ns = mono_span_ns(from, to);

	return ns / (uint64_t)MONO_NSEC_PER_MSEC +
	       (ns % (uint64_t)MONO_NSEC_PER_MSEC != 0);
}

#endif /* AGENT_CORE_MONO_H */
