// SPDX-License-Identifier: GPL-2.0
/*
 * What connection tracking keeps for a layer 4 protocol, to a record and from it: which protocols
 * are carried, and the state of those that have one, but for TCP (export.c, create.c).
 */
#include "proto.h"

#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/spinlock.h>
#include <net/netfilter/nf_conntrack_seqadj.h>

#include "compat/proto.h"
#include "expect.h"
#include "helper.h"

/**
 * nf_rg_proto_replicates - is a layer 4 protocol one that records carry?
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @protocol: IPPROTO_*
 *
 * It is if this kernel tracks it: one that it takes for unknown has neither ports nor a state.
 *
 * Return: whether.
 */
bool nf_rg_proto_replicates(u8 family, u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		return true;
	case IPPROTO_ICMP:
		return family == NFPROTO_IPV4;
	case IPPROTO_ICMPV6:
		return family == NFPROTO_IPV6;
	case IPPROTO_UDPLITE:
		return IS_ENABLED(CONFIG_NF_CT_PROTO_UDPLITE);
	case IPPROTO_SCTP:
		return IS_ENABLED(CONFIG_NF_CT_PROTO_SCTP);
	case IPPROTO_GRE:
		return IS_ENABLED(CONFIG_NF_CT_PROTO_GRE);
	case IPPROTO_DCCP:
		return NF_RG_DCCP;
	}
	return false;
}

/**
 * nf_rg_proto_has_ports - are the 16 bits of a tuple ports?
 * @protocol: IPPROTO_*, one that is carried
 *
 * Return: whether; then the NAT core takes a range of them.
 */
bool nf_rg_proto_has_ports(u8 protocol)
{
	return protocol != IPPROTO_ICMP && protocol != IPPROTO_ICMPV6 && protocol != IPPROTO_GRE;
}

static void export_sctp(const struct ip_ct_sctp *sctp, struct nf_rg_sctp *out)
{
	out->state = sctp->state;
	out->vtag[0] = sctp->vtag[IP_CT_DIR_ORIGINAL];
	out->vtag[1] = sctp->vtag[IP_CT_DIR_REPLY];
	out->last_dir = sctp->last_dir == IP_CT_DIR_REPLY;
	out->flags = sctp->flags;
	nf_rg_compat_sctp_export(sctp, out);
}

/**
 * nf_rg_proto_export - write down the state of a protocol other than TCP
 * @ct: the connection
 * @rec: its record; @rec->l4 is set
 *
 * Context: takes ct->lock.
 */
void nf_rg_proto_export(struct nf_conn *ct, struct nf_rg_record *rec)
{
	switch (rec->l4) {
	case IPPROTO_SCTP:
		spin_lock_bh(&ct->lock);
		export_sctp(&ct->proto.sctp, &rec->sctp);
		spin_unlock_bh(&ct->lock);
		break;
	case IPPROTO_DCCP:
		spin_lock_bh(&ct->lock);
		nf_rg_compat_dccp_export(ct, &rec->dccp);
		spin_unlock_bh(&ct->lock);
		break;
	case IPPROTO_GRE:
		rec->gre.timeout = ct->proto.gre.timeout / HZ;
		rec->gre.stream_timeout = ct->proto.gre.stream_timeout / HZ;
		break;
	}
}

static void install_sctp(const struct nf_rg_sctp *in, struct ip_ct_sctp *sctp)
{
	/* Newer kernels know HEARTBEAT_ACKED by its number only, and go on to ESTABLISHED. */
	sctp->state = in->state == SCTP_CONNTRACK_HEARTBEAT_ACKED ? SCTP_CONNTRACK_ESTABLISHED :
								    in->state;
	sctp->vtag[IP_CT_DIR_ORIGINAL] = in->vtag[0];
	sctp->vtag[IP_CT_DIR_REPLY] = in->vtag[1];
	sctp->last_dir = in->last_dir;
	sctp->flags = in->flags;
	nf_rg_compat_sctp_install(in, sctp);
}

