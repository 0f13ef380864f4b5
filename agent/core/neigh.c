// SPDX-License-Identifier: GPL-2.0-or-later
#include "neigh.h"

#include <stdbool.h>
#include <string.h>

#include "buf.h"

#define ETH_ARP		0x0806
#define ETH_IPV6	0x86dd
#define ARP_ETHERNET	1
#define ARP_IPV4	0x0800
#define NEXT_ICMPV6	58
#define HOP_LIMIT	255	/* or it is not taken for a neighbour's */
#define OPT_SOURCE_LL	1
#define OPT_TARGET_LL	2
#define ND_LEN		32	/* of the ICMPv6 message with its option */

static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const uint8_t nobody[6];

static void put_eth(struct wbuf *b, const uint8_t dst[6], const uint8_t src[6], uint16_t type)
{
	wbuf_put(b, dst, 6);
	wbuf_put(b, src, 6);
	wbuf_put_u16(b, type);
}

/**
 * neigh_arp - a message of ARP, to all on the link
 * @out: gets the frame
 * @op: NEIGH_ARP_*
 * @sender_mac: MAC address of the sender
 * @sender: its address
 * @target_mac: MAC address of the target
 * @target: its address
 *
 * Return: length of the frame.
 */
size_t neigh_arp(uint8_t out[NEIGH_MAX], uint16_t op, const uint8_t sender_mac[6],
		 const uint8_t sender[4], const uint8_t target_mac[6], const uint8_t target[4])
{
	struct wbuf b = wbuf_init(out, NEIGH_MAX);

	put_eth(&b, broadcast, sender_mac, ETH_ARP);
	wbuf_put_u16(&b, ARP_ETHERNET);
	wbuf_put_u16(&b, ARP_IPV4);
	wbuf_put_u8(&b, 6);
	wbuf_put_u8(&b, 4);
	wbuf_put_u16(&b, op);
	wbuf_put(&b, sender_mac, 6);
	wbuf_put(&b, sender, 4);
	wbuf_put(&b, target_mac, 6);
	wbuf_put(&b, target, 4);
	return b.len;
}

