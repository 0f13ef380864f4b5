// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/clock.h"
#include "io/digest.h"
#include "io/evtrace.h"
#include "io/log.h"

/*
 * DOC: the configuration of the peer
 *
 * core/peerconf.h decides when the peer is asked, and what of its answer differs. Here its wishes
 * are carried out: the kernel first, so that a mapping has stopped when our list is given away,
 * then the state of the copy, then what is to be sent.
 */

#define LOG_LINES 8 /* differences in the log; all that are named are in show */
#define LOG_MS 5000 /* from one time that they are listed to the next */

static void log_diff(const struct group *g, const struct peerconf_diff *d)
{
	const char *kind = peerconf_kind_name(d->kind);
	const char *stops = d->kind == PEERCONF_MAP ? "; it is not replicated" : "";

	if (d->where == PEERCONF_BOTH)
		event_warnx(g->id, "CONFIG-DIFFERS",
			    "RG id %u: %s %u: %s differs: here %s, on the peer %s%s", g->id, kind,
			    d->id, peerconf_field_name(d->kind, d->field), d->here, d->there,
			    stops);
	else
		event_warnx(g->id, "CONFIG-DIFFERS", "RG id %u: %s %u is only %s%s", g->id, kind,
			    d->id, d->where == PEERCONF_HERE ? "here" : "on the peer", stops);
}

/* A peer whose configuration never rests must not fill the log. */
static void log_result(struct group *g)
{
	const struct peerconf_result *r = &g->cmp.m.result;
	mono_t now = clock_now();
	uint32_t lines = r->n_diffs < LOG_LINES ? r->n_diffs : LOG_LINES;

	if (!r->n) {
		if (g->cmp.differed)
			event_notice(g->id, "CONFIG-EQUAL",
				     "RG id %u: all mappings are the same as on the peer again",
				     g->id);
		g->cmp.differed = false;
		return;
	}
	if (!mono_is_zero(g->cmp.logged) &&
	    mono_before(now, mono_add_ms(g->cmp.logged, LOG_MS)))
		lines = 0;
	else
		g->cmp.logged = now;
	g->cmp.differed = true;
	for (uint32_t i = 0; i < lines; i++)
		log_diff(g, &r->diff[i]);
	if (r->n > lines)
		event_warnx(g->id, "CONFIG-DIFFERS", "RG id %u: %u %sdifferences to the peer",
			    g->id, r->n - lines, lines ? "more " : "");
}

/* Tells the link whether the copy can be complete. */
static void tell_link(struct group *g)
{
	bool on = g->cmp.m.known ? g->cmp.m.result.maps : g->agent->stopped_before[g->id];
	/* One that was made anew does not know what another one has received. */
	bool old = g->agent->stopped_before[g->id] || (on && g->cmp.told && g->cmp.told != g->sync);

	g->cmp.tell = false;
	if (!g->sync)
		return;
	g->cmp.told = g->sync;
	if (g->cmp.m.known)
		g->agent->stopped_before[g->id] = false;
	synclink_partial(g->sync, g->id, g->digest, on, old);
}

static void changed(struct group *g)
{
	bool stops = g->cmp.m.result.n_stopped, before = g->agent->stopped_before[g->id];
	int err = 0;

	if ((stops || g->cmp.stops || before) && knl_present(&g->agent->knl))
		err = adopt_maps(g->agent);
	g->cmp.stops = stops;
	if (err)
		log_warnx("CONFIG", "RG id %u: mappings not stopped as they should be: %s", g->id,
			  strerror(-err));
	log_result(g);
	g->cmp.tell = true;
}

/* What may be said over the link now. */
static void flush(struct group *g)
{
	bool ask = g->cmp.ask, answer = g->cmp.answer;

	g->cmp.ask = false;
	g->cmp.answer = false;
	if (g->cmp.tell)
		tell_link(g);
	if (ask && g->sync)
		synclink_config(g->sync, g->id, NULL, 0, g->digest);
	if (answer && g->sync && g->cmp.len)
		synclink_config(g->sync, g->id, g->cmp.list, g->cmp.len, g->digest);
}

/* Leaves to flush() what concerns the link. */
static void think(struct group *g, struct peerconf_event *ev)
{
	struct peerconf_actions out;

	ev->receiver = g->e.sync_dir == 2;
	ev->own_list = g->cmp.list;
	ev->own_len = g->cmp.len;
	peerconf_step(&g->cmp.m, ev, clock_now(), &out);
	if (out.changed)
		changed(g);
	g->cmp.ask |= out.ask;
	g->cmp.answer |= out.answer;
	loop_timer_set(&g->cmp.timer, out.deadline);
}

