// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay - keeps frames that an interface sends, and sends them again
 *
 * usage: replay record IF PORT FILE COUNT
 *        replay send IF FILE
 *
 * Kept are UDP datagrams over IPv4 to PORT that leave by IF, COUNT of them.  A file holds a u16
 * length, in the order of this machine, before each frame.  `send' says how many it sent.
 *
 * The checksum is left to the interface when a frame is seen on its way out, so it is taken away.
 */
#include "common.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAME_MAX 2048

static int packet_socket(const char *ifname)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	sll.sll_ifindex = (int)if_nametoindex(ifname);
	if (!sll.sll_ifindex)
		die("no interface %s", ifname);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sll, sizeof(sll)))
		die("packet socket: %s", strerror(errno));
	return fd;
}

static int is_wanted(const uint8_t *frame, size_t len, unsigned int port)
{
	const struct ethhdr *eh = (const void *)frame;
	const struct iphdr *ip = (const void *)(frame + sizeof(*eh));
	const struct udphdr *uh = (const void *)(frame + sizeof(*eh) + sizeof(*ip));

	return len >= sizeof(*eh) + sizeof(*ip) + sizeof(*uh) && eh->h_proto == htons(ETH_P_IP) &&
	       ip->ihl == 5 && ip->protocol == IPPROTO_UDP && uh->dest == htons(port);
}

static void no_checksum(uint8_t *frame)
{
	struct udphdr *uh = (void *)(frame + sizeof(struct ethhdr) + sizeof(struct iphdr));

	uh->check = 0;
}

static int record(const char *ifname, unsigned int port, const char *file, unsigned long count)
{
	int fd = packet_socket(ifname);
	FILE *f = fopen(file, "w");
	uint8_t frame[FRAME_MAX];

	if (!f)
		die("%s: %s", file, strerror(errno));
	while (count) {
		struct sockaddr_ll from;
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, frame, sizeof(frame), 0, (struct sockaddr *)&from, &len);
		uint16_t size = (uint16_t)n;

		if (n < 0)
			die("receive: %s", strerror(errno));
		if (from.sll_pkttype != PACKET_OUTGOING || !is_wanted(frame, (size_t)n, port))
			continue;
		no_checksum(frame);
		if (fwrite(&size, sizeof(size), 1, f) != 1 || fwrite(frame, size, 1, f) != 1)
			die("%s: %s", file, strerror(errno));
		count--;
	}
	if (fclose(f))
		die("%s: %s", file, strerror(errno));
	return 0;
}

static int send_all(const char *ifname, const char *file)
{
	int fd = packet_socket(ifname);
	FILE *f = fopen(file, "r");
	uint8_t frame[FRAME_MAX];
	unsigned int n = 0;
	uint16_t size;

	if (!f)
		die("%s: %s", file, strerror(errno));
	for (; fread(&size, sizeof(size), 1, f) == 1; n++) {
		if (size > sizeof(frame) || fread(frame, size, 1, f) != 1)
			die("%s: cut off", file);
		if (send(fd, frame, size, 0) != size)
			die("send: %s", strerror(errno));
	}
	printf("sent=%u\n", n);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 6 && !strcmp(argv[1], "record"))
		return record(argv[2], (unsigned int)number("port", argv[3], 65535), argv[4],
			      number("count", argv[5], 1000000));
	if (argc == 4 && !strcmp(argv[1], "send"))
		return send_all(argv[2], argv[3]);
	die("usage: replay record IF PORT FILE COUNT | replay send IF FILE");
}
