// SPDX-License-Identifier: GPL-2.0-or-later
/* Data link session: how a copy becomes complete, and complete again. */
#include "syncsess_util.h"

static void opening(void **state)
{
	opened();
	assert_int_equal(a.s.state, SYNCSESS_UP);
	assert_int_equal(a.s.version, FRAME_VERSION);
	assert_int_equal(a.s.rx_session, b.s.tx_session);
	assert_true(syncsess_connects(200, 100));
	assert_false(syncsess_connects(100, 200));
}

/* From the JOIN to HOT, with what each kernel is told. */
static void stream(void **state)
{
	opened();
	ev_group(&a, SYNCSESS_EV_SEND, term, false);
	assert_int_equal(a.tx_starts, 0);
	ev_group(&b, SYNCSESS_EV_RECEIVE, term, false);
	assert_int_not_equal(b.rx_session, 0);
	carry();
	assert_int_equal(a.tx_starts, 1);
	assert_int_equal(a.tx_instance, 4711);
	assert_int_equal(a.tx_table_max, TABLE_MAX);
	assert_false(a.tx_bulk);
	assert_int_equal(b.status, ELECTION_SYNC_COLD);
	push(&a, 11, FRAME_F_BULK_BEGIN, 300);
	push(&a, 12, 0, NF_RG_PUSH_MAX);
	carry();
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
	assert_int_equal(b.installs, 2);
	assert_int_equal(b.install.seq, 12);
	assert_int_equal(b.install.len, NF_RG_PUSH_MAX);
	assert_int_equal(b.install.count, NF_RG_PUSH_MAX);
	assert_int_equal(b.install.records[NF_RG_PUSH_MAX - 1], 12);
	assert_int_equal(rg_epoch_cmp(&b.install.epoch, &term), 0);
	assert_int_equal(syncsess_unacked(&a.s, GROUP), 2);
	installed(&b, 11, 0, SYNCSESS_COPY_BULK, 0);
	carry();
	assert_int_equal(a.acked, 11);
	assert_int_equal(a.acked_session, a.tx_session);
	assert_int_equal(syncsess_unacked(&a.s, GROUP), 1);
	push(&a, 13, FRAME_F_BULK_END | FRAME_F_SYNCED, 0);
	carry();
	assert_int_equal(b.install.flags, FRAME_F_BULK_END | FRAME_F_SYNCED);
	installed(&b, 12, 0, SYNCSESS_COPY_BULK, 0);
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
	installed(&b, 13, 0, SYNCSESS_COPY_DONE, 0);
	carry();
	assert_int_equal(b.status, ELECTION_SYNC_HOT);
	assert_int_equal(syncsess_unacked(&a.s, GROUP), 0);
	assert_int_equal(b.s.counters[SYNCSESS_N_BULK], 1);
}

/* The JOIN overtakes the hello that makes A active in that term. */
static void join_waits(void **state)
{
	opened();
	ev_group(&b, SYNCSESS_EV_RECEIVE, term, true);
	carry();
	assert_int_equal(a.tx_starts, 0);
	assert_int_equal(a.s.counters[SYNCSESS_N_JOIN_WAITED], 1);
	ev_group(&a, SYNCSESS_EV_SEND, later, false);
	assert_int_equal(a.tx_starts, 0);
	ev_group(&a, SYNCSESS_EV_SEND, term, false);
	assert_int_equal(a.tx_starts, 1);
	assert_true(a.tx_bulk);
	/* The same again is not a new start. */
	ev_group(&a, SYNCSESS_EV_SEND, term, false);
	assert_int_equal(a.tx_starts, 1);
}

