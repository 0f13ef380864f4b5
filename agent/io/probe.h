/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The split-brain probe: who has the virtual addresses of a group?
 *
 * ARP requests (RFC 826) and neighbour solicitations (RFC 4861 section 7.2.2) for each virtual
 * address go out of the traffic interface that it belongs to, from the interface's own MAC address
 * also where the virtual addresses have one of their own.  An answer counts if it comes by that
 * interface, is about an address that was asked for there, and from another MAC address than the
 * interface's.  When to ask, and what an answer means, is core/election_probe.c.
 *
 * The sockets are open from the start, and hear nothing while nobody asks.  probes_ask() allocates
 * nothing.  Everything runs in the thread of the event base.
 */
#ifndef RG_IO_PROBE_H
#define RG_IO_PROBE_H

#include <stdint.h>

#include "core/neigh.h"

struct conf;
struct event_base;
struct ifaces;
struct probes;

struct probes_ops {
	/* Somebody on @ifname has a virtual address of @group. */
	void (*answer)(void *arg, uint32_t group, const char *ifname, const struct neigh_answer *a);
};

/**
 * struct probe_state - what was asked for a group
 * @sent: questions
 * @failed: questions that could not be sent: interface down, no own IPv6 address there
 * @answers: answers to them
 */
struct probe_state {
	uint64_t sent;
	uint64_t failed;
	uint64_t answers;
};

int probes_open(struct event_base *base, struct ifaces *ifs, const struct probes_ops *ops,
		void *arg, struct probes **out);
void probes_close(struct probes *p);

int probes_configure(struct probes *p, const struct conf *c);
void probes_ask(struct probes *p, uint32_t group);
void probes_stop(struct probes *p, uint32_t group);
void probes_read(struct probes *p);
void probes_get(const struct probes *p, uint32_t group, struct probe_state *out);
uint64_t probes_bad(const struct probes *p, enum neigh_verdict v);

#endif
