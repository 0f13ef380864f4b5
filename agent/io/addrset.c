// SPDX-License-Identifier: GPL-2.0-or-later
#include "addrset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/fight.h"
#include "io/clock.h"
#include "io/ifaces.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/rtbatch.h"
#include "io/watchers.h"

#define RETRY_MS	1000	/* after a refusal of the kernel */
#define SAY_MAX		8	/* addresses of a set that are told one by one */

/*
 * @settled: the kernel has it as we want it, as far as we were told; a change from here on is
 * somebody else's.
 * @fresh: the set did not have it before
 * @fight: how often somebody else changed it; who goes through all addresses, one by one, is not
 * fighting yet
 * @counted: in this turn, in @fight
 */
struct slot {
	struct addrset_item it;
	bool settled;
	bool fresh;
	bool counted;
	struct fight fight;
};

struct addrset {
	struct ifaces *ifs;
	struct rtsock *rt;
	char label[24];
	uint8_t proto;
	const struct addrset_ops *ops;
	void *arg;
	struct loop_timer timer;
	struct slot *v;
	size_t n;
	struct rtbatch add, del;
	size_t *index[2];		/* request of @add and @del -> slot */
	enum addrset_want want;
	struct fight fight;		/* rests for all of them */
	uint64_t foreign, refused;
	int last_err;
	bool fresh;			/* an interface has come, or come up */
	bool in_del;			/* which batch runs, for on_refused() */
};

static bool there(const struct addrset *s, const struct addrset_item *it)
{
	const struct iface *i = ifaces_by_name(s->ifs, it->ifname);

	if (!i)
		return false;
	for (size_t k = 0; k < i->n_addrs; k++) {
		if (i->addrs[k].len == it->len && addr_equal(&i->addrs[k].addr, &it->addr))
			return true;
	}
	return false;
}

/* Is the item at @k at a border of those of its interface? @step: 1: the last, -1: the first. */
static bool at_border(const struct addrset *s, size_t k, int step)
{
	if (step < 0 ? !k : k + 1 == s->n)
		return true;
	return strcmp(s->v[step < 0 ? k - 1 : k + 1].it.ifname, s->v[k].it.ifname);
}

static int prepare_add(struct addrset *s, size_t k, unsigned int ifindex)
{
	const struct addrset_item *it = &s->v[k].it;
	int err = 0;

	if (it->raise && at_border(s, k, -1)) {
		s->index[0][s->add.n] = k;
		err = rtbatch_link(&s->add, ifindex, true);
	}
	s->index[0][s->add.n] = k;
	return err ? err
		   : rtbatch_addr(&s->add, true, ifindex, &it->addr, it->len, s->proto);
}

static int prepare_del(struct addrset *s, size_t k, unsigned int ifindex)
{
	const struct addrset_item *it = &s->v[k].it;
	int err;

	s->index[1][s->del.n] = k;
	err = rtbatch_addr(&s->del, false, ifindex, &it->addr, it->len, s->proto);
	if (err || !it->raise || !at_border(s, k, 1))
		return err;
	s->index[1][s->del.n] = k;
	return rtbatch_link(&s->del, ifindex, false);
}

/*
 * Batches hold interface indexes, so they are made anew whenever an interface comes or goes.
 * @fresh: only what the set did not have before
 */
static int prepare(struct addrset *s, bool fresh)
{
	int err = 0;

	rtbatch_reset(&s->add);
	rtbatch_reset(&s->del);
	for (size_t k = 0; k < s->n && !err; k++) {
		const struct iface *i = ifaces_by_name(s->ifs, s->v[k].it.ifname);

		if (!i || (fresh && !s->v[k].fresh))
			continue;
		err = prepare_add(s, k, i->ifindex);
		if (!err)
			err = prepare_del(s, k, i->ifindex);
	}
	return err;
}

static void on_refused(void *arg, unsigned int request, int err)
{
	struct addrset *s = arg;
	struct slot *sl = &s->v[s->index[s->in_del][request]];
	const struct addrset_item *it = &sl->it;
	bool off = err == -EACCES && it->addr.family == RG_V6;
	char text[ADDR_STRLEN];

	s->refused++;
	/* It went with IPv6 as a whole, as it goes with a link, and NetworkManager does that. */
	if (off && sl->counted)
		fight_forget(&sl->fight);
	sl->counted = false;
	/* One line, not one a second for as long as it lasts. */
	if (s->last_err == err)
		return;
	s->last_err = err;
	addr_print(&it->addr, text);
	log_warnx("VIP", "%s: the kernel refused to %s %s %s %s: %s", s->label,
		  s->in_del ? "remove" : "put", text, s->in_del ? "from" : "on", it->ifname,
		  off ? "IPv6 is switched off there (disable_ipv6)" : strerror(-err));
}

