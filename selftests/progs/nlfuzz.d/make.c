// SPDX-License-Identifier: GPL-2.0-or-later
/* Chance, and batches of records made by it, with the codec of the module. */
#include "make.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/nf_rg.h>

#include "record.h"

#define PAST	64	/* records that come again */

static struct nf_rg_record past[PAST];
static uint32_t n_past;
static unsigned long records;

static uint64_t state;

void rnd_seed(uint32_t seed)
{
	state = seed * 2654435761ull + 1;
}

/* xorshift64* */
uint32_t rnd(uint32_t n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dull) >> 32) % n;
}

bool one_in(uint32_t n)
{
	return !rnd(n);
}

uint32_t odd_number(void)
{
	static const uint32_t odd[] = {
		0, 1, 2, 254, 255, 256, 0x7fff, 0xffff,
		0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
	};

	return odd[rnd(sizeof(odd) / sizeof(odd[0]))];
}

void set_addr(uint8_t *a, int l3, const char *net4, const char *net6, uint32_t n)
{
	int at = l3 == 4 ? 3 : 15;

	memset(a, 0, 16);
	inet_pton(l3 == 4 ? AF_INET : AF_INET6, l3 == 4 ? net4 : net6, a);
	a[at] = (uint8_t)(a[at] + n);
}

static void client(uint8_t *a, int l3)
{
	set_addr(a, l3, "10.0.0.9", "fd00:a::9", rnd(3));
}

static void server(uint8_t *a, int l3)
{
	set_addr(a, l3, "192.0.2.9", "2001:db8:b::9", rnd(2));
}

void pool_addr(uint8_t *a, int l3, uint32_t k, uint32_t n)
{
	set_addr(a, l3, "192.0.2.100", "2001:db8:b::64", 10 * k + n);
}

/* Both tuples, k of mapping MAPPING + k. */
static void make_tuples(struct nf_rg_record *r, uint32_t k)
{
	uint16_t port = (uint16_t)(1024 + rnd(64));

	client(r->orig.src, r->l3);
	server(r->orig.dst, r->l3);
	r->orig.sport = htons(port);
	r->orig.dport = htons(21);
	if (r->l4 == IPPROTO_ICMP)
		r->orig.dport = htons(8 << 8);
	else if (r->l4 == IPPROTO_ICMPV6)
		r->orig.dport = htons(128 << 8);
	memcpy(r->reply.src, r->orig.dst, 16);
	pool_addr(r->reply.dst, r->l3, k, rnd(4));
	r->reply.sport = r->orig.dport;
	r->reply.dport = r->orig.sport;
	if (r->l4 == IPPROTO_ICMP || r->l4 == IPPROTO_ICMPV6) {
		r->reply.sport = r->orig.sport;
		r->reply.dport = r->l4 == IPPROTO_ICMP ? 0 : htons(129 << 8);
	}
	r->status = NF_RG_ST_SRC_NAT;
	if (one_in(6)) {
		pool_addr(r->orig.dst, r->l3, k, 0);
		client(r->reply.src, r->l3);
		memcpy(r->reply.dst, r->orig.src, 16);
		r->status = NF_RG_ST_DST_NAT;
	}
}

static void make_proto(struct nf_rg_record *r)
{
	int i;

	switch (r->l4) {
	case IPPROTO_TCP:
		r->tcp_state = (uint8_t)(1 + rnd(9));
		r->tcp_exact = (uint8_t)rnd(2);
		for (i = 0; i < 2; i++) {
			r->tcp[i].scale = (uint8_t)rnd(15);
			r->tcp[i].flags = (uint8_t)rnd(256);
			r->tcp[i].end = odd_number();
		}
		break;
	case IPPROTO_SCTP:
		r->sctp.state = (uint8_t)(1 + rnd(8));
		r->sctp.vtag[0] = odd_number();
		r->sctp.vtag[1] = odd_number();
		break;
	case IPPROTO_DCCP:
		r->dccp.role = (uint8_t)rnd(2);
		r->dccp.state = (uint8_t)(1 + rnd(7));
		r->dccp.last_dir = (uint8_t)rnd(2);
		break;
	case IPPROTO_GRE:
		r->gre.timeout = odd_number();
		r->gre.stream_timeout = odd_number();
		break;
	}
}

