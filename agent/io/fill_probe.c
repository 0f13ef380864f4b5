// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <stdio.h>

#include "core/view.h"
#include "io/probe.h"

/**
 * fill_probe_counters() - the split-brain probe of a group
 * @g: the group
 * @c: added to
 */
void fill_probe_counters(const struct group *g, struct view_counters *c)
{
	struct probe_state st;

	probes_get(g->agent->probes, g->id, &st);
	view_count(c, "probe-rounds", g->e.stats.probes);
	view_count(c, "probe-sent", st.sent);
	view_count(c, "probe-failed", st.failed);
	view_count(c, "probe-answers", st.answers);
	view_count(c, "probe-isolated", g->e.stats.isolated);
}

/**
 * fill_probe_bad() - what was heard while somebody asked and is no answer, by reason
 * @a: the daemon
 * @c: added to
 */
void fill_probe_bad(const struct agent *a, struct view_counters *c)
{
	char name[VIEW_COUNTER_LEN];

	for (int v = NEIGH_OK + 1; v < NEIGH_VERDICTS; v++) {
		snprintf(name, sizeof(name), "probe-%s", neigh_verdict_name((enum neigh_verdict)v));
		view_count(c, name, probes_bad(a->probes, (enum neigh_verdict)v));
	}
}
