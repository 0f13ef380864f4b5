// SPDX-License-Identifier: GPL-2.0-or-later
/* What a hook is told of a role change, and what waits for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/hook.h"

static struct hook_queue q;

static struct hook_change change(uint64_t epoch)
{
	struct hook_change c = {
		.group = 255, .name = "g\"1", .before = RG_ROLE_STANDBY,
		.role = RG_ROLE_ACTIVE, .cause = "peer lost", .epoch = epoch,
		.priority = 90, .wall_ms = UINT64_C(1790000000123),
		.mono_ms = 4567,
	};

	return c;
}

static int clear(void **state)
{
	memset(&q, 0, sizeof(q));
	return 0;
}

static void test_env(void **state)
{
	static const char *const want[] = {
		"RG_EVENT=role-change", "RG_GROUP=255", "RG_NAME=g\"1",
		"RG_ROLE=ACTIVE", "RG_ROLE_BEFORE=STANDBY",
		"RG_CAUSE=peer lost", "RG_EPOCH=18446744073709551615",
		"RG_PRIORITY=90", "RG_TIME_MS=1790000000123",
		"RG_MONOTONIC_MS=4567", "RG_LEFT_OUT=3", NULL,
	};
	struct hook_change c = change(UINT64_MAX);
	struct hook_words w;

	assert_true(hook_env(&c, 3, &w));
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		if (want[i])
			assert_string_equal(w.env[i], want[i]);
		else
			assert_null(w.env[i]);
	}
}

static void test_json(void **state)
{
	struct hook_change c = change(7);
	char text[HOOK_JSON];
	size_t len = hook_json(&c, 0, text, sizeof(text));

	assert_int_equal(len, strlen(text));
	assert_string_equal(text,
			    "{\"event\":\"role-change\",\"group\":255,\"name\":\"g\\\"1\","
			    "\"role\":\"ACTIVE\",\"role_before\":\"STANDBY\","
			    "\"cause\":\"peer lost\",\"epoch\":7,\"priority\":90,"
			    "\"time_ms\":1790000000123,\"monotonic_ms\":4567,"
			    "\"left_out\":0}\n");
}

/* The longest there can be fits, and what does not fit is told. */
static void test_longest(void **state)
{
	struct hook_change c = change(UINT64_MAX);
	struct hook_words w;
	char text[HOOK_JSON];

	memset(c.name, 1, sizeof(c.name) - 1);
	memset(c.cause, 1, sizeof(c.cause) - 1);
	c.wall_ms = UINT64_MAX;
	c.mono_ms = UINT64_MAX;
	c.priority = 255;
	assert_true(hook_env(&c, UINT64_MAX, &w));
	assert_true(hook_json(&c, UINT64_MAX, text, sizeof(text)) < sizeof(text));
	assert_true(hook_json(&c, UINT64_MAX, text, 600) >= 600);
}

static void test_order(void **state)
{
	struct hook_change c;
	uint64_t left_out = 9, epoch;

	assert_false(hook_pop(&q, &c, &left_out));
	for (epoch = 1; epoch <= 3; epoch++) {
		c = change(epoch);
		assert_true(hook_push(&q, &c));
	}
	for (epoch = 1; epoch <= 3; epoch++) {
		assert_true(hook_pop(&q, &c, &left_out));
		assert_int_equal(c.epoch, epoch);
		assert_int_equal(left_out, 0);
	}
	assert_false(hook_pop(&q, &c, &left_out));
}

/* The oldest ones are left out, which the next one says, and only it. */
static void test_full(void **state)
{
	struct hook_change c;
	uint64_t left_out, epoch;

	for (epoch = 1; epoch <= HOOK_QUEUE; epoch++) {
		c = change(epoch);
		assert_true(hook_push(&q, &c));
	}
	for (; epoch <= HOOK_QUEUE + 5; epoch++) {
		c = change(epoch);
		assert_false(hook_push(&q, &c));
	}
	for (epoch = 6; epoch <= HOOK_QUEUE + 5; epoch++) {
		assert_true(hook_pop(&q, &c, &left_out));
		assert_int_equal(c.epoch, epoch);
		assert_int_equal(left_out, epoch == 6 ? 5 : 0);
	}
	assert_false(hook_pop(&q, &c, &left_out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_env),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_longest),
		cmocka_unit_test_setup(test_order, clear),
		cmocka_unit_test_setup(test_full, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
