// SPDX-License-Identifier: GPL-2.0-or-later
#include "tlsq.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <event2/buffer.h>
#include <event2/event.h>

#include "io/tls.h"

struct tlsq {
	struct tls *tls;
	struct evbuffer *plain;
	struct event *writable; /* pending while the kernel takes no more */
};

/* As much of what is queued as the kernel takes. Returns 0, also if that is not all, or -errno. */
static int write_some(struct tlsq *q)
{
	const uint8_t *bytes;
	ssize_t n = 1;
	size_t len;

	while ((len = evbuffer_get_length(q->plain))) {
		len = len < TLS_RECORD_MAX ? len : TLS_RECORD_MAX;
		bytes = evbuffer_pullup(q->plain, (ssize_t)len);
		n = bytes ? tls_write(q->tls, bytes, len) : -ENOMEM;
		if (n <= 0)
			break;
		evbuffer_drain(q->plain, (size_t)n);
	}
	return n < 0 && n != -EAGAIN ? (int)n : 0;
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	tlsq_flush(arg);
}

/**
 * tlsq_new() - a queue with nothing in it
 * @base: event base
 * @fd: the socket of @t, outlives the queue
 * @t: an opening that has succeeded, outlives the queue
 * @out: gets it
 *
 * Return: 0 or -ENOMEM.
 */
int tlsq_new(struct event_base *base, int fd, struct tls *t, struct tlsq **out)
{
	struct tlsq *q = calloc(1, sizeof(*q));

	if (!q)
		return -ENOMEM;
	q->tls = t;
	q->plain = evbuffer_new();
	q->writable = event_new(base, fd, EV_WRITE, on_writable, q);
	if (!q->plain || !q->writable) {
		tlsq_free(q);
		return -ENOMEM;
	}
	*out = q;
	return 0;
}

/**
 * tlsq_free() - forget what is queued
 * @q: may be NULL
 */
void tlsq_free(struct tlsq *q)
{
	if (!q)
		return;
	if (q->writable)
		event_free(q->writable);
	if (q->plain)
		evbuffer_free(q->plain);
	free(q);
}

/**
 * tlsq_buffer() - where to put what is to be sent
 * @q: the queue
 *
 * Return: the buffer; tlsq_flush() sends what is in it.
 */
struct evbuffer *tlsq_buffer(const struct tlsq *q)
{
	return q->plain;
}

/**
 * tlsq_flush() - send what is queued, the rest when the kernel takes it
 * @q: the queue
 *
 * What is wrong with the connection comes out when it is read.
 */
void tlsq_flush(struct tlsq *q)
{
	if (event_pending(q->writable, EV_WRITE, NULL))
		return;
	if (!write_some(q) && evbuffer_get_length(q->plain))
		event_add(q->writable, NULL);
}

/**
 * tlsq_end() - send what the kernel takes now, and say that no more will come
 * @q: the queue
 */
void tlsq_end(struct tlsq *q)
{
	write_some(q);
	tls_shut(q->tls);
}
