// SPDX-License-Identifier: GPL-2.0-or-later
#include "cttable.h"

#include <stdio.h>

#define SYSCTL "/proc/sys/net/netfilter/nf_conntrack_"

static uint32_t read_number(const char *path)
{
	FILE *f = fopen(path, "re");
	unsigned int v = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%u", &v) != 1)
		v = 0;
	fclose(f);
	return v;
}

/**
 * cttable_read() - how full the table is now
 * @t: gets it
 */
void cttable_read(struct cttable *t)
{
	t->max = read_number(SYSCTL "max");
	t->used = read_number(SYSCTL "count");
}

/**
 * cttable_tight() - is a table nearly full?
 * @used: connections
 * @max: room for so many, 0: no limit
 *
 * Return: from nine tenths on.
 */
bool cttable_tight(uint32_t used, uint32_t max)
{
	return max && (uint64_t)used * 10 >= (uint64_t)max * 9;
}
