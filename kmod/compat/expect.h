/* SPDX-License-Identifier: GPL-2.0 */
/* Expectations: how they end, and who hears of it. */
#ifndef _NF_RG_COMPAT_EXPECT_H
#define _NF_RG_COMPAT_EXPECT_H

#include <linux/timer.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_expect.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "compat_config.h"

#ifdef NF_RG_HAVE_EXP_STAMP
/* Jiffies until @exp ends, 0 if it has. */
static inline u32 nf_rg_compat_exp_left(const struct nf_conntrack_expect *exp)
{
	return nf_ct_exp_is_expired(exp) ? 0 : READ_ONCE(exp->timeout) - nfct_time_stamp;
}

/* When it does, in jiffies, as a number to compare. */
static inline u32 nf_rg_compat_exp_end(const struct nf_conntrack_expect *exp)
{
	return READ_ONCE(exp->timeout);
}

static inline void nf_rg_compat_exp_set(struct nf_conntrack_expect *exp, u32 left)
{
	WRITE_ONCE(exp->timeout, nfct_time_stamp + left);
}

/* Context: nf_conntrack_expect_lock held. */
static inline void nf_rg_compat_exp_remove(struct nf_conntrack_expect *exp)
{
	nf_ct_unlink_expect(exp);
}
#else
static inline u32 nf_rg_compat_exp_left(const struct nf_conntrack_expect *exp)
{
	long left = READ_ONCE(exp->timeout.expires) - jiffies;

	return max(left, 0L);
}

static inline u32 nf_rg_compat_exp_end(const struct nf_conntrack_expect *exp)
{
	return READ_ONCE(exp->timeout.expires);
}

static inline void nf_rg_compat_exp_set(struct nf_conntrack_expect *exp, u32 left)
{
	mod_timer_pending(&exp->timeout, jiffies + left);
}

static inline void nf_rg_compat_exp_remove(struct nf_conntrack_expect *exp)
{
	nf_ct_remove_expect(exp);
}
#endif

/*
 * Does the connection that @exp waits for get another helper than it would get from an expectation
 * that we make?  Before there was assign_helper, some stable kernels gave it that of the master,
 * and nf_ct_expect_init() does so on the peer as well.  Context: rcu_read_lock() held.
 */
static inline bool nf_rg_compat_exp_assigns(const struct nf_conntrack_expect *exp)
{
#ifdef NF_RG_HAVE_EXP_ASSIGN_HELPER
	return rcu_access_pointer(exp->assign_helper);
#else
	const struct nf_conntrack_helper *helper = rcu_access_pointer(exp->helper);
	const struct nf_conn_help *help = nfct_help(exp->master);

	return helper && (!help || helper != rcu_access_pointer(help->helper));
#endif
}

/* The helper that the connection gets which @exp waits for, by a word of its master's, or NULL. */
static inline struct nf_conntrack_helper *
nf_rg_compat_exp_assigned(const struct nf_conntrack_expect *exp)
{
#ifdef NF_RG_HAVE_EXP_ASSIGN_HELPER
	return rcu_dereference(exp->assign_helper);
#else
	return rcu_dereference(exp->helper);
#endif
}

/* Gives it that helper; before @exp is found by others. */
static inline void nf_rg_compat_exp_assign(struct nf_conntrack_expect *exp,
					   struct nf_conntrack_helper *helper)
{
#ifdef NF_RG_HAVE_EXP_ASSIGN_HELPER
	rcu_assign_pointer(exp->assign_helper, helper);
#else
	rcu_assign_pointer(exp->helper, helper);
#endif
}

#ifdef NF_RG_HAVE_CT_EVENT
/* One slot for all events. */
#define NF_RG_EXP_EVENT			const struct nf_exp_event
#define NF_RG_EXP_EVENT_OF(fn)		.exp_event = (fn),
#define NF_RG_EXP_NOTIFIER(fn)		{}
struct nf_rg_exp_notifier {};

static inline void nf_rg_compat_exp_register(struct net *net, const struct nf_rg_exp_notifier *nb,
					     const void **prev) {}
static inline bool nf_rg_compat_exp_unregister(struct net *net,
					       const struct nf_rg_exp_notifier *nb,
					       const void *prev)
{
	return true;
}

/* Passes an event on to who had the slot before us. */
static inline int nf_rg_compat_exp_pass(const struct nf_ct_event_notifier *ct_prev,
					const void *prev, unsigned int events,
					NF_RG_EXP_EVENT *item)
{
	return ct_prev && ct_prev->exp_event ? ct_prev->exp_event(events, item) : 0;
}
#else
/* Those of expectations have a slot of their own. */
#define NF_RG_EXP_EVENT			struct nf_exp_event
#define NF_RG_EXP_EVENT_OF(fn)
#define NF_RG_EXP_NOTIFIER(fn)		{ .fcn = (fn) }
#define nf_rg_exp_notifier		nf_exp_event_notifier

static inline void nf_rg_compat_exp_register(struct net *net, struct nf_exp_event_notifier *nb,
					     const void **prev)
{
	struct nf_exp_event_notifier __rcu **slot = &net->ct.nf_expect_event_cb;
	struct nf_exp_event_notifier *old;

	do {
		old = rcu_access_pointer(*slot);
		WRITE_ONCE(*prev, old);
		/* As for connections: ours must find it as soon as they are called. */
		smp_wmb();
	} while (cmpxchg((struct nf_exp_event_notifier **)slot, old, nb) != old);
}

static inline bool nf_rg_compat_exp_unregister(struct net *net, struct nf_exp_event_notifier *nb,
					       const void *prev)
{
	return cmpxchg((const void **)&net->ct.nf_expect_event_cb, nb, prev) == nb;
}

static inline int nf_rg_compat_exp_pass(const struct nf_ct_event_notifier *ct_prev,
					const void *prev, unsigned int events,
					NF_RG_EXP_EVENT *item)
{
	const struct nf_exp_event_notifier *nb = prev;

	return nb ? nb->fcn(events, item) : 0;
}
#endif

#endif /* _NF_RG_COMPAT_EXPECT_H */
