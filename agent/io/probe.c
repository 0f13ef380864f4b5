// SPDX-License-Identifier: GPL-2.0-or-later
/* For struct in6_pktinfo */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <netpacket/packet.h>

#include "core/conf.h"
#include "io/ifaces.h"
#include "io/log.h"

/* Answers taken in one turn, so that a flood cannot keep hellos waiting. */
#define TURN_MAX 64

/* Of an answer; one that is longer has options that nobody needs. */
#define PACKET_MAX 256

#define ARP_OP_AT 6 /* bytes into the message */

struct target {
	char ifname[IFNAMSIZ];
	struct rg_addr addr;
};

struct group {
	bool on;
	struct target *target;
	size_t n_targets;
	struct probe_state st;
};

/* @nd: -1: this system has no IPv6 */
struct probes {
	struct ifaces *ifs;
	const struct probes_ops *ops;
	void *arg;
	int tx, arp, nd;
	struct event *ev[2];
	unsigned int asking; /* groups */
	uint64_t bad[NEIGH_VERDICTS];
	struct group *group[CONF_MAX_GROUPS + 1];
};

/* ------------------------------------------------------------------ questions */

static bool link_local(const struct rg_addr *a)
{
	return a->family == RG_V6 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

/*
 * Whose the question is.  Of IPv4 an address in the network of what is asked for, since some answer
 * to no other; of IPv6 the link-local one.
 */
static struct rg_addr own_addr(const struct iface *i, const struct rg_addr *a)
{
	struct rg_addr own = { 0 };

	for (size_t k = 0; k < i->n_addrs; k++) {
		const struct iface_addr *mine = &i->addrs[k];
		struct rg_prefix p = { .addr = addr_mask(&mine->addr, mine->len),
				       .len = mine->len };

		if (mine->addr.family != a->family || iface_addr_ours(mine) ||
		    mine->flags & IFA_F_TENTATIVE)
			continue;
		if (!own.family)
			own = mine->addr;
		if (a->family == RG_V4 ? addr_in_prefix(a, &p) : link_local(&mine->addr))
			return mine->addr;
	}
	return own;
}

static bool ask_one(const struct probes *p, const struct target *t)
{
	const struct iface *i = ifaces_by_name(p->ifs, t->ifname);
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = 6 };
	uint8_t frame[NEIGH_MAX];
	struct rg_addr own;
	size_t len;

	if (!i)
		return false;
	own = own_addr(i, &t->addr);
	len = neigh_ask(frame, i->mac, &own, &t->addr);
	if (!len)
		return false;
	to.sll_ifindex = (int)i->ifindex;
	memcpy(to.sll_addr, frame, 6);
	memcpy(&to.sll_protocol, frame + 12, 2);
	return sendto(p->tx, frame, len, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to)) ==
	       (ssize_t)len;
}

/* What the kernel hands over: answers, or nothing at all. */
static int hear(const struct probes *p, bool on)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, ARP_OP_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NEIGH_ARP_REPLY, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, on ? PACKET_MAX : 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { .len = sizeof(code) / sizeof(code[0]), .filter = code };
	struct icmp6_filter f;

	ICMP6_FILTER_SETBLOCKALL(&f);
	if (on)
		ICMP6_FILTER_SETPASS(NEIGH_ND_ADVERTISEMENT, &f);
	if (setsockopt(p->arp, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ||
	    (p->nd >= 0 && setsockopt(p->nd, IPPROTO_ICMPV6, ICMP6_FILTER, &f, sizeof(f))))
		return -errno;
	return 0;
}

static void set_on(struct probes *p, struct group *g, bool on)
{
	if (g->on == on)
		return;
	g->on = on;
	p->asking += on ? 1 : -1u;
	if (p->asking == on && hear(p, on))
		log_warn("PROBE", "listening to answers");
}

/**
 * probes_ask() - ask once for each virtual address of a group, and listen from now on
 * @p: probes
 * @group: group; one without virtual addresses has nothing to ask for
 */
void probes_ask(struct probes *p, uint32_t group)
{
	struct group *g = group <= CONF_MAX_GROUPS ? p->group[group] : NULL;

	if (!g)
		return;
	set_on(p, g, true);
	for (size_t k = 0; k < g->n_targets; k++) {
		if (ask_one(p, &g->target[k]))
			g->st.sent++;
		else
			g->st.failed++;
	}
}

