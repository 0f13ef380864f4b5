/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules that translate, and the ones that keep untranslated traffic in.
 *
 * These nftables tables are ours: `inet rg_guard`, which drops what comes to pool addresses and,
 * while the module does not, what the lists of the mappings match and nothing translated;
 * `arp rg_guard`, which belongs to it; and `inet rg`, which translates.
 * They are replaced in one transaction; if that is refused the guard alone is, so that a failure
 * leaves things closed. The rules are the same on both routers and whatever the roles are; a
 * switchover does not touch them.
 *
 * If somebody else changes or flushes one of the tables it is put back within 100 ms; after more
 * than three times in ten seconds we stop, report the fault, and look again a minute later.
 *
 * libnftables waits for the kernel and allocates: not for the real-time thread.  Everything runs in
 * the thread of the event base.
 */
#ifndef RG_IO_NAT_H
#define RG_IO_NAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

struct conf;
struct event_base;
struct nat;

/**
 * struct nat_ops - what the owner is told; any may be NULL
 * @foreign: somebody changed our tables.  @restored: they are as they should be again.
 * @fault: fault FOREIGN begins or ends (of all groups that have mappings)
 * @installed: rules that nat_apply() could not install are in place now; it is tried every five
 *	seconds
 */
struct nat_ops {
	void (*foreign)(void *arg, bool restored);
	void (*fault)(void *arg, bool on);
	void (*installed)(void *arg);
};

/**
 * struct nat_counter - a counter of the rules
 * @mapping: mapping ID
 * @name: "translated" (connections), "fail-closed" (untranslated, dropped), and
 *	of no mapping (0) "pool-input" (to a pool address, not translated back, dropped), "pool-arp"
 *	and "vmac-arp" (ARP requests dropped: for a pool address, not from outside; for what
 *	another device of the same network answers)
 * @packets: packets; of "translated" the first of each connection
 * @bytes: bytes
 */
struct nat_counter {
	uint32_t mapping;
	const char *name;
	uint64_t packets;
	uint64_t bytes;
};

typedef void (*nat_counter_fn)(void *arg, const struct nat_counter *c);

/**
 * struct nat_state - where the rules stand
 * @installed: the rules in the kernel are those of the last nat_apply()
 * @guard_only: translation was refused, untranslated traffic is kept in
 * @mappings: mappings that translate
 * @foreign: changes by others, ever
 * @restored: how often they were put back
 * @fault: fault FOREIGN
 * @error: what nftables said last, empty: nothing
 */
struct nat_state {
	bool installed;
	bool guard_only;
	uint32_t mappings;
	uint64_t foreign;
	uint64_t restored;
	bool fault;
	char error[256];
};

int nat_open(struct event_base *base, const struct nat_ops *ops, void *arg, struct nat **out);
void nat_close(struct nat *n);

int nat_apply(struct nat *n, const struct conf *c, const struct rg_addr *taken, size_t n_taken,
	      bool closed);
int nat_counters(struct nat *n, nat_counter_fn fn, void *arg);
int nat_purge(struct nat *n);
void nat_get(const struct nat *n, struct nat_state *out);

#endif
