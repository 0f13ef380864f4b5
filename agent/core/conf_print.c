// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf.h"

#include <errno.h>

#include <linux/nf_rg.h>

#include "civil.h"
#include "obscure.h"
#include "out.h"
#include "textout.h"

/*
 * Only what differs from the defaults is printed, except `no bfd`: it is what
 * keeps a configuration's meaning when the default comes true.
 */

/* Whole seconds if both times are, milliseconds otherwise. */
static void put_hello(struct out *o, const struct conf_protocol *p)
{
	const char *unit = "msec ";
	uint32_t div = 1;

	if (p->hello_ms == CONF_DEF_HELLO_MS && p->hold_ms == CONF_DEF_HOLD_MS)
		return;
	if (p->hello_ms % 1000 == 0 && p->hold_ms % 1000 == 0) {
		unit = "";
		div = 1000;
	}
	out_fmt(o, "   timers hellotime %s%u holdtime %s%u\n", unit,
		p->hello_ms / div, unit, p->hold_ms / div);
}

static void put_key(struct out *o, const char *key)
{
	char text[CONF_OBSCURED_LEN];

	obscure(key, text, sizeof(text));
	out_fmt(o, "key-string 7 %s", text);
}

static void put_auth(struct out *o, const struct conf_protocol *p)
{
	if (p->auth == CONF_AUTH_NONE)
		return;
	out_str(o, "   authentication ");
	if (p->auth == CONF_AUTH_TEXT) {
		out_fmt(o, "text %s\n", p->auth_text);
		return;
	}
	out_str(o, p->auth == CONF_AUTH_MD5 ? "md5 " : "hmac-sha-256 ");
	if (*p->key)
		put_key(o, p->key);
	else
		out_fmt(o, "key-chain %s", p->chain);
	if (p->key_timeout_s)
		out_fmt(o, " timeout %u", p->key_timeout_s);
	out_char(o, '\n');
}

static void put_2(struct out *o, uint32_t n)
{
	out_char(o, (char)('0' + n / 10));
	out_char(o, (char)('0' + n % 10));
}

static void put_instant(struct out *o, int64_t s)
{
	struct civil c = civil_of(s);

	put_2(o, c.hour);
	out_char(o, ':');
	put_2(o, c.minute);
	out_char(o, ':');
	put_2(o, c.second);
	out_fmt(o, " %s %u %u", civil_month(c.month), c.day, c.year);
}

static void put_life(struct out *o, const char *word, const struct conf_life *l)
{
	if (!l->from && l->until == INT64_MAX)
		return;
	out_fmt(o, "  %s ", word);
	put_instant(o, l->from);
	out_char(o, ' ');
	if (l->until == INT64_MAX)
		out_str(o, "infinite");
	else
		put_instant(o, l->until);
	out_char(o, '\n');
}

static void put_chain(struct out *o, const struct conf_chain *c)
{
	uint32_t i;

	out_fmt(o, "key chain %s\n", c->name);
	for (i = 0; i < c->n_keys; i++) {
		const struct conf_key *k = &c->key[i];

		out_fmt(o, " key %u\n", k->id);
		if (*k->text) {
			out_str(o, "  ");
			put_key(o, k->text);
			out_char(o, '\n');
		}
		put_life(o, "accept-lifetime", &k->accept);
		put_life(o, "send-lifetime", &k->send);
	}
	out_str(o, "!\n");
}

/* In this order: the timers alone would turn it on. */
static void put_bfd(struct out *o, const struct conf_protocol *p)
{
	if (p->bfd_tx_ms != CONF_DEF_BFD_MS || p->bfd_rx_ms != CONF_DEF_BFD_MS ||
	    p->bfd_mult != CONF_DEF_BFD_MULT)
		out_fmt(o, "   bfd interval %u min-rx %u multiplier %u\n", p->bfd_tx_ms,
			p->bfd_rx_ms, p->bfd_mult);
	if (!p->bfd)
		out_str(o, "   no bfd\n");
}

static void put_protocol(struct out *o, const struct conf_protocol *p)
{
	out_fmt(o, "  protocol %u\n", p->id);
	if (*p->name)
		out_fmt(o, "   name %s\n", p->name);
	put_hello(o, p);
	put_auth(o, p);
	put_bfd(o, p);
}

static void put_group_timers(struct out *o, const struct conf_group *g)
{
	if (g->delay_ms == CONF_DEF_DELAY_MS &&
	    g->reload_ms == CONF_DEF_RELOAD_MS)
		return;
	out_fmt(o, "   timers delay %u", g->delay_ms / 1000);
	if (g->reload_ms != CONF_DEF_RELOAD_MS)
		out_fmt(o, " reload %u", g->reload_ms / 1000);
	out_char(o, '\n');
}

