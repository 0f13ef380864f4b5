// SPDX-License-Identifier: GPL-2.0-or-later
#include "bfd_auth.h"

#include <errno.h>
#include <string.h>

#include "buf.h"
#include "same.h"

#define TYPE_METICULOUS_SHA1 5
#define AT_FLAGS 1
#define BIT_AUTH 0x04 /* of the byte there */
#define AT_LENGTH 3
#define AT_KEY_ID (BFD_BYTES + 2)
#define AT_SEQ (BFD_BYTES + 4)
#define AT_KEY (BFD_BYTES + 8)

/* One direction of one key; "nf_rg BFD", then who sends, then who receives. */
static bool derive(const struct hello_ring *r, const struct hello_key *k, uint64_t from,
		   uint64_t to, uint8_t out[BFD_KEY_BYTES])
{
	static const char label[] = "nf_rg BFD";
	uint8_t text[sizeof(label) + 16], mac[HELLO_MAC_MAX] = { 0 };
	struct wbuf w = wbuf_init(text, sizeof(text));

	wbuf_put(&w, label, sizeof(label));
	wbuf_put_u64(&w, from);
	wbuf_put_u64(&w, to);
	if (w.failed || !r->mac(r->type, k, text, w.len, mac))
		return false;
	/* A shorter one is followed by zeros: RFC 5880, 6.7.4. */
	memcpy(out, mac, BFD_KEY_BYTES);
	return true;
}

static bool derive_both(const struct hello_ring *r, const struct hello_key *k, uint64_t own,
			uint64_t peer, struct bfd_key *out)
{
	out->id = (uint8_t)k->id;
	return derive(r, k, own, peer, out->tx) && derive(r, k, peer, own, out->rx);
}

/**
 * bfd_keys_derive() - the keys of a session
 * @r: keys of the hellos, or NULL
 * @own_nonce: of this life of this agent
 * @peer_nonce: of the peer's
 * @out: gets them, without what the time says, see bfd_keys_date(); none if hellos are not signed
 *
 * Return: false if the library refuses; there are none then.
 */
bool bfd_keys_derive(const struct hello_ring *r, uint64_t own_nonce, uint64_t peer_nonce,
		     struct bfd_keys *out)
{
	bool ok = true;

	memset(out, 0, sizeof(*out));
	if (!hello_ring_keyed(r))
		return true;
	for (uint32_t i = 0; i < r->n; i++)
		ok &= derive_both(r, &r->key[i], own_nonce, peer_nonce, &out->key[out->n++]);
	if (r->old.len)
		ok &= derive_both(r, &r->old, own_nonce, peer_nonce, &out->key[out->n++]);
	if (!ok)
		memset(out, 0, sizeof(*out));
	return ok;
}

/**
 * bfd_keys_date() - which of them are in use now
 * @r: keys of the hellos, those that @k is derived from
 * @wall: s since 1970 UTC
 * @now: present time
 * @k: gets @signer and @accepted
 */
void bfd_keys_date(const struct hello_ring *r, int64_t wall, mono_t now, struct bfd_keys *k)
{
	const struct hello_key *signer;

	if (!k->n)
		return;
	k->accepted = 0;
	for (uint32_t i = 0; i < r->n; i++)
		if (hello_ring_accepts(r, &r->key[i], wall, now))
			k->accepted |= UINT32_C(1) << i;
	if (r->old.len && hello_ring_accepts(r, &r->old, wall, now))
		k->accepted |= UINT32_C(1) << r->n;
	signer = hello_ring_signer(r, wall, now);
	k->signer = signer == &r->old ? r->n : (uint32_t)(signer - r->key);
}

/**
 * bfd_auth_init() - a session without keys
 * @a: overwritten
 * @sha1: computes it
 */
void bfd_auth_init(struct bfd_auth *a, bfd_sha1_fn sha1)
{
	*a = (struct bfd_auth){ .sha1 = sha1 };
}

static bool is_key(const struct bfd_key *a, const struct bfd_key *b)
{
	return same_bytes(a, b, sizeof(*a));
}

static bool uses_signer(const struct bfd_auth *a)
{
	return a->keys.n ? a->keyed && is_key(&a->use, &a->keys.key[a->keys.signer]) : !a->keyed;
}

/**
 * bfd_auth_offer() - let the peer see once more what we could sign with
 * @a: authentication
 */
void bfd_auth_offer(struct bfd_auth *a)
{
	a->offers = uses_signer(a) ? 0 : BFD_AUTH_OFFERS;
}

/**
 * bfd_auth_set() - other keys, or others of them in use
 * @a: authentication
 * @keys: they
 * @anew: the peer's agent was started again, or another one is heard: what the former has shown
 *	says nothing
 */
void bfd_auth_set(struct bfd_auth *a, const struct bfd_keys *keys, bool anew)
{
	a->keys = *keys;
	if (anew || !keys->n) {
		a->keyed = false;
		a->rx_known = false;
	}
	bfd_auth_offer(a);
}

