/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NLFUZZ_MAKE_H
#define NLFUZZ_MAKE_H

#include <stdbool.h>
#include <stdint.h>

#define GROUPS		2	/* 1 and 2 to the kernel, 0 and 1 here */
#define MAPPINGS	4	/* of the groups in turns */
#define MAPPING		152	/* the first */

void rnd_seed(uint32_t seed);
/* 0 to n - 1 */
uint32_t rnd(uint32_t n);
bool one_in(uint32_t n);
/* One at the edge of something. */
uint32_t odd_number(void);

/* Address N of a network, either family (l3: 4 or 6). */
void set_addr(uint8_t *a, int l3, const char *net4, const char *net6, uint32_t n);
/* Address N, 0-3, of the pool of mapping MAPPING + k. */
void pool_addr(uint8_t *a, int l3, uint32_t k, uint32_t n);

/* A packet of a connection in one of the records so far, FRAME bytes at most, as Ethernet has. */
#define FRAME	128
uint32_t make_packet(uint8_t *frame);

/* A batch for a group, NF_RG_PUSH_MAX bytes at most; returns how many. */
uint32_t make_batch(uint8_t *buf, uint32_t group);
unsigned long records_made(void);

#endif
