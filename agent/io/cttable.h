/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connection tracking table of this network namespace. */
#ifndef RG_IO_CTTABLE_H
#define RG_IO_CTTABLE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct cttable - how full it is
 * @max: connections that it takes, 0: no limit, or connection tracking is not there
 * @used: connections that it holds
 */
struct cttable {
	uint32_t max;
	uint32_t used;
};

void cttable_read(struct cttable *t);
bool cttable_tight(uint32_t used, uint32_t max);

#endif
