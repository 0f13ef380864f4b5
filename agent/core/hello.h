/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hello of the control link: codec, and what makes a received one ours.
 *
 * One packet is one UDP datagram of at most HELLO_MAX_BYTES. Layout, field by
 * field: Documentation/wire-protocol.rst. Three layers, all of them pure:
 *
 *   hello_encode / hello_decode	bytes <-> struct hello, structure only
 *   hello_rx_packet		is it for us, authentic, new? (session, replay)
 *   hello_tx_begin / _next	all groups spread over packets, changes first
 *
 * Everything a hello says is a level, not an edge: a lost, repeated or late
 * packet is made good by the next one. RESIGN and RELOAD-PEER are hellos that
 * are sent at once; their meaning is in the group flags as well and is repeated
 * until the peer's own hello shows that it was understood.
 *
 * Integers of the structures are in host order, times in ms, addresses in
 * network order.
 */
#ifndef AGENT_CORE_HELLO_H
#define AGENT_CORE_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hello_key.h"
#include "mono.h"

#define HELLO_MAGIC		0x4e465247u	/* "NFRG" */
#define HELLO_VERSION		1
#define HELLO_VERSION_AT	4	/* byte of a packet, in all versions */
#define HELLO_MAX_BYTES		1200
#define HELLO_HEADER_BYTES	88
#define HELLO_GROUP_BYTES	44
#define HELLO_AUTH_MAX		(HELLO_KEY_ID_BYTES + HELLO_MAC_MAX)	/* bytes */
#define HELLO_AUTH_TEXT_MAX	8	/* bytes, of the text form */
#define HELLO_HELLO_MAX_MS	254000	/* `timers hellotime 254` */
#define HELLO_HOLD_MAX_MS	255000	/* `timers ... holdtime 255` */
#define HELLO_GROUPS_MAX \
	((HELLO_MAX_BYTES - HELLO_HEADER_BYTES) / HELLO_GROUP_BYTES)
#define HELLO_RETIRED		16	/* sessions remembered that are not the present one */
#define HELLO_ANSWERS		4	/* to refused sessions, in an interval */

enum hello_type {
	HELLO_TYPE_HELLO = 1,
	HELLO_TYPE_RESIGN = 2,		/* the groups in it are given up */
	HELLO_TYPE_RELOAD_PEER = 3,	/* the groups in it shall restart there */
};

/* As shown by `My Role`. */
enum rg_role {
	RG_ROLE_DISABLED = 0,
	RG_ROLE_INIT = 1,
	RG_ROLE_STANDBY = 2,
	RG_ROLE_ACTIVE = 3,
};

/* As shown by `RF state`. */
enum rg_rf {
	RG_RF_DISABLED = 0,
	RG_RF_INITIALIZATION = 1,
	RG_RF_NEGOTIATION = 2,
	RG_RF_STANDBY_COLD = 3,
	RG_RF_STANDBY_COLD_BULK = 4,
	RG_RF_STANDBY_HOT = 5,
	RG_RF_ACTIVE = 6,
};

/*
 * An epoch names one term of one active router. Counters order terms; the
 * system that chose the counter tells apart two that were chosen at once.
 */
struct rg_epoch {
	uint64_t counter;
	uint64_t system;
};

/** rg_epoch_cmp() - order of two terms; Return: <0, 0, >0 */
int rg_epoch_cmp(const struct rg_epoch *a, const struct rg_epoch *b);

