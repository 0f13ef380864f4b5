// SPDX-License-Identifier: GPL-2.0-or-later
#include "common.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/** die() - say what went wrong and exit with status 2. */
void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

/** now() - Return: seconds on the monotonic clock. */
double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/**
 * number() - parse a command line argument
 * @what: its name, for the message
 * @s: the argument
 * @max: the largest value that makes sense
 *
 * Return: the number; does not return when it is none.
 */
unsigned long number(const char *what, const char *s, unsigned long max)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(s, &end, 10);
	if (errno || end == s || *end || v > max)
		die("%s: '%s' is not a number up to %lu", what, s, max);
	return v;
}

/** set_port() - change the port (host order) of an address. */
void set_port(struct addr *a, unsigned int port)
{
	if (a->ss.ss_family == AF_INET)
		((struct sockaddr_in *)&a->ss)->sin_port = htons(port);
	else
		((struct sockaddr_in6 *)&a->ss)->sin6_port = htons(port);
}

/** parse_addr() - Return: a numeric IPv4 or IPv6 address with a port. */
struct addr parse_addr(const char *host, unsigned int port)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };
	struct addrinfo *res;
	struct addr a = { .len = 0 };
	int ret;

	ret = getaddrinfo(host, NULL, &hints, &res);
	if (ret)
		die("%s: %s", host, gai_strerror(ret));
	memcpy(&a.ss, res->ai_addr, res->ai_addrlen);
	a.len = res->ai_addrlen;
	freeaddrinfo(res);
	set_port(&a, port);
	return a;
}

/** more_files() - allow as many descriptors as we may have. */
void more_files(void)
{
	struct rlimit r = { 1 << 20, 1 << 20 };

	if (!setrlimit(RLIMIT_NOFILE, &r) || getrlimit(RLIMIT_NOFILE, &r))
		return;
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
}

/* The word at position @k: no two positions look alike, so that bytes which are
 * lost, doubled or swapped are seen (the mixing function of splitmix64).
 */
static uint64_t pattern_word(uint64_t k)
{
	k = (k + 1) * 0x9e3779b97f4a7c15u;
	k = (k ^ (k >> 30)) * 0xbf58476d1ce4e5b9u;
	k = (k ^ (k >> 27)) * 0x94d049bb133111ebu;
	return k ^ (k >> 31);
}

/** pattern_fill() - the @len bytes at position @pos of the endless pattern. */
void pattern_fill(uint8_t *buf, size_t len, uint64_t pos)
{
	size_t i;

	for (i = 0; i < len; i++, pos++)
		buf[i] = pattern_word(pos / 8) >> (pos % 8 * 8);
}

/** pattern_check() - Return: whether these are the pattern's bytes at @pos. */
int pattern_check(const uint8_t *buf, size_t len, uint64_t pos)
{
	size_t i;

	for (i = 0; i < len; i++, pos++)
		if (buf[i] != (uint8_t)(pattern_word(pos / 8) >> (pos % 8 * 8)))
			return 0;
	return 1;
}

/** put_be64() - write eight bytes, most significant first. */
void put_be64(uint8_t *p, uint64_t v)
{
	int i;

	for (i = 7; i >= 0; i--, v >>= 8)
		p[i] = v;
}

/** get_be64() - Return: the number that put_be64() wrote. */
uint64_t get_be64(const uint8_t *p)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}
