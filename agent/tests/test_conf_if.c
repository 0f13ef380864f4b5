// SPDX-License-Identifier: GPL-2.0-or-later
/* What an interface is told beside its group: addresses, state, reassembly. */
#include "conf_util.h"
#include "core/conf_vmac.h"

#define OWN	IN_IF "ip address 10.1.1.2 255.255.255.0\n"

static struct parsed p, q;

/* It loads, prints @line, and what is printed means the same. */
static void prints(const char *text, const char *line)
{
	must_load(&p, text);
	must_contain(line, p.text, text);
	must_load(&q, p.text);
	assert_true(conf_equal(&p.c, &q.c));
}

static void prints_not(const char *text, const char *line)
{
	must_load(&p, text);
	if (strstr(p.text, line))
		fail_msg("'%s' is in:\n%s\n(of: %s)", line, p.text, text);
}

static void test_own(void **state)
{
	const struct conf_if *i;

	prints(OWN, "\n ip address 10.1.1.2 255.255.255.0\n");
	prints(IN_IF "ip address 10.1.1.2 255.0.0.0\n",
	       " ip address 10.1.1.2 255.0.0.0\n");
	prints(IN_IF "ip address 10.1.1.0 255.255.255.254\n",
	       " ip address 10.1.1.0 255.255.255.254\n");
	prints(IN_IF "ip address 10.1.1.0 255.255.255.255\n",
	       " ip address 10.1.1.0 255.255.255.255\n");
	prints(OWN "ip address 10.0.0.9 255.255.255.0 secondary\n"
	       "ip address 10.0.0.8 255.255.255.0 secondary\n",
	       " ip address 10.1.1.2 255.255.255.0\n"
	       " ip address 10.0.0.8 255.255.255.0 secondary\n"
	       " ip address 10.0.0.9 255.255.255.0 secondary\n");
	i = conf_if(&p.c, "lan0");
	assert_int_equal(i->n_owns, 3);
	assert_int_equal(i->own[0].len, 24);
	assert_false(i->own[0].secondary);
	assert_true(i->own[2].secondary);
}

/* One address is the first; others are beside it. */
static void test_own_replaced(void **state)
{
	prints(OWN "ip address 10.1.1.3 255.255.0.0\n",
	       " ip address 10.1.1.3 255.255.0.0\n");
	assert_int_equal(conf_if(&p.c, "lan0")->n_owns, 1);
	prints(OWN "ip address 10.1.1.3 255.255.255.0 secondary\n"
	       "ip address 10.1.1.3 255.255.255.0\n",
	       " ip address 10.1.1.3 255.255.255.0\n");
	assert_int_equal(conf_if(&p.c, "lan0")->n_owns, 1);
	prints(OWN "ip address 10.1.1.2 255.255.0.0 secondary\n",
	       " ip address 10.1.1.2 255.255.0.0 secondary\n");
	assert_int_equal(conf_if(&p.c, "lan0")->n_owns, 1);
}

static void test_no_own(void **state)
{
	prints_not(OWN "no ip address\n", "ip address");
	prints_not(OWN "no ip address 10.1.1.2 255.255.255.0\n", "ip address");
	prints_not(OWN "ip address 10.0.0.8 255.255.255.0 secondary\n"
		   "no ip address 10.0.0.8 255.255.255.0 secondary\n",
		   "secondary");
	must_contain(" ip address 10.1.1.2 255.255.255.0\n", p.text, "");
	must_warn(&p, OWN "no ip address 10.1.1.2 255.255.0.0\n",
		  "the interface does not have this address");
	assert_int_equal(conf_if(&p.c, "lan0")->n_owns, 1);
}

static void test_own_wrong(void **state)
{
	static const struct {
		const char *line, *where, *what;
	} wrong[] = {
		{ "ip address 10.1.1.2 255.255.0.255", "f:2:21:", "netmask" },
		{ "ip address 10.1.1.2 0.0.0.255", "f:2:21:", "netmask" },
		{ "ip address 10.1.1.2 24", "f:2:21:", "netmask" },
		{ "ip address 10.1.1.2 0.0.0.0", "f:2:21:", "at least one bit" },
		{ "ip address 10.1.1.2", "f:2:", "netmask" },
		{ "ip address 10.1.1.0 255.255.255.0", "f:2:12:",
		  "network or its broadcast" },
		{ "ip address 10.1.1.255 255.255.255.0", "f:2:12:",
		  "network or its broadcast" },
		{ "ip address 224.0.0.1 255.255.255.0", "f:2:12:",
		  "not an address that a router can hold" },
		{ "ip address fd00::1 255.255.255.0", "f:2:12:", "IPv4" },
		{ "ip address 10.1.1.2 255.255.255.0 third", "f:2:35:",
		  "secondary" },
	};
	char text[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		snprintf(text, sizeof(text), IN_IF "%s\n", wrong[i].line);
		must_refuse(&p, text, wrong[i].where, wrong[i].what);
	}
}

