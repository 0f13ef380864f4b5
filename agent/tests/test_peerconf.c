// SPDX-License-Identifier: GPL-2.0-or-later
/* Is the configuration the same on both routers: the list, the comparison, when who is asked. */
#include "conf_util.h"

#include "core/frame.h"
#include "core/peerconf.h"
#include "io/digest.h"

/* A router; what of it differs from the other one stands in the places of %s. */
#define ROUTER \
	IN_GROUP "priority 120\nexit\nexit\nexit\n" \
	"%s\n" \
	"interface lan0\nredundancy rii 40\nredundancy group 1 ip 10.0.0.254 exclusive\n" \
	"interface wan0\nip nat outside\nredundancy rii 200\n" \
	"redundancy group 1 ip 192.0.2.254 exclusive\n" \
	"ip nat pool P4 192.0.2.100 192.0.2.103 netmask 255.255.255.0\n" \
	"ip nat pool P5 192.0.2.110 192.0.2.113 netmask 255.255.255.0\n" \
	"ip access-list standard L4\npermit 10.0.0.0 0.0.0.255\n" \
	"ip access-list standard L5\npermit 10.5.0.0 0.0.0.255\n" \
	"ip nat inside source list L4 pool P4 redundancy 1 mapping-id 10 overload\n" \
	"ip nat inside source list L5 pool P5 redundancy 1 mapping-id 20 overload\n" \
	"%s\n"

struct router {
	struct parsed p;
	uint64_t digest;
	uint8_t list[PEERCONF_BYTES_MAX];
	int len;
};

static struct router a, b;
static struct peerconf_result res;

static void encode(struct router *r)
{
	assert_int_equal(digest_group(&r->p.c, 1, &r->digest), 0);
	r->len = peerconf_encode(&r->p.c, 1, r->digest, r->list, sizeof(r->list));
	assert_true(r->len > FRAME_CONFIG_MIN);
}

static void make(struct router *r, const char *first, const char *last)
{
	static char text[8192];

	snprintf(text, sizeof(text), ROUTER, first, last);
	parse_n(&r->p, text, strlen(text));
	if (r->p.err)
		fail_msg("%s", r->p.findings);
	encode(r);
}

static void compare(void)
{
	uint64_t digest = 0;

	assert_int_equal(peerconf_compare(a.list, a.len, b.list, b.len, &digest, &res), 0);
	assert_int_equal(digest, b.digest);
	/* The digest of the hellos and the list say the same. */
	assert_int_equal(!res.n, a.digest == b.digest);
}

static void differ(const char *last)
{
	make(&a, "", "");
	make(&b, "", last);
	compare();
}

static void is_diff(uint32_t i, enum peerconf_kind kind, uint32_t id, enum peerconf_where where)
{
	assert_true(i < res.n_diffs);
	assert_int_equal(res.diff[i].kind, kind);
	assert_int_equal(res.diff[i].id, id);
	assert_int_equal(res.diff[i].where, where);
}

static void is_field(uint32_t i, const char *field, const char *here, const char *there)
{
	assert_int_equal(res.diff[i].where, PEERCONF_BOTH);
	assert_string_equal(peerconf_field_name(res.diff[i].kind, res.diff[i].field), field);
	assert_string_equal(res.diff[i].here, here);
	assert_string_equal(res.diff[i].there, there);
}

/* Names of lists, pools and interfaces, and what is one router's own, may differ. */
static void equal(void **state)
{
	differ("");
	assert_int_equal(res.n, 0);
	assert_false(res.maps);
	differ(IN_GROUP "priority 50\npreempt\nexit\n");
	assert_int_equal(res.n, 0);
	differ("ip access-list standard OTHER\npermit 10.5.0.0 0.0.0.255\n"
	       "no ip nat inside source list L5 pool P5 redundancy 1 mapping-id 20 overload\n"
	       "no ip nat pool P5\n"
	       "ip nat pool PX 192.0.2.110 192.0.2.113 netmask 255.255.255.0\n"
	       "ip nat inside source list OTHER pool PX redundancy 1 mapping-id 20 overload\n");
	assert_int_equal(res.n, 0);
}

