/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The election: who is active for one redundancy group.
 *
 * A pure machine, one instance a group, stepped by election_step() from the
 * real-time thread. Rules are quoted by their numbers in Documentation/election.rst.
 * States, the matrix and the reason for each of its cells
 * stand in election.c, rank and the decision about giving the role up in
 * election_rules.c, the transitions in election_act.c.
 *
 * What the caller owes the machine:
 *  - events in the order in which they happened, @now never going backwards;
 *  - all sockets are read before EV_TICK is given, and the carriers of the
 *    links, so that a hello that waited in a queue while the process was not
 *    scheduled is seen before its absence;
 *  - EV_TICK when the deadline of the last actions is reached;
 *  - EV_HELLO_TX directly before each periodic hello that carries the group: it
 *    renews the lease, so that the lease never outlives what the peer has heard
 *    of us. (A hello sent because an action asked for it needs none);
 *  - EV_START first; only CONFIG, DECREMENT and KERNEL may come before it;
 *  - actions carried out in their order, before the next step.
 *
 * Times of the structures are in ms unless the name ends in _s.
 */
#ifndef AGENT_CORE_ELECTION_H
#define AGENT_CORE_ELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hello.h"
#include "mono.h"

#define ELECTION_ACTIONS_MAX	32
#define ELECTION_DRAIN_MS	2000	/* rule 7: last changes acknowledged */
#define ELECTION_GRACE_MS	1000	/* rule 7: old flows after the flip */
#define ELECTION_THRESHOLD_MS	30000	/* rule 4: wait for a HOT standby */
#define ELECTION_RETRY_MS	30000	/* after a hand-over that failed */
#define ELECTION_DAMP_MS	600000	/* rule 14: the window, and the quiet time */
#define ELECTION_DAMP_CHANGES	3	/* rule 14: more than so many are too many */
#define ELECTION_PROBE_WINDOW_MS 300	/* rule 9 (c): an answer counts for so long, or longer */

enum election_state {
	ELECTION_DISABLED,	/* shut down */
	ELECTION_INIT,		/* not started, or between two lives */
	ELECTION_NEGOTIATION,	/* listening; also: fenced, asking the peer */
	ELECTION_STANDBY,	/* COLD, COLD-BULK, HOT: see .sync */
	ELECTION_ACTIVE,
	ELECTION_HANDOVER,	/* active, new connections wait, draining */
	ELECTION_RESIGNED,	/* told the peer to take over, forwarding till then */
	ELECTION_STATES
};

/* How complete the copy in this kernel is, while this router is standby. */
enum election_sync {
	ELECTION_SYNC_COLD,	/* no session */
	ELECTION_SYNC_BULK,	/* session runs, not everything is here */
	ELECTION_SYNC_HOT,	/* everything is here, verified */
};

/* Why something happened. Numbers are on the wire (hello_group.cause): append. */
enum election_cause {
	ELECTION_C_NONE,
	ELECTION_C_START,		/* the agent started */
	ELECTION_C_ADOPT,		/* role found in the kernel */
	ELECTION_C_ALONE,		/* nobody answered */
	ELECTION_C_NEGOTIATED,		/* rules 1 and 2 */
	ELECTION_C_PEER_ACTIVE,		/* the peer has the role */
	ELECTION_C_PEER_DEAD,		/* all paths silent */
	ELECTION_C_PEER_RESIGNED,	/* it asked us to take over */
	ELECTION_C_PEER_INACTIVE,	/* it lives, and has no role */
	ELECTION_C_PREEMPT,		/* strictly higher priority */
	ELECTION_C_THRESHOLD,		/* below the failover threshold */
	ELECTION_C_TRACK_SHUTDOWN,	/* tracked object with `shutdown` down */
	ELECTION_C_ADMIN_SHUTDOWN,
	ELECTION_C_ADMIN_NO_SHUTDOWN,
	ELECTION_C_RELOAD_SELF,
	ELECTION_C_RELOAD_PEER,		/* the peer asked this side to restart */
	ELECTION_C_STOP,		/* the agent stops */
	ELECTION_C_SPLIT_BRAIN,		/* two actives met */
	ELECTION_C_LEASE,		/* the lease ran out */
	ELECTION_C_KERNEL,		/* the kernel refused the role */
	ELECTION_C_CONFIG,		/* the configuration changed */
	ELECTION_C_FAULT,		/* a fault began or ended */
	ELECTION_C_TIMEOUT,		/* the peer did not take over in time */
	ELECTION_CAUSES
};

