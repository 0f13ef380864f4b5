/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_CONF_GRAM_H
#define RG_CONF_GRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "conf.h"
#include "lex.h"
#include "out.h"

/*
 * DOC: the grammar as data
 *
 * A command is a path through a graph of nodes. A node is a keyword or an
 * argument; its `next` array says what may follow. A mode is the array of
 * nodes that a line may begin with. The same tables serve the parser, the
 * "expected" part of its messages, and completion and `?` on a command line:
 * nothing about a command's form is written anywhere else.
 *
 * Matching at one place, in this order:
 * 1. a keyword in full; 2. the only keyword that the word abbreviates, synonyms
 * apart (several: ambiguous, an error); 3. the first argument whose type takes
 * the word.
 *
 * An array whose nodes lead back to itself makes options that combine in any
 * order; a slot that is filled already refuses to be filled again.
 */

enum conf_mode {
	CONF_MODE_NONE = 0,
	CONF_MODE_GLOBAL,	/* the top of a file */
	CONF_MODE_RED,		/* redundancy */
	CONF_MODE_APP,		/* application redundancy */
	CONF_MODE_PROTOCOL,
	CONF_MODE_CHAIN,	/* key chain */
	CONF_MODE_KEY,
	CONF_MODE_GROUP,
	CONF_MODE_IF,
	CONF_MODE_ACL,
	CONF_MODE_TRACK,
	CONF_MODE_SLA,
	CONF_MODE_REFUSED,	/* inside a block whose head was refused */
	CONF_N_MODES,
};

enum conf_arg {
	CONF_ARG_END = 0,	/* ends an array */
	CONF_ARG_KEYWORD,
	CONF_ARG_NUMBER,	/* decimal, min..max */
	CONF_ARG_WORD,		/* any printable word of at most max characters */
	CONF_ARG_ALIAS,		/* the same, but not only digits */
	CONF_ARG_IFNAME,	/* what the kernel takes for an interface name */
	CONF_ARG_LIST,		/* access list: standard number or name */
	CONF_ARG_LISTNUM,	/* access list: standard number */
	CONF_ARG_GROUP,		/* group: number or name */
	CONF_ARG_ADDR4,
	CONF_ARG_ADDR6,
	CONF_ARG_ADDR,		/* of either family */
	CONF_ARG_NETMASK,	/* ones in front */
	CONF_ARG_WILDCARD,	/* ones at the end */
	CONF_ARG_PREFIX,	/* A/len, either family */
	CONF_ARG_PREFIX4,	/* A/len, IPv4 */
	CONF_ARG_PREFIX6,	/* A/len, IPv6 */
	CONF_ARG_TIME,		/* HH:MM:SS, as seconds of the day */
	CONF_ARG_MAC,		/* as 0252.4701.0028 or 02:52:47:01:00:28 */
	CONF_ARG_MONTH,		/* in English, at least three letters */
};

/* Where a matched value is kept for the command; keywords fill one as a flag. */
enum conf_slot {
	CONF_S_NONE = 0,
	CONF_S_ID,
	CONF_S_NAME,
	CONF_S_HELLO_MSEC,
	CONF_S_HELLO,
	CONF_S_HOLD_MSEC,
	CONF_S_HOLD,
	CONF_S_BFD_TIMERS,
	CONF_S_MULTIPLIER,
	CONF_S_PRIORITY,
	CONF_S_THRESHOLD,
	CONF_S_DELAY,
	CONF_S_RELOAD,
	CONF_S_IF,
	CONF_S_TRUSTED,
	CONF_S_GROUP,
	CONF_S_MEMBER,
	CONF_S_DECREMENT,
	CONF_S_INSIDE,
	CONF_S_OUTSIDE,
	CONF_S_FROM,
	CONF_S_TO,
	CONF_S_LEN,
	CONF_S_LIST,
	CONF_S_POOL,
	CONF_S_OVERLOAD,
	CONF_S_SEQ,
	CONF_S_PERMIT,
	CONF_S_DENY,
	CONF_S_ADDR,
	CONF_S_WILDCARD,
	CONF_S_TCP,
	CONF_S_UDP,
	CONF_S_SCTP,
	CONF_S_ICMP,
	CONF_S_GRE,
	CONF_S_IP,
	CONF_S_NEVER,
	CONF_S_ALWAYS,
	CONF_S_ASSURED,
	CONF_S_AGE,
	CONF_S_MD5,
	CONF_S_SHA256,
	CONF_S_OBSCURED,
	CONF_S_TIMEOUT,
	CONF_S_CHAIN,
	CONF_S_ACCEPT,
	CONF_S_SINCE,
	CONF_S_FROM_DAY,
	CONF_S_FROM_MONTH,
	CONF_S_FROM_YEAR,
	CONF_S_UNTIL,
	CONF_S_UNTIL_DAY,
	CONF_S_UNTIL_MONTH,
	CONF_S_UNTIL_YEAR,
	CONF_S_INFINITE,
	CONF_S_DURATION,
	CONF_S_SHUTDOWN,
	CONF_S_LINE,
	CONF_S_IPV6,
	CONF_S_ROUTE,
	CONF_S_AND,
	CONF_S_OR,
	CONF_S_WEIGHT,
	CONF_S_PERCENT,
	CONF_S_EXEC,
	CONF_S_UNIT,
	CONF_S_INTERVAL,
	CONF_S_UP,
	CONF_S_DOWN,
	CONF_S_NOT,
	CONF_S_SECONDARY,
	CONF_S_IN,
	CONF_S_OUT,
	CONF_S_MAC,
	CONF_S_SLA,
	CONF_S_STATE,
	CONF_S_REACH,
	CONF_S_RII,
	CONF_S_HTTP,
	CONF_S_DNS,
	CONF_S_PORT,
	CONF_N_SLOTS,
};