/**
 * probes_stop() - listen no longer
 * @p: probes
 * @group: group
 */
void probes_stop(struct probes *p, uint32_t group)
{
	if (group <= CONF_MAX_GROUPS && p->group[group])
		set_on(p, p->group[group], false);
}

/* -------------------------------------------------------------------- answers */

static bool asked(const struct group *g, const char *ifname, const struct rg_addr *a)
{
	for (size_t k = 0; g && g->on && k < g->n_targets; k++)
		if (!strcmp(g->target[k].ifname, ifname) && addr_equal(&g->target[k].addr, a))
			return true;
	return false;
}

static enum neigh_verdict take(struct probes *p, const struct neigh_answer *a, unsigned int ifindex)
{
	const struct iface *i = ifaces_by_index(p->ifs, ifindex);

	for (uint32_t id = 1; i && id <= CONF_MAX_GROUPS; id++) {
		if (!asked(p->group[id], i->name, &a->addr))
			continue;
		if (!memcmp(a->mac, i->mac, sizeof(a->mac)))
			return NEIGH_OWN;
		p->group[id]->st.answers++;
		p->ops->answer(p->arg, id, i->name, a);
		return NEIGH_OK;
	}
	return NEIGH_NOT_ASKED;
}

static bool read_arp(struct probes *p)
{
	struct sockaddr_ll from = { 0 };
	socklen_t size = sizeof(from);
	uint8_t buf[PACKET_MAX];
	ssize_t n = recvfrom(p->arp, buf, sizeof(buf), MSG_DONTWAIT, (struct sockaddr *)&from,
			     &size);
	struct neigh_answer a;
	enum neigh_verdict v;

	if (n < 0)
		return false;
	v = neigh_read_arp(buf, (size_t)n, &a);
	if (v == NEIGH_OK)
		v = take(p, &a, (unsigned int)from.sll_ifindex);
	p->bad[v]++;
	return true;
}

static unsigned int came_by(struct msghdr *m, int *hop_limit)
{
	struct in6_pktinfo info = { 0 };

	*hop_limit = -1;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
			memcpy(&info, CMSG_DATA(c), sizeof(info));
		else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT)
			memcpy(hop_limit, CMSG_DATA(c), sizeof(*hop_limit));
	}
	return info.ipi6_ifindex;
}

static bool read_nd(struct probes *p)
{
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))];
	uint8_t buf[PACKET_MAX];
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	ssize_t n = p->nd >= 0 ? recvmsg(p->nd, &m, MSG_DONTWAIT) : -1;
	unsigned int ifindex;
	struct neigh_answer a;
	enum neigh_verdict v;
	int hop_limit;

	if (n < 0)
		return false;
	ifindex = came_by(&m, &hop_limit);
	v = neigh_read_nd(buf, (size_t)n, hop_limit, &a);
	if (v == NEIGH_OK)
		v = take(p, &a, ifindex);
	p->bad[v]++;
	return true;
}

/**
 * probes_read() - take in the answers that have arrived
 * @p: probes
 *
 * To be called before time is allowed to pass a judgement.
 */
void probes_read(struct probes *p)
{
	bool more = p->asking;

	for (int i = 0; i < TURN_MAX && more; i++) {
		more = read_arp(p);
		more |= read_nd(p);
	}
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct probes *p = arg;

	(void)what;
	for (int i = 0; i < TURN_MAX; i++)
		if (!(fd == p->arp ? read_arp(p) : read_nd(p)))
			return;
}

/* ----------------------------------------------------------------------- set up */

static int listen_to(struct probes *p, struct event_base *base, int n, int fd)
{
	p->ev[n] = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, p);
	return !p->ev[n] || event_add(p->ev[n], NULL) ? -ENOMEM : 0;
}

/* The protocol comes last: what is heard before the filter stands would have to be read. */
static int open_arp(struct probes *p, struct event_base *base)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP) };

	p->tx = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	p->arp = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->tx < 0 || p->arp < 0)
		return -errno;
	if (hear(p, false) || bind(p->arp, (struct sockaddr *)&to, sizeof(to)))
		return -errno;
	return listen_to(p, base, 0, p->arp);
}

