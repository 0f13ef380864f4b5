/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_STALL_H
#define RG_STALL_H

#include <stdbool.h>
#include <stdint.h>

#include "mono.h"

/*
 * DOC: large packets that do not arrive
 *
 * A switch between the routers may let less through than their interfaces
 * send. Then hellos and whatever else is small arrive, the first batch of a
 * bulk transfer does not, however often TCP repeats it, and the connection
 * ends and is made again for ever. So the end of each connection of the data
 * link is looked at: a segment that was repeated in vain is a probe of the
 * path that was made already. The fault is over when a connection has lasted
 * that had nothing left to say.
 */
#define STALL_REPEATS	2	/* in vain, before a segment counts */

/**
 * struct stall_end - what TCP says of a connection that ends
 * @closed: the kernel has ended it
 * @unacked: segments that were sent and not acknowledged
 * @repeats: how often the oldest of them was repeated, without an answer
 * @repeated: segments that were repeated during its life
 * @repeated_bytes: what they carried
 * @mss: bytes that a segment carries at most
 * @options: bytes of options in each segment
 */
struct stall_end {
	bool closed;
	uint32_t unacked;
	uint32_t repeats;
	uint32_t repeated;
	uint64_t repeated_bytes;
	uint32_t mss;
	uint32_t options;
};

/**
 * struct stall - memory of a data link; all zero: nothing happened yet
 * @packet: bytes of the IPv4 packets that do not arrive, 0: none is known
 * @up: when the connection was made that stands; MONO_ZERO: none does
 */
struct stall {
	uint32_t packet;
	mono_t up;
};

uint32_t stall_packet(const struct stall_end *end);
void stall_ended(struct stall *s, uint32_t packet);
void stall_begun(struct stall *s, mono_t now);
uint32_t stall_look(struct stall *s, bool idle, uint32_t last_ms, mono_t now);

#endif /* RG_STALL_H */
