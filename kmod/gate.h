/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_GATE_H
#define _NF_RG_GATE_H

#include <linux/types.h>

struct nf_conn;
struct nf_rg_net;

int nf_rg_gate_register(struct nf_rg_net *rn);
void nf_rg_gate_unregister(struct nf_rg_net *rn);
void nf_rg_gate_net_exit(struct nf_rg_net *rn);
void nf_rg_gate_update(struct nf_rg_net *rn, bool open);
bool nf_rg_gate_passes(struct nf_rg_net *rn, const struct nf_conn *ct);

#endif /* _NF_RG_GATE_H */
