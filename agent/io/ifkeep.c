// SPDX-License-Identifier: GPL-2.0-or-later
#include "ifkeep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf.h"
#include "core/fight.h"
#include "io/clock.h"
#include "io/ifaces.h"
#include "io/linkmode.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/rtbatch.h"

#define RETRY_MS	1000	/* after a refusal of the kernel */

/*
 * @settled: it was seen as it should be; a change from here on is somebody else's.  @added: by us,
 * for kernels that do not keep the mark of an address.
 */
struct own {
	struct rg_addr addr;
	uint8_t len;
	bool settled;
	bool added;
};

/*
 * @ask: how it negotiates is to be looked at.
 * @negotiation_err: why it does not negotiate as configured, -errno.
 */
struct port {
	char name[CONF_IF_LEN];
	enum conf_admin admin;
	bool admin_settled;
	enum conf_negotiation negotiation;
	bool negotiation_settled;
	bool ask;
	int negotiation_err;
	uint32_t n_owns;
	struct own own[CONF_MAX_OWNS];
	struct fight fight;
	int last_err;
};

struct ifkeep {
	struct ifaces *ifs;
	struct rtsock rt;
	struct linkmode *notices;
	ifkeep_fault_fn fault;
	void *arg;
	struct loop_timer timer;
	struct port port[CONF_MAX_IFS];
	size_t n;
	struct ifkeep_state st;
};

/* Of what is wrong with an interface, how much somebody else has done; one of it in words. */
struct wrong {
	unsigned int n, foreign;
	char what[ADDR_STRLEN + 32];
};

static bool there(const struct iface *i, const struct own *o)
{
	for (size_t k = 0; k < i->n_addrs; k++) {
		if (i->addrs[k].len == o->len && addr_equal(&i->addrs[k].addr, &o->addr))
			return true;
	}
	return false;
}

static void look_at_own(const struct iface *i, struct own *o, struct wrong *w)
{
	char text[ADDR_STRLEN];

	if (there(i, o)) {
		o->settled = true;
		return;
	}
	w->n++;
	if (!o->settled)
		return;
	w->foreign++;
	addr_print(&o->addr, text);
	snprintf(w->what, sizeof(w->what), "%s was removed", text);
	o->settled = false;
}

static void look(struct port *p, const struct iface *i, struct wrong *w)
{
	bool up = p->admin == CONF_ADMIN_UP;

	memset(w, 0, sizeof(*w));
	for (uint32_t k = 0; k < p->n_owns; k++)
		look_at_own(i, &p->own[k], w);
	if (!p->admin || i->admin_up == up) {
		p->admin_settled = p->admin;
		return;
	}
	w->n++;
	if (!p->admin_settled)
		return;
	w->foreign++;
	snprintf(w->what, sizeof(w->what), "it was set %s", up ? "down" : "up");
	p->admin_settled = false;
}

/* The same address with another mask is somebody's work too, and stays: two routes come of it. */
static void tell_other_mask(const struct port *p, const struct iface *i, const struct own *o)
{
	char text[ADDR_STRLEN];

	for (size_t k = 0; k < i->n_addrs; k++) {
		if (i->addrs[k].len == o->len || !addr_equal(&i->addrs[k].addr, &o->addr))
			continue;
		addr_print(&o->addr, text);
		log_warnx("IFACE", "%s: %s is there with /%u as well, and /%u is configured",
			  p->name, text, i->addrs[k].len, o->len);
	}
}

static int make_so(struct ifkeep *f, struct port *p, const struct iface *i)
{
	struct rtbatch b = { 0 };
	bool up = p->admin == CONF_ADMIN_UP;
	int err = 0;

	for (uint32_t k = 0; k < p->n_owns && !err; k++) {
		struct own *o = &p->own[k];

		if (there(i, o))
			continue;
		tell_other_mask(p, i, o);
		o->added = true;
		err = rtbatch_own(&b, true, i->ifindex, &o->addr, o->len);
	}
	if (!err && p->admin && i->admin_up != up)
		err = rtbatch_link(&b, i->ifindex, up);
	if (!err && b.n)
		err = rtbatch_run(&f->rt, &b, NULL, NULL);
	rtbatch_free(&b);
	return err;
}

