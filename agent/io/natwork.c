// SPDX-License-Identifier: GPL-2.0-or-later
#include "natwork.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/conf.h"
#include "io/log.h"
#include "io/thread.h"

#define STACK_BYTES (2 * 1024 * 1024)
#define COUNTERS_MAX (2 * CONF_MAX_MAPS + 1)

/* What is asked of the thread. */
#define JOB_APPLY 0x01
#define JOB_COUNT 0x02
#define JOB_PURGE 0x04
#define JOB_QUIT 0x08

/* What the thread has to tell. */
#define NOTE_APPLIED 0x01
#define NOTE_INSTALLED 0x02
#define NOTE_RESTORED 0x04
#define NOTE_NOT_RESTORED 0x08
#define NOTE_FAULT 0x10
#define NOTE_NO_FAULT 0x20

/**
 * struct natwork - the thread and what lies between it and its owner
 * @nat, @base, @kick_ev: belong to the thread once it runs
 * @kick, @tell: eventfds, to the thread and from it
 * @tell_ev, @ops, @arg: belong to the owner
 * @lock: protects all that follows
 * @idle: signalled when @jobs and @busy are nothing any more
 */
struct natwork {
	pthread_t thread;
	bool running;
	struct nat *nat;
	struct event_base *base;
	struct event *kick_ev;
	int kick, tell;
	struct event *tell_ev;
	const struct natwork_ops *ops;
	void *arg;

	pthread_mutex_t lock;
	pthread_cond_t idle;
	unsigned int jobs;
	bool busy;
	struct conf *conf;
	struct rg_addr *taken;
	size_t n_taken;
	bool closed;
	unsigned int notes;
	int err;
	struct nat_state state;
	struct nat_counter counter[COUNTERS_MAX];
	size_t n_counters;
};

static void ring(int fd)
{
	uint64_t one = 1;

	/* Only fails when it has been rung so often that it is full, and then it is heard. */
	if (write(fd, &one, sizeof(one)) != sizeof(one) && errno != EAGAIN)
		log_warn("NAT", "eventfd");
}

static void unring(int fd)
{
	uint64_t n;

	if (read(fd, &n, sizeof(n)) != sizeof(n) && errno != EAGAIN)
		log_warn("NAT", "eventfd");
}

/* -------------------------------------------------------------- the thread */

static void note(struct natwork *w, unsigned int bits)
{
	pthread_mutex_lock(&w->lock);
	w->notes |= bits;
	nat_get(w->nat, &w->state);
	pthread_mutex_unlock(&w->lock);
	ring(w->tell);
}

static void on_foreign(void *arg, bool restored)
{
	note(arg, restored ? NOTE_RESTORED : NOTE_NOT_RESTORED);
}

static void on_fault(void *arg, bool on)
{
	struct natwork *w = arg;

	/* Of two that were not told yet the later one counts. */
	pthread_mutex_lock(&w->lock);
	w->notes &= ~(unsigned int)(NOTE_FAULT | NOTE_NO_FAULT);
	pthread_mutex_unlock(&w->lock);
	note(w, on ? NOTE_FAULT : NOTE_NO_FAULT);
}

static void on_installed(void *arg)
{
	note(arg, NOTE_INSTALLED);
}

static const struct nat_ops nat_ops = {
	.foreign = on_foreign,
	.fault = on_fault,
	.installed = on_installed,
};

static void apply(struct natwork *w, struct conf *conf, struct rg_addr *taken, size_t n_taken,
		  bool closed)
{
	int err = nat_apply(w->nat, conf, taken, n_taken, closed);

	free(conf);
	free(taken);
	pthread_mutex_lock(&w->lock);
	w->err = err;
	pthread_mutex_unlock(&w->lock);
	note(w, NOTE_APPLIED);
}

struct collected {
	struct nat_counter v[COUNTERS_MAX];
	size_t n;
};

static void collect(void *arg, const struct nat_counter *c)
{
	struct collected *all = arg;

	if (all->n < COUNTERS_MAX)
		all->v[all->n++] = *c;
}

