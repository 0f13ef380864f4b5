// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_gram.h"

#include "conf_cmd.h"
#include "conf_node.h"

#define EITHER	(CONF_CR | CONF_NO_CR)

/* interface: redundancy */

static const struct conf_node rii_decrement_num[] = {
	NUM("NUMBER", "priority lost while the interface is down", 1, 255,
	    CONF_S_DECREMENT, .flags = EITHER, .run = conf_run_rii),
	END,
};

static const struct conf_node rii_decrement[] = {
	KW("decrement", "priority lost while the interface is down",
	   .next = rii_decrement_num),
	END,
};

static const struct conf_node rii[] = {
	NUM("NUMBER", "the same for the twin on the peer", 1, 65535,
	    CONF_S_ID, .flags = EITHER, .run = conf_run_rii,
	    .next = rii_decrement),
	END,
};

static const struct conf_node vip_decrement_num[] = {
	NUM("NUMBER", "priority lost while the interface is down", 1, 255,
	    CONF_S_DECREMENT, .flags = EITHER, .run = conf_run_vip),
	END,
};

static const struct conf_node vip_decrement[] = {
	KW("decrement", "priority lost while the interface is down",
	   .next = vip_decrement_num),
	END,
};

static const struct conf_node exclusive[] = {
	KW("exclusive", "the interface belongs to this group alone",
	   .flags = EITHER, .run = conf_run_vip, .next = vip_decrement),
	END,
};

static const struct conf_node vip4[] = {
	ARG(CONF_ARG_ADDR4, "A", "virtual address", CONF_S_ADDR,
	    .flags = CONF_NO_CR, .run = conf_run_vip, .next = exclusive),
	END,
};

static const struct conf_node vip6[] = {
	ARG(CONF_ARG_PREFIX6, "P/LEN", "virtual address and its prefix length",
	    CONF_S_ADDR, .flags = CONF_NO_CR, .run = conf_run_vip,
	    .next = exclusive),
	ARG(CONF_ARG_ADDR6, "FE80::X", "virtual link-local address",
	    CONF_S_ADDR, .flags = CONF_NO_CR, .run = conf_run_vip,
	    .next = exclusive),
	END,
};

static const struct conf_node member_num[] = {
	NUM("NUMBER", "priority lost while the interface is down", 1, 255,
	    CONF_S_DECREMENT, .flags = EITHER, .run = conf_run_member),
	END,
};

static const struct conf_node if_group_more[] = {
	KW("ip", "with a virtual IPv4 address", .next = vip4),
	KW("ipv6", "with a virtual IPv6 address", .next = vip6),
	KW("decrement", "without a virtual address", .slot = CONF_S_MEMBER,
	   .flags = CONF_NO_CR, .run = conf_run_member, .next = member_num),
	END,
};

static const struct conf_node if_group[] = {
	ARG(CONF_ARG_GROUP, "GROUP", "number or name of the group",
	    CONF_S_GROUP, .flags = CONF_NO_CR, .run = conf_run_member,
	    .next = if_group_more),
	END,
};

static const struct conf_node vmac[] = {
	ARG(CONF_ARG_MAC, "MAC", "this one, the same on the peer", CONF_S_MAC,
	    .flags = EITHER, .run = conf_run_vmac),
	END,
};

static const struct conf_node if_redundancy[] = {
	KW("rii", "redundant interface identifier", .flags = CONF_NO_CR,
	   .run = conf_run_rii, .next = rii),
	KW("group", "the group that the interface belongs to",
	   .next = if_group),
	KW("vmac", "virtual addresses answer with a MAC address of their own",
	   .flags = EITHER, .run = conf_run_vmac, .next = vmac),
	END,
};

static const struct conf_node if_nat[] = {
	KW("inside", "towards the clients", .slot = CONF_S_INSIDE,
	   .flags = EITHER, .run = conf_run_nat_side),
	KW("outside", "towards the servers", .slot = CONF_S_OUTSIDE,
	   .flags = EITHER, .run = conf_run_nat_side),
	END,
};

static const struct conf_node own_secondary[] = {
	KW("secondary", "one more, beside the first", .slot = CONF_S_SECONDARY,
	   .flags = EITHER, .run = conf_run_own),
	END,
};

