// SPDX-License-Identifier: GPL-2.0
/* From a connection to a record. */
#include "export.h"

#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "expect.h"
#include "ext.h"
#include "helper.h"
#include "proto.h"
#include "track.h"
#include "window.h"

static void export_tuple(const struct nf_conntrack_tuple *t, struct nf_rg_tuple *out)
{
	/* Of an IPv4 address the rest is zero in the core's tuple as well. */
	memcpy(out->src, &t->src.u3, sizeof(out->src));
	memcpy(out->dst, &t->dst.u3, sizeof(out->dst));
	out->sport = t->src.u.all;
	out->dport = t->dst.u.all;
}

static void export_tcp(struct nf_rg_entry *e, struct nf_rg_record *rec)
{
	struct nf_conn *ct = e->ct;
	const struct ip_ct_tcp *tcp = &ct->proto.tcp;
	int i;

	spin_lock(&ct->lock);
	for (i = 0; i < IP_CT_DIR_MAX; i++) {
		rec->tcp[i].scale = tcp->seen[i].td_scale;
		rec->tcp[i].flags = tcp->seen[i].flags;
	}
	nf_rg_window_export(e, rec);
	spin_unlock(&ct->lock);
}

static u16 export_status(unsigned long status)
{
	u16 out = 0;

	if (status & IPS_SEEN_REPLY)
		out |= NF_RG_ST_SEEN_REPLY;
	if (status & IPS_ASSURED)
		out |= NF_RG_ST_ASSURED;
	if (status & IPS_SRC_NAT)
		out |= NF_RG_ST_SRC_NAT;
	if (status & IPS_DST_NAT)
		out |= NF_RG_ST_DST_NAT;
	return out;
}

static u8 export_zone_dir(u8 dir)
{
	switch (dir) {
	case NF_CT_ZONE_DIR_ORIG:
		return NF_RG_REC_F_ZONE_ORIG;
	case NF_CT_ZONE_DIR_REPL:
		return NF_RG_REC_F_ZONE_REPLY;
	}
	return 0;
}

/**
 * nf_rg_export_core - write down what the digests cover
 * @e: the entry of a connection
 * @rec: filled in, but for what changes with every packet
 *
 * Context: the group's lock held.
 */
void nf_rg_export_core(const struct nf_rg_entry *e, struct nf_rg_record *rec)
{
	const struct nf_conn *ct = e->ct;

	/* All that is always defined, but what follows writes all of: it is not cleared twice. */
	rec->tcp_state = 0;
	rec->tcp_exact = 0;
	rec->sections = 0;
	rec->timeout = 0;
	memset(&rec->tcp, 0, sizeof(rec->tcp));
	rec->type = NF_RG_REC_STATE;
	rec->flags = export_zone_dir(nf_ct_zone(ct)->dir);
	rec->l3 = nf_ct_l3num(ct) == NFPROTO_IPV4 ? 4 : 6;
	rec->l4 = nf_ct_protonum(ct);
	rec->zone = nf_ct_zone(ct)->id;
	rec->mapping = nf_rg_entry_map(e)->id;
	rec->incarnation = e->incarnation;
	rec->version = e->version;
	rec->status = export_status(READ_ONCE(ct->status));
	rec->mark = READ_ONCE(ct->mark) & ~nf_rg_entry_map(e)->group->rn->mark_mask;
	export_tuple(nf_ct_tuple(ct, IP_CT_DIR_ORIGINAL), &rec->orig);
	export_tuple(nf_ct_tuple(ct, IP_CT_DIR_REPLY), &rec->reply);
	if (rec->l4 == IPPROTO_TCP)
		rec->tcp_state = READ_ONCE(ct->proto.tcp.state);
	nf_rg_helper_export(ct, rec);
}

static void export_master(const struct nf_conn *ct, struct nf_rg_record *rec)
{
	const struct nf_conn *master = ct->master;

	if (!master || nf_ct_l3num(master) != nf_ct_l3num(ct))
		return;
	rec->sections |= NF_RG_SEC_MASTER;
	rec->master_l4 = nf_ct_protonum(master);
	export_tuple(nf_ct_tuple(master, IP_CT_DIR_ORIGINAL), &rec->master);
}

/* Seconds that are left to it; while it is held, that were before. */
static u32 export_timeout(const struct nf_rg_entry *e)
{
	if (e->held && READ_ONCE(e->ct->timeout) == e->hold)
		return e->timeout;
	return nf_ct_expires(e->ct) / HZ;
}

/**
 * nf_rg_export_entry - write down what a connection is now
 * @e: its entry
 * @rec: filled in
 *
 * Context: the group's lock held; takes ct->lock.
 */
void nf_rg_export_entry(struct nf_rg_entry *e, struct nf_rg_record *rec)
{
	struct nf_conn *ct = e->ct;

	nf_rg_export_core(e, rec);
	if (!e->acked)
		rec->flags |= NF_RG_REC_F_NEW;
	rec->timeout = export_timeout(e);
	if (rec->l4 == IPPROTO_TCP)
		export_tcp(e, rec);
	else
		nf_rg_proto_export(ct, rec);
	nf_rg_ext_export(ct, rec);
	if (rec->sections & NF_RG_SEC_HELPER)
		nf_rg_expect_export(nf_rg_entry_map(e)->group->rn, ct, rec);
	if (test_bit(IPS_EXPECTED_BIT, &ct->status))
		export_master(ct, rec);
}

/**
 * nf_rg_export_tomb - write down that a connection ended
 * @t: its tombstone
 * @rec: filled in
 */
void nf_rg_export_tomb(const struct nf_rg_tomb *t, struct nf_rg_record *rec)
{
	memset(rec, 0, NF_RG_REC_HEAD_SIZE);
	rec->type = NF_RG_REC_DELETE;
	rec->flags = export_zone_dir(t->zone_dir);
	rec->l3 = t->tuple.src.l3num == NFPROTO_IPV4 ? 4 : 6;
	rec->l4 = t->tuple.dst.protonum;
	rec->zone = t->zone;
	rec->mapping = t->mapping;
	rec->incarnation = t->incarnation;
	export_tuple(&t->tuple, &rec->orig);
}
