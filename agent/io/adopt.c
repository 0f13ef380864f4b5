// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/log.h"
#include "io/slots.h"
#include "io/sysid.h"

#include <linux/nf_rg.h>

/*
 * DOC: what the kernel holds and what the configuration wants
 *
 * The module outlives the agent: its groups, mappings and roles go on while the agent is restarted.
 * So nothing is ever deleted and made anew if it is as it should be; what differs is replaced in
 * place where the contract allows it, because removing a group or a mapping takes the connections
 * off it.  The same routine serves a start, a reload and a module that was loaded again.
 */

struct have {
	struct knl_mapping *map;
	size_t n, cap;
	int err;
	uint32_t gone[256]; /* groups that are not configured */
	size_t n_gone;
	const struct agent *a;
};

static void have_mapping(void *arg, const struct knl_mapping *m)
{
	struct have *h = arg;

	if (h->n == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : 16;
		struct knl_mapping *v = realloc(h->map, cap * sizeof(*v));

		if (!v) {
			h->err = -ENOMEM;
			return;
		}
		h->map = v;
		h->cap = cap;
	}
	h->map[h->n++] = *m;
}

static void have_group(void *arg, const struct knl_group *g)
{
	struct have *h = arg;

	/* One that is just being taken out of service is still needed. */
	if (g->id < 256 && (conf_group(h->a->conf, g->id) || h->a->group[g->id]))
		return;
	if (h->n_gone < 256)
		h->gone[h->n_gone++] = g->id;
}

static size_t want_addrs(const struct conf *c, uint32_t group, struct rg_addr *out, size_t max)
{
	size_t n = 0;

	for (uint32_t i = 0; i < c->n_ifs; i++) {
		const struct conf_if *f = &c->iface[i];

		for (uint32_t v = 0;
		     f->in_group && f->group.id == group && v < f->n_vips && n < max; v++)
			out[n++] = f->vip[v].addr;
	}
	return n;
}

static bool same_addrs(const struct rg_addr *a, size_t na, const struct rg_addr *b, size_t nb)
{
	size_t found = 0;

	for (size_t i = 0; na == nb && i < na; i++)
		for (size_t j = 0; j < nb; j++)
			if (addr_equal(&a[i], &b[j])) {
				found++;
				break;
			}
	return na == nb && found == na;
}

static int adopt_group(struct agent *a, uint32_t id)
{
	struct knl_group *k = calloc(1, sizeof(*k));
	struct rg_addr want[KNL_MAX_ADDRS];
	size_t n = want_addrs(a->conf, id, want, KNL_MAX_ADDRS);
	bool found;
	int err;

	if (!k)
		return -ENOMEM;
	err = knl_group_get(&a->knl, id, k);
	found = !err;
	if (found)
		log_info("KERNEL", "RG id %u: found in the kernel, role %s, epoch %llu", id,
			 rg_role_name((enum rg_role)k->role), (unsigned long long)k->epoch);
	if (err == -ENOENT || (found && !same_addrs(want, n, k->addr, k->n_addrs)))
		err = knl_group_new(&a->knl, id, want, n);
	free(k);
	return err;
}

_Static_assert(CONF_MAX_RULES == KNL_MAX_RULES, "what a configuration may say has room");

/* To the kernel ICMP has a number for each family, and a protocol with ports has all of them. */
static void want_rules(const struct conf *c, const struct conf_map *m, struct knl_mapping *out)
{
	struct conf_repl r[CONF_MAX_RULES];

	out->n_rules = conf_map_repls(c, m, r, CONF_MAX_RULES);
	for (size_t i = 0; i < out->n_rules; i++) {
		struct knl_rule *k = &out->rule[i];

		k->l4 = r[i].l4;
		k->when = r[i].when;
		k->from = r[i].from;
		k->to = r[i].to;
		k->age = r[i].age_ms;
		if (k->l4 == IPPROTO_ICMP && conf_map_family(c, m) == RG_V6)
			k->l4 = IPPROTO_ICMPV6;
		if (k->l4 == IPPROTO_TCP || k->l4 == IPPROTO_UDP || k->l4 == IPPROTO_SCTP)
			k->to = k->to ? k->to : UINT16_MAX;
	}
}

