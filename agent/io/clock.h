/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one place that reads clocks. */
#ifndef RG_IO_CLOCK_H
#define RG_IO_CLOCK_H

#include <stdint.h>

#include "core/mono.h"

mono_t clock_now(void);
int64_t clock_wall_s(void);

#endif
