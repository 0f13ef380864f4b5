/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process beside the agent that runs the programs of tracked objects, and those that are told of
 * role changes.
 *
 * The agent itself can start no process (io/sandbox.h): this one is forked before it gives that up.
 * It does what it is told over a socket: run a program, kill it. It has fewer capabilities than the
 * agent and no filter of system calls, which all programs would inherit. It ends, and kills what
 * runs if that is not to be left, when the agent has gone.
 */
#ifndef RG_IO_PROGRAMS_H
#define RG_IO_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct programs;

/*
 * What a program cannot be run ends with, as of a shell: found but not executable, not found; and,
 * if @guarded, somebody else's.
 */
#define PROGRAMS_UNSAFE 125
#define PROGRAMS_NOT_RUN 126
#define PROGRAMS_NOT_FOUND 127

#define PROGRAMS_ALL 0 /* no program has this cookie */

#define PROGRAMS_ENV 1024 /* bytes of an environment */
#define PROGRAMS_IN 2048 /* bytes of an input */
#define PROGRAMS_WORDS 16 /* of an environment */

/* Who runs programs. */
enum programs_user { PROGRAMS_TRACK, PROGRAMS_HOOK, PROGRAMS_USERS };

/**
 * struct programs_run - a program
 * @name: its path, or the unit
 * @unit: ask the service manager whether this unit is active, rather than run anything
 * @guarded: not run if others than root and the agent's user could have put something else there
 * (io/safepath.h)
 * @stays: not killed when the agent ends
 * @env: its environment beside PATH, NAME=VALUE each, NULL at the end; at most PROGRAMS_WORDS
 * @in: its standard input
 * @in_len: bytes of it, 0: there is none
 */
struct programs_run {
	const char *name;
	bool unit;
	bool guarded;
	bool stays;
	char *const *env;
	const char *in;
	size_t in_len;
};

/**
 * typedef programs_fn - a program has ended
 * @arg: of programs_hear()
 * @cookie: which one; PROGRAMS_ALL: the process that ran them has gone, and none runs any more
 * @err: 0, or -errno: nothing is known of its end
 * @status: as of waitpid()
 */
typedef void (*programs_fn)(void *arg, uint32_t cookie, int err, int status);

int programs_fork(void);

int programs_open(struct event_base *base, int fd, struct programs **out);
void programs_close(struct programs *p);
void programs_hear(struct programs *p, enum programs_user who, programs_fn fn, void *arg);
uint32_t programs_cookie(struct programs *p);
int programs_start(struct programs *p, uint32_t cookie, const struct programs_run *run);
int programs_kill(struct programs *p, uint32_t cookie);
const char *programs_trouble(int err, int status);

#endif
