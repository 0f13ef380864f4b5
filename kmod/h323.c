// SPDX-License-Identifier: GPL-2.0
/*
 * H.323: three helpers, of which one sets another on what it expects.  RAS reads registrations and
 * expects calls (Q.931), which expect connections for media channels (H.245), which expect RTP.
 *
 * All keep the same: ports that they have announced in the other party's name, so that what is
 * announced again gets the same ones.
 */
#include "h323.h"

#include <linux/in.h>
#include <linux/jhash.h>
#include <linux/kmod.h>
#include <linux/netfilter.h>
#include <linux/string.h>
#include <net/netfilter/nf_nat_helper.h>

#include "compat/h323.h"

/* @listed: the protocol under which the core knows it, for H.245 not that of its connections */
static const struct {
	const char *name;
	u8 l4;
	u8 listed;
	u8 flag;
} helpers[] = {
	{ "RAS", IPPROTO_UDP, IPPROTO_UDP, NF_RG_EXP_F_RAS },
	{ "Q.931", IPPROTO_TCP, IPPROTO_TCP, NF_RG_EXP_F_Q931 },
	{ "H.245", IPPROTO_TCP, IPPROTO_UDP, NF_RG_EXP_F_H245 },
};

/**
 * nf_rg_h323_helper - which one of H.323's is a helper?
 * @helper: the helper, none in user space
 *
 * Return: NF_RG_EXP_F_*, 0: none of them.
 */
u8 nf_rg_h323_helper(const struct nf_conntrack_helper *helper)
{
	int i;

	if (!NF_RG_H323)
		return 0;
	for (i = 0; i < ARRAY_SIZE(helpers); i++)
		if (!strcmp(helper->name, helpers[i].name) &&
		    helper->tuple.dst.protonum == helpers[i].listed)
			return helpers[i].flag;
	return 0;
}

/**
 * nf_rg_h323_l4 - the protocol of a helper's connections
 * @flag: NF_RG_EXP_F_*, one of H.323
 *
 * Return: IPPROTO_*.
 */
u8 nf_rg_h323_l4(u8 flag)
{
	return flag == NF_RG_EXP_F_RAS ? IPPROTO_UDP : IPPROTO_TCP;
}

/**
 * nf_rg_h323_listed - under which protocol does the core know a helper?
 * @name: of any helper
 * @l4: IPPROTO_* of its connection
 *
 * Return: IPPROTO_*, 0: H.323 has one of that name, and not for such a connection.
 */
u8 nf_rg_h323_listed(const char *name, u8 l4)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(helpers); i++)
		if (!strcmp(name, helpers[i].name))
			return l4 == helpers[i].l4 ? helpers[i].listed : 0;
	return l4;
}

/**
 * nf_rg_h323_find - the helper that a flag stands for
 * @flag: NF_RG_EXP_F_*, one of H.323
 * @l3num: NFPROTO_*
 *
 * Context: rcu_read_lock() held.
 * Return: the helper, NULL if it is not there.
 */
struct nf_conntrack_helper *nf_rg_h323_find(u8 flag, u16 l3num)
{
	struct nf_conntrack_helper *helper;
	int i;

	for (i = 0; i < ARRAY_SIZE(helpers); i++) {
		if (flag != helpers[i].flag)
			continue;
		helper = __nf_conntrack_helper_find(helpers[i].name, l3num, helpers[i].listed);
		return helper && !(helper->flags & NF_CT_HELPER_F_USERSPACE) ? helper : NULL;
	}
	return NULL;
}

/**
 * nf_rg_h323_export - write down what a helper of H.323 keeps
 * @ct: the connection
 * @which: nf_rg_h323_helper() of its helper
 * @out: filled in
 *
 * Context: rcu_read_lock() held; the helper's lock is its own, what it writes is read as it stands.
 */
void nf_rg_h323_export(const struct nf_conn *ct, u8 which, struct nf_rg_h323 *out)
{
	const struct nf_ct_h323_master *info = nfct_help_data(ct);
	int i, dir;

	BUILD_BUG_ON(NF_RG_H323_CHANNELS != H323_RTP_CHANNEL_MAX);
	memset(out, 0, sizeof(*out));
	for (dir = 0; dir < IP_CT_DIR_MAX; dir++) {
		out->sig_port[dir] = READ_ONCE(info->sig_port[dir]);
		for (i = 0; i < NF_RG_H323_CHANNELS; i++)
			out->rtp_port[i][dir] = READ_ONCE(info->rtp_port[i][dir]);
		if (which != NF_RG_EXP_F_RAS)
			out->follows[dir] = READ_ONCE(info->tpkt_len[dir]);
	}
	if (which == NF_RG_EXP_F_RAS)
		out->timeout = READ_ONCE(info->timeout);
}

/**
 * nf_rg_h323_sum - what a helper of H.323 keeps, summed up
 * @ct: the connection
 *
 * Context: rcu_read_lock() held; it is read without a lock.
 * Return: another number after a change.
 */
u32 nf_rg_h323_sum(const struct nf_conn *ct)
{
	return jhash(nfct_help_data(ct), sizeof(struct nf_ct_h323_master), 0);
}

/**
 * nf_rg_h323_load - see to it that the part that translates is there
 *
 * Context: process, may sleep.
 * Return: whether it is.
 */
bool nf_rg_h323_load(void)
{
	if (!nf_rg_compat_h323_translates())
		request_module(NF_NAT_HELPER_NAME("h323"));
	return nf_rg_compat_h323_translates();
}

/**
 * nf_rg_h323_install - bring what a helper of H.323 keeps to what a record says
 * @in: what it says
 * @which: nf_rg_h323_helper() of the helper
 * @ct: the connection
 *
 * Context: ct->lock held, or nobody else sees @ct yet; nobody's packets are forwarded on @ct.
 */
void nf_rg_h323_install(const struct nf_rg_h323 *in, u8 which, struct nf_conn *ct)
{
	struct nf_ct_h323_master *info = nfct_help_data(ct);
	int i, dir;

	for (dir = 0; dir < IP_CT_DIR_MAX; dir++) {
		WRITE_ONCE(info->sig_port[dir], in->sig_port[dir]);
		for (i = 0; i < NF_RG_H323_CHANNELS; i++)
			WRITE_ONCE(info->rtp_port[i][dir], in->rtp_port[i][dir]);
		if (which != NF_RG_EXP_F_RAS)
			WRITE_ONCE(info->tpkt_len[dir], in->follows[dir]);
	}
	if (which == NF_RG_EXP_F_RAS)
		WRITE_ONCE(info->timeout, in->timeout);
}
