// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_parse.h"

#include <errno.h>
#include <string.h>

#include "conf_store.h"
#include "out.h"

/*
 * DOC: how a line is read
 *
 * The line is tried in the mode that the file is in, as a whole; if it is not
 * a command there, in the mode around that one, and so on to the top, as IOS
 * does. The first mode where it is a command wins and becomes the mode. If it
 * is one nowhere, the attempt that understood most of the line is reported, of
 * equals the innermost. A word that is ambiguous ends the search: falling back
 * to an outer mode would do something that nobody asked for.
 */

enum outcome {
	MATCHED,
	REFUSED_NODE,
	AMBIGUOUS,
	TWICE,
	NO_NO_FORM,
	FAILED,		/* a word does not fit, or one is missing */
};

/**
 * struct attempt - how far a line got in one mode
 * @outcome: how it ended
 * @at: index of the word where it ended; n_tok: behind the last one
 * @node: the last node that matched, NULL: none
 * @level: what could have come at @at, NULL: nothing
 * @enters: the mode that the command would lead into, NONE: none
 */
struct attempt {
	enum outcome outcome;
	enum conf_mode enters;
	size_t at;
	const struct conf_node *node;
	const struct conf_node *level;
};

static bool no_end(const struct conf_node *n)
{
	return n && n->type != CONF_ARG_END;
}

/**
 * conf_pick - find the node that takes a word
 * @level: what may stand there, NULL: nothing
 * @t: the word
 * @found: gets the node
 * @v: its value, for an argument
 *
 * Return: how many fit; 0: none, 2 or more: the word abbreviates so many
 * keywords.
 */
unsigned int conf_pick(const struct conf_node *level,
		       const struct lex_token *t,
		       const struct conf_node **found, struct conf_val *v)
{
	const struct conf_node *n;
	unsigned int hits = 0;

	memset(v, 0, sizeof(*v));
	v->word = t;
	for (n = level; no_end(n); n++) {
		if (n->type != CONF_ARG_KEYWORD ||
		    !lex_abbreviates(t, n->word))
			continue;
		if (lex_is(t, n->word)) {
			*found = n;
			return 1;
		}
		if (hits && (n->flags & CONF_SYNONYM))
			continue;
		*found = n;
		hits++;
	}
	if (hits)
		return hits;
	for (n = level; no_end(n); n++) {
		if (n->type != CONF_ARG_KEYWORD && conf_arg_take(n, t, v)) {
			*found = n;
			return 1;
		}
	}
	return 0;
}

static void try_mode(struct conf_parser *p, enum conf_mode mode,
		     struct attempt *a)
{
	const struct conf_node *node = NULL;
	struct conf_val v;

	*a = (struct attempt){ .outcome = FAILED, .at = p->no ? 1 : 0,
			       .level = conf_modes[mode].nodes };
	memset(p->have, 0, sizeof(p->have));
	for (; a->at < p->n_tok; a->at++) {
		const struct lex_token *t = &p->tok[a->at];
		unsigned int hits = conf_pick(a->level, t, &node, &v);

		if (hits != 1) {
			a->outcome = hits ? AMBIGUOUS : FAILED;
			return;
		}
		a->node = node;
		p->secret |= (node->flags & CONF_SECRET) != 0;
		if (node->enters)
			a->enters = node->enters;
		if (node->refused && !(p->no && a->at + 1 == p->n_tok &&
				       (node->flags & CONF_NO_CR))) {
			a->outcome = REFUSED_NODE;
			return;
		}
		if ((node->flags & CONF_ONCE) && conf_have(p, node->slot)) {
			a->outcome = TWICE;
			return;
		}
		if (node->slot) {
			p->have[node->slot] = true;
			p->val[node->slot] = v;
			p->at[node->slot] = t;
		}
		a->level = node->next;
	}
	if (a->node && (a->node->flags & (p->no ? CONF_NO_CR : CONF_CR)))
		a->outcome = MATCHED;
	else if (a->node && !no_end(a->level))
		a->outcome = NO_NO_FORM;
}

/* May it stand in the list of what could have come? */
static bool listed(const struct conf_node *n,
		   const struct lex_token *abbreviated)
{
	if (!abbreviated)
		return !(n->flags & CONF_HIDDEN);
	return n->type == CONF_ARG_KEYWORD &&
	       lex_abbreviates(abbreviated, n->word);
}

