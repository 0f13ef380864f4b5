// SPDX-License-Identifier: GPL-2.0-or-later
/* Probes and reports as bytes; layout: Documentation/wire-protocol.rst. */
#include "twin.h"

#include <errno.h>
#include <string.h>

#include "buf.h"

/**
 * twin_is - is a datagram of the control link a report?
 * @buf: datagram
 * @len: its length in bytes
 */
bool twin_is(const uint8_t *buf, size_t len)
{
	struct rbuf r = rbuf_init(buf, len);

	return rbuf_get_u32(&r) == TWIN_MAGIC && !r.failed;
}

/**
 * twin_mac - the group address that probes go to
 * @domain: of the pair
 * @rii: of the interface
 * @mac: gets it: locally administered, so no switch treats it specially
 */
void twin_mac(uint8_t domain, uint16_t rii, uint8_t mac[6])
{
	const uint8_t to[6] = { 0x03, 0x52, domain, 0, (uint8_t)(rii >> 8), (uint8_t)rii };

	memcpy(mac, to, sizeof(to));
}

static bool neigh_valid(const struct rg_addr *a)
{
	static const uint8_t zero[12];

	return a->family == RG_V6 || (a->family == RG_V4 && !memcmp(a->b + 4, zero, sizeof(zero)));
}

static bool auth_valid(const struct hello_auth *a)
{
	size_t mac = hello_mac_len(a->type);

	if (mac)
		return a->len == HELLO_KEY_ID_BYTES + mac;
	if (a->type == HELLO_AUTH_TEXT)
		return a->len >= 1 && a->len <= HELLO_AUTH_TEXT_MAX;
	return a->type == HELLO_AUTH_NONE && !a->len;
}

static bool twin_valid(const struct twin_packet *p)
{
	uint32_t i;

	if (p->type != TWIN_PROBE && p->type != TWIN_REPORT)
		return false;
	if (p->protocol < 1 || p->protocol > 8 || !p->rii)
		return false;
	if (!p->system || !p->nonce || !p->seq || !p->peer_system || !p->peer_nonce ||
	    p->peer_system == p->system)
		return false;
	if (!p->interval_ms || p->interval_ms > HELLO_HELLO_MAX_MS)
		return false;
	if (p->state >= TWIN_STATES || p->result >= TWIN_RESULTS)
		return false;
	/* Who is on the LAN is told to the peer alone. */
	if (p->n > NEIGHS_MAX || (p->n && p->type == TWIN_PROBE))
		return false;
	for (i = 0; i < p->n; i++)
		if (!neigh_valid(&p->neigh[i]))
			return false;
	return auth_valid(&p->auth);
}

static size_t length(const struct twin_packet *p)
{
	return TWIN_HEADER_BYTES + p->auth.len + p->n * TWIN_NEIGH_BYTES;
}

/**
 * twin_encode - write a packet
 * @p: what to write
 * @buf: destination
 * @cap: its size in bytes, TWIN_MAX_BYTES suffices
 *
 * Return: length in bytes; -EMSGSIZE: it does not fit, -EINVAL: a value is out of range.
 */
int twin_encode(const struct twin_packet *p, uint8_t *buf, size_t cap)
{
	struct wbuf w = wbuf_init(buf, cap);
	uint32_t i;

	if (!twin_valid(p))
		return -EINVAL;
	wbuf_put_u32(&w, TWIN_MAGIC);
	wbuf_put_u8(&w, TWIN_VERSION);
	wbuf_put_u8(&w, (uint8_t)p->type);
	wbuf_put_u8(&w, p->domain);
	wbuf_put_u8(&w, p->protocol);
	wbuf_put_u16(&w, (uint16_t)length(p));
	wbuf_put_u8(&w, (uint8_t)p->auth.type);
	wbuf_put_u8(&w, p->auth.len);
	wbuf_put_u64(&w, p->system);
	wbuf_put_u64(&w, p->nonce);
	wbuf_put_u64(&w, p->seq);
	wbuf_put_u64(&w, p->peer_system);
	wbuf_put_u64(&w, p->peer_nonce);
	wbuf_put_u32(&w, p->interval_ms);
	wbuf_put_u16(&w, p->rii);
	wbuf_put_u8(&w, (uint8_t)p->state);
	wbuf_put_u8(&w, (uint8_t)p->result);
	wbuf_put_u8(&w, (uint8_t)p->n);
	wbuf_put_u8(&w, 0);
	wbuf_put(&w, p->mac, sizeof(p->mac));
	wbuf_put(&w, p->auth.data, p->auth.len);
	for (i = 0; i < p->n; i++) {
		wbuf_put_u32(&w, p->neigh[i].family);
		wbuf_put(&w, p->neigh[i].b, sizeof(p->neigh[i].b));
	}
	return w.failed ? -EMSGSIZE : (int)w.len;
}

static bool get_neigh(struct rbuf *r, struct rg_addr *a)
{
	uint32_t family = rbuf_get_u32(r);

	rbuf_get(r, a->b, sizeof(a->b));
	a->family = family == RG_V4 ? RG_V4 : RG_V6;
	return family == RG_V4 || family == RG_V6;
}

