// SPDX-License-Identifier: GPL-2.0-or-later
#include "twins.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <netpacket/packet.h>

#include "core/conf.h"
#include "core/conf_vmac.h"
#include "io/clock.h"
#include "io/evtrace.h"
#include "io/ifaces.h"
#include "io/link.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/neightable.h"

/* Longer than any packet, so that one that is too long is seen as such. */
#define PACKET_MAX 2048

/* Packets taken in one turn, so that a flood cannot keep the others waiting. */
#define TURN_MAX 64

#define LOOK_MS 10000 /* who is a neighbour, while all is well */
#define SEARCH_STEP_MS 250
/* The kernel asks three times, once a second. */
#define SEARCH_MS 2500

/**
 * struct entry - an interface
 * @name, @rii, @group, @protocol: as configured
 * @vmac: its virtual MAC address, zero: none
 * @ifindex: where the group address is joined, 0: nowhere
 * @twin: the machine
 * @told: what others were last told of it
 * @neighs: neighbours that answered lately, as last read; @next: as being read
 * @asked: when they were asked; MONO_ZERO: not yet
 * @answered: one of them did
 */
struct entry {
	char name[CONF_IF_LEN];
	uint16_t rii;
	uint8_t group;
	uint32_t protocol;
	uint8_t vmac[6];
	unsigned int ifindex;
	struct twin twin;
	struct twins_state told;
	struct neighs neighs, next;
	mono_t asked;
	bool answered;
};

struct twins {
	struct ifaces *ifs;
	struct links *links;
	twins_fn fn;
	void *arg;
	uint8_t domain;
	int fd;
	struct event *ev;
	struct neightable *table;
	struct loop_timer look;
	uint64_t seq;
	size_t n;
	struct entry v[CONF_MAX_IFS];
	struct twins_stats stats[CONF_MAX_PROTOCOLS + 1];
};

/* ---------------------------------------------------------------- the interface */

/* Return: where a frame can be sent, NULL: nowhere. */
static const struct iface *usable(const struct twins *tw, const struct entry *e)
{
	static const uint8_t none[6];
	const struct iface *i = ifaces_by_name(tw->ifs, e->name);

	return i && iface_usable(i) && memcmp(i->mac, none, sizeof(none)) ? i : NULL;
}

static void membership(struct twins *tw, struct entry *e, unsigned int ifindex, int op)
{
	struct packet_mreq m = { .mr_ifindex = (int)ifindex, .mr_type = PACKET_MR_MULTICAST,
				 .mr_alen = 6 };

	twin_mac(tw->domain, e->rii, m.mr_address);
	if (setsockopt(tw->fd, SOL_PACKET, op, &m, sizeof(m)) && op == PACKET_ADD_MEMBERSHIP)
		log_warnx("RII", "RII %u: interface %s: no probes are received: %s", e->rii,
			  e->name, strerror(errno));
}

/* The kernel forgets a membership with its interface. */
static void follow(struct twins *tw, struct entry *e)
{
	const struct iface *i = ifaces_by_name(tw->ifs, e->name);
	unsigned int ifindex = i ? i->ifindex : 0;

	if (ifindex == e->ifindex)
		return;
	e->ifindex = ifindex;
	if (ifindex)
		membership(tw, e, ifindex, PACKET_ADD_MEMBERSHIP);
}

/* --------------------------------------------------------------------- changes */

static void log_change(const struct entry *e, const struct twins_state *s)
{
	const struct twins_state *t = &e->told;

	if (s->broken != t->broken)
		event_notice(e->group, "RII", "RG id %u: RII %u on %s: %s", e->group, e->rii,
			     e->name,
			     s->broken ? "the routers do not hear each other" :
			     e->twin.up ? "the fault has ended" :
					  "the interface is down");
	if (s->broken && s->result != t->result)
		event_notice(e->group, "RII", "RG id %u: RII %u on %s: neighbours %s", e->group,
			     e->rii, e->name, twin_result_name(s->result));
}

static struct twins_state state_of(const struct entry *e, mono_t now)
{
	const struct twin *t = &e->twin;

