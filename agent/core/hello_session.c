// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which hellos to believe, and how to say all groups in packets of limited size.
 *
 * Sessions without clocks: each life of an agent has a nonce, each packet of it
 * a rising sequence, and quotes the nonce of the peer that it hears. A packet of
 * a life that we do not know is believed if it quotes our own present nonce:
 * its sender has heard *us*, now. A packet that quotes nothing of ours is believed
 * only when there is no living session that it could hurt. A life that a later one
 * of the same router replaced is never believed again (its packets may well quote
 * our nonce, if they were recorded in it), nor is a repeated sequence. A third
 * router that spoke while the peer was not heard ends no life of the peer: where it
 * was, it goes on.
 *
 * With keys it is worth while to repeat what was recorded: so then a life that we
 * do not know is believed only if it quotes our nonce. Somebody who has not yet
 * done so is quoted in our own hellos while no peer is alive, so that two routers
 * that start together come to know each other: a hello, its answer, the next hello.
 */
#include "hello.h"

#include <errno.h>
#include <string.h>

void hello_rx_init(struct hello_rx *rx)
{
	memset(rx, 0, sizeof(*rx));
}

bool hello_rx_alive(const struct hello_rx *rx, mono_t now)
{
	return rx->system &&
	       mono_before(now, mono_add_ms(rx->last, rx->detect_ms));
}

static bool auth_equal(const struct hello_auth *a, const struct hello_auth *b)
{
	uint8_t diff = 0;
	unsigned int i;

	if (a->type != b->type || a->len != b->len)
		return false;
	/* Without an early end: the time taken must not tell how much was right. */
	for (i = 0; i < a->len; i++)
		diff |= a->data[i] ^ b->data[i];
	return !diff;
}

static const struct hello_retired *retired(const struct hello_rx *rx, const struct hello *h)
{
	unsigned int i;

	for (i = 0; i < HELLO_RETIRED; i++)
		if (rx->retired[i].system == h->system && rx->retired[i].nonce == h->nonce)
			return &rx->retired[i];
	return NULL;
}

static bool ended(const struct hello_rx *rx, const struct hello *h)
{
	const struct hello_retired *r = retired(rx, h);

	return r && r->ended;
}

static enum hello_verdict session_check(const struct hello_rx *rx,
					const struct hello_local *local,
					mono_t now, const struct hello *h)
{
	const struct hello_retired *r = retired(rx, h);
	bool alive = hello_rx_alive(rx, now);

	if (h->system != rx->system && alive)
		return HELLO_THIRD_SYSTEM;
	if (h->system == rx->system && h->nonce == rx->nonce)
		return h->seq > rx->seq ? HELLO_OK : HELLO_REPLAY;
	if (r && r->ended)
		return HELLO_BAD_SESSION;
	if (r && h->seq <= r->seq)
		return HELLO_REPLAY;
	if ((alive || hello_ring_keyed(local->ring)) && h->peer_nonce != local->nonce)
		return HELLO_BAD_SESSION;
	return HELLO_OK;
}

enum hello_verdict hello_auth_check(const struct hello_local *local, mono_t now,
				    const uint8_t *buf, size_t len, const struct hello_auth *auth,
				    size_t at, bool *new_key)
{
	*new_key = false;
	if (!hello_ring_keyed(local->ring))
		return auth_equal(auth, &local->auth) ? HELLO_OK : HELLO_BAD_AUTH;
	if (auth->type != local->ring->type)
		return HELLO_BAD_AUTH;
	switch (hello_ring_check(local->ring, local->wall, now, buf, len, at)) {
	case HELLO_KEY_OK:
		*new_key = true;
		return HELLO_OK;
	case HELLO_KEY_OLD:
		return HELLO_OK;
	case HELLO_KEY_UNKNOWN:
		return HELLO_BAD_KEY;
	case HELLO_KEY_LIFETIME:
		return HELLO_BAD_LIFETIME;
	case HELLO_KEY_WRONG:
		break;
	}
	return HELLO_BAD_MAC;
}

