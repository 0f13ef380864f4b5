// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_check.h"

#include <errno.h>
#include <string.h>

#include "conf_parse.h"
#include "out.h"
#include "conf_vmac.h"

/*
 * What a single line cannot show. Contradictions are errors. What refers to
 * something that is not defined loads, is inert, and is said; so is what is
 * allowed and surprises.
 */

/**
 * conf_say - report a finding about an object
 * @k: the check
 * @severity: error or warning
 * @line: the object's line
 * @fmt: as out_fmt()
 */
void conf_say(struct conf_checking *k, enum conf_severity severity,
	      uint32_t line, const char *fmt, ...)
{
	struct conf_diag diag = { .severity = severity, .file = k->file,
				  .line = line };
	struct out o;
	va_list ap;

	out_init(&o, diag.text, sizeof(diag.text));
	va_start(ap, fmt);
	out_vfmt(&o, fmt, ap);
	va_end(ap);
	if (severity == CONF_ERROR)
		k->errors++;
	conf_report(k->d, &diag);
}

/*
 * A router that cannot sign would not be heard, and without its peer's hellos
 * would take the role: so this is no reference that may wait for its object.
 */
static void check_keys(struct conf_checking *k, const struct conf_protocol *p)
{
	const struct conf_chain *c = conf_chain(k->c, p->chain);
	uint32_t i, n = 0;

	if (p->auth != CONF_AUTH_MD5 && p->auth != CONF_AUTH_SHA256)
		return;
	for (i = 0; c && i < c->n_keys; i++)
		n += *c->key[i].text != '\0';
	if (!*p->key && !c)
		conf_say(k, CONF_ERROR, p->line,
			 "protocol %u: key chain %s is not defined: hellos could not be signed",
			 p->id, p->chain);
	else if (!*p->key && !n)
		conf_say(k, CONF_ERROR, p->line,
			 "protocol %u: key chain %s has no key with a key-string: hellos could not be signed",
			 p->id, p->chain);
}

static void check_chains(struct conf_checking *k)
{
	uint32_t i, j;

	for (i = 0; i < k->c->n_chains; i++) {
		const struct conf_chain *c = &k->c->chain[i];

		for (j = 0; j < c->n_keys; j++)
			if (!*c->key[j].text)
				conf_say(k, CONF_WARNING, c->line,
					 "key chain %s: key %u has no key-string, it is not used",
					 c->name, c->key[j].id);
	}
}

static void check_protocols(struct conf_checking *k)
{
	uint32_t i;

	for (i = 0; i < k->c->n_protocols; i++) {
		const struct conf_protocol *p = &k->c->protocol[i];

		if (p->hold_ms <= p->hello_ms)
			conf_say(k, CONF_ERROR, p->line,
				 "protocol %u: the hold time is not longer than the hello time",
				 p->id);
		check_keys(k, p);
	}
}

static void check_group_links(struct conf_checking *k,
			      const struct conf_group *g)
{
	if (!*g->control)
		conf_say(k, CONF_WARNING, g->line,
			 "group %u has no control link: it can find no peer",
			 g->id);
	else if (!conf_protocol(k->c, g->protocol))
		conf_say(k, CONF_WARNING, g->line,
			 "group %u: protocol %u is not defined, its defaults are used",
			 g->id, g->protocol);
	if (!*g->data) {
		conf_say(k, CONF_WARNING, g->line,
			 "group %u has no data link: no session is synchronised",
			 g->id);
		return;
	}
	if (!strcmp(g->control, g->data))
		conf_say(k, CONF_WARNING, g->line,
			 "group %u: single liveness path: control and data are both %s",
			 g->id, g->data);
	if (conf_group_keyed(k->c, g))
		return;
	if (k->c->require_encryption)
		conf_say(k, CONF_WARNING, g->line,
			 "group %u: no session is synchronised: require-encryption, and protocol %u has no md5 or hmac-sha-256 key",
			 g->id, g->protocol);
	else if (!g->data_trusted)
		conf_say(k, CONF_WARNING, g->line,
			 "group %u: DATA LINK NOT PROTECTED: sessions cross %s in clear; \"data %s trusted\" says that this is meant",
			 g->id, g->data, g->data);
}

