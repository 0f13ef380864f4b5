// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hello codec. One list of checks, hello_valid(), serves both directions: what
 * we would refuse we do not send, and what we accept we could have sent, so
 * that decode and encode are inverse to each other byte by byte.
 */
#include "hello.h"

#include <errno.h>
#include <string.h>

#include "buf.h"

static const char *const verdict_names[HELLO_VERDICTS] = {
	[HELLO_OK] = "ok",
	[HELLO_BAD_SHORT] = "bad-short",
	[HELLO_BAD_MAGIC] = "bad-magic",
	[HELLO_BAD_VERSION] = "bad-version",
	[HELLO_BAD_LENGTH] = "bad-length",
	[HELLO_BAD_VALUE] = "bad-value",
	[HELLO_BAD_DOMAIN] = "bad-domain",
	[HELLO_BAD_PROTOCOL] = "bad-protocol",
	[HELLO_BAD_AUTH] = "bad-auth",
	[HELLO_BAD_KEY] = "bad-key",
	[HELLO_BAD_LIFETIME] = "bad-lifetime",
	[HELLO_BAD_MAC] = "bad-mac",
	[HELLO_OWN] = "own",
	[HELLO_SAME_SYSTEM] = "same-system",
	[HELLO_THIRD_SYSTEM] = "third-system",
	[HELLO_REPLAY] = "replay",
	[HELLO_BAD_SESSION] = "bad-session",
};

const char *hello_verdict_name(enum hello_verdict v)
{
	if ((unsigned int)v >= HELLO_VERDICTS)
		return "?";
	return verdict_names[v];
}

const char *rg_role_name(enum rg_role role)
{
	switch (role) {
	case RG_ROLE_DISABLED:
		return "DISABLED";
	case RG_ROLE_INIT:
		return "INIT";
	case RG_ROLE_STANDBY:
		return "STANDBY";
	case RG_ROLE_ACTIVE:
		return "ACTIVE";
	}
	return "?";
}

const char *rg_role_word(enum rg_role role)
{
	switch (role) {
	case RG_ROLE_DISABLED:
		return "Disabled";
	case RG_ROLE_INIT:
		return "Init";
	case RG_ROLE_STANDBY:
		return "Standby";
	case RG_ROLE_ACTIVE:
		return "Active";
	}
	return "?";
}

const char *rg_rf_name(enum rg_rf rf)
{
	switch (rf) {
	case RG_RF_DISABLED:
		return "DISABLED";
	case RG_RF_INITIALIZATION:
		return "INITIALIZATION";
	case RG_RF_NEGOTIATION:
		return "NEGOTIATION";
	case RG_RF_STANDBY_COLD:
		return "STANDBY COLD";
	case RG_RF_STANDBY_COLD_BULK:
		return "STANDBY COLD-BULK";
	case RG_RF_STANDBY_HOT:
		return "STANDBY HOT";
	case RG_RF_ACTIVE:
		return "ACTIVE";
	}
	return "?";
}

int rg_epoch_cmp(const struct rg_epoch *a, const struct rg_epoch *b)
{
	if (a->counter != b->counter)
		return a->counter < b->counter ? -1 : 1;
	if (a->system != b->system)
		return a->system < b->system ? -1 : 1;
	return 0;
}

uint32_t hello_detect_ms(uint32_t hold_ms, uint32_t hello_ms)
{
	uint32_t three = hello_ms > UINT32_MAX / 3 ? UINT32_MAX : 3 * hello_ms;

	return hold_ms > three ? hold_ms : three;
}

bool hello_addr_higher(const uint8_t own[16], const uint8_t peer[16],
		       uint64_t own_system, uint64_t peer_system)
{
	int cmp = memcmp(own, peer, 16);

	return cmp ? cmp > 0 : own_system > peer_system;
}

/* The role is a coarser view of the RF state: both are shown, so both are sent. */
static bool role_fits_rf(enum rg_role role, enum rg_rf rf)
{
	switch (rf) {
	case RG_RF_DISABLED:
		return role == RG_ROLE_DISABLED;
	case RG_RF_INITIALIZATION:
	case RG_RF_NEGOTIATION:
		return role == RG_ROLE_INIT;
	case RG_RF_STANDBY_COLD:
	case RG_RF_STANDBY_COLD_BULK:
	case RG_RF_STANDBY_HOT:
		return role == RG_ROLE_STANDBY;
	case RG_RF_ACTIVE:
		return role == RG_ROLE_ACTIVE;
	}
	return false;
}

