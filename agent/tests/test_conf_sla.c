// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations of `ip sla`: what is said of them, what is refused, what is doubtful. */
#include "conf_util.h"

#include "core/output.h"

static struct parsed p, q;

static void prints(const char *in, const char *out)
{
	must_load(&p, in);
	must_contain(out, p.text, in);
	must_load(&q, p.text);
	assert_true(conf_equal(&p.c, &q.c));
}

#define PRINTS_ITSELF(lines) prints(lines, lines)
#define SCHEDULE	"ip sla schedule 10 life forever start-time now\n"

static void test_kinds(void **state)
{
	const struct conf_sla *s;

	PRINTS_ITSELF("ip sla 10\n icmp-echo 192.0.2.9\n" SCHEDULE "!\n");
	s = conf_sla(&p.c, 10);
	assert_non_null(s);
	assert_int_equal(s->kind, CONF_SLA_ICMP);
	assert_true(s->scheduled);
	assert_int_equal(s->frequency_s, 60);
	assert_int_equal(s->timeout_ms, 5000);
	assert_int_equal(s->threshold_ms, 5000);
	PRINTS_ITSELF("ip sla 2147483647\n icmp-echo 2001:db8::9 source-ip 2001:db8::1\n!\n");
	assert_false(conf_sla(&p.c, 2147483647)->scheduled);
	PRINTS_ITSELF("ip sla 1\n tcp-connect 192.0.2.9 65535 source-ip 192.0.2.1\n!\n");
	PRINTS_ITSELF("ip sla 1\n http get http://192.0.2.9/\n!\n");
	PRINTS_ITSELF("ip sla 1\n http get http://192.0.2.9:8080/a?b=c:d source-ip 192.0.2.1\n!\n");
	PRINTS_ITSELF("ip sla 1\n http get http://[2001:db8::9]:81/x\n!\n");
	assert_int_equal(conf_sla(&p.c, 1)->port, 81);
	assert_string_equal(conf_sla(&p.c, 1)->name, "/x");
	prints("ip sla 1\n http get http://192.0.2.9:80\n",
	       "ip sla 1\n http get http://192.0.2.9/\n!\n");
	PRINTS_ITSELF("ip sla 1\n dns www.example.com name-server 192.0.2.53\n!\n");
	/* the last one counts */
	prints("ip sla 1\n dns x name-server ::1 source-ip ::1\n tcp-connect 10.0.0.1 1\n",
	       "ip sla 1\n tcp-connect 10.0.0.1 1\n!\n");
}

static void test_times(void **state)
{
	PRINTS_ITSELF("ip sla 10\n icmp-echo 10.0.0.1\n timeout 900\n threshold 60000\n"
		      " frequency 1\n" SCHEDULE "!\n");
	prints("ip sla 10\n icmp-echo 10.0.0.1\n timeout 900\n threshold 6\n frequency 1\n"
	       " no timeout\n no threshold\n no frequency\n",
	       "ip sla 10\n icmp-echo 10.0.0.1\n!\n");
	prints("ip sla 10\n icmp-echo 10.0.0.1\nip sla schedule 10 start-time now\n"
	       "no ip sla schedule 10\n", "ip sla 10\n icmp-echo 10.0.0.1\n!\n");
	must_load(&p, "ip sla 10\n icmp-echo 10.0.0.1\nno ip sla 10\n");
	assert_int_equal(p.c.n_slas, 0);
	must_warn(&p, "no ip sla 10\n", "there is no such operation");
	must_warn(&p, "ip sla 10\n icmp-echo 10.0.0.1\n frequency 1\n timeout 1001\n",
		  "the answer to a question has until the next one");
	must_not_warn(&p, "ip sla 10\n icmp-echo 10.0.0.1\n frequency 1\n timeout 1000\n",
		      "until the next one");
}

static void test_wrong(void **state)
{
	must_refuse(&p, "ip sla 0\n", "f:1:8:", "number from 1 to 2147483647");
	must_refuse(&p, "ip sla 1\n", "f:1:", "does not say what it asks");
	must_refuse(&p, "ip sla schedule 1 life forever start-time now\n", "f:1:17:",
		    "there is no such operation");
	must_refuse(&p, "ip sla schedule 1 life 3600\n", "f:1:24:", "forever");
	must_refuse(&p, "ip sla 1\n icmp-echo www.example.com\n", "f:2:12:", "an address");
	must_refuse(&p, "ip sla 1\n icmp-echo 10.0.0.1 source-ip ::1\n", "f:1:", "one family");
	must_refuse(&p, "ip sla 1\n tcp-connect 10.0.0.1 0\n", "f:2:23:", "from 1 to 65535");
	must_refuse(&p, "ip sla 1\n dns a..b name-server 10.0.0.1\n", "f:2:6:",
		    "not the name of a host");
	must_refuse(&p, "ip sla 1\n frequency 3601\n", "f:2:12:", "from 1 to 3600");
	must_refuse(&p, "ip sla 1\n timeout 60001\n", "f:2:10:", "from 1 to 60000");
	must_refuse(&p, "ip sla 1\n threshold 0\n", "f:2:12:", "from 1 to 60000");
}

