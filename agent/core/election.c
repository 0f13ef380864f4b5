// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The election of one redundancy group.
 *
 * DOC: States
 *
 *	sDI  DISABLED		Shut down. Takes no part, and says so.
 *	sIN  INIT		Before EV_START; a moment within a reload.
 *	sNE  NEGOTIATION	Listens, and claims the role when nobody has it, after the
 *				timers of rule 11. With @fenced: it was active, its lease
 *				ran out; it asks the peer before it goes on (rule 8).
 *	sSB  STANDBY		COLD, COLD-BULK or HOT by @sync. Takes over when the active
 *				is gone or asks for it.
 *	sAC  ACTIVE		Forwards, under a lease while there is somebody who could
 *				take over.
 *	sHA  HANDOVER		Active; new connections wait, the last changes are being
 *				acknowledged by the peer's kernel, for at most 2 s.
 *	sRE  RESIGNED		Active for the flows that exist; has asked the peer to take
 *				over, and repeats it until the peer is heard as active.
 *
 *	sIN --> sNE --> sSB <--> sAC --> sHA --> sRE --> sSB, sDI, sIN
 *		 |		  ^		    |
 *		 +----------------+<----------------+ nobody took over
 *
 * DOC: How it decides
 *
 * An event is first taken in by the handler of its cell, which records it and
 * does what only this event can do. Then election_evaluate() looks at what is
 * now known and goes on as long as something follows from it. So a decision
 * depends on the state of things, not on which message told of it last: a lost
 * or repeated hello makes it later, never different.
 *
 * Silence is judged at ticks only, because the caller reads all sockets before
 * a tick: an event that was handled late must not make the peer look dead
 * while its hello waits in a queue. If the tick itself is late the process was
 * not running; then the peer gets two more of its intervals, once.
 *
 * Between the silence and election_become_active() stands the split-brain probe,
 * election_probe.c.
 */
#include "election_int.h"

#include <string.h>

bool election_config_equal(const struct election_config *a, const struct election_config *b)
{
	return a->group == b->group && a->priority == b->priority &&
	       a->threshold == b->threshold && a->preempt == b->preempt &&
	       a->delay_s == b->delay_s && a->reload_s == b->reload_s &&
	       a->hello_ms == b->hello_ms && a->hold_ms == b->hold_ms && a->digest == b->digest &&
	       a->probe_ms == b->probe_ms;
}

void election_init(struct election *e, const struct election_config *cfg,
		   uint64_t system)
{
	memset(e, 0, sizeof(*e));
	e->cfg = *cfg;
	e->system = system;
	e->state = ELECTION_INIT;
	e->addr_on = -1;
	e->lease_until = MONO_NEVER;
	e->below_since = MONO_NEVER;
	e->peer.deaf_since = MONO_NEVER;
}

typedef void handler(struct election_ctx *c, const struct election_event *ev);

static void ignore(struct election_ctx *c, const struct election_event *ev)
{
}

static void unexpected(struct election_ctx *c, const struct election_event *ev)
{
	c->e->stats.unexpected++;
}

static void start(struct election_ctx *c, const struct election_event *ev)
{
	election_adopt(c, &ev->start);
	c->hello = true;
}

/* The peer as a whole: alive, whose, with which timers. */
static void record_peer(struct election_ctx *c, const struct election_hello *h)
{
	struct election_peer *p = &c->e->peer;

	if (!p->known || p->system != h->peer_system) {
		memset(p, 0, sizeof(*p));
		p->known = true;
		p->system = h->peer_system;
		p->deaf_since = MONO_NEVER;
		election_note(c, ELECTION_LOG_PEER_FOUND, ELECTION_C_NONE, 0, 0,
			      NULL);
		c->hello = true;
	}
	/* It has not heard us in this life of its own; so tell it soon. */
	if (h->new_session) {
		c->e->done = 0;
		c->hello = true;
	}
	p->hears_me = h->hears_me;
	if (h->hears_me)
		p->deaf_since = MONO_NEVER;
	else if (mono_is_never(p->deaf_since))
		p->deaf_since = c->now;
	p->addr_higher = h->addr_higher;
	p->hello_ms = h->hello_ms;
	p->hold_ms = h->hold_ms;
	p->last_hello = c->now;
	p->last_life = c->now;
	p->extended = false;
	p->bfd_silent = MONO_ZERO;
}

