// SPDX-License-Identifier: GPL-2.0-or-later
/* One BFD session: the matrix cell by cell, detection, polls, demand; and two that speak. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/bfd.h"

#define MS 1000 /* us */
#define ME 0x1001
#define PEER 0x2002

static const struct bfd_conf fast = { 10 * MS, 10 * MS, 3, false };
static struct bfd s;
static struct bfd_actions out;
static mono_t now;

static void step(struct bfd_event ev)
{
	ev.random = 0xffff; /* no jitter: the whole interval */
	bfd_step(&s, &ev, now, &out);
}

static void begin(const struct bfd_conf *conf)
{
	now = mono_from_ms(1000000);
	bfd_init(&s, conf, ME);
	step((struct bfd_event){ .type = BFD_EV_START });
}

static struct bfd_packet told(enum bfd_state state)
{
	return (struct bfd_packet){
		.state = state, .mult = 3, .my_discr = PEER, .your_discr = ME,
		.min_tx = 10 * MS, .min_rx = 10 * MS,
	};
}

static void hear(struct bfd_packet p)
{
	step((struct bfd_event){ .type = BFD_EV_PACKET, .packet = p });
}

static void configure(struct bfd_conf c)
{
	step((struct bfd_event){ .type = BFD_EV_CONFIG, .conf = c });
}

static void pass(uint64_t us)
{
	now = mono_add_ns(now, us * 1000);
	step((struct bfd_event){ .type = BFD_EV_TICK });
}

static void to(enum bfd_state state)
{
	struct bfd_packet final = told(BFD_UP);

	begin(&fast);
	if (state == BFD_ADMIN_DOWN)
		configure((struct bfd_conf){ 10 * MS, 10 * MS, 3, true });
	if (state == BFD_INIT || state == BFD_UP)
		hear(told(BFD_DOWN));
	if (state == BFD_UP) {
		hear(told(BFD_UP));
		final.final = true;
		hear(final);
		assert_false(s.polling);
	}
	assert_int_equal(s.state, state);
}

static const struct {
	enum bfd_state ours, told, then;
	enum bfd_diag diag;
	enum bfd_end end;
} cells[] = {
	{ BFD_ADMIN_DOWN, BFD_ADMIN_DOWN, BFD_ADMIN_DOWN, BFD_D_ADMIN, BFD_NEVER_UP },
	{ BFD_ADMIN_DOWN, BFD_DOWN, BFD_ADMIN_DOWN, BFD_D_ADMIN, BFD_NEVER_UP },
	{ BFD_ADMIN_DOWN, BFD_INIT, BFD_ADMIN_DOWN, BFD_D_ADMIN, BFD_NEVER_UP },
	{ BFD_ADMIN_DOWN, BFD_UP, BFD_ADMIN_DOWN, BFD_D_ADMIN, BFD_NEVER_UP },
	{ BFD_DOWN, BFD_ADMIN_DOWN, BFD_DOWN, BFD_D_NONE, BFD_NEVER_UP },
	{ BFD_DOWN, BFD_DOWN, BFD_INIT, BFD_D_NONE, BFD_NEVER_UP },
	{ BFD_DOWN, BFD_INIT, BFD_UP, BFD_D_NONE, BFD_NEVER_UP },
	{ BFD_DOWN, BFD_UP, BFD_DOWN, BFD_D_NONE, BFD_NEVER_UP },
	{ BFD_INIT, BFD_ADMIN_DOWN, BFD_DOWN, BFD_D_SIGNALLED, BFD_NEVER_UP },
	{ BFD_INIT, BFD_DOWN, BFD_INIT, BFD_D_NONE, BFD_NEVER_UP },
	{ BFD_INIT, BFD_INIT, BFD_UP, BFD_D_NONE, BFD_NEVER_UP },
	{ BFD_INIT, BFD_UP, BFD_UP, BFD_D_NONE, BFD_NEVER_UP },
	{ BFD_UP, BFD_ADMIN_DOWN, BFD_DOWN, BFD_D_SIGNALLED, BFD_REMOTE_ADMIN },
	{ BFD_UP, BFD_DOWN, BFD_DOWN, BFD_D_SIGNALLED, BFD_SIGNALLED },
	{ BFD_UP, BFD_INIT, BFD_UP, BFD_D_NONE, BFD_NEVER_UP },
	{ BFD_UP, BFD_UP, BFD_UP, BFD_D_NONE, BFD_NEVER_UP },
};

