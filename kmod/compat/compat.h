/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What older kernels call otherwise.  The rest of the module is written for the newest one; what
 * the kernel at hand offers is tried out when it is built (have_*.c), since stable series take
 * backports and a version says little.
 */
#ifndef _NF_RG_COMPAT_H
#define _NF_RG_COMPAT_H

#include <net/genetlink.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_ecache.h>

#include "compat_config.h"

#ifdef NF_RG_HAVE_CT_EVENT
#define NF_RG_CT_EVENT		const struct nf_ct_event
#else
#define NF_RG_CT_EVENT		struct nf_ct_event
#define ct_event		fcn
#endif

/* Calls @iter for every connection of @net; those for which it returns 1 are deleted. */
static inline void nf_rg_compat_iterate(struct net *net, int (*iter)(struct nf_conn *, void *),
					void *data)
{
#ifdef NF_RG_HAVE_CT_ITER_DATA
	const struct nf_ct_iter_data it = { .net = net, .data = data };

	nf_ct_iterate_cleanup_net(iter, &it);
#else
	nf_ct_iterate_cleanup_net(net, iter, data, 0, 0);
#endif
}

/* Extensions that this kernel was built without: no connection has them. */
#ifndef CONFIG_NF_CONNTRACK_LABELS
#define NF_CT_EXT_LABELS	NF_CT_EXT_NUM
#endif
#ifndef CONFIG_NF_CONNTRACK_TIMESTAMP
#define NF_CT_EXT_TSTAMP	NF_CT_EXT_NUM
#endif

#ifndef NF_RG_HAVE_CONNTRACK_COUNT
static inline u32 nf_conntrack_count(const struct net *net)
{
	return atomic_read(&net->ct.count);
}
#endif

/* Strict validation of reserved fields of the header; without it they are ignored. */
#ifdef NF_RG_HAVE_RESV_START_OP
#define NF_RG_RESV_START_OP(op)	.resv_start_op = (op),
#else
#define NF_RG_RESV_START_OP(op)
#endif

#endif /* _NF_RG_COMPAT_H */
