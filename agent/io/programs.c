// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include "programs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/conf.h"
#include "io/log.h"
#include "io/privilege.h"
#include "io/safepath.h"

/* Those that run, and those that were killed and have not gone yet. */
#define PROGRAMS_MAX (2 * (CONF_MAX_TRACKS + CONF_MAX_HOOKS))

enum op { OP_START, OP_KILL };

/**
 * struct request - from the agent
 * @op: enum op
 * @cookie: which program; of OP_START: one that does not run
 * @unit: @name is a unit of the service manager
 * @guarded: see struct programs_run
 * @stays: likewise
 * @env_len: bytes of @env
 * @in_len: bytes of @in
 * @name: path of the program
 * @env: environment, each word with its NUL
 * @in: standard input
 */
struct request {
	uint32_t op;
	uint32_t cookie;
	uint32_t unit;
	uint32_t guarded;
	uint32_t stays;
	uint32_t env_len;
	uint32_t in_len;
	char name[CONF_PATH_LEN];
	char env[PROGRAMS_ENV];
	char in[PROGRAMS_IN];
};

/**
 * struct answer - to the agent, one for each OP_START
 * @cookie: which program
 * @err: 0 or -errno
 * @status: as of waitpid()
 */
struct answer {
	uint32_t cookie;
	int32_t err;
	int32_t status;
};

/* --------------------------------------------------------------- the program */

/* In memory, so that nobody waits for a program that does not read. */
static int input(const struct request *q)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	if (fd < 0 || write(fd, q->in, q->in_len) != (ssize_t)q->in_len || lseek(fd, 0, SEEK_SET))
		_exit(PROGRAMS_NOT_RUN);
	return fd;
}

static void program_files(const struct request *q)
{
	int fd = open("/dev/null", O_RDWR);
	int in = q->in_len ? input(q) : fd;

	if (fd < 0)
		_exit(PROGRAMS_NOT_RUN);
	for (int i = 0; i < 3; i++)
		if (dup2(i ? fd : in, i) < 0)
			_exit(PROGRAMS_NOT_RUN);
#ifdef SYS_close_range
	if (!syscall(SYS_close_range, 3U, ~0U, 0U))
		return;
#endif
	for (long max = sysconf(_SC_OPEN_MAX), i = 3; i < max; i++)
		close((int)i);
}

static void program_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void __attribute__((noreturn)) cannot(int err)
{
	_exit(err == ENOENT ? PROGRAMS_NOT_FOUND : PROGRAMS_NOT_RUN);
}

/* Here, for a file system may hang. */
static void __attribute__((noreturn)) guarded(char *name, char *const envp[])
{
	char path[PATH_MAX], *const argv[] = { name, NULL };
	int err = safepath(name, path);

	if (err == -EPERM)
		_exit(PROGRAMS_UNSAFE);
	if (err)
		cannot(-err);
	execve(path, argv, envp);
	cannot(errno);
}

static void program_env(struct request *q, char *envp[PROGRAMS_WORDS + 2])
{
	unsigned int n = 0;

	envp[n++] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	for (size_t at = 0; at < q->env_len && n <= PROGRAMS_WORDS; at += strlen(q->env + at) + 1)
		envp[n++] = q->env + at;
	envp[n] = NULL;
}

static void __attribute__((noreturn)) program(struct request *q)
{
	char *envp[PROGRAMS_WORDS + 2];
	char *const exec[] = { q->name, NULL };
	char *const unit[] = { "systemctl", "is-active", "--quiet", "--", q->name, NULL };

	program_env(q, envp);
	setpgid(0, 0);
	if (chdir("/"))
		_exit(PROGRAMS_NOT_RUN);
	program_files(q);
	program_signals();
	if (q->guarded)
		guarded(q->name, envp);
	if (q->unit) {
		execve("/usr/bin/systemctl", unit, envp);
		execve("/bin/systemctl", unit, envp);
	} else {
		execve(q->name, exec, envp);
	}
	cannot(errno);
}

/* --------------------------------------------------------- the process that runs them */

struct running {
	uint32_t cookie;
	pid_t pid; /* 0: this place is free */
	bool stays;
};

struct runner {
	int fd;
	struct running v[PROGRAMS_MAX];
};

