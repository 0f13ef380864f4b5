/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `debug redundancy application group media` says of the packets of a control link.  To be
 * called only if watch_wants(WATCH_MEDIA).
 */
#ifndef RG_IO_LINKWATCH_H
#define RG_IO_LINKWATCH_H

#include <stddef.h>
#include <stdint.h>

#include "core/addr.h"
#include "core/hello.h"

void linkwatch_tx(const char *ifname, const uint8_t *buf, size_t len, int err);
void linkwatch_rx(const char *ifname, const struct rg_addr *from, size_t len, const struct hello *h,
		  const struct hello_facts *f);
void linkwatch_refused(const char *ifname, const struct rg_addr *from, size_t len,
		       enum hello_verdict v);

#endif