static void check_groups(struct conf_checking *k)
{
	const struct conf *c = k->c;
	uint32_t i;

	for (i = 0; i < c->n_groups; i++) {
		const struct conf_group *g = &c->group[i];
		const struct conf_group *namesake;

		namesake = conf_group_named(c, g->name);
		if (namesake && namesake != g)
			conf_say(k, CONF_ERROR, g->line,
				 "groups %u and %u are both named %s",
				 namesake->id, g->id, g->name);
		if (g->threshold > g->priority)
			conf_say(k, CONF_ERROR, g->line,
				 "group %u: the failover threshold %u is above the priority %u: the role would be given up at once",
				 g->id, (uint32_t)g->threshold,
				 (uint32_t)g->priority);
		if (!g->preempt && !g->threshold)
			conf_say(k, CONF_WARNING, g->line,
				 "no preempt and no threshold: decrements cannot move group %u",
				 g->id);
		check_group_links(k, g);
	}
}

/* The lines of one interface, with the decrements that they give. */
static void check_decrements(struct conf_checking *k, const struct conf_if *i)
{
	uint8_t d = conf_if_decrement(i);
	uint32_t v;

	for (v = 0; v < i->n_vips; v++) {
		if (!i->vip[v].decrement || i->vip[v].decrement == d)
			continue;
		conf_say(k, CONF_ERROR, i->line,
			 "interface %s: decrements %u and %u for the same group",
			 i->name, (uint32_t)d, (uint32_t)i->vip[v].decrement);
		return;
	}
	if (!d)
		conf_say(k, CONF_WARNING, i->line,
			 "interface %s is in a group without a decrement: its failure moves nothing",
			 i->name);
	else if (i->rii_decrement && i->rii_decrement != d)
		conf_say(k, CONF_WARNING, i->line,
			 "interface %s: the group's decrement %u counts, not the %u of \"redundancy rii\"",
			 i->name, (uint32_t)d, (uint32_t)i->rii_decrement);
}

static void check_member(struct conf_checking *k, const struct conf_if *i)
{
	if (!i->rii)
		conf_say(k, CONF_ERROR, i->line,
			 "interface %s: \"redundancy group\" needs \"redundancy rii\" on the same interface",
			 i->name);
	if (!conf_group(k->c, i->group.id)) {
		if (*i->group.name)
			conf_say(k, CONF_WARNING, i->line,
				 "interface %s: group %s is not defined, the interface belongs to none",
				 i->name, i->group.name);
		else
			conf_say(k, CONF_WARNING, i->line,
				 "interface %s: group %u is not defined, the interface belongs to none",
				 i->name, i->group.id);
	}
	check_decrements(k, i);
}

/* A link-local address may stand on several links; others may not. */
static void check_vip_twice(struct conf_checking *k, const struct conf_if *a,
			    const struct conf_if *b)
{
	uint32_t line = a->line > b->line ? a->line : b->line;
	char text[ADDR_STRLEN];
	uint32_t i, j;

	for (i = 0; i < a->n_vips; i++) {
		if (addr_is_link_local6(&a->vip[i].addr))
			continue;
		for (j = 0; j < b->n_vips; j++) {
			if (!addr_equal(&a->vip[i].addr, &b->vip[j].addr))
				continue;
			addr_print(&a->vip[i].addr, text);
			conf_say(k, CONF_ERROR, line,
				 "interfaces %s and %s have the same virtual address %s",
				 a->name, b->name, text);
		}
	}
}

static bool has_vip(const struct conf_if *i, const struct rg_addr *a)
{
	uint32_t v;

	for (v = 0; v < i->n_vips; v++) {
		if (addr_equal(&i->vip[v].addr, a))
			return true;
	}
	return false;
}

static bool has_own(const struct conf_if *i, const struct rg_addr *a)
{
	uint32_t v;

	for (v = 0; v < i->n_owns; v++) {
		if (addr_equal(&i->own[v].addr, a))
			return true;
	}
	return false;
}