static void count(struct natwork *w)
{
	struct collected *all = calloc(1, sizeof(*all));

	if (!all)
		return;
	nat_counters(w->nat, collect, all);
	pthread_mutex_lock(&w->lock);
	memcpy(w->counter, all->v, all->n * sizeof(all->v[0]));
	w->n_counters = all->n;
	nat_get(w->nat, &w->state);
	pthread_mutex_unlock(&w->lock);
	free(all);
}

static void on_kick(evutil_socket_t fd, short what, void *arg)
{
	struct natwork *w = arg;
	unsigned int jobs;
	struct rg_addr *taken;
	struct conf *conf;
	size_t n_taken;
	bool closed;

	(void)what;
	unring(fd);
	pthread_mutex_lock(&w->lock);
	jobs = w->jobs;
	w->jobs = 0;
	w->busy = true;
	conf = w->conf;
	taken = w->taken;
	n_taken = w->n_taken;
	closed = w->closed;
	w->conf = NULL;
	w->taken = NULL;
	pthread_mutex_unlock(&w->lock);
	if (jobs & JOB_APPLY)
		apply(w, conf, taken, n_taken, closed);
	if (jobs & JOB_COUNT)
		count(w);
	if (jobs & JOB_PURGE)
		nat_purge(w->nat);
	if (jobs & JOB_QUIT)
		event_base_loopbreak(w->base);
	pthread_mutex_lock(&w->lock);
	w->busy = false;
	pthread_cond_broadcast(&w->idle);
	pthread_mutex_unlock(&w->lock);
}

static void *run(void *arg)
{
	struct natwork *w = arg;

	event_base_dispatch(w->base);
	return NULL;
}

/* --------------------------------------------------------------- the owner */

static void on_tell(evutil_socket_t fd, short what, void *arg)
{
	struct natwork *w = arg;
	unsigned int notes;
	int err;

	(void)what;
	unring(fd);
	pthread_mutex_lock(&w->lock);
	notes = w->notes;
	w->notes = 0;
	err = w->err;
	pthread_mutex_unlock(&w->lock);
	if (notes & NOTE_APPLIED)
		w->ops->applied(w->arg, err);
	if (notes & NOTE_INSTALLED)
		w->ops->installed(w->arg);
	if (notes & NOTE_RESTORED)
		w->ops->foreign(w->arg, true);
	if (notes & NOTE_NOT_RESTORED)
		w->ops->foreign(w->arg, false);
	if (notes & (NOTE_FAULT | NOTE_NO_FAULT))
		w->ops->fault(w->arg, notes & NOTE_FAULT);
}

static void ask(struct natwork *w, unsigned int job)
{
	pthread_mutex_lock(&w->lock);
	w->jobs |= job;
	pthread_mutex_unlock(&w->lock);
	ring(w->kick);
}

/* At ordinary priority whatever the owner has, and without its signals. */
static int start_thread(struct natwork *w)
{
	int err = thread_start(&w->thread, run, w, STACK_BYTES);

	w->running = !err;
	return err;
}

static int open_parts(struct natwork *w, struct event_base *base)
{
	int err;

	w->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->tell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->kick < 0 || w->tell < 0)
		return -errno;
	w->base = event_base_new();
	w->tell_ev = event_new(base, w->tell, EV_READ | EV_PERSIST, on_tell, w);
	if (!w->base || !w->tell_ev)
		return -ENOMEM;
	w->kick_ev = event_new(w->base, w->kick, EV_READ | EV_PERSIST, on_kick, w);
	if (!w->kick_ev || event_add(w->kick_ev, NULL) || event_add(w->tell_ev, NULL))
		return -ENOMEM;
	err = nat_open(w->base, &nat_ops, w, &w->nat);
	return err ? err : start_thread(w);
}

