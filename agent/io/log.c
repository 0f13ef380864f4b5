// SPDX-License-Identifier: GPL-2.0-or-later
#include "log.h"

#include <errno.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <syslog.h>
#include <time.h>

#include "core/lineq.h"
#include "io/thread.h"

/* At the end, for a log that is not taken. */
#define CLOSE_LIMIT_S 2

/*
 * Whoever reads the log may be slow, or stopped: then write() and syslog() wait, and a real-time
 * thread must not.  So once log_start() was called, lines go through a queue to a thread that does
 * nothing else.
 *
 * @work: lines wait, or @ending
 * @ended: the thread has written all
 */
static struct {
	bool running;
	pthread_t thread;
	sem_t work, ended;
	atomic_bool ending;
	struct lineq q;
} writer;

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

static int64_t wall_us(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	return (int64_t)tv.tv_sec * 1000000 + tv.tv_usec;
}

static void put_stderr(int64_t when, const char *line)
{
	time_t s = (time_t)(when / 1000000);
	struct tm tm;
	char text[32];

	localtime_r(&s, &tm);
	strftime(text, sizeof(text), "%b %e %H:%M:%S", &tm);
	fprintf(stderr, "%s.%03d %s: %s\n", text, (int)(when / 1000 % 1000), tag, line);
}

static void write_line(int prio, int64_t when, const char *line)
{
	/* Whoever started a daemon that does not start looks there first. */
	if (to_stderr || prio == LOG_CRIT)
		put_stderr(when, line);
	if (!to_stderr)
		syslog(prio, "%s", line);
}

/* What was lost is said where it is missing. */
static void write_lost(uint64_t *told)
{
	uint64_t lost = lineq_lost(&writer.q);
	char line[128];

	if (lost == *told)
		return;
	snprintf(line, sizeof(line), "LOG: %llu messages lost, the log took none for a while",
		 (unsigned long long)(lost - *told));
	write_line(LOG_WARNING, wall_us(), line);
	*told = lost;
}

static void *run_writer(void *arg)
{
	struct lineq_line l;
	uint64_t told = 0;

	(void)arg;
	for (;;) {
		while (sem_wait(&writer.work))
			;
		while (lineq_take(&writer.q, &l))
			write_line(l.prio, l.wall_us, l.text);
		write_lost(&told);
		if (atomic_load(&writer.ending))
			break;
	}
	sem_post(&writer.ended);
	return NULL;
}

/**
 * log_start() - nobody waits for the log from now on
 *
 * Return: 0 or -errno; then lines are written by whoever says them, as before.
 */
int log_start(void)
{
	int err;

	lineq_init(&writer.q);
	sem_init(&writer.work, 0, 0);
	sem_init(&writer.ended, 0, 0);
	atomic_init(&writer.ending, false);
	err = thread_start(&writer.thread, run_writer, NULL, 64 * 1024);
	writer.running = !err;
	return err;
}

/**
 * log_stop() - write what waits; lines are written by whoever says them again
 *
 * Called by the last thread that says anything.  Gives up after 2 s.
 */
void log_stop(void)
{
	struct timespec until;

	if (!writer.running)
		return;
	atomic_store(&writer.ending, true);
	sem_post(&writer.work);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += CLOSE_LIMIT_S;
	writer.running = false;
	if (sem_timedwait(&writer.ended, &until))
		pthread_detach(writer.thread);
	else
		pthread_join(writer.thread, NULL);
}

/**
 * log_lost() - messages that were not written, since the log took none
 *
 * Return: how many.
 */
uint64_t log_lost(void)
{
	return lineq_lost(&writer.q);
}

static void __attribute__((format(printf, 3, 0)))
put(int prio, const char *name, const char *fmt, va_list ap, int err)
{
	char line[LINEQ_BYTES];
	size_t n = 0;

	if (name)
		n = (size_t)snprintf(line, sizeof(line), "%s: ", name);
	if (n < sizeof(line))
		n += (size_t)vsnprintf(line + n, sizeof(line) - n, fmt, ap);
	if (err && n < sizeof(line))
		snprintf(line + n, sizeof(line) - n, ": %s", strerror(err));
	if (!writer.running || prio == LOG_CRIT) {
		write_line(prio, wall_us(), line);
		return;
	}
	if (lineq_put(&writer.q, prio, wall_us(), line))
		sem_post(&writer.work);
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