/* The router's own address is nobody else's, and moves to nobody. */
static void check_owns(struct conf_checking *k, const struct conf_if *i)
{
	char text[ADDR_STRLEN];
	uint32_t v, j;

	for (v = 0; v < i->n_owns; v++) {
		addr_print(&i->own[v].addr, text);
		for (j = 0; j < k->c->n_ifs; j++) {
			const struct conf_if *b = &k->c->iface[j];

			if (has_vip(b, &i->own[v].addr))
				conf_say(k, CONF_ERROR, i->line,
					 "interface %s: its own address %s is a virtual address of %s as well",
					 i->name, text, b->name);
			if (b < i && has_own(b, &i->own[v].addr))
				conf_say(k, CONF_ERROR, i->line,
					 "interfaces %s and %s have the same address %s",
					 b->name, i->name, text);
		}
	}
}

static void check_admin(struct conf_checking *k, const struct conf_if *i)
{
	uint32_t n;

	for (n = 0; n < k->c->n_groups && i->admin == CONF_ADMIN_DOWN; n++) {
		const struct conf_group *g = &k->c->group[n];
		bool control = !strcmp(g->control, i->name);

		if (control || !strcmp(g->data, i->name))
			conf_say(k, CONF_WARNING, i->line,
				 "interface %s is shut down, and is the %s link of group %u",
				 i->name, control ? "control" : "data", g->id);
	}
}

/* The mappings whose pools are answered for on an outside interface. */
static void check_vmac_outside(struct conf_checking *k, const struct conf_if *i)
{
	uint32_t n;

	for (n = 0; n < k->c->n_maps && i->nat == CONF_NAT_OUTSIDE; n++) {
		if (k->c->map[n].group.id == i->group.id)
			continue;
		conf_say(k, CONF_ERROR, i->line,
			 "interface %s: its virtual MAC address moves with group %u, and mapping %u with group %u",
			 i->name, i->group.id, k->c->map[n].id,
			 k->c->map[n].group.id);
		return;
	}
}

static void check_vmac(struct conf_checking *k, const struct conf_if *i)
{
	char name[CONF_IF_LEN];
	uint32_t n;

	if (!i->vmac)
		return;
	if (!i->n_vips) {
		conf_say(k, CONF_ERROR, i->line,
			 "interface %s: \"redundancy vmac\" needs a virtual address on the same interface",
			 i->name);
		return;
	}
	check_vmac_outside(k, i);
	conf_vmac_name(i, name);
	for (n = 0; n < k->c->n_ifs; n++) {
		if (!strcmp(k->c->iface[n].name, name))
			conf_say(k, CONF_ERROR, k->c->iface[n].line,
				 "interface %s: the virtual MAC address of %s has a device of this name",
				 name, i->name);
	}
}

static void check_ifs(struct conf_checking *k)
{
	const struct conf *c = k->c;
	uint32_t i, j;

	for (i = 0; i < c->n_ifs; i++) {
		const struct conf_if *b = &c->iface[i];

		for (j = 0; j < i; j++) {
			const struct conf_if *a = &c->iface[j];

			if (a->rii && a->rii == b->rii)
				conf_say(k, CONF_ERROR, a->line > b->line ?
					 a->line : b->line,
					 "interfaces %s and %s have the same rii %u",
					 a->name, b->name, a->rii);
			check_vip_twice(k, a, b);
		}
		if (b->in_group)
			check_member(k, b);
		check_owns(k, b);
		check_admin(k, b);
		check_vmac(k, b);
	}
}

/**
 * conf_check - look for contradictions and for references to nothing
 * @c: the configuration
 * @file: its name, for findings
 * @d: findings are added here; may be NULL
 *
 * conf_parse() does it; it is of use by itself after a change line by line.
 *
 * Return: 0, perhaps with warnings, or -EINVAL.
 */
int conf_check(const struct conf *c, const char *file, struct conf_diags *d)
{
	struct conf_checking k = { c, file, d, 0 };

	check_chains(&k);
	check_protocols(&k);
	check_groups(&k);
	check_ifs(&k);
	conf_check_track(&k);
	conf_check_nat(&k);
	return k.errors ? -EINVAL : 0;
}