/* With the key in place of the hash: RFC 5880, 6.7.4. */
static bool hash(const struct bfd_auth *a, const uint8_t key[BFD_KEY_BYTES], const uint8_t *buf,
		 uint8_t out[BFD_KEY_BYTES])
{
	uint8_t text[BFD_SIGNED_BYTES];

	memcpy(text, buf, AT_KEY);
	memcpy(text + AT_KEY, key, BFD_KEY_BYTES);
	return a->sha1(text, sizeof(text), out);
}

static bool signed_by(const struct bfd_auth *a, const struct bfd_key *k, const uint8_t *buf)
{
	uint8_t want[BFD_KEY_BYTES];

	return k->id == buf[AT_KEY_ID] && hash(a, k->rx, buf, want) &&
	       same_bytes(want, buf + AT_KEY, sizeof(want));
}

/* The key of a packet that is in use, or could be; NULL: none. */
static const struct bfd_key *key_of(const struct bfd_auth *a, const uint8_t *buf)
{
	if (a->keyed && signed_by(a, &a->use, buf))
		return &a->use;
	for (uint32_t i = 0; i < a->keys.n; i++)
		if (a->keys.accepted >> i & 1 && signed_by(a, &a->keys.key[i], buf))
			return &a->keys.key[i];
	return NULL;
}

static bool is_new(const struct bfd_auth *a, uint32_t seq, mono_t now)
{
	return !a->rx_known || (int32_t)(seq - a->rx_seq) > 0 ||
	       mono_reached(now, mono_add_ms(a->heard, BFD_AUTH_FORGET_MS));
}

static enum bfd_verdict check_signed(struct bfd_auth *a, const uint8_t *buf, size_t len, mono_t now)
{
	struct rbuf r = rbuf_init(buf, len);
	const struct bfd_key *k;
	uint32_t seq;

	rbuf_take(&r, BFD_BYTES);
	if (buf[AT_LENGTH] != BFD_SIGNED_BYTES || rbuf_get_u8(&r) != TYPE_METICULOUS_SHA1 ||
	    rbuf_get_u8(&r) != BFD_AUTH_BYTES)
		return BFD_BAD_AUTH;
	rbuf_take(&r, AT_SEQ - AT_KEY_ID);
	seq = rbuf_get_u32(&r);
	rbuf_take(&r, BFD_KEY_BYTES);
	k = r.failed ? NULL : key_of(a, buf);
	if (!k)
		return BFD_BAD_AUTH;
	if (!is_new(a, seq, now))
		return BFD_BAD_SEQUENCE;
	a->rx_known = true;
	a->rx_seq = seq;
	a->heard = now;
	/* It goes on by what signs our hellos, once the peer has shown to have that. */
	if (k != &a->use && !(a->keyed && uses_signer(a))) {
		a->use = *k;
		a->keyed = true;
	}
	if (uses_signer(a))
		a->offers = 0;
	return BFD_OK;
}

/**
 * bfd_auth_check() - is a packet of the peer's, and new?
 * @a: authentication; learns from it
 * @buf: packet that bfd_decode() has accepted
 * @len: bytes of the datagram
 * @now: present time
 *
 * Return: BFD_OK, BFD_BAD_AUTH or BFD_BAD_SEQUENCE.
 */
enum bfd_verdict bfd_auth_check(struct bfd_auth *a, const uint8_t *buf, size_t len, mono_t now)
{
	if (buf[AT_FLAGS] & BIT_AUTH)
		return check_signed(a, buf, len, now);
	return a->keyed ? BFD_BAD_AUTH : BFD_OK;
}

/**
 * bfd_auth_offers() - is the next packet to go out in another way as well?
 * @a: authentication; counts it
 *
 * Return: true if so: before what is in use, see bfd_auth_put().
 */
bool bfd_auth_offers(struct bfd_auth *a)
{
	if (!a->offers || !a->keys.n)
		return false;
	a->offers--;
	return true;
}

/**
 * bfd_auth_put() - write a packet
 * @a: authentication
 * @p: packet
 * @offer: by the key that signs our hellos, and not by what is in use
 * @seq: sequence number, if it is signed: above that of the last one
 * @buf: room for it
 * @cap: bytes of it
 *
 * Return: its bytes, -ENOSPC, or -ENOTSUP if the library refuses.
 */
int bfd_auth_put(const struct bfd_auth *a, const struct bfd_packet *p, bool offer, uint32_t seq,
		 uint8_t *buf, size_t cap)
{
	const struct bfd_key *k = offer ? &a->keys.key[a->keys.signer] : &a->use;
	int len = bfd_encode(p, buf, cap);
	struct wbuf w;

	if (len < 0 || (!offer && !a->keyed))
		return len;
	if (cap < BFD_SIGNED_BYTES)
		return -ENOSPC;
	w = wbuf_init(buf + len, BFD_AUTH_BYTES);
	wbuf_put_u8(&w, TYPE_METICULOUS_SHA1);
	wbuf_put_u8(&w, BFD_AUTH_BYTES);
	wbuf_put_u8(&w, k->id);
	wbuf_put_u8(&w, 0);
	wbuf_put_u32(&w, seq);
	buf[AT_FLAGS] |= BIT_AUTH;
	buf[AT_LENGTH] = BFD_SIGNED_BYTES;
	return hash(a, k->tx, buf, buf + AT_KEY) ? BFD_SIGNED_BYTES : -ENOTSUP;
}
