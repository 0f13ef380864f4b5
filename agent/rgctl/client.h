/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's control socket, seen from the other side: one request, one answer, and between them
 * lines about what the session watches.
 */
#ifndef RGCTL_CLIENT_H
#define RGCTL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct client - a connection
 * @fd: the socket, -1: none
 * @buf: what was read
 * @at: the first byte of it that was not looked at
 * @len: end of it
 * @cap: size of @buf
 * @watch: called with a line about what the session watches, for people and as JSON, neither with a
 *	newline; NULL: they are dropped
 * @arg: for @watch
 * @watching: the session debugs something
 * @stays: more commands may follow
 */
struct client {
	int fd;
	char *buf;
	size_t at;
	size_t len;
	size_t cap;
	void (*watch)(void *arg, const char *text, const char *json);
	void *arg;
	bool watching;
	bool stays;
};

/**
 * struct answer - what the daemon said
 * @status: 0 done, 1 refused, 2 no command
 * @text: malloced, for people
 * @json: malloced JSON, NULL if the command has none
 */
struct answer {
	int status;
	char *text;
	char *json;
};

int client_open(struct client *c, const char *rundir);
void client_close(struct client *c);
int client_ask(struct client *c, const char *const *args, size_t n, bool json, struct answer *out);
int client_send(struct client *c, const char *const *args, size_t n, bool json);
int client_take(struct client *c, struct answer *out);
void answer_free(struct answer *a);

#endif
