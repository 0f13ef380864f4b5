// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_cmd.h"

#include <errno.h>
#include <string.h>

#include "conf_store.h"
#include "out.h"

/* The commands of the interface mode. */

static struct conf_if *cur_if(struct conf_parser *p)
{
	if (p->astray)
		return &p->spare.iface;
	return conf_get_if(p->c, p->cur_name, p->line);
}

static uint8_t line_decrement(const struct conf_parser *p)
{
	return conf_have(p, CONF_S_DECREMENT) ?
	       (uint8_t)p->val[CONF_S_DECREMENT].num : 0;
}

/**
 * conf_run_if - `[no] interface IF`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_if(struct conf_parser *p)
{
	char name[CONF_IF_LEN];

	lex_copy(p->val[CONF_S_IF].word, name, sizeof(name));
	if (p->no) {
		if (!conf_drop_if(p->c, name))
			conf_warn(p, p->at[CONF_S_IF],
				  "this interface was not configured");
		return 0;
	}
	if (!conf_get_if(p->c, name, p->line))
		return conf_full(p, "interfaces", CONF_MAX_IFS);
	memset(p->cur_name, 0, sizeof(p->cur_name));
	memcpy(p->cur_name, name, sizeof(name));
	p->mode = CONF_MODE_IF;
	return 0;
}

/**
 * conf_run_rii - `[no] redundancy rii N [decrement D]`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_rii(struct conf_parser *p)
{
	struct conf_if *i = cur_if(p);

	i->rii = p->no ? 0 : p->val[CONF_S_ID].num;
	i->rii_decrement = p->no ? 0 : line_decrement(p);
	return 0;
}

/*
 * "exclusive" says that the interface belongs to one group alone: a group's
 * traffic interfaces move together, and a packet's group follows from where it
 * comes in.
 */
static int join_group(struct conf_parser *p, struct conf_if *i)
{
	char text[128];
	struct conf_gref g;
	struct out o;

	conf_take_gref(p, &g);
	if (i->in_group && !conf_same_gref(p->c, &i->group, &g)) {
		out_init(&o, text, sizeof(text));
		out_str(&o, "the interface belongs to group ");
		if (*i->group.name)
			out_str(&o, i->group.name);
		else
			out_u32(&o, i->group.id);
		out_str(&o, " already, exclusively");
		return conf_error(p, p->at[CONF_S_GROUP], text, NULL);
	}
	if (!i->in_group)
		i->group = g;
	i->in_group = true;
	return 0;
}

/* An interface without an address or a decrement is in no group any more. */
static void leave_if_empty(struct conf_if *i)
{
	if (i->n_vips || i->group_decrement)
		return;
	i->in_group = false;
	memset(&i->group, 0, sizeof(i->group));
}

/* Is there something that `no redundancy group G ...` can take away? */
static bool is_member(struct conf_parser *p, const struct conf_if *i)
{
	struct conf_gref g;

	conf_take_gref(p, &g);
	if (i->in_group && conf_same_gref(p->c, &i->group, &g))
		return true;
	conf_warn(p, p->at[CONF_S_GROUP],
		  "the interface is not in this group");
	return false;
}

static void drop_vip(struct conf_if *i, uint32_t v)
{
	i->n_vips--;
	memmove(&i->vip[v], &i->vip[v + 1],
		(i->n_vips - v) * sizeof(i->vip[0]));
	memset(&i->vip[i->n_vips], 0, sizeof(i->vip[0]));
}

/* There is one IPv4 address at most, so a second one takes its place. */
static uint32_t find_vip(const struct conf_if *i, const struct rg_addr *a,
			 bool replace4)
{
	uint32_t v;

	for (v = 0; v < i->n_vips; v++) {
		if (addr_equal(&i->vip[v].addr, a) ||
		    (replace4 && a->family == RG_V4 &&
		     i->vip[v].addr.family == RG_V4))
			break;
	}
	return v;
}

static int set_vip(struct conf_parser *p, struct conf_if *i,
		   const struct conf_vip *vip)
{
	uint32_t v = find_vip(i, &vip->addr, true);

	if (v < i->n_vips)
		drop_vip(i, v);
	else if (i->n_vips == CONF_MAX_VIPS)
		return conf_full(p, "virtual addresses on this interface",
				 CONF_MAX_VIPS);
	for (v = i->n_vips; v; v--) {
		if (addr_cmp(&i->vip[v - 1].addr, &vip->addr) < 0)
			break;
		i->vip[v] = i->vip[v - 1];
	}
	i->vip[v] = *vip;
	i->n_vips++;
	return 0;
}

