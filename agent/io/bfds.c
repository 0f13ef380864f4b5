// SPDX-License-Identifier: GPL-2.0-or-later
#include "bfds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/bfdsock.h"
#include "io/clock.h"
#include "io/evtrace.h"
#include "io/hello_mac.h"
#include "io/ifaces.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/sysid.h"
#include "io/watchers.h"

/* Longer than the slowest detection time of a session that has just come up (3 x 1 s). */
#define LINGER_MS 3500

struct bfds_sock {
	struct bfds *set;
	struct bfdsock *sock;
	unsigned int users;
};

struct bfdsess {
	struct bfds *set;
	struct bfd bfd;
	struct bfd_auth auth;
	struct bfds_sock *sock;
	struct rg_addr peer;
	struct loop_timer timer;
	mono_t gone; /* when it goes; MONO_NEVER: somebody wants it */
	unsigned int n_users;
	struct {
		const void *user;
		struct bfd_conf conf;
		uint32_t protocol;
		struct bfd_keys keys;
	} user[BFDS_USERS];
};

struct bfds {
	struct event_base *base;
	struct ifaces *ifs;
	const struct bfds_ops *ops;
	void *arg;
	uint64_t random;
	uint32_t seq; /* of the last signed packet, of whichever session */
	uint64_t bad[BFD_VERDICTS]; /* belong to no session */
	uint64_t tx_failed; /* of sockets that are gone */
	struct bfds_sock *sock[BFDS_MAX];
	struct bfdsess *sess[BFDS_MAX];
};

/* xorshift64: for the jitter, which need not surprise anybody. */
static uint32_t jitter(struct bfds *set)
{
	set->random ^= set->random << 13;
	set->random ^= set->random >> 7;
	set->random ^= set->random << 17;
	return (uint32_t)(set->random >> 32);
}

/**
 * bfds_open() - no sessions yet
 * @base: event base
 * @ifs: interfaces, outlive the set
 * @ops: callbacks
 * @arg: for @ops
 * @out: the set
 *
 * Return: 0 or -errno.
 */
int bfds_open(struct event_base *base, struct ifaces *ifs, const struct bfds_ops *ops, void *arg,
	      struct bfds **out)
{
	struct bfds *set = calloc(1, sizeof(*set));
	int err = set ? sysid_random(&set->random) : -ENOMEM;

	if (err) {
		free(set);
		return err;
	}
	set->seq = (uint32_t)set->random;
	set->base = base;
	set->ifs = ifs;
	set->ops = ops;
	set->arg = arg;
	*out = set;
	return 0;
}

static void say_packet(const struct bfdsess *s, const char *what, const struct bfd_packet *p)
{
	char text[ADDR_STRLEN];

	addr_print(&s->peer, text);
	watch(WATCH_MEDIA, 0, "%s %s on %s: state %s%s%s%s%s", what, text, bfdsess_ifname(s),
	      bfd_state_name(p->state), p->poll ? ", poll" : "", p->final ? ", final" : "",
	      p->diag ? ", " : "", p->diag ? bfd_diag_name((uint8_t)p->diag) : "");
}

static void put(struct bfdsess *s, const struct bfd_packet *p, bool offer)
{
	uint8_t buf[BFD_SIGNED_BYTES];
	int len = bfd_auth_put(&s->auth, p, offer, ++s->set->seq, buf, sizeof(buf));

	/* A failure is counted; what to do about it is said by the peer's silence. */
	if (len > 0)
		(void)bfdsock_send(s->sock->sock, &s->peer, buf, (size_t)len);
}

static void transmit(struct bfdsess *s, const struct bfd_packet *p, mono_t now)
{
	if (s->bfd.state >= BFD_INIT)
		s->set->ops->sending(s->set->arg, s, now);
	if (watch_wants(WATCH_MEDIA))
		say_packet(s, "sent BFD packet to", p);
	if (bfd_auth_offers(&s->auth))
		put(s, p, true);
	put(s, p, false);
}

static void log_change(const struct bfdsess *s)
{
	const struct bfd *b = &s->bfd;
	char text[ADDR_STRLEN];

	addr_print(&s->peer, text);
	event_notice(0, "BFD", "session with %s on %s: %s%s%s", text, bfdsess_ifname(s),
		     bfd_state_name(b->state), b->diag ? ", " : "",
		     b->diag ? bfd_diag_name((uint8_t)b->diag) : "");
}

static enum bfd_verdict step(struct bfdsess *s, struct bfd_event *ev, mono_t now)
{
	struct bfd_actions out;

