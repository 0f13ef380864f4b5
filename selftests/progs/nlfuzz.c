// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nlfuzz - requests of all sorts for the nf_rg family, from within the machine
 *
 * usage: nlfuzz SEED REQUESTS
 *
 * Works in the network namespace that it is in.  A request is made well first, of what the uapi
 * header has for its command and what the kernel said of its groups, and one of two is then
 * damaged: bits and numbers, types and lengths of attributes, attributes that are missing, twice
 * there, elsewhere or nobody's, a message cut short.  Batches to install are made by the codec of
 * the module, of few tuples, so that they create, change, replace and delete connections; some of
 * their records are damaged before they are written, some after.  Equal seeds make equal requests
 * as long as the kernel answers alike.
 *
 * Between two requests packets of those connections come in, and there is time for what the module
 * does by itself.
 *
 * Prints "NAME N" a line: packets, requests, records, pushes (batches that came), and how many
 * requests were answered with what (ok, the name of an error, silent); and "cmd NAME N" for what
 * was carried out.
 */
#include "common.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/nf_rg.h>

#include "nlfuzz.d/make.h"

#define SOCKETS		3	/* the first is mostly the agent */
#define TEND		25	/* requests between two looks after what must be there */
#define ERRORS		134

#define HEADER		(NLMSG_HDRLEN + GENL_HDRLEN)

/* What is known of a group. */
struct group {
	uint8_t role;
	uint64_t epoch;
	uint64_t system;
	uint32_t generation;
	uint64_t seq;
	uint32_t session;
};

static int sockets[SOCKETS];
static uint16_t family = GENL_ID_CTRL;
static struct group groups[GROUPS];

static union {
	struct nlmsghdr h;
	uint8_t b[160 << 10];
} req;
static uint32_t len;		/* of it */

static unsigned long answers[ERRORS + 1], silent, pushes, requests;
static unsigned long carried_out[NF_RG_CMD_MAX + 1];
static uint32_t sequence;
static int packets;		/* the socket for them; -1 without the right to */
static unsigned long sent;	/* of them */
static int answer;		/* to the last request: 0, -errno, 1: none yet */

/* ----------------------------------------------------------------- messages */

static void begin(uint8_t cmd, uint16_t flags)
{
	struct genlmsghdr *g = (void *)(req.b + NLMSG_HDRLEN);

	memset(req.b, 0, HEADER);
	req.h.nlmsg_type = family;
	req.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	g->cmd = cmd;
	g->version = NF_RG_GENL_VERSION;
	len = HEADER;
}

static struct nlattr *put(uint16_t type, const void *data, uint32_t n)
{
	struct nlattr *a = (void *)(req.b + len);

	if (len + NLA_HDRLEN + NLA_ALIGN(n) > sizeof(req) || NLA_HDRLEN + n > UINT16_MAX)
		return a;
	a->nla_type = type;
	a->nla_len = (uint16_t)(NLA_HDRLEN + n);
	memset((uint8_t *)a + NLA_HDRLEN, 0, NLA_ALIGN(n));
	if (n)
		memcpy((uint8_t *)a + NLA_HDRLEN, data, n);
	len += NLA_HDRLEN + NLA_ALIGN(n);
	return a;
}

static void put8(uint16_t type, uint8_t v)
{
	put(type, &v, sizeof(v));
}

static void put16(uint16_t type, uint16_t v)
{
	put(type, &v, sizeof(v));
}

static void put32(uint16_t type, uint32_t v)
{
	put(type, &v, sizeof(v));
}

static void put64(uint16_t type, uint64_t v)
{
	put(type, &v, sizeof(v));
}

static struct nlattr *nest(uint16_t type)
{
	return put(type | NLA_F_NESTED, NULL, 0);
}

static void nest_end(struct nlattr *a)
{
	a->nla_len = (uint16_t)(req.b + len - (uint8_t *)a);
}

