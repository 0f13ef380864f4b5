// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as the lines of a session of `configure`, on top of a configuration
 * that runs. What comes of it must print, load again and be equal; a wrong
 * line must have a place; help may be asked for after every line and change
 * nothing.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf_impact.h"
#include "core/conf_session.h"

#define TEXT_SIZE	(1u << 20)
#define MAX_DIAGS	16

static const char running_text[] =
	"redundancy\napplication redundancy\n"
	"protocol 1\n authentication text a\n no bfd\n"
	"group 1\n name one\n control eth0 protocol 1\n data eth0\n"
	"group 2\n control eth0 protocol 1\n"
	"interface lan0\n redundancy rii 1\n ip nat inside\n"
	" redundancy group one ip 10.0.0.1 exclusive decrement 9\n"
	"ip nat pool P 192.0.2.1 192.0.2.9 netmask 255.255.255.0\n"
	"ip access-list standard L\n permit any\n"
	"ip nat inside source list L pool P redundancy 1 mapping-id 5 overload\n";

static struct conf running, two;
static struct conf_session s;
static struct conf_standing standing[CONF_MAX_GROUPS + 1];
static struct conf_impacts impacts;
static char text[TEXT_SIZE];

static void must(int holds)
{
	if (!holds)
		abort();
}

static void one_line(const char *line, size_t len)
{
	struct conf_diag v[MAX_DIAGS];
	struct conf_diags d = { .v = v, .max = MAX_DIAGS };
	enum conf_mode mode;
	enum conf_session_end end;
	struct out o;
	int err;

	out_init(&o, text, sizeof(text));
	mode = s.p.mode;
	conf_help(&s.p, line, len, &o);
	must(s.p.mode == mode);
	err = conf_session_line(&s, line, len, &d, &end);
	must(err == -ENOSPC || (err ? d.errors && v[0].line && v[0].col : !d.errors));
	must(*conf_session_prompt(&s));
}

static void finish(void)
{
	static struct conf_diag v[MAX_DIAGS], old[256];
	struct conf_diags d = { .v = v, .max = MAX_DIAGS };
	struct conf_diags o = { .v = old, .max = 256 };
	size_t len;

	if (conf_session_finish(&s, &running, &d, &o)) {
		must(d.errors > 0);
		return;
	}
	conf_impact(&running, &s.c, standing, &impacts);
	must(!conf_print(&s.c, text, sizeof(text), &len));
	must(!conf_parse(&two, NULL, text, len, NULL));
	must(conf_equal(&s.c, &two));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *pos = (const char *)data, *end = pos + size, *line;
	size_t len, i;

	must(!conf_parse(&running, "r", running_text, strlen(running_text),
			 NULL));
	for (i = 1; i <= CONF_MAX_GROUPS; i++)
		standing[i] = (struct conf_standing){ .peer = i & 1, .active = i & 1 };
	conf_session_begin(&s, &running, "s");
	while (lex_next_line(&pos, end, &line, &len))
		one_line(line, len);
	finish();
	return 0;
}
