// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <event2/event.h>

#include "io/advert.h"
#include "io/announce.h"
#include "io/clock.h"
#include "io/ctl.h"
#include "io/defrag.h"
#include "io/evtrace.h"
#include "io/hooks.h"
#include "io/ifaces.h"
#include "io/ifkeep.h"
#include "io/log.h"
#include "io/natwork.h"
#include "io/notify.h"
#include "io/pool.h"
#include "io/probe.h"
#include "io/programs.h"
#include "io/show.h"
#include "io/sysid.h"
#include "io/tracks.h"
#include "io/twins.h"
#include "io/vip.h"
#include "io/vmac.h"

#include <linux/nf_rg.h>

/* A busy attachment (another agent that is just ending) is tried again so often. */
#define KERNEL_RETRY_MS 1000

/* Longer than any hand-over: the election bounds each by ELECTION_DRAIN_MS and what follows it. */
#define STOP_LIMIT_MS 8000

/* So that the answer to `stop` goes out. */
#define STOP_LINGER_MS 100

/* ------------------------------------------------------------- the module */

static const char *kernel_why(int err)
{
	switch (err) {
	case -ENODEV:
		return "the kernel module nf_rg is not loaded";
	case -EPROTO:
		return "the kernel module is of a version that does not work with this agent";
	case -EBUSY:
		return "another agent is attached to this network namespace";
	default:
		return strerror(-err);
	}
}

static void each_synclink(struct agent *a, bool attached)
{
	for (uint32_t p = 1; p <= CONF_MAX_PROTOCOLS; p++) {
		struct link *l = a->links ? links_find(a->links, p) : NULL;

		if (l && l->user)
			synclink_kernel(l->user, attached);
	}
}

static void groups_unable(struct agent *a)
{
	struct election_event ev = { .type = ELECTION_EV_KERNEL };
	struct group *g;

	ev.kernel.report = ELECTION_KERNEL_REFUSED;
	for_each_group(a, g) {
		group_fault(g, GROUP_F_MODULE, true, kernel_why(a->kernel_err));
		if (g->started)
			group_event(g, &ev);
	}
}

/* The groups may have a new life in the kernel, and can take roles again. */
static void groups_able(struct agent *a)
{
	struct election_event ev = { .type = ELECTION_EV_KERNEL };
	struct knl_group *k = calloc(1, sizeof(*k));
	struct group *g;

	for_each_group(a, g) {
		group_fault(g, GROUP_F_MODULE, false, NULL);
		if (!g->started || !k || knl_group_get(&a->knl, g->id, k))
			continue;
		if (k->instance != g->e.instance) {
			ev.kernel.report = ELECTION_KERNEL_INSTANCE;
			ev.kernel.instance = k->instance;
			group_event(g, &ev);
		}
		ev.kernel.report = ELECTION_KERNEL_READY;
		group_event(g, &ev);
	}
	free(k);
}

static int kernel_open(struct agent *a, bool load)
{
	int err = load ? knl_family_load(&a->knl) : knl_family_look(&a->knl);

	if (!err)
		err = knl_att_open(&a->att, SYNCLINK_WINDOW, a->conf->n_groups);
	if (err)
		return err;
	/* A missed event is made good by the next hello or install. */
	if (knl_ev_join(&a->ev))
		log_warnx("KERNEL", "events of the module cannot be heard");
	err = adopt_kernel(a);
	if (err)
		log_warnx("KERNEL", "groups or mappings are not all as configured: %s",
			  strerror(-err));
	return 0;
}

static void kernel_up(struct agent *a, bool load)
{
	int err;

	if (a->stop == AGENT_STOPPED)
		return;
	err = kernel_open(a, load);

	if (err != a->kernel_err || !err)
		event_notice(0, "KERNEL", "%s", err ? kernel_why(err) : "attached");
	a->kernel_err = err;
	if (err == -EBUSY)
		loop_timer_set(&a->kernel_retry, mono_add_ms(clock_now(), KERNEL_RETRY_MS));
	if (err) {
		/* It may have gone while there was no attachment to lose. */
		if (err == -ENODEV && a->closed)
			reload_nat(a);
		groups_unable(a);
		return;
	}
	/* At the start all rules are still to come, and this with them. */
	if (!load)
		reload_nat(a);
	groups_able(a);
	each_synclink(a, true);
}

static void on_kernel_retry(void *arg, mono_t now)
{
	struct agent *a = arg;

	(void)now;
	if (a->kernel_err)
		kernel_up(a, false);
}

/**
 * agent_kernel_gone() - the attachment is lost
 * @a: the daemon
 * @err: -ENODEV: the module went; -ENOBUFS: messages were lost; or another -errno
 *
 * The kernel keeps the truth: after lost messages a new attachment and new sessions send what is
 * missing.
 */
