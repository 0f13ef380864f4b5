// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving: what the peer's kernel pushed becomes connections of this one.
 *
 * Every record is checked against the configuration here, not the peer's: its mapping must be of
 * the group, its translated address in the mapping's ranges, its layer 4 protocol one that we
 * carry.  A record that cannot be installed is refused with a reason and the batch goes on; a
 * malformed one ends it.
 *
 * The active's word counts: of two connections with the same tuple, in either direction, the one
 * in the record stays, if the other belongs to the group as well.
 */
#include "install.h"

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "create.h"
#include "digest.h"
#include "expect.h"
#include "ext.h"
#include "helper.h"
#include "merge.h"
#include "proto.h"
#include "push.h"
#include "record.h"
#include "role.h"
#include "track.h"
#include "window.h"

#define INSTALL_CHUNK	32	/* records between two chances to reschedule */
#define HELPER_INTERVAL	(4 * HZ) /* until a helper is looked for again; below the peer's */

/**
 * nf_rg_install_find - the connection that a tuple belongs to
 * @rn: the namespace
 * @zone: its zone
 * @tuple: of either direction
 *
 * Context: rcu_read_lock() held.
 * Return: the connection, with a reference; NULL if there is none.
 */
struct nf_conn *nf_rg_install_find(struct nf_rg_net *rn, const struct nf_conntrack_zone *zone,
				   const struct nf_conntrack_tuple *tuple)
{
	struct nf_conntrack_tuple_hash *h = nf_conntrack_find_get(rn->net, zone, tuple);

	return h ? nf_ct_tuplehash_to_ctrack(h) : NULL;
}

/* Removes a connection that is in the way, if it is the group's.  Context: rcu_read_lock() held. */
static bool evict(struct nf_rg_group *g, struct nf_conn *ct)
{
	struct nf_rg_entry *e = nf_rg_entry_find(g->rn, ct);
	struct nf_rg_mapping *m = e ? nf_rg_entry_map(e) : nf_rg_classify(g->rn, ct);

	if (!m || m->group != g)
		return false;
	if (e)
		nf_rg_track_remove(e, false);
	nf_ct_delete(ct, 0, 0);
	nf_rg_stat_inc(g->rn, NF_RG_STAT_INSTALL_REPLACED);
	return true;
}

static bool evict_tuple(struct nf_rg_group *g, const struct nf_rg_flow *flow,
			const struct nf_conntrack_tuple *tuple)
{
	struct nf_conn *ct = nf_rg_install_find(g->rn, &flow->zone, tuple);
	bool gone;

	if (!ct)
		return true;
	gone = evict(g, ct);
	nf_ct_put(ct);
	return gone;
}

/* The connection that expected that of a record, if it is the group's; with a reference. */
static struct nf_conn *find_master(struct nf_rg_group *g, const struct nf_rg_flow *flow,
				   const struct nf_conn *ct)
{
	const struct nf_rg_record *rec = flow->rec;
	struct nf_conntrack_tuple tuple;
	struct nf_conn *master, *m;
	struct nf_rg_entry *e;

	nf_rg_flow_tuple(rec, &rec->master, IP_CT_DIR_ORIGINAL, &tuple);
	tuple.dst.protonum = rec->master_l4;
	master = nf_rg_install_find(g->rn, &flow->zone, &tuple);
	if (!master)
		return NULL;
	e = nf_rg_entry_find(g->rn, master);
	/* Connections that held each other would never be freed. */
	for (m = master; m && m != ct; m = m->master)
		;
	/*
	 * The core takes the master of a GRE connection for one of PPTP, and writes where that one
	 * has its data (nf_ct_gre_keymap_destroy()).
	 */
	if (e && nf_rg_entry_map(e)->group == g && !m &&
	    (rec->l4 != IPPROTO_GRE || nf_rg_helper_is_pptp(master)))
		return master;
	nf_ct_put(master);
	return NULL;
}

/*
 * Ties @ct to the connection that expected it, whose name rules may ask for (nftables: ct helper),
 * and which lets its first packets count as related.  Without that one it does without: it may come
 * later, and this record again.
 */
static void refresh_master(struct nf_rg_group *g, const struct nf_rg_flow *flow,
			   struct nf_conn *ct)
{
	struct nf_conn *master;

