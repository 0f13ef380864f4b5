// SPDX-License-Identifier: GPL-2.0
/* Counters: per CPU, so that counting on the packet path shares no cache line. */
#include "stats.h"

#include <linux/cpumask.h>
#include <linux/nf_rg.h>

static const char * const stat_names[] = {
#define X(id, name) [NF_RG_STAT_##id] = name,
	NF_RG_STATS(X)
#undef X
};

/**
 * nf_rg_stat_name - the name that people see
 * @stat: which counter, below NF_RG_STAT_MAX
 *
 * Return: a constant string.
 */
const char *nf_rg_stat_name(enum nf_rg_stat stat)
{
	return stat_names[stat];
}

/**
 * nf_rg_stat_sum - a counter over all CPUs
 * @stats: the counters of a namespace
 * @stat: which one
 *
 * Not a snapshot: counting goes on meanwhile.
 *
 * Return: the sum.
 */
u64 nf_rg_stat_sum(const struct nf_rg_stats __percpu *stats, enum nf_rg_stat stat)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(stats, cpu)->v[stat]);
	return sum;
}

/**
 * nf_rg_stat_refused - the counter that belongs to a reason of refusal
 * @reason: enum nf_rg_reason, not NF_RG_REASON_NONE
 *
 * Return: the counter; NF_RG_STAT_REFUSED_PROTOCOL for a reason out of range.
 */
enum nf_rg_stat nf_rg_stat_refused(unsigned int reason)
{
	static const enum nf_rg_stat by_reason[__NF_RG_REASON_MAX] = {
		[NF_RG_REASON_MAPPING] = NF_RG_STAT_REFUSED_MAPPING,
		[NF_RG_REASON_RANGE] = NF_RG_STAT_REFUSED_RANGE,
		[NF_RG_REASON_CAPACITY] = NF_RG_STAT_REFUSED_CAPACITY,
		[NF_RG_REASON_MEMORY] = NF_RG_STAT_REFUSED_MEMORY,
		[NF_RG_REASON_CLASH] = NF_RG_STAT_REFUSED_CLASH,
		[NF_RG_REASON_PROTOCOL] = NF_RG_STAT_REFUSED_PROTOCOL,
		[NF_RG_REASON_NAT] = NF_RG_STAT_REFUSED_NAT,
		[NF_RG_REASON_STALE] = NF_RG_STAT_REFUSED_STALE,
		[NF_RG_REASON_HELPER] = NF_RG_STAT_REFUSED_HELPER,
		[NF_RG_REASON_EXPECT] = NF_RG_STAT_REFUSED_EXPECT,
		[NF_RG_REASON_SPLIT] = NF_RG_STAT_SPLIT_CONFLICT,
		[NF_RG_REASON_CONFIG] = NF_RG_STAT_REFUSED_CONFIG,
	};

	if (reason == NF_RG_REASON_NONE || reason >= __NF_RG_REASON_MAX)
		return NF_RG_STAT_REFUSED_PROTOCOL;
	return by_reason[reason];
}
