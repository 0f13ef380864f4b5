/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `monitor --screen`: groups, roles, lag, rates and the last events, on the whole terminal.
 */
#ifndef RGCTL_SCREEN_H
#define RGCTL_SCREEN_H

struct client;

int screen_run(struct client *c);

#endif
