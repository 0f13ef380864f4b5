/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_MERGE_H
#define _NF_RG_MERGE_H

struct nf_rg_flow;
struct nf_rg_group;

void nf_rg_merge_begin(struct nf_rg_group *g);
int nf_rg_merge_flow(struct nf_rg_group *g, const struct nf_rg_flow *flow);

#endif /* _NF_RG_MERGE_H */
