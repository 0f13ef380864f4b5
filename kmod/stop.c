// SPDX-License-Identifier: GPL-2.0
/*
 * Stopped mappings: those which the peer has otherwise.
 *
 * What they translate goes on, but is not replicated.  On the active router an entry that would be
 * dirty is put on a list of its own instead (nf_rg_track_place()), where more events cost nothing,
 * and what a bulk transfer would send is put there too.  The ends of connections are still sent:
 * the peer's copy of one that lives stays, and no other.  The standby router refuses records of the
 * mapping, whoever sends them, and spares its entries when it sweeps what did not come.
 *
 * The mapping counts in neither digest meanwhile, so the rest can be verified.  When it goes on all
 * of its entries are sent again.
 */
#include "stop.h"

#include <net/netfilter/nf_conntrack.h>

#include "digest.h"
#include "push.h"
#include "track.h"
#include "verify.h"

/* Context: the group's lock. */
static enum nf_rg_verdict stop_one(struct nf_rg_group *g, struct nf_rg_entry *e, void *data)
{
	struct nf_rg_mapping *m = data;

	if (nf_rg_entry_map(e) != m || !m->stopped || e->place == NF_RG_PLACE_HELD)
		return NF_RG_KEEP;
	if (g->role == NF_RG_ROLE_ACTIVE)
		nf_rg_track_place(g, e, NF_RG_PLACE_STOPPED);
	nf_rg_digest_set(g, e, 0);
	return NF_RG_KEEP;
}

/* Also of a group that is not active any more: it may be again.  Context: the group's lock. */
static enum nf_rg_verdict go_on_one(struct nf_rg_group *g, struct nf_rg_entry *e, void *data)
{
	struct nf_rg_mapping *m = data;

	if (nf_rg_entry_map(e) != m || m->stopped || e->place != NF_RG_PLACE_STOPPED)
		return NF_RG_KEEP;
	nf_rg_track_place(g, e, NF_RG_PLACE_DIRTY);
	nf_rg_push_kick(g);
	return NF_RG_KEEP;
}

/**
 * nf_rg_stop_set - stop the replication of a mapping, or let it go on
 * @m: the mapping
 * @stopped: which
 *
 * When it returns nothing of a stopped mapping is sent or installed any more.
 *
 * Context: process, nf_rg_net.config held; walks the group's entries if there is a change.
 */
void nf_rg_stop_set(struct nf_rg_mapping *m, bool stopped)
{
	struct nf_rg_group *g = m->group;
	bool changed;

	spin_lock_bh(&g->lock);
	changed = m->stopped != stopped;
	WRITE_ONCE(m->stopped, stopped);
	spin_unlock_bh(&g->lock);
	if (!changed)
		return;
	/* An installation that runs may have looked before. */
	mutex_lock(&g->install);
	mutex_unlock(&g->install);
	nf_rg_track_walk(g, stopped ? stop_one : go_on_one, m);
	spin_lock_bh(&g->lock);
	if (g->role == NF_RG_ROLE_ACTIVE && g->session) {
		/* The digest is another one now: nothing that is in flight can be compared. */
		nf_rg_verify_refused(g, NULL);
		nf_rg_push_kick(g);
	}
	spin_unlock_bh(&g->lock);
}
