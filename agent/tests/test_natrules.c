// SPDX-License-Identifier: GPL-2.0-or-later
/* The text of the rules: what is translated, what is kept in, what follows. */
#include "conf_util.h"

#include "core/natrules.h"
#include "core/pooladdr.h"

#define IFS	"interface lan0\nip nat inside\ninterface lan1\nip nat inside\n" \
		"interface wan0\nip nat outside\n"
#define RULE(l, p, id)	"ip nat inside source list " l " pool " p \
			" redundancy 1 mapping-id " id " overload\n"

static struct parsed p;
static char text[TEXT_SIZE];
static struct rg_range room[NATRULES_RANGES];

static void has(const char *s)
{
	assert_non_null(strstr(text, s));
}

static void hasnt(const char *s)
{
	assert_null(strstr(text, s));
}

static struct rg_addr addr(const char *s)
{
	struct rg_addr a;

	assert_int_equal(addr_parse(s, strlen(s), &a), 0);
	return a;
}

static struct natrules from(const char *config)
{
	parse(&p, config);
	assert_int_equal(p.err, 0);
	return (struct natrules){ .c = &p.c, .room = room,
				  .n_room = NATRULES_RANGES };
}

static const char *translate(const struct natrules *n, uint32_t want)
{
	uint32_t mappings;
	struct out o;

	out_init(&o, text, sizeof(text));
	assert_int_equal(natrules_translate(n, &o, &mappings), 0);
	assert_false(out_cut(&o));
	assert_int_equal(mappings, want);
	return text;
}

static const char *guard(const struct natrules *n)
{
	struct out o;

	out_init(&o, text, sizeof(text));
	assert_int_equal(natrules_guard(n, &o), 0);
	assert_false(out_cut(&o));
	return text;
}

#define SIMPLE	IN_GROUP IFS \
	"ip nat pool p 192.0.2.8 192.0.2.15 prefix-length 24\n" \
	"ip access-list standard l\ndeny 10.1.0.0/16\npermit 10.0.0.0/8\n" \
	RULE("l", "p", "10")

static const char want_translate[] =
	"add table inet rg\n"
	"delete table inet rg\n"
	"table inet rg {\n"
	"\tcounter m10_translated { packets 0 bytes 0 }\n"
	"\tchain m10_pool {\n"
	"\t\tcounter name m10_translated\n"
	"\t\tmeta nfproto ipv4 snat ip to 192.0.2.8-192.0.2.15 fully-random\n"
	"\t}\n"
	"\tchain m10 {\n"
	"\t\tip saddr 10.1.0.0/16 return\n"
	"\t\tip saddr 10.0.0.0/8 goto m10_pool\n"
	"\t}\n"
	"\tchain mappings {\n"
	"\t\tmeta nfproto ipv4 jump m10 comment \"list l pool p redundancy 1\"\n"
	"\t}\n"
	"\tchain postrouting {\n"
	"\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
	"\t\tiifname { \"lan0\", \"lan1\" } oifname \"wan0\" jump mappings\n"
	"\t}\n"
	"}\n";

static void test_translate(void **state)
{
	struct natrules n = from(SIMPLE);

	assert_string_equal(translate(&n, 1), want_translate);
}

/* One entry, one piece: one rule. */
static void test_translate_one_rule(void **state)
{
	struct natrules n = from(IN_GROUP IFS
		"ip nat pool p 192.0.2.8 192.0.2.15 prefix-length 24\n"
		"ip nat pool q 192.0.2.32 192.0.2.32 prefix-length 24\n"
		"ip access-list standard l\npermit 10.0.0.0/8\n"
		"ip access-list standard k\npermit any\n"
		RULE("l", "p", "10") RULE("k", "q", "11"));

	translate(&n, 2);
	has("\tchain mappings {\n"
	    "\t\tip saddr 10.0.0.0/8 counter name m10_translated "
	    "snat ip to 192.0.2.8-192.0.2.15 fully-random "
	    "comment \"list l pool p redundancy 1\"\n"
	    "\t\tmeta nfproto ipv4 counter name m11_translated "
	    "snat ip to 192.0.2.32 fully-random "
	    "comment \"list k pool q redundancy 1\"\n"
	    "\t}\n");
	hasnt("chain m10");
	hasnt("jump m1");
}

