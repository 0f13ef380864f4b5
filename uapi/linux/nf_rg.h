/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Stateful interchassis redundancy for netfilter NAT: the generic netlink family "nf_rg".
 *
 * The family configures redundancy groups and the NAT mappings that belong to them, in the
 * network namespace of the socket.  It hands the changes of their connections to one attached
 * agent, and installs what the agent received from the peer.
 *
 * All commands but NF_RG_CMD_PUSH and NF_RG_CMD_NOTIFY are requests.  They need CAP_NET_ADMIN in
 * the user namespace that owns the network namespace.  Integers are in host byte order, addresses
 * in network byte order.  A refused request carries an extended acknowledgment with a message
 * and, where one attribute is to blame, its offset.
 *
 * NF_RG_CMD_GROUP_NEW - create a group, or change its virtual addresses
 *
 *	NF_RG_A_GROUP		u32, 1-255
 *	NF_RG_A_MARK_MASK	u32, the bits of the conntrack mark that hold the slot of
 *				the mapping; equal for all groups of a namespace,
 *				contiguous; default 0xff000000
 *	NF_RG_A_ADDRS		nest of NF_RG_A_ADDR: the virtual addresses, silenced in
 *				ARP and neighbour discovery unless the group is active
 *				with a valid lease.  Replaces the former list.
 *
 *	A new group is in role NF_RG_ROLE_INIT, epoch 0, with a random instance number.  -EEXIST
 *	if it exists and NLM_F_EXCL.
 *
 * NF_RG_CMD_GROUP_DEL - remove a group
 *
 *	NF_RG_A_GROUP
 *
 *	Its mappings go with it.  Connections that came from a peer are removed from the
 *	connection tracking table unless the group is active; the others are left alone and lose
 *	their mapping mark.
 *
 * NF_RG_CMD_GROUP_GET - one group, or with NLM_F_DUMP all of them
 *
 *	NF_RG_A_GROUP		(request, without NLM_F_DUMP)
 *
 *	Answer: all NF_RG_A_* of GROUP_NEW and SET_ROLE, but NF_RG_A_LEASE_LEFT in place of
 *	NF_RG_A_LEASE, and no NF_RG_A_GRACE; NF_RG_A_INSTANCE, NF_RG_A_PEER_INSTANCE,
 *	NF_RG_A_SESSION, NF_RG_A_SEQ, NF_RG_A_GENERATION, NF_RG_A_SYNC (enum nf_rg_sync),
 *	NF_RG_A_ENTRIES, NF_RG_A_PENDING, NF_RG_A_INFLIGHT, NF_RG_A_REFUSED, NF_RG_A_GUARDED,
 *	NF_RG_A_HELD, NF_RG_A_STOPPED.
 *
 * NF_RG_CMD_SET_ROLE - change the role of a group, or renew its lease
 *
 *	NF_RG_A_GROUP
 *	NF_RG_A_ROLE		u8, enum nf_rg_role
 *	NF_RG_A_EPOCH		u64; must not be lower than the group's (-ESTALE)
 *	NF_RG_A_EPOCH_SYSTEM	u64, the system that chose the epoch; orders equal epochs
 *	NF_RG_A_LEASE		u32, ms from now; 0 or absent: no lease.  Only for
 *				NF_RG_ROLE_ACTIVE (-EINVAL otherwise).
 *	NF_RG_A_GRACE		u32, ms, at most 2000: connections that exist go on being
 *				forwarded that long although the role is no longer active.
 *				Not for NF_RG_ROLE_ACTIVE; counts from a change of role.
 *	NF_RG_A_FLAGS		u32, NF_RG_F_NO_NEW: an active group that refuses new
 *				connections (hand-over being prepared)
 *
 *	The same role and epoch renew the lease.  A lease or a flag that a request does not carry
 *	is not there afterwards.  Costs the same for any number of connections.
 *
 * NF_RG_CMD_MAPPING_NEW - create a mapping, or replace its ranges and its policy
 *
 *	NF_RG_A_MAPPING		u32, 1-2147483647, unique in the namespace
 *	NF_RG_A_GROUP
 *	NF_RG_A_SLOT		u32, 1 to what the mark mask holds; the same on both
 *				routers, unique in the namespace
 *	NF_RG_A_RANGES		nest of NF_RG_A_RANGE: the translated addresses
 *	NF_RG_A_POLICY		nest of NF_RG_A_RULE, at most NF_RG_RULES_MAX: when connections
 *				are replicated.  The first rule that matches decides; what
 *				matches none is replicated at once.  Absent: all is.
 *	NF_RG_A_FLAGS		u32, NF_RG_F_STOPPED: nothing of it is replicated, because the
 *				peer has it otherwise; without the flag it goes on
 *
 *	A policy is asked when a connection begins, and when one is adopted: what is replicated
 *	already stays so until it ends.  What is held back goes by the new one.
 *
 *	Of a stopped mapping an active group sends nothing but the ends of connections, and what
 *	has changed waits; a standby group refuses its records, and keeps the connections that it
 *	has, whatever does not come.  It counts in neither digest.  When it goes on all of it is
 *	sent again.
 *
 * NF_RG_CMD_MAPPING_DEL - remove a mapping; its entries leave the table of the module, the
 * connections stay
 *
 *	NF_RG_A_MAPPING
 *
 * NF_RG_CMD_MAPPING_GET - one mapping, or with NLM_F_DUMP all of them
 *
 * NF_RG_CMD_ATTACH - make the sending socket the agent of this namespace
 *
 *	NF_RG_A_VERSION		u32, NF_RG_VERSION of the agent; -EPROTO with the module's
 *				in the message if they do not work together
 *	NF_RG_A_WINDOW		u32, 1-1024 (default 32): unacknowledged batches in flight
 *				for a group
 *
 *	Answer: NF_RG_A_VERSION of the module.  -EBUSY while another socket is attached.  The
 *	attachment ends with the socket; what was in flight is then pending again.  The receive
 *	buffer of the socket must take NF_RG_A_WINDOW messages of NF_RG_PUSH_MAX bytes for each
 *	group that sends.  A push that finds it full is put back and tried again.
 *
 * NF_RG_CMD_SYNC - start, restart or stop the sending of changes to the peer's kernel
 *
 *	NF_RG_A_GROUP
 *	NF_RG_A_SESSION		u32, chosen by the agent, not 0; 0 stops
 *	NF_RG_A_PEER_INSTANCE	u64, NF_RG_A_INSTANCE of the group in the peer's kernel
 *	NF_RG_A_FLAGS		NF_RG_F_BULK: send everything, whatever the peer has;
 *				NF_RG_F_MERGE: see below
 *	NF_RG_A_VERSION		u32, NF_RG_VERSION of the peer's module, if it is older
 *				(NF_RG_VERSION_MIN at least, else -EPROTO): what its records
 *				have no words for is left out, and it refuses what needs that
 *
 *	Only for an attached agent and an active group (-EPERM otherwise).  If the peer's instance
 *	is the one that earlier sessions fed since this group became active, only what it has not
 *	acknowledged is sent (a delta), otherwise all (a bulk transfer). Answer: NF_RG_A_SYNC,
 *	either NF_RG_SYNC_DELTA or NF_RG_SYNC_BULK.
 *
 *	With NF_RG_F_MERGE: only for a group that stands by (-EPERM otherwise), and without
 *	NF_RG_A_PEER_INSTANCE.  After a split brain: what this router created or changed while
 *	it was active, and no peer has acknowledged, goes to the one that is active now, in
 *	batches with NF_RG_BATCH_MERGE.  The first has NF_RG_BATCH_BULK_BEGIN as well; the last
 *	one, which goes when all before it is acknowledged, NF_RG_BATCH_SYNCED, and its
 *	acknowledgment ends the session.  A change of role or a batch to install ends it, too.
 *	Deletions are not told.  Answer: NF_RG_A_SYNC, NF_RG_SYNC_DELTA.
 *
 * NF_RG_CMD_PUSH - from the kernel to the attached agent: one batch of changes
 *
 *	NF_RG_A_GROUP, NF_RG_A_SESSION
 *	NF_RG_A_EPOCH, NF_RG_A_EPOCH_SYSTEM
 *	NF_RG_A_SEQ		u64, counts up by one within a group, over all sessions
 *	NF_RG_A_BATCH		u32, NF_RG_BATCH_* flags
 *	NF_RG_A_GENERATION	u32, of the bulk transfer that runs or ran last
 *	NF_RG_A_COUNT		u32, records in it (0 is possible: then only the flags matter)
 *	NF_RG_A_RECORDS		binary, the records (kmod/record.h)
 *
 * NF_RG_CMD_ACK - from the agent: the peer's kernel has answered a batch
 *
 *	NF_RG_A_GROUP, NF_RG_A_SESSION, NF_RG_A_SEQ
 *	NF_RG_A_REFUSALS	binary, array of struct nf_rg_refusal, absent if nothing
 *				was refused
 *	NF_RG_A_DIGEST		as the peer's kernel answered it; absent: its table is not
 *				compared
 *
 *	In the order of the sequence; an acknowledgment also covers all batches before it.  One
 *	of another session is ignored and counted.
 *
 * NF_RG_CMD_INSTALL - from the agent: a batch that the peer has pushed
 *
 *	NF_RG_A_GROUP, NF_RG_A_EPOCH, NF_RG_A_EPOCH_SYSTEM, NF_RG_A_SEQ, NF_RG_A_BATCH,
 *	NF_RG_A_GENERATION, NF_RG_A_RECORDS
 *
 *	Only for a group in role standby (-EPERM) and its own epoch (-ESTALE).  With
 *	NF_RG_BATCH_MERGE only for an active one (-EPERM), and of records only those of states
 *	(-EBADMSG): a connection that is not here is created, and tracked like one of our own; of
 *	one that is here the state is taken over if the peer has seen more of it; what collides with
 *	another one is refused with NF_RG_REASON_SPLIT, and nothing here is removed for it.  The
 *	answer has no NF_RG_A_DIGEST then.
 *	Answer: NF_RG_A_SEQ, NF_RG_A_REFUSALS, NF_RG_A_SYNC (enum nf_rg_sync, of the receiving
 *	side), NF_RG_A_LOST (u32, entries that vanished from this table, or were changed, behind our
 *	back since the last answer), NF_RG_A_DIGEST. An undecodable record ends the batch: -EBADMSG,
 *	nothing after it is installed.
 *
 * NF_RG_CMD_SYNC_RECEIVE - the agent tells that a receiving session begins or ended
 *
 *	NF_RG_A_GROUP
 *	NF_RG_A_SESSION		u32, 0: ended.  NF_RG_A_SYNC falls back to NF_RG_SYNC_NONE
 *				until a batch says otherwise.
 *
 * NF_RG_CMD_VERIFY - from the agent: compare the peer's table with ours now
 *
 *	NF_RG_A_GROUP
 *
 *	Only for an attached agent and an active group (-EPERM otherwise).  Without a session
 *	that has sent everything nothing happens: it ends with a comparison anyway.
 *
 * NF_RG_CMD_FLUSH - remove the connections of a group that is not active (-EBUSY)
 *
 *	NF_RG_A_GROUP
 *
 *	The group gets a new instance number.
 *
 * NF_RG_CMD_STATS_GET - counters of the namespace
 *
 *	Answer: NF_RG_A_STATS, nest of NF_RG_A_STAT { NF_RG_A_STAT_NAME string, NF_RG_A_STAT_VALUE
 *	u64 }.
 *
 * NF_RG_CMD_CLOSED_SET - say what must not leave untranslated
 *
 *	NF_RG_A_INSIDE		nest of NF_RG_A_IFNAME, at most NF_RG_CLOSED_IFS_MAX with those of
 *				NF_RG_A_OUTSIDE; they need not exist
 *	NF_RG_A_OUTSIDE		likewise
 *	NF_RG_A_CLOSED		the list of a mapping; as often as there are lists, at most
 *				NF_RG_CLOSED_MAX: a nest of NF_RG_A_MAPPING, NF_RG_A_FAMILY and
 *				NF_RG_A_SOURCES
 *
 *	A forwarded packet that comes in by an inside interface and leaves by an outside one is
 *	dropped and counted if a list of its family permits its source and its connection is not
 *	translated: the source of one of original direction, the destination of one of reply
 *	direction.  So is one that has no connection.  The first entry of a list that matches
 *	decides for that list; without one it is not permitted.  Groups and mappings need not
 *	exist.  Replaces all of before at once; without attributes nothing is closed any more.
 *	What was counted for a mapping ID goes on being counted.
 *
 * NF_RG_CMD_CLOSED_GET - the interfaces; with NLM_F_DUMP the lists
 *
 *	Answer: NF_RG_A_INSIDE, NF_RG_A_OUTSIDE.  Of a dump one message for each list:
 *	NF_RG_A_MAPPING, NF_RG_A_FAMILY, NF_RG_A_SOURCES, NF_RG_A_PACKETS and NF_RG_A_BYTES.
 *
 * NF_RG_CMD_NOTIFY - from the kernel to the multicast group NF_RG_MCGRP_EVENTS
 *
 *	NF_RG_A_GROUP, NF_RG_A_EVENT (u32, enum nf_rg_event), NF_RG_A_ROLE, NF_RG_A_EPOCH,
 *	NF_RG_A_EPOCH_SYSTEM
 */
