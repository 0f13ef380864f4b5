/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_PUSH_PACE_H
#define _NF_RG_PUSH_PACE_H

#include "track.h"

/* Of push.c, see push_pace.c; nf_rg_push_kick() and nf_rg_push_soon(), for all, are in push.h. */
int nf_rg_push_pace_init(void);
void nf_rg_push_pace_exit(void);
bool nf_rg_push_window_full(const struct nf_rg_group *g);
bool nf_rg_push_all(const struct nf_rg_group *g);
bool nf_rg_push_ripe(const struct nf_rg_entry *e);
bool nf_rg_push_due(const struct nf_rg_group *g);
void nf_rg_push_in(struct nf_rg_group *g, unsigned long in);
void nf_rg_push_now(struct nf_rg_group *g);
void nf_rg_push_later(struct nf_rg_group *g);
void nf_rg_push_queue(struct work_struct *work);

#endif /* _NF_RG_PUSH_PACE_H */
