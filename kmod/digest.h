/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_DIGEST_H
#define _NF_RG_DIGEST_H

#include "track.h"

struct nf_rg_record;

/**
 * struct nf_rg_digest - what the standby's copy adds up to
 * @root: of all entries
 * @bucket: of the entries of each bucket; their sum is @root
 * @sent: sender: @root as of each batch in flight, by its number modulo the size
 * @asked: sender: @bucket as of the batch that asked for the peer's
 *
 * Sums are exclusive-or: an entry comes and goes without the others being looked at.
 */
struct nf_rg_digest {
	u64 root;
	u64 bucket[NF_RG_BUCKETS];
	u64 sent[NF_RG_WINDOW_MAX];
	u64 asked[NF_RG_BUCKETS];
};

struct nf_rg_digest *nf_rg_digest_alloc(void);
u64 nf_rg_digest_sum(const struct nf_rg_record *rec, u32 key);
unsigned int nf_rg_digest_bucket(u64 incarnation);
void nf_rg_digest_add(struct nf_rg_group *g, u64 incarnation, u64 sum);
void nf_rg_digest_set(struct nf_rg_group *g, struct nf_rg_entry *e, u64 sum);
void nf_rg_digest_clear(struct nf_rg_group *g);
bool nf_rg_digest_intact(const struct nf_rg_group *g, const struct nf_rg_entry *e);

/*
 * What an entry counts for.  Entries of another generation than the group's count for nothing: a
 * bulk transfer begins with an empty copy.  Context: the group's lock.
 */
static inline u64 nf_rg_digest_of(const struct nf_rg_group *g, const struct nf_rg_entry *e)
{
	return e->generation == g->generation ? e->sum : 0;
}

#endif /* _NF_RG_DIGEST_H */
