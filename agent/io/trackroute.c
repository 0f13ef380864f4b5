// SPDX-License-Identifier: GPL-2.0-or-later
#include "trackroute.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <event2/event.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "core/conf.h"
#include "io/clock.h"
#include "io/ifaces.h"
#include "io/log.h"
#include "io/loop.h"

/* Of several events at once, and until the kernel has drawn its consequences. */
#define SETTLE_MS 10
/* After a read that failed. */
#define RETRY_MS 1000

/* A change during a read makes it worthless; it is not often the case so many times running. */
#define READ_TRIES 5

#define BUF_SIZE 65536
#define RCVBUF (1024 * 1024)

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

/**
 * struct trackroutes - the objects and the table
 * @timer: when it is read next
 * @events: socket of the kernel's events, @ev its readiness
 * @table: socket of the read that runs, -1: none; @table_ev its readiness
 * @seq: number of that read
 * @family: which table it is about
 * @again: something happened meanwhile
 * @interrupted: the kernel says that this read may not have seen everything
 * @tries: so many running were interrupted
 * @v: the objects, as last known
 * @found: which of them this read has found
 */
struct trackroutes {
	struct event_base *base;
	const struct ifaces *ifs;
	trackroute_fn fn;
	void *arg;
	struct loop_timer timer;
	int events;
	struct event *ev;
	int table;
	struct event *table_ev;
	uint32_t seq;
	uint8_t family;
	bool again;
	bool interrupted;
	unsigned int tries;
	size_t n;
	struct trackroute v[CONF_MAX_TRACKS];
	bool found[CONF_MAX_TRACKS];
	struct trackroute_stats stats;
	char buf[BUF_SIZE];
};

/* ------------------------------------------------------------- one message */

static struct nlmsghdr *unconst(const struct nlmsghdr *h)
{
	return (struct nlmsghdr *)(uintptr_t)h;
}

static bool next_hop(const struct trackroutes *w, uint32_t flags, int ifindex)
{
	return !(flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) && ifindex > 0 &&
	       iface_usable(ifaces_by_index(w->ifs, (unsigned int)ifindex));
}

static bool any_hop(const struct trackroutes *w, struct nlattr *paths)
{
	const struct rtnexthop *nh = nla_data(paths);
	int left = nla_len(paths);

	while (RTNH_OK(nh, left)) {
		if (next_hop(w, nh->rtnh_flags, nh->rtnh_ifindex))
			return true;
		left -= (int)RTNH_ALIGN(nh->rtnh_len);
		nh = RTNH_NEXT(nh);
	}
	return false;
}

/* Does it lead somewhere?  Next hops that are objects of their own may not be told with it. */
static bool leads(const struct trackroutes *w, const struct rtmsg *r, struct nlattr **tb)
{
	if (r->rtm_type != RTN_UNICAST)
		return false;
	if (tb[RTA_MULTIPATH])
		return any_hop(w, tb[RTA_MULTIPATH]);
	if (tb[RTA_OIF])
		return next_hop(w, r->rtm_flags, (int)nla_get_u32(tb[RTA_OIF]));
	return !(r->rtm_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN));
}

static bool read_prefix(const struct rtmsg *r, struct nlattr *dst, struct rg_prefix *p)
{
	int len = r->rtm_family == AF_INET ? 4 : 16;

	memset(p, 0, sizeof(*p));
	if (r->rtm_family != AF_INET && r->rtm_family != AF_INET6)
		return false;
	p->addr.family = r->rtm_family == AF_INET ? RG_V4 : RG_V6;
	p->len = r->rtm_dst_len;
	if (dst && nla_len(dst) == len)
		memcpy(p->addr.b, nla_data(dst), (size_t)len);
	else if (dst || p->len)
		return false;
	return true;
}

/* Return: the object that a route of the main table is about, n: none. */
static size_t match(struct trackroutes *w, const struct nlmsghdr *h, struct nlattr **tb)
{
	const struct rtmsg *r = nlmsg_data(unconst(h));
	struct rg_prefix p;
	size_t k;

	if (nlmsg_parse(unconst(h), sizeof(*r), tb, RTA_MAX, NULL) < 0 ||
	    r->rtm_table != RT_TABLE_MAIN || r->rtm_flags & RTM_F_CLONED || r->rtm_src_len ||
	    !read_prefix(r, tb[RTA_DST], &p))
		return w->n;
	for (k = 0; k < w->n; k++)
		if (w->v[k].prefix.len == p.len && addr_equal(&w->v[k].prefix.addr, &p.addr))
			break;
	return k;
}

/* Several objects may be about one prefix. */
static void found(struct trackroutes *w, size_t first)
{
	for (size_t k = first; k < w->n; k++)
		if (w->v[k].prefix.len == w->v[first].prefix.len &&
		    addr_equal(&w->v[k].prefix.addr, &w->v[first].prefix.addr))
			w->found[k] = true;
}

/* --------------------------------------------------------------- the table */

