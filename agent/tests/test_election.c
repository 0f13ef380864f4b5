// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The matrix of the election, cell by cell: for each event in each state the
 * state after it and the actions, in order.
 */
#include "election_util.h"

static struct bench b;

#define sDI ELECTION_DISABLED
#define sIN ELECTION_INIT
#define sNE ELECTION_NEGOTIATION
#define sSB ELECTION_STANDBY
#define sAC ELECTION_ACTIVE
#define sHA ELECTION_HANDOVER
#define sRE ELECTION_RESIGNED

struct cell {
	enum election_state before;
	enum election_state after;
	const char *acts;
};

static void check_cells(const char *what, void (*event)(void),
			const struct cell cells[ELECTION_STATES])
{
	unsigned int i, seen = 0;

	for (i = 0; i < ELECTION_STATES; i++) {
		const struct cell *c = &cells[i];

		make(&b, c->before);
		event();
		if (b.e.state != c->after || strcmp(b.acts, c->acts))
			fail_msg("%s in %s: %s \"%s\", expected %s \"%s\"",
				 what, election_state_name(c->before),
				 election_state_name(b.e.state), b.acts,
				 election_state_name(c->after), c->acts);
		seen |= 1u << c->before;
	}
	assert_int_equal(seen, (1u << ELECTION_STATES) - 1);
}

