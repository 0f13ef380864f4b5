/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of the commands that the agent answers: how they read, and their numbers for
 * io/show.c, which carries them out.
 */
#ifndef RG_IO_SHOW_TABLE_H
#define RG_IO_SHOW_TABLE_H

#include <stddef.h>

#include "core/cmd.h"
#include "core/output.h"
#include "core/watch.h"

enum show_command {
	C_SHOW,			/* C_SHOW + enum output_what */
	C_RUNNING = C_SHOW + OUTPUT_MAX,
	C_RELOAD_SELF,
	C_RELOAD_SELF_FORCE,
	C_RELOAD_PEER,
	C_RELOAD_PEER_FORCE,
	C_RELOAD_CONFIG,
	C_STOP,
	C_STOP_PURGE,
	C_CLEAR,
	C_CLEAR_DAMPING,
	C_CHECK,
	C_NOTHING,
	C_CONFIGURE,
	C_NAT,
	C_NAT_VERBOSE,
	C_NAT_GROUP,
	C_NAT_GROUP_VERBOSE,
	C_NAT_MAP,
	C_NAT_MAP_VERBOSE,
	C_NAT_STATISTICS,
	C_NAT_CLEAR,
	C_NAT_CLEAR_GROUP,
	C_NAT_CLEAR_MAP,
	C_NAT_CLEAR_INSIDE,
	C_NAT_CLEAR_OUTSIDE,
	C_NAT_CLEAR_BOTH,
	C_TRACE,
	C_TRACE_LATEST,
	C_STARTUP,
	C_WRITE,
	C_WRITE_FORCE,
	C_MONITOR,
	C_NO_MONITOR,
	C_DEBUGGING,
	C_NO_DEBUG_ALL,
	C_DEBUG,		/* C_DEBUG + enum watch_topic */
	C_NO_DEBUG = C_DEBUG + WATCH_TOPICS,
	C_END = C_NO_DEBUG + WATCH_TOPICS,
};

extern const struct cmd show_table[];
extern const size_t show_table_len;

#endif
