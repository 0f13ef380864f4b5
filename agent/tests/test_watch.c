// SPDX-License-Identifier: GPL-2.0-or-later
/* What a session is told of what happens, and what waits for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/watch.h"

static struct watch_ring ring;

static struct watch_line line(uint64_t mono_ms)
{
	struct watch_line l = {
		.topic = WATCH_MEDIA, .group = 7,
		.wall_ms = INT64_C(1790000000007), .mono_ms = mono_ms,
	};

	strcpy(l.text, "hello \"1\"");
	return l;
}

static int clear(void **state)
{
	memset(&ring, 0, sizeof(ring));
	return 0;
}

static void test_order(void **state)
{
	struct watch_line l;
	uint64_t lost;

	assert_false(watch_pop(&ring, &l, &lost));
	for (uint64_t i = 0; i < 3; i++) {
		l = line(i);
		assert_true(watch_push(&ring, &l));
	}
	for (uint64_t i = 0; i < 3; i++) {
		assert_true(watch_pop(&ring, &l, &lost));
		assert_int_equal(l.mono_ms, i);
		assert_int_equal(lost, 0);
	}
	assert_false(watch_pop(&ring, &l, &lost));
}

/* The newest are kept, and the gap is told where it is. */
static void test_full(void **state)
{
	struct watch_line l;
	uint64_t lost;

	for (uint64_t i = 0; i < WATCH_RING + 5; i++) {
		l = line(i);
		assert_int_equal(watch_push(&ring, &l), i < WATCH_RING);
	}
	assert_true(watch_pop(&ring, &l, &lost));
	assert_int_equal(lost, 5);
	assert_int_equal(l.mono_ms, 5);
	for (uint64_t i = 6; i < WATCH_RING + 5; i++) {
		assert_true(watch_pop(&ring, &l, &lost));
		assert_int_equal(lost, 0);
		assert_int_equal(l.mono_ms, i);
	}
	assert_false(watch_pop(&ring, &l, &lost));
}

static void test_debug_json(void **state)
{
	struct watch_line l = line(4567);
	char buf[WATCH_JSON];
	size_t len = watch_json(&l, buf, sizeof(buf));

	assert_int_equal(len, strlen(buf));
	assert_string_equal(buf, "{\"watch\":\"media\","
		"\"text\":\"2026-09-21 14:13:20.007 RG-MEDIA: hello \\\"1\\\"\","
		"\"json\":{\"topic\":\"media\",\"time\":\"2026-09-21 14:13:20.007\","
		"\"monotonic_ms\":4567,\"group\":7,\"text\":\"hello \\\"1\\\"\"}}\n");
}

static void test_event_json(void **state)
{
	struct watch_line l = line(1);
	char buf[WATCH_JSON];

	l.topic = WATCH_EVENTS;
	l.group = 0;
	l.sequence = 99;
	strcpy(l.kind, "ROLE");
	watch_json(&l, buf, sizeof(buf));
	assert_non_null(strstr(buf, "{\"watch\":\"monitor\","
		"\"text\":\"2026-09-21 14:13:20.007 ROLE: hello"));
	assert_non_null(strstr(buf, "\"group\":0,\"sequence\":99,\"kind\":\"ROLE\","));
}

static void test_lost_json(void **state)
{
	char buf[WATCH_JSON];
	size_t len = watch_json_lost(1, buf, sizeof(buf));

	assert_int_equal(len, strlen(buf));
	assert_string_equal(buf, "{\"watch\":\"lost\",\"text\":\"% 1 line lost here: not read in time\","
		"\"json\":{\"topic\":\"lost\",\"lost\":1}}\n");
	watch_json_lost(UINT64_MAX, buf, sizeof(buf));
	assert_non_null(strstr(buf, "% 18446744073709551615 lines lost"));
}

/* Whatever is in a line, it fits and stays one line. */
static void test_longest(void **state)
{
	char buf[WATCH_JSON], bad[300];
	struct watch_line l = line(UINT64_MAX);
	size_t len;

	memset(bad, '"', sizeof(bad) - 1);
	bad[sizeof(bad) - 1] = '\0';
	bad[1] = '\n';
	bad[2] = '\033';
	l.topic = WATCH_EVENTS;
	l.sequence = UINT64_MAX;
	watch_copy(l.kind, sizeof(l.kind), bad);
	watch_copy(l.text, sizeof(l.text), bad);
	assert_int_equal(strlen(l.text), sizeof(l.text) - 1);
	assert_memory_equal(l.text, "\"..\"", 4);
	len = watch_json(&l, buf, sizeof(buf));
	assert_true(len < sizeof(buf));
	assert_ptr_equal(strchr(buf, '\n'), buf + len - 1);
}

static void test_words(void **state)
{
	assert_string_equal(watch_word(WATCH_CONFIG), "config");
	assert_string_equal(watch_word(WATCH_VP), "vp");
	assert_string_equal(watch_word(WATCH_TOPICS), "?");
	assert_int_equal(WATCH_DEBUG, 0x7f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_order, clear),
		cmocka_unit_test_setup(test_full, clear),
		cmocka_unit_test(test_debug_json),
		cmocka_unit_test(test_event_json),
		cmocka_unit_test(test_lost_json),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
