// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Strings of type 7, as IOS writes them: two decimal digits say where in a
 * table that everybody knows the exclusive-or begins, two hexadecimal digits a
 * character follow. Nobody is kept from reading such a string; it only is not
 * read over one's shoulder.
 */
#include "obscure.h"

#include <ctype.h>
#include <string.h>

#define TABLE_LEN	53
#define START		2	/* ours: the same text always looks the same */
#define START_MAX	15

static const char table[TABLE_LEN + 1] = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

/**
 * obscure - write a text as type 7
 * @text: the text
 * @out: gets it, terminated
 * @size: room there, OBSCURE_SIZE() of its length is enough
 *
 * Return: false when there is not enough room.
 */
bool obscure(const char *text, char *out, size_t size)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t n = strlen(text), i;

	if (size < OBSCURE_SIZE(n))
		return false;
	*out++ = '0' + START / 10;
	*out++ = '0' + START % 10;
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)(text[i] ^ table[(START + i) % TABLE_LEN]);

		*out++ = hex[c >> 4];
		*out++ = hex[c & 15];
	}
	*out = '\0';
	return true;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)toupper((unsigned char)c);
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/**
 * reveal - read a text of type 7
 * @s: its characters
 * @len: how many
 * @out: gets the text, terminated
 * @size: room there
 *
 * Return: false when it is none, is empty, too long, or holds what a word of the
 * language cannot.
 */
bool reveal(const char *s, size_t len, char *out, size_t size)
{
	size_t n = len < 4 ? 0 : len / 2 - 1, i, start;

	if (!n || len % 2 || n >= size || !isdigit((unsigned char)s[0]) ||
	    !isdigit((unsigned char)s[1]))
		return false;
	start = (size_t)(digit(s[0]) * 10 + digit(s[1]));
	if (start > START_MAX)
		return false;
	for (i = 0; i < n; i++) {
		int hi = digit(s[2 + 2 * i]), lo = digit(s[3 + 2 * i]);

		if (hi < 0 || lo < 0)
			return false;
		out[i] = (char)((hi << 4 | lo) ^ table[(start + i) % TABLE_LEN]);
		if (out[i] <= ' ' || out[i] > '~')
			return false;
	}
	out[n] = '\0';
	return true;
}
