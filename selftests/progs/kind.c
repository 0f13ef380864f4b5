// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kind - flows of layer 4 protocols other than TCP and UDP
 *
 * usage: kind serve PROTOCOL PORT
 *        kind hold [-p PORT] PROTOCOL HOST PORT
 *
 * PROTOCOL is sctp, dccp, udplite or gre (RFC 2784, without a key; the port is
 * ignored).
 *
 * serve: echoes, over IPv4 and IPv6, says "ready" and goes on until it is killed.
 * hold:  one flow, from the local port -p, that carries a message there and back.
 *        With -p it is aborted at the end, so that the port is free again at once.
 *        Prints "held=1 fail=0", and on each SIGUSR1 the same once more and
 *        "verified=1 dead=0", or "verified=0 dead=1" if nothing came back.
 */
#include "common.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRIES		5	/* of a datagram, a second each */
#define PATIENCE	20	/* seconds for a message that the protocol repeats itself */
#define MESSAGE		12
#define SOCKETS		64
#define SOL_DCCP_	269	/* linux/dccp.h does not say */
#define DCCP_SERVICE	2
#define GRE_HEADER	"\0\0\x08\0"
#define GRE_BYTES	4

/**
 * struct kind - a protocol
 * @name: on the command line
 * @type: SOCK_*
 * @protocol: IPPROTO_*
 */
struct kind {
	const char *name;
	int type;
	int protocol;
};

static const struct kind kinds[] = {
	{ "sctp", SOCK_STREAM, IPPROTO_SCTP },
	{ "dccp", SOCK_DCCP, IPPROTO_DCCP },
	{ "udplite", SOCK_DGRAM, IPPROTO_UDPLITE },
	{ "gre", SOCK_RAW, IPPROTO_GRE },
};

static const struct kind *kind_of(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(name, kinds[i].name))
			return &kinds[i];
	die("no protocol '%s'", name);
}

static int connects(const struct kind *k)
{
	return k->type == SOCK_STREAM || k->type == SOCK_DCCP;
}

static int open_socket(const struct kind *k, int family)
{
	uint32_t service = htonl(42);
	int fd = socket(family, k->type, k->protocol), one = 1;

	if (fd < 0)
		die("socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (family == AF_INET6 && k->type != SOCK_RAW)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (k->type == SOCK_DCCP &&
	    setsockopt(fd, SOL_DCCP_, DCCP_SERVICE, &service, sizeof(service)))
		die("service: %s", strerror(errno));
	return fd;
}

static struct addr any(const struct kind *k, int family, unsigned int port)
{
	return parse_addr(family == AF_INET ? "0.0.0.0" : "::", k->type == SOCK_RAW ? 0 : port);
}

/* Receives without the IP header, which a raw socket of IPv4 shows. */
static ssize_t receive(const struct kind *k, int fd, uint8_t *buf, size_t cap, struct addr *from)
{
	ssize_t n;
	size_t head;

	from->len = sizeof(from->ss);
	n = recvfrom(fd, buf, cap, 0, (struct sockaddr *)&from->ss, &from->len);
	if (n <= 0 || k->type != SOCK_RAW || from->ss.ss_family != AF_INET)
		return n;
	head = (buf[0] & 15) * 4;
	if ((size_t)n < head)
		return -1;
	memmove(buf, buf + head, n - head);
	return n - head;
}

/* Returns the socket of a connection that came, -1 if none did or @fd is to be closed. */
static int echo(const struct kind *k, int fd, int listening)
{
	uint8_t buf[2048];
	struct addr from;
	ssize_t n;

	if (listening)
		return accept(fd, NULL, NULL);
	n = receive(k, fd, buf, sizeof(buf), &from);
	if (connects(k))
		return n > 0 && send(fd, buf, n, 0) == n ? fd : -1;
	if (n > 0)
		(void)!sendto(fd, buf, n, 0, (struct sockaddr *)&from.ss, from.len);
	return fd;
}

