// SPDX-License-Identifier: GPL-2.0-or-later
/* BFD control packets: layout; every check of RFC 5880 6.8.6 that needs no session, in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "core/bfd.h"

static const uint8_t good[BFD_BYTES] = {
	0x23, 0xe8, 5, 24, /* version 1, diag 3; Up, P, C; multiplier; length */
	0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, /* discriminators */
	0x00, 0x00, 0x27, 0x10, 0x00, 0x03, 0x0d, 0x40, /* 10 ms, 200 ms */
	0x00, 0x00, 0x00, 0x07,
};

static void test_layout(void **state)
{
	struct bfd_packet p;
	uint8_t buf[BFD_BYTES + 1];

	assert_int_equal(bfd_decode(good, sizeof(good), &p), BFD_OK);
	assert_int_equal(p.diag, BFD_D_SIGNALLED);
	assert_int_equal(p.state, BFD_UP);
	assert_true(p.poll && p.independent);
	assert_false(p.final || p.auth || p.demand || p.multipoint);
	assert_int_equal(p.mult, 5);
	assert_int_equal(p.my_discr, 0x11223344);
	assert_int_equal(p.your_discr, 0x55667788);
	assert_int_equal(p.min_tx, 10000);
	assert_int_equal(p.min_rx, 200000);
	assert_int_equal(p.min_echo, 7);
	assert_int_equal(bfd_find_by(&p), BFD_FIND_DISCR);
	assert_int_equal(bfd_encode(&p, buf, sizeof(buf)), BFD_BYTES);
	assert_memory_equal(buf, good, BFD_BYTES);
	assert_int_equal(bfd_encode(&p, buf, BFD_BYTES - 1), -ENOSPC);
	p.auth = true;
	assert_int_equal(bfd_encode(&p, buf, sizeof(buf)), -EINVAL);
}

/* Every bit of its own is read as itself and as nothing else. */
static void test_bits(void **state)
{
	static const uint8_t masks[] = { 0x20, 0x10, 0x08, 0x04, 0x02, 0x01 };
	struct bfd_packet p;
	uint8_t buf[BFD_BYTES + 2];

	for (size_t i = 0; i < sizeof(masks); i++) {
		memcpy(buf, good, sizeof(good));
		buf[1] = 0x40 | masks[i];
		buf[3] = sizeof(buf);
		bfd_decode(buf, sizeof(buf), &p);
		assert_int_equal(p.poll, i == 0);
		assert_int_equal(p.final, i == 1);
		assert_int_equal(p.independent, i == 2);
		assert_int_equal(p.auth, i == 3);
		assert_int_equal(p.demand, i == 4);
		assert_int_equal(p.multipoint, i == 5);
	}
}

static const struct {
	const char *name;
	size_t len; /* of the datagram */
	unsigned int at; /* byte that is changed */
	uint8_t value;
	enum bfd_verdict want;
} cases[] = {
	{ "empty", 0, 2, 5, BFD_BAD_SHORT },
	{ "23 bytes", 23, 2, 5, BFD_BAD_SHORT },
	{ "version 0", 24, 0, 0x03, BFD_BAD_VERSION },
	{ "version 2", 24, 0, 0x43, BFD_BAD_VERSION },
	{ "length 23", 24, 3, 23, BFD_BAD_LENGTH },
	{ "length 0", 24, 3, 0, BFD_BAD_LENGTH },
	{ "length 25 of 24", 24, 3, 25, BFD_BAD_CUT },
	{ "length 24 of 30", 30, 3, 24, BFD_OK },
	{ "authenticated, length 24", 30, 1, 0xc4, BFD_BAD_LENGTH },
	{ "multiplier 0", 24, 2, 0, BFD_BAD_MULTIPLIER },
	{ "multiplier 255", 24, 2, 255, BFD_OK },
	{ "multipoint", 24, 1, 0xc1, BFD_BAD_MULTIPOINT },
	{ "demand", 24, 1, 0xc2, BFD_OK },
	{ "poll and final", 24, 1, 0xf0, BFD_OK },
	{ "reserved diagnostic", 24, 0, 0x3f, BFD_OK },
};

static void test_checks(void **state)
{
	struct bfd_packet p;
	uint8_t buf[64] = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memcpy(buf, good, sizeof(good));
		buf[cases[i].at] = cases[i].value;
		print_message("%s\n", cases[i].name);
		assert_int_equal(bfd_decode(buf, cases[i].len, &p), cases[i].want);
	}
}

static void test_auth_length(void **state)
{
	struct bfd_packet p;
	uint8_t buf[26] = { 0 };

	memcpy(buf, good, sizeof(good));
	buf[1] = 0xc4;
	buf[3] = 26;
	assert_int_equal(bfd_decode(buf, 26, &p), BFD_OK);
	assert_true(p.auth);
	assert_int_equal(bfd_decode(buf, 25, &p), BFD_BAD_CUT);
}

static void test_discriminators(void **state)
{
	static const enum bfd_verdict want[BFD_STATES] = {
		[BFD_ADMIN_DOWN] = BFD_OK,
		[BFD_DOWN] = BFD_OK,
		[BFD_INIT] = BFD_BAD_STATE,
		[BFD_UP] = BFD_BAD_STATE,
	};
	struct bfd_packet p;
	uint8_t buf[BFD_BYTES];

	for (unsigned int s = 0; s < BFD_STATES; s++) {
		memcpy(buf, good, sizeof(good));
		buf[1] = (uint8_t)(s << 6);
		assert_int_equal(bfd_decode(buf, sizeof(buf), &p), BFD_OK);
		memset(buf + 8, 0, 4);
		assert_int_equal(bfd_decode(buf, sizeof(buf), &p), want[s]);
		assert_int_equal(bfd_find_by(&p), BFD_FIND_SOURCE);
		memset(buf + 4, 0, 4);
		assert_int_equal(bfd_decode(buf, sizeof(buf), &p), BFD_BAD_MY_DISCR);
	}
}

static void test_names(void **state)
{
	for (unsigned int v = 0; v < BFD_VERDICTS; v++) {
		assert_string_not_equal(bfd_verdict_name(v), "?");
		for (unsigned int w = 0; w < v; w++)
			assert_string_not_equal(bfd_verdict_name(v), bfd_verdict_name(w));
	}
	assert_string_equal(bfd_verdict_name(BFD_VERDICTS), "?");
	assert_string_equal(bfd_verdict_name(BFD_BAD_ADMIN_DOWN), "admin-down");
	assert_string_equal(bfd_state_name(BFD_UP), "Up");
	assert_string_equal(bfd_diag_name(BFD_D_ADMIN), "administratively down");
	assert_string_equal(bfd_diag_name(31), "reserved");
	assert_string_equal(bfd_end_name(BFD_LOCAL_ADMIN), "admin down here");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),	    cmocka_unit_test(test_bits),
		cmocka_unit_test(test_checks),	    cmocka_unit_test(test_auth_length),
		cmocka_unit_test(test_discriminators), cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