/* The connection ends: both kernels are told, the copy is COLD, then it goes on. */
static void reconnect(void **state)
{
	uint32_t first;

	hot();
	first = a.tx_session;
	simple(&a, SYNCSESS_EV_DISCONNECTED);
	simple(&b, SYNCSESS_EV_DISCONNECTED);
	assert_int_equal(a.disconnects + b.disconnects, 0);
	assert_int_equal(a.tx_session, 0);
	assert_int_equal(b.rx_session, 0);
	assert_int_equal(b.status, ELECTION_SYNC_COLD);
	assert_false(a.up);
	assert_int_equal(a.s.closed[FRAME_R_GONE], 1);
	/* What the kernel still pushes goes nowhere. */
	push(&a, 3, 0, 5);
	assert_int_equal(a.s.counters[SYNCSESS_N_STALE_PUSH], 1);
	installed(&b, 3, 0, SYNCSESS_COPY_DONE, 0);
	assert_int_equal(b.s.counters[SYNCSESS_N_STALE_INSTALL], 1);
	connect_both();
	assert_int_not_equal(a.tx_session, first);
	assert_int_not_equal(a.tx_session, 0);
	assert_false(a.tx_bulk);
	push(&a, 4, FRAME_F_SYNCED, 3);
	carry();
	installed(&b, 4, 0, SYNCSESS_COPY_DONE, 0);
	carry();
	assert_int_equal(b.status, ELECTION_SYNC_HOT);
	assert_int_equal(a.acked, 4);
	assert_int_equal(a.s.counters[SYNCSESS_N_OPENED], 2);
}

/* The roles change: A was sender, B takes over, the same connection goes on. */
static void roles_swap(void **state)
{
	hot();
	ev_group(&b, SYNCSESS_EV_STOP, term, false);
	ev_group(&b, SYNCSESS_EV_SEND, later, false);
	ev_group(&a, SYNCSESS_EV_STOP, term, false);
	ev_group(&a, SYNCSESS_EV_RECEIVE, later, false);
	carry();
	assert_int_equal(b.tx_starts, 1);
	push(&b, 1, FRAME_F_BULK_BEGIN, 1);
	push(&b, 2, FRAME_F_BULK_END | FRAME_F_SYNCED, 0);
	carry();
	installed(&a, 1, 0, SYNCSESS_COPY_BULK, 0);
	installed(&a, 2, 0, SYNCSESS_COPY_DONE, 0);
	carry();
	assert_int_equal(a.status, ELECTION_SYNC_HOT);
	assert_int_equal(b.acked, 2);
	assert_int_equal(a.s.counters[SYNCSESS_N_OPENED], 1);
}

/* The sender begins a later term: the receiver waits for it, then follows. */
static void epoch_moves(void **state)
{
	hot();
	ev_group(&a, SYNCSESS_EV_SEND, later, false);
	carry();
	assert_int_equal(b.status, ELECTION_SYNC_COLD);
	assert_int_equal(a.tx_session, 0);
	ev_group(&b, SYNCSESS_EV_RECEIVE, later, false);
	carry();
	assert_int_not_equal(a.tx_session, 0);
	assert_true(a.up && b.up);
}

/* The sender's kernel has another life of the group: it counts from 1 again. */
static void kernel_restarts(void **state)
{
	hot();
	a.instance++;
	ev_group(&a, SYNCSESS_EV_STOP, term, false);
	ev_group(&a, SYNCSESS_EV_SEND, term, false);
	carry();
	push(&a, 1, FRAME_F_BULK_BEGIN, 1);
	carry();
	installed(&b, 1, 0, SYNCSESS_COPY_BULK, 0);
	carry();
	assert_true(a.up && b.up);
	assert_int_equal(a.acked, 1);
}

/* Refused records are known to the sender, and the copy is not HOT until its kernel says so. */
static void refused_records(void **state)
{
	hot();
	push(&a, 3, 0, 6);
	carry();
	installed(&b, 3, 0, SYNCSESS_COPY_VERIFY, 2);
	carry();
	assert_int_equal(a.refused, 2);
	assert_int_equal(a.refused_index, 40);
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
	push(&a, 4, 0, 2);
	carry();
	installed(&b, 4, 0, SYNCSESS_COPY_VERIFY, 0);
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
	push(&a, 5, 0, 1);
	carry();
	installed(&b, 5, 0, SYNCSESS_COPY_DONE, 0);
	assert_int_equal(b.status, ELECTION_SYNC_HOT);
	assert_int_equal(b.s.counters[SYNCSESS_N_RESEND_TX], 0);
	assert_int_equal(a.tx_starts, 1);
}

