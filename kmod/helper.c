// SPDX-License-Identifier: GPL-2.0
/*
 * Helpers: what reads, and translates, addresses in the payload of a connection (FTP and its
 * like).  A record names the helper of its connection, and the receiver has it, with the part that
 * translates, or refuses the record: a connection that goes on without its helper would look well
 * and break with the next command that it should have seen.
 *
 * Helpers keep a few bytes of their own for a connection.  Of those that are listed here they are
 * none, the helper finds them again in the stream, or records have a section for them.  The others
 * are none of the peer's business: their connections are not replicated, and counted.
 *
 * A helper is given to a connection before it is confirmed, and not exchanged later: who has
 * another one than its record says is made anew.
 */
#include "helper.h"

#include <linux/jhash.h>
#include <linux/netfilter/nf_conntrack_sip.h>
#include <linux/nf_rg.h>
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "compat/helper.h"
#include "compat/pptp.h"
#include "h323.h"
#include "pptp.h"

/*
 * By the names of their translating parts, which do not depend on the ports that they look at
 * (those of PPTP and H.323 have none, and one port); and the section for what they keep.
 */
static const struct {
	const char *nat_name;
	u16 section;
} carried[] = {
	{ NF_NAT_HELPER_NAME("amanda") },
	{ NF_NAT_HELPER_NAME("ftp") },
	{ NF_NAT_HELPER_NAME("irc") },
	{ NF_NAT_HELPER_NAME("sip"), NF_RG_SEC_SIP },
	{ NF_NAT_HELPER_NAME("tftp") },
};

#define ALL_KEPT	(NF_RG_SEC_SIP | NF_RG_SEC_PPTP | NF_RG_SEC_H323)

/* Returns the section for what @helper keeps, 0: there is none to carry; -1: it is not carried. */
static int kept_by(const struct nf_conntrack_helper *helper)
{
	int i;

	if (helper->flags & NF_CT_HELPER_F_USERSPACE)
		return -1;
	if (!strcmp(helper->name, "pptp"))
		return NF_RG_PPTP ? NF_RG_SEC_PPTP : -1;
	if (nf_rg_h323_helper(helper))
		return NF_RG_SEC_H323;
	for (i = 0; i < ARRAY_SIZE(carried); i++)
		if (!strcmp(helper->nat_mod_name, carried[i].nat_name))
			return carried[i].section;
	return -1;
}

static bool is_carried(const struct nf_conntrack_helper *helper)
{
	return kept_by(helper) >= 0;
}

/* Is @helper carried, and does the record have what it keeps, and nothing else? */
static bool is_meant(const struct nf_conntrack_helper *helper, const struct nf_rg_record *rec)
{
	if (rec->sections & NF_RG_SEC_PPTP && !nf_rg_pptp_known(&rec->pptp))
		return false;
	return kept_by(helper) == (rec->sections & ALL_KEPT);
}

/* Context: rcu_read_lock() held. */
static struct nf_conntrack_helper *helper_of(const struct nf_conn *ct)
{
	const struct nf_conn_help *help = nfct_help(ct);
	struct nf_conntrack_helper *helper = help ? rcu_dereference(help->helper) : NULL;

	return helper && nf_rg_compat_helper_alive(helper) ? helper : NULL;
}

static struct nf_conntrack_helper *helper_find(const struct nf_rg_record *rec)
{
	return __nf_conntrack_helper_find(rec->helper, rec->l3 == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6,
					  nf_rg_h323_listed(rec->helper, rec->l4));
}

/**
 * nf_rg_helper_carried - do records carry the helper of a connection?
 * @ct: the connection
 *
 * Context: rcu_read_lock() held.
 * Return: whether; true if it has none.
 */
bool nf_rg_helper_carried(const struct nf_conn *ct)
{
	const struct nf_conntrack_helper *helper = helper_of(ct);

	return !helper || is_carried(helper);
}

/**
 * nf_rg_helper_is_sip - is a helper that of SIP?
 * @helper: the helper
 *
 * Return: whether.
 */
bool nf_rg_helper_is_sip(const struct nf_conntrack_helper *helper)
{
	return kept_by(helper) == NF_RG_SEC_SIP;
}

/**
 * nf_rg_helper_is_h323 - is a helper one of H.323's?
 * @helper: the helper
 *
 * Return: whether.
 */
bool nf_rg_helper_is_h323(const struct nf_conntrack_helper *helper)
{
	return kept_by(helper) == NF_RG_SEC_H323;
}

/**
 * nf_rg_helper_is_pptp - is the helper of a connection that of PPTP?
 * @ct: the connection
 *
 * Context: rcu_read_lock() held.
 * Return: whether.
 */
