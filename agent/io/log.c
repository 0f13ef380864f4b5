// SPDX-License-Identifier: GPL-2.0-or-later
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <syslog.h>
#include <time.h>

#define LINE_MAX_LEN 1024

static bool to_stderr = true;
static bool with_debug;
static const char *tag = "rgd";

/**
 * log_init() - choose where messages go
 * @foreground: standard error instead of syslog
 * @debug: log_debug() messages too
 */
void log_init(bool foreground, bool debug)
{
	to_stderr = foreground;
	with_debug = debug;
	if (!foreground)
		openlog(tag, LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

/**
 * log_set_tag() - name in front of foreground messages, to tell several daemons of one machine
 * apart
 * @name: static string
 */
void log_set_tag(const char *name)
{
	tag = name;
}

/**
 * log_debug_enabled() - is it worth while to build a costly debug message
 *
 * Return: true if log_debug() prints.
 */
bool log_debug_enabled(void)
{
	return with_debug;
}

static void put_stderr(const char *line)
{
	struct timeval tv;
	struct tm tm;
	char when[32];

	gettimeofday(&tv, NULL);
	localtime_r(&tv.tv_sec, &tm);
	strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm);
	fprintf(stderr, "%s.%03ld %s: %s\n", when, (long)tv.tv_usec / 1000, tag, line);
}

static void __attribute__((format(printf, 3, 0)))
put(int prio, const char *name, const char *fmt, va_list ap, int err)
{
	char line[LINE_MAX_LEN];
	size_t n = 0;

	if (name)
		n = (size_t)snprintf(line, sizeof(line), "%s: ", name);
	if (n < sizeof(line))
		n += (size_t)vsnprintf(line + n, sizeof(line) - n, fmt, ap);
	if (err && n < sizeof(line))
		snprintf(line + n, sizeof(line) - n, ": %s", strerror(err));
	/* Whoever started a daemon that does not start looks there first. */
	if (to_stderr || prio == LOG_CRIT)
		put_stderr(line);
	if (!to_stderr)
		syslog(prio, "%s", line);
}

/**
 * log_warn() - something failed, errno says how
 * @name: stable name of the message
 * @fmt: text
 */
void log_warn(const char *name, const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	put(LOG_WARNING, name, fmt, ap, err);
	va_end(ap);
	errno = err;
}

/**
 * log_warnx() - something failed, errno has nothing to do with it
 * @name: stable name of the message
 * @fmt: text
 */
void log_warnx(const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(LOG_WARNING, name, fmt, ap, 0);
	va_end(ap);
}

/**
 * log_notice() - an operator wants to know: roles, priorities, faults that begin or end
 * @name: stable name of the message
 * @fmt: text
 */
void log_notice(const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(LOG_NOTICE, name, fmt, ap, 0);
	va_end(ap);
}

/**
 * log_info() - course of normal operation
 * @name: stable name of the message
 * @fmt: text
 */
void log_info(const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(LOG_INFO, name, fmt, ap, 0);
	va_end(ap);
}

/**
 * log_debug() - only with -d
 * @name: stable name of the message
 * @fmt: text
 */
void log_debug(const char *name, const char *fmt, ...)
{
	va_list ap;

	if (!with_debug)
		return;
	va_start(ap, fmt);
	put(LOG_DEBUG, name, fmt, ap, 0);
	va_end(ap);
}

/**
 * fatal() - the daemon cannot start, errno says why
 * @fmt: text
 */
void fatal(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	put(LOG_CRIT, "FATAL", fmt, ap, err);
	va_end(ap);
	exit(1);
}

/**
 * fatalx() - the daemon cannot start
 * @fmt: text
 */
void fatalx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(LOG_CRIT, "FATAL", fmt, ap, 0);
	va_end(ap);
	exit(1);
}
