// SPDX-License-Identifier: GPL-2.0-or-later
/* The record codec: what is written and read again, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>

#include "record_util.h"

static const struct {
	int type, l3, l4, len, sections;
} kinds[] = {
	{ NF_RG_REC_STATE, 4, IPPROTO_TCP, LEN_STATE4 + LEN_TCP, 0 },
	{ NF_RG_REC_STATE, 6, IPPROTO_TCP, LEN_STATE6 + LEN_TCP, 0 },
	{ NF_RG_REC_STATE, 4, IPPROTO_UDP, LEN_STATE4, 0 },
	{ NF_RG_REC_STATE, 6, IPPROTO_UDP, LEN_STATE6, 0 },
	{ NF_RG_REC_STATE, 4, IPPROTO_ICMP, LEN_STATE4, 0 },
	{ NF_RG_REC_STATE, 6, IPPROTO_ICMPV6, LEN_STATE6, 0 },
	{ NF_RG_REC_STATE, 4, 255, LEN_STATE4, 0 },
	{ NF_RG_REC_STATE, 4, IPPROTO_UDPLITE, LEN_STATE4, 0 },
	{ NF_RG_REC_STATE, 4, IPPROTO_SCTP, LEN_STATE4 + LEN_SCTP, 0 },
	{ NF_RG_REC_STATE, 6, IPPROTO_SCTP, LEN_STATE6 + LEN_SCTP, 0 },
	{ NF_RG_REC_STATE, 4, IPPROTO_DCCP, LEN_STATE4 + LEN_DCCP, 0 },
	{ NF_RG_REC_STATE, 6, IPPROTO_DCCP, LEN_STATE6 + LEN_DCCP, 0 },
	{ NF_RG_REC_STATE, 4, IPPROTO_GRE, LEN_STATE4 + LEN_GRE, 0 },
	{ NF_RG_REC_STATE, 6, IPPROTO_GRE, LEN_STATE6 + LEN_GRE, 0 },
	{ NF_RG_REC_STATE, 4, IPPROTO_UDP, LEN_STATE4 + LEN_LABELS, NF_RG_SEC_LABELS },
	{ NF_RG_REC_STATE, 4, IPPROTO_UDP, LEN_STATE4 + LEN_ACCT, NF_RG_SEC_ACCT },
	{ NF_RG_REC_STATE, 4, IPPROTO_UDP, LEN_STATE4 + LEN_TSTAMP, NF_RG_SEC_TSTAMP },
	{ NF_RG_REC_STATE, 4, IPPROTO_TCP, LEN_STATE4 + LEN_TCP + LEN_SEQADJ, NF_RG_SEC_SEQADJ },
	{ NF_RG_REC_STATE, 4, IPPROTO_UDP, LEN_STATE4 + LEN_HELPER, NF_RG_SEC_HELPER },
	{ NF_RG_REC_STATE, 4, IPPROTO_SCTP, LEN_STATE4 + LEN_SCTP + LEN_ACCT + LEN_TSTAMP,
	  NF_RG_SEC_ACCT | NF_RG_SEC_TSTAMP },
	{ NF_RG_REC_STATE, 4, IPPROTO_TCP, LEN_STATE4 + LEN_TCP + LEN_HELPER + LEN_EXPECT4,
	  NF_RG_SEC_HELPER | NF_RG_SEC_EXPECT },
	{ NF_RG_REC_STATE, 6, IPPROTO_TCP,
	  LEN_STATE6 + LEN_TCP + LEN_ALL + NF_RG_EXPECT_MAX * LEN_EXPECT6 + LEN_MASTER6,
	  NF_RG_SEC_MASK },
	{ NF_RG_REC_STATE, 4, IPPROTO_UDP, LEN_STATE4 + LEN_MASTER4, NF_RG_SEC_MASTER },
	{ NF_RG_REC_STATE, 4, IPPROTO_UDP, LEN_STATE4 + LEN_HELPER + LEN_SIP,
	  NF_RG_SEC_HELPER | NF_RG_SEC_SIP },
	{ NF_RG_REC_STATE, 4, IPPROTO_TCP, LEN_STATE4 + LEN_TCP + LEN_HELPER + LEN_PPTP,
	  NF_RG_SEC_HELPER | NF_RG_SEC_PPTP },
	{ NF_RG_REC_STATE, 4, IPPROTO_UDP, LEN_STATE4 + LEN_HELPER + LEN_H323,
	  NF_RG_SEC_HELPER | NF_RG_SEC_H323 },
	{ NF_RG_REC_STATE, 6, IPPROTO_TCP, LEN_STATE6 + LEN_TCP + LEN_SEQADJ + LEN_SYNPROXY,
	  NF_RG_SEC_SEQADJ | NF_RG_SEC_SYNPROXY },
	{ NF_RG_REC_STATE, 4, IPPROTO_TCP, LEN_STATE4 + LEN_TCP + LEN_TIMEOUTS_TCP,
	  NF_RG_SEC_TIMEOUTS },
	{ NF_RG_REC_STATE, 6, IPPROTO_UDP, LEN_STATE6 + LEN_ACCT + LEN_TIMEOUTS_UDP,
	  NF_RG_SEC_ACCT | NF_RG_SEC_TIMEOUTS },
	{ NF_RG_REC_STATE, 4, IPPROTO_ICMP, LEN_STATE4 + 4, NF_RG_SEC_TIMEOUTS },
	{ NF_RG_REC_STATE, 6, IPPROTO_ICMPV6, LEN_STATE6 + 4, NF_RG_SEC_TIMEOUTS },
	{ NF_RG_REC_STATE, 4, IPPROTO_UDPLITE, LEN_STATE4 + 8, NF_RG_SEC_TIMEOUTS },
	{ NF_RG_REC_STATE, 4, IPPROTO_GRE, LEN_STATE4 + LEN_GRE + 8, NF_RG_SEC_TIMEOUTS },
	{ NF_RG_REC_STATE, 4, IPPROTO_SCTP, LEN_STATE4 + LEN_SCTP + 10 * 4, NF_RG_SEC_TIMEOUTS },
	{ NF_RG_REC_STATE, 4, IPPROTO_DCCP, LEN_STATE4 + LEN_DCCP + 9 * 4, NF_RG_SEC_TIMEOUTS },
	{ NF_RG_REC_DELETE, 4, IPPROTO_TCP, LEN_DELETE4, 0 },
	{ NF_RG_REC_DELETE, 6, IPPROTO_TCP, LEN_DELETE6, 0 },
	{ NF_RG_REC_DELETE, 4, IPPROTO_ICMP, LEN_DELETE4, 0 },
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct nf_rg_record make_kind(size_t i)
{
	struct nf_rg_record r = record_make(kinds[i].type, kinds[i].l3, kinds[i].l4);

	record_set_sections(&r, kinds[i].sections);
	return r;
}

static void test_round_trip(void **state)
{
	size_t i;

	for (i = 0; i < N_KINDS; i++) {
		struct nf_rg_record r = make_kind(i), back;
		uint8_t buf[NF_RG_REC_MAX], again[NF_RG_REC_MAX];

		assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), kinds[i].len);
		assert_int_equal(record_decode(&back, buf, kinds[i].len), kinds[i].len);
		record_assert_same(&r, &back);
		assert_int_equal(nf_rg_record_encode(&back, again, sizeof(again)), kinds[i].len);
		assert_memory_equal(buf, again, kinds[i].len);
	}
}

/* What follows a record is the next one's. */
static void test_consumes_one(void **state)
{
	struct nf_rg_record r = record_make(NF_RG_REC_STATE, 4, IPPROTO_UDP), back;
	uint8_t buf[2 * NF_RG_REC_MAX];
	int len = nf_rg_record_encode(&r, buf, sizeof(buf));

	memset(buf + len, 0xff, sizeof(buf) - len);
	assert_int_equal(nf_rg_record_decode(&back, buf, sizeof(buf)), len);
	record_assert_same(&r, &back);
}

