// SPDX-License-Identifier: GPL-2.0-or-later
/* Commands: shortened, ambiguous, wrong, with arguments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/cmd.h"

static const struct cmd table[] = {
	{ "show redundancy application group", 1, "Groups" },
	{ "show redundancy application group all", 2, "All" },
	{ "show redundancy application group <group>", 3, "A group" },
	{ "show redundancy application protocol <1-8>", 4, "Protocol" },
	{ "show redundancy application protocol group <group>", 5, "Of a group" },
	{ "show running-config", 6, "Configuration" },
	{ "redundancy application reload group <group>", 7, "Reload" },
	{ "redundancy application reload group <group> self", 8, "Here" },
	{ "reload", 9, "File" },
	{ "reload all", 10, "Everything" },
	{ "stop", 11, "End" },
	{ "show track ...", 12, "Refused" },
};

static struct cmd_result r;
static char text[512];
static size_t n_words;
static const char *words[20];

/* Splits at blanks and looks the command up; the text says what is wrong. */
static enum cmd_status find(const char *line)
{
	static char copy[256];
	struct out o;
	char *at;

	strcpy(copy, line);
	n_words = 0;
	for (at = strtok(copy, " "); at; at = strtok(NULL, " "))
		words[n_words++] = at;
	cmd_find(table, sizeof(table) / sizeof(table[0]), words, n_words, &r);
	out_init(&o, text, sizeof(text));
	if (r.status != CMD_FOUND)
		cmd_explain(&r, words, n_words, &o);
	return r.status;
}

static int id(const char *line)
{
	return find(line) == CMD_FOUND ? r.cmd->id : -1;
}

static void test_in_full(void **state)
{
	assert_int_equal(id("show redundancy application group"), 1);
	assert_int_equal(id("show redundancy application group all"), 2);
	assert_int_equal(id("show redundancy application group 7"), 3);
	assert_int_equal(r.n_args, 1);
	assert_int_equal(r.number[0], 7);
	assert_string_equal(r.name[0], "7");
	assert_int_equal(id("show redundancy application group blue"), 3);
	assert_int_equal(r.number[0], 0);
	assert_string_equal(r.name[0], "blue");
	assert_int_equal(id("show redundancy application protocol 8"), 4);
	assert_int_equal(id("reload"), 9);
	assert_int_equal(id("redundancy application reload group 255 self"), 8);
	assert_int_equal(r.number[0], 255);
}

static void test_shortened(void **state)
{
	assert_int_equal(id("sh red app gr"), 1);
	assert_int_equal(id("sh red app gr a"), 2);
	assert_int_equal(id("sh ru"), 6);
	assert_int_equal(id("sh red ap p g 3"), 5);
	assert_int_equal(id("red a r g 1 s"), 8);
	assert_int_equal(id("st"), 11);
}

static void test_ambiguous(void **state)
{
	assert_int_equal(find("s"), CMD_AMBIGUOUS);
	assert_string_equal(text, "% Ambiguous command:  \"s\"\n");
	assert_int_equal(find("re"), CMD_AMBIGUOUS);
	assert_int_equal(find("sh r"), CMD_AMBIGUOUS);
	assert_string_equal(text, "% Ambiguous command:  \"sh r\"\n");
}

static void test_invalid(void **state)
{
	assert_int_equal(find("show redundancy apblication"), CMD_INVALID);
	assert_string_equal(text, "show redundancy apblication\n"
				  "                  ^\n"
				  "% Invalid input detected at '^' marker.\n");
	assert_int_equal(find("foo"), CMD_INVALID);
	assert_string_equal(text, "foo\n^\n% Invalid input detected at '^' marker.\n");
	/* a whole word that goes on too long */
	assert_int_equal(find("stopp"), CMD_INVALID);
	assert_string_equal(text, "stopp\n    ^\n% Invalid input detected at '^' marker.\n");
	assert_int_equal(find("stop now"), CMD_INVALID);
	assert_int_equal(r.word, 1);
	assert_int_equal(r.at, 0);
}

static void test_ranges(void **state)
{
	assert_int_equal(find("show red app prot 0"), CMD_INVALID);
	assert_int_equal(find("show red app prot 9"), CMD_INVALID);
	assert_int_equal(r.word, 4);
	assert_int_equal(find("show red app group 0"), CMD_INVALID);
	assert_int_equal(find("show red app group 256"), CMD_INVALID);
	assert_int_equal(find("show red app group 99999999999999999999"), CMD_INVALID);
	assert_int_equal(find("show red app group 1x"), CMD_INVALID);
	assert_int_equal(find("show red app group -1"), CMD_FOUND);
	assert_int_equal(r.number[0], 0);
	/* names have at most 25 characters */
	assert_int_equal(find("show red app group xxxxxxxxxxxxxxxxxxxxxxxxx"), CMD_FOUND);
	assert_int_equal(find("show red app group xxxxxxxxxxxxxxxxxxxxxxxxxx"), CMD_INVALID);
}

static void test_addresses(void **state)
{
	static const struct cmd t[] = {
		{ "clear <address> <address>", 1, "Two" },
		{ "clear *", 2, "All" },
	};
	static const char *const two[] = { "clear", "192.0.2.1", "fd00::1" };
	static const char *const all[] = { "clear", "*" };
	static const char *const bad[] = { "clear", "192.0.2.1", "192.0.2.256" };
	struct cmd_result x;

	cmd_find(t, 2, two, 3, &x);
	assert_int_equal(x.status, CMD_FOUND);
	assert_string_equal(x.name[0], "192.0.2.1");
	assert_string_equal(x.name[1], "fd00::1");
	cmd_find(t, 2, two, 2, &x);
	assert_int_equal(x.status, CMD_INCOMPLETE);
	cmd_find(t, 2, all, 2, &x);
	assert_int_equal(x.cmd->id, 2);
	cmd_find(t, 2, bad, 3, &x);
	assert_int_equal(x.status, CMD_INVALID);
	assert_int_equal(x.word, 2);
}

static void test_incomplete(void **state)
{
	assert_int_equal(find("show"), CMD_INCOMPLETE);
	assert_string_equal(text, "% Incomplete command.\n");
	assert_int_equal(find("show red app prot"), CMD_INCOMPLETE);
	assert_int_equal(find(""), CMD_EMPTY);
	assert_string_equal(text, "");
	assert_int_equal(find("a b c d e f g h i j k l m n o p q"), CMD_TOO_LONG);
}

static void test_rest_of_line(void **state)
{
	assert_int_equal(id("show track"), 12);
	assert_int_equal(id("show track 1"), 12);
	assert_int_equal(id("show tr 1 brief and more"), 12);
}

static void help(const char *line, const char *last)
{
	struct out o;

	find(line);
	words[n_words++] = last;
	out_init(&o, text, sizeof(text));
	cmd_help(table, sizeof(table) / sizeof(table[0]), words, n_words, &o);
}

static void test_help(void **state)
{
	help("", "s");
	assert_string_equal(text, "  show                \x20\n"
				  "  stop                 End\n");
	help("show red app group", "");
	assert_string_equal(text, "  <cr>\n"
				  "  all                  All\n"
				  "  <group>              A group\n");
	help("nothing like it", "");
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_full),
		cmocka_unit_test(test_shortened),
		cmocka_unit_test(test_ambiguous),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_rest_of_line),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
