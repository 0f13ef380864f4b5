/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `debug ...` and `monitor`: what the agent tells of its own accord.
 */
#ifndef RGCTL_FOLLOW_H
#define RGCTL_FOLLOW_H

#include <stdbool.h>

struct answer;
struct client;

bool follow_is_meant(const struct answer *a, const char *topic);
void follow_line(void *arg, const char *text, const char *json);
int follow(struct client *c, bool json);

#endif
