// SPDX-License-Identifier: GPL-2.0-or-later
/* For asprintf() */
#define _GNU_SOURCE
#include "repl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <histedit.h>

#include "client.h"

#define HISTORY_SIZE	500
#define EXIT_NO_AGENT	3

/* Carried out, and what was found is not as wanted: an answer, and exit status 1. */
#define STATUS_FOUND	4

/* Of the line editor, which has no other way to hand it to its callbacks than by name. */
struct repl {
	struct client *c;
	const char *rundir;
	bool json;
	EditLine *el;
	char prompt[80];
};

/**
 * repl_command() - carry one command out and print the answer
 * @c: connection
 * @args: words
 * @n: how many
 * @json: print JSON if the command has it
 *
 * Refusals go to standard error, so that a script which reads the output is not misled.
 *
 * Return: exit status: 0, 1 refused or not as wanted, 2 no command, 3 the agent has gone.
 */
int repl_command(struct client *c, const char *const *args, int n, bool json)
{
	struct answer a;
	int err = client_ask(c, args, (size_t)n, json, &a), status;

	if (err) {
		fprintf(stderr, "rgctl: %s\n",
			err == -ECONNRESET ? "the agent has closed the connection"
					   : strerror(-err));
		return err == -EILSEQ ? 2 : EXIT_NO_AGENT;
	}
	status = a.status == STATUS_FOUND ? 0 : a.status;
	if (a.json && !status)
		puts(a.json);
	else
		fputs(a.text, status ? stderr : stdout);
	fflush(stdout);
	if (a.status == STATUS_FOUND)
		status = 1;
	answer_free(&a);
	return status;
}

/**
 * repl_split() - the words of a line
 * @line: is cut to pieces
 * @words: gets them
 *
 * A word may be quoted; `!` begins a comment.
 *
 * Return: how many, at most REPL_WORDS_MAX.
 */
int repl_split(char *line, const char *words[REPL_WORDS_MAX])
{
	int n = 0;
	char *at = line;

	for (;;) {
		char end = ' ';

		at += strspn(at, " \t\r\n");
		if (!*at || *at == '!' || n == REPL_WORDS_MAX)
			return n;
		if (*at == '"') {
			end = '"';
			at++;
		}
		words[n++] = at;
		at += end == '"' ? strcspn(at, "\"") : strcspn(at, " \t\r\n");
		if (!*at)
			return n;
		*at++ = '\0';
	}
}

static bool is_end(const char *const *words, int n)
{
	return n == 1 && (!strcmp(words[0], "exit") || !strcmp(words[0], "quit") ||
			  !strcmp(words[0], "end") || !strcmp(words[0], "logout"));
}

/* The agent may have been restarted between two commands. */
static int one_line(struct repl *r, char *line, bool *end)
{
	const char *words[REPL_WORDS_MAX];
	int n = repl_split(line, words), status;

	*end = is_end(words, n);
	if (!n || *end)
		return 0;
	if (r->c->fd < 0 && client_open(r->c, r->rundir)) {
		fprintf(stderr, "rgctl: no agent at %s\n", r->rundir);
		return EXIT_NO_AGENT;
	}
	status = repl_command(r->c, words, n, r->json);
	if (status == EXIT_NO_AGENT)
		client_close(r->c);
	return status;
}

static int from_pipe(struct repl *r)
{
	char *line = NULL;
	int status = 0;
	size_t cap = 0;
	bool end = false;

	while (!end && getline(&line, &cap, stdin) >= 0) {
		int s = one_line(r, line, &end);

		/* The first command that failed is what the script wants to know. */
		status = status ? status : s;
	}
	free(line);
	return status;
}

static char *prompt(EditLine *el)
{
	struct repl *r;

	el_get(el, EL_CLIENTDATA, &r);
	return r->prompt;
}

/* `?` and Tab: what may come here. */
static unsigned char on_help(EditLine *el, int key)
{
	const LineInfo *li = el_line(el);
	const char *words[REPL_WORDS_MAX];
	struct repl *r;
	char *line;
	int n;

	el_get(el, EL_CLIENTDATA, &r);
	if (asprintf(&line, "%.*s?", (int)(li->cursor - li->buffer), li->buffer) < 0)
		return CC_ERROR;
	n = repl_split(line, words);
	printf("%s\n", key == '?' ? "?" : "");
	if (r->c->fd >= 0 || !client_open(r->c, r->rundir))
		repl_command(r->c, words, n, false);
	free(line);
	return CC_REDISPLAY;
}

static void set_prompt(struct repl *r)
{
	char host[64] = "";

	gethostname(host, sizeof(host) - 1);
	host[strcspn(host, ".")] = '\0';
	snprintf(r->prompt, sizeof(r->prompt), "%s#", *host ? host : "rg");
}

static int from_terminal(struct repl *r)
{
	History *h = history_init();
	bool end = false;
	HistEvent he;

	r->el = el_init("rgctl", stdin, stdout, stderr);
	if (!h || !r->el) {
		fprintf(stderr, "rgctl: no terminal\n");
		return 2;
	}
	set_prompt(r);
	history(h, &he, H_SETSIZE, HISTORY_SIZE);
	history(h, &he, H_SETUNIQUE, 1);
	el_set(r->el, EL_CLIENTDATA, r);
	el_set(r->el, EL_PROMPT, prompt);
	el_set(r->el, EL_EDITOR, "emacs");
	el_set(r->el, EL_SIGNAL, 1);
	el_set(r->el, EL_HIST, history, h);
	el_set(r->el, EL_ADDFN, "rg-help", "List what may come here", on_help);
	el_set(r->el, EL_BIND, "?", "rg-help", NULL);
	el_set(r->el, EL_BIND, "^I", "rg-help", NULL);
	el_source(r->el, NULL);
	while (!end) {
		int len;
		const char *got = el_gets(r->el, &len);
		char *line;

		if (!got || len <= 0)
			break;
		line = strdup(got);
		if (!line)
			break;
		if (line[strspn(line, " \t\r\n")])
			history(h, &he, H_ENTER, got);
		one_line(r, line, &end);
		free(line);
	}
	el_end(r->el);
	history_end(h);
	return 0;
}

/**
 * repl_run() - commands from standard input
 * @c: connection
 * @rundir: to connect again when the agent was restarted
 * @json: print JSON where there is any
 *
 * Return: exit status: from a pipe that of the first command that failed, from a terminal 0.
 */
int repl_run(struct client *c, const char *rundir, bool json)
{
	struct repl r = { .c = c, .rundir = rundir, .json = json };

	return isatty(STDIN_FILENO) ? from_terminal(&r) : from_pipe(&r);
}
