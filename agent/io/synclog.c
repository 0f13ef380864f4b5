// SPDX-License-Identifier: GPL-2.0-or-later
#include "synclog.h"

#include <inttypes.h>

#include "io/cttable.h"
#include "io/evtrace.h"
#include "io/log.h"

/**
 * synclog_table() - a peer joins: does its table take what ours does?
 * @group: the group
 * @peer_max: connections that it takes, 0: no limit
 *
 * What does not fit there will be missing: said before it is.
 */
void synclog_table(uint8_t group, uint32_t peer_max)
{
	struct cttable t;

	cttable_read(&t);
	if (peer_max && (!t.max || peer_max < t.max))
		log_warnx("SYNC",
			  "RG id %u: the peer's connection tracking table takes %u connections, this router's %u",
			  group, peer_max, t.max);
}

/**
 * synclog_merge() - what was done during a split brain went from one router to the other
 * @a: SYNCSESS_MERGE_OVER
 */
void synclog_merge(const struct syncsess_action *a)
{
	bool sent = a->merge.sent;

	event_notice(a->merge.group, "SYNC",
		     "RG id %u: split brain: %s %" PRIu64 " connections %s, split-conflict %" PRIu64
		     ", refused otherwise %" PRIu64 "%s",
		     a->merge.group, sent ? "gave" : "took", a->merge.records,
		     sent ? "to the active router" : "of the router that gave way",
		     a->merge.conflicts, a->merge.refused, a->merge.whole ? "" : ", cut short");
}
