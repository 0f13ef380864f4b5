/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the daemon and the redundancy groups between them.  Only
 * agent/io/{group*,adopt,reload,agent,fill*} and rgd.c know it.
 */
#ifndef RG_IO_AGENT_H
#define RG_IO_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/access.h"
#include "core/conf.h"
#include "core/election.h"
#include "core/peerconf.h"
#include "core/track.h"
#include "core/view.h"
#include "io/knl.h"
#include "io/knl_att.h"
#include "io/knl_ev.h"
#include "io/link.h"
#include "io/loop.h"
#include "io/startup.h"
#include "io/synclink.h"

struct agent;
struct announce;
struct ctl;
struct hooks;
struct ifaces;
struct ifkeep;
struct programs;
struct vmacs;
struct natwork;
struct notify;
struct pools;
struct probes;
struct probes_ops;
struct show;
struct tracks;
struct twins;
struct vips;

#define GROUP_QUEUE 32
#define GROUP_TEXT 160

/* Own faults of a group, beside those of the election (ELECTION_F_*). */
#define GROUP_F_DATA_PATH 0x0001 /* peer alive, no session on the data link */
#define GROUP_F_CTRL_PATH 0x0002 /* peer heard, but not on the control interface */
#define GROUP_F_MODULE 0x0004 /* kernel module missing, or of another version */
#define GROUP_F_FOREIGN_VIP 0x0008
#define GROUP_F_FOREIGN_POOL 0x0010
#define GROUP_F_FOREIGN_NAT 0x0020
#define GROUP_F_CAPACITY 0x0040 /* the peer's kernel refused connections */
#define GROUP_F_NAT 0x0080 /* the rules could not be installed */
#define GROUP_F_LINK 0x0100 /* no control link: none configured, or it contradicts another group \
			     */
#define GROUP_F_DATA_MTU 0x0400 /* large packets do not arrive on the data link */
#define GROUP_DATA_MTU_TEXT "hellos pass on the data link, packets of %u bytes do not"
#define GROUP_F_TRACK 0x0200 /* tracks an object that is not defined */
#define GROUP_F_FOREIGN_IF 0x10000 /* of an interface: address, or up and down */
#define GROUP_F_FOREIGN_ROUTE 0x40000 /* of what routing daemons may tell of */
#define GROUP_F_NEGOTIATION 0x20000 /* an interface does not negotiate as configured */
#define GROUP_F_RII 0x80000 /* twins do not hear each other, see io/twins.h */

struct group_log {
	uint64_t ctrl_up, ctrl_down, ctrl_admin_down;
	uint64_t queue_full;
};

/**
 * struct group_conf - what has to be equal on both routers, see group_conf.c
 * @m: the machine
 * @list: ours, encoded
 * @len: its length, 0: there is none
 * @timer: deadline of @m
 * @tell, @ask, @answer: to be said on the data link when no step of it is under way
 * @told: the link that knows whether the copy can be complete
 * @stops: mappings are stopped in the kernel
 * @differed: the last thing in the log was a difference
 * @logged: when differences were listed there
 */
struct group_conf {
	struct peerconf m;
	uint8_t *list;
	size_t len;
	struct loop_timer timer;
	bool tell, ask, answer;
	const struct synclink *told;
	bool stops;
	bool differed;
	mono_t logged;
};

/**
 * struct group - one redundancy group
 * @agent: the daemon
 * @id: 1-255
 * @conf: its part of the configuration
 * @link: control link, NULL: none
 * @sync: data link, NULL: none
 * @e: the election
 * @timer: its deadline
 * @drain: polls the kernel while a hand-over waits for the last acknowledgment
 * @started: ELECTION_EV_START was given
 * @busy: a step is under way; further events wait in @queue
 * @digest: of what must be equal on both routers
 * @cmp: the same, item by item, and what of it differs
 * @mask: interfaces of the group that are down, by position in the configuration, for the log
 * @cut: of these, the ones that are up, but cut off (rule 9 (g))
 * @tracked: what tracked objects do to it, as last told
 * @cause: of the last change of faults, in words
 * @faults: GROUP_F_* in force
 * @data_mtu: bytes of the packets of GROUP_F_DATA_MTU
 * @role_failed: SET_ROLE was refused in the step under way: what would follow it is left out
 * @request: number of the last request of a person
 * @request_done, @request_refusal: its answer, if it has come
 * @request_shown: a client waits for it
 * @stopped, @handed_over: the agent may end, as far as this group goes
 * @removing: taken out of the configuration; goes as soon as it is DISABLED
 */
