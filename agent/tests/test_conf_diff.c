// SPDX-License-Identifier: GPL-2.0-or-later
/* What changed, and above all what did not. */
#include "conf_util.h"

static struct parsed a, b;

static const char *const base =
	"redundancy\n application redundancy\n"
	"  protocol 1\n   no bfd\n"
	"  protocol 2\n"
	"  group 1\n   preempt\n   name one\n   control c protocol 1\n   data d trusted\n"
	"  group 2\n   control c protocol 2\n"
	"interface lan0\n ip nat inside\n redundancy rii 1 decrement 5\n"
	" redundancy group 1 ip 10.0.0.1 exclusive\n"
	"interface wan0\n ip nat outside\n redundancy rii 2\n"
	" redundancy group 1 ip 192.0.2.1 exclusive decrement 9\n"
	" redundancy group 1 ipv6 2001:db8::1/64 exclusive\n"
	"ip nat pool p 192.0.2.10 192.0.2.20 netmask 255.255.255.0\n"
	"ip nat pool q 192.0.2.30 192.0.2.40 netmask 255.255.255.0\n"
	"ip access-list standard l\n permit 10.0.0.0 0.0.0.255\n"
	"ip access-list standard m\n permit 10.0.1.0 0.0.0.255\n"
	"ip nat inside source list l pool p redundancy 1 mapping-id 7 overload\n"
	"ip nat inside source list m pool q redundancy 1 mapping-id 8 overload\n"
	"ip sla 1\n icmp-echo 10.0.0.9\n"
	"ip sla schedule 1 life forever start-time now\n"
	"track 4 exec /bin/x interval 5\n delay up 3\n"
	"track 5 list threshold weight\n object 4\n object 6 weight 20\n"
	" threshold weight up 20 down 5\n"
	"track 6 ip route 10.0.0.0/8 reachability\n";

struct expected {
	enum conf_object obj;
	const char *name;	/* or */
	uint32_t id;
	uint32_t bits;
};

/* Apply more lines to the base and compare the two. */
static void changes(const char *lines, const struct expected *e, size_t n_e)
{
	static struct conf_change c[CONF_MAX_CHANGES];
	char text[4096];
	size_t i, n;

	must_load(&a, base);
	snprintf(text, sizeof(text), "%s%s", base, lines);
	must_load(&b, text);
	assert_int_equal(conf_diff(&a.c, &b.c, c, CONF_MAX_CHANGES, &n), 0);
	assert_int_equal(conf_equal(&a.c, &b.c), n == 0);
	if (n != n_e)
		fail_msg("%zu differences instead of %zu by:\n%s", n, n_e, lines);
	for (i = 0; i < n; i++) {
		const void *o = c[i].after ? c[i].after : c[i].before;

		assert_int_equal(c[i].obj, e[i].obj);
		assert_int_equal(c[i].bits, e[i].bits);
		if (e[i].name)
			assert_string_equal(o, e[i].name);
		else if (e[i].id)
			assert_int_equal(*(const uint32_t *)o, e[i].id);
		else
			assert_null(o);
	}
}

#define CHANGES(lines, ...)						\
	do {								\
		static const struct expected e_[] = { __VA_ARGS__ };	\
									\
		changes(lines, e_, ARRAY_SIZE(e_));		\
	} while (0)

#define KEYS(text, line)						\
	"key chain k\nkey 1\nkey-string " text "\n" line "\n"

static void test_nothing(void **state)
{
	changes("", NULL, 0);
	changes("! another line number for everything\n\n", NULL, 0);
	changes(IN_GROUP "priority 100\ntimers delay 30 reload 60\n", NULL, 0);
	changes("interface lan0\nno redundancy rii\nredundancy rii 1\n"
		"redundancy group 1 ip 10.0.0.1 exclusive decrement 5\n",
		NULL, 0);
	changes("interface wan0\nno redundancy group 1\n"
		"redundancy group one ipv6 2001:db8::1/64 exclusive decrement 9\n"
		"redundancy group one ip 192.0.2.1 exclusive\n",
		NULL, 0);
	changes("ip access-list standard l\nno 10\n77 permit 10.0.0.0/24\n",
		NULL, 0);
	changes("ip nat inside source list l pool p redundancy one mapping-id 7 overload\n",
		NULL, 0);
}

