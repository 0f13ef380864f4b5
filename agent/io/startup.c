// SPDX-License-Identifier: GPL-2.0-or-later
/* For asprintf() and mkostemp() */
#define _GNU_SOURCE
#include "startup.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "core/lex.h"
#include "io/work.h"

/*
 * DOC: writing the configuration file
 *
 * A file beside it is written, given the mode and the owner of the old one, brought to the disk and
 * put in its place: whatever happens, there is the old configuration or the new one.  All of that
 * may wait for a disk and so runs in a thread.
 */

#define FILE_MAX (1024 * 1024)

#define KEY_WORD_MIN 5 /* `key-s': what is shorter is another word */

/* With the time, so that a person sees who wrote what is there. */
#define HEADER "! written by rgd at %Y-%m-%d %H:%M:%S UTC (write memory)\n"

/**
 * struct startup - a file that is being written
 * @file: its name
 * @text: what goes in
 * @loaded: what it held when it was loaded; not known: that does not matter
 * @err, @say: how it went
 * @sum: of what is in it now
 */
struct startup {
	struct work *work;
	char *file;
	char *text;
	struct startup_sum loaded;
	startup_done_fn done;
	void *arg;
	int err;
	char say[512];
	struct startup_sum sum;
};

/**
 * startup_read() - read a configuration file
 * @file: its name
 * @text: gets it, malloced, with a NUL behind it
 * @len: gets its length
 * @mode: gets its type and permissions, may be NULL
 *
 * Return: 0, -EFBIG, or another -errno.
 */
int startup_read(const char *file, char **text, size_t *len, mode_t *mode)
{
	FILE *f = fopen(file, "re");
	char *buf = f ? malloc(FILE_MAX) : NULL;
	struct stat st;
	int err = 0;

	if (!f)
		return -errno;
	if (!buf) {
		fclose(f);
		return -ENOMEM;
	}
	*len = fread(buf, 1, FILE_MAX, f);
	if (ferror(f))
		err = -EIO;
	else if (*len == FILE_MAX)
		err = -EFBIG;
	else if (fstat(fileno(f), &st))
		err = -errno;
	fclose(f);
	if (err) {
		free(buf);
		return err;
	}
	if (mode)
		*mode = st.st_mode;
	buf[*len] = '\0';
	*text = buf;
	return 0;
}

/* The text of `authentication text`, which all who see hellos can read. */
static bool is_text(const struct lex_token *tok, size_t i)
{
	return i && lex_abbreviates(&tok[i - 1], "authentication") &&
	       lex_abbreviates(&tok[i], "text");
}

/* The key of a line, if it is in clear or @all is set; NULL: none. */
static char *key_of(const struct lex_token *tok, size_t n, bool all, size_t *len)
{
	size_t i = 0;

	while (i < n && !(tok[i].len >= KEY_WORD_MIN && lex_abbreviates(&tok[i], "key-string")) &&
	       !(all && is_text(tok, i)))
		i++;
	i++;
	if (i < n && lex_is(&tok[i], "7") && !all)
		return NULL;
	if (i + 1 < n && (lex_is(&tok[i], "0") || lex_is(&tok[i], "7")))
		i++;
	if (i >= n)
		return NULL;
	*len = tok[i].len;
	return (char *)(uintptr_t)tok[i].s;
}

/**
 * startup_hide_keys() - put stars in place of keys that are in clear
 * @text: a configuration, with a NUL behind it
 * @all: also of those that are obscured, and of the text that is no key
 *
 * Otherwise what is obscured is shown as `show running-config` shows it.
 */
void startup_hide_keys(char *text, bool all)
{
	const char *pos = text, *end = text + strlen(text), *line;
	struct lex_token tok[LEX_MAX_WORDS], bad;
	size_t len, n;

	while (lex_next_line(&pos, end, &line, &len)) {
		char *key = NULL;

		if (lex_line(line, len, tok, LEX_MAX_WORDS, &n, &bad))
			continue;
		key = key_of(tok, n, all, &len);
		if (key)
			memset(key, '*', len);
	}
}

/**
 * startup_sum_of() - tell a content from others
 * @text: the content
 * @len: its length
 * @out: gets its sum; not known if it cannot be computed
 */
void startup_sum_of(const char *text, size_t len, struct startup_sum *out)
{
	out->known = EVP_Digest(text, len, out->sha256, NULL, EVP_sha256(), NULL) == 1;
}

/* -------------------------------------------------------------- in the thread */

static int fail(struct startup *s, const char *what, const char *file, int err)
{
	snprintf(s->say, sizeof(s->say), "%s %s: %s", what, file, strerror(-err));
	return err;
}

