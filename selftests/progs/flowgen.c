// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flowgen - many short or many lasting flows, against flowd
 *
 * usage: flowgen churn [-u] [-c CONC] [-w WAIT] [-r RATE] [-s PORT] {-n TOTAL | -t SECS} HOST PORT
 *        flowgen hold  [-u] [-c CONC] [-w WAIT] [-s PORT] -n TOTAL HOST PORT
 *        flowgen echo  [-u] [-w WAIT] -n TOTAL HOST PORT
 *
 * churn: open, one byte each way, close; CONC (64) at a time, at most RATE a
 *        second, until TOTAL flows or SECS seconds, or SIGTERM: no more flows then.
 * hold:  the same without close.  Prints "held=N" when all are there; on each
 *        SIGUSR1 sends a byte over every flow and prints "verified=N dead=M"
 *        when all echoes came or WAIT s have passed; SIGTERM ends it.
 * echo:  a byte each way over one flow, again and again, the next one when the last
 *        came back; prints "echoes=TOTAL us_per_echo=", without the first 1000.
 * A flow has failed after WAIT (10) seconds without an answer.
 * -u:    UDP; a datagram without echo is sent again three times, each second.
 * -s:    the client's own ports are PORT and those behind it, one after the other:
 *        those that the kernel chooses for UDP come more than once.
 *
 * Every 20000 flows it goes on to the next port (flowd PORT COUNT), for the
 * client's own ports run out.  churn and hold print flows=, fail= (of these: reset=,
 * timeout=), secs= and us_per_flow=.  Exit status 1 if a flow failed.
 */
#include "common.h"

#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define FLOWS_PER_PORT 20000
#define ECHO_WARM 1000
#define UDP_RETRY 1.0		/* s */
#define UDP_TRIES 4

enum state { FREE, CONNECTING, WAITING, HELD };

/**
 * struct flow - one connection
 * @fd: descriptor
 * @state: how far it is
 * @tries: datagrams sent
 * @since: when it came to this state, or when the last datagram was sent
 */
struct flow {
	int fd;
	enum state state;
	int tries;
	double since;
};

static struct {
	bool hold, echo, udp;
	unsigned int conc, port, own_port;
	unsigned long total;
	double rate, secs, wait;
	struct addr to;
} opt = { .conc = 64, .wait = 10 };

static int ep;
static struct flow *flows;
static unsigned int *free_slots, nslots, nfree;
static unsigned long started, done, failed, reset, timedout;
static volatile sig_atomic_t enough;

static void watch(struct flow *f, int op, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.u32 = f - flows };

	if (epoll_ctl(ep, op, f->fd, &e))
		die("epoll_ctl: %s", strerror(errno));
}

static void flow_free(struct flow *f)
{
	close(f->fd);
	f->state = FREE;
	free_slots[nfree++] = f - flows;
}

static void flow_fail(struct flow *f, int err)
{
	/* The first one is enough to see what is wrong. */
	if (!failed++)
		fprintf(stderr, "first failure: %s\n", strerror(err));
	if (err == ECONNRESET || err == ECONNREFUSED || err == EPIPE)
		reset++;
	else if (err == ETIMEDOUT)
		timedout++;
	flow_free(f);
}

static void flow_send(struct flow *f)
{
	f->since = now();
	f->state = WAITING;
	f->tries++;
	if (write(f->fd, "x", 1) != 1)
		flow_fail(f, errno);
}

/* The client's own port of a flow, if we choose it. */
static void flow_bind(int fd, unsigned long nth)
{
	struct addr own = { .ss.ss_family = opt.to.ss.ss_family, .len = opt.to.len };

	if (!opt.own_port)
		return;
	set_port(&own, opt.own_port + nth % FLOWS_PER_PORT);
	if (bind(fd, (struct sockaddr *)&own.ss, own.len))
		die("bind: %s", strerror(errno));
}