static void list_differs(void **state)
{
	differ("ip access-list standard L5\ndeny any\n");
	assert_int_equal(res.n, 1);
	is_diff(0, PEERCONF_MAP, 20, PEERCONF_BOTH);
	is_field(0, "access-list", "permit 10.5.0.0/24", "permit 10.5.0.0/24, deny any");
	assert_true(res.maps);
	assert_int_equal(res.n_stopped, 1);
	assert_true(peerconf_stops(&res, 20));
	assert_false(peerconf_stops(&res, 10));
}

static void other_fields(void **state)
{
	differ("no ip nat inside source list L5 pool P5 redundancy 1 mapping-id 20 overload\n"
	       "ip nat pool PX 192.0.2.104 192.0.2.105 netmask 255.255.255.0\n"
	       "ip nat inside source list L5 pool PX redundancy 1 mapping-id 20 overload\n");
	assert_int_equal(res.n, 1);
	is_field(0, "pool", "192.0.2.110-192.0.2.113/24", "192.0.2.104-192.0.2.105/24");
	assert_int_equal(res.n_stopped, 1);
	make(&b, "", "");
	b.p.c.map[0].overload = false;
	encode(&b);
	compare();
	assert_int_equal(res.n, 1);
	is_field(0, "rule", "overload", "one to one");
	/* Of all mappings. */
	differ("ip nat switchover replication http\n");
	assert_int_equal(res.n, 2);
	is_field(0, "replication", "without http", "all");
	assert_int_equal(res.n_stopped, 2);
	differ("ip nat switchover replication mapping-id 10 tcp port 5001 older-than 3000\n"
	       "ip nat switchover replication udp assured\n");
	assert_int_equal(res.n, 2);
	is_diff(0, PEERCONF_MAP, 10, PEERCONF_BOTH);
	is_field(0, "replication", "without http",
		 "without http, protocol 6 port 5001-5001 age 3000, all: protocol 17 assured");
}

/* A mapping that one side does not have stops where it is; an interface stops nothing. */
static void missing(void **state)
{
	differ("no ip nat inside source list L4 pool P4 redundancy 1 mapping-id 10 overload\n");
	is_diff(0, PEERCONF_MAP, 10, PEERCONF_HERE);
	assert_true(peerconf_stops(&res, 10));
	differ("ip nat pool P6 192.0.2.120 192.0.2.121 netmask 255.255.255.0\n"
	       "ip access-list standard L6\npermit 10.6.0.0 0.0.0.255\n"
	       "ip nat inside source list L6 pool P6 redundancy 1 mapping-id 30 overload\n");
	is_diff(0, PEERCONF_MAP, 30, PEERCONF_THERE);
	assert_true(res.maps);
	assert_int_equal(res.n_stopped, 0);
	differ("interface lan0\nno redundancy rii 40\n"
	       "redundancy rii 41\nredundancy group 1 ip 10.0.0.254 exclusive\n");
	assert_int_equal(res.n, 2);
	is_diff(0, PEERCONF_IF, 40, PEERCONF_HERE);
	is_diff(1, PEERCONF_IF, 41, PEERCONF_THERE);
	assert_false(res.maps);
	assert_int_equal(res.n_stopped, 0);
	differ("interface wan0\nip nat inside\nredundancy vmac\n");
	assert_int_equal(res.n, 2);
	is_field(0, "nat", "outside", "inside");
	is_field(1, "vmac", "none", "02:52:47:01:00:c8");
}

/* What has no room in a field ends in a hash of all of it. */
static void long_texts(void **state)
{
	static char many[2][2048];
	int i, k;

	for (k = 0; k < 2; k++) {
		int at = sprintf(many[k], "ip access-list standard L5\n");

		for (i = 0; i < 30; i++)
			at += sprintf(many[k] + at, "permit 10.%d.0.0 0.0.0.255\n",
				      i == 29 ? 100 + k : 50 + i);
	}
	make(&a, "", many[0]);
	make(&b, "", many[0]);
	compare();
	assert_int_equal(res.n, 0);
	make(&b, "", many[1]);
	compare();
	assert_int_equal(res.n, 1);
	assert_int_equal(strlen(res.diff[0].here), PEERCONF_TEXT_MAX);
	assert_int_equal(strlen(res.diff[0].there), PEERCONF_TEXT_MAX);
	assert_non_null(strstr(res.diff[0].here, "...#"));
	assert_string_not_equal(res.diff[0].here, res.diff[0].there);
}

