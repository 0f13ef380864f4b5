/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One number for the part of a group's configuration that must be equal on both routers. */
#ifndef RG_IO_DIGEST_H
#define RG_IO_DIGEST_H

#include <stdint.h>

struct conf;

int digest_group(const struct conf *c, uint32_t group, uint64_t *out);

#endif
