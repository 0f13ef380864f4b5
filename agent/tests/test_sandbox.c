// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The filter of system calls of this kernel, in a process that enters it: what is refused and how,
 * and that its name is logged.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "io/log.h"
#include "io/sandbox.h"

#define NO_SUCH_CALL 1000

static void expect(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "EXPECTED: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void *thread(void *arg)
{
	return arg;
}

/* What the agent does. */
static void what_is_needed(void)
{
	void *result = NULL;
	char state[1];
	pthread_t t;
	char *p;
	int fd;

	expect(!pthread_create(&t, NULL, thread, state) && !pthread_join(t, &result), "a thread");
	expect(result == state, "its result");
	for (size_t size = 1; size < 1 << 24; size *= 4) {
		p = malloc(size);
		expect(p, "memory");
		memset(p, 1, size);
		free(p);
	}
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	expect(fd >= 0 && !close(fd), "a socket");
	fd = socket(AF_NETLINK, SOCK_RAW, 0);
	expect(fd >= 0 && !close(fd), "netlink");
	expect(!sandbox_refused(), "nothing was refused");
}

static unsigned int n_refused;

/* @times: so many calls were refused. */
static void refused(long result, int err, unsigned int times, const char *what)
{
	expect(result == -1 && errno == err, what);
	n_refused += times;
}

/* What whoever has taken it over would like to do. */
static void what_is_not(void)
{
	char *const args[] = { "true", NULL };
	const size_t page = 4096;
	void *p;

	refused(execve("/bin/true", args, args), EPERM, 1, "another program");
	refused(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0), EPERM, 1, "a process");
	refused(kill(getppid(), 0), EPERM, 2, "whose child it is, and a signal");
	refused(setuid(0), EPERM, 1, "another user");
	refused(socket(AF_BLUETOOTH, SOCK_RAW, 0), EPERM, 1, "a socket of another kind");
	p = mmap(NULL, page, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	refused(p == MAP_FAILED ? -1 : 0, EPERM, 1, "memory to write and run");
	p = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect(p != MAP_FAILED, "memory");
	refused(mprotect(p, page, PROT_READ | PROT_EXEC), EPERM, 1, "to run it");
	refused(syscall(SYS_tgkill, 1, 1, 0), EPERM, 1, "a signal to others");
	refused(syscall(NO_SUCH_CALL), ENOSYS, 1, "what nobody knows");
	/* Not counted: the C library has another way. */
	refused(syscall(SYS_clone3, NULL, 0), ENOSYS, 0, "clone3");
}

static void __attribute__((noreturn)) inside(int out)
{
	struct event_base *base;

	dup2(out, STDERR_FILENO);
	log_init(true, false);
	expect(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
	sandbox_enter();
	base = event_base_new();
	expect(base && !sandbox_watch(base), "a loop");
	what_is_needed();
	what_is_not();
	expect(sandbox_refused() == n_refused, "all of it is counted");
	expect(event_base_loop(base, EVLOOP_ONCE) >= 0, "the loop");
	sandbox_close();
	event_base_free(base);
	_exit(0);
}

static void refused_counted_and_named(void **state)
{
	static const char *const names[] = { "execve", "clone", "kill", "setuid", "socket", "mmap",
					     "mprotect", "tgkill", "getppid" };
	char text[16384] = "", name[64];
	size_t len = 0;
	int fd[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	if (!pid)
		inside(fd[1]);
	close(fd[1]);
	while ((n = read(fd[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status)
		print_message("%s\n", text);
	assert_int_equal(status, 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *first;

		snprintf(name, sizeof(name), "SANDBOX: system call %s (", names[i]);
		first = strstr(text, name);
		assert_non_null(first);
		/* Once, however often. */
		assert_null(strstr(first + 1, name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_counted_and_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
