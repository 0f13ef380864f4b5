// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The record codec: reading.  See record.h for the layouts. */
#include "record.h"

#include "record_len.h"

#define REC_SCALE_MAX	14	/* RFC 7323, section 2.3 */
#define REC_MAPPING_MAX	0x7fffffffu

static const __u8 *get16(const __u8 *p, __u16 *v)
{
	*v = (__u16)(p[0] << 8 | p[1]);
	return p + 2;
}

static const __u8 *get32(const __u8 *p, __u32 *v)
{
	*v = (__u32)p[0] << 24 | (__u32)p[1] << 16 | (__u32)p[2] << 8 | p[3];
	return p + 4;
}

static inline const __u8 *get64(const __u8 *p, __u64 *v)
{
	__u32 hi, lo;

	p = get32(get32(p, &hi), &lo);
	*v = (__u64)hi << 32 | lo;
	return p;
}

static __always_inline const __u8 *get_be16(const __u8 *p, __be16 *v)
{
	memcpy(v, p, 2);
	return p + 2;
}

static const __u8 *get_be32(const __u8 *p, __be32 *v)
{
	memcpy(v, p, 4);
	return p + 4;
}

static const __u8 *get_addr(const __u8 *p, __u8 *v, unsigned int alen)
{
	if (alen == 4)
		memcpy(v, p, 4);
	else
		memcpy(v, p, 16);
	return p + alen;
}

/* These return what follows, NULL if something is not as it must be. */
static const __u8 *get_tcp(const __u8 *p, struct nf_rg_record *rec)
{
	int i;

	rec->tcp_state = *p++;
	rec->tcp[0].scale = *p++;
	rec->tcp[1].scale = *p++;
	rec->tcp[0].flags = *p++;
	rec->tcp[1].flags = *p++;
	if (p[0] > 1 || p[1] || p[2])
		return NULL;
	rec->tcp_exact = p[0];
	p += 3;
	for (i = 0; i < 2; i++) {
		if (rec->tcp[i].scale > REC_SCALE_MAX)
			return NULL;
		p = get32(p, &rec->tcp[i].end);
	}
	return p;
}

static const __u8 *get_sctp(const __u8 *p, struct nf_rg_sctp *sctp)
{
	sctp->state = *p++;
	sctp->init[0] = *p++;
	sctp->init[1] = *p++;
	sctp->last_dir = *p++;
	sctp->flags = *p++;
	if ((sctp->init[0] | sctp->init[1] | sctp->last_dir) > 1)
		return NULL;
	p = get_be32(p, &sctp->vtag[0]);
	return get_be32(p, &sctp->vtag[1]);
}

static const __u8 *get_dccp(const __u8 *p, struct nf_rg_dccp *dccp)
{
	dccp->role = *p++;
	dccp->state = *p++;
	dccp->last_pkt = *p++;
	dccp->last_dir = *p++;
	if ((dccp->role | dccp->last_dir) > 1)
		return NULL;
	return get64(p, &dccp->handshake_seq);
}

static noinline const __u8 *get_proto(const __u8 *p, struct nf_rg_record *rec)
{
	switch (rec->l4) {
	case IPPROTO_SCTP:
		return get_sctp(p, &rec->sctp);
	case IPPROTO_DCCP:
		return get_dccp(p, &rec->dccp);
	case IPPROTO_GRE:
		return get32(get32(p, &rec->gre.timeout), &rec->gre.stream_timeout);
	}
	return p;
}

static const __u8 *get_offset(const __u8 *p, __s32 *v)
{
	__u32 u;

	p = get32(p, &u);
	*v = (__s32)u;
	return p;
}

/* A name goes to places that take it for a string, and is compared as a whole. */
static const __u8 *get_helper(const __u8 *p, struct nf_rg_record *rec)
{
	unsigned int i, len = 0;

	memcpy(rec->helper, p, REC_HELPER);
	while (len < REC_HELPER && p[len] > ' ' && p[len] <= '~')
		len++;
	if (!len || len == REC_HELPER)
		return NULL;
	for (i = len; i < REC_HELPER; i++)
		if (p[i])
			return NULL;
	return p + REC_HELPER;
}

