// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rgk: the kernel's side of a redundancy group without an agent.  Speaks the nf_rg family
 * from the command line, and plays both agents of a pair at once:
 *
 *	rgk [-n NETNS] group ID [ADDR...]		NF_RG_CMD_GROUP_NEW
 *	rgk [-n NETNS] del ID				NF_RG_CMD_GROUP_DEL
 *	rgk [-n NETNS] mapping ID GROUP SLOT FROM-TO...	NF_RG_CMD_MAPPING_NEW
 *	rgk [-n NETNS] unmap ID				NF_RG_CMD_MAPPING_DEL
 *	rgk [-n NETNS] role ID {init|standby|active} EPOCH [lease MS] [grace MS] [nonew] [timed]
 *							NF_RG_CMD_SET_ROLE; timed: us
 *	rgk [-n NETNS] flush ID				NF_RG_CMD_FLUSH
 *	rgk [-n NETNS] get ID				one "name value" a line
 *	rgk [-n NETNS] stats				likewise
 *	rgk [-n NETNS] mappings				"ID GROUP SLOT RANGES" a line, and
 *							"not PROTOCOL:FROM-TO" for each rule,
 *							"stopped" at its end
 *	rgk [-n NETNS] watch				the events, one a line, until
 *							killed; says "watching" first
 *	rgk [-n NETNS] raw COMMAND [WORD | ATTR=VALUE]...
 *							one request as it is told, and
 *							the answer
 *	rgk relay FROM-NETNS TO-NETNS ID [bulk|merge] [version N] [slow MS]
 *				carries batches there and answers back until killed; says
 *				"synced" when all is there; slow: a batch takes MS
 *
 * In a raw request COMMAND and ATTR are the lower case names of nf_rg.h (set-role,
 * epoch-system) and VALUE is a number, or x: and bytes in hex; a COMMAND may be a number,
 * too.  `ATTR={` begins a nest, `}` ends it.  WORD is `attach` (the socket is made the
 * agent first), `dump` or `excl` (flags of the message), or x: and bytes in hex that are no
 * attribute.
 *
 * NETNS is a name of ip-netns(8).  The exit status is 0, 1 (refused: the name of the error,
 * the kernel's words and the attribute to blame stand on stderr) or 2 (usage).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/nf_rg.h>

#define WINDOW 32

struct conn {
	struct nl_sock *sk;
	int family;
};

static void die(const char *what, int err)
{
	fprintf(stderr, "rgk: %s: %s\n", what, nl_geterror(err));
	exit(1);
}

static void enter(const char *netns)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		fprintf(stderr, "rgk: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	close(fd);
}

static void conn_open(struct conn *c)
{
	int one = 1, size = 64 << 20;

	c->sk = nl_socket_alloc();
	if (!c->sk || genl_connect(c->sk))
		die("socket", -NLE_FAILURE);
	nl_socket_disable_seq_check(c->sk);
	nl_socket_disable_auto_ack(c->sk);
	nl_socket_set_msg_buf_size(c->sk, 256 << 10);
	setsockopt(nl_socket_get_fd(c->sk), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(nl_socket_get_fd(c->sk), SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	c->family = genl_ctrl_resolve(c->sk, NF_RG_GENL_NAME);
	if (c->family < 0)
		die("family nf_rg", c->family);
}

static struct nl_msg *request(const struct conn *c, int cmd, int flags)
{
	struct nl_msg *m = nlmsg_alloc_size(80 << 10);

	if (!m || !genlmsg_put(m, NL_AUTO_PORT, NL_AUTO_SEQ, c->family, 0, flags, cmd,
			       NF_RG_GENL_VERSION))
		die("message", -NLE_NOMEM);
	return m;
}

static void send_msg(const struct conn *c, struct nl_msg *m)
{
	int err = nl_send_auto(c->sk, m);

	if (err < 0)
		die("send", err);
	nlmsg_free(m);
}

/* How many bytes an attribute takes as a number; 0: it is none. */
static const struct attr_name {
	int attr;
	const char *name;
	int size;
} attr_names[] = {
	{ NF_RG_A_GROUP, "group", 4 },
	{ NF_RG_A_MARK_MASK, "mark-mask", 4 },
	{ NF_RG_A_ADDRS, "addrs", 0 },
	{ NF_RG_A_ADDR, "addr", 0 },
	{ NF_RG_A_ROLE, "role", 1 },
	{ NF_RG_A_EPOCH, "epoch", 8 },
	{ NF_RG_A_EPOCH_SYSTEM, "epoch-system", 8 },
	{ NF_RG_A_LEASE, "lease", 4 }, { NF_RG_A_LEASE_LEFT, "lease-left", 4 },
	{ NF_RG_A_GRACE, "grace", 4 }, { NF_RG_A_FLAGS, "flags", 4 },
	{ NF_RG_A_INSTANCE, "instance", 8 },
	{ NF_RG_A_PEER_INSTANCE, "peer-instance", 8 },
	{ NF_RG_A_MAPPING, "mapping", 4 },
	{ NF_RG_A_SLOT, "slot", 4 },
	{ NF_RG_A_RANGES, "ranges", 0 }, { NF_RG_A_RANGE, "range", 0 },
	{ NF_RG_A_RANGE_FROM, "range-from", 0 }, { NF_RG_A_RANGE_TO, "range-to", 0 },
	{ NF_RG_A_VERSION, "version", 4 },
	{ NF_RG_A_WINDOW, "window", 4 },
	{ NF_RG_A_SESSION, "session", 4 },
	{ NF_RG_A_SEQ, "seq", 8 },
	{ NF_RG_A_BATCH, "batch", 4 },
	{ NF_RG_A_GENERATION, "generation", 4 },
	{ NF_RG_A_COUNT, "count", 4 },
	{ NF_RG_A_RECORDS, "records", 0 },
	{ NF_RG_A_REFUSALS, "refusals", 0 },
	{ NF_RG_A_SYNC, "sync", 1 }, { NF_RG_A_LOST, "lost", 4 },
	{ NF_RG_A_ENTRIES, "entries", 4 }, { NF_RG_A_PENDING, "pending", 4 },
	{ NF_RG_A_INFLIGHT, "inflight", 4 }, { NF_RG_A_REFUSED, "refused", 4 },
	{ NF_RG_A_STATS, "stats", 0 }, { NF_RG_A_EVENT, "event", 4 },
	{ NF_RG_A_GUARDED, "guarded", 4 }, { NF_RG_A_DIGEST, "digest", 0 },
	{ NF_RG_A_VERIFIED, "verified", 4 }, { NF_RG_A_POLICY, "policy", 0 },
	{ NF_RG_A_RULE, "rule", 0 }, { NF_RG_A_RULE_PROTO, "rule-proto", 1 },
	{ NF_RG_A_RULE_PORT_FROM, "rule-port-from", 2 }, { NF_RG_A_STOPPED, "stopped", 4 },
	{ NF_RG_A_RULE_PORT_TO, "rule-port-to", 2 }, { NF_RG_A_INSIDE, "inside", 0 },
	{ NF_RG_A_OUTSIDE, "outside", 0 }, { NF_RG_A_IFNAME, "ifname", 0 },
	{ NF_RG_A_CLOSED, "closed", 0 }, { NF_RG_A_FAMILY, "family", 1 },
	{ NF_RG_A_SOURCES, "sources", 0 }, { NF_RG_A_PACKETS, "packets", 8 },
	{ NF_RG_A_BYTES, "bytes", 8 }, { NF_RG_A_RULE_WHEN, "rule-when", 1 },
	{ NF_RG_A_RULE_AGE, "rule-age", 4 }, { NF_RG_A_HELD, "held", 4 },
};

#define N_ATTRS (sizeof(attr_names) / sizeof(attr_names[0]))

static const char *attr_name(int attr)
{
	size_t i;

	for (i = 0; i < N_ATTRS; i++)
		if (attr_names[i].attr == attr)
			return attr_names[i].name;
	return "another attribute";
}

/* Says why the kernel refused: errno, its words, and the attribute that it blames. */
static void print_refusal(struct nlmsghdr *h)
{
	struct nlmsgerr *e = nlmsg_data(h);
	const char *words = "";
	const char *attr = NULL;

	if (h->nlmsg_flags & NLM_F_ACK_TLVS) {
		/* behind the request, which comes back whole */
		size_t skip = NLMSG_ALIGN(sizeof(*e) + e->msg.nlmsg_len - NLMSG_HDRLEN);
		int len = (int)(h->nlmsg_len - NLMSG_HDRLEN - skip);
		struct nlattr *tlvs = (struct nlattr *)((char *)e + skip), *a;

		a = nla_find(tlvs, len, NLMSGERR_ATTR_MSG);
		if (a)
			words = nla_get_string(a);
		a = nla_find(tlvs, len, NLMSGERR_ATTR_OFFS);
		if (a)
			attr = attr_name(nla_type((struct nlattr *)((char *)&e->msg +
								    nla_get_u32(a))));
	}
	fprintf(stderr, "rgk: refused: %s: %s%s%s%s\n", strerrorname_np(-e->error), words,
		attr ? " (" : "", attr ?: "", attr ? ")" : "");
}

typedef void (*reply_fn)(struct nlattr **tb, int cmd, void *arg);

/* Handles the messages of one datagram; returns 1 at an acknowledgment, 0 otherwise, -errno
 * of a refusal.
 */
static int handle(unsigned char *buf, int len, reply_fn fn, void *arg)
{
	struct nlmsghdr *h = (struct nlmsghdr *)buf;
	struct nlattr *tb[NF_RG_A_MAX + 1];
	int ret = 0;

	for (; nlmsg_ok(h, len); h = nlmsg_next(h, &len)) {
		if (h->nlmsg_type == NLMSG_ERROR) {
			struct nlmsgerr *e = nlmsg_data(h);

			if (e->error) {
				print_refusal(h);
				return e->error;
			}
			ret = 1;
		} else if (h->nlmsg_type == NLMSG_DONE) {
			int err = *(int *)nlmsg_data(h);

			if (err)
				fprintf(stderr, "rgk: refused: %s: dump\n", strerrorname_np(-err));
			ret = err ? err : 1;
		} else if (h->nlmsg_type >= NLMSG_MIN_TYPE) {
			struct genlmsghdr *g = nlmsg_data(h);

			genlmsg_parse(h, 0, tb, NF_RG_A_MAX, NULL);
			if (fn)
				fn(tb, g->cmd, arg);
		}
	}
	return ret;
}

static int receive(const struct conn *c, reply_fn fn, void *arg)
{
	struct sockaddr_nl from;
	unsigned char *buf = NULL;
	int len = nl_recv(c->sk, &from, &buf, NULL), ret;

	if (len < 0)
		die("receive", len);
	if (!len)
		return 0;
	ret = handle(buf, len, fn, arg);
	free(buf);
	return ret;
}

static int call(const struct conn *c, struct nl_msg *m, reply_fn fn, void *arg)
{
	int ret;

	send_msg(c, m);
	do {
		ret = receive(c, fn, arg);
	} while (!ret);
	return ret < 0 ? 1 : 0;
}

static uint32_t number(const char *s)
{
	char *end;
	unsigned long v = strtoul(s, &end, 0);

	if (!*s || *end) {
		fprintf(stderr, "rgk: '%s' is no number\n", s);
		exit(2);
	}
	return (uint32_t)v;
}

static void put_addr(struct nl_msg *m, int attr, const char *s)
{
	unsigned char a[16];

	if (inet_pton(AF_INET, s, a) == 1) {
		nla_put(m, attr, 4, a);
	} else if (inet_pton(AF_INET6, s, a) == 1) {
		nla_put(m, attr, 16, a);
	} else {
		fprintf(stderr, "rgk: '%s' is no address\n", s);
		exit(2);
	}
}

static int cmd_group(const struct conn *c, int argc, char **argv)
{
	struct nl_msg *m = request(c, NF_RG_CMD_GROUP_NEW, NLM_F_ACK);
	struct nlattr *nest;
	int i;

	nla_put_u32(m, NF_RG_A_GROUP, number(argv[0]));
	nest = nla_nest_start(m, NF_RG_A_ADDRS | NLA_F_NESTED);
	for (i = 1; i < argc; i++)
		put_addr(m, NF_RG_A_ADDR, argv[i]);
	nla_nest_end(m, nest);
	return call(c, m, NULL, NULL);
}

static int cmd_mapping(const struct conn *c, int argc, char **argv)
{
	struct nl_msg *m = request(c, NF_RG_CMD_MAPPING_NEW, NLM_F_ACK);
	struct nlattr *nest, *range;
	int i;

	nla_put_u32(m, NF_RG_A_MAPPING, number(argv[0]));
	nla_put_u32(m, NF_RG_A_GROUP, number(argv[1]));
	nla_put_u32(m, NF_RG_A_SLOT, number(argv[2]));
	nest = nla_nest_start(m, NF_RG_A_RANGES | NLA_F_NESTED);
	for (i = 3; i < argc; i++) {
		char *to = strchr(argv[i], '-');

		if (to)
			*to++ = '\0';
		range = nla_nest_start(m, NF_RG_A_RANGE | NLA_F_NESTED);
		put_addr(m, NF_RG_A_RANGE_FROM, argv[i]);
		put_addr(m, NF_RG_A_RANGE_TO, to ? to : argv[i]);
		nla_nest_end(m, range);
	}
	nla_nest_end(m, nest);
	return call(c, m, NULL, NULL);
}

static int cmd_role(const struct conn *c, int argc, char **argv)
{
	static const char *const roles[] = { "disabled", "init", "standby", "active" };
	struct nl_msg *m = request(c, NF_RG_CMD_SET_ROLE, NLM_F_ACK);
	struct timespec a, b;
	bool timed = false;
	unsigned int role;
	int i, ret;

	for (role = 0; role < 4 && strcmp(argv[1], roles[role]); role++)
		;
	nla_put_u32(m, NF_RG_A_GROUP, number(argv[0]));
	nla_put_u8(m, NF_RG_A_ROLE, (uint8_t)role);
	nla_put_u64(m, NF_RG_A_EPOCH, number(argv[2]));
	nla_put_u64(m, NF_RG_A_EPOCH_SYSTEM, 1);
	for (i = 3; i < argc; i++) {
		if (!strcmp(argv[i], "lease") && i + 1 < argc)
			nla_put_u32(m, NF_RG_A_LEASE, number(argv[++i]));
		else if (!strcmp(argv[i], "grace") && i + 1 < argc)
			nla_put_u32(m, NF_RG_A_GRACE, number(argv[++i]));
		else if (!strcmp(argv[i], "nonew"))
			nla_put_u32(m, NF_RG_A_FLAGS, NF_RG_F_NO_NEW);
		else if (!strcmp(argv[i], "timed"))
			timed = true;
		else
			return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &a);
	ret = call(c, m, NULL, NULL);
	clock_gettime(CLOCK_MONOTONIC, &b);
	if (timed && !ret)
		printf("us %.3f\n", (b.tv_sec - a.tv_sec) * 1e6 + (b.tv_nsec - a.tv_nsec) / 1e3);
	return ret;
}

static int cmd_id(const struct conn *c, int cmd, int attr, const char *id)
{
	struct nl_msg *m = request(c, cmd, NLM_F_ACK);

	nla_put_u32(m, attr, number(id));
	return call(c, m, NULL, NULL);
}

static const char *const cmd_names[NF_RG_CMD_MAX + 1] = {
	[NF_RG_CMD_GROUP_NEW] = "group-new",
	[NF_RG_CMD_GROUP_DEL] = "group-del",
	[NF_RG_CMD_GROUP_GET] = "group-get",
	[NF_RG_CMD_SET_ROLE] = "set-role",
	[NF_RG_CMD_MAPPING_NEW] = "mapping-new",
	[NF_RG_CMD_MAPPING_DEL] = "mapping-del",
	[NF_RG_CMD_MAPPING_GET] = "mapping-get",
	[NF_RG_CMD_ATTACH] = "attach",
	[NF_RG_CMD_SYNC] = "sync",
	[NF_RG_CMD_PUSH] = "push",
	[NF_RG_CMD_ACK] = "ack",
	[NF_RG_CMD_INSTALL] = "install",
	[NF_RG_CMD_SYNC_RECEIVE] = "sync-receive",
	[NF_RG_CMD_FLUSH] = "flush",
	[NF_RG_CMD_STATS_GET] = "stats-get",
	[NF_RG_CMD_NOTIFY] = "notify",
	[NF_RG_CMD_VERIFY] = "verify",
	[NF_RG_CMD_CLOSED_SET] = "closed-set",
	[NF_RG_CMD_CLOSED_GET] = "closed-get",
};

/* Prints the attributes that are numbers, and the refusals, each as "NAME VALUE" and @end. */
static void print_numbers(struct nlattr **tb, const char *end)
{
	size_t i;

	for (i = 0; i < N_ATTRS; i++) {
		struct nlattr *a = tb[attr_names[i].attr];
		int size = attr_names[i].size;

		if (a && size)
			printf("%s %" PRIu64 "%s", attr_names[i].name,
			       size == 1 ? nla_get_u8(a) :
			       size == 2 ? nla_get_u16(a) :
			       size == 4 ? nla_get_u32(a) :
					   nla_get_u64(a),
			       end);
	}
	if (tb[NF_RG_A_REFUSALS]) {
		const struct nf_rg_refusal *r = nla_data(tb[NF_RG_A_REFUSALS]);

		for (i = 0; i < nla_len(tb[NF_RG_A_REFUSALS]) / sizeof(*r); i++)
			printf("refusal %u %u%s", r[i].index, r[i].reason, end);
	}
}

static void print_group(struct nlattr **tb, int cmd, void *arg)
{
	(void)arg;
	if (cmd == NF_RG_CMD_GROUP_GET)
		print_numbers(tb, "\n");
}

static int cmd_get(const struct conn *c, const char *id)
{
	struct nl_msg *m = request(c, NF_RG_CMD_GROUP_GET, NLM_F_ACK);

	nla_put_u32(m, NF_RG_A_GROUP, number(id));
	return call(c, m, print_group, NULL);
}

static void print_stats(struct nlattr **tb, int cmd, void *arg)
{
	struct nlattr *stat, *in[NF_RG_A_MAX + 1];
	int rem;

	(void)arg;
	if (cmd != NF_RG_CMD_STATS_GET || !tb[NF_RG_A_STATS])
		return;
	nla_for_each_nested(stat, tb[NF_RG_A_STATS], rem) {
		nla_parse_nested(in, NF_RG_A_MAX, stat, NULL);
		if (in[NF_RG_A_STAT_NAME] && in[NF_RG_A_STAT_VALUE])
			printf("%s %" PRIu64 "\n", nla_get_string(in[NF_RG_A_STAT_NAME]),
			       nla_get_u64(in[NF_RG_A_STAT_VALUE]));
	}
}

struct relay {
	struct conn from;
	struct conn to;
	uint32_t group, session, flags, version, takes_ms;
	uint64_t instance;
	bool synced;
};

static void get_instance(struct nlattr **tb, int cmd, void *arg)
{
	struct relay *r = arg;

	if (cmd == NF_RG_CMD_GROUP_GET && tb[NF_RG_A_INSTANCE])
		r->instance = nla_get_u64(tb[NF_RG_A_INSTANCE]);
}

static void copy_attr(struct nl_msg *m, struct nlattr *a)
{
	if (a)
		nla_put(m, nla_type(a), nla_len(a), nla_data(a));
}

static void on_push(struct nlattr **tb, int cmd, void *arg)
{
	struct relay *r = arg;
	struct nl_msg *m;

	if (cmd != NF_RG_CMD_PUSH)
		return;
	usleep(1000 * r->takes_ms);
	m = request(&r->to, NF_RG_CMD_INSTALL, 0);
	copy_attr(m, tb[NF_RG_A_GROUP]);
	copy_attr(m, tb[NF_RG_A_EPOCH]);
	copy_attr(m, tb[NF_RG_A_EPOCH_SYSTEM]);
	copy_attr(m, tb[NF_RG_A_SEQ]);
	copy_attr(m, tb[NF_RG_A_BATCH]);
	copy_attr(m, tb[NF_RG_A_GENERATION]);
	copy_attr(m, tb[NF_RG_A_RECORDS]);
	send_msg(&r->to, m);
}

static void on_installed(struct nlattr **tb, int cmd, void *arg)
{
	struct relay *r = arg;
	struct nl_msg *m;

	if (cmd != NF_RG_CMD_INSTALL)
		return;
	m = request(&r->from, NF_RG_CMD_ACK, 0);
	nla_put_u32(m, NF_RG_A_GROUP, r->group);
	nla_put_u32(m, NF_RG_A_SESSION, r->session);
	copy_attr(m, tb[NF_RG_A_SEQ]);
	copy_attr(m, tb[NF_RG_A_REFUSALS]);
	copy_attr(m, tb[NF_RG_A_DIGEST]);
	send_msg(&r->from, m);
	if (!r->synced && nla_get_u8(tb[NF_RG_A_SYNC]) >= NF_RG_SYNC_DONE) {
		r->synced = true;
		puts("synced");
		fflush(stdout);
	}
}

static int attach(const struct conn *c)
{
	struct nl_msg *m = request(c, NF_RG_CMD_ATTACH, NLM_F_ACK);

	nla_put_u32(m, NF_RG_A_VERSION, NF_RG_VERSION);
	nla_put_u32(m, NF_RG_A_WINDOW, WINDOW);
	return call(c, m, NULL, NULL);
}

static void print_addr(struct nlattr *a)
{
	char buf[INET6_ADDRSTRLEN];

	inet_ntop(nla_len(a) == 4 ? AF_INET : AF_INET6, nla_data(a), buf, sizeof(buf));
	fputs(buf, stdout);
}

static void print_policy(struct nlattr *nest)
{
	static const char *const when[] = { "not", "always", "assured", "old" };
	struct nlattr *rule, *in[NF_RG_A_MAX + 1];
	int rem;

	nla_for_each_nested(rule, nest, rem) {
		nla_parse_nested(in, NF_RG_A_MAX, rule, NULL);
		printf(" %s %u", when[nla_get_u8(in[NF_RG_A_RULE_WHEN]) % 4],
		       nla_get_u8(in[NF_RG_A_RULE_PROTO]));
		if (in[NF_RG_A_RULE_PORT_FROM])
			printf(":%u-%u", nla_get_u16(in[NF_RG_A_RULE_PORT_FROM]),
			       nla_get_u16(in[NF_RG_A_RULE_PORT_TO]));
		if (in[NF_RG_A_RULE_AGE])
			printf("@%u", nla_get_u32(in[NF_RG_A_RULE_AGE]));
	}
}

static void print_mapping(struct nlattr **tb, int cmd, void *arg)
{
	struct nlattr *range, *in[NF_RG_A_MAX + 1];
	int rem;

	(void)arg;
	if (cmd != NF_RG_CMD_MAPPING_GET)
		return;
	printf("%u %u %u", nla_get_u32(tb[NF_RG_A_MAPPING]), nla_get_u32(tb[NF_RG_A_GROUP]),
	       nla_get_u32(tb[NF_RG_A_SLOT]));
	nla_for_each_nested(range, tb[NF_RG_A_RANGES], rem) {
		nla_parse_nested(in, NF_RG_A_MAX, range, NULL);
		putchar(' ');
		print_addr(in[NF_RG_A_RANGE_FROM]);
		putchar('-');
		print_addr(in[NF_RG_A_RANGE_TO]);
	}
	if (tb[NF_RG_A_POLICY])
		print_policy(tb[NF_RG_A_POLICY]);
	puts(tb[NF_RG_A_FLAGS] ? " stopped" : "");
}

static void print_event(struct nlattr **tb, int cmd, void *arg)
{
	(void)arg;
	if (cmd != NF_RG_CMD_NOTIFY)
		return;
	print_numbers(tb, " ");
	putchar('\n');
	fflush(stdout);
}

static int cmd_watch(const struct conn *c)
{
	int group = genl_ctrl_resolve_grp(c->sk, NF_RG_GENL_NAME, NF_RG_MCGRP_EVENTS);
	int err = group < 0 ? group : nl_socket_add_memberships(c->sk, group, 0);

	if (err)
		die("group " NF_RG_MCGRP_EVENTS, err);
	puts("watching");
	fflush(stdout);
	for (;;)
		if (receive(c, print_event, NULL) < 0)
			return 1;
}

static void print_reply(struct nlattr **tb, int cmd, void *arg)
{
	(void)cmd;
	(void)arg;
	print_numbers(tb, "\n");
}

/* Bytes in hex, as an attribute; 0: as they are. */
static void put_hex(struct nl_msg *m, int attr, const char *s)
{
	size_t len = strlen(s) / 2, i;
	unsigned char *buf = malloc(len + 1);

	for (i = 0; buf && i < len; i++)
		if (sscanf(s + 2 * i, "%2hhx", &buf[i]) != 1)
			break;
	if (!buf || i < len || s[2 * len]) {
		fprintf(stderr, "rgk: '%s' are no bytes in hex\n", s);
		exit(2);
	}
	if (attr)
		nla_put(m, attr, (int)len, buf);
	else
		nlmsg_append(m, buf, len, NLMSG_ALIGNTO);
	free(buf);
}

/* ATTR=VALUE, ATTR={, } or x:BYTES; false if it is none. */
static bool put_attr(struct nl_msg *m, char *arg)
{
	static struct nlattr *nests[4];
	static size_t depth;
	char *value = strchr(arg, '=');
	size_t i;

	if (!strcmp(arg, "}") && depth)
		return !nla_nest_end_keep_empty(m, nests[--depth]);
	if (!strncmp(arg, "x:", 2)) {
		put_hex(m, 0, arg + 2);
		return true;
	}
	if (!value)
		return false;
	*value++ = '\0';
	for (i = 0; i < N_ATTRS && strcmp(arg, attr_names[i].name); i++)
		;
	if (i == N_ATTRS)
		return false;
	if (!strcmp(value, "{") && depth < sizeof(nests) / sizeof(nests[0]))
		nests[depth++] = nla_nest_start(m, attr_names[i].attr | NLA_F_NESTED);
	else if (!strncmp(value, "x:", 2))
		put_hex(m, attr_names[i].attr, value + 2);
	else if (attr_names[i].size == 8)
		nla_put_u64(m, attr_names[i].attr, strtoull(value, NULL, 0));
	else if (attr_names[i].size == 4)
		nla_put_u32(m, attr_names[i].attr, number(value));
	else if (attr_names[i].size == 2)
		nla_put_u16(m, attr_names[i].attr, (uint16_t)number(value));
	else if (attr_names[i].size == 1)
		nla_put_u8(m, attr_names[i].attr, (uint8_t)number(value));
	else
		return false;
	return true;
}

static int command(const char *name)
{
	int cmd;

	for (cmd = 1; cmd <= NF_RG_CMD_MAX; cmd++)
		if (!strcmp(name, cmd_names[cmd]))
			return cmd;
	return (int)number(name);
}

static int cmd_raw(const struct conn *c, int argc, char **argv)
{
	struct nl_msg *m = request(c, command(argv[0]), 0);
	int i, flags = NLM_F_ACK;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "attach")) {
			if (attach(c))
				return 1;
		} else if (!strcmp(argv[i], "dump")) {
			flags |= NLM_F_DUMP;
		} else if (!strcmp(argv[i], "excl")) {
			flags |= NLM_F_EXCL;
		} else if (!put_attr(m, argv[i])) {
			fprintf(stderr, "rgk: '%s' is no attribute\n", argv[i]);
			return 2;
		}
	}
	nlmsg_hdr(m)->nlmsg_flags |= flags;
	return call(c, m, print_reply, NULL);
}

