// SPDX-License-Identifier: GPL-2.0
/* ip_ct_sctp.init: Linux 5.18, and stable series since. */
#include <net/netfilter/nf_conntrack.h>

static u8 __used probe(const struct nf_conn *ct)
{
	return ct->proto.sctp.init[0];
}
