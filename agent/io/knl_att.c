// SPDX-License-Identifier: GPL-2.0-or-later
#include "knl_att.h"

#include <errno.h>
#include <string.h>

#include <event2/event.h>

#include "io/clock.h"
#include "io/knl_priv.h"
#include "io/log.h"

/*
 * Datagrams taken in one turn of the loop, so that a flood of changes cannot keep hellos waiting.
 */
#define TURN_MAX 16

/* If so much was to be done in one turn, the next one comes later: see synclink.c. */
#define TURN_NS 1000000
#define REST_NS 1000000

/* Bytes of the attributes of fixed length in a request. */
#define FIXED_ROOM 128

/**
 * knl_att_init() - a socket that is not open yet
 * @a: overwritten
 * @k: client, outlives @a
 * @base: event base
 * @ops: callbacks
 * @arg: for @ops
 */
void knl_att_init(struct knl_att *a, struct knl *k, struct event_base *base,
		  const struct knl_att_ops *ops, void *arg)
{
	memset(a, 0, sizeof(*a));
	a->k = k;
	a->base = base;
	a->ops = ops;
	a->arg = arg;
}

static struct knl_att_pending *pending_slot(struct knl_att *a, uint32_t nlseq)
{
	return &a->pending[nlseq % KNL_ATT_PENDING];
}

static struct knl_att_pending *pending_find(struct knl_att *a, uint32_t nlseq)
{
	struct knl_att_pending *p = pending_slot(a, nlseq);

	return p->kind && p->nlseq == nlseq ? p : NULL;
}

/*
 * libnl numbers the messages of a socket one after the other, so equal slots mean that an answer is
 * overdue by a whole table.
 */
static int request_with(struct knl_att *a, struct nl_msg *msg, const struct knl_att_pending *what,
			int type, const void *data, size_t len)
{
	struct knl_att_pending *p;
	uint32_t nlseq;
	int err;

	nl_complete_msg(a->sock.nl, msg);
	p = pending_slot(a, nlmsg_hdr(msg)->nlmsg_seq);
	if (p->kind) {
		nlmsg_free(msg);
		return -EAGAIN;
	}
	err = data ? knl_sock_send_with(&a->sock, msg, type, data, len, &nlseq) :
		     knl_sock_send(&a->sock, msg, &nlseq);
	if (err)
		return err;
	*p = *what;
	p->nlseq = nlseq;
	return 0;
}

static int request(struct knl_att *a, struct nl_msg *msg, const struct knl_att_pending *what)
{
	return request_with(a, msg, what, 0, NULL, 0);
}

/* @room: bytes of attributes beside those of fixed length */
static struct nl_msg *att_msg(struct knl_att *a, uint8_t cmd, uint16_t flags, uint32_t group,
			      size_t room)
{
	struct nl_msg *msg = knl_msg(a->k->family, cmd, flags, room + FIXED_ROOM);

	if (msg && nla_put_u32(msg, NF_RG_A_GROUP, group) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/**
 * knl_att_sync() - start, restart or stop sending the changes of a group
 * @a: the socket
 * @group: group
 * @sync: how
 *
 * The answer comes through ops->synced.
 *
 * Return: 0 or -errno.
 */
int knl_att_sync(struct knl_att *a, uint32_t group, const struct knl_sync *sync)
{
	struct knl_att_pending p = { .kind = KNL_ATT_SYNC, .group = group,
				     .session = sync->session };
	uint32_t flags = sync->merge ? NF_RG_F_MERGE : sync->bulk ? NF_RG_F_BULK : 0;
	struct nl_msg *msg;

	if (!a->attached)
		return -ENOTCONN;
	msg = att_msg(a, NF_RG_CMD_SYNC, NLM_F_ACK, group, 0);
	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, NF_RG_A_SESSION, sync->session) < 0 ||
	    (sync->session && nla_put_u32(msg, NF_RG_A_VERSION, sync->version) < 0) ||
	    (sync->session && !sync->merge &&
	     nla_put_u64(msg, NF_RG_A_PEER_INSTANCE, sync->peer_instance) < 0) ||
	    (sync->session && flags && nla_put_u32(msg, NF_RG_A_FLAGS, flags) < 0)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return request(a, msg, &p);
}

/**
 * knl_att_receive() - a receiving session begins or ended
 * @a: the socket
 * @group: group
 * @session: number of the session, 0: ended
 *
 * The answer comes through ops->received.
 *
 * Return: 0 or -errno.
 */
int knl_att_receive(struct knl_att *a, uint32_t group, uint32_t session)
{
	struct knl_att_pending p = { .kind = KNL_ATT_RECEIVE, .group = group, .session = session };
	struct nl_msg *msg;

	if (!a->attached)
		return -ENOTCONN;
	msg = att_msg(a, NF_RG_CMD_SYNC_RECEIVE, NLM_F_ACK, group, 0);
	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, NF_RG_A_SESSION, session) < 0) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return request(a, msg, &p);
}

