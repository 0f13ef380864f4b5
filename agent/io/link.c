// SPDX-License-Identifier: GPL-2.0-or-later
#include "link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/twin.h"
#include "io/bfds.h"
#include "io/clock.h"
#include "io/hellosock.h"
#include "io/ifaces.h"
#include "io/linkbfd.h"
#include "io/linkwatch.h"
#include "io/log.h"
#include "io/sysid.h"
#include "io/watchers.h"

#define AUTH_LOG_MS 10000

/*
 * A socket is shared by all links that use its interface; the protocol number in the packet tells
 * whose it is.
 */
struct link_sock {
	struct links *set;
	struct hellosock *sock;
	unsigned int users;
	uint64_t bad[HELLO_VERDICTS]; /* belong to no link */
};

struct links {
	struct event_base *base;
	struct ifaces *ifs;
	struct bfds *bfds;
	uint64_t system;
	uint64_t nonce;
	const struct link_ops *ops;
	void *arg;
	struct link *link[LINK_MAX];
	struct link_sock *sock[LINK_MAX * LINK_PATHS];
	struct hello_group groups[255]; /* of the round being sent */
};

static void tell_bfd(struct link *l, const struct bfdsess *s, mono_t now)
{
	struct link_bfd b;

	linkbfd_sum(l, s, now, &b);
	if (!s && b.lease_ms == l->bfd_lease_ms)
		return;
	l->bfd_lease_ms = b.lease_ms;
	l->set->ops->bfd(l->set->arg, l, &b, now);
}

static void on_bfd_changed(void *arg, struct bfdsess *s, mono_t now)
{
	struct links *set = arg;

	for (size_t i = 0; i < LINK_MAX; i++)
		if (set->link[i] && linkbfd_uses(set->link[i], s))
			tell_bfd(set->link[i], s, now);
}

/* Of several paths the first one renews for all that go out about then. */
static void on_bfd_sending(void *arg, struct bfdsess *s, mono_t now)
{
	struct links *set = arg;

	for (size_t i = 0; i < LINK_MAX; i++) {
		struct link *l = set->link[i];

		if (!l || !linkbfd_uses(l, s))
			continue;
		tell_bfd(l, NULL, now);
		if (mono_before(now, mono_add_ns(l->renewed, l->bfd_lease_ms * UINT64_C(125000))))
			continue;
		l->renewed = now;
		set->ops->renew(set->arg, l, now);
	}
}

static const struct bfds_ops bfd_ops = {
	.changed = on_bfd_changed,
	.sending = on_bfd_sending,
};

/**
 * links_open() - no links yet
 * @base: event base
 * @ifs: interfaces, outlive the links
 * @system: identity of this router
 * @nonce: of this life of the agent
 * @ops: callbacks
 * @arg: for @ops
 * @out: the set
 *
 * Return: 0 or -errno.
 */
int links_open(struct event_base *base, struct ifaces *ifs, uint64_t system, uint64_t nonce,
	       const struct link_ops *ops, void *arg, struct links **out)
{
	struct links *set = calloc(1, sizeof(*set));
	int err;

	if (!set)
		return -ENOMEM;
	err = bfds_open(base, ifs, &bfd_ops, set, &set->bfds);
	if (err) {
		free(set);
		return err;
	}
	set->base = base;
	set->ifs = ifs;
	set->system = system;
	set->nonce = nonce;
	set->ops = ops;
	set->arg = arg;
	*out = set;
	return 0;
}

/**
 * links_close() - close all links
 * @set: the set, or NULL
 */
void links_close(struct links *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < LINK_MAX; i++)
		link_free(set->link[i]);
	bfds_close(set->bfds);
	free(set);
}

/**
 * links_find() - the link of a protocol instance
 * @set: the set
 * @protocol: its number
 *
 * Return: the link or NULL.
 */
struct link *links_find(const struct links *set, uint32_t protocol)
{
	for (size_t i = 0; i < LINK_MAX; i++)
		if (set->link[i] && set->link[i]->conf.protocol == protocol)
			return set->link[i];
	return NULL;
}

/**
 * links_drain() - handle all hellos, and packets of BFD, that have arrived
 * @set: the set
 *
 * To be called before time is allowed to pass a judgement: after a pause of this process the queue
 * holds what the clock says is missing.
 */
