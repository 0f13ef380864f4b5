/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_PPTP_H
#define _NF_RG_PPTP_H

#include <net/netfilter/nf_conntrack.h>

#include "record.h"

void nf_rg_pptp_export(const struct nf_conn *ct, struct nf_rg_pptp *out);
u32 nf_rg_pptp_sum(const struct nf_conn *ct);
bool nf_rg_pptp_load(void);
bool nf_rg_pptp_known(const struct nf_rg_pptp *in);
bool nf_rg_pptp_fits(const struct nf_rg_pptp *in, const struct nf_conn *ct);
bool nf_rg_pptp_add(const struct nf_rg_pptp *in, struct nf_conn *ct);
void nf_rg_pptp_install(const struct nf_rg_pptp *in, struct nf_conn *ct);
void nf_rg_pptp_drop(struct nf_conn *ct);

#endif /* _NF_RG_PPTP_H */