static void retry_at(struct ifkeep *f, mono_t at)
{
	if (mono_is_never(f->timer.at) || mono_before(at, f->timer.at))
		loop_timer_set(&f->timer, at);
}

static void tell_foreign(const struct port *p, const struct wrong *w, bool mended)
{
	log_warnx("IFACE", "%s: %s by somebody else%s", p->name, w->what,
		  mended ? ", undone" : ", no longer undoing it");
}

/* Of what somebody else did: it is to be undone now, and is told. */
static bool may_undo(struct ifkeep *f, struct port *p, const struct wrong *w, mono_t now)
{
	if (w->foreign && !p->fight.resting && !fight_may(&p->fight, now)) {
		tell_foreign(p, w, false);
		f->fault(f->arg);
	}
	if (p->fight.resting)
		retry_at(f, p->fight.until);
	return !p->fight.resting;
}

static int negotiate(struct ifkeep *f, struct port *p, mono_t now)
{
	bool want = p->negotiation == CONF_NEGOTIATION_AUTO, on;
	int err = linkmode_autoneg_get(p->name, &on);
	struct wrong w = { .n = 1, .foreign = p->negotiation_settled };

	/* What cannot negotiate does not. */
	if (err == -EOPNOTSUPP && !want)
		return 0;
	if (err || on == want) {
		p->negotiation_settled = !err;
		return err;
	}
	snprintf(w.what, sizeof(w.what), "its autonegotiation was set %s", on ? "on" : "off");
	f->st.foreign += w.foreign;
	p->negotiation_settled = false;
	if (!may_undo(f, p, &w, now)) {
		p->ask = true;
		return 0;
	}
	err = linkmode_autoneg_set(p->name, want);
	/* Some drivers say yes, and go on as before. */
	if (!err)
		err = linkmode_autoneg_get(p->name, &on);
	if (!err && on != want)
		err = -EOPNOTSUPP;
	if (err)
		return err;
	/* From here on it was somebody else, however soon. */
	p->negotiation_settled = true;
	if (w.foreign)
		tell_foreign(p, &w, true);
	else
		log_notice("IFACE", "%s: autonegotiation set %s", p->name, want ? "on" : "off");
	return 0;
}

static void mend_negotiation(struct ifkeep *f, struct port *p, mono_t now)
{
	int err;

	if (!p->negotiation || !p->ask)
		return;
	p->ask = false;
	err = negotiate(f, p, now);
	if (err == p->negotiation_err)
		return;
	p->negotiation_err = err;
	if (err)
		log_warnx("IFACE", "%s: %snegotiation auto: %s", p->name,
			  p->negotiation == CONF_NEGOTIATION_OFF ? "no " : "",
			  err == -EOPNOTSUPP ? "its driver cannot set that" : strerror(-err));
	f->fault(f->arg);
}

static void mend_port(struct ifkeep *f, struct port *p, mono_t now)
{
	const struct iface *i = ifaces_by_name(f->ifs, p->name);
	bool rested = fight_rested(&p->fight, now);
	struct wrong w;
	int err;

	if (rested)
		f->fault(f->arg);
	if (!i)
		return;
	mend_negotiation(f, p, now);
	look(p, i, &w);
	f->st.foreign += w.foreign;
	if (!w.n)
		return;
	if (!may_undo(f, p, &w, now))
		return;
	err = make_so(f, p, i);
	if (err) {
		f->st.refused++;
		if (err != p->last_err)
			log_warnx("IFACE", "%s: the kernel refused what is configured: %s", p->name,
				  strerror(-err));
		retry_at(f, mono_add_ms(now, RETRY_MS));
	} else if (w.foreign) {
		tell_foreign(p, &w, true);
	}
	p->last_err = err;
}

static void mend(void *arg, mono_t now)
{
	struct ifkeep *f = arg;

	for (size_t k = 0; k < f->n; k++)
		mend_port(f, &f->port[k], now);
}

