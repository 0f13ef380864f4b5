// SPDX-License-Identifier: GPL-2.0-or-later
#include "output.h"

#include <linux/nf_rg.h>

#include "output_int.h"

static void text_all(struct out *o, const struct view *v,
		     const struct view_group *g)
{
	output_text_faults(o, v, g);
	out_char(o, '\n');
	output_text_group(o, v, g);
	out_char(o, '\n');
	output_text_protocol(o, v, g);
}

/* Outputs about groups: rendered for each group in scope. */
static const struct {
	output_text_fn text;
	output_json_fn json;
} table[OUTPUT_MAX] = {
	[OUTPUT_GROUP_LIST] = { NULL, output_json_group },
	[OUTPUT_GROUP] = { output_text_group, output_json_all },
	[OUTPUT_GROUP_ALL] = { text_all, output_json_all },
	[OUTPUT_TRANSPORT] = { output_text_transport, output_json_transport },
	[OUTPUT_PROTOCOL_GROUP] = { output_text_protocol,
				    output_json_protocol },
	[OUTPUT_FAULTS] = { output_text_faults, output_json_faults },
	[OUTPUT_IF_MGR] = { output_text_if_mgr, output_json_if_mgr },
	[OUTPUT_CONTROL_IF] = { output_text_control, output_json_control },
	[OUTPUT_DATA_IF] = { output_text_data, output_json_data },
	[OUTPUT_COUNTERS] = { output_text_counters, output_json_counters },
};

/* The two users of the links, as fixed as the protocols themselves. */
static const struct {
	const char *name;
	uint32_t conn, priority;
	const char *link, *l3, *l4;
} clients[] = {
	{ "RF", 0, 1, "CTRL", "IPV4", "UDP" },
	{ "NAT_HA", 1, 1, "DATA", "IPV4", "TCP" },
};

static void num_pad(struct out *o, uint64_t v, size_t width)
{
	size_t at = o->len;

	text_u64(o, v);
	while (o->len - at < width)
		out_char(o, ' ');
}

static void text_clients(struct out *o)
{
	uint32_t k;

	out_str(o, "Client         Conn#  Priority   Interface   L3        L4       " BLANK_EOL);
	for (k = 0; k < sizeof(clients) / sizeof(*clients); k++) {
		out_fmt(o, "( %u)", k);
		text_pad(o, clients[k].name, 13);
		num_pad(o, clients[k].conn, 7);
		num_pad(o, clients[k].priority, 10);
		text_pad(o, clients[k].link, 11);
		text_pad(o, clients[k].l3, 10);
		text_pad(o, clients[k].l4, 10);
		out_char(o, '\n');
	}
}

static void json_clients(struct jout *j)
{
	uint32_t k;

	jout_open(j, "clients", '[');
	for (k = 0; k < sizeof(clients) / sizeof(*clients); k++) {
		jout_open(j, NULL, '{');
		jout_u64(j, "id", k);
		jout_str(j, "name", clients[k].name);
		jout_u64(j, "connection", clients[k].conn);
		jout_u64(j, "priority", clients[k].priority);
		jout_str(j, "interface", clients[k].link);
		jout_str(j, "l3", clients[k].l3);
		jout_str(j, "l4", clients[k].l4);
		jout_close(j, '}');
	}
	jout_close(j, ']');
}

static void text_list(struct out *o, const struct view *v)
{
	uint32_t k;

	out_str(o, "Group ID    Group Name                      State\n");
	out_str(o, "--------    ----------                      -----\n");
	for (k = 0; k < v->n_groups; k++) {
		num_pad(o, v->group[k].id, 12);
		text_pad(o, v->group[k].name, 32);
		out_str(o, view_role_name(v->group[k].role));
		out_char(o, '\n');
	}
}

static void text_protocol(struct out *o, const struct view_protocol *p)
{
	out_fmt(o, "Protocol id: %u, name: %s\n", p->id, p->name);
	out_fmt(o, "BFD: %s\n", p->bfd ? "ENABLE" : "DISABLE");
	out_fmt(o, "Hello timer in msecs: %u\n", p->hello_ms);
	out_fmt(o, "Hold timer in msecs: %u\n", p->hold_ms);
}

static void json_protocol(struct jout *j, const struct view_protocol *p)
{
	jout_open(j, "protocols", '[');
	jout_open(j, NULL, '{');
	jout_u64(j, "id", p->id);
	jout_str(j, "name", p->name);
	jout_bool(j, "bfd", p->bfd);
	jout_u64(j, "hello_ms", p->hello_ms);
	jout_u64(j, "hold_ms", p->hold_ms);
	jout_str(j, "authentication", output_auth_name(p->auth));
	jout_close(j, '}');
	jout_close(j, ']');
}

static void text_version(struct out *o, const struct view *v)
{
	uint64_t s = v->uptime_ms / 1000;

	out_fmt(o, "rgd %s, contract %u\n", v->agent_version,
		v->agent_contract);
	if (v->module_contract)
		out_fmt(o, "Kernel module nf_rg, contract %u\n",
			v->module_contract);
	else
		out_str(o, "Kernel module nf_rg not loaded\n");
	out_fmt(o, "Kernel %s\n", v->kernel_release);
	out_str(o, "Uptime of rgd: ");
	text_u64(o, s / 86400);
	out_fmt(o, " days, %u hours, %u minutes, %u seconds\n",
		(uint32_t)(s / 3600 % 24), (uint32_t)(s / 60 % 60),
		(uint32_t)(s % 60));
}