static bool is_h323(const struct nf_rg_record *r)
{
	return !strcmp(r->helper, "RAS") || !strcmp(r->helper, "Q.931") ||
	       !strcmp(r->helper, "H.245");
}

static void make_expect(struct nf_rg_record *r)
{
	struct nf_rg_expect *x;

	r->sections |= NF_RG_SEC_EXPECT;
	for (r->n_expect = 0; r->n_expect < 1 + rnd(4); r->n_expect++) {
		x = &r->expect[r->n_expect];
		x->l4 = r->l4;
		x->class = one_in(8) ? (uint8_t)rnd(4) : 0;
		x->flags = (uint8_t)(rnd(NF_RG_EXP_F_MASK + 1) & ~NF_RG_EXP_F_SPORT);
		/* One helper, and those of H.323 where they mean something. */
		if (x->flags & NF_RG_EXP_F_H323 && (is_h323(r) != one_in(20)))
			x->flags &= (uint8_t)~NF_RG_EXP_F_HELPER;
		else
			x->flags &= (uint8_t)~NF_RG_EXP_F_H323;
		x->fn = (uint8_t)(one_in(40) ? odd_number() : rnd(NF_RG_EXP_FN_MAX + 1));
		x->timeout = one_in(4) ? odd_number() : 1 + rnd(300);
		if (x->flags & NF_RG_EXP_F_SRC)
			server(x->tuple.src, r->l3);
		client(x->tuple.dst, r->l3);
		x->tuple.dport = htons((uint16_t)(5000 + rnd(64)));
		client(x->saved, r->l3);
		x->saved_port = htons((uint16_t)(5000 + rnd(64)));
	}
}

static void make_sip(struct nf_rg_record *r)
{
	r->sections |= NF_RG_SEC_SIP;
	r->sip.register_cseq = odd_number();
	r->sip.invite_cseq = odd_number();
	r->sip.port = htons((uint16_t)odd_number());
}

static void make_pptp(struct nf_rg_record *r)
{
	int i;

	r->sections |= NF_RG_SEC_PPTP;
	memset(&r->pptp, 0, sizeof(r->pptp));
	r->pptp.session = (uint8_t)rnd(one_in(20) ? 256 : 5);
	r->pptp.call = (uint8_t)rnd(one_in(20) ? 256 : 8);
	r->pptp.mapped = (uint8_t)(one_in(3) ? 0 : 1);
	for (i = 0; i < 2; i++) {
		r->pptp.id[i] = htons((uint16_t)rnd(16));
		r->pptp.inside[i] = htons((uint16_t)rnd(16));
		r->pptp.key[i][0] = htons((uint16_t)(r->pptp.mapped * rnd(16)));
		r->pptp.key[i][1] = htons((uint16_t)(r->pptp.mapped * rnd(16)));
	}
}

static void make_h323(struct nf_rg_record *r)
{
	int i;

	r->sections |= NF_RG_SEC_H323;
	memset(&r->h323, 0, sizeof(r->h323));
	for (i = 0; i < 2; i++) {
		r->h323.sig_port[i] = htons((uint16_t)odd_number());
		r->h323.rtp_port[rnd(NF_RG_H323_CHANNELS)][i] = htons((uint16_t)odd_number());
		r->h323.follows[i] = (uint16_t)odd_number();
	}
	r->h323.timeout = odd_number();
}

