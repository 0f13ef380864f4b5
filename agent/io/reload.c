// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "io/advert.h"
#include "io/announce.h"
#include "io/clock.h"
#include "io/evtrace.h"
#include "io/hello_mac.h"
#include "io/hooks.h"
#include "io/ifaces.h"
#include "io/ifkeep.h"
#include "io/log.h"
#include "io/natwork.h"
#include "io/notify.h"
#include "io/pool.h"
#include "io/probe.h"
#include "io/show.h"
#include "io/tracks.h"
#include "io/twins.h"
#include "io/vip.h"
#include "io/vmac.h"
#include "io/watchers.h"

/*
 * DOC: from a configuration to what runs
 *
 * The same steps serve the start and every reload, each of them a difference between what there is
 * and what is wanted: rules first (they keep untranslated traffic in), then the kernel's groups and
 * mappings, the links, the groups.  A group that did not change gets no event.
 */

#define TAKEN_MAX 1024
#define DIAGS_MAX 64

/* A group that is being taken out hands its role over first, which takes a moment. */
#define CLEANUP_POLL_MS 50

/* What the configuration asks for, and this system or its file does not allow. */
static int check_keys(const char *name, mode_t mode, const struct conf *c,
		      reload_say_fn say, void *arg)
{
	char line[768];
	int err = 0;

	if (conf_has_keys(c) && mode & 0027) {
		snprintf(line, sizeof(line),
			 "%s: error: holds keys, but others may read or change it: chmod g-w,o= %s",
			 name, name);
		say(arg, CONF_ERROR, line);
		err = -EINVAL;
	}
	for (uint32_t i = 0; i < c->n_protocols; i++) {
		if (c->protocol[i].auth != CONF_AUTH_MD5 || hello_mac_usable(HELLO_AUTH_MD5))
			continue;
		snprintf(line, sizeof(line),
			 "%s:%u: error: protocol %u: the cryptographic library of this system does not allow MD5",
			 name, c->protocol[i].line, c->protocol[i].id);
		say(arg, CONF_ERROR, line);
		err = -EINVAL;
	}
	return err;
}

/**
 * reload_load() - read and check a configuration file
 * @file: its name
 * @out: the configuration
 * @sum: gets what tells the file from others, may be NULL
 * @say: called for each finding
 * @arg: for @say
 *
 * Return: 0, -EINVAL if it has errors, or the -errno of reading it.
 */
int reload_load(const char *file, struct conf *out, struct startup_sum *sum, reload_say_fn say,
		void *arg)
{
	struct conf_diag *v = calloc(DIAGS_MAX, sizeof(*v));
	struct conf_diags d = { .v = v, .max = v ? DIAGS_MAX : 0 };
	char *text = NULL;
	char line[768];
	size_t len = 0;
	mode_t mode;
	int err = startup_read(file, &text, &len, &mode);

	if (!err && sum)
		startup_sum_of(text, len, sum);
	if (!err) {
		err = conf_parse(out, file, text, len, &d);
		for (size_t i = 0; i < d.n; i++) {
			conf_diag_print(&d.v[i], line, sizeof(line));
			say(arg, d.v[i].severity, line);
		}
		if (d.errors + d.warnings > d.n) {
			snprintf(line, sizeof(line), "%s: %zu more findings", file,
				 d.errors + d.warnings - d.n);
			say(arg, CONF_WARNING, line);
		}
	}
	if (!err)
		err = check_keys(file, mode, out, say, arg);
	if (text)
		explicit_bzero(text, len);
	free(text);
	free(v);
	return err;
}

/**
 * reload_taken() - note the addresses that no pool may hand out
 * @a: the daemon
 */
void reload_taken(struct agent *a)
{
	if (!a->taken)
		a->taken = calloc(TAKEN_MAX, sizeof(*a->taken));
	a->n_taken = a->taken ? ifaces_addresses(a->ifs, a->taken, TAKEN_MAX) : 0;
	if (a->n_taken > TAKEN_MAX) {
		log_warnx("CONFIG", "more than %d addresses: pools may overlap the rest",
			  TAKEN_MAX);
		a->n_taken = TAKEN_MAX;
	}
}

