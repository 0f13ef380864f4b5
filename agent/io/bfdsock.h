/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The UDP sockets of one interface for BFD (RFC 5881): one that hears port 3784, and one that sends
 * from a port of its own in the range 49152 to 65535, with time to live 255. Made when the
 * interface can be used, and made anew when it went and came back or changed its address. Other
 * programs that speak BFD, on other interfaces, do no harm: what comes by this one is for us.
 *
 * Everything runs in the thread of the event base.
 */
#ifndef RG_IO_BFDSOCK_H
#define RG_IO_BFDSOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/mono.h"

struct bfdsock;
struct event_base;
struct ifaces;

/* @ttl: time to live of the packet, -1 if the kernel did not tell. */
struct bfdsock_ops {
	void (*packet)(void *arg, const uint8_t *buf, size_t len, const struct rg_addr *from,
		       int ttl, mono_t now);
};

struct bfdsock_stats {
	uint64_t tx_failed, rx_failed, open_failed;
};

int bfdsock_new(struct event_base *base, struct ifaces *ifs, const char *ifname,
		const struct bfdsock_ops *ops, void *arg, struct bfdsock **out);
void bfdsock_free(struct bfdsock *b);
const char *bfdsock_ifname(const struct bfdsock *b);
int bfdsock_send(struct bfdsock *b, const struct rg_addr *to, const uint8_t *buf, size_t len);
void bfdsock_drain(struct bfdsock *b);
const struct bfdsock_stats *bfdsock_stats(const struct bfdsock *b);

#endif
