/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the parts of the data link session: syncsess.c (the connection) and
 * syncsess_group.c (the streams of the groups in it). Not for others.
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

uint32_t syncsess_take_session(struct syncsess *s);
uint8_t syncsess_group_id(const struct syncsess *s,
			  const struct syncsess_group *g);
struct syncsess_action *syncsess_emit(struct syncsess_ctx *c,
				      enum syncsess_action_type type);
struct syncsess_frame *syncsess_put(struct syncsess_ctx *c,
				    enum frame_type type,
				    const struct syncsess_group *g);
void syncsess_put_reason(struct syncsess_ctx *c, enum frame_type type,
			 const struct syncsess_group *g, enum frame_reason r);
void syncsess_close(struct syncsess_ctx *c, enum frame_reason r, bool tell);

/* syncsess_group.c: frames of the peer */

void syncsess_rx_join(struct syncsess_ctx *c, struct syncsess_group *g,
		      const struct frame *hdr, const uint8_t *payload);
void syncsess_rx_leave(struct syncsess_ctx *c, struct syncsess_group *g,
		       const struct frame *hdr);
void syncsess_rx_resend(struct syncsess_ctx *c, struct syncsess_group *g,
			const struct frame *hdr);
void syncsess_rx_batch(struct syncsess_ctx *c, struct syncsess_group *g,
		       const struct frame *hdr, const uint8_t *payload);
void syncsess_rx_ack(struct syncsess_ctx *c, struct syncsess_group *g,
		     const struct frame *hdr, const uint8_t *payload);

/* the election and the own kernel */

void syncsess_want_send(struct syncsess_ctx *c,
			const struct syncsess_event *ev);
void syncsess_want_receive(struct syncsess_ctx *c,
			   const struct syncsess_event *ev);
void syncsess_want_nothing(struct syncsess_ctx *c,
			   const struct syncsess_event *ev);
void syncsess_push(struct syncsess_ctx *c, const struct syncsess_event *ev);
void syncsess_installed(struct syncsess_ctx *c,
			const struct syncsess_event *ev);
void syncsess_ask_again(struct syncsess_ctx *c,
			const struct syncsess_event *ev);

/* the connection came, went, or time passed */

void syncsess_start_receiver(struct syncsess_ctx *c, struct syncsess_group *g);
void syncsess_stop_group(struct syncsess_ctx *c, struct syncsess_group *g);
void syncsess_repair(struct syncsess_ctx *c, struct syncsess_group *g);

#endif /* AGENT_CORE_SYNCSESS_INT_H */
