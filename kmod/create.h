/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_CREATE_H
#define _NF_RG_CREATE_H

#include <net/netfilter/nf_conntrack_tuple.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "mapping.h"
#include "record.h"

struct nf_rg_entry;

/**
 * struct nf_rg_flow - a state record in the kernel's terms
 * @rec: the record
 * @m: its mapping
 * @zone: its zone
 * @orig: original direction
 * @reply: reply direction, translated
 */
struct nf_rg_flow {
	const struct nf_rg_record *rec;
	struct nf_rg_mapping *m;
	struct nf_conntrack_zone zone;
	struct nf_conntrack_tuple orig;
	struct nf_conntrack_tuple reply;
};

void nf_rg_flow_tuple(const struct nf_rg_record *rec, const struct nf_rg_tuple *t, u8 dir,
		      struct nf_conntrack_tuple *out);
int nf_rg_flow_create(struct nf_rg_net *rn, const struct nf_rg_flow *flow, struct nf_conn **ct,
		      struct nf_rg_entry **out);
void nf_rg_flow_update(const struct nf_rg_flow *flow, struct nf_conn *ct);

#endif /* _NF_RG_CREATE_H */
