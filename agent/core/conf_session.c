// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_session.h"

#include <errno.h>
#include <string.h>

#include "conf_store.h"

static void restart(struct conf_session *s, const struct conf *running,
		    struct conf_diags *d)
{
	const char *file = s->p.file;

	s->c = *running;
	conf_forget_lines(&s->c);
	conf_parser_init(&s->p, &s->c, file, d);
}

/**
 * conf_session_begin - begin a session without lines
 * @s: the session
 * @running: what runs now; copied
 * @file: name of the lines, for findings; borrowed
 */
void conf_session_begin(struct conf_session *s, const struct conf *running,
			const char *file)
{
	s->len = 0;
	s->refused = 0;
	s->p.file = file;
	restart(s, running, NULL);
}

/* One word, which is @word or short for it. The parser has taken the line. */
static bool is_command(const char *line, size_t len, const char *word)
{
	struct lex_token tok[2], bad;
	size_t n = 0;

	return !lex_line(line, len, tok, 2, &n, &bad) && n == 1 &&
	       lex_abbreviates(&tok[0], word);
}

static bool ends(const char *line, size_t len, enum conf_mode before)
{
	return is_command(line, len, "end") ||
	       (before == CONF_MODE_GLOBAL && is_command(line, len, "exit"));
}

/**
 * conf_session_line - one more line
 * @s: the session
 * @line: the line, without its end
 * @len: its length
 * @d: what is wrong with it goes here, may be NULL
 * @end: whether it ends the session
 *
 * Return: 0; -EINVAL: it is wrong, and changed nothing; -ENOSPC: the session
 * has too many lines already, this one was not read.
 */
int conf_session_line(struct conf_session *s, const char *line, size_t len,
		      struct conf_diags *d, enum conf_session_end *end)
{
	enum conf_mode before = s->p.mode;
	int err;

	*end = CONF_SESSION_GOES_ON;
	if (len >= sizeof(s->text) - s->len)
		return -ENOSPC;
	/* A line that was refused may have led somewhere, so it is kept. */
	memcpy(s->text + s->len, line, len);
	s->len += len;
	s->text[s->len++] = '\n';
	s->p.d = d;
	err = conf_parse_line(&s->p, line, len);
	s->p.d = NULL;
	if (err)
		s->refused++;
	else if (ends(line, len, before))
		*end = CONF_SESSION_END;
	return err;
}

/* Return: how many lines were wrong. */
static size_t replay(struct conf_session *s, const struct conf *running,
		     struct conf_diags *d)
{
	const char *pos = s->text, *line;
	size_t len, refused = 0;

	restart(s, running, d);
	while (lex_next_line(&pos, s->text + s->len, &line, &len)) {
		if (conf_parse_line(&s->p, line, len))
			refused++;
	}
	s->p.d = NULL;
	conf_resolve(&s->c);
	return refused;
}

static bool said_before(const struct conf_diags *old,
			const struct conf_diag *diag)
{
	size_t i;

	for (i = 0; i < old->n; i++) {
		if (!strcmp(old->v[i].text, diag->text))
			return true;
	}
	return false;
}

/* A warning that was true before the change is no news. */
static void drop_old_warnings(struct conf_diags *d,
			      const struct conf_diags *old)
{
	size_t i, n = 0;

	for (i = 0; i < d->n; i++) {
		if (d->v[i].severity == CONF_WARNING &&
		    said_before(old, &d->v[i])) {
			d->warnings--;
			continue;
		}
		d->v[n++] = d->v[i];
	}
	d->n = n;
}

/**
 * conf_session_finish - what the lines make of the configuration that runs
 * @s: the session; its @c is the result. It stands at the end of its lines.
 * @running: what runs now
 * @d: findings are added here; warnings that @running has as well are left out
 * @scratch: room for the findings of @running, of no use afterwards
 *
 * Lines that were refused when they came are left out.
 *
 * Return: 0, or -EINVAL: the result is contradictory, or a line that was
 * right when it came is wrong on top of what runs now.
 */
int conf_session_finish(struct conf_session *s, const struct conf *running,
			struct conf_diags *d, struct conf_diags *scratch)
{
	int err;

	if (replay(s, running, NULL) != s->refused) {
		replay(s, running, d);
		return -EINVAL;
	}
	err = conf_check(&s->c, s->p.file, d);
	conf_check(running, s->p.file, scratch);
	drop_old_warnings(d, scratch);
	return err;
}

/**
 * conf_session_prompt - what stands between parentheses in a prompt
 * @s: the session
 *
 * Return: the text; after a refused command that leads into a mode, up to the
 * end of that mode, another one than in the mode itself.
 */
const char *conf_session_prompt(const struct conf_session *s)
{
	return conf_modes[s->p.astray ? CONF_MODE_REFUSED : s->p.mode].prompt;
}