static void serve(const struct kind *k, unsigned int port)
{
	struct pollfd p[SOCKETS];
	int n = 2, i, fd;

	for (i = 0; i < 2; i++) {
		struct addr a = any(k, i ? AF_INET6 : AF_INET, port);

		p[i] = (struct pollfd){ .fd = open_socket(k, a.ss.ss_family), .events = POLLIN };
		if (bind(p[i].fd, (struct sockaddr *)&a.ss, a.len) ||
		    (connects(k) && listen(p[i].fd, 16)))
			die("port %u: %s", port, strerror(errno));
	}
	puts("ready");
	fflush(stdout);
	while (poll(p, n, -1) > 0)
		for (i = n; i-- > 0;) {
			if (!p[i].revents)
				continue;
			fd = echo(k, p[i].fd, connects(k) && i < 2);
			if (fd >= 0 && fd != p[i].fd) {
				if (n == SOCKETS)
					die("too many connections");
				p[n++] = (struct pollfd){ .fd = fd, .events = POLLIN };
			} else if (fd < 0 && i >= 2) {
				close(p[i].fd);
				p[i] = p[--n];
			}
		}
}

/* Waits for @message, at most until @end. */
static int answered(const struct kind *k, int fd, const uint8_t *message, double end)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t buf[2048];
	struct addr from;
	double left;
	ssize_t n;

	while ((left = end - now()) > 0) {
		if (poll(&p, 1, (int)(left * 1000) + 1) <= 0)
			continue;
		n = receive(k, fd, buf, sizeof(buf), &from);
		if (n == MESSAGE && !memcmp(buf, message, MESSAGE))
			return 1;
		/* An ICMP error is no answer, and no end either. */
		if (connects(k) && n <= 0)
			return 0;
	}
	return 0;
}

/* Returns whether a message went there and back. */
static int verify(const struct kind *k, int fd)
{
	static uint64_t number;
	uint8_t message[MESSAGE] = GRE_HEADER;
	int tries = connects(k) ? 1 : TRIES;

	put_be64(message + GRE_BYTES, ++number << 32 | (uint32_t)getpid());
	while (tries--) {
		if (send(fd, message, MESSAGE, 0) != MESSAGE && connects(k))
			return 0;
		if (answered(k, fd, message, now() + (connects(k) ? PATIENCE : 1)))
			return 1;
	}
	return 0;
}

static void hold(const struct kind *k, const char *host, unsigned int port, unsigned int local)
{
	struct addr to = parse_addr(host, k->type == SOCK_RAW ? 0 : port);
	struct addr me = any(k, to.ss.ss_family, local);
	struct linger abort_it = { .l_onoff = 1 };
	int fd = open_socket(k, to.ss.ss_family), sig;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (bind(fd, (struct sockaddr *)&me.ss, me.len))
		die("bind: %s", strerror(errno));
	if (local)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof(abort_it));
	if (connect(fd, (struct sockaddr *)&to.ss, to.len))
		die("connect: %s", strerror(errno));
	if (!verify(k, fd))
		die("no answer");
	puts("held=1 fail=0 ");
	fflush(stdout);
	while (!sigwait(&set, &sig)) {
		int good = verify(k, fd);

		printf("verified=%d dead=%d\n", good, !good);
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	unsigned int local = 0;

	signal(SIGPIPE, SIG_IGN);
	if (argc == 4 && !strcmp(argv[1], "serve"))
		serve(kind_of(argv[2]), number("PORT", argv[3], 65535));
	if (argc == 7 && !strcmp(argv[2], "-p")) {
		local = number("PORT", argv[3], 65535);
		argv[3] = argv[1];
		argv += 2;
		argc -= 2;
	}
	if (argc == 5 && !strcmp(argv[1], "hold"))
		hold(kind_of(argv[2]), argv[3], number("PORT", argv[4], 65535), local);
	die("usage: kind serve PROTOCOL PORT | kind hold [-p PORT] PROTOCOL HOST PORT");
}
