/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames of the data link: a byte stream cut into {header, payload}.
 *
 * The payload of a BATCH is what the kernel module pushed, passed on unread.
 * All other payloads have a codec here. Layout, field by field:
 * Documentation/wire-protocol.rst. Integers of the structures are in host order.
 */
#ifndef AGENT_CORE_FRAME_H
#define AGENT_CORE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hello.h"

#define FRAME_VERSION		7	/* of the stream and its records, what we speak */
#define FRAME_VERSION_MIN	4	/* the oldest that we understand */
#define FRAME_VERSION_MERGE	5	/* the first that knows TAKE, MERGE and MERGED */
#define FRAME_VERSION_CONFIG	6	/* the first that compares configurations */
#define FRAME_HEADER_BYTES	40
#define FRAME_PAYLOAD_MAX	65536	/* bytes */
#define FRAME_REFUSALS_MAX	1024	/* {index, reason} pairs in one ACK */
#define FRAME_DIGEST_BYTES	8	/* of the digest of a whole table */
#define FRAME_BUCKETS_BYTES	(256 * FRAME_DIGEST_BYTES)

enum frame_type {
	FRAME_OPEN = 1,		/* first frame each way: who I am, what I speak */
	FRAME_JOIN = 2,		/* receiver: send me this group */
	FRAME_LEAVE = 3,	/* either side: no more of this group, reason */
	FRAME_BATCH = 4,	/* sender: records */
	FRAME_ACK = 5,		/* receiver's kernel answered a batch */
	FRAME_RESEND = 6,	/* receiver: send all of this group again, reason */
	FRAME_KEEPALIVE = 7,	/* a sign of life, nothing else */
	FRAME_CLOSE = 8,	/* last frame: why */
	FRAME_TAKE = 9,		/* sender: I take what you did as another active */
	FRAME_MERGE = 10,	/* receiver: records of that */
	FRAME_MERGED = 11,	/* sender's kernel answered them */
	FRAME_CONFIG_ASK = 12,	/* send me your list of what has to be equal; my digest */
	FRAME_CONFIG = 13,	/* the list, see peerconf.h */
	FRAME_LAST = FRAME_CONFIG,
};

#define FRAME_CONFIG_MIN	10	/* bytes of a list without items */

/* struct frame.flags, of a BATCH; the same bits as NF_RG_BATCH_*. Of a MERGE: two of them. */
#define FRAME_F_BULK_BEGIN	0x01
#define FRAME_F_BULK_END	0x02
#define FRAME_F_SYNCED		0x04
#define FRAME_F_DIGESTS		0x08
#define FRAME_F_ALL		0x0f
#define FRAME_F_MERGE_ALL	(FRAME_F_BULK_BEGIN | FRAME_F_SYNCED)

/* struct frame.flags, of an ACK: what comes before the refusals. */
#define FRAME_F_ACK_DIGEST	0x01	/* the digest of the receiver's table */
#define FRAME_F_ACK_BUCKETS	0x02	/* then those of its buckets; only with the former */
#define FRAME_F_ACK_ALL		0x03

/* enum nf_rg_reason is what an ACK carries; here is why a link or group ends. */
enum frame_reason {
	FRAME_R_NONE = 0,
	FRAME_R_SHUTDOWN,	/* the agent stops, or the configuration changed */
	FRAME_R_VERSION,	/* no common version */
	FRAME_R_DOMAIN,		/* another pair */
	FRAME_R_SYSTEM,		/* not the router that we hear on the control link */
	FRAME_R_NONCE,		/* not bound to the present control session */
	FRAME_R_ORDER,		/* a frame that must not come here */
	FRAME_R_FRAME,		/* the stream could not be cut into frames */
	FRAME_R_PAYLOAD,	/* a payload could not be decoded */
	FRAME_R_SESSION,	/* frame of another session number */
	FRAME_R_SEQUENCE,	/* a batch, or the answer to one, out of sequence */
	FRAME_R_SILENT,		/* nothing received for too long */
	FRAME_R_REPLACED,	/* a newer connection took over */
	FRAME_R_ROLE,		/* not sender (or receiver) of this group (any more) */
	FRAME_R_EPOCH,		/* another term */
	FRAME_R_INSTALL,	/* the kernel refused a batch as a whole */
	FRAME_R_LOST,		/* entries vanished here behind our back */
	FRAME_R_REQUEST,	/* asked for by a person, or by the election */
	FRAME_R_GONE,		/* the connection ended without a CLOSE */
	FRAME_REASONS
};

/** frame_reason_name() - stable short name, for counters and log lines */
const char *frame_reason_name(enum frame_reason r);

