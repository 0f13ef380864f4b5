// SPDX-License-Identifier: GPL-2.0-or-later
#include "out.h"

#include <string.h>

/**
 * out_init - start an empty text
 * @o: the text
 * @buf: where it goes; may be NULL when @size is 0, to measure only
 * @size: room there, the final NUL included
 */
void out_init(struct out *o, char *buf, size_t size)
{
	o->buf = buf;
	o->size = size;
	o->len = 0;
	if (size)
		buf[0] = '\0';
}

/**
 * out_char - append one character
 * @o: the text
 * @c: the character
 */
void out_char(struct out *o, char c)
{
	if (o->len + 1 < o->size) {
		o->buf[o->len] = c;
		o->buf[o->len + 1] = '\0';
	}
	o->len++;
}

/**
 * out_strn - append some characters
 * @o: the text
 * @s: what
 * @n: how many of it
 */
void out_strn(struct out *o, const char *s, size_t n)
{
	while (n--)
		out_char(o, *s++);
}

/**
 * out_str - append a string
 * @o: the text
 * @s: what
 */
void out_str(struct out *o, const char *s)
{
	out_strn(o, s, strlen(s));
}

/**
 * out_u32 - append a number in decimal
 * @o: the text
 * @v: the number
 */
void out_u32(struct out *o, uint32_t v)
{
	char digits[10];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	while (n)
		out_char(o, digits[--n]);
}

/**
 * out_vfmt - append formatted text
 * @o: the text
 * @fmt: printf's %s, %u (of 32 bits) and %% only: more is not needed, and
 *	printf itself would bring locales and allocation into the core
 * @ap: the arguments
 *
 * An unknown conversion is copied as it stands; the compiler checks the
 * arguments against the format all the same.
 */
void out_vfmt(struct out *o, const char *fmt, va_list ap)
{
	for (; *fmt; fmt++) {
		if (fmt[0] == '%' && fmt[1] == 's') {
			out_str(o, va_arg(ap, const char *));
			fmt++;
		} else if (fmt[0] == '%' && fmt[1] == 'u') {
			out_u32(o, va_arg(ap, unsigned int));
			fmt++;
		} else {
			if (fmt[0] == '%' && fmt[1] == '%')
				fmt++;
			out_char(o, *fmt);
		}
	}
}

/**
 * out_fmt - append formatted text
 * @o: the text
 * @fmt: as out_vfmt()
 */
void out_fmt(struct out *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	out_vfmt(o, fmt, ap);
	va_end(ap);
}

/**
 * out_cut - did the text not fit?
 * @o: the text
 *
 * Return: true when characters were lost; o->len + 1 is the room they need.
 */
bool out_cut(const struct out *o)
{
	return o->len >= o->size;
}