/* The end of the bytes is told from bad bytes at every length. */
static void test_truncation(void **state)
{
	size_t i;
	int n;

	for (i = 0; i < N_KINDS; i++) {
		struct nf_rg_record r = make_kind(i), back;
		uint8_t buf[NF_RG_REC_MAX];

		nf_rg_record_encode(&r, buf, sizeof(buf));
		for (n = 0; n < kinds[i].len; n++)
			assert_int_equal(record_decode(&back, buf, n), -ENODATA);
	}
}

static void test_no_room(void **state)
{
	size_t i;
	int n;

	for (i = 0; i < N_KINDS; i++) {
		struct nf_rg_record r = make_kind(i);
		uint8_t buf[NF_RG_REC_MAX];

		memset(buf, 0x5a, sizeof(buf));
		for (n = 0; n < kinds[i].len; n++)
			assert_int_equal(nf_rg_record_encode(&r, buf, n), -ENOSPC);
		for (n = 0; n < NF_RG_REC_MAX; n++)
			assert_int_equal(buf[n], 0x5a);
		assert_true(kinds[i].len <= NF_RG_REC_MAX);
	}
}

static void test_not_encoded(void **state)
{
	struct nf_rg_record r = record_make(NF_RG_REC_STATE, 4, IPPROTO_UDP);
	uint8_t buf[NF_RG_REC_MAX];

	r.type = 0;
	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), -EINVAL);
	r.type = 4;
	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), -EINVAL);
	r.type = NF_RG_REC_STATE;
	r.l3 = 5;
	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), -EINVAL);
}