/* Jiffies of a timeout; its owners store them as unsigned int and compare them as int. */
static unsigned int timeout_jiffies(u32 seconds)
{
	return min_t(u64, (u64)seconds * HZ, INT_MAX);
}

/**
 * nf_rg_proto_install - bring a connection to the state in its record; not for TCP
 * @rec: the record, known
 * @ct: the connection
 *
 * Context: ct->lock held, or nobody else sees @ct yet.
 */
void nf_rg_proto_install(const struct nf_rg_record *rec, struct nf_conn *ct)
{
	switch (rec->l4) {
	case IPPROTO_UDP:
		ct->proto.udp.stream_ts = jiffies;
		break;
	case IPPROTO_SCTP:
		install_sctp(&rec->sctp, &ct->proto.sctp);
		break;
	case IPPROTO_DCCP:
		nf_rg_compat_dccp_install(&rec->dccp, ct);
		break;
	case IPPROTO_GRE:
		ct->proto.gre.timeout = timeout_jiffies(rec->gre.timeout);
		ct->proto.gre.stream_timeout = timeout_jiffies(rec->gre.stream_timeout);
		break;
	}
}

/**
 * nf_rg_proto_known - can this kernel have what a record says of a protocol?
 * @rec: a state record
 *
 * The core uses states as indices, without a look at them.  What its enumerations have behind MAX
 * are no states, but what a transition may say, and names of timeouts.
 *
 * Return: whether.
 */
bool nf_rg_proto_known(const struct nf_rg_record *rec)
{
	if (!nf_rg_proto_replicates(rec->l3 == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6, rec->l4))
		return false;
	switch (rec->l4) {
	case IPPROTO_TCP:
		return rec->tcp_state > TCP_CONNTRACK_NONE &&
		       rec->tcp_state < TCP_CONNTRACK_MAX;
	case IPPROTO_SCTP:
		return rec->sctp.state > SCTP_CONNTRACK_NONE &&
		       rec->sctp.state < SCTP_CONNTRACK_MAX;
	case IPPROTO_DCCP:
		return nf_rg_compat_dccp_known(&rec->dccp);
	}
	return true;
}

/**
 * nf_rg_proto_state - the state of a protocol, as far as its changes are events
 * @ct: the connection
 *
 * Return: as the kernel numbers it, 0 if the protocol has none.
 */
u8 nf_rg_proto_state(const struct nf_conn *ct)
{
	switch (nf_ct_protonum(ct)) {
	case IPPROTO_TCP:
		return READ_ONCE(ct->proto.tcp.state);
	case IPPROTO_SCTP:
		return READ_ONCE(ct->proto.sctp.state);
	case IPPROTO_DCCP:
		return nf_rg_compat_dccp_state(ct);
	}
	return 0;
}

/**
 * nf_rg_proto_quiet_sum - what no event tells, summed up
 * @ct: the connection, one of nf_rg_proto_quiet()
 *
 * It is read without a lock: what is in between two states is like neither, and is looked at once
 * more.
 *
 * Context: rcu_read_lock() held.
 * Return: another number after a change.
 */
u32 nf_rg_proto_quiet_sum(const struct nf_conn *ct)
{
	const struct nf_conn_seqadj *adj = nfct_seqadj(ct);
	u32 sum = adj ? jhash(adj, sizeof(*adj), 0) : 0;

	if (nf_ct_protonum(ct) == IPPROTO_SCTP)
		sum = jhash(ct->proto.sctp.vtag, sizeof(ct->proto.sctp.vtag), sum);
	/* An expectation may be given another time, and begin to count, without an event. */
	if (nf_rg_helper_keeps(ct))
		sum = jhash_2words(nf_rg_helper_sum(ct), nf_rg_expect_sum(ct), sum);
	return sum;
}