/* Until the peer has told what it has, a mapping is as an earlier life of the agent left it. */
static bool want_stopped(struct agent *a, const struct conf_map *m, const struct knl_mapping *old)
{
	const struct group *g = m->group.id < 256 ? a->group[m->group.id] : NULL;

	if (g && g->cmp.m.known)
		return peerconf_stops(&g->cmp.m.result, m->id);
	if (old && old->stopped && m->group.id < 256)
		a->stopped_before[m->group.id] = true;
	return old && old->stopped;
}

static int want_mapping(struct agent *a, const struct conf_map *m, uint32_t slot,
			const struct knl_mapping *old, struct knl_mapping *out)
{
	const struct conf_pool *p = conf_pool(a->conf, m->pool);

	memset(out, 0, sizeof(*out));
	if (!p || !conf_group(a->conf, m->group.id))
		return -ENOENT;
	out->id = m->id;
	out->group = m->group.id;
	out->slot = slot;
	out->stopped = want_stopped(a, m, old);
	want_rules(a->conf, m, out);
	return conf_pool_ranges(a->conf, p, a->taken, a->n_taken, out->range, KNL_MAX_RANGES,
				&out->n_ranges);
}

static bool same_ranges(const struct knl_mapping *a, const struct knl_mapping *b)
{
	bool same = a->n_ranges == b->n_ranges;

	for (size_t i = 0; same && i < a->n_ranges; i++)
		same = addr_equal(&a->range[i].from, &b->range[i].from) &&
		       addr_equal(&a->range[i].to, &b->range[i].to);
	return same;
}

static bool same_rules(const struct knl_mapping *a, const struct knl_mapping *b)
{
	bool same = a->n_rules == b->n_rules;

	for (size_t i = 0; same && i < a->n_rules; i++)
		same = a->rule[i].l4 == b->rule[i].l4 && a->rule[i].when == b->rule[i].when &&
		       a->rule[i].from == b->rule[i].from && a->rule[i].to == b->rule[i].to &&
		       a->rule[i].age == b->rule[i].age;
	return same;
}

static struct knl_mapping *find_mapping(const struct have *h, uint32_t id)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->map[i].id == id)
			return &h->map[i];
	return NULL;
}

/* Removed first: a slot may move from one mapping to another. */
static void drop_mappings(struct agent *a, const struct have *h, const struct knl_mapping *want,
			  size_t n)
{
	for (size_t i = 0; i < h->n; i++) {
		const struct knl_mapping *m = &h->map[i];
		bool keep = false;

		for (size_t j = 0; j < n && !keep; j++)
			keep = want[j].id == m->id && want[j].group == m->group &&
			       want[j].slot == m->slot;
		if (keep)
			continue;
		log_notice("KERNEL", "mapping %u of RG id %u removed", m->id, m->group);
		knl_mapping_del(&a->knl, m->id);
	}
}

static int put_mappings(struct agent *a, const struct have *h, const struct knl_mapping *want,
			size_t n)
{
	int first = 0;

	for (size_t i = 0; i < n; i++) {
		const struct knl_mapping *old = find_mapping(h, want[i].id);
		int err = 0;

		if (!old || old->group != want[i].group || old->slot != want[i].slot ||
		    old->stopped != want[i].stopped ||
		    !same_ranges(old, &want[i]) || !same_rules(old, &want[i]))
			err = knl_mapping_new(&a->knl, &want[i]);
		first = first ? first : err;
	}
	return first;
}

static size_t want_mappings(struct agent *a, const struct have *h, struct knl_mapping *want)
{
	uint32_t id[CONF_MAX_MAPS], slot[CONF_MAX_MAPS];
	const struct conf *c = a->conf;
	size_t n = 0;

	for (uint32_t i = 0; i < c->n_maps; i++)
		id[i] = c->map[i].id;
	if (slots_assign(id, c->n_maps, slot)) {
		log_warnx("CONFIG", "more than %d mappings", SLOTS_MAX);
		return 0;
	}
	for (uint32_t i = 0; i < c->n_maps; i++) {
		int err = want_mapping(a, &c->map[i], slot[i], find_mapping(h, id[i]), &want[n]);

		if (!err)
			n++;
		else
			log_warnx("CONFIG", "mapping %u is inert: %s", c->map[i].id,
				  err == -ENOENT ? "its pool or group is not defined" :
						   strerror(-err));
	}
	return n;
}

