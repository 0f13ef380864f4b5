// SPDX-License-Identifier: GPL-2.0-or-later
/* Hello codec, session rules of the receiver, spreading of groups by the sender. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "core/hello.h"

#define ME	UINT64_C(0x1111)
#define PEER	UINT64_C(0x2222)
#define NONCE	UINT64_C(0xaaaa)	/* ours */
#define NPEER	UINT64_C(0xbbbb)	/* the peer's */

static const struct hello_local local = {
	.domain = 71, .protocol = 1, .system = ME, .nonce = NONCE,
	.hello_ms = 100, .hold_ms = 300,
	.auth = { HELLO_AUTH_TEXT, 3, "abc" },
};

static struct hello sample(void)
{
	struct hello h = {
		.type = HELLO_TYPE_HELLO, .domain = 71, .protocol = 1,
		.system = PEER, .nonce = NPEER, .seq = 5,
		.peer_system = ME, .peer_nonce = NONCE,
		.hello_ms = 100, .hold_ms = 300, .uptime_s = 12345,
		.data = { 4, 4021, { [10] = 0xff, [11] = 0xff,
				     [12] = 10, [15] = 1 } },
		.auth = { HELLO_AUTH_TEXT, 3, "abc" },
		.n_groups = 2,
		.groups = {
			{ .id = 1, .role = RG_ROLE_ACTIVE, .rf = RG_RF_ACTIVE,
			  .run_prio = 90, .conf_prio = 100, .threshold = 80,
			  .flags = HELLO_GF_PREEMPT | HELLO_GF_HEARD,
			  .cause = 3, .reload_token = 4, .reload_done = 5,
			  .epoch = { 7, PEER }, .instance = 0x0123456789abcdef,
			  .digest = 0xfedcba9876543210 },
			{ .id = 255, .role = RG_ROLE_STANDBY,
			  .rf = RG_RF_STANDBY_HOT, .conf_prio = 1 },
		},
	};

	return h;
}

static uint8_t buf[HELLO_MAX_BYTES + 8];

static int encode(const struct hello *h)
{
	return hello_encode(h, buf, sizeof(buf));
}

/* The bytes of a packet, so that a change of layout cannot go unnoticed. */
static void layout(void **state)
{
	struct hello h = sample();
	int len = encode(&h);

	assert_int_equal(len, HELLO_HEADER_BYTES + 3 + 2 * HELLO_GROUP_BYTES);
	assert_memory_equal(buf, "NFRG", 4);
	assert_int_equal(buf[4], 1);			/* version */
	assert_int_equal(buf[5], 1);			/* type */
	assert_int_equal(buf[6], 71);			/* domain */
	assert_int_equal(buf[7], 1);			/* protocol */
	assert_int_equal(buf[8] << 8 | buf[9], len);
	assert_int_equal(buf[10], 1);			/* authentication: text */
	assert_int_equal(buf[11], 3);
	assert_int_equal(buf[12], 2);			/* groups */
	assert_int_equal(buf[13], 4);			/* family */
	assert_int_equal(buf[14] << 8 | buf[15], 4021);
	assert_memory_equal(buf + 16, "\0\0\0\0\0\0\x22\x22", 8);
	assert_memory_equal(buf + 24, "\0\0\0\0\0\0\xbb\xbb", 8);
	assert_int_equal(buf[39], 5);			/* sequence */
	assert_memory_equal(buf + 48, "\0\0\0\0\0\0\xaa\xaa", 8);
	assert_int_equal(buf[59], 100);			/* hello */
	assert_int_equal(buf[84], 10);			/* 10.0.0.1 */
	assert_memory_equal(buf + 88, "abc", 3);
	assert_int_equal(buf[91], 1);			/* group id */
	assert_int_equal(buf[92], RG_ROLE_ACTIVE);
	assert_int_equal(buf[93], RG_RF_ACTIVE);
	assert_int_equal(buf[97], 90);
	assert_int_equal(buf[91 + 19], 7);		/* epoch counter */
	assert_memory_equal(buf + 91 + 28, "\x01\x23\x45\x67\x89\xab\xcd\xef",
			    8);
}

