/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changing the configuration that runs: a session with the agent, from a terminal or in one go.
 */
#ifndef RGCTL_CONFIGURE_H
#define RGCTL_CONFIGURE_H

#include <stdbool.h>
#include <stddef.h>

struct answer;
struct client;

/**
 * struct config - a session
 * @c: connection to the agent
 * @open: there is one
 * @terminal: a person types
 * @bad: a line was refused
 * @force: `end` asks for what needs a second word
 * @prompt: what stands between parentheses
 */
struct config {
	struct client *c;
	bool open;
	bool terminal;
	bool bad;
	bool force;
	char prompt[40];
};

bool config_is_command(const char *const *words, int n);
int config_begin(struct config *s, struct client *c, bool terminal, const char *name);
int config_line(struct config *s, const char *line, size_t indent);
int config_finish(struct config *s, bool force);
int config_help(struct config *s, const char *line, struct answer *out);
int config_one_shot(struct client *c, char **argv, int n);

#endif
