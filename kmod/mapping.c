// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings: which translated addresses belong to which NAT rule, and so to which group.
 */
#include "mapping.h"

#include <linux/idr.h>
#include <linux/in6.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>

#include "helper.h"
#include "policy.h"
#include "proto.h"

struct nf_rg_mapping *nf_rg_maps[NF_RG_MAPPINGS_MAX];
static DEFINE_IDA(handles);

/* Not memcmp(): most addresses differ in the first word. */
static int cmp6(const __be32 *a, const __be32 *b)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		if (a[i] != b[i])
			return ntohl(a[i]) < ntohl(b[i]) ? -1 : 1;
	return 0;
}

static __always_inline bool range_holds(const struct nf_rg_range *r, u8 family,
					const union nf_inet_addr *ip)
{
	if (r->family != family)
		return false;
	if (family == NFPROTO_IPV4) {
		u32 a = ntohl(ip->ip);

		return a >= ntohl(r->from.ip) && a <= ntohl(r->to.ip);
	}
	return cmp6(ip->ip6, r->from.ip6) >= 0 && cmp6(ip->ip6, r->to.ip6) <= 0;
}

/* Packets for the router itself ask all mappings: no call for each of them. */
static __always_inline bool ranges_hold(const struct nf_rg_ranges *ranges, u8 family,
					const union nf_inet_addr *ip)
{
	unsigned int i;

	for (i = 0; i < ranges->n; i++)
		if (range_holds(&ranges->r[i], family, ip))
			return true;
	return false;
}

/**
 * nf_rg_mapping_holds - is an address one of the mapping's translated ones?
 * @m: the mapping
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @ip: network order
 *
 * Context: rcu_read_lock() held.
 * Return: whether.
 */
bool nf_rg_mapping_holds(const struct nf_rg_mapping *m, u8 family, const union nf_inet_addr *ip)
{
	return ranges_hold(rcu_dereference(m->ranges), family, ip);
}

/**
 * nf_rg_mapping_by_addr - the mapping that a translated address belongs to
 * @rn: the namespace
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @ip: network order
 *
 * Context: rcu_read_lock() held.
 * Return: the mapping, NULL if none.
 */
struct nf_rg_mapping *nf_rg_mapping_by_addr(struct nf_rg_net *rn, u8 family,
					    const union nf_inet_addr *ip)
{
	struct nf_rg_mapping *m;

	list_for_each_entry_rcu(m, &rn->mappings, list)
		if (ranges_hold(rcu_dereference(m->ranges), family, ip))
			return m;
	return NULL;
}

/**
 * nf_rg_classify - the mapping that made a connection
 * @rn: the namespace
 * @ct: the connection
 *
 * The source as the outside sees it (reply destination) decides, then, for a translated
 * destination, the address that the outside used.
 *
 * Context: rcu_read_lock() held.
 * Return: the mapping, NULL if @ct is not translated or nobody's.
 */
struct nf_rg_mapping *nf_rg_classify(struct nf_rg_net *rn, const struct nf_conn *ct)
{
	unsigned long status = READ_ONCE(ct->status);
	struct nf_rg_mapping *m = NULL;
	u8 family = nf_ct_l3num(ct);

	if (status & IPS_SRC_NAT)
		m = nf_rg_mapping_by_addr(rn, family, &nf_ct_tuple(ct, IP_CT_DIR_REPLY)->dst.u3);
	if (!m && status & IPS_DST_NAT)
		m = nf_rg_mapping_by_addr(rn, family, &nf_ct_tuple(ct, IP_CT_DIR_ORIGINAL)->dst.u3);
	return m;
}

/**
 * nf_rg_mapping_find - a mapping by its ID
 * @rn: the namespace
 * @id: mapping ID
 *
 * Context: rcu_read_lock() or nf_rg_net.config held.
 * Return: the mapping, NULL if none.
 */
struct nf_rg_mapping *nf_rg_mapping_find(struct nf_rg_net *rn, u32 id)
{
	struct nf_rg_mapping *m;

	list_for_each_entry_rcu(m, &rn->mappings, list, lockdep_is_held(&rn->config))
		if (m->id == id)
			return m;
	return NULL;
}

/**
 * nf_rg_mapping_by_slot - a mapping by the slot in the mark
 * @rn: the namespace
 * @slot: the slot
 *
 * Context: nf_rg_net.config held.
 * Return: the mapping, NULL if none.
 */
struct nf_rg_mapping *nf_rg_mapping_by_slot(struct nf_rg_net *rn, u32 slot)
{
	struct nf_rg_mapping *m;

	list_for_each_entry(m, &rn->mappings, list)
		if (m->slot == slot)
			return m;
	return NULL;
}

/* From @first to @last; without any address these are 2^32 - 1 and 0, and it is just these two. */
static u64 bounds(u32 first, u32 last)
{
	return (u64)(last - first) << 32 | first;
}

