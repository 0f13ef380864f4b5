// SPDX-License-Identifier: GPL-2.0
/*
 * Digests: what proves that the standby's table is that of the active.
 *
 * Each entry has a sum over what its last record said: who the connection is, how it is
 * translated, and how far it was.  Both routers keep the sums of their entries added up, in
 * buckets and as a whole; a record, a deletion or a loss changes a few words.  The sums are keyed
 * with the generation of the bulk transfer, which is random, so that no two connections cancel
 * each other out for ever.
 *
 * The sum is over the record, not the connection, so that both routers count the same.  That the
 * connection still is what the record said, scrub.c looks at.
 */
#include "digest.h"

#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>

#include "export.h"
#include "record.h"

/* The part of a record that is summed, without holes.  Big-endian on any machine. */
struct summed {
	__be64 incarnation;
	__be32 mapping;
	__be32 version;
	__be32 mark;
	__be16 zone;
	__be16 status;
	u8 l3;
	u8 l4;
	u8 zone_dir;
	u8 tcp_state;
	__be16 port[4];
	u8 addr[4 * 16];
};

/**
 * nf_rg_digest_alloc - make room for the digests of a group
 *
 * Return: all zero, to be freed with kvfree(); NULL without memory.
 */
struct nf_rg_digest *nf_rg_digest_alloc(void)
{
	return kvzalloc(sizeof(struct nf_rg_digest), GFP_KERNEL);
}

/**
 * nf_rg_digest_sum - the sum of a state record
 * @rec: the record
 * @key: generation of the bulk transfer
 *
 * Return: the sum, never 0.
 */
u64 nf_rg_digest_sum(const struct nf_rg_record *rec, u32 key)
{
	unsigned int alen = rec->l3 == 4 ? 4 : 16;
	siphash_key_t k = { { key, key } };
	struct summed s;
	u8 *a = s.addr;
	u64 sum;

	s.incarnation = cpu_to_be64(rec->incarnation);
	s.mapping = cpu_to_be32(rec->mapping);
	s.version = cpu_to_be32(rec->version);
	s.mark = cpu_to_be32(rec->mark);
	s.zone = cpu_to_be16(rec->zone);
	s.status = cpu_to_be16(rec->status & ~NF_RG_ST_SEQ_ADJUST);
	s.l3 = rec->l3;
	s.l4 = rec->l4;
	s.zone_dir = rec->flags & NF_RG_REC_F_ZONE;
	s.tcp_state = rec->tcp_state;
	s.port[0] = rec->orig.sport;
	s.port[1] = rec->orig.dport;
	s.port[2] = rec->reply.sport;
	s.port[3] = rec->reply.dport;
	if (alen == 4) {
		memcpy(a, rec->orig.src, 4);
		memcpy(a + 4, rec->orig.dst, 4);
		memcpy(a + 8, rec->reply.src, 4);
		memcpy(a + 12, rec->reply.dst, 4);
	} else {
		memcpy(a, rec->orig.src, 16);
		memcpy(a + 16, rec->orig.dst, 16);
		memcpy(a + 32, rec->reply.src, 16);
		memcpy(a + 48, rec->reply.dst, 16);
	}
	sum = siphash(&s, offsetof(struct summed, addr) + 4 * alen, &k);
	if (rec->sections & NF_RG_SEC_HELPER) {
		k.key[0] = sum;
		sum = siphash(rec->helper, sizeof(rec->helper), &k);
	}
	return sum ?: 1;
}

/**
 * nf_rg_digest_bucket - the bucket of an entry
 * @incarnation: of the entry; the same on both routers
 *
 * Return: below NF_RG_BUCKETS.
 */
unsigned int nf_rg_digest_bucket(u64 incarnation)
{
	return hash_64(incarnation, ilog2(NF_RG_BUCKETS));
}

/**
 * nf_rg_digest_add - count a sum, or what it changed by
 * @g: the group, locked
 * @incarnation: of the entry
 * @sum: of the entry; the exclusive-or of the old and the new one
 *
 * Twice the same is nothing.
 */
void nf_rg_digest_add(struct nf_rg_group *g, u64 incarnation, u64 sum)
{
	g->digest->root ^= sum;
	g->digest->bucket[nf_rg_digest_bucket(incarnation)] ^= sum;
}

/**
 * nf_rg_digest_set - give an entry another sum
 * @g: its group, locked
 * @e: the entry, of the group's generation from here on
 * @sum: the new one; 0: it counts for nothing
 */
void nf_rg_digest_set(struct nf_rg_group *g, struct nf_rg_entry *e, u64 sum)
{
	nf_rg_digest_add(g, e->incarnation, nf_rg_digest_of(g, e) ^ sum);
	e->generation = g->generation;
	e->sum = sum;
}

/**
 * nf_rg_digest_clear - nothing counts any more
 * @g: the group, locked; its generation is a new one
 */
void nf_rg_digest_clear(struct nf_rg_group *g)
{
	g->digest->root = 0;
	memset(g->digest->bucket, 0, sizeof(g->digest->bucket));
}

/**
 * nf_rg_digest_intact - is a connection what its last record said?
 * @g: its group, locked
 * @e: its entry
 *
 * Return: whether; true if no record counts.
 */
bool nf_rg_digest_intact(const struct nf_rg_group *g, const struct nf_rg_entry *e)
{
	struct nf_rg_record rec;
	u32 mark = READ_ONCE(e->ct->mark);

	if (!nf_rg_digest_of(g, e) || nf_ct_is_dying(e->ct))
		return true;
	nf_rg_export_core(e, &rec);
	return nf_rg_digest_sum(&rec, g->generation) == e->sum &&
	       mark == nf_rg_mapping_mark(e->map, mark);
}