/* Fill a virtual address from the line, or say what is wrong with it. */
static int take_vip(struct conf_parser *p, struct conf_vip *vip)
{
	const struct lex_token *at = p->at[CONF_S_ADDR];
	const struct conf_val *v = &p->val[CONF_S_ADDR];
	bool with_len = memchr(at->s, '/', at->len);
	struct rg_addr net = addr_mask(&v->addr, v->prefix.len);

	memset(vip, 0, sizeof(*vip));
	vip->addr = v->addr;
	vip->len = v->prefix.len;
	vip->decrement = line_decrement(p);
	if (!addr_is_unicast(&v->addr))
		return conf_error(p, at, "not an address that a router can hold",
				  NULL);
	if (v->addr.family == RG_V4)
		return 0;
	if (addr_is_link_local6(&v->addr)) {
		vip->len = 64;
		return with_len ? conf_error(p, at,
					     "a link-local address has no length",
					     "the address alone") : 0;
	}
	if (!with_len || !v->prefix.len)
		return conf_error(p, at, "an IPv6 address needs its prefix length",
				  "for instance fd00::1/64");
	if (v->prefix.len < 127 && addr_equal(&net, &v->addr))
		return conf_error(p, at,
				  "this is the network, not an address in it",
				  NULL);
	return 0;
}

/**
 * conf_run_vip - `[no] redundancy group G ip|ipv6 A exclusive [decrement D]`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_vip(struct conf_parser *p)
{
	struct conf_if *i = cur_if(p);
	struct conf_vip vip;
	uint32_t v;

	if (p->no) {
		if (!is_member(p, i))
			return 0;
		v = find_vip(i, &p->val[CONF_S_ADDR].addr, false);
		if (v == i->n_vips)
			conf_warn(p, p->at[CONF_S_ADDR],
				  "the interface does not have this address");
		else
			drop_vip(i, v);
		leave_if_empty(i);
		return 0;
	}
	if (take_vip(p, &vip) || join_group(p, i))
		return -EINVAL;
	if (set_vip(p, i, &vip)) {
		leave_if_empty(i);
		return -EINVAL;
	}
	return 0;
}

/**
 * conf_run_member - `[no] redundancy group G [decrement D]`
 * @p: the parse
 *
 * `no redundancy group G` takes the interface out of the group with all its
 * addresses, `no redundancy group G decrement` takes this line away.
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_member(struct conf_parser *p)
{
	struct conf_if *i = cur_if(p);

	if (!p->no) {
		if (join_group(p, i))
			return -EINVAL;
		i->group_decrement = line_decrement(p);
		return 0;
	}
	if (!is_member(p, i))
		return 0;
	i->group_decrement = 0;
	while (!conf_have(p, CONF_S_MEMBER) && i->n_vips)
		drop_vip(i, i->n_vips - 1);
	leave_if_empty(i);
	return 0;
}

/**
 * conf_run_nat_side - `[no] ip nat inside|outside`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_nat_side(struct conf_parser *p)
{
	enum conf_nat_side side = conf_have(p, CONF_S_INSIDE) ?
				  CONF_NAT_INSIDE : CONF_NAT_OUTSIDE;
	struct conf_if *i = cur_if(p);

	if (!p->no)
		i->nat = side;
	else if (i->nat == side)
		i->nat = CONF_NAT_NONE;
	return 0;
}

/**
 * conf_run_if_shutdown - `[no] shutdown`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_if_shutdown(struct conf_parser *p)
{
	cur_if(p)->admin = p->no ? CONF_ADMIN_UP : CONF_ADMIN_DOWN;
	return 0;
}

/**
 * conf_run_negotiation - `[no] negotiation auto`
 * @p: the parse
 *
 * Return: 0.
 */
int conf_run_negotiation(struct conf_parser *p)
{
	cur_if(p)->negotiation = p->no ? CONF_NEGOTIATION_OFF
				       : CONF_NEGOTIATION_AUTO;
	return 0;
}

/**
 * conf_run_vmac - `[no] redundancy vmac [MAC]`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_vmac(struct conf_parser *p)
{
	static const uint8_t none[6];
	const uint8_t *mac = p->val[CONF_S_MAC].mac;
	struct conf_if *i = cur_if(p);
	bool given = !p->no && conf_have(p, CONF_S_MAC);

	if (given && (mac[0] & 1 || !memcmp(mac, none, sizeof(none))))
		return conf_error(p, p->at[CONF_S_MAC],
				  "not an address that an interface can have",
				  "a unicast address such as 0252.4701.0028");
	i->vmac = p->no ? CONF_VMAC_NONE :
		  given ? CONF_VMAC_GIVEN : CONF_VMAC_AUTO;
	memcpy(i->mac, given ? mac : none, sizeof(i->mac));
	return 0;
}

/**
 * conf_run_reassembly - `[no] ip virtual-reassembly [in] [out]`
 * @p: the parse
 *
 * A `no` without a direction takes all of it away, with one it leaves the
 * other direction.
 *
 * Return: 0.
 */
