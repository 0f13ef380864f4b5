// SPDX-License-Identifier: GPL-2.0-or-later
#include "neightable.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#define BUF_SIZE 65536

/* Times of an entry are in ticks of so many a second (USER_HZ). */
#define TICKS 100

#define VALID                                                                                      \
	(NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY)

/**
 * struct neightable - the table
 * @fd: reads and asks
 * @seq: of the last message sent; @reading: of the read that runs, 0: none
 */
struct neightable {
	const struct neightable_ops *ops;
	void *arg;
	int fd;
	struct event *ev;
	uint32_t seq;
	uint32_t reading;
	char buf[BUF_SIZE];
};

static struct nlmsghdr *unconst(const struct nlmsghdr *h)
{
	return (struct nlmsghdr *)(uintptr_t)h;
}

static bool take_entry(const struct nlmsghdr *h, struct nlattr **tb, struct neigh *e)
{
	const struct ndmsg *d = nlmsg_data(unconst(h));
	int len = d->ndm_family == AF_INET ? 4 : 16;
	struct nda_cacheinfo ci;

	memset(e, 0, sizeof(*e));
	/* What somebody has written down never answered. */
	if ((d->ndm_family != AF_INET && d->ndm_family != AF_INET6) || d->ndm_flags & NTF_PROXY ||
	    d->ndm_state & (NUD_PERMANENT | NUD_NOARP) || !tb[NDA_DST] ||
	    nla_len(tb[NDA_DST]) != len || !tb[NDA_CACHEINFO] ||
	    nla_len(tb[NDA_CACHEINFO]) < (int)sizeof(ci))
		return false;
	memcpy(&ci, nla_data(tb[NDA_CACHEINFO]), sizeof(ci));
	e->addr.family = d->ndm_family == AF_INET ? RG_V4 : RG_V6;
	memcpy(e->addr.b, nla_data(tb[NDA_DST]), (size_t)len);
	if (tb[NDA_LLADDR] && nla_len(tb[NDA_LLADDR]) == sizeof(e->mac))
		memcpy(e->mac, nla_data(tb[NDA_LLADDR]), sizeof(e->mac));
	e->valid = d->ndm_state & VALID && tb[NDA_LLADDR];
	e->reachable = d->ndm_state & NUD_REACHABLE && tb[NDA_LLADDR];
	e->age_ms = ci.ndm_confirmed * (UINT64_C(1000) / TICKS);
	return true;
}

static void ended(struct neightable *t, int err)
{
	t->reading = 0;
	t->ops->end(t->arg, err);
}

static void take_message(struct neightable *t, const struct nlmsghdr *h)
{
	struct nlattr *tb[NDA_MAX + 1];
	struct neigh e;
	int err = 0;

	/* What the kernel does not want to ask does not answer. */
	if (!t->reading || h->nlmsg_seq != t->reading)
		return;
	if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE) {
		if (h->nlmsg_len >= NLMSG_LENGTH(sizeof(err)))
			memcpy(&err, NLMSG_DATA(h), sizeof(err));
		ended(t, err);
		return;
	}
	if (h->nlmsg_type == RTM_NEWNEIGH &&
	    nlmsg_parse(unconst(h), sizeof(struct ndmsg), tb, NDA_MAX, NULL) >= 0 &&
	    take_entry(h, tb, &e))
		t->ops->entry(t->arg,
			      (unsigned int)((struct ndmsg *)nlmsg_data(unconst(h)))->ndm_ifindex,
			      &e);
}

/* One buffer a turn. */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct neightable *t = arg;
	const struct nlmsghdr *h = (const struct nlmsghdr *)(const void *)t->buf;
	ssize_t len = recv(fd, t->buf, sizeof(t->buf), MSG_TRUNC);
	int left;

	(void)what;
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len < 0 || (size_t)len > sizeof(t->buf)) {
		if (t->reading)
			ended(t, len < 0 ? -errno : -EMSGSIZE);
		return;
	}
	for (left = (int)len; NLMSG_OK(h, (uint32_t)left); h = NLMSG_NEXT(h, left))
		take_message(t, h);
}

