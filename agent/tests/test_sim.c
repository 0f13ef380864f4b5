// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two routers in simulated time: the real election, the real hello codec and
 * session rules, a model of what the kernel module does with SET_ROLE and of the
 * state transport. Seeded random faults:
 *
 *	loss, delay, duplication, reordering, partition (both or one way),
 *	power cut and boot, agent killed, restarted, stopped (SIGSTOP) and continued,
 *	shutdown, reload, preempt, priority changes, data link down
 *
 * After each time of trouble everything is mended, and after a while all must be
 * well and stay so. Invariants are named where they are checked. Environment:
 * NF_RG_SOAK=N runs N seeds, NF_RG_SEED=N only that one, with a trace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/election.h"
#include "core/hello.h"

#define FLIGHT_MAX	512
#define BUFFERED	100
#define SEEDS		150
#define NEVER		INT64_MAX
#define GROUP		7

struct packet {
	int64_t at;
	int to;
	int len;
	uint8_t data[HELLO_MAX_BYTES];
};

/* What the module keeps of the group: survives the agent, not the power. */
struct kernel {
	bool exists;
	enum rg_role role;
	struct rg_epoch epoch;
	uint64_t instance;
	bool leased;
	int64_t lease_until;
	int64_t grace_until;
	bool no_new;
};

struct node {
	int id;
	bool on;
	bool agent;
	bool paused;
	bool shutdown;
	int64_t booted;
	int64_t next_hello;
	int64_t deadline;
	struct election e;
	struct election_config cfg;
	struct election_decrement dec;
	struct hello_rx rx;
	struct hello_tx tx;
	struct hello_local local;
	struct kernel k;
	int sync_dir;			/* 0 none, 1 send, 2 receive */
	struct rg_epoch sync_epoch;
	enum election_sync sync;
	int64_t sync_at;
	int64_t drain_at;
	bool addresses;
};

struct world {
	uint64_t rng;
	int64_t now;			/* ms */
	struct node n[2];
	struct packet flight[FLIGHT_MAX];
	int n_flight;
	int loss;			/* percent */
	int delay;			/* ms, at most */
	int dup;			/* percent */
	bool cut[2];			/* packets from that node are lost */
	bool data_down;
	bool calm;			/* nothing disturbs since calm_since */
	int64_t calm_since;
	int64_t healthy_since;		/* network sound, both agents run; NEVER: no */
	int64_t both_since;		/* two forwarded, and since when */
	int64_t none_since;
	int64_t old_none_since;		/* nobody forwarded existing flows */
	uint64_t nonces;
	unsigned int role_changes;
	unsigned int preempts;
	unsigned int graceful;
	unsigned int takeovers;
	unsigned int splits;
	unsigned int fences;
	bool trace;
};

static struct world w;
static uint64_t seed;

static uint64_t rnd(void)
{
	/* xorshift64*: repeatable everywhere */
	w.rng ^= w.rng >> 12;
	w.rng ^= w.rng << 25;
	w.rng ^= w.rng >> 27;
	return w.rng * UINT64_C(2685821657736338717);
}

static int64_t upto(int64_t n)
{
	return n > 0 ? (int64_t)(rnd() % (uint64_t)n) : 0;
}

static bool chance(int percent)
{
	return upto(100) < percent;
}

static mono_t mono_now(void)
{
	return mono_from_ms(w.now);
}

#define TRACE(...) do { \
	if (w.trace) \
		print_message(__VA_ARGS__); \
} while (0)

#define CHECK(cond, what) do { \
	if (!(cond)) \
		fail_msg("seed %llu at %lld ms: %s", (unsigned long long)seed, \
			 (long long)w.now, what); \
} while (0)

static bool running(const struct node *n)
{
	return n->on && n->agent && !n->paused;
}

/* Forwards, and lets new connections in (the fence is the kernel's own). */
static bool forwards(const struct node *n)
{
	return n->on && n->k.exists && n->k.role == RG_ROLE_ACTIVE &&
	       (!n->k.leased || w.now < n->k.lease_until);
}

static bool forwards_old(const struct node *n)
{
	return forwards(n) || (n->on && n->k.exists && w.now < n->k.grace_until);
}

static int64_t detect(const struct node *n)
{
	const struct node *p = &w.n[!n->id];

	return hello_detect_ms(n->cfg.hold_ms, p->cfg.hello_ms);
}