#ifndef _UAPI_LINUX_NF_RG_H
#define _UAPI_LINUX_NF_RG_H

#include <linux/types.h>

#define NF_RG_GENL_NAME		"nf_rg"
#define NF_RG_GENL_VERSION	1
#define NF_RG_MCGRP_EVENTS	"events"

/*
 * Contract between agent and module, exchanged by NF_RG_CMD_ATTACH.  It covers the layout of the
 * records, which the agent carries without reading them.  NF_RG_VERSION_MIN is the oldest whose
 * records are read, and can be written; NF_RG_VERSION_H323 the first whose records carry what
 * helpers of H.323 keep.
 */
#define NF_RG_VERSION		7
#define NF_RG_VERSION_MIN	4
#define NF_RG_VERSION_H323	7

#define NF_RG_GROUP_MAX		255
#define NF_RG_GRACE_MAX_MS	2000
#define NF_RG_WINDOW_MAX	1024
#define NF_RG_WINDOW_DEFAULT	32
#define NF_RG_BATCH_RECORDS	480
/* Mappings in all network namespaces. */
#define NF_RG_MAPPINGS_MAX	4096
#define NF_RG_RULES_MAX		64
#define NF_RG_AGE_MAX_MS	3600000
#define NF_RG_CLOSED_MAX	1024
#define NF_RG_CLOSED_IFS_MAX	256
#define NF_RG_SOURCES_MAX	128
/* Bytes of NF_RG_A_RECORDS: the length of a netlink attribute has 16 bits. */
#define NF_RG_PUSH_MAX		62000
/* Buckets of a digest. */
#define NF_RG_BUCKETS		256
#define NF_RG_MARK_MASK_DEFAULT	0xff000000u