static void learn(const struct nlattr *a, int left)
{
	struct group *g = NULL;
	uint64_t v;

	for (; left >= NLA_HDRLEN && a->nla_len >= NLA_HDRLEN && a->nla_len <= left;
	     left -= NLA_ALIGN(a->nla_len), a = (void *)((uint8_t *)a + NLA_ALIGN(a->nla_len))) {
		v = 0;
		memcpy(&v, a + 1, a->nla_len - NLA_HDRLEN < 8 ? a->nla_len - NLA_HDRLEN : 8);
		if (a->nla_type == NF_RG_A_GROUP)
			g = v && v <= GROUPS ? &groups[v - 1] : NULL;
		if (!g)
			continue;
		switch (a->nla_type) {
		case NF_RG_A_ROLE:
			g->role = (uint8_t)v;
			break;
		case NF_RG_A_EPOCH:
			g->epoch = v;
			break;
		case NF_RG_A_EPOCH_SYSTEM:
			g->system = v;
			break;
		case NF_RG_A_GENERATION:
			g->generation = (uint32_t)v;
			break;
		case NF_RG_A_SEQ:
			g->seq = v;
			break;
		case NF_RG_A_SESSION:
			g->session = (uint32_t)v;
			break;
		}
	}
}

static void on_family(const struct nlmsghdr *h)
{
	const struct nlattr *a = (const void *)((const uint8_t *)h + HEADER);

	while (a->nla_type != CTRL_ATTR_FAMILY_ID)
		a = (const void *)((const uint8_t *)a + NLA_ALIGN(a->nla_len));
	memcpy(&family, a + 1, sizeof(family));
}

static void on_message(const struct nlmsghdr *h)
{
	const struct genlmsghdr *g = NLMSG_DATA(h);
	const struct nlmsgerr *e = NLMSG_DATA(h);

	if (h->nlmsg_type == NLMSG_ERROR) {
		if (h->nlmsg_seq == sequence)
			answer = e->error;
	} else if (h->nlmsg_type == NLMSG_DONE) {
		if (h->nlmsg_seq == sequence)
			answer = *(const int *)NLMSG_DATA(h);
	} else if (h->nlmsg_type == GENL_ID_CTRL) {
		on_family(h);
	} else if (h->nlmsg_type == family) {
		pushes += g->cmd == NF_RG_CMD_PUSH;
		if (g->cmd == NF_RG_CMD_PUSH || g->cmd == NF_RG_CMD_GROUP_GET)
			learn((const void *)((const uint8_t *)h + HEADER),
			      (int)h->nlmsg_len - (int)HEADER);
	}
}

/* All that is there for a socket: answers stand there when send() is back. */
static void drain(int fd)
{
	static union {
		struct nlmsghdr h;
		uint8_t b[256 << 10];
	} in;
	ssize_t n;

	while ((n = recv(fd, in.b, sizeof(in), MSG_DONTWAIT)) > 0 || (n < 0 && errno == ENOBUFS)) {
		const struct nlmsghdr *h = &in.h;
		int left = (int)n;

		for (; left > 0 && NLMSG_OK(h, (unsigned int)left); h = NLMSG_NEXT(h, left))
			on_message(h);
	}
}

static int transact(int s)
{
	int i;

	req.h.nlmsg_seq = ++sequence;
	answer = 1;
	/* A message of another length than it says is dropped without a word. */
	if (send(sockets[s], req.b, len, 0) < 0)
		die("nlfuzz: send: %s", strerror(errno));
	for (i = 0; i < SOCKETS; i++)
		drain(sockets[i]);
	return answer;
}

/* A request that nobody damages. */
static int plain(int s)
{
	req.h.nlmsg_len = len;
	return transact(s);
}

static void open_socket(int s)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };

	if (sockets[s])
		close(sockets[s]);
	sockets[s] = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (sockets[s] < 0 || connect(sockets[s], (struct sockaddr *)&to, sizeof(to)))
		die("nlfuzz: socket: %s", strerror(errno));
}

static void resolve(void)
{
	begin(CTRL_CMD_GETFAMILY, 0);
	put(CTRL_ATTR_FAMILY_NAME, NF_RG_GENL_NAME, sizeof(NF_RG_GENL_NAME));
	if (plain(0))
		die("nlfuzz: no family nf_rg");
}

/* ----------------------------------------------------------------- requests */

static void put_group(uint32_t g)
{
	put32(NF_RG_A_GROUP, g + 1);
}

static void get_group(uint32_t g)
{
	begin(NF_RG_CMD_GROUP_GET, 0);
	put_group(g);
	plain(0);
}

