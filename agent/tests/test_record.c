// SPDX-License-Identifier: GPL-2.0-or-later
/* The record codec: what goes over the data link between two kernels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

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
#define LEN_SYNPROXY 12
#define LEN_ALL \
	(LEN_LABELS + LEN_ACCT + LEN_TSTAMP + LEN_SEQADJ + LEN_HELPER + LEN_SIP + LEN_PPTP + \
	 LEN_SYNPROXY)

static void set_tuple(struct nf_rg_tuple *t, const char *src, const char *dst, unsigned int sport,
		      unsigned int dport)
{
	int family = strchr(src, ':') ? AF_INET6 : AF_INET;

	assert_int_equal(inet_pton(family, src, t->src), 1);
	assert_int_equal(inet_pton(family, dst, t->dst), 1);
	t->sport = htons(sport);
	t->dport = htons(dport);
}

static struct nf_rg_record make(int type, int l3, int l4)
{
	struct nf_rg_record r = {
		.type = type, .l3 = l3, .l4 = l4, .zone = 0x0102, .mapping = 152,
		.incarnation = 0x1122334455667788ull,
	};

	if (l3 == 4)
		set_tuple(&r.orig, "10.0.0.9", "192.0.2.9", 40000, 80);
	else
		set_tuple(&r.orig, "fd00:a::9", "2001:db8:b::9", 40000, 80);
	if (type == NF_RG_REC_DELETE)
		return r;
	r.flags = NF_RG_REC_F_NEW;
	r.version = 0xa1a2a3a4;
	r.status = NF_RG_ST_SEEN_REPLY | NF_RG_ST_ASSURED | NF_RG_ST_SRC_NAT;
	r.timeout = 432000;
	r.mark = 0x00c0ffee;
	if (l3 == 4)
		set_tuple(&r.reply, "192.0.2.9", "192.0.2.100", 80, 1024);
	else
		set_tuple(&r.reply, "2001:db8:b::9", "2001:db8:b::100", 80, 1024);
	switch (l4) {
	case IPPROTO_TCP:
		r.tcp_state = 3;
		r.tcp_exact = 1;
		r.tcp[0] = (struct nf_rg_tcp_dir){ 7, 0x2b, 0x01020304 };
		r.tcp[1] = (struct nf_rg_tcp_dir){ 14, 0x0b, 0x11121314 };
		break;
	case IPPROTO_SCTP:
		r.sctp = (struct nf_rg_sctp){
			.vtag = { htonl(0x51525354), htonl(0x61626364) }, .state = 4,
			.init = { 1, 0 }, .last_dir = 1, .flags = 0x80,
		};
		break;
	case IPPROTO_DCCP:
		r.dccp = (struct nf_rg_dccp){ 1, 4, 2, 1, 0x0000717273747576ull };
		break;
	case IPPROTO_GRE:
		r.gre = (struct nf_rg_gre){ 30, 180 };
		break;
	}
	return r;
}

/* The last one may come from anywhere; all differ. */
static void set_expect(struct nf_rg_record *r, int n)
{
	int i;

	memset(r->expect, 0, sizeof(r->expect));
	r->n_expect = (uint8_t)n;
	for (i = 0; i < n; i++) {
		struct nf_rg_expect *exp = &r->expect[i];

		exp->l4 = IPPROTO_TCP;
		exp->class = NF_RG_EXP_CLASS_MAX;
		exp->flags = NF_RG_EXP_F_MASK;
		exp->fn = NF_RG_EXP_FN_FOLLOW;
		exp->timeout = 300;
		exp->tuple = r->reply;
		exp->tuple.dport = htons(5000 + i);
		memcpy(exp->saved, r->orig.src, sizeof(exp->saved));
		exp->saved_port = htons(4000);
	}
	if (!n)
		return;
	r->expect[n - 1].flags = 0;
	r->expect[n - 1].tuple.sport = 0;
	memset(r->expect[n - 1].tuple.src, 0, 16);
}