static int64_t detect_max(void)
{
	int64_t a = detect(&w.n[0]), b = detect(&w.n[1]);

	return a > b ? a : b;
}

static int64_t hello_max(void)
{
	int64_t a = w.n[0].cfg.hello_ms, b = w.n[1].cfg.hello_ms;

	return a > b ? a : b;
}

/* A stopped process has a socket buffer, and what does not fit in is lost. */
static bool buffer_full(int to)
{
	int i, waiting = 0;

	if (!w.n[to].paused)
		return false;
	for (i = 0; i < w.n_flight; i++)
		waiting += w.flight[i].to == to;
	return waiting >= BUFFERED;
}

static void transmit(struct node *n, const uint8_t *data, int len)
{
	int copies = 1 + chance(w.dup), i;

	for (i = 0; i < copies; i++) {
		struct packet *p;

		if (w.cut[n->id] || chance(w.loss) || !w.n[!n->id].on ||
		    buffer_full(!n->id))
			continue;
		assert_true(w.n_flight < FLIGHT_MAX);
		p = &w.flight[w.n_flight++];
		p->to = !n->id;
		p->at = w.now + upto(w.delay + 1);
		p->len = len;
		memcpy(p->data, data, len);
	}
}

static void send_hello(struct node *n, enum hello_type type)
{
	struct hello_group g;
	uint8_t buf[HELLO_MAX_BYTES];
	int len;

	election_hello(&n->e, mono_now(), &g);
	hello_tx_begin(&n->tx, HELLO_SCOPE_ALL);
	for (;;) {
		len = hello_tx_next(&n->tx, &n->local, &n->rx, mono_now(), type,
				    &g, 1, buf, sizeof(buf));
		CHECK(len >= 0, "a hello could not be encoded");
		if (!len)
			break;
		transmit(n, buf, len);
	}
}

static void step(struct node *n, const struct election_event *ev);

static void set_role(struct node *n, const struct election_set_role *r)
{
	struct kernel *k = &n->k;
	bool same = k->role == r->role && !rg_epoch_cmp(&k->epoch, &r->epoch);

	/* Invariant: the machine never goes back in its own kernel. */
	CHECK(rg_epoch_cmp(&r->epoch, &k->epoch) >= 0, "epoch went back");
	CHECK(r->role == RG_ROLE_ACTIVE || !r->lease_ms, "lease without role");
	CHECK(!r->renew || same, "a renewal that changes something");
	CHECK(r->role != RG_ROLE_ACTIVE ||
	      r->lease_ms <= (uint32_t)detect(&w.n[!n->id]),
	      "lease longer than the peer's detection");
	k->role = r->role;
	k->epoch = r->epoch;
	k->leased = r->role == RG_ROLE_ACTIVE && r->lease_ms;
	k->lease_until = w.now + r->lease_ms;
	k->grace_until = r->grace_ms ? w.now + r->grace_ms : 0;
	k->no_new = r->no_new;
}

/* Invariant: preempt needs a strictly higher and HOT standby (rule 3, 4). */
static void check_preempt(const struct node *n)
{
	const struct node *p = &w.n[!n->id];

	w.preempts++;
	CHECK(p->cfg.preempt, "preempted without preempt");
	CHECK(n->e.peer.group.run_prio > election_run_priority(&n->e),
	      "preempted by a priority that is not higher");
	CHECK(n->e.peer.group.rf == RG_RF_STANDBY_HOT,
	      "preempted by a standby that is not HOT");
}

static void log_line(struct node *n, const struct election_log *l)
{
	TRACE("%8lld %c   %s %llu -> %llu (%s)\n", (long long)w.now,
	      'A' + n->id, election_log_name(l->id), (unsigned long long)l->old,
	      (unsigned long long)l->new, election_cause_name(l->cause));
	switch (l->id) {
	case ELECTION_LOG_ROLE:
		w.role_changes++;
		w.takeovers += l->new == RG_ROLE_ACTIVE &&
			       l->old == RG_ROLE_STANDBY;
		break;
	case ELECTION_LOG_HANDOVER_BEGIN:
		if (l->cause == ELECTION_C_PREEMPT)
			check_preempt(n);
		break;
	case ELECTION_LOG_HANDOVER_DONE:
		w.graceful++;
		break;
	case ELECTION_LOG_SPLIT_WON:
		w.splits++;
		break;
	case ELECTION_LOG_FENCED:
		w.fences++;
		break;
	default:
		break;
	}
}

