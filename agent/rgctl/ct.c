// SPDX-License-Identifier: GPL-2.0-or-later
/* For setns() and struct ucred */
#define _GNU_SOURCE
#include "ct.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#define RCVBUF (1024 * 1024)

/* @del: what @fn picks is removed over this one, NULL: nothing is; @removed: so many were */
struct dump {
	ct_fn fn;
	void *arg;
	bool enough;
	struct nl_sock *del;
	uint64_t removed;
	int err;
};

/**
 * ct_enter() - go to the network namespace of the agent
 * @agent_fd: connection to it
 *
 * Its socket is a file, and can be reached from others.
 *
 * Return: 0 or -errno.
 */
int ct_enter(int agent_fd)
{
	struct stat here, there;
	struct ucred peer;
	socklen_t len = sizeof(peer);
	char path[64];
	int fd, err = 0;

	if (getsockopt(agent_fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return -errno;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)peer.pid);
	if (stat("/proc/self/ns/net", &here) || stat(path, &there))
		return -errno;
	if (here.st_dev == there.st_dev && here.st_ino == there.st_ino)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (setns(fd, CLONE_NEWNET))
		err = -errno;
	close(fd);
	return err;
}

static void get_addr(struct nlattr *four, struct nlattr *six, struct rg_addr *out)
{
	if (four && nla_len(four) >= 4) {
		out->family = RG_V4;
		memcpy(out->b, nla_data(four), 4);
	} else if (six && nla_len(six) >= 16) {
		out->family = RG_V6;
		memcpy(out->b, nla_data(six), 16);
	}
}

static void get_port(struct nlattr *a, struct natrow_end *out)
{
	if (!a || nla_len(a) < 2)
		return;
	out->port = ntohs(nla_get_u16(a));
	out->has_port = true;
}

static bool get_tuple(struct nlattr *a, uint8_t *l4, struct natrow_end *src, struct natrow_end *dst)
{
	struct nlattr *t[CTA_TUPLE_MAX + 1], *ip[CTA_IP_MAX + 1], *p[CTA_PROTO_MAX + 1];

	if (!a || nla_parse_nested(t, CTA_TUPLE_MAX, a, NULL) < 0 || !t[CTA_TUPLE_IP] ||
	    !t[CTA_TUPLE_PROTO] || nla_parse_nested(ip, CTA_IP_MAX, t[CTA_TUPLE_IP], NULL) < 0 ||
	    nla_parse_nested(p, CTA_PROTO_MAX, t[CTA_TUPLE_PROTO], NULL) < 0 || !p[CTA_PROTO_NUM])
		return false;
	get_addr(ip[CTA_IP_V4_SRC], ip[CTA_IP_V6_SRC], &src->addr);
	get_addr(ip[CTA_IP_V4_DST], ip[CTA_IP_V6_DST], &dst->addr);
	*l4 = nla_get_u8(p[CTA_PROTO_NUM]);
	get_port(p[CTA_PROTO_SRC_PORT], src);
	get_port(p[CTA_PROTO_DST_PORT], dst);
	/* Of an echo: the identifier stands for the port at both ends. */
	get_port(p[CTA_PROTO_ICMP_ID], src);
	get_port(p[CTA_PROTO_ICMP_ID], dst);
	get_port(p[CTA_PROTO_ICMPV6_ID], src);
	get_port(p[CTA_PROTO_ICMPV6_ID], dst);
	return src->addr.family && dst->addr.family;
}

static const char *get_state(struct nlattr *info)
{
	static const char *const names[] = {
		[TCP_CONNTRACK_NONE] = "NONE",
		[TCP_CONNTRACK_SYN_SENT] = "SYN_SENT",
		[TCP_CONNTRACK_SYN_RECV] = "SYN_RECV",
		[TCP_CONNTRACK_ESTABLISHED] = "ESTABLISHED",
		[TCP_CONNTRACK_FIN_WAIT] = "FIN_WAIT",
		[TCP_CONNTRACK_CLOSE_WAIT] = "CLOSE_WAIT",
		[TCP_CONNTRACK_LAST_ACK] = "LAST_ACK",
		[TCP_CONNTRACK_TIME_WAIT] = "TIME_WAIT",
		[TCP_CONNTRACK_CLOSE] = "CLOSE",
		[TCP_CONNTRACK_LISTEN] = "SYN_SENT2",
	};
	struct nlattr *i[CTA_PROTOINFO_MAX + 1], *t[CTA_PROTOINFO_TCP_MAX + 1];
	uint8_t state;

	if (!info || nla_parse_nested(i, CTA_PROTOINFO_MAX, info, NULL) < 0 ||
	    !i[CTA_PROTOINFO_TCP] ||
	    nla_parse_nested(t, CTA_PROTOINFO_TCP_MAX, i[CTA_PROTOINFO_TCP], NULL) < 0 ||
	    !t[CTA_PROTOINFO_TCP_STATE])
		return NULL;
	state = nla_get_u8(t[CTA_PROTOINFO_TCP_STATE]);
	return state < sizeof(names) / sizeof(names[0]) ? names[state] : NULL;
}

static int put(struct nl_msg *msg, int type, const struct nlattr *a)
{
	return a ? nla_put(msg, type, nla_len(a), nla_data(a)) : 0;
}

