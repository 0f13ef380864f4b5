// SPDX-License-Identifier: GPL-2.0-or-later
/* `show track`: as operators of IOS know it, brief, and as JSON. */
#include "conf_util.h"

#include "core/output.h"

static struct parsed p;
static struct view *v;
static char text[16384];

static const char *const conf =
	"track 1 interface lan0 line-protocol\n delay up 5 down 7\n"
	"track 2 ip route 10.0.0.0/8 reachability\n"
	"track 3 ipv6 route ::/0 reachability\n"
	"track 4 list boolean and\n object 1\n object 2 not\n object 77\n"
	"track 5 list threshold weight\n object 1 weight 20\n object 2\n"
	" threshold weight up 30 down 9\n"
	"track 6 exec /usr/local/lib/a-rather-long-name interval 30\n"
	"track 7 systemd bird.service\n delay down 3\n"
	"track 32767 list threshold percentage\n object 4\n"
	" threshold percentage up 50\n"
	"track 8 interface wan0 ipv6 routing\n"
	"track 9 rii 40 reachability\n";

static int setup(void **state)
{
	uint32_t i;

	v = calloc(1, sizeof(*v));
	if (!v)
		return -1;
	must_load(&p, conf);
	v->n_tracks = p.c.n_tracks;
	for (i = 0; i < v->n_tracks; i++) {
		v->track[i].conf = p.c.track[i];
		v->track[i].state = VIEW_TRACK_UP;
		v->track[i].raw = VIEW_TRACK_UP;
		v->track[i].changes = 1;
	}
	v->track[0].state = VIEW_TRACK_DOWN;
	v->track[0].changes = 2;
	v->track[0].since_ms = 70999;
	v->track[0].due_ms = 2001;
	v->track[0].n_groups = 2;
	v->track[0].group[0] = 1;
	v->track[0].group[1] = 255;
	v->track[3].member[0] = VIEW_TRACK_DOWN;
	v->track[3].member[1] = VIEW_TRACK_UP;
	v->track[3].undefined[2] = true;
	v->track[4].value = 10;
	v->track[5].state = VIEW_TRACK_UNKNOWN;
	v->track[5].changes = 0;
	v->track[6].runs = 9;
	v->track[6].failed = 4;
	v->track[6].timeouts = 3;
	v->track[6].errors = 2;
	v->track[6].skipped = 1;
	return 0;
}

static int teardown(void **state)
{
	free(v);
	return 0;
}

static void show(enum output_what what, const struct view_track *only)
{
	const struct output_scope scope = { .track = only };
	struct out o;

	out_init(&o, text, sizeof(text));
	output_text(&o, what, v, &scope);
	assert_false(out_cut(&o));
}

static void shows(uint32_t id, const char *expected)
{
	const struct view_track *t = view_track(v, id);

	assert_non_null(t);
	show(OUTPUT_TRACK, t);
	assert_string_equal(text, expected);
}

static void test_one(void **state)
{
	shows(1, "Track 1\n"
		 "  Interface lan0 line-protocol\n"
		 "  Line protocol is Down, delayed Up (3 secs remaining)\n"
		 "    2 changes, last change 00:01:10\n"
		 "  Delay up 5 secs, down 7 secs\n"
		 "  Tracked by:\n"
		 "    Redundancy group 1\n"
		 "    Redundancy group 255\n"
		 "    Track-list 4\n"
		 "    Track-list 5\n");
	shows(2, "Track 2\n"
		 "  IP route 10.0.0.0/8 reachability\n"
		 "  Reachability is Up\n"
		 "    1 change, last change 00:00:00\n"
		 "  Tracked by:\n"
		 "    Track-list 4\n"
		 "    Track-list 5\n");
	shows(3, "Track 3\n"
		 "  IPv6 route ::/0 reachability\n"
		 "  Reachability is Up\n"
		 "    1 change, last change 00:00:00\n");
	shows(8, "Track 8\n"
		 "  Interface wan0 ipv6 routing\n"
		 "  IPv6 routing is Up\n"
		 "    1 change, last change 00:00:00\n");
	shows(9, "Track 9\n"
		 "  RII 40 reachability\n"
		 "  Reachability is Up\n"
		 "    1 change, last change 00:00:00\n");
}

static void test_lists(void **state)
{
	shows(4, "Track 4\n"
		 "  List boolean and\n"
		 "  Boolean AND is Up\n"
		 "    1 change, last change 00:00:00\n"
		 "    object 1 Down\n"
		 "    object 2 not Up\n"
		 "    object 77 Undefined\n"
		 "  Tracked by:\n"
		 "    Track-list 32767\n");
	shows(5, "Track 5\n"
		 "  List threshold weight\n"
		 "  Threshold weight is Up (10, up 30, down 9)\n"
		 "    1 change, last change 00:00:00\n"
		 "    object 1 Unknown weight 20\n"
		 "    object 2 Unknown weight 10\n");
	show(OUTPUT_TRACK, view_track(v, 32767));
	must_contain("  Threshold percentage is Up (0%, up 50, down 49)\n",
		     text, "track 32767");
}