/* What it says about this group, if anything. */
static void record_group(struct election_ctx *c, const struct election_hello *h)
{
	struct election *e = c->e;
	struct election_peer *p = &e->peer;

	if (!h->has_group) {
		/* A round may take several packets, but not for ever. */
		if (p->has_group && mono_span_ms(p->last_group, c->now) >=
				    election_detect_ms(e))
			p->has_group = false;
		return;
	}
	p->has_group = true;
	p->group = h->peer;
	p->last_group = c->now;
	if (h->peer.epoch.counter > e->seen)
		e->seen = h->peer.epoch.counter;
	if (!h->peer.reload_token)
		e->done = 0;
	if (e->adopted) {
		e->adopted = false;
		if (election_active(e))
			e->listen_until = MONO_ZERO;
	}
}

static void hello_heard(struct election_ctx *c, const struct election_event *ev)
{
	record_peer(c, &ev->hello);
	record_group(c, &ev->hello);
}

/* RELOAD-PEER: carried out once for each token; the answer is in our hello. */
static void hello_standby(struct election_ctx *c,
			  const struct election_event *ev)
{
	struct election *e = c->e;
	const struct hello_group *g = &ev->hello.peer;

	hello_heard(c, ev);
	if (!ev->hello.has_group || g->role != RG_ROLE_ACTIVE)
		return;
	if (g->flags & HELLO_GF_RESIGN) {
		e->stats.resign_rx++;
		if (rg_epoch_cmp(&g->epoch, &e->epoch) < 0) {
			e->stats.stale_resign++;
			election_note(c, ELECTION_LOG_STALE_RESIGN,
				      ELECTION_C_NONE, e->epoch.counter,
				      g->epoch.counter, NULL);
		}
		return;
	}
	if (g->reload_token && g->reload_token != e->done) {
		e->done = g->reload_token;
		e->stats.reload_rx++;
		election_restart(c, ELECTION_C_RELOAD_PEER, 0);
	}
}

/* Rule 10: lost. What we did since goes to the winner (MERGE) before its bulk sweeps it. */
static void split_lost(struct election_ctx *c)
{
	struct election *e = c->e;

	e->stats.split_brain++;
	election_note(c, ELECTION_LOG_SPLIT_LOST, ELECTION_C_SPLIT_BRAIN,
		      e->epoch.counter, e->peer.group.epoch.counter, NULL);
	e->merge = true;
	election_become_standby(c, ELECTION_C_SPLIT_BRAIN, 0);
}

/*
 * Rule 10: won. The other one learns it from our hello, so it is answered at
 * once; but two that both believe to have won must not answer each other
 * without end. Our epoch must be the higher one in the end.
 */
static void split_won(struct election_ctx *c)
{
	struct election *e = c->e;
	bool leaving = e->peer.group.flags & HELLO_GF_RESIGN;
	uint32_t gap = e->cfg.hello_ms / 4;

	if (!e->split && !leaving) {
		e->split = true;
		e->stats.split_brain++;
		election_note(c, ELECTION_LOG_SPLIT_WON, ELECTION_C_SPLIT_BRAIN,
			      e->epoch.counter, e->peer.group.epoch.counter,
			      NULL);
		election_emit(c, ELECTION_ANNOUNCE);
	}
	if (rg_epoch_cmp(&e->epoch, &e->peer.group.epoch) <= 0)
		election_bump(c);
	if (mono_before(c->now, e->answer_at))
		return;
	e->answer_at = mono_add_ms(c->now, gap ? gap : 1);
	c->hello = true;
}

static void split(struct election_ctx *c)
{
	if (c->e->peer.group.flags & HELLO_GF_RESIGN ||
	    election_outranks(c->e))
		split_won(c);
	else
		split_lost(c);
}

/* The answer to RELOAD-PEER is in the peer's hello. */
static void check_token(struct election_ctx *c)
{
	struct election *e = c->e;

	if (!e->token || e->peer.group.reload_done != e->token)
		return;
	e->token = 0;
	e->stats.reload_peer++;
	election_done(c, e->token_request);
	c->hello = true;
}

static void hello_active(struct election_ctx *c,
			 const struct election_event *ev)
{
	struct election *e = c->e;
	bool met = e->peer.has_group;

	hello_heard(c, ev);
	if (!ev->hello.has_group)
		return;
	if (e->peer.group.role == RG_ROLE_ACTIVE) {
		split(c);
		return;
	}
	if (e->split || !met) {
		/*
		 * Healed: the loser's announcements may have come after ours. It may have
		 * heard us first, and have given way before we heard it.
		 */
		e->split = false;
		election_emit(c, ELECTION_ANNOUNCE);
	}
	/* It cannot follow a term below its own. */
	if (rg_epoch_cmp(&e->peer.group.epoch, &e->epoch) > 0)
		election_bump(c);
	check_token(c);
}