struct group {
	struct agent *agent;
	uint8_t id;
	struct conf_group conf;
	struct link *link;
	struct synclink *sync;
	struct election e;
	struct loop_timer timer;
	struct loop_timer drain;
	bool started;
	bool busy;
	unsigned int q_head, q_len;
	struct election_event queue[GROUP_QUEUE];
	uint64_t digest;
	struct group_conf cmp;
	uint64_t mask;
	uint64_t cut;
	struct track_group tracked;
	char cause[GROUP_TEXT];
	uint32_t faults;
	uint32_t data_mtu;
	bool role_failed;
	uint32_t request;
	bool request_done;
	bool request_shown;
	enum election_refusal request_refusal;
	bool stopped;
	bool handed_over;
	bool removing;
	struct group_log log;
};

enum agent_stop {
	AGENT_RUNS,
	AGENT_STOPS, /* groups are being handed over */
	AGENT_STOPPED,
};

struct agent {
	struct loop loop;
	const char *file; /* configuration file */
	const char *rundir;
	int lock_fd;
	int programs_fd; /* of programs_fork() */
	struct access_policy access;
	struct notify *notify;
	uint64_t system;
	uint64_t nonce;
	mono_t born;
	struct conf *conf; /* the one that runs */
	struct startup_sum loaded; /* what the file held when it was loaded or written */
	struct startup *saving; /* the file is being written */
	struct rg_addr *taken; /* addresses that no pool may hand out */
	size_t n_taken;
	struct knl knl;
	struct knl_att att;
	struct knl_ev ev;
	int kernel_err; /* why there is no attachment, -errno; 0: there is */
	bool hooks_told; /* the kernel tells its hooks, see defrag.h */
	bool closed; /* the module keeps in what is not translated */
	struct loop_timer kernel_retry;
	struct ifaces *ifs;
	struct ifkeep *ifkeep;
	struct vmacs *vmacs;
	struct links *links;
	struct vips *vips;
	struct pools *pools;
	struct adverts *adverts;
	struct announce *announce;
	struct probes *probes;
	struct natwork *nat;
	struct twins *twins;
	struct tracks *tracks;
	struct programs *programs;
	struct hooks *hooks;
	struct show *show;
	struct ctl *ctl;
	struct group *group[256]; /* by number */
	unsigned int group_max; /* no group ever had a higher one */
	bool stopped_before[256]; /* the kernel held stopped mappings when this life began */
	enum agent_stop stop;
	bool purge;
	struct loop_timer stop_limit;
	struct loop_timer cleanup; /* of groups that were taken out of the configuration */
	uint64_t reloads, reload_errors, changes;
};

/* The group with the next higher number; NULL: there is none. */
static inline struct group *agent_group_after(const struct agent *a, unsigned int id)
{
	while (++id <= a->group_max)
		if (a->group[id])
			return a->group[id];
	return NULL;
}

#define for_each_group(a, g) for (g = agent_group_after(a, 0); g; g = agent_group_after(a, (g)->id))

/* group.c */
int group_new(struct agent *a, const struct conf_group *cg, struct group **out);
void group_free(struct group *g);
void group_event(struct group *g, const struct election_event *ev);
void group_start(struct group *g, const struct election_start *start);
void group_config(struct group *g, const struct conf_group *cg, bool was_shut);
struct election_config group_election_config(const struct group *g, const struct conf_group *cg);
int group_request(struct group *g, enum election_admin_op op, bool force);
void group_fault(struct group *g, uint32_t fault, bool on, const char *text);

/* group_in.c: what happens elsewhere, as events of groups */
extern const struct link_ops group_link_ops;
extern const struct synclink_ops group_synclink_ops;
extern const struct knl_att_ops group_att_ops;
extern const struct probes_ops group_probes_ops;
void group_ifaces(struct agent *a, const struct group *only);
void group_decrement(struct group *g);
void group_carriers(struct group *g, bool look);
void group_drain_start(struct group *g);
void group_kernel_event(struct agent *a, const struct knl_event *e);

