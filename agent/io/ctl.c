// SPDX-License-Identifier: GPL-2.0-or-later
/* For accept4() */
#define _GNU_SOURCE
#include "ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <jansson.h>

#include "core/access.h"
#include "io/log.h"
#include "io/show.h"
#include "io/watchers.h"

#define BACKLOG		16
#define ARGS_MAX	64
#define GROUPS_MAX	1024

/* With more than this on the way to a client, what it watches waits in its ring. */
#define WATCH_ROOM	16384

/*
 * @busy: a command is being carried out; the next line is not looked at before its answer has gone,
 * which bounds what a client can make us hold.  @answered: that is on its way.  @json: of that
 * command.  @eof: no more requests will come; goes when the last answer is out.  @level: what it
 * may do.
 */
struct client {
	struct ctl *ctl;
	struct client *next;
	struct bufferevent *bev;
	bool busy;
	bool answered;
	bool json;
	bool eof;
	enum access_level level;
};

struct ctl {
	struct event_base *base;
	struct show *show;
	const struct access_policy *policy;
	struct event *ev;
	int fd;
	int spare;		/* given up to turn a client away when no descriptor is left */
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct client *clients;
	unsigned int n_clients;
	unsigned int n_strangers;
	struct ctl_stats st;
};

static void drop(struct client *cl)
{
	struct ctl *c = cl->ctl;
	struct client **at = &c->clients;

	while (*at != cl)
		at = &(*at)->next;
	*at = cl->next;
	c->n_clients--;
	c->n_strangers -= cl->level == ACCESS_NONE;
	show_cancel(c->show, cl);
	watchers_set(cl, 0);
	bufferevent_free(cl->bev);
	free(cl);
}

/* jansson takes UTF-8 only; a name in the configuration need not be. */
static json_t *text_json(const char *s)
{
	json_t *j = json_string(s);
	char *copy;

	if (j)
		return j;
	copy = strdup(s);
	for (char *p = copy; p && *p; p++) {
		if ((unsigned char)*p > 0x7f)
			*p = '?';
	}
	j = copy ? json_string(copy) : NULL;
	free(copy);
	return j;
}

/*
 * The JSON of an answer becomes a part of the line.  What we wrote and cannot read again is a
 * fault of ours, about which the client must not be left in the dark.
 */
static const char *add_json(json_t *root, const char *text)
{
	json_error_t why;
	json_t *j = json_loads(text, 0, &why);

	if (!j) {
		log_warnx("CTL", "an answer is no valid JSON: %s (byte %d)", why.text,
			  why.position);
		return "the answer is no valid JSON, which is a bug of rgd; see its log";
	}
	return json_object_set_new(root, "json", j) ? "no memory for the answer" : NULL;
}

static int send_answer(struct client *cl, const struct show_answer *a)
{
	const char *text = a->text ? a->text : "", *bad = NULL;
	json_t *root = json_object();
	char *line = NULL;
	int err = -ENOMEM;

	if (cl->json && a->json)
		bad = add_json(root, a->json);
	json_object_set_new(root, "status", json_integer(bad ? 1 : a->status));
	json_object_set_new(root, "text", text_json(bad ? bad : text));
	line = json_dumps(root, JSON_COMPACT);
	if (line && !bufferevent_write(cl->bev, line, strlen(line)) &&
	    !bufferevent_write(cl->bev, "\n", 1))
		err = 0;
	cl->answered = true;
	free(line);
	json_decref(root);
	return err;
}

static void on_done(void *ctx, struct show_answer *a)
{
	struct client *cl = ctx;

	/* What has come in the meantime is looked at when the answer is out, see on_written(). */
	if (send_answer(cl, a))
		drop(cl);
}

static int run(struct client *cl, const char *const *args, size_t n)
{
	struct show_answer a;
	int err;

	cl->busy = true;
	cl->ctl->st.requests++;
	err = show_run(cl->ctl->show, cl->level, args, n, cl->json, &a, on_done, cl);
	if (err == -EINPROGRESS)
		return 0;
	cl->ctl->st.refused += a.forbidden;
	if (err)
		a = (struct show_answer){ .status = 1 };
	err = send_answer(cl, &a);
	show_answer_free(&a);
	return err;
}

/* One request; false: it is none. */
static bool request(struct client *cl, const char *line, int *err)
{
	json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	json_t *list = json_object_get(root, "args");
	const char *args[ARGS_MAX];
	size_t n = json_array_size(list);
	bool good = json_is_array(list) && n <= ARGS_MAX;

	for (size_t k = 0; good && k < n; k++) {
		args[k] = json_string_value(json_array_get(list, k));
		good = args[k];
	}
	if (good) {
		cl->json = json_is_true(json_object_get(root, "json"));
		*err = run(cl, args, n);
	}
	json_decref(root);
	return good;
}