static void group_new(uint32_t g)
{
	struct nlattr *addrs;
	uint8_t a[16];

	begin(NF_RG_CMD_GROUP_NEW, 0);
	put_group(g);
	addrs = nest(NF_RG_A_ADDRS);
	set_addr(a, 4, "10.0.0.254", "", 0);
	put(NF_RG_A_ADDR, a, 4);
	set_addr(a, 6, "", "fd00:a::fe", 0);
	put(NF_RG_A_ADDR, a, 16);
	nest_end(addrs);
}

static void put_range(int l3, uint32_t k)
{
	struct nlattr *range = nest(NF_RG_A_RANGE);
	uint8_t a[16];

	pool_addr(a, l3, k, 0);
	put(NF_RG_A_RANGE_FROM, a, l3 == 4 ? 4 : 16);
	pool_addr(a, l3, k, 3);
	put(NF_RG_A_RANGE_TO, a, l3 == 4 ? 4 : 16);
	nest_end(range);
}

/* What is held back for a while: every state of it, and ages that come in a run. */
static void put_waiting_rule(void)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, 0 };
	uint8_t proto = protos[rnd(4)], when = (uint8_t)rnd(4);
	struct nlattr *rule = nest(NF_RG_A_RULE);

	put8(NF_RG_A_RULE_PROTO, proto);
	if ((proto == IPPROTO_TCP || proto == IPPROTO_UDP) && one_in(2))
		put16(NF_RG_A_RULE_PORT_FROM, (uint16_t)rnd(1024));
	put8(NF_RG_A_RULE_WHEN, when);
	if (when == NF_RG_WHEN_AGE)
		put32(NF_RG_A_RULE_AGE, 1 + rnd(one_in(2) ? 100 : 20000));
	nest_end(rule);
}

static void mapping_new(uint32_t k)
{
	struct nlattr *n, *rule;

	begin(NF_RG_CMD_MAPPING_NEW, 0);
	put32(NF_RG_A_MAPPING, MAPPING + k);
	put_group(k % GROUPS);
	put32(NF_RG_A_SLOT, 1 + k);
	if (one_in(4))
		put32(NF_RG_A_FLAGS, NF_RG_F_STOPPED);
	n = nest(NF_RG_A_RANGES);
	put_range(4, k);
	put_range(6, k);
	nest_end(n);
	if (one_in(2)) {
		n = nest(NF_RG_A_POLICY);
		rule = nest(NF_RG_A_RULE);
		put8(NF_RG_A_RULE_PROTO, IPPROTO_TCP);
		put16(NF_RG_A_RULE_PORT_FROM, 80);
		put16(NF_RG_A_RULE_PORT_TO, 88);
		nest_end(rule);
		for (k = rnd(4); k; k--)
			put_waiting_rule();
		nest_end(n);
	}
}

static void put_ifs(uint16_t type)
{
	static const char *const names[] = { "lo", "dummy0", "eth99" };
	struct nlattr *n = nest(type);

	for (uint32_t k = rnd(4); k; k--) {
		const char *name = names[rnd(3)];

		put(NF_RG_A_IFNAME, name, strlen(name) + 1);
	}
	nest_end(n);
}

static void closed_set(void)
{
	uint32_t k;

	begin(NF_RG_CMD_CLOSED_SET, 0);
	put_ifs(NF_RG_A_INSIDE);
	put_ifs(NF_RG_A_OUTSIDE);
	for (k = rnd(4); k; k--) {
		struct nf_rg_source s[4] = { 0 };
		uint32_t n = rnd(5), i;
		bool v6 = one_in(2);
		struct nlattr *list = nest(NF_RG_A_CLOSED);

		for (i = 0; i < n; i++) {
			s[i].len = (uint8_t)rnd(v6 ? 129 : 33);
			s[i].permit = one_in(2);
			s[i].addr[0] = rnd(UINT32_MAX);
		}
		put32(NF_RG_A_MAPPING, MAPPING + rnd(MAPPINGS));
		put8(NF_RG_A_FAMILY, v6 ? 10 : 2);
		put(NF_RG_A_SOURCES, s, n * sizeof(s[0]));
		nest_end(list);
	}
}

