// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <stdio.h>

#include "core/view.h"
#include "io/twins.h"

/**
 * fill_twin() - the twin of an interface
 * @a: the daemon
 * @o: the interface, its name is set
 */
void fill_twin(const struct agent *a, struct view_if *o)
{
	struct twins_state s;

	o->has_twin = twins_get(a->twins, o->name, &s);
	o->twin = s.state;
	o->twin_broken = s.broken;
	o->twin_cut = s.cut;
	o->twin_neighbours = s.result;
	o->twin_known = s.known;
	o->twin_told = s.told;
}

/**
 * fill_twin_fault() - what is wrong with a twin, in words
 * @i: the interface
 * @text: gets it
 *
 * Return: false: nothing.
 */
bool fill_twin_fault(const struct view_if *i, char text[VIEW_TEXT_LEN])
{
	if (!i->twin_broken)
		return false;
	snprintf(text, VIEW_TEXT_LEN,
		 "rii %u: the routers do not hear each other on %s; neighbours %s%s", i->rii,
		 i->name, twin_result_name(i->twin_neighbours), i->twin_cut ? ": cut off" : "");
	return true;
}

static void count(struct view_counters *c, const char *name, uint64_t value)
{
	char text[VIEW_COUNTER_LEN];

	snprintf(text, sizeof(text), "twin-%s", name);
	view_count(c, text, value);
}

/**
 * fill_twin_counters() - probes and reports of a control link
 * @a: the daemon
 * @protocol: of this protocol instance
 * @c: gets them
 */
void fill_twin_counters(const struct agent *a, uint32_t protocol, struct view_counters *c)
{
	struct twins_stats st;

	twins_stats(a->twins, protocol, &st);
	for (int v = 0; v < HELLO_VERDICTS; v++)
		count(c, hello_verdict_name((enum hello_verdict)v), st.verdict[v]);
	count(c, "sent", st.tx);
	count(c, "send-failed", st.tx_failed);
	count(c, "other-rii", st.no_rii);
	count(c, "second-path", st.second_path);
	count(c, "searches", st.searches);
}
