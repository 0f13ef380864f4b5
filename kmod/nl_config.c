// SPDX-License-Identifier: GPL-2.0
/* Netlink commands: groups, roles, counters. */
#include "nl.h"

#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/sock.h>

#include "role.h"

static struct nf_rg_addrs *parse_addrs(struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[NF_RG_A_ADDRS], *attr;
	struct nf_rg_addrs *addrs;
	unsigned int n = 0;
	int rem, err;

	if (nest)
		nla_for_each_nested(attr, nest, rem)
			n++;
	addrs = kzalloc(struct_size(addrs, a, n), GFP_KERNEL);
	if (!addrs)
		return ERR_PTR(-ENOMEM);
	if (!nest)
		return addrs;
	nla_for_each_nested(attr, nest, rem) {
		struct nf_rg_addr *a = &addrs->a[addrs->n];

		err = nf_rg_nl_addr(attr, &a->family, &a->ip, info->extack);
		if (err) {
			kfree(addrs);
			return ERR_PTR(err);
		}
		addrs->n++;
	}
	return addrs;
}

/* The mask of the first group holds for the namespace: slots are read with it. */
static int parse_mask(struct nf_rg_net *rn, struct genl_info *info, u32 *mask)
{
	struct nlattr *attr = info->attrs[NF_RG_A_MARK_MASK];
	u32 ones;

	*mask = attr ? nla_get_u32(attr) : NF_RG_MARK_MASK_DEFAULT;
	ones = *mask ? *mask >> __ffs(*mask) : 0;
	if (!*mask || ones & (ones + 1)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "the mark mask must be contiguous bits");
		return -EINVAL;
	}
	if (xa_empty(&rn->groups))
		return 0;
	if (attr && *mask != rn->mark_mask) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "another group of this namespace uses another mark mask");
		return -EBUSY;
	}
	*mask = rn->mark_mask;
	return 0;
}

static int group_create(struct nf_rg_net *rn, struct genl_info *info, u32 mask,
			struct nf_rg_group **g)
{
	int err = nf_rg_net_enable(rn);

	if (err) {
		NL_SET_ERR_MSG_MOD(info->extack, "cannot hook into this namespace");
		return err;
	}
	rn->mark_mask = mask;
	rn->mark_shift = __ffs(mask);
	return nf_rg_role_create(rn, nla_get_u32(info->attrs[NF_RG_A_GROUP]), g);
}

/* Everything is checked before anything is changed. */
static int group_new(struct nf_rg_net *rn, struct genl_info *info)
{
	struct nf_rg_group *g = xa_load(&rn->groups, nla_get_u32(info->attrs[NF_RG_A_GROUP]));
	struct nf_rg_addrs *addrs = NULL;
	u32 mask;
	int err;

	if (g && info->nlhdr->nlmsg_flags & NLM_F_EXCL) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NF_RG_A_GROUP], "the group exists");
		return -EEXIST;
	}
	err = parse_mask(rn, info, &mask);
	if (err)
		return err;
	if (!g || info->attrs[NF_RG_A_ADDRS]) {
		addrs = parse_addrs(info);
		if (IS_ERR(addrs))
			return PTR_ERR(addrs);
	}
	if (!g)
		err = group_create(rn, info, mask, &g);
	if (err) {
		kfree(addrs);
		return err;
	}
	if (addrs)
		nf_rg_group_set_addrs(g, addrs);
	return 0;
}

/**
 * nf_rg_nl_group_new - NF_RG_CMD_GROUP_NEW
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_group_new(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_net *rn = nf_rg_net(genl_info_net(info));
	int err;

	err = nf_rg_nl_need(info, NF_RG_A_GROUP, "group");
	if (err)
		return err;
	mutex_lock(&rn->config);
	err = group_new(rn, info);
	mutex_unlock(&rn->config);
	return err;
}

/**
 * nf_rg_nl_group_del - NF_RG_CMD_GROUP_DEL
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_group_del(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_net *rn = nf_rg_net(genl_info_net(info));
	struct nf_rg_group *g;
	int err = 0;

	mutex_lock(&rn->config);
	g = nf_rg_nl_group(info);
	if (IS_ERR(g)) {
		err = PTR_ERR(g);
	} else {
		nf_rg_role_delete(g);
		nf_rg_group_put(g);
	}
	mutex_unlock(&rn->config);
	return err;
}

static int put_addrs(struct sk_buff *skb, const struct nf_rg_group *g)
{
	const struct nf_rg_addrs *addrs;
	struct nlattr *nest;
	unsigned int i;
	int err = 0;

	nest = nla_nest_start(skb, NF_RG_A_ADDRS);
	if (!nest)
		return -EMSGSIZE;
	rcu_read_lock();
	addrs = rcu_dereference(g->addrs);
	for (i = 0; addrs && i < addrs->n && !err; i++)
		err = nla_put(skb, NF_RG_A_ADDR, addrs->a[i].family == NFPROTO_IPV4 ? 4 : 16,
			      &addrs->a[i].ip);
	rcu_read_unlock();
	nla_nest_end(skb, nest);
	return err;
}

/* What changes with the role and the traffic, as it was at one moment. */
struct group_snapshot {
	u8 role;
	u8 sync;
	bool no_new;
	struct nf_rg_epoch epoch;
	u64 instance;
	u64 lease_until;
	u64 peer_instance;
	u32 session;
	u32 generation;
	u64 seq;
	u32 entries;
	u32 pending;
	u32 inflight;
	u32 refused;
	u32 held;
	u32 stopped;
	u64 verified_at;
};