	ev->random = jitter(s->set);
	bfd_step(&s->bfd, ev, now, &out);
	if (out.changed)
		bfd_auth_offer(&s->auth);
	if (out.send)
		transmit(s, &out.packet, now);
	loop_timer_set(&s->timer, mono_min(out.deadline, s->gone));
	if (!out.changed)
		return out.verdict;
	if (mono_is_never(s->gone))
		s->set->ops->changed(s->set->arg, s, now);
	log_change(s);
	return out.verdict;
}

static void sock_put(struct bfds_sock *k)
{
	struct bfds *set = k->set;

	if (--k->users)
		return;
	for (unsigned int i = 0; i < BFDS_MAX; i++)
		if (set->sock[i] == k)
			set->sock[i] = NULL;
	set->tx_failed += bfdsock_stats(k->sock)->tx_failed;
	bfdsock_free(k->sock);
	free(k);
}

static void sess_free(struct bfdsess *s)
{
	for (unsigned int i = 0; i < BFDS_MAX; i++)
		if (s->set->sess[i] == s)
			s->set->sess[i] = NULL;
	loop_timer_free(&s->timer);
	if (s->sock)
		sock_put(s->sock);
	explicit_bzero(&s->auth, sizeof(s->auth));
	explicit_bzero(s->user, sizeof(s->user));
	free(s);
}

static void on_timer(void *arg, mono_t now)
{
	struct bfd_event ev = { .type = BFD_EV_TICK };
	struct bfdsess *s = arg;

	if (mono_reached(now, s->gone)) {
		sess_free(s);
		return;
	}
	/* After a pause of this process the queue holds what the clock says is missing. */
	if (mono_reached(now, s->bfd.expires)) {
		bfdsock_drain(s->sock->sock);
		now = clock_now();
	}
	step(s, &ev, now);
}

/**
 * bfds_close() - end all sessions, with a last word
 * @set: the set, or NULL
 */
void bfds_close(struct bfds *set)
{
	struct bfd_event ev = { .type = BFD_EV_CONFIG };

	if (!set)
		return;
	for (unsigned int i = 0; i < BFDS_MAX; i++) {
		struct bfdsess *s = set->sess[i];

		if (!s)
			continue;
		s->gone = MONO_ZERO;
		ev.conf = s->bfd.conf;
		ev.conf.admin_down = true;
		step(s, &ev, clock_now());
		sess_free(s);
	}
	free(set);
}

/**
 * bfds_drain() - handle all packets that have arrived
 * @set: the set
 */
void bfds_drain(struct bfds *set)
{
	for (unsigned int i = 0; i < BFDS_MAX; i++)
		if (set->sock[i])
			bfdsock_drain(set->sock[i]->sock);
}

/**
 * bfds_bad() - packets that were not believed
 * @set: the set
 * @v: why
 *
 * Return: how many, those of present sessions included.
 */
uint64_t bfds_bad(const struct bfds *set, enum bfd_verdict v)
{
	uint64_t n = set->bad[v];

	for (unsigned int i = 0; i < BFDS_MAX; i++)
		if (set->sess[i])
			n += set->sess[i]->bfd.stats.bad[v];
	return n;
}

/**
 * bfds_tx_failed() - packets that could not be sent
 * @set: the set
 *
 * Return: how many.
 */
uint64_t bfds_tx_failed(const struct bfds *set)
{
	uint64_t n = set->tx_failed;

	for (unsigned int i = 0; i < BFDS_MAX; i++)
		if (set->sock[i])
			n += bfdsock_stats(set->sock[i]->sock)->tx_failed;
	return n;
}

/**
 * bfds_at() - for those who look at all sessions
 * @set: the set
 * @slot: 0 to BFDS_MAX - 1
 *
 * Return: the session or NULL.
 */
struct bfdsess *bfds_at(const struct bfds *set, unsigned int slot)
{
	return slot < BFDS_MAX ? set->sess[slot] : NULL;
}

static struct bfdsess *by_discr(const struct bfds *set, uint32_t discr)
{
	for (unsigned int i = 0; i < BFDS_MAX; i++)
		if (set->sess[i] && set->sess[i]->bfd.discr == discr)
			return set->sess[i];
	return NULL;
}

static struct bfdsess *by_source(const struct bfds *set, const char *ifname,
				 const struct rg_addr *from)
{
	for (unsigned int i = 0; i < BFDS_MAX; i++) {
		struct bfdsess *s = set->sess[i];

		if (s && addr_equal(&s->peer, from) && !strcmp(bfdsess_ifname(s), ifname))
			return s;
	}
	return NULL;
}

