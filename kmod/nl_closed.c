// SPDX-License-Identifier: GPL-2.0
/* Netlink commands: what must not leave untranslated. */
#include "nl.h"

#include <linux/netdevice.h>
#include <linux/stringify.h>
#include <net/sock.h>

#include "closed.h"

/* The policy of the family has looked into the nests: each holds what belongs there. */

static unsigned int nested(const struct nlattr *nest)
{
	const struct nlattr *attr;
	unsigned int n = 0;
	int rem;

	if (nest)
		nla_for_each_nested(attr, nest, rem)
			n++;
	return n;
}

static int read_ifs(const struct nlattr *nest, struct nf_rg_closed_if *ifs,
		    struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem;

	if (!nest)
		return 0;
	nla_for_each_nested(attr, nest, rem) {
		strscpy(ifs->name, nla_data(attr), sizeof(ifs->name));
		if (!dev_valid_name(ifs->name)) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "no name of an interface");
			return -EINVAL;
		}
		ifs++;
	}
	return 0;
}

static int check_source(const struct nf_rg_source *s, u8 family, const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	if (s->len > (family == NFPROTO_IPV4 ? 32 : 128)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a prefix is longer than an address");
		return -EINVAL;
	}
	if (s->permit > 1 || s->pad) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a source is permitted (1) or not (0)");
		return -EINVAL;
	}
	return 0;
}

/* @sources: room for what is left in the message. */
static int read_list(const struct nlattr *nest, struct nf_rg_closed_list *l,
		     struct nf_rg_source *sources, struct netlink_ext_ack *extack)
{
	struct nlattr *id, *family, *from;
	unsigned int i;
	int err;

	id = nla_find(nla_data(nest), nla_len(nest), NF_RG_A_MAPPING);
	family = nla_find(nla_data(nest), nla_len(nest), NF_RG_A_FAMILY);
	from = nla_find(nla_data(nest), nla_len(nest), NF_RG_A_SOURCES);
	if (!id || !family || !from) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "a list has a mapping ID, a family and sources");
		return -EINVAL;
	}
	l->mapping = nla_get_u32(id);
	l->family = nla_get_u8(family);
	if (l->family != NFPROTO_IPV4 && l->family != NFPROTO_IPV6) {
		NL_SET_ERR_MSG_ATTR(extack, family, "a family is 2 (IPv4) or 10 (IPv6)");
		return -EINVAL;
	}
	if (nla_len(from) % sizeof(*sources)) {
		NL_SET_ERR_MSG_ATTR(extack, from, "sources are not whole");
		return -EINVAL;
	}
	l->n = nla_len(from) / sizeof(*sources);
	l->sources = sources;
	memcpy(sources, nla_data(from), nla_len(from));
	for (i = 0; i < l->n; i++) {
		err = check_source(&sources[i], l->family, from, extack);
		if (err)
			return err;
	}
	return 0;
}

/* How many lists the message has, and how many sources those have. */
static void count_lists(struct genl_info *info, unsigned int *lists, unsigned int *sources)
{
	const struct nlattr *attr, *from;
	int rem;

	*lists = 0;
	*sources = 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != NF_RG_A_CLOSED)
			continue;
		from = nla_find(nla_data(attr), nla_len(attr), NF_RG_A_SOURCES);
		(*lists)++;
		*sources += from ? nla_len(from) / sizeof(struct nf_rg_source) : 0;
	}
}

static int read_lists(struct genl_info *info, struct nf_rg_closed *c)
{
	struct nf_rg_source *sources = c->sources;
	struct nf_rg_closed_list *l = c->lists;
	const struct nlattr *attr;
	int rem, err;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != NF_RG_A_CLOSED)
			continue;
		err = read_list(attr, l, sources, info->extack);
		if (err)
			return err;
		sources += l->n;
		l++;
	}
	return 0;
}

/* NULL: nothing. */
static struct nf_rg_closed *read_closed(struct genl_info *info)
{
	const struct nlattr *inside = info->attrs[NF_RG_A_INSIDE];
	const struct nlattr *outside = info->attrs[NF_RG_A_OUTSIDE];
	unsigned int n_inside = nested(inside), n_ifs = n_inside + nested(outside);
	unsigned int lists, sources;
	struct nf_rg_closed *c;
	int err;

