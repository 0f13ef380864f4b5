// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Transitions: what is done on the way from one state to the next.
 *
 * The order of a takeover is fixed here: role, addresses, announcement, hello;
 * then the state transport, then the log (election_finish_step()).
 */
#include "election_int.h"

#include <string.h>

enum { SYNC_STOP, SYNC_SEND, SYNC_RECEIVE };

struct election_action *election_emit(struct election_ctx *c,
				      enum election_action_type type)
{
	static const struct election_action none;
	struct election_actions *out = c->out;
	struct election_action *a;

	if (out->n == ELECTION_ACTIONS_MAX) {
		/* Never, says the simulation; if it does, it is counted. */
		out->lost++;
		a = &out->a[ELECTION_ACTIONS_MAX - 1];
	} else {
		a = &out->a[out->n++];
	}
	*a = none;
	a->type = type;
	return a;
}

void election_note(struct election_ctx *c, enum election_log_id id,
		   enum election_cause cause, uint64_t old, uint64_t new,
		   const char *text)
{
	if (c->n_logs == ELECTION_LOGS_MAX) {
		c->out->lost++;
		return;
	}
	c->logs[c->n_logs++] = (struct election_log){
		.id = id, .cause = cause, .old = old, .new = new, .text = text,
	};
}

void election_done(struct election_ctx *c, uint32_t request)
{
	if (request)
		election_emit(c, ELECTION_DONE)->request = request;
}

void election_refuse(struct election_ctx *c, uint32_t request,
		     enum election_refusal refusal)
{
	struct election_action *a;

	if (!request)
		return;
	a = election_emit(c, ELECTION_REFUSE);
	a->request = request;
	a->refusal = refusal;
}

/* Tells the kernel role, epoch and lease; keeps our own record of the lease. */
void election_push_role(struct election_ctx *c, uint32_t grace_ms, bool renew)
{
	struct election *e = c->e;
	struct election_set_role *r = &election_emit(c, ELECTION_SET_ROLE)->role;

	r->role = election_role(e);
	r->epoch = e->epoch;
	r->renew = renew;
	e->lease_until = MONO_NEVER;
	if (!election_active(e)) {
		r->grace_ms = grace_ms;
		return;
	}
	r->no_new = e->state != ELECTION_ACTIVE;
	r->lease_ms = election_lease_ms(e, c->now);
	if (r->lease_ms)
		e->lease_until = mono_add_ms(c->now, r->lease_ms);
}

void election_set_addresses(struct election_ctx *c, bool on)
{
	if (c->e->addr_on == on)
		return;
	c->e->addr_on = on;
	election_emit(c, ELECTION_ADDRESSES)->on = on;
}

void election_set_wait(struct election_ctx *c, enum election_wait w)
{
	if (c->e->wait == w)
		return;
	election_note(c, ELECTION_LOG_WAIT, ELECTION_C_NONE, c->e->wait, w,
		      NULL);
	c->e->wait = w;
}

/* Rule 14: more than three role changes within ten minutes. */
static void count_change(struct election_ctx *c)
{
	struct election *e = c->e;
	const unsigned int n = ELECTION_DAMP_CHANGES;
	bool was = election_damped(e, c->now);

	memmove(e->changes, e->changes + 1, n * sizeof(e->changes[0]));
	e->changes[n] = c->now;
	if (!was && (mono_is_zero(e->changes[0]) ||
		     mono_span_ms(e->changes[0], c->now) > ELECTION_DAMP_MS))
		return;
	e->damped_until = mono_add_ms(c->now, ELECTION_DAMP_MS);
	if (!was)
		election_note(c, ELECTION_LOG_DAMPED, ELECTION_C_NONE, 0, 1,
			      NULL);
}

static void role_changed(struct election_ctx *c, enum rg_role old,
			 enum election_cause cause)
{
	struct election *e = c->e;
	enum rg_role new = election_role(e);