enum nf_rg_cmd {
	NF_RG_CMD_UNSPEC,
	NF_RG_CMD_GROUP_NEW,
	NF_RG_CMD_GROUP_DEL,
	NF_RG_CMD_GROUP_GET,
	NF_RG_CMD_SET_ROLE,
	NF_RG_CMD_MAPPING_NEW,
	NF_RG_CMD_MAPPING_DEL,
	NF_RG_CMD_MAPPING_GET,
	NF_RG_CMD_ATTACH,
	NF_RG_CMD_SYNC,
	NF_RG_CMD_PUSH,
	NF_RG_CMD_ACK,
	NF_RG_CMD_INSTALL,
	NF_RG_CMD_SYNC_RECEIVE,
	NF_RG_CMD_FLUSH,
	NF_RG_CMD_STATS_GET,
	NF_RG_CMD_NOTIFY,
	NF_RG_CMD_VERIFY,
	NF_RG_CMD_CLOSED_SET,
	NF_RG_CMD_CLOSED_GET,

	__NF_RG_CMD_MAX,
};

#define NF_RG_CMD_MAX (__NF_RG_CMD_MAX - 1)

enum nf_rg_attr {
	NF_RG_A_UNSPEC,
	NF_RG_A_PAD,
	NF_RG_A_GROUP,			/* u32 */
	NF_RG_A_MARK_MASK,		/* u32 */
	NF_RG_A_ADDRS,			/* nest of NF_RG_A_ADDR */
	NF_RG_A_ADDR,			/* binary, 4 or 16 bytes */
	NF_RG_A_ROLE,			/* u8 */
	NF_RG_A_EPOCH,			/* u64 */
	NF_RG_A_EPOCH_SYSTEM,		/* u64 */
	NF_RG_A_LEASE,			/* u32, ms */
	NF_RG_A_LEASE_LEFT,		/* u32, ms; absent: no lease; 0: run out */
	NF_RG_A_GRACE,			/* u32, ms */
	NF_RG_A_FLAGS,			/* u32, NF_RG_F_* */
	NF_RG_A_INSTANCE,		/* u64 */
	NF_RG_A_PEER_INSTANCE,		/* u64 */
	NF_RG_A_MAPPING,		/* u32 */
	NF_RG_A_SLOT,			/* u32 */
	NF_RG_A_RANGES,			/* nest of NF_RG_A_RANGE */
	NF_RG_A_RANGE,			/* nest: NF_RG_A_RANGE_* */
	NF_RG_A_RANGE_FROM,		/* binary, 4 or 16 bytes */
	NF_RG_A_RANGE_TO,		/* binary, of the same length */
	NF_RG_A_VERSION,		/* u32 */
	NF_RG_A_WINDOW,			/* u32 */
	NF_RG_A_SESSION,		/* u32 */
	NF_RG_A_SEQ,			/* u64 */
	NF_RG_A_BATCH,			/* u32, NF_RG_BATCH_* */
	NF_RG_A_GENERATION,		/* u32 */
	NF_RG_A_COUNT,			/* u32 */
	NF_RG_A_RECORDS,		/* binary */
	NF_RG_A_REFUSALS,		/* binary, struct nf_rg_refusal[] */
	NF_RG_A_SYNC,			/* u8, enum nf_rg_sync */
	NF_RG_A_LOST,			/* u32 */
	NF_RG_A_ENTRIES,		/* u32 */
	NF_RG_A_PENDING,		/* u32, waiting to be sent: changes, deletions, bulk */
	NF_RG_A_INFLIGHT,		/* u32, sent and not acknowledged */
	NF_RG_A_REFUSED,		/* u32, refused by the peer: known missing there */
	NF_RG_A_STATS,			/* nest of NF_RG_A_STAT */
	NF_RG_A_STAT,			/* nest: NF_RG_A_STAT_* */
	NF_RG_A_STAT_NAME,		/* string */
	NF_RG_A_STAT_VALUE,		/* u64 */
	NF_RG_A_EVENT,			/* u32, enum nf_rg_event */
	NF_RG_A_GUARDED,		/* u32, TCP connections that came from the peer and
					 * whose windows are not known yet
					 */
	NF_RG_A_DIGEST,			/* binary, big-endian u64: the digest of all, then, if it
					 * was asked for, that of each bucket
					 */
	NF_RG_A_VERIFIED,		/* u32, ms since both tables were last known to be equal;
					 * absent: never in this role
					 */
	NF_RG_A_POLICY,			/* nest of NF_RG_A_RULE */
	NF_RG_A_RULE,			/* nest: NF_RG_A_RULE_* */
	NF_RG_A_RULE_PROTO,		/* u8, IPPROTO_*, 0: every protocol; required */
	NF_RG_A_RULE_PORT_FROM,		/* u16, of the destination that the client asked for;
					 * absent: every port
					 */
	NF_RG_A_RULE_PORT_TO,		/* u16; absent: only the former */
	NF_RG_A_INSIDE,			/* nest of NF_RG_A_IFNAME */
	NF_RG_A_OUTSIDE,		/* nest of NF_RG_A_IFNAME */
	NF_RG_A_IFNAME,			/* string */
	NF_RG_A_CLOSED,			/* nest, see NF_RG_CMD_CLOSED_SET; may stand there often */
	NF_RG_A_FAMILY,			/* u8, AF_INET or AF_INET6 */
	NF_RG_A_SOURCES,		/* binary, struct nf_rg_source[], at most
					 * NF_RG_SOURCES_MAX
					 */
	NF_RG_A_PACKETS,		/* u64 */
	NF_RG_A_BYTES,			/* u64 */
	NF_RG_A_RULE_WHEN,		/* u8, enum nf_rg_when; absent: NF_RG_WHEN_NEVER */
	NF_RG_A_RULE_AGE,		/* u32, ms, 1-NF_RG_AGE_MAX_MS; for NF_RG_WHEN_AGE, and
					 * for that alone
					 */
	NF_RG_A_HELD,			/* u32, connections that are held back until they are
					 * assured or old enough
					 */
	NF_RG_A_STOPPED,		/* u32, connections of stopped mappings, of which the
					 * peer's copy may be old or missing
					 */

