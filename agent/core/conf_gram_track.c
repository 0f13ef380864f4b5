// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_gram.h"

#include "conf_cmd.h"
#include "conf_node.h"

#define EITHER	(CONF_CR | CONF_NO_CR)

/* track N interface IF ... */

static const struct conf_node routing6[] = {
	KW("routing", "up, and with an IPv6 address beyond the link",
	   .slot = CONF_S_IPV6, .flags = EITHER, .run = conf_run_track),
	END,
};

static const struct conf_node routing4[] = {
	KW("routing", "up, and with an IPv4 address", .slot = CONF_S_IP,
	   .flags = EITHER, .run = conf_run_track),
	END,
};

static const struct conf_node if_what[] = {
	KW("line-protocol", "up, with a carrier, and operational",
	   .slot = CONF_S_LINE, .flags = EITHER, .run = conf_run_track),
	KW("ip", "IPv4 on it", .next = routing4),
	KW("ipv6", "IPv6 on it", .next = routing6),
	END,
};

static const struct conf_node iface[] = {
	ARG(CONF_ARG_IFNAME, "IF", "Linux interface name", CONF_S_IF,
	    .next = if_what),
	END,
};

/* track N ip|ipv6 route ... reachability */

static const struct conf_node reachability[] = {
	KW("reachability", "the table has this very prefix, and a way there",
	   .slot = CONF_S_ROUTE, .flags = EITHER, .run = conf_run_track),
	REFUSED("metric", "track ... route ... metric threshold"),
	END,
};

static const struct conf_node route_mask[] = {
	ARG(CONF_ARG_NETMASK, "MASK", "its netmask", CONF_S_LEN,
	    .next = reachability),
	END,
};

static const struct conf_node route4[] = {
	ARG(CONF_ARG_PREFIX4, "A/LEN", "prefix", CONF_S_ADDR,
	    .next = reachability),
	ARG(CONF_ARG_ADDR4, "A", "network", CONF_S_ADDR, .next = route_mask),
	END,
};

static const struct conf_node route6[] = {
	ARG(CONF_ARG_PREFIX6, "A/LEN", "prefix", CONF_S_ADDR,
	    .next = reachability),
	END,
};

static const struct conf_node sla_what[] = {
	KW("state", "up when there is an answer, and in time",
	   .slot = CONF_S_STATE, .flags = EITHER, .run = conf_run_track),
	KW("reachability", "up when there is an answer",
	   .slot = CONF_S_REACH, .flags = EITHER, .run = conf_run_track),
	END,
};

static const struct conf_node sla_num[] = {
	NUM("NUMBER", "number of the operation", 1, 2147483647, CONF_S_SLA,
	    .flags = EITHER, .run = conf_run_track, .next = sla_what),
	END,
};

static const struct conf_node track_ip[] = {
	KW("route", "a route of the main table", .next = route4),
	KW("sla", "an operation of \"ip sla\"", .next = sla_num),
	END,
};

static const struct conf_node track_ipv6[] = {
	KW("route", "a route of the main table", .next = route6),
	END,
};

/* track N list ... */

static const struct conf_node boolean[] = {
	KW("and", "up if all its objects are", .slot = CONF_S_AND,
	   .flags = EITHER, .run = conf_run_track),
	KW("or", "up if one of its objects is", .slot = CONF_S_OR,
	   .flags = EITHER, .run = conf_run_track),
	END,
};

static const struct conf_node threshold_kind[] = {
	KW("weight", "by the sum of the weights of what is up",
	   .slot = CONF_S_WEIGHT, .flags = EITHER, .run = conf_run_track),
	KW("percentage", "by how many of its objects are up",
	   .slot = CONF_S_PERCENT, .flags = EITHER, .run = conf_run_track),
	END,
};

static const struct conf_node list[] = {
	KW("boolean", "all, or one of its objects", .next = boolean),
	KW("threshold", "enough of its objects", .next = threshold_kind),
	END,
};

/* track N exec PATH interval S, track N systemd UNIT */

static const struct conf_node interval_num[] = {
	NUM("SECONDS", "how often it runs", 1, 3600, CONF_S_INTERVAL,
	    .flags = EITHER, .run = conf_run_track),
	END,
};

static const struct conf_node interval[] = {
	KW("interval", "how often it runs", .next = interval_num),
	END,
};

static const struct conf_node exec[] = {
	WORD("PATH", "program, by its absolute path", CONF_PATH_LEN - 1,
	     CONF_S_EXEC, .next = interval),
	END,
};

static const struct conf_node systemd[] = {
	WORD("UNIT", "name of a unit", CONF_PATH_LEN - 1, CONF_S_UNIT,
	     .flags = EITHER, .run = conf_run_track),
	END,
};

/* track N rii R reachability */

static const struct conf_node rii_what[] = {
	KW("reachability", "up while the twin on the peer is heard",
	   .flags = EITHER, .run = conf_run_track),
	END,
};

static const struct conf_node rii_num[] = {
	NUM("NUMBER", "redundant interface identifier", 1, 65535, CONF_S_RII,
	    .next = rii_what),
	END,
};

static const struct conf_node kind[] = {
	KW("interface", "state of an interface", .next = iface),
	KW("ip", "an IPv4 route, or an operation", .next = track_ip),
	KW("ipv6", "an IPv6 route", .next = track_ipv6),
	KW("list", "several objects as one", .next = list),
	KW("exec", "what a program says", .next = exec),
	KW("systemd", "whether a unit is active", .next = systemd),
	KW("rii", "the twin of a traffic interface", .next = rii_num),
	END,
};

