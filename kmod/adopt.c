// SPDX-License-Identifier: GPL-2.0
/*
 * Adoption: connections that are older than their mapping, or than the module.
 *
 * A walk over the table of connections makes the entries that are missing, and looks again at what
 * is held back.  It follows a change of the mappings, the beginning of a term, and an entry for
 * which there was no memory.
 *
 * A connection that nobody listened to when it began has no event extension, and none can be given
 * to it any more: nothing tells what becomes of it.  So it is looked at once a second, and what an
 * event would have told is told then.
 */
#include "adopt.h"

#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_ecache.h>

#include "compat/compat.h"
#include "ecache.h"
#include "expect.h"
#include "mapping.h"
#include "proto.h"
#include "track.h"

#define POLL_INTERVAL	HZ		/* for up to POLL_MANY; longer in proportion */
#define POLL_MANY	100000
#define POLL_CHUNK	64		/* connections between two chances to reschedule */

/**
 * struct nf_rg_silent - a connection without events
 * @list: in nf_rg_net.silent
 * @ct: the connection; holds a reference
 * @state: what was last told of it, see silent_state()
 * @mark: likewise, without the bits of the slot
 */
struct nf_rg_silent {
	struct list_head list;
	struct nf_conn *ct;
	u32 state;
	u32 mark;
};

/*
 * What a record says that events would tell: status bits, the state of the protocol, and what is
 * expected.  Context: rcu_read_lock() held.
 */
static u32 silent_state(const struct nf_conn *ct)
{
	u32 state = READ_ONCE(ct->status) & (IPS_SEEN_REPLY | IPS_ASSURED);

	return (state | (u32)nf_rg_proto_state(ct) << 16) ^ nf_rg_expect_sum(ct);
}

/* Context: rcu_read_lock() held, bottom halves off. */
static void adopt(struct nf_rg_net *rn, struct nf_conn *ct)
{
	bool silent = !nf_ct_ecache_find(ct);
	struct nf_rg_silent *s = NULL;

	if (silent) {
		s = kmalloc(sizeof(*s), GFP_ATOMIC);
		if (!s) {
			nf_rg_stat_inc(rn, NF_RG_STAT_ADOPT_NO_MEMORY);
			return;
		}
		/* Before it is written down, so that a change after that is seen. */
		s->state = silent_state(ct);
		s->mark = READ_ONCE(ct->mark) & ~rn->mark_mask;
	}
	nf_rg_ecache_unmute(ct);
	/* The second puts the slot into the mark. */
	nf_rg_track_event(rn, ct, BIT(IPCT_NEW) | BIT(IPCT_MARK));
	if (!nf_rg_entry_find(rn, ct)) {
		kfree(s);
		return;
	}
	nf_rg_stat_inc(rn, NF_RG_STAT_ADOPTED);
	if (s) {
		nf_conntrack_get(&ct->ct_general);
		s->ct = ct;
		list_add_tail(&s->list, &rn->silent);
	}
}

/* Called under the lock of a hash bucket.  Returns 0: nothing is to be deleted. */
static int walk_one(struct nf_conn *ct, void *data)
{
	struct nf_rg_net *rn = data;
	const struct nf_rg_mapping *m;
	const struct nf_rg_entry *e;

	if (!(READ_ONCE(ct->status) & (IPS_SRC_NAT | IPS_DST_NAT)) || nf_ct_is_dying(ct))
		return 0;
	rcu_read_lock();
	e = nf_rg_entry_find(rn, ct);
	m = e ? nf_rg_entry_map(e) : nf_rg_classify(rn, ct);
	if (m && READ_ONCE(m->group->role) == NF_RG_ROLE_ACTIVE) {
		/* That one is looked at again under the lock. */
		if (e && e->place == NF_RG_PLACE_HELD)
			nf_rg_track_event(rn, ct, 0);
		else if (!e && nf_rg_mapping_replicates(m, ct))
			adopt(rn, ct);
	}
	rcu_read_unlock();
	return 0;
}

/* Tells what became of a connection.  False: it need not be looked at any more. */
static bool poll_one(struct nf_rg_net *rn, struct nf_rg_silent *s)
{
	const struct nf_rg_entry *e;
	unsigned int events = 0;

	rcu_read_lock();
	e = nf_rg_entry_find(rn, s->ct);
	if (nf_ct_is_dying(s->ct)) {
		events = BIT(IPCT_DESTROY);
	} else if (e) {
		u32 state = silent_state(s->ct), mark = READ_ONCE(s->ct->mark);

		if (state != s->state)
			events |= BIT(IPCT_PROTOINFO);
		if (mark != nf_rg_mapping_mark(nf_rg_entry_map(e), s->mark))
			events |= BIT(IPCT_MARK);
		s->state = state;
		s->mark = mark & ~rn->mark_mask;
	}
	if (events)
		nf_rg_track_event(rn, s->ct, events);
	rcu_read_unlock();
	return e && !(events & BIT(IPCT_DESTROY));
}

static void silent_free(struct nf_rg_silent *s)
{
	list_del(&s->list);
	nf_ct_put(s->ct);
	kfree(s);
}

/* Returns how many are left. */
static unsigned int poll_all(struct nf_rg_net *rn)
{
	struct nf_rg_silent *s, *next;
	unsigned int n = 0, looked = 0;

	list_for_each_entry_safe(s, next, &rn->silent, list) {
		if (poll_one(rn, s))
			n++;
		else
			silent_free(s);
		if (!(++looked % POLL_CHUNK))
			cond_resched();
	}
	return n;
}

static void adopt_work(struct work_struct *work)
{
	struct nf_rg_net *rn = container_of(to_delayed_work(work), struct nf_rg_net, adopt_work);
	unsigned int n;

	if (xchg(&rn->adopt_wanted, false)) {
		/* Whoever may still go by a policy that was replaced, has made the entry. */
		synchronize_rcu();
		nf_rg_compat_iterate(rn->net, walk_one, rn);
	}
	n = poll_all(rn);
	if (n)
		queue_delayed_work(system_unbound_wq, &rn->adopt_work,
				   POLL_INTERVAL * (1 + n / POLL_MANY));
}

/**
 * nf_rg_adopt_net_init - prepare a namespace
 * @rn: the namespace
 */
void nf_rg_adopt_net_init(struct nf_rg_net *rn)
{
	INIT_LIST_HEAD(&rn->silent);
	INIT_DELAYED_WORK(&rn->adopt_work, adopt_work);
}

/**
 * nf_rg_adopt_net_exit - let all connections go
 * @rn: the namespace; its hooks and commands are gone, its groups too
 */
void nf_rg_adopt_net_exit(struct nf_rg_net *rn)
{
	struct nf_rg_silent *s, *next;

	cancel_delayed_work_sync(&rn->adopt_work);
	list_for_each_entry_safe(s, next, &rn->silent, list)
		silent_free(s);
}
