/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_TWIN_H
#define RG_TWIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "hello.h"
#include "mono.h"
#include "neighs.h"

/*
 * DOC: twins
 *
 * The traffic interfaces of the two routers that have the same RII are twins.
 * Each sends a probe to the other one with every hello. A LAN switch that is
 * dead, or whose uplink is, keeps the carrier up on this side: what is missing
 * then are the probes, and the neighbours.
 *
 *	probe	over the traffic interface: "here I am"
 *	report	over the control link: whether I hear you there, and whether
 *		any neighbour answers me
 *
 * A twin is lost only by reports: they go on while probes have been missing for
 * the detection time. So a peer that dies, whose probes and reports end together,
 * loses no twin, and one that does not know this interface, or no twins at all,
 * does not, either.
 *
 * When twins have lost each other, each asks its neighbours. The one that nobody
 * answers is cut off if neighbours answer the other one; if both are alone, or
 * both are not, a change of roles would win nothing.
 *
 * Reports and probes are believed only from the router and the life of its agent
 * that the hellos come from, and only if they quote our own life, so there are no
 * sessions here: a rising sequence is enough.
 */
#define TWIN_MAGIC		0x4e465254u	/* "NFRT" */
#define TWIN_VERSION		1
#define TWIN_HEADER_BYTES	68
#define TWIN_NEIGH_BYTES	20
#define TWIN_MAX_BYTES \
	(TWIN_HEADER_BYTES + HELLO_AUTH_MAX + NEIGHS_MAX * TWIN_NEIGH_BYTES)
#define TWIN_ETHERTYPE		0x88b5	/* IEEE 802: local experiments */
#define TWIN_SEARCH_AGAIN_MS	10000	/* neighbours are asked anew, at the earliest */

enum twin_type {
	TWIN_PROBE = 1,
	TWIN_REPORT = 2,
};

/* On the wire. */
enum twin_state {
	TWIN_UNKNOWN = 0,	/* never heard */
	TWIN_HEARD = 1,
	TWIN_LOST = 2,
	TWIN_DOWN = 3,		/* its own interface is down */
	TWIN_STATES
};

/* What became of the search for neighbours; on the wire. */
enum twin_result {
	TWIN_NOT_SEARCHED = 0,
	TWIN_SOME = 1,		/* one answered */
	TWIN_NONE = 2,
	TWIN_RESULTS
};

/**
 * struct twin_packet - a probe or a report
 * @type: which
 * @domain, @protocol, @system, @nonce, @seq, @peer_system, @peer_nonce: see struct
 *	hello; the sequence is of probes and reports together
 * @interval_ms: between two of them
 * @rii: the interface that it is about
 * @state: how its sender hears the receiver there
 * @result: whether neighbours answer the sender
 * @mac: MAC address of the interface, by which a neighbour is known to be the twin
 * @auth: as received, or to be sent
 * @n: of @neigh; 0 in a probe
 * @neigh: neighbours that answered lately
 */
struct twin_packet {
	enum twin_type type;
	uint8_t domain;
	uint8_t protocol;
	uint64_t system;
	uint64_t nonce;
	uint64_t seq;
	uint64_t peer_system;
	uint64_t peer_nonce;
	uint32_t interval_ms;
	uint16_t rii;
	enum twin_state state;
	enum twin_result result;
	uint8_t mac[6];
	struct hello_auth auth;
	uint32_t n;
	struct rg_addr neigh[NEIGHS_MAX];
};

/**
 * struct twin - a traffic interface, and its twin as far as we know
 * @state: never heard, heard, or lost
 * @up: the interface is up
 * @up_since: since when
 * @nonce: the life of the peer's agent that the sequences are of
 * @probe_seq, @report_seq: highest heard in it
 * @heard: when a probe was last heard
 * @reported: when a report was; MONO_ZERO: never
 * @since: since when reports come without a gap
 * @detect_ms: the silence that is one
 * @peer: what the last report said of the twin's state
 * @peer_result: and of its neighbours
 * @peer_up_since: since when its interface has been up
 * @peer_mac: its MAC address
 * @theirs: neighbours that it told of while it was heard
 * @n_theirs: how many
 * @broken: both interfaces are up and the peer is alive, but they do not hear each
 *	other: a fault
 * @cut: and nobody answers here, but somebody there: the decrement is in force
 * @searching: neighbours are being asked
 * @result: of the last search since it is broken
 * @again: when to ask them next
 */
struct twin {
	enum twin_state state;
	bool up;
	mono_t up_since;
	uint64_t nonce;
	uint64_t probe_seq;
	uint64_t report_seq;
	mono_t heard;
	mono_t reported;
	mono_t since;
	uint32_t detect_ms;
	enum twin_state peer;
	enum twin_result peer_result;
	mono_t peer_up_since;
	uint8_t peer_mac[6];
	uint32_t n_theirs;
	struct rg_addr theirs[NEIGHS_MAX];
	bool broken;
	bool cut;
	bool searching;
	enum twin_result result;
	mono_t again;
};

/* twin_packet.c */
bool twin_is(const uint8_t *buf, size_t len);
int twin_encode(const struct twin_packet *p, uint8_t *buf, size_t cap);
enum hello_verdict twin_decode(const uint8_t *buf, size_t len, struct twin_packet *p);
int twin_write(struct twin_packet *p, const struct hello_local *local, const struct hello_rx *rx,
	       mono_t now, uint8_t *buf, size_t cap);
enum hello_verdict twin_read(const struct hello_local *local, const struct hello_rx *rx,
			     enum twin_type type, mono_t now, const uint8_t *buf, size_t len,
			     struct twin_packet *p);
void twin_mac(uint8_t domain, uint16_t rii, uint8_t mac[6]);

/* twin.c */
bool twin_new(struct twin *t, const struct twin_packet *p);
void twin_probe(struct twin *t, mono_t now);
void twin_report(struct twin *t, const struct twin_packet *p, uint32_t hold_ms, mono_t now);
void twin_tick(struct twin *t, bool up, mono_t now);
void twin_answer(struct twin *t, bool some, mono_t now);
bool twin_wants_search(const struct twin *t, mono_t now);
enum twin_state twin_own_state(const struct twin *t);
bool twin_reachable(const struct twin *t, mono_t now);
const char *twin_state_name(enum twin_state s);
const char *twin_result_name(enum twin_result r);

#endif /* RG_TWIN_H */