static bool group_valid(const struct hello_group *g)
{
	return g->id && g->conf_prio && role_fits_rf(g->role, g->rf) &&
	       !(g->flags & ~HELLO_GF_ALL) &&
	       g->epoch.counter <= HELLO_EPOCH_MAX &&
	       !g->epoch.counter == !g->epoch.system;
}

static bool addr_valid(const struct hello_addr *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t none[16];

	switch (a->family) {
	case 0:
		return !a->port && !memcmp(a->addr, none, sizeof(none));
	case 4:
		return a->port && !memcmp(a->addr, mapped, sizeof(mapped));
	case 6:
		return a->port && memcmp(a->addr, mapped, sizeof(mapped));
	}
	return false;
}

static bool auth_valid(const struct hello_auth *a)
{
	switch (a->type) {
	case HELLO_AUTH_NONE:
		return !a->len;
	case HELLO_AUTH_TEXT:
		return a->len && a->len <= HELLO_AUTH_TEXT_MAX;
	case HELLO_AUTH_MD5:
	case HELLO_AUTH_SHA256:
		return a->len == HELLO_KEY_ID_BYTES + hello_mac_len(a->type);
	}
	return false;
}

static bool groups_valid(const struct hello *h)
{
	uint64_t seen[4] = { 0 };
	unsigned int i;

	if (h->n_groups > HELLO_GROUPS_MAX)
		return false;
	for (i = 0; i < h->n_groups; i++) {
		uint8_t id = h->groups[i].id;

		if (!group_valid(&h->groups[i]) ||
		    seen[id / 64] & UINT64_C(1) << id % 64)
			return false;
		seen[id / 64] |= UINT64_C(1) << id % 64;
	}
	return true;
}

static bool hello_valid(const struct hello *h)
{
	if (h->type < HELLO_TYPE_HELLO || h->type > HELLO_TYPE_RELOAD_PEER)
		return false;
	if (h->protocol < 1 || h->protocol > 8)
		return false;
	if (!h->system || !h->nonce || !h->seq)
		return false;
	if (!h->peer_system != !h->peer_nonce || h->peer_system == h->system)
		return false;
	if (!h->hello_ms || h->hello_ms > HELLO_HELLO_MAX_MS ||
	    !h->hold_ms || h->hold_ms > HELLO_HOLD_MAX_MS)
		return false;
	return addr_valid(&h->data) && auth_valid(&h->auth) && groups_valid(h);
}

static void put_group(struct wbuf *w, const struct hello_group *g)
{
	wbuf_put_u8(w, g->id);
	wbuf_put_u8(w, g->role);
	wbuf_put_u8(w, g->rf);
	wbuf_put_u8(w, g->cause);
	wbuf_put_u16(w, g->flags);
	wbuf_put_u8(w, g->run_prio);
	wbuf_put_u8(w, g->conf_prio);
	wbuf_put_u8(w, g->threshold);
	wbuf_put_u8(w, g->reload_token);
	wbuf_put_u8(w, g->reload_done);
	wbuf_put_u8(w, 0);
	wbuf_put_u64(w, g->epoch.counter);
	wbuf_put_u64(w, g->epoch.system);
	wbuf_put_u64(w, g->instance);
	wbuf_put_u64(w, g->digest);
}

/* False when the reserved byte is not 0. */
static bool get_group(struct rbuf *r, struct hello_group *g)
{
	bool clean;

	g->id = rbuf_get_u8(r);
	g->role = rbuf_get_u8(r);
	g->rf = rbuf_get_u8(r);
	g->cause = rbuf_get_u8(r);
	g->flags = rbuf_get_u16(r);
	g->run_prio = rbuf_get_u8(r);
	g->conf_prio = rbuf_get_u8(r);
	g->threshold = rbuf_get_u8(r);
	g->reload_token = rbuf_get_u8(r);
	g->reload_done = rbuf_get_u8(r);
	clean = !rbuf_get_u8(r);
	g->epoch.counter = rbuf_get_u64(r);
	g->epoch.system = rbuf_get_u64(r);
	g->instance = rbuf_get_u64(r);
	g->digest = rbuf_get_u64(r);
	return clean;
}

