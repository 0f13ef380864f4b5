// SPDX-License-Identifier: GPL-2.0-or-later
#include "bfdsock.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/bfd.h"
#include "io/clock.h"
#include "io/ifaces.h"
#include "io/log.h"
#include "io/sysid.h"

/* A packet has 24 bytes, with authentication at most 255; what is longer is seen as such. */
#define PACKET_MAX 512

/* Packets taken in one turn, so that a flood on one link cannot keep the others waiting. */
#define TURN_MAX 64

#define PORT_TRIES 64

struct bfdsock {
	struct event_base *base;
	struct ifaces *ifs;
	char ifname[IFNAMSIZ];
	const struct bfdsock_ops *ops;
	void *arg;
	int rx, tx; /* -1: not open */
	struct event *ev;
	unsigned int ifindex;
	struct rg_addr addr;
	int last_err; /* logged once until it changes */
	struct bfdsock_stats stats;
};

static void shut(struct bfdsock *b)
{
	if (b->ev)
		event_free(b->ev);
	b->ev = NULL;
	if (b->rx >= 0)
		close(b->rx);
	if (b->tx >= 0)
		close(b->tx);
	b->rx = -1;
	b->tx = -1;
}

static int ttl_of(struct msghdr *m)
{
	int ttl = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL)
			memcpy(&ttl, CMSG_DATA(c), sizeof(ttl));
	return ttl;
}

static int take_one(struct bfdsock *b)
{
	struct rg_addr from = { .family = RG_V4 };
	uint8_t buf[PACKET_MAX];
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
	char control[CMSG_SPACE(sizeof(int))];
	struct sockaddr_in sin = { 0 };
	struct msghdr m = {
		.msg_name = &sin, .msg_namelen = sizeof(sin),
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(b->rx, &m, MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	memcpy(from.b, &sin.sin_addr, 4);
	b->ops->packet(b->arg, buf, (size_t)n, &from, ttl_of(&m), clock_now());
	return 0;
}

/**
 * bfdsock_drain() - take all packets that have arrived
 * @b: the sockets
 */
void bfdsock_drain(struct bfdsock *b)
{
	int err = 0;

	for (int i = 0; i < TURN_MAX && b->rx >= 0 && !err; i++)
		err = take_one(b);
	if (err && err != -EAGAIN && err != -EINTR)
		b->stats.rx_failed++;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	bfdsock_drain(arg);
}

static int bind_to(int fd, const struct bfdsock *b, const struct rg_addr *addr, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port) };

	if (addr)
		memcpy(&sin.sin_addr, addr->b, 4);
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, b->ifname,
		       (socklen_t)strlen(b->ifname) + 1) ||
	    bind(fd, (struct sockaddr *)&sin, sizeof(sin)))
		return -errno;
	return 0;
}

