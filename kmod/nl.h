/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_NL_H
#define _NF_RG_NL_H

#include <net/genetlink.h>

#include "group.h"

/* What the netlink files share among themselves. */

extern struct genl_family nf_rg_family;

/*
 * Refuses a request that lacks an attribute: 0 or -EINVAL.  @name is a literal, as people write
 * it.
 */
#define nf_rg_nl_need(info, attr, name) ({						\
	int __err = 0;									\
											\
	if (!(info)->attrs[attr]) {							\
		NL_SET_ERR_MSG_MOD((info)->extack, name " missing");			\
		__err = -EINVAL;							\
	}										\
	__err;										\
})

struct nf_rg_group *nf_rg_nl_group(struct genl_info *info);
int nf_rg_nl_addr(const struct nlattr *attr, u8 *family, union nf_inet_addr *ip,
		  struct netlink_ext_ack *extack);
int nf_rg_nl_put_epoch(struct sk_buff *skb, const struct nf_rg_epoch *epoch);

int nf_rg_nl_group_new(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_group_del(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_group_get(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_group_dump(struct sk_buff *skb, struct netlink_callback *cb);
int nf_rg_nl_set_role(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_flush(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_mapping_new(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_mapping_del(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_mapping_get(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_mapping_dump(struct sk_buff *skb, struct netlink_callback *cb);
int nf_rg_nl_stats_get(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_closed_set(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_closed_get(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_closed_dump(struct sk_buff *skb, struct netlink_callback *cb);

int nf_rg_nl_attach(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_sync(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_ack(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_install(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_verify(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_sync_receive(struct sk_buff *skb, struct genl_info *info);
int nf_rg_nl_release(struct net *net, u32 portid);

#endif /* _NF_RG_NL_H */
