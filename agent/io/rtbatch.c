// SPDX-License-Identifier: GPL-2.0-or-later
#include "rtbatch.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* Headers of older systems lack it; the kernel has it from 5.18 and ignores it before. */
#ifndef RG_IFA_PROTO
#define RG_IFA_PROTO		11
#endif

#define LOOPBACK_IFINDEX	1	/* in every network namespace */
#define MSG_ROOM		256	/* no request of ours is longer */
#define CHUNK_MAX		(48 * 1024)	/* of one sendmsg() */
#define SOCK_BUF		(1024 * 1024)

/**
 * rtsock_open() - open a socket for batches
 * @s: gets it
 *
 * Return: 0 or -errno.
 */
int rtsock_open(struct rtsock *s)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int size = SOCK_BUF, one = 1;

	s->seq = 0;
	s->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (s->fd < 0)
		return -errno;
	/*
	 * Refusals come one message each; without the forced size many of them would overrun the
	 * socket.
	 */
	if (setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	/* Bound now, not by the first message: rtsock_portid() has to know its number. */
	if (setsockopt(s->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one)) < 0 ||
	    bind(s->fd, (struct sockaddr *)&any, sizeof(any)) < 0) {
		int err = -errno;

		rtsock_close(s);
		return err;
	}
	return 0;
}

/**
 * rtsock_close() - close it
 * @s: the socket
 */
void rtsock_close(struct rtsock *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/**
 * rtsock_portid() - under which number the kernel knows the socket
 * @s: the socket
 *
 * Notifications of what was done through it carry this number in nlmsg_pid.
 *
 * Return: the number, 0 if the kernel does not tell.
 */
uint32_t rtsock_portid(const struct rtsock *s)
{
	struct sockaddr_nl a = { 0 };
	socklen_t len = sizeof(a);

	if (getsockname(s->fd, (struct sockaddr *)&a, &len) < 0)
		return 0;
	return a.nl_pid;
}

/**
 * rtbatch_free() - release the storage
 * @b: the batch, usable again
 */
void rtbatch_free(struct rtbatch *b)
{
	free(b->buf);
	memset(b, 0, sizeof(*b));
}

/**
 * rtbatch_reset() - empty it, keeping the storage
 * @b: the batch
 */
void rtbatch_reset(struct rtbatch *b)
{
	b->len = 0;
	b->n = 0;
}

static struct nlmsghdr *begin(struct rtbatch *b, uint16_t type, uint16_t flags, const void *hdr,
			      size_t hdr_len)
{
	struct nlmsghdr *h;

	if (b->cap - b->len < MSG_ROOM) {
		size_t cap = b->cap ? b->cap * 2 : 16 * MSG_ROOM;
		uint8_t *p = realloc(b->buf, cap);

		if (!p)
			return NULL;
		b->buf = p;
		b->cap = cap;
	}
	h = (struct nlmsghdr *)(void *)(b->buf + b->len);
	memset(h, 0, MSG_ROOM);
	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_len = NLMSG_LENGTH(hdr_len);
	memcpy(NLMSG_DATA(h), hdr, hdr_len);
	return h;
}

static void put(struct nlmsghdr *h, uint16_t type, const void *data, size_t len)
{
	struct rtattr *a = (struct rtattr *)(void *)((uint8_t *)h + NLMSG_ALIGN(h->nlmsg_len));

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(a), data, len);
	h->nlmsg_len = NLMSG_ALIGN(h->nlmsg_len) + RTA_ALIGN(a->rta_len);
}

static void put_u32(struct nlmsghdr *h, uint16_t type, uint32_t v)
{
	put(h, type, &v, sizeof(v));
}

static void commit(struct rtbatch *b, const struct nlmsghdr *h)
{
	b->len += NLMSG_ALIGN(h->nlmsg_len);
	b->n++;
}

static int af_of(const struct rg_addr *a)
{
	return a->family == RG_V4 ? AF_INET : AF_INET6;
}

static size_t len_of(const struct rg_addr *a)
{
	return a->family == RG_V4 ? 4 : 16;
}

