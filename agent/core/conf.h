/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_CONF_H
#define RG_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"

struct out;

/*
 * DOC: the configuration
 *
 * What the operator wrote, as data. One struct conf holds a whole
 * configuration in bounded arrays; it is about 500 KB, so allocate it, do not
 * put it on a stack. Nothing here allocates, reads a clock or opens a file.
 *
 * Every array is sorted by its key (number or name), so that two
 * configurations which mean the same look the same, print the same and are
 * compared in one walk. Times are in milliseconds, addresses in network order
 * (addr.h). A name that is not set is the empty string, a number that is not
 * set is 0 unless a default is named.
 *
 * `line` fields say where an object was first named, for diagnostics only:
 * conf_diff() and conf_equal() do not look at them.
 */

#define CONF_ALIAS_LEN		26	/* protocol and group names: 1-25 */
#define CONF_WORD_LEN		64	/* pool and list names: 1-63 */
#define CONF_PATH_LEN		128	/* programs and units: 1-127 */
#define CONF_IF_LEN		16	/* IFNAMSIZ */
#define CONF_TEXT_LEN		9	/* authentication text: 1-8 */
#define CONF_KEY_LEN		81	/* keys: 1-80 */
#define CONF_OBSCURED_LEN	163	/* the same as type 7 */
#define CONF_CHAIN_LEN		33	/* names of key chains: 1-32 */

#define CONF_MAX_PROTOCOLS	8
#define CONF_MAX_GROUPS		255
#define CONF_MAX_IFS		64
#define CONF_MAX_VIPS		8	/* on one interface */
#define CONF_MAX_OWNS		16	/* own addresses of one interface */
#define CONF_MAX_POOLS		128
#define CONF_MAX_ACLS		64
#define CONF_MAX_ACES		64	/* in one list */
#define CONF_MAX_MAPS		128
#define CONF_MAX_REPLS		256
#define CONF_MAX_CHAINS		16
#define CONF_MAX_KEYS		16	/* in one chain */
#define CONF_MAX_KEY_TIMEOUT	32767	/* s */
#define CONF_MAX_YEAR		9999
#define CONF_MAX_RULES		64	/* for one mapping: NF_RG_RULES_MAX */
#define CONF_MAX_TRACKS		64
#define CONF_MAX_SLAS		32
#define CONF_MAX_MEMBERS	16	/* objects in one list */
#define CONF_MAX_GROUP_TRACKS	16	/* objects that one group tracks */
#define CONF_TRACK_ID_MAX	32767
#define CONF_MAX_HOOKS		8

#define CONF_DEF_HELLO_MS	3000
#define CONF_DEF_HOLD_MS	10000
#define CONF_DEF_BFD_MS		100
#define CONF_DEF_BFD_MULT	3
#define CONF_DEF_PRIORITY	100
#define CONF_DEF_DELAY_MS	30000
#define CONF_DEF_RELOAD_MS	60000
#define CONF_DEF_DOMAIN		71
#define CONF_DEF_PROBE_MS	20
#define CONF_MAX_PROBE_MS	1000
#define CONF_DEF_WEIGHT		10	/* of an object in a list by weight */
#define CONF_DEF_HOOK_S		10	/* time that a hook has */
#define CONF_HTTP_PORT		80	/* where HTTP is, unless a command says otherwise */

enum conf_auth {
	CONF_AUTH_NONE = 0,
	CONF_AUTH_TEXT,		/* a string in every hello, in clear */
	CONF_AUTH_MD5,		/* HMAC-MD5 */
	CONF_AUTH_SHA256,	/* HMAC-SHA-256 */
};

/**
 * struct conf_protocol - `protocol N`: how the control link is spoken
 * @id: 1-8
 * @name: alias, may be empty
 * @hello_ms: interval between hellos, 10-254000
 * @hold_ms: silence after which the peer counts as dead, 30-255000
 * @auth: how hellos are authenticated
 * @auth_text: CONF_AUTH_TEXT: the text
 * @key: CONF_AUTH_MD5 and _SHA256: `key-string`, in clear; empty: see @chain
 * @key_timeout_s: how long the key-string before this one is accepted, 0-32767
 * @chain: key chain, when @key is empty
 * @bfd: BFD runs beside the hellos; on by default
 * @bfd_tx_ms, @bfd_rx_ms: intervals of BFD, sent and taken, 10-60000
 * @bfd_mult: detect multiplier, 3-50
 * @line: where it was first named
 */
