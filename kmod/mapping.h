/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_MAPPING_H
#define _NF_RG_MAPPING_H

#include <linux/list.h>
#include <linux/netfilter.h>

#include "group.h"

struct nf_conn;
struct nf_rg_policy;

/**
 * struct nf_rg_range - translated addresses, from the first to the last
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @from: network order
 * @to: network order, not below @from
 */
struct nf_rg_range {
	u8 family;
	union nf_inet_addr from;
	union nf_inet_addr to;
};

/**
 * struct nf_rg_ranges - the ranges of a mapping, replaced as a whole
 * @rcu: frees it
 * @n: how many
 * @r: they
 */
struct nf_rg_ranges {
	struct rcu_head rcu;
	unsigned int n;
	struct nf_rg_range r[];
};

/**
 * struct nf_rg_mapping - a NAT rule that belongs to a group
 * @list: in nf_rg_net.mappings, RCU
 * @rcu: frees it, after its last entry is gone
 * @group: its group; never changes
 * @id: mapping ID
 * @slot: what the masked bits of the mark hold
 * @handle: its place in nf_rg_maps
 * @dead: being removed; under the group's lock
 * @stopped: nothing of it is replicated; written under the group's lock
 * @ranges: translated addresses
 * @policy: when what is replicated; NULL: all at once
 */
struct nf_rg_mapping {
	struct list_head list;
	struct rcu_head rcu;
	struct nf_rg_group *group;
	u32 id;
	u32 slot;
	u16 handle;
	bool dead;
	bool stopped;
	struct nf_rg_ranges __rcu *ranges;
	struct nf_rg_policy __rcu *policy;
};

/*
 * The mappings of all namespaces, which entries know by their handle.  A handle is used again when
 * a grace period has passed since the mapping lost its last entry.
 */
extern struct nf_rg_mapping *nf_rg_maps[NF_RG_MAPPINGS_MAX];

void nf_rg_mapping_net_init(struct nf_rg_net *rn);
struct nf_rg_mapping *nf_rg_mapping_create(struct nf_rg_group *g, u32 id, u32 slot,
					   struct nf_rg_ranges *ranges,
					   struct nf_rg_policy *policy);
void nf_rg_mapping_replace(struct nf_rg_mapping *m, struct nf_rg_ranges *ranges,
			   struct nf_rg_policy *policy);
u8 nf_rg_mapping_when(const struct nf_rg_mapping *m, const struct nf_conn *ct);
void nf_rg_mapping_unlink(struct nf_rg_mapping *m);
void nf_rg_mapping_free(struct nf_rg_mapping *m);
struct nf_rg_mapping *nf_rg_mapping_find(struct nf_rg_net *rn, u32 id);
struct nf_rg_mapping *nf_rg_mapping_by_slot(struct nf_rg_net *rn, u32 slot);
struct nf_rg_mapping *nf_rg_mapping_by_addr(struct nf_rg_net *rn, u8 family,
					    const union nf_inet_addr *ip);
bool nf_rg_mapping_holds(const struct nf_rg_mapping *m, u8 family, const union nf_inet_addr *ip);
struct nf_rg_mapping *nf_rg_classify(struct nf_rg_net *rn, const struct nf_conn *ct);

/*
 * Could @last, the last word of an address in network order, be that of a translated one?  No is
 * certain; yes is to be followed by nf_rg_mapping_by_addr().  Any context.
 */
static inline bool nf_rg_mapping_maybe(const struct nf_rg_net *rn, bool ip6, __be32 last)
{
	u64 bounds = READ_ONCE(rn->pool[ip6]);

	return ntohl(last) - (u32)bounds <= (u32)(bounds >> 32);
}

/* Is a connection of @m worth an entry?  Context: rcu_read_lock() held. */
static inline bool nf_rg_mapping_replicates(const struct nf_rg_mapping *m, const struct nf_conn *ct)
{
	return nf_rg_mapping_when(m, ct) != NF_RG_WHEN_NEVER;
}

/* The connection mark @mark with the slot of @m in its place. */
static inline u32 nf_rg_mapping_mark(const struct nf_rg_mapping *m, u32 mark)
{
	const struct nf_rg_net *rn = m->group->rn;

	return (mark & ~rn->mark_mask) | m->slot << rn->mark_shift;
}

#endif /* _NF_RG_MAPPING_H */
