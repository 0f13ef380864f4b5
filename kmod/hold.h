/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_HOLD_H
#define _NF_RG_HOLD_H

#include <linux/types.h>

struct nf_rg_entry;
struct nf_rg_group;
struct work_struct;

void nf_rg_hold_init(struct nf_rg_group *g);
void nf_rg_hold_begin(struct nf_rg_group *g, struct nf_rg_entry *e);
bool nf_rg_hold_ends(struct nf_rg_group *g, struct nf_rg_entry *e);
void nf_rg_hold_hurry(struct nf_rg_group *g);
void nf_rg_hold_work(struct work_struct *work);

#endif /* _NF_RG_HOLD_H */
