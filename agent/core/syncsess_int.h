/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the parts of the data link session: syncsess.c (the connection),
 * syncsess_group.c (the streams of the groups in it) and syncsess_merge.c (after a
 * split brain). Not for others.
 */
#ifndef AGENT_CORE_SYNCSESS_INT_H
#define AGENT_CORE_SYNCSESS_INT_H

#include "syncsess.h"

struct syncsess_ctx {
	struct syncsess *s;
	mono_t now;
	struct syncsess_actions *out;
};

/* syncsess.c */

/** syncsess_take_session() - the next session number, never 0 */
uint32_t syncsess_take_session(struct syncsess *s);
/** syncsess_group_id() - the number of a group */
uint8_t syncsess_group_id(const struct syncsess *s,
			  const struct syncsess_group *g);
/** syncsess_emit() - append an action; filled in by the caller */
struct syncsess_action *syncsess_emit(struct syncsess_ctx *c,
				      enum syncsess_action_type type);
/** syncsess_put() - a frame without payload as yet; @g NULL: about the connection */
struct syncsess_frame *syncsess_put(struct syncsess_ctx *c,
				    enum frame_type type,
				    const struct syncsess_group *g);
/** syncsess_put_reason() - LEAVE, RESEND or CLOSE */
void syncsess_put_reason(struct syncsess_ctx *c, enum frame_type type,
			 const struct syncsess_group *g, enum frame_reason r);
/** syncsess_close() - end the connection; @tell: say why to the peer */
void syncsess_close(struct syncsess_ctx *c, enum frame_reason r, bool tell);

/* syncsess_group.c: frames of the peer */

/** syncsess_rx_join() - the peer wants to receive */
void syncsess_rx_join(struct syncsess_ctx *c, struct syncsess_group *g,
		      const struct frame *hdr, const uint8_t *payload);
/** syncsess_rx_leave() - the peer ends a stream */
void syncsess_rx_leave(struct syncsess_ctx *c, struct syncsess_group *g,
		       const struct frame *hdr);
/** syncsess_rx_resend() - the peer needs everything again, or to be compared with */
void syncsess_rx_resend(struct syncsess_ctx *c, struct syncsess_group *g,
			const struct frame *hdr, enum frame_reason r);
/** syncsess_rx_batch() - records for our kernel */
void syncsess_rx_batch(struct syncsess_ctx *c, struct syncsess_group *g,
		       const struct frame *hdr, const uint8_t *payload);
/** syncsess_rx_ack() - the peer's kernel has answered */
void syncsess_rx_ack(struct syncsess_ctx *c, struct syncsess_group *g,
		     const struct frame *hdr, const uint8_t *payload);

/* the election and the own kernel */

/** syncsess_want_send() - EV_SEND */
void syncsess_want_send(struct syncsess_ctx *c,
			const struct syncsess_event *ev);
/** syncsess_want_receive() - EV_RECEIVE */
void syncsess_want_receive(struct syncsess_ctx *c,
			   const struct syncsess_event *ev);
/** syncsess_want_nothing() - EV_STOP */
void syncsess_want_nothing(struct syncsess_ctx *c,
			   const struct syncsess_event *ev);
/** syncsess_push() - EV_PUSH */
void syncsess_push(struct syncsess_ctx *c, const struct syncsess_event *ev);
/** syncsess_installed() - EV_INSTALLED */
void syncsess_installed(struct syncsess_ctx *c,
			const struct syncsess_event *ev);
/** syncsess_lost() - EV_LOST */
void syncsess_lost(struct syncsess_ctx *c, const struct syncsess_event *ev);
/** syncsess_ask_again() - EV_RESEND */
void syncsess_ask_again(struct syncsess_ctx *c,
			const struct syncsess_event *ev);

/* the connection came, went, or time passed */

/** syncsess_start_receiver() - JOIN, if this group receives and the connection stands */
void syncsess_start_receiver(struct syncsess_ctx *c, struct syncsess_group *g);
/** syncsess_stop_group() - no session any more; the kernel and the election are told */
void syncsess_stop_group(struct syncsess_ctx *c, struct syncsess_group *g);
/** syncsess_repair() - ask for everything again */
void syncsess_repair(struct syncsess_ctx *c, struct syncsess_group *g);

/** syncsess_rx_config() - FRAME_CONFIG_ASK or FRAME_CONFIG */
void syncsess_rx_config(struct syncsess_ctx *c, const struct frame *hdr,
			const uint8_t *payload);
/** syncsess_config() - SYNCSESS_EV_CONFIG */
void syncsess_config(struct syncsess_ctx *c, const struct syncsess_event *ev);
/** syncsess_partial() - SYNCSESS_EV_PARTIAL */
void syncsess_partial(struct syncsess_ctx *c, const struct syncsess_event *ev);

/** syncsess_set_repair() - when syncsess_repair() is to be called */
void syncsess_set_repair(struct syncsess_ctx *c, struct syncsess_group *g, mono_t at);
/** syncsess_start_sender() - our kernel pushes, or takes a merge first, if both sides want it */
void syncsess_start_sender(struct syncsess_ctx *c, struct syncsess_group *g);

/* syncsess_merge.c */

/** syncsess_take() - sender: say that we take what the peer did as another active */
void syncsess_take(struct syncsess_ctx *c, struct syncsess_group *g);
/** syncsess_rx_take() - receiver: the peer takes it */
void syncsess_rx_take(struct syncsess_ctx *c, struct syncsess_group *g, const struct frame *hdr);
/** syncsess_rx_merge() - sender: records of it for our kernel */
void syncsess_rx_merge(struct syncsess_ctx *c, struct syncsess_group *g,
		       const struct frame *hdr, const uint8_t *payload);
/** syncsess_rx_merged() - receiver: the peer's kernel has answered */
void syncsess_rx_merged(struct syncsess_ctx *c, struct syncsess_group *g,
			const struct frame *hdr, const uint8_t *payload);
/** syncsess_merge_push() - EV_PUSH of a receiver */
void syncsess_merge_push(struct syncsess_ctx *c, const struct syncsess_event *ev);
/** syncsess_merge_installed() - EV_INSTALLED of a sender */
void syncsess_merge_installed(struct syncsess_ctx *c, const struct syncsess_event *ev);
/** syncsess_merge_late() - sender: nothing came for too long */
void syncsess_merge_late(struct syncsess_ctx *c, struct syncsess_group *g);
/** syncsess_merge_declined() - receiver: the peer sends, so it takes nothing (any more) */
void syncsess_merge_declined(struct syncsess_ctx *c, struct syncsess_group *g);
/** syncsess_merge_stop() - the session of the group ends; a merge may begin again in another */
void syncsess_merge_stop(struct syncsess_ctx *c, struct syncsess_group *g);

#endif /* AGENT_CORE_SYNCSESS_INT_H */
