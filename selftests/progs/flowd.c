// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flowd - the server of flowgen, transfer and gap
 *
 * usage: flowd PORT [COUNT]
 *
 * Listens on COUNT ports from PORT on, TCP and UDP, IPv4 and IPv6, says "ready"
 * and serves until it is killed.  UDP is echoed, from the address that was asked.  TCP is
 * echoed, unless the first byte asks for a transfer (common.h).  Every connection that ends
 * in an error is reported on a line of its own.
 */
#include "common.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define CHUNK 16384

enum kind { LISTEN, UDP, NEW, ECHO, DOWNLOAD, UPLOAD };

/**
 * struct conn - a socket
 * @fd: descriptor
 * @kind: what is done with it
 * @head: bytes of the request so far, and their number
 * @have: number of bytes in @head
 * @pos: pattern position (transfers)
 * @good: bytes received as they should be (uploads)
 * @want: bytes to send (downloads)
 * @rate: bytes per second, 0 is no limit (downloads)
 * @start: when the download began
 */
struct conn {
	int fd;
	enum kind kind;
	uint8_t head[FLOWD_REQUEST];
	size_t have;
	uint64_t pos, good, want, rate;
	double start;
};

static int ep;
/* downloads with a rate are looked at from a timer tick, not by readiness */
static struct conn *paced[256];
static unsigned int npaced;

static void watch(struct conn *c, int op, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = c };

	if (epoll_ctl(ep, op, c->fd, &e))
		die("epoll_ctl: %s", strerror(errno));
}

static struct conn *conn_new(int fd, enum kind kind)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (!c)
		die("out of memory");
	c->fd = fd;
	c->kind = kind;
	watch(c, EPOLL_CTL_ADD, EPOLLIN);
	return c;
}

static void conn_end(struct conn *c, const char *why)
{
	unsigned int i;

	if (why) {
		printf("flowd: connection ended: %s\n", why);
		fflush(stdout);
	}
	for (i = 0; i < npaced; i++)
		if (paced[i] == c)
			paced[i--] = paced[--npaced];
	close(c->fd);
	free(c);
}

static void listen_on(int family, unsigned int port)
{
	struct addr a = parse_addr(family == AF_INET ? "0.0.0.0" : "::", port);
	int one = 1, type, fd;

	for (type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
		fd = socket(family, type | SOCK_NONBLOCK, 0);
		if (fd < 0)
			die("socket: %s", strerror(errno));
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (family == AF_INET6)
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
		if (type == SOCK_DGRAM)
			setsockopt(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
				   family == AF_INET ? IP_PKTINFO : IPV6_RECVPKTINFO, &one,
				   sizeof(one));
		if (bind(fd, (struct sockaddr *)&a.ss, a.len) ||
		    (type == SOCK_STREAM && listen(fd, 65535)))
			die("port %u: %s", port, strerror(errno));
		conn_new(fd, type == SOCK_STREAM ? LISTEN : UDP);
	}
}

static void on_listen(struct conn *l)
{
	int fd;

	while ((fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK)) >= 0)
		conn_new(fd, NEW);
}

/* The answer goes out as routes say, from the address that was asked. */
static void from_asked(struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);

	if (c && c->cmsg_level == IPPROTO_IP)
		((struct in_pktinfo *)CMSG_DATA(c))->ipi_ifindex = 0;
	else if (c)
		((struct in6_pktinfo *)CMSG_DATA(c))->ipi6_ifindex = 0;
}

static void on_udp(struct conn *u)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} control;
	uint8_t buf[CHUNK];
	struct addr from;
	struct iovec data = { .iov_base = buf };
	struct msghdr m;
	ssize_t n;

	for (;;) {
		data.iov_len = sizeof(buf);
		m = (struct msghdr){ .msg_name = &from.ss, .msg_namelen = sizeof(from.ss),
				     .msg_iov = &data, .msg_iovlen = 1,
				     .msg_control = &control,
				     .msg_controllen = sizeof(control) };
		n = recvmsg(u->fd, &m, 0);
		if (n < 0)
			return;
		data.iov_len = n;
		from_asked(&m);
		/* a lost answer is what the other end measures */
		(void)!sendmsg(u->fd, &m, 0);
	}
}

