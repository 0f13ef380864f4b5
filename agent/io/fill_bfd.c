// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <stdio.h>

#include "core/view.h"
#include "io/bfds.h"
#include "io/clock.h"

/* Sessions of BFD, for the snapshot behind the show commands. */

static void fill_session(const struct bfdsess *s, struct view_bfd *v)
{
	const struct bfd *b = bfdsess_bfd(s);

	snprintf(v->ifname, sizeof(v->ifname), "%s", bfdsess_ifname(s));
	v->peer = *bfdsess_peer(s);
	v->discr = b->discr;
	v->remote_discr = b->remote_discr;
	v->state = (uint8_t)b->state;
	v->remote_state = (uint8_t)b->remote_state;
	v->diag = (uint8_t)b->diag;
	v->remote_diag = b->remote_diag;
	v->tx_us = b->tx;
	v->rx_us = b->rx;
	v->mult = b->conf.mult;
	v->remote_tx_us = b->remote_tx;
	v->remote_rx_us = b->remote_rx;
	v->remote_mult = b->remote_mult;
	v->interval_us = bfd_interval_us(b);
	v->detect_us = bfd_detect_us(b);
	v->ups = b->stats.ups;
	v->silences = b->stats.ends[BFD_EXPIRED];
	v->end = bfd_end_name(b->end);
	v->since_ms = mono_span_ms(b->since, clock_now());
	v->tx = b->stats.tx;
	v->rx = b->stats.rx;
	v->polls = b->stats.polls;
	v->demands = b->stats.demands;
	v->late = b->stats.late;
	v->keyed = bfdsess_auth(s)->keyed;
	v->key = bfdsess_auth(s)->use.id;
}

/**
 * fill_bfd() - sessions of BFD
 * @a: the daemon
 * @v: the snapshot, gets them
 */
void fill_bfd(const struct agent *a, struct view *v)
{
	const struct bfds *set = links_bfds(a->links);

	for (unsigned int i = 0; i < BFDS_MAX && v->n_bfd < VIEW_MAX_BFD; i++)
		if (bfds_at(set, i))
			fill_session(bfds_at(set, i), &v->bfd[v->n_bfd++]);
}

/**
 * fill_bfd_counters() - packets that were not believed, by reason
 * @a: the daemon
 * @c: counters, get them
 */
void fill_bfd_counters(const struct agent *a, struct view_counters *c)
{
	const struct bfds *set = links_bfds(a->links);
	char name[VIEW_COUNTER_LEN];

	for (int v = 1; v < BFD_VERDICTS; v++) {
		snprintf(name, sizeof(name), "bfd-%s", bfd_verdict_name((enum bfd_verdict)v));
		view_count(c, name, bfds_bad(set, (enum bfd_verdict)v));
	}
	view_count(c, "bfd-tx-failed", bfds_tx_failed(set));
}
