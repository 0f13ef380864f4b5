// SPDX-License-Identifier: GPL-2.0-or-later
#include "gratuitous.h"

#include <string.h>

#include "buf.h"

#define ETH_ARP		0x0806
#define ETH_IPV6	0x86dd
#define ARP_REQUEST	1
#define ARP_REPLY	2
#define NEXT_ICMPV6	58
#define ICMPV6_NA	136
#define NA_ROUTER	0x80
#define NA_OVERRIDE	0x20
#define OPT_TARGET_LL	2
#define NA_LEN		32	/* of the ICMPv6 message with its option */

static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const uint8_t nobody[6];
static const uint8_t all_nodes_mac[6] = { 0x33, 0x33, 0, 0, 0, 1 };
static const uint8_t all_nodes[16] = { 0xff, 2, [15] = 1 };

static void put_eth(struct wbuf *b, const uint8_t dst[6], const uint8_t src[6],
		    uint16_t type)
{
	wbuf_put(b, dst, 6);
	wbuf_put(b, src, 6);
	wbuf_put_u16(b, type);
}

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
	struct wbuf b = wbuf_init(out, GRATUITOUS_MAX);

	put_eth(&b, broadcast, mac, ETH_ARP);
	wbuf_put_u16(&b, 1);		/* Ethernet */
	wbuf_put_u16(&b, 0x0800);
	wbuf_put_u8(&b, 6);
	wbuf_put_u8(&b, 4);
	wbuf_put_u16(&b, reply ? ARP_REPLY : ARP_REQUEST);
	wbuf_put(&b, mac, 6);
	wbuf_put(&b, a->b, 4);
	wbuf_put(&b, reply ? mac : nobody, 6);
	wbuf_put(&b, a->b, 4);
	return b.len;
}

/* RFC 4443 section 2.3: over the pseudo-header and the message. */
static uint16_t checksum(const uint8_t *addrs, const uint8_t *msg)
{
	uint32_t sum = NA_LEN + NEXT_ICMPV6;
	size_t i;

	for (i = 0; i < 32; i += 2)
		sum += (uint32_t)addrs[i] << 8 | addrs[i + 1];
	for (i = 0; i < NA_LEN; i += 2)
		sum += (uint32_t)msg[i] << 8 | msg[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
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
	struct wbuf b = wbuf_init(out, GRATUITOUS_MAX);
	size_t addrs, msg;

	put_eth(&b, all_nodes_mac, mac, ETH_IPV6);
	wbuf_put_u32(&b, 0x60000000);
	wbuf_put_u16(&b, NA_LEN);
	wbuf_put_u8(&b, NEXT_ICMPV6);
	wbuf_put_u8(&b, 255);		/* or it is not taken for a neighbour's */
	addrs = b.len;
	wbuf_put(&b, a->b, 16);
	wbuf_put(&b, all_nodes, 16);
	msg = b.len;
	wbuf_put_u8(&b, ICMPV6_NA);
	wbuf_put_u8(&b, 0);
	wbuf_put_u16(&b, 0);
	wbuf_put_u32(&b, (uint32_t)(NA_ROUTER | NA_OVERRIDE) << 24);
	wbuf_put(&b, a->b, 16);
	wbuf_put_u8(&b, OPT_TARGET_LL);
	wbuf_put_u8(&b, 1);		/* in units of 8 bytes */
	wbuf_put(&b, mac, 6);
	wbuf_patch_u16(&b, msg + 2, checksum(out + addrs, out + msg));
	return b.len;
}