static void test_own_full(void **state)
{
	char text[2048] = OWN;
	size_t i;

	for (i = 0; i < CONF_MAX_OWNS; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "ip address 10.2.%zu.2 255.255.255.0 secondary\n", i);
	must_refuse(&p, text, "f:18:", "16");
}

static void test_own_clashes(void **state)
{
	must_refuse(&p, OWN "redundancy rii 1\n"
		    "redundancy group 1 ip 10.1.1.2 exclusive\n", "f:1: error:",
		    "its own address 10.1.1.2 is a virtual address of lan0");
	must_refuse(&p, OWN "interface wan0\nip address 10.1.1.2 255.0.0.0\n",
		    "f:3: error:",
		    "interfaces lan0 and wan0 have the same address 10.1.1.2");
	must_load(&p, OWN "redundancy rii 1\n"
		  "redundancy group 1 ip 10.1.1.3 exclusive\n");
}

/* No pool hands the router's own address out. */
static void test_own_in_pool(void **state)
{
	struct rg_range r[4];
	size_t n;

	must_load(&p, OWN "ip nat pool p 10.1.1.1 10.1.1.3 netmask 255.255.255.0\n");
	assert_int_equal(conf_pool_ranges(&p.c, conf_pool(&p.c, "p"), NULL, 0,
					  r, 4, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(r[0].to.b[3], 1);
	assert_int_equal(r[1].from.b[3], 3);
}

static void test_shutdown(void **state)
{
	prints_not(IN_IF "ip nat inside\n", "shutdown");
	assert_int_equal(conf_if(&p.c, "lan0")->admin, CONF_ADMIN_AS_FOUND);
	prints(IN_IF "shutdown\n", "interface lan0\n shutdown\n");
	prints(IN_IF "no shutdown\n", "interface lan0\n no shutdown\n");
	prints(IN_IF "shutdown\nno shutdown\n", "interface lan0\n no shutdown\n");
	must_warn(&p, IN_APP "group 1\ncontrol c protocol 1\ndata d\n"
		  "interface c\nshutdown\n",
		  "interface c is shut down, and is the control link of group 1");
	must_warn(&p, IN_APP "group 1\ncontrol c protocol 1\ndata d\n"
		  "interface d\nshutdown\n",
		  "interface d is shut down, and is the data link of group 1");
	must_not_warn(&p, IN_APP "group 1\ncontrol c protocol 1\ndata d\n"
		      "interface d\nno shutdown\n", "shut down");
}

static void test_reassembly(void **state)
{
	prints(IN_IF "ip virtual-reassembly\n", "\n ip virtual-reassembly\n");
	prints(IN_IF "ip virtual-reassembly in\n",
	       "\n ip virtual-reassembly in\n");
	prints(IN_IF "ip virtual-reassembly out in\n",
	       "\n ip virtual-reassembly in out\n");
	prints(IN_IF "ip virtual-reassembly in\nip virtual-reassembly out\n",
	       "\n ip virtual-reassembly in out\n");
	prints(IN_IF "ip virtual-reassembly in out\nno ip virtual-reassembly in\n",
	       "\n ip virtual-reassembly out\n");
	prints_not(IN_IF "ip virtual-reassembly in\nno ip virtual-reassembly in\n",
		   "virtual-reassembly");
	prints_not(IN_IF "ip virtual-reassembly in out\nno ip virtual-reassembly\n",
		   "virtual-reassembly");
	must_refuse(&p, IN_IF "ip virtual-reassembly in in\n", "f:2:26:", "in");
}

static void test_negotiation(void **state)
{
	prints_not(IN_IF "ip nat inside\n", "negotiation");
	prints(IN_IF "negotiation auto\n", "interface lan0\n negotiation auto\n");
	prints(IN_IF "no negotiation auto\n",
	       "interface lan0\n no negotiation auto\n");
	prints(IN_IF "no negotiation auto\nnegotiation auto\n",
	       "interface lan0\n negotiation auto\n");
	must_refuse(&p, IN_IF "negotiation\n", "f:2:", "auto");
}

#define WITH_VIP	IN_APP "group 1\npriority 100\n" IN_IF "redundancy rii 40\n" \
			"redundancy group 1 ip 10.1.1.254 exclusive decrement 5\n"

static void test_vmac(void **state)
{
	static const uint8_t given[6] = { 0x00, 0x00, 0x5e, 0x00, 0x01, 0x0a };
	char name[CONF_IF_LEN];
	uint8_t mac[6];

	prints_not(WITH_VIP, "vmac");
	assert_false(conf_vmac(&p.c, conf_if(&p.c, "lan0"), mac));
	conf_vip_device(conf_if(&p.c, "lan0"), name);
	assert_string_equal(name, "lan0");
	prints(WITH_VIP "redundancy vmac\n",
	       " redundancy rii 40\n redundancy vmac\n");
	assert_true(conf_vmac(&p.c, conf_if(&p.c, "lan0"), mac));
	assert_memory_equal(mac, "\x02\x52\x47\x01\x00\x28", 6);
	conf_vip_device(conf_if(&p.c, "lan0"), name);
	assert_string_equal(name, "rgv40");
	prints(WITH_VIP "redundancy vmac 0000.5e00.010A\n",
	       "\n redundancy vmac 0000.5e00.010a\n");
	assert_true(conf_vmac(&p.c, conf_if(&p.c, "lan0"), mac));
	assert_memory_equal(mac, given, 6);
	prints(WITH_VIP "redundancy vmac 00:00:5e:00:01:0a\n",
	       "\n redundancy vmac 0000.5e00.010a\n");
	prints(WITH_VIP "redundancy vmac 0000.5e00.010a\nredundancy vmac\n",
	       "\n redundancy vmac\n");
	prints_not(WITH_VIP "redundancy vmac\nno redundancy vmac\n", "vmac");
	prints_not(WITH_VIP "redundancy vmac\nno redundancy vmac 0000.5e00.010a\n",
		   "vmac");
}

static void test_vmac_wrong(void **state)
{
	static const char *const odd[] = {
		"0000.5e00.010", "0000.5e00.010a0", "0000.5e00:010a",
		"00:00:5e:00:01:0g", "00:00:5e:00:01.0a", "1",
	};
	char text[64];
	size_t k;

	for (k = 0; k < sizeof(odd) / sizeof(odd[0]); k++) {
		snprintf(text, sizeof(text), IN_IF "redundancy vmac %s\n",
			 odd[k]);
		must_refuse(&p, text, "f:2:17:",
			    "a MAC address such as 0252.4701.0028");
	}
	must_refuse(&p, IN_IF "redundancy vmac 0100.5e00.010a\n", "f:2:17:",
		    "not an address that an interface can have");
	must_refuse(&p, IN_IF "redundancy vmac 0000.0000.0000\n", "f:2:17:",
		    "not an address that an interface can have");
	must_refuse(&p, IN_IF "redundancy rii 40\nredundancy vmac\n", "f:1:",
		    "\"redundancy vmac\" needs a virtual address");
	must_refuse(&p, WITH_VIP "redundancy vmac\ninterface rgv40\n"
		    "ip nat outside\n", "f:9:",
		    "the virtual MAC address of lan0 has a device of this name");
	must_refuse(&p, WITH_VIP "redundancy vmac\nip nat outside\n"
		    "ip nat inside source list l pool p redundancy 2 mapping-id 7 overload\n",
		    "f:5:", "its virtual MAC address moves with group 1, and mapping 7 with group 2");
}

static void bits_are(const char *more, uint32_t bits)
{
	char text[256];
	struct conf_change c;
	size_t n;

	must_load(&p, OWN);
	snprintf(text, sizeof(text), OWN "%s", more);
	must_load(&q, text);
	assert_int_equal(conf_diff(&p.c, &q.c, &c, 1, &n), 0);
	assert_int_equal(n, bits ? 1 : 0);
	if (bits)
		assert_int_equal(c.bits, bits);
}

static void test_diff(void **state)
{
	bits_are("ip address 10.1.1.2 255.255.255.0\n", 0);
	bits_are("no shutdown\n", CONF_IF_ADMIN);
	bits_are("shutdown\n", CONF_IF_ADMIN);
	bits_are("negotiation auto\n", CONF_IF_NEGOTIATION);
	bits_are("no negotiation auto\n", CONF_IF_NEGOTIATION);
	bits_are("redundancy rii 9\nredundancy group 1 ip 10.1.1.9 exclusive\n"
		 "redundancy vmac\n",
		 CONF_IF_RII | CONF_IF_GROUP | CONF_IF_VIP | CONF_IF_VMAC);
	bits_are("ip virtual-reassembly\n", CONF_IF_REASSEMBLY);
	bits_are("ip address 10.1.1.2 255.255.0.0\n", CONF_IF_OWN);
	bits_are("ip address 10.1.1.3 255.255.255.0\n", CONF_IF_OWN);
	bits_are("ip address 10.1.1.3 255.255.255.0 secondary\n", CONF_IF_OWN);
	bits_are("ip address 10.1.1.2 255.255.255.0 secondary\n", CONF_IF_OWN);
	bits_are("no ip address\n", CONF_IF_OWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_own_replaced),
		cmocka_unit_test(test_no_own),
		cmocka_unit_test(test_own_wrong),
		cmocka_unit_test(test_own_full),
		cmocka_unit_test(test_own_clashes),
		cmocka_unit_test(test_own_in_pool),
		cmocka_unit_test(test_shutdown),
		cmocka_unit_test(test_reassembly),
		cmocka_unit_test(test_negotiation),
		cmocka_unit_test(test_vmac),
		cmocka_unit_test(test_vmac_wrong),
		cmocka_unit_test(test_diff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