/* struct hello_group.flags; undefined bits are 0, else the packet is refused. */
#define HELLO_GF_SHUTDOWN	0x0001	/* administratively shut down */
#define HELLO_GF_PREEMPT	0x0002	/* `preempt` is configured */
#define HELLO_GF_HEARD		0x0004	/* I hear you about this group */
#define HELLO_GF_WANT		0x0008	/* standby: I ask for a graceful hand-over */
#define HELLO_GF_HANDOVER	0x0010	/* active: new connections wait, draining */
#define HELLO_GF_RESIGN		0x0020	/* active: take over, I forward until then */
#define HELLO_GF_FENCED		0x0040	/* my lease ran out: may I go on? */
#define HELLO_GF_UNABLE		0x0080	/* I cannot take the role */
#define HELLO_GF_DAMPED		0x0100	/* preempt is suspended (rule 14) */
#define HELLO_GF_HEIR		0x0200	/* I was standby to an active router */
#define HELLO_GF_ALL		0x03ff
#define HELLO_EPOCH_MAX		(UINT64_MAX / 2) /* of a counter: room to count up */

/**
 * struct hello_group - what one router says about one group
 * @id: 1..255
 * @role: as shown
 * @rf: as shown; consistent with @role, else the packet is refused
 * @run_prio: run-time priority, 0..255
 * @conf_prio: configured priority, 1..255
 * @threshold: failover threshold, 0 = none
 * @flags: HELLO_GF_*
 * @cause: why (enum election_cause of the sender), for people only
 * @reload_token: nonzero while the sender asks its peer to restart this group;
 *                another number is another request
 * @reload_done: the last token of this peer that was carried out, 0 = none
 * @epoch: of the term that the sender is, or was last, part of
 * @instance: nonce of the group's life in the sender's kernel, 0 = unknown
 * @digest: of what must be equal on both routers (mappings, lists, pools, RIIs,
 *          VIPs), 0 = not computed
 */
struct hello_group {
	uint8_t id;
	enum rg_role role;
	enum rg_rf rf;
	uint8_t run_prio;
	uint8_t conf_prio;
	uint8_t threshold;
	uint16_t flags;
	uint8_t cause;
	uint8_t reload_token;
	uint8_t reload_done;
	struct rg_epoch epoch;
	uint64_t instance;
	uint64_t digest;
};

/* @data: the text, or number of the key and HMAC, see hello_key.h */
struct hello_auth {
	enum hello_auth_type type;
	uint8_t len;
	uint8_t data[HELLO_AUTH_MAX];
};

/*
 * An IPv4 address stands as ::ffff:a.b.c.d with @family 4; @family 0: none.
 */
struct hello_addr {
	uint8_t family;		/* 0, 4 or 6 */
	uint16_t port;
	uint8_t addr[16];
};

/**
 * struct hello - one packet
 * @type: what kind
 * @domain: 0..255, a foreign one is ignored and counted
 * @protocol: protocol instance, 1..8
 * @system: identity of the router, stable over restarts, never 0
 * @nonce: of this life of the agent, never 0
 * @seq: rises with every packet of this life, first is 1
 * @peer_system: the router heard last, 0 = none is alive
 * @peer_nonce: its session nonce; says "I hear you" to that life of that agent
 * @hello_ms: interval of the sender, 1..HELLO_HELLO_MAX_MS
 * @hold_ms: hold time of the sender, 1..HELLO_HOLD_MAX_MS
 * @uptime_s: seconds since the sender's system came up (information)
 * @data: where the sender listens for the state transport
 * @auth: as received, or to be sent
 * @n_groups: entries used in @groups
 * @groups: the groups that fitted into this packet, no id twice
 */
struct hello {
	enum hello_type type;
	uint8_t domain;
	uint8_t protocol;
	uint64_t system;
	uint64_t nonce;
	uint64_t seq;
	uint64_t peer_system;
	uint64_t peer_nonce;
	uint32_t hello_ms;
	uint32_t hold_ms;
	uint32_t uptime_s;
	struct hello_addr data;
	struct hello_auth auth;
	unsigned int n_groups;
	struct hello_group groups[HELLO_GROUPS_MAX];
};

