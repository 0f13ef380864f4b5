// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines, words, modes, abbreviations, and what a file with errors says. */
#include "conf_util.h"

#include "core/lex.h"
#include "core/out.h"

static struct parsed p, q;

static void same(const char *a, const char *b)
{
	must_load(&p, a);
	must_load(&q, b);
	assert_string_equal(p.text, q.text);
	assert_true(conf_equal(&p.c, &q.c));
}

static const char *const reference =
	"redundancy\n"
	" mode none\n"
	" application redundancy\n"
	"  protocol 1\n"
	"   timers hellotime msec 100 holdtime 2\n"
	"  group 1\n"
	"   preempt\n"
	"   priority 120 failover threshold 80\n"
	"   control c protocol 1\n"
	"interface lan0\n"
	" redundancy rii 40\n"
	" redundancy group 1 ip 10.0.0.1 exclusive decrement 20\n"
	" ip nat inside\n"
	"ip nat pool p 192.0.2.1 192.0.2.9 netmask 255.255.255.0\n"
	"ip access-list standard l\n"
	" permit any\n"
	"ip nat inside source list l pool p redundancy 1 mapping-id 7 overload\n";

static void test_indentation(void **state)
{
	char flat[2048];
	size_t n = 0;
	const char *s;

	for (s = reference; *s; s++) {
		if (*s != ' ' || (s > reference && s[-1] != '\n' &&
				  s[-1] != ' '))
			flat[n++] = *s;
	}
	flat[n] = '\0';
	same(reference, flat);
	same("redundancy\n", "\t redundancy \t \n");
}

static void test_line_ends(void **state)
{
	char dos[2048];
	size_t n = 0;
	const char *s;

	for (s = reference; *s; s++) {
		if (*s == '\n')
			dos[n++] = '\r';
		dos[n++] = *s;
	}
	dos[n] = '\0';
	same(reference, dos);
	dos[n - 2] = '\0';	/* the last line has no end */
	same(reference, dos);
	same("", "\n\n  \n\t\n");
	same("", "");
}

static void test_comments(void **state)
{
	same("", "! a comment\n   !another !\n!\n!! \xc3\xa9t\xc3\xa9\n");
	must_refuse(&p, IN_GROUP "preempt ! please\n", "f:4:9:",
		    "read \"!\", expected the end of the line");
	must_refuse(&p, "! \x01\n", "f:1:3:", "a character that may not");
}

static void test_characters(void **state)
{
	static const char nul[] = "interface a\0b\n";
	char many[256] = "ip";
	int i;

	must_refuse(&p, "interface \xc3\xa9\n", "f:1:11:",
		    "a character that may not stand here: read \".\"");
	must_refuse(&p, "inter\x1b[0mface x\n", "f:1:6:", "read \".\"");
	parse_n(&p, nul, sizeof(nul) - 1);
	assert_int_equal(p.err, -EINVAL);
	must_contain("f:1:12: error: a character", p.findings, "NUL");
	for (i = 0; i < LEX_MAX_WORDS; i++)
		strcat(many, " x");
	must_refuse(&p, many, "f:1:66:", "too many words");
	/* What was read is shortened, not overrun */
	memset(many, 'a', sizeof(many) - 1);
	must_refuse(&p, many, "f:1:1:",
		    "read \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\"");
}

static void test_abbreviations(void **state)
{
	same(reference,
	     "red\nmo no\nap re\nprot 1\nti he ms 100 ho 2\ngr 1\npre\n"
	     "pri 120 f t 80\nc c p 1\nint lan0\nr r 40\n"
	     "red g 1 ip 10.0.0.1 ex de 20\nip nat in\n"
	     "ip na po p 192.0.2.1 192.0.2.9 n 255.255.255.0\n"
	     "ip ac st l\np a\n"
	     "ip na in so l l po p o red 1 map 7\n");
	same("INTERFACE Lan0\n Ip NAT Inside\n",
	     "interface Lan0\n ip nat inside\n");
	must_load(&p, "interface Lan0\n");
	assert_non_null(conf_if(&p.c, "Lan0"));
	assert_null(conf_if(&p.c, "lan0"));
	/* One keyword may begin as another one ends: in full it is no doubt */
	same(IN_GROUP "priority 9 failover threshold 5\n",
	     IN_GROUP "priority 9 failover- 5\n");
}

