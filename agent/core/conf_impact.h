/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_CONF_IMPACT_H
#define RG_CONF_IMPACT_H

#include "conf.h"

/*
 * DOC: what a change does to the pair
 *
 * A change is made on one router first, and for a while both differ. What
 * that means is said before it is done; what would part the routers, or take
 * a group's traffic from a router that has no successor, wants a second word.
 */

/**
 * struct conf_standing - how a group stands before a change
 * @peer: the peer is heard
 * @active: this router has the role
 * @ready: and its standby has everything
 */
struct conf_standing {
	bool peer;
	bool active;
	bool ready;
};

/**
 * struct conf_impact - one thing to know before a change
 * @group: which group it is about
 * @confirm: do not do it unless it is asked for once more
 * @text: a sentence without a full stop
 */
struct conf_impact {
	uint32_t group;
	bool confirm;
	char text[256];
};

/**
 * struct conf_impacts - all of them
 * @n: how many are set
 * @lost: how many had no room
 * @confirm: one of them wants confirmation
 */
struct conf_impacts {
	struct conf_impact v[64];
	size_t n;
	size_t lost;
	bool confirm;
};

void conf_impact(const struct conf *before, const struct conf *after,
		 const struct conf_standing standing[CONF_MAX_GROUPS + 1],
		 struct conf_impacts *out);

#endif /* RG_CONF_IMPACT_H */