/**
 * knl_att_install() - hand a batch of the peer to the kernel
 * @a: the socket
 * @b: the batch
 *
 * The answer comes through ops->installed.
 *
 * Return: 0 or -errno.
 */
int knl_att_install(struct knl_att *a, const struct knl_batch *b)
{
	struct knl_att_pending p = {
		.kind = KNL_ATT_INSTALL,
		.group = b->group,
		.epoch = b->epoch,
		.epoch_system = b->epoch_system,
		.seq = b->seq,
	};
	struct nl_msg *msg;
	int err;

	if (!a->attached)
		return -ENOTCONN;
	if (b->len > NF_RG_PUSH_MAX)
		return -EMSGSIZE;
	msg = att_msg(a, NF_RG_CMD_INSTALL, 0, b->group, 0);
	if (!msg)
		return -ENOMEM;
	if (nla_put_u64(msg, NF_RG_A_EPOCH, b->epoch) < 0 ||
	    nla_put_u64(msg, NF_RG_A_EPOCH_SYSTEM, b->epoch_system) < 0 ||
	    nla_put_u64(msg, NF_RG_A_SEQ, b->seq) < 0 ||
	    nla_put_u32(msg, NF_RG_A_BATCH, b->flags) < 0 ||
	    nla_put_u32(msg, NF_RG_A_GENERATION, b->generation) < 0) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	err = request_with(a, msg, &p, NF_RG_A_RECORDS, b->records ? b->records : "", b->len);
	if (!err)
		a->installs++;
	return err;
}

/**
 * knl_att_ack() - the peer's kernel has answered a batch
 * @a: the socket
 * @ack: the answer
 *
 * Return: 0 or -errno.
 */
int knl_att_ack(struct knl_att *a, const struct knl_ack *ack)
{
	size_t len = ack->n_refusals * sizeof(struct nf_rg_refusal);
	struct nl_msg *msg;

	if (!a->attached)
		return -ENOTCONN;
	msg = att_msg(a, NF_RG_CMD_ACK, 0, ack->group, len + ack->digest_len);
	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, NF_RG_A_SESSION, ack->session) < 0 ||
	    nla_put_u64(msg, NF_RG_A_SEQ, ack->seq) < 0 ||
	    (len && nla_put(msg, NF_RG_A_REFUSALS, (int)len, ack->refusals) < 0) ||
	    (ack->digest_len &&
	     nla_put(msg, NF_RG_A_DIGEST, (int)ack->digest_len, ack->digest) < 0)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	a->acks++;
	return knl_sock_send(&a->sock, msg, NULL);
}

/**
 * knl_att_verify() - have the kernel compare the peer's table with its own
 * @a: the socket
 * @group: group
 *
 * Return: 0 or -errno.
 */
int knl_att_verify(struct knl_att *a, uint32_t group)
{
	struct nl_msg *msg;

	if (!a->attached)
		return -ENOTCONN;
	msg = att_msg(a, NF_RG_CMD_VERIFY, 0, group, 0);
	if (!msg)
		return -ENOMEM;
	return knl_sock_send(&a->sock, msg, NULL);
}

static uint32_t u32_of(struct nlattr *a)
{
	return a && nla_len(a) >= 4 ? nla_get_u32(a) : 0;
}

