// SPDX-License-Identifier: GPL-2.0-or-later
#include "rtwatch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <event2/event.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "core/conf.h"
#include "io/log.h"
#include "io/rtbatch.h"

struct rtwatch {
	struct nl_sock *nl;
	struct event *ev;
	uint32_t own_portid;
	uint8_t table;
	rtwatch_fn fn;
	void *arg;
};

/* Group of a route of ours in a table; 0: not ours. */
static uint32_t our_group(const struct nlmsghdr *h, uint8_t table)
{
	const struct rtmsg *r = nlmsg_data(h);
	struct nlattr *tb[RTA_MAX + 1];
	uint32_t metric;

	if ((h->nlmsg_type != RTM_NEWROUTE && h->nlmsg_type != RTM_DELROUTE) ||
	    r->rtm_protocol != RG_RTPROTO || r->rtm_table != table ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)h, sizeof(*r), tb, RTA_MAX, NULL) < 0 ||
	    !tb[RTA_PRIORITY])
		return 0;
	metric = nla_get_u32(tb[RTA_PRIORITY]);
	return metric > RG_METRIC_BASE && metric <= RG_METRIC_BASE + CONF_MAX_GROUPS ?
		metric - RG_METRIC_BASE : 0;
}

/* Where a route leads to. */
static bool route_dst(struct nlmsghdr *h, struct rg_prefix *to)
{
	const struct rtmsg *m = nlmsg_data(h);
	const struct nlattr *dst = nlmsg_find_attr(h, sizeof(struct rtmsg), RTA_DST);

	memset(to, 0, sizeof(*to));
	if (!dst || nla_len(dst) != (m->rtm_family == AF_INET ? 4 : 16))
		return false;
	to->addr.family = m->rtm_family == AF_INET ? RG_V4 : RG_V6;
	memcpy(to->addr.b, nla_data(dst), (size_t)nla_len(dst));
	to->len = m->rtm_dst_len;
	return true;
}

static int on_msg(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	struct rtwatch *w = arg;
	uint32_t group = our_group(h, w->table);
	struct rg_prefix dst;

	/* The kernel stamps a notification with the socket that caused it. */
	if (group && h->nlmsg_pid != w->own_portid && route_dst(h, &dst))
		w->fn(w->arg, group, &dst);
	return NL_OK;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct rtwatch *w = arg;
	int err;

	(void)fd;
	(void)what;
	do {
		err = nl_recvmsgs_default(w->nl);
	} while (!err);
	if (err == -NLE_NOMEM)
		w->fn(w->arg, 0, NULL);
	else if (err != -NLE_AGAIN)
		log_warnx("POOL", "reading events: %s", nl_geterror(err));
}

/* Removals of routes of our protocol. */
static int attach_filter(int fd)
{
	const uint32_t proto_at = NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_protocol);
	/* Loads are big-endian, the header is in the order of the machine. */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, proto_at),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RG_RTPROTO, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) < 0 ? -errno : 0;
}

/**
 * rtwatch_open() - be told of removals
 * @base: event loop
 * @own_portid: of the socket that our own changes go through, see rtsock_portid()
 * @table: table of the routes
 * @fn: called from the event loop, once a route
 * @arg: for @fn
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int rtwatch_open(struct event_base *base, uint32_t own_portid, uint8_t table, rtwatch_fn fn,
		 void *arg, struct rtwatch **out)
{
	struct rtwatch *w = calloc(1, sizeof(*w));
	int err = 0;

	if (!w)
		return -ENOMEM;
	*w = (struct rtwatch){
		.nl = nl_socket_alloc(), .own_portid = own_portid, .table = table, .fn = fn,
		.arg = arg
	};
	if (w->nl) {
		nl_socket_disable_seq_check(w->nl);
		err = nl_socket_modify_cb(w->nl, NL_CB_VALID, NL_CB_CUSTOM, on_msg, w);
		if (!err)
			err = nl_connect(w->nl, NETLINK_ROUTE);
		if (!err)
			err = nl_socket_set_nonblocking(w->nl);
		if (!err)
			err = attach_filter(nl_socket_get_fd(w->nl));
		if (!err)
			err = nl_socket_add_memberships(w->nl, RTNLGRP_IPV4_ROUTE,
							RTNLGRP_IPV6_ROUTE, 0);
		if (!err)
			w->ev = event_new(base, nl_socket_get_fd(w->nl), EV_READ | EV_PERSIST,
					  on_readable, w);
	}
	if (!w->ev || event_add(w->ev, NULL) < 0) {
		rtwatch_close(w);
		return err ? -EIO : -ENOMEM;
	}
	*out = w;
	return 0;
}

/**
 * rtwatch_close() - be told no more
 * @w: may be NULL
 */
