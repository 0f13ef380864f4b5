/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system calls that the agent needs, and no others.
 *
 * Any other call fails with EPERM (ENOSYS if it is newer than the library that names them, so that
 * the C library takes an older one instead), is counted, and is logged by its name, once for each.
 * It does not end the agent: a library that was updated and has found another way to do the same
 * would else be an outage, and of both routers at once; what was refused has had no effect in
 * either case. (It does where signals are blocked, for the kernel has no other way to say it then:
 * the C library does so around fork(), which nobody here calls. No thread blocks SIGSYS.)
 */
#ifndef RG_IO_SANDBOX_H
#define RG_IO_SANDBOX_H

#include <stdint.h>

struct event_base;

void sandbox_enter(void);
int sandbox_watch(struct event_base *base);
void sandbox_close(void);
uint64_t sandbox_refused(void);

#endif
