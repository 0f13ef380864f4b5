/* SPDX-License-Identifier: GPL-2.0 OR MIT */
#ifndef _NF_RG_RECORD_H
#define _NF_RG_RECORD_H

#ifdef __KERNEL__
#include <linux/stddef.h>
#else
#include <stddef.h>
#endif

#include <linux/types.h>

/**
 * DOC: records
 *
 * A record carries one connection, or its end, from the kernel of the active router to that of
 * the standby.  This codec is pure: it is compiled into the module, the agent's unit tests and
 * the fuzzers alike.
 *
 * On the wire all integers are big-endian and nothing is aligned.  Every record begins with
 *
 *	u8 type, u8 flags, u16 length of the whole record, u32 mapping ID, u64 incarnation
 *
 * A state record (NF_RG_REC_STATE) goes on with
 *
 *	u32 version, u8 layer 3 protocol (4 or 6), u8 layer 4 protocol, u16 zone, u16 sections
 *	(NF_RG_SEC_*), u16 status (NF_RG_ST_*), u32 timeout (s), u32 mark, original source,
 *	original destination, reply source, reply destination (4 or 16 bytes each), the 16 bits of
 *	each that belong to layer 4, in the same order
 *
 * then what connection tracking keeps for the layer 4 protocol, of both directions the original
 * one first
 *
 *	TCP	u8 state, u8 window scale of both directions, u8 flags of both, u8 1 if the
 *		connection was at rest or else 0, 2 zero bytes, and for both directions u32 end of
 *		the data
 *	SCTP	u8 state, u8 init (0 or 1) of both directions, u8 last direction (0: original, 1),
 *		u8 flags, u32 verification tag of both directions
 *	DCCP	u8 role of the originator (0: client, 1: server), u8 state, u8 last packet type,
 *		u8 last direction, u64 sequence number of the handshake
 *	GRE	u32 timeout (s) before the first answer, u32 timeout (s) after it
 *
 * and nothing for others; then the sections that are announced, in the order of their bits
 *
 *	NF_RG_SEC_LABELS	4 * u32: label N is bit N % 32 of number N / 32
 *	NF_RG_SEC_ACCT		for both directions u64 packets, u64 bytes
 *	NF_RG_SEC_TSTAMP	u64 begin (ns since 1970, UTC)
 *	NF_RG_SEC_SEQADJ	for both directions u32 position of the last correction, u32
 *				offset before it, u32 offset after it
 *	NF_RG_SEC_HELPER	16 bytes name of the helper, the rest of them zero
 *	NF_RG_SEC_EXPECT	as many times as the record is long for it, the newest first: u8
 *				layer 4 protocol, u8 class, u8 flags (NF_RG_EXP_F_*), u8 function
 *				(NF_RG_EXP_FN_*), u32 timeout (s), source, destination and saved
 *				address, 16 bits of each
 *	NF_RG_SEC_MASTER	the connection that expected it: u8 layer 4 protocol, original
 *				source, original destination, 16 bits of each
 *	NF_RG_SEC_SIP		what SIP's helper keeps: u32 CSeq of the last REGISTER, u32 of the
 *				last INVITE, u16 port that answers go to, 0 if it is the tuple's
 *	NF_RG_SEC_PPTP		what PPTP's helper keeps: u8 state of the session, u8 of the call,
 *				u8 1 if its GRE packets are to be found or else 0, u8 0, call
 *				numbers (u16 each) of client and server as the other side sees
 *				them, then as they were given, then those of the GRE packets of
 *				both directions, sender's and receiver's, 0 if they are not to be
 *				found
 *	NF_RG_SEC_H323		what a helper of H.323 keeps: ports (u16 each) of the call's
 *				signalling in both directions, then 4 times those of a media
 *				channel, 0 if there is none; u32 time of a registration (s), u16
 *				and u16 length of what follows a header that came alone, of both
 *				directions
 *	NF_RG_SEC_SYNPROXY	what SYNPROXY keeps: u32 first sequence number that it gave the
 *				client, u32 and u32 first time stamp, and offset of the server's
 *	NF_RG_SEC_TIMEOUTS	times (s) that a rule gave it, u32 each, as many as records have for
 *				its layer 4 protocol (nf_rg_record_timeouts()), in the order of the
 *				kernel's states; all zero: it has them no more
 *
 * NF_RG_SEC_H323, NF_RG_EXP_F_H323 and their functions are of version 7 (NF_RG_VERSION);
 * nf_rg_record_lower() makes a record of older ones.
 *
 * A section is there if the connection has the extension of that name, expects others (only with a
 * helper), was expected, or has the helper of that name (only with a helper).  A delete record
 * (NF_RG_REC_DELETE) goes on with
 *
 *	u8 layer 3 protocol, u8 layer 4 protocol, u16 zone, original source, original destination,
 *	16 bits of each.
 *
 * A control record (NF_RG_REC_CONTROL) is about no connection, but about the copy as a whole.  Its
 * flags hold its kind (NF_RG_CTL_*), its mapping ID is 0, and in place of the incarnation stands
 * the sequence number of a batch
 *
 *	NF_RG_CTL_VERIFIED	after that batch both tables were equal
 *	NF_RG_CTL_REPAIR_BEGIN	0; all of some buckets follows; goes on with 32 bytes: bucket N is
 *				bit N % 8 of byte N / 8
 *	NF_RG_CTL_REPAIR_END	0; it has, and what did not come again is to go; the same 32 bytes
 *
 * The layer 4 bits are what struct nf_conntrack_man_proto holds: ports, for ICMP the identifier in
 * the source and type and code in the destination, for GRE the keys.  A zone belongs to both
 * directions, unless a flag says to which.
 */

