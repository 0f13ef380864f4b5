/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_NET_H
#define _NF_RG_NET_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "clock.h"
#include "stats.h"

struct nf_ct_event_notifier;
struct nf_hook_ops;
struct nf_rg_closed;

/**
 * struct nf_rg_net - what the module keeps for a network namespace
 * @net: the namespace
 * @config: serialises changes of groups and mappings, and @enabled
 * @enabled: hooks and notifier stand, @alone and @stats exist; set by the first group, until
 * the namespace or the module goes
 * @prev: the event notifier that was there before ours; called from ours
 * @prev_exp: likewise the notifier of expectations, where it has a slot of its own
 * @groups: struct nf_rg_group by number; read under RCU, changed under @config
 * @mappings: struct nf_rg_mapping, list; read under RCU, changed under @config
 * @pool: within which bounds the translated addresses of IPv4 and of IPv6 lie; see
 * nf_rg_mapping_maybe()
 * @alone: entries that are not inside their connection (entry.c), by its address
 * @gate_lock: protects the recomputation of @open_until, @open_from and @open_for
 * @open_until: CLOCK_BOOTTIME in ns; before it, every group may forward.  0: some group may not.
 * U64_MAX: no lease runs.
 * @open_from: cycles (clock.h)
 * @open_for: so many cycles from there it is before @open_until; 0: unknown.  See
 * nf_rg_net_open()
 * @mark_mask: bits of the conntrack mark that hold a mapping's slot
 * @mark_shift: of the lowest bit of @mark_mask
 * @agent: netlink port of the attached agent, 0: none; changed under @config
 * @window: batches in flight that the agent allows for a group
 * @adopt_work: looks for connections without an entry, and at @silent
 * @adopt_wanted: @adopt_work is to look for them
 * @silent: struct nf_rg_silent, connections that have no events; used by @adopt_work alone
 * @incarnation: the last incarnation number given
 * @listened: did anybody else listen to events?  In bit 0; above it, in which tick (jiffies)
 * @guarded: TCP connections whose windows are not known (window.c), of all groups
 * @guard_lock: serialises changes of @guard_up and @guard_gone
 * @guard_up: the hooks that guard them are registered
 * @guard_gone: the namespace, or the module, is going: they are not registered any more
 * @closed: what must not leave untranslated, or NULL; read under RCU, changed under @config and
 * RTNL
 * @gate_work: puts the gate (gate.c) up, or takes it away; it alone changes @gate_up
 * @gate_up: its hooks before conntrack are registered; while they are not, the marking hook looks
 * @gate_gone: the namespace, or the module, is going: they are not registered any more
 * @gate_ops: hooks that stand; likewise @mark_ops, while @gate_up @early_ops, and while @guard_up
 * @window_ops
 * @mark_ops: see @gate_ops
 * @early_ops: see @gate_ops
 * @window_ops: see @gate_ops
 * @stats: counters
 * @timeout_lock: protects @timeouts and @n_timeouts; taken inside nf_conn.lock
 * @timeouts: policies of timeouts (timeout.c)
 * @n_timeouts: how many
 */
struct nf_rg_net {
	struct net *net;
	struct mutex config; /* groups, mappings, agent */
	bool enabled;
	const struct nf_ct_event_notifier *prev;
	const void *prev_exp;
	struct xarray groups;
	struct list_head mappings;
	u64 pool[2];
	struct rhashtable alone;
	spinlock_t gate_lock; /* recomputing what follows */
	u64 open_until;
	u64 open_from;
	u64 open_for;
	struct delayed_work gate_work;
	bool gate_up;
	bool gate_gone;
	u32 mark_mask;
	u32 mark_shift;
	u32 agent;
	u32 window;
	struct delayed_work adopt_work;
	bool adopt_wanted;
	struct list_head silent;
	atomic64_t incarnation;
	unsigned long listened;
	atomic_t guarded;
	struct mutex guard_lock; /* guard_up, guard_gone */
	bool guard_up;
	bool guard_gone;
	struct nf_rg_closed __rcu *closed;
	struct nf_hook_ops *gate_ops;
	struct nf_hook_ops *mark_ops;
	struct nf_hook_ops *early_ops;
	struct nf_hook_ops *window_ops;
	struct nf_rg_stats __percpu *stats;
	spinlock_t timeout_lock; /* timeouts, n_timeouts */
	struct list_head timeouts;
	unsigned int n_timeouts;
};

extern unsigned int nf_rg_net_id;

static inline struct nf_rg_net *nf_rg_net(const struct net *net)
{
	return net_generic(net, nf_rg_net_id);
}

static inline void nf_rg_stat_add(struct nf_rg_net *rn, enum nf_rg_stat stat, u64 n)
{
	this_cpu_add(rn->stats->v[stat], n);
}

static inline void nf_rg_stat_inc(struct nf_rg_net *rn, enum nf_rg_stat stat)
{
	nf_rg_stat_add(rn, stat, 1);
}

/*
 * May every group forward, for all that the cycles say?  If not, the clock has to be asked.  Who
 * reads the number of cycles of one lease and the beginning of a later one looks at the counter
 * afterwards, at the beginning of that later one.  Any context.
 */
static inline bool nf_rg_net_open(const struct nf_rg_net *rn)
{
	u64 n = READ_ONCE(rn->open_for);

	/* The number of cycles before the beginning: see nf_rg_group_gate(). */
	smp_rmb();
	return nf_rg_cycles() - READ_ONCE(rn->open_from) < n;
}

/* Changes come together, and a takeover goes first. */
#define NF_RG_ADOPT_DELAY	(HZ / 2)

/*
 * Connections may be there that have no entry and should (adopt.c).  Any context, in a namespace
 * that is enabled.
 */
static inline void nf_rg_net_adopt_soon(struct nf_rg_net *rn)
{
	WRITE_ONCE(rn->adopt_wanted, true);
	mod_delayed_work(system_unbound_wq, &rn->adopt_work, NF_RG_ADOPT_DELAY);
}

int nf_rg_net_enable(struct nf_rg_net *rn);
int nf_rg_net_hooks_add(struct nf_rg_net *rn, const struct nf_hook_ops *ops, unsigned int n,
			struct nf_hook_ops **out);
void nf_rg_net_hooks_del(struct nf_rg_net *rn, struct nf_hook_ops **ops, unsigned int n);

#endif /* _NF_RG_NET_H */