	__NF_RG_A_MAX,
};

#define NF_RG_A_MAX (__NF_RG_A_MAX - 1)

enum nf_rg_role {
	NF_RG_ROLE_DISABLED,
	NF_RG_ROLE_INIT,
	NF_RG_ROLE_STANDBY,
	NF_RG_ROLE_ACTIVE,

	__NF_RG_ROLE_MAX,
};

#define NF_RG_F_NO_NEW		(1u << 0)
#define NF_RG_F_BULK		(1u << 1)
#define NF_RG_F_MERGE		(1u << 2)
#define NF_RG_F_STOPPED		(1u << 3)

/* Where the copy in the peer's kernel stands. */
enum nf_rg_sync {
	NF_RG_SYNC_NONE,		/* no session */
	NF_RG_SYNC_DELTA,		/* session begun, changes since the last one on their way */
	NF_RG_SYNC_BULK,		/* bulk transfer on its way */
	NF_RG_SYNC_DONE,		/* all acknowledged and both tables equal; changes follow */
	NF_RG_SYNC_VERIFY,		/* all acknowledged, but not known to be equal (any more) */

	__NF_RG_SYNC_MAX,
};

/* When the connections that match a rule are replicated. */
enum nf_rg_when {
	NF_RG_WHEN_NEVER,
	NF_RG_WHEN_ALWAYS,		/* at once */
	NF_RG_WHEN_ASSURED,		/* as soon as connection tracking calls them assured */
	NF_RG_WHEN_AGE,			/* when they have lived for NF_RG_A_RULE_AGE, as far as the
					 * module has seen
					 */

