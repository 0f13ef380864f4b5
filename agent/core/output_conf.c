// SPDX-License-Identifier: GPL-2.0-or-later
/* Is the configuration of a group the same on both routers? */
#include "output_int.h"

static bool stops(const struct peerconf_diff *d)
{
	return d->kind == PEERCONF_MAP;
}

static void text_diff(struct out *o, const struct peerconf_diff *d)
{
	out_fmt(o, "                        Differs: %s %u", peerconf_kind_name(d->kind), d->id);
	if (d->where == PEERCONF_BOTH) {
		out_fmt(o, " %s: here ", peerconf_field_name(d->kind, d->field));
		out_str(o, d->here);
		out_str(o, " / peer ");
		out_str(o, d->there);
	} else {
		out_str(o, d->where == PEERCONF_HERE ? " is not on the peer" :
						       " is only on the peer");
	}
	out_str(o, stops(d) ? ", not replicated\n" : "\n");
}

/**
 * output_text_conf - what differs, one line each
 * @o: text
 * @c: the comparison
 *
 * Nothing, while nothing differs.
 */
void output_text_conf(struct out *o, const struct view_conf *c)
{
	uint32_t k;

	if (c->state == VIEW_CONF_ASKED)
		out_str(o, "                        Differs: the peer has not said yet what\n");
	else if (c->state == VIEW_CONF_DIFFERS && !c->n)
		out_str(o, "                        Differs: nothing that this version lists\n");
	for (k = 0; k < c->n_diffs; k++)
		text_diff(o, &c->diff[k]);
	if (c->n > c->n_diffs)
		out_fmt(o, "                        Differs: %u more\n", c->n - c->n_diffs);
}

static void json_diff(struct jout *j, const struct peerconf_diff *d)
{
	static const char *const where[] = {
		[PEERCONF_BOTH] = "both",
		[PEERCONF_HERE] = "here",
		[PEERCONF_THERE] = "peer",
	};

	jout_open(j, NULL, '{');
	jout_str(j, "item", peerconf_kind_name(d->kind));
	jout_u64(j, "id", d->id);
	jout_str(j, "on", where[d->where]);
	if (d->where == PEERCONF_BOTH) {
		jout_str(j, "field", peerconf_field_name(d->kind, d->field));
		jout_str(j, "here", d->here);
		jout_str(j, "peer", d->there);
	} else {
		jout_null(j, "field");
		jout_null(j, "here");
		jout_null(j, "peer");
	}
	jout_bool(j, "stopped", stops(d));
	jout_close(j, '}');
}

/**
 * output_json_conf - state of the comparison, and what differs
 * @j: JSON, within an object
 * @c: the comparison
 */
void output_json_conf(struct jout *j, const struct view_conf *c)
{
	static const char *const names[] = {
		[VIEW_CONF_UNKNOWN] = "unknown",
		[VIEW_CONF_EQUAL] = "equal",
		[VIEW_CONF_ASKED] = "asked",
		[VIEW_CONF_DIFFERS] = "differs",
	};
	uint32_t k;

	jout_open(j, "configuration", '{');
	jout_str(j, "state", names[c->state]);
	jout_u64(j, "differences", c->n);
	jout_open(j, "named", '[');
	for (k = 0; k < c->n_diffs; k++)
		json_diff(j, &c->diff[k]);
	jout_close(j, ']');
	jout_close(j, '}');
}
