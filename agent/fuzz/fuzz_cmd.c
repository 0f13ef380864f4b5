// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any line as a command. Whatever is found must have arguments within their
 * ranges; whatever is not must have an explanation; asking what may follow
 * must not matter.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/cmd.h"

static const struct cmd table[] = {
	{ "show redundancy application group", 1, "" },
	{ "show redundancy application group all", 2, "" },
	{ "show redundancy application group <group>", 3, "" },
	{ "show redundancy application protocol <1-8>", 4, "" },
	{ "show redundancy application protocol group <group>", 5, "" },
	{ "redundancy application reload group <group> peer force", 6, "" },
	{ "reload", 7, "" },
	{ "stop --purge", 8, "" },
	{ "show track ...", 9, "" },
	{ "configure ...", 10, "" },
};

#define N (sizeof(table) / sizeof(table[0]))

static void must(int holds)
{
	if (!holds)
		abort();
}

static size_t split(char *line, const char **words, size_t max)
{
	size_t n = 0;
	char *at;

	for (at = strtok(line, " "); at && n < max; at = strtok(NULL, " "))
		words[n++] = at;
	return n;
}

static void found(const struct cmd_result *r)
{
	must(r->cmd >= table && r->cmd < table + N);
	if (r->cmd->id == 4)
		must(r->number[0] >= 1 && r->number[0] <= 8);
	if (r->cmd->id == 3 || r->cmd->id == 5 || r->cmd->id == 6)
		must(r->n_args == 1 && r->number[0] <= 255 &&
		     (r->number[0] || strlen(r->name[0]) <= 25));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char line[4096], text[65536];
	const char *words[CMD_MAX_WORDS + 2];
	struct cmd_result r;
	struct out o;
	size_t n;

	if (size >= sizeof(line))
		return 0;
	memcpy(line, data, size);
	line[size] = '\0';
	n = split(line, words, CMD_MAX_WORDS + 2);
	cmd_find(table, N, words, n, &r);
	out_init(&o, text, sizeof(text));
	if (r.status == CMD_FOUND) {
		found(&r);
	} else {
		must(r.status == CMD_EMPTY || r.word < n);
		cmd_explain(&r, words, n, &o);
		must(r.status == CMD_EMPTY || o.len);
	}
	if (n) {
		out_init(&o, text, sizeof(text));
		cmd_help(table, N, words, n, &o);
	}
	return 0;
}
