/* SPDX-License-Identifier: GPL-2.0 */
/* PPTP: what its helper and the core keep of the GRE flows of its calls. */
#ifndef _NF_RG_COMPAT_PPTP_H
#define _NF_RG_COMPAT_PPTP_H

#include <linux/module.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_nat.h>
#include <linux/netfilter/nf_conntrack_pptp.h>
#include <linux/netfilter/nf_conntrack_proto_gre.h>

#include "compat_config.h"

#if IS_ENABLED(CONFIG_NF_NAT_PPTP) && IS_ENABLED(CONFIG_NF_CT_PROTO_GRE)
#define NF_RG_PPTP	true

/*
 * Is the part there that translates?  It registers with the helper alone, whose module we do not
 * want to need.  Context: process.
 */
static inline bool nf_rg_compat_pptp_translates(void)
{
	bool there = false;
#ifdef NF_RG_HAVE_PPTP_HOOK
	typeof(nf_nat_pptp_hook) *hook = symbol_get(nf_nat_pptp_hook);

	if (hook) {
		there = rcu_access_pointer(*hook);
		symbol_put(nf_nat_pptp_hook);
	}
#else
	typeof(nf_nat_pptp_hook_outbound) *hook = symbol_get(nf_nat_pptp_hook_outbound);

	if (hook) {
		there = rcu_access_pointer(*hook);
		symbol_put(nf_nat_pptp_hook_outbound);
	}
#endif
	return there;
}

/* What that part keeps, NULL if @ct has no room for it. */
static inline struct nf_nat_pptp *nf_rg_compat_pptp_nat(const struct nf_conn *ct)
{
	struct nf_conn_nat *nat = nfct_nat(ct);

	return nat ? &nat->help.nat_pptp_info : NULL;
}

/* Lets the core find GRE packets of both directions; @ct has PPTP's helper, and no others yet. */
static inline bool nf_rg_compat_keymap_add(struct nf_conn *ct, struct nf_conntrack_tuple *orig,
					   struct nf_conntrack_tuple *reply)
{
#ifdef NF_RG_HAVE_KEYMAP_PAIR
	return nf_ct_gre_keymap_add(ct, orig, reply);
#else
	return !nf_ct_gre_keymap_add(ct, IP_CT_DIR_ORIGINAL, orig) &&
	       !nf_ct_gre_keymap_add(ct, IP_CT_DIR_REPLY, reply);
#endif
}

static inline void nf_rg_compat_keymap_destroy(struct nf_conn *ct)
{
	nf_ct_gre_keymap_destroy(ct);
}
#else
#define NF_RG_PPTP	false

static inline bool nf_rg_compat_pptp_translates(void) { return false; }
static inline struct nf_nat_pptp *nf_rg_compat_pptp_nat(const struct nf_conn *ct) { return NULL; }
static inline bool nf_rg_compat_keymap_add(struct nf_conn *ct, struct nf_conntrack_tuple *orig,
					   struct nf_conntrack_tuple *reply)
{
	return false;
}

static inline void nf_rg_compat_keymap_destroy(struct nf_conn *ct) {}
#endif

#endif /* _NF_RG_COMPAT_PPTP_H */
