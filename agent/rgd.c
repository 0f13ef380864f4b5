// SPDX-License-Identifier: GPL-2.0-or-later
/* rgd: the agent of the redundancy groups of a network namespace. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/agent.h"
#include "io/clock.h"
#include "io/ctl.h"
#include "io/evtrace.h"
#include "io/log.h"
#include "io/notify.h"
#include "io/privilege.h"
#include "io/programs.h"
#include "io/sandbox.h"

#define DEFAULT_FILE "/etc/nf_rg/rg.conf"
#define DEFAULT_RUNDIR "/run/rgd"

/* Above ordinary real-time work, below what the kernel does for itself. */
#define RT_PRIORITY 10

/* What is larger is memory of its own. */
#define LARGE_BYTES (256 * 1024)

/* Of options without a letter. */
#define OPT_GROUP 256

struct options {
	const char *file;
	const char *rundir;
	const char *group[ACCESS_LEVELS];
	bool check;
	bool debug;
};

static void print_usage(FILE *to)
{
	fprintf(to, "usage: rgd [-f FILE] [-r RUNDIR] [-n] [-d] [--group-show GROUP] [--group-change GROUP]\n"
		    "  -f FILE    configuration (" DEFAULT_FILE ")\n"
		    "  -r RUNDIR  control socket, lock and state (" DEFAULT_RUNDIR ")\n"
		    "  -n         check the configuration and exit\n"
		    "  -d         log to standard error, with details\n"
		    "  --group-show GROUP    its members may use rgctl to look\n"
		    "  --group-change GROUP  its members may do everything with rgctl\n");
}

static void parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "group-show", required_argument, NULL, OPT_GROUP + ACCESS_SHOW },
		{ "group-change", required_argument, NULL, OPT_GROUP + ACCESS_CHANGE },
		{ 0 },
	};
	int c;

	*o = (struct options){ .file = DEFAULT_FILE, .rundir = DEFAULT_RUNDIR };
	while ((c = getopt_long(argc, argv, "f:r:ndh", longs, NULL)) != -1) {
		switch (c) {
		case 'f':
			o->file = optarg;
			break;
		case 'r':
			o->rundir = optarg;
			break;
		case 'n':
			o->check = true;
			break;
		case 'd':
			o->debug = true;
			break;
		case OPT_GROUP + ACCESS_SHOW:
		case OPT_GROUP + ACCESS_CHANGE:
			o->group[c - OPT_GROUP] = optarg;
			break;
		case 'h':
			print_usage(stdout);
			exit(0);
		default:
			print_usage(stderr);
			exit(2);
		}
	}
	if (optind < argc) {
		print_usage(stderr);
		exit(2);
	}
}

static void print_finding(void *arg, enum conf_severity severity, const char *line)
{
	(void)arg;
	(void)severity;
	puts(line);
}

static void log_finding(void *arg, enum conf_severity severity, const char *line)
{
	(void)arg;
	(void)severity;
	log_warnx("CONFIG", "%s", line);
}

static int check(const char *file)
{
	struct conf *c = calloc(1, sizeof(*c));
	int err = c ? reload_load(file, c, NULL, print_finding, NULL) : -ENOMEM;

	if (err && err != -EINVAL)
		fprintf(stderr, "rgd: %s: %s\n", file, strerror(-err));
	free(c);
	return err ? 1 : 0;
}

/* Held as long as the process lives: two agents in one directory would take each other's socket. */
static int take_lock(const char *rundir)
{
	char path[256], pid[16];
	int fd, n;

	if (mkdir(rundir, 0755) && errno != EEXIST)
		fatal("%s", rundir);
	snprintf(path, sizeof(path), "%s/rgd.pid", rundir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		fatal("%s", path);
	if (flock(fd, LOCK_EX | LOCK_NB))
		fatalx("%s is locked: another rgd runs in %s", path, rundir);
	n = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) || write(fd, pid, (size_t)n) != n)
		fatal("%s", path);
	return fd;
}

static void on_stop(void *arg, int sig)
{
	event_notice(0, "STOP", "signal %d", sig);
	if (agent_stop(arg, false) == -EALREADY)
		log_notice("STOP", "already stopping");
}

static void on_reload(void *arg)
{
	char text[256] = "";

	reload_run(arg, text, sizeof(text));
}

static void find_access(const struct options *o, struct access_policy *p)
{
	p->owner = geteuid();
	for (int l = ACCESS_SHOW; l < ACCESS_LEVELS; l++)
		if (o->group[l] && ctl_find_group(o->group[l], &p->group[l]))
			fatalx("there is no group %s", o->group[l]);
}

static const struct loop_ops loop_ops = {
	.stop = on_stop,
	.reload = on_reload,
};

/*
 * Hellos must go out, and silence be judged, whatever else this machine does.  A service manager
 * may have seen to it already.
 */
static void be_real_time(void)
{
	struct sched_param p = { .sched_priority = RT_PRIORITY };

	if (sched_getscheduler(0) == SCHED_OTHER &&
	    sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &p))
		log_warn("START", "no real-time priority");
	/*
	 * A page fault on the way to a takeover would wait for a disk.  What is allocated later is
	 * locked as it is touched, which waits for none: a show command has megabytes that it
	 * hardly uses, and to fill them with zeros takes as long as a hello may.  So they come from
	 * the kernel each time (the C library would keep them, and clear them itself).
	 */
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
	if (mlockall(MCL_CURRENT | MCL_FUTURE) || mlockall(MCL_FUTURE | MCL_ONFAULT))
		log_warn("START", "memory is not locked");
}

static void run(struct agent *a)
{
	int err;

	/* Here are no threads yet. */
	sandbox_enter();
	err = loop_open(&a->loop, &loop_ops, a);
	if (!err)
		err = sandbox_watch(a->loop.base);
	if (!err)
		err = agent_open(a);
	if (err) {
		errno = -err;
		fatal("start");
	}
	event_notice(0, "START", "system %016llx, configuration %s",
		     (unsigned long long)a->system, a->file);
	err = log_start();
	if (err)
		log_warnx("START", "the log is written without a thread: %s", strerror(-err));
	be_real_time();
	notify_ready(a->notify);
	service_status(a);
	err = loop_run(&a->loop);
	if (err)
		log_warnx("STOP", "event loop: %s", strerror(-err));
	agent_close(a);
	sandbox_close();
	loop_close(&a->loop);
	log_stop();
}

int main(int argc, char **argv)
{
	struct options o;
	struct agent *a;
	int err, programs_fd;

	parse_options(argc, argv, &o);
	if (o.check)
		return check(o.file);
	log_init(o.debug, o.debug);
	programs_fd = programs_fork();
	if (programs_fd < 0) {
		errno = -programs_fd;
		fatal("no process for programs");
	}
	privilege_agent();
	a = calloc(1, sizeof(*a));
	if (!a)
		fatalx("out of memory");
	a->conf = calloc(1, sizeof(*a->conf));
	if (!a->conf)
		fatalx("out of memory");
	a->programs_fd = programs_fd;
	find_access(&o, &a->access);
	a->file = o.file;
	a->rundir = o.rundir;
	a->born = clock_now();
	err = reload_load(o.file, a->conf, &a->loaded, log_finding, NULL);
	if (err)
		fatalx("%s: %s", o.file,
		       err == -EINVAL ? "the configuration has errors" : strerror(-err));
	a->lock_fd = take_lock(o.rundir);
	evtrace_open(o.rundir);
	run(a);
	evtrace_close();
	close(a->lock_fd);
	free(a->conf);
	free(a);
	return 0;
}