	if (!(flow->rec->sections & NF_RG_SEC_MASTER) || ct->master)
		return;
	master = find_master(g, flow, ct);
	if (!master) {
		nf_rg_stat_inc(g->rn, NF_RG_STAT_INSTALL_NO_MASTER);
		return;
	}
	WRITE_ONCE(ct->master, master);
	/* Whoever sees the bit goes to the master without a look. */
	smp_wmb();
	set_bit(IPS_EXPECTED_BIT, &ct->status);
}

/* Brings what @ct expects to the record, and drops the reference on it. */
static int refresh_expected(struct nf_rg_group *g, const struct nf_rg_flow *flow,
			    struct nf_rg_entry *e, struct nf_conn *ct)
{
	int reason;

	WRITE_ONCE(g->rx_expecting, ct);
	reason = nf_rg_expect_install(flow->rec, ct);
	WRITE_ONCE(g->rx_expecting, NULL);
	if (reason) {
		/* What is refused counts for nothing on the peer either. */
		spin_lock(&g->lock);
		if (e->place != NF_RG_PLACE_NONE)
			nf_rg_digest_set(g, e, 0);
		spin_unlock(&g->lock);
	}
	nf_ct_put(ct);
	return reason;
}

/**
 * nf_rg_install_related - bring what belongs to a connection to the record
 * @g: its group
 * @flow: what the record says
 * @e: its entry
 * @ct: the connection, with a reference of the caller's
 *
 * That is the connection that expected it, and those that it expects.
 *
 * Context: process, nf_rg_group.install and rcu_read_lock() held, bottom halves off.
 * Return: enum nf_rg_reason.
 */
int nf_rg_install_related(struct nf_rg_group *g, const struct nf_rg_flow *flow,
			  struct nf_rg_entry *e, struct nf_conn *ct)
{
	if (!nfct_help(ct) && !(flow->rec->sections & NF_RG_SEC_MASTER))
		return NF_RG_REASON_NONE;
	nf_conntrack_get(&ct->ct_general);
	refresh_master(g, flow, ct);
	return refresh_expected(g, flow, e, ct);
}

/* Brings entry and connection to the record.  Returns enum nf_rg_reason. */
static int refresh(struct nf_rg_group *g, const struct nf_rg_flow *flow, struct nf_rg_entry *e,
		   bool created)
{
	const struct nf_rg_record *rec = flow->rec;
	int reason = NF_RG_REASON_NONE;
	struct nf_conn *related = NULL;

	spin_lock(&g->lock);
	if (e->place == NF_RG_PLACE_NONE) {
		reason = NF_RG_REASON_CLASH;
	} else if (e->generation == g->generation && (s32)(rec->version - e->version) < 0) {
		/*
		 * Versions of another generation were counted by another active, and say nothing.
		 */
		reason = NF_RG_REASON_STALE;
	} else {
		e->version = rec->version;
		e->stale = false;
		nf_rg_digest_set(g, e, nf_rg_digest_sum(rec, g->generation));
		e->timeout = rec->timeout;
		if (!created)
			nf_rg_flow_update(flow, e->ct);
		e->held = true;
		e->hold = READ_ONCE(e->ct->timeout);
		nf_rg_window_hold(e, rec);
		if (nfct_help(e->ct) || rec->sections & NF_RG_SEC_MASTER) {
			related = e->ct;
			nf_conntrack_get(&related->ct_general);
		}
	}
	spin_unlock(&g->lock);
	if (!related)
		return reason;
	refresh_master(g, flow, related);
	return refresh_expected(g, flow, e, related);
}

static int create(struct nf_rg_group *g, const struct nf_rg_flow *flow)
{
	struct nf_rg_entry *e;
	struct nf_conn *ct;
	int reason = nf_rg_flow_create(g->rn, flow, &ct, &e);

	if (reason)
		return reason;
	nf_rg_stat_inc(g->rn, NF_RG_STAT_INSTALL_CREATED);
	reason = refresh(g, flow, e, true);
	nf_ct_put(ct);
	return reason;
}

