// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <stdio.h>

#include "core/notify.h"
#include "core/out.h"
#include "io/clock.h"
#include "io/notify.h"

#include <linux/nf_rg.h>

/* What the service manager is told of the daemon. */

/* Later than this nobody's hellos are: a peer with the shortest hold time has long taken over. */
#define LATE_MS 2000

/*
 * The loop turns: this runs in it.  That it does its work as well, shows in what it has to do again
 * and again: hellos, with which leases are renewed, and the deadlines of the elections.
 */
static const char *well(void *arg)
{
	const struct agent *a = arg;
	const mono_t now = clock_now();
	const struct group *g;

	for (uint32_t p = 1; p <= CONF_MAX_PROTOCOLS; p++) {
		const struct link *l = a->links ? links_find(a->links, p) : NULL;

		if (l && !mono_is_zero(l->next) && notify_overdue(l->next, LATE_MS, now))
			return "hellos are overdue";
	}
	for_each_group(a, g)
		if (notify_overdue(g->timer.at, LATE_MS, now))
			return "a deadline of a group is overdue";
	return NULL;
}

/**
 * service_open() - find the service manager
 * @a: the daemon, its loop is open
 *
 * Return: 0 or -errno.
 */
int service_open(struct agent *a)
{
	return notify_open(a->loop.base, well, a, &a->notify);
}

/**
 * service_status() - tell how the groups stand
 * @a: the daemon
 */
void service_status(struct agent *a)
{
	char text[NOTIFY_TEXT_MAX];
	const struct group *g;
	struct out o;

	if (!a->notify)
		return;
	out_init(&o, text, sizeof(text));
	for_each_group(a, g)
		out_fmt(&o, "%sRG %u %s", o.len ? ", " : "", g->id,
			rg_rf_name(election_rf(&g->e)));
	notify_status(a->notify, o.len ? text : "no group is configured");
}
