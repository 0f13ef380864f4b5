// SPDX-License-Identifier: GPL-2.0
/*
 * Fail closed: what a mapping is there for does not leave untranslated, whatever the reason: rules
 * that were flushed or refused, a connection that began without them, a packet that belongs to no
 * connection.
 *
 * It stands here and not in nftables, where it was first: nobody flushes it along with rules of
 * his own, and a packet of a translated connection costs nothing for it.  It needs no group and
 * no mapping, since it is there for the time when these are not.
 *
 * Interfaces are compared by their index; a name has the one that it had last.
 */
#include "closed.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/ipv6.h>

static bool is_one_of(const struct nf_rg_closed_if *ifs, unsigned int n,
		      const struct net_device *dev)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (READ_ONCE(ifs[i].ifindex) == dev->ifindex)
			return true;
	return false;
}

static bool source_is(const struct nf_rg_source *s, u8 family, const struct sk_buff *skb)
{
	__be32 mask;

	if (!s->len)
		return true;
	if (family == NFPROTO_IPV6)
		return ipv6_prefix_equal(&ipv6_hdr(skb)->saddr,
					 (const struct in6_addr *)s->addr, s->len);
	mask = htonl(~0U << (32 - s->len));
	return !((ip_hdr(skb)->saddr ^ s->addr[0]) & mask);
}

static bool permits(const struct nf_rg_closed_list *l, const struct sk_buff *skb)
{
	unsigned int i;

	for (i = 0; i < l->n; i++)
		if (source_is(&l->sources[i], l->family, skb))
			return l->sources[i].permit;
	return false;
}

/**
 * nf_rg_closed_look - may a packet leave that nothing has translated?
 * @rn: the namespace
 * @skb: the packet
 * @state: of NF_INET_POST_ROUTING
 *
 * Context: rcu_read_lock() held.
 * Return: NF_ACCEPT; NF_DROP, counted.
 */
unsigned int nf_rg_closed_look(struct nf_rg_net *rn, const struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct nf_rg_closed *c = rcu_dereference(rn->closed);
	unsigned int i;

	/* The router's own packets come from nowhere. */
	if (!c || !state->in || !state->out)
		return NF_ACCEPT;
	if (!is_one_of(c->ifs, c->n_inside, state->in) ||
	    !is_one_of(c->ifs + c->n_inside, c->n_ifs - c->n_inside, state->out))
		return NF_ACCEPT;
	for (i = 0; i < c->n_lists; i++) {
		struct nf_rg_closed_list *l = &c->lists[i];

		if (l->family != state->pf || !permits(l, skb))
			continue;
		atomic64_inc(&l->packets);
		atomic64_add(skb->len, &l->bytes);
		nf_rg_stat_inc(rn, NF_RG_STAT_DROP_CLOSED);
		return NF_DROP;
	}
	return NF_ACCEPT;
}

/**
 * nf_rg_closed_alloc - room for interfaces, lists and their sources
 * @n_ifs: how many interfaces
 * @n_lists: how many lists
 * @n_sources: how many sources, of all lists
 *
 * Return: all zero but for the three numbers; NULL without memory.
 */
struct nf_rg_closed *nf_rg_closed_alloc(unsigned int n_ifs, unsigned int n_lists,
					unsigned int n_sources)
{
	struct nf_rg_closed *c = kzalloc(sizeof(*c), GFP_KERNEL);

	if (!c)
		return NULL;
	c->n_ifs = n_ifs;
	c->n_lists = n_lists;
	c->n_sources = n_sources;
	c->ifs = kvcalloc(n_ifs, sizeof(*c->ifs), GFP_KERNEL);
	c->lists = kvcalloc(n_lists, sizeof(*c->lists), GFP_KERNEL);
	c->sources = kvcalloc(n_sources, sizeof(*c->sources), GFP_KERNEL);
	if (c->ifs && c->lists && c->sources)
		return c;
	nf_rg_closed_free(c);
	return NULL;
}

/**
 * nf_rg_closed_free - free what nobody reads any more
 * @c: may be NULL
 */