/* One byte of an IPv4 TCP state record is changed, and the record refused. */
static void test_refused(void **state)
{
	static const struct {
		const char *what;
		unsigned int at;
		uint8_t value;
	} bad[] = {
		{ "type 0", 0, 0 },
		{ "type 4", 0, 4 },
		{ "state length in a delete record", 0, NF_RG_REC_DELETE },
		{ "unknown flag", 1, 0x08 },
		{ "a zone of either direction alone", 1, 0x06 },
		{ "flag bit 7", 1, 0x80 },
		{ "length too small for any", 3, 0 },
		{ "length of UDP", 3, LEN_STATE4 },
		{ "length one less", 3, LEN_STATE4 + LEN_TCP - 1 },
		{ "mapping ID above 2^31 - 1", 4, 0x80 },
		{ "layer 3 protocol 0", 20, 0 },
		{ "layer 3 protocol 5", 20, 5 },
		{ "layer 3 protocol 6 in IPv4's length", 20, 6 },
		{ "UDP in TCP's length", 21, IPPROTO_UDP },
		{ "unknown status bit", 27, 0x20 | NF_RG_ST_SRC_NAT },
		{ "unknown status bit 15", 26, 0x80 },
		{ "adjusted by nothing", 27, NF_RG_ST_SEQ_ADJUST | NF_RG_ST_SRC_NAT },
		{ "unknown section", 24, 0x10 },
		{ "what H.323 keeps announced, not there", 24, NF_RG_SEC_H323 >> 8 },
		{ "times announced, not there", 24, NF_RG_SEC_TIMEOUTS >> 8 },
		{ "SYNPROXY's numbers announced, not there", 24, NF_RG_SEC_SYNPROXY >> 8 },
		{ "PPTP's state announced, not there", 24, NF_RG_SEC_PPTP >> 8 },
		{ "SIP's numbers announced, not there", 25, NF_RG_SEC_SIP },
		{ "a master announced, not there", 25, NF_RG_SEC_MASTER },
		{ "nothing is expected", 25, NF_RG_SEC_EXPECT },
		{ "unknown section bit 15", 24, 0x80 },
		{ "labels announced, not there", 25, NF_RG_SEC_LABELS },
		{ "counters announced, not there", 25, NF_RG_SEC_ACCT },
		{ "time stamp announced, not there", 25, NF_RG_SEC_TSTAMP },
		{ "offsets announced, not there", 25, NF_RG_SEC_SEQADJ },
		{ "a helper announced, not there", 25, NF_RG_SEC_HELPER },
		{ "SCTP in TCP's length", 21, IPPROTO_SCTP },
		{ "window scale 15", LEN_STATE4 + 1, 15 },
		{ "window scale 15 of the reply", LEN_STATE4 + 2, 15 },
		{ "at rest: neither yes nor no", LEN_STATE4 + 5, 2 },
		{ "not zero behind the flags", LEN_STATE4 + 6, 1 },
		{ "not zero behind the flags", LEN_STATE4 + 7, 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct nf_rg_record r = record_make(NF_RG_REC_STATE, 4, IPPROTO_TCP), back;
		uint8_t buf[NF_RG_REC_MAX];
		int len = nf_rg_record_encode(&r, buf, sizeof(buf));

		buf[bad[i].at] = bad[i].value;
		if (record_decode(&back, buf, len) != -EBADMSG)
			fail_msg("taken: %s", bad[i].what);
	}
}

/* The same for what other protocols and sections have. */
static void test_refused_kinds(void **state)
{
	static const struct {
		const char *what;
		int l4, sections;
		unsigned int at;
		uint8_t value;
	} bad[] = {
		{ "SCTP init 2", IPPROTO_SCTP, 0, LEN_STATE4 + 1, 2 },
		{ "SCTP init 0x80 of the reply", IPPROTO_SCTP, 0, LEN_STATE4 + 2, 0x80 },
		{ "SCTP direction 2", IPPROTO_SCTP, 0, LEN_STATE4 + 3, 2 },
		{ "SCTP in UDP's length", IPPROTO_SCTP, 0, 3, LEN_STATE4 },
		{ "DCCP in SCTP's length", IPPROTO_SCTP, 0, 21, IPPROTO_DCCP },
		{ "DCCP role 2", IPPROTO_DCCP, 0, LEN_STATE4, 2 },
		{ "DCCP direction 2", IPPROTO_DCCP, 0, LEN_STATE4 + 3, 2 },
		{ "DCCP one byte short", IPPROTO_DCCP, 0, 3, LEN_STATE4 + LEN_DCCP - 1 },
		{ "GRE in UDP's length", IPPROTO_GRE, 0, 3, LEN_STATE4 },
		{ "UDP-Lite in GRE's length", IPPROTO_GRE, 0, 21, IPPROTO_UDPLITE },
		{ "labels not announced", IPPROTO_UDP, NF_RG_SEC_LABELS, 25, 0 },
		{ "counters not announced", IPPROTO_UDP, NF_RG_SEC_ACCT, 25, 0 },
		{ "time stamp not announced", IPPROTO_UDP, NF_RG_SEC_TSTAMP, 25, 0 },
		{ "offsets not announced", IPPROTO_TCP, NF_RG_SEC_SEQADJ, 25, 0 },
		{ "a helper not announced", IPPROTO_TCP, NF_RG_SEC_HELPER, 25, 0 },
		{ "a helper for labels", IPPROTO_UDP, NF_RG_SEC_LABELS, 25, NF_RG_SEC_HELPER },
		{ "a helper without a name", IPPROTO_UDP, NF_RG_SEC_HELPER, LEN_STATE4, 0 },
		{ "a name without an end", IPPROTO_UDP, NF_RG_SEC_HELPER, LEN_STATE4 + 15, 'x' },
		{ "something behind the end", IPPROTO_UDP, NF_RG_SEC_HELPER, LEN_STATE4 + 4, 0 },
		{ "a space in a name", IPPROTO_UDP, NF_RG_SEC_HELPER, LEN_STATE4 + 4, ' ' },
		{ "a byte above ASCII in a name", IPPROTO_UDP, NF_RG_SEC_HELPER, LEN_STATE4, 0xe9 },
		{ "expectations without a helper", IPPROTO_UDP,
		  NF_RG_SEC_HELPER | NF_RG_SEC_EXPECT, 25, NF_RG_SEC_LABELS | NF_RG_SEC_EXPECT },
		{ "SIP's numbers without a helper", IPPROTO_UDP, NF_RG_SEC_HELPER | NF_RG_SEC_SIP,
		  25, NF_RG_SEC_LABELS | NF_RG_SEC_SIP },
		{ "PPTP's state without a helper", IPPROTO_UDP, NF_RG_SEC_HELPER | NF_RG_SEC_PPTP,
		  25, NF_RG_SEC_LABELS },
		{ "PPTP is found: neither yes nor no", IPPROTO_UDP,
		  NF_RG_SEC_HELPER | NF_RG_SEC_PPTP, LEN_STATE4 + LEN_HELPER + 2, 2 },
		{ "PPTP is not found by numbers", IPPROTO_UDP,
		  NF_RG_SEC_HELPER | NF_RG_SEC_PPTP, LEN_STATE4 + LEN_HELPER + 2, 0 },
		{ "not zero behind it", IPPROTO_UDP, NF_RG_SEC_HELPER | NF_RG_SEC_PPTP,
		  LEN_STATE4 + LEN_HELPER + 3, 1 },
		{ "what H.323 keeps without a helper", IPPROTO_UDP,
		  NF_RG_SEC_HELPER | NF_RG_SEC_H323, 25, NF_RG_SEC_LABELS },
		{ "times not announced", IPPROTO_UDP, NF_RG_SEC_TIMEOUTS, 24, 0 },
		{ "UDP's times for ICMP", IPPROTO_UDP, NF_RG_SEC_TIMEOUTS, 21, IPPROTO_ICMP },
		{ "ICMP's times for UDP", IPPROTO_ICMP, NF_RG_SEC_TIMEOUTS, 21, IPPROTO_UDP },
		{ "times one byte short", IPPROTO_UDP, NF_RG_SEC_TIMEOUTS, 3,
		  LEN_STATE4 + LEN_TIMEOUTS_UDP - 1 },
		{ "SIP's numbers one byte short", IPPROTO_UDP, NF_RG_SEC_HELPER | NF_RG_SEC_SIP, 3,
		  LEN_STATE4 + LEN_HELPER + LEN_SIP - 1 },
		{ "a master not announced", IPPROTO_UDP, NF_RG_SEC_MASTER, 25, 0 },
		{ "labels for counters", IPPROTO_UDP, NF_RG_SEC_ACCT, 25, NF_RG_SEC_LABELS },
		{ "labels one byte short", IPPROTO_UDP, NF_RG_SEC_LABELS, 3,
		  LEN_STATE4 + LEN_LABELS - 1 },
		/* As long as what is announced: only the bit says that something is wrong. */
		{ "offsets without a section, adjusted", IPPROTO_UDP,
		  NF_RG_SEC_LABELS | NF_RG_SEC_TSTAMP, 27, NF_RG_ST_SEQ_ADJUST },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct nf_rg_record r = record_make(NF_RG_REC_STATE, 4, bad[i].l4), back;
		uint8_t buf[NF_RG_REC_MAX];
		int len;

		record_set_sections(&r, bad[i].sections);
		len = nf_rg_record_encode(&r, buf, sizeof(buf));
		assert_int_equal(record_decode(&back, buf, len), len);
		buf[bad[i].at] = bad[i].value;
		if (record_decode(&back, buf, len) != -EBADMSG)
			fail_msg("taken: %s", bad[i].what);
	}
}

/* A protocol without states that are known has no times, however long the record is. */
static void test_refused_timeouts(void **state)
{
	struct nf_rg_record r = record_make(NF_RG_REC_STATE, 4, 255), back;
	uint8_t buf[NF_RG_REC_MAX];
	int len;

	assert_int_equal(nf_rg_record_timeouts(255), 0);
	len = nf_rg_record_encode(&r, buf, sizeof(buf));
	assert_int_equal(record_decode(&back, buf, len), len);
	buf[24] = NF_RG_SEC_TIMEOUTS >> 8;
	assert_int_equal(record_decode(&back, buf, len), -EBADMSG);
}

/* The same within an expectation, and for their number. */
static void test_refused_expect(void **state)
{
	static const struct {
		const char *what;
		unsigned int at;
		uint8_t value;
	} bad[] = {
		{ "class 4", 1, 4 },
		{ "two helpers", 2, NF_RG_EXP_F_MASK & ~NF_RG_EXP_F_Q931 },
		{ "unknown function", 3, NF_RG_EXP_FN_MAX + 1 },
		{ "from an address that does not count", 2, NF_RG_EXP_F_SPORT },
		{ "from a port that does not count", 2, NF_RG_EXP_F_SRC },
	};
	const int sections = NF_RG_SEC_HELPER | NF_RG_SEC_EXPECT;
	const unsigned int start = LEN_STATE4 + LEN_HELPER;
	struct nf_rg_record r = record_make(NF_RG_REC_STATE, 4, IPPROTO_UDP), back;
	uint8_t buf[NF_RG_REC_MAX], more[NF_RG_REC_MAX + LEN_EXPECT4];
	unsigned int i;
	int len;

	record_set_sections(&r, sections);
	record_set_expect(&r, 2);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		len = nf_rg_record_encode(&r, buf, sizeof(buf));
		assert_int_equal(record_decode(&back, buf, len), len);
		buf[start + bad[i].at] = bad[i].value;
		if (record_decode(&back, buf, len) != -EBADMSG)
			fail_msg("taken: %s", bad[i].what);
	}
	/* part of one; none */
	for (i = 0; i < 2; i++) {
		len = nf_rg_record_encode(&r, buf, sizeof(buf));
		buf[3] = (uint8_t)(i ? start : start + LEN_EXPECT4 + 1);
		assert_int_equal(record_decode(&back, buf, len), -EBADMSG);
	}
	/* as many as there may be, and one more */
	record_set_expect(&r, NF_RG_EXPECT_MAX);
	len = nf_rg_record_encode(&r, more, sizeof(more));
	assert_int_equal(len, start + NF_RG_EXPECT_MAX * LEN_EXPECT4);
	assert_int_equal(record_decode(&back, more, len), len);
	memcpy(more + len, more + start, LEN_EXPECT4);
	len += LEN_EXPECT4;
	more[2] = (uint8_t)(len >> 8);
	more[3] = (uint8_t)len;
	assert_int_equal(record_decode(&back, more, len), -EBADMSG);
	r.n_expect = NF_RG_EXPECT_MAX + 1;
	assert_int_equal(nf_rg_record_encode(&r, more, sizeof(more)), -EINVAL);
}

