/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Layer 4 protocols that not every kernel tracks, or not with the same fields, in the terms of a
 * record.
 */
#ifndef _NF_RG_COMPAT_PROTO_H
#define _NF_RG_COMPAT_PROTO_H

#include <net/netfilter/nf_conntrack.h>

#include "compat_config.h"
#include "record.h"

static inline void nf_rg_compat_sctp_export(const struct ip_ct_sctp *sctp, struct nf_rg_sctp *out)
{
#ifdef NF_RG_HAVE_SCTP_INIT
	out->init[0] = !!sctp->init[0];
	out->init[1] = !!sctp->init[1];
#endif
}

static inline void nf_rg_compat_sctp_install(const struct nf_rg_sctp *in, struct ip_ct_sctp *sctp)
{
#ifdef NF_RG_HAVE_SCTP_INIT
	sctp->init[0] = in->init[0];
	sctp->init[1] = in->init[1];
#endif
}

#ifdef NF_RG_HAVE_CT_DCCP
#define NF_RG_DCCP	true

static inline void nf_rg_compat_dccp_export(const struct nf_conn *ct, struct nf_rg_dccp *out)
{
	const struct nf_ct_dccp *dccp = &ct->proto.dccp;

	out->role = dccp->role[IP_CT_DIR_ORIGINAL] == CT_DCCP_ROLE_SERVER;
	out->state = dccp->state;
	out->last_pkt = dccp->last_pkt;
	out->last_dir = dccp->last_dir == IP_CT_DIR_REPLY;
	out->handshake_seq = dccp->handshake_seq;
}

static inline void nf_rg_compat_dccp_install(const struct nf_rg_dccp *in, struct nf_conn *ct)
{
	struct nf_ct_dccp *dccp = &ct->proto.dccp;

	dccp->role[IP_CT_DIR_ORIGINAL] = in->role ? CT_DCCP_ROLE_SERVER : CT_DCCP_ROLE_CLIENT;
	dccp->role[IP_CT_DIR_REPLY] = in->role ? CT_DCCP_ROLE_CLIENT : CT_DCCP_ROLE_SERVER;
	dccp->state = in->state;
	dccp->last_pkt = in->last_pkt;
	dccp->last_dir = in->last_dir;
	dccp->handshake_seq = in->handshake_seq;
}

/* States behind these are no states, but what a transition may say. */
static inline bool nf_rg_compat_dccp_known(const struct nf_rg_dccp *in)
{
	return in->state < CT_DCCP_IGNORE;
}

static inline u8 nf_rg_compat_dccp_state(const struct nf_conn *ct)
{
	return READ_ONCE(ct->proto.dccp.state);
}
#else
#define NF_RG_DCCP	false

static inline void nf_rg_compat_dccp_export(const struct nf_conn *ct, struct nf_rg_dccp *out) {}
static inline void nf_rg_compat_dccp_install(const struct nf_rg_dccp *in, struct nf_conn *ct) {}
static inline bool nf_rg_compat_dccp_known(const struct nf_rg_dccp *in) { return false; }
static inline u8 nf_rg_compat_dccp_state(const struct nf_conn *ct) { return 0; }
#endif

#endif /* _NF_RG_COMPAT_PROTO_H */
