// SPDX-License-Identifier: GPL-2.0-or-later
/* What a service manager says in the environment, and when something is overdue. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/notify.h"

#define HEAD offsetof(struct sockaddr_un, sun_path)

static void a_path_is_an_address(void **state)
{
	struct sockaddr_un a;

	assert_int_equal(notify_address("/run/systemd/notify", &a), HEAD + 20);
	assert_int_equal(a.sun_family, AF_UNIX);
	assert_string_equal(a.sun_path, "/run/systemd/notify");
}

static void an_abstract_name_is_one(void **state)
{
	struct sockaddr_un a;

	assert_int_equal(notify_address("@rg", &a), HEAD + 3);
	assert_memory_equal(a.sun_path, "\0rg\0", 4);
}

static void nothing_else_is(void **state)
{
	char longest[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
	struct sockaddr_un a;

	assert_int_equal(notify_address(NULL, &a), 0);
	assert_int_equal(notify_address("", &a), 0);
	assert_int_equal(notify_address("/", &a), 0);
	assert_int_equal(notify_address("@", &a), 0);
	assert_int_equal(notify_address("run/notify", &a), 0);
	assert_int_equal(notify_address("vsock:2:1", &a), 0);
	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(notify_address(longest, &a), 0);
	longest[sizeof(longest) - 2] = '\0';
	assert_int_equal(notify_address(longest, &a), sizeof(a));
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
		cmocka_unit_test(a_path_is_an_address),
		cmocka_unit_test(an_abstract_name_is_one),
		cmocka_unit_test(nothing_else_is),
		cmocka_unit_test(a_quarter_of_the_silence_allowed),
		cmocka_unit_test(who_does_not_ask_is_not_told),
		cmocka_unit_test(late_is_not_overdue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
