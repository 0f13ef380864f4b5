// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmswitch - an Ethernet switch for virtual machines
 *
 * usage: vmswitch SOCKET
 *
 * Each connection to the UNIX stream socket is a port, as QEMU's `-netdev stream`
 * makes one: frames, each after its length (32 bits, big-endian).  The switch learns
 * which address is behind which port, floods what it does not know, and drops what
 * a port does not take in time, so that a stopped machine stops nobody else.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PORTS 32
#define FRAME 65536
#define QUEUE (1 << 20)
#define TABLE 1024

/**
 * struct port - a machine's network card
 * @fd: its connection, -1 for none
 * @in: what arrived, with @have bytes
 * @out: what it has not taken yet, with @queued bytes
 */
struct port {
	int fd;
	uint8_t in[4 + FRAME];
	size_t have;
	uint8_t out[QUEUE];
	size_t queued;
};

static struct port *ports[PORTS];
static struct {
	uint8_t mac[6];
	struct port *port;
} table[TABLE];

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "vmswitch: %s: %s\n", what, strerror(errno));
	exit(1);
}

static unsigned int slot(const uint8_t *mac)
{
	uint32_t h = 2166136261u;
	int i;

	for (i = 0; i < 6; i++)
		h = (h ^ mac[i]) * 16777619u;
	return h % TABLE;
}

static void learn(const uint8_t *mac, struct port *p)
{
	unsigned int i = slot(mac);

	if (mac[0] & 1)
		return;
	memcpy(table[i].mac, mac, 6);
	table[i].port = p;
}

static struct port *lookup(const uint8_t *mac)
{
	unsigned int i = slot(mac);

	return memcmp(table[i].mac, mac, 6) ? NULL : table[i].port;
}

static void flush(struct port *p)
{
	ssize_t n = send(p->fd, p->out, p->queued, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n <= 0)
		return;
	p->queued -= n;
	memmove(p->out, p->out + n, p->queued);
}

static void emit(struct port *p, const uint8_t *data, size_t len)
{
	if (p->queued + len > QUEUE)
		return;
	memcpy(p->out + p->queued, data, len);
	p->queued += len;
	flush(p);
}

/* @data is the frame with its length in front. */
static void forward(struct port *from, const uint8_t *data, size_t len)
{
	struct port *to;
	int i;

	if (len < 4 + 14)
		return;
	learn(data + 10, from);
	to = data[4] & 1 ? NULL : lookup(data + 4);
	if (to) {
		if (to != from)
			emit(to, data, len);
		return;
	}
	for (i = 0; i < PORTS; i++)
		if (ports[i] && ports[i] != from)
			emit(ports[i], data, len);
}

static void remove_port(int i)
{
	unsigned int k;

	for (k = 0; k < TABLE; k++)
		if (table[k].port == ports[i])
			table[k].port = NULL;
	close(ports[i]->fd);
	free(ports[i]);
	ports[i] = NULL;
}

/* Return: -1 when the machine is gone. */
static int receive(struct port *p)
{
	ssize_t n = recv(p->fd, p->in + p->have, sizeof(p->in) - p->have, MSG_DONTWAIT);
	size_t at = 0, len;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return -1;
	p->have += n;
	while (p->have - at >= 4) {
		const uint8_t *q = p->in + at;

		len = (size_t)q[0] << 24 | q[1] << 16 | q[2] << 8 | q[3];
		if (len > FRAME)
			return -1;
		if (p->have - at < 4 + len)
			break;
		forward(p, q, 4 + len);
		at += 4 + len;
	}
	p->have -= at;
	memmove(p->in, p->in + at, p->have);
	return 0;
}

static void accept_port(int l)
{
	int fd = accept4(l, NULL, NULL, SOCK_CLOEXEC), i;

	if (fd < 0)
		return;
	for (i = 0; i < PORTS; i++) {
		if (ports[i])
			continue;
		ports[i] = calloc(1, sizeof(*ports[i]));
		if (!ports[i])
			die("memory");
		ports[i]->fd = fd;
		return;
	}
	close(fd);
}

static int listen_on(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int l = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(a.sun_path)) {
		errno = ENAMETOOLONG;
		die(path);
	}
	strcpy(a.sun_path, path);
	if (l < 0 || bind(l, (struct sockaddr *)&a, sizeof(a)) || listen(l, PORTS))
		die(path);
	return l;
}

int main(int argc, char **argv)
{
	struct pollfd p[PORTS + 1];
	int l, i;

	if (argc != 2) {
		fputs("usage: vmswitch SOCKET\n", stderr);
		return 2;
	}
	l = listen_on(argv[1]);
	puts("ready");
	fflush(stdout);
	for (;;) {
		for (i = 0; i < PORTS; i++) {
			p[i].fd = ports[i] ? ports[i]->fd : -1;
			p[i].events = POLLIN | (ports[i] && ports[i]->queued ? POLLOUT : 0);
			p[i].revents = 0;
		}
		p[PORTS] = (struct pollfd){ .fd = l, .events = POLLIN };
		if (poll(p, PORTS + 1, -1) < 0 && errno != EINTR)
			die("poll");
		for (i = 0; i < PORTS; i++) {
			if (!ports[i])
				continue;
			if (p[i].revents & POLLOUT)
				flush(ports[i]);
			if (p[i].revents & ~POLLOUT && receive(ports[i]))
				remove_port(i);
		}
		if (p[PORTS].revents)
			accept_port(l);
	}
}
