// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions of the data link as routers of a version had them, recorded on the cable: a router of
 * today that takes the place of either one understands the other, and writes the same bytes. A
 * recording is a file of wire/, lines `A HEX` and `B HEX`: what that router sent, in the order of
 * the cable. A is the active one; B joins, gets a bulk transfer, and then what changes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/syncsess.h"

#define FRAMES_MAX 64
#define FRAME_BYTES 512

/**
 * struct said - a frame as it was recorded
 * @who: 'A' or 'B'
 * @hdr: its header
 * @raw: all of it
 * @len: its length
 */
struct said {
	char who;
	struct frame hdr;
	uint8_t raw[FRAME_BYTES];
	size_t len;
};

static struct said said[FRAMES_MAX];
static size_t n_said;

/* The router of today, and what it wrote that was not compared yet. */
static struct syncsess me;
static struct syncsess_actions out;
static uint8_t wrote[8 * FRAME_BYTES];
static size_t n_wrote;
static uint32_t session; /* that the kernel was asked to send with */
static unsigned int installs, acks, up;
static enum election_sync status;

static const uint8_t *payload(const struct said *s)
{
	return s->raw + FRAME_HEADER_BYTES;
}

/* A line holds whole frames. */
static void take_line(const char *line)
{
	uint8_t bytes[4 * FRAME_BYTES];
	const char *hex = line + 2;
	unsigned int byte;
	size_t n = 0, at = 0;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2) {
		assert_true(n < sizeof(bytes));
		bytes[n++] = (uint8_t)byte;
	}
	while (at < n) {
		struct said *s = &said[n_said++];

		assert_true(n_said <= FRAMES_MAX);
		s->who = line[0];
		assert_int_equal(frame_get_header(bytes + at, n - at, &s->hdr), FRAME_OK);
		s->len = FRAME_HEADER_BYTES + s->hdr.len;
		assert_true(s->len <= FRAME_BYTES && at + s->len <= n);
		memcpy(s->raw, bytes + at, s->len);
		at += s->len;
	}
}

static void load(const char *name)
{
	static char line[4 * FRAME_BYTES];
	char path[512];
	FILE *f;

	memset(said, 0, sizeof(said));
	n_said = 0;
	snprintf(path, sizeof(path), "%s/%s", WIRE, name);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		take_line(line);
	fclose(f);
}

static const struct said *first(char who, enum frame_type type)
{
	for (size_t i = 0; i < n_said; i++)
		if (said[i].who == who && said[i].hdr.type == type)
			return &said[i];
	fail();
	return NULL;
}

static void open_of(char who, struct frame_open *o)
{
	const struct said *s = first(who, FRAME_OPEN);
	const struct frame_versions own = FRAME_VERSIONS;

	assert_int_equal(frame_get_open(payload(s), s->hdr.len, &own, o), 0);
}

static void write_frame(const struct syncsess_frame *f)
{
	assert_true(n_wrote + FRAME_HEADER_BYTES + f->hdr.len <= sizeof(wrote));
	assert_int_equal(frame_put_header(&f->hdr, wrote + n_wrote, FRAME_HEADER_BYTES),
			 FRAME_HEADER_BYTES);
	n_wrote += FRAME_HEADER_BYTES;
	memcpy(wrote + n_wrote, f->head, f->head_len);
	n_wrote += f->head_len;
	if (f->body_len)
		memcpy(wrote + n_wrote, f->body, f->body_len);
	n_wrote += f->body_len;
}

static void step(const struct syncsess_event *ev)
{
	static int64_t now = 1000;

	syncsess_step(&me, ev, mono_from_ms(now += 10), &out);
	assert_int_equal(out.lost, 0);
	for (unsigned int i = 0; i < out.n; i++) {
		const struct syncsess_action *a = &out.a[i];

		assert_int_not_equal(a->type, SYNCSESS_DISCONNECT);
		if (a->type == SYNCSESS_SEND_FRAME)
			write_frame(&a->send);
		else if (a->type == SYNCSESS_LINK)
			up += a->up;
		else if (a->type == SYNCSESS_KERNEL_SYNC)
			session = a->sync.session;
		else if (a->type == SYNCSESS_KERNEL_INSTALL)
			installs++;
		else if (a->type == SYNCSESS_KERNEL_ACK)
			acks++;
		else if (a->type == SYNCSESS_STATUS)
			status = a->status.sync;
	}
}

static void hear(const struct said *s)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_FRAME };

	ev.frame.hdr = s->hdr;
	ev.frame.payload = payload(s);
	step(&ev);
}

static void join(const struct said *s)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_RECEIVE };
	struct frame_join j;

	assert_int_equal(frame_get_join(payload(s), s->hdr.len, &j), 0);
	ev.group.id = (uint8_t)s->hdr.group;
	ev.group.epoch = s->hdr.epoch;
	ev.group.instance = j.instance;
	ev.group.digest = j.digest;
	ev.group.table_max = j.table_max;
	ev.group.full = j.flags & FRAME_JOIN_FULL;
	step(&ev);
}

