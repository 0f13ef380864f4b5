// SPDX-License-Identifier: GPL-2.0-or-later
/* Changing the configuration that runs, and what may be typed for it. */
#include "conf_util.h"

#include "core/conf_session.h"

#define RUNNING								\
	IN_APP								\
	"protocol 1\n no bfd\n"						\
	"group 1\n name one\n priority 120 failover threshold 80\n"	\
	" control eth0 protocol 1\n data eth0 trusted\n"		\
	"group 2\n control eth0 protocol 1\n data eth0 trusted\n"	\
	"interface lan0\n redundancy rii 40\n"				\
	" redundancy group 1 ip 10.0.0.254 exclusive decrement 50\n"

struct fixture {
	struct parsed running;
	struct conf_session s;
	struct conf_diag v[64], old[256];
	struct conf_diags d;
	enum conf_session_end end;
	char text[TEXT_SIZE];
};

static struct fixture *begin(void **state)
{
	struct fixture *f = *state;

	must_load(&f->running, RUNNING);
	conf_session_begin(&f->s, &f->running.c, "new");
	f->d = (struct conf_diags){ .v = f->v, .max = ARRAY_SIZE(f->v) };
	return f;
}

static int line(struct fixture *f, const char *text)
{
	return conf_session_line(&f->s, text, strlen(text), &f->d, &f->end);
}

static int lines(struct fixture *f, const char *text)
{
	const char *pos = text, *one;
	int err = 0;
	size_t len;

	while (lex_next_line(&pos, text + strlen(text), &one, &len)) {
		if (conf_session_line(&f->s, one, len, &f->d, &f->end))
			err = -EINVAL;
	}
	return err;
}

static int finish(struct fixture *f)
{
	struct conf_diags old = { .v = f->old, .max = ARRAY_SIZE(f->old) };

	return conf_session_finish(&f->s, &f->running.c, &f->d, &old);
}

static void must_say(const struct fixture *f, const char *what)
{
	char text[768];
	size_t i;

	for (i = 0; i < f->d.n; i++) {
		conf_diag_print(&f->v[i], text, sizeof(text));
		if (strstr(text, what))
			return;
	}
	fail_msg("'%s' was not said", what);
}

