// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The record codec: writing.  See record.h for the layouts. */
#include "record.h"

#include "record_len.h"

static __u8 *put16(__u8 *p, __u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
	return p + 2;
}

static __u8 *put32(__u8 *p, __u32 v)
{
	p[0] = v >> 24;
	p[1] = v >> 16;
	p[2] = v >> 8;
	p[3] = v;
	return p + 4;
}

static inline __u8 *put64(__u8 *p, __u64 v)
{
	return put32(put32(p, v >> 32), v);
}

/* What is in network order already.  Fixed lengths: a copy is an instruction or two. */
static __always_inline __u8 *put_be16(__u8 *p, const __be16 *v)
{
	memcpy(p, v, 2);
	return p + 2;
}

static __u8 *put_be32(__u8 *p, const __be32 *v)
{
	memcpy(p, v, 4);
	return p + 4;
}

static __u8 *put_addr(__u8 *p, const __u8 *v, unsigned int alen)
{
	if (alen == 4)
		memcpy(p, v, 4);
	else
		memcpy(p, v, 16);
	return p + alen;
}

/**
 * nf_rg_record_timeouts - how many times a policy of timeouts has in a record
 * @l4: layer 4 protocol
 *
 * One for each state of the protocol, as kernels number them.
 *
 * Return: up to NF_RG_REC_TIMEOUTS; 0: there are none for that protocol.
 */
unsigned int nf_rg_record_timeouts(__u8 l4)
{
	switch (l4) {
	case IPPROTO_TCP:
		return NF_RG_REC_TIMEOUTS;
	case IPPROTO_SCTP:
		return 10;
	case IPPROTO_DCCP:
		return 9;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_GRE:
		return 2;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 1;
	}
	return 0;
}

static __u8 *put_tcp(__u8 *p, const struct nf_rg_record *rec)
{
	int i;

	*p++ = rec->tcp_state;
	*p++ = rec->tcp[0].scale;
	*p++ = rec->tcp[1].scale;
	*p++ = rec->tcp[0].flags;
	*p++ = rec->tcp[1].flags;
	*p++ = rec->tcp_exact;
	*p++ = 0;
	*p++ = 0;
	for (i = 0; i < 2; i++)
		p = put32(p, rec->tcp[i].end);
	return p;
}

static __u8 *put_sctp(__u8 *p, const struct nf_rg_sctp *sctp)
{
	*p++ = sctp->state;
	*p++ = sctp->init[0];
	*p++ = sctp->init[1];
	*p++ = sctp->last_dir;
	*p++ = sctp->flags;
	p = put_be32(p, &sctp->vtag[0]);
	return put_be32(p, &sctp->vtag[1]);
}

static __u8 *put_dccp(__u8 *p, const struct nf_rg_dccp *dccp)
{
	*p++ = dccp->role;
	*p++ = dccp->state;
	*p++ = dccp->last_pkt;
	*p++ = dccp->last_dir;
	return put64(p, dccp->handshake_seq);
}

static noinline __u8 *put_proto(__u8 *p, const struct nf_rg_record *rec)
{
	switch (rec->l4) {
	case IPPROTO_SCTP:
		return put_sctp(p, &rec->sctp);
	case IPPROTO_DCCP:
		return put_dccp(p, &rec->dccp);
	case IPPROTO_GRE:
		return put32(put32(p, rec->gre.timeout), rec->gre.stream_timeout);
	}
	return p;
}

static __u8 *put_expect(__u8 *p, const struct nf_rg_expect *exp, unsigned int alen)
{
	*p++ = exp->l4;
	*p++ = exp->class;
	*p++ = exp->flags;
	*p++ = exp->fn;
	p = put32(p, exp->timeout);
	p = put_addr(p, exp->tuple.src, alen);
	p = put_addr(p, exp->tuple.dst, alen);
	p = put_addr(p, exp->saved, alen);
	p = put_be16(p, &exp->tuple.sport);
	p = put_be16(p, &exp->tuple.dport);
	return put_be16(p, &exp->saved_port);
}