/* Why a datagram was not believed; each has a counter, HELLO_OK counts good ones. */
enum hello_verdict {
	HELLO_OK = 0,
	HELLO_BAD_SHORT,	/* shorter than its own fields need */
	HELLO_BAD_MAGIC,	/* not of this protocol */
	HELLO_BAD_VERSION,	/* of another version of it */
	HELLO_BAD_LENGTH,	/* trailing bytes, or a length that does not agree */
	HELLO_BAD_VALUE,	/* a field outside its range, an undefined flag */
	HELLO_BAD_DOMAIN,	/* another pair on the same wire */
	HELLO_BAD_PROTOCOL,	/* another protocol instance */
	HELLO_BAD_AUTH,		/* authentication missing, unexpected or wrong */
	HELLO_BAD_KEY,		/* signed with a key that we do not have */
	HELLO_BAD_LIFETIME,	/* with one that is not to be accepted now */
	HELLO_BAD_MAC,		/* not with the key that it names */
	HELLO_OWN,		/* our own packet, looped back by multicast */
	HELLO_SAME_SYSTEM,	/* another router with our identity: an alarm */
	HELLO_THIRD_SYSTEM,	/* a third router in our domain: an alarm */
	HELLO_REPLAY,		/* sequence not above the last one of this session */
	HELLO_BAD_SESSION,	/* a used-up session, or a new one not yet proven */
	HELLO_VERDICTS
};

/**
 * hello_verdict_name() - the stable short name of a verdict, for counters
 * @v: verdict
 *
 * Return: lower-case name with dashes, "?" for a value outside the enumeration.
 */
const char *hello_verdict_name(enum hello_verdict v);

/** rg_role_name() - "DISABLED", "INIT", "STANDBY", "ACTIVE" */
const char *rg_role_name(enum rg_role role);

/** rg_role_word() - the same as "Disabled", "Init", "Standby", "Active" */
const char *rg_role_word(enum rg_role role);

/** rg_rf_name() - "DISABLED" ... "STANDBY COLD-BULK", "STANDBY HOT", "ACTIVE" */
const char *rg_rf_name(enum rg_rf rf);

/**
 * hello_encode() - write one packet
 * @h: what to write; its values must be within their ranges
 * @buf: destination
 * @cap: its size in bytes
 *
 * Return: length in bytes; -EMSGSIZE when it does not fit into @cap or into
 * HELLO_MAX_BYTES, -EINVAL when a field is out of range (such a packet would
 * be refused by the receiver).
 */
int hello_encode(const struct hello *h, uint8_t *buf, size_t cap);

/**
 * hello_decode() - read one packet, strictly
 * @buf: datagram
 * @len: its length in bytes
 * @h: filled only on HELLO_OK
 *
 * Checks the structure: no domain, authentication or session. Every packet that
 * it accepts is reproduced byte by byte by hello_encode().
 *
 * Return: HELLO_OK or HELLO_BAD_{SHORT,MAGIC,VERSION,LENGTH,VALUE}.
 */
enum hello_verdict hello_decode(const uint8_t *buf, size_t len, struct hello *h);

/**
 * hello_detect_ms() - the silence after which a peer counts as dead (rule 12)
 * @hold_ms: hold time of the listener
 * @hello_ms: hello interval of the one listened to, 0 = not known
 *
 * Return: max(hold_ms, 3 x hello_ms), in ms.
 */
uint32_t hello_detect_ms(uint32_t hold_ms, uint32_t hello_ms);

/**
 * hello_addr_higher() - the tie break of rule 2, opposite on the two routers
 * @own: own control address, network order, IPv4 as ::ffff:a.b.c.d
 * @peer: the peer's
 * @own_system: own system identity, decides between equal addresses
 * @peer_system: the peer's
 */
bool hello_addr_higher(const uint8_t own[16], const uint8_t peer[16],
		       uint64_t own_system, uint64_t peer_system);

