// SPDX-License-Identifier: GPL-2.0-or-later
/* Is a machine set up for what it is to do: every line, right and wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/health.h"

static struct health h;

/* A router as it should be, with an inside and an outside interface. */
static struct health_facts good(void)
{
	struct health_facts f = {
		.module = HEALTH_MODULE_OK,
		.module_version = 7,
		.agent_version = 7,
		.v4 = true,
		.v6 = true,
		.ip_forward = 1,
		.ip6_forward = 1,
		.tcp_loose = 0,
		.ct_max = 65536,
		.ct_buckets = 65536,
		.peer_ct_max = 65536,
		.reassembly = HEALTH_REASSEMBLY_IN_FORCE,
		.n_ifs = 2,
		.iface = {
			{ .name = "lan0", .exists = true, .vip4 = true },
			{ .name = "wan0", .exists = true, .outside = true },
		},
		.n_ports = 1,
		.port = { { .bridge = "lan0", .name = "p0", .state = 3 } },
	};
	return f;
}

static const struct health_line *line(const char *what)
{
	uint32_t k;

	for (k = 0; k < h.n; k++) {
		if (!strcmp(h.line[k].what, what))
			return &h.line[k];
	}
	return NULL;
}

/* Nothing but @what is wrong. */
static void only_wrong(const struct health_facts *f, const char *what,
		       const char *value, const char *wanted,
		       const char *command)
{
	const struct health_line *l;

	health_judge(f, &h);
	l = line(what);
	if (!l)
		fail_msg("no line for %s", what);
	assert_false(l->ok);
	assert_string_equal(l->value, value);
	assert_string_equal(l->wanted, wanted);
	assert_string_equal(l->command, command);
	assert_int_equal(h.bad, 1);
}

static void test_good(void **state)
{
	struct health_facts f = good();

	health_judge(&f, &h);
	assert_int_equal(h.bad, 0);
	assert_int_equal(h.n, 12);
	f.v6 = false;
	f.ip6_forward = 0;
	f.peer_ct_max = 0;
	f.reassembly = HEALTH_REASSEMBLY_UNWANTED;
	health_judge(&f, &h);
	assert_int_equal(h.bad, 0);
	assert_int_equal(h.n, 9);
}

static void test_module(void **state)
{
	struct health_facts f = good();

	f.module = HEALTH_MODULE_NONE;
	only_wrong(&f, "kernel module nf_rg", "not loaded", "version 7",
		   "modprobe nf_rg");
	f.module = HEALTH_MODULE_VERSION;
	f.module_version = 5;
	only_wrong(&f, "kernel module nf_rg", "version 5", "version 7",
		   "install module and agent of one version");
	f.module = HEALTH_MODULE_BUSY;
	only_wrong(&f, "kernel module nf_rg", "serves another agent",
		   "version 7", "stop the other rgd of this namespace");
	f.module = HEALTH_MODULE_OTHER;
	only_wrong(&f, "kernel module nf_rg", "not attached", "version 7",
		   "see the log of rgd");
}

static void test_forwarding(void **state)
{
	struct health_facts f = good();

	f.ip_forward = 0;
	only_wrong(&f, "net.ipv4.ip_forward", "0", "1",
		   "sysctl -w net.ipv4.ip_forward=1");
	f = good();
	f.ip6_forward = HEALTH_UNKNOWN;
	only_wrong(&f, "net.ipv6.conf.all.forwarding", "not there", "1",
		   "sysctl -w net.ipv6.conf.all.forwarding=1");
}

