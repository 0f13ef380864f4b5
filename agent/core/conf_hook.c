// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf.h"

#include <string.h>

#include "conf_store.h"

/* Programs that are told role changes, sorted by path. */

static uint32_t hook_place(const struct conf *c, const char *path)
{
	uint32_t i = 0;

	while (i < c->n_hooks && strcmp(c->hook[i].path, path) < 0)
		i++;
	return i;
}

static bool hook_at(const struct conf *c, uint32_t i, const char *path)
{
	return i < c->n_hooks && !strcmp(c->hook[i].path, path);
}

/**
 * conf_hook - a program that is told role changes
 * @c: the configuration
 * @path: its path
 *
 * Return: it, or NULL.
 */
const struct conf_hook *conf_hook(const struct conf *c, const char *path)
{
	uint32_t i = hook_place(c, path);

	return hook_at(c, i, path) ? &c->hook[i] : NULL;
}

/**
 * conf_get_hook - find a program that is told role changes, or make it one
 * @c: the configuration
 * @path: its path, shorter than CONF_PATH_LEN
 *
 * Return: it, or NULL: there is no room for one more.
 */
struct conf_hook *conf_get_hook(struct conf *c, const char *path)
{
	uint32_t i = hook_place(c, path);
	struct conf_hook *h = &c->hook[i];

	if (hook_at(c, i, path))
		return h;
	if (c->n_hooks == CONF_MAX_HOOKS)
		return NULL;
	memmove(h + 1, h, (c->n_hooks - i) * sizeof(*h));
	c->n_hooks++;
	memset(h, 0, sizeof(*h));
	memcpy(h->path, path, strlen(path));
	h->timeout_s = CONF_DEF_HOOK_S;
	return h;
}

/**
 * conf_drop_hook - tell a program no more
 * @c: the configuration
 * @path: its path
 *
 * Return: false when there was none.
 */
bool conf_drop_hook(struct conf *c, const char *path)
{
	uint32_t i = hook_place(c, path);

	if (!hook_at(c, i, path))
		return false;
	c->n_hooks--;
	memmove(&c->hook[i], &c->hook[i + 1],
		(c->n_hooks - i) * sizeof(c->hook[0]));
	memset(&c->hook[c->n_hooks], 0, sizeof(c->hook[0]));
	return true;
}

/**
 * conf_hooks_equal - are the same programs told role changes?
 * @a: one configuration
 * @b: the other
 *
 * Return: true when all have the same path and time.
 */
bool conf_hooks_equal(const struct conf *a, const struct conf *b)
{
	uint32_t i;

	if (a->n_hooks != b->n_hooks)
		return false;
	for (i = 0; i < a->n_hooks; i++) {
		if (strcmp(a->hook[i].path, b->hook[i].path) ||
		    a->hook[i].timeout_s != b->hook[i].timeout_s)
			return false;
	}
	return true;
}