	return (struct twins_state){
		.state = t->state,
		.broken = t->broken,
		.cut = t->cut,
		.reachable = twin_reachable(t, now),
		.result = t->result,
		.known = e->neighs.n,
		.told = t->n_theirs,
	};
}

static bool same_state(const struct twins_state *a, const struct twins_state *b)
{
	return a->state == b->state && a->broken == b->broken && a->cut == b->cut &&
	       a->reachable == b->reachable && a->result == b->result;
}

/* What follows from a step of the machine. */
static void stepped(struct twins *tw, struct entry *e, mono_t now)
{
	struct twins_state s = state_of(e, now);

	if (twin_wants_search(&e->twin, now)) {
		e->twin.searching = true;
		e->asked = MONO_ZERO;
		e->answered = false;
		tw->stats[e->protocol].searches++;
		loop_timer_set(&tw->look, now);
	}
	if (same_state(&s, &e->told))
		return;
	log_change(e, &s);
	e->told = s;
	tw->fn(tw->arg);
}

/* --------------------------------------------------------------------- sending */

static void send_probe(struct twins *tw, struct entry *e, struct twin_packet *p,
		       const struct link *l, const struct iface *i, mono_t now)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = 6,
				  .sll_protocol = htons(TWIN_ETHERTYPE) };
	uint8_t buf[TWIN_MAX_BYTES];
	int len;

	p->type = TWIN_PROBE;
	p->seq = ++tw->seq;
	p->n = 0;
	len = twin_write(p, &l->local, &l->rx, now, buf, sizeof(buf));
	if (!len)
		return;
	to.sll_ifindex = (int)i->ifindex;
	twin_mac(tw->domain, e->rii, to.sll_addr);
	if (len > 0 && sendto(tw->fd, buf, (size_t)len, MSG_DONTWAIT, (struct sockaddr *)&to,
			      sizeof(to)) == len)
		tw->stats[e->protocol].tx++;
	else
		tw->stats[e->protocol].tx_failed++;
}

static void send_report(struct twins *tw, struct entry *e, struct twin_packet *p, struct link *l,
			mono_t now)
{
	uint8_t buf[TWIN_MAX_BYTES];
	int len;

	p->type = TWIN_REPORT;
	p->seq = ++tw->seq;
	p->n = e->neighs.n;
	for (uint32_t k = 0; k < p->n; k++)
		p->neigh[k] = e->neighs.v[k].addr;
	len = twin_write(p, &l->local, &l->rx, now, buf, sizeof(buf));
	if (len > 0)
		link_forward(l, buf, (size_t)len);
	else if (len < 0)
		tw->stats[e->protocol].tx_failed++;
}

static void send_both(struct twins *tw, struct entry *e, struct link *l, mono_t now)
{
	const struct iface *i = usable(tw, e);
	struct twin_packet p = {
		.rii = e->rii,
		.state = twin_own_state(&e->twin),
		.result = e->twin.result,
	};

	if (i) {
		memcpy(p.mac, i->mac, sizeof(p.mac));
		send_probe(tw, e, &p, l, i, now);
	}
	send_report(tw, e, &p, l, now);
}

/* ------------------------------------------------------------------- receiving */

static struct entry *by_rii(struct twins *tw, uint16_t rii, uint32_t protocol)
{
	for (size_t k = 0; k < tw->n; k++)
		if (tw->v[k].rii == rii && tw->v[k].protocol == protocol)
			return &tw->v[k];
	return NULL;
}

static struct entry *by_ifindex(struct twins *tw, unsigned int ifindex)
{
	for (size_t k = 0; k < tw->n; k++)
		if (tw->v[k].ifindex == ifindex)
			return &tw->v[k];
	return NULL;
}

static void count(struct twins *tw, uint32_t protocol, enum hello_verdict v)
{
	tw->stats[protocol].verdict[v]++;
}

static void take_probe(struct twins *tw, unsigned int ifindex, const uint8_t *buf, size_t len,
		       mono_t now)
{
	struct entry *e = by_ifindex(tw, ifindex);
	struct link *l = e ? links_find(tw->links, e->protocol) : NULL;
	struct twin_packet p;
	enum hello_verdict v;

	/* It is not about an interface of ours. */
	if (!l)
		return;
	v = twin_read(&l->local, &l->rx, TWIN_PROBE, now, buf, len, &p);
	if (v == HELLO_OK && p.rii != e->rii) {
		tw->stats[e->protocol].no_rii++;
		return;
	}
	if (v == HELLO_OK && !twin_new(&e->twin, &p))
		v = HELLO_REPLAY;
	count(tw, e->protocol, v);
	if (v != HELLO_OK)
		return;
	twin_probe(&e->twin, now);
	stepped(tw, e, now);
}

