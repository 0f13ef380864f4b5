// SPDX-License-Identifier: GPL-2.0-or-later
#include "textout.h"

#include <string.h>

static const char hex[] = "0123456789abcdef";

/**
 * text_u64 - append a number in decimal
 * @o: text
 * @v: number
 */
void text_u64(struct out *o, uint64_t v)
{
	char digits[20];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	while (n)
		out_char(o, digits[--n]);
}

/**
 * text_pad - append a string and blanks up to a width
 * @o: text
 * @s: string
 * @width: of the column; at least one blank is written
 */
void text_pad(struct out *o, const char *s, size_t width)
{
	size_t n = strlen(s);

	out_str(o, s);
	do {
		out_char(o, ' ');
	} while (++n < width);
}

/**
 * text_addr - append an address
 * @o: text
 * @a: address; one of no family becomes "unknown"
 */
void text_addr(struct out *o, const struct rg_addr *a)
{
	char text[ADDR_STRLEN];

	if (a->family == RG_NONE) {
		out_str(o, "unknown");
		return;
	}
	addr_print(a, text);
	out_str(o, text);
}

static void hex_byte(struct out *o, uint8_t b)
{
	out_char(o, hex[b >> 4]);
	out_char(o, hex[b & 15]);
}

/**
 * text_mac_dotted - append a MAC address as xxxx.xxxx.xxxx
 * @o: text
 * @mac: address
 */
void text_mac_dotted(struct out *o, const uint8_t mac[6])
{
	size_t k;

	for (k = 0; k < 6; k++) {
		if (k == 2 || k == 4)
			out_char(o, '.');
		hex_byte(o, mac[k]);
	}
}

static void jout_key(struct jout *j, const char *key)
{
	if (j->comma)
		out_char(j->o, ',');
	j->comma = true;
	if (key) {
		out_char(j->o, '"');
		out_str(j->o, key);
		out_str(j->o, "\":");
	}
}

/**
 * jout_open - begin an object or an array
 * @j: JSON
 * @key: of it; NULL within an array, and at the top
 * @bracket: '{' or '['
 */
void jout_open(struct jout *j, const char *key, char bracket)
{
	jout_key(j, key);
	out_char(j->o, bracket);
	j->comma = false;
}

/**
 * jout_close - end an object or an array
 * @j: JSON
 * @bracket: '}' or ']'
 */
void jout_close(struct jout *j, char bracket)
{
	out_char(j->o, bracket);
	j->comma = true;
}

/**
 * jout_str - append a string
 * @j: JSON
 * @key: of it; NULL within an array
 * @s: string
 */
void jout_str(struct jout *j, const char *key, const char *s)
{
	jout_key(j, key);
	out_char(j->o, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\') {
			out_char(j->o, '\\');
			out_char(j->o, *s);
		} else if (c == '\n') {
			out_str(j->o, "\\n");
		} else if (c < 0x20 || c == 0x7f) {
			out_str(j->o, "\\u00");
			hex_byte(j->o, c);
		} else if (c > 0x7f) {
			out_str(j->o, "\\ufffd");
		} else {
			out_char(j->o, *s);
		}
	}
	out_char(j->o, '"');
}

/**
 * jout_u64 - append a number
 * @j: JSON
 * @key: of it; NULL within an array
 * @v: number
 */
void jout_u64(struct jout *j, const char *key, uint64_t v)
{
	jout_key(j, key);
	text_u64(j->o, v);
}

/**
 * jout_bool - append true or false
 * @j: JSON
 * @key: of it; NULL within an array
 * @v: which
 */
void jout_bool(struct jout *j, const char *key, bool v)
{
	jout_key(j, key);
	out_str(j->o, v ? "true" : "false");
}

/**
 * jout_null - append null
 * @j: JSON
 * @key: of it; NULL within an array
 */
void jout_null(struct jout *j, const char *key)
{
	jout_key(j, key);
	out_str(j->o, "null");
}

/**
 * jout_addr - append an address as a string
 * @j: JSON
 * @key: of it; NULL within an array
 * @a: address; one of no family becomes null
 */
void jout_addr(struct jout *j, const char *key, const struct rg_addr *a)
{
	char text[ADDR_STRLEN];

	if (a->family == RG_NONE) {
		jout_null(j, key);
		return;
	}
	addr_print(a, text);
	jout_str(j, key, text);
}

/**
 * jout_mac - append a MAC address as xx:xx:xx:xx:xx:xx
 * @j: JSON
 * @key: of it; NULL within an array
 * @mac: address; all zero becomes null
 */
void jout_mac(struct jout *j, const char *key, const uint8_t mac[6])
{
	static const uint8_t none[6];
	size_t k;

	if (!memcmp(mac, none, sizeof(none))) {
		jout_null(j, key);
		return;
	}
	jout_key(j, key);
	out_char(j->o, '"');
	for (k = 0; k < 6; k++) {
		if (k)
			out_char(j->o, ':');
		hex_byte(j->o, mac[k]);
	}
	out_char(j->o, '"');
}
