/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_GATE_H
#define _NF_RG_GATE_H

struct nf_rg_net;

int nf_rg_gate_register(struct nf_rg_net *rn);
void nf_rg_gate_unregister(struct nf_rg_net *rn);

#endif /* _NF_RG_GATE_H */