static void end_read(struct trackroutes *w)
{
	if (w->table_ev)
		event_free(w->table_ev);
	w->table_ev = NULL;
	if (w->table >= 0)
		close(w->table);
	w->table = -1;
}

static void read_failed(struct trackroutes *w, int err)
{
	end_read(w);
	w->stats.errors++;
	log_warnx("TRACK", "reading routes: %s", strerror(err));
	loop_timer_set(&w->timer, mono_add_ms(clock_now(), RETRY_MS));
}

static bool wants(const struct trackroutes *w, uint8_t family)
{
	for (size_t k = 0; k < w->n; k++)
		if (w->v[k].prefix.addr.family == (family == AF_INET ? RG_V4 : RG_V6))
			return true;
	return false;
}

/* Without the strict check the kernel ignores the filter and hands out every table that it has. */
static int ask(struct trackroutes *w)
{
	struct {
		struct nlmsghdr h;
		struct rtmsg r;
	} q = {
		.h = { .nlmsg_len = sizeof(q), .nlmsg_type = RTM_GETROUTE,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP, .nlmsg_seq = ++w->seq },
		.r = { .rtm_family = w->family, .rtm_table = RT_TABLE_MAIN },
	};
	int one = 1;

	(void)setsockopt(w->table, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	return send(w->table, &q, sizeof(q), 0) == sizeof(q) ? 0 : -errno;
}

static void table_done(struct trackroutes *w)
{
	int err = 0;

	if (w->family == AF_INET && wants(w, AF_INET6)) {
		w->family = AF_INET6;
		err = ask(w);
		if (err)
			read_failed(w, -err);
		return;
	}
	end_read(w);
	w->stats.reads++;
	if (w->interrupted && ++w->tries < READ_TRIES) {
		loop_timer_set(&w->timer, mono_add_ms(clock_now(), SETTLE_MS));
		return;
	}
	w->tries = 0;
	for (size_t k = 0; k < w->n; k++)
		w->v[k].up = w->found[k];
	if (w->again)
		loop_timer_set(&w->timer, mono_add_ms(clock_now(), SETTLE_MS));
	w->fn(w->arg, w->v, w->n);
}

/* Return: 1: more will come, 0: that was the end, -errno. */
static int take_message(struct trackroutes *w, const struct nlmsghdr *h)
{
	struct nlattr *tb[RTA_MAX + 1];
	int err = 0;
	size_t k;

	if (h->nlmsg_seq != w->seq)
		return 1;
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		w->interrupted = true;
	switch (h->nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		if (h->nlmsg_len >= NLMSG_LENGTH(sizeof(err)))
			memcpy(&err, NLMSG_DATA(h), sizeof(err));
		/* A table without a route need not exist. */
		return err == -ENOENT ? 0 : err;
	case RTM_NEWROUTE:
		k = match(w, h, tb);
		if (k < w->n && leads(w, nlmsg_data(unconst(h)), tb))
			found(w, k);
		return 1;
	default:
		return 1;
	}
}

/* One buffer a turn. */
static void on_table(evutil_socket_t fd, short what, void *arg)
{
	struct trackroutes *w = arg;
	const struct nlmsghdr *h = (const struct nlmsghdr *)(const void *)w->buf;
	ssize_t len = recv(fd, w->buf, sizeof(w->buf), MSG_TRUNC);
	int more = 1, left;

	(void)what;
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len < 0 || (size_t)len > sizeof(w->buf)) {
		read_failed(w, len < 0 ? errno : EMSGSIZE);
		return;
	}
	for (left = (int)len; more > 0 && NLMSG_OK(h, (uint32_t)left); h = NLMSG_NEXT(h, left))
		more = take_message(w, h);
	if (more < 0)
		read_failed(w, -more);
	else if (!more)
		table_done(w);
}

static void on_timer(void *arg, mono_t now)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct trackroutes *w = arg;
	int err = 0;

	(void)now;
	if (!w->n)
		return;
	if (w->table >= 0) {
		w->again = true;
		return;
	}
	w->again = false;
	w->interrupted = false;
	memset(w->found, 0, sizeof(w->found));
	w->family = wants(w, AF_INET) ? AF_INET : AF_INET6;
	w->table = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (w->table < 0 ||
	    connect(w->table, (struct sockaddr *)&kernel, sizeof(kernel))) {
		read_failed(w, errno);
		return;
	}
	w->table_ev = event_new(w->base, w->table, EV_READ | EV_PERSIST, on_table, w);
	if (!w->table_ev || event_add(w->table_ev, NULL))
		err = -ENOMEM;
	if (!err)
		err = ask(w);
	if (err)
		read_failed(w, -err);
}

/* -------------------------------------------------------------- the events */

/**
 * trackroutes_look() - something happened to an interface or an address
 * @w: all of them
 */
void trackroutes_look(struct trackroutes *w)
{
	if (w->n && mono_is_never(w->timer.at))
		loop_timer_set(&w->timer, mono_add_ms(clock_now(), SETTLE_MS));
}