struct conf_protocol {
	uint32_t id;
	char name[CONF_ALIAS_LEN];
	uint32_t hello_ms;
	uint32_t hold_ms;
	enum conf_auth auth;
	char auth_text[CONF_TEXT_LEN];
	char key[CONF_KEY_LEN];
	uint32_t key_timeout_s;
	char chain[CONF_CHAIN_LEN];
	bool bfd;
	uint32_t bfd_tx_ms;
	uint32_t bfd_rx_ms;
	uint32_t bfd_mult;
	uint32_t line;
};

/* A time of validity, in s since 1970 UTC, @until excluded; INT64_MAX: no end. */
struct conf_life {
	int64_t from;
	int64_t until;
};

/**
 * struct conf_key - `key N` of a key chain
 * @id: 0-2147483647
 * @text: the key, in clear; empty: none yet, the key is not used
 * @accept: when hellos with it are believed
 * @send: when it signs
 */
struct conf_key {
	uint32_t id;
	char text[CONF_KEY_LEN];
	struct conf_life accept;
	struct conf_life send;
};

/**
 * struct conf_chain - `key chain NAME`
 * @name: its name
 * @n_keys: how many of @key are set
 * @key: keys, sorted
 * @line: where it was first named
 */
struct conf_chain {
	char name[CONF_WORD_LEN];
	uint32_t n_keys;
	struct conf_key key[CONF_MAX_KEYS];
	uint32_t line;
};

/**
 * struct conf_gtrack - `track N ...` of a group
 * @id: the object; need not be defined: then it counts as up
 * @decrement: what the priority loses while it is down, 1-255; 0: @shutdown
 * @shutdown: the group gives its role up while it is down
 */
struct conf_gtrack {
	uint32_t id;
	uint8_t decrement;
	bool shutdown;
};

/**
 * struct conf_group - `group N`
 * @id: 1-255
 * @name: alias, may be empty
 * @shutdown: taken out of service by the operator
 * @preempt: a strictly higher priority takes the role over
 * @priority: configured priority, 1-255
 * @threshold: run-time priority below which the role is given up; 0: none
 * @delay_ms: wait before ACTIVE is claimed after a fault ended
 * @reload_ms: the same after the system came up
 * @control: control interface; empty: none yet, the group cannot find a peer
 * @protocol: protocol spoken there, 0 when @control is empty; may name one
 *	that is not defined (conf_group_protocol() then gives the defaults)
 * @data: data interface; empty: nothing is synchronised
 * @data_trusted: the operator says that a plain data link is meant
 * @n_tracks: how many of @track are set
 * @track: objects that it tracks, sorted by number
 * @line: where it was first named
 */
struct conf_group {
	uint32_t id;
	char name[CONF_ALIAS_LEN];
	bool shutdown;
	bool preempt;
	uint8_t priority;
	uint8_t threshold;
	uint32_t delay_ms;
	uint32_t reload_ms;
	char control[CONF_IF_LEN];
	uint32_t protocol;
	char data[CONF_IF_LEN];
	bool data_trusted;
	uint32_t n_tracks;
	struct conf_gtrack track[CONF_MAX_GROUP_TRACKS];
	uint32_t line;
};

/**
 * struct conf_gref - a group named by number or by name
 * @id: its number. Of a reference by name, resolved at the end of the parse;
 *	0: no group has this name. A number need not be defined either: look it
 *	up with conf_group(), NULL means that whatever refers to it is inert.
 * @name: the name that was used; empty: named by number
 */
struct conf_gref {
	uint32_t id;
	char name[CONF_ALIAS_LEN];
};

/**
 * struct conf_vip - a virtual address of an interface
 * @addr: the address
 * @len: 32 for IPv4, the given length for IPv6, 64 for a link-local address
 * @decrement: 1-255, 0: not given on this line (use conf_if_decrement())
 */
struct conf_vip {
	struct rg_addr addr;
	uint8_t len;
	uint8_t decrement;
};

/**
 * struct conf_own - an address of the interface's own: `ip address A MASK`
 * @addr: the address, IPv4
 * @len: prefix length that the mask says, 1-32
 * @secondary: `secondary` was said; at most one is without it
 */
