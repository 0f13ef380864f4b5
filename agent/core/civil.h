/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_CIVIL_H
#define RG_CIVIL_H

#include <stdint.h>

/*
 * Dates of the Gregorian calendar, UTC, leap seconds left out (POSIX). Months are
 * 1-12, days 1-31.
 */
struct civil {
	uint32_t year;
	uint32_t month;
	uint32_t day;
	uint32_t hour;
	uint32_t minute;
	uint32_t second;
};

uint32_t civil_days(uint32_t year, uint32_t month);
int64_t civil_to_s(uint32_t year, uint32_t month, uint32_t day);
struct civil civil_of(int64_t s);
const char *civil_month(uint32_t month);

#endif /* RG_CIVIL_H */
