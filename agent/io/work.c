// SPDX-License-Identifier: GPL-2.0-or-later
#include "work.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <event2/event.h>

#include "io/log.h"
#include "io/thread.h"

#define STACK_BYTES (256 * 1024)

/**
 * struct work - the thread
 * @tell: an eventfd, written to at its end
 * @fn: runs in the thread
 * @done: runs in the loop
 * @arg: for both
 */
struct work {
	pthread_t thread;
	int tell;
	struct event *ev;
	void (*fn)(void *arg);
	void (*done)(void *arg);
	void *arg;
};

static void *run(void *arg)
{
	struct work *w = arg;
	uint64_t one = 1;

	w->fn(w->arg);
	if (write(w->tell, &one, sizeof(one)) != sizeof(one))
		log_warn("START", "eventfd");
	return NULL;
}

static void forget(struct work *w)
{
	if (w->ev)
		event_free(w->ev);
	if (w->tell >= 0)
		close(w->tell);
	free(w);
}

static void on_tell(evutil_socket_t fd, short what, void *arg)
{
	struct work *w = arg;
	void (*done)(void *arg) = w->done;

	(void)fd;
	(void)what;
	arg = w->arg;
	work_wait(w);
	done(arg);
}

/**
 * work_start() - begin
 * @base: event loop of the owner
 * @fn: what to do, in the thread
 * @done: called in the loop afterwards, when the work is no more
 * @arg: for both
 * @out: the work, until @done or work_wait()
 *
 * Return: 0 or -errno; then nothing is called.
 */
int work_start(struct event_base *base, void (*fn)(void *arg), void (*done)(void *arg), void *arg,
	       struct work **out)
{
	struct work *w = calloc(1, sizeof(*w));
	int err = 0;

	if (!w)
		return -ENOMEM;
	w->fn = fn;
	w->done = done;
	w->arg = arg;
	w->tell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->tell < 0)
		err = -errno;
	if (!err) {
		w->ev = event_new(base, w->tell, EV_READ, on_tell, w);
		if (!w->ev || event_add(w->ev, NULL))
			err = -ENOMEM;
	}
	err = err ? err : thread_start(&w->thread, run, w, STACK_BYTES);
	if (err) {
		forget(w);
		return err;
	}
	*out = w;
	return 0;
}

/**
 * work_wait() - wait for the end, and forget it
 * @w: may be NULL
 *
 * @done is not called.
 */
void work_wait(struct work *w)
{
	if (!w)
		return;
	pthread_join(w->thread, NULL);
	forget(w);
}