static void set_sections(struct nf_rg_record *r, int sections)
{
	static const struct nf_rg_record full = {
		.labels = { 0x00000001, 0x80000000, 0xfffffffe, 0x12345678 },
		.acct = { { 1, 0x1112131415161718ull }, { 2, 0xffffffffffffffffull } },
		.start = 0x18a1b2c3d4e5f607ull,
		.seqadj = { { 0x31323334, -3, 0x7fffffff }, { 0x41424344, 5, -2147483647 - 1 } },
		.helper = "fifteen-letters",
	};

	/* What has no section is undefined, and must not matter. */
	memset((char *)r + NF_RG_REC_HEAD_SIZE, 0x5a, sizeof(*r) - NF_RG_REC_HEAD_SIZE);
	r->sections = sections;
	if (sections & NF_RG_SEC_LABELS)
		memcpy(r->labels, full.labels, sizeof(full.labels));
	if (sections & NF_RG_SEC_ACCT)
		memcpy(r->acct, full.acct, sizeof(full.acct));
	if (sections & NF_RG_SEC_TSTAMP)
		r->start = full.start;
	if (sections & NF_RG_SEC_SEQADJ) {
		memcpy(r->seqadj, full.seqadj, sizeof(full.seqadj));
		r->status |= NF_RG_ST_SEQ_ADJUST;
	}
	if (sections & NF_RG_SEC_HELPER)
		memcpy(r->helper, full.helper, sizeof(full.helper));
	if (sections & NF_RG_SEC_EXPECT)
		set_expect(r, r->l3 == 4 ? 1 : NF_RG_EXPECT_MAX);
	if (sections & NF_RG_SEC_MASTER) {
		r->master_l4 = IPPROTO_TCP;
		r->master = r->orig;
		r->master.dport = htons(21);
	}
	if (sections & NF_RG_SEC_SIP)
		r->sip = (struct nf_rg_sip){ 0x51525354, 0x61626364, htons(5060) };
	if (sections & NF_RG_SEC_PPTP)
		r->pptp = (struct nf_rg_pptp){
			.session = 4, .call = 3, .mapped = 1,
			.id = { htons(0x7172), htons(0x7374) },
			.inside = { htons(0x7576), htons(0x7778) },
			.key = { { htons(0x8182), htons(0x8384) },
				 { htons(0x8586), htons(0x8788) } },
		};
	if (sections & NF_RG_SEC_SYNPROXY)
		r->synproxy = (struct nf_rg_synproxy){ 0x91929394, 0x95969798, 0x999a9b9c };
}

static void assert_same_proto(const struct nf_rg_record *a, const struct nf_rg_record *b)
{
	int i;

	switch (a->l4) {
	case IPPROTO_TCP:
		for (i = 0; i < 2; i++) {
			assert_int_equal(a->tcp[i].scale, b->tcp[i].scale);
			assert_int_equal(a->tcp[i].flags, b->tcp[i].flags);
			assert_int_equal(a->tcp[i].end, b->tcp[i].end);
		}
		break;
	case IPPROTO_SCTP:
		assert_memory_equal(a->sctp.vtag, b->sctp.vtag, sizeof(a->sctp.vtag));
		assert_int_equal(a->sctp.state, b->sctp.state);
		assert_memory_equal(a->sctp.init, b->sctp.init, sizeof(a->sctp.init));
		assert_int_equal(a->sctp.last_dir, b->sctp.last_dir);
		assert_int_equal(a->sctp.flags, b->sctp.flags);
		break;
	case IPPROTO_DCCP:
		assert_int_equal(a->dccp.role, b->dccp.role);
		assert_int_equal(a->dccp.state, b->dccp.state);
		assert_int_equal(a->dccp.last_pkt, b->dccp.last_pkt);
		assert_int_equal(a->dccp.last_dir, b->dccp.last_dir);
		assert_true(a->dccp.handshake_seq == b->dccp.handshake_seq);
		break;
	case IPPROTO_GRE:
		assert_memory_equal(&a->gre, &b->gre, sizeof(a->gre));
		break;
	}
}

