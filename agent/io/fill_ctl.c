// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include "core/view.h"
#include "io/ctl.h"

/**
 * fill_ctl_counters() - what came over the control socket
 * @a: the daemon
 * @c: counters of the system
 */
void fill_ctl_counters(const struct agent *a, struct view_counters *c)
{
	struct ctl_stats st;

	if (!a->ctl)
		return;
	ctl_get(a->ctl, &st);
	view_count(c, "command-clients", st.clients);
	view_count(c, "command-requests", st.requests);
	view_count(c, "command-bad-requests", st.bad_requests);
	view_count(c, "command-dropped-slow", st.dropped_slow);
	view_count(c, "command-dropped-limit", st.dropped_limit);
	view_count(c, "command-strangers", st.strangers);
	view_count(c, "command-forbidden", st.refused);
}
