// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is printed parses again, into an equal configuration that prints the
 * same: on configurations made at random, from a fixed seed.
 */
#include "conf_util.h"

static struct parsed p, q;
static uint64_t seed;

/* xorshift64*: the same numbers everywhere */
static uint32_t rnd(uint32_t below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (uint32_t)((seed * 2685821657736338717ull) >> 33) % below;
}

struct text {
	char s[1u << 16];
	size_t n;
};

static void add(struct text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	t->n += (size_t)vsnprintf(t->s + t->n, sizeof(t->s) - t->n, fmt, ap);
	va_end(ap);
	assert_true(t->n < sizeof(t->s));
}

static bool often(void)
{
	return rnd(3) != 0;
}

static void add_protocol(struct text *t)
{
	uint32_t hello = 10 + rnd(1000);

	add(t, "protocol %u\n", 1 + rnd(8));
	if (often())
		add(t, "name p%u\n", rnd(100000));
	switch (rnd(3)) {
	case 0:
		add(t, "timers hellotime %u holdtime %u\n", 1 + rnd(100),
		    102 + rnd(154));
		break;
	case 1:
		add(t, "timers hellotime msec %u holdtime msec %u\n", hello,
		    3 * hello + rnd(5000));
		break;
	}
	switch (rnd(5)) {
	case 0:
		add(t, "authentication text %c%u\n", '!' + (int)rnd(94),
		    rnd(1000000));
		break;
	case 1:
		add(t, "authentication md5 key-string 0 %c%u timeout %u\n",
		    '!' + (int)rnd(94), rnd(1000000), rnd(32768));
		break;
	case 2:
		add(t, "authentication hmac-sha-256 key-chain k%u\n", rnd(4));
		break;
	}
	if (rnd(2))
		add(t, "bfd interval %u min-rx %u multiplier %u\n", 10 + rnd(59991),
		    10 + rnd(59991), 3 + rnd(48));
	if (often())
		add(t, "no bfd\n");
}

static void add_chain(struct text *t, uint32_t i)
{
	uint32_t n;

	add(t, "key chain k%u\n", i);
	for (n = 1 + rnd(5); n; n--) {
		add(t, "key %u\nkey-string %c%u\n", rnd(100),
		    '!' + (int)rnd(94), rnd(1000000));
		if (rnd(2))
			add(t, "accept-lifetime %02u:00:00 Jan %u %u infinite\n",
			    rnd(24), 1 + rnd(31), 1993 + rnd(8000));
		if (rnd(2))
			add(t, "send-lifetime 00:%02u:00 %u Oct %u duration %u\n",
			    rnd(60), 1 + rnd(31), 1993 + rnd(7000),
			    1 + rnd(2000000000));
	}
}

static void add_group(struct text *t, uint32_t id)
{
	uint32_t priority = 1 + rnd(255);

	add(t, "group %u\n", id);
	if (often())
		add(t, "name g%u\n", id);
	if (often())
		add(t, "priority %u failover threshold %u\n", priority,
		    rnd(priority + 1));
	if (rnd(2))
		add(t, "preempt\n");
	if (!rnd(4))
		add(t, "shutdown\n");
	if (rnd(2))
		add(t, "timers delay %u reload %u\n", rnd(10001), rnd(10001));
	if (often())
		add(t, "control c%u protocol %u\n", rnd(5), 1 + rnd(8));
	if (often())
		add(t, "data d%u%s\n", rnd(5), rnd(2) ? " trusted" : "");
	if (rnd(2))
		add(t, "track %u decrement %u\ntrack %u shutdown\n",
		    1 + rnd(40), 1 + rnd(255), 1 + rnd(40));
}

static void add_members(struct text *t, uint32_t id, const char *kind,
			bool weighs)
{
	uint32_t n;

	add(t, "track %u list %s\n", id, kind);
	/* always of higher number: no loop */
	for (n = 0; n < 1 + rnd(4); n++) {
		add(t, "object %u", id + 1 + rnd(20));
		if (weighs && rnd(2))
			add(t, " weight %u", 1 + rnd(255));
		else if (kind[0] == 'b' && rnd(2))
			add(t, " not");
		add(t, "\n");
	}
}