/* Of all mappings, after one has changed.  Context: nf_rg_net.config held. */
static void bounds_set(struct nf_rg_net *rn, bool ip6)
{
	u8 family = ip6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	u32 first = U32_MAX, last = 0;
	const struct nf_rg_mapping *m;

	list_for_each_entry(m, &rn->mappings, list) {
		const struct nf_rg_ranges *ranges =
			rcu_dereference_protected(m->ranges, lockdep_is_held(&rn->config));
		const struct nf_rg_range *r;

		for (r = ranges->r; r < ranges->r + ranges->n; r++) {
			if (r->family != family)
				continue;
			if (ip6 && memcmp(r->from.ip6, r->to.ip6, 3 * sizeof(r->from.ip6[0]))) {
				first = 0;
				last = U32_MAX;
				break;
			}
			first = min(first, ntohl(ip6 ? r->from.ip6[3] : r->from.ip));
			last = max(last, ntohl(ip6 ? r->to.ip6[3] : r->to.ip));
		}
	}
	WRITE_ONCE(rn->pool[ip6], bounds(first, last));
}

static void pool_changed(struct nf_rg_net *rn)
{
	bounds_set(rn, false);
	bounds_set(rn, true);
}

/**
 * nf_rg_mapping_net_init - a namespace without mappings
 * @rn: the namespace
 */
void nf_rg_mapping_net_init(struct nf_rg_net *rn)
{
	INIT_LIST_HEAD(&rn->mappings);
	rn->pool[0] = bounds(U32_MAX, 0);
	rn->pool[1] = bounds(U32_MAX, 0);
}

/**
 * nf_rg_mapping_create - make a mapping known
 * @g: its group; the mapping does not keep it: the group removes its mappings before it goes
 * @id: mapping ID, not yet used
 * @slot: not yet used
 * @ranges: translated addresses; the mapping's on success
 * @policy: when what is replicated, or NULL; the mapping's on success
 *
 * Context: nf_rg_net.config held.
 * Return: the mapping; ERR_PTR: -ENOMEM, -ENOSPC if there are NF_RG_MAPPINGS_MAX.
 */
struct nf_rg_mapping *nf_rg_mapping_create(struct nf_rg_group *g, u32 id, u32 slot,
					   struct nf_rg_ranges *ranges,
					   struct nf_rg_policy *policy)
{
	struct nf_rg_mapping *m = kzalloc(sizeof(*m), GFP_KERNEL);
	int handle;

	if (!m)
		return ERR_PTR(-ENOMEM);
	handle = ida_alloc_max(&handles, NF_RG_MAPPINGS_MAX - 1, GFP_KERNEL);
	if (handle < 0) {
		kfree(m);
		return ERR_PTR(handle);
	}
	m->handle = handle;
	m->group = g;
	m->id = id;
	m->slot = slot;
	rcu_assign_pointer(m->ranges, ranges);
	rcu_assign_pointer(m->policy, policy);
	WRITE_ONCE(nf_rg_maps[handle], m);
	list_add_tail_rcu(&m->list, &g->rn->mappings);
	pool_changed(g->rn);
	return m;
}

/**
 * nf_rg_mapping_replace - replace the translated addresses and the policy
 * @m: the mapping
 * @ranges: the new addresses; now the mapping's
 * @policy: the new policy, or NULL; now the mapping's
 *
 * Entries that would not be made any more stay until they end.
 *
 * Context: nf_rg_net.config held.
 */
void nf_rg_mapping_replace(struct nf_rg_mapping *m, struct nf_rg_ranges *ranges,
			   struct nf_rg_policy *policy)
{
	ranges = rcu_replace_pointer(m->ranges, ranges, lockdep_is_held(&m->group->rn->config));
	policy = rcu_replace_pointer(m->policy, policy, lockdep_is_held(&m->group->rn->config));
	pool_changed(m->group->rn);
	kfree_rcu(ranges, rcu);
	if (policy)
		kfree_rcu(policy, rcu);
}

/**
 * nf_rg_mapping_when - when is a connection of a mapping replicated?
 * @m: the mapping
 * @ct: the connection
 *
 * Context: rcu_read_lock() held.
 * Return: enum nf_rg_when; NF_RG_WHEN_NEVER also if records do not carry its protocol or its
 * helper.
 */
u8 nf_rg_mapping_when(const struct nf_rg_mapping *m, const struct nf_conn *ct)
{
	if (!nf_rg_proto_replicates(nf_ct_l3num(ct), nf_ct_protonum(ct)) ||
	    !nf_rg_helper_carried(ct))
		return NF_RG_WHEN_NEVER;
	return nf_rg_policy_when(rcu_dereference(m->policy), ct);
}

static void free_rcu(struct rcu_head *rcu)
{
	struct nf_rg_mapping *m = container_of(rcu, struct nf_rg_mapping, rcu);

	WRITE_ONCE(nf_rg_maps[m->handle], NULL);
	ida_free(&handles, m->handle);
	kfree(m);
}

/**
 * nf_rg_mapping_unlink - a mapping is not found any more
 * @m: the mapping
 *
 * Context: nf_rg_net.config held.
 */
void nf_rg_mapping_unlink(struct nf_rg_mapping *m)
{
	list_del_rcu(&m->list);
	pool_changed(m->group->rn);
}

/**
 * nf_rg_mapping_free - free a mapping that nothing can find any more
 * @m: unlinked, without entries
 *
 * Its memory goes after a grace period.
 */
void nf_rg_mapping_free(struct nf_rg_mapping *m)
{
	struct nf_rg_ranges *ranges = rcu_dereference_protected(m->ranges, true);
	struct nf_rg_policy *policy = rcu_dereference_protected(m->policy, true);

	kfree_rcu(ranges, rcu);
	if (policy)
		kfree_rcu(policy, rcu);
	call_rcu(&m->rcu, free_rcu);
}