static enum hello_verdict packet_check(struct hello_rx *rx, const struct hello_local *local,
				       mono_t now, const uint8_t *buf, size_t len,
				       const struct hello *h)
{
	enum hello_verdict v;
	bool new_key;

	if (h->system == local->system && h->nonce == local->nonce)
		return HELLO_OWN;
	if (h->domain != local->domain)
		return HELLO_BAD_DOMAIN;
	if (h->protocol != local->protocol)
		return HELLO_BAD_PROTOCOL;
	v = hello_auth_check(local, now, buf, len, &h->auth, HELLO_HEADER_BYTES, &new_key);
	rx->new_key |= new_key;
	if (v != HELLO_OK)
		return v;
	if (h->system == local->system)
		return HELLO_SAME_SYSTEM;
	v = session_check(rx, local, now, h);
	if (v == HELLO_BAD_SESSION && !ended(rx, h)) {
		rx->heard_system = h->system;
		rx->heard_nonce = h->nonce;
	}
	return v;
}

/* @h begins a session, or goes on with one that a third system had interrupted. */
static void retire(struct hello_rx *rx, const struct hello *h)
{
	unsigned int i;

	if (rx->system) {
		rx->retired[rx->retired_next] = (struct hello_retired){
			.system = rx->system, .nonce = rx->nonce, .seq = rx->seq,
		};
		rx->retired_next = (rx->retired_next + 1) % HELLO_RETIRED;
	}
	for (i = 0; i < HELLO_RETIRED; i++) {
		struct hello_retired *r = &rx->retired[i];

		if (r->system != h->system)
			continue;
		if (r->nonce == h->nonce)
			r->system = 0;
		else
			r->ended = true;
	}
}

static void session_update(struct hello_rx *rx, const struct hello_local *local,
			   mono_t now, const struct hello *h,
			   struct hello_facts *facts)
{
	facts->new_session = h->system != rx->system || h->nonce != rx->nonce;
	facts->hears_me = h->peer_system == local->system &&
			  h->peer_nonce == local->nonce;
	if (facts->new_session)
		retire(rx, h);
	rx->heard_system = 0;
	rx->heard_nonce = 0;
	rx->system = h->system;
	rx->nonce = h->nonce;
	rx->seq = h->seq;
	rx->last = now;
	rx->hello_ms = h->hello_ms;
	rx->hold_ms = h->hold_ms;
	rx->detect_ms = hello_detect_ms(local->hold_ms, h->hello_ms);
}

enum hello_verdict hello_rx_packet(struct hello_rx *rx,
				   const struct hello_local *local, mono_t now,
				   const uint8_t *buf, size_t len,
				   struct hello *h, struct hello_facts *facts)
{
	enum hello_verdict v = hello_decode(buf, len, h);

	if (v == HELLO_OK)
		v = packet_check(rx, local, now, buf, len, h);
	rx->count[v]++;
	if (v == HELLO_OK)
		session_update(rx, local, now, h, facts);
	return v;
}

bool hello_rx_answer(struct hello_rx *rx, const struct hello_local *local, mono_t now)
{
	uint64_t gap_ns = local->hello_ms * (uint64_t)MONO_NSEC_PER_MSEC / HELLO_ANSWERS;

	if (!mono_is_zero(rx->answered) && mono_before(now, mono_add_ns(rx->answered, gap_ns)))
		return false;
	rx->answered = now;
	return true;
}

static bool bit_get(const uint64_t *bits, uint8_t id)
{
	return bits[id / 64] & UINT64_C(1) << id % 64;
}

static void bit_set(uint64_t *bits, uint8_t id)
{
	bits[id / 64] |= UINT64_C(1) << id % 64;
}

static void bit_clear(uint64_t *bits, uint8_t id)
{
	bits[id / 64] &= ~(UINT64_C(1) << id % 64);
}

void hello_tx_init(struct hello_tx *tx)
{
	memset(tx, 0, sizeof(*tx));
	tx->phase = 2;
}

void hello_tx_mark(struct hello_tx *tx, uint8_t id)
{
	bit_set(tx->changed, id);
}