struct conf_own {
	struct rg_addr addr;
	uint8_t len;
	bool secondary;
};

/* `[no] shutdown` of an interface. */
enum conf_admin {
	CONF_ADMIN_AS_FOUND = 0,	/* neither was said: left alone */
	CONF_ADMIN_DOWN,
	CONF_ADMIN_UP,
};

/* `[no] negotiation auto` */
enum conf_negotiation {
	CONF_NEGOTIATION_AS_FOUND = 0,	/* neither was said: left alone */
	CONF_NEGOTIATION_AUTO,
	CONF_NEGOTIATION_OFF,
};

/* `ip virtual-reassembly [in] [out]`, bits */
enum {
	CONF_REASSEMBLY		= 1u << 0,	/* it was said */
	CONF_REASSEMBLY_IN	= 1u << 1,
	CONF_REASSEMBLY_OUT	= 1u << 2,
};

/* `redundancy vmac [MAC]` */
enum conf_vmac {
	CONF_VMAC_NONE = 0,
	CONF_VMAC_AUTO,		/* from domain, group and RII */
	CONF_VMAC_GIVEN,
};

enum conf_nat_side {
	CONF_NAT_NONE = 0,
	CONF_NAT_INSIDE,
	CONF_NAT_OUTSIDE,
};

/**
 * struct conf_if - `interface IF`
 * @name: Linux interface name
 * @rii: redundant interface identifier, 1-65535, 0: none
 * @rii_decrement: `redundancy rii N decrement D`, 0: not given
 * @in_group: the interface belongs to a group, exclusively
 * @group: that group
 * @group_decrement: `redundancy group G decrement D`, 0: not given
 * @nat: `ip nat inside|outside`
 * @admin: `shutdown`, `no shutdown`, or neither
 * @negotiation: `negotiation auto`, `no negotiation auto`, or neither
 * @reassembly: CONF_REASSEMBLY and so on, 0: not said
 * @vmac: `redundancy vmac`
 * @mac: the virtual MAC address with CONF_VMAC_GIVEN, otherwise zero
 * @n_owns: how many of @own are set
 * @own: own addresses: the one that is not secondary first, then sorted
 * @n_vips: how many of @vip are set; at most one is IPv4
 * @vip: virtual addresses, sorted
 * @line: where it was first named
 */
struct conf_if {
	char name[CONF_IF_LEN];
	uint32_t rii;
	uint8_t rii_decrement;
	bool in_group;
	struct conf_gref group;
	uint8_t group_decrement;
	enum conf_nat_side nat;
	enum conf_admin admin;
	enum conf_negotiation negotiation;
	uint8_t reassembly;
	enum conf_vmac vmac;
	uint8_t mac[6];
	uint32_t n_owns;
	struct conf_own own[CONF_MAX_OWNS];
	uint32_t n_vips;
	struct conf_vip vip[CONF_MAX_VIPS];
	uint32_t line;
};

/**
 * struct conf_pool - `ip nat pool`
 * @name: its name
 * @range: first and last address as written. Do not hand these out as they
 *	are: conf_pool_ranges() leaves out what may not be used.
 * @len: length of the network the pool is in (netmask or prefix-length)
 * @line: where it was first named
 */
struct conf_pool {
	char name[CONF_WORD_LEN];
	struct rg_range range;
	uint8_t len;
	uint32_t line;
};

/**
 * struct conf_ace - one entry of an access list
 * @seq: sequence number, 1-2147483647; entries are tried in this order
 * @permit: translate; otherwise do not
 * @src: source prefix, host bits zero; family RG_NONE: any address of either
 *	family. An entry of the other family never matches.
 */
struct conf_ace {
	uint32_t seq;
	bool permit;
	struct rg_prefix src;
};

/**
 * struct conf_acl - `ip access-list standard NAME` or `access-list N`
 * @name: name or number, in decimal
 * @n_aces: how many of @ace are set; after the last one: deny
 * @ace: entries, sorted by sequence number
 * @line: where it was first named
 */
struct conf_acl {
	char name[CONF_WORD_LEN];
	uint32_t n_aces;
	struct conf_ace ace[CONF_MAX_ACES];
	uint32_t line;
};

