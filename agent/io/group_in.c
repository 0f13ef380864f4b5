// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "io/clock.h"
#include "io/evtrace.h"
#include "io/ifaces.h"
#include "io/ifkeep.h"
#include "io/log.h"
#include "io/probe.h"
#include "io/tracks.h"
#include "io/twins.h"
#include "io/vmac.h"
#include "io/watchers.h"

#include <linux/nf_rg.h>

/* While a hand-over waits for the last acknowledgment, which the kernel does not announce. */
#define DRAIN_POLL_MS 5

/* ------------------------------------------------------------ control link */

static size_t link_groups(void *arg, struct link *l, mono_t now, struct hello_group *out,
			  size_t max)
{
	struct agent *a = arg;
	struct group *g;
	size_t n = 0;

	for_each_group(a, g)
		if (g->link == l && g->started && n < max)
			election_hello(&g->e, now, &out[n++]);
	return n;
}

static struct rg_addr data_addr(const struct hello_addr *h)
{
	struct rg_addr a = { 0 };

	if (h->family == RG_V4) {
		a.family = RG_V4;
		memcpy(a.b, h->addr + 12, 4);
	}
	return a;
}

/*
 * The data link is for the router that the control link hears, as long as either of them hears it.
 */
static void update_peer(struct link *l, mono_t now)
{
	struct synclink *s = l->user;
	struct synclink_peer p = { 0 };

	if (!s)
		return;
	if (l->rx.system && (hello_rx_alive(&l->rx, now) || synclink_up(s))) {
		p.system = l->rx.system;
		p.nonce = l->rx.nonce;
		p.addr = data_addr(&l->peer_data);
		p.port = l->peer_data.port;
	}
	synclink_set_peer(s, &p);
}

/* A path that is not there at all is another fault. */
static void mtu_fault(struct group *g, mono_t now)
{
	enum link_path_id path = link_single_path(g->link) ? LINK_CONTROL : LINK_DATA;
	bool alive = g->sync && link_path_alive(g->link, path, now);
	char text[80];

	g->data_mtu = alive ? synclink_stalled(g->sync) : 0;
	snprintf(text, sizeof(text), GROUP_DATA_MTU_TEXT, g->data_mtu);
	group_fault(g, GROUP_F_DATA_MTU, g->data_mtu, text);
}

static void path_faults(struct group *g, mono_t now)
{
	bool alive = election_peer_alive(&g->e, now);
	bool ctrl = link_path_alive(g->link, LINK_CONTROL, now);

	group_fault(g, GROUP_F_CTRL_PATH, alive && !ctrl && !link_single_path(g->link),
		    "peer heard on the data link alone");
	group_fault(g, GROUP_F_DATA_PATH,
		    alive && g->conf.data[0] && (!g->sync || !synclink_up(g->sync)),
		    "no session with the peer");
	mtu_fault(g, now);
}

static void link_round(void *arg, struct link *l, mono_t now)
{
	struct election_event ev = { .type = ELECTION_EV_HELLO_TX };
	struct agent *a = arg;
	struct group *g;

	update_peer(l, now);
	for_each_group(a, g) {
		if (g->link != l || !g->started)
			continue;
		path_faults(g, now);
		group_event(g, &ev);
	}
	twins_round(a->twins, l, now);
}

static const struct hello_group *find_group(const struct hello *h, uint8_t id)
{
	for (unsigned int i = 0; i < h->n_groups; i++)
		if (h->groups[i].id == id)
			return &h->groups[i];
	return NULL;
}

