// SPDX-License-Identifier: GPL-2.0-or-later
/* Signed hellos: the HMAC, which key, and what a recorded packet is good for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "core/hello.h"
#include "io/hello_mac.h"

#define ALWAYS	{ 0, INT64_MAX }

/* One side of a control link. */
struct side {
	struct hello_ring ring;
	struct hello_local local;
	struct hello_rx rx;
	struct hello_tx tx;
	uint8_t buf[HELLO_MAX_BYTES];
	int len;
};

static struct side a, b;
static uint64_t now;
static int64_t wall;

static void begin_life(struct side *s, uint64_t system, uint64_t nonce)
{
	s->local = (struct hello_local){
		.domain = 71, .protocol = 1, .system = system, .nonce = nonce,
		.hello_ms = 100, .hold_ms = 300, .ring = &s->ring,
	};
	hello_rx_init(&s->rx);
	hello_tx_init(&s->tx);
}

static struct hello_key key(uint32_t id, const char *secret)
{
	struct hello_key k = { .id = id, .len = (uint32_t)strlen(secret),
			       .accept = ALWAYS, .send = ALWAYS };

	memcpy(k.secret, secret, k.len);
	return k;
}

static void ring_of(struct hello_ring *r, enum hello_auth_type type, const char *secret)
{
	*r = (struct hello_ring){
		.mac = hello_mac, .type = type, .n = 1, .key = { key(0, secret) },
	};
}

static int begin(void **state)
{
	now = 1000000;
	wall = 1800000000;
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	ring_of(&a.ring, HELLO_AUTH_SHA256, "one secret");
	b.ring = a.ring;
	begin_life(&a, 1, 0xa1);
	begin_life(&b, 2, 0xb1);
	return 0;
}

static void say(struct side *s)
{
	struct hello_group g = { .id = 1, .role = RG_ROLE_ACTIVE, .rf = RG_RF_ACTIVE,
				 .conf_prio = 100, .epoch = { 1, s->local.system } };

	s->local.wall = wall;
	hello_tx_begin(&s->tx, HELLO_SCOPE_ALL);
	s->len = hello_tx_next(&s->tx, &s->local, &s->rx, mono_from_ms(now), HELLO_TYPE_HELLO, &g,
			       1, s->buf, sizeof(s->buf));
	assert_true(s->len > 0);
}

static enum hello_verdict hear_bytes(struct side *s, const uint8_t *buf, int len)
{
	struct hello_facts facts;
	struct hello h;

	s->local.wall = wall;
	return hello_rx_packet(&s->rx, &s->local, mono_from_ms(now), buf, (size_t)len, &h, &facts);
}

/* What @from says now, and what @to thinks of it. */
static enum hello_verdict say_to(struct side *from, struct side *to)
{
	say(from);
	return hear_bytes(to, from->buf, from->len);
}

static void meet(void)
{
	assert_int_equal(say_to(&a, &b), HELLO_BAD_SESSION);
	assert_int_equal(say_to(&b, &a), HELLO_OK);
	assert_int_equal(say_to(&a, &b), HELLO_OK);
}

/* RFC 2202, section 2, test 2; RFC 4231, section 4.3. */
static void mac_vectors(void **state)
{
	static const uint8_t md5[] = { 0x75, 0x0c, 0x78, 0x3e, 0x6a, 0xb0, 0xb5, 0x03,
				       0xea, 0xa8, 0x6e, 0x31, 0x0a, 0x5d, 0xb7, 0x38 };
	static const uint8_t sha[] = { 0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e,
				       0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7,
				       0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83,
				       0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43 };
	const uint8_t *text = (const uint8_t *)"what do ya want for nothing?";
	struct hello_key k = key(0, "Jefe");
	uint8_t out[HELLO_MAC_MAX];

	assert_true(hello_mac(HELLO_AUTH_MD5, &k, text, 28, out));
	assert_memory_equal(out, md5, sizeof(md5));
	assert_true(hello_mac(HELLO_AUTH_SHA256, &k, text, 28, out));
	assert_memory_equal(out, sha, sizeof(sha));
	assert_false(hello_mac(HELLO_AUTH_TEXT, &k, text, 28, out));
	assert_true(hello_mac_usable(HELLO_AUTH_SHA256));
}

/* Two that start together: a hello, its answer, the next hello. */
static void fresh_pair(void **state)
{
	meet();
	assert_int_equal(say_to(&b, &a), HELLO_OK);
	assert_true(b.rx.count[HELLO_BAD_SESSION] == 1);
}

/* Whatever bit is changed, somebody other than a key holder did it. */
static void every_byte_counts(void **state)
{
	meet();
	say(&a);
	for (int i = 0; i < a.len; i++) {
		enum hello_verdict v;

		a.buf[i] ^= 0x01;
		v = hear_bytes(&b, a.buf, a.len);
		if (v == HELLO_OK)
			fail_msg("byte %d may be changed", i);
		a.buf[i] ^= 0x01;
	}
	assert_int_equal(hear_bytes(&b, a.buf, a.len), HELLO_OK);
}

