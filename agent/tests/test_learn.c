// SPDX-License-Identifier: GPL-2.0-or-later
/* Learning the windows of a TCP connection again: what a router sees after a takeover. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "learn.h"

#define C 1000u		/* what the client had sent, as the peer told */
#define S 5000u		/* likewise the server */
#define WIN 65535u
#define AWAY 0x80000000u

static struct nf_rg_learn start(bool exact, bool sack)
{
	const uint32_t hint[2] = { C, S };
	struct nf_rg_learn l;

	nf_rg_learn_init(&l, hint, exact, sack);
	return l;
}

/* A segment of direction @dir: @len bytes from @seq on, acknowledging @ack, SACKed up to @sack. */
static int seg(struct nf_rg_learn *l, int dir, uint32_t seq, uint32_t len, uint32_t ack,
	       uint32_t sack)
{
	const struct nf_rg_segment s = {
		.dir = dir, .ack_set = true, .end = seq + len, .ack = ack,
		.sack = sack, .win = WIN,
	};

	return nf_rg_learn_segment(l, &s);
}

/* One byte and its echo: that is enough for a connection at rest. */
static void test_rest(void **state)
{
	struct nf_rg_learn l = start(true, true);

	assert_int_equal(seg(&l, 0, C, 1, S, S), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 1, S, 1, C + 1, C + 1), NF_RG_LEARN_DONE);
	assert_int_equal(l.dir[0].end, C + 1);
	assert_int_equal(l.dir[1].end, S + 1);
	assert_int_equal(l.dir[0].ack, S);
	assert_int_equal(l.dir[1].ack, C + 1);
	assert_int_equal(l.dir[0].maxwin, WIN);
}

/* Sequence numbers wrap. */
static void test_wrap(void **state)
{
	const uint32_t hint[2] = { 0xfffffffeu, 3 };
	struct nf_rg_learn l;

	nf_rg_learn_init(&l, hint, true, true);
	assert_int_equal(seg(&l, 0, 0xfffffffeu, 4, 3, 3), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 1, 3, 1, 2, 2), NF_RG_LEARN_DONE);
	assert_int_equal(l.dir[0].end, 2);
}

/*
 * The acknowledgments of 40000 bytes died with the peer: the server sends the first segment again,
 * the client has long had it.
 */
static void test_lost_acks(void **state)
{
	struct nf_rg_learn l = start(false, true);

	assert_int_equal(seg(&l, 1, S, 1000, C, C), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 0, C, 0, S + 40000, S + 40000), NF_RG_LEARN_DONE);
	assert_int_equal(l.dir[1].end, S + 40000);
}

/* The client has data behind a hole: not before the hole is filled. */
static void test_hole(void **state)
{
	struct nf_rg_learn l = start(false, true);

	assert_int_equal(seg(&l, 1, S, 1000, C, C), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 0, C, 0, S + 1000, S + 40000), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 1, S + 1000, 1000, C, C), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 0, C, 0, S + 2000, S + 40000), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 1, S + 2000, 1000, C, C), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 0, C, 0, S + 40000, S + 40000), NF_RG_LEARN_DONE);
	assert_int_equal(l.dir[1].end, S + 40000);
}

/* Without SACK a hole does not show: only what the other router cannot have carried counts. */
static void test_no_sack(void **state)
{
	struct nf_rg_learn l = start(false, false);
	uint32_t at;

	assert_int_equal(seg(&l, 1, S, 1000, C, C), NF_RG_LEARN_MORE);
	for (at = S + 1000; at < S + 1000 + WIN; at += 1000) {
		assert_int_equal(seg(&l, 0, C, 0, at, at), NF_RG_LEARN_MORE);
		assert_int_equal(seg(&l, 1, at, 1000, C, C), NF_RG_LEARN_MORE);
	}
	assert_int_equal(seg(&l, 0, C, 0, at, at), NF_RG_LEARN_MORE);
	assert_true(l.dir[1].known);
	assert_false(l.dir[0].known);
	/* and the same for what the client sends */
	for (at = C; at < C + WIN; at += 1000)
		assert_int_equal(seg(&l, 1, S + 70000, 0, at, at), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 1, S + 70000, 0, C + WIN, C + WIN), NF_RG_LEARN_DONE);
}

/* A download that never pauses: always something outstanding. */
static void test_stream(void **state)
{
	struct nf_rg_learn l = start(false, true);
	uint32_t at = S;
	int i, done = 0;

	for (i = 0; i < 200 && !done; i++) {
		assert_int_equal(seg(&l, 1, at + 10000, 1000, C, C), NF_RG_LEARN_MORE);
		at += 1000;
		done = seg(&l, 0, C, 0, at, at) == NF_RG_LEARN_DONE;
	}
	assert_in_range(i, 65, 68);
}

/* One side alone teaches nothing. */
static void test_one_side(void **state)
{
	struct nf_rg_learn l = start(true, true);
	int i;

	for (i = 0; i < 100; i++)
		assert_int_equal(seg(&l, 0, C + i, 1, S, S), NF_RG_LEARN_MORE);
}

