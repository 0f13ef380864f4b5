// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmexec - run commands in a virtual machine over virtio-serial
 *
 * usage: vmexec serve PORT              in the machine: serves one channel
 *        vmexec run [-i] DIR CMD...     on the host: runs CMD in the machine whose
 *                                       channels are the sockets DIR/exec0, exec1, ...;
 *                                       -i hands it this program's input
 *        vmexec qmp SOCKET JSON         on the host: one command for QEMU itself
 *
 * A channel carries one command at a time, as frames: a type byte, a length (32
 * bits, big-endian), the data.  Host to guest: S (a new host begins), C (the command,
 * each word ended by a zero byte), I (input; empty: its end).  Guest to host: O and E
 * (output), X (status, one byte).  When the host hangs up, the command's process group
 * is killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HEAD 5
#define DATA 16384
#define FAILURE 125		/* of ours, not of the command */

/* The frame S.  The guest drops all before it: the rest of what a former host was
 * saying when it was killed.
 */
static const uint8_t hello[] = "S\0\0\0\010vmexec01";
#define HELLO (sizeof(hello) - 1)

struct frame {
	uint8_t buf[HEAD + DATA];
	size_t have;
};

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("vmexec: ", stderr);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(FAILURE);
}

static size_t frame_len(const struct frame *f)
{
	return (size_t)f->buf[1] << 24 | f->buf[2] << 16 | f->buf[3] << 8 | f->buf[4];
}

static bool frame_whole(const struct frame *f)
{
	return f->have >= HEAD && f->have == HEAD + frame_len(f);
}

/* Reads towards one frame.  Return: 0 when the other end is gone. */
static int frame_read(int fd, struct frame *f)
{
	size_t want = f->have < HEAD ? HEAD : HEAD + frame_len(f);
	ssize_t n;

	if (want > sizeof(f->buf))
		die("frame of %zu bytes", want);
	n = read(fd, f->buf + f->have, want - f->have);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	f->have += n;
	return n > 0;
}

/* Return: 0 when the other end is gone. */
static int write_all(int fd, const uint8_t *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			struct pollfd pfd = { .fd = fd, .events = POLLOUT };

			if (poll(&pfd, 1, -1) > 0 && pfd.revents & (POLLHUP | POLLERR))
				return 0;
			continue;
		}
		if (n <= 0)
			return 0;
		p += n;
		len -= n;
	}
	return 1;
}

static int frame_write(int fd, char type, const void *data, size_t len)
{
	uint8_t buf[HEAD + DATA];

	if (len > DATA)
		die("too long: %zu bytes", len);
	buf[0] = type;
	buf[1] = len >> 24;
	buf[2] = len >> 16;
	buf[3] = len >> 8;
	buf[4] = len;
	if (len)
		memcpy(buf + HEAD, data, len);
	return write_all(fd, buf, HEAD + len);
}

/* The guest's side */

/**
 * struct child - the command that runs
 * @pid: its process, 0 for none
 * @in: its input, or -1
 * @out: its two outputs, or -1
 */
struct child {
	pid_t pid;
	int in;
	int out[2];
};

