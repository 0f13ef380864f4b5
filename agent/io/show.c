// SPDX-License-Identifier: GPL-2.0-or-later
#include "show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cmd.h"
#include "core/conf.h"
#include "core/conf_impact.h"
#include "core/health.h"
#include "core/output.h"
#include "core/textout.h"
#include "core/watch.h"
#include "io/clock.h"
#include "io/configure.h"
#include "io/evtrace.h"
#include "io/loop.h"
#include "io/natinfo.h"
#include "io/show_table.h"
#include "io/startup.h"
#include "io/watch_cmd.h"

#define TEXT_MAX	512	/* of what the daemon says to a command */
#define STATUS_FOUND	4	/* done, and something is not as wanted */
#define FIRST_SIZE	8192	/* of an answer; it grows */

struct pending {
	struct show *show;
	struct pending *next;
	uint32_t group;
	show_done_fn fn;
	void *ctx;
	struct loop_timer timer;
};

struct show {
	struct event_base *base;
	const struct show_ops *ops;
	void *arg;
	struct pending *pending;
	struct configure *configure;
};

/* What a command that is being carried out needs to know. */
struct run {
	struct show *s;
	enum access_level level;
	const struct cmd_result *r;
	bool json;
	struct show_answer *out;
	show_done_fn fn;
	void *ctx;
};

static int set_text(struct show_answer *a, int status, const char *text)
{
	size_t len = strlen(text);

	a->status = status;
	a->text = malloc(len + 2);
	if (!a->text)
		return -ENOMEM;
	memcpy(a->text, text, len + 1);
	/* Sentences of the daemon have no newline of their own. */
	if (len && text[len - 1] != '\n')
		memcpy(a->text + len, "\n", 2);
	return 0;
}

/* Of a refusal: the daemon's sentence, otherwise the error's. */
static int set_result(struct show_answer *a, int err, const char *text)
{
	char line[TEXT_MAX + 4];

	if (!err)
		return set_text(a, 0, text);
	snprintf(line, sizeof(line), "%% %s", *text ? text : strerror(-err));
	return set_text(a, 1, line);
}

typedef void (*render_fn)(struct out *o, enum output_what what, const struct view *v,
			  const struct output_scope *scope);

static char *render(render_fn fn, enum output_what what, const struct view *v,
		    const struct output_scope *scope)
{
	size_t size = FIRST_SIZE;
	struct out o;

	for (;;) {
		char *buf = malloc(size);

		if (!buf)
			return NULL;
		out_init(&o, buf, size);
		fn(&o, what, v, scope);
		if (!out_cut(&o))
			return buf;
		free(buf);
		size = o.len + 1;
	}
}

static bool find_group(const struct run *x, const struct view *v, const struct view_group **g)
{
	const struct cmd_result *r = x->r;

	*g = NULL;
	if (!r->n_args)
		return true;
	*g = r->number[0] ? view_group(v, r->number[0]) : view_group_named(v, r->name[0]);
	return *g;
}

/* Return: what of the kind is not there, NULL: it was found. */
static const char *find_scope(const struct run *x, const struct view *v, enum output_what what,
			      struct output_scope *scope)
{
	uint32_t number = x->r->number[0];

	switch (what) {
	case OUTPUT_PROTOCOL:
		scope->protocol = view_protocol(v, number);
		return scope->protocol ? NULL : "Protocol";
	case OUTPUT_BFD:
	case OUTPUT_BFD_DETAILS:
		return NULL;
	case OUTPUT_TRACK:
	case OUTPUT_TRACK_BRIEF:
		if (x->r->n_args)
			scope->track = view_track(v, number);
		return scope->track || !x->r->n_args ? NULL : "Track";
	case OUTPUT_SLA:
		if (x->r->n_args)
			scope->sla = view_sla(v, number);
		return scope->sla || !x->r->n_args ? NULL : "Operation";
	default:
		return find_group(x, v, &scope->group) ? NULL : "Group";
	}
}

static int show_output(const struct run *x, const struct view *v, enum output_what what)
{
	struct output_scope scope = { 0 };
	const char *missing = find_scope(x, v, what, &scope);
	char line[128];

	if (missing) {
		snprintf(line, sizeof(line), "%% %s %s is not configured", missing,
			 x->r->name[0]);
		return set_text(x->out, 1, line);
	}
	x->out->text = render(output_text, what, v, &scope);
	if (x->json)
		x->out->json = render(output_json, what, v, &scope);
	return x->out->text && (x->out->json || !x->json) ? 0 : -ENOMEM;
}

