/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two routers in simulated time, and at times a third one that has the same group by
 * mistake: the real election, the real hello codec and session rules, a model of what
 * the kernel module does with SET_ROLE (epoch, lease, gate), of tracked objects and of
 * the state transport. One world at a time; all times are in ms.
 *
 * Invariants are named where they are checked, in sim.c and sim_check.c.
 */
#ifndef AGENT_TESTS_SIM_H
#define AGENT_TESTS_SIM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/election.h"
#include "core/hello.h"

#define FLIGHT_MAX	512
#define BUFFERED	100
#define NEVER		INT64_MAX
#define GROUP		7
#define NODES		3	/* the pair, and the stranger */
#define OBJECTS		4	/* tracked by each router */

struct packet {
	int64_t at;
	int to;
	int len;
	uint8_t data[HELLO_MAX_BYTES];
};

/* What the module keeps of the group: survives the agent, not the power. */
struct kernel {
	bool exists;
	enum rg_role role;
	struct rg_epoch epoch;
	uint64_t instance;
	bool leased;
	int64_t lease_until;
	int64_t grace_until;
	bool no_new;
};

/* A tracked object, or an interface with a decrement of its own. */
struct object {
	uint8_t decrement;
	bool shutdown;
	bool down;
};

struct node {
	int id;
	bool on;
	bool agent;
	bool paused;
	bool shutdown;
	int64_t booted;
	int64_t next_hello;
	int64_t deadline;
	struct election e;
	struct election_config cfg;
	struct election_decrement dec;
	struct object object[OBJECTS];
	bool no_kernel;			/* it refuses the role */
	int64_t probed;			/* asked for the virtual addresses last; NEVER: not */
	int64_t answer_at;		/* the answer comes; NEVER: none */
	uint32_t start_reload_s;	/* configured when the agent started */
	int64_t heard;			/* the peer last, over any path */
	int64_t next_life;
	struct hello_rx rx;
	struct hello_tx tx;
	struct hello_local local;
	struct kernel k;
	int sync_dir;			/* 0 none, 1 send, 2 receive */
	struct rg_epoch sync_epoch;
	enum election_sync sync;
	int64_t sync_at;
	int64_t drain_at;
	bool addresses;
};

struct world {
	uint64_t rng;
	int64_t now;			/* ms */
	struct node n[NODES];
	struct packet flight[FLIGHT_MAX];
	int n_flight;
	int loss;			/* percent */
	int delay;			/* ms, at most */
	int dup;			/* percent */
	bool cut[NODES][NODES];		/* control link: from, to */
	bool data_cut[2];		/* data link: from */
	bool two_paths;			/* hellos go over the data link as well */
	bool cables;			/* the links are cables: no carrier without the other end */
	bool pulled;			/* both links, at a plug: no carrier on either end */
	bool lan_cut;			/* nor do the two see each other on the traffic side */
	bool calm;			/* nothing disturbs since calm_since */
	int64_t calm_since;
	int64_t healthy_since;		/* network sound, both agents run; NEVER: no */
	int64_t both_since;		/* two forwarded, and since when */
	int64_t none_since;
	int64_t seen_since[2];		/* it answers questions of the other one; NEVER: does not */
	uint64_t nonces;
	uint64_t steps;			/* of all elections */
	bool guarded;			/* a failure comes back through @out */
	jmp_buf out;
	char failure[160];
	unsigned int role_changes;
	unsigned int preempts;
	unsigned int graceful;
	unsigned int takeovers;
	unsigned int splits;
	unsigned int fences;
	unsigned int probes;
	unsigned int isolated;
	bool trace;
};

extern struct world sim;
extern uint64_t sim_seed;

#define TRACE(...) do { \
	if (sim.trace) \
		print_message(__VA_ARGS__); \
} while (0)

#define CHECK(cond, what) do { \
	if (!(cond)) \
		sim_fail(what); \
} while (0)

/* An invariant does not hold. */
void sim_fail(const char *what);

/* A random number from 0 to below @n, 0 for @n <= 0. */
int64_t sim_upto(int64_t n);
/* True in so many of a hundred cases. */
bool sim_chance(int percent);
/* Powered, and its agent neither dead nor stopped. */
bool sim_running(const struct node *n);
/* Its kernel forwards (the fence is the kernel's own). */
bool sim_forwards(const struct node *n);
/* Its kernel forwards at least existing connections. */
bool sim_forwards_old(const struct node *n);
/* The detection time of @n, in ms. */
int64_t sim_detect(const struct node *n);
/* The longer detection time of the two. */
int64_t sim_detect_max(void);
/* The longer hello interval of the two. */
int64_t sim_hello_max(void);
/* The longest timer of rule 11, in ms. */
int64_t sim_timers_11(void);
/* An event without data. */
void sim_simple(struct node *n, enum election_event_type type);
/* The agent starts and finds what the kernel holds. */
void sim_start_agent(struct node *n);
/* Power, boot, agent; the kernel is fresh. */
void sim_power_on(struct node *n);
/* All is gone. */
void sim_power_off(struct node *n);
/* @ms pass; the invariants are checked all the time. */
void sim_run(int64_t ms);
/* From now on nothing disturbs (or something may). */
void sim_calm(bool on);
/* A person asks. */
void sim_admin(struct node *n, enum election_admin_op op, bool force);
/* Tracked object @i of @n is now this, and what that means is told. */
void sim_object(struct node *n, int i, bool down, uint8_t decrement, bool shutdown);
/* All objects of @n are up but for one with that decrement, or `shutdown`. */
void sim_fault(struct node *n, uint32_t decrement, bool forced);
/* The configuration in n->cfg is told. */
void sim_config(struct node *n);
/* The kernel of @n refuses the role, or does so no longer. */
void sim_kernel(struct node *n, bool refuses);
/* Both cables are pulled, or in again; and so is what the carriers say. */
void sim_pull(bool out);
/* What the carrier says at @n. */
bool sim_no_carrier(const struct node *n);
/* @n answers questions of the other one for the virtual addresses. */
bool sim_answers(const struct node *n);
/* Both directions of the data link carry. */
bool sim_data_up(void);
/* The other one of the pair; A for the stranger. */
struct node *sim_peer(const struct node *n);
/* Run-time priority by its definition, from what is configured and what is down. */
uint8_t sim_priority(const struct node *n);
/* Below its threshold by the same. */
bool sim_below(const struct node *n);
/* sim_check.c: what must hold at every instant. */
void sim_check_now(void);
/* sim_check.c: what must hold of each log line. */
void sim_check_log(struct node *n, const struct election_log *l);
/* SIGCONT. */
void sim_resume(struct node *n);
/* What must hold when all is well. */
void sim_check_settled(void);
/* A new world, two routers without power, configured at random. */
void sim_begin(uint64_t s);

#endif /* AGENT_TESTS_SIM_H */
