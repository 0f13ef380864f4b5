/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log of the daemon: syslog, or standard error with a time stamp when it runs in the foreground.
 *
 * Once log_start() was called nobody waits for whoever reads it: what a log that is not taken
 * cannot hold is lost, counted, and said there later.
 *
 * Each message has a name, stable over releases, so that a script or an alarm can match it whatever
 * the text says; it stands in front of the text as "NAME: text".  Names are upper case with
 * hyphens: ROLE, PRIORITY, KERNEL, SYNC, HELLO, CONFIG, IFACE, VIP, NAT,
 * TRACK, CTL.
 */
#ifndef RG_IO_LOG_H
#define RG_IO_LOG_H

#include <stdbool.h>
#include <stdint.h>

void log_init(bool foreground, bool debug);
int log_start(void);
void log_stop(void);
uint64_t log_lost(void);
void log_set_tag(const char *tag);
bool log_debug_enabled(void);

/* log_warn and fatal append the text of errno, log_warnx and fatalx do not. */
void log_warn(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_warnx(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_notice(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_info(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_debug(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Only at start: ends the process with status 1. */
void fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void fatalx(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
