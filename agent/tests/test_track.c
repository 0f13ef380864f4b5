// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine of tracked objects: delays, lists, and what groups feel. */
#include "conf_util.h"

#include "core/track.h"

static struct parsed p;
static struct track table[2];
static struct track *t = &table[0];
static struct track_changes ch;
static int64_t clock_ms;

static mono_t now(void)
{
	return mono_from_ms(clock_ms);
}

static void build(const struct track *old, struct track *to, const char *text)
{
	must_load(&p, text);
	track_build(to, old, &p.c);
	t = to;
}

static void start(const char *text)
{
	clock_ms = 1000000;
	build(NULL, &table[0], text);
}

static void reload(const char *text)
{
	build(t, t == &table[0] ? &table[1] : &table[0], text);
}

static void step(void)
{
	track_step(t, now(), &ch);
}

static void fact(uint32_t id, bool up)
{
	assert_true(track_fact(t, id, up));
	step();
}

static const struct track_obj *obj(uint32_t id)
{
	const struct track_obj *o = track_find(t, id);

	assert_non_null(o);
	return o;
}

static enum track_state state(uint32_t id)
{
	return obj(id)->state;
}

static void pass(int64_t ms)
{
	clock_ms += ms;
	step();
}

#define UNITS "track 1 systemd a\ntrack 2 systemd b\ntrack 3 systemd c\n"

static void test_states(void **s)
{
	start(UNITS);
	step();
	assert_int_equal(ch.n, 0);
	assert_int_equal(state(1), TRACK_UNKNOWN);
	assert_string_equal(track_state_name(state(1)), "Unknown");
	fact(1, true);
	assert_int_equal(ch.n, 1);
	assert_int_equal(ch.at[0], 0);
	assert_int_equal(state(1), TRACK_UP);
	assert_int_equal(obj(1)->changes, 1);
	clock_ms += 500;
	fact(1, true);
	assert_int_equal(ch.n, 0);
	assert_int_equal(obj(1)->since.ns, mono_from_ms(1000000).ns);
	fact(1, false);
	assert_int_equal(state(1), TRACK_DOWN);
	assert_int_equal(obj(1)->changes, 2);
	assert_int_equal(obj(1)->since.ns, now().ns);
	assert_true(mono_is_never(track_deadline(t)));
	assert_false(track_fact(t, 4, true));
}

/* Two facts before a step are one change, or none. */
static void test_together(void **s)
{
	start(UNITS);
	fact(1, true);
	track_fact(t, 1, false);
	track_fact(t, 1, true);
	track_fact(t, 2, false);
	step();
	assert_int_equal(ch.n, 1);
	assert_int_equal(ch.at[0], 1);
	assert_int_equal(obj(1)->changes, 1);
}

static void test_delay(void **s)
{
	start("track 1 systemd a\n delay up 3 down 2\n");
	fact(1, false);
	/* the first state is taken at once */
	assert_int_equal(state(1), TRACK_DOWN);
	fact(1, true);
	assert_int_equal(state(1), TRACK_DOWN);
	assert_int_equal(obj(1)->raw, TRACK_UP);
	assert_int_equal(track_deadline(t).ns, mono_from_ms(1003000).ns);
	pass(2999);
	assert_int_equal(state(1), TRACK_DOWN);
	/* the same fact again does not begin it anew */
	fact(1, true);
	pass(1);
	assert_int_equal(state(1), TRACK_UP);
	assert_true(mono_is_never(track_deadline(t)));
	/* what comes back in time never was away */
	fact(1, false);
	assert_int_equal(track_deadline(t).ns, now().ns + 2 * INT64_C(1000000000));
	pass(1999);
	fact(1, true);
	assert_true(mono_is_never(track_deadline(t)));
	pass(10000);
	assert_int_equal(state(1), TRACK_UP);
	fact(1, false);
	pass(1999);
	assert_int_equal(state(1), TRACK_UP);
	pass(1);
	assert_int_equal(state(1), TRACK_DOWN);
	assert_int_equal(obj(1)->changes, 3);
}

static void test_boolean(void **s)
{
	start(UNITS "track 4 list boolean and\n object 1\n object 2 not\n"
	      "track 5 list boolean or\n object 1\n object 2 not\n");
	assert_false(track_fact(t, 4, true));
	fact(1, true);
	/* not before all is known */
	assert_int_equal(state(4), TRACK_UNKNOWN);
	fact(2, false);
	assert_int_equal(state(4), TRACK_UP);
	assert_int_equal(state(5), TRACK_UP);
	fact(2, true);
	assert_int_equal(state(4), TRACK_DOWN);
	assert_int_equal(state(5), TRACK_UP);
	fact(1, false);
	assert_int_equal(state(5), TRACK_DOWN);
	fact(2, false);
	assert_int_equal(state(4), TRACK_DOWN);
	assert_int_equal(state(5), TRACK_UP);
}

