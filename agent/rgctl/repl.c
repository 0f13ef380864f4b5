// SPDX-License-Identifier: GPL-2.0-or-later
/* For asprintf() */
#define _GNU_SOURCE
#include "repl.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <wchar.h>

#include <histedit.h>

#include "client.h"
#include "configure.h"
#include "follow.h"
#include "nat.h"
#include "screen.h"

#define HISTORY_SIZE	500
#define EXIT_NO_AGENT	3

/* Carried out, and what was found is not as wanted: an answer, and exit status 1. */
#define STATUS_FOUND	4

/* `monitor [--json|--screen]`, to its end. */
static int monitor(struct client *c, const char *const *args, int n, bool json)
{
	const char *last = args[n - 1];
	const char *const stop[] = { "no", "monitor" };
	struct answer end;
	int status;

	if (n > 1 && !strncmp(last, "--screen", strlen(last)) && strlen(last) > 2)
		status = screen_run(c);
	else
		status = follow(c, json || n > 1);
	if (!status && c->stays && c->fd >= 0 && !client_ask(c, stop, 2, false, &end))
		answer_free(&end);
	return status;
}

/* Of the line editor, which has no other way to hand it to its callbacks than by name. */
struct repl {
	struct client *c;
	const char *rundir;
	bool json;
	EditLine *el;
	char host[32];
	char prompt[80];
	struct config config;
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
	/* Connections are shown and cleared in the kernel, with what the agent knows of them. */
	bool nat = n > 2 && (args[0][0] == 's' || args[0][0] == 'c') && args[1][0] == 'i';
	/* What is watched afterwards stands in the JSON. */
	bool watch = n && (args[0][0] == 'd' || args[0][0] == 'm');
	int err = client_ask(c, args, (size_t)n, json || nat || watch, &a), status;

	if (err) {
		fprintf(stderr, "rgctl: %s\n",
			err == -ECONNRESET ? "the agent has closed the connection"
					   : strerror(-err));
		return err == -EILSEQ ? 2 : EXIT_NO_AGENT;
	}
	if (nat && nat_is_meant(&a)) {
		status = nat_show(c, &a, json);
		answer_free(&a);
		return status;
	}
	if (watch && args[0][0] == 'm' && follow_is_meant(&a, "monitor")) {
		status = monitor(c, args, n, json);
		answer_free(&a);
		return status;
	}
	if (watch)
		c->watching = follow_is_meant(&a, NULL);
	status = a.status == STATUS_FOUND ? 0 : a.status;
	/* Where each line is an object that begins with what happens first. */
	if (a.json && json && !status && !watch)
		puts(a.json);
	else if (status || !json || !watch)
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

static void set_prompt(struct repl *r)
{
	if (r->config.open)
		snprintf(r->prompt, sizeof(r->prompt), "%s(%s)#", r->host, r->config.prompt);
	else
		snprintf(r->prompt, sizeof(r->prompt), "%s#", r->host);
}

static int run_words(struct repl *r, const char *const *words, int n)
{
	int status;

	/* The agent may have been restarted between two commands. */
	if (r->c->fd < 0 && client_open(r->c, r->rundir)) {
		fprintf(stderr, "rgctl: no agent at %s\n", r->rundir);
		return EXIT_NO_AGENT;
	}
	if (config_is_command(words, n))
		status = config_begin(&r->config, r->c, r->el, r->el ? "line" : "stdin");
	else
		status = repl_command(r->c, words, n, r->json);
	if (status == EXIT_NO_AGENT)
		client_close(r->c);
	return status;
}

static int one_line(struct repl *r, char *line, bool *end)
{
	const char *words[REPL_WORDS_MAX];
	int n, status = 0;

	*end = false;
	if (r->config.open) {
		line[strcspn(line, "\r\n")] = '\0';
		status = config_line(&r->config, line, strlen(r->prompt));
		if (status == EXIT_NO_AGENT)
			client_close(r->c);
	} else {
		n = repl_split(line, words);
		*end = is_end(words, n);
		if (n && !*end)
			status = run_words(r, words, n);
	}
	set_prompt(r);
	return status;
}

/* Prints what the agent says meanwhile. */
static bool wait_for_line(struct repl *r)
{
	struct pollfd p[2] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .events = POLLIN } };

	do {
		p[1].fd = r->c->fd;
		if (poll(p, 2, -1) < 0)
			return errno == EINTR;
		if (p[1].revents && client_take(r->c, NULL))
			client_close(r->c);
	} while (!p[0].revents);
	return true;
}