static void flow_start(void)
{
	struct flow *f = &flows[free_slots[--nfree]];

	set_port(&opt.to, opt.port + started / FLOWS_PER_PORT);
	f->fd = socket(opt.to.ss.ss_family,
		       (opt.udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK, 0);
	if (f->fd < 0)
		die("socket: %s", strerror(errno));
	flow_bind(f->fd, started++);
	f->since = now();
	f->tries = 0;
	f->state = CONNECTING;
	if (connect(f->fd, (struct sockaddr *)&opt.to.ss, opt.to.len) && errno != EINPROGRESS) {
		flow_fail(f, errno);
		return;
	}
	watch(f, EPOLL_CTL_ADD, opt.udp ? EPOLLIN : EPOLLOUT);
	if (opt.udp)
		flow_send(f);
}

static void flow_done(struct flow *f)
{
	done++;
	if (opt.hold)
		f->state = HELD;
	else
		flow_free(f);
}

static void flow_event(struct flow *f, uint32_t events)
{
	char buf[64];
	ssize_t n;
	int err = 0;
	socklen_t len = sizeof(err);

	if (events & EPOLLERR && !getsockopt(f->fd, SOL_SOCKET, SO_ERROR, &err, &len) && err) {
		flow_fail(f, err);
		return;
	}
	if (f->state == CONNECTING) {
		watch(f, EPOLL_CTL_MOD, EPOLLIN);
		flow_send(f);
		return;
	}
	n = read(f->fd, buf, sizeof(buf));
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		flow_fail(f, n ? errno : ECONNRESET);
	else if (f->state == WAITING)
		flow_done(f);
}

/* Resend datagrams and give up what waits for too long. */
static void look_after(void)
{
	double t = now();
	unsigned int i;

	for (i = 0; i < nslots; i++) {
		struct flow *f = &flows[i];

		if (f->state != CONNECTING && f->state != WAITING)
			continue;
		if (opt.udp && t - f->since > UDP_RETRY && f->tries < UDP_TRIES)
			flow_send(f);
		else if (t - f->since > (opt.udp ? UDP_RETRY : opt.wait))
			flow_fail(f, ETIMEDOUT);
	}
}

static void poll_flows(int timeout)
{
	static double looked;
	struct epoll_event ev[256];
	int n, i;

	n = epoll_wait(ep, ev, 256, timeout);
	for (i = 0; i < n; i++)
		if (flows[ev[i].data.u32].state != FREE)
			flow_event(&flows[ev[i].data.u32], ev[i].events);
	if (now() - looked > 0.5) {
		look_after();
		looked = now();
	}
}

static bool may_start(double t0)
{
	unsigned long live = started - done - failed;

	if (enough || !nfree || live >= opt.conc)
		return false;
	if (opt.total && started >= opt.total)
		return false;
	if (opt.secs && now() - t0 >= opt.secs)
		return false;
	return !opt.rate || started < (now() - t0) * opt.rate;
}

static void run(void)
{
	double t0 = now(), t;

	PROFILE_BEGIN();
	for (;;) {
		while (may_start(t0))
			flow_start();
		if (opt.total && done + failed >= opt.total)
			break;
		if (started == done + failed && (enough || (opt.secs && now() - t0 >= opt.secs)))
			break;
		poll_flows(opt.rate ? 1 : 100);
	}
	t = now() - t0;
	PROFILE_END();
	printf("flows=%lu fail=%lu reset=%lu timeout=%lu secs=%.4f us_per_flow=%.2f\n",
	       done, failed, reset, timedout, t, done ? t * 1e6 / done : 0);
	fflush(stdout);
}

static void on_term(int sig)
{
	(void)sig;
	enough = 1;
}

/* Is every held flow still alive from end to end? */
static void verify(void)
{
	unsigned long before = done, failed_before = failed;
	double t0 = now();
	unsigned int i;

	done = 0;
	for (i = 0; i < nslots; i++)
		if (flows[i].state == HELD) {
			flows[i].tries = 0;
			flow_send(&flows[i]);
		}
	while (done + failed - failed_before < before && now() - t0 < opt.wait + 1)
		poll_flows(100);
	printf("verified=%lu dead=%lu\n", done, before - done);
	fflush(stdout);
}

static void hold(void)
{
	struct signalfd_siginfo si;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGTERM);
	fd = signalfd(-1, &set, 0);
	if (fd < 0)
		die("signalfd: %s", strerror(errno));
	printf("held=%lu\n", done);
	fflush(stdout);
	while (read(fd, &si, sizeof(si)) == sizeof(si) && si.ssi_signo == SIGUSR1)
		verify();
}

