/* SPDX-License-Identifier: GPL-2.0 OR MIT */
#ifndef _NF_RG_RECORD_H
#define _NF_RG_RECORD_H

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
 *	u32 version, u8 layer 3 protocol (4 or 6), u8 layer 4 protocol, u16 zone, u32 status
 *	(NF_RG_ST_*), u32 timeout (s), u32 mark, original source, original destination, reply
 *	source, reply destination (4 or 16 bytes each), the 16 bits of each that belong to layer
 *	4, in the same order, and for TCP: u8 state, u8 window scale of both directions, u8 flags
 *	of both, 3 zero bytes, and for both directions u32 td_end, u32 td_maxend, u32 td_maxack
 *
 * and a delete record (NF_RG_REC_DELETE) with
 *
 *	u8 layer 3 protocol, u8 layer 4 protocol, u16 zone, original source, original destination,
 *	16 bits of each.
 *
 * The layer 4 bits are what struct nf_conntrack_man_proto holds: ports, or for ICMP the
 * identifier in the source and type and code in the destination.
 */

#define NF_RG_REC_STATE		1
#define NF_RG_REC_DELETE	2

/* Flags of a state record. */
#define NF_RG_REC_F_NEW 0x01 /* not acknowledged before: the receiver tries to create it first */

/* Status bits; the kernel's own numbers are its own affair. */
#define NF_RG_ST_SEEN_REPLY	0x01
#define NF_RG_ST_ASSURED	0x02
#define NF_RG_ST_SRC_NAT	0x04
#define NF_RG_ST_DST_NAT	0x08
#define NF_RG_ST_MASK		0x0f

#define NF_RG_REC_MAX		160	/* bytes: no record is longer */

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
 * @end: td_end, a hint: sequence number after the last byte sent
 * @maxend: td_maxend, a hint
 * @maxack: td_maxack, a hint
 */
struct nf_rg_tcp_dir {
	__u8 scale;
	__u8 flags;
	__u32 end;
	__u32 maxend;
	__u32 maxack;
};

/**
 * struct nf_rg_record - a decoded record; integers in host order unless typed otherwise
 * @type: NF_RG_REC_*
 * @flags: NF_RG_REC_F_*
 * @l3: 4 or 6
 * @l4: IPPROTO_*
 * @tcp_state: enum tcp_conntrack, TCP only
 * @zone: conntrack zone
 * @mapping: mapping ID, 1-2147483647
 * @incarnation: tells a connection from a later one with the same tuple
 * @version: of an incarnation, counts up each time that it is sent with a change
 * @status: NF_RG_ST_*
 * @timeout: seconds that were left
 * @mark: connection mark without the bits of the mapping's slot
 * @orig: tuple of the original direction
 * @reply: tuple of the reply direction, translated
 * @tcp: original and reply direction, TCP only
 */
struct nf_rg_record {
	__u8 type;
	__u8 flags;
	__u8 l3;
	__u8 l4;
	__u8 tcp_state;
	__u16 zone;
	__u32 mapping;
	__u64 incarnation;
	__u32 version;
	__u32 status;
	__u32 timeout;
	__u32 mark;
	struct nf_rg_tuple orig;
	struct nf_rg_tuple reply;
	struct nf_rg_tcp_dir tcp[2];
};

int nf_rg_record_encode(const struct nf_rg_record *rec, __u8 *buf, unsigned int cap);
int nf_rg_record_decode(struct nf_rg_record *rec, const __u8 *buf, unsigned int len);

#endif /* _NF_RG_RECORD_H */
