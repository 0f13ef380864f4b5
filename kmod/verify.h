/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_VERIFY_H
#define _NF_RG_VERIFY_H

#include <linux/types.h>

struct nf_rg_entry;
struct nf_rg_group;
struct nf_rg_push;
struct work_struct;

/* How far the repair of buckets is. */
enum nf_rg_repair {
	NF_RG_REPAIR_NONE,
	NF_RG_REPAIR_BEGIN,	/* buckets differ: the peer is to be told that they come again */
	NF_RG_REPAIR_QUEUE,	/* it was: their entries are being queued */
	NF_RG_REPAIR_SEND,	/* they are queued */
	NF_RG_REPAIR_ACK,	/* they are sent */
	NF_RG_REPAIR_END,	/* they are acknowledged: the peer is to be told */
};

void nf_rg_verify_reset(struct nf_rg_group *g);
void nf_rg_verify_now(struct nf_rg_group *g);
void nf_rg_verify_hold(struct nf_rg_group *g);
bool nf_rg_verify_pending(const struct nf_rg_group *g);
bool nf_rg_verify_rests(const struct nf_rg_group *g);
void nf_rg_verify_begin(struct nf_rg_push *p);
void nf_rg_verify_seal(struct nf_rg_push *p);
void nf_rg_verify_undo(const struct nf_rg_push *p);
void nf_rg_verify_refused(struct nf_rg_group *g, struct nf_rg_entry *e);
void nf_rg_verify_acked(struct nf_rg_group *g, u64 seq, const __be64 *digest, unsigned int n);
void nf_rg_verify_work(struct work_struct *work);

#endif /* _NF_RG_VERIFY_H */
