/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* The lengths of records and their parts, for both directions of the codec. */
#ifndef _NF_RG_RECORD_LEN_H
#define _NF_RG_RECORD_LEN_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#define noinline __attribute_noinline__
#endif

#include "record.h"

/*
 * What few records have is kept out of line (noinline), so that the others do not save registers
 * for it.
 */

#define REC_HEAD	16	/* what every record begins with */
#define REC_STATE_HEAD	(REC_HEAD + 20)
#define REC_SECTIONS	(REC_HEAD + 8)	/* where the sections are announced */
#define REC_TCP		(8 + 2 * 4)
#define REC_SCTP	(5 + 2 * 4)
#define REC_DCCP	(4 + 8)
#define REC_GRE		(2 * 4)
#define REC_LABELS	(4 * 4)
#define REC_ACCT	(2 * 16)
#define REC_TSTAMP	8
#define REC_SEQADJ	(2 * 12)
#define REC_HELPER	NF_RG_REC_NAME
#define REC_SIP		(2 * 4 + 2)
#define REC_PPTP	(4 + 8 * 2)
#define REC_H323	((2 + 2 * NF_RG_H323_CHANNELS) * 2 + 4 + 2 * 2)
#define REC_SYNPROXY	(3 * 4)

/* Returns the address length of @l3 in bytes, 0 if it is neither 4 nor 6. */
static inline unsigned int addr_len(__u8 l3)
{
	return l3 == 4 ? 4 : l3 == 6 ? 16 : 0;
}

/* Returns what a layer 4 protocol other than TCP has besides its tuples. */
static noinline unsigned int proto_len(__u8 l4)
{
	switch (l4) {
	case IPPROTO_SCTP:
		return REC_SCTP;
	case IPPROTO_DCCP:
		return REC_DCCP;
	case IPPROTO_GRE:
		return REC_GRE;
	}
	return 0;
}

static noinline unsigned int sections_len(__u16 sections, unsigned int alen, __u8 l4)
{
	return (sections & NF_RG_SEC_MASTER ? 1 + 2 * alen + 4 : 0) +
	       (sections & NF_RG_SEC_LABELS ? REC_LABELS : 0) +
	       (sections & NF_RG_SEC_ACCT ? REC_ACCT : 0) +
	       (sections & NF_RG_SEC_TSTAMP ? REC_TSTAMP : 0) +
	       (sections & NF_RG_SEC_SEQADJ ? REC_SEQADJ : 0) +
	       (sections & NF_RG_SEC_HELPER ? REC_HELPER : 0) +
	       (sections & NF_RG_SEC_SIP ? REC_SIP : 0) +
	       (sections & NF_RG_SEC_PPTP ? REC_PPTP : 0) +
	       (sections & NF_RG_SEC_H323 ? REC_H323 : 0) +
	       (sections & NF_RG_SEC_SYNPROXY ? REC_SYNPROXY : 0) +
	       (sections & NF_RG_SEC_TIMEOUTS ? 4 * nf_rg_record_timeouts(l4) : 0);
}

/* Returns the length of an expectation. */
static inline unsigned int expect_len(unsigned int alen)
{
	return 8 + 3 * alen + 6;
}

/* Returns the length of a control record, 0 if @kind is unknown. */
static inline unsigned int control_len(__u8 kind)
{
	switch (kind) {
	case NF_RG_CTL_VERIFIED:
		return REC_HEAD;
	case NF_RG_CTL_REPAIR_BEGIN:
	case NF_RG_CTL_REPAIR_END:
		return REC_HEAD + NF_RG_REC_MAP;
	}
	return 0;
}

/* Returns the length of a record without its expectations, 0 if @type is unknown. */
static inline unsigned int record_len(__u8 type, unsigned int alen, __u8 l4, __u16 sections)
{
	switch (type) {
	case NF_RG_REC_STATE:
		return REC_STATE_HEAD + 4 * alen + 8 +
		       (l4 == IPPROTO_TCP ? REC_TCP : proto_len(l4)) +
		       (sections ? sections_len(sections, alen, l4) : 0);
	case NF_RG_REC_DELETE:
		return REC_HEAD + 4 + 2 * alen + 4;
	}
	return 0;
}

#endif /* _NF_RG_RECORD_LEN_H */
