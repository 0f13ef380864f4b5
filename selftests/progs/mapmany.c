// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mapmany - makes mappings until the module refuses one
 *
 * usage: mapmany GROUP
 *
 * Works in the network namespace that it is in.  Mappings 1, 2, ... get the slots of the same
 * numbers and an address each.  Prints "N: WORDS", how many there are and why there are no more.
 */
#include "common.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/nf_rg.h>

#define MANY	100000

static const char *words = "it was not said";

/* What the kernel says of a refusal stands behind the request, which it returns capped. */
static int on_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	struct nlmsghdr *h = (void *)((char *)err - NLMSG_HDRLEN);
	int skip = NLMSG_HDRLEN + (int)sizeof(*err);
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];

	(void)from;
	(void)arg;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += (int)err->msg.nlmsg_len - NLMSG_HDRLEN;
	if (h->nlmsg_flags & NLM_F_ACK_TLVS && (int)h->nlmsg_len > skip &&
	    !nla_parse(tb, NLMSGERR_ATTR_MAX, (void *)((char *)h + skip),
		       (int)h->nlmsg_len - skip, NULL) && tb[NLMSGERR_ATTR_MSG])
		words = strdup(nla_get_string(tb[NLMSGERR_ATTR_MSG]));
	return NL_STOP;
}

static int make(struct nl_sock *s, int family, uint32_t group, uint32_t n)
{
	struct nl_msg *m = nlmsg_alloc();
	struct nlattr *ranges, *range;
	uint32_t ip = htonl(0x0a000000 + n);

	genlmsg_put(m, 0, 0, family, 0, 0, NF_RG_CMD_MAPPING_NEW, NF_RG_VERSION);
	nla_put_u32(m, NF_RG_A_MAPPING, n);
	nla_put_u32(m, NF_RG_A_GROUP, group);
	nla_put_u32(m, NF_RG_A_SLOT, n);
	ranges = nla_nest_start(m, NF_RG_A_RANGES | NLA_F_NESTED);
	range = nla_nest_start(m, NF_RG_A_RANGE | NLA_F_NESTED);
	nla_put(m, NF_RG_A_RANGE_FROM, 4, &ip);
	nla_put(m, NF_RG_A_RANGE_TO, 4, &ip);
	nla_nest_end(m, range);
	nla_nest_end(m, ranges);
	return nl_send_sync(s, m);
}

int main(int argc, char **argv)
{
	struct nl_sock *s = nl_socket_alloc();
	uint32_t group, n;
	int family, one = 1;

	if (argc != 2) {
		fprintf(stderr, "usage: mapmany GROUP\n");
		return 2;
	}
	group = (uint32_t)strtoul(argv[1], NULL, 0);
	if (!s || genl_connect(s) ||
	    setsockopt(nl_socket_get_fd(s), SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one)))
		return 1;
	family = genl_ctrl_resolve(s, NF_RG_GENL_NAME);
	if (family < 0)
		return 1;
	nl_socket_modify_err_cb(s, NL_CB_CUSTOM, on_error, NULL);
	for (n = 1; n <= MANY && make(s, family, group, n) >= 0; n++)
		;
	printf("%u: %s\n", n - 1, words);
	return 0;
}