static void test_tables(void **state)
{
	struct health_facts f = good();

	f.tcp_loose = 1;
	only_wrong(&f, "net.netfilter.nf_conntrack_tcp_loose", "1", "0",
		   "sysctl -w net.netfilter.nf_conntrack_tcp_loose=0");
	f = good();
	f.peer_ct_max = 65537;
	only_wrong(&f, "net.netfilter.nf_conntrack_max", "65536",
		   "at least 65537, as the peer",
		   "sysctl -w net.netfilter.nf_conntrack_max=65537");
	f = good();
	f.ct_buckets = 8191;
	only_wrong(&f, "net.netfilter.nf_conntrack_buckets", "8191",
		   "at least 8192",
		   "sysctl -w net.netfilter.nf_conntrack_buckets=8192");
	f.ct_buckets = 8192;
	health_judge(&f, &h);
	assert_int_equal(h.bad, 0);
	/* A table without a limit is not too small. */
	f.ct_max = 0;
	health_judge(&f, &h);
	assert_int_equal(h.bad, 0);
	assert_null(line("net.netfilter.nf_conntrack_max"));
}

static void test_reassembly(void **state)
{
	struct health_facts f = good();

	f.reassembly = HEALTH_REASSEMBLY_MISSING;
	only_wrong(&f, "ip virtual-reassembly", "missing", "in force",
		   "configure a group");
	f.reassembly = HEALTH_REASSEMBLY_UNKNOWN;
	only_wrong(&f, "ip virtual-reassembly", "kernel does not tell",
		   "in force", "configure a group");
	/* What is named for the module brings both. */
	f.module = HEALTH_MODULE_NONE;
	health_judge(&f, &h);
	assert_int_equal(h.bad, 2);
	assert_string_equal(line("ip virtual-reassembly")->command,
			    "modprobe nf_rg");
}

static void test_rp_filter(void **state)
{
	struct health_facts f = good();

	f.iface[0].rp_filter = 1;
	f.iface[1].rp_filter = 1;
	health_judge(&f, &h);
	assert_int_equal(h.bad, 0);
	/* With a second uplink it matters, on all of them. */
	f.iface[0].outside = true;
	f.iface[0].rp_filter = 2;
	only_wrong(&f, "wan0 rp_filter", "1", "0 or 2",
		   "sysctl -w net/ipv4/conf/wan0/rp_filter=2");
	f.iface[1].rp_filter = 0;
	health_judge(&f, &h);
	assert_int_equal(h.bad, 0);
}

static void test_arp(void **state)
{
	struct health_facts f = good();

	f.iface[0].arp_ignore = 2;
	f.iface[1].arp_ignore = 2;
	health_judge(&f, &h);
	assert_int_equal(h.bad, 0);
	f.iface[0].arp_ignore = 3;
	only_wrong(&f, "lan0 arp_ignore", "3", "0, 1 or 2",
		   "sysctl -w net/ipv4/conf/all/arp_ignore=0 net/ipv4/conf/lan0/arp_ignore=0");
	f.iface[0].arp_ignore = 1;
	f.iface[1].arp_ignore = 1;
	f.pool_routes = true;
	only_wrong(&f, "wan0 arp_ignore", "1", "0",
		   "sysctl -w net/ipv4/conf/all/arp_ignore=0 net/ipv4/conf/wan0/arp_ignore=0");
	f.iface[1].arp_ignore = 0;
	f.iface[1].arp_filter = 1;
	only_wrong(&f, "wan0 arp_filter", "1", "0",
		   "sysctl -w net/ipv4/conf/all/arp_filter=0 net/ipv4/conf/wan0/arp_filter=0");
	f = good();
	f.iface[1].offnet_pool = true;
	only_wrong(&f, "wan0 arp_announce", "0", "1 or 2",
		   "sysctl -w net/ipv4/conf/wan0/arp_announce=2");
	f.iface[1].arp_announce = 1;
	health_judge(&f, &h);
	assert_int_equal(h.bad, 0);
	/* IPv6 alone asks no ARP. */
	f = good();
	f.v4 = false;
	f.iface[0].vip4 = false;
	f.iface[0].arp_ignore = 8;
	f.iface[1].arp_ignore = 8;
	health_judge(&f, &h);
	assert_int_equal(h.bad, 0);
}

static void test_interfaces(void **state)
{
	struct health_facts f = good();

	f.iface[0].exists = false;
	only_wrong(&f, "interface lan0", "not there", "there", "ip link show");
}

