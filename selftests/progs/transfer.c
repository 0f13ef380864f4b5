// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * transfer - one upload or download with a verified pattern, against flowd
 *
 * usage: transfer up|down [-r BYTES/S] [-w SECS] [-i MS] HOST PORT BYTES
 *
 * -r: at most so fast, -w: give up when nothing moves for so long (60 s),
 * -i: a line with the time and the bytes so far every so many ms.
 *
 * Prints "bytes=B good=G secs=S longest_pause_ms=P at=T".  A pause is time in
 * which nothing arrived (download) or nothing was acknowledged (upload).  Exit
 * status 0 only if every byte arrived as it should; 1 with a reason otherwise.
 */
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CHUNK 16384

static struct {
	bool up;
	unsigned long rate, patience, interval, bytes;
	struct addr to;
} opt = { .patience = 60 };

static struct {
	double start, last, worst, worst_at, shown;
	uint64_t moved;
} progress;

static void __attribute__((noreturn)) failed(const char *why)
{
	printf("failed: %s after %.3f s and %llu bytes\n", why, now() - progress.start,
	       (unsigned long long)progress.moved);
	exit(1);
}

/* @moved bytes have arrived so far, at the end that counts. */
static void advance(uint64_t moved)
{
	double t = now();

	if (moved > progress.moved || moved == opt.bytes) {
		if (t - progress.last > progress.worst) {
			progress.worst = t - progress.last;
			progress.worst_at = progress.last - progress.start;
		}
		progress.last = t;
		progress.moved = moved;
	}
	if (t - progress.last > opt.patience)
		failed("stalled");
	if (opt.interval && (t - progress.shown) * 1e3 >= opt.interval) {
		printf("t=%.3f bytes=%llu\n", t - progress.start, (unsigned long long)moved);
		fflush(stdout);
		progress.shown = t;
	}
}

/* Wait at most 5 ms for something to do. */
static void wait_for(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (poll(&p, 1, 5) < 0)
		die("poll: %s", strerror(errno));
}

static int connect_to(void)
{
	int fd = socket(opt.to.ss.ss_family, SOCK_STREAM, 0);

	if (fd < 0)
		die("socket: %s", strerror(errno));
	if (connect(fd, (struct sockaddr *)&opt.to.ss, opt.to.len))
		failed(strerror(errno));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static uint64_t download(int fd)
{
	uint8_t buf[CHUNK] = { FLOWD_DOWNLOAD };
	uint64_t pos = 0;
	ssize_t n;

	put_be64(buf + 1, opt.bytes);
	put_be64(buf + 9, opt.rate);
	if (write(fd, buf, FLOWD_REQUEST) != FLOWD_REQUEST)
		failed(strerror(errno));
	for (;;) {
		n = read(fd, buf, sizeof(buf));
		if (!n)
			return pos;
		if (n < 0 && errno != EAGAIN)
			failed(strerror(errno));
		if (n > 0) {
			if (!pattern_check(buf, n, pos))
				failed("wrong data");
			pos += n;
		}
		advance(pos);
		if (n < 0)
			wait_for(fd, POLLIN);
	}
}

static uint64_t acked(int fd, uint64_t sent)
{
	int left = 0;

	if (ioctl(fd, SIOCOUTQ, &left))
		die("SIOCOUTQ: %s", strerror(errno));
	/* the byte that asks for the upload may be among the first */
	return (uint64_t)left > sent ? 0 : sent - left;
}

static uint64_t upload(int fd)
{
	uint8_t buf[CHUNK] = { FLOWD_UPLOAD };
	uint64_t pos = 0, limit;
	size_t have = 0;
	ssize_t n;

	if (write(fd, buf, 1) != 1)
		failed(strerror(errno));
	while (acked(fd, pos) < opt.bytes) {
		limit = opt.bytes;
		if (opt.rate && (now() - progress.start) * opt.rate < limit)
			limit = (now() - progress.start) * opt.rate;
		if (pos < limit) {
			size_t len = limit - pos < CHUNK ? limit - pos : CHUNK;

			pattern_fill(buf, len, pos);
			n = write(fd, buf, len);
			if (n < 0 && errno != EAGAIN)
				failed(strerror(errno));
			if (n > 0)
				pos += n;
		}
		advance(acked(fd, pos));
		wait_for(fd, pos < limit ? POLLOUT : 0);
	}
	shutdown(fd, SHUT_WR);
	while (have < 8) {
		n = read(fd, buf + have, 8 - have);
		if (!n || (n < 0 && errno != EAGAIN))
			failed(n ? strerror(errno) : "no answer");
		if (n > 0)
			have += n;
		else if (now() - progress.last > opt.patience)
			failed("no answer");
		else
			wait_for(fd, POLLIN);
	}
	return get_be64(buf);
}

static void parse(int argc, char **argv)
{
	int o;

	if (argc < 2 || (strcmp(argv[1], "up") && strcmp(argv[1], "down")))
		die("usage: transfer up|down [OPTION...] HOST PORT BYTES");
	opt.up = !strcmp(argv[1], "up");
	while ((o = getopt(argc - 1, argv + 1, "r:w:i:")) != -1) {
		switch (o) {
		case 'r':
			opt.rate = number("-r", optarg, 1ul << 40);
			break;
		case 'w':
			opt.patience = number("-w", optarg, 86400);
			break;
		case 'i':
			opt.interval = number("-i", optarg, 86400000);
			break;
		default:
			exit(2);
		}
	}
	argv += optind + 1;
	if (argc - optind - 1 != 3)
		die("HOST, PORT and BYTES");
	opt.to = parse_addr(argv[0], number("PORT", argv[1], 65535));
	opt.bytes = number("BYTES", argv[2], 1ul << 50);
}

int main(int argc, char **argv)
{
	uint64_t good;
	int fd;

	parse(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	progress.start = now();
	fd = connect_to();
	progress.start = now();
	progress.last = progress.start;
	good = opt.up ? upload(fd) : download(fd);
	printf("bytes=%lu good=%llu secs=%.3f longest_pause_ms=%.1f at=%.3f\n", opt.bytes,
	       (unsigned long long)good, now() - progress.start, progress.worst * 1e3,
	       progress.worst_at);
	return good != opt.bytes;
}