static void snapshot(struct nf_rg_group *g, struct group_snapshot *s)
{
	bool active;

	spin_lock_bh(&g->lock);
	active = g->role == NF_RG_ROLE_ACTIVE;
	s->role = g->role;
	s->sync = active ? g->sync : g->rx_sync;
	s->no_new = g->no_new;
	s->epoch = g->epoch;
	s->instance = g->instance;
	s->lease_until = g->lease_until;
	s->peer_instance = g->peer_instance;
	s->session = active ? g->session : g->rx_session;
	s->generation = g->generation;
	s->seq = g->seq;
	s->entries = g->entries - g->n[NF_RG_PLACE_HELD];
	s->held = active ? g->n[NF_RG_PLACE_HELD] : 0;
	/* A standby's lists are left from its last active life and mean nothing. */
	s->pending =
		active ? g->n[NF_RG_PLACE_DIRTY] + g->n_tombs +
			 (g->sync == NF_RG_SYNC_BULK ? g->n_bulk : 0) : 0;
	/* Before a hand-over nothing waits for its time. */
	if (g->hurry)
		s->pending += s->held;
	s->inflight = active ? g->n[NF_RG_PLACE_INFLIGHT] + g->n_tombs_inflight : 0;
	s->refused = active ? g->n[NF_RG_PLACE_REFUSED] : 0;
	s->stopped = active ? g->n[NF_RG_PLACE_STOPPED] : 0;
	s->verified_at = g->verified_at;
	spin_unlock_bh(&g->lock);
}

static int put_lease(struct sk_buff *skb, u64 until)
{
	u64 now = ktime_get_boottime_ns();

	if (until == U64_MAX)
		return 0;
	return nla_put_u32(skb, NF_RG_A_LEASE_LEFT,
			   until > now ? div_u64(until - now, NSEC_PER_MSEC) : 0);
}

static int put_verified(struct sk_buff *skb, u64 at)
{
	u64 age;

	if (!at)
		return 0;
	age = div_u64(ktime_get_boottime_ns() - at, NSEC_PER_MSEC);
	return nla_put_u32(skb, NF_RG_A_VERIFIED, min_t(u64, age, U32_MAX));
}

static int put_group(struct sk_buff *skb, struct nf_rg_group *g, u32 portid, u32 seq, int flags)
{
	struct group_snapshot s;
	void *head;

	snapshot(g, &s);
	head = genlmsg_put(skb, portid, seq, &nf_rg_family, flags, NF_RG_CMD_GROUP_GET);
	if (!head)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NF_RG_A_GROUP, g->id) ||
	    nla_put_u32(skb, NF_RG_A_MARK_MASK, g->rn->mark_mask) ||
	    nla_put_u8(skb, NF_RG_A_ROLE, s.role) ||
	    nf_rg_nl_put_epoch(skb, &s.epoch) ||
	    put_lease(skb, s.lease_until) ||
	    nla_put_u32(skb, NF_RG_A_FLAGS, s.no_new ? NF_RG_F_NO_NEW : 0) ||
	    nla_put_u64_64bit(skb, NF_RG_A_INSTANCE, s.instance, NF_RG_A_PAD) ||
	    nla_put_u64_64bit(skb, NF_RG_A_PEER_INSTANCE, s.peer_instance, NF_RG_A_PAD) ||
	    nla_put_u32(skb, NF_RG_A_SESSION, s.session) ||
	    nla_put_u64_64bit(skb, NF_RG_A_SEQ, s.seq, NF_RG_A_PAD) ||
	    nla_put_u32(skb, NF_RG_A_GENERATION, s.generation) ||
	    nla_put_u8(skb, NF_RG_A_SYNC, s.sync) ||
	    nla_put_u32(skb, NF_RG_A_ENTRIES, s.entries) ||
	    nla_put_u32(skb, NF_RG_A_PENDING, s.pending) ||
	    nla_put_u32(skb, NF_RG_A_INFLIGHT, s.inflight) ||
	    nla_put_u32(skb, NF_RG_A_REFUSED, s.refused) ||
	    nla_put_u32(skb, NF_RG_A_GUARDED, atomic_read(&g->guarded)) ||
	    nla_put_u32(skb, NF_RG_A_HELD, s.held) ||
	    nla_put_u32(skb, NF_RG_A_STOPPED, s.stopped) ||
	    put_verified(skb, s.verified_at) ||
	    put_addrs(skb, g)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/**
 * nf_rg_nl_group_get - NF_RG_CMD_GROUP_GET for one group
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_group_get(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_group *g = nf_rg_nl_group(info);
	struct sk_buff *msg;
	int err;

	if (IS_ERR(g))
		return PTR_ERR(g);
	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	err = msg ? put_group(msg, g, info->snd_portid, info->snd_seq, 0) : -ENOMEM;
	nf_rg_group_put(g);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/**
 * nf_rg_nl_group_dump - NF_RG_CMD_GROUP_GET for all groups
 * @skb: to be filled
 * @cb: state of the dump
 *
 * Return: length of @skb, 0 at the end, -errno.
 */
