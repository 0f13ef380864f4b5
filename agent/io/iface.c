// SPDX-License-Identifier: GPL-2.0-or-later
#include "ifaces.h"

#include <linux/if.h>
#include <linux/if_addr.h>

#include "io/rtbatch.h"

/**
 * iface_addr_ours() - did we put an address there
 * @a: the address
 *
 * Return: true if it is marked as a virtual or a pool address.
 */
bool iface_addr_ours(const struct iface_addr *a)
{
	return a->proto == RG_RTPROTO || a->proto == RG_IFAPROTO_POOL;
}

/**
 * iface_usable() - can it carry traffic
 * @i: the interface, NULL: it does not exist
 *
 * Devices that do not maintain an operational state (IF_OPER_UNKNOWN) count by their carrier.
 *
 * Return: true if it is administratively up, has a carrier, and is operational.
 */
bool iface_usable(const struct iface *i)
{
	return i && i->admin_up && i->carrier &&
	       (i->operstate == IF_OPER_UP || i->operstate == IF_OPER_UNKNOWN);
}

/**
 * iface_has() - is an address on the interface
 * @i: the interface
 * @a: the address, with any prefix length
 *
 * Return: true if so.
 */
bool iface_has(const struct iface *i, const struct rg_addr *a)
{
	for (size_t k = 0; k < i->n_addrs; k++) {
		if (addr_equal(&i->addrs[k].addr, a))
			return true;
	}
	return false;
}

/**
 * iface_primary4() - the interface's own IPv4 address
 * @i: the interface
 * @out: gets the first that is neither secondary nor ours
 *
 * Return: false if it has none.
 */
bool iface_primary4(const struct iface *i, struct rg_addr *out)
{
	for (size_t k = 0; k < i->n_addrs; k++) {
		const struct iface_addr *a = &i->addrs[k];

		if (a->addr.family == RG_V4 && !iface_addr_ours(a) &&
		    !(a->flags & IFA_F_SECONDARY)) {
			*out = a->addr;
			return true;
		}
	}
	return false;
}

/**
 * iface_prefix_of() - the connected prefix that contains an address
 * @i: the interface
 * @a: the address
 * @out: gets the longest prefix of an address that is not ours; may be NULL
 *
 * Return: false if there is none.
 */
bool iface_prefix_of(const struct iface *i, const struct rg_addr *a, struct rg_prefix *out)
{
	struct rg_prefix best = { 0 };
	bool found = false;

	for (size_t k = 0; k < i->n_addrs; k++) {
		const struct iface_addr *mine = &i->addrs[k];
		struct rg_prefix p = { .addr = mine->addr, .len = mine->len };

		if (iface_addr_ours(mine) || mine->addr.family != a->family)
			continue;
		p.addr = addr_mask(&mine->addr, mine->len);
		if (addr_in_prefix(a, &p) && (!found || p.len > best.len)) {
			best = p;
			found = true;
		}
	}
	if (found && out)
		*out = best;
	return found;
}
