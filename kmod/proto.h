/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_PROTO_H
#define _NF_RG_PROTO_H

#include <linux/in.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "record.h"

void nf_rg_proto_export(struct nf_conn *ct, struct nf_rg_record *rec);
void nf_rg_proto_install(const struct nf_rg_record *rec, struct nf_conn *ct);
bool nf_rg_proto_known(const struct nf_rg_record *rec);
bool nf_rg_proto_has_ports(u8 protocol);
u8 nf_rg_proto_state(const struct nf_conn *ct);
u32 nf_rg_proto_quiet_sum(const struct nf_conn *ct);
bool nf_rg_proto_replicates(u8 family, u8 protocol);

/*
 * May a connection have what no event tells when it changes?  Offsets of sequence numbers, what a
 * helper keeps, and the tags of an SCTP association, which are new ones when it is restarted.
 */
static inline bool nf_rg_proto_quiet(const struct nf_conn *ct)
{
	return test_bit(IPS_SEQ_ADJUST_BIT, &ct->status) || nf_ct_protonum(ct) == IPPROTO_SCTP ||
	       nfct_help(ct);
}

#endif /* _NF_RG_PROTO_H */
