// SPDX-License-Identifier: GPL-2.0-or-later
/* For sendmmsg() */
#define _GNU_SOURCE
#include "announce.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netpacket/packet.h>

#include "core/conf.h"
#include "core/conf_vmac.h"
#include "core/gratuitous.h"
#include "core/pooladdr.h"
#include "io/clock.h"
#include "io/ifaces.h"
#include "io/loop.h"
#include "io/watchers.h"

#define BURST		1024		/* messages of one sendmmsg(), the kernel's limit */
#define PAUSE_MS	2		/* when the queue is full */
#define PAUSES_MAX	50		/* then the frame is given up */
#define REFRESH_MS	60000		/* switches remember a MAC address for 300 s */
#define SEND_BUF	(8 * 1024 * 1024)

static const uint32_t round_ms[] = { 0, 100, 500, 2000 };

#define ROUNDS (sizeof(round_ms) / sizeof(round_ms[0]))

/* @mac: what is told; all zero: the MAC address of the interface, whatever it is. */
struct target {
	char ifname[IFNAMSIZ];
	struct rg_addr addr;
	uint8_t mac[6];
};

struct frame {
	uint8_t data[GRATUITOUS_MAX];
	struct iovec iov;
	struct sockaddr_ll to;
};

/*
 * @active: between start and stop.  @round: of @round_ms, ROUNDS when all are done.  @at: next
 * frame of the round.  @refresh: there is a virtual MAC address, which nothing else that we send
 * has as its source: switches would forget where it is.  @pauses: how often the frame at @at found
 * no room.
 */
struct group {
	struct announce *all;
	uint32_t id;
	struct target *target;
	size_t n_targets;
	struct frame *frame;
	struct mmsghdr *mh;
	size_t n_frames;
	struct loop_timer timer;
	bool active;
	bool refresh;
	mono_t began;
	size_t round;
	size_t at;
	unsigned int pauses;
	struct announce_state st;
};

struct announce {
	struct event_base *base;
	struct ifaces *ifs;
	int fd;
	struct group *group[CONF_MAX_GROUPS + 1];
};

static void add_frame(struct group *g, const struct iface *i, const uint8_t *mac,
		      const struct rg_addr *a, bool reply)
{
	struct frame *f = &g->frame[g->n_frames];
	struct mmsghdr *m = &g->mh[g->n_frames];

	memset(f, 0, sizeof(*f));
	memset(m, 0, sizeof(*m));
	f->iov.iov_base = f->data;
	f->iov.iov_len = a->family == RG_V4 ? gratuitous_arp(f->data, mac, a, reply)
					    : gratuitous_na(f->data, mac, a);
	f->to.sll_family = AF_PACKET;
	f->to.sll_ifindex = (int)i->ifindex;
	f->to.sll_halen = 6;
	memcpy(f->to.sll_addr, f->data, 6);
	memcpy(&f->to.sll_protocol, f->data + 12, 2);
	m->msg_hdr.msg_name = &f->to;
	m->msg_hdr.msg_namelen = sizeof(f->to);
	m->msg_hdr.msg_iov = &f->iov;
	m->msg_hdr.msg_iovlen = 1;
	g->n_frames++;
}

/*
 * Virtual addresses stand first among the targets, so hosts learn their gateway before servers
 * learn the pool.
 */
static void build(struct group *g)
{
	static const uint8_t no_mac[6];

	g->n_frames = 0;
	g->at = 0;
	for (size_t k = 0; k < g->n_targets; k++) {
		const struct iface *i = ifaces_by_name(g->all->ifs, g->target[k].ifname);
		const struct rg_addr *a = &g->target[k].addr;
		const uint8_t *mac = g->target[k].mac;

		if (i && !memcmp(mac, no_mac, sizeof(no_mac)))
			mac = i->mac;
		if (!i || !memcmp(mac, no_mac, sizeof(no_mac)))
			continue;
		add_frame(g, i, mac, a, false);
		if (a->family == RG_V4)
			add_frame(g, i, mac, a, true);
	}
}

static bool full(int err)
{
	return err == ENOBUFS || err == EAGAIN || err == ENOMEM;
}

