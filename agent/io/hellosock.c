// SPDX-License-Identifier: GPL-2.0-or-later
#include "hellosock.h"

#include <arpa/inet.h>
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

#include "io/clock.h"
#include "io/ifaces.h"
#include "io/log.h"

/*
 * More than the protocol's maximum, so that a longer datagram is seen as such and not cut into a
 * good one.
 */
#define PACKET_MAX 2048

/* Packets taken in one turn, so that a flood on one link cannot keep the others waiting. */
#define TURN_MAX 64

struct hellosock {
	struct event_base *base;
	struct ifaces *ifs;
	char ifname[IFNAMSIZ];
	const struct hellosock_ops *ops;
	void *arg;
	int fd; /* -1: not open */
	struct event *ev;
	unsigned int ifindex;
	struct rg_addr addr;
	int last_err; /* logged once until it changes */
	struct hellosock_stats stats;
};

static void shut(struct hellosock *h)
{
	if (h->ev)
		event_free(h->ev);
	h->ev = NULL;
	if (h->fd >= 0)
		close(h->fd);
	h->fd = -1;
}

static int take_one(struct hellosock *h)
{
	struct sockaddr_in sin;
	struct rg_addr from = { .family = RG_V4 };
	uint8_t buf[PACKET_MAX];
	socklen_t len = sizeof(sin);
	ssize_t n = recvfrom(h->fd, buf, sizeof(buf), MSG_DONTWAIT, (struct sockaddr *)&sin, &len);

	if (n < 0)
		return -errno;
	h->stats.rx++;
	h->stats.rx_bytes += (uint64_t)n;
	memcpy(from.b, &sin.sin_addr, 4);
	h->ops->packet(h->arg, buf, (size_t)n, &from, clock_now());
	return 0;
}

/**
 * hellosock_drain() - take all packets that have arrived
 * @h: the socket
 */
void hellosock_drain(struct hellosock *h)
{
	int err = 0;

	for (int i = 0; i < TURN_MAX && h->fd >= 0 && !err; i++)
		err = take_one(h);
	/*
	 * The interface's own events tell what to do about a link that went down; here it is only
	 * counted.
	 */
	if (err && err != -EAGAIN && err != -EINTR)
		h->stats.rx_failed++;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	hellosock_drain(arg);
}

static int set_options(int fd, const struct hellosock *h, unsigned int ifindex,
		       const struct rg_addr *addr)
{
	struct ip_mreqn mreq = { .imr_ifindex = (int)ifindex };
	int zero = 0, one = 1, prio = 6, tos = IPTOS_CLASS_CS6;

	memcpy(&mreq.imr_address, addr->b, 4);
	inet_pton(AF_INET, HELLOSOCK_GROUP, &mreq.imr_multiaddr);
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, h->ifname,
		       (socklen_t)strlen(h->ifname) + 1) ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &mreq, sizeof(mreq)) ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &one, sizeof(one)) ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &zero, sizeof(zero)) ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &zero, sizeof(zero)) ||
	    setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq, sizeof(mreq)))
		return -errno;
	/* A queue full of traffic shall not delay a sign of life; without these it still works. */
	(void)setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &prio, sizeof(prio));
	(void)setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	return 0;
}

static int make_socket(struct hellosock *h, unsigned int ifindex, const struct rg_addr *addr)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(HELLOSOCK_PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = set_options(fd, h, ifindex, addr);
	/* Bound to the group's address nothing but its multicasts arrives. */
	inet_pton(AF_INET, HELLOSOCK_GROUP, &sin.sin_addr);
	if (!err && bind(fd, (struct sockaddr *)&sin, sizeof(sin)))
		err = -errno;
	if (!err) {
		h->ev = event_new(h->base, fd, EV_READ | EV_PERSIST, on_readable, h);
		if (!h->ev || event_add(h->ev, NULL))
			err = -ENOMEM;
	}
	h->fd = fd;
	if (err)
		shut(h);
	return err;
}

static void fault(struct hellosock *h, int err)
{
	h->stats.open_failed++;
	if (err == h->last_err)
		return;
	h->last_err = err;
	log_warnx("HELLO", "interface %s: no hellos: %s", h->ifname, strerror(-err));
}

