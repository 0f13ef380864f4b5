// SPDX-License-Identifier: GPL-2.0
/*
 * Stateful interchassis redundancy for NAT: the module and its namespaces.
 *
 * A namespace costs nothing until its first group: then conntrack is switched on, the hooks and
 * the event notifier are put in place. They stay until the namespace or the module goes.
 */
#include "net.h"

#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>

#include "adopt.h"
#include "closed.h"
#include "event.h"
#include "gate.h"
#include "group.h"
#include "hook.h"
#include "netlink.h"
#include "push.h"
#include "role.h"
#include "timeout.h"
#include "track.h"
#include "window.h"

unsigned int nf_rg_net_id;

/**
 * nf_rg_net_hooks_add - register hooks that get the namespace as their private data
 * @rn: the namespace
 * @ops: what to register
 * @n: how many
 * @out: what is registered, for nf_rg_net_hooks_del()
 *
 * Looking the namespace up would cost a packet more than most hooks do with it.
 *
 * Context: process.
 * Return: 0 or -errno.
 */
int nf_rg_net_hooks_add(struct nf_rg_net *rn, const struct nf_hook_ops *ops, unsigned int n,
			struct nf_hook_ops **out)
{
	struct nf_hook_ops *copy = kmemdup(ops, n * sizeof(*ops), GFP_KERNEL);
	unsigned int i;
	int err;

	if (!copy)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		copy[i].priv = rn;
	err = nf_register_net_hooks(rn->net, copy, n);
	if (err)
		kfree(copy);
	else
		*out = copy;
	return err;
}

/**
 * nf_rg_net_hooks_del - unregister them
 * @rn: the namespace
 * @ops: of nf_rg_net_hooks_add()
 * @n: how many
 *
 * They may run until a grace period has passed.
 *
 * Context: process.
 */
void nf_rg_net_hooks_del(struct nf_rg_net *rn, struct nf_hook_ops **ops, unsigned int n)
{
	nf_unregister_net_hooks(rn->net, *ops, n);
	kfree(*ops);
	*ops = NULL;
}

static int enable_hooks(struct nf_rg_net *rn)
{
	int err;

	err = nf_ct_netns_get(rn->net, NFPROTO_INET);
	if (err)
		return err;
	err = nf_rg_gate_register(rn);
	if (err)
		goto err_gate;
	err = nf_rg_hook_register(rn);
	if (err)
		goto err_hook;
	nf_rg_event_register(rn);
	return 0;

err_hook:
	nf_rg_gate_unregister(rn);
err_gate:
	nf_ct_netns_put(rn->net, NFPROTO_INET);
	return err;
}

/**
 * nf_rg_net_enable - prepare a namespace for its first group
 * @rn: the namespace
 *
 * Context: process, nf_rg_net.config held.
 * Return: 0, also if it was enabled already; -errno.
 */
int nf_rg_net_enable(struct nf_rg_net *rn)
{
	int err;

	if (rn->enabled)
		return 0;
	rn->stats = alloc_percpu(struct nf_rg_stats);
	if (!rn->stats)
		return -ENOMEM;
	err = nf_rg_entry_net_init(rn);
	if (err)
		goto err_track;
	err = enable_hooks(rn);
	if (err)
		goto err_hooks;
	rn->enabled = true;
	return 0;

err_hooks:
	/* A hook that was registered for a moment may be running. */
	synchronize_net();
	nf_rg_entry_net_exit(rn);
err_track:
	free_percpu(rn->stats);
	return err;
}

static int __net_init net_init(struct net *net)
{
	struct nf_rg_net *rn = nf_rg_net(net);

	rn->net = net;
	mutex_init(&rn->config);
	xa_init(&rn->groups);
	nf_rg_mapping_net_init(rn);
	spin_lock_init(&rn->gate_lock);
	nf_rg_adopt_net_init(rn);
	nf_rg_window_net_init(rn);
	nf_rg_timeout_net_init(rn);
	rn->open_until = U64_MAX;
	rn->open_for = U64_MAX;
	/* Numbers of another life, or of the peer, are not met again. */
	atomic64_set(&rn->incarnation, get_random_u64());
	return 0;
}

static void __net_exit net_pre_exit(struct net *net)
{
	struct nf_rg_net *rn = nf_rg_net(net);

	if (!rn->enabled)
		return;
	nf_rg_event_unregister(rn);
	nf_rg_hook_unregister(rn);
	nf_rg_gate_unregister(rn);
	nf_rg_window_net_exit(rn);
}

static void __net_exit net_exit(struct net *net)
{
	struct nf_rg_net *rn = nf_rg_net(net);
	struct nf_rg_group *g;
	unsigned long id;

	if (!rn->enabled)
		return;
	mutex_lock(&rn->config);
	xa_for_each(&rn->groups, id, g)
		nf_rg_role_delete(g);
	mutex_unlock(&rn->config);
	xa_destroy(&rn->groups);
	nf_rg_adopt_net_exit(rn);
	nf_rg_gate_net_exit(rn);
	nf_ct_netns_put(net, NFPROTO_INET);
	nf_rg_closed_net_exit(rn);
	nf_rg_timeout_net_exit(rn);
	nf_rg_entry_net_exit(rn);
	free_percpu(rn->stats);
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.pre_exit = net_pre_exit,
	.exit = net_exit,
	.id = &nf_rg_net_id,
	.size = sizeof(struct nf_rg_net),
};

static int __init nf_rg_init(void)
{
	int err;

	err = nf_rg_event_pin();
	if (err)
		return err;
	err = nf_rg_track_init();
	if (err)
		goto err_track;
	err = nf_rg_push_init(nf_rg_netlink_push);
	if (err)
		goto err_push;
	nf_rg_role_init(nf_rg_netlink_notify);
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto err_net;
	err = nf_rg_closed_init();
	if (err)
		goto err_closed;
	err = nf_rg_netlink_init();
	if (err)
		goto err_netlink;
	return 0;

err_netlink:
	nf_rg_closed_exit();
err_closed:
	unregister_pernet_subsys(&net_ops);
err_net:
	nf_rg_push_exit();
err_push:
	rcu_barrier();
	nf_rg_track_exit();
err_track:
	nf_rg_event_unpin();
	return err;
}

static void __exit nf_rg_exit(void)
{
	nf_rg_netlink_exit();
	nf_rg_closed_exit();
	unregister_pernet_subsys(&net_ops);
	nf_rg_push_exit();
	/* Entries, groups and mappings that wait for RCU. */
	rcu_barrier();
	nf_rg_track_exit();
	nf_rg_event_unpin();
}

module_init(nf_rg_init);
module_exit(nf_rg_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Stateful interchassis redundancy for NAT");
MODULE_SOFTDEP("pre: nf_conntrack_netlink");
MODULE_ALIAS("net-pf-16-proto-16-family-nf_rg");
