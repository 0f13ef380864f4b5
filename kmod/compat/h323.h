/* SPDX-License-Identifier: GPL-2.0 */
/* H.323: is the part there that translates? */
#ifndef _NF_RG_COMPAT_H323_H
#define _NF_RG_COMPAT_H323_H

#include <linux/module.h>
#include <linux/netfilter/nf_conntrack_h323.h>

#include "compat_config.h"

#if IS_ENABLED(CONFIG_NF_NAT_H323)
#define NF_RG_H323	true

/*
 * It registers with the helpers alone, whose module we do not want to need.  Context: process.
 */
static inline bool nf_rg_compat_h323_translates(void)
{
	bool there = false;
#ifdef NF_RG_HAVE_H323_HOOKS
	typeof(nfct_h323_nat_hook) *hook = symbol_get(nfct_h323_nat_hook);

	if (hook) {
		there = rcu_access_pointer(*hook);
		symbol_put(nfct_h323_nat_hook);
	}
#else
	typeof(nat_q931_hook) *hook = symbol_get(nat_q931_hook);

	if (hook) {
		there = rcu_access_pointer(*hook);
		symbol_put(nat_q931_hook);
	}
#endif
	return there;
}
#else
#define NF_RG_H323	false

static inline bool nf_rg_compat_h323_translates(void) { return false; }
#endif

#endif /* _NF_RG_COMPAT_H323_H */
