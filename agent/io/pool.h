/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pool addresses: the active router, and it alone, answers for them on the outside interfaces.
 *
 * Up to POOL_ADDRS4 IPv4 addresses of a group go on the outside interfaces. More would take long to
 * put there when this router takes over, so they are routes: `local PREFIX dev lo` in the table
 * local, of our protocol, the group in the metric. Routes have a price as well: once there was one
 * in a network namespace, the kernel validates the source of each packet by a second look into its
 * tables, unless it does so anyway because of rp_filter (fib_has_custom_local_routes in
 * fib_validate_source(); 430 instructions a packet in Linux 6.1).
 *
 * That a policy rule would switch a table of ours at once, and for outside interfaces alone, is
 * not worth its price: with the first rule the kernel merges its tables no longer and goes through
 * all rules twice for each forwarded packet. Other interfaces are kept from answering ARP by a
 * rule of the guard (natrules.h).
 *
 * IPv6: the kernel answers neighbour solicitations for addresses only, so these go one by one on
 * the outside interfaces, at most POOL_MAX6 of a group.
 *
 * pools_set() neither allocates nor waits for anything but the kernel.  Everything runs in the
 * thread of the event base.
 */
#ifndef RG_IO_POOL_H
#define RG_IO_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

struct conf;
struct event_base;
struct ifaces;
struct pools;

#define POOL_MAX6	256
#define POOL_ADDRS4	32

/**
 * struct pools_ops - what the owner is told; any may be NULL
 * @foreign: routes or addresses of @group were removed behind our back.  @restored: they are there
 *	again.
 * @fault: fault FOREIGN of @group begins or ends
 */
struct pools_ops {
	void (*foreign)(void *arg, uint32_t group, bool restored);
	void (*fault)(void *arg, uint32_t group, bool on);
};

/**
 * struct pools_state - what there is of a group's pools
 * @want: this router should answer
 * @prefixes4: IPv4 prefixes routed to us
 * @addrs: addresses of both families, on each outside interface
 * @interfaces: outside interfaces that exist
 * @foreign: removals by others, ever
 * @refused: refusals of the kernel, ever
 * @last_err: the last refusal, -errno; 0: none
 * @fault: fault FOREIGN
 */
struct pools_state {
	bool want;
	unsigned int prefixes4;
	unsigned int addrs;
	unsigned int interfaces;
	uint64_t foreign;
	uint64_t refused;
	int last_err;
	bool fault;
};

int pools_open(struct event_base *base, struct ifaces *ifs, const struct pools_ops *ops, void *arg,
	       struct pools **out);
void pools_close(struct pools *p);

int pools_check(const struct conf *c, const struct rg_addr *taken, size_t n_taken, char *why,
		size_t size);
int pools_configure(struct pools *p, const struct conf *c, const struct rg_addr *taken,
		    size_t n_taken);
int pools_set(struct pools *p, uint32_t group, bool present);
int pools_purge(struct pools *p);
int pools_get(const struct pools *p, uint32_t group, struct pools_state *out);

#endif