static void add_track(struct text *t, uint32_t id)
{
	uint32_t up = 1 + rnd(100);

	switch (rnd(8)) {
	case 0:
		add(t, "track %u interface i%u %s\n", id, rnd(5),
		    rnd(2) ? "line-protocol" :
		    rnd(2) ? "ip routing" : "ipv6 routing");
		break;
	case 1:
		add(t, "track %u ip route 10.%u.0.9/%u reachability\n", id,
		    rnd(256), rnd(33));
		break;
	case 2:
		add(t, "track %u ipv6 route fd00:%x::9/%u reachability\n", id,
		    rnd(65536), rnd(129));
		break;
	case 3:
		add_members(t, id, rnd(2) ? "boolean and" : "boolean or",
			    false);
		break;
	case 4:
		add_members(t, id, "threshold weight", true);
		add(t, "threshold weight up %u down %u\n", up, rnd(up));
		break;
	case 5:
		add_members(t, id, "threshold percentage", false);
		add(t, "threshold percentage down %u up %u\n", rnd(up), up);
		break;
	case 6:
		add(t, "track %u exec /bin/p%u interval %u\n", id, rnd(9),
		    1 + rnd(3600));
		break;
	case 7:
		add(t, "track %u systemd u%u.service\n", id, rnd(9));
		break;
	}
	if (rnd(2))
		add(t, "delay down %u up %u\n", rnd(181), rnd(181));
}

static void add_if(struct text *t, uint32_t i)
{
	uint32_t d = rnd(3) ? 0 : 1 + rnd(255), v;
	char group[8], decrement[24] = "";

	snprintf(group, sizeof(group), "%s%u", rnd(2) ? "g" : "", 1 + rnd(9));
	if (d)
		snprintf(decrement, sizeof(decrement), " decrement %u", d);
	add(t, "interface i%u\nredundancy rii %u%s\n", i, 1000 + i,
	    rnd(2) ? decrement : "");
	if (rnd(2))
		add(t, "ip nat %s\n", rnd(2) ? "inside" : "outside");
	if (rnd(2))
		add(t, "%sshutdown\n", rnd(2) ? "no " : "");
	if (rnd(2))
		add(t, "%snegotiation auto\n", rnd(2) ? "no " : "");
	for (v = rnd(4); v; v--)
		add(t, "ip address 172.%u.%u.%u 255.255.%u.0%s\n", i, rnd(256),
		    1 + rnd(254), rnd(2) ? 0 : 255,
		    rnd(2) ? " secondary" : "");
	if (rnd(2))
		add(t, "ip virtual-reassembly%s%s\n", rnd(2) ? " out" : "",
		    rnd(2) ? " in" : "");
	if (rnd(2))
		add(t, "redundancy group %s ip 10.%u.%u.1 exclusive%s\n",
		    group, i, rnd(256), decrement);
	for (v = rnd(4); v; v--)
		add(t, "redundancy group %s ipv6 fd00:%x:%x::1/%u exclusive%s\n",
		    group, i, rnd(65536), 48 + rnd(81),
		    rnd(2) ? decrement : "");
	if (rnd(2))
		add(t, "redundancy group %s ipv6 fe80::%x exclusive\n", group,
		    1 + rnd(65535));
	if (rnd(2) && d)
		add(t, "redundancy group %s%s\n", group, decrement);
}