static int is_zero(const __u8 *p, unsigned int len)
{
	while (len--)
		if (p[len])
			return 0;
	return 1;
}

static const __u8 *get_expect(const __u8 *p, struct nf_rg_expect *exp, unsigned int alen)
{
	memset(exp, 0, sizeof(*exp));
	exp->l4 = *p++;
	exp->class = *p++;
	exp->flags = *p++;
	exp->fn = *p++;
	p = get32(p, &exp->timeout);
	p = get_addr(p, exp->tuple.src, alen);
	p = get_addr(p, exp->tuple.dst, alen);
	p = get_addr(p, exp->saved, alen);
	p = get_be16(p, &exp->tuple.sport);
	p = get_be16(p, &exp->tuple.dport);
	p = get_be16(p, &exp->saved_port);
	if (exp->class > NF_RG_EXP_CLASS_MAX || exp->fn > NF_RG_EXP_FN_MAX ||
	    exp->flags & ~NF_RG_EXP_F_MASK)
		return NULL;
	/* One helper, if any. */
	if (exp->flags & NF_RG_EXP_F_HELPER && exp->flags & NF_RG_EXP_F_H323)
		return NULL;
	if (!(exp->flags & NF_RG_EXP_F_SRC) && !is_zero(exp->tuple.src, alen))
		return NULL;
	if (!(exp->flags & NF_RG_EXP_F_SPORT) && exp->tuple.sport)
		return NULL;
	return p;
}

static const __u8 *get_master(const __u8 *p, struct nf_rg_record *rec, unsigned int alen)
{
	memset(&rec->master, 0, sizeof(rec->master));
	rec->master_l4 = *p++;
	p = get_addr(p, rec->master.src, alen);
	p = get_addr(p, rec->master.dst, alen);
	p = get_be16(p, &rec->master.sport);
	return get_be16(p, &rec->master.dport);
}

static const __u8 *get_pptp(const __u8 *p, struct nf_rg_pptp *pptp)
{
	int i;

	memset(pptp, 0, sizeof(*pptp));
	pptp->session = *p++;
	pptp->call = *p++;
	pptp->mapped = *p++;
	if (pptp->mapped > 1 || *p++)
		return NULL;
	for (i = 0; i < 2; i++)
		p = get_be16(p, &pptp->id[i]);
	for (i = 0; i < 2; i++)
		p = get_be16(p, &pptp->inside[i]);
	if (!pptp->mapped && !is_zero(p, 8))
		return NULL;
	for (i = 0; i < 2; i++)
		p = get_be16(get_be16(p, &pptp->key[i][0]), &pptp->key[i][1]);
	return p;
}

static const __u8 *get_h323(const __u8 *p, struct nf_rg_h323 *h323)
{
	int i;

	p = get_be16(get_be16(p, &h323->sig_port[0]), &h323->sig_port[1]);
	for (i = 0; i < NF_RG_H323_CHANNELS; i++)
		p = get_be16(get_be16(p, &h323->rtp_port[i][0]), &h323->rtp_port[i][1]);
	p = get32(p, &h323->timeout);
	return get16(get16(p, &h323->follows[0]), &h323->follows[1]);
}

static const __u8 *get_last_sections(const __u8 *p, struct nf_rg_record *rec)
{
	unsigned int i, n = nf_rg_record_timeouts(rec->l4);

	if (rec->sections & NF_RG_SEC_H323)
		p = get_h323(p, &rec->h323);
	if (rec->sections & NF_RG_SEC_SYNPROXY) {
		p = get32(get32(p, &rec->synproxy.isn), &rec->synproxy.its);
		p = get32(p, &rec->synproxy.tsoff);
	}
	if (rec->sections & NF_RG_SEC_TIMEOUTS)
		for (i = 0; i < n; i++)
			p = get32(p, &rec->timeouts[i]);
	return p;
}

