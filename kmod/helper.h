/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_HELPER_H
#define _NF_RG_HELPER_H

#include <net/netfilter/nf_conntrack.h>

#include "record.h"

bool nf_rg_helper_carried(const struct nf_conn *ct);
void nf_rg_helper_export(const struct nf_conn *ct, struct nf_rg_record *rec);
bool nf_rg_helper_load(const struct nf_rg_record *rec);
int nf_rg_helper_add(const struct nf_rg_record *rec, struct nf_conn *ct);
bool nf_rg_helper_fits(const struct nf_rg_record *rec, const struct nf_conn *ct);
void nf_rg_helper_resume(struct nf_conn *ct);

#endif /* _NF_RG_HELPER_H */
