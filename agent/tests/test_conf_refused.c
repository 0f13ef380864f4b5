// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands of the language whose work is not supported yet. Each must be
 * recognised and refused by name, where it stands; none may be accepted and
 * ignored, and none may look like a typing error.
 */
#include "conf_util.h"

static struct parsed p;

static const struct {
	const char *before;
	const char *line;
	unsigned int col;
	const char *what;
} refused[] = {
	{ IN_IF, "ip address dhcp", 12, "ip address dhcp" },
	{ IN_IF, "ip virtual-reassembly max-reassemblies 64", 23,
	  "ip virtual-reassembly max-reassemblies" },
	{ IN_IF, "ip virtual-reassembly in drop-fragments", 26,
	  "ip virtual-reassembly drop-fragments" },
	{ IN_IF, "vrf forwarding blue", 1, "vrf forwarding" },
	{ IN_IF, "ip vrf forwarding blue", 4, "ip vrf forwarding" },
	{ "", "ip nat inside source route-map r pool p redundancy 1 mapping-id 1",
	  22, "ip nat inside source route-map" },
	{ "", "ip nat inside source static 10.0.0.1 192.0.2.1 redundancy 1 mapping-id 1",
	  22, "ip nat inside source static" },
	{ "", "ip nat inside source static tcp 10.0.0.1 80 192.0.2.1 8080", 22,
	  "ip nat inside source static" },
	{ "", "ip nat inside source list l interface wan0 overload", 29,
	  "ip nat inside source list ... interface" },
	{ "", "ip nat inside source list l pool p vrf blue redundancy 1 mapping-id 1 overload",
	  36, "vrf" },
	{ "", "ip nat inside source list l pool p redundancy 1 mapping-id 1 vrf blue match-in-vrf",
	  62, "vrf" },
	{ "", "ip nat inside source list l pool p redundancy 1 match-in-vrf mapping-id 1 overload",
	  49, "match-in-vrf" },
	{ "", "ip nat inside source list l pool p redundancy 1 mapping-id 1 reversible",
	  62, "reversible" },
	{ "", "ip nat outside source static 192.0.2.1 10.0.0.1", 8,
	  "ip nat outside source" },
	{ "", "ip nat outside source list l pool p", 8,
	  "ip nat outside source" },
	{ "", "ip nat settings pap limit 60", 8, "ip nat settings" },
	{ "", "ip nat settings mode cgn", 8, "ip nat settings" },
	{ "", "ip nat settings pool bulk-port-alloc", 8, "ip nat settings" },
	{ "", "ip access-list extended x", 16, "ip access-list extended" },
	{ "", "ip vrf blue", 4, "ip vrf" },
	{ "", "vrf definition blue", 1, "vrf" },
	{ "", "route-map r permit 10", 1, "route-map" },
	{ "ip sla 1\nicmp-echo 10.0.0.9\n", "udp-jitter 10.0.0.1 16384", 1,
	  "ip sla ... udp-jitter" },
	{ "ip sla 1\nicmp-echo 10.0.0.9\n", "http raw http://10.0.0.1/", 6, "ip sla ... http raw" },
	{ "", "track 44 ip route 10.0.0.0/8 metric threshold", 30,
	  "track ... route ... metric threshold" },
	{ "", "do show running-config", 1, "do" },
};

static unsigned int lines_of(const char *s)
{
	unsigned int n = 1;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

static void test_refused(void **state)
{
	char text[512], where[32], what[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		snprintf(text, sizeof(text), "%s%s\n", refused[i].before,
			 refused[i].line);
		snprintf(where, sizeof(where), "f:%u:%u: error: ",
			 lines_of(refused[i].before), refused[i].col);
		snprintf(what, sizeof(what), "error: not supported yet: %s",
			 refused[i].what);
		must_refuse(&p, text, where, what);
		assert_int_equal(p.d.errors, 1);
	}
}

/* A block that is refused is refused line by line, and ends where it ends. */
static void test_refused_blocks(void **state)
{
	must_refuse(&p, "route-map r permit 10\n match ip address 1\n"
		    " set metric 2\n"
		    "interface lan0\n ip nat inside\n", "f:2:2:",
		    "not supported yet: belongs to the refused command above");
	assert_int_equal(p.d.errors, 3);
	must_refuse(&p, "vrf definition b\n rd 1:1\n address-family ipv4\n"
		    " exit\nwibble\n", "f:5:1:", "unknown command");
	assert_int_equal(p.d.errors, 4);
}

/* These can never be: the reason is given instead. */
static void test_intrachassis(void **state)
{
	static const char *const modes[] = { "sso", "rpr", "rpr-plus" };
	char text[64];
	size_t i;

	for (i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), IN_RED "mode %s\n", modes[i]);
		must_refuse(&p, text, "f:2:6:",
			    "cannot coexist with redundancy between two");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refused_blocks),
		cmocka_unit_test(test_intrachassis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