static void test_weight(void **s)
{
	start(UNITS "track 4 list threshold weight\n object 1 weight 20\n"
	      " object 2\n object 3 weight 1\n"
	      " threshold weight up 30 down 10\n");
	fact(1, true);
	fact(2, false);
	fact(3, true);
	/* in between from the beginning: not up */
	assert_int_equal(obj(4)->value, 21);
	assert_int_equal(state(4), TRACK_DOWN);
	fact(2, true);
	assert_int_equal(obj(4)->value, 31);
	assert_int_equal(state(4), TRACK_UP);
	fact(3, false);
	assert_int_equal(obj(4)->value, 30);
	fact(2, false);
	assert_int_equal(obj(4)->value, 20);
	assert_int_equal(state(4), TRACK_UP);
	fact(1, false);
	fact(2, true);
	assert_int_equal(obj(4)->value, 10);
	assert_int_equal(state(4), TRACK_DOWN);
	fact(1, true);
	assert_int_equal(state(4), TRACK_UP);
	assert_int_equal(obj(4)->changes, 4);
}

static void test_percentage(void **s)
{
	start(UNITS "track 4 list threshold percentage\n object 1\n object 2\n"
	      " object 3\n threshold percentage up 67 down 33\n");
	fact(1, true);
	fact(2, true);
	fact(3, true);
	assert_int_equal(obj(4)->value, 100);
	assert_int_equal(state(4), TRACK_UP);
	fact(1, false);
	/* 66 percent: in between */
	assert_int_equal(obj(4)->value, 66);
	assert_int_equal(state(4), TRACK_UP);
	fact(2, false);
	assert_int_equal(obj(4)->value, 33);
	assert_int_equal(state(4), TRACK_DOWN);
	fact(2, true);
	assert_int_equal(state(4), TRACK_DOWN);
	fact(1, true);
	assert_int_equal(state(4), TRACK_UP);
}

/* Hysteresis is about what is seen; the delay is about what counts. */
static void test_list_delay(void **s)
{
	start(UNITS "track 4 list threshold percentage\n object 1\n object 2\n"
	      " object 3\n threshold percentage up 100 down 0\n delay down 5\n");
	fact(1, true);
	fact(2, true);
	fact(3, true);
	track_fact(t, 1, false);
	track_fact(t, 2, false);
	fact(3, false);
	assert_int_equal(state(4), TRACK_UP);
	assert_int_equal(obj(4)->raw, TRACK_DOWN);
	pass(4000);
	/* back in between: still seen as down */
	fact(1, true);
	assert_int_equal(obj(4)->raw, TRACK_DOWN);
	pass(1000);
	assert_int_equal(state(4), TRACK_DOWN);
}

/* A list of lists, of lower number than what it consists of: one change. */
static void test_order(void **s)
{
	start("track 1 list boolean or\n object 2\n object 9\n"
	      "track 2 list boolean and\n object 3\n"
	      "track 3 list boolean or\n object 9 not\n"
	      "track 9 systemd x\n");
	assert_int_equal(t->n_lists, 3);
	fact(9, true);
	assert_int_equal(state(1), TRACK_UP);
	assert_int_equal(state(3), TRACK_DOWN);
	fact(9, false);
	fact(9, true);
	fact(9, false);
	/* either 9 or not 9 */
	assert_int_equal(obj(1)->changes, 1);
	assert_int_equal(obj(2)->changes, 4);
	assert_int_equal(ch.n, 3);
}

/* What nobody defines takes nothing down. */
static void test_undefined(void **s)
{
	start("track 1 systemd a\n"
	      "track 4 list boolean and\n object 1\n object 70\n"
	      "track 5 list boolean and\n object 1\n object 70 not\n"
	      "track 6 list threshold weight\n object 1\n object 70 weight 7\n"
	      " threshold weight up 17\n");
	fact(1, true);
	assert_int_equal(state(4), TRACK_UP);
	assert_int_equal(state(5), TRACK_UP);
	assert_int_equal(obj(6)->value, 17);
	fact(1, false);
	assert_int_equal(state(4), TRACK_DOWN);
	assert_int_equal(obj(6)->value, 7);
}