static void echo(void)
{
	struct timeval wait = { .tv_sec = (time_t)opt.wait };
	int fd = socket(opt.to.ss.ss_family, opt.udp ? SOCK_DGRAM : SOCK_STREAM, 0);
	unsigned long i;
	double t0 = 0;
	char byte = 'x';

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) ||
	    connect(fd, (struct sockaddr *)&opt.to.ss, opt.to.len))
		die("connect: %s", strerror(errno));
	for (i = 0; i < ECHO_WARM + opt.total; i++) {
		if (i == ECHO_WARM) {
			PROFILE_BEGIN();
			t0 = now();
		}
		if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1)
			die("echo %lu: %s", i, strerror(errno));
	}
	printf("echoes=%lu us_per_echo=%.4f\n", opt.total, (now() - t0) * 1e6 / opt.total);
	PROFILE_END();
	close(fd);
}

static void parse(int argc, char **argv)
{
	int o;

	if (argc < 2 ||
	    (strcmp(argv[1], "churn") && strcmp(argv[1], "hold") && strcmp(argv[1], "echo")))
		die("usage: flowgen churn|hold|echo [OPTION...] HOST PORT");
	opt.hold = !strcmp(argv[1], "hold");
	opt.echo = !strcmp(argv[1], "echo");
	while ((o = getopt(argc - 1, argv + 1, "uc:w:r:s:n:t:")) != -1) {
		switch (o) {
		case 'u':
			opt.udp = true;
			break;
		case 'c':
			opt.conc = number("-c", optarg, 1 << 20);
			break;
		case 'w':
			opt.wait = number("-w", optarg, 1 << 20);
			break;
		case 'r':
			opt.rate = number("-r", optarg, 10000000);
			break;
		case 's':
			opt.own_port = number("-s", optarg, 65535 - FLOWS_PER_PORT);
			break;
		case 'n':
			opt.total = number("-n", optarg, 1 << 30);
			break;
		case 't':
			opt.secs = number("-t", optarg, 1 << 20);
			break;
		default:
			exit(2);
		}
	}
	argv += optind + 1;
	argc -= optind + 1;
	if (argc != 2 || (!opt.total && (opt.hold || opt.echo || !opt.secs)) || !opt.conc)
		die("HOST and PORT, and how many or how long");
	opt.port = number("PORT", argv[1], 65535);
	opt.to = parse_addr(argv[0], opt.port);
}

int main(int argc, char **argv)
{
	sigset_t set;
	unsigned int i;

	parse(argc, argv);
	if (opt.echo) {
		set_port(&opt.to, opt.port);
		echo();
		return 0;
	}
	more_files();
	signal(SIGPIPE, SIG_IGN);
	if (opt.hold) {
		/* read one at a time, in hold() */
		sigemptyset(&set);
		sigaddset(&set, SIGUSR1);
		sigaddset(&set, SIGTERM);
		sigprocmask(SIG_BLOCK, &set, NULL);
	} else {
		signal(SIGTERM, on_term);
	}
	nslots = opt.hold ? opt.total : opt.conc;
	flows = calloc(nslots, sizeof(*flows));
	free_slots = calloc(nslots, sizeof(*free_slots));
	if (!flows || !free_slots)
		die("out of memory");
	for (i = 0; i < nslots; i++)
		free_slots[nfree++] = nslots - 1 - i;
	ep = epoll_create1(0);
	run();
	if (opt.hold)
		hold();
	return failed != 0;
}
