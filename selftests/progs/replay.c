// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay - keeps frames that an interface sends, and sends them again
 *
 * usage: replay record IF PORT FILE COUNT [AT VALUE]
 *        replay send IF FILE
 *        replay mutate IF FILE COUNT SEED
 *
 * Kept are UDP datagrams over IPv4 to PORT that leave by IF, COUNT of them, only those whose
 * byte AT has that VALUE if these are given.  A file holds a u16
 * length, in the order of this machine, before each frame.  `send' says how many it sent.
 * `mutate' sends COUNT, one after the other of FILE again and again: of each some bytes of the
 * datagram are others, or the end is missing, but never its first byte.
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
#define TAPE_MAX 256

/* What a file holds. */
static struct {
	uint8_t frame[FRAME_MAX];
	uint16_t len;
} tape[TAPE_MAX];

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

/* What the byte @at of a datagram has to be; @at -1: anything. */
struct byte_at {
	long at;
	uint8_t value;
};

static int is_wanted(const uint8_t *frame, size_t len, unsigned int port,
		     const struct byte_at *b)
{
	const struct ethhdr *eh = (const void *)frame;
	const struct iphdr *ip = (const void *)(frame + sizeof(*eh));
	const struct udphdr *uh = (const void *)(frame + sizeof(*eh) + sizeof(*ip));
	size_t head = sizeof(*eh) + sizeof(*ip) + sizeof(*uh), at = head + (size_t)b->at;

	return len >= head && eh->h_proto == htons(ETH_P_IP) &&
	       ip->ihl == 5 && ip->protocol == IPPROTO_UDP && uh->dest == htons(port) &&
	       (b->at < 0 || (at < len && frame[at] == b->value));
}

static void no_checksum(uint8_t *frame)
{
	struct udphdr *uh = (void *)(frame + sizeof(struct ethhdr) + sizeof(struct iphdr));

	uh->check = 0;
}

static int record(const char *ifname, unsigned int port, const char *file, unsigned long count,
		  const struct byte_at *b)
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
		if (from.sll_pkttype != PACKET_OUTGOING || !is_wanted(frame, (size_t)n, port, b))
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

/* Returns how many frames there are. */
static unsigned int load(const char *file)
{
	FILE *f = fopen(file, "r");
	unsigned int n = 0;
	uint16_t size;

	if (!f)
		die("%s: %s", file, strerror(errno));
	for (; n < TAPE_MAX && fread(&size, sizeof(size), 1, f) == 1; n++) {
		if (size > FRAME_MAX || fread(tape[n].frame, size, 1, f) != 1)
			die("%s: cut off", file);
		tape[n].len = size;
	}
	fclose(f);
	return n;
}

static void send_frame(int fd, const uint8_t *frame, size_t len)
{
	if (send(fd, frame, len, 0) != (ssize_t)len)
		die("send: %s", strerror(errno));
}

static int send_all(const char *ifname, const char *file)
{
	int fd = packet_socket(ifname);
	unsigned int n = load(file), i;

	for (i = 0; i < n; i++)
		send_frame(fd, tape[i].frame, tape[i].len);
	printf("sent=%u\n", n);
	return 0;
}

/* RFC 791, 3.1: of a header without options. */
static uint16_t header_sum(const struct iphdr *ip)
{
	const uint16_t *w = (const void *)ip;
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(*ip) / 2; i++)
		sum += w[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~(sum + (sum >> 16));
}

/* Something else in the datagram of a frame of @len bytes. Returns how long it is then. */
static size_t mutated(const uint8_t *frame, size_t len, uint8_t *out)
{
	const size_t head = sizeof(struct ethhdr) + sizeof(struct iphdr) + sizeof(struct udphdr);
	struct iphdr *ip = (void *)(out + sizeof(struct ethhdr));
	struct udphdr *uh = (void *)(out + sizeof(struct ethhdr) + sizeof(*ip));
	size_t room = len - head - 1, changes = 1 + (size_t)rand() % 4;

	memcpy(out, frame, len);
	while (changes--)
		out[head + 1 + (size_t)rand() % room] ^= (uint8_t)(1 + rand() % 255);
	if (rand() % 8)
		return len;
	len = head + 1 + (size_t)rand() % room;
	uh->len = htons((uint16_t)(len - sizeof(struct ethhdr) - sizeof(*ip)));
	ip->tot_len = htons((uint16_t)(len - sizeof(struct ethhdr)));
	ip->check = 0;
	ip->check = header_sum(ip);
	return len;
}

static int mutate(const char *ifname, const char *file, unsigned long count)
{
	int fd = packet_socket(ifname);
	unsigned int n = load(file);
	uint8_t out[FRAME_MAX];

	for (unsigned long i = 0; n && i < count; i++)
		send_frame(fd, out, mutated(tape[i % n].frame, tape[i % n].len, out));
	printf("sent=%lu\n", n ? count : 0);
	return 0;
}

int main(int argc, char **argv)
{
	struct byte_at b = { .at = -1 };

	if ((argc == 6 || argc == 8) && !strcmp(argv[1], "record")) {
		if (argc == 8) {
			b.at = (long)number("place", argv[6], 1500);
			b.value = (uint8_t)number("value", argv[7], 255);
		}
		return record(argv[2], (unsigned int)number("port", argv[3], 65535), argv[4],
			      number("count", argv[5], 1000000), &b);
	}
	if (argc == 4 && !strcmp(argv[1], "send"))
		return send_all(argv[2], argv[3]);
	if (argc == 6 && !strcmp(argv[1], "mutate")) {
		srand((unsigned int)number("seed", argv[5], UINT32_MAX));
		return mutate(argv[2], argv[3], number("count", argv[4], 100000000));
	}
	die("usage: replay record IF PORT FILE COUNT [AT VALUE] | send IF FILE | mutate IF FILE COUNT SEED");
}
