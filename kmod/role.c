// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a group: how it comes and goes, and what a change of its role sets off.
 *
 * A change of role flips one word under the group's lock and recomputes the gate; it costs the
 * same for no connections and for a million.  What has to be done to each connection is done
 * behind it, by a walk: a standby's entries get a timeout so long that nothing needs to refresh
 * them (hold), a new active's get back what was left on the peer (release).  A packet that comes
 * before the walk does the same for its own connection, as every packet does.
 *
 * ACTIVE is a lease.  The packet path compares the clock with its end, so a machine that was
 * stopped and goes on finds its gate closed before the first packet.  The work item only tells
 * people.
 */
#include "role.h"

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/timekeeping.h>
#include <net/netfilter/nf_conntrack.h>

#include "gate.h"
#include "hold.h"
#include "push.h"
#include "scrub.h"
#include "track.h"
#include "verify.h"
#include "window.h"

#define HOLD_DAYS	30
#define HOLD_REFRESH	(6UL * 3600 * HZ)	/* a standby's entries are held again this often */
#define WINDOW_REFRESH	(5UL * HZ)	/* from one look for connections at rest to the next */

static nf_rg_notify_fn role_notify;

/**
 * nf_rg_role_init - say who is told of changes
 * @notify: called after them
 */
void nf_rg_role_init(nf_rg_notify_fn notify)
{
	role_notify = notify;
}

/**
 * nf_rg_role_hold_time - how long a standby's entries are kept without a refresh
 *
 * Return: jiffies; at most 2^30, since timeouts are compared as 32 bit numbers
 * (nf_ct_is_expired()).
 */
u32 nf_rg_role_hold_time(void)
{
	return min_t(u64, (u64)HOLD_DAYS * 86400 * HZ, 1U << 30);
}

static enum nf_rg_verdict hold_one(struct nf_rg_group *g, struct nf_rg_entry *e, void *data)
{
	u32 left = nf_ct_expires(e->ct);

	if (g->role == NF_RG_ROLE_ACTIVE)
		return NF_RG_KEEP;
	/* What it gets back after a takeover, if it was not held already. */
	if (!e->held || READ_ONCE(e->ct->timeout) != e->hold)
		e->timeout = left / HZ;
	e->held = true;
	e->hold = nfct_time_stamp + nf_rg_role_hold_time();
	WRITE_ONCE(e->ct->timeout, e->hold);
	nf_rg_window_rest(e);
	nf_rg_stat_inc(g->rn, NF_RG_STAT_HELD);
	return NF_RG_KEEP;
}

/*
 * Jiffies that an entry gets back.  The core compares them as int, and gives INT_MAX at most where
 * somebody asks for more (ctnetlink); the peer may count seconds in smaller numbers (HZ).
 */
static u32 release_time(const struct nf_rg_entry *e)
{
	return clamp_t(u64, (u64)e->timeout * HZ, HZ, INT_MAX);
}

/**
 * nf_rg_role_release - an entry of an active group is not held any more
 * @g: its group, locked
 * @e: the entry
 */
void nf_rg_role_release(struct nf_rg_group *g, struct nf_rg_entry *e)
{
	nf_rg_window_resume(e);
	/* A packet may have come first, and set the timeout that its protocol wants. */
	if (cmpxchg(&e->ct->timeout, e->hold, nfct_time_stamp + release_time(e)) == e->hold)
		nf_rg_stat_inc(g->rn, NF_RG_STAT_RELEASED);
	e->held = false;
	e->told = 0;
}

static enum nf_rg_verdict release_one(struct nf_rg_group *g, struct nf_rg_entry *e, void *data)
{
	if (g->role == NF_RG_ROLE_ACTIVE && e->held)
		nf_rg_role_release(g, e);
	return NF_RG_KEEP;
}

static void timeout_work(struct work_struct *work)
{
	struct nf_rg_group *g =
		container_of(to_delayed_work(work), struct nf_rg_group, timeout_work);

	if (READ_ONCE(g->role) == NF_RG_ROLE_ACTIVE) {
		nf_rg_track_walk(g, release_one, NULL);
		return;
	}
	nf_rg_track_walk(g, hold_one, NULL);
	nf_rg_window_guard(g->rn);
	queue_delayed_work(system_unbound_wq, &g->timeout_work, HOLD_REFRESH);
}

static void window_work(struct work_struct *work)
{
	struct nf_rg_group *g =
		container_of(to_delayed_work(work), struct nf_rg_group, window_work);

	if (READ_ONCE(g->role) != NF_RG_ROLE_ACTIVE)
		return;
	nf_rg_window_refresh(g);
	queue_delayed_work(system_unbound_wq, &g->window_work, WINDOW_REFRESH);
}

