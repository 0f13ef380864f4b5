// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_gram.h"

#include "conf_cmd.h"
#include "conf_node.h"

#define EITHER	(CONF_CR | CONF_NO_CR)

/* protocol */

static const struct conf_node hold_ms[] = {
	NUM("MS", "silence after which the peer is dead, at least 3 hellos",
	    30, 255000, CONF_S_HOLD, .flags = EITHER, .run = conf_run_hello),
	END,
};

static const struct conf_node hold[] = {
	KW("msec", "in milliseconds", .slot = CONF_S_HOLD_MSEC,
	   .next = hold_ms),
	NUM("SECONDS", "silence after which the peer is dead", 2, 255,
	    CONF_S_HOLD, .flags = EITHER, .run = conf_run_hello),
	END,
};

static const struct conf_node holdtime[] = {
	KW("holdtime", "after how much silence the peer is dead",
	   .next = hold),
	END,
};

static const struct conf_node hello_ms[] = {
	NUM("MS", "interval between hellos", 10, 254000, CONF_S_HELLO,
	    .next = holdtime),
	END,
};

static const struct conf_node hello[] = {
	KW("msec", "in milliseconds", .slot = CONF_S_HELLO_MSEC,
	   .next = hello_ms),
	NUM("SECONDS", "interval between hellos", 1, 254, CONF_S_HELLO,
	    .next = holdtime),
	END,
};

static const struct conf_node protocol_timers[] = {
	KW("hellotime", "how often hellos are sent", .flags = CONF_NO_CR,
	   .run = conf_run_hello, .next = hello),
	END,
};

static const struct conf_node protocol_name[] = {
	ALIAS("NAME", "alias of the protocol", CONF_ALIAS_LEN - 1,
	      .flags = EITHER, .run = conf_run_protocol_name),
	END,
};

static const struct conf_node bfd_mult_num[] = {
	NUM("NUMBER", "how many packets of this router may be lost", 3, 50, CONF_S_MULTIPLIER,
	    .flags = EITHER, .run = conf_run_bfd),
	END,
};

static const struct conf_node bfd_mult[] = {
	KW("multiplier", "how many packets may be lost", .next = bfd_mult_num),
	END,
};

static const struct conf_node bfd_rx_num[] = {
	NUM("MILLISECONDS", "interval between packets that this router can take", 10, 60000,
	    CONF_S_HOLD, .next = bfd_mult),
	END,
};

static const struct conf_node bfd_rx[] = {
	KW("min-rx", "interval between packets that this router can take", .next = bfd_rx_num),
	END,
};

static const struct conf_node bfd_tx_num[] = {
	NUM("MILLISECONDS", "interval between packets of this router", 10, 60000, CONF_S_HELLO,
	    .next = bfd_rx),
	END,
};

static const struct conf_node bfd[] = {
	KW("interval", "other timers than 100, 100 and 3",
	   .slot = CONF_S_BFD_TIMERS, .flags = CONF_NO_CR,
	   .run = conf_run_bfd, .next = bfd_tx_num),
	END,
};

static const struct conf_node protocol_nodes[] = {
	KW("name", "alias of the protocol", .flags = CONF_NO_CR,
	   .run = conf_run_protocol_name, .next = protocol_name),
	KW("timers", "hello and hold time", .flags = CONF_NO_CR,
	   .run = conf_run_hello, .next = protocol_timers),
	KW("authentication", "how hellos are authenticated",
	   .flags = CONF_NO_CR, .run = conf_run_auth,
	   .next = conf_auth_nodes),
	KW("bfd", "bidirectional forwarding detection, on by default", .flags = EITHER,
	   .run = conf_run_bfd, .next = bfd),
	END,
};

/* group */

static const struct conf_node group_name[] = {
	ALIAS("NAME", "alias of the group", CONF_ALIAS_LEN - 1,
	      .flags = EITHER, .run = conf_run_group_name),
	END,
};

static const struct conf_node threshold_num[] = {
	NUM("NUMBER", "run-time priority below which the role is given up; 0: none",
	    0, 255, CONF_S_THRESHOLD, .flags = EITHER,
	    .run = conf_run_priority),
	END,
};

static const struct conf_node threshold[] = {
	KW("threshold", "when the role is given up", .next = threshold_num),
	END,
};

static const struct conf_node priority_more[] = {
	KW("failover", "when the role is given up", .next = threshold),
	KW("failover-threshold", "the same in one word",
	   .flags = CONF_HIDDEN | CONF_SYNONYM, .next = threshold_num),
	END,
};

static const struct conf_node priority[] = {
	NUM("NUMBER", "the higher one becomes active", 1, 255,
	    CONF_S_PRIORITY, .flags = EITHER, .run = conf_run_priority,
	    .next = priority_more),
	END,
};

static const struct conf_node reload_num[] = {
	NUM("SECONDS", "wait after the system came up", 0, 10000,
	    CONF_S_RELOAD, .flags = EITHER, .run = conf_run_delay),
	END,
};

