// SPDX-License-Identifier: GPL-2.0-or-later
#include "follow.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "client.h"
#include "term.h"

#define EXIT_NO_AGENT	3
#define IDLE_MS		60000

/**
 * follow_is_meant() - does the session watch something, after this answer?
 * @a: the answer to `debug ...` or `monitor`
 * @topic: of its JSON; NULL: any
 *
 * Return: true if so.
 */
bool follow_is_meant(const struct answer *a, const char *topic)
{
	json_t *root = a->status || !a->json ? NULL : json_loads(a->json, 0, NULL);
	json_t *list = json_object_get(root, "watching"), *x;
	bool found = !topic && json_array_size(list);
	size_t i;

	json_array_foreach(list, i, x)
		found |= topic && !strcmp(json_string_value(x), topic);
	json_decref(root);
	return found;
}

/**
 * follow_line() - print a line, as client.watch()
 * @arg: points to a bool: as JSON
 * @text: for people
 * @json: for programs
 */
void follow_line(void *arg, const char *text, const char *json)
{
	const bool *as_json = arg;
	const char *s = *as_json ? json : text;

	/* Whoever reads slowly keeps us here; what then comes too soon the agent counts. */
	if (!term_write(s, strlen(s)))
		term_write("\n", 1);
}

/**
 * follow() - print what the agent tells, until q, ^C or ^D, or another end
 * @c: connection, of a session that watches something
 * @json: as JSON, an object a line
 *
 * Return: exit status: 0, 3: the agent has gone.
 */
int follow(struct client *c, bool json)
{
	void (*before)(void *arg, const char *text, const char *line) = c->watch;
	void *arg = c->arg;
	struct term t;
	bool readable;
	int err = 0;

	fflush(stdout);
	term_begin(&t);
	c->watch = follow_line;
	c->arg = &json;
	while (!err && term_wait(&t, c->fd, IDLE_MS, &readable))
		err = readable ? client_take(c, NULL) : 0;
	c->watch = before;
	c->arg = arg;
	term_end(&t);
	if (err)
		fprintf(stderr, "rgctl: %s\n",
			err == -ECONNRESET ? "the agent has closed the connection" :
					     strerror(-err));
	return err ? EXIT_NO_AGENT : 0;
}
