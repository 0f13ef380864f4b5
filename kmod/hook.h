/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_HOOK_H
#define _NF_RG_HOOK_H

struct nf_rg_net;

int nf_rg_hook_register(struct nf_rg_net *rn);
void nf_rg_hook_unregister(struct nf_rg_net *rn);

#endif /* _NF_RG_HOOK_H */
