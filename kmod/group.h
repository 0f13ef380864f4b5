/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_GROUP_H
#define _NF_RG_GROUP_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/nf_rg.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "net.h"
#include "record.h"

struct nf_conn;

#define NF_RG_WHEEL_SLOTS	256	/* a power of 2 */

/* The list that an entry is on. */
enum nf_rg_place {
	NF_RG_PLACE_NONE,	/* being removed: whoever sees it here leaves it alone */
	NF_RG_PLACE_CLEAN,	/* or, of an older generation than the group's, on the bulk list */
	NF_RG_PLACE_DIRTY,
	NF_RG_PLACE_INFLIGHT,
	NF_RG_PLACE_REFUSED,
	NF_RG_PLACE_HELD,	/* it is not sent yet, and never was; see hold.c */
	NF_RG_PLACE_STOPPED,	/* would be dirty, but its mapping is stopped */
	NF_RG_PLACES,
};

/**
 * struct nf_rg_epoch - orders the lives of an active router
 * @count: counts up with each takeover
 * @system: who chose it; orders equal counts
 */
struct nf_rg_epoch {
	u64 count;
	u64 system;
};

/**
 * struct nf_rg_addr - an address, with its family
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @ip: network order
 */
struct nf_rg_addr {
	u8 family;
	union nf_inet_addr ip;
};

/**
 * struct nf_rg_addrs - a group's virtual addresses, replaced as a whole
 * @rcu: frees it
 * @n: how many
 * @a: they
 */
struct nf_rg_addrs {
	struct rcu_head rcu;
	unsigned int n;
	struct nf_rg_addr a[];
};

/**
 * struct nf_rg_group - a redundancy group
 *
 * Role: written under @lock, read without on the packet path.
 * @id: its number, 1-255
 * @rn: its namespace
 * @ref: one for the table of groups, one for each command that works on it
 * @rcu: frees it
 * @instance: random; another number means another kernel life
 * @addrs: virtual addresses
 * @lock: protects all that follows; taken inside the core's dying_lock and
 * nf_conntrack_expect_lock, outside ct->lock and hash bucket locks
 * @dead: being removed; takes no entries any more
 * @role: enum nf_rg_role
 * @no_new: active, but refuses new connections
 * @epoch: of the role
 * @lease_until: CLOCK_BOOTTIME ns, U64_MAX: no lease; read by the packet path
 * @grace_until: CLOCK_BOOTTIME ns; until then existing connections are forwarded whatever the role
 * @lease_work: tells that the lease ran out
 *
 * Entries, see track.h.
 * @all: every entry, in no order that matters: @all_now says in which; in the other one, those that
 * a walk has still to look at
 * @all_now: 0 or 1
 * @clean: acknowledged, or nothing to tell
 * @bulk: waiting for the bulk transfer
 * @dirty: changed, in the order of the changes
 * @inflight: sent and not acknowledged, in the order of the sequence
 * @refused: refused by the peer
 * @stopped: of stopped mappings, with something to tell
 * @tombs: deletions to send
 * @tombs_inflight: deletions sent
 * @entries: on @all
 * @n: of each place, but for NF_RG_PLACE_CLEAN
 * @n_bulk: on @bulk, while @sync is NF_RG_SYNC_BULK
 * @n_tombs: on @tombs
 * @n_tombs_inflight: on @tombs_inflight
 * @generation: of the bulk transfer, sent or received
 *
 * Entries that are held back, see hold.c.
 * @held: those that wait for an event
 * @wheel: those that wait for their age, by the tick at which to look at them
 * @hurry: all that lives of them is about to be sent
 * @wheel_done: the last tick that was looked at
 * @wheel_next: the tick for which @hold_work is set; 0: it is not
 * @hold_work: looks at those whose time has come
 *
 * Sending, see push.c.
 * @session: of the agent, 0: none
 * @merge: @session tells what this router did as another active, while it stands by
 * @lower: the peer reads records of an older version (nf_rg_record_lower())
 * @peer_instance: whom the sessions since the takeover have fed; 0: nobody
 * @fed: @peer_instance once had everything
 * @handover: held while a batch is handed to the agent and until @handed says so; taken outside
 * @lock
 * @seq: of the last batch
 * @handed: of the last batch that the agent got; @seq, or one less while a batch is made
 * @acked: of the last batch acknowledged; not above @handed
 * @sync: enum nf_rg_sync
 * @stage: enum nf_rg_push_stage
 * @flags: NF_RG_BATCH_* that the next batch carries
 * @marker: stands in @dirty behind what was pending when the session began
 * @stage_seq: the batch whose acknowledgment ends the stage
 * @kicked: @push_work is on its way
 * @push_last: jiffies of the last batch
 * @retry_last: jiffies of the last time that refused entries were tried again
 * @push_page: room for NF_RG_PUSH_MAX bytes, written by @push_work alone; NULL: not needed yet
 * @push_work: the drain
 *
 * Comparing both tables, see verify.c and scrub.c; on the receiving side @digest is what it has.
 * @digest: what the copy adds up to
 * @verify_from: the first batch whose answer can be compared; U64_MAX: none yet
 * @verify_due: a batch is to go for the sake of its answer
 * @verify_ask: the next batch asks for the digests of the buckets
 * @verify_asked: the batch that asked and was not answered yet; 0: none
 * @verify_tell: the peer does not know that both are equal
 * @verified: the batch after which they were, to be told; 0: nothing to tell
 * @verified_at: when they last were, CLOCK_BOOTTIME ns; 0: never in this role
 * @repair: enum nf_rg_repair
 * @repair_map: buckets that are repaired
 * @repair_seq: the batch whose acknowledgment ends the repair
 * @repair_tries: repairs since both were equal
 * @repair_next: jiffies before which no other repair begins
 * @repair_work: queues the entries of those buckets
 * @scrub_work: compares the connections with what was said of them
 *
 * Receiving, see install.c.
 * @install: serialises installations
 * @rx_session: 0: none
 * @rx_bulk: a bulk transfer is being received
 * @rx_sync: enum nf_rg_sync
 * @rx_seq: the last batch answered
 * @rx_damaged: @rx_seq when the table last lost something or refused it
 * @rx_repair: buckets are being repaired
 * @rx_expecting: the connection whose expectations are being installed
 * @rx_helper: the last helper that could not be had, under @install
 * @rx_helper_until: jiffies; it is not looked for again before
 * @lost: entries that vanished behind our back, not yet told
 * @lost_work: tells it
 *
 * @walk: serialises walks over @all
 * @timeout_work: holds or releases the timeouts after a change of role
 * @window_work: tells of TCP connections that came to rest, see window.c
 * @counter_turn: walks of @window_work, which alone uses it
 * @guarded: TCP connections whose windows are not known
 */