void nf_rg_closed_free(struct nf_rg_closed *c)
{
	if (!c)
		return;
	kvfree(c->ifs);
	kvfree(c->lists);
	kvfree(c->sources);
	kfree(c);
}

/* What a mapping has counted so far, it goes on from. */
static void keep_counts(struct nf_rg_closed *to, const struct nf_rg_closed *from)
{
	unsigned int i, k;

	for (i = 0; i < to->n_lists; i++) {
		for (k = 0; k < from->n_lists; k++) {
			if (from->lists[k].mapping != to->lists[i].mapping)
				continue;
			atomic64_add(atomic64_read(&from->lists[k].packets), &to->lists[i].packets);
			atomic64_add(atomic64_read(&from->lists[k].bytes), &to->lists[i].bytes);
		}
	}
}

/* After an index has changed.  Context: RTNL. */
static void inside_set(struct nf_rg_closed *c)
{
	u64 inside = 0;
	unsigned int i;

	for (i = 0; i < c->n_inside; i++)
		if (c->ifs[i].ifindex)
			inside |= BIT_ULL(c->ifs[i].ifindex & 63);
	WRITE_ONCE(c->inside, inside);
}

/**
 * nf_rg_closed_replace - from here on, this must not leave untranslated
 * @rn: the namespace
 * @c: what, or NULL: nothing; now the namespace's
 *
 * Context: process, nf_rg_net.config held; takes RTNL and waits for a grace period.
 */
void nf_rg_closed_replace(struct nf_rg_net *rn, struct nf_rg_closed *c)
{
	struct nf_rg_closed *old;
	unsigned int i;

	rtnl_lock();
	for (i = 0; c && i < c->n_ifs; i++) {
		struct net_device *dev = __dev_get_by_name(rn->net, c->ifs[i].name);

		/* It finds them by other names as well, which no rule would. */
		if (dev && !strcmp(dev->name, c->ifs[i].name))
			c->ifs[i].ifindex = dev->ifindex;
	}
	if (c)
		inside_set(c);
	old = rcu_replace_pointer(rn->closed, c, lockdep_rtnl_is_held());
	rtnl_unlock();
	if (!old)
		return;
	synchronize_net();
	if (c)
		keep_counts(c, old);
	nf_rg_closed_free(old);
}

/**
 * nf_rg_closed_net_exit - the namespace goes
 * @rn: the namespace; its hooks are gone, and a grace period since
 */
void nf_rg_closed_net_exit(struct nf_rg_net *rn)
{
	nf_rg_closed_free(rcu_dereference_protected(rn->closed, true));
	RCU_INIT_POINTER(rn->closed, NULL);
}

/* A device came, went, or has another name. */
static int on_netdev(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct nf_rg_closed *c = rtnl_dereference(nf_rg_net(dev_net(dev))->closed);
	unsigned int i;

	if (event != NETDEV_REGISTER && event != NETDEV_UNREGISTER && event != NETDEV_CHANGENAME)
		return NOTIFY_DONE;
	for (i = 0; c && i < c->n_ifs; i++) {
		struct nf_rg_closed_if *f = &c->ifs[i];

		if (event != NETDEV_UNREGISTER && !strcmp(f->name, dev->name))
			WRITE_ONCE(f->ifindex, dev->ifindex);
		else if (f->ifindex == dev->ifindex)
			WRITE_ONCE(f->ifindex, 0);
	}
	if (c)
		inside_set(c);
	return NOTIFY_DONE;
}

static struct notifier_block netdev_nb = {
	.notifier_call = on_netdev,
};

/**
 * nf_rg_closed_init - begin to watch the names of interfaces, of all namespaces
 *
 * Return: 0 or -errno.
 */
int nf_rg_closed_init(void)
{
	return register_netdevice_notifier(&netdev_nb);
}

/**
 * nf_rg_closed_exit - end it
 */
void nf_rg_closed_exit(void)
{
	unregister_netdevice_notifier(&netdev_nb);
}
