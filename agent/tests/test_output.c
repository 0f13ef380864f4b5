// SPDX-License-Identifier: GPL-2.0-or-later
/* The shapes that operators and their parsers know, and JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <linux/nf_rg.h>

#include "core/output.h"
#include "core/textout.h"

static struct view *v;
static char text[65536];

static void has(const char *s)
{
	assert_non_null(strstr(text, s));
}

static void hasnt(const char *s)
{
	assert_null(strstr(text, s));
}

static struct rg_addr addr(const char *s)
{
	struct rg_addr a;

	assert_int_equal(addr_parse(s, strlen(s), &a), 0);
	return a;
}

/* The group of the Cisco samples that the shapes were taken from. */
static int setup(void **state)
{
	struct view_group *g;
	struct view_if *i;

	v = calloc(1, sizeof(*v));
	if (!v)
		return -1;
	v->n_protocols = 1;
	v->protocol[0] = (struct view_protocol){
		.id = 1, .name = "rg-protocol-1", .hello_ms = 3000,
		.hold_ms = 10000, .bfd = true,
	};
	v->n_groups = 1;
	g = &v->group[0];
	g->id = 1;
	strcpy(g->name, "group1");
	g->oper_up = true;
	g->role = NF_RG_ROLE_STANDBY;
	g->rf = VIEW_RF_STANDBY_HOT;
	g->peer_known = true;
	g->peer_role = NF_RG_ROLE_ACTIVE;
	g->peer_rf = VIEW_RF_ACTIVE;
	g->peer_present = true;
	g->peer_comm = true;
	g->peer_progression = true;
	g->preempt = true;
	g->priority = 150;
	g->runtime = 150;
	g->peer_priority = 255;
	g->lease_ms = -1;
	strcpy(g->control.name, "Po60.2511");
	g->control.up = true;
	g->control.peer = addr("10.240.0.45");
	strcpy(g->data.name, "eth2");
	g->data_trusted = true;
	g->sync.sync = NF_RG_SYNC_DONE;
	g->sync.verified_ms = 3999;
	g->media = (struct view_media){
		.protocol = 1, .hello_ms = 250, .conf_hello_ms = 250,
		.conf_hold_ms = 750, .peer_hello_ms = 250,
		.peer_hold_ms = 750, .auth = VIEW_AUTH_MD5,
		.tx_pkts = 54195472, .tx_bytes = 5744720032,
		.tx_seq = 54195472, .rx_pkts = 4092659,
		.rx_bytes = 31922740, .rx_seq = 54194689,
		.resign_tx = 10, .resign_rx = 10,
	};
	g->log = (struct view_log){
		.to_active = 10, .to_standby = 11, .ctrl_up = 1,
		.ctrl_down = 1, .reload_local = 8, .fault_switchovers = 8,
	};
	g->n_ifs = 1;
	i = &g->iface[0];
	strcpy(i->name, "eth1");
	i->rii = 40;
	i->exists = true;
	i->admin_up = true;
	i->link_up = true;
	memcpy(i->vmac, "\x02\x52\x47\x01\x00\x28", 6);
	i->decrement = 20;
	i->n_vips = 1;
	i->vip[0].addr = addr("10.10.1.1");
	i->vip[0].len = 32;
	return 0;
}

static int teardown(void **state)
{
	free(v);
	return 0;
}

static const char *render(enum output_what what, const struct view_group *g)
{
	struct output_scope s = { .group = g, .protocol = &v->protocol[0] };
	struct out o;

	out_init(&o, text, sizeof(text));
	output_text(&o, what, v, &s);
	assert_false(out_cut(&o));
	return text;
}

static const char *json(enum output_what what, const struct view_group *g)
{
	struct output_scope s = { .group = g, .protocol = &v->protocol[0] };
	struct out o;

	out_init(&o, text, sizeof(text));
	output_json(&o, what, v, &s);
	assert_false(out_cut(&o));
	return text;
}

static const char want_list[] =
	"Group ID    Group Name                      State\n"
	"--------    ----------                      -----\n"
	"1           Generic-Redundancy-1            STANDBY\n";

static void test_list(void **state)
{
	strcpy(v->group[0].name, "Generic-Redundancy-1");
	assert_string_equal(render(OUTPUT_GROUP_LIST, NULL), want_list);
}

