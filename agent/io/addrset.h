/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of addresses that goes on and off interfaces as a whole, and is kept as it should be: what
 * vip.h and pool.h have in common.
 *
 * The netlink batches of both directions are prepared when the set or the interfaces change;
 * addrset_set() only sends one.
 */
#ifndef RG_IO_ADDRSET_H
#define RG_IO_ADDRSET_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

struct addrset;
struct event_base;
struct ifaces;
struct rtsock;

/**
 * struct addrset_item - an address of the set
 * @ifname: interface, which need not exist
 * @addr: the address
 * @len: prefix length
 * @raise: the interface is there for these addresses alone: up with them, down without
 */
struct addrset_item {
	char ifname[IFNAMSIZ];
	struct rg_addr addr;
	uint8_t len;
	bool raise;
};

/**
 * struct addrset_ops - what the owner is told
 * @foreign: somebody else removed the address, or put it on while it should be off.  @mended: that
 *	was undone.
 * @fault: we stopped undoing it (true), or try again (false)
 */
struct addrset_ops {
	void (*foreign)(void *arg, const struct addrset_item *item, bool mended);
	void (*fault)(void *arg, bool on);
};

/*
 * Till it is told, a set leaves everything as it finds it: after a start the role is not known at
 * once.
 */
enum addrset_want {
	ADDRSET_AS_FOUND,
	ADDRSET_ABSENT,
	ADDRSET_PRESENT,
};

struct addrset_state {
	enum addrset_want want;
	unsigned int configured;
	unsigned int present;
	uint64_t foreign;
	uint64_t refused;
	int last_err;
	bool fault;
};

int addrset_new(struct event_base *base, struct ifaces *ifs, struct rtsock *rt, const char *label,
		uint8_t proto, const struct addrset_ops *ops, void *arg, struct addrset **out);
void addrset_free(struct addrset *s);

int addrset_replace(struct addrset *s, const struct addrset_item *items, size_t n);
int addrset_set(struct addrset *s, bool present);
void addrset_get(const struct addrset *s, struct addrset_state *out);
const struct addrset_item *addrset_at(const struct addrset *s, size_t k);
bool addrset_contains(const struct addrset *s, const char *ifname, const struct rg_addr *a,
		      uint8_t len);
bool addrset_there(const struct addrset *s, const struct addrset_item *item);

int addrset_drop_stale(struct ifaces *ifs, struct rtsock *rt, uint8_t proto,
		       struct addrset *const *sets, size_t n);

#endif
