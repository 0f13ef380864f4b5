/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A generic netlink socket: one buffer, no allocation when receiving, answers of the kernel with
 * their extended acknowledgment.
 */
#ifndef RG_IO_KNL_SOCK_H
#define RG_IO_KNL_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>
#include <netlink/msg.h>

struct nl_sock;

struct knl_sock {
	struct nl_sock *nl;
	uint8_t *buf;
	size_t cap;
};

typedef void (*knl_msg_fn)(void *arg, const struct nlmsghdr *nlh);

int knl_sock_open(struct knl_sock *s);
void knl_sock_close(struct knl_sock *s);
int knl_sock_fd(const struct knl_sock *s);
int knl_sock_set_rcvbuf(struct knl_sock *s, uint64_t bytes);
int knl_sock_send(struct knl_sock *s, struct nl_msg *msg, uint32_t *seq);
int knl_sock_send_with(struct knl_sock *s, struct nl_msg *msg, int type, const void *data,
		       size_t len, uint32_t *seq);
int knl_sock_recv(struct knl_sock *s, bool wait, knl_msg_fn fn, void *arg);

int knl_nl_errno(int nlerr);
int knl_err_of(const struct nlmsghdr *nlh);
const char *knl_extack_text(const struct nlmsghdr *nlh);

#endif
