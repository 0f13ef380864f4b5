/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_WINDOW_H
#define _NF_RG_WINDOW_H

#include "net.h"

struct nf_rg_entry;
struct nf_rg_group;
struct nf_rg_record;

void nf_rg_window_net_init(struct nf_rg_net *rn);
void nf_rg_window_net_exit(struct nf_rg_net *rn);

void nf_rg_window_hold(struct nf_rg_entry *e, const struct nf_rg_record *rec);
void nf_rg_window_rest(struct nf_rg_entry *e);
void nf_rg_window_resume(struct nf_rg_entry *e);
void nf_rg_window_drop(struct nf_rg_entry *e);
bool nf_rg_window_behind(struct nf_rg_entry *e, const struct nf_rg_record *rec);
void nf_rg_window_export(struct nf_rg_entry *e, struct nf_rg_record *rec);
void nf_rg_window_guard(struct nf_rg_net *rn);
void nf_rg_window_refresh(struct nf_rg_group *g);

#endif /* _NF_RG_WINDOW_H */