static void test_matrix(void **state)
{
	assert_int_equal(sizeof(cells) / sizeof(cells[0]), BFD_STATES * BFD_STATES);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		print_message("%s hears %s\n", bfd_state_name(cells[i].ours),
			      bfd_state_name(cells[i].told));
		to(cells[i].ours);
		hear(told(cells[i].told));
		assert_int_equal(s.state, cells[i].then);
		assert_int_equal(s.diag, cells[i].diag);
		assert_int_equal(s.end, cells[i].end);
		/* A change is told at once. */
		assert_int_equal(out.changed, cells[i].ours != cells[i].then);
		assert_int_equal(out.send, cells[i].ours != cells[i].then);
		assert_int_equal(out.verdict, cells[i].ours == BFD_ADMIN_DOWN ?
					      BFD_BAD_ADMIN_DOWN : BFD_OK);
	}
}

/* What ends by silence, and what is forgotten by it. */
static void test_silence(void **state)
{
	static const enum bfd_state all[] = { BFD_DOWN, BFD_INIT, BFD_UP };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		to(all[i]);
		if (all[i] == BFD_DOWN)
			hear(told(BFD_ADMIN_DOWN));
		assert_int_equal(bfd_detect_us(&s), 30 * MS);
		assert_int_equal(s.remote_discr, PEER);
		pass(30 * MS - 1);
		assert_int_equal(s.state, all[i]);
		pass(1);
		assert_int_equal(s.state, BFD_DOWN);
		assert_int_equal(s.remote_discr, 0);
		assert_int_equal(s.diag, all[i] == BFD_DOWN ? BFD_D_NONE : BFD_D_EXPIRED);
		assert_int_equal(s.end, all[i] == BFD_UP ? BFD_EXPIRED : BFD_NEVER_UP);
		assert_int_equal(s.ended.ns, all[i] == BFD_UP ? now.ns : 0);
		if (all[i] == BFD_DOWN)
			continue;
		assert_true(out.send);
		assert_int_equal(out.packet.your_discr, 0);
		assert_int_equal(out.packet.min_tx, BFD_SLOW_US);
	}
	assert_int_equal(s.stats.ends[BFD_EXPIRED], 1);
}

/* Not listening is not silence, once. */
static void test_late_look(void **state)
{
	to(BFD_UP);
	pass(36 * MS);
	assert_int_equal(s.state, BFD_UP);
	assert_int_equal(s.stats.late, 1);
	pass(20 * MS - 1);
	assert_int_equal(s.state, BFD_UP);
	pass(1);
	assert_int_equal(s.state, BFD_DOWN);
	to(BFD_UP);
	pass(34 * MS);
	assert_int_equal(s.state, BFD_DOWN);
	/* What was heard meanwhile makes it a new silence. */
	to(BFD_UP);
	pass(36 * MS);
	hear(told(BFD_UP));
	pass(36 * MS);
	assert_int_equal(s.state, BFD_UP);
	assert_int_equal(s.stats.late, 2);
}

