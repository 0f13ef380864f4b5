// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace.h"

#include <errno.h>
#include <string.h>

#define MAGIC "rgtrace"

static const struct trace_header header = {
	.magic = MAGIC,
	.version = TRACE_VERSION,
	.record_size = sizeof(struct trace_record),
	.records = TRACE_RECORDS,
};

static void *slot(void *mem, uint64_t i)
{
	return (char *)mem + sizeof(header) + i * sizeof(struct trace_record);
}

/* FNV-1a; against accidents, not against people. */
static uint32_t checksum(const struct trace_record *r)
{
	struct trace_record x = *r;
	const uint8_t *p = (const uint8_t *)&x;
	uint32_t h = 2166136261u;
	size_t i;

	x.check = 0;
	for (i = 0; i < sizeof(x); i++)
		h = (h ^ p[i]) * 16777619u;
	return h;
}

static bool is_empty(const struct trace_record *r)
{
	static const struct trace_record zero;

	return !memcmp(r, &zero, sizeof(zero));
}

static bool is_good(const struct trace_record *r, uint64_t i)
{
	return r->seq && (r->seq - 1) % TRACE_RECORDS == i &&
	       r->check == checksum(r) && !r->kind[sizeof(r->kind) - 1] &&
	       !r->text[sizeof(r->text) - 1];
}

static struct trace_record read_slot(const struct trace *t, uint64_t i)
{
	struct trace_record r;

	memcpy(&r, slot(t->mem, i), sizeof(r));
	return r;
}

/**
 * trace_format - begin an empty ring
 * @t: the ring
 * @mem: TRACE_SIZE bytes for it
 */
void trace_format(struct trace *t, void *mem)
{
	memset(mem, 0, TRACE_SIZE);
	memcpy(mem, &header, sizeof(header));
	t->mem = mem;
	t->next = 1;
}

/* Is the record in this slot the one that belongs there? */
static bool in_place(const struct trace *t, uint64_t i)
{
	struct trace_record r = read_slot(t, i);
	uint64_t last = t->next - 1, want;

	/* The newest number that falls on this slot, if there was one yet. */
	if (i >= last)
		return is_empty(&r);
	want = last - (last - 1 - i) % TRACE_RECORDS;
	return is_good(&r, i) && r.seq == want;
}

/**
 * trace_load - go on with a ring that is there
 * @t: the ring
 * @mem: the memory
 * @size: its size
 * @torn: whether the last record was half written; it is gone
 *
 * Return: 0; -EPROTO: of another version or size; -EBADMSG: damaged. Then
 * nothing was changed.
 */
int trace_load(struct trace *t, void *mem, size_t size, bool *torn)
{
	struct trace_record r;
	uint64_t i, next_slot;

	*torn = false;
	if (size != TRACE_SIZE || memcmp(mem, &header, sizeof(header)))
		return -EPROTO;
	*t = (struct trace){ .mem = mem, .next = 1 };
	for (i = 0; i < TRACE_RECORDS; i++) {
		r = read_slot(t, i);
		if (is_good(&r, i) && r.seq >= t->next)
			t->next = r.seq + 1;
	}
	next_slot = (t->next - 1) % TRACE_RECORDS;
	for (i = 0; i < TRACE_RECORDS; i++) {
		if (in_place(t, i))
			continue;
		if (i != next_slot)
			return -EBADMSG;
		*torn = true;
	}
	if (*torn)
		memset(slot(mem, next_slot), 0, sizeof(r));
	return 0;
}

static void copy_printable(char *to, size_t size, const char *from)
{
	size_t n;

	for (n = 0; from[n] && n + 1 < size; n++)
		to[n] = from[n] >= ' ' && from[n] < 0x7f ? from[n] : '.';
}

/**
 * trace_put - note an event; the oldest one goes when the ring is full
 * @t: the ring
 * @wall_ns: wall clock
 * @mono_ms: time since the system came up
 * @group: 1-255, or 0
 * @kind: name of its kind, cut to 15 characters
 * @text: what happened, cut to 207 characters
 *
 * Touches memory, and nothing else.
 */
void trace_put(struct trace *t, int64_t wall_ns, uint64_t mono_ms,
	       uint32_t group, const char *kind, const char *text)
{
	struct trace_record r;

	memset(&r, 0, sizeof(r));
	r.seq = t->next;
	r.wall_ns = wall_ns;
	r.mono_ms = mono_ms;
	r.group = group;
	copy_printable(r.kind, sizeof(r.kind), kind);
	copy_printable(r.text, sizeof(r.text), text);
	r.check = checksum(&r);
	memcpy(slot(t->mem, (t->next - 1) % TRACE_RECORDS), &r, sizeof(r));
	t->next++;
}

/**
 * trace_first - number of the oldest event that is still there
 * @t: the ring
 *
 * Return: the number; trace->next: there is none.
 */
uint64_t trace_first(const struct trace *t)
{
	return t->next > TRACE_RECORDS ? t->next - TRACE_RECORDS : 1;
}

/**
 * trace_get - look at an event
 * @t: the ring
 * @seq: its number
 * @out: gets it
 *
 * Return: false when it is not there any more, or not yet, or was torn.
 */
bool trace_get(const struct trace *t, uint64_t seq, struct trace_record *out)
{
	if (seq < trace_first(t) || seq >= t->next)
		return false;
	*out = read_slot(t, (seq - 1) % TRACE_RECORDS);
	return out->seq == seq && is_good(out, (seq - 1) % TRACE_RECORDS);
}
