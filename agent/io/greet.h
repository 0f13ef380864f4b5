/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The opening of one connection of a data link, until it is known to be the peer's, or time is
 * over.  With keys that is a TLS handshake; in clear, that its first byte comes at all.
 *
 * Everything runs in the thread of the event base.
 */
#ifndef RG_IO_GREET_H
#define RG_IO_GREET_H

#include <stdbool.h>

#include "core/mono.h"
#include "core/opening.h"

struct event_base;
struct greet;
struct tls;

#define GREET_MS 2000 /* an opening that is not done by then is refused */

/* Called from the event loop, once; free the opening in it. */
typedef void (*greet_fn)(void *arg, struct greet *g, enum opening_verdict v);

int greet_new(struct event_base *base, int fd, bool server, const struct hello_ring *ring,
	      const struct opening *o, greet_fn done, void *arg, struct greet **out);
void greet_free(struct greet *g);

int greet_fd(const struct greet *g);
mono_t greet_began(const struct greet *g);
struct tls *greet_take(struct greet *g);

#endif