static void start_sync(struct node *n, int dir,
		       const struct election_sync_start *s)
{
	n->sync_dir = dir;
	n->sync_epoch = s->epoch;
	n->sync = ELECTION_SYNC_COLD;
	n->sync_at = NEVER;
}

static void act(struct node *n, const struct election_action *a)
{
	switch (a->type) {
	case ELECTION_SET_ROLE:
		set_role(n, &a->role);
		break;
	case ELECTION_ADDRESSES:
		n->addresses = a->on;
		break;
	case ELECTION_SEND_HELLO:
		send_hello(n, HELLO_TYPE_HELLO);
		break;
	case ELECTION_SEND_RESIGN:
		send_hello(n, HELLO_TYPE_RESIGN);
		break;
	case ELECTION_SEND_RELOAD:
		send_hello(n, HELLO_TYPE_RELOAD_PEER);
		break;
	case ELECTION_SYNC_SEND:
		start_sync(n, 1, &a->sync);
		break;
	case ELECTION_SYNC_RECEIVE:
		start_sync(n, 2, &a->sync);
		break;
	case ELECTION_SYNC_STOP:
		n->sync_dir = 0;
		break;
	case ELECTION_DRAIN:
		n->drain_at = w.now + upto(60);
		break;
	case ELECTION_LOG:
		log_line(n, &a->log);
		break;
	case ELECTION_STOPPED:
		n->agent = false;
		n->sync_dir = 0;
		if (a->on)
			n->addresses = false;
		break;
	case ELECTION_ANNOUNCE:
	case ELECTION_DONE:
	case ELECTION_REFUSE:
		break;
	}
}

static void step(struct node *n, const struct election_event *ev)
{
	struct election_actions out;
	unsigned int i;

	election_step(&n->e, ev, mono_now(), &out);
	CHECK(!out.lost, "actions did not fit");
	CHECK(n->e.state != ELECTION_INIT || ev->type == ELECTION_EV_DECREMENT,
	      "left in INIT");
	for (i = 0; i < out.n; i++)
		act(n, &out.a[i]);
	n->deadline = mono_is_never(out.deadline) ? NEVER :
		      out.deadline.ns / MONO_NSEC_PER_MSEC +
		      (out.deadline.ns % MONO_NSEC_PER_MSEC != 0);
}

static void simple(struct node *n, enum election_event_type type)
{
	struct election_event ev = { .type = type };

	step(n, &ev);
}

static void start_agent(struct node *n)
{
	struct election_event ev = { .type = ELECTION_EV_START };
	struct kernel *k = &n->k;
	bool existed = k->exists;

	n->agent = true;
	n->paused = false;
	n->sync_dir = 0;
	n->drain_at = NEVER;
	n->local.nonce = ++w.nonces;
	n->local.hello_ms = n->cfg.hello_ms;
	n->local.hold_ms = n->cfg.hold_ms;
	hello_rx_init(&n->rx);
	hello_tx_init(&n->tx);
	if (!existed) {
		memset(k, 0, sizeof(*k));
		k->exists = true;
		k->role = RG_ROLE_INIT;
		k->instance = ++w.nonces;
	}
	election_init(&n->e, &n->cfg, n->local.system);
	ev.start.shutdown = n->shutdown;
	ev.start.exists = existed;
	ev.start.role = existed ? k->role : RG_ROLE_INIT;
	ev.start.epoch = k->epoch;
	ev.start.leased = k->leased;
	ev.start.lease_left_ms = k->leased && w.now < k->lease_until ?
				 k->lease_until - w.now : 0;
	ev.start.instance = k->instance;
	ev.start.uptime_ms = w.now - n->booted;
	TRACE("%8lld %c agent starts, kernel %s\n", (long long)w.now,
	      'A' + n->id, rg_role_name(k->role));
	step(n, &ev);
	ev.type = ELECTION_EV_DECREMENT;
	ev.decrement = n->dec;
	step(n, &ev);
	n->next_hello = w.now;
}

static void power_on(struct node *n)
{
	n->on = true;
	n->booted = w.now;
	n->addresses = false;
	memset(&n->k, 0, sizeof(n->k));
	start_agent(n);
}

static void power_off(struct node *n)
{
	n->on = false;
	n->agent = false;
	n->paused = false;
	n->sync_dir = 0;
	memset(&n->k, 0, sizeof(n->k));
}

