// SPDX-License-Identifier: GPL-2.0-or-later
/* What others see of a data link. */
#include "synclink.h"

#include "io/clock.h"
#include "io/synclink_priv.h"

/**
 * synclink_protected() - is what is said on it, or will be, encrypted?
 * @s: the link
 */
bool synclink_protected(const struct synclink *s)
{
	return hello_ring_keyed(s->conf.ring);
}

/**
 * synclink_up() - does a session with the peer stand?
 * @s: the link
 *
 * Return: true if so.
 */
bool synclink_up(const struct synclink *s)
{
	return s->sess.state == SYNCSESS_UP;
}

/**
 * synclink_compares() - can the peer be asked for its configuration?
 * @s: the link
 *
 * Return: true if a session stands with one that knows the frames.
 */
bool synclink_compares(const struct synclink *s)
{
	return synclink_up(s) && s->sess.version >= FRAME_VERSION_CONFIG;
}

/**
 * synclink_idle() - is every batch of a group that was sent acknowledged?
 * @s: the link
 * @group: the group
 *
 * Return: true if so.
 */
bool synclink_idle(const struct synclink *s, uint8_t group)
{
	return !syncsess_unacked(&s->sess, group);
}

/**
 * synclink_lag_ms() - age of the oldest batch in flight
 * @s: the link
 * @group: the group
 *
 * Return: ms, 0: none is in flight.
 */
uint64_t synclink_lag_ms(const struct synclink *s, uint8_t group)
{
	const struct syncsess_group *g = &s->sess.groups[group];
	uint64_t oldest = g->tx_seq + 1 - syncsess_unacked(&s->sess, group);

	if (synclink_idle(s, group))
		return 0;
	return mono_span_ms(s->sent[group].at[oldest % SENT_SLOTS], clock_now());
}

/**
 * synclink_stalled() - do packets of the data link not arrive that are larger than others?
 * @s: the link
 *
 * Return: bytes of such an IPv4 packet, 0: they do, as far as is known.
 */
uint32_t synclink_stalled(struct synclink *s)
{
	bool idle = synclink_up(s);

	for (unsigned int g = 0; idle && g < SYNCSESS_GROUPS; g++)
		idle = synclink_idle(s, (uint8_t)g);
	return stall_look(&s->stall, idle, s->sess.cfg.silent_ms, clock_now());
}

/**
 * synclink_sess() - the machine, to be read
 * @s: the link
 *
 * Return: the machine.
 */
const struct syncsess *synclink_sess(const struct synclink *s)
{
	return &s->sess;
}

/**
 * synclink_peer() - whom the control link hears
 * @s: the link
 *
 * Return: the peer.
 */
const struct synclink_peer *synclink_peer(const struct synclink *s)
{
	return &s->peer;
}

/**
 * synclink_stats() - counters
 * @s: the link
 *
 * Return: the counters, valid as long as the link.
 */
const struct synclink_stats *synclink_stats(const struct synclink *s)
{
	return &s->stats;
}

/**
 * synclink_sock_stats() - counters of the connection
 * @s: the link
 *
 * Return: the counters, valid as long as the link.
 */
const struct syncsock_stats *synclink_sock_stats(const struct synclink *s)
{
	return syncsock_stats(s->sock);
}

/**
 * synclink_group_stats() - counters of a group
 * @s: the link
 * @group: the group
 *
 * Return: the counters, valid as long as the link.
 */
const struct synclink_group_stats *synclink_group_stats(const struct synclink *s, uint8_t group)
{
	return &s->group[group];
}

/**
 * synclink_addr() - our address on the data interface
 * @s: the link
 * @out: the address
 *
 * Return: false if the interface cannot be used.
 */
bool synclink_addr(const struct synclink *s, struct rg_addr *out)
{
	return syncsock_addr(s->sock, out);
}
