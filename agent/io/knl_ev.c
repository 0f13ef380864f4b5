// SPDX-License-Identifier: GPL-2.0-or-later
#include "knl_ev.h"

#include <errno.h>
#include <string.h>

#include <event2/event.h>
#include <netlink/genl/ctrl.h>
#include <netlink/socket.h>

#include "io/knl_priv.h"

static void on_family(struct knl_ev *e, const struct nlmsghdr *nlh)
{
	uint8_t cmd = genlmsg_hdr((struct nlmsghdr *)nlh)->cmd;
	struct nlattr *tb[CTRL_ATTR_MAX + 1];

	if (genlmsg_parse((struct nlmsghdr *)nlh, 0, tb, CTRL_ATTR_MAX, NULL) < 0)
		return;
	if (!tb[CTRL_ATTR_FAMILY_NAME] || nla_strcmp(tb[CTRL_ATTR_FAMILY_NAME], NF_RG_GENL_NAME))
		return;
	if (cmd == CTRL_CMD_NEWFAMILY)
		e->ops->family_new(e->arg);
	else if (cmd == CTRL_CMD_DELFAMILY)
		e->ops->family_del(e->arg);
}

static void on_msg(void *arg, const struct nlmsghdr *nlh)
{
	struct nlattr *tb[NF_RG_A_MAX + 1];
	struct knl_ev *e = arg;
	struct knl_event ev = { 0 };

	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		on_family(e, nlh);
		return;
	}
	if (!knl_present(e->k) || nlh->nlmsg_type != e->k->family || knl_attrs(nlh, tb))
		return;
	if (!tb[NF_RG_A_EVENT] || nla_len(tb[NF_RG_A_EVENT]) < 4)
		return;
	ev.event = nla_get_u32(tb[NF_RG_A_EVENT]);
	if (tb[NF_RG_A_GROUP] && nla_len(tb[NF_RG_A_GROUP]) >= 4)
		ev.group = nla_get_u32(tb[NF_RG_A_GROUP]);
	if (tb[NF_RG_A_ROLE])
		ev.role = nla_get_u8(tb[NF_RG_A_ROLE]);
	if (tb[NF_RG_A_EPOCH] && nla_len(tb[NF_RG_A_EPOCH]) >= 8)
		ev.epoch = nla_get_u64(tb[NF_RG_A_EPOCH]);
	if (tb[NF_RG_A_EPOCH_SYSTEM] && nla_len(tb[NF_RG_A_EPOCH_SYSTEM]) >= 8)
		ev.epoch_system = nla_get_u64(tb[NF_RG_A_EPOCH_SYSTEM]);
	e->events++;
	e->ops->event(e->arg, &ev);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct knl_ev *e = arg;
	int err;

	(void)fd;
	(void)what;
	do {
		err = knl_sock_recv(&e->sock, false, on_msg, e);
	} while (err > 0);
	if (err == -ENOBUFS) {
		e->overruns++;
		e->ops->overrun(e->arg);
	}
}

/**
 * knl_ev_open() - listen whether the family comes or goes
 * @e: overwritten
 * @k: client, outlives @e
 * @base: event base
 * @ops: callbacks
 * @arg: for @ops
 *
 * Return: 0 or -errno.
 */
int knl_ev_open(struct knl_ev *e, struct knl *k, struct event_base *base,
		const struct knl_ev_ops *ops, void *arg)
{
	int group, err;

	memset(e, 0, sizeof(*e));
	e->k = k;
	e->ops = ops;
	e->arg = arg;
	err = knl_sock_open(&e->sock);
	if (err)
		return err;
	group = genl_ctrl_resolve_grp(e->sock.nl, "nlctrl", "notify");
	err = group < 0 ? knl_nl_errno(group) : nl_socket_add_membership(e->sock.nl, group);
	if (err) {
		knl_ev_close(e);
		return err < 0 ? err : -EIO;
	}
	e->ev = event_new(base, knl_sock_fd(&e->sock), EV_READ | EV_PERSIST, on_readable, e);
	if (!e->ev || event_add(e->ev, NULL)) {
		knl_ev_close(e);
		return -ENOMEM;
	}
	return 0;
}

/**
 * knl_ev_join() - listen to the family's own events, after the client has found it
 * @e: the listener
 *
 * Its multicast group goes with the family, and so does the membership.
 *
 * Return: 0 or -errno.
 */
int knl_ev_join(struct knl_ev *e)
{
	int err;

	if (!e->k->mcgrp)
		return -ENOENT;
	err = nl_socket_add_membership(e->sock.nl, (int)e->k->mcgrp);
	return err < 0 ? knl_nl_errno(err) : 0;
}

/**
 * knl_ev_close() - stop listening
 * @e: the listener
 */
void knl_ev_close(struct knl_ev *e)
{
	if (e->ev)
		event_free(e->ev);
	e->ev = NULL;
	knl_sock_close(&e->sock);
}
