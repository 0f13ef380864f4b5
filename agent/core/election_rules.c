// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Judgement: who ranks higher, whether the peer can take over, what rule 4 says.
 *
 * Rank orders two routers whenever it must be decided which of them shall be
 * active: when neither is, and when both are (rule 10). Both sides compute it
 * from what is in the hellos, so both come to opposite results. In order:
 *
 *  able		not shut down, no tracked `shutdown` object down, kernel willing
 *  heir or fenced	was standby to the active that is gone, or was that active:
 *			rules 5 and 11, the one whose kernel has the connections;
 *			only while neither is active
 *  not below threshold	rule 10
 *  epoch counter	rule 10: it took over last
 *  completeness	a HOT standby, then a fenced active, then the rest: only
 *			while neither is active
 *  priority		rule 1
 *  control address	rule 2
 */
#include "election_int.h"

struct rank {
	bool able;
	bool heir;
	bool above;
	uint64_t counter;
	unsigned int complete;
	uint8_t prio;
	bool addr;
};

static bool flag(const struct election *e, uint16_t f)
{
	return e->peer.group.flags & f;
}

uint8_t election_run_priority(const struct election *e)
{
	return e->decrement < e->cfg.priority ? e->cfg.priority - e->decrement :
						0;
}

bool election_below(const struct election *e)
{
	return e->cfg.threshold && election_run_priority(e) < e->cfg.threshold;
}

bool election_able(const struct election *e)
{
	return e->state != ELECTION_DISABLED && !e->forced_down &&
	       !e->kernel_refused;
}

bool election_active(const struct election *e)
{
	return e->state == ELECTION_ACTIVE || e->state == ELECTION_HANDOVER ||
	       e->state == ELECTION_RESIGNED;
}

/* The peer lives and has this group: its last words may be read. */
bool election_peer_here(const struct election *e)
{
	return e->peer.known && e->peer.has_group;
}

bool election_peer_active(const struct election *e)
{
	return election_peer_here(e) && e->peer.group.role == RG_ROLE_ACTIVE;
}

bool election_peer_below(const struct election *e)
{
	return e->peer.group.run_prio < e->peer.group.threshold;
}

static bool peer_able(const struct election *e)
{
	return e->peer.group.role != RG_ROLE_DISABLED &&
	       !flag(e, HELLO_GF_SHUTDOWN | HELLO_GF_UNABLE);
}

/* Somebody to hand over to: it must hear us, or it would not hear the RESIGN. */
bool election_peer_usable(const struct election *e)
{
	return election_peer_here(e) && e->peer.hears_me && peer_able(e) &&
	       e->peer.group.role == RG_ROLE_STANDBY;
}

bool election_peer_hot(const struct election *e)
{
	return election_peer_usable(e) &&
	       e->peer.group.rf == RG_RF_STANDBY_HOT;
}

/* Strictly: rule 3. */
bool election_peer_higher(const struct election *e)
{
	return e->peer.group.run_prio > election_run_priority(e);
}

bool election_damped(const struct election *e, mono_t now)
{
	return mono_before(now, e->damped_until);
}

static struct rank own_rank(const struct election *e)
{
	bool active = election_active(e);

	return (struct rank){
		.able = election_able(e),
		.heir = !active && (e->heir || e->fenced),
		.above = !election_below(e),
		.counter = e->epoch.counter,
		.complete = active ? 0 :
			    e->state == ELECTION_STANDBY &&
			    e->sync == ELECTION_SYNC_HOT ? 2 : e->fenced,
		.prio = election_run_priority(e),
		.addr = e->peer.addr_higher,
	};
}

static struct rank peer_rank(const struct election *e)
{
	const struct hello_group *g = &e->peer.group;
	bool active = g->role == RG_ROLE_ACTIVE;

	return (struct rank){
		.able = peer_able(e),
		.heir = !active && flag(e, HELLO_GF_HEIR | HELLO_GF_FENCED),
		.above = !election_peer_below(e),
		.counter = g->epoch.counter,
		.complete = g->rf == RG_RF_STANDBY_HOT ? 2 :
			    flag(e, HELLO_GF_FENCED) != 0,
		.prio = g->run_prio,
		.addr = !e->peer.addr_higher,
	};
}

