/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_HELPER_H
#define _NF_RG_HELPER_H

#include <net/netfilter/nf_conntrack.h>

#include "record.h"

struct nf_conntrack_helper;

bool nf_rg_helper_carried(const struct nf_conn *ct);
bool nf_rg_helper_keeps(const struct nf_conn *ct);
bool nf_rg_helper_is_sip(const struct nf_conntrack_helper *helper);
bool nf_rg_helper_is_h323(const struct nf_conntrack_helper *helper);
bool nf_rg_helper_is_pptp(const struct nf_conn *ct);
u32 nf_rg_helper_sum(const struct nf_conn *ct);
void nf_rg_helper_export(const struct nf_conn *ct, struct nf_rg_record *rec);
bool nf_rg_helper_possible(const struct nf_rg_record *rec);
bool nf_rg_helper_load(const struct nf_rg_record *rec);
bool nf_rg_helper_known(const struct nf_rg_record *rec);
void nf_rg_helper_install(const struct nf_rg_record *rec, struct nf_conn *ct);
int nf_rg_helper_add(const struct nf_rg_record *rec, struct nf_conn *ct);
bool nf_rg_helper_fits(const struct nf_rg_record *rec, const struct nf_conn *ct);
void nf_rg_helper_drop(struct nf_conn *ct);

#endif /* _NF_RG_HELPER_H */
