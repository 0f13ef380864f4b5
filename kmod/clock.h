/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A clock for the packet path: so cheap that every packet can be asked, and so careful that it may
 * be wrong on one side only.
 *
 * The clock of the lease (CLOCK_BOOTTIME) takes fifty instructions.  Where the processor counts
 * cycles at a rate that the kernel trusts, most packets are let through by that counter alone, and
 * the clock is asked only when the counter does not say that there is time left.
 */
#ifndef _NF_RG_CLOCK_H
#define _NF_RG_CLOCK_H

#include <linux/math64.h>
#include <linux/time64.h>
#include <linux/types.h>

#ifdef CONFIG_X86_TSC
#include <asm/msr.h>
#include <asm/tsc.h>
#endif

/* By this part fewer cycles than were calibrated: clocks are steered by up to 500 ppm. */
#define NF_RG_CYCLES_MARGIN	256

/* The counter.  It may begin again after a suspension: only differences count, as unsigned. */
static inline u64 nf_rg_cycles(void)
{
#ifdef CONFIG_X86_TSC
	return rdtsc();
#else
	return 0;
#endif
}

/* Cycles that have passed before @ns ns have; 0 if the counter is not to be trusted. */
static inline u64 nf_rg_cycles_in(u64 ns)
{
#ifdef CONFIG_X86_TSC
	u64 n;

	if (check_tsc_unstable())
		return 0;
	n = mul_u64_u32_div(ns, tsc_khz, NSEC_PER_MSEC);
	return n - n / NF_RG_CYCLES_MARGIN;
#else
	return 0;
#endif
}

#endif /* _NF_RG_CLOCK_H */
