/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `debug redundancy application group transport` says of the frames of a data link.
 */
#ifndef RG_IO_SYNCWATCH_H
#define RG_IO_SYNCWATCH_H

#include "core/frame.h"
#include "core/syncsess.h"

void syncwatch_frame(const char *ifname, const char *what, const struct frame *f);
void syncwatch_action(const char *ifname, const struct syncsess_action *a);

#endif
