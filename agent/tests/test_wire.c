// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What two routers of a version said to each other, as recorded on their link: every later version
 * that speaks it as well has to understand it. A recording is a file of wire/, lines `A HEX` and
 * `B HEX`: a datagram of that router.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/hello.h"

#define PACKETS_MAX 64

/* What one router sent. */
struct tape {
	uint8_t packet[PACKETS_MAX][HELLO_MAX_BYTES];
	size_t len[PACKETS_MAX];
	size_t n;
};

static struct tape tape[2];

static void put_hex(struct tape *t, const char *hex)
{
	unsigned int byte;

	assert_true(t->n < PACKETS_MAX);
	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2) {
		assert_true(t->len[t->n] < HELLO_MAX_BYTES);
		t->packet[t->n][t->len[t->n]++] = (uint8_t)byte;
	}
	t->n++;
}

static void load(const char *name)
{
	static char line[2 * HELLO_MAX_BYTES + 8];
	char path[512];
	FILE *f;

	memset(tape, 0, sizeof(tape));
	snprintf(path, sizeof(path), "%s/%s", WIRE, name);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (line[0] == 'A' || line[0] == 'B')
			put_hex(&tape[line[0] - 'A'], line + 2);
	fclose(f);
	assert_true(tape[0].n >= 10 && tape[1].n >= 10);
}

/* Each is believed, in its turn, by a router that hears it, and written again as it was. */
static void hear(const struct tape *t, uint64_t system, uint64_t nonce, struct hello *last)
{
	const struct hello_local local = { .domain = 71, .protocol = 1, .system = system,
					   .nonce = nonce, .hello_ms = 250, .hold_ms = 1000 };
	uint8_t again[HELLO_MAX_BYTES];
	struct hello_facts facts;
	struct hello_rx rx;

	hello_rx_init(&rx);
	for (size_t i = 0; i < t->n; i++) {
		mono_t now = mono_from_ms(1000 + 250 * (int64_t)i);

		assert_int_equal(hello_rx_packet(&rx, &local, now, t->packet[i], t->len[i], last,
						 &facts), HELLO_OK);
		assert_int_equal(hello_encode(last, again, sizeof(again)), t->len[i]);
		assert_memory_equal(again, t->packet[i], t->len[i]);
	}
	assert_true(facts.hears_me);
}

static void hellos_of_version_1(void **state)
{
	struct hello a, b;

	load("hello-1");
	assert_int_equal(hello_decode(tape[0].packet[0], tape[0].len[0], &a), HELLO_OK);
	assert_int_equal(hello_decode(tape[1].packet[0], tape[1].len[0], &b), HELLO_OK);
	hear(&tape[0], b.system, b.nonce, &a);
	hear(&tape[1], a.system, a.nonce, &b);
	assert_int_equal(a.hello_ms, 250);
	assert_int_equal(a.hold_ms, 1000);
	assert_int_equal(a.n_groups, 2);
	assert_int_equal(a.groups[0].id, 1);
	assert_int_equal(a.groups[0].role, RG_ROLE_INIT);
	assert_int_equal(a.groups[0].run_prio, 120);
	assert_int_equal(b.groups[0].run_prio, 100);
	assert_int_equal(a.groups[0].flags & HELLO_GF_UNABLE, HELLO_GF_UNABLE);
	assert_int_equal(a.groups[0].flags & HELLO_GF_PREEMPT, 0);
	assert_int_equal(a.groups[1].id, 2);
	assert_int_equal(a.groups[1].flags & HELLO_GF_PREEMPT, HELLO_GF_PREEMPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hellos_of_version_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