static int from_pipe(struct repl *r)
{
	char *line = NULL;
	int status = 0;
	size_t cap = 0;
	bool end = false;

	/* So that nothing waits in a buffer while wait_for_line() looks. */
	setvbuf(stdin, NULL, _IONBF, 0);
	while (!end && wait_for_line(r) && getline(&line, &cap, stdin) >= 0) {
		int s = one_line(r, line, &end);

		/* The first command that failed is what the script wants to know. */
		status = status ? status : s;
	}
	free(line);
	if (r->config.open) {
		int s = config_finish(&r->config, false);

		status = status ? status : s;
	}
	return status;
}

/* What has come meanwhile stands above the line that is being typed. */
static void show_watched(struct repl *r)
{
	int err;

	fputs("\r\033[K", stdout);
	fflush(stdout);
	err = client_take(r->c, NULL);
	if (err) {
		fprintf(stderr, "rgctl: the agent has closed the connection\n");
		client_close(r->c);
	}
	el_set(r->el, EL_REFRESH);
}

/* A key; meanwhile the agent may say something. */
static int get_key(EditLine *el, wchar_t *key)
{
	struct pollfd p[2] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .events = POLLIN } };
	mbstate_t state = { 0 };
	struct repl *r;
	char byte;

	el_get(el, EL_CLIENTDATA, &r);
	for (;;) {
		p[1].fd = r->c->fd;
		if (poll(p, 2, -1) < 0) {
			if (errno != EINTR)
				return -1;
			el_set(el, EL_REFRESH);
			continue;
		}
		if (p[1].revents)
			show_watched(r);
		if (!p[0].revents)
			continue;
		if (read(STDIN_FILENO, &byte, 1) != 1)
			return 0;
		if (mbrtowc(key, &byte, 1, &state) <= 1)
			return 1;
	}
}

static char *prompt(EditLine *el)
{
	struct repl *r;

	el_get(el, EL_CLIENTDATA, &r);
	return r->prompt;
}

/* What may come at the cursor, a line each; the text is malloced. */
static char *ask_help(struct repl *r, const char *line)
{
	const char *words[REPL_WORDS_MAX];
	struct answer a;
	char *copy;
	int n, err;

	if (r->config.open)
		return config_help(&r->config, line, &a) ? NULL : (free(a.json), a.text);
	if ((r->c->fd < 0 && client_open(r->c, r->rundir)) || asprintf(&copy, "%s?", line) < 0)
		return NULL;
	n = repl_split(copy, words);
	err = client_ask(r->c, words, (size_t)n, false, &a);
	free(copy);
	return err ? NULL : a.text;
}

/*
 * What Tab adds: the rest of the only keyword that may stand there, or what several have in
 * common.  Keywords are in lower case, arguments are not.  Returns its length in @rest.
 */
static size_t completion(const char *help, const char *begun, char *rest, size_t size)
{
	size_t n = strlen(begun), common = 0, found = 0;
	const char *first = NULL;

	for (const char *at = help; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		const char *word = at + strspn(at, " ");
		size_t len = strcspn(word, " \n"), k = 0;

		if (*word < 'a' || *word > 'z' || len < n || strncasecmp(word, begun, n))
			continue;
		while (first && k < common && k < len && word[k] == first[k])
			k++;
		common = found++ ? k : len;
		first = first ? first : word;
	}
	/* What is complete already needs no more than a blank. */
	if (!found || common < n || (found > 1 && common == n) || common - n + 2 > size)
		return 0;
	memcpy(rest, first + n, common - n);
	snprintf(rest + common - n, 2, "%s", found == 1 ? " " : "");
	return strlen(rest);
}

/* `?` and Tab: what may come here. */
static unsigned char on_help(EditLine *el, int key)
{
	const LineInfo *li = el_line(el);
	const char *begun;
	char *line, *help, rest[64];
	struct repl *r;
	size_t n = 0;

	el_get(el, EL_CLIENTDATA, &r);
	if (asprintf(&line, "%.*s", (int)(li->cursor - li->buffer), li->buffer) < 0)
		return CC_ERROR;
	begun = strrchr(line, ' ');
	begun = begun ? begun + 1 : line;
	help = ask_help(r, line);
	if (key == '\t' && help)
		n = completion(help, begun, rest, sizeof(rest));
	if (!n)
		printf("%s\n%s", key == '?' ? "?" : "", help ? help : "");
	else if (el_insertstr(el, rest))
		n = 0;
	free(help);
	free(line);
	fflush(stdout);
	return n ? CC_REFRESH : CC_REDISPLAY;
}