#define NF_RG_REC_STATE		1
#define NF_RG_REC_DELETE	2
#define NF_RG_REC_CONTROL	3

/* Flags. */
#define NF_RG_REC_F_NEW 0x01 /* not acknowledged before: the receiver tries to create it first */
#define NF_RG_REC_F_ZONE_ORIG	0x02	/* the zone is that of the original direction only */
#define NF_RG_REC_F_ZONE_REPLY	0x04	/* of the reply direction only; not both */
#define NF_RG_REC_F_ZONE	(NF_RG_REC_F_ZONE_ORIG | NF_RG_REC_F_ZONE_REPLY)

/* Kinds of control record. */
#define NF_RG_CTL_VERIFIED	1
#define NF_RG_CTL_REPAIR_BEGIN	2
#define NF_RG_CTL_REPAIR_END	3

/* Status bits; the kernel's own numbers are its own affair. */
#define NF_RG_ST_SEEN_REPLY	0x01
#define NF_RG_ST_ASSURED	0x02
#define NF_RG_ST_SRC_NAT	0x04
#define NF_RG_ST_DST_NAT	0x08
#define NF_RG_ST_SEQ_ADJUST	0x10	/* only with NF_RG_SEC_SEQADJ */
#define NF_RG_ST_MASK		0x1f

/* Sections. */
#define NF_RG_SEC_LABELS	0x01
#define NF_RG_SEC_ACCT		0x02
#define NF_RG_SEC_TSTAMP	0x04
#define NF_RG_SEC_SEQADJ	0x08
#define NF_RG_SEC_HELPER	0x10
#define NF_RG_SEC_EXPECT	0x20
#define NF_RG_SEC_MASTER	0x40
#define NF_RG_SEC_SIP		0x80
#define NF_RG_SEC_PPTP		0x100
#define NF_RG_SEC_SYNPROXY	0x200
#define NF_RG_SEC_TIMEOUTS	0x400	/* not of a protocol without states that are known */
#define NF_RG_SEC_H323		0x800
#define NF_RG_SEC_MASK		0xfff