/*
 * IPv4: scope host keeps an address from ever being chosen as the source of the router's own
 * traffic (inet_select_addr() wants a scope of at most link), and does not hinder its use as a
 * gateway.  The label keeps SIOCGIFADDR at the interface's own address.
 */
static void addr4(struct nlmsghdr *h, unsigned int ifindex)
{
	char label[IFNAMSIZ + 4];

	if (!if_indextoname(ifindex, label) || strlen(label) + strlen(RG_LABEL_SUFFIX) >= IFNAMSIZ)
		return;
	strcat(label, RG_LABEL_SUFFIX);
	put(h, IFA_LABEL, label, strlen(label) + 1);
}

/*
 * IPv6: no duplicate address detection, or a takeover would wait a second for it; preferred for
 * 0 s: no source of our own traffic.
 */
static void addr6(struct nlmsghdr *h, uint8_t len)
{
	struct ifa_cacheinfo ci = { .ifa_prefered = 0, .ifa_valid = UINT32_MAX };

	put_u32(h, IFA_FLAGS, len == 128 ? IFA_F_NODAD | IFA_F_NOPREFIXROUTE : IFA_F_NODAD);
	put(h, IFA_CACHEINFO, &ci, sizeof(ci));
}

/**
 * rtbatch_addr() - append: put an address on an interface, or take it off
 * @b: the batch
 * @add: put on; an address that is there already is no error
 * @ifindex: the interface
 * @a: the address
 * @len: prefix length
 * @proto: IFA_PROTO, RG_RTPROTO or RG_IFAPROTO_POOL; does not matter when it is taken off
 *
 * Return: 0 or -ENOMEM.
 */
int rtbatch_addr(struct rtbatch *b, bool add, unsigned int ifindex, const struct rg_addr *a,
		 uint8_t len, uint8_t proto)
{
	struct ifaddrmsg m = {
		.ifa_family = (uint8_t)af_of(a),
		.ifa_prefixlen = len,
		.ifa_index = ifindex,
		.ifa_scope = a->family == RG_V4 ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE,
	};
	struct nlmsghdr *h = begin(b, add ? RTM_NEWADDR : RTM_DELADDR,
				   add ? NLM_F_CREATE | NLM_F_REPLACE : 0, &m, sizeof(m));

	if (!h)
		return -ENOMEM;
	put(h, IFA_LOCAL, a->b, len_of(a));
	put(h, IFA_ADDRESS, a->b, len_of(a));
	if (add) {
		put(h, RG_IFA_PROTO, &proto, sizeof(proto));
		if (a->family == RG_V4)
			addr4(h, ifindex);
		else
			addr6(h, len);
	}
	commit(b, h);
	return 0;
}

/**
 * rtbatch_own() - append: put an address of the router's own on an interface, or take it off
 * @b: the batch
 * @add: put on, as `ip address add` would; one that is there already stays as it is
 * @ifindex: the interface
 * @a: the address, IPv4
 * @len: prefix length
 *
 * Return: 0, -ENOMEM, -EAFNOSUPPORT if it is not IPv4.
 */
int rtbatch_own(struct rtbatch *b, bool add, unsigned int ifindex, const struct rg_addr *a,
		uint8_t len)
{
	struct ifaddrmsg m = {
		.ifa_family = AF_INET,
		.ifa_prefixlen = len,
		.ifa_index = ifindex,
		.ifa_scope = RT_SCOPE_UNIVERSE,
	};
	struct rg_addr last = addr_last(a, len);
	uint8_t proto = RG_IFAPROTO_OWN;
	struct nlmsghdr *h;

	if (a->family != RG_V4)
		return -EAFNOSUPPORT;
	h = begin(b, add ? RTM_NEWADDR : RTM_DELADDR, add ? NLM_F_CREATE | NLM_F_EXCL : 0, &m,
		  sizeof(m));
	if (!h)
		return -ENOMEM;
	put(h, IFA_LOCAL, a->b, 4);
	put(h, IFA_ADDRESS, a->b, 4);
	if (add) {
		put(h, RG_IFA_PROTO, &proto, sizeof(proto));
		if (len < 31)
			put(h, IFA_BROADCAST, last.b, 4);
	}
	commit(b, h);
	return 0;
}

