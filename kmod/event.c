// SPDX-License-Identifier: GPL-2.0
/*
 * Events: there is one slot for them in a namespace, and ctnetlink holds it.  We put ourselves in
 * between: ours are called, and call those that were there before.  So `conntrack -E` sees what
 * it always saw.
 *
 * A connection's event cache has a mask of the events to tell.  For a translated connection we set
 * it in full, and narrow it while its entry is pending anyway: that saves most of what events
 * cost.
 *
 * ctnetlink is pinned.  If it were unloaded, it would clear the slot, and with it us.
 */
#include "event.h"

#include <linux/kmod.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_expect.h>

#include "track.h"

/* Even a muted connection tells its end, and that its mark changed, which may have hit the slot. */
#define EVENTS_MUTED	(BIT(IPCT_DESTROY) | BIT(IPCT_MARK))
#define EVENTS_AUTO	2	/* net.netfilter.nf_conntrack_events: only if somebody listens */

static struct module *ctnetlink;

static int on_ct_event(unsigned int events, const struct nf_ct_event *item)
{
	struct nf_rg_net *rn = nf_rg_net(nf_ct_net(item->ct));
	const struct nf_ct_event_notifier *prev = READ_ONCE(rn->prev);

	if (READ_ONCE(item->ct->status) & (IPS_SRC_NAT | IPS_DST_NAT))
		nf_rg_track_event(rn, item->ct, events);
	return prev ? prev->ct_event(events, item) : 0;
}

static int on_exp_event(unsigned int events, const struct nf_exp_event *item)
{
	const struct nf_rg_net *rn = nf_rg_net(nf_ct_exp_net(item->exp));
	const struct nf_ct_event_notifier *prev = READ_ONCE(rn->prev);

	return prev && prev->exp_event ? prev->exp_event(events, item) : 0;
}

static const struct nf_ct_event_notifier notifier = {
	.ct_event = on_ct_event,
	.exp_event = on_exp_event,
};

/**
 * nf_rg_event_pin - load ctnetlink and keep it loaded
 *
 * find_module() is not exported; the module's directory in sysfs leads to it as well.
 *
 * Return: 0, also if it is built in; -ENOENT if the kernel has none, -EBUSY if it is on its way
 * out.
 */
int nf_rg_event_pin(void)
{
	struct kobject *kobj;
	struct module *mod;

	request_module("nf_conntrack_netlink");
	kobj = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, "nf_conntrack_netlink");
	if (!kobj)
		return -ENOENT;
	mod = container_of(kobj, struct module_kobject, kobj)->mod;
	if (mod && !try_module_get(mod)) {
		kobject_put(kobj);
		return -EBUSY;
	}
	ctnetlink = mod;
	kobject_put(kobj);
	return 0;
}

/**
 * nf_rg_event_unpin - let ctnetlink go
 */
void nf_rg_event_unpin(void)
{
	module_put(ctnetlink);
}

/**
 * nf_rg_event_register - put ourselves into the slot of a namespace
 * @rn: the namespace
 *
 * Context: nf_rg_net.config held.
 */
void nf_rg_event_register(struct nf_rg_net *rn)
{
	struct nf_ct_event_notifier __rcu **slot = &rn->net->ct.nf_conntrack_event_cb;
	const struct nf_ct_event_notifier *prev;

	do {
		prev = rcu_access_pointer(*slot);
		WRITE_ONCE(rn->prev, prev);
		/* Ours must find @prev as soon as they are called. */
		smp_wmb();
	} while (cmpxchg((const struct nf_ct_event_notifier **)slot, prev, &notifier) != prev);
}

/**
 * nf_rg_event_unregister - give the slot back
 * @rn: the namespace
 *
 * Calls that are on their way end with the next RCU grace period.
 */
void nf_rg_event_unregister(struct nf_rg_net *rn)
{
	struct nf_ct_event_notifier __rcu **slot = &rn->net->ct.nf_conntrack_event_cb;

	if (cmpxchg((const struct nf_ct_event_notifier **)slot, &notifier, rn->prev) != &notifier)
		pr_warn("nf_rg: another event notifier was put on top of ours\n");
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

/**
 * nf_rg_event_mute - no more changes of a connection need to be told for now
 * @ct: the connection, whose entry is dirty
 *
 * With a listener, or in a namespace in which all events are wanted, nothing is muted: what
 * `conntrack -E` shows does not depend on us.
 *
 * Context: the group's lock, and rcu_read_lock() held.
 */
void nf_rg_event_mute(struct nf_conn *ct)
{
	struct nf_conntrack_ecache *ecache = nf_ct_ecache_find(ct);

	if (ecache && !others_listen(nf_ct_net(ct)))
		WRITE_ONCE(ecache->ctmask, EVENTS_MUTED);
}

/**
 * nf_rg_event_unmute - tell changes again
 * @ct: the connection
 *
 * An event that was swallowed belongs to a change that can be seen afterwards: the core clears
 * the event cache by xchg(), a full barrier, between the change and its look at the mask
 * (nf_ct_deliver_cached_events()).
 *
 * Context: the group's lock held.
 */
void nf_rg_event_unmute(struct nf_conn *ct)
{
	struct nf_conntrack_ecache *ecache = nf_ct_ecache_find(ct);

	if (!ecache)
		return;
	WRITE_ONCE(ecache->ctmask, (u16)~0);
	/* Pairs with that xchg(): the mask first, then the state. */
	smp_mb();
}