static uint64_t u64_of(struct nlattr *a)
{
	return a && nla_len(a) >= 8 ? nla_get_u64(a) : 0;
}

static void on_push(struct knl_att *a, struct nlattr **tb)
{
	struct knl_batch b = {
		.group = u32_of(tb[NF_RG_A_GROUP]),
		.session = u32_of(tb[NF_RG_A_SESSION]),
		.epoch = u64_of(tb[NF_RG_A_EPOCH]),
		.epoch_system = u64_of(tb[NF_RG_A_EPOCH_SYSTEM]),
		.seq = u64_of(tb[NF_RG_A_SEQ]),
		.flags = u32_of(tb[NF_RG_A_BATCH]),
		.generation = u32_of(tb[NF_RG_A_GENERATION]),
		.count = u32_of(tb[NF_RG_A_COUNT]),
	};

	if (tb[NF_RG_A_RECORDS]) {
		b.records = nla_data(tb[NF_RG_A_RECORDS]);
		b.len = (size_t)nla_len(tb[NF_RG_A_RECORDS]);
	}
	a->pushes++;
	a->push_bytes += b.len;
	a->ops->push(a->arg, &b);
}

static void finish(struct knl_att *a, struct knl_att_pending *slot, int err, struct nlattr **tb)
{
	struct knl_att_pending p = *slot;
	uint8_t sync = tb && tb[NF_RG_A_SYNC] ? nla_get_u8(tb[NF_RG_A_SYNC]) : NF_RG_SYNC_NONE;
	struct knl_installed i = {
		.group = p.group,
		.epoch = p.epoch,
		.epoch_system = p.epoch_system,
		.seq = p.seq,
		.err = err,
		.sync = sync,
	};

	/* Free before the callback, which may send the next request. */
	slot->kind = KNL_ATT_NONE;
	switch (p.kind) {
	case KNL_ATT_INSTALL:
		if (tb && tb[NF_RG_A_REFUSALS]) {
			i.refusals = nla_data(tb[NF_RG_A_REFUSALS]);
			i.n_refusals = (size_t)nla_len(tb[NF_RG_A_REFUSALS]) /
				       sizeof(struct nf_rg_refusal);
		}
		i.lost = tb ? u32_of(tb[NF_RG_A_LOST]) : 0;
		if (tb && tb[NF_RG_A_DIGEST]) {
			i.digest = nla_data(tb[NF_RG_A_DIGEST]);
			i.digest_len = (size_t)nla_len(tb[NF_RG_A_DIGEST]);
		}
		a->ops->installed(a->arg, &i);
		break;
	case KNL_ATT_SYNC:
		a->ops->synced(a->arg, p.group, p.session, err, sync);
		break;
	case KNL_ATT_RECEIVE:
		a->ops->received(a->arg, p.group, p.session, err);
		break;
	case KNL_ATT_NONE:
		break;
	}
}

static const char *kind_name(const struct knl_att_pending *p)
{
	static const char *const name[] = {
		[KNL_ATT_NONE] = "acknowledge",
		[KNL_ATT_INSTALL] = "install batch",
		[KNL_ATT_SYNC] = "start sending",
		[KNL_ATT_RECEIVE] = "start receiving",
	};

	return name[p ? p->kind : KNL_ATT_NONE];
}

static void on_error(struct knl_att *a, const struct nlmsghdr *nlh)
{
	struct knl_att_pending *p = pending_find(a, nlh->nlmsg_seq);
	int err = knl_err_of(nlh);

	if (err)
		knl_refusal(a->k, kind_name(p), err, knl_extack_text(nlh));
	if (p)
		finish(a, p, err, NULL);
	else if (err)
		a->ack_errors++;
}