static void echo(struct conn *c)
{
	uint8_t buf[CHUNK];
	ssize_t n = read(c->fd, buf, sizeof(buf));

	if (n > 0 && write(c->fd, buf, n) == n)
		return;
	conn_end(c, n < 0 && errno != EAGAIN ? strerror(errno) : n > 0 ? "short write" : NULL);
}

/* As much as the socket takes and the rate allows. */
static void download(struct conn *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLOUT };
	uint8_t buf[CHUNK];
	uint64_t limit = c->want;
	ssize_t n;

	if (c->rate && (now() - c->start) * c->rate < limit)
		limit = (now() - c->start) * c->rate;
	while (c->pos < limit && poll(&p, 1, 0) > 0) {
		size_t len = limit - c->pos < CHUNK ? limit - c->pos : CHUNK;

		pattern_fill(buf, len, c->pos);
		n = write(c->fd, buf, len);
		if (n < 0) {
			if (errno != EAGAIN)
				conn_end(c, strerror(errno));
			return;
		}
		c->pos += n;
	}
	if (c->pos == c->want)
		conn_end(c, NULL);
}

static void upload(struct conn *c)
{
	uint8_t buf[CHUNK];
	ssize_t n = read(c->fd, buf, sizeof(buf));

	if (n > 0) {
		if (c->good == c->pos && pattern_check(buf, n, c->pos))
			c->good += n;
		c->pos += n;
		return;
	}
	if (n < 0) {
		if (errno != EAGAIN)
			conn_end(c, strerror(errno));
		return;
	}
	put_be64(buf, c->good);
	conn_end(c, write(c->fd, buf, 8) == 8 ? NULL : "answer not sent");
}

/* The first bytes tell what the connection is for. */
static void on_new(struct conn *c)
{
	ssize_t n;

	if (!c->have) {
		n = recv(c->fd, c->head, 1, MSG_PEEK);
		if (n <= 0) {
			conn_end(c, n < 0 && errno != EAGAIN ? strerror(errno) : NULL);
			return;
		}
		if (c->head[0] != FLOWD_DOWNLOAD && c->head[0] != FLOWD_UPLOAD) {
			c->kind = ECHO;
			echo(c);
			return;
		}
	}
	n = read(c->fd, c->head + c->have,
		 c->head[0] == FLOWD_UPLOAD ? 1 : FLOWD_REQUEST - c->have);
	if (n <= 0) {
		conn_end(c, "no request");
		return;
	}
	c->have += n;
	if (c->head[0] == FLOWD_UPLOAD) {
		c->kind = UPLOAD;
		return;
	}
	if (c->have < FLOWD_REQUEST)
		return;
	c->kind = DOWNLOAD;
	c->want = get_be64(c->head + 1);
	c->rate = get_be64(c->head + 9);
	c->start = now();
	if (c->rate && npaced == sizeof(paced) / sizeof(paced[0])) {
		conn_end(c, "too many downloads with a rate");
		return;
	}
	if (c->rate)
		paced[npaced++] = c;
	watch(c, EPOLL_CTL_MOD, c->rate ? 0 : EPOLLOUT);
}

static void handle(struct conn *c, uint32_t events)
{
	switch (c->kind) {
	case LISTEN:
		on_listen(c);
		break;
	case UDP:
		on_udp(c);
		break;
	case NEW:
		on_new(c);
		break;
	case ECHO:
		echo(c);
		break;
	case DOWNLOAD:
		if (events & (EPOLLERR | EPOLLHUP))
			conn_end(c, "download: reset");
		else
			download(c);
		break;
	case UPLOAD:
		upload(c);
		break;
	}
}

int main(int argc, char **argv)
{
	unsigned int port, count = 1, i;
	struct epoll_event ev[256];
	int n, k;

	if (argc < 2 || argc > 3)
		die("usage: flowd PORT [COUNT]");
	port = number("PORT", argv[1], 65535);
	if (argc > 2)
		count = number("COUNT", argv[2], 65536 - port);
	signal(SIGPIPE, SIG_IGN);
	more_files();
	ep = epoll_create1(0);
	for (i = 0; i < count; i++) {
		listen_on(AF_INET, port + i);
		listen_on(AF_INET6, port + i);
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		n = epoll_wait(ep, ev, 256, npaced ? 2 : -1);
		for (k = 0; k < n; k++)
			handle(ev[k].data.ptr, ev[k].events);
		for (i = npaced; i-- > 0;)
			download(paced[i]);
	}
}
