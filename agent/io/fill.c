// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "core/conf_vmac.h"
#include "core/conf_impact.h"
#include "core/view.h"
#include "io/advert.h"
#include "io/announce.h"
#include "io/clock.h"
#include "io/cttable.h"
#include "io/evtrace.h"
#include "io/hellosock.h"
#include "io/hooks.h"
#include "io/ifaces.h"
#include "io/ifkeep.h"
#include "io/log.h"
#include "io/natwork.h"
#include "io/pool.h"
#include "io/sandbox.h"
#include "io/show.h"
#include "io/tracks.h"
#include "io/vip.h"

#include <linux/nf_rg.h>

/* The snapshot behind the show commands, and what the commands do. */

#define AGENT_VERSION "0.1"

static void copy_addr(struct rg_addr *to, const struct hello_addr *h)
{
	if (h->family == RG_V4) {
		to->family = RG_V4;
		memcpy(to->b, h->addr + 12, 4);
	}
}

static void fill_link(const struct agent *a, const char *ifname, struct view_link *out)
{
	const struct iface *i = ifaces_by_name(a->ifs, ifname);

	snprintf(out->name, sizeof(out->name), "%s", ifname);
	if (!i)
		return;
	out->exists = true;
	out->up = i->admin_up && i->carrier;
	iface_primary4(i, &out->addr);
}

static void fill_links(const struct group *g, struct view_group *v)
{
	const struct link *l = g->link;

	fill_link(g->agent, g->conf.control, &v->control);
	fill_link(g->agent, g->conf.data, &v->data);
	v->control.port = HELLOSOCK_PORT;
	if (!l)
		return;
	v->control.peer = l->path[LINK_CONTROL].peer;
	v->control.peer_port = v->control.peer.family ? HELLOSOCK_PORT : 0;
	v->data.port = l->local.data.port;
	copy_addr(&v->data.peer, &l->peer_data);
	v->data.peer_port = l->peer_data.port;
}

static enum view_auth auth_of_link(const struct link *l)
{
	if (hello_ring_keyed(&l->ring))
		return l->ring.type == HELLO_AUTH_MD5 ? VIEW_AUTH_MD5 : VIEW_AUTH_SHA256;
	return l->conf.auth_text[0] ? VIEW_AUTH_TEXT : VIEW_AUTH_NONE;
}

static void fill_media(const struct group *g, struct view_media *m)
{
	const struct election_stats *st = &g->e.stats;
	const struct link *l = g->link;
	mono_t now = clock_now();

	m->reload_tx = st->reload_tx;
	m->reload_rx = st->reload_rx;
	m->resign_tx = st->resign_tx;
	m->resign_rx = st->resign_rx;
	m->detect_ms = election_detect_ms(&g->e);
	if (!l)
		return;
	m->protocol = l->conf.protocol;
	m->hello_ms = l->conf.hello_ms;
	m->conf_hello_ms = l->conf.hello_ms;
	m->conf_hold_ms = l->conf.hold_ms;
	m->peer_hello_ms = l->rx.hello_ms;
	m->peer_hold_ms = l->rx.hold_ms;
	m->silent_ms = mono_is_zero(l->rx.last) ? 0 : mono_span_ms(l->rx.last, now);
	m->auth = auth_of_link(l);
	m->key_expired = l->key_expired;
	m->tx_pkts = l->stats.tx;
	m->tx_bytes = l->stats.tx_bytes;
	m->tx_seq = l->tx.seq;
	m->rx_pkts = l->stats.rx;
	m->rx_bytes = l->stats.rx_bytes;
	m->rx_seq = l->rx.seq;
	m->rx_lost = l->stats.rx_lost;
	m->auth_failures = link_auth_failures(l);
}

static void fill_log(const struct group *g, struct view_log *o)
{
	const struct election_stats *st = &g->e.stats;

	o->to_active = st->to_active;
	o->to_standby = st->to_standby;
	o->disabled_rg_down = st->disable_fault;
	o->disabled_rg_shut = st->disable_shut;
	o->ctrl_up = g->log.ctrl_up;
	o->ctrl_down = g->log.ctrl_down;
	o->ctrl_admin_down = g->log.ctrl_admin_down;
	o->reload_local = st->reload_self;
	o->reload_peer = st->reload_peer;
	o->fault_switchovers = st->fault_switchovers;
	o->fault_changes = st->fault_changes;
}

