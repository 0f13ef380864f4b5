/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process beside the agent that runs the programs of tracked objects.
 *
 * The agent itself can start no process (io/sandbox.h): this one is forked before it gives that up.
 * It does what it is told over a socket: run the program of an object, kill it. It has fewer
 * capabilities than the agent and no filter of system calls, which all programs would inherit. It
 * ends, and kills what runs, when the agent has gone.
 */
#ifndef RG_IO_PROGRAMS_H
#define RG_IO_PROGRAMS_H

#include <stdint.h>

struct conf_track;
struct event_base;
struct programs;

/* What a program cannot be run ends with, as of a shell: found but not executable, not found. */
#define PROGRAMS_NOT_RUN 126
#define PROGRAMS_NOT_FOUND 127

#define PROGRAMS_ALL 0 /* no program has this cookie */

/**
 * typedef programs_fn - a program has ended
 * @arg: of programs_open()
 * @cookie: which one; PROGRAMS_ALL: the process that ran them has gone, and none runs any more
 * @err: 0, or -errno: nothing is known of its end
 * @status: as of waitpid()
 */
typedef void (*programs_fn)(void *arg, uint32_t cookie, int err, int status);

int programs_fork(void);

int programs_open(struct event_base *base, int fd, programs_fn fn, void *arg,
		  struct programs **out);
void programs_close(struct programs *p);
int programs_start(struct programs *p, uint32_t cookie, const struct conf_track *c);
int programs_kill(struct programs *p, uint32_t cookie);

#endif