/* By its number as well: another one with the same tuple is not meant. */
static void remove_entry(struct dump *d, uint8_t family, struct nlattr *const *a)
{
	struct nfgenmsg head = { .nfgen_family = family, .version = NFNETLINK_V0 };
	const int type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;
	struct nl_msg *msg = nlmsg_alloc_simple(type, 0);
	int err = -NLE_NOMEM;

	if (msg && nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO) >= 0 &&
	    put(msg, CTA_TUPLE_ORIG | NLA_F_NESTED, a[CTA_TUPLE_ORIG]) >= 0 &&
	    put(msg, CTA_ZONE, a[CTA_ZONE]) >= 0 && put(msg, CTA_ID, a[CTA_ID]) >= 0)
		err = nl_send_auto(d->del, msg);
	nlmsg_free(msg);
	if (err >= 0)
		err = nl_wait_for_ack(d->del);
	if (err >= 0)
		d->removed++;
	else if (err != -NLE_OBJ_NOTFOUND)	/* has ended by itself */
		d->err = err;
}

static int on_entry(struct nl_msg *msg, void *arg)
{
	struct dump *d = arg;
	struct nlattr *a[CTA_MAX + 1];
	struct natrow r = { 0 };
	uint32_t status, mark;

	if (d->enough)
		return NL_OK;
	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(struct nfgenmsg), a, CTA_MAX, NULL) < 0 ||
	    !get_tuple(a[CTA_TUPLE_ORIG], &r.l4, &r.src, &r.dst) ||
	    !get_tuple(a[CTA_TUPLE_REPLY], &r.l4, &r.reply_src, &r.reply_dst))
		return NL_OK;
	status = a[CTA_STATUS] ? ntohl(nla_get_u32(a[CTA_STATUS])) : 0;
	mark = a[CTA_MARK] ? ntohl(nla_get_u32(a[CTA_MARK])) : 0;
	r.snat = status & IPS_SRC_NAT;
	r.dnat = status & IPS_DST_NAT;
	r.assured = status & IPS_ASSURED;
	r.timeout = a[CTA_TIMEOUT] ? ntohl(nla_get_u32(a[CTA_TIMEOUT])) : 0;
	r.state = get_state(a[CTA_PROTOINFO]);
	if (!d->del) {
		d->enough = !d->fn(d->arg, &r, mark);
	} else if (d->fn(d->arg, &r, mark)) {
		remove_entry(d, r.src.addr.family == RG_V4 ? AF_INET : AF_INET6, a);
		d->enough = d->err < 0;
	}
	return NL_OK;
}

static int request(struct nl_sock *sk, uint32_t mark, uint32_t mask)
{
	struct nfgenmsg head = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 };
	struct nl_msg *msg = nlmsg_alloc_simple(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
						NLM_F_DUMP);
	int err = -NLE_NOMEM;

	if (msg && nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO) >= 0 &&
	    (!mask || (nla_put_u32(msg, CTA_MARK, htonl(mark)) >= 0 &&
		       nla_put_u32(msg, CTA_MARK_MASK, htonl(mask)) >= 0)))
		err = nl_send_auto(sk, msg);
	nlmsg_free(msg);
	return err;
}

static int read_all(struct dump *d, uint32_t mark, uint32_t mask)
{
	struct nl_sock *sk = nl_socket_alloc();
	int err = sk ? nl_connect(sk, NETLINK_NETFILTER) : -NLE_NOMEM;

	if (err >= 0) {
		nl_socket_set_buffer_size(sk, RCVBUF, 0);
		nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, on_entry, d);
		err = request(sk, mark, mask);
	}
	if (err >= 0)
		err = nl_recvmsgs_default(sk);
	nl_socket_free(sk);
	return err < 0 ? err : d->err;
}

static int told(int err)
{
	if (err < 0)
		fprintf(stderr, "rgctl: the kernel's connections: %s\n", nl_geterror(err));
	return err < 0 ? -1 : 0;
}

/**
 * ct_dump() - all connections
 * @mark: only those that have this
 * @mask: in these bits of their mark; 0: all
 * @fn: called for each, until it has enough
 * @arg: for @fn
 *
 * One that begins or ends meanwhile may be missing or be there.
 *
 * Return: 0, or -1: it cannot be read; then standard error says why.
 */
int ct_dump(uint32_t mark, uint32_t mask, ct_fn fn, void *arg)
{
	struct dump d = { .fn = fn, .arg = arg };

	return told(read_all(&d, mark, mask));
}

/**
 * ct_remove() - remove connections
 * @mark: only those that have this
 * @mask: in these bits of their mark; 0: of all
 * @fn: which of them
 * @arg: for @fn
 * @removed: gets how many were
 *
 * Return: 0, or -1: it cannot be done; then standard error says why.
 */
int ct_remove(uint32_t mark, uint32_t mask, ct_pick_fn fn, void *arg, uint64_t *removed)
{
	struct dump d = { .fn = fn, .arg = arg, .del = nl_socket_alloc() };
	int err = d.del ? nl_connect(d.del, NETLINK_NETFILTER) : -NLE_NOMEM;

	if (err >= 0)
		err = read_all(&d, mark, mask);
	nl_socket_free(d.del);
	*removed = d.removed;
	return told(err);
}
