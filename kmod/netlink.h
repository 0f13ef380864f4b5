/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_NETLINK_H
#define _NF_RG_NETLINK_H

struct nf_rg_group;
struct nf_rg_push;

int nf_rg_netlink_init(void);
void nf_rg_netlink_exit(void);
int nf_rg_netlink_push(const struct nf_rg_push *push);
void nf_rg_netlink_notify(struct nf_rg_group *g, unsigned int event);

#endif /* _NF_RG_NETLINK_H */
