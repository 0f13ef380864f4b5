/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bidirectional Forwarding Detection: packets and one session (RFC 5880, RFC 5881), single hop,
 * asynchronous, active role, without the echo function. Authentication stands beside it, in
 * bfd_auth.h.
 *
 * Pure: the caller tells the time, gives random numbers for the jitter, finds the session that a
 * packet belongs to (bfd_find_by()), checks the time to live (BFD_TTL), sends what
 * bfd_step() hands out, and gives BFD_EV_TICK at the deadline, after reading its sockets.
 *
 * Intervals are in us, as on the wire, unless a name says otherwise.
 */
#ifndef AGENT_CORE_BFD_H
#define AGENT_CORE_BFD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mono.h"

#define BFD_PORT	3784	/* UDP, RFC 5881 section 4 */
#define BFD_PORT_FIRST	49152	/* source ports */
#define BFD_PORT_LAST	65535
#define BFD_TTL		255	/* sent, and nothing else is believed: section 5 */
#define BFD_BYTES	24	/* a packet without authentication */
#define BFD_SLOW_US	1000000	/* RFC 5880, 6.8.3: not faster until the session is up */

/* As on the wire. */
enum bfd_state {
	BFD_ADMIN_DOWN,
	BFD_DOWN,
	BFD_INIT,
	BFD_UP,
	BFD_STATES
};

/* As on the wire, RFC 5880 section 4.1. */
enum bfd_diag {
	BFD_D_NONE,
	BFD_D_EXPIRED,		/* control detection time expired */
	BFD_D_ECHO,
	BFD_D_SIGNALLED,	/* neighbour signaled session down */
	BFD_D_FORWARDING,
	BFD_D_PATH,
	BFD_D_CONCATENATED,
	BFD_D_ADMIN,		/* administratively down */
	BFD_D_REVERSE,
	BFD_DIAGS		/* the rest is reserved */
};

/*
 * What became of a packet: RFC 5880, 6.8.6 in its order, after RFC 5881, section 5 (time to live).
 * One counter each.
 */
enum bfd_verdict {
	BFD_OK,
	BFD_BAD_TTL,		/* not 255: it came through a router */
	BFD_BAD_SHORT,		/* no whole header */
	BFD_BAD_VERSION,
	BFD_BAD_LENGTH,		/* its length field is below the minimum */
	BFD_BAD_CUT,		/* its length field is beyond the datagram */
	BFD_BAD_MULTIPLIER,	/* 0 */
	BFD_BAD_MULTIPOINT,
	BFD_BAD_MY_DISCR,	/* 0 */
	BFD_BAD_STATE,		/* speaks to nobody, and is neither down nor admin down */
	BFD_BAD_YOUR_DISCR,	/* speaks to a session that is not there */
	BFD_BAD_SOURCE,		/* right discriminator, another address or interface */
	BFD_BAD_NO_SESSION,	/* speaks to nobody, and there is no session with its sender */
	BFD_BAD_AUTH,		/* not signed by the peer, or in clear and it can sign */
	BFD_BAD_SEQUENCE,	/* signed by it, and not above the last one */
	BFD_BAD_ADMIN_DOWN,	/* the session is administratively down here */
	BFD_VERDICTS
};

/**
 * struct bfd_packet - a control packet
 * @state, @diag: of its sender; @diag may be a reserved one, up to 31
 * @poll, @final, @independent, @auth, @demand, @multipoint: bits P, F, C, A, D, M
 * @mult: detect multiplier, 1-255
 * @my_discr, @your_discr: discriminators
 * @min_tx, @min_rx, @min_echo: us
 */
struct bfd_packet {
	enum bfd_state state;
	uint8_t diag;
	bool poll, final, independent, auth, demand, multipoint;
	uint8_t mult;
	uint32_t my_discr, your_discr;
	uint32_t min_tx, min_rx, min_echo;
};

/**
 * struct bfd_conf - what is wanted of a session
 * @min_tx: us between packets of ours when it is up
 * @min_rx: us between packets that we can take
 * @mult: detect multiplier that we send, 1-255
 * @admin_down: held down, and the peer is told that this is no failure
 */
struct bfd_conf {
	uint32_t min_tx;
	uint32_t min_rx;
	uint8_t mult;
	bool admin_down;
};

