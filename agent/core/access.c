// SPDX-License-Identifier: GPL-2.0-or-later
#include "access.h"

static bool is_member(const struct access_group *g, const struct access_peer *who)
{
	bool found = g->set && who->gid == g->id;

	for (size_t i = 0; g->set && !found && i < who->n_groups; i++)
		found = who->groups[i] == g->id;
	return found;
}

/**
 * access_of() - what somebody may do
 * @p: who may
 * @who: who it is, as the kernel says
 *
 * User 0 and the user of the agent may do everything; of others the highest level counts that a
 * group of theirs gives.
 *
 * Return: the level.
 */
enum access_level access_of(const struct access_policy *p, const struct access_peer *who)
{
	enum access_level l = ACCESS_CHANGE;

	if (!who->uid || who->uid == p->owner)
		return l;
	while (l > ACCESS_NONE && !is_member(&p->group[l], who))
		l--;
	return l;
}

/**
 * access_shared() - is there a group whose members may
 * @p: who may
 *
 * Return: true if so.
 */
bool access_shared(const struct access_policy *p)
{
	return p->group[ACCESS_SHOW].set || p->group[ACCESS_CHANGE].set;
}