/* 6.8.3: once a second until it is up, and then at the wanted interval, told by a poll. */
static void test_slow_start(void **state)
{
	begin(&fast);
	assert_true(out.send);
	assert_int_equal(out.packet.state, BFD_DOWN);
	assert_int_equal(out.packet.min_tx, BFD_SLOW_US);
	assert_int_equal(out.packet.min_rx, 10 * MS);
	assert_int_equal(out.packet.your_discr, 0);
	assert_int_equal(out.packet.min_echo, 0);
	assert_int_equal(mono_span_ms(now, out.deadline), 1000);
	assert_int_equal(bfd_peer_detect_us(&s), 0);
	hear(told(BFD_DOWN));
	assert_int_equal(out.packet.your_discr, PEER);
	assert_int_equal(bfd_peer_detect_us(&s), 3 * BFD_SLOW_US);
	hear(told(BFD_INIT));
	assert_int_equal(s.state, BFD_UP);
	assert_true(out.send && out.packet.poll);
	assert_int_equal(out.packet.min_tx, 10 * MS);
	assert_int_equal(mono_span_ms(now, out.deadline), 10);
	assert_int_equal(bfd_peer_detect_us(&s), 30 * MS);
}

static void test_jitter(void **state)
{
	struct bfd_event ev = { .type = BFD_EV_TICK };
	uint64_t us, least = UINT64_MAX, most = 0;
	uint8_t mult;

	for (mult = 1; mult <= 3; mult += 2) {
		to(BFD_UP);
		configure((struct bfd_conf){ 10 * MS, 10 * MS, mult, false });
		least = UINT64_MAX;
		most = 0;
		for (ev.random = 0; ev.random <= 0xffff; ev.random += 0x5555) {
			now = s.next_tx;
			s.expires = MONO_NEVER;
			bfd_step(&s, &ev, now, &out);
			assert_true(out.send);
			us = mono_span_ns(now, s.next_tx) / 1000;
			least = us < least ? us : least;
			most = us > most ? us : most;
		}
		assert_int_equal(least, 7500);
		assert_int_equal(most, mult == 1 ? 9000 : 10 * MS);
	}
}

static void final(void)
{
	struct bfd_packet p = told(BFD_UP);

	p.final = true;
	hear(p);
}

/* A longer interval waits for the peer's answer, a shorter one does not. */
static void test_tx_change(void **state)
{
	to(BFD_UP);
	configure((struct bfd_conf){ 50 * MS, 10 * MS, 3, false });
	assert_true(out.send && out.packet.poll);
	assert_int_equal(out.packet.min_tx, 50 * MS);
	assert_int_equal(bfd_interval_us(&s), 10 * MS);
	assert_int_equal(bfd_peer_detect_us(&s), 30 * MS);
	pass(10 * MS);
	assert_true(out.send && out.packet.poll);
	final();
	assert_int_equal(bfd_interval_us(&s), 50 * MS);
	assert_int_equal(bfd_peer_detect_us(&s), 150 * MS);
	configure((struct bfd_conf){ 20 * MS, 10 * MS, 3, false });
	assert_true(out.packet.poll);
	assert_int_equal(bfd_interval_us(&s), 20 * MS);
	assert_int_equal(mono_span_ms(now, s.next_tx), 20);
	assert_int_equal(bfd_peer_detect_us(&s), 60 * MS);
}

/* A shorter detection time waits for the answer, a longer one does not. */
static void test_rx_change(void **state)
{
	to(BFD_UP);
	configure((struct bfd_conf){ 10 * MS, 80 * MS, 3, false });
	assert_int_equal(out.packet.min_rx, 80 * MS);
	assert_int_equal(bfd_detect_us(&s), 240 * MS);
	assert_int_equal(mono_span_ms(s.last_rx, s.expires), 240);
	final();
	configure((struct bfd_conf){ 10 * MS, 20 * MS, 3, false });
	assert_int_equal(out.packet.min_rx, 20 * MS);
	assert_int_equal(bfd_detect_us(&s), 240 * MS);
	final();
	assert_int_equal(bfd_detect_us(&s), 60 * MS);
}

/* The multiplier is a promise to the peer: more of it counts from its answer on. */
static void test_multiplier_change(void **state)
{
	to(BFD_UP);
	configure((struct bfd_conf){ 10 * MS, 10 * MS, 9, false });
	assert_int_equal(out.packet.mult, 9);
	assert_int_equal(bfd_peer_detect_us(&s), 30 * MS);
	final();
	assert_int_equal(bfd_peer_detect_us(&s), 90 * MS);
	configure((struct bfd_conf){ 10 * MS, 10 * MS, 4, false });
	assert_int_equal(bfd_peer_detect_us(&s), 40 * MS);
}

