// SPDX-License-Identifier: GPL-2.0-or-later
#include "vmac.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf.h"
#include "core/conf_vmac.h"
#include "core/fight.h"
#include "io/clock.h"
#include "io/ifaces.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/rtbatch.h"
#include "io/watchers.h"

#define RETRY_MS	1000	/* after a refusal of the kernel */

/*
 * @settled: it was seen as it should be, on the device @lower; a change from here on is somebody
 * else's.
 */
struct vmac {
	char name[CONF_IF_LEN];
	char below[CONF_IF_LEN];
	uint8_t mac[6];
	bool settled;
	unsigned int lower;
	struct fight fight;
	int last_err;
};

struct vmacs {
	struct ifaces *ifs;
	struct rtsock rt;
	vmacs_fault_fn fault;
	void *arg;
	struct loop_timer timer;
	struct vmac v[CONF_MAX_IFS];
	size_t n;
};

static bool ours(const struct iface *i)
{
	return i->macvlan && i->devgroup == RG_DEVGROUP &&
	       !strncmp(i->name, CONF_VMAC_PREFIX, strlen(CONF_VMAC_PREFIX));
}

static int run(struct vmacs *v, struct rtbatch *b, int err)
{
	if (!err && b->n)
		err = rtbatch_run(&v->rt, b, NULL, NULL);
	rtbatch_free(b);
	return err;
}

static int make(struct vmacs *v, const struct vmac *m, const struct iface *lower)
{
	struct rtbatch b = { 0 };
	int err = rtbatch_macvlan(&b, m->name, lower->ifindex, m->mac);

	if (!err)
		err = rtbatch_macvlan_conf(&b, m->name);
	/* A request from a virtual address would tell everybody that it has this MAC address. */
	if (!err)
		err = rtbatch_arp_announce(&b, m->below, 2);
	return run(v, &b, err);
}

/* What nobody else would have named so and is not as it should be goes first. */
static int replace(struct vmacs *v, const struct vmac *m, const struct iface *i,
		   const struct iface *lower)
{
	struct rtbatch b = { 0 };
	int err;

	if (!ours(i))
		return -EEXIST;
	err = rtbatch_link_del(&b, i->ifindex);
	err = run(v, &b, err);
	return err ? err : make(v, m, lower);
}

static int set_mac(struct vmacs *v, const struct vmac *m, const struct iface *i)
{
	struct rtbatch b = { 0 };

	return run(v, &b, rtbatch_mac(&b, i->ifindex, m->mac));
}

static int put_right(struct vmacs *v, const struct vmac *m, const struct iface *i,
		     const struct iface *lower)
{
	if (!i)
		return make(v, m, lower);
	if (!ours(i) || i->lower != lower->ifindex)
		return replace(v, m, i, lower);
	return set_mac(v, m, i);
}

static void retry_at(struct vmacs *v, mono_t at)
{
	if (mono_is_never(v->timer.at) || mono_before(at, v->timer.at))
		loop_timer_set(&v->timer, at);
}

static void tell(const struct vmac *m, const struct iface *i, bool undone)
{
	log_warnx("VIP", "%s: %s, the device of its virtual MAC address, was %s by somebody else%s",
		  m->below, m->name, i ? "changed" : "removed",
		  undone ? ", undone" : ", no longer undoing it");
}

/* Is it to be put right now? */
static bool may(struct vmacs *v, struct vmac *m, const struct iface *i, bool foreign, mono_t now)
{
	if (foreign && !m->fight.resting && !fight_may(&m->fight, now)) {
		tell(m, i, false);
		v->fault(v->arg);
	}
	if (m->fight.resting)
		retry_at(v, m->fight.until);
	return !m->fight.resting;
}

static void mend_one(struct vmacs *v, struct vmac *m, mono_t now)
{
	const struct iface *i = ifaces_by_name(v->ifs, m->name),
			   *lower = ifaces_by_name(v->ifs, m->below);
	bool foreign;
	int err;

	if (fight_rested(&m->fight, now))
		v->fault(v->arg);
	/* It goes with the interface, and comes again with it. */
	if (!lower || lower->ifindex != m->lower)
		m->settled = false;
	if (!lower)
		return;
	m->lower = lower->ifindex;
	if (i && ours(i) && i->lower == lower->ifindex && !memcmp(i->mac, m->mac, sizeof(m->mac))) {
		m->settled = true;
		m->last_err = 0;
		return;
	}
	foreign = m->settled;
	m->settled = false;
	if (!may(v, m, i, foreign, now))
		return;
	err = put_right(v, m, i, lower);
	watch(WATCH_VP, 0, "%s: virtual MAC address %02x%02x.%02x%02x.%02x%02x on %s%s%s", m->below,
	      m->mac[0], m->mac[1], m->mac[2], m->mac[3], m->mac[4], m->mac[5], m->name,
	      err ? ": " : "", err ? strerror(-err) : "");
	if (err) {
		if (err != m->last_err)
			log_warnx("VIP", "%s: the kernel refused the device %s of its virtual MAC address: %s",
				  m->below, m->name, strerror(-err));
		retry_at(v, mono_add_ms(now, RETRY_MS));
	} else if (foreign) {
		tell(m, i, true);
	}
	m->last_err = err;
}

