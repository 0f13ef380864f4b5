// SPDX-License-Identifier: GPL-2.0-or-later
#include "ifaces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "io/log.h"
#include "io/rtbatch.h"

#ifndef RG_IFA_PROTO
#define RG_IFA_PROTO	11
#endif

#define WATCHERS_MAX	1024	/* two a group, and those of the links */
#define EVENT_RCVBUF	(4 * 1024 * 1024)
#define DUMP_TRIES	5

struct entry {
	struct iface pub;
	struct iface_addr *addrs;
	size_t cap;
	bool stale;		/* not seen yet by the dump that runs */
};

struct watcher {
	iface_fn fn;
	void *arg;
};

struct ifaces {
	struct nl_sock *events;
	struct nl_sock *ask;
	struct event *ev;
	struct entry **v;
	size_t n, cap;
	struct watcher w[WATCHERS_MAX];
	size_t n_w;
	bool overrun;
};

static void tell(struct ifaces *ifs, enum iface_event ev, const struct iface *i,
		 const struct iface_addr *a)
{
	for (size_t k = 0; k < ifs->n_w; k++)
		ifs->w[k].fn(ifs->w[k].arg, ev, i, a);
}

static struct entry *find(const struct ifaces *ifs, unsigned int ifindex)
{
	for (size_t k = 0; k < ifs->n; k++) {
		if (ifs->v[k]->pub.ifindex == ifindex)
			return ifs->v[k];
	}
	return NULL;
}

static struct entry *add_entry(struct ifaces *ifs, unsigned int ifindex)
{
	struct entry *e;

	if (ifs->n == ifs->cap) {
		size_t cap = ifs->cap ? ifs->cap * 2 : 16;
		struct entry **v = realloc(ifs->v, cap * sizeof(*v));

		if (!v)
			return NULL;
		ifs->v = v;
		ifs->cap = cap;
	}
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->pub.ifindex = ifindex;
	ifs->v[ifs->n++] = e;
	return e;
}

static void drop_entry(struct ifaces *ifs, struct entry *e)
{
	for (size_t k = 0; k < ifs->n; k++) {
		if (ifs->v[k] == e) {
			ifs->v[k] = ifs->v[--ifs->n];
			break;
		}
	}
	/* Off the list first: who is told must not find it any more. */
	tell(ifs, IFACE_GONE, &e->pub, NULL);
	free(e->addrs);
	free(e);
}

static bool is_macvlan(struct nlattr *info)
{
	struct nlattr *tb[IFLA_INFO_MAX + 1];

	return info && nla_parse_nested(tb, IFLA_INFO_MAX, info, NULL) >= 0 &&
	       tb[IFLA_INFO_KIND] && !nla_strcmp(tb[IFLA_INFO_KIND], "macvlan");
}

static void read_link(const struct ifinfomsg *m, struct nlattr **tb, struct iface *out)
{
	out->ifindex = (unsigned int)m->ifi_index;
	nla_strlcpy(out->name, tb[IFLA_IFNAME], sizeof(out->name));
	out->admin_up = m->ifi_flags & IFF_UP;
	out->carrier = m->ifi_flags & IFF_LOWER_UP;
	out->operstate = tb[IFLA_OPERSTATE] ? nla_get_u8(tb[IFLA_OPERSTATE]) : IF_OPER_UNKNOWN;
	out->mtu = tb[IFLA_MTU] ? nla_get_u32(tb[IFLA_MTU]) : 0;
	out->lower = tb[IFLA_LINK] ? nla_get_u32(tb[IFLA_LINK]) : 0;
	out->devgroup = tb[IFLA_GROUP] ? nla_get_u32(tb[IFLA_GROUP]) : 0;
	out->macvlan = is_macvlan(tb[IFLA_LINKINFO]);
	memset(out->mac, 0, sizeof(out->mac));
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == 6)
		memcpy(out->mac, nla_data(tb[IFLA_ADDRESS]), 6);
}

static bool link_differs(const struct iface *a, const struct iface *b)
{
	return a->admin_up != b->admin_up || a->carrier != b->carrier ||
	       a->operstate != b->operstate || a->mtu != b->mtu ||
	       memcmp(a->mac, b->mac, sizeof(a->mac));
}