/* group_conf.c: is the configuration the same on the peer? */
int group_conf_init(struct group *g);
void group_conf_free(struct group *g);
void group_conf_refresh(struct group *g);
void group_conf_own(struct group *g);
void group_conf_heard(struct group *g);
void group_conf_link(struct group *g, bool up);
void group_conf_frame(struct group *g, const uint8_t *list, size_t len, uint64_t digest);
void group_conf_joined(struct group *g, uint64_t digest);

/* group_log.c */
void group_log(const struct group *g, const struct election_log *l);
const char *group_fault_name(uint32_t fault);

/* group_watch.c */
void group_watch_step(const struct group *g, enum election_state before, enum rg_rf rf,
		      const struct election_event *ev, const struct election_actions *acts);
void group_watch_decrement(const struct group *g, uint32_t by_ifs, unsigned int down,
			   unsigned int n, const struct track_group *tracked);
void group_watch_riis(const struct group *g, uint64_t mask);
void group_watch_config(const struct group *g);
void group_watch_change(const struct conf_change *ch);

/* adopt.c */
int adopt_kernel(struct agent *a);
int adopt_maps(struct agent *a);
bool adopt_any_active(struct agent *a);
void adopt_start(struct agent *a, struct group *g, struct election_start *out);
int adopt_purge(struct agent *a);

/* agent.c */
int agent_open(struct agent *a);
void agent_close(struct agent *a);
void agent_kernel_gone(struct agent *a, int err);
void agent_group_stopped(struct agent *a);
int agent_stop(struct agent *a, bool purge);

/* reload.c */
void reload_own(struct agent *a);
void reload_taken(struct agent *a);
typedef void (*reload_say_fn)(void *arg, enum conf_severity severity, const char *line);
int reload_load(const char *file, struct conf *out, struct startup_sum *sum, reload_say_fn say,
		void *arg);
int reload_apply_first(struct agent *a);
int reload_run(struct agent *a, char *text, size_t size);
int reload_configure(struct agent *a, const struct conf *c, const char *who, char *text,
		     size_t size);
int reload_save(struct agent *a, bool force, char *text, size_t size);
int reload_nat(struct agent *a);
int reload_rules(struct agent *a);
void reload_finish_removed(struct agent *a);

/* fill.c */
struct show_ops;
extern const struct show_ops fill_show_ops;

/* hostcheck.c */
struct health;
int hostcheck(struct agent *a, struct health *h);
void hostcheck_log(struct agent *a);
void hostcheck_reassembly(struct agent *a);
void fill_answer(struct group *g);

/* service.c: for the service manager */
int service_open(struct agent *a);
void service_status(struct agent *a);

/* fill_bfd.c */
struct view;
struct view_counters;
void fill_bfd(const struct agent *a, struct view *v);
void fill_bfd_counters(const struct agent *a, struct view_counters *c);

/* fill_probe.c */
void fill_probe_counters(const struct group *g, struct view_counters *c);
void fill_probe_bad(const struct agent *a, struct view_counters *c);

/* fill_conf.c */
struct view_conf;
void fill_conf(const struct group *g, struct view_conf *o);
void fill_conf_counters(const struct group *g, struct view_counters *c);

/* fill_twin.c */
struct view_if;
void fill_twin(const struct agent *a, struct view_if *o);
bool fill_twin_fault(const struct view_if *i, char text[VIEW_TEXT_LEN]);
void fill_twin_counters(const struct agent *a, uint32_t protocol, struct view_counters *c);

/* fill_version.c */
#define FILL_VERSIONS 2
unsigned int fill_version(const struct group *g, char text[FILL_VERSIONS][VIEW_TEXT_LEN]);

/* fill_track.c */
void fill_tracks(const struct agent *a, struct view *v);
void fill_slas(const struct agent *a, struct view *v);
void fill_hook_counters(const struct agent *a, struct view_counters *c);
void fill_ctl_counters(const struct agent *a, struct view_counters *c);
int fill_clear_damping(void *arg, char *text, size_t size);
void fill_track_counters(const struct agent *a, struct view_counters *c);

#endif