static void relay_option(struct relay *r, const char *word, const char *value)
{
	if (!strcmp(word, "bulk"))
		r->flags = NF_RG_F_BULK;
	else if (!strcmp(word, "merge"))
		r->flags = NF_RG_F_MERGE;
	else if (!strcmp(word, "version") && value)
		r->version = number(value);
	else if (!strcmp(word, "slow") && value)
		r->takes_ms = number(value);
}

static int cmd_relay(int argc, char **argv)
{
	struct relay r = { .group = number(argv[2]), .session = (uint32_t)getpid(),
			   .version = NF_RG_VERSION };
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct nl_msg *m;
	int i;

	for (i = 3; i < argc; i++)
		relay_option(&r, argv[i], argv[i + 1]);
	enter(argv[0]);
	conn_open(&r.from);
	setns(home, CLONE_NEWNET);
	enter(argv[1]);
	conn_open(&r.to);
	if (attach(&r.from) || attach(&r.to))
		return 1;
	m = request(&r.to, NF_RG_CMD_GROUP_GET, NLM_F_ACK);
	nla_put_u32(m, NF_RG_A_GROUP, r.group);
	if (call(&r.to, m, get_instance, &r))
		return 1;
	m = request(&r.from, NF_RG_CMD_SYNC, NLM_F_ACK);
	nla_put_u32(m, NF_RG_A_GROUP, r.group);
	nla_put_u32(m, NF_RG_A_SESSION, r.session);
	nla_put_u64(m, NF_RG_A_PEER_INSTANCE, r.instance);
	if (r.flags)
		nla_put_u32(m, NF_RG_A_FLAGS, r.flags);
	nla_put_u32(m, NF_RG_A_VERSION, r.version);
	if (call(&r.from, m, on_push, &r))
		return 1;
	for (;;) {
		struct pollfd p[2] = {
			{ .fd = nl_socket_get_fd(r.from.sk), .events = POLLIN },
			{ .fd = nl_socket_get_fd(r.to.sk), .events = POLLIN },
		};

		if (poll(p, 2, -1) < 0)
			return 1;
		if (p[0].revents && receive(&r.from, on_push, &r) < 0)
			return 1;
		if (p[1].revents && receive(&r.to, on_installed, &r) < 0)
			return 1;
	}
}