static void wrong_keys(void **state)
{
	meet();
	ring_of(&a.ring, HELLO_AUTH_SHA256, "one secret ");
	assert_int_equal(say_to(&a, &b), HELLO_BAD_MAC);
	ring_of(&a.ring, HELLO_AUTH_MD5, "one secret");
	assert_int_equal(say_to(&a, &b), HELLO_BAD_AUTH);
	a.ring.n = 0;
	assert_int_equal(say_to(&a, &b), HELLO_BAD_AUTH);
	ring_of(&a.ring, HELLO_AUTH_SHA256, "one secret");
	a.ring.key[0].id = 7;
	assert_int_equal(say_to(&a, &b), HELLO_BAD_KEY);
	a.ring.key[0].id = 0;
	assert_int_equal(say_to(&a, &b), HELLO_OK);
	/* Who wants no signature does not take one for none. */
	b.ring.n = 0;
	assert_int_equal(say_to(&a, &b), HELLO_BAD_AUTH);
}

/* A signed packet is good once: not again, not in another life, not later. */
static void recorded(void **state)
{
	uint8_t tape[HELLO_MAX_BYTES];
	int len;

	meet();
	assert_int_equal(say_to(&a, &b), HELLO_OK);
	len = a.len;
	memcpy(tape, a.buf, (size_t)len);
	assert_int_equal(hear_bytes(&b, tape, len), HELLO_REPLAY);
	/* A has gone; an hour later its packets are sent again. */
	now += 3600000;
	assert_int_equal(hear_bytes(&b, tape, len), HELLO_REPLAY);
	/* B was started again. */
	begin_life(&b, 2, 0xb2);
	assert_int_equal(hear_bytes(&b, tape, len), HELLO_BAD_SESSION);
	assert_int_equal(b.rx.system, 0);
	assert_false(hello_rx_alive(&b.rx, mono_from_ms(now)));
	/* The true A comes back all the same, whoever was heard in between. */
	begin_life(&a, 1, 0xa2);
	assert_int_equal(say_to(&a, &b), HELLO_BAD_SESSION);
	assert_int_equal(say_to(&b, &a), HELLO_OK);
	assert_int_equal(hear_bytes(&b, tape, len), HELLO_BAD_SESSION);
	assert_int_equal(say_to(&a, &b), HELLO_OK);
	/* And with it alive the tape is as worthless. */
	assert_int_equal(hear_bytes(&b, tape, len), HELLO_BAD_SESSION);
	assert_int_equal(say_to(&a, &b), HELLO_OK);
}

/* A's agent is started again while B lives. */
static void peer_restarts(void **state)
{
	meet();
	begin_life(&a, 1, 0xa2);
	assert_int_equal(say_to(&a, &b), HELLO_BAD_SESSION);
	assert_int_equal(say_to(&b, &a), HELLO_BAD_SESSION);
	assert_int_equal(say_to(&a, &b), HELLO_OK);
	assert_int_equal(say_to(&b, &a), HELLO_OK);
}

/* A key chain whose keys take turns every 1000 s, with 200 s in which both are good. */
static void chain(struct hello_ring *r)
{
	*r = (struct hello_ring){ .mac = hello_mac, .type = HELLO_AUTH_SHA256, .n = 3 };
	for (uint32_t i = 0; i < 3; i++) {
		char secret[] = "key 0";

		secret[4] = (char)('1' + i);
		r->key[i] = key(i + 1, secret);
		r->key[i].send = (struct hello_life){ 1000 * i, 1000 * i + 1000 };
		r->key[i].accept = (struct hello_life){ 1000 * (int64_t)i - 200, 1000 * i + 1200 };
	}
}

/* Clocks that differ by less than the overlap do not matter, either way. */
static void rotation(void **state)
{
	int64_t skew;

	for (skew = -199; skew < 200; skew += 199) {
		begin(state);
		chain(&a.ring);
		chain(&b.ring);
		wall = 500;
		meet();
		for (int64_t t = 501; t < 2900; t++) {
			now += 100;
			wall = t;
			say(&a);
			wall = t + skew;
			assert_int_equal(hear_bytes(&b, a.buf, a.len), HELLO_OK);
			say(&b);
			wall = t;
			assert_int_equal(hear_bytes(&a, b.buf, b.len), HELLO_OK);
		}
	}
}

static void lifetimes(void **state)
{
	struct hello_key outside;

	chain(&a.ring);
	chain(&b.ring);
	wall = 500;
	meet();
	/* Key 1 is signed with far too late. */
	outside = a.ring.key[0];
	outside.send = (struct hello_life)ALWAYS;
	outside.accept = (struct hello_life)ALWAYS;
	a.ring.key[0] = outside;
	wall = 1199;
	assert_int_equal(say_to(&a, &b), HELLO_OK);
	wall = 1200;
	assert_int_equal(say_to(&a, &b), HELLO_BAD_LIFETIME);
	assert_true(hello_ring_signer(&b.ring, 0, MONO_ZERO)->id == 1);
	assert_true(hello_ring_signer(&b.ring, 999, MONO_ZERO)->id == 1);
	assert_true(hello_ring_signer(&b.ring, 1000, MONO_ZERO)->id == 2);
	assert_false(hello_ring_expired(&b.ring, 2999));
	assert_true(hello_ring_expired(&b.ring, 3000));
	assert_true(hello_ring_expired(&b.ring, -1));
	assert_false(hello_ring_expired(NULL, 3000));
	/* The lowest of several. */
	b.ring.key[2].send.from = 0;
	assert_true(hello_ring_signer(&b.ring, 500, MONO_ZERO)->id == 1);
}

