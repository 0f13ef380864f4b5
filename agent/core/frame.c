// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames: one table says for each type which fields it has. It serves writing
 * and reading, so that what we would refuse we do not send.
 */
#include "frame.h"

#include <errno.h>
#include <string.h>

#include "buf.h"

#define OPEN_LATER_MAX	1024	/* bytes of an OPEN of a later version */

struct shape {
	bool grouped;		/* has a group, and with it an epoch, see has_term() */
	bool sequenced;
	uint8_t flags;		/* those allowed */
	uint32_t min;		/* bytes of payload */
	uint32_t max;
	uint32_t unit;		/* and a multiple of it */
};

static const struct shape shapes[] = {
	[FRAME_OPEN]	= { false, false, 0,
			    FRAME_OPEN_BYTES, FRAME_OPEN_BYTES, 1 },
	[FRAME_JOIN]	= { true, false, 0,
			    FRAME_JOIN_BYTES, FRAME_JOIN_BYTES, 1 },
	[FRAME_LEAVE]	= { true, false, 0, 2, 2, 1 },
	[FRAME_BATCH]	= { true, true, FRAME_F_ALL,
			    FRAME_BATCH_BYTES, FRAME_PAYLOAD_MAX, 1 },
	[FRAME_ACK]	= { true, true, FRAME_F_ACK_ALL, 0,
			    FRAME_DIGEST_BYTES + FRAME_BUCKETS_BYTES +
			    4 * FRAME_REFUSALS_MAX, 4 },
	[FRAME_RESEND]	= { true, false, 0, 2, 2, 1 },
	[FRAME_KEEPALIVE] = { false, false, 0, 0, 0, 1 },
	[FRAME_CLOSE]	= { false, false, 0, 2, 2, 1 },
	[FRAME_TAKE]	= { true, false, 0, 0, 0, 1 },
	[FRAME_MERGE]	= { true, true, FRAME_F_MERGE_ALL,
			    FRAME_BATCH_BYTES, FRAME_PAYLOAD_MAX, 1 },
	[FRAME_MERGED]	= { true, true, 0, 0, 4 * FRAME_REFUSALS_MAX, 4 },
	[FRAME_CONFIG_ASK] = { true, false, 0, 8, 8, 1 },
	[FRAME_CONFIG]	= { true, false, 0, FRAME_CONFIG_MIN, FRAME_PAYLOAD_MAX, 1 },
};

const char *frame_type_name(enum frame_type t)
{
	static const char *const names[] = {
		[FRAME_OPEN] = "open",
		[FRAME_JOIN] = "join",
		[FRAME_LEAVE] = "leave",
		[FRAME_BATCH] = "batch",
		[FRAME_ACK] = "ack",
		[FRAME_RESEND] = "resend",
		[FRAME_KEEPALIVE] = "keepalive",
		[FRAME_CLOSE] = "close",
		[FRAME_TAKE] = "take",
		[FRAME_MERGE] = "merge",
		[FRAME_MERGED] = "merged",
		[FRAME_CONFIG_ASK] = "config-ask",
		[FRAME_CONFIG] = "config",
	};

	if (t < FRAME_OPEN || t > FRAME_LAST)
		return "?";
	return names[t];
}

const char *frame_error_name(enum frame_error e)
{
	static const char *const names[FRAME_ERRORS] = {
		[FRAME_OK] = "ok",
		[FRAME_AGAIN] = "again",
		[FRAME_BAD_TYPE] = "bad-type",
		[FRAME_BAD_FLAGS] = "bad-flags",
		[FRAME_BAD_VERSION] = "bad-version",
		[FRAME_BAD_GROUP] = "bad-group",
		[FRAME_BAD_SESSION] = "bad-session",
		[FRAME_BAD_EPOCH] = "bad-epoch",
		[FRAME_BAD_SEQ] = "bad-sequence",
		[FRAME_BAD_LENGTH] = "bad-length",
		[FRAME_BAD_RESERVED] = "bad-reserved",
	};

	return (unsigned int)e < FRAME_ERRORS ? names[e] : "?";
}

