// SPDX-License-Identifier: GPL-2.0-or-later
#include "synclink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/clock.h"
#include "io/cttable.h"
#include "io/evtrace.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/synclink_priv.h"
#include "io/synclog.h"
#include "io/syncwatch.h"
#include "io/sysid.h"

#include <linux/nf_rg.h>

/* Sync traffic proves that the peer lives; more often than this it need not be said. */
#define LIFE_MS 5

/*
 * So long batches of the peer are installed in one go; then all others have their turn, also those
 * that a real-time thread would keep from the processor.  An install itself takes some 2 ms.
 */
#define TURN_NS 1000000
#define REST_NS 1000000

#define PARSER_BYTES (2 * (FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX))

/* What is left to do once the actions, which are borrowed, have been carried out. */
struct after {
	int link; /* 1 up, -1 down, 0 as before */
	bool kernel_failed;
	bool install_failed;
	struct syncsess_event install;
	unsigned int n_status;
	struct {
		uint8_t group;
		enum election_sync sync;
	} status[SYNCSESS_GROUPS];
	bool config;
	struct {
		uint8_t group;
		const uint8_t *list; /* in the event */
		uint32_t len;
		uint64_t digest;
	} conf;
};

static void feed(struct synclink *s, const struct syncsess_event *ev);

static void send_frame(struct synclink *s, const struct syncsess_frame *f)
{
	uint8_t hdr[FRAME_HEADER_BYTES];
	const void *part[3] = { hdr, f->head, f->body };
	size_t len[3] = { sizeof(hdr), f->head_len, f->body_len };
	int err = frame_put_header(&f->hdr, hdr, sizeof(hdr));

	if (err < 0) {
		log_warnx("SYNC", "frame %s cannot be written: %s", frame_type_name(f->hdr.type),
			  strerror(-err));
		return;
	}
	syncwatch_frame(s->conf.ifname, "sent", &f->hdr);
	/* -ENOTCONN: it has just ended, which its callback tells the machine. */
	if (syncsock_send(s->sock, part, len, 3) == -ENOMEM)
		syncsock_disconnect(s->sock);
}

static void kernel_install(struct synclink *s, const struct syncsess_batch *b, struct after *after)
{
	struct knl_batch k = {
		.group = b->group,
		.epoch = b->epoch.counter,
		.epoch_system = b->epoch.system,
		.seq = b->seq,
		.flags = b->flags,
		.generation = b->generation,
		.count = b->count,
		.records = b->records,
		.len = b->len,
	};
	int err = knl_att_install(s->att, &k);

	if (err) {
		after->install_failed = true;
		after->install.type = SYNCSESS_EV_INSTALLED;
		after->install.installed.group = b->group;
		after->install.installed.epoch = b->epoch;
		after->install.installed.seq = b->seq;
		after->install.installed.error = err;
		s->stats.kernel_failed++;
		return;
	}
	s->installs++;
	s->group[b->group].batches_rx++;
	s->group[b->group].records_rx += b->count;
}

static void kernel_result(struct synclink *s, int err, struct after *after)
{
	if (!err)
		return;
	s->stats.kernel_failed++;
	after->kernel_failed = true;
}

static void kernel_ack(struct synclink *s, const struct syncsess_action *a, struct after *after)
{
	struct knl_ack k = {
		.group = a->ack.group,
		.session = a->ack.session,
		.seq = a->ack.seq,
		.refusals = a->ack.refusals,
		.n_refusals = a->ack.n_refusals,
		.digest = a->ack.digest,
		.digest_len = a->ack.digest_len,
	};

	s->group[k.group].acked_seq = k.seq;
	kernel_result(s, knl_att_ack(s->att, &k), after);
}

static void merge_over(struct synclink *s, const struct syncsess_action *a)
{
	struct synclink_group_stats *g = &s->group[a->merge.group];

	g->merges += a->merge.whole;
	g->merge_records += a->merge.records;
	g->split_conflict += a->merge.conflicts;
	g->merge_refused += a->merge.refused;
	synclog_merge(a);
}

