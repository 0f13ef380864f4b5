// SPDX-License-Identifier: GPL-2.0-or-later
#include "tracks.h"

#include <errno.h>
#include <stdlib.h>

#include <linux/if_addr.h>

#include "core/conf.h"
#include "io/clock.h"
#include "io/ifaces.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/twins.h"

/**
 * struct tracks - all objects
 * @table: the machine that runs, and room for the next one
 * @now: which of them runs
 * @timer: the end of a delay
 */
struct tracks {
	struct ifaces *ifs;
	const struct twins *twins;
	tracks_fn fn;
	void *arg;
	struct track table[2];
	unsigned int now;
	struct loop_timer timer;
	struct trackroutes *routes;
	struct trackruns *runs;
	struct slas *slas;
	uint64_t changes;
};

static struct track *table(struct tracks *t)
{
	return &t->table[t->now];
}

static void log_change(const struct track_obj *o)
{
	const char *parameter = conf_track_parameter(&o->conf);
	char instance[CONF_PATH_LEN];
	struct out text;

	out_init(&text, instance, sizeof(instance));
	conf_track_instance(&o->conf, &text);
	log_notice("TRACK", "track %u %s%s%s%s%s: %s", o->conf.id, conf_track_type(&o->conf),
		   *instance ? " " : "", instance, *parameter ? " " : "", parameter,
		   o->changes == 1	? track_state_name(o->state) :
		   o->state == TRACK_UP ? "Down -> Up" :
					  "Up -> Down");
}

/* Return: did anything change? */
static bool step(struct tracks *t)
{
	struct track_changes ch;

	track_step(table(t), clock_now(), &ch);
	for (uint32_t i = 0; i < ch.n; i++)
		log_change(&table(t)->v[ch.at[i]]);
	t->changes += ch.n;
	loop_timer_set(&t->timer, track_deadline(table(t)));
	return ch.n;
}

static void step_and_tell(struct tracks *t)
{
	if (step(t))
		t->fn(t->arg);
}

static void on_timer(void *arg, mono_t now)
{
	(void)now;
	step_and_tell(arg);
}

static void on_answer(void *arg, uint32_t id, bool up)
{
	struct tracks *t = arg;

	track_fact(table(t), id, up);
	step_and_tell(t);
}

static void take_sla(struct tracks *t, const struct conf_track *c, enum sla_code code)
{
	if (code != SLA_NONE)
		track_fact(table(t), c->id,
			   code == SLA_OK || (code == SLA_OVER && c->kind == CONF_TRACK_SLA_REACH));
}

static void on_sla(void *arg, uint32_t id, enum sla_code code)
{
	struct tracks *t = arg;
	const struct track *all = table(t);

	for (uint32_t k = 0; k < all->n; k++)
		if (conf_track_is_sla(&all->v[k].conf) && all->v[k].conf.sla == id)
			take_sla(t, &all->v[k].conf, code);
	step_and_tell(t);
}

/* What was answered before an object was there. */
static void look_at_slas(struct tracks *t)
{
	const struct track *all = table(t);
	struct sla_state st;

	for (uint32_t k = 0; k < all->n; k++)
		if (conf_track_is_sla(&all->v[k].conf) &&
		    slas_get(t->slas, all->v[k].conf.sla, &st))
			take_sla(t, &all->v[k].conf, st.code);
}

static void on_routes(void *arg, const struct trackroute *v, size_t n)
{
	struct tracks *t = arg;

	for (size_t k = 0; k < n; k++)
		track_fact(table(t), v[k].id, v[k].up);
	step_and_tell(t);
}

/* An address that is the router's own, and may be used. */
static bool counts(const struct iface_addr *a, uint8_t family)
{
	return a->addr.family == family && !iface_addr_ours(a) &&
	       !(a->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) && !addr_is_link_local6(&a->addr);
}

static bool has_address(const struct iface *i, uint8_t family)
{
	for (size_t k = 0; k < i->n_addrs; k++)
		if (counts(&i->addrs[k], family))
			return true;
	return false;
}

static bool is_up(const struct tracks *t, const struct conf_track *c)
{
	const struct iface *i = ifaces_by_name(t->ifs, c->name);

	if (!iface_usable(i))
		return false;
	return c->kind == CONF_TRACK_LINE ||
	       has_address(i, c->kind == CONF_TRACK_IP ? RG_V4 : RG_V6);
}

static void look_at_ifs(struct tracks *t)
{
	const struct track *all = table(t);

	for (uint32_t k = 0; k < all->n; k++) {
		const struct conf_track *c = &all->v[k].conf;

		if (conf_track_is_if(c))
			track_fact(table(t), c->id, is_up(t, c));
	}
}