void links_drain(struct links *set)
{
	for (size_t i = 0; i < LINK_MAX * LINK_PATHS; i++)
		if (set->sock[i])
			hellosock_drain(set->sock[i]->sock);
	bfds_drain(set->bfds);
}

/**
 * links_bfds() - the sessions of BFD
 * @set: the set
 *
 * Return: those of all links.
 */
const struct bfds *links_bfds(const struct links *set)
{
	return set->bfds;
}

/**
 * links_undecodable() - packets that belonged to no link, by reason
 * @set: the set
 * @v: reason
 *
 * Return: how many.
 */
uint64_t links_undecodable(const struct links *set, enum hello_verdict v)
{
	uint64_t n = 0;

	for (size_t i = 0; i < LINK_MAX * LINK_PATHS; i++)
		if (set->sock[i])
			n += set->sock[i]->bad[v];
	return n;
}

/* Own data address, as the peer shall hear it. */
static void refresh_data_addr(struct link *l)
{
	const struct iface *i = l->conf.data[0] ? ifaces_by_name(l->set->ifs, l->conf.data) : NULL;
	struct hello_addr *d = &l->local.data;
	struct rg_addr a;

	memset(d, 0, sizeof(*d));
	if (!i || !iface_primary4(i, &a))
		return;
	d->family = RG_V4;
	d->port = (uint16_t)(LINK_DATA_PORT + l->conf.protocol);
	d->addr[10] = 0xff;
	d->addr[11] = 0xff;
	memcpy(d->addr + 12, a.b, 4);
}

static void addr16(const struct rg_addr *a, uint8_t out[16])
{
	memset(out, 0, 16);
	if (a->family == RG_V4) {
		out[10] = 0xff;
		out[11] = 0xff;
		memcpy(out + 12, a->b, 4);
	} else if (a->family == RG_V6) {
		memcpy(out, a->b, 16);
	}
}

/*
 * Rule 2 compares control addresses; those of the path that brought the packet stand in while the
 * control link was never heard.
 */
static bool addr_higher(const struct link *l, enum link_path_id id, const struct rg_addr *from,
			uint64_t peer_system)
{
	const struct link_path *c = &l->path[LINK_CONTROL];
	struct rg_addr own = { 0 }, peer = *from;
	uint8_t a[16], b[16];

	if (id != LINK_CONTROL && c->peer.family && c->sock && hellosock_addr(c->sock, &own))
		peer = c->peer;
	else if (l->path[id].sock)
		hellosock_addr(l->path[id].sock, &own);
	addr16(&own, a);
	addr16(&peer, b);
	return hello_addr_higher(a, b, l->local.system, peer_system);
}

static void path_heard(struct link *l, enum link_path_id id, const struct hello *h,
		       const struct rg_addr *from, mono_t now)
{
	struct link_path *p = &l->path[id];

	p->nonce = h->nonce;
	p->seq = h->seq;
	p->last = now;
	p->peer = *from;
	linkbfd_heard(l, id, from);
	tell_bfd(l, NULL, now);
}

/* The same packet has come by the other path before. */
static bool is_twin(const struct link *l, const struct link_path *p, const struct hello *h,
		    enum hello_verdict v)
{
	return v == HELLO_REPLAY && h->system == l->rx.system && h->nonce == l->rx.nonce &&
	       (p->nonce != h->nonce || h->seq > p->seq);
}

static void send_round(struct link *l, enum hello_scope scope, enum hello_type type, mono_t now);

/*
 * An agent that was started again has heard nobody, so it cannot prove itself yet: it needs a
 * hello of ours to quote.
 */
static void answer_session(struct link *l, mono_t now)
{
	if (mono_is_never(l->timer.at) || !hello_rx_answer(&l->rx, &l->local, now))
		return;
	l->stats.answers++;
	send_round(l, HELLO_SCOPE_ALL, HELLO_TYPE_HELLO, now);
}

static bool is_auth(enum hello_verdict v)
{
	return v == HELLO_BAD_AUTH || v == HELLO_BAD_KEY || v == HELLO_BAD_LIFETIME ||
	       v == HELLO_BAD_MAC;
}

