// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any byte stream, cut anywhere: the parser must find the same frames however it
 * is fed, each header and payload that is accepted must be reproduced byte by
 * byte, and the session machine must survive all of it without losing an action.
 * The first byte of the input chooses the size of the pieces.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/syncsess.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t store[FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX];
static struct syncsess sess;
static struct syncsess_actions out;

static void feed_session(const struct syncsess_event *ev)
{
	static int64_t now = 1000;

	syncsess_step(&sess, ev, mono_from_ms(now++), &out);
	assert(!out.lost);
	assert(out.n <= SYNCSESS_ACTIONS_MAX);
}

/* Both kernels are at work: ours pushes a batch, and answers the peer's. */
static void run_kernel(void)
{
	const struct syncsess_group *g = &sess.groups[1];
	struct syncsess_event ev = { .type = SYNCSESS_EV_PUSH };

	if (g->merging && g->merge_done < g->merge_seq) {
		ev.type = SYNCSESS_EV_INSTALLED;
		ev.installed.group = 1;
		ev.installed.epoch = g->epoch;
		ev.installed.seq = g->merge_seq;
		feed_session(&ev);
	} else if (g->running) {
		ev.batch.group = 1;
		ev.batch.session = g->session;
		ev.batch.epoch = g->epoch;
		ev.batch.seq = g->tx_seq + 1;
		feed_session(&ev);
	}
	g = &sess.groups[2];
	if (g->merging && !g->merge_end) {
		memset(&ev, 0, sizeof(ev));
		ev.type = SYNCSESS_EV_PUSH;
		ev.batch.group = 2;
		ev.batch.session = g->merge_session;
		ev.batch.epoch = g->epoch;
		ev.batch.seq = g->merge_seq + 1;
		ev.batch.flags = g->merge_seq ? FRAME_F_SYNCED : FRAME_F_BULK_BEGIN;
		feed_session(&ev);
	}
	if (g->running && g->done_seq < g->rx_seq) {
		memset(&ev, 0, sizeof(ev));
		ev.type = SYNCSESS_EV_INSTALLED;
		ev.installed.group = 2;
		ev.installed.epoch = g->epoch;
		ev.installed.seq = g->rx_seq;
		ev.installed.copy = SYNCSESS_COPY_DONE;
		feed_session(&ev);
	}
	memset(&ev, 0, sizeof(ev));
	ev.type = SYNCSESS_EV_PARTIAL;
	ev.partial.group = 2;
	ev.partial.digest = 5;
	ev.partial.on = g->rx_seq & 1;
	feed_session(&ev);
	memset(&ev, 0, sizeof(ev));
	ev.type = SYNCSESS_EV_TICK;
	feed_session(&ev);
}

static void begin_session(void)
{
	static const struct syncsess_config cfg = {
		.versions = FRAME_VERSIONS, .domain = 71, .protocol = 1, .system = 1, .nonce = 2,
		.keepalive_ms = 100, .silent_ms = 1000,
	};
	struct syncsess_event ev = { .type = SYNCSESS_EV_PEER };

	syncsess_init(&sess, &cfg, 1);
	ev.peer.system = 3;
	ev.peer.nonce = 4;
	feed_session(&ev);
	ev.type = SYNCSESS_EV_CONNECTED;
	feed_session(&ev);
	memset(&ev, 0, sizeof(ev));
	ev.type = SYNCSESS_EV_SEND;
	ev.group.id = 1;
	ev.group.epoch.counter = 1;
	ev.group.epoch.system = 1;
	feed_session(&ev);
	ev.type = SYNCSESS_EV_RECEIVE;
	ev.group.id = 2;
	ev.group.instance = 1;
	ev.group.digest = 5;
	ev.group.merge = true;
	feed_session(&ev);
}

static struct frame_refusal r[FRAME_REFUSALS_MAX];

static int get_refusals(const uint8_t *p, size_t len)
{
	int n = frame_get_refusals(p, len, r, FRAME_REFUSALS_MAX);

	assert(n >= 0);		/* the header allows no other lengths */
	return n;
}

static void check_payload(const struct frame *f, const uint8_t *p)
{
	static const struct frame_versions own = FRAME_VERSIONS;
	static uint8_t again[FRAME_DIGEST_BYTES + FRAME_BUCKETS_BYTES + 4 * FRAME_REFUSALS_MAX];
	struct frame_batch b;
	struct frame_open o;
	struct frame_join j;
	enum frame_reason why;
	uint64_t config;
	int n = -1;

	if (f->type == FRAME_OPEN && !frame_get_open(p, f->len, &own, &o)) {
		/* A later one may have said more. */
		n = o.version_max > own.max ? -1 : frame_put_open(&o, again, sizeof(again));
	} else if (f->type == FRAME_JOIN && !frame_get_join(p, f->len, &j)) {
		n = frame_put_join(&j, again, sizeof(again));
	} else if (f->type == FRAME_CONFIG_ASK && !frame_get_config_ask(p, f->len, &config)) {
		n = frame_put_config_ask(config, again, sizeof(again));
	} else if ((f->type == FRAME_BATCH || f->type == FRAME_MERGE) &&
		   !frame_get_batch(p, f->len, &b)) {
		assert(frame_put_batch(&b, again, sizeof(again)) == 8 &&
		       !memcmp(again, p, 8));
	} else if (f->type == FRAME_ACK) {
		size_t digest = frame_ack_digest(f->flags);

		memcpy(again, p, digest);
		n = (int)digest + frame_put_refusals(r, get_refusals(p + digest, f->len - digest),
						     again + digest, sizeof(again) - digest);
	} else if (f->type == FRAME_MERGED) {
		n = frame_put_refusals(r, get_refusals(p, f->len), again, sizeof(again));
	} else if (f->len == 2 && !frame_get_reason(p, f->len, &why)) {
		n = frame_put_reason(why, again, sizeof(again));
	}
	if (n >= 0)
		assert(n == (int)f->len && !memcmp(again, p, n));
}

/* Returns a sum over all frames: it must not depend on @piece. */
static uint64_t parse(const uint8_t *data, size_t size, size_t piece,
		      bool session)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_FRAME };
	uint8_t header[FRAME_HEADER_BYTES];
	struct frame_parser p;
	enum frame_error e;
	uint64_t sum = 0;
	size_t room, n;
	uint8_t *dst;

	assert(!frame_parser_init(&p, store, sizeof(store)));
	for (;;) {
		while ((e = frame_parser_next(&p, &ev.frame.hdr,
					      &ev.frame.payload)) == FRAME_OK) {
			const uint8_t *at = ev.frame.payload -
					    FRAME_HEADER_BYTES;

			assert(frame_put_header(&ev.frame.hdr, header,
						sizeof(header)) ==
			       FRAME_HEADER_BYTES);
			assert(!memcmp(header, at, sizeof(header)));
			check_payload(&ev.frame.hdr, ev.frame.payload);
			sum = sum * 31 + ev.frame.hdr.len + 1;
			if (session) {
				feed_session(&ev);
				run_kernel();
			}
		}
		if (e != FRAME_AGAIN || !size)
			return sum * 31 + e;
		dst = frame_parser_space(&p, &room);
		assert(room);
		n = size < piece ? size : piece;
		n = n < room ? n : room;
		memcpy(dst, data, n);
		frame_parser_fed(&p, n);
		data += n;
		size -= n;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	begin_session();
	assert(parse(data + 1, size - 1, data[0] + 1u, true) ==
	       parse(data + 1, size - 1, size, false));
	return 0;
}