static void test_programs(void **state)
{
	shows(6, "Track 6\n"
		 "  Exec /usr/local/lib/a-rather-long-name interval 30\n"
		 "  Program is Unknown, counts as Up\n"
		 "    0 changes\n"
		 "  Runs 0, failed 0, killed 0, not run 0, skipped 0\n");
	shows(7, "Track 7\n"
		 "  Systemd bird.service\n"
		 "  Unit is Up\n"
		 "    1 change, last change 00:00:00\n"
		 "  Delay down 3 secs\n"
		 "  Runs 9, failed 4, killed 3, not run 2, skipped 1\n");
}

static void age(uint64_t s, const char *expected)
{
	char line[64];

	v->track[1].since_ms = 1000 * s;
	show(OUTPUT_TRACK, view_track(v, 2));
	snprintf(line, sizeof(line), ", last change %s\n", expected);
	must_contain(line, text, expected);
}

static void test_age(void **state)
{
	age(59, "00:00:59");
	age(3599, "00:59:59");
	age(86399, "23:59:59");
	age(86400, "1d00h");
	age(7 * 86400 - 1, "6d23h");
	age(7 * 86400, "1w0d");
	age(UINT64_C(520) * 7 * 86400 + 6 * 86400, "520w6d");
}

static void test_all(void **state)
{
	show(OUTPUT_TRACK, NULL);
	must_contain("\n\nTrack 2\n", text, "all");
	must_contain("\n\nTrack 32767\n", text, "all");
	v->n_tracks = 0;
	show(OUTPUT_TRACK, NULL);
	assert_string_equal(text, "");
}

static void test_brief(void **state)
{
	static const char *const head = "Track Type        Instance                   "
					"Parameter            State   Last Change\n";

	show(OUTPUT_TRACK_BRIEF, NULL);
	assert_int_equal(strncmp(text, head, strlen(head)), 0);
	must_contain("\n1     interface   lan0                       line-protocol        Down    00:01:10\n",
		     text, "brief");
	must_contain("\n2     ip route    10.0.0.0/8                 reachability         Up      00:00:00\n",
		     text, "brief");
	must_contain("\n4     list                                   boolean and          Up      00:00:00\n",
		     text, "brief");
	must_contain("\n6     exec        /usr/local/lib/a-rather-long-name                       Unknown never\n",
		     text, "brief");
	must_contain("\n32767 list ", text, "brief");
	show(OUTPUT_TRACK_BRIEF, view_track(v, 8));
	assert_int_equal(strncmp(text + strlen(head), "8     interface", 15), 0);
	assert_null(strstr(text, "bird"));
}

static void json(const struct view_track *only)
{
	const struct output_scope scope = { .track = only };
	struct out o;

	out_init(&o, text, sizeof(text));
	output_json(&o, OUTPUT_TRACK, v, &scope);
	assert_false(out_cut(&o));
}

static void test_json(void **state)
{
	json(view_track(v, 1));
	assert_string_equal(text, "{\"tracks\":[{\"id\":1,\"type\":\"interface\",\"instance\":\"lan0\","
			    "\"parameter\":\"line-protocol\",\"state\":\"down\",\"seen\":\"up\","
			    "\"delayed_ms\":2001,\"changes\":2,\"last_change_ms\":70999,"
			    "\"delay_up_s\":5,\"delay_down_s\":7,\"groups\":[1,255],\"lists\":[4,5]}]}");
	json(view_track(v, 4));
	must_contain("\"objects\":[{\"id\":1,\"not\":false,\"defined\":true,\"state\":\"down\"},"
		     "{\"id\":2,\"not\":true,\"defined\":true,\"state\":\"up\"},"
		     "{\"id\":77,\"not\":false,\"defined\":false,\"state\":\"unknown\"}]",
		     text, "4");
	json(view_track(v, 5));
	must_contain("\"value\":10,\"up\":30,\"down\":9,\"objects\":[{\"id\":1,\"not\":false,\"weight\":20,",
		     text, "5");
	json(view_track(v, 6));
	must_contain("\"last_change_ms\":null", text, "6");
	must_contain("\"interval_s\":30,\"runs\":0,", text, "6");
	json(view_track(v, 7));
	must_contain("\"runs\":9,\"failed\":4,\"killed\":3,\"not_run\":2,\"skipped\":1,",
		     text, "7");
	json(NULL);
	must_contain("\"lists\":[32767]},{\"id\":5,", text, "all");
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_one),
		CASE(test_lists),
		CASE(test_programs),
		CASE(test_age),
		CASE(test_all),
		CASE(test_brief),
		CASE(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