/* The peer is active in a later term: that is what was asked for. */
static void hello_handover(struct election_ctx *c,
			   const struct election_event *ev)
{
	struct election *e = c->e;

	hello_heard(c, ev);
	if (!ev->hello.has_group)
		return;
	if (e->peer.group.role == RG_ROLE_ACTIVE) {
		if (e->peer.group.epoch.counter > e->epoch.counter)
			election_finish_handover(c);
		else
			split_won(c);
		return;
	}
	if (e->peer.group.role != RG_ROLE_STANDBY ||
	    e->peer.group.flags & (HELLO_GF_SHUTDOWN | HELLO_GF_UNABLE))
		election_abort_handover(c, ELECTION_R_NO_PEER);
}

static void life(struct election_ctx *c, const struct election_event *ev)
{
	struct election_peer *p = &c->e->peer;

	if (!p->known)
		return;
	p->last_life = c->now;
	p->extended = false;
	p->bfd_silent = MONO_ZERO;
}

/* Silence is judged at the tick that follows: all sockets are read before. */
static void bfd(struct election_ctx *c, const struct election_event *ev)
{
	struct election *e = c->e;
	uint32_t old = e->bfd_lease_ms;

	e->bfd_lease_ms = ev->bfd.lease_ms;
	if (ev->bfd.silent || ev->bfd.up)
		e->peer.bfd_silent = ev->bfd.silent ? c->now : MONO_ZERO;
	e->peer.bfd_detect_ms = ev->bfd.detect_ms;
	if (e->bfd_lease_ms == old || !election_lease_ms(e, c->now))
		return;
	election_push_role(c, 0, true);
	/* A longer one is one that the peer must have heard a hello for. */
	c->hello |= !e->bfd_lease_ms || (old && e->bfd_lease_ms > old);
}

/* Renewal goes with the hello, so the lease ends before the peer's patience. */
static void renew(struct election_ctx *c, const struct election_event *ev)
{
	struct election *e = c->e;

	if (election_lease_ms(e, c->now) || !mono_is_never(e->lease_until))
		election_push_role(c, 0, true);
}

static void decrement(struct election_ctx *c, const struct election_event *ev)
{
	const struct election_decrement *d = &ev->decrement;
	struct election *e = c->e;
	uint8_t old = election_run_priority(e);
	bool ended = d->sum < e->decrement ||
		     (e->forced_down && !d->forced_down);

	if (d->sum == e->decrement && d->forced_down == e->forced_down &&
	    d->all_down == e->all_down)
		return;
	e->decrement = d->sum;
	e->forced_down = d->forced_down;
	e->all_down = d->all_down;
	e->stats.fault_changes++;
	if (election_run_priority(e) != old)
		election_note(c, ELECTION_LOG_PRIORITY, ELECTION_C_FAULT, old,
			      election_run_priority(e), d->cause);
	/* Rule 11: what has just come back may go again. */
	if (ended)
		e->hold_until = mono_max(e->hold_until,
					 mono_add_ms(c->now, UINT64_C(1000) *
							     e->cfg.delay_s));
	c->hello = true;
}

static void config(struct election_ctx *c, const struct election_event *ev)
{
	struct election *e = c->e;
	uint8_t old = election_run_priority(e);

	e->cfg = ev->config;
	if (election_run_priority(e) != old)
		election_note(c, ELECTION_LOG_PRIORITY, ELECTION_C_CONFIG, old,
			      election_run_priority(e), NULL);
	c->hello = true;
}

/* Of the standby's own copy; without a session there is none to speak of. */
static void sync_standby(struct election_ctx *c,
			 const struct election_event *ev)
{
	struct election *e = c->e;
	enum rg_rf old = election_rf(e);

	if (e->sync_dir != 2 || e->sync == ev->sync.status)
		return;
	e->sync = ev->sync.status;
	election_note(c, ELECTION_LOG_RF, ELECTION_C_PEER_ACTIVE, old,
		      election_rf(e), NULL);
	c->hello = true;
}

static void sync_drained(struct election_ctx *c,
			 const struct election_event *ev)
{
	if (ev->sync.drained)
		election_resign(c);
}