static void step(struct group *g, struct peerconf_event *ev)
{
	think(g, ev);
	flush(g);
}

static void on_timer(void *arg, mono_t now)
{
	struct peerconf_event ev = { .type = PEERCONF_EV_TICK };

	(void)now;
	step(arg, &ev);
}

/**
 * group_conf_init() - nothing is known of the peer's configuration
 * @g: the group, without its list yet
 *
 * Return: 0 or -ENOMEM.
 */
int group_conf_init(struct group *g)
{
	peerconf_init(&g->cmp.m);
	return loop_timer_init(&g->cmp.timer, g->agent->loop.base, on_timer, g) ? -ENOMEM : 0;
}

/**
 * group_conf_free() - free what belongs to it
 * @g: the group
 */
void group_conf_free(struct group *g)
{
	loop_timer_free(&g->cmp.timer);
	free(g->cmp.list);
	g->cmp.list = NULL;
}

static int make_list(struct group *g)
{
	uint8_t *list = malloc(PEERCONF_BYTES_MAX);
	int len;

	g->cmp.len = 0;
	if (!list)
		return -ENOMEM;
	free(g->cmp.list);
	g->cmp.list = list;
	len = peerconf_encode(g->agent->conf, g->id, g->digest, list, PEERCONF_BYTES_MAX);
	if (len < 0)
		return len;
	g->cmp.len = (size_t)len;
	/* It is small as a rule; where there is no memory to move it, it stays. */
	list = realloc(list, g->cmp.len);
	g->cmp.list = list ? list : g->cmp.list;
	return 0;
}

/**
 * group_conf_refresh() - digest and list of what runs now
 * @g: the group
 */
void group_conf_refresh(struct group *g)
{
	int err = digest_group(g->agent->conf, g->id, &g->digest);

	if (err)
		g->digest = 0;
	else
		err = make_list(g);
	if (err)
		log_warnx("CONFIG", "RG id %u: no digest of the configuration: %s", g->id,
			  strerror(-err));
}

/**
 * group_conf_own() - after group_conf_refresh(), when what runs is told to the peer
 * @g: the group
 */
void group_conf_own(struct group *g)
{
	struct peerconf_event ev = { .type = PEERCONF_EV_OWN };

	ev.digest = g->digest;
	step(g, &ev);
}

/**
 * group_conf_heard() - the peer's hello spoke of the group
 * @g: the group
 */
void group_conf_heard(struct group *g)
{
	struct peerconf_event ev = { .type = PEERCONF_EV_HEARD };

	ev.digest = g->e.peer.group.digest;
	step(g, &ev);
}

/**
 * group_conf_link() - a session on the data link began or ended
 * @g: the group
 * @up: began
 */
void group_conf_link(struct group *g, bool up)
{
	struct peerconf_event ev = { .type = PEERCONF_EV_LINK };

	ev.link.up = up;
	ev.link.speaks = up && synclink_compares(g->sync);
	g->cmp.tell |= up;
	step(g, &ev);
}

/**
 * group_conf_frame() - the peer asks for our list, or sends its own
 * @g: the group
 * @list: its list; NULL: it asks
 * @len: its length
 * @digest: of its own, if it asks
 */
void group_conf_frame(struct group *g, const uint8_t *list, size_t len, uint64_t digest)
{
	struct peerconf_event ev = { .type = list ? PEERCONF_EV_LIST : PEERCONF_EV_ASKED };

	if (list) {
		ev.list.data = list;
		ev.list.len = len;
	} else {
		ev.digest = digest;
	}
	step(g, &ev);
}

/**
 * group_conf_joined() - the peer begins to receive, with this configuration
 * @g: the group
 * @digest: the peer's
 *
 * What is equal again has to go on before the copy begins, and its hello may be late. The link is
 * in the midst of a step: what is to be said on it waits for the timer.
 */
void group_conf_joined(struct group *g, uint64_t digest)
{
	struct peerconf_event ev = { .type = PEERCONF_EV_HEARD };

	if (!digest)
		return;
	ev.digest = digest;
	think(g, &ev);
	loop_timer_set(&g->cmp.timer, clock_now());
}