const char *frame_reason_name(enum frame_reason r)
{
	static const char *const names[FRAME_REASONS] = {
		[FRAME_R_NONE] = "none",
		[FRAME_R_SHUTDOWN] = "shutdown",
		[FRAME_R_VERSION] = "version",
		[FRAME_R_DOMAIN] = "domain",
		[FRAME_R_SYSTEM] = "system",
		[FRAME_R_NONCE] = "nonce",
		[FRAME_R_ORDER] = "order",
		[FRAME_R_FRAME] = "frame",
		[FRAME_R_PAYLOAD] = "payload",
		[FRAME_R_SESSION] = "session",
		[FRAME_R_SEQUENCE] = "sequence",
		[FRAME_R_SILENT] = "silent",
		[FRAME_R_REPLACED] = "replaced",
		[FRAME_R_ROLE] = "role",
		[FRAME_R_EPOCH] = "epoch",
		[FRAME_R_INSTALL] = "install",
		[FRAME_R_LOST] = "lost",
		[FRAME_R_REQUEST] = "request",
		[FRAME_R_GONE] = "gone",
	};

	return (unsigned int)r < FRAME_REASONS ? names[r] : "?";
}

static enum frame_error check_length(const struct frame *f,
				     const struct shape *s)
{
	/* A later OPEN may be longer; its versions can still be read. */
	if (f->type == FRAME_OPEN && f->version != FRAME_VERSION)
		return f->len >= 4 && f->len <= OPEN_LATER_MAX ?
		       FRAME_OK : FRAME_BAD_LENGTH;
	if (f->len < s->min || f->len > s->max || f->len % s->unit)
		return FRAME_BAD_LENGTH;
	if (f->type == FRAME_ACK &&
	    (f->len < frame_ack_digest(f->flags) ||
	     f->len - frame_ack_digest(f->flags) > 4 * FRAME_REFUSALS_MAX))
		return FRAME_BAD_LENGTH;
	return FRAME_OK;
}

/* What is said of a group is said in a term, but for its configuration. */
static bool has_term(const struct frame *f, const struct shape *s)
{
	return s->grouped && f->type != FRAME_CONFIG_ASK && f->type != FRAME_CONFIG;
}

static enum frame_error check(const struct frame *f)
{
	const struct shape *s;

	if (f->type < FRAME_OPEN || f->type > FRAME_LAST)
		return FRAME_BAD_TYPE;
	s = &shapes[f->type];
	if (f->flags & ~s->flags ||
	    (f->type == FRAME_ACK && f->flags == FRAME_F_ACK_BUCKETS))
		return FRAME_BAD_FLAGS;
	if (!f->version)
		return FRAME_BAD_VERSION;
	if (f->group > 255 || !f->group == s->grouped)
		return FRAME_BAD_GROUP;
	if (!f->session)
		return FRAME_BAD_SESSION;
	if (!f->epoch.counter == has_term(f, s) ||
	    !f->epoch.counter != !f->epoch.system ||
	    f->epoch.counter > HELLO_EPOCH_MAX)
		return FRAME_BAD_EPOCH;
	if (!f->seq == s->sequenced)
		return FRAME_BAD_SEQ;
	return check_length(f, s);
}

int frame_put_header(const struct frame *f, uint8_t *buf, size_t cap)
{
	struct wbuf w = wbuf_init(buf, cap);

	if (check(f) != FRAME_OK)
		return -EINVAL;
	wbuf_put_u8(&w, f->type);
	wbuf_put_u8(&w, f->flags);
	wbuf_put_u16(&w, f->version);
	wbuf_put_u16(&w, f->group);
	wbuf_put_u16(&w, 0);
	wbuf_put_u32(&w, f->session);
	wbuf_put_u64(&w, f->epoch.counter);
	wbuf_put_u64(&w, f->epoch.system);
	wbuf_put_u64(&w, f->seq);
	wbuf_put_u32(&w, f->len);
	return w.failed ? -EMSGSIZE : (int)w.len;
}

enum frame_error frame_get_header(const uint8_t *buf, size_t len,
				  struct frame *f)
{
	struct rbuf r = rbuf_init(buf, len);
	struct frame t;
	enum frame_error err;
	uint16_t reserved;

	if (len < FRAME_HEADER_BYTES)
		return FRAME_AGAIN;
	t.type = rbuf_get_u8(&r);
	t.flags = rbuf_get_u8(&r);
	t.version = rbuf_get_u16(&r);
	t.group = rbuf_get_u16(&r);
	reserved = rbuf_get_u16(&r);
	t.session = rbuf_get_u32(&r);
	t.epoch.counter = rbuf_get_u64(&r);
	t.epoch.system = rbuf_get_u64(&r);
	t.seq = rbuf_get_u64(&r);
	t.len = rbuf_get_u32(&r);
	err = check(&t);
	if (err != FRAME_OK)
		return err;
	if (reserved)
		return FRAME_BAD_RESERVED;
	*f = t;
	return FRAME_OK;
}

