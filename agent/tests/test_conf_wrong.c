// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Wrong configuration files, wrong/NAME.conf, and what is said about each, wrong/NAME.err: all
 * errors, as `rgd -n` prints them, word by word.
 */
#include <dirent.h>

#include "conf_util.h"

#define AT_LEAST	60

static struct parsed p;
static char dir[4096];

static void find_dir(void)
{
	/* from the top of the tree, from agent/, or where RG_TOP says */
	const char *top[] = { getenv("RG_TOP"), ".", ".." };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(top); i++) {
		DIR *d;

		if (!top[i])
			continue;
		snprintf(dir, sizeof(dir), "%s/agent/tests/wrong", top[i]);
		d = opendir(dir);
		if (!d)
			continue;
		closedir(d);
		return;
	}
	fail_msg("agent/tests/wrong not found: run from the top of the tree or set RG_TOP");
}

static size_t slurp(const char *name, const char *suffix, char *text, size_t size)
{
	char path[sizeof(dir) + 300];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s%s", dir, name, suffix);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s: %s", path, strerror(errno));
	n = fread(text, 1, size - 1, f);
	fclose(f);
	text[n] = '\0';
	return n;
}

/* Warnings beside them are no business of these files. */
static void errors_of(const char *name, char *text, size_t size)
{
	char file[300];
	size_t i, at = 0;

	text[0] = '\0';
	snprintf(file, sizeof(file), "%s.conf", name);
	for (i = 0; i < p.d.n; i++) {
		if (p.v[i].severity != CONF_ERROR)
			continue;
		p.v[i].file = file;
		at += conf_diag_print(&p.v[i], text + at, size - at);
		at += (size_t)snprintf(text + at, size - at, "\n");
	}
}

static void check(const char *name)
{
	static char text[65536], wanted[65536], got[65536];

	parse_n(&p, text, slurp(name, ".conf", text, sizeof(text)));
	errors_of(name, got, sizeof(got));
	slurp(name, ".err", wanted, sizeof(wanted));
	assert_int_equal(p.err, -EINVAL);
	if (strcmp(got, wanted))
		fail_msg("%s.conf: got\n%swanted\n%s", name, got, wanted);
}

static void test_wrong(void **state)
{
	unsigned int n = 0;
	struct dirent *e;
	DIR *d;

	find_dir();
	d = opendir(dir);
	while ((e = readdir(d))) {
		char *dot = strstr(e->d_name, ".conf");

		if (!dot)
			continue;
		*dot = '\0';
		check(e->d_name);
		n++;
	}
	closedir(d);
	assert_true(n >= AT_LEAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
