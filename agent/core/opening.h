/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a connection of the data link is opened: who it is for, and why one is refused.
 *
 * With keys the link is TLS 1.3 with a pre-shared key. The identity of that key, which the client
 * sends in clear, is made here: it names the two lives of the two agents, counts the attempts of
 * the client, and is signed like a hello. So the listener knows, before it has computed
 * anything dear, that the peer that it hears at present has made it. The identity is an input of
 * the derivation of the pre-shared key as well: both are worth nothing in another control session.
 *
 * Pure: keys come with the ring, whose HMAC is given to it.
 */
#ifndef AGENT_CORE_OPENING_H
#define AGENT_CORE_OPENING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hello_key.h"
#include "mono.h"

#define OPENING_VERSION		1
#define OPENING_FIXED_BYTES	48 /* number of the key and HMAC follow */
#define OPENING_MAX_BYTES	(OPENING_FIXED_BYTES + HELLO_KEY_ID_BYTES + HELLO_MAC_MAX)

#define OPENING_RATE_MS		10 /* one opening in so many ms is looked at, in the long run */
#define OPENING_BURST		50 /* and so many at once */

/* Why an opening is refused; each has a counter. Names by opening_name(). */
enum opening_verdict {
	OPENING_OK,
	OPENING_PLAIN,		/* in clear, and we have a key */
	OPENING_NOT_PLAIN,	/* TLS, and we have no key */
	OPENING_GARBAGE,	/* neither */
	OPENING_TLS_VERSION,	/* TLS, but not 1.3 */
	OPENING_TOO_LONG,	/* a TLS record longer than allowed */
	OPENING_TLS,		/* the handshake is wrong in another way */
	OPENING_NO_IDENTITY,	/* the handshake offers no pre-shared key */
	OPENING_IDENTITY,	/* the identity cannot be read */
	OPENING_VERSION_BAD,	/* identity of another version */
	OPENING_ALGORITHM,	/* other HMAC than ours */
	OPENING_KEY,		/* signed with a key that we do not have */
	OPENING_LIFETIME,	/* ... that is not to be accepted now */
	OPENING_MAC,		/* the HMAC is not that of the key it names */
	OPENING_SESSION,	/* not for this control session */
	OPENING_REPLAY,		/* this attempt, or a later one, has led to a connection */
	OPENING_BY_PEER,	/* the other end refused ours */
	OPENING_SLOW,		/* not done in time */
	OPENING_GONE,		/* it ended before it was done */
	OPENING_CROWDED,	/* gave way to a newer one: too many are under way */
	OPENING_RATE,		/* too many in too short a time */
	OPENING_VERDICTS
};

/**
 * struct opening - what a connection is for
 * @domain, @protocol: as in hellos
 * @attempt: client: counts up in its life; server: the last one that led to a connection
 * @client, @client_nonce: who connects, in which life
 * @server, @server_nonce: who listens, in which life
 */
struct opening {
	uint8_t domain;
	uint8_t protocol;
	uint64_t attempt;
	uint64_t client;
	uint64_t client_nonce;
	uint64_t server;
	uint64_t server_nonce;
};

/* How many openings may be looked at; zero-initialised. */
struct opening_rate {
	mono_t full; /* the bucket is full from then on */
};

const char *opening_name(enum opening_verdict v);
int opening_put(const struct opening *o, const struct hello_ring *r, int64_t wall, mono_t now,
		uint8_t *buf, size_t room);
enum opening_verdict opening_check(const struct opening *want, const struct hello_ring *r,
				   int64_t wall, mono_t now, const uint8_t *buf, size_t len,
				   struct opening *got, const struct hello_key **key);
bool opening_allow(struct opening_rate *r, mono_t now);

#endif /* AGENT_CORE_OPENING_H */