	election_note(c, ELECTION_LOG_ROLE, cause, old, new, NULL);
	if (new == RG_ROLE_ACTIVE)
		e->stats.to_active++;
	if (new == RG_ROLE_STANDBY)
		e->stats.to_standby++;
	/* To find a role in the kernel is not to change it. */
	if (cause != ELECTION_C_ADOPT &&
	    (old == RG_ROLE_ACTIVE || new == RG_ROLE_ACTIVE))
		count_change(c);
}

/* What belongs to a term as active ends with it. */
static void leave_active(struct election_ctx *c)
{
	struct election *e = c->e;

	e->below_since = MONO_NEVER;
	e->lease_until = MONO_NEVER;
	e->retry_at = MONO_ZERO;
	e->adopted = false;
	e->split = false;
	election_set_wait(c, ELECTION_W_NONE);
	if (e->token) {
		election_refuse(c, e->token_request, ELECTION_R_FAILED);
		e->token = 0;
	}
}

static void set_state(struct election_ctx *c, enum election_state state,
		      enum election_cause cause)
{
	struct election *e = c->e;
	bool was_active = election_active(e);
	enum rg_role role = election_role(e);
	enum rg_rf rf = election_rf(e);

	e->state = state;
	e->cause = cause;
	e->sync = ELECTION_SYNC_COLD;
	e->fenced = false;
	if (state != ELECTION_STANDBY) {
		e->heir = false;
		e->gave_up = false;
	}
	if (election_role(e) != role)
		role_changed(c, role, cause);
	if (election_rf(e) != rf)
		election_note(c, ELECTION_LOG_RF, cause, rf, election_rf(e),
			      NULL);
	if (was_active && !election_active(e))
		leave_active(c);
	c->hello = true;
}

/* Begin as a router that knows nothing yet: it listens before it claims. */
void election_listen(struct election_ctx *c, enum election_cause cause)
{
	struct election *e = c->e;

	set_state(c, ELECTION_NEGOTIATION, cause);
	e->listen_until = mono_add_ms(c->now, election_detect_ms(e));
	e->listen_extended = false;
	election_push_role(c, 0, false);
	election_set_addresses(c, false);
}

/* @keep_epoch: the term goes on, if nobody has begun a later one. */
void election_become_active(struct election_ctx *c, enum election_cause cause,
			    bool keep_epoch)
{
	struct election *e = c->e;
	bool standby = e->state == ELECTION_STANDBY;
	bool complete = e->sync == ELECTION_SYNC_HOT;
	uint64_t top = e->seen > e->epoch.counter ? e->seen : e->epoch.counter;

	if (!keep_epoch || e->seen > e->epoch.counter) {
		election_note(c, ELECTION_LOG_EPOCH, cause, e->epoch.counter,
			      top + 1, NULL);
		e->epoch.counter = top + 1;
		e->epoch.system = e->system;
	}
	set_state(c, ELECTION_ACTIVE, cause);
	e->listen_until = MONO_ZERO;
	e->adopted = false;
	e->full = false;
	e->merge = false;
	election_push_role(c, 0, false);
	e->addr_on = -1;
	election_set_addresses(c, true);
	election_emit(c, ELECTION_ANNOUNCE);
	if (standby && !complete)
		election_note(c, ELECTION_LOG_TAKEOVER_NOT_HOT, cause, 0, 0,
			      NULL);
}

/* The kernel refuses to go back, so a lower epoch is not adopted; see bump. */
static void adopt_epoch(struct election_ctx *c)
{
	struct election *e = c->e;

	if (election_peer_active(e) &&
	    rg_epoch_cmp(&e->peer.group.epoch, &e->epoch) > 0)
		e->epoch = e->peer.group.epoch;
}

void election_become_standby(struct election_ctx *c, enum election_cause cause,
			     uint32_t grace_ms)
{
	struct election *e = c->e;

	set_state(c, ELECTION_STANDBY, cause);
	e->listen_until = MONO_ZERO;
	if (election_peer_active(e)) {
		e->heir = true;
		adopt_epoch(c);
	}
	election_push_role(c, grace_ms, false);
	election_set_addresses(c, false);
}

