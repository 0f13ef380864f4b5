/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs of the operator's that are told role changes: `role-change exec` (core/hook.h).
 *
 * Each has a queue of its own and at most one program running (io/programs.h), for a limited time.
 * Nothing waits for any of it: a change is copied into the queues, and the first program starts
 * HOOKS_AFTER_MS later, when addresses have moved and been announced, those of other groups, too.
 */
#ifndef RG_IO_HOOKS_H
#define RG_IO_HOOKS_H

#include <stdint.h>

struct conf;
struct event_base;
struct hook_change;
struct hooks;
struct programs;

#define HOOKS_AFTER_MS	50

/**
 * struct hooks_stats - counters of all programs since the agent began
 * @runs: started
 * @failed: of these, ended with another status than 0, or by a signal
 * @timeouts: of these, killed because they took too long
 * @errors: changes that were not told since the program could not be run
 * @left_out: changes that were not told since too many waited, or at a change of the configuration
 * @waiting: changes that are still to be told
 */
struct hooks_stats {
	uint64_t runs;
	uint64_t failed;
	uint64_t timeouts;
	uint64_t errors;
	uint64_t left_out;
	uint64_t waiting;
};

int hooks_open(struct event_base *base, struct programs *programs, struct hooks **out);
void hooks_close(struct hooks *hs);
int hooks_configure(struct hooks *hs, const struct conf *c);
void hooks_tell(struct hooks *hs, const struct hook_change *c);
void hooks_get(const struct hooks *hs, struct hooks_stats *out);

#endif
