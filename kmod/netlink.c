// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: its table, its policy, and what its handlers share.  The contract
 * is uapi/linux/nf_rg.h.
 *
 * Commands run in parallel (parallel_ops): a change of role must not wait for an installation.
 * What needs an order takes nf_rg_net.config or the group's own locks.
 */
#include "netlink.h"

#include <linux/if.h>
#include <linux/in6.h>
#include <linux/netlink.h>
#include <net/genetlink.h>

#include "compat/compat.h"
#include "nl.h"
#include "push.h"

static struct netlink_range_validation mapping_range = {
	.min = 1,
	.max = S32_MAX,
};

static struct netlink_range_validation age_range = {
	.min = 1,
	.max = NF_RG_AGE_MAX_MS,
};

/* What a nest may hold; anything else in it is refused, and so is what is left behind it. */
static const struct nla_policy addrs_policy[NF_RG_A_MAX + 1] = {
	[NF_RG_A_ADDR] = { .type = NLA_BINARY, .len = sizeof(struct in6_addr) },
};

static const struct nla_policy range_policy[NF_RG_A_MAX + 1] = {
	[NF_RG_A_RANGE_FROM] = { .type = NLA_BINARY, .len = sizeof(struct in6_addr) },
	[NF_RG_A_RANGE_TO] = { .type = NLA_BINARY, .len = sizeof(struct in6_addr) },
};

static const struct nla_policy ranges_policy[NF_RG_A_MAX + 1] = {
	[NF_RG_A_RANGE] = NLA_POLICY_NESTED(range_policy),
};

static const struct nla_policy rule_policy[NF_RG_A_MAX + 1] = {
	[NF_RG_A_RULE_PROTO] = { .type = NLA_U8 },
	[NF_RG_A_RULE_PORT_FROM] = { .type = NLA_U16 },
	[NF_RG_A_RULE_PORT_TO] = { .type = NLA_U16 },
	[NF_RG_A_RULE_WHEN] = NLA_POLICY_MAX(NLA_U8, __NF_RG_WHEN_MAX - 1),
	[NF_RG_A_RULE_AGE] = NLA_POLICY_FULL_RANGE(NLA_U32, &age_range),
};

static const struct nla_policy rules_policy[NF_RG_A_MAX + 1] = {
	[NF_RG_A_RULE] = NLA_POLICY_NESTED(rule_policy),
};

