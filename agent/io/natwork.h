/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The translation rules (io/nat.h) in a thread of their own.
 *
 * libnftables compiles, allocates and waits for the kernel's transactions: milliseconds at best,
 * and hellos must not wait for it.  The thread has an event loop, in which io/nat.h runs as it
 * would in any other, at ordinary priority.  Requests are handed over and answered through
 * callbacks in the loop of the owner; what is shown are copies of what the thread last saw.
 */
#ifndef RG_IO_NATWORK_H
#define RG_IO_NATWORK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/addr.h"
#include "io/nat.h"

struct conf;
struct event_base;
struct natwork;

/* Called in the loop of the owner. */
struct natwork_ops {
	void (*applied)(void *arg, int err); /* the last natwork_apply() is done */
	void (*installed)(void *arg); /* what could not be installed then is in place now */
	void (*foreign)(void *arg, bool restored);
	void (*fault)(void *arg, bool on);
};

int natwork_open(struct event_base *base, const struct natwork_ops *ops, void *arg,
		 struct natwork **out);
void natwork_close(struct natwork *w);

int natwork_apply(struct natwork *w, const struct conf *c, const struct rg_addr *taken,
		  size_t n_taken, bool closed);
void natwork_purge(struct natwork *w);
void natwork_wait(struct natwork *w);
void natwork_counters(struct natwork *w, nat_counter_fn fn, void *arg);
void natwork_get(struct natwork *w, struct nat_state *out);

#endif