static void link_hello(void *arg, struct link *l, const struct hello *h,
		       const struct hello_facts *f, bool addr_higher, mono_t now)
{
	struct election_event ev = { .type = ELECTION_EV_HELLO };
	struct election_hello *e = &ev.hello;
	const struct hello_group *hg;
	struct agent *a = arg;
	struct group *g;

	update_peer(l, now);
	e->peer_system = h->system;
	e->new_session = f->new_session;
	e->hears_me = f->hears_me;
	e->addr_higher = addr_higher;
	e->hello_ms = h->hello_ms;
	e->hold_ms = h->hold_ms;
	for_each_group(a, g) {
		if (g->link != l || !g->started)
			continue;
		hg = find_group(h, g->id);
		e->has_group = hg;
		/* What a packet says beyond "I live" concerns the groups in it. */
		e->type = hg ? h->type : HELLO_TYPE_HELLO;
		if (hg)
			e->peer = *hg;
		group_event(g, &ev);
		if (hg)
			group_conf_heard(g);
	}
}

static void link_bfd(void *arg, struct link *l, const struct link_bfd *b, mono_t now)
{
	struct election_event ev = { .type = ELECTION_EV_BFD };
	struct agent *a = arg;
	struct group *g;

	ev.bfd.silent = b->silent;
	ev.bfd.up = b->up;
	ev.bfd.detect_ms = b->detect_ms;
	ev.bfd.lease_ms = b->lease_ms;
	for_each_group(a, g) {
		if (g->link != l || !g->started)
			continue;
		group_event(g, &ev);
		path_faults(g, now);
	}
}

/* As with a hello: the lease ends before the patience of a peer that hears this packet. */
static void link_renew(void *arg, struct link *l, mono_t now)
{
	struct election_event ev = { .type = ELECTION_EV_HELLO_TX };
	struct election_event bfd = { .type = ELECTION_EV_BFD };
	struct agent *a = arg;
	struct group *g;

	for_each_group(a, g) {
		if (g->link != l || !g->started)
			continue;
		/* It was started when the sessions were there already. */
		bfd.bfd.lease_ms = l->bfd_lease_ms;
		if (g->e.bfd_lease_ms != l->bfd_lease_ms)
			group_event(g, &bfd);
		group_event(g, &ev);
	}
}

static void link_report(void *arg, const uint8_t *buf, size_t len, mono_t now)
{
	struct agent *a = arg;

	twins_report(a->twins, buf, len, now);
}

static void count_control(struct agent *a, struct link *l)
{
	const struct iface *i = ifaces_by_name(a->ifs, l->conf.control);
	struct group *g;

	for_each_group(a, g) {
		if (g->link != l)
			continue;
		if (i && i->admin_up && i->carrier)
			g->log.ctrl_up++;
		else if (i && !i->admin_up)
			g->log.ctrl_admin_down++;
		else
			g->log.ctrl_down++;
	}
}

static void link_changed(void *arg, struct link *l)
{
	struct agent *a = arg;

	event_info(0, "HELLO", "protocol %u: a path came or went (control %s)", l->conf.protocol,
		   l->conf.control);
	count_control(a, l);
}

const struct link_ops group_link_ops = {
	.groups = link_groups,
	.round = link_round,
	.hello = link_hello,
	.bfd = link_bfd,
	.renew = link_renew,
	.report = link_report,
	.changed = link_changed,
};

/* --------------------------------------------------------------- data link */

static void sync_status(void *arg, uint32_t group, enum election_sync sync)
{
	struct election_event ev = { .type = ELECTION_EV_SYNC };
	struct agent *a = arg;
	struct group *g = a->group[group & 0xff];

	if (!g || !g->started)
		return;
	ev.sync.status = sync;
	group_event(g, &ev);
}

static void sync_life(void *arg, struct synclink *s)
{
	struct election_event ev = { .type = ELECTION_EV_LIFE };
	struct agent *a = arg;
	struct group *g;

	for_each_group(a, g)
		if (g->sync == s && g->started)
			group_event(g, &ev);
}

static void sync_up(void *arg, struct synclink *s, bool up)
{
	struct agent *a = arg;
	struct group *g;

	for_each_group(a, g) {
		if (g->sync != s || !g->link)
			continue;
		path_faults(g, clock_now());
		if (up && !g->conf.data_trusted && !synclink_protected(s))
			log_warnx("SYNC", "RG id %u: DATA LINK NOT PROTECTED", g->id);
		group_conf_link(g, up);
	}
}

