/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_VIEW_H
#define RG_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"
#include "conf.h"
#include "peerconf.h"
#include "twin.h"

/*
 * DOC: the snapshot behind the show commands
 *
 * The daemon copies what it knows into a struct view, all at one moment, and
 * output.h renders it. Nothing here points into the daemon. A struct view is
 * large (some MB): allocate it, zeroed; only what is used is touched.
 *
 * Roles are enum nf_rg_role of <linux/nf_rg.h>. A name or an address that is
 * not known is empty (family RG_NONE), times are in ms.
 */

#define VIEW_MAX_GROUPS		255
#define VIEW_MAX_PROTOCOLS	8
#define VIEW_MAX_IFS		16	/* traffic interfaces of a group */
#define VIEW_MAX_VIPS		8	/* on an interface */
#define VIEW_MAX_FAULTS		48	/* of a group */
#define VIEW_MAX_TRACKS		CONF_MAX_TRACKS
#define VIEW_MAX_SLAS		CONF_MAX_SLAS
#define VIEW_MAX_BFD		32
#define VIEW_MAX_COUNTERS	1024	/* of a group, and of the system */
#define VIEW_MAX_DIFFS		PEERCONF_DIFFS_MAX
#define VIEW_IF_LEN		16
#define VIEW_NAME_LEN		26
#define VIEW_TEXT_LEN		128
#define VIEW_COUNTER_LEN	48

/* RF state, as shown. */
enum view_rf {
	VIEW_RF_DISABLED,
	VIEW_RF_INITIALIZATION,
	VIEW_RF_NEGOTIATION,
	VIEW_RF_STANDBY_COLD,		/* the data link is not up */
	VIEW_RF_STANDBY_COLD_BULK,	/* the bulk transfer runs */
	VIEW_RF_STANDBY_HOT,
	VIEW_RF_ACTIVE,

	VIEW_RF_MAX,
};

enum view_auth {
	VIEW_AUTH_NONE,
	VIEW_AUTH_TEXT,
	VIEW_AUTH_MD5,
	VIEW_AUTH_SHA256,
};

struct view_counter {
	char name[VIEW_COUNTER_LEN];
	uint64_t value;
};

/* @lost: counters for which there was no room; shown as "counters-left-out", if any. */
struct view_counters {
	uint32_t n;
	uint32_t lost;
	struct view_counter v[VIEW_MAX_COUNTERS];
};

/**
 * struct view_fault - a fault in force
 * @name: as in the documentation: DATA-PATH, CAPACITY, FOREIGN, ...
 * @text: the figures
 * @decrement: what it takes off the priority, 0: nothing
 */
struct view_fault {
	char name[24];
	char text[VIEW_TEXT_LEN];
	uint8_t decrement;
};

/**
 * struct view_vip - a virtual address
 * @addr: the address
 * @len: prefix length
 * @present: it is on the interface now
 */
struct view_vip {
	struct rg_addr addr;
	uint8_t len;
	bool present;
};

/**
 * struct view_if - a traffic interface of a group
 * @name: its name
 * @rii: redundant interface identifier, 0: none
 * @exists: the kernel has it
 * @admin_up: not shut
 * @link_up: carrier, and operational
 * @mac: its MAC address; all zero: unknown
 * @vmac: virtual MAC address; all zero: none
 * @decrement: what its failure takes off the priority
 * @has_twin: probes are exchanged with the interface of the peer that has the same RII
 * @twin: whether they are heard
 * @twin_broken: they are not, though both interfaces are up and the peer lives: a fault
 * @twin_cut: and the decrement is in force, since neighbours answer the peer only
 * @twin_neighbours: whether they answer this router
 * @twin_known: neighbours that this router would ask
 * @twin_told: and those that the peer has told of
 * @n_vips: virtual addresses
 * @vip: virtual addresses
 */
struct view_if {
	char name[VIEW_IF_LEN];
	uint32_t rii;
	bool exists;
	bool admin_up;
	bool link_up;
	uint8_t mac[6];
	uint8_t vmac[6];
	uint8_t decrement;
	bool has_twin;
	enum twin_state twin;
	bool twin_broken;
	bool twin_cut;
	enum twin_result twin_neighbours;
	uint32_t twin_known;
	uint32_t twin_told;
	uint32_t n_vips;
	struct view_vip vip[VIEW_MAX_VIPS];
};

/**
 * struct view_link - control or data link of a group
 * @name: interface, empty: none configured
 * @exists: the kernel has it
 * @up: administratively up, with carrier
 * @addr: our address there
 * @port: our UDP or TCP port
 * @peer: the peer's address
 * @peer_port: the peer's port
 */