/**
 * natwork_open() - start the thread; no rules yet
 * @base: event base of the owner
 * @ops: what the owner is told
 * @arg: for @ops
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int natwork_open(struct event_base *base, const struct natwork_ops *ops, void *arg,
		 struct natwork **out)
{
	struct natwork *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->ops = ops;
	w->arg = arg;
	w->kick = -1;
	w->tell = -1;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->idle, NULL);
	err = open_parts(w, base);
	if (err) {
		natwork_close(w);
		return err;
	}
	*out = w;
	return 0;
}

/**
 * natwork_close() - end the thread; the rules stay
 * @w: may be NULL
 *
 * Waits for what it is doing.  Nothing is told any more.
 */
void natwork_close(struct natwork *w)
{
	if (!w)
		return;
	if (w->running) {
		ask(w, JOB_QUIT);
		pthread_join(w->thread, NULL);
	}
	if (w->tell_ev)
		event_free(w->tell_ev);
	if (w->kick_ev)
		event_free(w->kick_ev);
	nat_close(w->nat);
	if (w->base)
		event_base_free(w->base);
	if (w->kick >= 0)
		close(w->kick);
	if (w->tell >= 0)
		close(w->tell);
	pthread_cond_destroy(&w->idle);
	pthread_mutex_destroy(&w->lock);
	free(w->conf);
	free(w->taken);
	free(w);
}

/**
 * natwork_apply() - make the rules those of a configuration; ops->applied tells how it went
 * @w: the thread
 * @c: the configuration, copied
 * @taken: addresses in use that it does not know, see conf_pool_ranges(); copied
 * @n_taken: how many
 * @closed: the module keeps in what is not translated
 *
 * A configuration that was not applied yet is replaced.
 *
 * Return: 0 or -ENOMEM.
 */
int natwork_apply(struct natwork *w, const struct conf *c, const struct rg_addr *taken,
		  size_t n_taken, bool closed)
{
	struct rg_addr *copy = calloc(n_taken + 1, sizeof(*copy));
	struct conf *conf = malloc(sizeof(*conf));

	if (!conf || !copy) {
		free(conf);
		free(copy);
		return -ENOMEM;
	}
	*conf = *c;
	if (n_taken)
		memcpy(copy, taken, n_taken * sizeof(*copy));
	pthread_mutex_lock(&w->lock);
	free(w->conf);
	free(w->taken);
	w->conf = conf;
	w->taken = copy;
	w->n_taken = n_taken;
	w->closed = closed;
	pthread_mutex_unlock(&w->lock);
	ask(w, JOB_APPLY);
	return 0;
}

/**
 * natwork_wait() - wait until the thread has done all that was asked
 * @w: the thread
 *
 * Only when nobody waits for a hello: at the start, and at the end.
 */
void natwork_wait(struct natwork *w)
{
	pthread_mutex_lock(&w->lock);
	while (w->jobs || w->busy)
		pthread_cond_wait(&w->idle, &w->lock);
	pthread_mutex_unlock(&w->lock);
}

/**
 * natwork_purge() - remove the rules, and wait until they are
 * @w: the thread
 */
void natwork_purge(struct natwork *w)
{
	ask(w, JOB_PURGE);
	natwork_wait(w);
}

/**
 * natwork_counters() - counters of the rules as they were when somebody last asked
 * @w: the thread
 * @fn: called for each
 * @arg: for @fn
 *
 * They are read anew for the next one who asks.
 */
void natwork_counters(struct natwork *w, nat_counter_fn fn, void *arg)
{
	pthread_mutex_lock(&w->lock);
	for (size_t i = 0; i < w->n_counters; i++)
		fn(arg, &w->counter[i]);
	pthread_mutex_unlock(&w->lock);
	ask(w, JOB_COUNT);
}

/**
 * natwork_get() - where the rules stand
 * @w: the thread
 * @out: gets it
 */
void natwork_get(struct natwork *w, struct nat_state *out)
{
	pthread_mutex_lock(&w->lock);
	*out = w->state;
	pthread_mutex_unlock(&w->lock);
}
