/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to go out over TLS, until the kernel takes it.
 *
 * A queue of its own: what stood in the buffer of a bufferevent would go out as it is.
 *
 * Everything runs in the thread of the event base.
 */
#ifndef RG_IO_TLSQ_H
#define RG_IO_TLSQ_H

struct evbuffer;
struct event_base;
struct tls;
struct tlsq;

int tlsq_new(struct event_base *base, int fd, struct tls *t, struct tlsq **out);
void tlsq_free(struct tlsq *q);

struct evbuffer *tlsq_buffer(const struct tlsq *q);
void tlsq_flush(struct tlsq *q);
void tlsq_end(struct tlsq *q);

#endif