/* What stands before the lists, whatever its values; false: a reserved byte is not 0. */
static bool get_header(struct rbuf *r, struct twin_packet *p, uint16_t *len)
{
	bool clean;

	p->type = rbuf_get_u8(r);
	p->domain = rbuf_get_u8(r);
	p->protocol = rbuf_get_u8(r);
	*len = rbuf_get_u16(r);
	p->auth.type = rbuf_get_u8(r);
	p->auth.len = rbuf_get_u8(r);
	p->system = rbuf_get_u64(r);
	p->nonce = rbuf_get_u64(r);
	p->seq = rbuf_get_u64(r);
	p->peer_system = rbuf_get_u64(r);
	p->peer_nonce = rbuf_get_u64(r);
	p->interval_ms = rbuf_get_u32(r);
	p->rii = rbuf_get_u16(r);
	p->state = rbuf_get_u8(r);
	p->result = rbuf_get_u8(r);
	p->n = rbuf_get_u8(r);
	clean = !rbuf_get_u8(r);
	rbuf_get(r, p->mac, sizeof(p->mac));
	return clean;
}

/**
 * twin_decode - read a packet, strictly
 * @buf: what came
 * @len: its length in bytes
 * @p: filled only on HELLO_OK
 *
 * What it accepts twin_encode() reproduces byte by byte.
 *
 * Return: HELLO_OK or HELLO_BAD_{SHORT,MAGIC,VERSION,LENGTH,VALUE}.
 */
enum hello_verdict twin_decode(const uint8_t *buf, size_t len, struct twin_packet *p)
{
	struct rbuf r = rbuf_init(buf, len);
	struct twin_packet t = { 0 };
	uint32_t magic = rbuf_get_u32(&r), i;
	uint8_t version = rbuf_get_u8(&r);
	uint16_t said;
	bool clean;

	if (r.failed)
		return HELLO_BAD_SHORT;
	if (magic != TWIN_MAGIC)
		return HELLO_BAD_MAGIC;
	if (version != TWIN_VERSION)
		return HELLO_BAD_VERSION;
	clean = get_header(&r, &t, &said);
	if (r.failed)
		return HELLO_BAD_SHORT;
	if (t.auth.len > HELLO_AUTH_MAX || t.n > NEIGHS_MAX)
		return HELLO_BAD_VALUE;
	if (said != length(&t))
		return HELLO_BAD_LENGTH;
	if (len != said)
		return len < said ? HELLO_BAD_SHORT : HELLO_BAD_LENGTH;
	rbuf_get(&r, t.auth.data, t.auth.len);
	for (i = 0; i < t.n; i++)
		if (!get_neigh(&r, &t.neigh[i]))
			clean = false;
	if (!clean || !twin_valid(&t))
		return HELLO_BAD_VALUE;
	*p = t;
	return HELLO_OK;
}

/* The text of the control link has no business on a LAN. */
static struct hello_auth auth_of(const struct hello_local *local, enum twin_type type)
{
	struct hello_auth a = { .type = HELLO_AUTH_NONE };

	if (hello_ring_keyed(local->ring)) {
		a.type = local->ring->type;
		a.len = (uint8_t)(HELLO_KEY_ID_BYTES + hello_mac_len(a.type));
		return a;
	}
	return type == TWIN_PROBE ? a : local->auth;
}

/**
 * twin_write - write and sign a packet
 * @p: type, sequence, and what there is to say of the interface; gets the rest
 * @local: who we are
 * @rx: whom the hellos come from
 * @now: present time
 * @buf: destination
 * @cap: its size in bytes, TWIN_MAX_BYTES suffices
 *
 * Return: length in bytes; 0: nobody was heard yet whom it could be for; or -errno.
 */
int twin_write(struct twin_packet *p, const struct hello_local *local, const struct hello_rx *rx,
	       mono_t now, uint8_t *buf, size_t cap)
{
	int len;

	if (!rx->system)
		return 0;
	p->domain = local->domain;
	p->protocol = local->protocol;
	p->system = local->system;
	p->nonce = local->nonce;
	p->peer_system = rx->system;
	p->peer_nonce = rx->nonce;
	p->interval_ms = local->hello_ms;
	p->auth = auth_of(local, p->type);
	len = twin_encode(p, buf, cap);
	if (len > 0 && hello_ring_keyed(local->ring) &&
	    !hello_ring_sign(local->ring, local->wall, now, buf, (size_t)len, TWIN_HEADER_BYTES))
		return -EIO;
	return len;
}

/**
 * twin_read - is a packet from our peer, and for us?
 * @local: who we are
 * @rx: whom the hellos come from
 * @type: what comes this way
 * @now: present time
 * @buf: what came
 * @len: its length in bytes
 * @p: filled when it decodes
 *
 * Whether it is new twin_new() says.
 *
 * Return: HELLO_OK or the reason.
 */
enum hello_verdict twin_read(const struct hello_local *local, const struct hello_rx *rx,
			     enum twin_type type, mono_t now, const uint8_t *buf, size_t len,
			     struct twin_packet *p)
{
	enum hello_verdict v = twin_decode(buf, len, p);
	struct hello_local expect = *local;
	bool new_key;

	if (v != HELLO_OK)
		return v;
	if (p->type != type)
		return HELLO_BAD_VALUE;
	if (p->system == local->system && p->nonce == local->nonce)
		return HELLO_OWN;
	if (p->domain != local->domain)
		return HELLO_BAD_DOMAIN;
	if (p->protocol != local->protocol)
		return HELLO_BAD_PROTOCOL;
	expect.auth = auth_of(local, type);
	v = hello_auth_check(&expect, now, buf, len, &p->auth, TWIN_HEADER_BYTES, &new_key);
	if (v != HELLO_OK)
		return v;
	if (p->system == local->system)
		return HELLO_SAME_SYSTEM;
	if (rx->system && p->system != rx->system)
		return HELLO_THIRD_SYSTEM;
	if (!rx->system || p->nonce != rx->nonce || p->peer_nonce != local->nonce)
		return HELLO_BAD_SESSION;
	return HELLO_OK;
}