static const struct nla_policy ifs_policy[NF_RG_A_MAX + 1] = {
	[NF_RG_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
};

static const struct nla_policy closed_policy[NF_RG_A_MAX + 1] = {
	[NF_RG_A_MAPPING] = NLA_POLICY_FULL_RANGE(NLA_U32, &mapping_range),
	[NF_RG_A_FAMILY] = { .type = NLA_U8 },
	[NF_RG_A_SOURCES] = {
		.type = NLA_BINARY,
		.len = NF_RG_SOURCES_MAX * sizeof(struct nf_rg_source),
	},
};

static const struct nla_policy nf_rg_policy[NF_RG_A_MAX + 1] = {
	[NF_RG_A_GROUP] = NLA_POLICY_RANGE(NLA_U32, 1, NF_RG_GROUP_MAX),
	[NF_RG_A_MARK_MASK] = { .type = NLA_U32 },
	[NF_RG_A_ADDRS] = NLA_POLICY_NESTED(addrs_policy),
	[NF_RG_A_ROLE] = NLA_POLICY_MAX(NLA_U8, __NF_RG_ROLE_MAX - 1),
	[NF_RG_A_EPOCH] = { .type = NLA_U64 },
	[NF_RG_A_EPOCH_SYSTEM] = { .type = NLA_U64 },
	[NF_RG_A_LEASE] = { .type = NLA_U32 },
	[NF_RG_A_GRACE] = NLA_POLICY_MAX(NLA_U32, NF_RG_GRACE_MAX_MS),
	[NF_RG_A_FLAGS] = NLA_POLICY_MASK(NLA_U32, NF_RG_F_NO_NEW | NF_RG_F_BULK |
					  NF_RG_F_MERGE | NF_RG_F_STOPPED),
	[NF_RG_A_PEER_INSTANCE] = { .type = NLA_U64 },
	[NF_RG_A_MAPPING] = NLA_POLICY_FULL_RANGE(NLA_U32, &mapping_range),
	[NF_RG_A_SLOT] = NLA_POLICY_MIN(NLA_U32, 1),
	[NF_RG_A_RANGES] = NLA_POLICY_NESTED(ranges_policy),
	[NF_RG_A_POLICY] = NLA_POLICY_NESTED(rules_policy),
	[NF_RG_A_VERSION] = { .type = NLA_U32 },
	[NF_RG_A_WINDOW] = NLA_POLICY_RANGE(NLA_U32, 1, NF_RG_WINDOW_MAX),
	[NF_RG_A_SESSION] = { .type = NLA_U32 },
	[NF_RG_A_SEQ] = { .type = NLA_U64 },
	[NF_RG_A_BATCH] = NLA_POLICY_MASK(NLA_U32, NF_RG_BATCH_BULK_BEGIN | NF_RG_BATCH_BULK_END |
					  NF_RG_BATCH_SYNCED | NF_RG_BATCH_DIGESTS |
					  NF_RG_BATCH_MERGE),
	[NF_RG_A_GENERATION] = { .type = NLA_U32 },
	[NF_RG_A_COUNT] = { .type = NLA_U32 },
	[NF_RG_A_RECORDS] = { .type = NLA_BINARY, .len = NF_RG_PUSH_MAX },
	[NF_RG_A_REFUSALS] = {
		.type = NLA_BINARY,
		.len = NF_RG_BATCH_RECORDS * sizeof(struct nf_rg_refusal),
	},
	[NF_RG_A_DIGEST] = {
		.type = NLA_BINARY,
		.len = (1 + NF_RG_BUCKETS) * sizeof(__be64),
	},
	[NF_RG_A_INSIDE] = NLA_POLICY_NESTED(ifs_policy),
	[NF_RG_A_OUTSIDE] = NLA_POLICY_NESTED(ifs_policy),
	[NF_RG_A_CLOSED] = NLA_POLICY_NESTED(closed_policy),
};

#define OP(command, handler) {				\
		.cmd = NF_RG_CMD_##command,		\
		.flags = GENL_UNS_ADMIN_PERM,		\
		.doit = nf_rg_nl_##handler,		\
	}
#define OP_DUMP(command, handler, dump) {		\
		.cmd = NF_RG_CMD_##command,		\
		.flags = GENL_UNS_ADMIN_PERM,		\
		.doit = nf_rg_nl_##handler,		\
		.dumpit = nf_rg_nl_##dump,		\
	}

static const struct genl_ops nf_rg_ops[] = {
	OP(GROUP_NEW, group_new),
	OP(GROUP_DEL, group_del),
	OP_DUMP(GROUP_GET, group_get, group_dump),
	OP(SET_ROLE, set_role),
	OP(MAPPING_NEW, mapping_new),
	OP(MAPPING_DEL, mapping_del),
	OP_DUMP(MAPPING_GET, mapping_get, mapping_dump),
	OP(ATTACH, attach),
	OP(SYNC, sync),
	OP(ACK, ack),
	OP(INSTALL, install),
	OP(SYNC_RECEIVE, sync_receive),
	OP(VERIFY, verify),
	OP(FLUSH, flush),
	OP(STATS_GET, stats_get),
	OP(CLOSED_SET, closed_set),
	OP_DUMP(CLOSED_GET, closed_get, closed_dump),
};

static const struct genl_multicast_group nf_rg_mcgrps[] = {
	{ .name = NF_RG_MCGRP_EVENTS },
};