/* Far from where a silent connection was: refused, and what is right goes on. */
static void test_forged_data(void **state)
{
	struct nf_rg_learn l = start(true, true);

	assert_int_equal(seg(&l, 0, C + AWAY, 10, S, S), NF_RG_LEARN_REFUSE);
	assert_int_equal(seg(&l, 1, S + AWAY, 10, C, C), NF_RG_LEARN_REFUSE);
	assert_int_equal(seg(&l, 0, C, 10, S + AWAY, S + AWAY), NF_RG_LEARN_REFUSE);
	assert_int_equal(seg(&l, 0, C, 1, S, S), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 1, S, 1, C + 1, C + 1), NF_RG_LEARN_DONE);
	assert_int_equal(l.dir[0].end, C + 1);
}

/* One that woke up meanwhile and went far says so again. */
static void test_insists(void **state)
{
	struct nf_rg_learn l = start(true, true);

	assert_int_equal(seg(&l, 1, S + AWAY, 1000, C, C), NF_RG_LEARN_REFUSE);
	assert_int_equal(seg(&l, 1, S + AWAY, 1000, C, C), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 0, C, 0, S + AWAY + 1000, S + AWAY + 1000), NF_RG_LEARN_MORE);
	assert_false(l.dir[1].known);
	assert_int_equal(seg(&l, 1, S + AWAY + 1000, WIN, C, C), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 0, C, 0, S + AWAY + 1000 + WIN, S + AWAY + 1000 + WIN),
			 NF_RG_LEARN_MORE);
	assert_true(l.dir[1].known);
}

/* Near enough to be taken, but impossible: what is learnt from it is thrown away. */
static void test_contradiction(void **state)
{
	struct nf_rg_learn l = start(true, true);

	assert_int_equal(seg(&l, 0, C + (1 << 23), 10, S, S), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 1, S, 1, C, C), NF_RG_LEARN_AGAIN);
	assert_int_equal(seg(&l, 0, C, 1, S + 1, S + 1), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 1, S + 1, 1, C + 1, C + 1), NF_RG_LEARN_DONE);
	assert_int_equal(l.dir[0].end, C + 1);
	assert_int_equal(l.dir[0].hint, C);
}

/* A segment without ACK teaches its end only. */
static void test_no_ack(void **state)
{
	struct nf_rg_learn l = start(true, true);
	const struct nf_rg_segment s = { .dir = 0, .end = C + 5, .ack = 77 };

	assert_int_equal(nf_rg_learn_segment(&l, &s), NF_RG_LEARN_MORE);
	assert_int_equal(l.dir[0].end, C + 5);
	assert_false(l.dir[0].ack_set);
	assert_false(l.dir[1].end_set);
}

static void test_reset(void **state)
{
	struct nf_rg_learn l = start(true, true);

	assert_true(nf_rg_learn_reset(&l, 0, C));
	assert_true(nf_rg_learn_reset(&l, 1, S));
	assert_true(nf_rg_learn_reset(&l, 1, S + 1460));
	assert_false(nf_rg_learn_reset(&l, 1, S - 1));
	assert_false(nf_rg_learn_reset(&l, 1, S + 0x10000));
	assert_false(nf_rg_learn_reset(&l, 0, C + AWAY));
	/* an answer to what the client just sent, from a server that was restarted */
	assert_int_equal(seg(&l, 0, C, 1, S + 70000, S + 70000), NF_RG_LEARN_MORE);
	assert_true(nf_rg_learn_reset(&l, 1, S + 70000));
	assert_false(nf_rg_learn_reset(&l, 1, S + 70001));
}

/* Acknowledging a number does not make it believable if it is far from an exact hint. */
static void test_reset_forged_ack(void **state)
{
	struct nf_rg_learn l = start(true, true);

	assert_int_equal(seg(&l, 0, C, 1, S + (1 << 23), S + (1 << 23)), NF_RG_LEARN_MORE);
	assert_false(nf_rg_learn_reset(&l, 1, S + (1 << 23)));
	assert_int_equal(seg(&l, 0, C, 1, S + AWAY, S + AWAY), NF_RG_LEARN_REFUSE);
	assert_int_equal(seg(&l, 0, C, 1, S + AWAY, S + AWAY), NF_RG_LEARN_MORE);
	assert_false(nf_rg_learn_reset(&l, 1, S + AWAY));
	/* where the hint is none, there is nothing else to go by */
	l = start(false, true);
	assert_int_equal(seg(&l, 0, C, 1, S + AWAY, S + AWAY), NF_RG_LEARN_MORE);
	assert_true(nf_rg_learn_reset(&l, 1, S + AWAY));
}