static void copy_link(struct iface *to, const struct iface *from)
{
	memcpy(to->name, from->name, sizeof(to->name));
	memcpy(to->mac, from->mac, sizeof(to->mac));
	to->admin_up = from->admin_up;
	to->carrier = from->carrier;
	to->operstate = from->operstate;
	to->mtu = from->mtu;
	to->lower = from->lower;
	to->devgroup = from->devgroup;
	to->macvlan = from->macvlan;
}

/*
 * Watchers know interfaces by name, so a new name is another interface, with the addresses that it
 * has.
 */
static void renamed(struct ifaces *ifs, struct entry *e, const struct iface *now)
{
	struct iface old = e->pub;

	log_notice("IFACE", "%s is called %s now", old.name, now->name);
	copy_link(&e->pub, now);
	tell(ifs, IFACE_GONE, &old, NULL);
	tell(ifs, IFACE_NEW, &e->pub, NULL);
	for (size_t k = 0; k < e->pub.n_addrs; k++)
		tell(ifs, IFACE_ADDR_NEW, &e->pub, &e->addrs[k]);
}

static void new_link(struct ifaces *ifs, const struct nlmsghdr *h)
{
	struct nlattr *tb[IFLA_MAX + 1];
	struct iface now = { 0 };
	struct entry *e;

	if (nlmsg_parse((struct nlmsghdr *)(uintptr_t)h, sizeof(struct ifinfomsg), tb, IFLA_MAX,
			NULL) < 0 ||
	    !tb[IFLA_IFNAME])
		return;
	read_link(nlmsg_data(h), tb, &now);
	e = find(ifs, now.ifindex);
	if (!e) {
		e = add_entry(ifs, now.ifindex);
		if (!e) {
			ifs->overrun = true;
			return;
		}
		copy_link(&e->pub, &now);
		tell(ifs, IFACE_NEW, &e->pub, NULL);
		return;
	}
	e->stale = false;
	if (strcmp(e->pub.name, now.name)) {
		renamed(ifs, e, &now);
	} else if (link_differs(&e->pub, &now)) {
		copy_link(&e->pub, &now);
		tell(ifs, IFACE_CHANGED, &e->pub, NULL);
	}
}

static bool read_addr(const struct nlmsghdr *h, unsigned int *ifindex, struct iface_addr *out)
{
	const struct ifaddrmsg *m = nlmsg_data(h);
	struct nlattr *tb[RG_IFA_PROTO + 1], *a;

	if (nlmsg_parse((struct nlmsghdr *)(uintptr_t)h, sizeof(*m), tb, RG_IFA_PROTO, NULL) < 0)
		return false;
	/* Of a point-to-point link IFA_ADDRESS is the other end. */
	a = tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];
	memset(out, 0, sizeof(*out));
	if (a && m->ifa_family == AF_INET && nla_len(a) == 4)
		out->addr.family = RG_V4;
	else if (a && m->ifa_family == AF_INET6 && nla_len(a) == 16)
		out->addr.family = RG_V6;
	else
		return false;
	memcpy(out->addr.b, nla_data(a), (size_t)nla_len(a));
	out->len = m->ifa_prefixlen;
	out->scope = m->ifa_scope;
	out->flags = tb[IFA_FLAGS] ? nla_get_u32(tb[IFA_FLAGS]) : m->ifa_flags;
	out->proto = tb[RG_IFA_PROTO] ? nla_get_u8(tb[RG_IFA_PROTO]) : 0;
	if (!out->proto && tb[IFA_LABEL]) {
		const char *label = nla_data(tb[IFA_LABEL]);
		size_t n = strnlen(label, (size_t)nla_len(tb[IFA_LABEL])),
		       suffix = strlen(RG_LABEL_SUFFIX);

		if (n > suffix && !memcmp(label + n - suffix, RG_LABEL_SUFFIX, suffix))
			out->proto = RG_RTPROTO;
	}
	*ifindex = m->ifa_index;
	return true;
}