static void receive(struct node *n, const struct packet *p)
{
	struct election_event ev = { .type = ELECTION_EV_HELLO };
	struct hello_facts facts;
	struct hello h;
	enum hello_verdict v;

	v = hello_rx_packet(&n->rx, &n->local, mono_now(), p->data, p->len, &h,
			    &facts);
	CHECK(v == HELLO_OK || v == HELLO_REPLAY || v == HELLO_BAD_SESSION,
	      hello_verdict_name(v));
	if (v == HELLO_BAD_SESSION && w.now >= n->next_hello -
					       (int64_t)n->cfg.hello_ms * 3 / 4)
		send_hello(n, HELLO_TYPE_HELLO);
	if (v != HELLO_OK)
		return;
	ev.hello.type = h.type;
	ev.hello.has_group = h.n_groups == 1;
	ev.hello.peer = h.groups[0];
	ev.hello.peer_system = h.system;
	ev.hello.new_session = facts.new_session;
	ev.hello.hears_me = facts.hears_me;
	ev.hello.addr_higher = n->id == 1;
	ev.hello.hello_ms = h.hello_ms;
	ev.hello.hold_ms = h.hold_ms;
	step(n, &ev);
}

/* Oldest first; those for a stopped process wait, those for a dead one are lost. */
static bool deliver(void)
{
	int i, best = -1;
	struct packet p;

	for (i = 0; i < w.n_flight; i++) {
		if (w.flight[i].at > w.now || w.n[w.flight[i].to].paused)
			continue;
		if (best < 0 || w.flight[i].at < w.flight[best].at)
			best = i;
	}
	if (best < 0)
		return false;
	p = w.flight[best];
	w.flight[best] = w.flight[--w.n_flight];
	if (running(&w.n[p.to]))
		receive(&w.n[p.to], &p);
	return true;
}

static void set_sync(struct node *n, enum election_sync status)
{
	struct election_event ev = { .type = ELECTION_EV_SYNC };

	n->sync = status;
	ev.sync.status = status;
	step(n, &ev);
}

/* The state transport: a copy is complete 120 ms after both sides want it. */
static void run_sync(struct node *n)
{
	const struct node *p = &w.n[!n->id];
	bool fed = n->sync_dir == 2 && p->sync_dir == 1 && running(p) &&
		   !w.data_down &&
		   !rg_epoch_cmp(&n->sync_epoch, &p->sync_epoch);
	struct election_event ev = { .type = ELECTION_EV_SYNC };

	if (n->drain_at <= w.now) {
		n->drain_at = NEVER;
		/* Only a peer that takes in can acknowledge. */
		if (!w.data_down && running(p)) {
			ev.sync.drained = true;
			step(n, &ev);
		}
	}
	if (n->sync_dir != 2)
		return;
	if (!fed) {
		n->sync_at = NEVER;
		if (n->sync != ELECTION_SYNC_COLD)
			set_sync(n, ELECTION_SYNC_COLD);
	} else if (n->sync_at == NEVER && n->sync == ELECTION_SYNC_COLD) {
		n->sync_at = w.now + 20;
	} else if (n->sync_at <= w.now) {
		n->sync_at = n->sync == ELECTION_SYNC_COLD ? w.now + 100 : NEVER;
		set_sync(n, n->sync == ELECTION_SYNC_COLD ? ELECTION_SYNC_BULK :
							    ELECTION_SYNC_HOT);
	}
}

/* Everything that is due now, sockets before timers, as the daemon does. */
static void run_now(void)
{
	int i, spins;

	while (deliver())
		;
	for (i = 0; i < 2; i++) {
		struct node *n = &w.n[i];

		if (running(n))
			run_sync(n);
		if (running(n) && w.now >= n->next_hello) {
			simple(n, ELECTION_EV_HELLO_TX);
			send_hello(n, HELLO_TYPE_HELLO);
			n->next_hello = w.now + n->cfg.hello_ms;
		}
		for (spins = 0; running(n) && w.now >= n->deadline; spins++) {
			CHECK(spins < 4, "the deadline does not move on");
			simple(n, ELECTION_EV_TICK);
		}
	}
}

static void check_health(void)
{
	bool healthy = running(&w.n[0]) && running(&w.n[1]) && !w.loss &&
		       !w.cut[0] && !w.cut[1] && w.delay <= 10;

	if (!healthy)
		w.healthy_since = NEVER;
	else if (w.healthy_since == NEVER)
		w.healthy_since = w.now;
}

