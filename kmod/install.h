/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_INSTALL_H
#define _NF_RG_INSTALL_H

#include "group.h"

struct nf_conntrack_tuple;
struct nf_conntrack_zone;
struct nf_rg_entry;
struct nf_rg_flow;

/**
 * struct nf_rg_install - a batch to install, and what came of it
 * @g: the group
 * @epoch: of the sender
 * @seq: of the batch
 * @flags: NF_RG_BATCH_*
 * @generation: of the bulk transfer
 * @buf: the records
 * @len: bytes
 * @refusals: NULL; filled in, by rising index, if there are any: to be freed with kfree()
 * @n_refusals: filled in
 * @sync: filled in: enum nf_rg_sync
 * @lost: filled in: entries that vanished from this table since the last answer
 * @digest: room for one, with NF_RG_BATCH_DIGESTS for 1 + NF_RG_BUCKETS; filled in, as in
 * NF_RG_A_DIGEST
 * @n_digest: filled in
 * @offset: filled in on -EBADMSG: of the malformed record
 */
struct nf_rg_install {
	struct nf_rg_group *g;
	struct nf_rg_epoch epoch;
	u64 seq;
	u32 flags;
	u32 generation;
	const u8 *buf;
	unsigned int len;
	struct nf_rg_refusal *refusals;
	unsigned int n_refusals;
	u8 sync;
	u32 lost;
	__be64 *digest;
	unsigned int n_digest;
	unsigned int offset;
};

struct nf_conn *nf_rg_install_find(struct nf_rg_net *rn, const struct nf_conntrack_zone *zone,
				   const struct nf_conntrack_tuple *tuple);
int nf_rg_install_related(struct nf_rg_group *g, const struct nf_rg_flow *flow,
			  struct nf_rg_entry *e, struct nf_conn *ct);
int nf_rg_install_batch(struct nf_rg_install *in);
void nf_rg_install_incomplete(struct nf_rg_group *g);
void nf_rg_install_session(struct nf_rg_group *g, u32 session);

#endif /* _NF_RG_INSTALL_H */
