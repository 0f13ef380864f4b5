// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

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
