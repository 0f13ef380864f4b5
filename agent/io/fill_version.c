// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <stdio.h>

#include "io/clock.h"

/**
 * fill_version() - what the two routers cannot say to each other
 * @g: the group
 * @text: gets what is wrong, a sentence each
 *
 * One router was upgraded by more than a version at once, or the other one was never.
 *
 * Return: how many sentences.
 */
unsigned int fill_version(const struct group *g, char text[FILL_VERSIONS][VIEW_TEXT_LEN])
{
	const struct syncsess *m = g->sync ? synclink_sess(g->sync) : NULL;
	unsigned int hello = g->link ? link_foreign_version(g->link, clock_now()) : 0;
	unsigned int n = 0;

	if (hello)
		snprintf(text[n++], VIEW_TEXT_LEN,
			 "hellos of version %u are heard, this agent speaks %u", hello,
			 HELLO_VERSION);
	if (m && m->state != SYNCSESS_UP && m->last_reason == FRAME_R_VERSION)
		snprintf(text[n++], VIEW_TEXT_LEN,
			 "the peer's data link speaks versions %u-%u, this agent's %u-%u",
			 m->peer_versions.min, m->peer_versions.max, m->cfg.versions.min,
			 m->cfg.versions.max);
	return n;
}