static int show_view(const struct run *x, enum output_what what)
{
	struct view *v = calloc(1, sizeof(*v));
	int err;

	if (!v)
		return -ENOMEM;
	err = x->s->ops->snapshot(x->s->arg, v);
	if (err)
		err = set_result(x->out, err, "");
	else
		err = show_output(x, v, what);
	free(v);
	return err;
}

/* The text of a configuration, and the same for programs. */
static int answer_config(const struct run *x, char *text)
{
	struct jout j;
	struct out o;
	size_t size;

	x->out->text = text;
	if (!x->json)
		return 0;
	/* At most six characters for one. */
	size = 6 * strlen(text) + 32;
	x->out->json = malloc(size);
	if (!x->out->json)
		return -ENOMEM;
	out_init(&o, x->out->json, size);
	j = (struct jout){ .o = &o };
	jout_open(&j, NULL, '{');
	jout_str(&j, "configuration", text);
	jout_close(&j, '}');
	return 0;
}

static int show_running(const struct run *x)
{
	const struct conf *c = x->s->ops->config(x->s->arg);
	size_t len = 0;
	char *text;
	int err;

	conf_print(c, NULL, 0, &len);
	text = malloc(len + 1);
	if (!text)
		return -ENOMEM;
	err = conf_print(c, text, len + 1, NULL);
	if (err) {
		free(text);
		return set_result(x->out, err, "");
	}
	/* What is obscured can be revealed. */
	if (x->level < ACCESS_CHANGE)
		startup_hide_keys(text, true);
	return answer_config(x, text);
}

static int show_startup(const struct run *x)
{
	const char *file = x->s->ops->config_file(x->s->arg);
	char line[TEXT_MAX], *text;
	size_t len;
	int err = startup_read(file, &text, &len, NULL);

	if (!err) {
		startup_hide_keys(text, x->level < ACCESS_CHANGE);
		return answer_config(x, text);
	}
	snprintf(line, sizeof(line), "%s: %s", file, strerror(-err));
	return set_result(x->out, err, line);
}

static char *render_health(void (*fn)(struct out *o, const struct health *h),
			   const struct health *h)
{
	struct out o;
	char *buf;

	out_init(&o, NULL, 0);
	fn(&o, h);
	buf = malloc(o.len + 1);
	if (buf) {
		size_t size = o.len + 1;

		out_init(&o, buf, size);
		fn(&o, h);
	}
	return buf;
}

static int check(const struct run *x)
{
	struct health *h = calloc(1, sizeof(*h));
	int err = h ? x->s->ops->check(x->s->arg, h) : -ENOMEM;

	if (err) {
		free(h);
		return set_result(x->out, err, "");
	}
	x->out->text = render_health(health_text, h);
	if (x->json)
		x->out->json = render_health(health_json, h);
	x->out->status = h->bad ? STATUS_FOUND : 0;
	free(h);
	return x->out->text && (x->out->json || !x->json) ? 0 : -ENOMEM;
}

/* A table of a million entries is nothing for this loop: rgctl reads it, and is told how. */
static int show_nat(const struct run *x, int id)
{
	const struct conf *c = x->s->ops->config(x->s->arg);
	const struct conf_group *g = NULL;
	const struct cmd_result *r = x->r;
	struct natinfo_ask ask = {
		.what = id == C_NAT_STATISTICS ? "statistics" : "translations",
		.verbose = id == C_NAT_VERBOSE || id == C_NAT_GROUP_VERBOSE ||
			   id == C_NAT_MAP_VERBOSE,
	};
	char line[128] = "";

	if (id == C_NAT_GROUP || id == C_NAT_GROUP_VERBOSE) {
		g = r->number[0] ? conf_group(c, r->number[0]) : conf_group_named(c, r->name[0]);
		ask.group = g ? g->id : 0;
		if (!g)
			snprintf(line, sizeof(line), "Group %s is not configured", r->name[0]);
	} else if (id == C_NAT_MAP || id == C_NAT_MAP_VERBOSE) {
		ask.mapping = r->number[0];
		if (!conf_map(c, ask.mapping))
			snprintf(line, sizeof(line), "Mapping %u is not configured", ask.mapping);
	}
	if (*line)
		return set_result(x->out, -ENOENT, line);
	x->out->json = natinfo_json(c, &ask);
	return x->out->json ? set_text(x->out, 0, "") : -ENOMEM;
}

