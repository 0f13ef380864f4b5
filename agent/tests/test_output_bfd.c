// SPDX-License-Identifier: GPL-2.0-or-later
/* `show bfd neighbors`: columns, details, JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/bfd.h"
#include "core/output.h"

static struct view *v;
static char text[8192];

static const struct view_bfd session = {
	.ifname = "sync0", .peer = { .family = RG_V4, .b = { 172, 16, 0, 2 } },
	.discr = 4294967295u, .remote_discr = 7, .state = BFD_UP, .remote_state = BFD_INIT,
	.diag = 0, .remote_diag = 9, .tx_us = 10000, .rx_us = 20500, .mult = 3,
	.remote_tx_us = 50000, .remote_rx_us = 100000, .remote_mult = 4,
	.interval_us = 100000, .detect_us = 200000, .ups = 2, .silences = 1, .end = "silence",
	.since_ms = 61999, .tx = 12345678901, .rx = 5, .polls = 6, .demands = 1, .late = 8,
	.keyed = true, .key = 7,
};

static int setup(void **state)
{
	v = calloc(1, sizeof(*v));
	if (!v)
		return -1;
	v->n_bfd = 1;
	v->bfd[0] = session;
	return 0;
}

static int teardown(void **state)
{
	free(v);
	return 0;
}

static const char *render(enum output_what what, bool json)
{
	const struct output_scope all = { .group = NULL };
	struct out o;

	out_init(&o, text, sizeof(text));
	if (json)
		output_json(&o, what, v, &all);
	else
		output_text(&o, what, v, &all);
	assert_false(out_cut(&o));
	return text;
}

#define HEAD \
	"NeighAddr                       LD/RD                   RH/RS       State       Int\n"
#define LINE \
	"172.16.0.2                      4294967295/7            Up          Up          sync0\n"

static void test_list(void **state)
{
	assert_string_equal(render(OUTPUT_BFD, false), HEAD LINE);
	v->n_bfd = 0;
	assert_string_equal(render(OUTPUT_BFD, false), HEAD);
	assert_string_equal(render(OUTPUT_BFD_DETAILS, false), HEAD);
	assert_string_equal(render(OUTPUT_BFD, true), "{\"bfd\":[]}");
	v->n_bfd = 1;
}

static void test_details(void **state)
{
	assert_string_equal(render(OUTPUT_BFD_DETAILS, false),
			    HEAD LINE
			    "Session state is Up and not using echo function.\n"
			    "Local Diag: 0 (no diagnostic), Remote Diag: 9 (reserved), Remote state: Init\n"
			    "Authentication: meticulous SHA1, key 7\n"
			    "MinTxInt: 10 ms, MinRxInt: 20.500 ms, Multiplier: 3\n"
			    "Received MinRxInt: 100 ms, Received MinTxInt: 50 ms, Received Multiplier: 4\n"
			    "Interval: 100 ms, Holddown: 200 ms\n"
			    "Rx Count: 5, Tx Count: 12345678901, Poll sequences: 6, Demand refused: 1, Late: 8\n"
			    "Up: 2 times, lost by silence: 1 times, last end: silence\n"
			    "In this state for: 61 s\n\n");
	v->bfd[0].keyed = false;
	assert_non_null(strstr(render(OUTPUT_BFD_DETAILS, false), "Authentication: none\n"));
	assert_non_null(strstr(render(OUTPUT_BFD_DETAILS, true), "\"authentication\":\"none\""));
	v->bfd[0].keyed = true;
}

static void test_json(void **state)
{
	assert_string_equal(render(OUTPUT_BFD_DETAILS, true),
			    "{\"bfd\":[{\"interface\":\"sync0\",\"neighbor\":\"172.16.0.2\","
			    "\"discriminator\":4294967295,\"remote_discriminator\":7,"
			    "\"state\":\"Up\",\"remote_state\":\"Init\",\"diagnostic\":0,"
			    "\"remote_diagnostic\":9,\"authentication\":\"meticulous-sha-1\","
			    "\"min_tx_us\":10000,\"min_rx_us\":20500,"
			    "\"multiplier\":3,\"remote_min_tx_us\":50000,"
			    "\"remote_min_rx_us\":100000,\"remote_multiplier\":4,"
			    "\"interval_us\":100000,\"detection_us\":200000,\"ups\":2,"
			    "\"silences\":1,\"last_end\":\"silence\",\"since_ms\":61999,"
			    "\"tx\":12345678901,\"rx\":5,\"polls\":6,\"demand_refused\":1,"
			    "\"late\":8}]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
