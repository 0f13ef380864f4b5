/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control links: one for each protocol instance, shared by the groups that name it.
 *
 * The hellos of a link go out on all its paths, the control interface and, if it is another one,
 * the data interface; both copies carry the same sequence number.  The copy that comes first
 * counts, the second one only says that its path lives.  The peer is silent when it is silent on
 * all paths (Documentation/architecture.rst, "Liveness").
 *
 * Everything runs in the thread of the event base.  Times in ms, addresses in network order.
 */
#ifndef RG_IO_LINK_H
#define RG_IO_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/bfd_auth.h"
#include "core/hello.h"
#include "core/mono.h"
#include "io/loop.h"

struct bfds;
struct bfdsess;
struct event_base;
struct hellosock;
struct ifaces;
struct links;

#define LINK_MAX 8

/*
 * TCP port of the data link of protocol instance N is LINK_DATA_PORT + N: 7483 for the first one.
 */
#define LINK_DATA_PORT 7482

enum link_path_id { LINK_CONTROL, LINK_DATA, LINK_PATHS };

struct link_conf {
	uint32_t protocol;
	uint8_t domain;
	char control[16];
	char data[16]; /* empty: none; equal to @control: a single path */
	uint32_t hello_ms;
	uint32_t hold_ms;
	char auth_text[9];
	struct hello_ring ring; /* without keys: hellos are not signed */
	uint32_t key_timeout_s; /* the key-string before this one is accepted so long */
	bool bfd;
	struct bfd_conf bfd_conf;
	bool require; /* no data link rather than one in clear */
};

struct link_path {
	struct hellosock *sock; /* NULL: this path does not exist */
	uint64_t nonce, seq; /* of the last packet heard on it */
	mono_t last; /* when; MONO_ZERO: never */
	struct rg_addr peer; /* source of that packet */
	struct bfdsess *bfd; /* with that peer; NULL: none */
	int bfd_err; /* why not, -errno, logged once */
	uint64_t bfd_nonce; /* of the peer, that @bfd_keys come from */
	struct bfd_keys bfd_keys; /* for @bfd */
	mono_t auth_failed; /* when a packet was last refused by its authentication */
	mono_t foreign; /* when one of another version was last heard; MONO_ZERO: never */
	uint8_t foreign_version; /* and of which */
	uint64_t twins; /* packets that the other path had brought already */
	uint64_t count[HELLO_VERDICTS]; /* of those that came first */
};

struct link_stats {
	uint64_t tx, tx_bytes, tx_failed;
	uint64_t rx, rx_bytes, rx_lost;
	uint64_t late; /* rounds that began more than half an interval late */
	uint64_t answers; /* hellos sent at once because a session was refused */
};

/**
 * struct link_bfd - what BFD says of the peer, see struct election_bfd
 * @silent: the last session that was up ended by silence, and no path lives without one
 * @up: a session is up
 * @detect_ms: the silence after which that was said
 * @lease_ms: silence after which the peer may take us for dead, 0: it does not go by BFD
 */
struct link_bfd {
	bool silent, up;
	uint32_t detect_ms;
	uint32_t lease_ms;
};

struct link {
	struct links *set;
	struct bfds *bfds;
	struct link_conf conf;
	struct hello_local local;
	struct hello_ring ring; /* those in force, the key-string before included */
	bool key_expired; /* the clock allows none of them, as last looked */
	mono_t auth_logged; /* when a failure was last logged */
	uint64_t auth_quiet; /* and how many have not been, since */
	mono_t version_logged; /* when another version was last logged */
	struct hello_rx rx;
	struct hello_tx tx;
	struct link_path path[LINK_PATHS];
	struct hello_addr peer_data; /* where the peer listens, as last heard */
	struct loop_timer timer;
	mono_t next; /* when the next round is due */
	mono_t renewed; /* when leases were last renewed for a packet of BFD */
	uint32_t bfd_lease_ms; /* as last told to the owner */
	struct link_stats stats;
	void *user; /* of the owner */
};

struct link_ops {
	/* Fill in the groups of the link; the same order for a whole round. */
	size_t (*groups)(void *arg, struct link *l, mono_t now, struct hello_group *out,
			 size_t max);
	/* All groups are about to be sent: renew leases. */
	void (*round)(void *arg, struct link *l, mono_t now);
	void (*hello)(void *arg, struct link *l, const struct hello *h, const struct hello_facts *f,
		      bool addr_higher, mono_t now);
	/* A session of BFD changed, or the lease that it allows. */
	void (*bfd)(void *arg, struct link *l, const struct link_bfd *b, mono_t now);
	/* A packet of BFD is about to be sent by which the peer judges: renew leases. */
	void (*renew)(void *arg, struct link *l, mono_t now);
	/* A report about twins has come (core/twin.h). */
	void (*report)(void *arg, const uint8_t *buf, size_t len, mono_t now);
	/* A path came or went. */
	void (*changed)(void *arg, struct link *l);
};

int links_open(struct event_base *base, struct ifaces *ifs, uint64_t system, uint64_t nonce,
	       const struct link_ops *ops, void *arg, struct links **out);
void links_close(struct links *set);
void links_drain(struct links *set);
const struct bfds *links_bfds(const struct links *set);
uint64_t links_undecodable(const struct links *set, enum hello_verdict v);

int link_new(struct links *set, const struct link_conf *conf, struct link **out);
int link_change(struct link *l, const struct link_conf *conf);
void link_free(struct link *l);
struct link *links_find(const struct links *set, uint32_t protocol);

void link_start(struct link *l, mono_t now);
void link_forward(struct link *l, const uint8_t *buf, size_t len);
void link_send(struct link *l, enum hello_type type, uint8_t group, mono_t now);
bool link_path_alive(const struct link *l, enum link_path_id p, mono_t now);
bool link_refuses_plain(const struct link *l);
bool link_single_path(const struct link *l);
uint64_t link_auth_failures(const struct link *l);
bool link_auth_fails(const struct link *l, mono_t now);
unsigned int link_foreign_version(const struct link *l, mono_t now);

#endif
