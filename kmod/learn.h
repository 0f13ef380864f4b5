/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _NF_RG_LEARN_H
#define _NF_RG_LEARN_H

#include <linux/types.h>

#ifndef __KERNEL__
#include <stdbool.h>
#endif

/**
 * DOC: learning the windows of a TCP connection again
 *
 * A router that takes over knows what its peer told of a connection's sequence numbers, which may
 * be old: data makes no events.  The acknowledgments of the last moments died with the peer, too,
 * so the first packets of both sides may seem impossible.  Until the connection has shown where it
 * stands, the core must take everything (IP_CT_TCP_FLAG_BE_LIBERAL), and whatever could end the
 * connection is looked at here instead.
 *
 * This part is pure: the kernel feeds it segments and does what it says.  For each direction it
 * keeps the outer envelope of what was seen: the end of the data, sent or acknowledged.  The data
 * of a direction is known again when the other side has acknowledged
 *
 * - all of it, without having anything behind a hole, which only a side that does SACK would say
 *   (RFC 2018, section 3), or
 * - all that its first segment offered to take: what it received by way of the other router lies
 *   below that.
 *
 * When both directions are known, the windows are strict from the next segment on.  Numbers that
 * contradict each other, since somebody forged one, are thrown away, and it begins again.
 *
 * A hint is exact if the connection was silent for seconds when it was written down.  Then a
 * segment far from it is refused, but the next that lies near that one is taken: a connection may
 * have woken up just before the takeover and moved far within seconds; its sender repeats itself.
 * It may be somebody else, too, so such a connection has to prove itself the long way.
 *
 * A reset is taken if the hint, or the other side, makes its sequence number believable.  One that
 * is refused although it was real comes again as soon as the other side sends anything, with the
 * number that it then must have: what that side has acknowledged.
 */

/**
 * struct nf_rg_segment - what is looked at of a TCP segment
 * @dir: 0 original direction, 1 reply
 * @ack_set: @ack, @sack and @win mean something
 * @end: behind its last byte, FIN counted
 * @ack: acknowledged, as the other side counts (without what NAT helpers added)
 * @sack: the highest number acknowledged, @ack without SACK
 * @win: bytes, scaled
 */
struct nf_rg_segment {
	__u8 dir;
	bool ack_set;
	__u32 end;
	__u32 ack;
	__u32 sack;
	__u32 win;
};

/**
 * struct nf_rg_learn_dir - what is known of the data of one direction, and of its sender
 * @hint: end of the data, as the peer told
 * @end: end of the data, as seen since
 * @ack: the highest acknowledgment that its sender has sent
 * @edge: the end of the data that its first segment offered to take
 * @maxwin: the largest window that its sender has offered, bytes
 * @odd: end of a segment that was refused
 * @end_set: @end means something
 * @ack_set: @ack, @edge and @maxwin mean something
 * @odd_set: @odd means something
 * @known: the other side has acknowledged enough of the data
 */
struct nf_rg_learn_dir {
	__u32 hint;
	__u32 end;
	__u32 ack;
	__u32 edge;
	__u32 maxwin;
	__u32 odd;
	bool end_set;
	bool ack_set;
	bool odd_set;
	bool known;
};

/**
 * struct nf_rg_learn - a connection that is being learnt
 * @exact: the hints are of a silent connection, and nothing contradicts them
 * @doubt: a side insisted on numbers far from exact hints
 * @sack: both sides do SACK
 * @dir: original and reply
 */
struct nf_rg_learn {
	bool exact;
	bool doubt;
	bool sack;
	struct nf_rg_learn_dir dir[2];
};

enum nf_rg_learnt {
	NF_RG_LEARN_MORE,	/* take the segment, go on */
	NF_RG_LEARN_DONE,	/* take it: everything is known */
	NF_RG_LEARN_AGAIN,	/* take it: what was known contradicted itself and was dropped */
	NF_RG_LEARN_REFUSE,	/* drop the segment */
};

void nf_rg_learn_init(struct nf_rg_learn *l, const __u32 hint[2], bool exact, bool sack);
enum nf_rg_learnt nf_rg_learn_segment(struct nf_rg_learn *l, const struct nf_rg_segment *s);
bool nf_rg_learn_reset(const struct nf_rg_learn *l, __u8 dir, __u32 seq);
bool nf_rg_learn_syn(const struct nf_rg_learn *l, __u8 dir, __u32 seq);
__u32 nf_rg_learn_sack(const __u8 *opt, unsigned int len, __u32 ack, __u32 offset);

#endif /* _NF_RG_LEARN_H */
