// SPDX-License-Identifier: GPL-2.0-or-later
#include "syncsock.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "io/bufev.h"
#include "io/clock.h"
#include "io/greet.h"
#include "io/ifaces.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/tcpstall.h"
#include "io/tls.h"
#include "io/tlsq.h"

#define RETRY_MIN_MS 100
#define RETRY_MAX_MS 2000

/* Written at once; the default of libevent would cut a batch into four. */
#define WRITE_MAX (128 * 1024)

#define REFUSED_LOG_MS 10000

/* Parts of a frame. */
#define PARTS_MAX 4

struct syncsock {
	struct event_base *base;
	struct ifaces *ifs;
	char ifname[IFNAMSIZ];
	uint16_t port;
	uint32_t silent_ms;
	const struct hello_ring *ring; /* without keys: in clear */
	const struct syncsock_ops *ops;
	void *arg;
	bool enabled;
	unsigned int ifindex;
	struct rg_addr addr; /* ours; family 0: the interface cannot be used */
	struct rg_addr target; /* family 0: the peer connects to us */
	uint16_t target_port;
	struct evconnlistener *listener;
	struct bufferevent *bev; /* connects; in clear it sends what the kernel did not take */
	struct event *readable;
	struct tls *tls; /* NULL: in clear */
	struct tlsq *queue; /* with TLS: what is to be sent */
	struct greet *own; /* the opening of the connection that we make */
	struct greet *opening[SYNCSOCK_OPENINGS]; /* those that we have accepted */
	struct opening last; /* .attempt: has led to a connection, in this life of the peer */
	struct opening_rate rate;
	mono_t refused_logged;
	uint64_t refused_quiet; /* not logged since */
	bool connecting;
	bool paused;
	struct loop_timer retry;
	uint32_t retry_ms;
	int last_err; /* logged once until it changes */
	struct syncsock_stats stats;
};

static void complain(struct syncsock *s, const char *what, int err)
{
	if (err == s->last_err)
		return;
	s->last_err = err;
	log_warnx("SYNC", "data link %s: %s: %s", s->ifname, what, strerror(-err));
}

static void drop(struct syncsock *s)
{
	if (s->bev && !s->connecting)
		s->stats.stalled = tcpstall(bufferevent_getfd(s->bev));
	if (s->readable)
		event_free(s->readable);
	s->readable = NULL;
	tlsq_free(s->queue);
	s->queue = NULL;
	greet_free(s->own);
	s->own = NULL;
	tls_free(s->tls);
	s->tls = NULL;
	if (s->bev)
		bufferevent_free(s->bev);
	s->bev = NULL;
	s->connecting = false;
	s->paused = false;
}

static struct sockaddr_in sockaddr_of(const struct rg_addr *a, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port) };

	memcpy(&sin.sin_addr, a->b, 4);
	return sin;
}