/**
 * struct conf_map - `ip nat inside source list ...`: a redundant NAT rule
 * @id: mapping-id, 1-2147483647; rules are tried in this order
 * @acl: access list; may be undefined: then nothing matches
 * @pool: pool; may be undefined: then the rule is inert
 * @group: group; may be undefined: then the rule is inert
 * @overload: ports are translated, many sources share an address
 * @line: where it was first named
 */
struct conf_map {
	uint32_t id;
	char acl[CONF_WORD_LEN];
	char pool[CONF_WORD_LEN];
	struct conf_gref group;
	bool overload;
	uint32_t line;
};

/**
 * struct conf_repl - `ip nat switchover replication ...`: when connections are
 * replicated
 * @map: mapping-id; 0: of every mapping
 * @l4: protocol: 6, 17, 132, 47; 1: that of ICMP in the mapping's family; 0:
 *	every one
 * @when: enum nf_rg_when
 * @from: first port that the client asked for; 0: no ports were given
 * @to: last port; 0 likewise
 * @age_ms: 1-3600000, for NF_RG_WHEN_AGE; otherwise 0
 * @line: where it was said
 *
 * Which of several rules decides does not depend on the order of the lines:
 * see conf_map_repls().
 */
struct conf_repl {
	uint32_t map;
	uint8_t l4;
	uint8_t when;
	uint16_t from;
	uint16_t to;
	uint32_t age_ms;
	uint32_t line;
};

enum conf_track_kind {
	CONF_TRACK_NONE = 0,
	CONF_TRACK_LINE,	/* interface ... line-protocol */
	CONF_TRACK_IP,		/* interface ... ip routing */
	CONF_TRACK_IPV6,	/* interface ... ipv6 routing */
	CONF_TRACK_ROUTE,	/* ip|ipv6 route ... reachability */
	CONF_TRACK_AND,		/* list boolean and */
	CONF_TRACK_OR,		/* list boolean or */
	CONF_TRACK_WEIGHT,	/* list threshold weight */
	CONF_TRACK_PERCENT,	/* list threshold percentage */
	CONF_TRACK_EXEC,	/* exec */
	CONF_TRACK_UNIT,	/* systemd */
	CONF_TRACK_SLA,		/* ip sla ... state */
	CONF_TRACK_SLA_REACH,	/* ip sla ... reachability */
	CONF_TRACK_RII,		/* rii ... reachability */
	CONF_TRACK_KINDS,
};

/**
 * struct conf_member - `object M ...` of a list
 * @id: the object; need not be defined: then it counts as fulfilled
 * @negate: fulfilled when it is down; boolean lists only
 * @weight: 1-255 in a list by weight, otherwise 0
 */
struct conf_member {
	uint32_t id;
	bool negate;
	uint32_t weight;
};

/**
 * struct conf_track - `track N ...`: something that is up or down
 * @id: 1-32767
 * @kind: what it is
 * @name: interface, program (absolute path) or unit; otherwise empty
 * @route: prefix, host bits zero, for CONF_TRACK_ROUTE
 * @interval_s: how often the program runs, 1-3600; otherwise 0
 * @sla: number of the operation for CONF_TRACK_SLA and CONF_TRACK_SLA_REACH;
 *	otherwise 0
 * @rii: redundant interface identifier for CONF_TRACK_RII; otherwise 0
 * @delay_up_s: how long it must be up before it counts as up, 0-180
 * @delay_down_s: the same for down
 * @up: a threshold list is up from here on, 1-255 or 1-100 %; 0: not said
 * @down: and down from here on downwards; below @up
 * @n_members: how many of @member are set
 * @member: what a list consists of, sorted by number
 * @line: where it was first named
 */
struct conf_track {
	uint32_t id;
	enum conf_track_kind kind;
	char name[CONF_PATH_LEN];
	struct rg_prefix route;
	uint32_t interval_s;
	uint32_t sla;
	uint32_t rii;
	uint32_t delay_up_s;
	uint32_t delay_down_s;
	uint32_t up;
	uint32_t down;
	uint32_t n_members;
	struct conf_member member[CONF_MAX_MEMBERS];
	uint32_t line;
};

enum conf_sla_kind {
	CONF_SLA_NONE = 0,	/* not said */
	CONF_SLA_ICMP,		/* icmp-echo */
	CONF_SLA_TCP,		/* tcp-connect */
	CONF_SLA_HTTP,		/* http get */
	CONF_SLA_DNS,		/* dns */
	CONF_SLA_KINDS,
};

