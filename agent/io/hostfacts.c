// SPDX-License-Identifier: GPL-2.0-or-later
#include "hostfacts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "core/conf.h"
#include "core/pooladdr.h"
#include "io/ifaces.h"
#include "io/pool.h"

static int64_t read_number(const char *path)
{
	FILE *f = fopen(path, "re");
	long long v = HEALTH_UNKNOWN;

	if (!f)
		return HEALTH_UNKNOWN;
	if (fscanf(f, "%lld", &v) != 1)
		v = HEALTH_UNKNOWN;
	fclose(f);
	return v;
}

/* For an interface the kernel takes the larger one of its own setting and that of all. */
static int if_number(const char *ifname, const char *key)
{
	int64_t own, all;
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/%s", ifname, key);
	own = read_number(path);
	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/all/%s", key);
	all = read_number(path);
	return (int)(own > all ? own : all);
}

static void look_at_families(const struct conf *c, struct health_facts *f)
{
	for (uint32_t i = 0; i < c->n_ifs; i++) {
		for (uint32_t v = 0; v < c->iface[i].n_vips; v++) {
			f->v4 |= c->iface[i].vip[v].addr.family == RG_V4;
			f->v6 |= c->iface[i].vip[v].addr.family == RG_V6;
		}
	}
	for (uint32_t i = 0; i < c->n_maps; i++) {
		f->v4 |= conf_map_family(c, &c->map[i]) == RG_V4;
		f->v6 |= conf_map_family(c, &c->map[i]) == RG_V6;
	}
}

static int look_at_pools(const struct conf *c, const struct rg_addr *taken, size_t n_taken,
			 struct health_facts *f)
{
	struct rg_range *r = calloc(POOLADDR_RANGES, sizeof(*r));
	int err = 0;

	if (!r)
		return -ENOMEM;
	for (uint32_t i = 0; i < c->n_groups && !err; i++) {
		size_t n = 0;

		err = pooladdr_ranges(c, c->group[i].id, taken, n_taken, r, POOLADDR_RANGES, &n);
		if (!err && pooladdr_count(r, n, RG_V4) > POOL_ADDRS4)
			f->pool_routes = true;
	}
	free(r);
	return err;
}

static bool offnet_pool(const struct conf *c, const struct iface *i)
{
	for (uint32_t k = 0; k < c->n_maps; k++) {
		const struct conf_pool *p = conf_pool(c, c->map[k].pool);

		if (p && p->range.from.family == RG_V4 && !iface_prefix_of(i, &p->range.from, NULL))
			return true;
	}
	return false;
}

static bool has_vip4(const struct conf_if *i)
{
	for (uint32_t v = 0; v < i->n_vips; v++) {
		if (i->vip[v].addr.family == RG_V4)
			return true;
	}
	return false;
}

static void look_at_if(const struct ifaces *ifs, const struct conf *c, const struct conf_if *ci,
		       struct health_if *out)
{
	const struct iface *i = ifaces_by_name(ifs, ci->name);

	memcpy(out->name, ci->name, sizeof(out->name));
	out->outside = ci->nat == CONF_NAT_OUTSIDE;
	out->vip4 = has_vip4(ci);
	out->exists = i;
	if (!i)
		return;
	out->offnet_pool = out->outside && offnet_pool(c, i);
	out->rp_filter = if_number(ci->name, "rp_filter");
	out->arp_ignore = if_number(ci->name, "arp_ignore");
	out->arp_announce = if_number(ci->name, "arp_announce");
	out->arp_filter = if_number(ci->name, "arp_filter");
}

/* ------------------------------------------------------------------ bridges */

struct bridges {
	const struct ifaces *ifs;
	struct health_facts *f;
};

static const char *watched_name(const struct bridges *b, uint32_t ifindex)
{
	const struct iface *i = ifaces_by_index(b->ifs, ifindex);

	for (uint32_t k = 0; i && k < b->f->n_ifs; k++) {
		if (!strcmp(b->f->iface[k].name, i->name))
			return b->f->iface[k].name;
	}
	return NULL;
}

/* Spanning tree of a bridge that is one of ours, from its own message. */
static void note_stp(struct bridges *b, const char *bridge, struct nlattr *data)
{
	struct nlattr *tb[IFLA_BR_MAX + 1];

	if (nla_parse_nested(tb, IFLA_BR_MAX, data, NULL) < 0 || !tb[IFLA_BR_STP_STATE])
		return;
	for (uint32_t k = 0; k < b->f->n_ports; k++) {
		if (!strcmp(b->f->port[k].bridge, bridge))
			b->f->port[k].stp = nla_get_u32(tb[IFLA_BR_STP_STATE]);
	}
}