static void json_version(struct jout *j, const struct view *v)
{
	jout_str(j, "agent", v->agent_version);
	jout_u64(j, "agent_contract", v->agent_contract);
	if (v->module_contract)
		jout_u64(j, "module_contract", v->module_contract);
	else
		jout_null(j, "module_contract");
	jout_str(j, "kernel", v->kernel_release);
	jout_u64(j, "uptime_ms", v->uptime_ms);
}

static void text_groups(struct out *o, enum output_what what,
			const struct view *v, const struct view_group *only)
{
	bool more = false;
	uint32_t k;

	for (k = 0; k < v->n_groups; k++) {
		if (only && only != &v->group[k])
			continue;
		if (more)
			out_char(o, '\n');
		table[what].text(o, v, &v->group[k]);
		more = true;
	}
}

/**
 * output_text - render for people
 * @o: gets it
 * @what: which output
 * @v: the snapshot
 * @scope: what it is about
 */
void output_text(struct out *o, enum output_what what, const struct view *v,
		 const struct output_scope *scope)
{
	switch (what) {
	case OUTPUT_GROUP_LIST:
		text_list(o, v);
		break;
	case OUTPUT_CLIENTS:
		text_clients(o);
		break;
	case OUTPUT_PROTOCOL:
		text_protocol(o, scope->protocol);
		break;
	case OUTPUT_VERSION:
		text_version(o, v);
		break;
	case OUTPUT_TRACK:
		output_text_tracks(o, v, scope->track);
		break;
	case OUTPUT_TRACK_BRIEF:
		output_text_tracks_brief(o, v, scope->track);
		break;
	case OUTPUT_SLA:
		output_text_slas(o, v, scope->sla);
		break;
	case OUTPUT_BFD:
	case OUTPUT_BFD_DETAILS:
		output_text_bfd(o, v, what == OUTPUT_BFD_DETAILS);
		break;
	case OUTPUT_COUNTERS:
		if (!scope->group) {
			out_str(o, "System\n");
			output_text_counts(o, &v->counters);
			if (v->n_groups)
				out_char(o, '\n');
		}
		text_groups(o, what, v, scope->group);
		break;
	default:
		text_groups(o, what, v, scope->group);
		break;
	}
}

static void json_groups(struct jout *j, enum output_what what,
			const struct view *v, const struct view_group *only)
{
	uint32_t k;

	jout_open(j, "groups", '[');
	for (k = 0; k < v->n_groups; k++) {
		if (only && only != &v->group[k])
			continue;
		jout_open(j, NULL, '{');
		jout_u64(j, "id", v->group[k].id);
		jout_str(j, "name", v->group[k].name);
		table[what].json(j, v, &v->group[k]);
		jout_close(j, '}');
	}
	jout_close(j, ']');
}

/**
 * output_json - render for programs
 * @o: gets one JSON object, without a newline
 * @what: which output
 * @v: the snapshot
 * @scope: what it is about
 */
void output_json(struct out *o, enum output_what what, const struct view *v,
		 const struct output_scope *scope)
{
	struct jout j = { .o = o };

	jout_open(&j, NULL, '{');
	switch (what) {
	case OUTPUT_CLIENTS:
		json_clients(&j);
		break;
	case OUTPUT_PROTOCOL:
		json_protocol(&j, scope->protocol);
		break;
	case OUTPUT_VERSION:
		json_version(&j, v);
		break;
	case OUTPUT_TRACK:
	case OUTPUT_TRACK_BRIEF:
		output_json_tracks(&j, v, scope->track);
		break;
	case OUTPUT_SLA:
		output_json_slas(&j, v, scope->sla);
		break;
	case OUTPUT_BFD:
	case OUTPUT_BFD_DETAILS:
		output_json_bfd(&j, v);
		break;
	case OUTPUT_COUNTERS:
		if (!scope->group) {
			jout_open(&j, "system", '{');
			output_json_counts(&j, &v->counters);
			jout_close(&j, '}');
		}
		json_groups(&j, what, v, scope->group);
		break;
	default:
		json_groups(&j, what, v, scope->group);
		break;
	}
	jout_close(&j, '}');
}

/**
 * output_auth_name - authentication, for programs
 * @a: authentication
 *
 * Return: static text.
 */
const char *output_auth_name(enum view_auth a)
{
	switch (a) {
	case VIEW_AUTH_TEXT:
		return "text";
	case VIEW_AUTH_MD5:
		return "md5";
	case VIEW_AUTH_SHA256:
		return "hmac-sha-256";
	default:
		return "none";
	}
}

/**
 * output_data_plain - must it be said that the data link is not protected?
 * @g: group
 *
 * Return: true if there is a data link in clear and nobody said that it is
 * meant.
 */
bool output_data_plain(const struct view_group *g)
{
	return g->data.name[0] && !g->sync.protected && !g->data_trusted;
}