static void lease_work(struct work_struct *work)
{
	struct nf_rg_group *g = container_of(to_delayed_work(work), struct nf_rg_group, lease_work);
	u64 now = ktime_get_boottime_ns();

	/* The delay rounds to jiffies and a renewal may have come: look again. */
	if (READ_ONCE(g->role) != NF_RG_ROLE_ACTIVE || READ_ONCE(g->lease_until) == U64_MAX)
		return;
	if (now < READ_ONCE(g->lease_until)) {
		u64 left = READ_ONCE(g->lease_until) - now;

		queue_delayed_work(system_unbound_wq, &g->lease_work, nsecs_to_jiffies(left) + 1);
		return;
	}
	nf_rg_stat_inc(g->rn, NF_RG_STAT_LEASE_EXPIRED);
	nf_rg_gate_update(g->rn, false);
	role_notify(g, NF_RG_EVENT_LEASE);
}

static void lost_work(struct work_struct *work)
{
	role_notify(container_of(to_delayed_work(work), struct nf_rg_group, lost_work),
		    NF_RG_EVENT_LOST);
}

/**
 * nf_rg_role_create - make a group and put it into the table
 * @rn: the namespace, enabled
 * @id: number, 1-NF_RG_GROUP_MAX
 * @out: the group; borrowed from the table
 *
 * Context: nf_rg_net.config held.
 * Return: 0; -EEXIST, -ENOMEM.
 */
int nf_rg_role_create(struct nf_rg_net *rn, u32 id, struct nf_rg_group **out)
{
	struct nf_rg_group *g = nf_rg_group_alloc(rn, id);
	int err;

	if (!g)
		return -ENOMEM;
	INIT_DELAYED_WORK(&g->push_work, nf_rg_push_work);
	INIT_DELAYED_WORK(&g->timeout_work, timeout_work);
	INIT_DELAYED_WORK(&g->window_work, window_work);
	INIT_DELAYED_WORK(&g->lease_work, lease_work);
	INIT_DELAYED_WORK(&g->lost_work, lost_work);
	INIT_WORK(&g->repair_work, nf_rg_verify_work);
	INIT_DELAYED_WORK(&g->scrub_work, nf_rg_scrub_work);
	INIT_DELAYED_WORK(&g->hold_work, nf_rg_hold_work);
	err = xa_insert(&rn->groups, id, g, GFP_KERNEL);
	if (err) {
		nf_rg_group_put(g);
		return err == -EBUSY ? -EEXIST : err;
	}
	nf_rg_gate_update(rn, nf_rg_group_gate(rn));
	*out = g;
	return 0;
}

static enum nf_rg_verdict end_forget(struct nf_rg_group *g, struct nf_rg_entry *e, void *data)
{
	if (data && nf_rg_entry_map(e) != data)
		return NF_RG_KEEP;
	WRITE_ONCE(e->ct->mark, READ_ONCE(e->ct->mark) & ~g->rn->mark_mask);
	return NF_RG_FORGET;
}

static enum nf_rg_verdict end_kill(struct nf_rg_group *g, struct nf_rg_entry *e, void *data)
{
	return NF_RG_KILL;
}

/**
 * nf_rg_role_delete_mapping - remove a mapping; its connections stay
 * @m: the mapping
 *
 * Context: process, nf_rg_net.config held.
 */
void nf_rg_role_delete_mapping(struct nf_rg_mapping *m)
{
	struct nf_rg_group *g = m->group;

	nf_rg_mapping_unlink(m);
	spin_lock_bh(&g->lock);
	m->dead = true;
	spin_unlock_bh(&g->lock);
	nf_rg_track_walk(g, end_forget, m);
	nf_rg_mapping_free(m);
}

/**
 * nf_rg_role_delete - remove a group
 * @g: borrowed from the table, which gives it up
 *
 * The connections of a group that is not active came from a peer and are removed with it; an
 * active group's stay.
 *
 * Context: process, nf_rg_net.config held.
 */
