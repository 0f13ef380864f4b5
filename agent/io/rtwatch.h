/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our routes in the kernel: which there are, and when somebody removes one.
 *
 * A socket filter lets only removals of our own protocol number through, so that a router with a
 * full table of the Internet costs nothing.
 */
#ifndef RG_IO_RTWATCH_H
#define RG_IO_RTWATCH_H

#include <stddef.h>
#include <stdint.h>

struct event_base;
struct rg_prefix;
struct rtroute;
struct rtsock;
struct rtwatch;

/**
 * typedef rtwatch_fn - somebody else removed a route of ours
 * @arg: of rtwatch_open()
 * @group: whose; 0: events were lost
 * @dst: which; NULL: events were lost
 */
typedef void (*rtwatch_fn)(void *arg, uint32_t group, const struct rg_prefix *dst);

int rtwatch_open(struct event_base *base, uint32_t own_portid, uint8_t table, rtwatch_fn fn,
		 void *arg, struct rtwatch **out);
void rtwatch_close(struct rtwatch *w);

int rtstale_remove(struct rtsock *rt, uint8_t table, uint32_t group, const struct rtroute *routes,
		   size_t n_routes);

#endif
