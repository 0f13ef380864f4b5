// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <stdio.h>

#include "core/view.h"
#include "io/ctl.h"
#include "io/watchers.h"

/**
 * fill_ctl_counters() - what came and went over the control socket
 * @a: the daemon
 * @c: counters of the system
 */
void fill_ctl_counters(const struct agent *a, struct view_counters *c)
{
	struct watchers_stats ws;
	struct ctl_stats st;

	if (!a->ctl)
		return;
	watchers_stats(&ws);
	ctl_get(a->ctl, &st);
	view_count(c, "command-clients", st.clients);
	view_count(c, "command-requests", st.requests);
	view_count(c, "command-bad-requests", st.bad_requests);
	view_count(c, "command-dropped-slow", st.dropped_slow);
	view_count(c, "command-dropped-limit", st.dropped_limit);
	view_count(c, "command-strangers", st.strangers);
	view_count(c, "command-forbidden", st.refused);
	view_count(c, "watch-sessions", ws.sessions);
	view_count(c, "watch-sessions-refused", ws.refused);
	view_count(c, "watch-lines", ws.lines);
	view_count(c, "watch-lines-lost", ws.lost);
}

/**
 * fill_clear_damping() - rule 14 begins anew in every group
 * @arg: the daemon
 * @text: gets what was done
 * @size: of @text
 *
 * Return: 0.
 */
int fill_clear_damping(void *arg, char *text, size_t size)
{
	struct election_event ev = { .type = ELECTION_EV_ADMIN };
	unsigned int was = 0, is = 0;
	struct agent *a = arg;
	struct group *g;

	ev.admin.op = ELECTION_ADMIN_CLEAR;
	for_each_group(a, g) {
		if (!g->started)
			continue;
		was += !mono_is_zero(g->e.damped_until);
		group_event(g, &ev);
		is += !mono_is_zero(g->e.damped_until);
	}
	snprintf(text, size, "preempt was suspended in %u groups, it is in %u now", was, is);
	return 0;
}
