/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_EXPORT_H
#define _NF_RG_EXPORT_H

#include "record.h"

struct nf_rg_entry;
struct nf_rg_tomb;

void nf_rg_export_core(const struct nf_rg_entry *e, struct nf_rg_record *rec);
void nf_rg_export_entry(struct nf_rg_entry *e, struct nf_rg_record *rec);
void nf_rg_export_tomb(const struct nf_rg_tomb *t, struct nf_rg_record *rec);

#endif /* _NF_RG_EXPORT_H */
