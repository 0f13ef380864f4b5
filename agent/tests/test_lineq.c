// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines come out whole, once, in the order of who said them; a full queue counts what it loses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/lineq.h"

#define WRITERS 4
#define EACH	20000

static struct lineq q;

static void test_in_order(void **state)
{
	struct lineq_line l;

	lineq_init(&q);
	assert_false(lineq_take(&q, &l));
	assert_true(lineq_put(&q, 4, 1000001, "one"));
	assert_true(lineq_put(&q, 6, 1000002, "two"));
	assert_true(lineq_take(&q, &l));
	assert_string_equal(l.text, "one");
	assert_int_equal(l.prio, 4);
	assert_int_equal(l.wall_us, 1000001);
	assert_true(lineq_take(&q, &l));
	assert_string_equal(l.text, "two");
	assert_false(lineq_take(&q, &l));
}

static void test_full_loses_and_counts(void **state)
{
	struct lineq_line l;
	char text[16];

	lineq_init(&q);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < LINEQ_LINES; i++) {
			snprintf(text, sizeof(text), "%d", i);
			assert_true(lineq_put(&q, 0, 0, text));
		}
		assert_false(lineq_put(&q, 0, 0, "too much"));
		assert_int_equal(lineq_lost(&q), round + 1);
		for (int i = 0; i < LINEQ_LINES; i++) {
			assert_true(lineq_take(&q, &l));
			assert_int_equal(atoi(l.text), i);
		}
		assert_false(lineq_take(&q, &l));
	}
}

static void test_long_line_is_cut(void **state)
{
	char text[2 * LINEQ_BYTES];
	struct lineq_line l;

	lineq_init(&q);
	memset(text, 'x', sizeof(text));
	assert_true(lineq_put(&q, 0, 0, text));
	assert_true(lineq_take(&q, &l));
	assert_int_equal(strlen(l.text), LINEQ_BYTES - 1);
}

static void *say(void *arg)
{
	char text[64];

	for (int i = 0; i < EACH; i++) {
		snprintf(text, sizeof(text), "%d %d", (int)(intptr_t)arg, i);
		while (!lineq_put(&q, 0, 0, text))
			sched_yield();
	}
	return NULL;
}

static void test_several_threads(void **state)
{
	int next[WRITERS] = { 0 };
	pthread_t t[WRITERS];
	struct lineq_line l;

	lineq_init(&q);
	for (intptr_t i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, say, (void *)i), 0);
	for (int n = 0; n < WRITERS * EACH;) {
		int who, i;

		if (!lineq_take(&q, &l)) {
			sched_yield();
			continue;
		}
		assert_int_equal(sscanf(l.text, "%d %d", &who, &i), 2);
		assert_in_range(who, 0, WRITERS - 1);
		assert_int_equal(i, next[who]);
		next[who]++;
		n++;
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(t[i], NULL);
	assert_false(lineq_take(&q, &l));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_full_loses_and_counts),
		cmocka_unit_test(test_long_line_is_cut),
		cmocka_unit_test(test_several_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
