// SPDX-License-Identifier: GPL-2.0-or-later
/* Translated connections as routers show them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/natrow.h"

static char text[1024];

static struct natrow_end end(const char *addr, int port)
{
	struct natrow_end e = { .port = (uint16_t)port, .has_port = port >= 0 };

	assert_int_equal(addr_parse(addr, strlen(addr), &e.addr), 0);
	return e;
}

static struct natrow from_inside(void)
{
	return (struct natrow){
		.l4 = 6,
		.src = end("10.0.0.9", 40000),
		.dst = end("192.0.2.9", 80),
		.reply_src = end("192.0.2.9", 80),
		.reply_dst = end("192.0.2.100", 1024),
		.snat = true,
		.assured = true,
		.mapping = 152,
		.group = 1,
		.timeout = 431999,
		.state = "ESTABLISHED",
	};
}

static void print(const struct natrow *r, bool verbose)
{
	struct out o;

	out_init(&o, text, sizeof(text));
	natrow_text(&o, r, verbose);
	assert_false(out_cut(&o));
}

static void columns(void **state)
{
	struct natrow r = from_inside();
	struct out o;

	(void)state;
	out_init(&o, text, sizeof(text));
	natrow_head(&o);
	natrow_text(&o, &r, false);
	assert_string_equal(text,
		"Pro   Inside global         Inside local          Outside local         Outside global\n"
		"tcp   192.0.2.100:1024      10.0.0.9:40000        192.0.2.9:80          192.0.2.9:80\n");
}

static void verbose(void **state)
{
	struct natrow r = from_inside();

	(void)state;
	print(&r, true);
	assert_non_null(strstr(text, "\n    Map-Id: 152, RG: 1, left: 431999 s, "
				     "state: ESTABLISHED, assured\n"));
	r.mapping = 0;
	r.state = NULL;
	r.assured = false;
	print(&r, true);
	assert_non_null(strstr(text, "\n    no mapping, left: 431999 s\n"));
}

/* A rule of somebody else that sends connections from outside to a host. */
static void from_outside(void **state)
{
	struct natrow r = {
		.l4 = 17,
		.src = end("198.51.100.7", 5000),
		.dst = end("192.0.2.101", 53),
		.reply_src = end("10.0.0.53", 5353),
		.reply_dst = end("198.51.100.7", 5000),
		.dnat = true,
	};

	(void)state;
	print(&r, false);
	assert_string_equal(text,
		"udp   192.0.2.101:53        10.0.0.53:5353        198.51.100.7:5000     198.51.100.7:5000\n");
	/* With both translated it began inside. */
	r.snat = true;
	print(&r, false);
	assert_memory_equal(text, "udp   198.51.100.7:5000     198.51.100.7:5000", 45);
}

static void long_addresses(void **state)
{
	struct natrow r = from_inside();

	(void)state;
	r.l4 = 58;
	r.src = end("fd00:aaaa:bbbb:cccc:dddd:eeee:ffff:1111", 65535);
	r.reply_dst = end("2001:db8::1", -1);
	print(&r, false);
	assert_string_equal(text,
		"icmp6 2001:db8::1           [fd00:aaaa:bbbb:cccc:dddd:eeee:ffff:1111]:65535 192.0.2.9:80          192.0.2.9:80\n");
	r.l4 = 253;
	print(&r, false);
	assert_memory_equal(text, "253   2001", 10);
}

static void json(void **state)
{
	struct natrow r = from_inside();
	struct out o;

	(void)state;
	r.reply_dst.has_port = false;
	out_init(&o, text, sizeof(text));
	natrow_json(&o, &r);
	assert_string_equal(text,
		"{\"protocol\":\"tcp\",\"inside_global\":\"192.0.2.100\",\"inside_global_port\":null,"
		"\"inside_local\":\"10.0.0.9\",\"inside_local_port\":40000,"
		"\"outside_local\":\"192.0.2.9\",\"outside_local_port\":80,"
		"\"outside_global\":\"192.0.2.9\",\"outside_global_port\":80,"
		"\"mapping_id\":152,\"group\":1,\"timeout_s\":431999,\"state\":\"ESTABLISHED\",\"assured\":true}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns),
		cmocka_unit_test(verbose),
		cmocka_unit_test(from_outside),
		cmocka_unit_test(long_addresses),
		cmocka_unit_test(json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