void nf_rg_role_delete(struct nf_rg_group *g)
{
	struct nf_rg_net *rn = g->rn;
	struct nf_rg_mapping *m, *next;
	bool kill;

	xa_erase(&rn->groups, g->id);
	nf_rg_gate_update(rn, nf_rg_group_gate(rn));
	spin_lock_bh(&g->lock);
	g->dead = true;
	kill = g->role != NF_RG_ROLE_ACTIVE;
	nf_rg_push_stop(g);
	spin_unlock_bh(&g->lock);

	cancel_delayed_work_sync(&g->push_work);
	cancel_delayed_work_sync(&g->timeout_work);
	cancel_delayed_work_sync(&g->window_work);
	cancel_delayed_work_sync(&g->lease_work);
	cancel_delayed_work_sync(&g->lost_work);
	cancel_work_sync(&g->repair_work);
	cancel_delayed_work_sync(&g->scrub_work);
	cancel_delayed_work_sync(&g->hold_work);
	/* An installation that runs finds the group dead at its next record. */
	mutex_lock(&g->install);
	mutex_unlock(&g->install);
	nf_rg_track_walk(g, kill ? end_kill : end_forget, NULL);
	list_for_each_entry_safe(m, next, &rn->mappings, list)
		if (m->group == g)
			nf_rg_role_delete_mapping(m);

	nf_rg_track_free_tombs(&g->tombs);
	if (g->push_page)
		put_page(g->push_page);
	g->push_page = NULL;
	role_notify(g, NF_RG_EVENT_DELETED);
	nf_rg_group_put(g);
}

static void set_lease(struct nf_rg_group *g, u32 lease_ms, u64 now)
{
	if (!lease_ms) {
		WRITE_ONCE(g->lease_until, U64_MAX);
		return;
	}
	WRITE_ONCE(g->lease_until, now + (u64)lease_ms * NSEC_PER_MSEC);
	mod_delayed_work(system_unbound_wq, &g->lease_work, msecs_to_jiffies(lease_ms) + 1);
}

static void set_role(struct nf_rg_group *g, const struct nf_rg_role_change *c, u64 now)
{
	bool active = c->role == NF_RG_ROLE_ACTIVE;

	if (g->session)
		nf_rg_push_stop(g);
	/* Whom we fed as an earlier active says nothing about whom we feed now. */
	g->peer_instance = 0;
	g->fed = false;
	g->rx_session = 0;
	g->rx_bulk = false;
	g->rx_sync = NF_RG_SYNC_NONE;
	g->rx_repair = false;
	g->lost = 0;
	g->verified_at = 0;
	WRITE_ONCE(g->grace_until, active ? 0 : now + (u64)c->grace_ms * NSEC_PER_MSEC);
	WRITE_ONCE(g->role, c->role);
	mod_delayed_work(system_unbound_wq, &g->timeout_work, 0);
	nf_rg_scrub_later(g);
	if (active) {
		nf_rg_net_adopt_soon(g->rn);
		mod_delayed_work(system_unbound_wq, &g->window_work, WINDOW_REFRESH);
	}
}

/**
 * nf_rg_role_set - change a role, or renew a lease
 * @g: the group
 * @c: what is asked for, in range
 *
 * Context: process.
 * Return: 0; -ESTALE if the group's epoch is higher, -ESRCH if it is being removed.
 */
int nf_rg_role_set(struct nf_rg_group *g, const struct nf_rg_role_change *c)
{
	u64 now = ktime_get_boottime_ns();
	bool changed, no_new;
	int err = 0;

	spin_lock_bh(&g->lock);
	no_new = g->no_new;
	if (g->dead) {
		err = -ESRCH;
	} else if (nf_rg_epoch_cmp(&c->epoch, &g->epoch) < 0) {
		err = -ESTALE;
	} else {
		changed = g->role != c->role || nf_rg_epoch_cmp(&c->epoch, &g->epoch);
		g->epoch = c->epoch;
		WRITE_ONCE(g->no_new, c->no_new);
		set_lease(g, c->role == NF_RG_ROLE_ACTIVE ? c->lease_ms : 0, now);
		if (g->role != c->role)
			set_role(g, c, now);
		if (c->no_new && !no_new)
			nf_rg_hold_hurry(g);
	}
	spin_unlock_bh(&g->lock);
	if (err)
		return err;
	nf_rg_gate_update(g->rn, nf_rg_group_gate(g->rn));
	if (changed)
		role_notify(g, NF_RG_EVENT_ROLE);
	return 0;
}

/**
 * nf_rg_role_flush - remove the connections of a group that is not active
 * @g: the group
 *
 * It gets a new instance number, so that the peer sends all again.
 *
 * Context: process.
 * Return: 0; -EBUSY if it is active.
 */
int nf_rg_role_flush(struct nf_rg_group *g)
{
	int err = 0;

	mutex_lock(&g->install);
	spin_lock_bh(&g->lock);
	if (g->role == NF_RG_ROLE_ACTIVE)
		err = -EBUSY;
	else
		g->instance = get_random_u64() | 1;
	spin_unlock_bh(&g->lock);
	if (!err)
		nf_rg_track_walk(g, end_kill, NULL);
	mutex_unlock(&g->install);
	return err;
}