static int usage(void)
{
	fputs("usage: rgk [-n NETNS] COMMAND ...\n"
	      "COMMAND: group, del, mapping, unmap, role, flush, get, stats, mappings, watch, raw, relay\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct conn c;
	const char *cmd;

	if (argc > 2 && !strcmp(argv[1], "-n")) {
		enter(argv[2]);
		argc -= 2;
		argv += 2;
	}
	if (argc < 2)
		return usage();
	cmd = argv[1];
	argc -= 2;
	argv += 2;
	if (!strcmp(cmd, "relay") && argc >= 3)
		return cmd_relay(argc, argv);
	conn_open(&c);
	if (!strcmp(cmd, "group") && argc >= 1)
		return cmd_group(&c, argc, argv);
	if (!strcmp(cmd, "mapping") && argc >= 3)
		return cmd_mapping(&c, argc, argv);
	if (!strcmp(cmd, "role") && argc >= 3)
		return cmd_role(&c, argc, argv);
	if (!strcmp(cmd, "del") && argc == 1)
		return cmd_id(&c, NF_RG_CMD_GROUP_DEL, NF_RG_A_GROUP, argv[0]);
	if (!strcmp(cmd, "flush") && argc == 1)
		return cmd_id(&c, NF_RG_CMD_FLUSH, NF_RG_A_GROUP, argv[0]);
	if (!strcmp(cmd, "unmap") && argc == 1)
		return cmd_id(&c, NF_RG_CMD_MAPPING_DEL, NF_RG_A_MAPPING, argv[0]);
	if (!strcmp(cmd, "get") && argc == 1)
		return cmd_get(&c, argv[0]);
	if (!strcmp(cmd, "mappings") && !argc)
		return call(&c, request(&c, NF_RG_CMD_MAPPING_GET, NLM_F_ACK | NLM_F_DUMP),
			    print_mapping, NULL);
	if (!strcmp(cmd, "watch") && !argc)
		return cmd_watch(&c);
	if (!strcmp(cmd, "raw") && argc >= 1)
		return cmd_raw(&c, argc, argv);
	if (!strcmp(cmd, "stats") && !argc)
		return call(&c, request(&c, NF_RG_CMD_STATS_GET, NLM_F_ACK), print_stats, NULL);
	return usage();
}
