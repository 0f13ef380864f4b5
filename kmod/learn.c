// SPDX-License-Identifier: GPL-2.0
/* Learning the windows of a TCP connection again.  See learn.h. */
#include "learn.h"

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

/* How far from an exact hint a segment may lie, below or above, before it has to insist. */
#define NEAR		(1U << 24)
/* How far above any other hint a SYN may lie. */
#define SYN_ABOVE	(1U << 30)
/* How far above the hint a reset may lie: by itself, and if the other side acknowledged as much. */
#define RESET_ABOVE	(1U << 16)
#define RESET_ACKED	(1U << 20)
/* More than a window may be outstanding where a window shrank, or was probed. */
#define TOLERANCE	(1U << 16)

#define WINDOW_MAX	(1U << 30)	/* bytes, RFC 7323 section 2.3 */

/* TCP options, RFC 9293 section 3.1 and RFC 2018 */
#define OPT_END		0
#define OPT_NOP		1
#define OPT_SACK	5

static bool later(__u32 a, __u32 b)
{
	return (__s32)(a - b) > 0;
}

static bool near(__u32 seq, __u32 hint)
{
	return seq - (hint - NEAR) < 2 * NEAR;
}

static void forget(struct nf_rg_learn *l)
{
	int i;

	for (i = 0; i < 2; i++) {
		struct nf_rg_learn_dir *d = &l->dir[i];
		__u32 hint = d->hint;

		memset(d, 0, sizeof(*d));
		d->hint = hint;
	}
}

/**
 * nf_rg_learn_init - begin
 * @l: filled in
 * @hint: end of the data of both directions, as the peer told
 * @exact: the connection was silent then
 * @sack: both sides do SACK
 */
void nf_rg_learn_init(struct nf_rg_learn *l, const __u32 hint[2], bool exact, bool sack)
{
	memset(l, 0, sizeof(*l));
	l->exact = exact;
	l->sack = sack;
	l->dir[0].hint = hint[0];
	l->dir[1].hint = hint[1];
}

/* Is the segment too far from what the connection was when it was silent? */
static bool refused(struct nf_rg_learn *l, const struct nf_rg_segment *s)
{
	struct nf_rg_learn_dir *d = &l->dir[s->dir];

	if (!l->exact || (near(s->end, d->hint) &&
			  (!s->ack_set || near(s->ack, l->dir[!s->dir].hint))))
		return false;
	if (d->odd_set && near(s->end, d->odd)) {
		/* The sender insists: the hints are older than the connection. */
		l->exact = false;
		l->doubt = true;
		return false;
	}
	d->odd = s->end;
	d->odd_set = true;
	return true;
}

static void see_end(struct nf_rg_learn_dir *d, __u32 end)
{
	if (!d->end_set || later(end, d->end))
		d->end = end;
	d->end_set = true;
}

static void see_ack(struct nf_rg_learn_dir *d, const struct nf_rg_segment *s)
{
	if (!d->ack_set) {
		d->ack = s->ack;
		d->edge = s->ack + s->win;
		d->maxwin = s->win;
	} else {
		if (later(s->ack, d->ack))
			d->ack = s->ack;
		if (s->win > d->maxwin)
			d->maxwin = s->win;
	}
	d->ack_set = true;
}

/*
 * Does a segment lie further below what is known of its direction, or acknowledge less of the
 * other, than a window?
 */
static bool contradicts(const struct nf_rg_learn *l, const struct nf_rg_segment *s)
{
	const struct nf_rg_learn_dir *d = &l->dir[s->dir], *other = &l->dir[!s->dir];

	if (other->ack_set && later(d->end - other->maxwin - TOLERANCE, s->end))
		return true;
	return later(other->end - d->maxwin - TOLERANCE, s->ack);
}

/**
 * nf_rg_learn_segment - a segment that neither opens nor resets the connection
 * @l: what is known
 * @s: the segment
 *
 * Return: what to do.  After NF_RG_LEARN_DONE all of @l->dir but the hints and @odd is valid.
 */
enum nf_rg_learnt nf_rg_learn_segment(struct nf_rg_learn *l, const struct nf_rg_segment *s)
{
	struct nf_rg_learn_dir *d = &l->dir[s->dir], *other = &l->dir[!s->dir];

	if (refused(l, s))
		return NF_RG_LEARN_REFUSE;
	see_end(d, s->end);
	if (!s->ack_set)
		return NF_RG_LEARN_MORE;
	see_end(other, s->sack);
	see_ack(d, s);
	if (contradicts(l, s)) {
		forget(l);
		return NF_RG_LEARN_AGAIN;
	}
	if ((l->sack && !l->doubt && s->ack == other->end) || !later(d->edge, s->ack))
		other->known = true;
	return d->known && other->known && d->ack_set && other->ack_set ? NF_RG_LEARN_DONE :
									  NF_RG_LEARN_MORE;
}

/**
 * nf_rg_learn_reset - may a reset pass?
 * @l: what is known
 * @dir: its direction
 * @seq: its sequence number; of an answer to a segment, what that acknowledged (RFC 9293, 3.5.2)
 *
 * Return: true if it may.
 */
bool nf_rg_learn_reset(const struct nf_rg_learn *l, __u8 dir, __u32 seq)
{
	const struct nf_rg_learn_dir *d = &l->dir[dir], *other = &l->dir[!dir];

	/* In the window of the other side; both have spoken and agree (RFC 5961, 3.2). */
	if (d->known && d->ack_set && other->ack_set)
		return seq - other->ack <= other->maxwin;
	/* The answer to a segment of the other side, from a host that knows of no connection. */
	if (other->ack_set && seq == other->ack && !l->doubt &&
	    (!l->exact || seq - d->hint < RESET_ACKED))
		return true;
	return seq - d->hint < RESET_ABOVE;
}

/**
 * nf_rg_learn_syn - may a SYN pass on a connection that is established?
 * @l: what is known
 * @dir: its direction
 * @seq: its sequence number
 *
 * Return: true if it may; its receiver will challenge it (RFC 5961, 4.2).
 */
bool nf_rg_learn_syn(const struct nf_rg_learn *l, __u8 dir, __u32 seq)
{
	__u32 hint = l->dir[dir].hint;

	return l->exact ? near(seq, hint) : seq - hint < SYN_ABOVE;
}

/**
 * nf_rg_learn_sack - the highest number that a segment acknowledges
 * @opt: the options of its header
 * @len: bytes
 * @ack: its acknowledgment
 * @offset: what to take off the numbers in the options (see struct nf_rg_segment)
 *
 * Return: the right edge of the last SACK block (RFC 2018, section 3); @ack if none lies behind it,
 * by less than the largest window there is.
 */
__u32 nf_rg_learn_sack(const __u8 *opt, unsigned int len, __u32 ack, __u32 offset)
{
	unsigned int at = 0, i;
	__u32 above = 0;

	while (at < len && opt[at] != OPT_END) {
		unsigned int size = opt[at] == OPT_NOP ? 1 : at + 1 < len ? opt[at + 1] : 0;

		if (!size || (size == 1 && opt[at] != OPT_NOP) || size > len - at)
			break;
		for (i = 2; opt[at] == OPT_SACK && i + 8 <= size; i += 8) {
			const __u8 *p = opt + at + i + 4;
			__u32 edge = (__u32)p[0] << 24 | (__u32)p[1] << 16 | (__u32)p[2] << 8 |
				     p[3];

			edge -= offset + ack;
			if (edge <= WINDOW_MAX && edge > above)
				above = edge;
		}
		at += size;
	}
	return ack + above;
}
