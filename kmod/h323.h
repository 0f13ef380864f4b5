/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_H323_H
#define _NF_RG_H323_H

#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "record.h"

u8 nf_rg_h323_helper(const struct nf_conntrack_helper *helper);
u8 nf_rg_h323_l4(u8 flag);
u8 nf_rg_h323_listed(const char *name, u8 l4);
struct nf_conntrack_helper *nf_rg_h323_find(u8 flag, u16 l3num);
void nf_rg_h323_export(const struct nf_conn *ct, u8 which, struct nf_rg_h323 *out);
u32 nf_rg_h323_sum(const struct nf_conn *ct);
bool nf_rg_h323_load(void);
void nf_rg_h323_install(const struct nf_rg_h323 *in, u8 which, struct nf_conn *ct);

#endif /* _NF_RG_H323_H */
