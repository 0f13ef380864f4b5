// SPDX-License-Identifier: GPL-2.0
/*
 * From a record to a connection: what the standby's conntrack table gets.
 *
 * The order is that of the core.  nf_conntrack_alloc() takes the reply tuple as it already is,
 * translated; extensions must be there before the connection is confirmed;
 * nf_conntrack_hash_check_insert() publishes it, if neither of its tuples is taken.
 */
#include "create.h"

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "compat/compat.h"
#include "ecache.h"
#include "ext.h"
#include "helper.h"
#include "proto.h"
#include "role.h"
#include "track.h"

/**
 * nf_rg_flow_tuple - one direction in the kernel's terms
 * @rec: the record
 * @t: the direction, of @rec
 * @dir: IP_CT_DIR_*
 * @out: filled in
 */
void nf_rg_flow_tuple(const struct nf_rg_record *rec, const struct nf_rg_tuple *t, u8 dir,
		      struct nf_conntrack_tuple *out)
{
	memset(out, 0, sizeof(*out));
	out->src.l3num = rec->l3 == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	/* Of an IPv4 address the rest is zero, in a record as in the core. */
	memcpy(&out->src.u3, t->src, sizeof(t->src));
	memcpy(&out->dst.u3, t->dst, sizeof(t->dst));
	out->src.u.all = t->sport;
	out->dst.u.all = t->dport;
	out->dst.protonum = rec->l4;
	out->dst.dir = dir;
}

/*
 * Nothing may be out of the window until the connection has shown where it stands: the
 * acknowledgments that died with the other router would make the first packet of each side set a
 * window that the connection is not in, for ever.  window.c learns it, and keeps guard meanwhile.
 */
static void flow_tcp(const struct nf_rg_record *rec, struct ip_ct_tcp *tcp)
{
	int i;

	tcp->state = rec->tcp_state;
	tcp->last_dir = 0;
	tcp->retrans = 0;
	for (i = 0; i < IP_CT_DIR_MAX; i++) {
		struct ip_ct_tcp_state *seen = &tcp->seen[i];

		seen->td_end = 0;
		seen->td_maxend = 0;
		seen->td_maxwin = 0;
		seen->td_maxack = 0;
		seen->td_scale = rec->tcp[i].scale;
		seen->flags = (rec->tcp[i].flags & ~IP_CT_TCP_FLAG_MAXACK_SET) |
			      IP_CT_TCP_FLAG_BE_LIBERAL;
	}
}

static void flow_proto(const struct nf_rg_record *rec, struct nf_conn *ct)
{
	if (rec->l4 == IPPROTO_TCP)
		flow_tcp(rec, &ct->proto.tcp);
	else
		nf_rg_proto_install(rec, ct);
}

static unsigned long flow_status(const struct nf_rg_record *rec)
{
	unsigned long status = 0;

	if (rec->status & NF_RG_ST_SEEN_REPLY)
		status |= IPS_SEEN_REPLY;
	if (rec->status & NF_RG_ST_ASSURED)
		status |= IPS_ASSURED;
	return status;
}

/*
 * Makes @ct one that NAT has set up.
 *
 * nf_nat_setup_info() would do that, but it looks for what is known already: twice it hashes
 * tuples to see whether the translated one is free, which nf_conntrack_hash_check_insert() does
 * anyway, and it links the connection into the table by source.  That table is asked only for
 * translations whose ports are not chosen at random, to give one source the same port for other
 * destinations; ours are random.  What unlinks the connection in the end (by IPS_SRC_NAT_DONE)
 * finds a node that is linked to itself.
 */
static void flow_nat(const struct nf_rg_record *rec, struct nf_conn *ct)
{
	/* nf_conntrack_alloc() leaves this node as the connection before had it. */
	INIT_HLIST_NODE(&ct->nat_bysource);
	hlist_add_fake(&ct->nat_bysource);
	ct->status |= IPS_SRC_NAT_DONE | IPS_DST_NAT_DONE;
	if (rec->status & NF_RG_ST_SRC_NAT)
		ct->status |= IPS_SRC_NAT;
	if (rec->status & NF_RG_ST_DST_NAT)
		ct->status |= IPS_DST_NAT;
}

