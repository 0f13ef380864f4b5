/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracked objects that are routes: `track N ip route P reachability`.
 *
 * A route counts if the main table has it for this very prefix, and it leads somewhere.  The kernel
 * tells of routes that come and go, but not of those that it drops with an interface or an address,
 * nor when a next hop dies.  So an event about a tracked prefix, and whatever happens to an
 * interface, only begins to read the table, one buffer a turn of the loop: a full table of the
 * Internet takes a moment, and hellos do not wait for it.
 */
#ifndef RG_IO_TRACKROUTE_H
#define RG_IO_TRACKROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

struct conf;
struct event_base;
struct ifaces;
struct trackroutes;

/**
 * struct trackroute - an object
 * @id: its number
 * @prefix: what it is about
 * @up: there is a route, and it leads somewhere
 */
struct trackroute {
	uint32_t id;
	struct rg_prefix prefix;
	bool up;
};

/**
 * struct trackroute_stats - counters
 * @events: of the kernel about a tracked prefix or a next hop
 * @overruns: events were lost
 * @reads: of the table, completed
 * @errors: reads that failed
 */
struct trackroute_stats {
	uint64_t events;
	uint64_t overruns;
	uint64_t reads;
	uint64_t errors;
};

/**
 * typedef trackroute_fn - the table has been read
 * @arg: of trackroutes_open()
 * @v: all objects
 * @n: how many
 */
typedef void (*trackroute_fn)(void *arg, const struct trackroute *v, size_t n);

int trackroutes_open(struct event_base *base, const struct ifaces *ifs, trackroute_fn fn, void *arg,
		     struct trackroutes **out);
void trackroutes_close(struct trackroutes *w);
int trackroutes_configure(struct trackroutes *w, const struct conf *c);
void trackroutes_look(struct trackroutes *w);
void trackroutes_stats(const struct trackroutes *w, struct trackroute_stats *out);

#endif
