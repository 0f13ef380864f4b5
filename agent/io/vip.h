/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual addresses: on their interfaces while the group is active here, and on none otherwise.
 *
 * All of a group go on or off in one netlink batch, which is prepared beforehand: vips_set()
 * neither allocates nor waits for anything but the kernel.  An address that somebody else removes
 * while the group is active is put back at once; if that happens more than three times in ten
 * seconds we stop, report the fault, and look again a minute later.
 *
 * Everything runs in the thread of the event base.
 */
#ifndef RG_IO_VIP_H
#define RG_IO_VIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

struct conf;
struct event_base;
struct ifaces;
struct vips;

/**
 * struct vips_ops - what the owner is told; any may be NULL
 * @foreign: an address of @group on @ifname was removed behind our back.  @restored: it is there
 *	again.
 * @fault: fault FOREIGN of @group begins or ends
 */
struct vips_ops {
	void (*foreign)(void *arg, uint32_t group, const char *ifname, const struct rg_addr *a,
			bool restored);
	void (*fault)(void *arg, uint32_t group, bool on);
};

/**
 * struct vips_state - what there is of a group's virtual addresses
 * @want: they should be there
 * @configured: how many
 * @present: how many are on their interface
 * @uncovered: IPv4 addresses whose interface has no address in the same network: hosts there will
 *	hardly use them
 * @foreign: removals by others, ever
 * @refused: refusals of the kernel, ever
 * @last_err: the last refusal, -errno; 0: none
 * @fault: fault FOREIGN
 */
struct vips_state {
	bool want;
	unsigned int configured;
	unsigned int present;
	unsigned int uncovered;
	uint64_t foreign;
	uint64_t refused;
	int last_err;
	bool fault;
};

int vips_open(struct event_base *base, struct ifaces *ifs, const struct vips_ops *ops, void *arg,
	      struct vips **out);
void vips_close(struct vips *v);

int vips_configure(struct vips *v, const struct conf *c);
int vips_set(struct vips *v, uint32_t group, bool present);
int vips_verify_absent(struct vips *v, uint32_t group, struct rg_addr *found);
int vips_purge(struct vips *v);
int vips_get(const struct vips *v, uint32_t group, struct vips_state *out);
bool vips_present(const struct vips *v, uint32_t group, const char *ifname,
		  const struct rg_addr *a);

#endif
