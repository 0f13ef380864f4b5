// SPDX-License-Identifier: GPL-2.0
/*
 * Policies of timeouts: connections to which a rule gave times of their own (ct timeout of
 * nftables, nfct), to a record and from it.
 *
 * The core keeps them in an object that many connections share, and that somebody has named and
 * may change.  A record has the times themselves, so the standby needs neither the rule nor the
 * name: it makes objects of its own, one for each protocol and set of times.  There are few, for
 * people write them; a peer gone mad gets no more than NF_RG_TIMEOUT_MAX.  They stay until the
 * namespace goes, or the module.
 *
 * An object that is not ours is left alone: whoever made it may be about to take it away from its
 * connections, and there is no lock that keeps him from it.  Ours nobody else takes away, and we
 * only when nothing is installed any more.
 */
#include "timeout.h"

#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack_l4proto.h>
#include <net/netfilter/nf_conntrack_timeout.h>

#include "compat/timeout.h"

#define NF_RG_TIMEOUT_MAX	64	/* in a namespace */

/**
 * struct policy - times that a peer has told
 * @list: in nf_rg_net.timeouts
 * @core: what connections point to
 * @s: the same in seconds, as in records; what the protocol does not have is zero
 */
struct policy {
	struct list_head list;
	struct nf_ct_timeout *core;
	u32 s[NF_RG_REC_TIMEOUTS];
};

static unsigned int n_times(const struct nf_conntrack_l4proto *l4proto)
{
	return l4proto->ctnl_timeout.obj_size / sizeof(unsigned int);
}

static unsigned int *times_of(struct nf_ct_timeout *t)
{
	return (unsigned int *)t->data;
}

/* Seconds of what the core counts in jiffies; what is not nothing stays so. */
static u32 seconds(unsigned int *time)
{
	return DIV_ROUND_UP_ULL(READ_ONCE(*time), HZ);
}

/* Context: rcu_read_lock() held. */
static bool export_times(struct nf_ct_timeout *t, struct nf_rg_record *rec)
{
	unsigned int i, n = n_times(t->l4proto);

	if (t->l4proto->l4proto != rec->l4 || n > nf_rg_record_timeouts(rec->l4))
		return false;
	for (i = 0; i < n; i++)
		rec->timeouts[i] = seconds(&times_of(t)[i]);
	return true;
}

/**
 * nf_rg_timeout_export - write down the times that a connection has of its own
 * @ct: the connection, with the extension
 * @rec: its record
 *
 * If a policy was taken away from it, all of them are zero.
 *
 * Context: any.
 * Return: false if it has times that records do not carry; @rec is as it was then.
 */
bool nf_rg_timeout_export(const struct nf_conn *ct, struct nf_rg_record *rec)
{
	const struct nf_conn_timeout *ext = nf_ct_timeout_find(ct);
	struct nf_ct_timeout *t;
	bool done;

	if (!ext || !nf_rg_record_timeouts(rec->l4))
		return !ext;
	memset(rec->timeouts, 0, sizeof(rec->timeouts));
	rcu_read_lock();
	t = rcu_dereference(ext->timeout);
	done = !t || export_times(t, rec);
	rcu_read_unlock();
	if (done)
		rec->sections |= NF_RG_SEC_TIMEOUTS;
	return done;
}

static bool is_none(const struct nf_rg_record *rec)
{
	unsigned int i, n = nf_rg_record_timeouts(rec->l4);

	for (i = 0; i < n; i++)
		if (rec->timeouts[i])
			return false;
	return true;
}

/* Are the times of @t those of a record?  What this kernel does not have does not count. */
static bool is_same(struct nf_ct_timeout *t, const struct nf_rg_record *rec)
{
	unsigned int i, n = n_times(t->l4proto);

	if (t->l4proto->l4proto != rec->l4)
		return false;
	for (i = 0; i < n; i++)
		if (seconds(&times_of(t)[i]) != rec->timeouts[i])
			return false;
	return true;
}

static u16 l3num(const struct nf_rg_record *rec)
{
	return rec->l3 == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
}

static struct nf_ct_timeout *core_alloc(const struct nf_rg_record *rec)
{
	const struct nf_conntrack_l4proto *l4proto = nf_ct_l4proto_find(rec->l4);
	unsigned int i, n = n_times(l4proto);
	struct nf_ct_timeout *t;

	/* A protocol that this kernel does not know, or knows with more states. */
	if (l4proto->l4proto != rec->l4 || !n || n > nf_rg_record_timeouts(rec->l4))
		return NULL;
	t = kzalloc(struct_size(t, data, n * sizeof(unsigned int)), GFP_ATOMIC);
	if (!t)
		return NULL;
	t->l3num = l3num(rec);
	t->l4proto = l4proto;
	/* They are compared as int. */
	for (i = 0; i < n; i++)
		times_of(t)[i] = min_t(u64, (u64)rec->timeouts[i] * HZ, INT_MAX / HZ * HZ);
	nf_rg_compat_timeout_init(t);
	return t;
}

