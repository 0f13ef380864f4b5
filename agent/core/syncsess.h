/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session on the data link: one TCP connection to the peer, in it a stream
 * for each group, from the active router's kernel to the standby's, and the
 * answers of the latter.
 *
 *   both       OPEN -->  <-- OPEN                  bound to the hello session
 *   receiver   JOIN(instance, epoch) -->           when it is standby
 *   sender              <-- BATCH(seq) ...         records, straight from its kernel
 *   receiver   ACK(seq, digest, refused) -->       its kernel has answered
 *   receiver   RESEND(reason) -->                  send all of it again, or compare
 *   receiver   JOIN(merge) -->                     it was active, too
 *   sender              <-- TAKE                   then BATCH has to wait:
 *   receiver   MERGE(seq) ... -->                  records, straight from its kernel
 *   sender              <-- MERGED(seq, refused)   its kernel has answered
 *   either     LEAVE(reason)                       no more of this group
 *   either     KEEPALIVE, CLOSE(reason)
 *
 * A pure machine: bytes, sockets and netlink belong to the caller. Pointers in
 * an action are borrowed from the event, or from the machine until its next
 * step. A connection that comes while another one stands replaces it: the caller
 * closes the old one. After SYNCSESS_DISCONNECT the machine is DOWN at once.
 *
 * The digest is passed from kernel to kernel unread. The sender's compares, sends
 * again what differs, and tells the receiver's when both are equal and nothing was
 * refused: only then is the copy HOT. RESEND(lost) asks it to do so now. A batch
 * that our kernel refused as a whole makes us ask for everything again, with a
 * growing interval.
 *
 * After a split brain the receiver first gives what it did as another active
 * (MERGE), or the copy that follows would sweep it. It begins when the sender, in
 * the same term, says TAKE, and is over with the answer to the one that has SYNCED;
 * the first BATCH ends it in any case. A sender to whom nothing comes for
 * SYNCSESS_MERGE_MS goes without.
 *
 * Sequences are those of the sender's kernel, which count up over all
 * sessions of a group. A JOIN that comes before this router knows that it is
 * active in that term waits here until the election says so: the two hear of
 * each other over different links.
 */
#ifndef AGENT_CORE_SYNCSESS_H
#define AGENT_CORE_SYNCSESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "election.h"
#include "frame.h"
#include "mono.h"

#define SYNCSESS_GROUPS		256
#define SYNCSESS_ACTIONS_MAX	(3 * SYNCSESS_GROUPS + 8)
#define SYNCSESS_HEAD_MAX	64	/* bytes of a payload made by the machine */
#define SYNCSESS_REPAIR_MIN_MS	5000	/* before a full copy is asked for again */
#define SYNCSESS_REPAIR_MAX_MS	600000	/* it doubles up to here */
#define SYNCSESS_MERGE_MS	5000	/* nothing of a merge for so long: without it */

enum syncsess_state {
	SYNCSESS_DOWN,		/* no connection */
	SYNCSESS_OPENING,	/* OPEN sent, that of the peer awaited */
	SYNCSESS_UP,
};

/* What this router does for a group. */
enum syncsess_dir {
	SYNCSESS_IDLE,
	SYNCSESS_SENDER,
	SYNCSESS_RECEIVER,
};

/* State of the receiving kernel's copy; the numbers of enum nf_rg_sync. */
enum syncsess_copy {
	SYNCSESS_COPY_NONE,
	SYNCSESS_COPY_DELTA,
	SYNCSESS_COPY_BULK,
	SYNCSESS_COPY_DONE,
	SYNCSESS_COPY_VERIFY,
};

/**
 * struct syncsess_config - what does not change in the life of the machine
 * @versions: that we speak
 * @domain, @protocol, @system, @nonce: as in our hellos
 * @keepalive_ms: send something at least so often
 * @silent_ms: nothing received for so long: the connection is closed
 */
struct syncsess_config {
	struct frame_versions versions;
	uint8_t domain;
	uint8_t protocol;
	uint64_t system;
	uint64_t nonce;
	uint32_t keepalive_ms;
	uint32_t silent_ms;
};