static void refresh(struct hellosock *h)
{
	const struct iface *i = ifaces_by_name(h->ifs, h->ifname);
	bool was_up = h->fd >= 0;
	struct rg_addr addr = { 0 };
	int err = !i			    ? -ENODEV :
		  !i->admin_up		    ? -ENETDOWN :
		  !iface_primary4(i, &addr) ? -EADDRNOTAVAIL :
					      0;

	if (!err && was_up && i->ifindex == h->ifindex && addr_equal(&addr, &h->addr))
		return;
	shut(h);
	if (!err)
		err = make_socket(h, i->ifindex, &addr);
	if (err) {
		fault(h, err);
	} else {
		h->last_err = 0;
		h->ifindex = i->ifindex;
		h->addr = addr;
		h->stats.opened++;
		log_debug("HELLO", "interface %s: socket open", h->ifname);
	}
	if (was_up || !err)
		h->ops->changed(h->arg);
}

static void on_iface(void *arg, enum iface_event ev, const struct iface *iface,
		     const struct iface_addr *addr)
{
	struct hellosock *h = arg;

	(void)ev;
	(void)addr;
	if (!iface || !strcmp(iface->name, h->ifname))
		refresh(h);
}

/**
 * hellosock_new() - hellos on an interface
 * @base: event base
 * @ifs: interfaces, outlive the socket
 * @ifname: interface; need not be there yet
 * @ops: callbacks; changed() may be called from here, before @out is set
 * @arg: for @ops
 * @out: the socket
 *
 * Return: 0 or -errno.
 */
int hellosock_new(struct event_base *base, struct ifaces *ifs, const char *ifname,
		  const struct hellosock_ops *ops, void *arg, struct hellosock **out)
{
	struct hellosock *h = calloc(1, sizeof(*h));
	int err;

	if (!h)
		return -ENOMEM;
	h->base = base;
	h->ifs = ifs;
	h->ops = ops;
	h->arg = arg;
	h->fd = -1;
	snprintf(h->ifname, sizeof(h->ifname), "%s", ifname);
	err = ifaces_watch(ifs, on_iface, h);
	if (err) {
		free(h);
		return err;
	}
	refresh(h);
	*out = h;
	return 0;
}

/**
 * hellosock_free() - close and free
 * @h: the socket, or NULL
 */
void hellosock_free(struct hellosock *h)
{
	if (!h)
		return;
	ifaces_unwatch(h->ifs, on_iface, h);
	shut(h);
	free(h);
}

/**
 * hellosock_up() - can it send?
 * @h: the socket
 *
 * Return: true if the interface is there, up, and has an IPv4 address.
 */
bool hellosock_up(const struct hellosock *h)
{
	return h->fd >= 0;
}

/**
 * hellosock_addr() - the source of its packets
 * @h: the socket
 * @out: the address
 *
 * Return: false if it is not up.
 */
bool hellosock_addr(const struct hellosock *h, struct rg_addr *out)
{
	if (h->fd < 0)
		return false;
	*out = h->addr;
	return true;
}

/**
 * hellosock_ifname() - its interface
 * @h: the socket
 *
 * Return: the name.
 */
const char *hellosock_ifname(const struct hellosock *h)
{
	return h->ifname;
}

/**
 * hellosock_send() - multicast a packet
 * @h: the socket
 * @buf: packet
 * @len: bytes
 *
 * Return: 0, -ENETDOWN if it is not up, or another -errno; failures are counted.
 */
int hellosock_send(struct hellosock *h, const uint8_t *buf, size_t len)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(HELLOSOCK_PORT) };
	int err = -ENETDOWN;

	inet_pton(AF_INET, HELLOSOCK_GROUP, &to.sin_addr);
	if (h->fd >= 0 && sendto(h->fd, buf, len, MSG_DONTWAIT, (struct sockaddr *)&to,
				 sizeof(to)) == (ssize_t)len) {
		h->stats.tx++;
		h->stats.tx_bytes += len;
		return 0;
	}
	if (h->fd >= 0)
		err = -errno;
	h->stats.tx_failed++;
	return err;
}

/**
 * hellosock_stats() - counters
 * @h: the socket
 *
 * Return: the counters, valid as long as the socket.
 */
const struct hellosock_stats *hellosock_stats(const struct hellosock *h)
{
	return &h->stats;
}