static void add_acl(struct text *t, uint32_t i)
{
	uint32_t n;

	add(t, "ip access-list standard %s%u\n", i % 2 ? "l" : "", 1 + i);
	for (n = rnd(20); n; n--) {
		const char *verb = rnd(2) ? "permit" : "deny";
		uint32_t x = rnd(256), y = rnd(256);

		/* Any number may be taken by now: skip a few each time */
		if (!rnd(3))
			add(t, "no %u\n%u ", 10000 - n, 10000 - n);
		switch (rnd(6)) {
		case 0:
			add(t, "%s any\n", verb);
			break;
		case 1:
			add(t, "%s host 10.%u.%u.9\n", verb, x, y);
			break;
		case 2:
			add(t, "%s 10.%u.%u.9/%u\n", verb, x, y, rnd(33));
			break;
		case 3:
			add(t, "%s %u.%u.0.0 0.0.%u.255\n", verb, x, y,
			    (1u << rnd(9)) - 1);
			break;
		case 4:
			add(t, "%s fd00:%x::%x/%u\n", verb, x, y, rnd(129));
			break;
		case 5:
			add(t, "%s ::ffff:10.0.%u.%u\n", verb, x, y);
			break;
		}
	}
}

static void add_repls(struct text *t)
{
	static const char *const protocols[] = {
		"tcp", "udp", "sctp", "icmp", "gre", "ip",
	};
	uint32_t i, n = rnd(6);

	for (i = 0; i < n; i++) {
		uint32_t l4 = rnd(6);

		add(t, "ip nat switchover replication ");
		if (rnd(2))
			add(t, "mapping-id %u ", 1 + rnd(3));
		add(t, "%s ", protocols[l4]);
		/* not overlapping, which would be refused */
		if (l4 < 3 && rnd(2))
			add(t, "port %u %u ", 100 * i + 1, 100 * i + 1 + rnd(99));
		switch (rnd(3)) {
		case 0:
			add(t, "older-than %u\n", 1 + rnd(5000));
			break;
		case 1:
			add(t, "never\n");
			break;
		case 2:
			add(t, "%s\n", l4 == 3 ? "always" : "assured");
			break;
		}
	}
}

static void add_nat(struct text *t)
{
	uint32_t i, n = rnd(12);

	if (rnd(2))
		add(t, "ip nat switchover replication http port %u\n",
		    79 + rnd(3));
	add_repls(t);
	for (i = 0; i < n; i++) {
		uint32_t from = 1 + rnd(100), to = from + rnd(100);
		char group[8];

		if (rnd(2))
			add(t, "ip nat pool p%u 192.0.%u.%u 192.0.%u.%u netmask 255.255.255.0\n",
			    i, i, from, i, to);
		else
			add(t, "ip nat pool p%u 2001:db8:%u::%u 2001:db8:%u::%u prefix-length 64\n",
			    i, i, from, i, to);
		snprintf(group, sizeof(group), "%s%u", rnd(2) ? "g" : "",
			 1 + rnd(9));
		if (often())
			add(t, "ip nat in so list l%u pool p%u red %s map %u overload\n",
			    2 * i, i, group, 1 + i * 178956970);
	}
}

static void random_conf(struct text *t)
{
	uint32_t i, n;

	t->n = 0;
	for (i = 0; i < 4; i++)
		add_chain(t, i);
	add(t, IN_APP);
	if (rnd(2))
		add(t, "domain %u\n", rnd(256));
	if (rnd(2))
		add(t, "split-brain probe %u\n", rnd(1001));
	for (i = rnd(4); i; i--)
		add(t, "role-change exec /h%u timeout %u\n", rnd(9), 1 + rnd(60));
	for (n = rnd(4); n; n--)
		add_protocol(t);
	for (i = rnd(3), n = 0; n < i; n++)
		add_group(t, 1 + 5 * n + rnd(5));
	for (i = 0, n = rnd(5); i < n; i++)
		add_if(t, i);
	for (i = 0, n = rnd(5); i < n; i++)
		add_acl(t, i);
	for (i = 0, n = rnd(5); i < n; i++)
		add_track(t, 1 + 5 * i + rnd(5));
	add_nat(t);
}

