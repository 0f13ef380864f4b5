/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys of the control protocol: which one signs a hello, which are believed.
 *
 * A hello of a keyed protocol ends its header with the number of a key and the
 * HMAC (RFC 2104) of the whole datagram under that key, in which the bytes of
 * the HMAC itself are 0.
 *
 * Keys come from a key chain, where the wall clock says which are in use, or are
 * one key-string, whose number is 0. When a key-string is replaced, the old one
 * may stay for a while: it is accepted until then, and signs until the peer has
 * shown that it has the new one, or half of that time is over. So the two routers
 * can be given the new one after each other, and no hello is lost.
 */
#ifndef AGENT_CORE_HELLO_KEY_H
#define AGENT_CORE_HELLO_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mono.h"

#define HELLO_SECRET_MAX	80	/* bytes */
#define HELLO_KEYS_MAX		16	/* in a key chain */
#define HELLO_KEY_ID_BYTES	4
#define HELLO_MAC_MAX		32	/* bytes */

enum hello_auth_type {
	HELLO_AUTH_NONE = 0,
	HELLO_AUTH_TEXT = 1,
	HELLO_AUTH_MD5 = 2,
	HELLO_AUTH_SHA256 = 3,
};

/* In s since 1970 UTC, @until excluded; INT64_MAX: no end. */
struct hello_life {
	int64_t from;
	int64_t until;
};

/**
 * struct hello_key - one key
 * @id: 0..2147483647
 * @len: bytes of @secret, 1..HELLO_SECRET_MAX
 * @secret: the key
 * @accept: when hellos with it are believed
 * @send: when it signs
 */
struct hello_key {
	uint32_t id;
	uint32_t len;
	uint8_t secret[HELLO_SECRET_MAX];
	struct hello_life accept;
	struct hello_life send;
};

/* Computes hello_mac_len() bytes of HMAC into @out; false: the library refuses. */
typedef bool (*hello_mac_fn)(enum hello_auth_type type, const struct hello_key *key,
			     const uint8_t *buf, size_t len, uint8_t out[HELLO_MAC_MAX]);

/**
 * struct hello_ring - the keys of one protocol instance
 * @mac: computes HMACs
 * @type: HELLO_AUTH_MD5 or _SHA256; otherwise there are no keys
 * @n: how many of @key are set
 * @key: by rising number
 * @old: the key-string before this one; @old.len 0: none
 * @old_until: @old is believed until then
 * @old_signs: and signs until then
 */
struct hello_ring {
	hello_mac_fn mac;
	enum hello_auth_type type;
	uint32_t n;
	struct hello_key key[HELLO_KEYS_MAX];
	struct hello_key old;
	mono_t old_until;
	mono_t old_signs;
};

/* What is wrong with the signature of a hello. */
enum hello_key_verdict {
	HELLO_KEY_OK,
	HELLO_KEY_OLD,		/* good, by the key-string before this one */
	HELLO_KEY_UNKNOWN,	/* no key has that number */
	HELLO_KEY_LIFETIME,	/* its accept-lifetime does not include the present */
	HELLO_KEY_WRONG,	/* the HMAC is another one */
};

size_t hello_mac_len(enum hello_auth_type type);

bool hello_ring_keyed(const struct hello_ring *r);
const struct hello_key *hello_ring_signer(const struct hello_ring *r, int64_t wall, mono_t now);
bool hello_ring_accepts(const struct hello_ring *r, const struct hello_key *k, int64_t wall,
			mono_t now);
bool hello_ring_expired(const struct hello_ring *r, int64_t wall);
void hello_ring_replace(struct hello_ring *r, const struct hello_ring *by, uint32_t keep_s,
			mono_t now);
void hello_ring_confirmed(struct hello_ring *r);
bool hello_ring_sign(const struct hello_ring *r, int64_t wall, mono_t now, uint8_t *buf, size_t len,
		     size_t at);
enum hello_key_verdict hello_ring_find(const struct hello_ring *r, int64_t wall, mono_t now,
				       const uint8_t *buf, size_t len, size_t at,
				       const struct hello_key **found);
enum hello_key_verdict hello_ring_check(const struct hello_ring *r, int64_t wall, mono_t now,
					const uint8_t *buf, size_t len, size_t at);

#endif /* AGENT_CORE_HELLO_KEY_H */
