// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include "trackrun.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/conf.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/loop.h"

/* As of a shell: found but not executable, not found. */
#define STATUS_NOT_RUN 126
#define STATUS_NOT_FOUND 127

/**
 * struct run - an object
 * @all: the others
 * @next: one of them
 * @conf: what it is
 * @timer: when the program starts next
 * @limit: when it is killed
 * @pid: of the program that runs, 0: none
 * @fd: its pidfd
 * @ev: its end
 * @killed: it took too long, and was answered for already
 * @orphan: the object is not configured any more: wait for the end, then go
 * @complained: that it cannot be run stands in the log
 * @stats: what happened
 */
struct run {
	struct trackruns *all;
	struct run *next;
	struct conf_track conf;
	struct loop_timer timer;
	struct loop_timer limit;
	pid_t pid;
	int fd;
	struct event *ev;
	bool killed;
	bool orphan;
	bool complained;
	struct trackrun_stats stats;
};

struct trackruns {
	struct event_base *base;
	trackrun_fn fn;
	void *arg;
	struct run *first;
};

/* --------------------------------------------------------------- the child */

/* Between fork() and execve(): nothing that another thread could have held locked. */

static void child_files(void)
{
	int fd = open("/dev/null", O_RDWR);

	if (fd < 0)
		_exit(STATUS_NOT_RUN);
	for (int i = 0; i < 3; i++)
		if (dup2(fd, i) < 0)
			_exit(STATUS_NOT_RUN);
#ifdef SYS_close_range
	if (!syscall(SYS_close_range, 3U, ~0U, 0U))
		return;
#endif
	for (long max = sysconf(_SC_OPEN_MAX), i = 3; i < max; i++)
		close((int)i);
}

/* A program must not be as urgent as hellos, nor as dear as the agent when memory is short. */
static void child_ordinary(void)
{
	struct sched_param p = { .sched_priority = 0 };
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	sched_setscheduler(0, SCHED_OTHER, &p);
	if (fd < 0)
		return;
	/* If it is refused, the program is only dearer than it should be. */
	if (write(fd, "0\n", 2) < 0)
		errno = 0;
	close(fd);
}

static void child_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void __attribute__((noreturn)) child(const struct conf_track *c, char *const envp[])
{
	char *const exec[] = { (char *)(uintptr_t)c->name, NULL };
	char *const unit[] = { "systemctl", "is-active", "--quiet", "--",
			       (char *)(uintptr_t)c->name, NULL };

	setpgid(0, 0);
	child_ordinary();
	if (chdir("/"))
		_exit(STATUS_NOT_RUN);
	child_files();
	child_signals();
	if (c->kind == CONF_TRACK_UNIT) {
		execve("/usr/bin/systemctl", unit, envp);
		execve("/bin/systemctl", unit, envp);
	} else {
		execve(c->name, exec, envp);
	}
	_exit(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUN);
}

/* Signals wait meanwhile: the handlers of the agent write to what the child still shares. */
static pid_t spawn(const struct conf_track *c)
{
	char number[32];
	char *const envp[] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			       number, NULL };
	sigset_t all, before;
	pid_t pid;
	int err;

	snprintf(number, sizeof(number), "RG_TRACK=%u", c->id);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (!pid)
		child(c, envp);
	err = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (pid < 0)
		return -err;
	/* Whoever is first; afterwards it is refused, and has been done. */
	setpgid(pid, pid);
	return pid;
}

/* -------------------------------------------------------------- the object */

static uint32_t interval_s(const struct run *r)
{
	return r->conf.kind == CONF_TRACK_UNIT ? TRACKRUN_UNIT_S : r->conf.interval_s;
}

static void complain(struct run *r, const char *why)
{
	if (!r->complained)
		log_warnx("TRACK", "track %u: %s: %s", r->conf.id, r->conf.name, why);
	r->complained = true;
}

static void unlink_run(struct run *r)
{
	struct run **at = &r->all->first;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
}

static void free_run(struct run *r)
{
	unlink_run(r);
	if (r->ev)
		event_free(r->ev);
	if (r->pid && r->fd >= 0)
		close(r->fd);
	loop_timer_free(&r->timer);
	loop_timer_free(&r->limit);
	free(r);
}

/* It ended: by itself, or after it was killed. */
static void ended(struct run *r, int status)
{
	bool up = WIFEXITED(status) && !WEXITSTATUS(status);

	if (r->ev)
		event_free(r->ev);
	if (r->fd >= 0)
		close(r->fd);
	r->ev = NULL;
	r->pid = 0;
	loop_timer_set(&r->limit, MONO_NEVER);
	if (r->orphan) {
		free_run(r);
		return;
	}
	if (r->killed)
		return;
	if (WIFEXITED(status) && WEXITSTATUS(status) >= STATUS_NOT_RUN) {
		r->stats.errors++;
		complain(r, WEXITSTATUS(status) == STATUS_NOT_FOUND ? "not found" :
								     "cannot be run");
	} else {
		r->complained = false;
	}
	r->stats.failed += !up;
	r->all->fn(r->all->arg, r->conf.id, up);
}

static void reap(struct run *r)
{
	int status = 0;
	pid_t pid = waitpid(r->pid, &status, WNOHANG);

	if (pid == r->pid)
		ended(r, status);
	else if (pid < 0 && errno == ECHILD)
		ended(r, SIGKILL); /* somebody else has taken its status: not known to be 0 */
}

static void on_end(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	reap(arg);
}

static void on_limit(void *arg, mono_t now)
{
	struct run *r = arg;

	(void)now;
	if (!r->pid)
		return;
	kill(-r->pid, SIGKILL);
	r->killed = true;
	r->stats.timeouts++;
	r->stats.failed++;
	r->all->fn(r->all->arg, r->conf.id, false);
}

