// SPDX-License-Identifier: GPL-2.0-or-later
#include "sla.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/conf.h"
#include "core/slapkt.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/loop.h"

#define DNS_PORT	53
#define ANSWER_MAX	1500

/**
 * struct op - an operation that runs
 * @all: the others
 * @next: one of them
 * @conf: what it asks
 * @timer: when it asks next
 * @limit: when the answer is due
 * @fd: socket of the question under way, -1: none
 * @ev: what it waits for
 * @begun: when it was asked
 * @id: what its answer has to repeat
 * @state: for those who look
 */
struct op {
	struct slas *all;
	struct op *next;
	struct conf_sla conf;
	struct loop_timer timer;
	struct loop_timer limit;
	int fd;
	struct event *ev;
	mono_t begun;
	uint16_t id;
	struct sla_state state;
};

struct slas {
	struct event_base *base;
	sla_fn fn;
	void *arg;
	struct op *first;
	uint16_t ids;
};

/* ------------------------------------------------------------ the question */

static void hang_up(struct op *o)
{
	if (o->ev)
		event_free(o->ev);
	if (o->fd >= 0)
		close(o->fd);
	o->ev = NULL;
	o->fd = -1;
	loop_timer_set(&o->limit, MONO_NEVER);
}

static void end(struct op *o, enum sla_code code, int err)
{
	struct sla_state *s = &o->state;

	hang_up(o);
	if (code == SLA_OK) {
		s->rtt_us = mono_span_ns(o->begun, clock_now()) / 1000;
		s->answered++;
		if (s->rtt_us > UINT64_C(1000) * o->conf.threshold_ms) {
			code = SLA_OVER;
			s->late++;
		}
	} else if (code == SLA_TIMEOUT) {
		s->timeouts++;
	} else {
		s->failed++;
	}
	s->code = code;
	s->err = err;
	o->all->fn(o->all->arg, o->conf.id, code);
}

static bool over_tcp(const struct op *o)
{
	return o->conf.kind == CONF_SLA_TCP || o->conf.kind == CONF_SLA_HTTP;
}

static bool six(const struct op *o)
{
	return o->conf.dst.family == RG_V6;
}