void rtwatch_close(struct rtwatch *w)
{
	if (!w)
		return;
	if (w->ev)
		event_free(w->ev);
	if (w->nl)
		nl_socket_free(w->nl);
	free(w);
}

/* What is wanted, and where the removals of the rest are put together. */
struct stale {
	uint8_t table;
	uint32_t group;
	const struct rtroute *routes;
	size_t n_routes;
	struct rtbatch b;
	int err;
};

static int on_dumped(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	struct stale *st = arg;
	uint32_t group = our_group(h, st->table);
	struct rtroute r = { .type = RTROUTE_BLACKHOLE };

	if (!group || (st->group && st->group != group) || st->err || !route_dst(h, &r.dst))
		return NL_OK;
	for (size_t k = 0; k < st->n_routes; k++) {
		const struct rg_prefix *p = &st->routes[k].dst;

		if (p->len == r.dst.len && addr_equal(&p->addr, &r.dst.addr))
			return NL_OK;
	}
	st->err = rtbatch_route(&st->b, false, st->table, group, &r);
	return NL_OK;
}

static int dump_routes(struct nl_sock *nl, int family, uint8_t table)
{
	struct rtmsg r = {
		.rtm_family = (uint8_t)family,
		.rtm_table = table,
		.rtm_protocol = RG_RTPROTO,
	};
	int err = nl_send_simple(nl, RTM_GETROUTE, NLM_F_DUMP, &r, sizeof(r));

	return err < 0 ? err : nl_recvmsgs_default(nl);
}

/**
 * rtstale_remove() - remove routes of ours that are not wanted
 * @rt: socket for the removal
 * @table: the table
 * @group: of this group; 0: of all groups
 * @routes: these stay
 * @n_routes: how many
 *
 * Return: 0 or -errno.
 */
int rtstale_remove(struct rtsock *rt, uint8_t table, uint32_t group, const struct rtroute *routes,
		   size_t n_routes)
{
	struct stale st = {
		.table = table, .group = group, .routes = routes, .n_routes = n_routes
	};
	struct nl_sock *nl = nl_socket_alloc();
	int err, one = 1;

	if (!nl)
		return -ENOMEM;
	err = nl_socket_modify_cb(nl, NL_CB_VALID, NL_CB_CUSTOM, on_dumped, &st);
	if (!err)
		err = nl_connect(nl, NETLINK_ROUTE);
	/* Otherwise the kernel ignores the filter and hands out every route that it has. */
	if (!err && setsockopt(nl_socket_get_fd(nl), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one,
			       sizeof(one)) < 0)
		log_warn("POOL", "filtering the dump of routes");
	if (!err)
		err = dump_routes(nl, AF_INET, table);
	if (!err)
		err = dump_routes(nl, AF_INET6, table);
	nl_socket_free(nl);
	if (err)
		log_warnx("POOL", "reading routes: %s", nl_geterror(err));
	err = err ? -EIO : st.err;
	if (!err && st.b.n)
		err = rtbatch_run(rt, &st.b, NULL, NULL);
	rtbatch_free(&st.b);
	return err;
}
