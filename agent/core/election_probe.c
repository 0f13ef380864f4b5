// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rule 9 (c): is it the peer that is dead, or are only the links?
 *
 * DOC: The split-brain probe
 *
 * A router that would claim the role because it hears nobody, and whose own liveness paths have
 * all lost their carrier, has learnt nothing about the peer: a cable between the two drops on both
 * ends, whoever it was. So it asks the network first: who has the group's virtual addresses? Only
 * an active router answers for them (rule 8: a fenced one does not), so the question is the one
 * that matters, and not whether the peer has power. The claim goes through a gate,
 * election_may_claim():
 *
 *	peer heard, probe 0, or a carrier	at once, nothing to find out
 *	no carrier				asks, four times in cfg.probe_ms; then claims
 *	answered				ISOLATED: no claim; asks on, see below
 *	answered once, carrier again		as before: it says no more about the peer than its
 *						absence did; the peer is heard, or its answers end
 *
 * ISOLATED ends when the peer is heard, when the router may not claim for another reason, or with
 * a claim: when nobody has answered for the detection time and cfg.probe_ms more. In that time it
 * asks at every third of the detection time, then four times in cfg.probe_ms as at first. So no
 * active is missed for longer than by rule 15, and a lost question is made good by the next.
 *
 * Answers, and what the carriers say, are read before a tick (election.h), so a claim is decided
 * at ticks only. Who was asleep, and has asked nobody in the last cfg.probe_ms, asks first, and
 * waits.
 */
#include "election_int.h"

#include <string.h>

#define ASKS	4	/* in cfg.probe_ms */

static uint32_t window_ms(const struct election *e)
{
	uint32_t ms = e->silence_ms ? e->silence_ms : election_detect_ms(e);

	return ms > ELECTION_PROBE_WINDOW_MS ? ms : ELECTION_PROBE_WINDOW_MS;
}

/* The next question: short steps in the last cfg.probe_ms, and long ones up to there. */
static mono_t next_ask(const struct election *e, mono_t now)
{
	mono_t last = mono_sub_ms(e->probe.until, e->cfg.probe_ms);
	uint32_t step = e->cfg.probe_ms / ASKS;

	if (mono_before(now, last))
		return mono_min(last, mono_add_ms(now, window_ms(e) / 3));
	return mono_add_ms(now, step ? step : 1);
}

/* The last question is not of the last cfg.probe_ms: it cannot speak for them. */
static bool slept(const struct election *e, mono_t now)
{
	return mono_span_ms(e->probe.asked, now) > e->cfg.probe_ms;
}

static void ask(struct election_ctx *c)
{
	struct election *e = c->e;
	struct election_probe *p = &e->probe;

	if (slept(e, c->now))
		p->until = mono_max(p->until, mono_add_ms(c->now, e->cfg.probe_ms));
	p->asked = c->now;
	p->ask_at = next_ask(e, c->now);
	e->stats.probes++;
	election_emit(c, ELECTION_PROBE)->on = true;
}

bool election_may_claim(struct election_ctx *c)
{
	struct election *e = c->e;
	struct election_probe *p = &e->probe;

	if (e->peer.known || !e->cfg.probe_ms)
		return true;
	if (!p->on && c->tick && !e->no_carrier)
		return true;
	c->claims = true;
	if (!c->tick)
		return false;
	if (!p->on) {
		*p = (struct election_probe){ .on = true, .told = true };
		election_note(c, ELECTION_LOG_PROBE, ELECTION_C_NONE, 0, e->cfg.probe_ms, NULL);
		ask(c);
		return false;
	}
	if (mono_reached(c->now, p->until) && !slept(e, c->now))
		return true;
	if (mono_reached(c->now, mono_min(p->ask_at, p->until)))
		ask(c);
	return false;
}

/* EV_PROBE: somebody else has a virtual address. */
void election_probe_answer(struct election_ctx *c)
{
	struct election *e = c->e;
	struct election_probe *p = &e->probe;

	if (!p->on)
		return;
	e->stats.isolated += !p->isolated;
	p->isolated = true;
	p->asked = MONO_ZERO;
	p->until = mono_add_ms(c->now, window_ms(e) + e->cfg.probe_ms);
	p->ask_at = next_ask(e, c->now);
}

/* After evaluation: a probe that no claim waits for ends. */
void election_probe_settle(struct election_ctx *c)
{
	struct election_probe *p = &c->e->probe;
	bool told = p->told;

	if (p->on && !c->claims)
		*p = (struct election_probe){ .told = told };
}

/* At the end of a step, after what a takeover waits for. */
void election_probe_finish(struct election_ctx *c)
{
	struct election_probe *p = &c->e->probe;

	if (p->on || !p->told)
		return;
	p->told = false;
	election_emit(c, ELECTION_PROBE)->on = false;
}
