/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_ROLE_H
#define _NF_RG_ROLE_H

#include "group.h"

struct nf_rg_entry;
struct nf_rg_mapping;

/* Tells those who watch; process context or softirq.  @event: enum nf_rg_event. */
typedef void (*nf_rg_notify_fn)(struct nf_rg_group *g, unsigned int event);

/**
 * struct nf_rg_role_change - what NF_RG_CMD_SET_ROLE asks for
 * @role: enum nf_rg_role
 * @epoch: not lower than the group's
 * @lease_ms: 0: no lease
 * @grace_ms: at most NF_RG_GRACE_MAX_MS
 * @no_new: refuse new connections
 */
struct nf_rg_role_change {
	u8 role;
	struct nf_rg_epoch epoch;
	u32 lease_ms;
	u32 grace_ms;
	bool no_new;
};

void nf_rg_role_init(nf_rg_notify_fn notify);
int nf_rg_role_create(struct nf_rg_net *rn, u32 id, struct nf_rg_group **out);
void nf_rg_role_delete(struct nf_rg_group *g);
void nf_rg_role_delete_mapping(struct nf_rg_mapping *m);
int nf_rg_role_set(struct nf_rg_group *g, const struct nf_rg_role_change *change);
int nf_rg_role_flush(struct nf_rg_group *g);
u32 nf_rg_role_hold_time(void);
void nf_rg_role_release(struct nf_rg_group *g, struct nf_rg_entry *e);

#endif /* _NF_RG_ROLE_H */
