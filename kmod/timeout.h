/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_TIMEOUT_H
#define _NF_RG_TIMEOUT_H

#include <net/netfilter/nf_conntrack.h>

#include "net.h"
#include "record.h"

bool nf_rg_timeout_export(const struct nf_conn *ct, struct nf_rg_record *rec);
bool nf_rg_timeout_install(struct nf_rg_net *rn, const struct nf_rg_record *rec,
			   struct nf_conn *ct);
void nf_rg_timeout_net_init(struct nf_rg_net *rn);
void nf_rg_timeout_net_exit(struct nf_rg_net *rn);

#endif /* _NF_RG_TIMEOUT_H */