/* The peer's wishes hold at once. */
static void test_remote_change(void **state)
{
	struct bfd_packet p = told(BFD_UP);

	to(BFD_UP);
	p.min_rx = 40 * MS;
	p.min_tx = 25 * MS;
	p.mult = 5;
	hear(p);
	assert_int_equal(bfd_interval_us(&s), 40 * MS);
	assert_int_equal(bfd_detect_us(&s), 125 * MS);
	p.min_rx = 0;
	hear(p);
	assert_int_equal(bfd_interval_us(&s), 0);
	assert_int_equal(bfd_peer_detect_us(&s), 0);
	pass(100 * MS);
	assert_false(out.send);
	assert_int_equal(out.deadline.ns, s.expires.ns);
	/* An answer goes out all the same. */
	p.poll = true;
	hear(p);
	assert_true(out.send && out.packet.final);
	p.poll = false;
	p.min_rx = 10 * MS;
	hear(p);
	pass(10 * MS);
	assert_true(out.send);
}

/* A poll is answered at once, beside the periodic packets, and never by a poll. */
static void test_answer(void **state)
{
	struct bfd_packet p = told(BFD_UP);
	mono_t next;

	to(BFD_UP);
	p.poll = true;
	next = s.next_tx;
	hear(p);
	assert_true(out.send && out.packet.final && !out.packet.poll);
	assert_int_equal(s.next_tx.ns, next.ns);
	/* What we have to ask ourselves comes directly after it. */
	to(BFD_INIT);
	hear(p);
	assert_int_equal(s.state, BFD_UP);
	assert_true(out.send && out.packet.final && !out.packet.poll);
	assert_int_equal(out.packet.state, BFD_UP);
	assert_int_equal(out.deadline.ns, now.ns);
	pass(0);
	assert_true(out.send && out.packet.poll);
	/* Both bits at once: taken as both. */
	p.final = true;
	hear(p);
	assert_false(s.polling);
	assert_true(out.packet.final);
	/* And an answer to nothing changes nothing. */
	p.poll = false;
	hear(p);
	assert_false(out.send);
	assert_int_equal(s.stats.finals, 1);
}

/* A change during a poll sequence begins another one after it. */
static void test_poll_again(void **state)
{
	to(BFD_UP);
	configure((struct bfd_conf){ 50 * MS, 10 * MS, 3, false });
	configure((struct bfd_conf){ 90 * MS, 10 * MS, 3, false });
	final();
	assert_true(s.polling && out.send && out.packet.poll);
	assert_int_equal(bfd_interval_us(&s), 10 * MS);
	final();
	assert_false(s.polling);
	assert_int_equal(bfd_interval_us(&s), 90 * MS);
}

/* 6.8.7: periodic packets must cease unless a poll sequence is under way, so one is. */
static void test_demand(void **state)
{
	struct bfd_packet p = told(BFD_UP);

	to(BFD_UP);
	p.demand = true;
	hear(p);
	assert_int_equal(s.stats.demands, 1);
	pass(10 * MS);
	assert_true(out.send && out.packet.poll && !out.packet.demand);
	final();
	hear(p);
	pass(10 * MS);
	assert_true(out.send && out.packet.poll);
	p.demand = false;
	hear(p);
	pass(10 * MS);
	assert_true(out.send && !out.packet.poll);
	assert_int_equal(s.state, BFD_UP);
}

static void test_echo(void **state)
{
	struct bfd_packet p = told(BFD_UP);

	to(BFD_UP);
	p.min_echo = 1;
	p.poll = true;
	hear(p);
	assert_int_equal(out.verdict, BFD_OK);
	assert_int_equal(out.packet.min_echo, 0);
}

