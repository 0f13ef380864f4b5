/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Schedules of trouble for the simulation: made from a seed, played, shrunk, and written
 * as lines that can be kept and played again.
 *
 *	seed 4711			what is random besides the events: configuration, losses
 *	1200 power-off B		1200 ms later that happens to router B
 *	300 object A 2 40		operands, see sim_play.c
 *	0 settle			all is mended, and must be well after a while
 *	end
 */
#ifndef AGENT_TESTS_SIM_PLAY_H
#define AGENT_TESTS_SIM_PLAY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define PLAN_MAX	512

/**
 * struct sim_event - one thing that happens
 * @wait: ms after the one before
 * @op: index of its name
 * @node: to whom, 0-2
 * @a, @b: operands
 */
struct sim_event {
	int32_t wait;
	uint8_t op;
	uint8_t node;
	int32_t a;
	int32_t b;
};

struct plan {
	uint64_t seed;
	int n;
	struct sim_event ev[PLAN_MAX];
};

/* A schedule at random, the same for the same seed. */
void plan_make(struct plan *p, uint64_t seed);
/* Plays it; true when all held, else what did not is in sim.failure, at sim.now. */
bool plan_play(const struct plan *p);
/* Leaves out what is not needed for the same failure; returns the number of plays. */
unsigned int plan_shrink(struct plan *p);
/* As lines. */
void plan_print(const struct plan *p, FILE *f);
/* The next one of @f: 1, 0 at the end, or minus the number of the wrong line; *@line goes on. */
int plan_read(struct plan *p, FILE *f, int *line);

#endif