static void test_ambiguous(void **state)
{
	must_refuse(&p, IN_GROUP "p\n", "f:4:1:",
		    "ambiguous abbreviation: read \"p\", expected \"preempt\" or \"priority\"");
	must_refuse(&p, IN_GROUP "t d 5\n", "f:4:1:", "\"timers\" or \"track\"");
	must_refuse(&p, "e\n", "f:1:1:", "\"enable\", \"exit\" or \"end\"");
	/* It is not retried as `protocol 3` of the mode around */
	must_refuse(&p, IN_GROUP "p 3\n", "f:4:1:", "ambiguous");
	/* Of what fails everywhere, the attempt that got furthest is told */
	must_refuse(&p, IN_IF "ip nat i source\n", "f:2:16:",
		    "incomplete command, expected \"list\"");
}

/* A line that is no command in a mode is tried in the ones around it. */
static void test_parent_modes(void **state)
{
	same(reference,
	     "ip access-list standard l\n permit any\n"
	     "ip nat inside source list l pool p redundancy 1 mapping-id 7 overload\n"
	     "interface lan0\n ip nat inside\n"
	     "redundancy\n application redundancy\n  group 1\n   preempt\n"
	     "  protocol 1\n   timers hellotime msec 100 holdtime 2\n"
	     " mode none\n application redundancy\n  group 1\n"
	     "   priority 120 failover threshold 80\n"
	     "   control c protocol 1\n"
	     "ip nat pool p 192.0.2.1 192.0.2.9 netmask 255.255.255.0\n"
	     "interface lan0\n redundancy rii 40\n"
	     " redundancy group 1 ip 10.0.0.1 exclusive decrement 20\n");
	/* and then that mode is the current one */
	must_refuse(&p, IN_GROUP "interface lan0\npreempt\n", "f:5:1:",
		    "this command belongs below \"group\"");
	must_refuse(&p, IN_GROUP "domain 1\npreempt\n", "f:5:1:",
		    "this command belongs below \"group\"");
	/* A mode's own commands win over those around it */
	must_load(&p, IN_IF "ip nat inside\nredundancy\nmode none\n");
}

static void test_exit_end(void **state)
{
	same(IN_APP "group 1\npreempt\nprotocol 1\nname x\n",
	     IN_APP "group 1\npreempt\nexit\nprotocol 1\nname x\nend\n");
	must_refuse(&p, IN_GROUP "exit\npreempt\n", "f:5:1:", "belongs below");
	must_load(&p, IN_GROUP "exit\nexit\nmode none\nexit\nexit\nexit\n");
	must_refuse(&p, IN_GROUP "end\npreempt\n", "f:5:1:", "belongs below");
}

static void test_exec_words(void **state)
{
	same("interface x\n",
	     "enable\nconfigure terminal\ninterface x\nend\nenable\nconf t\n");
	must_refuse(&p, "configure\n", "f:1:10:", "expected \"terminal\"");
	must_refuse(&p, "no end\n", "f:1:1:", "has no \"no\" form");
}

static void test_prompts(void **state)
{
	must_refuse(&p, "Device(config)# redundancy\n", "f:1:1:",
		    "prompts of pasted text are not commands");
	must_refuse(&p, "Device# configure terminal\n", "f:1:1:", "prompts");
	must_refuse(&p, "Device> enable\n", "f:1:1:", "prompts");
	must_refuse(&p, "Device(config-if)#ip nat inside\n", "f:1:1:",
		    "prompts");
}

/* All errors are listed, each where it is, and nothing else. */
static void test_all_errors(void **state)
{
	static const char *const text =
		"interface lan0\n"
		" redundancy rii 0\n"
		" ip nat upside\n"
		"redundancy\n"
		" application redundancy\n"
		"  group 1\n"
		"   priority 300\n"
		"   preempt\n"
		"   nonsense\n";

	parse(&p, text);
	assert_int_equal(p.err, -EINVAL);
	assert_int_equal(p.d.errors, 4);
	assert_int_equal(p.d.warnings, 0);
	must_contain("f:2:17: ", p.findings, text);
	must_contain("f:3:9: ", p.findings, text);
	must_contain("f:7:13: ", p.findings, text);
	must_contain("f:9:4: ", p.findings, text);
}

