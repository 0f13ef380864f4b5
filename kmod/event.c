// SPDX-License-Identifier: GPL-2.0
/*
 * Events: there is one slot for them in a namespace (in older kernels another one for those of
 * expectations), and ctnetlink holds it.  We put ourselves in
 * between: ours are called, and call those that were there before.  So `conntrack -E` sees what
 * it always saw.
 *
 * ctnetlink is pinned.  If it were unloaded, it would clear the slot, and with it us.
 */
#include "event.h"

#include <linux/kmod.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_expect.h>

#include "compat/compat.h"
#include "compat/expect.h"
#include "track.h"

static struct module *ctnetlink;

static int on_ct_event(unsigned int events, NF_RG_CT_EVENT *item)
{
	struct nf_rg_net *rn = nf_rg_net(nf_ct_net(item->ct));
	const struct nf_ct_event_notifier *prev = READ_ONCE(rn->prev);

	if (READ_ONCE(item->ct->status) & (IPS_SRC_NAT | IPS_DST_NAT))
		nf_rg_track_event(rn, item->ct, events);
	return prev ? prev->ct_event(events, item) : 0;
}

/* Context: nf_conntrack_expect_lock held. */
static int on_exp_event(unsigned int events, NF_RG_EXP_EVENT *item)
{
	struct nf_rg_net *rn = nf_rg_net(nf_ct_exp_net(item->exp));
	bool before_its_time = events & BIT(IPEXP_DESTROY) && nf_rg_compat_exp_left(item->exp);

	if (READ_ONCE(item->exp->master->status) & (IPS_SRC_NAT | IPS_DST_NAT))
		nf_rg_track_expect(rn, item->exp->master, before_its_time);
	return nf_rg_compat_exp_pass(READ_ONCE(rn->prev), READ_ONCE(rn->prev_exp), events, item);
}

static const struct nf_ct_event_notifier notifier = {
	.ct_event = on_ct_event,
	NF_RG_EXP_EVENT_OF(on_exp_event)
};

static struct nf_rg_exp_notifier exp_notifier = NF_RG_EXP_NOTIFIER(on_exp_event);

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
	nf_rg_compat_exp_register(rn->net, &exp_notifier, &rn->prev_exp);
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

	if (cmpxchg((const struct nf_ct_event_notifier **)slot, &notifier, rn->prev) != &notifier ||
	    !nf_rg_compat_exp_unregister(rn->net, &exp_notifier, rn->prev_exp))
		pr_warn("nf_rg: another event notifier was put on top of ours\n");
}
