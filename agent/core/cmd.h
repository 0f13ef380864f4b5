/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_CMD_H
#define RG_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"

/*
 * DOC: commands of an operator
 *
 * Commands stand in a table of patterns; each pattern is words, blank between
 * them:
 *
 *	show		this word, which may be shortened to what is unambiguous
 *	<1-8>		a number in this range
 *	<group>		a number from 1 to 255, or a name
 *	<address>	an IPv4 or IPv6 address
 *	...		the last word: whatever follows
 *
 * All patterns are followed at once, word by word. A word given in full beats
 * those it is the beginning of; a word of the table beats a name. What does
 * not fit is answered as routers do, with a marker below its first wrong
 * character.
 */
#define CMD_MAX_WORDS	16
#define CMD_MAX_TABLE	160

/**
 * struct cmd - a row of the table
 * @pattern: see above
 * @id: of the caller
 * @help: what the last word of the pattern means, for `?`
 */
struct cmd {
	const char *pattern;
	int id;
	const char *help;
};

enum cmd_status {
	CMD_FOUND,
	CMD_EMPTY,		/* no words */
	CMD_INCOMPLETE,
	CMD_AMBIGUOUS,		/* @word */
	CMD_INVALID,		/* @word, from its character @at on */
	CMD_TOO_LONG,		/* more than CMD_MAX_WORDS */
};

/**
 * struct cmd_result - what was found
 * @status: whether anything was
 * @cmd: the row, for CMD_FOUND
 * @word: which word is wrong
 * @at: its first wrong character, from 0
 * @n_args: how many of @number and @name are set, one for each <...>
 * @number: value, 0 for a name
 * @name: the word as given
 */
struct cmd_result {
	enum cmd_status status;
	const struct cmd *cmd;
	size_t word;
	size_t at;
	size_t n_args;
	uint32_t number[4];
	const char *name[4];
};

void cmd_find(const struct cmd *table, size_t n, const char *const *words,
	      size_t n_words, struct cmd_result *out);
void cmd_explain(const struct cmd_result *r, const char *const *words,
		 size_t n_words, struct out *o);
void cmd_help(const struct cmd *table, size_t n, const char *const *words,
	      size_t n_words, struct out *o);

#endif /* RG_CMD_H */
