/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The BFD sessions of this router, one for each interface and neighbour, however many links want
 * it: who wants the most decides about its timers. A session that nobody wants any more says
 * AdminDown for some seconds before it goes, so that its end is not taken for a failure.
 *
 * It is signed with the keys of the lowest protocol instance that has any, and believes those of
 * all that want it.
 *
 * Everything runs in the thread of the event base.
 */
#ifndef RG_IO_BFDS_H
#define RG_IO_BFDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/bfd_auth.h"

struct bfds;
struct bfdsess;
struct event_base;
struct ifaces;

#define BFDS_MAX 32
#define BFDS_USERS 16

struct bfds_ops {
	/* The state changed. */
	void (*changed)(void *arg, struct bfdsess *s, mono_t now);
	/* A packet is about to go out of a session that is up, or coming up. */
	void (*sending)(void *arg, struct bfdsess *s, mono_t now);
};

int bfds_open(struct event_base *base, struct ifaces *ifs, const struct bfds_ops *ops, void *arg,
	      struct bfds **out);
void bfds_close(struct bfds *set);
void bfds_drain(struct bfds *set);
uint64_t bfds_bad(const struct bfds *set, enum bfd_verdict v);
uint64_t bfds_tx_failed(const struct bfds *set);
struct bfdsess *bfds_at(const struct bfds *set, unsigned int slot);

int bfdsess_want(struct bfds *set, const void *user, const char *ifname, const struct rg_addr *peer,
		 const struct bfd_conf *conf, struct bfdsess **out);
void bfdsess_change(struct bfdsess *s, const void *user, const struct bfd_conf *conf);
void bfdsess_keys(struct bfdsess *s, const void *user, uint32_t protocol,
		  const struct bfd_keys *keys, bool anew);
void bfdsess_drop(struct bfdsess *s, const void *user);
const struct bfd *bfdsess_bfd(const struct bfdsess *s);
const struct bfd_auth *bfdsess_auth(const struct bfdsess *s);
const struct rg_addr *bfdsess_peer(const struct bfdsess *s);
const char *bfdsess_ifname(const struct bfdsess *s);

#endif
