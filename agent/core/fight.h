/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_FIGHT_H
#define RG_FIGHT_H

#include <stdbool.h>

#include "mono.h"

/*
 * DOC: fights over shared objects
 *
 * Somebody else (a firewall reload, networkd, a person) removes an address or
 * a rule of ours. Put back at once it heals unseen; put back for ever, two
 * programs fight. So: FIGHT_MAX times within FIGHT_WINDOW_MS, then not for
 * FIGHT_REST_MS, then from the beginning.
 */
#define FIGHT_MAX		3
#define FIGHT_WINDOW_MS		10000
#define FIGHT_REST_MS		60000

/**
 * struct fight - memory of one object; all zero: nothing happened yet
 * @at: when it was put back the last times, oldest first
 * @n: how many of @at count
 * @resting: we stopped
 * @until: till then
 */
struct fight {
	mono_t at[FIGHT_MAX];
	unsigned int n;
	bool resting;
	mono_t until;
};

bool fight_may(struct fight *f, mono_t now);
void fight_forget(struct fight *f);
void fight_rest(struct fight *f, mono_t now);
bool fight_rested(struct fight *f, mono_t now);

#endif /* RG_FIGHT_H */
