// SPDX-License-Identifier: GPL-2.0
/*
 * Expectations: connections that a helper has heard of, and that have not come yet.  They are part
 * of what their master is, and travel in its record: one that is not listed there any more has
 * been met, or given up.
 *
 * Their time runs on a standby as well, other than that of connections: no packet ever prolongs
 * it, so both routers give up at the same moment, of which no event may tell.
 *
 * They are in no digest: a sum over what comes and goes by itself would differ without a reason.
 * One that vanishes from a standby before its time makes its master count as missing
 * (nf_rg_track_expect()).
 */
#include "expect.h"

#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/netfilter/nf_conntrack_sip.h>
#include <linux/nf_rg.h>
#include <linux/string.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "compat/expect.h"
#include "h323.h"
#include "helper.h"

/* What translates the expected connection when it comes, by the core's names. */
static const char * const fn_names[] = {
	[NF_RG_EXP_FN_NONE] = NULL,
	[NF_RG_EXP_FN_FOLLOW] = "nat-follow-master",
	[NF_RG_EXP_FN_SIP] = "sip",
	[NF_RG_EXP_FN_Q931] = "Q.931",
	[NF_RG_EXP_FN_FORWARD] = "callforwarding",
};

/* Returns NF_RG_EXP_FN_*, -1 if records have no number for it.  Context: rcu_read_lock() held. */
static int fn_export(const struct nf_conntrack_expect *exp)
{
	const struct nf_ct_helper_expectfn *fn;
	int i;

	if (!exp->expectfn)
		return NF_RG_EXP_FN_NONE;
	fn = nf_ct_helper_expectfn_find_by_symbol(exp->expectfn);
	for (i = 1; fn && i < ARRAY_SIZE(fn_names); i++)
		if (!strcmp(fn->name, fn_names[i]))
			return i;
	return -1;
}

static bool all_set(const void *mask, unsigned int len)
{
	return !memchr_inv(mask, 0xff, len);
}

static bool none_set(const void *mask, unsigned int len)
{
	return !memchr_inv(mask, 0, len);
}

/* Does each part of the source count as a whole, or not at all? */
static bool export_mask(const struct nf_conntrack_expect *exp, struct nf_rg_expect *out)
{
	unsigned int alen = exp->tuple.src.l3num == NFPROTO_IPV4 ? 4 : 16;
	const union nf_inet_addr *a = &exp->mask.src.u3;
	__be16 port = exp->mask.src.u.all;

	if (all_set(a, alen))
		out->flags |= NF_RG_EXP_F_SRC;
	else if (!none_set(a, alen))
		return false;
	if (port == htons(0xffff))
		out->flags |= NF_RG_EXP_F_SPORT;
	else if (port)
		return false;
	return true;
}

/*
 * May what comes get the helper of its master?  SIP's lets other parties call, over connections
 * like that of the registration.  Over another protocol it is a helper that was not made for it.
 */
static bool may_inherit(const struct nf_conntrack_helper *helper, u8 class, u8 l4)
{
	return nf_rg_helper_is_sip(helper) && class == SIP_EXPECT_SIGNALLING &&
	       l4 == helper->tuple.dst.protonum;
}

/*
 * Which of H.323's helpers does what comes get?  Before there was assign_helper, it may be that of
 * its master as well, for another protocol than its own, and is none then.
 */
static u8 export_h323(const struct nf_conntrack_helper *master,
		      const struct nf_conntrack_helper *helper, u8 l4)
{
	u8 flag = nf_rg_helper_is_h323(master) ? nf_rg_h323_helper(helper) : 0;

	if (helper->flags & NF_CT_HELPER_F_USERSPACE)
		return 0;
	return flag && nf_rg_h323_l4(flag) == l4 ? flag : 0;
}

/* Returns false if a record cannot say what helper is given to what comes. */
static bool export_helper(const struct nf_conn *ct, const struct nf_conntrack_expect *exp,
			  struct nf_rg_expect *out)
{
	const struct nf_conntrack_helper *helper = nf_rg_compat_exp_assigned(exp);
	const struct nf_conn_help *help = nfct_help(ct);
	const struct nf_conntrack_helper *master = help ? rcu_dereference(help->helper) : NULL;

