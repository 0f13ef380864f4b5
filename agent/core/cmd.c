// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd.h"

#include <string.h>

#include "addr.h"

#define GROUP_MAX	255
#define NAME_MAX_LEN	25

/* A word of a pattern, within it. */
struct word {
	const char *s;
	size_t len;
};

static bool next_word(const char **at, struct word *w)
{
	while (**at == ' ')
		(*at)++;
	w->s = *at;
	w->len = strcspn(*at, " ");
	*at += w->len;
	return w->len;
}

/* Word @k of a pattern; false: it has not so many. */
static bool nth_word(const struct cmd *c, size_t k, struct word *w)
{
	const char *at = c->pattern;

	do {
		if (!next_word(&at, w))
			return false;
	} while (k--);
	return true;
}

static bool is(const struct word *w, const char *s)
{
	return strlen(s) == w->len && !memcmp(w->s, s, w->len);
}

static bool same(const struct word *a, const struct word *b)
{
	return a->len == b->len && !memcmp(a->s, b->s, a->len);
}

static bool is_keyword(const struct word *w)
{
	return w->s[0] != '<' && !is(w, "...");
}

/* Decimal, no sign, no blank; false: none, or too large. */
static bool number(const char *s, size_t len, uint32_t *out)
{
	uint64_t v = 0;
	size_t k;

	for (k = 0; k < len; k++) {
		if (s[k] < '0' || s[k] > '9')
			return false;
		v = v * 10 + (uint64_t)(s[k] - '0');
		if (v > UINT32_MAX)
			return false;
	}
	*out = (uint32_t)v;
	return len;
}

static bool in_range(const struct word *w, const char *given, uint32_t *v)
{
	const char *dash = memchr(w->s, '-', w->len);
	uint32_t lo, hi;

	return dash && number(w->s + 1, (size_t)(dash - w->s) - 1, &lo) &&
	       number(dash + 1, w->len - (size_t)(dash + 2 - w->s), &hi) &&
	       number(given, strlen(given), v) && *v >= lo && *v <= hi;
}

static bool group_word(const char *given, uint32_t *v)
{
	size_t len = strlen(given);

	if (number(given, len, v))
		return *v >= 1 && *v <= GROUP_MAX;
	*v = 0;
	/* What begins with a digit is a number gone wrong, not a name. */
	return len && len <= NAME_MAX_LEN && (given[0] < '0' || given[0] > '9');
}

/* Does a placeholder take what was given? */
static bool takes(const struct word *w, const char *given, uint32_t *v)
{
	*v = 0;
	if (is(w, "..."))
		return true;
	if (is(w, "<group>"))
		return group_word(given, v);
	if (is(w, "<address>"))
		return !addr_parse(given, strlen(given), &(struct rg_addr){ 0 });
	return in_range(w, given, v);
}

/* Rows that are still possible, after the words so far. */
struct search {
	const struct cmd *table;
	size_t n;
	bool left[CMD_MAX_TABLE];
};

static void begin(struct search *s, const struct cmd *table, size_t n)
{
	size_t k;

	s->table = table;
	s->n = n < CMD_MAX_TABLE ? n : CMD_MAX_TABLE;
	for (k = 0; k < s->n; k++)
		s->left[k] = true;
}

/* A row that ends in "..." goes on for ever. */
static bool word_of(const struct cmd *c, size_t k, struct word *w)
{
	const char *at = c->pattern;
	struct word last = { "", 0 };

	if (nth_word(c, k, w))
		return true;
	while (next_word(&at, w))
		last = *w;
	*w = last;
	return is(&last, "...");
}

/* Finds the keyword that was meant; NULL in @best->s: none fits. */
static bool pick_keyword(const struct search *s, size_t at, const char *given,
			 struct word *best)
{
	size_t len = strlen(given), k;
	bool ambiguous = false;
	struct word w;

	*best = (struct word){ NULL, 0 };
	for (k = 0; k < s->n; k++) {
		if (!s->left[k] || !word_of(&s->table[k], at, &w) ||
		    !is_keyword(&w) || len > w.len || memcmp(w.s, given, len))
			continue;
		if (w.len == len) {
			*best = w;
			return true;
		}
		if (best->s && !same(best, &w))
			ambiguous = true;
		*best = w;
	}
	return !ambiguous;
}

/* How many characters of the word were right. */
static size_t right_chars(const struct search *s, size_t at, const char *given)
{
	size_t best = 0, k, i;
	struct word w;

	for (k = 0; k < s->n; k++) {
		if (!s->left[k] || !word_of(&s->table[k], at, &w) ||
		    !is_keyword(&w))
			continue;
		for (i = 0; i < w.len && given[i] == w.s[i]; i++)
			;
		if (i > best)
			best = i;
	}
	return best;
}

static bool keep(struct search *s, size_t at, const char *given,
		 const struct word *keyword)
{
	bool any = false;
	struct word w;
	uint32_t v;
	size_t k;

	for (k = 0; k < s->n; k++) {
		if (!s->left[k])
			continue;
		s->left[k] = word_of(&s->table[k], at, &w);
		if (s->left[k] && keyword->s)
			s->left[k] = is_keyword(&w) && same(&w, keyword);
		else if (s->left[k])
			s->left[k] = !is_keyword(&w) && takes(&w, given, &v);
		any |= s->left[k];
	}
	return any;
}

static enum cmd_status step(struct search *s, size_t at, const char *given,
			    size_t *wrong)
{
	struct search before = *s;
	struct word keyword;

	if (!pick_keyword(s, at, given, &keyword))
		return CMD_AMBIGUOUS;
	if (keep(s, at, given, &keyword))
		return CMD_FOUND;
	*wrong = right_chars(&before, at, given);
	return CMD_INVALID;
}

