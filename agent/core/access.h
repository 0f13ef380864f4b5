/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_ACCESS_H
#define RG_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * DOC: who may do what over the control socket
 *
 * Operators may look, administrators may change. Which of them somebody is, two groups of the
 * system say; the kernel vouches for the user and the groups of whoever has connected.
 */

/* Each may do what those before it may. */
enum access_level {
	ACCESS_NONE,
	ACCESS_SHOW,
	ACCESS_CHANGE,
	ACCESS_LEVELS,
};

/**
 * struct access_group - a group of the system
 * @set: there is one
 * @id: its number
 */
struct access_group {
	bool set;
	gid_t id;
};

/**
 * struct access_policy - who may
 * @owner: user of the agent
 * @group: whose members may, by level; that of ACCESS_NONE is not used
 */
struct access_policy {
	uid_t owner;
	struct access_group group[ACCESS_LEVELS];
};

/**
 * struct access_peer - who has connected
 * @uid: user
 * @gid: group
 * @groups: more groups
 * @n_groups: how many
 */
struct access_peer {
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	size_t n_groups;
};

enum access_level access_of(const struct access_policy *p, const struct access_peer *who);
bool access_shared(const struct access_policy *p);

#endif /* RG_ACCESS_H */
