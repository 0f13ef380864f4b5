/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prepared rtnetlink requests: built when the configuration is read, sent as one message batch when
 * the role changes.
 *
 * The kernel carries out a batch while it is being sent, so rtbatch_run() returns when everything
 * is done.  It allocates nothing.
 */
#ifndef RG_IO_RTBATCH_H
#define RG_IO_RTBATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

/* Our own number in rtm_protocol and, of virtual addresses, IFA_PROTO; "71 rg" in rt_protos. */
#define RG_RTPROTO		71

/* IFA_PROTO of pool addresses. */
#define RG_IFAPROTO_POOL	72

/* IFA_PROTO of the addresses that `ip address` had put there. */
#define RG_IFAPROTO_OWN		73

/* Device group of the devices that have a virtual MAC address. */
#define RG_DEVGROUP		71

/* Label of IPv4 addresses of ours: the interface's name and this, if there is room for it. */
#define RG_LABEL_SUFFIX		":rg"

/* The routes of the pools of group N have the metric RG_METRIC_BASE + N. */
#define RG_METRIC_BASE		7100u

struct rtbatch {
	uint8_t *buf;
	size_t len;
	size_t cap;
	unsigned int n;
};

/**
 * struct rtsock - a socket that batches are sent through
 * @fd: -1 when closed
 * @seq: last sequence number used
 */
struct rtsock {
	int fd;
	uint32_t seq;
};

int rtsock_open(struct rtsock *s);
void rtsock_close(struct rtsock *s);
uint32_t rtsock_portid(const struct rtsock *s);

/**
 * typedef rtbatch_err_fn - a request of a batch was refused
 * @arg: of rtbatch_run()
 * @index: position of the request in the batch, from 0
 * @err: -errno
 */
typedef void (*rtbatch_err_fn)(void *arg, unsigned int index, int err);

void rtbatch_free(struct rtbatch *b);
void rtbatch_reset(struct rtbatch *b);
int rtbatch_run(struct rtsock *s, struct rtbatch *b, rtbatch_err_fn fn, void *arg);

int rtbatch_addr(struct rtbatch *b, bool add, unsigned int ifindex, const struct rg_addr *a,
		 uint8_t len, uint8_t proto);
int rtbatch_own(struct rtbatch *b, bool add, unsigned int ifindex, const struct rg_addr *a,
		uint8_t len);
int rtbatch_link(struct rtbatch *b, unsigned int ifindex, bool up);
int rtbatch_link_del(struct rtbatch *b, unsigned int ifindex);
int rtbatch_mac(struct rtbatch *b, unsigned int ifindex, const uint8_t mac[6]);
int rtbatch_macvlan(struct rtbatch *b, const char *name, unsigned int lower, const uint8_t mac[6]);
int rtbatch_macvlan_conf(struct rtbatch *b, const char *name);
int rtbatch_arp_announce(struct rtbatch *b, const char *name, uint32_t value);

enum rtroute_type {
	RTROUTE_LOCAL,		/* the router answers for it; IPv4 */
	RTROUTE_BLACKHOLE,
	RTROUTE_VIA,		/* by a gateway; IPv4 */
};

/**
 * struct rtroute - a route of ours
 * @dst: where to
 * @type: what becomes of its packets
 * @gw: RTROUTE_VIA: the gateway
 * @ifindex: RTROUTE_VIA: the interface that it is behind
 */
struct rtroute {
	struct rg_prefix dst;
	enum rtroute_type type;
	struct rg_addr gw;
	unsigned int ifindex;
};

int rtbatch_route(struct rtbatch *b, bool add, uint8_t table, uint32_t group,
		  const struct rtroute *r);

#endif