struct genl_family nf_rg_family = {
	.name = NF_RG_GENL_NAME,
	.version = NF_RG_GENL_VERSION,
	.maxattr = NF_RG_A_MAX,
	.policy = nf_rg_policy,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = nf_rg_ops,
	.n_ops = ARRAY_SIZE(nf_rg_ops),
	NF_RG_RESV_START_OP(__NF_RG_CMD_MAX)
	.mcgrps = nf_rg_mcgrps,
	.n_mcgrps = ARRAY_SIZE(nf_rg_mcgrps),
};

/**
 * nf_rg_nl_group - the group that a request names
 * @info: the request
 *
 * Return: the group, to be put; an error pointer with a message set.
 */
struct nf_rg_group *nf_rg_nl_group(struct genl_info *info)
{
	struct nf_rg_net *rn = nf_rg_net(genl_info_net(info));
	struct nf_rg_group *g;
	int err;

	err = nf_rg_nl_need(info, NF_RG_A_GROUP, "group");
	if (err)
		return ERR_PTR(err);
	g = nf_rg_group_get(rn, nla_get_u32(info->attrs[NF_RG_A_GROUP]));
	if (!g) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NF_RG_A_GROUP], "no such group");
		return ERR_PTR(-ENOENT);
	}
	return g;
}

/**
 * nf_rg_nl_addr - read an address; its length tells its family
 * @attr: 4 or 16 bytes, network order
 * @family: filled in: NFPROTO_IPV4 or NFPROTO_IPV6
 * @ip: filled in
 * @extack: for the message
 *
 * Return: 0 or -EINVAL.
 */
int nf_rg_nl_addr(const struct nlattr *attr, u8 *family, union nf_inet_addr *ip,
		  struct netlink_ext_ack *extack)
{
	int len = nla_len(attr);

	if (len != sizeof(ip->ip) && len != sizeof(ip->in6)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "an address has 4 or 16 bytes");
		return -EINVAL;
	}
	*family = len == sizeof(ip->ip) ? NFPROTO_IPV4 : NFPROTO_IPV6;
	memset(ip, 0, sizeof(*ip));
	nla_memcpy(ip, attr, len);
	return 0;
}

/**
 * nf_rg_nl_put_epoch - write an epoch
 * @skb: the message
 * @epoch: what to write
 *
 * Return: 0 or -EMSGSIZE.
 */
int nf_rg_nl_put_epoch(struct sk_buff *skb, const struct nf_rg_epoch *epoch)
{
	if (nla_put_u64_64bit(skb, NF_RG_A_EPOCH, epoch->count, NF_RG_A_PAD) ||
	    nla_put_u64_64bit(skb, NF_RG_A_EPOCH_SYSTEM, epoch->system, NF_RG_A_PAD))
		return -EMSGSIZE;
	return 0;
}

static int push_fill(struct sk_buff *skb, const struct nf_rg_push *p)
{
	struct nf_rg_group *g = p->g;
	struct nf_rg_epoch epoch;

	spin_lock_bh(&g->lock);
	epoch = g->epoch;
	spin_unlock_bh(&g->lock);
	if (nla_put_u32(skb, NF_RG_A_GROUP, g->id) ||
	    nla_put_u32(skb, NF_RG_A_SESSION, p->session) ||
	    nf_rg_nl_put_epoch(skb, &epoch) ||
	    nla_put_u64_64bit(skb, NF_RG_A_SEQ, p->seq, NF_RG_A_PAD) ||
	    nla_put_u32(skb, NF_RG_A_BATCH, p->flags) ||
	    nla_put_u32(skb, NF_RG_A_GENERATION, p->generation) ||
	    nla_put_u32(skb, NF_RG_A_COUNT, p->count))
		return -EMSGSIZE;
	return 0;
}

/*
 * The records as the last attribute, not copied: the message lends their page.  What it counts for
 * in the receiver's buffer is their length, as if they were in it.  More pages than the window has
 * batches are never lent.
 */
