// SPDX-License-Identifier: GPL-2.0
/* nf_ct_gre_keymap_add() for both directions at once: Linux 7.1, and stable series since. */
#include <net/netfilter/nf_conntrack.h>
#include <linux/netfilter/nf_conntrack_proto_gre.h>

static bool __used probe(struct nf_conn *ct, const struct nf_conntrack_tuple *t)
{
	return nf_ct_gre_keymap_add(ct, t, t);
}
