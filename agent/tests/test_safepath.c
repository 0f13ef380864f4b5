// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether others could put something else where a path leads. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/safepath.h"

static char top[PATH_MAX];
static char where[PATH_MAX + 64];

static const char *in_top(const char *name)
{
	snprintf(where, sizeof(where), "%s/%s", top, name);
	return where;
}

static void folder(const char *name, mode_t mode)
{
	assert_int_equal(mkdir(in_top(name), 0700), 0);
	assert_int_equal(chmod(where, mode), 0);
}

static void file(const char *name, mode_t mode)
{
	int fd = open(in_top(name), O_CREAT | O_WRONLY | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void link_to(const char *name, const char *to)
{
	assert_int_equal(symlink(to, in_top(name)), 0);
}

static int make_all(void **state)
{
	char at[] = "/tmp/safepath.XXXXXX";

	if (!mkdtemp(at) || !realpath(at, top))
		return -1;
	folder("good", 0755);
	folder("wide", 0777);
	folder("team", 0775);
	folder("sticky", 01777);
	folder("wide/below", 0755);
	file("good/run", 0755);
	file("good/wide", 0757);
	file("good/team", 0775);
	file("wide/run", 0755);
	file("team/run", 0755);
	file("sticky/run", 0755);
	file("wide/below/run", 0755);
	link_to("good/name", "run");
	link_to("good/round", "../good/./name");
	link_to("good/out", "../wide/name");
	link_to("good/dir", "../wide");
	link_to("good/loop", "loop");
	link_to("good/nowhere", "not-there");
	link_to("wide/name", "../good/run");
	return 0;
}

static int remove_all(void **state)
{
	char command[PATH_MAX + 16];

	snprintf(command, sizeof(command), "rm -rf '%s'", top);
	return system(command);
}

static int look(const char *name)
{
	char out[PATH_MAX];

	return safepath(in_top(name), out);
}

static void leads_to(const char *name, const char *want)
{
	char out[PATH_MAX];

	assert_int_equal(safepath(in_top(name), out), 0);
	assert_string_equal(out, in_top(want));
}

static void test_ours(void **state)
{
	leads_to("good/run", "good/run");
	leads_to("good//./run", "good/run");
	leads_to("sticky/../good/run", "good/run");
	leads_to("sticky/run", "sticky/run");
}

static void test_of_others(void **state)
{
	char out[PATH_MAX];

	assert_int_equal(look("good/wide"), -EPERM);
	assert_int_equal(look("good/team"), -EPERM);
	assert_int_equal(look("wide/run"), -EPERM);
	assert_int_equal(look("team/run"), -EPERM);
	assert_int_equal(look("wide/below/run"), -EPERM);
	assert_int_equal(look("wide/../good/run"), -EPERM);
	/* another owner, which only root can make */
	if (geteuid())
		return;
	file("good/theirs", 0755);
	assert_int_equal(chown(where, 12345, 0), 0);
	assert_int_equal(safepath(where, out), -EPERM);
}

static void test_links(void **state)
{
	leads_to("good/name", "good/run");
	leads_to("good/round", "good/run");
	/* to what is ours, by way of what others could change */
	assert_int_equal(look("wide/name"), -EPERM);
	assert_int_equal(look("good/out"), -EPERM);
	assert_int_equal(look("good/dir/../good/run"), -EPERM);
	assert_int_equal(look("good/loop"), -ELOOP);
}

static void test_not_there(void **state)
{
	char out[PATH_MAX], name[PATH_MAX + 8];

	assert_int_equal(look("good/no"), -ENOENT);
	assert_int_equal(look("good/nowhere"), -ENOENT);
	assert_int_equal(look("good/run/below"), -ENOTDIR);
	assert_int_equal(safepath("run", out), -EINVAL);
	memset(name, 'a', sizeof(name));
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(safepath(name, out), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ours),
		cmocka_unit_test(test_of_others),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_not_there),
	};

	return cmocka_run_group_tests(tests, make_all, remove_all);
}
