// SPDX-License-Identifier: GPL-2.0-or-later
#include "knl_sock.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

/*
 * A PUSH is at most NF_RG_PUSH_MAX bytes of records and some headers; a dump answer is at most 32
 * KiB.
 */
#define KNL_BUF_SIZE (64 * 1024)

/**
 * knl_nl_errno() - errno of a libnl error
 * @nlerr: negative code of libnl
 *
 * Return: -errno.
 */
int knl_nl_errno(int nlerr)
{
	switch (-nlerr) {
	case NLE_SUCCESS:
		return 0;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_AGAIN:
		return -EAGAIN;
	case NLE_MSGSIZE:
		return -EMSGSIZE;
	default:
		return errno ? -errno : -EIO;
	}
}

/**
 * knl_sock_open() - open a generic netlink socket
 * @s: the socket, contents are overwritten
 *
 * Acknowledgments are asked for by the sender of each message, not by default.
 *
 * Return: 0 or -errno.
 */
int knl_sock_open(struct knl_sock *s)
{
	/*
	 * The kernel answers inside the send: a limit only keeps a lost answer from hanging the
	 * daemon.
	 */
	struct timeval limit = { .tv_sec = 2 };
	int one = 1;
	int err;

	memset(s, 0, sizeof(*s));
	s->cap = KNL_BUF_SIZE;
	s->buf = malloc(s->cap);
	s->nl = nl_socket_alloc();
	if (!s->buf || !s->nl) {
		knl_sock_close(s);
		return -ENOMEM;
	}
	nl_socket_disable_auto_ack(s->nl);
	nl_socket_disable_seq_check(s->nl);
	err = genl_connect(s->nl);
	if (err < 0) {
		err = knl_nl_errno(err);
		knl_sock_close(s);
		return err;
	}
	/*
	 * Without the first only the text of a refusal is missing; the second spares the echo of a
	 * refused batch.
	 */
	(void)setsockopt(nl_socket_get_fd(s->nl), SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	(void)setsockopt(nl_socket_get_fd(s->nl), SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	(void)setsockopt(nl_socket_get_fd(s->nl), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	return 0;
}

/**
 * knl_sock_close() - close it, if it is open
 * @s: the socket
 */
void knl_sock_close(struct knl_sock *s)
{
	if (s->nl)
		nl_socket_free(s->nl);
	free(s->buf);
	memset(s, 0, sizeof(*s));
}

/**
 * knl_sock_fd() - its descriptor
 * @s: an open socket
 *
 * Return: the descriptor.
 */
int knl_sock_fd(const struct knl_sock *s)
{
	return nl_socket_get_fd(s->nl);
}

/**
 * knl_sock_set_rcvbuf() - room for what the kernel sends unasked
 * @s: an open socket
 * @bytes: payload that must fit; the kernel doubles it for its own overhead
 *
 * Return: 0 or -errno.
 */
int knl_sock_set_rcvbuf(struct knl_sock *s, uint64_t bytes)
{
	int val = bytes > INT_MAX / 2 ? INT_MAX / 2 : (int)bytes;
	int fd = knl_sock_fd(s);

	if (!setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &val, sizeof(val)))
		return 0;
	return -errno;
}

/**
 * knl_sock_send() - send a request
 * @s: an open socket
 * @msg: freed in any case
 * @seq: if not NULL, gets the sequence number that the answer will carry
 *
 * Return: 0 or -errno.
 */
int knl_sock_send(struct knl_sock *s, struct nl_msg *msg, uint32_t *seq)
{
	int err;

	nl_complete_msg(s->nl, msg);
	if (seq)
		*seq = nlmsg_hdr(msg)->nlmsg_seq;
	errno = 0;
	err = nl_send(s->nl, msg);
	nlmsg_free(msg);
	return err < 0 ? knl_nl_errno(err) : 0;
}

/**
 * knl_sock_send_with() - send a request that ends with a long attribute
 * @s: an open socket
 * @msg: freed in any case; room for the header of an attribute is left
 * @type: of the attribute
 * @data: its contents, which are not copied
 * @len: their length, bytes; less than 65532
 * @seq: gets the sequence number that the answer will carry
 *
 * Return: 0 or -errno.
 */
int knl_sock_send_with(struct knl_sock *s, struct nl_msg *msg, int type, const void *data,
		       size_t len, uint32_t *seq)
{
	struct nlattr *attr = nla_reserve(msg, type, 0);
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct iovec iov[2] = {
		{ .iov_base = nlh, .iov_len = nlh->nlmsg_len },
		{ .iov_base = (void *)data, .iov_len = len },
	};
	int err;

	if (!attr) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	nl_complete_msg(s->nl, msg);
	attr->nla_len = (uint16_t)(attr->nla_len + len);
	nlh->nlmsg_len += (uint32_t)len;
	*seq = nlh->nlmsg_seq;
	errno = 0;
	err = nl_send_iovec(s->nl, msg, iov, 2);
	nlmsg_free(msg);
	return err < 0 ? knl_nl_errno(err) : 0;
}

static ssize_t recv_datagram(struct knl_sock *s, bool wait)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { .iov_base = s->buf, .iov_len = s->cap };
	struct msghdr mh = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1
	};
	ssize_t n;

	do {
		n = recvmsg(knl_sock_fd(s), &mh, wait ? 0 : MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (mh.msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	/* Only the kernel has port 0; nobody else has anything to tell us here. */
	if (from.nl_pid)
		return -EPERM;
	return n;
}

/**
 * knl_sock_recv() - take one datagram and hand over each message in it
 * @s: an open socket
 * @wait: block until there is one
 * @fn: called for each message, which is valid only during the call
 * @arg: for @fn
 *
 * Return: 1 if one was handled, 0 if there was none (-ETIMEDOUT if @wait), -ENOBUFS if the kernel
 * had to drop some, or another -errno.
 */
int knl_sock_recv(struct knl_sock *s, bool wait, knl_msg_fn fn, void *arg)
{
	ssize_t n = recv_datagram(s, wait);
	struct nlmsghdr *nlh;
	int left;

	if (n == -EAGAIN)
		return wait ? -ETIMEDOUT : 0;
	if (n < 0)
		return (int)n;
	left = (int)n;
	for (nlh = (struct nlmsghdr *)s->buf; nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left))
		fn(arg, nlh);
	return 1;
}

/**
 * knl_err_of() - the error that a message carries
 * @nlh: message of type NLMSG_ERROR or NLMSG_DONE
 *
 * Return: 0 or -errno.
 */
int knl_err_of(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = nlmsg_data(nlh);

	if (nlmsg_datalen(nlh) < (int)sizeof(int))
		return 0;
	return e->error;
}

/**
 * knl_extack_text() - the text that explains a refusal
 * @nlh: message of type NLMSG_ERROR
 *
 * Return: the text, inside the message, or NULL if it has none.
 */
const char *knl_extack_text(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = nlmsg_data(nlh);
	size_t skip = sizeof(*e);
	const struct nlattr *a;

	if (nlh->nlmsg_type != NLMSG_ERROR || !(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    nlmsg_datalen(nlh) < (int)skip)
		return NULL;
	/* The request is quoted in full unless the kernel says that it capped it. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len - sizeof(e->msg));
	if (nlmsg_datalen(nlh) < (int)(skip + NLA_HDRLEN))
		return NULL;
	a = nla_find((struct nlattr *)((uint8_t *)nlmsg_data(nlh) + skip),
		     nlmsg_datalen(nlh) - (int)skip, NLMSGERR_ATTR_MSG);
	if (!a || nla_len(a) < 1 || ((const char *)nla_data(a))[nla_len(a) - 1])
		return NULL;
	return nla_data(a);
}