struct conf_val {
	uint32_t num;
	uint8_t mac[6];
	struct rg_addr addr;
	struct rg_prefix prefix;
	const struct lex_token *word;
};

struct conf_parser;

enum {
	CONF_CR		= 1u << 0,	/* a command may end here */
	CONF_NO_CR	= 1u << 1,	/* a `no` command may end here */
	CONF_HIDDEN	= 1u << 2,	/* accepted, but not offered */
	CONF_REASON	= 1u << 3,	/* `refused` is a whole sentence */
	CONF_ONCE	= 1u << 4,	/* an option: its slot may be filled once */
	CONF_SYNONYM	= 1u << 5,	/* makes no abbreviation ambiguous */
	CONF_SECRET	= 1u << 6,	/* what follows is never quoted */
};

/**
 * struct conf_node - one step of a command
 * @type: keyword or kind of argument
 * @word: the keyword in lower case, or what help calls the argument
 * @help: what it means, for help and documentation
 * @min: NUMBER: the smallest
 * @max: NUMBER: the largest; WORD and ALIAS: the longest
 * @slot: where the value goes
 * @flags: CONF_CR and so on
 * @enters: mode that the command leads into. When the rest of the line is
 *	wrong it is entered all the same, for a block must not be read as if it
 *	belonged to another one; what it says then goes nowhere.
 * @refused: recognised and not supported: what of it is not supported, with
 *	whatever follows on the line
 * @run: does it, when a line may end here: 0, or an error that was reported
 * @next: what may follow, NULL: nothing
 */
struct conf_node {
	enum conf_arg type;
	const char *word;
	const char *help;
	uint32_t min;
	uint32_t max;
	enum conf_slot slot;
	unsigned int flags;
	enum conf_mode enters;
	const char *refused;
	int (*run)(struct conf_parser *p);
	const struct conf_node *next;
};

/**
 * struct conf_mode_info - a mode
 * @prompt: as IOS shows it between parentheses behind the host's name
 * @parent: where exit leads and where else a line is tried
 * @nodes: what a line may begin with
 * @enter: the command that enters it, for findings; NULL: none, or everywhere
 */
struct conf_mode_info {
	const char *prompt;
	enum conf_mode parent;
	const struct conf_node *nodes;
	const char *enter;
};

extern const struct conf_mode_info conf_modes[CONF_N_MODES];
extern const struct conf_node conf_auth_nodes[];
extern const struct conf_node conf_key_chain_nodes[];
extern const struct conf_node conf_chain_nodes[];
extern const struct conf_node conf_key_nodes[];
extern const struct conf_node conf_if_nodes[];
extern const struct conf_node conf_ip_nodes[];
extern const struct conf_node conf_acl_nodes[];
extern const struct conf_node conf_access_list_nodes[];
extern const struct conf_node conf_ip_sla_nodes[];
extern const struct conf_node conf_sla_nodes[];
extern const struct conf_node conf_track_nodes[];
extern const struct conf_node conf_global_track_nodes[];
extern const struct conf_node conf_group_track_nodes[];

bool conf_arg_take(const struct conf_node *n, const struct lex_token *t,
		   struct conf_val *v);
void conf_arg_describe(const struct conf_node *n, struct out *o);

#endif /* RG_CONF_GRAM_H */
