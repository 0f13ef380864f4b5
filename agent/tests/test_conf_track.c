// SPDX-License-Identifier: GPL-2.0-or-later
/* Tracked objects: what is said of them, what is refused, what is doubtful. */
#include "conf_util.h"

static struct parsed p, q;

static const struct conf_track *track(uint32_t id)
{
	const struct conf_track *t = conf_track(&p.c, id);

	assert_non_null(t);
	return t;
}

static void prints(const char *in, const char *out)
{
	must_load(&p, in);
	must_contain(out, p.text, in);
	must_load(&q, p.text);
	assert_true(conf_equal(&p.c, &q.c));
}

#define PRINTS_ITSELF(lines) prints(lines, lines)

static void test_kinds(void **state)
{
	PRINTS_ITSELF("track 1 interface lan0 line-protocol\n!\n");
	assert_int_equal(track(1)->kind, CONF_TRACK_LINE);
	assert_string_equal(track(1)->name, "lan0");
	PRINTS_ITSELF("track 32767 interface lan0 ip routing\n!\n");
	PRINTS_ITSELF("track 2 interface lan0 ipv6 routing\n!\n");
	PRINTS_ITSELF("track 3 ip route 10.0.0.0/8 reachability\n!\n");
	prints("track 3 ip route 10.0.0.0 255.0.0.0 reachability\n",
	       "track 3 ip route 10.0.0.0/8 reachability\n!\n");
	prints("track 3 ip route 10.1.2.3/8 reachability\n",
	       "track 3 ip route 10.0.0.0/8 reachability\n!\n");
	prints("track 3 ip route 0.0.0.0 0.0.0.0 reachability\n",
	       "track 3 ip route 0.0.0.0/0 reachability\n!\n");
	PRINTS_ITSELF("track 4 ipv6 route ::/0 reachability\n!\n");
	PRINTS_ITSELF("track 5 exec /usr/bin/true interval 3600\n!\n");
	assert_int_equal(track(5)->interval_s, 3600);
	PRINTS_ITSELF("track 6 systemd bird@a\\x2db.service\n!\n");
	prints("tr 7 int lan0 line\n",
	       "track 7 interface lan0 line-protocol\n!\n");
}

static void test_rii(void **state)
{
	PRINTS_ITSELF("track 8 rii 65535 reachability\n delay down 3\n!\n");
	assert_int_equal(track(8)->kind, CONF_TRACK_RII);
	assert_int_equal(track(8)->rii, 65535);
	prints("track 8 rii 1 reachability\n delay down 3\ntrack 8 rii 2 reachability\n",
	       "track 8 rii 2 reachability\n delay down 3\n!\n");
	prints("track 8 rii 1 reachability\ntrack 8 systemd x\n", "track 8 systemd x\n!\n");
	assert_int_equal(track(8)->rii, 0);
	must_warn(&p, "track 8 rii 40 reachability\n",
		  "track 8: no interface of a group has rii 40, it counts as up");
	must_warn(&p, "interface lan0\n redundancy rii 40\ntrack 8 rii 40 reachability\n",
		  "no interface of a group has rii 40");
	must_not_warn(&p, "redundancy\n application redundancy\n  group 1\ninterface lan0\n"
		      " redundancy rii 40\n redundancy group 1 ip 10.0.0.254 exclusive\n"
		      "track 8 rii 40 reachability\n", "no interface of a group");
	must_load(&q, "track 8 rii 40 reachability\n");
	must_load(&p, "track 8 rii 41 reachability\n");
	assert_int_equal(conf_track_diff(track(8), conf_track(&q.c, 8)), CONF_TRACK_WHAT);
}

static void test_delay(void **state)
{
	PRINTS_ITSELF("track 1 systemd x\n delay up 180\n!\n");
	PRINTS_ITSELF("track 1 systemd x\n delay down 180\n!\n");
	prints("track 1 systemd x\n delay down 2 up 1\n",
	       "track 1 systemd x\n delay up 1 down 2\n!\n");
	/* each line states its whole setting */
	prints("track 1 systemd x\n delay up 3 down 2\n delay up 1\n",
	       "track 1 systemd x\n delay up 1\n!\n");
	prints("track 1 systemd x\n delay up 1 down 2\n no delay\n",
	       "track 1 systemd x\n!\n");
	/* the same object again keeps its block, another one begins anew */
	prints("track 1 systemd x\n delay up 1\ntrack 1 systemd y\n",
	       "track 1 systemd y\n delay up 1\n!\n");
	prints("track 1 systemd x\n delay up 1\ntrack 1 exec /y interval 1\n",
	       "track 1 exec /y interval 1\n!\n");
}