/* The block of a head that is wrong is not read as part of another one. */
static void test_astray(void **state)
{
	static const struct {
		const char *text;
		size_t errors;
	} t[] = {
		{ IN_APP "group 1\npreempt\ngroup 999\nno preempt\nnoise\n", 2 },
		{ IN_APP "protocol 9\nname x\ntimers hellotime 9 holdtime 1\n",
		  2 },
		{ "interface a/b\nredundancy rii 40\nip nat inside\n"
		  "redundancy group 1 ip 10.0.0.1 exclusive\n"
		  "no redundancy group 1 ip 10.0.0.1\n", 1 },
		{ "ip access-list standard 500\npermit any\n10 deny any\n", 2 },
		{ "route-map x permit 10\n match ip address 3\n set y\n"
		  "interface lan0\n ip nat inside\n", 3 },
		{ "key chain k\n key 1\n  key-string 7 secret\n", 1 },
		{ "key chain k x\n key 1\n  key-string my secret\n", 2 },
		{ "key chain k\n key x\n  key-string secret\n  accept-lifetime now\n",
		  2 },
		{ IN_PROTOCOL "authentication md5 key-string a secret\n", 1 },
		{ "ip access-list standard 500\n10 permit any\n"
		  "ip access-list standard l\n10 deny any\n", 1 },
		{ "interface a/b\nredundancy rii 40\ninterface lan0\n"
		  "redundancy rii 41\nip nat both\n", 2 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		parse(&p, t[i].text);
		if (p.d.errors != t[i].errors)
			fail_msg("%zu errors, not %zu:\n%s\n%s", p.d.errors,
				 t[i].errors, t[i].text, p.findings);
		assert_null(strstr(p.findings, "secret"));
	}
}

/* Findings are counted even when there is no room for them. */
static void test_room_for_findings(void **state)
{
	struct conf_diag one;
	struct conf_diags d = { .v = &one, .max = 1 };
	const char *text = "x\nb\nc\n";
	char line[128], small[8];
	size_t len;

	assert_int_equal(conf_parse(&p.c, "name", text, 6, &d), -EINVAL);
	assert_int_equal(d.n, 1);
	assert_int_equal(d.errors, 3);
	assert_int_equal(one.line, 1);
	assert_int_equal(one.severity, CONF_ERROR);
	assert_string_equal(one.read, "x");
	assert_int_equal(conf_parse(&p.c, "name", text, 6, NULL), -EINVAL);
	len = conf_diag_print(&one, line, sizeof(line));
	assert_true(len > 8);
	assert_int_equal(conf_diag_print(&one, small, sizeof(small)), len);
	assert_string_equal(small, "name:1:");
}

static void test_out(void **state)
{
	char buf[8];
	struct out o;

	out_init(&o, buf, sizeof(buf));
	out_fmt(&o, "%s %u%%", "ab", 4294967u);
	assert_string_equal(buf, "ab 4294");
	assert_int_equal(o.len, 11);
	assert_true(out_cut(&o));
	out_init(&o, buf, sizeof(buf));
	out_u32(&o, 0);
	out_char(&o, '-');
	out_u32(&o, 12345);
	assert_string_equal(buf, "0-12345");
	assert_false(out_cut(&o));
	out_init(&o, NULL, 0);
	out_u32(&o, UINT32_MAX);
	assert_int_equal(o.len, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_indentation),
		cmocka_unit_test(test_line_ends),
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_characters),
		cmocka_unit_test(test_abbreviations),
		cmocka_unit_test(test_ambiguous),
		cmocka_unit_test(test_parent_modes),
		cmocka_unit_test(test_exit_end),
		cmocka_unit_test(test_exec_words),
		cmocka_unit_test(test_prompts),
		cmocka_unit_test(test_all_errors),
		cmocka_unit_test(test_astray),
		cmocka_unit_test(test_room_for_findings),
		cmocka_unit_test(test_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