/* Of a group that this router has on this link. */
static void sync_config(void *arg, struct synclink *s, uint32_t group, const uint8_t *list,
			size_t len, uint64_t digest)
{
	struct agent *a = arg;
	struct group *g = a->group[group & 0xff];

	if (g && g->sync == s && g->started)
		group_conf_frame(g, list, len, digest);
}

static void sync_joined(void *arg, uint32_t group, uint64_t digest)
{
	struct agent *a = arg;
	struct group *g = a->group[group & 0xff];

	if (g && g->started)
		group_conf_joined(g, digest);
}

const struct synclink_ops group_synclink_ops = {
	.status = sync_status,
	.life = sync_life,
	.up = sync_up,
	.config = sync_config,
	.joined = sync_joined,
};

/**
 * group_drain_start() - tell the election as soon as everything of a group is acknowledged
 * @g: the group, handing its role over
 */
void group_drain_start(struct group *g)
{
	struct election_event ev = { .type = ELECTION_EV_SYNC };
	struct knl_group k;

	if (g->e.state != ELECTION_HANDOVER)
		return;
	if (!knl_group_get(&g->agent->knl, g->id, &k) && !k.pending && !k.inflight && g->sync &&
	    synclink_idle(g->sync, g->id)) {
		ev.sync.status = g->e.sync;
		ev.sync.drained = true;
		group_event(g, &ev);
		return;
	}
	loop_timer_set(&g->drain, mono_add_ms(clock_now(), DRAIN_POLL_MS));
}

/* ------------------------------------------------------------------ kernel */

static struct group *sync_group(struct agent *a, uint32_t id)
{
	struct group *g = id < 256 ? a->group[id] : NULL;

	return g && g->sync ? g : NULL;
}

static void att_push(void *arg, const struct knl_batch *b)
{
	struct group *g = sync_group(arg, b->group);

	if (g)
		synclink_push(g->sync, b);
}

static void att_installed(void *arg, const struct knl_installed *i)
{
	struct group *g = sync_group(arg, i->group);

	if (g)
		synclink_installed(g->sync, i);
}

static void att_synced(void *arg, uint32_t group, uint32_t session, int err, uint8_t sync)
{
	struct group *g = sync_group(arg, group);

	if (g)
		synclink_synced(g->sync, group, session, err, sync);
}

static void att_received(void *arg, uint32_t group, uint32_t session, int err)
{
	struct group *g = sync_group(arg, group);

	(void)session;
	if (g)
		synclink_received(g->sync, group, err);
}

static void att_gone(void *arg, int err)
{
	agent_kernel_gone(arg, err);
}

const struct knl_att_ops group_att_ops = {
	.push = att_push,
	.installed = att_installed,
	.synced = att_synced,
	.received = att_received,
	.gone = att_gone,
};

/**
 * group_kernel_event() - what the kernel tells everybody
 * @a: the daemon
 * @e: the event
 */
void group_kernel_event(struct agent *a, const struct knl_event *e)
{
	struct election_event ev = { .type = ELECTION_EV_KERNEL };
	struct group *g = e->group < 256 ? a->group[e->group] : NULL;

	if (!g || !g->started)
		return;
	switch (e->event) {
	case NF_RG_EVENT_LEASE:
		ev.kernel.report = ELECTION_KERNEL_LEASE;
		ev.kernel.epoch.counter = e->epoch;
		ev.kernel.epoch.system = e->epoch_system;
		group_event(g, &ev);
		break;
	case NF_RG_EVENT_LOST:
		if (g->sync)
			synclink_lost(g->sync, g->id);
		break;
	case NF_RG_EVENT_DELETED:
		log_warnx("KERNEL", "RG id %u: group removed from the kernel by somebody else",
			  g->id);
		agent_kernel_gone(a, -ENODEV);
		break;
	default:
		break;
	}
}

