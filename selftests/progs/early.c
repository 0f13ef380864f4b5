// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * early - an agent that acknowledges what it did not get yet
 *
 * usage: early GROUP
 *
 * Attaches to the network namespace that it is in, with a receive buffer that takes one message,
 * and begins a session for an active group.  Says "attached", and without reading anything
 * acknowledges the first two batches all the time, until SIGUSR1.  From then on it is a good agent,
 * and says "records=N", which is how many came until the end of the bulk transfer; then it exits.
 */
#include "common.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <linux/nf_rg.h>

#define SESSION 1
#define ANYBODY 1	/* the peer's instance: nobody's, so that all is sent */

static struct nl_sock *sk;
static int family;
static uint32_t group;
static volatile sig_atomic_t be_good;

static uint64_t last;		/* batch */
static unsigned long records;
static bool ended;

static void on_signal(int sig)
{
	(void)sig;
	be_good = 1;
}

static struct nl_msg *request(int cmd)
{
	struct nl_msg *m = nlmsg_alloc();

	if (!m || !genlmsg_put(m, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, 0, cmd, NF_RG_GENL_VERSION))
		die("early: no memory");
	return m;
}

static void send_msg(struct nl_msg *m)
{
	int err = nl_send_auto(sk, m);

	nlmsg_free(m);
	if (err < 0)
		die("early: send: %s", nl_geterror(err));
}

static void ack(uint64_t seq)
{
	struct nl_msg *m = request(NF_RG_CMD_ACK);

	nla_put_u32(m, NF_RG_A_GROUP, group);
	nla_put_u32(m, NF_RG_A_SESSION, SESSION);
	nla_put_u64(m, NF_RG_A_SEQ, seq);
	send_msg(m);
}

static void on_message(struct nlmsghdr *h)
{
	struct nlattr *tb[NF_RG_A_MAX + 1];
	struct nlmsgerr *e = nlmsg_data(h);

	if (h->nlmsg_type == NLMSG_ERROR && e->error)
		die("early: refused: %d", e->error);
	if (h->nlmsg_type != family || genlmsg_parse(h, 0, tb, NF_RG_A_MAX, NULL))
		return;
	if (tb[NF_RG_A_SEQ])
		last = nla_get_u64(tb[NF_RG_A_SEQ]);
	if (genlmsg_hdr(h)->cmd != NF_RG_CMD_PUSH)
		return;
	records += nla_get_u32(tb[NF_RG_A_COUNT]);
	ended = nla_get_u32(tb[NF_RG_A_BATCH]) & NF_RG_BATCH_BULK_END;
	ack(last);
}

/* One datagram; that others were lost is told once, and no surprise. */
static void receive(void)
{
	struct sockaddr_nl from;
	unsigned char *buf = NULL;
	int len = nl_recv(sk, &from, &buf, NULL);
	struct nlmsghdr *h = (struct nlmsghdr *)buf;

	if (len < 0 && len != -NLE_NOMEM)
		die("early: receive: %s", nl_geterror(len));
	for (; len > 0 && nlmsg_ok(h, len); h = nlmsg_next(h, &len))
		on_message(h);
	free(buf);
}

static void buffer(int option, int size)
{
	if (setsockopt(nl_socket_get_fd(sk), SOL_SOCKET, option, &size, sizeof(size)))
		die("early: buffer: %s", strerror(errno));
}

/* Makes the socket the agent, and learns of the last batch. */
static void attach(void)
{
	struct nl_msg *m = request(NF_RG_CMD_ATTACH);

	nla_put_u32(m, NF_RG_A_VERSION, NF_RG_VERSION);
	send_msg(m);
	receive();
	m = request(NF_RG_CMD_GROUP_GET);
	nla_put_u32(m, NF_RG_A_GROUP, group);
	send_msg(m);
	receive();
}

static void begin(void)
{
	struct nl_msg *m = request(NF_RG_CMD_SYNC);

	nla_put_u32(m, NF_RG_A_GROUP, group);
	nla_put_u32(m, NF_RG_A_SESSION, SESSION);
	nla_put_u64(m, NF_RG_A_PEER_INSTANCE, ANYBODY);
	send_msg(m);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: early GROUP");
	group = (uint32_t)number("GROUP", argv[1], NF_RG_GROUP_MAX);
	signal(SIGUSR1, on_signal);
	sk = nl_socket_alloc();
	if (!sk || genl_connect(sk))
		die("early: no socket");
	family = genl_ctrl_resolve(sk, NF_RG_GENL_NAME);
	if (family < 0)
		die("early: no family nf_rg");
	nl_socket_disable_seq_check(sk);
	nl_socket_disable_auto_ack(sk);
	nl_socket_set_msg_buf_size(sk, 256 << 10);
	attach();
	buffer(SO_RCVBUF, 1);
	begin();
	puts("attached");
	fflush(stdout);
	/* One message is the answer or the first batch, as it comes. */
	while (!be_good) {
		ack(last + 1);
		ack(last + 2);
	}

	buffer(SO_RCVBUFFORCE, 64 << 20);
	while (!ended)
		receive();
	printf("records=%lu\n", records);
	return 0;
}