static void test_bridges(void **state)
{
	struct health_facts f = good();

	f.port[0].state = 0;
	only_wrong(&f, "port p0 of bridge lan0", "disabled", "forwarding",
		   "ip link set dev p0 up");
	f.port[0].state = 1;
	f.port[0].stp = true;
	only_wrong(&f, "port p0 of bridge lan0", "listening", "forwarding",
		   "ip link set dev lan0 type bridge stp_state 0 && bridge link set dev p0 state 3");
	f.port[0].state = 4;
	f.port[0].stp = false;
	only_wrong(&f, "port p0 of bridge lan0", "blocking", "forwarding",
		   "bridge link set dev p0 state 3");
	f.port[0].state = 9;
	only_wrong(&f, "port p0 of bridge lan0", "unknown", "forwarding",
		   "bridge link set dev p0 state 3");
}

static void has_line(const char *text, const char *mark, const char *what,
		     const char *value, const char *wanted, const char *command)
{
	char want[256];

	snprintf(want, sizeof(want), "\n%-6s%-40s%-20s%-20s%s\n", mark, what,
		 value, wanted, command);
	if (!strstr(text, want))
		fail_msg("not in\n%s:%s", text, want);
}

static void test_text(void **state)
{
	struct health_facts f = good();
	char text[4096];
	struct out o;

	f.ip_forward = 0;
	health_judge(&f, &h);
	out_init(&o, text, sizeof(text));
	health_text(&o, &h);
	has_line(text, "WARN", "net.ipv4.ip_forward", "0", "1",
		 "sysctl -w net.ipv4.ip_forward=1");
	has_line(text, "ok", "kernel module nf_rg", "version 7", "version 7",
		 "modprobe nf_rg");
	assert_non_null(strstr(text, "\n1 of 12 are not as wanted\n"));
	f.ip_forward = 1;
	health_judge(&f, &h);
	out_init(&o, text, sizeof(text));
	health_text(&o, &h);
	assert_non_null(strstr(text, "\nAll 12 are as wanted\n"));
}

static void test_json(void **state)
{
	struct health_facts f = good();
	char text[4096], want[256];
	struct out o;

	f.ip_forward = 0;
	health_judge(&f, &h);
	out_init(&o, text, sizeof(text));
	health_json(&o, &h);
	assert_ptr_equal(strstr(text, "{\"warnings\":1,\"checks\":[{"), text);
	snprintf(want, sizeof(want),
		 "{\"ok\":%s,\"what\":\"%s\",\"value\":\"%s\",\"wanted\":\"%s\",\"command\":\"%s\"}",
		 "false", "net.ipv4.ip_forward", "0", "1",
		 "sysctl -w net.ipv4.ip_forward=1");
	assert_non_null(strstr(text, want));
}

/* However many interfaces, no line is lost and none is cut. */
static void test_full(void **state)
{
	struct health_facts f = good();
	uint32_t k;

	f.pool_routes = true;
	for (k = 0; k < HEALTH_MAX_IFS; k++) {
		f.iface[k] = f.iface[1];
		f.iface[k].offnet_pool = true;
		memcpy(f.iface[k].name, "abcdefghijklmno", 16);
	}
	f.n_ifs = HEALTH_MAX_IFS;
	for (k = 0; k < HEALTH_MAX_PORTS; k++)
		f.port[k] = (struct health_port){ .bridge = "abcdefghijklmno",
						  .name = "abcdefghijklmno" };
	f.n_ports = HEALTH_MAX_PORTS;
	health_judge(&f, &h);
	assert_int_equal(h.n, HEALTH_MAX_LINES - 1);
	for (k = 0; k < h.n; k++) {
		assert_true(strlen(h.line[k].what) < sizeof(h.line[k].what) - 1);
		assert_true(strlen(h.line[k].wanted) <
			    sizeof(h.line[k].wanted) - 1);
		assert_true(strlen(h.line[k].command) <
			    sizeof(h.line[k].command) - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_module),
		cmocka_unit_test(test_forwarding),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_reassembly),
		cmocka_unit_test(test_rp_filter),
		cmocka_unit_test(test_arp),
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_bridges),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