static int open_nd(struct probes *p, struct event_base *base)
{
	int one = 1, err;

	p->nd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);
	if (p->nd < 0)
		return errno == EAFNOSUPPORT ? 0 : -errno;
	err = hear(p, false);
	if (!err && (setsockopt(p->nd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof(one)) ||
		     setsockopt(p->nd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &one, sizeof(one))))
		err = -errno;
	return err ? err : listen_to(p, base, 1, p->nd);
}

/**
 * probes_open() - open the sockets
 * @base: event loop
 * @ifs: interfaces
 * @ops: callbacks
 * @arg: for @ops
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int probes_open(struct event_base *base, struct ifaces *ifs, const struct probes_ops *ops,
		void *arg, struct probes **out)
{
	struct probes *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	*p = (struct probes){
		.ifs = ifs, .ops = ops, .arg = arg, .tx = -1, .arp = -1, .nd = -1,
	};
	err = open_arp(p, base);
	if (!err)
		err = open_nd(p, base);
	if (err) {
		probes_close(p);
		return err;
	}
	*out = p;
	return 0;
}

static void free_group(struct probes *p, uint32_t id)
{
	struct group *g = p->group[id];

	if (!g)
		return;
	set_on(p, g, false);
	free(g->target);
	free(g);
	p->group[id] = NULL;
}

/**
 * probes_close() - ask nothing any more
 * @p: probes, may be NULL
 */
void probes_close(struct probes *p)
{
	const int fd[] = { p ? p->tx : -1, p ? p->arp : -1, p ? p->nd : -1 };

	if (!p)
		return;
	for (uint32_t id = 0; id <= CONF_MAX_GROUPS; id++)
		free_group(p, id);
	for (int n = 0; n < 2; n++)
		if (p->ev[n])
			event_free(p->ev[n]);
	for (int n = 0; n < 3; n++)
		if (fd[n] >= 0)
			close(fd[n]);
	free(p);
}

static bool in_group(const struct conf_if *i, uint32_t id)
{
	return i->in_group && i->group.id == id;
}

static int configure_group(struct probes *p, const struct conf *c, uint32_t id)
{
	struct group *g = p->group[id];
	struct target *t;
	size_t n = 0;

	for (uint32_t k = 0; k < c->n_ifs; k++)
		n += in_group(&c->iface[k], id) ? c->iface[k].n_vips : 0;
	t = calloc(n + 1, sizeof(*t));
	if (!g)
		g = calloc(1, sizeof(*g));
	if (!t || !g) {
		free(t);
		if (!p->group[id])
			free(g);
		return -ENOMEM;
	}
	p->group[id] = g;
	free(g->target);
	g->target = t;
	g->n_targets = n;
	for (uint32_t k = 0; k < c->n_ifs; k++) {
		const struct conf_if *i = &c->iface[k];

		for (uint32_t j = 0; in_group(i, id) && j < i->n_vips; j++, t++) {
			memcpy(t->ifname, i->name, sizeof(t->ifname));
			t->addr = i->vip[j].addr;
		}
	}
	return 0;
}

/**
 * probes_configure() - take the virtual addresses from a configuration
 * @p: probes
 * @c: the configuration, not kept
 *
 * Return: 0 or the first -errno; all groups are tried.
 */
int probes_configure(struct probes *p, const struct conf *c)
{
	int ret = 0;

	for (uint32_t id = 1; id <= CONF_MAX_GROUPS; id++) {
		int err = 0;

		if (conf_group(c, id))
			err = configure_group(p, c, id);
		else
			free_group(p, id);
		ret = ret ? ret : err;
	}
	return ret;
}

/**
 * probes_get() - what was asked
 * @p: probes
 * @group: group
 * @out: gets it; nothing for an unknown group
 */
void probes_get(const struct probes *p, uint32_t group, struct probe_state *out)
{
	*out = (struct probe_state){ 0 };
	if (group <= CONF_MAX_GROUPS && p->group[group])
		*out = p->group[group]->st;
}

/**
 * probes_bad() - what was heard while somebody asked, and is no answer
 * @p: probes
 * @v: why
 *
 * Return: how often.
 */
uint64_t probes_bad(const struct probes *p, enum neigh_verdict v)
{
	return p->bad[v];
}