/* Why the active does not give up a role that it should (shown). */
enum election_wait {
	ELECTION_W_NONE,
	ELECTION_W_NO_PEER,		/* nobody to hand over to: DEGRADED */
	ELECTION_W_NOT_HOT,		/* the standby is not complete */
	ELECTION_W_DAMPED,		/* too many role changes */
	ELECTION_W_BOTH_BELOW,		/* both below their threshold */
	ELECTION_W_DELAY,		/* `timers delay` of the standby */
	ELECTION_W_RETRY,		/* the last hand-over failed */
	ELECTION_W_NO_PREEMPT,		/* higher priority there, no `preempt` */
	ELECTION_WAITS
};

/* Why a request of a person was refused, with the errno that is reported. */
enum election_refusal {
	ELECTION_R_NONE,
	ELECTION_R_NOT_ACTIVE,	/* -EPERM: only on the active router */
	ELECTION_R_NOT_HOT,	/* -EAGAIN: the standby is not HOT; `force` overrides */
	ELECTION_R_NO_PEER,	/* -EHOSTUNREACH: nobody would take over */
	ELECTION_R_BUSY,	/* -EBUSY: a hand-over is under way */
	ELECTION_R_DISABLED,	/* -ESHUTDOWN: the group is shut down */
	ELECTION_R_FAILED,	/* -ETIMEDOUT: the peer did not take over */
	ELECTION_REFUSALS
};

/* Faults in force, a bit mask (shown). */
#define ELECTION_F_DEGRADED	0x0001	/* below threshold and nobody better */
#define ELECTION_F_NO_ACTIVE	0x0002	/* alarm: neither router has the role */
#define ELECTION_F_ONE_WAY	0x0004	/* we hear the peer, it does not hear us */
#define ELECTION_F_TIMERS	0x0008	/* timers differ */
#define ELECTION_F_CTRL_PATH	0x0010	/* control silent, data alive */
#define ELECTION_F_DIGEST	0x0020	/* configurations differ */
#define ELECTION_F_KERNEL	0x0040	/* the kernel refused the role */
#define ELECTION_F_ISOLATED	0x0080	/* alarm: the links are down, and the peer is active */

/**
 * struct election_config - what the configuration says about the group
 * @group: 1..255
 * @priority: 1..255
 * @threshold: failover threshold, 0 = none
 * @preempt: configured
 * @delay_s: `timers delay`
 * @reload_s: `timers delay ... reload`
 * @hello_ms: own hello interval
 * @hold_ms: own hold time
 * @digest: own configuration digest, 0 = not computed
 * @probe_ms: `split-brain probe`, 0 = off
 */
struct election_config {
	uint8_t group;
	uint8_t priority;
	uint8_t threshold;
	bool preempt;
	uint32_t delay_s;
	uint32_t reload_s;
	uint32_t hello_ms;
	uint32_t hold_ms;
	uint64_t digest;
	uint32_t probe_ms;
};

enum election_event_type {
	ELECTION_EV_START,
	ELECTION_EV_TICK,
	ELECTION_EV_HELLO,	/* HELLO, RESIGN or RELOAD-PEER was accepted */
	ELECTION_EV_HELLO_TX,	/* a hello with this group goes out now */
	ELECTION_EV_LIFE,	/* sync traffic of the peer arrived: counts as life */
	ELECTION_EV_BFD,	/* sessions of BFD with the peer came, went or changed */
	ELECTION_EV_DECREMENT,	/* faults changed */
	ELECTION_EV_ADMIN,
	ELECTION_EV_SYNC,
	ELECTION_EV_CONFIG,
	ELECTION_EV_KERNEL,
	ELECTION_EV_STOP,	/* the agent was asked to stop */
	ELECTION_EV_CARRIER,	/* the carrier of our liveness paths went or came */
	ELECTION_EV_PROBE,	/* somebody else answered for a virtual address */
	ELECTION_EVENTS
};

