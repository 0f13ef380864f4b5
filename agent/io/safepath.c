// SPDX-License-Identifier: GPL-2.0-or-later
#include "safepath.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel has it */

/**
 * struct walk - a path that is followed
 * @done: where we are, without symbolic links; empty is the root folder
 * @rest: what is still to be followed
 * @links: how many were followed
 */
struct walk {
	char *done;
	char rest[2 * PATH_MAX];
	unsigned int links;
};

/* In a folder with the sticky bit others may only touch what is theirs. */
static int check_owner(const char *path, struct stat *st)
{
	mode_t others = 0022;

	if (lstat(path, st))
		return -errno;
	if (S_ISLNK(st->st_mode) || (S_ISDIR(st->st_mode) && st->st_mode & S_ISVTX))
		others = 0;
	if ((st->st_uid && st->st_uid != geteuid()) || st->st_mode & others)
		return -EPERM;
	return 0;
}

static void go_up(struct walk *w)
{
	char *slash = strrchr(w->done, '/');

	if (slash)
		*slash = '\0';
}

static int follow_link(struct walk *w, const char *rest)
{
	char to[PATH_MAX], all[sizeof(w->rest)];
	ssize_t len = readlink(w->done, to, sizeof(to) - 1);

	if (len < 0)
		return -errno;
	to[len] = '\0';
	if (++w->links > LINKS_MAX)
		return -ELOOP;
	if ((size_t)snprintf(all, sizeof(all), "%s/%s", to, rest) >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(w->rest, all, strlen(all) + 1);
	if (to[0] == '/')
		w->done[0] = '\0';
	else
		go_up(w);
	return 0;
}

static int step(struct walk *w, const char *name, const char *rest)
{
	size_t len = strlen(w->done);
	struct stat st;
	int err;

	if (!strcmp(name, "..")) {
		go_up(w);
	} else if (strcmp(name, ".")) {
		if ((size_t)snprintf(w->done + len, PATH_MAX - len, "/%s", name) >= PATH_MAX - len)
			return -ENAMETOOLONG;
		err = check_owner(w->done, &st);
		if (err)
			return err;
		if (S_ISLNK(st.st_mode))
			return follow_link(w, rest);
	}
	memmove(w->rest, rest, strlen(rest) + 1);
	return 0;
}

/**
 * safepath() - could others put something else there?
 * @path: absolute path of a file
 * @out: gets the same without symbolic links
 *
 * Looks at the file, and at each folder and symbolic link on the way to it. A file system that does
 * not answer is waited for.
 *
 * Return: 0: only root and the effective user could; -EPERM: others could; or -errno: it cannot be
 * reached.
 */
int safepath(const char *path, char out[PATH_MAX])
{
	struct walk w = { .done = out };
	struct stat st;
	int err;

	out[0] = '\0';
	if (path[0] != '/')
		return -EINVAL;
	if ((size_t)snprintf(w.rest, sizeof(w.rest), "%s", path) >= PATH_MAX)
		return -ENAMETOOLONG;
	err = check_owner("/", &st);
	while (!err) {
		char *name = w.rest + strspn(w.rest, "/");
		char *end = name + strcspn(name, "/");
		char *rest = *end ? end + 1 : end;

		if (end == name)
			return 0;
		*end = '\0';
		err = step(&w, name, rest);
	}
	return err;
}