static void put_group_tracks(struct out *o, const struct conf_group *g)
{
	uint32_t i;

	for (i = 0; i < g->n_tracks; i++) {
		const struct conf_gtrack *t = &g->track[i];

		out_fmt(o, "   track %u", t->id);
		if (t->shutdown)
			out_str(o, " shutdown\n");
		else
			out_fmt(o, " decrement %u\n", (uint32_t)t->decrement);
	}
}

static void put_group(struct out *o, const struct conf_group *g)
{
	out_fmt(o, "  group %u\n", g->id);
	if (*g->name)
		out_fmt(o, "   name %s\n", g->name);
	if (g->shutdown)
		out_str(o, "   shutdown\n");
	if (g->preempt)
		out_str(o, "   preempt\n");
	if (g->priority != CONF_DEF_PRIORITY || g->threshold) {
		out_fmt(o, "   priority %u", (uint32_t)g->priority);
		if (g->threshold)
			out_fmt(o, " failover threshold %u",
				(uint32_t)g->threshold);
		out_char(o, '\n');
	}
	put_group_tracks(o, g);
	put_group_timers(o, g);
	if (*g->control)
		out_fmt(o, "   control %s protocol %u\n", g->control,
			g->protocol);
	if (*g->data)
		out_fmt(o, "   data %s%s\n", g->data,
			g->data_trusted ? " trusted" : "");
}

static void put_member(struct out *o, const struct conf_member *m)
{
	out_fmt(o, " object %u", m->id);
	if (m->negate)
		out_str(o, " not");
	if (m->weight && m->weight != CONF_DEF_WEIGHT)
		out_fmt(o, " weight %u", m->weight);
	out_char(o, '\n');
}

static void put_track(struct out *o, const struct conf_track *t)
{
	const char *parameter = conf_track_parameter(t);
	uint32_t i;

	out_fmt(o, "track %u %s", t->id, conf_track_type(t));
	if (!conf_track_is_list(t))
		out_char(o, ' ');
	conf_track_instance(t, o);
	if (*parameter)
		out_fmt(o, " %s", parameter);
	if (t->interval_s)
		out_fmt(o, " interval %u", t->interval_s);
	out_char(o, '\n');
	for (i = 0; i < t->n_members; i++)
		put_member(o, &t->member[i]);
	if (t->up) {
		out_fmt(o, " %s up %u", parameter, t->up);
		if (t->down != t->up - 1)
			out_fmt(o, " down %u", t->down);
		out_char(o, '\n');
	}
	if (t->delay_up_s || t->delay_down_s) {
		out_str(o, " delay");
		if (t->delay_up_s)
			out_fmt(o, " up %u", t->delay_up_s);
		if (t->delay_down_s)
			out_fmt(o, " down %u", t->delay_down_s);
		out_char(o, '\n');
	}
	out_str(o, "!\n");
}

static void put_sla_what(struct out *o, const struct conf_sla *s)
{
	char text[ADDR_STRLEN];

	addr_print(&s->dst, text);
	switch (s->kind) {
	case CONF_SLA_ICMP:
		out_fmt(o, " icmp-echo %s", text);
		break;
	case CONF_SLA_TCP:
		out_fmt(o, " tcp-connect %s %u", text, (uint32_t)s->port);
		break;
	case CONF_SLA_HTTP:
		out_fmt(o, s->dst.family == RG_V6 ? " http get http://[%s]"
						  : " http get http://%s", text);
		if (s->port != 80)
			out_fmt(o, ":%u", (uint32_t)s->port);
		out_str(o, s->name);
		break;
	case CONF_SLA_DNS:
		out_fmt(o, " dns %s name-server %s", s->name, text);
		break;
	default:
		return;
	}
	if (s->source.family) {
		addr_print(&s->source, text);
		out_fmt(o, " source-ip %s", text);
	}
	out_char(o, '\n');
}

static void put_sla(struct out *o, const struct conf_sla *s)
{
	out_fmt(o, "ip sla %u\n", s->id);
	put_sla_what(o, s);
	if (s->timeout_ms != CONF_DEF_SLA_TIMEOUT)
		out_fmt(o, " timeout %u\n", s->timeout_ms);
	if (s->threshold_ms != CONF_DEF_SLA_THRESHOLD)
		out_fmt(o, " threshold %u\n", s->threshold_ms);
	if (s->frequency_s != CONF_DEF_SLA_FREQUENCY)
		out_fmt(o, " frequency %u\n", s->frequency_s);
	if (s->scheduled)
		out_fmt(o, "ip sla schedule %u life forever start-time now\n",
			s->id);
	out_str(o, "!\n");
}