static void note_port(struct bridges *b, const char *bridge, const char *name, struct nlattr *data)
{
	struct nlattr *tb[IFLA_BRPORT_MAX + 1];
	struct health_port *p;

	if (b->f->n_ports == HEALTH_MAX_PORTS ||
	    nla_parse_nested(tb, IFLA_BRPORT_MAX, data, NULL) < 0 || !tb[IFLA_BRPORT_STATE])
		return;
	p = &b->f->port[b->f->n_ports++];
	snprintf(p->bridge, sizeof(p->bridge), "%s", bridge);
	snprintf(p->name, sizeof(p->name), "%s", name);
	p->state = nla_get_u8(tb[IFLA_BRPORT_STATE]);
}

static bool is_kind(struct nlattr *kind)
{
	return kind && !strcmp(nla_get_string(kind), "bridge");
}

static void look_at_link(struct bridges *b, struct nl_msg *msg, bool ports)
{
	struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	const struct ifinfomsg *m = nlmsg_data(nlmsg_hdr(msg));
	const char *bridge;

	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(*m), tb, IFLA_MAX, NULL) < 0 || !tb[IFLA_IFNAME] ||
	    !tb[IFLA_LINKINFO] ||
	    nla_parse_nested(info, IFLA_INFO_MAX, tb[IFLA_LINKINFO], NULL) < 0)
		return;
	if (ports && tb[IFLA_MASTER] && is_kind(info[IFLA_INFO_SLAVE_KIND]) &&
	    info[IFLA_INFO_SLAVE_DATA]) {
		bridge = watched_name(b, nla_get_u32(tb[IFLA_MASTER]));
		if (bridge)
			note_port(b, bridge, nla_get_string(tb[IFLA_IFNAME]),
				  info[IFLA_INFO_SLAVE_DATA]);
	} else if (!ports && is_kind(info[IFLA_INFO_KIND]) && info[IFLA_INFO_DATA]) {
		bridge = watched_name(b, (uint32_t)m->ifi_index);
		if (bridge)
			note_stp(b, bridge, info[IFLA_INFO_DATA]);
	}
}

static int on_port(struct nl_msg *msg, void *arg)
{
	look_at_link(arg, msg, true);
	return NL_OK;
}

static int on_bridge(struct nl_msg *msg, void *arg)
{
	look_at_link(arg, msg, false);
	return NL_OK;
}

static int dump_links(struct bridges *b, nl_recvmsg_msg_cb_t fn)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC };
	struct nl_sock *nl = nl_socket_alloc();
	int err;

	if (!nl)
		return -ENOMEM;
	err = nl_socket_modify_cb(nl, NL_CB_VALID, NL_CB_CUSTOM, fn, b);
	if (!err)
		err = nl_connect(nl, NETLINK_ROUTE);
	if (!err)
		err = nl_send_simple(nl, RTM_GETLINK, NLM_F_DUMP, &link, sizeof(link));
	if (err >= 0)
		err = nl_recvmsgs_default(nl);
	nl_socket_free(nl);
	return err < 0 ? -EIO : 0;
}

static int look_at_bridges(const struct ifaces *ifs, struct health_facts *f)
{
	struct bridges b = { .ifs = ifs, .f = f };
	int err = dump_links(&b, on_port);

	if (!err && f->n_ports)
		err = dump_links(&b, on_bridge);
	return err;
}

/**
 * hostfacts_look() - the machine's part of the facts
 * @ifs: interfaces
 * @c: configuration
 * @taken: addresses that no pool may hand out
 * @n_taken: how many
 * @f: overwritten; of the module, of the peer and of reassembly nothing is said in it
 *
 * Reads some files of /proc and asks the kernel for its interfaces, which takes a millisecond or
 * so.
 *
 * Return: 0 or -errno.
 */
int hostfacts_look(const struct ifaces *ifs, const struct conf *c, const struct rg_addr *taken,
		   size_t n_taken, struct health_facts *f)
{
	int err;

	memset(f, 0, sizeof(*f));
	f->ip_forward = read_number("/proc/sys/net/ipv4/ip_forward");
	f->ip6_forward = read_number("/proc/sys/net/ipv6/conf/all/forwarding");
	f->tcp_loose = read_number("/proc/sys/net/netfilter/nf_conntrack_tcp_loose");
	f->ct_max = read_number("/proc/sys/net/netfilter/nf_conntrack_max");
	f->ct_buckets = read_number("/proc/sys/net/netfilter/nf_conntrack_buckets");
	look_at_families(c, f);
	err = look_at_pools(c, taken, n_taken, f);
	for (uint32_t k = 0; k < c->n_ifs && f->n_ifs < HEALTH_MAX_IFS; k++) {
		if (c->iface[k].in_group || c->iface[k].nat)
			look_at_if(ifs, c, &c->iface[k], &f->iface[f->n_ifs++]);
	}
	return err ? err : look_at_bridges(ifs, f);
}
