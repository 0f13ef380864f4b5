// SPDX-License-Identifier: GPL-2.0-or-later
/* What operations of `ip sla` ask, byte by byte, and what counts as an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/slapkt.h"

static void test_echo(void **state)
{
	/* type 8, checksum of 0x0800 + 0x0102 + 0x0304, identity, sequence */
	static const uint8_t want4[16] = { 8, 0, 0xf3, 0xf9, 1, 2, 3, 4 };
	static const uint8_t want6[16] = { 128, 0, 0, 0, 1, 2, 3, 4 };
	uint8_t out[SLAPKT_ECHO];

	assert_int_equal(slapkt_echo(false, 0x0102, 0x0304, out), 16);
	assert_memory_equal(out, want4, 16);
	assert_int_equal(slapkt_echo(true, 0x0102, 0x0304, out), 16);
	assert_memory_equal(out, want6, 16);
}

static void test_echo_answer(void **state)
{
	uint8_t p[60] = { 0x46 };	/* a header of IP with an option */
	uint8_t *icmp = p + 24;
	size_t n;

	slapkt_echo(false, 7, 9, icmp);
	/* the question itself is no answer, to an own address it comes as well */
	assert_int_equal(slapkt_echo_answer(false, 7, 9, p, 40), SLAPKT_OTHER);
	icmp[0] = 0;
	icmp[2] += 8;
	assert_int_equal(slapkt_echo_answer(false, 7, 9, p, 40), SLAPKT_OK);
	assert_int_equal(slapkt_echo_answer(false, 8, 9, p, 40), SLAPKT_OTHER);
	assert_int_equal(slapkt_echo_answer(false, 7, 8, p, 40), SLAPKT_OTHER);
	for (n = 0; n < 32; n++)
		assert_int_equal(slapkt_echo_answer(false, 7, 9, p, n), SLAPKT_OTHER);
	icmp[15] ^= 1;
	assert_int_equal(slapkt_echo_answer(false, 7, 9, p, 40), SLAPKT_OTHER);
	slapkt_echo(true, 7, 9, p);
	assert_int_equal(slapkt_echo_answer(true, 7, 9, p, 16), SLAPKT_OTHER);
	p[0] = 129;
	assert_int_equal(slapkt_echo_answer(true, 7, 9, p, 16), SLAPKT_OK);
	assert_int_equal(slapkt_echo_answer(true, 7, 9, p, 7), SLAPKT_OTHER);
}

static const uint8_t question[] = {
	0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0,
	3, 'w', 'w', 'w', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 1, 0, 1,
};

static void test_dns(void **state)
{
	uint8_t out[SLAPKT_DNS_MAX];
	char longest[128];

	assert_int_equal(slapkt_dns(0x1234, "www.example", out), sizeof(question));
	assert_memory_equal(out, question, sizeof(question));
	/* a dot at the end is the root, which stands there anyway */
	assert_int_equal(slapkt_dns(0x1234, "www.example.", out), sizeof(question));
	memset(longest, 'a', 127);
	longest[127] = '\0';
	longest[63] = '.';
	assert_int_equal(slapkt_dns(1, longest, out), 12 + 129 + 4);
}

static void test_dns_answer(void **state)
{
	uint8_t p[64];
	size_t n = sizeof(question), k;

	memcpy(p, question, n);
	assert_int_equal(slapkt_dns_answer(0x1234, "www.example", p, n), SLAPKT_OTHER);
	p[2] |= 0x80;
	/* no record */
	assert_int_equal(slapkt_dns_answer(0x1234, "www.example", p, n), SLAPKT_REFUSED);
	p[7] = 1;
	assert_int_equal(slapkt_dns_answer(0x1234, "www.example", p, n), SLAPKT_OK);
	assert_int_equal(slapkt_dns_answer(0x1234, "WWW.Example", p, n), SLAPKT_OK);
	assert_int_equal(slapkt_dns_answer(0x1235, "www.example", p, n), SLAPKT_OTHER);
	assert_int_equal(slapkt_dns_answer(0x1234, "xww.example", p, n), SLAPKT_OTHER);
	for (k = 0; k < n; k++)
		assert_int_equal(slapkt_dns_answer(0x1234, "www.example", p, k), SLAPKT_OTHER);
	p[3] = 3;	/* no such name; the question may be missing */
	assert_int_equal(slapkt_dns_answer(0x1234, "www.example", p, 12), SLAPKT_REFUSED);
}

static enum slapkt_verdict http(const char *s)
{
	return slapkt_http_answer(s, strlen(s));
}

static void test_http(void **state)
{
	char out[SLAPKT_HTTP_MAX], path[128], host[65];
	size_t n = slapkt_http("/health", "192.0.2.9:8080", out);

	assert_string_equal(out,
			    "GET /health HTTP/1.0\r\nHost: 192.0.2.9:8080\r\nUser-Agent: rgd\r\nConnection: close\r\n\r\n");
	assert_int_equal(n, strlen(out));
	memset(path, 'p', 127);
	path[127] = '\0';
	memset(host, 'h', 64);
	host[64] = '\0';
	assert_in_range(slapkt_http(path, host, out), 1, SLAPKT_HTTP_MAX - 1);

	assert_int_equal(http("HTTP/1.1 200 OK\r\n"), SLAPKT_OK);
	assert_int_equal(http("HTTP/1.0 304\r\n"), SLAPKT_OK);
	assert_int_equal(http("HTTP/1.1 404 Not Found\r\n"), SLAPKT_REFUSED);
	assert_int_equal(http("HTTP/1.1 503 "), SLAPKT_REFUSED);
	assert_int_equal(http("HTTP/1.1 100 Continue"), SLAPKT_REFUSED);
	assert_int_equal(http(""), SLAPKT_MORE);
	assert_int_equal(http("HTT"), SLAPKT_MORE);
	assert_int_equal(http("HTTP/1.1 20"), SLAPKT_MORE);
	assert_int_equal(http("HTTP/1.1 200"), SLAPKT_MORE);
	assert_int_equal(http("SSH-2.0-OpenSSH"), SLAPKT_MALFORMED);
	assert_int_equal(http("HTTP/1.1 2x0 OK"), SLAPKT_MALFORMED);
	assert_int_equal(http("HTTP/1.1 2000 OK"), SLAPKT_MALFORMED);
	assert_int_equal(http("HTTP/1.1-200 OK"), SLAPKT_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_echo_answer),
		cmocka_unit_test(test_dns),
		cmocka_unit_test(test_dns_answer),
		cmocka_unit_test(test_http),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