int frame_parser_init(struct frame_parser *p, uint8_t *buf, size_t cap)
{
	if (cap < FRAME_HEADER_BYTES + FRAME_PAYLOAD_MAX)
		return -ENOBUFS;
	*p = (struct frame_parser){ .buf = buf, .cap = cap };
	return 0;
}

uint8_t *frame_parser_space(struct frame_parser *p, size_t *room)
{
	if (p->start) {
		memmove(p->buf, p->buf + p->start, p->len - p->start);
		p->len -= p->start;
		p->start = 0;
	}
	*room = p->cap - p->len;
	return p->buf + p->len;
}

void frame_parser_fed(struct frame_parser *p, size_t n)
{
	p->len += n <= p->cap - p->len ? n : p->cap - p->len;
}

enum frame_error frame_parser_next(struct frame_parser *p, struct frame *f,
				   const uint8_t **payload)
{
	size_t have = p->len - p->start;
	enum frame_error err;

	if (p->error)
		return p->error;
	err = frame_get_header(p->buf + p->start, have, f);
	if (err == FRAME_AGAIN)
		return err;
	if (err != FRAME_OK) {
		/* Nobody knows where the next frame begins. */
		p->error = err;
		return err;
	}
	if (have < FRAME_HEADER_BYTES + (size_t)f->len)
		return FRAME_AGAIN;
	*payload = p->buf + p->start + FRAME_HEADER_BYTES;
	p->start += FRAME_HEADER_BYTES + f->len;
	return FRAME_OK;
}

static bool versions_fit(const struct frame_open *o, const struct frame_versions *own)
{
	return o->version_min <= own->max && o->version_max >= own->min;
}

static bool open_valid(const struct frame_open *o)
{
	return o->protocol >= 1 && o->protocol <= 8 && o->system && o->nonce &&
	       o->payload_max >= FRAME_BATCH_BYTES && !o->caps;
}

int frame_put_open(const struct frame_open *o, uint8_t *buf, size_t cap)
{
	struct wbuf w = wbuf_init(buf, cap);

	if (!o->version_min || o->version_min > o->version_max ||
	    !open_valid(o))
		return -EINVAL;
	wbuf_put_u16(&w, o->version_min);
	wbuf_put_u16(&w, o->version_max);
	wbuf_put_u8(&w, o->domain);
	wbuf_put_u8(&w, o->protocol);
	wbuf_put_u16(&w, 0);
	wbuf_put_u64(&w, o->system);
	wbuf_put_u64(&w, o->nonce);
	wbuf_put_u64(&w, o->peer_nonce);
	wbuf_put_u32(&w, o->payload_max);
	wbuf_put_u32(&w, o->caps);
	return w.failed ? -EMSGSIZE : (int)w.len;
}

int frame_get_open(const uint8_t *buf, size_t len, const struct frame_versions *own,
		   struct frame_open *o)
{
	struct rbuf r = rbuf_init(buf, len);
	uint16_t reserved;
	bool later;

	memset(o, 0, sizeof(*o));
	o->version_min = rbuf_get_u16(&r);
	o->version_max = rbuf_get_u16(&r);
	if (r.failed || !o->version_min || o->version_min > o->version_max)
		return -EBADMSG;
	if (!versions_fit(o, own))
		return -EPROTO;
	later = o->version_max > own->max;
	o->domain = rbuf_get_u8(&r);
	o->protocol = rbuf_get_u8(&r);
	reserved = rbuf_get_u16(&r);
	o->system = rbuf_get_u64(&r);
	o->nonce = rbuf_get_u64(&r);
	o->peer_nonce = rbuf_get_u64(&r);
	o->payload_max = rbuf_get_u32(&r);
	o->caps = rbuf_get_u32(&r);
	/* What else it says is about what only it can do. */
	if (later)
		o->caps = 0;
	if (r.failed || (!later && (rbuf_left(&r) || reserved)) || !open_valid(o))
		return -EBADMSG;
	return 0;
}

