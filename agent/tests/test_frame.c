// SPDX-License-Identifier: GPL-2.0-or-later
/* Frame codec and parser of the data link. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "core/frame.h"

static const struct frame_versions versions = FRAME_VERSIONS;

static struct frame sample(enum frame_type type)
{
	struct frame f = { .type = type, .version = FRAME_VERSION,
			   .session = 9 };

	if (type == FRAME_CONFIG || type == FRAME_CONFIG_ASK) {
		f.group = 3;
	} else if (type != FRAME_OPEN && type != FRAME_KEEPALIVE &&
		   type != FRAME_CLOSE) {
		f.group = 3;
		f.epoch.counter = 7;
		f.epoch.system = 0x22;
	}
	if (type == FRAME_BATCH || type == FRAME_ACK || type == FRAME_MERGE ||
	    type == FRAME_MERGED)
		f.seq = 11;
	switch (type) {
	case FRAME_OPEN:
		f.len = FRAME_OPEN_BYTES;
		break;
	case FRAME_JOIN:
		f.len = FRAME_JOIN_BYTES;
		break;
	case FRAME_BATCH:
		f.len = FRAME_BATCH_BYTES + 5;
		f.flags = FRAME_F_BULK_BEGIN;
		break;
	case FRAME_ACK:
		f.len = 8;
		break;
	case FRAME_MERGE:
		f.len = FRAME_BATCH_BYTES + 5;
		f.flags = FRAME_F_SYNCED;
		break;
	case FRAME_CONFIG:
		f.len = FRAME_CONFIG_MIN;
		break;
	case FRAME_MERGED:
	case FRAME_CONFIG_ASK:
		f.len = 8;
		break;
	case FRAME_KEEPALIVE:
	case FRAME_TAKE:
		break;
	default:
		f.len = 2;
	}
	return f;
}

static uint8_t buf[256];

static void layout(void **state)
{
	struct frame f = sample(FRAME_BATCH);

	f.flags = FRAME_F_SYNCED;
	f.len = 0x00010000;
	assert_int_equal(frame_put_header(&f, buf, sizeof(buf)),
			 FRAME_HEADER_BYTES);
	assert_memory_equal(buf,
			    "\x04\x04\x00\x07\x00\x03\x00\x00\x00\x00\x00\x09"
			    "\x00\x00\x00\x00\x00\x00\x00\x07"
			    "\x00\x00\x00\x00\x00\x00\x00\x22"
			    "\x00\x00\x00\x00\x00\x00\x00\x0b"
			    "\x00\x01\x00\x00", FRAME_HEADER_BYTES);
	assert_int_equal(frame_put_header(&f, buf, FRAME_HEADER_BYTES - 1),
			 -EMSGSIZE);
}

static void round_trip(void **state)
{
	enum frame_type t;
	struct frame f, g;
	unsigned int i;

	for (t = FRAME_OPEN; t <= FRAME_LAST; t++) {
		f = sample(t);
		assert_int_equal(frame_put_header(&f, buf, sizeof(buf)),
				 FRAME_HEADER_BYTES);
		for (i = 0; i < FRAME_HEADER_BYTES; i++)
			assert_int_equal(frame_get_header(buf, i, &g),
					 FRAME_AGAIN);
		assert_int_equal(frame_get_header(buf, i, &g), FRAME_OK);
		assert_int_equal(g.type, f.type);
		assert_int_equal(g.flags, f.flags);
		assert_int_equal(g.group, f.group);
		assert_int_equal(g.session, f.session);
		assert_int_equal(rg_epoch_cmp(&g.epoch, &f.epoch), 0);
		assert_int_equal(g.seq, f.seq);
		assert_int_equal(g.len, f.len);
		assert_string_not_equal(frame_type_name(t), "?");
	}
}

/* Each byte of each type's header set wrong gives the error of that field. */
static void errors(void **state)
{
	static const struct {
		enum frame_type type;
		unsigned int at;
		uint8_t value;
		enum frame_error e;
	} bad[] = {
		{ FRAME_OPEN, 0, 0, FRAME_BAD_TYPE },
		{ FRAME_OPEN, 0, FRAME_LAST + 1, FRAME_BAD_TYPE },
		{ FRAME_CONFIG, 5, 0, FRAME_BAD_GROUP },
		{ FRAME_CONFIG, 19, 1, FRAME_BAD_EPOCH },
		{ FRAME_CONFIG_ASK, 39, 7, FRAME_BAD_LENGTH },
		{ FRAME_CONFIG, 39, FRAME_CONFIG_MIN - 1, FRAME_BAD_LENGTH },
		{ FRAME_CONFIG, 36, 1, FRAME_BAD_LENGTH },
		{ FRAME_JOIN, 1, 1, FRAME_BAD_FLAGS },
		{ FRAME_BATCH, 1, 16, FRAME_BAD_FLAGS },
		{ FRAME_MERGE, 1, 2, FRAME_BAD_FLAGS },
		{ FRAME_MERGE, 1, 8, FRAME_BAD_FLAGS },
		{ FRAME_MERGED, 1, 1, FRAME_BAD_FLAGS },
		{ FRAME_TAKE, 1, 1, FRAME_BAD_FLAGS },
		{ FRAME_TAKE, 5, 0, FRAME_BAD_GROUP },
		{ FRAME_TAKE, 35, 1, FRAME_BAD_SEQ },
		{ FRAME_MERGE, 35, 0, FRAME_BAD_SEQ },
		{ FRAME_MERGED, 19, 0, FRAME_BAD_EPOCH },
		{ FRAME_TAKE, 39, 1, FRAME_BAD_LENGTH },
		{ FRAME_MERGE, 39, 7, FRAME_BAD_LENGTH },
		{ FRAME_MERGED, 39, 7, FRAME_BAD_LENGTH },
		{ FRAME_ACK, 1, 2, FRAME_BAD_FLAGS },
		{ FRAME_ACK, 1, 4, FRAME_BAD_FLAGS },
		{ FRAME_ACK, 1, 3, FRAME_BAD_LENGTH },
		{ FRAME_BATCH, 3, 0, FRAME_BAD_VERSION },
		{ FRAME_JOIN, 4, 1, FRAME_BAD_GROUP },
		{ FRAME_JOIN, 5, 0, FRAME_BAD_GROUP },
		{ FRAME_OPEN, 5, 1, FRAME_BAD_GROUP },
		{ FRAME_KEEPALIVE, 5, 1, FRAME_BAD_GROUP },
		{ FRAME_BATCH, 7, 1, FRAME_BAD_RESERVED },
		{ FRAME_BATCH, 11, 0, FRAME_BAD_SESSION },
		{ FRAME_BATCH, 19, 0, FRAME_BAD_EPOCH },
		{ FRAME_BATCH, 27, 0, FRAME_BAD_EPOCH },
		{ FRAME_BATCH, 12, 0x80, FRAME_BAD_EPOCH },
		{ FRAME_CLOSE, 19, 1, FRAME_BAD_EPOCH },
		{ FRAME_BATCH, 35, 0, FRAME_BAD_SEQ },
		{ FRAME_RESEND, 35, 1, FRAME_BAD_SEQ },
		{ FRAME_BATCH, 39, 7, FRAME_BAD_LENGTH },
		{ FRAME_BATCH, 37, 1, FRAME_BAD_LENGTH },
		{ FRAME_BATCH, 36, 1, FRAME_BAD_LENGTH },
		{ FRAME_OPEN, 39, 39, FRAME_BAD_LENGTH },
		{ FRAME_OPEN, 39, 41, FRAME_BAD_LENGTH },
		{ FRAME_ACK, 39, 7, FRAME_BAD_LENGTH },
		{ FRAME_ACK, 38, 0x10, FRAME_BAD_LENGTH },
		{ FRAME_KEEPALIVE, 39, 1, FRAME_BAD_LENGTH },
		{ FRAME_CLOSE, 39, 0, FRAME_BAD_LENGTH },
	};
	struct frame f, g;
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		f = sample(bad[i].type);
		/* Too long only by that byte. */
		if (bad[i].type == FRAME_BATCH && bad[i].at == 37)
			f.len = 0x0100;
		frame_put_header(&f, buf, sizeof(buf));
		buf[bad[i].at] = bad[i].value;
		if (frame_get_header(buf, FRAME_HEADER_BYTES, &g) != bad[i].e)
			fail_msg("row %u", i);
	}
	for (i = 0; i < FRAME_ERRORS; i++)
		assert_string_not_equal(frame_error_name(i), "?");
	for (i = 0; i < FRAME_REASONS; i++)
		assert_string_not_equal(frame_reason_name(i), "?");
}

