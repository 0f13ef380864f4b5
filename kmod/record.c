// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The record codec.  See record.h for the layouts. */
#include "record.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#endif

#define REC_HEAD	16	/* what every record begins with */
#define REC_STATE_HEAD	(REC_HEAD + 20)
#define REC_TCP		(8 + 2 * 12)
#define REC_SCALE_MAX	14	/* RFC 7323, section 2.3 */
#define REC_MAPPING_MAX	0x7fffffffu

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

static __u8 *put64(__u8 *p, __u64 v)
{
	return put32(put32(p, v >> 32), v);
}

/* What is in network order already.  Fixed lengths: a copy is an instruction or two. */
static __u8 *put_be16(__u8 *p, const __be16 *v)
{
	memcpy(p, v, 2);
	return p + 2;
}

static __u8 *put_addr(__u8 *p, const __u8 *v, unsigned int alen)
{
	if (alen == 4)
		memcpy(p, v, 4);
	else
		memcpy(p, v, 16);
	return p + alen;
}

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

static const __u8 *get64(const __u8 *p, __u64 *v)
{
	__u32 hi, lo;

	p = get32(get32(p, &hi), &lo);
	*v = (__u64)hi << 32 | lo;
	return p;
}

static const __u8 *get_be16(const __u8 *p, __be16 *v)
{
	memcpy(v, p, 2);
	return p + 2;
}

static const __u8 *get_addr(const __u8 *p, __u8 *v, unsigned int alen)
{
	if (alen == 4)
		memcpy(v, p, 4);
	else
		memcpy(v, p, 16);
	return p + alen;
}

/* Returns the address length of @l3 in bytes, 0 if it is neither 4 nor 6. */
static unsigned int addr_len(__u8 l3)
{
	return l3 == 4 ? 4 : l3 == 6 ? 16 : 0;
}

/* Returns the length of a whole record, 0 if @type is unknown. */
static unsigned int record_len(__u8 type, unsigned int alen, __u8 l4)
{
	switch (type) {
	case NF_RG_REC_STATE:
		return REC_STATE_HEAD + 4 * alen + 8 + (l4 == IPPROTO_TCP ? REC_TCP : 0);
	case NF_RG_REC_DELETE:
		return REC_HEAD + 4 + 2 * alen + 4;
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
	memset(p, 0, 3);
	p += 3;
	for (i = 0; i < 2; i++) {
		p = put32(p, rec->tcp[i].end);
		p = put32(p, rec->tcp[i].maxend);
		p = put32(p, rec->tcp[i].maxack);
	}
	return p;
}

static __u8 *put_state(__u8 *p, const struct nf_rg_record *rec, unsigned int alen)
{
	p = put32(p, rec->version);
	*p++ = rec->l3;
	*p++ = rec->l4;
	p = put16(p, rec->zone);
	p = put32(p, rec->status);
	p = put32(p, rec->timeout);
	p = put32(p, rec->mark);
	p = put_addr(p, rec->orig.src, alen);
	p = put_addr(p, rec->orig.dst, alen);
	p = put_addr(p, rec->reply.src, alen);
	p = put_addr(p, rec->reply.dst, alen);
	p = put_be16(p, &rec->orig.sport);
	p = put_be16(p, &rec->orig.dport);
	p = put_be16(p, &rec->reply.sport);
	p = put_be16(p, &rec->reply.dport);
	return rec->l4 == IPPROTO_TCP ? put_tcp(p, rec) : p;
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

/**
 * nf_rg_record_encode - write one record
 * @rec: what to write
 * @buf: where to
 * @cap: bytes that @buf takes
 *
 * Return: bytes written; -ENOSPC if @cap is too small, -EINVAL if @rec is none (type or layer 3
 * unknown).  Nothing is written then.
 */
int nf_rg_record_encode(const struct nf_rg_record *rec, __u8 *buf, unsigned int cap)
{
	unsigned int alen = addr_len(rec->l3);
	unsigned int len = record_len(rec->type, alen, rec->l4);
	__u8 *p = buf;

	if (!alen || !len)
		return -EINVAL;
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

static int get_tcp(const __u8 *p, struct nf_rg_record *rec)
{
	int i;

	rec->tcp_state = *p++;
	rec->tcp[0].scale = *p++;
	rec->tcp[1].scale = *p++;
	rec->tcp[0].flags = *p++;
	rec->tcp[1].flags = *p++;
	if (p[0] | p[1] | p[2])
		return -EBADMSG;
	p += 3;
	for (i = 0; i < 2; i++) {
		if (rec->tcp[i].scale > REC_SCALE_MAX)
			return -EBADMSG;
		p = get32(p, &rec->tcp[i].end);
		p = get32(p, &rec->tcp[i].maxend);
		p = get32(p, &rec->tcp[i].maxack);
	}
	return 0;
}

static int get_state(const __u8 *p, struct nf_rg_record *rec, unsigned int alen)
{
	p = get32(p, &rec->version);
	p += 2;
	p = get16(p, &rec->zone);
	p = get32(p, &rec->status);
	p = get32(p, &rec->timeout);
	p = get32(p, &rec->mark);
	p = get_addr(p, rec->orig.src, alen);
	p = get_addr(p, rec->orig.dst, alen);
	p = get_addr(p, rec->reply.src, alen);
	p = get_addr(p, rec->reply.dst, alen);
	p = get_be16(p, &rec->orig.sport);
	p = get_be16(p, &rec->orig.dport);
	p = get_be16(p, &rec->reply.sport);
	p = get_be16(p, &rec->reply.dport);
	if (rec->status & ~(__u32)NF_RG_ST_MASK || rec->flags & ~NF_RG_REC_F_NEW)
		return -EBADMSG;
	return rec->l4 == IPPROTO_TCP ? get_tcp(p, rec) : 0;
}

static int get_delete(const __u8 *p, struct nf_rg_record *rec, unsigned int alen)
{
	p += 2;
	p = get16(p, &rec->zone);
	p = get_addr(p, rec->orig.src, alen);
	p = get_addr(p, rec->orig.dst, alen);
	p = get_be16(p, &rec->orig.sport);
	get_be16(p, &rec->orig.dport);
	return rec->flags ? -EBADMSG : 0;
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
	const __u8 *p;
	__u16 rlen;
	int err;

	if (len < REC_HEAD)
		return -ENODATA;
	memset(rec, 0, sizeof(*rec));
	rec->type = buf[0];
	rec->flags = buf[1];
	get16(buf + 2, &rlen);
	p = get32(buf + 4, &rec->mapping);
	p = get64(p, &rec->incarnation);
	if (rec->type != NF_RG_REC_STATE && rec->type != NF_RG_REC_DELETE)
		return -EBADMSG;

	at = rec->type == NF_RG_REC_STATE ? REC_HEAD + 4 : REC_HEAD;
	if (rlen < at + 2)
		return -EBADMSG;
	if (len < rlen)
		return -ENODATA;
	rec->l3 = buf[at];
	rec->l4 = buf[at + 1];
	alen = addr_len(rec->l3);
	if (!alen || rlen != record_len(rec->type, alen, rec->l4))
		return -EBADMSG;
	if (!rec->mapping || rec->mapping > REC_MAPPING_MAX)
		return -EBADMSG;

	err = rec->type == NF_RG_REC_STATE ? get_state(p, rec, alen) : get_delete(p, rec, alen);
	return err ? err : (int)rlen;
}