/* Invariant: rule 15: two forward only that long after all could hear all. */
static void check_both(void)
{
	int64_t from;

	if (!forwards(&w.n[0]) || !forwards(&w.n[1])) {
		w.both_since = NEVER;
		return;
	}
	if (w.both_since == NEVER)
		w.both_since = w.now;
	if (w.healthy_since == NEVER)
		return;
	from = w.both_since > w.healthy_since ? w.both_since : w.healthy_since;
	CHECK(w.now - from <= detect_max() + 2 * hello_max() + 2 * w.delay,
	      "two actives for too long after healing");
}

static int64_t timers_11(void)
{
	int64_t t = 0;
	int i;

	for (i = 0; i < 2; i++) {
		if (w.n[i].cfg.delay_s * 1000 > t)
			t = w.n[i].cfg.delay_s * 1000;
		if (w.n[i].cfg.reload_s * 1000 > t)
			t = w.n[i].cfg.reload_s * 1000;
	}
	return t;
}

/* Invariant: rule 15 again: somebody forwards, but for detection and rule 11. */
static void check_none(void)
{
	bool willing = false;
	int64_t from;
	int i;

	for (i = 0; i < 2; i++)
		willing = willing || (running(&w.n[i]) && !w.n[i].shutdown &&
				      !w.n[i].dec.forced_down);
	if (forwards(&w.n[0]) || forwards(&w.n[1]) || !willing) {
		w.none_since = NEVER;
		return;
	}
	if (w.none_since == NEVER)
		w.none_since = w.now;
	if (!w.calm)
		return;
	from = w.none_since > w.calm_since ? w.none_since : w.calm_since;
	CHECK(w.now - from <= 2 * detect_max() + 4 * hello_max() + timers_11(),
	      "nobody active for too long");
}

static int64_t next_time(void)
{
	int64_t t = w.now + 50;
	int i;

	for (i = 0; i < w.n_flight; i++)
		if (!w.n[w.flight[i].to].paused && w.flight[i].at < t)
			t = w.flight[i].at;
	for (i = 0; i < 2; i++) {
		const struct node *n = &w.n[i];

		if (!running(n))
			continue;
		if (n->next_hello < t)
			t = n->next_hello;
		if (n->deadline < t)
			t = n->deadline;
		if (n->sync_at < t)
			t = n->sync_at;
		if (n->drain_at < t)
			t = n->drain_at;
	}
	for (i = 0; i < 2; i++)
		if (w.n[i].k.leased && w.n[i].k.lease_until > w.now &&
		    w.n[i].k.lease_until < t)
			t = w.n[i].k.lease_until;
	return t > w.now ? t : w.now + 1;
}

static void run(int64_t ms)
{
	int64_t end = w.now + ms;

	while (w.now < end) {
		run_now();
		check_health();
		check_both();
		check_none();
		w.now = next_time();
		if (w.now > end)
			w.now = end;
	}
	run_now();
}

static void calm(bool on)
{
	w.calm = on;
	w.calm_since = w.now;
}

static void admin(struct node *n, enum election_admin_op op, bool force)
{
	struct election_event ev = { .type = ELECTION_EV_ADMIN };

	if (!running(n))
		return;
	ev.admin.op = op;
	ev.admin.force = force;
	ev.admin.request = 1;
	TRACE("%8lld %c admin %d%s\n", (long long)w.now, 'A' + n->id, op,
	      force ? " force" : "");
	step(n, &ev);
	n->shutdown = n->e.state == ELECTION_DISABLED ||
		      (n->e.handover_cause == ELECTION_C_ADMIN_SHUTDOWN &&
		       election_role(&n->e) == RG_ROLE_ACTIVE &&
		       n->e.state != ELECTION_ACTIVE);
}

static void fault(struct node *n, uint32_t sum, bool forced)
{
	struct election_event ev = { .type = ELECTION_EV_DECREMENT };

	n->dec.sum = sum;
	n->dec.forced_down = forced;
	n->dec.cause = "simulated";
	TRACE("%8lld %c decrement %u%s\n", (long long)w.now, 'A' + n->id, sum,
	      forced ? " forced down" : "");
	if (!running(n))
		return;
	ev.decrement = n->dec;
	step(n, &ev);
}

static void resume(struct node *n)
{
	if (!n->on || !n->agent || !n->paused)
		return;
	TRACE("%8lld %c continues\n", (long long)w.now, 'A' + n->id);
	n->paused = false;
}

