/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_EXT_H
#define _NF_RG_EXT_H

#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_acct.h>

#include "record.h"

void nf_rg_ext_export(struct nf_conn *ct, struct nf_rg_record *rec);
u32 nf_rg_ext_packets(const struct nf_conn_acct *acct);
bool nf_rg_ext_add(const struct nf_rg_record *rec, struct nf_conn *ct);
bool nf_rg_ext_fits(const struct nf_rg_record *rec, const struct nf_conn *ct);
void nf_rg_ext_install(const struct nf_rg_record *rec, struct nf_conn *ct);

#endif /* _NF_RG_EXT_H */
