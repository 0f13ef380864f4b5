// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_session.h"

#include <string.h>

#include "out.h"

#define WORD_WIDTH	20

/* Where a line leads, as far as it goes. */
struct walk {
	const struct conf_node *level;
	const struct conf_node *node;
	uint64_t have;
	bool no;
};

static bool walk(struct walk *w, enum conf_mode mode,
		 const struct lex_token *tok, size_t n)
{
	const struct conf_node *node;
	struct conf_val v;
	size_t i;

	*w = (struct walk){ .level = conf_modes[mode].nodes,
			    .no = n && lex_is(&tok[0], "no") };
	for (i = w->no ? 1 : 0; i < n; i++) {
		if (conf_pick(w->level, &tok[i], &node, &v) != 1 ||
		    node->refused)
			return false;
		if (node->slot)
			w->have |= 1ull << node->slot;
		w->node = node;
		w->level = node->next;
	}
	return true;
}

static void put_row(struct out *o, const char *word, const char *help)
{
	size_t i;

	out_fmt(o, "  %s", word);
	for (i = strlen(word); i < WORD_WIDTH; i++)
		out_char(o, ' ');
	out_fmt(o, " %s\n", help);
}

/* Does the word that was begun fit? */
static bool fits(const struct conf_node *n, const struct lex_token *begun)
{
	struct conf_val v;

	if (!begun->len)
		return true;
	if (n->type == CONF_ARG_KEYWORD)
		return lex_abbreviates(begun, n->word);
	return conf_arg_take(n, begun, &v);
}

static bool put_level(const struct walk *w, const struct lex_token *begun,
		      struct out *o)
{
	unsigned int end = w->no ? CONF_NO_CR : CONF_CR;
	const struct conf_node *n;
	size_t from = o->len;

	for (n = w->level; n && n->type != CONF_ARG_END; n++) {
		if ((n->flags & CONF_HIDDEN) || !fits(n, begun))
			continue;
		if ((n->flags & CONF_ONCE) && (w->have & (1ull << n->slot)))
			continue;
		put_row(o, n->word, n->help);
	}
	if (w->node && (w->node->flags & end) && !begun->len)
		out_str(o, "  <cr>\n");
	return o->len != from;
}

static void put_special(enum conf_mode mode, const struct lex_token *begun,
			struct out *o)
{
	static const struct {
		const char *word;
		const char *help;
		bool inner;	/* the top has it in its table */
	} row[] = {
		{ "no", "undo a command, or set its default", false },
		{ "do", "a command of the mode outside, such as show", false },
		{ "commit", "carry the lines so far out, and stay", false },
		{ "abort", "leave without carrying anything out", false },
		{ "exit", "back to the mode around this one", true },
		{ "end", "carry all lines out, and leave", true },
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		if (lex_abbreviates(begun, row[i].word) &&
		    !(row[i].inner && mode == CONF_MODE_GLOBAL))
			put_row(o, row[i].word, row[i].help);
	}
}

/**
 * conf_help - list what may come next
 * @p: where a session stands
 * @line: what was typed up to the place in question
 * @len: its length
 * @o: gets a line for each word that may stand there, keywords in lower case
 *
 * As the parser does, the modes around this one are tried when nothing that
 * fits may stand here.
 */
void conf_help(const struct conf_parser *p, const char *line, size_t len,
	       struct out *o)
{
	struct lex_token tok[LEX_MAX_WORDS], bad, begun = { "", 0, 0 };
	enum conf_mode mode;
	struct walk w;
	size_t n = 0;

	if (lex_line(line, len, tok, LEX_MAX_WORDS, &n, &bad))
		return;
	if (n && line[len - 1] != ' ' && line[len - 1] != '\t')
		begun = tok[--n];
	for (mode = p->mode; mode; mode = conf_modes[mode].parent) {
		if (walk(&w, mode, tok, n) && put_level(&w, &begun, o))
			break;
	}
	if (!n)
		put_special(p->mode, &begun, o);
}
