// SPDX-License-Identifier: GPL-2.0-or-later
/* TLS between two ends of a socket: it holds with the same secret, and with nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/hello_mac.h"
#include "io/tls.h"

static struct hello_ring ring[2]; /* client, server */
static struct opening want[2];
static struct tls *end[2];
static int fd[2];

static void ring_of(struct hello_ring *r, const char *secret)
{
	*r = (struct hello_ring){ .mac = hello_mac, .type = HELLO_AUTH_SHA256, .n = 1 };
	r->key[0].len = (uint32_t)strlen(secret);
	memcpy(r->key[0].secret, secret, r->key[0].len);
	r->key[0].accept.until = INT64_MAX;
	r->key[0].send.until = INT64_MAX;
}

static int begin(void **state)
{
	ring_of(&ring[0], "secret");
	ring_of(&ring[1], "secret");
	want[0] = (struct opening){ 71, 1, 6, 0xa, 0xa1, 0xb, 0xb1 };
	want[1] = want[0];
	want[1].attempt = 5;
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd);
}

static int finish(void **state)
{
	for (int i = 0; i < 2; i++) {
		tls_free(end[i]);
		end[i] = NULL;
		close(fd[i]);
	}
	return 0;
}

/* Both ends in turn, until neither waits or one has failed. */
static void shake(enum tls_step step[2])
{
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tls_new(fd[i], i == 1, &ring[i], &want[i], &end[i]), 0);
		step[i] = TLS_STEP_READ;
	}
	for (int n = 0; n < 10; n++)
		for (int i = 0; i < 2; i++)
			if (step[i] == TLS_STEP_READ)
				step[i] = tls_handshake(end[i]);
}

static void refuse(enum opening_verdict v)
{
	enum tls_step step[2];

	shake(step);
	assert_int_equal(step[1], TLS_STEP_FAILED);
	assert_int_equal(tls_verdict(end[1]), v);
	assert_int_equal(step[0], TLS_STEP_FAILED);
	assert_int_equal(tls_verdict(end[0]), OPENING_BY_PEER);
}

static void holds(void **state)
{
	uint8_t raw[200] = { 0 }, buf[100];
	enum tls_step step[2];

	shake(step);
	assert_int_equal(step[0], TLS_STEP_DONE);
	assert_int_equal(step[1], TLS_STEP_DONE);
	assert_int_equal(tls_attempt(end[1]), 6);
	assert_int_equal(tls_read(end[1], buf, sizeof(buf)), -EAGAIN);
	assert_false(tls_pending(end[1]));
	assert_int_equal(tls_write(end[0], "known plaintext", 15), 15);
	assert_true(recv(fd[1], raw, sizeof(raw), MSG_PEEK) > 15);
	assert_int_equal(raw[0], 0x17);
	for (size_t i = 0; i + 5 <= sizeof(raw); i++)
		assert_memory_not_equal(raw + i, "known", 5);
	assert_true(tls_pending(end[1]));
	assert_int_equal(tls_read(end[1], buf, sizeof(buf)), 15);
	assert_memory_equal(buf, "known plaintext", 15);
	tls_shut(end[0]);
	assert_int_equal(tls_read(end[1], buf, sizeof(buf)), 0);
}

/* A connection that is cut is no farewell, and a changed byte ends it. */
static void forged(void **state)
{
	uint8_t raw[200], buf[100];
	enum tls_step step[2];
	ssize_t n;

	shake(step);
	assert_int_equal(tls_write(end[0], "known plaintext", 15), 15);
	n = recv(fd[1], raw, sizeof(raw), 0);
	raw[n - 1] ^= 1;
	assert_int_equal(send(fd[0], raw, (size_t)n, 0), n);
	assert_int_equal(tls_read(end[1], buf, sizeof(buf)), -EPROTO);
}

static void other_secret(void **state)
{
	ring_of(&ring[0], "another");
	refuse(OPENING_MAC);
}

static void other_session(void **state)
{
	want[1].client_nonce++;
	refuse(OPENING_SESSION);
}

static void again(void **state)
{
	want[1].attempt = 6;
	refuse(OPENING_REPLAY);
}

/* The secret and every byte of the identity go into the key. */
static void derived(void **state)
{
	uint8_t a[32], b[32], id[] = "identity";

	assert_true(tls_derive(&ring[0].key[0], id, sizeof(id), a));
	assert_true(tls_derive(&ring[0].key[0], id, sizeof(id), b));
	assert_memory_equal(a, b, sizeof(a));
	id[3] ^= 1;
	assert_true(tls_derive(&ring[0].key[0], id, sizeof(id), b));
	assert_memory_not_equal(a, b, sizeof(a));
	id[3] ^= 1;
	ring[0].key[0].secret[0] ^= 1;
	assert_true(tls_derive(&ring[0].key[0], id, sizeof(id), b));
	assert_memory_not_equal(a, b, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(holds, begin, finish),
		cmocka_unit_test_setup_teardown(forged, begin, finish),
		cmocka_unit_test_setup_teardown(other_secret, begin, finish),
		cmocka_unit_test_setup_teardown(other_session, begin, finish),
		cmocka_unit_test_setup_teardown(again, begin, finish),
		cmocka_unit_test_setup_teardown(derived, begin, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
