// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any segments of a TCP connection after a takeover.  Whatever they say, nothing is learnt from one
 * side alone, a refused segment changes no window, and a SACK option is read to its end at most.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "learn.h"

#define STEP 16		/* bytes of input for a segment */

static void must(int holds)
{
	if (!holds)
		abort();
}

static uint32_t u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void step(struct nf_rg_learn *l, const uint8_t *p, int spoke[2])
{
	/* Near numbers are more interesting than any: the first byte says how far each may be. */
	const uint32_t mask = p[0] & 8 ? UINT32_MAX : p[0] & 4 ? 0xffffff : 0xffff;
	const struct nf_rg_learn before = *l;
	struct nf_rg_segment s = { .dir = p[0] & 1, .ack_set = p[0] & 2 };
	enum nf_rg_learnt what;
	const uint32_t seq = l->dir[s.dir].hint + (u32(p + 1) & mask);
	int i;

	s.end = seq + p[5];
	s.ack = l->dir[!s.dir].hint + (u32(p + 6) & mask);
	s.sack = s.ack + (p[10] & 0x80 ? u32(p + 10) & 0xffff : 0);
	s.win = u32(p + 12) & 0x3fffffff;
	nf_rg_learn_reset(l, s.dir, seq);
	nf_rg_learn_syn(l, s.dir, seq);
	must(!memcmp(&before, l, sizeof(before)));
	what = nf_rg_learn_segment(l, &s);
	switch (what) {
	case NF_RG_LEARN_REFUSE:
		must(before.exact);
		for (i = 0; i < 2; i++) {
			must(l->dir[i].end == before.dir[i].end);
			must(l->dir[i].ack == before.dir[i].ack);
		}
		return;
	case NF_RG_LEARN_AGAIN:
		spoke[0] = 0;
		spoke[1] = 0;
		break;
	default:
		spoke[s.dir] |= s.ack_set;
		break;
	}
	must(l->dir[0].hint == before.dir[0].hint && l->dir[1].hint == before.dir[1].hint);
	if (what == NF_RG_LEARN_DONE)
		must(spoke[0] && spoke[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nf_rg_learn l;
	uint32_t hint[2], ack, sack;
	int spoke[2] = { 0, 0 };
	size_t at;

	if (size < 9)
		return 0;
	ack = u32(data);
	sack = nf_rg_learn_sack(data + 9, (unsigned int)(size - 9) % 41, ack, u32(data + 4));
	must((int32_t)(sack - ack) >= 0);
	hint[0] = u32(data);
	hint[1] = u32(data + 4);
	nf_rg_learn_init(&l, hint, data[8] & 1, data[8] & 2);
	for (at = 9; at + STEP <= size; at += STEP)
		step(&l, data + at, spoke);
	return 0;
}