static const struct conf_node own_mask[] = {
	ARG(CONF_ARG_NETMASK, "MASK", "netmask of its network", CONF_S_LEN,
	    .flags = EITHER, .run = conf_run_own, .next = own_secondary),
	END,
};

static const struct conf_node own_addr[] = {
	ARG(CONF_ARG_ADDR4, "A", "address of this router alone", CONF_S_ADDR,
	    .next = own_mask),
	REFUSED("dhcp", "ip address dhcp"),
	REFUSED("negotiated", "ip address negotiated"),
	END,
};

/* The directions combine in any order. */
static const struct conf_node reassembly[5];

static const struct conf_node reassembly[5] = {
	KW("in", "of what comes in", .slot = CONF_S_IN,
	   .flags = EITHER | CONF_ONCE, .run = conf_run_reassembly,
	   .next = reassembly),
	KW("out", "of what goes out", .slot = CONF_S_OUT,
	   .flags = EITHER | CONF_ONCE, .run = conf_run_reassembly,
	   .next = reassembly),
	REFUSED("max-reassemblies",
		"ip virtual-reassembly max-reassemblies (see net.ipv4.ipfrag_*)"),
	REFUSED("drop-fragments", "ip virtual-reassembly drop-fragments"),
	END,
};

static const struct conf_node if_ip[] = {
	KW("nat", "side of the address translation", .next = if_nat),
	KW("address", "the interface's own addresses", .flags = CONF_NO_CR,
	   .run = conf_run_own, .next = own_addr),
	KW("virtual-reassembly", "fragments are put together before translation",
	   .flags = EITHER, .run = conf_run_reassembly, .next = reassembly),
	REFUSED("vrf", "ip vrf forwarding"),
	END,
};

static const struct conf_node negotiation[] = {
	KW("auto", "speed and duplex are agreed with the other end",
	   .flags = EITHER, .run = conf_run_negotiation),
	END,
};

const struct conf_node conf_if_nodes[] = {
	KW("redundancy", "identifier, group and virtual addresses",
	   .next = if_redundancy),
	KW("ip", "addresses and address translation", .next = if_ip),
	KW("shutdown", "set the interface down; `no shutdown`: up",
	   .flags = EITHER, .run = conf_run_if_shutdown),
	REFUSED("ipv6", "ipv6 on an interface"),
	KW("negotiation", "autonegotiation of the link", .next = negotiation),
	REFUSED("vrf", "vrf forwarding"),
	END,
};

/* access lists */

static const struct conf_node ace_host[] = {
	ARG(CONF_ARG_ADDR, "A", "the host", CONF_S_ADDR, .flags = EITHER,
	    .run = conf_run_ace),
	END,
};

static const struct conf_node ace_wildcard[] = {
	ARG(CONF_ARG_WILDCARD, "WILDCARD", "the bits that do not matter",
	    CONF_S_WILDCARD, .flags = EITHER, .run = conf_run_ace),
	END,
};

static const struct conf_node ace_source[] = {
	KW("any", "every source of either family", .flags = EITHER,
	   .run = conf_run_ace),
	KW("host", "one source", .next = ace_host),
	ARG(CONF_ARG_PREFIX, "P/LEN", "a network of either family",
	    CONF_S_ADDR, .flags = EITHER, .run = conf_run_ace),
	ARG(CONF_ARG_ADDR4, "A", "a network, or a host without a wildcard",
	    CONF_S_ADDR, .flags = EITHER, .run = conf_run_ace,
	    .next = ace_wildcard),
	ARG(CONF_ARG_ADDR6, "A", "a host", CONF_S_ADDR, .flags = EITHER,
	    .run = conf_run_ace),
	END,
};

static const struct conf_node ace_actions[] = {
	KW("permit", "translate", .slot = CONF_S_PERMIT, .next = ace_source),
	KW("deny", "do not translate", .slot = CONF_S_DENY,
	   .next = ace_source),
	END,
};

const struct conf_node conf_acl_nodes[] = {
	NUM("SEQUENCE", "place in the list", 1, 2147483647, CONF_S_SEQ,
	    .flags = CONF_NO_CR, .run = conf_run_ace, .next = ace_actions),
	KW("permit", "translate", .slot = CONF_S_PERMIT, .next = ace_source),
	KW("deny", "do not translate", .slot = CONF_S_DENY,
	   .next = ace_source),
	END,
};

