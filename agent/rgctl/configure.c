// SPDX-License-Identifier: GPL-2.0-or-later
/* For asprintf() */
#define _GNU_SOURCE
#include "configure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <jansson.h>

#include "client.h"
#include "repl.h"

#define WORD		"configure-session"
#define LINE_LIMIT	4000	/* of the agent, with what JSON makes of it */

enum {
	DONE,
	REFUSED,
	WRONG,
	NO_AGENT,
};

static bool short_for(const char *word, const char *whole, size_t least)
{
	size_t n = strlen(word);

	return n >= least && n <= strlen(whole) && !strncasecmp(word, whole, n);
}

/**
 * config_is_command() - is it `configure`, or `configure terminal`?
 * @words: of a command
 * @n: how many
 *
 * Return: true as well for what is short for it.
 */
bool config_is_command(const char *const *words, int n)
{
	return (n == 1 || (n == 2 && short_for(words[1], "terminal", 1))) &&
	       short_for(words[0], "configure", 3);
}

/* Returns the state that the agent answers; NULL: it has gone, and so has the session. */
static const char *ask(struct config *s, const char *what, const char *const *more, size_t n,
		       struct answer *a, json_t **json)
{
	const char *args[5] = { WORD, what }, *prompt, *state;
	int err;

	memcpy(args + 2, more, n * sizeof(*more));
	err = client_ask(s->c, args, n + 2, true, a);
	*json = err || !a->json ? NULL : json_loads(a->json, 0, NULL);
	state = json_string_value(json_object_get(*json, "state"));
	if (!state) {
		fprintf(stderr, "rgctl: %s; nothing was applied\n",
			err ? strerror(-err) : "the agent knows no sessions");
		s->open = false;
		if (!err)
			answer_free(a);
		return NULL;
	}
	prompt = json_string_value(json_object_get(*json, "prompt"));
	if (prompt && *prompt)
		snprintf(s->prompt, sizeof(s->prompt), "%s", prompt);
	return state;
}

static void forget(struct answer *a, json_t *json)
{
	json_decref(json);
	answer_free(a);
}

/**
 * config_begin() - begin a session
 * @s: overwritten
 * @c: connection to the agent
 * @terminal: a person types: what is wrong is told below its line, and does not refuse the rest
 * @name: of the lines, for what is said about them
 *
 * Return: exit status.
 */
int config_begin(struct config *s, struct client *c, bool terminal, const char *name)
{
	const char *more[] = { terminal ? "terminal" : "batch", NULL, name };
	const char *tty = ttyname(STDIN_FILENO);
	struct answer a;
	json_t *json;
	char *who;
	int status;

	*s = (struct config){ .c = c, .terminal = terminal };
	if (asprintf(&who, "rgctl %d, uid %d%s%s", (int)getpid(), (int)getuid(),
		     tty ? ", " : "", tty ? tty : "") < 0)
		return REFUSED;
	more[1] = who;
	if (!ask(s, "begin", more, 3, &a, &json)) {
		free(who);
		return NO_AGENT;
	}
	free(who);
	status = a.status;
	s->open = !status;
	fputs(a.text, stderr);
	forget(&a, json);
	return status;
}

/* As routers do: a marker below the word, then what is wrong with it. */
static void mark(json_t *json, size_t indent)
{
	json_t *list = json_object_get(json, "findings"), *x;
	size_t i;

	json_array_foreach(list, i, x) {
		const char *text = json_string_value(json_object_get(x, "text"));
		json_int_t col = json_integer_value(json_object_get(x, "column"));
		const char *colon = text ? strstr(text, "error: ") : NULL;

		if (col > 0)
			fprintf(stderr, "%*s^\n", (int)(indent + (size_t)col - 1), "");
		/* Where it is has been shown. */
		if (colon && col > 0)
			text = colon + strlen("error: ");
		fprintf(stderr, "%% %s\n", text ? text : "");
	}
}

static int leave(struct config *s)
{
	struct answer a;
	json_t *json;

	if (!ask(s, "abort", NULL, 0, &a, &json))
		return NO_AGENT;
	s->open = false;
	forget(&a, json);
	return DONE;
}

static bool confirmed(void)
{
	char line[16] = "";

	fputs("Apply it all the same? [no]: ", stderr);
	return fgets(line, sizeof(line), stdin) && short_for(strtok(line, "\r\n") ?: "n", "yes", 1);
}

static int commit(struct config *s, bool force)
{
	const char *more[] = { "force" };
	struct answer a;
	const char *state;
	json_t *json;
	bool again;
	int status;

	state = ask(s, "commit", more, force, &a, &json);
	if (!state)
		return NO_AGENT;
	status = a.status;
	again = s->terminal && status && !force && !strcmp(state, "confirm");
	fputs(a.text, stderr);
	s->bad &= status != 0;
	forget(&a, json);
	return again && confirmed() ? commit(s, true) : status;
}

