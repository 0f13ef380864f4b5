/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices that have the virtual MAC addresses: a macvlan for each interface with `redundancy vmac`.
 *
 * Here they are made, kept and removed.  vip.h puts the virtual addresses on them and sets them up
 * and down: a device is down until its group is active, and its MAC address then is nowhere on the
 * wire.  They are known again by name (conf_vmac_name()) and device group (RG_DEVGROUP), so that a
 * restarted agent goes on with them.  What somebody else deletes or changes is put right at once;
 * if that happens more than three times in ten seconds we stop, report the fault, and look again a
 * minute later.
 *
 * Everything runs in the thread of the event base.
 */
#ifndef RG_IO_VMAC_H
#define RG_IO_VMAC_H

#include <stdbool.h>

struct conf;
struct event_base;
struct ifaces;
struct vmacs;

/**
 * typedef vmacs_fault_fn - we stopped undoing what is done to a device, or try again
 * @arg: of vmacs_open()
 *
 * vmacs_fights() says which.
 */
typedef void (*vmacs_fault_fn)(void *arg);

int vmacs_open(struct event_base *base, struct ifaces *ifs, vmacs_fault_fn fault, void *arg,
	       struct vmacs **out);
void vmacs_close(struct vmacs *v);

int vmacs_configure(struct vmacs *v, const struct conf *c);
void vmacs_purge(struct vmacs *v);
bool vmacs_fights(const struct vmacs *v, const char *ifname);

#endif
