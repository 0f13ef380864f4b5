// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Data link session, after a split brain: B gives way and A takes what B did, before
 * it sends B everything.
 */
#include "syncsess_util.h"

#define COPY	SYNCSESS_COPY_NONE

static void receive_merging(struct rg_epoch epoch)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_RECEIVE };

	ev.group.id = GROUP;
	ev.group.epoch = epoch;
	ev.group.instance = b.instance;
	ev.group.digest = 5;
	ev.group.merge = true;
	step(&b, &ev);
}

/* The kernel of B pushes what it did. */
static void give(uint64_t seq, uint8_t flags, uint32_t n)
{
	b.tx_session = b.merge_session;
	push(&b, seq, flags | NF_RG_BATCH_MERGE, n);
}

/* A knows that B gives way, and both have said so. */
static void taking(void)
{
	opened();
	ev_group(&a, SYNCSESS_EV_SEND, term, false);
	receive_merging(term);
	carry();
	assert_true(a.s.groups[GROUP].merging);
	/* A mapping that is equal again goes on before anything of it is taken. */
	assert_int_equal(a.joined, 5);
	assert_int_equal(b.merge_starts, 1);
	assert_int_equal(a.tx_starts, 0);
	assert_int_equal(b.status, ELECTION_SYNC_COLD);
}

static void conflict(uint64_t seq, uint16_t reason)
{
	const struct frame_refusal r = { .index = 3, .reason = reason };
	struct syncsess_event ev = { .type = SYNCSESS_EV_INSTALLED };

	ev.installed.group = GROUP;
	ev.installed.epoch = a.install.epoch;
	ev.installed.seq = seq;
	ev.installed.refusals = &r;
	ev.installed.n_refusals = 1;
	step(&a, &ev);
}

/* All of it, with what each kernel is told; only then A sends, and everything. */
static void whole(void **state)
{
	taking();
	give(7, FRAME_F_BULK_BEGIN, 30);
	give(8, 0, 20);
	carry();
	assert_int_equal(a.installs, 2);
	assert_int_equal(a.install.seq, 8);
	assert_int_equal(a.install.count, 20);
	assert_int_equal(a.install.flags, NF_RG_BATCH_MERGE);
	assert_int_equal(rg_epoch_cmp(&a.install.epoch, &term), 0);
	conflict(7, NF_RG_REASON_SPLIT);
	conflict(8, NF_RG_REASON_CAPACITY);
	carry();
	assert_int_equal(b.acked, 8);
	assert_int_equal(b.acked_session, b.merge_session);
	assert_int_equal(b.refused, 1);
	assert_int_equal(b.refused_index, 3);
	assert_int_equal(a.tx_starts, 0);
	give(9, FRAME_F_SYNCED, 0);
	carry();
	assert_int_equal(a.install.flags, FRAME_F_SYNCED | NF_RG_BATCH_MERGE);
	conflict(9, NF_RG_REASON_SPLIT);
	assert_int_equal(a.tx_starts, 1);
	assert_true(a.tx_bulk);
	carry();
	assert_int_equal(b.acked, 9);
	assert_true(a.over_whole && b.over_whole && b.over_sent && !a.over_sent);
	assert_int_equal(a.over_records, 50);
	assert_int_equal(a.over_conflicts, 2);
	assert_int_equal(a.over_refused, 1);
	assert_int_equal(b.over_records, 50);
	assert_int_equal(b.over_conflicts, 2);
	assert_int_equal(b.over_refused, 1);
	assert_int_equal(a.s.counters[SYNCSESS_N_MERGES_RX], 1);
	assert_int_equal(b.s.counters[SYNCSESS_N_MERGES_TX], 1);
	assert_int_equal(a.s.counters[SYNCSESS_N_SPLIT_CONFLICT], 2);
	push(&a, 1, FRAME_F_BULK_BEGIN, 10);
	carry();
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
	assert_int_equal(b.s.counters[SYNCSESS_N_MERGE_CUT], 0);
	/* Once: the next session of these two begins without. */
	simple(&a, SYNCSESS_EV_DISCONNECTED);
	simple(&b, SYNCSESS_EV_DISCONNECTED);
	connect_both();
	assert_int_equal(b.merge_starts, 1);
	assert_int_equal(a.tx_starts, 2);
}

