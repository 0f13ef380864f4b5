/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attached socket: what makes this process the agent of its network namespace
 * (NF_RG_CMD_ATTACH).
 *
 * The kernel pushes batches of changes through it, takes the peer's acknowledgments, and installs
 * what the peer pushed.  Records are relayed, never decoded.  Requests are answered later, through
 * struct knl_att_ops, in the order in which they were sent; the callbacks may send further
 * requests, and may call knl_att_close().
 *
 * Numbers are in host order.  Functions return 0 or -errno; -ENODEV: the module is not there,
 * -ENOTCONN: not attached, -EAGAIN: too many requests outstanding.
 */
#ifndef RG_IO_KNL_ATT_H
#define RG_IO_KNL_ATT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/knl.h"
#include "io/loop.h"

struct event;
struct event_base;

/* A batch: NF_RG_CMD_PUSH, and what NF_RG_CMD_INSTALL takes. */
struct knl_batch {
	uint32_t group;
	uint32_t session; /* of a PUSH */
	uint64_t epoch;
	uint64_t epoch_system;
	uint64_t seq;
	uint32_t flags; /* NF_RG_BATCH_* */
	uint32_t generation;
	uint32_t count;
	const void *records; /* borrowed */
	size_t len; /* bytes */
};

/* Answer to NF_RG_CMD_INSTALL. */
struct knl_installed {
	uint32_t group;
	uint64_t epoch; /* as in the request, and @seq */
	uint64_t epoch_system;
	uint64_t seq;
	int err; /* 0 or -errno: then nothing below is set */
	const void *refusals; /* struct nf_rg_refusal[], borrowed */
	size_t n_refusals;
	uint8_t sync; /* enum nf_rg_sync of the receiving side */
	uint32_t lost;
	const uint8_t *digest; /* NF_RG_A_DIGEST, borrowed */
	size_t digest_len; /* bytes */
};

/* NF_RG_CMD_ACK: the peer's kernel has answered a batch. */
struct knl_ack {
	uint32_t group;
	uint32_t session; /* in which the batch was pushed */
	uint64_t seq;
	const void *refusals; /* struct nf_rg_refusal[] */
	size_t n_refusals;
	const uint8_t *digest; /* NF_RG_A_DIGEST */
	size_t digest_len; /* bytes, 0: none */
};

struct knl_att_ops {
	void (*push)(void *arg, const struct knl_batch *b);
	void (*installed)(void *arg, const struct knl_installed *i);
	void (*synced)(void *arg, uint32_t group, uint32_t session, int err, uint8_t sync);
	void (*received)(void *arg, uint32_t group, uint32_t session, int err);
	/*
	 * Messages were lost, or the module went: all sessions must begin again.  The socket is
	 * closed by then.
	 */
	void (*gone)(void *arg, int err);
};

#define KNL_ATT_PENDING 256

enum knl_att_kind {
	KNL_ATT_NONE,
	KNL_ATT_INSTALL,
	KNL_ATT_SYNC,
	KNL_ATT_RECEIVE,
};

struct knl_att_pending {
	enum knl_att_kind kind;
	uint32_t nlseq;
	uint32_t group;
	uint32_t session;
	uint64_t epoch;
	uint64_t epoch_system;
	uint64_t seq;
};

struct knl_att {
	struct knl *k;
	struct event_base *base;
	struct event *ev;
	struct loop_timer rest; /* until messages are read again */
	struct knl_sock sock;
	bool attached;
	bool handling; /* inside a callback: closing waits for its end */
	bool close_after;
	uint32_t module_version;
	const struct knl_att_ops *ops;
	void *arg;
	struct knl_att_pending pending[KNL_ATT_PENDING];
	uint64_t pushes, push_bytes, installs, acks, ack_errors, overruns, stray;
};

/**
 * struct knl_sync - how changes of a group are sent (NF_RG_CMD_SYNC)
 * @session: number of the session, 0 stops
 * @version: NF_RG_VERSION whose records the peer reads
 * @peer_instance: life of the group in the peer's kernel, if not @merge
 * @bulk: everything, whatever the peer has
 * @merge: what a group that stands by did as another active
 */
struct knl_sync {
	uint32_t session;
	uint32_t version;
	uint64_t peer_instance;
	bool bulk;
	bool merge;
};

void knl_att_init(struct knl_att *a, struct knl *k, struct event_base *base,
		  const struct knl_att_ops *ops, void *arg);
int knl_att_open(struct knl_att *a, uint32_t window, unsigned int groups);
void knl_att_close(struct knl_att *a);

int knl_att_sync(struct knl_att *a, uint32_t group, const struct knl_sync *sync);
int knl_att_receive(struct knl_att *a, uint32_t group, uint32_t session);
int knl_att_install(struct knl_att *a, const struct knl_batch *b);
int knl_att_ack(struct knl_att *a, const struct knl_ack *ack);
int knl_att_verify(struct knl_att *a, uint32_t group);

#endif
