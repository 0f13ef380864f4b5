/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_HOOK_H
#define RG_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "election.h"

/*
 * DOC: what a hook is told
 *
 * A hook is a program of the operator's that is told each role change. What
 * it is told is noted when the role changes and waits in a queue of the hook's
 * own, oldest first, until the program has time for it. A full queue loses its
 * oldest change, for the latest is what the world has to follow; how many were
 * left out is counted, and told with the next one.
 */
#define HOOK_QUEUE	256	/* a change of every group, and one more */
#define HOOK_CAUSE_LEN	96
#define HOOK_WORDS	12
#define HOOK_TEXT	640
#define HOOK_JSON	1280	/* bytes: the longest there can be, every byte of words escaped */

/**
 * struct hook_change - a role change
 * @group: number of the group
 * @name: its name, may be empty
 * @before: the role before
 * @role: the role now
 * @cause: why, in words
 * @epoch: counter of the term that the group is part of, see election.h
 * @priority: run-time priority
 * @wall_ms: wall clock, ms since 1970
 * @mono_ms: ms since the system came up
 */
struct hook_change {
	uint8_t group;
	char name[CONF_ALIAS_LEN];
	enum rg_role before;
	enum rg_role role;
	char cause[HOOK_CAUSE_LEN];
	uint64_t epoch;
	uint8_t priority;
	uint64_t wall_ms;
	uint64_t mono_ms;
};

/**
 * struct hook_queue - changes that a hook has not been told yet
 * @v: ring
 * @first: the oldest
 * @n: how many there are
 * @left_out: how many were lost since the last one was taken
 */
struct hook_queue {
	struct hook_change v[HOOK_QUEUE];
	uint32_t first;
	uint32_t n;
	uint64_t left_out;
};

/**
 * struct hook_words - an environment
 * @env: NAME=VALUE each, NULL at the end; they lie in @text
 * @text: the bytes
 */
struct hook_words {
	char *env[HOOK_WORDS + 1];
	char text[HOOK_TEXT];
};

bool hook_push(struct hook_queue *q, const struct hook_change *c);
bool hook_pop(struct hook_queue *q, struct hook_change *c, uint64_t *left_out);
bool hook_env(const struct hook_change *c, uint64_t left_out,
	      struct hook_words *out);
size_t hook_json(const struct hook_change *c, uint64_t left_out, char *buf,
		 size_t size);

#endif /* RG_HOOK_H */