static __u8 *put_pptp(__u8 *p, const struct nf_rg_pptp *pptp)
{
	int i;

	*p++ = pptp->session;
	*p++ = pptp->call;
	*p++ = pptp->mapped;
	*p++ = 0;
	for (i = 0; i < 2; i++)
		p = put_be16(p, &pptp->id[i]);
	for (i = 0; i < 2; i++)
		p = put_be16(p, &pptp->inside[i]);
	for (i = 0; i < 2; i++)
		p = put_be16(put_be16(p, &pptp->key[i][0]), &pptp->key[i][1]);
	return p;
}

static __u8 *put_h323(__u8 *p, const struct nf_rg_h323 *h323)
{
	int i;

	p = put_be16(put_be16(p, &h323->sig_port[0]), &h323->sig_port[1]);
	for (i = 0; i < NF_RG_H323_CHANNELS; i++)
		p = put_be16(put_be16(p, &h323->rtp_port[i][0]), &h323->rtp_port[i][1]);
	p = put32(p, h323->timeout);
	return put16(put16(p, h323->follows[0]), h323->follows[1]);
}

static __u8 *put_last_sections(__u8 *p, const struct nf_rg_record *rec)
{
	unsigned int i, n = nf_rg_record_timeouts(rec->l4);

	if (rec->sections & NF_RG_SEC_H323)
		p = put_h323(p, &rec->h323);
	if (rec->sections & NF_RG_SEC_SYNPROXY) {
		p = put32(p, rec->synproxy.isn);
		p = put32(p, rec->synproxy.its);
		p = put32(p, rec->synproxy.tsoff);
	}
	if (rec->sections & NF_RG_SEC_TIMEOUTS)
		for (i = 0; i < n; i++)
			p = put32(p, rec->timeouts[i]);
	return p;
}

static noinline __u8 *put_sections(__u8 *p, const struct nf_rg_record *rec, unsigned int alen)
{
	int i;

	if (rec->sections & NF_RG_SEC_LABELS)
		for (i = 0; i < 4; i++)
			p = put32(p, rec->labels[i]);
	if (rec->sections & NF_RG_SEC_ACCT)
		for (i = 0; i < 2; i++)
			p = put64(put64(p, rec->acct[i].packets), rec->acct[i].bytes);
	if (rec->sections & NF_RG_SEC_TSTAMP)
		p = put64(p, rec->start);
	if (rec->sections & NF_RG_SEC_SEQADJ)
		for (i = 0; i < 2; i++) {
			p = put32(p, rec->seqadj[i].correction_pos);
			p = put32(p, rec->seqadj[i].offset_before);
			p = put32(p, rec->seqadj[i].offset_after);
		}
	if (rec->sections & NF_RG_SEC_HELPER) {
		memcpy(p, rec->helper, REC_HELPER);
		p += REC_HELPER;
	}
	if (rec->sections & NF_RG_SEC_EXPECT)
		for (i = 0; i < rec->n_expect; i++)
			p = put_expect(p, &rec->expect[i], alen);
	if (rec->sections & NF_RG_SEC_MASTER) {
		*p++ = rec->master_l4;
		p = put_addr(p, rec->master.src, alen);
		p = put_addr(p, rec->master.dst, alen);
		p = put_be16(p, &rec->master.sport);
		p = put_be16(p, &rec->master.dport);
	}
	if (rec->sections & NF_RG_SEC_SIP) {
		p = put32(p, rec->sip.register_cseq);
		p = put32(p, rec->sip.invite_cseq);
		p = put_be16(p, &rec->sip.port);
	}
	if (rec->sections & NF_RG_SEC_PPTP)
		p = put_pptp(p, &rec->pptp);
	return put_last_sections(p, rec);
}

/* One length for all: it is asked for once, and a copy is an instruction or two. */
static __always_inline __u8 *put_addrs(__u8 *p, const struct nf_rg_record *rec,
				       const unsigned int alen)
{
	memcpy(p, rec->orig.src, alen);
	memcpy(p + alen, rec->orig.dst, alen);
	memcpy(p + 2 * alen, rec->reply.src, alen);
	memcpy(p + 3 * alen, rec->reply.dst, alen);
	return p + 4 * alen;
}