static void test_admin_down(void **state)
{
	to(BFD_UP);
	configure((struct bfd_conf){ 10 * MS, 10 * MS, 3, true });
	assert_true(out.send);
	assert_int_equal(out.packet.state, BFD_ADMIN_DOWN);
	assert_int_equal(out.packet.diag, BFD_D_ADMIN);
	assert_int_equal(s.end, BFD_LOCAL_ADMIN);
	assert_int_equal(bfd_peer_detect_us(&s), 0);
	/* It goes on saying so. */
	pass(BFD_SLOW_US);
	assert_true(out.send);
	assert_int_equal(out.packet.state, BFD_ADMIN_DOWN);
	configure(fast);
	assert_int_equal(s.state, BFD_DOWN);
	hear(told(BFD_INIT));
	assert_int_equal(s.state, BFD_UP);
	assert_int_equal(s.diag, BFD_D_NONE);
}

/* A router that was started again: another discriminator, and it knows none of ours. */
static void test_peer_restart(void **state)
{
	struct bfd_packet p = told(BFD_DOWN);

	to(BFD_UP);
	p.my_discr = 0x3003;
	p.your_discr = 0;
	hear(p);
	assert_int_equal(s.state, BFD_DOWN);
	assert_int_equal(s.end, BFD_SIGNALLED);
	assert_int_equal(out.packet.your_discr, 0x3003);
	p.state = BFD_INIT;
	hear(p);
	assert_int_equal(s.state, BFD_UP);
}

/* Two sessions with a delay between them, in steps of 1 ms. */

#define WIRE 64

static struct {
	struct bfd s;
	mono_t deadline;
	uint32_t seed;
	struct { mono_t at; struct bfd_packet p; } in[WIRE];
	unsigned int head, len;
	bool cut; /* what it sends is lost */
} node[2];

static uint32_t rnd(unsigned int i)
{
	node[i].seed = node[i].seed * 1103515245 + 12345;
	return node[i].seed >> 8;
}

static void node_step(unsigned int i, struct bfd_event ev)
{
	struct bfd_actions a;
	unsigned int o = !i, k;

	ev.random = rnd(i);
	bfd_step(&node[i].s, &ev, now, &a);
	node[i].deadline = a.deadline;
	if (!a.send || node[i].cut)
		return;
	assert_true(node[o].len < WIRE);
	k = (node[o].head + node[o].len++) % WIRE;
	node[o].in[k].at = mono_add_ms(now, 1);
	node[o].in[k].p = a.packet;
}

static void node_run(unsigned int i)
{
	while (node[i].len && mono_reached(now, node[i].in[node[i].head].at)) {
		struct bfd_event ev = { .type = BFD_EV_PACKET,
					.packet = node[i].in[node[i].head].p };

		node[i].head = (node[i].head + 1) % WIRE;
		node[i].len--;
		if (ev.packet.your_discr && ev.packet.your_discr != node[i].s.discr)
			continue;
		node_step(i, ev);
	}
	if (mono_reached(now, node[i].deadline))
		node_step(i, (struct bfd_event){ .type = BFD_EV_TICK });
}

static void run(unsigned int ms)
{
	while (ms--) {
		now = mono_add_ms(now, 1);
		node_run(0);
		node_run(1);
	}
}

static void pair(const struct bfd_conf *a, const struct bfd_conf *b)
{
	memset(node, 0, sizeof(node));
	now = mono_from_ms(5000000);
	for (unsigned int i = 0; i < 2; i++) {
		node[i].seed = i + 7;
		bfd_init(&node[i].s, i ? b : a, 100 + i);
	}
	for (unsigned int i = 0; i < 2; i++)
		node_step(i, (struct bfd_event){ .type = BFD_EV_START });
	run(3000);
	assert_int_equal(node[0].s.state, BFD_UP);
	assert_int_equal(node[1].s.state, BFD_UP);
}

