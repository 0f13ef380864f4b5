// SPDX-License-Identifier: GPL-2.0
/* Netlink commands: the agent, what it carries to the peer and what it brings. */
#include "nl.h"

#include <linux/slab.h>
#include <linux/stringify.h>

#include "install.h"
#include "push.h"
#include "verify.h"
#include "netlink.h"

static void detach(struct nf_rg_net *rn)
{
	struct nf_rg_group *g;
	unsigned long id;

	WRITE_ONCE(rn->agent, 0);
	xa_for_each(&rn->groups, id, g) {
		spin_lock_bh(&g->lock);
		nf_rg_push_stop(g);
		spin_unlock_bh(&g->lock);
		nf_rg_install_session(g, 0);
	}
}

/**
 * nf_rg_nl_release - a netlink socket was closed
 * @net: its namespace
 * @portid: its port
 *
 * If it was the agent's, what was in flight is pending again.
 *
 * Return: 1 if it was, else 0.
 */
int nf_rg_nl_release(struct net *net, u32 portid)
{
	struct nf_rg_net *rn = nf_rg_net(net);
	struct nf_rg_group *g;
	unsigned long id;
	int ours;

	if (!portid || READ_ONCE(rn->agent) != portid)
		return 0;
	mutex_lock(&rn->config);
	ours = rn->agent == portid;
	if (ours) {
		detach(rn);
		xa_for_each(&rn->groups, id, g)
			nf_rg_netlink_notify(g, NF_RG_EVENT_DETACHED);
	}
	mutex_unlock(&rn->config);
	return ours;
}

static int attach(struct nf_rg_net *rn, struct genl_info *info)
{
	struct nlattr *version = info->attrs[NF_RG_A_VERSION];

	if (nla_get_u32(version) != NF_RG_VERSION) {
		NL_SET_ERR_MSG_ATTR(info->extack, version,
				    "the module speaks version " __stringify(NF_RG_VERSION));
		return -EPROTO;
	}
	if (rn->agent && rn->agent != info->snd_portid) {
		NL_SET_ERR_MSG_MOD(info->extack, "another agent is attached to this namespace");
		return -EBUSY;
	}
	rn->window = info->attrs[NF_RG_A_WINDOW] ? nla_get_u32(info->attrs[NF_RG_A_WINDOW]) :
						   NF_RG_WINDOW_DEFAULT;
	WRITE_ONCE(rn->agent, info->snd_portid);
	return 0;
}

/**
 * nf_rg_nl_attach - NF_RG_CMD_ATTACH
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_attach(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_net *rn = nf_rg_net(genl_info_net(info));
	struct sk_buff *msg;
	void *head;
	int err;

	err = nf_rg_nl_need(info, NF_RG_A_VERSION, "version");
	if (err)
		return err;
	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&rn->config);
	err = attach(rn, info);
	mutex_unlock(&rn->config);
	head = err ? NULL : genlmsg_put_reply(msg, info, &nf_rg_family, 0, NF_RG_CMD_ATTACH);
	if (!head || nla_put_u32(msg, NF_RG_A_VERSION, NF_RG_VERSION)) {
		nlmsg_free(msg);
		return err ?: -EMSGSIZE;
	}
	genlmsg_end(msg, head);
	return genlmsg_reply(msg, info);
}

/* Only the attached agent may move the sessions. */
static int check_agent(struct genl_info *info)
{
	const struct nf_rg_net *rn = nf_rg_net(genl_info_net(info));

	if (READ_ONCE(rn->agent) == info->snd_portid)
		return 0;
	NL_SET_ERR_MSG_MOD(info->extack, "this socket is not the attached agent");
	return -EPERM;
}

static int sync_start(struct nf_rg_group *g, u32 session, struct genl_info *info)
{
	struct nlattr *version = info->attrs[NF_RG_A_VERSION];
	struct nlattr *flags = info->attrs[NF_RG_A_FLAGS];
	u32 reads = version ? nla_get_u32(version) : NF_RG_VERSION;
	int ret;

	if (reads < NF_RG_VERSION_MIN || reads > NF_RG_VERSION) {
		NL_SET_ERR_MSG_ATTR(info->extack, version,
				    "records of that version are not written");
		return -EPROTO;
	}
	if (!session) {
		spin_lock_bh(&g->lock);
		nf_rg_push_stop(g);
		spin_unlock_bh(&g->lock);
		return NF_RG_SYNC_NONE;
	}
	if (flags && nla_get_u32(flags) & NF_RG_F_MERGE) {
		ret = nf_rg_push_merge(g, session, reads);
		if (ret == -EPERM)
			NL_SET_ERR_MSG_MOD(info->extack, "only a group that stands by merges");
		return ret;
	}
	ret = nf_rg_nl_need(info, NF_RG_A_PEER_INSTANCE, "instance of the peer");
	if (ret)
		return ret;
	ret = nf_rg_push_start(g, session, reads, nla_get_u64(info->attrs[NF_RG_A_PEER_INSTANCE]),
			       flags && nla_get_u32(flags) & NF_RG_F_BULK);
	if (ret == -EPERM)
		NL_SET_ERR_MSG_MOD(info->extack, "only an active group sends");
	return ret;
}

