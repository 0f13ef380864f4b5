/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's table of neighbours (ARP and neighbour discovery): read, and asked anew.
 *
 * The kernel asks, not we: it knows the addresses, the VLANs and the retransmissions, and what it
 * learns is of use to others. Nothing here waits: an answer is seen in the next read.
 */
#ifndef RG_IO_NEIGHTABLE_H
#define RG_IO_NEIGHTABLE_H

#include <stdint.h>

#include "core/neighs.h"

struct event_base;
struct neightable;

struct neightable_ops {
	/* An entry, in no order. */
	void (*entry)(void *arg, unsigned int ifindex, const struct neigh *e);
	/* That was all; @err: 0 or -errno, and some may be missing. */
	void (*end)(void *arg, int err);
};

int neightable_open(struct event_base *base, const struct neightable_ops *ops, void *arg,
		    struct neightable **out);
void neightable_close(struct neightable *t);
int neightable_read(struct neightable *t);
void neightable_ask(struct neightable *t, unsigned int ifindex, const struct neigh *e);

#endif