/* RFC 4443 section 2.3: over the pseudo-header and the message. */
static uint16_t checksum(const uint8_t *addrs, const uint8_t *msg)
{
	uint32_t sum = ND_LEN + NEXT_ICMPV6;
	size_t i;

	for (i = 0; i < 32; i += 2)
		sum += (uint32_t)addrs[i] << 8 | addrs[i + 1];
	for (i = 0; i < ND_LEN; i += 2)
		sum += (uint32_t)msg[i] << 8 | msg[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/**
 * neigh_nd - a message of neighbour discovery
 * @out: gets the frame
 * @m: what it says
 *
 * Return: length of the frame.
 */
size_t neigh_nd(uint8_t out[NEIGH_MAX], const struct neigh_nd *m)
{
	struct wbuf b = wbuf_init(out, NEIGH_MAX);
	size_t addrs, msg;

	put_eth(&b, m->to, m->mac, ETH_IPV6);
	wbuf_put_u32(&b, 0x60000000);
	wbuf_put_u16(&b, ND_LEN);
	wbuf_put_u8(&b, NEXT_ICMPV6);
	wbuf_put_u8(&b, HOP_LIMIT);
	addrs = b.len;
	wbuf_put(&b, m->src, 16);
	wbuf_put(&b, m->dst, 16);
	msg = b.len;
	wbuf_put_u8(&b, m->type);
	wbuf_put_u8(&b, 0);
	wbuf_put_u16(&b, 0);
	wbuf_put_u32(&b, m->flags);
	wbuf_put(&b, m->target, 16);
	wbuf_put_u8(&b, m->type == NEIGH_ND_ADVERTISEMENT ? OPT_TARGET_LL : OPT_SOURCE_LL);
	wbuf_put_u8(&b, 1);		/* in units of 8 bytes */
	wbuf_put(&b, m->mac, 6);
	wbuf_patch_u16(&b, msg + 2, checksum(out + addrs, out + msg));
	return b.len;
}

/* RFC 4291 section 2.7.1, and RFC 2464 section 7 for its MAC address. */
static size_t ask6(uint8_t out[NEIGH_MAX], const uint8_t mac[6], const uint8_t own[16],
		   const uint8_t target[16])
{
	uint8_t group[16] = { 0xff, 2, [11] = 1, [12] = 0xff }, to[6] = { 0x33, 0x33 };
	struct neigh_nd m = {
		.type = NEIGH_ND_SOLICITATION,
		.mac = mac,
		.to = to,
		.src = own,
		.dst = group,
		.target = target,
	};

	memcpy(group + 13, target + 13, 3);
	memcpy(to + 2, group + 12, 4);
	return neigh_nd(out, &m);
}

/**
 * neigh_ask - who has an address?
 * @out: gets the frame
 * @mac: own MAC address there
 * @own: own address there, to which the answer goes. Without one (family 0) IPv4 is asked for as
 *	RFC 5227 section 2.1.1 does
 * @a: the address
 *
 * Return: length of the frame; 0: IPv6, and no own address of it.
 */
size_t neigh_ask(uint8_t out[NEIGH_MAX], const uint8_t mac[6], const struct rg_addr *own,
		 const struct rg_addr *a)
{
	if (a->family == RG_V4)
		return neigh_arp(out, NEIGH_ARP_REQUEST, mac,
				 own->family == RG_V4 ? own->b : nobody, nobody, a->b);
	return own->family == RG_V6 ? ask6(out, mac, own->b, a->b) : 0;
}

/**
 * neigh_read_arp - an answer of ARP
 * @data: the message, behind the Ethernet header; may have padding
 * @len: its length
 * @out: gets the answer
 *
 * Return: NEIGH_OK, or why it is none.
 */
enum neigh_verdict neigh_read_arp(const uint8_t *data, size_t len, struct neigh_answer *out)
{
	struct rbuf r = rbuf_init(data, len);
	uint16_t hardware = rbuf_get_u16(&r), protocol = rbuf_get_u16(&r);
	uint8_t hardware_len = rbuf_get_u8(&r), protocol_len = rbuf_get_u8(&r);
	uint16_t op = rbuf_get_u16(&r);

	memset(out, 0, sizeof(*out));
	rbuf_get(&r, out->mac, 6);
	rbuf_get(&r, out->addr.b, 4);
	out->addr.family = RG_V4;
	if (!rbuf_take(&r, 10))
		return NEIGH_SHORT;
	if (hardware != ARP_ETHERNET || protocol != ARP_IPV4 || hardware_len != 6 ||
	    protocol_len != 4)
		return NEIGH_FORMAT;
	return op == NEIGH_ARP_REPLY ? NEIGH_OK : NEIGH_NO_ANSWER;
}

/**
 * neigh_read_nd - an answer of neighbour discovery
 * @data: the ICMPv6 message; its checksum is right
 * @len: its length
 * @hop_limit: that it came with
 * @out: gets the answer
 *
 * Return: NEIGH_OK, or why it is none.
 */
enum neigh_verdict neigh_read_nd(const uint8_t *data, size_t len, int hop_limit,
				 struct neigh_answer *out)
{
	struct rbuf r = rbuf_init(data, len);
	uint8_t type = rbuf_get_u8(&r), code = rbuf_get_u8(&r);
	bool found = false;

	memset(out, 0, sizeof(*out));
	rbuf_take(&r, 6);
	rbuf_get(&r, out->addr.b, 16);
	out->addr.family = RG_V6;
	if (len < 24)
		return NEIGH_SHORT;
	if (type != NEIGH_ND_ADVERTISEMENT || code)
		return NEIGH_NO_ANSWER;
	if (hop_limit != HOP_LIMIT)
		return NEIGH_HOP_LIMIT;
	while (rbuf_left(&r)) {
		uint8_t option = rbuf_get_u8(&r);
		size_t units = rbuf_get_u8(&r);
		const uint8_t *body = units ? rbuf_take(&r, 8 * units - 2) : NULL;

		if (!body)
			return NEIGH_FORMAT;
		if (option == OPT_TARGET_LL && units == 1) {
			memcpy(out->mac, body, 6);
			found = true;
		}
	}
	return found ? NEIGH_OK : NEIGH_NO_MAC;
}

/**
 * neigh_verdict_name - of a verdict, as a counter is called
 * @v: the verdict
 *
 * Return: its name, "?" for a value outside the enumeration.
 */
const char *neigh_verdict_name(enum neigh_verdict v)
{
	static const char *const names[NEIGH_VERDICTS] = {
		[NEIGH_OK] = "ok",
		[NEIGH_SHORT] = "bad-short",
		[NEIGH_FORMAT] = "bad-format",
		[NEIGH_NO_ANSWER] = "no-answer",
		[NEIGH_HOP_LIMIT] = "bad-hop-limit",
		[NEIGH_NO_MAC] = "no-mac",
		[NEIGH_NOT_ASKED] = "not-asked",
		[NEIGH_OWN] = "own",
	};

	return v < NEIGH_VERDICTS ? names[v] : "?";
}