/* Sends from g->at on; false: the queue is full, go on later. */
static bool send_some(struct group *g)
{
	while (g->at < g->n_frames) {
		size_t n = g->n_frames - g->at;
		int got = sendmmsg(g->all->fd, &g->mh[g->at], (unsigned int)(n < BURST ? n : BURST),
				   MSG_DONTWAIT);

		if (got > 0) {
			g->at += (size_t)got;
			g->st.sent += (uint64_t)got;
			g->pauses = 0;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (full(errno) && g->pauses++ < PAUSES_MAX)
			return false;
		g->st.failed++;
		g->at++;
		g->pauses = 0;
	}
	return true;
}

static void run_round(struct group *g, mono_t now)
{
	if (!send_some(g)) {
		loop_timer_set(&g->timer, mono_add_ms(now, PAUSE_MS));
		return;
	}
	g->at = 0;
	watch(WATCH_VP, g->id, "RG id %u: announced: round %zu, %zu frames for %zu addresses",
	      g->id, g->round + 1, g->n_frames, g->n_targets);
	if (g->round < ROUNDS)
		g->round++;
	if (g->round == ROUNDS && !g->refresh)
		return;
	g->st.rounds++;
	loop_timer_set(&g->timer, g->round < ROUNDS ?
					  mono_add_ms(g->began, round_ms[g->round]) :
					  mono_add_ms(now, REFRESH_MS));
}

static void on_timer(void *arg, mono_t now)
{
	run_round(arg, now);
}

static void start(struct group *g)
{
	g->active = true;
	g->began = clock_now();
	g->round = 0;
	g->at = 0;
	g->pauses = 0;
	g->st.rounds++;
	loop_timer_set(&g->timer, MONO_NEVER);
	run_round(g, g->began);
}

static bool concerns(const struct group *g, const struct iface *i)
{
	for (size_t k = 0; k < g->n_targets; k++) {
		if (!i || !strcmp(g->target[k].ifname, i->name))
			return true;
	}
	return false;
}

/*
 * The neighbours of an interface that comes up, or gets another MAC address, may never have heard
 * of us.
 */
static void on_iface(void *arg, enum iface_event ev, const struct iface *i,
		     const struct iface_addr *a)
{
	struct announce *all = arg;

	(void)a;
	if (ev == IFACE_ADDR_NEW || ev == IFACE_ADDR_GONE)
		return;
	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++) {
		struct group *g = all->group[k];

		if (!g || !concerns(g, i))
			continue;
		build(g);
		if (g->active && ev != IFACE_GONE && (!i || iface_usable(i)))
			start(g);
	}
}

/**
 * announce_open() - nothing to announce yet
 * @base: event loop
 * @ifs: interfaces
 * @out: gets it
 *
 * Return: 0 or -errno.
 */
