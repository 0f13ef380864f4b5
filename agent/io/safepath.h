/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether others than root and this process's user could put something else where a path leads.
 */
#ifndef RG_IO_SAFEPATH_H
#define RG_IO_SAFEPATH_H

#include <limits.h>

int safepath(const char *path, char out[PATH_MAX]);

#endif
