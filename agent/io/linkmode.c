// SPDX-License-Identifier: GPL-2.0-or-later
#include "linkmode.h"

#include <errno.h>
#include <stdlib.h>

#include <event2/event.h>
#include <linux/ethtool_netlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "io/log.h"

/* An answer: what the kernel said to an error, which libnl keeps as a code of its own. */
struct answer {
	int err;	/* -errno of the kernel */
	bool has;
	bool on;
};

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct answer *a = arg;

	(void)from;
	a->err = e->error;
	return NL_STOP;
}

static int on_modes(struct nl_msg *msg, void *arg)
{
	struct nlattr *tb[ETHTOOL_A_LINKMODES_MAX + 1];
	struct answer *a = arg;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, tb, ETHTOOL_A_LINKMODES_MAX, NULL) < 0 ||
	    !tb[ETHTOOL_A_LINKMODES_AUTONEG])
		return NL_OK;
	a->has = true;
	a->on = nla_get_u8(tb[ETHTOOL_A_LINKMODES_AUTONEG]);
	return NL_OK;
}

static int put(struct nl_msg *msg, int family, uint8_t cmd, const char *ifname, const bool *on)
{
	struct nlattr *header;
	int err = -NLE_NOMEM;

	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, NLM_F_REQUEST | NLM_F_ACK, cmd,
			 ETHTOOL_GENL_VERSION))
		return err;
	header = nla_nest_start(msg, ETHTOOL_A_LINKMODES_HEADER | NLA_F_NESTED);
	if (!header)
		return err;
	err = nla_put_string(msg, ETHTOOL_A_HEADER_DEV_NAME, ifname);
	nla_nest_end(msg, header);
	if (!err && on)
		err = nla_put_u8(msg, ETHTOOL_A_LINKMODES_AUTONEG, *on);
	return err;
}

static int ask(struct nl_sock *nl, uint8_t cmd, const char *ifname, const bool *on)
{
	struct nl_msg *msg = nlmsg_alloc();
	int err = msg ? genl_connect(nl) : -NLE_NOMEM;
	int family = err ? err : genl_ctrl_resolve(nl, ETHTOOL_GENL_NAME);

	err = family < 0 ? family : put(msg, family, cmd, ifname, on);
	if (!err)
		err = nl_send_auto(nl, msg);
	nlmsg_free(msg);
	return err < 0 ? err : nl_recvmsgs_default(nl);
}

static int request(uint8_t cmd, const char *ifname, const bool *on, struct answer *a)
{
	struct nl_sock *nl = nl_socket_alloc();
	int err;

	*a = (struct answer){ 0 };
	if (!nl)
		return -ENOMEM;
	err = nl_socket_modify_cb(nl, NL_CB_VALID, NL_CB_CUSTOM, on_modes, a);
	if (!err)
		err = nl_socket_modify_err_cb(nl, NL_CB_CUSTOM, on_error, a);
	if (!err)
		err = ask(nl, cmd, ifname, on);
	/* The acknowledgment comes behind the answer. */
	if (!err && a->has)
		err = nl_recvmsgs_default(nl);
	nl_socket_free(nl);
	/* Kernels before 5.6 have no such family. */
	if (err == -NLE_OBJ_NOTFOUND || a->err == -ENOENT)
		return -EOPNOTSUPP;
	return a->err ? a->err : err < 0 ? -EIO : 0;
}

/**
 * linkmode_autoneg_get() - does an interface negotiate
 * @ifname: interface
 * @on: gets it
 *
 * Return: 0, -EOPNOTSUPP if it has nothing to negotiate, -ENODEV, or another -errno.
 */
int linkmode_autoneg_get(const char *ifname, bool *on)
{
	struct answer a;
	int err = request(ETHTOOL_MSG_LINKMODES_GET, ifname, NULL, &a);

	if (!err && !a.has)
		err = -EOPNOTSUPP;
	*on = a.on;
	return err;
}

