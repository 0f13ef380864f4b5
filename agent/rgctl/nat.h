/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `show ip nat ...` and `clear ip nat ...`: the agent knows the configuration, the kernel the
 * connections.
 */
#ifndef RGCTL_NAT_H
#define RGCTL_NAT_H

#include <stdbool.h>

struct answer;
struct client;

bool nat_is_meant(const struct answer *a);
int nat_show(struct client *c, const struct answer *a, bool json);

#endif
