// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_parse.h"

#include <errno.h>

#include "out.h"

/**
 * conf_report - note a finding
 * @d: where to; NULL: nobody wants it
 * @diag: the finding
 *
 * It is counted even when there is no room for it.
 */
void conf_report(struct conf_diags *d, const struct conf_diag *diag)
{
	if (!d)
		return;
	if (diag->severity == CONF_ERROR)
		d->errors++;
	else
		d->warnings++;
	if (d->n < d->max)
		d->v[d->n++] = *diag;
}

/* What was read, fit for a terminal: other bytes become dots. */
static void put_read(struct conf_diag *diag, const struct lex_token *t)
{
	struct out o;
	size_t i;

	out_init(&o, diag->read, sizeof(diag->read));
	for (i = 0; i < t->len; i++) {
		if (i == sizeof(diag->read) - 4 && t->len > i + 3) {
			out_str(&o, "...");
			break;
		}
		out_char(&o, t->s[i] > ' ' && t->s[i] < 0x7f ? t->s[i] : '.');
	}
}

static void report_at(struct conf_parser *p, enum conf_severity severity,
		      const struct lex_token *at, const char *text,
		      const char *expected)
{
	struct conf_diag diag = { .severity = severity, .file = p->file,
				  .line = p->line };
	struct out o;

	/* Nothing there: what is missing is missing behind the last word */
	if (at) {
		diag.col = at->col;
		if (!p->secret)
			put_read(&diag, at);
	} else if (p->n_tok) {
		diag.col = p->tok[p->n_tok - 1].col +
			   (uint32_t)p->tok[p->n_tok - 1].len;
	}
	out_init(&o, diag.text, sizeof(diag.text));
	out_str(&o, text);
	out_init(&o, diag.expected, sizeof(diag.expected));
	out_str(&o, expected ? expected : "");
	conf_report(p->d, &diag);
}

/**
 * conf_error - report an error in the current line
 * @p: the parse
 * @at: the word it is about; NULL: something is missing at the end
 * @text: what is wrong
 * @expected: what would be right, may be NULL
 *
 * Return: -EINVAL, for the caller to return.
 */
int conf_error(struct conf_parser *p, const struct lex_token *at,
	       const char *text, const char *expected)
{
	report_at(p, CONF_ERROR, at, text, expected);
	return -EINVAL;
}

/**
 * conf_warn - report a warning about the current line
 * @p: the parse
 * @at: the word it is about
 * @text: what the operator should know
 */
void conf_warn(struct conf_parser *p, const struct lex_token *at,
	       const char *text)
{
	report_at(p, CONF_WARNING, at, text, NULL);
}

/**
 * conf_diag_print - a finding as one line of text, without its newline
 * @d: the finding
 * @buf: the text
 * @size: its room
 *
 * FILE:LINE:COLUMN: error: what is wrong: read "X", expected Y
 *
 * Return: the length that the whole text has; cut when it is not below @size.
 */
size_t conf_diag_print(const struct conf_diag *d, char *buf, size_t size)
{
	struct out o;

	out_init(&o, buf, size);
	out_str(&o, d->file ? d->file : "configuration");
	if (d->line)
		out_fmt(&o, ":%u", d->line);
	if (d->line && d->col)
		out_fmt(&o, ":%u", d->col);
	out_fmt(&o, ": %s: %s",
		d->severity == CONF_ERROR ? "error" : "warning", d->text);
	if (*d->read)
		out_fmt(&o, ": read \"%s\"", d->read);
	if (*d->expected)
		out_fmt(&o, ", expected %s", d->expected);
	return o.len;
}