static void assert_same_sections(const struct nf_rg_record *a, const struct nf_rg_record *b)
{
	if (a->sections & NF_RG_SEC_LABELS)
		assert_memory_equal(a->labels, b->labels, sizeof(a->labels));
	if (a->sections & NF_RG_SEC_TSTAMP)
		assert_true(a->start == b->start);
	if (a->sections & NF_RG_SEC_ACCT)
		assert_memory_equal(a->acct, b->acct, sizeof(a->acct));
	if (a->sections & NF_RG_SEC_SEQADJ)
		assert_memory_equal(a->seqadj, b->seqadj, sizeof(a->seqadj));
	if (a->sections & NF_RG_SEC_HELPER)
		assert_memory_equal(a->helper, b->helper, sizeof(a->helper));
	if (a->sections & NF_RG_SEC_MASTER) {
		assert_int_equal(a->master_l4, b->master_l4);
		assert_memory_equal(&a->master, &b->master, sizeof(a->master));
	}
	if (a->sections & NF_RG_SEC_SIP) {
		assert_int_equal(a->sip.register_cseq, b->sip.register_cseq);
		assert_int_equal(a->sip.invite_cseq, b->sip.invite_cseq);
		assert_int_equal(a->sip.port, b->sip.port);
	}
	if (a->sections & NF_RG_SEC_PPTP) {
		assert_memory_equal(&a->pptp, &b->pptp, offsetof(struct nf_rg_pptp, mapped));
		assert_int_equal(a->pptp.mapped, b->pptp.mapped);
		assert_memory_equal(a->pptp.id, b->pptp.id, sizeof(a->pptp.id));
		assert_memory_equal(a->pptp.inside, b->pptp.inside, sizeof(a->pptp.inside));
		assert_memory_equal(a->pptp.key, b->pptp.key, sizeof(a->pptp.key));
	}
	if (a->sections & NF_RG_SEC_SYNPROXY)
		assert_memory_equal(&a->synproxy, &b->synproxy, sizeof(a->synproxy));
	if (!(a->sections & NF_RG_SEC_EXPECT))
		return;
	assert_int_equal(a->n_expect, b->n_expect);
	assert_memory_equal(a->expect, b->expect, a->n_expect * sizeof(a->expect[0]));
}

static void assert_same(const struct nf_rg_record *a, const struct nf_rg_record *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->l3, b->l3);
	assert_int_equal(a->l4, b->l4);
	assert_int_equal(a->tcp_state, b->tcp_state);
	assert_int_equal(a->tcp_exact, b->tcp_exact);
	assert_int_equal(a->zone, b->zone);
	assert_int_equal(a->mapping, b->mapping);
	assert_true(a->incarnation == b->incarnation);
	assert_int_equal(a->version, b->version);
	assert_int_equal(a->sections, b->sections);
	assert_int_equal(a->status, b->status);
	assert_int_equal(a->timeout, b->timeout);
	assert_int_equal(a->mark, b->mark);
	assert_memory_equal(&a->orig, &b->orig, sizeof(a->orig));
	assert_memory_equal(&a->reply, &b->reply, sizeof(a->reply));
	assert_same_proto(a, b);
	assert_same_sections(a, b);
}

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
	{ NF_RG_REC_STATE, 6, IPPROTO_TCP, LEN_STATE6 + LEN_TCP + LEN_SEQADJ + LEN_SYNPROXY,
	  NF_RG_SEC_SEQADJ | NF_RG_SEC_SYNPROXY },
	{ NF_RG_REC_DELETE, 4, IPPROTO_TCP, LEN_DELETE4, 0 },
	{ NF_RG_REC_DELETE, 6, IPPROTO_TCP, LEN_DELETE6, 0 },
	{ NF_RG_REC_DELETE, 4, IPPROTO_ICMP, LEN_DELETE4, 0 },
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct nf_rg_record make_kind(size_t i)
{
	struct nf_rg_record r = make(kinds[i].type, kinds[i].l3, kinds[i].l4);

	set_sections(&r, kinds[i].sections);
	return r;
}