static bool take_one(struct twins *tw)
{
	struct sockaddr_ll from = { 0 };
	socklen_t size = sizeof(from);
	uint8_t buf[PACKET_MAX];
	ssize_t n = recvfrom(tw->fd, buf, sizeof(buf), MSG_DONTWAIT, (struct sockaddr *)&from,
			     &size);

	if (n < 0)
		return errno == EINTR || errno == ENETDOWN;
	if (from.sll_pkttype != PACKET_OUTGOING && from.sll_pkttype != PACKET_OTHERHOST)
		take_probe(tw, (unsigned int)from.sll_ifindex, buf, (size_t)n, clock_now());
	return true;
}

static void drain(struct twins *tw)
{
	for (int i = 0; i < TURN_MAX && take_one(tw); i++)
		;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	drain(arg);
}

/**
 * twins_report() - a report has come over the control link
 * @tw: all of them
 * @buf: packet
 * @len: its length in bytes
 * @now: when it came
 */
void twins_report(struct twins *tw, const uint8_t *buf, size_t len, mono_t now)
{
	struct twin_packet p;
	struct entry *e = NULL;
	enum hello_verdict v = twin_decode(buf, len, &p);
	struct link *l = v == HELLO_OK ? links_find(tw->links, p.protocol) : NULL;

	if (!l) {
		count(tw, 0, v == HELLO_OK ? HELLO_BAD_PROTOCOL : v);
		return;
	}
	v = twin_read(&l->local, &l->rx, TWIN_REPORT, now, buf, len, &p);
	if (v == HELLO_OK)
		e = by_rii(tw, p.rii, p.protocol);
	if (v == HELLO_OK && !e) {
		tw->stats[p.protocol].no_rii++;
		return;
	}
	if (e && p.nonce == e->twin.nonce && p.seq == e->twin.report_seq) {
		tw->stats[p.protocol].second_path++;
		return;
	}
	if (e && !twin_new(&e->twin, &p))
		v = HELLO_REPLAY;
	count(tw, p.protocol, v);
	if (v != HELLO_OK)
		return;
	drain(tw);
	twin_report(&e->twin, &p, l->conf.hold_ms, now);
	stepped(tw, e, now);
}

/**
 * twins_round() - the hellos of a link go out
 * @tw: all of them
 * @l: the link
 * @now: present time
 */
void twins_round(struct twins *tw, struct link *l, mono_t now)
{
	drain(tw);
	for (size_t k = 0; k < tw->n; k++) {
		struct entry *e = &tw->v[k];

		if (e->protocol != l->conf.protocol)
			continue;
		twin_tick(&e->twin, usable(tw, e), now);
		stepped(tw, e, now);
		send_both(tw, e, l, now);
	}
}

/* ------------------------------------------------------------------ neighbours */

/* The twin itself, by its own or the group's MAC address, is none. */
static bool is_twin(const struct entry *e, const struct neigh *n)
{
	static const uint8_t none[6];

	return memcmp(n->mac, none, sizeof(none)) &&
	       (!memcmp(n->mac, e->twin.peer_mac, sizeof(n->mac)) ||
		!memcmp(n->mac, e->vmac, sizeof(n->mac)));
}

static void on_neigh(void *arg, unsigned int ifindex, const struct neigh *n)
{
	struct twins *tw = arg;
	struct entry *e = by_ifindex(tw, ifindex);

	if (!e || is_twin(e, n))
		return;
	if (n->valid || e->twin.searching)
		neighs_add(&e->next, n);
	/* The kernel rounds down: an answer of a moment before counts, which is as good. */
	if (n->reachable && !mono_is_zero(e->asked) &&
	    n->age_ms <= mono_span_ms(e->asked, clock_now()))
		e->answered = true;
}