/**
 * linkmode_autoneg_set() - let an interface negotiate, or hold it to what it has
 * @ifname: interface
 * @on: negotiate
 *
 * Its link goes down for a moment, with most drivers.
 *
 * Return: 0, -EOPNOTSUPP if its driver does not know that, or another -errno.
 */
int linkmode_autoneg_set(const char *ifname, bool on)
{
	struct answer a;

	return request(ETHTOOL_MSG_LINKMODES_SET, ifname, &on, &a);
}

struct linkmode {
	struct nl_sock *nl;
	struct event *ev;
	linkmode_fn fn;
	void *arg;
};

static int on_notice(struct nl_msg *msg, void *arg)
{
	struct nlattr *tb[ETHTOOL_A_LINKMODES_MAX + 1], *header[ETHTOOL_A_HEADER_MAX + 1];
	const struct genlmsghdr *g = nlmsg_data(nlmsg_hdr(msg));
	struct linkmode *l = arg;

	if (g->cmd == ETHTOOL_MSG_LINKMODES_NTF &&
	    !genlmsg_parse(nlmsg_hdr(msg), 0, tb, ETHTOOL_A_LINKMODES_MAX, NULL) &&
	    tb[ETHTOOL_A_LINKMODES_HEADER] &&
	    !nla_parse_nested(header, ETHTOOL_A_HEADER_MAX, tb[ETHTOOL_A_LINKMODES_HEADER],
			      NULL) &&
	    header[ETHTOOL_A_HEADER_DEV_NAME])
		l->fn(l->arg, nla_get_string(header[ETHTOOL_A_HEADER_DEV_NAME]));
	return NL_OK;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct linkmode *l = arg;
	int err;

	(void)fd;
	(void)what;
	do {
		err = nl_recvmsgs_default(l->nl);
	} while (!err);
	if (err == -NLE_NOMEM)
		l->fn(l->arg, NULL);
	else if (err != -NLE_AGAIN)
		log_warnx("IFACE", "reading notices of ethtool: %s", nl_geterror(err));
}

static int listen_notices(struct linkmode *l)
{
	int err = genl_connect(l->nl), group;

	/* The look-up needs the sequence numbers that notices do not have. */
	group = err ? err :
		      genl_ctrl_resolve_grp(l->nl, ETHTOOL_GENL_NAME, ETHTOOL_MCGRP_MONITOR_NAME);
	if (group < 0)
		return group;
	nl_socket_disable_seq_check(l->nl);
	err = nl_socket_modify_cb(l->nl, NL_CB_VALID, NL_CB_CUSTOM, on_notice, l);
	if (!err)
		err = nl_socket_set_nonblocking(l->nl);
	return err ? err : nl_socket_add_membership(l->nl, group);
}

/**
 * linkmode_watch() - be told when somebody sets how an interface negotiates
 * @base: event loop
 * @fn: called from the event loop, also for what we set
 * @arg: for @fn
 * @out: gets it
 *
 * Return: 0, -ENOMEM, -EOPNOTSUPP if the kernel does not tell (before 5.6).
 */
int linkmode_watch(struct event_base *base, linkmode_fn fn, void *arg, struct linkmode **out)
{
	struct linkmode *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	*l = (struct linkmode){ .nl = nl_socket_alloc(), .fn = fn, .arg = arg };
	err = l->nl ? 0 : -ENOMEM;
	if (!err && listen_notices(l))
		err = -EOPNOTSUPP;
	if (!err) {
		l->ev = event_new(base, nl_socket_get_fd(l->nl), EV_READ | EV_PERSIST, on_readable,
				  l);
		if (!l->ev || event_add(l->ev, NULL) < 0)
			err = -ENOMEM;
	}
	if (err) {
		linkmode_unwatch(l);
		return err;
	}
	*out = l;
	return 0;
}

/**
 * linkmode_unwatch() - be told no more
 * @l: may be NULL
 */
void linkmode_unwatch(struct linkmode *l)
{
	if (!l)
		return;
	if (l->ev)
		event_free(l->ev);
	if (l->nl)
		nl_socket_free(l->nl);
	free(l);
}