static void make_sections(struct nf_rg_record *r)
{
	static const char *const tcp[] = { "ftp", "sip", "irc", "pptp", "pptp", "Q.931", "H.245" };
	static const char *const udp[] = { "tftp", "sip", "amanda", "RAS" };
	uint32_t i;

	if (one_in(2))
		r->sections = (uint16_t)rnd(NF_RG_SEC_SEQADJ << 1);
	if (r->sections & NF_RG_SEC_SEQADJ && one_in(2))
		r->status |= NF_RG_ST_SEQ_ADJUST;
	for (i = 0; i < 2; i++) {
		r->seqadj[i].correction_pos = odd_number();
		r->seqadj[i].offset_after = (int32_t)odd_number();
		r->acct[i].packets = odd_number();
		r->labels[i] = odd_number();
	}
	if ((r->l4 == IPPROTO_TCP || r->l4 == IPPROTO_UDP) && one_in(2)) {
		r->sections |= NF_RG_SEC_HELPER;
		strcpy(r->helper, r->l4 == IPPROTO_TCP ? tcp[rnd(7)] : udp[rnd(4)]);
		/* The kernel looks for one that it does not have: that is slow. */
		if (one_in(200))
			strcpy(r->helper, "%s");
		/* One without an end. */
		if (one_in(100))
			memset(r->helper, 'x', sizeof(r->helper));
		if (one_in(2))
			make_expect(r);
		if (!strcmp(r->helper, "sip") != one_in(20))
			make_sip(r);
		if (!strcmp(r->helper, "pptp") != one_in(20))
			make_pptp(r);
		if (is_h323(r) != one_in(20))
			make_h323(r);
	}
	if (n_past && one_in(r->l4 == IPPROTO_GRE ? 2 : 4)) {
		const struct nf_rg_record *m = &past[rnd(n_past)];

		/* A call of PPTP, if one is found soon. */
		for (i = 0; i < 16 && r->l4 == IPPROTO_GRE && !(m->sections & NF_RG_SEC_PPTP); i++)
			m = &past[rnd(n_past)];
		r->sections |= NF_RG_SEC_MASTER;
		r->master_l4 = m->l4;
		r->master = m->orig;
	}
}

static void make_state(struct nf_rg_record *r, uint32_t group)
{
	static const uint8_t protocols[] = {
		IPPROTO_TCP, IPPROTO_TCP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDP, IPPROTO_ICMP,
		IPPROTO_SCTP, IPPROTO_DCCP, IPPROTO_GRE, IPPROTO_UDPLITE,
	};
	uint32_t k = one_in(20) ? rnd(MAPPINGS) : group + GROUPS * rnd(MAPPINGS / GROUPS);

	r->type = NF_RG_REC_STATE;
	r->flags = (uint8_t)rnd(2);
	r->l3 = one_in(3) ? 6 : 4;
	r->l4 = protocols[rnd(sizeof(protocols))];
	if (r->l3 == 6 && r->l4 == IPPROTO_ICMP)
		r->l4 = IPPROTO_ICMPV6;
	r->mapping = MAPPING + k;
	r->incarnation = 1 + rnd(1 << 16);
	r->zone = one_in(8) ? (uint16_t)rnd(3) : 0;
	if (one_in(16))
		r->flags |= one_in(2) ? NF_RG_REC_F_ZONE_ORIG : NF_RG_REC_F_ZONE_REPLY;
	r->timeout = one_in(3) ? odd_number() : 60;
	r->mark = odd_number();
	make_tuples(r, k);
	r->status |= (uint16_t)(rnd(4) * NF_RG_ST_SEEN_REPLY);
	make_proto(r);
	make_sections(r);
}

static void make_record(struct nf_rg_record *r, uint32_t group)
{
	uint32_t kind = rnd(20), i = n_past ? rnd(n_past) : 0;

	memset(r, 0, sizeof(*r));
	/* Another one, if this is of a mapping of the other group. */
	if (n_past && (past[i].mapping - MAPPING) % GROUPS != group)
		i = rnd(n_past);
	if (kind < 11 || !n_past) {
		make_state(r, group);
		past[n_past < PAST ? n_past++ : rnd(PAST)] = *r;
	} else if (kind < 19) {
		*r = past[i];
		r->version = past[i].version += rnd(2);
		if (kind >= 16)
			r->type = NF_RG_REC_DELETE;
		if (r->type == NF_RG_REC_DELETE)
			r->flags &= NF_RG_REC_F_ZONE;
		else
			make_proto(r);
	} else {
		r->type = NF_RG_REC_CONTROL;
		r->flags = (uint8_t)(1 + rnd(NF_RG_CTL_REPAIR_END));
		r->incarnation = r->flags == NF_RG_CTL_VERIFIED ? 1 + rnd(100) : 0;
		r->buckets[rnd(NF_RG_REC_MAP)] = (uint8_t)rnd(256);
	}
	if (one_in(12))
		((uint8_t *)r)[rnd(sizeof(*r))] ^= (uint8_t)(1 << rnd(8));
}

