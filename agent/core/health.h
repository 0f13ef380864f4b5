/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_HEALTH_H
#define RG_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"

/*
 * DOC: is this machine set up for what it is to do?
 *
 * Who can look at the machine fills a struct health_facts; here it is judged,
 * for `rgctl check` and for the log at the start. Each judgement is a line:
 * what was looked at, its value, what is wanted, and the command that sets it.
 * What does not matter for this configuration has no line.
 */

#define HEALTH_MAX_IFS		64
#define HEALTH_MAX_PORTS	64
#define HEALTH_MAX_LINES	(8 + 4 * HEALTH_MAX_IFS + HEALTH_MAX_PORTS)
#define HEALTH_IF_LEN		16

/* A setting that could not be read: not there, or not allowed. */
#define HEALTH_UNKNOWN		(-1)

enum health_module {
	HEALTH_MODULE_OK,
	HEALTH_MODULE_NONE,	/* not loaded */
	HEALTH_MODULE_VERSION,	/* of another version */
	HEALTH_MODULE_BUSY,	/* another agent is attached */
	HEALTH_MODULE_OTHER,	/* no attachment for another reason */
};

enum health_reassembly {
	HEALTH_REASSEMBLY_UNWANTED,
	HEALTH_REASSEMBLY_IN_FORCE,
	HEALTH_REASSEMBLY_MISSING,
	HEALTH_REASSEMBLY_UNKNOWN,
};

/**
 * struct health_if - a traffic, inside or outside interface
 * @name: its name
 * @exists: the kernel has it
 * @outside: pool addresses are answered for there
 * @vip4: it has a virtual IPv4 address
 * @offnet_pool: outside, and an IPv4 pool is in none of its networks
 * @rp_filter: the larger of the interface's and that of all; so are the others
 * @arp_ignore: likewise
 * @arp_announce: likewise
 * @arp_filter: likewise
 */
struct health_if {
	char name[HEALTH_IF_LEN];
	bool exists;
	bool outside;
	bool vip4;
	bool offnet_pool;
	int rp_filter;
	int arp_ignore;
	int arp_announce;
	int arp_filter;
};

/* A port of a bridge that is one of these interfaces; @state: BR_STATE_*. */
struct health_port {
	char bridge[HEALTH_IF_LEN];
	char name[HEALTH_IF_LEN];
	uint8_t state;
	bool stp;
};

/**
 * struct health_facts - what was seen
 * @module: of the kernel
 * @module_version: NF_RG_VERSION that it told, 0: none
 * @agent_version: NF_RG_VERSION of the agent
 * @v4: an IPv4 address is virtual, or in a pool
 * @v6: likewise
 * @pool_routes: some group has its IPv4 pool addresses as routes
 * @ip_forward: net.ipv4.ip_forward
 * @ip6_forward: net.ipv6.conf.all.forwarding
 * @tcp_loose: net.netfilter.nf_conntrack_tcp_loose
 * @ct_max: net.netfilter.nf_conntrack_max, 0: no limit
 * @ct_buckets: net.netfilter.nf_conntrack_buckets
 * @peer_ct_max: of the peer, 0: not known
 * @reassembly: `ip virtual-reassembly`
 * @n_ifs: how many of @iface are set
 * @iface: interfaces
 * @n_ports: how many of @port are set
 * @port: ports of bridges
 */
struct health_facts {
	enum health_module module;
	uint32_t module_version;
	uint32_t agent_version;
	bool v4;
	bool v6;
	bool pool_routes;
	int64_t ip_forward;
	int64_t ip6_forward;
	int64_t tcp_loose;
	int64_t ct_max;
	int64_t ct_buckets;
	int64_t peer_ct_max;
	enum health_reassembly reassembly;
	uint32_t n_ifs;
	struct health_if iface[HEALTH_MAX_IFS];
	uint32_t n_ports;
	struct health_port port[HEALTH_MAX_PORTS];
};

/**
 * struct health_line - one judgement
 * @ok: it is as wanted
 * @what: what was looked at
 * @value: as it is
 * @wanted: as it should be
 * @command: what sets it
 */
struct health_line {
	bool ok;
	char what[48];
	char value[32];
	char wanted[32];
	char command[128];
};

struct health {
	uint32_t n;
	uint32_t bad;
	struct health_line line[HEALTH_MAX_LINES];
};

void health_judge(const struct health_facts *f, struct health *h);
void health_text(struct out *o, const struct health *h);
void health_json(struct out *o, const struct health *h);

#endif /* RG_HEALTH_H */