/**
 * struct hello_local - what all our packets have in common
 * @domain, @protocol, @system, @nonce: see struct hello
 * @hello_ms, @hold_ms: configured timers
 * @uptime_s: may be refreshed before each round
 * @data: our end of the state transport
 * @auth: what we put in, and what we expect, without keys
 * @ring: the keys, NULL or empty: hellos are not signed
 * @wall: s since 1970 UTC, to be refreshed before each packet: lifetimes of keys
 */
struct hello_local {
	uint8_t domain;
	uint8_t protocol;
	uint64_t system;
	uint64_t nonce;
	uint32_t hello_ms;
	uint32_t hold_ms;
	uint32_t uptime_s;
	struct hello_addr data;
	struct hello_auth auth;
	const struct hello_ring *ring;
	int64_t wall;
};

/**
 * struct hello_retired - a session that another one took the place of
 * @system, @nonce: which
 * @seq: highest sequence accepted in it
 * @ended: by a later life of the same system: nothing of it is accepted again. Else another
 *	system spoke while it was silent, and it goes on above @seq when that one is silent
 */
struct hello_retired {
	uint64_t system;
	uint64_t nonce;
	uint64_t seq;
	bool ended;
};

/**
 * struct hello_rx - the receiving side of one control link
 * @system: the peer that we listen to, 0 = none heard yet
 * @nonce: its session
 * @seq: highest sequence accepted in it
 * @last: when its last packet was accepted
 * @detect_ms: silence after which that session no longer protects itself
 * @hello_ms, @hold_ms: timers of the peer, as last heard
 * @answered: when hello_rx_answer() last said yes; MONO_ZERO: never
 * @heard_system: somebody who has not proven yet that he lives now, 0: nobody; he
 *	is quoted while no peer is alive, so that he can
 * @heard_nonce: his session
 * @new_key: a packet was signed with the key-string, not with the one before it
 * @retired: sessions before this one, system 0: a free slot
 * @retired_next: slot of @retired to use next
 * @count: datagrams by verdict
 */
struct hello_rx {
	uint64_t system;
	uint64_t nonce;
	uint64_t seq;
	mono_t last;
	uint32_t detect_ms;
	uint32_t hello_ms;
	uint32_t hold_ms;
	mono_t answered;
	uint64_t heard_system;
	uint64_t heard_nonce;
	bool new_key;
	struct hello_retired retired[HELLO_RETIRED];
	unsigned int retired_next;
	uint64_t count[HELLO_VERDICTS];
};

/**
 * struct hello_facts - what the session layer knows about an accepted packet
 * @new_session: another life of the peer's agent (or the first one heard)
 * @hears_me: the peer echoes the nonce of our present life
 */
struct hello_facts {
	bool new_session;
	bool hears_me;
};

/** hello_rx_init() - nobody heard, all counters 0 */
void hello_rx_init(struct hello_rx *rx);

/**
 * hello_rx_packet() - decide about one datagram and count it
 * @rx: session state
 * @local: who we are
 * @now: time of reception
 * @buf: datagram
 * @len: its length in bytes
 * @h: filled when it decodes, also when it is then refused (for the log)
 * @facts: filled on HELLO_OK
 *
 * A changed session nonce is accepted when nobody was heard before, when the
 * present peer has been silent for its detection time, or when the packet
 * echoes our own nonce: then its sender has heard us in this life. A session
 * that a later one of the same system replaced is remembered and refused, whatever
 * it echoes. Another system is accepted only when the present peer is silent; that
 * does not end the session of the peer, which goes on where it was when it is heard
 * again and the other system is silent.
 *
 * With keys nobody is believed before he has quoted our nonce: what was recorded
 * in another life of ours, or of his, is signed as well.
 *
 * An agent that has just started has heard nobody, so its first packet may be
 * refused with HELLO_BAD_SESSION. The caller answers that with a hello at once,
 * as often as hello_rx_answer() lets it, so that the next packet can prove itself.
 *
 * Return: HELLO_OK or the reason, counted in @rx->count.
 */
