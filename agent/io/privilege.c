// SPDX-License-Identifier: GPL-2.0-or-later
#include "privilege.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "io/log.h"

static const cap_value_t of_agent[] = { CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_NICE, CAP_IPC_LOCK };
static const cap_value_t of_programs[] = { CAP_NET_ADMIN, CAP_NET_RAW };

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static bool has(const cap_value_t *keep, int n, cap_value_t cap)
{
	for (int i = 0; i < n; i++)
		if (keep[i] == cap)
			return true;
	return false;
}

/*
 * What execve() could give back, if it were not for no_new_privs.  To take from it needs a
 * capability of its own; a service manager that did not leave us that has left us no others,
 * either.
 */
static void bound(const cap_value_t *keep, int n)
{
	bool failed = false;

	for (cap_value_t cap = 0; cap < cap_max_bits(); cap++)
		if (!has(keep, n, cap) && cap_get_bound(cap) > 0 && cap_drop_bound(cap))
			failed |= !has(of_agent, COUNT(of_agent), cap);
	if (failed)
		log_warnx("START", "the bounding set of capabilities is wider than needed");
}

/* Those that are not there, in a container for instance, are missed where they are used. */
static int hold(const cap_value_t *keep, int n)
{
	cap_t now = cap_get_proc(), then = cap_init();
	cap_flag_value_t there;
	int err = now && then ? 0 : -1;

	for (int i = 0; i < n && !err; i++) {
		err = cap_get_flag(now, keep[i], CAP_PERMITTED, &there);
		if (!err && there == CAP_SET)
			err = cap_set_flag(then, CAP_PERMITTED, 1, &keep[i], CAP_SET) ||
			      cap_set_flag(then, CAP_EFFECTIVE, 1, &keep[i], CAP_SET);
	}
	if (!err)
		err = cap_set_proc(then);
	n = errno;
	cap_free(now);
	cap_free(then);
	errno = n;
	return err;
}

/*
 * Of this thread, so it must be the only one.  A process that cannot be sure of what it has given
 * up does not go on.
 */
static void keep_only(const cap_value_t *keep, int n)
{
	bound(keep, n);
	if (cap_reset_ambient() && errno != EINVAL && errno != EPERM)
		fatal("ambient capabilities");
	if (hold(keep, n))
		fatal("capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		fatal("no_new_privs");
}

/**
 * privilege_agent() - give up what the agent does not need
 *
 * For good, and for all threads and processes that it starts later: called before there is any.
 * Ends the process if it cannot be done.
 */
void privilege_agent(void)
{
	keep_only(of_agent, COUNT(of_agent));
}

/**
 * privilege_programs() - give up what programs of tracked objects do not get
 *
 * As privilege_agent().
 */
void privilege_programs(void)
{
	keep_only(of_programs, COUNT(of_programs));
}