static int adopt_mappings(struct agent *a, struct have *h)
{
	struct knl_mapping *want = calloc(CONF_MAX_MAPS, sizeof(*want));
	int err = knl_mapping_dump(&a->knl, have_mapping, h);
	size_t n;

	err = err ? err : h->err;
	if (!want)
		err = -ENOMEM;
	if (!err) {
		n = want_mappings(a, h, want);
		drop_mappings(a, h, want, n);
		err = put_mappings(a, h, want, n);
	}
	free(want);
	free(h->map);
	return err;
}

/**
 * adopt_kernel() - make the kernel's groups and mappings those of the configuration
 * @a: the daemon; the module is there
 *
 * Roles are not touched.
 *
 * Return: 0 or the first -errno; the rest was tried all the same.
 */
int adopt_kernel(struct agent *a)
{
	struct have h = { .a = a };
	int first = knl_group_dump(&a->knl, have_group, &h);
	int err;

	for (uint32_t i = 0; i < a->conf->n_groups; i++) {
		err = adopt_group(a, a->conf->group[i].id);
		first = first ? first : err;
	}
	err = adopt_mappings(a, &h);
	first = first ? first : err;
	for (size_t i = 0; i < h.n_gone; i++) {
		log_notice("KERNEL", "RG id %u is not configured: removed", h.gone[i]);
		err = knl_group_del(&a->knl, h.gone[i]);
		first = first ? first : err;
	}
	return first;
}

/**
 * adopt_maps() - make the kernel's mappings those of the configuration, and stop those that differ
 * @a: the daemon; the module is there
 *
 * Return: 0 or the first -errno.
 */
int adopt_maps(struct agent *a)
{
	struct have h = { .a = a };

	return adopt_mappings(a, &h);
}

static void see_active(void *arg, const struct knl_group *g)
{
	bool *active = arg;

	*active |= g->role == NF_RG_ROLE_ACTIVE;
}

/**
 * adopt_any_active() - does the kernel hold a group in role active?
 * @a: the daemon
 *
 * Return: true if so: a former life of this agent has set it up, and it may be forwarding.
 */
bool adopt_any_active(struct agent *a)
{
	bool active = false;

	return knl_present(&a->knl) && !knl_group_dump(&a->knl, see_active, &active) && active;
}

/**
 * adopt_start() - with what a group begins
 * @a: the daemon
 * @g: the group
 * @out: for group_start()
 */
void adopt_start(struct agent *a, struct group *g, struct election_start *out)
{
	struct knl_group *k = calloc(1, sizeof(*k));

	memset(out, 0, sizeof(*out));
	out->shutdown = g->conf.shutdown;
	sysid_uptime_ms(&out->uptime_ms);
	if (k && knl_present(&a->knl) && !knl_group_get(&a->knl, g->id, k)) {
		out->instance = k->instance;
		/* A group that we have just made has no past. */
		out->exists = k->role != NF_RG_ROLE_INIT || k->epoch;
	}
	if (out->exists) {
		out->role = (enum rg_role)k->role;
		out->epoch.counter = k->epoch;
		out->epoch.system = k->epoch_system;
		out->leased = k->has_lease;
		out->lease_left_ms = k->lease_left;
	}
	free(k);
}

static void purge_group(void *arg, const struct knl_group *g)
{
	struct have *h = arg;

	if (h->n_gone < 256)
		h->gone[h->n_gone++] = g->id;
}

/**
 * adopt_purge() - remove all groups and mappings from the kernel
 * @a: the daemon
 *
 * Return: 0 or the first -errno.
 */
int adopt_purge(struct agent *a)
{
	struct have h = { .a = a };
	int first = knl_present(&a->knl) ? knl_group_dump(&a->knl, purge_group, &h) : 0;

	for (size_t i = 0; i < h.n_gone; i++) {
		int err = knl_group_del(&a->knl, h.gone[i]);

		first = first ? first : err;
	}
	return first;
}
