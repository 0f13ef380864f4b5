// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include "core/view.h"
#include "io/hooks.h"

/**
 * fill_hook_counters() - programs that are told role changes
 * @a: the daemon
 * @c: counters of the system
 */
void fill_hook_counters(const struct agent *a, struct view_counters *c)
{
	struct hooks_stats st;

	hooks_get(a->hooks, &st);
	view_count(c, "role-change-programs", st.runs);
	view_count(c, "role-change-programs-failed", st.failed);
	view_count(c, "role-change-programs-killed", st.timeouts);
	view_count(c, "role-change-programs-not-run", st.errors);
	view_count(c, "role-change-left-out", st.left_out);
	view_count(c, "role-change-waiting", st.waiting);
}
