// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world sim;
uint64_t sim_seed;

static uint64_t rnd(void)
{
	/* xorshift64*: repeatable everywhere */
	sim.rng ^= sim.rng >> 12;
	sim.rng ^= sim.rng << 25;
	sim.rng ^= sim.rng >> 27;
	return sim.rng * UINT64_C(2685821657736338717);
}

int64_t sim_upto(int64_t n)
{
	return n > 0 ? (int64_t)(rnd() % (uint64_t)n) : 0;
}

bool sim_chance(int percent)
{
	return sim_upto(100) < percent;
}

void sim_fail(const char *what)
{
	if (!sim.guarded)
		fail_msg("seed %llu at %lld ms: %s", (unsigned long long)sim_seed,
			 (long long)sim.now, what);
	snprintf(sim.failure, sizeof(sim.failure), "%s", what);
	longjmp(sim.out, 1);
}

struct node *sim_peer(const struct node *n)
{
	return &sim.n[!n->id];
}

bool sim_data_up(void)
{
	return !sim.data_cut[0] && !sim.data_cut[1] && !sim.pulled;
}

static mono_t mono_now(void)
{
	return mono_from_ms(sim.now);
}

bool sim_running(const struct node *n)
{
	return n->on && n->agent && !n->paused;
}

/* Forwards, and lets new connections in (the fence is the kernel's own). */
bool sim_forwards(const struct node *n)
{
	return n->on && n->k.exists && n->k.role == RG_ROLE_ACTIVE &&
	       (!n->k.leased || sim.now < n->k.lease_until);
}

bool sim_forwards_old(const struct node *n)
{
	return sim_forwards(n) || (n->on && n->k.exists && sim.now < n->k.grace_until);
}

bool sim_no_carrier(const struct node *n)
{
	return n->id < 2 && (sim.pulled || (sim.cables && !sim_peer(n)->on));
}

/* Rule 8: who may not forward does not answer, either. */
bool sim_answers(const struct node *n)
{
	return n->id < 2 && sim_forwards(n) && n->addresses && !sim.lan_cut;
}

int64_t sim_detect(const struct node *n)
{
	const struct node *p = sim_peer(n);

	return hello_detect_ms(n->cfg.hold_ms, p->cfg.hello_ms);
}

int64_t sim_detect_max(void)
{
	int64_t a = sim_detect(&sim.n[0]), b = sim_detect(&sim.n[1]);

	return a > b ? a : b;
}

int64_t sim_hello_max(void)
{
	int64_t a = sim.n[0].cfg.hello_ms, b = sim.n[1].cfg.hello_ms;

	return a > b ? a : b;
}

/* A stopped process has a socket buffer, and what does not fit in is lost. */
static bool buffer_full(int to)
{
	int i, waiting = 0;

	if (!sim.n[to].paused)
		return false;
	for (i = 0; i < sim.n_flight; i++)
		waiting += sim.flight[i].to == to;
	return waiting >= BUFFERED;
}

static void transmit_to(int to, bool cut, const uint8_t *data, int len)
{
	int copies = 1 + sim_chance(sim.dup), i;

	for (i = 0; i < copies; i++) {
		struct packet *p;

		if (cut || sim_chance(sim.loss) || buffer_full(to))
			continue;
		assert_true(sim.n_flight < FLIGHT_MAX);
		p = &sim.flight[sim.n_flight++];
		p->to = to;
		p->at = sim.now + sim_upto(sim.delay + 1);
		p->len = len;
		memcpy(p->data, data, len);
	}
}