/* RFC 5880, 6.8.6, up to the point where the session is known. */
static enum bfd_verdict find(struct bfds_sock *k, const struct bfd_packet *p,
			     const struct rg_addr *from, struct bfdsess **out)
{
	struct bfdsess *s;

	if (bfd_find_by(p) == BFD_FIND_SOURCE) {
		*out = by_source(k->set, bfdsock_ifname(k->sock), from);
		return *out ? BFD_OK : BFD_BAD_NO_SESSION;
	}
	s = by_discr(k->set, p->your_discr);
	if (!s)
		return BFD_BAD_YOUR_DISCR;
	if (s->sock != k || !addr_equal(&s->peer, from))
		return BFD_BAD_SOURCE;
	*out = s;
	return BFD_OK;
}

static void on_packet(void *arg, const uint8_t *buf, size_t len, const struct rg_addr *from,
		      int ttl, mono_t now)
{
	struct bfd_event ev = { .type = BFD_EV_PACKET };
	struct bfds_sock *k = arg;
	struct bfdsess *s = NULL;
	enum bfd_verdict v = BFD_BAD_TTL;

	if (ttl == BFD_TTL)
		v = bfd_decode(buf, len, &ev.packet);
	if (v == BFD_OK)
		v = find(k, &ev.packet, from, &s);
	if (v == BFD_OK)
		v = bfd_auth_check(&s->auth, buf, len, now);
	if (v == BFD_OK && watch_wants(WATCH_MEDIA))
		say_packet(s, "received BFD packet from", &ev.packet);
	if (v == BFD_OK)
		step(s, &ev, now);
	else
		k->set->bad[v]++;
}

static const struct bfdsock_ops sock_ops = { .packet = on_packet };

static struct bfds_sock *sock_get(struct bfds *set, const char *ifname)
{
	struct bfds_sock **slot = NULL, *k;

	for (unsigned int i = 0; i < BFDS_MAX; i++) {
		k = set->sock[i];
		if (!k) {
			slot = slot ? slot : &set->sock[i];
		} else if (!strcmp(bfdsock_ifname(k->sock), ifname)) {
			k->users++;
			return k;
		}
	}
	k = slot ? calloc(1, sizeof(*k)) : NULL;
	if (!k)
		return NULL;
	k->set = set;
	k->users = 1;
	if (bfdsock_new(set->base, set->ifs, ifname, &sock_ops, k, &k->sock)) {
		free(k);
		return NULL;
	}
	*slot = k;
	return k;
}

static int new_discr(const struct bfds *set, uint32_t *out)
{
	uint64_t r;
	int err;

	do {
		err = sysid_random(&r);
		*out = (uint32_t)r;
	} while (!err && (!*out || by_discr(set, *out)));
	return err;
}

/* The shortest interval and the least patience that anybody wants. */
static struct bfd_conf strictest(const struct bfdsess *s)
{
	struct bfd_conf c = s->bfd.conf;

	c.admin_down = !s->n_users;
	for (unsigned int i = 0; i < s->n_users; i++) {
		const struct bfd_conf *w = &s->user[i].conf;

		if (!i || w->min_tx < c.min_tx)
			c.min_tx = w->min_tx;
		if (!i || w->min_rx < c.min_rx)
			c.min_rx = w->min_rx;
		if (!i || w->mult < c.mult)
			c.mult = w->mult;
	}
	return c;
}

static void reconfigure(struct bfdsess *s)
{
	struct bfd_event ev = { .type = BFD_EV_CONFIG, .conf = strictest(s) };
	mono_t now = clock_now();

	s->gone = s->n_users ? MONO_NEVER : mono_add_ms(now, LINGER_MS);
	step(s, &ev, now);
}

static int sess_new(struct bfds *set, const char *ifname, const struct rg_addr *peer,
		    const struct bfd_conf *conf, struct bfdsess **out)
{
	unsigned int slot = 0;
	struct bfdsess *s;
	uint32_t discr;
	int err;

	while (slot < BFDS_MAX && set->sess[slot])
		slot++;
	if (slot == BFDS_MAX)
		return -ENOSPC;
	err = new_discr(set, &discr);
	s = err ? NULL : calloc(1, sizeof(*s));
	if (!s)
		return err ? err : -ENOMEM;
	s->set = set;
	s->peer = *peer;
	s->gone = MONO_NEVER;
	bfd_init(&s->bfd, conf, discr);
	bfd_auth_init(&s->auth, hello_sha1);
	s->sock = sock_get(set, ifname);
	if (!s->sock || loop_timer_init(&s->timer, set->base, on_timer, s)) {
		sess_free(s);
		return -ENOMEM;
	}
	set->sess[slot] = s;
	*out = s;
	return 0;
}

