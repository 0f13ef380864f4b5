/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the traffic programs share.  They are tools, not daemons: whatever goes
 * wrong in their set-up ends them with a message.
 */
#ifndef SELFTESTS_COMMON_H
#define SELFTESTS_COMMON_H

#include <netdb.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/**
 * struct addr - where a client connects to
 * @ss: the address, port included
 * @len: its length
 */
struct addr {
	struct sockaddr_storage ss;
	socklen_t len;
};

/* What the first byte of a TCP connection asks flowd for; any other: echo. */
#define FLOWD_DOWNLOAD	'D'	/* + u64 bytes wanted, u64 bytes/s (0: no limit) */
#define FLOWD_UPLOAD	'U'	/* pattern until end of file, then answers u64 good bytes */
#define FLOWD_REQUEST	17	/* length of the longest request; both numbers big-endian */

/*
 * What is between the two is what `scripts/vm-run --profile` counts (scripts/lib/vmprof.c): no-ops
 * that it knows by their displacement.
 */
#ifdef __x86_64__
#define PROFILE_BEGIN() __asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00, 'R', 'G', 'P', '1'")
#define PROFILE_END()	__asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00, 'R', 'G', 'P', '2'")
#else
#define PROFILE_BEGIN() do { } while (0)
#define PROFILE_END()	do { } while (0)
#endif

void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
double now(void);
unsigned long number(const char *what, const char *s, unsigned long max);
void set_port(struct addr *a, unsigned int port);
struct addr parse_addr(const char *host, unsigned int port);
void more_files(void);

void pattern_fill(uint8_t *buf, size_t len, uint64_t pos);
int pattern_check(const uint8_t *buf, size_t len, uint64_t pos);
void put_be64(uint8_t *p, uint64_t v);
uint64_t get_be64(const uint8_t *p);

#endif