static void test_random(void **state)
{
	static struct text t;
	uint32_t n, full = 0;

	seed = 88172645463325252ull;
	for (n = 0; n < 3000; n++) {
		random_conf(&t);
		must_load(&p, t.s);
		must_load(&q, p.text);
		if (strcmp(p.text, q.text))
			fail_msg("printed:\n%s\nand then:\n%s", p.text, q.text);
		assert_true(conf_equal(&p.c, &q.c));
		full += p.c.n_groups && p.c.n_ifs && p.c.n_acls && p.c.n_maps &&
			p.c.n_tracks;
	}
	/* The set is worth something */
	assert_true(full > 300);
}

/* The same line order or another one: the meaning is sorted. */
static void test_sorted(void **state)
{
	must_load(&p, IN_APP "group 2\ngroup 1\nprotocol 3\nprotocol 2\n"
		  "interface b\ninterface a\n"
		  "ip nat pool b 10.0.0.1 10.0.0.1 prefix-length 24\n"
		  "ip nat pool a 10.0.0.2 10.0.0.2 prefix-length 24\n"
		  "ip access-list standard b\nip access-list standard a\n");
	must_load(&q, "ip access-list standard a\nip access-list standard b\n"
		  "ip nat pool a 10.0.0.2 10.0.0.2 prefix-length 24\n"
		  "ip nat pool b 10.0.0.1 10.0.0.1 prefix-length 24\n"
		  "interface a\ninterface b\n"
		  IN_APP "protocol 2\nprotocol 3\ngroup 1\ngroup 2\n");
	assert_string_equal(p.text, q.text);
	assert_true(conf_equal(&p.c, &q.c));
}

static void test_text(void **state)
{
	must_load(&p, "");
	assert_string_equal(p.text, "end\n");
	must_load(&p, IN_GROUP "priority 7\n");
	assert_string_equal(p.text,
			    "redundancy\n mode none\n application redundancy\n"
			    "  group 1\n   priority 7\n!\nend\n");
	must_load(&p, "ip nat pool p 10.0.0.1 10.0.0.1 prefix-length 24\n"
		  "ip nat switchover replication http port 81\n"
		  "ip nat switchover replication http port 82\n"
		  "interface a\n");
	assert_string_equal(p.text,
			    "interface a\n!\n"
			    "ip nat switchover replication http port 82\n"
			    "ip nat pool p 10.0.0.1 10.0.0.1 netmask 255.255.255.0\n"
			    "end\n");
}

/* A buffer that is too small is not overrun, and says how much it wanted. */
static void test_room(void **state)
{
	char buf[64];
	size_t len, size;

	must_load(&p, IN_GROUP "priority 7\n");
	for (size = 0; size <= sizeof(buf); size++) {
		memset(buf, 'x', sizeof(buf));
		assert_int_equal(conf_print(&p.c, buf, size, &len), -ENOSPC);
		assert_int_equal(len, strlen(p.text));
		if (size)
			assert_int_equal(buf[size - 1], '\0');
		if (size < sizeof(buf))
			assert_int_equal(buf[size], 'x');
	}
}

/* The largest configuration there can be has a size that a caller can plan. */
static void test_largest(void **state)
{
	uint32_t i, j;
	size_t len;

	must_load(&p, "");
	for (i = 0; i < CONF_MAX_ACLS; i++) {
		struct conf_acl *a = &p.c.acl[i];

		memset(a->name, 'a', CONF_WORD_LEN - 1);
		a->name[0] = (char)('0' + i);
		a->n_aces = CONF_MAX_ACES;
		for (j = 0; j < CONF_MAX_ACES; j++) {
			a->ace[j].seq = 2147483000u + j;
			a->ace[j].src.len = 127;
			a->ace[j].src.addr.family = RG_V6;
			memset(a->ace[j].src.addr.b, 0xfe, 16);
		}
	}
	p.c.n_acls = CONF_MAX_ACLS;
	assert_int_equal(conf_print(&p.c, p.text, TEXT_SIZE, &len), 0);
	must_load(&q, p.text);
	assert_true(conf_equal(&p.c, &q.c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_largest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