	if (helper && helper == master &&
	    may_inherit(helper, exp->class, exp->tuple.dst.protonum)) {
		out->flags |= NF_RG_EXP_F_HELPER;
		return true;
	}
	if (helper && master)
		out->flags |= export_h323(master, helper, exp->tuple.dst.protonum);
	return out->flags & NF_RG_EXP_F_H323 || !nf_rg_compat_exp_assigns(exp);
}

/* Returns false if a record cannot say what it is. */
static bool export_one(const struct nf_conn *ct, const struct nf_conntrack_expect *exp,
		       struct nf_rg_expect *out)
{
	unsigned int flags = READ_ONCE(exp->flags);
	int fn = fn_export(exp);

	if (fn < 0 || flags & NF_CT_EXPECT_USERSPACE || exp->tuple.src.l3num != nf_ct_l3num(ct))
		return false;
	memset(out, 0, sizeof(*out));
	if (!export_mask(exp, out) || !export_helper(ct, exp, out))
		return false;
	out->l4 = exp->tuple.dst.protonum;
	out->class = exp->class;
	out->fn = fn;
	if (exp->dir == IP_CT_DIR_REPLY)
		out->flags |= NF_RG_EXP_F_REPLY;
	if (flags & NF_CT_EXPECT_PERMANENT)
		out->flags |= NF_RG_EXP_F_PERMANENT;
	if (flags & NF_CT_EXPECT_INACTIVE)
		out->flags |= NF_RG_EXP_F_INACTIVE;
	if (out->flags & NF_RG_EXP_F_SRC)
		memcpy(out->tuple.src, &exp->tuple.src.u3, sizeof(out->tuple.src));
	if (out->flags & NF_RG_EXP_F_SPORT)
		out->tuple.sport = exp->tuple.src.u.all;
	memcpy(out->tuple.dst, &exp->tuple.dst.u3, sizeof(out->tuple.dst));
	out->tuple.dport = exp->tuple.dst.u.all;
	memcpy(out->saved, &exp->saved_addr, sizeof(out->saved));
	out->saved_port = exp->saved_proto.all;
	return true;
}

/**
 * nf_rg_expect_export - write down what a connection expects
 * @rn: the namespace
 * @ct: the connection
 * @rec: its record, without this section
 *
 * What a record cannot say, or has no room for, is left out and counted.
 *
 * Context: any; the list is read under RCU, since its lock is taken outside the group's.
 */
void nf_rg_expect_export(struct nf_rg_net *rn, const struct nf_conn *ct, struct nf_rg_record *rec)
{
	const struct nf_conn_help *help = nfct_help(ct);
	const struct nf_conntrack_expect *exp;
	unsigned int n = 0;

	if (!help || hlist_empty(&help->expectations))
		return;
	rcu_read_lock();
	hlist_for_each_entry_rcu(exp, &help->expectations, lnode) {
		u32 left = nf_rg_compat_exp_left(exp);

		if (!left)
			continue;
		if (n == NF_RG_EXPECT_MAX || !export_one(ct, exp, &rec->expect[n])) {
			nf_rg_stat_inc(rn, NF_RG_STAT_EXPECT_LEFT_OUT);
			continue;
		}
		rec->expect[n++].timeout = DIV_ROUND_UP(left, HZ);
	}
	rcu_read_unlock();
	if (!n)
		return;
	rec->sections |= NF_RG_SEC_EXPECT;
	rec->n_expect = n;
}

/**
 * nf_rg_expect_sum - what a connection expects, summed up
 * @ct: the connection, one that tells no events, or not all
 *
 * Context: rcu_read_lock() held.
 * Return: another number after a change; 0 if it expects nothing.
 */
