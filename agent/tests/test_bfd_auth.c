// SPDX-License-Identifier: GPL-2.0-or-later
/* Authentication of BFD: two routers, what passes between them, and what somebody else sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "core/bfd_auth.h"
#include "io/hello_mac.h"

#define NONCE_A UINT64_C(0x1111111111111111)
#define NONCE_B UINT64_C(0x2222222222222222)
#define NONCE_A2 UINT64_C(0x3333333333333333)

struct side {
	struct hello_ring ring;
	struct bfd_auth auth;
	uint32_t seq;
	uint64_t own, peer;
	struct bfd_keys keys;
};

static mono_t now;

static struct hello_ring ring_of(const char *secret)
{
	struct hello_ring r = { .mac = hello_mac, .type = HELLO_AUTH_SHA256 };

	if (!secret)
		return r;
	r.n = 1;
	r.key[0].len = (uint32_t)strlen(secret);
	memcpy(r.key[0].secret, secret, r.key[0].len);
	r.key[0].accept.until = INT64_MAX;
	r.key[0].send.until = INT64_MAX;
	return r;
}

static void give(struct side *s, bool anew)
{
	assert_true(bfd_keys_derive(&s->ring, s->own, s->peer, &s->keys));
	bfd_keys_date(&s->ring, 0, now, &s->keys);
	bfd_auth_set(&s->auth, &s->keys, anew);
}

static void side_new(struct side *s, const char *secret, uint64_t own, uint64_t peer)
{
	memset(s, 0, sizeof(*s));
	s->ring = ring_of(secret);
	s->own = own;
	s->peer = peer;
	s->seq = 4294967290u; /* goes round */
	bfd_auth_init(&s->auth, hello_sha1);
	give(s, true);
}

static const struct bfd_packet hello = {
	.state = BFD_DOWN, .mult = 3, .my_discr = 7, .min_tx = 1000000, .min_rx = 10000,
};

static int put(struct side *s, bool offer, uint8_t buf[BFD_SIGNED_BYTES])
{
	return bfd_auth_put(&s->auth, &hello, offer, ++s->seq, buf, BFD_SIGNED_BYTES);
}

static enum bfd_verdict hear(struct side *s, const uint8_t *buf, int len)
{
	struct bfd_packet p;

	assert_int_equal(bfd_decode(buf, (size_t)len, &p), BFD_OK);
	return bfd_auth_check(&s->auth, buf, (size_t)len, now);
}

/* All that @from sends for one packet; returns how many of them @to believes. */
static unsigned int tell(struct side *from, struct side *to)
{
	uint8_t buf[BFD_SIGNED_BYTES];
	unsigned int n = 0;

	if (bfd_auth_offers(&from->auth))
		n += hear(to, buf, put(from, true, buf)) == BFD_OK;
	return n + (hear(to, buf, put(from, false, buf)) == BFD_OK);
}

static void meet(struct side *a, struct side *b)
{
	tell(a, b);
	tell(b, a);
	assert_true(a->auth.keyed && b->auth.keyed);
}

static void section(void **state)
{
	uint8_t buf[BFD_SIGNED_BYTES], text[BFD_SIGNED_BYTES], want[BFD_KEY_BYTES];
	struct side a;
	struct bfd_packet p;

	(void)state;
	side_new(&a, "secret", NONCE_A, NONCE_B);
	a.keys.key[0].id = 200;
	bfd_auth_set(&a.auth, &a.keys, true);
	a.seq = 0x01020303;
	assert_int_equal(put(&a, true, buf), 52);
	assert_int_equal(bfd_decode(buf, 52, &p), BFD_OK);
	assert_true(p.auth);
	assert_int_equal(buf[3], 52);
	/* RFC 5880, 4.4: type, length, key ID, reserved, sequence number */
	assert_memory_equal(buf + 24, "\x05\x1c\xc8\x00\x01\x02\x03\x04", 8);
	memcpy(text, buf, 32);
	memcpy(text + 32, a.keys.key[0].tx, 20);
	assert_true(hello_sha1(text, 52, want));
	assert_memory_equal(buf + 32, want, 20);
	assert_int_equal(bfd_auth_put(&a.auth, &hello, true, 1, buf, 51), -ENOSPC);
	assert_int_equal(bfd_auth_put(&a.auth, &hello, true, 1, buf, 23), -ENOSPC);
}