static struct port *find(struct ifkeep *f, const char *name)
{
	for (size_t k = 0; k < f->n; k++) {
		if (!strcmp(f->port[k].name, name))
			return &f->port[k];
	}
	return NULL;
}

/* A new interface of this name begins anew. */
static void unsettle(struct port *p)
{
	p->admin_settled = false;
	p->negotiation_settled = false;
	for (uint32_t k = 0; k < p->n_owns; k++) {
		p->own[k].settled = false;
		p->own[k].added = false;
	}
}

static void on_iface(void *arg, enum iface_event ev, const struct iface *i,
		     const struct iface_addr *a)
{
	struct ifkeep *f = arg;
	struct port *p = i ? find(f, i->name) : NULL;

	(void)a;
	if (p && ev == IFACE_GONE)
		unsettle(p);
	/* What a driver cannot do is not tried each time that its link goes down for it. */
	if (p && (ev == IFACE_NEW ||
		  (ev == IFACE_CHANGED && p->negotiation_err != -EOPNOTSUPP)))
		p->ask = true;
	/* After all events that are queued. */
	if (p || !i)
		loop_timer_set(&f->timer, clock_now());
}

/* Our own setting is told as well, and found to be as it should be. */
static void on_linkmode(void *arg, const char *ifname)
{
	struct ifkeep *f = arg;

	for (size_t k = 0; k < f->n; k++) {
		struct port *p = &f->port[k];

		if ((!ifname || !strcmp(p->name, ifname)) && p->negotiation_err != -EOPNOTSUPP)
			p->ask = true;
	}
	loop_timer_set(&f->timer, clock_now());
}

/**
 * ifkeep_open() - leave all interfaces alone, for now
 * @base: event loop
 * @ifs: interfaces
 * @fault: called when a fight with somebody else ends without us, or may go on
 * @arg: for @fault
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int ifkeep_open(struct event_base *base, struct ifaces *ifs, ifkeep_fault_fn fault, void *arg,
		struct ifkeep **out)
{
	struct ifkeep *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return -ENOMEM;
	f->ifs = ifs;
	f->fault = fault;
	f->arg = arg;
	f->rt.fd = -1;
	err = loop_timer_init(&f->timer, base, mend, f);
	if (err) {
		free(f);
		return err;
	}
	err = rtsock_open(&f->rt);
	if (!err)
		err = ifaces_watch(ifs, on_iface, f);
	if (err) {
		rtsock_close(&f->rt);
		loop_timer_free(&f->timer);
		free(f);
		return err;
	}
	if (linkmode_watch(base, on_linkmode, f, &f->notices))
		log_info("IFACE", "this kernel does not tell who sets autonegotiation");
	*out = f;
	return 0;
}

/**
 * ifkeep_close() - leave interfaces as they are
 * @f: may be NULL
 */
void ifkeep_close(struct ifkeep *f)
{
	if (!f)
		return;
	ifaces_unwatch(f->ifs, on_iface, f);
	linkmode_unwatch(f->notices);
	loop_timer_free(&f->timer);
	rtsock_close(&f->rt);
	free(f);
}

static bool configured(const struct conf *c, const char *ifname, const struct rg_addr *a,
		       uint8_t len)
{
	const struct conf_if *i = conf_if(c, ifname);

	for (uint32_t k = 0; i && k < i->n_owns; k++) {
		if (i->own[k].len == len && addr_equal(&i->own[k].addr, a))
			return true;
	}
	return false;
}

static struct own *find_own(struct port *p, const struct rg_addr *a, uint8_t len)
{
	for (uint32_t k = 0; p && k < p->n_owns; k++) {
		if (p->own[k].len == len && addr_equal(&p->own[k].addr, a))
			return &p->own[k];
	}
	return NULL;
}

/*
 * Ours by its mark, which also tells of a life before this one, or because we remember.  Nobody
 * else will take it off.
 */