static void fill_sync(const struct group *g, const struct knl_group *k, struct view_sync *o)
{
	const struct synclink_group_stats *st;
	struct cttable t;

	o->protected = g->sync && synclink_protected(g->sync);
	o->sync = k->sync;
	o->entries = k->entries;
	o->pending = k->pending;
	o->inflight = k->inflight;
	o->refused = k->refused;
	o->held = k->held;
	o->stopped = k->stopped;
	cttable_read(&t);
	o->table_used = t.used;
	o->table_max = t.max;
	o->verified_ms = k->has_verified ? (int64_t)k->verified : -1;
	if (!g->sync)
		return;
	st = synclink_group_stats(g->sync, g->id);
	o->session_up = synclink_up(g->sync);
	if (o->session_up && k->role == NF_RG_ROLE_ACTIVE)
		o->peer_table_max = st->peer_table_max;
	o->bulks = st->bulks;
	o->deltas = st->deltas;
	o->batches_tx = st->batches_tx;
	o->batches_rx = st->batches_rx;
	o->records_tx = st->records_tx;
	o->records_rx = st->records_rx;
	o->merges = st->merges;
	o->merge_records = st->merge_records;
	o->split_conflict = st->split_conflict;
	o->merge_refused = st->merge_refused;
	o->acked_seq = st->acked_seq;
	o->lag_ms = synclink_lag_ms(g->sync, g->id);
}

static void fill_if(const struct group *g, const struct conf_if *f, struct view_if *o)
{
	const struct iface *i = ifaces_by_name(g->agent->ifs, f->name);
	char device[CONF_IF_LEN];

	conf_vip_device(f, device);
	conf_vmac(g->agent->conf, f, o->vmac);
	snprintf(o->name, sizeof(o->name), "%s", f->name);
	o->rii = f->rii;
	o->decrement = conf_if_decrement(f);
	fill_twin(g->agent, o);
	if (i) {
		o->exists = true;
		o->admin_up = i->admin_up;
		o->link_up = iface_usable(i);
		memcpy(o->mac, i->mac, sizeof(o->mac));
	}
	for (uint32_t n = 0; n < f->n_vips && n < VIEW_MAX_VIPS; n++) {
		o->vip[n].addr = f->vip[n].addr;
		o->vip[n].len = f->vip[n].len;
		o->vip[n].present = vips_present(g->agent->vips, g->id, device, &f->vip[n].addr);
		o->n_vips++;
	}
}

static void fill_ifs(const struct group *g, struct view_group *v)
{
	const struct conf *c = g->agent->conf;

	for (uint32_t i = 0; i < c->n_ifs && v->n_ifs < VIEW_MAX_IFS; i++)
		if (c->iface[i].in_group && c->iface[i].group.id == g->id)
			fill_if(g, &c->iface[i], &v->iface[v->n_ifs++]);
}

static void add_fault(struct view_group *v, const char *name, const char *text, uint8_t decrement)
{
	struct view_fault *f;

	if (v->n_faults == VIEW_MAX_FAULTS)
		return;
	f = &v->fault[v->n_faults++];
	snprintf(f->name, sizeof(f->name), "%s", name);
	snprintf(f->text, sizeof(f->text), "%s", text);
	f->decrement = decrement;
}