/* Everything that must be there before others can see @ct. */
static int flow_extend(const struct nf_rg_flow *flow, struct nf_conn *ct)
{
	int reason = nf_rg_helper_add(flow->rec, ct);

	if (reason)
		return reason;
	if (!nf_rg_ext_add(flow->rec, ct) || !nf_rg_ecache_add(ct))
		return NF_RG_REASON_MEMORY;
	nf_rg_entry_reserve(ct);
	ct->mark = nf_rg_mapping_mark(flow->m, flow->rec->mark);
	memset(&ct->proto, 0, sizeof(ct->proto));
	flow_proto(flow->rec, ct);
	ct->status |= IPS_CONFIRMED | flow_status(flow->rec);
	ct->timeout = nfct_time_stamp + nf_rg_role_hold_time();
	return NF_RG_REASON_NONE;
}

static int reason_of(int err)
{
	switch (err) {
	case -EEXIST:
		return NF_RG_REASON_CLASH;
	case -ENOSPC:
		return NF_RG_REASON_CAPACITY;
	default:
		return NF_RG_REASON_MEMORY;
	}
}

/* The core would make room by dropping somebody else's connection.  0 is no limit. */
static bool is_full(const struct nf_rg_net *rn)
{
	unsigned int max = READ_ONCE(nf_conntrack_max);

	return max && nf_conntrack_count(rn->net) >= max;
}

static int flow_try(struct nf_rg_net *rn, const struct nf_rg_flow *flow, struct nf_conn **out_ct,
		    struct nf_rg_entry **out, bool *again)
{
	struct nf_conn *ct;
	int reason, err;

	*again = false;
	if (is_full(rn))
		return NF_RG_REASON_CAPACITY;
	ct = nf_conntrack_alloc(rn->net, &flow->zone, &flow->orig, &flow->reply, GFP_ATOMIC);
	if (IS_ERR(ct))
		return NF_RG_REASON_MEMORY;
	/* Which helper it has says the record, not the ports that older kernels would look at. */
	ct->status |= IPS_HELPER;
	flow_nat(flow->rec, ct);
	reason = flow_extend(flow, ct);
	if (reason) {
		nf_rg_helper_drop(ct);
		nf_conntrack_free(ct);
		return reason;
	}
	err = nf_conntrack_hash_check_insert(ct);
	if (err) {
		*again = err == -EAGAIN;
		nf_rg_helper_drop(ct);
		nf_conntrack_free(ct);
		return reason_of(err);
	}
	err = nf_rg_track_add(rn, flow->m, ct, flow->rec->incarnation, false, out);
	if (err) {
		nf_ct_delete(ct, 0, 0);
		nf_ct_put(ct);
		return reason_of(err);
	}
	*out_ct = ct;
	return NF_RG_REASON_NONE;
}

/**
 * nf_rg_flow_create - make a connection and its entry
 * @rn: the namespace
 * @flow: what it is
 * @ct: the connection, with a reference
 * @out: the entry, valid as long as that reference, and under RCU
 *
 * Context: process, rcu_read_lock() held, bottom halves off.
 * Return: enum nf_rg_reason, with nothing in @ct and @out if there is one; NF_RG_REASON_CLASH if
 * one of its tuples is taken.
 */
int nf_rg_flow_create(struct nf_rg_net *rn, const struct nf_rg_flow *flow, struct nf_conn **ct,
		      struct nf_rg_entry **out)
{
	bool again;
	int reason;

	/*
	 * -EAGAIN: a helper or timeout policy was unregistered meanwhile; the next try sees the
	 * new generation.
	 */
	reason = flow_try(rn, flow, ct, out, &again);
	return again ? flow_try(rn, flow, ct, out, &again) : reason;
}

/**
 * nf_rg_flow_update - bring a standby's connection to what the record says
 * @flow: what it is now
 * @ct: the connection
 *
 * Bits are only set: a connection does not become unassured.
 *
 * Context: process, rcu_read_lock() held, bottom halves off; takes ct->lock.
 */
void nf_rg_flow_update(const struct nf_rg_flow *flow, struct nf_conn *ct)
{
	unsigned long status = flow_status(flow->rec);

	spin_lock(&ct->lock);
	flow_proto(flow->rec, ct);
	if (flow->rec->sections)
		nf_rg_ext_install(flow->rec, ct);
	nf_rg_helper_install(flow->rec, ct);
	spin_unlock(&ct->lock);
	if (status & IPS_SEEN_REPLY)
		set_bit(IPS_SEEN_REPLY_BIT, &ct->status);
	if (status & IPS_ASSURED)
		set_bit(IPS_ASSURED_BIT, &ct->status);
	WRITE_ONCE(ct->mark, nf_rg_mapping_mark(flow->m, flow->rec->mark));
	WRITE_ONCE(ct->timeout, nfct_time_stamp + nf_rg_role_hold_time());
}
