// SPDX-License-Identifier: GPL-2.0-or-later
/* Dates against the C library's, and strings of type 7. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "core/civil.h"
#include "core/obscure.h"

/* Each day of the years that can be configured, at an odd time of the day. */
static void every_day(void **state)
{
	int64_t first = civil_to_s(1993, 1, 1), last = civil_to_s(9999, 12, 31);

	assert_int_equal(first, 725846400);
	assert_int_equal(last, 253402214400);
	for (int64_t s = first + 45296; s <= last + 86399; s += 86400) {
		struct civil c = civil_of(s);
		time_t t = (time_t)s;
		struct tm tm;

		gmtime_r(&t, &tm);
		if (c.year != (uint32_t)tm.tm_year + 1900 || c.month != (uint32_t)tm.tm_mon + 1 ||
		    c.day != (uint32_t)tm.tm_mday || c.hour != 12 || c.minute != 34 ||
		    c.second != 56)
			fail_msg("%lld is not %u-%u-%u", (long long)s, c.year, c.month, c.day);
		assert_int_equal(civil_to_s(c.year, c.month, c.day) + 45296, s);
		assert_true(c.day <= civil_days(c.year, c.month));
	}
	assert_int_equal(civil_days(2000, 2), 29);
	assert_int_equal(civil_days(2100, 2), 28);
	assert_string_equal(civil_month(12), "Dec");
}

static void every_length(void **state)
{
	char text[81], hidden[OBSCURE_SIZE(80)], back[81];

	for (size_t n = 1; n <= 80; n++) {
		for (size_t i = 0; i < n; i++)
			text[i] = (char)('!' + (i * 7 + n) % 94);
		text[n] = '\0';
		assert_true(obscure(text, hidden, OBSCURE_SIZE(n)));
		assert_int_equal(strlen(hidden), 2 + 2 * n);
		assert_true(reveal(hidden, strlen(hidden), back, n + 1));
		assert_string_equal(back, text);
		assert_false(obscure(text, hidden, OBSCURE_SIZE(n) - 1));
		assert_false(reveal(hidden, 2 + 2 * n, back, n));
	}
	/* From the seed: another beginning in the table. */
	assert_true(reveal("0822455D0A16", 12, back, sizeof(back)));
	assert_string_equal(back, "cisco");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day),
		cmocka_unit_test(every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
