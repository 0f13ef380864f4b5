/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RG_CONF_VMAC_H
#define RG_CONF_VMAC_H

#include <stdbool.h>
#include <stdint.h>

#include "conf.h"

/*
 * DOC: virtual MAC addresses
 *
 * An interface with `redundancy vmac` has its virtual addresses on a macvlan
 * device of its own, which has the virtual MAC address and is up on the active
 * router alone. Its name follows from the RII, so that it is the same after a
 * restart and on both routers.
 */
#define CONF_VMAC_PREFIX	"rgv"

bool conf_vmac(const struct conf *c, const struct conf_if *i, uint8_t mac[6]);
void conf_vmac_name(const struct conf_if *i, char name[CONF_IF_LEN]);
void conf_vip_device(const struct conf_if *i, char name[CONF_IF_LEN]);

#endif /* RG_CONF_VMAC_H */