/* When both have spoken, the receiver's window decides. */
static void test_reset_known(void **state)
{
	struct nf_rg_learn l = start(false, true);

	/* a hole in the client's data: the server's is known, the client's is not */
	assert_int_equal(seg(&l, 0, C + 5000, 100, S + 9000, S + 9000), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 1, S + 8000, 1000, C, C + 5100), NF_RG_LEARN_MORE);
	assert_true(nf_rg_learn_reset(&l, 1, S + 9000));
	assert_true(nf_rg_learn_reset(&l, 1, S + 9000 + WIN));
	assert_false(nf_rg_learn_reset(&l, 1, S + 9000 + WIN + 1));
	assert_false(nf_rg_learn_reset(&l, 1, S + 8999));
}

/* An acknowledgment that somebody forged does not become the server's end. */
static void test_forged_ack(void **state)
{
	struct nf_rg_learn l = start(true, true);

	assert_int_equal(seg(&l, 0, C, 1, S + (1 << 23), S + (1 << 23)), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 1, S, 1, C + 1, C + 1), NF_RG_LEARN_AGAIN);
	assert_int_equal(seg(&l, 0, C + 1, 1, S + 1, S + 1), NF_RG_LEARN_MORE);
	assert_int_equal(seg(&l, 1, S + 1, 1, C + 2, C + 2), NF_RG_LEARN_DONE);
	assert_int_equal(l.dir[1].end, S + 2);
}

static void test_syn(void **state)
{
	struct nf_rg_learn l = start(true, true);

	assert_true(nf_rg_learn_syn(&l, 0, C));
	assert_true(nf_rg_learn_syn(&l, 0, C + (1u << 24) - 1));
	assert_false(nf_rg_learn_syn(&l, 0, C + (1u << 24)));
	assert_false(nf_rg_learn_syn(&l, 1, S - (1u << 24) - 1));
	l = start(false, true);
	assert_true(nf_rg_learn_syn(&l, 0, C + (1u << 30) - 1));
	assert_false(nf_rg_learn_syn(&l, 0, C + (1u << 30)));
	assert_false(nf_rg_learn_syn(&l, 1, S - 1));
}

static void test_sack(void **state)
{
	static const uint8_t one[] = { 1, 1, 5, 10, 0, 0, 0x10, 0, 0, 0, 0x20, 0 };
	static const uint8_t two[] = { 1, 1, 5, 18, 0, 0, 0x10, 0, 0, 0, 0x20, 0,
				       0, 0, 0x30, 0, 0, 0, 0x40, 0 };
	static const uint8_t old[] = { 5, 10, 0, 0, 0, 1, 0, 0, 0, 2 };
	static const uint8_t stamp[] = { 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 5, 10,
					 0, 0, 0x10, 0, 0, 0, 0x20, 0 };
	static const uint8_t ended[] = { 0, 1, 5, 10, 0, 0, 0x10, 0, 0, 0, 0x20, 0 };

	assert_int_equal(nf_rg_learn_sack(one, sizeof(one), 0x800, 0), 0x2000);
	assert_int_equal(nf_rg_learn_sack(two, sizeof(two), 0x800, 0), 0x4000);
	assert_int_equal(nf_rg_learn_sack(one, sizeof(one), 0x800, 0x1000), 0x1000);
	assert_int_equal(nf_rg_learn_sack(old, sizeof(old), 0x800, 0), 0x800);
	assert_int_equal(nf_rg_learn_sack(stamp, sizeof(stamp), 0x800, 0), 0x2000);
	assert_int_equal(nf_rg_learn_sack(ended, sizeof(ended), 0x800, 0), 0x800);
	assert_int_equal(nf_rg_learn_sack(NULL, 0, 0x800, 0), 0x800);
}

/* Lengths that lie: nothing behind the header is read (the sanitizers would see it). */
static void test_sack_bad(void **state)
{
	uint8_t *opt = malloc(4);
	int i;

	assert_non_null(opt);
	for (i = 0; i < 256; i++) {
		opt[0] = 1;
		opt[1] = 1;
		opt[2] = 5;
		opt[3] = (uint8_t)i;
		assert_int_equal(nf_rg_learn_sack(opt, 4, 9, 0), 9);
		opt[3] = 5;
		assert_int_equal(nf_rg_learn_sack(opt, 4, 9, 0), 9);
		opt[0] = (uint8_t)i;
		opt[1] = 0;
		assert_int_equal(nf_rg_learn_sack(opt, 4, 9, 0), 9);
	}
	free(opt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rest),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_lost_acks),
		cmocka_unit_test(test_hole),
		cmocka_unit_test(test_no_sack),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_one_side),
		cmocka_unit_test(test_forged_data),
		cmocka_unit_test(test_insists),
		cmocka_unit_test(test_contradiction),
		cmocka_unit_test(test_no_ack),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_reset_forged_ack),
		cmocka_unit_test(test_reset_known),
		cmocka_unit_test(test_forged_ack),
		cmocka_unit_test(test_syn),
		cmocka_unit_test(test_sack),
		cmocka_unit_test(test_sack_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
