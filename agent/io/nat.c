// SPDX-License-Identifier: GPL-2.0-or-later
#include "nat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/conf.h"
#include "core/fight.h"
#include "core/natrules.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/nft.h"

#define COUNTS_MAX	(2 * CONF_MAX_MAPS + 3)
#define APPLY_TRIES	3
#define RETRY_MS	5000

enum { GUARD, TRANSLATION, GUARD_ARP, TABLES };

static const char *const tables[] = {
	[GUARD] = "inet " NATRULES_GUARD,
	[TRANSLATION] = "inet " NATRULES_TABLE,
	[GUARD_ARP] = "arp " NATRULES_GUARD,
};

static const char *const watched[] = { NATRULES_GUARD, NATRULES_TABLE };

/*
 * @conf, @taken, @closed: what the rules were made from, to make them again.
 * @count: counters as last read.
 * @want: the listings of the tables after we had installed them; NULL: nothing is installed.
 */
struct nat {
	struct nft *nft;
	struct nft_watch *watch;
	struct loop_timer timer;
	const struct nat_ops *ops;
	void *arg;
	struct conf *conf;
	struct rg_addr *taken;
	size_t n_taken;
	struct rg_range *room;
	bool closed;
	struct natrules_count count[COUNTS_MAX];
	size_t n_counts;
	char *want[TABLES];
	struct fight fight;
	struct nat_state st;
	char logged[256];		/* one line a refusal, not one a try */
};

static void read_counter(struct nat *n, json_t *c)
{
	struct natrules_count *k = &n->count[n->n_counts];
	const char *name = json_string_value(json_object_get(c, "name"));

	if (!name || n->n_counts == COUNTS_MAX || natrules_counter(name, &k->mapping, &k->kind))
		return;
	k->packets = (uint64_t)json_integer_value(json_object_get(c, "packets"));
	k->bytes = (uint64_t)json_integer_value(json_object_get(c, "bytes"));
	n->n_counts++;
}

/* The table that has a counter. */
static size_t table_of(enum natrules_kind kind)
{
	switch (kind) {
	case NATRULES_TRANSLATED:
		return TRANSLATION;
	case NATRULES_POOL_ARP:
	case NATRULES_VMAC_ARP:
		return GUARD_ARP;
	case NATRULES_FAIL_CLOSED:
	case NATRULES_POOL_INPUT:
		break;
	}
	return GUARD;
}

/* Forgets what a table counted, to be replaced by what it says now. */
static void drop_counters(struct nat *n, size_t table)
{
	size_t left = 0;

	for (size_t k = 0; k < n->n_counts; k++)
		if (table_of(n->count[k].kind) != table)
			n->count[left++] = n->count[k];
	n->n_counts = left;
}

/* Of a table that is gone the last figures stand. */
static void read_counters(struct nat *n)
{
	for (size_t t = GUARD; t < TABLES; t++) {
		json_t *root, *list, *item;
		char cmd[48], *text;
		size_t k;

		snprintf(cmd, sizeof(cmd), "list counters table %s", tables[t]);
		if (nft_list(n->nft, cmd, true, &text))
			continue;
		drop_counters(n, t);
		root = json_loads(text, 0, NULL);
		list = json_object_get(root, "nftables");
		json_array_foreach(list, k, item) {
			if (json_object_get(item, "counter"))
				read_counter(n, json_object_get(item, "counter"));
		}
		json_decref(root);
		free(text);
	}
}

static int make(struct nat *n, bool guard, char **script)
{
	const struct natrules in = {
		.c = n->conf,
		.taken = n->taken,
		.n_taken = n->n_taken,
		.closed = n->closed,
		.count = n->count,
		.n_counts = n->n_counts,
		.room = n->room,
		.n_room = NATRULES_RANGES,
	};
	struct out o;
	char *buf = NULL;
	int err;

	out_init(&o, NULL, 0);
	/* Twice: the first time only to see how long it is. */
	for (size_t size = 0;; size = o.len + 1) {
		if (size) {
			buf = malloc(size);
			if (!buf)
				return -ENOMEM;
		}
		out_init(&o, buf, size);
		err = guard ? natrules_guard(&in, &o)
			    : natrules_translate(&in, &o, &n->st.mappings);
		if (err || buf)
			break;
	}
	if (err) {
		free(buf);
		return err;
	}
	*script = buf;
	return 0;
}

static int run_script(struct nat *n, bool guard)
{
	char *script;
	int err = make(n, guard, &script);

	if (err) {
		snprintf(n->st.error, sizeof(n->st.error), "%s", strerror(-err));
		return err;
	}
	err = nft_run(n->nft, script, n->st.error, sizeof(n->st.error));
	if (err && strcmp(n->st.error, n->logged))
		log_warnx("NAT", "nftables refused the %s: %s", guard ? "guard" : "translations",
			  n->st.error);
	snprintf(n->logged, sizeof(n->logged), "%s", n->st.error);
	free(script);
	return err;
}