/* A clock that is a year off: the newest key stays, also if only one side is off. */
static void expired(void **state)
{
	chain(&a.ring);
	chain(&b.ring);
	wall = 2500;
	meet();
	wall = 31536000;
	assert_int_equal(hello_ring_signer(&a.ring, wall, MONO_ZERO)->id, 3);
	assert_int_equal(say_to(&a, &b), HELLO_OK);
	say(&a);
	wall = 2500;
	assert_int_equal(hear_bytes(&b, a.buf, a.len), HELLO_OK);
	say(&a);
	wall = 31536000;
	assert_int_equal(hear_bytes(&b, a.buf, a.len), HELLO_OK);
	/* An older key is not good for ever because of that. */
	b.ring.key[2].id = 4;
	assert_int_equal(say_to(&a, &b), HELLO_BAD_KEY);
	a.ring.key[2] = a.ring.key[1];
	a.ring.n = 2;
	assert_int_equal(say_to(&a, &b), HELLO_BAD_LIFETIME);
}

static void give(struct side *s, const char *secret, uint32_t keep_s)
{
	struct hello_ring next;

	ring_of(&next, HELLO_AUTH_SHA256, secret);
	hello_ring_replace(&s->ring, &next, keep_s, mono_from_ms(now));
	s->rx.new_key = false;
}

static void hear_both(void)
{
	assert_int_equal(say_to(&a, &b), HELLO_OK);
	assert_int_equal(say_to(&b, &a), HELLO_OK);
	if (a.rx.new_key)
		hello_ring_confirmed(&a.ring);
	if (b.rx.new_key)
		hello_ring_confirmed(&b.ring);
}

/* A gets the new key-string, 20 s later B; no hello is lost, and the old one ends. */
static void another_string(void **state)
{
	unsigned int i;

	meet();
	give(&a, "another", 60);
	for (i = 0; i < 200; i++, now += 100)
		hear_both();
	give(&b, "another", 60);
	for (i = 0; i < 1000; i++, now += 100)
		hear_both();
	ring_of(&b.ring, HELLO_AUTH_SHA256, "one secret");
	assert_int_equal(say_to(&b, &a), HELLO_BAD_MAC);
}

/* As soon as the peer shows that it has the new one, that one signs. */
static void switch_at_once(void **state)
{
	meet();
	give(&a, "another", 60);
	hear_both();
	assert_int_equal(a.ring.old.len, 10);
	assert_ptr_equal(hello_ring_signer(&a.ring, wall, mono_from_ms(now)), &a.ring.old);
	give(&b, "another", 0);
	assert_int_equal(say_to(&b, &a), HELLO_OK);
	assert_true(a.rx.new_key);
	hello_ring_confirmed(&a.ring);
	hear_both();
	assert_ptr_equal(hello_ring_signer(&a.ring, wall, mono_from_ms(now)), &a.ring.key[0]);
	/* Loading the same again does not begin anew. */
	give(&a, "another", 60);
	assert_ptr_equal(hello_ring_signer(&a.ring, wall, mono_from_ms(now)), &a.ring.key[0]);
	assert_int_equal(a.ring.old.len, 10);
}

/* Without a timeout the old one ends at once. */
static void no_timeout(void **state)
{
	meet();
	give(&a, "another", 0);
	assert_int_equal(say_to(&a, &b), HELLO_BAD_MAC);
	assert_int_equal(say_to(&b, &a), HELLO_BAD_MAC);
}

/* The peer never gets it: after the timeout that is seen. */
static void peer_forgotten(void **state)
{
	meet();
	give(&a, "another", 60);
	now += 29900;
	assert_int_equal(say_to(&a, &b), HELLO_OK);
	now += 200;
	assert_int_equal(say_to(&a, &b), HELLO_BAD_MAC);
	assert_int_not_equal(say_to(&b, &a), HELLO_BAD_MAC);
	now += 30000;
	assert_int_equal(say_to(&b, &a), HELLO_BAD_MAC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(mac_vectors, begin),
		cmocka_unit_test_setup(fresh_pair, begin),
		cmocka_unit_test_setup(every_byte_counts, begin),
		cmocka_unit_test_setup(wrong_keys, begin),
		cmocka_unit_test_setup(recorded, begin),
		cmocka_unit_test_setup(peer_restarts, begin),
		cmocka_unit_test_setup(rotation, begin),
		cmocka_unit_test_setup(lifetimes, begin),
		cmocka_unit_test_setup(expired, begin),
		cmocka_unit_test_setup(another_string, begin),
		cmocka_unit_test_setup(switch_at_once, begin),
		cmocka_unit_test_setup(no_timeout, begin),
		cmocka_unit_test_setup(peer_forgotten, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
