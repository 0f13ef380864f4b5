/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_EXT_H
#define _NF_RG_EXT_H

#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_acct.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_extend.h>

#include "record.h"

void nf_rg_ext_export_all(struct nf_conn *ct, struct nf_rg_record *rec);
u32 nf_rg_ext_packets(const struct nf_conn_acct *acct);
bool nf_rg_ext_add(const struct nf_rg_record *rec, struct nf_conn *ct);
bool nf_rg_ext_fits(const struct nf_rg_record *rec, const struct nf_conn *ct);
void nf_rg_ext_install(const struct nf_rg_record *rec, struct nf_conn *ct);

/*
 * Has a connection no extension but that of events?  The first one begins at once behind the head.
 * Context: any.
 */
static inline bool nf_rg_ext_is_plain(const struct nf_conn *ct)
{
	const struct nf_ct_ext *ext = ct->ext;

	return ext && ext->offset[NF_CT_EXT_ECACHE] &&
	       ext->offset[NF_CT_EXT_ECACHE] <= ALIGN(sizeof(*ext), 8) &&
	       ext->len <= ext->offset[NF_CT_EXT_ECACHE] + sizeof(struct nf_conntrack_ecache);
}

/* As nf_rg_ext_export_all(): most have none. */
static inline void nf_rg_ext_export(struct nf_conn *ct, struct nf_rg_record *rec)
{
	if (!nf_rg_ext_is_plain(ct))
		nf_rg_ext_export_all(ct, rec);
}

#endif /* _NF_RG_EXT_H */