/* Once in a while: whoever sends such packets must not fill the log. */
static void log_auth(struct link *l, struct link_path *p, enum hello_verdict v,
		     const struct rg_addr *from, mono_t now)
{
	char text[ADDR_STRLEN];

	p->auth_failed = now;
	l->auth_quiet++;
	if (!mono_is_zero(l->auth_logged) &&
	    mono_before(now, mono_add_ms(l->auth_logged, AUTH_LOG_MS)))
		return;
	addr_print(from, text);
	log_warnx("AUTH", "protocol %u: hello from %s by %s refused: %s, %llu since the last report",
		  l->conf.protocol, text, hellosock_ifname(p->sock), hello_verdict_name(v),
		  (unsigned long long)l->auth_quiet);
	l->auth_logged = now;
	l->auth_quiet = 0;
}

/*
 * The clock that lifetimes of keys go by.  That no key is valid is an alarm, not the end: the
 * newest stays in use.
 */
static void refresh_wall(struct link *l)
{
	bool expired;

	l->local.wall = clock_wall_s();
	expired = hello_ring_expired(&l->ring, l->local.wall);
	if (expired == l->key_expired)
		return;
	l->key_expired = expired;
	if (expired)
		log_warnx("KEY-EXPIRED",
			  "protocol %u: the clock allows no key of the key chain, the newest stays in use",
			  l->conf.protocol);
	else
		log_notice("KEY-VALID", "protocol %u: a key of the key chain is valid again",
			   l->conf.protocol);
}

static void link_packet(struct link *l, enum link_path_id id, const uint8_t *buf, size_t len,
			const struct rg_addr *from, mono_t now)
{
	uint64_t old_nonce = l->rx.nonce, old_seq = l->rx.seq;
	struct link_path *p = &l->path[id];
	struct hello_facts facts;
	enum hello_verdict v;
	struct hello h;

	refresh_wall(l);
	v = hello_rx_packet(&l->rx, &l->local, now, buf, len, &h, &facts);
	if (l->rx.new_key)
		hello_ring_confirmed(&l->ring);
	if (is_twin(l, p, &h, v)) {
		p->twins++;
		path_heard(l, id, &h, from, now);
		return;
	}
	p->count[v]++;
	if (v != HELLO_OK) {
		log_debug("HELLO", "%s: packet refused: %s", hellosock_ifname(p->sock),
			  hello_verdict_name(v));
		if (watch_wants(WATCH_MEDIA))
			linkwatch_refused(hellosock_ifname(p->sock), from, len, v);
		if (v == HELLO_BAD_SESSION)
			answer_session(l, now);
		if (is_auth(v))
			log_auth(l, p, v, from, now);
		return;
	}
	if (h.nonce == old_nonce && h.seq > old_seq + 1)
		l->stats.rx_lost += h.seq - old_seq - 1;
	l->stats.rx++;
	l->stats.rx_bytes += len;
	l->peer_data = h.data;
	if (watch_wants(WATCH_MEDIA))
		linkwatch_rx(hellosock_ifname(p->sock), from, len, &h, &facts);
	path_heard(l, id, &h, from, now);
	l->set->ops->hello(l->set->arg, l, &h, &facts, addr_higher(l, id, from, h.system), now);
}

/*
 * What it says of its protocol instance may stand elsewhere, so all links of the interface hear of
 * it.
 */
static void other_version(struct link_sock *s, uint8_t version, const struct rg_addr *from,
			  mono_t now)
{
	char text[ADDR_STRLEN];

	addr_print(from, text);
	for (size_t i = 0; i < LINK_MAX * LINK_PATHS; i++) {
		struct link *l = s->set->link[i / LINK_PATHS];
		struct link_path *p = l ? &l->path[i % LINK_PATHS] : NULL;

		if (!p || p->sock != s->sock)
			continue;
		p->foreign = now;
		p->foreign_version = version;
		if (!mono_is_zero(l->version_logged) &&
		    mono_before(now, mono_add_ms(l->version_logged, AUTH_LOG_MS)))
			continue;
		l->version_logged = now;
		log_warnx("VERSION", "protocol %u: hello from %s by %s is of version %u, %s %u",
			  l->conf.protocol, text, hellosock_ifname(s->sock), version,
			  "this agent speaks", HELLO_VERSION);
	}
}