struct view_link {
	char name[VIEW_IF_LEN];
	bool exists;
	bool up;
	struct rg_addr addr;
	uint16_t port;
	struct rg_addr peer;
	uint16_t peer_port;
};

/**
 * struct view_media - hellos of a group's control link
 * @protocol: protocol ID
 * @hello_ms: interval in use
 * @conf_hello_ms: configured interval
 * @conf_hold_ms: configured hold time
 * @peer_hello_ms: interval that the peer announces, 0: not heard
 * @peer_hold_ms: hold time that the peer announces
 * @detect_ms: silence after which the peer counts as dead
 * @silent_ms: since the last hello of the peer
 * @auth: authentication configured
 * @tx_pkts: hellos sent
 * @tx_bytes: of their UDP payload
 * @tx_seq: sequence number of the last
 * @rx_pkts: hellos of the peer accepted
 * @rx_bytes: of their UDP payload
 * @rx_seq: sequence number of the last
 * @rx_lost: sequence numbers of the peer that were skipped
 * @key_expired: the clock allows no key of the key chain
 * @auth_failures: hellos refused by the authentication
 * @reload_tx: Reload Peer sent
 * @reload_rx: Reload Peer received
 * @resign_tx: Resign sent
 * @resign_rx: Resign received
 */
struct view_media {
	uint32_t protocol;
	uint32_t hello_ms;
	uint32_t conf_hello_ms;
	uint32_t conf_hold_ms;
	uint32_t peer_hello_ms;
	uint32_t peer_hold_ms;
	uint32_t detect_ms;
	uint64_t silent_ms;
	enum view_auth auth;
	uint64_t tx_pkts, tx_bytes, tx_seq;
	uint64_t rx_pkts, rx_bytes, rx_seq, rx_lost;
	bool key_expired;
	uint64_t auth_failures;
	uint64_t reload_tx, reload_rx;
	uint64_t resign_tx, resign_rx;
};

/**
 * struct view_log - what happened to a group
 * @to_active: changes to the role active
 * @to_standby: changes to the role standby
 * @disabled_rg_down: the role was given up because the group went down
 * @disabled_rg_shut: `shutdown`
 * @ctrl_up: control interface came up
 * @ctrl_down: control interface lost its carrier, or went
 * @ctrl_admin_down: control interface was shut
 * @reload_local: `reload group` on this router
 * @reload_peer: asked by the peer
 * @fault_switchovers: switchovers because of faults
 * @fault_changes: faults begun or ended
 */
struct view_log {
	uint64_t to_active, to_standby;
	uint64_t disabled_rg_down, disabled_rg_shut;
	uint64_t ctrl_up, ctrl_down, ctrl_admin_down;
	uint64_t reload_local, reload_peer;
	uint64_t fault_switchovers, fault_changes;
};

enum view_conf_state {
	VIEW_CONF_UNKNOWN,	/* the peer's digest is not known */
	VIEW_CONF_EQUAL,
	VIEW_CONF_ASKED,	/* the digests differ, and what differs is not known (any more) */
	VIEW_CONF_DIFFERS,	/* this is what differs */
};

/**
 * struct view_conf - the configuration of a group, compared with the peer's
 * @state: see there
 * @n: differences, as last compared
 * @n_diffs: those that are named
 * @diff: these
 */
struct view_conf {
	enum view_conf_state state;
	uint32_t n;
	uint32_t n_diffs;
	struct peerconf_diff diff[VIEW_MAX_DIFFS];
};

/**
 * struct view_sync - replication of a group's connections
 * @session_up: the data link has a session with the peer
 * @sync: enum nf_rg_sync of this kernel
 * @protected: the data link is encrypted
 * @entries: synchronised connections in this kernel
 * @pending: waiting to be sent
 * @inflight: sent and not acknowledged
 * @refused: known missing at the peer
 * @held: held back until they are assured or old enough
 * @stopped: of mappings that the peer has otherwise
 * @table_used: connections in the connection tracking table of this kernel, of all groups and none
 * @table_max: as many as it takes, 0: no limit
 * @peer_table_max: as many as that of the standby takes, 0: no limit, or not known
 * @verified_ms: since both kernels' tables were last compared and equal; -1: never in this role
 * @bulks: bulk transfers begun
 * @deltas: sessions that needed no bulk transfer
 * @batches_tx: batches sent
 * @batches_rx: batches received
 * @records_tx: records sent
 * @records_rx: records received
 * @merges: after a split brain: times that what one router did went to the other one
 * @merge_records: connections of these
 * @split_conflict: of these, those that collided with one of the active router's, and ended
 * @merge_refused: of these, those refused for other reasons
 * @acked_seq: last batch that the peer acknowledged
 * @lag_ms: age of the oldest batch in flight, 0: none
 */