void agent_kernel_gone(struct agent *a, int err)
{
	if (a->kernel_err || a->stop == AGENT_STOPPED)
		return;
	a->kernel_err = err;
	knl_att_close(&a->att);
	each_synclink(a, false);
	if (err == -ENODEV) {
		event_warnx(0, "KERNEL", "%s", kernel_why(err));
		reload_nat(a);
		groups_unable(a);
	} else {
		event_warnx(0, "KERNEL", "attachment lost: %s", strerror(-err));
	}
	loop_timer_set(&a->kernel_retry, clock_now());
}

static void on_kernel_event(void *arg, const struct knl_event *e)
{
	group_kernel_event(arg, e);
}

static void on_family_new(void *arg)
{
	struct agent *a = arg;

	if (a->kernel_err)
		kernel_up(a, false);
}

static void on_family_del(void *arg)
{
	struct agent *a = arg;

	knl_family_lost(&a->knl);
	agent_kernel_gone(a, -ENODEV);
}

static void on_overrun(void *arg)
{
	struct agent *a = arg;

	/*
	 * The family may have gone or come unheard; everything else is said again by hellos and
	 * answers.
	 */
	if (knl_family_look(&a->knl))
		agent_kernel_gone(a, -ENODEV);
	else if (a->kernel_err)
		kernel_up(a, false);
}

static const struct knl_ev_ops ev_ops = {
	.event = on_kernel_event,
	.family_new = on_family_new,
	.family_del = on_family_del,
	.overrun = on_overrun,
};

/* --------------------------------------------------- what others may change */

static void on_vip_fault(void *arg, uint32_t group, bool on)
{
	struct agent *a = arg;

	if (group < 256 && a->group[group])
		group_fault(a->group[group], GROUP_F_FOREIGN_VIP, on,
			    "somebody removes a virtual address");
}

static void on_vip_foreign(void *arg, uint32_t group, const char *ifname,
			   const struct rg_addr *addr, bool restored)
{
	char text[ADDR_STRLEN];

	(void)arg;
	addr_print(addr, text);
	log_notice("VIP", "RG id %u: %s was removed from %s by somebody else%s", group, text,
		   ifname, restored ? ", restored" : "");
}

static void on_pool_fault(void *arg, uint32_t group, bool on)
{
	struct agent *a = arg;

	if (group < 256 && a->group[group])
		group_fault(a->group[group], GROUP_F_FOREIGN_POOL, on,
			    "somebody removes rules or addresses of a pool");
}

static void on_pool_foreign(void *arg, uint32_t group, bool restored)
{
	(void)arg;
	log_notice("VIP", "RG id %u: rules or addresses of a pool were removed by somebody else%s",
		   group, restored ? ", restored" : "");
}

static void on_nat_fault(void *arg, bool on)
{
	struct agent *a = arg;
	struct group *g;

	for_each_group(a, g)
		group_fault(g, GROUP_F_FOREIGN_NAT, on, "somebody changes the translation rules");
}

static void on_nat_foreign(void *arg, bool restored)
{
	(void)arg;
	log_notice("NAT", "the translation rules were changed by somebody else%s",
		   restored ? ", restored" : "");
}

static void on_nat_applied(void *arg, int err)
{
	struct agent *a = arg;
	struct group *g;

	/* The rules ask for connection tracking, too. */
	hostcheck_reassembly(a);

	if (err)
		log_warnx("NAT", "translation rules: %s", strerror(-err));
	for_each_group(a, g)
		group_fault(g, GROUP_F_NAT, err != 0, "the translation rules are not installed");
}

static void on_nat_installed(void *arg)
{
	log_notice("NAT", "the translation rules are installed now");
	on_nat_applied(arg, 0);
}

static void on_ifkeep_fault(void *arg)
{
	group_ifaces(arg, NULL);
}

static const struct vips_ops vips_ops = { .foreign = on_vip_foreign, .fault = on_vip_fault };
static const struct pools_ops pools_ops = { .foreign = on_pool_foreign, .fault = on_pool_fault };
static void on_advert_fault(void *arg, uint32_t group, bool on)
{
	struct agent *a = arg;

	if (group < 256 && a->group[group])
		group_fault(a->group[group], GROUP_F_FOREIGN_ROUTE, on,
			    "somebody removes a route of ours");
}

static const struct routesets_ops advert_ops = { .fault = on_advert_fault };
static const struct natwork_ops nat_ops = {
	.applied = on_nat_applied,
	.installed = on_nat_installed,
	.foreign = on_nat_foreign,
	.fault = on_nat_fault,
};

