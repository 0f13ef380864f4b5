// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <stdio.h>
#include <string.h>

#include "core/view.h"

static enum view_conf_state state_of(const struct peerconf *m)
{
	if (!m->own || !m->peer)
		return VIEW_CONF_UNKNOWN;
	if (m->own == m->peer)
		return VIEW_CONF_EQUAL;
	return m->cmp_own == m->own && m->cmp_peer == m->peer ? VIEW_CONF_DIFFERS : VIEW_CONF_ASKED;
}

/**
 * fill_conf() - the configuration of a group, compared with the peer's
 * @g: the group
 * @o: filled
 */
void fill_conf(const struct group *g, struct view_conf *o)
{
	const struct peerconf_result *r = &g->cmp.m.result;

	_Static_assert(VIEW_MAX_DIFFS == PEERCONF_DIFFS_MAX, "all that are named are shown");
	o->state = state_of(&g->cmp.m);
	o->n = r->n;
	o->n_diffs = r->n_diffs;
	memcpy(o->diff, r->diff, sizeof(o->diff));
}

/**
 * fill_conf_counters() - what the comparison counts
 * @g: the group
 * @c: added to
 */
void fill_conf_counters(const struct group *g, struct view_counters *c)
{
	char text[VIEW_COUNTER_LEN];

	for (int i = 0; i < PEERCONF_COUNTERS; i++) {
		snprintf(text, sizeof(text), "peer-config-%s",
			 peerconf_counter_name((enum peerconf_counter)i));
		view_count(c, text, g->cmp.m.counters[i]);
	}
}