static const char want_group[] =
	"Group ID:1\n"
	"Group Name:group1\n"
	"\n"
	"Administrative State: No Shutdown\n"
	"Aggregate operational state : Up\n"
	"My Role: STANDBY\n"
	"Peer Role: ACTIVE\n"
	"Peer Presence: Yes\n"
	"Peer Comm: Yes\n"
	"Peer Progression Started: Yes\n"
	"\n"
	"RF Domain: btob-one\n"
	"         RF state: STANDBY HOT\n"
	"         Peer RF state: ACTIVE\n"
	"         Verified equal: 3 s ago\n";

static void test_group(void **state)
{
	assert_string_equal(render(OUTPUT_GROUP, &v->group[0]), want_group);
}

static void test_group_without_peer(void **state)
{
	struct view_group *g = &v->group[0];

	g->peer_known = false;
	g->peer_present = false;
	g->shutdown = true;
	g->oper_up = false;
	g->role = NF_RG_ROLE_DISABLED;
	g->rf = VIEW_RF_DISABLED;
	strcpy(g->reason, "shutdown");
	render(OUTPUT_GROUP, g);
	has("Administrative State: Shutdown\n");
	has("operational state : Down\n");
	has("My Role: DISABLED\nPeer Role: UNKNOWN\n");
	has("Peer RF state: DISABLED\n");
	has("Reason: shutdown\n");
}

static void test_group_verified(void **state)
{
	struct view_group *g = &v->group[0];

	g->role = NF_RG_ROLE_ACTIVE;
	render(OUTPUT_GROUP, g);
	has("         Verified equal: 3 s ago, entries known missing: 0\n");
	g->sync.sync = NF_RG_SYNC_VERIFY;
	g->sync.refused = 2;
	render(OUTPUT_GROUP, g);
	has("         Verified equal: 3 s ago, not since, entries known missing: 2\n");
	hasnt("held back");
	g->sync.held = 7;
	render(OUTPUT_GROUP, g);
	has("not since, entries known missing: 2, held back: 7\n");
	g->sync.held = 0;
	render(OUTPUT_COUNTERS, g);
	has("Synchronisation: session down, not verified\n");
	has("held-now");
	json(OUTPUT_COUNTERS, g);
	has("\"held_now\":0");
	has("\"state\":\"verify\"");
	has("\"verified_ms\":3999");
	g->sync.verified_ms = -1;
	render(OUTPUT_GROUP, g);
	has("         Verified equal: never, entries known missing: 2\n");
	json(OUTPUT_COUNTERS, g);
	has("\"verified_ms\":null");
	g->role = NF_RG_ROLE_INIT;
	render(OUTPUT_GROUP, g);
	hasnt("Verified");
}

static const char want_plain_data_link[] =
	"The data interface for rg[1] is not configured\n";

static void test_plain_data_link(void **state)
{
	struct view_group *g = &v->group[0];

	render(OUTPUT_GROUP, g);
	hasnt("NOT PROTECTED");
	g->data_trusted = false;
	render(OUTPUT_GROUP, g);
	has("DATA LINK NOT PROTECTED");
	render(OUTPUT_DATA_IF, g);
	has("DATA LINK NOT PROTECTED");
	render(OUTPUT_TRANSPORT, g);
	has("DATA LINK NOT PROTECTED");
	g->sync.protected = true;
	render(OUTPUT_GROUP, g);
	hasnt("NOT PROTECTED");
	render(OUTPUT_TRANSPORT, g);
	hasnt("NOT PROTECTED");
	g->sync.protected = false;
	g->data.name[0] = '\0';
	render(OUTPUT_GROUP, g);
	hasnt("NOT PROTECTED");
	assert_string_equal(render(OUTPUT_DATA_IF, g), want_plain_data_link);
}

static const char want_faults[] =
	"Faults states Group 1 info:\x20\n"
	"        Runtime priority: [150]\n"
	"                RG Faults RG State: Up.\x20\n"
	"                        Total # of switchovers due to faults:           8\n"
	"                        Total # of down/up state changes due to faults: 0\n";

static void test_faults(void **state)
{
	struct view_group *g = &v->group[0];

	assert_string_equal(render(OUTPUT_FAULTS, g), want_faults);
	g->n_faults = 1;
	strcpy(g->fault[0].name, "INTERFACE");
	strcpy(g->fault[0].text, "interface eth1 is down");
	g->fault[0].decrement = 20;
	g->preempt = false;
	g->iface[0].decrement = 0;
	render(OUTPUT_FAULTS, g);
	has("Fault INTERFACE: interface eth1 is down, decrement 20\n");
	has("no preempt and no threshold: decrements cannot move group 1\n");
	has("Warning: no decrement: interface eth1\n");
}