static void round_trip(void **state)
{
	struct hello h = sample(), back;
	uint8_t again[HELLO_MAX_BYTES];
	int len = encode(&h);

	memset(&back, 0xff, sizeof(back));
	assert_int_equal(hello_decode(buf, len, &back), HELLO_OK);
	assert_int_equal(back.groups[0].instance, h.groups[0].instance);
	assert_int_equal(back.groups[1].id, 255);
	assert_int_equal(back.uptime_s, 12345);
	assert_int_equal(hello_encode(&back, again, sizeof(again)), len);
	assert_memory_equal(buf, again, len);
}

/* Each cut and each extension is refused, and never read beyond its end. */
static void lengths(void **state)
{
	struct hello h = sample(), back;
	int len = encode(&h), i;

	for (i = 0; i < len; i++)
		assert_int_equal(hello_decode(buf, i, &back), HELLO_BAD_SHORT);
	assert_int_equal(hello_decode(buf, len + 1, &back), HELLO_BAD_LENGTH);
	buf[9]++;
	assert_int_equal(hello_decode(buf, len + 1, &back), HELLO_BAD_LENGTH);
	/* As many groups as fit, not one more. */
	h.n_groups = HELLO_GROUPS_MAX + 1;
	assert_int_equal(encode(&h), -EINVAL);
	h = sample();
	assert_int_equal(hello_encode(&h, buf, len), len);
	assert_int_equal(hello_encode(&h, buf, len - 1), -EMSGSIZE);
}

struct bad {
	const char *what;
	unsigned int at;
	uint8_t value;
	enum hello_verdict v;
};

static void values(void **state)
{
	static const struct bad bads[] = {
		{ "magic", 0, 'X', HELLO_BAD_MAGIC },
		{ "version 0", 4, 0, HELLO_BAD_VERSION },
		{ "version 2", 4, 2, HELLO_BAD_VERSION },
		{ "type 0", 5, 0, HELLO_BAD_VALUE },
		{ "type 4", 5, 4, HELLO_BAD_VALUE },
		{ "protocol 0", 7, 0, HELLO_BAD_VALUE },
		{ "protocol 9", 7, 9, HELLO_BAD_VALUE },
		{ "authentication unknown", 10, 9, HELLO_BAD_VALUE },
		{ "authentication none with data", 10, 0, HELLO_BAD_VALUE },
		{ "authentication too long", 11, 37, HELLO_BAD_VALUE },
		{ "authentication length", 11, 4, HELLO_BAD_LENGTH },
		{ "authentication MD5 of another length", 10, 2, HELLO_BAD_VALUE },
		{ "authentication SHA-256 of another length", 10, 3, HELLO_BAD_VALUE },
		{ "groups: too many", 12, 200, HELLO_BAD_VALUE },
		{ "groups: other number", 12, 1, HELLO_BAD_LENGTH },
		{ "family", 13, 5, HELLO_BAD_VALUE },
		{ "family 6 with a mapped address", 13, 6, HELLO_BAD_VALUE },
		{ "family 0 with an address", 13, 0, HELLO_BAD_VALUE },
		{ "hello too long", 56, 1, HELLO_BAD_VALUE },
		{ "hold too long", 60, 1, HELLO_BAD_VALUE },
		{ "reserved", 71, 1, HELLO_BAD_VALUE },
		{ "group 0", 91, 0, HELLO_BAD_VALUE },
		{ "group twice", 91, 255, HELLO_BAD_VALUE },
		{ "role unknown", 92, 4, HELLO_BAD_VALUE },
		{ "role against RF", 92, 2, HELLO_BAD_VALUE },
		{ "RF unknown", 93, 7, HELLO_BAD_VALUE },
		{ "flag unknown", 95, 0x80, HELLO_BAD_VALUE },
		{ "configured priority 0", 98, 0, HELLO_BAD_VALUE },
		{ "group reserved", 102, 1, HELLO_BAD_VALUE },
		{ "epoch near the end", 103, 0x80, HELLO_BAD_VALUE },
		{ "epoch without system", 110, 0, HELLO_BAD_VALUE },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		struct hello h = sample(), back;
		int len = encode(&h);

		buf[bads[i].at] = bads[i].value;
		if (hello_decode(buf, len, &back) != bads[i].v)
			fail_msg("%s", bads[i].what);
	}
}

