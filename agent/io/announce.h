/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells the neighbours where a group's addresses are now: gratuitous ARP, as request and as reply
 * (RFC 5227 section 3, RFC 826), and unsolicited neighbour advertisements with the override flag
 * (RFC 4861 section 7.2.6), at once and again after 100, 500 and 2000 ms.
 *
 * Frames are built when the configuration is read or an interface changes, and go out of packet
 * sockets that are open already: announce_start() allocates nothing.  Everything runs in the thread
 * of the event base.
 */
#ifndef RG_IO_ANNOUNCE_H
#define RG_IO_ANNOUNCE_H

#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

struct announce;
struct conf;
struct event_base;
struct ifaces;

/*
 * More pool addresses of a group than this are not announced: neighbours' caches then have to run
 * out (or route the pool).
 */
#define ANNOUNCE_MAX_POOL	1024

/**
 * struct announce_state - what was announced of a group
 * @addrs: addresses that are announced, an address on two interfaces counts twice
 * @left_out: pool addresses beyond ANNOUNCE_MAX_POOL
 * @rounds: rounds begun
 * @sent: frames sent
 * @failed: frames that the kernel did not take (interface down, queue full), after a second try
 */
struct announce_state {
	uint32_t addrs;
	uint64_t left_out;
	uint64_t rounds;
	uint64_t sent;
	uint64_t failed;
};

int announce_open(struct event_base *base, struct ifaces *ifs, struct announce **out);
void announce_close(struct announce *a);

int announce_configure(struct announce *a, const struct conf *c, const struct rg_addr *taken,
		       size_t n_taken);
int announce_start(struct announce *a, uint32_t group);
void announce_stop(struct announce *a, uint32_t group);
int announce_get(const struct announce *a, uint32_t group, struct announce_state *out);

#endif
