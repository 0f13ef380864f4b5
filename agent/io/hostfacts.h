/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at the machine's settings, for core/health.h to judge. */
#ifndef RG_IO_HOSTFACTS_H
#define RG_IO_HOSTFACTS_H

#include <stddef.h>

#include "core/addr.h"
#include "core/health.h"

struct conf;
struct ifaces;

int hostfacts_look(const struct ifaces *ifs, const struct conf *c, const struct rg_addr *taken,
		   size_t n_taken, struct health_facts *f);

#endif
