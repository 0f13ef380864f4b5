// SPDX-License-Identifier: GPL-2.0
/*
 * Where entries live: inside their connection, if it has room.
 *
 * The core gives the extensions of a connection 128 bytes at once, of which the events' takes 40.
 * An entry fits behind them.  So it costs neither an allocation nor memory of its own, it is where
 * the connection is, and finding it is reading a bit of nf_conn.status.  Extensions are added only
 * to connections that are not confirmed and entries made only for those that are, so what is
 * behind the last extension is nobody's.  The core copies, resizes and frees that memory as any
 * that kmalloc() returned; how much there is ksize() tells, so nothing here depends on the 128.
 * It is asked once for what the core gives at least, and then for those who may have more.
 *
 * A connection without room (it is older than its mapping and had nothing that listens to its
 * events, or has many extensions and no memory for more) gets an entry that stands alone, and is
 * found by way of a hash table.
 *
 * Bits of nf_conn.status that the core does not know it leaves alone; its own are the lower 16, and
 * 32 are the most that it shows anybody.  Some of the upper half are ours: somebody uses the room
 * (or is about to), what is in it is an entry, its packets need not be looked at, and what the hook
 * found out for the event that follows it (nf_rg_entry_settle()).  Without an upper half all
 * entries stand alone.
 *
 * Life of the memory.  An entry holds a reference on its connection, so it is there as long as it
 * is on any list.  Who found it without the group's lock has a reference on the connection of his
 * own, or, for one that stands alone, is in an RCU read side section as well.
 */
#include "entry.h"

#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_extend.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "proto.h"

#define STATUS_CLAIMED	62
#define STATUS_ENTRY	63

/**
 * struct alone - an entry that is not inside its connection
 * @node: in nf_rg_net.alone
 * @rcu: frees it
 * @e: the entry
 */
struct alone {
	struct rhash_head node;
	struct rcu_head rcu;
	struct nf_rg_entry e;
};

static struct kmem_cache *alone_cache;

/* Bytes that the core allocates for extensions at least; 0: not known. */
static size_t ext_usual;

/* Addresses of objects: nobody chooses them, and a multiplication spreads them well. */
static u32 alone_hash(const void *key, u32 len, u32 seed)
{
	return hash_64((unsigned long)*(struct nf_conn *const *)key ^ seed, 32);
}

static int alone_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct alone *a = obj;

	return a->e.ct != *(struct nf_conn *const *)arg->key;
}

static const struct rhashtable_params alone_params = {
	.key_len = sizeof(struct nf_conn *),
	.key_offset = offsetof(struct alone, e.ct),
	.head_offset = offsetof(struct alone, node),
	.hashfn = alone_hash,
	.obj_cmpfn = alone_differs,
	.min_size = 1024,
	.automatic_shrinking = false,
};

/*
 * A kernel that clears what it allocates leaves objects with a constructor alone.  All of an entry
 * is written when it is made.
 */
static void alone_construct(void *a)
{
}

/* One extension takes as much as any that fit into what is allocated for the first. */
static size_t find_ext_usual(void)
{
	struct nf_conn *ct = nf_ct_tmpl_alloc(&init_net, &nf_ct_zone_dflt, GFP_KERNEL);
	size_t usual = 0;

	if (!ct)
		return 0;
	if (nf_ct_ext_add(ct, NF_CT_EXT_ECACHE, GFP_KERNEL))
		usual = ksize(ct->ext);
	nf_ct_tmpl_free(ct);
	return usual;
}

/**
 * nf_rg_entry_init - make the cache of entries that stand alone
 *
 * Return: 0 or -ENOMEM.
 */
int nf_rg_entry_init(void)
{
	ext_usual = find_ext_usual();
	alone_cache = kmem_cache_create("nf_rg_entry", sizeof(struct alone), 0, 0,
					alone_construct);
	return alone_cache ? 0 : -ENOMEM;
}

/**
 * nf_rg_entry_exit - remove it
 *
 * The caller has seen to it that no entry is left, those waiting for RCU included.
 */
void nf_rg_entry_exit(void)
{
	kmem_cache_destroy(alone_cache);
}

/**
 * nf_rg_entry_net_init - make the table of a namespace
 * @rn: the namespace
 *
 * Return: 0 or -errno.
 */
int nf_rg_entry_net_init(struct nf_rg_net *rn)
{
	return rhashtable_init(&rn->alone, &alone_params);
}

/**
 * nf_rg_entry_net_exit - remove the table of a namespace
 * @rn: the namespace; its groups are gone, and so every entry
 */
void nf_rg_entry_net_exit(struct nf_rg_net *rn)
{
	rhashtable_destroy(&rn->alone);
}

#if BITS_PER_LONG == 64
/* Where an entry begins: behind the last extension. */
static size_t room_at(const struct nf_ct_ext *ext)
{
	return ALIGN(ext->len, __alignof__(struct nf_rg_entry));
}

static struct nf_rg_entry *room(const struct nf_conn *ct)
{
	return (void *)ct->ext + room_at(ct->ext);
}

static bool has_room(const struct nf_conn *ct)
{
	size_t size;

	if (!ct->ext)
		return false;
	size = room_at(ct->ext) + sizeof(struct nf_rg_entry);
	return size <= ext_usual || size <= ksize(ct->ext);
}

static bool is_inside(const struct nf_conn *ct)
{
	return test_bit(STATUS_ENTRY, &ct->status);
}

static bool claim(struct nf_conn *ct)
{
	return !test_and_set_bit(STATUS_CLAIMED, &ct->status);
}

