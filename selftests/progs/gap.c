// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gap - the longest silence of an echo probe, against flowd
 *
 * usage: gap [-u] [-p US] HOST PORT SECS
 *
 * Sends eight numbered bytes every 1000 us (-p) over one TCP connection, or over
 * UDP from one port (-u), for SECS seconds, and prints
 *
 *   alive sent=N got=N longest_silence_ms=X at=T
 *
 * where T is the start of the silence.  Silence after the last answer counts. Exit
 * status 1, and "dead" with a reason, when the connection broke or nothing came.
 */
#include "common.h"

#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PROBE 8			/* bytes */

static bool udp;
static unsigned long sent, got;
static double start, last, worst, worst_at;

static void __attribute__((noreturn)) dead(const char *what, const char *why)
{
	printf("dead %s: %s at=%.3f sent=%lu got=%lu\n", what, why, now() - start, sent, got);
	exit(1);
}

static void heard(unsigned long answers)
{
	double t = now();

	if (t - last > worst) {
		worst = t - last;
		worst_at = last - start;
	}
	last = t;
	got += answers;
}

/* A full socket buffer, or on UDP an ICMP error, is part of the silence. */
static void probe(int fd)
{
	uint8_t buf[PROBE];

	put_be64(buf, sent);
	if (send(fd, buf, PROBE, MSG_NOSIGNAL | MSG_DONTWAIT) == PROBE)
		sent++;
	else if (errno != EAGAIN && !udp)
		dead("send", strerror(errno));
}

static void receive(int fd)
{
	uint8_t buf[4096];
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n > 0)
		heard(udp ? 1 : (n + PROBE - 1) / PROBE);
	else if (!n && !udp)
		dead("receive", "closed by the other end");
	else if (n < 0 && errno != EAGAIN && !udp)
		dead("receive", strerror(errno));
}

static void run(int fd, double period, double end)
{
	double next = start, t;

	while ((t = now()) < end) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		struct timespec ts = { 0, 0 };

		if (t >= next) {
			probe(fd);
			/* missed beats are not made up for */
			next = next + period > t ? next + period : t + period;
		}
		t = next - now();
		if (t > 0)
			ts.tv_nsec = t < 0.5 ? t * 1e9 : 500000000;
		if (ppoll(&p, 1, &ts, NULL) > 0)
			receive(fd);
	}
}

/* Answers that are still under way when the last probe has been sent. */
static void drain(int fd, double end)
{
	double t;

	while (got < sent && (t = now()) < end) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, (int)((end - t) * 1e3) + 1) > 0)
			receive(fd);
	}
}

int main(int argc, char **argv)
{
	double period = 0.001, secs;
	struct addr to;
	int o, fd, one = 1;

	while ((o = getopt(argc, argv, "up:")) != -1) {
		switch (o) {
		case 'u':
			udp = true;
			break;
		case 'p':
			period = number("-p", optarg, 100000000) / 1e6;
			break;
		default:
			exit(2);
		}
	}
	if (argc - optind != 3)
		die("usage: gap [-u] [-p US] HOST PORT SECS");
	to = parse_addr(argv[optind], number("PORT", argv[optind + 1], 65535));
	secs = number("SECS", argv[optind + 2], 86400);
	fd = socket(to.ss.ss_family, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
	if (fd < 0)
		die("socket: %s", strerror(errno));
	start = now();
	if (connect(fd, (struct sockaddr *)&to.ss, to.len))
		dead("connect", strerror(errno));
	if (!udp)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	start = now();
	last = start;
	run(fd, period, start + secs);
	heard(0);
	drain(fd, now() + 0.5);
	if (!got)
		dead("receive", "no answer at all");
	printf("alive sent=%lu got=%lu longest_silence_ms=%.1f at=%.3f\n", sent, got, worst * 1e3,
	       worst_at);
	return 0;
}
