/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_NOTIFY_H
#define RG_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "mono.h"

/*
 * DOC: what a service manager wants to know
 *
 * sd_notify(3): datagrams to a socket that the environment names, of lines NAME=VALUE. The protocol
 * is documented, promised to be stable, and these few lines; a library for it would bring a dozen
 * others into a process that is better off without them.
 */

/* A service that is not heard for longer is restarted; so it hears of us that much more often. */
#define NOTIFY_FEEDS 4

size_t notify_name(const char *env, char *out, size_t size);
uint32_t notify_interval(const char *usec, const char *pid, pid_t self);
bool notify_overdue(mono_t due, uint32_t slack_ms, mono_t now);

#endif /* RG_NOTIFY_H */