static void on_packet(void *arg, const uint8_t *buf, size_t len, const struct rg_addr *from,
		      mono_t now)
{
	struct link_sock *s = arg;
	struct hello h;
	enum hello_verdict v = hello_decode(buf, len, &h);
	struct link *l = v == HELLO_OK ? links_find(s->set, h.protocol) : NULL;

	if (twin_is(buf, len)) {
		s->set->ops->report(s->set->arg, buf, len, now);
		return;
	}
	for (int id = 0; l && id < LINK_PATHS; id++) {
		if (l->path[id].sock != s->sock)
			continue;
		link_packet(l, (enum link_path_id)id, buf, len, from, now);
		return;
	}
	v = v == HELLO_OK ? HELLO_BAD_PROTOCOL : v;
	s->bad[v]++;
	if (watch_wants(WATCH_MEDIA))
		linkwatch_refused(hellosock_ifname(s->sock), from, len, v);
	if (v == HELLO_BAD_VERSION)
		other_version(s, buf[HELLO_VERSION_AT], from, now);
}

static void on_changed(void *arg)
{
	struct link_sock *s = arg;

	for (size_t i = 0; i < LINK_MAX; i++) {
		struct link *l = s->set->link[i];

		if (!l || !s->sock ||
		    (l->path[LINK_CONTROL].sock != s->sock && l->path[LINK_DATA].sock != s->sock))
			continue;
		refresh_data_addr(l);
		s->set->ops->changed(s->set->arg, l);
	}
}

static const struct hellosock_ops sock_ops = {
	.packet = on_packet,
	.changed = on_changed,
};

static struct hellosock *sock_get(struct links *set, const char *ifname)
{
	struct link_sock **free_slot = NULL;
	struct link_sock *s;

	for (size_t i = 0; i < LINK_MAX * LINK_PATHS; i++) {
		s = set->sock[i];
		if (!s) {
			free_slot = free_slot ? free_slot : &set->sock[i];
		} else if (!strcmp(hellosock_ifname(s->sock), ifname)) {
			s->users++;
			return s->sock;
		}
	}
	s = free_slot ? calloc(1, sizeof(*s)) : NULL;
	if (!s)
		return NULL;
	s->set = set;
	s->users = 1;
	if (hellosock_new(set->base, set->ifs, ifname, &sock_ops, s, &s->sock)) {
		free(s);
		return NULL;
	}
	*free_slot = s;
	return s->sock;
}

static void sock_put(struct links *set, struct hellosock *sock)
{
	for (size_t i = 0; sock && i < LINK_MAX * LINK_PATHS; i++) {
		struct link_sock *s = set->sock[i];

		if (!s || s->sock != sock || --s->users)
			continue;
		hellosock_free(s->sock);
		free(s);
		set->sock[i] = NULL;
	}
}

/* Sent to every path; a path that is down does not keep the packet from the others. */
static void send_packet(struct link *l, const uint8_t *buf, size_t len)
{
	bool sent = false;

	for (int id = 0; id < LINK_PATHS; id++) {
		struct hellosock *sock = l->path[id].sock;
		int err = sock ? hellosock_send(sock, buf, len) : -ENODEV;

		sent |= !err;
		if (sock && watch_wants(WATCH_MEDIA))
			linkwatch_tx(hellosock_ifname(sock), buf, len, err);
	}
	l->stats.tx += sent;
	l->stats.tx_bytes += sent ? len : 0;
	l->stats.tx_failed += !sent;
}

static void send_round(struct link *l, enum hello_scope scope, enum hello_type type, mono_t now)
{
	struct links *set = l->set;
	size_t n = set->ops->groups(set->arg, l, now, set->groups,
				    sizeof(set->groups) / sizeof(set->groups[0]));
	uint8_t buf[HELLO_MAX_BYTES];
	uint64_t up = 0;
	int len;

	refresh_wall(l);
	if (sysid_uptime_ms(&up))
		l->local.uptime_s = (uint32_t)(up / 1000);
	hello_tx_begin(&l->tx, scope);
	while ((len = hello_tx_next(&l->tx, &l->local, &l->rx, now, type, set->groups, n, buf,
				    sizeof(buf))) > 0)
		send_packet(l, buf, (size_t)len);
	if (len < 0) {
		l->stats.tx_failed++;
		log_warnx("HELLO", "protocol %u: hello cannot be written: %s", l->conf.protocol,
			  strerror(-len));
	}
}