#define REFUSED(field, value) do { \
	struct hello r_ = sample(); \
	r_.field = value; \
	assert_int_equal(encode(&r_), -EINVAL); \
} while (0)

/* What would be refused is not sent. */
static void encode_refuses(void **state)
{
	REFUSED(system, 0);
	REFUSED(nonce, 0);
	REFUSED(seq, 0);
	REFUSED(peer_system, 0);
	REFUSED(peer_nonce, 0);
	REFUSED(peer_system, PEER);
	REFUSED(hello_ms, 0);
	REFUSED(hold_ms, HELLO_HOLD_MAX_MS + 1);
	REFUSED(auth.len, 9);
	REFUSED(data.port, 0);
	REFUSED(groups[1].rf, RG_RF_ACTIVE);
	REFUSED(groups[0].flags, 0x8000);
	REFUSED(groups[0].epoch.system, 0);
}

/* Any change of any bit is refused or reproduced exactly. */
static void bit_flips(void **state)
{
	struct hello h = sample(), back;
	uint8_t again[HELLO_MAX_BYTES], copy[HELLO_MAX_BYTES];
	int len = encode(&h), i, n;

	memcpy(copy, buf, len);
	for (i = 0; i < len * 8; i++) {
		memcpy(buf, copy, len);
		buf[i / 8] ^= 1 << i % 8;
		if (hello_decode(buf, len, &back) != HELLO_OK)
			continue;
		n = hello_encode(&back, again, sizeof(again));
		assert_int_equal(n, len);
		assert_memory_equal(again, buf, len);
	}
}

static struct hello_rx rx;
static struct hello_facts facts;
static int64_t now;

static enum hello_verdict heard(const struct hello *h)
{
	struct hello out;
	int len = encode(h);

	assert_true(len > 0);
	return hello_rx_packet(&rx, &local, mono_from_ms(now), buf, len, &out,
			       &facts);
}

static void rx_begin(void)
{
	hello_rx_init(&rx);
	now = 1000000;
}

static void rx_verdicts(void **state)
{
	struct hello h = sample();
	unsigned int i;

	rx_begin();
	assert_int_equal(heard(&h), HELLO_OK);
	h.domain = 72;
	assert_int_equal(heard(&h), HELLO_BAD_DOMAIN);
	h = sample();
	h.protocol = 2;
	assert_int_equal(heard(&h), HELLO_BAD_PROTOCOL);
	h = sample();
	h.auth.data[2] = 'd';
	assert_int_equal(heard(&h), HELLO_BAD_AUTH);
	h = sample();
	h.auth.len = 2;
	assert_int_equal(heard(&h), HELLO_BAD_AUTH);
	h = sample();
	h.auth.type = HELLO_AUTH_NONE;
	h.auth.len = 0;
	assert_int_equal(heard(&h), HELLO_BAD_AUTH);
	h = sample();
	h.system = ME;
	h.nonce = NONCE;
	h.peer_system = PEER;
	h.peer_nonce = NPEER;
	assert_int_equal(heard(&h), HELLO_OWN);
	h.nonce++;
	assert_int_equal(heard(&h), HELLO_SAME_SYSTEM);
	h = sample();
	h.system = 0x3333;
	assert_int_equal(heard(&h), HELLO_THIRD_SYSTEM);
	h = sample();
	assert_int_equal(heard(&h), HELLO_REPLAY);
	assert_int_equal(hello_rx_packet(&rx, &local, mono_from_ms(now), buf,
					 3, &h, &facts), HELLO_BAD_SHORT);
	assert_int_equal(rx.count[HELLO_OK], 1);
	assert_int_equal(rx.count[HELLO_BAD_AUTH], 3);
	for (i = HELLO_BAD_DOMAIN; i < HELLO_BAD_SESSION; i++)
		if (i < HELLO_BAD_KEY || i > HELLO_BAD_MAC)	/* test_hello_key.c */
			assert_true(rx.count[i]);
	assert_int_equal(rx.count[HELLO_BAD_SHORT], 1);
}