static void child_start(struct child *c, const struct frame *f)
{
	char *argv[1024], *p = (char *)f->buf + HEAD, *end = p + frame_len(f);
	int in[2], out[2], err[2], argc = 0;
	sigset_t none;

	for (; p < end && argc < 1023; p += strlen(p) + 1)
		argv[argc++] = p;
	argv[argc] = NULL;
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		die("pipe: %s", strerror(errno));
	c->pid = fork();
	if (c->pid < 0)
		die("fork: %s", strerror(errno));
	if (!c->pid) {
		setsid();
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		signal(SIGPIPE, SIG_DFL);
		if (argc)
			execvp(argv[0], argv);
		fprintf(stderr, "%s: %s\n", argc ? argv[0] : "", strerror(errno));
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	c->in = in[1];
	c->out[0] = out[0];
	c->out[1] = err[0];
}

static void child_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void child_end(struct child *c, bool kill_it)
{
	int i;

	if (c->pid && kill_it) {
		kill(-c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
	}
	c->pid = 0;
	child_close(&c->in);
	for (i = 0; i < 2; i++)
		child_close(&c->out[i]);
}

/* Pass on what an output holds.  Return: 0 when the host is gone. */
static int child_output(struct child *c, int fd, int i)
{
	uint8_t buf[DATA];
	ssize_t n = read(c->out[i], buf, sizeof(buf));

	if (n > 0)
		return frame_write(fd, "OE"[i], buf, n);
	child_close(&c->out[i]);
	return 1;
}

/* What the command left in the pipes; something that it left behind in the
 * background may hold them open, and is not waited for.
 */
static int child_drain(struct child *c, int fd)
{
	int i;

	for (i = 0; i < 2; i++) {
		struct pollfd p = { .fd = c->out[i], .events = POLLIN };

		while (c->out[i] >= 0 && poll(&p, 1, 0) > 0)
			if (!child_output(c, fd, i))
				return 0;
	}
	return 1;
}

static void child_input(struct child *c, const struct frame *f)
{
	if (c->in < 0)
		return;
	if (!frame_len(f) || !write_all(c->in, f->buf + HEAD, frame_len(f)))
		child_close(&c->in);
}

/* Return: 0 when the host is gone. */
static int child_check(struct child *c, int fd)
{
	uint8_t status;
	int st;

	if (!c->pid || waitpid(c->pid, &st, WNOHANG) != c->pid)
		return 1;
	status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
	if (!child_drain(c, fd))
		return 0;
	child_end(c, false);
	return frame_write(fd, 'X', &status, 1);
}

/* Read one byte towards the frame S, of which @have were seen.  Return: how many are
 * now, or -1 when the host is gone.
 */
static int hear_hello(int fd, int have)
{
	uint8_t b;
	ssize_t n = read(fd, &b, 1);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? have : -1;
	if (!n)
		return -1;
	if (b == hello[have])
		return have + 1;
	return b == hello[0];
}

/* Act on a whole frame. */
static void handle(struct child *c, const struct frame *f)
{
	switch (f->buf[0]) {
	case 'S':
		/* a new host, and the end of the former one went unnoticed */
		child_end(c, true);
		break;
	case 'C':
		child_end(c, true);
		child_start(c, f);
		break;
	case 'I':
		child_input(c, f);
		break;
	}
}

/* One connection of the host.  Returns when it hangs up. */
static void session(int fd, const sigset_t *wake)
{
	struct child c = { .in = -1, .out = { -1, -1 } };
	struct frame f = { .have = 0 };
	struct pollfd p[3] = { { .fd = fd, .events = POLLIN }, { .events = POLLIN },
			       { .events = POLLIN } };
	struct timespec no_wait = { 0, 0 };
	sigset_t open_mask;
	int i, heard = 0;

	sigemptyset(&open_mask);
	for (;;) {
		p[1].fd = c.out[0];
		p[2].fd = c.out[1];
		if (ppoll(p, 3, NULL, &open_mask) < 0) {
			if (errno != EINTR)
				die("poll: %s", strerror(errno));
			for (i = 0; i < 3; i++)
				p[i].revents = 0;
		}
		while (sigtimedwait(wake, NULL, &no_wait) > 0)
			continue;
		for (i = 0; i < 2; i++)
			if (p[1 + i].revents && !child_output(&c, fd, i))
				goto gone;
		if (!child_check(&c, fd))
			goto gone;
		if (p[0].revents & POLLIN && heard < (int)HELLO) {
			heard = hear_hello(fd, heard);
			if (heard < 0)
				goto gone;
		} else if (p[0].revents & POLLIN) {
			if (!frame_read(fd, &f))
				goto gone;
			if (frame_whole(&f)) {
				handle(&c, &f);
				f.have = 0;
			}
		} else if (p[0].revents & (POLLHUP | POLLERR)) {
			goto gone;
		}
	}
gone:
	child_end(&c, true);
}

static void on_signal(int sig)
{
	(void)sig;
}

static int serve(const char *port)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct timespec while_idle = { 0, 250000000 };
	sigset_t wake;
	int fd = open(port, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		die("%s: %s", port, strerror(errno));
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGCHLD, &sa, NULL);
	sigaction(SIGIO, &sa, NULL);
	/* The port sends SIGIO when the host connects; a lost one costs 250 ms */
	sigemptyset(&wake);
	sigaddset(&wake, SIGCHLD);
	sigaddset(&wake, SIGIO);
	sigprocmask(SIG_BLOCK, &wake, NULL);
	fcntl(fd, F_SETOWN, getpid());
	fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK | O_ASYNC);
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, 0) < 0)
			die("poll: %s", strerror(errno));
		/* without a host the port is readable too, to its end of file */
		if (!(p.revents & POLLHUP))
			session(fd, &wake);
		else
			sigtimedwait(&wake, NULL, &while_idle);
	}
}