struct nf_rg_group {
	u32 id;
	struct nf_rg_net *rn;
	refcount_t ref;
	struct rcu_head rcu;
	u64 instance;
	struct nf_rg_addrs __rcu *addrs;

	spinlock_t lock; /* all that follows */
	bool dead;
	u8 role;
	bool no_new;
	struct nf_rg_epoch epoch;
	u64 lease_until;
	u64 grace_until;
	struct delayed_work lease_work;

	struct hlist_head all[2];
	u8 all_now;
	struct list_head clean;
	struct list_head bulk;
	struct list_head dirty;
	struct list_head inflight;
	struct list_head refused;
	struct list_head stopped;
	struct list_head tombs;
	struct list_head tombs_inflight;
	u32 entries;
	u32 n[NF_RG_PLACES];
	u32 n_bulk;
	u32 n_tombs;
	u32 n_tombs_inflight;
	u32 generation;

	struct list_head held;
	struct list_head wheel[NF_RG_WHEEL_SLOTS];
	bool hurry;
	u64 wheel_done;
	u64 wheel_next;
	struct delayed_work hold_work;

	u32 session;
	bool merge;
	bool lower;
	u64 peer_instance;
	bool fed;
	struct mutex handover; /* of batches to the agent */
	u64 seq;
	u64 handed;
	u64 acked;
	u8 sync;
	u8 stage;
	u32 flags;
	struct list_head marker;
	u64 stage_seq;
	bool kicked;
	unsigned long push_last;
	unsigned long retry_last;
	struct page *push_page;
	struct delayed_work push_work;

	struct nf_rg_digest *digest;
	u64 verify_from;
	bool verify_due;
	bool verify_ask;
	bool verify_tell;
	u64 verify_asked;
	u64 verified;
	u64 verified_at;
	u8 repair;
	u8 repair_map[NF_RG_BUCKETS / 8];
	u64 repair_seq;
	unsigned int repair_tries;
	unsigned long repair_next;
	struct work_struct repair_work;
	struct delayed_work scrub_work;

	struct mutex install; /* one installation at a time */
	u32 rx_session;
	bool rx_bulk;
	u8 rx_sync;
	u64 rx_seq;
	u64 rx_damaged;
	bool rx_repair;
	const struct nf_conn *rx_expecting;
	char rx_helper[NF_RG_REC_NAME];
	unsigned long rx_helper_until;
	u32 lost;
	struct delayed_work lost_work;

	struct mutex walk; /* one walk at a time */
	struct delayed_work timeout_work;
	struct delayed_work window_work;
	unsigned int counter_turn;
	atomic_t guarded;
};

/* May the group's connections be forwarded at @now (CLOCK_BOOTTIME, ns)?  Any context. */
static inline bool nf_rg_group_open(const struct nf_rg_group *g, u64 now)
{
	if (READ_ONCE(g->role) == NF_RG_ROLE_ACTIVE)
		return now < READ_ONCE(g->lease_until);
	return now < READ_ONCE(g->grace_until);
}

/* May it take new connections, and may its addresses be answered for?  Any context. */
static inline bool nf_rg_group_active(const struct nf_rg_group *g, u64 now)
{
	return READ_ONCE(g->role) == NF_RG_ROLE_ACTIVE && now < READ_ONCE(g->lease_until);
}

static inline int nf_rg_epoch_cmp(const struct nf_rg_epoch *a, const struct nf_rg_epoch *b)
{
	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	if (a->system != b->system)
		return a->system < b->system ? -1 : 1;
	return 0;
}

struct nf_rg_group *nf_rg_group_alloc(struct nf_rg_net *rn, u32 id);
struct nf_rg_group *nf_rg_group_get(struct nf_rg_net *rn, u32 id);
void nf_rg_group_put(struct nf_rg_group *g);
void nf_rg_group_set_addrs(struct nf_rg_group *g, struct nf_rg_addrs *addrs);
struct nf_rg_group *nf_rg_group_by_addr(struct nf_rg_net *rn, u8 family,
					const union nf_inet_addr *ip);
bool nf_rg_group_gate(struct nf_rg_net *rn);

#endif /* _NF_RG_GROUP_H */