const struct conf_node conf_access_list_nodes[] = {
	ARG(CONF_ARG_LISTNUM, "NUMBER", "standard access list", CONF_S_LIST,
	    .flags = CONF_NO_CR, .run = conf_run_acl, .next = ace_actions),
	END,
};

static const struct conf_node acl_name[] = {
	ARG(CONF_ARG_LIST, "NAME", "name or number of the list", CONF_S_LIST,
	    .flags = EITHER, .run = conf_run_acl),
	END,
};

static const struct conf_node acl_kind[] = {
	KW("standard", "matches sources", .enters = CONF_MODE_ACL,
	   .next = acl_name),
	REFUSED_BLOCK("extended", "ip access-list extended"),
	END,
};

/* ip nat */

static const struct conf_node pool_netmask[] = {
	ARG(CONF_ARG_NETMASK, "MASK", "netmask of the pool's network",
	    CONF_S_LEN, .flags = EITHER, .run = conf_run_pool),
	END,
};

static const struct conf_node pool_len[] = {
	NUM("LENGTH", "prefix length of the pool's network", 1, 128,
	    CONF_S_LEN, .flags = EITHER, .run = conf_run_pool),
	END,
};

static const struct conf_node pool_more[] = {
	KW("netmask", "netmask of the pool's network", .next = pool_netmask),
	KW("prefix-length", "prefix length of the pool's network",
	   .next = pool_len),
	END,
};

static const struct conf_node pool_to[] = {
	ARG(CONF_ARG_ADDR, "TO", "last address", CONF_S_TO,
	    .next = pool_more),
	END,
};

static const struct conf_node pool_from[] = {
	ARG(CONF_ARG_ADDR, "FROM", "first address", CONF_S_FROM,
	    .next = pool_to),
	END,
};

static const struct conf_node pool_name[] = {
	WORD("NAME", "name of the pool", CONF_WORD_LEN - 1, CONF_S_POOL,
	     .flags = CONF_NO_CR, .run = conf_run_pool, .next = pool_from),
	END,
};

/* These combine in any order: each leads back to all of them. */
static const struct conf_node map_options[7];

static const struct conf_node map_group[] = {
	ARG(CONF_ARG_GROUP, "GROUP", "number or name of the group",
	    CONF_S_GROUP, .flags = EITHER | CONF_ONCE, .run = conf_run_map,
	    .next = map_options),
	END,
};

static const struct conf_node map_id[] = {
	NUM("ID", "the same on both routers", 1, 2147483647, CONF_S_ID,
	    .flags = EITHER | CONF_ONCE, .run = conf_run_map,
	    .next = map_options),
	END,
};

static const struct conf_node map_options[7] = {
	KW("redundancy", "group whose active router translates",
	   .next = map_group),
	KW("mapping-id", "ties the sessions to the group", .next = map_id),
	KW("overload", "translate ports, many sources share an address",
	   .slot = CONF_S_OVERLOAD, .flags = EITHER | CONF_ONCE,
	   .run = conf_run_map, .next = map_options),
	REFUSED("vrf", "vrf"),
	REFUSED("match-in-vrf", "match-in-vrf"),
	REFUSED("reversible", "reversible"),
	END,
};

static const struct conf_node map_pool[] = {
	WORD("POOL", "addresses to translate to", CONF_WORD_LEN - 1,
	     CONF_S_POOL, .flags = EITHER, .run = conf_run_map,
	     .next = map_options),
	END,
};

static const struct conf_node map_target[] = {
	KW("pool", "translate to addresses of a pool", .next = map_pool),
	REFUSED("interface", "ip nat inside source list ... interface"),
	END,
};

static const struct conf_node map_list[] = {
	ARG(CONF_ARG_LIST, "LIST", "which sources to translate", CONF_S_LIST,
	    .next = map_target),
	END,
};

static const struct conf_node nat_source[] = {
	KW("list", "an access list says which sources", .next = map_list),
	REFUSED("route-map", "ip nat inside source route-map"),
	REFUSED("static", "ip nat inside source static"),
	END,
};

static const struct conf_node nat_inside[] = {
	KW("source", "translate sources", .next = nat_source),
	REFUSED("destination", "ip nat inside destination"),
	END,
};

static const struct conf_node http_port[] = {
	NUM("NUMBER", "where HTTP is", 1, 65535, CONF_S_ID, .flags = EITHER,
	    .run = conf_run_http),
	END,
};