/* -------------------------------------------------------------- interfaces */

struct tally {
	uint32_t sum;
	unsigned int n, down;
	uint64_t mask, cut;
	bool broken;
};

static void tally_if(const struct agent *a, const struct conf_if *f, unsigned int pos,
		     struct tally *t)
{
	const struct iface *i = ifaces_by_name(a->ifs, f->name);
	bool usable = i && iface_usable(i);
	struct twins_state s;

	t->n++;
	twins_get(a->twins, f->name, &s);
	t->broken |= s.broken;
	if (usable && !s.cut)
		return;
	if (usable)
		t->cut |= UINT64_C(1) << pos;
	t->down++;
	t->sum += conf_if_decrement(f);
	t->mask |= UINT64_C(1) << pos;
}

/* What happened to the interfaces; of several at once the first. */
static bool if_cause(const struct group *g, const struct tally *t, struct out *o)
{
	uint64_t diff = (t->mask ^ g->mask) | (t->cut ^ g->cut);
	unsigned int pos = diff ? (unsigned int)__builtin_ctzll(diff) : 0;

	if (diff)
		out_fmt(o, "interface %s %s", g->agent->conf->iface[pos].name,
			t->cut >> pos & 1  ? "cut off" :
			t->mask >> pos & 1 ? "down" :
			g->cut >> pos & 1  ? "not cut off any more" :
					     "up");
	return diff;
}

/* For the log, where one line says why the priority is another one. */
static void describe(struct group *g, const struct tally *t, const struct track_group *tracked)
{
	char track[64];
	struct out o, text;
	bool by_if, by_track;

	out_init(&o, g->cause, sizeof(g->cause));
	out_init(&text, track, sizeof(track));
	by_if = if_cause(g, t, &o);
	by_track = track_cause(&g->conf, &g->tracked, tracked, &text);
	if (by_track)
		out_fmt(&o, "%s%s", by_if ? ", " : "", track);
	if (!by_if && !by_track)
		out_str(&o, "decrements configured anew");
}

static void undefined_track(struct group *g, uint32_t id)
{
	char text[GROUP_TEXT];

	snprintf(text, sizeof(text), "track %u is not defined, it counts as up", id);
	group_fault(g, GROUP_F_TRACK, id, text);
}

static struct tally tally_ifs(const struct group *g)
{
	const struct conf *c = g->agent->conf;
	struct tally t = { 0 };

	for (unsigned int i = 0; i < c->n_ifs; i++)
		if (c->iface[i].in_group && c->iface[i].group.id == g->id)
			tally_if(g->agent, &c->iface[i], i, &t);
	return t;
}

static bool same_tracked(const struct track_group *a, const struct track_group *b)
{
	return a->sum == b->sum && a->forced_down == b->forced_down && a->n_down == b->n_down &&
	       !memcmp(a->down, b->down, sizeof(a->down));
}

/**
 * group_decrement() - what traffic interfaces and tracked objects take off a group's priority
 * @g: the group
 *
 * Tells the election if that changed.
 */
void group_decrement(struct group *g)
{
	struct election_event ev = { .type = ELECTION_EV_DECREMENT };
	struct tally t = tally_ifs(g);
	struct track_group tracked;
	bool all_down = t.n && t.n == t.down;
	uint32_t sum;

	track_of_group(tracks_table(g->agent->tracks), &g->conf, &tracked);
	undefined_track(g, tracked.undefined);
	group_fault(g, GROUP_F_RII, t.broken, "twins do not hear each other");
	sum = t.sum + tracked.sum;
	if (!g->started ||
	    (sum == g->e.decrement && all_down == g->e.all_down && t.mask == g->mask &&
	     t.cut == g->cut && same_tracked(&tracked, &g->tracked)))
		return;
	describe(g, &t, &tracked);
	if (watch_wants(WATCH_FAULTS))
		group_watch_decrement(g, t.sum, t.down, t.n, &tracked);
	if (watch_wants(WATCH_RII))
		group_watch_riis(g, t.mask);
	g->mask = t.mask;
	g->cut = t.cut;
	g->tracked = tracked;
	ev.decrement.sum = sum;
	ev.decrement.forced_down = tracked.forced_down;
	ev.decrement.all_down = all_down;
	ev.decrement.cause = g->cause;
	group_event(g, &ev);
}