/* Sequences rise within a session; gaps are loss, not an error. */
static void rx_replay(void **state)
{
	struct hello h = sample();

	rx_begin();
	assert_int_equal(heard(&h), HELLO_OK);
	assert_true(facts.new_session);
	assert_true(facts.hears_me);
	h.seq = 9;
	h.peer_nonce = 1;
	assert_int_equal(heard(&h), HELLO_OK);
	assert_false(facts.new_session);
	assert_false(facts.hears_me);
	h.seq = 8;
	assert_int_equal(heard(&h), HELLO_REPLAY);
	h.seq = 9;
	assert_int_equal(heard(&h), HELLO_REPLAY);
	h.seq = 10;
	assert_int_equal(heard(&h), HELLO_OK);
	/* Long silence does not make a recorded packet of this session good. */
	now += 3600000;
	h.seq = 10;
	assert_int_equal(heard(&h), HELLO_REPLAY);
}

/* The agent of the peer restarts while its former session still lives. */
static void rx_restart(void **state)
{
	struct hello old = sample(), h = sample();

	rx_begin();
	assert_int_equal(heard(&old), HELLO_OK);
	h.nonce = NPEER + 1;
	h.seq = 1;
	h.peer_system = 0;
	h.peer_nonce = 0;
	/* It has heard nobody yet: it could be anybody's recording. */
	assert_int_equal(heard(&h), HELLO_BAD_SESSION);
	h.peer_system = ME;
	h.peer_nonce = NONCE - 1;
	assert_int_equal(heard(&h), HELLO_BAD_SESSION);
	h.peer_nonce = NONCE;
	assert_int_equal(heard(&h), HELLO_OK);
	assert_true(facts.new_session);
	/* The old session quotes our nonce too, and is refused for good. */
	old.seq = 1000;
	assert_int_equal(heard(&old), HELLO_BAD_SESSION);
	now += 3600000;
	assert_int_equal(heard(&old), HELLO_BAD_SESSION);
}

/*
 * A third system spoke while the peer was not heard: the peer's life did not end by that.
 * But nothing of it that is not new is believed, nor is it once it has ended.
 */
static void rx_returns(void **state)
{
	struct hello peer = sample(), third = sample();

	rx_begin();
	assert_int_equal(heard(&peer), HELLO_OK);
	now += 3600000;
	third.system = 0x3333;
	third.nonce = 0x333;
	assert_int_equal(heard(&third), HELLO_OK);
	assert_int_equal(heard(&peer), HELLO_THIRD_SYSTEM);
	now += 3600000;
	assert_int_equal(heard(&peer), HELLO_REPLAY);
	peer.seq++;
	assert_int_equal(heard(&peer), HELLO_OK);
	assert_true(facts.new_session);
	assert_int_equal(heard(&peer), HELLO_REPLAY);
	now += 3600000;
	third.seq++;
	assert_int_equal(heard(&third), HELLO_OK);
	now += 3600000;
	peer.nonce++;
	assert_int_equal(heard(&peer), HELLO_OK);
	peer.nonce--;
	peer.seq += 1000;
	assert_int_equal(heard(&peer), HELLO_BAD_SESSION);
	now += 3600000;
	assert_int_equal(heard(&peer), HELLO_BAD_SESSION);
}