static int tcp_socket(struct syncsock *s, uint16_t port)
{
	struct sockaddr_in sin = sockaddr_of(&s->addr, port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1, err;

	if (fd < 0)
		return -errno;
	if (!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) &&
	    !setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, s->ifname,
			(socklen_t)strlen(s->ifname) + 1) &&
	    !bind(fd, (struct sockaddr *)&sin, sizeof(sin)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static void tune(struct syncsock *s, int fd)
{
	int one = 1, idle = 1, interval = 1, ms = (int)s->silent_ms;

	/* All of it only makes the connection quicker, or its end seen sooner. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
}

static void retry_later(struct syncsock *s)
{
	if (!s->enabled || !s->target.family || !s->addr.family)
		return;
	loop_timer_set(&s->retry, mono_add_ms(clock_now(), s->retry_ms));
	s->retry_ms = s->retry_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : s->retry_ms * 2;
}

/* A connection that stood has ended. */
static void ended(struct syncsock *s, int err)
{
	drop(s);
	s->ops->closed(s->arg, err);
	retry_later(s);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct syncsock *s = arg;

	(void)fd;
	(void)what;
	s->ops->readable(s->arg);
}

static bool watch(struct syncsock *s, int fd)
{
	s->readable = event_new(s->base, fd, EV_READ | EV_PERSIST, on_readable, s);
	return s->readable && !event_add(s->readable, NULL) &&
	       (!s->tls || !tlsq_new(s->base, fd, s->tls, &s->queue));
}

/* What waits to be sent. */
static struct evbuffer *queue_of(const struct syncsock *s)
{
	return s->queue ? tlsq_buffer(s->queue) : bufferevent_get_output(s->bev);
}

/*
 * Bytes are read to where they are wanted, and not by way of the buffer of the bufferevent: a
 * standby would copy every record once more.
 */
static void established(struct syncsock *s)
{
	int fd = bufferevent_getfd(s->bev);

	if (!watch(s, fd)) {
		complain(s, "cannot read", -ENOMEM);
		drop(s);
		retry_later(s);
		return;
	}
	s->connecting = false;
	s->last_err = 0;
	s->retry_ms = RETRY_MIN_MS;
	loop_timer_set(&s->retry, MONO_NEVER);
	tune(s, fd);
	bufferevent_set_max_single_write(s->bev, WRITE_MAX);
	if (!s->tls)
		bufferevent_enable(s->bev, EV_WRITE);
	s->ops->connected(s->arg);
}

/* Once in a while: whoever makes such connections must not fill the log. */
static void refused(struct syncsock *s, enum opening_verdict v)
{
	mono_t now = clock_now();

	s->stats.opening[v]++;
	s->refused_quiet++;
	if (!mono_is_zero(s->refused_logged) &&
	    mono_before(now, mono_add_ms(s->refused_logged, REFUSED_LOG_MS)))
		return;
	log_warnx("SYNC", "data link %s: opening refused: %s, %llu since the last report",
		  s->ifname, opening_name(v), (unsigned long long)s->refused_quiet);
	s->refused_logged = now;
	s->refused_quiet = 0;
}

/* A connection that we make is done, or has failed. */
static void own_done(void *arg, struct greet *g, enum opening_verdict v)
{
	struct syncsock *s = arg;

	s->own = NULL;
	if (v != OPENING_OK) {
		greet_free(g);
		refused(s, v);
		drop(s);
		retry_later(s);
		return;
	}
	s->stats.opening[v]++;
	s->tls = greet_take(g);
	greet_free(g);
	established(s);
}

/* TCP has connected us. In clear that is all. */
static void connected(struct syncsock *s)
{
	struct opening o = { 0 };

	s->stats.connected++;
	if (!hello_ring_keyed(s->ring)) {
		established(s);
		return;
	}
	s->ops->opening(s->arg, &o);
	o.attempt = (uint64_t)clock_now().ns;
	if (!greet_new(s->base, bufferevent_getfd(s->bev), false, s->ring, &o, own_done, s,
		       &s->own))
		return;
	complain(s, "cannot begin TLS", -ENOMEM);
	drop(s);
	retry_later(s);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct syncsock *s = arg;
	int err = -EVUTIL_SOCKET_ERROR();

	if (what & BEV_EVENT_CONNECTED) {
		connected(s);
		return;
	}
	/* What came before the end is still to be read. */
	if (!s->connecting)
		s->ops->readable(s->arg);
	if (bev != s->bev)
		return;
	err = what & BEV_EVENT_EOF ? 0 : err;
	if (!s->connecting) {
		ended(s, err);
		return;
	}
	s->stats.connect_failed++;
	complain(s, "cannot connect", err);
	drop(s);
	retry_later(s);
}

static struct bufferevent *make_bev(struct syncsock *s, int fd)
{
	struct bufferevent *bev = bufferevent_socket_new(s->base, fd, BEV_OPT_CLOSE_ON_FREE);

	if (!bev) {
		close(fd);
		return NULL;
	}
	bufferevent_setcb(bev, NULL, NULL, on_event, s);
	return bev;
}

static void try_connect(struct syncsock *s)
{
	struct sockaddr_in to = sockaddr_of(&s->target, s->target_port);
	int fd;

	if (s->bev || !s->enabled || !s->target.family || !s->addr.family)
		return;
	fd = tcp_socket(s, 0);
	if (fd < 0) {
		s->stats.connect_failed++;
		complain(s, "cannot make a socket", fd);
		retry_later(s);
		return;
	}
	/* Before the connection stands, so that a silent peer ends the attempt early. */
	tune(s, fd);
	s->bev = make_bev(s, fd);
	s->connecting = true;
	if (s->bev && bufferevent_socket_connect(s->bev, (struct sockaddr *)&to, sizeof(to)) < 0 &&
	    s->bev && s->connecting) {
		s->stats.connect_failed++;
		complain(s, "cannot connect", -errno);
		drop(s);
	}
	if (!s->bev)
		retry_later(s);
}

static void on_retry(void *arg, mono_t now)
{
	(void)now;
	try_connect(arg);
}

static void forget_opening(struct syncsock *s, struct greet *g)
{
	for (int i = 0; i < SYNCSOCK_OPENINGS; i++)
		if (s->opening[i] == g)
			s->opening[i] = NULL;
	greet_free(g);
}

static void drop_openings(struct syncsock *s)
{
	for (int i = 0; i < SYNCSOCK_OPENINGS; i++) {
		if (!s->opening[i])
			continue;
		close(greet_fd(s->opening[i]));
		forget_opening(s, s->opening[i]);
	}
}

/* The peer has forgotten the connection that stood, or would not make a new one. */
static void replace(struct syncsock *s, int fd, struct tls *t)
{
	if (s->bev) {
		drop(s);
		s->ops->closed(s->arg, -ECONNRESET);
	}
	s->bev = make_bev(s, fd);
	s->tls = t;
	if (!s->bev) {
		drop(s);
		return;
	}
	s->stats.accepted++;
	established(s);
}

static void accepted_done(void *arg, struct greet *g, enum opening_verdict v)
{
	struct syncsock *s = arg;
	int fd = greet_fd(g);
	struct tls *t = v == OPENING_OK ? greet_take(g) : NULL;

	forget_opening(s, g);
	if (v != OPENING_OK) {
		close(fd);
		refused(s, v);
		return;
	}
	s->stats.opening[v]++;
	if (t) {
		s->ops->opening(s->arg, &s->last);
		s->last.attempt = tls_attempt(t);
	}
	replace(s, fd, t);
}

/* Attempts count in a life of the client; what went before in another one is refused for that. */
static void what_for(struct syncsock *s, struct opening *o)
{
	s->ops->opening(s->arg, o);
	o->attempt = o->client == s->last.client && o->client_nonce == s->last.client_nonce ?
			     s->last.attempt :
			     0;
}

/* Who waits longest gives way: the peer needs but a moment. */
static struct greet **free_slot(struct syncsock *s)
{
	struct greet **oldest = &s->opening[0];

	for (int i = 0; i < SYNCSOCK_OPENINGS; i++) {
		if (!s->opening[i])
			return &s->opening[i];
		if (mono_before(greet_began(s->opening[i]), greet_began(*oldest)))
			oldest = &s->opening[i];
	}
	close(greet_fd(*oldest));
	forget_opening(s, *oldest);
	refused(s, OPENING_CROWDED);
	return oldest;
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa, int len,
		      void *arg)
{
	struct rg_addr from = { .family = RG_V4 };
	struct syncsock *s = arg;
	struct greet **slot;
	struct opening o = { 0 };

	(void)l;
	if (len >= (int)sizeof(struct sockaddr_in))
		memcpy(from.b, &((struct sockaddr_in *)sa)->sin_addr, 4);
	if (!s->enabled || !s->ops->accept(s->arg, &from)) {
		s->stats.refused_peer++;
		close(fd);
		return;
	}
	if (!opening_allow(&s->rate, clock_now())) {
		refused(s, OPENING_RATE);
		close(fd);
		return;
	}
	what_for(s, &o);
	slot = free_slot(s);
	if (greet_new(s->base, fd, true, s->ring, &o, accepted_done, s, slot)) {
		complain(s, "cannot accept", -ENOMEM);
		close(fd);
	}
}

static void listen_stop(struct syncsock *s)
{
	if (s->listener)
		evconnlistener_free(s->listener);
	s->listener = NULL;
}

static void listen_start(struct syncsock *s)
{
	int fd = tcp_socket(s, s->port);
	int err = fd < 0 ? fd : 0;

	if (!err && listen(fd, 4))
		err = -errno;
	if (!err) {
		s->listener = evconnlistener_new(s->base, on_accept, s,
						 LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0,
						 fd);
		err = s->listener ? 0 : -ENOMEM;
	}
	if (!err)
		return;
	if (fd >= 0)
		close(fd);
	s->stats.listen_failed++;
	complain(s, "cannot listen", err);
}

static void close_all(struct syncsock *s, int err)
{
	bool stood = s->bev && !s->connecting;

	listen_stop(s);
	loop_timer_set(&s->retry, MONO_NEVER);
	drop_openings(s);
	drop(s);
	if (stood)
		s->ops->closed(s->arg, err);
}

static void open_all(struct syncsock *s)
{
	s->retry_ms = RETRY_MIN_MS;
	if (!s->enabled || !s->addr.family)
		return;
	listen_start(s);
	try_connect(s);
}

static void refresh(struct syncsock *s)
{
	const struct iface *i = ifaces_by_name(s->ifs, s->ifname);
	struct rg_addr addr = { 0 };
	unsigned int ifindex = 0;

	if (i && i->admin_up && iface_primary4(i, &addr))
		ifindex = i->ifindex;
	else
		memset(&addr, 0, sizeof(addr));
	if (ifindex == s->ifindex && !memcmp(&addr, &s->addr, sizeof(addr)))
		return;
	close_all(s, -ENETDOWN);
	s->ifindex = ifindex;
	s->addr = addr;
	open_all(s);
}

static void on_iface(void *arg, enum iface_event ev, const struct iface *iface,
		     const struct iface_addr *addr)
{
	struct syncsock *s = arg;

	(void)ev;
	(void)addr;
	if (!iface || !strcmp(iface->name, s->ifname))
		refresh(s);
}

/**
 * syncsock_new() - the TCP end of a data link, not enabled
 * @base: event base
 * @ifs: interfaces, outlive it
 * @ifname: data interface; need not be there yet
 * @port: listens here
 * @silent_ms: the kernel breaks a connection that is not answered for so long
 * @ring: keys, outlive it; without any the connection is in clear
 * @ops: callbacks
 * @arg: for @ops
 * @out: the socket
 *
 * Return: 0 or -errno.
 */
int syncsock_new(struct event_base *base, struct ifaces *ifs, const char *ifname, uint16_t port,
		 uint32_t silent_ms, const struct hello_ring *ring, const struct syncsock_ops *ops,
		 void *arg, struct syncsock **out)
{
	struct syncsock *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->base = base;
	s->ifs = ifs;
	s->port = port;
	s->silent_ms = silent_ms;
	s->ring = ring;
	s->ops = ops;
	s->arg = arg;
	snprintf(s->ifname, sizeof(s->ifname), "%s", ifname);
	err = loop_timer_init(&s->retry, base, on_retry, s);
	if (!err)
		err = ifaces_watch(ifs, on_iface, s);
	if (err) {
		loop_timer_free(&s->retry);
		free(s);
		return err;
	}
	refresh(s);
	*out = s;
	return 0;
}

/**
 * syncsock_free() - close all and free; no callback is called
 * @s: the socket, or NULL
 */
void syncsock_free(struct syncsock *s)
{
	if (!s)
		return;
	ifaces_unwatch(s->ifs, on_iface, s);
	listen_stop(s);
	drop_openings(s);
	drop(s);
	loop_timer_free(&s->retry);
	free(s);
}

/**
 * syncsock_enable() - listen and connect, or do neither
 * @s: the socket
 * @on: without a kernel to feed there is nothing to connect for
 */
void syncsock_enable(struct syncsock *s, bool on)
{
	if (on == s->enabled)
		return;
	s->enabled = on;
	if (on)
		open_all(s);
	else
		close_all(s, -ESHUTDOWN);
}

/**
 * syncsock_connect_to() - which of the two connects
 * @s: the socket
 * @addr: the peer's end to connect to; NULL: the peer connects to us, or there is none
 * @port: its port
 */
void syncsock_connect_to(struct syncsock *s, const struct rg_addr *addr, uint16_t port)
{
	static const struct rg_addr none;

	addr = addr ? addr : &none;
	if (!memcmp(addr, &s->target, sizeof(*addr)) && port == s->target_port)
		return;
	s->target = *addr;
	s->target_port = port;
	s->retry_ms = RETRY_MIN_MS;
	loop_timer_set(&s->retry, MONO_NEVER);
	if (s->connecting)
		drop(s);
	try_connect(s);
}

/**
 * syncsock_disconnect() - end the connection; what is queued goes out as far as the kernel takes it
 * now
 * @s: the socket
 */
void syncsock_disconnect(struct syncsock *s)
{
	if (!s->bev)
		return;
	if (s->queue)
		tlsq_end(s->queue);
	else if (!s->connecting)
		bufev_flush(s->bev);
	drop(s);
	retry_later(s);
}

/*
 * What the kernel takes now need be neither copied into a buffer nor waited for.  Returns how much
 * that was; what is wrong with the connection will come out in other ways.
 */
static size_t send_now(struct syncsock *s, const void *const *part, const size_t *len, size_t n)
{
	struct iovec iov[PARTS_MAX];
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = n };
	ssize_t sent;

	for (size_t i = 0; i < n; i++)
		iov[i] = (struct iovec){ .iov_base = (void *)part[i], .iov_len = len[i] };
	sent = sendmsg(bufferevent_getfd(s->bev), &mh, MSG_DONTWAIT | MSG_NOSIGNAL);
	return sent > 0 ? (size_t)sent : 0;
}

/**
 * syncsock_send() - send the parts of a frame
 * @s: the socket
 * @part: parts
 * @len: their lengths
 * @n: how many, at most four
 *
 * Return: 0, -ENOTCONN, or -ENOMEM: then part of a frame may have been queued and the connection
 * must end.
 */
int syncsock_send(struct syncsock *s, const void *const *part, const size_t *len, size_t n)
{
	struct evbuffer *out;
	size_t queued, gone = 0;

	if (!s->bev || s->connecting)
		return -ENOTCONN;
	out = queue_of(s);
	if (!s->tls && !evbuffer_get_length(out))
		gone = send_now(s, part, len, n);
	for (size_t i = 0; i < n; i++) {
		size_t skip = gone < len[i] ? gone : len[i];

		if (skip < len[i] &&
		    evbuffer_add(out, (const uint8_t *)part[i] + skip, len[i] - skip))
			return -ENOMEM;
		gone -= skip;
		s->stats.tx_bytes += len[i];
	}
	queued = evbuffer_get_length(out);
	if (queued > s->stats.queue_max)
		s->stats.queue_max = queued;
	if (s->queue)
		tlsq_flush(s->queue);
	return 0;
}

/**
 * syncsock_read() - take bytes that have arrived
 * @s: the socket
 * @buf: destination
 * @room: its size
 *
 * A connection that has ended is closed here, and told.
 *
 * Return: how many, 0: none.
 */
size_t syncsock_read(struct syncsock *s, void *buf, size_t room)
{
	ssize_t n;

	if (!s->readable || !room)
		return 0;
	n = s->tls ? tls_read(s->tls, buf, room) :
		     recv(bufferevent_getfd(s->bev), buf, room, MSG_DONTWAIT);
	if (n > 0) {
		s->stats.rx_bytes += (size_t)n;
		return (size_t)n;
	}
	if (n < 0)
		n = s->tls ? n : -errno;
	if (!n || (n != -EAGAIN && n != -EINTR))
		ended(s, (int)n);
	return 0;
}

/**
 * syncsock_pause() - leave what arrives in the kernel's buffer for a while
 * @s: the socket
 * @pause: or go on
 */
void syncsock_pause(struct syncsock *s, bool pause)
{
	if (!s->readable || pause == s->paused)
		return;
	s->paused = pause;
	if (pause)
		event_del(s->readable);
	else
		event_add(s->readable, NULL);
}

/**
 * syncsock_pending() - has the peer sent something that was not taken yet?
 * @s: the socket
 *
 * Return: true if so.
 */
bool syncsock_pending(const struct syncsock *s)
{
	int n = 0;

	if (!s->bev || s->connecting)
		return false;
	if (s->tls)
		return tls_pending(s->tls);
	return !ioctl(bufferevent_getfd(s->bev), FIONREAD, &n) && n > 0;
}

/**
 * syncsock_connected() - does a connection stand?
 * @s: the socket
 *
 * Return: true if so.
 */
bool syncsock_connected(const struct syncsock *s)
{
	return s->bev && !s->connecting;
}

/**
 * syncsock_addr() - our address on the data interface
 * @s: the socket
 * @out: the address
 *
 * Return: false if the interface cannot be used.
 */
bool syncsock_addr(const struct syncsock *s, struct rg_addr *out)
{
	*out = s->addr;
	return s->addr.family != RG_NONE;
}

/**
 * syncsock_stats() - counters
 * @s: the socket
 *
 * Return: the counters, valid as long as the socket.
 */
const struct syncsock_stats *syncsock_stats(const struct syncsock *s)
{
	return &s->stats;
}