/* A pool may have many: those that a person can read, and how many there are. */
static void say_run(const struct addrset *s, bool present, int err)
{
	char text[ADDR_STRLEN];

	for (size_t k = 0; k < s->n && k < SAY_MAX; k++) {
		addr_print(&s->v[k].it.addr, text);
		watch(WATCH_VP, 0, "%s: %s/%u %s %s", s->label, text, s->v[k].it.len,
		      present ? "put on" : "taken from", s->v[k].it.ifname);
	}
	watch(WATCH_VP, 0, "%s: %zu addresses %s%s%s", s->label, s->n, present ? "on" : "off",
	      err ? ": " : "", err ? strerror(-err) : "");
}

static int run(struct addrset *s, bool present)
{
	int err;

	s->in_del = !present;
	err = rtbatch_run(s->rt, present ? &s->add : &s->del, on_refused, s);
	if (watch_wants(WATCH_VP))
		say_run(s, present, err);
	if (!err) {
		s->last_err = 0;
		return 0;
	}
	if (s->last_err != err)
		log_warnx("VIP", "%s: changing addresses: %s", s->label, strerror(-err));
	s->last_err = err;
	loop_timer_set(&s->timer, mono_add_ms(clock_now(), RETRY_MS));
	return err;
}

/*
 * What is not as it should be.
 * @wrong: slots
 * @foreign: of these, how many somebody else has changed; @which: the last one
 * @enough: one of them too often
 */
struct look {
	size_t wrong, foreign, which;
	bool enough;
};

static void note_foreign(struct addrset *s, size_t k, mono_t now, struct look *l)
{
	l->foreign++;
	l->which = k;
	s->v[k].settled = false;
	if (s->fight.resting)
		return;
	s->v[k].counted = fight_may(&s->v[k].fight, now);
	if (!s->v[k].counted)
		l->enough = true;
}

static void look(struct addrset *s, bool present, mono_t now, struct look *l)
{
	memset(l, 0, sizeof(*l));
	for (size_t k = 0; k < s->n; k++) {
		struct slot *sl = &s->v[k];
		const struct iface *i = ifaces_by_name(s->ifs, sl->it.ifname);

		sl->counted = false;
		if (!i || (!i->admin_up && !sl->it.raise)) {
			/*
			 * IPv6 addresses go with the link: nobody's fault. They come back with it.
			 */
			sl->settled = false;
		} else if (there(s, &sl->it) == present &&
			   (!sl->it.raise || i->admin_up == present)) {
			sl->settled = true;
		} else {
			l->wrong++;
			if (sl->settled)
				note_foreign(s, k, now, l);
		}
	}
}

static void tell_foreign(struct addrset *s, size_t n, size_t which, bool mended)
{
	char text[ADDR_STRLEN];

	s->foreign += n;
	addr_print(&s->v[which].it.addr, text);
	log_warnx("VIP", "%s: %s was %s %s by somebody else (%zu of the group)%s", s->label, text,
		  s->want == ADDRSET_PRESENT ? "removed from" : "put on", s->v[which].it.ifname, n,
		  mended ? ", undone" : ", no longer undoing it");
	if (s->ops->foreign)
		s->ops->foreign(s->arg, &s->v[which].it, mended);
}

static void give_in(struct addrset *s, mono_t now, const struct look *l)
{
	fight_rest(&s->fight, now);
	for (size_t k = 0; k < s->n; k++)
		memset(&s->v[k].fight, 0, sizeof(s->v[k].fight));
	tell_foreign(s, l->foreign, l->which, false);
	loop_timer_set(&s->timer, s->fight.until);
	if (s->ops->fault)
		s->ops->fault(s->arg, true);
}

/*
 * Runs after all events that were queued have been read, so a removal of our own followed by an
 * addition is not taken for a fight.
 */
static void mend(void *arg, mono_t now)
{
	struct addrset *s = arg;
	bool present = s->want == ADDRSET_PRESENT;
	bool fresh = s->fresh;
	struct look l;

	s->fresh = false;
	if (s->want == ADDRSET_AS_FOUND)
		return;
	if (fight_rested(&s->fight, now) && s->ops->fault)
		s->ops->fault(s->arg, false);
	look(s, present, now, &l);
	if (!l.wrong)
		return;
	if (s->fight.resting) {
		s->foreign += l.foreign;
		/* What an interface lost because it was away or down is nobody's doing. */
		if (fresh && !l.foreign)
			run(s, present);
		loop_timer_set(&s->timer, s->fight.until);
		return;
	}
	if (l.enough) {
		give_in(s, now, &l);
		return;
	}
	if (!run(s, present) && l.foreign)
		tell_foreign(s, l.foreign, l.which, true);
}

