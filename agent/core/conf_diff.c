// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf.h"

#include <errno.h>
#include <string.h>

/*
 * All arrays are sorted, so each kind of object is one walk along both of
 * them. An object that refers to another one has a bit for that too, so that
 * whoever applies a rule need not know which list it came from.
 */

struct diff {
	const struct conf *before;
	const struct conf *after;
	struct conf_change *out;
	size_t max;
	size_t n;
	int err;
};

struct kind {
	enum conf_object obj;
	uint32_t all;
	size_t base;		/* of the array in struct conf */
	size_t count;		/* of its counter */
	size_t size;		/* of one object */
	bool named;		/* the key is a name, not a number */
	uint32_t (*bits)(const struct diff *d, const void *a, const void *b);
};

static uint32_t bit_if(bool differs, uint32_t bit)
{
	return differs ? bit : 0;
}

static bool same_life(const struct conf_life *a, const struct conf_life *b)
{
	return a->from == b->from && a->until == b->until;
}

static uint32_t chain_bits(const struct diff *d, const void *before,
			   const void *after)
{
	const struct conf_chain *a = before, *b = after;
	bool same = a->n_keys == b->n_keys;
	uint32_t i;

	(void)d;
	for (i = 0; same && i < a->n_keys; i++)
		same = a->key[i].id == b->key[i].id &&
		       !strcmp(a->key[i].text, b->key[i].text) &&
		       same_life(&a->key[i].accept, &b->key[i].accept) &&
		       same_life(&a->key[i].send, &b->key[i].send);
	return bit_if(!same, CONF_CHAIN_KEYS);
}

/* Undefined on one side only is a difference, on both it is none. */
static bool differs(const struct diff *d, const void *a, const void *b,
		    uint32_t (*bits)(const struct diff *d, const void *a,
				     const void *b))
{
	if (!a || !b)
		return a != b;
	return bits(d, a, b);
}

static bool same_auth(const struct diff *d, const struct conf_protocol *a,
		      const struct conf_protocol *b)
{
	return a->auth == b->auth && !strcmp(a->auth_text, b->auth_text) &&
	       !strcmp(a->key, b->key) &&
	       a->key_timeout_s == b->key_timeout_s &&
	       !strcmp(a->chain, b->chain) &&
	       !differs(d, conf_chain(d->before, a->chain),
			conf_chain(d->after, b->chain), chain_bits);
}

static bool same_timers(const struct conf_protocol *a,
			const struct conf_protocol *b)
{
	return a->hello_ms == b->hello_ms && a->hold_ms == b->hold_ms;
}

static bool same_bfd(const struct conf_protocol *a, const struct conf_protocol *b)
{
	return a->bfd == b->bfd && a->bfd_tx_ms == b->bfd_tx_ms &&
	       a->bfd_rx_ms == b->bfd_rx_ms && a->bfd_mult == b->bfd_mult;
}

static uint32_t protocol_bits(const struct diff *d, const void *before,
			      const void *after)
{
	const struct conf_protocol *a = before, *b = after;

	return bit_if(strcmp(a->name, b->name), CONF_PROTOCOL_NAME) |
	       bit_if(!same_timers(a, b), CONF_PROTOCOL_TIMERS) |
	       bit_if(!same_auth(d, a, b), CONF_PROTOCOL_AUTH) |
	       bit_if(!same_bfd(a, b), CONF_PROTOCOL_BFD);
}

/* The name of a protocol is nothing to the groups that speak it. */
static bool same_protocol(const struct diff *d, const struct conf_group *a,
			  const struct conf_group *b)
{
	struct conf_protocol x, y;

	if (a->protocol != b->protocol)
		return false;
	conf_group_protocol(d->before, a, &x);
	conf_group_protocol(d->after, b, &y);
	return same_timers(&x, &y) && same_auth(d, &x, &y) && same_bfd(&x, &y);
}

static bool same_tracks(const struct conf_group *a, const struct conf_group *b)
{
	uint32_t i;

	if (a->n_tracks != b->n_tracks)
		return false;
	for (i = 0; i < a->n_tracks; i++) {
		if (a->track[i].id != b->track[i].id ||
		    a->track[i].decrement != b->track[i].decrement ||
		    a->track[i].shutdown != b->track[i].shutdown)
			return false;
	}
	return true;
}

