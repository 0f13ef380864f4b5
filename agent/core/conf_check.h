/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_CONF_CHECK_H
#define RG_CONF_CHECK_H

#include "conf.h"

/**
 * struct conf_checking - a check under way
 * @c: what is checked
 * @file: its name, for findings
 * @d: where findings go, may be NULL
 * @errors: how many errors this check found
 */
struct conf_checking {
	const struct conf *c;
	const char *file;
	struct conf_diags *d;
	size_t errors;
};

void conf_say(struct conf_checking *k, enum conf_severity severity,
	      uint32_t line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void conf_check_track(struct conf_checking *k);
void conf_check_nat(struct conf_checking *k);

#endif /* RG_CONF_CHECK_H */