/* The session that fed our copy is over: how complete it is, nobody knows. */
static void copy_cold(struct election_ctx *c)
{
	struct election *e = c->e;
	enum rg_rf old = election_rf(e);

	if (e->state != ELECTION_STANDBY || e->sync == ELECTION_SYNC_COLD)
		return;
	e->sync = ELECTION_SYNC_COLD;
	election_note(c, ELECTION_LOG_RF, ELECTION_C_PEER_ACTIVE, old,
		      election_rf(e), NULL);
	c->hello = true;
}

void election_sync_restart(struct election_ctx *c)
{
	if (c->e->sync_dir == SYNC_STOP)
		return;
	c->e->sync_dir = SYNC_STOP;
	election_emit(c, ELECTION_SYNC_STOP);
	copy_cold(c);
}

/* Rule 6: the group, not the box, begins a new life, with a copy made anew. */
void election_restart(struct election_ctx *c, enum election_cause cause,
		      uint32_t grace_ms)
{
	set_state(c, ELECTION_INIT, cause);
	election_sync_restart(c);
	c->e->full = true;
	election_become_standby(c, cause, grace_ms);
}

void election_disable(struct election_ctx *c, enum election_cause cause,
		      uint32_t grace_ms)
{
	set_state(c, ELECTION_DISABLED, cause);
	c->e->listen_until = MONO_ZERO;
	adopt_epoch(c);
	election_push_role(c, grace_ms, false);
	election_set_addresses(c, false);
	c->e->stats.disable_shut++;
}

/* Rule 4: there is nobody to take the role, and we must not have it. */
void election_give_up(struct election_ctx *c, enum election_cause cause)
{
	election_become_standby(c, cause, 0);
	c->e->heir = false;
	c->e->gave_up = true;
	c->e->stats.disable_fault++;
}

/*
 * Our lease has run out: we were stopped for so long that the peer may have taken
 * over meanwhile, and its hellos may wait unread. The kernel forwards nothing
 * by now, and must not be told to before the answer is there: so no SET_ROLE. Ask
 * first, then go on or resign. A hand-over under way is forgotten, for either
 * the peer has the role or we begin anew.
 */
void election_fence(struct election_ctx *c)
{
	struct election *e = c->e;

	if (e->state == ELECTION_HANDOVER || e->state == ELECTION_RESIGNED) {
		election_note(c, ELECTION_LOG_HANDOVER_FAILED,
			      e->handover_cause, 0, ELECTION_R_FAILED, NULL);
		election_refuse(c, e->handover_request, ELECTION_R_FAILED);
		if (e->stopping)
			c->stop_on = -1;
		e->stopping = false;
	}
	set_state(c, ELECTION_NEGOTIATION, ELECTION_C_LEASE);
	e->fenced = true;
	e->peer.has_group = false;	/* its last words may be old: ask */
	e->listen_until = mono_add_ms(c->now, election_detect_ms(e));
	e->listen_extended = false;
	e->stats.fenced++;
	election_note(c, ELECTION_LOG_FENCED, ELECTION_C_LEASE, 0, 0, NULL);
}

static void adopt_active(struct election_ctx *c,
			 const struct election_start *s)
{
	struct election *e = c->e;

	if (s->leased && !s->lease_left_ms) {
		election_fence(c);
		return;
	}
	set_state(c, ELECTION_ACTIVE, ELECTION_C_ADOPT);
	if (s->leased) {
		/* There was a peer: it has the time of a detection to show up. */
		e->adopted = true;
		e->listen_until = mono_add_ms(c->now, election_detect_ms(e));
		e->listen_extended = false;
	}
	election_push_role(c, 0, true);
	election_set_addresses(c, true);
}

