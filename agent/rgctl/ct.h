/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's table of connections, one after another: nothing is kept of it.
 */
#ifndef RGCTL_CT_H
#define RGCTL_CT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/natrow.h"

/* @mark: of the connection; @row has no mapping yet.  false: enough. */
typedef bool (*ct_fn)(void *arg, const struct natrow *row, uint32_t mark);

/* @mark: of the connection.  true: it is to be removed. */
typedef bool (*ct_pick_fn)(void *arg, const struct natrow *row, uint32_t mark);

int ct_enter(int agent_fd);
int ct_dump(uint32_t mark, uint32_t mask, ct_fn fn, void *arg);
int ct_remove(uint32_t mark, uint32_t mask, ct_pick_fn fn, void *arg, uint64_t *removed);

#endif
