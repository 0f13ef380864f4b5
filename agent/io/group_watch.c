// SPDX-License-Identifier: GPL-2.0-or-later
/* What `debug redundancy application group {faults|protocol|rii}` says of a group. */
#include "agent.h"

#include <stdio.h>
#include <string.h>

#include "io/ifaces.h"
#include "io/watchers.h"

#define ACTIONS_TEXT 160

static const char *event_name(const struct election_event *ev)
{
	static const char *const names[ELECTION_EVENTS] = {
		[ELECTION_EV_START] = "start",	       [ELECTION_EV_TICK] = "time",
		[ELECTION_EV_HELLO] = "hello",	       [ELECTION_EV_HELLO_TX] = "hello goes out",
		[ELECTION_EV_LIFE] = "data link life", [ELECTION_EV_BFD] = "BFD",
		[ELECTION_EV_DECREMENT] = "decrement", [ELECTION_EV_ADMIN] = "command",
		[ELECTION_EV_SYNC] = "copy",	       [ELECTION_EV_CONFIG] = "configuration",
		[ELECTION_EV_KERNEL] = "kernel",       [ELECTION_EV_STOP] = "stop",
		[ELECTION_EV_CARRIER] = "carrier",     [ELECTION_EV_PROBE] = "probe answered",
	};

	if (ev->type == ELECTION_EV_HELLO && ev->hello.type == HELLO_TYPE_RESIGN)
		return "resign of the peer";
	if (ev->type == ELECTION_EV_HELLO && ev->hello.type == HELLO_TYPE_RELOAD_PEER)
		return "reload asked for by the peer";
	return ev->type < ELECTION_EVENTS ? names[ev->type] : "?";
}

static const char *action_name(const struct election_action *a)
{
	switch (a->type) {
	case ELECTION_SET_ROLE:
		return a->role.renew ? NULL : "role";
	case ELECTION_ADDRESSES:
		return a->on ? "addresses on" : "addresses off";
	case ELECTION_ANNOUNCE:
		return "announce";
	case ELECTION_SEND_HELLO:
		return "hello";
	case ELECTION_SEND_RESIGN:
		return "resign";
	case ELECTION_SEND_RELOAD:
		return "ask the peer to reload";
	case ELECTION_SYNC_SEND:
		return "send the state";
	case ELECTION_SYNC_RECEIVE:
		return "receive the state";
	case ELECTION_SYNC_STOP:
		return "no more state";
	case ELECTION_DRAIN:
		return "drain";
	case ELECTION_DONE:
		return "done";
	case ELECTION_REFUSE:
		return election_refusal_name(a->refusal);
	case ELECTION_STOPPED:
		return "stopped";
	case ELECTION_PROBE:
		return a->on ? "ask for the virtual addresses" : "ask no more";
	case ELECTION_LOG:
		break;
	}
	return NULL;
}

/* What it answers, but for what every hello does: the lease that is renewed, the log. */
static unsigned int list_actions(const struct election_actions *acts, char *to, size_t size)
{
	unsigned int n = 0;
	struct out o;

	out_init(&o, to, size);
	for (unsigned int i = 0; i < acts->n; i++) {
		const char *name = action_name(&acts->a[i]);

		if (name)
			out_fmt(&o, "%s%s", n++ ? ", " : "", name);
	}
	return n;
}

/* With each hello, or more often. */
static bool is_routine(enum election_event_type t)
{
	return t == ELECTION_EV_TICK || t == ELECTION_EV_HELLO || t == ELECTION_EV_HELLO_TX ||
	       t == ELECTION_EV_LIFE;
}

/**
 * group_watch_step() - a step of the state machine, for `debug ... protocol`
 * @g: the group, after it
 * @before: its state before
 * @rf: its RF state before
 * @ev: the event
 * @acts: what is done about it
 *
 * An event that comes with every hello is not worth a line unless something follows from it.
 */
void group_watch_step(const struct group *g, enum election_state before, enum rg_rf rf,
		      const struct election_event *ev, const struct election_actions *acts)
{
	bool moved = g->e.state != before || election_rf(&g->e) != rf;
	char actions[ACTIONS_TEXT];
	unsigned int n = list_actions(acts, actions, sizeof(actions));

	if (!moved && !n && is_routine(ev->type))
		return;
	watch(WATCH_PROTOCOL, g->id, "RG id %u: event %s: state %s%s%s, %s, cause %s%s%s", g->id,
	      event_name(ev), election_state_name(before), moved ? " -> " : "",
	      moved ? election_state_name(g->e.state) : "", rg_rf_name(election_rf(&g->e)),
	      election_cause_name(g->e.cause), n ? ", does: " : "", n ? actions : "");
}

/**
 * group_watch_decrement() - what is taken off the priority of a group, for `debug ... faults`
 * @g: the group, before the change is made
 * @by_ifs: sum of the decrements of interfaces
 * @down: interfaces that are down
 * @n: of these
 * @tracked: what tracked objects do
 */
