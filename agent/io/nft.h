/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nftables: scripts go in, listings come out, and changes of our tables by anybody are told.
 *
 * libnftables waits for the kernel and allocates: not for the failover path.
 */
#ifndef RG_IO_NFT_H
#define RG_IO_NFT_H

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct nft;
struct nft_watch;

int nft_open(struct nft **out);
void nft_close(struct nft *n);
int nft_run(struct nft *n, const char *script, char *err, size_t size);
int nft_list(struct nft *n, const char *command, bool json, char **out);

/**
 * typedef nft_watch_fn - rules were changed
 * @arg: of nft_watch_open()
 * @gone: a table was deleted, so that there is no need to look
 *
 * Called once after all that was queued has been read, also for changes of our own.
 */
typedef void (*nft_watch_fn)(void *arg, bool gone);

int nft_watch_open(struct event_base *base, const char *const *tables, size_t n, nft_watch_fn fn,
		   void *arg, struct nft_watch **out);
void nft_watch_close(struct nft_watch *w);
void nft_watch_drain(struct nft_watch *w);

#endif