/* The largest configuration there is fits into a frame; beyond what is named is counted. */
static void largest(void **state)
{
	static struct conf c, d;
	uint64_t digest;
	uint32_t i, k;

	c = a.p.c;
	c.n_maps = CONF_MAX_MAPS;
	c.n_ifs = CONF_MAX_IFS;
	c.n_acls = 1;
	c.n_repls = CONF_MAX_REPLS;
	strcpy(c.acl[0].name, "L");
	c.acl[0].n_aces = CONF_MAX_ACES;
	for (i = 0; i < CONF_MAX_ACES; i++)
		c.acl[0].ace[i].src = (struct rg_prefix){ { RG_V6, { 0x20, i } }, 64 };
	for (i = 0; i < CONF_MAX_REPLS; i++)
		c.repl[i] = (struct conf_repl){ .l4 = 6, .from = i + 1, .to = i + 1 };
	for (i = 0; i < CONF_MAX_MAPS; i++)
		c.map[i] = (struct conf_map){ .id = i + 1, .acl = "L", .group = { .id = 1 } };
	for (i = 0; i < CONF_MAX_IFS; i++) {
		struct conf_if *f = &c.iface[i];

		memset(f, 0, sizeof(*f));
		f->rii = i + 1;
		f->in_group = true;
		f->group.id = 1;
		f->n_vips = CONF_MAX_VIPS;
		for (k = 0; k < CONF_MAX_VIPS; k++)
			f->vip[k].addr = (struct rg_addr){ RG_V6, { 0xfd, k, i } };
	}
	a.len = peerconf_encode(&c, 1, 7, a.list, sizeof(a.list));
	assert_true(a.len > 29000);
	assert_int_equal(peerconf_encode(&c, 1, 7, b.list, a.len - 1), -EMSGSIZE);
	d = c;
	d.n_maps = 0;
	b.len = peerconf_encode(&d, 1, 8, b.list, sizeof(b.list));
	assert_int_equal(peerconf_compare(a.list, a.len, b.list, b.len, &digest, &res), 0);
	assert_int_equal(res.n, CONF_MAX_MAPS);
	assert_int_equal(res.n_diffs, PEERCONF_DIFFS_MAX);
	assert_int_equal(res.n_stopped, CONF_MAX_MAPS);
}

/* Cut, too long, out of order, twice, of no kind, unprintable: nothing of it counts. */
static void malformed(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} bad[] = {
		{ 8, 1 },	/* more items than there can be */
		{ 9, 5 },	/* more items than there are */
		{ 9, 1 },	/* bytes behind the last one */
		{ 10, 0 }, { 10, 2 }, { 10, 9 },	/* kind */
		{ 11, 3 },	/* fields */
		{ 15, 0 }, { 15, 21 },	/* ID: none, not rising */
		{ 16, 0 }, { 16, 81 }, { 16, 255 },	/* length of a field */
		{ 17, '\n' }, { 17, 0x7f }, { 17, 0 },	/* its text */
	};
	uint64_t digest;

	make(&a, "", "");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		make(&b, "", "");
		b.list[bad[i].at] = bad[i].value;
		if (!peerconf_compare(a.list, a.len, b.list, b.len, &digest, &res))
			fail_msg("row %zu", i);
	}
	make(&b, "", "");
	for (int len = 0; len < b.len; len++)
		assert_int_equal(peerconf_compare(a.list, a.len, b.list, len, &digest, &res),
				 -EBADMSG);
	memcpy(b.list + b.len, "x", 1);
	assert_int_equal(peerconf_compare(a.list, a.len, b.list, b.len + 1, &digest, &res),
			 -EBADMSG);
}

/* ------------------------------------------------------------- the machine */