/**
 * rtbatch_link() - append: set an interface up or down
 * @b: the batch
 * @ifindex: the interface
 * @up: up
 *
 * Return: 0 or -ENOMEM.
 */
int rtbatch_link(struct rtbatch *b, unsigned int ifindex, bool up)
{
	struct ifinfomsg m = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = (int)ifindex,
		.ifi_flags = up ? IFF_UP : 0,
		.ifi_change = IFF_UP,
	};
	struct nlmsghdr *h = begin(b, RTM_NEWLINK, 0, &m, sizeof(m));

	if (!h)
		return -ENOMEM;
	commit(b, h);
	return 0;
}

/**
 * rtbatch_link_del() - append: remove a device
 * @b: the batch
 * @ifindex: the device
 *
 * Return: 0 or -ENOMEM.
 */
int rtbatch_link_del(struct rtbatch *b, unsigned int ifindex)
{
	struct ifinfomsg m = { .ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex };
	struct nlmsghdr *h = begin(b, RTM_DELLINK, 0, &m, sizeof(m));

	if (!h)
		return -ENOMEM;
	commit(b, h);
	return 0;
}

/**
 * rtbatch_mac() - append: give an interface a MAC address
 * @b: the batch
 * @ifindex: the interface
 * @mac: the address
 *
 * Return: 0 or -ENOMEM.
 */
int rtbatch_mac(struct rtbatch *b, unsigned int ifindex, const uint8_t mac[6])
{
	struct ifinfomsg m = { .ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex };
	struct nlmsghdr *h = begin(b, RTM_SETLINK, 0, &m, sizeof(m));

	if (!h)
		return -ENOMEM;
	put(h, IFLA_ADDRESS, mac, 6);
	commit(b, h);
	return 0;
}

static struct rtattr *nest(struct nlmsghdr *h, uint16_t type)
{
	struct rtattr *a = (struct rtattr *)(void *)((uint8_t *)h + NLMSG_ALIGN(h->nlmsg_len));

	put(h, type | NLA_F_NESTED, NULL, 0);
	return a;
}

static void nest_end(struct nlmsghdr *h, struct rtattr *a)
{
	a->rta_len = (uint16_t)((uint8_t *)h + h->nlmsg_len - (uint8_t *)a);
}

/**
 * rtbatch_macvlan() - append: a macvlan device, which is down
 * @b: the batch
 * @name: its name
 * @lower: the device that it stands on
 * @mac: its MAC address
 *
 * Private: it hears what comes by the wire and none of its neighbours on the same device.
 *
 * Return: 0 or -ENOMEM.
 */
int rtbatch_macvlan(struct rtbatch *b, const char *name, unsigned int lower, const uint8_t mac[6])
{
	struct ifinfomsg m = { .ifi_family = AF_UNSPEC, .ifi_change = IFF_UP };
	struct nlmsghdr *h = begin(b, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &m, sizeof(m));
	struct rtattr *info, *data;

	if (!h)
		return -ENOMEM;
	put(h, IFLA_IFNAME, name, strlen(name) + 1);
	put_u32(h, IFLA_LINK, lower);
	put(h, IFLA_ADDRESS, mac, 6);
	put_u32(h, IFLA_GROUP, RG_DEVGROUP);
	info = nest(h, IFLA_LINKINFO);
	put(h, IFLA_INFO_KIND, "macvlan", sizeof("macvlan"));
	data = nest(h, IFLA_INFO_DATA);
	put_u32(h, IFLA_MACVLAN_MODE, MACVLAN_MODE_PRIVATE);
	nest_end(h, data);
	nest_end(h, info);
	commit(b, h);
	return 0;
}

static struct nlmsghdr *begin_named(struct rtbatch *b, const char *name)
{
	struct ifinfomsg m = { .ifi_family = AF_UNSPEC };
	struct nlmsghdr *h = begin(b, RTM_SETLINK, 0, &m, sizeof(m));

	if (h)
		put(h, IFLA_IFNAME, name, strlen(name) + 1);
	return h;
}