static socklen_t fill(const struct rg_addr *a, uint16_t port, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *in6 = (void *)ss;
	struct sockaddr_in *in = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	if (a->family == RG_V6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		memcpy(&in6->sin6_addr, a->b, 16);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	memcpy(&in->sin_addr, a->b, 4);
	return sizeof(*in);
}

static int open_socket(const struct op *o)
{
	int family = six(o) ? AF_INET6 : AF_INET, flags = SOCK_NONBLOCK | SOCK_CLOEXEC;

	if (o->conf.kind == CONF_SLA_ICMP)
		return socket(family, SOCK_RAW | flags, six(o) ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
	return socket(family, (over_tcp(o) ? SOCK_STREAM : SOCK_DGRAM) | flags, 0);
}

static int send_all(const struct op *o, const void *p, size_t len)
{
	return send(o->fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len ? 0 : -errno;
}

static int ask_http(const struct op *o)
{
	char host[ADDR_STRLEN + 8], text[ADDR_STRLEN], req[SLAPKT_HTTP_MAX];

	addr_print(&o->conf.dst, text);
	snprintf(host, sizeof(host), six(o) ? "[%s]:%u" : "%s:%u", text, o->conf.port);
	return send_all(o, req, slapkt_http(o->conf.name, host, req));
}

/* What is sent without a connection. */
static int ask_datagram(const struct op *o)
{
	uint8_t echo[SLAPKT_ECHO], dns[SLAPKT_DNS_MAX];

	if (o->conf.kind == CONF_SLA_ICMP)
		return send_all(o, echo, slapkt_echo(six(o), (uint16_t)o->conf.id, o->id, echo));
	return send_all(o, dns, slapkt_dns(o->id, o->conf.name, dns));
}

static int connect_socket(struct op *o)
{
	uint16_t port = over_tcp(o) ? o->conf.port : o->conf.kind == CONF_SLA_DNS ? DNS_PORT : 0;
	struct sockaddr_storage to, from;
	socklen_t len = fill(&o->conf.source, 0, &from);

	if (o->conf.source.family && bind(o->fd, (struct sockaddr *)&from, len))
		return -errno;
	len = fill(&o->conf.dst, port, &to);
	if (!connect(o->fd, (struct sockaddr *)&to, len))
		return over_tcp(o) ? 0 : ask_datagram(o);
	return errno == EINPROGRESS ? 0 : -errno;
}

/* ---------------------------------------------------------------- the answer */

static enum slapkt_verdict judge(const struct op *o, const uint8_t *p, size_t len)
{
	switch (o->conf.kind) {
	case CONF_SLA_ICMP:
		return slapkt_echo_answer(six(o), (uint16_t)o->conf.id, o->id, p, len);
	case CONF_SLA_DNS:
		return slapkt_dns_answer(o->id, o->conf.name, p, len);
	default:
		return slapkt_http_answer((const char *)p, len);
	}
}

/* A stream is looked at from its beginning, so it stays in the socket till it is enough. */
static void read_answer(struct op *o)
{
	uint8_t buf[ANSWER_MAX];
	ssize_t got = recv(o->fd, buf, sizeof(buf), over_tcp(o) ? MSG_PEEK : 0);
	enum slapkt_verdict v;

	if (got < 0) {
		if (errno != EAGAIN && errno != EINTR)
			end(o, SLA_NO_CONNECTION, -errno);
		return;
	}
	if (!got && over_tcp(o)) {
		end(o, SLA_BAD_ANSWER, 0);
		return;
	}
	v = judge(o, buf, (size_t)got);
	if (v == SLAPKT_OK)
		end(o, SLA_OK, 0);
	else if (v == SLAPKT_REFUSED || v == SLAPKT_MALFORMED)
		end(o, SLA_BAD_ANSWER, 0);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	read_answer(arg);
}

static int wait_for(struct op *o, short what, event_callback_fn fn)
{
	if (o->ev)
		event_free(o->ev);
	/* By edge: what is left in a stream must not call again and again. */
	what |= over_tcp(o) ? EV_PERSIST | EV_ET : EV_PERSIST;
	o->ev = event_new(o->all->base, o->fd, what, fn, o);
	return o->ev && !event_add(o->ev, NULL) ? 0 : -ENOMEM;
}

static void on_connected(evutil_socket_t fd, short what, void *arg)
{
	struct op *o = arg;
	int err = 0;
	socklen_t len = sizeof(err);

	(void)what;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len))
		err = errno;
	err = -err;
	if (!err && o->conf.kind == CONF_SLA_TCP) {
		end(o, SLA_OK, 0);
		return;
	}
	if (!err)
		err = ask_http(o);
	if (!err)
		err = wait_for(o, EV_READ, on_readable);
	if (err)
		end(o, SLA_NO_CONNECTION, err);
}

static void on_limit(void *arg, mono_t now)
{
	struct op *o = arg;

	(void)now;
	if (o->fd >= 0)
		end(o, SLA_TIMEOUT, 0);
}

static void ask(struct op *o, mono_t now)
{
	int err = 0;

	o->state.asked++;
	o->id = ++o->all->ids;
	o->begun = now;
	o->fd = open_socket(o);
	if (o->fd < 0)
		err = -errno;
	if (!err)
		err = connect_socket(o);
	if (!err)
		err = over_tcp(o) ? wait_for(o, EV_WRITE, on_connected)
				  : wait_for(o, EV_READ, on_readable);
	if (err)
		end(o, SLA_NO_CONNECTION, err);
	else
		loop_timer_set(&o->limit, mono_add_ms(now, o->conf.timeout_ms));
}

static void on_timer(void *arg, mono_t now)
{
	struct op *o = arg;

	on_limit(o, now);
	ask(o, now);
	loop_timer_set(&o->timer, mono_add_ms(now, UINT64_C(1000) * o->conf.frequency_s));
}

/* ------------------------------------------------------------- all of them */

static void drop(struct op *o)
{
	struct op **at = &o->all->first;

	while (*at != o)
		at = &(*at)->next;
	*at = o->next;
	hang_up(o);
	loop_timer_free(&o->timer);
	loop_timer_free(&o->limit);
	free(o);
}

static int add(struct slas *ss, const struct conf_sla *c)
{
	struct op *o = calloc(1, sizeof(*o));

	if (!o)
		return -ENOMEM;
	o->all = ss;
	o->conf = *c;
	o->fd = -1;
	o->next = ss->first;
	ss->first = o;
	if (loop_timer_init(&o->timer, ss->base, on_timer, o) ||
	    loop_timer_init(&o->limit, ss->base, on_limit, o)) {
		drop(o);
		return -ENOMEM;
	}
	loop_timer_set(&o->timer, clock_now());
	return 0;
}

static struct op *find(const struct slas *ss, uint32_t id)
{
	struct op *o = ss->first;

	while (o && o->conf.id != id)
		o = o->next;
	return o;
}

/* Other times count from the next question on; another question is another operation. */
static bool keeps(struct op *o, const struct conf *c)
{
	const struct conf_sla *now = conf_sla(c, o->conf.id);
	uint32_t bits = now ? conf_sla_diff(&o->conf, now) : CONF_SLA_WHAT;

	if (bits & CONF_SLA_WHAT)
		return false;
	o->conf = *now;
	if (bits & CONF_SLA_TIMES)
		loop_timer_set(&o->timer, clock_now());
	return true;
}

/**
 * slas_configure() - ask what a configuration says
 * @ss: all of them
 * @c: the configuration
 *
 * What did not change goes on. What is new asks at once, from the loop.
 *
 * Return: 0 or -ENOMEM: not all of them run.
 */
int slas_configure(struct slas *ss, const struct conf *c)
{
	struct op *o = ss->first;
	int err = 0;

	while (o) {
		struct op *next = o->next;

		if (!keeps(o, c))
			drop(o);
		o = next;
	}
	for (uint32_t i = 0; i < c->n_slas && !err; i++)
		if (c->sla[i].scheduled && !find(ss, c->sla[i].id))
			err = add(ss, &c->sla[i]);
	return err;
}

/**
 * slas_get() - where an operation stands
 * @ss: all of them
 * @id: the operation
 * @out: gets it
 *
 * Return: false if it does not run; @out is zero then.
 */
bool slas_get(const struct slas *ss, uint32_t id, struct sla_state *out)
{
	const struct op *o = find(ss, id);

	memset(out, 0, sizeof(*out));
	if (o)
		*out = o->state;
	return o;
}

/**
 * slas_open() - no operations yet
 * @base: event loop
 * @fn: called from the loop when a question has ended
 * @arg: for @fn
 * @out: gets it
 *
 * Return: 0 or -ENOMEM.
 */
int slas_open(struct event_base *base, sla_fn fn, void *arg, struct slas **out)
{
	struct slas *ss = calloc(1, sizeof(*ss));

	if (!ss)
		return -ENOMEM;
	ss->base = base;
	ss->fn = fn;
	ss->arg = arg;
	*out = ss;
	return 0;
}

/**
 * slas_close() - ask no more
 * @ss: may be NULL
 */
void slas_close(struct slas *ss)
{
	if (!ss)
		return;
	while (ss->first)
		drop(ss->first);
	free(ss);
}