/* What ended the last time that a session was up. */
enum bfd_end {
	BFD_NEVER_UP,
	BFD_EXPIRED,		/* silence: the only one that says that the peer may be dead */
	BFD_SIGNALLED,		/* it lives, and says that it does not hear us, or began anew */
	BFD_REMOTE_ADMIN,	/* it lives, and does not want BFD */
	BFD_LOCAL_ADMIN,
	BFD_ENDS
};

struct bfd_stats {
	uint64_t tx, rx;
	uint64_t ups;
	uint64_t ends[BFD_ENDS];
	uint64_t polls, finals; /* sequences of ours that began and ended */
	uint64_t demands; /* packets that asked for demand mode */
	uint64_t late; /* ends of the detection time that were looked at too late to be trusted */
	uint64_t bad[BFD_VERDICTS];
};

/**
 * struct bfd - a session; read freely, written by bfd_step() alone
 * @conf: what is wanted
 * @state, @diag: ours
 * @discr: our discriminator, not 0
 * @tx, @rx: what we say in packets
 * @tx_run, @rx_run, @mult_run: what is in force until the peer has confirmed the above: the
 *	interval between our packets, what the detection time is reckoned from, and the least
 *	multiplier that the peer may still know
 * @polling: a poll sequence is under way
 * @poll_again: and what it told has changed meanwhile
 * @remote_state, @remote_diag, @remote_discr, @remote_mult, @remote_tx, @remote_rx,
 * @remote_demand, @remote_independent: what the peer said last
 * @end: how it last ceased to be up
 * @extended: this silence was given more time, we had not been listening
 * @last_rx, @last_tx: MONO_ZERO: never
 * @next_tx: next periodic packet
 * @expires: end of the detection time, MONO_NEVER: nothing was heard
 * @since: of the present state
 * @ended: when it last ceased to be up
 * @stats: counters
 */
struct bfd {
	struct bfd_conf conf;
	enum bfd_state state;
	enum bfd_diag diag;
	uint32_t discr;
	uint32_t tx, rx;
	uint32_t tx_run, rx_run;
	uint8_t mult_run;
	bool polling;
	bool poll_again;
	enum bfd_state remote_state;
	uint8_t remote_diag;
	uint32_t remote_discr;
	uint8_t remote_mult;
	uint32_t remote_tx, remote_rx;
	bool remote_demand;
	bool remote_independent;
	enum bfd_end end;
	bool extended;
	mono_t last_rx, last_tx, next_tx, expires, since, ended;
	struct bfd_stats stats;
};

enum bfd_event_type {
	BFD_EV_START,
	BFD_EV_PACKET,	/* for this session */
	BFD_EV_TICK,	/* the deadline has come, or may have */
	BFD_EV_CONFIG,	/* something else is wanted */
	BFD_EVENTS
};

/* @random: any number, another one each time. */
struct bfd_event {
	enum bfd_event_type type;
	uint32_t random;
	union {
		struct bfd_packet packet;
		struct bfd_conf conf;
	};
};

/**
 * struct bfd_actions - the answer to an event
 * @verdict: of the packet
 * @send: @packet goes out now
 * @packet: what to send
 * @changed: the state changed, see bfd->state and bfd->end
 * @deadline: BFD_EV_TICK at the latest then
 */
struct bfd_actions {
	enum bfd_verdict verdict;
	bool send;
	struct bfd_packet packet;
	bool changed;
	mono_t deadline;
};

/* How the session of a packet is found: 6.8.6. */
enum bfd_find {
	BFD_FIND_DISCR,		/* by your_discr */
	BFD_FIND_SOURCE,	/* by interface and source address */
};

void bfd_init(struct bfd *s, const struct bfd_conf *conf, uint32_t discr);
void bfd_step(struct bfd *s, const struct bfd_event *ev, mono_t now, struct bfd_actions *out);
uint64_t bfd_detect_us(const struct bfd *s);
uint64_t bfd_peer_detect_us(const struct bfd *s);
uint64_t bfd_interval_us(const struct bfd *s);

enum bfd_verdict bfd_decode(const uint8_t *buf, size_t len, struct bfd_packet *out);
int bfd_encode(const struct bfd_packet *p, uint8_t *buf, size_t cap);
enum bfd_find bfd_find_by(const struct bfd_packet *p);
const char *bfd_state_name(enum bfd_state s);
const char *bfd_diag_name(uint8_t diag);
const char *bfd_verdict_name(enum bfd_verdict v);
const char *bfd_end_name(enum bfd_end e);

#endif
