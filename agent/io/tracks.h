/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracked objects: the machine (core/track.h) and who tells it what is to be seen, interfaces
 * (io/ifaces.h), routes (io/trackroute.h), programs (io/trackrun.h) and twins (io/twins.h).
 */
#ifndef RG_IO_TRACKS_H
#define RG_IO_TRACKS_H

#include <stdint.h>

#include "core/track.h"
#include "io/sla.h"
#include "io/trackroute.h"
#include "io/trackrun.h"

struct event_base;
struct programs;
struct ifaces;
struct tracks;
struct twins;

/**
 * struct tracks_stats - counters
 * @changes: of states, of all objects, the first ones included
 * @run: programs
 * @route: routes
 */
struct tracks_stats {
	uint64_t changes;
	struct trackrun_stats run;
	struct trackroute_stats route;
};

/**
 * typedef tracks_fn - the state of objects changed
 * @arg: of tracks_open()
 */
typedef void (*tracks_fn)(void *arg);

int tracks_open(struct event_base *base, struct ifaces *ifs, struct programs *programs,
		const struct twins *twins, tracks_fn fn, void *arg, struct tracks **out);
void tracks_close(struct tracks *t);
int tracks_configure(struct tracks *t, const struct conf *c);
void tracks_twins(struct tracks *t);
const struct track *tracks_table(const struct tracks *t);
bool tracks_sla(const struct tracks *t, uint32_t id, struct sla_state *out);
void tracks_run_stats(const struct tracks *t, uint32_t id, struct trackrun_stats *out);
void tracks_stats(const struct tracks *t, struct tracks_stats *out);

#endif