/* Flags of an expectation. */
#define NF_RG_EXP_F_SRC		0x01	/* from that address; otherwise it is zero: from any */
#define NF_RG_EXP_F_SPORT	0x02	/* from that port; likewise */
#define NF_RG_EXP_F_REPLY	0x04	/* translated as its master's reply direction */
#define NF_RG_EXP_F_PERMANENT	0x08	/* it stays when it is met */
#define NF_RG_EXP_F_INACTIVE	0x10	/* it does not count yet */
#define NF_RG_EXP_F_HELPER	0x20	/* what comes gets the helper of its master */
#define NF_RG_EXP_F_RAS		0x40	/* what comes gets the helper of H.323 for registrations, */
#define NF_RG_EXP_F_Q931	0x80	/* that for calls, */
#define NF_RG_EXP_F_H245	0xc0	/* or that for media channels */
#define NF_RG_EXP_F_H323	0xc0	/* which of these; not with NF_RG_EXP_F_HELPER */
#define NF_RG_EXP_F_MASK	0xff

/* What translates what was expected when it comes. */
#define NF_RG_EXP_FN_NONE	0
#define NF_RG_EXP_FN_FOLLOW	1	/* as its master is translated */
#define NF_RG_EXP_FN_SIP	2	/* as SIP's helper has announced it */
#define NF_RG_EXP_FN_Q931	3	/* as H.323's helper has announced a call, */
#define NF_RG_EXP_FN_FORWARD	4	/* or one that is forwarded */
#define NF_RG_EXP_FN_MAX	4

#define NF_RG_EXP_CLASS_MAX	3
#define NF_RG_EXPECT_MAX	12	/* expectations of a connection */

#define NF_RG_REC_MAX		1127	/* bytes: no record is longer */
#define NF_RG_REC_NAME		16	/* bytes: name of a helper, with its end */
#define NF_RG_REC_MAP		32	/* bytes: a bit for each bucket of a digest */
#define NF_RG_H323_CHANNELS	4	/* media channels that helpers of H.323 keep */
#define NF_RG_REC_TIMEOUTS	14	/* times of a layer 4 protocol at most */

/**
 * struct nf_rg_tuple - one direction of a connection
 * @src: source address, network order; IPv4 in the first four bytes, the rest zero
 * @dst: destination address, likewise
 * @sport: layer 4 bits of the source, network order
 * @dport: layer 4 bits of the destination, network order
 */
struct nf_rg_tuple {
	__u8 src[16];
	__u8 dst[16];
	__be16 sport;
	__be16 dport;
};

/**
 * struct nf_rg_tcp_dir - what one side of a TCP connection has shown
 * @scale: window scale, 0-14
 * @flags: IP_CT_TCP_FLAG_* as the kernel has them
 * @end: sequence number after the last byte sent; a hint, see learn.h
 */
struct nf_rg_tcp_dir {
	__u8 scale;
	__u8 flags;
	__u32 end;
};

/**
 * struct nf_rg_sctp - an SCTP association
 * @vtag: verification tag of the packets of each direction, network order
 * @state: enum sctp_conntrack
 * @init: 1: an INIT was seen in this direction, and no COOKIE ACK since
 * @last_dir: direction of the last heartbeat with another tag
 * @flags: as the kernel has them
 */
struct nf_rg_sctp {
	__be32 vtag[2];
	__u8 state;
	__u8 init[2];
	__u8 last_dir;
	__u8 flags;
};

/**
 * struct nf_rg_dccp - a DCCP connection
 * @role: enum ct_dccp_roles of the original direction; the reply has the other
 * @state: enum ct_dccp_states
 * @last_pkt: type of the last packet
 * @last_dir: its direction
 * @handshake_seq: sequence number of the Response
 */
struct nf_rg_dccp {
	__u8 role;
	__u8 state;
	__u8 last_pkt;
	__u8 last_dir;
	__u64 handshake_seq;
};

