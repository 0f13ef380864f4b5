// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ctmore - what connection tracking knows of a connection and conntrack(8) does not show
 *
 * usage: ctmore
 *
 * A line for each connection of this namespace that has any of it, with numbers as ctnetlink
 * gives them:
 *
 *	PROTOCOL SPORT DPORT [vtags=ORIG,REPLY] [dccp=ROLE,SEQUENCE]
 *		[seqadj=POS,BEFORE,AFTER,POS,BEFORE,AFTER] [synproxy=FIRST,TIME,AHEAD] [adjusted]
 *
 * with the original ports; the offsets of the original direction first.
 */
#include "common.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdio.h>

static uint32_t be32(struct nlattr *a)
{
	return a ? ntohl(nla_get_u32(a)) : 0;
}

static void print_seqadj(struct nlattr *dir, const char *before)
{
	struct nlattr *tb[CTA_SEQADJ_MAX + 1] = { NULL };

	if (dir)
		nla_parse_nested(tb, CTA_SEQADJ_MAX, dir, NULL);
	printf("%s%u,%d,%d", before, be32(tb[CTA_SEQADJ_CORRECTION_POS]),
	       (int)be32(tb[CTA_SEQADJ_OFFSET_BEFORE]), (int)be32(tb[CTA_SEQADJ_OFFSET_AFTER]));
}

static void print_synproxy(struct nlattr *synproxy)
{
	struct nlattr *tb[CTA_SYNPROXY_MAX + 1];

	nla_parse_nested(tb, CTA_SYNPROXY_MAX, synproxy, NULL);
	printf(" synproxy=%u,%u,%u", be32(tb[CTA_SYNPROXY_ISN]), be32(tb[CTA_SYNPROXY_ITS]),
	       be32(tb[CTA_SYNPROXY_TSOFF]));
}

static void print_proto(struct nlattr *info)
{
	struct nlattr *tb[CTA_PROTOINFO_MAX + 1], *in[CTA_PROTOINFO_SCTP_MAX + 1];
	struct nlattr *dccp[CTA_PROTOINFO_DCCP_MAX + 1];

	nla_parse_nested(tb, CTA_PROTOINFO_MAX, info, NULL);
	if (tb[CTA_PROTOINFO_SCTP]) {
		nla_parse_nested(in, CTA_PROTOINFO_SCTP_MAX, tb[CTA_PROTOINFO_SCTP], NULL);
		printf(" vtags=%08x,%08x", be32(in[CTA_PROTOINFO_SCTP_VTAG_ORIGINAL]),
		       be32(in[CTA_PROTOINFO_SCTP_VTAG_REPLY]));
	}
	if (tb[CTA_PROTOINFO_DCCP]) {
		nla_parse_nested(dccp, CTA_PROTOINFO_DCCP_MAX, tb[CTA_PROTOINFO_DCCP], NULL);
		printf(" dccp=%u,%llx", nla_get_u8(dccp[CTA_PROTOINFO_DCCP_ROLE]),
		       (unsigned long long)
		       get_be64(nla_data(dccp[CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ])));
	}
}

static int has_more(struct nlattr *const *tb)
{
	struct nlattr *in[CTA_PROTOINFO_MAX + 1];

	if (tb[CTA_SEQ_ADJ_ORIG] || tb[CTA_SEQ_ADJ_REPLY] || tb[CTA_SYNPROXY])
		return 1;
	if (!tb[CTA_PROTOINFO])
		return 0;
	nla_parse_nested(in, CTA_PROTOINFO_MAX, tb[CTA_PROTOINFO], NULL);
	return in[CTA_PROTOINFO_SCTP] || in[CTA_PROTOINFO_DCCP];
}

static int on_ct(struct nl_msg *msg, void *arg)
{
	struct nlattr *tb[CTA_MAX + 1], *tuple[CTA_TUPLE_MAX + 1], *proto[CTA_PROTO_MAX + 1];

	(void)arg;
	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(struct nfgenmsg), tb, CTA_MAX, NULL) ||
	    !tb[CTA_TUPLE_ORIG] || !has_more(tb))
		return NL_OK;
	nla_parse_nested(tuple, CTA_TUPLE_MAX, tb[CTA_TUPLE_ORIG], NULL);
	nla_parse_nested(proto, CTA_PROTO_MAX, tuple[CTA_TUPLE_PROTO], NULL);
	printf("%u %u %u", nla_get_u8(proto[CTA_PROTO_NUM]),
	       ntohs(nla_get_u16(proto[CTA_PROTO_SRC_PORT])),
	       ntohs(nla_get_u16(proto[CTA_PROTO_DST_PORT])));
	if (tb[CTA_PROTOINFO])
		print_proto(tb[CTA_PROTOINFO]);
	if (tb[CTA_SEQ_ADJ_ORIG] || tb[CTA_SEQ_ADJ_REPLY]) {
		print_seqadj(tb[CTA_SEQ_ADJ_ORIG], " seqadj=");
		print_seqadj(tb[CTA_SEQ_ADJ_REPLY], ",");
	}
	if (tb[CTA_SYNPROXY])
		print_synproxy(tb[CTA_SYNPROXY]);
	if (be32(tb[CTA_STATUS]) & IPS_SEQ_ADJUST)
		printf(" adjusted");
	putchar('\n');
	return NL_OK;
}

int main(void)
{
	struct nl_sock *sk = nl_socket_alloc();
	struct nfgenmsg head = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 };
	int ret;

	if (!sk || nl_connect(sk, NETLINK_NETFILTER) < 0)
		die("no netlink socket");
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, on_ct, NULL);
	ret = nl_send_simple(sk, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, NLM_F_DUMP,
			     &head, sizeof(head));
	if (ret >= 0)
		ret = nl_recvmsgs_default(sk);
	if (ret < 0)
		die("dump: %s", nl_geterror(ret));
	nl_socket_free(sk);
	return 0;
}
