// SPDX-License-Identifier: GPL-2.0-or-later
#include "configure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/conf_impact.h"
#include "core/conf_session.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/show.h"

#define FINDINGS_MAX	64
#define RUNNING_MAX	1024	/* findings of what runs, only to be compared */
#define LINE_MAX_LEN	768	/* of a finding in words */
#define HELP_MAX	16384

/**
 * struct configure - the session, if there is one
 * @s: NULL: there is none
 * @ctx: whose it is
 * @who: the same in words
 * @name: of its lines
 * @since: when it began
 * @batch: a wrong line refuses all of them
 */
struct configure {
	const struct show_ops *ops;
	void *arg;
	struct conf_session *s;
	void *ctx;
	char who[64];
	char name[256];
	mono_t since;
	bool batch;
};

/* What is put together for an answer. */
struct reply {
	struct show_answer *out;
	const char *state;
	const char *prompt;
	json_t *findings;
	char *text;
	size_t len, cap;
};

static void say(struct reply *r, const char *line)
{
	size_t n = strlen(line);

	if (r->len + n + 2 > r->cap) {
		size_t cap = 2 * r->cap + n + 256;
		char *text = realloc(r->text, cap);

		if (!text)
			return;
		r->text = text;
		r->cap = cap;
	}
	memcpy(r->text + r->len, line, n + 1);
	r->len += n;
	if (n && line[n - 1] != '\n')
		memcpy(r->text + r->len++, "\n", 2);
}

static void add_finding(struct reply *r, const char *severity, const struct conf_diag *d,
			const char *text)
{
	json_t *j = json_object();

	json_object_set_new(j, "severity", json_string(severity));
	json_object_set_new(j, "line", json_integer(d ? d->line : 0));
	json_object_set_new(j, "column", json_integer(d ? d->col : 0));
	json_object_set_new(j, "text", json_string(text));
	json_array_append_new(r->findings, j);
}

static void add_diags(struct reply *r, const struct conf_diags *d)
{
	char line[LINE_MAX_LEN];

	for (size_t i = 0; i < d->n; i++) {
		const struct conf_diag *x = &d->v[i];

		conf_diag_print(x, line, sizeof(line));
		say(r, line);
		add_finding(r, x->severity == CONF_ERROR ? "error" : "warning", x, line);
	}
	if (d->errors + d->warnings > d->n) {
		snprintf(line, sizeof(line), "%zu more findings",
			 d->errors + d->warnings - d->n);
		say(r, line);
	}
}

static int send_reply(struct reply *r, int status)
{
	json_t *j = json_object();

	json_object_set_new(j, "state", json_string(r->state));
	json_object_set_new(j, "prompt", json_string(r->prompt ? r->prompt : ""));
	json_object_set_new(j, "findings", r->findings);
	r->out->status = status;
	r->out->text = r->text ? r->text : strdup("");
	r->out->json = json_dumps(j, JSON_COMPACT);
	json_decref(j);
	return r->out->text && r->out->json ? 0 : -ENOMEM;
}

static int refuse(struct reply *r, const char *line)
{
	say(r, line);
	return send_reply(r, 1);
}

static void copy_printable(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; *from && n + 1 < size; from++)
		to[n++] = (char)(*from >= ' ' && *from < 0x7f ? *from : '.');
	to[n] = '\0';
}

static void end_session(struct configure *c)
{
	free(c->s);
	c->s = NULL;
	c->ctx = NULL;
}

static int begin(struct configure *c, void *ctx, const char *const *args, struct reply *r)
{
	char line[192];

	if (c->s) {
		snprintf(line, sizeof(line),
			 "%% The configuration is being changed by another session: %s, for %llu s",
			 c->who, (unsigned long long)mono_span_ms(c->since, clock_now()) / 1000);
		return refuse(r, line);
	}
	c->s = malloc(sizeof(*c->s));
	if (!c->s)
		return refuse(r, "% No memory for a session");
	c->ctx = ctx;
	c->since = clock_now();
	c->batch = strcmp(args[0], "terminal");
	copy_printable(c->who, sizeof(c->who), args[1]);
	copy_printable(c->name, sizeof(c->name), args[2]);
	conf_session_begin(c->s, c->ops->config(c->arg), c->name);
	r->prompt = conf_session_prompt(c->s);
	return send_reply(r, 0);
}

static int add_line(struct configure *c, const char *line, struct reply *r)
{
	struct conf_diag v[8];
	struct conf_diags d = { .v = v, .max = sizeof(v) / sizeof(v[0]) };
	enum conf_session_end end;
	int err;

	err = conf_session_line(c->s, line, strlen(line), &d, &end);
	if (err == -ENOSPC)
		say(r, "% Too many lines at once: edit the file, and reload");
	add_diags(r, &d);
	if (end == CONF_SESSION_END)
		r->state = "end";
	else if (!err && c->s->p.astray && c->s->p.n_tok)
		r->state = "ignored";
	r->prompt = conf_session_prompt(c->s);
	return send_reply(r, err ? 1 : 0);
}

