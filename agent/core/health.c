// SPDX-License-Identifier: GPL-2.0-or-later
#include "health.h"

#include "textout.h"

/* As in <linux/if_bridge.h> */
#define STP_DISABLED	0
#define STP_FORWARDING	3

/* More connections than this for each bucket, and a table is slow. */
#define CHAIN_MAX	8

#define SET(field, ...) set((field), sizeof(field), __VA_ARGS__)

static void set(char *to, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void set(char *to, size_t size, const char *fmt, ...)
{
	struct out o;
	va_list ap;

	out_init(&o, to, size);
	va_start(ap, fmt);
	out_vfmt(&o, fmt, ap);
	va_end(ap);
}

/* NULL: there is no room, which HEALTH_MAX_LINES rules out. */
static struct health_line *add(struct health *h, bool ok)
{
	struct health_line *l;

	if (h->n == HEALTH_MAX_LINES)
		return NULL;
	l = &h->line[h->n++];
	l->ok = ok;
	h->bad += !ok;
	return l;
}

static void put_value(struct health_line *l, int64_t v)
{
	struct out o;

	out_init(&o, l->value, sizeof(l->value));
	if (v < 0)
		out_str(&o, "not there");
	else
		text_u64(&o, (uint64_t)v);
}

static void sysctl(struct health *h, const char *name, int64_t is, int64_t want)
{
	struct health_line *l = add(h, is == want);

	if (!l)
		return;
	SET(l->what, "%s", name);
	put_value(l, is);
	SET(l->wanted, "%u", (uint32_t)want);
	SET(l->command, "sysctl -w %s=%u", name, (uint32_t)want);
}

static void at_least(struct health *h, const char *name, int64_t is,
		     int64_t want, const char *why)
{
	struct health_line *l = add(h, is >= want);
	struct out o;

	if (!l)
		return;
	SET(l->what, "%s", name);
	put_value(l, is);
	out_init(&o, l->wanted, sizeof(l->wanted));
	out_str(&o, "at least ");
	text_u64(&o, (uint64_t)want);
	out_str(&o, why);
	out_init(&o, l->command, sizeof(l->command));
	out_fmt(&o, "sysctl -w %s=", name);
	text_u64(&o, (uint64_t)want);
}

static void judge_module(struct health *h, const struct health_facts *f)
{
	struct health_line *l = add(h, f->module == HEALTH_MODULE_OK);

	if (!l)
		return;
	SET(l->what, "%s", "kernel module nf_rg");
	SET(l->wanted, "version %u", f->agent_version);
	SET(l->command, "%s", "modprobe nf_rg");
	switch (f->module) {
	case HEALTH_MODULE_OK:
	case HEALTH_MODULE_VERSION:
		SET(l->value, "version %u", f->module_version);
		break;
	case HEALTH_MODULE_NONE:
		SET(l->value, "%s", "not loaded");
		break;
	case HEALTH_MODULE_BUSY:
		SET(l->value, "%s", "serves another agent");
		SET(l->command, "%s", "stop the other rgd of this namespace");
		break;
	case HEALTH_MODULE_OTHER:
		SET(l->value, "%s", "not attached");
		SET(l->command, "%s", "see the log of rgd");
		break;
	}
	if (f->module == HEALTH_MODULE_VERSION)
		SET(l->command, "%s", "install module and agent of one version");
}

static void judge_tables(struct health *h, const struct health_facts *f)
{
	int64_t max = f->ct_max;

	sysctl(h, "net.netfilter.nf_conntrack_tcp_loose", f->tcp_loose, 0);
	if (f->peer_ct_max > 0 && max)
		at_least(h, "net.netfilter.nf_conntrack_max", max,
			 f->peer_ct_max, ", as the peer");
	if (max > 0)
		at_least(h, "net.netfilter.nf_conntrack_buckets", f->ct_buckets,
			 (max + CHAIN_MAX - 1) / CHAIN_MAX, "");
}

static void judge_reassembly(struct health *h, const struct health_facts *f)
{
	enum health_reassembly r = f->reassembly;
	struct health_line *l;

	if (r == HEALTH_REASSEMBLY_UNWANTED)
		return;
	l = add(h, r == HEALTH_REASSEMBLY_IN_FORCE);
	if (!l)
		return;
	SET(l->what, "%s", "ip virtual-reassembly");
	SET(l->value, "%s", r == HEALTH_REASSEMBLY_IN_FORCE ? "in force" :
	    r == HEALTH_REASSEMBLY_MISSING ? "missing" : "kernel does not tell");
	SET(l->wanted, "%s", "in force");
	/* A group is not in the kernel before the module is. */
	SET(l->command, "%s", f->module == HEALTH_MODULE_OK ?
	    "configure a group" : "modprobe nf_rg");
}

/*
 * A slash in the name of a key, so that a dot in that of an interface is one.
 * The larger one counts, of the interface's and that of all.
 */
static void if_sysctl(struct health *h, const struct health_if *i,
		      const char *key, int is, bool ok, const char *want,
		      uint32_t to)
{
	struct health_line *l = add(h, ok);

	if (!l)
		return;
	SET(l->what, "%s %s", i->name, key);
	put_value(l, is);
	SET(l->wanted, "%s", want);
	if (to)
		SET(l->command, "sysctl -w net/ipv4/conf/%s/%s=%u", i->name,
		    key, to);
	else
		SET(l->command,
		    "sysctl -w net/ipv4/conf/all/%s=0 net/ipv4/conf/%s/%s=0",
		    key, i->name, key);
}

static bool within(int v, int lo, int hi)
{
	return v >= lo && v <= hi;
}

static void judge_arp(struct health *h, const struct health_facts *f,
		      const struct health_if *i)
{
	bool routes = i->outside && f->pool_routes;

	if (routes)
		if_sysctl(h, i, "arp_ignore", i->arp_ignore,
			  i->arp_ignore == 0, "0", 0);
	else if (i->vip4 || (i->outside && f->v4))
		if_sysctl(h, i, "arp_ignore", i->arp_ignore,
			  within(i->arp_ignore, 0, 2), "0, 1 or 2", 0);
	if (routes)
		if_sysctl(h, i, "arp_filter", i->arp_filter,
			  i->arp_filter == 0, "0", 0);
	/* Neighbours do not answer who asks from a network that is not theirs. */
	if (i->outside && i->offnet_pool)
		if_sysctl(h, i, "arp_announce", i->arp_announce,
			  within(i->arp_announce, 1, 2), "1 or 2", 2);
}

static uint32_t n_outside(const struct health_facts *f)
{
	uint32_t k, n = 0;

	for (k = 0; k < f->n_ifs; k++)
		n += f->iface[k].outside;
	return n;
}

static void judge_if(struct health *h, const struct health_facts *f,
		     const struct health_if *i)
{
	struct health_line *l;

	if (!i->exists) {
		l = add(h, false);
		if (!l)
			return;
		SET(l->what, "interface %s", i->name);
		SET(l->value, "%s", "not there");
		SET(l->wanted, "%s", "there");
		SET(l->command, "%s", "ip link show");
		return;
	}
	/* What goes out by one uplink may be answered by another one. */
	if (n_outside(f) > 1)
		if_sysctl(h, i, "rp_filter", i->rp_filter,
			  i->rp_filter == 0 || i->rp_filter == 2, "0 or 2", 2);
	else
		if_sysctl(h, i, "rp_filter", i->rp_filter,
			  within(i->rp_filter, 0, 2), "0, 1 or 2", 2);
	judge_arp(h, f, i);
}

static void judge_port(struct health *h, const struct health_port *p)
{
	static const char *const names[] = {
		"disabled", "listening", "learning", "forwarding", "blocking",
	};
	struct health_line *l = add(h, p->state == STP_FORWARDING);

	if (!l)
		return;
	SET(l->what, "port %s of bridge %s", p->name, p->bridge);
	SET(l->value, "%s", p->state < 5 ? names[p->state] : "unknown");
	SET(l->wanted, "%s", "forwarding");
	if (p->state == STP_DISABLED)
		SET(l->command, "ip link set dev %s up", p->name);
	else if (p->stp)
		/* A port goes on counting down to forwarding when it is off. */
		SET(l->command,
		    "ip link set dev %s type bridge stp_state 0 && bridge link set dev %s state 3",
		    p->bridge, p->name);
	else
		SET(l->command, "bridge link set dev %s state 3", p->name);
}

/**
 * health_judge - what is as it should be, and what is not
 * @f: what was seen
 * @h: gets the judgements
 */
void health_judge(const struct health_facts *f, struct health *h)
{
	uint32_t k;

	h->n = 0;
	h->bad = 0;
	judge_module(h, f);
	sysctl(h, "net.ipv4.ip_forward", f->ip_forward, 1);
	if (f->v6)
		sysctl(h, "net.ipv6.conf.all.forwarding", f->ip6_forward, 1);
	judge_tables(h, f);
	judge_reassembly(h, f);
	for (k = 0; k < f->n_ifs; k++)
		judge_if(h, f, &f->iface[k]);
	for (k = 0; k < f->n_ports; k++)
		judge_port(h, &f->port[k]);
}

/**
 * health_text - for people
 * @o: gets it
 * @h: judgements
 */
void health_text(struct out *o, const struct health *h)
{
	uint32_t k;

	out_str(o, "      ");
	text_pad(o, "What", 40);
	text_pad(o, "Value", 20);
	text_pad(o, "Wanted", 20);
	out_str(o, "Set by\n");
	for (k = 0; k < h->n; k++) {
		const struct health_line *l = &h->line[k];

		out_str(o, l->ok ? "ok    " : "WARN  ");
		text_pad(o, l->what, 40);
		text_pad(o, l->value, 20);
		text_pad(o, l->wanted, 20);
		out_fmt(o, "%s\n", l->command);
	}
	if (h->bad)
		out_fmt(o, "%u of %u are not as wanted\n", h->bad, h->n);
	else
		out_fmt(o, "All %u are as wanted\n", h->n);
}

/**
 * health_json - for programs
 * @o: gets one JSON object, without a newline
 * @h: judgements
 */
void health_json(struct out *o, const struct health *h)
{
	struct jout j = { .o = o };
	uint32_t k;

	jout_open(&j, NULL, '{');
	jout_u64(&j, "warnings", h->bad);
	jout_open(&j, "checks", '[');
	for (k = 0; k < h->n; k++) {
		const struct health_line *l = &h->line[k];

		jout_open(&j, NULL, '{');
		jout_bool(&j, "ok", l->ok);
		jout_str(&j, "what", l->what);
		jout_str(&j, "value", l->value);
		jout_str(&j, "wanted", l->wanted);
		jout_str(&j, "command", l->command);
		jout_close(&j, '}');
	}
	jout_close(&j, ']');
	jout_close(&j, '}');
}
