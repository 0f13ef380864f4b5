// SPDX-License-Identifier: GPL-2.0-or-later
/* Contradictions, references to nothing, and what an operator should know. */
#include "conf_util.h"

static struct parsed p;

#define QUIET							\
	"redundancy\napplication redundancy\nprotocol 1\nno bfd\n"	\
	"group 1\npreempt\ncontrol c protocol 1\ndata d trusted\n"
#define LAN		"interface lan0\nredundancy rii 1\nip nat inside\n"
#define WAN		"interface wan0\nredundancy rii 2\nip nat outside\n"
#define POOL		"ip nat pool p 192.0.2.1 192.0.2.9 prefix-length 24\n"
#define POOL6		"ip nat pool p6 2001:db8::1 2001:db8::9 prefix-length 64\n"
#define LIST		"ip access-list standard l\npermit any\n"
#define RULE(l, p, id)	"ip nat inside source list " l " pool " p \
			" redundancy 1 mapping-id " id " overload\n"

static void test_quiet(void **state)
{
	must_load(&p, QUIET LAN
		  "redundancy group 1 ip 10.0.0.1 exclusive decrement 9\n" WAN
		  "redundancy group 1 ip 192.0.2.77 exclusive decrement 9\n"
		  POOL POOL6 LIST RULE("l", "p", "1") RULE("l", "p6", "2"));
	assert_string_equal(p.findings, "");
}

static void test_undefined(void **state)
{
	must_warn(&p, IN_GROUP "control c protocol 3\n",
		  "f:3: warning: group 1: protocol 3 is not defined, its defaults are used");
	must_warn(&p, LAN "redundancy group 7 decrement 1\n",
		  "interface lan0: group 7 is not defined");
	must_warn(&p, LAN "redundancy group blue decrement 1\n",
		  "interface lan0: group blue is not defined");
	must_warn(&p, QUIET RULE("l", "p", "9"),
		  "mapping 9: pool p is not defined, the rule does nothing");
	must_warn(&p, QUIET RULE("l", "p", "9"),
		  "mapping 9: access list l is not defined, it matches nothing");
	must_warn(&p, RULE("l", "p", "9"),
		  "mapping 9: group 1 is not defined, the mapping is inactive");
	assert_null(conf_group(&p.c, conf_map(&p.c, 9)->group.id));
	must_warn(&p, "ip nat inside source list l pool p redundancy blue mapping-id 9 overload\n",
		  "mapping 9: group blue is not defined");
	assert_int_equal(conf_map(&p.c, 9)->group.id, 0);
	must_warn(&p, QUIET POOL "ip access-list standard l\npermit ::/0\n"
		  RULE("l", "p", "9"), "permits no source of the pool's family");
	must_warn(&p, QUIET POOL6 "ip access-list standard l\ndeny any\n"
		  "permit 10.0.0.0/8\n" RULE("l", "p6", "9"),
		  "permits no source of the pool's family");
}

/* A group may be named before and after it is defined. */
static void test_group_by_name(void **state)
{
	static const char *const rule =
		"ip nat inside source list l pool p redundancy blue mapping-id 9 overload\n";
	char text[512];

	snprintf(text, sizeof(text), "%s%s", rule,
		 IN_APP "group 7\nname blue\n");
	must_not_warn(&p, text, "group blue is not defined");
	assert_int_equal(conf_map(&p.c, 9)->group.id, 7);
	must_not_warn(&p, IN_APP "group 7\nname blue\n" LAN
		      "redundancy group blue ip 10.0.0.1 exclusive\n"
		      "redundancy group 7 ipv6 fd00::1/64 exclusive\n",
		      "not defined");
	assert_int_equal(conf_if(&p.c, "lan0")->group.id, 7);
	must_refuse(&p, IN_APP "group 7\nname blue\n" LAN
		    "redundancy group blue ip 10.0.0.1 exclusive\n"
		    "redundancy group 8 ipv6 fd00::1/64 exclusive\n",
		    "f:9:18:", "belongs to group blue already");
	must_refuse(&p, LAN "redundancy group blue ip 10.0.0.1 exclusive\n"
		    "redundancy group green ipv6 fd00::1/64 exclusive\n",
		    "f:5:18:", "belongs to group blue already");
	must_refuse(&p, IN_APP "group 7\nname blue\ngroup 8\nname blue\n",
		    "f:5: error: ", "groups 7 and 8 are both named blue");
}