struct view_sync {
	bool session_up;
	uint8_t sync;
	bool protected;
	uint64_t entries, pending, inflight, refused, held, stopped;
	uint64_t table_used, table_max, peer_table_max;
	int64_t verified_ms;
	uint64_t bulks, deltas;
	uint64_t batches_tx, batches_rx;
	uint64_t records_tx, records_rx;
	uint64_t merges, merge_records, split_conflict, merge_refused;
	uint64_t acked_seq;
	uint64_t lag_ms;
};

/**
 * struct view_group - everything about a group
 * @id: number
 * @name: alias, may be empty
 * @shutdown: by the operator
 * @oper_up: it can take part in an election
 * @role: enum nf_rg_role
 * @rf: RF state
 * @peer_known: the role, state, priority of the peer below are known
 * @peer_role: enum nf_rg_role
 * @peer_rf: RF state of the peer
 * @peer_present: the peer is alive
 * @peer_comm: hellos go both ways
 * @peer_progression: the peer has left its start
 * @preempt: configured
 * @priority: configured
 * @runtime: run-time priority
 * @threshold: 0: none
 * @peer_priority: run-time priority of the peer
 * @epoch: of the role
 * @epoch_system: system that chose it
 * @lease_ms: what is left of the lease; -1: none
 * @reason: why it is in this state and not in a better one; may be empty
 * @control: control link
 * @data: data link
 * @data_trusted: the operator says that a plain data link is meant
 * @media: hellos
 * @log: what happened
 * @sync: replication
 * @n_ifs: traffic interfaces
 * @iface: traffic interfaces
 * @n_faults: faults in force
 * @fault: faults in force
 * @conf: the configuration, compared with the peer's
 * @counters: kernel and agent counters by name
 */
struct view_group {
	uint32_t id;
	char name[VIEW_NAME_LEN];
	bool shutdown;
	bool oper_up;
	uint8_t role;
	enum view_rf rf;
	bool peer_known;
	uint8_t peer_role;
	enum view_rf peer_rf;
	bool peer_present;
	bool peer_comm;
	bool peer_progression;
	bool preempt;
	uint8_t priority;
	uint8_t runtime;
	uint8_t threshold;
	uint8_t peer_priority;
	uint64_t epoch;
	uint64_t epoch_system;
	int64_t lease_ms;
	char reason[VIEW_TEXT_LEN];
	struct view_link control;
	struct view_link data;
	bool data_trusted;
	struct view_media media;
	struct view_log log;
	struct view_sync sync;
	uint32_t n_ifs;
	struct view_if iface[VIEW_MAX_IFS];
	uint32_t n_faults;
	struct view_fault fault[VIEW_MAX_FAULTS];
	struct view_conf conf;
	struct view_counters counters;
};

/**
 * struct view_protocol - a control protocol instance
 * @id: 1-8
 * @name: alias, may be empty
 * @hello_ms: configured
 * @hold_ms: configured
 * @auth: authentication configured
 * @bfd: BFD runs
 */
struct view_protocol {
	uint32_t id;
	char name[VIEW_NAME_LEN];
	uint32_t hello_ms;
	uint32_t hold_ms;
	enum view_auth auth;
	bool bfd;
};

/**
 * struct view_bfd - a session of BFD
 * @ifname: interface
 * @peer: neighbour
 * @discr, @remote_discr: discriminators
 * @state, @remote_state: enum bfd_state
 * @diag, @remote_diag: enum bfd_diag
 * @tx_us, @rx_us, @mult: what this router says
 * @remote_tx_us, @remote_rx_us, @remote_mult: what the neighbour says
 * @interval_us: between packets of ours, 0: it wants none
 * @detect_us: silence after which it is lost
 * @ups: how often it came up
 * @end: how it last ceased to be up, in words
 * @silences: of the ends, by silence
 * @since_ms: since the state last changed
 * @tx, @rx: packets
 * @keyed: packets are signed, and none in clear is believed
 * @key: identifier of the key
 * @polls, @demands, @late: poll sequences, wishes for demand mode, late looks at the clock
 */
struct view_bfd {
	char ifname[VIEW_IF_LEN];
	struct rg_addr peer;
	uint32_t discr, remote_discr;
	uint8_t state, remote_state;
	uint8_t diag, remote_diag;
	uint32_t tx_us, rx_us, remote_tx_us, remote_rx_us;
	uint8_t mult, remote_mult;
	uint64_t interval_us, detect_us;
	uint64_t ups, silences;
	const char *end;
	uint64_t since_ms;
	uint64_t tx, rx, polls, demands, late;
	bool keyed;
	uint8_t key;
};

