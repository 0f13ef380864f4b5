/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_ENTRY_H
#define _NF_RG_ENTRY_H

#include <linux/list.h>
#include <net/netfilter/nf_conntrack.h>

#include "mapping.h"

struct nf_rg_learn;

/* Who checks the window of a TCP connection. */
enum nf_rg_window {
	NF_RG_WINDOW_CORE,	/* the core, as always */
	NF_RG_WINDOW_HINTED,	/* it came from the peer, and no segment came yet */
	NF_RG_WINDOW_LEARNING,	/* we, until the core can */
};

/**
 * struct nf_rg_entry - a synchronised connection
 * @ct: the connection; the entry holds a reference
 * @list: in one of the group's lists, which @place tells
 * @all: in one of the group's lists of all
 * @incarnation: tells it from a later one with the same tuple
 * @sum: of what was last said of it to the peer, or by the peer; see digest.c
 * @end: NF_RG_WINDOW_HINTED: the end of the data of both directions, as the peer told
 * @learn: NF_RG_WINDOW_LEARNING: what is known of the windows
 * @version: of its state
 * @since: jiffies, lower half, since it is held back; while its place is NF_RG_PLACE_HELD
 * @generation: of the bulk transfer that it belongs to, see nf_rg_track_bulk()
 * @timeout: seconds that were left on the peer, for the release after a takeover; while @held
 * @seen: what the last walk saw of a connection, see window.c; while not @held
 * @hold: the absolute timeout that we gave it while standing by; while @held
 * @told: what was last sent of what no event tells, see nf_rg_proto_quiet_sum(); while not @held
 * @map: its mapping, see nf_rg_entry_map()
 * @seq: of the batch it was last sent in, the lower half of the lower half; while its place is
 * NF_RG_PLACE_DIRTY: jiffies, likewise, since it is (any others are taken for old enough, or wait a
 * moment longer)
 * @index: its position in that batch
 * @place: enum nf_rg_place
 * @acked: the peer's kernel has it
 * @sent: the peer's kernel may have it
 * @exact: @end is, or the record that was sent last was, of a connection that was at rest
 * @stale: its bucket is being repaired, and it did not come again yet
 * @held: its timeout is one that we gave it while standing by
 * @window: enum nf_rg_window, TCP only
 *
 * All but @ct, @map and @incarnation is protected by the group's lock; @window, @end and @learn by
 * the connection's.  With the events' extension it fills the 128 bytes that the core allocates for
 * extensions (entry.c): there is not one to spare.
 */
struct nf_rg_entry {
	struct nf_conn *ct;
	struct list_head list;
	struct hlist_node all;
	u64 incarnation;
	u64 sum;
	union {
		u32 end[2];
		struct nf_rg_learn *learn;
	};
	union {
		u32 version;
		u32 since;
	};
	u32 generation;
	union {
		u32 timeout;
		u32 seen;
	};
	union {
		u32 hold;
		u32 told;
	};
	u16 map;
	u16 seq;
	u16 index;
	u8 place : 3;
	u8 acked : 1;
	u8 sent : 1;
	u8 exact : 1;
	u8 stale : 1;
	u8 held : 1;
	u8 window;
};

/* The mapping of an entry.  Context: rcu_read_lock() or the group's lock held. */
static inline struct nf_rg_mapping *nf_rg_entry_map(const struct nf_rg_entry *e)
{
	return READ_ONCE(nf_rg_maps[e->map]);
}

/*
 * Of nf_conn.status, see entry.c: the handle of the mapping that made the connection, from the hook
 * to the event that follows it.
 */
#define NF_RG_STATUS_MAP	48
#define NF_RG_STATUS_MAP_BITS	12
#define NF_RG_STATUS_MAPPED	60	/* it is there */

/* Of nf_conn.status, see entry.c: has an entry, and no extension whose changes no event tells. */
#define NF_RG_STATUS_PLAIN	61

/*
 * Is it known that a packet of a connection changes nothing but what events tell?  Sequence numbers
 * may be adjusted without a helper, from some packet on.  Any context.
 */
static inline bool nf_rg_entry_is_plain(const struct nf_conn *ct)
{
#if BITS_PER_LONG == 64
	return (READ_ONCE(ct->status) & (BIT(NF_RG_STATUS_PLAIN) | IPS_SEQ_ADJUST)) ==
	       BIT(NF_RG_STATUS_PLAIN);
#else
	return false;
#endif
}

/*
 * It is settled that a connection gets an entry at once, and of which mapping.  @ct: not yet
 * confirmed.  Context: any.
 */
static inline void nf_rg_entry_settle(struct nf_conn *ct, const struct nf_rg_mapping *m)
{
#if BITS_PER_LONG == 64
	unsigned long all = BIT(NF_RG_STATUS_MAPPED) |
		GENMASK(NF_RG_STATUS_MAP + NF_RG_STATUS_MAP_BITS - 1, NF_RG_STATUS_MAP);

	BUILD_BUG_ON(BIT(NF_RG_STATUS_MAP_BITS) < NF_RG_MAPPINGS_MAX);
	ct->status = (ct->status & ~all) | BIT(NF_RG_STATUS_MAPPED) |
		     (unsigned long)m->handle << NF_RG_STATUS_MAP;
#endif
}

/*
 * The mapping of a connection for which that was settled, with the packet that confirmed it and so
 * in the same RCU read side section; else NULL.  It is told once: later its handle may be that of
 * another one.
 */
static inline struct nf_rg_mapping *nf_rg_entry_settled(struct nf_conn *ct)
{
#if BITS_PER_LONG == 64
	unsigned long status = READ_ONCE(ct->status);

	if (test_and_clear_bit(NF_RG_STATUS_MAPPED, &ct->status))
		return READ_ONCE(nf_rg_maps[status >> NF_RG_STATUS_MAP &
					    (BIT(NF_RG_STATUS_MAP_BITS) - 1)]);
#endif
	return NULL;
}

int nf_rg_entry_init(void);
void nf_rg_entry_exit(void);
int nf_rg_entry_net_init(struct nf_rg_net *rn);
void nf_rg_entry_net_exit(struct nf_rg_net *rn);

void nf_rg_entry_reserve(struct nf_conn *ct);
struct nf_rg_entry *nf_rg_entry_find(struct nf_rg_net *rn, const struct nf_conn *ct);
struct nf_rg_entry *nf_rg_entry_alloc(struct nf_rg_net *rn, struct nf_conn *ct);
int nf_rg_entry_publish(struct nf_rg_net *rn, struct nf_rg_entry *e);
void nf_rg_entry_discard(struct nf_rg_entry *e);
void nf_rg_entry_free(struct nf_rg_net *rn, struct nf_rg_entry *e);

#endif /* _NF_RG_ENTRY_H */