static noinline const __u8 *get_sections(const __u8 *p, struct nf_rg_record *rec,
					 unsigned int alen)
{
	int i;

	if (rec->sections & NF_RG_SEC_LABELS)
		for (i = 0; i < 4; i++)
			p = get32(p, &rec->labels[i]);
	if (rec->sections & NF_RG_SEC_ACCT)
		for (i = 0; i < 2; i++)
			p = get64(get64(p, &rec->acct[i].packets), &rec->acct[i].bytes);
	if (rec->sections & NF_RG_SEC_TSTAMP)
		p = get64(p, &rec->start);
	if (rec->sections & NF_RG_SEC_SEQADJ)
		for (i = 0; i < 2; i++) {
			p = get32(p, &rec->seqadj[i].correction_pos);
			p = get_offset(p, &rec->seqadj[i].offset_before);
			p = get_offset(p, &rec->seqadj[i].offset_after);
		}
	if (rec->sections & NF_RG_SEC_HELPER)
		p = get_helper(p, rec);
	if (rec->sections & NF_RG_SEC_EXPECT)
		for (i = 0; p && i < rec->n_expect; i++)
			p = get_expect(p, &rec->expect[i], alen);
	if (p && rec->sections & NF_RG_SEC_MASTER)
		p = get_master(p, rec, alen);
	if (p && rec->sections & NF_RG_SEC_SIP) {
		p = get32(get32(p, &rec->sip.register_cseq), &rec->sip.invite_cseq);
		p = get_be16(p, &rec->sip.port);
	}
	if (p && rec->sections & NF_RG_SEC_PPTP)
		p = get_pptp(p, &rec->pptp);
	return p ? get_last_sections(p, rec) : NULL;
}

/* Is nothing said that has no meaning? */
static int state_known(const struct nf_rg_record *rec)
{
	if (rec->status & ~NF_RG_ST_MASK || rec->flags & ~(NF_RG_REC_F_NEW | NF_RG_REC_F_ZONE))
		return 0;
	/* It is the helper that expects, and keeps. */
	if (rec->sections &
		    (NF_RG_SEC_EXPECT | NF_RG_SEC_SIP | NF_RG_SEC_PPTP | NF_RG_SEC_H323) &&
	    !(rec->sections & NF_RG_SEC_HELPER))
		return 0;
	if (rec->sections & NF_RG_SEC_TIMEOUTS && !nf_rg_record_timeouts(rec->l4))
		return 0;
	/* The kernel would look for the offsets without asking whether there are any. */
	return !(rec->status & NF_RG_ST_SEQ_ADJUST) || rec->sections & NF_RG_SEC_SEQADJ;
}

static __always_inline const __u8 *get_addrs(const __u8 *p, struct nf_rg_record *rec,
					     const unsigned int alen)
{
	memcpy(rec->orig.src, p, alen);
	memcpy(rec->orig.dst, p + alen, alen);
	memcpy(rec->reply.src, p + 2 * alen, alen);
	memcpy(rec->reply.dst, p + 3 * alen, alen);
	return p + 4 * alen;
}

static int get_state(const __u8 *p, struct nf_rg_record *rec, unsigned int alen)
{
	p = get32(p, &rec->version);
	p += 2;
	p = get16(p, &rec->zone);
	p += 2;
	p = get16(p, &rec->status);
	p = get32(p, &rec->timeout);
	p = get32(p, &rec->mark);
	p = alen == 4 ? get_addrs(p, rec, 4) : get_addrs(p, rec, 16);
	p = get_be16(p, &rec->orig.sport);
	p = get_be16(p, &rec->orig.dport);
	p = get_be16(p, &rec->reply.sport);
	p = get_be16(p, &rec->reply.dport);
	if (!state_known(rec))
		return -EBADMSG;
	p = rec->l4 == IPPROTO_TCP ? get_tcp(p, rec) : get_proto(p, rec);
	if (p && rec->sections)
		p = get_sections(p, rec, alen);
	return p ? 0 : -EBADMSG;
}

