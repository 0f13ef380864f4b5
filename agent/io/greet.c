// SPDX-License-Identifier: GPL-2.0-or-later
#include "greet.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <event2/event.h>

#include "core/frame.h"
#include "io/clock.h"
#include "io/loop.h"
#include "io/tls.h"

#define TLS_HANDSHAKE 0x16 /* type of the first record (RFC 8446, 5.1) */

struct greet {
	struct event_base *base;
	int fd;
	bool server;
	bool looked; /* at the first byte */
	struct tls *tls; /* NULL: in clear */
	struct event *ev;
	struct loop_timer slow;
	mono_t began;
	greet_fn done;
	void *arg;
};

static void end(struct greet *g, enum opening_verdict v)
{
	event_del(g->ev);
	loop_timer_set(&g->slow, MONO_NEVER);
	g->done(g->arg, g, v);
}

/*
 * What comes first tells TLS from a plain stream, without being taken.  False: it has not come, or
 * this is the end.
 */
static bool look(struct greet *g)
{
	uint8_t first, wanted = g->tls ? TLS_HANDSHAKE : FRAME_OPEN;
	ssize_t n = recv(g->fd, &first, 1, MSG_PEEK | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	g->looked = true;
	if (n == 1 && first == wanted)
		return true;
	end(g, n < 1		       ? OPENING_GONE :
	       first == FRAME_OPEN     ? OPENING_PLAIN :
	       first == TLS_HANDSHAKE ? OPENING_NOT_PLAIN :
					OPENING_GARBAGE);
	return false;
}

static int wait_for(struct greet *g, short what);

static void step(struct greet *g)
{
	int err = 0;

	if (g->server && !g->looked && !look(g))
		return;
	switch (g->tls ? tls_handshake(g->tls) : TLS_STEP_DONE) {
	case TLS_STEP_DONE:
		end(g, OPENING_OK);
		return;
	case TLS_STEP_READ:
		err = wait_for(g, EV_READ);
		break;
	case TLS_STEP_WRITE:
		err = wait_for(g, EV_WRITE);
		break;
	case TLS_STEP_FAILED:
		end(g, tls_verdict(g->tls));
		return;
	}
	if (err)
		end(g, OPENING_TLS);
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	step(arg);
}

static int wait_for(struct greet *g, short what)
{
	event_del(g->ev);
	if (event_assign(g->ev, g->base, g->fd, (short)(what | EV_PERSIST), on_ready, g) ||
	    event_add(g->ev, NULL))
		return -ENOMEM;
	return 0;
}

static void on_slow(void *arg, mono_t now)
{
	(void)now;
	end(arg, OPENING_SLOW);
}

/**
 * greet_new() - begin an opening
 * @base: event base
 * @fd: connected socket that does not block; outlives it
 * @server: we have accepted it
 * @ring: keys, outlive what it makes; without any the connection is in clear
 * @o: what it is for
 * @done: told the end of it, not from within this call
 * @arg: for @done
 * @out: gets it
 *
 * Return: 0 or -ENOMEM.
 */
int greet_new(struct event_base *base, int fd, bool server, const struct hello_ring *ring,
	      const struct opening *o, greet_fn done, void *arg, struct greet **out)
{
	struct greet *g = calloc(1, sizeof(*g));
	int err;

	if (!g)
		return -ENOMEM;
	*g = (struct greet){ .base = base, .fd = fd, .server = server, .done = done, .arg = arg };
	g->began = clock_now();
	err = loop_timer_init(&g->slow, base, on_slow, g);
	if (!err && hello_ring_keyed(ring))
		err = tls_new(fd, server, ring, o, &g->tls);
	if (!err) {
		g->ev = event_new(base, fd, EV_READ, on_ready, g);
		err = g->ev ? wait_for(g, server ? EV_READ : EV_WRITE) : -ENOMEM;
	}
	if (err) {
		greet_free(g);
		return err;
	}
	loop_timer_set(&g->slow, mono_add_ms(g->began, GREET_MS));
	*out = g;
	return 0;
}

/**
 * greet_free() - end an opening; its socket stays open
 * @g: may be NULL
 */
void greet_free(struct greet *g)
{
	if (!g)
		return;
	if (g->ev)
		event_free(g->ev);
	loop_timer_free(&g->slow);
	tls_free(g->tls);
	free(g);
}

/**
 * greet_fd() - its socket
 * @g: opening
 */
int greet_fd(const struct greet *g)
{
	return g->fd;
}

/**
 * greet_began() - when it began
 * @g: opening
 */
mono_t greet_began(const struct greet *g)
{
	return g->began;
}

/**
 * greet_take() - what the opening has led to
 * @g: opening that ended with OPENING_OK
 *
 * Return: TLS, from now on the caller's; NULL: in clear.
 */
struct tls *greet_take(struct greet *g)
{
	struct tls *t = g->tls;

	g->tls = NULL;
	return t;
}