static int complain(const char *what, int err)
{
	if (err)
		log_warnx("CONFIG", "%s: %s", what, strerror(-err));
	return err;
}

/**
 * reload_own() - own addresses and state of interfaces as configured
 * @a: the daemon
 *
 * Before reload_taken(), for which they count.  What the kernel refuses is logged and tried again.
 */
void reload_own(struct agent *a)
{
	complain("interfaces", ifkeep_configure(a->ifkeep, a->conf));
	complain("virtual MAC addresses", vmacs_configure(a->vmacs, a->conf));
}

/**
 * reload_nat() - translation rules, and what keeps in that which they do not translate
 * @a: the daemon
 *
 * The latter is the module's business.  While it is not there, a table of ours stands in.
 *
 * Return: 0 or -errno.
 */
int reload_nat(struct agent *a)
{
	a->closed = !a->kernel_err && !knl_closed_set(&a->knl, a->conf);
	return complain("translation rules",
			natwork_apply(a->nat, a->conf, a->taken, a->n_taken, a->closed));
}

/**
 * reload_rules() - translation rules, virtual and pool addresses as configured
 * @a: the daemon
 *
 * What fails is logged; each of them tries again by itself, and rules that are not installed are a
 * fault of the groups.
 *
 * Return: 0 or the first -errno.
 */
int reload_rules(struct agent *a)
{
	int first, err;

	first = reload_nat(a);
	err = complain("virtual addresses", vips_configure(a->vips, a->conf));
	first = first ? first : err;
	err = complain("pool addresses", pools_configure(a->pools, a->conf, a->taken, a->n_taken));
	first = first ? first : err;
	err = complain("routes", adverts_configure(a->adverts, a->conf, a->taken, a->n_taken));
	first = first ? first : err;
	err = complain("announcements",
		       announce_configure(a->announce, a->conf, a->taken, a->n_taken));
	first = first ? first : err;
	err = complain("split-brain probe", probes_configure(a->probes, a->conf));
	return first ? first : err;
}

/* -------------------------------------------------------------------- links */

/*
 * A protocol instance has one control and one data interface; the first group that names it says
 * which.
 */
static const struct conf_group *owner_of(const struct conf *c, uint32_t protocol)
{
	for (uint32_t i = 0; i < c->n_groups; i++)
		if (c->group[i].control[0] && c->group[i].protocol == protocol)
			return &c->group[i];
	return NULL;
}

static void add_key(struct hello_ring *r, const struct conf_key *k)
{
	struct hello_key *out = &r->key[r->n++];

	out->id = k->id;
	out->len = (uint32_t)strlen(k->text);
	memcpy(out->secret, k->text, out->len);
	out->accept = (struct hello_life){ k->accept.from, k->accept.until };
	out->send = (struct hello_life){ k->send.from, k->send.until };
}

static void ring_of(const struct conf *c, const struct conf_protocol *p, struct hello_ring *r)
{
	struct conf_key string = { .accept = { 0, INT64_MAX }, .send = { 0, INT64_MAX } };
	const struct conf_chain *chain = conf_chain(c, p->chain);

	_Static_assert(HELLO_KEYS_MAX == CONF_MAX_KEYS && HELLO_SECRET_MAX == CONF_KEY_LEN - 1,
		       "what can be configured has room");
	if (p->auth != CONF_AUTH_MD5 && p->auth != CONF_AUTH_SHA256)
		return;
	r->mac = hello_mac;
	r->type = p->auth == CONF_AUTH_MD5 ? HELLO_AUTH_MD5 : HELLO_AUTH_SHA256;
	if (p->key[0]) {
		memcpy(string.text, p->key, sizeof(string.text));
		add_key(r, &string);
		explicit_bzero(&string, sizeof(string));
	}
	for (uint32_t i = 0; !p->key[0] && chain && i < chain->n_keys; i++)
		if (chain->key[i].text[0])
			add_key(r, &chain->key[i]);
}

