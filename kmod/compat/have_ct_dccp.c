// SPDX-License-Identifier: GPL-2.0
/* DCCP is tracked: until Linux 7.1, if the kernel was configured so. */
#include <net/netfilter/nf_conntrack.h>

#if !IS_ENABLED(CONFIG_NF_CT_PROTO_DCCP)
#error not configured
#endif

static u8 __used probe(const struct nf_conn *ct)
{
	return ct->proto.dccp.state;
}