int hello_encode(const struct hello *h, uint8_t *buf, size_t cap)
{
	struct wbuf w = wbuf_init(buf, cap < HELLO_MAX_BYTES ? cap :
						       HELLO_MAX_BYTES);
	unsigned int i;

	if (!hello_valid(h))
		return -EINVAL;
	wbuf_put_u32(&w, HELLO_MAGIC);
	wbuf_put_u8(&w, HELLO_VERSION);
	wbuf_put_u8(&w, h->type);
	wbuf_put_u8(&w, h->domain);
	wbuf_put_u8(&w, h->protocol);
	wbuf_put_u16(&w, HELLO_HEADER_BYTES + h->auth.len +
			 h->n_groups * HELLO_GROUP_BYTES);
	wbuf_put_u8(&w, h->auth.type);
	wbuf_put_u8(&w, h->auth.len);
	wbuf_put_u8(&w, h->n_groups);
	wbuf_put_u8(&w, h->data.family);
	wbuf_put_u16(&w, h->data.port);
	wbuf_put_u64(&w, h->system);
	wbuf_put_u64(&w, h->nonce);
	wbuf_put_u64(&w, h->seq);
	wbuf_put_u64(&w, h->peer_system);
	wbuf_put_u64(&w, h->peer_nonce);
	wbuf_put_u32(&w, h->hello_ms);
	wbuf_put_u32(&w, h->hold_ms);
	wbuf_put_u32(&w, h->uptime_s);
	wbuf_put_u32(&w, 0);
	wbuf_put(&w, h->data.addr, sizeof(h->data.addr));
	wbuf_put(&w, h->auth.data, h->auth.len);
	for (i = 0; i < h->n_groups; i++)
		put_group(&w, &h->groups[i]);
	return w.failed ? -EMSGSIZE : (int)w.len;
}

/*
 * Magic and version first: of a packet that is not ours, or that a later
 * version has laid out anew, no other field means anything.
 */
enum hello_verdict hello_decode(const uint8_t *buf, size_t len, struct hello *h)
{
	struct rbuf r = rbuf_init(buf, len);
	struct hello t = { 0 };
	unsigned int i;
	uint32_t magic = rbuf_get_u32(&r);
	uint8_t version = rbuf_get_u8(&r);
	uint16_t length;
	bool clean = true;

	if (r.failed)
		return HELLO_BAD_SHORT;
	if (magic != HELLO_MAGIC)
		return HELLO_BAD_MAGIC;
	if (version != HELLO_VERSION)
		return HELLO_BAD_VERSION;
	t.type = rbuf_get_u8(&r);
	t.domain = rbuf_get_u8(&r);
	t.protocol = rbuf_get_u8(&r);
	length = rbuf_get_u16(&r);
	t.auth.type = rbuf_get_u8(&r);
	t.auth.len = rbuf_get_u8(&r);
	t.n_groups = rbuf_get_u8(&r);
	t.data.family = rbuf_get_u8(&r);
	t.data.port = rbuf_get_u16(&r);
	t.system = rbuf_get_u64(&r);
	t.nonce = rbuf_get_u64(&r);
	t.seq = rbuf_get_u64(&r);
	t.peer_system = rbuf_get_u64(&r);
	t.peer_nonce = rbuf_get_u64(&r);
	t.hello_ms = rbuf_get_u32(&r);
	t.hold_ms = rbuf_get_u32(&r);
	t.uptime_s = rbuf_get_u32(&r);
	if (rbuf_get_u32(&r))
		clean = false;
	rbuf_get(&r, t.data.addr, sizeof(t.data.addr));
	if (r.failed)
		return HELLO_BAD_SHORT;
	if (t.auth.len > HELLO_AUTH_MAX || t.n_groups > HELLO_GROUPS_MAX)
		return HELLO_BAD_VALUE;
	if (length != HELLO_HEADER_BYTES + t.auth.len +
		      t.n_groups * HELLO_GROUP_BYTES)
		return HELLO_BAD_LENGTH;
	if (len < length)
		return HELLO_BAD_SHORT;
	if (len > length || len > HELLO_MAX_BYTES)
		return HELLO_BAD_LENGTH;
	rbuf_get(&r, t.auth.data, t.auth.len);
	for (i = 0; i < t.n_groups; i++)
		if (!get_group(&r, &t.groups[i]))
			clean = false;
	if (!clean || !hello_valid(&t))
		return HELLO_BAD_VALUE;
	*h = t;
	return HELLO_OK;
}