/*
 * Takes the next request if there is one and it is its turn; drops the client if it misbehaves or
 * has done.
 */
static void next_line(struct client *cl)
{
	struct evbuffer *in = bufferevent_get_input(cl->bev);
	bool good = true;
	size_t len;
	char *line;
	int err = 0;

	if (cl->busy)
		return;
	line = evbuffer_readln(in, &len, EVBUFFER_EOL_LF);
	if (line)
		good = len == strlen(line) && len <= CTL_MAX_REQUEST && request(cl, line, &err);
	else
		good = evbuffer_get_length(in) < CTL_MAX_REQUEST;
	cl->ctl->st.bad_requests += !good;
	if (!good || err || (!line && cl->eof))
		drop(cl);
	free(line);
}

static void on_readable(struct bufferevent *bev, void *arg)
{
	next_line(arg);
}

static void on_written(struct bufferevent *bev, void *arg)
{
	struct client *cl = arg;

	watchers_room(cl);
	/* It was a line that it watches: the command has not ended. */
	if (cl->busy && !cl->answered)
		return;
	cl->busy = false;
	cl->answered = false;
	next_line(cl);
}

static bool watch_room(void *ctx)
{
	const struct client *cl = ctx;

	return evbuffer_get_length(bufferevent_get_output(cl->bev)) < WATCH_ROOM;
}

static int watch_line(void *ctx, const char *s, size_t len)
{
	const struct client *cl = ctx;

	return bufferevent_write(cl->bev, s, len) ? -ENOMEM : 0;
}

static const struct watchers_ops watchers_ops = {
	.room = watch_room,
	.line = watch_line,
};

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	struct client *cl = arg;

	/* It may have closed its sending side only, and wait. */
	if ((what & BEV_EVENT_EOF) && !cl->eof) {
		cl->eof = true;
		next_line(cl);
		return;
	}
	/* Who watches may hold the screen; what is held for him is bounded. */
	if ((what & BEV_EVENT_TIMEOUT) && watchers_get(cl)) {
		bufferevent_enable(bev, EV_WRITE);
		return;
	}
	if ((what & BEV_EVENT_TIMEOUT) && (what & BEV_EVENT_WRITING)) {
		cl->ctl->st.dropped_slow++;
		log_info("CTL", "a client does not take its answer, dropped");
	}
	drop(cl);
}

/*
 * As it was when it connected.  Of more groups than a user of any system has, none counts: less is
 * allowed rather than more.
 */
static enum access_level level_of(const struct ctl *c, int s)
{
	gid_t groups[GROUPS_MAX];
	struct access_peer who = { .groups = groups };
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return ACCESS_NONE;
	who.uid = cred.uid;
	who.gid = cred.gid;
	len = sizeof(groups);
	if (!getsockopt(s, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		who.n_groups = len / sizeof(groups[0]);
	return access_of(c->policy, &who);
}

/* Those who may do less cannot keep out those who may do more. */
static bool has_room(const struct ctl *c, enum access_level level)
{
	switch (level) {
	case ACCESS_CHANGE:
		return c->n_clients < CTL_MAX_CLIENTS;
	case ACCESS_SHOW:
		return c->n_clients < CTL_MAX_CLIENTS - CTL_FOR_CHANGE;
	default:
		return c->n_clients < CTL_MAX_CLIENTS - CTL_FOR_CHANGE &&
		       c->n_strangers < CTL_MAX_STRANGERS;
	}
}

static struct client *new_client(struct ctl *c, int s, enum access_level level)
{
	struct client *cl = calloc(1, sizeof(*cl));

	if (cl)
		cl->bev = bufferevent_socket_new(c->base, s, BEV_OPT_CLOSE_ON_FREE);
	if (!cl || !cl->bev) {
		free(cl);
		return NULL;
	}
	cl->ctl = c;
	cl->level = level;
	cl->next = c->clients;
	c->clients = cl;
	c->n_clients++;
	c->n_strangers += level == ACCESS_NONE;
	return cl;
}

static int accept_client(struct ctl *c)
{
	int s = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (s >= 0 || (errno != EMFILE && errno != ENFILE))
		return s;
	/* It would stay in the queue and wake us for ever. */
	close(c->spare);
	s = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC);
	if (s >= 0) {
		close(s);
		c->st.dropped_limit++;
	}
	c->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return -1;
}

static struct timeval ms(unsigned int n)
{
	return (struct timeval){ .tv_sec = n / 1000, .tv_usec = n % 1000 * 1000 };
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval slow = ms(CTL_SEND_TIMEOUT_MS), stranger = ms(CTL_STRANGER_MS);
	struct ctl *c = arg;
	int s = accept_client(c);
	struct client *cl = NULL;
	enum access_level level;

