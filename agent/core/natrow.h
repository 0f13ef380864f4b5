/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_NATROW_H
#define RG_NATROW_H

#include <stdbool.h>
#include <stdint.h>

#include "addr.h"
#include "out.h"

/*
 * DOC: a translated connection, as routers show it
 *
 * The kernel has two tuples, one for each direction. A router has four ends:
 * inside is the host that is translated, outside the other one; local is what
 * inside hosts see, global what outside hosts see.
 *
 *	a source is translated (it began inside):
 *		inside local	source of the original direction
 *		inside global	destination of the reply
 *		outside local	destination of the original direction
 *		outside global	source of the reply
 *	only a destination is translated (it began outside):
 *		inside local	source of the reply
 *		inside global	destination of the original direction
 *		outside local	destination of the reply
 *		outside global	source of the original direction
 */
struct natrow_end {
	struct rg_addr addr;
	uint16_t port;		/* ICMP: the identifier */
	bool has_port;
};

/**
 * struct natrow - a connection
 * @l4: number of its protocol
 * @src: original direction
 * @dst: original direction
 * @reply_src: reply direction
 * @reply_dst: reply direction
 * @dnat: a destination was translated
 * @snat: a source was translated
 * @assured: traffic has gone both ways
 * @mapping: its mapping ID, 0: none of ours
 * @group: the mapping's group
 * @timeout: seconds until it is forgotten
 * @state: of TCP, NULL: another protocol
 */
struct natrow {
	uint8_t l4;
	struct natrow_end src, dst, reply_src, reply_dst;
	bool dnat, snat, assured;
	uint32_t mapping;
	uint32_t group;
	uint32_t timeout;
	const char *state;
};

struct natrow_ends {
	struct natrow_end inside_global, inside_local;
	struct natrow_end outside_local, outside_global;
};

struct natrow_ends natrow_ends(const struct natrow *r);
void natrow_head(struct out *o);
void natrow_text(struct out *o, const struct natrow *r, bool verbose);
void natrow_json(struct out *o, const struct natrow *r);

#endif /* RG_NATROW_H */