static struct iface_addr *find_addr(struct entry *e, const struct iface_addr *a)
{
	for (size_t k = 0; k < e->pub.n_addrs; k++) {
		if (e->addrs[k].len == a->len && addr_equal(&e->addrs[k].addr, &a->addr))
			return &e->addrs[k];
	}
	return NULL;
}

static void new_addr(struct ifaces *ifs, const struct nlmsghdr *h)
{
	struct iface_addr a, *have;
	unsigned int ifindex;
	struct entry *e;

	if (!read_addr(h, &ifindex, &a))
		return;
	e = find(ifs, ifindex);
	if (!e)
		return;
	have = find_addr(e, &a);
	if (have && !memcmp(have, &a, sizeof(a)))
		return;
	if (!have) {
		if (e->pub.n_addrs == e->cap) {
			size_t cap = e->cap ? e->cap * 2 : 8;
			struct iface_addr *v = realloc(e->addrs, cap * sizeof(*v));

			if (!v) {
				ifs->overrun = true;
				return;
			}
			e->addrs = v;
			e->pub.addrs = v;
			e->cap = cap;
		}
		have = &e->addrs[e->pub.n_addrs++];
	}
	*have = a;
	tell(ifs, IFACE_ADDR_NEW, &e->pub, have);
}

static void del_addr(struct ifaces *ifs, const struct nlmsghdr *h)
{
	struct iface_addr a, *have;
	unsigned int ifindex;
	struct entry *e;

	if (!read_addr(h, &ifindex, &a))
		return;
	e = find(ifs, ifindex);
	have = e ? find_addr(e, &a) : NULL;
	if (!have)
		return;
	a = *have;
	memmove(have, have + 1, (size_t)(&e->addrs[e->pub.n_addrs] - (have + 1)) * sizeof(*have));
	e->pub.n_addrs--;
	tell(ifs, IFACE_ADDR_GONE, &e->pub, &a);
}

static void del_link(struct ifaces *ifs, const struct nlmsghdr *h)
{
	const struct ifinfomsg *m = nlmsg_data(h);
	struct entry *e;

	/* A bridge tells of a port that leaves it with the same message in its own family. */
	if (m->ifi_family != AF_UNSPEC)
		return;
	e = find(ifs, (unsigned int)m->ifi_index);
	if (e)
		drop_entry(ifs, e);
}

static int on_msg(struct nl_msg *msg, void *arg)
{
	const struct nlmsghdr *h = nlmsg_hdr(msg);

	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
		if (((const struct ifinfomsg *)nlmsg_data(h))->ifi_family == AF_UNSPEC)
			new_link(arg, h);
		break;
	case RTM_DELLINK:
		del_link(arg, h);
		break;
	case RTM_NEWADDR:
		new_addr(arg, h);
		break;
	case RTM_DELADDR:
		del_addr(arg, h);
		break;
	}
	return NL_OK;
}

static int dump(struct nl_sock *s, int type, void *hdr, size_t len)
{
	int err = nl_send_simple(s, type, NLM_F_DUMP, hdr, len);

	return err < 0 ? err : nl_recvmsgs_default(s);
}

/*
 * Addresses that vanished while we were deaf are not told one by one: IFACE_RESYNC says that all
 * must be looked at.
 */
static int read_once(struct ifaces *ifs, struct nl_sock *s)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC };
	struct ifaddrmsg addr = { .ifa_family = AF_UNSPEC };
	int err;

	for (size_t k = 0; k < ifs->n; k++) {
		ifs->v[k]->stale = true;
		ifs->v[k]->pub.n_addrs = 0;
	}
	ifs->overrun = false;
	err = dump(s, RTM_GETLINK, &link, sizeof(link));
	if (err < 0)
		return err;
	for (size_t k = ifs->n; k-- > 0;) {
		if (ifs->v[k]->stale)
			drop_entry(ifs, ifs->v[k]);
	}
	return dump(s, RTM_GETADDR, &addr, sizeof(addr));
}

