/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes to and from the wire, big-endian, always with a capacity.
 *
 * Both cursors are sticky: after the first access beyond the end every later
 * put is dropped and every later get returns 0, so a codec may be written as a
 * flat list and ask once, at its end, whether all of it fitted.
 */
#ifndef AGENT_CORE_BUF_H
#define AGENT_CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Writer: @len bytes of @cap are used; @failed once something did not fit. */
struct wbuf {
	uint8_t *data;
	size_t cap;
	size_t len;
	bool failed;
};

/* Reader: @pos of @len bytes are consumed; @failed once something was missing. */
struct rbuf {
	const uint8_t *data;
	size_t len;
	size_t pos;
	bool failed;
};

static inline struct wbuf wbuf_init(void *data, size_t cap)
{
	return (struct wbuf){ .data = data, .cap = cap };
}

static inline size_t wbuf_room(const struct wbuf *b)
{
	return b->failed ? 0 : b->cap - b->len;
}

static inline void wbuf_put(struct wbuf *b, const void *src, size_t n)
{
	if (n > wbuf_room(b)) {
		b->failed = true;
		return;
	}
	if (n)
		memcpy(b->data + b->len, src, n);
	b->len += n;
}

static inline void wbuf_put_u8(struct wbuf *b, uint8_t v)
{
	wbuf_put(b, &v, sizeof(v));
}

static inline void wbuf_put_u16(struct wbuf *b, uint16_t v)
{
	uint8_t raw[2] = { v >> 8, v & 0xff };

	wbuf_put(b, raw, sizeof(raw));
}

static inline void wbuf_put_u32(struct wbuf *b, uint32_t v)
{
	uint8_t raw[4] = { v >> 24, v >> 16 & 0xff, v >> 8 & 0xff, v & 0xff };

	wbuf_put(b, raw, sizeof(raw));
}

static inline void wbuf_put_u64(struct wbuf *b, uint64_t v)
{
	uint8_t raw[8];
	unsigned int i;

	for (i = 0; i < sizeof(raw); i++)
		raw[i] = v >> (56 - 8 * i) & 0xff;
	wbuf_put(b, raw, sizeof(raw));
}

/* Overwrites two bytes already written, for a length known only at the end. */
static inline void wbuf_patch_u16(struct wbuf *b, size_t pos, uint16_t v)
{
	if (b->failed || pos > b->len || b->len - pos < 2) {
		b->failed = true;
		return;
	}
	b->data[pos] = v >> 8;
	b->data[pos + 1] = v & 0xff;
}

static inline struct rbuf rbuf_init(const void *data, size_t len)
{
	return (struct rbuf){ .data = data, .len = len };
}

static inline size_t rbuf_left(const struct rbuf *b)
{
	return b->failed ? 0 : b->len - b->pos;
}

/* Borrows @n bytes in place; NULL when they are not there. */
static inline const uint8_t *rbuf_take(struct rbuf *b, size_t n)
{
	const uint8_t *p;

	if (n > rbuf_left(b)) {
		b->failed = true;
		return NULL;
	}
	p = b->data + b->pos;
	b->pos += n;
	return p;
}

static inline void rbuf_get(struct rbuf *b, void *dst, size_t n)
{
	const uint8_t *p = rbuf_take(b, n);

	if (!p)
		memset(dst, 0, n);
	else if (n)
		memcpy(dst, p, n);
}

static inline uint8_t rbuf_get_u8(struct rbuf *b)
{
	const uint8_t *p = rbuf_take(b, 1);

	return p ? p[0] : 0;
}

static inline uint16_t rbuf_get_u16(struct rbuf *b)
{
	const uint8_t *p = rbuf_take(b, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t rbuf_get_u32(struct rbuf *b)
{
	const uint8_t *p = rbuf_take(b, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		   (uint32_t)p[2] << 8 | p[3] : 0;
}

static inline uint64_t rbuf_get_u64(struct rbuf *b)
{
	uint64_t hi = rbuf_get_u32(b);

	return hi << 32 | rbuf_get_u32(b);
}

#endif /* AGENT_CORE_BUF_H */