static int apply_found(struct nf_rg_group *g, const struct nf_rg_flow *flow,
		       const struct nf_conn *ct)
{
	struct nf_rg_entry *e = nf_rg_entry_find(g->rn, ct);
	int reason;

	if (!e || nf_rg_entry_map(e) != flow->m || e->incarnation != flow->rec->incarnation ||
	    !nf_rg_ext_fits(flow->rec, ct) || !nf_rg_helper_fits(flow->rec, ct) ||
	    !nf_ct_tuple_equal(nf_ct_tuple(ct, IP_CT_DIR_ORIGINAL), &flow->orig) ||
	    !nf_ct_tuple_equal(nf_ct_tuple(ct, IP_CT_DIR_REPLY), &flow->reply))
		return NF_RG_REASON_CLASH;
	reason = refresh(g, flow, e, false);
	if (!reason)
		nf_rg_stat_inc(g->rn, NF_RG_STAT_INSTALL_UPDATED);
	return reason;
}

/* It may be here already, and what is here needs no room. */
static bool worth_a_look(int reason)
{
	return reason == NF_RG_REASON_CLASH || reason == NF_RG_REASON_CAPACITY ||
	       reason == NF_RG_REASON_MEMORY;
}

/*
 * A new one is tried at once, a known one looked up first; what is in the way is removed if it is
 * ours.
 */
static int apply_flow(struct nf_rg_group *g, const struct nf_rg_flow *flow)
{
	struct nf_conn *ct;
	int reason;

	if (flow->rec->flags & NF_RG_REC_F_NEW) {
		reason = create(g, flow);
		if (!worth_a_look(reason))
			return reason;
	}
	ct = nf_rg_install_find(g->rn, &flow->zone, &flow->orig);
	if (ct) {
		reason = apply_found(g, flow, ct);
		nf_ct_put(ct);
		if (reason != NF_RG_REASON_CLASH)
			return reason;
	}
	if (!evict_tuple(g, flow, &flow->orig) || !evict_tuple(g, flow, &flow->reply))
		return NF_RG_REASON_CLASH;
	return create(g, flow);
}

static void record_zone(const struct nf_rg_record *rec, struct nf_conntrack_zone *zone)
{
	u8 dir = NF_CT_DEFAULT_ZONE_DIR;

	if (rec->flags & NF_RG_REC_F_ZONE_ORIG)
		dir = NF_CT_ZONE_DIR_ORIG;
	else if (rec->flags & NF_RG_REC_F_ZONE_REPLY)
		dir = NF_CT_ZONE_DIR_REPL;
	nf_ct_zone_init(zone, rec->zone, dir, 0);
}

static bool translated_in_range(const struct nf_rg_flow *flow)
{
	u8 family = flow->orig.src.l3num;

	if (flow->rec->status & NF_RG_ST_SRC_NAT &&
	    nf_rg_mapping_holds(flow->m, family, &flow->reply.dst.u3))
		return true;
	return flow->rec->status & NF_RG_ST_DST_NAT &&
	       nf_rg_mapping_holds(flow->m, family, &flow->orig.dst.u3);
}

static int apply_state(struct nf_rg_group *g, struct nf_rg_flow *flow, bool merge)
{
	const struct nf_rg_record *rec = flow->rec;

	flow->m = nf_rg_mapping_find(g->rn, rec->mapping);
	if (!flow->m || flow->m->group != g)
		return NF_RG_REASON_MAPPING;
	if (READ_ONCE(flow->m->stopped))
		return NF_RG_REASON_CONFIG;
	if (!nf_rg_proto_known(rec))
		return NF_RG_REASON_PROTOCOL;
	if (!nf_rg_helper_known(rec))
		return NF_RG_REASON_HELPER;
	record_zone(rec, &flow->zone);
	nf_rg_flow_tuple(rec, &rec->orig, IP_CT_DIR_ORIGINAL, &flow->orig);
	nf_rg_flow_tuple(rec, &rec->reply, IP_CT_DIR_REPLY, &flow->reply);
	if (!translated_in_range(flow))
		return NF_RG_REASON_RANGE;
	return merge ? nf_rg_merge_flow(g, flow) : apply_flow(g, flow);
}

static void apply_delete(struct nf_rg_group *g, const struct nf_rg_record *rec)
{
	enum nf_rg_stat stat = NF_RG_STAT_INSTALL_DELETE_NONE;
	struct nf_conntrack_tuple tuple;
	struct nf_conntrack_zone zone;
	struct nf_rg_entry *e;
	struct nf_conn *ct;

	record_zone(rec, &zone);
	nf_rg_flow_tuple(rec, &rec->orig, IP_CT_DIR_ORIGINAL, &tuple);
	ct = nf_rg_install_find(g->rn, &zone, &tuple);
	if (ct) {
		e = nf_rg_entry_find(g->rn, ct);
		if (e && nf_rg_entry_map(e)->group == g && e->incarnation == rec->incarnation &&
		    nf_rg_track_remove(e, false)) {
			nf_ct_delete(ct, 0, 0);
			stat = NF_RG_STAT_INSTALL_DELETED;
		}
		nf_ct_put(ct);
	}
	nf_rg_stat_inc(g->rn, stat);
}