static int reply_sync(struct genl_info *info, u32 group, u8 sync)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *head;

	if (!msg)
		return -ENOMEM;
	head = genlmsg_put_reply(msg, info, &nf_rg_family, 0, NF_RG_CMD_SYNC);
	if (!head || nla_put_u32(msg, NF_RG_A_GROUP, group) ||
	    nla_put_u8(msg, NF_RG_A_SYNC, sync)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, head);
	return genlmsg_reply(msg, info);
}

/**
 * nf_rg_nl_sync - NF_RG_CMD_SYNC
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_sync(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_group *g;
	int ret;

	ret = check_agent(info);
	if (!ret)
		ret = nf_rg_nl_need(info, NF_RG_A_SESSION, "session");
	if (ret)
		return ret;
	g = nf_rg_nl_group(info);
	if (IS_ERR(g))
		return PTR_ERR(g);
	ret = sync_start(g, nla_get_u32(info->attrs[NF_RG_A_SESSION]), info);
	if (ret >= 0)
		ret = reply_sync(info, g->id, ret);
	nf_rg_group_put(g);
	return ret;
}

/**
 * nf_rg_nl_ack - NF_RG_CMD_ACK
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_ack(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *refusals = info->attrs[NF_RG_A_REFUSALS];
	struct nlattr *digest = info->attrs[NF_RG_A_DIGEST];
	struct nf_rg_answer a = { };
	struct nf_rg_group *g;
	int err;

	err = check_agent(info);
	if (!err)
		err = nf_rg_nl_need(info, NF_RG_A_SESSION, "session");
	if (!err)
		err = nf_rg_nl_need(info, NF_RG_A_SEQ, "sequence");
	if (err)
		return err;
	if (refusals && nla_len(refusals) % sizeof(struct nf_rg_refusal)) {
		NL_SET_ERR_MSG_ATTR(info->extack, refusals, "not a whole number of refusals");
		return -EINVAL;
	}
	if (digest && nla_len(digest) != sizeof(__be64) &&
	    nla_len(digest) != (1 + NF_RG_BUCKETS) * sizeof(__be64)) {
		NL_SET_ERR_MSG_ATTR(info->extack, digest,
				    "a digest is that of all, or that and one for each bucket");
		return -EINVAL;
	}
	a.session = nla_get_u32(info->attrs[NF_RG_A_SESSION]);
	a.seq = nla_get_u64(info->attrs[NF_RG_A_SEQ]);
	if (refusals) {
		a.refusals = nla_data(refusals);
		a.n_refusals = nla_len(refusals) / sizeof(struct nf_rg_refusal);
	}
	if (digest) {
		a.digest = nla_data(digest);
		a.n_digest = nla_len(digest) / sizeof(__be64);
	}
	g = nf_rg_nl_group(info);
	if (IS_ERR(g))
		return PTR_ERR(g);
	nf_rg_push_ack(g, &a);
	nf_rg_group_put(g);
	return 0;
}

static int reply_install(struct genl_info *info, const struct nf_rg_install *in, u64 seq)
{
	unsigned int len = in->n_refusals * sizeof(*in->refusals);
	unsigned int digest = in->n_digest * sizeof(*in->digest);
	struct sk_buff *msg = genlmsg_new(len + digest + 256, GFP_KERNEL);
	void *head;

	if (!msg)
		return -ENOMEM;
	head = genlmsg_put_reply(msg, info, &nf_rg_family, 0, NF_RG_CMD_INSTALL);
	if (!head || nla_put_u32(msg, NF_RG_A_GROUP, in->g->id) ||
	    nla_put_u64_64bit(msg, NF_RG_A_SEQ, seq, NF_RG_A_PAD) ||
	    nla_put_u8(msg, NF_RG_A_SYNC, in->sync) || nla_put_u32(msg, NF_RG_A_LOST, in->lost) ||
	    (digest && nla_put(msg, NF_RG_A_DIGEST, digest, in->digest)) ||
	    (len && nla_put(msg, NF_RG_A_REFUSALS, len, in->refusals))) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, head);
	return genlmsg_reply(msg, info);
}

static void install_refused(struct genl_info *info, const struct nf_rg_install *in, int err)
{
	switch (err) {
	case -EPERM:
		if (in->flags & NF_RG_BATCH_MERGE)
			NL_SET_ERR_MSG_MOD(info->extack, "the group is not active");
		else
			NL_SET_ERR_MSG_MOD(info->extack, "the group does not stand by");
		break;
	case -ESTALE:
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NF_RG_A_EPOCH],
				    "the group is in another epoch");
		break;
	case -EBADMSG:
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NF_RG_A_RECORDS], "malformed record");
		break;
	}
}

static int install(struct nf_rg_group *g, struct genl_info *info)
{
	struct nlattr *records = info->attrs[NF_RG_A_RECORDS];
	__be64 root;
	struct nf_rg_install in = { .g = g, .digest = &root };
	int err;

	in.epoch.count = nla_get_u64(info->attrs[NF_RG_A_EPOCH]);
	in.epoch.system = nla_get_u64(info->attrs[NF_RG_A_EPOCH_SYSTEM]);
	in.seq = nla_get_u64(info->attrs[NF_RG_A_SEQ]);
	in.generation = nla_get_u32(info->attrs[NF_RG_A_GENERATION]);
	if (info->attrs[NF_RG_A_BATCH])
		in.flags = nla_get_u32(info->attrs[NF_RG_A_BATCH]);
	if (records) {
		in.buf = nla_data(records);
		in.len = nla_len(records);
	}
	/* All of them are too many for the stack, and seldom asked for. */
	if (in.flags & NF_RG_BATCH_DIGESTS)
		in.digest = kmalloc_array(1 + NF_RG_BUCKETS, sizeof(*in.digest), GFP_KERNEL);
	if (!in.digest)
		return -ENOMEM;
	err = nf_rg_install_batch(&in);
	if (err)
		install_refused(info, &in, err);
	else
		err = reply_install(info, &in, in.seq);
	if (in.digest != &root)
		kfree(in.digest);
	kfree(in.refusals);
	return err;
}