static void put_devconf4(struct nlmsghdr *h, uint16_t which, uint32_t value)
{
	struct rtattr *inet = nest(h, AF_INET), *conf = nest(h, IFLA_INET_CONF);

	put_u32(h, which, value);
	nest_end(h, conf);
	nest_end(h, inet);
}

/**
 * rtbatch_macvlan_conf() - append: settings of a device for virtual addresses
 * @b: the batch
 * @name: its name; it may be made by the same batch
 *
 * The way back to whoever sends to it goes by the device below: a strict rp_filter would drop all
 * that comes in.  It has no link-local address of its own, which would tell of the router.
 *
 * Return: 0 or -ENOMEM.
 */
int rtbatch_macvlan_conf(struct rtbatch *b, const char *name)
{
	struct nlmsghdr *h = begin_named(b, name);
	uint8_t none = IN6_ADDR_GEN_MODE_NONE;
	struct rtattr *spec, *inet6;

	if (!h)
		return -ENOMEM;
	spec = nest(h, IFLA_AF_SPEC);
	put_devconf4(h, IPV4_DEVCONF_RP_FILTER, 2);
	inet6 = nest(h, AF_INET6);
	put(h, IFLA_INET6_ADDR_GEN_MODE, &none, sizeof(none));
	nest_end(h, inet6);
	nest_end(h, spec);
	commit(b, h);
	return 0;
}

/**
 * rtbatch_arp_announce() - append: which address an interface names in its ARP requests
 * @b: the batch
 * @name: the interface
 * @value: as the sysctl arp_announce; 2: an own one
 *
 * Return: 0 or -ENOMEM.
 */
int rtbatch_arp_announce(struct rtbatch *b, const char *name, uint32_t value)
{
	struct nlmsghdr *h = begin_named(b, name);
	struct rtattr *spec;

	if (!h)
		return -ENOMEM;
	spec = nest(h, IFLA_AF_SPEC);
	put_devconf4(h, IPV4_DEVCONF_ARP_ANNOUNCE, value);
	nest_end(h, spec);
	commit(b, h);
	return 0;
}

static const struct {
	uint8_t type, scope;
} route_kind[] = {
	[RTROUTE_LOCAL] = { RTN_LOCAL, RT_SCOPE_HOST },
	[RTROUTE_BLACKHOLE] = { RTN_BLACKHOLE, RT_SCOPE_UNIVERSE },
	[RTROUTE_VIA] = { RTN_UNICAST, RT_SCOPE_UNIVERSE },
};

/**
 * rtbatch_route() - append: put a route in, or take it out
 * @b: the batch
 * @add: put in, in place of one that has the same destination and metric
 * @table: RT_TABLE_*
 * @group: for whose sake: it goes into the metric
 * @r: the route; to take it out its destination is enough
 *
 * Return: 0, -ENOMEM, -EAFNOSUPPORT for a type that there is in IPv4 alone.
 */
int rtbatch_route(struct rtbatch *b, bool add, uint8_t table, uint32_t group,
		  const struct rtroute *r)
{
	struct rtmsg m = {
		.rtm_family = (uint8_t)af_of(&r->dst.addr),
		.rtm_dst_len = r->dst.len,
		.rtm_table = table,
		.rtm_protocol = RG_RTPROTO,
		.rtm_scope = add ? route_kind[r->type].scope : RT_SCOPE_NOWHERE,
		.rtm_type = add ? route_kind[r->type].type : RTN_UNSPEC,
	};
	struct nlmsghdr *h;

	if (r->dst.addr.family != RG_V4 && r->type != RTROUTE_BLACKHOLE)
		return -EAFNOSUPPORT;
	h = begin(b, add ? RTM_NEWROUTE : RTM_DELROUTE, add ? NLM_F_CREATE | NLM_F_REPLACE : 0, &m,
		  sizeof(m));
	if (!h)
		return -ENOMEM;
	put(h, RTA_DST, r->dst.addr.b, len_of(&r->dst.addr));
	put_u32(h, RTA_PRIORITY, RG_METRIC_BASE + group);
	if (add && r->type == RTROUTE_LOCAL)
		put_u32(h, RTA_OIF, LOOPBACK_IFINDEX);
	if (add && r->type == RTROUTE_VIA) {
		put(h, RTA_GATEWAY, r->gw.b, 4);
		put_u32(h, RTA_OIF, r->ifindex);
	}
	commit(b, h);
	return 0;
}