/* Who is cleared is said here; rgctl, which reads the table, does it. */
static int clear_nat(const struct run *x, int id)
{
	const struct conf *c = x->s->ops->config(x->s->arg);
	struct conf_standing standing[CONF_MAX_GROUPS + 1] = { 0 };
	const char *const *name = x->r->name;
	const size_t outside = id == C_NAT_CLEAR_BOTH ? 2 : 0;
	struct natinfo_ask ask = { .what = "clear", .standing = standing };
	char line[128] = "";

	x->s->ops->standing(x->s->arg, standing);
	if (id == C_NAT_CLEAR_GROUP) {
		const struct conf_group *g = x->r->number[0] ? conf_group(c, x->r->number[0]) :
							       conf_group_named(c, name[0]);

		ask.group = g ? g->id : 0;
		if (!g)
			snprintf(line, sizeof(line), "Group %s is not configured", name[0]);
	} else if (id == C_NAT_CLEAR_MAP) {
		ask.mapping = x->r->number[0];
		if (!conf_map(c, ask.mapping))
			snprintf(line, sizeof(line), "Mapping %u is not configured", ask.mapping);
	}
	if (*line)
		return set_result(x->out, -ENOENT, line);
	if (id == C_NAT_CLEAR_INSIDE || id == C_NAT_CLEAR_BOTH) {
		ask.inside_global = name[0];
		ask.inside_local = name[1];
	}
	if (id == C_NAT_CLEAR_OUTSIDE || id == C_NAT_CLEAR_BOTH) {
		ask.outside_local = name[outside];
		ask.outside_global = name[outside + 1];
	}
	x->out->json = natinfo_json(c, &ask);
	return x->out->json ? set_text(x->out, 0, "") : -ENOMEM;
}

static int show_trace(const struct run *x, bool latest)
{
	int err = evtrace_show(latest, x->json, &x->out->text, &x->out->json);

	return err == -ENODATA ? set_result(x->out, err, "There is no event trace") : err;
}

static void drop_pending(struct pending *p)
{
	struct pending **at = &p->show->pending;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	loop_timer_free(&p->timer);
	free(p);
}

static void finish(struct pending *p, int err, const char *text)
{
	struct show_answer a = { 0 };
	show_done_fn fn = p->fn;
	void *ctx = p->ctx;

	if (set_result(&a, err, text))
		a.status = 1;
	drop_pending(p);
	fn(ctx, &a);
	show_answer_free(&a);
}

static void on_timeout(void *arg, mono_t now)
{
	struct pending *p = arg;

	finish(p, -ETIMEDOUT, p->group == SHOW_SAVING ?
	       "Not written yet: the disk is slow; see the log" :
	       "Not finished in time; see show redundancy application group");
}

static int wait_for(const struct run *x, uint32_t key)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (!p || loop_timer_init(&p->timer, x->s->base, on_timeout, p)) {
		free(p);
		return -ENOMEM;
	}
	p->show = x->s;
	p->next = x->s->pending;
	p->group = key;
	p->fn = x->fn;
	p->ctx = x->ctx;
	x->s->pending = p;
	loop_timer_set(&p->timer, mono_add_ms(clock_now(), SHOW_WAIT_MS));
	return -EINPROGRESS;
}

static int reload_group(const struct run *x, enum show_side side, bool force)
{
	const struct conf *c = x->s->ops->config(x->s->arg);
	const struct conf_group *g;
	char text[TEXT_MAX] = "";
	int err;

	g = x->r->number[0] ? conf_group(c, x->r->number[0]) : conf_group_named(c, x->r->name[0]);
	if (!g) {
		snprintf(text, sizeof(text), "Group %s is not configured", x->r->name[0]);
		return set_result(x->out, -ENOENT, text);
	}
	err = x->s->ops->reload_group(x->s->arg, g->id, side, force, text, sizeof(text));
	if (err == -EINPROGRESS)
		return wait_for(x, g->id);
	return set_result(x->out, err, text);
}

static int save(const struct run *x, bool force)
{
	char text[TEXT_MAX] = "";
	int err = x->s->ops->save(x->s->arg, force, text, sizeof(text));

	return err == -EINPROGRESS ? wait_for(x, SHOW_SAVING) : set_result(x->out, err, text);
}

