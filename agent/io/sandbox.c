// SPDX-License-Identifier: GPL-2.0-or-later
/* For the registers of a signal's context */
#define _GNU_SOURCE
#include "sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

#include <event2/event.h>

#include "io/log.h"

#include <linux/sched.h>
#include <linux/sockios.h>

/*
 * DOC: what is allowed
 *
 * By purpose. Some of it only another C library than ours takes (Debian 12 to sid), or the same one
 * on another processor. What depends on an argument is below, in rules[]. What is left out on
 * purpose:
 *
 *	execve, fork, clone of a process		programs run in a process of their own
 *	clone3			its arguments are in memory, where a filter cannot look;
 *				the C library takes clone when it is told that there is none
 *	kill, ptrace, process_vm_*			there is nobody to be touched
 *	setuid, capset, unshare, setns, mount, chroot	who and where we are is settled
 *	init_module, bpf, perf_event_open, io_uring_*	more kernel than we need
 *	mkdir, chmod by name, link, symlink, mknod	of files, one is replaced by another
 */
static const char *const allowed[] = {
	/* the loop, timers, threads */
	"epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll",
	"select", "pselect6", "timerfd_create", "timerfd_settime", "eventfd2", "pipe2",
	"socketpair", "futex", "futex_time64", "set_robust_list", "rseq", "membarrier",
	"sched_yield", "sched_getaffinity", "sched_setscheduler", "sched_getscheduler",
	"sched_getparam", "sched_setparam", "sched_get_priority_min", "sched_get_priority_max",
	"set_tid_address", "gettid", "getpid", "exit", "exit_group", "restart_syscall",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "sigaltstack",
	"clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
	/* memory */
	"brk", "munmap", "mremap", "madvise", "mlock", "mlock2", "mlockall", "munlock",
	"getrandom", "prlimit64", "getrlimit", "sysinfo", "uname",
	/* descriptors and files */
	"read", "readv", "pread64", "write", "writev", "pwrite64", "close", "lseek", "fcntl",
	"dup", "open", "openat", "stat", "lstat", "fstat", "newfstatat", "fstatat64", "statx",
	"statfs", "fstatfs", "access", "faccessat", "faccessat2", "readlink", "readlinkat",
	"getcwd", "fchmod", "fchown", "fsync", "fdatasync", "ftruncate", "rename", "renameat",
	"renameat2", "unlink", "unlinkat", "umask", "getuid", "geteuid", "getgid", "getegid",
	/* sockets */
	"bind", "listen", "accept", "accept4", "connect", "getsockname", "getpeername",
	"setsockopt", "getsockopt", "shutdown", "sendto", "sendmsg", "sendmmsg", "recvfrom",
	"recvmsg", "recvmmsg",
};

/**
 * struct rule - a call that is allowed with some arguments only
 * @name: the call
 * @arg: which argument
 * @mask: in these bits of it
 * @value: it is this
 */
struct rule {
	const char *name;
	unsigned int arg;
	uint64_t mask, value;
};

#define ALL_BITS 0xffffffff
#define WX (PROT_WRITE | PROT_EXEC)

static const struct rule rules[] = {
	{ "socket", 0, ALL_BITS, AF_UNIX },
	{ "socket", 0, ALL_BITS, AF_INET },
	{ "socket", 0, ALL_BITS, AF_INET6 },
	{ "socket", 0, ALL_BITS, AF_NETLINK },
	{ "socket", 0, ALL_BITS, AF_PACKET },
	/* threads, and no process */
	{ "clone", 0, CLONE_THREAD, CLONE_THREAD },
	/* never what could be written to, and run */
	{ "mmap", 2, WX, 0 },
	{ "mmap", 2, WX, PROT_WRITE },
	{ "mmap", 2, WX, PROT_EXEC },
	{ "mprotect", 2, PROT_EXEC, 0 },
	{ "ioctl", 1, ALL_BITS, FIONREAD },
	{ "ioctl", 1, ALL_BITS, TCGETS },
	{ "ioctl", 1, ALL_BITS, SIOCGIFINDEX },
	{ "ioctl", 1, ALL_BITS, SIOCGIFNAME },
	{ "prctl", 0, ALL_BITS, PR_SET_DUMPABLE },
	{ "prctl", 0, ALL_BITS, PR_SET_NAME },
	{ "prctl", 0, ALL_BITS, PR_SET_VMA },
};

/* ---------------------------------------------------------- what was refused */

#define CALLS_MAX 1024

/*
 * Written to by the handler of the signal, in whatever thread it is, in the middle of whatever that
 * does: nothing here waits for anything.
 *
 * @newest: number of the newest call that the library has a name for
 */
static struct {
	_Atomic uint64_t total;
	_Atomic uint64_t seen[CALLS_MAX / 64];
	uint64_t told[CALLS_MAX / 64];
	int newest;
	int tell;
	struct event *ev;
} refused = { .tell = -1 };

