// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The invariants of the simulation (sim.h). What is checked is computed from what was
 * configured and what was done to the routers, not from what the elections believe.
 *
 * The stranger is no member of the pair: only two routers that know each other are judged,
 * and what it must not do is to disturb them.
 */
#include "sim.h"

uint8_t sim_priority(const struct node *n)
{
	unsigned int sum = 0;
	int i;

	for (i = 0; i < OBJECTS; i++)
		if (n->object[i].down && !n->object[i].shutdown)
			sum += n->object[i].decrement;
	return sum < n->cfg.priority ? n->cfg.priority - sum : 0;
}

bool sim_below(const struct node *n)
{
	return n->cfg.threshold && sim_priority(n) < n->cfg.threshold;
}

/* Each takes the other one, and not the stranger, for its peer. */
static bool paired(void)
{
	const struct node *a = &sim.n[0], *b = &sim.n[1], *stranger = &sim.n[2];

	if (stranger->on)
		return a->rx.system == b->local.system && b->rx.system == a->local.system;
	return a->rx.system != stranger->local.system && b->rx.system != stranger->local.system;
}

static void check_health(void)
{
	bool healthy = sim_running(&sim.n[0]) && sim_running(&sim.n[1]) && !sim.loss &&
		       !sim.cut[0][1] && !sim.cut[1][0] && !sim.pulled && sim.delay <= 10 &&
		       paired();

	if (!healthy)
		sim.healthy_since = NEVER;
	else if (sim.healthy_since == NEVER)
		sim.healthy_since = sim.now;
}

/*
 * Rule 15: two forward only that long after all could hear all. Who hands over forwards
 * what it had until it hears the other one (rule 7), and takes in nothing new.
 */
static void check_both(void)
{
	const struct node *a = &sim.n[0], *b = &sim.n[1];
	int64_t bound = sim_detect_max() + 2 * sim_hello_max() + 2 * sim.delay;
	int64_t from;

	if (!sim_forwards(a) || !sim_forwards(b)) {
		sim.both_since = NEVER;
		return;
	}
	if (sim.both_since == NEVER)
		sim.both_since = sim.now;
	if (sim.healthy_since == NEVER)
		return;
	from = sim.both_since > sim.healthy_since ? sim.both_since : sim.healthy_since;
	CHECK(sim.now - from <= bound, "two actives for too long after healing");
	/* Two claims may cross on the way, as after `no shutdown` on both at once. */
	CHECK(from - sim.healthy_since <= bound || a->k.no_new || b->k.no_new ||
	      sim.now - from <= 2 * sim_hello_max() + 2 * sim.delay,
	      "two actives without a fault between them");
}

static bool willing(const struct node *n)
{
	return sim_running(n) && !n->shutdown && !n->dec.forced_down && !n->no_kernel;
}

/* Rule 15 again: somebody forwards, but for detection and rule 11. */
static void check_none(void)
{
	int64_t from;

	if (sim_forwards(&sim.n[0]) || sim_forwards(&sim.n[1]) ||
	    (!willing(&sim.n[0]) && !willing(&sim.n[1]))) {
		sim.none_since = NEVER;
		return;
	}
	if (sim.none_since == NEVER)
		sim.none_since = sim.now;
	if (!sim.calm)
		return;
	from = sim.none_since > sim.calm_since ? sim.none_since : sim.calm_since;
	CHECK(sim.now - from <= 2 * sim_detect_max() + 4 * sim_hello_max() + sim_timers_11() +
			       2 * sim.n[0].cfg.probe_ms,
	      "nobody active for too long");
}

static void check_seen(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (!sim_answers(&sim.n[i]))
			sim.seen_since[i] = NEVER;
		else if (sim.seen_since[i] == NEVER)
			sim.seen_since[i] = sim.now;
	}
}

void sim_check_now(void)
{
	int i;

	for (i = 0; i < NODES; i++) {
		const struct node *n = &sim.n[i];

		/* Rule 1. */
		CHECK(!sim_running(n) || election_run_priority(&n->e) == sim_priority(n),
		      "the run-time priority is not what it is defined to be");
		/* Rule 8: no gate is open against the kernel's word. */
		CHECK(!n->no_kernel || !sim_running(n) || n->k.role != RG_ROLE_ACTIVE,
		      "active although the kernel refused");
	}
	check_seen();
	check_health();
	check_both();
	check_none();
}

