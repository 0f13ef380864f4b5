// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rgctl: has the agent carry commands out.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "configure.h"
#include "follow.h"
#include "repl.h"

#define DEFAULT_RUNDIR	"/run/rgd"
#define EXIT_USAGE	2
#define EXIT_NO_AGENT	3

static int print_usage(FILE *to)
{
	fputs("usage: rgctl [-r RUNDIR] [--json] [COMMAND...]\n"
	      "without COMMAND, commands are read from standard input\n"
	      "`monitor` and `debug ...` go on until q or ^C\n", to);
	return to == stdout ? 0 : EXIT_USAGE;
}

static int run(struct client *c, const char *rundir, const char *const *words, int n, bool json)
{
	int status;

	if (config_is_command(words, n))
		return repl_configure(c, rundir);
	status = repl_command(c, words, n, json);
	/* Debugging ends with its session, so this one stays. */
	if (!status && c->watching)
		status = follow(c, json);
	return status;
}

/* One argument with blanks in it is a whole command. */
static int one_shot(struct client *c, const char *rundir, char **argv, int n, bool json)
{
	const char *words[REPL_WORDS_MAX];

	if (n == 1)
		return run(c, rundir, words, repl_split(argv[0], words), json);
	/* With more than `terminal` behind it, `configure` has its lines here or in a file. */
	if (config_is_command((const char *const *)argv, 1) &&
	    !config_is_command((const char *const *)argv, n) && strcmp(argv[1], "?"))
		return config_one_shot(c, argv + 1, n - 1);
	return run(c, rundir, (const char *const *)argv, n, json);
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "rundir", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *rundir = DEFAULT_RUNDIR;
	struct client c = { .fd = -1 };
	bool json = false;
	int opt, err, status;

	/* '+': what follows the command belongs to it, `stop --purge` for example. */
	while ((opt = getopt_long(argc, argv, "+r:jh", longs, NULL)) != -1) {
		switch (opt) {
		case 'r':
			rundir = optarg;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			return print_usage(stdout);
		default:
			return print_usage(stderr);
		}
	}
	err = client_open(&c, rundir);
	if (err) {
		fprintf(stderr, "rgctl: no agent at %s: %s\n", rundir, strerror(-err));
		return EXIT_NO_AGENT;
	}
	if (optind < argc)
		status = one_shot(&c, rundir, &argv[optind], argc - optind, json);
	else
		status = repl_run(&c, rundir, json);
	client_close(&c);
	return status;
}