static void test_domain(void **state)
{
	CHANGES(IN_APP "domain 3\n", { CONF_OBJ_DOMAIN, NULL, 0, 1 });
	CHANGES(IN_APP "require-encryption\n", { CONF_OBJ_DOMAIN, NULL, 0, 1 });
	CHANGES(IN_APP "split-brain probe 0\n", { CONF_OBJ_DOMAIN, NULL, 0, 1 });
}

static void test_hook(void **state)
{
	CHANGES(IN_APP "role-change exec /a\n", { CONF_OBJ_HOOK, NULL, 0, 1 });
	changes(IN_APP "role-change exec /a\nno role-change exec /a\n", NULL, 0);
}

static void test_http(void **state)
{
	CHANGES("ip nat switchover replication http\n",
		{ CONF_OBJ_HTTP, NULL, 0, 1 });
	CHANGES("ip nat switchover replication http port 81\n",
		{ CONF_OBJ_HTTP, NULL, 0, 1 });
	changes("no ip nat switchover replication http\n", NULL, 0);
}

static void test_repl(void **state)
{
	CHANGES("ip nat switchover replication mapping-id 7 udp assured\n",
		{ CONF_OBJ_REPL, NULL, 0, 1 });
	CHANGES("ip nat switchover replication tcp port 5 older-than 9\n"
		"ip nat switchover replication http\n",
		{ CONF_OBJ_HTTP, NULL, 0, 1 }, { CONF_OBJ_REPL, NULL, 0, 1 });
	changes("ip nat switchover replication tcp never\n"
		"no ip nat switchover replication tcp\n", NULL, 0);
}

/* Each part of a rule is a difference. */
static void test_repl_parts(void **state)
{
	static const char *const other[] = {
		"mapping-id 7 tcp port 5 6 older-than 9",
		"mapping-id 8 udp port 5 6 older-than 9",
		"mapping-id 8 tcp port 4 6 older-than 9",
		"mapping-id 8 tcp port 5 7 older-than 9",
		"mapping-id 8 tcp port 5 6 older-than 8",
		"mapping-id 8 tcp port 5 6 assured",
	};
	char text[256];
	size_t i;

	must_load(&a, "ip nat switchover replication mapping-id 8 tcp port 5 6 older-than 9\n");
	for (i = 0; i < ARRAY_SIZE(other); i++) {
		snprintf(text, sizeof(text), "ip nat switchover replication %s\n",
			 other[i]);
		must_load(&b, text);
		if (conf_equal(&a.c, &b.c))
			fail_msg("no difference: %s", other[i]);
	}
	must_load(&a, "ip nat switchover replication udp never\n");
	must_load(&b, "ip nat switchover replication udp assured\n");
	assert_false(conf_equal(&a.c, &b.c));
}

static void test_protocol(void **state)
{
	CHANGES(IN_PROTOCOL "name x\n",
		{ CONF_OBJ_PROTOCOL, NULL, 1, CONF_PROTOCOL_NAME });
	CHANGES(IN_PROTOCOL "timers hellotime 1 holdtime 10\n",
		{ CONF_OBJ_PROTOCOL, NULL, 1, CONF_PROTOCOL_TIMERS },
		{ CONF_OBJ_GROUP, NULL, 1, CONF_GROUP_PROTOCOL });
	CHANGES(IN_APP "protocol 2\nauthentication text x\n",
		{ CONF_OBJ_PROTOCOL, NULL, 2, CONF_PROTOCOL_AUTH },
		{ CONF_OBJ_GROUP, NULL, 2, CONF_GROUP_PROTOCOL });
	CHANGES(IN_APP "protocol 2\nauthentication md5 key-string x\n",
		{ CONF_OBJ_PROTOCOL, NULL, 2, CONF_PROTOCOL_AUTH },
		{ CONF_OBJ_GROUP, NULL, 2, CONF_GROUP_PROTOCOL });
	CHANGES("key chain a\nkey 1\nkey-string x\n",
		{ CONF_OBJ_CHAIN, "a", 0, CONF_CHAIN_ALL });
	CHANGES(IN_APP "protocol 2\nno bfd\n",
		{ CONF_OBJ_PROTOCOL, NULL, 2, CONF_PROTOCOL_BFD },
		{ CONF_OBJ_GROUP, NULL, 2, CONF_GROUP_PROTOCOL });
	CHANGES(IN_APP "protocol 2\nbfd interval 100 min-rx 101 multiplier 3\n",
		{ CONF_OBJ_PROTOCOL, NULL, 2, CONF_PROTOCOL_BFD },
		{ CONF_OBJ_GROUP, NULL, 2, CONF_GROUP_PROTOCOL });
	CHANGES(IN_APP "protocol 3\n",
		{ CONF_OBJ_PROTOCOL, NULL, 3, CONF_PROTOCOL_ALL });
	/* Undefined is the same as defined with the defaults, to a group */
	CHANGES(IN_APP "no protocol 2\n",
		{ CONF_OBJ_PROTOCOL, NULL, 2, CONF_PROTOCOL_ALL });
}

