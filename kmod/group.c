// SPDX-License-Identifier: GPL-2.0
/*
 * Redundancy groups: the table of them, their addresses, and the one number by which the packet
 * path knows that all is open.
 */
#include "group.h"

#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/timekeeping.h>
#include <net/ipv6.h>

#include "digest.h"
#include "hold.h"

/**
 * nf_rg_group_alloc - make a group in role init, in no table yet
 * @rn: its namespace
 * @id: its number
 *
 * The caller sets up the work items and holds the only reference.
 *
 * Return: the group, NULL without memory.
 */
struct nf_rg_group *nf_rg_group_alloc(struct nf_rg_net *rn, u32 id)
{
	struct nf_rg_group *g = kzalloc(sizeof(*g), GFP_KERNEL);

	if (!g)
		return NULL;
	g->digest = nf_rg_digest_alloc();
	if (!g->digest) {
		kfree(g);
		return NULL;
	}
	g->id = id;
	g->rn = rn;
	refcount_set(&g->ref, 1);
	do {
		g->instance = get_random_u64();
	} while (!g->instance);
	spin_lock_init(&g->lock);
	mutex_init(&g->handover);
	mutex_init(&g->install);
	mutex_init(&g->walk);
	g->role = NF_RG_ROLE_INIT;
	g->lease_until = U64_MAX;
	INIT_LIST_HEAD(&g->clean);
	INIT_LIST_HEAD(&g->bulk);
	INIT_LIST_HEAD(&g->dirty);
	INIT_LIST_HEAD(&g->stopped);
	INIT_LIST_HEAD(&g->inflight);
	INIT_LIST_HEAD(&g->refused);
	INIT_LIST_HEAD(&g->tombs);
	INIT_LIST_HEAD(&g->tombs_inflight);
	INIT_LIST_HEAD(&g->marker);
	nf_rg_hold_init(g);
	return g;
}

/**
 * nf_rg_group_get - find a group and keep it
 * @rn: the namespace
 * @id: the number
 *
 * Return: the group with a reference, NULL if there is none.
 */
struct nf_rg_group *nf_rg_group_get(struct nf_rg_net *rn, u32 id)
{
	struct nf_rg_group *g;

	rcu_read_lock();
	g = xa_load(&rn->groups, id);
	if (g && !refcount_inc_not_zero(&g->ref))
		g = NULL;
	rcu_read_unlock();
	return g;
}

/**
 * nf_rg_group_put - give a reference back
 * @g: the group; freed with the last one, after a grace period
 */
void nf_rg_group_put(struct nf_rg_group *g)
{
	struct nf_rg_addrs *addrs;

	if (!refcount_dec_and_test(&g->ref))
		return;
	addrs = rcu_dereference_protected(g->addrs, true);
	if (addrs)
		kfree_rcu(addrs, rcu);
	kvfree(g->digest);
	kfree_rcu(g, rcu);
}

/**
 * nf_rg_group_set_addrs - replace the virtual addresses
 * @g: the group
 * @addrs: the new ones; now the group's
 *
 * Context: nf_rg_net.config held.
 */
void nf_rg_group_set_addrs(struct nf_rg_group *g, struct nf_rg_addrs *addrs)
{
	struct nf_rg_addrs *old;

	old = rcu_replace_pointer(g->addrs, addrs, lockdep_is_held(&g->rn->config));
	if (old)
		kfree_rcu(old, rcu);
}

static bool group_has_addr(const struct nf_rg_group *g, u8 family, const union nf_inet_addr *ip)
{
	const struct nf_rg_addrs *addrs = rcu_dereference(g->addrs);
	unsigned int i;

	for (i = 0; addrs && i < addrs->n; i++) {
		if (addrs->a[i].family != family)
			continue;
		if (family == NFPROTO_IPV4 ? addrs->a[i].ip.ip == ip->ip :
					     ipv6_addr_equal(&addrs->a[i].ip.in6, &ip->in6))
			return true;
	}
	return false;
}

/**
 * nf_rg_group_by_addr - the group that owns a virtual address
 * @rn: the namespace
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @ip: the address, network order
 *
 * Context: rcu_read_lock() held.
 * Return: the group, NULL if the address is nobody's.
 */
struct nf_rg_group *nf_rg_group_by_addr(struct nf_rg_net *rn, u8 family,
					const union nf_inet_addr *ip)
{
	struct nf_rg_group *g;
	unsigned long id;

	xa_for_each(&rn->groups, id, g)
		if (group_has_addr(g, family, ip))
			return g;
	return NULL;
}

/**
 * nf_rg_group_gate - recompute until when every group may forward
 * @rn: the namespace
 *
 * To be called after each change of a role, a lease or a grace period, with no group's lock held.
 * A change that closes takes effect when this returns; packets that passed the gate before are
 * not called back.
 *
 * Return: whether they may now.
 */
bool nf_rg_group_gate(struct nf_rg_net *rn)
{
	struct nf_rg_group *g;
	u64 until = U64_MAX, from, now;
	unsigned long id;

	spin_lock_bh(&rn->gate_lock);
	rcu_read_lock();
	xa_for_each(&rn->groups, id, g) {
		if (READ_ONCE(g->role) != NF_RG_ROLE_ACTIVE)
			until = 0;
		else
			until = min(until, READ_ONCE(g->lease_until));
	}
	rcu_read_unlock();
	WRITE_ONCE(rn->open_for, 0);
	WRITE_ONCE(rn->open_until, until);
	/* The cycles before the clock: what passes in between is lost, not won. */
	from = nf_rg_cycles();
	now = ktime_get_boot_fast_ns();
	/* Closed before the beginning moves; nf_rg_net_open() reads in the other order. */
	smp_wmb();
	WRITE_ONCE(rn->open_from, until == U64_MAX ? 0 : from);
	/* The beginning before the number of cycles that counts from it. */
	smp_wmb();
	if (until == U64_MAX)
		WRITE_ONCE(rn->open_for, U64_MAX);
	else if (until > now)
		WRITE_ONCE(rn->open_for, nf_rg_cycles_in(until - now));
	spin_unlock_bh(&rn->gate_lock);
	return until > now;
}