/* Between the words of a list: "a, b or c". */
static void list_next(struct out *o, size_t done, size_t total)
{
	if (done)
		out_str(o, done + 1 == total ? " or " : ", ");
}

/* The words that could have come, in words; abbreviated: only those. */
static void list_expected(const struct attempt *a, bool no,
			  const struct lex_token *abbreviated, struct out *o)
{
	bool end = a->node &&
		   (a->node->flags & (no ? CONF_NO_CR : CONF_CR));
	size_t total = 0, done = 0;
	const struct conf_node *n;

	for (n = a->level; no_end(n); n++)
		total += listed(n, abbreviated);
	end = !abbreviated && (end || !total);
	total += end;
	for (n = a->level; no_end(n); n++) {
		if (!listed(n, abbreviated))
			continue;
		list_next(o, done++, total);
		conf_arg_describe(n, o);
	}
	if (end) {
		list_next(o, done, total);
		out_str(o, "the end of the line");
	}
}

static bool looks_like_prompt(const struct lex_token *t)
{
	char last = t->s[t->len - 1];

	return last == '#' || last == '>' || memchr(t->s, '#', t->len);
}

/* Was a value meant, which is no word of the language? */
static bool value_was_meant(const struct attempt *a, const struct lex_token *t)
{
	bool digit = t->s[0] >= '0' && t->s[0] <= '9';
	bool keyword = false, value = false;
	const struct conf_node *n;

	for (n = a->level; no_end(n); n++) {
		if (n->flags & CONF_HIDDEN)
			continue;
		keyword |= n->type == CONF_ARG_KEYWORD;
		value |= n->type != CONF_ARG_KEYWORD;
	}
	return value && (digit || !keyword);
}

/* Where a line that is no command here is one, NULL: nowhere. */
static const char *elsewhere(struct conf_parser *p)
{
	enum conf_mode mode;
	struct attempt a;

	for (mode = 0; mode < CONF_N_MODES; mode++) {
		if (!conf_modes[mode].enter)
			continue;
		try_mode(p, mode, &a);
		if (a.outcome == MATCHED || a.outcome == REFUSED_NODE)
			return conf_modes[mode].enter;
	}
	return NULL;
}

static int report_elsewhere(struct conf_parser *p, const struct lex_token *t,
			    const char *where)
{
	char text[160];
	struct out o;

	out_init(&o, text, sizeof(text));
	out_fmt(&o, "this command belongs below %s", where);
	return conf_error(p, t, text, NULL);
}

static const char *failure_text(const struct conf_parser *p,
				const struct attempt *a)
{
	if (a->at == p->n_tok)
		return "incomplete command";
	if (a->node && value_was_meant(a, &p->tok[a->at]))
		return "wrong value";
	if (a->node)
		return "unexpected word";
	if (looks_like_prompt(&p->tok[a->at]))
		return "unknown command (prompts of pasted text are not commands)";
	return "unknown command";
}

static int report_attempt(struct conf_parser *p, const struct attempt *a)
{
	const struct lex_token *t = a->at < p->n_tok ? &p->tok[a->at] : NULL;
	char text[256], expected[256];
	const char *where;
	struct out o;

	out_init(&o, expected, sizeof(expected));
	switch (a->outcome) {
	case AMBIGUOUS:
		list_expected(a, p->no, t, &o);
		return conf_error(p, t, "ambiguous abbreviation", expected);
	case TWICE:
		return conf_error(p, t, "given twice on this line", NULL);
	case NO_NO_FORM:
		return conf_error(p, &p->tok[0],
				  "this command has no \"no\" form", NULL);
	case REFUSED_NODE:
		out_init(&o, text, sizeof(text));
		if (!(a->node->flags & CONF_REASON))
			out_str(&o, "not supported yet: ");
		out_str(&o, a->node->refused);
		return conf_error(p, t, text, NULL);
	case MATCHED:
	case FAILED:
		break;
	}
	if (p->mode == CONF_MODE_REFUSED)
		return conf_error(p, t ? t : &p->tok[0],
				  "not supported yet: belongs to the refused command above",
				  NULL);
	where = t && !a->node ? elsewhere(p) : NULL;
	if (where)
		return report_elsewhere(p, t, where);
	list_expected(a, p->no, NULL, &o);
	return conf_error(p, t, failure_text(p, a), expected);
}