static const struct conf_node http_more[] = {
	KW("port", "on another port than 80", .next = http_port),
	END,
};

static const struct conf_node repl_age[] = {
	NUM("MS", "milliseconds since the router saw it first", 1, 3600000,
	    CONF_S_AGE, .flags = EITHER, .run = conf_run_repl),
	END,
};

#define REPL_WHEN							\
	KW("never", "not at all: they end with their router",		\
	   .slot = CONF_S_NEVER, .flags = EITHER, .run = conf_run_repl), \
	KW("older-than", "when they have lasted for some time",		\
	   .next = repl_age),						\
	KW("always", "at once", .slot = CONF_S_ALWAYS, .flags = EITHER,	\
	   .run = conf_run_repl)

#define REPL_ASSURED							\
	KW("assured", "when traffic has gone both ways, and they are established", \
	   .slot = CONF_S_ASSURED, .flags = EITHER, .run = conf_run_repl)

/* An echo is never assured. */
static const struct conf_node repl_icmp[] = {
	REPL_WHEN,
	END,
};

static const struct conf_node repl_when[] = {
	REPL_WHEN,
	REPL_ASSURED,
	END,
};

static const struct conf_node repl_port_more[] = {
	REPL_WHEN,
	REPL_ASSURED,
	NUM("LAST", "last port, of several", 1, 65535, CONF_S_TO,
	    .flags = CONF_NO_CR, .run = conf_run_repl, .next = repl_when),
	END,
};

static const struct conf_node repl_port_num[] = {
	NUM("FIRST", "port that the client asks for", 1, 65535, CONF_S_FROM,
	    .flags = CONF_NO_CR, .run = conf_run_repl, .next = repl_port_more),
	END,
};

static const struct conf_node repl_port[] = {
	REPL_WHEN,
	REPL_ASSURED,
	KW("port", "those to some ports", .next = repl_port_num),
	END,
};

#define REPL_PROTOCOL(w, h, s, n)					\
	KW(w, h, .slot = (s), .flags = CONF_NO_CR, .run = conf_run_repl, \
	   .next = (n))

#define REPL_PROTOCOLS							\
	REPL_PROTOCOL("tcp", "TCP connections", CONF_S_TCP, repl_port),	\
	REPL_PROTOCOL("udp", "UDP", CONF_S_UDP, repl_port),		\
	REPL_PROTOCOL("sctp", "SCTP associations", CONF_S_SCTP, repl_port), \
	REPL_PROTOCOL("icmp", "ICMP of the mapping's family", CONF_S_ICMP, \
		      repl_icmp),					\
	REPL_PROTOCOL("gre", "GRE", CONF_S_GRE, repl_when),		\
	REPL_PROTOCOL("ip", "all protocols", CONF_S_IP, repl_when)

static const struct conf_node repl_protocols[] = {
	REPL_PROTOCOLS,
	END,
};

static const struct conf_node repl_map[] = {
	NUM("ID", "mapping-id of the rule that translates them", 1, 2147483647,
	    CONF_S_ID, .flags = CONF_NO_CR, .run = conf_run_repl,
	    .next = repl_protocols),
	END,
};

static const struct conf_node nat_replication[] = {
	KW("http", "HTTP sessions, which are not by default",
	   .flags = EITHER, .run = conf_run_http, .next = http_more),
	KW("mapping-id", "connections of one mapping", .next = repl_map),
	REPL_PROTOCOLS,
	END,
};

static const struct conf_node nat_switchover[] = {
	KW("replication", "what the standby gets", .next = nat_replication),
	END,
};

static const struct conf_node nat[] = {
	KW("pool", "a range of addresses", .next = pool_name),
	KW("inside", "a rule for what comes from inside", .next = nat_inside),
	REFUSED("outside", "ip nat outside source"),
	KW("switchover", "what survives one", .next = nat_switchover),
	REFUSED("settings", "ip nat settings"),
	END,
};

const struct conf_node conf_ip_nodes[] = {
	KW("nat", "address translation", .next = nat),
	KW("access-list", "access lists", .next = acl_kind),
	KW("sla", "questions that are asked again and again",
	   .enters = CONF_MODE_SLA, .next = conf_ip_sla_nodes),
	REFUSED_BLOCK("vrf", "ip vrf"),
	END,
};
