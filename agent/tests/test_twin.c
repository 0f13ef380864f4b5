// SPDX-License-Identifier: GPL-2.0-or-later
/* Twins: the packet, who is believed, and what follows when probes end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "core/twin.h"

#define HELLO	100
#define HOLD	300

/* Of the secret alone, and of what it signs a little. */
static bool simple_mac(enum hello_auth_type type, const struct hello_key *key, const uint8_t *buf,
		       size_t len, uint8_t out[HELLO_MAC_MAX])
{
	uint8_t sum = key->secret[0];

	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum * 31 + buf[i]);
	memset(out, sum, hello_mac_len(type));
	return true;
}

/* A is the one that is looked at, B its peer: each with whom its hellos come from. */
static struct hello_ring ring;
static struct hello_local a, b;
static struct hello_rx a_rx, b_rx;
static struct twin t;
static uint64_t seq;
static int64_t ms;

static mono_t now(void)
{
	return mono_from_ms(ms);
}

static struct hello_local router(uint64_t system, uint64_t nonce)
{
	return (struct hello_local){
		.domain = 71, .protocol = 1, .system = system, .nonce = nonce,
		.hello_ms = HELLO, .hold_ms = HOLD, .ring = &ring, .wall = 5,
	};
}

static int begin(void **state)
{
	(void)state;
	ms = 1000;
	seq = 0;
	memset(&ring, 0, sizeof(ring));
	a = router(1, 11);
	b = router(2, 22);
	a_rx = (struct hello_rx){ .system = 2, .nonce = 22 };
	b_rx = (struct hello_rx){ .system = 1, .nonce = 11 };
	memset(&t, 0, sizeof(t));
	twin_tick(&t, true, now());
	return 0;
}

static void with_key(uint8_t secret)
{
	ring = (struct hello_ring){
		.mac = simple_mac, .type = HELLO_AUTH_SHA256, .n = 1,
		.key = { { .id = 7, .len = 1, .secret = { secret }, .accept = { 0, 10 },
			   .send = { 0, 10 } } },
	};
}

static struct twin_packet packet(enum twin_type type)
{
	return (struct twin_packet){ .type = type, .seq = ++seq, .rii = 40,
				     .state = TWIN_HEARD };
}

/* As B would send it. */
static int wire(struct twin_packet p, uint8_t buf[TWIN_MAX_BYTES])
{
	int len = twin_write(&p, &b, &b_rx, now(), buf, TWIN_MAX_BYTES);

	assert_true(len > 0);
	return len;
}

static enum hello_verdict receive(enum twin_type type, const uint8_t *buf, int len)
{
	struct twin_packet p;

	return twin_read(&a, &a_rx, type, now(), buf, (size_t)len, &p);
}

/* ------------------------------------------------------------------ the packet */

static void test_layout(void **state)
{
	static const uint8_t want[TWIN_HEADER_BYTES] = {
		'N', 'F', 'R', 'T', 1, 1, 71, 1, 0, 68, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 22,
		0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1,
		0, 0, 0, 0, 0, 0, 0, 11, 0, 0, 0, 100, 0, 40, 1, 0, 0, 0,
	};
	uint8_t buf[TWIN_MAX_BYTES];

	(void)state;
	assert_int_equal(wire(packet(TWIN_PROBE), buf), TWIN_HEADER_BYTES);
	assert_memory_equal(buf, want, sizeof(want));
}

static void test_round_trip(void **state)
{
	struct twin_packet p = packet(TWIN_REPORT), q;
	uint8_t buf[TWIN_MAX_BYTES], again[TWIN_MAX_BYTES];
	int len;

	(void)state;
	with_key('k');
	p.n = NEIGHS_MAX;
	for (uint32_t i = 0; i < p.n; i++)
		p.neigh[i] = (struct rg_addr){ .family = i % 2 ? RG_V6 : RG_V4,
					       .b = { (uint8_t)(10 + i) } };
	p.result = TWIN_NONE;
	memcpy(p.mac, "\x02\0\0\0\0\x01", 6);
	len = wire(p, buf);
	assert_int_equal(twin_decode(buf, (size_t)len, &q), HELLO_OK);
	assert_int_equal(q.n, NEIGHS_MAX);
	assert_int_equal(q.result, TWIN_NONE);
	assert_memory_equal(q.neigh, p.neigh, sizeof(p.neigh));
	assert_memory_equal(q.mac, p.mac, 6);
	assert_int_equal(twin_encode(&q, again, sizeof(again)), len);
	assert_memory_equal(again, buf, (size_t)len);
	for (int cut = 0; cut < len; cut++)
		assert_int_not_equal(twin_decode(buf, (size_t)cut, &q), HELLO_OK);
	assert_int_equal(twin_encode(&q, again, (size_t)len), len);
	assert_int_equal(twin_encode(&q, again, (size_t)len - 1), -EMSGSIZE);
}