/* B hears of the term first: it waits for A, which then takes. */
static void waits_for_the_term(void **state)
{
	opened();
	receive_merging(later);
	carry();
	ev_group(&a, SYNCSESS_EV_SEND, term, false);
	carry();
	assert_int_equal(b.merge_starts, 0);
	ev_group(&a, SYNCSESS_EV_SEND, later, false);
	carry();
	assert_int_equal(b.merge_starts, 1);
	assert_int_equal(a.tx_starts, 0);
}

/* The connection ends in the middle: it begins again with the next one. */
static void connection_ends(void **state)
{
	uint32_t first;

	taking();
	first = b.merge_session;
	give(7, FRAME_F_BULK_BEGIN, 30);
	carry();
	simple(&a, SYNCSESS_EV_DISCONNECTED);
	simple(&b, SYNCSESS_EV_DISCONNECTED);
	assert_int_equal(b.merge_session, 0);
	assert_int_equal(b.s.counters[SYNCSESS_N_MERGE_CUT], 1);
	/* What the kernels say of it now is of yesterday. */
	installed(&a, 7, 0, COPY, 0);
	assert_int_equal(a.s.counters[SYNCSESS_N_STALE_INSTALL], 1);
	connect_both();
	assert_int_equal(b.merge_starts, 2);
	assert_int_not_equal(b.merge_session, first);
	b.tx_session = first;
	push(&b, 8, NF_RG_BATCH_MERGE, 5);
	assert_int_equal(b.s.counters[SYNCSESS_N_STALE_PUSH], 1);
	give(9, FRAME_F_BULK_BEGIN | FRAME_F_SYNCED, 30);
	carry();
	installed(&a, 9, 0, COPY, 0);
	carry();
	assert_int_equal(a.tx_starts, 1);
	assert_true(b.over_whole);
}

/* Nothing comes: A goes without, and B learns it from the first batch. */
static void nothing_comes(void **state)
{
	taking();
	while (!a.tx_starts && now < 1000000 + 2 * SYNCSESS_MERGE_MS) {
		now += 100;
		simple(&a, SYNCSESS_EV_TICK);
		simple(&b, SYNCSESS_EV_TICK);
		carry();
	}
	assert_int_equal(now, 1000000 + SYNCSESS_MERGE_MS);
	assert_int_equal(a.s.counters[SYNCSESS_N_MERGE_CUT], 1);
	assert_false(a.over_whole);
	/* Too late now: refused, counted, not installed. */
	give(7, FRAME_F_BULK_BEGIN, 30);
	carry();
	assert_int_equal(a.s.counters[SYNCSESS_N_MERGE_REFUSED], 1);
	assert_int_equal(a.installs, 0);
	push(&a, 1, FRAME_F_BULK_BEGIN, 10);
	carry();
	assert_int_equal(b.installs, 1);
	assert_int_equal(b.merge_session, 0);
	assert_int_equal(b.s.counters[SYNCSESS_N_MERGE_CUT], 1);
	assert_int_equal(b.overs, 1);
	assert_false(b.over_whole);
	assert_false(b.s.groups[GROUP].merge);
}

/* A's kernel takes none of it: without, too. */
static void kernel_refuses(void **state)
{
	taking();
	give(7, FRAME_F_BULK_BEGIN, 30);
	carry();
	installed(&a, 7, -EBADMSG, COPY, 0);
	assert_int_equal(a.tx_starts, 1);
	assert_true(a.tx_bulk);
	assert_int_equal(a.s.counters[SYNCSESS_N_MERGE_CUT], 1);
}

/* B takes over after all: what it did is its own again. */
static void becomes_active(void **state)
{
	taking();
	give(7, FRAME_F_BULK_BEGIN, 30);
	ev_group(&b, SYNCSESS_EV_SEND, later, false);
	assert_int_equal(b.merge_session, 0);
	assert_false(b.s.groups[GROUP].merge);
	ev_group(&b, SYNCSESS_EV_RECEIVE, later, false);
	carry();
	assert_int_equal(b.merge_starts, 1);
}

