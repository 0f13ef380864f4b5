// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may do what over the control socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/access.h"

#define SHOW 50
#define CHANGE 60

static const struct access_policy both = {
	.group = { [ACCESS_SHOW] = { true, SHOW }, [ACCESS_CHANGE] = { true, CHANGE } },
};

static enum access_level of(const struct access_policy *p, uid_t uid, gid_t gid, size_t n,
			    const gid_t *groups)
{
	struct access_peer who = { .uid = uid, .gid = gid, .groups = groups, .n_groups = n };

	return access_of(p, &who);
}

static void root_may_always(void **state)
{
	static const struct access_policy none, other = { .owner = 500 };

	assert_int_equal(of(&none, 0, 0, 0, NULL), ACCESS_CHANGE);
	assert_int_equal(of(&other, 0, 0, 0, NULL), ACCESS_CHANGE);
	assert_int_equal(of(&both, 0, 1000, 0, NULL), ACCESS_CHANGE);
}

static void the_agents_own_user_may(void **state)
{
	struct access_policy p = { .owner = 500 };

	assert_int_equal(of(&p, 500, 500, 0, NULL), ACCESS_CHANGE);
	assert_int_equal(of(&p, 501, 500, 0, NULL), ACCESS_NONE);
}

static void groups_say_what(void **state)
{
	const gid_t others[] = { 1, 2, 3 }, show[] = { 1, SHOW }, change[] = { CHANGE, 1 };
	const gid_t two[] = { SHOW, CHANGE };

	assert_int_equal(of(&both, 1000, 1000, 3, others), ACCESS_NONE);
	assert_int_equal(of(&both, 1000, 1000, 2, show), ACCESS_SHOW);
	assert_int_equal(of(&both, 1000, SHOW, 0, NULL), ACCESS_SHOW);
	assert_int_equal(of(&both, 1000, 1000, 2, change), ACCESS_CHANGE);
	assert_int_equal(of(&both, 1000, CHANGE, 0, NULL), ACCESS_CHANGE);
	assert_int_equal(of(&both, 1000, 1000, 2, two), ACCESS_CHANGE);
	/* Beyond those that there are nothing is looked at. */
	assert_int_equal(of(&both, 1000, 1000, 1, show), ACCESS_NONE);
}

/* A group that is not configured has the number 0 here, which is root's. */
static void no_group_has_no_members(void **state)
{
	static const struct access_policy none, show = {
		.group = { [ACCESS_SHOW] = { true, SHOW } },
	};
	const gid_t zero[] = { 0 };

	assert_int_equal(of(&none, 1000, 0, 1, zero), ACCESS_NONE);
	assert_int_equal(of(&show, 1000, 0, 1, zero), ACCESS_NONE);
	assert_int_equal(of(&show, 1000, SHOW, 1, zero), ACCESS_SHOW);
	assert_false(access_shared(&none));
	assert_true(access_shared(&show));
	assert_true(access_shared(&both));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_may_always),
		cmocka_unit_test(the_agents_own_user_may),
		cmocka_unit_test(groups_say_what),
		cmocka_unit_test(no_group_has_no_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
