// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * strew - UDP flows of one packet each, as many as there can be
 *
 * usage: strew [-f FIRST] [-r RATE] -n TOTAL SOURCE HOST PORT
 *
 * Sends a packet from SOURCE to HOST (IPv4) for each of TOTAL flows, at most RATE a second; no
 * socket is made for a flow.  Flow N has the port 1024 + N % 30000 of SOURCE and PORT + N / 30000
 * of HOST: where SOURCE is translated to one address, random ports can be found for all of them.
 * The first one is FIRST (0).  Nobody should answer.  Prints sent=.
 */
#include "common.h"

#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PORTS		30000
#define FIRST_PORT	1024

/* IP fills in length, checksum and identification; without a checksum of UDP it is none. */
struct packet {
	struct iphdr ip;
	struct udphdr udp;
	uint8_t data;
} __attribute__((packed));

static void pace(double t0, unsigned long sent, unsigned long rate)
{
	double ahead = sent / (double)rate - (now() - t0);
	struct timespec pause = { .tv_nsec = 1000000 };

	if (ahead > 0.001)
		nanosleep(&pause, NULL);
}

int main(int argc, char **argv)
{
	unsigned long first = 0, total = 0, rate = 0, i;
	struct addr from, to;
	struct packet p = {
		.ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP },
		.udp = { .len = htons(sizeof(p.udp) + sizeof(p.data)) },
	};
	unsigned int port;
	double t0;
	int fd, o;

	while ((o = getopt(argc, argv, "f:n:r:")) != -1) {
		switch (o) {
		case 'f':
			first = number("-f", optarg, 1 << 28);
			break;
		case 'n':
			total = number("-n", optarg, 1 << 28);
			break;
		case 'r':
			rate = number("-r", optarg, 10000000);
			break;
		default:
			return 2;
		}
	}
	if (argc - optind != 3 || !total)
		die("usage: strew [-f FIRST] [-r RATE] -n TOTAL SOURCE HOST PORT");
	from = parse_addr(argv[optind], 0);
	to = parse_addr(argv[optind + 1], 0);
	port = number("PORT", argv[optind + 2], 65535);
	if (from.ss.ss_family != AF_INET || to.ss.ss_family != AF_INET ||
	    port + (first + total - 1) / PORTS > 65535)
		die("IPv4 addresses, and a port with room for all behind it");
	p.ip.saddr = ((struct sockaddr_in *)&from.ss)->sin_addr.s_addr;
	p.ip.daddr = ((struct sockaddr_in *)&to.ss)->sin_addr.s_addr;
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0)
		die("socket: %s", strerror(errno));
	t0 = now();
	for (i = first; i < first + total; i++) {
		p.udp.source = htons(FIRST_PORT + i % PORTS);
		p.udp.dest = htons(port + i / PORTS);
		if (sendto(fd, &p, sizeof(p), 0, (struct sockaddr *)&to.ss, to.len) < 0)
			die("send: %s", strerror(errno));
		if (rate)
			pace(t0, i + 1 - first, rate);
	}
	printf("sent=%lu\n", total);
	return 0;
}
