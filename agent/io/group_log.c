// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <stdio.h>
#include <time.h>

#include "core/hook.h"
#include "io/clock.h"
#include "io/evtrace.h"
#include "io/watchers.h"
#include "io/hooks.h"

#include <linux/nf_rg.h>

static const struct {
	uint32_t fault;
	const char *name;
} fault_names[] = {
	{ GROUP_F_DATA_PATH, "DATA-PATH" },
	{ GROUP_F_DATA_MTU, "DATA-MTU" },
	{ GROUP_F_CTRL_PATH, "CTRL-PATH" },
	{ GROUP_F_MODULE, "MODULE" },
	{ GROUP_F_FOREIGN_VIP, "FOREIGN" },
	{ GROUP_F_FOREIGN_POOL, "FOREIGN" },
	{ GROUP_F_FOREIGN_NAT, "FOREIGN" },
	{ GROUP_F_FOREIGN_IF, "FOREIGN" },
	{ GROUP_F_FOREIGN_ROUTE, "FOREIGN" },
	{ GROUP_F_NEGOTIATION, "NEGOTIATION" },
	{ GROUP_F_CAPACITY, "CAPACITY" },
	{ GROUP_F_NAT, "NAT" },
	{ GROUP_F_LINK, "LINK" },
	{ GROUP_F_TRACK, "TRACK" },
	{ GROUP_F_RII, "RII" },
};

/**
 * group_fault_name() - the name of a fault, as documented
 * @fault: one of GROUP_F_*
 *
 * Return: the name.
 */
const char *group_fault_name(uint32_t fault)
{
	for (size_t i = 0; i < sizeof(fault_names) / sizeof(fault_names[0]); i++)
		if (fault_names[i].fault == fault)
			return fault_names[i].name;
	return "?";
}

static void election_faults(const struct group *g, uint64_t old, uint64_t now)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} name[] = {
		{ ELECTION_F_DEGRADED, "DEGRADED" },   { ELECTION_F_NO_ACTIVE, "NO-ACTIVE" },
		{ ELECTION_F_ONE_WAY, "ONE-WAY" },     { ELECTION_F_TIMERS, "TIMERS" },
		{ ELECTION_F_CTRL_PATH, "CTRL-PATH" }, { ELECTION_F_DIGEST, "CONFIG" },
		{ ELECTION_F_KERNEL, "KERNEL" },     { ELECTION_F_ISOLATED, "ISOLATED" },
	};

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		const char *what = now & name[i].bit ? "begins" : "ends";

		if (!((old ^ now) & name[i].bit))
			continue;
		watch(WATCH_FAULTS, g->id, "RG id %u: fault %s %s", g->id, name[i].name, what);
		event_notice(g->id, "FAULT", "RG id %u: fault %s %s", g->id, name[i].name, what);
	}
}

/* Lines that need no numbers. */
static const char *plain_text(enum election_log_id id)
{
	switch (id) {
	case ELECTION_LOG_PEER_FOUND:
		return "peer found";
	case ELECTION_LOG_HANDOVER_BEGIN:
		return "hand-over begins";
	case ELECTION_LOG_HANDOVER_UNACKED:
		return "hand-over: not all changes were acknowledged in time";
	case ELECTION_LOG_HANDOVER_DONE:
		return "hand-over done";
	case ELECTION_LOG_HANDOVER_FAILED:
		return "hand-over failed, the peer did not take over";
	case ELECTION_LOG_FENCED:
		return "the lease ran out: not forwarding, asking the peer";
	case ELECTION_LOG_SPLIT_WON:
		return "two active routers: this one stays";
	case ELECTION_LOG_SPLIT_LOST:
		return "two active routers: this one gives way";
	case ELECTION_LOG_TAKEOVER_NOT_HOT:
		return "took the role over without a complete copy";
	case ELECTION_LOG_STALE_RESIGN:
		return "resign of an older term ignored";
	default:
		return election_log_name(id);
	}
}

static void tell_hooks(const struct group *g, const struct election_log *l, const char *why)
{
	struct hook_change c = {
		.group = g->id,
		.before = (enum rg_role)l->old,
		.role = (enum rg_role)l->new,
		.epoch = g->e.epoch.counter,
		.priority = election_run_priority(&g->e),
		.mono_ms = mono_span_ms(MONO_ZERO, clock_now()),
	};
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	c.wall_ms = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	snprintf(c.name, sizeof(c.name), "%s", g->conf.name);
	snprintf(c.cause, sizeof(c.cause), "%s", why);
	hooks_tell(g->agent->hooks, &c);
}

/**
 * group_log() - a line that the election asked for
 * @g: the group
 * @l: what happened
 */
void group_log(const struct group *g, const struct election_log *l)
{
	const char *why = l->text && l->text[0] ? l->text : election_cause_name(l->cause);
	unsigned long long old = l->old, now = l->new;

	switch (l->id) {
	case ELECTION_LOG_ROLE:
		/* Scripts in the field look for this text. */
		event_notice(g->id, "ROLE", "RG id %u role change from %s to %s (%s)", g->id,
			     rg_role_word((enum rg_role)old), rg_role_word((enum rg_role)now), why);
		tell_hooks(g, l, why);
		break;
	case ELECTION_LOG_RF:
		event_info(g->id, "STATE", "RG id %u state change from %s to %s", g->id,
			   rg_rf_name((enum rg_rf)old), rg_rf_name((enum rg_rf)now));
		break;
	case ELECTION_LOG_PRIORITY:
		watch(WATCH_FAULTS, g->id, "RG id %u: run-time priority from %llu to %llu: %s",
		      g->id, old, now, why);
		event_notice(g->id, "PRIORITY", "RG id %u priority change from %llu to %llu: %s",
			     g->id, old, now, why);
		break;
	case ELECTION_LOG_FAULT:
		election_faults(g, old, now);
		break;
	case ELECTION_LOG_WAIT:
		event_notice(g->id, "WAIT", "RG id %u: %s%s", g->id,
			     now ? "the role is not handed over: " :
				   "nothing holds a hand-over back",
			     now ? election_wait_name((enum election_wait)now) : "");
		break;
	case ELECTION_LOG_EPOCH:
		event_info(g->id, "EPOCH", "RG id %u epoch %llu, was %llu", g->id, now, old);
		break;
	case ELECTION_LOG_PEER_LOST:
		event_notice(g->id, "PEER", "RG id %u: peer lost%s (%s)", g->id,
			     now ? ", own copy is complete" : "", why);
		break;
	case ELECTION_LOG_PROBE:
		event_notice(g->id, "PROBE", "RG id %u: no link has a carrier: %s %llu ms", g->id,
			     "asking for the virtual addresses for", now);
		break;
	case ELECTION_LOG_DAMPED:
		event_notice(g->id, "ROLE", "RG id %u: preempt %s", g->id,
			     now ? "suspended, too many role changes (damped)" : "allowed again");
		break;
	default:
		event_notice(g->id, "ROLE", "RG id %u: %s (%s)", g->id, plain_text(l->id), why);
		break;
	}
}
