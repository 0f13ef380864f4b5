// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of what has to be equal on both routers, item by item: the same things that go into the
 * digest of the hellos (io/digest.c), as short texts that can be compared and shown.
 *
 * Names of access lists, pools and interfaces are left out: they may differ. A text that is too
 * long for its field ends in a hash of the whole.
 */
#include "peerconf.h"

#include <errno.h>
#include <string.h>

#include <linux/nf_rg.h>

#include "buf.h"
#include "conf_vmac.h"
#include "frame.h"
#include "out.h"

#define ITEMS_MAX	(CONF_MAX_MAPS + CONF_MAX_IFS)
#define HEAD_BYTES	10
#define ITEM_HEAD_BYTES	6
#define ITEM_MAX	(ITEM_HEAD_BYTES + PEERCONF_FIELDS_MAX * (1 + PEERCONF_TEXT_MAX))

_Static_assert(HEAD_BYTES + ITEMS_MAX * ITEM_MAX <= PEERCONF_BYTES_MAX, "every list has room");
_Static_assert(PEERCONF_BYTES_MAX <= FRAME_PAYLOAD_MAX, "a list fits into a frame");

static const char *const map_fields[] = { "rule", "access-list", "pool", "replication" };
static const char *const if_fields[] = { "nat", "addresses", "vmac" };

#define MAP_FIELDS	(sizeof(map_fields) / sizeof(*map_fields))
#define IF_FIELDS	(sizeof(if_fields) / sizeof(*if_fields))

const char *peerconf_kind_name(enum peerconf_kind kind)
{
	return kind == PEERCONF_MAP ? "mapping-id" : kind == PEERCONF_IF ? "rii" : "?";
}

/* 0: there is no such kind. */
static unsigned int fields_of(unsigned int kind)
{
	return kind == PEERCONF_MAP ? MAP_FIELDS : kind == PEERCONF_IF ? IF_FIELDS : 0;
}

const char *peerconf_field_name(enum peerconf_kind kind, uint8_t field)
{
	if (field >= fields_of(kind))
		return "?";
	return kind == PEERCONF_MAP ? map_fields[field] : if_fields[field];
}

bool peerconf_stops(const struct peerconf_result *r, uint32_t mapping)
{
	for (uint32_t i = 0; i < r->n_stopped; i++)
		if (r->stopped[i] == mapping)
			return true;
	return false;
}

/* ------------------------------------------------------------------- texts */

/* What is added is hashed as a whole (FNV-1a), and kept as far as there is room. */
struct text {
	char buf[PEERCONF_TEXT_MAX + 1];
	size_t len;
	uint64_t hash;
};

static void text_begin(struct text *t)
{
	t->len = 0;
	t->hash = UINT64_C(0xcbf29ce484222325);
}

static void text_add(struct text *t, const char *s)
{
	for (; *s; s++) {
		t->hash = (t->hash ^ (uint8_t)*s) * UINT64_C(0x100000001b3);
		if (t->len < PEERCONF_TEXT_MAX)
			t->buf[t->len] = *s;
		t->len++;
	}
}

static void text_u32(struct text *t, const char *before, uint32_t v)
{
	char digits[12];
	struct out o;

	out_init(&o, digits, sizeof(digits));
	out_u32(&o, v);
	text_add(t, before);
	text_add(t, digits);
}

/* A comma between the parts. */
static void text_next(struct text *t)
{
	if (t->len)
		text_add(t, ", ");
}

static void text_put(struct text *t, struct wbuf *w)
{
	static const char mark[] = "...#";
	size_t len = t->len;

	if (!len)
		text_add(t, "none");
	len = t->len;
	if (len > PEERCONF_TEXT_MAX) {
		size_t at = PEERCONF_TEXT_MAX - 16 - (sizeof(mark) - 1);

		memcpy(t->buf + at, mark, sizeof(mark) - 1);
		for (at = PEERCONF_TEXT_MAX; at > PEERCONF_TEXT_MAX - 16; t->hash >>= 4)
			t->buf[--at] = "0123456789abcdef"[t->hash & 15];
		len = PEERCONF_TEXT_MAX;
	}
	wbuf_put_u8(w, (uint8_t)len);
	wbuf_put(w, t->buf, len);
}

static void text_prefix(struct text *t, const struct rg_addr *a, uint32_t len)
{
	char addr[ADDR_STRLEN];

	addr_print(a, addr);
	text_add(t, addr);
	text_u32(t, "/", len);
}

static void put_acl(const struct conf_acl *acl, struct wbuf *w)
{
	struct text t;

	text_begin(&t);
	for (uint32_t i = 0; acl && i < acl->n_aces; i++) {
		const struct conf_ace *a = &acl->ace[i];

		text_next(&t);
		text_add(&t, a->permit ? "permit " : "deny ");
		if (a->src.addr.family == RG_NONE)
			text_add(&t, "any");
		else
			text_prefix(&t, &a->src.addr, a->src.len);
	}
	text_put(&t, w);
}

