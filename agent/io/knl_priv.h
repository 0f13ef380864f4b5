/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the kernel client, for nobody else. */
#ifndef RG_IO_KNL_PRIV_H
#define RG_IO_KNL_PRIV_H

#include "io/knl.h"

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include <linux/nf_rg.h>

struct nl_msg *knl_msg(uint16_t family, uint8_t cmd, uint16_t flags, size_t room);
int knl_talk(struct knl *k, struct knl_sock *sock, struct nl_msg *msg, knl_msg_fn fn, void *arg);
void knl_refusal(struct knl *k, const char *what, int err, const char *text);
int knl_attrs(const struct nlmsghdr *nlh, struct nlattr **tb);
int knl_put_addr(struct nl_msg *msg, int type, const struct rg_addr *a);
bool knl_get_addr(const struct nlattr *a, struct rg_addr *out);

#endif
