/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_TRACK_H
#define _NF_RG_TRACK_H

#include <linux/list.h>
#include <net/netfilter/nf_conntrack_tuple.h>

#include "entry.h"

/**
 * struct nf_rg_tomb - a deletion that the peer has to learn of
 * @list: in the group's tombs or tombs_inflight
 * @seq: of the batch it was sent in
 * @incarnation: of the entry
 * @sum: of the entry, until it is sent
 * @mapping: mapping ID
 * @zone: conntrack zone
 * @zone_dir: the directions that it belongs to
 * @tuple: original direction
 *
 * It does not hold the connection: that would count against nf_conntrack_max for as long as the
 * peer is slow.
 */
struct nf_rg_tomb {
	struct list_head list;
	u64 seq;
	u64 incarnation;
	u64 sum;
	u32 mapping;
	u16 zone;
	u8 zone_dir;
	struct nf_conntrack_tuple tuple;
};

/* What a walk does with an entry. */
enum nf_rg_verdict {
	NF_RG_KEEP,
	NF_RG_FORGET,		/* drop the entry, leave the connection */
	NF_RG_KILL,		/* drop the entry and delete the connection */
};

typedef enum nf_rg_verdict (*nf_rg_walk_fn)(struct nf_rg_group *g, struct nf_rg_entry *e,
					    void *data);

int nf_rg_track_init(void);
void nf_rg_track_exit(void);

int nf_rg_track_add(struct nf_rg_net *rn, struct nf_rg_mapping *m, struct nf_conn *ct,
		    u64 incarnation, bool hold, struct nf_rg_entry **out);
void nf_rg_track_place(struct nf_rg_group *g, struct nf_rg_entry *e, enum nf_rg_place place);
bool nf_rg_track_remove(struct nf_rg_entry *e, bool bury);
void nf_rg_track_damaged(struct nf_rg_group *g);
void nf_rg_track_quiet(struct nf_rg_net *rn, struct nf_conn *ct);
bool nf_rg_track_untold(const struct nf_rg_entry *e);
void nf_rg_track_expect(struct nf_rg_net *rn, struct nf_conn *ct, bool lost);
void nf_rg_track_event(struct nf_rg_net *rn, struct nf_conn *ct, unsigned int events);
unsigned int nf_rg_track_walk(struct nf_rg_group *g, nf_rg_walk_fn fn, void *data);
void nf_rg_track_bulk(struct nf_rg_group *g);
void nf_rg_track_requeue(struct nf_rg_group *g, u64 from);
void nf_rg_track_retry(struct nf_rg_group *g);
void nf_rg_track_free_tombs(struct list_head *head);

#endif /* _NF_RG_TRACK_H */