/**
 * struct nf_rg_gre - a GRE flow
 * @timeout: seconds, while nothing has come back
 * @stream_timeout: seconds, then
 */
struct nf_rg_gre {
	__u32 timeout;
	__u32 stream_timeout;
};

/**
 * struct nf_rg_counter - what one direction has carried
 * @packets: as of the record
 * @bytes: likewise, from the network header on
 */
struct nf_rg_counter {
	__u64 packets;
	__u64 bytes;
};

/**
 * struct nf_rg_seqadj - what is added to the sequence numbers of one direction
 * @correction_pos: sequence number of the last correction
 * @offset_before: what is added up to there
 * @offset_after: and behind it
 */
struct nf_rg_seqadj {
	__u32 correction_pos;
	__s32 offset_before;
	__s32 offset_after;
};

/**
 * struct nf_rg_expect - a connection that is expected
 * @l4: IPPROTO_*
 * @class: of the helper's classes, 0-NF_RG_EXP_CLASS_MAX
 * @flags: NF_RG_EXP_F_*
 * @fn: NF_RG_EXP_FN_*
 * @timeout: seconds that were left, rounded up
 * @tuple: its original direction, as it comes
 * @saved: address that it is translated to, for functions that want to know; like those of @tuple
 * @saved_port: port that it is translated to, network order
 */
struct nf_rg_expect {
	__u8 l4;
	__u8 class;
	__u8 flags;
	__u8 fn;
	__u32 timeout;
	struct nf_rg_tuple tuple;
	__u8 saved[16];
	__be16 saved_port;
};

/**
 * struct nf_rg_sip - what SIP's helper keeps of a connection
 * @register_cseq: number of the last REGISTER that went through, whose answer counts
 * @invite_cseq: number of the last INVITE, whose refusal ends what is expected
 * @port: where answers go, network order; 0: where the request came from
 */
struct nf_rg_sip {
	__u32 register_cseq;
	__u32 invite_cseq;
	__be16 port;
};

/**
 * struct nf_rg_pptp - what PPTP's helper keeps of a control connection
 * @session: enum pptp_ctrlsess_state
 * @call: enum pptp_ctrlcall_state
 * @mapped: 1: GRE packets with @key are to be found, else 0
 * @id: call numbers of client (PNS) and server (PAC), translated, network order
 * @inside: the same as they were given
 * @key: numbers of the sender and the receiver of GRE packets in the original direction, and in
 * that of the reply
 */
struct nf_rg_pptp {
	__u8 session;
	__u8 call;
	__u8 mapped;
	__be16 id[2];
	__be16 inside[2];
	__be16 key[2][2];
};

/**
 * struct nf_rg_h323 - what a helper of H.323 keeps of a connection
 * @sig_port: ports of the call's signalling that were announced in the original direction and in
 * that of the reply, network order
 * @rtp_port: those of the media channels, likewise
 * @timeout: seconds that a registration lasts; otherwise 0
 * @follows: bytes that the last header of each direction has announced, and that come by themselves
 */
struct nf_rg_h323 {
	__be16 sig_port[2];
	__be16 rtp_port[NF_RG_H323_CHANNELS][2];
	__u32 timeout;
	__u16 follows[2];
};

/**
 * struct nf_rg_synproxy - what SYNPROXY keeps of a connection whose handshake it did
 * @isn: sequence number that the client was given first
 * @its: time stamp that the client was given first
 * @tsoff: what the server's time stamps are ahead of those, modulo 2^32
 */
struct nf_rg_synproxy {
	__u32 isn;
	__u32 its;
	__u32 tsoff;
};