/* Peer lost: what each state makes of it follows in election_evaluate(). */
static void peer_lost(struct election_ctx *c)
{
	struct election *e = c->e;

	e->peer.known = false;
	e->peer.has_group = false;
	e->stats.peer_lost++;
	e->stats.bfd_lost += !mono_is_zero(e->peer.bfd_silent);
	e->silence_ms = election_detect_ms(e);
	if (!mono_is_zero(e->peer.bfd_silent) && e->peer.bfd_detect_ms < e->silence_ms)
		e->silence_ms = e->peer.bfd_detect_ms;
	e->peer.bfd_silent = MONO_ZERO;
	election_note(c, ELECTION_LOG_PEER_LOST, ELECTION_C_PEER_DEAD, 0,
		      e->state == ELECTION_STANDBY &&
		      e->sync == ELECTION_SYNC_HOT, NULL);
	if (e->state == ELECTION_HANDOVER || e->state == ELECTION_RESIGNED)
		election_abort_handover(c, ELECTION_R_NO_PEER);
	else if (e->state == ELECTION_ACTIVE)
		election_push_role(c, 0, true);
}

static void check_silence(struct election_ctx *c)
{
	struct election *e = c->e;
	struct election_peer *p = &e->peer;
	mono_t end = election_peer_deadline(e);
	uint32_t detect = election_detect_ms(e);
	uint64_t more = 2 * (uint64_t)p->hello_ms;

	if (!p->known || mono_before(c->now, end))
		return;
	if (!p->extended && mono_span_ms(end, c->now) > p->hello_ms / 2) {
		p->extended = true;
		p->last_life = mono_sub_ms(mono_add_ms(c->now, more), detect);
		e->stats.late++;
		return;
	}
	peer_lost(c);
}

static void check_token_time(struct election_ctx *c)
{
	struct election *e = c->e;

	if (!e->token)
		return;
	if (mono_reached(c->now, e->token_until)) {
		e->token = 0;
		election_refuse(c, e->token_request, ELECTION_R_FAILED);
		c->hello = true;
	} else if (mono_reached(c->now, e->resign_at)) {
		e->resign_at = mono_add_ms(c->now, e->cfg.hello_ms);
		election_emit(c, ELECTION_SEND_RELOAD);
	}
}

static void tick(struct election_ctx *c, const struct election_event *ev)
{
	struct election *e = c->e;

	c->tick = true;
	check_silence(c);
	if (!mono_is_zero(e->damped_until) &&
	    mono_reached(c->now, e->damped_until)) {
		e->damped_until = MONO_ZERO;
		memset(e->changes, 0, sizeof(e->changes));
		election_note(c, ELECTION_LOG_DAMPED, ELECTION_C_NONE, 1, 0,
			      NULL);
		c->hello = true;
	}
}

/* The peer that the former life of this agent knew has not shown up. */
static void tick_active(struct election_ctx *c, const struct election_event *ev)
{
	struct election *e = c->e;

	tick(c, ev);
	check_token_time(c);
	if (e->state == ELECTION_ACTIVE && e->adopted &&
	    mono_reached(c->now, e->listen_until)) {
		e->adopted = false;
		e->listen_until = MONO_ZERO;
		election_push_role(c, 0, true);
	}
}

static void tick_handover(struct election_ctx *c,
			  const struct election_event *ev)
{
	struct election *e = c->e;

	tick(c, ev);
	if (e->state != ELECTION_HANDOVER ||
	    !mono_reached(c->now, e->handover_until))
		return;
	election_note(c, ELECTION_LOG_HANDOVER_UNACKED, e->handover_cause, 0, 0,
		      NULL);
	election_resign(c);
}

static void tick_resigned(struct election_ctx *c,
			  const struct election_event *ev)
{
	struct election *e = c->e;

	tick(c, ev);
	if (e->state != ELECTION_RESIGNED)
		return;
	if (mono_reached(c->now, e->handover_until)) {
		election_abort_handover(c, ELECTION_R_FAILED);
	} else if (mono_reached(c->now, e->resign_at)) {
		e->resign_at = mono_add_ms(c->now, e->cfg.hello_ms < 100 ?
						   e->cfg.hello_ms : 100);
		e->stats.resign_tx++;
		election_emit(c, ELECTION_SEND_RESIGN);
	}
}