/* What a protocol signs with is part of what its groups speak. */
static void test_keys(void **state)
{
	static const char *const texts[] = {
		IN_PROTOCOL "authentication md5 key-string x\n",
		IN_PROTOCOL "authentication md5 key-string y\n",
		IN_PROTOCOL "authentication md5 key-string y timeout 9\n",
		IN_PROTOCOL "authentication hmac-sha-256 key-string x\n",
		KEYS("x", "") IN_PROTOCOL "authentication md5 key-chain k\n",
		KEYS("y", "") IN_PROTOCOL "authentication md5 key-chain k\n",
		KEYS("x", "accept-lifetime 00:00:00 Jan 1 2030 infinite")
			IN_PROTOCOL "authentication md5 key-chain k\n",
		KEYS("x", "accept-lifetime 00:00:00 Jan 1 2031 infinite")
			IN_PROTOCOL "authentication md5 key-chain k\n",
		KEYS("x", "send-lifetime 00:00:00 Jan 1 2031 infinite")
			IN_PROTOCOL "authentication md5 key-chain k\n",
	};
	struct conf_change ch[4];
	size_t i, j, n;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		for (j = 0; j < ARRAY_SIZE(texts); j++) {
			must_load(&a, texts[i]);
			must_load(&b, texts[j]);
			if (conf_equal(&a.c, &b.c) ? i != j : i == j)
				fail_msg("%s and %s", texts[i], texts[j]);
			assert_int_equal(conf_diff(&a.c, &b.c, ch, 4, &n), 0);
			assert_int_equal(i == j, !n);
			if (n)
				assert_true(ch[n - 1].bits & CONF_PROTOCOL_AUTH);
		}
}

static void test_group(void **state)
{
	CHANGES(IN_GROUP "name x\n",
		{ CONF_OBJ_GROUP, NULL, 1, CONF_GROUP_NAME });
	CHANGES(IN_GROUP "shutdown\n",
		{ CONF_OBJ_GROUP, NULL, 1, CONF_GROUP_SHUTDOWN });
	CHANGES(IN_GROUP "no preempt\n",
		{ CONF_OBJ_GROUP, NULL, 1, CONF_GROUP_PREEMPT });
	CHANGES(IN_GROUP "priority 101 failover threshold 3\n",
		{ CONF_OBJ_GROUP, NULL, 1,
		  CONF_GROUP_PRIORITY | CONF_GROUP_THRESHOLD });
	CHANGES(IN_GROUP "timers delay 30 reload 61\n",
		{ CONF_OBJ_GROUP, NULL, 1, CONF_GROUP_DELAY });
	CHANGES(IN_GROUP "control e protocol 1\n",
		{ CONF_OBJ_GROUP, NULL, 1, CONF_GROUP_CONTROL });
	CHANGES(IN_GROUP "control c protocol 2\n",
		{ CONF_OBJ_GROUP, NULL, 1, CONF_GROUP_PROTOCOL });
	CHANGES(IN_GROUP "data e trusted\n",
		{ CONF_OBJ_GROUP, NULL, 1, CONF_GROUP_DATA });
	CHANGES(IN_GROUP "data d\n",
		{ CONF_OBJ_GROUP, NULL, 1, CONF_GROUP_TRUSTED });
	CHANGES(IN_APP "group 3\nno group 2\n",
		{ CONF_OBJ_GROUP, NULL, 2, CONF_GROUP_ALL },
		{ CONF_OBJ_GROUP, NULL, 3, CONF_GROUP_ALL });
}

