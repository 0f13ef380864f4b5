/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_NATRULES_H
#define RG_NATRULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "out.h"

/*
 * DOC: the rules, as nftables text
 *
 * Three tables. `inet rg_guard` comes first and stands alone: what comes to a
 * pool address and belongs to no translated connection is dropped before it
 * reaches the router's own services. And what a mapping's list permits, goes
 * from inside to outside and nothing has translated, is dropped and counted,
 * whatever the reason: as long as the module is not there, which does that
 * otherwise (NF_RG_CMD_CLOSED_SET), at no cost and where no flush reaches it.
 * `arp rg_guard` belongs to it: pool addresses are not answered for but
 * outside. `inet rg` translates.
 *
 * The text depends on nothing but the configuration and the addresses in use,
 * so that both routers have the same rules; the hash that spreads sources over
 * a pool in several pieces has a fixed seed. A mapping whose pool or group is
 * not defined translates nothing, and is guarded all the same.
 *
 * Rules that rest on the kernel's details:
 *  - postrouting sees the incoming interface of a forwarded packet (since 5.7);
 *  - `ct status` does not match a packet without a connection, so untracked
 *    and invalid ones have a rule of their own, which must be the first;
 *  - a reply from inside is translated if the connection's destination was.
 */
#define NATRULES_TABLE		"rg"
#define NATRULES_GUARD		"rg_guard"

/* Room that natrules_translate() and natrules_guard() want to work in. */
#define NATRULES_RANGES		1024

enum natrules_kind {
	NATRULES_TRANSLATED,	/* connections translated by a mapping */
	NATRULES_FAIL_CLOSED,	/* packets of a mapping dropped untranslated */
	/* of no mapping (0) */
	NATRULES_POOL_INPUT,	/* packets to a pool address dropped */
	NATRULES_POOL_ARP,	/* ARP requests for one, not from outside, dropped */
	NATRULES_VMAC_ARP,	/* ARP requests that another device answers, dropped */
};

/* A counter to go on from: a new table would begin at 0. */
struct natrules_count {
	uint32_t mapping;
	enum natrules_kind kind;
	uint64_t packets;
	uint64_t bytes;
};

/**
 * struct natrules - what the text is made from
 * @c: the configuration
 * @taken: addresses in use that it does not know, see conf_pool_ranges()
 * @n_taken: how many
 * @closed: the module keeps in what is not translated; the guard need not
 * @count: counters to go on from
 * @n_counts: how many
 * @room: room to work in
 * @n_room: its size, NATRULES_RANGES
 */
struct natrules {
	const struct conf *c;
	const struct rg_addr *taken;
	size_t n_taken;
	bool closed;
	const struct natrules_count *count;
	size_t n_counts;
	struct rg_range *room;
	size_t n_room;
};

int natrules_guard(const struct natrules *n, struct out *o);
int natrules_translate(const struct natrules *n, struct out *o,
		       uint32_t *mappings);
int natrules_counter(const char *name, uint32_t *mapping,
		     enum natrules_kind *kind);

#endif /* RG_NATRULES_H */
