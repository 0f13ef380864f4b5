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
struct conf_standing;

/**
 * struct natinfo_ask - what is to be shown or cleared; goes to rgctl, which does it
 * @what: "translations", "statistics", "clear"
 * @group: of this group only, 0: of all
 * @mapping: of this mapping only, 0: of all
 * @verbose: more of each
 * @standing: of groups, by number, up to CONF_MAX_GROUPS; NULL: is not asked for
 * @inside_global, @inside_local, @outside_local, @outside_global: addresses; NULL: any
 */
struct natinfo_ask {
	const char *what;
	uint32_t group;
	uint32_t mapping;
	bool verbose;
	const struct conf_standing *standing;
	const char *inside_global, *inside_local;
	const char *outside_local, *outside_global;
};

char *natinfo_json(const struct conf *c, const struct natinfo_ask *ask);

#endif