/* A buffer of exactly @len bytes, so that the sanitizers see one byte too many. */
static int decode(struct nf_rg_record *r, const uint8_t *buf, unsigned int len)
{
	uint8_t *exact = malloc(len ? len : 1);
	int ret;

	assert_non_null(exact);
	memcpy(exact, buf, len);
	ret = nf_rg_record_decode(r, exact, len);
	free(exact);
	return ret;
}

static void test_round_trip(void **state)
{
	size_t i;

	for (i = 0; i < N_KINDS; i++) {
		struct nf_rg_record r = make_kind(i), back;
		uint8_t buf[NF_RG_REC_MAX], again[NF_RG_REC_MAX];

		assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), kinds[i].len);
		assert_int_equal(decode(&back, buf, kinds[i].len), kinds[i].len);
		assert_same(&r, &back);
		assert_int_equal(nf_rg_record_encode(&back, again, sizeof(again)), kinds[i].len);
		assert_memory_equal(buf, again, kinds[i].len);
	}
}

/* What follows a record is the next one's. */
static void test_consumes_one(void **state)
{
	struct nf_rg_record r = make(NF_RG_REC_STATE, 4, IPPROTO_UDP), back;
	uint8_t buf[2 * NF_RG_REC_MAX];
	int len = nf_rg_record_encode(&r, buf, sizeof(buf));

	memset(buf + len, 0xff, sizeof(buf) - len);
	assert_int_equal(nf_rg_record_decode(&back, buf, sizeof(buf)), len);
	assert_same(&r, &back);
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
			assert_int_equal(decode(&back, buf, n), -ENODATA);
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
	struct nf_rg_record r = make(NF_RG_REC_STATE, 4, IPPROTO_UDP);
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
		{ "unknown section", 24, 0x04 },
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
		struct nf_rg_record r = make(NF_RG_REC_STATE, 4, IPPROTO_TCP), back;
		uint8_t buf[NF_RG_REC_MAX];
		int len = nf_rg_record_encode(&r, buf, sizeof(buf));

		buf[bad[i].at] = bad[i].value;
		if (decode(&back, buf, len) != -EBADMSG)
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
		struct nf_rg_record r = make(NF_RG_REC_STATE, 4, bad[i].l4), back;
		uint8_t buf[NF_RG_REC_MAX];
		int len;

		set_sections(&r, bad[i].sections);
		len = nf_rg_record_encode(&r, buf, sizeof(buf));
		assert_int_equal(decode(&back, buf, len), len);
		buf[bad[i].at] = bad[i].value;
		if (decode(&back, buf, len) != -EBADMSG)
			fail_msg("taken: %s", bad[i].what);
	}
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
		{ "unknown flag", 2, 0x40 | NF_RG_EXP_F_SRC | NF_RG_EXP_F_SPORT },
		{ "unknown function", 3, NF_RG_EXP_FN_MAX + 1 },
		{ "from an address that does not count", 2, NF_RG_EXP_F_SPORT },
		{ "from a port that does not count", 2, NF_RG_EXP_F_SRC },
	};
	const int sections = NF_RG_SEC_HELPER | NF_RG_SEC_EXPECT;
	const unsigned int start = LEN_STATE4 + LEN_HELPER;
	struct nf_rg_record r = make(NF_RG_REC_STATE, 4, IPPROTO_UDP), back;
	uint8_t buf[NF_RG_REC_MAX], more[NF_RG_REC_MAX + LEN_EXPECT4];
	unsigned int i;
	int len;

	set_sections(&r, sections);
	set_expect(&r, 2);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		len = nf_rg_record_encode(&r, buf, sizeof(buf));
		assert_int_equal(decode(&back, buf, len), len);
		buf[start + bad[i].at] = bad[i].value;
		if (decode(&back, buf, len) != -EBADMSG)
			fail_msg("taken: %s", bad[i].what);
	}
	/* part of one; none */
	for (i = 0; i < 2; i++) {
		len = nf_rg_record_encode(&r, buf, sizeof(buf));
		buf[3] = (uint8_t)(i ? start : start + LEN_EXPECT4 + 1);
		assert_int_equal(decode(&back, buf, len), -EBADMSG);
	}
	/* as many as there may be, and one more */
	set_expect(&r, NF_RG_EXPECT_MAX);
	len = nf_rg_record_encode(&r, more, sizeof(more));
	assert_int_equal(len, start + NF_RG_EXPECT_MAX * LEN_EXPECT4);
	assert_int_equal(decode(&back, more, len), len);
	memcpy(more + len, more + start, LEN_EXPECT4);
	len += LEN_EXPECT4;
	more[2] = (uint8_t)(len >> 8);
	more[3] = (uint8_t)len;
	assert_int_equal(decode(&back, more, len), -EBADMSG);
	r.n_expect = NF_RG_EXPECT_MAX + 1;
	assert_int_equal(nf_rg_record_encode(&r, more, sizeof(more)), -EINVAL);
}