static void set_role(uint32_t g, uint8_t role)
{
	begin(NF_RG_CMD_SET_ROLE, 0);
	put_group(g);
	put8(NF_RG_A_ROLE, role);
	put64(NF_RG_A_EPOCH, groups[g].epoch + one_in(16));
	put64(NF_RG_A_EPOCH_SYSTEM, groups[g].system);
	if (role == NF_RG_ROLE_ACTIVE && one_in(2))
		put32(NF_RG_A_LEASE, 1 + rnd(3000));
	if (role != NF_RG_ROLE_ACTIVE && one_in(2))
		put32(NF_RG_A_GRACE, rnd(NF_RG_GRACE_MAX_MS));
	if (one_in(4))
		put32(NF_RG_A_FLAGS, rnd(4));
}

static void attach(void)
{
	begin(NF_RG_CMD_ATTACH, 0);
	put32(NF_RG_A_VERSION, NF_RG_VERSION);
	if (one_in(2))
		put32(NF_RG_A_WINDOW, 1 + rnd(8));
}

static void install(uint32_t g)
{
	static uint8_t buf[NF_RG_PUSH_MAX];
	/* A merge takes another role, and what it takes is no repair: not too often. */
	uint32_t flags = (one_in(3) ? rnd(16) : 0) | (one_in(12) ? NF_RG_BATCH_MERGE : 0);
	uint8_t role = flags & NF_RG_BATCH_MERGE ? NF_RG_ROLE_ACTIVE : NF_RG_ROLE_STANDBY;

	if (groups[g].role != role) {
		set_role(g, role);
		plain(0);
		get_group(g);
	}
	begin(NF_RG_CMD_INSTALL, 0);
	put_group(g);
	put64(NF_RG_A_EPOCH, groups[g].epoch);
	put64(NF_RG_A_EPOCH_SYSTEM, groups[g].system);
	put64(NF_RG_A_SEQ, sequence);
	put32(NF_RG_A_BATCH, flags);
	put32(NF_RG_A_GENERATION, flags & NF_RG_BATCH_BULK_BEGIN ? rnd(8) : groups[g].generation);
	put(NF_RG_A_RECORDS, buf, make_batch(buf, g));
}

static void sync_start(uint32_t g)
{
	begin(NF_RG_CMD_SYNC, 0);
	put_group(g);
	put32(NF_RG_A_SESSION, rnd(4));
	put64(NF_RG_A_PEER_INSTANCE, 1 + rnd(2));
	if (one_in(3))
		put32(NF_RG_A_FLAGS, rnd(8));
}

static void ack(uint32_t g)
{
	struct nf_rg_refusal refusals[4];
	uint64_t digest[1 + NF_RG_BUCKETS];
	uint32_t i;

	begin(NF_RG_CMD_ACK, 0);
	put_group(g);
	put32(NF_RG_A_SESSION, groups[g].session);
	put64(NF_RG_A_SEQ, groups[g].seq + (one_in(4) ? rnd(5) - 2 : 0));
	for (i = 0; i < 4; i++) {
		refusals[i].index = (uint16_t)rnd(8);
		refusals[i].reason = (uint16_t)rnd(12);
	}
	if (one_in(4))
		put(NF_RG_A_REFUSALS, refusals, sizeof(refusals[0]) * rnd(5));
	for (i = 0; i < 1 + NF_RG_BUCKETS; i++)
		digest[i] = odd_number();
	if (one_in(2))
		put(NF_RG_A_DIGEST, digest, one_in(2) ? sizeof(digest) : sizeof(digest[0]));
}

static void of_group(uint8_t cmd, uint16_t flags, uint32_t g)
{
	begin(cmd, flags);
	put_group(g);
	if (cmd == NF_RG_CMD_SYNC_RECEIVE)
		put32(NF_RG_A_SESSION, rnd(3));
}

/* What keeps an active group busy, and what fills one that stands by. */
static void make_busy(uint32_t g)
{
	if (groups[g].role != NF_RG_ROLE_ACTIVE || one_in(40))
		install(g);
	else if (!groups[g].session || one_in(10))
		sync_start(g);
	else if (one_in(6))
		of_group(NF_RG_CMD_VERIFY, 0, g);
	else
		ack(g);
}

