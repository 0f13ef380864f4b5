// SPDX-License-Identifier: GPL-2.0-or-later
#include "hook.h"

#include "out.h"
#include "textout.h"

#define EVENT	"role-change"

/**
 * hook_push - a role changed
 * @q: queue of a hook
 * @c: the change
 *
 * Return: false when the oldest one had to be left out for it.
 */
bool hook_push(struct hook_queue *q, const struct hook_change *c)
{
	bool full = q->n == HOOK_QUEUE;

	if (full) {
		q->first = (q->first + 1) % HOOK_QUEUE;
		q->n--;
		q->left_out++;
	}
	q->v[(q->first + q->n++) % HOOK_QUEUE] = *c;
	return !full;
}

/**
 * hook_pop - what the hook is to be told next
 * @q: its queue
 * @c: gets the oldest change
 * @left_out: gets how many were lost before it
 *
 * Return: false when there is none.
 */
bool hook_pop(struct hook_queue *q, struct hook_change *c, uint64_t *left_out)
{
	if (!q->n)
		return false;
	*c = q->v[q->first];
	*left_out = q->left_out;
	q->first = (q->first + 1) % HOOK_QUEUE;
	q->n--;
	q->left_out = 0;
	return true;
}

struct writer {
	struct hook_words *to;
	struct out o;
	uint32_t n;
};

static void begin(struct writer *w, const char *name)
{
	/* The NUL of the one before */
	if (w->n)
		out_char(&w->o, 0);
	if (!out_cut(&w->o))
		w->to->env[w->n++] = w->to->text + w->o.len;
	out_fmt(&w->o, "%s=", name);
}

static void put_word(struct writer *w, const char *name, const char *value)
{
	begin(w, name);
	out_str(&w->o, value);
}

static void put_number(struct writer *w, const char *name, uint64_t value)
{
	begin(w, name);
	text_u64(&w->o, value);
}

/**
 * hook_env - a change as environment
 * @c: the change
 * @left_out: how many were lost before it
 * @out: gets it
 *
 * Return: false when it did not fit.
 */
bool hook_env(const struct hook_change *c, uint64_t left_out,
	      struct hook_words *out)
{
	struct writer w = { .to = out };

	out_init(&w.o, out->text, sizeof(out->text));
	put_word(&w, "RG_EVENT", EVENT);
	put_number(&w, "RG_GROUP", c->group);
	put_word(&w, "RG_NAME", c->name);
	put_word(&w, "RG_ROLE", rg_role_name(c->role));
	put_word(&w, "RG_ROLE_BEFORE", rg_role_name(c->before));
	put_word(&w, "RG_CAUSE", c->cause);
	put_number(&w, "RG_EPOCH", c->epoch);
	put_number(&w, "RG_PRIORITY", c->priority);
	put_number(&w, "RG_TIME_MS", c->wall_ms);
	put_number(&w, "RG_MONOTONIC_MS", c->mono_ms);
	put_number(&w, "RG_LEFT_OUT", left_out);
	out->env[w.n] = NULL;
	return !out_cut(&w.o);
}

/**
 * hook_json - a change as a line of JSON
 * @c: the change
 * @left_out: how many were lost before it
 * @buf: gets it, with a newline at the end
 * @size: of @buf; HOOK_JSON is enough
 *
 * Return: its length without the NUL; @size or more: it was cut.
 */
size_t hook_json(const struct hook_change *c, uint64_t left_out, char *buf,
		 size_t size)
{
	struct out o;
	struct jout j = { .o = &o };

	out_init(&o, buf, size);
	jout_open(&j, NULL, '{');
	jout_str(&j, "event", EVENT);
	jout_u64(&j, "group", c->group);
	jout_str(&j, "name", c->name);
	jout_str(&j, "role", rg_role_name(c->role));
	jout_str(&j, "role_before", rg_role_name(c->before));
	jout_str(&j, "cause", c->cause);
	jout_u64(&j, "epoch", c->epoch);
	jout_u64(&j, "priority", c->priority);
	jout_u64(&j, "time_ms", c->wall_ms);
	jout_u64(&j, "monotonic_ms", c->mono_ms);
	jout_u64(&j, "left_out", left_out);
	jout_close(&j, '}');
	out_char(&o, '\n');
	return o.len;
}
