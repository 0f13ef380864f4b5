// SPDX-License-Identifier: GPL-2.0-or-later
#include "knl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <netlink/genl/ctrl.h>

#include "io/knl_priv.h"
#include "io/log.h"

/**
 * knl_open() - open the command socket
 * @k: overwritten
 *
 * The module need not be there: knl_family_load() looks for it.
 *
 * Return: 0 or -errno.
 */
int knl_open(struct knl *k)
{
	memset(k, 0, sizeof(*k));
	return knl_sock_open(&k->sock);
}

/**
 * knl_close() - close the command socket
 * @k: the client
 */
void knl_close(struct knl *k)
{
	knl_sock_close(&k->sock);
	k->family = 0;
}

/**
 * knl_msg() - begin a request
 * @family: type of the message
 * @cmd: NF_RG_CMD_*
 * @flags: NLM_F_*
 * @room: bytes of attributes that it must take, 0: a page
 *
 * Return: the message or NULL.
 */
struct nl_msg *knl_msg(uint16_t family, uint8_t cmd, uint16_t flags, size_t room)
{
	struct nl_msg *msg = room ? nlmsg_alloc_size(room + 256) : nlmsg_alloc();

	if (!msg)
		return NULL;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags, cmd,
			 NF_RG_GENL_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/**
 * knl_attrs() - the attributes of a message of the family
 * @nlh: the message
 * @tb: table of NF_RG_A_MAX + 1 pointers
 *
 * Return: 0 or -EBADMSG.
 */
int knl_attrs(const struct nlmsghdr *nlh, struct nlattr **tb)
{
	/*
	 * The kernel is trusted with types, but not with being the same version: each user checks
	 * lengths.
	 */
	return genlmsg_parse((struct nlmsghdr *)nlh, 0, tb, NF_RG_A_MAX, NULL) < 0 ? -EBADMSG : 0;
}

/**
 * knl_put_addr() - add an address
 * @msg: the message
 * @type: attribute type
 * @a: address, its family gives the length
 *
 * Return: 0 or a negative number if the message is full.
 */
int knl_put_addr(struct nl_msg *msg, int type, const struct rg_addr *a)
{
	return nla_put(msg, type, a->family == RG_V4 ? 4 : 16, a->b);
}

/**
 * knl_get_addr() - read an address
 * @a: attribute, may be NULL
 * @out: the address
 *
 * Return: false if there is none or its length is wrong.
 */
bool knl_get_addr(const struct nlattr *a, struct rg_addr *out)
{
	memset(out, 0, sizeof(*out));
	if (!a || (nla_len(a) != 4 && nla_len(a) != 16))
		return false;
	out->family = nla_len(a) == 4 ? RG_V4 : RG_V6;
	memcpy(out->b, nla_data(a), (size_t)nla_len(a));
	return true;
}

/**
 * knl_refusal() - log and count a refused request
 * @k: the client
 * @what: the request, as a person would name it
 * @err: -errno
 * @text: the kernel's explanation or NULL
 */
void knl_refusal(struct knl *k, const char *what, int err, const char *text)
{
	k->refused++;
	snprintf(k->last_refusal, sizeof(k->last_refusal), "%s: %s%s%s", what, strerror(-err),
		 text ? ": " : "", text ? text : "");
	log_warnx("KERNEL", "%s", k->last_refusal);
}

struct talk {
	uint32_t seq;
	bool done;
	int err;
	char text[128];
	knl_msg_fn fn;
	void *arg;
};

static void talk_msg(void *arg, const struct nlmsghdr *nlh)
{
	struct talk *t = arg;
	const char *text;

	if (nlh->nlmsg_seq != t->seq)
		return;
	if (nlh->nlmsg_type != NLMSG_ERROR && nlh->nlmsg_type != NLMSG_DONE) {
		if (t->fn)
			t->fn(t->arg, nlh);
		return;
	}
	t->done = true;
	t->err = knl_err_of(nlh);
	text = knl_extack_text(nlh);
	if (text)
		snprintf(t->text, sizeof(t->text), "%s", text);
}

static const char *cmd_name(uint8_t cmd)
{
	static const char *const name[] = {
		[NF_RG_CMD_GROUP_NEW] = "create group",
		[NF_RG_CMD_GROUP_DEL] = "delete group",
		[NF_RG_CMD_GROUP_GET] = "get group",
		[NF_RG_CMD_SET_ROLE] = "set role",
		[NF_RG_CMD_MAPPING_NEW] = "create mapping",
		[NF_RG_CMD_MAPPING_DEL] = "delete mapping",
		[NF_RG_CMD_MAPPING_GET] = "get mapping",
		[NF_RG_CMD_FLUSH] = "flush group",
		[NF_RG_CMD_STATS_GET] = "get counters",
		[NF_RG_CMD_ATTACH] = "attach",
	};

	return cmd < sizeof(name) / sizeof(name[0]) && name[cmd] ? name[cmd] : "request";
}

/*
 * Has the module been unloaded under us?  A group that is not there is refused with the same error.
 */
static bool family_gone(struct knl *k)
{
	uint16_t before = k->family;

	return knl_family_look(k) || k->family != before;
}

/**
 * knl_talk() - send a request and take its answer
 * @k: the client
 * @sock: socket to use
 * @msg: sent with an acknowledgment asked for, and freed; may be NULL (out of memory)
 * @fn: called for each message of the answer, may be NULL
 * @arg: for @fn
 *
 * Return: 0 or -errno; -ENODEV if the module has gone.
 */
int knl_talk(struct knl *k, struct knl_sock *sock, struct nl_msg *msg, knl_msg_fn fn, void *arg)
{
	struct talk t = { .fn = fn, .arg = arg };
	uint16_t type;
	uint8_t cmd;
	int err;

	if (!msg)
		return -ENOMEM;
	type = nlmsg_hdr(msg)->nlmsg_type;
	cmd = genlmsg_hdr(nlmsg_hdr(msg))->cmd;
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK;
	err = knl_sock_send(sock, msg, &t.seq);
	while (!err && !t.done) {
		err = knl_sock_recv(sock, true, talk_msg, &t);
		err = err > 0 ? 0 : err;
	}
	if (!err)
		err = t.err;
	if (!err || type != k->family)
		return err;
	if ((err == -ENOENT || err == -EOPNOTSUPP) && family_gone(k))
		return -ENODEV;
	/* Whether there is such a group is a question, not a request. */
	if (cmd != NF_RG_CMD_GROUP_GET || err != -ENOENT)
		knl_refusal(k, cmd_name(cmd), err, t.text[0] ? t.text : NULL);
	return err;
}

struct look {
	uint16_t family;
	uint32_t mcgrp;
};

static void look_groups(const struct nlattr *groups, struct look *l)
{
	const struct nlattr *g;
	int rem;

	nla_for_each_nested(g, groups, rem) {
		const struct nlattr *name =
			nla_find(nla_data(g), nla_len(g), CTRL_ATTR_MCAST_GRP_NAME);
		const struct nlattr *id = nla_find(nla_data(g), nla_len(g), CTRL_ATTR_MCAST_GRP_ID);

		if (name && id && !nla_strcmp(name, NF_RG_MCGRP_EVENTS))
			l->mcgrp = nla_get_u32(id);
	}
}

static void look_msg(void *arg, const struct nlmsghdr *nlh)
{
	struct nlattr *tb[CTRL_ATTR_MAX + 1];
	struct look *l = arg;

	if (genlmsg_parse((struct nlmsghdr *)nlh, 0, tb, CTRL_ATTR_MAX, NULL) < 0)
		return;
	if (!tb[CTRL_ATTR_FAMILY_NAME] || !tb[CTRL_ATTR_FAMILY_ID] ||
	    nla_strcmp(tb[CTRL_ATTR_FAMILY_NAME], NF_RG_GENL_NAME))
		return;
	l->family = nla_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	if (tb[CTRL_ATTR_MCAST_GROUPS])
		look_groups(tb[CTRL_ATTR_MCAST_GROUPS], l);
}

static int family_ask(struct knl *k, bool load)
{
	struct nl_msg *msg = knl_msg(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, load ? 0 : NLM_F_DUMP, 0);
	struct look l = { 0 };
	int err;

	if (!msg)
		return -ENOMEM;
	if (load && nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, NF_RG_GENL_NAME) < 0) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	err = knl_talk(k, &k->sock, msg, look_msg, &l);
	if (err && err != -ENOENT)
		return err;
	k->family = l.family;
	k->mcgrp = l.mcgrp;
	return l.family ? 0 : -ENODEV;
}

/**
 * knl_family_load() - find the family; the kernel loads the module for it if it can
 * @k: the client
 *
 * Return: 0, -ENODEV without the module, or another -errno.
 */
int knl_family_load(struct knl *k)
{
	return family_ask(k, true);
}

/**
 * knl_family_look() - find the family without loading its module, which somebody may just have
 * unloaded on purpose
 * @k: the client
 *
 * Return: 0, -ENODEV without the module, or another -errno.
 */
int knl_family_look(struct knl *k)
{
	return family_ask(k, false);
}

/**
 * knl_family_lost() - forget the family: its module has been unloaded
 * @k: the client
 */
void knl_family_lost(struct knl *k)
{
	k->family = 0;
	k->mcgrp = 0;
}