static void put_hook(struct out *o, const struct conf_hook *h)
{
	out_fmt(o, "  role-change exec %s", h->path);
	if (h->timeout_s != CONF_DEF_HOOK_S)
		out_fmt(o, " timeout %u", h->timeout_s);
	out_char(o, '\n');
}

static void put_redundancy(struct out *o, const struct conf *c)
{
	uint32_t i;

	if (!c->n_protocols && !c->n_groups && !c->n_hooks &&
	    c->domain == CONF_DEF_DOMAIN && !c->require_encryption &&
	    c->probe_ms == CONF_DEF_PROBE_MS)
		return;
	out_str(o, "redundancy\n mode none\n application redundancy\n");
	if (c->domain != CONF_DEF_DOMAIN)
		out_fmt(o, "  domain %u\n", (uint32_t)c->domain);
	if (c->require_encryption)
		out_str(o, "  require-encryption\n");
	if (c->probe_ms != CONF_DEF_PROBE_MS)
		out_fmt(o, "  split-brain probe %u\n", (uint32_t)c->probe_ms);
	for (i = 0; i < c->n_hooks; i++)
		put_hook(o, &c->hook[i]);
	for (i = 0; i < c->n_protocols; i++)
		put_protocol(o, &c->protocol[i]);
	for (i = 0; i < c->n_groups; i++)
		put_group(o, &c->group[i]);
	out_str(o, "!\n");
}

static void put_gref(struct out *o, const struct conf_gref *g)
{
	if (*g->name)
		out_str(o, g->name);
	else
		out_u32(o, g->id);
}

static void put_decrement(struct out *o, uint8_t d)
{
	if (d)
		out_fmt(o, " decrement %u", (uint32_t)d);
	out_char(o, '\n');
}

static void put_vip(struct out *o, const struct conf_if *i,
		    const struct conf_vip *v)
{
	char text[ADDR_STRLEN];

	addr_print(&v->addr, text);
	out_str(o, " redundancy group ");
	put_gref(o, &i->group);
	out_fmt(o, " %s %s", v->addr.family == RG_V4 ? "ip" : "ipv6", text);
	if (v->addr.family == RG_V6 && !addr_is_link_local6(&v->addr))
		out_fmt(o, "/%u", (uint32_t)v->len);
	out_str(o, " exclusive");
	put_decrement(o, v->decrement);
}

static void put_own(struct out *o, const struct conf_own *a)
{
	char addr[ADDR_STRLEN], mask[ADDR_STRLEN];
	struct rg_addr m = addr_netmask(a->len);

	addr_print(&a->addr, addr);
	addr_print(&m, mask);
	out_fmt(o, " ip address %s %s%s\n", addr, mask,
		a->secondary ? " secondary" : "");
}

static void put_reassembly(struct out *o, uint8_t bits)
{
	if (!bits)
		return;
	out_fmt(o, " ip virtual-reassembly%s%s\n",
		bits & CONF_REASSEMBLY_IN ? " in" : "",
		bits & CONF_REASSEMBLY_OUT ? " out" : "");
}

static void put_admin(struct out *o, enum conf_admin admin)
{
	if (admin)
		out_fmt(o, " %sshutdown\n",
			admin == CONF_ADMIN_UP ? "no " : "");
}

static void put_negotiation(struct out *o, enum conf_negotiation n)
{
	if (n)
		out_fmt(o, " %snegotiation auto\n",
			n == CONF_NEGOTIATION_OFF ? "no " : "");
}

static void put_vmac(struct out *o, const struct conf_if *i)
{
	if (!i->vmac)
		return;
	out_str(o, " redundancy vmac");
	if (i->vmac == CONF_VMAC_GIVEN) {
		out_char(o, ' ');
		text_mac_dotted(o, i->mac);
	}
	out_char(o, '\n');
}

static void put_if(struct out *o, const struct conf_if *i)
{
	uint32_t v;

	out_fmt(o, "interface %s\n", i->name);
	put_admin(o, i->admin);
	put_negotiation(o, i->negotiation);
	for (v = 0; v < i->n_owns; v++)
		put_own(o, &i->own[v]);
	if (i->nat)
		out_fmt(o, " ip nat %s\n",
			i->nat == CONF_NAT_INSIDE ? "inside" : "outside");
	put_reassembly(o, i->reassembly);
	if (i->rii) {
		out_fmt(o, " redundancy rii %u", i->rii);
		put_decrement(o, i->rii_decrement);
	}
	put_vmac(o, i);
	if (i->group_decrement) {
		out_str(o, " redundancy group ");
		put_gref(o, &i->group);
		put_decrement(o, i->group_decrement);
	}
	for (v = 0; v < i->n_vips; v++)
		put_vip(o, i, &i->vip[v]);
	out_str(o, "!\n");
}