/**
 * bfdsess_want() - a session with a neighbour
 * @set: the set
 * @user: who wants it
 * @ifname: interface
 * @peer: IPv4 address of the neighbour
 * @conf: timers
 * @out: the session
 *
 * Return: 0, -ENOSPC or another -errno.
 */
int bfdsess_want(struct bfds *set, const void *user, const char *ifname, const struct rg_addr *peer,
		 const struct bfd_conf *conf, struct bfdsess **out)
{
	struct bfd_event ev = { .type = BFD_EV_START };
	struct bfdsess *s = by_source(set, ifname, peer);
	bool begins = !s;
	int err;

	if (s && s->n_users == BFDS_USERS)
		return -ENOSPC;
	if (begins) {
		err = sess_new(set, ifname, peer, conf, &s);
		if (err)
			return err;
	}
	*out = s;
	memset(&s->user[s->n_users], 0, sizeof(s->user[0]));
	s->user[s->n_users].user = user;
	s->user[s->n_users++].conf = *conf;
	if (begins)
		step(s, &ev, clock_now());
	else
		reconfigure(s);
	return 0;
}

/**
 * bfdsess_change() - other timers
 * @s: the session
 * @user: who wants them
 * @conf: timers
 */
void bfdsess_change(struct bfdsess *s, const void *user, const struct bfd_conf *conf)
{
	for (unsigned int i = 0; i < s->n_users; i++)
		if (s->user[i].user == user)
			s->user[i].conf = *conf;
	reconfigure(s);
}

static void add_keys(struct bfd_keys *to, const struct bfd_keys *k)
{
	for (uint32_t j = 0; j < k->n && to->n < BFD_KEYS_MAX; j++) {
		to->accepted |= (k->accepted >> j & 1) << to->n;
		to->key[to->n++] = k->key[j];
	}
}

/* Those of all who want the session; the lowest protocol instance that has any signs. */
static void merge_keys(const struct bfdsess *s, struct bfd_keys *out)
{
	unsigned int first = 0;

	for (unsigned int i = 1; i < s->n_users; i++)
		if (s->user[i].keys.n &&
		    (!s->user[first].keys.n || s->user[i].protocol < s->user[first].protocol))
			first = i;
	*out = s->user[first].keys;
	for (unsigned int i = 0; i < s->n_users; i++)
		if (i != first)
			add_keys(out, &s->user[i].keys);
}

static void set_keys(struct bfdsess *s, bool anew)
{
	struct bfd_keys all;

	if (!s->n_users)
		return;
	merge_keys(s, &all);
	bfd_auth_set(&s->auth, &all, anew);
	explicit_bzero(&all, sizeof(all));
}

/**
 * bfdsess_keys() - what packets may be signed with
 * @s: the session
 * @user: whose hellos have these keys
 * @protocol: protocol instance
 * @keys: they
 * @anew: the peer's agent was started again
 */
void bfdsess_keys(struct bfdsess *s, const void *user, uint32_t protocol,
		  const struct bfd_keys *keys, bool anew)
{
	for (unsigned int i = 0; i < s->n_users; i++)
		if (s->user[i].user == user) {
			s->user[i].protocol = protocol;
			s->user[i].keys = *keys;
		}
	set_keys(s, anew);
}

/**
 * bfdsess_drop() - no longer wanted by this one
 * @s: the session; it may be gone some seconds later
 * @user: who wanted it
 */
void bfdsess_drop(struct bfdsess *s, const void *user)
{
	unsigned int i = 0;

	while (i < s->n_users && s->user[i].user != user)
		i++;
	if (i == s->n_users)
		return;
	s->user[i] = s->user[--s->n_users];
	set_keys(s, false);
	reconfigure(s);
}

/**
 * bfdsess_bfd() - the machine
 * @s: the session
 *
 * Return: it, to be read.
 */
const struct bfd *bfdsess_bfd(const struct bfdsess *s)
{
	return &s->bfd;
}

/**
 * bfdsess_auth() - how its packets are signed
 * @s: the session
 *
 * Return: it, to be read.
 */
const struct bfd_auth *bfdsess_auth(const struct bfdsess *s)
{
	return &s->auth;
}

/**
 * bfdsess_peer() - the neighbour
 * @s: the session
 *
 * Return: its address.
 */
const struct rg_addr *bfdsess_peer(const struct bfdsess *s)
{
	return &s->peer;
}

/**
 * bfdsess_ifname() - its interface
 * @s: the session
 *
 * Return: the name.
 */
const char *bfdsess_ifname(const struct bfdsess *s)
{
	return bfdsock_ifname(s->sock->sock);
}
