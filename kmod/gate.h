/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_GATE_H
#define _NF_RG_GATE_H

struct net;

int nf_rg_gate_register(struct net *net);
void nf_rg_gate_unregister(struct net *net);

#endif /* _NF_RG_GATE_H */