static void put_pool(const struct conf_pool *p, struct wbuf *w)
{
	char addr[ADDR_STRLEN];
	struct text t;

	text_begin(&t);
	if (p) {
		addr_print(&p->range.from, addr);
		text_add(&t, addr);
		text_add(&t, "-");
		text_prefix(&t, &p->range.to, p->len);
	}
	text_put(&t, w);
}

static void add_when(struct text *t, const struct conf_repl *r)
{
	if (r->when == NF_RG_WHEN_ALWAYS)
		text_add(t, " at once");
	else if (r->when == NF_RG_WHEN_ASSURED)
		text_add(t, " assured");
	else if (r->when == NF_RG_WHEN_AGE)
		text_u32(t, " age ", r->age_ms);
	else
		text_add(t, " never");
}

/* Those of the mapping, then those of all. */
static void add_repls(struct text *t, const struct conf *c, uint32_t map)
{
	for (uint32_t i = 0; i < c->n_repls; i++) {
		const struct conf_repl *r = &c->repl[i];

		if (r->map != map)
			continue;
		text_next(t);
		text_u32(t, map ? "protocol " : "all: protocol ", r->l4);
		if (r->from || r->to) {
			text_u32(t, " port ", r->from);
			text_u32(t, "-", r->to);
		}
		add_when(t, r);
	}
}

static void put_replication(const struct conf *c, const struct conf_map *m, struct wbuf *w)
{
	struct text t;

	text_begin(&t);
	text_add(&t, conf_holds_http(c) ? "without http" : "all");
	add_repls(&t, c, m->id);
	add_repls(&t, c, 0);
	text_put(&t, w);
}

/* ------------------------------------------------------------------- items */

static void put_head(struct wbuf *w, enum peerconf_kind kind, uint32_t id)
{
	wbuf_put_u8(w, (uint8_t)kind);
	wbuf_put_u8(w, (uint8_t)fields_of(kind));
	wbuf_put_u32(w, id);
}

static void put_map(const struct conf *c, const struct conf_map *m, struct wbuf *w)
{
	struct text t;

	put_head(w, PEERCONF_MAP, m->id);
	text_begin(&t);
	text_add(&t, m->overload ? "overload" : "one to one");
	text_put(&t, w);
	put_acl(conf_acl(c, m->acl), w);
	put_pool(conf_pool(c, m->pool), w);
	put_replication(c, m, w);
}

static void put_if(const struct conf *c, const struct conf_if *f, struct wbuf *w)
{
	static const char hex[] = "0123456789abcdef";
	char octet[4] = ":";
	uint8_t mac[6];
	struct text t;

	put_head(w, PEERCONF_IF, f->rii);
	text_begin(&t);
	if (f->nat != CONF_NAT_NONE)
		text_add(&t, f->nat == CONF_NAT_INSIDE ? "inside" : "outside");
	text_put(&t, w);
	text_begin(&t);
	for (uint32_t i = 0; i < f->n_vips; i++) {
		text_next(&t);
		text_prefix(&t, &f->vip[i].addr, f->vip[i].len);
	}
	text_put(&t, w);
	text_begin(&t);
	for (size_t i = 0; conf_vmac(c, f, mac) && i < sizeof(mac); i++) {
		octet[1] = hex[mac[i] >> 4];
		octet[2] = hex[mac[i] & 15];
		text_add(&t, octet + !i);
	}
	text_put(&t, w);
}

/* RIIs are unique; names, by which the configuration sorts, may differ. */
static const struct conf_if *next_if(const struct conf *c, uint32_t group, uint32_t rii)
{
	const struct conf_if *best = NULL;

	for (uint32_t i = 0; i < c->n_ifs; i++) {
		const struct conf_if *f = &c->iface[i];

		if (f->in_group && f->group.id == group && f->rii > rii &&
		    (!best || f->rii < best->rii))
			best = f;
	}
	return best;
}

int peerconf_encode(const struct conf *c, uint32_t group, uint64_t digest, uint8_t *buf, size_t cap)
{
	struct wbuf w = wbuf_init(buf, cap);
	const struct conf_if *f;
	uint16_t n = 0;

	wbuf_put_u64(&w, digest);
	wbuf_put_u16(&w, 0);
	for (uint32_t i = 0; i < c->n_maps; i++) {
		if (c->map[i].group.id != group)
			continue;
		put_map(c, &c->map[i], &w);
		n++;
	}
	for (f = next_if(c, group, 0); f; f = next_if(c, group, f->rii)) {
		put_if(c, f, &w);
		n++;
	}
	if (w.failed)
		return -EMSGSIZE;
	wbuf_patch_u16(&w, 8, n);
	return (int)w.len;
}

struct field {
	const uint8_t *text;
	uint8_t len;
};

