/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One election under test: a clock to turn, a peer that says what it is told to. */
#ifndef AGENT_TESTS_ELECTION_UTIL_H
#define AGENT_TESTS_ELECTION_UTIL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "core/election.h"

#define ME	UINT64_C(11)
#define PEER	UINT64_C(22)
#define HELLO	100
#define HOLD	500
#define EPOCH	5	/* counter of the term that the tests begin in */

struct bench {
	struct election e;
	struct election_actions out;
	struct election_hello peer;	/* what the peer says by default */
	int64_t now;			/* ms */
	char acts[64];			/* a letter an action, see letters */
};

/*
 * S SET_ROLE  U addresses up  D addresses down  N announce  H hello  G RESIGN
 * P RELOAD-PEER  > send  < receive  | neither  ~ drain  + done  - refused
 * X stopped after a hand-over  x stopped as it is  ? probe  ! enough of it. Logs are left out.
 */
static inline char action_letter(const struct election_action *a)
{
	switch (a->type) {
	case ELECTION_SET_ROLE:
		return 'S';
	case ELECTION_ADDRESSES:
		return a->on ? 'U' : 'D';
	case ELECTION_ANNOUNCE:
		return 'N';
	case ELECTION_SEND_HELLO:
		return 'H';
	case ELECTION_SEND_RESIGN:
		return 'G';
	case ELECTION_SEND_RELOAD:
		return 'P';
	case ELECTION_SYNC_SEND:
		return '>';
	case ELECTION_SYNC_RECEIVE:
		return '<';
	case ELECTION_SYNC_STOP:
		return '|';
	case ELECTION_DRAIN:
		return '~';
	case ELECTION_DONE:
		return '+';
	case ELECTION_REFUSE:
		return '-';
	case ELECTION_STOPPED:
		return a->on ? 'X' : 'x';
	case ELECTION_PROBE:
		return a->on ? '?' : '!';
	case ELECTION_LOG:
		break;
	}
	return 0;
}

static inline void bench_step(struct bench *b, const struct election_event *ev)
{
	unsigned int i, n = 0;

	memset(&b->out, 0xa5, sizeof(b->out));
	election_step(&b->e, ev, mono_from_ms(b->now), &b->out);
	assert_int_equal(b->out.lost, 0);
	for (i = 0; i < b->out.n; i++) {
		char c = action_letter(&b->out.a[i]);

		if (c)
			b->acts[n++] = c;
	}
	b->acts[n] = 0;
}

static inline const struct election_action *
find_action(const struct bench *b, enum election_action_type type)
{
	unsigned int i;

	for (i = 0; i < b->out.n; i++)
		if (b->out.a[i].type == type)
			return &b->out.a[i];
	return NULL;
}

static inline const struct election_log *find_log(const struct bench *b,
						  enum election_log_id id)
{
	unsigned int i;

	for (i = 0; i < b->out.n; i++)
		if (b->out.a[i].type == ELECTION_LOG &&
		    b->out.a[i].log.id == id)
			return &b->out.a[i].log;
	return NULL;
}

static inline const struct election_set_role *last_role(const struct bench *b)
{
	const struct election_set_role *r = NULL;
	unsigned int i;

	for (i = 0; i < b->out.n; i++)
		if (b->out.a[i].type == ELECTION_SET_ROLE)
			r = &b->out.a[i].role;
	return r;
}

static inline void ev_simple(struct bench *b, enum election_event_type type)
{
	struct election_event ev = { .type = type };

	bench_step(b, &ev);
}

static inline void ev_tick_after(struct bench *b, int64_t ms)
{
	b->now += ms;
	ev_simple(b, ELECTION_EV_TICK);
}

/* The peer says @b->peer again. */
static inline void ev_hello(struct bench *b)
{
	struct election_event ev = { .type = ELECTION_EV_HELLO,
				     .hello = b->peer };

	bench_step(b, &ev);
}

/* Both go on saying hello for a while; silence is judged as in the daemon. */
static inline void live(struct bench *b, int64_t ms)
{
	int64_t end = b->now + ms;

	while (b->now < end) {
		b->now += b->now + HELLO <= end ? HELLO : end - b->now;
		ev_hello(b);
		ev_simple(b, ELECTION_EV_HELLO_TX);
		ev_simple(b, ELECTION_EV_TICK);
	}
}

static inline void ev_decrement(struct bench *b, uint32_t sum, bool forced,
				bool all)
{
	struct election_event ev = { .type = ELECTION_EV_DECREMENT };

	ev.decrement.sum = sum;
	ev.decrement.forced_down = forced;
	ev.decrement.all_down = all;
	ev.decrement.cause = "the cause";
	bench_step(b, &ev);
}