static int watch_command(const struct run *x, int id)
{
	int err;

	if (id >= C_NO_DEBUG)
		err = watch_cmd_set(x->ctx, 0, WATCH_BIT(id - C_NO_DEBUG));
	else if (id >= C_DEBUG)
		err = watch_cmd_set(x->ctx, WATCH_BIT(id - C_DEBUG), 0);
	else if (id == C_NO_DEBUG_ALL)
		err = watch_cmd_set(x->ctx, 0, WATCH_DEBUG);
	else if (id == C_MONITOR)
		err = watch_cmd_set(x->ctx, WATCH_BIT(WATCH_EVENTS), 0);
	else if (id == C_NO_MONITOR)
		err = watch_cmd_set(x->ctx, 0, WATCH_BIT(WATCH_EVENTS));
	else
		err = 0;
	if (err)
		return set_result(x->out, err, err == -ENOSPC ? "Too many sessions watch" : "");
	x->out->json = watch_cmd_json(x->ctx);
	x->out->text = id == C_MONITOR || id == C_NO_MONITOR ? strdup("") : watch_cmd_text(x->ctx);
	return x->out->json && x->out->text ? 0 : -ENOMEM;
}

static int act(const struct run *x)
{
	const struct show_ops *ops = x->s->ops;
	char text[TEXT_MAX] = "";
	int err;

	switch (x->r->cmd->id) {
	case C_RUNNING:
		return show_running(x);
	case C_CHECK:
		return check(x);
	case C_NAT ... C_NAT_STATISTICS:
		return show_nat(x, x->r->cmd->id);
	case C_NAT_CLEAR ... C_NAT_CLEAR_BOTH:
		return clear_nat(x, x->r->cmd->id);
	case C_TRACE:
	case C_TRACE_LATEST:
		return show_trace(x, x->r->cmd->id == C_TRACE_LATEST);
	case C_STARTUP:
		return show_startup(x);
	case C_WRITE:
	case C_WRITE_FORCE:
		return save(x, x->r->cmd->id == C_WRITE_FORCE);
	case C_RELOAD_SELF:
	case C_RELOAD_SELF_FORCE:
		return reload_group(x, SHOW_SELF, x->r->cmd->id == C_RELOAD_SELF_FORCE);
	case C_RELOAD_PEER:
	case C_RELOAD_PEER_FORCE:
		return reload_group(x, SHOW_PEER, x->r->cmd->id == C_RELOAD_PEER_FORCE);
	case C_RELOAD_CONFIG:
		err = ops->reload_config(x->s->arg, text, sizeof(text));
		break;
	case C_STOP:
	case C_STOP_PURGE:
		err = ops->stop(x->s->arg, x->r->cmd->id == C_STOP_PURGE, text, sizeof(text));
		break;
	case C_CLEAR:
		err = ops->clear_counters(x->s->arg, text, sizeof(text));
		break;
	case C_CLEAR_DAMPING:
		err = ops->clear_damping(x->s->arg, text, sizeof(text));
		break;
	case C_MONITOR ... C_END:
		return watch_command(x, x->r->cmd->id);
	case C_CONFIGURE:
		/* rgctl does it, line by line. */
		return set_text(x->out, 1, "% Only as `rgctl configure terminal`");
	default:
		return set_text(x->out, 0, "");
	}
	return set_result(x->out, err, text);
}

/* Whatever is not known to change nothing does. */
static enum access_level needs(int id)
{
	if (id < C_RELOAD_SELF)
		return ACCESS_SHOW;
	/* What is wrong in a file is told in the words of the file; they may be of a key. */
	if (id == C_DEBUG + WATCH_CONFIG)
		return ACCESS_CHANGE;
	switch (id) {
	case C_CHECK:
	case C_NOTHING:
	case C_NAT ... C_NAT_STATISTICS:
	case C_TRACE:
	case C_TRACE_LATEST:
	case C_STARTUP:
	case C_MONITOR ... C_END:
		return ACCESS_SHOW;
	default:
		return ACCESS_CHANGE;
	}
}

static int forbid(struct show_answer *a, enum access_level level, bool session)
{
	a->forbidden = true;
	/* As configure_run() says that there is none. */
	if (session)
		a->json = strdup("{\"state\":\"closed\"}");
	return set_text(a, 1, level == ACCESS_NONE ?
			"% Permission denied: you are in no group that may ask this agent" :
			"% Permission denied: your group may look, and change nothing");
}

static int explain(struct show_answer *a, const struct cmd_result *r, const char *const *args,
		   size_t n)
{
	char buf[2 * FIRST_SIZE];
	struct out o;

	out_init(&o, buf, sizeof(buf));
	cmd_explain(r, args, n, &o);
	return set_text(a, r->status == CMD_EMPTY ? 0 : 2, buf);
}

