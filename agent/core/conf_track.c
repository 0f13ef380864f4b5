// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf.h"

#include <string.h>

#include "out.h"

/**
 * conf_track_is_list - is an object made of others?
 * @t: the object
 *
 * Return: true if so.
 */
bool conf_track_is_list(const struct conf_track *t)
{
	return t->kind == CONF_TRACK_AND || t->kind == CONF_TRACK_OR ||
	       t->kind == CONF_TRACK_WEIGHT || t->kind == CONF_TRACK_PERCENT;
}

/**
 * conf_track_is_if - is an object about an interface?
 * @t: the object
 *
 * Return: true if so.
 */
bool conf_track_is_if(const struct conf_track *t)
{
	return t->kind == CONF_TRACK_LINE || t->kind == CONF_TRACK_IP ||
	       t->kind == CONF_TRACK_IPV6;
}

/**
 * conf_track_is_sla - is an object about an operation?
 * @t: the object
 *
 * Return: true if so.
 */
bool conf_track_is_sla(const struct conf_track *t)
{
	return t->kind == CONF_TRACK_SLA || t->kind == CONF_TRACK_SLA_REACH;
}

/**
 * conf_track_type - the words behind `track N`
 * @t: the object
 *
 * Return: static text.
 */
const char *conf_track_type(const struct conf_track *t)
{
	if (conf_track_is_if(t))
		return "interface";
	if (conf_track_is_list(t))
		return "list";
	switch (t->kind) {
	case CONF_TRACK_ROUTE:
		return t->route.addr.family == RG_V6 ? "ipv6 route"
						     : "ip route";
	case CONF_TRACK_EXEC:
		return "exec";
	case CONF_TRACK_UNIT:
		return "systemd";
	case CONF_TRACK_SLA:
	case CONF_TRACK_SLA_REACH:
		return "ip sla";
	case CONF_TRACK_RII:
		return "rii";
	default:
		return "?";
	}
}

/**
 * conf_track_parameter - the words that say what of it counts
 * @t: the object
 *
 * Return: static text, empty for a program or a unit.
 */
const char *conf_track_parameter(const struct conf_track *t)
{
	static const char *const names[CONF_TRACK_KINDS] = {
		[CONF_TRACK_NONE] = "",
		[CONF_TRACK_LINE] = "line-protocol",
		[CONF_TRACK_IP] = "ip routing",
		[CONF_TRACK_IPV6] = "ipv6 routing",
		[CONF_TRACK_ROUTE] = "reachability",
		[CONF_TRACK_AND] = "boolean and",
		[CONF_TRACK_OR] = "boolean or",
		[CONF_TRACK_WEIGHT] = "threshold weight",
		[CONF_TRACK_PERCENT] = "threshold percentage",
		[CONF_TRACK_EXEC] = "",
		[CONF_TRACK_UNIT] = "",
		[CONF_TRACK_SLA] = "state",
		[CONF_TRACK_SLA_REACH] = "reachability",
		[CONF_TRACK_RII] = "reachability",
	};

	return names[t->kind];
}

/**
 * conf_track_instance - which interface, prefix, program, unit, operation or RII
 * @t: the object
 * @o: gets it; nothing for a list
 */
void conf_track_instance(const struct conf_track *t, struct out *o)
{
	char text[PREFIX_STRLEN];

	if (conf_track_is_sla(t)) {
		out_u32(o, t->sla);
		return;
	}
	if (t->kind == CONF_TRACK_RII) {
		out_u32(o, t->rii);
		return;
	}
	if (t->kind != CONF_TRACK_ROUTE) {
		out_str(o, t->name);
		return;
	}
	addr_print_prefix(&t->route, text);
	out_str(o, text);
}

static bool same_members(const struct conf_track *a,
			 const struct conf_track *b)
{
	uint32_t i;

	if (a->n_members != b->n_members)
		return false;
	for (i = 0; i < a->n_members; i++) {
		const struct conf_member *x = &a->member[i];
		const struct conf_member *y = &b->member[i];

		if (x->id != y->id || x->negate != y->negate ||
		    x->weight != y->weight)
			return false;
	}
	return true;
}

/**
 * conf_track_diff - what differs between two objects of one number
 * @a: one
 * @b: the other
 *
 * Return: CONF_TRACK_WHAT and so on; 0: nothing.
 */
uint32_t conf_track_diff(const struct conf_track *a,
			 const struct conf_track *b)
{
	uint32_t bits = 0;

	if (a->kind != b->kind || strcmp(a->name, b->name) ||
	    a->sla != b->sla || a->rii != b->rii || a->route.len != b->route.len ||
	    !addr_equal(&a->route.addr, &b->route.addr))
		bits |= CONF_TRACK_WHAT;
	if (a->interval_s != b->interval_s)
		bits |= CONF_TRACK_INTERVAL;
	if (a->delay_up_s != b->delay_up_s ||
	    a->delay_down_s != b->delay_down_s)
		bits |= CONF_TRACK_DELAY;
	if (a->up != b->up || a->down != b->down)
		bits |= CONF_TRACK_THRESHOLD;
	if (!same_members(a, b))
		bits |= CONF_TRACK_MEMBERS;
	return bits;
}