	__NF_RG_WHEN_MAX,
};

/* A bulk transfer of this generation begins with this batch. */
#define NF_RG_BATCH_BULK_BEGIN	(1u << 0)
/* All of it was acknowledged: sweep what is older. */
#define NF_RG_BATCH_BULK_END	(1u << 1)
/* All that was pending when the session began was acknowledged. */
#define NF_RG_BATCH_SYNCED	(1u << 2)
/* The answer is to carry the digests of all buckets. */
#define NF_RG_BATCH_DIGESTS	(1u << 3)
/* From a standby: what it did as another active.  With BULK_BEGIN: the first of these. */
#define NF_RG_BATCH_MERGE	(1u << 4)

/**
 * struct nf_rg_refusal - a record that was not installed
 * @index: position of the record in its batch, from 0
 * @reason: enum nf_rg_reason
 */
struct nf_rg_refusal {
	__u16 index;
	__u16 reason;
};

/**
 * struct nf_rg_source - an entry of a list of sources
 * @addr: network address, network byte order; of IPv4 the first word
 * @len: length of the prefix, bits; 0: every source
 * @permit: 1, or 0: this list does not permit it
 * @pad: 0
 */
struct nf_rg_source {
	__be32 addr[4];
	__u8 len;
	__u8 permit;
	__u16 pad;
};

