/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's interfaces and their addresses, kept current by rtnetlink events.
 *
 * Everything runs in the thread of the event base that was given.  Pointers to a struct iface stay
 * valid until the interface is gone: do not keep them across a return to the loop, keep the name.
 *
 * An interface that disappears and comes back under the same name is IFACE_GONE followed by
 * IFACE_NEW; a renamed one is IFACE_GONE under the old name and IFACE_NEW under the new one.
 */
#ifndef RG_IO_IFACES_H
#define RG_IO_IFACES_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"

struct event_base;
struct ifaces;

/**
 * struct iface_addr - an address of an interface
 * @addr: the address
 * @len: prefix length
 * @flags: IFA_F_*
 * @scope: RT_SCOPE_*
 * @proto: IFA_PROTO; 0 where the kernel does not know it, but RG_RTPROTO (rtbatch.h) if the label
 *	says so
 */
struct iface_addr {
	struct rg_addr addr;
	uint8_t len;
	uint32_t flags;
	uint8_t scope;
	uint8_t proto;
};

/**
 * struct iface - an interface that exists now
 * @name: its name
 * @ifindex: its index
 * @mac: link-layer address; all zero when it has none of six bytes
 * @mtu: bytes
 * @admin_up: IFF_UP
 * @carrier: IFF_LOWER_UP
 * @operstate: IF_OPER_*
 * @lower: ifindex of the device that it stands on, 0: none
 * @devgroup: number of its group, as `ip link set ... group`
 * @macvlan: it is a macvlan device
 * @n_addrs: number of addresses
 * @addrs: addresses, in the order of the kernel
 */
struct iface {
	char name[IFNAMSIZ];
	unsigned int ifindex;
	uint8_t mac[6];
	uint32_t mtu;
	bool admin_up;
	bool carrier;
	uint8_t operstate;
	unsigned int lower;
	uint32_t devgroup;
	bool macvlan;
	size_t n_addrs;
	const struct iface_addr *addrs;
};

enum iface_event {
	IFACE_NEW,		/* it is there, with its state; addresses follow */
	IFACE_GONE,		/* iface->ifindex is no longer valid in the kernel */
	IFACE_CHANGED,		/* MAC, MTU, admin state, carrier or operstate */
	IFACE_ADDR_NEW,		/* addr, new or changed */
	IFACE_ADDR_GONE,	/* addr, already off the list */
	IFACE_RESYNC,		/* events were lost, all was read anew: look; both pointers NULL */
};

typedef void (*iface_fn)(void *arg, enum iface_event ev, const struct iface *iface,
			 const struct iface_addr *addr);

int ifaces_open(struct event_base *base, struct ifaces **out);
void ifaces_close(struct ifaces *ifs);

void ifaces_read(struct ifaces *ifs);
void ifaces_look(struct ifaces *ifs, const char *name);

int ifaces_watch(struct ifaces *ifs, iface_fn fn, void *arg);
void ifaces_unwatch(struct ifaces *ifs, iface_fn fn, void *arg);

const struct iface *ifaces_by_name(const struct ifaces *ifs, const char *name);
const struct iface *ifaces_at(const struct ifaces *ifs, size_t k);
const struct iface *ifaces_by_index(const struct ifaces *ifs, unsigned int ifindex);
bool iface_addr_ours(const struct iface_addr *a);
bool iface_usable(const struct iface *i);
bool iface_has(const struct iface *i, const struct rg_addr *a);
bool iface_primary4(const struct iface *i, struct rg_addr *out);
bool iface_prefix_of(const struct iface *i, const struct rg_addr *a, struct rg_prefix *out);
size_t ifaces_addresses(const struct ifaces *ifs, struct rg_addr *out, size_t max);

#endif