static int get_delete(const __u8 *p, struct nf_rg_record *rec, unsigned int alen)
{
	p += 2;
	p = get16(p, &rec->zone);
	p = get_addr(p, rec->orig.src, alen);
	p = get_addr(p, rec->orig.dst, alen);
	p = get_be16(p, &rec->orig.sport);
	get_be16(p, &rec->orig.dport);
	return rec->flags & ~NF_RG_REC_F_ZONE ? -EBADMSG : 0;
}

static noinline int decode_control(struct nf_rg_record *rec, const __u8 *buf, unsigned int len,
				   unsigned int rlen)
{
	int verified;

	if (!rlen || rlen != control_len(rec->flags))
		return -EBADMSG;
	if (len < rlen)
		return -ENODATA;
	/* Only what was verified has a sequence number. */
	verified = rec->flags == NF_RG_CTL_VERIFIED;
	if (rec->mapping || verified != !!rec->incarnation)
		return -EBADMSG;
	memcpy(rec->buckets, buf + REC_HEAD, rlen - REC_HEAD);
	return (int)rlen;
}

/*
 * Does a record of @rlen bytes have the length that it must have?  Expectations fill what is left.
 */
static int length_fits(struct nf_rg_record *rec, unsigned int rlen, unsigned int alen)
{
	unsigned int len = record_len(rec->type, alen, rec->l4, rec->sections);

	if (!(rec->sections & NF_RG_SEC_EXPECT))
		return rlen == len;
	if (rlen <= len || (rlen - len) % expect_len(alen) ||
	    (rlen - len) / expect_len(alen) > NF_RG_EXPECT_MAX)
		return 0;
	rec->n_expect = (__u8)((rlen - len) / expect_len(alen));
	return 1;
}

/**
 * nf_rg_record_decode - read the record at the front of a buffer
 * @rec: filled in; undefined after an error
 * @buf: the bytes
 * @len: how many
 *
 * Strict: a record that this function takes is written again by nf_rg_record_encode() as the same
 * bytes.
 *
 * Return: bytes consumed; -ENODATA if @len ends within the record, -EBADMSG if it is not well
 * formed.
 */
int nf_rg_record_decode(struct nf_rg_record *rec, const __u8 *buf, unsigned int len)
{
	unsigned int alen, at;
	int state, err;
	const __u8 *p;
	__u16 rlen;

	if (len < REC_HEAD)
		return -ENODATA;
	memset(rec, 0, NF_RG_REC_HEAD_SIZE);
	rec->type = buf[0];
	rec->flags = buf[1];
	get16(buf + 2, &rlen);
	p = get32(buf + 4, &rec->mapping);
	p = get64(p, &rec->incarnation);
	if (rec->type == NF_RG_REC_CONTROL)
		return decode_control(rec, buf, len, rlen);
	if (rec->type != NF_RG_REC_STATE && rec->type != NF_RG_REC_DELETE)
		return -EBADMSG;

	state = rec->type == NF_RG_REC_STATE;
	at = state ? REC_HEAD + 4 : REC_HEAD;
	if (rlen < (state ? REC_STATE_HEAD : REC_HEAD + 2))
		return -EBADMSG;
	if (len < rlen)
		return -ENODATA;
	rec->l3 = buf[at];
	rec->l4 = buf[at + 1];
	if (state)
		get16(buf + REC_SECTIONS, &rec->sections);
	alen = addr_len(rec->l3);
	if (!alen || rec->sections & ~NF_RG_SEC_MASK || !length_fits(rec, rlen, alen))
		return -EBADMSG;
	if ((rec->flags & NF_RG_REC_F_ZONE) == NF_RG_REC_F_ZONE)
		return -EBADMSG;
	if (!rec->mapping || rec->mapping > REC_MAPPING_MAX)
		return -EBADMSG;

	err = state ? get_state(p, rec, alen) : get_delete(p, rec, alen);
	return err ? err : (int)rlen;
}
