/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_SCRUB_H
#define _NF_RG_SCRUB_H

struct nf_rg_group;
struct work_struct;

void nf_rg_scrub_later(struct nf_rg_group *g);
void nf_rg_scrub_work(struct work_struct *work);

#endif /* _NF_RG_SCRUB_H */