enum syncsess_event_type {
	SYNCSESS_EV_CONNECTED,	/* a connection to (or from) the peer stands */
	SYNCSESS_EV_DISCONNECTED,
	SYNCSESS_EV_PEER,	/* .peer: whom the control link hears; 0: nobody */
	SYNCSESS_EV_FRAME,	/* .frame */
	SYNCSESS_EV_FRAME_ERROR,/* .error */
	SYNCSESS_EV_SEND,	/* .group: ELECTION_SYNC_SEND */
	SYNCSESS_EV_RECEIVE,	/* .group: ELECTION_SYNC_RECEIVE */
	SYNCSESS_EV_STOP,	/* .group: ELECTION_SYNC_STOP */
	SYNCSESS_EV_PUSH,	/* .batch: NF_RG_CMD_PUSH */
	SYNCSESS_EV_INSTALLED,	/* .installed: answer to NF_RG_CMD_INSTALL */
	SYNCSESS_EV_RESEND,	/* .group.id: ask the peer for all of it again */
	SYNCSESS_EV_LOST,	/* .group.id: our copy was damaged: ask it to compare */
	SYNCSESS_EV_CONFIG,	/* .config: send it, if the peer knows such frames */
	SYNCSESS_EV_PARTIAL,	/* .partial: which mappings are replicated has changed */
	SYNCSESS_EV_CLOSE,	/* .reason: we want to end it */
	SYNCSESS_EV_TICK,
	SYNCSESS_EVENTS
};

/* A batch, from the own kernel or for it. @records are borrowed. */
struct syncsess_batch {
	uint8_t group;
	uint32_t session;	/* PUSH: of NF_RG_CMD_SYNC; else 0 */
	struct rg_epoch epoch;
	uint64_t seq;
	uint8_t flags;		/* FRAME_F_* */
	uint32_t generation;
	uint32_t count;
	const uint8_t *records;
	uint32_t len;
};

struct syncsess_event {
	enum syncsess_event_type type;
	union {
		struct {
			uint64_t system;
			uint64_t nonce;
		} peer;
		struct {
			struct frame hdr;
			const uint8_t *payload;
		} frame;
		enum frame_error error;
		struct {
			uint8_t id;
			struct rg_epoch epoch;
			uint64_t instance;	/* SEND, RECEIVE: in our kernel */
			uint64_t digest;
			uint32_t table_max;	/* RECEIVE: connections, 0 = no limit */
			bool full;
			bool merge;		/* RECEIVE: this router was active, too */
		} group;
		struct syncsess_batch batch;
		struct {
			uint8_t group;
			struct rg_epoch epoch;	/* as in KERNEL_INSTALL */
			uint64_t seq;
			int error;		/* 0 or -errno of the whole batch */
			const struct frame_refusal *refusals;
			uint32_t n_refusals;
			enum syncsess_copy copy;
			const uint8_t *digest;
			uint32_t digest_len;	/* bytes: of none, all, or buckets, too */
		} installed;
		struct {
			uint8_t group;
			const uint8_t *list;	/* NULL: ask for the peer's */
			uint32_t len;
			uint64_t digest;	/* of ours, not 0, to ask */
		} config;
		struct {
			uint8_t group;
			uint64_t digest;
			bool on;		/* not all mappings are */
			bool old;		/* what was received may hold what has ended */
		} partial;
		enum frame_reason reason;
	};
};

enum syncsess_action_type {
	SYNCSESS_SEND_FRAME,	/* .send */
	SYNCSESS_DISCONNECT,	/* .reason: close it once what is queued is out */
	SYNCSESS_LINK,		/* .up: both OPENs are exchanged, or it is over */
	SYNCSESS_KERNEL_SYNC,	/* .sync: NF_RG_CMD_SYNC; session 0 stops */
	SYNCSESS_KERNEL_RECEIVE,/* .sync: NF_RG_CMD_SYNC_RECEIVE; session 0 ends */
	SYNCSESS_KERNEL_INSTALL,/* .batch: NF_RG_CMD_INSTALL */
	SYNCSESS_KERNEL_ACK,	/* .ack: NF_RG_CMD_ACK */
	SYNCSESS_KERNEL_MERGE,	/* .sync: NF_RG_CMD_SYNC of a standby; session 0 stops */
	SYNCSESS_MERGE_OVER,	/* .merge: of this group, to be told */
	SYNCSESS_KERNEL_VERIFY,	/* .sync.group: NF_RG_CMD_VERIFY */
	SYNCSESS_STATUS,	/* .status: for ELECTION_EV_SYNC of this group */
	SYNCSESS_CONFIG,	/* .config: the peer's list, or it asks for ours */
	SYNCSESS_JOINED,	/* .joined: before KERNEL_SYNC: what the peer goes by */
};

/* Header, then @head_len bytes of @head, then @body_len bytes at @body. */
struct syncsess_frame {
	struct frame hdr;
	uint8_t head[SYNCSESS_HEAD_MAX];
	uint32_t head_len;
	const uint8_t *body;
	uint32_t body_len;
};

