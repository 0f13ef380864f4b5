// SPDX-License-Identifier: GPL-2.0
/*
 * The event extension of a connection, which holds a mask of the events to tell.  Our connections
 * need it whether somebody listens or not, and with a full mask, but for the time in which their
 * entry is pending anyway: then the mask is narrow, which saves most of what events cost.
 */
#include "ecache.h"

#include <linux/jiffies.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_ecache.h>

#include "net.h"

#define EVENTS_ALL	((u16)~0)
/* Even a muted connection tells its end, and that its mark changed, which may have hit the slot. */
#define EVENTS_MUTED	(BIT(IPCT_DESTROY) | BIT(IPCT_MARK))
#define EVENTS_AUTO	2	/* net.netfilter.nf_conntrack_events: only if somebody listens */

/**
 * nf_rg_ecache_add - see to it that the events of a connection are told
 * @ct: the connection, not yet confirmed
 *
 * nf_ct_ecache_ext_add() adds nothing without a listener; without the extension no DESTROY would
 * ever come.
 *
 * Return: false without memory.
 */
bool nf_rg_ecache_add(struct nf_conn *ct)
{
	struct nf_conntrack_ecache *ecache = nf_ct_ecache_find(ct);

	if (!ecache)
		ecache = nf_ct_ext_add(ct, NF_CT_EXT_ECACHE, GFP_ATOMIC);
	if (!ecache)
		return false;
	ecache->ctmask = EVENTS_ALL;
	ecache->expmask = EVENTS_ALL;
	return true;
}

/*
 * Does the namespace want the events of every connection, listener or not, or is there a listener
 * for changes?
 */
static bool others_listen(struct net *net)
{
	return READ_ONCE(net->ct.sysctl_events) != EVENTS_AUTO ||
	       nfnetlink_has_listeners(net, NFNLGRP_CONNTRACK_UPDATE);
}

/* As of this tick: what was muted before somebody came stays so for longer than that. */
static bool others_listened(struct nf_rg_net *rn)
{
	unsigned long now = 2 * jiffies, known = READ_ONCE(rn->listened);

	if ((known ^ now) > 1) {
		known = now | others_listen(rn->net);
		WRITE_ONCE(rn->listened, known);
	}
	return known & 1;
}

/**
 * nf_rg_ecache_mute - no more changes of a connection need to be told for now
 * @rn: the namespace
 * @ct: the connection, whose entry is dirty
 *
 * With a listener, or in a namespace in which all events are wanted, nothing is muted: what
 * `conntrack -E` shows does not depend on us.
 *
 * Context: the group's lock, and rcu_read_lock() held.
 */
void nf_rg_ecache_mute(struct nf_rg_net *rn, struct nf_conn *ct)
{
	struct nf_conntrack_ecache *ecache = nf_ct_ecache_find(ct);

	if (ecache && !others_listened(rn))
		WRITE_ONCE(ecache->ctmask, EVENTS_MUTED);
}

/**
 * nf_rg_ecache_unmute - tell changes again
 * @ct: the connection
 *
 * An event that was swallowed belongs to a change that can be seen afterwards: the core clears
 * the event cache by xchg(), a full barrier, between the change and its look at the mask
 * (nf_ct_deliver_cached_events()).
 *
 * Context: the group's lock held.
 */
void nf_rg_ecache_unmute(struct nf_conn *ct)
{
	struct nf_conntrack_ecache *ecache = nf_ct_ecache_find(ct);

	if (!ecache)
		return;
	WRITE_ONCE(ecache->ctmask, EVENTS_ALL);
	/* Pairs with that xchg(): the mask first, then the state. */
	smp_mb();
}
