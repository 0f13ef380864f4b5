// SPDX-License-Identifier: GPL-2.0-or-later
/* BFD control packets, RFC 5880 section 4.1, and names for people. */
#include "bfd.h"

#include <errno.h>

#include "buf.h"

#define VERSION 1
#define AUTH_BYTES 2 /* least length of an authentication section */

#define BIT_POLL 0x20
#define BIT_FINAL 0x10
#define BIT_INDEPENDENT 0x08
#define BIT_AUTH 0x04
#define BIT_DEMAND 0x02
#define BIT_MULTIPOINT 0x01

static void get_bits(struct bfd_packet *p, uint8_t b)
{
	p->state = (enum bfd_state)(b >> 6);
	p->poll = b & BIT_POLL;
	p->final = b & BIT_FINAL;
	p->independent = b & BIT_INDEPENDENT;
	p->auth = b & BIT_AUTH;
	p->demand = b & BIT_DEMAND;
	p->multipoint = b & BIT_MULTIPOINT;
}

static uint8_t put_bits(const struct bfd_packet *p)
{
	return (uint8_t)(p->state << 6 | (p->poll ? BIT_POLL : 0) | (p->final ? BIT_FINAL : 0) |
			 (p->independent ? BIT_INDEPENDENT : 0) | (p->auth ? BIT_AUTH : 0) |
			 (p->demand ? BIT_DEMAND : 0) | (p->multipoint ? BIT_MULTIPOINT : 0));
}

/**
 * bfd_decode() - read a packet and check what can be checked without a session
 * @buf: UDP payload
 * @len: its bytes
 * @out: the packet, whole when the result is BFD_OK
 *
 * Return: BFD_OK or the first of the checks of RFC 5880, 6.8.6 that failed.
 */
enum bfd_verdict bfd_decode(const uint8_t *buf, size_t len, struct bfd_packet *out)
{
	struct rbuf r = rbuf_init(buf, len);
	uint8_t first = rbuf_get_u8(&r), bits = rbuf_get_u8(&r);
	uint8_t mult = rbuf_get_u8(&r), length = rbuf_get_u8(&r);

	*out = (struct bfd_packet){ .diag = first & 0x1f, .mult = mult };
	get_bits(out, bits);
	out->my_discr = rbuf_get_u32(&r);
	out->your_discr = rbuf_get_u32(&r);
	out->min_tx = rbuf_get_u32(&r);
	out->min_rx = rbuf_get_u32(&r);
	out->min_echo = rbuf_get_u32(&r);
	if (r.failed)
		return BFD_BAD_SHORT;
	if (first >> 5 != VERSION)
		return BFD_BAD_VERSION;
	if (length < BFD_BYTES + (out->auth ? AUTH_BYTES : 0))
		return BFD_BAD_LENGTH;
	if (length > len)
		return BFD_BAD_CUT;
	if (!mult)
		return BFD_BAD_MULTIPLIER;
	if (out->multipoint)
		return BFD_BAD_MULTIPOINT;
	if (!out->my_discr)
		return BFD_BAD_MY_DISCR;
	if (!out->your_discr && out->state != BFD_DOWN && out->state != BFD_ADMIN_DOWN)
		return BFD_BAD_STATE;
	return BFD_OK;
}

/**
 * bfd_encode() - write a packet
 * @p: packet, without authentication
 * @buf: room for it
 * @cap: bytes of it
 *
 * Return: BFD_BYTES, -ENOSPC, or -EINVAL for an authentication section, which there is none of.
 */
int bfd_encode(const struct bfd_packet *p, uint8_t *buf, size_t cap)
{
	struct wbuf w = wbuf_init(buf, cap);

	if (p->auth)
		return -EINVAL;
	wbuf_put_u8(&w, (uint8_t)(VERSION << 5 | (p->diag & 0x1f)));
	wbuf_put_u8(&w, put_bits(p));
	wbuf_put_u8(&w, p->mult);
	wbuf_put_u8(&w, BFD_BYTES);
	wbuf_put_u32(&w, p->my_discr);
	wbuf_put_u32(&w, p->your_discr);
	wbuf_put_u32(&w, p->min_tx);
	wbuf_put_u32(&w, p->min_rx);
	wbuf_put_u32(&w, p->min_echo);
	return w.failed ? -ENOSPC : (int)w.len;
}

/**
 * bfd_find_by() - which session is a packet for?
 * @p: packet that bfd_decode() has accepted
 *
 * Return: how to look for it.
 */
enum bfd_find bfd_find_by(const struct bfd_packet *p)
{
	return p->your_discr ? BFD_FIND_DISCR : BFD_FIND_SOURCE;
}

#define NAME_OF(table, i) \
	((size_t)(i) < sizeof(table) / sizeof((table)[0]) ? (table)[i] : "?")

/**
 * bfd_state_name() - for people
 * @s: state
 *
 * Return: a name.
 */
const char *bfd_state_name(enum bfd_state s)
{
	static const char *const names[] = { "AdminDown", "Down", "Init", "Up" };

	return NAME_OF(names, s);
}

/**
 * bfd_diag_name() - for people, in the words of the RFC
 * @diag: 0-31
 *
 * Return: a name; "reserved" for those without one.
 */
const char *bfd_diag_name(uint8_t diag)
{
	static const char *const names[BFD_DIAGS] = {
		"no diagnostic",
		"control detection time expired",
		"echo function failed",
		"neighbor signaled session down",
		"forwarding plane reset",
		"path down",
		"concatenated path down",
		"administratively down",
		"reverse concatenated path down",
	};

	return diag < BFD_DIAGS ? names[diag] : "reserved";
}

/**
 * bfd_verdict_name() - for counters; it is a key of JSON as well
 * @v: verdict
 *
 * Return: a name.
 */
const char *bfd_verdict_name(enum bfd_verdict v)
{
	static const char *const names[BFD_VERDICTS] = {
		"ok",	      "ttl",	    "short",	  "version",	"length",
		"cut",	      "multiplier", "multipoint", "my-discr",	"state",
		"your-discr", "source",	    "no-session", "authentication", "sequence", "admin-down",
	};

	return NAME_OF(names, v);
}

/**
 * bfd_end_name() - for people
 * @e: how a session ceased to be up
 *
 * Return: a name.
 */
const char *bfd_end_name(enum bfd_end e)
{
	static const char *const names[BFD_ENDS] = {
		"never up", "silence", "peer says down", "peer says admin down", "admin down here",
	};

	return NAME_OF(names, e);
}