static struct peerconf m;
static struct peerconf_actions out;
static int64_t now;

static void run(struct peerconf_event ev)
{
	ev.own_list = a.list;
	ev.own_len = (size_t)a.len;
	peerconf_step(&m, &ev, mono_from_ms(now), &out);
}

static void digests(uint64_t own, uint64_t peer)
{
	run((struct peerconf_event){ .type = PEERCONF_EV_OWN, .digest = own });
	run((struct peerconf_event){ .type = PEERCONF_EV_HEARD, .digest = peer });
}

static void link_up(bool speaks)
{
	struct peerconf_event ev = { .type = PEERCONF_EV_LINK };

	ev.link.up = true;
	ev.link.speaks = speaks;
	run(ev);
}

static void listed_as(bool receiver)
{
	struct peerconf_event ev = { .type = PEERCONF_EV_LIST, .receiver = receiver };

	ev.list.data = b.list;
	ev.list.len = (size_t)b.len;
	run(ev);
}

static void listed(void)
{
	listed_as(false);
}

static void asked(bool receiver)
{
	run((struct peerconf_event){ .type = PEERCONF_EV_ASKED, .receiver = receiver,
				     .digest = b.digest });
}

static void tick(void)
{
	run((struct peerconf_event){ .type = PEERCONF_EV_TICK });
}

/* Two routers whose lists differ, and hear of it. */
static void begin(void)
{
	now = 1000000;
	peerconf_init(&m);
	make(&a, "", "");
	make(&b, "", "ip access-list standard L5\ndeny any\n");
	digests(a.digest, b.digest);
	assert_false(out.ask || out.answer || out.changed);
	link_up(true);
}

static void asks_once(void **state)
{
	begin();
	assert_true(out.ask);
	assert_int_equal(out.deadline.ns, mono_from_ms(now + PEERCONF_ASK_MS).ns);
	run((struct peerconf_event){ .type = PEERCONF_EV_HEARD, .digest = b.digest });
	assert_false(out.ask);
	/* No answer comes. */
	now += PEERCONF_ASK_MS;
	tick();
	assert_true(out.ask);
	assert_int_equal(m.counters[PEERCONF_N_UNANSWERED], 1);
	listed();
	assert_true(out.changed);
	assert_true(m.known);
	assert_int_equal(m.result.n_stopped, 1);
	/* It is known now, and nothing more is said. */
	now += 10 * PEERCONF_ASK_MS;
	digests(a.digest, b.digest);
	assert_false(out.ask || out.changed);
	assert_true(mono_is_never(out.deadline));
}

static void mended(void **state)
{
	begin();
	listed();
	assert_int_equal(m.result.n, 1);
	run((struct peerconf_event){ .type = PEERCONF_EV_HEARD, .digest = a.digest });
	assert_true(out.changed);
	assert_false(out.ask);
	assert_int_equal(m.result.n, 0);
	run((struct peerconf_event){ .type = PEERCONF_EV_HEARD, .digest = a.digest });
	assert_false(out.changed);
	/* The same difference once more is not known any more. */
	now += PEERCONF_ASK_MS;
	run((struct peerconf_event){ .type = PEERCONF_EV_HEARD, .digest = b.digest });
	assert_true(out.ask);
	listed();
	assert_int_equal(m.result.n_stopped, 1);
	/* What is known stays while the peer is away. */
	begin();
	listed();
	run((struct peerconf_event){ .type = PEERCONF_EV_LINK });
	assert_false(out.changed);
	assert_int_equal(m.result.n_stopped, 1);
	link_up(true);
	assert_false(out.ask);
}

/* Equal from the start: known, nobody asks. */
static void equal_digests(void **state)
{
	now = 1000000;
	peerconf_init(&m);
	run((struct peerconf_event){ .type = PEERCONF_EV_OWN, .digest = 5 });
	run((struct peerconf_event){ .type = PEERCONF_EV_HEARD, .digest = 5 });
	assert_true(out.changed);
	assert_true(m.known);
	link_up(true);
	assert_false(out.ask || out.changed);
	/* A peer that does not compute one is not judged. */
	run((struct peerconf_event){ .type = PEERCONF_EV_HEARD, .digest = 0 });
	assert_false(out.ask || out.changed);
}

