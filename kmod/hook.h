/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_HOOK_H
#define _NF_RG_HOOK_H

struct net;

int nf_rg_hook_register(struct net *net);
void nf_rg_hook_unregister(struct net *net);

#endif /* _NF_RG_HOOK_H */