/* Context: @rn->timeout_lock held. */
static struct policy *policy_new(struct nf_rg_net *rn, const struct nf_rg_record *rec)
{
	struct policy *p;

	if (rn->n_timeouts == NF_RG_TIMEOUT_MAX)
		return NULL;
	p = kzalloc(sizeof(*p), GFP_ATOMIC);
	if (!p)
		return NULL;
	p->core = core_alloc(rec);
	if (!p->core) {
		kfree(p);
		return NULL;
	}
	memcpy(p->s, rec->timeouts, nf_rg_record_timeouts(rec->l4) * sizeof(p->s[0]));
	list_add(&p->list, &rn->timeouts);
	rn->n_timeouts++;
	return p;
}

/* The policy of a record, made if there is none yet.  Context: @rn->timeout_lock held. */
static struct policy *policy_get(struct nf_rg_net *rn, const struct nf_rg_record *rec)
{
	size_t size = nf_rg_record_timeouts(rec->l4) * sizeof(rec->timeouts[0]);
	struct policy *p;

	list_for_each_entry(p, &rn->timeouts, list)
		if (p->core->l4proto->l4proto == rec->l4 && p->core->l3num == l3num(rec) &&
		    !memcmp(p->s, rec->timeouts, size))
			return p;
	return policy_new(rn, rec);
}

/* Context: @rn->timeout_lock held. */
static bool is_ours(const struct nf_rg_net *rn, const struct nf_ct_timeout *t)
{
	const struct policy *p;

	list_for_each_entry(p, &rn->timeouts, list)
		if (p->core == t)
			return true;
	return false;
}

/* Context: @rn->timeout_lock held. */
static bool replace(struct nf_rg_net *rn, const struct nf_rg_record *rec,
		    struct nf_conn_timeout *ext, struct nf_ct_timeout *old)
{
	struct policy *p = NULL;

	if (old && !is_ours(rn, old))
		return false;
	if (!is_none(rec)) {
		p = policy_get(rn, rec);
		/* Times that the peer does not have any more are worse than those of all. */
		if (!p && !old)
			return false;
	}
	if (p)
		nf_rg_compat_timeout_get(p->core);
	rcu_assign_pointer(ext->timeout, p ? p->core : NULL);
	if (old)
		nf_rg_compat_timeout_put(old);
	return p || is_none(rec);
}

/**
 * nf_rg_timeout_install - give a connection the times of its record
 * @rn: the namespace
 * @rec: the record, which has times
 * @ct: the connection
 *
 * Context: rcu_read_lock() held, bottom halves off; ct->lock held, or nobody else sees @ct yet.
 * Return: false if it has to do with others: without an extension for them, without memory or room
 * for more, or if this kernel does not know them.
 */
bool nf_rg_timeout_install(struct nf_rg_net *rn, const struct nf_rg_record *rec,
			   struct nf_conn *ct)
{
	struct nf_conn_timeout *ext = nf_ct_timeout_find(ct);
	struct nf_ct_timeout *t = ext ? rcu_dereference(ext->timeout) : NULL;
	bool done;

	if (!ext)
		return is_none(rec);
	if (t ? is_same(t, rec) : is_none(rec))
		return true;
	spin_lock(&rn->timeout_lock);
	done = replace(rn, rec, ext, t);
	spin_unlock(&rn->timeout_lock);
	return done;
}

/**
 * nf_rg_timeout_net_init - prepare a namespace
 * @rn: the namespace
 */
void nf_rg_timeout_net_init(struct nf_rg_net *rn)
{
	INIT_LIST_HEAD(&rn->timeouts);
	spin_lock_init(&rn->timeout_lock);
}

/**
 * nf_rg_timeout_net_exit - give all policies up
 * @rn: the namespace; nothing is installed any more
 *
 * Connections that live on keep their times where they hold a reference on them.
 *
 * Context: process.
 */
void nf_rg_timeout_net_exit(struct nf_rg_net *rn)
{
	struct policy *p, *next;

	if (list_empty(&rn->timeouts))
		return;
	list_for_each_entry(p, &rn->timeouts, list)
		nf_rg_compat_timeout_detach(rn->net, p->core);
	/* Packets may still look at them. */
	synchronize_rcu();
	list_for_each_entry_safe(p, next, &rn->timeouts, list) {
		nf_rg_compat_timeout_free(p->core);
		kfree(p);
	}
}