static bool is_claimed(const struct nf_conn *ct)
{
	return test_bit(STATUS_CLAIMED, &ct->status);
}

static void show_inside(struct nf_conn *ct)
{
	if (!nf_rg_proto_quiet(ct))
		set_bit(NF_RG_STATUS_PLAIN, &ct->status);
	/* Whoever sees the bit reads the entry. */
	smp_mb__before_atomic();
	set_bit(STATUS_ENTRY, &ct->status);
}

static void unclaim(struct nf_conn *ct)
{
	clear_bit(NF_RG_STATUS_PLAIN, &ct->status);
	clear_bit(STATUS_ENTRY, &ct->status);
	/* Whoever claims the room writes there. */
	smp_mb__before_atomic();
	clear_bit(STATUS_CLAIMED, &ct->status);
}

/**
 * nf_rg_entry_reserve - see to it that an entry fits into a connection
 * @ct: the connection, not yet confirmed, with all of its extensions
 *
 * Without memory its entry will stand alone.
 */
void nf_rg_entry_reserve(struct nf_conn *ct)
{
	size_t size = room_at(ct->ext) + sizeof(struct nf_rg_entry);
	struct nf_ct_ext *ext;

	BUILD_BUG_ON(sizeof(struct nf_rg_entry) != 88);
	if (size <= ext_usual || size <= ksize(ct->ext))
		return;
	ext = krealloc(ct->ext, size, GFP_ATOMIC);
	if (ext)
		ct->ext = ext;
}
#else
static struct nf_rg_entry *room(const struct nf_conn *ct)
{
	return NULL;
}

static bool has_room(const struct nf_conn *ct)
{
	return false;
}

static bool is_inside(const struct nf_conn *ct)
{
	return false;
}

static bool claim(struct nf_conn *ct)
{
	return false;
}

static bool is_claimed(const struct nf_conn *ct)
{
	return false;
}

static void show_inside(struct nf_conn *ct)
{
}

static void unclaim(struct nf_conn *ct)
{
}

void nf_rg_entry_reserve(struct nf_conn *ct)
{
}
#endif

/**
 * nf_rg_entry_find - the entry of a connection
 * @rn: the namespace
 * @ct: the connection, which the caller holds a reference on
 *
 * Context: rcu_read_lock() held.
 * Return: the entry, NULL if it has none.
 */
struct nf_rg_entry *nf_rg_entry_find(struct nf_rg_net *rn, const struct nf_conn *ct)
{
	struct alone *a;

	if (is_inside(ct)) {
		/* The bit first, then what it is about. */
		smp_rmb();
		return room(ct);
	}
	if (likely(!atomic_read(&rn->alone.nelems)))
		return NULL;
	a = rhashtable_lookup(&rn->alone, &ct, alone_params);
	return a ? &a->e : NULL;
}

/**
 * nf_rg_entry_alloc - memory for the entry of a connection
 * @rn: the namespace
 * @ct: the connection, confirmed
 *
 * Context: rcu_read_lock() held, bottom halves off.
 * Return: what is to be filled in and given to nf_rg_entry_publish() or nf_rg_entry_discard();
 * ERR_PTR: -EEXIST if somebody else has or makes one, -ENOMEM.
 */
struct nf_rg_entry *nf_rg_entry_alloc(struct nf_rg_net *rn, struct nf_conn *ct)
{
	struct alone *a;

	if (likely(has_room(ct)))
		return claim(ct) ? room(ct) : ERR_PTR(-EEXIST);
	a = kmem_cache_alloc(alone_cache, GFP_ATOMIC);
	return a ? &a->e : ERR_PTR(-ENOMEM);
}

static struct alone *alone_of(struct nf_rg_entry *e)
{
	return container_of(e, struct alone, e);
}

/**
 * nf_rg_entry_publish - from here on an entry can be found
 * @rn: the namespace
 * @e: the entry, filled in
 *
 * Return: 0; -EEXIST if its connection has one, or without memory -ENOMEM, -E2BIG or -EBUSY.
 */
int nf_rg_entry_publish(struct nf_rg_net *rn, struct nf_rg_entry *e)
{
	int err;

	if (is_claimed(e->ct)) {
		show_inside(e->ct);
		return 0;
	}
	err = rhashtable_lookup_insert_fast(&rn->alone, &alone_of(e)->node, alone_params);
	if (!err)
		nf_rg_stat_inc(rn, NF_RG_STAT_ENTRY_ALONE);
	return err;
}

/**
 * nf_rg_entry_discard - free an entry that was never published
 * @e: the entry, @e->ct is valid
 */
void nf_rg_entry_discard(struct nf_rg_entry *e)
{
	if (is_claimed(e->ct))
		unclaim(e->ct);
	else
		kmem_cache_free(alone_cache, alone_of(e));
}

static void alone_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(alone_cache, container_of(rcu, struct alone, rcu));
}

/**
 * nf_rg_entry_free - free an entry that could be found
 * @rn: the namespace
 * @e: the entry, on no list
 *
 * The reference on its connection is the caller's to drop, afterwards.
 */
void nf_rg_entry_free(struct nf_rg_net *rn, struct nf_rg_entry *e)
{
	struct alone *a = alone_of(e);

	if (is_claimed(e->ct)) {
		unclaim(e->ct);
		return;
	}
	rhashtable_remove_fast(&rn->alone, &a->node, alone_params);
	call_rcu(&a->rcu, alone_free_rcu);
}
