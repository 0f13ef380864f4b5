// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any frame or datagram: decoding must not misbehave, what is accepted must be
 * reproduced byte by byte, and only what is signed and quotes our life is
 * believed, once.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/twin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One that a fuzzer can hit. */
static bool weak_mac(enum hello_auth_type type, const struct hello_key *key, const uint8_t *buf,
		     size_t len, uint8_t out[HELLO_MAC_MAX])
{
	memset(out, key->secret[0], hello_mac_len(type));
	return true;
}

static const struct hello_ring ring = {
	.mac = weak_mac, .type = HELLO_AUTH_MD5, .n = 1,
	.key = { { .id = 1, .len = 1, .secret = "k", .accept = { 0, 10 }, .send = { 0, 10 } } },
};

static void believe(const struct hello_ring *r, enum twin_type type, const uint8_t *data,
		    size_t size)
{
	const struct hello_local local = {
		.domain = 71, .protocol = 1, .system = 1, .nonce = 2,
		.hello_ms = 100, .hold_ms = 300, .ring = r, .wall = 5,
	};
	const struct hello_rx rx = { .system = 3, .nonce = 4 };
	struct twin t = { 0 };
	struct twin_packet p;

	if (twin_read(&local, &rx, type, mono_from_ms(1000), data, size, &p) != HELLO_OK)
		return;
	assert(p.type == type && p.nonce == rx.nonce && p.peer_nonce == local.nonce);
	assert(!r || p.auth.data[4] == 'k');
	assert(twin_new(&t, &p));
	assert(!twin_new(&t, &p));
	twin_tick(&t, true, mono_from_ms(1));
	if (type == TWIN_PROBE)
		twin_probe(&t, mono_from_ms(1000));
	else
		twin_report(&t, &p, 300, mono_from_ms(1000));
	assert(t.n_theirs <= NEIGHS_MAX && t.state != TWIN_LOST && !t.cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t again[TWIN_MAX_BYTES];
	struct twin_packet p;
	enum hello_verdict v = twin_decode(data, size, &p);

	assert(v == HELLO_OK || (v > HELLO_OK && v <= HELLO_BAD_VALUE));
	assert(v != HELLO_OK || twin_is(data, size));
	if (v == HELLO_OK) {
		assert(twin_encode(&p, again, sizeof(again)) == (int)size);
		assert(!memcmp(again, data, size));
	}
	believe(NULL, TWIN_PROBE, data, size);
	believe(&ring, TWIN_PROBE, data, size);
	believe(&ring, TWIN_REPORT, data, size);
	return 0;
}