/* For who reads older records: what they have no words for is left out, and nothing else. */
static void test_lower(void **state)
{
	struct nf_rg_record r = record_make(NF_RG_REC_STATE, 4, IPPROTO_TCP), was;

	record_set_sections(&r, NF_RG_SEC_MASK);
	record_set_expect(&r, 5);
	r.expect[0].flags = NF_RG_EXP_F_H245;
	r.expect[2].fn = NF_RG_EXP_FN_Q931;
	r.expect[3].fn = NF_RG_EXP_FN_SIP;
	was = r;
	nf_rg_record_lower(&r);
	assert_int_equal(r.sections, NF_RG_SEC_MASK & ~NF_RG_SEC_H323);
	assert_int_equal(r.n_expect, 3);
	assert_memory_equal(&r.expect[0], &was.expect[1], sizeof(r.expect[0]));
	assert_memory_equal(&r.expect[1], &was.expect[3], 2 * sizeof(r.expect[0]));
	was.sections = r.sections;
	was.n_expect = r.n_expect;
	memcpy(was.expect, r.expect, sizeof(was.expect));
	record_assert_same(&r, &was);
	/* none left: none announced */
	r.n_expect = 1;
	r.expect[0].fn = NF_RG_EXP_FN_FORWARD;
	nf_rg_record_lower(&r);
	assert_int_equal(r.sections, NF_RG_SEC_MASK & ~(NF_RG_SEC_H323 | NF_RG_SEC_EXPECT));
	nf_rg_record_lower(&r);
	assert_int_equal(r.sections, NF_RG_SEC_MASK & ~(NF_RG_SEC_H323 | NF_RG_SEC_EXPECT));
}