/* When nobody is alive, a session needs no proof. */
static void rx_silent(void **state)
{
	struct hello h = sample();

	rx_begin();
	assert_int_equal(heard(&h), HELLO_OK);
	assert_true(hello_rx_alive(&rx, mono_from_ms(now)));
	now += 299;
	assert_true(hello_rx_alive(&rx, mono_from_ms(now)));
	h.nonce++;
	h.seq = 1;
	h.peer_system = 0;
	h.peer_nonce = 0;
	assert_int_equal(heard(&h), HELLO_BAD_SESSION);
	now += 1;
	assert_false(hello_rx_alive(&rx, mono_from_ms(now)));
	assert_int_equal(heard(&h), HELLO_OK);
	/* And another router may take the place of a dead one. */
	now += 300;
	h.system = 0x3333;
	h.nonce = 77;
	assert_int_equal(heard(&h), HELLO_OK);
	assert_int_equal(rx.system, 0x3333);
	/* A slow peer is given three of its intervals. */
	h.seq++;
	h.hello_ms = 1000;
	assert_int_equal(heard(&h), HELLO_OK);
	assert_int_equal(rx.detect_ms, 3000);
}

/* A refused session is answered at once, but four times an interval at most. */
static void rx_answer(void **state)
{
	unsigned int answers = 0, i;

	rx_begin();
	for (i = 0; i < 1000; i++)
		answers += hello_rx_answer(&rx, &local, mono_from_ms(now + i / 10));
	assert_int_equal(answers, 4);
	assert_true(hello_rx_answer(&rx, &local, mono_from_ms(now + 100)));
	assert_false(hello_rx_answer(&rx, &local, mono_from_ms(now + 124)));
	assert_true(hello_rx_answer(&rx, &local, mono_from_ms(now + 125)));
}

static struct hello_group groups[255];

static void make_groups(void)
{
	unsigned int i;

	for (i = 0; i < 255; i++)
		groups[i] = (struct hello_group){
			.id = i + 1, .role = RG_ROLE_INIT,
			.rf = RG_RF_INITIALIZATION, .conf_prio = 100,
		};
}

static struct hello_tx tx;

static int next(struct hello *h, size_t n)
{
	int len = hello_tx_next(&tx, &local, &rx, mono_from_ms(now),
				HELLO_TYPE_HELLO, groups, n, buf,
				HELLO_MAX_BYTES);

	assert_true(len >= 0);
	if (len)
		assert_int_equal(hello_decode(buf, len, h), HELLO_OK);
	return len;
}

/* 255 groups: all of them, each once, those that changed in the first packet. */
static void tx_spread(void **state)
{
	bool seen[256] = { false };
	unsigned int packets = 0, total = 0, i;
	struct hello h;

	rx_begin();
	make_groups();
	hello_tx_init(&tx);
	hello_tx_mark(&tx, 250);
	hello_tx_mark(&tx, 3);
	assert_true(hello_tx_pending(&tx));
	hello_tx_begin(&tx, HELLO_SCOPE_ALL);
	while (next(&h, 255)) {
		if (!packets++) {
			assert_int_equal(h.groups[0].id, 3);
			assert_int_equal(h.groups[1].id, 250);
			assert_false(hello_tx_pending(&tx));
		}
		assert_int_equal(h.seq, packets);
		for (i = 0; i < h.n_groups; i++) {
			assert_false(seen[h.groups[i].id]);
			seen[h.groups[i].id] = true;
			total++;
		}
	}
	assert_int_equal(total, 255);
	assert_true(packets >= 10 && packets <= 11);
	assert_int_equal(next(&h, 255), 0);
}