int conf_run_reassembly(struct conf_parser *p)
{
	struct conf_if *i = cur_if(p);
	uint8_t dirs = 0;

	if (conf_have(p, CONF_S_IN))
		dirs |= CONF_REASSEMBLY_IN;
	if (conf_have(p, CONF_S_OUT))
		dirs |= CONF_REASSEMBLY_OUT;
	if (!p->no) {
		i->reassembly |= CONF_REASSEMBLY | dirs;
		return 0;
	}
	i->reassembly &= (uint8_t)~dirs;
	if (!dirs || i->reassembly == CONF_REASSEMBLY)
		i->reassembly = 0;
	return 0;
}

/* An address as an interface can have it, or say what is wrong with it. */
static int take_own(struct conf_parser *p, struct conf_own *own)
{
	const struct rg_addr *a = &p->val[CONF_S_ADDR].addr;
	uint32_t len = p->val[CONF_S_LEN].num;
	struct rg_addr net, last;

	memset(own, 0, sizeof(*own));
	if (!addr_is_unicast(a))
		return conf_error(p, p->at[CONF_S_ADDR],
				  "not an address that a router can hold", NULL);
	if (!len)
		return conf_error(p, p->at[CONF_S_LEN],
				  "a network has a mask of at least one bit",
				  "a netmask such as 255.255.255.0");
	net = addr_mask(a, len);
	last = addr_last(&net, len);
	if (len < 31 && (addr_equal(a, &net) || addr_equal(a, &last)))
		return conf_error(p, p->at[CONF_S_ADDR],
				  "with this mask it is the network or its broadcast address",
				  "an address in the network");
	own->addr = *a;
	own->len = (uint8_t)len;
	own->secondary = conf_have(p, CONF_S_SECONDARY);
	return 0;
}

static void drop_own(struct conf_if *i, uint32_t k)
{
	i->n_owns--;
	memmove(&i->own[k], &i->own[k + 1],
		(i->n_owns - k) * sizeof(i->own[0]));
	memset(&i->own[i->n_owns], 0, sizeof(i->own[0]));
}

static int own_cmp(const struct conf_own *a, const struct conf_own *b)
{
	if (a->secondary != b->secondary)
		return a->secondary ? 1 : -1;
	return addr_cmp(&a->addr, &b->addr);
}

/* Another first address takes the place of the one there is, as on a Cisco router. */
static int set_own(struct conf_parser *p, struct conf_if *i,
		   const struct conf_own *own)
{
	uint32_t k = 0;

	while (k < i->n_owns) {
		if (addr_equal(&i->own[k].addr, &own->addr) ||
		    (!own->secondary && !i->own[k].secondary))
			drop_own(i, k);
		else
			k++;
	}
	if (i->n_owns == CONF_MAX_OWNS)
		return conf_full(p, "addresses on this interface",
				 CONF_MAX_OWNS);
	for (k = i->n_owns; k && own_cmp(&i->own[k - 1], own) > 0; k--)
		i->own[k] = i->own[k - 1];
	i->own[k] = *own;
	i->n_owns++;
	return 0;
}

/* `no ip address` takes all away, with an address that one. */
static void drop_owns(struct conf_parser *p, struct conf_if *i)
{
	const struct rg_addr *a = &p->val[CONF_S_ADDR].addr;
	uint32_t k = i->n_owns;

	if (!conf_have(p, CONF_S_ADDR)) {
		while (i->n_owns)
			drop_own(i, i->n_owns - 1);
		return;
	}
	while (k-- > 0) {
		if (addr_equal(&i->own[k].addr, a) &&
		    i->own[k].len == p->val[CONF_S_LEN].num) {
			drop_own(i, k);
			return;
		}
	}
	conf_warn(p, p->at[CONF_S_ADDR],
		  "the interface does not have this address");
}

/**
 * conf_run_own - `[no] ip address A MASK [secondary]`
 * @p: the parse
 *
 * Return: 0 or -EINVAL.
 */
int conf_run_own(struct conf_parser *p)
{
	struct conf_if *i = cur_if(p);
	struct conf_own own;

	if (p->no) {
		drop_owns(p, i);
		return 0;
	}
	if (take_own(p, &own))
		return -EINVAL;
	return set_own(p, i, &own);
}
