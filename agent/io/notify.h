/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a service manager is told (core/notify.h), if there is one: when the agent is ready, loads
 * its configuration or stops, what it does, and that it is well.
 */
#ifndef RG_IO_NOTIFY_H
#define RG_IO_NOTIFY_H

struct event_base;
struct notify;

#define NOTIFY_TEXT_MAX 512 /* of a state in words */

/**
 * typedef notify_well_fn - is all done that should have been
 * @arg: of notify_open()
 *
 * Return: NULL, or what is not.
 */
typedef const char *(*notify_well_fn)(void *arg);

int notify_open(struct event_base *base, notify_well_fn well, void *arg, struct notify **out);
void notify_close(struct notify *n);
void notify_ready(struct notify *n);
void notify_reloading(struct notify *n);
void notify_stopping(struct notify *n);
void notify_status(struct notify *n, const char *text);

#endif
