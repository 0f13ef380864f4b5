// SPDX-License-Identifier: GPL-2.0-or-later
/* Authentication of hellos, and key chains. */
#include "conf_gram.h"

#include "conf_cmd.h"
#include "conf_node.h"

#define EITHER	(CONF_CR | CONF_NO_CR)

/* authentication, of a protocol */

static const struct conf_node auth_text[] = {
	WORD("STRING", "sent in clear: guards against mistakes, not against attackers",
	     CONF_TEXT_LEN - 1, CONF_S_NAME, .flags = EITHER,
	     .run = conf_run_auth),
	END,
};

static const struct conf_node timeout_num[] = {
	NUM("SECONDS", "how long the key before this one is still accepted", 0,
	    CONF_MAX_KEY_TIMEOUT, CONF_S_TIMEOUT, .flags = EITHER,
	    .run = conf_run_auth),
	END,
};

static const struct conf_node key_timeout[] = {
	KW("timeout", "change the key without losing a hello",
	   .next = timeout_num),
	END,
};

static const struct conf_node auth_key_plain[] = {
	WORD("KEY", "the same on both routers", CONF_KEY_LEN - 1, CONF_S_NAME,
	     .flags = EITHER, .run = conf_run_auth, .next = key_timeout),
	END,
};

static const struct conf_node auth_key_obscured[] = {
	WORD("KEY", "as \"show running-config\" prints it",
	     CONF_OBSCURED_LEN - 1, CONF_S_NAME, .flags = EITHER,
	     .run = conf_run_auth, .next = key_timeout),
	END,
};

static const struct conf_node auth_key_string[] = {
	KW("0", "in clear", .next = auth_key_plain),
	KW("7", "obscured", .slot = CONF_S_OBSCURED,
	   .next = auth_key_obscured),
	WORD("KEY", "the same on both routers", CONF_KEY_LEN - 1, CONF_S_NAME,
	     .flags = EITHER, .run = conf_run_auth, .next = key_timeout),
	END,
};

static const struct conf_node auth_chain[] = {
	WORD("NAME", "keys that take turns", CONF_CHAIN_LEN - 1, CONF_S_CHAIN,
	     .flags = EITHER, .run = conf_run_auth),
	END,
};

static const struct conf_node auth_keys[] = {
	KW("key-string", "one key", .flags = CONF_NO_CR | CONF_SECRET,
	   .run = conf_run_auth,
	   .next = auth_key_string),
	KW("key-chain", "keys that take turns", .flags = CONF_NO_CR,
	   .run = conf_run_auth, .next = auth_chain),
	END,
};

const struct conf_node conf_auth_nodes[] = {
	KW("text", "a string in clear", .flags = CONF_NO_CR,
	   .run = conf_run_auth, .next = auth_text),
	KW("md5", "hellos are signed: HMAC-MD5", .slot = CONF_S_MD5,
	   .flags = CONF_NO_CR, .run = conf_run_auth, .next = auth_keys),
	KW("hmac-sha-256", "hellos are signed: HMAC-SHA-256",
	   .slot = CONF_S_SHA256, .flags = CONF_NO_CR, .run = conf_run_auth,
	   .next = auth_keys),
	END,
};

/* key chain NAME, key ID */

static const struct conf_node key_plain[] = {
	WORD("KEY", "the same on both routers", CONF_KEY_LEN - 1, CONF_S_NAME,
	     .flags = EITHER, .run = conf_run_key_string),
	END,
};

static const struct conf_node key_obscured[] = {
	WORD("KEY", "as \"show running-config\" prints it",
	     CONF_OBSCURED_LEN - 1, CONF_S_NAME, .flags = EITHER,
	     .run = conf_run_key_string),
	END,
};

static const struct conf_node key_string[] = {
	KW("0", "in clear", .next = key_plain),
	KW("7", "obscured", .slot = CONF_S_OBSCURED, .next = key_obscured),
	WORD("KEY", "the same on both routers", CONF_KEY_LEN - 1, CONF_S_NAME,
	     .flags = EITHER, .run = conf_run_key_string),
	END,
};