static void tx_changed_only(void **state)
{
	struct hello h;

	rx_begin();
	make_groups();
	hello_tx_init(&tx);
	hello_tx_mark(&tx, 9);
	hello_tx_begin(&tx, HELLO_SCOPE_CHANGED);
	assert_true(next(&h, 255));
	assert_int_equal(h.n_groups, 1);
	assert_int_equal(h.groups[0].id, 9);
	assert_int_equal(next(&h, 255), 0);
	hello_tx_begin(&tx, HELLO_SCOPE_CHANGED);
	assert_int_equal(next(&h, 255), 0);
	/* Without any group a round is still one sign of life. */
	hello_tx_begin(&tx, HELLO_SCOPE_ALL);
	assert_true(next(&h, 0));
	assert_int_equal(h.n_groups, 0);
	assert_int_equal(next(&h, 0), 0);
	/* A mark of a group that is not there any more hurts nobody. */
	hello_tx_mark(&tx, 200);
	hello_tx_begin(&tx, HELLO_SCOPE_CHANGED);
	assert_int_equal(next(&h, 10), 0);
}

static void tx_echo(void **state)
{
	struct hello h = sample(), out;

	rx_begin();
	make_groups();
	hello_tx_init(&tx);
	hello_tx_begin(&tx, HELLO_SCOPE_ALL);
	assert_true(next(&out, 1));
	assert_int_equal(out.peer_nonce, 0);
	assert_int_equal(heard(&h), HELLO_OK);
	hello_tx_begin(&tx, HELLO_SCOPE_ALL);
	assert_true(next(&out, 1));
	assert_int_equal(out.peer_system, PEER);
	assert_int_equal(out.peer_nonce, NPEER);
	/* A peer that is silent is not echoed: that is how it learns it. */
	now += 300;
	hello_tx_begin(&tx, HELLO_SCOPE_ALL);
	assert_true(next(&out, 1));
	assert_int_equal(out.peer_system, 0);
	assert_int_equal(out.peer_nonce, 0);
}

/* A buffer that is too small is an error, not an endless round. */
static void tx_small_buffer(void **state)
{
	rx_begin();
	make_groups();
	hello_tx_init(&tx);
	hello_tx_begin(&tx, HELLO_SCOPE_ALL);
	assert_int_equal(hello_tx_next(&tx, &local, &rx, mono_from_ms(now),
				       HELLO_TYPE_HELLO, groups, 1, buf, 90),
			 -EMSGSIZE);
}

static void helpers(void **state)
{
	uint8_t a[16] = { 1 }, c[16] = { 2 };
	struct rg_epoch x = { 1, 9 }, y = { 2, 1 }, z = { 2, 2 };
	unsigned int i;

	assert_int_equal(hello_detect_ms(1000, 100), 1000);
	assert_int_equal(hello_detect_ms(100, 100), 300);
	assert_int_equal(hello_detect_ms(1, UINT32_MAX), UINT32_MAX);
	assert_true(hello_addr_higher(c, a, 1, 2));
	assert_false(hello_addr_higher(a, c, 2, 1));
	assert_true(hello_addr_higher(a, a, 2, 1));
	assert_false(hello_addr_higher(a, a, 1, 2));
	assert_true(rg_epoch_cmp(&x, &y) < 0);
	assert_true(rg_epoch_cmp(&z, &y) > 0);
	assert_int_equal(rg_epoch_cmp(&z, &z), 0);
	for (i = 0; i < HELLO_VERDICTS; i++)
		assert_string_not_equal(hello_verdict_name(i), "?");
	assert_string_equal(hello_verdict_name(HELLO_VERDICTS), "?");
	assert_string_equal(rg_rf_name(RG_RF_STANDBY_COLD_BULK),
			    "STANDBY COLD-BULK");
	assert_string_equal(rg_role_word(RG_ROLE_STANDBY), "Standby");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(lengths),
		cmocka_unit_test(values),
		cmocka_unit_test(encode_refuses),
		cmocka_unit_test(bit_flips),
		cmocka_unit_test(rx_verdicts),
		cmocka_unit_test(rx_replay),
		cmocka_unit_test(rx_restart),
		cmocka_unit_test(rx_returns),
		cmocka_unit_test(rx_silent),
		cmocka_unit_test(rx_answer),
		cmocka_unit_test(tx_spread),
		cmocka_unit_test(tx_changed_only),
		cmocka_unit_test(tx_echo),
		cmocka_unit_test(tx_small_buffer),
		cmocka_unit_test(helpers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