/* A zone may belong to one direction. */
static void test_zone_direction(void **state)
{
	static const int types[] = { NF_RG_REC_STATE, NF_RG_REC_DELETE };
	struct nf_rg_record back;
	uint8_t buf[NF_RG_REC_MAX];
	int i, len;

	for (i = 0; i < 2; i++) {
		struct nf_rg_record r = make(types[i], 4, IPPROTO_UDP);

		r.flags |= NF_RG_REC_F_ZONE_ORIG;
		len = nf_rg_record_encode(&r, buf, sizeof(buf));
		assert_int_equal(decode(&back, buf, len), len);
		assert_same(&r, &back);
		r.flags ^= NF_RG_REC_F_ZONE;
		len = nf_rg_record_encode(&r, buf, sizeof(buf));
		assert_int_equal(decode(&back, buf, len), len);
		assert_same(&r, &back);
		buf[1] |= NF_RG_REC_F_ZONE;
		assert_int_equal(decode(&back, buf, len), -EBADMSG);
	}
}

/* One more than fits is no end of the bytes when they are there. */
static void test_length_too_big(void **state)
{
	struct nf_rg_record r = make(NF_RG_REC_STATE, 4, IPPROTO_TCP), back;
	uint8_t buf[512] = { 0 };
	int len = nf_rg_record_encode(&r, buf, sizeof(buf));

	buf[3] = (uint8_t)(len + 1);
	assert_int_equal(decode(&back, buf, sizeof(buf)), -EBADMSG);
	assert_int_equal(decode(&back, buf, len), -ENODATA);
	buf[2] = 0xff;
	assert_int_equal(decode(&back, buf, sizeof(buf)), -ENODATA);
}

/* A record that says it ends within its head is bad, and nothing behind it is looked at. */
static void test_length_too_small(void **state)
{
	struct nf_rg_record r = make(NF_RG_REC_STATE, 4, IPPROTO_TCP), back;
	uint8_t buf[NF_RG_REC_MAX];
	int n;

	nf_rg_record_encode(&r, buf, sizeof(buf));
	for (n = 16; n < LEN_STATE4; n++) {
		buf[3] = (uint8_t)n;
		assert_int_equal(decode(&back, buf, n), -EBADMSG);
	}
}

static void test_refused_delete(void **state)
{
	struct nf_rg_record r = make(NF_RG_REC_DELETE, 4, IPPROTO_UDP), back;
	uint8_t buf[NF_RG_REC_MAX];
	int len = nf_rg_record_encode(&r, buf, sizeof(buf));

	buf[1] = NF_RG_REC_F_NEW;
	assert_int_equal(decode(&back, buf, len), -EBADMSG);
	buf[1] = 0;
	assert_int_equal(decode(&back, buf, len), len);
	memset(buf + 4, 0, 4);
	assert_int_equal(decode(&back, buf, len), -EBADMSG);
}

