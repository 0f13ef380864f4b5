/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands line by line: from a terminal, with a prompt, history and help, or from a pipe.
 */
#ifndef RGCTL_REPL_H
#define RGCTL_REPL_H

#include <stdbool.h>

struct client;

#define REPL_WORDS_MAX	64

int repl_split(char *line, const char *words[REPL_WORDS_MAX]);
int repl_run(struct client *c, const char *rundir, bool json);
int repl_configure(struct client *c, const char *rundir);
int repl_command(struct client *c, const char *const *args, int n, bool json);

#endif
