/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is the configuration of a group the same on both routers, and if not, what differs?
 *
 * Hellos carry one digest for each group. While the two are equal nothing else happens. When they
 * differ each router asks the other one, over the data link, for the list of what has to be equal:
 * the mappings with their access list, pool and rules about replication, and what is redundant
 * about the traffic interfaces. Both compare by themselves. A mapping that differs stops, on either
 * side, until it is the same again; the others go on.
 *
 * The one that installs what the other sends has to stop first, for what does not come any more
 * could look to it like what has ended. So it gives its list away only when it has compared.
 *
 *	digests differ --> ASK --> list of the peer --> compared: these mappings stop
 *	digests equal  --> all go on
 *
 * A pure machine (peerconf_step()) and a pure codec (the list); links, kernel and log belong to the
 * caller. What a peer can make this router do is bounded: a list is looked at only if it was asked
 * for, which is done at most once in PEERCONF_ASK_MS, and ours is given away at most once in
 * PEERCONF_ANSWER_MS.
 */
#ifndef AGENT_CORE_PEERCONF_H
#define AGENT_CORE_PEERCONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "mono.h"

#define PEERCONF_TEXT_MAX	80	/* bytes of a field, without the final NUL */
#define PEERCONF_FIELDS_MAX	4	/* of an item */
#define PEERCONF_DIFFS_MAX	32	/* differences that are named; more are counted */
#define PEERCONF_BYTES_MAX	65536	/* of a list, at most FRAME_PAYLOAD_MAX */
#define PEERCONF_ASK_MS		5000	/* from one question to the next, and to its answer */
#define PEERCONF_ANSWER_MS	1000	/* from one answer to the next */

enum peerconf_kind {
	PEERCONF_MAP = 1,	/* a mapping, by its ID */
	PEERCONF_IF = 2,	/* a traffic interface, by its RII */
};

enum peerconf_where {
	PEERCONF_BOTH,		/* and they differ */
	PEERCONF_HERE,		/* the peer does not have it */
	PEERCONF_THERE,		/* only the peer has it */
};

/**
 * struct peerconf_diff - something that differs
 * @kind: of what
 * @id: mapping ID, or RII
 * @where: who has it
 * @field: PEERCONF_BOTH: which field, for peerconf_field_name()
 * @here: PEERCONF_BOTH: what this router has, cut and with a hash if it is long
 * @there: what the peer has; printable ASCII
 */
struct peerconf_diff {
	enum peerconf_kind kind;
	uint32_t id;
	enum peerconf_where where;
	uint8_t field;
	char here[PEERCONF_TEXT_MAX + 1];
	char there[PEERCONF_TEXT_MAX + 1];
};

/**
 * struct peerconf_result - the outcome of a comparison
 * @n: differences
 * @n_diffs: those that are named in @diff
 * @diff: the first ones, mappings before interfaces
 * @maps: a mapping is among them
 * @n_stopped: own mappings that differ, or that the peer does not have
 * @stopped: their IDs, sorted
 */
struct peerconf_result {
	uint32_t n;
	uint32_t n_diffs;
	struct peerconf_diff diff[PEERCONF_DIFFS_MAX];
	bool maps;
	uint32_t n_stopped;
	uint32_t stopped[CONF_MAX_MAPS];
};

/**
 * peerconf_encode() - the list of what has to be equal
 * @c: configuration
 * @group: of this group
 * @digest: of the same, as in hellos
 * @buf: destination
 * @cap: its size in bytes; PEERCONF_BYTES_MAX is enough for every configuration
 *
 * Return: length in bytes, or -EMSGSIZE.
 */
int peerconf_encode(const struct conf *c, uint32_t group, uint64_t digest, uint8_t *buf,
		    size_t cap);

/**
 * peerconf_compare() - what differs between two lists
 * @own: our list, from peerconf_encode()
 * @own_len: its length
 * @peer: that of the peer, unchecked
 * @peer_len: its length
 * @digest: set to the digest that the peer's list was made with
 * @out: overwritten, if both can be read
 *
 * Return: 0, or -EBADMSG: one of them is malformed.
 */
