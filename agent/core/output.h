/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_OUTPUT_H
#define RG_OUTPUT_H

#include <stdbool.h>

#include "out.h"
#include "view.h"

/*
 * DOC: what the show commands print
 *
 * One table has a row for each output, with a text and a JSON renderer. The
 * texts have the shapes that operators of Cisco routers, and the parsers they
 * use, expect: field names and spacing matter. What is ours comes after the
 * known fields.
 *
 * JSON is one object. What is about groups is {"groups":[...]}, also for one
 * group, each with "id" and "name" and the part that was asked for; the
 * outputs about groups as a whole have all parts.
 */
enum output_what {
	OUTPUT_GROUP_LIST,	/* the table of groups */
	OUTPUT_GROUP,		/* one group */
	OUTPUT_GROUP_ALL,	/* faults, group and protocol block of each */
	OUTPUT_CLIENTS,		/* transport clients */
	OUTPUT_TRANSPORT,
	OUTPUT_PROTOCOL,	/* a protocol instance; see @protocol */
	OUTPUT_PROTOCOL_GROUP,
	OUTPUT_FAULTS,
	OUTPUT_IF_MGR,
	OUTPUT_CONTROL_IF,
	OUTPUT_DATA_IF,
	OUTPUT_COUNTERS,	/* of groups; without a group of the system too */
	OUTPUT_VERSION,
	OUTPUT_TRACK,		/* tracked objects, or one; see @track */
	OUTPUT_TRACK_BRIEF,	/* the same, a line for each */
	OUTPUT_SLA,		/* operations, or one; see @sla */
	OUTPUT_BFD,		/* sessions of BFD */
	OUTPUT_BFD_DETAILS,	/* with timers and counters */

	OUTPUT_MAX,
};

/**
 * struct output_scope - what it is about
 * @group: this group only; NULL: all groups
 * @protocol: for OUTPUT_PROTOCOL, not NULL
 * @sla: for OUTPUT_SLA this operation only; NULL: all
 * @track: for OUTPUT_TRACK and OUTPUT_TRACK_BRIEF this object only; NULL: all
 */
struct output_scope {
	const struct view_group *group;
	const struct view_protocol *protocol;
	const struct view_track *track;
	const struct view_sla *sla;
};

void output_text(struct out *o, enum output_what what, const struct view *v,
		 const struct output_scope *scope);
void output_json(struct out *o, enum output_what what, const struct view *v,
		 const struct output_scope *scope);

#endif /* RG_OUTPUT_H */
