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
 * @c: overwritten but for what the caller has set of it, @watch and @arg
 * @rundir: directory of its socket
 *
 * Return: 0 or -errno.
 */
int client_open(struct client *c, const char *rundir)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int err;

	c->fd = -1;
	c->buf = NULL;
	c->at = 0;
	c->len = 0;
	c->cap = 0;
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
	c->buf = NULL;
	c->at = 0;
	c->len = 0;
	c->cap = 0;
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

/* Room for more, where what was looked at already lies in the way. */
static int make_room(struct client *c)
{
	size_t cap = c->cap ? c->cap * 2 : 65536;
	char *p;

	if (c->at) {
		memmove(c->buf, c->buf + c->at, c->len - c->at);
		c->len -= c->at;
		c->at = 0;
	}
	if (c->cap - c->len >= 4096)
		return 0;
	p = cap > ANSWER_MAX ? NULL : realloc(c->buf, cap);
	if (!p)
		return -ENOMEM;
	c->buf = p;
	c->cap = cap;
	return 0;
}

static int fill(struct client *c)
{
	int err = make_room(c);
	ssize_t n;

	if (err)
		return err;
	n = read(c->fd, c->buf + c->len, c->cap - c->len);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	c->len += (size_t)n;
	return n ? 0 : -ECONNRESET;
}

/* The next whole line, with a NUL in place of its newline; NULL: there is none yet. */
static char *next_line(struct client *c, size_t *seen)
{
	char *line = c->buf + c->at, *nl;

	if (c->at + *seen >= c->len)
		return NULL;
	nl = memchr(line + *seen, '\n', c->len - c->at - *seen);
	if (!nl) {
		*seen = c->len - c->at;
		return NULL;
	}
	*nl = '\0';
	c->at += (size_t)(nl - line) + 1;
	*seen = 0;
	return line;
}

/* Is it about what the session watches? */
static bool watched(struct client *c, const char *line)
{
	json_t *root;
	char *json;

	if (strncmp(line, "{\"watch\":", 9))
		return false;
	root = json_loads(line, 0, NULL);
	json = json_dumps(json_object_get(root, "json"), JSON_COMPACT);
	if (c->watch && json)
		c->watch(c->arg, json_string_value(json_object_get(root, "text")), json);
	free(json);
	json_decref(root);
	return true;
}

/* Reads until there is an answer. */
static int read_answer(struct client *c, char **out)
{
	size_t seen = 0;

	for (;;) {
		int err;

		*out = next_line(c, &seen);
		if (*out && !watched(c, *out))
			return 0;
		if (*out)
			continue;
		err = fill(c);
		if (err)
			return err;
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
 * client_take() - take what has come, without waiting
 * @c: connection; something can be read from it
 * @out: gets the answer to what client_send() has asked, NULL: nothing was asked
 *
 * Return: 1: @out has it, release it with answer_free(); 0: not yet; -ECONNRESET: the daemon has
 * closed the connection; -EPROTO: this is not the daemon's language; or another -errno.
 */
int client_take(struct client *c, struct answer *out)
{
	size_t seen = 0;
	int err = fill(c);
	char *line;

	bool got = false;

	while ((line = next_line(c, &seen))) {
		if (watched(c, line))
			continue;
		if (!out || got)
			return -EPROTO;
		memset(out, 0, sizeof(*out));
		err = parse(line, out);
		if (err)
			break;
		got = true;
	}
	if (err && got)
		answer_free(out);
	return err ? err : got;
}

/**
 * client_send() - ask, and do not wait
 * @c: connection
 * @args: words of a command
 * @n: how many
 * @json: an answer for programs is wanted as well
 *
 * Return: 0, -EILSEQ: a word is not UTF-8, or another -errno of the socket.
 */
int client_send(struct client *c, const char *const *args, size_t n, bool json)
{
	return ask(c, args, n, json);
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
	char *line = NULL;
	size_t seen = 0;
	int err;

	memset(out, 0, sizeof(*out));
	err = ask(c, args, n, json);
	if (!err)
		err = read_answer(c, &line);
	if (!err)
		err = parse(line, out);
	/* What came behind it is not left until more comes. */
	while (!err && (line = next_line(c, &seen)))
		err = watched(c, line) ? 0 : -EPROTO;
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
