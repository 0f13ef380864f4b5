// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * opener ADDRESS PORT FILE N PERIOD_MS [SEED]: N connections that say what is in FILE, one each
 * PERIOD_MS; with SEED one to four of its bytes are others each time.
 * opener ADDRESS PORT - N PERIOD_MS: N connections that say nothing, kept for 5 s.
 * opener ADDRESS PORT + N PERIOD_MS: as many that say half of a TLS record, kept as long.
 *
 * Prints how many were made.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int open_to(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || !connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		return fd;
	close(fd);
	return -1;
}

static size_t load(const char *file, unsigned char *buf, size_t room)
{
	FILE *f = fopen(file, "rb");
	size_t n = f ? fread(buf, 1, room, f) : 0;

	if (f)
		fclose(f);
	return n;
}

/* What is said in one connection; the first byte stays, for the others are what is of interest. */
static void say(int fd, const unsigned char *tape, size_t n, int mutate)
{
	unsigned char buf[4096];
	int left = mutate ? 1 + rand() % 4 : 0;

	memcpy(buf, tape, n);
	while (left--)
		buf[1 + (size_t)rand() % (n - 1)] ^= (unsigned char)(1 + rand() % 255);
	if (send(fd, buf, n, MSG_NOSIGNAL) >= 0)
		shutdown(fd, SHUT_WR);
}

/* Until the other end has had enough. */
static void hear(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char buf[4096];

	while (poll(&p, 1, 3000) > 0 && recv(fd, buf, sizeof(buf), 0) > 0)
		;
}

int main(int argc, char **argv)
{
	static const unsigned char half[] = { 0x16, 3, 1, 2, 0, 1 };
	struct sockaddr_in to = { .sin_family = AF_INET };
	unsigned char tape[4096];
	int made = 0, mutate, n;
	bool quiet;
	size_t len;

	if (argc < 6 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1)
		return 2;
	to.sin_port = htons((unsigned short)atoi(argv[2]));
	quiet = !strcmp(argv[3], "-") || !strcmp(argv[3], "+");
	len = quiet ? 0 : load(argv[3], tape, sizeof(tape));
	mutate = argc > 6;
	srand(mutate ? (unsigned int)atoi(argv[6]) : 1);
	if (!quiet && len < 100)
		return 2;
	for (n = atoi(argv[4]); n > 0; n--) {
		int fd = open_to(&to);

		made += fd >= 0;
		if (fd >= 0 && *argv[3] == '+')
			send(fd, half, sizeof(half), MSG_NOSIGNAL);
		if (fd >= 0 && !quiet) {
			say(fd, tape, len, mutate);
			hear(fd);
			close(fd);
		}
		usleep((useconds_t)atoi(argv[5]) * 1000);
	}
	printf("%d\n", made);
	fflush(stdout);
	if (quiet)
		sleep(5);
	return 0;
}
