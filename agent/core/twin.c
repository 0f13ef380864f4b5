// SPDX-License-Identifier: GPL-2.0-or-later
#include "twin.h"

#include <string.h>

/**
 * twin_state_name - a state as a word
 * @s: the state
 *
 * Return: static text.
 */
const char *twin_state_name(enum twin_state s)
{
	static const char *const names[TWIN_STATES] = {
		[TWIN_UNKNOWN] = "never heard",
		[TWIN_HEARD] = "heard",
		[TWIN_LOST] = "lost",
		[TWIN_DOWN] = "down",
	};

	return s < TWIN_STATES ? names[s] : "?";
}

/**
 * twin_result_name - what became of a search, in words
 * @r: the result
 *
 * Return: static text.
 */
const char *twin_result_name(enum twin_result r)
{
	return r == TWIN_SOME ? "answer" : r == TWIN_NONE ? "do not answer" : "not asked";
}

/**
 * twin_new - has this packet not been here before?
 * @t: the interface
 * @p: one that twin_read() has let through
 *
 * Return: false for a repeated one.
 */
bool twin_new(struct twin *t, const struct twin_packet *p)
{
	uint64_t *seq = p->type == TWIN_PROBE ? &t->probe_seq : &t->report_seq;

	if (t->nonce != p->nonce) {
		t->nonce = p->nonce;
		t->probe_seq = 0;
		t->report_seq = 0;
		/* Another life may take a while before it says everything. */
		t->reported = MONO_ZERO;
	}
	if (p->seq <= *seq)
		return false;
	*seq = p->seq;
	return true;
}

static bool fresh(const struct twin *t, mono_t now)
{
	return !mono_is_zero(t->reported) && mono_span_ms(t->reported, now) < t->detect_ms;
}

/* Only what the peer has just told may make anything worse. */
static void judge(struct twin *t, mono_t now)
{
	mono_t both = mono_max(mono_max(t->up_since, t->peer_up_since), t->since);
	bool lost = t->state == TWIN_LOST || t->peer == TWIN_LOST;

	t->broken = fresh(t, now) && t->up && t->peer != TWIN_DOWN && lost &&
		    mono_span_ms(both, now) >= t->detect_ms;
	if (!t->broken) {
		t->searching = false;
		t->result = TWIN_NOT_SEARCHED;
		t->again = MONO_ZERO;
	}
	t->cut = t->broken && t->result == TWIN_NONE && t->peer_result == TWIN_SOME;
}

/**
 * twin_probe - a probe was heard
 * @t: the interface
 * @now: when
 */
void twin_probe(struct twin *t, mono_t now)
{
	t->state = TWIN_HEARD;
	t->heard = now;
	judge(t, now);
}

/* Of those that answered while the LAN was whole. */
static void take_neighbours(struct twin *t, const struct twin_packet *p)
{
	if (!p->n || t->state == TWIN_LOST || p->state != TWIN_HEARD)
		return;
	memcpy(t->theirs, p->neigh, sizeof(t->theirs));
	t->n_theirs = p->n;
}

/**
 * twin_report - a report came
 * @t: the interface
 * @p: the report, new
 * @hold_ms: own hold time
 * @now: when it came
 */
void twin_report(struct twin *t, const struct twin_packet *p, uint32_t hold_ms, mono_t now)
{
	t->detect_ms = hello_detect_ms(hold_ms, p->interval_ms);
	if (!fresh(t, now))
		t->since = now;
	if (t->peer == TWIN_DOWN && p->state != TWIN_DOWN)
		t->peer_up_since = now;
	t->reported = now;
	t->peer = p->state;
	t->peer_result = p->result;
	memcpy(t->peer_mac, p->mac, sizeof(t->peer_mac));
	if (t->state == TWIN_HEARD &&
	    mono_span_ms(mono_max(t->heard, t->since), now) >= t->detect_ms)
		t->state = TWIN_LOST;
	take_neighbours(t, p);
	judge(t, now);
}

/**
 * twin_tick - time goes on
 * @t: the interface
 * @up: it is up
 * @now: present time, all packets read
 */
void twin_tick(struct twin *t, bool up, mono_t now)
{
	if (up && !t->up)
		t->up_since = now;
	t->up = up;
	judge(t, now);
}

/**
 * twin_wants_search - shall neighbours be asked now?
 * @t: the interface
 * @now: present time
 */
bool twin_wants_search(const struct twin *t, mono_t now)
{
	return t->broken && !t->searching && !mono_before(now, t->again);
}

/**
 * twin_answer - neighbours were asked
 * @t: the interface
 * @some: one of them answered
 * @now: present time
 *
 * An answer to a question of an earlier fault is left out.
 */
void twin_answer(struct twin *t, bool some, mono_t now)
{
	uint32_t wait = t->detect_ms > TWIN_SEARCH_AGAIN_MS ? t->detect_ms : TWIN_SEARCH_AGAIN_MS;

	if (!t->searching)
		return;
	t->searching = false;
	t->result = some ? TWIN_SOME : TWIN_NONE;
	t->again = mono_add_ms(now, wait);
	judge(t, now);
}

/**
 * twin_own_state - what is reported of this side
 * @t: the interface
 */
enum twin_state twin_own_state(const struct twin *t)
{
	return t->up ? t->state : TWIN_DOWN;
}

/**
 * twin_reachable - what counts for `track N rii R reachability`
 * @t: the interface
 * @now: present time
 *
 * Return: false only when the peer lives and its twin is not heard.
 */
bool twin_reachable(const struct twin *t, mono_t now)
{
	return t->state != TWIN_LOST || !fresh(t, now);
}