static void change(void **state)
{
	struct fixture *f = begin(state);
	struct conf_change ch[8];
	size_t n;

	assert_int_equal(lines(f, IN_GROUP "preempt\nno name\n"), 0);
	assert_int_equal(finish(f), 0);
	assert_int_equal(conf_diff(&f->running.c, &f->s.c, ch, 8, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(ch[0].obj, CONF_OBJ_GROUP);
	assert_int_equal(ch[0].bits, CONF_GROUP_PREEMPT | CONF_GROUP_NAME);
}

/* What is printed after a change loads, and prints the same. */
static void prints_and_loads(void **state)
{
	struct fixture *f = begin(state);

	assert_int_equal(lines(f, IN_APP "group 7\n name seven\n"
			       "interface wan0\n redundancy rii 41\n"
			       " redundancy group seven decrement 3\n"
			       "no interface lan0\n"
			       "ip access-list standard 7\n permit any\n"), 0);
	assert_int_equal(finish(f), 0);
	assert_int_equal(conf_print(&f->s.c, f->text, TEXT_SIZE, NULL), 0);
	must_load(&f->running, f->text);
	assert_string_equal(f->running.text, f->text);
	assert_true(conf_equal(&f->running.c, &f->s.c));
}

/* A wrong line changes nothing; its place is told, and the rest counts. */
static void wrong_line(void **state)
{
	struct fixture *f = begin(state);

	assert_int_equal(lines(f, IN_GROUP), 0);
	assert_int_equal(line(f, "  priority 300"), -EINVAL);
	must_say(f, "new:4:12: error: wrong value: read \"300\", expected a number from 1 to 255");
	assert_int_equal(f->s.refused, 1);
	assert_int_equal(line(f, "preempt"), 0);
	assert_int_equal(finish(f), 0);
	assert_int_equal(conf_group(&f->s.c, 1)->priority, 120);
	assert_true(conf_group(&f->s.c, 1)->preempt);
}

/* What follows a wrong head is for nobody, least of all for the group before. */
static void wrong_head(void **state)
{
	struct fixture *f = begin(state);

	assert_int_equal(lines(f, IN_GROUP), 0);
	assert_string_equal(conf_session_prompt(&f->s), "config-red-app-grp");
	assert_int_equal(line(f, "group 300"), -EINVAL);
	assert_string_equal(conf_session_prompt(&f->s), "config-refused");
	assert_int_equal(line(f, "shutdown"), 0);
	assert_int_equal(line(f, "exit"), 0);
	assert_string_equal(conf_session_prompt(&f->s), "config-red-app");
	assert_int_equal(lines(f, "group 2\npreempt\n"), 0);
	assert_int_equal(finish(f), 0);
	assert_false(conf_group(&f->s.c, 1)->shutdown);
	assert_true(conf_group(&f->s.c, 2)->preempt);
}

/* A line may need one that comes later; the whole may be wrong at the end. */
static void checked_as_a_whole(void **state)
{
	struct fixture *f = begin(state);

	assert_int_equal(lines(f, "interface wan0\n"
			       "redundancy group 2 decrement 3\n"), 0);
	assert_int_equal(finish(f), -EINVAL);
	must_say(f, "new:1: error: interface wan0: \"redundancy group\" needs");
	assert_int_equal(line(f, "redundancy rii 41"), 0);
	f->d.n = 0;
	assert_int_equal(finish(f), 0);
}

/* An object that is there already is named by the line that changes it. */
static void place_of_an_old_object(void **state)
{
	struct fixture *f = begin(state);

	assert_int_equal(lines(f, "!\n" IN_APP "group 2\n"
			       "priority 100 failover threshold 101\n"), 0);
	assert_int_equal(finish(f), -EINVAL);
	must_say(f, "new:4: error: group 2: the failover threshold 101");
}

/* What was there to be warned about before the change is not said again. */
static void only_new_warnings(void **state)
{
	struct fixture *f = begin(state);

	assert_true(f->running.d.warnings);
	assert_int_equal(lines(f, IN_GROUP "preempt\n"), 0);
	assert_int_equal(finish(f), 0);
	assert_int_equal(f->d.n, 0);
	assert_int_equal(lines(f, "no data\n"), 0);
	assert_int_equal(finish(f), 0);
	assert_int_equal(f->d.n, 1);
	must_say(f, "warning: group 1 has no data link");
}

/* The configuration was read from its file while lines were typed. */
static void on_top_of_what_runs_by_then(void **state)
{
	struct fixture *f = begin(state);

	assert_int_equal(lines(f, IN_GROUP "preempt\n"), 0);
	must_load(&f->running, RUNNING IN_APP "group 9\n name nine\n");
	assert_int_equal(finish(f), 0);
	assert_non_null(conf_group(&f->s.c, 9));
	assert_true(conf_group(&f->s.c, 1)->preempt);
}

static void ends(void **state)
{
	struct fixture *f = begin(state);

	assert_int_equal(lines(f, IN_GROUP "exit\n"), 0);
	assert_int_equal(f->end, CONF_SESSION_GOES_ON);
	assert_int_equal(line(f, "ex"), 0);
	assert_int_equal(line(f, "exi"), 0);
	assert_int_equal(f->end, CONF_SESSION_GOES_ON);
	assert_int_equal(line(f, "exit"), 0);
	assert_int_equal(f->end, CONF_SESSION_END);
	assert_int_equal(lines(f, IN_GROUP "end\n"), 0);
	assert_int_equal(f->end, CONF_SESSION_END);
}

static void too_much(void **state)
{
	struct fixture *f = begin(state);
	char comment[1000];
	size_t n;

	memset(comment, '!', sizeof(comment));
	for (n = 0; n * (sizeof(comment) + 1) < CONF_SESSION_TEXT; n++) {
		if (conf_session_line(&f->s, comment, sizeof(comment), NULL,
				      &f->end))
			break;
	}
	assert_int_equal(n, CONF_SESSION_TEXT / (sizeof(comment) + 1));
	assert_int_equal(conf_session_line(&f->s, comment, sizeof(comment),
					   NULL, &f->end), -ENOSPC);
	/* The last byte is for the newline. */
	n = CONF_SESSION_TEXT - f->s.len;
	assert_int_equal(conf_session_line(&f->s, comment, n, NULL, &f->end),
			 -ENOSPC);
	assert_int_equal(conf_session_line(&f->s, comment, n - 1, NULL,
					   &f->end), 0);
	assert_int_equal(f->s.len, CONF_SESSION_TEXT);
	assert_int_equal(line(f, ""), -ENOSPC);
}

static void help(struct fixture *f, const char *begun)
{
	struct out o;

	out_init(&o, f->text, TEXT_SIZE);
	conf_help(&f->s.p, begun, strlen(begun), &o);
}

static void must_offer(struct fixture *f, const char *begun, const char *what)
{
	help(f, begun);
	must_contain(what, f->text, begun);
}

static void must_not_offer(struct fixture *f, const char *begun,
			   const char *what)
{
	help(f, begun);
	if (strstr(f->text, what))
		fail_msg("'%s' is offered after '%s':\n%s", what, begun,
			 f->text);
}

static void offers(void **state)
{
	struct fixture *f = begin(state);

	must_offer(f, "", "  redundancy ");
	must_offer(f, "", "  do ");
	must_not_offer(f, "", "configure");
	must_offer(f, "ip nat ", "  pool ");
	assert_int_equal(lines(f, IN_GROUP), 0);
	must_offer(f, "", "  priority ");
	must_offer(f, "", "  end ");
	must_not_offer(f, "", "interface");
	must_offer(f, "pri", "  priority ");
	must_not_offer(f, "pri", "preempt");
	must_offer(f, "pri ", "  NUMBER ");
	must_offer(f, "priority 100 ", "  <cr>\n");
	must_offer(f, "priority 100 ", "  failover ");
	must_not_offer(f, "priority ", "<cr>");
	must_offer(f, "no priority ", "  <cr>\n");
	must_offer(f, "int", "  interface ");
	must_offer(f, "group ", "  NUMBER ");
	must_not_offer(f, "route-map x ", "  ");
	must_not_offer(f, "nonsense ", "  ");
}

static void once_only(void **state)
{
	struct fixture *f = begin(state);
	static const char map[] =
		"ip nat inside source list 1 pool P redundancy 1 mapping-id 1 ";

	must_offer(f, map, "  overload ");
	help(f, "ip nat inside source list 1 pool P redundancy 1 mapping-id 1 overload ");
	if (strstr(f->text, "overload"))
		fail_msg("an option is offered again:\n%s", f->text);
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
		cmocka_unit_test(change),
		cmocka_unit_test(prints_and_loads),
		cmocka_unit_test(wrong_line),
		cmocka_unit_test(wrong_head),
		cmocka_unit_test(checked_as_a_whole),
		cmocka_unit_test(place_of_an_old_object),
		cmocka_unit_test(only_new_warnings),
		cmocka_unit_test(on_top_of_what_runs_by_then),
		cmocka_unit_test(ends),
		cmocka_unit_test(too_much),
		cmocka_unit_test(offers),
		cmocka_unit_test(once_only),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