u32 nf_rg_expect_sum(const struct nf_conn *ct)
{
	const struct nf_conn_help *help = nfct_help(ct);
	const struct nf_conntrack_expect *exp;
	u32 sum = 0;

	if (!help)
		return 0;
	hlist_for_each_entry_rcu(exp, &help->expectations, lnode)
		if (nf_rg_compat_exp_left(exp))
			sum += jhash(&exp->tuple, sizeof(exp->tuple),
				     jhash_2words(READ_ONCE(exp->flags), nf_rg_compat_exp_end(exp),
						  0));
	return sum;
}

static unsigned int expect_flags(const struct nf_rg_expect *in)
{
	return (in->flags & NF_RG_EXP_F_PERMANENT ? NF_CT_EXPECT_PERMANENT : 0) |
	       (in->flags & NF_RG_EXP_F_INACTIVE ? NF_CT_EXPECT_INACTIVE : 0);
}

static u32 expect_jiffies(const struct nf_rg_expect *in)
{
	/* Compared as 32 bit numbers. */
	return min_t(u64, (u64)in->timeout * HZ, 1U << 30);
}

/* Is @exp what the record says, but for its flags and its time? */
static bool expect_is(const struct nf_conn *ct, const struct nf_conntrack_expect *exp,
		      const struct nf_rg_expect *in)
{
	const u8 all = NF_RG_EXP_F_PERMANENT | NF_RG_EXP_F_INACTIVE;
	struct nf_rg_expect out;

	return export_one(ct, exp, &out) && out.l4 == in->l4 && out.class == in->class &&
	       out.fn == in->fn && !((out.flags ^ in->flags) & ~all) &&
	       !memcmp(&out.tuple, &in->tuple, sizeof(out.tuple)) &&
	       !memcmp(out.saved, in->saved, sizeof(out.saved)) &&
	       out.saved_port == in->saved_port;
}

/*
 * Keeps what is listed and removes the rest.  Returns a bit for each that is there already.
 * Context: rcu_read_lock() held, bottom halves off.
 */
static unsigned long keep_listed(const struct nf_rg_record *rec, unsigned int n,
				 const struct nf_conn *ct, struct nf_conn_help *help)
{
	struct nf_conntrack_expect *exp;
	struct hlist_node *next;
	unsigned long there = 0;
	unsigned int i;

	spin_lock(&nf_conntrack_expect_lock);
	hlist_for_each_entry_safe(exp, next, &help->expectations, lnode) {
		for (i = 0; i < n; i++)
			if (!(there & BIT(i)) && expect_is(ct, exp, &rec->expect[i]))
				break;
		if (i == n) {
			nf_rg_compat_exp_remove(exp);
			continue;
		}
		there |= BIT(i);
		WRITE_ONCE(exp->flags, expect_flags(&rec->expect[i]));
		nf_rg_compat_exp_set(exp, expect_jiffies(&rec->expect[i]));
	}
	spin_unlock(&nf_conntrack_expect_lock);
	return there;
}

/* Could @helper, of this kernel, have announced what a record says that its connection expects? */
static bool expect_known(const struct nf_rg_expect *in, const struct nf_conntrack_helper *helper)
{
	/* An index, which the core does not look at. */
	if (in->class > helper->expect_class_max)
		return false;
	if (in->fn == NF_RG_EXP_FN_SIP && !nf_rg_helper_is_sip(helper))
		return false;
	if ((in->flags & NF_RG_EXP_F_H323 || in->fn == NF_RG_EXP_FN_Q931 ||
	     in->fn == NF_RG_EXP_FN_FORWARD) && !nf_rg_helper_is_h323(helper))
		return false;
	return !(in->flags & NF_RG_EXP_F_HELPER) || may_inherit(helper, in->class, in->l4);
}

/* Context: rcu_read_lock() held, bottom halves off.  Returns enum nf_rg_reason. */
static int expect_fill(const struct nf_rg_expect *in, struct nf_conn *ct,
		       struct nf_conntrack_helper *helper, struct nf_conntrack_expect *exp)
{
	const bool src = in->flags & NF_RG_EXP_F_SRC, sport = in->flags & NF_RG_EXP_F_SPORT;
	const struct nf_ct_helper_expectfn *fn = NULL;
	struct nf_conntrack_helper *assign = NULL;
	union nf_inet_addr saddr, daddr;

