/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What whoever reads the kernel's table of connections must know of the configuration: how a
 * mapping is found in a mark, and what belongs to it.
 */
#ifndef RG_IO_NATINFO_H
#define RG_IO_NATINFO_H

#include <stdbool.h>
#include <stdint.h>

struct conf;

/**
 * struct natinfo_ask - what is to be shown; goes into the answer for rgctl, which does it
 * @what: "translations", "statistics"
 * @group: of this group only, 0: of all
 * @mapping: of this mapping only, 0: of all
 * @verbose: more of each
 */
struct natinfo_ask {
	const char *what;
	uint32_t group;
	uint32_t mapping;
	bool verbose;
};

char *natinfo_json(const struct conf *c, const struct natinfo_ask *ask);

#endif
