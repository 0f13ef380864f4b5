// SPDX-License-Identifier: GPL-2.0-or-later
#include "civil.h"

/*
 * The C library has functions for this, which look for the time zone's file. A
 * year is taken to begin in March, so that the day that some have is its last.
 */

#define DAY_S		86400
#define ERA_YEARS	400
#define ERA_DAYS	146097
#define TO_1970		719468	/* days from 1 March of the year 0 */

/**
 * civil_days - days of a month
 * @year: 1-9999
 * @month: 1-12
 */
uint32_t civil_days(uint32_t year, uint32_t month)
{
	static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30,
					  31, 31, 30, 31, 30, 31 };
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Days before a year, counted from March, within its 400 years. */
static uint32_t days_before(uint32_t year)
{
	return year * 365 + year / 4 - year / 100;
}

/* Days before a month, 0 is March. */
static uint32_t days_into(uint32_t month)
{
	return (153 * month + 2) / 5;
}

/**
 * civil_to_s - the beginning of a day
 * @year: 1-9999
 * @month: 1-12
 * @day: 1-31
 *
 * Return: s since 1970 UTC.
 */
int64_t civil_to_s(uint32_t year, uint32_t month, uint32_t day)
{
	uint32_t y = year - (month <= 2);
	int64_t days = (int64_t)(y / ERA_YEARS) * ERA_DAYS +
		       days_before(y % ERA_YEARS) +
		       days_into((month + 9) % 12) + day - 1;

	return (days - TO_1970) * DAY_S;
}

/**
 * civil_of - date and time
 * @s: s since 1970 UTC, from the years 1-9999
 */
struct civil civil_of(int64_t s)
{
	int64_t all = s + (int64_t)TO_1970 * DAY_S;
	uint32_t rest = (uint32_t)(all % DAY_S);
	uint32_t days = (uint32_t)(all / DAY_S);
	uint32_t year = 0, month = 0;
	struct civil c;

	year = days / ERA_DAYS * ERA_YEARS;
	days %= ERA_DAYS;
	for (c.year = days / 365; days_before(c.year) > days; c.year--)
		;
	/* The last day of 400 years has no year of its own. */
	if (c.year == ERA_YEARS)
		c.year--;
	days -= days_before(c.year);
	while (month < 11 && days_into(month + 1) <= days)
		month++;
	c.day = days - days_into(month) + 1;
	c.month = (month + 2) % 12 + 1;
	c.year += year + (c.month <= 2);
	c.hour = rest / 3600;
	c.minute = rest / 60 % 60;
	c.second = rest % 60;
	return c;
}

/**
 * civil_month - a month in three letters
 * @month: 1-12
 */
const char *civil_month(uint32_t month)
{
	static const char *const names[12] = { "Jan", "Feb", "Mar", "Apr",
					       "May", "Jun", "Jul", "Aug",
					       "Sep", "Oct", "Nov", "Dec" };

	return names[(month - 1) % 12];
}