static int read_all(struct ifaces *ifs)
{
	int err, tries = 0;

	do {
		struct nl_sock *s = nl_socket_alloc();

		if (!s)
			return -ENOMEM;
		err = nl_connect(s, NETLINK_ROUTE);
		if (!err)
			err = nl_socket_modify_cb(s, NL_CB_VALID, NL_CB_CUSTOM, on_msg, ifs);
		if (!err)
			err = read_once(ifs, s);
		nl_socket_free(s);
		/*
		 * A change during a dump makes it worthless; it is not often the case five times
		 * running.
		 */
	} while (err == -NLE_DUMP_INTR && ++tries < DUMP_TRIES);
	if (!err)
		return 0;
	log_warnx("IFACE", "reading interfaces: %s", nl_geterror(err));
	return -EIO;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct ifaces *ifs = arg;
	int err;

	(void)fd;
	(void)what;
	do {
		err = nl_recvmsgs_default(ifs->events);
	} while (!err);
	if (err == -NLE_NOMEM)
		ifs->overrun = true;
	else if (err != -NLE_AGAIN)
		log_warnx("IFACE", "reading events: %s", nl_geterror(err));
	if (ifs->overrun) {
		log_warnx("IFACE", "events were lost, reading all interfaces anew");
		read_all(ifs);
		tell(ifs, IFACE_RESYNC, NULL, NULL);
	}
}

/**
 * ifaces_read() - take in what has happened till now
 * @ifs: the monitor
 *
 * For who has just changed something and goes by what is there.  Watchers are called from here.
 */
void ifaces_read(struct ifaces *ifs)
{
	on_readable(-1, 0, ifs);
}

/**
 * ifaces_look() - ask the kernel how an interface is
 * @ifs: the monitor
 * @name: its name; one that does not exist is none
 *
 * A carrier that goes may be told a second later than it went.  Watchers are called from here.
 */
void ifaces_look(struct ifaces *ifs, const char *name)
{
	const struct iface *i = ifaces_by_name(ifs, name);
	struct ifinfomsg m = { .ifi_family = AF_UNSPEC };
	int err;

	if (!i)
		return;
	m.ifi_index = (int)i->ifindex;
	err = nl_send_simple(ifs->ask, RTM_GETLINK, 0, &m, sizeof(m));
	if (err >= 0)
		err = nl_recvmsgs_default(ifs->ask);
	if (err < 0)
		log_debug("IFACE", "asking for %s: %s", name, nl_geterror(err));
}

/* The kernel answers before the question returns. */
static int open_ask(struct ifaces *ifs)
{
	int err;

	ifs->ask = nl_socket_alloc();
	if (!ifs->ask)
		return -ENOMEM;
	nl_socket_disable_auto_ack(ifs->ask);
	err = nl_socket_modify_cb(ifs->ask, NL_CB_VALID, NL_CB_CUSTOM, on_msg, ifs);
	if (!err)
		err = nl_connect(ifs->ask, NETLINK_ROUTE);
	if (!err)
		err = nl_socket_set_nonblocking(ifs->ask);
	return err ? -EIO : 0;
}

static int listen_events(struct ifaces *ifs)
{
	int err;

	nl_socket_disable_seq_check(ifs->events);
	err = nl_socket_modify_cb(ifs->events, NL_CB_VALID, NL_CB_CUSTOM, on_msg, ifs);
	if (!err)
		err = nl_connect(ifs->events, NETLINK_ROUTE);
	if (!err)
		err = nl_socket_set_nonblocking(ifs->events);
	if (!err)
		err = nl_socket_add_memberships(ifs->events, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR,
						RTNLGRP_IPV6_IFADDR, 0);
	if (!err) {
		int size = EVENT_RCVBUF;

		if (setsockopt(nl_socket_get_fd(ifs->events), SOL_SOCKET, SO_RCVBUFFORCE, &size,
			       sizeof(size)) < 0)
			nl_socket_set_buffer_size(ifs->events, size, 0);
	}
	return err ? -EIO : 0;
}

/**
 * ifaces_open() - read all interfaces and addresses, and follow them from now on
 * @base: event loop
 * @out: gets the monitor
 *
 * Return: 0 or -errno.
 */