#define TWO "track 1 systemd a\n!\ntrack 2 systemd b\n!\n"

static void test_lists(void **state)
{
	PRINTS_ITSELF(TWO "track 9 list boolean and\n object 1\n object 2 not\n!\n");
	PRINTS_ITSELF(TWO "track 9 list boolean or\n object 1 not\n delay up 1\n!\n");
	PRINTS_ITSELF(TWO "track 9 list threshold weight\n object 1\n"
		      " object 2 weight 255\n threshold weight up 255 down 9\n!\n");
	assert_int_equal(track(9)->member[0].weight, CONF_DEF_WEIGHT);
	PRINTS_ITSELF(TWO "track 9 list threshold percentage\n object 1\n"
		      " object 2\n threshold percentage up 100\n!\n");
	assert_int_equal(track(9)->down, 99);
	prints(TWO "track 9 list threshold percentage\n object 2\n object 1\n"
	       " threshold percentage down 9 up 60\n object 3\n no object 3\n",
	       " object 1\n object 2\n threshold percentage up 60 down 9\n!\n");
	prints(TWO "track 9 list boolean and\n object 1 not\n object 1\n",
	       "boolean and\n object 1\n!\n");
}

static void test_wrong_lists(void **state)
{
	must_refuse(&p, "track 9 list boolean and\n", "f:1:",
		    "track 9: the list has no object");
	must_refuse(&p, TWO "track 9 list threshold weight\n object 1\n", "f:5",
		    "needs \"threshold weight up\"");
	must_refuse(&p, "track 9 systemd x\n object 1\n", "f:2:2:",
		    "only a list has objects");
	must_refuse(&p, "track 9 list boolean and\n object 1 weight 2\n",
		    "f:2:18:", "only an object of a list by weight");
	must_refuse(&p, "track 9 list threshold weight\n object 1 not\n",
		    "f:2:11:", "only an object of a boolean list");
	must_refuse(&p, "track 9 list boolean and\n threshold weight up 1\n",
		    "f:2:2:", "only a list by weight");
	must_refuse(&p, "track 9 list threshold weight\n threshold percentage up 1\n",
		    "f:2:2:", "only a list by percentage");
	must_refuse(&p, "track 9 list threshold weight\n threshold weight up 3 down 3\n",
		    "f:2:29:", "down is not below up");
	must_warn(&p, TWO "track 9 list threshold weight\n object 1\n object 2 weight 5\n"
		  " threshold weight up 16\n", "weigh 15, less than the 16");
	must_not_warn(&p, TWO "track 9 list threshold weight\n object 1\n object 2 weight 6\n"
		      " threshold weight up 16\n", "less than");
}

static void test_loops(void **state)
{
	must_refuse(&p, "track 1 list boolean and\n object 1\n", "f:1:",
		    "track 1: the list contains itself");
	must_refuse(&p, "track 1 list boolean and\n object 2\n"
		    "track 2 list boolean or\n object 3 not\n"
		    "track 3 list boolean or\n object 1\n"
		    "track 4 list boolean or\n object 1\n", "f:3:",
		    "track 2: the list contains itself");
	/* the one that leads into the loop is not to blame */
	assert_int_equal(p.d.errors, 3);
	/* twice the same is no loop */
	must_load(&p, TWO "track 3 list boolean and\n object 1\n object 2\n"
		  "track 4 list boolean and\n object 1\n object 3\n"
		  "track 5 list boolean and\n object 4\n object 3\n");
}