static const char want_protocol_group[] =
	"RG Protocol RG 1\n"
	"------------------\n"
	"        Role: Standby\n"
	"        Negotiation: Enabled\n"
	"        Priority: 150\n"
	"        Protocol state: Standby-hot\n"
	"        Ctrl Intf(s) state: Up\n"
	"        Active Peer: address 10.240.0.45, priority 255, intf Po60.2511\n"
	"        Standby Peer: Local\n"
	"        Log counters:\n"
	"                role change to active: 10\n"
	"                role change to standby: 11\n"
	"                disable events: rg down state 0, rg shut 0\n"
	"                ctrl intf events: up 1, down 1, admin_down 0\n"
	"                reload events: local request 8, peer request 0\n"
	"\n"
	"RG Media Context for RG 1\n"
	"--------------------------\n"
	"        Ctx State: Standby\n"
	"        Protocol ID: 1\n"
	"        Media type: Default\n"
	"        Control Interface: Po60.2511\n"
	"        Current Hello timer: 250\n"
	"        Configured Hello timer: 250, Hold timer: 750\n"
	"        Peer Hello timer: 250, Peer Hold timer: 750\n"
	"        Stats:\n"
	"                Pkts 54195472, Bytes 5744720032, HA Seq 0, Seq Number 54195472, Pkt Loss 0\n"
	"                MD5 Authentication configured\n"
	"                Authentication Failure: 0\n"
	"                Reload Peer: TX 0, RX 0\n"
	"                Resign: TX 10, RX 10\n"
	"        Active Peer: Present. Hold Timer: 750\n"
	"                Pkts 4092659, Bytes 31922740, HA Seq 0, Seq Number 54194689, Pkt Loss 0\n";

static void test_protocol_group(void **state)
{
	assert_string_equal(render(OUTPUT_PROTOCOL_GROUP, &v->group[0]), want_protocol_group);
}

static void test_protocol_as_active(void **state)
{
	struct view_group *g = &v->group[0];

	g->role = NF_RG_ROLE_ACTIVE;
	g->rf = VIEW_RF_ACTIVE;
	g->peer_role = NF_RG_ROLE_STANDBY;
	g->media.auth = VIEW_AUTH_NONE;
	render(OUTPUT_PROTOCOL_GROUP, g);
	has("Active Peer: Local\n        Standby Peer: address 10.240.0.45");
	has("Authentication not configured\n");
	has("Standby Peer: Present. Hold Timer: 750\n");
	g->peer_known = false;
	g->peer_present = false;
	render(OUTPUT_PROTOCOL_GROUP, g);
	has("Standby Peer: Not exist\n");
	has("Peer: Not Present\n");
}

static const char want_protocol_instance[] =
	"Protocol id: 1, name: rg-protocol-1\n"
	"BFD: ENABLE\n"
	"Hello timer in msecs: 3000\n"
	"Hold timer in msecs: 10000\n";

static void test_protocol_instance(void **state)
{
	assert_string_equal(render(OUTPUT_PROTOCOL, NULL), want_protocol_instance);
	v->protocol[0].bfd = false;
	render(OUTPUT_PROTOCOL, NULL);
	has("BFD: DISABLE\n");
}

static const char want_clients[] =
	"Client         Conn#  Priority   Interface   L3        L4       \x20\n"
	"( 0)RF           0      1         CTRL       IPV4      UDP      \x20\n"
	"( 1)NAT_HA       1      1         DATA       IPV4      TCP      \x20\n";

static void test_clients(void **state)
{
	assert_string_equal(render(OUTPUT_CLIENTS, NULL), want_clients);
}

static const char want_if_mgr[] =
	" RII            40\n"
	" Link           up\n"
	" Twin           none\n"
	" VIP held       10.10.1.1 no\n";

static void test_if_mgr(void **state)
{
	static const char shape[] =
		"RG ID: 1\n"
		" ==========\n"
		"\n"
		" interface      eth1\n"
		" ---------------------------------------\n"
		" VMAC           0252.4701.0028\n"
		" VIP            10.10.1.1\n"
		" Shut           no shut\n"
		" Decrement      20\n";

	render(OUTPUT_IF_MGR, &v->group[0]);
	assert_memory_equal(text, shape, sizeof(shape) - 1);
	assert_string_equal(text + sizeof(shape) - 1, want_if_mgr);
	v->group[0].iface[0].exists = false;
	render(OUTPUT_IF_MGR, &v->group[0]);
	has(" Link           does not exist\n");
}