/* Why a record was refused; the counters "refused-*" have the same names, or "split-conflict". */
enum nf_rg_reason {
	NF_RG_REASON_NONE,
	NF_RG_REASON_MAPPING,		/* mapping unknown here, or not of this group */
	NF_RG_REASON_RANGE,		/* translated address outside the ranges of the mapping */
	NF_RG_REASON_CAPACITY,		/* connection tracking table full */
	NF_RG_REASON_MEMORY,
	NF_RG_REASON_CLASH,		/* tuple taken by a connection that is not the group's */
	NF_RG_REASON_PROTOCOL,		/* protocol, or state of it, not known here */
	NF_RG_REASON_NAT,		/* the translation could not be made as the record says */
	NF_RG_REASON_STALE,		/* older than what is here */
	NF_RG_REASON_HELPER,		/* its helper is not to be had here */
	NF_RG_REASON_EXPECT,		/* it cannot expect here what the record says */
	NF_RG_REASON_SPLIT,		/* of a split brain: collides with a connection here */
	NF_RG_REASON_CONFIG,		/* its mapping is stopped here */

	__NF_RG_REASON_MAX,
};

enum nf_rg_event {
	NF_RG_EVENT_UNSPEC,
	NF_RG_EVENT_ROLE,		/* role or epoch changed */
	NF_RG_EVENT_LEASE,		/* the lease ran out */
	NF_RG_EVENT_LOST,		/* entries of a standby vanished behind our back */
	NF_RG_EVENT_DETACHED,		/* the agent's socket was closed */
	NF_RG_EVENT_DELETED,		/* group removed */

	__NF_RG_EVENT_MAX,
};

#endif /* _UAPI_LINUX_NF_RG_H */