static int help(struct show_answer *a, const char *const *args, size_t n)
{
	const char *words[CMD_MAX_WORDS];
	char buf[FIRST_SIZE], last[64];
	struct out o;

	/* "sh?" asks how a word may go on, "show ?" which may follow. */
	if (n > CMD_MAX_WORDS)
		return set_text(a, 2, "% Command too long.");
	memcpy(words, args, n * sizeof(*args));
	snprintf(last, sizeof(last), "%.*s", (int)(strlen(args[n - 1]) - 1), args[n - 1]);
	words[n - 1] = last;
	out_init(&o, buf, sizeof(buf));
	cmd_help(show_table, show_table_len, words, n, &o);
	return set_text(a, o.len ? 0 : 2, o.len ? buf : "% Unrecognized command");
}

/**
 * show_open() - make the commands work
 * @base: event loop
 * @ops: what the daemon does for them
 * @arg: for @ops
 * @out: gets it
 *
 * Return: 0 or -ENOMEM.
 */
int show_open(struct event_base *base, const struct show_ops *ops, void *arg, struct show **out)
{
	struct show *s = calloc(1, sizeof(*s));

	if (!s || configure_open(ops, arg, &s->configure)) {
		free(s);
		return -ENOMEM;
	}
	s->base = base;
	s->ops = ops;
	s->arg = arg;
	*out = s;
	return 0;
}

/**
 * show_close() - forget everything; who waits for an answer gets none
 * @s: may be NULL
 */
void show_close(struct show *s)
{
	if (!s)
		return;
	while (s->pending)
		drop_pending(s->pending);
	configure_close(s->configure);
	free(s);
}

/**
 * show_run() - carry a command out
 * @s: commands
 * @level: what whoever gave it may do
 * @args: its words
 * @n: how many
 * @json: an answer for programs is wanted as well
 * @out: gets the answer, zeroed first; release it with show_answer_free()
 * @fn: called with the answer if it comes later
 * @ctx: for @fn, and for show_cancel()
 *
 * Return: 0, -EINPROGRESS: @fn will be called, -ENOMEM.
 */
int show_run(struct show *s, enum access_level level, const char *const *args, size_t n, bool json,
	     struct show_answer *out, show_done_fn fn, void *ctx)
{
	struct cmd_result r;
	struct run x = { .s = s, .level = level, .r = &r, .json = json, .out = out, .fn = fn,
			 .ctx = ctx };
	size_t len = n ? strlen(args[n - 1]) : 0;
	const bool session = n && !strcmp(args[0], CONFIGURE_WORD);
	int err;

	memset(out, 0, sizeof(*out));
	if (level < ACCESS_SHOW || (session && level < ACCESS_CHANGE))
		return forbid(out, level, session);
	if (session)
		return configure_run(s->configure, ctx, args, n, out);
	if (len && args[n - 1][len - 1] == '?')
		return help(out, args, n);
	cmd_find(show_table, show_table_len, args, n, &r);
	if (r.status != CMD_FOUND)
		return explain(out, &r, args, n);
	if (level < needs(r.cmd->id))
		return forbid(out, level, false);
	if (r.cmd->id < C_RUNNING)
		err = show_view(&x, (enum output_what)(r.cmd->id - C_SHOW));
	else
		err = act(&x);
	if (err && err != -EINPROGRESS)
		show_answer_free(out);
	return err;
}

/**
 * show_cancel() - who asked has gone
 * @s: commands
 * @ctx: as given to show_run()
 */
void show_cancel(struct show *s, void *ctx)
{
	struct pending *p = s->pending;

	configure_cancel(s->configure, ctx);
	while (p) {
		struct pending *next = p->next;

		if (p->ctx == ctx)
			drop_pending(p);
		p = next;
	}
}

/**
 * show_complete() - the end of what reload_group() or save() answered -EINPROGRESS to
 * @s: commands
 * @group: group, or SHOW_SAVING
 * @err: 0 or -errno
 * @text: a sentence, may be empty
 *
 * Nothing happens if nobody waits.
 */
void show_complete(struct show *s, uint32_t group, int err, const char *text)
{
	struct pending *p = s->pending;

	while (p) {
		struct pending *next = p->next;

		if (p->group == group)
			finish(p, err, text);
		p = next;
	}
}

/**
 * show_answer_free() - release an answer
 * @a: the answer, empty afterwards
 */
void show_answer_free(struct show_answer *a)
{
	free(a->text);
	free(a->json);
	memset(a, 0, sizeof(*a));
}
