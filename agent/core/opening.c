// SPDX-License-Identifier: GPL-2.0-or-later
#include "opening.h"

#include <errno.h>
#include <string.h>

#define MAGIC UINT32_C(0x4e524754) /* "NRGT" */

/**
 * opening_name() - stable short name
 * @v: verdict
 */
const char *opening_name(enum opening_verdict v)
{
	static const char *const names[OPENING_VERDICTS] = {
		[OPENING_OK] = "ok",
		[OPENING_PLAIN] = "plain",
		[OPENING_NOT_PLAIN] = "not-plain",
		[OPENING_GARBAGE] = "garbage",
		[OPENING_TLS_VERSION] = "bad-tls-version",
		[OPENING_TOO_LONG] = "too-long",
		[OPENING_TLS] = "bad-tls",
		[OPENING_NO_IDENTITY] = "no-identity",
		[OPENING_IDENTITY] = "bad-identity",
		[OPENING_VERSION_BAD] = "bad-version",
		[OPENING_ALGORITHM] = "bad-algorithm",
		[OPENING_KEY] = "bad-key",
		[OPENING_LIFETIME] = "bad-lifetime",
		[OPENING_MAC] = "bad-mac",
		[OPENING_SESSION] = "bad-session",
		[OPENING_REPLAY] = "replay",
		[OPENING_BY_PEER] = "by-peer",
		[OPENING_SLOW] = "slow",
		[OPENING_GONE] = "gone",
		[OPENING_CROWDED] = "crowded",
		[OPENING_RATE] = "rate",
	};

	return (unsigned int)v < OPENING_VERDICTS ? names[v] : "?";
}

static uint8_t *put(uint8_t *p, uint64_t v, size_t n)
{
	while (n--)
		*p++ = (uint8_t)(v >> 8 * n);
	return p;
}

static uint64_t get(const uint8_t **p, size_t n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | *(*p)++;
	return v;
}

/**
 * opening_put() - write and sign the identity of a pre-shared key
 * @o: what the connection is for
 * @r: keys, at least one
 * @wall: s since 1970 UTC
 * @now: present time
 * @buf: destination
 * @room: its size
 *
 * The key is that of hello_ring_signer().
 *
 * Return: bytes written, -ENOSPC, or -EIO: the HMAC cannot be computed.
 */
int opening_put(const struct opening *o, const struct hello_ring *r, int64_t wall, mono_t now,
		uint8_t *buf, size_t room)
{
	size_t len = OPENING_FIXED_BYTES + HELLO_KEY_ID_BYTES + hello_mac_len(r->type);
	uint8_t *p = buf;

	if (len > room)
		return -ENOSPC;
	p = put(p, MAGIC, 4);
	p = put(p, OPENING_VERSION, 1);
	p = put(p, (uint64_t)r->type, 1);
	p = put(p, o->domain, 1);
	p = put(p, o->protocol, 1);
	p = put(p, o->attempt, 8);
	p = put(p, o->client, 8);
	p = put(p, o->client_nonce, 8);
	p = put(p, o->server, 8);
	put(p, o->server_nonce, 8);
	return hello_ring_sign(r, wall, now, buf, len, OPENING_FIXED_BYTES) ? (int)len : -EIO;
}

static enum opening_verdict read_fields(const struct hello_ring *r, const uint8_t *p, size_t len,
					struct opening *got)
{
	if (len < OPENING_FIXED_BYTES || get(&p, 4) != MAGIC)
		return OPENING_IDENTITY;
	if (get(&p, 1) != OPENING_VERSION)
		return OPENING_VERSION_BAD;
	if (get(&p, 1) != (uint64_t)r->type)
		return OPENING_ALGORITHM;
	if (len != OPENING_FIXED_BYTES + HELLO_KEY_ID_BYTES + hello_mac_len(r->type))
		return OPENING_IDENTITY;
	got->domain = (uint8_t)get(&p, 1);
	got->protocol = (uint8_t)get(&p, 1);
	got->attempt = get(&p, 8);
	got->client = get(&p, 8);
	got->client_nonce = get(&p, 8);
	got->server = get(&p, 8);
	got->server_nonce = get(&p, 8);
	return OPENING_OK;
}

static enum opening_verdict of_key(enum hello_key_verdict v)
{
	switch (v) {
	case HELLO_KEY_OK:
	case HELLO_KEY_OLD:
		return OPENING_OK;
	case HELLO_KEY_UNKNOWN:
		return OPENING_KEY;
	case HELLO_KEY_LIFETIME:
		return OPENING_LIFETIME;
	case HELLO_KEY_WRONG:
		break;
	}
	return OPENING_MAC;
}

/**
 * opening_check() - is this identity the one of our peer, now?
 * @want: what a connection must be for; @want->attempt: a later one is needed
 * @r: keys, at least one
 * @wall: s since 1970 UTC
 * @now: present time
 * @buf: the identity
 * @len: its length in bytes
 * @got: overwritten: what it says
 * @key: gets the key that signed it; only with OPENING_OK
 *
 * Return: OPENING_OK or why not.
 */
enum opening_verdict opening_check(const struct opening *want, const struct hello_ring *r,
				   int64_t wall, mono_t now, const uint8_t *buf, size_t len,
				   struct opening *got, const struct hello_key **key)
{
	enum opening_verdict v;

	memset(got, 0, sizeof(*got));
	v = read_fields(r, buf, len, got);
	if (v == OPENING_OK)
		v = of_key(hello_ring_find(r, wall, now, buf, len, OPENING_FIXED_BYTES, key));
	if (v != OPENING_OK)
		return v;
	if (got->domain != want->domain || got->protocol != want->protocol ||
	    got->client != want->client || got->client_nonce != want->client_nonce ||
	    got->server != want->server || got->server_nonce != want->server_nonce)
		return OPENING_SESSION;
	return got->attempt > want->attempt ? OPENING_OK : OPENING_REPLAY;
}

/**
 * opening_allow() - may one more be looked at?
 * @r: how many have been
 * @now: present time
 *
 * Return: false: OPENING_BURST were, in a shorter time than OPENING_RATE_MS for each.
 */
bool opening_allow(struct opening_rate *r, mono_t now)
{
	mono_t from = mono_max(r->full, now);

	if (mono_span_ms(now, from) > (OPENING_BURST - 1) * OPENING_RATE_MS)
		return false;
	r->full = mono_add_ms(from, OPENING_RATE_MS);
	return true;
}