static void test_reload(void **s)
{
	start(UNITS "track 4 list boolean and\n object 1\n object 2\n"
	      "track 5 systemd d\n delay down 9\n");
	fact(1, true);
	fact(2, false);
	fact(5, true);
	fact(5, false);
	clock_ms += 4000;
	/* the same, with another one in front and one gone */
	reload("track 0001 systemd a\ntrack 2 systemd b\n"
	       "track 4 list boolean and\n object 1\n object 2\n"
	       "track 5 systemd d\n delay down 9\n");
	step();
	assert_int_equal(ch.n, 0);
	assert_int_equal(state(1), TRACK_UP);
	assert_int_equal(obj(1)->since.ns, mono_from_ms(1000000).ns);
	assert_int_equal(track_deadline(t).ns, mono_from_ms(1009000).ns);
	assert_null(track_find(t, 3));
	/* other members, another delay: the state stays, and is looked at */
	reload("track 1 systemd a\ntrack 2 systemd b\n"
	       "track 4 list boolean and\n object 1\n"
	       "track 5 systemd d\n delay down 8\n");
	step();
	assert_int_equal(ch.n, 1);
	assert_int_equal(state(4), TRACK_UP);
	assert_int_equal(obj(4)->changes, 2);
	assert_int_equal(track_deadline(t).ns, mono_from_ms(1012000).ns);
	/* another thing under the same number */
	reload("track 1 systemd z\ntrack 2 systemd b\n"
	       "track 4 list boolean and\n object 1\n object 2\n");
	step();
	assert_int_equal(state(1), TRACK_UNKNOWN);
	assert_int_equal(obj(1)->changes, 0);
	/* a list that had a state does not lose it for that */
	assert_int_equal(state(4), TRACK_DOWN);
	fact(2, true);
	assert_int_equal(state(4), TRACK_UP);
}

static void group(uint32_t id, struct track_group *out)
{
	track_of_group(t, conf_group(&p.c, id), out);
}

static void test_groups(void **s)
{
	struct track_group g, h;

	start(UNITS "track 4 list boolean and\n object 1\n object 2\n" IN_APP
	      "group 1\ntrack 1 decrement 20\ntrack 2 decrement 250\n"
	      "track 4 decrement 9\ntrack 9 decrement 1\ntrack 8 shutdown\n"
	      "group 2\ntrack 2 shutdown\n"
	      "group 3\n");
	step();
	group(1, &g);
	assert_int_equal(g.sum, 0);
	assert_int_equal(g.n_down, 0);
	assert_int_equal(g.undefined, 8);
	assert_false(g.forced_down);
	fact(1, false);
	fact(2, false);
	group(1, &g);
	assert_int_equal(g.sum, 279);
	assert_false(g.forced_down);
	assert_int_equal(g.n_down, 3);
	assert_int_equal(g.down[2], 4);
	group(2, &h);
	assert_int_equal(h.sum, 0);
	assert_true(h.forced_down);
	assert_int_equal(h.undefined, 0);
	group(3, &h);
	assert_false(h.forced_down);
	fact(2, true);
	group(1, &g);
	assert_int_equal(g.sum, 29);
	group(2, &h);
	assert_false(h.forced_down);
}

static void cause(const struct conf_group *g, const struct track_group *a,
		  const struct track_group *b, const char *is)
{
	char text[64];
	struct out o;

	out_init(&o, text, sizeof(text));
	assert_int_equal(track_cause(g, a, b, &o), *is != 0);
	assert_string_equal(text, is);
}

static void test_cause(void **s)
{
	static const struct conf_group all = {
		.n_tracks = 3, .track = { { .id = 7 }, { .id = 9 }, { .id = 44 } },
	};
	static const struct conf_group less = { .n_tracks = 1, .track = { { .id = 7 } } };
	static const struct track_group none, a = { .n_down = 1, .down = { 44 } },
		b = { .n_down = 2, .down = { 7, 44 } },
		c = { .n_down = 2, .down = { 7, 9 } };

	cause(&all, &none, &none, "");
	cause(&all, &none, &a, "track 44 down");
	cause(&all, &a, &none, "track 44 up");
	cause(&all, &a, &b, "track 7 down");
	cause(&all, &b, &a, "track 7 up");
	cause(&all, &b, &c, "track 9 down");
	cause(&all, &c, &c, "");
	/* taken out of the configuration: it did not come up */
	cause(&less, &a, &none, "");
	cause(&less, &b, &none, "track 7 up");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_boolean),
		cmocka_unit_test(test_weight),
		cmocka_unit_test(test_percentage),
		cmocka_unit_test(test_list_delay),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_undefined),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