/**
 * nf_rg_nl_install - NF_RG_CMD_INSTALL
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_install(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_group *g;
	int err;

	err = check_agent(info);
	if (!err)
		err = nf_rg_nl_need(info, NF_RG_A_EPOCH, "epoch");
	if (!err)
		err = nf_rg_nl_need(info, NF_RG_A_EPOCH_SYSTEM, "system of the epoch");
	if (!err)
		err = nf_rg_nl_need(info, NF_RG_A_SEQ, "sequence");
	if (!err)
		err = nf_rg_nl_need(info, NF_RG_A_GENERATION, "generation");
	if (err)
		return err;
	g = nf_rg_nl_group(info);
	if (IS_ERR(g))
		return PTR_ERR(g);
	err = install(g, info);
	nf_rg_group_put(g);
	return err;
}

/**
 * nf_rg_nl_verify - NF_RG_CMD_VERIFY
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_verify(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_group *g;
	int err;

	err = check_agent(info);
	if (err)
		return err;
	g = nf_rg_nl_group(info);
	if (IS_ERR(g))
		return PTR_ERR(g);
	spin_lock_bh(&g->lock);
	if (g->role == NF_RG_ROLE_ACTIVE)
		nf_rg_verify_now(g);
	else
		err = -EPERM;
	spin_unlock_bh(&g->lock);
	if (err)
		NL_SET_ERR_MSG_MOD(info->extack, "only an active group compares");
	nf_rg_group_put(g);
	return err;
}

/**
 * nf_rg_nl_sync_receive - NF_RG_CMD_SYNC_RECEIVE
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_sync_receive(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_group *g;
	int err;

	err = check_agent(info);
	if (!err)
		err = nf_rg_nl_need(info, NF_RG_A_SESSION, "session");
	if (err)
		return err;
	g = nf_rg_nl_group(info);
	if (IS_ERR(g))
		return PTR_ERR(g);
	nf_rg_install_session(g, nla_get_u32(info->attrs[NF_RG_A_SESSION]));
	nf_rg_group_put(g);
	return 0;
}
