// SPDX-License-Identifier: GPL-2.0-or-later
#include "thread.h"

#include <sched.h>
#include <signal.h>

/**
 * thread_start() - a thread at ordinary priority, whatever its maker has, and without its signals
 * @out: the thread, to be joined or detached
 * @fn: what it runs
 * @arg: for @fn
 * @stack: bytes; all memory of the daemon is locked, stacks as well, so not the usual megabytes
 *
 * Return: 0 or -errno (pthread_create(3)).
 */
int thread_start(pthread_t *out, void *(*fn)(void *arg), void *arg, size_t stack)
{
	struct sched_param prio = { 0 };
	sigset_t all, before;
	pthread_attr_t attr;
	int err;

	sigfillset(&all);
	/* A refused system call (io/sandbox.h) would end the process where this is blocked. */
	sigdelset(&all, SIGSYS);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, stack);
	pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attr, SCHED_OTHER);
	pthread_attr_setschedparam(&attr, &prio);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	err = -pthread_create(out, &attr, fn, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return err;
}