static void link_conf_of(const struct conf *c, const struct conf_group *cg, struct link_conf *out)
{
	struct conf_protocol p;

	memset(out, 0, sizeof(*out));
	conf_group_protocol(c, cg, &p);
	out->protocol = cg->protocol;
	out->domain = c->domain;
	snprintf(out->control, sizeof(out->control), "%s", cg->control);
	snprintf(out->data, sizeof(out->data), "%s", cg->data);
	out->hello_ms = p.hello_ms;
	out->hold_ms = p.hold_ms;
	out->bfd = p.bfd;
	out->bfd_conf.min_tx = p.bfd_tx_ms * 1000;
	out->bfd_conf.min_rx = p.bfd_rx_ms * 1000;
	out->bfd_conf.mult = (uint8_t)p.bfd_mult;
	snprintf(out->auth_text, sizeof(out->auth_text), "%s", p.auth_text);
	ring_of(c, &p, &out->ring);
	out->key_timeout_s = p.key_timeout_s;
	out->require = c->require_encryption;
}

/* A new data link does not know what the election told the old one. */
static void repeat_sync(struct group *g)
{
	if (g->e.sync_dir == 1)
		synclink_send(g->sync, g->id, &g->e.sync_epoch, g->e.instance);
	else if (g->e.sync_dir == 2)
		synclink_receive(g->sync, g->id, &g->e.sync_epoch, g->e.instance, g->digest,
				 g->e.full, g->e.merge);
}

static void drop_sync(struct agent *a, struct link *l)
{
	struct election_event ev = { .type = ELECTION_EV_SYNC };
	struct synclink *s = l->user;
	struct group *g;

	l->user = NULL;
	for_each_group(a, g) {
		if (!s || g->sync != s)
			continue;
		g->sync = NULL;
		ev.sync.status = ELECTION_SYNC_COLD;
		if (g->started)
			group_event(g, &ev);
	}
	synclink_free(s);
}

static int make_sync(struct agent *a, struct link *l)
{
	struct synclink_conf c = {
		.domain = l->conf.domain,
		.protocol = (uint8_t)l->conf.protocol,
		.system = a->system,
		.nonce = a->nonce,
		.port = (uint16_t)(LINK_DATA_PORT + l->conf.protocol),
		.hold_ms = l->conf.hold_ms,
		.ring = &l->ring,
	};
	struct synclink *s = NULL;
	int err;

	if (!l->conf.data[0] || link_refuses_plain(l))
		return 0;
	snprintf(c.ifname, sizeof(c.ifname), "%s", l->conf.data);
	err = synclink_new(a->loop.base, a->ifs, &a->att, &c, &group_synclink_ops, a, &s);
	if (!err)
		l->user = s;
	return err;
}

static int apply_link(struct agent *a, uint32_t protocol)
{
	const struct conf_group *cg = owner_of(a->conf, protocol);
	struct link *l = links_find(a->links, protocol);
	struct link_conf want;
	bool same_data;
	int err;

	if (!cg)
		return 0;
	link_conf_of(a->conf, cg, &want);
	if (!l) {
		err = link_new(a->links, &want, &l);
		return err ? err : make_sync(a, l);
	}
	if (!memcmp(&want, &l->conf, sizeof(want)))
		return 0;
	same_data = !strcmp(want.data, l->conf.data) && want.hold_ms == l->conf.hold_ms &&
		    want.domain == l->conf.domain && want.ring.type == l->conf.ring.type &&
		    !want.ring.n == !l->conf.ring.n && want.require == l->conf.require;
	err = link_change(l, &want);
	if (err || same_data)
		return err;
	drop_sync(a, l);
	return make_sync(a, l);
}

