/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Autonegotiation of an interface, by the kernel's family "ethtool". */
#ifndef RG_IO_LINKMODE_H
#define RG_IO_LINKMODE_H

#include <stdbool.h>

struct event_base;
struct linkmode;

/**
 * typedef linkmode_fn - somebody, perhaps we, has set how an interface negotiates
 * @arg: of linkmode_watch()
 * @ifname: which; NULL: it may have been any, messages were lost
 */
typedef void (*linkmode_fn)(void *arg, const char *ifname);

int linkmode_watch(struct event_base *base, linkmode_fn fn, void *arg, struct linkmode **out);
void linkmode_unwatch(struct linkmode *l);

int linkmode_autoneg_get(const char *ifname, bool *on);
int linkmode_autoneg_set(const char *ifname, bool on);

#endif