int ifaces_open(struct event_base *base, struct ifaces **out)
{
	struct ifaces *ifs = calloc(1, sizeof(*ifs));
	int err = -ENOMEM;

	if (!ifs)
		return -ENOMEM;
	ifs->events = nl_socket_alloc();
	if (!ifs->events)
		goto fail;
	/* Listen first, read then: what changes in between is told twice rather than never. */
	err = listen_events(ifs);
	if (!err)
		err = open_ask(ifs);
	if (!err)
		err = read_all(ifs);
	if (err)
		goto fail;
	ifs->ev = event_new(base, nl_socket_get_fd(ifs->events), EV_READ | EV_PERSIST, on_readable,
			    ifs);
	if (!ifs->ev || event_add(ifs->ev, NULL) < 0) {
		err = -ENOMEM;
		goto fail;
	}
	*out = ifs;
	return 0;
fail:
	ifaces_close(ifs);
	return err;
}

/**
 * ifaces_close() - stop following
 * @ifs: the monitor, may be NULL
 */
void ifaces_close(struct ifaces *ifs)
{
	if (!ifs)
		return;
	if (ifs->ev)
		event_free(ifs->ev);
	nl_socket_free(ifs->events);
	nl_socket_free(ifs->ask);
	for (size_t k = 0; k < ifs->n; k++) {
		free(ifs->v[k]->addrs);
		free(ifs->v[k]);
	}
	free(ifs->v);
	free(ifs);
}

/**
 * ifaces_watch() - be told of changes
 * @ifs: the monitor
 * @fn: called from the event loop
 * @arg: handed to @fn
 *
 * Return: 0, -ENOSPC when there are too many watchers.
 */
int ifaces_watch(struct ifaces *ifs, iface_fn fn, void *arg)
{
	if (ifs->n_w == WATCHERS_MAX)
		return -ENOSPC;
	ifs->w[ifs->n_w++] = (struct watcher){ .fn = fn, .arg = arg };
	return 0;
}

/**
 * ifaces_unwatch() - end that; not from within @fn
 * @ifs: the monitor
 * @fn: as given to ifaces_watch()
 * @arg: as given to ifaces_watch()
 */
void ifaces_unwatch(struct ifaces *ifs, iface_fn fn, void *arg)
{
	for (size_t k = 0; k < ifs->n_w; k++) {
		if (ifs->w[k].fn == fn && ifs->w[k].arg == arg) {
			ifs->w[k] = ifs->w[--ifs->n_w];
			return;
		}
	}
}

/**
 * ifaces_by_name() - look an interface up
 * @ifs: the monitor
 * @name: its name
 *
 * Return: the interface, NULL if it does not exist.
 */
const struct iface *ifaces_by_name(const struct ifaces *ifs, const char *name)
{
	for (size_t k = 0; k < ifs->n; k++) {
		if (!strcmp(ifs->v[k]->pub.name, name))
			return &ifs->v[k]->pub;
	}
	return NULL;
}

/**
 * ifaces_at() - one interface after the other, in no order
 * @ifs: the monitor
 * @k: from 0
 *
 * Return: the interface, NULL when there are not so many.
 */
const struct iface *ifaces_at(const struct ifaces *ifs, size_t k)
{
	return k < ifs->n ? &ifs->v[k]->pub : NULL;
}

/**
 * ifaces_by_index() - look an interface up
 * @ifs: the monitor
 * @ifindex: its index
 *
 * Return: the interface, NULL if it does not exist.
 */
const struct iface *ifaces_by_index(const struct ifaces *ifs, unsigned int ifindex)
{
	const struct entry *e = find(ifs, ifindex);

	return e ? &e->pub : NULL;
}

/**
 * ifaces_addresses() - all addresses of the machine that are not ours and not of the loopback
 * interface
 * @ifs: the monitor
 * @out: gets them
 * @max: room there
 *
 * Return: how many there are, which may be more than @max.
 */
size_t ifaces_addresses(const struct ifaces *ifs, struct rg_addr *out, size_t max)
{
	size_t n = 0;

	for (size_t k = 0; k < ifs->n; k++) {
		const struct iface *i = &ifs->v[k]->pub;

		if (!strcmp(i->name, "lo"))
			continue;
		for (size_t j = 0; j < i->n_addrs; j++) {
			if (iface_addr_ours(&i->addrs[j]))
				continue;
			if (n < max)
				out[n] = i->addrs[j].addr;
			n++;
		}
	}
	return n;
}
