// SPDX-License-Identifier: GPL-2.0
/* Netlink commands: mappings. */
#include "nl.h"

#include <linux/slab.h>
#include <linux/stringify.h>
#include <net/sock.h>

#include "mapping.h"
#include "policy.h"
#include "proto.h"
#include "role.h"
#include "stop.h"

/* The policy of the family has looked into the nests: each holds what belongs there. */

static int parse_range(const struct nlattr *attr, struct nf_rg_range *r,
		       struct netlink_ext_ack *extack)
{
	struct nlattr **tb;
	u8 to_family;
	int err;

	tb = kcalloc(NF_RG_A_MAX + 1, sizeof(*tb), GFP_KERNEL);
	if (!tb)
		return -ENOMEM;
	err = nla_parse_nested(tb, NF_RG_A_MAX, attr, NULL, extack);
	if (!err && (!tb[NF_RG_A_RANGE_FROM] || !tb[NF_RG_A_RANGE_TO])) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a range has a first and a last address");
		err = -EINVAL;
	}
	if (!err)
		err = nf_rg_nl_addr(tb[NF_RG_A_RANGE_FROM], &r->family, &r->from, extack);
	if (!err)
		err = nf_rg_nl_addr(tb[NF_RG_A_RANGE_TO], &to_family, &r->to, extack);
	if (!err && (to_family != r->family ||
		     memcmp(&r->from, &r->to, r->family == NFPROTO_IPV4 ? 4 : 16) > 0)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the last address of a range is below the first");
		err = -EINVAL;
	}
	kfree(tb);
	return err;
}

static struct nf_rg_ranges *parse_ranges(struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[NF_RG_A_RANGES], *attr;
	struct nf_rg_ranges *ranges;
	unsigned int n = 0;
	int rem, err;

	nla_for_each_nested(attr, nest, rem)
		n++;
	if (!n) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest, "a mapping needs a range");
		return ERR_PTR(-EINVAL);
	}
	ranges = kzalloc(struct_size(ranges, r, n), GFP_KERNEL);
	if (!ranges)
		return ERR_PTR(-ENOMEM);
	nla_for_each_nested(attr, nest, rem) {
		err = parse_range(attr, &ranges->r[ranges->n], info->extack);
		if (err) {
			kfree(ranges);
			return ERR_PTR(err);
		}
		ranges->n++;
	}
	return ranges;
}

static bool rule_has_ports(const struct nf_rg_rule *r)
{
	return r->l4 && nf_rg_proto_has_ports(r->l4);
}

static int read_ports(struct nlattr *const *tb, struct nf_rg_rule *r,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *from = tb[NF_RG_A_RULE_PORT_FROM], *to = tb[NF_RG_A_RULE_PORT_TO];

	if (!rule_has_ports(r)) {
		if (from || to) {
			NL_SET_ERR_MSG_ATTR(extack, from ?: to, "this protocol has no ports");
			return -EINVAL;
		}
		r->to = r->l4 ? 0 : U16_MAX;
		return 0;
	}
	if (to && !from) {
		NL_SET_ERR_MSG_ATTR(extack, to, "a last port needs a first one");
		return -EINVAL;
	}
	r->from = from ? nla_get_u16(from) : 0;
	r->to = to ? nla_get_u16(to) : from ? r->from : U16_MAX;
	if (r->to < r->from) {
		NL_SET_ERR_MSG_ATTR(extack, to, "the last port is below the first");
		return -EINVAL;
	}
	return 0;
}

static int read_when(struct nlattr *const *tb, const struct nlattr *attr, struct nf_rg_rule *r,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *age = tb[NF_RG_A_RULE_AGE];

	r->when = tb[NF_RG_A_RULE_WHEN] ? nla_get_u8(tb[NF_RG_A_RULE_WHEN]) : NF_RG_WHEN_NEVER;
	if (r->when == NF_RG_WHEN_AGE && !age) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a rule that waits for an age has one");
		return -EINVAL;
	}
	if (r->when != NF_RG_WHEN_AGE && age) {
		NL_SET_ERR_MSG_ATTR(extack, age, "this rule does not wait for an age");
		return -EINVAL;
	}
	r->age = age ? nla_get_u32(age) : 0;
	return 0;
}

static int read_rule(struct nlattr *const *tb, const struct nlattr *attr, struct nf_rg_rule *r,
		     struct netlink_ext_ack *extack)
{
	int err;

	if (!tb[NF_RG_A_RULE_PROTO]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a rule has a protocol");
		return -EINVAL;
	}
	r->l4 = nla_get_u8(tb[NF_RG_A_RULE_PROTO]);
	/* Which of the two families it is, the rule does not say. */
	if (r->l4 && !nf_rg_proto_replicates(NFPROTO_IPV4, r->l4) &&
	    !nf_rg_proto_replicates(NFPROTO_IPV6, r->l4)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[NF_RG_A_RULE_PROTO],
				    "a protocol that is not replicated anyway");
		return -EINVAL;
	}
	err = read_ports(tb, r, extack);
	return err ?: read_when(tb, attr, r, extack);
}

