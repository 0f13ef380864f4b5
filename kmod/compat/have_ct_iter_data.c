// SPDX-License-Identifier: GPL-2.0
/* Arguments of nf_ct_iterate_cleanup_net() in a struct: Linux 5.19. */
#include <net/netfilter/nf_conntrack.h>

static const struct nf_ct_iter_data probe __used = { .net = NULL, .data = NULL };