	count_lists(info, &lists, &sources);
	if (!n_ifs && !lists)
		return NULL;
	if (n_ifs > NF_RG_CLOSED_IFS_MAX || lists > NF_RG_CLOSED_MAX) {
		NL_SET_ERR_MSG_MOD(info->extack,
				   "at most " __stringify(NF_RG_CLOSED_IFS_MAX) " interfaces and "
				   __stringify(NF_RG_CLOSED_MAX) " lists");
		return ERR_PTR(-E2BIG);
	}
	c = nf_rg_closed_alloc(n_ifs, lists, sources);
	if (!c)
		return ERR_PTR(-ENOMEM);
	c->n_inside = n_inside;
	err = read_ifs(inside, c->ifs, info->extack);
	if (!err)
		err = read_ifs(outside, c->ifs + n_inside, info->extack);
	if (!err)
		err = read_lists(info, c);
	if (!err)
		return c;
	nf_rg_closed_free(c);
	return ERR_PTR(err);
}

/**
 * nf_rg_nl_closed_set - NF_RG_CMD_CLOSED_SET
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_closed_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_net *rn = nf_rg_net(genl_info_net(info));
	struct nf_rg_closed *c = read_closed(info);
	int err = 0;

	if (IS_ERR(c))
		return PTR_ERR(c);
	mutex_lock(&rn->config);
	/* The hooks may not be there yet: no group is needed for this. */
	if (c)
		err = nf_rg_net_enable(rn);
	if (!err)
		nf_rg_closed_replace(rn, c);
	else
		nf_rg_closed_free(c);
	mutex_unlock(&rn->config);
	return err;
}

static int put_ifs(struct sk_buff *skb, int type, const struct nf_rg_closed_if *ifs,
		   unsigned int n)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest)
		return -EMSGSIZE;
	while (n--) {
		if (nla_put_string(skb, NF_RG_A_IFNAME, ifs->name))
			return -EMSGSIZE;
		ifs++;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static const struct nf_rg_closed *closed_of(struct nf_rg_net *rn)
{
	return rcu_dereference_protected(rn->closed, lockdep_is_held(&rn->config));
}

/**
 * nf_rg_nl_closed_get - NF_RG_CMD_CLOSED_GET: the interfaces
 * @skb: the request
 * @info: parsed
 *
 * Return: 0 or -errno.
 */
int nf_rg_nl_closed_get(struct sk_buff *skb, struct genl_info *info)
{
	struct nf_rg_net *rn = nf_rg_net(genl_info_net(info));
	const struct nf_rg_closed *c;
	struct sk_buff *msg;
	void *head;
	int err;

	msg = genlmsg_new(64 + NF_RG_CLOSED_IFS_MAX * nla_total_size(IFNAMSIZ), GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	head = genlmsg_put_reply(msg, info, &nf_rg_family, 0, NF_RG_CMD_CLOSED_GET);
	err = head ? 0 : -EMSGSIZE;
	mutex_lock(&rn->config);
	c = closed_of(rn);
	if (!err && c)
		err = put_ifs(msg, NF_RG_A_INSIDE, c->ifs, c->n_inside);
	if (!err && c)
		err = put_ifs(msg, NF_RG_A_OUTSIDE, c->ifs + c->n_inside, c->n_ifs - c->n_inside);
	mutex_unlock(&rn->config);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, head);
	return genlmsg_reply(msg, info);
}

/* NF_RG_SOURCES_MAX is such that a list fits into any message. */
static int put_list(struct sk_buff *skb, const struct nf_rg_closed_list *l, u32 portid, u32 seq)
{
	void *head = genlmsg_put(skb, portid, seq, &nf_rg_family, NLM_F_MULTI,
				 NF_RG_CMD_CLOSED_GET);

	if (!head)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NF_RG_A_MAPPING, l->mapping) ||
	    nla_put_u8(skb, NF_RG_A_FAMILY, l->family) ||
	    nla_put_u64_64bit(skb, NF_RG_A_PACKETS, atomic64_read(&l->packets), NF_RG_A_PAD) ||
	    nla_put_u64_64bit(skb, NF_RG_A_BYTES, atomic64_read(&l->bytes), NF_RG_A_PAD) ||
	    nla_put(skb, NF_RG_A_SOURCES, l->n * sizeof(*l->sources), l->sources)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/**
 * nf_rg_nl_closed_dump - NF_RG_CMD_CLOSED_GET: the lists, and what was dropped for them
 * @skb: to be filled
 * @cb: state of the dump
 *
 * Return: length of @skb, 0 at the end, -errno.
 */
int nf_rg_nl_closed_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nf_rg_net *rn = nf_rg_net(sock_net(skb->sk));
	const struct nf_rg_closed *c;
	int err = 0;

	mutex_lock(&rn->config);
	c = closed_of(rn);
	while (c && !err && cb->args[0] < c->n_lists) {
		err = put_list(skb, &c->lists[cb->args[0]], NETLINK_CB(cb->skb).portid,
			       cb->nlh->nlmsg_seq);
		if (!err)
			cb->args[0]++;
	}
	mutex_unlock(&rn->config);
	return skb->len ?: err;
}
