/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_NEIGH_H
#define RG_NEIGH_H

#include <stddef.h>
#include <stdint.h>

#include "addr.h"

/*
 * DOC: neighbours on the wire
 *
 * Whole Ethernet frames of ARP (RFC 826) and of neighbour discovery (RFC 4861)
 * that ask for, or tell of, the MAC address of an address; and what of an
 * answer is believed. Addresses and MAC addresses in network order.
 */
#define NEIGH_MAX		86	/* bytes, the longest of the frames */

#define NEIGH_ARP_REQUEST	1
#define NEIGH_ARP_REPLY		2
#define NEIGH_ND_SOLICITATION	135
#define NEIGH_ND_ADVERTISEMENT	136
#define NEIGH_ND_ROUTER		0x80000000	/* flags of an advertisement */
#define NEIGH_ND_OVERRIDE	0x20000000

/**
 * struct neigh_nd - a message of neighbour discovery
 * @type: NEIGH_ND_*
 * @flags: its flags
 * @mac: of the sender, also in its option
 * @to: MAC address of the receivers
 * @src: source address
 * @dst: destination address
 * @target: which address it is about
 */
struct neigh_nd {
	uint8_t type;
	uint32_t flags;
	const uint8_t *mac, *to;
	const uint8_t *src, *dst, *target;
};

/* Why what was received is no answer, or not to us; each has a counter. */
enum neigh_verdict {
	NEIGH_OK = 0,
	NEIGH_SHORT,		/* shorter than its own fields need */
	NEIGH_FORMAT,		/* not of Ethernet and IP, or options without end */
	NEIGH_NO_ANSWER,	/* a request, or another message */
	NEIGH_HOP_LIMIT,	/* from beyond a router (RFC 4861 section 7.1.2) */
	NEIGH_NO_MAC,		/* does not say where the address is */
	NEIGH_NOT_ASKED,	/* about an address that was not asked for there */
	NEIGH_OWN,		/* this router has said it itself */
	NEIGH_VERDICTS
};

/* @mac: where @addr is said to be */
struct neigh_answer {
	struct rg_addr addr;
	uint8_t mac[6];
};

size_t neigh_arp(uint8_t out[NEIGH_MAX], uint16_t op, const uint8_t sender_mac[6],
		 const uint8_t sender[4], const uint8_t target_mac[6], const uint8_t target[4]);
size_t neigh_nd(uint8_t out[NEIGH_MAX], const struct neigh_nd *m);
size_t neigh_ask(uint8_t out[NEIGH_MAX], const uint8_t mac[6], const struct rg_addr *own,
		 const struct rg_addr *a);

enum neigh_verdict neigh_read_arp(const uint8_t *data, size_t len, struct neigh_answer *out);
enum neigh_verdict neigh_read_nd(const uint8_t *data, size_t len, int hop_limit,
				 struct neigh_answer *out);
const char *neigh_verdict_name(enum neigh_verdict v);

#endif /* RG_NEIGH_H */