/* The only mapping needs no chain either. A prefix of three bytes is said as a mask. */
static void test_translate_only_rule(void **state)
{
	struct natrules n = from(IN_GROUP IFS
		"ip nat pool p 192.0.2.8 192.0.2.15 prefix-length 24\n"
		"ip access-list standard l\npermit 10.0.7.0/24\n"
		RULE("l", "p", "10"));

	translate(&n, 1);
	has("\tchain postrouting {\n"
	    "\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
	    "\t\tiifname { \"lan0\", \"lan1\" } oifname \"wan0\" "
	    "ip saddr & 255.255.255.0 == 10.0.7.0 counter name m10_translated "
	    "snat ip to 192.0.2.8-192.0.2.15 fully-random "
	    "comment \"list l pool p redundancy 1\"\n"
	    "\t}\n");
	hasnt("chain mappings");
}

static const char want_guard_base[] =
	"type filter hook postrouting priority srcnat + 10; policy accept;\n"
	"\t\tct mark & 0xff000000 != 0 accept\n"
	"\t\tct direction original ct status snat accept\n"
	"\t\tiifname { \"lan0\", \"lan1\" } oifname \"wan0\" jump mappings\n";

static const char want_guard[] =
	"\tchain m10_closed {\n"
	"\t\tct state invalid,untracked counter name m10_fail_closed drop\n"
	"\t\tct direction original ct status & snat == 0 counter name m10_fail_closed drop\n"
	"\t\tct direction reply ct status & dnat == 0 counter name m10_fail_closed drop\n"
	"\t}\n"
	"\tchain m10 {\n"
	"\t\tip saddr 10.1.0.0/16 return\n"
	"\t\tip saddr 10.0.0.0/8 goto m10_closed\n"
	"\t}\n";

static const char want_arp[] =
	"table arp rg_guard {\n"
	"\tcounter pool_arp { packets 0 bytes 0 }\n"
	"\tcounter vmac_arp { packets 0 bytes 0 }\n"
	"\tchain input {\n"
	"\t\ttype filter hook input priority filter; policy accept;\n"
	"\t\tiifname \"wan0\" accept\n"
	"\t\tarp operation request arp daddr ip { 192.0.2.8-192.0.2.15 } counter name pool_arp drop\n"
	"\t}\n"
	"}\n";

/* Untracked packets first: `ct status` would not match them. */
static void test_guard(void **state)
{
	struct natrules n = from(SIMPLE);

	guard(&n);
	has(want_guard);
	has(want_guard_base);
	has("\t\tip daddr { 192.0.2.8-192.0.2.15 } jump pool_input\n");
	has(want_arp);
}

#define VMAC(name, rii, vip)	"interface " name "\nredundancy rii " rii "\n"	\
	"redundancy group 1 ip " vip " exclusive decrement 5\nredundancy vmac\n"

/* What comes by the device is the interface's; who answers for what. */
static void test_vmac(void **state)
{
	struct natrules n = from(SIMPLE VMAC("lan0", "40", "10.0.0.254")
				 VMAC("wan0", "200", "192.0.2.254"));

	guard(&n);
	has("\tchain vmac_pool {\n"
	    "\t\tiifname \"rgv200\" accept\n"
	    "\t\tiifname \"wan0\" counter name vmac_arp drop\n\t}\n");
	has("\t\tiifname \"lan0\" arp operation request arp daddr ip 10.0.0.254 "
	    "counter name vmac_arp drop\n"
	    "\t\tiifname \"rgv40\" arp operation request arp daddr ip 10.0.0.254 accept\n"
	    "\t\tiifname \"rgv40\" arp operation request counter name vmac_arp drop\n");
	has("\t\tiifname \"wan0\" arp operation request arp daddr ip 192.0.2.254 "
	    "counter name vmac_arp drop\n"
	    "\t\tiifname \"rgv200\" arp operation request arp daddr ip 192.0.2.254 accept\n"
	    "\t\tarp operation request arp daddr ip { 192.0.2.8-192.0.2.15 } jump vmac_pool\n"
	    "\t\tiifname \"rgv200\" arp operation request counter name vmac_arp drop\n"
	    "\t\tiifname { \"wan0\", \"rgv200\" } accept\n");
	translate(&n, 1);
	has("\"lan0\", \"rgv40\"");
	has("oifname { \"wan0\", \"rgv200\" } ");
}