/** frame_type_name() - "open", "join" ..., "?" when unknown */
const char *frame_type_name(enum frame_type t);

/**
 * struct frame - header of one frame
 * @type: what kind
 * @flags: FRAME_F_*, 0 but for BATCH, ACK and MERGE
 * @version: FRAME_VERSION of the sender; frames up to and including OPEN may
 *           carry one that we do not speak, so that it can be refused by name
 * @group: 1..255; 0 for OPEN, KEEPALIVE, CLOSE
 * @session: chosen by the sender in its OPEN, never 0
 * @epoch: the term that a group's frame belongs to; 0, 0 for OPEN, KEEPALIVE,
 *         CLOSE, CONFIG_ASK, CONFIG
 * @seq: of the batch (BATCH, MERGE) or of the batch answered (ACK, MERGED); else 0
 * @len: bytes of payload, at most FRAME_PAYLOAD_MAX
 */
struct frame {
	enum frame_type type;
	uint8_t flags;
	uint16_t version;
	uint16_t group;
	uint32_t session;
	struct rg_epoch epoch;
	uint64_t seq;
	uint32_t len;
};

enum frame_error {
	FRAME_OK = 0,
	FRAME_AGAIN,		/* more bytes are needed; not an error */
	FRAME_BAD_TYPE,
	FRAME_BAD_FLAGS,
	FRAME_BAD_VERSION,
	FRAME_BAD_GROUP,
	FRAME_BAD_SESSION,	/* session 0 */
	FRAME_BAD_EPOCH,	/* an epoch where none belongs */
	FRAME_BAD_SEQ,		/* a sequence where none belongs, or none where one does */
	FRAME_BAD_LENGTH,	/* payload too long, or not of the type's length */
	FRAME_BAD_RESERVED,	/* reserved bytes not 0 */
	FRAME_ERRORS
};

/** frame_error_name() - stable short name, for counters and log lines */
const char *frame_error_name(enum frame_error e);

/**
 * frame_put_header() - write a header
 * @f: values within their ranges
 * @buf: destination
 * @cap: its size in bytes
 *
 * Return: FRAME_HEADER_BYTES; -EMSGSIZE when @cap is too small, -EINVAL when the
 * receiver would refuse it.
 */
int frame_put_header(const struct frame *f, uint8_t *buf, size_t cap);

/**
 * frame_get_header() - read and check a header
 * @buf: bytes
 * @len: how many there are
 * @f: filled on FRAME_OK
 *
 * Return: FRAME_OK, FRAME_AGAIN when @len is below FRAME_HEADER_BYTES, or the
 * error: then the stream cannot be read on.
 */
enum frame_error frame_get_header(const uint8_t *buf, size_t len,
				  struct frame *f);

/**
 * struct frame_parser - cuts a byte stream into frames
 * @buf: caller's buffer
 * @cap: its size: FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX at least
 * @len: bytes in it
 * @start: first byte not yet consumed
 * @error: sticky; FRAME_OK while the stream is sound
 */
struct frame_parser {
	uint8_t *buf;
	size_t cap;
	size_t len;
	size_t start;
	enum frame_error error;
};

/**
 * frame_parser_init() - start at the beginning of a stream
 * @p: parser
 * @buf: storage, owned by the caller, alive as long as @p
 * @cap: its size in bytes
 *
 * Return: 0; -ENOBUFS when a frame of the greatest length would not fit.
 */
int frame_parser_init(struct frame_parser *p, uint8_t *buf, size_t cap);

/**
 * frame_parser_space() - where the next bytes of the stream go
 * @p: parser
 * @room: set to the number of bytes that may be written there
 *
 * Moves what is left to the front, so payloads handed out earlier are invalid
 * from here on. There is always room once frame_parser_next() said FRAME_AGAIN.
 */
uint8_t *frame_parser_space(struct frame_parser *p, size_t *room);

/** frame_parser_fed() - @n bytes were written to frame_parser_space() */
void frame_parser_fed(struct frame_parser *p, size_t n);

/**
 * frame_parser_next() - take the next whole frame
 * @p: parser
 * @f: header, filled on FRAME_OK
 * @payload: set to its @f->len bytes inside the buffer, valid until the next
 *           frame_parser_space()
 *
 * Return: FRAME_OK; FRAME_AGAIN: feed more; else the error, sticky.
 */
enum frame_error frame_parser_next(struct frame_parser *p, struct frame *f,
				   const uint8_t **payload);

/* Spoken: from the one to the other. */
struct frame_versions {
	uint16_t min;
	uint16_t max;
};

#define FRAME_VERSIONS ((struct frame_versions){ FRAME_VERSION_MIN, FRAME_VERSION })

