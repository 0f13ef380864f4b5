/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The TCP end of a data link: listens on the data interface, or connects from it, and holds at most
 * one connection.
 *
 * Both ends are bound to the interface and its primary IPv4 address, and made anew when that
 * changes.  A connection that the peer does not answer is broken by the kernel after the silence
 * given (TCP_USER_TIMEOUT).
 *
 * What is accepted is the connection only when its opening is done (io/greet.h): until then, the
 * one that stands is not touched.  At most SYNCSOCK_OPENINGS are under way.  Everything runs in the
 * thread of the event base.
 */
#ifndef RG_IO_SYNCSOCK_H
#define RG_IO_SYNCSOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/opening.h"

struct event_base;
struct ifaces;
struct syncsock;

#define SYNCSOCK_OPENINGS 4 /* accepted connections that are not known yet to be the peer's */

struct syncsock_ops {
	bool (*accept)(void *arg, const struct rg_addr *from); /* may this address connect now? */
	void (*opening)(void *arg, struct opening *o); /* what a connection is for; not .attempt */
	void (*connected)(void *arg); /* a connection stands; one that stood before was closed */
	/* It ended, and not by syncsock_disconnect(); 0: by the peer. */
	void (*closed)(void *arg, int err);
	void (*readable)(void *arg); /* call syncsock_read() */
};

struct syncsock_stats {
	uint64_t connected, accepted; /* by us, by the peer */
	uint64_t connect_failed, refused_peer, listen_failed;
	uint64_t rx_bytes, tx_bytes;
	uint64_t queue_max; /* bytes */
	uint64_t opening[OPENING_VERDICTS]; /* by how they ended */
	uint32_t stalled; /* what tcpstall() said of the last connection that has ended */
};

int syncsock_new(struct event_base *base, struct ifaces *ifs, const char *ifname, uint16_t port,
		 uint32_t silent_ms, const struct hello_ring *ring, const struct syncsock_ops *ops,
		 void *arg, struct syncsock **out);
void syncsock_free(struct syncsock *s);

void syncsock_enable(struct syncsock *s, bool on);
void syncsock_connect_to(struct syncsock *s, const struct rg_addr *addr, uint16_t port);
void syncsock_disconnect(struct syncsock *s);
int syncsock_send(struct syncsock *s, const void *const *part, const size_t *len, size_t n);
size_t syncsock_read(struct syncsock *s, void *buf, size_t room);
void syncsock_pause(struct syncsock *s, bool pause);
bool syncsock_pending(const struct syncsock *s);
bool syncsock_connected(const struct syncsock *s);
bool syncsock_addr(const struct syncsock *s, struct rg_addr *out);
const struct syncsock_stats *syncsock_stats(const struct syncsock *s);

#endif
