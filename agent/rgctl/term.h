/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal while a key, or a signal, is to end what runs.
 */
#ifndef RGCTL_TERM_H
#define RGCTL_TERM_H

#include <signal.h>
#include <stdbool.h>
#include <termios.h>

/**
 * struct term - what is put back at the end
 * @keys: standard input is the terminal, and keys are read from it
 * @saved: how it was
 * @old: what signals did
 */
struct term {
	bool keys;
	struct termios saved;
	struct sigaction old[5];
};

void term_begin(struct term *t);
void term_end(struct term *t);
bool term_over(void);
bool term_resized(void);
bool term_wait(const struct term *t, int fd, int ms, bool *readable);
int term_write(const char *s, size_t len);

#endif