/* The row that ends here; "..." may also stand for nothing. */
static const struct cmd *finished(const struct search *s, size_t n_words)
{
	struct word w;
	size_t k;

	for (k = 0; k < s->n; k++) {
		if (s->left[k] && (!nth_word(&s->table[k], n_words, &w) ||
				   is(&w, "...")))
			return &s->table[k];
	}
	return NULL;
}

static void collect_args(struct cmd_result *out, const char *const *words,
			 size_t n_words)
{
	const size_t max = sizeof(out->number) / sizeof(out->number[0]);
	struct word w;
	size_t k;

	for (k = 0; k < n_words && nth_word(out->cmd, k, &w); k++) {
		if (w.s[0] != '<' || out->n_args == max)
			continue;
		takes(&w, words[k], &out->number[out->n_args]);
		out->name[out->n_args++] = words[k];
	}
}

/**
 * cmd_find - find the command that was meant
 * @table: commands
 * @n: how many, at most CMD_MAX_TABLE
 * @words: what was given
 * @n_words: how many
 * @out: gets the answer; it borrows from @words
 */
void cmd_find(const struct cmd *table, size_t n, const char *const *words,
	      size_t n_words, struct cmd_result *out)
{
	struct search s;
	size_t k;

	memset(out, 0, sizeof(*out));
	out->status = n_words ? CMD_FOUND : CMD_EMPTY;
	if (n_words > CMD_MAX_WORDS)
		out->status = CMD_TOO_LONG;
	if (out->status != CMD_FOUND)
		return;
	begin(&s, table, n);
	for (k = 0; k < n_words; k++) {
		out->word = k;
		out->status = step(&s, k, words[k], &out->at);
		if (out->status != CMD_FOUND)
			return;
	}
	out->cmd = finished(&s, n_words);
	if (out->cmd)
		collect_args(out, words, n_words);
	else
		out->status = CMD_INCOMPLETE;
}

static size_t echo(const char *const *words, size_t n_words, size_t word,
		   struct out *o)
{
	size_t column = 0, from = o->len, k;

	for (k = 0; k < n_words; k++) {
		if (k)
			out_char(o, ' ');
		if (k == word)
			column = o->len - from;
		out_str(o, words[k]);
	}
	return column;
}

/**
 * cmd_explain - say what is wrong with a command
 * @r: answer of cmd_find(), not CMD_FOUND
 * @words: as given there
 * @n_words: as given there
 * @o: gets the text, nothing for CMD_EMPTY
 */
void cmd_explain(const struct cmd_result *r, const char *const *words,
		 size_t n_words, struct out *o)
{
	size_t column;

	switch (r->status) {
	case CMD_AMBIGUOUS:
		out_str(o, "% Ambiguous command:  \"");
		echo(words, n_words, 0, o);
		out_str(o, "\"\n");
		break;
	case CMD_INVALID:
		column = echo(words, n_words, r->word, o) + r->at;
		out_char(o, '\n');
		while (column--)
			out_char(o, ' ');
		out_str(o, "^\n% Invalid input detected at '^' marker.\n");
		break;
	case CMD_INCOMPLETE:
		out_str(o, "% Incomplete command.\n");
		break;
	case CMD_TOO_LONG:
		out_str(o, "% Command too long.\n");
		break;
	default:
		break;
	}
}

/* Was the same word listed for an earlier row? */
static bool listed(const struct search *s, size_t upto, size_t at,
		   const char *given, const struct word *w)
{
	struct word x;
	size_t k;

	for (k = 0; k < upto; k++) {
		if (s->left[k] && nth_word(&s->table[k], at, &x) &&
		    same(&x, w) && !strncmp(x.s, given, strlen(given)))
			return true;
	}
	return false;
}

/* The help of a word is that of the row which ends with it. */
static const char *help_for(const struct search *s, size_t at,
			    const struct word *w)
{
	struct word x;
	size_t k;

	for (k = 0; k < s->n; k++) {
		if (s->left[k] && nth_word(&s->table[k], at, &x) &&
		    same(&x, w) && !nth_word(&s->table[k], at + 1, &x))
			return s->table[k].help;
	}
	return "";
}

/**
 * cmd_help - list what may come next
 * @table: commands
 * @n: how many, at most CMD_MAX_TABLE
 * @words: what was given; of the last word, which may be empty, the beginning
 * @n_words: how many, not 0
 * @o: gets a line for each word that may stand there
 */
void cmd_help(const struct cmd *table, size_t n, const char *const *words,
	      size_t n_words, struct out *o)
{
	const char *given = words[n_words - 1];
	struct search s;
	struct word w;
	size_t at, k;
	size_t i;

	begin(&s, table, n);
	if (n_words > CMD_MAX_WORDS)
		return;
	for (at = 0; at + 1 < n_words; at++) {
		if (step(&s, at, words[at], &k) != CMD_FOUND)
			return;
	}
	for (k = 0; k < s.n; k++) {
		if (!s.left[k])
			continue;
		if (!nth_word(&s.table[k], at, &w)) {
			if (!*given)
				out_str(o, "  <cr>\n");
			continue;
		}
		if ((is_keyword(&w) && strncmp(w.s, given, strlen(given))) ||
		    listed(&s, k, at, given, &w))
			continue;
		out_str(o, "  ");
		out_strn(o, w.s, w.len);
		for (i = w.len; i < 20; i++)
			out_char(o, ' ');
		out_fmt(o, " %s\n", help_for(&s, at, &w));
	}
}