const struct conf_node conf_global_track_nodes[] = {
	NUM("NUMBER", "number of the object", 1, CONF_TRACK_ID_MAX, CONF_S_ID,
	    .flags = CONF_NO_CR, .run = conf_run_track, .next = kind),
	END,
};

/* within */

static const struct conf_node delay_up_after[] = {
	NUM("SECONDS", "up for so long before it counts", 0, 180, CONF_S_UP,
	    .flags = EITHER, .run = conf_run_track_delay),
	END,
};

static const struct conf_node delay_then_up[] = {
	KW("up", "before up counts", .next = delay_up_after),
	END,
};

static const struct conf_node delay_down_after[] = {
	NUM("SECONDS", "down for so long before it counts", 0, 180,
	    CONF_S_DOWN, .flags = EITHER, .run = conf_run_track_delay),
	END,
};

static const struct conf_node delay_then_down[] = {
	KW("down", "before down counts", .next = delay_down_after),
	END,
};

static const struct conf_node delay_up[] = {
	NUM("SECONDS", "up for so long before it counts", 0, 180, CONF_S_UP,
	    .flags = EITHER, .run = conf_run_track_delay,
	    .next = delay_then_down),
	END,
};

static const struct conf_node delay_down[] = {
	NUM("SECONDS", "down for so long before it counts", 0, 180,
	    CONF_S_DOWN, .flags = EITHER, .run = conf_run_track_delay,
	    .next = delay_then_up),
	END,
};

static const struct conf_node delay[] = {
	KW("up", "before up counts", .next = delay_up),
	KW("down", "before down counts", .next = delay_down),
	END,
};

static const struct conf_node weight_num[] = {
	NUM("NUMBER", "what it weighs while it is up", 1, 255, CONF_S_WEIGHT,
	    .flags = EITHER, .run = conf_run_track_object),
	END,
};

static const struct conf_node object_more[] = {
	KW("not", "up when it is down", .slot = CONF_S_NOT, .flags = EITHER,
	   .run = conf_run_track_object),
	KW("weight", "what it weighs while it is up", .next = weight_num),
	END,
};

static const struct conf_node object[] = {
	NUM("NUMBER", "number of the object", 1, CONF_TRACK_ID_MAX, CONF_S_ID,
	    .flags = EITHER, .run = conf_run_track_object,
	    .next = object_more),
	END,
};

/* `up X [down Y]` and `down Y up X`, by weight and by percentage */
#define THRESHOLD(name, most, fn)					\
	static const struct conf_node name##_down_after[] = {		\
		NUM("NUMBER", "down from here on downwards", 0,		\
		    (most) - 1, CONF_S_DOWN, .flags = EITHER,		\
		    .run = (fn)),					\
		END,							\
	};								\
	static const struct conf_node name##_then_down[] = {		\
		KW("down", "when it is down",				\
		   .next = name##_down_after),				\
		END,							\
	};								\
	static const struct conf_node name##_up[] = {			\
		NUM("NUMBER", "up from here on", 1, (most), CONF_S_UP,	\
		    .flags = EITHER, .run = (fn),			\
		    .next = name##_then_down),				\
		END,							\
	};								\
	static const struct conf_node name##_up_after[] = {		\
		NUM("NUMBER", "up from here on", 1, (most), CONF_S_UP,	\
		    .flags = EITHER, .run = (fn)),			\
		END,							\
	};								\
	static const struct conf_node name##_then_up[] = {		\
		KW("up", "when it is up", .next = name##_up_after),	\
		END,							\
	};								\
	static const struct conf_node name##_down[] = {			\
		NUM("NUMBER", "down from here on downwards", 0,		\
		    (most) - 1, CONF_S_DOWN, .next = name##_then_up),	\
		END,							\
	};								\
	static const struct conf_node name[] = {			\
		KW("up", "when it is up", .next = name##_up),		\
		KW("down", "when it is down", .next = name##_down),	\
		END,							\
	}

THRESHOLD(by_weight, 255, conf_run_track_weight);
THRESHOLD(by_percent, 100, conf_run_track_percent);

static const struct conf_node threshold[] = {
	KW("weight", "by the sum of weights", .flags = CONF_NO_CR,
	   .run = conf_run_track_weight, .next = by_weight),
	KW("percentage", "by how many are up", .flags = CONF_NO_CR,
	   .run = conf_run_track_percent, .next = by_percent),
	END,
};

const struct conf_node conf_track_nodes[] = {
	KW("delay", "how long a change must last before it counts",
	   .flags = CONF_NO_CR, .run = conf_run_track_delay, .next = delay),
	KW("object", "an object of the list", .next = object),
	KW("threshold", "when the list is up and down", .next = threshold),
	END,
};

/* of a group */

static const struct conf_node decrement_num[] = {
	NUM("NUMBER", "what the priority loses while it is down", 1, 255,
	    CONF_S_DECREMENT, .flags = EITHER, .run = conf_run_group_track),
	END,
};

static const struct conf_node effect[] = {
	KW("decrement", "the priority is lower while it is down",
	   .next = decrement_num),
	KW("shutdown", "the role is given up while it is down",
	   .slot = CONF_S_SHUTDOWN, .flags = EITHER,
	   .run = conf_run_group_track),
	END,
};

const struct conf_node conf_group_track_nodes[] = {
	NUM("NUMBER", "number of the object", 1, CONF_TRACK_ID_MAX, CONF_S_ID,
	    .flags = CONF_NO_CR, .run = conf_run_group_track, .next = effect),
	END,
};