static void test_wrong(void **state)
{
	static const struct {
		const char *text, *where, *what;
	} wrong[] = {
		{ "track 0 systemd x\n", "f:1:7:", "1 to 32767" },
		{ "track 32768 systemd x\n", "f:1:7:", "1 to 32767" },
		{ "track 1\n", "f:1:8:", "incomplete" },
		{ "track 1 interface lan0\n", "f:1:23:", "incomplete" },
		{ "track 1 interface lan0/1 line\n", "f:1:19:", "interface name" },
		{ "track 1 interface lan0 ip\n", "f:1:26:", "incomplete" },
		{ "track 1 ip route 10.0.0.0 reachability\n", "f:1:27:", "netmask" },
		{ "track 1 ip route 10.0.0.0/33 reachability\n", "f:1:18:", "prefix" },
		{ "track 1 ip route ::/0 reachability\n", "f:1:18:", "IPv4" },
		{ "track 1 ipv6 route 10.0.0.0/8 reachability\n", "f:1:20:", "IPv6" },
		{ "track 1 exec true interval 5\n", "f:1:14:", "absolute" },
		{ "track 1 exec /bin/true interval 0\n", "f:1:33:", "1 to 3600" },
		{ "track 1 exec /bin/true\n", "f:1:23:", "incomplete" },
		{ "track 1 systemd --help\n", "f:1:17:", "name of a unit" },
		{ "track 1 systemd a*\n", "f:1:17:", "name of a unit" },
		{ "track 1 systemd a/b\n", "f:1:17:", "name of a unit" },
		{ "track 1 systemd x\n delay up 181\n", "f:2:11:", "0 to 180" },
		{ "track 1 list boolean xor\n", "f:1:22:", "\"and\" or \"or\"" },
		{ "track 1 list threshold weight\n threshold weight up 0\n",
		  "f:2:22:", "1 to 255" },
		{ IN_GROUP "track 0 shutdown\n", "f:4:7:", "1 to 32767" },
		{ IN_GROUP "track 1 decrement 0\n", "f:4:19:", "1 to 255" },
		{ IN_GROUP "track 1 decrement 256\n", "f:4:19:", "1 to 255" },
		{ IN_GROUP "track 1 decrement 5 shutdown\n", "f:4:21:", "end of the line" },
		{ IN_GROUP "track 1\n", "f:4:8:", "\"decrement\" or \"shutdown\"" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		must_refuse(&p, wrong[i].text, wrong[i].where, wrong[i].what);
	/* the block of a wrong head belongs to nobody */
	must_refuse(&p, "track 1 systemd a*\n delay up 1\n object 2\n", "f:1:",
		    "name of a unit");
	assert_int_equal(p.d.errors, 1);
}

static void test_group(void **state)
{
	prints(TWO IN_GROUP "track 2 shutdown\ntrack 1 decrement 255\n",
	       "   track 1 decrement 255\n   track 2 shutdown\n");
	prints(TWO IN_GROUP "track 1 shutdown\ntrack 1 decrement 9\n",
	       "   track 1 decrement 9\n");
	must_load(&p, IN_GROUP "track 1 decrement 9\ntrack 2 shutdown\n"
		  "no track 1\nno track 2 shutdown\n");
	assert_int_equal(conf_group(&p.c, 1)->n_tracks, 0);
	must_warn(&p, IN_GROUP "no track 1\n",
		  "the group does not track this object");
	must_warn(&p, "no track 1\n", "there is no such object");
	/* an object may be defined inside a group's block: it ends there */
	must_load(&p, IN_GROUP "track 1 systemd a\ndelay up 1\n");
	assert_int_equal(track(1)->delay_up_s, 1);
}

static void test_undefined(void **state)
{
	must_warn(&p, IN_GROUP "track 44 decrement 20\n",
		  "group 1: track 44 is not defined, it counts as up");
	must_not_warn(&p, "track 44 systemd x\n" IN_GROUP "track 44 shutdown\n",
		      "track 44");
	must_warn(&p, "track 1 list boolean and\n object 2\n",
		  "track 1: object 2 is not defined, it counts as fulfilled");
	must_warn(&p, "track 1 systemd a\n" IN_GROUP "track 1 shutdown\nno track 1\n"
		  "track 1 decrement 1\nend\nno track 1\n",
		  "track 1 is not defined");
}

static void test_full(void **state)
{
	static char text[8192];
	size_t n = 0;
	int i;

	for (i = 1; i <= CONF_MAX_TRACKS + 1; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "track %d systemd x\n", i);
	must_refuse(&p, text, "f:65:1:", "too many tracked objects");
	n = (size_t)snprintf(text, sizeof(text), "track 99 list boolean and\n");
	for (i = 1; i <= CONF_MAX_MEMBERS + 1; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "object %d\n", i);
	must_refuse(&p, text, "f:18:1:", "too many objects in this list");
	n = (size_t)snprintf(text, sizeof(text), IN_GROUP);
	for (i = 1; i <= CONF_MAX_GROUP_TRACKS + 1; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "track %d shutdown\n", i);
	must_refuse(&p, text, "f:20:1:", "too many objects tracked by this group");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds), cmocka_unit_test(test_rii),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_wrong_lists),
		cmocka_unit_test(test_loops),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_undefined),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