/* What was asked for is so already. */
static bool benign(uint16_t type, int err)
{
	switch (type) {
	case RTM_NEWADDR:
	case RTM_NEWROUTE:
		return err == -EEXIST;
	case RTM_DELADDR:
		return err == -EADDRNOTAVAIL || err == -ENODEV;
	case RTM_DELLINK:
		return err == -ENODEV;
	case RTM_DELROUTE:
		return err == -ESRCH;
	default:
		return false;
	}
}

/* The answers are all there when sendmsg() returns: rtnetlink works in the sender's context. */
static int collect(struct rtsock *s, uint32_t first, uint32_t last, unsigned int base,
		   rtbatch_err_fn fn, void *arg)
{
	uint32_t room[2048];
	int ret = 0;

	for (;;) {
		ssize_t got = recv(s->fd, room, sizeof(room), MSG_DONTWAIT);
		const struct nlmsghdr *h = (const void *)room;

		if (got < 0 && (errno == EINTR || errno == ENOBUFS))
			continue;
		if (got < 0)
			return errno == EAGAIN ? -ENOBUFS : -errno;
		for (; NLMSG_OK(h, got); h = NLMSG_NEXT(h, got)) {
			const struct nlmsgerr *e = NLMSG_DATA(h);

			if (h->nlmsg_type != NLMSG_ERROR || h->nlmsg_seq - first > last - first)
				continue;
			if (e->error && !benign(e->msg.nlmsg_type, e->error)) {
				ret = ret ? ret : e->error;
				if (fn)
					fn(arg, base + (h->nlmsg_seq - first), e->error);
			}
			if (h->nlmsg_seq == last)
				return ret;
		}
	}
}

/* As many requests as go into one message; returns their length. */
static size_t chunk(struct rtsock *s, struct rtbatch *b, size_t from, unsigned int *n)
{
	struct nlmsghdr *h = NULL;
	size_t at = from;

	for (*n = 0; at < b->len; (*n)++) {
		struct nlmsghdr *next = (struct nlmsghdr *)(void *)(b->buf + at);

		if (at + next->nlmsg_len - from > CHUNK_MAX)
			break;
		h = next;
		h->nlmsg_seq = ++s->seq;
		h->nlmsg_flags &= (uint16_t)~NLM_F_ACK;
		at += NLMSG_ALIGN(h->nlmsg_len);
	}
	/* Refusals are told unasked; the one that is asked for tells that all is done. */
	if (h)
		h->nlmsg_flags |= NLM_F_ACK;
	return at - from;
}

/**
 * rtbatch_run() - have the kernel carry a batch out
 * @s: socket
 * @b: the batch; it can be run again
 * @fn: called for each request that the kernel refused, unless what it asked for is so already; may
 *	be NULL
 * @arg: handed to @fn
 *
 * A refused request does not keep the others from being carried out.
 *
 * Return: 0, the first refusal, or -errno of the socket.
 */
int rtbatch_run(struct rtsock *s, struct rtbatch *b, rtbatch_err_fn fn, void *arg)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	unsigned int done = 0, n;
	size_t at = 0;
	int ret = 0;

	while (at < b->len) {
		uint32_t first = s->seq + 1;
		size_t len = chunk(s, b, at, &n);
		struct iovec iov = { .iov_base = b->buf + at, .iov_len = len };
		struct msghdr mh = {
			.msg_name = &kernel,
			.msg_namelen = sizeof(kernel),
			.msg_iov = &iov,
			.msg_iovlen = 1,
		};
		int err;

		while (sendmsg(s->fd, &mh, 0) < 0) {
			if (errno != EINTR)
				return -errno;
		}
		err = collect(s, first, s->seq, done, fn, arg);
		ret = ret ? ret : err;
		done += n;
		at += len;
	}
	return ret;
}