static void of_mapping(uint8_t cmd, uint16_t flags)
{
	begin(cmd, flags);
	put32(NF_RG_A_MAPPING, MAPPING + rnd(MAPPINGS));
}

/* A good request, if it comes at the right time. */
static void make_request(void)
{
	static const uint8_t roles[] = {
		NF_RG_ROLE_ACTIVE, NF_RG_ROLE_ACTIVE, NF_RG_ROLE_ACTIVE, NF_RG_ROLE_STANDBY,
		NF_RG_ROLE_STANDBY, NF_RG_ROLE_INIT, NF_RG_ROLE_DISABLED,
	};
	uint32_t g = rnd(GROUPS), what = rnd(100);
	uint16_t dump = one_in(2) ? NLM_F_DUMP : 0;

	get_group(g);
	if (what < 66) {
		make_busy(g);
	} else if (what < 70) {
		set_role(g, roles[rnd(sizeof(roles))]);
	} else if (what < 74) {
		sync_start(g);
	} else if (what < 78) {
		ack(g);
	} else if (what < 81) {
		group_new(g);
	} else if (what < 84) {
		mapping_new(rnd(MAPPINGS));
	} else if (what < 86) {
		attach();
	} else if (what < 88) {
		of_group(NF_RG_CMD_VERIFY, 0, g);
	} else if (what < 91) {
		of_group(NF_RG_CMD_SYNC_RECEIVE, 0, g);
	} else if (what < 93) {
		of_group(NF_RG_CMD_GROUP_GET, dump, g);
	} else if (what < 95) {
		of_mapping(NF_RG_CMD_MAPPING_GET, dump);
	} else if (what < 96) {
		begin(NF_RG_CMD_STATS_GET, 0);
	} else if (what < 97) {
		if (one_in(2))
			closed_set();
		else
			begin(NF_RG_CMD_CLOSED_GET, dump);
	} else if (what < 98) {
		of_mapping(NF_RG_CMD_MAPPING_DEL, 0);
	} else {
		of_group(what < 99 ? NF_RG_CMD_FLUSH : NF_RG_CMD_GROUP_DEL, 0, g);
	}
}

/* ------------------------------------------------------------------- damage */

/* One of the attributes, in nests too; NULL: there is none. */
static struct nlattr *some_attr(void)
{
	uint32_t at = HEADER, end = len, n = 0;
	struct nlattr *a, *got = NULL;

	while (at + NLA_HDRLEN <= end) {
		a = (void *)(req.b + at);
		if (a->nla_len < NLA_HDRLEN || at + NLA_ALIGN(a->nla_len) > end)
			break;
		if (one_in(++n))
			got = a;
		at += a->nla_type & NLA_F_NESTED && one_in(2) ? NLA_HDRLEN : NLA_ALIGN(a->nla_len);
	}
	return got;
}

static void damage_attr(struct nlattr *a, uint32_t how)
{
	uint32_t at = (uint32_t)((uint8_t *)a - req.b), n = NLA_ALIGN(a->nla_len), v = odd_number();

	switch (how) {
	case 0:		/* another number */
		if (a->nla_len >= NLA_HDRLEN + sizeof(v))
			memcpy(a + 1, &v, sizeof(v));
		break;
	case 1:
		a->nla_len = (uint16_t)(a->nla_len + rnd(9) - 4);
		break;
	case 2:
		a->nla_len = (uint16_t)odd_number();
		break;
	case 3:
		a->nla_type = (uint16_t)rnd(NF_RG_A_MAX + 3);
		break;
	case 4:
		a->nla_type ^= NLA_F_NESTED;
		break;
	case 5:		/* missing */
		memmove(a, req.b + at + n, len - at - n);
		len -= n;
		break;
	case 6:		/* twice there */
		put(a->nla_type, a + 1, a->nla_len - NLA_HDRLEN);
		break;
	case 7:		/* at the end */
		put(a->nla_type, a + 1, a->nla_len - NLA_HDRLEN);
		memmove(a, req.b + at + n, len - at - n);
		len -= n;
		break;
	}
}

