// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions that are asked again and again, for tracked objects. */
#include "conf_gram.h"

#include "conf_cmd.h"
#include "conf_node.h"

#define EITHER	(CONF_CR | CONF_NO_CR)

/* ip sla N, ip sla schedule N life forever start-time now */

static const struct conf_node now[] = {
	KW("now", "at once", .flags = CONF_CR, .run = conf_run_sla_schedule),
	END,
};

static const struct conf_node start_then[] = {
	KW("start-time", "when it begins", .next = now),
	END,
};

static const struct conf_node forever_end[] = {
	KW("forever", "until it is taken out", .flags = CONF_CR,
	   .run = conf_run_sla_schedule),
	END,
};

static const struct conf_node life_end[] = {
	KW("life", "how long", .next = forever_end),
	END,
};

static const struct conf_node forever[] = {
	KW("forever", "until it is taken out", .next = start_then),
	END,
};

static const struct conf_node now_then[] = {
	KW("now", "at once", .flags = CONF_CR, .run = conf_run_sla_schedule,
	   .next = life_end),
	END,
};

static const struct conf_node when[] = {
	KW("life", "how long", .next = forever),
	KW("start-time", "when it begins", .next = now_then),
	END,
};

static const struct conf_node schedule[] = {
	NUM("NUMBER", "number of the operation", 1, 2147483647, CONF_S_ID,
	    .flags = CONF_NO_CR, .run = conf_run_sla_schedule, .next = when),
	END,
};

const struct conf_node conf_ip_sla_nodes[] = {
	KW("schedule", "let an operation run", .next = schedule),
	NUM("NUMBER", "number of the operation", 1, 2147483647, CONF_S_ID,
	    .flags = EITHER, .run = conf_run_sla),
	END,
};

/* within: what is asked */

static const struct conf_node source_addr[] = {
	ARG(CONF_ARG_ADDR, "A", "address of this router", CONF_S_FROM,
	    .flags = CONF_CR, .run = conf_run_sla_what),
	END,
};

static const struct conf_node source[] = {
	KW("source-ip", "ask from this address", .next = source_addr),
	END,
};

static const struct conf_node echo[] = {
	ARG(CONF_ARG_ADDR, "A", "whom", CONF_S_ADDR, .flags = CONF_CR,
	    .run = conf_run_sla_what, .next = source),
	END,
};

static const struct conf_node port[] = {
	NUM("PORT", "TCP port", 1, 65535, CONF_S_PORT, .flags = CONF_CR,
	    .run = conf_run_sla_what, .next = source),
	END,
};

static const struct conf_node connect[] = {
	ARG(CONF_ARG_ADDR, "A", "whom", CONF_S_ADDR, .next = port),
	END,
};

static const struct conf_node http_source_addr[] = {
	ARG(CONF_ARG_ADDR, "A", "address of this router", CONF_S_FROM,
	    .flags = CONF_CR, .run = conf_run_sla_http),
	END,
};

static const struct conf_node http_source[] = {
	KW("source-ip", "ask from this address", .next = http_source_addr),
	END,
};

static const struct conf_node url[] = {
	WORD("URL", "http://A[:PORT][/PATH], by address", CONF_PATH_LEN - 1,
	     CONF_S_NAME, .flags = CONF_CR, .run = conf_run_sla_http,
	     .next = http_source),
	END,
};

static const struct conf_node http[] = {
	KW("get", "ask for a page", .slot = CONF_S_HTTP, .next = url),
	REFUSED("raw", "ip sla ... http raw"),
	END,
};

static const struct conf_node server_addr[] = {
	ARG(CONF_ARG_ADDR, "A", "name server", CONF_S_ADDR, .flags = CONF_CR,
	    .run = conf_run_sla_what, .next = source),
	END,
};

static const struct conf_node server[] = {
	KW("name-server", "whom", .next = server_addr),
	END,
};

static const struct conf_node dns[] = {
	WORD("NAME", "name whose IPv4 address is asked for",
	     CONF_PATH_LEN - 1, CONF_S_NAME, .next = server),
	END,
};

/* within: how often, and how long */

static const struct conf_node frequency[] = {
	NUM("SECONDS", "a question each", 1, 3600, CONF_S_INTERVAL,
	    .flags = EITHER, .run = conf_run_sla_times),
	END,
};

static const struct conf_node timeout[] = {
	NUM("MS", "an answer that takes longer is none", 1, 60000,
	    CONF_S_TIMEOUT, .flags = EITHER, .run = conf_run_sla_times),
	END,
};

static const struct conf_node threshold[] = {
	NUM("MS", "an answer that takes longer is late", 1, 60000,
	    CONF_S_THRESHOLD, .flags = EITHER, .run = conf_run_sla_times),
	END,
};

/* The first slot says to the command which of them a `no` is about. */
const struct conf_node conf_sla_nodes[] = {
	KW("icmp-echo", "ask for an echo", .slot = CONF_S_ICMP, .next = echo),
	KW("tcp-connect", "open a TCP connection", .slot = CONF_S_TCP,
	   .next = connect),
	KW("http", "ask for a page", .next = http),
	KW("dns", "ask for a name", .slot = CONF_S_DNS, .next = dns),
	KW("frequency", "how often", .slot = CONF_S_UP, .flags = CONF_NO_CR,
	   .run = conf_run_sla_times, .next = frequency),
	KW("timeout", "how long an answer may take", .slot = CONF_S_DOWN,
	   .flags = CONF_NO_CR, .run = conf_run_sla_times, .next = timeout),
	KW("threshold", "from when an answer is late", .slot = CONF_S_NOT,
	   .flags = CONF_NO_CR, .run = conf_run_sla_times, .next = threshold),
	REFUSED("udp-jitter", "ip sla ... udp-jitter"),
	REFUSED("udp-echo", "ip sla ... udp-echo"),
	REFUSED("icmp-jitter", "ip sla ... icmp-jitter"),
	REFUSED("path-echo", "ip sla ... path-echo"),
	END,
};