static void kernel_refused(struct election_ctx *c)
{
	struct election *e = c->e;

	if (e->kernel_refused)
		return;
	e->kernel_refused = true;
	c->hello = true;
	if (!election_active(e) && !e->fenced)
		return;
	if (e->state == ELECTION_HANDOVER || e->state == ELECTION_RESIGNED) {
		election_refuse(c, e->handover_request, ELECTION_R_FAILED);
		if (e->stopping)
			c->stop_on = -1;
		e->stopping = false;
	}
	election_give_up(c, ELECTION_C_KERNEL);
}

/* The kernel knows a later term than we: another life of this agent chose it. */
static void kernel_stale(struct election_ctx *c, const struct rg_epoch *epoch)
{
	struct election *e = c->e;

	if (rg_epoch_cmp(epoch, &e->epoch) <= 0) {
		/* Not the reason then: do not ask for ever. */
		kernel_refused(c);
		return;
	}
	if (epoch->counter > e->seen)
		e->seen = epoch->counter;
	if (election_active(e)) {
		election_bump(c);
		return;
	}
	e->epoch = *epoch;
	election_push_role(c, 0, false);
	c->hello = true;
}

static void kernel(struct election_ctx *c, const struct election_event *ev)
{
	struct election *e = c->e;

	switch (ev->kernel.report) {
	case ELECTION_KERNEL_LEASE:
		if (election_active(e))
			election_fence(c);
		break;
	case ELECTION_KERNEL_STALE:
		kernel_stale(c, &ev->kernel.epoch);
		break;
	case ELECTION_KERNEL_REFUSED:
		kernel_refused(c);
		break;
	case ELECTION_KERNEL_READY:
		e->kernel_refused = false;
		c->hello = true;
		break;
	case ELECTION_KERNEL_INSTANCE:
		if (e->instance == ev->kernel.instance)
			break;
		e->instance = ev->kernel.instance;
		e->full = true;
		election_sync_restart(c);
		election_push_role(c, 0, false);
		c->hello = true;
		break;
	}
}

static void carrier(struct election_ctx *c, const struct election_event *ev)
{
	c->e->no_carrier = ev->no_carrier;
}

static void probe(struct election_ctx *c, const struct election_event *ev)
{
	election_probe_answer(c);
}

static void stop_now(struct election_ctx *c, const struct election_event *ev)
{
	/* Fenced: the role in the kernel is ours still, and others may adopt it. */
	c->stop_on = c->e->fenced ? -1 : 1;
}

static void stop_active(struct election_ctx *c, const struct election_event *ev)
{
	if (election_rule(c->e, ELECTION_T_STOP) != ELECTION_GO) {
		c->stop_on = -1;
		return;
	}
	c->e->stopping = true;
	election_begin_handover(c, ELECTION_C_STOP, 0, false);
}

/* A hand-over for another reason is under way: its end is ours. */
static void stop_later(struct election_ctx *c, const struct election_event *ev)
{
	c->e->stopping = true;
}

static void admin(struct election_ctx *c, const struct election_event *ev)
{
	election_admin(c, &ev->admin);
}

/* Short, so that the matrix can be read as one. */
#define sDI ELECTION_DISABLED
#define sIN ELECTION_INIT
#define sNE ELECTION_NEGOTIATION
#define sSB ELECTION_STANDBY
#define sAC ELECTION_ACTIVE
#define sHA ELECTION_HANDOVER
#define sRE ELECTION_RESIGNED

/*
 * The matrix: who takes in which event in which state.
 *
 * START	Once. A second one would forget what is known: counted, not done.
 * TICK		Everywhere the peer's silence and the end of damping. sAC also the
 *		peer that never showed up after an adoption, and RELOAD-PEER; sHA
 *		the 2 s of rule 7; sRE repetition, and the end of patience.
 * HELLO	Recorded everywhere. sIN: not before START, when nobody knows yet what
 *		we are. sDI, sNE: evaluation draws the conclusions. sSB: RESIGN and
 *		RELOAD-PEER come in hellos. sAC: two actives (rule 10), the answer to
 *		RELOAD-PEER. sHA, sRE: the peer has taken over, or cannot.
 * HELLO_TX	Renews the lease of whoever is active; others have none.
 * LIFE		Counts for the peer's life in every state.
 * BFD		Recorded everywhere: an earlier silence, a shorter lease.
 * DECREMENT	Recorded everywhere, evaluation draws the conclusions. Before START
 *		too: faults may be known first.
 * ADMIN	See election_admin.c.
 * SYNC		sSB: completeness of the copy. sHA: the drain is over. Elsewhere it is
 *		of a session that just ended.
 * CONFIG	Recorded everywhere.
 * KERNEL	Everywhere: the kernel's word is about the role that it holds.
 * CARRIER	Recorded everywhere, also before START.
 * PROBE	sNE, sSB: somebody else is active. Elsewhere it comes too late.
 * STOP		sAC: rule 4. sHA, sRE: with the hand-over's end. Elsewhere at once: no
 *		flow is ours.
 */
