// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/advert.h"
#include "io/announce.h"
#include "io/clock.h"
#include "io/evtrace.h"
#include "io/log.h"
#include "io/pool.h"
#include "io/probe.h"
#include "io/vip.h"
#include "io/watchers.h"

#include <linux/nf_rg.h>

/*
 * DOC: how a role changes
 *
 * A group is an election (core/election.h), which decides, and this file, which carries its
 * decisions out and gives it what happened:
 *
 *	hello, silence, fault, command, kernel -> event -> election_step() -> actions in order
 *
 * A takeover is one such step, and its actions come in this order, each finished before the next
 * begins:
 *
 *	1. SET_ROLE active: the kernel's gate opens; from here packets of the group are forwarded
 *	   and answered. One netlink request, the same for no connection and for a million, because
 *	   the connections are in the kernel already.
 *	2. ADDRESSES on: virtual addresses (one prepared rtnetlink batch) and pool addresses (one
 *	   policy rule an interface).
 *	3. ANNOUNCE: gratuitous ARP and neighbour advertisements, prepared frames out of open
 *	   sockets; repeated by timers.
 *	4. SEND_HELLO: so that the other router, if it lives, knows at once.
 *	5. SYNC_SEND, LOG: everything that may take its time. When all is done, what routing
 *	   daemons may tell of (advert.h).
 *
 * None of 1-4 waits for anything but the kernel's own work, none allocates beyond a small netlink
 * message. Translation rules are not in the list: they are the same on both routers, stand from
 * the start, and are made in a thread of their own (io/natwork.h).
 *
 * If SET_ROLE is refused, the rest of that step's claims (ADDRESSES on, ANNOUNCE, SYNC_SEND) is
 * left out and the election is told, which then takes the claim back. Giving the role up runs the
 * other way round: the kernel's gate first, then the addresses.
 *
 * An event that arises while actions are carried out waits in a short queue, so a step always sees
 * a whole world. All of this runs in one thread. Before time is allowed to judge
 * (ELECTION_EV_TICK), everything that has already arrived is read: after a pause of the process
 * the queues hold what the clock says is missing.
 */

static void step(struct group *g, const struct election_event *ev);

/* Refused by the kernel: tell the election why, in its own words. */
static void role_refused(struct group *g, int err)
{
	struct election_event ev = { .type = ELECTION_EV_KERNEL };
	struct knl_group now;

	if (err == -ENODEV) {
		agent_kernel_gone(g->agent, err);
		return;
	}
	ev.kernel.report = ELECTION_KERNEL_REFUSED;
	if (err == -ESTALE && !knl_group_get(&g->agent->knl, g->id, &now)) {
		ev.kernel.report = ELECTION_KERNEL_STALE;
		ev.kernel.epoch.counter = now.epoch;
		ev.kernel.epoch.system = now.epoch_system;
	}
	group_event(g, &ev);
}

static void set_role(struct group *g, const struct election_set_role *r)
{
	struct knl_role k = {
		.group = g->id,
		.role = (uint8_t)r->role,
		.epoch = r->epoch.counter,
		.epoch_system = r->epoch.system,
		.lease = r->role == RG_ROLE_ACTIVE ? r->lease_ms : 0,
		.grace = r->role == RG_ROLE_ACTIVE ? 0 : r->grace_ms,
		.flags = r->no_new ? NF_RG_F_NO_NEW : 0,
	};
	int err;

	if (!r->renew)
		watch(WATCH_PROTOCOL, g->id, "RG id %u: kernel is told: %s, epoch %llu, lease %u ms",
		      g->id, rg_role_name(r->role), (unsigned long long)k.epoch, k.lease);
	if (!knl_present(&g->agent->knl)) {
		/*
		 * Nothing forwards for the group and nothing can be claimed; the election was told
		 * when the module went.
		 */
		g->role_failed = true;
		return;
	}
	err = knl_set_role(&g->agent->knl, &k);
	if (!err)
		return;
	event_warnx(g->id, "ROLE", "RG id %u: role %s refused by the kernel: %s", g->id,
		    rg_role_name(r->role), strerror(-err));
	g->role_failed = true;
	role_refused(g, err);
}

static void addresses(struct group *g, bool on)
{
	struct agent *a = g->agent;
	int err;

	if (on && g->role_failed)
		return;
	watch(WATCH_VP, g->id, "RG id %u: virtual and pool addresses %s", g->id, on ? "on" : "off");
	if (!on)
		announce_stop(a->announce, g->id);
	/* Each keeps what it wants and tries again by itself; the error is for the log. */
	err = vips_set(a->vips, g->id, on);
	if (err && err != -ENOENT)
		log_warnx("VIP", "RG id %u: virtual addresses not %s: %s", g->id,
			  on ? "set" : "removed", strerror(-err));
	adverts_set(a->adverts, g->id, on);
	err = pools_set(a->pools, g->id, on);
	if (err && err != -ENOENT)
		log_warnx("VIP", "RG id %u: pool addresses not %s: %s", g->id,
			  on ? "set" : "removed", strerror(-err));
}