/* One thing goes wrong. */
static void disturb(void)
{
	struct node *n = &w.n[upto(2)];
	int what = upto(16);

	TRACE("%8lld %c disturb %d\n", (long long)w.now, 'A' + n->id, what);
	switch (what) {
	case 0:
		power_off(n);
		break;
	case 1:
		if (!n->on)
			power_on(n);
		break;
	case 2:
		n->agent = false;
		n->paused = false;
		n->sync_dir = 0;
		break;
	case 3:
		if (n->on && !n->agent)
			start_agent(n);
		break;
	case 4:
		n->paused = n->on && n->agent;
		break;
	case 5:
		resume(n);
		break;
	case 6:
		w.loss = upto(60);
		break;
	case 7:
		w.delay = upto(2 * hello_max());
		w.dup = upto(50);
		break;
	case 8:
		w.cut[0] = w.cut[1] = true;
		break;
	case 9:
		w.cut[n->id] = true;
		break;
	case 10:
		fault(n, upto(150), false);
		break;
	case 11:
		fault(n, upto(50), chance(30));
		break;
	case 12:
		admin(n, ELECTION_ADMIN_RELOAD_SELF, chance(20));
		break;
	case 13:
		admin(n, chance(50) ? ELECTION_ADMIN_SHUTDOWN :
				      ELECTION_ADMIN_NO_SHUTDOWN, chance(30));
		break;
	case 14:
		admin(n, ELECTION_ADMIN_RELOAD_PEER, chance(50));
		break;
	default:
		w.data_down = chance(50);
		break;
	}
}

static void mend(void)
{
	int i;

	TRACE("%8lld   mended\n", (long long)w.now);
	w.loss = 0;
	w.dup = 0;
	w.delay = upto(5);
	w.cut[0] = w.cut[1] = false;
	w.data_down = false;
	for (i = 0; i < 2; i++) {
		struct node *n = &w.n[i];

		resume(n);
		if (!n->on)
			power_on(n);
		else if (!n->agent)
			start_agent(n);
		fault(n, chance(70) ? 0 : upto(60), false);
		n->shutdown = false;
	}
	/* A shutdown may be under way, and is refused to be undone until it is done. */
	run(ELECTION_DRAIN_MS + 2 * detect_max() + 1000);
	for (i = 0; i < 2; i++)
		admin(&w.n[i], ELECTION_ADMIN_NO_SHUTDOWN, false);
}

/* What must hold when all is well. */
static void check_settled(void)
{
	struct node *a = &w.n[0], *b = &w.n[1], *act_, *sby;

	CHECK(forwards(a) != forwards(b), "not exactly one active");
	act_ = forwards(a) ? a : b;
	sby = &w.n[!act_->id];
	CHECK(election_rf(&sby->e) == RG_RF_STANDBY_HOT, "standby not HOT");
	CHECK(act_->addresses && !sby->addresses, "addresses are not where the role is");
	CHECK(act_->k.leased, "no lease although the peer lives");
	CHECK(!act_->k.no_new, "new connections are shut out");
	CHECK(!rg_epoch_cmp(&act_->k.epoch, &sby->k.epoch), "epochs differ");
	CHECK(!(act_->e.faults & (ELECTION_F_NO_ACTIVE | ELECTION_F_ONE_WAY)),
	      "faults without a fault");
	CHECK(act_->e.wait != ELECTION_W_DELAY || sby->cfg.delay_s > 30,
	      "waits for a timer that is over");
}

static void random_config(struct node *n, int id, bool same_timers)
{
	struct election_config *c = &n->cfg;

	memset(n, 0, sizeof(*n));
	n->id = id;
	n->deadline = NEVER;
	n->sync_at = NEVER;
	n->drain_at = NEVER;
	c->group = GROUP;
	c->priority = chance(30) ? 100 : 50 + upto(150);
	c->threshold = chance(50) ? 0 : upto(120);
	c->preempt = chance(50);
	c->delay_s = upto(3);
	c->reload_s = upto(3);
	c->hello_ms = same_timers && id ? w.n[0].cfg.hello_ms : 10 + upto(90);
	c->hold_ms = same_timers && id ? w.n[0].cfg.hold_ms :
					 c->hello_ms * (3 + upto(3));
	n->local.protocol = 1;
	n->local.domain = 71;
	n->local.system = 1000 + id;
}