/* Payload of OPEN. */
#define FRAME_OPEN_BYTES	40
struct frame_open {
	uint16_t version_min;	/* the sender speaks version_min..version_max */
	uint16_t version_max;
	uint8_t domain;
	uint8_t protocol;
	uint64_t system;	/* identity of the sender */
	uint64_t nonce;		/* its hello session */
	uint64_t peer_nonce;	/* the hello session of the receiver, as heard */
	uint32_t payload_max;	/* longest payload that the sender accepts */
	uint32_t caps;		/* capabilities; none defined yet, 0 */
};

/* Payload of JOIN. */
#define FRAME_JOIN_BYTES	24
#define FRAME_JOIN_FULL		0x0001	/* send everything, whatever I may have */
#define FRAME_JOIN_MERGE	0x0002	/* I was active, too: take what I did before you send */
#define FRAME_JOIN_ALL		0x0003
struct frame_join {
	uint64_t instance;	/* of the group in the receiver's kernel, not 0 */
	uint64_t digest;	/* configuration digest, 0 = not computed */
	uint16_t flags;		/* FRAME_JOIN_* */
	uint32_t table_max;	/* connections that its table takes, 0 = no limit */
};

/* First bytes of the payload of a BATCH or a MERGE; the records follow. */
#define FRAME_BATCH_BYTES	8
struct frame_batch {
	uint32_t generation;
	uint32_t count;		/* records that follow */
};

/* One record that the receiver's kernel did not install; 4 bytes on the wire. */
struct frame_refusal {
	uint16_t index;
	uint16_t reason;	/* enum nf_rg_reason */
};

/**
 * frame_put_open() - write the payload of an OPEN
 * @o: values
 * @buf: destination
 * @cap: its size in bytes
 *
 * The other frame_put_*() are of the same kind.
 *
 * Return: length in bytes; -EMSGSIZE when @cap is too small, -EINVAL when the
 * receiver would refuse it.
 */
int frame_put_open(const struct frame_open *o, uint8_t *buf, size_t cap);

/**
 * frame_get_open() - read the payload of an OPEN
 * @buf: payload
 * @len: its length
 * @own: the versions that we speak
 * @o: filled
 *
 * The versions come first and are set in any case, so that a later one can be
 * refused by name. A later one that speaks one of ours as well says what is said
 * here, and may go on: what follows, reserved fields and capabilities are ignored.
 *
 * Return: 0; -EPROTO for an OPEN whose versions do not include any of ours: only the
 * versions are set; -EBADMSG for anything else that is wrong.
 */
int frame_get_open(const uint8_t *buf, size_t len, const struct frame_versions *own,
		   struct frame_open *o);

/** frame_put_config_ask() - write the payload of a CONFIG-ASK: our digest, not 0 */
int frame_put_config_ask(uint64_t digest, uint8_t *buf, size_t cap);

/** frame_get_config_ask() - read it; Return: 0 or -EBADMSG */
int frame_get_config_ask(const uint8_t *buf, size_t len, uint64_t *digest);

/** frame_put_join() - write the payload of a JOIN */
int frame_put_join(const struct frame_join *j, uint8_t *buf, size_t cap);

/** frame_get_join() - read it; Return: 0 or -EBADMSG */
int frame_get_join(const uint8_t *buf, size_t len, struct frame_join *j);

/** frame_put_batch() - write the head of a BATCH */
int frame_put_batch(const struct frame_batch *b, uint8_t *buf, size_t cap);

/** frame_get_batch() - read it; the records follow; Return: 0 or -EBADMSG */
int frame_get_batch(const uint8_t *buf, size_t len, struct frame_batch *b);

/** frame_put_reason() - write the payload of LEAVE, RESEND or CLOSE */
int frame_put_reason(enum frame_reason r, uint8_t *buf, size_t cap);

/** frame_get_reason() - read it; Return: 0 or -EBADMSG */
int frame_get_reason(const uint8_t *buf, size_t len, enum frame_reason *r);

/**
 * frame_ack_digest() - bytes of digests at the front of an ACK
 * @flags: FRAME_F_ACK_*
 *
 * Return: 0 or more; the refusals follow.
 */
size_t frame_ack_digest(uint8_t flags);

/** frame_put_refusals() - write the refusals of an ACK or a MERGED */
int frame_put_refusals(const struct frame_refusal *r, size_t n, uint8_t *buf,
		       size_t cap);

/** frame_get_refusals() - read it; Return: number of entries, or -EBADMSG */
int frame_get_refusals(const uint8_t *buf, size_t len, struct frame_refusal *r,
		       size_t cap);

#endif /* AGENT_CORE_FRAME_H */