static uint32_t group_bits(const struct diff *d, const void *before,
			   const void *after)
{
	const struct conf_group *a = before, *b = after;

	return bit_if(strcmp(a->name, b->name), CONF_GROUP_NAME) |
	       bit_if(a->shutdown != b->shutdown, CONF_GROUP_SHUTDOWN) |
	       bit_if(a->preempt != b->preempt, CONF_GROUP_PREEMPT) |
	       bit_if(a->priority != b->priority, CONF_GROUP_PRIORITY) |
	       bit_if(a->threshold != b->threshold, CONF_GROUP_THRESHOLD) |
	       bit_if(a->delay_ms != b->delay_ms ||
		      a->reload_ms != b->reload_ms, CONF_GROUP_DELAY) |
	       bit_if(strcmp(a->control, b->control), CONF_GROUP_CONTROL) |
	       bit_if(!same_protocol(d, a, b), CONF_GROUP_PROTOCOL) |
	       bit_if(strcmp(a->data, b->data), CONF_GROUP_DATA) |
	       bit_if(a->data_trusted != b->data_trusted, CONF_GROUP_TRUSTED) |
	       bit_if(!same_tracks(a, b), CONF_GROUP_TRACK);
}

static bool same_vips(const struct conf_if *a, const struct conf_if *b)
{
	uint32_t i;

	if (a->n_vips != b->n_vips)
		return false;
	for (i = 0; i < a->n_vips; i++) {
		if (!addr_equal(&a->vip[i].addr, &b->vip[i].addr) ||
		    a->vip[i].len != b->vip[i].len)
			return false;
	}
	return true;
}

static bool same_owns(const struct conf_if *a, const struct conf_if *b)
{
	uint32_t i;

	if (a->n_owns != b->n_owns)
		return false;
	for (i = 0; i < a->n_owns; i++) {
		if (!addr_equal(&a->own[i].addr, &b->own[i].addr) ||
		    a->own[i].len != b->own[i].len ||
		    a->own[i].secondary != b->own[i].secondary)
			return false;
	}
	return true;
}

static uint32_t if_bits(const struct diff *d, const void *before,
			const void *after)
{
	const struct conf_if *a = before, *b = after;

	(void)d;
	return bit_if(a->rii != b->rii, CONF_IF_RII) |
	       bit_if(a->in_group != b->in_group ||
		      a->group.id != b->group.id, CONF_IF_GROUP) |
	       bit_if(conf_if_decrement(a) != conf_if_decrement(b),
		      CONF_IF_DECREMENT) |
	       bit_if(!same_vips(a, b), CONF_IF_VIP) |
	       bit_if(a->nat != b->nat, CONF_IF_NAT) |
	       bit_if(!same_owns(a, b), CONF_IF_OWN) |
	       bit_if(a->admin != b->admin, CONF_IF_ADMIN) |
	       bit_if(a->reassembly != b->reassembly, CONF_IF_REASSEMBLY) |
	       bit_if(a->negotiation != b->negotiation,
		      CONF_IF_NEGOTIATION) |
	       bit_if(a->vmac != b->vmac ||
		      memcmp(a->mac, b->mac, sizeof(a->mac)), CONF_IF_VMAC);
}

static uint32_t pool_bits(const struct diff *d, const void *before,
			  const void *after)
{
	const struct conf_pool *a = before, *b = after;

	(void)d;
	return bit_if(!addr_equal(&a->range.from, &b->range.from) ||
		      !addr_equal(&a->range.to, &b->range.to) ||
		      a->len != b->len, CONF_POOL_RANGE);
}

static uint32_t acl_bits(const struct diff *d, const void *before,
			 const void *after)
{
	const struct conf_acl *a = before, *b = after;
	bool differs = a->n_aces != b->n_aces;
	uint32_t i;

	(void)d;
	for (i = 0; !differs && i < a->n_aces; i++)
		differs = a->ace[i].permit != b->ace[i].permit ||
			  a->ace[i].src.len != b->ace[i].src.len ||
			  !addr_equal(&a->ace[i].src.addr,
				      &b->ace[i].src.addr);
	return bit_if(differs, CONF_ACL_ENTRIES);
}

static uint32_t map_bits(const struct diff *d, const void *before,
			 const void *after)
{
	const struct conf_map *a = before, *b = after;

	return bit_if(strcmp(a->acl, b->acl) ||
		      differs(d, conf_acl(d->before, a->acl),
			      conf_acl(d->after, b->acl), acl_bits),
		      CONF_MAP_ACL) |
	       bit_if(strcmp(a->pool, b->pool) ||
		      differs(d, conf_pool(d->before, a->pool),
			      conf_pool(d->after, b->pool), pool_bits),
		      CONF_MAP_POOL) |
	       bit_if(a->group.id != b->group.id, CONF_MAP_GROUP) |
	       bit_if(a->overload != b->overload, CONF_MAP_OVERLOAD);
}

