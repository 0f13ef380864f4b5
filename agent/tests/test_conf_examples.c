// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration examples of the Cisco document that this project follows,
 * with Linux interface names, and the two files in Documentation/examples.
 */
#include "conf_util.h"

static struct parsed p, q;

static const char *const seed =
	"configure terminal\n"						/* 1 */
	"redundancy\n"
	"mode none\n"
	"application redundancy\n"
	"protocol 4\n"
	"name rg1\n"
	"timers hellotime 3 holdtime 10\n"
	"authentication text password\n"
	"bfd\n"								/* 9 */
	"end\n"
	"configure terminal\n"
	"redundancy\n"
	"application redundancy\n"
	"group 1\n"
	"name rg1\n"
	"preempt\n"
	"priority 120 failover-threshold 80\n"
	"track 44 decrement 20\n"
	"timers delay 10 reload 20\n"
	"control sync0 protocol 1\n"
	"data sync1\n"
	"end\n"
	"configure terminal\n"
	"interface lan0\n"
	"redundancy group 1 ip 10.10.1.1 exclusive decrement 20\n"
	"redundancy rii 40\n"
	"end\n"
	"configure terminal\n"
	"interface wan0\n"
	"ip address 10.1.1.2 255.0.0.0\n"
	"ip nat outside\n"
	"ip virtual-reassembly\n"
	"negotiation auto\n"
	"redundancy rii 200\n"
	"redundancy group 1 ip 10.1.1.200 exclusive decrement 10\n"
	"end\n"
	"configure terminal\n"
	"ip nat pool VPN-18 10.10.0.0 10.10.255.255 netmask 255.255.0.0\n"
	"ip nat inside source list acl-18 pool VPN-18 redundancy 2 mapping-id 152\n"; /* 39 */

/* They are refused exactly at the lines that are not supported yet. */
static void test_seed_refused(void **state)
{
	static const uint32_t lines[] = { 39 };
	size_t i;

	parse(&p, seed);
	assert_int_equal(p.err, -EINVAL);
	assert_int_equal(p.d.errors, ARRAY_SIZE(lines));
	assert_int_equal(p.d.n, p.d.errors);
	for (i = 0; i < p.d.n; i++) {
		assert_int_equal(p.v[i].line, lines[i]);
		must_contain("not supported yet: ", p.v[i].text, seed);
	}
}

/* The rest loads, with warnings for what it does not define. */
static void test_seed_rest(void **state)
{
	static char text[4096];

	snprintf(text, sizeof(text), "%.*s overload\n",
		 (int)strlen(seed) - 1, seed);
	must_load(&p, text);
	must_contain("protocol 1 is not defined, its defaults are used",
		     p.findings, text);
	must_contain("group 1: track 44 is not defined, it counts as up",
		     p.findings, text);
	must_contain("access list acl-18 is not defined, it matches nothing",
		     p.findings, text);
	must_contain("group 2 is not defined, the mapping is inactive",
		     p.findings, text);
	must_contain("pool VPN-18: not handed out", p.findings, text);
	must_contain(": 10.10.0.0, 10.10.255.255, 10.10.1.1\n", p.findings,
		     text);
	assert_int_equal(conf_group(&p.c, 1)->priority, 120);
	assert_int_equal(conf_group(&p.c, 1)->threshold, 80);
	assert_int_equal(conf_group(&p.c, 1)->n_tracks, 1);
	assert_int_equal(conf_group(&p.c, 1)->track[0].id, 44);
	assert_int_equal(conf_group(&p.c, 1)->track[0].decrement, 20);
	assert_int_equal(conf_if(&p.c, "lan0")->rii, 40);
	assert_int_equal(conf_if(&p.c, "wan0")->n_owns, 1);
	assert_int_equal(conf_if(&p.c, "wan0")->own[0].len, 8);
	assert_int_equal(conf_if(&p.c, "wan0")->reassembly, CONF_REASSEMBLY);
	assert_int_equal(conf_if(&p.c, "wan0")->negotiation,
			 CONF_NEGOTIATION_AUTO);
}

static size_t read_example(const char *name, char *text, size_t size)
{
	/* from the top of the tree, from agent/, or where RG_TOP says */
	const char *top[] = { getenv("RG_TOP"), ".", ".." };
	char path[4096];
	size_t i, n;

	for (i = 0; i < 3; i++) {
		FILE *f;

		if (!top[i])
			continue;
		snprintf(path, sizeof(path), "%s/Documentation/examples/%s",
			 top[i], name);
		f = fopen(path, "r");
		if (!f)
			continue;
		n = fread(text, 1, size, f);
		fclose(f);
		return n;
	}
	fail_msg("%s not found: run from the top of the tree or set RG_TOP",
		 name);
	return 0;
}

static void load_example(struct parsed *r, const char *name)
{
	static char text[TEXT_SIZE];

	parse_n(r, text, read_example(name, text, sizeof(text)));
	if (r->err)
		fail_msg("%s is refused:\n%s", name, r->findings);
}

/* Both load, and say nothing but what is meant so. */
static void test_examples(void **state)
{
	static const char *const names[] = { "router-a.conf", "router-b.conf" };
	size_t i;

	for (i = 0; i < 2; i++) {
		load_example(&p, names[i]);
		assert_int_equal(p.d.n, 1);
		must_contain("single liveness path", p.v[0].text, names[i]);
		must_load(&q, p.text);
		assert_true(conf_equal(&p.c, &q.c));
	}
}

/* The two agree on all that has to be equal on both routers. */
static void test_examples_agree(void **state)
{
	struct conf_change c[4];
	const struct conf_group *g;
	size_t n;

	load_example(&p, "router-a.conf");
	load_example(&q, "router-b.conf");
	assert_int_equal(conf_diff(&p.c, &q.c, c, 4, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(c[0].obj, CONF_OBJ_GROUP);
	assert_int_equal(c[0].bits, CONF_GROUP_PRIORITY);
	/* One failed link takes either router below its threshold */
	g = conf_group(&p.c, 1);
	assert_true(g->priority - conf_if_decrement(conf_if(&p.c, "lan0")) <
		    g->threshold);
	g = conf_group(&q.c, 1);
	assert_true(g->priority - conf_if_decrement(conf_if(&q.c, "wan0")) <
		    g->threshold);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seed_refused),
		cmocka_unit_test(test_seed_rest),
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_examples_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