/**
 * link_forward() - a packet that is no hello, on all paths
 * @l: the link
 * @buf: the packet
 * @len: its length in bytes
 */
void link_forward(struct link *l, const uint8_t *buf, size_t len)
{
	for (int id = 0; id < LINK_PATHS; id++)
		if (l->path[id].sock)
			(void)hellosock_send(l->path[id].sock, buf, len);
}

/**
 * link_send() - a packet about one group, at once
 * @l: the link
 * @type: kind of packet
 * @group: the group
 * @now: present time
 */
void link_send(struct link *l, enum hello_type type, uint8_t group, mono_t now)
{
	hello_tx_mark(&l->tx, group);
	send_round(l, HELLO_SCOPE_CHANGED, type, now);
}

static void on_timer(void *arg, mono_t now)
{
	struct link *l = arg;

	if (mono_span_ms(l->next, now) > l->conf.hello_ms / 2)
		l->stats.late++;
	links_drain(l->set);
	now = clock_now();
	l->set->ops->round(l->set->arg, l, now);
	send_round(l, HELLO_SCOPE_ALL, HELLO_TYPE_HELLO, now);
	/*
	 * In step with the first one, so that the interval does not drift; after a pause without
	 * catching up.
	 */
	l->next = mono_add_ms(l->next, l->conf.hello_ms);
	if (mono_before(l->next, now))
		l->next = mono_add_ms(now, l->conf.hello_ms);
	loop_timer_set(&l->timer, l->next);
}

/**
 * link_start() - send the first hello now, and then one each interval
 * @l: the link
 * @now: present time
 */
void link_start(struct link *l, mono_t now)
{
	l->next = now;
	loop_timer_set(&l->timer, now);
}

static void set_local(struct link *l)
{
	struct hello_local *o = &l->local;
	size_t n = strlen(l->conf.auth_text);

	memset(o, 0, sizeof(*o));
	o->domain = l->conf.domain;
	o->protocol = (uint8_t)l->conf.protocol;
	o->system = l->set->system;
	o->nonce = l->set->nonce;
	o->hello_ms = l->conf.hello_ms;
	o->hold_ms = l->conf.hold_ms;
	o->ring = &l->ring;
	if (n) {
		o->auth.type = HELLO_AUTH_TEXT;
		o->auth.len = (uint8_t)n;
		memcpy(o->auth.data, l->conf.auth_text, n);
	}
	refresh_data_addr(l);
}

static int set_path(struct link *l, enum link_path_id id, const char *ifname)
{
	struct link_path *p = &l->path[id];

	if (p->sock && !strcmp(hellosock_ifname(p->sock), ifname))
		return 0;
	linkbfd_drop(l, id);
	sock_put(l->set, p->sock);
	memset(p, 0, sizeof(*p));
	if (!ifname[0])
		return 0;
	p->sock = sock_get(l->set, ifname);
	return p->sock ? 0 : -ENOMEM;
}

/**
 * link_change() - another configuration for a link that runs
 * @l: the link
 * @conf: of the same protocol instance
 *
 * Return: 0 or -errno.
 */
int link_change(struct link *l, const struct link_conf *conf)
{
	bool single = !conf->data[0] || !strcmp(conf->control, conf->data);
	bool timing = conf->hello_ms != l->conf.hello_ms;
	int err;

	hello_ring_replace(&l->ring, &conf->ring, conf->key_timeout_s, clock_now());
	l->rx.new_key = false;
	l->conf = *conf;
	set_local(l);
	refresh_wall(l);
	err = set_path(l, LINK_CONTROL, conf->control);
	if (!err)
		err = set_path(l, LINK_DATA, single ? "" : conf->data);
	linkbfd_conf(l);
	tell_bfd(l, NULL, clock_now());
	if (!err && timing && !mono_is_never(l->timer.at))
		link_start(l, clock_now());
	return err;
}