/**
 * struct election_start - what the kernel holds at the start of the agent
 * @shutdown: `shutdown` is configured
 * @exists: the group was in the kernel before us; else all below is 0
 * @role: its role there
 * @epoch: its epoch there
 * @leased: the role was given under a lease
 * @lease_left_ms: what is left of it, 0: it ran out
 * @instance: nonce of the group's life (also when we created it just now)
 * @uptime_ms: since the system came up
 */
struct election_start {
	bool shutdown;
	bool exists;
	enum rg_role role;
	struct rg_epoch epoch;
	bool leased;
	uint32_t lease_left_ms;
	uint64_t instance;
	uint64_t uptime_ms;
};

/**
 * struct election_hello - an accepted packet, as this group sees it
 * @type: kind of packet
 * @has_group: the packet carried this group, in @peer
 * @peer: that part
 * @peer_system: identity of the sender
 * @new_session: another life of the peer's agent
 * @hears_me: the peer hears our present life
 * @addr_higher: own control address is the higher one (hello_addr_higher())
 * @hello_ms, @hold_ms: timers of the peer
 */
struct election_hello {
	enum hello_type type;
	bool has_group;
	struct hello_group peer;
	uint64_t peer_system;
	bool new_session;
	bool hears_me;
	bool addr_higher;
	uint32_t hello_ms;
	uint32_t hold_ms;
};

/**
 * struct election_decrement - the faults of the group, as a whole, after a change
 * @sum: of all decrements in force
 * @forced_down: an object tracked with `shutdown` is down
 * @all_down: all traffic interfaces of the group are down
 * @cause: what happened, in words, for the log line of rule 13; borrowed for
 *         the step, comes back in the LOG action
 */
struct election_decrement {
	uint32_t sum;
	bool forced_down;
	bool all_down;
	const char *cause;
};

enum election_admin_op {
	ELECTION_ADMIN_SHUTDOWN,
	ELECTION_ADMIN_NO_SHUTDOWN,
	ELECTION_ADMIN_RELOAD_SELF,
	ELECTION_ADMIN_RELOAD_PEER,
	ELECTION_ADMIN_CLEAR,		/* end the damping */
};

/* @request: of the caller's choice, comes back in DONE or REFUSE. */
struct election_admin {
	enum election_admin_op op;
	bool force;
	uint32_t request;
};

/*
 * On the standby @status is the state of its own copy. On the active only
 * @drained counts: nothing pending, nothing in flight in the kernel.
 */
struct election_sync_event {
	enum election_sync status;
	bool drained;
};

enum election_kernel_report {
	ELECTION_KERNEL_LEASE,		/* the kernel found the lease expired */
	ELECTION_KERNEL_STALE,		/* SET_ROLE refused: @epoch is higher there */
	ELECTION_KERNEL_REFUSED,	/* SET_ROLE refused for another reason */
	ELECTION_KERNEL_READY,		/* that reason has ended */
	ELECTION_KERNEL_INSTANCE,	/* the group has a new life, see @instance */
};

struct election_kernel {
	enum election_kernel_report report;
	struct rg_epoch epoch;
	uint64_t instance;
};

/**
 * struct election_bfd - what BFD says of the peer, all paths together
 * @silent: the last session that was up has just ended by silence, and no path lives without one.
 *	Not set for a session that a person ended, or whose peer said that it is down
 * @up: a session is up
 * @detect_ms: the silence after which that was said
 * @lease_ms: silence after which the peer's BFD may take us for dead; 0: it judges by hellos
 */
struct election_bfd {
	bool silent;
	bool up;
	uint32_t detect_ms;
	uint32_t lease_ms;
};

/* @no_carrier: of EV_CARRIER: none of our liveness paths has a carrier */
struct election_event {
	enum election_event_type type;
	union {
		struct election_start start;
		struct election_hello hello;
		struct election_decrement decrement;
		struct election_admin admin;
		struct election_sync_event sync;
		struct election_bfd bfd;
		struct election_config config;
		struct election_kernel kernel;
		bool no_carrier;
	};
};