/* The host's side */

static int connect_unix(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(a.sun_path))
		die("%s: no socket", path);
	strcpy(a.sun_path, path);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A channel that nobody uses; its lock lasts as long as this program. */
static int channel(const char *dir)
{
	struct timespec pause = { 0, 20000000 };
	char path[200];
	int i, lock;

	for (;;) {
		for (i = 0;; i++) {
			snprintf(path, sizeof(path), "%s/exec%d.lock", dir, i);
			lock = open(path, O_RDWR | O_CLOEXEC);
			if (lock < 0)
				break;
			if (!flock(lock, LOCK_EX | LOCK_NB)) {
				int fd;

				snprintf(path, sizeof(path), "%s/exec%d", dir, i);
				fd = connect_unix(path);
				if (fd < 0)
					die("%s: %s", path, strerror(errno));
				return fd;
			}
			close(lock);
		}
		if (!i)
			die("%s holds no channels", dir);
		nanosleep(&pause, NULL);
	}
}

static void send_command(int fd, char **argv)
{
	uint8_t buf[DATA];
	size_t len = 0;

	for (; *argv; argv++) {
		size_t n = strlen(*argv) + 1;

		if (len + n > sizeof(buf))
			die("command too long");
		memcpy(buf + len, *argv, n);
		len += n;
	}
	if (!write_all(fd, hello, HELLO) || !frame_write(fd, 'C', buf, len))
		die("the machine is gone");
}

static int run(int argc, char **argv)
{
	bool input = argc > 0 && !strcmp(argv[0], "-i");
	struct frame f = { .have = 0 };
	uint8_t buf[DATA];
	int fd;

	argv += input;
	argc -= input;
	if (argc < 2)
		die("usage: vmexec run [-i] DIR CMD...");
	signal(SIGPIPE, SIG_IGN);
	fd = channel(argv[0]);
	send_command(fd, argv + 1);
	if (!input)
		frame_write(fd, 'I', NULL, 0);
	for (;;) {
		struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
				       { .fd = input ? 0 : -1, .events = POLLIN } };

		if (poll(p, 2, -1) < 0 && errno != EINTR)
			die("poll: %s", strerror(errno));
		if (p[1].revents) {
			ssize_t n = read(0, buf, sizeof(buf));

			if (!frame_write(fd, 'I', buf, n > 0 ? n : 0))
				die("the machine is gone");
			input = n > 0;
		}
		if (!p[0].revents)
			continue;
		if (!frame_read(fd, &f))
			die("the machine is gone");
		if (!frame_whole(&f))
			continue;
		if (f.buf[0] == 'X')
			return f.buf[HEAD];
		if (!write_all(f.buf[0] == 'O' ? 1 : 2, f.buf + HEAD, frame_len(&f)))
			return FAILURE;
		f.have = 0;
	}
}

/* QEMU's answer to one command; events in between are left out. */
static int qmp(const char *path, const char *command)
{
	char *line = NULL;
	size_t size = 0;
	int fd = connect_unix(path), answers = 0;
	FILE *s;

	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	s = fdopen(fd, "r+");
	if (!s || getline(&line, &size, s) < 0)
		die("QEMU does not speak");
	dprintf(fd, "{\"execute\":\"qmp_capabilities\"}\n%s\n", command);
	while (getline(&line, &size, s) > 0) {
		if (strncmp(line, "{\"error\"", 8) == 0) {
			fputs(line, stderr);
			return 1;
		}
		if (strncmp(line, "{\"return\"", 9) == 0 && ++answers == 2) {
			fputs(line, stdout);
			return 0;
		}
	}
	die("QEMU is gone");
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "serve"))
		return serve(argv[2]);
	if (argc > 3 && !strcmp(argv[1], "run"))
		return run(argc - 2, argv + 2);
	if (argc == 4 && !strcmp(argv[1], "qmp"))
		return qmp(argv[2], argv[3]);
	die("usage: vmexec serve PORT | run [-i] DIR CMD... | qmp SOCKET JSON");
}