/* What the call returns; false: not known for this processor, and the signal does its worst. */
static bool set_result(ucontext_t *uc, int err)
{
#if defined(__x86_64__)
	uc->uc_mcontext.gregs[REG_RAX] = err;
	return true;
#elif defined(__aarch64__)
	uc->uc_mcontext.regs[0] = (unsigned long long)err;
	return true;
#else
	(void)uc;
	(void)err;
	return false;
#endif
}

static void on_refused(int sig, siginfo_t *si, void *context)
{
	const int before = errno, nr = si->si_syscall;
	unsigned int at = (unsigned int)nr < CALLS_MAX ? (unsigned int)nr : CALLS_MAX - 1;
	const uint64_t one = 1;

	if (!set_result(context, nr > refused.newest ? -ENOSYS : -EPERM)) {
		signal(sig, SIG_DFL);
		return;
	}
	atomic_fetch_add(&refused.total, 1);
	atomic_fetch_or(&refused.seen[at / 64], UINT64_C(1) << at % 64);
	if (refused.tell >= 0 && write(refused.tell, &one, sizeof(one)) < 0)
		errno = before;
	errno = before;
}

static void tell_one(unsigned int nr)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)nr);

	log_warnx("SANDBOX", "system call %s (%u) was refused: %s", name ? name : "?", nr,
		  "rgd does not need it, so a library has changed or rgd is not itself");
	free(name);
}

static void tell_refused(void)
{
	for (unsigned int i = 0; i < CALLS_MAX; i++) {
		const uint64_t bit = UINT64_C(1) << i % 64;

		if (!(atomic_load(&refused.seen[i / 64]) & bit) || refused.told[i / 64] & bit)
			continue;
		refused.told[i / 64] |= bit;
		tell_one(i);
	}
}

static void on_tell(evutil_socket_t fd, short what, void *arg)
{
	uint64_t n;

	(void)what;
	(void)arg;
	if (read(fd, &n, sizeof(n)) == sizeof(n))
		tell_refused();
}

/* -------------------------------------------------------------------- the filter */

static int find_newest(void)
{
	int newest = 0;

	for (int nr = 0; nr < CALLS_MAX; nr++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);

		newest = name ? nr : newest;
		free(name);
	}
	return newest;
}

static int add(scmp_filter_ctx f, uint32_t action, const char *name, const struct rule *r)
{
	int nr = seccomp_syscall_resolve_name(name);

	/* Newer than this library, and so than whatever would use it. */
	if (nr == __NR_SCMP_ERROR)
		return 0;
	if (!r)
		return seccomp_rule_add(f, action, nr, 0);
	return seccomp_rule_add(f, action, nr, 1,
				SCMP_CMP(r->arg, SCMP_CMP_MASKED_EQ, r->mask, r->value));
}

static int add_all(scmp_filter_ctx f)
{
	const struct rule own = { "tgkill", 0, ALL_BITS, (uint64_t)getpid() };
	int err = add(f, SCMP_ACT_ERRNO(ENOSYS), "clone3", NULL);

	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]) && !err; i++)
		err = add(f, SCMP_ACT_ALLOW, allowed[i], NULL);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && !err; i++)
		err = add(f, SCMP_ACT_ALLOW, rules[i].name, &rules[i]);
	/* abort() */
	return err ? err : add(f, SCMP_ACT_ALLOW, own.name, &own);
}

static int load(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_TRAP);
	int err = f ? add_all(f) : -ENOMEM;

	/* A search instead of a list: the filter is asked at every call. */
	if (!err)
		err = seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!err)
		err = seccomp_load(f);
	if (f)
		seccomp_release(f);
	return err;
}

/**
 * sandbox_enter() - from here on only what the agent needs
 *
 * For good, and for all threads that are started later: called before there is any. A kernel
 * without filters is told of in the log; then there is none. Ends the process on other errors.
 */
void sandbox_enter(void)
{
	struct sigaction sa = { .sa_sigaction = on_refused, .sa_flags = SA_SIGINFO | SA_NODEFER };
	int err;

	refused.newest = find_newest();
	refused.tell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (refused.tell < 0 || sigaction(SIGSYS, &sa, NULL))
		fatal("system call filter");
	err = load();
	if (err == -ENOSYS || err == -EINVAL) {
		log_warnx("START", "this kernel has no system call filters: rgd runs without one");
	} else if (err) {
		errno = -err;
		fatal("system call filter");
	}
}

/**
 * sandbox_watch() - log what is refused
 * @base: event loop
 *
 * What was refused before is logged, too.
 *
 * Return: 0 or -ENOMEM.
 */
int sandbox_watch(struct event_base *base)
{
	refused.ev = event_new(base, refused.tell, EV_READ | EV_PERSIST, on_tell, NULL);
	return refused.ev && !event_add(refused.ev, NULL) ? 0 : -ENOMEM;
}

/**
 * sandbox_close() - log no more; the filter stays
 */
void sandbox_close(void)
{
	tell_refused();
	if (refused.ev)
		event_free(refused.ev);
	refused.ev = NULL;
}

/**
 * sandbox_refused() - how many calls were refused
 *
 * Return: since the start.
 */
uint64_t sandbox_refused(void)
{
	return atomic_load(&refused.total);
}
