// SPDX-License-Identifier: GPL-2.0-or-later
#include "fight.h"

#include <string.h>

/**
 * fight_may - it was removed: may we put it back?
 * @f: memory
 * @now: the present
 *
 * Return: true: put it back, which is remembered. False: not before @f->until;
 * then ask fight_rested().
 */
bool fight_may(struct fight *f, mono_t now)
{
	if (f->resting)
		return false;
	while (f->n && mono_span_ms(f->at[0], now) >= FIGHT_WINDOW_MS) {
		f->n--;
		memmove(&f->at[0], &f->at[1], f->n * sizeof(f->at[0]));
	}
	if (f->n == FIGHT_MAX) {
		fight_rest(f, now);
		return false;
	}
	f->at[f->n++] = now;
	return true;
}

/**
 * fight_forget - the last time was nobody's doing
 * @f: memory
 */
void fight_forget(struct fight *f)
{
	if (f->n)
		f->n--;
}

/**
 * fight_rest - give in for FIGHT_REST_MS
 * @f: memory
 * @now: the present
 */
void fight_rest(struct fight *f, mono_t now)
{
	f->n = 0;
	f->resting = true;
	f->until = mono_add_ms(now, FIGHT_REST_MS);
}

/**
 * fight_rested - has the rest ended?
 * @f: memory
 * @now: the present
 *
 * Return: true once, when it has; from then on fight_may() counts anew.
 */
bool fight_rested(struct fight *f, mono_t now)
{
	if (!f->resting || !mono_reached(now, f->until))
		return false;
	f->resting = false;
	return true;
}
