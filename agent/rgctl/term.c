// SPDX-License-Identifier: GPL-2.0-or-later
#include "term.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* A signal between the look and the wait is seen after this. */
#define LOOK_MS	500

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGWINCH };

static volatile sig_atomic_t over, resized;

static void on_signal(int sig)
{
	if (sig == SIGWINCH)
		resized = 1;
	else
		over = 1;
}

/**
 * term_begin() - keys come one by one and unseen; signals end what runs
 * @t: filled
 *
 * A process in the background leaves the terminal alone.
 */
void term_begin(struct term *t)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct termios raw;

	over = 0;
	/* Without SA_RESTART: what waits for a slow reader has to end as well. */
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &sa, &t->old[i]);
	t->keys = isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp() &&
		  !tcgetattr(STDIN_FILENO, &t->saved);
	if (!t->keys)
		return;
	raw = t->saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

/**
 * term_end() - as it was before
 * @t: the terminal
 */
void term_end(struct term *t)
{
	if (t->keys)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &t->saved);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &t->old[i], NULL);
	t->keys = false;
}

/**
 * term_over() - has a key or a signal ended it?
 *
 * Return: true if so.
 */
bool term_over(void)
{
	return over;
}

/**
 * term_resized() - has the terminal another size?
 *
 * Return: true once for each change.
 */
bool term_resized(void)
{
	bool yes = resized;

	resized = 0;
	return yes;
}

static void take_key(void)
{
	char key;

	if (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q' || key == 4)
		over = 1;
}

/**
 * term_wait() - wait for a key, a signal, or something to read
 * @t: the terminal
 * @fd: where something may come, -1: nowhere
 * @ms: how long at most; it may return sooner without anything
 * @readable: whether something has come
 *
 * Return: false when it is over.
 */
bool term_wait(const struct term *t, int fd, int ms, bool *readable)
{
	/* Of the last one only that nobody reads it any more. */
	struct pollfd p[3] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = t->keys ? STDIN_FILENO : -1, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};

	*readable = false;
	if (!over && poll(p, 3, ms < LOOK_MS ? ms : LOOK_MS) > 0) {
		*readable = p[0].revents;
		if (p[1].revents)
			take_key();
		if (p[2].revents)
			over = 1;
	}
	return !over;
}

/**
 * term_write() - to standard output, as long as it takes unless it is over
 * @s: what
 * @len: how much
 *
 * Return: 0, -EINTR: it is over, or another -errno.
 */
int term_write(const char *s, size_t len)
{
	while (len && !over) {
		ssize_t n = write(STDOUT_FILENO, s, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			s += n;
			len -= (size_t)n;
		}
	}
	return over ? -EINTR : 0;
}
