// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of the election's enumerations, stable: logs, metrics and JSON use them. */
#include "election.h"

#include <errno.h>

#define NAME(table, i) \
	((unsigned int)(i) < sizeof(table) / sizeof((table)[0]) && \
	 (table)[i] ? (table)[i] : "?")

const char *election_state_name(enum election_state s)
{
	static const char *const names[ELECTION_STATES] = {
		[ELECTION_DISABLED] = "disabled",
		[ELECTION_INIT] = "init",
		[ELECTION_NEGOTIATION] = "negotiation",
		[ELECTION_STANDBY] = "standby",
		[ELECTION_ACTIVE] = "active",
		[ELECTION_HANDOVER] = "handover",
		[ELECTION_RESIGNED] = "resigned",
	};

	return NAME(names, s);
}

const char *election_cause_name(enum election_cause c)
{
	static const char *const names[ELECTION_CAUSES] = {
		[ELECTION_C_NONE] = "none",
		[ELECTION_C_START] = "start",
		[ELECTION_C_ADOPT] = "adopted",
		[ELECTION_C_ALONE] = "alone",
		[ELECTION_C_NEGOTIATED] = "negotiated",
		[ELECTION_C_PEER_ACTIVE] = "peer-active",
		[ELECTION_C_PEER_DEAD] = "peer-dead",
		[ELECTION_C_PEER_RESIGNED] = "peer-resigned",
		[ELECTION_C_PEER_INACTIVE] = "peer-inactive",
		[ELECTION_C_PREEMPT] = "preempt",
		[ELECTION_C_THRESHOLD] = "threshold",
		[ELECTION_C_TRACK_SHUTDOWN] = "track-shutdown",
		[ELECTION_C_ADMIN_SHUTDOWN] = "shutdown",
		[ELECTION_C_ADMIN_NO_SHUTDOWN] = "no-shutdown",
		[ELECTION_C_RELOAD_SELF] = "reload-self",
		[ELECTION_C_RELOAD_PEER] = "reload-peer",
		[ELECTION_C_STOP] = "stop",
		[ELECTION_C_SPLIT_BRAIN] = "split-brain",
		[ELECTION_C_LEASE] = "lease",
		[ELECTION_C_KERNEL] = "kernel",
		[ELECTION_C_CONFIG] = "config",
		[ELECTION_C_FAULT] = "fault",
		[ELECTION_C_TIMEOUT] = "timeout",
	};

	return NAME(names, c);
}

const char *election_wait_name(enum election_wait w)
{
	static const char *const names[ELECTION_WAITS] = {
		[ELECTION_W_NONE] = "none",
		[ELECTION_W_NO_PEER] = "no-peer",
		[ELECTION_W_NOT_HOT] = "peer-not-hot",
		[ELECTION_W_DAMPED] = "damped",
		[ELECTION_W_BOTH_BELOW] = "both-below-threshold",
		[ELECTION_W_DELAY] = "delay",
		[ELECTION_W_RETRY] = "handover-failed",
		[ELECTION_W_NO_PREEMPT] = "no-preempt",
	};

	return NAME(names, w);
}

const char *election_refusal_name(enum election_refusal r)
{
	static const char *const names[ELECTION_REFUSALS] = {
		[ELECTION_R_NONE] = "none",
		[ELECTION_R_NOT_ACTIVE] = "not-active",
		[ELECTION_R_NOT_HOT] = "standby-not-hot",
		[ELECTION_R_NO_PEER] = "no-peer",
		[ELECTION_R_BUSY] = "busy",
		[ELECTION_R_DISABLED] = "disabled",
		[ELECTION_R_FAILED] = "handover-failed",
	};

	return NAME(names, r);
}

const char *election_reason(const struct election *e)
{
	const struct election_peer *p = &e->peer;
	bool standby = p->known && p->has_group && p->group.role == RG_ROLE_STANDBY;

	if (e->probe.isolated)
		return "isolated";
	if (e->wait != ELECTION_W_NONE)
		return election_wait_name(e->wait);
	if (e->cause == ELECTION_C_NONE || (e->state == ELECTION_ACTIVE && standby))
		return "";
	return election_cause_name(e->cause);
}

int election_refusal_errno(enum election_refusal r)
{
	switch (r) {
	case ELECTION_R_NONE:
		return 0;
	case ELECTION_R_NOT_ACTIVE:
		return -EPERM;
	case ELECTION_R_NOT_HOT:
		return -EAGAIN;
	case ELECTION_R_NO_PEER:
		return -EHOSTUNREACH;
	case ELECTION_R_BUSY:
		return -EBUSY;
	case ELECTION_R_DISABLED:
		return -ESHUTDOWN;
	case ELECTION_R_FAILED:
		return -ETIMEDOUT;
	case ELECTION_REFUSALS:
		break;
	}
	return -EINVAL;
}

const char *election_log_name(enum election_log_id id)
{
	static const char *const names[ELECTION_LOGS] = {
		[ELECTION_LOG_ROLE] = "role",
		[ELECTION_LOG_RF] = "rf",
		[ELECTION_LOG_PRIORITY] = "priority",
		[ELECTION_LOG_FAULT] = "fault",
		[ELECTION_LOG_WAIT] = "wait",
		[ELECTION_LOG_EPOCH] = "epoch",
		[ELECTION_LOG_PEER_FOUND] = "peer-found",
		[ELECTION_LOG_PEER_LOST] = "peer-lost",
		[ELECTION_LOG_HANDOVER_BEGIN] = "handover-begin",
		[ELECTION_LOG_HANDOVER_UNACKED] = "handover-unacknowledged",
		[ELECTION_LOG_HANDOVER_DONE] = "handover-done",
		[ELECTION_LOG_HANDOVER_FAILED] = "handover-failed",
		[ELECTION_LOG_FENCED] = "fenced",
		[ELECTION_LOG_SPLIT_WON] = "split-won",
		[ELECTION_LOG_SPLIT_LOST] = "split-lost",
		[ELECTION_LOG_DAMPED] = "damped",
		[ELECTION_LOG_TAKEOVER_NOT_HOT] = "takeover-not-hot",
		[ELECTION_LOG_STALE_RESIGN] = "stale-resign",
		[ELECTION_LOG_PROBE] = "split-brain-probe",
	};

	return NAME(names, id);
}