static int push_lend(struct sk_buff *skb, const struct nf_rg_push *p)
{
	unsigned int len = NLA_ALIGN(p->len);
	struct nlattr *nla;

	if (skb_tailroom(skb) < NLA_HDRLEN)
		return -EMSGSIZE;
	nla = skb_put(skb, NLA_HDRLEN);
	nla->nla_type = NF_RG_A_RECORDS;
	nla->nla_len = NLA_HDRLEN + p->len;
	if (!len)
		return 0;
	memset(p->buf + p->len, 0, len - p->len);
	get_page(p->page);
	skb_fill_page_desc(skb, 0, p->page, 0, len);
	skb->len += len;
	skb->data_len += len;
	skb->truesize += len;
	return 0;
}

/**
 * nf_rg_netlink_push - hand a batch to the attached agent
 * @push: the batch
 *
 * Context: process.
 * Return: 0; -ENOMEM, -ENOTCONN without an agent, -EAGAIN if its receive buffer is full.
 */
int nf_rg_netlink_push(const struct nf_rg_push *push)
{
	struct nf_rg_net *rn = push->g->rn;
	u32 agent = READ_ONCE(rn->agent);
	struct sk_buff *skb;
	void *head;

	if (!agent)
		return -ENOTCONN;
	skb = genlmsg_new(160, GFP_KERNEL | __GFP_NOWARN);
	if (!skb)
		return -ENOMEM;
	head = genlmsg_put(skb, 0, 0, &nf_rg_family, 0, NF_RG_CMD_PUSH);
	if (!head || push_fill(skb, push) || push_lend(skb, push)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	/* That counts what is in the head only. */
	nlmsg_hdr(skb)->nlmsg_len = skb->len;
	return genlmsg_unicast(rn->net, skb, agent);
}

/**
 * nf_rg_netlink_notify - tell everybody who watches
 * @g: the group
 * @event: enum nf_rg_event
 *
 * Context: process.  Without memory it is not told: the state can be asked for.
 */
void nf_rg_netlink_notify(struct nf_rg_group *g, unsigned int event)
{
	struct net *net = g->rn->net;
	struct nf_rg_epoch epoch;
	struct sk_buff *skb;
	void *head;
	u8 role;

	if (!genl_has_listeners(&nf_rg_family, net, 0))
		return;
	skb = genlmsg_new(128, GFP_KERNEL);
	if (!skb)
		return;
	spin_lock_bh(&g->lock);
	epoch = g->epoch;
	role = g->role;
	spin_unlock_bh(&g->lock);
	head = genlmsg_put(skb, 0, 0, &nf_rg_family, 0, NF_RG_CMD_NOTIFY);
	if (!head || nla_put_u32(skb, NF_RG_A_GROUP, g->id) ||
	    nla_put_u32(skb, NF_RG_A_EVENT, event) || nla_put_u8(skb, NF_RG_A_ROLE, role) ||
	    nf_rg_nl_put_epoch(skb, &epoch)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, head);
	genlmsg_multicast_netns(&nf_rg_family, net, skb, 0, 0, GFP_KERNEL);
}

static int on_netlink(struct notifier_block *nb, unsigned long action, void *data)
{
	struct netlink_notify *n = data;

	if (action == NETLINK_URELEASE && n->protocol == NETLINK_GENERIC)
		nf_rg_nl_release(n->net, n->portid);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_nb = {
	.notifier_call = on_netlink,
};

/**
 * nf_rg_netlink_init - register the family
 *
 * Return: 0 or -errno.
 */
int nf_rg_netlink_init(void)
{
	int err;

	err = netlink_register_notifier(&netlink_nb);
	if (err)
		return err;
	err = genl_register_family(&nf_rg_family);
	if (err)
		netlink_unregister_notifier(&netlink_nb);
	return err;
}

/**
 * nf_rg_netlink_exit - unregister it; no command runs any more when this returns
 */
void nf_rg_netlink_exit(void)
{
	genl_unregister_family(&nf_rg_family);
	netlink_unregister_notifier(&netlink_nb);
}