static void test_http(void **state)
{
	must_warn(&p, "!\nip nat switchover replication http port 81\n",
		  "f:2: warning: sessions to port 81 are replicated anyway, HTTP sessions to port 80 stay without replication");
	must_not_warn(&p, "ip nat switchover replication http\n", "HTTP");
	must_not_warn(&p, "", "HTTP");
	must_warn(&p, "no ip nat switchover replication http port 81\n",
		  "HTTP sessions to this port are not what is replicated");
}

#define REPL "ip nat switchover replication "
#define MAP7 "ip nat inside source list l pool p redundancy 1 mapping-id 7 overload\n"

static void test_repl(void **state)
{
	char text[8192];
	size_t at = 0;
	unsigned int i;

	must_refuse(&p, REPL "tcp port 80 90 never\n" REPL "tcp port 90 99 assured\n",
		    "f:2: error: ",
		    "replication: tcp ports 80-90 and 90-99 overlap");
	must_refuse(&p, REPL "mapping-id 7 udp port 5 never\n"
		    REPL "mapping-id 7 udp port 1 9 assured\n",
		    "f:2: error: ", "replication: udp ports 1-9 and 5-5 overlap");
	must_load(&p, REPL "tcp port 80 90 never\n" REPL "tcp port 91 99 never\n"
		  REPL "udp port 85 never\n" REPL "tcp always\n"
		  REPL "mapping-id 7 tcp port 85 never\n");
	must_warn(&p, REPL "mapping-id 7 tcp never\n",
		  "f:1: warning: replication: mapping 7 is not defined, the rule does nothing");
	must_not_warn(&p, MAP7 REPL "mapping-id 7 tcp never\n",
		      "mapping 7 is not defined");

	/* As many as the kernel takes, HTTP among them */
	at = (size_t)snprintf(text, sizeof(text), MAP7);
	for (i = 1; i < CONF_MAX_RULES; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       REPL "%sudp port %u never\n",
				       i % 2 ? "mapping-id 7 " : "", i);
	must_load(&p, text);
	snprintf(text + at, sizeof(text) - at, REPL "http\n" REPL "ip never\n");
	must_load(&p, text);
	snprintf(text + at, sizeof(text) - at, REPL "ip never\n");
	must_refuse(&p, text, "f:1: error: ",
		    "mapping 7: 65 replication rules are about it, there is room for 64");
}

/* The narrowest decides, and of two alike that of the mapping. */
static void test_repl_order(void **state)
{
	static const char *const lines =
		MAP7 REPL "ip never\n" REPL "mapping-id 7 ip older-than 1\n"
		REPL "tcp never\n" REPL "mapping-id 7 tcp older-than 2\n"
		REPL "tcp port 7 never\n"
		REPL "mapping-id 7 tcp port 7 older-than 3\n"
		REPL "mapping-id 8 tcp port 7 older-than 4\n";
	static const struct {
		uint32_t map;
		uint8_t l4;
		uint16_t from, to;
		uint32_t age;
	} want[] = {
		{ 7, 6, 7, 7, 3 }, { 0, 6, 7, 7, 0 }, { 0, 6, 80, 80, 0 },
		{ 7, 6, 0, 0, 2 }, { 0, 6, 0, 0, 0 }, { 7, 0, 0, 0, 1 },
		{ 0, 0, 0, 0, 0 },
	};
	struct conf_repl r[CONF_MAX_RULES];
	char text[1024];
	uint32_t i, n;

	must_load(&p, lines);
	n = conf_map_repls(&p.c, conf_map(&p.c, 7), r, CONF_MAX_RULES);
	assert_int_equal(n, ARRAY_SIZE(want));
	for (i = 0; i < n; i++) {
		assert_int_equal(r[i].map, want[i].map);
		assert_int_equal(r[i].l4, want[i].l4);
		assert_int_equal(r[i].from, want[i].from);
		assert_int_equal(r[i].to, want[i].to);
		assert_int_equal(r[i].age_ms, want[i].age);
	}
	snprintf(text, sizeof(text), "%s" REPL "http\n", lines);
	must_load(&p, text);
	n = conf_map_repls(&p.c, conf_map(&p.c, 7), r, CONF_MAX_RULES);
	assert_int_equal(n, ARRAY_SIZE(want) - 1);
	/* No more than there is room for */
	r[1].age_ms = 99;
	assert_int_equal(conf_map_repls(&p.c, conf_map(&p.c, 7), r, 1), n);
	assert_int_equal(r[1].age_ms, 99);
}

