/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the configuration says of interfaces themselves: `ip address`, `[no] shutdown` and
 * `[no] negotiation auto`.
 *
 * It is verified, made so where it is not, and kept: what somebody else changes is undone at once;
 * if that happens more than three times in ten seconds on an interface we stop, report the fault,
 * and look again a minute later.  An address that was there before stays somebody else's: only
 * those that we had to put there are taken off when the configuration loses them.  Nothing is
 * undone when the agent ends.
 *
 * Everything runs in the thread of the event base.
 */
#ifndef RG_IO_IFKEEP_H
#define RG_IO_IFKEEP_H

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct event_base;
struct ifaces;
struct ifkeep;

/**
 * struct ifkeep_state - what there was
 * @foreign: changes by others, ever
 * @refused: refusals of the kernel, ever
 */
struct ifkeep_state {
	uint64_t foreign;
	uint64_t refused;
};

/**
 * typedef ifkeep_fault_fn - we stopped undoing what is done to an interface, or try again, or
 * cannot have it negotiate as configured, or can
 * @arg: of ifkeep_open()
 *
 * ifkeep_fights() and ifkeep_unable() say which.
 */
typedef void (*ifkeep_fault_fn)(void *arg);

int ifkeep_open(struct event_base *base, struct ifaces *ifs, ifkeep_fault_fn fault, void *arg,
		struct ifkeep **out);
void ifkeep_close(struct ifkeep *f);

int ifkeep_configure(struct ifkeep *f, const struct conf *c);
bool ifkeep_fights(const struct ifkeep *f, const char *ifname);
bool ifkeep_unable(const struct ifkeep *f, const char *ifname);
void ifkeep_get(const struct ifkeep *f, struct ifkeep_state *out);

#endif