bool nf_rg_helper_is_pptp(const struct nf_conn *ct)
{
	const struct nf_conntrack_helper *helper = helper_of(ct);

	return helper && kept_by(helper) == NF_RG_SEC_PPTP;
}

/**
 * nf_rg_helper_keeps - does the helper of a connection keep something that records have?
 * @ct: the connection
 *
 * Context: rcu_read_lock() held.
 * Return: whether.
 */
bool nf_rg_helper_keeps(const struct nf_conn *ct)
{
	const struct nf_conntrack_helper *helper = helper_of(ct);

	return helper && kept_by(helper) > 0;
}

/**
 * nf_rg_helper_sum - what the helper of a connection keeps, summed up
 * @ct: the connection, one of nf_rg_helper_keeps()
 *
 * Context: rcu_read_lock() held; it is read without a lock.
 * Return: another number after a change.
 */
u32 nf_rg_helper_sum(const struct nf_conn *ct)
{
	const struct nf_conntrack_helper *helper = helper_of(ct);
	const struct nf_ct_sip_master *sip = nfct_help_data(ct);

	switch (helper ? kept_by(helper) : 0) {
	case NF_RG_SEC_PPTP:
		return nf_rg_pptp_sum(ct);
	case NF_RG_SEC_H323:
		return nf_rg_h323_sum(ct);
	}
	return jhash_3words(READ_ONCE(sip->register_cseq), READ_ONCE(sip->invite_cseq),
			    (__force u16)READ_ONCE(sip->forced_dport), 0);
}

/* Context: rcu_read_lock() held; ct->lock, which helpers do not take, is of no use. */
static void export_kept(const struct nf_conn *ct, const struct nf_conntrack_helper *helper,
			struct nf_rg_record *rec)
{
	const struct nf_ct_sip_master *sip = nfct_help_data(ct);

	if (rec->sections & NF_RG_SEC_PPTP)
		nf_rg_pptp_export(ct, &rec->pptp);
	if (rec->sections & NF_RG_SEC_H323)
		nf_rg_h323_export(ct, nf_rg_h323_helper(helper), &rec->h323);
	if (!(rec->sections & NF_RG_SEC_SIP))
		return;
	rec->sip.register_cseq = READ_ONCE(sip->register_cseq);
	rec->sip.invite_cseq = READ_ONCE(sip->invite_cseq);
	rec->sip.port = READ_ONCE(sip->forced_dport);
}

/**
 * nf_rg_helper_export - write down the helper of a connection
 * @ct: the connection, whose helper records carry; or it has none
 * @rec: its record, without this section
 */
void nf_rg_helper_export(const struct nf_conn *ct, struct nf_rg_record *rec)
{
	const struct nf_conntrack_helper *helper;

	BUILD_BUG_ON(NF_RG_REC_NAME != NF_CT_HELPER_NAME_LEN);
	rcu_read_lock();
	helper = helper_of(ct);
	if (helper) {
		rec->sections |= NF_RG_SEC_HELPER;
		/* To the last byte: all of them are summed and sent. */
		strscpy_pad(rec->helper, helper->name, sizeof(rec->helper));
		rec->sections |= max(kept_by(helper), 0);
		export_kept(ct, helper, rec);
	}
	rcu_read_unlock();
}

/**
 * nf_rg_helper_possible - may a connection have the helper that its record names?
 * @rec: a state record with NF_RG_SEC_HELPER
 *
 * Return: false if that helper is not for its layer 4 protocol, as far as that is known.
 */
bool nf_rg_helper_possible(const struct nf_rg_record *rec)
{
	return nf_rg_h323_listed(rec->helper, rec->l4);
}

/**
 * nf_rg_helper_load - see to it that the helper of a record is there
 * @rec: a state record with NF_RG_SEC_HELPER, one of nf_rg_helper_possible()
 *
 * The modules are loaded if they are not, and not pinned: a helper that is unloaded takes itself
 * off its connections, which the scrub finds.
 *
 * Context: process, may sleep.
 * Return: whether it and its translating part can be had.
 */
bool nf_rg_helper_load(const struct nf_rg_record *rec)
{
	u16 l3num = rec->l3 == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	u8 listed = nf_rg_h323_listed(rec->helper, rec->l4);
	struct nf_conntrack_helper *helper;
	bool got = false;

	helper = nf_conntrack_helper_try_module_get(rec->helper, l3num, listed);
	if (!helper)
		return false;
	if (kept_by(helper) == NF_RG_SEC_PPTP) {
		got = nf_rg_pptp_load();
	} else if (kept_by(helper) == NF_RG_SEC_H323) {
		got = nf_rg_h323_load();
	} else if (is_carried(helper) &&
		   !nf_nat_helper_try_module_get(rec->helper, l3num, rec->l4)) {
		nf_nat_helper_put(helper);
		got = true;
	}
	nf_conntrack_helper_put(helper);
	return got;
}