static void take_event(struct trackroutes *w, const struct nlmsghdr *h)
{
	struct nlattr *tb[RTA_MAX + 1];

	if ((h->nlmsg_type == RTM_NEWROUTE || h->nlmsg_type == RTM_DELROUTE) &&
	    match(w, h, tb) == w->n)
		return;
	w->stats.events++;
	trackroutes_look(w);
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	struct trackroutes *w = arg;
	const struct nlmsghdr *h;
	ssize_t len;
	int left;

	(void)what;
	while ((len = recv(fd, w->buf, sizeof(w->buf), 0)) >= 0) {
		h = (const struct nlmsghdr *)(const void *)w->buf;
		for (left = (int)len; NLMSG_OK(h, (uint32_t)left); h = NLMSG_NEXT(h, left))
			take_event(w, h);
	}
	if (errno == ENOBUFS) {
		w->stats.overruns++;
		trackroutes_look(w);
	} else if (errno != EAGAIN && errno != EINTR) {
		log_warn("TRACK", "reading events of routes");
	}
}

/*
 * Lets only routes of the main table through whose length is that of a tracked prefix, so that a
 * router with a full table of the Internet is not woken by all of it.
 */
static int attach_filter(const struct trackroutes *w)
{
	const uint32_t table_at = NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_table);
	const uint32_t len_at = NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_dst_len);
	/* Loads are big-endian, the header is in the order of the machine. */
	struct sock_filter code[8 + CONF_MAX_TRACKS + 2] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 1, 0),
		/* next hops that are objects of their own */
		BPF_STMT(BPF_RET | BPF_K, w->n ? UINT32_MAX : 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, table_at),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RT_TABLE_MAIN, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, len_at),
	};
	struct sock_fprog prog = { .len = 8, .filter = code };

	for (size_t k = 0; k < w->n; k++)
		code[prog.len++] =
			(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, w->v[k].prefix.len,
						     (uint8_t)(w->n - k), 0);
	code[prog.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	code[prog.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	return setsockopt(w->events, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ? -errno :
											  0;
}

/**
 * trackroutes_configure() - watch the routes of a configuration
 * @w: all of them
 * @c: the configuration
 *
 * The table is read soon, if there is any.
 *
 * Return: 0, or the -errno of setting the socket's filter.
 */
int trackroutes_configure(struct trackroutes *w, const struct conf *c)
{
	int err;

	/* What a read has found so far is about the former ones. */
	end_read(w);
	w->n = 0;
	for (uint32_t i = 0; i < c->n_tracks; i++)
		if (c->track[i].kind == CONF_TRACK_ROUTE)
			w->v[w->n++] = (struct trackroute){ .id = c->track[i].id,
							    .prefix = c->track[i].route };
	err = attach_filter(w);
	if (w->n)
		loop_timer_set(&w->timer, clock_now());
	return err;
}

/**
 * trackroutes_stats() - counters
 * @w: all of them
 * @out: gets them
 */
void trackroutes_stats(const struct trackroutes *w, struct trackroute_stats *out)
{
	*out = w->stats;
}

static int open_events(struct trackroutes *w)
{
	static const int groups[] = { RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_NEXTHOP };
	struct sockaddr_nl sa = { .nl_family = AF_NETLINK };
	int size = RCVBUF, err;

	w->events = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (w->events < 0 || bind(w->events, (struct sockaddr *)&sa, sizeof(sa)))
		return -errno;
	(void)setsockopt(w->events, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	err = attach_filter(w);
	for (size_t i = 0; !err && i < sizeof(groups) / sizeof(groups[0]); i++)
		if (setsockopt(w->events, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
			       sizeof(groups[i])))
			err = -errno;
	if (err)
		return err;
	w->ev = event_new(w->base, w->events, EV_READ | EV_PERSIST, on_event, w);
	return w->ev && !event_add(w->ev, NULL) ? 0 : -ENOMEM;
}

/**
 * trackroutes_open() - watch routes; none yet
 * @base: event loop
 * @ifs: interfaces
 * @fn: called from the loop when the table has been read
 * @arg: for @fn
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int trackroutes_open(struct event_base *base, const struct ifaces *ifs, trackroute_fn fn, void *arg,
		     struct trackroutes **out)
{
	struct trackroutes *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	*w = (struct trackroutes){
		.base = base, .ifs = ifs, .fn = fn, .arg = arg, .events = -1, .table = -1
	};
	err = loop_timer_init(&w->timer, base, on_timer, w);
	if (!err)
		err = open_events(w);
	if (err) {
		trackroutes_close(w);
		return err;
	}
	*out = w;
	return 0;
}

/**
 * trackroutes_close() - watch no more
 * @w: may be NULL
 */
void trackroutes_close(struct trackroutes *w)
{
	if (!w)
		return;
	end_read(w);
	if (w->ev)
		event_free(w->ev);
	if (w->events >= 0)
		close(w->events);
	loop_timer_free(&w->timer);
	free(w);
}
