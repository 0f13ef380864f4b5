// SPDX-License-Identifier: GPL-2.0-or-later
#include "notify.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "core/notify.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/loop.h"

/**
 * struct notify - the service manager
 * @fd: socket to it, -1: there is none
 * @addr, @len: where it listens
 * @every_ms: how often it wants to hear that we are well, 0: never
 * @unwell: it was not told, and why stands in the log
 * @status: as last told
 */
struct notify {
	int fd;
	struct sockaddr_un addr;
	socklen_t len;
	uint32_t every_ms;
	struct loop_timer timer;
	notify_well_fn well;
	void *arg;
	bool unwell;
	char status[NOTIFY_TEXT_MAX];
};

/* One that does not listen is none of our business; the loop does not wait for it. */
static void tell(struct notify *n, const char *text)
{
	if (n->fd >= 0 && sendto(n->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL,
				 (struct sockaddr *)&n->addr, n->len) < 0)
		log_debug("START", "service manager: %s", strerror(errno));
}

static void on_timer(void *arg, mono_t now)
{
	struct notify *n = arg;
	const char *bad = n->well(n->arg);

	if (!bad)
		tell(n, "WATCHDOG=1");
	if (bad && !n->unwell)
		log_warnx("WATCHDOG", "the service manager is not told that all is well: %s", bad);
	n->unwell = bad;
	loop_timer_set(&n->timer, mono_add_ms(now, n->every_ms));
}

/**
 * notify_open() - find the service manager
 * @base: event loop
 * @well: asked whether all is well, as often as the service manager wants to hear of it
 * @arg: for @well
 * @out: gets it
 *
 * Without one nothing is ever sent.  Programs that run later do not see how it is reached.
 *
 * Return: 0 or -errno.
 */
int notify_open(struct event_base *base, notify_well_fn well, void *arg, struct notify **out)
{
	struct notify *n = calloc(1, sizeof(*n));
	size_t name;

	if (!n)
		return -ENOMEM;
	n->fd = -1;
	n->well = well;
	n->arg = arg;
	n->addr.sun_family = AF_UNIX;
	name = notify_name(getenv("NOTIFY_SOCKET"), n->addr.sun_path, sizeof(n->addr.sun_path));
	n->len = name ? (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name) : 0;
	if (loop_timer_init(&n->timer, base, on_timer, n)) {
		free(n);
		return -ENOMEM;
	}
	*out = n;
	if (!n->len)
		return 0;
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (n->fd < 0)
		return -errno;
	n->every_ms = notify_interval(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"), getpid());
	return 0;
}

/**
 * notify_close() - tell nothing any more
 * @n: may be NULL
 */
void notify_close(struct notify *n)
{
	if (!n)
		return;
	loop_timer_free(&n->timer);
	if (n->fd >= 0)
		close(n->fd);
	free(n);
}

/**
 * notify_ready() - the start, or a new configuration, is done
 * @n: service manager
 */
void notify_ready(struct notify *n)
{
	tell(n, "READY=1");
	if (n->every_ms && mono_is_never(n->timer.at))
		loop_timer_set(&n->timer, clock_now());
}

/**
 * notify_reloading() - the configuration is loaded anew; notify_ready() follows
 * @n: service manager
 */
void notify_reloading(struct notify *n)
{
	struct timespec ts;
	char text[64];

	/* By which a manager tells the answer to its last request from one to an earlier one. */
	clock_gettime(CLOCK_MONOTONIC, &ts);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld",
		 (long long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
	tell(n, text);
}

/**
 * notify_stopping() - roles are being handed over
 * @n: service manager
 */
void notify_stopping(struct notify *n)
{
	tell(n, "STOPPING=1");
}

/**
 * notify_status() - what goes on, for people
 * @n: service manager
 * @text: one line; cut after NOTIFY_TEXT_MAX - 1 bytes
 */
void notify_status(struct notify *n, const char *text)
{
	char line[NOTIFY_TEXT_MAX + 8];

	if (!strncmp(n->status, text, sizeof(n->status) - 1))
		return;
	snprintf(n->status, sizeof(n->status), "%s", text);
	snprintf(line, sizeof(line), "STATUS=%s", n->status);
	tell(n, line);
}