int announce_open(struct event_base *base, struct ifaces *ifs, struct announce **out)
{
	struct announce *a = calloc(1, sizeof(*a));
	int size = SEND_BUF, err;

	if (!a)
		return -ENOMEM;
	a->base = base;
	a->ifs = ifs;
	/* Protocol 0: it sends and never receives. */
	a->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (a->fd < 0) {
		err = -errno;
		free(a);
		return err;
	}
	if (setsockopt(a->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(a->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	err = ifaces_watch(ifs, on_iface, a);
	if (err) {
		close(a->fd);
		free(a);
		return err;
	}
	*out = a;
	return 0;
}

static void free_group(struct group *g)
{
	if (!g)
		return;
	loop_timer_free(&g->timer);
	free(g->target);
	free(g->frame);
	free(g->mh);
	free(g);
}

/**
 * announce_close() - announce nothing any more
 * @a: announcements, may be NULL
 */
void announce_close(struct announce *a)
{
	if (!a)
		return;
	ifaces_unwatch(a->ifs, on_iface, a);
	for (size_t k = 0; k <= CONF_MAX_GROUPS; k++)
		free_group(a->group[k]);
	close(a->fd);
	free(a);
}

static struct group *need_group(struct announce *a, uint32_t id)
{
	struct group *g = a->group[id];

	if (g)
		return g;
	g = calloc(1, sizeof(*g));
	if (!g || loop_timer_init(&g->timer, a->base, on_timer, g)) {
		free(g);
		return NULL;
	}
	g->all = a;
	g->id = id;
	a->group[id] = g;
	return g;
}

static size_t count_outside(const struct conf *c)
{
	size_t n = 0;

	for (uint32_t k = 0; k < c->n_ifs; k++)
		n += c->iface[k].nat == CONF_NAT_OUTSIDE;
	return n;
}

static void add_target(struct group *g, const struct conf *c, const struct conf_if *i,
		       const struct rg_addr *a)
{
	struct target *t = &g->target[g->n_targets++];

	conf_vip_device(i, t->ifname);
	t->addr = *a;
	g->refresh |= conf_vmac(c, i, t->mac);
}

static void add_vips(struct group *g, const struct conf *c, uint32_t id)
{
	for (uint32_t k = 0; k < c->n_ifs; k++) {
		const struct conf_if *i = &c->iface[k];

		for (uint32_t j = 0; i->in_group && i->group.id == id && j < i->n_vips; j++)
			add_target(g, c, i, &i->vip[j].addr);
	}
}

static void add_pool(struct group *g, const struct conf *c, const struct rg_range *r, size_t n)
{
	size_t left = ANNOUNCE_MAX_POOL;

	for (; n; n--, r++) {
		struct rg_addr a = r->from;

		for (;;) {
			if (!left)
				return;
			left--;
			for (uint32_t k = 0; k < c->n_ifs; k++) {
				if (c->iface[k].nat == CONF_NAT_OUTSIDE)
					add_target(g, c, &c->iface[k], &a);
			}
			if (addr_equal(&a, &r->to))
				break;
			addr_next(&a);
		}
	}
}

static int configure_group(struct announce *a, const struct conf *c, uint32_t id,
			   const struct rg_range *r, size_t n)
{
	struct group *g = need_group(a, id);
	uint64_t pool = pooladdr_count(r, n, RG_V4), pool6 = pooladdr_count(r, n, RG_V6);
	struct target *old;
	size_t room, n_old;
	bool same;

	if (!g)
		return -ENOMEM;
	pool = pool6 > UINT64_MAX - pool ? UINT64_MAX : pool + pool6;
	g->st.left_out = pool > ANNOUNCE_MAX_POOL ? pool - ANNOUNCE_MAX_POOL : 0;
	pool -= g->st.left_out;
	old = g->target;
	n_old = g->n_targets;
	room = (size_t)c->n_ifs * CONF_MAX_VIPS + (size_t)pool * count_outside(c) + 1;
	free(g->frame);
	free(g->mh);
	g->n_targets = 0;
	g->n_frames = 0;
	g->at = 0;
	g->refresh = false;
	g->target = calloc(room, sizeof(*g->target));
	g->frame = calloc(2 * room, sizeof(*g->frame));
	g->mh = calloc(2 * room, sizeof(*g->mh));
	if (!g->target || !g->frame || !g->mh) {
		free(old);
		return -ENOMEM;
	}
	add_vips(g, c, id);
	add_pool(g, c, r, n);
	g->st.addrs = (uint32_t)g->n_targets;
	build(g);
	/* Other addresses, or the same with another MAC address: nobody has heard of that. */
	same = n_old == g->n_targets && (!n_old || !memcmp(old, g->target, n_old * sizeof(*old)));
	free(old);
	if (g->active && !same)
		start(g);
	return 0;
}

/**
 * announce_configure() - take the addresses from a configuration
 * @a: announcements
 * @c: the configuration, not kept
 * @taken: addresses in use that the configuration does not know, see conf_pool_ranges()
 * @n_taken: how many
 *
 * A group that is being announced goes on as before if nothing has changed for it, and otherwise
 * begins anew.
 *
 * Return: 0 or the first -errno; all groups are tried.
 */
int announce_configure(struct announce *a, const struct conf *c, const struct rg_addr *taken,
		       size_t n_taken)
{
	struct rg_range *r = calloc(POOLADDR_RANGES, sizeof(*r));
	int ret = 0;

	if (!r)
		return -ENOMEM;
	for (uint32_t id = 1; id <= CONF_MAX_GROUPS; id++) {
		size_t n = 0;
		int err;

		if (!conf_group(c, id)) {
			free_group(a->group[id]);
			a->group[id] = NULL;
			continue;
		}
		err = pooladdr_ranges(c, id, taken, n_taken, r, POOLADDR_RANGES, &n);
		if (!err)
			err = configure_group(a, c, id, r, n);
		ret = ret ? ret : err;
	}
	free(r);
	return ret;
}

/**
 * announce_start() - tell the neighbours now, and some times more
 * @a: announcements
 * @group: group
 *
 * Return: 0, -ENOENT for an unknown group.
 */
int announce_start(struct announce *a, uint32_t group)
{
	if (group > CONF_MAX_GROUPS || !a->group[group])
		return -ENOENT;
	start(a->group[group]);
	return 0;
}

/**
 * announce_stop() - not one frame more
 * @a: announcements
 * @group: group; an unknown one has nothing to stop
 */
void announce_stop(struct announce *a, uint32_t group)
{
	if (group > CONF_MAX_GROUPS || !a->group[group])
		return;
	a->group[group]->active = false;
	loop_timer_set(&a->group[group]->timer, MONO_NEVER);
}

/**
 * announce_get() - what was announced
 * @a: announcements
 * @group: group
 * @out: gets it
 *
 * Return: 0, -ENOENT for an unknown group.
 */
int announce_get(const struct announce *a, uint32_t group, struct announce_state *out)
{
	memset(out, 0, sizeof(*out));
	if (group > CONF_MAX_GROUPS || !a->group[group])
		return -ENOENT;
	*out = a->group[group]->st;
	return 0;
}
