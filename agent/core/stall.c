// SPDX-License-Identifier: GPL-2.0-or-later
#include "stall.h"

#define HEADERS	40	/* bytes: IPv4 and TCP, without options */

/**
 * stall_packet - did a connection end because of packets that do not arrive?
 * @end: what TCP says of it
 *
 * The segments repeated are taken to be of one size: it is the first one that
 * is not answered which TCP repeats.
 *
 * Return: bytes of such an IPv4 packet, 0: it did not.
 */
uint32_t stall_packet(const struct stall_end *end)
{
	uint64_t bytes;

	if ((!end->unacked && !end->closed) || end->repeats < STALL_REPEATS || !end->repeated)
		return 0;
	bytes = end->repeated_bytes / end->repeated;
	if (bytes > end->mss)
		bytes = end->mss;
	return (uint32_t)bytes + HEADERS + end->options;
}

/**
 * stall_ended - a connection has ended
 * @s: memory
 * @packet: what stall_packet() says of it
 */
void stall_ended(struct stall *s, uint32_t packet)
{
	s->up = MONO_ZERO;
	if (packet)
		s->packet = packet;
}

/**
 * stall_begun - a connection stands
 * @s: memory
 * @now: the present
 */
void stall_begun(struct stall *s, mono_t now)
{
	s->up = now;
}

/**
 * stall_look - is it known that packets do not arrive?
 * @s: memory
 * @idle: all that is to be sent has been acknowledged
 * @last_ms: how long a connection that stalls lasts at most
 * @now: the present
 *
 * Return: bytes of such an IPv4 packet, 0: no.
 */
uint32_t stall_look(struct stall *s, bool idle, uint32_t last_ms, mono_t now)
{
	if (idle && !mono_is_zero(s->up) && mono_span_ms(s->up, now) > 2 * (uint64_t)last_ms)
		s->packet = 0;
	return s->packet;
}