/* As enum track_state. */
enum view_track_state {
	VIEW_TRACK_UNKNOWN,
	VIEW_TRACK_DOWN,
	VIEW_TRACK_UP,
};

/**
 * struct view_track - a tracked object
 * @conf: what it is
 * @state: what counts
 * @raw: what is seen, which @state follows in @due_ms
 * @due_ms: until then; 0: no delay runs
 * @changes: of @state
 * @since_ms: since the last change; without one 0
 * @value: of a threshold list: weight or percentage that is up
 * @member: states of the objects of a list, in their order
 * @undefined: which of these are not defined
 * @runs: programs started
 * @failed: of these, ended with another status than 0
 * @timeouts: of these, killed because they took too long
 * @errors: programs that could not be run
 * @skipped: programs not started, because the last one had not gone
 * @n_groups: groups that track it
 * @group: their numbers
 */
struct view_track {
	struct conf_track conf;
	enum view_track_state state;
	enum view_track_state raw;
	uint64_t due_ms;
	uint64_t changes;
	uint64_t since_ms;
	uint32_t value;
	enum view_track_state member[CONF_MAX_MEMBERS];
	bool undefined[CONF_MAX_MEMBERS];
	uint64_t runs, failed, timeouts, errors, skipped;
	uint32_t n_groups;
	uint8_t group[VIEW_MAX_GROUPS];
};

/* How the last question of an operation ended. */
enum view_sla_code {
	VIEW_SLA_NONE,		/* nothing known yet */
	VIEW_SLA_OK,
	VIEW_SLA_OVER,
	VIEW_SLA_TIMEOUT,
	VIEW_SLA_NO_CONNECTION,
	VIEW_SLA_BAD_ANSWER,
	VIEW_SLA_CODES,
};

/**
 * struct view_sla - an operation
 * @conf: what it is
 * @code: how its last question ended
 * @err: VIEW_SLA_NO_CONNECTION: what the system says of it
 * @rtt_us: how long the last answer took
 * @asked: questions, also one that is under way
 * @answered: of these, in time or late
 * @late: of these, later than the threshold
 * @timeouts: questions without an answer
 * @failed: questions with an error, or an answer that says no
 */
struct view_sla {
	struct conf_sla conf;
	enum view_sla_code code;
	char err[48];
	uint64_t rtt_us;
	uint64_t asked, answered, late, timeouts, failed;
};

/**
 * struct view - a snapshot
 * @agent_version: of the daemon
 * @kernel_release: uname -r
 * @module_contract: NF_RG_VERSION that the module told, 0: no module
 * @agent_contract: NF_RG_VERSION of the daemon
 * @uptime_ms: of the daemon
 * @n_protocols: protocols, sorted by ID
 * @protocol: protocols
 * @n_groups: groups, sorted by number
 * @group: groups
 * @n_tracks: tracked objects, sorted by number
 * @track: tracked objects
 * @n_slas: operations, sorted by number
 * @sla: operations
 * @n_bfd: sessions of BFD
 * @bfd: sessions of BFD
 * @counters: of the system: kernel counters of the namespace, daemon, NAT rules
 */
struct view {
	char agent_version[32];
	char kernel_release[65];
	uint32_t module_contract;
	uint32_t agent_contract;
	uint64_t uptime_ms;
	uint32_t n_protocols;
	struct view_protocol protocol[VIEW_MAX_PROTOCOLS];
	uint32_t n_groups;
	struct view_group group[VIEW_MAX_GROUPS];
	uint32_t n_tracks;
	struct view_track track[VIEW_MAX_TRACKS];
	uint32_t n_slas;
	struct view_sla sla[VIEW_MAX_SLAS];
	uint32_t n_bfd;
	struct view_bfd bfd[VIEW_MAX_BFD];
	struct view_counters counters;
};

const char *view_role_name(uint8_t role);
const char *view_role_word(uint8_t role);
const char *view_rf_name(enum view_rf rf);
const char *view_rf_word(enum view_rf rf);
const struct view_group *view_group(const struct view *v, uint32_t id);
const struct view_group *view_group_named(const struct view *v, const char *name);
const struct view_protocol *view_protocol(const struct view *v, uint32_t id);
const struct view_track *view_track(const struct view *v, uint32_t id);
const struct view_sla *view_sla(const struct view *v, uint32_t id);
bool view_count(struct view_counters *c, const char *name, uint64_t value);

#endif /* RG_VIEW_H */
