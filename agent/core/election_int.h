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
 */
struct election_ctx {
	struct election *e;
	mono_t now;
	bool tick;
	bool hello;
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

bool election_below(const struct election *e);
bool election_able(const struct election *e);
bool election_active(const struct election *e);
bool election_peer_here(const struct election *e);
bool election_peer_active(const struct election *e);
bool election_peer_below(const struct election *e);
bool election_peer_usable(const struct election *e);
bool election_peer_hot(const struct election *e);
bool election_peer_higher(const struct election *e);
bool election_may_resume(const struct election *e);
bool election_outranks(const struct election *e);
bool election_wants(const struct election *e, mono_t now);
bool election_damped(const struct election *e, mono_t now);
mono_t election_peer_deadline(const struct election *e);
enum election_ruling election_rule(const struct election *e,
				   enum election_trigger t);
void election_evaluate(struct election_ctx *c);

/* election_admin.c */

void election_admin(struct election_ctx *c, const struct election_admin *a);

/* election_act.c */

struct election_action *election_emit(struct election_ctx *c,
				      enum election_action_type type);
void election_note(struct election_ctx *c, enum election_log_id id,
		   enum election_cause cause, uint64_t old, uint64_t new,
		   const char *text);
void election_done(struct election_ctx *c, uint32_t request);
void election_refuse(struct election_ctx *c, uint32_t request,
		     enum election_refusal refusal);
void election_push_role(struct election_ctx *c, uint32_t grace_ms, bool renew);
void election_set_addresses(struct election_ctx *c, bool on);
void election_set_wait(struct election_ctx *c, enum election_wait w);
void election_sync_restart(struct election_ctx *c);
void election_listen(struct election_ctx *c, enum election_cause cause);
void election_become_active(struct election_ctx *c, enum election_cause cause,
			    bool keep_epoch);
void election_become_standby(struct election_ctx *c, enum election_cause cause,
			     uint32_t grace_ms);
void election_restart(struct election_ctx *c, enum election_cause cause,
		      uint32_t grace_ms);
void election_disable(struct election_ctx *c, enum election_cause cause,
		      uint32_t grace_ms);
void election_give_up(struct election_ctx *c, enum election_cause cause);
void election_fence(struct election_ctx *c);
void election_adopt(struct election_ctx *c, const struct election_start *s);
void election_bump(struct election_ctx *c);
void election_begin_handover(struct election_ctx *c, enum election_cause cause,
			     uint32_t request, bool force);
void election_resign(struct election_ctx *c);
void election_finish_handover(struct election_ctx *c);
void election_abort_handover(struct election_ctx *c,
			     enum election_refusal refusal);
void election_finish_step(struct election_ctx *c);

#endif /* AGENT_CORE_ELECTION_INT_H */