static void test_group_warnings(void **state)
{
	must_warn(&p, IN_GROUP,
		  "f:3: warning: no preempt and no threshold: decrements cannot move group 1");
	must_not_warn(&p, IN_GROUP "preempt\n", "decrements cannot move");
	must_not_warn(&p, IN_GROUP "priority 100 failover threshold 1\n",
		      "decrements cannot move");
	must_warn(&p, IN_GROUP, "group 1 has no control link");
	must_warn(&p, IN_GROUP, "group 1 has no data link");
	must_warn(&p, IN_GROUP "control x protocol 1\ndata x\n",
		  "single liveness path: control and data are both x");
	must_not_warn(&p, IN_GROUP "control x protocol 1\ndata y\n",
		      "single liveness path");
	must_warn(&p, IN_GROUP "control x protocol 1\ndata y\n",
		  "DATA LINK NOT PROTECTED");
	must_not_warn(&p, IN_GROUP "control x protocol 1\ndata y trusted\n",
		      "NOT PROTECTED");
	must_not_warn(&p, IN_PROTOCOL, "bfd");
	must_not_warn(&p, IN_PROTOCOL "authentication md5 key-string k\n"
		      "group 1\ncontrol x protocol 1\ndata y\n", "NOT PROTECTED");
	must_warn(&p, IN_PROTOCOL "authentication text k\n"
		  "group 1\ncontrol x protocol 1\ndata y\n", "NOT PROTECTED");
	must_warn(&p, IN_APP "require-encryption\ngroup 1\ncontrol x protocol 1\ndata y trusted\n",
		  "no session is synchronised: require-encryption");
	must_not_warn(&p, IN_APP "require-encryption\nprotocol 1\nauthentication md5 key-string k\n"
		      "group 1\ncontrol x protocol 1\ndata y\n", "no session is");
	must_refuse(&p, IN_GROUP "priority 100 failover threshold 101\n",
		    "f:3: error: ", "the failover threshold 101 is above the priority 100");
	must_load(&p, IN_GROUP "priority 100 failover threshold 100\n");
}

static void test_interface_contradictions(void **state)
{
	must_refuse(&p, "interface lan0\nredundancy group 1 ip 10.0.0.1 exclusive\n",
		    "f:1: error: ", "needs \"redundancy rii\"");
	/* In either order */
	must_load(&p, "interface lan0\nredundancy group 1 ip 10.0.0.1 exclusive\n"
		  "redundancy rii 5\n");
	must_refuse(&p, "interface a\nredundancy rii 5\ninterface b\nredundancy rii 5\n",
		    "f:3: error: ", "interfaces a and b have the same rii 5");
	must_refuse(&p, "interface b\nredundancy rii 5\ninterface a\nredundancy rii 5\n",
		    "f:3: error: ", "interfaces a and b have the same rii 5");
	must_refuse(&p, LAN "redundancy group 1 ip 10.0.0.1 exclusive\n" WAN
		    "redundancy group 2 ip 10.0.0.1 exclusive\n",
		    "f:5: error: ", "have the same virtual address 10.0.0.1");
	must_refuse(&p, LAN "redundancy group 1 ipv6 fd00::1/64 exclusive\n" WAN
		    "redundancy group 1 ipv6 fd00::1/48 exclusive\n",
		    "f:5: error: ", "have the same virtual address fd00::1");
	must_load(&p, LAN "redundancy group 1 ipv6 fe80::1 exclusive\n" WAN
		  "redundancy group 1 ipv6 fe80::1 exclusive\n");
}

static void test_decrements(void **state)
{
	must_warn(&p, LAN "redundancy group 1 ip 10.0.0.1 exclusive\n",
		  "interface lan0 is in a group without a decrement");
	must_not_warn(&p, "interface lan0\nredundancy rii 1 decrement 5\n"
		      "redundancy group 1 ip 10.0.0.1 exclusive\n",
		      "without a decrement");
	assert_int_equal(conf_if_decrement(conf_if(&p.c, "lan0")), 5);
	must_not_warn(&p, LAN "redundancy group 1 ip 10.0.0.1 exclusive\n"
		      "redundancy group 1 ipv6 fd00::1/64 exclusive decrement 7\n",
		      "without a decrement");
	assert_int_equal(conf_if_decrement(conf_if(&p.c, "lan0")), 7);
	must_warn(&p, "interface lan0\nredundancy rii 1 decrement 5\n"
		  "redundancy group 1 ip 10.0.0.1 exclusive decrement 9\n",
		  "the group's decrement 9 counts, not the 5");
	assert_int_equal(conf_if_decrement(conf_if(&p.c, "lan0")), 9);
	must_refuse(&p, LAN "redundancy group 1 ip 10.0.0.1 exclusive decrement 7\n"
		    "redundancy group 1 ipv6 fd00::1/64 exclusive decrement 8\n",
		    "f:1: error: ", "decrements 7 and 8 for the same group");
	must_refuse(&p, LAN "redundancy group 1 ip 10.0.0.1 exclusive decrement 7\n"
		    "redundancy group 1 decrement 8\n", "f:1: error: ",
		    "decrements 8 and 7 for the same group");
}