static handler *const matrix[ELECTION_EVENTS][ELECTION_STATES] = {
	[ELECTION_EV_START] = {
		[sDI] = unexpected,	[sIN] = start,
		[sNE] = unexpected,	[sSB] = unexpected,
		[sAC] = unexpected,	[sHA] = unexpected,
		[sRE] = unexpected,
	},
	[ELECTION_EV_TICK] = {
		[sDI] = tick,		[sIN] = unexpected,
		[sNE] = tick,		[sSB] = tick,
		[sAC] = tick_active,	[sHA] = tick_handover,
		[sRE] = tick_resigned,
	},
	[ELECTION_EV_HELLO] = {
		[sDI] = hello_heard,	[sIN] = unexpected,
		[sNE] = hello_heard,	[sSB] = hello_standby,
		[sAC] = hello_active,	[sHA] = hello_handover,
		[sRE] = hello_handover,
	},
	[ELECTION_EV_HELLO_TX] = {
		[sDI] = ignore,		[sIN] = ignore,
		[sNE] = ignore,		[sSB] = ignore,
		[sAC] = renew,		[sHA] = renew,
		[sRE] = renew,
	},
	[ELECTION_EV_LIFE] = {
		[sDI] = life,		[sIN] = unexpected,
		[sNE] = life,		[sSB] = life,
		[sAC] = life,		[sHA] = life,
		[sRE] = life,
	},
	[ELECTION_EV_BFD] = {
		[sDI] = bfd,		[sIN] = bfd,
		[sNE] = bfd,		[sSB] = bfd,
		[sAC] = bfd,		[sHA] = bfd,
		[sRE] = bfd,
	},
	[ELECTION_EV_DECREMENT] = {
		[sDI] = decrement,	[sIN] = decrement,
		[sNE] = decrement,	[sSB] = decrement,
		[sAC] = decrement,	[sHA] = decrement,
		[sRE] = decrement,
	},
	[ELECTION_EV_ADMIN] = {
		[sDI] = admin,		[sIN] = admin,
		[sNE] = admin,		[sSB] = admin,
		[sAC] = admin,		[sHA] = admin,
		[sRE] = admin,
	},
	[ELECTION_EV_SYNC] = {
		[sDI] = ignore,		[sIN] = unexpected,
		[sNE] = ignore,		[sSB] = sync_standby,
		[sAC] = ignore,		[sHA] = sync_drained,
		[sRE] = ignore,
	},
	[ELECTION_EV_CONFIG] = {
		[sDI] = config,		[sIN] = config,
		[sNE] = config,		[sSB] = config,
		[sAC] = config,		[sHA] = config,
		[sRE] = config,
	},
	[ELECTION_EV_KERNEL] = {
		[sDI] = kernel,		[sIN] = kernel,
		[sNE] = kernel,		[sSB] = kernel,
		[sAC] = kernel,		[sHA] = kernel,
		[sRE] = kernel,
	},
	[ELECTION_EV_STOP] = {
		[sDI] = stop_now,	[sIN] = stop_now,
		[sNE] = stop_now,	[sSB] = stop_now,
		[sAC] = stop_active,	[sHA] = stop_later,
		[sRE] = stop_later,
	},
	[ELECTION_EV_CARRIER] = {
		[sDI] = carrier,	[sIN] = carrier,
		[sNE] = carrier,	[sSB] = carrier,
		[sAC] = carrier,	[sHA] = carrier,
		[sRE] = carrier,
	},
	[ELECTION_EV_PROBE] = {
		[sDI] = ignore,		[sIN] = ignore,
		[sNE] = probe,		[sSB] = probe,
		[sAC] = ignore,		[sHA] = ignore,
		[sRE] = ignore,
	},
};

void election_step(struct election *e, const struct election_event *ev,
		   mono_t now, struct election_actions *out)
{
	struct election_ctx c = { .e = e, .now = now, .out = out };

	out->n = 0;
	out->lost = 0;
	/* Before anything else: the kernel has fenced us already. */
	if (election_active(e) && mono_reached(now, e->lease_until))
		election_fence(&c);
	matrix[ev->type][e->state](&c, ev);
	election_evaluate(&c);
	election_finish_step(&c);
}