static void begin(uint64_t s)
{
	bool same = s % 4 != 0;

	seed = s;
	memset(&w, 0, sizeof(w));
	w.rng = s * UINT64_C(0x9e3779b97f4a7c15) + 1;
	w.now = 1000000;
	w.healthy_since = NEVER;
	w.both_since = NEVER;
	w.none_since = NEVER;
	w.trace = getenv("NF_RG_SEED");
	random_config(&w.n[0], 0, same);
	random_config(&w.n[1], 1, same);
}

static void one_seed(uint64_t s)
{
	unsigned int round, i, changes;

	begin(s);
	power_on(&w.n[0]);
	run(upto(3000));
	power_on(&w.n[1]);
	for (round = 0; round < 6; round++) {
		calm(false);
		for (i = upto(12); i; i--) {
			disturb();
			run(upto(chance(80) ? 400 : 4000));
		}
		mend();
		calm(true);
		/* Longest wait of all: a hand-over that failed is tried again. */
		run(ELECTION_RETRY_MS + timers_11() + 4 * detect_max() + 3000);
		check_settled();
		/* Invariant: under constant input nothing moves. */
		changes = w.role_changes;
		run(8000);
		CHECK(w.role_changes == changes, "flaps under constant input");
		check_settled();
	}
}

static unsigned int number(const char *name, unsigned int otherwise)
{
	const char *v = getenv(name);

	return v && *v ? strtoul(v, NULL, 10) : otherwise;
}

static void random_faults(void **state)
{
	unsigned int n = number("NF_RG_SOAK", SEEDS), s;
	unsigned int preempts = 0, graceful = 0, takeovers = 0, splits = 0;
	unsigned int fences = 0;

	if (getenv("NF_RG_SEED")) {
		one_seed(number("NF_RG_SEED", 1));
		return;
	}
	for (s = 1; s <= n; s++) {
		one_seed(s);
		preempts += w.preempts;
		graceful += w.graceful;
		takeovers += w.takeovers;
		splits += w.splits;
		fences += w.fences;
	}
	/* A simulation in which nothing happened would prove nothing. */
	if (n >= 50) {
		assert_true(preempts > n / 4);
		assert_true(graceful > n / 2);
		assert_true(takeovers > n);
		assert_true(splits > n / 4);
		assert_true(fences > n / 4);
	}
	print_message("%u seeds: %u takeovers, %u hand-overs, %u of them by preempt begun, %u split brains, %u fences\n",
		      n, takeovers, graceful, preempts, splits, fences);
}

/* A pair that has settled, A active, equal timers, nothing lost. */
static void settled_pair(uint64_t s)
{
	begin(s * 4 + 1);
	w.n[0].cfg.threshold = w.n[1].cfg.threshold = 0;
	w.n[0].cfg.preempt = w.n[1].cfg.preempt = false;
	w.n[0].cfg.reload_s = w.n[1].cfg.reload_s = 0;
	power_on(&w.n[0]);
	run(4 * detect_max());
	power_on(&w.n[1]);
	run(4 * detect_max() + 500);
	check_settled();
	assert_true(forwards(&w.n[0]));
}

/*
 * Rule 15: no active for at most the detection time after a power cut, plus what
 * a hello may have been late. Also: never two, for A is gone.
 */
static void power_cut(void **state)
{
	uint64_t s;

	for (s = 1; s <= 100; s++) {
		int64_t cut;

		settled_pair(s);
		w.delay = 0;
		run(upto(500));
		cut = w.now;
		power_off(&w.n[0]);
		while (!forwards(&w.n[1])) {
			run(1);
			CHECK(w.now - cut <= detect(&w.n[1]) + 1,
			      "the takeover took too long");
		}
	}
}

/*
 * Rule 8: the agent of the active is killed or stopped. Its kernel stops before
 * the peer takes over, so there are never two; when the agent comes back, nobody
 * flaps, and it never opens the gate before it has asked.
 */
static void agent_fault(bool kill, bool hot)
{
	uint64_t s;

	for (s = 1; s <= 200; s++) {
		struct node *a, *b;
		int64_t back, end;

		settled_pair(s);
		a = &w.n[0];
		b = &w.n[1];
		w.data_down = !hot;
		run(upto(500));
		a->agent = !kill;
		a->paused = !kill;
		if (kill)
			a->sync_dir = 0;
		back = w.now + upto(3 * detect_max());
		end = back + 10 * detect_max();
		while (w.now < end) {
			run(1);
			CHECK(!forwards(a) || !forwards(b), "two actives");
			if (w.now != back)
				continue;
			if (kill)
				start_agent(a);
			else
				resume(a);
		}
		w.data_down = false;
		run(1000);
		check_settled();
	}
}