static void announce(struct group *g)
{
	int err;

	if (g->role_failed)
		return;
	err = announce_start(g->agent->announce, g->id);
	if (err && err != -ENOENT)
		log_warnx("VIP", "RG id %u: addresses not announced: %s", g->id, strerror(-err));
}

static void send_hello(struct group *g, enum hello_type type)
{
	if (g->link)
		link_send(g->link, type, g->id, clock_now());
}

static void sync_action(struct group *g, const struct election_action *a)
{
	if (!g->sync)
		return;
	if (a->type == ELECTION_SYNC_STOP)
		synclink_stop(g->sync, g->id);
	else if (a->type == ELECTION_SYNC_RECEIVE)
		synclink_receive(g->sync, g->id, &a->sync.epoch, g->e.instance, g->digest,
				 a->sync.full, a->sync.merge);
	else if (!g->role_failed)
		synclink_send(g->sync, g->id, &a->sync.epoch, g->e.instance);
}

static void answered(struct group *g, uint32_t request, enum election_refusal refusal)
{
	if (request != g->request)
		return;
	g->request_done = true;
	g->request_refusal = refusal;
	if (refusal)
		event_notice(g->id, "COMMAND", "RG id %u: refused: %s", g->id,
			     election_refusal_name(refusal));
	fill_answer(g);
}

static void act(struct group *g, const struct election_action *a)
{
	switch (a->type) {
	case ELECTION_SET_ROLE:
		set_role(g, &a->role);
		break;
	case ELECTION_ADDRESSES:
		addresses(g, a->on);
		break;
	case ELECTION_ANNOUNCE:
		announce(g);
		break;
	case ELECTION_SEND_HELLO:
		send_hello(g, HELLO_TYPE_HELLO);
		break;
	case ELECTION_SEND_RESIGN:
		send_hello(g, HELLO_TYPE_RESIGN);
		break;
	case ELECTION_SEND_RELOAD:
		send_hello(g, HELLO_TYPE_RELOAD_PEER);
		break;
	case ELECTION_SYNC_SEND:
	case ELECTION_SYNC_RECEIVE:
	case ELECTION_SYNC_STOP:
		sync_action(g, a);
		break;
	case ELECTION_DRAIN:
		group_drain_start(g);
		break;
	case ELECTION_LOG:
		group_log(g, &a->log);
		service_status(g->agent);
		break;
	case ELECTION_DONE:
		answered(g, a->request, ELECTION_R_NONE);
		break;
	case ELECTION_REFUSE:
		answered(g, a->request, a->refusal);
		break;
	case ELECTION_PROBE:
		if (a->on)
			probes_ask(g->agent->probes, g->id);
		else
			probes_stop(g->agent->probes, g->id);
		break;
	case ELECTION_STOPPED:
		g->stopped = true;
		g->handed_over = a->on;
		break;
	}
}

static void step(struct group *g, const struct election_event *ev)
{
	enum election_state before = g->e.state;
	enum rg_rf rf = election_rf(&g->e);
	struct election_actions acts;

	g->role_failed = false;
	election_step(&g->e, ev, clock_now(), &acts);
	if (watch_wants(WATCH_PROTOCOL))
		group_watch_step(g, before, rf, ev, &acts);
	for (unsigned int i = 0; i < acts.n; i++)
		act(g, &acts.a[i]);
	if (acts.lost)
		log_warnx("ROLE", "RG id %u: %u actions lost", g->id, acts.lost);
	loop_timer_set(&g->timer, acts.deadline);
}

/**
 * group_event() - give an event to the election and carry out what it answers
 * @g: the group
 * @ev: the event; what it borrows must live until it is handled: inside @g, or static
 *
 * May be called from within the actions of another event of the same group: it then waits for their
 * end.
 */
void group_event(struct group *g, const struct election_event *ev)
{
	if (g->busy) {
		if (g->q_len == GROUP_QUEUE) {
			g->log.queue_full++;
			log_warnx("ROLE", "RG id %u: too many events at once, one dropped", g->id);
			return;
		}
		g->queue[(g->q_head + g->q_len++) % GROUP_QUEUE] = *ev;
		return;
	}
	g->busy = true;
	step(g, ev);
	while (g->q_len) {
		struct election_event next = g->queue[g->q_head];

		g->q_head = (g->q_head + 1) % GROUP_QUEUE;
		g->q_len--;
		step(g, &next);
	}
	g->busy = false;
	if (g->stopped)
		agent_group_stopped(g->agent);
}

static void on_timer(void *arg, mono_t now)
{
	struct election_event ev = { .type = ELECTION_EV_TICK };
	struct group *g = arg;

	(void)now;
	links_drain(g->agent->links);
	if (g->sync)
		synclink_poll(g->sync);
	if (g->e.probe.on)
		probes_read(g->agent->probes);
	else if (g->e.cfg.probe_ms && election_role(&g->e) != RG_ROLE_ACTIVE)
		group_carriers(g, true);
	group_event(g, &ev);
}

/**
 * group_election_config() - what the election wants to know of the configuration
 * @g: the group, for its digest
 * @cg: configuration of the group
 *
 * Return: the election's view of it.
 */