#define YEAR(s, more...)						\
	NUM("YEAR", "from 1993 on", 1993, CONF_MAX_YEAR, s, more)
#define DAY(s, then)							\
	NUM("DAY", "of the month", 1, 31, s, .next = (then))
#define MONTH(s, then)							\
	ARG(CONF_ARG_MONTH, "MONTH", "such as Jan", s, .next = (then))

/* The day may stand before the month or behind it, as IOS takes both. */

static const struct conf_node until_year[] = {
	YEAR(CONF_S_UNTIL_YEAR, .flags = CONF_CR, .run = conf_run_lifetime),
	END,
};

static const struct conf_node until_day[] = {
	DAY(CONF_S_UNTIL_DAY, until_year),
	END,
};

static const struct conf_node until_month[] = {
	MONTH(CONF_S_UNTIL_MONTH, until_year),
	END,
};

static const struct conf_node until_date[] = {
	DAY(CONF_S_UNTIL_DAY, until_month),
	MONTH(CONF_S_UNTIL_MONTH, until_day),
	END,
};

static const struct conf_node duration_num[] = {
	NUM("SECONDS", "from the beginning", 1, 2147483646, CONF_S_DURATION,
	    .flags = CONF_CR, .run = conf_run_lifetime),
	END,
};

static const struct conf_node life_end[] = {
	KW("infinite", "no end", .slot = CONF_S_INFINITE, .flags = CONF_CR,
	   .run = conf_run_lifetime),
	KW("duration", "so long", .next = duration_num),
	ARG(CONF_ARG_TIME, "HH:MM:SS", "end, UTC", CONF_S_UNTIL,
	    .next = until_date),
	END,
};

static const struct conf_node from_year[] = {
	YEAR(CONF_S_FROM_YEAR, .next = life_end),
	END,
};

static const struct conf_node from_day[] = {
	DAY(CONF_S_FROM_DAY, from_year),
	END,
};

static const struct conf_node from_month[] = {
	MONTH(CONF_S_FROM_MONTH, from_year),
	END,
};

static const struct conf_node from_date[] = {
	DAY(CONF_S_FROM_DAY, from_month),
	MONTH(CONF_S_FROM_MONTH, from_day),
	END,
};

static const struct conf_node life_begin[] = {
	ARG(CONF_ARG_TIME, "HH:MM:SS", "beginning, UTC", CONF_S_SINCE,
	    .next = from_date),
	END,
};

static const struct conf_node chain_name[] = {
	WORD("NAME", "name of the key chain", CONF_CHAIN_LEN - 1, CONF_S_CHAIN,
	     .flags = EITHER, .run = conf_run_chain),
	END,
};

/* In the file a chain and its keys both begin with this word. */
const struct conf_node conf_key_chain_nodes[] = {
	KW("chain", "keys that take turns", .enters = CONF_MODE_CHAIN,
	   .next = chain_name),
	END,
};

static const struct conf_node key_more[] = {
	KW("chain", "another key chain", .enters = CONF_MODE_CHAIN,
	   .next = chain_name),
	NUM("NUMBER", "number of the key, the same on both routers", 0,
	    2147483647, CONF_S_ID, .flags = EITHER, .enters = CONF_MODE_KEY,
	    .run = conf_run_key),
	END,
};

const struct conf_node conf_chain_nodes[] = {
	KW("key", "a key of this chain", .enters = CONF_MODE_KEY,
	   .next = key_more),
	END,
};

const struct conf_node conf_key_nodes[] = {
	KW("key", "another key of this chain", .enters = CONF_MODE_KEY,
	   .next = key_more),
	KW("key-string", "the key", .flags = CONF_NO_CR | CONF_SECRET,
	   .run = conf_run_key_string, .next = key_string),
	KW("accept-lifetime", "when hellos with it are believed",
	   .slot = CONF_S_ACCEPT, .flags = CONF_NO_CR,
	   .run = conf_run_lifetime, .next = life_begin),
	KW("send-lifetime", "when it signs", .flags = CONF_NO_CR,
	   .run = conf_run_lifetime, .next = life_begin),
	END,
};