static bool has_carrier(const struct agent *a, const char *ifname)
{
	const struct iface *i = ifaces_by_name(a->ifs, ifname);

	return i && i->admin_up && i->carrier;
}

/**
 * group_carriers() - do the links of a group carry?
 * @g: the group
 * @look: ask the kernel, which tells of it by itself later
 *
 * Tells the election if that changed.
 */
void group_carriers(struct group *g, bool look)
{
	struct election_event ev = { .type = ELECTION_EV_CARRIER };
	struct agent *a = g->agent;

	if (!g->started || !g->link)
		return;
	if (look) {
		ifaces_look(a->ifs, g->link->conf.control);
		ifaces_look(a->ifs, g->link->conf.data);
	}
	ev.no_carrier = !has_carrier(a, g->link->conf.control) &&
			!has_carrier(a, g->link->conf.data);
	if (ev.no_carrier != g->e.no_carrier)
		group_event(g, &ev);
}

static void probe_answer(void *arg, uint32_t group, const char *ifname,
			 const struct neigh_answer *n)
{
	struct election_event ev = { .type = ELECTION_EV_PROBE };
	struct agent *a = arg;
	struct group *g = a->group[group & 0xff];
	char text[ADDR_STRLEN];

	if (!g || !g->started)
		return;
	addr_print(&n->addr, text);
	if (g->e.probe.on && !g->e.probe.isolated)
		event_notice(g->id, "PROBE",
			     "RG id %u: %s is at %02x:%02x:%02x:%02x:%02x:%02x on %s: %s", g->id,
			     text, n->mac[0], n->mac[1], n->mac[2], n->mac[3], n->mac[4], n->mac[5],
			     ifname, "this router does not take the role");
	group_event(g, &ev);
}

const struct probes_ops group_probes_ops = { .answer = probe_answer };

/* Of the devices with a virtual MAC address on its traffic interfaces. */
static bool any_vmac(const struct group *g)
{
	const struct conf *c = g->agent->conf;
	bool any = false;

	for (unsigned int i = 0; i < c->n_ifs; i++)
		if (c->iface[i].in_group && c->iface[i].group.id == g->id)
			any |= vmacs_fights(g->agent->vmacs, c->iface[i].name);
	return any;
}

/* Any of its traffic interfaces and its links. */
static bool any_if(const struct group *g, bool (*is)(const struct ifkeep *f, const char *ifname))
{
	const struct ifkeep *f = g->agent->ifkeep;
	const struct conf *c = g->agent->conf;
	bool any = is(f, g->conf.control) || is(f, g->conf.data);

	for (unsigned int i = 0; i < c->n_ifs; i++)
		if (c->iface[i].in_group && c->iface[i].group.id == g->id)
			any |= is(f, c->iface[i].name);
	return any;
}

/**
 * group_ifaces() - an interface changed, or several
 * @a: the daemon
 * @only: NULL: all groups
 */
void group_ifaces(struct agent *a, const struct group *only)
{
	struct group *g;

	for_each_group(a, g)
		if (!only || g == only) {
			group_decrement(g);
			group_carriers(g, false);
			group_fault(g, GROUP_F_FOREIGN_IF,
				    any_if(g, ifkeep_fights) || any_vmac(g),
				    "somebody changes an interface");
			group_fault(g, GROUP_F_NEGOTIATION, any_if(g, ifkeep_unable),
				    "an interface does not negotiate as configured");
		}
}