static void sha1(void **state)
{
	/* FIPS 180-4, its example of one block */
	static const uint8_t want[] = {
		0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e,
		0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d,
	};
	uint8_t out[BFD_KEY_BYTES];

	(void)state;
	assert_true(hello_sha1((const uint8_t *)"abc", 3, out));
	assert_memory_equal(out, want, sizeof(want));
}

static void keys(void **state)
{
	struct bfd_keys a, b, c;
	struct hello_ring r = ring_of("secret"), other = ring_of("secreT"), none = ring_of(NULL);

	(void)state;
	assert_true(bfd_keys_derive(&r, NONCE_A, NONCE_B, &a));
	assert_true(bfd_keys_derive(&r, NONCE_B, NONCE_A, &b));
	assert_memory_equal(a.key[0].tx, b.key[0].rx, BFD_KEY_BYTES);
	assert_memory_equal(a.key[0].rx, b.key[0].tx, BFD_KEY_BYTES);
	assert_memory_not_equal(a.key[0].rx, a.key[0].tx, BFD_KEY_BYTES);
	assert_true(bfd_keys_derive(&other, NONCE_A, NONCE_B, &c));
	assert_memory_not_equal(a.key[0].tx, c.key[0].tx, BFD_KEY_BYTES);
	assert_true(bfd_keys_derive(&r, NONCE_A2, NONCE_B, &c));
	assert_memory_not_equal(a.key[0].tx, c.key[0].tx, BFD_KEY_BYTES);
	assert_memory_not_equal(a.key[0].rx, c.key[0].rx, BFD_KEY_BYTES);
	assert_true(bfd_keys_derive(&none, NONCE_A, NONCE_B, &c));
	assert_int_equal(c.n, 0);
	assert_true(bfd_keys_derive(NULL, NONCE_A, NONCE_B, &c));
	assert_int_equal(c.n, 0);
	/* HMAC-MD5 has 16 bytes: the rest is zero */
	r.type = HELLO_AUTH_MD5;
	assert_true(bfd_keys_derive(&r, NONCE_A, NONCE_B, &c));
	assert_memory_equal(c.key[0].tx + 16, "\0\0\0\0", 4);
}

static bool no_mac(enum hello_auth_type type, const struct hello_key *key, const uint8_t *buf,
		   size_t len, uint8_t out[HELLO_MAC_MAX])
{
	(void)type;
	(void)key;
	(void)buf;
	(void)len;
	(void)out;
	return false;
}

static bool no_sha1(const uint8_t *buf, size_t len, uint8_t out[BFD_KEY_BYTES])
{
	(void)buf;
	(void)len;
	(void)out;
	return false;
}

static void library_refuses(void **state)
{
	struct hello_ring r = ring_of("secret");
	uint8_t buf[BFD_SIGNED_BYTES];
	struct bfd_keys k;
	struct side a, b;

	(void)state;
	r.mac = no_mac;
	assert_false(bfd_keys_derive(&r, NONCE_A, NONCE_B, &k));
	assert_int_equal(k.n, 0);
	side_new(&a, "secret", NONCE_A, NONCE_B);
	side_new(&b, "secret", NONCE_B, NONCE_A);
	a.auth.sha1 = no_sha1;
	assert_int_equal(put(&a, true, buf), -ENOTSUP);
	assert_int_equal(hear(&a, buf, put(&b, true, buf)), BFD_BAD_AUTH);
	assert_int_equal(hear(&a, buf, put(&b, false, buf)), BFD_OK);
}

