/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the agent, and the process that runs its programs, may do beyond an ordinary process.
 */
#ifndef RG_IO_PRIVILEGE_H
#define RG_IO_PRIVILEGE_H

/* The agent: addresses, rules and the module; announcements; its thread's priority; its memory. */
void privilege_agent(void);
/* Programs of tracked objects: may look at the network as the agent does. */
void privilege_programs(void);

#endif
