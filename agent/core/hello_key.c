// SPDX-License-Identifier: GPL-2.0-or-later
#include "hello_key.h"

#include <string.h>

#include "hello.h"
#include "same.h"

/**
 * hello_mac_len() - length of an HMAC
 * @type: kind of authentication
 *
 * Return: bytes, 0: this kind has none.
 */
size_t hello_mac_len(enum hello_auth_type type)
{
	switch (type) {
	case HELLO_AUTH_MD5:
		return 16;
	case HELLO_AUTH_SHA256:
		return 32;
	case HELLO_AUTH_NONE:
	case HELLO_AUTH_TEXT:
		break;
	}
	return 0;
}

static bool within(const struct hello_life *l, int64_t wall)
{
	return wall >= l->from && wall < l->until;
}

/**
 * hello_ring_keyed() - are hellos signed?
 * @r: the keys, or NULL
 */
bool hello_ring_keyed(const struct hello_ring *r)
{
	return r && r->n && hello_mac_len(r->type);
}

/* Of two keys that the clock no longer knows: the one that was in use last. */
static bool is_newer(const struct hello_key *a, const struct hello_key *b)
{
	return a->send.until != b->send.until ? a->send.until > b->send.until : a->id > b->id;
}

static const struct hello_key *newest(const struct hello_ring *r)
{
	const struct hello_key *k = &r->key[0];

	for (uint32_t i = 1; i < r->n; i++)
		if (is_newer(&r->key[i], k))
			k = &r->key[i];
	return k;
}

/* The first key, by number, whose send-lifetime includes the present; NULL: none. */
static const struct hello_key *valid_signer(const struct hello_ring *r, int64_t wall)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (within(&r->key[i].send, wall))
			return &r->key[i];
	return NULL;
}

/**
 * hello_ring_signer() - the key that signs now
 * @r: keys, at least one
 * @wall: s since 1970 UTC
 * @now: present time
 *
 * Of several the one with the lowest number. A clock that is wrong must not make a
 * pair blind: without any the newest stays in use, see hello_ring_expired().
 */
const struct hello_key *hello_ring_signer(const struct hello_ring *r, int64_t wall, mono_t now)
{
	const struct hello_key *k = valid_signer(r, wall);

	if (r->old.len && mono_before(now, r->old_signs))
		return &r->old;
	return k ? k : newest(r);
}

/**
 * hello_ring_expired() - is the key that signs one that the clock does not allow?
 * @r: keys, or NULL
 * @wall: s since 1970 UTC
 */
bool hello_ring_expired(const struct hello_ring *r, int64_t wall)
{
	return hello_ring_keyed(r) && !valid_signer(r, wall);
}

static bool is_string(const struct hello_ring *r)
{
	return hello_ring_keyed(r) && r->n == 1 && !r->key[0].id &&
	       r->key[0].accept.until == INT64_MAX;
}

/**
 * hello_ring_replace() - other keys
 * @r: the keys so far
 * @by: those from now on
 * @keep_s: a key-string that another one replaces stays valid for so many s
 * @now: present time
 */
void hello_ring_replace(struct hello_ring *r, const struct hello_ring *by, uint32_t keep_s,
			mono_t now)
{
	struct hello_ring next = *by;

	next.old.len = 0;
	if (is_string(r) && is_string(by) && r->type == by->type &&
	    !memcmp(&r->key[0], &by->key[0], sizeof(by->key[0]))) {
		next.old = r->old;
		next.old_until = r->old_until;
		next.old_signs = r->old_signs;
	} else if (is_string(r) && is_string(by) && r->type == by->type && keep_s) {
		next.old = r->key[0];
		next.old_until = mono_add_ms(now, keep_s * UINT64_C(1000));
		next.old_signs = mono_add_ms(now, keep_s * UINT64_C(500));
	}
	*r = next;
}

/**
 * hello_ring_confirmed() - the peer has signed with the new key-string
 * @r: keys
 */
void hello_ring_confirmed(struct hello_ring *r)
{
	r->old_signs = MONO_ZERO;
}

static void put_id(uint8_t *p, uint32_t id)
{
	p[0] = (uint8_t)(id >> 24);
	p[1] = (uint8_t)(id >> 16);
	p[2] = (uint8_t)(id >> 8);
	p[3] = (uint8_t)id;
}