static int pidfd_open_(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* A child whose end cannot be heard of is not let loose; the next turn looks if it has gone. */
static void give_up(struct run *r, const char *why)
{
	kill(r->pid, SIGKILL);
	r->killed = true;
	r->stats.errors++;
	complain(r, why);
}

static void start(struct run *r, mono_t now)
{
	uint32_t limit = interval_s(r) < TRACKRUN_LIMIT_S ? interval_s(r) : TRACKRUN_LIMIT_S;
	pid_t pid = spawn(&r->conf);

	if (pid < 0) {
		r->stats.errors++;
		complain(r, strerror(-pid));
		return;
	}
	r->pid = pid;
	r->killed = false;
	r->fd = pidfd_open_(pid);
	if (r->fd < 0) {
		give_up(r, strerror(errno));
		return;
	}
	r->ev = event_new(r->all->base, r->fd, EV_READ | EV_PERSIST, on_end, r);
	if (!r->ev || event_add(r->ev, NULL)) {
		give_up(r, "its end cannot be waited for");
		return;
	}
	r->stats.runs++;
	loop_timer_set(&r->limit, mono_add_ms(now, UINT64_C(1000) * limit));
}

static void on_timer(void *arg, mono_t now)
{
	struct run *r = arg;

	/* It has just as long as its interval, and both end together. */
	if (r->pid && !r->killed)
		on_limit(r, now);
	if (r->pid)
		reap(r);
	if (r->pid)
		r->stats.skipped++;
	else
		start(r, now);
	loop_timer_set(&r->timer, mono_add_ms(now, UINT64_C(1000) * interval_s(r)));
}

static int add_run(struct trackruns *rs, const struct conf_track *c)
{
	struct run *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->all = rs;
	r->conf = *c;
	r->next = rs->first;
	rs->first = r;
	if (loop_timer_init(&r->timer, rs->base, on_timer, r) ||
	    loop_timer_init(&r->limit, rs->base, on_limit, r)) {
		free_run(r);
		return -ENOMEM;
	}
	loop_timer_set(&r->timer, clock_now());
	return 0;
}

static void drop_run(struct run *r)
{
	if (!r->pid) {
		free_run(r);
		return;
	}
	kill(-r->pid, SIGKILL);
	r->orphan = true;
	loop_timer_set(&r->timer, MONO_NEVER);
	loop_timer_set(&r->limit, MONO_NEVER);
}

static struct run *find(const struct trackruns *rs, uint32_t id)
{
	struct run *r = rs->first;

	while (r && (r->orphan || r->conf.id != id))
		r = r->next;
	return r;
}

static bool is_run(const struct conf_track *c)
{
	return c->kind == CONF_TRACK_EXEC || c->kind == CONF_TRACK_UNIT;
}

/* Another interval counts from now on; another program is another object. */
static bool keeps(struct run *r, const struct conf *c)
{
	const struct conf_track *now = conf_track(c, r->conf.id);
	uint32_t bits;

	if (!now)
		return false;
	bits = conf_track_diff(&r->conf, now);
	if (bits & CONF_TRACK_WHAT)
		return false;
	r->conf = *now;
	if (bits & CONF_TRACK_INTERVAL)
		loop_timer_set(&r->timer,
			       mono_add_ms(clock_now(), UINT64_C(1000) * interval_s(r)));
	return true;
}

/**
 * trackruns_configure() - run what a configuration says
 * @rs: all of them
 * @c: the configuration
 *
 * What did not change goes on. What is new runs at once, from the loop.
 *
 * Return: 0 or -ENOMEM: not all of them run.
 */
int trackruns_configure(struct trackruns *rs, const struct conf *c)
{
	struct run *r = rs->first;
	int err = 0;

	while (r) {
		struct run *next = r->next;

		if (!r->orphan && !keeps(r, c))
			drop_run(r);
		r = next;
	}
	for (uint32_t i = 0; i < c->n_tracks && !err; i++)
		if (is_run(&c->track[i]) && !find(rs, c->track[i].id))
			err = add_run(rs, &c->track[i]);
	return err;
}

/**
 * trackruns_stats() - counters
 * @rs: all of them
 * @id: of this object; 0: of all
 * @out: gets them, 0 if it is no such object
 */
void trackruns_stats(const struct trackruns *rs, uint32_t id, struct trackrun_stats *out)
{
	memset(out, 0, sizeof(*out));
	for (const struct run *r = rs->first; r; r = r->next) {
		if (r->orphan || (id && r->conf.id != id))
			continue;
		out->runs += r->stats.runs;
		out->failed += r->stats.failed;
		out->timeouts += r->stats.timeouts;
		out->errors += r->stats.errors;
		out->skipped += r->stats.skipped;
	}
}

/**
 * trackruns_open() - none yet
 * @base: event loop
 * @fn: called from it when a program has answered
 * @arg: for @fn
 * @out: gets it
 *
 * Return: 0 or -ENOMEM.
 */
int trackruns_open(struct event_base *base, trackrun_fn fn, void *arg, struct trackruns **out)
{
	struct trackruns *rs = calloc(1, sizeof(*rs));

	if (!rs)
		return -ENOMEM;
	rs->base = base;
	rs->fn = fn;
	rs->arg = arg;
	/* Whoever started us may not have cared for its children; then none would have a status. */
	signal(SIGCHLD, SIG_DFL);
	*out = rs;
	return 0;
}

/**
 * trackruns_close() - kill what runs, without waiting for its end
 * @rs: may be NULL
 */
void trackruns_close(struct trackruns *rs)
{
	if (!rs)
		return;
	while (rs->first) {
		if (rs->first->pid)
			kill(-rs->first->pid, SIGKILL);
		free_run(rs->first);
	}
	free(rs);
}
