// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said before a change that a pair will feel. */
#include "conf_util.h"

#include "core/conf_impact.h"

#define BASE								\
	IN_APP								\
	"protocol 1\n no bfd\n authentication text old\n"		\
	"protocol 2\n no bfd\n authentication text two\n"		\
	"group 1\n control eth0 protocol 1\n data eth0 trusted\n"	\
	"group 2\n control eth0 protocol 2\n data eth0 trusted\n"	\
	"interface lan0\n redundancy rii 40\n"				\
	" redundancy group 1 ip 10.0.0.254 exclusive decrement 50\n"	\
	"ip nat pool P 192.0.2.1 192.0.2.9 netmask 255.255.255.0\n"	\
	"ip access-list standard L\n permit any\n"			\
	"ip nat inside source list L pool P redundancy 1 mapping-id 5 overload\n"

struct fixture {
	struct parsed before, after;
	struct conf_standing standing[CONF_MAX_GROUPS + 1];
	struct conf_impacts x;
};

static struct fixture *begin(void **state)
{
	struct fixture *f = *state;

	memset(f->standing, 0, sizeof(f->standing));
	f->standing[1] = (struct conf_standing){ true, true, true };
	f->standing[2] = (struct conf_standing){ true, true, true };
	must_load(&f->before, BASE);
	return f;
}

static void weigh(struct fixture *f, const char *more)
{
	char *text = f->before.findings;	/* room enough, not needed now */

	snprintf(text, TEXT_SIZE, "%s%s", BASE, more);
	must_load(&f->after, text);
	conf_impact(&f->before.c, &f->after.c, f->standing, &f->x);
}

static void must_be(const struct fixture *f, size_t n, uint32_t group,
		    bool confirm, const char *what)
{
	assert_int_equal(f->x.n, n);
	assert_int_equal(f->x.v[0].group, group);
	assert_int_equal(f->x.v[0].confirm, confirm);
	assert_int_equal(f->x.confirm, confirm);
	must_contain(what, f->x.v[0].text, "impact");
}

static void nothing(void **state)
{
	struct fixture *f = begin(state);

	weigh(f, IN_GROUP "preempt\npriority 110\nname x\n"
		 "interface lan0\n ip nat inside\n");
	assert_int_equal(f->x.n, 0);
}

static void parted(void **state)
{
	static const char *const change[] = {
		IN_PROTOCOL "authentication text new\n",
		IN_GROUP "control eth1 protocol 1\n",
		IN_GROUP "control eth0 protocol 3\n",
	};
	struct fixture *f = begin(state);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(change); i++) {
		weigh(f, change[i]);
		must_be(f, 1, 1, true, "does not hear this router until");
	}
	weigh(f, IN_APP "domain 3\n");
	must_be(f, 2, 1, true, "another domain");
	assert_int_equal(f->x.v[1].group, 2);
	/* Who has no peer parts from none. */
	f->standing[1].peer = false;
	weigh(f, change[0]);
	assert_int_equal(f->x.n, 0);
}

static void differs(void **state)
{
	static const char *const change[] = {
		"ip nat pool P 192.0.2.1 192.0.2.8 netmask 255.255.255.0\n",
		"ip access-list standard L\n 5 deny 10.0.0.0/8\n",
		"interface lan0\n redundancy rii 41\n",
		"no ip nat inside source list L pool P redundancy 1 mapping-id 5 overload\n",
	};
	struct fixture *f = begin(state);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(change); i++) {
		weigh(f, change[i]);
		must_be(f, 1, 1, false, "fault CONFIG");
	}
	weigh(f, "ip nat switchover replication http\n");
	must_be(f, 2, 1, false, "fault CONFIG");
	weigh(f, IN_PROTOCOL "timers hellotime 1 holdtime 3\n");
	must_be(f, 1, 1, false, "fault TIMERS");
}

static void given_up(void **state)
{
	struct fixture *f = begin(state);

	weigh(f, IN_GROUP "shutdown\n");
	assert_int_equal(f->x.n, 0);
	f->standing[1].ready = false;
	weigh(f, IN_GROUP "shutdown\n");
	must_be(f, 1, 1, true, "no complete copy");
	f->standing[1].active = false;
	weigh(f, IN_GROUP "shutdown\n");
	assert_int_equal(f->x.n, 0);
	weigh(f, IN_APP "no group 2\n");
	must_be(f, 1, 2, true, "taken out of service");
	f->standing[2] = (struct conf_standing){ false, false, false };
	weigh(f, IN_APP "no group 2\n");
	must_be(f, 1, 2, false, "taken out of service");
}

/* More than there is room for is counted, and asks as well. */
static void many(void **state)
{
	struct fixture *f = begin(state);
	char text[8192];
	size_t at, i;

	at = (size_t)snprintf(text, sizeof(text), "%s", IN_APP);
	for (i = 1; i <= 100; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "group %zu\n control eth0 protocol 1\n",
				       i);
	must_load(&f->before, text);
	for (i = 1; i <= 100; i++)
		f->standing[i].peer = true;
	snprintf(text + at, sizeof(text) - at, "domain 9\n");
	must_load(&f->after, text);
	conf_impact(&f->before.c, &f->after.c, f->standing, &f->x);
	assert_true(f->x.confirm);
	assert_int_equal(f->x.n + f->x.lost, 100);
	assert_int_equal(f->x.n, ARRAY_SIZE(f->x.v));
}

static int setup(void **state)
{
	*state = malloc(sizeof(struct fixture));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(parted),
		cmocka_unit_test(differs),
		cmocka_unit_test(given_up),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