static __u8 *put_state(__u8 *p, const struct nf_rg_record *rec, unsigned int alen)
{
	p = put32(p, rec->version);
	*p++ = rec->l3;
	*p++ = rec->l4;
	p = put16(p, rec->zone);
	p = put16(p, rec->sections);
	p = put16(p, rec->status);
	p = put32(p, rec->timeout);
	p = put32(p, rec->mark);
	p = alen == 4 ? put_addrs(p, rec, 4) : put_addrs(p, rec, 16);
	p = put_be16(p, &rec->orig.sport);
	p = put_be16(p, &rec->orig.dport);
	p = put_be16(p, &rec->reply.sport);
	p = put_be16(p, &rec->reply.dport);
	p = rec->l4 == IPPROTO_TCP ? put_tcp(p, rec) : put_proto(p, rec);
	return rec->sections ? put_sections(p, rec, alen) : p;
}

static __u8 *put_delete(__u8 *p, const struct nf_rg_record *rec, unsigned int alen)
{
	*p++ = rec->l3;
	*p++ = rec->l4;
	p = put16(p, rec->zone);
	p = put_addr(p, rec->orig.src, alen);
	p = put_addr(p, rec->orig.dst, alen);
	p = put_be16(p, &rec->orig.sport);
	return put_be16(p, &rec->orig.dport);
}

static noinline int encode_control(const struct nf_rg_record *rec, __u8 *buf, unsigned int cap)
{
	unsigned int len = control_len(rec->flags);
	__u8 *p = buf;

	if (!len)
		return -EINVAL;
	if (len > cap)
		return -ENOSPC;
	*p++ = rec->type;
	*p++ = rec->flags;
	p = put32(put16(p, len), 0);
	p = put64(p, rec->incarnation);
	memcpy(p, rec->buckets, len - REC_HEAD);
	return (int)len;
}

/**
 * nf_rg_record_encode - write one record
 * @rec: what to write
 * @buf: where to
 * @cap: bytes that @buf takes
 *
 * Return: bytes written; -ENOSPC if @cap is too small, -EINVAL if @rec is none (type, kind or layer
 * 3 unknown, too many expectations).  Nothing is written then.
 */
int nf_rg_record_encode(const struct nf_rg_record *rec, __u8 *buf, unsigned int cap)
{
	unsigned int alen = addr_len(rec->l3);
	unsigned int len = record_len(rec->type, alen, rec->l4, rec->sections);
	__u8 *p = buf;

	if (rec->type == NF_RG_REC_CONTROL)
		return encode_control(rec, buf, cap);
	if (!alen || !len)
		return -EINVAL;
	if (rec->sections & NF_RG_SEC_EXPECT) {
		if (rec->n_expect > NF_RG_EXPECT_MAX)
			return -EINVAL;
		len += rec->n_expect * expect_len(alen);
	}
	if (len > cap)
		return -ENOSPC;

	*p++ = rec->type;
	*p++ = rec->flags;
	p = put16(p, len);
	p = put32(p, rec->mapping);
	p = put64(p, rec->incarnation);
	if (rec->type == NF_RG_REC_STATE)
		put_state(p, rec, alen);
	else
		put_delete(p, rec, alen);
	return (int)len;
}

/**
 * nf_rg_record_lower - make a record one that version 4 to 6 can say
 * @rec: a state record
 *
 * What they have no words for is left out. The name of the helper stays: who has one that records
 * carried in no way refuses the record for that (NF_RG_REASON_HELPER).
 */
void nf_rg_record_lower(struct nf_rg_record *rec)
{
	unsigned int i, n = 0;

	rec->sections &= ~NF_RG_SEC_H323;
	if (!(rec->sections & NF_RG_SEC_EXPECT))
		return;
	for (i = 0; i < rec->n_expect; i++)
		if (!(rec->expect[i].flags & NF_RG_EXP_F_H323) &&
		    rec->expect[i].fn <= NF_RG_EXP_FN_SIP)
			rec->expect[n++] = rec->expect[i];
	rec->n_expect = (__u8)n;
	if (!n)
		rec->sections &= ~NF_RG_SEC_EXPECT;
}