static enum hello_verdict altered(size_t at, uint8_t value)
{
	uint8_t buf[TWIN_MAX_BYTES];
	struct twin_packet p;
	int len = wire(packet(TWIN_PROBE), buf);

	buf[at] = value;
	return twin_decode(buf, (size_t)len, &p);
}

static void test_refused(void **state)
{
	uint8_t buf[TWIN_MAX_BYTES + 1] = { 0 };
	struct twin_packet p = packet(TWIN_PROBE);
	int len = wire(p, buf);

	(void)state;
	assert_int_equal(altered(0, 'X'), HELLO_BAD_MAGIC);
	assert_int_equal(altered(4, 2), HELLO_BAD_VERSION);
	assert_int_equal(altered(5, 0), HELLO_BAD_VALUE);
	assert_int_equal(altered(5, 3), HELLO_BAD_VALUE);
	assert_int_equal(altered(7, 9), HELLO_BAD_VALUE);
	assert_int_equal(altered(9, 69), HELLO_BAD_LENGTH);
	assert_int_equal(altered(19, 0), HELLO_BAD_VALUE);
	assert_int_equal(altered(57, 0), HELLO_BAD_VALUE);
	assert_int_equal(altered(58, TWIN_STATES), HELLO_BAD_VALUE);
	assert_int_equal(altered(59, TWIN_RESULTS), HELLO_BAD_VALUE);
	assert_int_equal(altered(60, NEIGHS_MAX + 1), HELLO_BAD_VALUE);
	assert_int_equal(altered(61, 1), HELLO_BAD_VALUE);
	assert_int_equal(twin_decode(buf, (size_t)len + 1, &p), HELLO_BAD_LENGTH);
	/* a probe never tells who is on the LAN */
	p = packet(TWIN_PROBE);
	p.n = 1;
	p.neigh[0].family = RG_V4;
	assert_int_equal(twin_write(&p, &b, &b_rx, now(), buf, sizeof(buf)), -EINVAL);
}

static void test_ours(void **state)
{
	uint8_t buf[TWIN_MAX_BYTES];
	int len = wire(packet(TWIN_PROBE), buf);

	(void)state;
	assert_int_equal(receive(TWIN_PROBE, buf, len), HELLO_OK);
	assert_int_equal(receive(TWIN_REPORT, buf, len), HELLO_BAD_VALUE);
	a.domain = 72;
	assert_int_equal(receive(TWIN_PROBE, buf, len), HELLO_BAD_DOMAIN);
	a = router(1, 11);
	a.protocol = 2;
	assert_int_equal(receive(TWIN_PROBE, buf, len), HELLO_BAD_PROTOCOL);
	a = router(1, 12);
	assert_int_equal(receive(TWIN_PROBE, buf, len), HELLO_BAD_SESSION);
	a = router(2, 22);
	assert_int_equal(receive(TWIN_PROBE, buf, len), HELLO_OWN);
	a = router(2, 23);
	assert_int_equal(receive(TWIN_PROBE, buf, len), HELLO_SAME_SYSTEM);
	a = router(1, 11);
	a_rx.nonce = 23;
	assert_int_equal(receive(TWIN_PROBE, buf, len), HELLO_BAD_SESSION);
	a_rx.system = 3;
	assert_int_equal(receive(TWIN_PROBE, buf, len), HELLO_THIRD_SYSTEM);
	/* before a hello was heard nobody is believed, and nothing is sent */
	memset(&a_rx, 0, sizeof(a_rx));
	assert_int_equal(receive(TWIN_PROBE, buf, len), HELLO_BAD_SESSION);
	struct twin_packet p = packet(TWIN_PROBE);

	assert_int_equal(twin_write(&p, &a, &a_rx, now(), buf, sizeof(buf)), 0);
}