enum hello_verdict hello_rx_packet(struct hello_rx *rx,
				   const struct hello_local *local, mono_t now,
				   const uint8_t *buf, size_t len,
				   struct hello *h, struct hello_facts *facts);

/**
 * hello_auth_check() - is a packet of the control protocol authentic?
 * @local: who we are, and what we expect
 * @now: present time
 * @buf: the packet
 * @len: its length in bytes, at most HELLO_MAX_BYTES
 * @auth: what stands in it
 * @at: where number of the key and HMAC stand in it, bytes
 * @new_key: gets: it was signed with a key in force, not with the one before it
 *
 * Return: HELLO_OK or HELLO_BAD_{AUTH,KEY,LIFETIME,MAC}.
 */
enum hello_verdict hello_auth_check(const struct hello_local *local, mono_t now,
				    const uint8_t *buf, size_t len, const struct hello_auth *auth,
				    size_t at, bool *new_key);

/**
 * hello_rx_answer() - may a packet refused with HELLO_BAD_SESSION be answered now?
 * @rx: session state; remembers that it was
 * @local: who we are
 * @now: present time
 *
 * Four times a hello interval at most: two routers that refuse each other, or
 * somebody who repeats old packets, must not make a storm.
 */
bool hello_rx_answer(struct hello_rx *rx, const struct hello_local *local, mono_t now);

/**
 * hello_rx_alive() - was the peer heard within its detection time?
 * @rx: session state
 * @now: present time
 */
bool hello_rx_alive(const struct hello_rx *rx, mono_t now);

enum hello_scope {
	HELLO_SCOPE_ALL,	/* a round of the hello timer: every group */
	HELLO_SCOPE_CHANGED,	/* at once: only what hello_tx_mark() named */
};

/**
 * struct hello_tx - the sending side of one control link
 * @seq: sequence of the last packet built
 * @changed: a bit for each group that changed since it was last sent
 * @scope: of the round under way
 * @phase: 0 changed groups, 1 all others, 2 done
 * @cursor: next index into the caller's array
 * @sent_any: this round produced a packet
 * @round: a bit for each group that this round has sent already
 */
struct hello_tx {
	uint64_t seq;
	uint64_t changed[4];
	enum hello_scope scope;
	unsigned int phase;
	size_t cursor;
	bool sent_any;
	uint64_t round[4];
};

/** hello_tx_init() - nothing sent, nothing changed */
void hello_tx_init(struct hello_tx *tx);

/**
 * hello_tx_mark() - a group must go first
 * @tx: sending side
 * @id: group, 1..255
 */
void hello_tx_mark(struct hello_tx *tx, uint8_t id);

/** hello_tx_pending() - is any group marked? */
bool hello_tx_pending(const struct hello_tx *tx);

/**
 * hello_tx_begin() - start a round
 * @tx: sending side
 * @scope: all groups or only the marked ones
 */
void hello_tx_begin(struct hello_tx *tx, enum hello_scope scope);

/**
 * hello_tx_next() - build the next packet of the round
 * @tx: sending side
 * @local: who we are
 * @rx: whom we hear, for the echo; the peer counts while it is alive at @now
 * @now: present time
 * @type: kind of packet
 * @groups: all groups of this control link, the same array for a whole round
 * @n: number of them, at most 255
 * @buf: destination
 * @cap: its size, HELLO_MAX_BYTES suffices
 *
 * A round of HELLO_SCOPE_ALL yields at least one packet, without groups if there
 * are none: it is a sign of life. The mark of a group is cleared when the group
 * is written.
 *
 * Return: length of the packet in bytes, 0 when the round is over, -errno as of
 * hello_encode().
 */
int hello_tx_next(struct hello_tx *tx, const struct hello_local *local,
		  const struct hello_rx *rx, mono_t now, enum hello_type type,
		  const struct hello_group *groups, size_t n,
		  uint8_t *buf, size_t cap);

#endif /* AGENT_CORE_HELLO_H */
