// SPDX-License-Identifier: GPL-2.0-or-later
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <jansson.h>

#define SOCK_NAME	"rgd.sock"
#define ANSWER_MAX	(64 * 1024 * 1024)

/**
 * client_open() - connect to the daemon
 * @c: overwritten
 * @rundir: directory of its socket
 *
 * Return: 0 or -errno.
 */
int client_open(struct client *c, const char *rundir)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int err;

	memset(c, 0, sizeof(*c));
	c->fd = -1;
	if (snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/%s", rundir, SOCK_NAME) >=
	    (int)sizeof(sun.sun_path))
		return -ENAMETOOLONG;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&sun, sizeof(sun)) < 0) {
		err = -errno;
		client_close(c);
		return err;
	}
	return 0;
}

/**
 * client_close() - disconnect
 * @c: connection
 */
void client_close(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->buf);
	memset(c, 0, sizeof(*c));
	c->fd = -1;
}

static int send_all(int fd, const char *s, size_t len)
{
	while (len) {
		ssize_t n = send(fd, s, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		s += n;
		len -= (size_t)n;
	}
	return 0;
}

static int ask(struct client *c, const char *const *args, size_t n, bool json)
{
	json_t *root = json_object(), *list = json_array();
	char *line;
	int err = 0;

	for (size_t k = 0; k < n && !err; k++) {
		/* jansson refuses what is not UTF-8. */
		if (json_array_append_new(list, json_string(args[k])))
			err = -EILSEQ;
	}
	json_object_set_new(root, "args", list);
	json_object_set_new(root, "json", json_boolean(json));
	line = err ? NULL : json_dumps(root, JSON_COMPACT);
	json_decref(root);
	if (!line)
		return err ? err : -ENOMEM;
	err = send_all(c->fd, line, strlen(line));
	if (!err)
		err = send_all(c->fd, "\n", 1);
	free(line);
	return err;
}

/* Reads until a newline; the line ends with a NUL in its place. */
static int read_line(struct client *c)
{
	char *nl;

	c->len = 0;
	for (;;) {
		ssize_t n;

		if (c->cap - c->len < 4096) {
			size_t cap = c->cap ? c->cap * 2 : 65536;
			char *p = cap > ANSWER_MAX ? NULL : realloc(c->buf, cap);

			if (!p)
				return -ENOMEM;
			c->buf = p;
			c->cap = cap;
		}
		n = read(c->fd, c->buf + c->len, c->cap - c->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -ECONNRESET;
		nl = memchr(c->buf + c->len, '\n', (size_t)n);
		c->len += (size_t)n;
		if (nl) {
			*nl = '\0';
			return 0;
		}
	}
}

static int parse(const char *line, struct answer *out)
{
	json_t *root = json_loads(line, 0, NULL), *json = json_object_get(root, "json");
	const char *text = json_string_value(json_object_get(root, "text"));
	int err = 0;

	if (!text || !json_is_integer(json_object_get(root, "status"))) {
		json_decref(root);
		return -EPROTO;
	}
	out->status = (int)json_integer_value(json_object_get(root, "status"));
	out->text = strdup(text);
	if (json)
		out->json = json_dumps(json, JSON_INDENT(2));
	if (!out->text || (json && !out->json))
		err = -ENOMEM;
	json_decref(root);
	return err;
}

/**
 * client_ask() - have a command carried out
 * @c: connection
 * @args: its words
 * @n: how many
 * @json: an answer for programs is wanted as well
 * @out: gets the answer; release it with answer_free()
 *
 * Waits as long as the daemon takes.
 *
 * Return: 0, -EILSEQ: a word is not UTF-8, -EPROTO: this is not the daemon's language, or another
 * -errno of the socket.
 */
int client_ask(struct client *c, const char *const *args, size_t n, bool json, struct answer *out)
{
	int err;

	memset(out, 0, sizeof(*out));
	err = ask(c, args, n, json);
	if (!err)
		err = read_line(c);
	if (!err)
		err = parse(c->buf, out);
	if (err)
		answer_free(out);
	return err;
}

/**
 * answer_free() - release an answer
 * @a: the answer, empty afterwards
 */
void answer_free(struct answer *a)
{
	free(a->text);
	free(a->json);
	memset(a, 0, sizeof(*a));
}