enum election_action_type {
	ELECTION_SET_ROLE,	/* .role; also renews the lease */
	ELECTION_ADDRESSES,	/* .on: virtual and pool addresses, verified if there */
	ELECTION_ANNOUNCE,	/* announce them, now and repeated */
	ELECTION_SEND_HELLO,	/* a hello of this group at once */
	ELECTION_SEND_RESIGN,	/* a RESIGN of this group at once */
	ELECTION_SEND_RELOAD,	/* a RELOAD-PEER of this group at once */
	ELECTION_SYNC_SEND,	/* .sync: be sender of the state in this term */
	ELECTION_SYNC_RECEIVE,	/* .sync: be receiver in the peer's term */
	ELECTION_SYNC_STOP,	/* neither */
	ELECTION_DRAIN,		/* report EV_SYNC .drained as soon as it is so */
	ELECTION_LOG,		/* .log */
	ELECTION_DONE,		/* .request: what was asked for has happened */
	ELECTION_REFUSE,	/* .request, .refusal */
	ELECTION_STOPPED,	/* .on: handed over, so clean up; else keep all */
	ELECTION_PROBE,		/* .on: ask who has the virtual addresses, listen; else enough */
};

/*
 * @lease_ms: 0 = none. @grace_ms: only when the role is not ACTIVE.
 * @no_new: new connections wait. @renew: nothing but the lease changes.
 */
struct election_set_role {
	enum rg_role role;
	struct rg_epoch epoch;
	uint32_t lease_ms;
	uint32_t grace_ms;
	bool no_new;
	bool renew;
};

/*
 * @full: do not trust what the receiving kernel already holds.
 * @merge: this router gave way to another active: what it did goes there first.
 */
struct election_sync_start {
	struct rg_epoch epoch;
	uint64_t peer_system;
	bool full;
	bool merge;
};

enum election_log_id {
	ELECTION_LOG_ROLE,		/* old, new: enum rg_role */
	ELECTION_LOG_RF,		/* old, new: enum rg_rf */
	ELECTION_LOG_PRIORITY,		/* old, new: run-time priority (rule 13) */
	ELECTION_LOG_FAULT,		/* old, new: ELECTION_F_* */
	ELECTION_LOG_WAIT,		/* old, new: enum election_wait */
	ELECTION_LOG_EPOCH,		/* old, new: counters */
	ELECTION_LOG_PEER_FOUND,
	ELECTION_LOG_PEER_LOST,		/* new: 1 if this router was HOT */
	ELECTION_LOG_HANDOVER_BEGIN,
	ELECTION_LOG_HANDOVER_UNACKED,	/* drain ended by time: not all acknowledged */
	ELECTION_LOG_HANDOVER_DONE,
	ELECTION_LOG_HANDOVER_FAILED,
	ELECTION_LOG_FENCED,		/* own lease ran out, asking the peer */
	ELECTION_LOG_SPLIT_WON,		/* two actives met; new: peer's counter */
	ELECTION_LOG_SPLIT_LOST,
	ELECTION_LOG_DAMPED,		/* new: 1 begins, 0 ends */
	ELECTION_LOG_TAKEOVER_NOT_HOT,	/* took the role over with a copy not HOT */
	ELECTION_LOG_STALE_RESIGN,	/* a RESIGN of an older term, ignored */
	ELECTION_LOG_PROBE,		/* the split-brain probe begins; new: for how many ms */
	ELECTION_LOGS
};

struct election_log {
	enum election_log_id id;
	enum election_cause cause;
	uint64_t old;
	uint64_t new;
	const char *text;	/* borrowed from the event, or NULL */
};

struct election_action {
	enum election_action_type type;
	union {
		struct election_set_role role;
		bool on;
		struct election_sync_start sync;
		struct election_log log;
		struct {
			uint32_t request;
			enum election_refusal refusal;
		};
	};
};

/**
 * struct election_actions - the answer to one event
 * @n: actions in @a, in the order in which they must be carried out
 * @lost: actions that did not fit; 0, or the machine has a bug
 * @deadline: call with EV_TICK at the latest then; MONO_NEVER: no need
 */
struct election_actions {
	unsigned int n;
	unsigned int lost;
	mono_t deadline;
	struct election_action a[ELECTION_ACTIONS_MAX];
};

/**
 * struct election_peer - what was last heard about this group
 * @known: a router was heard and is not lost
 * @has_group: and it told about this group (@group is valid)
 * @group: its last words
 * @system: its identity
 * @hears_me: it echoes our session
 * @addr_higher: our control address is the higher one
 * @hello_ms, @hold_ms: its timers
 * @last_hello: when a hello was last accepted
 * @last_group: when one that carried this group was
 * @last_life: when anything of it was last received
 * @deaf_since: it has not heard us since then; MONO_NEVER: it does
 * @extended: the present silence was given more time, we had not been listening
 * @bfd_silent: BFD has said so, and nothing was heard since; MONO_ZERO: it has not
 * @bfd_detect_ms: silence that is enough then
 */