int nf_rg_nl_group_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nf_rg_net *rn = nf_rg_net(sock_net(skb->sk));
	unsigned long id = cb->args[0];
	struct nf_rg_group *g;
	int err = 0;

	mutex_lock(&rn->config);
	xa_for_each_start(&rn->groups, id, g, cb->args[0]) {
		err = put_group(skb, g, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				NLM_F_MULTI);
		if (err)
			break;
		cb->args[0] = id + 1;
	}
	mutex_unlock(&rn->config);
	return skb->len ?: err;
}

static int parse_role(struct genl_info *info, struct nf_rg_role_change *c)
{
	int err = nf_rg_nl_need(info, NF_RG_A_ROLE, "role");

	if (!err)
		err = nf_rg_nl_need(info, NF_RG_A_EPOCH, "epoch");
	if (!err)
		err = nf_rg_nl_need(info, NF_RG_A_EPOCH_SYSTEM, "system of the epoch");
	if (err)
		return err;
	memset(c, 0, sizeof(*c));
	c->role = nla_get_u8(info->attrs[NF_RG_A_ROLE]);
	c->epoch.count = nla_get_u64(info->attrs[NF_RG_A_EPOCH]);
	c->epoch.system = nla_get_u64(info->attrs[NF_RG_A_EPOCH_SYSTEM]);
	if (info->attrs[NF_RG_A_LEASE])
		c->lease_ms = nla_get_u32(info->attrs[NF_RG_A_LEASE]);
	if (info->attrs[NF_RG_A_GRACE])
		c->grace_ms = nla_get_u32(info->attrs[NF_RG_A_GRACE]);
	if (info->attrs[NF_RG_A_FLAGS])
		c->no_new = nla_get_u32(info->attrs[NF_RG_A_FLAGS]) & NF_RG_F_NO_NEW;

	if (c->lease_ms && c->role != NF_RG_ROLE_ACTIVE) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NF_RG_A_LEASE],
				    "only an active group has a lease");
		return -EINVAL;
	}
	if (c->grace_ms && c->role == NF_RG_ROLE_ACTIVE) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NF_RG_A_GRACE],
				    "an active group has no grace period");
		return -EINVAL;
	}
	return 0;
}

/**
 * nf_rg_nl_set_role - NF_RG_CMD_SET_ROLE
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_set_role(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_role_change change;
	struct nf_rg_group *g;
	int err;

	err = parse_role(info, &change);
	if (err)
		return err;
	g = nf_rg_nl_group(info);
	if (IS_ERR(g))
		return PTR_ERR(g);
	err = nf_rg_role_set(g, &change);
	if (err == -ESTALE)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NF_RG_A_EPOCH],
				    "the group's epoch is higher");
	nf_rg_group_put(g);
	return err;
}

/**
 * nf_rg_nl_flush - NF_RG_CMD_FLUSH
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_group *g = nf_rg_nl_group(info);
	int err;

	if (IS_ERR(g))
		return PTR_ERR(g);
	err = nf_rg_role_flush(g);
	if (err)
		NL_SET_ERR_MSG_MOD(info->extack, "the group is active");
	nf_rg_group_put(g);
	return err;
}

static int put_stat(struct sk_buff *skb, const char *name, u64 value)
{
	struct nlattr *nest = nla_nest_start(skb, NF_RG_A_STAT);

	if (!nest || nla_put_string(skb, NF_RG_A_STAT_NAME, name) ||
	    nla_put_u64_64bit(skb, NF_RG_A_STAT_VALUE, value, NF_RG_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * nf_rg_nl_stats_get - NF_RG_CMD_STATS_GET
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_stats_get(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_net *rn = nf_rg_net(genl_info_net(info));
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	struct nlattr *nest;
	void *head;
	int i;

	if (!msg)
		return -ENOMEM;
	head = genlmsg_put_reply(msg, info, &nf_rg_family, 0, NF_RG_CMD_STATS_GET);
	nest = head ? nla_nest_start(msg, NF_RG_A_STATS) : NULL;
	if (!nest)
		goto too_long;
	for (i = 0; i < NF_RG_STAT_MAX; i++)
		if (put_stat(msg, nf_rg_stat_name(i),
			     rn->enabled ? nf_rg_stat_sum(rn->stats, i) : 0))
			goto too_long;
	nla_nest_end(msg, nest);
	genlmsg_end(msg, head);
	return genlmsg_reply(msg, info);

too_long:
	nlmsg_free(msg);
	return -EMSGSIZE;
}