/**
 * struct conf_sla - `ip sla N`: a question that is asked again and again
 * @id: 1-2147483647
 * @kind: what is asked
 * @dst: whom; for CONF_SLA_DNS the name server
 * @port: TCP port; otherwise 0
 * @source: own address to ask from; RG_NONE: any
 * @name: CONF_SLA_HTTP: path, begins with '/'; CONF_SLA_DNS: name that is asked
 *	for; otherwise empty
 * @frequency_s: how often, 1-3600
 * @timeout_ms: an answer that takes longer is none, 1-60000
 * @threshold_ms: an answer that takes longer is late, 1-60000
 * @scheduled: it runs
 * @line: where it was first named
 */
struct conf_sla {
	uint32_t id;
	enum conf_sla_kind kind;
	struct rg_addr dst;
	uint16_t port;
	struct rg_addr source;
	char name[CONF_PATH_LEN];
	uint32_t frequency_s;
	uint32_t timeout_ms;
	uint32_t threshold_ms;
	bool scheduled;
	uint32_t line;
};

#define CONF_DEF_SLA_FREQUENCY	60
#define CONF_DEF_SLA_TIMEOUT	5000
#define CONF_DEF_SLA_THRESHOLD	5000

/**
 * struct conf_hook - `role-change exec PATH`: a program that is told each
 * change of a role
 * @path: absolute path
 * @timeout_s: how long it may take, 1-60
 */
struct conf_hook {
	char path[CONF_PATH_LEN];
	uint32_t timeout_s;
};

/**
 * struct conf - a configuration
 * @domain: 0-255, default 71
 * @require_encryption: no data link rather than one in clear
 * @probe_ms: `split-brain probe`, 0-CONF_MAX_PROBE_MS, default 20, 0: off
 * @http_port: `ip nat switchover replication http [port N]`: HTTP sessions to
 *	this port are replicated; 0: none are. See conf_holds_http().
 * @http_line: where that was said
 *
 * The rest are the arrays and how many of each are set.
 */
struct conf {
	uint8_t domain;
	bool require_encryption;
	uint16_t probe_ms;
	uint16_t http_port;
	uint32_t http_line;
	uint32_t n_chains;
	uint32_t n_protocols;
	uint32_t n_groups;
	uint32_t n_ifs;
	uint32_t n_pools;
	uint32_t n_acls;
	uint32_t n_maps;
	uint32_t n_repls;
	uint32_t n_tracks;
	uint32_t n_slas;
	uint32_t n_hooks;
	struct conf_chain chain[CONF_MAX_CHAINS];
	struct conf_protocol protocol[CONF_MAX_PROTOCOLS];
	struct conf_group group[CONF_MAX_GROUPS];
	struct conf_if iface[CONF_MAX_IFS];
	struct conf_pool pool[CONF_MAX_POOLS];
	struct conf_acl acl[CONF_MAX_ACLS];
	struct conf_map map[CONF_MAX_MAPS];
	struct conf_repl repl[CONF_MAX_REPLS];
	struct conf_track track[CONF_MAX_TRACKS];
	struct conf_sla sla[CONF_MAX_SLAS];
	struct conf_hook hook[CONF_MAX_HOOKS];
};

/*
 * Diagnostics. All findings of a file are listed, not only the first one.
 */
enum conf_severity {
	CONF_WARNING = 1,	/* loads; the operator should know */
	CONF_ERROR,		/* the whole file is refused */
};

/**
 * struct conf_diag - one finding
 * @severity: error or warning
 * @file: as given to conf_parse(), borrowed
 * @line: from 1; 0: about no line
 * @col: from 1, in bytes; 0: about the line as a whole
 * @read: what was read there, shortened; may be empty
 * @text: what is wrong, as a sentence without a full stop
 * @expected: what would have been right; may be empty
 */
struct conf_diag {
	enum conf_severity severity;
	const char *file;
	uint32_t line;
	uint32_t col;
	char read[48];
	char text[256];
	char expected[256];
};

/**
 * struct conf_diags - where findings go
 * @v: storage given by the caller; may be NULL when @max is 0
 * @max: its size
 * @n: how many were stored
 * @errors: how many errors there were, stored or not
 * @warnings: how many warnings there were, stored or not
 */
struct conf_diags {
	struct conf_diag *v;
	size_t max;
	size_t n;
	size_t errors;
	size_t warnings;
};

