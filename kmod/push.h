/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_PUSH_H
#define _NF_RG_PUSH_H

#include <linux/types.h>

struct nf_rg_group;
struct nf_rg_net;
struct nf_rg_record;
struct nf_rg_refusal;
struct page;
struct work_struct;

/* How far a session is. */
enum nf_rg_push_stage {
	NF_RG_STAGE_IDLE,	/* no session */
	NF_RG_STAGE_BULK,	/* the bulk list is not empty yet */
	NF_RG_STAGE_MARK,	/* the marker stands in the dirty list */
	NF_RG_STAGE_ACK,	/* all before the marker is sent */
	NF_RG_STAGE_END,	/* ... and acknowledged: the peer is being told */
	NF_RG_STAGE_DONE,
};

/**
 * struct nf_rg_push - a batch, as it is handed to the agent
 * @g: whose
 * @session: agent's number
 * @seq: of the batch
 * @flags: NF_RG_BATCH_*
 * @generation: of the bulk transfer
 * @count: records
 * @page: where they stand, from its beginning on
 * @buf: its address
 * @len: bytes
 * @rec: room for the record that is being written
 * @from: the list that entries are taken from
 * @last: in it, the last one that was written and is in flight; NULL: those that are were moved
 * @all: what changed a moment ago goes, too
 * @ask: it asks for the digests of the buckets
 * @verified: nf_rg_group.verified as it tells it, 0: it does not
 * @repair: nf_rg_group.repair as it was before it
 */
struct nf_rg_push {
	struct nf_rg_group *g;
	u32 session;
	u64 seq;
	u32 flags;
	u32 generation;
	unsigned int count;
	struct page *page;
	u8 *buf;
	unsigned int len;
	struct nf_rg_record *rec;
	struct list_head *from;
	struct list_head *last;
	bool all;
	bool ask;
	u64 verified;
	u8 repair;
};

/**
 * struct nf_rg_answer - what the peer's kernel says to a batch
 * @session: that the answer belongs to
 * @seq: the batch; those before it are answered too
 * @refusals: what it refused of @seq, by rising index
 * @n_refusals: how many
 * @digest: of its table then, as in NF_RG_A_DIGEST
 * @n_digest: how many
 */
struct nf_rg_answer {
	u32 session;
	u64 seq;
	const struct nf_rg_refusal *refusals;
	unsigned int n_refusals;
	const __be64 *digest;
	unsigned int n_digest;
};

/* Hands a batch to the agent; 0, or -errno: nothing was handed over.  Process context. */
typedef int (*nf_rg_push_fn)(const struct nf_rg_push *push);

int nf_rg_push_init(nf_rg_push_fn send);
void nf_rg_push_exit(void);
void nf_rg_push_work(struct work_struct *work);
void nf_rg_push_kick(struct nf_rg_group *g);
void nf_rg_push_soon(struct nf_rg_group *g);
bool nf_rg_push_put(struct nf_rg_push *p, const struct nf_rg_record *rec);
int nf_rg_push_start(struct nf_rg_group *g, u32 session, u32 version, u64 peer_instance, bool bulk);
int nf_rg_push_merge(struct nf_rg_group *g, u32 session, u32 version);
void nf_rg_push_stop(struct nf_rg_group *g);
void nf_rg_push_ack(struct nf_rg_group *g, const struct nf_rg_answer *a);

#endif /* _NF_RG_PUSH_H */