/* What the guard matches is what the translation matches, for every mapping. */
static void test_guarded_without_pool_or_group(void **state)
{
	struct natrules n = from(IN_GROUP IFS
		"ip access-list standard l\npermit 10.0.0.0/8\n"
		RULE("l", "none", "7")
		"ip nat inside source list l pool none redundancy 9 mapping-id 8 overload\n");

	translate(&n, 0);
	hasnt("m7");
	guard(&n);
	has("jump m7");
	has("ip saddr 10.0.0.0/8 goto m7_closed");
	has("ip saddr 10.0.0.0/8 goto m8_closed");
}

/* With the module only what comes to the pool's addresses is looked at. */
static void test_closed_in_the_module(void **state)
{
	struct natrules n = from(IN_GROUP IFS
		"ip access-list standard l\npermit 10.0.0.0/8\n"
		RULE("l", "none", "7"));

	n.closed = true;
	guard(&n);
	has("table inet rg_guard {");
	has("chain input {");
	hasnt("m7");
	hasnt("postrouting");
}

static const char want_pieces_chains[] =
	"\tchain m10_p0 {\n"
	"\t\tmeta nfproto ipv4 snat ip to 192.0.2.8 fully-random\n"
	"\t}\n"
	"\tchain m10_p1 {\n"
	"\t\tmeta nfproto ipv4 snat ip to 192.0.2.10-192.0.2.15 fully-random\n"
	"\t}\n";

static const char want_pieces[] =
	"\t\tjhash ip saddr mod 7 seed 0x7267 vmap { 0 : goto m10_p0, 1-6 : goto m10_p1 }\n";

static void test_pieces(void **state)
{
	const struct rg_addr taken[] = { addr("192.0.2.9"), addr("10.9.9.9") };
	struct natrules n = from(SIMPLE);

	n.taken = taken;
	n.n_taken = 2;
	translate(&n, 1);
	has(want_pieces_chains);
	has(want_pieces);
	guard(&n);
	has("ip daddr { 192.0.2.8, 192.0.2.10-192.0.2.15 }");
}

static void test_ipv6(void **state)
{
	const struct rg_addr taken[] = { addr("2001:db8:2::1000") };
	struct natrules n = from(IN_GROUP IFS
		"ip nat pool q 2001:db8:2::1 2001:db8:2:0:ffff:ffff:ffff:ffff prefix-length 64\n"
		"ip access-list standard l\npermit 10.0.0.0/8\npermit any\n"
		RULE("l", "q", "11"));

	n.taken = taken;
	n.n_taken = 1;
	translate(&n, 1);
	/* an entry of the other family is left out, `any` stays */
	has("\tchain m11 {\n\t\tgoto m11_pool\n\t}\n");
	has("meta nfproto ipv6 jump m11");
	/* the hash has 32 bits: 2^64 addresses are scaled, none gets nothing */
	has("jhash ip6 saddr mod ");
	has(" vmap { 0 : goto m11_p0, 1-");
	has("snat ip6 to 2001:db8:2::1001-2001:db8:2:0:ffff:ffff:ffff:ffff ");
}

static void test_no_interfaces(void **state)
{
	struct natrules n = from(IN_GROUP
		"interface wan0\nip nat outside\n"
		"ip nat pool p 192.0.2.8 192.0.2.15 prefix-length 24\n"
		"ip access-list standard l\npermit any\n" RULE("l", "p", "10"));

	translate(&n, 1);
	hasnt("jump mappings");
	guard(&n);
	hasnt("jump mappings");
}

static const char want_counters_go_on[] =
	"counter m10_translated { packets 5 bytes 18446744073709551615 }";