void conf_init(struct conf *c);
int conf_parse(struct conf *c, const char *file, const char *text, size_t len,
	       struct conf_diags *d);
int conf_check(const struct conf *c, const char *file, struct conf_diags *d);
int conf_print(const struct conf *c, char *buf, size_t size, size_t *len);
size_t conf_diag_print(const struct conf_diag *d, char *buf, size_t size);

/*
 * Look-ups. All return NULL when there is no such object.
 */
const struct conf_chain *conf_chain(const struct conf *c, const char *name);
const struct conf_protocol *conf_protocol(const struct conf *c, uint32_t id);
const struct conf_group *conf_group(const struct conf *c, uint32_t id);
const struct conf_group *conf_group_named(const struct conf *c,
					  const char *name);
const struct conf_if *conf_if(const struct conf *c, const char *name);
const struct conf_pool *conf_pool(const struct conf *c, const char *name);
const struct conf_acl *conf_acl(const struct conf *c, const char *name);
const struct conf_map *conf_map(const struct conf *c, uint32_t id);
const struct conf_track *conf_track(const struct conf *c, uint32_t id);
const struct conf_sla *conf_sla(const struct conf *c, uint32_t id);

bool conf_track_is_list(const struct conf_track *t);
bool conf_track_is_if(const struct conf_track *t);
bool conf_track_is_sla(const struct conf_track *t);
const char *conf_track_type(const struct conf_track *t);
const char *conf_track_parameter(const struct conf_track *t);
void conf_track_instance(const struct conf_track *t, struct out *o);
enum rg_family conf_map_family(const struct conf *c, const struct conf_map *m);
bool conf_has_keys(const struct conf *c);
bool conf_holds_http(const struct conf *c);
uint32_t conf_map_repls(const struct conf *c, const struct conf_map *m,
			struct conf_repl *out, uint32_t max);
const char *conf_repl_protocol(uint8_t l4);
bool conf_repls_equal(const struct conf *a, const struct conf *b);
bool conf_group_keyed(const struct conf *c, const struct conf_group *g);
const struct conf_hook *conf_hook(const struct conf *c, const char *path);
bool conf_hooks_equal(const struct conf *a, const struct conf *b);
void conf_group_protocol(const struct conf *c, const struct conf_group *g,
			 struct conf_protocol *out);
uint8_t conf_if_decrement(const struct conf_if *i);
bool conf_acl_permits(const struct conf_acl *a, const struct rg_addr *src);
int conf_pool_ranges(const struct conf *c, const struct conf_pool *p,
		     const struct rg_addr *taken, size_t n_taken,
		     struct rg_range *out, size_t max, size_t *n);
int conf_pool_prefixes(const struct conf *c, const struct conf_pool *p,
		       const struct rg_addr *taken, size_t n_taken,
		       struct rg_prefix *out, size_t max, size_t *n);

/*
 * Differences, so that what did not change feels nothing. What counts is the
 * meaning: a group named by number instead of by name, a decrement written on
 * another line or entries with other sequence numbers are no difference.
 */
enum conf_object {
	CONF_OBJ_DOMAIN = 1,	/* what is of no object of its own; old and new are NULL */
	CONF_OBJ_PROTOCOL,
	CONF_OBJ_GROUP,
	CONF_OBJ_IF,
	CONF_OBJ_POOL,
	CONF_OBJ_ACL,
	CONF_OBJ_MAP,
	CONF_OBJ_TRACK,
	CONF_OBJ_HTTP,		/* replication of HTTP; old and new are NULL */
	CONF_OBJ_CHAIN,
	CONF_OBJ_SLA,
	CONF_OBJ_REPL,		/* when all else is replicated; likewise NULL */
	CONF_OBJ_HOOK,		/* who is told role changes; likewise NULL */
};

/* What of an object changed. An added or removed object has all its bits. */
enum {
	CONF_PROTOCOL_NAME	= 1u << 0,
	CONF_PROTOCOL_TIMERS	= 1u << 1,
	CONF_PROTOCOL_AUTH	= 1u << 2,
	CONF_PROTOCOL_BFD	= 1u << 3,	/* on or off, and its timers */
	CONF_PROTOCOL_ALL	= (1u << 4) - 1,
};