static void on_iface(void *arg, enum iface_event ev, const struct iface *iface,
		     const struct iface_addr *addr)
{
	(void)addr;
	(void)iface;
	if (ev != IFACE_ADDR_NEW && ev != IFACE_ADDR_GONE)
		group_ifaces(arg, NULL);
}

static void on_tracks(void *arg)
{
	group_ifaces(arg, NULL);
}

/* They may move a group by themselves, and tracked objects. */
static void on_twins(void *arg)
{
	struct agent *a = arg;

	group_ifaces(a, NULL);
	tracks_twins(a->tracks);
}

/* ------------------------------------------------------------------- ending */

static bool all_handed_over(const struct agent *a)
{
	const struct group *g;

	for_each_group(a, g)
		if (!g->stopped || !g->handed_over)
			return false;
	return true;
}

static void close_groups(struct agent *a)
{
	for (unsigned int i = 1; i < 256; i++)
		group_free(a->group[i]);
	for (uint32_t p = 1; p <= CONF_MAX_PROTOCOLS; p++) {
		struct link *l = a->links ? links_find(a->links, p) : NULL;

		if (l && l->user) {
			synclink_close(l->user, FRAME_R_SHUTDOWN);
			synclink_free(l->user);
		}
	}
	/* They are sent over the links. */
	twins_close(a->twins);
	links_close(a->links);
	a->twins = NULL;
	a->links = NULL;
}

/* Closed before anything could take a removal of ours for somebody else's. */
static void close_parts(struct agent *a, bool remove)
{
	if (remove) {
		vips_purge(a->vips);
		vmacs_purge(a->vmacs);
		pools_purge(a->pools);
		adverts_purge(a->adverts);
		natwork_purge(a->nat);
		knl_closed_set(&a->knl, NULL);
	}
	natwork_close(a->nat);
	announce_close(a->announce);
	probes_close(a->probes);
	pools_close(a->pools);
	adverts_close(a->adverts);
	vips_close(a->vips);
	vmacs_close(a->vmacs);
	ifkeep_close(a->ifkeep);
	a->nat = NULL;
	a->announce = NULL;
	a->probes = NULL;
	a->pools = NULL;
	a->adverts = NULL;
	a->vips = NULL;
	a->ifkeep = NULL;
}

static void finish(struct agent *a)
{
	struct timeval linger = { .tv_usec = STOP_LINGER_MS * 1000 };
	bool handed_over = all_handed_over(a);

	a->stop = AGENT_STOPPED;
	ifaces_unwatch(a->ifs, on_iface, a);
	close_groups(a);
	close_parts(a, a->purge || handed_over);
	if (a->purge)
		adopt_purge(a);
	event_notice(0, "STOP", "%s",
		     a->purge    ? "stopped, everything removed" :
		     handed_over ? "stopped, roles handed over" :
				   "stopped; roles, addresses and rules stay");
	event_base_loopexit(a->loop.base, &linger);
}

/**
 * agent_group_stopped() - a group has nothing more to do; the daemon ends with the last one
 * @a: the daemon
 */
void agent_group_stopped(struct agent *a)
{
	struct group *g;

	if (a->stop != AGENT_STOPS)
		return;
	for_each_group(a, g)
		if (!g->stopped)
			return;
	/* Not from here: this is called out of the group that would be freed. */
	loop_timer_set(&a->stop_limit, clock_now());
}

static void on_stop_limit(void *arg, mono_t now)
{
	struct agent *a = arg;
	struct group *g;

	(void)now;
	for_each_group(a, g)
		if (!g->stopped)
			event_warnx(g->id, "STOP",
				    "RG id %u could not be handed over in time", g->id);
	finish(a);
}

/**
 * agent_stop() - hand roles over where a peer is ready for them, and end
 * @a: the daemon
 * @purge: remove all that was set up, also what would stay
 *
 * Return: 0, or -EALREADY.
 */
int agent_stop(struct agent *a, bool purge)
{
	struct election_event ev = { .type = ELECTION_EV_STOP };
	struct group *g;

	a->purge |= purge;
	if (a->stop != AGENT_RUNS)
		return -EALREADY;
	a->stop = AGENT_STOPS;
	notify_stopping(a->notify);
	loop_timer_set(&a->stop_limit, mono_add_ms(clock_now(), STOP_LIMIT_MS));
	for_each_group(a, g) {
		if (g->started) {
			group_event(g, &ev);
		} else {
			/* It never had anything to hand over. */
			g->stopped = true;
			g->handed_over = true;
		}
	}
	agent_group_stopped(a);
	return 0;
}

/* ------------------------------------------------------------- opening them */

static void on_cleanup(void *arg, mono_t now)
{
	(void)now;
	reload_finish_removed(arg);
}

