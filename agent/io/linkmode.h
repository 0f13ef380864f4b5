/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Autonegotiation of an interface, by the kernel's family "ethtool". */
#ifndef RG_IO_LINKMODE_H
#define RG_IO_LINKMODE_H

#include <stdbool.h>

int linkmode_autoneg_get(const char *ifname, bool *on);
int linkmode_autoneg_set(const char *ifname, bool on);

#endif