static void test_counters_go_on(void **state)
{
	const struct natrules_count counts[] = {
		{ 10, NATRULES_TRANSLATED, 5, UINT64_MAX },
		{ 10, NATRULES_FAIL_CLOSED, 6, 600 },
		{ 0, NATRULES_POOL_INPUT, 7, 700 },
		{ 0, NATRULES_POOL_ARP, 8, 224 },
		{ 0, NATRULES_VMAC_ARP, 9, 252 },
		{ 99, NATRULES_FAIL_CLOSED, 8, 800 },
	};
	struct natrules n = from(SIMPLE);

	n.count = counts;
	n.n_counts = sizeof(counts) / sizeof(counts[0]);
	translate(&n, 1);
	has(want_counters_go_on);
	guard(&n);
	has("counter m10_fail_closed { packets 6 bytes 600 }");
	has("counter pool_input { packets 7 bytes 700 }");
	has("counter pool_arp { packets 8 bytes 224 }");
	has("counter vmac_arp { packets 9 bytes 252 }");
	hasnt("m99");
}

static void test_counter_names(void **state)
{
	enum natrules_kind kind;
	uint32_t id;

	assert_int_equal(natrules_counter("m2147483647_translated", &id, &kind), 0);
	assert_int_equal(id, 2147483647);
	assert_int_equal(kind, NATRULES_TRANSLATED);
	assert_int_equal(natrules_counter("m1_fail_closed", &id, &kind), 0);
	assert_int_equal(kind, NATRULES_FAIL_CLOSED);
	assert_int_equal(natrules_counter("pool_input", &id, &kind), 0);
	assert_int_equal(id, 0);
	assert_int_equal(kind, NATRULES_POOL_INPUT);
	assert_int_equal(natrules_counter("vmac_arp", &id, &kind), 0);
	assert_int_equal(kind, NATRULES_VMAC_ARP);
	assert_int_equal(natrules_counter("m_translated", &id, &kind), -ENOENT);
	assert_int_equal(natrules_counter("m1", &id, &kind), -ENOENT);
	assert_int_equal(natrules_counter("m99999999999_translated", &id, &kind), -ENOENT);
	assert_int_equal(natrules_counter("other", &id, &kind), -ENOENT);
	assert_int_equal(natrules_counter("", &id, &kind), -ENOENT);
}

/* Names come from people; the quotes of a comment are ours. */
static void test_odd_names(void **state)
{
	struct natrules n = from(IN_GROUP IFS
		"ip nat pool a\\b 192.0.2.8 192.0.2.15 prefix-length 24\n"
		"ip access-list standard l\npermit any\n"
		RULE("l", "a\\b", "10"));

	translate(&n, 1);
	has("comment \"list l pool a_b redundancy 1\"\n");
}

static void test_pool_addresses(void **state)
{
	struct rg_range r[8];
	struct rg_prefix pre[8];
	size_t got, n4;

	parse(&p, IN_GROUP IFS
	      "ip nat pool p 192.0.2.8 192.0.2.15 prefix-length 24\n"
	      "ip nat pool q 2001:db8::10 2001:db8::13 prefix-length 64\n"
	      "ip nat pool other 198.51.100.1 198.51.100.9 prefix-length 24\n"
	      "ip access-list standard l\npermit any\n"
	      RULE("l", "p", "1") RULE("l", "q", "3"));
	assert_int_equal(p.err, 0);
	assert_int_equal(pooladdr_ranges(&p.c, 1, NULL, 0, r, 8, &got), 0);
	/* the pool that no rule uses is not of the group */
	assert_int_equal(got, 2);
	assert_int_equal(pooladdr_count(r, got, RG_V4), 8);
	assert_int_equal(pooladdr_count(r, got, RG_V6), 4);
	assert_int_equal(pooladdr_prefixes(r, got, RG_V4, pre, 8, &n4), 0);
	assert_int_equal(n4, 1);
	assert_int_equal(pre[0].len, 29);
	assert_int_equal(pooladdr_ranges(&p.c, 1, NULL, 0, r, 1, &got), -ENOSPC);
	assert_int_equal(pooladdr_ranges(&p.c, 2, NULL, 0, r, 8, &got), 0);
	assert_int_equal(got, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_translate),
		cmocka_unit_test(test_translate_one_rule),
		cmocka_unit_test(test_translate_only_rule),
		cmocka_unit_test(test_guard),
		cmocka_unit_test(test_vmac),
		cmocka_unit_test(test_guarded_without_pool_or_group),
		cmocka_unit_test(test_closed_in_the_module),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_no_interfaces),
		cmocka_unit_test(test_counters_go_on),
		cmocka_unit_test(test_counter_names),
		cmocka_unit_test(test_odd_names),
		cmocka_unit_test(test_pool_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