/* All tables in one transaction, as nearly always goes. */
static int run_both(struct nat *n)
{
	char *guard = NULL, *translate = NULL, *both = NULL;
	int err = make(n, true, &guard);

	if (!err)
		err = make(n, false, &translate);
	if (!err) {
		size_t len = strlen(guard);

		both = realloc(guard, len + strlen(translate) + 1);
		err = both ? 0 : -ENOMEM;
	}
	if (both) {
		guard = both;
		strcat(both, translate);
		err = nft_run(n->nft, both, n->st.error, sizeof(n->st.error));
	}
	free(guard);
	free(translate);
	return err;
}

static int list_table(struct nat *n, size_t t, char **out)
{
	char cmd[48];

	snprintf(cmd, sizeof(cmd), "list table %s", tables[t]);
	return nft_list(n->nft, cmd, false, out);
}

/*
 * Remembers how the tables look.  -ENOENT: one is gone already, so somebody was at work in this
 * moment.
 */
static int remember(struct nat *n)
{
	int err = 0;

	nft_watch_drain(n->watch);
	for (size_t t = 0; t < TABLES; t++) {
		free(n->want[t]);
		n->want[t] = NULL;
		/* With the translations refused there may be none. */
		if (!err && !(t == TRANSLATION && n->st.guard_only))
			err = list_table(n, t, &n->want[t]);
	}
	return err;
}

/*
 * If the two together are refused, at least the guard; and let the log name the one that is to
 * blame.
 */
static int install_once(struct nat *n)
{
	int err = run_both(n);

	n->st.guard_only = false;
	if (!err)
		return 0;
	err = run_script(n, true);
	if (err)
		return err;
	err = run_script(n, false);
	n->st.guard_only = err != 0;
	return err;
}

static int install(struct nat *n)
{
	int err, tries = 0;

	do {
		err = install_once(n);
	} while (remember(n) && !err && ++tries < APPLY_TRIES);
	n->st.installed = !err;
	if (err)
		loop_timer_set(&n->timer, mono_add_ms(clock_now(), RETRY_MS));
	return err;
}

/* As they should be; a table of which nothing is known is. */
static bool intact(struct nat *n)
{
	for (size_t t = 0; t < TABLES; t++) {
		char *now = NULL;
		bool same;

		if (!n->want[t])
			continue;
		same = !list_table(n, t, &now) && !strcmp(now, n->want[t]);
		free(now);
		if (!same)
			return false;
	}
	return true;
}

static void restore(struct nat *n)
{
	int err;

	/* The figures that the flush took with it begin again where they were last seen. */
	err = install(n);
	n->st.restored += !err;
	log_warnx("NAT", "somebody else changed tables of ours%s",
		  err ? "; putting them back failed" : ", restored");
	if (n->ops->foreign)
		n->ops->foreign(n->arg, !err);
}

static void rest(struct nat *n)
{
	log_warnx("NAT", "somebody else changed tables of ours, no longer restoring them");
	loop_timer_set(&n->timer, n->fight.until);
	n->st.installed = false;
	n->st.fault = true;
	if (n->ops->foreign)
		n->ops->foreign(n->arg, false);
	if (n->ops->fault)
		n->ops->fault(n->arg, true);
}

static void on_change(void *arg, bool gone)
{
	struct nat *n = arg;

	if (n->fight.resting || !n->conf || !n->want[0] || (!gone && intact(n)))
		return;
	n->st.foreign++;
	if (fight_may(&n->fight, clock_now()))
		restore(n);
	else
		rest(n);
}

static void on_timer(void *arg, mono_t now)
{
	struct nat *n = arg;

	if (!n->conf)
		return;
	if (fight_rested(&n->fight, now)) {
		n->st.fault = false;
		if (n->ops->fault)
			n->ops->fault(n->arg, false);
		if (!intact(n) && fight_may(&n->fight, now))
			restore(n);
		n->st.installed = !n->st.guard_only;
	} else if (!n->st.installed && !n->fight.resting && !install(n)) {
		log_notice("NAT", "the rules are in place now");
		if (n->ops->installed)
			n->ops->installed(n->arg);
	}
}