int peerconf_compare(const uint8_t *own, size_t own_len, const uint8_t *peer, size_t peer_len,
		     uint64_t *digest, struct peerconf_result *out);

/** peerconf_kind_name() - "mapping-id" or "rii" */
const char *peerconf_kind_name(enum peerconf_kind kind);

/** peerconf_field_name() - stable short name of a field of @kind; "?" if there is none */
const char *peerconf_field_name(enum peerconf_kind kind, uint8_t field);

/** peerconf_stops() - is a mapping stopped by a result? */
bool peerconf_stops(const struct peerconf_result *r, uint32_t mapping);

/* Counters that a person can see; names by peerconf_counter_name(). */
enum peerconf_counter {
	PEERCONF_N_ASKED,	/* questions to the peer */
	PEERCONF_N_UNANSWERED,	/* of these, repeated because nothing came */
	PEERCONF_N_ANSWERED,	/* questions of the peer that were answered */
	PEERCONF_N_HURRIED,	/* questions of the peer that came too soon and had to wait */
	PEERCONF_N_COMPARED,	/* lists of the peer */
	PEERCONF_N_UNASKED,	/* lists that nobody had asked for, not looked at */
	PEERCONF_N_MALFORMED,	/* lists that could not be read */
	PEERCONF_N_STALE,	/* lists of another digest than its hellos carry */
	PEERCONF_COUNTERS
};

/** peerconf_counter_name() - stable short name */
const char *peerconf_counter_name(enum peerconf_counter c);

enum peerconf_event_type {
	PEERCONF_EV_OWN,	/* .digest: ours, 0: not computed; @own_list is another one */
	PEERCONF_EV_HEARD,	/* .digest: of the peer's hello, 0: not computed */
	PEERCONF_EV_LINK,	/* .link: a session began or ended */
	PEERCONF_EV_ASKED,	/* the peer wants our list; .digest: its own */
	PEERCONF_EV_LIST,	/* .list: the peer's */
	PEERCONF_EV_TICK,
};

/**
 * struct peerconf_event - what happened
 * @type: see there
 * @receiver: we install what the peer sends of the group
 * @own_list: our list
 * @own_len: its length, 0: there is none
 *
 * Pointers are borrowed for the step.
 */
struct peerconf_event {
	enum peerconf_event_type type;
	bool receiver;
	const uint8_t *own_list;
	size_t own_len;
	union {
		uint64_t digest;
		struct {
			bool up;
			bool speaks;	/* the peer's version has these frames */
		} link;
		struct {
			const uint8_t *data;
			size_t len;
		} list;
	};
};

/**
 * struct peerconf_actions - the answer to one event, in this order
 * @changed: the result is another one: stop what it says, and let the rest go on
 * @ask: send the question
 * @answer: send our list
 * @deadline: call with PEERCONF_EV_TICK at the latest then
 */
struct peerconf_actions {
	bool changed;
	bool ask;
	bool answer;
	mono_t deadline;
};

/**
 * struct peerconf - the machine; read freely, written by peerconf_step() alone
 * @up: there is a session in which it can be asked
 * @known: @result says what is; before nothing was compared yet
 * @own, @peer: digests, 0: not known
 * @cmp_own, @cmp_peer: of the lists that were compared last
 * @asking: the answer to a question is awaited
 * @ask_at: no other question before
 * @asked: the peer waits for our list
 * @answer_at: it gets none before
 * @result: what differs
 * @counters: see enum peerconf_counter
 */
struct peerconf {
	bool up;
	bool known;
	uint64_t own;
	uint64_t peer;
	uint64_t cmp_own;
	uint64_t cmp_peer;
	bool asking;
	mono_t ask_at;
	bool asked;
	mono_t answer_at;
	struct peerconf_result result;
	uint64_t counters[PEERCONF_COUNTERS];
};

/**
 * peerconf_init() - nothing is known
 * @p: machine
 */
void peerconf_init(struct peerconf *p);

/**
 * peerconf_step() - one event
 * @p: machine
 * @ev: what happened
 * @now: when
 * @out: overwritten
 */
void peerconf_step(struct peerconf *p, const struct peerconf_event *ev, mono_t now,
		   struct peerconf_actions *out);

#endif /* AGENT_CORE_PEERCONF_H */