static int kernel_sync(struct synclink *s, const struct syncsess_action *a)
{
	const struct knl_sync sync = {
		.session = a->sync.session,
		.version = a->sync.version,
		.peer_instance = a->sync.peer_instance,
		.bulk = a->sync.bulk,
		.merge = a->type == SYNCSESS_KERNEL_MERGE,
	};

	return knl_att_sync(s->att, a->sync.group, &sync);
}

static void act(struct synclink *s, const struct syncsess_action *a, struct after *after)
{
	syncwatch_action(s->conf.ifname, a);
	switch (a->type) {
	case SYNCSESS_SEND_FRAME:
		send_frame(s, &a->send);
		break;
	case SYNCSESS_DISCONNECT:
		s->stats.disconnects++;
		event_info(0, "SYNC", "data link %s: connection ended: %s", s->conf.ifname,
			   frame_reason_name(a->reason));
		syncsock_disconnect(s->sock);
		break;
	case SYNCSESS_LINK:
		after->link = a->up ? 1 : -1;
		break;
	case SYNCSESS_KERNEL_SYNC:
		if (a->sync.session) {
			s->group[a->sync.group].peer_table_max = a->sync.peer_table_max;
			synclog_table(a->sync.group, a->sync.peer_table_max);
		}
		kernel_result(s, kernel_sync(s, a), after);
		break;
	case SYNCSESS_KERNEL_RECEIVE:
		kernel_result(s, knl_att_receive(s->att, a->sync.group, a->sync.session), after);
		break;
	case SYNCSESS_KERNEL_INSTALL:
		kernel_install(s, &a->batch, after);
		break;
	case SYNCSESS_KERNEL_ACK:
		kernel_ack(s, a, after);
		break;
	case SYNCSESS_KERNEL_MERGE:
		kernel_result(s, kernel_sync(s, a), after);
		break;
	case SYNCSESS_MERGE_OVER:
		merge_over(s, a);
		break;
	case SYNCSESS_KERNEL_VERIFY:
		kernel_result(s, knl_att_verify(s->att, a->sync.group), after);
		break;
	case SYNCSESS_JOINED:
		s->ops->joined(s->arg, a->joined.group, a->joined.digest);
		break;
	case SYNCSESS_CONFIG:
		after->config = true;
		after->conf.group = a->config.group;
		after->conf.list = a->config.list;
		after->conf.len = a->config.len;
		after->conf.digest = a->config.digest;
		break;
	case SYNCSESS_STATUS:
		after->status[after->n_status].group = a->status.group;
		after->status[after->n_status++].sync = a->status.sync;
		break;
	}
}

/*
 * The election may answer with requests to this machine, so it is told last, when nothing of this
 * step is in use any more.
 */
static void tell(struct synclink *s, const struct after *after)
{
	if (after->link) {
		if (after->link > 0)
			stall_begun(&s->stall, clock_now());
		else
			stall_ended(&s->stall, syncsock_stats(s->sock)->stalled);
		event_notice(0, "SYNC", "data link %s: session %s", s->conf.ifname,
			     after->link > 0 ? "up" : "down");
		s->ops->up(s->arg, s, after->link > 0);
	}
	for (unsigned int i = 0; i < after->n_status; i++)
		s->ops->status(s->arg, after->status[i].group, after->status[i].sync);
	if (after->config)
		s->ops->config(s->arg, s, after->conf.group, after->conf.list, after->conf.len,
			       after->conf.digest);
}

