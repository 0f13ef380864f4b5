/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_TRACK_H
#define _NF_RG_TRACK_H

#include <linux/list.h>
#include <linux/rhashtable-types.h>
#include <net/netfilter/nf_conntrack_tuple.h>

#include "mapping.h"

struct nf_conn;
struct nf_rg_learn;

/* The list that an entry is on. */
enum nf_rg_place {
	NF_RG_PLACE_NONE,	/* being removed: whoever sees it here leaves it alone */
	NF_RG_PLACE_CLEAN,	/* or, of an older generation than the group's, on the bulk list */
	NF_RG_PLACE_DIRTY,
	NF_RG_PLACE_INFLIGHT,
	NF_RG_PLACE_REFUSED,
};

/* Who checks the window of a TCP connection. */
enum nf_rg_window {
	NF_RG_WINDOW_CORE,	/* the core, as always */
	NF_RG_WINDOW_HINTED,	/* it came from the peer, and no segment came yet */
	NF_RG_WINDOW_LEARNING,	/* we, until the core can */
};

/**
 * struct nf_rg_entry - a synchronised connection
 * @node: in nf_rg_net.entries
 * @ct: the connection; the entry holds a reference
 * @map: its mapping
 * @list: in one of the group's lists, which @place tells
 * @all: in the group's list of all
 * @rcu: frees it, when it is on no list any more
 * @incarnation: tells it from a later one with the same tuple
 * @seq: of the batch it was last sent in
 * @version: of its state
 * @generation: of the bulk transfer that it belongs to, see nf_rg_track_bulk()
 * @timeout: seconds that were left on the peer, for the release after a takeover; while @hold
 * @seen: what the last walk saw of a TCP connection, see window.c; while not @hold
 * @hold: the absolute timeout that we gave it while standing by; 0: none
 * @told: what was last sent of what no event tells, see nf_rg_proto_quiet_sum()
 * @index: its position in that batch
 * @place: enum nf_rg_place
 * @acked: the peer's kernel has it
 * @sent: the peer's kernel may have it
 * @exact: @end is, or the record that was sent last was, of a connection that was at rest
 * @window: enum nf_rg_window, TCP only
 * @stale: its bucket is being repaired, and it did not come again yet
 * @sum: of what was last said of it to the peer, or by the peer; see digest.c
 * @end: NF_RG_WINDOW_HINTED: the end of the data of both directions, as the peer told
 * @learn: NF_RG_WINDOW_LEARNING: what is known of the windows
 *
 * All but @node, @ct, @map and @incarnation is protected by the group's lock; @window, @end and
 * @learn by the connection's.
 */
struct nf_rg_entry {
	struct rhash_head node;
	struct nf_conn *ct;
	struct nf_rg_mapping *map;
	struct list_head list;
	union {
		struct list_head all;
		struct rcu_head rcu;
	};
	u64 incarnation;
	u64 seq;
	u64 sum;
	u32 version;
	u32 generation;
	union {
		u32 timeout;
		u32 seen;
	};
	u32 hold;
	u32 told;
	u16 index;
	u8 place : 4;
	u8 acked : 1;
	u8 sent : 1;
	u8 exact : 1;
	u8 stale : 1;
	u8 window;
	union {
		u32 end[2];
		struct nf_rg_learn *learn;
	};
};

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
int nf_rg_track_net_init(struct nf_rg_net *rn);
void nf_rg_track_net_exit(struct nf_rg_net *rn);

struct nf_rg_entry *nf_rg_track_find(struct nf_rg_net *rn, const struct nf_conn *ct);
int nf_rg_track_add(struct nf_rg_net *rn, struct nf_rg_mapping *m, struct nf_conn *ct,
		    u64 incarnation, struct nf_rg_entry **out);
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
