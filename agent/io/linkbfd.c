// SPDX-License-Identifier: GPL-2.0-or-later
#include "linkbfd.h"

#include <string.h>

#include "io/bfds.h"
#include "io/clock.h"
#include "io/hellosock.h"
#include "io/log.h"

/*
 * Keys come from those of the hellos and from both nonces.  They are derived when one of these
 * changes, and looked at with each hello, since a key chain goes by the clock.
 */
static void refresh_keys(struct link *l, enum link_path_id id, bool derive)
{
	struct link_path *p = &l->path[id];
	bool anew = p->bfd_nonce != p->nonce;
	struct bfd_keys was;

	was = p->bfd_keys;
	if (derive || anew) {
		p->bfd_nonce = p->nonce;
		if (!bfd_keys_derive(&l->ring, l->local.nonce, p->nonce, &p->bfd_keys))
			log_warnx("BFD", "protocol %u: no keys for BFD", l->conf.protocol);
	}
	bfd_keys_date(&l->ring, l->local.wall, clock_now(), &p->bfd_keys);
	if (derive || anew || memcmp(&was, &p->bfd_keys, sizeof(was)))
		bfdsess_keys(p->bfd, p, l->conf.protocol, &p->bfd_keys, anew);
	explicit_bzero(&was, sizeof(was));
}

/**
 * linkbfd_heard() - a hello was believed: there is somebody to have a session with
 * @l: the link
 * @id: the path that it came by
 * @from: its source
 *
 * Another address is another session; the old one ends with a word that says that this is no
 * failure.
 */
void linkbfd_heard(struct link *l, enum link_path_id id, const struct rg_addr *from)
{
	struct link_path *p = &l->path[id];
	int err;

	if (!l->conf.bfd || !p->sock)
		return;
	if (p->bfd && addr_equal(bfdsess_peer(p->bfd), from)) {
		refresh_keys(l, id, false);
		return;
	}
	linkbfd_drop(l, id);
	err = bfdsess_want(l->bfds, p, hellosock_ifname(p->sock), from, &l->conf.bfd_conf, &p->bfd);
	if (err && !p->bfd_err)
		log_warnx("BFD", "protocol %u: no session on %s: %s", l->conf.protocol,
			  hellosock_ifname(p->sock), strerror(-err));
	p->bfd_err = err;
	if (!err)
		refresh_keys(l, id, true);
}

/**
 * linkbfd_drop() - no session on this path any more
 * @l: the link
 * @id: the path
 */
void linkbfd_drop(struct link *l, enum link_path_id id)
{
	struct link_path *p = &l->path[id];
	struct bfdsess *s = p->bfd;

	p->bfd = NULL;
	if (s)
		bfdsess_drop(s, p);
}

static void change(struct link *l, enum link_path_id id)
{
	struct link_path *p = &l->path[id];

	bfdsess_change(p->bfd, p, &l->conf.bfd_conf);
	refresh_keys(l, id, true);
}

/**
 * linkbfd_conf() - the configuration of the link changed
 * @l: the link
 */
void linkbfd_conf(struct link *l)
{
	for (int id = 0; id < LINK_PATHS; id++) {
		if (!l->conf.bfd)
			linkbfd_drop(l, (enum link_path_id)id);
		else if (l->path[id].bfd)
			change(l, (enum link_path_id)id);
	}
}

/**
 * linkbfd_uses() - is this session of one of its paths?
 * @l: the link
 * @s: session
 *
 * Return: true if so.
 */
bool linkbfd_uses(const struct link *l, const struct bfdsess *s)
{
	for (int id = 0; id < LINK_PATHS; id++)
		if (l->path[id].bfd == s)
			return true;
	return false;
}

/**
 * linkbfd_says() - does BFD know whether the path lives?
 * @p: the path
 * @alive: the answer
 *
 * It does while its session is up, and when that has ended by silence, until a hello is heard: then
 * it is BFD that fails there, and hellos count alone.
 *
 * Return: false: it does not know.
 */
bool linkbfd_says(const struct link_path *p, bool *alive)
{
	const struct bfd *b = p->bfd ? bfdsess_bfd(p->bfd) : NULL;

	if (!b)
		return false;
	*alive = b->state == BFD_UP;
	return *alive || (b->end == BFD_EXPIRED && !mono_before(b->ended, p->last));
}

/**
 * linkbfd_sum() - what the sessions of a link say together
 * @l: the link
 * @s: the one whose state has just changed, NULL: none
 * @now: present time
 * @out: filled
 */
void linkbfd_sum(const struct link *l, const struct bfdsess *s, mono_t now, struct link_bfd *out)
{
	const struct bfd *changed = s ? bfdsess_bfd(s) : NULL;
	uint64_t detect = 0, lease = 0, us;
	bool alive = false;

	memset(out, 0, sizeof(*out));
	for (int id = 0; id < LINK_PATHS; id++) {
		const struct link_path *p = &l->path[id];
		const struct bfd *b = p->bfd ? bfdsess_bfd(p->bfd) : NULL;

		alive |= link_path_alive(l, (enum link_path_id)id, now);
		if (!b)
			continue;
		out->up |= b->state == BFD_UP;
		us = bfd_detect_us(b);
		if (us > detect)
			detect = us;
		us = bfd_peer_detect_us(b);
		if (us && (!lease || us < lease))
			lease = us;
	}
	out->silent = changed && changed->state == BFD_DOWN && changed->end == BFD_EXPIRED &&
		      changed->ended.ns == changed->since.ns && !alive;
	out->detect_ms = (uint32_t)((detect + 999) / 1000);
	out->lease_ms = (uint32_t)(lease / 1000);
	if (lease && !out->lease_ms)
		out->lease_ms = 1;
}
