/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel tells everybody: events of the family's multicast group, and that the family came
 * or went.
 */
#ifndef RG_IO_KNL_EV_H
#define RG_IO_KNL_EV_H

#include <stdint.h>

#include "io/knl.h"

struct event;
struct event_base;

struct knl_event {
	uint32_t event; /* enum nf_rg_event */
	uint32_t group; /* 0: of the namespace */
	uint8_t role; /* enum nf_rg_role */
	uint64_t epoch;
	uint64_t epoch_system;
};

struct knl_ev_ops {
	void (*event)(void *arg, const struct knl_event *e);
	void (*family_new)(void *arg); /* the module is there now */
	void (*family_del)(void *arg); /* it has been unloaded */
	void (*overrun)(void *arg); /* events were lost: look again at everything */
};

struct knl_ev {
	struct knl *k;
	struct event *ev;
	struct knl_sock sock;
	const struct knl_ev_ops *ops;
	void *arg;
	uint64_t events, overruns;
};

int knl_ev_open(struct knl_ev *e, struct knl *k, struct event_base *base,
		const struct knl_ev_ops *ops, void *arg);
int knl_ev_join(struct knl_ev *e);
void knl_ev_close(struct knl_ev *e);

#endif
