/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_CLOSED_H
#define _NF_RG_CLOSED_H

#include <linux/atomic.h>
#include <linux/if.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/nf_rg.h>

#include "net.h"

struct nf_conn;

/**
 * struct nf_rg_closed_if - an interface by its name
 * @name: its name
 * @ifindex: its index as long as there is one of that name, 0: none; written under RTNL
 */
struct nf_rg_closed_if {
	char name[IFNAMSIZ];
	int ifindex;
};

/**
 * struct nf_rg_closed_list - the sources of a mapping
 * @mapping: its ID; the module need not know the mapping itself
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @n: how many
 * @sources: they, in order
 * @packets: dropped
 * @bytes: of these, with the network header
 */
struct nf_rg_closed_list {
	u32 mapping;
	u8 family;
	unsigned int n;
	const struct nf_rg_source *sources;
	atomic64_t packets;
	atomic64_t bytes;
};

/**
 * struct nf_rg_closed - what must not leave untranslated, replaced as a whole
 * @n_inside: how many of @ifs are inside; they come first
 * @n_ifs: how many @ifs
 * @inside: bit i: the index of one that is inside has i as its last six bits; written under RTNL
 * @n_lists: how many @lists
 * @n_sources: how many sources, of all lists
 * @ifs: interfaces
 * @lists: one for each mapping
 * @sources: of all lists
 *
 * From inside to outside, what a list permits.
 */
struct nf_rg_closed {
	unsigned int n_inside;
	unsigned int n_ifs;
	u64 inside;
	unsigned int n_lists;
	unsigned int n_sources;
	struct nf_rg_closed_if *ifs;
	struct nf_rg_closed_list *lists;
	struct nf_rg_source *sources;
};

int nf_rg_closed_init(void);
void nf_rg_closed_exit(void);
struct nf_rg_closed *nf_rg_closed_alloc(unsigned int n_ifs, unsigned int n_lists,
					unsigned int n_sources);
void nf_rg_closed_free(struct nf_rg_closed *c);
void nf_rg_closed_replace(struct nf_rg_net *rn, struct nf_rg_closed *c);
void nf_rg_closed_net_exit(struct nf_rg_net *rn);
unsigned int nf_rg_closed_look(struct nf_rg_net *rn, const struct sk_buff *skb,
			       const struct nf_hook_state *state);

/* Could a packet be one from inside?  No is certain.  Any context. */
static inline bool nf_rg_closed_maybe(const struct nf_rg_closed *c,
				      const struct nf_hook_state *state)
{
	return state->in && READ_ONCE(c->inside) & BIT_ULL(state->in->ifindex & 63);
}

#endif /* _NF_RG_CLOSED_H */
