// SPDX-License-Identifier: GPL-2.0-or-later
/* For open_memstream() */
#define _GNU_SOURCE
#include "evtrace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "core/trace.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/watchers.h"

#define NAME		"event-trace"
#define TEXT_MAX	512

/* Like the log, one for the process.  @seen: number of the first event that was not shown yet. */
static struct {
	struct trace t;
	struct evtrace_stats st;
	uint64_t seen;
} ev;

/* With its blocks, for a file system that fills up later would end us at a write. */
static void *map(int fd)
{
	int err = posix_fallocate(fd, 0, (off_t)TRACE_SIZE);
	void *mem;

	if (err) {
		errno = err;
		return NULL;
	}
	mem = mmap(NULL, TRACE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return mem == MAP_FAILED ? NULL : mem;
}

static void load(void *mem, off_t size)
{
	bool torn = false;
	int err = size ? trace_load(&ev.t, mem, (size_t)size, &torn) : 0;

	ev.st.torn += torn;
	if (err) {
		ev.st.corrupt++;
		log_warnx("TRACE", "the event trace is %s: begun anew",
			  err == -EPROTO ? "of another version" : "damaged");
	}
	if (err || !size)
		trace_format(&ev.t, mem);
}

/**
 * evtrace_open() - go on with the events of the life before
 * @rundir: directory of the file, locked by this process, in memory (tmpfs): a write may not wait
 *	for a disk
 *
 * What goes wrong is logged; then events are kept in memory only.
 */
void evtrace_open(const char *rundir)
{
	char path[256];
	struct stat st;
	void *mem = NULL;
	int fd;

	snprintf(path, sizeof(path), "%s/" NAME, rundir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode)) {
		/* What is too long would never fit again. */
		if (st.st_size <= (off_t)TRACE_SIZE || !ftruncate(fd, (off_t)TRACE_SIZE))
			mem = map(fd);
	}
	if (mem) {
		load(mem, st.st_size);
	} else {
		log_warn("TRACE", "%s: events are lost when the agent ends", path);
		ev.st.unmapped = 1;
		mem = calloc(1, TRACE_SIZE);
		if (mem)
			trace_format(&ev.t, mem);
	}
	if (fd >= 0)
		close(fd);
	ev.seen = 1;
}

/**
 * evtrace_close() - no more events
 */
void evtrace_close(void)
{
	if (ev.t.mem && ev.st.unmapped)
		free(ev.t.mem);
	else if (ev.t.mem)
		munmap(ev.t.mem, TRACE_SIZE);
	ev.t.mem = NULL;
}

/**
 * evtrace_get() - what there was
 * @out: gets it
 */
void evtrace_get(struct evtrace_stats *out)
{
	*out = ev.st;
}

static void tell_watchers(unsigned int group, const char *name, const char *text, int64_t wall_ms,
			  uint64_t mono_ms)
{
	struct watch_line l = {
		.topic = WATCH_EVENTS,
		.group = (uint8_t)group,
		.wall_ms = wall_ms,
		.mono_ms = mono_ms,
		.sequence = ev.t.mem ? ev.t.next - 1 : 0,
	};

	watch_copy(l.kind, sizeof(l.kind), name);
	watch_copy(l.text, sizeof(l.text), text);
	watch_event(&l);
}

static void note(unsigned int group, const char *name, const char *text)
{
	uint64_t mono_ms = mono_span_ms(MONO_ZERO, clock_now());
	struct timespec ts;
	int64_t wall_ns;

	clock_gettime(CLOCK_REALTIME, &ts);
	wall_ns = (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
	if (ev.t.mem) {
		trace_put(&ev.t, wall_ns, mono_ms, group, name, text);
		ev.st.events++;
	}
	if (watch_wants(WATCH_EVENTS))
		tell_watchers(group, name, text, wall_ns / 1000000, mono_ms);
}

#define EVENT(fn)							\
void event_##fn(unsigned int group, const char *name, const char *fmt, ...) \
{									\
	char text[TEXT_MAX];						\
	va_list ap;							\
									\
	va_start(ap, fmt);						\
	vsnprintf(text, sizeof(text), fmt, ap);				\
	va_end(ap);							\
	log_##fn(name, "%s", text);					\
	note(group, name, text);					\
}

EVENT(warnx)
EVENT(notice)
EVENT(info)

/* ------------------------------------------------------------------- showing */

static void put_time(char *to, size_t size, int64_t wall_ns)
{
	time_t s = (time_t)(wall_ns / 1000000000);
	char day[32] = "?";
	struct tm tm;

	if (gmtime_r(&s, &tm))
		strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(to, size, "%s.%03d", day, (int)(wall_ns / 1000000 % 1000));
}

static void put_line(FILE *f, const struct trace_record *r)
{
	char when[64], group[16] = "-";

	put_time(when, sizeof(when), r->wall_ns);
	if (r->group)
		snprintf(group, sizeof(group), "%u", r->group);
	fprintf(f, "%s %13llu %3s  %s: %s\n", when, (unsigned long long)r->mono_ms, group, r->kind,
		r->text);
}

static json_t *record_json(const struct trace_record *r)
{
	char when[64];

	put_time(when, sizeof(when), r->wall_ns);
	return json_pack("{s:I, s:s, s:I, s:I, s:s, s:s}", "sequence", (json_int_t)r->seq,
			 "time", when, "monotonic_ms", (json_int_t)r->mono_ms, "group",
			 (json_int_t)r->group, "kind", r->kind, "text", r->text);
}

static char *render_json(uint64_t from)
{
	json_t *list = json_array(), *root;
	struct trace_record r;
	char *text;

	for (uint64_t seq = from; seq < ev.t.next; seq++)
		if (trace_get(&ev.t, seq, &r))
			json_array_append_new(list, record_json(&r));
	root = json_pack("{s:o, s:I}", "events", list, "overwritten",
			 (json_int_t)trace_first(&ev.t) - 1);
	text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	return text;
}

static char *render_text(uint64_t from)
{
	struct trace_record r;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	fprintf(f, "%-23s %13s %3s  %s\n", "Time (UTC)", "Monotonic ms", "RG", "Event");
	for (uint64_t seq = from; seq < ev.t.next; seq++)
		if (trace_get(&ev.t, seq, &r))
			put_line(f, &r);
	fprintf(f, "%llu events, %llu older ones overwritten\n",
		(unsigned long long)(ev.t.next - from),
		(unsigned long long)trace_first(&ev.t) - 1);
	return fclose(f) ? NULL : text;
}

/**
 * evtrace_show() - the events
 * @latest: only those that were not shown yet in this life
 * @json: for programs as well
 * @text: gets them, malloced
 * @json_text: gets them, malloced, if @json
 *
 * Return: 0, -ENODATA: there is no trace, or -ENOMEM.
 */
int evtrace_show(bool latest, bool json, char **text, char **json_text)
{
	uint64_t from;

	if (!ev.t.mem)
		return -ENODATA;
	from = trace_first(&ev.t);
	if (latest && ev.seen > from)
		from = ev.seen;
	*text = render_text(from);
	if (json)
		*json_text = render_json(from);
	ev.seen = ev.t.next;
	return *text && (!json || *json_text) ? 0 : -ENOMEM;
}