#define CELLS(name, event) \
static void name(void **state) \
{ \
	_Static_assert(sizeof(name##_cells) / sizeof(name##_cells[0]) == \
		       ELECTION_STATES, "a cell for each state"); \
	check_cells(#name, event, name##_cells); \
}

static void do_start(void)
{
	const struct election_start s = { .uptime_ms = 3600000 };

	ev_start(&b, &s);
}

static const struct cell start_cells[] = {
	{ sDI, sDI, "" }, { sIN, sNE, "SDH" }, { sNE, sNE, "" },
	{ sSB, sSB, "" }, { sAC, sAC, "" }, { sHA, sHA, "" }, { sRE, sRE, "" },
};

CELLS(start, do_start)

/* A tick before any deadline does nothing anywhere. */
static void do_early_tick(void)
{
	ev_tick_after(&b, 1);
}

static const struct cell tick_early_cells[] = {
	{ sDI, sDI, "" }, { sIN, sIN, "" }, { sNE, sNE, "" },
	{ sSB, sSB, "" }, { sAC, sAC, "" }, { sHA, sHA, "" }, { sRE, sRE, "" },
};

CELLS(tick_early, do_early_tick)

/* The peer falls silent; we go on. */
static void do_silence(void)
{
	int64_t end = b.now + HOLD;

	while (b.now < end) {
		ev_simple(&b, ELECTION_EV_HELLO_TX);
		ev_tick_after(&b, HELLO);
	}
}

static const struct cell tick_peer_silent_cells[] = {
	{ sDI, sDI, "" }, { sIN, sIN, "" }, { sNE, sAC, "SUNH" },
	{ sSB, sAC, "SUNH|" }, { sAC, sAC, "S|" },
	{ sHA, sAC, "S-H|" }, { sRE, sAC, "S-H|" },
};

CELLS(tick_peer_silent, do_silence)

static void do_peer_active(void)
{
	peer_is(&b, RG_RF_ACTIVE, EPOCH + 1);
	ev_hello(&b);
}

static const struct cell hello_peer_active_cells[] = {
	{ sDI, sDI, "H" }, { sIN, sIN, "" }, { sNE, sSB, "SH<" },
	{ sSB, sSB, "S<H" }, { sAC, sSB, "SDH<" },
	{ sHA, sSB, "|SD+H<" }, { sRE, sSB, "|SD+H<" },
};

CELLS(hello_peer_active, do_peer_active)

static void do_peer_standby(void)
{
	peer_is(&b, RG_RF_STANDBY_HOT, EPOCH);
	ev_hello(&b);
}

static const struct cell hello_peer_standby_cells[] = {
	{ sDI, sDI, "H" }, { sIN, sIN, "" },
	/* It has the state and a term, we have nothing: it will claim. */
	{ sNE, sSB, "SH" },
	/* It resigned to nobody in particular, and we were its standby. */
	{ sSB, sAC, "SUNH>" },
	{ sAC, sAC, "" }, { sHA, sHA, "" }, { sRE, sRE, "" },
};

CELLS(hello_peer_standby, do_peer_standby)

static void do_peer_fresh(void)
{
	peer_is(&b, RG_RF_NEGOTIATION, 0);
	ev_hello(&b);
}

static const struct cell hello_peer_fresh_cells[] = {
	{ sDI, sDI, "H" }, { sIN, sIN, "" },
	/* Equal in all, and its control address is the higher one. */
	{ sNE, sSB, "SH" },
	/* The active has lost its kernel: it is dead, though it speaks. */
	{ sSB, sAC, "SUNH|" }, { sAC, sAC, "|" },
	/* It cannot take over any more. */
	{ sHA, sAC, "S-H|" }, { sRE, sAC, "S-H|" },
};

CELLS(hello_peer_fresh, do_peer_fresh)

static void do_resign(void)
{
	peer_is(&b, RG_RF_ACTIVE, EPOCH);
	b.peer.type = HELLO_TYPE_RESIGN;
	b.peer.peer.flags |= HELLO_GF_HANDOVER | HELLO_GF_RESIGN;
	ev_hello(&b);
}

static const struct cell hello_resign_cells[] = {
	{ sDI, sDI, "H" }, { sIN, sIN, "" },
	/* Nobody hands over to a router that is not standby; but why not. */
	{ sNE, sAC, "SSUNH" },
	{ sSB, sAC, "SUNH|" },
	/* It is leaving, so it never wins; our term must be above its. */
	{ sAC, sAC, "SH|" }, { sHA, sHA, "SH|" }, { sRE, sRE, "SH|" },
};

CELLS(hello_resign, do_resign)

static void do_reload_peer(void)
{
	peer_is(&b, RG_RF_ACTIVE, EPOCH);
	b.peer.type = HELLO_TYPE_RELOAD_PEER;
	b.peer.peer.reload_token = 3;
	ev_hello(&b);
}

static const struct cell hello_reload_peer_cells[] = {
	{ sDI, sDI, "H" }, { sIN, sIN, "" }, { sNE, sSB, "SH<" },
	{ sSB, sSB, "|SH<" },
	/* Two actives in terms of the same counter: the address decides. */
	{ sAC, sSB, "SDH<" }, { sHA, sHA, "NSH|" }, { sRE, sRE, "NSH|" },
};

CELLS(hello_reload_peer, do_reload_peer)

static void do_hello_tx(void)
{
	ev_simple(&b, ELECTION_EV_HELLO_TX);
}

static const struct cell hello_tx_cells[] = {
	{ sDI, sDI, "" }, { sIN, sIN, "" }, { sNE, sNE, "" },
	{ sSB, sSB, "" }, { sAC, sAC, "S" }, { sHA, sHA, "S" },
	{ sRE, sRE, "S" },
};

CELLS(hello_tx, do_hello_tx)

static void do_life(void)
{
	b.now += HOLD - 1;
	ev_simple(&b, ELECTION_EV_LIFE);
	assert_acts(&b, "");
	b.now += HOLD - 1;
	/* The lease was not renewed: look at the peer only. */
	b.e.lease_until = MONO_NEVER;
	if (election_peer_alive(&b.e, mono_from_ms(b.now)))
		b.acts[0] = 'A', b.acts[1] = 0;
}

static const struct cell life_cells[] = {
	{ sDI, sDI, "" }, { sIN, sIN, "" }, { sNE, sNE, "" },
	{ sSB, sSB, "A" }, { sAC, sAC, "A" }, { sHA, sHA, "A" },
	{ sRE, sRE, "A" },
};

CELLS(life, do_life)

static void do_decrement(void)
{
	ev_decrement(&b, 10, false, false);
	assert_int_equal(election_run_priority(&b.e), 90);
	assert_non_null(find_log(&b, ELECTION_LOG_PRIORITY));
}

static const struct cell decrement_cells[] = {
	{ sDI, sDI, "H" }, { sIN, sIN, "H" }, { sNE, sNE, "H" },
	{ sSB, sSB, "H" }, { sAC, sAC, "H" }, { sHA, sHA, "H" },
	{ sRE, sRE, "H" },
};

CELLS(decrement, do_decrement)

static void do_hot(void)
{
	ev_sync(&b, ELECTION_SYNC_BULK, true);
}

static const struct cell sync_cells[] = {
	{ sDI, sDI, "" }, { sIN, sIN, "" }, { sNE, sNE, "" },
	{ sSB, sSB, "H" }, { sAC, sAC, "" }, { sHA, sRE, "GH" },
	{ sRE, sRE, "" },
};

CELLS(sync, do_hot)

static void do_config(void)
{
	struct election_event ev = { .type = ELECTION_EV_CONFIG };

	ev.config = b.e.cfg;
	ev.config.priority = 80;
	bench_step(&b, &ev);
	assert_int_equal(election_run_priority(&b.e), 80);
}

static const struct cell config_cells[] = {
	{ sDI, sDI, "H" }, { sIN, sIN, "H" }, { sNE, sNE, "H" },
	{ sSB, sSB, "H" }, { sAC, sAC, "H" }, { sHA, sHA, "H" },
	{ sRE, sRE, "H" },
};

CELLS(config, do_config)

static void do_kernel_lease(void)
{
	ev_kernel(&b, ELECTION_KERNEL_LEASE, 0, 0);
}

static const struct cell kernel_lease_cells[] = {
	{ sDI, sDI, "" }, { sIN, sIN, "" }, { sNE, sNE, "" },
	{ sSB, sSB, "" },
	/* A standby that hears of it would take over; nobody is told to forward. */
	{ sAC, sNE, "H|" }, { sHA, sNE, "-H|" }, { sRE, sNE, "-H|" },
};

CELLS(kernel_lease, do_kernel_lease)

static void do_kernel_refused(void)
{
	ev_kernel(&b, ELECTION_KERNEL_REFUSED, 0, 0);
}

static const struct cell kernel_refused_cells[] = {
	{ sDI, sDI, "H" }, { sIN, sIN, "H" }, { sNE, sNE, "H" },
	{ sSB, sSB, "H" }, { sAC, sSB, "SDH|" }, { sHA, sSB, "-SDH|" },
	{ sRE, sSB, "-SDH|" },
};

CELLS(kernel_refused, do_kernel_refused)

static void do_kernel_stale(void)
{
	ev_kernel(&b, ELECTION_KERNEL_STALE, 40, PEER);
}

static const struct cell kernel_stale_cells[] = {
	{ sDI, sDI, "SH" }, { sIN, sIN, "SH" }, { sNE, sNE, "SH" },
	/* The standby's term is not the peer's any more: no session. */
	{ sSB, sSB, "SH|H" }, { sAC, sAC, "SH>" }, { sHA, sHA, "SH>" },
	{ sRE, sRE, "SH>" },
};

CELLS(kernel_stale, do_kernel_stale)

static void do_kernel_ready(void)
{
	b.e.kernel_refused = true;
	ev_kernel(&b, ELECTION_KERNEL_READY, 0, 0);
	assert_false(b.e.kernel_refused);
}

static const struct cell kernel_ready_cells[] = {
	{ sDI, sDI, "H" }, { sIN, sIN, "H" }, { sNE, sNE, "H" },
	{ sSB, sSB, "H" }, { sAC, sAC, "H" }, { sHA, sHA, "H" },
	{ sRE, sRE, "H" },
};

CELLS(kernel_ready, do_kernel_ready)

static void do_kernel_instance(void)
{
	ev_kernel(&b, ELECTION_KERNEL_INSTANCE, 1, 0);
	assert_int_equal(b.e.instance, 1001);
}

static const struct cell kernel_instance_cells[] = {
	{ sDI, sDI, "SH" }, { sIN, sIN, "SH" }, { sNE, sNE, "SH" },
	{ sSB, sSB, "|SH<" }, { sAC, sAC, "|SH>" }, { sHA, sHA, "|SH>" },
	{ sRE, sRE, "|SH>" },
};

CELLS(kernel_instance, do_kernel_instance)

static void do_stop(void)
{
	ev_simple(&b, ELECTION_EV_STOP);
}

static const struct cell stop_cells[] = {
	{ sDI, sDI, "X" }, { sIN, sIN, "X" }, { sNE, sNE, "X" },
	{ sSB, sSB, "X" }, { sAC, sHA, "S~H" }, { sHA, sHA, "" },
	{ sRE, sRE, "" },
};

CELLS(stop, do_stop)

static void do_shutdown(void)
{
	ev_admin(&b, ELECTION_ADMIN_SHUTDOWN, false);
}

static const struct cell admin_shutdown_cells[] = {
	{ sDI, sDI, "+" }, { sIN, sIN, "-" }, { sNE, sDI, "S+H" },
	{ sSB, sDI, "S+H|" }, { sAC, sHA, "S~H" }, { sHA, sHA, "-" },
	{ sRE, sRE, "-" },
};

CELLS(admin_shutdown, do_shutdown)

static void do_no_shutdown(void)
{
	ev_admin(&b, ELECTION_ADMIN_NO_SHUTDOWN, false);
}

static const struct cell admin_no_shutdown_cells[] = {
	{ sDI, sNE, "S+H" }, { sIN, sIN, "-" }, { sNE, sNE, "+" },
	{ sSB, sSB, "+" }, { sAC, sAC, "+" }, { sHA, sHA, "-" },
	{ sRE, sRE, "-" },
};

CELLS(admin_no_shutdown, do_no_shutdown)

static void do_reload_self(void)
{
	ev_admin(&b, ELECTION_ADMIN_RELOAD_SELF, false);
}

static const struct cell admin_reload_self_cells[] = {
	{ sDI, sDI, "-" }, { sIN, sIN, "-" }, { sNE, sNE, "-" },
	{ sSB, sSB, "-" }, { sAC, sHA, "S~H" }, { sHA, sHA, "-" },
	{ sRE, sRE, "-" },
};

CELLS(admin_reload_self, do_reload_self)

static void do_reload_the_peer(void)
{
	ev_admin(&b, ELECTION_ADMIN_RELOAD_PEER, false);
}

static const struct cell admin_reload_peer_cells[] = {
	{ sDI, sDI, "-" }, { sIN, sIN, "-" }, { sNE, sNE, "-" },
	{ sSB, sSB, "-" }, { sAC, sAC, "P" }, { sHA, sHA, "-" },
	{ sRE, sRE, "-" },
};

CELLS(admin_reload_peer, do_reload_the_peer)

static void do_clear(void)
{
	b.e.damped_until = mono_from_ms(b.now + 1000);
	ev_admin(&b, ELECTION_ADMIN_CLEAR, false);
	assert_true(mono_is_zero(b.e.damped_until));
}

static const struct cell admin_clear_cells[] = {
	{ sDI, sDI, "+H" }, { sIN, sIN, "+H" }, { sNE, sNE, "+H" },
	{ sSB, sSB, "+H" }, { sAC, sAC, "+H" }, { sHA, sHA, "+H" },
	{ sRE, sRE, "+H" },
};

CELLS(admin_clear, do_clear)

/* Each refusal has its own reason and errno. */
static void refusals(void **state)
{
	static const struct {
		enum election_state in;
		enum election_admin_op op;
		enum election_refusal why;
		int err;
	} r[] = {
		{ sDI, ELECTION_ADMIN_RELOAD_SELF, ELECTION_R_DISABLED, -ESHUTDOWN },
		{ sSB, ELECTION_ADMIN_RELOAD_SELF, ELECTION_R_NOT_ACTIVE, -EPERM },
		{ sSB, ELECTION_ADMIN_RELOAD_PEER, ELECTION_R_NOT_ACTIVE, -EPERM },
		{ sRE, ELECTION_ADMIN_SHUTDOWN, ELECTION_R_BUSY, -EBUSY },
	};
	const struct election_action *a;
	unsigned int i;

	for (i = 0; i < sizeof(r) / sizeof(r[0]); i++) {
		make(&b, r[i].in);
		ev_admin(&b, r[i].op, true);
		a = find_action(&b, ELECTION_REFUSE);
		assert_non_null(a);
		assert_int_equal(a->request, 99);
		assert_int_equal(a->refusal, r[i].why);
		assert_int_equal(election_refusal_errno(a->refusal), r[i].err);
	}
}

/* What is unexpected is counted. */
static void unexpected_counted(void **state)
{
	make(&b, sIN);
	ev_hello(&b);
	ev_simple(&b, ELECTION_EV_TICK);
	assert_int_equal(b.e.stats.unexpected, 2);
	make(&b, sAC);
	do_start();
	assert_int_equal(b.e.stats.unexpected, 1);
	assert_int_equal(b.e.epoch.counter, EPOCH);
}

/* What each state looks like to the peer. */
static void hello_content(void **state)
{
	static const struct {
		enum election_state in;
		enum rg_role role;
		enum rg_rf rf;
		uint16_t flags;
	} want[] = {
		{ sDI, RG_ROLE_DISABLED, RG_RF_DISABLED, HELLO_GF_SHUTDOWN },
		{ sIN, RG_ROLE_INIT, RG_RF_INITIALIZATION, 0 },
		{ sNE, RG_ROLE_INIT, RG_RF_NEGOTIATION, 0 },
		{ sSB, RG_ROLE_STANDBY, RG_RF_STANDBY_HOT,
		  HELLO_GF_HEARD | HELLO_GF_HEIR },
		{ sAC, RG_ROLE_ACTIVE, RG_RF_ACTIVE, HELLO_GF_HEARD },
		{ sHA, RG_ROLE_ACTIVE, RG_RF_ACTIVE,
		  HELLO_GF_HEARD | HELLO_GF_HANDOVER },
		{ sRE, RG_ROLE_ACTIVE, RG_RF_ACTIVE,
		  HELLO_GF_HEARD | HELLO_GF_HANDOVER | HELLO_GF_RESIGN },
	};
	struct hello_group g;
	unsigned int i;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		make(&b, want[i].in);
		election_hello(&b.e, mono_from_ms(b.now), &g);
		assert_int_equal(g.id, 1);
		assert_int_equal(g.role, want[i].role);
		assert_int_equal(g.rf, want[i].rf);
		assert_int_equal(g.flags, want[i].flags);
		assert_int_equal(g.run_prio, 100);
	}
}

/* What is said for a state; never the past of an active group that has its standby. */
static void reason(void **state)
{
	make(&b, sAC);
	b.e.cause = ELECTION_C_ALONE;
	b.e.peer.known = false;
	assert_string_equal(election_reason(&b.e), "alone");
	b.e.peer.known = true;
	b.e.peer.has_group = true;
	b.e.peer.group.role = RG_ROLE_INIT;
	assert_string_equal(election_reason(&b.e), "alone");
	b.e.peer.group.role = RG_ROLE_STANDBY;
	assert_string_equal(election_reason(&b.e), "");
	b.e.wait = ELECTION_W_DAMPED;
	assert_string_equal(election_reason(&b.e), "damped");
	make(&b, sHA);
	b.e.cause = ELECTION_C_PREEMPT;
	assert_string_equal(election_reason(&b.e), "preempt");
	make(&b, sSB);
	b.e.cause = ELECTION_C_PEER_ACTIVE;
	assert_string_equal(election_reason(&b.e), "peer-active");
	b.e.cause = ELECTION_C_NONE;
	assert_string_equal(election_reason(&b.e), "");
}

#define CONFIG_MEMBERS(X)						\
	X(group) X(priority) X(threshold) X(preempt) X(delay_s)		\
	X(reload_s) X(hello_ms) X(hold_ms) X(digest) X(probe_ms)

/* Every member counts, the padding between them does not. */
static void config_equal(void **state)
{
	struct election_config one, other;

	memset(&one, 0x00, sizeof(one));
	memset(&other, 0xff, sizeof(other));
#define X(member) { one.member = 1; other.member = 1; }
	CONFIG_MEMBERS(X)
#undef X
	assert_true(election_config_equal(&one, &other));
#define X(member) {						\
	other.member = 0;					\
	assert_false(election_config_equal(&one, &other));	\
	other.member = 1;					\
}

	CONFIG_MEMBERS(X)
#undef X
	assert_true(election_config_equal(&one, &other));
}

