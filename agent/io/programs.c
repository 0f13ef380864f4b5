// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include "programs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* Those that run, and those that were killed and have not gone yet. */
#define PROGRAMS_MAX (2 * CONF_MAX_TRACKS)

enum op { OP_START, OP_KILL };

/**
 * struct request - from the agent
 * @op: enum op
 * @cookie: which program; of OP_START: one that does not run
 * @number: of the object
 * @unit: @name is a unit of the service manager
 * @name: path of the program
 */
struct request {
	uint32_t op;
	uint32_t cookie;
	uint32_t number;
	uint32_t unit;
	char name[CONF_PATH_LEN];
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

static void program_files(void)
{
	int fd = open("/dev/null", O_RDWR);

	if (fd < 0)
		_exit(PROGRAMS_NOT_RUN);
	for (int i = 0; i < 3; i++)
		if (dup2(fd, i) < 0)
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

static void __attribute__((noreturn)) program(struct request *q)
{
	char number[32];
	char *const envp[] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			       number, NULL };
	char *const exec[] = { q->name, NULL };
	char *const unit[] = { "systemctl", "is-active", "--quiet", "--", q->name, NULL };

	snprintf(number, sizeof(number), "RG_TRACK=%u", q->number);
	setpgid(0, 0);
	if (chdir("/"))
		_exit(PROGRAMS_NOT_RUN);
	program_files();
	program_signals();
	if (q->unit) {
		execve("/usr/bin/systemctl", unit, envp);
		execve("/bin/systemctl", unit, envp);
	} else {
		execve(q->name, exec, envp);
	}
	_exit(errno == ENOENT ? PROGRAMS_NOT_FOUND : PROGRAMS_NOT_RUN);
}

/* --------------------------------------------------------- the process that runs them */

struct running {
	uint32_t cookie;
	pid_t pid; /* 0: this place is free */
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
	*at = (struct running){ .cookie = q->cookie, .pid = pid };
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
		if (r->v[i].pid)
			kill(-r->v[i].pid, SIGKILL);
	_exit(0);
}

static void serve(struct runner *r)
{
	struct request q;
	ssize_t n = recv(r->fd, &q, sizeof(q), 0);

	if (n < 0 && errno == EINTR)
		return;
	if (n != sizeof(q))
		leave(r);
	q.name[sizeof(q.name) - 1] = '\0';
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
 */
struct programs {
	int fd;
	struct event *ev;
	programs_fn fn;
	void *arg;
};

static void on_answer(evutil_socket_t fd, short what, void *arg)
{
	struct programs *p = arg;
	struct answer a;
	ssize_t n;

	(void)what;
	while ((n = recv(fd, &a, sizeof(a), 0)) == sizeof(a))
		p->fn(p->arg, a.cookie, a.err, a.status);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	log_warnx("TRACK", "the process that runs programs has gone: %s",
		  "what they answer for stays as it is until rgd is started again");
	event_del(p->ev);
	p->fn(p->arg, PROGRAMS_ALL, -EPIPE, 0);
}

static int tell(struct programs *p, const struct request *q)
{
	return send(p->fd, q, sizeof(*q), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/**
 * programs_start() - run the program of an object
 * @p: the other process
 * @cookie: what the answer will name; no other program that runs has it
 * @c: the object, of kind CONF_TRACK_EXEC or CONF_TRACK_UNIT
 *
 * Return: 0: the function given to programs_open() will be called; or -errno, -EAGAIN: the process
 * does not get to it.
 */
int programs_start(struct programs *p, uint32_t cookie, const struct conf_track *c)
{
	struct request q = {
		.op = OP_START,
		.cookie = cookie,
		.number = c->id,
		.unit = c->kind == CONF_TRACK_UNIT,
	};

	snprintf(q.name, sizeof(q.name), "%s", c->name);
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
 * programs_open() - be ready to run programs
 * @base: event loop
 * @fd: of programs_fork()
 * @fn: called from the loop when one has ended
 * @arg: for @fn
 * @out: gets it
 *
 * Return: 0 or -ENOMEM.
 */
int programs_open(struct event_base *base, int fd, programs_fn fn, void *arg,
		  struct programs **out)
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
	p->fn = fn;
	p->arg = arg;
	*out = p;
	return 0;
}

/**
 * programs_close() - end the other process; it kills what runs
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
