// SPDX-License-Identifier: GPL-2.0-or-later
#include "gratuitous.h"

#include "neigh.h"

_Static_assert(GRATUITOUS_MAX == NEIGH_MAX, "the frames are theirs");

static const uint8_t nobody[6];
static const uint8_t all_nodes_mac[6] = { 0x33, 0x33, 0, 0, 0, 1 };
static const uint8_t all_nodes[16] = { 0xff, 2, [15] = 1 };

/**
 * gratuitous_arp - announce an IPv4 address
 * @out: gets the frame
 * @mac: where the address is now
 * @a: the address
 * @reply: as a reply, otherwise as a request
 *
 * Return: length of the frame.
 */
size_t gratuitous_arp(uint8_t out[GRATUITOUS_MAX], const uint8_t mac[6],
		      const struct rg_addr *a, bool reply)
{
	return neigh_arp(out, reply ? NEIGH_ARP_REPLY : NEIGH_ARP_REQUEST, mac, a->b,
			 reply ? mac : nobody, a->b);
}

/**
 * gratuitous_na - announce an IPv6 address
 * @out: gets the frame
 * @mac: where the address is now
 * @a: the address
 *
 * Return: length of the frame.
 */
size_t gratuitous_na(uint8_t out[GRATUITOUS_MAX], const uint8_t mac[6],
		     const struct rg_addr *a)
{
	const struct neigh_nd m = {
		.type = NEIGH_ND_ADVERTISEMENT,
		.flags = NEIGH_ND_ROUTER | NEIGH_ND_OVERRIDE,
		.mac = mac,
		.to = all_nodes_mac,
		.src = a->b,
		.dst = all_nodes,
		.target = a->b,
	};

	return neigh_nd(out, &m);
}