/**
 * link_new() - a link that does not send yet
 * @set: the set
 * @conf: its configuration
 * @out: the link
 *
 * Return: 0, -EEXIST, -ENOSPC or another -errno.
 */
int link_new(struct links *set, const struct link_conf *conf, struct link **out)
{
	size_t slot = 0;
	struct link *l;
	int err;

	if (links_find(set, conf->protocol))
		return -EEXIST;
	while (slot < LINK_MAX && set->link[slot])
		slot++;
	if (slot == LINK_MAX)
		return -ENOSPC;
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->set = set;
	l->bfds = set->bfds;
	hello_rx_init(&l->rx);
	hello_tx_init(&l->tx);
	set->link[slot] = l;
	err = loop_timer_init(&l->timer, set->base, on_timer, l);
	if (!err)
		err = link_change(l, conf);
	if (err) {
		link_free(l);
		return err;
	}
	*out = l;
	return 0;
}

/**
 * link_free() - end a link
 * @l: the link, or NULL
 */
void link_free(struct link *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < LINK_MAX; i++)
		if (l->set->link[i] == l)
			l->set->link[i] = NULL;
	for (int id = 0; id < LINK_PATHS; id++) {
		linkbfd_drop(l, (enum link_path_id)id);
		sock_put(l->set, l->path[id].sock);
	}
	loop_timer_free(&l->timer);
	explicit_bzero(&l->conf, sizeof(l->conf));
	explicit_bzero(&l->ring, sizeof(l->ring));
	explicit_bzero(l->path, sizeof(l->path));
	free(l);
}

/**
 * link_path_alive() - does this path live, by BFD or by hellos within their detection time?
 * @l: the link
 * @p: the path
 * @now: present time
 *
 * Return: true if it was.
 */
bool link_path_alive(const struct link *l, enum link_path_id p, mono_t now)
{
	uint32_t detect = hello_detect_ms(l->conf.hold_ms, l->rx.hello_ms);
	bool alive;

	if (linkbfd_says(&l->path[p], &alive))
		return alive;
	return !mono_is_zero(l->path[p].last) && mono_span_ms(l->path[p].last, now) < detect;
}

/**
 * link_auth_failures() - hellos that the authentication refused
 * @l: the link
 *
 * Return: how many, on all paths.
 */
uint64_t link_auth_failures(const struct link *l)
{
	uint64_t n = 0;

	for (int id = 0; id < LINK_PATHS; id++)
		for (int v = 0; v < HELLO_VERDICTS; v++)
			if (is_auth((enum hello_verdict)v))
				n += l->path[id].count[v];
	return n;
}

/**
 * link_auth_fails() - was a hello refused by its authentication within the detection time?
 * @l: the link
 * @now: present time
 */
bool link_auth_fails(const struct link *l, mono_t now)
{
	uint32_t detect = hello_detect_ms(l->conf.hold_ms, l->rx.hello_ms);

	for (int id = 0; id < LINK_PATHS; id++)
		if (!mono_is_zero(l->path[id].auth_failed) &&
		    mono_span_ms(l->path[id].auth_failed, now) < detect)
			return true;
	return false;
}

/**
 * link_foreign_version() - was a hello of another version heard within the detection time?
 * @l: the link
 * @now: present time
 *
 * Return: which version; 0: none. (A packet of version 0 is not told from none.)
 */
unsigned int link_foreign_version(const struct link *l, mono_t now)
{
	uint32_t detect = hello_detect_ms(l->conf.hold_ms, l->rx.hello_ms);

	for (int id = 0; id < LINK_PATHS; id++)
		if (!mono_is_zero(l->path[id].foreign) &&
		    mono_span_ms(l->path[id].foreign, now) < detect)
			return l->path[id].foreign_version;
	return 0;
}

/**
 * link_refuses_plain() - is there no data link, since it would be in clear?
 * @l: the link
 */
bool link_refuses_plain(const struct link *l)
{
	return l->conf.data[0] && l->conf.require && !hello_ring_keyed(&l->ring);
}

/**
 * link_single_path() - is there but one path that tells whether the peer lives?
 * @l: the link
 *
 * Return: true if so.
 */
bool link_single_path(const struct link *l)
{
	return !l->path[LINK_DATA].sock;
}
