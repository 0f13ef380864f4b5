/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of routes, one for each group, that go into one table of the kernel and out of it as a
 * whole, and are kept as they should be: what pool.h and advert.h have in common.
 *
 * They have our protocol number, and the group in the metric. What somebody else removes is put
 * back; if that happens too often (core/fight.h) we stop, report the fault, and look again later.
 * Till routesets_set() or routesets_want() is called for a group its routes are left as found.
 *
 * Everything runs in the thread of the event base.
 */
#ifndef RG_IO_ROUTESET_H
#define RG_IO_ROUTESET_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/mono.h"
#include "io/rtbatch.h"

struct event_base;
struct ifaces;
struct routesets;

/**
 * struct routeset_item - a route of a set
 * @route: all but the interface
 * @dev: RTROUTE_VIA: the interface, which need not exist: then the route waits for it
 */
struct routeset_item {
	struct rtroute route;
	char dev[IFNAMSIZ];
};

/**
 * struct routesets_ops - what the owner is told; any may be NULL
 * @foreign: routes of @group were removed behind our back.  @restored: they are there again.
 * @fault: we stopped putting them back (true), or try again (false)
 */
struct routesets_ops {
	void (*foreign)(void *arg, uint32_t group, bool restored);
	void (*fault)(void *arg, uint32_t group, bool on);
};

/**
 * struct routeset_state - where a set stands
 * @want: the routes should be there
 * @routes: how many, without those that wait for their interface
 * @foreign: removals by others, ever
 * @refused: refusals of the kernel, ever
 * @last_err: the last refusal, -errno; 0: none
 * @fault: we stopped putting them back
 */
struct routeset_state {
	bool want;
	unsigned int routes;
	uint64_t foreign;
	uint64_t refused;
	int last_err;
	bool fault;
};

int routesets_open(struct event_base *base, struct ifaces *ifs, uint8_t table, const char *label,
		   const struct routesets_ops *ops, void *arg, struct routesets **out);
void routesets_close(struct routesets *rs);

bool routesets_has(const struct routesets *rs, uint32_t group);
int routesets_replace(struct routesets *rs, uint32_t group, const struct routeset_item *items,
		      size_t n);
void routesets_forget(struct routesets *rs, uint32_t group);
int routesets_set(struct routesets *rs, uint32_t group, bool present);
void routesets_want(struct routesets *rs, uint32_t group, bool present, mono_t at);
int routesets_purge(struct routesets *rs);
int routesets_get(const struct routesets *rs, uint32_t group, struct routeset_state *out);

#endif
