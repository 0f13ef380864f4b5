/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: RUNDIR/rgd.sock, a stream; one JSON request a line, one JSON answer a line.
 *
 *	{"args":["show","redundancy","application","group","1"],"json":true}
 *	{"status":0,"text":"...","json":{...}}
 *
 * "status" is 0, or 1 when the command was refused, or 2 when it is no command, or 4 when `check`
 * found something that is not as wanted; "text" is for people; "json" is there when it was asked
 * for and the command has it.  A line of more than CTL_MAX_REQUEST bytes, or one that is no such
 * object, ends the connection.  A client that does not take its answer within CTL_SEND_TIMEOUT_MS
 * is dropped and counted, unless it watches something (io/watchers.h): then lines come between the
 * answers, too, at any time,
 *
 *	{"watch":"media","text":"...","json":{...}}
 *
 * and {"watch":"lost",...} where some are missing since it did not read them in time.
 *
 * What a client may do, the user and the groups of it say that connected (core/access.h); the
 * kernel vouches for them.  Where no group may do anything, others cannot even connect.  One that
 * may do nothing has its commands refused, and CTL_STRANGER_MS to go.
 */
#ifndef RG_IO_CTL_H
#define RG_IO_CTL_H

#include <stdint.h>

struct access_group;
struct access_policy;
struct ctl;
struct event_base;
struct show;

#define CTL_SOCK_NAME		"rgd.sock"
#define CTL_MAX_REQUEST		8192
#define CTL_MAX_CLIENTS		64
#define CTL_FOR_CHANGE		8	/* of these, for those who may change something */
#define CTL_MAX_STRANGERS	8	/* of these, at most, may do nothing */
#define CTL_STRANGER_MS		2000
#define CTL_SEND_TIMEOUT_MS	5000

/**
 * struct ctl_stats - what there was
 * @clients: connections accepted
 * @requests: commands
 * @bad_requests: lines that were no request, or too long
 * @dropped_slow: clients that did not take their answer
 * @dropped_limit: clients turned away, CTL_MAX_CLIENTS or no descriptors left
 * @strangers: clients that may do nothing
 * @refused: commands that were not for whoever gave them
 */
struct ctl_stats {
	uint64_t clients;
	uint64_t requests;
	uint64_t bad_requests;
	uint64_t dropped_slow;
	uint64_t dropped_limit;
	uint64_t strangers;
	uint64_t refused;
};

int ctl_find_group(const char *name, struct access_group *out);
int ctl_open(struct event_base *base, const char *rundir, struct show *show,
	     const struct access_policy *policy, struct ctl **out);
void ctl_close(struct ctl *c);
void ctl_get(const struct ctl *c, struct ctl_stats *out);

#endif