struct election_config group_election_config(const struct group *g, const struct conf_group *cg)
{
	struct election_config ec = {
		.group = (uint8_t)cg->id,
		.priority = cg->priority,
		.threshold = cg->threshold,
		.preempt = cg->preempt,
		.delay_s = cg->delay_ms / 1000,
		.reload_s = cg->reload_ms / 1000,
		.digest = g->digest,
		.probe_ms = g->agent->conf->probe_ms,
	};
	struct conf_protocol p;

	conf_group_protocol(g->agent->conf, cg, &p);
	ec.hello_ms = p.hello_ms;
	ec.hold_ms = p.hold_ms;
	return ec;
}

static void on_drain(void *arg, mono_t now)
{
	(void)now;
	group_drain_start(arg);
}

/**
 * group_new() - a group that was not started
 * @a: the daemon
 * @cg: its configuration, part of a->conf
 * @out: the group, entered in a->group
 *
 * Return: 0 or -ENOMEM.
 */
int group_new(struct agent *a, const struct conf_group *cg, struct group **out)
{
	struct group *g = calloc(1, sizeof(*g));
	struct election_config ec;

	if (!g)
		return -ENOMEM;
	g->agent = a;
	g->id = (uint8_t)cg->id;
	g->conf = *cg;
	if (loop_timer_init(&g->timer, a->loop.base, on_timer, g) ||
	    loop_timer_init(&g->drain, a->loop.base, on_drain, g) || group_conf_init(g)) {
		group_free(g);
		return -ENOMEM;
	}
	group_conf_refresh(g);
	ec = group_election_config(g, cg);
	election_init(&g->e, &ec, a->system);
	a->group[g->id] = g;
	if (a->group_max < g->id)
		a->group_max = g->id;
	*out = g;
	return 0;
}

/**
 * group_free() - forget a group; what it set up stays
 * @g: the group, or NULL
 */
void group_free(struct group *g)
{
	if (!g)
		return;
	if (g->agent->group[g->id] == g)
		g->agent->group[g->id] = NULL;
	loop_timer_free(&g->timer);
	loop_timer_free(&g->drain);
	group_conf_free(g);
	free(g);
}

/**
 * group_start() - begin, with what the kernel holds
 * @g: the group
 * @start: from adopt_start()
 */
void group_start(struct group *g, const struct election_start *start)
{
	struct election_event ev = { .type = ELECTION_EV_START, .start = *start };

	g->started = true;
	group_event(g, &ev);
	group_decrement(g);
	group_carriers(g, false);
	group_conf_own(g);
	if (g->sync && synclink_up(g->sync))
		group_conf_link(g, true);
}

/**
 * group_config() - the configuration of a group changed
 * @g: the group
 * @cg: the new one, part of a->conf
 * @was_shut: the old one said `shutdown`
 */
void group_config(struct group *g, const struct conf_group *cg, bool was_shut)
{
	struct election_event ev = { .type = ELECTION_EV_CONFIG };

	g->conf = *cg;
	group_conf_refresh(g);
	ev.config = group_election_config(g, cg);
	if (!election_config_equal(&ev.config, &g->e.cfg))
		group_event(g, &ev);
	group_conf_own(g);
	if (was_shut != cg->shutdown)
		group_request(g,
			      cg->shutdown ? ELECTION_ADMIN_SHUTDOWN : ELECTION_ADMIN_NO_SHUTDOWN,
			      true);
}

/**
 * group_request() - carry out what a person asked for
 * @g: the group
 * @op: what
 * @force: even if it costs connections
 *
 * Return: 0 if it was done, -EINPROGRESS if it has begun, or -errno of the refusal.
 */
int group_request(struct group *g, enum election_admin_op op, bool force)
{
	struct election_event ev = { .type = ELECTION_EV_ADMIN };

	if (g->request && !g->request_done && op != ELECTION_ADMIN_SHUTDOWN &&
	    op != ELECTION_ADMIN_NO_SHUTDOWN)
		return -EBUSY;
	g->request = g->request + 1 ? g->request + 1 : 1;
	g->request_done = false;
	ev.admin.op = op;
	ev.admin.force = force;
	ev.admin.request = g->request;
	group_event(g, &ev);
	if (!g->request_done)
		return -EINPROGRESS;
	return election_refusal_errno(g->request_refusal);
}

/**
 * group_fault() - a fault of the group begins or ends
 * @g: the group
 * @fault: GROUP_F_*
 * @on: begins
 * @text: for the log when it begins, NULL: none
 */
void group_fault(struct group *g, uint32_t fault, bool on, const char *text)
{
	if (on == !!(g->faults & fault))
		return;
	g->faults ^= fault;
	text = on ? text : NULL;
	watch(WATCH_FAULTS, g->id, "RG id %u: fault %s %s%s%s", g->id, group_fault_name(fault),
	      on ? "begins" : "ends", text ? ": " : "", text ? text : "");
	event_notice(g->id, "FAULT", "RG id %u: fault %s %s%s%s", g->id, group_fault_name(fault),
		     on ? "begins" : "ends", text ? ": " : "", text ? text : "");
}
