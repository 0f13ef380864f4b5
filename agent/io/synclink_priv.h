/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the data link, for nobody else. */
#ifndef RG_IO_SYNCLINK_PRIV_H
#define RG_IO_SYNCLINK_PRIV_H

#include "core/stall.h"
#include "io/loop.h"
#include "io/synclink.h"

/*
 * Instants of the last batches of a group, for the age of the oldest one that is not acknowledged.
 */
#define SENT_SLOTS 64

struct sent {
	mono_t at[SENT_SLOTS];
};

struct synclink {
	struct event_base *base;
	struct knl_att *att;
	struct synclink_conf conf;
	const struct synclink_ops *ops;
	void *arg;
	struct syncsock *sock;
	struct synclink_peer peer;
	struct syncsess sess;
	struct syncsess_actions actions; /* of the step being carried out */
	struct frame_parser parser;
	uint8_t *bytes;
	struct loop_timer timer;
	struct loop_timer more; /* frames were left for the next turn */
	mono_t turn; /* when this turn began */
	mono_t life;
	struct stall stall;
	unsigned int installs; /* outstanding */
	struct synclink_stats stats;
	struct synclink_group_stats group[SYNCSESS_GROUPS];
	struct sent sent[SYNCSESS_GROUPS];
};

#endif