/* Rule 11: counted from when the system came up, whenever the agent started. */
static void hold_after_boot(struct election_ctx *c, const struct election_start *s)
{
	uint64_t reload_ms = UINT64_C(1000) * c->e->cfg.reload_s;

	if (reload_ms > s->uptime_ms)
		c->e->hold_until = mono_add_ms(c->now, reload_ms - s->uptime_ms);
}

/* EV_START: what the kernel holds is the truth about the time before us. */
void election_adopt(struct election_ctx *c, const struct election_start *s)
{
	struct election *e = c->e;

	e->instance = s->instance;
	if (s->exists)
		e->epoch = s->epoch;
	e->seen = e->epoch.counter;
	if (s->shutdown) {
		/* It may be undone before the system has been up for long enough. */
		hold_after_boot(c, s);
		election_disable(c, ELECTION_C_START, 0);
		return;
	}
	if (s->exists && s->role == RG_ROLE_ACTIVE) {
		adopt_active(c, s);
		return;
	}
	if (s->exists && s->role == RG_ROLE_STANDBY) {
		election_become_standby(c, ELECTION_C_ADOPT, 0);
		e->adopted = true;
		e->heir = e->epoch.counter != 0;
		e->listen_until = mono_add_ms(c->now, election_detect_ms(e));
		e->listen_extended = false;
		return;
	}
	hold_after_boot(c, s);
	election_listen(c, ELECTION_C_START);
}

/* A later term of ours, because the peer knows one that is not below ours. */
void election_bump(struct election_ctx *c)
{
	struct election *e = c->e;
	uint64_t old = e->epoch.counter;

	e->epoch.counter = (e->seen > old ? e->seen : old) + 1;
	e->epoch.system = e->system;
	election_note(c, ELECTION_LOG_EPOCH, ELECTION_C_SPLIT_BRAIN, old,
		      e->epoch.counter, NULL);
	election_push_role(c, 0, false);
	c->hello = true;
}

/* Rule 7. New connections wait from here on. */
void election_begin_handover(struct election_ctx *c, enum election_cause cause,
			     uint32_t request, bool force)
{
	struct election *e = c->e;

	if (e->token) {
		election_refuse(c, e->token_request, ELECTION_R_FAILED);
		e->token = 0;
	}
	e->handover_cause = cause;
	e->handover_request = request;
	e->handover_force = force;
	e->handover_began = c->now;
	e->handover_until = mono_add_ms(c->now, ELECTION_DRAIN_MS);
	e->below_since = MONO_NEVER;
	election_set_wait(c, ELECTION_W_NONE);
	set_state(c, ELECTION_HANDOVER, cause);
	election_push_role(c, 0, false);
	election_note(c, ELECTION_LOG_HANDOVER_BEGIN, cause, 0, 0, NULL);
	if (e->peer.group.rf == RG_RF_STANDBY_COLD)
		election_resign(c);	/* no session: nothing can be drained */
	else
		election_emit(c, ELECTION_DRAIN);
}

/* The last changes are over there, or had their time: now the peer may. */
void election_resign(struct election_ctx *c)
{
	struct election *e = c->e;
	uint32_t wait = election_detect_ms(e);

	set_state(c, ELECTION_RESIGNED, e->handover_cause);
	e->handover_until = mono_add_ms(c->now, wait > 1000 ? wait : 1000);
	e->resign_at = c->now;
	e->stats.resign_tx++;
	election_emit(c, ELECTION_SEND_RESIGN);
	e->resign_at = mono_add_ms(c->now, e->cfg.hello_ms < 100 ?
					   e->cfg.hello_ms : 100);
}