static void test_interface(void **state)
{
	CHANGES(IN_IF "redundancy rii 9 decrement 5\n",
		{ CONF_OBJ_IF, "lan0", 0, CONF_IF_RII });
	CHANGES(IN_IF "redundancy rii 1 decrement 6\n",
		{ CONF_OBJ_IF, "lan0", 0, CONF_IF_DECREMENT });
	CHANGES(IN_IF "redundancy group 1 ip 10.0.0.2 exclusive\n",
		{ CONF_OBJ_IF, "lan0", 0, CONF_IF_VIP });
	CHANGES(IN_IF "redundancy group 1 ipv6 fe80::1 exclusive\n",
		{ CONF_OBJ_IF, "lan0", 0, CONF_IF_VIP });
	CHANGES("interface wan0\nredundancy group 1 ipv6 2001:db8::1/48 exclusive\n",
		{ CONF_OBJ_IF, "wan0", 0, CONF_IF_VIP });
	CHANGES(IN_IF "no redundancy group 1\nredundancy group 2 ip 10.0.0.1 exclusive\n",
		{ CONF_OBJ_IF, "lan0", 0, CONF_IF_GROUP });
	CHANGES(IN_IF "no redundancy group 1\n",
		{ CONF_OBJ_IF, "lan0", 0, CONF_IF_GROUP | CONF_IF_VIP });
	CHANGES(IN_IF "ip nat outside\n",
		{ CONF_OBJ_IF, "lan0", 0, CONF_IF_NAT });
	CHANGES("interface aaa\nno interface wan0\n",
		{ CONF_OBJ_IF, "aaa", 0, CONF_IF_ALL },
		{ CONF_OBJ_IF, "wan0", 0, CONF_IF_ALL });
}

static void test_sla(void **state)
{
	changes("ip sla 1\nicmp-echo 10.0.0.9\nip sla schedule 1 start-time now life forever\n",
		NULL, 0);
	CHANGES("ip sla 1\nicmp-echo 10.0.0.8\n",
		{ CONF_OBJ_SLA, NULL, 1, CONF_SLA_WHAT });
	CHANGES("ip sla 1\nicmp-echo 10.0.0.9 source-ip 10.0.0.1\n",
		{ CONF_OBJ_SLA, NULL, 1, CONF_SLA_WHAT });
	CHANGES("no ip sla schedule 1\n",
		{ CONF_OBJ_SLA, NULL, 1, CONF_SLA_WHAT });
	CHANGES("ip sla 1\nfrequency 5\n",
		{ CONF_OBJ_SLA, NULL, 1, CONF_SLA_TIMES });
	CHANGES("ip sla 1\ntimeout 5\nthreshold 5\n",
		{ CONF_OBJ_SLA, NULL, 1, CONF_SLA_TIMES });
	CHANGES("no ip sla 1\nip sla 2\ndns a.b name-server ::1\n",
		{ CONF_OBJ_SLA, NULL, 1, CONF_SLA_ALL },
		{ CONF_OBJ_SLA, NULL, 2, CONF_SLA_ALL });
}

static void test_track(void **state)
{
	changes("track 6 ip route 10.0.0.0 255.0.0.0 reachability\n", NULL, 0);
	changes("track 5 list threshold weight\nno object 4\nobject 4 weight 10\n",
		NULL, 0);
	CHANGES("track 4 exec /bin/x interval 6\n",
		{ CONF_OBJ_TRACK, NULL, 4, CONF_TRACK_INTERVAL });
	CHANGES("track 4 exec /bin/y interval 5\n",
		{ CONF_OBJ_TRACK, NULL, 4, CONF_TRACK_WHAT });
	CHANGES("track 4 exec /bin/x interval 5\nno delay\n",
		{ CONF_OBJ_TRACK, NULL, 4, CONF_TRACK_DELAY });
	CHANGES("track 4 exec /bin/x interval 5\ndelay down 3\n",
		{ CONF_OBJ_TRACK, NULL, 4, CONF_TRACK_DELAY });
	CHANGES("track 5 list threshold weight\nthreshold weight up 20\n",
		{ CONF_OBJ_TRACK, NULL, 5, CONF_TRACK_THRESHOLD });
	CHANGES("track 5 list threshold weight\nobject 6\n",
		{ CONF_OBJ_TRACK, NULL, 5, CONF_TRACK_MEMBERS });
	CHANGES("track 5 list threshold weight\nobject 7\n",
		{ CONF_OBJ_TRACK, NULL, 5, CONF_TRACK_MEMBERS });
	CHANGES("track 6 ip route 10.0.0.0/9 reachability\n",
		{ CONF_OBJ_TRACK, NULL, 6, CONF_TRACK_WHAT });
	CHANGES("track 6 ipv6 route ::/8 reachability\n",
		{ CONF_OBJ_TRACK, NULL, 6, CONF_TRACK_WHAT });
	CHANGES("no track 4\ntrack 9 systemd x\n",
		{ CONF_OBJ_TRACK, NULL, 4, CONF_TRACK_ALL },
		{ CONF_OBJ_TRACK, NULL, 9, CONF_TRACK_ALL });
	CHANGES(IN_GROUP "track 4 decrement 1\n",
		{ CONF_OBJ_GROUP, NULL, 1, CONF_GROUP_TRACK });
}

