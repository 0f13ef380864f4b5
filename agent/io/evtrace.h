/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event trace of the daemon (core/trace.h): RUNDIR/event-trace, mapped into memory, so that it
 * outlives the daemon and costs a copy per event.  An event is a line of the log as well.  Only the
 * main loop notes events.
 */
#ifndef RG_IO_EVTRACE_H
#define RG_IO_EVTRACE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct evtrace_stats - what there was
 * @events: noted in this life
 * @corrupt: rings that were refused at the start, and begun anew
 * @torn: records that the life before had not finished
 * @unmapped: there is no file: the events are in memory only, and end with this life
 */
struct evtrace_stats {
	uint64_t events;
	uint64_t corrupt;
	uint64_t torn;
	uint64_t unmapped;
};

void evtrace_open(const char *rundir);
void evtrace_close(void);
void evtrace_get(struct evtrace_stats *out);
int evtrace_show(bool latest, bool json, char **text, char **json_text);

/* Both to the trace and to the log; @group 0: about none. */
void event_warnx(unsigned int group, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void event_notice(unsigned int group, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void event_info(unsigned int group, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