static void test_signed(void **state)
{
	uint8_t buf[TWIN_MAX_BYTES];
	int len;

	(void)state;
	with_key('k');
	len = wire(packet(TWIN_PROBE), buf);
	assert_int_equal(receive(TWIN_PROBE, buf, len), HELLO_OK);
	buf[len - 1] ^= 1;
	assert_int_equal(receive(TWIN_PROBE, buf, len), HELLO_BAD_MAC);
	with_key('l');
	len = wire(packet(TWIN_PROBE), buf);
	with_key('k');
	assert_int_equal(receive(TWIN_PROBE, buf, len), HELLO_BAD_MAC);
	memset(&ring, 0, sizeof(ring));
	len = wire(packet(TWIN_PROBE), buf);
	with_key('k');
	assert_int_equal(receive(TWIN_PROBE, buf, len), HELLO_BAD_AUTH);
}

/* In clear on the control link, and nowhere else. */
static void test_text(void **state)
{
	static const struct hello_auth text = { HELLO_AUTH_TEXT, 6, "secret" };
	uint8_t buf[TWIN_MAX_BYTES];
	int len;

	(void)state;
	a.auth = text;
	b.auth = text;
	len = wire(packet(TWIN_PROBE), buf);
	assert_int_equal(len, TWIN_HEADER_BYTES);
	assert_int_equal(receive(TWIN_PROBE, buf, len), HELLO_OK);
	len = wire(packet(TWIN_REPORT), buf);
	assert_memory_equal(buf + TWIN_HEADER_BYTES, "secret", 6);
	assert_int_equal(receive(TWIN_REPORT, buf, len), HELLO_OK);
	a.auth.data[0] = 'x';
	assert_int_equal(receive(TWIN_REPORT, buf, len), HELLO_BAD_AUTH);
}

static void test_replay(void **state)
{
	struct twin_packet p = packet(TWIN_PROBE), q = packet(TWIN_REPORT);

	(void)state;
	p.nonce = 22;
	q.nonce = 22;
	assert_true(twin_new(&t, &q));
	/* overtaken by the report, on another way */
	assert_true(twin_new(&t, &p));
	assert_false(twin_new(&t, &p));
	assert_false(twin_new(&t, &q));
	p.seq = 9;
	assert_true(twin_new(&t, &p));
	p.seq = 8;
	assert_false(twin_new(&t, &p));
	/* another life counts anew */
	p.nonce = 23;
	p.seq = 1;
	assert_true(twin_new(&t, &p));
}

static void test_mac(void **state)
{
	uint8_t mac[6];

	(void)state;
	twin_mac(71, 0x1234, mac);
	assert_memory_equal(mac, "\x03\x52\x47\0\x12\x34", 6);
}

/* ----------------------------------------------------------------- the machine */

static void report(enum twin_state s, enum twin_result r)
{
	struct twin_packet p = packet(TWIN_REPORT);

	p.state = s;
	p.result = r;
	p.interval_ms = HELLO;
	p.nonce = 22;
	assert_true(twin_new(&t, &p));
	twin_report(&t, &p, HOLD, now());
}

/* So many hello intervals, in which the peer says what it said. */
static void rounds(int n, bool probes, enum twin_state s, enum twin_result r)
{
	for (int i = 0; i < n; i++) {
		ms += HELLO;
		if (probes)
			twin_probe(&t, now());
		report(s, r);
		twin_tick(&t, true, now());
	}
}

static void whole(void)
{
	rounds(5, true, TWIN_HEARD, TWIN_NOT_SEARCHED);
}

/* Searches as soon as it wants to, and finds somebody or not. */
static void search(bool some)
{
	assert_true(twin_wants_search(&t, now()));
	t.searching = true;
	assert_false(twin_wants_search(&t, now()));
	twin_answer(&t, some, now());
}

static void test_lost(void **state)
{
	(void)state;
	whole();
	assert_int_equal(t.state, TWIN_HEARD);
	assert_false(t.broken);
	rounds(2, false, TWIN_HEARD, TWIN_NOT_SEARCHED);
	assert_int_equal(t.state, TWIN_HEARD);
	rounds(1, false, TWIN_HEARD, TWIN_NOT_SEARCHED);
	assert_int_equal(t.state, TWIN_LOST);
	assert_true(t.broken);
	assert_false(twin_reachable(&t, now()));
	twin_probe(&t, now());
	assert_int_equal(t.state, TWIN_HEARD);
	assert_false(t.broken);
	assert_true(twin_reachable(&t, now()));
}