/* An OPEN of a later version may look otherwise; it is still refused by name. */
static void later_open(void **state)
{
	struct frame f = sample(FRAME_OPEN), g;
	struct frame_open o;

	f.version = FRAME_VERSION + 1;
	f.len = 100;
	assert_int_equal(frame_put_header(&f, buf, sizeof(buf)),
			 FRAME_HEADER_BYTES);
	assert_int_equal(frame_get_header(buf, FRAME_HEADER_BYTES, &g),
			 FRAME_OK);
	memcpy(buf, "\0\x08\0\x09 whatever", 13);
	assert_int_equal(frame_get_open(buf, 100, &versions, &o), -EPROTO);
	assert_int_equal(o.version_min, 8);
	assert_int_equal(o.version_max, 9);
	f.len = 2000;
	assert_int_equal(frame_put_header(&f, buf, sizeof(buf)), -EINVAL);
}

static uint8_t store[FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX];
static uint8_t stream[3 * FRAME_PAYLOAD_MAX];

/* Feeds @len bytes in pieces of @piece; returns the frames, checks the payload. */
static unsigned int feed(size_t len, size_t piece, enum frame_error *last)
{
	struct frame_parser p;
	const uint8_t *payload;
	struct frame f;
	size_t at = 0, room, n;
	unsigned int frames = 0, i;
	uint8_t *dst;

	assert_int_equal(frame_parser_init(&p, store, sizeof(store)), 0);
	for (;;) {
		while ((*last = frame_parser_next(&p, &f, &payload)) ==
		       FRAME_OK) {
			assert_true(payload >= store &&
				    payload + f.len <= store + sizeof(store));
			for (i = 0; i < f.len; i++)
				assert_int_equal(payload[i],
						 (uint8_t)(f.len + i));
			frames++;
		}
		if (*last != FRAME_AGAIN || at == len)
			return frames;
		dst = frame_parser_space(&p, &room);
		assert_true(room > 0);
		n = len - at < piece ? len - at : piece;
		n = n < room ? n : room;
		memcpy(dst, stream + at, n);
		frame_parser_fed(&p, n);
		at += n;
	}
}

