// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses, ranges and prefixes, against counting on fingers. */
#include "conf_util.h"

static struct rg_addr A(const char *s)
{
	struct rg_addr a;

	if (addr_parse(s, strlen(s), &a))
		fail_msg("%s", s);
	return a;
}

static void test_parse(void **state)
{
	static const char *const good[][2] = {
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "10.0.0.1", "10.0.0.1" },
		{ "::", "::" },
		{ "FD00:0:0:0:0:0:0:1", "fd00::1" },
		{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8" },
		{ "::ffff:10.0.0.1", "::ffff:10.0.0.1" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};
	static const char *const bad[] = {
		"", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.04", "a.b.c.d",
		"1.2.3.4 ", ":", ":::", "1::2::3", "fe80::1%eth0", "12345::",
		"1:2:3:4:5:6:7:8:9", "fd00::/64", "0x1.2.3.4",
		"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
	};
	char text[ADDR_STRLEN];
	struct rg_addr a;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		a = A(good[i][0]);
		addr_print(&a, text);
		assert_string_equal(text, good[i][1]);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(addr_parse(bad[i], strlen(bad[i]), &a),
				 -EINVAL);
	assert_int_equal(addr_parse("1.2.3.4\0", 8, &a), -EINVAL);
	/* The length counts, not a NUL */
	assert_int_equal(addr_parse("10.0.0.12", 8, &a), 0);
	addr_print(&a, text);
	assert_string_equal(text, "10.0.0.1");
	memset(&a, 0, sizeof(a));
	addr_print(&a, text);
	assert_string_equal(text, "none");
}

static void test_parse_prefix(void **state)
{
	static const char *const bad[] = {
		"10.0.0.0", "10.0.0.0/", "/8", "10.0.0.0/x", "10.0.0.0/1111",
		"10.0.0.0/-1", "10.0.0.0/ 1", "::/1x",
	};
	char text[PREFIX_STRLEN];
	struct rg_prefix p;
	size_t i;

	assert_int_equal(addr_parse_prefix("10.1.2.3/24", 11, &p), 0);
	addr_print_prefix(&p, text);
	assert_string_equal(text, "10.1.2.3/24");
	assert_int_equal(addr_parse_prefix("::/0", 4, &p), 0);
	assert_int_equal(p.len, 0);
	assert_int_equal(addr_parse_prefix("::1/128", 7, &p), 0);
	assert_int_equal(p.len, 128);
	assert_int_equal(addr_parse_prefix("10.0.0.0/33", 11, &p), -ERANGE);
	assert_int_equal(addr_parse_prefix("::/129", 6, &p), -ERANGE);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(addr_parse_prefix(bad[i], strlen(bad[i]), &p),
				 -EINVAL);
}

static void test_masks(void **state)
{
	struct rg_addr a = A("255.255.255.255"), m, b;
	unsigned int len;
	char text[ADDR_STRLEN];

	for (len = 0; len <= 32; len++) {
		m = addr_netmask(len);
		assert_int_equal(addr_netmask_len(&m), len);
		b = A("0.0.0.0");
		b = addr_last(&b, len);
		assert_int_equal(addr_wildcard_len(&b), len);
		m = addr_mask(&a, len);
		assert_int_equal(addr_netmask_len(&m), len);
	}
	b = A("255.0.255.0");
	assert_int_equal(addr_netmask_len(&b), -EINVAL);
	assert_int_equal(addr_wildcard_len(&b), -EINVAL);
	b = A("ffff::");
	assert_int_equal(addr_netmask_len(&b), -EINVAL);
	a = A("2001:db8:1234:5678:9abc:def0:1234:5678");
	b = addr_mask(&a, 61);
	addr_print(&b, text);
	assert_string_equal(text, "2001:db8:1234:5678::");
	b = addr_mask(&a, 50);
	addr_print(&b, text);
	assert_string_equal(text, "2001:db8:1234:4000::");
	b = addr_last(&a, 50);
	addr_print(&b, text);
	assert_string_equal(text, "2001:db8:1234:7fff:ffff:ffff:ffff:ffff");
}

static void test_kinds(void **state)
{
	static const char *const no[] = {
		"0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1",
		"255.255.255.255", "240.0.0.1", "::", "::1", "ff02::1",
		"::ffff:10.0.0.1",
	};
	static const char *const yes[] = {
		"1.0.0.0", "10.0.0.1", "223.255.255.255", "fe80::1", "::2",
		"2001:db8::1",
	};
	struct rg_addr a = { 0 };
	size_t i;

	assert_false(addr_is_unicast(&a));
	for (i = 0; i < ARRAY_SIZE(no); i++) {
		a = A(no[i]);
		assert_false(addr_is_unicast(&a));
	}
	for (i = 0; i < ARRAY_SIZE(yes); i++) {
		a = A(yes[i]);
		assert_true(addr_is_unicast(&a));
	}
	a = A("febf::1");
	assert_true(addr_is_link_local6(&a));
	a = A("fec0::1");
	assert_false(addr_is_link_local6(&a));
}

static void test_step(void **state)
{
	struct rg_addr a = A("10.0.255.255"), b = A("10.1.0.0");

	assert_true(addr_next(&a));
	assert_true(addr_equal(&a, &b));
	assert_true(addr_prev(&a));
	assert_true(addr_cmp(&a, &b) < 0);
	a = A("255.255.255.255");
	assert_false(addr_next(&a));
	b = A("0.0.0.0");
	assert_true(addr_equal(&a, &b));
	assert_false(addr_prev(&a));
	a = A("::ffff:ffff");
	b = A("::1:0:0");
	assert_true(addr_next(&a));
	assert_true(addr_equal(&a, &b));
	/* Families do not mix */
	a = A("255.255.255.255");
	b = A("::");
	assert_true(addr_cmp(&a, &b) < 0);
}

static void test_count(void **state)
{
	struct rg_range r = { A("10.0.0.1"), A("10.0.0.1") };

	assert_int_equal(addr_range_count(&r), 1);
	r.to = A("10.0.1.0");
	assert_int_equal(addr_range_count(&r), 256);
	r.from = A("0.0.0.0");
	r.to = A("255.255.255.255");
	assert_true(addr_range_count(&r) == 1ull << 32);
	r.from = A("fd00::ff");
	r.to = A("fd00::1:0");
	assert_int_equal(addr_range_count(&r), 0xff02);
	r.from = A("::");
	r.to = A("::7fff:ffff:ffff:ffff");
	assert_true(addr_range_count(&r) == 1ull << 63);
	r.to = A("::ffff:ffff:ffff:ffff");
	assert_true(addr_range_count(&r) == UINT64_MAX);
	r.to = A("ffff::");
	assert_true(addr_range_count(&r) == UINT64_MAX);
}

/* 10.0.x.y for a small number */
static struct rg_addr small(unsigned int n)
{
	struct rg_addr a = { .family = RG_V4, .b = { 10, 0 } };

	a.b[2] = (uint8_t)(n >> 8);
	a.b[3] = (uint8_t)n;
	return a;
}

/* Exactly the range, in order, and no two that could be one. */
static void check_prefixes(unsigned int from, unsigned int to)
{
	struct rg_range r = { small(from), small(to) };
	struct rg_prefix p[ADDR_RANGE_PREFIXES];
	struct rg_addr at = r.from, first, last;
	size_t n, i;

	assert_int_equal(addr_range_to_prefixes(&r, p, ADDR_RANGE_PREFIXES,
						&n), 0);
	for (i = 0; i < n; i++) {
		assert_true(addr_equal(&p[i].addr, &at));
		first = addr_mask(&p[i].addr, p[i].len);
		assert_true(addr_equal(&first, &p[i].addr));
		last = addr_last(&p[i].addr, p[i].len);
		assert_true(addr_cmp(&last, &r.to) <= 0);
		if (i && p[i].len == p[i - 1].len) {
			first = addr_mask(&p[i].addr, p[i].len - 1u);
			assert_false(addr_equal(&first, &p[i - 1].addr));
		}
		at = last;
		addr_next(&at);
	}
	addr_prev(&at);
	assert_true(addr_equal(&at, &r.to));
	if (n > 1)
		assert_int_equal(addr_range_to_prefixes(&r, p, n - 1, &n),
				 -ENOSPC);
}

static void test_prefixes(void **state)
{
	struct rg_prefix p[ADDR_RANGE_PREFIXES];
	struct rg_range r;
	unsigned int i, j;
	size_t n;

	for (i = 0; i < 70; i++) {
		for (j = i; j < 140; j++)
			check_prefixes(i, j);
	}
	check_prefixes(1, 65534);
	r.from = A("0.0.0.0");
	r.to = A("255.255.255.255");
	assert_int_equal(addr_range_to_prefixes(&r, p, 1, &n), 0);
	assert_int_equal(p[0].len, 0);
	r.from = A("::");
	r.to = A("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	assert_int_equal(addr_range_to_prefixes(&r, p, 1, &n), 0);
	assert_int_equal(p[0].len, 0);
	/* The worst case of each family */
	r.from = A("::1");
	r.to = A("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe");
	assert_int_equal(addr_range_to_prefixes(&r, p, ADDR_RANGE_PREFIXES,
						&n), 0);
	assert_int_equal(n, ADDR_RANGE_PREFIXES);
	r.from = A("0.0.0.1");
	r.to = A("255.255.255.254");
	assert_int_equal(addr_range_to_prefixes(&r, p, ADDR_RANGE_PREFIXES,
						&n), 0);
	assert_int_equal(n, 62);
	r.from = A("10.0.0.2");
	r.to = A("10.0.0.1");
	assert_int_equal(addr_range_to_prefixes(&r, p, 9, &n), -EINVAL);
	r.to = A("::");
	assert_int_equal(addr_range_to_prefixes(&r, p, 9, &n), -EINVAL);
}

/* Every set of holes in a range of ten, one address beyond either end too. */
static void test_subtract(void **state)
{
	struct rg_range r = { small(250), small(259) }, out[16];
	struct rg_addr holes[12];
	unsigned int set, i;
	size_t n, n_holes, k;
	bool left[12], seen[12];

	for (set = 0; set < 1u << 12; set++) {
		n_holes = 0;
		/* from behind, so that the order is not the helpful one */
		for (i = 12; i--;) {
			left[i] = i && i < 11 && !(set & (1u << i));
			if (set & (1u << i))
				holes[n_holes++] = small(249 + i);
		}
		assert_int_equal(addr_range_subtract(&r, holes, n_holes, out,
						     16, &n), 0);
		memset(seen, 0, sizeof(seen));
		for (k = 0; k < n; k++) {
			assert_true(addr_cmp(&out[k].from, &out[k].to) <= 0);
			for (i = 0; i < 12; i++) {
				struct rg_addr a = small(249 + i);

				seen[i] |= addr_in_range(&a, &out[k]);
			}
			/* pieces are as long as can be */
			if (k) {
				struct rg_addr a = out[k - 1].to;

				addr_next(&a);
				assert_true(addr_cmp(&a, &out[k].from) < 0);
			}
		}
		assert_memory_equal(seen, left, sizeof(seen));
		if (n > 1)
			assert_int_equal(addr_range_subtract(&r, holes,
							     n_holes, out,
							     n - 1, &n),
					 -ENOSPC);
	}
}

static void test_subtract_edges(void **state)
{
	struct rg_range r = { A("0.0.0.0"), A("255.255.255.255") }, out[8];
	struct rg_addr holes[] = { A("255.255.255.255"), A("0.0.0.0"), A("::") };
	struct rg_prefix nets[3] = { { A("10.3.2.1"), 8 },
				     { A("10.0.0.0"), 16 },
				     { A("fd00::"), 8 } };
	size_t n;

	assert_int_equal(addr_range_subtract(&r, holes, 3, out, 8, &n), 0);
	assert_int_equal(n, 1);
	holes[0] = A("0.0.0.1");
	holes[1] = A("255.255.255.254");
	assert_true(addr_equal(&out[0].from, &holes[0]));
	assert_true(addr_equal(&out[0].to, &holes[1]));
	assert_int_equal(addr_range_subtract_prefixes(&r, nets, 3, out, 8, &n),
			 0);
	assert_int_equal(n, 2);
	holes[0] = A("9.255.255.255");
	holes[1] = A("11.0.0.0");
	assert_true(addr_equal(&out[0].to, &holes[0]));
	assert_true(addr_equal(&out[1].from, &holes[1]));
	nets[0].len = 0;
	assert_int_equal(addr_range_subtract_prefixes(&r, nets, 3, out, 8, &n),
			 0);
	assert_int_equal(n, 0);
	assert_int_equal(addr_range_subtract(&r, NULL, 0, out, 1, &n), 0);
	assert_int_equal(n, 1);
}

/* Pool minus network, broadcast, virtual and other addresses in use. */
static void test_pool(void **state)
{
	static struct parsed p;
	struct rg_addr taken[] = { A("10.10.0.5"), A("10.10.0.9"), A("::1") };
	struct rg_range r[8];
	struct rg_prefix x[64];
	char text[ADDR_STRLEN];
	size_t n, i;

	must_load(&p, "ip nat pool p 10.10.0.0 10.10.0.15 prefix-length 28\n"
		  "ip nat pool q 10.10.0.2 10.10.0.3 prefix-length 28\n"
		  "interface lan0\nredundancy rii 1\n"
		  "redundancy group 1 ip 10.10.0.1 exclusive\n"
		  "interface wan0\nredundancy rii 2\n"
		  "redundancy group 1 ip 10.10.0.12 exclusive\n"
		  "redundancy group 1 ipv6 fd00::1/64 exclusive\n");
	assert_int_equal(conf_pool_ranges(&p.c, conf_pool(&p.c, "p"), taken, 3,
					  r, 8, &n), 0);
	assert_int_equal(n, 4);
	for (i = 0; i < n; i++) {
		static const char *const ends[][2] = {
			{ "10.10.0.2", "10.10.0.4" },
			{ "10.10.0.6", "10.10.0.8" },
			{ "10.10.0.10", "10.10.0.11" },
			{ "10.10.0.13", "10.10.0.14" },
		};

		addr_print(&r[i].from, text);
		assert_string_equal(text, ends[i][0]);
		addr_print(&r[i].to, text);
		assert_string_equal(text, ends[i][1]);
	}
	assert_int_equal(conf_pool_prefixes(&p.c, conf_pool(&p.c, "p"), taken,
					    3, x, 64, &n), 0);
	/* 2/31 4/32 6/31 8/32 10/31 13/32 14/32 */
	assert_int_equal(n, 7);
	assert_int_equal(conf_pool_prefixes(&p.c, conf_pool(&p.c, "p"), taken,
					    3, x, 6, &n), -ENOSPC);
	assert_int_equal(conf_pool_ranges(&p.c, conf_pool(&p.c, "p"), taken, 3,
					  r, 3, &n), -ENOSPC);
	taken[0] = A("10.10.0.2");
	taken[1] = A("10.10.0.3");
	assert_int_equal(conf_pool_prefixes(&p.c, conf_pool(&p.c, "q"), taken,
					    2, x, 64, &n), 0);
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_prefix),
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_step),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_subtract),
		cmocka_unit_test(test_subtract_edges),
		cmocka_unit_test(test_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