static inline void ev_sync(struct bench *b, enum election_sync s, bool drained)
{
	struct election_event ev = { .type = ELECTION_EV_SYNC };

	ev.sync.status = s;
	ev.sync.drained = drained;
	bench_step(b, &ev);
}

static inline void ev_admin(struct bench *b, enum election_admin_op op,
			    bool force)
{
	struct election_event ev = { .type = ELECTION_EV_ADMIN };

	ev.admin.op = op;
	ev.admin.force = force;
	ev.admin.request = 99;
	bench_step(b, &ev);
}

static inline void ev_kernel(struct bench *b, enum election_kernel_report r,
			     uint64_t counter, uint64_t system)
{
	struct election_event ev = { .type = ELECTION_EV_KERNEL };

	ev.kernel.report = r;
	ev.kernel.epoch.counter = counter;
	ev.kernel.epoch.system = system;
	ev.kernel.instance = 1000 + counter;
	bench_step(b, &ev);
}

static inline void ev_start(struct bench *b, const struct election_start *s)
{
	struct election_event ev = { .type = ELECTION_EV_START, .start = *s };

	bench_step(b, &ev);
}

static inline void ev_carrier(struct bench *b, bool on)
{
	struct election_event ev = { .type = ELECTION_EV_CARRIER, .no_carrier = !on };

	bench_step(b, &ev);
}

static inline void ev_config(struct bench *b)
{
	struct election_event ev = { .type = ELECTION_EV_CONFIG,
				     .config = b->e.cfg };

	bench_step(b, &ev);
}

static inline void peer_is(struct bench *b, enum rg_rf rf, uint64_t counter)
{
	struct hello_group *g = &b->peer.peer;

	g->rf = rf;
	g->role = rf == RG_RF_ACTIVE ? RG_ROLE_ACTIVE :
		  rf >= RG_RF_STANDBY_COLD ? RG_ROLE_STANDBY :
		  rf == RG_RF_DISABLED ? RG_ROLE_DISABLED : RG_ROLE_INIT;
	g->epoch.counter = counter;
	g->epoch.system = counter ? PEER : 0;
	if (rf == RG_RF_STANDBY_HOT)
		g->epoch.system = ME;
}

static inline void bench_init(struct bench *b)
{
	const struct election_config cfg = {
		.group = 1, .priority = 100, .hello_ms = HELLO, .hold_ms = HOLD,
	};
	struct election_hello *p = &b->peer;

	memset(b, 0, sizeof(*b));
	b->now = 1000000;
	election_init(&b->e, &cfg, ME);
	p->type = HELLO_TYPE_HELLO;
	p->has_group = true;
	p->peer_system = PEER;
	p->hears_me = true;
	p->hello_ms = HELLO;
	p->hold_ms = HOLD;
	p->peer.id = 1;
	p->peer.run_prio = 100;
	p->peer.conf_prio = 100;
	peer_is(b, RG_RF_ACTIVE, EPOCH);
}

/* A machine in @state; peer: active for a standby, else a HOT standby. */
static inline void make(struct bench *b, enum election_state state)
{
	struct election_start s = { .uptime_ms = 3600000, .instance = 77 };

	bench_init(b);
	switch (state) {
	case ELECTION_INIT:
	case ELECTION_STATES:
		return;
	case ELECTION_DISABLED:
		s.shutdown = true;
		ev_start(b, &s);
		break;
	case ELECTION_NEGOTIATION:
		ev_start(b, &s);
		break;
	case ELECTION_STANDBY:
		ev_start(b, &s);
		ev_hello(b);
		ev_sync(b, ELECTION_SYNC_HOT, false);
		break;
	case ELECTION_ACTIVE:
	case ELECTION_HANDOVER:
	case ELECTION_RESIGNED:
		s.exists = true;
		s.role = RG_ROLE_ACTIVE;
		s.epoch.counter = EPOCH;
		s.epoch.system = ME;
		ev_start(b, &s);
		peer_is(b, RG_RF_STANDBY_HOT, EPOCH);
		ev_hello(b);
		ev_simple(b, ELECTION_EV_HELLO_TX);
		break;
	}
	if (state == ELECTION_HANDOVER || state == ELECTION_RESIGNED)
		ev_admin(b, ELECTION_ADMIN_RELOAD_SELF, false);
	if (state == ELECTION_RESIGNED)
		ev_sync(b, ELECTION_SYNC_COLD, true);
	assert_int_equal(b->e.state, state);
}

/* Does it ask for a hand-over in its hello? */
static inline bool wants(const struct bench *b)
{
	struct hello_group g;

	election_hello(&b->e, mono_from_ms(b->now), &g);
	return g.flags & HELLO_GF_WANT;
}

#define assert_acts(b, s)	assert_string_equal((b)->acts, s)
#define assert_state(b, s)	assert_int_equal((b)->e.state, ELECTION_##s)

#endif /* AGENT_TESTS_ELECTION_UTIL_H */