/* True when this router ranks above the peer; needs election_peer_here(). */
bool election_outranks(const struct election *e)
{
	struct rank own = own_rank(e), peer = peer_rank(e);

	if (own.able != peer.able)
		return own.able;
	if (own.heir != peer.heir)
		return own.heir;
	if (own.above != peer.above)
		return own.above;
	if (own.counter != peer.counter)
		return own.counter > peer.counter;
	if (own.complete != peer.complete)
		return own.complete > peer.complete;
	if (own.prio != peer.prio)
		return own.prio > peer.prio;
	return own.addr;
}

/*
 * A standby asks for the role by rule 3. Not while it is below its own threshold
 * and the active is not: rule 4 would give the role straight back.
 */
bool election_wants(const struct election *e, mono_t now)
{
	return e->state == ELECTION_STANDBY && e->sync == ELECTION_SYNC_HOT &&
	       e->cfg.preempt && election_able(e) && election_peer_active(e) &&
	       election_run_priority(e) > e->peer.group.run_prio &&
	       (!election_below(e) || election_peer_below(e)) &&
	       !election_damped(e, now) && !mono_before(now, e->hold_until);
}

/*
 * When the silence of the peer, if it lasts, is its death. BFD makes it earlier, never later: its
 * packets are not authenticated, so they must not keep a dead router alive.
 */
mono_t election_peer_deadline(const struct election *e)
{
	const struct election_peer *p = &e->peer;
	mono_t end = mono_add_ms(p->last_life, election_detect_ms(e));

	if (mono_is_zero(p->bfd_silent))
		return end;
	return mono_min(end, mono_max(p->bfd_silent, mono_add_ms(p->last_life, p->bfd_detect_ms)));
}

bool election_peer_alive(const struct election *e, mono_t now)
{
	return e->peer.known && mono_before(now, election_peer_deadline(e));
}

uint32_t election_detect_ms(const struct election *e)
{
	return hello_detect_ms(e->cfg.hold_ms, e->peer.hello_ms ?
					       e->peer.hello_ms :
					       e->cfg.hello_ms);
}

/*
 * The lease ends no later than the silence after which the peer takes over. A
 * peer that is shut down, or that does not have the group, will not take over:
 * then a lease could only take the role from the one router that has it. While
 * the hold time of the peer is not known yet, 3 x our hello is below its patience
 * whatever it is.
 */
uint32_t election_lease_ms(const struct election *e, mono_t now)
{
	uint32_t ms;

	if (!election_active(e))
		return 0;
	if (e->adopted && !e->peer.known && mono_before(now, e->listen_until))
		return hello_detect_ms(0, e->cfg.hello_ms);
	if (!election_peer_here(e) ||
	    e->peer.group.role == RG_ROLE_DISABLED)
		return 0;
	ms = hello_detect_ms(e->peer.hold_ms, e->cfg.hello_ms);
	return e->bfd_lease_ms && e->bfd_lease_ms < ms ? e->bfd_lease_ms : ms;
}

/*
 * Rule 4, cell by cell: the trigger on the active, by the state of the standby.
 *
 * T_LOWER	Somebody must want the role, so without a peer nothing happens. A
 *		standby that is not HOT would lose connections for no need: wait.
 * T_BELOW	This router forwards badly, so an incomplete standby is better
 *		after all, but may become complete first, for 30 s. Nobody there:
 *		bad forwarding is better than none, shown as DEGRADED.
 * T_BOTH_BELOW	Nobody is better: moving the role would cost and gain nothing.
 * T_TRACK	The configuration says that this router must not be active then.
 * T_SHUTDOWN	A person asks. HOT: no connection is lost. Not HOT: they would be,
 *		so it takes `force`. Nobody: there is nothing to protect a peer
 *		from; the person wants the group down.
 * T_RELOAD	The same, but without a standby the group would be down for
 *		nothing: it is a test or a repair, not the wish to be down.
 * T_STOP	An agent that stops without a HOT standby leaves the kernel
 *		forwarding, and its next start adopts the role.
 */