/* Nobody who is not known to probe is missed. */
static void test_never_heard(void **state)
{
	(void)state;
	rounds(50, false, TWIN_UNKNOWN, TWIN_NOT_SEARCHED);
	assert_int_equal(t.state, TWIN_UNKNOWN);
	assert_false(t.broken);
	assert_true(twin_reachable(&t, now()));
}

/* Hellos and probes of a dead peer end together: no twin is lost, however late we look. */
static void test_peer_dies(void **state)
{
	(void)state;
	whole();
	for (int i = 0; i < 100; i++) {
		ms += HELLO;
		twin_tick(&t, true, now());
		assert_int_equal(t.state, TWIN_HEARD);
		assert_false(t.broken);
	}
	/* back, by a report that comes before a probe */
	report(TWIN_HEARD, TWIN_NOT_SEARCHED);
	assert_int_equal(t.state, TWIN_HEARD);
	assert_false(t.broken);
}

/* What the peer cannot confirm is no fault, and takes no tracked RII down. */
static void test_control_dies(void **state)
{
	(void)state;
	whole();
	rounds(3, false, TWIN_HEARD, TWIN_SOME);
	search(false);
	report(TWIN_LOST, TWIN_SOME);
	assert_true(t.cut);
	ms += HOLD;
	twin_tick(&t, true, now());
	assert_false(t.broken);
	assert_false(t.cut);
	assert_int_equal(t.state, TWIN_LOST);
	assert_true(twin_reachable(&t, now()));
	/* and when it is back it is a fault as soon as probes had time to come */
	report(TWIN_LOST, TWIN_NOT_SEARCHED);
	assert_false(t.broken);
	rounds(3, false, TWIN_LOST, TWIN_NOT_SEARCHED);
	assert_true(t.broken);
}

static void test_one_way(void **state)
{
	(void)state;
	whole();
	rounds(1, true, TWIN_LOST, TWIN_NOT_SEARCHED);
	assert_int_equal(t.state, TWIN_HEARD);
	assert_true(t.broken);
	assert_true(twin_reachable(&t, now()));
	rounds(1, true, TWIN_HEARD, TWIN_NOT_SEARCHED);
	assert_false(t.broken);
}

static void test_interface_down(void **state)
{
	(void)state;
	whole();
	assert_int_equal(twin_own_state(&t), TWIN_HEARD);
	twin_tick(&t, false, now());
	assert_int_equal(twin_own_state(&t), TWIN_DOWN);
	for (int i = 0; i < 10; i++) {
		ms += HELLO;
		report(TWIN_LOST, TWIN_NOT_SEARCHED);
		twin_tick(&t, false, now());
		assert_false(t.broken);
	}
	/* it is up, and both have the detection time to hear each other */
	twin_tick(&t, true, now());
	rounds(2, false, TWIN_LOST, TWIN_NOT_SEARCHED);
	assert_false(t.broken);
	rounds(1, false, TWIN_LOST, TWIN_NOT_SEARCHED);
	assert_true(t.broken);
}

static void test_peer_interface_down(void **state)
{
	(void)state;
	whole();
	rounds(10, false, TWIN_DOWN, TWIN_NOT_SEARCHED);
	assert_int_equal(t.state, TWIN_LOST);
	assert_false(t.broken);
	assert_false(twin_reachable(&t, now()));
	rounds(3, false, TWIN_LOST, TWIN_NOT_SEARCHED);
	assert_false(t.broken);
	rounds(1, false, TWIN_LOST, TWIN_NOT_SEARCHED);
	assert_true(t.broken);
}

/* Rule 9 (g), all cells: who decrements by what is found here and there. */
static void test_decrement(void **state)
{
	static const struct {
		bool here;
		enum twin_result there;
		bool cut;
	} cell[] = {
		{ false, TWIN_NOT_SEARCHED, false }, { true, TWIN_NOT_SEARCHED, false },
		{ false, TWIN_NONE, false },	     { true, TWIN_NONE, false },
		{ false, TWIN_SOME, true },	     { true, TWIN_SOME, false },
	};

	for (size_t i = 0; i < sizeof(cell) / sizeof(cell[0]); i++) {
		begin(state);
		whole();
		rounds(3, false, TWIN_LOST, cell[i].there);
		assert_true(t.broken);
		assert_false(t.cut);
		search(cell[i].here);
		assert_int_equal(t.cut, cell[i].cut);
		twin_probe(&t, now());
		report(TWIN_HEARD, TWIN_NOT_SEARCHED);
		assert_false(t.cut);
		assert_int_equal(t.result, TWIN_NOT_SEARCHED);
	}
}