static void election_faults(const struct group *g, struct view_group *v)
{
	static const struct {
		uint32_t bit;
		const char *name, *text;
	} known[] = {
		{ ELECTION_F_DEGRADED, "DEGRADED",
		  "below the failover threshold, and no usable peer" },
		{ ELECTION_F_NO_ACTIVE, "NO-ACTIVE", "neither router is active" },
		{ ELECTION_F_ONE_WAY, "ONE-WAY", "the peer does not hear this router" },
		{ ELECTION_F_TIMERS, "TIMERS", "the timers of the two routers differ" },
		{ ELECTION_F_CTRL_PATH, "CTRL-PATH", "no hellos, but the data link lives" },
		{ ELECTION_F_DIGEST, "CONFIG", "the configurations of the two routers differ" },
		{ ELECTION_F_KERNEL, "KERNEL", "the kernel does not let this router be active" },
		{ ELECTION_F_ISOLATED, "ISOLATED",
		  "the links are down, and another router has the virtual addresses" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (g->e.faults & known[i].bit)
			add_fault(v, known[i].name, known[i].text, 0);
}

static void own_faults(const struct group *g, struct view_group *v)
{
	static const struct {
		uint32_t bit;
		const char *text;
	} known[] = {
		{ GROUP_F_DATA_PATH, "no session with the peer on the data link" },
		{ GROUP_F_CTRL_PATH, "the peer is heard on the data link alone" },
		{ GROUP_F_FOREIGN_VIP, "somebody removes a virtual address" },
		{ GROUP_F_FOREIGN_POOL, "somebody removes rules or addresses of a pool" },
		{ GROUP_F_FOREIGN_NAT, "somebody changes the translation rules" },
		{ GROUP_F_FOREIGN_ROUTE, "somebody removes a route of ours" },
		{ GROUP_F_FOREIGN_IF,
		  "somebody removes an address of an interface, or sets it up or down" },
		{ GROUP_F_NEGOTIATION, "an interface does not negotiate as configured" },
		{ GROUP_F_NAT, "the translation rules are not installed" },
		{ GROUP_F_LINK, "no control link of its own, takes no role" },
	};
	char text[VIEW_TEXT_LEN];

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (g->faults & known[i].bit)
			add_fault(v, group_fault_name(known[i].bit), known[i].text, 0);
	snprintf(text, sizeof(text), GROUP_DATA_MTU_TEXT, g->data_mtu);
	if (g->faults & GROUP_F_DATA_MTU)
		add_fault(v, "DATA-MTU", text, 0);
	if (g->faults & GROUP_F_MODULE)
		add_fault(v, "MODULE",
			  g->agent->kernel_err == -EPROTO ? "kernel module of another version" :
			  g->agent->kernel_err == -EBUSY  ? "another agent is attached" :
							    "kernel module not loaded",
			  0);
}

/* Before connections are missing for it. */
static void table_faults(struct view_group *v)
{
	const struct view_sync *s = &v->sync;
	char text[VIEW_TEXT_LEN];

	if (cttable_tight((uint32_t)s->table_used, (uint32_t)s->table_max)) {
		snprintf(text, sizeof(text), "%llu connections, and the table takes %llu",
			 (unsigned long long)s->table_used, (unsigned long long)s->table_max);
		add_fault(v, "TABLE", text, 0);
	}
	if (cttable_tight((uint32_t)s->table_used, (uint32_t)s->peer_table_max)) {
		snprintf(text, sizeof(text), "%llu connections, and the peer's table takes %llu",
			 (unsigned long long)s->table_used,
			 (unsigned long long)s->peer_table_max);
		add_fault(v, "PEER-TABLE", text, 0);
	}
}

static void auth_faults(const struct group *g, struct view_group *v)
{
	if (!g->link)
		return;
	if (link_auth_fails(g->link, clock_now()))
		add_fault(v, "AUTH", "hellos are refused by their authentication", 0);
	if (link_refuses_plain(g->link))
		add_fault(v, "DATA-PLAIN",
			  "require-encryption, and no md5 or hmac-sha-256 key: no data link", 0);
	if (g->link->key_expired)
		add_fault(v, "KEY-EXPIRED",
			  "the clock allows no key of the key chain, the newest stays in use", 0);
}

static void version_faults(const struct group *g, struct view_group *v)
{
	char text[FILL_VERSIONS][VIEW_TEXT_LEN];
	unsigned int n = fill_version(g, text);

	for (unsigned int i = 0; i < n; i++)
		add_fault(v, "VERSION", text[i], 0);
}

static void track_fault(const struct track_obj *t, const struct conf_gtrack *gt,
			struct view_group *v)
{
	const char *parameter = conf_track_parameter(&t->conf);
	char text[VIEW_TEXT_LEN];
	struct out o;

	out_init(&o, text, sizeof(text));
	out_fmt(&o, "track %u is down: %s ", gt->id, conf_track_type(&t->conf));
	conf_track_instance(&t->conf, &o);
	if (*parameter)
		out_fmt(&o, "%s%s", conf_track_is_list(&t->conf) ? "" : " ", parameter);
	if (gt->shutdown)
		out_str(&o, ", shutdown");
	add_fault(v, "TRACK", text, gt->decrement);
}

static void track_faults(const struct group *g, struct view_group *v)
{
	const struct track *all = tracks_table(g->agent->tracks);
	char text[VIEW_TEXT_LEN];

	for (uint32_t i = 0; i < g->conf.n_tracks; i++) {
		const struct conf_gtrack *gt = &g->conf.track[i];
		const struct track_obj *t = track_find(all, gt->id);

		if (t && t->state == TRACK_DOWN)
			track_fault(t, gt, v);
		snprintf(text, sizeof(text), "track %u is not defined, it counts as up", gt->id);
		if (!t)
			add_fault(v, "TRACK", text, 0);
	}
}

static void fill_faults(const struct group *g, const struct knl_group *k, struct view_group *v)
{
	char text[VIEW_TEXT_LEN];

	for (uint32_t i = 0; i < v->n_ifs; i++) {
		if (fill_twin_fault(&v->iface[i], text))
			add_fault(v, "RII", text,
				  v->iface[i].twin_cut ? v->iface[i].decrement : 0);
		if (v->iface[i].link_up)
			continue;
		snprintf(text, sizeof(text), "interface %s is down%s", v->iface[i].name,
			 v->iface[i].exists && !v->iface[i].admin_up ? " (shut)" : "");
		add_fault(v, "INTERFACE", text, v->iface[i].decrement);
	}
	track_faults(g, v);
	if (k->refused) {
		snprintf(text, sizeof(text),
			 "%u connections are missing at the peer, its kernel refused them",
			 k->refused);
		add_fault(v, "CAPACITY", text, 0);
	}
	table_faults(v);
	election_faults(g, v);
	auth_faults(g, v);
	version_faults(g, v);
	own_faults(g, v);
}

static void fill_peer(const struct group *g, struct view_group *v)
{
	const struct election_peer *p = &g->e.peer;

	v->peer_known = p->known && p->has_group;
	v->peer_present = p->known;
	v->peer_comm = p->known && p->hears_me;
	if (!v->peer_known)
		return;
	v->peer_role = (uint8_t)p->group.role;
	v->peer_rf = (enum view_rf)p->group.rf;
	v->peer_priority = p->group.run_prio;
	v->peer_progression = p->group.role == RG_ROLE_STANDBY || p->group.role == RG_ROLE_ACTIVE;
}

static void fill_reason(const struct group *g, struct view_group *v)
{
	if (!g->started)
		snprintf(v->reason, sizeof(v->reason), "%s", "no control link");
	else
		snprintf(v->reason, sizeof(v->reason), "%s", election_reason(&g->e));
}

static void count(struct view_counters *c, const char *prefix, const char *name, uint64_t value)
{
	char text[VIEW_COUNTER_LEN];

	snprintf(text, sizeof(text), "%s%s", prefix, name);
	view_count(c, text, value);
}

static void count_stat(void *arg, const char *name, uint64_t value)
{
	count(arg, "kernel-", name, value);
}

static void count_hellos(const struct link *l, struct view_counters *c)
{
	for (int v = 0; v < HELLO_VERDICTS; v++)
		count(c, "hello-", hello_verdict_name((enum hello_verdict)v),
		      l->path[LINK_CONTROL].count[v] + l->path[LINK_DATA].count[v]);
	count(c, "hello-", "second-path", l->path[LINK_CONTROL].twins + l->path[LINK_DATA].twins);
	count(c, "hello-", "tx-failed", l->stats.tx_failed);
	count(c, "hello-", "late-rounds", l->stats.late);
	count(c, "hello-", "answers", l->stats.answers);
}

static void count_sync(const struct synclink *s, struct view_counters *c)
{
	const struct syncsock_stats *t = synclink_sock_stats(s);
	const struct synclink_stats *l = synclink_stats(s);
	const struct syncsess *m = synclink_sess(s);

	for (int i = 0; i < SYNCSESS_COUNTERS; i++)
		count(c, "sync-", syncsess_counter_name((enum syncsess_counter)i), m->counters[i]);
	for (int i = 1; i < FRAME_REASONS; i++)
		if (m->closed[i])
			count(c, "sync-closed-", frame_reason_name((enum frame_reason)i),
			      m->closed[i]);
	count(c, "sync-", "tcp-connected", t->connected);
	count(c, "sync-", "tcp-accepted", t->accepted);
	count(c, "sync-", "tcp-connect-failed", t->connect_failed);
	count(c, "sync-", "tcp-refused-peer", t->refused_peer);
	for (int i = 0; i < OPENING_VERDICTS; i++)
		count(c, "sync-opening-", opening_name((enum opening_verdict)i), t->opening[i]);
	count(c, "sync-", "tcp-rx-bytes", t->rx_bytes);
	count(c, "sync-", "tcp-tx-bytes", t->tx_bytes);
	count(c, "sync-", "tcp-queue-max", t->queue_max);
	count(c, "sync-", "install-waits", l->install_waits);
	count(c, "sync-", "kernel-failed", l->kernel_failed);
}

static void count_addresses(const struct group *g, struct view_counters *c)
{
	struct announce_state an = { 0 };
	struct pools_state p = { 0 };
	struct routeset_state r = { 0 };
	struct vips_state v = { 0 };

	vips_get(g->agent->vips, g->id, &v);
	pools_get(g->agent->pools, g->id, &p);
	adverts_get(g->agent->adverts, g->id, &r);
	announce_get(g->agent->announce, g->id, &an);
	count(c, "vip-", "foreign", v.foreign);
	count(c, "vip-", "refused", v.refused);
	count(c, "pool-", "foreign", p.foreign);
	count(c, "pool-", "refused", p.refused);
	count(c, "route-", "foreign", r.foreign);
	count(c, "route-", "refused", r.refused);
	count(c, "announce-", "rounds", an.rounds);
	count(c, "announce-", "sent", an.sent);
	count(c, "announce-", "failed", an.failed);
	count(c, "announce-", "left-out", an.left_out);
}

static void count_election(const struct group *g, struct view_counters *c)
{
	const struct election_stats *s = &g->e.stats;

	count(c, "election-", "peer-lost", s->peer_lost);
	count(c, "election-", "peer-lost-by-bfd", s->bfd_lost);
	count(c, "election-", "split-brain", s->split_brain);
	count(c, "election-", "fenced", s->fenced);
	count(c, "election-", "stale-resign", s->stale_resign);
	count(c, "election-", "late-ticks", s->late);
	count(c, "election-", "queue-full", g->log.queue_full);
}

static void fill_counters(struct group *g, struct view_counters *c)
{
	count_election(g, c);
	if (g->link)
		count_hellos(g->link, c);
	if (g->link)
		fill_twin_counters(g->agent, g->link->conf.protocol, c);
	if (g->sync)
		count_sync(g->sync, c);
	fill_conf_counters(g, c);
	fill_probe_counters(g, c);
	count_addresses(g, c);
	if (knl_present(&g->agent->knl))
		knl_stats(&g->agent->knl, g->id, count_stat, c);
}

static void fill_group(struct group *g, struct knl_group *k, struct view_group *v)
{
	memset(k, 0, sizeof(*k));
	if (knl_present(&g->agent->knl))
		knl_group_get(&g->agent->knl, g->id, k);
	v->id = g->id;
	snprintf(v->name, sizeof(v->name), "%s", g->conf.name);
	v->shutdown = g->conf.shutdown;
	v->oper_up = g->started && g->e.state != ELECTION_DISABLED && !g->e.kernel_refused &&
		     !g->e.forced_down;
	v->role = (uint8_t)election_role(&g->e);
	v->rf = (enum view_rf)election_rf(&g->e);
	v->data_trusted = g->conf.data_trusted;
	v->preempt = g->conf.preempt;
	v->priority = g->conf.priority;
	v->runtime = election_run_priority(&g->e);
	v->threshold = g->conf.threshold;
	v->epoch = g->e.epoch.counter;
	v->epoch_system = g->e.epoch.system;
	v->lease_ms = k->has_lease ? (int64_t)k->lease_left : -1;
	fill_peer(g, v);
	fill_reason(g, v);
	fill_links(g, v);
	fill_media(g, &v->media);
	fill_log(g, &v->log);
	fill_sync(g, k, &v->sync);
	fill_ifs(g, v);
	fill_faults(g, k, v);
	fill_conf(g, &v->conf);
	fill_counters(g, &v->counters);
}

static enum view_auth auth_of_conf(enum conf_auth a)
{
	switch (a) {
	case CONF_AUTH_TEXT:
		return VIEW_AUTH_TEXT;
	case CONF_AUTH_MD5:
		return VIEW_AUTH_MD5;
	case CONF_AUTH_SHA256:
		return VIEW_AUTH_SHA256;
	case CONF_AUTH_NONE:
		break;
	}
	return VIEW_AUTH_NONE;
}

static void fill_protocols(const struct conf *c, struct view *v)
{
	for (uint32_t i = 0; i < c->n_protocols && v->n_protocols < VIEW_MAX_PROTOCOLS; i++) {
		struct view_protocol *p = &v->protocol[v->n_protocols++];

		p->id = c->protocol[i].id;
		snprintf(p->name, sizeof(p->name), "%s", c->protocol[i].name);
		p->hello_ms = c->protocol[i].hello_ms;
		p->hold_ms = c->protocol[i].hold_ms;
		p->bfd = c->protocol[i].bfd;
		p->auth = auth_of_conf(c->protocol[i].auth);
	}
}

static void count_rule(void *arg, const struct nat_counter *n)
{
	char name[VIEW_COUNTER_LEN];

	if (n->mapping)
		snprintf(name, sizeof(name), "nat-%u-%s", n->mapping, n->name);
	else
		snprintf(name, sizeof(name), "nat-%s", n->name);
	view_count(arg, name, n->packets);
}

static void count_closed(void *arg, uint32_t mapping, uint64_t packets)
{
	char name[VIEW_COUNTER_LEN];

	snprintf(name, sizeof(name), "nat-%u-fail-closed", mapping);
	view_count(arg, name, packets);
}

static void fill_system(struct agent *a, struct view_counters *c)
{
	struct ifkeep_state is;
	struct evtrace_stats trace;

	for (int v = 1; v < HELLO_VERDICTS; v++)
		count(c, "hello-unowned-", hello_verdict_name((enum hello_verdict)v),
		      links_undecodable(a->links, (enum hello_verdict)v));
	count(c, "netlink-", "pushes", a->att.pushes);
	count(c, "netlink-", "push-bytes", a->att.push_bytes);
	count(c, "netlink-", "installs", a->att.installs);
	count(c, "netlink-", "acks", a->att.acks);
	count(c, "netlink-", "ack-errors", a->att.ack_errors);
	count(c, "netlink-", "overruns", a->att.overruns);
	count(c, "netlink-", "stray-messages", a->att.stray);
	count(c, "netlink-", "event-overruns", a->ev.overruns);
	count(c, "netlink-", "refused-requests", a->knl.refused);
	count(c, "config-", "reloads", a->reloads);
	count(c, "config-", "reload-errors", a->reload_errors);
	count(c, "config-", "changes", a->changes);
	count(c, "log-", "lost", log_lost());
	count(c, "timer-", "late-1ms", loop_lateness()->over_1ms);
	count(c, "timer-", "late-10ms", loop_lateness()->over_10ms);
	count(c, "timer-", "worst-us", loop_lateness()->worst_us);
	evtrace_get(&trace);
	count(c, "event-trace-", "events", trace.events);
	count(c, "event-trace-", "corrupt", trace.corrupt);
	count(c, "event-trace-", "torn", trace.torn);
	count(c, "event-trace-", "not-kept", trace.unmapped);
	if (knl_present(&a->knl))
		knl_stats(&a->knl, 0, count_stat, c);
	ifkeep_get(a->ifkeep, &is);
	count(c, "interface-", "foreign", is.foreign);
	count(c, "interface-", "refused", is.refused);
	natwork_counters(a->nat, count_rule, c);
	if (a->closed)
		knl_closed_dump(&a->knl, count_closed, c);
	fill_ctl_counters(a, c);
	fill_hook_counters(a, c);
	fill_track_counters(a, c);
	fill_twin_counters(a, 0, c);
	fill_bfd_counters(a, c);
	fill_probe_bad(a, c);
	view_count(c, "system-calls-refused", sandbox_refused());
}

static int snapshot(void *arg, struct view *v)
{
	struct agent *a = arg;
	struct knl_group *k;
	struct utsname u;

	if (a->stop == AGENT_STOPPED)
		return -ESHUTDOWN;
	k = malloc(sizeof(*k));
	if (!k)
		return -ENOMEM;
	snprintf(v->agent_version, sizeof(v->agent_version), "%s", AGENT_VERSION);
	if (!uname(&u))
		snprintf(v->kernel_release, sizeof(v->kernel_release), "%.64s", u.release);
	v->module_contract = knl_present(&a->knl) ? a->att.module_version : 0;
	v->agent_contract = NF_RG_VERSION;
	v->uptime_ms = mono_span_ms(a->born, clock_now());
	fill_protocols(a->conf, v);
	for (unsigned int i = 1; i < 256; i++)
		if (a->group[i] && v->n_groups < VIEW_MAX_GROUPS)
			fill_group(a->group[i], k, &v->group[v->n_groups++]);
	fill_tracks(a, v);
	fill_slas(a, v);
	fill_bfd(a, v);
	fill_system(a, &v->counters);
	free(k);
	return 0;
}

static const struct conf *config(void *arg)
{
	struct agent *a = arg;

	return a->conf;
}

static void refusal_text(const struct group *g, char *text, size_t size)
{
	const struct election *e = &g->e;

	if (g->request_refusal == ELECTION_R_NOT_ACTIVE && e->peer.known && e->peer.has_group &&
	    e->peer.group.role == RG_ROLE_ACTIVE) {
		char addr[ADDR_STRLEN] = "unknown";

		if (g->link && g->link->path[LINK_CONTROL].peer.family)
			addr_print(&g->link->path[LINK_CONTROL].peer, addr);
		snprintf(text, size, "group %u is not active here: it is on %s", g->id, addr);
		return;
	}
	snprintf(text, size, "group %u: refused: %s", g->id,
		 election_refusal_name(g->request_refusal));
}

static int reload_group(void *arg, uint32_t id, enum show_side side, bool force, char *text,
			size_t size)
{
	struct agent *a = arg;
	struct group *g = id < 256 ? a->group[id] : NULL;
	enum election_admin_op op;
	int err;

	if (!g || !g->started) {
		snprintf(text, size, "group %u %s", id, g ? "takes no role" : "is not configured");
		return -ENOENT;
	}
	op = side == SHOW_PEER ? ELECTION_ADMIN_RELOAD_PEER : ELECTION_ADMIN_RELOAD_SELF;
	err = group_request(g, op, force);
	if (err == -EINPROGRESS)
		g->request_shown = true;
	else if (err)
		refusal_text(g, text, size);
	return err;
}

/**
 * fill_answer() - a request for which a client waits has been answered
 * @g: the group
 */
void fill_answer(struct group *g)
{
	char text[160] = "";
	int err = election_refusal_errno(g->request_refusal);

	if (!g->request_shown)
		return;
	g->request_shown = false;
	if (err)
		refusal_text(g, text, sizeof(text));
	show_complete(g->agent->show, g->id, err, text);
}

static int reload_config(void *arg, char *text, size_t size)
{
	return reload_run(arg, text, size);
}

static int stop(void *arg, bool purge, char *text, size_t size)
{
	int err = agent_stop(arg, purge);

	if (err)
		snprintf(text, size, "already stopping");
	return err;
}

static int check(void *arg, struct health *h)
{
	struct agent *a = arg;

	return a->stop == AGENT_STOPPED ? -ESHUTDOWN : hostcheck(a, h);
}

static int clear_counters(void *arg, char *text, size_t size)
{
	struct agent *a = arg;

	for (unsigned int i = 1; i < 256; i++) {
		struct group *g = a->group[i];

		if (!g)
			continue;
		memset(&g->log, 0, sizeof(g->log));
		memset(&g->e.stats, 0, sizeof(g->e.stats));
		if (g->link)
			memset(&g->link->stats, 0, sizeof(g->link->stats));
	}
	snprintf(text, size,
		 "counters of groups and control links are 0 now; those of the kernel count on");
	return 0;
}

static int configure(void *arg, const struct conf *c, const char *who, char *text, size_t size)
{
	return reload_configure(arg, c, who, text, size);
}

static int save(void *arg, bool force, char *text, size_t size)
{
	return reload_save(arg, force, text, size);
}

static const char *config_file(void *arg)
{
	struct agent *a = arg;

	return a->file;
}

static void standing(void *arg, struct conf_standing *out)
{
	struct agent *a = arg;
	struct group *g;

	for_each_group(a, g) {
		struct conf_standing *s = &out[g->id];

		if (!g->started)
			continue;
		s->peer = election_peer_alive(&g->e, clock_now());
		s->active = election_role(&g->e) == RG_ROLE_ACTIVE;
		s->ready = s->peer && g->e.peer.has_group &&
			   g->e.peer.group.rf == RG_RF_STANDBY_HOT;
	}
}

const struct show_ops fill_show_ops = {
	.snapshot = snapshot,
	.config = config,
	.reload_group = reload_group,
	.reload_config = reload_config,
	.stop = stop,
	.check = check,
	.clear_counters = clear_counters,
	.clear_damping = fill_clear_damping,
	.configure = configure,
	.standing = standing,
	.save = save,
	.config_file = config_file,
};
