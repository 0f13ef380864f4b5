// SPDX-License-Identifier: GPL-2.0-or-later
/* The event trace: what is written is read, also by another life of the agent. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/trace.h"

static struct trace t;
static uint8_t *mem;

static void put(unsigned int n)
{
	char text[32];

	while (n--) {
		snprintf(text, sizeof(text), "event %llu",
			 (unsigned long long)t.next);
		trace_put(&t, 1000 + (int64_t)t.next, t.next, t.next % 256,
			  "ROLE", text);
	}
}

static int load(bool *torn)
{
	struct trace fresh;
	int err = trace_load(&fresh, mem, TRACE_SIZE, torn);

	if (!err)
		t = fresh;
	return err;
}

static size_t offset(uint64_t seq)
{
	return sizeof(struct trace_header) +
	       (seq - 1) % TRACE_RECORDS * sizeof(struct trace_record);
}

static void must_have(uint64_t first, uint64_t last)
{
	struct trace_record r;
	char text[32];
	uint64_t seq;

	assert_int_equal(trace_first(&t), first);
	assert_int_equal(t.next, last + 1);
	for (seq = first; seq <= last; seq++) {
		assert_true(trace_get(&t, seq, &r));
		snprintf(text, sizeof(text), "event %llu",
			 (unsigned long long)seq);
		assert_string_equal(r.text, text);
		assert_string_equal(r.kind, "ROLE");
		assert_int_equal(r.group, seq % 256);
		assert_int_equal(r.mono_ms, seq);
		assert_int_equal(r.wall_ns, 1000 + seq);
	}
	assert_false(trace_get(&t, first - 1, &r));
	assert_false(trace_get(&t, last + 1, &r));
}

static void outlives_a_restart(void **state)
{
	static const unsigned int count[] = {
		0, 1, 2, TRACE_RECORDS - 1, TRACE_RECORDS, TRACE_RECORDS + 1,
		3 * TRACE_RECORDS + 5,
	};
	size_t i;
	bool torn;

	(void)state;
	for (i = 0; i < sizeof(count) / sizeof(count[0]); i++) {
		unsigned int n = count[i];
		uint64_t first = n < TRACE_RECORDS ? 1 : n - TRACE_RECORDS + 1;

		trace_format(&t, mem);
		put(n);
		assert_int_equal(load(&torn), 0);
		assert_false(torn);
		must_have(first, n);
		put(1);
		must_have(n < TRACE_RECORDS ? 1 : first + 1, n + 1);
	}
}

static void tear(unsigned int n, size_t cut)
{
	struct trace_record old, whole, half;
	uint8_t *at;
	bool torn;

	trace_format(&t, mem);
	put(n);
	at = mem + offset(t.next);
	memcpy(&old, at, sizeof(old));
	put(1);
	memcpy(&whole, at, sizeof(whole));
	memcpy(at + cut, (uint8_t *)&old + cut, sizeof(old) - cut);
	memcpy(&half, at, sizeof(half));
	assert_int_equal(load(&torn), 0);
	/* What differs in no byte that was missing is not torn. */
	assert_int_equal(torn, memcmp(&half, &old, sizeof(half)) &&
			 memcmp(&half, &whole, sizeof(half)));
	assert_int_equal(t.next, n + 1 +
			 !memcmp(&half, &whole, sizeof(half)));
	n = (unsigned int)t.next - 1;
	put(2);
	assert_int_equal(load(&torn), 0);
	assert_false(torn);
	must_have(n + 2 > TRACE_RECORDS ? n + 3 - TRACE_RECORDS : 1, n + 2);
}

/* Killed in the middle of a record: that one is lost, and no other. */
static void torn_record(void **state)
{
	size_t cut;

	(void)state;
	for (cut = 0; cut <= sizeof(struct trace_record); cut += 3) {
		tear(0, cut);
		tear(7, cut);
		tear(TRACE_RECORDS, cut);
		tear(2 * TRACE_RECORDS + 9, cut);
	}
}

static void damaged(void **state)
{
	struct trace_record old;
	unsigned int bit;
	bool torn;

	(void)state;
	/* Any bit of a record that is not the one to be written next. */
	for (bit = 0; bit < 8 * sizeof(struct trace_record); bit += 5) {
		trace_format(&t, mem);
		put(TRACE_RECORDS + 20);
		mem[offset(15) + bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(load(&torn), -EBADMSG);
	}
	/* A slot that should be empty, and one that should not. */
	trace_format(&t, mem);
	put(5);
	mem[offset(100)] = 1;
	assert_int_equal(load(&torn), -EBADMSG);
	trace_format(&t, mem);
	put(5);
	memset(mem + offset(3), 0, sizeof(struct trace_record));
	assert_int_equal(load(&torn), -EBADMSG);
	/* A good record in a wrong place, and one of another round. */
	trace_format(&t, mem);
	put(9);
	memcpy(mem + offset(3), mem + offset(4), sizeof(struct trace_record));
	assert_int_equal(load(&torn), -EBADMSG);
	trace_format(&t, mem);
	put(TRACE_RECORDS + 20);
	memcpy(&old, mem + offset(10), sizeof(old));
	put(TRACE_RECORDS);
	memcpy(mem + offset(10), &old, sizeof(old));
	assert_int_equal(load(&torn), -EBADMSG);
}

static void other_version(void **state)
{
	struct trace fresh;
	size_t i;
	bool torn;

	(void)state;
	for (i = 0; i < sizeof(struct trace_header); i++) {
		trace_format(&t, mem);
		mem[i] ^= 1;
		assert_int_equal(load(&torn), -EPROTO);
	}
	trace_format(&t, mem);
	assert_int_equal(trace_load(&fresh, mem, TRACE_SIZE - 1, &torn),
			 -EPROTO);
	assert_int_equal(trace_load(&fresh, mem, 0, &torn), -EPROTO);
}

static void cut_and_printable(void **state)
{
	struct trace_record r;
	char text[1000];
	bool torn;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	text[3] = '\n';
	text[4] = (char)0xff;
	trace_format(&t, mem);
	trace_put(&t, 1, 1, 1, text, text);
	assert_int_equal(load(&torn), 0);
	assert_true(trace_get(&t, 1, &r));
	assert_int_equal(strlen(r.kind), sizeof(r.kind) - 1);
	assert_int_equal(strlen(r.text), sizeof(r.text) - 1);
	assert_memory_equal(r.text, "xxx..x", 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outlives_a_restart),
		cmocka_unit_test(torn_record),
		cmocka_unit_test(damaged),
		cmocka_unit_test(other_version),
		cmocka_unit_test(cut_and_printable),
	};
	int failed;

	mem = malloc(TRACE_SIZE);
	if (!mem)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(mem);
	return failed;
}
