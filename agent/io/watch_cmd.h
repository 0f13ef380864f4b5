/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `debug ...`, `monitor` and what ends them: a session of the control socket changes what it
 * watches (io/watchers.h).
 */
#ifndef RG_IO_WATCH_CMD_H
#define RG_IO_WATCH_CMD_H

#include <stdint.h>

int watch_cmd_set(void *session, uint32_t on, uint32_t off);
char *watch_cmd_text(const void *session);
char *watch_cmd_json(const void *session);

#endif
