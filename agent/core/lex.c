// SPDX-License-Identifier: GPL-2.0-or-later
#include "lex.h"

#include <errno.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_control(char c)
{
	return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

static bool is_word(char c)
{
	return c > ' ' && c < 0x7f;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/**
 * lex_next_line - cut the next line off a text
 * @pos: where to go on; moved behind the line
 * @end: end of the text
 * @line: the line
 * @len: its length, without LF or CR LF
 *
 * Return: false at the end of the text.
 */
bool lex_next_line(const char **pos, const char *end, const char **line,
		   size_t *len)
{
	const char *nl;

	if (*pos == end)
		return false;
	*line = *pos;
	nl = memchr(*pos, '\n', (size_t)(end - *pos));
	*len = (size_t)((nl ? nl : end) - *pos);
	*pos = nl ? nl + 1 : end;
	if (*len && (*line)[*len - 1] == '\r')
		(*len)--;
	return true;
}

/**
 * lex_line - cut a line into words
 * @line: the line, not terminated
 * @len: its length
 * @tok: the words
 * @max: room for so many
 * @n: how many there are; 0: an empty line or a comment
 * @bad: of an error, the character or the word it is about
 *
 * Return: 0, -EILSEQ for a character that no line may hold, -E2BIG for more
 * than @max words.
 */
int lex_line(const char *line, size_t len, struct lex_token *tok, size_t max,
	     size_t *n, struct lex_token *bad)
{
	bool comment = false;
	size_t i = 0;

	*n = 0;
	while (i < len) {
		struct lex_token t = { .s = line + i, .len = 1,
				       .col = (uint32_t)i + 1 };

		if (is_control(line[i]) ||
		    (!comment && !is_blank(line[i]) && !is_word(line[i]))) {
			*bad = t;
			return -EILSEQ;
		}
		if (!*n && line[i] == '!')
			comment = true;
		if (comment || is_blank(line[i])) {
			i++;
			continue;
		}
		while (i + t.len < len && is_word(line[i + t.len]))
			t.len++;
		if (*n == max) {
			*bad = t;
			return -E2BIG;
		}
		tok[(*n)++] = t;
		i += t.len;
	}
	return 0;
}

/**
 * lex_abbreviates - is a word the beginning of a keyword?
 * @t: the word, in upper or lower case
 * @word: the keyword, in lower case
 *
 * Return: true also when it is the whole keyword.
 */
bool lex_abbreviates(const struct lex_token *t, const char *word)
{
	size_t i;

	for (i = 0; i < t->len; i++) {
		if (lower(t->s[i]) != word[i])
			return false;
	}
	return true;
}

/**
 * lex_is - is a word this keyword, in full?
 * @t: the word, in upper or lower case
 * @word: the keyword, in lower case
 *
 * Return: true when it is.
 */
bool lex_is(const struct lex_token *t, const char *word)
{
	return t->len == strlen(word) && lex_abbreviates(t, word);
}

/**
 * lex_digits - does a word consist of digits only?
 * @t: the word
 *
 * Return: true when it does.
 */
bool lex_digits(const struct lex_token *t)
{
	size_t i;

	for (i = 0; i < t->len; i++) {
		if (t->s[i] < '0' || t->s[i] > '9')
			return false;
	}
	return true;
}

/**
 * lex_u32 - read a decimal number
 * @t: the word
 * @out: the number
 *
 * Return: 0, -EINVAL when it is not a number, -ERANGE when it does not fit.
 */
int lex_u32(const struct lex_token *t, uint32_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (!lex_digits(t))
		return -EINVAL;
	for (i = 0; i < t->len; i++) {
		v = v * 10 + (uint64_t)(t->s[i] - '0');
		if (v > UINT32_MAX)
			return -ERANGE;
	}
	*out = (uint32_t)v;
	return 0;
}

/**
 * lex_copy - copy a word into a string
 * @t: the word
 * @out: the string; what is behind its NUL is zeroed, so that structs which
 *	hold it may be compared as memory
 * @size: its room
 *
 * Return: 0 or -ENAMETOOLONG, with nothing copied.
 */
int lex_copy(const struct lex_token *t, char *out, size_t size)
{
	if (t->len >= size)
		return -ENAMETOOLONG;
	memset(out, 0, size);
	memcpy(out, t->s, t->len);
	return 0;
}