static void both_have_it(void **state)
{
	uint8_t buf[BFD_SIGNED_BYTES];
	struct side a, b;

	(void)state;
	side_new(&a, "secret", NONCE_A, NONCE_B);
	side_new(&b, "secret", NONCE_B, NONCE_A);
	/* the first packet shows b that a has it, and what b says is signed from then on */
	assert_int_equal(tell(&a, &b), 1);
	assert_true(b.auth.keyed && !a.auth.keyed);
	assert_false(bfd_auth_offers(&b.auth));
	assert_int_equal(put(&b, false, buf), BFD_SIGNED_BYTES);
	assert_int_equal(hear(&a, buf, BFD_SIGNED_BYTES), BFD_OK);
	assert_true(a.auth.keyed);
	assert_false(bfd_auth_offers(&a.auth));
	for (int i = 0; i < 20; i++) {
		assert_int_equal(tell(&a, &b), 1);
		assert_int_equal(tell(&b, &a), 1);
	}
}

static void peer_without(void **state)
{
	uint8_t buf[BFD_SIGNED_BYTES];
	struct side a, b;
	int signed_ones = 0;

	(void)state;
	side_new(&a, "secret", NONCE_A, NONCE_B);
	side_new(&b, NULL, NONCE_B, NONCE_A);
	for (int i = 0; i < 30; i++) {
		if (bfd_auth_offers(&a.auth)) {
			signed_ones++;
			assert_int_equal(hear(&b, buf, put(&a, true, buf)), BFD_BAD_AUTH);
		}
		assert_int_equal(put(&a, false, buf), BFD_BYTES);
		assert_int_equal(hear(&b, buf, BFD_BYTES), BFD_OK);
		assert_int_equal(tell(&b, &a), 1);
	}
	assert_int_equal(signed_ones, BFD_AUTH_OFFERS);
	/* when something changes it is asked once more */
	bfd_auth_offer(&a.auth);
	assert_true(bfd_auth_offers(&a.auth));
	/* and who has no key has nothing to offer */
	bfd_auth_offer(&b.auth);
	assert_false(bfd_auth_offers(&b.auth));
}

static void in_clear(void **state)
{
	uint8_t buf[BFD_BYTES];
	struct side a, b;

	(void)state;
	side_new(&a, "secret", NONCE_A, NONCE_B);
	side_new(&b, "secret", NONCE_B, NONCE_A);
	assert_int_equal(bfd_encode(&hello, buf, sizeof(buf)), BFD_BYTES);
	assert_int_equal(hear(&b, buf, BFD_BYTES), BFD_OK);
	meet(&a, &b);
	assert_int_equal(hear(&b, buf, BFD_BYTES), BFD_BAD_AUTH);
	/* another life of the peer may be of an older version */
	give(&b, true);
	assert_int_equal(hear(&b, buf, BFD_BYTES), BFD_OK);
	/* signed no more: authentication was taken away */
	meet(&a, &b);
	b.ring = ring_of(NULL);
	give(&b, false);
	assert_int_equal(hear(&b, buf, BFD_BYTES), BFD_OK);
}

static void again(void **state)
{
	uint8_t tape[3][BFD_SIGNED_BYTES];
	struct side a, b;

	(void)state;
	side_new(&a, "secret", NONCE_A, NONCE_B);
	side_new(&b, "secret", NONCE_B, NONCE_A);
	meet(&a, &b);
	for (int i = 0; i < 3; i++)
		put(&a, false, tape[i]);
	assert_int_equal(hear(&b, tape[1], BFD_SIGNED_BYTES), BFD_OK);
	for (int i = 0; i < 2; i++)
		assert_int_equal(hear(&b, tape[i], BFD_SIGNED_BYTES), BFD_BAD_SEQUENCE);
	assert_int_equal(hear(&b, tape[2], BFD_SIGNED_BYTES), BFD_OK);
	/* many were lost */
	a.seq += 1000000;
	assert_int_equal(tell(&a, &b), 1);
	/* an hour later */
	now = mono_add_ms(now, 3600000);
	for (int i = 0; i < 3; i++)
		assert_int_equal(hear(&b, tape[i], BFD_SIGNED_BYTES), BFD_BAD_SEQUENCE);
	/* the same keys, set again: as when one of them grows too old */
	give(&b, false);
	assert_int_equal(hear(&b, tape[2], BFD_SIGNED_BYTES), BFD_BAD_SEQUENCE);
	/* thrown back at its sender */
	assert_int_equal(hear(&a, tape[2], BFD_SIGNED_BYTES), BFD_BAD_AUTH);
	/* so long that numbers have gone round */
	now = mono_add_ms(now, BFD_AUTH_FORGET_MS - 3600000 - 1);
	assert_int_equal(hear(&b, tape[2], BFD_SIGNED_BYTES), BFD_BAD_SEQUENCE);
	now = mono_add_ms(now, 1);
	assert_int_equal(hear(&b, tape[2], BFD_SIGNED_BYTES), BFD_OK);
}