enum election_ruling election_rule(const struct election *e,
				   enum election_trigger t)
{
	enum { HOT, NOT_HOT, NOBODY };
	static const enum election_ruling table[ELECTION_TRIGGERS][3] = {
#define ROW(hot, not_hot, nobody) \
		{ ELECTION_##hot, ELECTION_##not_hot, ELECTION_##nobody }
		[ELECTION_T_LOWER]	= ROW(GO, WAIT, STAY),
		[ELECTION_T_BELOW]	= ROW(GO, WAIT30, DEGRADED),
		[ELECTION_T_BOTH_BELOW]	= ROW(STAY, STAY, DEGRADED),
		[ELECTION_T_TRACK]	= ROW(GO, GO, GIVE_UP),
		[ELECTION_T_SHUTDOWN]	= ROW(GO, REFUSED, OBEY),
		[ELECTION_T_RELOAD]	= ROW(GO, REFUSED, REFUSED),
		[ELECTION_T_STOP]	= ROW(GO, STAY, STAY),
#undef ROW
	};

	return table[t][election_peer_hot(e) ? HOT :
			election_peer_usable(e) ? NOT_HOT : NOBODY];
}

/* Listening ends at a tick: only then were all sockets read before. */
static bool listening(struct election_ctx *c)
{
	struct election *e = c->e;
	uint32_t slack = e->cfg.hello_ms / 2;

	if (mono_is_zero(e->listen_until))
		return false;
	if (!c->tick || mono_before(c->now, e->listen_until))
		return true;
	/* We slept through the end of it: that was not listening. */
	if (!e->listen_extended &&
	    mono_span_ms(e->listen_until, c->now) > slack) {
		e->listen_extended = true;
		e->listen_until = mono_add_ms(c->now, 2 * e->cfg.hello_ms);
		e->stats.late++;
		return true;
	}
	e->listen_until = MONO_ZERO;
	return false;
}

/* Fenced, and the peer has answered that it does not have the role. */
bool election_may_resume(const struct election *e)
{
	return e->fenced && election_able(e) && election_peer_here(e) &&
	       e->peer.hears_me && election_outranks(e);
}

static void evaluate_negotiation(struct election_ctx *c)
{
	struct election *e = c->e;
	bool timers_over = e->fenced || !mono_before(c->now, e->hold_until);
	bool open;

	if (election_peer_active(e)) {
		election_become_standby(c, ELECTION_C_PEER_ACTIVE, 0);
		return;
	}
	open = listening(c);
	/* To go on as active, read all that waited first: at ticks, as ever. */
	if (e->fenced && !c->tick) {
		c->claims = e->probe.on;
		return;
	}
	if (!election_able(e)) {
		/* The kernel has us as active still: that must end. */
		if (e->fenced && !open)
			election_give_up(c, ELECTION_C_TRACK_SHUTDOWN);
		return;
	}
	if (election_peer_here(e) && e->peer.hears_me) {
		/* Both know both: no need to listen any longer. */
		if (election_outranks(e) && timers_over)
			election_become_active(c, e->fenced ?
					       ELECTION_C_LEASE :
					       ELECTION_C_NEGOTIATED,
					       e->fenced);
		else if (!election_outranks(e) && !e->fenced)
			election_become_standby(c, ELECTION_C_NEGOTIATED, 0);
		else if (!election_outranks(e) && !open)
			/* It ought to have taken over by now, and has not. */
			election_become_active(c, ELECTION_C_LEASE, true);
		return;
	}
	if (!open && timers_over && election_may_claim(c))
		election_become_active(c, e->fenced ? ELECTION_C_LEASE :
						      ELECTION_C_ALONE,
				       e->fenced);
}

static void standby_to_active_peer(struct election_ctx *c)
{
	struct election *e = c->e;
	const struct rg_epoch *theirs = &e->peer.group.epoch;

	e->heir = true;
	e->gave_up = false;
	e->listen_until = MONO_ZERO;
	if (rg_epoch_cmp(theirs, &e->epoch) > 0) {
		election_note(c, ELECTION_LOG_EPOCH, ELECTION_C_PEER_ACTIVE,
			      e->epoch.counter, theirs->counter, NULL);
		e->epoch = *theirs;
		election_push_role(c, 0, false);
	}
	if (flag(e, HELLO_GF_RESIGN) && election_able(e) &&
	    !rg_epoch_cmp(theirs, &e->epoch))
		election_become_active(c, ELECTION_C_PEER_RESIGNED, false);
}

static void evaluate_standby(struct election_ctx *c)
{
	struct election *e = c->e;
	bool timers_over = !mono_before(c->now, e->hold_until);
	bool open;

	if (election_peer_active(e)) {
		standby_to_active_peer(c);
		return;
	}
	open = listening(c);
	if (!election_able(e))
		return;
	if (election_peer_here(e)) {
		/* Rule 11: the timers do not hold back who was standby to it. */
		if (election_outranks(e) && (e->heir || timers_over))
			election_become_active(c, ELECTION_C_PEER_INACTIVE,
					       false);
		return;
	}
	if (open || (e->gave_up && !timers_over) || !election_may_claim(c))
		return;
	election_become_active(c, e->peer.known ? ELECTION_C_PEER_INACTIVE :
						  ELECTION_C_PEER_DEAD, false);
}

/* Below the threshold: true when the role was given up. */
static bool evaluate_below(struct election_ctx *c, enum election_wait *wait)
{
	struct election *e = c->e;
	bool both = election_peer_usable(e) && election_peer_below(e);

	switch (election_rule(e, both ? ELECTION_T_BOTH_BELOW :
					ELECTION_T_BELOW)) {
	case ELECTION_STAY:
		*wait = ELECTION_W_BOTH_BELOW;
		return false;
	case ELECTION_WAIT30:
		if (mono_is_never(e->below_since))
			e->below_since = c->now;
		*wait = ELECTION_W_NOT_HOT;
		if (!e->all_down &&
		    !mono_reached(c->now, mono_add_ms(e->below_since,
						      ELECTION_THRESHOLD_MS)))
			return false;
		break;
	case ELECTION_GO:
		break;
	default:
		*wait = ELECTION_W_NO_PEER;
		return false;
	}
	if (mono_before(c->now, e->retry_at)) {
		*wait = ELECTION_W_RETRY;
		return false;
	}
	election_begin_handover(c, ELECTION_C_THRESHOLD, 0, false);
	return true;
}

/* The peer's priority is higher: true when the role was given up. */
static bool evaluate_lower(struct election_ctx *c, enum election_wait *wait)
{
	struct election *e = c->e;

	if (!flag(e, HELLO_GF_PREEMPT)) {
		*wait = ELECTION_W_NO_PREEMPT;
		return false;
	}
	/* It will not ask: rule 4 would give the role straight back. */
	if (election_peer_below(e) && !election_below(e))
		return false;
	if (election_rule(e, ELECTION_T_LOWER) != ELECTION_GO) {
		*wait = ELECTION_W_NOT_HOT;
		return false;
	}
	if (election_damped(e, c->now) || flag(e, HELLO_GF_DAMPED))
		*wait = ELECTION_W_DAMPED;
	else if (mono_before(c->now, e->retry_at))
		*wait = ELECTION_W_RETRY;
	else if (!flag(e, HELLO_GF_WANT))
		*wait = ELECTION_W_DELAY;
	else
		election_begin_handover(c, ELECTION_C_PREEMPT, 0, false);
	return e->state != ELECTION_ACTIVE;
}

static void evaluate_active(struct election_ctx *c)
{
	struct election *e = c->e;
	enum election_wait wait = ELECTION_W_NONE;
	bool unheard = e->adopted && listening(c);

	if (e->forced_down && !unheard) {
		/* Whom to tell is not known before a new agent has listened. */
		if (election_rule(e, ELECTION_T_TRACK) == ELECTION_GO)
			election_begin_handover(c, ELECTION_C_TRACK_SHUTDOWN, 0,
						false);
		else
			election_give_up(c, ELECTION_C_TRACK_SHUTDOWN);
		return;
	}
	if (election_below(e) && evaluate_below(c, &wait))
		return;
	/* The 30 s begin anew with each standby that appears. */
	if (wait != ELECTION_W_NOT_HOT && wait != ELECTION_W_RETRY)
		e->below_since = MONO_NEVER;
	if (election_peer_usable(e) && election_peer_higher(e) &&
	    (wait == ELECTION_W_NONE || wait == ELECTION_W_BOTH_BELOW) &&
	    evaluate_lower(c, &wait))
		return;
	election_set_wait(c, wait);
}

/* What follows from the present state of things, until nothing more does. */
void election_evaluate(struct election_ctx *c)
{
	struct election *e = c->e;
	enum election_state before;
	unsigned int i;

	for (i = 0; i < ELECTION_STATES; i++) {
		before = e->state;
		c->claims = false;
		switch (e->state) {
		case ELECTION_NEGOTIATION:
			evaluate_negotiation(c);
			break;
		case ELECTION_STANDBY:
			evaluate_standby(c);
			break;
		case ELECTION_ACTIVE:
			evaluate_active(c);
			break;
		default:
			break;
		}
		if (e->state == before)
			break;
	}
	election_probe_settle(c);
}