static size_t add(size_t at, enum frame_type t, uint32_t len)
{
	struct frame f = sample(t);
	uint32_t i;

	if (t == FRAME_BATCH)
		f.len = len;
	assert_int_equal(frame_put_header(&f, stream + at, sizeof(stream) - at),
			 FRAME_HEADER_BYTES);
	for (i = 0; i < f.len; i++)
		stream[at + FRAME_HEADER_BYTES + i] = f.len + i;
	return at + FRAME_HEADER_BYTES + f.len;
}

static void parser(void **state)
{
	static const size_t pieces[] = { 1, 7, 39, 40, 41, 1000, 70000,
					 sizeof(stream) };
	enum frame_error last;
	unsigned int i;
	size_t len = 0;

	len = add(len, FRAME_KEEPALIVE, 0);
	len = add(len, FRAME_BATCH, FRAME_PAYLOAD_MAX);
	len = add(len, FRAME_ACK, 0);
	len = add(len, FRAME_BATCH, 8);
	len = add(len, FRAME_KEEPALIVE, 0);
	len = add(len, FRAME_BATCH, FRAME_PAYLOAD_MAX - 1);
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		assert_int_equal(feed(len, pieces[i], &last), 6);
		assert_int_equal(last, FRAME_AGAIN);
	}
	/* The end of the stream within a frame: it is not handed out. */
	assert_int_equal(feed(len - 1, 1000, &last), 5);
	/* Rubbish: what came before it is good, nothing after it is read. */
	stream[len] = 0xff;
	memset(stream + len, 0xff, FRAME_HEADER_BYTES);
	assert_int_equal(feed(len + FRAME_HEADER_BYTES, 1000, &last), 6);
	assert_int_equal(last, FRAME_BAD_TYPE);
}

static void parser_storage(void **state)
{
	struct frame_parser p;
	const uint8_t *payload;
	struct frame f;
	size_t room;

	assert_int_equal(frame_parser_init(&p, store, sizeof(store) - 1),
			 -ENOBUFS);
	assert_int_equal(frame_parser_init(&p, store, sizeof(store)), 0);
	memset(frame_parser_space(&p, &room), 0, FRAME_HEADER_BYTES);
	assert_int_equal(room, sizeof(store));
	frame_parser_fed(&p, FRAME_HEADER_BYTES);
	assert_int_equal(frame_parser_next(&p, &f, &payload), FRAME_BAD_TYPE);
	/* Sticky: the next frame's beginning is not known any more. */
	assert_int_equal(frame_parser_next(&p, &f, &payload), FRAME_BAD_TYPE);
}

static void open_payload(void **state)
{
	struct frame_open o = {
		.version_min = 2, .version_max = 4, .domain = 71, .protocol = 8,
		.system = 5, .nonce = 6, .peer_nonce = 7,
		.payload_max = FRAME_PAYLOAD_MAX,
	}, r;
	int len = frame_put_open(&o, buf, sizeof(buf));

	assert_int_equal(len, FRAME_OPEN_BYTES);
	assert_int_equal(frame_get_open(buf, len, &versions, &r), 0);
	assert_int_equal(r.version_max, 4);
	assert_int_equal(r.domain, 71);
	assert_int_equal(r.protocol, 8);
	assert_int_equal(r.system, 5);
	assert_int_equal(r.nonce, 6);
	assert_int_equal(r.peer_nonce, 7);
	assert_int_equal(r.payload_max, FRAME_PAYLOAD_MAX);
	assert_int_equal(frame_get_open(buf, len - 1, &versions, &r), -EBADMSG);
	assert_int_equal(frame_get_open(buf, len + 1, &versions, &r), -EBADMSG);
	assert_int_equal(frame_get_open(buf, 3, &versions, &r), -EBADMSG);
	buf[7] = 1;
	assert_int_equal(frame_get_open(buf, len, &versions, &r), -EBADMSG);
	assert_int_equal(frame_put_open(&o, buf, len - 1), -EMSGSIZE);
	o.system = 0;
	assert_int_equal(frame_put_open(&o, buf, sizeof(buf)), -EINVAL);
}