static void test_search_again(void **state)
{
	(void)state;
	whole();
	assert_false(twin_wants_search(&t, now()));
	rounds(3, false, TWIN_LOST, TWIN_SOME);
	search(false);
	assert_true(t.cut);
	assert_false(twin_wants_search(&t, now()));
	rounds(TWIN_SEARCH_AGAIN_MS / HELLO - 1, false, TWIN_LOST, TWIN_SOME);
	assert_false(twin_wants_search(&t, now()));
	rounds(1, false, TWIN_LOST, TWIN_SOME);
	/* the decrement stays while they are asked anew */
	assert_true(t.cut);
	search(true);
	assert_false(t.cut);
	/* an answer after the end of the fault is none */
	rounds(TWIN_SEARCH_AGAIN_MS / HELLO, false, TWIN_LOST, TWIN_SOME);
	t.searching = true;
	twin_probe(&t, now());
	report(TWIN_HEARD, TWIN_NOT_SEARCHED);
	twin_answer(&t, false, now());
	assert_int_equal(t.result, TWIN_NOT_SEARCHED);
}

/* The list of the peer is the one from before the fault. */
static void test_their_neighbours(void **state)
{
	struct twin_packet p = packet(TWIN_REPORT);

	(void)state;
	whole();
	p.interval_ms = HELLO;
	p.n = 1;
	p.neigh[0] = (struct rg_addr){ .family = RG_V4, .b = { 10, 0, 0, 9 } };
	twin_report(&t, &p, HOLD, now());
	assert_int_equal(t.n_theirs, 1);
	p.n = 0;
	twin_report(&t, &p, HOLD, now());
	assert_int_equal(t.n_theirs, 1);
	rounds(3, false, TWIN_LOST, TWIN_NOT_SEARCHED);
	p.n = 1;
	p.neigh[0].b[3] = 1;
	twin_report(&t, &p, HOLD, now());
	assert_int_equal(t.theirs[0].b[3], 9);
}

/* ---------------------------------------------------------------- the neighbours */

static struct neigh neigh(uint8_t last, bool valid, uint64_t age_ms)
{
	return (struct neigh){ .addr = { .family = RG_V4, .b = { 10, 0, 0, last } },
			       .valid = valid, .age_ms = age_ms };
}

static void test_neighs(void **state)
{
	struct neighs l = { 0 };
	struct neigh e;

	(void)state;
	e = neigh(1, false, 10);
	neighs_add(&l, &e);
	for (uint8_t i = 2; i < 2 + NEIGHS_MAX; i++) {
		e = neigh(i, true, 1000 * i);
		neighs_add(&l, &e);
	}
	/* what is not valid had to go, though it is the youngest */
	assert_int_equal(l.n, NEIGHS_MAX);
	assert_int_equal(l.v[0].addr.b[3], 2);
	assert_int_equal(l.v[NEIGHS_MAX - 1].addr.b[3], 1 + NEIGHS_MAX);
	e = neigh(100, true, 2500);
	neighs_add(&l, &e);
	assert_int_equal(l.v[1].addr.b[3], 100);
	assert_int_equal(l.v[NEIGHS_MAX - 1].addr.b[3], NEIGHS_MAX);
	e = neigh(101, true, 60000);
	neighs_add(&l, &e);
	assert_false(neighs_has(&l, &e.addr));
	memset(&l, 0, sizeof(l));
	e = neigh(1, true, NEIGHS_AGE_MS + 1);
	neighs_add(&l, &e);
	assert_int_equal(l.n, 0);
	e = neigh(1, true, NEIGHS_AGE_MS);
	neighs_add(&l, &e);
	assert_true(neighs_has(&l, &e.addr));
}

#define T(f) cmocka_unit_test_setup(f, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_layout), T(test_round_trip), T(test_refused), T(test_ours),
		T(test_signed), T(test_text), T(test_replay), T(test_mac),
		T(test_lost), T(test_never_heard), T(test_peer_dies), T(test_control_dies),
		T(test_one_way), T(test_interface_down), T(test_peer_interface_down),
		T(test_decrement), T(test_search_again), T(test_their_neighbours),
		T(test_neighs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