static void test_urls(void **state)
{
	static const char *const wrong[] = {
		"https://10.0.0.1/", "http://", "http://host/", "http://10.0.0.1:/",
		"http://10.0.0.1:0/", "http://10.0.0.1:65536/", "http://10.0.0.1:99999999999/",
		"http://10.0.0.1x", "http://::1/", "http://[::1", "http://[10.0.0.1]/",
		"http://[::1]x", "http://10.0.0.1:8x/", "10.0.0.1",
	};
	char text[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		snprintf(text, sizeof(text), "ip sla 1\n http get %s\n", wrong[i]);
		must_refuse(&p, text, "f:2:11:", "not a URL with an address");
	}
}

static void test_room(void **state)
{
	char text[CONF_MAX_SLAS * 64 + 64];
	size_t at = 0;
	uint32_t i;

	for (i = 1; i <= CONF_MAX_SLAS; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "ip sla %u\nicmp-echo 10.0.0.1\n", i);
	must_load(&p, text);
	assert_int_equal(p.c.n_slas, CONF_MAX_SLAS);
	snprintf(text + at, sizeof(text) - at, "ip sla %u\nicmp-echo 10.0.0.1\n", i);
	must_refuse(&p, text, "f:65:", "operations");
}

static void test_track(void **state)
{
	PRINTS_ITSELF("track 1 ip sla 10 reachability\n!\n");
	PRINTS_ITSELF("track 1 ip sla 10 state\n delay down 3\n!\n");
	prints("track 1 ip sla 10\n", "track 1 ip sla 10 state\n!\n");
	assert_int_equal(conf_track(&p.c, 1)->sla, 10);
	must_warn(&p, "track 1 ip sla 10\n", "ip sla 10 is not defined, it counts as up");
	must_warn(&p, "ip sla 10\nicmp-echo 10.0.0.1\ntrack 1 ip sla 10\n",
		  "ip sla 10 is not scheduled, it counts as up");
	must_not_warn(&p, "ip sla 10\nicmp-echo 10.0.0.1\n" SCHEDULE "track 1 ip sla 10\n",
		      "counts as up");
}

static char text[4096];

static void shows(enum output_what what, const struct view *v, const struct view_sla *only,
		  bool json, const char *want)
{
	struct output_scope scope = { .sla = only };
	struct out o;

	out_init(&o, text, sizeof(text));
	if (json)
		output_json(&o, what, v, &scope);
	else
		output_text(&o, what, v, &scope);
	assert_string_equal(text, want);
}

static void test_shown(void **state)
{
	static struct view v;

	must_load(&p, "ip sla 10\nicmp-echo 10.0.0.1\n" SCHEDULE
		  "ip sla 20\ntcp-connect 10.0.0.1 80\n"
		  "ip sla 30\ndns x name-server ::1\nip sla schedule 30 start-time now\n");
	v.n_slas = 3;
	for (uint32_t i = 0; i < 3; i++)
		v.sla[i].conf = p.c.sla[i];
	v.sla[0].code = VIEW_SLA_OVER;
	v.sla[0].rtt_us = 12500;
	v.sla[0].asked = 9;
	v.sla[0].answered = 6;
	v.sla[0].late = 2;
	v.sla[0].timeouts = 1;
	v.sla[0].failed = 1;
	v.sla[2].code = VIEW_SLA_NO_CONNECTION;
	v.sla[2].failed = 1;
	strcpy(v.sla[2].err, "Connection refused");
	shows(OUTPUT_SLA, &v, NULL, false,
	      "IPSLA operation id: 10\n\tType of operation: icmp-echo\n"
	      "\tLatest RTT: 13 milliseconds\nLatest operation return code: Over threshold\n"
	      "Number of successes: 6\nNumber of failures: 2\nOver threshold: 2, timeouts: 1\n"
	      "Operation time to live: Forever\n\n"
	      "IPSLA operation id: 20\n\tType of operation: tcp-connect\n\tNot scheduled\n\n"
	      "IPSLA operation id: 30\n\tType of operation: dns\n"
	      "\tLatest RTT: NoConnection/Busy/Timeout\n"
	      "Latest operation return code: No connection: Connection refused\n"
	      "Number of successes: 0\nNumber of failures: 1\nOver threshold: 0, timeouts: 0\n"
	      "Operation time to live: Forever\n");
	shows(OUTPUT_SLA, &v, view_sla(&v, 20), false,
	      "IPSLA operation id: 20\n\tType of operation: tcp-connect\n\tNot scheduled\n");
	shows(OUTPUT_SLA, &v, view_sla(&v, 10), true,
	      "{\"operations\":[{\"id\":10,\"type\":\"icmp-echo\",\"scheduled\":true,"
	      "\"return_code\":\"Over threshold\",\"error\":\"\",\"rtt_us\":12500,\"asked\":9,"
	      "\"successes\":6,\"over_threshold\":2,\"timeouts\":1,\"failures\":2}]}");
	assert_null(view_sla(&v, 11));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_track),
		cmocka_unit_test(test_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
