// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * forge - one TCP segment that nobody's connection sent
 *
 * usage: forge SRC SPORT DST DPORT FLAGS SEQ ACK [BYTES]
 *
 * SRC is an address of this host.  FLAGS are letters of "SARFP".  BYTES of data (0) follow the
 * header.  Exit status 0 if it was sent.
 */
#include "common.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BYTES_MAX 1000

struct segment {
	struct tcphdr th;
	uint8_t data[BYTES_MAX];
};

static uint32_t sum(const void *p, size_t len, uint32_t s)
{
	const uint8_t *b = p;
	size_t i;

	for (i = 0; i < len; i++)
		s += i % 2 ? b[i] : (uint32_t)b[i] << 8;
	return s;
}

/* The checksum over segment and pseudo header (RFC 9293, 3.1); network order. */
static uint16_t checksum(const struct addr *src, const struct addr *dst, const void *seg,
			 size_t len)
{
	const struct sockaddr_in6 *s6 = (const void *)&src->ss, *d6 = (const void *)&dst->ss;
	const struct sockaddr_in *s4 = (const void *)&src->ss, *d4 = (const void *)&dst->ss;
	uint32_t s = IPPROTO_TCP + len;

	if (src->ss.ss_family == AF_INET6) {
		s = sum(&s6->sin6_addr, 16, s);
		s = sum(&d6->sin6_addr, 16, s);
	} else {
		s = sum(&s4->sin_addr, 4, s);
		s = sum(&d4->sin_addr, 4, s);
	}
	s = sum(seg, len, s);
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return htons(~s & 0xffff);
}

static void set_flags(struct tcphdr *th, const char *flags)
{
	th->syn = !!strchr(flags, 'S');
	th->ack = !!strchr(flags, 'A');
	th->rst = !!strchr(flags, 'R');
	th->fin = !!strchr(flags, 'F');
	th->psh = !!strchr(flags, 'P');
}

int main(int argc, char **argv)
{
	struct segment seg = { .th.doff = 5, .th.window = htons(512) };
	struct addr src, dst;
	size_t len = sizeof(seg.th);
	int fd;

	if (argc < 8 || argc > 9)
		die("usage: forge SRC SPORT DST DPORT FLAGS SEQ ACK [BYTES]");
	src = parse_addr(argv[1], 0);
	dst = parse_addr(argv[3], 0);
	seg.th.source = htons((uint16_t)number("SPORT", argv[2], 65535));
	seg.th.dest = htons((uint16_t)number("DPORT", argv[4], 65535));
	set_flags(&seg.th, argv[5]);
	seg.th.seq = htonl((uint32_t)number("SEQ", argv[6], UINT32_MAX));
	seg.th.ack_seq = htonl((uint32_t)number("ACK", argv[7], UINT32_MAX));
	if (argc > 8)
		len += number("BYTES", argv[8], BYTES_MAX);
	if (src.ss.ss_family != dst.ss.ss_family)
		die("forge: addresses of two families");
	memset(seg.data, 'x', sizeof(seg.data));
	seg.th.check = checksum(&src, &dst, &seg, len);

	fd = socket(src.ss.ss_family, SOCK_RAW, IPPROTO_TCP);
	if (fd < 0 || bind(fd, (struct sockaddr *)&src.ss, src.len))
		die("forge: %s", strerror(errno));
	if (sendto(fd, &seg, len, 0, (struct sockaddr *)&dst.ss, dst.len) != (ssize_t)len)
		die("forge: %s", strerror(errno));
	close(fd);
	return 0;
}