/* A routing daemon may have the port on all interfaces; the one that names its own wins there. */
static int open_rx(struct bfdsock *b)
{
	int one = 1, err;

	b->rx = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (b->rx < 0 || setsockopt(b->rx, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    setsockopt(b->rx, IPPROTO_IP, IP_RECVTTL, &one, sizeof(one)))
		return -errno;
	err = bind_to(b->rx, b, NULL, BFD_PORT);
	if (err)
		return err;
	b->ev = event_new(b->base, b->rx, EV_READ | EV_PERSIST, on_readable, b);
	return !b->ev || event_add(b->ev, NULL) ? -ENOMEM : 0;
}

static int open_tx(struct bfdsock *b, const struct rg_addr *addr)
{
	int ttl = BFD_TTL, prio = 6, tos = IPTOS_CLASS_CS6, err = -EADDRINUSE;
	uint64_t r;

	b->tx = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (b->tx < 0 || setsockopt(b->tx, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)))
		return -errno;
	/* A queue full of traffic shall not delay a sign of life; without these it still works. */
	(void)setsockopt(b->tx, SOL_SOCKET, SO_PRIORITY, &prio, sizeof(prio));
	(void)setsockopt(b->tx, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	for (int i = 0; i < PORT_TRIES && err == -EADDRINUSE; i++) {
		err = sysid_random(&r);
		if (!err)
			err = bind_to(b->tx, b, addr,
				      (uint16_t)(BFD_PORT_FIRST +
						 r % (BFD_PORT_LAST - BFD_PORT_FIRST + 1)));
	}
	return err;
}

static void fault(struct bfdsock *b, int err)
{
	b->stats.open_failed++;
	if (err == b->last_err)
		return;
	b->last_err = err;
	log_warnx("BFD", "interface %s: no BFD: %s", b->ifname, strerror(-err));
}

static void refresh(struct bfdsock *b)
{
	const struct iface *i = ifaces_by_name(b->ifs, b->ifname);
	struct rg_addr addr = { 0 };
	int err = !i			    ? -ENODEV :
		  !i->admin_up		    ? -ENETDOWN :
		  !iface_primary4(i, &addr) ? -EADDRNOTAVAIL :
					      0;

	if (!err && b->rx >= 0 && i->ifindex == b->ifindex && addr_equal(&addr, &b->addr))
		return;
	shut(b);
	if (!err)
		err = open_rx(b);
	if (!err)
		err = open_tx(b, &addr);
	if (err) {
		shut(b);
		fault(b, err);
		return;
	}
	b->last_err = 0;
	b->ifindex = i->ifindex;
	b->addr = addr;
}

static void on_iface(void *arg, enum iface_event ev, const struct iface *iface,
		     const struct iface_addr *addr)
{
	struct bfdsock *b = arg;

	(void)ev;
	(void)addr;
	if (!iface || !strcmp(iface->name, b->ifname))
		refresh(b);
}

/**
 * bfdsock_new() - BFD on an interface
 * @base: event base
 * @ifs: interfaces, outlive the sockets
 * @ifname: interface; need not be there yet
 * @ops: callbacks
 * @arg: for @ops
 * @out: the sockets
 *
 * Return: 0 or -errno.
 */
int bfdsock_new(struct event_base *base, struct ifaces *ifs, const char *ifname,
		const struct bfdsock_ops *ops, void *arg, struct bfdsock **out)
{
	struct bfdsock *b = calloc(1, sizeof(*b));
	int err;

	if (!b)
		return -ENOMEM;
	b->base = base;
	b->ifs = ifs;
	b->ops = ops;
	b->arg = arg;
	b->rx = -1;
	b->tx = -1;
	snprintf(b->ifname, sizeof(b->ifname), "%s", ifname);
	err = ifaces_watch(ifs, on_iface, b);
	if (err) {
		free(b);
		return err;
	}
	refresh(b);
	*out = b;
	return 0;
}

/**
 * bfdsock_free() - close and free
 * @b: the sockets, or NULL
 */
void bfdsock_free(struct bfdsock *b)
{
	if (!b)
		return;
	ifaces_unwatch(b->ifs, on_iface, b);
	shut(b);
	free(b);
}

/**
 * bfdsock_ifname() - their interface
 * @b: the sockets
 *
 * Return: the name.
 */
const char *bfdsock_ifname(const struct bfdsock *b)
{
	return b->ifname;
}

/**
 * bfdsock_send() - send a packet
 * @b: the sockets
 * @to: IPv4 address
 * @buf: packet
 * @len: bytes
 *
 * Return: 0, -ENETDOWN if the interface is not up, or another -errno; failures are counted.
 */
int bfdsock_send(struct bfdsock *b, const struct rg_addr *to, const uint8_t *buf, size_t len)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(BFD_PORT) };
	int err = -ENETDOWN;

	memcpy(&sin.sin_addr, to->b, 4);
	if (b->tx >= 0 && sendto(b->tx, buf, len, MSG_DONTWAIT, (struct sockaddr *)&sin,
				 sizeof(sin)) == (ssize_t)len)
		return 0;
	if (b->tx >= 0)
		err = -errno;
	b->stats.tx_failed++;
	return err;
}

/**
 * bfdsock_stats() - counters
 * @b: the sockets
 *
 * Return: the counters, valid as long as the sockets.
 */
const struct bfdsock_stats *bfdsock_stats(const struct bfdsock *b)
{
	return &b->stats;
}