/* All that was sent has arrived, but nobody has compared it yet. */
static void not_verified(void **state)
{
	begin();
	connect_both();
	ev_group(&a, SYNCSESS_EV_SEND, term, false);
	ev_group(&b, SYNCSESS_EV_RECEIVE, term, false);
	carry();
	push(&a, 1, FRAME_F_BULK_BEGIN | FRAME_F_BULK_END | FRAME_F_SYNCED, 1);
	carry();
	installed(&b, 1, 0, SYNCSESS_COPY_VERIFY, 0);
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
	push(&a, 2, 0, 1);
	carry();
	installed(&b, 2, 0, SYNCSESS_COPY_DONE, 0);
	assert_int_equal(b.status, ELECTION_SYNC_HOT);
}

/* Entries that vanished from the standby's table: the sender is to compare, in the same session. */
static void lost_entries(void **state)
{
	hot();
	ev_group(&b, SYNCSESS_EV_LOST, term, false);
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
	assert_int_equal(b.last_sent, FRAME_RESEND);
	assert_int_equal(b.last_reason, FRAME_R_LOST);
	carry();
	assert_int_equal(a.verifies, 1);
	assert_int_equal(a.tx_starts, 1);
	assert_int_equal(b.s.counters[SYNCSESS_N_VERIFY_TX], 1);
	assert_int_equal(a.s.counters[SYNCSESS_N_VERIFY_RX], 1);
	assert_int_equal(a.s.counters[SYNCSESS_N_RESEND_RX], 0);
	/* Who does not receive has nothing to lose. */
	ev_group(&a, SYNCSESS_EV_LOST, term, false);
	assert_int_equal(a.s.counters[SYNCSESS_N_VERIFY_TX], 0);
}

/* Digests go from kernel to kernel as they are; one of an odd length is none. */
static void digests(void **state)
{
	static const uint32_t lens[][2] = {
		{ 0, 0 }, { 8, 8 }, { 8 + 2048, 8 + 2048 }, { 7, 0 }, { 16, 0 },
	};
	uint64_t seq = 3;
	unsigned int i, k;

	hot();
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++, seq++) {
		for (k = 0; k < sizeof(b.digest); k++)
			b.digest[k] = (uint8_t)(k * 7 + i);
		b.digest_len = lens[i][0];
		push(&a, seq, FRAME_F_DIGESTS, 2);
		carry();
		installed(&b, seq, 0, SYNCSESS_COPY_DONE, i % 2);
		carry();
		assert_int_equal(a.acked, seq);
		assert_int_equal(a.refused, i % 2);
		assert_int_equal(a.ack_digest_len, lens[i][1]);
		assert_memory_equal(a.ack_digest, b.digest, lens[i][1]);
	}
}

/* The kernel refuses a batch as a whole. */
static void install_fails(void **state)
{
	hot();
	push(&a, 3, 0, 1);
	carry();
	installed(&b, 3, -EBADMSG, SYNCSESS_COPY_NONE, 0);
	assert_int_equal(b.last_sent, FRAME_LEAVE);
	assert_int_equal(b.last_reason, FRAME_R_INSTALL);
	assert_int_equal(b.status, ELECTION_SYNC_COLD);
	assert_int_equal(b.rx_session, 0);
	carry();
	assert_int_equal(a.tx_session, 0);
	assert_true(a.up && b.up);
	now += SYNCSESS_REPAIR_MIN_MS;
	a.s.last_rx = mono_from_ms(now);
	b.s.last_rx = a.s.last_rx;
	simple(&b, SYNCSESS_EV_TICK);
	carry();
	assert_int_not_equal(a.tx_session, 0);
	assert_true(a.tx_bulk);
}