/* These bytes are the protocol: routers of different ages exchange them. */
static void test_wire_state(void **state)
{
	static const uint8_t wire[] = {
		0x01, 0x01, 0x00, 0x4c, 0x00, 0x00, 0x00, 0x98,
		0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
		0xa1, 0xa2, 0xa3, 0xa4, 0x04, 0x06, 0x01, 0x02,
		0x00, 0x00, 0x00, 0x07, 0x00, 0x06, 0x97, 0x80, 0x00, 0xc0, 0xff, 0xee,
		10, 0, 0, 9, 192, 0, 2, 9, 192, 0, 2, 9, 192, 0, 2, 100,
		0x9c, 0x40, 0x00, 0x50, 0x00, 0x50, 0x04, 0x00,
		0x03, 0x07, 0x0e, 0x2b, 0x0b, 0x01, 0x00, 0x00,
		0x01, 0x02, 0x03, 0x04, 0x11, 0x12, 0x13, 0x14,
	};
	struct nf_rg_record r = make(NF_RG_REC_STATE, 4, IPPROTO_TCP), back;
	uint8_t buf[NF_RG_REC_MAX];

	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), sizeof(wire));
	assert_memory_equal(buf, wire, sizeof(wire));
	assert_int_equal(decode(&back, wire, sizeof(wire)), sizeof(wire));
	assert_same(&r, &back);
}

/* What follows the state: the sections in the order of their bits. */
static void test_wire_sections(void **state)
{
	static const uint8_t wire[] = {
		0x04, 0x01, 0x00, 0x01, 0x80, 0x51, 0x52, 0x53, 0x54, 0x61, 0x62, 0x63, 0x64,
		0x00, 0x00, 0x00, 0x01, 0x80, 0x00, 0x00, 0x00,
		0xff, 0xff, 0xff, 0xfe, 0x12, 0x34, 0x56, 0x78,
		0, 0, 0, 0, 0, 0, 0, 1, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18,
		0, 0, 0, 0, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0x18, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x07,
		0x31, 0x32, 0x33, 0x34, 0xff, 0xff, 0xff, 0xfd, 0x7f, 0xff, 0xff, 0xff,
		0x41, 0x42, 0x43, 0x44, 0x00, 0x00, 0x00, 0x05, 0x80, 0x00, 0x00, 0x00,
		'f', 'i', 'f', 't', 'e', 'e', 'n', '-', 'l', 'e', 't', 't', 'e', 'r', 's', 0,
		0x06, 0x03, 0x3f, 0x01, 0x00, 0x00, 0x01, 0x2c,
		192, 0, 2, 9, 192, 0, 2, 100, 10, 0, 0, 9, 0x00, 0x50, 0x13, 0x88, 0x0f, 0xa0,
		0x06, 0x03, 0x00, 0x01, 0x00, 0x00, 0x01, 0x2c,
		0, 0, 0, 0, 192, 0, 2, 100, 10, 0, 0, 9, 0x00, 0x00, 0x13, 0x89, 0x0f, 0xa0,
		0x06, 10, 0, 0, 9, 192, 0, 2, 9, 0x9c, 0x40, 0x00, 0x15,
		0x51, 0x52, 0x53, 0x54, 0x61, 0x62, 0x63, 0x64, 0x13, 0xc4,
		0x04, 0x03, 0x01, 0x00, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78,
		0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88,
		0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c,
	};
	struct nf_rg_record r = make(NF_RG_REC_STATE, 4, IPPROTO_SCTP);
	uint8_t buf[NF_RG_REC_MAX];

	set_sections(&r, NF_RG_SEC_MASK);
	set_expect(&r, 2);
	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), LEN_STATE4 + sizeof(wire));
	assert_memory_equal(buf + LEN_STATE4, wire, sizeof(wire));
	/* u16 sections, u16 status */
	assert_memory_equal(buf + 24, "\x03\xff\x00\x17", 4);
}

