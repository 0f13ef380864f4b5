// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions to neighbours byte by byte, and what is believed of an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/neigh.h"

static const uint8_t mac[6] = { 0x02, 0, 0xde, 0xad, 0xbe, 0xef };
static const uint8_t peer_mac[6] = { 0x02, 0, 1, 2, 3, 4 };

static struct rg_addr addr(const char *s)
{
	struct rg_addr a;

	assert_int_equal(addr_parse(s, strlen(s), &a), 0);
	return a;
}

static void test_ask_arp(void **state)
{
	static const uint8_t want[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0x02, 0, 0xde, 0xad, 0xbe, 0xef, 0x08, 0x06,
		0, 1, 8, 0, 6, 4, 0, 1,
		0x02, 0, 0xde, 0xad, 0xbe, 0xef, 10, 0, 0, 2,
		0, 0, 0, 0, 0, 0, 10, 0, 0, 254,
	};
	const struct rg_addr own = addr("10.0.0.2"), a = addr("10.0.0.254"), none = { 0 };
	uint8_t got[NEIGH_MAX];

	assert_int_equal(neigh_ask(got, mac, &own, &a), sizeof(want));
	assert_memory_equal(got, want, sizeof(want));
	/* A probe of RFC 5227, which nobody takes for where our address is. */
	assert_int_equal(neigh_ask(got, mac, &none, &a), sizeof(want));
	assert_memory_equal(got, want, 28);
	assert_memory_equal(got + 28, "\0\0\0\0", 4);
	assert_memory_equal(got + 32, want + 32, 10);
}

static void test_ask_nd(void **state)
{
	static const uint8_t want[] = {
		0x33, 0x33, 0xff, 0, 2, 0x54, 0x02, 0, 0xde, 0xad, 0xbe, 0xef, 0x86, 0xdd,
		0x60, 0, 0, 0, 0, 32, 58, 255,
		0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
		0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 2, 0x54,
		135, 0, 0, 0, 0, 0, 0, 0,
		0xfd, 0, 0, 0xa, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54,
		1, 1, 0x02, 0, 0xde, 0xad, 0xbe, 0xef,
	};
	const struct rg_addr own = addr("fe80::2"), a = addr("fd00:a::254"), none = { 0 };
	const struct rg_addr four = addr("10.0.0.2");
	uint8_t got[NEIGH_MAX];
	uint32_t sum = 32 + 58;

	assert_int_equal(neigh_ask(got, mac, &own, &a), sizeof(want));
	/* RFC 4443 section 2.3: a sum over all, itself included, of ones. */
	for (size_t i = 22; i < sizeof(want); i += 2)
		sum += (uint32_t)got[i] << 8 | got[i + 1];
	assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
	memset(got + 56, 0, 2);
	assert_memory_equal(got, want, sizeof(want));
	assert_int_equal(neigh_ask(got, mac, &none, &a), 0);
	assert_int_equal(neigh_ask(got, mac, &four, &a), 0);
}

static void test_arp_answer(void **state)
{
	const struct rg_addr a = addr("192.0.2.254"), own = addr("192.0.2.2");
	uint8_t frame[NEIGH_MAX], *m = frame + 14;
	struct neigh_answer got;
	size_t len = neigh_arp(frame, NEIGH_ARP_REPLY, peer_mac, a.b, mac, own.b) - 14;

	assert_int_equal(neigh_read_arp(m, len, &got), NEIGH_OK);
	assert_true(addr_equal(&got.addr, &a));
	assert_memory_equal(got.mac, peer_mac, 6);
	/* Ethernet fills it up to 46 bytes. */
	assert_int_equal(neigh_read_arp(m, 46, &got), NEIGH_OK);
	for (size_t n = 0; n < len; n++)
		assert_int_equal(neigh_read_arp(m, n, &got), NEIGH_SHORT);
	for (size_t n = 0; n < 6; n++) {
		m[n] ^= 0x10;
		assert_int_equal(neigh_read_arp(m, len, &got), NEIGH_FORMAT);
		m[n] ^= 0x10;
	}
	m[7] = NEIGH_ARP_REQUEST;
	assert_int_equal(neigh_read_arp(m, len, &got), NEIGH_NO_ANSWER);
}

static void test_nd_answer(void **state)
{
	const struct rg_addr a = addr("fd00:a::254"), own = addr("fe80::2");
	const struct neigh_nd nd = {
		.type = NEIGH_ND_ADVERTISEMENT, .mac = peer_mac, .to = mac,
		.src = a.b, .dst = own.b, .target = a.b,
	};
	uint8_t frame[NEIGH_MAX + 8], *m = frame + 54;
	struct neigh_answer got;

	assert_int_equal(neigh_nd(frame, &nd), 86);
	assert_int_equal(neigh_read_nd(m, 32, 255, &got), NEIGH_OK);
	assert_true(addr_equal(&got.addr, &a));
	assert_memory_equal(got.mac, peer_mac, 6);
	assert_int_equal(neigh_read_nd(m, 32, 254, &got), NEIGH_HOP_LIMIT);
	assert_int_equal(neigh_read_nd(m, 32, -1, &got), NEIGH_HOP_LIMIT);
	for (size_t n = 0; n < 24; n++)
		assert_int_equal(neigh_read_nd(m, n, 255, &got), NEIGH_SHORT);
	assert_int_equal(neigh_read_nd(m, 24, 255, &got), NEIGH_NO_MAC);
	for (size_t n = 25; n < 32; n++)
		assert_int_equal(neigh_read_nd(m, n, 255, &got), NEIGH_FORMAT);
	/* Another option before it. */
	memmove(m + 32, m + 24, 8);
	m[24] = 14;
	assert_int_equal(neigh_read_nd(m, 40, 255, &got), NEIGH_OK);
	assert_memory_equal(got.mac, peer_mac, 6);
	m[25] = 0;
	assert_int_equal(neigh_read_nd(m, 40, 255, &got), NEIGH_FORMAT);
	m[25] = 2;
	assert_int_equal(neigh_read_nd(m, 40, 255, &got), NEIGH_NO_MAC);
	m[1] = 1;
	assert_int_equal(neigh_read_nd(m, 40, 255, &got), NEIGH_NO_ANSWER);
	m[1] = 0;
	m[0] = NEIGH_ND_SOLICITATION;
	assert_int_equal(neigh_read_nd(m, 40, 255, &got), NEIGH_NO_ANSWER);
}

static void test_names(void **state)
{
	for (int v = 0; v < NEIGH_VERDICTS; v++)
		assert_string_not_equal(neigh_verdict_name(v), "?");
	assert_string_equal(neigh_verdict_name(NEIGH_VERDICTS), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ask_arp),
		cmocka_unit_test(test_ask_nd),
		cmocka_unit_test(test_arp_answer),
		cmocka_unit_test(test_nd_answer),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