static void damage(void)
{
	struct genlmsghdr *g = (void *)(req.b + NLMSG_HDRLEN);
	uint8_t garbage[64];
	struct nlattr *a;
	uint32_t i;

	switch (rnd(16)) {
	case 0:
		g->cmd = (uint8_t)rnd(NF_RG_CMD_MAX + 3);
		break;
	case 1:
		req.h.nlmsg_flags ^= (uint16_t)(1 << (8 + rnd(8)));
		break;
	case 2:
		len = HEADER + rnd(len - HEADER + 1);
		break;
	case 3:
		for (i = 0; i < sizeof(garbage); i++)
			garbage[i] = (uint8_t)rnd(256);
		put((uint16_t)(rnd(NF_RG_A_MAX + 3) | (one_in(2) ? NLA_F_NESTED : 0)), garbage,
		    rnd(sizeof(garbage)));
		break;
	case 4:
	case 5:
		if (len > HEADER)
			req.b[HEADER + rnd(len - HEADER)] ^= (uint8_t)(1 << rnd(8));
		break;
	default:
		a = some_attr();
		if (a)
			damage_attr(a, rnd(8));
	}
}

/* Packets of the connections that are there, or were, come in at the device lo. */
static void send_packets(void)
{
	static uint8_t frame[FRAME];
	uint32_t n = rnd(3);

	while (n-- && packets >= 0)
		if (send(packets, frame, make_packet(frame), 0) > 0)
			sent++;
}

static void open_packets(void)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex("lo"),
	};

	packets = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (packets >= 0 && bind(packets, (struct sockaddr *)&to, sizeof(to)))
		die("nlfuzz: lo: %s", strerror(errno));
}

/* What most requests need is there: groups, mappings, the agent. */
static void tend(void)
{
	uint32_t i;

	attach();
	if (plain(0) == -EBUSY) {
		for (i = 1; i < SOCKETS; i++)
			open_socket((int)i);
		attach();
		plain(0);
	}
	for (i = 0; i < GROUPS; i++) {
		group_new(i);
		plain(0);
		get_group(i);
	}
	for (i = 0; i < MAPPINGS; i++) {
		mapping_new(i);
		plain(0);
	}
}

static void one(void)
{
	int s = one_in(8) ? (int)rnd(SOCKETS) : 0, got;
	uint32_t n = one_in(2) ? 1 + rnd(3) : 0;
	uint8_t cmd;

	if (one_in(200))
		open_socket(s);
	/* What goes on behind a request needs time. */
	if (one_in(8))
		usleep(1000 + rnd(30000));
	send_packets();
	make_request();
	while (n--)
		damage();
	req.h.nlmsg_len = one_in(100) ? odd_number() : len;
	cmd = req.b[NLMSG_HDRLEN];
	got = transact(s);
	requests++;
	if (got > 0)
		silent++;
	else if (-got <= ERRORS)
		answers[-got]++;
	if (!got && cmd <= NF_RG_CMD_MAX)
		carried_out[cmd]++;
}

/* In the end good batches once more, so that something is there to be looked at. */
static void finish(void)
{
	uint32_t i;

	tend();
	for (i = 0; i < 20; i++) {
		get_group(i % GROUPS);
		install(i % GROUPS);
		plain(0);
	}
}

static void report(void)
{
	int i;

	printf("packets %lu\nrequests %lu\nrecords %lu\npushes %lu\nsilent %lu\nok %lu\n", sent,
	       requests, records_made(), pushes, silent, answers[0]);
	for (i = 1; i <= ERRORS; i++)
		if (answers[i])
			printf("%s %lu\n", strerrorname_np(i), answers[i]);
	for (i = 1; i <= NF_RG_CMD_MAX; i++)
		printf("cmd %d %lu\n", i, carried_out[i]);
}

int main(int argc, char **argv)
{
	unsigned long n;
	int i;

	if (argc != 3)
		die("usage: nlfuzz SEED REQUESTS");
	rnd_seed((uint32_t)number("SEED", argv[1], UINT32_MAX));
	n = number("REQUESTS", argv[2], 100000000);
	for (i = 0; i < SOCKETS; i++)
		open_socket(i);
	resolve();
	open_packets();
	while (requests < n) {
		if (requests % TEND == 0)
			tend();
		one();
	}
	finish();
	report();
	return 0;
}
