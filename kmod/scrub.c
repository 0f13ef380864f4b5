// SPDX-License-Identifier: GPL-2.0
/*
 * Scrubbing: is the table of connections what the digests say it is?
 *
 * The digests follow what was said between the routers.  What somebody does to a connection behind
 * our back they do not see, so every connection is looked at from time to time.
 *
 * On a standby that got everything, one that is not what the peer said is removed, and so is a
 * translated one of the group that the peer never spoke of.  The digests then differ, and the peer
 * sends the bucket again (verify.c).  On the active, one that changed without an event is sent
 * again, one without an entry is adopted, and the peer's table is compared, and told if all is
 * well.
 */
#include "scrub.h"

#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "compat/compat.h"
#include "digest.h"
#include "push.h"
#include "track.h"
#include "verify.h"

#define SCRUB_MANY	100000	/* entries that are looked at in one interval */
#define FOREIGN_CHUNK	64	/* connections removed in one walk */

static unsigned int scrub_interval = 30;
module_param(scrub_interval, uint, 0644);
MODULE_PARM_DESC(scrub_interval,
		 "seconds from one look at all connections to the next, for each 100000 of them (30)");

/**
 * nf_rg_scrub_later - look at all connections of a group in a while
 * @g: the group
 *
 * Context: any.
 */
void nf_rg_scrub_later(struct nf_rg_group *g)
{
	unsigned long s = clamp(READ_ONCE(scrub_interval), 1U, 86400U);

	mod_delayed_work(system_unbound_wq, &g->scrub_work,
			 s * HZ * (1 + READ_ONCE(g->entries) / SCRUB_MANY));
}

/* Sends again what changed without an event.  Context: the group's lock. */
static enum nf_rg_verdict untold_one(struct nf_rg_group *g, struct nf_rg_entry *e, void *data)
{
	if (g->role != NF_RG_ROLE_ACTIVE || e->place != NF_RG_PLACE_CLEAN ||
	    nf_rg_digest_intact(g, e))
		return NF_RG_KEEP;
	nf_rg_stat_inc(g->rn, NF_RG_STAT_SCRUB_UNTOLD);
	WRITE_ONCE(e->ct->mark, nf_rg_mapping_mark(nf_rg_entry_map(e), READ_ONCE(e->ct->mark)));
	nf_rg_track_place(g, e, NF_RG_PLACE_DIRTY);
	nf_rg_push_kick(g);
	return NF_RG_KEEP;
}

/*
 * Is there a peer that said what the table should be?  What a former active never got to send is
 * not damaged, and may be all that is left.
 */
static bool has_copy(const struct nf_rg_group *g)
{
	return READ_ONCE(g->role) == NF_RG_ROLE_STANDBY && READ_ONCE(g->rx_sync) >= NF_RG_SYNC_DONE;
}

/* Removes what is not as the peer said.  Context: the group's lock. */
static enum nf_rg_verdict damaged_one(struct nf_rg_group *g, struct nf_rg_entry *e, void *data)
{
	if (!has_copy(g) || nf_rg_digest_intact(g, e))
		return NF_RG_KEEP;
	nf_rg_stat_inc(g->rn, NF_RG_STAT_SCRUB_DAMAGED);
	nf_rg_track_damaged(g);
	return NF_RG_KILL;
}

struct foreign {
	struct nf_rg_group *g;
	unsigned int n;
	struct nf_conn *ct[FOREIGN_CHUNK];
};

/* Context: rcu_read_lock() held. */
static bool is_foreign(struct nf_rg_group *g, const struct nf_conn *ct)
{
	const struct nf_rg_mapping *m = nf_rg_classify(g->rn, ct);

	return m && m->group == g && !m->stopped && has_copy(g) && !nf_ct_is_dying(ct) &&
	       nf_rg_mapping_replicates(m, ct) && !nf_rg_entry_find(g->rn, ct);
}

/* Called under the lock of a hash bucket.  Returns 0: nothing is to be deleted. */
static int foreign_one(struct nf_conn *ct, void *data)
{
	struct foreign *f = data;

	if (f->n == FOREIGN_CHUNK || !(READ_ONCE(ct->status) & (IPS_SRC_NAT | IPS_DST_NAT)))
		return 0;
	rcu_read_lock();
	if (is_foreign(f->g, ct)) {
		nf_conntrack_get(&ct->ct_general);
		f->ct[f->n++] = ct;
	}
	rcu_read_unlock();
	return 0;
}

/* Removes connections of the group that have no entry.  Returns false if there may be more. */
static bool scrub_foreign(struct nf_rg_group *g, struct foreign *f)
{
	unsigned int i;

	f->g = g;
	f->n = 0;
	nf_rg_compat_iterate(g->rn->net, foreign_one, f);
	/* While one is being installed it has no entry, for a moment. */
	mutex_lock(&g->install);
	for (i = 0; i < f->n; i++) {
		rcu_read_lock();
		if (is_foreign(g, f->ct[i])) {
			nf_rg_stat_inc(g->rn, NF_RG_STAT_SCRUB_FOREIGN);
			nf_ct_delete(f->ct[i], 0, 0);
		}
		rcu_read_unlock();
		nf_ct_put(f->ct[i]);
	}
	mutex_unlock(&g->install);
	return f->n < FOREIGN_CHUNK;
}

static void scrub_standby(struct nf_rg_group *g)
{
	struct foreign *f = kmalloc(sizeof(*f), GFP_KERNEL);

	nf_rg_track_walk(g, damaged_one, NULL);
	/* Without memory: the next time. */
	while (f && !scrub_foreign(g, f))
		cond_resched();
	kfree(f);
}

static void scrub_active(struct nf_rg_group *g)
{
	nf_rg_net_adopt_soon(g->rn);
	nf_rg_track_walk(g, untold_one, NULL);
	spin_lock_bh(&g->lock);
	nf_rg_verify_now(g);
	spin_unlock_bh(&g->lock);
}

/**
 * nf_rg_scrub_work - look at all connections of a group
 * @work: nf_rg_group.scrub_work
 */
void nf_rg_scrub_work(struct work_struct *work)
{
	struct nf_rg_group *g = container_of(to_delayed_work(work), struct nf_rg_group, scrub_work);

	switch (READ_ONCE(g->role)) {
	case NF_RG_ROLE_ACTIVE:
		scrub_active(g);
		break;
	case NF_RG_ROLE_STANDBY:
		scrub_standby(g);
		break;
	default:
		return;
	}
	nf_rg_stat_inc(g->rn, NF_RG_STAT_SCRUBS);
	nf_rg_scrub_later(g);
}
