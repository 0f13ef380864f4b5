/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_TEST_CONF_UTIL_H
#define RG_TEST_CONF_UTIL_H

/* What the tests of the configuration language share. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/conf.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define MAX_DIAGS	256
#define TEXT_SIZE	(1u << 20)

/* Where a command belongs, written before it */
#define IN_RED		"redundancy\n"
#define IN_APP		IN_RED "application redundancy\n"
#define IN_PROTOCOL	IN_APP "protocol 1\n"
#define IN_GROUP	IN_APP "group 1\n"
#define IN_IF		"interface lan0\n"
#define IN_ACL		"ip access-list standard l\n"

struct parsed {
	int err;
	struct conf c;
	struct conf_diag v[MAX_DIAGS];
	struct conf_diags d;
	char text[TEXT_SIZE];	/* what is printed, if it was parsed */
	char findings[TEXT_SIZE];
};

static inline void parse_n(struct parsed *p, const char *text, size_t len)
{
	size_t i, at = 0;

	p->d = (struct conf_diags){ .v = p->v, .max = MAX_DIAGS };
	p->err = conf_parse(&p->c, "f", text, len, &p->d);
	p->text[0] = '\0';
	p->findings[0] = '\0';
	if (!p->err)
		assert_int_equal(conf_print(&p->c, p->text, TEXT_SIZE, NULL),
				 0);
	for (i = 0; i < p->d.n; i++) {
		at += conf_diag_print(&p->v[i], p->findings + at,
				      TEXT_SIZE - at);
		p->findings[at++] = '\n';
		p->findings[at] = '\0';
	}
}

static inline void parse(struct parsed *p, const char *text)
{
	parse_n(p, text, strlen(text));
}

static inline void must_contain(const char *what, const char *where,
				const char *context)
{
	if (!strstr(where, what))
		fail_msg("'%s' is not in:\n%s\n(of: %s)", what, where, context);
}

/* It loads, whatever the warnings. */
static inline void must_load(struct parsed *p, const char *text)
{
	parse(p, text);
	if (p->err)
		fail_msg("refused:\n%s\n%s", text, p->findings);
}

/* It is refused, and one finding begins with @where and contains @what. */
static inline void must_refuse(struct parsed *p, const char *text,
			       const char *where, const char *what)
{
	char *line, *end;

	parse(p, text);
	if (!p->err)
		fail_msg("accepted:\n%s", text);
	assert_int_equal(p->err, -EINVAL);
	for (line = p->findings; *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		if (!strncmp(line, where, strlen(where)) && strstr(line, what))
			return;
		*end = '\n';
	}
	fail_msg("no finding '%s ... %s' for:\n%s\nbut:\n%s", where, what, text,
		 p->findings);
}

/* It loads with a warning that contains @what. */
static inline void must_warn(struct parsed *p, const char *text,
			     const char *what)
{
	must_load(p, text);
	must_contain(what, p->findings, text);
}

static inline void must_not_warn(struct parsed *p, const char *text,
				 const char *what)
{
	must_load(p, text);
	if (strstr(p->findings, what))
		fail_msg("'%s' is in:\n%s\n(of: %s)", what, p->findings, text);
}

#endif /* RG_TEST_CONF_UTIL_H */