/* Over the control link to all, and over the data link of the pair if it is another one. */
static void transmit(const struct node *n, const uint8_t *data, int len)
{
	int to;

	for (to = 0; to < NODES; to++)
		if (to != n->id && sim.n[to].on)
			transmit_to(to, sim.cut[n->id][to] || (sim.pulled && to + n->id == 1),
				    data, len);
	if (sim.two_paths && n->id < 2 && sim.n[!n->id].on)
		transmit_to(!n->id, sim.data_cut[n->id] || sim.pulled, data, len);
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
	CHECK(r->role != RG_ROLE_ACTIVE || n->id == 2 ||
	      n->e.peer.system != sim_peer(n)->e.system ||
	      r->lease_ms <= (uint32_t)sim_detect(sim_peer(n)),
	      "lease longer than the peer's detection");
	k->role = r->role;
	k->epoch = r->epoch;
	k->leased = r->role == RG_ROLE_ACTIVE && r->lease_ms;
	k->lease_until = sim.now + r->lease_ms;
	k->grace_until = r->grace_ms ? sim.now + r->grace_ms : 0;
	k->no_new = r->no_new;
}

static void log_line(struct node *n, const struct election_log *l)
{
	TRACE("%8lld %c   %s %llu -> %llu (%s)\n", (long long)sim.now,
	      'A' + n->id, election_log_name(l->id), (unsigned long long)l->old,
	      (unsigned long long)l->new, election_cause_name(l->cause));
	sim_check_log(n, l);
	switch (l->id) {
	case ELECTION_LOG_ROLE:
		sim.role_changes++;
		sim.takeovers += l->new == RG_ROLE_ACTIVE &&
			       l->old == RG_ROLE_STANDBY;
		break;
	case ELECTION_LOG_HANDOVER_BEGIN:
		sim.preempts += l->cause == ELECTION_C_PREEMPT;
		break;
	case ELECTION_LOG_HANDOVER_DONE:
		sim.graceful++;
		break;
	case ELECTION_LOG_SPLIT_WON:
		sim.splits++;
		break;
	case ELECTION_LOG_FENCED:
		sim.fences++;
		break;
	case ELECTION_LOG_FAULT:
		sim.isolated += (l->new & ~l->old & ELECTION_F_ISOLATED) != 0;
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

/* An answer takes less than a third of the shortest probe; a lost one is not asked for here. */
static void probe(struct node *n, bool on)
{
	sim.probes += on;
	n->probed = on ? sim.now : NEVER;
	n->answer_at = on && n->id < 2 && sim_answers(sim_peer(n)) ? sim.now + sim_upto(3) : NEVER;
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
		n->drain_at = sim.now + sim_upto(60);
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
	case ELECTION_PROBE:
		probe(n, a->on);
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

	sim.steps++;
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

void sim_simple(struct node *n, enum election_event_type type)
{
	struct election_event ev = { .type = type };

	step(n, &ev);
}

/* Who is stopped reads it when it goes on, before it judges. */
static void tell_carrier(struct node *n)
{
	struct election_event ev = { .type = ELECTION_EV_CARRIER };

	ev.no_carrier = sim_no_carrier(n);
	if (sim_running(n) && n->e.no_carrier != ev.no_carrier)
		step(n, &ev);
}

void sim_pull(bool out)
{
	sim.pulled = out;
	tell_carrier(&sim.n[0]);
	tell_carrier(&sim.n[1]);
}

void sim_start_agent(struct node *n)
{
	struct election_event ev = { .type = ELECTION_EV_START };
	struct kernel *k = &n->k;
	bool existed = k->exists;

	n->agent = true;
	n->paused = false;
	n->no_kernel = false;
	n->heard = -NEVER / 2;
	n->start_reload_s = n->cfg.reload_s;
	n->sync_dir = 0;
	n->drain_at = NEVER;
	n->probed = NEVER;
	n->answer_at = NEVER;
	n->local.nonce = ++sim.nonces;
	n->local.hello_ms = n->cfg.hello_ms;
	n->local.hold_ms = n->cfg.hold_ms;
	hello_rx_init(&n->rx);
	hello_tx_init(&n->tx);
	if (!existed) {
		memset(k, 0, sizeof(*k));
		k->exists = true;
		k->role = RG_ROLE_INIT;
		k->instance = ++sim.nonces;
	}
	election_init(&n->e, &n->cfg, n->local.system);
	ev.start.shutdown = n->shutdown;
	ev.start.exists = existed;
	ev.start.role = existed ? k->role : RG_ROLE_INIT;
	ev.start.epoch = k->epoch;
	ev.start.leased = k->leased;
	ev.start.lease_left_ms = k->leased && sim.now < k->lease_until ?
				 k->lease_until - sim.now : 0;
	ev.start.instance = k->instance;
	ev.start.uptime_ms = sim.now - n->booted;
	TRACE("%8lld %c agent starts, kernel %s\n", (long long)sim.now,
	      'A' + n->id, rg_role_name(k->role));
	step(n, &ev);
	ev.type = ELECTION_EV_DECREMENT;
	ev.decrement = n->dec;
	step(n, &ev);
	tell_carrier(n);
	n->next_hello = sim.now;
	n->next_life = sim.now;
}

void sim_power_on(struct node *n)
{
	n->on = true;
	n->booted = sim.now;
	n->addresses = false;
	memset(&n->k, 0, sizeof(n->k));
	sim_start_agent(n);
	tell_carrier(sim_peer(n));
}

void sim_power_off(struct node *n)
{
	n->on = false;
	n->agent = false;
	n->paused = false;
	n->sync_dir = 0;
	memset(&n->k, 0, sizeof(n->k));
	tell_carrier(sim_peer(n));
}

static void receive(struct node *n, const struct packet *p)
{
	struct election_event ev = { .type = ELECTION_EV_HELLO };
	struct hello_facts facts;
	struct hello h;
	enum hello_verdict v;

	v = hello_rx_packet(&n->rx, &n->local, mono_now(), p->data, p->len, &h,
			    &facts);
	CHECK(v == HELLO_OK || v == HELLO_REPLAY || v == HELLO_BAD_SESSION ||
	      v == HELLO_THIRD_SYSTEM,
	      hello_verdict_name(v));
	if (v == HELLO_BAD_SESSION && sim.now >= n->next_hello -
					       (int64_t)n->cfg.hello_ms * 3 / 4)
		send_hello(n, HELLO_TYPE_HELLO);
	if (v != HELLO_OK)
		return;
	n->heard = sim.now;
	ev.hello.type = h.type;
	ev.hello.has_group = h.n_groups == 1;
	ev.hello.peer = h.groups[0];
	ev.hello.peer_system = h.system;
	ev.hello.new_session = facts.new_session;
	ev.hello.hears_me = facts.hears_me;
	ev.hello.addr_higher = n->local.system > h.system;
	ev.hello.hello_ms = h.hello_ms;
	ev.hello.hold_ms = h.hold_ms;
	step(n, &ev);
}

/* Oldest first; those for a stopped process wait, those for a dead one are lost. */
static bool deliver(void)
{
	int i, best = -1;
	struct packet p;

	for (i = 0; i < sim.n_flight; i++) {
		if (sim.flight[i].at > sim.now || sim.n[sim.flight[i].to].paused)
			continue;
		if (best < 0 || sim.flight[i].at < sim.flight[best].at)
			best = i;
	}
	if (best < 0)
		return false;
	p = sim.flight[best];
	sim.flight[best] = sim.flight[--sim.n_flight];
	if (sim_running(&sim.n[p.to]))
		receive(&sim.n[p.to], &p);
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
	const struct node *p = sim_peer(n);
	bool fed = n->sync_dir == 2 && p->sync_dir == 1 && sim_running(p) &&
		   sim_data_up() && n->e.sync_system == p->e.system &&
		   p->e.sync_system == n->e.system &&
		   !rg_epoch_cmp(&n->sync_epoch, &p->sync_epoch);
	struct election_event ev = { .type = ELECTION_EV_SYNC };

	if (n->drain_at <= sim.now) {
		n->drain_at = NEVER;
		/* Only a peer that takes in can acknowledge. */
		if (sim_data_up() && sim_running(p)) {
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
		n->sync_at = sim.now + 20;
	} else if (n->sync_at <= sim.now) {
		n->sync_at = n->sync == ELECTION_SYNC_COLD ? sim.now + 100 : NEVER;
		set_sync(n, n->sync == ELECTION_SYNC_COLD ? ELECTION_SYNC_BULK :
							    ELECTION_SYNC_HOT);
	}
}

/* Sync traffic of the peer counts as life (rule 9), in each direction by itself. */
static void run_life(struct node *n)
{
	struct node *p = sim_peer(n);

	if (sim.now < n->next_life)
		return;
	n->next_life = sim.now + n->cfg.hello_ms;
	if (n->id == 2 || !n->sync_dir || !p->sync_dir || !sim_running(p) ||
	    sim.data_cut[n->id] || sim.pulled || n->e.sync_system != p->e.system ||
	    p->e.sync_system != n->e.system || p->e.peer.system != n->e.system)
		return;
	p->heard = sim.now;
	sim_simple(p, ELECTION_EV_LIFE);
}

/* Everything that is due now, sockets before timers, as the daemon does. */
static void run_now(void)
{
	int i, spins;

	while (deliver())
		;
	for (i = 0; i < NODES; i++)
		if (sim_running(&sim.n[i]))
			run_life(&sim.n[i]);
	for (i = 0; i < NODES; i++) {
		struct node *n = &sim.n[i];

		if (sim_running(n) && i < 2)
			run_sync(n);
		if (sim_running(n) && sim.now >= n->answer_at) {
			n->answer_at = NEVER;
			sim_simple(n, ELECTION_EV_PROBE);
		}
		if (sim_running(n) && sim.now >= n->next_hello) {
			sim_simple(n, ELECTION_EV_HELLO_TX);
			send_hello(n, HELLO_TYPE_HELLO);
			n->next_hello = sim.now + n->cfg.hello_ms;
		}
		for (spins = 0; sim_running(n) && sim.now >= n->deadline; spins++) {
			CHECK(spins < 4, "the deadline does not move on");
			sim_simple(n, ELECTION_EV_TICK);
		}
	}
}

int64_t sim_timers_11(void)
{
	int64_t t = 0;
	int i;

	for (i = 0; i < 2; i++) {
		if (sim.n[i].cfg.delay_s * 1000 > t)
			t = sim.n[i].cfg.delay_s * 1000;
		if (sim.n[i].cfg.reload_s * 1000 > t)
			t = sim.n[i].cfg.reload_s * 1000;
	}
	return t;
}

static int64_t next_time(void)
{
	int64_t t = sim.now + 50;
	int i;

	for (i = 0; i < sim.n_flight; i++)
		if (!sim.n[sim.flight[i].to].paused && sim.flight[i].at < t)
			t = sim.flight[i].at;
	for (i = 0; i < NODES; i++) {
		const struct node *n = &sim.n[i];

		if (!sim_running(n))
			continue;
		if (n->next_hello < t)
			t = n->next_hello;
		if (n->deadline < t)
			t = n->deadline;
		if (n->sync_at < t)
			t = n->sync_at;
		if (n->drain_at < t)
			t = n->drain_at;
		if (n->answer_at < t)
			t = n->answer_at;
	}
	for (i = 0; i < NODES; i++)
		if (sim.n[i].k.leased && sim.n[i].k.lease_until > sim.now &&
		    sim.n[i].k.lease_until < t)
			t = sim.n[i].k.lease_until;
	return t > sim.now ? t : sim.now + 1;
}

void sim_run(int64_t ms)
{
	int64_t end = sim.now + ms;

	while (sim.now < end) {
		run_now();
		sim_check_now();
		sim.now = next_time();
		if (sim.now > end)
			sim.now = end;
	}
	run_now();
}

void sim_calm(bool on)
{
	sim.calm = on;
	sim.calm_since = sim.now;
}

void sim_admin(struct node *n, enum election_admin_op op, bool force)
{
	struct election_event ev = { .type = ELECTION_EV_ADMIN };

	if (!sim_running(n))
		return;
	ev.admin.op = op;
	ev.admin.force = force;
	ev.admin.request = 1;
	TRACE("%8lld %c admin %d%s\n", (long long)sim.now, 'A' + n->id, op,
	      force ? " force" : "");
	step(n, &ev);
	n->shutdown = n->e.state == ELECTION_DISABLED ||
		      (n->e.handover_cause == ELECTION_C_ADMIN_SHUTDOWN &&
		       election_role(&n->e) == RG_ROLE_ACTIVE &&
		       n->e.state != ELECTION_ACTIVE);
}

static void tell_decrement(struct node *n)
{
	struct election_event ev = { .type = ELECTION_EV_DECREMENT };

	if (!sim_running(n))
		return;
	ev.decrement = n->dec;
	step(n, &ev);
}

void sim_object(struct node *n, int i, bool down, uint8_t decrement, bool shutdown)
{
	n->object[i] = (struct object){ decrement, shutdown, down };
	n->dec = (struct election_decrement){ .cause = "simulated", .all_down = true };
	for (i = 0; i < OBJECTS; i++) {
		const struct object *o = &n->object[i];

		n->dec.all_down = n->dec.all_down && o->down;
		if (o->down && o->shutdown)
			n->dec.forced_down = true;
		else if (o->down)
			n->dec.sum += o->decrement;
	}
	tell_decrement(n);
}

void sim_fault(struct node *n, uint32_t decrement, bool forced)
{
	int i;

	for (i = 1; i < OBJECTS; i++)
		n->object[i].down = false;
	sim_object(n, 0, decrement || forced, decrement, forced);
}

void sim_config(struct node *n)
{
	struct election_event ev = { .type = ELECTION_EV_CONFIG };

	if (!sim_running(n))
		return;
	ev.config = n->cfg;
	step(n, &ev);
}

void sim_kernel(struct node *n, bool refuses)
{
	struct election_event ev = { .type = ELECTION_EV_KERNEL };

	if (!sim_running(n) || n->no_kernel == refuses)
		return;
	n->no_kernel = refuses;
	ev.kernel.report = refuses ? ELECTION_KERNEL_REFUSED : ELECTION_KERNEL_READY;
	step(n, &ev);
}

/* What happened while it was stopped waits in its sockets. */
void sim_resume(struct node *n)
{
	if (!n->on || !n->agent || !n->paused)
		return;
	TRACE("%8lld %c continues\n", (long long)sim.now, 'A' + n->id);
	n->paused = false;
	tell_decrement(n);
	sim_config(n);
	tell_carrier(n);
}

static void random_config(struct node *n, int id, bool same_timers)
{
	struct election_config *c = &n->cfg;

	memset(n, 0, sizeof(*n));
	n->id = id;
	n->deadline = NEVER;
	n->sync_at = NEVER;
	n->drain_at = NEVER;
	n->probed = NEVER;
	n->answer_at = NEVER;
	c->group = GROUP;
	c->probe_ms = sim_seed % 7 == 3 ? 0 : sim_seed % 7 == 4 ? 100 : 20;
	c->priority = sim_chance(30) ? 100 : 50 + sim_upto(150);
	c->threshold = sim_chance(50) ? 0 : sim_upto(120);
	c->preempt = sim_chance(50);
	c->delay_s = sim_upto(3);
	c->reload_s = sim_upto(3);
	c->hello_ms = same_timers && id ? sim.n[0].cfg.hello_ms : 10 + sim_upto(90);
	c->hold_ms = same_timers && id ? sim.n[0].cfg.hold_ms :
					 c->hello_ms * (3 + sim_upto(3));
	n->local.protocol = 1;
	n->local.domain = 71;
	n->local.system = 1000 + id;
}

void sim_begin(uint64_t s)
{
	bool same = s % 4 != 0;
	int i;

	sim_seed = s;
	memset(&sim, 0, sizeof(sim));
	sim.rng = s * UINT64_C(0x9e3779b97f4a7c15) + 1;
	sim.now = 1000000;
	sim.two_paths = s % 5 < 2;
	sim.cables = s % 2;
	sim.healthy_since = NEVER;
	sim.both_since = NEVER;
	sim.none_since = NEVER;
	sim.seen_since[0] = NEVER;
	sim.seen_since[1] = NEVER;
	sim.trace = getenv("NF_RG_SEED");
	for (i = 0; i < NODES; i++)
		random_config(&sim.n[i], i, same);
}
