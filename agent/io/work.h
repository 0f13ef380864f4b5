/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One piece of work that may wait for a disk, in a thread of its own at ordinary priority: hellos
 * must not wait for it.
 */
#ifndef RG_IO_WORK_H
#define RG_IO_WORK_H

struct event_base;
struct work;

int work_start(struct event_base *base, void (*fn)(void *arg), void (*done)(void *arg), void *arg,
	       struct work **out);
void work_wait(struct work *w);

#endif