/* The block's head was wrong; its lines are read, and go nowhere. */
static void go_astray(struct conf_parser *p, enum conf_mode mode)
{
	memset(&p->spare, 0, sizeof(p->spare));
	if (mode == CONF_MODE_PROTOCOL)
		conf_protocol_init(&p->spare.protocol, 0);
	if (mode == CONF_MODE_GROUP)
		conf_group_init(&p->spare.group, 0);
	if (mode == CONF_MODE_SLA)
		conf_sla_init(&p->spare.sla, 0);
	p->astray = true;
	p->mode = mode;
}

static int run_line(struct conf_parser *p)
{
	struct attempt best = { .outcome = FAILED }, a;
	enum conf_mode mode, best_mode = p->mode;
	bool any = false;
	int err;

	for (mode = p->mode; mode; mode = conf_modes[mode].parent) {
		try_mode(p, mode, &a);
		if (!any || a.outcome != FAILED || a.at > best.at) {
			best = a;
			best_mode = mode;
		}
		any = true;
		if (a.outcome != FAILED)
			break;
	}
	if (best.outcome == MATCHED) {
		p->from = p->mode;
		if (best_mode != p->mode)
			p->astray = false;
		p->mode = best_mode;
		err = best.node->run(p);
	} else {
		err = report_attempt(p, &best);
	}
	if (err && !p->no && best.enters)
		go_astray(p, best.enters);
	return err;
}

/**
 * conf_parser_init - begin a parse at the top
 * @p: the parse
 * @c: the configuration to add to
 * @file: name of the text, for findings
 * @d: where findings go, may be NULL
 */
void conf_parser_init(struct conf_parser *p, struct conf *c, const char *file,
		      struct conf_diags *d)
{
	memset(p, 0, sizeof(*p));
	p->c = c;
	p->file = file;
	p->d = d;
	p->mode = CONF_MODE_GLOBAL;
}

/**
 * conf_parse_line - one line
 * @p: the parse
 * @line: the line, without its end
 * @len: its length
 *
 * Return: 0, or -EINVAL when errors were reported: then the line changed
 * nothing in the configuration.
 */
int conf_parse_line(struct conf_parser *p, const char *line, size_t len)
{
	struct lex_token tok[LEX_MAX_WORDS];
	struct lex_token bad;
	int err;

	p->line++;
	p->tok = tok;
	err = lex_line(line, len, tok, LEX_MAX_WORDS, &p->n_tok, &bad);
	if (err)
		return conf_error(p, &bad, err == -E2BIG ?
				  "too many words on one line" :
				  "a character that may not stand here", NULL);
	if (!p->n_tok)
		return 0;
	p->secret = false;
	p->no = lex_is(&tok[0], "no");
	return run_line(p);
}

static void resolve(struct conf *c, struct conf_gref *g)
{
	const struct conf_group *found;

	if (!*g->name)
		return;
	found = conf_group_named(c, g->name);
	g->id = found ? found->id : 0;
}

/**
 * conf_resolve - find the groups that are referred to by name
 * @c: the configuration
 */
void conf_resolve(struct conf *c)
{
	uint32_t i;

	for (i = 0; i < c->n_ifs; i++)
		resolve(c, &c->iface[i].group);
	for (i = 0; i < c->n_maps; i++)
		resolve(c, &c->map[i].group);
}

/**
 * conf_parse - read a whole configuration
 * @c: where to; what it held before is gone. On error it is as conf_init()
 *	leaves it, so give a fresh one and keep the one that runs.
 * @file: name of the text, for findings; borrowed as long as these live
 * @text: the text, need not be terminated
 * @len: its length
 * @d: findings are added here; may be NULL
 *
 * All wrong lines are reported. Contradictions and undefined references are
 * looked for (conf_check()) once every line has been understood, for before
 * that they would be consequences.
 *
 * Return: 0, perhaps with warnings, or -EINVAL.
 */
int conf_parse(struct conf *c, const char *file, const char *text, size_t len,
	       struct conf_diags *d)
{
	const char *pos = text, *end = text + len, *line;
	struct conf_parser p;
	size_t line_len;
	int err = 0;

	conf_init(c);
	conf_parser_init(&p, c, file, d);
	while (lex_next_line(&pos, end, &line, &line_len)) {
		if (conf_parse_line(&p, line, line_len))
			err = -EINVAL;
	}
	conf_resolve(c);
	if (!err)
		err = conf_check(c, file, d);
	if (err)
		conf_init(c);
	return err;
}
