/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_ECACHE_H
#define _NF_RG_ECACHE_H

#include <linux/types.h>

struct nf_conn;
struct nf_rg_net;

bool nf_rg_ecache_add(struct nf_conn *ct);
void nf_rg_ecache_mute(struct nf_rg_net *rn, struct nf_conn *ct);
void nf_rg_ecache_unmute(struct nf_conn *ct);

#endif /* _NF_RG_ECACHE_H */
