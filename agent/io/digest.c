// SPDX-License-Identifier: GPL-2.0-or-later
#include "digest.h"

#include <errno.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "core/conf_vmac.h"
#include "core/buf.h"
#include "core/conf.h"

/*
 * What goes in: mappings with their list, pool and options, whether they hold HTTP back, and the
 * other rules about replication, if there are any; of each interface its RII and virtual
 * addresses.  What stays out may differ: priority, preempt, threshold, decrements, interface names.
 * Interfaces are taken in the order of their RII, for their names, by which the configuration
 * sorts them, need not be the same on both routers.
 */

struct sum {
	EVP_MD_CTX *ctx;
	bool failed;
};

static void add(struct sum *s, const void *data, size_t len)
{
	if (!EVP_DigestUpdate(s->ctx, data, len))
		s->failed = true;
}

static void add_u32(struct sum *s, uint32_t v)
{
	uint8_t raw[4];
	struct wbuf b = wbuf_init(raw, sizeof(raw));

	wbuf_put_u32(&b, v);
	add(s, raw, sizeof(raw));
}

static void add_str(struct sum *s, const char *text)
{
	add_u32(s, (uint32_t)strlen(text));
	add(s, text, strlen(text));
}

static void add_addr(struct sum *s, const struct rg_addr *a)
{
	add(s, &a->family, 1);
	add(s, a->b, sizeof(a->b));
}

static void add_acl(struct sum *s, const struct conf_acl *acl)
{
	add_u32(s, acl ? acl->n_aces : 0);
	for (uint32_t i = 0; acl && i < acl->n_aces; i++) {
		add_u32(s, acl->ace[i].permit);
		add_addr(s, &acl->ace[i].src.addr);
		add_u32(s, acl->ace[i].src.len);
	}
}

static void add_pool(struct sum *s, const struct conf_pool *p)
{
	add_u32(s, p ? 1 : 0);
	if (!p)
		return;
	add_addr(s, &p->range.from);
	add_addr(s, &p->range.to);
	add_u32(s, p->len);
}

static void add_repls(struct sum *s, const struct conf *c, uint32_t map)
{
	for (uint32_t i = 0; i < c->n_repls; i++) {
		const struct conf_repl *r = &c->repl[i];

		if (r->map != map)
			continue;
		add_str(s, "replication");
		add_u32(s, r->l4);
		add_u32(s, r->when);
		add_u32(s, (uint32_t)r->from << 16 | r->to);
		add_u32(s, r->age_ms);
	}
}

static void add_map(struct sum *s, const struct conf *c, const struct conf_map *m)
{
	add_str(s, "map");
	add_u32(s, m->id);
	add_u32(s, m->overload);
	add_u32(s, conf_holds_http(c));
	add_repls(s, c, m->id);
	add_repls(s, c, 0);
	add_acl(s, conf_acl(c, m->acl));
	add_pool(s, conf_pool(c, m->pool));
}

static void add_if(struct sum *s, const struct conf *c, const struct conf_if *i)
{
	uint8_t mac[6];

	add_str(s, "if");
	add_u32(s, i->rii);
	add_u32(s, i->nat);
	for (uint32_t v = 0; v < i->n_vips; v++) {
		add_addr(s, &i->vip[v].addr);
		add_u32(s, i->vip[v].len);
	}
	if (conf_vmac(c, i, mac))
		for (size_t k = 0; k < sizeof(mac); k++)
			add_u32(s, mac[k]);
}

static bool in_group(const struct conf_if *i, uint32_t group)
{
	return i->in_group && i->group.id == group;
}

/*
 * The interface of the group with the lowest RII above @rii; RIIs are unique, and an interface
 * without one has no virtual address.
 */
static const struct conf_if *next_if(const struct conf *c, uint32_t group, uint32_t rii)
{
	const struct conf_if *best = NULL;

	for (uint32_t i = 0; i < c->n_ifs; i++) {
		const struct conf_if *f = &c->iface[i];

		if (in_group(f, group) && f->rii > rii && (!best || f->rii < best->rii))
			best = f;
	}
	return best;
}

/**
 * digest_group() - digest of what both routers must agree upon
 * @c: configuration
 * @group: group
 * @out: the digest, never 0
 *
 * Return: 0, -ENOMEM, or -EIO if SHA-256 is not to be had.
 */
int digest_group(const struct conf *c, uint32_t group, uint64_t *out)
{
	struct sum s = { .ctx = EVP_MD_CTX_new() };
	uint8_t md[SHA256_DIGEST_LENGTH];
	const struct conf_if *f;
	struct rbuf r;

	if (!s.ctx)
		return -ENOMEM;
	if (!EVP_DigestInit_ex(s.ctx, EVP_sha256(), NULL))
		s.failed = true;
	add_u32(&s, group);
	for (uint32_t i = 0; i < c->n_maps; i++)
		if (c->map[i].group.id == group)
			add_map(&s, c, &c->map[i]);
	for (f = next_if(c, group, 0); f; f = next_if(c, group, f->rii))
		add_if(&s, c, f);
	if (!EVP_DigestFinal_ex(s.ctx, md, NULL))
		s.failed = true;
	EVP_MD_CTX_free(s.ctx);
	if (s.failed)
		return -EIO;
	r = rbuf_init(md, sizeof(md));
	*out = rbuf_get_u64(&r);
	*out = *out ? *out : 1;
	return 0;
}
