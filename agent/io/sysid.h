/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who this router is, and which life of its agent this is. */
#ifndef RG_IO_SYSID_H
#define RG_IO_SYSID_H

#include <stdbool.h>
#include <stdint.h>

int sysid_system(const char *file, const uint8_t mac[6], uint64_t *out);
int sysid_random(uint64_t *out);
bool sysid_uptime_ms(uint64_t *out);

#endif