/**
 * neightable_read() - read all of it
 * @t: the table
 *
 * Return: 0: the end will be told from the loop; -EBUSY: a read runs; or another -errno.
 */
int neightable_read(struct neightable *t)
{
	struct {
		struct nlmsghdr h;
		struct ndmsg d;
	} q = {
		.h = { .nlmsg_len = sizeof(q), .nlmsg_type = RTM_GETNEIGH,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP, .nlmsg_seq = ++t->seq },
	};

	if (t->reading)
		return -EBUSY;
	if (send(t->fd, &q, sizeof(q), 0) != sizeof(q))
		return -errno;
	t->reading = t->seq;
	return 0;
}

struct question {
	struct nlmsghdr h;
	struct ndmsg d;
	char attrs[64];
};

static void put(struct question *q, unsigned short type, const void *data, size_t len)
{
	char *at = q->attrs + q->h.nlmsg_len - NLMSG_LENGTH(sizeof(q->d));
	struct nlattr a = { .nla_len = (unsigned short)(NLA_HDRLEN + len), .nla_type = type };

	memcpy(at, &a, sizeof(a));
	memcpy(at + NLA_HDRLEN, data, len);
	q->h.nlmsg_len += NLMSG_ALIGN(a.nla_len);
}

/**
 * neightable_ask() - let the kernel ask a neighbour whether it is there
 * @t: the table
 * @ifindex: of its interface
 * @e: address, and MAC address if it is known
 *
 * One that is known is asked directly and goes on being used meanwhile; another one is looked for.
 */
void neightable_ask(struct neightable *t, unsigned int ifindex, const struct neigh *e)
{
	struct question q = {
		.h = { .nlmsg_len = NLMSG_LENGTH(sizeof(q.d)), .nlmsg_type = RTM_NEWNEIGH,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE,
		       .nlmsg_seq = ++t->seq },
		.d = { .ndm_family = e->addr.family == RG_V4 ? AF_INET : AF_INET6,
		       .ndm_ifindex = (int)ifindex,
		       .ndm_state = e->valid ? NUD_PROBE : NUD_NONE,
		       .ndm_flags = e->valid ? 0 : NTF_USE },
	};

	put(&q, NDA_DST, e->addr.b, e->addr.family == RG_V4 ? 4 : 16);
	if (e->valid)
		put(&q, NDA_LLADDR, e->mac, sizeof(e->mac));
	/* Whether it was heard is seen when the table is read. */
	(void)send(t->fd, &q, q.h.nlmsg_len, 0);
}

/**
 * neightable_open() - nothing read yet
 * @base: event loop
 * @ops: called from it
 * @arg: for @ops
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int neightable_open(struct event_base *base, const struct neightable_ops *ops, void *arg,
		    struct neightable **out)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct neightable *t = calloc(1, sizeof(*t));
	int err = 0;

	if (!t)
		return -ENOMEM;
	t->ops = ops;
	t->arg = arg;
	t->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (t->fd < 0 || connect(t->fd, (struct sockaddr *)&kernel, sizeof(kernel)))
		err = -errno;
	if (!err) {
		t->ev = event_new(base, t->fd, EV_READ | EV_PERSIST, on_readable, t);
		if (!t->ev || event_add(t->ev, NULL))
			err = -ENOMEM;
	}
	if (err)
		neightable_close(t);
	else
		*out = t;
	return err;
}

/**
 * neightable_close() - read no more
 * @t: may be NULL
 */
void neightable_close(struct neightable *t)
{
	if (!t)
		return;
	if (t->ev)
		event_free(t->ev);
	if (t->fd >= 0)
		close(t->fd);
	free(t);
}
