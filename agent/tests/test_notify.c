// SPDX-License-Identifier: GPL-2.0-or-later
/* What a service manager says in the environment, and when something is overdue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/notify.h"

#define SIZE 108

static void a_path_is_a_name(void **state)
{
	char name[SIZE];

	assert_int_equal(notify_name("/run/systemd/notify", name, SIZE), 20);
	assert_string_equal(name, "/run/systemd/notify");
}

static void an_abstract_name_is_one(void **state)
{
	char name[SIZE];

	assert_int_equal(notify_name("@rg", name, SIZE), 3);
	assert_memory_equal(name, "\0rg", 3);
}

static void nothing_else_is(void **state)
{
	char longest[SIZE + 1], name[SIZE];

	assert_int_equal(notify_name(NULL, name, SIZE), 0);
	assert_int_equal(notify_name("", name, SIZE), 0);
	assert_int_equal(notify_name("/", name, SIZE), 0);
	assert_int_equal(notify_name("@", name, SIZE), 0);
	assert_int_equal(notify_name("run/notify", name, SIZE), 0);
	assert_int_equal(notify_name("vsock:2:1", name, SIZE), 0);
	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	longest[SIZE] = '\0';
	assert_int_equal(notify_name(longest, name, SIZE), 0);
	longest[SIZE - 1] = '\0';
	assert_int_equal(notify_name(longest, name, SIZE), SIZE);
}

static void a_quarter_of_the_silence_allowed(void **state)
{
	assert_int_equal(notify_interval("10000000", NULL, 7), 2500);
	assert_int_equal(notify_interval("10000000", "7", 7), 2500);
	assert_int_equal(notify_interval("1", "7", 7), 1);
	assert_int_equal(notify_interval("18446744073709551599", NULL, 7), UINT32_MAX);
}

static void who_does_not_ask_is_not_told(void **state)
{
	assert_int_equal(notify_interval(NULL, "7", 7), 0);
	assert_int_equal(notify_interval("0", "7", 7), 0);
	assert_int_equal(notify_interval("", NULL, 7), 0);
	assert_int_equal(notify_interval("10s", NULL, 7), 0);
	assert_int_equal(notify_interval("-1", NULL, 7), 0);
	assert_int_equal(notify_interval("99999999999999999999", NULL, 7), 0);
	assert_int_equal(notify_interval("10000000", "8", 7), 0);
	assert_int_equal(notify_interval("10000000", "", 7), 0);
}

static void late_is_not_overdue(void **state)
{
	const mono_t due = mono_from_ms(5000);

	assert_false(notify_overdue(due, 2000, mono_from_ms(4000)));
	assert_false(notify_overdue(due, 2000, mono_from_ms(7000)));
	assert_true(notify_overdue(due, 2000, mono_from_ms(7001)));
	assert_false(notify_overdue(MONO_NEVER, 2000, mono_from_ms(7001)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_a_name),
		cmocka_unit_test(an_abstract_name_is_one),
		cmocka_unit_test(nothing_else_is),
		cmocka_unit_test(a_quarter_of_the_silence_allowed),
		cmocka_unit_test(who_does_not_ask_is_not_told),
		cmocka_unit_test(late_is_not_overdue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