/* Who receives stops first: it gives its list away when it has compared. */
static void receiver_first(void **state)
{
	begin();
	asked(true);
	assert_false(out.answer);
	listed_as(true);
	assert_true(out.changed && out.answer);
	begin();
	asked(false);
	assert_true(out.answer);
	/* The question comes before the hello: what was equal is not any more. */
	begin();
	listed();
	run((struct peerconf_event){ .type = PEERCONF_EV_HEARD, .digest = a.digest });
	now += PEERCONF_ASK_MS;
	asked(true);
	assert_true(out.ask);
	assert_false(out.answer);
	listed_as(true);
	assert_true(out.changed && out.answer);
}

/* A peer that asks all the time gets its answers in peace. */
static void hurry(void **state)
{
	int answers = 0;

	begin();
	for (int i = 0; i < 1000; i++, now++) {
		asked(false);
		answers += out.answer;
	}
	assert_int_equal(answers, 1);
	assert_int_equal(out.deadline.ns, mono_from_ms(1000000 + PEERCONF_ANSWER_MS).ns);
	tick();
	assert_true(out.answer);
	assert_int_equal(m.counters[PEERCONF_N_HURRIED], 999);
}

static void mad_lists(void **state)
{
	begin();
	listed();
	/* Nobody has asked for more. */
	make(&b, "", "");
	for (int i = 0; i < 100; i++)
		listed();
	assert_int_equal(m.counters[PEERCONF_N_UNASKED], 100);
	assert_int_equal(m.result.n_stopped, 1);
	/* One that cannot be read changes nothing, and is asked for again, later. */
	begin();
	b.len--;
	listed();
	assert_false(out.changed || out.ask || m.known);
	assert_int_equal(m.counters[PEERCONF_N_MALFORMED], 1);
	now += PEERCONF_ASK_MS - 1;
	tick();
	assert_false(out.ask);
	now++;
	tick();
	assert_true(out.ask);
	assert_int_equal(m.counters[PEERCONF_N_UNANSWERED], 0);
	/* Digests that change with every hello, lists of yet another one. */
	begin();
	for (int i = 1; i <= 10000; i++, now++) {
		run((struct peerconf_event){ .type = PEERCONF_EV_HEARD, .digest = 10 + i });
		if (out.ask)
			listed();
	}
	assert_in_range(m.counters[PEERCONF_N_ASKED], 2, 11);
	assert_int_equal(m.counters[PEERCONF_N_COMPARED] + 1, m.counters[PEERCONF_N_ASKED]);
}

/* A version that cannot be asked: as it was before there was a comparison. */
static void older_peer(void **state)
{
	begin();
	listed();
	assert_int_equal(m.result.n_stopped, 1);
	link_up(false);
	assert_true(out.changed);
	assert_int_equal(m.result.n_stopped, 0);
	assert_false(out.ask);
	now += 10 * PEERCONF_ASK_MS;
	tick();
	assert_false(out.ask);
}

static void names(void **state)
{
	for (int i = 0; i < PEERCONF_COUNTERS; i++)
		assert_string_not_equal(peerconf_counter_name(i), "?");
	assert_string_equal(peerconf_counter_name(PEERCONF_COUNTERS), "?");
	assert_string_equal(peerconf_field_name(PEERCONF_MAP, 4), "?");
	assert_string_equal(peerconf_field_name(PEERCONF_IF, 3), "?");
	assert_string_equal(peerconf_kind_name(PEERCONF_IF), "rii");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal),
		cmocka_unit_test(list_differs),
		cmocka_unit_test(other_fields),
		cmocka_unit_test(missing),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(largest),
		cmocka_unit_test(malformed),
		cmocka_unit_test(asks_once),
		cmocka_unit_test(mended),
		cmocka_unit_test(equal_digests),
		cmocka_unit_test(receiver_first),
		cmocka_unit_test(hurry),
		cmocka_unit_test(mad_lists),
		cmocka_unit_test(older_peer),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