/* A frame made by hand for @to, from @from. */
static void inject(struct side *from, struct side *to, enum frame_type type, uint64_t seq,
		   uint8_t flags)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_FRAME };

	ev.frame.hdr = (struct frame){
		.type = type, .version = FRAME_VERSION, .session = from->s.tx_session,
		.group = GROUP, .epoch = term, .seq = seq, .flags = flags,
		.len = type == FRAME_MERGE ? FRAME_BATCH_BYTES : 0,
	};
	ev.frame.payload = (const uint8_t *)"\0\0\0\0\0\0\0\0";
	step(to, &ev);
}

/* At the wrong time nothing is installed, and it is counted. */
static void wrong_time(void **state)
{
	hot();
	inject(&b, &a, FRAME_MERGE, 5, 0);
	assert_int_equal(a.s.counters[SYNCSESS_N_MERGE_REFUSED], 1);
	inject(&a, &b, FRAME_MERGE, 5, 0);
	assert_int_equal(b.s.counters[SYNCSESS_N_MERGE_REFUSED], 1);
	inject(&a, &b, FRAME_TAKE, 0, 0);
	inject(&a, &b, FRAME_MERGED, 5, 0);
	inject(&b, &a, FRAME_TAKE, 0, 0);
	inject(&b, &a, FRAME_MERGED, 5, 0);
	assert_int_equal(a.s.counters[SYNCSESS_N_STALE_FRAME], 2);
	assert_int_equal(b.s.counters[SYNCSESS_N_STALE_FRAME], 2);
	assert_int_equal(a.installs, 0);
	assert_int_equal(b.installs, 2);
	assert_int_equal(b.merge_starts, 0);
	assert_int_equal(b.status, ELECTION_SYNC_HOT);
	/* of another term */
	taking();
	a.s.groups[GROUP].epoch = later;
	inject(&b, &a, FRAME_MERGE, 5, 0);
	assert_int_equal(a.s.counters[SYNCSESS_N_MERGE_REFUSED], 1);
	/* behind its end */
	taking();
	give(7, FRAME_F_BULK_BEGIN | FRAME_F_SYNCED, 3);
	carry();
	inject(&b, &a, FRAME_MERGE, 8, 0);
	assert_int_equal(a.s.counters[SYNCSESS_N_MERGE_REFUSED], 1);
	assert_int_equal(a.installs, 1);
}

/* What TCP cannot have done ends the connection. */
static void bad_sequences(void **state)
{
	taking();
	inject(&b, &a, FRAME_MERGE, 5, FRAME_F_BULK_BEGIN);
	inject(&b, &a, FRAME_MERGE, 5, 0);
	assert_int_equal(a.disconnect, FRAME_R_SEQUENCE);
	assert_int_equal(a.installs, 1);
	taking();
	inject(&a, &b, FRAME_MERGED, 1, 0);
	assert_int_equal(b.disconnect, FRAME_R_SEQUENCE);
	taking();
	give(7, FRAME_F_BULK_BEGIN, 1);
	give(7, 0, 1);
	assert_int_equal(b.disconnect, FRAME_R_SEQUENCE);
	taking();
	give(7, FRAME_F_SYNCED, 1);
	give(8, 0, 1);
	assert_int_equal(b.disconnect, FRAME_R_SEQUENCE);
}

/* A peer that does not know it is not asked, and what is here is swept. */
static void older_peer(void **state)
{
	begin();
	simple(&a, SYNCSESS_EV_CONNECTED);
	simple(&b, SYNCSESS_EV_CONNECTED);
	carry();
	a.s.version = 4;
	b.s.version = 4;
	ev_group(&a, SYNCSESS_EV_SEND, term, false);
	receive_merging(term);
	carry();
	assert_int_equal(b.merge_starts, 0);
	assert_int_equal(a.tx_starts, 1);
	assert_true(a.tx_bulk);
	push(&a, 1, FRAME_F_BULK_BEGIN, 10);
	carry();
	assert_int_equal(b.installs, 1);
	assert_false(b.over_whole);
	assert_int_equal(b.overs, 1);
	assert_int_equal(b.s.counters[SYNCSESS_N_MERGE_CUT], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(waits_for_the_term),
		cmocka_unit_test(connection_ends),
		cmocka_unit_test(nothing_comes),
		cmocka_unit_test(kernel_refuses),
		cmocka_unit_test(becomes_active),
		cmocka_unit_test(wrong_time),
		cmocka_unit_test(bad_sequences),
		cmocka_unit_test(older_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