/* Of one that was never heard nothing is known. */
static void look_at_twins(struct tracks *t)
{
	const struct track *all = table(t);
	struct twins_state s;

	for (uint32_t k = 0; k < all->n; k++) {
		const struct conf_track *c = &all->v[k].conf;

		if (c->kind == CONF_TRACK_RII && twins_by_rii(t->twins, c->rii, &s) &&
		    s.state != TWIN_UNKNOWN)
			track_fact(table(t), c->id, s.reachable);
	}
}

/**
 * tracks_twins() - something happened to a twin
 * @t: all objects
 */
void tracks_twins(struct tracks *t)
{
	look_at_twins(t);
	step_and_tell(t);
}

static void on_iface(void *arg, enum iface_event ev, const struct iface *iface,
		     const struct iface_addr *addr)
{
	struct tracks *t = arg;

	(void)ev;
	(void)iface;
	/* They come and go with the role, and never count. */
	if (addr && iface_addr_ours(addr))
		return;
	trackroutes_look(t->routes);
	look_at_ifs(t);
	step_and_tell(t);
}

/**
 * tracks_configure() - track the objects of a configuration
 * @t: all of them
 * @c: the configuration
 *
 * What did not change goes on, and nobody is told: the caller looks at the states itself.
 *
 * Return: 0 or -errno: not all objects are watched; the others are.
 */
int tracks_configure(struct tracks *t, const struct conf *c)
{
	int err, first;

	track_build(&t->table[!t->now], table(t), c);
	t->now = !t->now;
	first = trackroutes_configure(t->routes, c);
	err = trackruns_configure(t->runs, c);
	first = first ? first : err;
	err = slas_configure(t->slas, c);
	look_at_ifs(t);
	look_at_slas(t);
	look_at_twins(t);
	step(t);
	return first ? first : err;
}

/**
 * tracks_table() - the states
 * @t: all of them
 *
 * Return: the machine, valid until the loop goes on.
 */
const struct track *tracks_table(const struct tracks *t)
{
	return &t->table[t->now];
}

/**
 * tracks_run_stats() - what the program of an object did
 * @t: all of them
 * @id: the object
 * @out: gets it; 0 if it has no program
 */
void tracks_run_stats(const struct tracks *t, uint32_t id, struct trackrun_stats *out)
{
	trackruns_stats(t->runs, id, out);
}

/**
 * tracks_sla() - where an operation stands
 * @t: all objects
 * @id: the operation
 * @out: gets it; zero if it does not run
 *
 * Return: it runs.
 */
bool tracks_sla(const struct tracks *t, uint32_t id, struct sla_state *out)
{
	return slas_get(t->slas, id, out);
}

/**
 * tracks_stats() - counters
 * @t: all objects
 * @out: gets them
 */
void tracks_stats(const struct tracks *t, struct tracks_stats *out)
{
	out->changes = t->changes;
	trackruns_stats(t->runs, 0, &out->run);
	trackroutes_stats(t->routes, &out->route);
}

/**
 * tracks_open() - no objects yet
 * @base: event loop
 * @ifs: interfaces
 * @programs: the process that runs them
 * @twins: traffic interfaces and their twins
 * @fn: called from the loop when states changed
 * @arg: for @fn
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int tracks_open(struct event_base *base, struct ifaces *ifs, struct programs *programs,
		const struct twins *twins, tracks_fn fn, void *arg, struct tracks **out)
{
	struct tracks *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	t->ifs = ifs;
	t->twins = twins;
	t->fn = fn;
	t->arg = arg;
	err = loop_timer_init(&t->timer, base, on_timer, t);
	if (!err)
		err = trackroutes_open(base, ifs, on_routes, t, &t->routes);
	if (!err)
		err = trackruns_open(base, programs, on_answer, t, &t->runs);
	if (!err)
		err = slas_open(base, on_sla, t, &t->slas);
	if (!err)
		err = ifaces_watch(ifs, on_iface, t);
	if (err) {
		tracks_close(t);
		return err;
	}
	*out = t;
	return 0;
}

/**
 * tracks_close() - track no more
 * @t: may be NULL
 */
void tracks_close(struct tracks *t)
{
	if (!t)
		return;
	ifaces_unwatch(t->ifs, on_iface, t);
	trackruns_close(t->runs);
	slas_close(t->slas);
	trackroutes_close(t->routes);
	loop_timer_free(&t->timer);
	free(t);
}