/* Rules 3 and 4: preempt needs a strictly higher and HOT standby that is configured so. */
static void check_preempt(const struct node *n)
{
	const struct hello_group *g = &n->e.peer.group;

	CHECK(n->e.peer.system != sim_peer(n)->local.system || g->flags & HELLO_GF_PREEMPT,
	      "preempted without preempt");
	CHECK(g->run_prio > sim_priority(n), "preempted by a priority that is not higher");
	CHECK(g->rf == RG_RF_STANDBY_HOT, "preempted by a standby that is not HOT");
	CHECK(!!mono_is_zero(n->e.damped_until), "preempted while damped");
}

static void check_handover(const struct node *n, enum election_cause cause)
{
	switch (cause) {
	case ELECTION_C_PREEMPT:
		check_preempt(n);
		break;
	case ELECTION_C_THRESHOLD:
		CHECK(sim_below(n), "handed over for a threshold that it is not below");
		CHECK(n->e.peer.group.run_prio >= n->e.peer.group.threshold,
		      "handed over to a router that is below its threshold");
		break;
	case ELECTION_C_TRACK_SHUTDOWN:
		CHECK(n->dec.forced_down, "handed over for an object that is up");
		break;
	default:
		break;
	}
}

/* Rule 9 (c): nobody takes the role by silence from who answers for it. */
static void check_asked(const struct node *n)
{
	const struct node *p = sim_peer(n);
	int64_t seen = sim.seen_since[p->id];

	CHECK(n->e.peer.known || !n->cfg.probe_ms || !sim_no_carrier(n) || !sim_answers(p) ||
	      seen == NEVER || sim.now - seen <= (int64_t)n->cfg.probe_ms,
	      "took the role from a router that answers for it");
}

/* Rules 5, 9 and 11: what a claim must have waited for. */
static void check_claim(const struct node *n, enum election_cause cause)
{
	CHECK(!n->dec.forced_down, "active although a `shutdown` object is down");
	if (cause == ELECTION_C_PEER_DEAD || cause == ELECTION_C_ALONE || cause == ELECTION_C_LEASE)
		check_asked(n);
	switch (cause) {
	case ELECTION_C_PEER_DEAD:
		CHECK(sim.now - n->heard >= (int64_t)n->cfg.hold_ms,
		      "took the role from a peer that was heard");
		break;
	case ELECTION_C_ALONE:
	case ELECTION_C_NEGOTIATED:
		CHECK(sim.now - n->booted >= (int64_t)n->start_reload_s * 1000,
		      "claimed the role before the reload delay was over");
		break;
	default:
		break;
	}
}

void sim_check_log(struct node *n, const struct election_log *l)
{
	if (l->id == ELECTION_LOG_HANDOVER_BEGIN)
		check_handover(n, l->cause);
	else if (l->id == ELECTION_LOG_ROLE && l->new == RG_ROLE_ACTIVE &&
		 l->cause != ELECTION_C_ADOPT)
		check_claim(n, l->cause);
}

/* Rules 3 and 4 once more: who ought to have handed over by now, has. */
static void check_right_one(const struct node *a, const struct node *s)
{
	bool damped = !mono_is_zero(a->e.damped_until) || !mono_is_zero(s->e.damped_until);
	bool higher = sim_priority(s) > sim_priority(a);

	CHECK(!sim_below(a) || sim_below(s), "below its threshold, and still active");
	CHECK(!higher || !s->cfg.preempt || damped || (sim_below(s) && !sim_below(a)),
	      "a higher one with preempt did not get the role");
}

/* What must hold when all is well. */
void sim_check_settled(void)
{
	struct node *a = &sim.n[0], *b = &sim.n[1], *act, *sby;

	CHECK(sim_forwards(a) != sim_forwards(b), "not exactly one active");
	act = sim_forwards(a) ? a : b;
	sby = sim_peer(act);
	CHECK(election_rf(&sby->e) == RG_RF_STANDBY_HOT, "standby not HOT");
	CHECK(act->addresses && !sby->addresses, "addresses are not where the role is");
	CHECK(act->k.leased, "no lease although the peer lives");
	CHECK(!act->k.no_new, "new connections are shut out");
	CHECK(!rg_epoch_cmp(&act->k.epoch, &sby->k.epoch), "epochs differ");
	CHECK(!(act->e.faults & (ELECTION_F_NO_ACTIVE | ELECTION_F_ONE_WAY |
				 ELECTION_F_CTRL_PATH)), "faults without a fault");
	CHECK(!(sby->e.faults & ELECTION_F_ISOLATED), "isolated although the peer is heard");
	CHECK(act->e.wait != ELECTION_W_DELAY, "waits for a timer that is over");
	check_right_one(act, sby);
}