static void on_iface(void *arg, enum iface_event ev, const struct iface *i,
		     const struct iface_addr *a)
{
	struct addrset *s = arg;
	bool mine = !i;

	(void)a;
	for (size_t k = 0; k < s->n && !mine; k++)
		mine = !strcmp(s->v[k].it.ifname, i->name);
	if (!mine)
		return;
	if (ev == IFACE_NEW || ev == IFACE_GONE || ev == IFACE_RESYNC) {
		int err = prepare(s, false);

		if (err)
			log_warnx("VIP", "%s: preparing the addresses: %s", s->label,
				  strerror(-err));
	}
	s->fresh |= ev == IFACE_NEW || (ev == IFACE_CHANGED && i->admin_up);
	if (s->want != ADDRSET_AS_FOUND)
		loop_timer_set(&s->timer, clock_now());
}

/**
 * addrset_new() - an empty set that leaves everything as it is
 * @base: event loop
 * @ifs: interfaces
 * @rt: socket for changes, shared
 * @label: for the log
 * @proto: IFA_PROTO of its addresses
 * @ops: what the owner is told
 * @arg: for @ops
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int addrset_new(struct event_base *base, struct ifaces *ifs, struct rtsock *rt, const char *label,
		uint8_t proto, const struct addrset_ops *ops, void *arg, struct addrset **out)
{
	struct addrset *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->ifs = ifs;
	s->rt = rt;
	s->ops = ops;
	s->arg = arg;
	s->proto = proto;
	strncpy(s->label, label, sizeof(s->label) - 1);
	err = loop_timer_init(&s->timer, base, mend, s);
	if (err) {
		free(s);
		return err;
	}
	err = ifaces_watch(ifs, on_iface, s);
	if (err) {
		loop_timer_free(&s->timer);
		free(s);
		return err;
	}
	*out = s;
	return 0;
}

/**
 * addrset_free() - forget the set; addresses stay as they are
 * @s: the set, may be NULL
 */
void addrset_free(struct addrset *s)
{
	if (!s)
		return;
	ifaces_unwatch(s->ifs, on_iface, s);
	loop_timer_free(&s->timer);
	rtbatch_free(&s->add);
	rtbatch_free(&s->del);
	free(s->index[0]);
	free(s->index[1]);
	free(s->v);
	free(s);
}

static bool is_item(const struct addrset_item *it, const char *ifname, const struct rg_addr *a,
		    uint8_t len)
{
	return it->len == len && addr_equal(&it->addr, a) && !strcmp(it->ifname, ifname);
}

static bool listed(const struct addrset_item *items, size_t n, const struct addrset_item *it)
{
	for (size_t k = 0; k < n; k++) {
		if (is_item(&items[k], it->ifname, &it->addr, it->len))
			return true;
	}
	return false;
}

static const struct slot *slot_of(const struct addrset *s, const char *ifname,
				  const struct rg_addr *a, uint8_t len)
{
	for (size_t k = 0; k < s->n; k++) {
		if (is_item(&s->v[k].it, ifname, a, len))
			return &s->v[k];
	}
	return NULL;
}

/* Takes off what the new configuration does not have any more. */
static int drop_unlisted(struct addrset *s, const struct addrset_item *items, size_t n)
{
	struct rtbatch b = { 0 };
	int err = 0;

	for (size_t k = 0; k < s->n && !err; k++) {
		const struct iface *i = ifaces_by_name(s->ifs, s->v[k].it.ifname);

		if (i && !listed(items, n, &s->v[k].it))
			err = rtbatch_addr(&b, false, i->ifindex, &s->v[k].it.addr, s->v[k].it.len,
					   s->proto);
	}
	if (!err && b.n)
		err = rtbatch_run(s->rt, &b, NULL, NULL);
	rtbatch_free(&b);
	return err;
}

static int put_fresh(struct addrset *s)
{
	int err = prepare(s, true);

	return err || !s->add.n ? err : run(s, true);
}

/**
 * addrset_replace() - other addresses
 * @s: the set
 * @items: all of them
 * @n: how many
 *
 * What is no longer in it goes off its interface; what is new goes on if the set is present; what
 * was in it before feels nothing.
 *
 * Return: 0 or -errno; with -ENOMEM nothing has changed.
 */
