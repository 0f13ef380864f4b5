/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_STATS_H
#define _NF_RG_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

/*
 * One counter for each thing that happens and for each reason to refuse or drop.  The second
 * column is the name that people see.
 */
#define NF_RG_STATS(X)							\
	/* hooks */							\
	X(MARKED, "marked")						\
	X(DROP_NEW, "drop-new-not-active")				\
	X(DROP_GATE_POOL, "drop-gate-pool")				\
	X(DROP_GATE_FLOW, "drop-gate-flow")				\
	X(DROP_GATE_ERROR, "drop-gate-icmp-error")			\
	X(DROP_GUARD_RST, "drop-guard-rst")				\
	X(DROP_GUARD_SYN, "drop-guard-syn")				\
	X(DROP_GUARD_DATA, "drop-guard-segment")			\
	X(DROP_UNTRANSLATED, "drop-not-translated-back")		\
	X(DROP_CLOSED, "drop-not-translated")				\
	X(DROP_ARP, "drop-arp-not-active")				\
	X(DROP_ND, "drop-nd-not-active")				\
	X(NOT_REPLICATED, "not-replicated-protocol")			\
	X(NOT_WANTED, "not-replicated-policy")				\
	X(NOT_HELPED, "not-replicated-helper")				\
	X(EXPECT_LEFT_OUT, "expectations-left-out")			\
	X(TIMEOUT_LEFT_OUT, "timeout-policies-left-out")		\
	X(MARK_NO_EXTENSION, "mark-no-event-extension")			\
	/* entries */							\
	X(ENTRY_NEW, "entries-created")					\
	X(ENTRY_GONE, "entries-removed")				\
	X(ENTRY_ALONE, "entries-alone")					\
	X(ENTRY_NO_MEMORY, "entry-no-memory")				\
	X(HELD_BACK, "held-back")					\
	X(HELD_SENT, "held-sent")					\
	X(HELD_SHORT, "held-short")					\
	X(EVENT, "events")						\
	X(EVENT_COALESCED, "events-coalesced")				\
	X(COUNTERS_TOLD, "counters-told")				\
	X(TOMBSTONE_NO_MEMORY, "tombstone-no-memory")			\
	X(ADOPTED, "adopted")						\
	X(ADOPT_NO_MEMORY, "adopt-no-memory")				\
	X(LOST, "entries-lost-on-standby")				\
	X(EXPECT_LOST, "expectations-lost-on-standby")			\
	/* sending */							\
	X(PUSH_BATCH, "push-batches")					\
	X(PUSH_RECORD, "push-records")					\
	X(PUSH_FIRST, "push-at-once")					\
	X(PUSH_FULL, "push-full-batch")					\
	X(PUSH_NO_MEMORY, "push-no-memory")				\
	X(PUSH_NO_ROOM, "push-agent-no-room")				\
	X(PUSH_NO_WINDOW, "push-window-full")				\
	X(SYNC_BULK, "sync-bulks")					\
	X(SYNC_DELTA, "sync-deltas")					\
	X(SYNC_MERGE, "sync-merges")					\
	X(MERGE_REFUSED, "merge-refused-by-peer")			\
	X(MERGE_CUT, "merge-cut-short")					\
	X(ACK, "acks")							\
	X(ACK_OTHER_SESSION, "ack-other-session")			\
	X(ACK_BAD, "ack-bad-sequence")					\
	X(PEER_REFUSED, "peer-refused")					\
	X(VERIFY_DIFFERENT, "verify-different")				\
	X(REPAIRS, "repairs")						\
	X(REPAIR_BUCKETS, "repair-buckets")				\
	X(SCRUBS, "scrubs")						\
	X(SCRUB_UNTOLD, "scrub-untold")					\
	/* receiving */							\
	X(INSTALL_BATCH, "install-batches")				\
	X(INSTALL_CREATED, "install-created")				\
	X(INSTALL_UPDATED, "install-updated")				\
	X(INSTALL_REPLACED, "install-replaced")				\
	X(INSTALL_NO_MASTER, "install-without-master")			\
	X(INSTALL_DELETED, "install-deleted")				\
	X(INSTALL_DELETE_NONE, "install-delete-unknown")		\
	X(INSTALL_SWEPT, "install-swept")				\
	X(REPAIR_SWEPT, "repair-swept")					\
	X(SCRUB_DAMAGED, "scrub-damaged")				\
	X(SCRUB_FOREIGN, "scrub-foreign")				\
	X(INSTALL_BAD, "install-malformed")				\
	X(INSTALL_NOT_STANDBY, "install-not-standby")			\
	X(INSTALL_EPOCH, "install-other-epoch")				\
	X(MERGE_BATCH, "merge-batches")					\
	X(MERGE_CREATED, "merge-created")				\
	X(MERGE_UPDATED, "merge-updated")				\
	X(MERGE_KNOWN, "merge-known")					\
	X(MERGE_NOT_ACTIVE, "merge-not-active")				\
	X(SPLIT_CONFLICT, "split-conflict")				\
	X(REFUSED_MAPPING, "refused-mapping")				\
	X(REFUSED_RANGE, "refused-range")				\
	X(REFUSED_CAPACITY, "refused-capacity")				\
	X(REFUSED_MEMORY, "refused-memory")				\
	X(REFUSED_CLASH, "refused-clash")				\
	X(REFUSED_PROTOCOL, "refused-protocol")				\
	X(REFUSED_NAT, "refused-nat")					\
	X(REFUSED_STALE, "refused-stale")				\
	X(REFUSED_HELPER, "refused-helper")				\
	X(REFUSED_EXPECT, "refused-expectation")			\
	X(REFUSED_CONFIG, "refused-configuration")			\
	/* roles */							\
	X(LEASE_EXPIRED, "lease-expired")				\
	X(GATE_NO_HOOKS, "gate-no-hooks")				\
	X(HELD, "timeouts-held")					\
	X(RELEASED, "timeouts-released")				\
	/* TCP windows */						\
	X(WINDOW_TOLD, "windows-told")					\
	X(WINDOW_LEARNT, "windows-learnt")				\
	X(WINDOW_AGAIN, "windows-contradicted")				\
	X(WINDOW_RESUMED, "handshakes-resumed")				\
	X(WINDOW_NO_MEMORY, "window-no-memory")				\
	X(WINDOW_NO_HOOKS, "window-no-hooks")

enum nf_rg_stat {
#define X(id, name) NF_RG_STAT_##id,
	NF_RG_STATS(X)
#undef X
	NF_RG_STAT_MAX,
};

/**
 * struct nf_rg_stats - the counters of one namespace on one CPU
 * @v: by enum nf_rg_stat
 */
struct nf_rg_stats {
	u64 v[NF_RG_STAT_MAX];
};

const char *nf_rg_stat_name(enum nf_rg_stat stat);
u64 nf_rg_stat_sum(const struct nf_rg_stats __percpu *stats, enum nf_rg_stat stat);
enum nf_rg_stat nf_rg_stat_refused(unsigned int reason);

#endif /* _NF_RG_STATS_H */
