/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_LEX_H
#define RG_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * DOC: lines and words
 *
 * The configuration language is lines of words. Words are separated by blanks
 * and tabs; a line whose first word begins with '!' is a comment. There is no
 * quoting and no continuation, as in IOS. Words consist of printable ASCII;
 * comments may hold any text but control characters.
 */
#define LEX_MAX_WORDS	32

/**
 * struct lex_token - one word
 * @s: its first character, inside the caller's text: not terminated
 * @len: its length, at least 1
 * @col: where it stands in its line, from 1, in bytes
 */
struct lex_token {
	const char *s;
	size_t len;
	uint32_t col;
};

bool lex_next_line(const char **pos, const char *end, const char **line,
		   size_t *len);
int lex_line(const char *line, size_t len, struct lex_token *tok, size_t max,
	     size_t *n, struct lex_token *bad);
bool lex_is(const struct lex_token *t, const char *word);
bool lex_abbreviates(const struct lex_token *t, const char *word);
bool lex_digits(const struct lex_token *t);
int lex_u32(const struct lex_token *t, uint32_t *out);
int lex_copy(const struct lex_token *t, char *out, size_t size);

#endif /* RG_LEX_H */