static void another_life(void **state)
{
	uint8_t tape[BFD_SIGNED_BYTES];
	struct side a, b;

	(void)state;
	side_new(&a, "secret", NONCE_A, NONCE_B);
	side_new(&b, "secret", NONCE_B, NONCE_A);
	meet(&a, &b);
	put(&a, false, tape);
	/* a is started again */
	side_new(&a, "secret", NONCE_A2, NONCE_B);
	b.peer = NONCE_A2;
	give(&b, true);
	assert_int_equal(hear(&b, tape, BFD_SIGNED_BYTES), BFD_BAD_AUTH);
	meet(&a, &b);
	assert_int_equal(hear(&b, tape, BFD_SIGNED_BYTES), BFD_BAD_AUTH);
}

static void changed_on_its_way(void **state)
{
	uint8_t buf[BFD_SIGNED_BYTES];
	struct side a, b;
	struct bfd_packet p;

	(void)state;
	side_new(&a, "secret", NONCE_A, NONCE_B);
	side_new(&b, "secret", NONCE_B, NONCE_A);
	meet(&a, &b);
	put(&a, false, buf);
	for (int i = 0; i < BFD_SIGNED_BYTES * 8; i++) {
		buf[i / 8] ^= (uint8_t)(1 << i % 8);
		if (bfd_decode(buf, sizeof(buf), &p) == BFD_OK)
			assert_int_equal(bfd_auth_check(&b.auth, buf, sizeof(buf), now),
					 BFD_BAD_AUTH);
		buf[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	/* its end is missing, but its length says otherwise: bfd_decode() sees to that */
	assert_int_equal(bfd_decode(buf, 51, &p), BFD_BAD_CUT);
	assert_int_equal(hear(&b, buf, BFD_SIGNED_BYTES), BFD_OK);
}

static void wrong_key(void **state)
{
	struct side a, b;

	(void)state;
	side_new(&a, "secret", NONCE_A, NONCE_B);
	side_new(&b, "secreT", NONCE_B, NONCE_A);
	/* in clear they understand each other: that hellos do not is another matter */
	for (int i = 0; i < 2 * BFD_AUTH_OFFERS; i++) {
		assert_int_equal(tell(&a, &b), 1);
		assert_int_equal(tell(&b, &a), 1);
	}
	assert_false(a.auth.keyed || b.auth.keyed);
}

/* Another key-string, on one router after the other, however long that takes. */
static void rekey(void **state)
{
	struct side a, b;

	(void)state;
	side_new(&a, "first", NONCE_A, NONCE_B);
	side_new(&b, "first", NONCE_B, NONCE_A);
	meet(&a, &b);
	a.ring = ring_of("second");
	give(&a, false);
	for (int i = 0; i < 3 * BFD_AUTH_OFFERS; i++) {
		assert_int_equal(tell(&a, &b), 1);
		assert_int_equal(tell(&b, &a), 1);
	}
	b.ring = ring_of("second");
	give(&b, false);
	for (int i = 0; i < 3; i++) {
		assert_true(tell(&a, &b) >= 1);
		assert_true(tell(&b, &a) >= 1);
	}
	assert_memory_equal(&a.auth.use, &a.keys.key[0], sizeof(a.auth.use));
	assert_memory_equal(&b.auth.use, &b.keys.key[0], sizeof(b.auth.use));
	assert_false(bfd_auth_offers(&a.auth) || bfd_auth_offers(&b.auth));
}

/* Keys of a chain take turns; the routers' clocks differ. */
static void chain(void **state)
{
	uint8_t buf[BFD_SIGNED_BYTES];
	struct side late;
	struct side a, b;

	(void)state;
	side_new(&a, "first", NONCE_A, NONCE_B);
	a.ring.n = 2;
	a.ring.key[1] = ring_of("second").key[0];
	a.ring.key[1].id = 257; /* its last byte is 1 */
	a.ring.key[0].send.until = 100;
	a.ring.key[0].accept.until = 110;
	a.ring.key[1].send.from = 100;
	a.ring.key[1].accept.from = 90;
	side_new(&b, "first", NONCE_B, NONCE_A);
	b.ring = a.ring;
	for (int64_t wall = 80; wall < 130; wall++) {
		struct side *both[] = { &a, &b };

		for (int i = 0; i < 2; i++) {
			assert_true(bfd_keys_derive(&both[i]->ring, both[i]->own, both[i]->peer,
						    &both[i]->keys));
			bfd_keys_date(&both[i]->ring, wall - 5 * i, now, &both[i]->keys);
			bfd_auth_set(&both[i]->auth, &both[i]->keys, wall == 80);
		}
		assert_int_equal(a.keys.signer, wall >= 100);
		assert_int_equal(a.keys.accepted, wall < 90 ? 1 : wall < 110 ? 3 : 2);
		for (int i = 0; i < 3; i++) {
			assert_true(tell(&a, &b) >= 1);
			assert_true(tell(&b, &a) >= 1);
		}
		assert_true(a.auth.keyed && b.auth.keyed);
	}
	/* whose time is over */
	side_new(&late, "first", NONCE_A, NONCE_B);
	late.seq = a.seq + 1000;
	assert_int_equal(hear(&b, buf, put(&late, true, buf)), BFD_BAD_AUTH);
	bfd_keys_date(&b.ring, 109, now, &b.keys);
	bfd_auth_set(&b.auth, &b.keys, false);
	assert_int_equal(hear(&b, buf, BFD_SIGNED_BYTES), BFD_OK);
	assert_int_equal(a.auth.use.id, 1);
	assert_int_equal(b.auth.use.id, 1);
}

/* The key-string before, for as long as it is accepted. */
static void old_string(void **state)
{
	struct hello_ring next = ring_of("second");
	struct side a, b;

	(void)state;
	side_new(&a, "first", NONCE_A, NONCE_B);
	side_new(&b, "first", NONCE_B, NONCE_A);
	hello_ring_replace(&a.ring, &next, 60, now);
	give(&a, true);
	assert_int_equal(a.keys.n, 2);
	assert_int_equal(a.keys.accepted, 3);
	assert_int_equal(a.keys.signer, 1);
	meet(&a, &b);
	now = mono_add_ms(now, 60000);
	give(&a, false);
	assert_int_equal(a.keys.accepted, 1);
	assert_int_equal(a.keys.signer, 0);
	/* what both have in use goes on until the peer shows the other one */
	assert_true(tell(&b, &a) == 1 && tell(&a, &b) >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(section),
		cmocka_unit_test(sha1),
		cmocka_unit_test(keys),
		cmocka_unit_test(library_refuses),
		cmocka_unit_test(both_have_it),
		cmocka_unit_test(peer_without),
		cmocka_unit_test(in_clear),
		cmocka_unit_test(again),
		cmocka_unit_test(another_life),
		cmocka_unit_test(changed_on_its_way),
		cmocka_unit_test(wrong_key),
		cmocka_unit_test(rekey),
		cmocka_unit_test(chain),
		cmocka_unit_test(old_string),
	};

	now = mono_add_ms(MONO_ZERO, 1000000);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
