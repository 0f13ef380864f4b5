// SPDX-License-Identifier: GPL-2.0-or-later
/* What the peer, and people, are told of a group. */
#include "election_int.h"

enum rg_role election_role(const struct election *e)
{
	switch (e->state) {
	case ELECTION_DISABLED:
		return RG_ROLE_DISABLED;
	case ELECTION_STANDBY:
		return RG_ROLE_STANDBY;
	case ELECTION_ACTIVE:
	case ELECTION_HANDOVER:
	case ELECTION_RESIGNED:
		return RG_ROLE_ACTIVE;
	default:
		return RG_ROLE_INIT;
	}
}

enum rg_rf election_rf(const struct election *e)
{
	switch (e->state) {
	case ELECTION_DISABLED:
		return RG_RF_DISABLED;
	case ELECTION_NEGOTIATION:
		return RG_RF_NEGOTIATION;
	case ELECTION_STANDBY:
		return e->sync == ELECTION_SYNC_HOT ? RG_RF_STANDBY_HOT :
		       e->sync == ELECTION_SYNC_BULK ?
		       RG_RF_STANDBY_COLD_BULK : RG_RF_STANDBY_COLD;
	case ELECTION_ACTIVE:
	case ELECTION_HANDOVER:
	case ELECTION_RESIGNED:
		return RG_RF_ACTIVE;
	default:
		return RG_RF_INITIALIZATION;
	}
}

void election_hello(const struct election *e, mono_t now,
		    struct hello_group *g)
{
	uint16_t f = 0;

	if (e->state == ELECTION_DISABLED)
		f |= HELLO_GF_SHUTDOWN;
	if (e->cfg.preempt)
		f |= HELLO_GF_PREEMPT;
	if (election_peer_here(e))
		f |= HELLO_GF_HEARD;
	if (election_wants(e, now))
		f |= HELLO_GF_WANT;
	if (e->state == ELECTION_HANDOVER || e->state == ELECTION_RESIGNED)
		f |= HELLO_GF_HANDOVER;
	if (e->state == ELECTION_RESIGNED)
		f |= HELLO_GF_RESIGN;
	if (e->fenced)
		f |= HELLO_GF_FENCED;
	if (e->forced_down || e->kernel_refused)
		f |= HELLO_GF_UNABLE;
	if (election_damped(e, now))
		f |= HELLO_GF_DAMPED;
	if (e->heir)
		f |= HELLO_GF_HEIR;
	*g = (struct hello_group){
		.id = e->cfg.group,
		.role = election_role(e),
		.rf = election_rf(e),
		.run_prio = election_run_priority(e),
		.conf_prio = e->cfg.priority,
		.threshold = e->cfg.threshold,
		.flags = f,
		.cause = e->cause,
		.reload_token = e->token,
		.reload_done = e->done,
		.epoch = e->epoch,
		.instance = e->instance,
		.digest = e->cfg.digest,
	};
}
