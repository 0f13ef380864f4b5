/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who keeps the times of a connection alive.  In newer kernels connections hold a reference on
 * them, and the core frees them with the last one.  In older ones connections only point there,
 * and whoever made them has to see to it that none does any more.
 */
#ifndef _NF_RG_COMPAT_TIMEOUT_H
#define _NF_RG_COMPAT_TIMEOUT_H

#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack_timeout.h>

#include "compat_config.h"

#ifndef CONFIG_NF_CONNTRACK_TIMEOUT
#define NF_CT_EXT_TIMEOUT	NF_CT_EXT_NUM

static inline void nf_ct_untimeout(struct net *net, struct nf_ct_timeout *t) {}
#endif

#ifdef NF_RG_HAVE_TIMEOUT_REFCNT
/* @t is new, and the caller's. */
static inline void nf_rg_compat_timeout_init(struct nf_ct_timeout *t)
{
	refcount_set(&t->refcnt, 1);
}

static inline void nf_rg_compat_timeout_get(struct nf_ct_timeout *t)
{
	refcount_inc(&t->refcnt);
}

static inline void nf_rg_compat_timeout_put(struct nf_ct_timeout *t)
{
	if (refcount_dec_and_test(&t->refcnt))
		kfree_rcu(t, rcu);
}

/* No connection points there any more, if that matters. */
static inline void nf_rg_compat_timeout_detach(struct net *net, struct nf_ct_timeout *t) {}

/* Gives up what nf_rg_compat_timeout_init() gave; a grace period after it was detached. */
static inline void nf_rg_compat_timeout_free(struct nf_ct_timeout *t)
{
	nf_rg_compat_timeout_put(t);
}
#else
static inline void nf_rg_compat_timeout_init(struct nf_ct_timeout *t) {}
static inline void nf_rg_compat_timeout_get(struct nf_ct_timeout *t) {}
static inline void nf_rg_compat_timeout_put(struct nf_ct_timeout *t) {}

static inline void nf_rg_compat_timeout_detach(struct net *net, struct nf_ct_timeout *t)
{
	nf_ct_untimeout(net, t);
}

static inline void nf_rg_compat_timeout_free(struct nf_ct_timeout *t)
{
	kfree(t);
}
#endif

#endif /* _NF_RG_COMPAT_TIMEOUT_H */