/**
 * nat_open() - no rules yet; tables that another life of the daemon left work on
 * @base: event loop
 * @ops: what the owner is told
 * @arg: for @ops
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int nat_open(struct event_base *base, const struct nat_ops *ops, void *arg, struct nat **out)
{
	struct nat *n = calloc(1, sizeof(*n));
	int err = -ENOMEM;

	if (!n)
		return -ENOMEM;
	n->ops = ops;
	n->arg = arg;
	err = loop_timer_init(&n->timer, base, on_timer, n);
	if (err) {
		free(n);
		return err;
	}
	n->room = calloc(NATRULES_RANGES, sizeof(*n->room));
	err = n->room ? nft_open(&n->nft) : -ENOMEM;
	if (!err)
		err = nft_watch_open(base, watched, 2, on_change, n, &n->watch);
	if (err) {
		nat_close(n);
		return err;
	}
	*out = n;
	return 0;
}

/**
 * nat_close() - forget everything; the rules stay
 * @n: may be NULL
 */
void nat_close(struct nat *n)
{
	if (!n)
		return;
	loop_timer_free(&n->timer);
	nft_watch_close(n->watch);
	nft_close(n->nft);
	for (size_t t = 0; t < TABLES; t++)
		free(n->want[t]);
	free(n->conf);
	free(n->taken);
	free(n->room);
	free(n);
}

/**
 * nat_apply() - make the rules those of a configuration
 * @n: rules
 * @c: the configuration, copied
 * @taken: addresses in use that it does not know, see conf_pool_ranges(); copied
 * @n_taken: how many
 * @closed: the module keeps in what is not translated, so the guard need not
 *
 * If the kernel refuses the translations, those of before remain, and what only the new ones would
 * have translated is dropped. Connections that exist go on either way, and counters too.
 *
 * Return: 0, -EINVAL when nftables refused (see nat_get()), -ENOSPC: a pool falls into too many
 * pieces, -ENOMEM.
 */
int nat_apply(struct nat *n, const struct conf *c, const struct rg_addr *taken, size_t n_taken,
	      bool closed)
{
	struct conf *conf = malloc(sizeof(*conf));
	struct rg_addr *copy = calloc(n_taken + 1, sizeof(*copy));

	if (!conf || !copy) {
		free(conf);
		free(copy);
		return -ENOMEM;
	}
	*conf = *c;
	if (n_taken)
		memcpy(copy, taken, n_taken * sizeof(*copy));
	free(n->conf);
	free(n->taken);
	n->conf = conf;
	n->taken = copy;
	n->n_taken = n_taken;
	n->closed = closed;
	/* A person asked for it: the fight begins anew. */
	memset(&n->fight, 0, sizeof(n->fight));
	loop_timer_set(&n->timer, MONO_NEVER);
	if (n->st.fault && n->ops->fault)
		n->ops->fault(n->arg, false);
	n->st.fault = false;
	read_counters(n);
	return install(n);
}

static const char *kind_name(enum natrules_kind k)
{
	switch (k) {
	case NATRULES_TRANSLATED:
		return "translated";
	case NATRULES_FAIL_CLOSED:
		return "fail-closed";
	case NATRULES_POOL_ARP:
		return "pool-arp";
	case NATRULES_VMAC_ARP:
		return "vmac-arp";
	case NATRULES_POOL_INPUT:
		break;
	}
	return "pool-input";
}

/**
 * nat_counters() - read the counters of the rules
 * @n: rules
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0.  Of tables that somebody removed, the figures last seen.
 */
int nat_counters(struct nat *n, nat_counter_fn fn, void *arg)
{
	read_counters(n);
	for (size_t k = 0; k < n->n_counts; k++) {
		const struct nat_counter c = {
			.mapping = n->count[k].mapping,
			.name = kind_name(n->count[k].kind),
			.packets = n->count[k].packets,
			.bytes = n->count[k].bytes,
		};

		fn(arg, &c);
	}
	return 0;
}

/**
 * nat_purge() - remove all tables
 * @n: rules
 *
 * Translated connections that exist go on untranslated: only when no traffic is wanted any more.
 *
 * Return: 0 or -EINVAL.
 */
int nat_purge(struct nat *n)
{
	int err;

	free(n->conf);
	n->conf = NULL;
	n->st.installed = false;
	n->st.mappings = 0;
	err = nft_run(n->nft,
		      "add table inet " NATRULES_TABLE "\ndelete table inet " NATRULES_TABLE "\n"
		      "add table arp " NATRULES_GUARD "\ndelete table arp " NATRULES_GUARD "\n"
		      "add table inet " NATRULES_GUARD "\ndelete table inet " NATRULES_GUARD "\n",
		      n->st.error, sizeof(n->st.error));
	if (err)
		log_warnx("NAT", "nftables refused to remove the tables: %s", n->st.error);
	return err;
}

/**
 * nat_get() - where the rules stand
 * @n: rules
 * @out: gets it
 */
void nat_get(const struct nat *n, struct nat_state *out)
{
	*out = n->st;
}