bool hello_tx_pending(const struct hello_tx *tx)
{
	return tx->changed[0] | tx->changed[1] | tx->changed[2] |
	       tx->changed[3];
}

void hello_tx_begin(struct hello_tx *tx, enum hello_scope scope)
{
	tx->scope = scope;
	tx->phase = 0;
	tx->cursor = 0;
	tx->sent_any = false;
	memset(tx->round, 0, sizeof(tx->round));
}

/* The next group of the round, or NULL at its end: changed ones, then the rest. */
static const struct hello_group *next_group(struct hello_tx *tx,
					    const struct hello_group *groups,
					    size_t n)
{
	while (tx->phase < 2) {
		while (tx->cursor < n) {
			const struct hello_group *g = &groups[tx->cursor++];

			if (tx->phase ? !bit_get(tx->round, g->id) :
					bit_get(tx->changed, g->id))
				return g;
		}
		tx->cursor = 0;
		tx->phase = tx->scope == HELLO_SCOPE_ALL ? tx->phase + 1 : 2;
	}
	return NULL;
}

/* With the place for the signature, if there is to be one. */
static struct hello_auth auth_of(const struct hello_local *local)
{
	struct hello_auth a = { .type = HELLO_AUTH_NONE };

	if (!hello_ring_keyed(local->ring))
		return local->auth;
	a.type = local->ring->type;
	a.len = (uint8_t)(HELLO_KEY_ID_BYTES + hello_mac_len(a.type));
	return a;
}

static void quote_peer(struct hello *h, const struct hello_local *local,
		       const struct hello_rx *rx, mono_t now)
{
	if (hello_rx_alive(rx, now)) {
		h->peer_system = rx->system;
		h->peer_nonce = rx->nonce;
	} else if (hello_ring_keyed(local->ring)) {
		h->peer_system = rx->heard_system;
		h->peer_nonce = rx->heard_nonce;
	}
}

static unsigned int groups_that_fit(const struct hello_auth *auth, size_t cap)
{
	size_t fixed = HELLO_HEADER_BYTES + auth->len;
	size_t room = cap < HELLO_MAX_BYTES ? cap : HELLO_MAX_BYTES;
	size_t n = room > fixed ? (room - fixed) / HELLO_GROUP_BYTES : 0;

	return n < HELLO_GROUPS_MAX ? n : HELLO_GROUPS_MAX;
}

int hello_tx_next(struct hello_tx *tx, const struct hello_local *local,
		  const struct hello_rx *rx, mono_t now, enum hello_type type,
		  const struct hello_group *groups, size_t n,
		  uint8_t *buf, size_t cap)
{
	struct hello h = {
		.type = type,
		.domain = local->domain,
		.protocol = local->protocol,
		.system = local->system,
		.nonce = local->nonce,
		.seq = tx->seq + 1,
		.hello_ms = local->hello_ms,
		.hold_ms = local->hold_ms,
		.uptime_s = local->uptime_s,
		.data = local->data,
		.auth = auth_of(local),
	};
	unsigned int fit = groups_that_fit(&h.auth, cap);
	unsigned int i;
	int len;

	quote_peer(&h, local, rx, now);
	if (!fit)
		return -EMSGSIZE;
	while (h.n_groups < fit) {
		const struct hello_group *g = next_group(tx, groups, n);

		if (!g)
			break;
		h.groups[h.n_groups++] = *g;
		bit_set(tx->round, g->id);
	}
	/* An empty packet is a sign of life, but one such in a round suffices. */
	if (!h.n_groups && (tx->scope == HELLO_SCOPE_CHANGED || tx->sent_any))
		return 0;
	len = hello_encode(&h, buf, cap);
	if (len < 0)
		return len;
	if (hello_ring_keyed(local->ring) &&
	    !hello_ring_sign(local->ring, local->wall, now, buf, (size_t)len, HELLO_HEADER_BYTES))
		return -EIO;
	tx->seq = h.seq;
	tx->sent_any = true;
	for (i = 0; i < h.n_groups; i++)
		bit_clear(tx->changed, h.groups[i].id);
	return len;
}
