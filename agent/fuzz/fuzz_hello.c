// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any datagram: decoding must not misbehave, and what is accepted must be
 * reproduced byte by byte, so that there is one form of each packet. What the
 * receiver believes must not depend on more than that.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One that a fuzzer can hit: what follows a good signature is of interest as well. */
static bool weak_mac(enum hello_auth_type type, const struct hello_key *key, const uint8_t *buf,
		     size_t len, uint8_t out[HELLO_MAC_MAX])
{
	memset(out, key->secret[0], hello_mac_len(type));
	return true;
}

static void check_signed(const uint8_t *data, size_t size)
{
	static const struct hello_ring ring = {
		.mac = weak_mac, .type = HELLO_AUTH_MD5, .n = 1,
		.key = { { .id = 1, .len = 1, .secret = "k", .accept = { 0, 10 },
			   .send = { 0, 10 } } },
	};
	const struct hello_local local = {
		.domain = 71, .protocol = 1, .system = 1, .nonce = 2,
		.hello_ms = 100, .hold_ms = 300, .ring = &ring, .wall = 5,
	};
	struct hello_facts facts;
	struct hello_rx rx;
	struct hello h;

	hello_rx_init(&rx);
	if (hello_rx_packet(&rx, &local, mono_from_ms(1000), data, size, &h, &facts) != HELLO_OK)
		return;
	assert(h.auth.type == HELLO_AUTH_MD5 && h.peer_nonce == local.nonce);
	assert(h.auth.data[3] == 1 && h.auth.data[4] == 'k');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hello_local local = {
		.domain = 71, .protocol = 1, .system = 1, .nonce = 2,
		.hello_ms = 100, .hold_ms = 300,
		.auth = { HELLO_AUTH_TEXT, 3, "abc" },
	};
	uint8_t again[HELLO_MAX_BYTES];
	struct hello_facts facts;
	struct hello_rx rx;
	struct hello h;
	enum hello_verdict v = hello_decode(data, size, &h), w;

	assert(v == HELLO_OK || (v > HELLO_OK && v <= HELLO_BAD_VALUE));
	if (v == HELLO_OK) {
		assert(hello_encode(&h, again, sizeof(again)) == (int)size);
		assert(!memcmp(again, data, size));
	}
	check_signed(data, size);
	hello_rx_init(&rx);
	w = hello_rx_packet(&rx, &local, mono_from_ms(1000), data, size, &h,
			    &facts);
	assert(rx.count[w] == 1);
	assert(v == HELLO_OK || w == v);
	if (w == HELLO_OK)
		assert(hello_rx_packet(&rx, &local, mono_from_ms(1000), data,
				       size, &h, &facts) == HELLO_REPLAY);
	return 0;
}
