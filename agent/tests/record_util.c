// SPDX-License-Identifier: GPL-2.0-or-later
/* What the tests of the record codec share: records, and how to look at them. */
#include "record_util.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>

static void set_tuple(struct nf_rg_tuple *t, const char *src, const char *dst, unsigned int sport,
		      unsigned int dport)
{
	int family = strchr(src, ':') ? AF_INET6 : AF_INET;

	assert_int_equal(inet_pton(family, src, t->src), 1);
	assert_int_equal(inet_pton(family, dst, t->dst), 1);
	t->sport = htons(sport);
	t->dport = htons(dport);
}

struct nf_rg_record record_make(int type, int l3, int l4)
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
void record_set_expect(struct nf_rg_record *r, int n)
{
	int i;

	memset(r->expect, 0, sizeof(r->expect));
	r->n_expect = (uint8_t)n;
	for (i = 0; i < n; i++) {
		struct nf_rg_expect *exp = &r->expect[i];

		exp->l4 = IPPROTO_TCP;
		exp->class = NF_RG_EXP_CLASS_MAX;
		exp->flags = NF_RG_EXP_F_MASK & ~NF_RG_EXP_F_H323;
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

void record_set_sections(struct nf_rg_record *r, int sections)
{
	static const struct nf_rg_record full = {
		.labels = { 0x00000001, 0x80000000, 0xfffffffe, 0x12345678 },
		.acct = { { 1, 0x1112131415161718ull }, { 2, 0xffffffffffffffffull } },
		.start = 0x18a1b2c3d4e5f607ull,
		.seqadj = { { 0x31323334, -3, 0x7fffffff }, { 0x41424344, 5, -2147483647 - 1 } },
		.helper = "fifteen-letters",
	};
	unsigned int i;

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
		record_set_expect(r, r->l3 == 4 ? 1 : NF_RG_EXPECT_MAX);
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
	if (sections & NF_RG_SEC_H323)
		r->h323 = (struct nf_rg_h323){
			.sig_port = { htons(0xb1b2), htons(0xb3b4) },
			.rtp_port = { { htons(0xc1c2), htons(0xc3c4) },
				      { htons(0xc5c6), htons(0xc7c8) } },
			.timeout = 0xd1d2d3d4, .follows = { 0xe1e2, 0xe3e4 },
		};
	if (sections & NF_RG_SEC_SYNPROXY)
		r->synproxy = (struct nf_rg_synproxy){ 0x91929394, 0x95969798, 0x999a9b9c };
	if (sections & NF_RG_SEC_TIMEOUTS)
		for (i = 0; i < nf_rg_record_timeouts(r->l4); i++)
			r->timeouts[i] = 0xa0a1a200 + i;
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
	if (a->sections & NF_RG_SEC_H323)
		assert_memory_equal(&a->h323, &b->h323, sizeof(a->h323));
	if (a->sections & NF_RG_SEC_SYNPROXY)
		assert_memory_equal(&a->synproxy, &b->synproxy, sizeof(a->synproxy));
	if (a->sections & NF_RG_SEC_TIMEOUTS)
		assert_memory_equal(a->timeouts, b->timeouts,
				    nf_rg_record_timeouts(a->l4) * sizeof(a->timeouts[0]));
	if (!(a->sections & NF_RG_SEC_EXPECT))
		return;
	assert_int_equal(a->n_expect, b->n_expect);
	assert_memory_equal(a->expect, b->expect, a->n_expect * sizeof(a->expect[0]));
}

void record_assert_same(const struct nf_rg_record *a, const struct nf_rg_record *b)
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

/* A buffer of exactly @len bytes, so that the sanitizers see one byte too many. */
int record_decode(struct nf_rg_record *r, const uint8_t *buf, unsigned int len)
{
	uint8_t *exact = malloc(len ? len : 1);
	int ret;

	assert_non_null(exact);
	memcpy(exact, buf, len);
	ret = nf_rg_record_decode(r, exact, len);
	free(exact);
	return ret;
}