static int parse_rule(const struct nlattr *attr, struct nf_rg_rule *r,
		      struct netlink_ext_ack *extack)
{
	struct nlattr **tb;
	int err;

	tb = kcalloc(NF_RG_A_MAX + 1, sizeof(*tb), GFP_KERNEL);
	if (!tb)
		return -ENOMEM;
	err = nla_parse_nested(tb, NF_RG_A_MAX, attr, NULL, extack);
	if (!err)
		err = read_rule(tb, attr, r, extack);
	kfree(tb);
	return err;
}

/* NULL: there is none, and everything is replicated at once. */
static struct nf_rg_policy *parse_policy(struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[NF_RG_A_POLICY], *attr;
	struct nf_rg_policy *policy;
	unsigned int n = 0;
	int rem, err;

	if (!nest)
		return NULL;
	nla_for_each_nested(attr, nest, rem)
		n++;
	if (n > NF_RG_RULES_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "a policy has at most " __stringify(NF_RG_RULES_MAX) " rules");
		return ERR_PTR(-E2BIG);
	}
	if (!n)
		return NULL;
	policy = kzalloc(struct_size(policy, r, n), GFP_KERNEL);
	if (!policy)
		return ERR_PTR(-ENOMEM);
	nla_for_each_nested(attr, nest, rem) {
		err = parse_rule(attr, &policy->r[policy->n], info->extack);
		if (err) {
			kfree(policy);
			return ERR_PTR(err);
		}
		policy->n++;
	}
	return policy;
}

/* Checks what is asked for a mapping against what is there; @m: it is there already. */
static int mapping_check(struct nf_rg_group *g, struct nf_rg_mapping *m, u32 slot,
			 struct genl_info *info)
{
	struct nf_rg_net *rn = g->rn;
	struct nf_rg_mapping *other = nf_rg_mapping_by_slot(rn, slot);

	if (slot > rn->mark_mask >> rn->mark_shift) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NF_RG_A_SLOT],
				    "the slot does not fit into the mark mask");
		return -ERANGE;
	}
	if (other && other != m) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NF_RG_A_SLOT],
				    "another mapping has this slot");
		return -EBUSY;
	}
	if (m && (m->group != g || m->slot != slot)) {
		NL_SET_ERR_MSG_MOD(info->extack, "group and slot of a mapping cannot be changed");
		return -EBUSY;
	}
	return 0;
}

static bool info_stopped(const struct genl_info *info)
{
	const struct nlattr *flags = info->attrs[NF_RG_A_FLAGS];

	return flags && nla_get_u32(flags) & NF_RG_F_STOPPED;
}

static int mapping_new(struct nf_rg_group *g, struct genl_info *info)
{
	u32 id = nla_get_u32(info->attrs[NF_RG_A_MAPPING]);
	u32 slot = nla_get_u32(info->attrs[NF_RG_A_SLOT]);
	struct nf_rg_mapping *m = nf_rg_mapping_find(g->rn, id);
	struct nf_rg_policy *policy;
	struct nf_rg_ranges *ranges;
	int err;

	err = mapping_check(g, m, slot, info);
	if (err)
		return err;
	ranges = parse_ranges(info);
	if (IS_ERR(ranges))
		return PTR_ERR(ranges);
	policy = parse_policy(info);
	if (IS_ERR(policy)) {
		kfree(ranges);
		return PTR_ERR(policy);
	}
	if (m) {
		nf_rg_mapping_replace(m, ranges, policy);
	} else {
		m = nf_rg_mapping_create(g, id, slot, ranges, policy);
		if (IS_ERR(m)) {
			kfree(ranges);
			kfree(policy);
			if (PTR_ERR(m) == -ENOSPC)
				NL_SET_ERR_MSG_MOD(info->extack, "there are "
						   __stringify(NF_RG_MAPPINGS_MAX)
						   " mappings, of all namespaces, and no more can be");
			return PTR_ERR(m);
		}
	}
	nf_rg_stop_set(m, info_stopped(info));
	nf_rg_net_adopt_soon(g->rn);
	return 0;
}

