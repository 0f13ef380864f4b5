// SPDX-License-Identifier: GPL-2.0-or-later
#include "syncwatch.h"

#include "io/watchers.h"

/**
 * syncwatch_frame() - a frame went or came; costs a comparison while nobody watches
 * @ifname: data link
 * @what: "sent", "received"
 * @f: its header
 */
void syncwatch_frame(const char *ifname, const char *what, const struct frame *f)
{
	bool batch = f->type == FRAME_BATCH;

	if (!watch_wants(WATCH_TRANSPORT))
		return;
	if (!f->group)
		watch_note(WATCH_TRANSPORT, 0, "%s %s on %s: session %08x, %u bytes", what,
			   frame_type_name(f->type), ifname, f->session, f->len);
	else
		watch_note(WATCH_TRANSPORT, f->group,
			   "RG id %u: %s %s on %s: session %08x, epoch %llu, sequence %llu, %u bytes%s%s",
			   f->group, what, frame_type_name(f->type), ifname, f->session,
			   (unsigned long long)f->epoch.counter, (unsigned long long)f->seq, f->len,
			   batch && f->flags & FRAME_F_BULK_BEGIN ? ", bulk begins" : "",
			   batch && f->flags & FRAME_F_BULK_END ? ", bulk ends" : "");
}

/**
 * syncwatch_action() - what the session has done; costs a comparison while nobody watches
 * @ifname: data link
 * @a: one of its actions; frames and the records that they carry are told as frames
 */
void syncwatch_action(const char *ifname, const struct syncsess_action *a)
{
	static const char *const copy[] = { "cold", "bulk", "hot" };

	if (!watch_wants(WATCH_TRANSPORT))
		return;
	switch (a->type) {
	case SYNCSESS_DISCONNECT:
		watch_note(WATCH_TRANSPORT, 0, "connection on %s ended here: %s", ifname,
			   frame_reason_name(a->reason));
		break;
	case SYNCSESS_LINK:
		watch_note(WATCH_TRANSPORT, 0, "session on %s %s", ifname, a->up ? "up" : "down");
		break;
	case SYNCSESS_KERNEL_SYNC:
		watch_note(WATCH_TRANSPORT, a->sync.group,
			   "RG id %u: kernel is told to send: session %08x%s", a->sync.group,
			   a->sync.session, a->sync.bulk ? ", everything" : "");
		break;
	case SYNCSESS_KERNEL_RECEIVE:
		watch_note(WATCH_TRANSPORT, a->sync.group,
			   "RG id %u: kernel is told to receive: session %08x", a->sync.group,
			   a->sync.session);
		break;
	case SYNCSESS_STATUS:
		watch_note(WATCH_TRANSPORT, a->status.group, "RG id %u: own copy is %s",
			   a->status.group,
			   a->status.sync <= ELECTION_SYNC_HOT ? copy[a->status.sync] : "?");
		break;
	default:
		break;
	}
}