static void feed(struct synclink *s, const struct syncsess_event *ev)
{
	struct after after;

	after.link = 0;
	after.kernel_failed = false;
	after.install_failed = false;
	after.n_status = 0;
	after.config = false;
	memset(&after.install, 0, sizeof(after.install));
	syncsess_step(&s->sess, ev, clock_now(), &s->actions);
	for (unsigned int i = 0; i < s->actions.n; i++)
		if (after.n_status < SYNCSESS_GROUPS || s->actions.a[i].type != SYNCSESS_STATUS)
			act(s, &s->actions.a[i], &after);
	if (s->actions.lost)
		log_warnx("SYNC", "data link %s: %u actions lost", s->conf.ifname, s->actions.lost);
	loop_timer_set(&s->timer, s->actions.deadline);
	if (after.install_failed)
		feed(s, &after.install);
	/*
	 * Without its kernel a session is worth nothing; the next one begins with what is missing.
	 */
	if (after.kernel_failed && ev->type != SYNCSESS_EV_CLOSE)
		synclink_close(s, FRAME_R_INSTALL);
	tell(s, &after);
}

static void feed_type(struct synclink *s, enum syncsess_event_type type)
{
	struct syncsess_event ev = { .type = type };

	feed(s, &ev);
}

static void on_timer(void *arg, mono_t now)
{
	(void)now;
	feed_type(arg, SYNCSESS_EV_TICK);
}

static bool on_accept(void *arg, const struct rg_addr *from)
{
	struct synclink *s = arg;

	return s->peer.system && addr_equal(from, &s->peer.addr) &&
	       syncsess_connects(s->peer.system, s->conf.system);
}

/* The two lives that hear each other on the control link, and nobody else's. */
static void on_opening(void *arg, struct opening *o)
{
	const struct synclink *s = arg;
	bool client = syncsess_connects(s->conf.system, s->peer.system);

	o->domain = s->conf.domain;
	o->protocol = s->conf.protocol;
	o->client = client ? s->conf.system : s->peer.system;
	o->client_nonce = client ? s->conf.nonce : s->peer.nonce;
	o->server = client ? s->peer.system : s->conf.system;
	o->server_nonce = client ? s->peer.nonce : s->conf.nonce;
}

static void on_connected(void *arg)
{
	struct synclink *s = arg;

	frame_parser_init(&s->parser, s->bytes, PARSER_BYTES);
	feed_type(s, SYNCSESS_EV_CONNECTED);
}

static void on_closed(void *arg, int err)
{
	struct synclink *s = arg;

	event_info(0, "SYNC", "data link %s: connection closed%s%s", s->conf.ifname,
		   err ? ": " : " by the peer", err ? strerror(-err) : "");
	feed_type(s, SYNCSESS_EV_DISCONNECTED);
}

/*
 * Handles the frames that are in the parser.  Returns false when no more bytes should be read now.
 */
static bool take_frames(struct synclink *s)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_FRAME };
	enum frame_error err;

	while (syncsock_connected(s->sock)) {
		if (s->installs >= SYNCLINK_INSTALLS) {
			s->stats.install_waits++;
			syncsock_pause(s->sock, true);
			return false;
		}
		err = frame_parser_next(&s->parser, &ev.frame.hdr, &ev.frame.payload);
		if (err == FRAME_AGAIN)
			return true;
		if (err) {
			ev.type = SYNCSESS_EV_FRAME_ERROR;
			ev.error = err;
			feed(s, &ev);
			return false;
		}
		syncwatch_frame(s->conf.ifname, "received", &ev.frame.hdr);
		feed(s, &ev);
		if (mono_span_ns(s->turn, clock_now()) > TURN_NS) {
			syncsock_pause(s->sock, true);
			loop_timer_set(&s->more, mono_add_ns(clock_now(), REST_NS));
			return false;
		}
	}
	return false;
}

static void say_life(struct synclink *s)
{
	mono_t now = clock_now();

	if (synclink_up(s) && mono_span_ms(s->life, now) >= LIFE_MS) {
		s->life = now;
		s->ops->life(s->arg, s);
	}
}

