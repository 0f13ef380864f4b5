// SPDX-License-Identifier: GPL-2.0-or-later
/* What a person asks of the group: matrix, and rule 4 for requests. */
#include "election_int.h"

#include <string.h>

typedef void handler(struct election_ctx *c, const struct election_admin *a);

static void ask_shutdown(struct election_ctx *c, const struct election_admin *a)
{
	election_disable(c, ELECTION_C_ADMIN_SHUTDOWN, 0);
	election_done(c, a->request);
}

/* Rule 4 for what a person asks of the active. */
static void ask_active(struct election_ctx *c, const struct election_admin *a)
{
	bool reload = a->op == ELECTION_ADMIN_RELOAD_SELF;
	bool usable = election_peer_usable(c->e);

	switch (election_rule(c->e, reload ? ELECTION_T_RELOAD :
					     ELECTION_T_SHUTDOWN)) {
	case ELECTION_GO:
		break;
	case ELECTION_OBEY:
		ask_shutdown(c, a);
		return;
	default:
		if (usable && a->force)
			break;
		election_refuse(c, a->request, usable ? ELECTION_R_NOT_HOT :
							ELECTION_R_NO_PEER);
		return;
	}
	election_begin_handover(c, reload ? ELECTION_C_RELOAD_SELF :
					    ELECTION_C_ADMIN_SHUTDOWN,
				a->request, a->force);
}

static void ask_reload_peer(struct election_ctx *c,
			    const struct election_admin *a)
{
	struct election *e = c->e;
	uint32_t wait = election_detect_ms(e);

	if (!election_peer_usable(e)) {
		election_refuse(c, a->request, ELECTION_R_NO_PEER);
	} else if (e->token) {
		election_refuse(c, a->request, ELECTION_R_BUSY);
	} else if (!election_peer_hot(e) && !a->force) {
		election_refuse(c, a->request, ELECTION_R_NOT_HOT);
	} else {
		/* Any number but the one that was carried out last. */
		e->token = e->peer.group.reload_done % UINT8_MAX + 1;
		e->token_request = a->request;
		e->token_until = mono_add_ms(c->now, wait > 1000 ? wait : 1000);
		e->resign_at = mono_add_ms(c->now, e->cfg.hello_ms);
		e->stats.reload_tx++;
		election_emit(c, ELECTION_SEND_RELOAD);
	}
}

static void ask_enable(struct election_ctx *c, const struct election_admin *a)
{
	election_listen(c, ELECTION_C_ADMIN_NO_SHUTDOWN);
	election_done(c, a->request);
}

static void ask_nothing(struct election_ctx *c, const struct election_admin *a)
{
	election_done(c, a->request);
}

static void ask_clear(struct election_ctx *c, const struct election_admin *a)
{
	struct election *e = c->e;

	memset(e->changes, 0, sizeof(e->changes));
	if (!mono_is_zero(e->damped_until)) {
		e->damped_until = MONO_ZERO;
		election_note(c, ELECTION_LOG_DAMPED, ELECTION_C_NONE, 1, 0,
			      NULL);
		c->hello = true;
	}
	election_done(c, a->request);
}

static void refuse_disabled(struct election_ctx *c,
			    const struct election_admin *a)
{
	election_refuse(c, a->request, ELECTION_R_DISABLED);
}

static void refuse_standby(struct election_ctx *c,
			   const struct election_admin *a)
{
	election_refuse(c, a->request, ELECTION_R_NOT_ACTIVE);
}

static void refuse_busy(struct election_ctx *c, const struct election_admin *a)
{
	election_refuse(c, a->request, ELECTION_R_BUSY);
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
 * What a person asks, by state.
 *
 * SHUTDOWN	Standby and negotiating: nobody depends on them. Active: rule 4. In
 *		a hand-over: one thing at a time, so that each has one outcome.
 * NO_SHUTDOWN	Of a group that is not shut down: it is so already.
 * RELOAD_SELF	Only the active can be tested by losing the role; the peer is named
 *		by the caller from the last hello. Active: rule 4.
 * RELOAD_PEER	The active tells its standby; the other way round it would be a
 *		switchover, which RELOAD_SELF is for.
 * CLEAR	Forgets role changes, whatever the state.
 */
static handler *const admin_matrix[][ELECTION_STATES] = {
	[ELECTION_ADMIN_SHUTDOWN] = {
		[sDI] = ask_nothing,	[sIN] = refuse_busy,
		[sNE] = ask_shutdown,	[sSB] = ask_shutdown,
		[sAC] = ask_active,	[sHA] = refuse_busy,
		[sRE] = refuse_busy,
	},
	[ELECTION_ADMIN_NO_SHUTDOWN] = {
		[sDI] = ask_enable,	[sIN] = refuse_busy,
		[sNE] = ask_nothing,	[sSB] = ask_nothing,
		[sAC] = ask_nothing,	[sHA] = refuse_busy,
		[sRE] = refuse_busy,
	},
	[ELECTION_ADMIN_RELOAD_SELF] = {
		[sDI] = refuse_disabled, [sIN] = refuse_busy,
		[sNE] = refuse_standby,	[sSB] = refuse_standby,
		[sAC] = ask_active,	[sHA] = refuse_busy,
		[sRE] = refuse_busy,
	},
	[ELECTION_ADMIN_RELOAD_PEER] = {
		[sDI] = refuse_disabled, [sIN] = refuse_busy,
		[sNE] = refuse_standby,	[sSB] = refuse_standby,
		[sAC] = ask_reload_peer, [sHA] = refuse_busy,
		[sRE] = refuse_busy,
	},
	[ELECTION_ADMIN_CLEAR] = {
		[sDI] = ask_clear,	[sIN] = ask_clear,
		[sNE] = ask_clear,	[sSB] = ask_clear,
		[sAC] = ask_clear,	[sHA] = ask_clear,
		[sRE] = ask_clear,
	},
};

/* EV_ADMIN */
void election_admin(struct election_ctx *c, const struct election_admin *a)
{
	admin_matrix[a->op][c->e->state](c, a);
}
