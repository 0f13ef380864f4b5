/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads for what may take its time.  The loop has a real-time priority and the signals; these
 * have neither.
 */
#ifndef RG_IO_THREAD_H
#define RG_IO_THREAD_H

#include <pthread.h>
#include <stddef.h>

int thread_start(pthread_t *out, void *(*fn)(void *arg), void *arg, size_t stack);

#endif
