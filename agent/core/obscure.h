/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_OBSCURE_H
#define RG_OBSCURE_H

#include <stdbool.h>
#include <stddef.h>

/* Characters that obscure() needs for a text of @n, with the NUL. */
#define OBSCURE_SIZE(n)	(2 + 2 * (n) + 1)

bool obscure(const char *text, char *out, size_t size);
bool reveal(const char *s, size_t len, char *out, size_t size);

#endif /* RG_OBSCURE_H */