	if (s < 0)
		return;
	c->st.clients++;
	level = level_of(c, s);
	c->st.strangers += level == ACCESS_NONE;
	if (has_room(c, level))
		cl = new_client(c, s, level);
	if (!cl) {
		c->st.dropped_limit++;
		close(s);
		return;
	}
	bufferevent_setcb(cl->bev, on_readable, on_written, on_event, cl);
	/*
	 * Not more of a request is read than one may have; idle clients may stay, slow readers and
	 * strangers may not.
	 */
	bufferevent_setwatermark(cl->bev, EV_READ, 0, CTL_MAX_REQUEST + 1);
	bufferevent_set_timeouts(cl->bev, level == ACCESS_NONE ? &stranger : NULL, &slow);
	bufferevent_enable(cl->bev, EV_READ | EV_WRITE);
}

static int open_socket(struct ctl *c)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	mode_t old;
	int err = 0;

	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		return -errno;
	memcpy(sun.sun_path, c->path, sizeof(sun.sun_path));
	/* Of a daemon that was killed: whoever holds the lock of the directory owns the name. */
	unlink(c->path);
	/* Who may do what is decided for each client; whom nobody knows need not come. */
	old = umask(access_shared(c->policy) ? 0111 : 0117);
	if (bind(c->fd, (struct sockaddr *)&sun, sizeof(sun)) < 0 || listen(c->fd, BACKLOG) < 0)
		err = -errno;
	umask(old);
	return err;
}

/**
 * ctl_find_group() - find a group of the system
 * @name: its name, or its number
 * @out: gets it
 *
 * May ask a directory service: not while the loop runs.
 *
 * Return: 0 or -ENOENT.
 */
int ctl_find_group(const char *name, struct access_group *out)
{
	const struct group *g = getgrnam(name);
	unsigned long id;
	char *end;

	errno = 0;
	id = g ? g->gr_gid : strtoul(name, &end, 10);
	if (!g && (errno || *end || end == name || id >= UINT32_MAX))
		return -ENOENT;
	*out = (struct access_group){ .set = true, .id = (gid_t)id };
	return 0;
}

/**
 * ctl_open() - listen for clients
 * @base: event loop
 * @rundir: directory of the socket, to which no other daemon may have a claim
 * @show: the commands
 * @policy: who may do what; must live as long
 * @out: gets it
 *
 * Return: 0, -ENAMETOOLONG, or another -errno.
 */
int ctl_open(struct event_base *base, const char *rundir, struct show *show,
	     const struct access_policy *policy, struct ctl **out)
{
	struct ctl *c = calloc(1, sizeof(*c));
	int err, n;

	if (!c)
		return -ENOMEM;
	c->base = base;
	c->show = show;
	c->policy = policy;
	c->fd = -1;
	c->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	n = snprintf(c->path, sizeof(c->path), "%s/%s", rundir, CTL_SOCK_NAME);
	if (n >= (int)sizeof(c->path)) {
		c->path[0] = '\0';
		err = -ENAMETOOLONG;
	} else {
		err = open_socket(c);
	}
	if (!err)
		err = watchers_open(base, &watchers_ops);
	if (!err) {
		c->ev = event_new(base, c->fd, EV_READ | EV_PERSIST, on_accept, c);
		if (!c->ev || event_add(c->ev, NULL) < 0)
			err = -ENOMEM;
	}
	if (err) {
		ctl_close(c);
		return err;
	}
	*out = c;
	return 0;
}

/**
 * ctl_close() - let all clients go and remove the socket
 * @c: may be NULL
 *
 * Answers that were given go out as far as the sockets take them now.
 */
void ctl_close(struct ctl *c)
{
	if (!c)
		return;
	while (c->clients) {
		struct client *cl = c->clients;

		evbuffer_write(bufferevent_get_output(cl->bev), bufferevent_getfd(cl->bev));
		drop(cl);
	}
	watchers_close();
	if (c->ev)
		event_free(c->ev);
	if (c->fd >= 0) {
		close(c->fd);
		unlink(c->path);
	}
	if (c->spare >= 0)
		close(c->spare);
	free(c);
}

/**
 * ctl_get() - what there was
 * @c: control socket
 * @out: gets it
 */
void ctl_get(const struct ctl *c, struct ctl_stats *out)
{
	*out = c->st;
}