struct syncsess_action {
	enum syncsess_action_type type;
	union {
		struct syncsess_frame send;
		enum frame_reason reason;
		bool up;
		struct {
			uint8_t group;
			uint32_t session;
			uint32_t version; /* whose records the peer reads */
			uint64_t peer_instance;
			uint32_t peer_table_max;
			bool bulk;
		} sync;
		struct syncsess_batch batch;
		struct {
			uint8_t group;
			uint32_t session;
			uint64_t seq;
			const struct frame_refusal *refusals;
			uint32_t n_refusals;
			const uint8_t *digest;
			uint32_t digest_len;
		} ack;
		struct {
			uint8_t group;
			bool sent;		/* by us; else taken */
			bool whole;
			uint64_t records;
			uint64_t conflicts;
			uint64_t refused;	/* for other reasons */
		} merge;
		struct {
			uint8_t group;
			enum election_sync sync;
		} status;
		struct {
			uint8_t group;
			const uint8_t *list;	/* NULL: asks for ours */
			uint32_t len;
			uint64_t digest;	/* of its own, if it asks */
		} config;
		struct {
			uint8_t group;
			uint64_t digest;
		} joined;
	};
};

/**
 * struct syncsess_actions - the answer to one event
 * @n: actions in @a, in order
 * @lost: actions that did not fit; 0, or the machine has a bug
 * @deadline: call with EV_TICK at the latest then
 */
struct syncsess_actions {
	unsigned int n;
	unsigned int lost;
	mono_t deadline;
	struct syncsess_action a[SYNCSESS_ACTIONS_MAX];
};

/* Counters that a person can see; names by syncsess_counter_name(). */
enum syncsess_counter {
	SYNCSESS_N_OPENED,	/* connections that came up */
	SYNCSESS_N_FRAMES_RX,
	SYNCSESS_N_FRAMES_TX,
	SYNCSESS_N_BATCHES_RX,
	SYNCSESS_N_BATCHES_TX,
	SYNCSESS_N_REFUSED_RX,	/* records that the peer's kernel refused */
	SYNCSESS_N_REFUSED_TX,	/* records that our kernel refused */
	SYNCSESS_N_BULK,	/* full copies that we began to receive */
	SYNCSESS_N_RESEND_RX,
	SYNCSESS_N_RESEND_TX,
	SYNCSESS_N_VERIFY_RX,	/* comparisons that the peer asked for */
	SYNCSESS_N_VERIFY_TX,
	SYNCSESS_N_JOIN_WAITED,	/* JOINs that came before our own role */
	SYNCSESS_N_STALE_PUSH,	/* of a session that was replaced */
	SYNCSESS_N_STALE_BATCH,	/* of a term or role that ended, not installed */
	SYNCSESS_N_STALE_ACK,	/* of a session that was replaced */
	SYNCSESS_N_STALE_INSTALL, /* kernel answers after the end of a session */
	SYNCSESS_N_STALE_FRAME,	/* LEAVE, RESEND, TAKE or MERGED of a term that ended */
	SYNCSESS_N_MERGES_RX,	/* merges of the peer that were taken whole */
	SYNCSESS_N_MERGES_TX,
	SYNCSESS_N_MERGE_RECORDS_RX,
	SYNCSESS_N_MERGE_RECORDS_TX,
	SYNCSESS_N_SPLIT_CONFLICT,	/* records that collided, at the one that took them */
	SYNCSESS_N_MERGE_REFUSED,	/* MERGEs at the wrong time, not installed */
	SYNCSESS_N_MERGE_CUT,	/* merges that did not come to their end */
	SYNCSESS_N_CONFIG_RX,	/* lists of the configuration */
	SYNCSESS_N_CONFIG_TX,
	SYNCSESS_N_CONFIG_UNSENT, /* questions and lists that this peer does not take */
	SYNCSESS_COUNTERS
};

/**
 * struct syncsess_group - one stream
 * @dir: what the election wants of us
 * @running: sender: our kernel pushes; receiver: JOIN was sent
 * @epoch: the term
 * @session: number given to our kernel, 0 = none
 * @instance: of our kernel; receiver: for the JOIN
 * @digest, @table_max: receiver: for the JOIN
 * @full: receiver: ask for everything
 * @merge: receiver: what we did as another active is to go over first
 * @merging: receiver: our kernel pushes that; sender: TAKE was sent
 * @merge_session: receiver: number given to our kernel for that
 * @merge_seq: receiver: last MERGE sent; sender: last one given to our kernel
 * @merge_done: receiver: last MERGE answered; sender: last one answered by our kernel
 * @merge_end: sender: the last MERGE of all, 0: not seen yet; receiver: likewise
 * @merge_records, @merge_conflicts, @merge_others: of the merge that runs
 * @joined: sender: the peer's JOIN is at hand, in the following
 * @join_epoch, @join_instance, @join_digest, @join_table_max, @join_full, @join_merge: from it
 * @tx_seq: sender: last batch sent
 * @first: sender: the next batch is the first one of the kernel's session
 * @floor: sender: batches up to here belong to a session that was replaced
 * @ack_seq: sender: last batch answered
 * @rx_seq: receiver: last batch given to our kernel
 * @done_seq: receiver: last batch answered by it
 * @generation: of the last batch
 * @status: what the election was told last
 * @repair_at: receiver: ask for everything again then; MONO_NEVER: no need;
 *             sender: give up a merge then
 * @repair_ms: the present back-off, 0 = not needed of late
 * @repair_reason: why
 * @hot_since: since when it is HOT; MONO_NEVER: it is not
 * @partial: mappings are stopped: never HOT
 * @partial_old: receiver: while they were, a full copy left theirs alone
 */