/* @key orders the items: kind, then ID; above every item when there is none left. */
struct item {
	uint64_t key;
	struct field field[PEERCONF_FIELDS_MAX];
};

struct list {
	struct rbuf r;
	uint16_t left;
	struct item now;
	bool bad;
};

#define KEY_END		UINT64_MAX

static bool printable(const uint8_t *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

static bool get_field(struct rbuf *r, struct field *f)
{
	f->len = rbuf_get_u8(r);
	if (!f->len || f->len > PEERCONF_TEXT_MAX)
		return false;
	f->text = rbuf_take(r, f->len);
	return !r->failed && printable(f->text, f->len);
}

static bool get_item(struct rbuf *r, struct item *it)
{
	unsigned int kind = rbuf_get_u8(r), n = rbuf_get_u8(r);
	uint32_t id = rbuf_get_u32(r);

	if (r->failed || !fields_of(kind) || n != fields_of(kind) || !id)
		return false;
	it->key = (uint64_t)kind << 32 | id;
	for (unsigned int i = 0; i < n; i++)
		if (!get_field(r, &it->field[i]))
			return false;
	return true;
}

/* The items rise, so that none comes twice. */
static void list_next(struct list *l)
{
	uint64_t before = l->now.key;

	if (l->bad || !l->left) {
		l->bad = l->bad || rbuf_left(&l->r);
		l->now.key = KEY_END;
		return;
	}
	l->left--;
	if (!get_item(&l->r, &l->now) || l->now.key <= before) {
		l->bad = true;
		l->now.key = KEY_END;
	}
}

static uint64_t list_begin(struct list *l, const uint8_t *data, size_t len)
{
	uint64_t digest;

	*l = (struct list){ .r = rbuf_init(data, len) };
	digest = rbuf_get_u64(&l->r);
	l->left = rbuf_get_u16(&l->r);
	l->bad = l->r.failed || l->left > ITEMS_MAX;
	list_next(l);
	return digest;
}

/* ------------------------------------------------------------- comparison */

static void copy_text(char *to, const struct field *f)
{
	memcpy(to, f->text, f->len);
	to[f->len] = '\0';
}

static struct peerconf_diff *add_diff(struct peerconf_result *out, uint64_t key,
				      enum peerconf_where where)
{
	struct peerconf_diff *d;

	out->n++;
	if (out->n_diffs == PEERCONF_DIFFS_MAX)
		return NULL;
	d = &out->diff[out->n_diffs++];
	d->kind = (enum peerconf_kind)(key >> 32);
	d->id = (uint32_t)key;
	d->where = where;
	return d;
}

static void compare_fields(const struct item *own, const struct item *peer,
			   struct peerconf_result *out)
{
	struct peerconf_diff *d;

	for (uint8_t i = 0; i < fields_of((unsigned int)(own->key >> 32)); i++) {
		const struct field *a = &own->field[i], *b = &peer->field[i];

		if (a->len == b->len && !memcmp(a->text, b->text, a->len))
			continue;
		d = add_diff(out, own->key, PEERCONF_BOTH);
		if (!d)
			continue;
		d->field = i;
		copy_text(d->here, a);
		copy_text(d->there, b);
	}
}

static void compare_items(const struct item *own, const struct item *peer,
			  struct peerconf_result *out)
{
	uint64_t key = own->key < peer->key ? own->key : peer->key;
	uint32_t before = out->n;

	if (own->key < peer->key)
		add_diff(out, key, PEERCONF_HERE);
	else if (own->key > peer->key)
		add_diff(out, key, PEERCONF_THERE);
	else
		compare_fields(own, peer, out);
	if (out->n == before || key >> 32 != PEERCONF_MAP)
		return;
	out->maps = true;
	if (own->key == key && out->n_stopped < CONF_MAX_MAPS)
		out->stopped[out->n_stopped++] = (uint32_t)key;
}

static bool readable(const uint8_t *data, size_t len)
{
	struct list l;

	list_begin(&l, data, len);
	while (l.now.key != KEY_END)
		list_next(&l);
	return !l.bad;
}

int peerconf_compare(const uint8_t *own, size_t own_len, const uint8_t *peer, size_t peer_len,
		     uint64_t *digest, struct peerconf_result *out)
{
	struct list a, b;

	/* As a whole first: half a list would stop what it does not come to. */
	if (!readable(own, own_len) || !readable(peer, peer_len))
		return -EBADMSG;
	memset(out, 0, sizeof(*out));
	list_begin(&a, own, own_len);
	*digest = list_begin(&b, peer, peer_len);
	while (a.now.key != KEY_END || b.now.key != KEY_END) {
		uint64_t own_key = a.now.key, peer_key = b.now.key;

		compare_items(&a.now, &b.now, out);
		if (own_key <= peer_key)
			list_next(&a);
		if (peer_key <= own_key)
			list_next(&b);
	}
	return 0;
}
