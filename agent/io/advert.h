/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a routing daemon may tell its neighbours of: the virtual and the pool addresses of the
 * groups that are active here, as routes of our protocol number in the main table, where FRR and
 * BIRD look. The kernel itself never uses them: it finds the addresses in its table local before.
 *
 * A pool is a route by the virtual address of its outside interface, if that has a virtual MAC
 * address, and so a device of its own: OSPF hands such a gateway on (as the forwarding address),
 * neighbours send to the virtual address from the start, and a takeover changes nothing for them.
 * Anything else is a blackhole, whose next hop is the router itself. (By a virtual address on the
 * interface itself would be a route by an own address: the kernel takes it, BIRD does not.)
 *
 * The last of what a takeover does, and when the role is given up the routes stay for
 * ADVERT_LINGER_MS, in which those of the other router come up: packets that still come here by
 * them are forwarded by the grace of the kernel's gate, or sent to the virtual address anyway.
 *
 * Everything runs in the thread of the event base.
 */
#ifndef RG_IO_ADVERT_H
#define RG_IO_ADVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/routeset.h"

struct adverts;
struct conf;

#define ADVERT_LINGER_MS	1000

int adverts_open(struct event_base *base, struct ifaces *ifs, const struct routesets_ops *ops,
		 void *arg, struct adverts **out);
void adverts_close(struct adverts *ad);

int adverts_configure(struct adverts *ad, const struct conf *c, const struct rg_addr *taken,
		      size_t n_taken);
void adverts_set(struct adverts *ad, uint32_t group, bool present);
int adverts_purge(struct adverts *ad);
int adverts_get(const struct adverts *ad, uint32_t group, struct routeset_state *out);

#endif