static uint32_t get_id(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/**
 * hello_ring_sign() - sign a packet
 * @r: keys, at least one
 * @wall: s since 1970 UTC
 * @now: present time
 * @buf: the packet
 * @len: its length in bytes
 * @at: where number of the key and HMAC belong in it
 *
 * Return: false when there is no room at @at or the HMAC cannot be computed.
 */
bool hello_ring_sign(const struct hello_ring *r, int64_t wall, mono_t now, uint8_t *buf, size_t len,
		     size_t at)
{
	const struct hello_key *k = hello_ring_signer(r, wall, now);
	size_t n = hello_mac_len(r->type);
	uint8_t mac[HELLO_MAC_MAX];

	if (at + HELLO_KEY_ID_BYTES + n > len)
		return false;
	put_id(buf + at, k->id);
	memset(buf + at + HELLO_KEY_ID_BYTES, 0, n);
	if (!r->mac(r->type, k, buf, len, mac))
		return false;
	memcpy(buf + at + HELLO_KEY_ID_BYTES, mac, n);
	return true;
}

struct signed_packet {
	const struct hello_ring *ring;
	uint32_t id;
	uint8_t mac[HELLO_MAC_MAX];
	uint8_t clean[HELLO_MAX_BYTES];	/* with 0 in place of the HMAC */
	size_t len;
};

static bool fits(const struct signed_packet *p, const struct hello_key *k)
{
	uint8_t mac[HELLO_MAC_MAX];

	return p->ring->mac(p->ring->type, k, p->clean, p->len, mac) &&
	       same_bytes(mac, p->mac, hello_mac_len(p->ring->type));
}

/**
 * hello_ring_accepts() - is what this key signed believed now?
 * @r: keys
 * @k: one of them, or the key-string before, if there is one
 * @wall: s since 1970 UTC
 * @now: present time
 *
 * Without any whose time it is, the newest.
 */
bool hello_ring_accepts(const struct hello_ring *r, const struct hello_key *k, int64_t wall,
			mono_t now)
{
	if (k == &r->old)
		return mono_before(now, r->old_until);
	if (within(&k->accept, wall))
		return true;
	for (uint32_t i = 0; i < r->n; i++)
		if (within(&r->key[i].accept, wall))
			return false;
	return k == newest(r);
}

/**
 * hello_ring_find() - is something signed with a key of ours, and with which?
 * @r: keys, at least one
 * @wall: s since 1970 UTC
 * @now: present time
 * @buf: what was signed
 * @len: its length in bytes, at most HELLO_MAX_BYTES
 * @at: where number of the key and HMAC stand in it
 * @found: gets the key, valid as long as @r is not changed; only with HELLO_KEY_OK and _OLD
 */
enum hello_key_verdict hello_ring_find(const struct hello_ring *r, int64_t wall, mono_t now,
				       const uint8_t *buf, size_t len, size_t at,
				       const struct hello_key **found)
{
	enum hello_key_verdict v = HELLO_KEY_UNKNOWN;
	size_t n = hello_mac_len(r->type);
	struct signed_packet p = { .ring = r, .len = len };

	if (len > sizeof(p.clean) || at + HELLO_KEY_ID_BYTES + n > len)
		return HELLO_KEY_WRONG;
	p.id = get_id(buf + at);
	memcpy(p.mac, buf + at + HELLO_KEY_ID_BYTES, n);
	memcpy(p.clean, buf, len);
	memset(p.clean + at + HELLO_KEY_ID_BYTES, 0, n);
	for (uint32_t i = 0; i < r->n; i++) {
		const struct hello_key *k = &r->key[i];

		if (k->id != p.id)
			continue;
		if (!hello_ring_accepts(r, k, wall, now))
			return HELLO_KEY_LIFETIME;
		*found = k;
		if (fits(&p, k))
			return HELLO_KEY_OK;
		v = HELLO_KEY_WRONG;
	}
	*found = &r->old;
	if (r->old.len && r->old.id == p.id && hello_ring_accepts(r, &r->old, wall, now) &&
	    fits(&p, &r->old))
		return HELLO_KEY_OLD;
	return v;
}

/**
 * hello_ring_check() - is a packet signed with a key of ours?
 * @r: keys, at least one
 * @wall: s since 1970 UTC
 * @now: present time
 * @buf: the packet
 * @len: its length in bytes, at most HELLO_MAX_BYTES
 * @at: where number of the key and HMAC stand in it
 */
enum hello_key_verdict hello_ring_check(const struct hello_ring *r, int64_t wall, mono_t now,
					const uint8_t *buf, size_t len, size_t at)
{
	const struct hello_key *found;

	return hello_ring_find(r, wall, now, buf, len, at, &found);
}
