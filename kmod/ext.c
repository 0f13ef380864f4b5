// SPDX-License-Identifier: GPL-2.0
/*
 * Extensions of a connection, to a record and from it: labels, counters, time stamp, the
 * adjustment of sequence numbers, what SYNPROXY keeps, and times of its own (timeout.c).  Each is a
 * section of the record, there if the connection has the extension.  Extensions cannot be added
 * any more once others see the connection.
 */
#include "ext.h"

#include <linux/bitmap.h>
#include <linux/timekeeping.h>
#include <net/netfilter/nf_conntrack_acct.h>
#include <net/netfilter/nf_conntrack_extend.h>
#include <net/netfilter/nf_conntrack_labels.h>
#include <net/netfilter/nf_conntrack_seqadj.h>
#include <net/netfilter/nf_conntrack_synproxy.h>
#include <net/netfilter/nf_conntrack_timestamp.h>

#include "compat/compat.h"
#include "compat/timeout.h"
#include "net.h"
#include "timeout.h"

#define LABEL_BITS	(NF_CT_LABELS_MAX_SIZE * BITS_PER_BYTE)

#if IS_ENABLED(CONFIG_NETFILTER_SYNPROXY)
#define EXT_SYNPROXY	NF_CT_EXT_SYNPROXY
#else
#define EXT_SYNPROXY	NF_CT_EXT_NUM
#endif

static const struct {
	u16 section;
	u8 id;
} ext_of[] = {
	{ NF_RG_SEC_LABELS, NF_CT_EXT_LABELS },
	{ NF_RG_SEC_ACCT, NF_CT_EXT_ACCT },
	{ NF_RG_SEC_TSTAMP, NF_CT_EXT_TSTAMP },
	{ NF_RG_SEC_SEQADJ, NF_CT_EXT_SEQADJ },
	{ NF_RG_SEC_SYNPROXY, EXT_SYNPROXY },
	{ NF_RG_SEC_TIMEOUTS, NF_CT_EXT_TIMEOUT },
};

static void export_labels(const struct nf_conn_labels *labels, struct nf_rg_record *rec)
{
	BUILD_BUG_ON(sizeof(rec->labels) != NF_CT_LABELS_MAX_SIZE);
	rec->sections |= NF_RG_SEC_LABELS;
	bitmap_to_arr32(rec->labels, labels->bits, LABEL_BITS);
}

static void export_acct(struct nf_conn_acct *acct, struct nf_rg_record *rec)
{
	int i;

	rec->sections |= NF_RG_SEC_ACCT;
	for (i = 0; i < IP_CT_DIR_MAX; i++) {
		rec->acct[i].packets = atomic64_read(&acct->counter[i].packets);
		rec->acct[i].bytes = atomic64_read(&acct->counter[i].bytes);
	}
}

static void export_seqadj(struct nf_conn *ct, const struct nf_conn_seqadj *adj,
			  struct nf_rg_record *rec)
{
	int i;

	rec->sections |= NF_RG_SEC_SEQADJ;
	spin_lock_bh(&ct->lock);
	for (i = 0; i < IP_CT_DIR_MAX; i++) {
		rec->seqadj[i].correction_pos = adj->seq[i].correction_pos;
		rec->seqadj[i].offset_before = adj->seq[i].offset_before;
		rec->seqadj[i].offset_after = adj->seq[i].offset_after;
	}
	spin_unlock_bh(&ct->lock);
	if (test_bit(IPS_SEQ_ADJUST_BIT, &ct->status))
		rec->status |= NF_RG_ST_SEQ_ADJUST;
}

/* It changes while the handshake lasts, with events. */
static void export_synproxy(const struct nf_conn_synproxy *synproxy, struct nf_rg_record *rec)
{
	rec->sections |= NF_RG_SEC_SYNPROXY;
	rec->synproxy.isn = READ_ONCE(synproxy->isn);
	rec->synproxy.its = READ_ONCE(synproxy->its);
	rec->synproxy.tsoff = READ_ONCE(synproxy->tsoff);
}

/* What cannot be carried is counted with the first record. */
static void export_timeouts(const struct nf_conn *ct, struct nf_rg_record *rec)
{
	if (!nf_rg_timeout_export(ct, rec) && rec->flags & NF_RG_REC_F_NEW)
		nf_rg_stat_inc(nf_rg_net(nf_ct_net(ct)), NF_RG_STAT_TIMEOUT_LEFT_OUT);
}

/**
 * nf_rg_ext_export_all - write down the extensions of a connection
 * @ct: the connection
 * @rec: its record, cleared before
 *
 * Context: takes ct->lock.
 */
void nf_rg_ext_export_all(struct nf_conn *ct, struct nf_rg_record *rec)
{
	const struct nf_conn_labels *labels = nf_ct_labels_find(ct);
	const struct nf_conn_tstamp *tstamp = nf_conn_tstamp_find(ct);
	const struct nf_conn_synproxy *synproxy = nfct_synproxy(ct);
	const struct nf_conn_seqadj *adj = nfct_seqadj(ct);
	struct nf_conn_acct *acct = nf_conn_acct_find(ct);

	if (labels)
		export_labels(labels, rec);
	if (acct)
		export_acct(acct, rec);
	if (tstamp) {
		rec->sections |= NF_RG_SEC_TSTAMP;
		rec->start = tstamp->start;
	}
	if (adj)
		export_seqadj(ct, adj, rec);
	if (synproxy)
		export_synproxy(synproxy, rec);
	if (nf_ct_timeout_find(ct))
		export_timeouts(ct, rec);
}

/**
 * nf_rg_ext_packets - packets that a connection has counted
 * @acct: its counters
 *
 * Context: any.
 * Return: those of both directions, modulo 2^32.
 */
