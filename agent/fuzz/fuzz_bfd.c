// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * BFD. First any datagram: what is accepted is reproduced, bit by bit, and nothing else is. Then
 * the input as a story of one session: packets, time and configurations; whatever comes, the
 * machine keeps its own rules (RFC 5880), and never asks to be called without end. And the input as
 * one that is to be signed.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/bfd_auth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_codec(const uint8_t *data, size_t size)
{
	uint8_t again[BFD_BYTES];
	struct bfd_packet p;

	if (bfd_decode(data, size, &p) != BFD_OK)
		return;
	assert(size >= BFD_BYTES && p.mult && p.my_discr && !p.multipoint);
	if (p.auth)
		return;
	assert(bfd_encode(&p, again, sizeof(again)) == BFD_BYTES);
	assert(!memcmp(again, data, 3) && !memcmp(again + 4, data + 4, BFD_BYTES - 4));
}

/* Not SHA-1, but a number of its length that depends on all bytes. */
static bool sum(const uint8_t *buf, size_t len, uint8_t out[BFD_KEY_BYTES])
{
	memset(out, 0, BFD_KEY_BYTES);
	for (size_t i = 0; i < len; i++)
		out[i % BFD_KEY_BYTES] = (uint8_t)(out[i % BFD_KEY_BYTES] * 31 + buf[i]);
	return true;
}

/* Any datagram for who has a key, before and after the peer has shown that one. */
static void check_auth(const uint8_t *data, size_t size, mono_t now)
{
	static const struct bfd_packet first = { .mult = 3, .my_discr = 1, .state = BFD_DOWN };
	struct bfd_keys keys = {
		.n = 2, .signer = 1, .accepted = 3, .key = { { .id = 1 }, { .id = 2 } },
	};
	uint8_t buf[BFD_SIGNED_BYTES];
	enum bfd_verdict before, after;
	struct bfd_packet p;
	struct bfd_auth a;

	if (bfd_decode(data, size, &p) != BFD_OK)
		return;
	bfd_auth_init(&a, sum);
	bfd_auth_set(&a, &keys, true);
	before = bfd_auth_check(&a, data, size, now);
	assert(before == BFD_OK || (p.auth && before == BFD_BAD_AUTH));
	assert(a.keyed == (p.auth && before == BFD_OK));
	assert(bfd_auth_put(&a, &first, true, a.rx_seq + 1, buf, sizeof(buf)) == BFD_SIGNED_BYTES);
	assert(bfd_auth_check(&a, buf, sizeof(buf), now) == BFD_OK && a.keyed);
	after = bfd_auth_check(&a, data, size, now);
	assert(p.auth ? before != BFD_OK || after == BFD_BAD_SEQUENCE : after == BFD_BAD_AUTH);
}

static void check_session(const struct bfd *s, const struct bfd_event *ev, mono_t now,
			  const struct bfd_actions *a)
{
	const struct bfd_packet *p = &a->packet;

	assert(s->state < BFD_STATES);
	assert((s->state == BFD_ADMIN_DOWN) == s->conf.admin_down);
	assert(s->state == BFD_UP || s->tx >= BFD_SLOW_US);
	assert(s->state == BFD_UP || !s->polling);
	assert(s->polling || !s->poll_again);
	assert(s->tx_run && s->rx_run && s->mult_run);
	/* The tick did what was due, so time must pass before the next one. */
	if (ev->type == BFD_EV_TICK)
		assert(mono_before(now, a->deadline));
	if (!a->send)
		return;
	assert(p->state == s->state && p->my_discr == s->discr && p->mult);
	assert(!p->demand && !p->auth && !p->multipoint && !p->min_echo);
	assert(!(p->poll && p->final) && !(p->poll && s->state != BFD_UP));
	if (p->final)
		assert(ev->type == BFD_EV_PACKET && ev->packet.poll);
}

static void one(struct bfd *s, const struct bfd_event *ev, mono_t now)
{
	enum bfd_state before = s->state;
	struct bfd_actions a;

	bfd_step(s, ev, now, &a);
	check_session(s, ev, now, &a);
	assert(a.changed || s->state == before);
	if (a.verdict != BFD_OK)
		assert(!a.changed && !a.send);
}

/* 4 bytes of time and kind, then a packet of 24 bytes if there is one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bfd_conf conf = { 10000, 10000, 3, false };
	mono_t now = mono_from_ms(100000);
	struct bfd_event ev = { .type = BFD_EV_START };
	struct bfd s;

	check_codec(data, size);
	check_auth(data, size, now);
	bfd_init(&s, &conf, 1);
	one(&s, &ev, now);
	while (size >= 4) {
		ev = (struct bfd_event){ .type = BFD_EV_TICK, .random = data[3] * 257u };
		now = mono_add_ns(now, (uint64_t)(data[1] << 8 | data[2]) * 10000);
		one(&s, &ev, now);
		ev.random = data[3] * 255u;
		if (data[0] & 0x80) {
			ev.type = BFD_EV_CONFIG;
			ev.conf = (struct bfd_conf){
				.min_tx = 10000u << (data[0] & 3),
				.min_rx = 10000u << (data[0] >> 2 & 3),
				.mult = (uint8_t)(3 + (data[0] >> 4 & 3)),
				.admin_down = data[0] >> 6 & 1,
			};
			one(&s, &ev, now);
		} else if (size >= 4 + BFD_BYTES &&
			   bfd_decode(data + 4, BFD_BYTES, &ev.packet) == BFD_OK) {
			ev.type = BFD_EV_PACKET;
			one(&s, &ev, now);
			data += BFD_BYTES;
			size -= BFD_BYTES;
		}
		data += 4;
		size -= 4;
	}
	return 0;
}