static int help(struct configure *c, const char *line, struct reply *r)
{
	char buf[HELP_MAX];
	struct out o;

	out_init(&o, buf, sizeof(buf));
	conf_help(&c->s->p, line, strlen(line), &o);
	say(r, o.len ? buf : "% Unrecognized command");
	r->prompt = conf_session_prompt(c->s);
	return send_reply(r, o.len ? 0 : 1);
}

/* What follows from it; true: and it was not asked for in spite of that. */
static bool weigh(struct configure *c, bool force, struct reply *r)
{
	struct conf_standing *standing = calloc(CONF_MAX_GROUPS + 1, sizeof(*standing));
	struct conf_impacts *x = calloc(1, sizeof(*x));
	bool stop = true;

	if (standing && x) {
		c->ops->standing(c->arg, standing);
		conf_impact(c->ops->config(c->arg), &c->s->c, standing, x);
		for (size_t i = 0; i < x->n; i++) {
			say(r, x->v[i].text);
			add_finding(r, x->v[i].confirm ? "confirm" : "note", NULL, x->v[i].text);
		}
		stop = x->confirm && !force;
	}
	free(standing);
	free(x);
	return stop;
}

static int take(struct configure *c, bool force, struct reply *r)
{
	char text[256] = "";
	int err;

	if (weigh(c, force, r)) {
		r->state = "confirm";
		return refuse(r, "% Nothing is applied yet: this wants `force`");
	}
	err = c->ops->configure(c->arg, &c->s->c, c->who, text, sizeof(text));
	if (err) {
		char line[300];

		snprintf(line, sizeof(line), "%% %s", *text ? text : strerror(-err));
		return refuse(r, line);
	}
	say(r, text);
	conf_session_begin(c->s, c->ops->config(c->arg), c->name);
	r->prompt = conf_session_prompt(c->s);
	return send_reply(r, 0);
}

static int commit(struct configure *c, bool force, struct reply *r)
{
	struct conf_diag *v = calloc(FINDINGS_MAX + RUNNING_MAX, sizeof(*v));
	struct conf_diags d = { .v = v, .max = FINDINGS_MAX };
	struct conf_diags old = { .v = v + FINDINGS_MAX, .max = RUNNING_MAX };
	int err;

	if (!v)
		return refuse(r, "% No memory for what may be wrong");
	r->prompt = conf_session_prompt(c->s);
	err = c->batch && c->s->refused ? -EINVAL :
	      conf_session_finish(c->s, c->ops->config(c->arg), &d, &old);
	add_diags(r, &d);
	free(v);
	return err ? refuse(r, "% Nothing was applied") : take(c, force, r);
}

static int dispatch(struct configure *c, void *ctx, const char *const *args, size_t n,
		    struct reply *r)
{
	const char *what = n > 1 ? args[1] : "";

	if (!strcmp(what, "begin") && n == 5)
		return begin(c, ctx, args + 2, r);
	if (!c->s || c->ctx != ctx)
		return refuse(r, "% There is no such session");
	r->state = "open";
	if (!strcmp(what, "line") && n == 3)
		return add_line(c, args[2], r);
	if (!strcmp(what, "help") && n == 3)
		return help(c, args[2], r);
	if (!strcmp(what, "commit") && (n == 2 || (n == 3 && !strcmp(args[2], "force"))))
		return commit(c, n == 3, r);
	if (strcmp(what, "abort") || n != 2)
		return refuse(r, "% Unknown request");
	end_session(c);
	r->state = "closed";
	return send_reply(r, 0);
}

/**
 * configure_open() - no session yet
 * @ops: what the daemon does for it
 * @arg: for @ops
 * @out: gets it
 *
 * Return: 0 or -ENOMEM.
 */
int configure_open(const struct show_ops *ops, void *arg, struct configure **out)
{
	struct configure *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->ops = ops;
	c->arg = arg;
	*out = c;
	return 0;
}

/**
 * configure_close() - forget the session
 * @c: may be NULL
 */
void configure_close(struct configure *c)
{
	if (!c)
		return;
	free(c->s);
	free(c);
}

/**
 * configure_run() - carry a request out
 * @c: sessions
 * @ctx: the connection that asks
 * @args: its words, the first is CONFIGURE_WORD
 * @n: how many
 * @out: gets the answer, all zero
 *
 * Return: 0, or -ENOMEM: there is not even an answer.
 */
int configure_run(struct configure *c, void *ctx, const char *const *args, size_t n,
		  struct show_answer *out)
{
	struct reply r = { .out = out, .state = "closed", .findings = json_array() };

	return dispatch(c, ctx, args, n, &r);
}

/**
 * configure_cancel() - a connection has ended
 * @c: sessions
 * @ctx: the connection
 */
void configure_cancel(struct configure *c, void *ctx)
{
	if (!c->s || c->ctx != ctx)
		return;
	if (c->s->len)
		log_info("CONFIG", "session of %s ended without effect", c->who);
	end_session(c);
}