enum {
	CONF_CHAIN_KEYS		= 1u << 0,
	CONF_CHAIN_ALL		= CONF_CHAIN_KEYS,
};

enum {
	CONF_GROUP_NAME		= 1u << 0,
	CONF_GROUP_SHUTDOWN	= 1u << 1,
	CONF_GROUP_PREEMPT	= 1u << 2,
	CONF_GROUP_PRIORITY	= 1u << 3,
	CONF_GROUP_THRESHOLD	= 1u << 4,
	CONF_GROUP_DELAY	= 1u << 5,	/* delay_ms or reload_ms */
	CONF_GROUP_CONTROL	= 1u << 6,	/* the control interface */
	CONF_GROUP_PROTOCOL	= 1u << 7,	/* its number, or what it says */
	CONF_GROUP_DATA		= 1u << 8,	/* the data interface */
	CONF_GROUP_TRUSTED	= 1u << 9,
	CONF_GROUP_TRACK	= 1u << 10,	/* what it tracks, how it counts */
	CONF_GROUP_ALL		= (1u << 11) - 1,
};

enum {
	CONF_IF_RII		= 1u << 0,
	CONF_IF_GROUP		= 1u << 1,
	CONF_IF_DECREMENT	= 1u << 2,	/* what conf_if_decrement() says */
	CONF_IF_VIP		= 1u << 3,
	CONF_IF_NAT		= 1u << 4,
	CONF_IF_OWN		= 1u << 5,	/* own addresses */
	CONF_IF_ADMIN		= 1u << 6,
	CONF_IF_REASSEMBLY	= 1u << 7,
	CONF_IF_NEGOTIATION	= 1u << 8,
	CONF_IF_VMAC		= 1u << 9,
	CONF_IF_ALL		= (1u << 10) - 1,
};

enum {
	CONF_POOL_RANGE		= 1u << 0,	/* from, to or length */
	CONF_POOL_ALL		= CONF_POOL_RANGE,
};

enum {
	CONF_ACL_ENTRIES	= 1u << 0,
	CONF_ACL_ALL		= CONF_ACL_ENTRIES,
};

enum {
	CONF_MAP_ACL		= 1u << 0,	/* another list, or its entries */
	CONF_MAP_POOL		= 1u << 1,	/* another pool, or its range */
	CONF_MAP_GROUP		= 1u << 2,
	CONF_MAP_OVERLOAD	= 1u << 3,
	CONF_MAP_ALL		= (1u << 4) - 1,
};

enum {
	CONF_TRACK_WHAT		= 1u << 0,	/* another thing: state unknown */
	CONF_TRACK_INTERVAL	= 1u << 1,
	CONF_TRACK_DELAY	= 1u << 2,
	CONF_TRACK_THRESHOLD	= 1u << 3,
	CONF_TRACK_MEMBERS	= 1u << 4,
	CONF_TRACK_ALL		= (1u << 5) - 1,
};

enum {
	CONF_SLA_WHAT		= 1u << 0,	/* another question, or nobody asks now */
	CONF_SLA_TIMES		= 1u << 1,
	CONF_SLA_ALL		= (1u << 2) - 1,
};

/**
 * struct conf_change - one object that differs
 * @obj: what it is, and so the type of @before and @after
 * @bits: what of it differs
 * @before: in the old configuration; NULL: it was added
 * @after: in the new configuration; NULL: it was removed
 *
 * The pointers lead into the two structs compared.
 */
struct conf_change {
	enum conf_object obj;
	uint32_t bits;
	const void *before;
	const void *after;
};

/* Never more changes than this between two configurations. */
#define CONF_MAX_CHANGES	(4 + 2 * (CONF_MAX_PROTOCOLS + CONF_MAX_GROUPS + \
				 CONF_MAX_IFS + CONF_MAX_POOLS + \
				 CONF_MAX_ACLS + CONF_MAX_MAPS + \
				 CONF_MAX_CHAINS + CONF_MAX_TRACKS + \
				 CONF_MAX_SLAS))

uint32_t conf_sla_diff(const struct conf_sla *a, const struct conf_sla *b);
uint32_t conf_track_diff(const struct conf_track *a,
			 const struct conf_track *b);
int conf_diff(const struct conf *before, const struct conf *after,
	      struct conf_change *out, size_t max, size_t *n);
bool conf_equal(const struct conf *a, const struct conf *b);

#endif /* RG_CONF_H */
