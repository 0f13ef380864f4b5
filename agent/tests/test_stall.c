// SPDX-License-Identifier: GPL-2.0-or-later
/* What the end of a connection says of packets that do not arrive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/stall.h"

#define LAST_MS 3000

static mono_t at(int64_t ms)
{
	return mono_from_ms(100000 + ms);
}

/* A bulk transfer that a hole has swallowed: three times the first segment of 1448 bytes. */
static struct stall_end hole(void)
{
	return (struct stall_end){
		.unacked = 10,
		.repeats = 3,
		.repeated = 3,
		.repeated_bytes = 3 * 1448,
		.mss = 1448,
		.options = 12,
	};
}

static void test_size(void **state)
{
	struct stall_end e = hole();

	assert_int_equal(stall_packet(&e), 1500);
	e.options = 0;
	e.mss = 1460;
	e.repeated_bytes = 3 * 1460;
	assert_int_equal(stall_packet(&e), 1500);
	/* a segment that is not full */
	e.repeated_bytes = 3 * 700;
	assert_int_equal(stall_packet(&e), 740);
	/* several were repeated at a time */
	e.repeated_bytes = 3 * 14480;
	assert_int_equal(stall_packet(&e), 1500);
}

static void test_ended_by_the_kernel(void **state)
{
	struct stall_end e = hole();

	e.unacked = 0;
	assert_int_equal(stall_packet(&e), 0);
	e.closed = true;
	assert_int_equal(stall_packet(&e), 1500);
}

static void test_no_stall(void **state)
{
	struct stall_end e = hole();

	/* under way */
	e.repeats = 0;
	assert_int_equal(stall_packet(&e), 0);
	/* one loss is no hole */
	e.repeats = STALL_REPEATS - 1;
	assert_int_equal(stall_packet(&e), 0);
	e.repeats = STALL_REPEATS;
	assert_int_equal(stall_packet(&e), 1500);
	/* a kernel that does not count */
	e.repeated = 0;
	assert_int_equal(stall_packet(&e), 0);
}

static void test_lasts_from_one_connection_to_the_next(void **state)
{
	struct stall s = { 0 };

	assert_int_equal(stall_look(&s, false, LAST_MS, at(0)), 0);
	stall_begun(&s, at(0));
	assert_int_equal(stall_look(&s, false, LAST_MS, at(1000)), 0);
	stall_ended(&s, 1500);
	assert_int_equal(stall_look(&s, false, LAST_MS, at(3000)), 1500);
	stall_begun(&s, at(3100));
	assert_int_equal(stall_look(&s, true, LAST_MS, at(3200)), 1500);
	/* this one ended otherwise, which proves nothing */
	stall_ended(&s, 0);
	assert_int_equal(stall_look(&s, true, LAST_MS, at(30000)), 1500);
}

static void test_ends_with_a_connection_that_lasts(void **state)
{
	struct stall s = { 0 };

	stall_ended(&s, 1500);
	stall_begun(&s, at(0));
	assert_int_equal(stall_look(&s, true, LAST_MS, at(2 * LAST_MS)), 1500);
	/* it lasts, but something is on its way */
	assert_int_equal(stall_look(&s, false, LAST_MS, at(2 * LAST_MS + 1)), 1500);
	assert_int_equal(stall_look(&s, true, LAST_MS, at(2 * LAST_MS + 1)), 0);
	/* what was proved once is not forgotten */
	assert_int_equal(stall_look(&s, false, LAST_MS, at(2 * LAST_MS + 2)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_ended_by_the_kernel),
		cmocka_unit_test(test_no_stall),
		cmocka_unit_test(test_lasts_from_one_connection_to_the_next),
		cmocka_unit_test(test_ends_with_a_connection_that_lasts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