static void mend(void *arg, mono_t now)
{
	struct vmacs *v = arg;

	for (size_t k = 0; k < v->n; k++)
		mend_one(v, &v->v[k], now);
}

static void on_iface(void *arg, enum iface_event ev, const struct iface *i,
		     const struct iface_addr *a)
{
	struct vmacs *v = arg;
	bool mine = !i;

	(void)a;
	if (ev == IFACE_ADDR_NEW || ev == IFACE_ADDR_GONE)
		return;
	for (size_t k = 0; k < v->n && !mine; k++)
		mine = !strcmp(v->v[k].name, i->name) || !strcmp(v->v[k].below, i->name);
	/* After all events that are queued. */
	if (mine)
		loop_timer_set(&v->timer, clock_now());
}

/**
 * vmacs_open() - no devices, for now
 * @base: event loop
 * @ifs: interfaces
 * @fault: called when a fight with somebody else ends without us, or may go on
 * @arg: for @fault
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int vmacs_open(struct event_base *base, struct ifaces *ifs, vmacs_fault_fn fault, void *arg,
	       struct vmacs **out)
{
	struct vmacs *v = calloc(1, sizeof(*v));
	int err;

	if (!v)
		return -ENOMEM;
	v->ifs = ifs;
	v->fault = fault;
	v->arg = arg;
	v->rt.fd = -1;
	err = loop_timer_init(&v->timer, base, mend, v);
	if (err) {
		free(v);
		return err;
	}
	err = rtsock_open(&v->rt);
	if (!err)
		err = ifaces_watch(ifs, on_iface, v);
	if (err) {
		rtsock_close(&v->rt);
		loop_timer_free(&v->timer);
		free(v);
		return err;
	}
	*out = v;
	return 0;
}

/**
 * vmacs_close() - leave devices as they are
 * @v: may be NULL
 */
void vmacs_close(struct vmacs *v)
{
	if (!v)
		return;
	ifaces_unwatch(v->ifs, on_iface, v);
	loop_timer_free(&v->timer);
	rtsock_close(&v->rt);
	free(v);
}

static struct vmac *find(struct vmacs *v, const char *name)
{
	for (size_t k = 0; k < v->n; k++) {
		if (!strcmp(v->v[k].name, name))
			return &v->v[k];
	}
	return NULL;
}

/* Those of a configuration before this one too, which may have been another life's. */
static int drop_unlisted(struct vmacs *v)
{
	struct rtbatch b = { 0 };
	const struct iface *i;
	int err = 0;

	for (size_t k = 0; (i = ifaces_at(v->ifs, k)) && !err; k++) {
		if (ours(i) && !find(v, i->name))
			err = rtbatch_link_del(&b, i->ifindex);
	}
	return run(v, &b, err);
}

static void take(struct vmacs *v, const struct conf *c, const struct conf_if *i, struct vmac *out)
{
	struct vmac *old;

	memset(out, 0, sizeof(*out));
	conf_vmac_name(i, out->name);
	conf_vmac(c, i, out->mac);
	memcpy(out->below, i->name, sizeof(out->below));
	old = find(v, out->name);
	if (!old || strcmp(old->below, out->below))
		return;
	out->fight = old->fight;
	out->lower = old->lower;
	out->settled = old->settled && !memcmp(old->mac, out->mac, sizeof(out->mac));
}

/**
 * vmacs_configure() - have the devices that a configuration wants, and no others
 * @v: devices
 * @c: the configuration, not kept
 *
 * Applied as a difference.  When it returns the monitor of interfaces knows what has changed.  The
 * device of an interface that does not exist yet is made when it comes.
 *
 * Return: 0, -ENOMEM, or the refusal of the kernel to remove one; what it refuses otherwise is
 * logged, and tried again.
 */
int vmacs_configure(struct vmacs *v, const struct conf *c)
{
	struct vmac *now = calloc(CONF_MAX_IFS, sizeof(*now));
	uint8_t mac[6];
	size_t n = 0;
	int err;

	if (!now)
		return -ENOMEM;
	for (uint32_t k = 0; k < c->n_ifs; k++) {
		if (conf_vmac(c, &c->iface[k], mac))
			take(v, c, &c->iface[k], &now[n++]);
	}
	memcpy(v->v, now, sizeof(v->v));
	v->n = n;
	free(now);
	err = drop_unlisted(v);
	ifaces_read(v->ifs);
	mend(v, clock_now());
	ifaces_read(v->ifs);
	return err;
}

/**
 * vmacs_purge() - remove all devices
 * @v: devices
 *
 * What the kernel refuses is logged.
 */
void vmacs_purge(struct vmacs *v)
{
	int err;

	v->n = 0;
	err = drop_unlisted(v);
	if (err)
		log_warnx("VIP", "removing the devices of virtual MAC addresses: %s",
			  strerror(-err));
}

/**
 * vmacs_fights() - did we stop undoing what somebody else does to the device of an interface
 * @v: devices
 * @ifname: interface
 *
 * Return: true if so.
 */
bool vmacs_fights(const struct vmacs *v, const char *ifname)
{
	for (size_t k = 0; k < v->n; k++) {
		if (!strcmp(v->v[k].below, ifname))
			return v->v[k].fight.resting;
	}
	return false;
}
