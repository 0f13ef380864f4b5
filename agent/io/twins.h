/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Twins: probes over the traffic interfaces, reports about them over the control link, and the
 * neighbours that are asked when the probes end (core/twin.h).
 *
 * A probe is an Ethernet frame of a type of its own, to a group address: it needs no IP address
 * on either side, works for IPv4 and IPv6 alike, passes no firewall and no router, and finds its
 * twin when that has another MAC address.  An interface that is not Ethernet has no twin.
 *
 * Everything runs in the thread of the event base.
 */
#ifndef RG_IO_TWINS_H
#define RG_IO_TWINS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/hello.h"
#include "core/twin.h"

struct conf;
struct event_base;
struct ifaces;
struct link;
struct links;
struct twins;

/**
 * struct twins_state - where an interface stands
 * @state: its twin is never heard, heard or lost
 * @broken: the fault is there
 * @cut: and the decrement is in force
 * @reachable: `track N rii R reachability` is up
 * @result: what became of the search for neighbours
 * @known: neighbours that would be asked; @told: and those that the peer has told of
 */
struct twins_state {
	enum twin_state state;
	bool broken;
	bool cut;
	bool reachable;
	enum twin_result result;
	uint32_t known, told;
};

/* Packets of one protocol instance; @verdict[HELLO_OK]: good ones. */
struct twins_stats {
	uint64_t tx, tx_failed;
	uint64_t verdict[HELLO_VERDICTS];
	uint64_t no_rii; /* about an RII that is not here, or not on this interface */
	uint64_t second_path; /* reports that the other path had brought already */
	uint64_t searches;
};

/**
 * typedef twins_fn - something of struct twins_state is another one
 * @arg: of twins_open()
 */
typedef void (*twins_fn)(void *arg);

int twins_open(struct event_base *base, struct ifaces *ifs, struct links *links,
	       twins_fn fn, void *arg, struct twins **out);
void twins_close(struct twins *tw);
int twins_configure(struct twins *tw, const struct conf *c);
void twins_round(struct twins *tw, struct link *l, mono_t now);
void twins_report(struct twins *tw, const uint8_t *buf, size_t len, mono_t now);
bool twins_get(const struct twins *tw, const char *ifname, struct twins_state *out);
bool twins_by_rii(const struct twins *tw, uint32_t rii, struct twins_state *out);
void twins_stats(const struct twins *tw, uint32_t protocol, struct twins_stats *out);

#endif
