// SPDX-License-Identifier: GPL-2.0
/*
 * PPTP: what its helper keeps of a control connection.
 *
 * A call's packets are GRE, each with the number of the receiver's side alone.  So that both
 * directions are one connection the core has a list of both numbers (keymap), which belongs to the
 * control connection: the helper puts them there when a call is set up, and the core takes them
 * away when the GRE connection ends.  Our records have them, with the state of the call, and the
 * numbers as they were before they were translated.
 *
 * The addresses are those of the control connection itself.
 *
 * The list knows no lock that we could hold while we add to it.  Once others can find a control
 * connection, the end of a GRE connection may take its numbers away at any time; so they are given
 * only to a new one, and one with others than its record has is made anew.
 */
#include "pptp.h"

#include <linux/in.h>
#include <linux/jhash.h>
#include <linux/kmod.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_pptp.h>
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "compat/pptp.h"

/* Context: rcu_read_lock() held. */
static void export_keys(const struct nf_ct_pptp_master *info, struct nf_rg_pptp *out)
{
	const struct nf_ct_gre_keymap *km[IP_CT_DIR_MAX];
	int i;

	for (i = 0; i < IP_CT_DIR_MAX; i++)
		km[i] = READ_ONCE(info->keymap[i]);
	/* They come and go together. */
	if (!km[0] || !km[1])
		return;
	out->mapped = 1;
	for (i = 0; i < IP_CT_DIR_MAX; i++) {
		out->key[i][0] = km[i]->tuple.src.u.gre.key;
		out->key[i][1] = km[i]->tuple.dst.u.gre.key;
	}
}

/**
 * nf_rg_pptp_export - write down what PPTP's helper keeps
 * @ct: the control connection
 * @out: filled in
 *
 * Context: rcu_read_lock() held.
 */
void nf_rg_pptp_export(const struct nf_conn *ct, struct nf_rg_pptp *out)
{
	const struct nf_ct_pptp_master *info = nfct_help_data(ct);
	const struct nf_nat_pptp *nat = nf_rg_compat_pptp_nat(ct);

	memset(out, 0, sizeof(*out));
	out->session = READ_ONCE(info->sstate);
	out->call = READ_ONCE(info->cstate);
	out->id[0] = READ_ONCE(info->pns_call_id);
	out->id[1] = READ_ONCE(info->pac_call_id);
	if (nat) {
		out->inside[0] = READ_ONCE(nat->pns_call_id);
		out->inside[1] = READ_ONCE(nat->pac_call_id);
	}
	export_keys(info, out);
}

/**
 * nf_rg_pptp_sum - what PPTP's helper keeps, summed up
 * @ct: the control connection
 *
 * Context: rcu_read_lock() held.
 * Return: another number after a change.
 */
u32 nf_rg_pptp_sum(const struct nf_conn *ct)
{
	struct nf_rg_pptp now;

	nf_rg_pptp_export(ct, &now);
	return jhash(&now, sizeof(now), 0);
}

/**
 * nf_rg_pptp_load - see to it that the part that translates is there
 *
 * Context: process, may sleep.
 * Return: whether it is.
 */
bool nf_rg_pptp_load(void)
{
	if (!nf_rg_compat_pptp_translates())
		request_module(NF_NAT_HELPER_NAME("pptp"));
	return nf_rg_compat_pptp_translates();
}

/**
 * nf_rg_pptp_known - can this kernel's helper be in a state?
 * @in: the state
 *
 * Return: whether.
 */
bool nf_rg_pptp_known(const struct nf_rg_pptp *in)
{
	return in->session <= PPTP_SESSION_CONFIRMED && in->call <= PPTP_CALL_CLEAR_REQ;
}

/**
 * nf_rg_pptp_fits - does the core find the packets that it has to find?
 * @in: what the record says
 * @ct: the control connection
 *
 * Context: rcu_read_lock() held.
 * Return: whether; if not, only another connection can take its place.
 */
bool nf_rg_pptp_fits(const struct nf_rg_pptp *in, const struct nf_conn *ct)
{
	struct nf_rg_pptp now;

	nf_rg_pptp_export(ct, &now);
	return now.mapped == in->mapped && !memcmp(now.key, in->key, sizeof(now.key));
}

static void keymap_tuple(const struct nf_conn *ct, const struct nf_rg_pptp *in,
			 enum ip_conntrack_dir dir, struct nf_conntrack_tuple *out)
{
	const struct nf_conntrack_tuple *t = nf_ct_tuple(ct, dir);

	memset(out, 0, sizeof(*out));
	out->src.l3num = t->src.l3num;
	out->src.u3 = t->src.u3;
	out->dst.u3 = t->dst.u3;
	out->dst.protonum = IPPROTO_GRE;
	out->src.u.gre.key = in->key[dir][0];
	out->dst.u.gre.key = in->key[dir][1];
}

/**
 * nf_rg_pptp_add - give a new control connection what can be given to no other
 * @in: what the record says
 * @ct: the connection, which nobody else sees yet; it has the helper
 *
 * Context: rcu_read_lock() held.
 * Return: false without memory; nf_rg_pptp_drop() is to be called.
 */
bool nf_rg_pptp_add(const struct nf_rg_pptp *in, struct nf_conn *ct)
{
	struct nf_conntrack_tuple orig, reply;

	if (!nfct_nat(ct) && !nf_ct_ext_add(ct, NF_CT_EXT_NAT, GFP_ATOMIC))
		return false;
	if (!in->mapped)
		return true;
	keymap_tuple(ct, in, IP_CT_DIR_ORIGINAL, &orig);
	keymap_tuple(ct, in, IP_CT_DIR_REPLY, &reply);
	return nf_rg_compat_keymap_add(ct, &orig, &reply);
}

/**
 * nf_rg_pptp_install - bring what PPTP's helper keeps to what a record says
 * @in: what it says, known and fitting
 * @ct: the control connection
 *
 * Context: ct->lock held, or nobody else sees @ct yet; nobody's packets are forwarded on @ct.
 */
void nf_rg_pptp_install(const struct nf_rg_pptp *in, struct nf_conn *ct)
{
	struct nf_ct_pptp_master *info = nfct_help_data(ct);
	struct nf_nat_pptp *nat = nf_rg_compat_pptp_nat(ct);

	WRITE_ONCE(info->sstate, in->session);
	WRITE_ONCE(info->cstate, in->call);
	WRITE_ONCE(info->pns_call_id, in->id[0]);
	WRITE_ONCE(info->pac_call_id, in->id[1]);
	if (nat) {
		WRITE_ONCE(nat->pns_call_id, in->inside[0]);
		WRITE_ONCE(nat->pac_call_id, in->inside[1]);
	}
}

/**
 * nf_rg_pptp_drop - a control connection is not to be after all
 * @ct: the connection, which nobody else has ever seen; it has the helper
 */
void nf_rg_pptp_drop(struct nf_conn *ct)
{
	nf_rg_compat_keymap_destroy(ct);
}
