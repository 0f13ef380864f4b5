/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RECORD_UTIL_H
#define RECORD_UTIL_H

#include <stdint.h>

#include "record.h"

/* Lengths that record.h promises: head 16, state 20, 4 addresses, 4 * 16 bits, TCP 32. */
#define LEN_STATE4 (16 + 20 + 16 + 8)
#define LEN_STATE6 (16 + 20 + 64 + 8)
#define LEN_DELETE4 (16 + 4 + 8 + 4)
#define LEN_DELETE6 (16 + 4 + 32 + 4)
#define LEN_TCP 16
#define LEN_SCTP 13
#define LEN_DCCP 12
#define LEN_GRE 8
#define LEN_LABELS 16
#define LEN_ACCT 32
#define LEN_TSTAMP 8
#define LEN_SEQADJ 24
#define LEN_HELPER 16
#define LEN_EXPECT4 (8 + 12 + 6)
#define LEN_EXPECT6 (8 + 48 + 6)
#define LEN_MASTER4 (1 + 8 + 4)
#define LEN_MASTER6 (1 + 32 + 4)
#define LEN_SIP 10
#define LEN_PPTP 20
#define LEN_H323 28
#define LEN_SYNPROXY 12
#define LEN_TIMEOUTS_UDP 8
#define LEN_TIMEOUTS_TCP (14 * 4)
#define LEN_ALL \
	(LEN_LABELS + LEN_ACCT + LEN_TSTAMP + LEN_SEQADJ + LEN_HELPER + LEN_SIP + LEN_PPTP + \
	 LEN_H323 + LEN_SYNPROXY + LEN_TIMEOUTS_TCP)

/* A state or deletion over IPv4 or IPv6 (@l3: 4 or 6), of the protocol @l4, without sections. */
struct nf_rg_record record_make(int type, int l3, int l4);
/* Gives it @n expectations.  The last one may come from anywhere; all differ. */
void record_set_expect(struct nf_rg_record *r, int n);
/* Gives it these sections (NF_RG_SEC_*), full, and makes the rest of it undefined. */
void record_set_sections(struct nf_rg_record *r, int sections);
/* Fails the test unless both say the same. */
void record_assert_same(const struct nf_rg_record *a, const struct nf_rg_record *b);
/* Decodes exactly @len bytes, so that the sanitizers see one byte too many. */
int record_decode(struct nf_rg_record *r, const uint8_t *buf, unsigned int len);

#endif