/**
 * struct nf_rg_record - a decoded record; integers in host order unless typed otherwise
 * @type: NF_RG_REC_*
 * @flags: NF_RG_REC_F_*; NF_RG_CTL_* of a control record
 * @l3: 4 or 6
 * @l4: IPPROTO_*
 * @tcp_state: enum tcp_conntrack, TCP only
 * @tcp_exact: the ends in @tcp are those of a connection at rest, TCP only
 * @zone: conntrack zone
 * @mapping: mapping ID, 1-2147483647
 * @incarnation: tells a connection from a later one with the same tuple; of a control record the
 * sequence number
 * @version: of an incarnation, counts up each time that it is sent with a change
 * @sections: NF_RG_SEC_*
 * @status: NF_RG_ST_*
 * @timeout: seconds that were left
 * @mark: connection mark without the bits of the mapping's slot
 * @orig: tuple of the original direction
 * @reply: tuple of the reply direction, translated
 * @tcp: original and reply direction, TCP only
 * @sctp: SCTP only
 * @dccp: DCCP only
 * @gre: GRE only
 * @labels: NF_RG_SEC_LABELS
 * @acct: NF_RG_SEC_ACCT, original and reply direction
 * @start: NF_RG_SEC_TSTAMP, when the connection began (ns since 1970, UTC)
 * @seqadj: NF_RG_SEC_SEQADJ, original and reply direction
 * @helper: NF_RG_SEC_HELPER, its name; printable, and zero from its end on
 * @n_expect: NF_RG_SEC_EXPECT, how many, 1-NF_RG_EXPECT_MAX
 * @expect: they
 * @master_l4: NF_RG_SEC_MASTER, IPPROTO_* of its master
 * @master: likewise, original direction
 * @sip: NF_RG_SEC_SIP
 * @pptp: NF_RG_SEC_PPTP
 * @h323: NF_RG_SEC_H323
 * @synproxy: NF_RG_SEC_SYNPROXY
 * @timeouts: NF_RG_SEC_TIMEOUTS, seconds; nf_rg_record_timeouts() of them
 * @buckets: NF_RG_CTL_REPAIR_*, a bit for each
 *
 * From @labels on a member is undefined unless its section is there: plain connections are spared
 * the clearing.
 */
struct nf_rg_record {
	__u8 type;
	__u8 flags;
	__u8 l3;
	__u8 l4;
	__u8 tcp_state;
	__u8 tcp_exact;
	__u16 zone;
	__u32 mapping;
	__u64 incarnation;
	__u32 version;
	__u16 sections;
	__u16 status;
	__u32 timeout;
	__u32 mark;
	struct nf_rg_tuple orig;
	struct nf_rg_tuple reply;
	union {
		struct nf_rg_tcp_dir tcp[2];
		struct nf_rg_sctp sctp;
		struct nf_rg_dccp dccp;
		struct nf_rg_gre gre;
	};
	__u32 labels[4];
	struct nf_rg_counter acct[2];
	__u64 start;
	struct nf_rg_seqadj seqadj[2];
	char helper[NF_RG_REC_NAME];
	__u8 n_expect;
	struct nf_rg_expect expect[NF_RG_EXPECT_MAX];
	__u8 master_l4;
	struct nf_rg_tuple master;
	struct nf_rg_sip sip;
	struct nf_rg_pptp pptp;
	struct nf_rg_h323 h323;
	struct nf_rg_synproxy synproxy;
	__u32 timeouts[NF_RG_REC_TIMEOUTS];
	__u8 buckets[NF_RG_REC_MAP];
};

/* The part that is always defined. */
#define NF_RG_REC_HEAD_SIZE	offsetof(struct nf_rg_record, labels)

unsigned int nf_rg_record_timeouts(__u8 l4);
void nf_rg_record_lower(struct nf_rg_record *rec);
int nf_rg_record_encode(const struct nf_rg_record *rec, __u8 *buf, unsigned int cap);
int nf_rg_record_decode(struct nf_rg_record *rec, const __u8 *buf, unsigned int len);

#endif /* _NF_RG_RECORD_H */
