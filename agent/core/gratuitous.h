/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_GRATUITOUS_H
#define RG_GRATUITOUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"

/*
 * DOC: announcements on the wire
 *
 * Whole Ethernet frames that tell everybody on the link at which MAC address
 * an address is now. IPv4: an ARP request or reply in which sender and target
 * are both the address (RFC 826, "gratuitous" in RFC 5227 section 3); some
 * systems listen to the one form only, so send both. IPv6: an unsolicited
 * neighbour advertisement to all nodes, override and router flags set (RFC
 * 4861 section 7.2.6).
 */
#define GRATUITOUS_MAX	86	/* the longest of them */

size_t gratuitous_arp(uint8_t out[GRATUITOUS_MAX], const uint8_t mac[6],
		      const struct rg_addr *a, bool reply);
size_t gratuitous_na(uint8_t out[GRATUITOUS_MAX], const uint8_t mac[6],
		     const struct rg_addr *a);

#endif /* RG_GRATUITOUS_H */