/* What a group makes of an object is part of the group. */
static void test_group_track(void **state)
{
	static const char *const other[] = {
		"track 4 decrement 2\n", "track 4 shutdown\n",
		"track 5 decrement 1\n", "no track 4\n",
		"track 4 decrement 1\ntrack 5 shutdown\n",
	};
	char text[256];
	size_t i;

	must_load(&a, IN_GROUP "track 4 decrement 1\n");
	for (i = 0; i < ARRAY_SIZE(other); i++) {
		snprintf(text, sizeof(text), IN_GROUP "%s", other[i]);
		must_load(&b, text);
		if (conf_equal(&a.c, &b.c))
			fail_msg("no difference: %s", other[i]);
	}
	must_load(&b, IN_GROUP "track 5 shutdown\nno track 5\n"
		  "track 4 shutdown\ntrack 4 decrement 1\n");
	assert_true(conf_equal(&a.c, &b.c));
}

/* A rule is told when the list or the pool that it uses changed. */
static void test_nat(void **state)
{
	CHANGES("ip nat pool p 192.0.2.10 192.0.2.21 netmask 255.255.255.0\n",
		{ CONF_OBJ_POOL, "p", 0, CONF_POOL_RANGE },
		{ CONF_OBJ_MAP, NULL, 7, CONF_MAP_POOL });
	CHANGES("ip access-list standard m\npermit any\n",
		{ CONF_OBJ_ACL, "m", 0, CONF_ACL_ENTRIES },
		{ CONF_OBJ_MAP, NULL, 8, CONF_MAP_ACL });
	CHANGES("ip access-list standard m\nno 10\ndeny 10.0.1.0/24\n",
		{ CONF_OBJ_ACL, "m", 0, CONF_ACL_ENTRIES },
		{ CONF_OBJ_MAP, NULL, 8, CONF_MAP_ACL });
	CHANGES("no ip access-list standard l\n",
		{ CONF_OBJ_ACL, "l", 0, CONF_ACL_ALL },
		{ CONF_OBJ_MAP, NULL, 7, CONF_MAP_ACL });
	CHANGES("ip nat inside source list l pool p redundancy 2 mapping-id 7 overload\n",
		{ CONF_OBJ_MAP, NULL, 7, CONF_MAP_GROUP });
	CHANGES("no ip nat inside source list l pool p\n"
		"ip nat inside source list n pool p redundancy 1 mapping-id 7 overload\n",
		{ CONF_OBJ_MAP, NULL, 7, CONF_MAP_ACL });
	CHANGES("no ip nat inside source list l pool p\n"
		"ip nat inside source list l pool p redundancy 1 mapping-id 9 overload\n",
		{ CONF_OBJ_MAP, NULL, 7, CONF_MAP_ALL },
		{ CONF_OBJ_MAP, NULL, 9, CONF_MAP_ALL });
	/* A list that nobody uses */
	CHANGES("access-list 5 permit any\n",
		{ CONF_OBJ_ACL, "5", 0, CONF_ACL_ALL });
}

/* before and after point into the two structs. */
static void test_pointers(void **state)
{
	struct conf_change c;
	size_t n;

	must_load(&a, IN_APP "group 1\n");
	must_load(&b, IN_APP "group 1\npreempt\n");
	assert_int_equal(conf_diff(&a.c, &b.c, &c, 1, &n), 0);
	assert_int_equal(n, 1);
	assert_ptr_equal(c.before, conf_group(&a.c, 1));
	assert_ptr_equal(c.after, conf_group(&b.c, 1));
	must_load(&b, "");
	assert_int_equal(conf_diff(&a.c, &b.c, &c, 1, &n), 0);
	assert_null(c.after);
	assert_int_equal(conf_diff(&b.c, &a.c, &c, 1, &n), 0);
	assert_null(c.before);
	assert_int_equal(conf_diff(&b.c, &a.c, &c, 0, &n), -ENOSPC);
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_domain),
		cmocka_unit_test(test_hook),
		cmocka_unit_test(test_http),
		cmocka_unit_test(test_repl),
		cmocka_unit_test(test_repl_parts),
		cmocka_unit_test(test_protocol),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_interface),
		cmocka_unit_test(test_track),
		cmocka_unit_test(test_sla),
		cmocka_unit_test(test_group_track),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_pointers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