static const struct conf_node reload[] = {
	KW("reload", "after the system came up", .next = reload_num),
	END,
};

static const struct conf_node delay[] = {
	NUM("SECONDS", "wait after a fault ended", 0, 10000, CONF_S_DELAY,
	    .flags = EITHER, .run = conf_run_delay, .next = reload),
	END,
};

static const struct conf_node group_timers[] = {
	KW("delay", "wait before the role is claimed", .flags = CONF_NO_CR,
	   .run = conf_run_delay, .next = delay),
	END,
};

static const struct conf_node control_num[] = {
	NUM("NUMBER", "protocol that is spoken there", 1, CONF_MAX_PROTOCOLS,
	    CONF_S_ID, .flags = EITHER, .run = conf_run_control),
	END,
};

static const struct conf_node control_protocol[] = {
	KW("protocol", "protocol that is spoken there", .next = control_num),
	END,
};

static const struct conf_node control[] = {
	ARG(CONF_ARG_IFNAME, "IF", "interface to the peer", CONF_S_IF,
	    .flags = CONF_NO_CR, .run = conf_run_control,
	    .next = control_protocol),
	END,
};

static const struct conf_node data_more[] = {
	KW("trusted", "nobody else is on this link: plain data is meant",
	   .slot = CONF_S_TRUSTED, .flags = EITHER, .run = conf_run_data),
	END,
};

static const struct conf_node data[] = {
	ARG(CONF_ARG_IFNAME, "IF", "interface that carries the sessions",
	    CONF_S_IF, .flags = EITHER, .run = conf_run_data,
	    .next = data_more),
	END,
};

static const struct conf_node group_nodes[] = {
	KW("name", "alias of the group", .flags = CONF_NO_CR,
	   .run = conf_run_group_name, .next = group_name),
	KW("shutdown", "take the group out of service", .flags = EITHER,
	   .run = conf_run_shutdown),
	KW("preempt", "take over from a peer of lower priority",
	   .flags = EITHER, .run = conf_run_preempt),
	KW("priority", "priority and failover threshold",
	   .flags = CONF_NO_CR, .run = conf_run_priority, .next = priority),
	KW("timers", "waits before the role is claimed",
	   .flags = CONF_NO_CR, .run = conf_run_delay, .next = group_timers),
	KW("control", "link that hellos run over", .flags = CONF_NO_CR,
	   .run = conf_run_control, .next = control),
	KW("data", "link that sessions run over", .flags = CONF_NO_CR,
	   .run = conf_run_data, .next = data),
	KW("track", "what an object that is down means",
	   .next = conf_group_track_nodes),
	END,
};

/* redundancy, application redundancy */

static const struct conf_node protocol_num[] = {
	NUM("NUMBER", "number of the protocol", 1, CONF_MAX_PROTOCOLS,
	    CONF_S_ID, .flags = EITHER, .run = conf_run_protocol),
	END,
};

static const struct conf_node group_num[] = {
	NUM("NUMBER", "number of the group", 1, CONF_MAX_GROUPS, CONF_S_ID,
	    .flags = EITHER, .run = conf_run_group),
	END,
};

static const struct conf_node domain_num[] = {
	NUM("NUMBER", "the same on both routers of a pair", 0, 255,
	    CONF_S_ID, .flags = EITHER, .run = conf_run_domain),
	END,
};

static const struct conf_node probe_ms[] = {
	NUM("MS", "for how long, 0: not at all", 0, CONF_MAX_PROBE_MS, CONF_S_ID,
	    .flags = EITHER, .run = conf_run_probe),
	END,
};

static const struct conf_node split_brain[] = {
	KW("probe", "ask who has the virtual addresses before the role is taken",
	   .flags = CONF_NO_CR, .run = conf_run_probe, .next = probe_ms),
	END,
};

static const struct conf_node hook_seconds[] = {
	NUM("SECONDS", "how long the program may take", 1, 60, CONF_S_TIMEOUT,
	    .flags = EITHER, .run = conf_run_hook),
	END,
};

static const struct conf_node hook_more[] = {
	KW("timeout", "how long the program may take", .next = hook_seconds),
	END,
};

static const struct conf_node hook_path[] = {
	WORD("PATH", "program, by its absolute path", CONF_PATH_LEN - 1,
	     CONF_S_EXEC, .flags = EITHER, .run = conf_run_hook,
	     .next = hook_more),
	END,
};

static const struct conf_node hook[] = {
	KW("exec", "a program runs", .next = hook_path),
	END,
};