static void on_msg(void *arg, const struct nlmsghdr *nlh)
{
	struct nlattr *tb[NF_RG_A_MAX + 1];
	struct knl_att *a = arg;
	struct knl_att_pending *p;

	if (a->close_after)
		return;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		on_error(a, nlh);
		return;
	}
	if (nlh->nlmsg_type != a->k->family || knl_attrs(nlh, tb)) {
		a->stray++;
		return;
	}
	if (genlmsg_hdr((struct nlmsghdr *)nlh)->cmd == NF_RG_CMD_PUSH) {
		on_push(a, tb);
		return;
	}
	/* The acknowledgment that follows an answer finds the slot empty, which is right. */
	p = pending_find(a, nlh->nlmsg_seq);
	if (p)
		finish(a, p, 0, tb);
	else
		a->stray++;
}

static void shut(struct knl_att *a)
{
	loop_timer_free(&a->rest);
	if (a->ev)
		event_free(a->ev);
	a->ev = NULL;
	knl_sock_close(&a->sock);
	memset(a->pending, 0, sizeof(a->pending));
	a->attached = false;
	a->close_after = false;
}

/**
 * knl_att_close() - give the attachment up; what was in flight is pending again in the kernel
 * @a: the socket
 */
void knl_att_close(struct knl_att *a)
{
	a->attached = false;
	if (a->handling)
		a->close_after = true;
	else
		shut(a);
}

static void on_rested(void *arg, mono_t now)
{
	struct knl_att *a = arg;

	(void)now;
	event_add(a->ev, NULL);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct knl_att *a = arg;
	mono_t begin = clock_now();
	int err = 1;

	(void)fd;
	(void)what;
	a->handling = true;
	for (int i = 0; i < TURN_MAX && err > 0 && !a->close_after; i++) {
		err = knl_sock_recv(&a->sock, false, on_msg, a);
		if (mono_span_ns(begin, clock_now()) > TURN_NS) {
			event_del(a->ev);
			loop_timer_set(&a->rest, mono_add_ns(clock_now(), REST_NS));
			break;
		}
	}
	a->handling = false;
	if (a->close_after) {
		shut(a);
		return;
	}
	if (err >= 0)
		return;
	a->overruns += err == -ENOBUFS;
	shut(a);
	a->ops->gone(a->arg, err);
}

static void version_msg(void *arg, const struct nlmsghdr *nlh)
{
	struct nlattr *tb[NF_RG_A_MAX + 1];
	struct knl_att *a = arg;

	if (!knl_attrs(nlh, tb))
		a->module_version = u32_of(tb[NF_RG_A_VERSION]);
}

static int attach(struct knl_att *a, uint32_t window)
{
	struct nl_msg *msg;

	if (!knl_present(a->k))
		return -ENODEV;
	msg = knl_msg(a->k->family, NF_RG_CMD_ATTACH, 0, 0);
	if (!msg)
		return -ENOMEM;
	if (nla_put_u32(msg, NF_RG_A_VERSION, NF_RG_VERSION) < 0 ||
	    nla_put_u32(msg, NF_RG_A_WINDOW, window) < 0) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return knl_talk(a->k, &a->sock, msg, version_msg, a);
}

/**
 * knl_att_open() - become the agent of this namespace
 * @a: the socket, not open
 * @window: unacknowledged batches in flight for a group, 1-1024
 * @groups: how many groups may send
 *
 * Return: 0, -ENODEV without the module, -EBUSY if another process is the agent, -EPROTO if the
 * module is of a version that does not work with ours, or another -errno.
 */
int knl_att_open(struct knl_att *a, uint32_t window, unsigned int groups)
{
	int err = knl_sock_open(&a->sock);

	if (err)
		return err;
	err = knl_sock_set_rcvbuf(&a->sock,
				  (uint64_t)window * NF_RG_PUSH_MAX * (groups ? groups : 1));
	if (err)
		log_warnx("KERNEL", "receive buffer: %s", strerror(-err));
	err = attach(a, window);
	if (!err) {
		a->ev = event_new(a->base, knl_sock_fd(&a->sock), EV_READ | EV_PERSIST, on_readable,
				  a);
		if (!a->ev || event_add(a->ev, NULL) ||
		    loop_timer_init(&a->rest, a->base, on_rested, a))
			err = -ENOMEM;
	}
	if (err)
		shut(a);
	else
		a->attached = true;
	return err;
}