static void on_readable(void *arg)
{
	struct synclink *s = arg;
	uint8_t *to;
	size_t room, n;

	s->turn = clock_now();
	while (take_frames(s)) {
		to = frame_parser_space(&s->parser, &room);
		n = syncsock_read(s->sock, to, room);
		if (!n)
			return;
		frame_parser_fed(&s->parser, n);
		say_life(s);
		/* It was all that there is, so the next try would only say so. */
		if (n < room) {
			take_frames(s);
			return;
		}
	}
}

static void on_more(void *arg, mono_t now)
{
	struct synclink *s = arg;

	(void)now;
	syncsock_pause(s->sock, false);
	on_readable(s);
}

static const struct syncsock_ops sock_ops = {
	.accept = on_accept,
	.opening = on_opening,
	.connected = on_connected,
	.closed = on_closed,
	.readable = on_readable,
};

static uint32_t silence_ms(uint32_t hold_ms)
{
	return hold_ms * 3 < 3000 ? 3000 : hold_ms * 3;
}

static int open_machine(struct synclink *s)
{
	struct syncsess_config cfg = {
		.versions = FRAME_VERSIONS,
		.domain = s->conf.domain,
		.protocol = s->conf.protocol,
		.system = s->conf.system,
		.nonce = s->conf.nonce,
		.keepalive_ms = silence_ms(s->conf.hold_ms) / 4,
		.silent_ms = silence_ms(s->conf.hold_ms),
	};
	uint64_t first;
	int err = sysid_random(&first);

	if (err)
		return err;
	syncsess_init(&s->sess, &cfg, (uint32_t)first ? (uint32_t)first : 1);
	s->bytes = malloc(PARSER_BYTES);
	if (!s->bytes)
		return -ENOMEM;
	err = loop_timer_init(&s->timer, s->base, on_timer, s);
	if (!err)
		err = loop_timer_init(&s->more, s->base, on_more, s);
	return err ? err : frame_parser_init(&s->parser, s->bytes, PARSER_BYTES);
}

/**
 * synclink_new() - a data link without a peer
 * @base: event base
 * @ifs: interfaces, outlive it
 * @att: attached socket, outlives it; need not be open
 * @conf: configuration
 * @ops: callbacks
 * @arg: for @ops
 * @out: the link
 *
 * Return: 0 or -errno.
 */
int synclink_new(struct event_base *base, struct ifaces *ifs, struct knl_att *att,
		 const struct synclink_conf *conf, const struct synclink_ops *ops, void *arg,
		 struct synclink **out)
{
	struct synclink *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->base = base;
	s->att = att;
	s->conf = *conf;
	s->ops = ops;
	s->arg = arg;
	err = open_machine(s);
	if (!err)
		err = syncsock_new(base, ifs, conf->ifname, conf->port, silence_ms(conf->hold_ms),
				   conf->ring, &sock_ops, s, &s->sock);
	if (err) {
		synclink_free(s);
		return err;
	}
	syncsock_enable(s->sock, att->attached);
	*out = s;
	return 0;
}

/**
 * synclink_free() - end the connection and free
 * @s: the link, or NULL
 */
void synclink_free(struct synclink *s)
{
	if (!s)
		return;
	syncsock_free(s->sock);
	loop_timer_free(&s->timer);
	loop_timer_free(&s->more);
	free(s->bytes);
	free(s);
}

/**
 * synclink_set_peer() - whom the control link hears, and where its data link is
 * @s: the link
 * @peer: the peer; system 0: nobody
 */
void synclink_set_peer(struct synclink *s, const struct synclink_peer *peer)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_PEER };

	if (peer->system != s->peer.system || peer->nonce != s->peer.nonce) {
		s->peer = *peer;
		ev.peer.system = peer->system;
		ev.peer.nonce = peer->nonce;
		feed(s, &ev);
	}
	s->peer = *peer;
	if (peer->system && peer->addr.family && syncsess_connects(s->conf.system, peer->system))
		syncsock_connect_to(s->sock, &peer->addr, peer->port);
	else
		syncsock_connect_to(s->sock, NULL, 0);
}

