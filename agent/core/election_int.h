/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the parts of the election: election.c (events), election_rules.c
 * (judgement, changes nothing), election_act.c (transitions). Not for others.
 */
#ifndef AGENT_CORE_ELECTION_INT_H
#define AGENT_CORE_ELECTION_INT_H

#include "election.h"

#define ELECTION_LOGS_MAX	16

/*
 * One step. Logs and the hello are collected and come after what the takeover
 * waits for; @stop_on: 0 go on, 1 stopped after a hand-over, -1 stopped as it is.
 * @claims: a claim waits for a tick, or for the split-brain probe.
 */
struct election_ctx {
	struct election *e;
	mono_t now;
	bool tick;
	bool hello;
	bool claims;
	int stop_on;
	unsigned int n_logs;
	struct election_log logs[ELECTION_LOGS_MAX];
	struct election_actions *out;
};

/* election_rules.c */

enum election_trigger {
	ELECTION_T_LOWER,	/* strictly lower priority, the peer has preempt */
	ELECTION_T_BELOW,	/* below the threshold, the peer is not */
	ELECTION_T_BOTH_BELOW,	/* both below theirs */
	ELECTION_T_TRACK,	/* `track N shutdown` object down */
	ELECTION_T_SHUTDOWN,
	ELECTION_T_RELOAD,
	ELECTION_T_STOP,
	ELECTION_TRIGGERS
};

enum election_ruling {
	ELECTION_STAY,		/* nothing changes */
	ELECTION_GO,		/* hand over */
	ELECTION_WAIT,		/* stay until the standby is ready, show why */
	ELECTION_WAIT30,	/* the same for 30 s at most */
	ELECTION_DEGRADED,	/* stay, as a fault */
	ELECTION_GIVE_UP,	/* resign to nobody */
	ELECTION_OBEY,		/* do what the person asks, at once */
	ELECTION_REFUSED,	/* refuse, unless `force` (needs a standby) */
};

/** election_below() - is this router below its failover threshold? */
bool election_below(const struct election *e);
/** election_able() - may this router be active at all? */
bool election_able(const struct election *e);
/** election_active() - is the role ACTIVE, whatever is under way? */
bool election_active(const struct election *e);
/** election_peer_here() - the peer lives and has this group: its last words may be read */
bool election_peer_here(const struct election *e);
/** election_peer_active() - the peer is here, and active */
bool election_peer_active(const struct election *e);
/** election_peer_below() - is the peer below its threshold? Needs election_peer_here() */
bool election_peer_below(const struct election *e);
/** election_peer_usable() - is there a standby that would take over, and hears us? */
bool election_peer_usable(const struct election *e);
/** election_peer_hot() - is that standby HOT? */
bool election_peer_hot(const struct election *e);
/** election_peer_higher() - has the peer a strictly higher priority? Needs election_peer_here() */
bool election_peer_higher(const struct election *e);
/** election_may_resume() - fenced, and the peer has answered that it does not have the role */
bool election_may_resume(const struct election *e);
/** election_outranks() - does this router rank above the peer? Needs election_peer_here() */
bool election_outranks(const struct election *e);
/** election_wants() - would this standby ask for the role by rule 3? */
bool election_wants(const struct election *e, mono_t now);
/** election_damped() - is preempt suspended by rule 14? */
bool election_damped(const struct election *e, mono_t now);
/** election_peer_deadline() - when the silence of the peer, if it lasts, is its death */
mono_t election_peer_deadline(const struct election *e);
/** election_rule() - the cell of rule 4 for trigger @t and the present standby */
enum election_ruling election_rule(const struct election *e,
				   enum election_trigger t);
/** election_evaluate() - what follows from the present state of things, until nothing more does */
void election_evaluate(struct election_ctx *c);

/* election_probe.c */

/** election_may_claim() - nobody is heard: may the role be claimed, or is it asked for first? */
bool election_may_claim(struct election_ctx *c);
/** election_probe_answer() - EV_PROBE */
void election_probe_answer(struct election_ctx *c);
/** election_probe_settle() - after evaluation: ends a probe that no claim waits for */
void election_probe_settle(struct election_ctx *c);
/** election_probe_finish() - tells the end of a probe */
void election_probe_finish(struct election_ctx *c);

/* election_admin.c */

/** election_admin() - EV_ADMIN */
void election_admin(struct election_ctx *c, const struct election_admin *a);

/* election_act.c */

/** election_emit() - append an action; filled in by the caller */
struct election_action *election_emit(struct election_ctx *c,
				      enum election_action_type type);
/** election_note() - a log line, after all other actions of the step */
void election_note(struct election_ctx *c, enum election_log_id id,
		   enum election_cause cause, uint64_t old, uint64_t new,
		   const char *text);
/** election_done() - a request has been carried out; 0: it was nobody's */
void election_done(struct election_ctx *c, uint32_t request);
/** election_refuse() - a request is refused; 0: it was nobody's */
void election_refuse(struct election_ctx *c, uint32_t request,
		     enum election_refusal refusal);
/** election_push_role() - SET_ROLE of the present state; @grace_ms only if not active */
void election_push_role(struct election_ctx *c, uint32_t grace_ms, bool renew);
/** election_set_addresses() - ADDRESSES, if it is a change */
void election_set_addresses(struct election_ctx *c, bool on);
/** election_set_wait() - why the role is not given up, logged if it is a change */
void election_set_wait(struct election_ctx *c, enum election_wait w);
/** election_sync_restart() - end the session, so that one begins anew */
void election_sync_restart(struct election_ctx *c);
/** election_listen() - to NEGOTIATION, knowing nothing */
void election_listen(struct election_ctx *c, enum election_cause cause);
/**
 * election_become_active() - to ACTIVE; @keep_epoch: unless somebody began a later term
 */
void election_become_active(struct election_ctx *c, enum election_cause cause,
			    bool keep_epoch);
/** election_become_standby() - to STANDBY; existing flows for @grace_ms more */
void election_become_standby(struct election_ctx *c, enum election_cause cause,
			     uint32_t grace_ms);
/** election_restart() - through INIT to STANDBY, with a copy made anew */
void election_restart(struct election_ctx *c, enum election_cause cause,
		      uint32_t grace_ms);
/** election_disable() - to DISABLED; existing flows for @grace_ms more */
void election_disable(struct election_ctx *c, enum election_cause cause,
		      uint32_t grace_ms);
/** election_give_up() - to STANDBY although nobody takes the role */
void election_give_up(struct election_ctx *c, enum election_cause cause);
/** election_fence() - to NEGOTIATION, fenced: the lease ran out, ask the peer */
void election_fence(struct election_ctx *c);
/** election_adopt() - EV_START: begin with what the kernel holds */
void election_adopt(struct election_ctx *c, const struct election_start *s);
/** election_bump() - begin a later term while staying active */
void election_bump(struct election_ctx *c);
/** election_begin_handover() - to HANDOVER; @request is answered at its end */
void election_begin_handover(struct election_ctx *c, enum election_cause cause,
			     uint32_t request, bool force);
/** election_resign() - to RESIGNED: the peer may take over now */
void election_resign(struct election_ctx *c);
/** election_finish_handover() - the peer is active: to what the hand-over was for */
void election_finish_handover(struct election_ctx *c);
/** election_abort_handover() - nobody took over: go on, or give up all the same */
void election_abort_handover(struct election_ctx *c,
			     enum election_refusal refusal);
/** election_finish_step() - hello, transport, logs and deadline, at the end of each step */
void election_finish_step(struct election_ctx *c);

#endif /* AGENT_CORE_ELECTION_INT_H */