/* Marks what is to come again.  Context: the group's lock. */
static enum nf_rg_verdict stale_one(struct nf_rg_group *g, struct nf_rg_entry *e, void *data)
{
	unsigned int b = nf_rg_digest_bucket(e->incarnation);
	const u8 *map = data;

	e->stale = map[b / 8] >> b % 8 & 1 && !nf_rg_entry_map(e)->stopped;
	return NF_RG_KEEP;
}

/* What did not.  Context: the group's lock. */
static enum nf_rg_verdict stale_end(struct nf_rg_group *g, struct nf_rg_entry *e, void *data)
{
	return e->stale && !nf_rg_entry_map(e)->stopped ? NF_RG_KILL : NF_RG_KEEP;
}

/* Both tables were equal after batch @seq, unless something happened to ours since. */
static void apply_verified(struct nf_rg_group *g, u64 seq)
{
	spin_lock_bh(&g->lock);
	if (g->rx_sync == NF_RG_SYNC_VERIFY && seq > g->rx_damaged)
		g->rx_sync = NF_RG_SYNC_DONE;
	if (g->rx_sync == NF_RG_SYNC_DONE)
		g->verified_at = ktime_get_boottime_ns();
	spin_unlock_bh(&g->lock);
}

/* Context: process; walks all entries. */
static void apply_control(struct nf_rg_group *g, struct nf_rg_record *rec)
{
	switch (rec->flags) {
	case NF_RG_CTL_VERIFIED:
		apply_verified(g, rec->incarnation);
		break;
	case NF_RG_CTL_REPAIR_BEGIN:
		spin_lock_bh(&g->lock);
		nf_rg_install_incomplete(g);
		spin_unlock_bh(&g->lock);
		g->rx_repair = true;
		nf_rg_track_walk(g, stale_one, rec->buckets);
		break;
	case NF_RG_CTL_REPAIR_END:
		/* One that never began here swept nothing, and nothing is marked. */
		if (g->rx_repair)
			nf_rg_stat_add(g->rn, NF_RG_STAT_REPAIR_SWEPT,
				       nf_rg_track_walk(g, stale_end, NULL));
		g->rx_repair = false;
		break;
	}
}

/*
 * May a batch be installed now?  Looked at for each chunk of records, since the role may change
 * meanwhile.
 */
static int install_allowed(const struct nf_rg_install *in)
{
	bool merge = in->flags & NF_RG_BATCH_MERGE;
	struct nf_rg_group *g = in->g;
	int err = 0;

	spin_lock_bh(&g->lock);
	if (g->dead)
		err = -ESRCH;
	else if (g->role != (merge ? NF_RG_ROLE_ACTIVE : NF_RG_ROLE_STANDBY))
		err = -EPERM;
	else if (nf_rg_epoch_cmp(&g->epoch, &in->epoch))
		err = -ESTALE;
	spin_unlock_bh(&g->lock);
	if (err == -EPERM)
		nf_rg_stat_inc(g->rn, merge ? NF_RG_STAT_MERGE_NOT_ACTIVE :
					      NF_RG_STAT_INSTALL_NOT_STANDBY);
	else if (err == -ESTALE)
		nf_rg_stat_inc(g->rn, NF_RG_STAT_INSTALL_EPOCH);
	return err;
}

/*
 * Can the helper of a record be had?  A peer with many connections of one that cannot be must not
 * start as many programs that look for it.  Context: nf_rg_group.install held.
 */
static bool helper_there(struct nf_rg_group *g, const struct nf_rg_record *rec)
{
	/* One that is not for such a connection says nothing about others. */
	if (!nf_rg_helper_possible(rec))
		return false;
	if (time_before(jiffies, g->rx_helper_until) &&
	    !memcmp(rec->helper, g->rx_helper, sizeof(rec->helper)))
		return false;
	if (nf_rg_helper_load(rec))
		return true;
	memcpy(g->rx_helper, rec->helper, sizeof(g->rx_helper));
	g->rx_helper_until = jiffies + HELPER_INTERVAL;
	return false;
}