u32 nf_rg_ext_packets(const struct nf_conn_acct *acct)
{
	return atomic64_read(&acct->counter[0].packets) + atomic64_read(&acct->counter[1].packets);
}

/**
 * nf_rg_ext_add - give a new connection the extensions that it needs
 * @rec: its record
 * @ct: the connection, not yet confirmed
 *
 * Those of the record, and those that the settings here give to every connection.
 *
 * Return: false without memory.
 */
bool nf_rg_ext_add(const struct nf_rg_record *rec, struct nf_conn *ct)
{
	struct nf_conn_tstamp *tstamp;
	int i;

	nf_ct_acct_ext_add(ct, GFP_ATOMIC);
	tstamp = nf_ct_tstamp_ext_add(ct, GFP_ATOMIC);
	/* As ctnetlink does: when it began is not known. */
	if (tstamp && !(rec->sections & NF_RG_SEC_TSTAMP))
		tstamp->start = ktime_get_real_ns();
	nf_ct_labels_ext_add(ct);
	if (!rec->sections)
		return true;
	for (i = 0; i < ARRAY_SIZE(ext_of); i++) {
		u8 id = ext_of[i].id;

		/* What this kernel does not have, it cannot show either. */
		if (!(rec->sections & ext_of[i].section) || id == NF_CT_EXT_NUM)
			continue;
		if (!nf_ct_ext_exist(ct, id) && !nf_ct_ext_add(ct, id, GFP_ATOMIC))
			return false;
	}
	nf_rg_ext_install(rec, ct);
	return true;
}

/**
 * nf_rg_ext_fits - does a connection have the extensions of its record?
 * @rec: the record
 * @ct: the connection
 *
 * It may not if it began here, as the active router's, with other settings.
 *
 * Return: whether; if not, only another connection can take its place.
 */
bool nf_rg_ext_fits(const struct nf_rg_record *rec, const struct nf_conn *ct)
{
	int i;

	if (!rec->sections)
		return true;
	for (i = 0; i < ARRAY_SIZE(ext_of); i++)
		if (rec->sections & ext_of[i].section && ext_of[i].id != NF_CT_EXT_NUM &&
		    !nf_ct_ext_exist(ct, ext_of[i].id))
			return false;
	return true;
}

/* A router that was active itself may have counted more than the peer has heard of. */
static void count_up(atomic64_t *counter, u64 told)
{
	if (told > (u64)atomic64_read(counter))
		atomic64_set(counter, told);
}

static void install_acct(const struct nf_rg_record *rec, struct nf_conn_acct *acct)
{
	int i;

	for (i = 0; i < IP_CT_DIR_MAX; i++) {
		count_up(&acct->counter[i].packets, rec->acct[i].packets);
		count_up(&acct->counter[i].bytes, rec->acct[i].bytes);
	}
}

static void install_seqadj(const struct nf_rg_record *rec, struct nf_conn *ct,
			   struct nf_conn_seqadj *adj)
{
	int i;

	for (i = 0; i < IP_CT_DIR_MAX; i++) {
		adj->seq[i].correction_pos = rec->seqadj[i].correction_pos;
		adj->seq[i].offset_before = rec->seqadj[i].offset_before;
		adj->seq[i].offset_after = rec->seqadj[i].offset_after;
	}
	if (rec->status & NF_RG_ST_SEQ_ADJUST)
		set_bit(IPS_SEQ_ADJUST_BIT, &ct->status);
}

static void install_synproxy(const struct nf_rg_synproxy *in, struct nf_conn_synproxy *synproxy)
{
	WRITE_ONCE(synproxy->isn, in->isn);
	WRITE_ONCE(synproxy->its, in->its);
	WRITE_ONCE(synproxy->tsoff, in->tsoff);
}

static void install_timeouts(const struct nf_rg_record *rec, struct nf_conn *ct)
{
	struct nf_rg_net *rn = nf_rg_net(nf_ct_net(ct));

	if (!nf_rg_timeout_install(rn, rec, ct))
		nf_rg_stat_inc(rn, NF_RG_STAT_TIMEOUT_LEFT_OUT);
}

/**
 * nf_rg_ext_install - bring the extensions of a connection to what its record says
 * @rec: the record
 * @ct: the connection; what it has no extension for is left out
 *
 * Context: rcu_read_lock() held, bottom halves off; ct->lock held, or nobody else sees @ct yet.
 */
void nf_rg_ext_install(const struct nf_rg_record *rec, struct nf_conn *ct)
{
	struct nf_conn_labels *labels = nf_ct_labels_find(ct);
	struct nf_conn_tstamp *tstamp = nf_conn_tstamp_find(ct);
	struct nf_conn_synproxy *synproxy = nfct_synproxy(ct);
	struct nf_conn_seqadj *adj = nfct_seqadj(ct);
	struct nf_conn_acct *acct = nf_conn_acct_find(ct);

	if (labels && rec->sections & NF_RG_SEC_LABELS)
		bitmap_from_arr32(labels->bits, rec->labels, LABEL_BITS);
	if (acct && rec->sections & NF_RG_SEC_ACCT)
		install_acct(rec, acct);
	if (tstamp && rec->sections & NF_RG_SEC_TSTAMP)
		tstamp->start = rec->start;
	if (adj && rec->sections & NF_RG_SEC_SEQADJ)
		install_seqadj(rec, ct, adj);
	if (synproxy && rec->sections & NF_RG_SEC_SYNPROXY)
		install_synproxy(&rec->synproxy, synproxy);
	if (rec->sections & NF_RG_SEC_TIMEOUTS)
		install_timeouts(rec, ct);
}