/* Of a later version that speaks ours: what it says beyond that is not for us. */
static void longer_open(void **state)
{
	struct frame_open o = {
		.version_min = FRAME_VERSION, .version_max = FRAME_VERSION + 1, .domain = 71,
		.protocol = 8, .system = 5, .nonce = 6, .payload_max = FRAME_PAYLOAD_MAX,
	}, r;
	int len = frame_put_open(&o, buf, sizeof(buf));

	memset(buf + len, 0xaa, 20);
	buf[7] = 1;		/* reserved here */
	buf[len - 1] = 1;	/* a capability */
	assert_int_equal(frame_get_open(buf, len + 20, &versions, &r), 0);
	assert_int_equal(r.version_max, FRAME_VERSION + 1);
	assert_int_equal(r.nonce, 6);
	assert_int_equal(r.caps, 0);
	assert_int_equal(frame_get_open(buf, len - 1, &versions, &r), -EBADMSG);
	/* One of ours has no such thing. */
	buf[3] = FRAME_VERSION;
	assert_int_equal(frame_get_open(buf, len + 20, &versions, &r), -EBADMSG);
	assert_int_equal(frame_get_open(buf, len, &versions, &r), -EBADMSG);
}

static void other_payloads(void **state)
{
	struct frame_join j = { 1, 2, FRAME_JOIN_FULL, 1000 }, jr;
	struct frame_batch fb = { 3, 4 }, br;
	struct frame_refusal rf[2] = { { 1, 2 }, { 0xffff, 3 } }, rr[2];
	enum frame_reason r;
	int len;

	len = frame_put_join(&j, buf, sizeof(buf));
	assert_int_equal(len, FRAME_JOIN_BYTES);
	assert_int_equal(frame_get_join(buf, len, &jr), 0);
	assert_int_equal(jr.instance, 1);
	assert_int_equal(jr.digest, 2);
	assert_int_equal(jr.flags, FRAME_JOIN_FULL);
	assert_int_equal(jr.table_max, 1000);
	assert_int_equal(frame_get_join(buf, len - 1, &jr), -EBADMSG);
	buf[16] = 0x80;
	assert_int_equal(frame_get_join(buf, len, &jr), -EBADMSG);
	j.instance = 0;
	assert_int_equal(frame_put_join(&j, buf, sizeof(buf)), -EINVAL);

	assert_int_equal(frame_put_batch(&fb, buf, sizeof(buf)), 8);
	assert_int_equal(frame_get_batch(buf, 9, &br), 0);
	assert_int_equal(br.generation, 3);
	assert_int_equal(br.count, 4);
	assert_int_equal(frame_get_batch(buf, 8, &br), -EBADMSG);
	fb.count = 0;
	frame_put_batch(&fb, buf, sizeof(buf));
	assert_int_equal(frame_get_batch(buf, 8, &br), 0);
	assert_int_equal(frame_get_batch(buf, 9, &br), -EBADMSG);

	assert_int_equal(frame_put_reason(FRAME_R_LOST, buf, sizeof(buf)), 2);
	assert_int_equal(frame_get_reason(buf, 2, &r), 0);
	assert_int_equal(r, FRAME_R_LOST);
	assert_int_equal(frame_get_reason(buf, 1, &r), -EBADMSG);
	buf[1] = FRAME_REASONS;
	assert_int_equal(frame_get_reason(buf, 2, &r), -EBADMSG);
	assert_int_equal(frame_put_reason(FRAME_R_NONE, buf, 2), -EINVAL);

	len = frame_put_refusals(rf, 2, buf, sizeof(buf));
	assert_int_equal(len, 8);
	assert_int_equal(frame_get_refusals(buf, len, rr, 2), 2);
	assert_memory_equal(rf, rr, sizeof(rf));
	assert_int_equal(frame_get_refusals(buf, len, rr, 1), -EBADMSG);
	assert_int_equal(frame_get_refusals(buf, len - 1, rr, 2), -EBADMSG);
	assert_int_equal(frame_put_refusals(rf, 2, buf, 7), -EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(errors),
		cmocka_unit_test(later_open),
		cmocka_unit_test(parser),
		cmocka_unit_test(parser_storage),
		cmocka_unit_test(open_payload),
		cmocka_unit_test(longer_open),
		cmocka_unit_test(other_payloads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
