/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_TRACE_H
#define RG_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * DOC: the event trace
 *
 * A ring of records of one size in memory that outlives the agent: a header,
 * then TRACE_RECORDS slots. Record number N, counted from 1, lies in slot
 * (N - 1) % TRACE_RECORDS, and each record carries its number and a checksum;
 * nothing else says where the ring begins, so that writing a record is one
 * copy, and an agent that is killed in the middle of it leaves one bad slot in
 * a known place. Anything else that is wrong means that the memory is not to
 * be trusted. It is read by the machine that wrote it: byte order and layout
 * are the machine's own.
 */
#define TRACE_VERSION	1
#define TRACE_RECORDS	1024

/**
 * struct trace_record - one event
 * @seq: its number, from 1; 0: an empty slot
 * @wall_ns: wall clock, nanoseconds since 1970
 * @mono_ms: milliseconds since the system came up
 * @group: 1-255, 0: about no group
 * @check: of all other bytes
 * @kind: name of its kind
 * @text: what happened, printable
 */
struct trace_record {
	uint64_t seq;
	int64_t wall_ns;
	uint64_t mono_ms;
	uint32_t group;
	uint32_t check;
	char kind[16];
	char text[208];
};

struct trace_header {
	char magic[8];
	uint32_t version;
	uint32_t record_size;
	uint32_t records;
	uint32_t reserved[11];
};

#define TRACE_SIZE	(sizeof(struct trace_header) +			\
			 TRACE_RECORDS * sizeof(struct trace_record))

/**
 * struct trace - a ring in use
 * @mem: TRACE_SIZE bytes
 * @next: number of the record to come
 */
struct trace {
	void *mem;
	uint64_t next;
};

void trace_format(struct trace *t, void *mem);
int trace_load(struct trace *t, void *mem, size_t size, bool *torn);
void trace_put(struct trace *t, int64_t wall_ns, uint64_t mono_ms,
	       uint32_t group, const char *kind, const char *text);
uint64_t trace_first(const struct trace *t);
bool trace_get(const struct trace *t, uint64_t seq, struct trace_record *out);

#endif /* RG_TRACE_H */
