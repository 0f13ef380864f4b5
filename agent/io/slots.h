/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slot of a mapping: what stands for it in the connection mark.  Both routers find the same
 * from the same mapping IDs.
 */
#ifndef RG_IO_SLOTS_H
#define RG_IO_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#define SLOTS_MAX 255

int slots_assign(const uint32_t *id, size_t n, uint32_t *slot);

#endif