uint32_t make_batch(uint8_t *buf, uint32_t group)
{
	uint32_t n = one_in(200) ? NF_RG_BATCH_RECORDS + 1 : 1 + rnd(10), at = 0;
	struct nf_rg_record r;
	int got;

	while (n--) {
		make_record(&r, group);
		got = nf_rg_record_encode(&r, buf + at, NF_RG_PUSH_MAX - at);
		if (got > 0) {
			records++;
			at += (uint32_t)got;
		}
	}
	if (at && one_in(6))
		buf[rnd(at)] ^= (uint8_t)(1 << rnd(8));
	if (at && one_in(30))
		at = rnd(at);
	return at;
}

/* Returns its length. */
static uint32_t put_ip4(uint8_t *p, const struct nf_rg_tuple *t, uint8_t l4, uint32_t len)
{
	uint32_t sum = 0, i;

	memset(p, 0, 20);
	p[0] = 0x45;
	p[3] = (uint8_t)(20 + len);
	p[8] = 64;
	p[9] = l4;
	memcpy(p + 12, t->src, 4);
	memcpy(p + 16, t->dst, 4);
	for (i = 0; i < 20; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	sum = (sum >> 16) + (sum & 0xffff);
	sum = ~(sum + (sum >> 16));
	p[10] = (uint8_t)(sum >> 8);
	p[11] = (uint8_t)sum;
	return 20;
}

static uint32_t put_ip6(uint8_t *p, const struct nf_rg_tuple *t, uint8_t l4, uint32_t len)
{
	memset(p, 0, 8);
	p[0] = 0x60;
	p[5] = (uint8_t)len;
	p[6] = l4;
	p[7] = 64;
	memcpy(p + 8, t->src, 16);
	memcpy(p + 24, t->dst, 16);
	return 40;
}

/* The checksum of layer 4 is left to net.netfilter.nf_conntrack_checksum=0. */
uint32_t make_packet(uint8_t *frame)
{
	const struct nf_rg_record *r = &past[n_past ? rnd(n_past) : 0];
	const struct nf_rg_tuple *t = one_in(2) ? &r->orig : &r->reply;
	uint8_t *p = frame + 14, *l4;
	uint32_t len = 24 + rnd(20), i;

	if (!n_past)
		return 0;
	memset(frame, 0, 12);	/* the addresses of lo */
	frame[12] = r->l3 == 4 ? 0x08 : 0x86;
	frame[13] = r->l3 == 4 ? 0x00 : 0xdd;
	l4 = p + (r->l3 == 4 ? put_ip4(p, t, r->l4, len) : put_ip6(p, t, r->l4, len));
	for (i = 0; i < len; i++)
		l4[i] = (uint8_t)rnd(256);
	if (r->l4 == IPPROTO_ICMP || r->l4 == IPPROTO_ICMPV6) {
		memcpy(l4, &t->dport, 2);
		memcpy(l4 + 4, &t->sport, 2);
	} else {
		memcpy(l4, &t->sport, 2);
		memcpy(l4 + 2, &t->dport, 2);
	}
	if (r->l4 == IPPROTO_TCP) {
		l4[12] = one_in(2) ? 0x50 : 0x60;
		l4[13] = (uint8_t)(1 << rnd(5) | (one_in(4) ? 0 : 0x10));
	} else if (r->l4 == IPPROTO_UDP) {
		l4[4] = 0;
		l4[5] = (uint8_t)len;
	}
	return (uint32_t)(l4 - frame) + len;
}

unsigned long records_made(void)
{
	return records;
}