/* What most records need is taken once for many of them. */
static void chunk_begin(void)
	__acquires(RCU)
{
	rcu_read_lock();
	local_bh_disable();
}

static void chunk_end(void)
	__releases(RCU)
{
	local_bh_enable();
	rcu_read_unlock();
}

/*
 * Context: between chunk_begin() and chunk_end(), and outside for what has to wait.  Returns enum
 * nf_rg_reason.
 */
static int apply_record(struct nf_rg_install *in, struct nf_rg_record *rec,
			struct nf_rg_flow *flow) __must_hold(RCU)
{
	bool merge = in->flags & NF_RG_BATCH_MERGE, there = true;
	struct nf_rg_group *g = in->g;

	if (rec->type == NF_RG_REC_DELETE) {
		apply_delete(g, rec);
		return NF_RG_REASON_NONE;
	}
	if (rec->type == NF_RG_REC_STATE && !(rec->sections & NF_RG_SEC_HELPER))
		return apply_state(g, flow, merge);
	chunk_end();
	if (rec->type == NF_RG_REC_CONTROL)
		apply_control(g, rec);
	else
		there = helper_there(g, rec);
	chunk_begin();
	if (rec->type == NF_RG_REC_CONTROL)
		return NF_RG_REASON_NONE;
	return there ? apply_state(g, flow, merge) : NF_RG_REASON_HELPER;
}

/* The word of one that is not the active any more ends nothing, and repairs nothing. */
static bool record_allowed(const struct nf_rg_install *in, const struct nf_rg_record *rec)
{
	return !(in->flags & NF_RG_BATCH_MERGE) || rec->type == NF_RG_REC_STATE;
}

/* Few batches have any, so there is no room for them before.  False: there is none now. */
static bool install_refuse(struct nf_rg_install *in, unsigned int index, int reason)
{
	nf_rg_stat_inc(in->g->rn, nf_rg_stat_refused(reason));
	if (!in->refusals)
		in->refusals = kmalloc_array(NF_RG_BATCH_RECORDS, sizeof(*in->refusals),
					     GFP_ATOMIC);
	if (!in->refusals)
		return false;
	in->refusals[in->n_refusals++] =
		(struct nf_rg_refusal){ .index = index, .reason = reason };
	return true;
}

/* Up to INSTALL_CHUNK records.  Returns -errno if the batch cannot go on. */
static int install_chunk(struct nf_rg_install *in, unsigned int *index)
{
	struct nf_rg_record rec;
	struct nf_rg_flow flow = { .rec = &rec };
	unsigned int i;
	int len, reason;

	for (i = 0; i < INSTALL_CHUNK && in->offset < in->len; i++, (*index)++) {
		len = nf_rg_record_decode(&rec, in->buf + in->offset, in->len - in->offset);
		if (len < 0 || *index >= NF_RG_BATCH_RECORDS || !record_allowed(in, &rec)) {
			nf_rg_stat_inc(in->g->rn, NF_RG_STAT_INSTALL_BAD);
			return -EBADMSG;
		}
		in->offset += len;
		reason = apply_record(in, &rec, &flow);
		if (reason && !install_refuse(in, *index, reason))
			return -ENOMEM;
	}
	return 0;
}

static int install_records(struct nf_rg_install *in)
{
	unsigned int index = 0;
	int err;

	while (in->offset < in->len) {
		err = install_allowed(in);
		if (err)
			return err;
		cond_resched();
		chunk_begin();
		err = install_chunk(in, &index);
		chunk_end();
		if (err)
			return err;
	}
	return 0;
}

static enum nf_rg_verdict sweep_one(struct nf_rg_group *g, struct nf_rg_entry *e, void *data)
{
	return e->generation == g->generation || nf_rg_entry_map(e)->stopped ? NF_RG_KEEP :
									       NF_RG_KILL;
}

