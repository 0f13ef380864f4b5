/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's control socket, seen from the other side: one request, one answer.
 */
#ifndef RGCTL_CLIENT_H
#define RGCTL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

struct client {
	int fd;
	char *buf;
	size_t len;
	size_t cap;
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
void answer_free(struct answer *a);

#endif
