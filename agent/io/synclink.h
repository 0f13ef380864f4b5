/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data link of a protocol instance: the TCP connection to the peer, and the relay between it
 * and the kernel.
 *
 * What is said over it is decided by core/syncsess.h; this module moves bytes.  A batch goes from a
 * PUSH of our kernel straight into the connection, and from the connection straight into an
 * INSTALL; nothing is kept here.  What waits for the connection is bounded by the window of the
 * kernel; what waits for the kernel by SYNCLINK_INSTALLS: beyond it the connection is not read,
 * while acknowledgments go on being written.  Reading never stops because writing blocks.
 *
 * Everything runs in the thread of the event base.
 */
#ifndef RG_IO_SYNCLINK_H
#define RG_IO_SYNCLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/election.h"
#include "core/syncsess.h"
#include "io/knl_att.h"
#include "io/syncsock.h"

struct event_base;
struct ifaces;
struct synclink;

#define SYNCLINK_INSTALLS 8 /* installs outstanding in the kernel */
#define SYNCLINK_WINDOW 32 /* batches in flight, asked for at ATTACH */

struct synclink_conf {
	char ifname[16];
	uint8_t domain;
	uint8_t protocol;
	uint64_t system;
	uint64_t nonce;
	uint16_t port;
	uint32_t hold_ms;
	const struct hello_ring *ring; /* of the control link, outlives it; no keys: in clear */
};

/* Where the peer is, from its hellos; system 0: it is not heard. */
struct synclink_peer {
	uint64_t system;
	uint64_t nonce;
	struct rg_addr addr;
	uint16_t port;
};

struct synclink_ops {
	void (*status)(void *arg, uint32_t group, enum election_sync sync);
	void (*life)(void *arg, struct synclink *s);
	void (*up)(void *arg, struct synclink *s, bool up);
	/* The peer's list of what has to be equal, borrowed; NULL: it asks, and says its digest. */
	void (*config)(void *arg, struct synclink *s, uint32_t group, const uint8_t *list,
		       size_t len, uint64_t digest);
	/* The peer begins a copy with this configuration; nothing may be asked of the link here. */
	void (*joined)(void *arg, uint32_t group, uint64_t digest);
};

/* Of one group, since the daemon started. */
struct synclink_group_stats {
	uint64_t batches_tx, batches_rx;
	uint64_t records_tx, records_rx;
	uint64_t bulks, deltas; /* sessions that our kernel fed the peer with */
	uint64_t acked_seq;
	uint64_t lost; /* entries that vanished here behind our back */
	uint64_t merges; /* after a split brain: what one router did and the other one took */
	uint64_t merge_records;
	uint64_t split_conflict; /* of these, refused: they collided with one of the active's */
	uint64_t merge_refused; /* for other reasons */
	uint32_t peer_table_max; /* connections that the peer's table takes, 0: no limit */
};

struct synclink_stats {
	uint64_t install_waits; /* times the kernel had SYNCLINK_INSTALLS to do */
	uint64_t kernel_failed; /* requests to the kernel that could not be made, or were refused */
	uint64_t disconnects;
};

int synclink_new(struct event_base *base, struct ifaces *ifs, struct knl_att *att,
		 const struct synclink_conf *conf, const struct synclink_ops *ops, void *arg,
		 struct synclink **out);
void synclink_free(struct synclink *s);

void synclink_set_peer(struct synclink *s, const struct synclink_peer *peer);
void synclink_send(struct synclink *s, uint8_t group, const struct rg_epoch *epoch,
		   uint64_t instance);
void synclink_receive(struct synclink *s, uint8_t group, const struct rg_epoch *epoch,
		      uint64_t instance, uint64_t digest, bool full, bool merge);
void synclink_stop(struct synclink *s, uint8_t group);
void synclink_lost(struct synclink *s, uint8_t group);
void synclink_close(struct synclink *s, enum frame_reason why);
void synclink_poll(struct synclink *s);
void synclink_config(struct synclink *s, uint8_t group, const uint8_t *list, size_t len,
		     uint64_t digest);
void synclink_partial(struct synclink *s, uint8_t group, uint64_t digest, bool on, bool old);

/* From the attached socket. */
void synclink_push(struct synclink *s, const struct knl_batch *b);
void synclink_installed(struct synclink *s, const struct knl_installed *i);
void synclink_synced(struct synclink *s, uint32_t group, uint32_t session, int err, uint8_t sync);
void synclink_received(struct synclink *s, uint32_t group, int err);
void synclink_kernel(struct synclink *s, bool attached);

bool synclink_protected(const struct synclink *s);
bool synclink_up(const struct synclink *s);
bool synclink_compares(const struct synclink *s);
bool synclink_idle(const struct synclink *s, uint8_t group);
const struct syncsess *synclink_sess(const struct synclink *s);
const struct synclink_peer *synclink_peer(const struct synclink *s);
const struct synclink_stats *synclink_stats(const struct synclink *s);
const struct syncsock_stats *synclink_sock_stats(const struct synclink *s);
const struct synclink_group_stats *synclink_group_stats(const struct synclink *s, uint8_t group);
uint64_t synclink_lag_ms(const struct synclink *s, uint8_t group);
uint32_t synclink_stalled(struct synclink *s);
bool synclink_addr(const struct synclink *s, struct rg_addr *out);

#endif