/* The peer has announced itself. */
void election_finish_handover(struct election_ctx *c)
{
	struct election *e = c->e;
	enum election_cause cause = e->handover_cause;
	uint32_t request = e->handover_request;
	bool fault = cause == ELECTION_C_THRESHOLD ||
		     cause == ELECTION_C_TRACK_SHUTDOWN ||
		     (cause == ELECTION_C_PREEMPT && e->decrement);

	if (cause == ELECTION_C_ADMIN_SHUTDOWN)
		election_disable(c, cause, ELECTION_GRACE_MS);
	else if (cause == ELECTION_C_RELOAD_SELF)
		election_restart(c, cause, ELECTION_GRACE_MS);
	else
		election_become_standby(c, cause, ELECTION_GRACE_MS);
	if (cause == ELECTION_C_RELOAD_SELF)
		e->stats.reload_self++;
	e->stats.fault_switchovers += fault;
	election_note(c, ELECTION_LOG_HANDOVER_DONE, cause, 0,
		      mono_span_ms(e->handover_began, c->now), NULL);
	election_done(c, request);
	if (e->stopping)
		c->stop_on = 1;
}

/* Nobody took over. The old flows never stopped; let new ones in again. */
static void resume(struct election_ctx *c, enum election_cause cause)
{
	set_state(c, ELECTION_ACTIVE, cause);
	c->e->retry_at = mono_add_ms(c->now, ELECTION_RETRY_MS);
	election_push_role(c, 0, false);
}

/*
 * The hand-over failed: the peer died, or did not take the role in time. Who
 * wanted the group down whether or not somebody takes it gets that; all others
 * go on as active.
 */
void election_abort_handover(struct election_ctx *c,
			     enum election_refusal refusal)
{
	struct election *e = c->e;
	enum election_cause cause = e->handover_cause;
	bool alone = refusal == ELECTION_R_NO_PEER;

	election_note(c, ELECTION_LOG_HANDOVER_FAILED, cause, 0, refusal, NULL);
	if (cause == ELECTION_C_ADMIN_SHUTDOWN && (alone || e->handover_force)) {
		election_disable(c, cause, 0);
		election_done(c, e->handover_request);
	} else if (cause == ELECTION_C_TRACK_SHUTDOWN) {
		election_give_up(c, cause);
	} else {
		resume(c, ELECTION_C_TIMEOUT);
		election_refuse(c, e->handover_request, refusal);
	}
	if (e->stopping)
		c->stop_on = -1;
	e->stopping = false;
}

/* What the state transport shall do; told when it changes. */
static void sync_update(struct election_ctx *c)
{
	struct election *e = c->e;
	unsigned int dir = SYNC_STOP;
	struct election_action *a;

	/* The copy is no worse while the first question stands. */
	if (e->probe.on && !e->probe.isolated)
		return;
	if (election_active(e) && election_peer_here(e) &&
	    e->peer.group.role == RG_ROLE_STANDBY)
		dir = SYNC_SEND;
	else if (e->state == ELECTION_STANDBY && election_peer_active(e) &&
		 !rg_epoch_cmp(&e->epoch, &e->peer.group.epoch))
		dir = SYNC_RECEIVE;
	if (dir == e->sync_dir &&
	    (dir == SYNC_STOP ||
	     (e->sync_system == e->peer.system &&
	      !rg_epoch_cmp(&e->sync_epoch, &e->epoch))))
		return;
	e->sync_dir = dir;
	e->sync_epoch = e->epoch;
	e->sync_system = e->peer.system;
	a = election_emit(c, dir == SYNC_SEND ? ELECTION_SYNC_SEND :
			     dir == SYNC_RECEIVE ? ELECTION_SYNC_RECEIVE :
						   ELECTION_SYNC_STOP);
	copy_cold(c);
	if (dir == SYNC_STOP)
		return;
	a->sync.epoch = e->epoch;
	a->sync.peer_system = e->peer.system;
	a->sync.full = dir == SYNC_RECEIVE && e->full;
	a->sync.merge = dir == SYNC_RECEIVE && e->merge;
	if (dir == SYNC_RECEIVE) {
		e->full = false;
		e->merge = false;
	}
}

static bool no_active(const struct election_ctx *c)
{
	const struct election *e = c->e;

	if (election_peer_active(e))
		return false;
	if (e->state == ELECTION_STANDBY)
		return e->gave_up || !election_able(e);
	return e->state == ELECTION_NEGOTIATION && !election_able(e) &&
	       mono_is_zero(e->listen_until);
}