/**
 * nf_rg_nl_mapping_new - NF_RG_CMD_MAPPING_NEW
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_mapping_new(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_net *rn = nf_rg_net(genl_info_net(info));
	struct nf_rg_group *g;
	int err;

	err = nf_rg_nl_need(info, NF_RG_A_MAPPING, "mapping ID");
	if (!err)
		err = nf_rg_nl_need(info, NF_RG_A_SLOT, "slot");
	if (!err)
		err = nf_rg_nl_need(info, NF_RG_A_RANGES, "ranges");
	if (err)
		return err;
	mutex_lock(&rn->config);
	g = nf_rg_nl_group(info);
	err = IS_ERR(g) ? PTR_ERR(g) : mapping_new(g, info);
	if (!IS_ERR(g))
		nf_rg_group_put(g);
	mutex_unlock(&rn->config);
	return err;
}

static struct nf_rg_mapping *info_mapping(struct nf_rg_net *rn, struct genl_info *info)
{
	struct nf_rg_mapping *m;
	int err = nf_rg_nl_need(info, NF_RG_A_MAPPING, "mapping ID");

	if (err)
		return ERR_PTR(err);
	m = nf_rg_mapping_find(rn, nla_get_u32(info->attrs[NF_RG_A_MAPPING]));
	if (m)
		return m;
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[NF_RG_A_MAPPING], "no such mapping");
	return ERR_PTR(-ENOENT);
}

/**
 * nf_rg_nl_mapping_del - NF_RG_CMD_MAPPING_DEL
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_mapping_del(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_net *rn = nf_rg_net(genl_info_net(info));
	struct nf_rg_mapping *m;
	int err = 0;

	mutex_lock(&rn->config);
	m = info_mapping(rn, info);
	if (IS_ERR(m))
		err = PTR_ERR(m);
	else
		nf_rg_role_delete_mapping(m);
	mutex_unlock(&rn->config);
	return err;
}

static int put_range(struct sk_buff *skb, const struct nf_rg_range *r)
{
	struct nlattr *nest = nla_nest_start(skb, NF_RG_A_RANGE);
	int len = r->family == NFPROTO_IPV4 ? 4 : 16;

	if (!nest || nla_put(skb, NF_RG_A_RANGE_FROM, len, &r->from) ||
	    nla_put(skb, NF_RG_A_RANGE_TO, len, &r->to))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_rule(struct sk_buff *skb, const struct nf_rg_rule *r)
{
	struct nlattr *nest = nla_nest_start(skb, NF_RG_A_RULE);

	if (!nest || nla_put_u8(skb, NF_RG_A_RULE_PROTO, r->l4) ||
	    (rule_has_ports(r) &&
	     (nla_put_u16(skb, NF_RG_A_RULE_PORT_FROM, r->from) ||
	      nla_put_u16(skb, NF_RG_A_RULE_PORT_TO, r->to))) ||
	    nla_put_u8(skb, NF_RG_A_RULE_WHEN, r->when) ||
	    (r->when == NF_RG_WHEN_AGE && nla_put_u32(skb, NF_RG_A_RULE_AGE, r->age)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_policy(struct sk_buff *skb, const struct nf_rg_policy *p)
{
	struct nlattr *nest;
	unsigned int i;

	if (!p)
		return 0;
	nest = nla_nest_start(skb, NF_RG_A_POLICY);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < p->n; i++)
		if (put_rule(skb, &p->r[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_mapping(struct sk_buff *skb, const struct nf_rg_mapping *m, u32 portid, u32 seq,
		       int flags)
{
	const struct nf_rg_ranges *ranges =
		rcu_dereference_protected(m->ranges, lockdep_is_held(&m->group->rn->config));
	const struct nf_rg_policy *policy =
		rcu_dereference_protected(m->policy, lockdep_is_held(&m->group->rn->config));
	struct nlattr *nest;
	unsigned int i;
	void *head;

	head = genlmsg_put(skb, portid, seq, &nf_rg_family, flags, NF_RG_CMD_MAPPING_GET);
	if (!head)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NF_RG_A_MAPPING, m->id) ||
	    nla_put_u32(skb, NF_RG_A_GROUP, m->group->id) ||
	    nla_put_u32(skb, NF_RG_A_SLOT, m->slot) ||
	    (m->stopped && nla_put_u32(skb, NF_RG_A_FLAGS, NF_RG_F_STOPPED)))
		goto cancel;
	nest = nla_nest_start(skb, NF_RG_A_RANGES);
	if (!nest)
		goto cancel;
	for (i = 0; i < ranges->n; i++)
		if (put_range(skb, &ranges->r[i]))
			goto cancel;
	nla_nest_end(skb, nest);
	if (put_policy(skb, policy))
		goto cancel;
	genlmsg_end(skb, head);
	return 0;

cancel:
	genlmsg_cancel(skb, head);
	return -EMSGSIZE;
}

/**
 * nf_rg_nl_mapping_get - NF_RG_CMD_MAPPING_GET for one mapping
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_mapping_get(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_net *rn = nf_rg_net(genl_info_net(info));
	struct nf_rg_mapping *m;
	struct sk_buff *msg;
	int err;

	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&rn->config);
	m = info_mapping(rn, info);
	err = IS_ERR(m) ? PTR_ERR(m) : put_mapping(msg, m, info->snd_portid, info->snd_seq, 0);
	mutex_unlock(&rn->config);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/**
 * nf_rg_nl_mapping_dump - NF_RG_CMD_MAPPING_GET for all mappings
 * @skb: to be filled
 * @cb: state of the dump
 *
 * Return: length of @skb, 0 at the end, -errno.
 */
int nf_rg_nl_mapping_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nf_rg_net *rn = nf_rg_net(sock_net(skb->sk));
	struct nf_rg_mapping *m;
	long n = 0;
	int err = 0;

	mutex_lock(&rn->config);
	list_for_each_entry(m, &rn->mappings, list) {
		if (n++ < cb->args[0])
			continue;
		err = put_mapping(skb, m, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  NLM_F_MULTI);
		if (err)
			break;
		cb->args[0] = n;
	}
	mutex_unlock(&rn->config);
	return skb->len ?: err;
}
