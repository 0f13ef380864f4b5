/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Client of the generic netlink family nf_rg: requests that are answered at once
 * (uapi/linux/nf_rg.h is the contract).
 *
 * The kernel works a request off inside the send, so none of these waits for anything but the
 * kernel's own work; taking a role or renewing a lease costs a few microseconds.  All return 0 or
 * -errno.  -EOPNOTSUPP and -ENOENT of a family that is not there come out as -ENODEV, so that a
 * caller can tell a missing module from a missing group.  The text that the kernel gives with a
 * refusal is logged here.
 *
 * Times are in ms, numbers in host order, addresses in network order (core/addr.h).
 */
#ifndef RG_IO_KNL_H
#define RG_IO_KNL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "io/knl_sock.h"

struct conf;

#define KNL_MAX_ADDRS 256
#define KNL_MAX_RANGES 64
#define KNL_MAX_RULES 64

struct knl {
	struct knl_sock sock; /* command socket, open as long as the daemon runs */
	uint16_t family; /* 0: the module is not there */
	uint32_t mcgrp; /* multicast group of its events */
	uint64_t refused; /* requests that the kernel refused */
	char last_refusal[160]; /* what it said last */
};

/* NF_RG_CMD_GROUP_GET */
struct knl_group {
	uint32_t id;
	uint32_t mark_mask;
	uint8_t role; /* enum nf_rg_role */
	uint64_t epoch;
	uint64_t epoch_system;
	bool has_lease;
	uint32_t lease_left; /* ms, 0: run out */
	uint32_t flags;
	uint64_t instance;
	uint64_t peer_instance;
	uint8_t sync; /* enum nf_rg_sync */
	uint32_t entries;
	uint32_t pending;
	uint32_t inflight;
	uint32_t refused;
	uint32_t held; /* back, for a while */
	uint32_t stopped; /* of mappings that the peer has otherwise */
	bool has_verified; /* both tables were equal */
	uint32_t verified; /* ms ago */
	size_t n_addrs;
	struct rg_addr addr[KNL_MAX_ADDRS];
};

/* NF_RG_A_RULE: when something is replicated. */
struct knl_rule {
	uint8_t l4;
	uint8_t when; /* enum nf_rg_when */
	uint16_t from; /* first port */
	uint16_t to; /* 0: it has no ports */
	uint32_t age; /* ms, for NF_RG_WHEN_AGE */
};

/* NF_RG_CMD_MAPPING_GET */
struct knl_mapping {
	uint32_t id;
	uint32_t group;
	uint32_t slot;
	bool stopped;
	size_t n_ranges;
	struct rg_range range[KNL_MAX_RANGES];
	size_t n_rules;
	struct knl_rule rule[KNL_MAX_RULES];
};

/* NF_RG_CMD_SET_ROLE */
struct knl_role {
	uint32_t group;
	uint8_t role; /* enum nf_rg_role */
	uint64_t epoch;
	uint64_t epoch_system;
	uint32_t lease; /* ms, 0: none */
	uint32_t grace; /* ms, 0: none */
	uint32_t flags; /* NF_RG_F_NO_NEW */
};

typedef void (*knl_group_fn)(void *arg, const struct knl_group *g);
typedef void (*knl_mapping_fn)(void *arg, const struct knl_mapping *m);
typedef void (*knl_closed_fn)(void *arg, uint32_t mapping, uint64_t packets);
typedef void (*knl_stat_fn)(void *arg, const char *name, uint64_t value);

int knl_open(struct knl *k);
void knl_close(struct knl *k);

int knl_family_load(struct knl *k);
int knl_family_look(struct knl *k);
void knl_family_lost(struct knl *k);
static inline bool knl_present(const struct knl *k)
{
	return k->family != 0;
}

int knl_group_new(struct knl *k, uint32_t id, const struct rg_addr *addr, size_t n);
int knl_group_del(struct knl *k, uint32_t id);
int knl_group_get(struct knl *k, uint32_t id, struct knl_group *out);
int knl_group_dump(struct knl *k, knl_group_fn fn, void *arg);
int knl_set_role(struct knl *k, const struct knl_role *r);
int knl_flush(struct knl *k, uint32_t group);

int knl_mapping_new(struct knl *k, const struct knl_mapping *m);
int knl_mapping_del(struct knl *k, uint32_t id);
int knl_mapping_dump(struct knl *k, knl_mapping_fn fn, void *arg);

int knl_closed_set(struct knl *k, const struct conf *c);
int knl_closed_dump(struct knl *k, knl_closed_fn fn, void *arg);

int knl_stats(struct knl *k, uint32_t group, knl_stat_fn fn, void *arg);

#endif
