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
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>

#include "export.h"
#include "record.h"

/*
 * One word more into a sum.  Another @sum or another @word always gives another result, so what
 * differs in one word alone never sums up to the same.  It does not withstand somebody who knows
 * @sum; that begins with a number that a kernel has drawn.
 */
static __always_inline u64 sum_word(u64 sum, u64 word)
{
	sum = (sum ^ word) * GOLDEN_RATIO_64;
	return sum ^ sum >> 32;
}

/* The same word on any machine, from bytes wherever they are. */
static u64 word_at(const u8 *p)
{
	__be64 word;

	memcpy(&word, p, sizeof(word));
	return be64_to_cpu(word);
}

static __always_inline u64 sum_16(u64 sum, const u8 *p)
{
	return sum_word(sum_word(sum, word_at(p)), word_at(p + 8));
}

static __always_inline u64 sum_tuple(u64 sum, u8 l3, const struct nf_rg_tuple *t)
{
	__be32 ports;

	/* They stand side by side. */
	BUILD_BUG_ON(offsetof(struct nf_rg_tuple, dport) !=
		     offsetof(struct nf_rg_tuple, sport) + sizeof(t->sport));
	memcpy(&ports, (const u8 *)t + offsetof(struct nf_rg_tuple, sport), sizeof(ports));
	sum = sum_word(sum, be32_to_cpu(ports));
	/* Of an IPv4 address the rest is zero. */
	if (l3 == 4)
		return sum_word(sum, word_at(t->src) | word_at(t->dst) >> 32);
	return sum_16(sum_16(sum, t->src), t->dst);
}

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
	u64 sum = key * GOLDEN_RATIO_64;
	u16 status = rec->status & ~NF_RG_ST_SEQ_ADJUST;
	u8 zone_dir = rec->flags & NF_RG_REC_F_ZONE;

	sum = sum_word(sum, rec->incarnation);
	sum = sum_word(sum, (u64)rec->mapping << 32 | rec->version);
	sum = sum_word(sum, (u64)rec->mark << 32 | (u32)rec->zone << 16 | status);
	sum = sum_word(sum, (u32)rec->l3 << 24 | rec->l4 << 16 | zone_dir << 8 | rec->tcp_state);
	sum = sum_tuple(sum, rec->l3, &rec->orig);
	sum = sum_tuple(sum, rec->l3, &rec->reply);
	if (rec->sections & NF_RG_SEC_HELPER) {
		BUILD_BUG_ON(sizeof(rec->helper) != 16);
		sum = sum_16(sum, (const u8 *)rec->helper);
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
	       mark == nf_rg_mapping_mark(nf_rg_entry_map(e), mark);
}