static void set_host(struct repl *r)
{
	char host[sizeof(r->host)] = "";

	gethostname(host, sizeof(host) - 1);
	host[strcspn(host, ".")] = '\0';
	snprintf(r->host, sizeof(r->host), "%s", *host ? host : "rg");
}

/* ^Z: as in IOS, the line `end`. */
static unsigned char on_end(EditLine *el, int key)
{
	struct repl *r;

	(void)key;
	el_get(el, EL_CLIENTDATA, &r);
	if (!r->config.open)
		return CC_ERROR;
	/* Whatever was typed on this line goes, as there. */
	el_deletestr(el, (int)(el_line(el)->cursor - el_line(el)->buffer));
	el_push(el, "end\n");
	return CC_REFRESH;
}

static int loop(struct repl *r, History *h, bool leave_with_config)
{
	bool end = false;
	int status = 0;
	HistEvent he;

	while (!end) {
		int len;
		const char *got = el_gets(r->el, &len);
		char *line = got && len > 0 ? strdup(got) : NULL;

		if (!line)
			break;
		if (line[strspn(line, " \t\r\n")])
			history(h, &he, H_ENTER, got);
		status = one_line(r, line, &end);
		free(line);
		end |= leave_with_config && !r->config.open;
	}
	if (r->config.open)
		fputs("\n% The lines were not applied: that takes `end` or `commit`\n", stderr);
	return status;
}

static int from_terminal(struct repl *r, bool configure)
{
	History *h = history_init();
	HistEvent he;
	int status = 0;

	r->el = el_init("rgctl", stdin, stdout, stderr);
	if (!h || !r->el) {
		fprintf(stderr, "rgctl: no terminal\n");
		return 2;
	}
	history(h, &he, H_SETSIZE, HISTORY_SIZE);
	history(h, &he, H_SETUNIQUE, 1);
	el_set(r->el, EL_CLIENTDATA, r);
	el_set(r->el, EL_PROMPT, prompt);
	el_set(r->el, EL_GETCFN, get_key);
	el_set(r->el, EL_EDITOR, "emacs");
	el_set(r->el, EL_SIGNAL, 1);
	el_set(r->el, EL_HIST, history, h);
	el_set(r->el, EL_ADDFN, "rg-help", "List what may come here", on_help);
	el_set(r->el, EL_ADDFN, "rg-end", "Leave configuration mode", on_end);
	el_set(r->el, EL_BIND, "?", "rg-help", NULL);
	el_set(r->el, EL_BIND, "^I", "rg-help", NULL);
	/* ^Z and ^C are keys like others, while a line is read. */
	el_set(r->el, EL_SETTY, "-d", "-isig", NULL);
	el_set(r->el, EL_BIND, "^Z", "rg-end", NULL);
	el_set(r->el, EL_BIND, "^C", "em-kill-line", NULL);
	el_source(r->el, NULL);
	if (configure)
		status = config_begin(&r->config, r->c, true, "line");
	set_prompt(r);
	if (!status)
		status = loop(r, h, configure);
	el_end(r->el);
	history_end(h);
	return configure ? status : 0;
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

	c->watch = follow_line;
	c->arg = &r.json;
	c->stays = true;
	set_host(&r);
	return isatty(STDIN_FILENO) ? from_terminal(&r, false) : from_pipe(&r);
}

/**
 * repl_configure() - `configure terminal`, and nothing else
 * @c: connection
 * @rundir: to connect again
 *
 * From a pipe all lines are one change.
 *
 * Return: exit status.
 */
int repl_configure(struct client *c, const char *rundir)
{
	struct repl r = { .c = c, .rundir = rundir };

	c->watch = follow_line;
	c->arg = &r.json;
	c->stays = true;
	set_host(&r);
	return isatty(STDIN_FILENO) ? from_terminal(&r, true) : config_one_shot(c, NULL, 0);
}