void group_watch_decrement(const struct group *g, uint32_t by_ifs, unsigned int down,
			   unsigned int n, const struct track_group *tracked)
{
	watch(WATCH_FAULTS, g->id,
	      "RG id %u: %s: %u of %u interfaces down, decrement %u; tracked objects %u%s, together %u, was %u",
	      g->id, g->cause, down, n, by_ifs, tracked->sum,
	      tracked->forced_down ? " and shutdown" : "", by_ifs + tracked->sum, g->e.decrement);
}

static const char *why_down(const struct iface *i)
{
	if (!i)
		return "does not exist";
	if (!i->admin_up)
		return "is administratively down";
	if (!i->carrier)
		return "has no carrier";
	return iface_usable(i) ? "is up" : "is not operational";
}

/**
 * group_watch_riis() - interfaces of a group that went or came, for `debug ... rii`
 * @g: the group
 * @mask: those that are down now, by position in the configuration
 */
void group_watch_riis(const struct group *g, uint64_t mask)
{
	const struct conf *c = g->agent->conf;

	for (unsigned int k = 0; k < c->n_ifs; k++) {
		const struct conf_if *f = &c->iface[k];

		if (!f->in_group || f->group.id != g->id || !((mask ^ g->mask) >> k & 1))
			continue;
		watch(WATCH_RII, g->id, "RG id %u: RII %u: %s %s, decrement %u %s", g->id, f->rii,
		      f->name, why_down(ifaces_by_name(g->agent->ifs, f->name)),
		      (unsigned int)conf_if_decrement(f), mask >> k & 1 ? "taken" : "given back");
	}
}

/**
 * group_watch_config() - the interfaces of a group under a configuration, for `debug ... rii`
 * @g: the group
 */
void group_watch_config(const struct group *g)
{
	const struct conf *c = g->agent->conf;

	for (unsigned int k = 0; k < c->n_ifs; k++) {
		const struct conf_if *f = &c->iface[k];

		if (f->in_group && f->group.id == g->id)
			watch(WATCH_RII, g->id, "RG id %u: RII %u is %s, which %s", g->id, f->rii,
			      f->name, why_down(ifaces_by_name(g->agent->ifs, f->name)));
	}
}

/* --------------------------------------------------------- the configuration */

/* The number or name of an object, by its kind. */
static void name_object(const struct conf_change *ch, char *to, size_t size)
{
	const void *p = ch->after ? ch->after : ch->before;

	switch (ch->obj) {
	case CONF_OBJ_DOMAIN:
		snprintf(to, size, "domain");
		break;
	case CONF_OBJ_PROTOCOL:
		snprintf(to, size, "protocol %u", ((const struct conf_protocol *)p)->id);
		break;
	case CONF_OBJ_GROUP:
		snprintf(to, size, "group %u", ((const struct conf_group *)p)->id);
		break;
	case CONF_OBJ_IF:
		snprintf(to, size, "interface %s", ((const struct conf_if *)p)->name);
		break;
	case CONF_OBJ_POOL:
		snprintf(to, size, "pool %s", ((const struct conf_pool *)p)->name);
		break;
	case CONF_OBJ_ACL:
		snprintf(to, size, "access-list %s", ((const struct conf_acl *)p)->name);
		break;
	case CONF_OBJ_MAP:
		snprintf(to, size, "mapping-id %u", ((const struct conf_map *)p)->id);
		break;
	case CONF_OBJ_TRACK:
		snprintf(to, size, "track %u", ((const struct conf_track *)p)->id);
		break;
	case CONF_OBJ_HTTP:
		snprintf(to, size, "replication of HTTP");
		break;
	case CONF_OBJ_CHAIN:
		snprintf(to, size, "key chain %s", ((const struct conf_chain *)p)->name);
		break;
	case CONF_OBJ_REPL:
		snprintf(to, size, "replication");
		break;
	case CONF_OBJ_HOOK:
		snprintf(to, size, "programs told of role changes");
		break;
	case CONF_OBJ_SLA:
		snprintf(to, size, "ip sla %u", ((const struct conf_sla *)p)->id);
		break;
	}
}

/**
 * group_watch_change() - an object of the configuration differs, for `debug ... config`
 * @ch: the difference
 */
void group_watch_change(const struct conf_change *ch)
{
	bool whole = ch->obj == CONF_OBJ_DOMAIN || ch->obj == CONF_OBJ_HTTP ||
		     ch->obj == CONF_OBJ_REPL || ch->obj == CONF_OBJ_HOOK;
	const char *what = whole || (ch->before && ch->after) ? "changed" :
			   ch->after			      ? "added" :
								"removed";
	const struct conf_group *g = ch->after ? ch->after : ch->before;
	char name[96] = "?";

	name_object(ch, name, sizeof(name));
	watch(WATCH_CONFIG, ch->obj == CONF_OBJ_GROUP ? g->id : 0, "%s %s", name, what);
}