static void ask(struct twins *tw, struct entry *e, mono_t now)
{
	/* In the second list are those that the kernel has forgotten since. */
	for (uint32_t k = 0; k < e->next.n; k++)
		neightable_ask(tw->table, e->ifindex, &e->next.v[k]);
	for (uint32_t k = 0; k < e->neighs.n; k++)
		if (!neighs_has(&e->next, &e->neighs.v[k].addr))
			neightable_ask(tw->table, e->ifindex, &e->neighs.v[k]);
	for (uint32_t k = 0; k < e->twin.n_theirs; k++) {
		struct neigh n = { .addr = e->twin.theirs[k] };

		if (!neighs_has(&e->next, &n.addr) && !neighs_has(&e->neighs, &n.addr))
			neightable_ask(tw->table, e->ifindex, &n);
	}
	e->asked = now;
}

static void search_step(struct twins *tw, struct entry *e, mono_t now)
{
	if (mono_is_zero(e->asked)) {
		ask(tw, e, now);
		return;
	}
	if (!e->answered && mono_span_ms(e->asked, now) < SEARCH_MS)
		return;
	twin_answer(&e->twin, e->answered, now);
	stepped(tw, e, now);
}

static void on_table(void *arg, int err)
{
	struct twins *tw = arg;
	mono_t now = clock_now();
	bool searching = false;

	for (size_t k = 0; k < tw->n; k++) {
		struct entry *e = &tw->v[k];

		if (e->twin.searching)
			search_step(tw, e, now);
		else if (!err && e->twin.state == TWIN_HEARD && !e->twin.broken)
			e->neighs = e->next;
		searching |= e->twin.searching;
	}
	loop_timer_set(&tw->look, mono_add_ms(now, searching ? SEARCH_STEP_MS : LOOK_MS));
}

static const struct neightable_ops table_ops = {
	.entry = on_neigh,
	.end = on_table,
};

static void on_look(void *arg, mono_t now)
{
	struct twins *tw = arg;
	int err;

	if (!tw->n)
		return;
	err = neightable_read(tw->table);
	if (err == -EBUSY)
		return;
	for (size_t k = 0; k < tw->n; k++)
		memset(&tw->v[k].next, 0, sizeof(tw->v[k].next));
	if (err)
		loop_timer_set(&tw->look, mono_add_ms(now, SEARCH_STEP_MS));
}

/* --------------------------------------------------------------- configuration */

static bool describe(const struct conf *c, const struct conf_if *f, struct entry *e)
{
	const struct conf_group *g = f->in_group ? conf_group(c, f->group.id) : NULL;

	memset(e, 0, sizeof(*e));
	if (!f->rii || !g || !g->control[0] || g->protocol > CONF_MAX_PROTOCOLS)
		return false;
	snprintf(e->name, sizeof(e->name), "%s", f->name);
	e->rii = (uint16_t)f->rii;
	e->group = (uint8_t)g->id;
	e->protocol = g->protocol;
	conf_vmac(c, f, e->vmac);
	e->told.reachable = true;
	return true;
}

/* One that stays the same goes on. */
static void take_over(struct entry *e, const struct entry *old, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		struct entry was = old[k];

		if (strcmp(was.name, e->name) || was.rii != e->rii || was.protocol != e->protocol)
			continue;
		was.group = e->group;
		memcpy(was.vmac, e->vmac, sizeof(was.vmac));
		*e = was;
	}
}

/**
 * twins_configure() - probe the interfaces of a configuration
 * @tw: all of them
 * @c: the configuration
 *
 * Nobody is told: the caller looks at the states itself.
 *
 * Return: 0 or -ENOMEM.
 */
int twins_configure(struct twins *tw, const struct conf *c)
{
	struct entry *old = malloc(sizeof(tw->v));
	mono_t now = clock_now();
	size_t n_old = tw->n;

	if (!old)
		return -ENOMEM;
	memcpy(old, tw->v, sizeof(tw->v));
	for (size_t k = 0; k < n_old; k++)
		if (old[k].ifindex)
			membership(tw, &old[k], old[k].ifindex, PACKET_DROP_MEMBERSHIP);
	tw->domain = c->domain;
	tw->n = 0;
	for (uint32_t k = 0; k < c->n_ifs; k++) {
		struct entry *e = &tw->v[tw->n];

		if (!describe(c, &c->iface[k], e))
			continue;
		take_over(e, old, n_old);
		e->ifindex = 0;
		follow(tw, e);
		tw->n++;
	}
	free(old);
	if (tw->n && mono_is_never(tw->look.at))
		loop_timer_set(&tw->look, now);
	return 0;
}

