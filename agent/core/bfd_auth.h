/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Authentication of BFD: Meticulous Keyed SHA1 (RFC 5880, 4.4 and 6.7.4), with keys that nobody
 * configures. They come from the keys of the hellos and from both agents' session nonces, one for
 * each direction, so that what was recorded in another life of either agent, or is thrown back at
 * its sender, is signed with a key that nobody has.
 *
 * Nothing is agreed on beforehand. What goes out, in clear or by a key, is what the peer has shown
 * to have. If our hellos are signed by another key, the next packets go out in both ways; who has
 * the key and reads one of them answers in the new way, and from then on reads nothing less. So a
 * peer that knows no authentication is not lost, nor is one that gets another key later than we.
 *
 * A sequence number must be above the last one, by however much: other than in the RFC, a session
 * that was cut does not begin to believe old packets. After BFD_AUTH_FORGET_MS of silence it does:
 * numbers go round.
 *
 * Pure: the caller tells the time, and what computes SHA-1.
 */
#ifndef AGENT_CORE_BFD_AUTH_H
#define AGENT_CORE_BFD_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bfd.h"
#include "hello_key.h"
#include "mono.h"

#define BFD_KEY_BYTES		20
#define BFD_AUTH_BYTES		28	/* the section */
#define BFD_SIGNED_BYTES	(BFD_BYTES + BFD_AUTH_BYTES)
#define BFD_KEYS_MAX		(HELLO_KEYS_MAX + 1)	/* and the key-string before */
#define BFD_AUTH_OFFERS		8	/* packets that go out in both ways */
#define BFD_AUTH_FORGET_MS	(7 * 24 * 3600 * UINT64_C(1000))

/* Computes the SHA-1 of some bytes; false: the library refuses. */
typedef bool (*bfd_sha1_fn)(const uint8_t *buf, size_t len, uint8_t out[BFD_KEY_BYTES]);

/**
 * struct bfd_key - what one key of the hellos makes for BFD
 * @id: as in packets: the last byte of its number
 * @tx: signs what we send
 * @rx: signs what the peer sends
 */
struct bfd_key {
	uint8_t id;
	uint8_t tx[BFD_KEY_BYTES];
	uint8_t rx[BFD_KEY_BYTES];
};

/**
 * struct bfd_keys - what all keys of the hellos make
 * @n: how many, 0: hellos are not signed
 * @signer: which one signs hellos now
 * @accepted: bit i: packets by number i are believed now
 * @key: they
 */
struct bfd_keys {
	uint32_t n;
	uint32_t signer;
	uint32_t accepted;
	struct bfd_key key[BFD_KEYS_MAX];
};

/**
 * struct bfd_auth - authentication of one session
 * @sha1: computes it
 * @keys: those that could be used
 * @keyed: @use is in use, and nothing in clear is believed
 * @use: the key that the peer has shown to have
 * @offers: so many packets more go out in both ways
 * @rx_known: @rx_seq is that of the last packet believed
 * @rx_seq: its sequence number
 * @heard: when it came
 */
struct bfd_auth {
	bfd_sha1_fn sha1;
	struct bfd_keys keys;
	bool keyed;
	struct bfd_key use;
	uint32_t offers;
	bool rx_known;
	uint32_t rx_seq;
	mono_t heard;
};

bool bfd_keys_derive(const struct hello_ring *r, uint64_t own_nonce, uint64_t peer_nonce,
		     struct bfd_keys *out);
void bfd_keys_date(const struct hello_ring *r, int64_t wall, mono_t now, struct bfd_keys *k);

void bfd_auth_init(struct bfd_auth *a, bfd_sha1_fn sha1);
void bfd_auth_set(struct bfd_auth *a, const struct bfd_keys *keys, bool anew);
void bfd_auth_offer(struct bfd_auth *a);
enum bfd_verdict bfd_auth_check(struct bfd_auth *a, const uint8_t *buf, size_t len, mono_t now);
bool bfd_auth_offers(struct bfd_auth *a);
int bfd_auth_put(const struct bfd_auth *a, const struct bfd_packet *p, bool offer, uint32_t seq,
		 uint8_t *buf, size_t cap);

#endif