static void test_wire_protocols(void **state)
{
	static const uint8_t dccp[] = { 1, 4, 2, 1, 0, 0, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76 };
	static const uint8_t gre[] = { 0, 0, 0, 30, 0, 0, 0, 180 };
	struct nf_rg_record r = make(NF_RG_REC_STATE, 6, IPPROTO_DCCP);
	uint8_t buf[NF_RG_REC_MAX];

	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), LEN_STATE6 + sizeof(dccp));
	assert_memory_equal(buf + LEN_STATE6, dccp, sizeof(dccp));
	r = make(NF_RG_REC_STATE, 6, IPPROTO_GRE);
	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), LEN_STATE6 + sizeof(gre));
	assert_memory_equal(buf + LEN_STATE6, gre, sizeof(gre));
}

static void test_wire_control(void **state)
{
	static const uint8_t verified[] = {
		3, 1, 0, 16, 0, 0, 0, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
	};
	struct nf_rg_record r = { .type = NF_RG_REC_CONTROL, .flags = NF_RG_CTL_VERIFIED,
				  .incarnation = 0x1122334455667788ull };
	uint8_t buf[NF_RG_REC_MAX], wire[48] = { 3, 2, 0, 48, [16] = 0x81, [47] = 0x40 };
	unsigned int i;

	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), 16);
	assert_memory_equal(buf, verified, 16);
	assert_int_equal(decode(&r, verified, 15), -ENODATA);
	assert_int_equal(decode(&r, verified, 16), 16);
	assert_true(r.incarnation == 0x1122334455667788ull);

	r.flags = NF_RG_CTL_REPAIR_BEGIN;
	r.incarnation = 0;
	memset(r.buckets, 0, sizeof(r.buckets));
	r.buckets[0] = 0x81;
	r.buckets[31] = 0x40;
	assert_int_equal(nf_rg_record_encode(&r, buf, 47), -ENOSPC);
	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), 48);
	assert_memory_equal(buf, wire, 48);
	memset(&r, 0xa5, sizeof(r));
	assert_int_equal(decode(&r, wire, 48), 48);
	assert_memory_equal(r.buckets, wire + 16, 32);

	/* no such kind; a sequence number, or a mapping, that has no meaning; another length */
	r = (struct nf_rg_record){ .type = NF_RG_REC_CONTROL, .flags = 4 };
	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), -EINVAL);
	for (i = 0; i < 4; i++) {
		static const struct {
			uint8_t at, value;
		} bad[] = { { 1, 4 }, { 15, 1 }, { 7, 1 }, { 3, 47 } };

		memcpy(buf, wire, 48);
		buf[bad[i].at] = bad[i].value;
		assert_int_equal(decode(&r, buf, 48), -EBADMSG);
	}
	memcpy(buf, verified, 16);
	memset(buf + 8, 0, 8);
	assert_int_equal(decode(&r, buf, 16), -EBADMSG);
}

static void test_wire_delete(void **state)
{
	static const uint8_t wire[] = {
		0x02, 0x00, 0x00, 0x38, 0x00, 0x00, 0x00, 0x98,
		0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88,
		0x06, 0x3a, 0x01, 0x02,
		0xfd, 0x00, 0x00, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x09,
		0x20, 0x01, 0x0d, 0xb8, 0x00, 0x0b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x09,
		0x9c, 0x40, 0x00, 0x50,
	};
	struct nf_rg_record r = make(NF_RG_REC_DELETE, 6, IPPROTO_ICMPV6), back;
	uint8_t buf[NF_RG_REC_MAX];

	assert_int_equal(nf_rg_record_encode(&r, buf, sizeof(buf)), sizeof(wire));
	assert_memory_equal(buf, wire, sizeof(wire));
	assert_int_equal(decode(&back, wire, sizeof(wire)), sizeof(wire));
	assert_same(&r, &back);
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
		cmocka_unit_test(test_refused_expect),
		cmocka_unit_test(test_zone_direction),
		cmocka_unit_test(test_length_too_big),
		cmocka_unit_test(test_length_too_small),
		cmocka_unit_test(test_refused_delete),
		cmocka_unit_test(test_wire_state),
		cmocka_unit_test(test_wire_sections),
		cmocka_unit_test(test_wire_protocols),
		cmocka_unit_test(test_wire_control),
		cmocka_unit_test(test_wire_delete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