/* What is in a dump of the memory can be read at leisure. */
static void hide_keys(const struct conf *c)
{
	if (conf_has_keys(c) && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		log_warnx("CONFIG", "keys may get into a core file: %s", strerror(errno));
}

static void apply_links(struct agent *a)
{
	hide_keys(a->conf);
	for (uint32_t p = 1; p <= CONF_MAX_PROTOCOLS; p++) {
		int err = apply_link(a, p);

		if (err)
			log_warnx("CONFIG", "protocol %u: %s", p, strerror(-err));
	}
}

/* After the groups have left them. */
static void drop_links(struct agent *a)
{
	for (uint32_t p = 1; p <= CONF_MAX_PROTOCOLS; p++) {
		struct link *l = links_find(a->links, p);
		bool used = false;
		struct group *g;

		for_each_group(a, g)
			used |= l && g->link == l;
		if (!l || used || owner_of(a->conf, p))
			continue;
		drop_sync(a, l);
		link_free(l);
	}
}

/* ------------------------------------------------------------------- groups */

static struct link *link_of(const struct agent *a, const struct conf_group *cg, const char **why)
{
	struct link *l = cg->control[0] ? links_find(a->links, cg->protocol) : NULL;

	*why = NULL;
	if (!l)
		*why = "it has no control link and cannot find a peer, so it takes no role";
	else if (strcmp(l->conf.control, cg->control) || strcmp(l->conf.data, cg->data))
		*why = "its protocol instance is used on other interfaces, so it takes no role";
	return *why ? NULL : l;
}

static void attach_link(struct agent *a, struct group *g)
{
	struct synclink *before = g->sync;
	const char *why;

	g->link = link_of(a, &g->conf, &why);
	g->sync = g->link ? g->link->user : NULL;
	group_fault(g, GROUP_F_LINK, why, why);
	if (!g->started || !g->sync || g->sync == before)
		return;
	repeat_sync(g);
	group_conf_link(g, synclink_up(g->sync));
}

/* A group that could run on both routers at once, unheard of each other, is not started. */
static void start_group(struct agent *a, struct group *g)
{
	struct election_start start;

	if (g->started || !g->link)
		return;
	adopt_start(a, g, &start);
	group_start(g, &start);
	if (a->kernel_err == -ENODEV || a->kernel_err == -EPROTO || a->kernel_err == -EBUSY) {
		struct election_event ev = { .type = ELECTION_EV_KERNEL };

		ev.kernel.report = ELECTION_KERNEL_REFUSED;
		group_fault(g, GROUP_F_MODULE, true, NULL);
		group_event(g, &ev);
	}
}

static void remove_group(struct group *g)
{
	if (g->removing)
		return;
	event_notice(g->id, "CONFIG", "RG id %u is taken out of the configuration", g->id);
	g->removing = true;
	if (g->started)
		group_request(g, ELECTION_ADMIN_SHUTDOWN, true);
	loop_timer_set(&g->agent->cleanup, clock_now());
}

static int apply_groups(struct agent *a)
{
	struct group *g;
	int err;

	for_each_group(a, g)
		if (!conf_group(a->conf, g->id))
			remove_group(g);
	for (uint32_t i = 0; i < a->conf->n_groups; i++) {
		const struct conf_group *cg = &a->conf->group[i];

		g = a->group[cg->id];
		err = g ? 0 : group_new(a, cg, &g);
		if (err)
			return err;
		g->conf = *cg;
		attach_link(a, g);
	}
	return 0;
}

static void run_groups(struct agent *a, const struct conf *before)
{
	struct group *g;

	for_each_group(a, g) {
		const struct conf_group *cg = conf_group(a->conf, g->id);
		const struct conf_group *old = before ? conf_group(before, g->id) : NULL;

		if (!cg)
			continue;
		if (!g->started)
			start_group(a, g);
		else
			group_config(g, cg, old && old->shutdown);
	}
	for (uint32_t p = 1; p <= CONF_MAX_PROTOCOLS; p++) {
		struct link *l = links_find(a->links, p);

		if (l && mono_is_never(l->timer.at))
			link_start(l, clock_now());
	}
	group_ifaces(a, NULL);
}

static void forget_group(struct group *g)
{
	struct agent *a = g->agent;

	vips_set(a->vips, g->id, false);
	pools_set(a->pools, g->id, false);
	if (g->sync)
		synclink_stop(g->sync, g->id);
	group_free(g);
}

/**
 * reload_finish_removed() - free the groups taken out, as soon as they have given their role up
 * @a: the daemon
 */
void reload_finish_removed(struct agent *a)
{
	bool again = false, done = false;

	for (unsigned int id = 1; id < 256; id++) {
		struct group *g = a->group[id];

		if (!g || !g->removing)
			continue;
		if (g->started && election_role(&g->e) != RG_ROLE_DISABLED) {
			again = true;
			continue;
		}
		forget_group(g);
		done = true;
	}
	if (done) {
		if (knl_present(&a->knl))
			adopt_kernel(a);
		reload_rules(a);
		drop_links(a);
	}
	if (again)
		loop_timer_set(&a->cleanup, mono_add_ms(clock_now(), CLEANUP_POLL_MS));
}

/**
 * reload_apply_first() - begin with the configuration
 * @a: the daemon, all parts open
 *
 * Return: 0 or -errno.
 */
int reload_apply_first(struct agent *a)
{
	int err;

	reload_rules(a);
	/*
	 * Fail closed: no role before the rules stand.  If one is held already they stand, and the
	 * peer must hear of us soon.
	 */
	if (!adopt_any_active(a))
		natwork_wait(a->nat);
	complain("twins", twins_configure(a->twins, a->conf));
	complain("tracked objects", tracks_configure(a->tracks, a->conf));
	complain("role-change programs", hooks_configure(a->hooks, a->conf));
	apply_links(a);
	err = apply_groups(a);
	if (err)
		return err;
	run_groups(a, NULL);
	return 0;
}

/* What has to be made anew, since something that it is made of changed. */
struct changed {
	bool rules;
	bool mappings;
};

static struct changed what_changed(const struct conf *before, const struct conf *after)
{
	struct conf_change *ch = calloc(CONF_MAX_CHANGES, sizeof(*ch));
	struct changed changed = { true, true };
	size_t n = 0;

	if (ch && !conf_diff(before, after, ch, CONF_MAX_CHANGES, &n)) {
		changed = (struct changed){ false, false };
		for (size_t i = 0; i < n; i++) {
			group_watch_change(&ch[i]);
			changed.rules |=
				ch[i].obj == CONF_OBJ_IF || ch[i].obj == CONF_OBJ_POOL ||
				ch[i].obj == CONF_OBJ_ACL || ch[i].obj == CONF_OBJ_MAP ||
				(ch[i].obj == CONF_OBJ_GROUP && (!ch[i].before || !ch[i].after));
			changed.mappings |= changed.rules || ch[i].obj == CONF_OBJ_HTTP ||
					    ch[i].obj == CONF_OBJ_REPL;
		}
	}
	free(ch);
	return changed;
}

static int apply(struct agent *a, const struct conf *before)
{
	struct changed changed = what_changed(before, a->conf);
	struct group *g;
	int err, first;

	reload_own(a);
	reload_taken(a);
	if (changed.rules)
		reload_rules(a);
	if (changed.mappings && knl_present(&a->knl))
		adopt_kernel(a);
	first = complain("twins", twins_configure(a->twins, a->conf));
	err = complain("tracked objects", tracks_configure(a->tracks, a->conf));
	first = first ? first : err;
	err = complain("role-change programs", hooks_configure(a->hooks, a->conf));
	first = first ? first : err;
	apply_links(a);
	err = apply_groups(a);
	run_groups(a, before);
	if (watch_wants(WATCH_RII))
		for_each_group(a, g)
			group_watch_config(g);
	drop_links(a);
	return err ? err : first;
}

struct said {
	char *text;
	size_t size;
	bool first;
};

static void on_finding(void *arg, enum conf_severity severity, const char *line)
{
	struct said *s = arg;

	log_warnx("CONFIG", "%s", line);
	watch(WATCH_CONFIG, 0, "%s", line);
	if (severity == CONF_ERROR && s->first) {
		snprintf(s->text, s->size, "%s", line);
		s->first = false;
	}
}

/* Takes @after over. */
static int run_new(struct agent *a, struct conf *after, char *text, size_t size)
{
	struct conf *before = a->conf;
	bool same = conf_equal(before, after);
	int err = 0;

	/* It may say the same in other words, which are those to show. */
	a->conf = after;
	if (!same)
		err = apply(a, before);
	free(before);
	snprintf(text, size, "%s", same ? "nothing changed" :
				   err ? "not all of it could be applied" : "loaded");
	watch(WATCH_CONFIG, 0, "configuration: %s", text);
	if (same)
		return 0;
	event_notice(0, "CONFIG", "configuration %s", text);
	return err;
}

static int load_again(struct agent *a, char *text, size_t size)
{
	struct said said = { .text = text, .size = size, .first = true };
	struct startup_sum sum;
	struct conf *after = calloc(1, sizeof(*after));
	int err = after ? reload_load(a->file, after, &sum, on_finding, &said) : -ENOMEM;

	a->reloads++;
	if (err) {
		if (said.first)
			snprintf(text, size, "%s: %s", a->file, strerror(-err));
		event_warnx(0, "CONFIG", "not loaded: %s", text);
		a->reload_errors++;
		free(after);
		return err;
	}
	a->loaded = sum;
	return run_new(a, after, text, size);
}

/**
 * reload_run() - read the configuration file again and apply what is different
 * @a: the daemon
 * @text: why it was refused, or what was done
 * @size: of @text
 *
 * A bad file changes nothing.
 *
 * Return: 0 or -errno.
 */
int reload_run(struct agent *a, char *text, size_t size)
{
	int err;

	if (a->stop != AGENT_RUNS) {
		snprintf(text, size, "the agent stops");
		return -ESHUTDOWN;
	}
	notify_reloading(a->notify);
	err = load_again(a, text, size);
	/* As ready as before, with an old configuration as well. */
	notify_ready(a->notify);
	return err;
}

/**
 * reload_configure() - let a configuration run that was made from the one that runs
 * @a: the daemon
 * @c: the configuration, checked; copied
 * @who: for the log
 * @text: what was done, or why not
 * @size: of @text
 *
 * Return: 0 or -errno.
 */
int reload_configure(struct agent *a, const struct conf *c, const char *who, char *text,
		     size_t size)
{
	struct conf *after;

	if (a->stop != AGENT_RUNS) {
		snprintf(text, size, "the agent stops");
		return -ESHUTDOWN;
	}
	after = malloc(sizeof(*after));
	if (!after)
		return -ENOMEM;
	*after = *c;
	a->changes++;
	event_notice(0, "CONFIG", "changed by %s", who);
	return run_new(a, after, text, size);
}

static void on_saved(void *arg, int err, const char *text, const struct startup_sum *sum)
{
	struct agent *a = arg;

	a->saving = NULL;
	if (err) {
		event_warnx(0, "CONFIG", "not written: %s", *text ? text : strerror(-err));
	} else {
		a->loaded = *sum;
		event_notice(0, "CONFIG", "%s", text);
	}
	show_complete(a->show, SHOW_SAVING, err, text);
}

/**
 * reload_save() - begin to write what runs to the configuration file
 * @a: the daemon
 * @force: even if somebody else has changed the file since it was loaded
 * @text: why not
 * @size: of @text
 *
 * Return: -EINPROGRESS: show_complete() follows for SHOW_SAVING; or another -errno.
 */
int reload_save(struct agent *a, bool force, char *text, size_t size)
{
	char *conf;
	size_t len;
	int err;

	if (a->saving) {
		snprintf(text, size, "it is being written already");
		return -EBUSY;
	}
	conf_print(a->conf, NULL, 0, &len);
	conf = malloc(len + 1);
	if (!conf)
		return -ENOMEM;
	err = conf_print(a->conf, conf, len + 1, NULL);
	if (!err)
		err = startup_write(a->loop.base, a->file, conf, force ? NULL : &a->loaded,
				    on_saved, a, &a->saving);
	free(conf);
	return err ? err : -EINPROGRESS;
}