static void put_http(struct out *o, const struct conf *c)
{
	if (!c->http_port)
		return;
	out_str(o, "ip nat switchover replication http");
	if (c->http_port != CONF_HTTP_PORT)
		out_fmt(o, " port %u", (uint32_t)c->http_port);
	out_char(o, '\n');
}

static void put_repl(struct out *o, const struct conf_repl *r)
{
	static const char *const words[] = {
		[NF_RG_WHEN_NEVER] = "never",
		[NF_RG_WHEN_ALWAYS] = "always",
		[NF_RG_WHEN_ASSURED] = "assured",
		[NF_RG_WHEN_AGE] = "older-than",
	};

	out_str(o, "ip nat switchover replication ");
	if (r->map)
		out_fmt(o, "mapping-id %u ", r->map);
	out_str(o, conf_repl_protocol(r->l4));
	if (r->to)
		out_fmt(o, " port %u", (uint32_t)r->from);
	if (r->to != r->from)
		out_fmt(o, " %u", (uint32_t)r->to);
	out_fmt(o, " %s", words[r->when]);
	if (r->when == NF_RG_WHEN_AGE)
		out_fmt(o, " %u", r->age_ms);
	out_char(o, '\n');
}

static void put_pool(struct out *o, const struct conf_pool *p)
{
	char from[ADDR_STRLEN], to[ADDR_STRLEN], mask[ADDR_STRLEN];
	struct rg_addr m = addr_netmask(p->len);

	addr_print(&p->range.from, from);
	addr_print(&p->range.to, to);
	addr_print(&m, mask);
	out_fmt(o, "ip nat pool %s %s %s", p->name, from, to);
	if (p->range.from.family == RG_V4)
		out_fmt(o, " netmask %s\n", mask);
	else
		out_fmt(o, " prefix-length %u\n", (uint32_t)p->len);
}

static void put_ace(struct out *o, const struct conf_ace *e)
{
	const struct rg_addr *a = &e->src.addr;
	char addr[ADDR_STRLEN], wildcard[ADDR_STRLEN];
	struct rg_addr w;

	addr_print(a, addr);
	out_fmt(o, " %u %s", e->seq, e->permit ? "permit" : "deny");
	if (a->family == RG_NONE) {
		out_str(o, " any\n");
	} else if (e->src.len == addr_bits(a)) {
		out_fmt(o, " host %s\n", addr);
	} else if (a->family == RG_V6) {
		out_fmt(o, " %s/%u\n", addr, (uint32_t)e->src.len);
	} else {
		w = (struct rg_addr){ .family = RG_V4 };
		w = addr_last(&w, e->src.len);
		addr_print(&w, wildcard);
		out_fmt(o, " %s %s\n", addr, wildcard);
	}
}

static void put_acl(struct out *o, const struct conf_acl *a)
{
	uint32_t i;

	out_fmt(o, "ip access-list standard %s\n", a->name);
	for (i = 0; i < a->n_aces; i++)
		put_ace(o, &a->ace[i]);
	out_str(o, "!\n");
}

static void put_map(struct out *o, const struct conf_map *m)
{
	out_fmt(o, "ip nat inside source list %s pool %s redundancy ", m->acl,
		m->pool);
	put_gref(o, &m->group);
	out_fmt(o, " mapping-id %u%s\n", m->id,
		m->overload ? " overload" : "");
}

/**
 * conf_print - running-config
 * @c: the configuration
 * @buf: the text; conf_parse() reads it into an equal configuration
 * @size: its room
 * @len: length of the whole text, without the final NUL, may be NULL
 *
 * Return: 0, or -ENOSPC when the text was cut; @len + 1 is the room it needs.
 */
int conf_print(const struct conf *c, char *buf, size_t size, size_t *len)
{
	struct out o;
	uint32_t i;

	out_init(&o, buf, size);
	for (i = 0; i < c->n_chains; i++)
		put_chain(&o, &c->chain[i]);
	for (i = 0; i < c->n_slas; i++)
		put_sla(&o, &c->sla[i]);
	for (i = 0; i < c->n_tracks; i++)
		put_track(&o, &c->track[i]);
	put_redundancy(&o, c);
	for (i = 0; i < c->n_ifs; i++)
		put_if(&o, &c->iface[i]);
	put_http(&o, c);
	for (i = 0; i < c->n_repls; i++)
		put_repl(&o, &c->repl[i]);
	for (i = 0; i < c->n_pools; i++)
		put_pool(&o, &c->pool[i]);
	for (i = 0; i < c->n_acls; i++)
		put_acl(&o, &c->acl[i]);
	for (i = 0; i < c->n_maps; i++)
		put_map(&o, &c->map[i]);
	out_str(&o, "end\n");
	if (len)
		*len = o.len;
	return out_cut(&o) ? -ENOSPC : 0;
}