/* The agent takes what it is told, or has gone, which is seen by what it does not ask any more. */
static void answer(struct runner *r, uint32_t cookie, int err, int status)
{
	struct answer a = { .cookie = cookie, .err = err, .status = status };

	while (send(r->fd, &a, sizeof(a), MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

static struct running *find_free(struct runner *r)
{
	for (int i = 0; i < PROGRAMS_MAX; i++)
		if (!r->v[i].pid)
			return &r->v[i];
	return NULL;
}

static void start(struct runner *r, struct request *q)
{
	struct running *at = find_free(r);
	pid_t pid;

	if (!at) {
		answer(r, q->cookie, -EAGAIN, 0);
		return;
	}
	pid = fork();
	if (!pid)
		program(q);
	if (pid < 0) {
		answer(r, q->cookie, -errno, 0);
		return;
	}
	/* Whoever is first; afterwards it is refused, and has been done. */
	setpgid(pid, pid);
	*at = (struct running){ .cookie = q->cookie, .pid = pid, .stays = q->stays };
}

static void kill_one(struct runner *r, uint32_t cookie)
{
	for (int i = 0; i < PROGRAMS_MAX; i++)
		if (r->v[i].pid && r->v[i].cookie == cookie)
			kill(-r->v[i].pid, SIGKILL);
}

static void __attribute__((noreturn)) leave(struct runner *r)
{
	for (int i = 0; i < PROGRAMS_MAX; i++)
		if (r->v[i].pid && !r->v[i].stays)
			kill(-r->v[i].pid, SIGKILL);
	_exit(0);
}

static void serve(struct runner *r)
{
	struct request q;
	ssize_t n = recv(r->fd, &q, sizeof(q), 0);

	if (n < 0 && errno == EINTR)
		return;
	if (n != sizeof(q) || q.env_len > sizeof(q.env) || q.in_len > sizeof(q.in))
		leave(r);
	q.name[sizeof(q.name) - 1] = '\0';
	q.env[sizeof(q.env) - 1] = '\0';
	if (q.op == OP_START)
		start(r, &q);
	else
		kill_one(r, q.cookie);
}

static void reap(struct runner *r, int sigfd)
{
	struct signalfd_siginfo si;
	int status;
	pid_t pid;

	/* Several ends may be one signal. */
	if (read(sigfd, &si, sizeof(si)) < 0)
		errno = 0;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < PROGRAMS_MAX; i++) {
			if (r->v[i].pid != pid)
				continue;
			r->v[i].pid = 0;
			answer(r, r->v[i].cookie, 0, status);
		}
	}
}

/* A program must not be as urgent as hellos, nor as dear as the agent when memory is short. */
static void be_ordinary(void)
{
	struct sched_param p = { .sched_priority = 0 };
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	prctl(PR_SET_NAME, "rgd-programs");
	sched_setscheduler(0, SCHED_OTHER, &p);
	if (fd < 0)
		return;
	/* If it is refused, programs are only dearer than they should be. */
	if (write(fd, "0\n", 2) < 0)
		errno = 0;
	close(fd);
}

/*
 * A signal to the group of processes or to the whole service is for the agent, which may need
 * answers until it ends.
 */
static void __attribute__((noreturn)) be_runner(int fd)
{
	struct runner r = { .fd = fd };
	struct pollfd wait[2] = { { .fd = fd, .events = POLLIN }, { .events = POLLIN } };
	sigset_t child, ours;

	be_ordinary();
	privilege_programs();
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	ours = child;
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGHUP);
	sigprocmask(SIG_SETMASK, &ours, NULL);
	/* Whoever started us may not have cared for its children; then none would have a status. */
	signal(SIGCHLD, SIG_DFL);
	wait[1].fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	if (wait[1].fd < 0)
		_exit(1);
	for (;;) {
		if (poll(wait, 2, -1) < 0 && errno != EINTR)
			leave(&r);
		if (wait[1].revents)
			reap(&r, wait[1].fd);
		if (wait[0].revents)
			serve(&r);
	}
}

/**
 * programs_fork() - start the process that runs programs
 *
 * Before the agent has opened, locked or given up anything: the process gets all that there is, and
 * keeps it.
 *
 * Return: a descriptor for programs_open(), or -errno.
 */
int programs_fork(void)
{
	int fd[2], err;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd))
		return -errno;
	pid = fork();
	if (!pid) {
		close(fd[0]);
		be_runner(fd[1]);
	}
	err = pid < 0 ? -errno : 0;
	/* When it goes, its socket tells. */
	signal(SIGCHLD, SIG_IGN);
	close(fd[1]);
	if (!err && fcntl(fd[0], F_SETFL, O_NONBLOCK))
		err = -errno;
	if (!err)
		return fd[0];
	close(fd[0]);
	return err;
}

/* ------------------------------------------------------------------- the agent */

/**
 * struct programs - the other process, as the agent sees it
 * @fd: socket to it
 * @ev: it has answered, or has gone
 * @cookies: the last one given away
 * @user: who is told of ends
 */
struct programs {
	int fd;
	struct event *ev;
	uint32_t cookies;
	struct {
		programs_fn fn;
		void *arg;
	} user[PROGRAMS_USERS];
};

