/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded queue of lines that several threads fill and one empties.
 *
 * Nobody waits for anybody: no lock, no system call, no allocation.  What finds the queue full is
 * not queued, and is counted.  Each place has a turn, which tells whether it is to be filled or to
 * be emptied (D. Vyukov's bounded queue): a place is filled by whoever moved @head past it, and
 * emptied by the one reader.
 */
#ifndef RG_CORE_LINEQ_H
#define RG_CORE_LINEQ_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINEQ_LINES 512 /* a power of two */
#define LINEQ_BYTES 1024 /* of a line, with its final 0 */

struct lineq_line {
	int64_t wall_us; /* when it was said, since 1970 UTC */
	int prio; /* the reader's business */
	char text[LINEQ_BYTES];
};

struct lineq {
	atomic_uint head; /* next place to fill */
	unsigned int tail; /* the reader's: next place to empty */
	atomic_ullong lost; /* lines that found it full */
	struct {
		atomic_uint turn;
		struct lineq_line line;
	} place[LINEQ_LINES];
};

void lineq_init(struct lineq *q);
bool lineq_put(struct lineq *q, int prio, int64_t wall_us, const char *text);
bool lineq_take(struct lineq *q, struct lineq_line *out);
uint64_t lineq_lost(const struct lineq *q);

#endif
