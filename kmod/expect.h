/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_EXPECT_H
#define _NF_RG_EXPECT_H

#include "net.h"
#include "record.h"

struct nf_conn;

void nf_rg_expect_export(struct nf_rg_net *rn, const struct nf_conn *ct, struct nf_rg_record *rec);
u32 nf_rg_expect_sum(const struct nf_conn *ct);
int nf_rg_expect_install(const struct nf_rg_record *rec, struct nf_conn *ct);

#endif /* _NF_RG_EXPECT_H */