/* A zone may belong to one direction. */
static void test_zone_direction(void **state)
{
	static const int types[] = { NF_RG_REC_STATE, NF_RG_REC_DELETE };
	struct nf_rg_record back;
	uint8_t buf[NF_RG_REC_MAX];
	int i, len;

	for (i = 0; i < 2; i++) {
		struct nf_rg_record r = record_make(types[i], 4, IPPROTO_UDP);

		r.flags |= NF_RG_REC_F_ZONE_ORIG;
		len = nf_rg_record_encode(&r, buf, sizeof(buf));
		assert_int_equal(record_decode(&back, buf, len), len);
		record_assert_same(&r, &back);
		r.flags ^= NF_RG_REC_F_ZONE;
		len = nf_rg_record_encode(&r, buf, sizeof(buf));
		assert_int_equal(record_decode(&back, buf, len), len);
		record_assert_same(&r, &back);
		buf[1] |= NF_RG_REC_F_ZONE;
		assert_int_equal(record_decode(&back, buf, len), -EBADMSG);
	}
}

/* One more than fits is no end of the bytes when they are there. */
static void test_length_too_big(void **state)
{
	struct nf_rg_record r = record_make(NF_RG_REC_STATE, 4, IPPROTO_TCP), back;
	uint8_t buf[512] = { 0 };
	int len = nf_rg_record_encode(&r, buf, sizeof(buf));

	buf[3] = (uint8_t)(len + 1);
	assert_int_equal(record_decode(&back, buf, sizeof(buf)), -EBADMSG);
	assert_int_equal(record_decode(&back, buf, len), -ENODATA);
	buf[2] = 0xff;
	assert_int_equal(record_decode(&back, buf, sizeof(buf)), -ENODATA);
}