static void agent_killed(void **state)
{
	agent_fault(true, true);
	agent_fault(true, false);
}

static void agent_stopped(void **state)
{
	agent_fault(false, true);
	agent_fault(false, false);
}

/* A lone active: its agent may be restarted at any time without a gap. */
static void lone_restart(void **state)
{
	unsigned int i;

	begin(5);
	power_on(&w.n[0]);
	run(10000);
	assert_true(forwards(&w.n[0]));
	for (i = 0; i < 20; i++) {
		w.n[0].agent = false;
		run(upto(5000));
		assert_true(forwards(&w.n[0]));
		start_agent(&w.n[0]);
		assert_true(forwards(&w.n[0]));
		assert_int_equal(w.n[0].k.epoch.counter, 1);
		run(upto(5000));
		assert_true(forwards(&w.n[0]));
	}
}

/*
 * Rule 7: `reload group` both ways, again and again: existing flows are always
 * forwarded by somebody, new ones wait at most for the drain and the flip.
 */
static void graceful(void **state)
{
	uint64_t s;

	for (s = 1; s <= 60; s++) {
		unsigned int i;

		settled_pair(s);
		for (i = 0; i < 6; i++) {
			struct node *from = &w.n[i & 1];
			struct node *to = &w.n[!(i & 1)];
			int64_t began = w.now;

			admin(from, ELECTION_ADMIN_RELOAD_SELF, false);
			while (!forwards(to)) {
				CHECK(forwards_old(from),
				      "existing flows stopped");
				run(1);
				CHECK(w.now - began <= ELECTION_DRAIN_MS +
						       200, "slow hand-over");
			}
			CHECK(!forwards(from) || from->k.no_new,
			      "two take new connections");
			while (forwards(from)) {
				CHECK(w.now - began <= ELECTION_DRAIN_MS + 400,
				      "the old active does not stop");
				run(1);
			}
			CHECK(from->k.grace_until > w.now, "no grace");
			run(1000);
			check_settled();
		}
		assert_int_equal(w.graceful, 6);
	}
}

/* SIGTERM with a HOT peer hands over; the other one is then alone, without lease. */
static void stop_hands_over(void **state)
{
	settled_pair(3);
	simple(&w.n[0], ELECTION_EV_STOP);
	run(2500);
	assert_false(w.n[0].agent);
	assert_false(w.n[0].addresses);
	assert_true(forwards(&w.n[1]));
	assert_false(forwards(&w.n[0]));
	run(3 * detect_max());
	assert_false(w.n[1].k.leased);
	/* SIGTERM of the lone one changes nothing at all. */
	simple(&w.n[1], ELECTION_EV_STOP);
	assert_false(w.n[1].agent);
	assert_true(w.n[1].addresses);
	run(60000);
	assert_true(forwards(&w.n[1]));
}

/* Rule 14: a priority that flaps moves the role three times, then no more. */
static void damping(void **state)
{
	unsigned int i;

	settled_pair(2);
	for (i = 0; i < 2; i++) {
		w.n[i].cfg.preempt = true;
		w.n[i].cfg.priority = 100;
		w.n[i].cfg.delay_s = 0;
		w.n[i].e.cfg = w.n[i].cfg;
	}
	for (i = 0; i < 20; i++) {
		fault(&w.n[0], i % 2 ? 0 : 30, false);
		fault(&w.n[1], i % 2 ? 30 : 0, false);
		run(3000);
	}
	assert_in_range(w.graceful, 2, 4);
	assert_true(w.n[0].e.damped_until.ns || w.n[1].e.damped_until.ns);
	/* Ten quiet minutes later it is as before. */
	fault(&w.n[0], 0, false);
	fault(&w.n[1], 0, false);
	run(ELECTION_DAMP_MS + 5000);
	assert_true(mono_is_zero(w.n[0].e.damped_until));
	i = w.graceful;
	fault(forwards(&w.n[0]) ? &w.n[0] : &w.n[1], 50, false);
	run(3000);
	assert_int_equal(w.graceful, i + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_cut),
		cmocka_unit_test(agent_killed),
		cmocka_unit_test(agent_stopped),
		cmocka_unit_test(lone_restart),
		cmocka_unit_test(graceful),
		cmocka_unit_test(stop_hands_over),
		cmocka_unit_test(damping),
		cmocka_unit_test(random_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
