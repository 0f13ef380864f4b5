// SPDX-License-Identifier: GPL-2.0
/* One notifier for events of connections and of expectations: Linux 5.15. */
#include <net/netfilter/nf_conntrack_ecache.h>

static int probe_fn(unsigned int events, const struct nf_ct_event *item)
{
	return 0;
}

static const struct nf_ct_event_notifier probe __used = {
	.ct_event = probe_fn,
	.exp_event = NULL,
};