struct election_peer {
	bool known;
	bool has_group;
	struct hello_group group;
	uint64_t system;
	bool hears_me;
	bool addr_higher;
	uint32_t hello_ms;
	uint32_t hold_ms;
	mono_t last_hello;
	mono_t last_group;
	mono_t last_life;
	mono_t deaf_since;
	bool extended;
	mono_t bfd_silent;
	uint32_t bfd_detect_ms;
};

/**
 * struct election_probe - the split-brain probe, see election_probe.c
 * @on: a claim waits for it
 * @told: PROBE was last told with .on set
 * @isolated: somebody has answered
 * @asked: last question that has no answer yet; MONO_ZERO: none
 * @ask_at: next question
 * @until: the claim goes ahead then, if nobody answers
 */
struct election_probe {
	bool on;
	bool told;
	bool isolated;
	mono_t asked;
	mono_t ask_at;
	mono_t until;
};

/* Counters that a person can see. */
struct election_stats {
	uint64_t to_active;
	uint64_t to_standby;
	uint64_t disable_shut;		/* by `shutdown` */
	uint64_t disable_fault;		/* by a tracked object or the kernel */
	uint64_t reload_self;
	uint64_t reload_peer;
	uint64_t resign_tx;
	uint64_t resign_rx;
	uint64_t reload_tx;
	uint64_t reload_rx;
	uint64_t fault_switchovers;	/* role given up by a fault */
	uint64_t fault_changes;		/* faults that began or ended */
	uint64_t peer_lost;
	uint64_t split_brain;
	uint64_t fenced;
	uint64_t stale_resign;
	uint64_t bfd_lost;		/* of peer_lost, by BFD */
	uint64_t probes;		/* questions of the split-brain probe */
	uint64_t isolated;		/* times that it was answered first */
	uint64_t late;			/* ticks that came too late to be trusted */
	uint64_t unexpected;		/* events that must not come in this state */
};

/**
 * struct election - one group; read freely, written by election_step() alone
 * @cfg: configuration in force
 * @system: identity of this router
 * @state: see the matrix
 * @sync: of our own copy while standby
 * @epoch: of the term that we are, or were last, part of
 * @seen: highest counter heard from the peer
 * @instance: nonce of the group's life in our kernel
 * @decrement, @forced_down, @all_down: faults in force
 * @kernel_refused: the kernel would not let us be active
 * @fenced: in NEGOTIATION: the kernel still says active, its lease ran out
 * @adopted: nothing of the peer was heard since the role was found in the kernel
 * @stopping: the agent was asked to stop, the role is being handed over
 * @heir: standby, and the peer was active meanwhile: its role falls to us
 * @gave_up: standby, because we gave the role up with nobody to take it
 * @split: two actives have met, and the other one has not yielded yet
 * @addr_on: what was last done about the addresses: 1 up, 0 down, -1 unknown
 * @peer: the other router
 * @wait: why a role is not given up
 * @faults: ELECTION_F_*
 * @cause: of the last change of state
 * @listen_until: nobody was heard yet: end of listening; MONO_ZERO: over
 * @listen_extended: listening was prolonged, we had not been listening
 * @hold_until: rule 11: no claim before
 * @bfd_lease_ms: the peer's BFD takes us for dead after that; 0: it judges by hellos
 * @lease_until: our own record of the kernel's lease; MONO_NEVER: none
 * @below_since: rule 4: the wait for a HOT standby began; MONO_NEVER: not waiting
 * @retry_at: no hand-over before, the last one failed
 * @handover_until: end of draining, or of the wait for the peer to take over
 * @handover_cause: why the role is being given up
 * @handover_request: whose request that was, 0 = nobody's
 * @handover_force: the person said force
 * @handover_began: for the record
 * @answer_at: a stale active is not answered before: two that misunderstand each
 *             other must not storm
 * @resign_at: next repetition of RESIGN or RELOAD-PEER
 * @token, @token_request, @token_until: RELOAD-PEER under way
 * @done: last token of the peer that was carried out
 * @changes: instants of the last role changes, oldest first
 * @damped_until: preempt suspended until then; MONO_ZERO: not
 * @no_carrier: none of our liveness paths has a carrier
 * @silence_ms: after so much silence the peer was last found dead; 0: never
 * @probe: who has the virtual addresses?
 * @sync_dir: what the sync machine was told last (0 stop, 1 send, 2 receive)
 * @sync_epoch, @sync_system: for which term and peer
 * @full: the next receiving session must not trust what is here
 * @merge: the next receiving session gives first what was done here as another active
 * @stats: counters
 */