/* Our kernel has what A's had. */
static void push(const struct said *s)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_PUSH };
	struct frame_batch b;

	assert_int_equal(frame_get_batch(payload(s), s->hdr.len, &b), 0);
	ev.batch = (struct syncsess_batch){
		.group = (uint8_t)s->hdr.group, .session = session, .epoch = s->hdr.epoch,
		.seq = s->hdr.seq, .flags = s->hdr.flags, .generation = b.generation,
		.count = b.count, .records = payload(s) + FRAME_BATCH_BYTES,
		.len = s->hdr.len - FRAME_BATCH_BYTES,
	};
	step(&ev);
}

/* Our kernel says what B's said; nothing was refused. */
static void installed(const struct said *s)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_INSTALLED };

	ev.installed.group = (uint8_t)s->hdr.group;
	ev.installed.epoch = s->hdr.epoch;
	ev.installed.seq = s->hdr.seq;
	ev.installed.copy = s->hdr.seq > 1 ? SYNCSESS_COPY_DONE : SYNCSESS_COPY_BULK;
	ev.installed.digest = payload(s);
	ev.installed.digest_len = s->hdr.len;
	step(&ev);
}

/* Its OPEN may say that it speaks more than the one that was recorded. */
static void wrote_open(const struct said *s)
{
	const struct frame_versions own = FRAME_VERSIONS;
	struct frame_open want, got;
	struct frame hdr;

	assert_int_equal(frame_get_header(wrote, n_wrote, &hdr), FRAME_OK);
	assert_int_equal(hdr.type, FRAME_OPEN);
	assert_int_equal(hdr.session, s->hdr.session);
	assert_int_equal(frame_get_open(wrote + FRAME_HEADER_BYTES, hdr.len, &own, &got), 0);
	assert_int_equal(frame_get_open(payload(s), s->hdr.len, &own, &want), 0);
	assert_true(got.system == want.system && got.nonce == want.nonce);
	n_wrote -= FRAME_HEADER_BYTES + hdr.len;
	memmove(wrote, wrote + FRAME_HEADER_BYTES + hdr.len, n_wrote);
}

static void speak(const struct said *s)
{
	switch (s->hdr.type) {
	case FRAME_OPEN:
		wrote_open(s);
		return;
	case FRAME_JOIN:
		join(s);
		break;
	case FRAME_BATCH:
		push(s);
		break;
	case FRAME_ACK:
		installed(s);
		break;
	case FRAME_KEEPALIVE:
		/* Nobody is silent for so long here. */
		return;
	default:
		fail();
	}
	assert_int_equal(n_wrote, s->len);
	assert_memory_equal(wrote, s->raw, s->len);
	n_wrote = 0;
}

static void begin(char who)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_PEER };
	const struct said *batch = first('A', FRAME_BATCH);
	struct frame_open own, peer;

	open_of(who, &own);
	open_of(who == 'A' ? 'B' : 'A', &peer);
	const struct syncsess_config cfg = {
		.versions = FRAME_VERSIONS, .domain = own.domain, .protocol = own.protocol,
		.system = own.system, .nonce = own.nonce, .keepalive_ms = 100000,
		.silent_ms = 400000,
	};

	n_wrote = 0;
	installs = 0;
	acks = 0;
	up = 0;
	status = ELECTION_SYNC_COLD;
	syncsess_init(&me, &cfg, first(who, FRAME_OPEN)->hdr.session);
	ev.peer.system = peer.system;
	ev.peer.nonce = peer.nonce;
	step(&ev);
	if (who == 'A') {
		struct syncsess_event send = { .type = SYNCSESS_EV_SEND };

		send.group.id = (uint8_t)batch->hdr.group;
		send.group.epoch = batch->hdr.epoch;
		send.group.instance = 1;
		step(&send);
	}
	step(&(struct syncsess_event){ .type = SYNCSESS_EV_CONNECTED });
}

static void play(char who)
{
	begin(who);
	for (size_t i = 0; i < n_said; i++) {
		if (said[i].who == who)
			speak(&said[i]);
		else
			hear(&said[i]);
	}
	assert_int_equal(up, 1);
	assert_int_equal(n_wrote, 0);
}

static unsigned int count(enum frame_type type)
{
	unsigned int n = 0;

	for (size_t i = 0; i < n_said; i++)
		n += said[i].hdr.type == type;
	return n;
}

static void replay(const char *name, unsigned int version)
{
	load(name);
	assert_true(count(FRAME_BATCH) >= 6);
	for (size_t i = 0; i < n_said; i++)
		assert_int_equal(said[i].hdr.version, version);
	play('B');
	assert_int_equal(installs, count(FRAME_BATCH));
	assert_int_equal(status, ELECTION_SYNC_HOT);
	play('A');
	assert_int_equal(acks, count(FRAME_ACK));
}

static void stream_of_version_4(void **state)
{
	replay("stream-4", 4);
}

static void stream_of_version_5(void **state)
{
	replay("stream-5", 5);
}

static void stream_of_version_6(void **state)
{
	replay("stream-6", 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stream_of_version_4),
		cmocka_unit_test(stream_of_version_5),
		cmocka_unit_test(stream_of_version_6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