int addrset_replace(struct addrset *s, const struct addrset_item *items, size_t n)
{
	struct slot *v = calloc(n + 1, sizeof(*v));
	/* An interface may be a request of its own. */
	size_t *add = calloc(2 * n + 1, sizeof(*add)), *del = calloc(2 * n + 1, sizeof(*del));
	int err, err2;

	if (!v || !add || !del) {
		free(v);
		free(add);
		free(del);
		return -ENOMEM;
	}
	err = drop_unlisted(s, items, n);
	for (size_t k = 0; k < n; k++) {
		const struct slot *old = slot_of(s, items[k].ifname, &items[k].addr, items[k].len);

		v[k].it = items[k];
		v[k].fresh = !old;
		v[k].settled = old && old->settled;
		if (old)
			v[k].fight = old->fight;
	}
	free(s->v);
	free(s->index[0]);
	free(s->index[1]);
	s->v = v;
	s->index[0] = add;
	s->index[1] = del;
	s->n = n;
	if (!err && s->want == ADDRSET_PRESENT)
		err = put_fresh(s);
	err2 = prepare(s, false);
	return err ? err : err2;
}

/**
 * addrset_set() - put all addresses on, or take all off
 * @s: the set
 * @present: on
 *
 * Allocates nothing.  What could not be done is tried again every second, and when an interface
 * changes.
 *
 * Return: 0, the first refusal of the kernel, or -errno.
 */
int addrset_set(struct addrset *s, bool present)
{
	s->want = present ? ADDRSET_PRESENT : ADDRSET_ABSENT;
	for (size_t k = 0; k < s->n; k++)
		s->v[k].settled = false;
	return run(s, present);
}

/**
 * addrset_get() - where it stands
 * @s: the set
 * @out: gets it
 */
void addrset_get(const struct addrset *s, struct addrset_state *out)
{
	memset(out, 0, sizeof(*out));
	out->want = s->want;
	out->configured = (unsigned int)s->n;
	for (size_t k = 0; k < s->n; k++)
		out->present += there(s, &s->v[k].it);
	out->foreign = s->foreign;
	out->refused = s->refused;
	out->last_err = s->last_err;
	out->fault = s->fight.resting;
}

/**
 * addrset_at() - one of its addresses
 * @s: the set
 * @k: from 0
 *
 * Return: the address, NULL when there are not so many.
 */
const struct addrset_item *addrset_at(const struct addrset *s, size_t k)
{
	return k < s->n ? &s->v[k].it : NULL;
}

/**
 * addrset_contains() - is an address in the set
 * @s: the set
 * @ifname: interface
 * @a: address
 * @len: prefix length
 *
 * Return: true if so.
 */
bool addrset_contains(const struct addrset *s, const char *ifname, const struct rg_addr *a,
		      uint8_t len)
{
	return slot_of(s, ifname, a, len);
}

/**
 * addrset_there() - is an address on its interface, as far as events told
 * @s: the set
 * @item: one of its addresses
 *
 * Return: true if so.
 */
bool addrset_there(const struct addrset *s, const struct addrset_item *item)
{
	return there(s, item);
}

/**
 * addrset_drop_stale() - take addresses off that carry our mark and are in no set
 * @ifs: interfaces
 * @rt: socket for changes
 * @proto: the mark, IFA_PROTO
 * @sets: sets; NULL pointers are skipped
 * @n: how many
 *
 * They are of a configuration before this one, which may have been another life's: nobody else will
 * take them off.
 *
 * Return: 0 or -errno.
 */
int addrset_drop_stale(struct ifaces *ifs, struct rtsock *rt, uint8_t proto,
		       struct addrset *const *sets, size_t n)
{
	struct rtbatch b = { 0 };
	const struct iface *i;
	int err = 0;

	for (size_t k = 0; (i = ifaces_at(ifs, k)) && !err; k++) {
		for (size_t j = 0; j < i->n_addrs && !err; j++) {
			const struct iface_addr *a = &i->addrs[j];
			bool known = a->proto != proto;

			for (size_t g = 0; g < n && !known; g++)
				known = sets[g] &&
					addrset_contains(sets[g], i->name, &a->addr, a->len);
			if (!known)
				err = rtbatch_addr(&b, false, i->ifindex, &a->addr, a->len, proto);
		}
	}
	if (!err && b.n)
		err = rtbatch_run(rt, &b, NULL, NULL);
	rtbatch_free(&b);
	return err;
}