static void install_begin(struct nf_rg_install *in)
{
	struct nf_rg_group *g = in->g;

	if (in->flags & NF_RG_BATCH_MERGE) {
		if (in->flags & NF_RG_BATCH_BULK_BEGIN)
			nf_rg_merge_begin(g);
		return;
	}
	spin_lock_bh(&g->lock);
	/* The peer sends: what we did as another active it does not want any more. */
	if (g->merge)
		nf_rg_push_stop(g);
	if (g->generation != in->generation) {
		g->generation = in->generation;
		nf_rg_digest_clear(g);
	}
	if (in->flags & NF_RG_BATCH_BULK_BEGIN) {
		g->rx_bulk = true;
		g->rx_sync = NF_RG_SYNC_BULK;
	} else if (g->rx_sync == NF_RG_SYNC_NONE) {
		g->rx_sync = NF_RG_SYNC_DELTA;
	}
	spin_unlock_bh(&g->lock);
}

/* Context: the group's lock. */
static void put_digest(struct nf_rg_install *in)
{
	const struct nf_rg_digest *d = in->g->digest;
	unsigned int i;

	in->digest[0] = cpu_to_be64(d->root);
	in->n_digest = 1;
	if (!(in->flags & NF_RG_BATCH_DIGESTS))
		return;
	for (i = 0; i < NF_RG_BUCKETS; i++)
		in->digest[1 + i] = cpu_to_be64(d->bucket[i]);
	in->n_digest += NF_RG_BUCKETS;
}

static void install_end(struct nf_rg_install *in)
{
	struct nf_rg_group *g = in->g;

	if (in->flags & NF_RG_BATCH_MERGE) {
		nf_rg_stat_inc(g->rn, NF_RG_STAT_MERGE_BATCH);
		in->sync = READ_ONCE(g->sync);
		return;
	}
	nf_rg_stat_inc(g->rn, NF_RG_STAT_INSTALL_BATCH);
	if (in->flags & NF_RG_BATCH_BULK_END && g->rx_bulk)
		nf_rg_stat_add(g->rn, NF_RG_STAT_INSTALL_SWEPT,
			       nf_rg_track_walk(g, sweep_one, NULL));
	spin_lock_bh(&g->lock);
	if (in->flags & NF_RG_BATCH_BULK_END)
		g->rx_bulk = false;
	/* A peer that ends a bulk transfer which never began has not told us everything. */
	if (in->flags & NF_RG_BATCH_SYNCED && !g->rx_bulk)
		g->rx_sync = NF_RG_SYNC_VERIFY;
	g->rx_seq = in->seq;
	if (in->n_refusals)
		nf_rg_install_incomplete(g);
	in->sync = g->rx_sync;
	in->lost = g->lost;
	g->lost = 0;
	put_digest(in);
	spin_unlock_bh(&g->lock);
}

/**
 * nf_rg_install_batch - install what the peer has pushed
 * @in: the batch; its results are filled in
 *
 * Context: process; takes nf_rg_group.install.
 * Return: 0, even if records were refused; -EPERM if the group does not stand by, or for a merge is
 * not active, -ESTALE if its
 * epoch is another, -ESRCH if it is being removed, -EBADMSG: the record at @in->offset is
 * malformed, those before it are installed; -ENOMEM: so are some, and it cannot be said which.
 */
int nf_rg_install_batch(struct nf_rg_install *in)
{
	int err;

	mutex_lock(&in->g->install);
	err = install_allowed(in);
	if (!err) {
		install_begin(in);
		err = install_records(in);
		nf_rg_window_guard(in->g->rn);
	}
	if (!err)
		install_end(in);
	mutex_unlock(&in->g->install);
	return err;
}

/**
 * nf_rg_install_incomplete - the copy is not, or not known to be, equal any more
 * @g: the group, locked
 *
 * What the peer found about batches up to the last one answered does not count any more.
 */
void nf_rg_install_incomplete(struct nf_rg_group *g)
{
	g->rx_damaged = g->rx_seq;
	if (g->rx_sync == NF_RG_SYNC_DONE)
		g->rx_sync = NF_RG_SYNC_VERIFY;
}

/**
 * nf_rg_install_session - a receiving session begins or ends
 * @g: the group
 * @session: 0: ended
 *
 * What was received stays.  Until the peer says that nothing is missing, nothing is known to be
 * complete.
 */
void nf_rg_install_session(struct nf_rg_group *g, u32 session)
{
	spin_lock_bh(&g->lock);
	g->rx_session = session;
	g->rx_bulk = false;
	g->rx_repair = false;
	g->rx_sync = NF_RG_SYNC_NONE;
	/* The numbers of another sender may be lower. */
	g->rx_seq = 0;
	g->rx_damaged = 0;
	spin_unlock_bh(&g->lock);
}