static int drop_unlisted(struct ifkeep *f, const struct conf *c)
{
	struct rtbatch b = { 0 };
	const struct iface *i;
	int err = 0;

	for (size_t k = 0; (i = ifaces_at(f->ifs, k)) && !err; k++) {
		struct port *p = find(f, i->name);

		for (size_t j = 0; j < i->n_addrs && !err; j++) {
			const struct iface_addr *a = &i->addrs[j];
			const struct own *o = find_own(p, &a->addr, a->len);

			if ((a->proto == RG_IFAPROTO_OWN || (o && o->added && !a->proto)) &&
			    !configured(c, i->name, &a->addr, a->len))
				err = rtbatch_own(&b, false, i->ifindex, &a->addr, a->len);
		}
	}
	if (!err && b.n)
		err = rtbatch_run(&f->rt, &b, NULL, NULL);
	rtbatch_free(&b);
	return err;
}

static void take_port(struct ifkeep *f, const struct conf_if *i, struct port *out)
{
	struct port *old = find(f, i->name);

	memset(out, 0, sizeof(*out));
	memcpy(out->name, i->name, sizeof(out->name));
	out->admin = i->admin;
	out->negotiation = i->negotiation;
	out->ask = true;
	out->n_owns = i->n_owns;
	if (old && old->negotiation == i->negotiation) {
		out->negotiation_settled = old->negotiation_settled;
		out->negotiation_err = old->negotiation_err;
		out->ask = old->ask;
	}
	if (old) {
		out->fight = old->fight;
		out->admin_settled = old->admin_settled && old->admin == i->admin;
	}
	for (uint32_t k = 0; k < i->n_owns; k++) {
		const struct own *o = find_own(old, &i->own[k].addr, i->own[k].len);

		if (o)
			out->own[k] = *o;
		out->own[k].addr = i->own[k].addr;
		out->own[k].len = i->own[k].len;
	}
}

/**
 * ifkeep_configure() - make interfaces as a configuration says
 * @f: interfaces' configuration
 * @c: the configuration, not kept
 *
 * Applied as a difference.  When it returns the monitor of interfaces knows what has changed.  An
 * interface that does not exist yet gets what is its when it comes.
 *
 * Return: 0, -ENOMEM, or the first refusal of the kernel to take something off; what it refuses
 * otherwise is logged, and tried again.
 */
int ifkeep_configure(struct ifkeep *f, const struct conf *c)
{
	struct port *port = calloc(CONF_MAX_IFS, sizeof(*port));
	size_t n = 0;
	int err;

	if (!port)
		return -ENOMEM;
	err = drop_unlisted(f, c);
	for (uint32_t k = 0; k < c->n_ifs; k++) {
		if (c->iface[k].n_owns || c->iface[k].admin || c->iface[k].negotiation)
			take_port(f, &c->iface[k], &port[n++]);
	}
	memcpy(f->port, port, sizeof(f->port));
	f->n = n;
	free(port);
	/* The kernel takes others off with the first address of a network. */
	ifaces_read(f->ifs);
	mend(f, clock_now());
	ifaces_read(f->ifs);
	f->fault(f->arg);
	return err;
}

/**
 * ifkeep_fights() - did we stop undoing what somebody else does to an interface
 * @f: interfaces' configuration
 * @ifname: interface
 *
 * Return: true if so.
 */
bool ifkeep_fights(const struct ifkeep *f, const char *ifname)
{
	for (size_t k = 0; k < f->n; k++) {
		if (!strcmp(f->port[k].name, ifname))
			return f->port[k].fight.resting;
	}
	return false;
}

/**
 * ifkeep_unable() - does an interface not negotiate as configured
 * @f: interfaces' configuration
 * @ifname: interface
 *
 * Return: true if so.
 */
bool ifkeep_unable(const struct ifkeep *f, const char *ifname)
{
	for (size_t k = 0; k < f->n; k++) {
		if (!strcmp(f->port[k].name, ifname))
			return f->port[k].negotiation_err;
	}
	return false;
}

/**
 * ifkeep_get() - what there was
 * @f: interfaces' configuration
 * @out: gets it
 */
void ifkeep_get(const struct ifkeep *f, struct ifkeep_state *out)
{
	*out = f->st;
}