struct election {
	struct election_config cfg;
	uint64_t system;
	enum election_state state;
	enum election_sync sync;
	struct rg_epoch epoch;
	uint64_t seen;
	uint64_t instance;
	uint32_t decrement;
	bool forced_down;
	bool all_down;
	bool kernel_refused;
	bool fenced;
	bool adopted;
	bool stopping;
	bool heir;
	bool gave_up;
	bool split;
	int8_t addr_on;
	struct election_peer peer;
	enum election_wait wait;
	uint16_t faults;
	enum election_cause cause;
	mono_t listen_until;
	bool listen_extended;
	mono_t hold_until;
	uint32_t bfd_lease_ms;
	mono_t lease_until;
	mono_t below_since;
	mono_t retry_at;
	mono_t handover_until;
	mono_t handover_began;
	enum election_cause handover_cause;
	uint32_t handover_request;
	bool handover_force;
	mono_t answer_at;
	mono_t resign_at;
	uint8_t token;
	uint32_t token_request;
	mono_t token_until;
	uint8_t done;
	mono_t changes[ELECTION_DAMP_CHANGES + 1];
	mono_t damped_until;
	bool no_carrier;
	uint32_t silence_ms;
	struct election_probe probe;
	uint8_t sync_dir;
	struct rg_epoch sync_epoch;
	uint64_t sync_system;
	bool full;
	bool merge;
	struct election_stats stats;
};

/**
 * election_config_equal() - do two configurations say the same?
 * @a: one
 * @b: the other
 *
 * Return: true if so; what the compiler leaves between the members does not matter.
 */
bool election_config_equal(const struct election_config *a, const struct election_config *b);

/**
 * election_init() - a group that was not started
 * @e: machine
 * @cfg: its configuration, copied
 * @system: identity of this router, not 0
 */
void election_init(struct election *e, const struct election_config *cfg,
		   uint64_t system);

/**
 * election_step() - one event
 * @e: machine
 * @ev: what happened
 * @now: when
 * @out: overwritten: what is to be done, and the next deadline
 */
void election_step(struct election *e, const struct election_event *ev,
		   mono_t now, struct election_actions *out);

/**
 * election_hello() - the group's part of our next hello
 * @e: machine
 * @now: present time
 * @g: filled
 */
void election_hello(const struct election *e, mono_t now,
		    struct hello_group *g);

/** election_role() - as shown and as on the wire */
enum rg_role election_role(const struct election *e);

/** election_rf() - as shown and as on the wire */
enum rg_rf election_rf(const struct election *e);

/** election_run_priority() - configured - decrements, never below 0 (rule 1) */
uint8_t election_run_priority(const struct election *e);

/** election_peer_alive() - was the peer heard within its detection time? */
bool election_peer_alive(const struct election *e, mono_t now);

/** election_detect_ms() - rule 12, with what is known of the peer, in ms */
uint32_t election_detect_ms(const struct election *e);

/** election_lease_ms() - the lease to ask for now, in ms; 0 = none (rule 8) */
uint32_t election_lease_ms(const struct election *e, mono_t now);

/** election_refusal_errno() - the -errno of a refusal; 0 for NONE */
int election_refusal_errno(enum election_refusal r);

/* Stable short names, "?" for a value outside the enumeration. */
const char *election_state_name(enum election_state s);
const char *election_cause_name(enum election_cause c);
const char *election_wait_name(enum election_wait w);
const char *election_refusal_name(enum election_refusal r);
const char *election_log_name(enum election_log_id id);

/**
 * election_reason() - why the group is in its state and not in a better one, for people
 * @e: machine
 *
 * Return: name of a wait or a cause; empty for an active group with a standby, for which there
 * is nothing better, however it came to the role.
 */
const char *election_reason(const struct election *e);

#endif /* AGENT_CORE_ELECTION_H */