static void test_twin(void **state)
{
	struct view_if *i = &v->group[0].iface[0];

	i->has_twin = true;
	render(OUTPUT_IF_MGR, &v->group[0]);
	has(" Twin           never heard\n");
	i->twin = TWIN_LOST;
	i->twin_broken = true;
	render(OUTPUT_IF_MGR, &v->group[0]);
	has(" Twin           lost, fault, neighbours not asked\n");
	i->twin_neighbours = TWIN_NONE;
	i->twin_cut = true;
	render(OUTPUT_IF_MGR, &v->group[0]);
	has(" Twin           lost, fault, neighbours do not answer: cut off\n");
}

static const char want_control[] =
	"The control interface for rg[1] is eth0\n"
	"Interface is Control interface associated with the following protocols: 1\x20\n"
	"Interface Neighbors:\n"
	"Peer: 1.1.1.2 Active RGs: 1 Standby RGs: 2\n";

static const char want_control_2[] =
	"The data interface for rg[1] is eth2\n";

static void test_control(void **state)
{
	struct view_group *g = &v->group[0];

	strcpy(g->control.name, "eth0");
	g->control.peer = addr("1.1.1.2");
	v->n_groups = 2;
	v->group[1] = *g;
	v->group[1].id = 2;
	v->group[1].peer_role = NF_RG_ROLE_STANDBY;
	assert_string_equal(render(OUTPUT_CONTROL_IF, g), want_control);
	assert_string_equal(render(OUTPUT_DATA_IF, g), want_control_2);
	strcpy(g->data.name, "eth0");
	render(OUTPUT_CONTROL_IF, g);
	has("Single liveness path");
}

static void test_all_groups(void **state)
{
	char one[8192];

	v->n_groups = 2;
	v->group[1] = v->group[0];
	v->group[1].id = 2;
	strcpy(one, render(OUTPUT_GROUP_ALL, &v->group[0]));
	assert_memory_equal(one, "Faults states Group 1", 21);
	assert_non_null(strstr(one, "\n\nGroup ID:1\n"));
	assert_non_null(strstr(one, "\n\nRG Protocol RG 1\n"));
	render(OUTPUT_GROUP_ALL, NULL);
	assert_memory_equal(text, one, strlen(one));
	assert_memory_equal(text + strlen(one), "\nFaults states Group 2", 22);
	has("RF Domain: btob-two\n");
}

static void test_counters(void **state)
{
	view_count(&v->counters, "nat-10-translated", 5);
	view_count(&v->group[0].counters, "kernel-dropped", UINT64_MAX);
	v->group[0].sync.entries = 77;
	render(OUTPUT_COUNTERS, NULL);
	assert_memory_equal(text, "System\n        nat-10-translated ", 33);
	has(" 18446744073709551615\n");
	has("        entries                                         77\n");
	render(OUTPUT_COUNTERS, &v->group[0]);
	hasnt("System");
}

static const char want_version[] =
	"rgd 0.1, contract 1\n"
	"Kernel module nf_rg not loaded\n"
	"Kernel 6.1.0\n"
	"Uptime of rgd: 1 days, 2 hours, 3 minutes, 4 seconds\n";

static void test_version(void **state)
{
	strcpy(v->agent_version, "0.1");
	strcpy(v->kernel_release, "6.1.0");
	v->agent_contract = 1;
	v->uptime_ms = 93784000;
	assert_string_equal(render(OUTPUT_VERSION, NULL), want_version);
}

static void test_json(void **state)
{
	json(OUTPUT_CONTROL_IF, &v->group[0]);
	assert_memory_equal(text, "{\"groups\":[{\"id\":1,\"name\":\"group1\",", 35);
	has(",\"control\":{\"interface\":\"Po60.2511\",\"up\":true,\"address\":null,\"port\":0,");
	has(",\"peer\":\"10.240.0.45\",\"peer_port\":0}}]}");
	json(OUTPUT_GROUP, &v->group[0]);
	has("\"role\":\"STANDBY\"");
	has("\"lease_ms\":null");
	has("\"vmac\":\"02:52:47:01:00:28\"");
	v->group[0].peer_known = false;
	json(OUTPUT_GROUP_LIST, NULL);
	has("\"peer_role\":null");
	v->n_groups = 0;
	assert_string_equal(json(OUTPUT_GROUP, NULL), "{\"groups\":[]}");
}

