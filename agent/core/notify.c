// SPDX-License-Identifier: GPL-2.0-or-later
#include "notify.h"

#include <string.h>

/**
 * notify_name() - where a service manager listens, as a name of the kernel's
 * @env: value of NOTIFY_SOCKET: an absolute path, or `@` and an abstract name; NULL: none
 * @out: gets a path with its NUL, or a NUL and an abstract name without any
 * @size: of @out
 *
 * Return: bytes of the name; 0: there is none that could be used.
 */
size_t notify_name(const char *env, char *out, size_t size)
{
	size_t len = env ? strlen(env) : 0;

	/* Beyond a single character: a name, and a path with its NUL. */
	if (len < 2 || (env[0] != '/' && env[0] != '@') || len >= size)
		return 0;
	memcpy(out, env, len + 1);
	if (env[0] == '/')
		return len + 1;
	out[0] = '\0';
	return len;
}

/* Digits alone; false: it is no number, or too large. */
static bool get_number(const char *s, uint64_t *out)
{
	uint64_t v = 0;

	if (!s || !*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || v > (UINT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
	}
	*out = v;
	return true;
}

/**
 * notify_interval() - how often a service manager wants to hear that we are well
 * @usec: value of WATCHDOG_USEC, the longest silence in microseconds; NULL: none
 * @pid: value of WATCHDOG_PID, whom it is meant for; NULL: whoever reads it
 * @self: number of this process
 *
 * Return: ms between two words of ours, at least 1; 0: it does not.
 */
uint32_t notify_interval(const char *usec, const char *pid, pid_t self)
{
	uint64_t us, whom, ms;

	if (!get_number(usec, &us) || !us)
		return 0;
	if (pid && (!get_number(pid, &whom) || whom != (uint64_t)self))
		return 0;
	ms = us / 1000 / NOTIFY_FEEDS;
	if (!ms)
		return 1;
	return ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

/**
 * notify_overdue() - should something have been done long ago
 * @due: when it was due; MONO_NEVER: it is not
 * @slack_ms: so much later is late, but no more than that
 * @now: the time
 *
 * Return: true if so.
 */
bool notify_overdue(mono_t due, uint32_t slack_ms, mono_t now)
{
	return !mono_is_never(due) && mono_before(mono_add_ms(due, slack_ms), now);
}