static void test_pools(void **state)
{
	must_warn(&p, "ip nat pool p 10.10.0.0 10.10.255.255 netmask 255.255.0.0\n"
		  LAN "redundancy group 1 ip 10.10.1.1 exclusive\n",
		  "pool p: not handed out, being network, broadcast, virtual or own addresses: 10.10.0.0, 10.10.255.255, 10.10.1.1");
	must_warn(&p, "ip nat pool p 2001:db8:: 2001:db8::5 prefix-length 64\n"
		  LAN "redundancy group 1 ipv6 2001:db8::5/64 exclusive\n",
		  "virtual or own addresses: 2001:db8::, 2001:db8::5\n");
	must_refuse(&p, "ip nat pool p 10.0.0.0 10.0.0.0 prefix-length 8\n",
		    "f:1: error: ", "pool p: every address in it");
	must_refuse(&p, "ip nat pool p 10.0.0.0 10.0.0.3 prefix-length 30\n" LAN
		    "redundancy group 1 ip 10.0.0.1 exclusive\n" WAN
		    "redundancy group 1 ip 10.0.0.2 exclusive\n",
		    "f:1: error: ", "pool p: every address in it");
	/* Two addresses have neither network nor broadcast */
	must_load(&p, "ip nat pool p 10.0.0.0 10.0.0.1 prefix-length 31\n");
	assert_string_equal(p.findings, "");
	must_load(&p, "ip nat pool p 2001:db8:: 2001:db8:: prefix-length 128\n");
	assert_string_equal(p.findings, "");
}

static void test_mappings(void **state)
{
	must_refuse(&p, POOL LIST RULE("l", "p", "1") RULE("m", "p", "2"),
		    "f:5: error: ", "mappings 1 and 2 share pool p");
	must_refuse(&p, POOL LIST
		    "ip nat pool q 192.0.2.9 192.0.2.10 prefix-length 24\n"
		    RULE("l", "p", "2") RULE("m", "q", "1"), "f:6: error: ",
		    "pools q and p of mappings 1 and 2 overlap");
	must_load(&p, POOL LIST
		  "ip nat pool q 192.0.2.10 192.0.2.11 prefix-length 24\n"
		  RULE("l", "p", "2") RULE("m", "q", "1"));
	/* Pools that nobody uses may overlap */
	must_load(&p, POOL
		  "ip nat pool q 192.0.2.9 192.0.2.10 prefix-length 24\n");
	must_refuse(&p, POOL LIST
		    "ip nat pool q 192.0.2.10 192.0.2.11 prefix-length 24\n"
		    RULE("l", "p", "2") RULE("l", "q", "1"), "f:6: error: ",
		    "mappings 1 and 2 translate the same access list l");
	/* One list may serve both families */
	must_load(&p, POOL POOL6 LIST RULE("l", "p", "1") RULE("l", "p6", "2"));
	must_warn(&p, LAN POOL LIST RULE("l", "p", "1"),
		  "no interface is \"ip nat outside\": nothing is translated");
	must_warn(&p, POOL LIST RULE("l", "p", "1"),
		  "no interface is \"ip nat inside\": nothing is translated");
	must_not_warn(&p, LAN WAN POOL LIST RULE("l", "p", "1"), "no interface");
}

/* It may also be called by itself, on a configuration built otherwise. */
static void test_by_itself(void **state)
{
	must_load(&p, QUIET);
	p.d = (struct conf_diags){ .v = p.v, .max = MAX_DIAGS };
	assert_int_equal(conf_check(&p.c, "f", &p.d), 0);
	p.c.protocol[0].hold_ms = p.c.protocol[0].hello_ms;
	assert_int_equal(conf_check(&p.c, "f", &p.d), -EINVAL);
	assert_int_equal(p.d.errors, 1);
	assert_int_equal(conf_check(&p.c, "f", NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_undefined),
		cmocka_unit_test(test_group_by_name),
		cmocka_unit_test(test_http),
		cmocka_unit_test(test_repl),
		cmocka_unit_test(test_repl_order),
		cmocka_unit_test(test_group_warnings),
		cmocka_unit_test(test_interface_contradictions),
		cmocka_unit_test(test_decrements),
		cmocka_unit_test(test_pools),
		cmocka_unit_test(test_mappings),
		cmocka_unit_test(test_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