static const struct conf_node app_nodes[] = {
	KW("protocol", "how a control link is spoken",
	   .enters = CONF_MODE_PROTOCOL, .next = protocol_num),
	KW("group", "a redundancy group", .enters = CONF_MODE_GROUP,
	   .next = group_num),
	KW("domain", "tells this pair from others on the same link",
	   .flags = CONF_NO_CR, .run = conf_run_domain, .next = domain_num),
	KW("require-encryption", "no data link rather than one in clear",
	   .flags = EITHER, .run = conf_run_require_encryption),
	KW("role-change", "who is told when the role of a group changes",
	   .next = hook),
	KW("split-brain", "when all links are down", .flags = CONF_NO_CR, .run = conf_run_probe,
	   .next = split_brain),
	END,
};

#define INTRACHASSIS \
	"redundancy inside one chassis cannot coexist with redundancy between two: use \"mode none\""

static const struct conf_node mode[] = {
	KW("none", "no redundancy inside this chassis", .flags = EITHER,
	   .run = conf_run_nothing),
	REFUSED_BECAUSE("sso", INTRACHASSIS),
	REFUSED_BECAUSE("rpr", INTRACHASSIS),
	REFUSED_BECAUSE("rpr-plus", INTRACHASSIS),
	END,
};

static const struct conf_node application[] = {
	KW("redundancy", "redundancy between two routers", .flags = EITHER,
	   .run = conf_run_application),
	END,
};

static const struct conf_node red_nodes[] = {
	KW("mode", "redundancy inside this chassis", .flags = CONF_NO_CR,
	   .run = conf_run_nothing, .next = mode),
	KW("application", "protocols and groups", .next = application),
	END,
};

/* top */

static const struct conf_node if_name[] = {
	ARG(CONF_ARG_IFNAME, "IF", "Linux interface name", CONF_S_IF,
	    .flags = EITHER, .run = conf_run_if),
	END,
};

static const struct conf_node terminal[] = {
	KW("terminal", "commands follow", .flags = CONF_CR,
	   .run = conf_run_top),
	END,
};

static const struct conf_node global_nodes[] = {
	KW("redundancy", "redundancy groups and their protocols",
	   .flags = CONF_CR, .run = conf_run_redundancy),
	KW("interface", "a traffic interface", .enters = CONF_MODE_IF,
	   .next = if_name),
	KW("ip", "address translation, access lists and operations",
	   .next = conf_ip_nodes),
	KW("key", "keys that take turns", .next = conf_key_chain_nodes),
	KW("access-list", "an entry of a numbered access list",
	   .next = conf_access_list_nodes),
	KW("track", "an object that is up or down", .enters = CONF_MODE_TRACK,
	   .next = conf_global_track_nodes),
	KW("enable", "no effect in a file", .flags = CONF_CR | CONF_HIDDEN,
	   .run = conf_run_top),
	KW("configure", "no effect in a file", .flags = CONF_HIDDEN,
	   .next = terminal),
	KW("exit", "back to the mode around this one", .flags = CONF_CR,
	   .run = conf_run_exit),
	KW("end", "back to the top", .flags = CONF_CR, .run = conf_run_top),
	REFUSED_BLOCK("route-map", "route-map"),
	REFUSED_BLOCK("vrf", "vrf"),
	REFUSED("do", "do"),
	END,
};

const struct conf_mode_info conf_modes[CONF_N_MODES] = {
	[CONF_MODE_GLOBAL] = { "config", CONF_MODE_NONE, global_nodes,
			       NULL },
	[CONF_MODE_RED] = { "config-red", CONF_MODE_GLOBAL, red_nodes,
			    "\"redundancy\"" },
	[CONF_MODE_APP] = { "config-red-app", CONF_MODE_RED, app_nodes,
			    "\"redundancy\", \"application redundancy\"" },
	[CONF_MODE_PROTOCOL] = { "config-red-app-prtcl", CONF_MODE_APP,
				 protocol_nodes, "\"protocol\"" },
	[CONF_MODE_CHAIN] = { "config-keychain", CONF_MODE_GLOBAL,
			      conf_chain_nodes, "\"key chain\"" },
	[CONF_MODE_KEY] = { "config-keychain-key", CONF_MODE_CHAIN,
			    conf_key_nodes, "\"key\" of a key chain" },
	[CONF_MODE_GROUP] = { "config-red-app-grp", CONF_MODE_APP,
			      group_nodes, "\"group\"" },
	[CONF_MODE_IF] = { "config-if", CONF_MODE_GLOBAL, conf_if_nodes,
			   "\"interface\"" },
	[CONF_MODE_ACL] = { "config-std-nacl", CONF_MODE_GLOBAL, conf_acl_nodes,
			    "\"ip access-list standard\"" },
	[CONF_MODE_TRACK] = { "config-track", CONF_MODE_GLOBAL,
			      conf_track_nodes, "\"track\"" },
	[CONF_MODE_SLA] = { "config-ip-sla", CONF_MODE_GLOBAL, conf_sla_nodes,
			    "\"ip sla\"" },
	[CONF_MODE_REFUSED] = { "config-refused", CONF_MODE_GLOBAL, NULL,
				NULL },
};
