// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a configuration. Whatever loads must print, load again, be
 * equal, and print the same; whatever does not must leave an empty
 * configuration and at least one error that can be shown.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf.h"

#define TEXT_SIZE	(1u << 20)
#define MAX_DIAGS	16

static struct conf one, two, empty;
static char text_one[TEXT_SIZE], text_two[TEXT_SIZE];

static void must(int holds)
{
	if (!holds)
		abort();
}

static void show(const struct conf_diags *d)
{
	char line[1024];
	size_t i;

	for (i = 0; i < d->n; i++) {
		must(conf_diag_print(&d->v[i], line, sizeof(line)) <
		     sizeof(line));
		must(*d->v[i].text);
	}
}

static void again(void)
{
	size_t len, len_two;

	must(!conf_print(&one, text_one, sizeof(text_one), &len));
	must(!conf_parse(&two, NULL, text_one, len, NULL));
	must(conf_equal(&one, &two));
	must(!conf_print(&two, text_two, sizeof(text_two), &len_two));
	must(len == len_two && !memcmp(text_one, text_two, len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_diag v[MAX_DIAGS];
	struct conf_diags d = { .v = v, .max = MAX_DIAGS };
	int err;

	err = conf_parse(&one, "f", (const char *)data, size, &d);
	show(&d);
	must(err ? d.errors > 0 : d.errors == 0);
	if (!err) {
		again();
		return 0;
	}
	conf_init(&empty);
	must(!memcmp(&one, &empty, sizeof(one)));
	return 0;
}