/**
 * config_finish() - carry all lines out, and end the session
 * @s: the session
 * @force: even if it needs a second word
 *
 * On a terminal the session goes on if that was refused.
 *
 * Return: exit status.
 */
int config_finish(struct config *s, bool force)
{
	int status = commit(s, force);

	if (status && s->open && s->terminal)
		fputs("% Correct it, or leave with `abort`\n", stderr);
	else if (s->open)
		leave(s);
	return status;
}

static int send_line(struct config *s, const char *line, size_t indent)
{
	const char *more[] = { line };
	const char *state;
	struct answer a;
	json_t *json;
	int status;

	state = ask(s, "line", more, 1, &a, &json);
	if (!state)
		return NO_AGENT;
	status = a.status;
	s->bad |= status != 0;
	if (s->terminal)
		mark(json, indent);
	else
		fputs(a.text, stderr);
	if (s->terminal && !strcmp(state, "ignored"))
		fputs("% Ignored: it belongs to the command that was refused\n", stderr);
	if (!strcmp(state, "end"))
		status = config_finish(s, s->force);
	forget(&a, json);
	return status;
}

static int run_outside(struct config *s, const char *line)
{
	const char *words[REPL_WORDS_MAX];
	char *copy = strdup(line);
	int n = copy ? repl_split(copy, words) : 0, status = 0;

	if (n && config_is_command(words, n))
		fputs("% This is configuration mode\n", stderr);
	else if (n)
		status = repl_command(s->c, words, n, false);
	free(copy);
	return status;
}

/**
 * config_line() - one more line
 * @s: the session
 * @line: without its newline
 * @indent: how far right of the margin it was typed, for the marker
 *
 * `do COMMAND`, `commit [force]` and `abort` are understood as well.
 *
 * Return: exit status.
 */
int config_line(struct config *s, const char *line, size_t indent)
{
	const char *words[REPL_WORDS_MAX], *at = line + strspn(line, " \t");
	char *copy = strdup(line);
	int n = copy ? repl_split(copy, words) : 0, status;

	if (strlen(line) > LINE_LIMIT) {
		fprintf(stderr, "%% A line has at most %d characters\n", LINE_LIMIT);
		s->bad = true;
		status = WRONG;
	} else if (n > 1 && !strcasecmp(words[0], "do")) {
		status = run_outside(s, at + 2);
	} else if (n && n <= 2 && short_for(words[0], "commit", 3) &&
		   (n == 1 || short_for(words[1], "force", 1))) {
		status = commit(s, n == 2);
	} else if (n == 1 && short_for(words[0], "abort", 2)) {
		status = leave(s);
	} else {
		status = send_line(s, line, indent);
	}
	free(copy);
	return status;
}

/**
 * config_help() - what may come next
 * @s: the session
 * @line: up to the cursor
 * @out: gets it as text; release it with answer_free()
 *
 * Return: 0, or -EPIPE: the agent has gone.
 */
int config_help(struct config *s, const char *line, struct answer *out)
{
	const char *more[] = { line };
	json_t *json;

	if (!ask(s, "help", more, 1, out, &json))
		return -EPIPE;
	json_decref(json);
	return 0;
}

static int from_file(struct config *s, FILE *f)
{
	int first = 0, status = 0;
	char *line = NULL;
	size_t cap = 0;

	while (s->open && status != NO_AGENT && getline(&line, &cap, f) >= 0) {
		line[strcspn(line, "\r\n")] = '\0';
		status = config_line(s, line, 0);
		first = first ? first : status;
	}
	free(line);
	return first;
}

static int from_args(struct config *s, char **argv, int n)
{
	int first = 0;

	for (int i = 0; i < n && s->open; i++) {
		int status = config_line(s, argv[i], 0);

		first = first ? first : status;
	}
	return first;
}

/**
 * config_one_shot() - `configure [force] [-f FILE | LINE...]`
 * @c: connection to the agent
 * @argv: what follows `configure`
 * @n: how many; without any, or with `-f -`: lines of standard input
 *
 * All lines or none are applied; each wrong one is told.
 *
 * Return: exit status.
 */
int config_one_shot(struct client *c, char **argv, int n)
{
	bool force = n && (!strcmp(argv[0], "force") || !strcmp(argv[0], "--force"));
	const char *name = "configure";
	struct config s;
	FILE *f = NULL;
	int status;

	argv += force;
	n -= force;
	if (n == 2 && !strcmp(argv[0], "-f") && strcmp(argv[1], "-")) {
		name = argv[1];
		f = fopen(name, "re");
		if (!f) {
			fprintf(stderr, "rgctl: %s: %s\n", name, strerror(errno));
			return REFUSED;
		}
	}
	status = config_begin(&s, c, false, name);
	s.force = force;
	if (!status) {
		if (f || !n || !strcmp(argv[0], "-f"))
			status = from_file(&s, f ? f : stdin);
		else
			status = from_args(&s, argv, n);
		/* `end` has done it. */
		if (s.open)
			status = config_finish(&s, force) ?: status;
	}
	if (f)
		fclose(f);
	return status;
}