/* Mappings are stopped: not HOT, whatever the kernel says; then all of it again, as a delta. */
static void partial(void **state)
{
	hot();
	ev_partial(&b, 8, true, false);
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
	push(&a, 3, 0, 1);
	carry();
	installed(&b, 3, 0, SYNCSESS_COPY_DONE, 0);
	carry();
	assert_int_equal(b.status, ELECTION_SYNC_BULK);
	assert_int_equal(a.tx_starts, 1);
	ev_partial(&b, 9, false, false);
	assert_int_equal(b.status, ELECTION_SYNC_COLD);
	carry();
	assert_int_equal(a.tx_starts, 2);
	assert_int_equal(a.joined, 9);
	assert_false(a.tx_bulk);
	push(&a, 4, FRAME_F_SYNCED, 1);
	carry();
	installed(&b, 4, 0, SYNCSESS_COPY_DONE, 0);
	assert_int_equal(b.status, ELECTION_SYNC_HOT);
	/* Nothing has changed. */
	ev_partial(&b, 9, false, false);
	carry();
	assert_int_equal(a.tx_starts, 2);
}

/* A full copy while mappings are stopped cannot sweep theirs: the one that follows is full, too. */
static void partial_bulk(void **state)
{
	hot();
	ev_partial(&b, 8, true, false);
	push(&a, 3, FRAME_F_BULK_BEGIN, 1);
	carry();
	ev_partial(&b, 9, false, false);
	carry();
	assert_true(a.tx_bulk);
	/* Nor can one that had begun before. */
	opened();
	ev_group(&a, SYNCSESS_EV_SEND, term, false);
	ev_group(&b, SYNCSESS_EV_RECEIVE, term, false);
	carry();
	push(&a, 1, FRAME_F_BULK_BEGIN, 1);
	carry();
	assert_false(a.tx_bulk);
	ev_partial(&b, 8, true, false);
	push(&a, 2, FRAME_F_BULK_END | FRAME_F_SYNCED, 0);
	carry();
	ev_partial(&b, 9, false, false);
	carry();
	assert_true(a.tx_bulk);
	/* Of another life of the agent nobody knows what it has received. */
	hot();
	ev_partial(&b, 8, true, true);
	ev_partial(&b, 9, false, false);
	carry();
	assert_true(a.tx_bulk);
}

/* Questions and lists go either way, whatever the group does; the sender has no copy to judge. */
static void configurations(void **state)
{
	opened();
	ev_config(&a, NULL, 0);
	carry();
	assert_int_equal(b.config_asks, 1);
	assert_int_equal(b.config_digest, 77);
	assert_int_equal(b.configs, 0);
	ev_config(&b, "0123456789", 10);
	carry();
	assert_int_equal(a.configs, 1);
	assert_int_equal(a.config_len, 10);
	assert_memory_equal(a.config, "0123456789", 10);
	hot();
	ev_partial(&a, 8, true, false);
	ev_partial(&a, 8, false, false);
	carry();
	assert_int_equal(b.status, ELECTION_SYNC_HOT);
	assert_int_equal(a.tx_starts, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opening),
		cmocka_unit_test(stream),
		cmocka_unit_test(join_waits),
		cmocka_unit_test(reconnect),
		cmocka_unit_test(roles_swap),
		cmocka_unit_test(epoch_moves),
		cmocka_unit_test(kernel_restarts),
		cmocka_unit_test(refused_records),
		cmocka_unit_test(not_verified),
		cmocka_unit_test(lost_entries),
		cmocka_unit_test(digests),
		cmocka_unit_test(install_fails),
		cmocka_unit_test(partial),
		cmocka_unit_test(partial_bulk),
		cmocka_unit_test(configurations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
