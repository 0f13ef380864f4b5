// SPDX-License-Identifier: GPL-2.0
/* genl_family.resv_start_op: Linux 6.1. */
#include <net/genetlink.h>

static const struct genl_family probe __used = { .resv_start_op = 1 };
