// SPDX-License-Identifier: GPL-2.0
/*
 * After a split brain: what the other active did becomes part of this one's table.
 *
 * The group is active here and goes on being so, so nothing here gives way.  A connection that
 * is not here is made, with the other router's incarnation, by which that one knows its own again
 * when everything is sent back to it; from then on it is a connection like any other.  One that is
 * here, translated alike, is kept, and brought on if the other router has seen more of it.  One
 * that collides, because its tuple is translated otherwise here or because its translated address
 * and port are somebody else's here, is refused: of two connections that answer to one address
 * only one can go on.
 */
#include "merge.h"

#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "create.h"
#include "install.h"
#include "push.h"
#include "role.h"
#include "track.h"
#include "window.h"

/* It may have gone on over there.  Context: the group's lock. */
static enum nf_rg_verdict rest_one(struct nf_rg_group *g, struct nf_rg_entry *e, void *data)
{
	nf_rg_window_rest(e);
	return NF_RG_KEEP;
}

/**
 * nf_rg_merge_begin - the first batch of a merge has come
 * @g: the group, active
 *
 * While both were active the packets of any connection may have passed at either, so the windows
 * that the core knows here may be old ones, and all that comes out of them: they are learnt again.
 *
 * Context: process; walks all entries.
 */
void nf_rg_merge_begin(struct nf_rg_group *g)
{
	nf_rg_track_walk(g, rest_one, NULL);
	nf_rg_window_guard(g->rn);
}

/*
 * Brings a connection that was not here, or is behind, to the record, as a takeover would, and
 * tells the peer.
 */
static void bring(struct nf_rg_group *g, const struct nf_rg_flow *flow, struct nf_rg_entry *e,
		  struct nf_conn *ct, bool created)
{
	spin_lock(&g->lock);
	if (e->place == NF_RG_PLACE_NONE || e->place == NF_RG_PLACE_HELD) {
		spin_unlock(&g->lock);
		return;
	}
	if (created)
		e->version = flow->rec->version;
	else
		nf_rg_flow_update(flow, ct);
	e->timeout = flow->rec->timeout;
	e->held = true;
	e->hold = READ_ONCE(ct->timeout);
	nf_rg_window_hold(e, flow->rec);
	nf_rg_role_release(g, e);
	if (e->place != NF_RG_PLACE_DIRTY)
		nf_rg_track_place(g, e, NF_RG_PLACE_DIRTY);
	nf_rg_push_kick(g);
	spin_unlock(&g->lock);
}

/* One with this tuple is here. */
static int merge_found(struct nf_rg_group *g, const struct nf_rg_flow *flow, struct nf_conn *ct)
{
	struct nf_rg_entry *e = nf_rg_entry_find(g->rn, ct);

	if (!nf_ct_tuple_equal(nf_ct_tuple(ct, IP_CT_DIR_ORIGINAL), &flow->orig) ||
	    !nf_ct_tuple_equal(nf_ct_tuple(ct, IP_CT_DIR_REPLY), &flow->reply))
		return NF_RG_REASON_SPLIT;
	if (!e || nf_rg_entry_map(e) != flow->m || e->incarnation != flow->rec->incarnation ||
	    !nf_rg_window_behind(e, flow->rec)) {
		nf_rg_stat_inc(g->rn, NF_RG_STAT_MERGE_KNOWN);
		return NF_RG_REASON_NONE;
	}
	bring(g, flow, e, ct, false);
	nf_rg_stat_inc(g->rn, NF_RG_STAT_MERGE_UPDATED);
	return nf_rg_install_related(g, flow, e, ct);
}

static int merge_new(struct nf_rg_group *g, const struct nf_rg_flow *flow)
{
	struct nf_rg_entry *e;
	struct nf_conn *ct;
	int reason = nf_rg_flow_create(g->rn, flow, &ct, &e);

	if (reason)
		return reason;
	bring(g, flow, e, ct, true);
	nf_rg_stat_inc(g->rn, NF_RG_STAT_MERGE_CREATED);
	reason = nf_rg_install_related(g, flow, e, ct);
	nf_ct_put(ct);
	return reason;
}

/**
 * nf_rg_merge_flow - take over a connection of the other active
 * @g: the group, active
 * @flow: the connection; its record is checked
 *
 * Context: process, nf_rg_group.install and rcu_read_lock() held, bottom halves off.
 * Return: enum nf_rg_reason; NF_RG_REASON_SPLIT if it collides.
 */
int nf_rg_merge_flow(struct nf_rg_group *g, const struct nf_rg_flow *flow)
{
	struct nf_conn *ct = nf_rg_install_find(g->rn, &flow->zone, &flow->orig);
	int reason;

	if (!ct) {
		reason = merge_new(g, flow);
		return reason == NF_RG_REASON_CLASH ? NF_RG_REASON_SPLIT : reason;
	}
	reason = merge_found(g, flow, ct);
	nf_ct_put(ct);
	return reason;
}
