/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_OUT_H
#define RG_OUT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * DOC: bounded text
 *
 * Text is put together in a buffer of the caller's, without stdio. What does
 * not fit is cut, and counted: out->len goes on growing as snprintf()'s result
 * would, so that a caller learns how much room was wanted. The buffer always
 * ends with a NUL unless its size is 0.
 */
struct out {
	char *buf;
	size_t size;
	size_t len;
};

void out_init(struct out *o, char *buf, size_t size);
void out_char(struct out *o, char c);
void out_str(struct out *o, const char *s);
void out_strn(struct out *o, const char *s, size_t n);
void out_u32(struct out *o, uint32_t v);
void out_fmt(struct out *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void out_vfmt(struct out *o, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
bool out_cut(const struct out *o);

#endif /* RG_OUT_H */