/**
 * synclink_send() - be sender of a group: this router is active
 * @s: the link
 * @group: the group
 * @epoch: of the term
 * @instance: of the group in our kernel
 */
void synclink_send(struct synclink *s, uint8_t group, const struct rg_epoch *epoch,
		   uint64_t instance)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_SEND };

	ev.group.id = group;
	ev.group.epoch = *epoch;
	ev.group.instance = instance;
	feed(s, &ev);
}

/**
 * synclink_receive() - be receiver of a group: this router is standby
 * @s: the link
 * @group: the group
 * @epoch: of the term of the peer
 * @instance: of the group in our kernel
 * @digest: of our configuration of the group
 * @full: do not trust what our kernel holds
 * @merge: this router was active as well: give the peer what it did
 */
void synclink_receive(struct synclink *s, uint8_t group, const struct rg_epoch *epoch,
		      uint64_t instance, uint64_t digest, bool full, bool merge)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_RECEIVE };
	struct cttable t;

	ev.group.id = group;
	ev.group.epoch = *epoch;
	ev.group.instance = instance;
	ev.group.digest = digest;
	ev.group.full = full;
	ev.group.merge = merge;
	cttable_read(&t);
	ev.group.table_max = t.max;
	feed(s, &ev);
}

/**
 * synclink_stop() - be neither
 * @s: the link
 * @group: the group
 */
void synclink_stop(struct synclink *s, uint8_t group)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_STOP };

	ev.group.id = group;
	feed(s, &ev);
}

/**
 * synclink_lost() - entries of a group vanished from our kernel, or changed, behind our back
 * @s: the link
 * @group: the group
 *
 * Asks the peer to compare, and to send again what differs.
 */
void synclink_lost(struct synclink *s, uint8_t group)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_LOST };

	ev.group.id = group;
	feed(s, &ev);
}

/**
 * synclink_config() - ask for the peer's list of what has to be equal, or send ours
 * @s: the link
 * @group: the group
 * @list: our list; NULL: ask
 * @len: its length
 * @digest: of ours, not 0
 *
 * Without a session, or with a peer that does not know of it, nothing is sent, and that is counted.
 */
void synclink_config(struct synclink *s, uint8_t group, const uint8_t *list, size_t len,
		     uint64_t digest)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_CONFIG };

	ev.config.group = group;
	ev.config.list = list;
	ev.config.len = (uint32_t)len;
	ev.config.digest = digest;
	feed(s, &ev);
}

/**
 * synclink_partial() - which mappings of a group are replicated has changed
 * @s: the link
 * @group: the group
 * @digest: of our configuration of the group
 * @on: not all of them are
 * @old: what was received may hold what has ended: everything is to come again once they are
 */
void synclink_partial(struct synclink *s, uint8_t group, uint64_t digest, bool on, bool old)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_PARTIAL };

	ev.partial.group = group;
	ev.partial.digest = digest;
	ev.partial.on = on;
	ev.partial.old = old;
	feed(s, &ev);
}

/**
 * synclink_close() - end the connection; it is made again if there is a reason to
 * @s: the link
 * @why: told to the peer
 */
void synclink_close(struct synclink *s, enum frame_reason why)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_CLOSE, .reason = why };

	feed(s, &ev);
}

/**
 * synclink_poll() - say life if the peer has sent something that was not read yet
 * @s: the link
 *
 * To be called before time is allowed to pass a judgement.
 */
void synclink_poll(struct synclink *s)
{
	if (syncsock_pending(s->sock))
		say_life(s);
}

/**
 * synclink_push() - our kernel has changes
 * @s: the link
 * @b: the batch
 */