/* No name is missing. */
static void names(void **state)
{
	unsigned int i;

	for (i = 0; i < ELECTION_STATES; i++)
		assert_string_not_equal(election_state_name(i), "?");
	for (i = 0; i < ELECTION_CAUSES; i++)
		assert_string_not_equal(election_cause_name(i), "?");
	for (i = 0; i < ELECTION_WAITS; i++)
		assert_string_not_equal(election_wait_name(i), "?");
	for (i = 0; i < ELECTION_REFUSALS; i++)
		assert_string_not_equal(election_refusal_name(i), "?");
	for (i = 0; i < ELECTION_LOGS; i++)
		assert_string_not_equal(election_log_name(i), "?");
	assert_string_equal(election_state_name(ELECTION_STATES), "?");
	assert_string_equal(election_cause_name(ELECTION_CAUSES), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start),
		cmocka_unit_test(tick_early),
		cmocka_unit_test(tick_peer_silent),
		cmocka_unit_test(hello_peer_active),
		cmocka_unit_test(hello_peer_standby),
		cmocka_unit_test(hello_peer_fresh),
		cmocka_unit_test(hello_resign),
		cmocka_unit_test(hello_reload_peer),
		cmocka_unit_test(hello_tx),
		cmocka_unit_test(life),
		cmocka_unit_test(decrement),
		cmocka_unit_test(sync),
		cmocka_unit_test(config),
		cmocka_unit_test(kernel_lease),
		cmocka_unit_test(kernel_refused),
		cmocka_unit_test(kernel_stale),
		cmocka_unit_test(kernel_ready),
		cmocka_unit_test(kernel_instance),
		cmocka_unit_test(stop),
		cmocka_unit_test(admin_shutdown),
		cmocka_unit_test(admin_no_shutdown),
		cmocka_unit_test(admin_reload_self),
		cmocka_unit_test(admin_reload_peer),
		cmocka_unit_test(admin_clear),
		cmocka_unit_test(refusals),
		cmocka_unit_test(unexpected_counted),
		cmocka_unit_test(hello_content),
		cmocka_unit_test(reason),
		cmocka_unit_test(config_equal),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