static void test_json_escapes(void **state)
{
	strcpy(v->group[0].name, "a\"b\\c\n\x01\xe4");
	json(OUTPUT_DATA_IF, NULL);
	has("\"name\":\"a\\\"b\\\\c\\n\\u0001\\ufffd\"");
}

static void test_counter_limits(void **state)
{
	struct view_counters c = { .n = 0 };
	char name[100];
	int k;

	memset(name, 'x', sizeof(name));
	name[99] = '\0';
	for (k = 0; k < VIEW_MAX_COUNTERS; k++)
		assert_true(view_count(&c, name, 1));
	assert_int_equal(c.lost, 0);
	assert_false(view_count(&c, name, 1));
	assert_false(view_count(&c, name, 1));
	assert_int_equal(c.lost, 2);
	assert_int_equal(strlen(c.v[0].name), VIEW_COUNTER_LEN - 1);
}

/* What has no room is not left out in silence. */
static void test_counters_left_out(void **state)
{
	render(OUTPUT_COUNTERS, NULL);
	hasnt("counters-left-out");
	v->counters.lost = 3;
	v->group[0].counters.lost = 4;
	render(OUTPUT_COUNTERS, NULL);
	has("counters-left-out                               3");
	has("counters-left-out                               4");
}

static const char want_diffs[] =
	"                        Differs: mapping-id 20 pool: here 192.0.2.1-192.0.2.9/24"
	" / peer none, not replicated\n"
	"                        Differs: mapping-id 21 is not on the peer, not replicated\n"
	"                        Differs: rii 40 is only on the peer\n"
	"                        Differs: 2 more\n";

static const char want_diffs_json[] =
	"\"configuration\":{\"state\":\"differs\",\"differences\":5,\"named\":["
	"{\"item\":\"mapping-id\",\"id\":20,\"on\":\"both\",\"field\":\"pool\","
	"\"here\":\"192.0.2.1-192.0.2.9/24\",\"peer\":\"none\",\"stopped\":true},"
	"{\"item\":\"mapping-id\",\"id\":21,\"on\":\"here\",\"field\":null,"
	"\"here\":null,\"peer\":null,\"stopped\":true},"
	"{\"item\":\"rii\",\"id\":40,\"on\":\"peer\",\"field\":null,"
	"\"here\":null,\"peer\":null,\"stopped\":false}]}";

static void test_conf_diffs(void **state)
{
	struct view_conf *c = &v->group[0].conf;

	render(OUTPUT_FAULTS, &v->group[0]);
	hasnt("Differs");
	json(OUTPUT_FAULTS, &v->group[0]);
	has("\"configuration\":{\"state\":\"unknown\",\"differences\":0,\"named\":[]}");
	c->state = VIEW_CONF_ASKED;
	render(OUTPUT_FAULTS, &v->group[0]);
	has("Differs: the peer has not said yet what");
	c->state = VIEW_CONF_DIFFERS;
	c->n = 5;
	c->n_diffs = 3;
	c->diff[0] = (struct peerconf_diff){ PEERCONF_MAP, 20, PEERCONF_BOTH, 2,
					     "192.0.2.1-192.0.2.9/24", "none" };
	c->diff[1] = (struct peerconf_diff){ .kind = PEERCONF_MAP, .id = 21,
					     .where = PEERCONF_HERE };
	c->diff[2] = (struct peerconf_diff){ .kind = PEERCONF_IF, .id = 40,
					     .where = PEERCONF_THERE };
	render(OUTPUT_FAULTS, &v->group[0]);
	has(want_diffs);
	json(OUTPUT_FAULTS, &v->group[0]);
	has(want_diffs_json);
}

static void test_lookup(void **state)
{
	assert_ptr_equal(view_group(v, 1), &v->group[0]);
	assert_null(view_group(v, 2));
	assert_ptr_equal(view_group_named(v, "group1"), &v->group[0]);
	assert_null(view_group_named(v, ""));
	assert_null(view_protocol(v, 8));
	assert_string_equal(view_role_name(99), "?");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_list), T(test_group), T(test_group_without_peer),
		T(test_group_verified),
		T(test_plain_data_link), T(test_faults),
		T(test_protocol_group), T(test_protocol_as_active),
		T(test_protocol_instance), T(test_clients), T(test_if_mgr), T(test_twin),
		T(test_control), T(test_all_groups), T(test_counters),
		T(test_version), T(test_json), T(test_json_escapes),
		T(test_counter_limits), T(test_counters_left_out), T(test_conf_diffs),
		T(test_lookup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