static uint32_t track_bits(const struct diff *d, const void *before,
			   const void *after)
{
	(void)d;
	return conf_track_diff(before, after);
}

static uint32_t sla_bits(const struct diff *d, const void *before,
			 const void *after)
{
	(void)d;
	return conf_sla_diff(before, after);
}

#define KIND(o, array, counter, by_name, fn)				\
	{ .obj = CONF_OBJ_##o, .all = CONF_##o##_ALL,			\
	  .base = offsetof(struct conf, array),				\
	  .count = offsetof(struct conf, counter),			\
	  .size = sizeof(((struct conf *)0)->array[0]),			\
	  .named = (by_name), .bits = (fn) }

static const struct kind kinds[] = {
	KIND(CHAIN, chain, n_chains, true, chain_bits),
	KIND(PROTOCOL, protocol, n_protocols, false, protocol_bits),
	KIND(GROUP, group, n_groups, false, group_bits),
	KIND(IF, iface, n_ifs, true, if_bits),
	KIND(POOL, pool, n_pools, true, pool_bits),
	KIND(ACL, acl, n_acls, true, acl_bits),
	KIND(MAP, map, n_maps, false, map_bits),
	KIND(TRACK, track, n_tracks, false, track_bits),
	KIND(SLA, sla, n_slas, false, sla_bits),
};

static const void *object(const struct kind *k, const struct conf *c,
			  uint32_t i)
{
	uint32_t n;

	memcpy(&n, (const char *)c + k->count, sizeof(n));
	return i < n ? (const char *)c + k->base + i * k->size : NULL;
}

/* Every object begins with its key. No object comes after all others. */
static int order(const struct kind *k, const void *a, const void *b)
{
	uint32_t x, y;

	if (!a || !b)
		return a ? -1 : 1;
	if (k->named)
		return strcmp(a, b);
	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static void emit(struct diff *d, enum conf_object obj, uint32_t bits,
		 const void *before, const void *after)
{
	if (!bits)
		return;
	if (d->n == d->max) {
		d->err = -ENOSPC;
		return;
	}
	d->out[d->n++] = (struct conf_change){ obj, bits, before, after };
}

static void diff_kind(struct diff *d, const struct kind *k)
{
	uint32_t i = 0, j = 0;
	const void *a, *b;

	for (;;) {
		int o;

		a = object(k, d->before, i);
		b = object(k, d->after, j);
		if (!a && !b)
			return;
		o = order(k, a, b);
		if (o < 0)
			emit(d, k->obj, k->all, a, NULL);
		else if (o > 0)
			emit(d, k->obj, k->all, NULL, b);
		else
			emit(d, k->obj, k->bits(d, a, b), a, b);
		i += o <= 0;
		j += o >= 0;
	}
}

/**
 * conf_diff - what changed from one configuration to another
 * @before: the old one
 * @after: the new one
 * @out: the changes: domain, key chains, protocols, groups, interfaces, pools, lists,
 *	mappings, tracked objects, operations, each kind in the order of its keys, then
 *	HTTP, all other replication, and then hooks
 * @max: room for so many; CONF_MAX_CHANGES always suffices
 * @n: how many there are
 *
 * Return: 0 or -ENOSPC.
 */
int conf_diff(const struct conf *before, const struct conf *after,
	      struct conf_change *out, size_t max, size_t *n)
{
	struct diff d = { before, after, out, max, 0, 0 };
	size_t k;

	emit(&d, CONF_OBJ_DOMAIN,
	     before->domain != after->domain ||
		     before->require_encryption != after->require_encryption ||
		     before->probe_ms != after->probe_ms,
	     NULL, NULL);
	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		diff_kind(&d, &kinds[k]);
	emit(&d, CONF_OBJ_HTTP, before->http_port != after->http_port, NULL,
	     NULL);
	emit(&d, CONF_OBJ_REPL, !conf_repls_equal(before, after), NULL, NULL);
	emit(&d, CONF_OBJ_HOOK, !conf_hooks_equal(before, after), NULL, NULL);
	*n = d.n;
	return d.err;
}

/**
 * conf_equal - do two configurations mean the same?
 * @a: one
 * @b: the other
 *
 * Return: true when conf_diff() finds nothing.
 */
bool conf_equal(const struct conf *a, const struct conf *b)
{
	size_t n;

	return !conf_diff(a, b, NULL, 0, &n);
}