/**
 * nf_rg_helper_known - can this kernel have the helper of a record, and what it keeps?
 * @rec: a state record
 *
 * Context: rcu_read_lock() held.
 * Return: whether.
 */
bool nf_rg_helper_known(const struct nf_rg_record *rec)
{
	const struct nf_conntrack_helper *helper;

	if (!(rec->sections & NF_RG_SEC_HELPER))
		return true;
	helper = helper_find(rec);
	return helper && is_meant(helper, rec);
}

/*
 * FTP looks at lines that begin where another one ended, and has seen none of the last ones.  What
 * ctnetlink does for connections that came from elsewhere makes it take the next line that it
 * sees.
 */
static void helper_resume(struct nf_conn *ct)
{
	const struct nf_conntrack_helper *helper = helper_of(ct);

	if (helper && helper->from_nlattr)
		helper->from_nlattr(NULL, ct);
}

static void install_h323(const struct nf_rg_record *rec, struct nf_conn *ct)
{
	const struct nf_conntrack_helper *helper = helper_of(ct);
	u8 which = helper ? nf_rg_h323_helper(helper) : 0;

	if (which)
		nf_rg_h323_install(&rec->h323, which, ct);
}

/**
 * nf_rg_helper_install - bring what the helper of a connection keeps to what its record says
 * @rec: the record
 * @ct: the connection, whose helper is that of @rec, if it has one
 *
 * Context: rcu_read_lock() held; ct->lock held, or nobody else sees @ct yet; nobody's packets are
 * forwarded on @ct.
 */
void nf_rg_helper_install(const struct nf_rg_record *rec, struct nf_conn *ct)
{
	if (!nfct_help(ct))
		return;
	if (rec->sections & NF_RG_SEC_SIP) {
		struct nf_ct_sip_master *sip = nfct_help_data(ct);

		WRITE_ONCE(sip->register_cseq, rec->sip.register_cseq);
		WRITE_ONCE(sip->invite_cseq, rec->sip.invite_cseq);
		WRITE_ONCE(sip->forced_dport, rec->sip.port);
	}
	if (rec->sections & NF_RG_SEC_PPTP)
		nf_rg_pptp_install(&rec->pptp, ct);
	if (rec->sections & NF_RG_SEC_H323)
		install_h323(rec, ct);
	helper_resume(ct);
}

/**
 * nf_rg_helper_add - give a new connection the helper of its record
 * @rec: the record
 * @ct: the connection, not yet confirmed
 *
 * Context: rcu_read_lock() held.
 * Return: enum nf_rg_reason; NF_RG_REASON_HELPER if it is not there (nf_rg_helper_load()).  If the
 * connection is not to be after all, nf_rg_helper_drop() is to be called.
 */
int nf_rg_helper_add(const struct nf_rg_record *rec, struct nf_conn *ct)
{
	struct nf_conntrack_helper *helper;
	struct nf_conn_help *help;

	if (!(rec->sections & NF_RG_SEC_HELPER))
		return NF_RG_REASON_NONE;
	helper = helper_find(rec);
	if (!helper || !is_meant(helper, rec))
		return NF_RG_REASON_HELPER;
	help = nf_ct_helper_ext_add(ct, GFP_ATOMIC);
	if (!help)
		return NF_RG_REASON_MEMORY;
	if (!nf_rg_compat_helper_hold(helper))
		return NF_RG_REASON_HELPER;
	rcu_assign_pointer(help->helper, helper);
	if (rec->sections & NF_RG_SEC_PPTP && !nf_rg_pptp_add(&rec->pptp, ct))
		return NF_RG_REASON_MEMORY;
	nf_rg_helper_install(rec, ct);
	return NF_RG_REASON_NONE;
}

/**
 * nf_rg_helper_fits - does a connection have the helper of its record?
 * @rec: the record
 * @ct: the connection
 *
 * Context: rcu_read_lock() held.
 * Return: whether; if not, only another connection can take its place.
 */
bool nf_rg_helper_fits(const struct nf_rg_record *rec, const struct nf_conn *ct)
{
	const struct nf_conntrack_helper *helper = helper_of(ct);

	if (!(rec->sections & NF_RG_SEC_HELPER))
		return !helper;
	if (!helper || strcmp(helper->name, rec->helper))
		return false;
	return !(rec->sections & NF_RG_SEC_PPTP) || nf_rg_pptp_fits(&rec->pptp, ct);
}

/**
 * nf_rg_helper_drop - a new connection is not to be after all
 * @ct: the connection, which nobody else has ever seen
 *
 * Context: rcu_read_lock() held.
 */
void nf_rg_helper_drop(struct nf_conn *ct)
{
	if (nf_rg_helper_is_pptp(ct))
		nf_rg_pptp_drop(ct);
}