	if (in->flags & NF_RG_EXP_F_HELPER)
		assign = helper;
	if (in->flags & NF_RG_EXP_F_H323) {
		assign = nf_rg_h323_find(in->flags & NF_RG_EXP_F_H323, nf_ct_l3num(ct));
		if (!assign || nf_rg_h323_l4(in->flags & NF_RG_EXP_F_H323) != in->l4)
			return NF_RG_REASON_EXPECT;
	}
	/* What they do is about addresses of IPv4. */
	if ((in->fn == NF_RG_EXP_FN_Q931 || in->fn == NF_RG_EXP_FN_FORWARD) &&
	    (nf_ct_l3num(ct) != NFPROTO_IPV4 || in->l4 != IPPROTO_TCP))
		return NF_RG_REASON_EXPECT;
	if (fn_names[in->fn]) {
		fn = nf_ct_helper_expectfn_find_by_name(fn_names[in->fn]);
		if (!fn)
			return NF_RG_REASON_EXPECT;
	}
	memcpy(&saddr, in->tuple.src, sizeof(saddr));
	memcpy(&daddr, in->tuple.dst, sizeof(daddr));
	nf_ct_expect_init(exp, in->class, nf_ct_l3num(ct), src ? &saddr : NULL, &daddr, in->l4,
			  sport ? &in->tuple.sport : NULL, &in->tuple.dport);
	exp->flags = expect_flags(in);
	exp->expectfn = fn ? fn->expectfn : NULL;
	memcpy(&exp->saved_addr, in->saved, sizeof(exp->saved_addr));
	exp->saved_proto.all = in->saved_port;
	exp->dir = in->flags & NF_RG_EXP_F_REPLY ? IP_CT_DIR_REPLY : IP_CT_DIR_ORIGINAL;
	if (assign)
		nf_rg_compat_exp_assign(exp, assign);
	return NF_RG_REASON_NONE;
}

static int expect_create(const struct nf_rg_expect *in, struct nf_conn *ct,
			 struct nf_conntrack_helper *helper)
{
	struct nf_conntrack_expect *exp;
	int reason, err;

	if (!expect_known(in, helper))
		return NF_RG_REASON_EXPECT;
	exp = nf_ct_expect_alloc(ct);
	if (!exp)
		return NF_RG_REASON_MEMORY;
	reason = expect_fill(in, ct, helper, exp);
	if (!reason) {
		err = nf_ct_expect_related_report(exp, 0, 0, 0);
		if (err)
			reason = err == -EMFILE ? NF_RG_REASON_CAPACITY : NF_RG_REASON_EXPECT;
		else
			nf_rg_compat_exp_set(exp, expect_jiffies(in));
	}
	nf_ct_expect_put(exp);
	return reason;
}

/**
 * nf_rg_expect_install - let a connection expect what its record says, and nothing else
 * @rec: the record
 * @ct: the connection, whose reference the caller holds; its helper is that of @rec
 *
 * Context: process, rcu_read_lock() held, bottom halves off, no group's lock held: events of
 * expectations are raised under nf_conntrack_expect_lock, and take it.
 * Return: enum nf_rg_reason of the last one that could not be made.
 */
int nf_rg_expect_install(const struct nf_rg_record *rec, struct nf_conn *ct)
{
	unsigned int n = rec->sections & NF_RG_SEC_EXPECT ? rec->n_expect : 0;
	struct nf_conntrack_helper *helper;
	struct nf_conn_help *help = nfct_help(ct);
	int reason = NF_RG_REASON_NONE;
	unsigned long there;

	helper = help ? rcu_dereference(help->helper) : NULL;
	if (!helper)
		return n ? NF_RG_REASON_HELPER : NF_RG_REASON_NONE;
	there = keep_listed(rec, n, ct, help);
	/* The newest one comes first, and is to do so here. */
	while (n--) {
		int r = there & BIT(n) ? NF_RG_REASON_NONE :
					 expect_create(&rec->expect[n], ct, helper);

		if (r)
			reason = r;
	}
	return reason;
}