int frame_put_join(const struct frame_join *j, uint8_t *buf, size_t cap)
{
	struct wbuf w = wbuf_init(buf, cap);

	if (!j->instance || j->flags & ~FRAME_JOIN_ALL)
		return -EINVAL;
	wbuf_put_u64(&w, j->instance);
	wbuf_put_u64(&w, j->digest);
	wbuf_put_u16(&w, j->flags);
	wbuf_put_u16(&w, 0);
	wbuf_put_u32(&w, j->table_max);
	return w.failed ? -EMSGSIZE : (int)w.len;
}

int frame_get_join(const uint8_t *buf, size_t len, struct frame_join *j)
{
	struct rbuf r = rbuf_init(buf, len);
	uint16_t reserved;

	j->instance = rbuf_get_u64(&r);
	j->digest = rbuf_get_u64(&r);
	j->flags = rbuf_get_u16(&r);
	reserved = rbuf_get_u16(&r);
	j->table_max = rbuf_get_u32(&r);
	if (r.failed || rbuf_left(&r) || reserved || !j->instance ||
	    j->flags & ~FRAME_JOIN_ALL)
		return -EBADMSG;
	return 0;
}

int frame_put_config_ask(uint64_t digest, uint8_t *buf, size_t cap)
{
	struct wbuf w = wbuf_init(buf, cap);

	if (!digest)
		return -EINVAL;
	wbuf_put_u64(&w, digest);
	return w.failed ? -EMSGSIZE : (int)w.len;
}

int frame_get_config_ask(const uint8_t *buf, size_t len, uint64_t *digest)
{
	struct rbuf r = rbuf_init(buf, len);

	*digest = rbuf_get_u64(&r);
	return r.failed || rbuf_left(&r) || !*digest ? -EBADMSG : 0;
}

int frame_put_batch(const struct frame_batch *b, uint8_t *buf, size_t cap)
{
	struct wbuf w = wbuf_init(buf, cap);

	wbuf_put_u32(&w, b->generation);
	wbuf_put_u32(&w, b->count);
	return w.failed ? -EMSGSIZE : (int)w.len;
}

int frame_get_batch(const uint8_t *buf, size_t len, struct frame_batch *b)
{
	struct rbuf r = rbuf_init(buf, len);

	b->generation = rbuf_get_u32(&r);
	b->count = rbuf_get_u32(&r);
	/* Records without a count, or a count without records, are neither. */
	if (r.failed || !b->count != !rbuf_left(&r))
		return -EBADMSG;
	return 0;
}

int frame_put_reason(enum frame_reason r, uint8_t *buf, size_t cap)
{
	struct wbuf w = wbuf_init(buf, cap);

	if (r <= FRAME_R_NONE || r >= FRAME_REASONS)
		return -EINVAL;
	wbuf_put_u16(&w, r);
	return w.failed ? -EMSGSIZE : (int)w.len;
}

int frame_get_reason(const uint8_t *buf, size_t len, enum frame_reason *r)
{
	struct rbuf b = rbuf_init(buf, len);
	uint16_t v = rbuf_get_u16(&b);

	if (b.failed || rbuf_left(&b) || !v || v >= FRAME_REASONS)
		return -EBADMSG;
	*r = v;
	return 0;
}

size_t frame_ack_digest(uint8_t flags)
{
	return (flags & FRAME_F_ACK_DIGEST ? FRAME_DIGEST_BYTES : 0) +
	       (flags & FRAME_F_ACK_BUCKETS ? FRAME_BUCKETS_BYTES : 0);
}

int frame_put_refusals(const struct frame_refusal *r, size_t n, uint8_t *buf,
		       size_t cap)
{
	struct wbuf w = wbuf_init(buf, cap);
	size_t i;

	if (n > FRAME_REFUSALS_MAX)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		wbuf_put_u16(&w, r[i].index);
		wbuf_put_u16(&w, r[i].reason);
	}
	return w.failed ? -EMSGSIZE : (int)w.len;
}

int frame_get_refusals(const uint8_t *buf, size_t len, struct frame_refusal *r,
		       size_t cap)
{
	struct rbuf b = rbuf_init(buf, len);
	size_t n = len / 4, i;

	if (len % 4 || n > cap)
		return -EBADMSG;
	for (i = 0; i < n; i++) {
		r[i].index = rbuf_get_u16(&b);
		r[i].reason = rbuf_get_u16(&b);
	}
	return n;
}
