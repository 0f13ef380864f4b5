// SPDX-License-Identifier: GPL-2.0-or-later
/* The identity that opens a data link: what it says, who may say it, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "core/opening.h"
#include "io/hello_mac.h"

#define WALL 1800000000

static struct hello_ring ring;
static struct opening want;
static uint8_t id[OPENING_MAX_BYTES];
static int len;
static mono_t now;

static struct hello_key key(uint32_t number, const char *secret)
{
	struct hello_key k = { .id = number, .len = (uint32_t)strlen(secret),
			       .accept = { 0, INT64_MAX }, .send = { 0, INT64_MAX } };

	memcpy(k.secret, secret, k.len);
	return k;
}

static int begin(void **state)
{
	now = mono_from_ms(1000000);
	ring = (struct hello_ring){ .mac = hello_mac, .type = HELLO_AUTH_SHA256, .n = 1,
				    .key = { key(0, "secret") } };
	want = (struct opening){ 71, 1, 5, 0xa, 0xa1, 0xb, 0xb1 };
	len = opening_put(&(struct opening){ 71, 1, 6, 0xa, 0xa1, 0xb, 0xb1 }, &ring, WALL, now, id,
			  sizeof(id));
	return 0;
}

static enum opening_verdict check(const struct hello_key **k)
{
	const struct hello_key *none;
	struct opening got;

	return opening_check(&want, &ring, WALL, now, id, (size_t)len, &got, k ? k : &none);
}

static void right(void **state)
{
	const struct hello_key *k = NULL;

	assert_int_equal(len, OPENING_MAX_BYTES);
	assert_int_equal(check(&k), OPENING_OK);
	assert_ptr_equal(k, &ring.key[0]);
	/* On the wire: magic, version, algorithm, domain, protocol, attempt. */
	assert_memory_equal(id, "NRGT\1\3\107\1\0\0\0\0\0\0\0\6", 16);
	assert_int_equal(opening_put(&want, &ring, WALL, now, id, OPENING_MAX_BYTES - 1), -ENOSPC);
	ring.type = HELLO_AUTH_MD5;
	len = opening_put(&want, &ring, WALL, now, id, sizeof(id));
	want.attempt--;
	assert_int_equal(len, OPENING_MAX_BYTES - 16);
	assert_int_equal(check(NULL), OPENING_OK);
}

static void other_session(void **state)
{
	struct opening right = want;
	uint64_t *field[] = { &want.client, &want.client_nonce, &want.server, &want.server_nonce };
	uint8_t *small[] = { &want.domain, &want.protocol };

	for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++) {
		want = right;
		++*field[i];
		assert_int_equal(check(NULL), OPENING_SESSION);
	}
	for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
		want = right;
		++*small[i];
		assert_int_equal(check(NULL), OPENING_SESSION);
	}
	want = right;
	want.attempt = 6;
	assert_int_equal(check(NULL), OPENING_REPLAY);
	want.attempt = 7;
	assert_int_equal(check(NULL), OPENING_REPLAY);
}

static void keys(void **state)
{
	const struct hello_key *k = NULL;
	struct hello_ring by = ring;

	by.key[0] = key(0, "another");
	hello_ring_replace(&ring, &by, 0, now);
	assert_int_equal(check(NULL), OPENING_MAC);
	begin(state);
	hello_ring_replace(&ring, &by, 10, now);
	assert_int_equal(check(&k), OPENING_OK);
	assert_ptr_equal(k, &ring.old);
	now = mono_add_ms(now, 10000);
	assert_int_equal(check(NULL), OPENING_MAC);
	ring.key[0].id = 1;
	assert_int_equal(check(NULL), OPENING_KEY);
	begin(state);
	ring.n = 2;
	ring.key[1] = key(1, "second");
	ring.key[0].accept.until = WALL;
	assert_int_equal(check(NULL), OPENING_LIFETIME);
	ring.key[1].accept.until = WALL;
	ring.key[1].send.until = WALL;
	assert_int_equal(check(NULL), OPENING_OK);
	ring.type = HELLO_AUTH_MD5;
	assert_int_equal(check(NULL), OPENING_ALGORITHM);
}

/* No byte of it can be changed, left out or added. */
static void mutated(void **state)
{
	uint8_t long_id[OPENING_MAX_BYTES + 1] = { 0 };
	const struct hello_key *k;
	struct opening got;
	int whole = len;

	for (int i = 0; i < 8 * whole; i++) {
		id[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_not_equal(check(NULL), OPENING_OK);
		id[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (len = 0; len < whole; len++)
		assert_int_equal(check(NULL), OPENING_IDENTITY);
	memcpy(long_id, id, (size_t)whole);
	assert_int_equal(opening_check(&want, &ring, WALL, now, long_id, sizeof(long_id), &got, &k),
			 OPENING_IDENTITY);
	len = whole;
	id[4] = 2;
	assert_int_equal(check(NULL), OPENING_VERSION_BAD);
}

static void rate(void **state)
{
	struct opening_rate r = { 0 };

	for (int i = 0; i < OPENING_BURST; i++)
		assert_true(opening_allow(&r, now));
	assert_false(opening_allow(&r, now));
	now = mono_add_ms(now, OPENING_RATE_MS);
	assert_true(opening_allow(&r, now));
	assert_false(opening_allow(&r, now));
	now = mono_add_ms(now, OPENING_RATE_MS * OPENING_BURST);
	for (int i = 0; i < OPENING_BURST; i++)
		assert_true(opening_allow(&r, now));
	assert_false(opening_allow(&r, now));
}

static void names(void **state)
{
	for (int i = 0; i < OPENING_VERDICTS; i++) {
		assert_string_not_equal(opening_name(i), "?");
		for (int k = 0; k < i; k++)
			assert_string_not_equal(opening_name(i), opening_name(k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(right, begin),
		cmocka_unit_test_setup(other_session, begin),
		cmocka_unit_test_setup(keys, begin),
		cmocka_unit_test_setup(mutated, begin),
		cmocka_unit_test_setup(rate, begin),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
