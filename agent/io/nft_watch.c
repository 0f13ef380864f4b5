// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "io/log.h"

#define TABLES_MAX	4
#define RCVBUF		(1024 * 1024)

struct nft_watch {
	struct nl_sock *nl;
	struct event *ev;
	const char *table[TABLES_MAX];
	size_t n_tables;
	nft_watch_fn fn;
	void *arg;
	bool touched;
	bool gone;
};

/*
 * The name of the table is attribute 1 of every kind of object: NFTA_TABLE_NAME, NFTA_CHAIN_TABLE,
 * NFTA_RULE_TABLE, NFTA_OBJ_TABLE, ...
 */
static int on_msg(struct nl_msg *msg, void *arg)
{
	const struct nlmsghdr *h = nlmsg_hdr(msg);
	const struct nfgenmsg *m = nlmsg_data(h);
	struct nft_watch *w = arg;
	struct nlattr *name;

	if (NFNL_SUBSYS_ID(h->nlmsg_type) != NFNL_SUBSYS_NFTABLES ||
	    NFNL_MSG_TYPE(h->nlmsg_type) == NFT_MSG_NEWGEN ||
	    (m->nfgen_family != NFPROTO_INET && m->nfgen_family != NFPROTO_ARP))
		return NL_OK;
	name = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)h, sizeof(*m), NFTA_TABLE_NAME);
	for (size_t k = 0; name && k < w->n_tables; k++) {
		if (nla_strcmp(name, w->table[k]))
			continue;
		w->touched = true;
		/* Within one transaction it may come back. */
		if (NFNL_MSG_TYPE(h->nlmsg_type) == NFT_MSG_DELTABLE)
			w->gone = true;
		else if (NFNL_MSG_TYPE(h->nlmsg_type) == NFT_MSG_NEWTABLE)
			w->gone = false;
	}
	return NL_OK;
}

static void read_events(struct nft_watch *w)
{
	int err;

	do {
		err = nl_recvmsgs_default(w->nl);
	} while (!err);
	/* Nobody knows what was lost: look. */
	if (err == -NLE_NOMEM)
		w->touched = true;
	else if (err != -NLE_AGAIN)
		log_warnx("NAT", "reading events of nftables: %s", nl_geterror(err));
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct nft_watch *w = arg;

	bool gone;

	(void)fd;
	(void)what;
	read_events(w);
	if (!w->touched)
		return;
	gone = w->gone;
	w->touched = false;
	w->gone = false;
	w->fn(w->arg, gone);
}

/**
 * nft_watch_open() - be told of changes
 * @base: event loop
 * @tables: names of tables of the families inet and arp, borrowed
 * @n: how many, at most 4
 * @fn: called from the event loop
 * @arg: for @fn
 * @out: gets it
 *
 * Return: 0, -EINVAL, -ENOMEM, -EIO.
 */
int nft_watch_open(struct event_base *base, const char *const *tables, size_t n, nft_watch_fn fn,
		   void *arg, struct nft_watch **out)
{
	struct nft_watch *w;
	int err = 0;

	if (n > TABLES_MAX)
		return -EINVAL;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	*w = (struct nft_watch){ .nl = nl_socket_alloc(), .n_tables = n, .fn = fn, .arg = arg };
	memcpy(w->table, tables, n * sizeof(*tables));
	if (w->nl) {
		nl_socket_disable_seq_check(w->nl);
		err = nl_socket_modify_cb(w->nl, NL_CB_VALID, NL_CB_CUSTOM, on_msg, w);
		if (!err)
			err = nl_connect(w->nl, NETLINK_NETFILTER);
		if (!err)
			err = nl_socket_set_nonblocking(w->nl);
		if (!err)
			err = nl_socket_set_buffer_size(w->nl, RCVBUF, 0);
		if (!err)
			err = nl_socket_add_memberships(w->nl, NFNLGRP_NFTABLES, 0);
		if (!err)
			w->ev = event_new(base, nl_socket_get_fd(w->nl), EV_READ | EV_PERSIST,
					  on_readable, w);
	}
	if (!w->ev || event_add(w->ev, NULL) < 0) {
		nft_watch_close(w);
		return err ? -EIO : -ENOMEM;
	}
	*out = w;
	return 0;
}

/**
 * nft_watch_close() - be told no more
 * @w: may be NULL
 */
void nft_watch_close(struct nft_watch *w)
{
	if (!w)
		return;
	if (w->ev)
		event_free(w->ev);
	if (w->nl)
		nl_socket_free(w->nl);
	free(w);
}

/**
 * nft_watch_drain() - forget what was queued until now
 * @w: watch
 *
 * After a transaction of our own, whose notifications are all queued when it ends.
 */
void nft_watch_drain(struct nft_watch *w)
{
	read_events(w);
	w->touched = false;
	w->gone = false;
}
