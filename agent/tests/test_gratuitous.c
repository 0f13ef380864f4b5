// SPDX-License-Identifier: GPL-2.0-or-later
/* The frames of an announcement, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/gratuitous.h"

static const uint8_t mac[6] = { 0x02, 0x52, 0xdd, 0x01, 0x00, 0x28 };

static struct rg_addr addr(const char *s)
{
	struct rg_addr a;

	assert_int_equal(addr_parse(s, strlen(s), &a), 0);
	return a;
}

static void test_arp_request(void **state)
{
	static const uint8_t want[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0x02, 0x52, 0xdd, 0x01, 0x00, 0x28, 0x08, 0x06,
		0, 1, 8, 0, 6, 4, 0, 1,
		0x02, 0x52, 0xdd, 0x01, 0x00, 0x28, 10, 0, 0, 254,
		0, 0, 0, 0, 0, 0, 10, 0, 0, 254,
	};
	struct rg_addr a = addr("10.0.0.254");
	uint8_t got[GRATUITOUS_MAX];

	assert_int_equal(gratuitous_arp(got, mac, &a, false), sizeof(want));
	assert_memory_equal(got, want, sizeof(want));
}

static void test_arp_reply(void **state)
{
	struct rg_addr a = addr("192.0.2.1");
	uint8_t got[GRATUITOUS_MAX];

	assert_int_equal(gratuitous_arp(got, mac, &a, true), 42);
	assert_int_equal(got[21], 2);
	assert_memory_equal(got + 22, mac, 6);
	assert_memory_equal(got + 28, a.b, 4);
	assert_memory_equal(got + 32, mac, 6);
	assert_memory_equal(got + 38, a.b, 4);
}

/* One's complement sum over pseudo-header and message, RFC 4443. */
static uint32_t sum16(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;
	size_t k;

	for (k = 0; k < n; k += 2)
		sum += (uint32_t)p[k] << 8 | p[k + 1];
	return sum;
}

static void test_neighbour_advertisement(void **state)
{
	static const uint8_t eth[] = {
		0x33, 0x33, 0, 0, 0, 1, 0x02, 0x52, 0xdd, 0x01, 0x00, 0x28,
		0x86, 0xdd,
	};
	static const uint8_t all_nodes[16] = { 0xff, 2, [15] = 1 };
	struct rg_addr a = addr("2001:db8::fe");
	uint8_t got[GRATUITOUS_MAX];
	uint32_t sum;

	assert_int_equal(gratuitous_na(got, mac, &a), 86);
	assert_memory_equal(got, eth, sizeof(eth));
	assert_int_equal(got[14] >> 4, 6);
	assert_int_equal(got[18] << 8 | got[19], 32);
	assert_int_equal(got[20], 58);
	assert_int_equal(got[21], 255);
	assert_memory_equal(got + 22, a.b, 16);
	assert_memory_equal(got + 38, all_nodes, 16);
	assert_int_equal(got[54], 136);
	assert_int_equal(got[55], 0);
	/* router and override, not solicited */
	assert_int_equal(got[58], 0xa0);
	assert_memory_equal(got + 62, a.b, 16);
	assert_int_equal(got[78], 2);
	assert_int_equal(got[79], 1);
	assert_memory_equal(got + 80, mac, 6);
	sum = sum16(got + 22, 32) + 32 + 58 + sum16(got + 54, 32);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal(sum, 0xffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arp_request),
		cmocka_unit_test(test_arp_reply),
		cmocka_unit_test(test_neighbour_advertisement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