static void pair_holds(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(node[i].s.state, BFD_UP);
		assert_int_equal(node[i].s.stats.ups, 1);
		assert_false(node[i].s.polling);
		/* Neither judges faster than the other one believes. */
		assert_true(bfd_peer_detect_us(&node[i].s) <= bfd_detect_us(&node[!i].s));
	}
}

/* Whatever the intervals and multipliers are, in each pair of extremes. */
static void test_pairs_hold(void **state)
{
	static const struct bfd_conf c[] = {
		{ 10 * MS, 10 * MS, 3, false },
		{ 10 * MS, 500 * MS, 50, false },
		{ 500 * MS, 10 * MS, 3, false },
		{ 60 * MS, 20 * MS, 7, false },
	};
	const unsigned int n = sizeof(c) / sizeof(c[0]);

	for (unsigned int i = 0; i < n * n; i++) {
		pair(&c[i / n], &c[i % n]);
		run(30000);
		pair_holds();
	}
}

/* Any change of parameters, on either side, while it is up. */
static void test_changes_hold(void **state)
{
	struct bfd_event ev = { .type = BFD_EV_CONFIG };
	unsigned int k, i;

	pair(&fast, &fast);
	for (k = 0; k < 3000; k++) {
		i = rnd(0) % 2;
		ev.conf.min_tx = (10 + rnd(0) % 200) * MS;
		ev.conf.min_rx = (10 + rnd(0) % 200) * MS;
		ev.conf.mult = (uint8_t)(3 + rnd(0) % 8);
		node_step(i, ev);
		run(rnd(0) % 300);
	}
	run(2000);
	pair_holds();
}

static void test_pair_fails(void **state)
{
	unsigned int ms = 0;

	pair(&fast, &fast);
	node[0].cut = true;
	/* What is on its way arrives. */
	run(1);
	while (node[1].s.state == BFD_UP && ms++ < 100)
		run(1);
	assert_in_range(mono_span_ms(node[1].s.last_rx, now), 30, 31);
	assert_int_equal(node[1].s.end, BFD_EXPIRED);
	run(3);
	assert_int_equal(node[0].s.state, BFD_DOWN);
	assert_int_equal(node[0].s.end, BFD_SIGNALLED);
	node[0].cut = false;
	run(4000);
	assert_int_equal(node[0].s.state, BFD_UP);
	assert_int_equal(node[1].s.state, BFD_UP);
	assert_int_equal(node[1].s.stats.ups, 2);
}

static void test_pair_admin(void **state)
{
	struct bfd_event ev = { .type = BFD_EV_CONFIG, .conf = fast };

	pair(&fast, &fast);
	ev.conf.admin_down = true;
	node_step(0, ev);
	run(5000);
	assert_int_equal(node[1].s.state, BFD_DOWN);
	assert_int_equal(node[1].s.remote_state, BFD_ADMIN_DOWN);
	assert_int_equal(node[1].s.end, BFD_REMOTE_ADMIN);
	assert_int_equal(node[1].s.stats.ends[BFD_EXPIRED], 0);
	ev.conf.admin_down = false;
	node_step(0, ev);
	run(4000);
	assert_int_equal(node[0].s.state, BFD_UP);
	assert_int_equal(node[1].s.state, BFD_UP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix),	       cmocka_unit_test(test_silence),
		cmocka_unit_test(test_late_look),      cmocka_unit_test(test_slow_start),
		cmocka_unit_test(test_jitter),	       cmocka_unit_test(test_tx_change),
		cmocka_unit_test(test_rx_change),      cmocka_unit_test(test_multiplier_change),
		cmocka_unit_test(test_remote_change),  cmocka_unit_test(test_answer),
		cmocka_unit_test(test_poll_again),     cmocka_unit_test(test_demand),
		cmocka_unit_test(test_echo),	       cmocka_unit_test(test_admin_down),
		cmocka_unit_test(test_peer_restart),   cmocka_unit_test(test_pairs_hold),
		cmocka_unit_test(test_changes_hold),   cmocka_unit_test(test_pair_fails),
		cmocka_unit_test(test_pair_admin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
