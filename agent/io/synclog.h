/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the data link (io/synclink.h) says to people. */
#ifndef RG_IO_SYNCLOG_H
#define RG_IO_SYNCLOG_H

#include <stdint.h>

#include "core/syncsess.h"

void synclog_table(uint8_t group, uint32_t peer_max);
void synclog_merge(const struct syncsess_action *a);

#endif