static void on_iface(void *arg, enum iface_event ev, const struct iface *i,
		     const struct iface_addr *a)
{
	struct twins *tw = arg;
	mono_t now = clock_now();

	(void)i;
	(void)a;
	if (ev == IFACE_ADDR_NEW || ev == IFACE_ADDR_GONE)
		return;
	for (size_t k = 0; k < tw->n; k++) {
		follow(tw, &tw->v[k]);
		twin_tick(&tw->v[k].twin, usable(tw, &tw->v[k]), now);
		stepped(tw, &tw->v[k], now);
	}
}

/**
 * twins_get() - where an interface stands
 * @tw: all of them
 * @ifname: the interface
 * @out: gets it
 *
 * Return: false: it has no twin.
 */
bool twins_get(const struct twins *tw, const char *ifname, struct twins_state *out)
{
	for (size_t k = 0; k < tw->n; k++) {
		if (strcmp(tw->v[k].name, ifname))
			continue;
		*out = state_of(&tw->v[k], clock_now());
		return true;
	}
	memset(out, 0, sizeof(*out));
	return false;
}

/**
 * twins_by_rii() - where the interface with an RII stands
 * @tw: all of them
 * @rii: the RII
 * @out: gets it
 *
 * Return: false: it has no twin.
 */
bool twins_by_rii(const struct twins *tw, uint32_t rii, struct twins_state *out)
{
	for (size_t k = 0; k < tw->n; k++)
		if (tw->v[k].rii == rii)
			return twins_get(tw, tw->v[k].name, out);
	return false;
}

/**
 * twins_stats() - counters
 * @tw: all of them
 * @protocol: of this protocol instance; 0: reports that belong to none
 * @out: gets them
 */
void twins_stats(const struct twins *tw, uint32_t protocol, struct twins_stats *out)
{
	*out = tw->stats[protocol <= CONF_MAX_PROTOCOLS ? protocol : 0];
}

static int make_socket(struct twins *tw, struct event_base *base)
{
	int prio = 6;

	tw->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			htons(TWIN_ETHERTYPE));
	if (tw->fd < 0)
		return -errno;
	(void)setsockopt(tw->fd, SOL_SOCKET, SO_PRIORITY, &prio, sizeof(prio));
	tw->ev = event_new(base, tw->fd, EV_READ | EV_PERSIST, on_readable, tw);
	return tw->ev && !event_add(tw->ev, NULL) ? 0 : -ENOMEM;
}

/**
 * twins_open() - no interfaces yet
 * @base: event loop
 * @ifs: interfaces
 * @links: control links
 * @fn: called from the loop
 * @arg: for @fn
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int twins_open(struct event_base *base, struct ifaces *ifs, struct links *links,
	       twins_fn fn, void *arg, struct twins **out)
{
	struct twins *tw = calloc(1, sizeof(*tw));
	int err;

	if (!tw)
		return -ENOMEM;
	tw->ifs = ifs;
	tw->links = links;
	tw->fn = fn;
	tw->arg = arg;
	err = make_socket(tw, base);
	if (!err)
		err = loop_timer_init(&tw->look, base, on_look, tw);
	if (!err)
		err = neightable_open(base, &table_ops, tw, &tw->table);
	if (!err)
		err = ifaces_watch(ifs, on_iface, tw);
	if (err)
		twins_close(tw);
	else
		*out = tw;
	return err;
}

/**
 * twins_close() - probe no more
 * @tw: may be NULL
 */
void twins_close(struct twins *tw)
{
	if (!tw)
		return;
	ifaces_unwatch(tw->ifs, on_iface, tw);
	neightable_close(tw->table);
	loop_timer_free(&tw->look);
	if (tw->ev)
		event_free(tw->ev);
	if (tw->fd >= 0)
		close(tw->fd);
	free(tw);
}