/* Each knows its own by the cookie. */
static void tell_users(struct programs *p, uint32_t cookie, int err, int status)
{
	for (int i = 0; i < PROGRAMS_USERS; i++)
		if (p->user[i].fn)
			p->user[i].fn(p->user[i].arg, cookie, err, status);
}

static void on_answer(evutil_socket_t fd, short what, void *arg)
{
	struct programs *p = arg;
	struct answer a;
	ssize_t n;

	(void)what;
	while ((n = recv(fd, &a, sizeof(a), 0)) == sizeof(a))
		tell_users(p, a.cookie, a.err, a.status);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	log_warnx("TRACK", "the process that runs programs has gone: %s",
		  "what they answer for stays as it is until rgd is started again");
	event_del(p->ev);
	tell_users(p, PROGRAMS_ALL, -EPIPE, 0);
}

static int tell(struct programs *p, const struct request *q)
{
	return send(p->fd, q, sizeof(*q), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/**
 * programs_hear() - be told of ends
 * @p: the other process
 * @who: who
 * @fn: called from the loop when a program has ended, also one of others; NULL: no more
 * @arg: for @fn
 */
void programs_hear(struct programs *p, enum programs_user who, programs_fn fn, void *arg)
{
	p->user[who].fn = fn;
	p->user[who].arg = arg;
}

/**
 * programs_cookie() - a name for what will be run
 * @p: the other process
 *
 * Return: one that was not given to anybody.
 */
uint32_t programs_cookie(struct programs *p)
{
	return ++p->cookies;
}

/**
 * programs_start() - run a program
 * @p: the other process
 * @cookie: what the answer will name; no other program that runs has it
 * @run: the program
 *
 * Return: 0: the functions given to programs_hear() will be called; or -errno, -EAGAIN: the process
 * does not get to it; -E2BIG: environment or input are too long.
 */
int programs_start(struct programs *p, uint32_t cookie, const struct programs_run *run)
{
	struct request q = {
		.op = OP_START,
		.cookie = cookie,
		.unit = run->unit,
		.guarded = run->guarded,
		.stays = run->stays,
		.in_len = (uint32_t)run->in_len,
	};

	if (run->in_len > sizeof(q.in))
		return -E2BIG;
	if (run->in_len)
		memcpy(q.in, run->in, run->in_len);
	for (size_t i = 0; run->env[i]; i++) {
		size_t len = strlen(run->env[i]) + 1;

		if (i == PROGRAMS_WORDS || len > sizeof(q.env) - q.env_len)
			return -E2BIG;
		memcpy(q.env + q.env_len, run->env[i], len);
		q.env_len += (uint32_t)len;
	}
	snprintf(q.name, sizeof(q.name), "%s", run->name);
	return tell(p, &q);
}

/**
 * programs_kill() - kill a program and what it has started in its process group
 * @p: the other process
 * @cookie: which; it need not run any more
 *
 * Its end is told as any other.
 *
 * Return: 0 or -errno.
 */
int programs_kill(struct programs *p, uint32_t cookie)
{
	struct request q = { .op = OP_KILL, .cookie = cookie };

	return tell(p, &q);
}

/**
 * programs_trouble() - could a program not be run, and why?
 * @err: of programs_fn
 * @status: likewise
 *
 * Return: why; NULL: it ran. One that ends with PROGRAMS_UNSAFE or more is taken for one that did
 * not.
 */
const char *programs_trouble(int err, int status)
{
	if (err)
		return strerror(-err);
	if (!WIFEXITED(status))
		return NULL;
	switch (WEXITSTATUS(status)) {
	case PROGRAMS_UNSAFE:
		return "not run: others may write to it, or to a folder on its way";
	case PROGRAMS_NOT_FOUND:
		return "not found";
	default:
		return WEXITSTATUS(status) >= PROGRAMS_NOT_RUN ? "cannot be run" : NULL;
	}
}

/**
 * programs_open() - be ready to run programs
 * @base: event loop
 * @fd: of programs_fork()
 * @out: gets it
 *
 * Return: 0 or -ENOMEM.
 */
int programs_open(struct event_base *base, int fd, struct programs **out)
{
	struct programs *p = calloc(1, sizeof(*p));

	if (p)
		p->ev = event_new(base, fd, EV_READ | EV_PERSIST, on_answer, p);
	if (!p || !p->ev || event_add(p->ev, NULL)) {
		if (p && p->ev)
			event_free(p->ev);
		free(p);
		return -ENOMEM;
	}
	p->fd = fd;
	*out = p;
	return 0;
}

/**
 * programs_close() - end the other process; it kills what runs and does not stay
 * @p: may be NULL
 */
void programs_close(struct programs *p)
{
	if (!p)
		return;
	event_free(p->ev);
	close(p->fd);
	free(p);
}