/* A change of somebody else is not overwritten unseen. */
static int check_unchanged(struct startup *s, const char *path)
{
	struct startup_sum now;
	char *text;
	size_t len;
	int err;

	if (!s->loaded.known)
		return 0;
	err = startup_read(path, &text, &len, NULL);
	if (err == -ENOENT)
		return 0;
	if (err)
		return fail(s, "cannot read", path, err);
	startup_sum_of(text, len, &now);
	free(text);
	if (now.known && !memcmp(now.sha256, s->loaded.sha256, sizeof(now.sha256)))
		return 0;
	snprintf(s->say, sizeof(s->say),
		 "%s was changed by somebody else since it was loaded; `force` overwrites it, `reload` loads it",
		 path);
	return -ESTALE;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/* As the old one; a new file is for its owner alone, for it may hold secrets. */
static int fill(struct startup *s, const char *path, const char *temp, int fd)
{
	/* A file with keys that others may read would not be loaded again. */
	mode_t never = strstr(s->text, "key-string") ? 0027 : 0;
	struct stat st;
	int err;

	if (!stat(path, &st)) {
		if (fchown(fd, st.st_uid, st.st_gid))
			return fail(s, "cannot keep the owner of", path, -errno);
		if (fchmod(fd, st.st_mode & 07777 & ~never))
			return fail(s, "cannot keep the mode of", path, -errno);
	}
	err = write_all(fd, s->text, strlen(s->text));
	if (!err && fsync(fd))
		err = -errno;
	return err ? fail(s, "cannot write", temp, err) : 0;
}

/* The name is safe only when the folder is. */
static int sync_folder(struct startup *s, const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int err = 0;

	if (!copy || fd < 0 || fsync(fd))
		err = fail(s, "written, but not safely: the folder of", path, -errno);
	if (fd >= 0)
		close(fd);
	free(copy);
	return err;
}

static int replace(struct startup *s, const char *path)
{
	char *temp;
	int fd, err;

	if (asprintf(&temp, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0) {
		err = fail(s, "cannot create", temp, -errno);
		free(temp);
		return err;
	}
	err = fill(s, path, temp, fd);
	close(fd);
	if (!err && rename(temp, path))
		err = fail(s, "cannot replace", path, -errno);
	if (err)
		unlink(temp);
	free(temp);
	return err ? err : sync_folder(s, path);
}

static void run(void *arg)
{
	struct startup *s = arg;
	/* Not the link, if it is one: what it leads to. */
	char *path = realpath(s->file, NULL);
	const char *at = path ? path : s->file;

	s->err = check_unchanged(s, at);
	if (!s->err)
		s->err = replace(s, at);
	if (!s->err) {
		startup_sum_of(s->text, strlen(s->text), &s->sum);
		snprintf(s->say, sizeof(s->say), "%s written", at);
	}
	free(path);
}

/* ---------------------------------------------------------------- in the loop */

static void forget(struct startup *s)
{
	free(s->file);
	free(s->text);
	free(s);
}

static void on_done(void *arg)
{
	struct startup *s = arg;

	s->done(s->arg, s->err, s->say, &s->sum);
	forget(s);
}

/**
 * startup_write() - begin to write the configuration file
 * @base: event loop
 * @file: its name
 * @text: the configuration; copied
 * @loaded: what the file held when it was loaded: if it holds something else by now it is not
 *	overwritten; NULL: whatever it holds
 * @done: told how it went
 * @arg: for @done
 * @out: until @done is called
 *
 * Return: 0 or -errno; then nothing is called.
 */
int startup_write(struct event_base *base, const char *file, const char *text,
		  const struct startup_sum *loaded, startup_done_fn done, void *arg,
		  struct startup **out)
{
	struct startup *s = calloc(1, sizeof(*s));
	time_t now = time(NULL);
	char header[128];
	struct tm tm;
	int err;

	if (!s)
		return -ENOMEM;
	s->done = done;
	s->arg = arg;
	if (loaded)
		s->loaded = *loaded;
	strftime(header, sizeof(header), HEADER, gmtime_r(&now, &tm));
	s->file = strdup(file);
	if (asprintf(&s->text, "%s%s", header, text) < 0)
		s->text = NULL;
	err = s->file && s->text ? work_start(base, run, on_done, s, &s->work) : -ENOMEM;
	if (err) {
		forget(s);
		return err;
	}
	*out = s;
	return 0;
}

/**
 * startup_wait() - wait until the file is written; nobody is told
 * @s: may be NULL
 */
void startup_wait(struct startup *s)
{
	if (!s)
		return;
	work_wait(s->work);
	forget(s);
}