static uint16_t faults_now(const struct election_ctx *c)
{
	const struct election *e = c->e;
	const struct election_peer *p = &e->peer;
	uint32_t detect = election_detect_ms(e);
	uint16_t f = 0;

	if (e->state == ELECTION_ACTIVE && e->wait == ELECTION_W_NO_PEER)
		f |= ELECTION_F_DEGRADED;
	if (no_active(c))
		f |= ELECTION_F_NO_ACTIVE;
	if (e->kernel_refused)
		f |= ELECTION_F_KERNEL;
	if (e->probe.isolated)
		f |= ELECTION_F_ISOLATED;
	if (!p->known)
		return f;
	if (mono_reached(c->now, mono_add_ms(p->deaf_since, detect)))
		f |= ELECTION_F_ONE_WAY;
	if (p->hello_ms != e->cfg.hello_ms || p->hold_ms != e->cfg.hold_ms)
		f |= ELECTION_F_TIMERS;
	if (mono_reached(c->now, mono_add_ms(p->last_hello, detect)))
		f |= ELECTION_F_CTRL_PATH;
	if (p->has_group && p->group.digest && e->cfg.digest &&
	    p->group.digest != e->cfg.digest)
		f |= ELECTION_F_DIGEST;
	return f;
}

static mono_t after(const struct election_ctx *c, mono_t best, mono_t t)
{
	return mono_before(c->now, t) ? mono_min(best, t) : best;
}

/*
 * Deadlines that a tick resolves count even when they have passed already; those
 * that are merely looked at in evaluation only while they are to come, or the
 * caller would spin.
 */
static mono_t next_deadline(const struct election_ctx *c)
{
	const struct election *e = c->e;
	const struct election_peer *p = &e->peer;
	uint32_t detect = election_detect_ms(e);
	mono_t t = MONO_NEVER;

	if (p->known) {
		t = mono_min(t, election_peer_deadline(e));
		t = after(c, t, mono_add_ms(p->last_hello, detect));
		t = after(c, t, mono_add_ms(p->deaf_since, detect));
	}
	if (!mono_is_zero(e->listen_until))
		t = mono_min(t, e->listen_until);
	if (election_may_resume(e))
		t = c->tick ? t : c->now;
	if (!mono_is_zero(e->damped_until))
		t = mono_min(t, e->damped_until);
	if (e->token)
		t = mono_min(t, mono_min(e->token_until, e->resign_at));
	if (c->claims)
		t = mono_min(t, e->probe.on ? mono_min(e->probe.until, e->probe.ask_at) : c->now);
	if (e->state == ELECTION_HANDOVER)
		t = mono_min(t, e->handover_until);
	if (e->state == ELECTION_RESIGNED)
		t = mono_min(t, mono_min(e->handover_until, e->resign_at));
	if (e->state == ELECTION_ACTIVE) {
		t = after(c, t, mono_add_ms(e->below_since,
					    ELECTION_THRESHOLD_MS));
		t = after(c, t, e->retry_at);
	}
	return after(c, t, e->hold_until);
}

void election_finish_step(struct election_ctx *c)
{
	struct election *e = c->e;
	uint16_t faults = faults_now(c);
	unsigned int i;

	if (faults != e->faults) {
		election_note(c, ELECTION_LOG_FAULT, ELECTION_C_NONE, e->faults,
			      faults, NULL);
		e->faults = faults;
	}
	if (c->hello)
		election_emit(c, ELECTION_SEND_HELLO);
	c->hello = false;
	sync_update(c);
	if (c->hello)
		election_emit(c, ELECTION_SEND_HELLO);
	election_probe_finish(c);
	for (i = 0; i < c->n_logs; i++)
		election_emit(c, ELECTION_LOG)->log = c->logs[i];
	if (c->stop_on)
		election_emit(c, ELECTION_STOPPED)->on = c->stop_on > 0;
	c->out->deadline = next_deadline(c);
}