void synclink_push(struct synclink *s, const struct knl_batch *b)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_PUSH };
	uint8_t id = (uint8_t)b->group;

	ev.batch.group = id;
	ev.batch.session = b->session;
	ev.batch.epoch.counter = b->epoch;
	ev.batch.epoch.system = b->epoch_system;
	ev.batch.seq = b->seq;
	ev.batch.flags = (uint8_t)b->flags;
	ev.batch.generation = b->generation;
	ev.batch.count = b->count;
	ev.batch.records = b->records;
	ev.batch.len = (uint32_t)b->len;
	s->group[id].batches_tx++;
	s->group[id].records_tx += b->count;
	s->sent[id].at[b->seq % SENT_SLOTS] = clock_now();
	feed(s, &ev);
}

/**
 * synclink_installed() - our kernel has answered a batch of the peer
 * @s: the link
 * @i: the answer
 */
void synclink_installed(struct synclink *s, const struct knl_installed *i)
{
	struct syncsess_event ev = { .type = SYNCSESS_EV_INSTALLED };
	bool waiting = s->installs >= SYNCLINK_INSTALLS;

	_Static_assert(sizeof(struct frame_refusal) == sizeof(struct nf_rg_refusal),
		       "refusals are passed on as they are");
	s->installs -= s->installs > 0;
	s->group[i->group & 0xff].lost += i->lost;
	ev.installed.group = (uint8_t)i->group;
	ev.installed.epoch.counter = i->epoch;
	ev.installed.epoch.system = i->epoch_system;
	ev.installed.seq = i->seq;
	ev.installed.error = i->err;
	ev.installed.refusals = i->refusals;
	ev.installed.n_refusals = (uint32_t)i->n_refusals;
	ev.installed.copy = (enum syncsess_copy)i->sync;
	ev.installed.digest = i->digest;
	ev.installed.digest_len = (uint32_t)i->digest_len;
	feed(s, &ev);
	if (waiting && mono_is_never(s->more.at))
		on_more(s, clock_now());
}

/**
 * synclink_synced() - our kernel's answer to NF_RG_CMD_SYNC
 * @s: the link
 * @group: the group
 * @session: the session that was started, 0: stopped
 * @err: 0 or -errno
 * @sync: NF_RG_SYNC_DELTA or NF_RG_SYNC_BULK
 */
void synclink_synced(struct synclink *s, uint32_t group, uint32_t session, int err, uint8_t sync)
{
	const struct syncsess_group *m = &s->sess.groups[group & 0xff];
	struct synclink_group_stats *g = &s->group[group & 0xff];

	if (err) {
		s->stats.kernel_failed++;
		/*
		 * The role may have changed since it was asked, and the machine knows by now; else
		 * begin again.
		 */
		if (session && (m->session == session || m->merge_session == session))
			synclink_close(s, FRAME_R_ROLE);
		return;
	}
	if (!session)
		return;
	if (session == m->merge_session) {
		log_info("SYNC", "RG id %u: giving what was done while both were active", group);
		return;
	}
	g->bulks += sync == NF_RG_SYNC_BULK;
	g->deltas += sync == NF_RG_SYNC_DELTA;
	log_info("SYNC", "RG id %u: sending %s", group,
		 sync == NF_RG_SYNC_BULK ? "everything" : "what the peer has missed");
}

/**
 * synclink_received() - our kernel's answer to NF_RG_CMD_SYNC_RECEIVE
 * @s: the link
 * @group: the group
 * @err: 0 or -errno
 */
void synclink_received(struct synclink *s, uint32_t group, int err)
{
	if (!err)
		return;
	s->stats.kernel_failed++;
	if (s->sess.groups[group & 0xff].dir == SYNCSESS_RECEIVER)
		synclink_close(s, FRAME_R_ROLE);
}

/**
 * synclink_kernel() - the attachment stands, or is lost
 * @s: the link
 * @attached: which
 */
void synclink_kernel(struct synclink *s, bool attached)
{
	s->installs = 0;
	if (!attached)
		synclink_close(s, FRAME_R_INSTALL);
	syncsock_enable(s->sock, attached);
}
