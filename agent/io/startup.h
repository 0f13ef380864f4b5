/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration file: what it held when it was loaded, and how it is written.
 */
#ifndef RG_IO_STARTUP_H
#define RG_IO_STARTUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct event_base;
struct startup;

/**
 * struct startup_sum - tells one content of a file from another
 * @known: there is one
 * @sha256: of the bytes
 */
struct startup_sum {
	bool known;
	uint8_t sha256[32];
};

/* Called in the loop: @err is 0 or -errno, @text says what was done or what is wrong. */
typedef void (*startup_done_fn)(void *arg, int err, const char *text,
				const struct startup_sum *sum);

int startup_read(const char *file, char **text, size_t *len, mode_t *mode);
void startup_hide_keys(char *text, bool all);
void startup_sum_of(const char *text, size_t len, struct startup_sum *out);
int startup_write(struct event_base *base, const char *file, const char *text,
		  const struct startup_sum *loaded, startup_done_fn done, void *arg,
		  struct startup **out);
void startup_wait(struct startup *s);

#endif