static int read_identity(struct agent *a)
{
	const struct iface *i = NULL;
	uint8_t mac[6] = { 0 };
	char path[256];
	int err;

	for (uint32_t n = 0; n < a->conf->n_groups && !i; n++)
		i = ifaces_by_name(a->ifs, a->conf->group[n].control);
	if (i)
		memcpy(mac, i->mac, sizeof(mac));
	snprintf(path, sizeof(path), "%s/system-id", a->rundir);
	err = sysid_system(path, mac, &a->system);
	return err ? err : sysid_random(&a->nonce);
}

static int open_parts(struct agent *a)
{
	struct event_base *base = a->loop.base;
	int err = ifkeep_open(base, a->ifs, on_ifkeep_fault, a, &a->ifkeep);

	if (!err)
		err = vmacs_open(base, a->ifs, on_ifkeep_fault, a, &a->vmacs);
	if (!err)
		err = vips_open(base, a->ifs, &vips_ops, a, &a->vips);
	if (!err)
		err = pools_open(base, a->ifs, &pools_ops, a, &a->pools);
	if (!err)
		err = adverts_open(base, a->ifs, &advert_ops, a, &a->adverts);
	if (!err)
		err = announce_open(base, a->ifs, &a->announce);
	if (!err)
		err = probes_open(base, a->ifs, &group_probes_ops, a, &a->probes);
	if (!err)
		err = natwork_open(base, &nat_ops, a, &a->nat);
	if (!err)
		err = links_open(base, a->ifs, a->system, a->nonce, &group_link_ops, a, &a->links);
	if (!err)
		err = show_open(base, &fill_show_ops, a, &a->show);
	/* Told of interfaces before the groups, which then feel everything that follows at once. */
	if (!err)
		err = programs_open(base, a->programs_fd, &a->programs);
	if (!err)
		err = twins_open(base, a->ifs, a->links, on_twins, a, &a->twins);
	if (!err)
		err = tracks_open(base, a->ifs, a->programs, a->twins, on_tracks, a, &a->tracks);
	if (!err)
		err = hooks_open(base, a->programs, &a->hooks);
	return err;
}

static void open_kernel(struct agent *a)
{
	int err = knl_open(&a->knl);

	if (err) {
		errno = -err;
		fatal("netlink");
	}
	knl_att_init(&a->att, &a->knl, a->loop.base, &group_att_ops, a);
	err = knl_ev_open(&a->ev, &a->knl, a->loop.base, &ev_ops, a);
	if (err) {
		errno = -err;
		fatal("netlink events");
	}
}

/**
 * agent_open() - open everything, begin with all groups, and listen to commands
 * @a: loop, configuration, file and run directory are set
 *
 * Return: 0 or -errno; fatal() where a part cannot be opened at all.
 */
int agent_open(struct agent *a)
{
	int err = service_open(a);

	if (!err)
		err = ifaces_open(a->loop.base, &a->ifs);
	if (!err)
		err = read_identity(a);
	if (!err)
		err = loop_timer_init(&a->kernel_retry, a->loop.base, on_kernel_retry, a);
	if (!err)
		err = loop_timer_init(&a->stop_limit, a->loop.base, on_stop_limit, a);
	if (!err)
		err = loop_timer_init(&a->cleanup, a->loop.base, on_cleanup, a);
	if (err)
		return err;
	open_kernel(a);
	err = open_parts(a);
	if (!err)
		err = ifaces_watch(a->ifs, on_iface, a);
	if (err)
		return err;
	reload_own(a);
	reload_taken(a);
	/* It may have to load a part of the kernel, which must not happen while hellos are due. */
	a->hooks_told = defrag_look(RG_V4) != DEFRAG_UNKNOWN;
	kernel_up(a, true);
	err = reload_apply_first(a);
	hostcheck_log(a);
	return err ? err : ctl_open(a->loop.base, a->rundir, a->show, &a->access, &a->ctl);
}

/**
 * agent_close() - close everything; what was set up in the kernel stays
 * @a: the daemon
 */
void agent_close(struct agent *a)
{
	if (a->stop != AGENT_STOPPED) {
		close_groups(a);
		close_parts(a, false);
	}
	/* Half a file would be no harm, but whoever asked for it may rely on it. */
	startup_wait(a->saving);
	ctl_close(a->ctl);
	show_close(a->show);
	knl_ev_close(&a->ev);
	knl_att_close(&a->att);
	knl_close(&a->knl);
	tracks_close(a->tracks);
	hooks_close(a->hooks);
	programs_close(a->programs);
	ifaces_close(a->ifs);
	notify_close(a->notify);
	loop_timer_free(&a->kernel_retry);
	loop_timer_free(&a->stop_limit);
	loop_timer_free(&a->cleanup);
	free(a->taken);
}
