/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The UDP socket of one interface on which hellos come and go: multicast HELLOSOCK_GROUP, port
 * HELLOSOCK_PORT, bound to the interface, time to live 1, not looped back.  The source is the
 * interface's primary IPv4 address.  The socket is made when the interface can be used, and made
 * anew when the interface went and came back or changed its address.
 *
 * Everything runs in the thread of the event base.
 */
#ifndef RG_IO_HELLOSOCK_H
#define RG_IO_HELLOSOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/mono.h"

struct event_base;
struct hellosock;
struct ifaces;

#define HELLOSOCK_GROUP "239.255.82.71"
#define HELLOSOCK_PORT 7482

struct hellosock_ops {
	void (*packet)(void *arg, const uint8_t *buf, size_t len, const struct rg_addr *from,
		       mono_t now);
	/* The socket was made or closed; hellosock_up() says which. */
	void (*changed)(void *arg);
};

struct hellosock_stats {
	uint64_t tx, tx_bytes, tx_failed;
	uint64_t rx, rx_bytes, rx_failed;
	uint64_t opened, open_failed;
};

int hellosock_new(struct event_base *base, struct ifaces *ifs, const char *ifname,
		  const struct hellosock_ops *ops, void *arg, struct hellosock **out);
void hellosock_free(struct hellosock *h);

bool hellosock_up(const struct hellosock *h);
bool hellosock_addr(const struct hellosock *h, struct rg_addr *out);
const char *hellosock_ifname(const struct hellosock *h);
int hellosock_send(struct hellosock *h, const uint8_t *buf, size_t len);
void hellosock_drain(struct hellosock *h);
const struct hellosock_stats *hellosock_stats(const struct hellosock *h);

#endif