struct syncsess_group {
	enum syncsess_dir dir;
	bool running;
	struct rg_epoch epoch;
	uint32_t session;
	uint64_t instance;
	uint64_t digest;
	uint32_t table_max;
	bool full;
	bool merge;
	bool merging;
	uint32_t merge_session;
	uint64_t merge_seq;
	uint64_t merge_done;
	uint64_t merge_end;
	uint32_t merge_records;
	uint32_t merge_conflicts;
	uint32_t merge_others;
	bool joined;
	struct rg_epoch join_epoch;
	uint64_t join_instance;
	uint64_t join_digest;
	uint32_t join_table_max;
	bool join_full;
	bool join_merge;
	uint64_t tx_seq;
	bool first;
	uint64_t floor;
	uint64_t ack_seq;
	uint64_t rx_seq;
	uint64_t done_seq;
	uint32_t generation;
	enum election_sync status;
	mono_t repair_at;
	uint32_t repair_ms;
	enum frame_reason repair_reason;
	mono_t hot_since;
	bool partial;
	bool partial_old;
};

/**
 * struct syncsess - the machine; read freely, written by syncsess_step() alone
 * @cfg: see there
 * @state: of the connection
 * @peer_system, @peer_nonce: whom the control link hears, 0 = nobody
 * @tx_session, @rx_session: numbers in the frames each way
 * @next_session: for frames and for the kernel
 * @version: spoken in this connection
 * @payload_max: of the peer
 * @last_rx, @last_tx: for keepalive and silence
 * @last_reason: why the last connection ended
 * @peer_versions: what the peer speaks, as it said when a connection was last opened
 * @last_error: what the parser said, when that was the reason
 * @repair_at: the earliest of the groups'
 * @counters: see enum syncsess_counter
 * @closed: connections ended, by reason; ours and the peer's
 * @groups: by group id, slot 0 unused
 * @refusals, @ack: room for the answer to one batch each way
 */
struct syncsess {
	struct syncsess_config cfg;
	enum syncsess_state state;
	uint64_t peer_system;
	uint64_t peer_nonce;
	uint32_t tx_session;
	uint32_t rx_session;
	uint32_t next_session;
	uint16_t version;
	uint32_t payload_max;
	mono_t last_rx;
	mono_t last_tx;
	enum frame_reason last_reason;
	struct frame_versions peer_versions;
	enum frame_error last_error;
	mono_t repair_at;
	uint64_t counters[SYNCSESS_COUNTERS];
	uint64_t closed[FRAME_REASONS];
	struct syncsess_group groups[SYNCSESS_GROUPS];
	struct frame_refusal refusals[FRAME_REFUSALS_MAX];
	uint8_t ack[FRAME_DIGEST_BYTES + FRAME_BUCKETS_BYTES + 4 * FRAME_REFUSALS_MAX];
};

/**
 * syncsess_init() - no connection, no peer, all groups idle
 * @s: machine
 * @cfg: copied
 * @first_session: nonzero start of the session numbers, different in each life of
 *                 the agent (random)
 */
void syncsess_init(struct syncsess *s, const struct syncsess_config *cfg,
		   uint32_t first_session);

/**
 * syncsess_step() - one event
 * @s: machine
 * @ev: what happened
 * @now: when
 * @out: overwritten: what is to be done, and the next deadline
 */
void syncsess_step(struct syncsess *s, const struct syncsess_event *ev,
		   mono_t now, struct syncsess_actions *out);

/**
 * syncsess_connects() - which of the two opens the TCP connection
 * @own: own system identity
 * @peer: the peer's
 *
 * Return: true on exactly one of two routers; the other one listens.
 */
bool syncsess_connects(uint64_t own, uint64_t peer);

/** syncsess_unacked() - batches sent for a group and not yet answered */
uint64_t syncsess_unacked(const struct syncsess *s, uint8_t group);

/** syncsess_counter_name() - stable short name */
const char *syncsess_counter_name(enum syncsess_counter c);

#endif /* AGENT_CORE_SYNCSESS_H */
