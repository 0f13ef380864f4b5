// SPDX-License-Identifier: GPL-2.0-or-later
/* Put back at once, but do not fight for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/fight.h"

static mono_t at(int64_t ms)
{
	return mono_from_ms(100000 + ms);
}

static void test_three_in_ten_seconds(void **state)
{
	struct fight f = { .n = 0 };

	assert_true(fight_may(&f, at(0)));
	assert_true(fight_may(&f, at(3000)));
	assert_true(fight_may(&f, at(6000)));
	assert_false(fight_may(&f, at(9999)));
	assert_true(f.resting);
	assert_false(fight_may(&f, at(30000)));
}

static void test_slow_removals_never_end(void **state)
{
	struct fight f = { .n = 0 };
	int k;

	/* three in any ten seconds, for a long time */
	for (k = 0; k < 1000; k++)
		assert_true(fight_may(&f, at(k * 3334)));
	assert_false(f.resting);
}

static void test_window_slides(void **state)
{
	struct fight f = { .n = 0 };

	assert_true(fight_may(&f, at(0)));
	assert_true(fight_may(&f, at(1)));
	assert_true(fight_may(&f, at(2)));
	/* the first is just out of the window, the other two are not */
	assert_true(fight_may(&f, at(10000)));
	assert_false(fight_may(&f, at(10000)));
}

static void test_rest_ends_once(void **state)
{
	struct fight f = { .n = 0 };
	int k;

	assert_false(fight_rested(&f, at(0)));
	for (k = 0; k < 4; k++)
		fight_may(&f, at(k));
	assert_false(fight_rested(&f, at(3 + FIGHT_REST_MS - 1)));
	assert_true(fight_rested(&f, at(3 + FIGHT_REST_MS)));
	assert_false(fight_rested(&f, at(3 + FIGHT_REST_MS)));
	assert_true(fight_may(&f, at(3 + FIGHT_REST_MS)));
	assert_true(fight_may(&f, at(4 + FIGHT_REST_MS)));
	assert_true(fight_may(&f, at(5 + FIGHT_REST_MS)));
	assert_false(fight_may(&f, at(6 + FIGHT_REST_MS)));
}

static void test_rest_without_a_fight(void **state)
{
	struct fight f = { .n = 0 };

	assert_true(fight_may(&f, at(0)));
	fight_rest(&f, at(1));
	assert_false(fight_may(&f, at(2)));
	assert_false(fight_rested(&f, at(FIGHT_REST_MS)));
	assert_true(fight_rested(&f, at(1 + FIGHT_REST_MS)));
	assert_true(fight_may(&f, at(1 + FIGHT_REST_MS)));
}

static void test_forgotten(void **state)
{
	struct fight f = { .n = 0 };
	uint64_t i;

	fight_forget(&f);
	for (i = 0; i < 10; i++) {
		assert_true(fight_may(&f, at(i)));
		fight_forget(&f);
	}
	for (i = 0; i < FIGHT_MAX; i++)
		assert_true(fight_may(&f, at(20 + i)));
	assert_false(fight_may(&f, at(30)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_in_ten_seconds),
		cmocka_unit_test(test_slow_removals_never_end),
		cmocka_unit_test(test_window_slides),
		cmocka_unit_test(test_rest_ends_once),
		cmocka_unit_test(test_rest_without_a_fight),
		cmocka_unit_test(test_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
