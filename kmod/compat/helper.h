/* SPDX-License-Identifier: GPL-2.0 */
/* Who keeps a helper alive. */
#ifndef _NF_RG_COMPAT_HELPER_H
#define _NF_RG_COMPAT_HELPER_H

#include <net/netfilter/nf_conntrack_helper.h>

#include "compat_config.h"

#ifdef NF_RG_HAVE_HELPER_REFCNT
/* A connection holds a reference, which the core drops when it frees it. */
static inline bool nf_rg_compat_helper_hold(struct nf_conntrack_helper *helper)
{
	return refcount_inc_not_zero(&helper->ct_refcnt);
}

/* One whose module goes can still be found at its connections, and must not be called. */
static inline bool nf_rg_compat_helper_alive(const struct nf_conntrack_helper *helper)
{
	return rcu_access_pointer(helper->help);
}
#else
/* A helper whose module goes is taken off all connections before. */
static inline bool nf_rg_compat_helper_hold(struct nf_conntrack_helper *helper)
{
	return true;
}

static inline bool nf_rg_compat_helper_alive(const struct nf_conntrack_helper *helper)
{
	return true;
}
#endif

#endif /* _NF_RG_COMPAT_HELPER_H */
