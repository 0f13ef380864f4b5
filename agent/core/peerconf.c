// SPDX-License-Identifier: GPL-2.0-or-later
/* When to ask the peer for its list, and when to give ours away. */
#include "peerconf.h"

#include <string.h>

const char *peerconf_counter_name(enum peerconf_counter c)
{
	static const char *const names[PEERCONF_COUNTERS] = {
		[PEERCONF_N_ASKED] = "asked",
		[PEERCONF_N_UNANSWERED] = "unanswered",
		[PEERCONF_N_ANSWERED] = "answered",
		[PEERCONF_N_HURRIED] = "hurried",
		[PEERCONF_N_COMPARED] = "compared",
		[PEERCONF_N_UNASKED] = "unasked",
		[PEERCONF_N_MALFORMED] = "malformed",
		[PEERCONF_N_STALE] = "stale",
	};

	return (unsigned int)c < PEERCONF_COUNTERS ? names[c] : "?";
}

void peerconf_init(struct peerconf *p)
{
	memset(p, 0, sizeof(*p));
}

/* Nothing differs, or nothing can be said. */
static void all_go_on(struct peerconf *p, struct peerconf_actions *out)
{
	out->changed = !p->known || p->result.n;
	p->known = true;
	p->cmp_own = 0;
	p->cmp_peer = 0;
	memset(&p->result, 0, sizeof(p->result));
}

static void on_link(struct peerconf *p, const struct peerconf_event *ev,
		    struct peerconf_actions *out)
{
	p->up = ev->link.up && ev->link.speaks;
	p->asking = false;
	p->asked = false;
	p->ask_at = MONO_ZERO;
	/* With a peer that cannot be asked it is as it was before there was such a question. */
	if (ev->link.up && !ev->link.speaks)
		all_go_on(p, out);
}

/* The question may be faster than the hello that has the same digest. */
static void on_asked(struct peerconf *p, const struct peerconf_event *ev, mono_t now)
{
	if (ev->digest)
		p->peer = ev->digest;
	if (p->asked || mono_before(now, p->answer_at))
		p->counters[PEERCONF_N_HURRIED]++;
	p->asked = p->up;
}

static void on_list(struct peerconf *p, const struct peerconf_event *ev,
		    struct peerconf_actions *out)
{
	uint64_t digest;

	if (!p->asking || !ev->own_len) {
		p->counters[PEERCONF_N_UNASKED]++;
		return;
	}
	p->asking = false;
	if (peerconf_compare(ev->own_list, ev->own_len, ev->list.data, ev->list.len, &digest,
			     &p->result)) {
		p->counters[PEERCONF_N_MALFORMED]++;
		return;
	}
	p->counters[PEERCONF_N_COMPARED]++;
	/* It answers, so when its configuration is another one it can be asked again soon. */
	p->ask_at = mono_sub_ms(p->ask_at, PEERCONF_ASK_MS - PEERCONF_ANSWER_MS);
	/* Its next hello, or the next list, will say the same as the other. */
	if (digest != p->peer)
		p->counters[PEERCONF_N_STALE]++;
	p->cmp_own = p->own;
	p->cmp_peer = digest;
	p->known = true;
	out->changed = true;
}

/* Has what is configured now, there and here, been compared? */
static bool compared(const struct peerconf *p)
{
	return p->own == p->peer || (p->cmp_own == p->own && p->cmp_peer == p->peer);
}

static void ask(struct peerconf *p, mono_t now, struct peerconf_actions *out)
{
	if (!p->up || !p->own || !p->peer || compared(p))
		return;
	if (!mono_reached(now, p->ask_at)) {
		out->deadline = mono_min(out->deadline, p->ask_at);
		return;
	}
	if (p->asking)
		p->counters[PEERCONF_N_UNANSWERED]++;
	p->counters[PEERCONF_N_ASKED]++;
	p->asking = true;
	p->ask_at = mono_add_ms(now, PEERCONF_ASK_MS);
	out->ask = true;
	out->deadline = mono_min(out->deadline, p->ask_at);
}

static void answer(struct peerconf *p, const struct peerconf_event *ev, mono_t now,
		   struct peerconf_actions *out)
{
	if (!p->asked || !p->up || !ev->own_len)
		return;
	if (!mono_reached(now, p->answer_at)) {
		out->deadline = mono_min(out->deadline, p->answer_at);
		return;
	}
	/* Who sends stops when it has our list: by then we must have stopped. */
	if (ev->receiver && !compared(p))
		return;
	p->asked = false;
	p->answer_at = mono_add_ms(now, PEERCONF_ANSWER_MS);
	p->counters[PEERCONF_N_ANSWERED]++;
	out->answer = true;
}

void peerconf_step(struct peerconf *p, const struct peerconf_event *ev, mono_t now,
		   struct peerconf_actions *out)
{
	*out = (struct peerconf_actions){ .deadline = MONO_NEVER };
	switch (ev->type) {
	case PEERCONF_EV_OWN:
		/* What was asked for the old one is compared with the new one. */
		p->own = ev->digest;
		if (!p->asking)
			p->ask_at = MONO_ZERO;
		break;
	case PEERCONF_EV_HEARD:
		p->peer = ev->digest;
		break;
	case PEERCONF_EV_LINK:
		on_link(p, ev, out);
		break;
	case PEERCONF_EV_ASKED:
		on_asked(p, ev, now);
		break;
	case PEERCONF_EV_LIST:
		on_list(p, ev, out);
		break;
	case PEERCONF_EV_TICK:
		break;
	}
	if (p->own && p->own == p->peer && (!p->known || p->result.n))
		all_go_on(p, out);
	ask(p, now, out);
	answer(p, ev, now, out);
}