/* A record that says it ends within its head is bad, and nothing behind it is looked at. */
static void test_length_too_small(void **state)
{
	struct nf_rg_record r = record_make(NF_RG_REC_STATE, 4, IPPROTO_TCP), back;
	uint8_t buf[NF_RG_REC_MAX];
	int n;

	nf_rg_record_encode(&r, buf, sizeof(buf));
	for (n = 16; n < LEN_STATE4; n++) {
		buf[3] = (uint8_t)n;
		assert_int_equal(record_decode(&back, buf, n), -EBADMSG);
	}
}

static void test_refused_delete(void **state)
{
	struct nf_rg_record r = record_make(NF_RG_REC_DELETE, 4, IPPROTO_UDP), back;
	uint8_t buf[NF_RG_REC_MAX];
	int len = nf_rg_record_encode(&r, buf, sizeof(buf));

	buf[1] = NF_RG_REC_F_NEW;
	assert_int_equal(record_decode(&back, buf, len), -EBADMSG);
	buf[1] = 0;
	assert_int_equal(record_decode(&back, buf, len), len);
	memset(buf + 4, 0, 4);
	assert_int_equal(record_decode(&back, buf, len), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_consumes_one),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_not_encoded),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refused_kinds),
		cmocka_unit_test(test_refused_timeouts),
		cmocka_unit_test(test_refused_expect),
		cmocka_unit_test(test_lower),
		cmocka_unit_test(test_zone_direction),
		cmocka_unit_test(test_length_too_big),
		cmocka_unit_test(test_length_too_small),
		cmocka_unit_test(test_refused_delete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
