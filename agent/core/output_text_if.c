// SPDX-License-Identifier: GPL-2.0-or-later
#include "output_int.h"

#include <string.h>

#include <linux/nf_rg.h>

static void endpoint(struct out *o, const struct rg_addr *a, uint16_t port)
{
	char text[ADDR_STRLEN];
	size_t at;

	if (a->family)
		addr_print(a, text);
	text_pad(o, a->family ? text : "-", 16);
	at = o->len;
	out_u32(o, port);
	while (o->len - at < 9)
		out_char(o, ' ');
}

static void connection(struct out *o, uint32_t n, const char *client,
		       const struct view_link *l, const char *kind,
		       const char *l4)
{
	out_fmt(o, "Client = %s\n", client);
	out_str(o, "TI  conn_id  my_ip           my_port  peer_ip         ");
	out_str(o, "peer_por intf  L3        L4\n");
	out_fmt(o, "%u   %u        ", n, n);
	endpoint(o, &l->addr, l->port);
	endpoint(o, &l->peer, l->peer_port);
	text_pad(o, kind, 6);
	text_pad(o, l->addr.family == RG_V6 ? "IPV6" : "IPV4", 10);
	out_fmt(o, "%s\n", l4);
}

/**
 * output_text_transport - the connections of a group's links
 * @o: text
 * @v: snapshot
 * @g: group
 */
void output_text_transport(struct out *o, const struct view *v,
			   const struct view_group *g)
{
	out_fmt(o, "Transport Information for RG (%u)\n", g->id);
	connection(o, 0, "RF", &g->control, "CTRL", "UDP");
	connection(o, 1, "NAT_HA", &g->data, "DATA", "TCP");
	out_fmt(o, "Session: %s\n", g->sync.session_up ? "Up" : "Down");
	if (output_data_plain(g))
		out_str(o, "DATA LINK NOT PROTECTED\n");
}

static void if_mgr_one(struct out *o, const struct view_if *i)
{
	static const uint8_t none[6];
	uint32_t k;

	out_fmt(o, " interface      %s\n", i->name);
	out_str(o, " ---------------------------------------\n");
	out_str(o, " VMAC           ");
	if (memcmp(i->vmac, none, sizeof(none)))
		text_mac_dotted(o, i->vmac);
	else
		out_str(o, "none");
	out_char(o, '\n');
	for (k = 0; k < i->n_vips; k++) {
		out_str(o, " VIP            ");
		text_addr(o, &i->vip[k].addr);
		out_char(o, '\n');
	}
	out_fmt(o, " Shut           %s\n",
		i->exists && i->admin_up ? "no shut" : "shut");
	out_fmt(o, " Decrement      %u\n", i->decrement);
	out_fmt(o, " RII            %u\n", i->rii);
	out_fmt(o, " Link           %s\n",
		!i->exists ? "does not exist" : i->link_up ? "up" : "down");
	out_fmt(o, " Twin           %s", i->has_twin ? twin_state_name(i->twin) : "none");
	if (i->twin_broken)
		out_fmt(o, ", fault, neighbours %s%s", twin_result_name(i->twin_neighbours),
			i->twin_cut ? ": cut off" : "");
	out_char(o, '\n');
	for (k = 0; k < i->n_vips; k++) {
		out_str(o, " VIP held       ");
		text_addr(o, &i->vip[k].addr);
		out_fmt(o, " %s\n", i->vip[k].present ? "yes" : "no");
	}
}

/**
 * output_text_if_mgr - the traffic interfaces of a group
 * @o: text
 * @v: snapshot
 * @g: group
 */
void output_text_if_mgr(struct out *o, const struct view *v,
			const struct view_group *g)
{
	uint32_t k;

	out_fmt(o, "RG ID: %u\n ==========\n", g->id);
	for (k = 0; k < g->n_ifs; k++) {
		out_char(o, '\n');
		if_mgr_one(o, &g->iface[k]);
	}
}

/* Groups that have the same peer on the same interface, by the peer's role. */
static void peer_groups(struct out *o, const struct view *v,
			const struct view_group *g, uint8_t role)
{
	uint32_t k;

	for (k = 0; k < v->n_groups; k++) {
		const struct view_group *x = &v->group[k];

		if (x->peer_known && x->peer_role == role &&
		    !strcmp(x->control.name, g->control.name) &&
		    addr_equal(&x->control.peer, &g->control.peer))
			out_fmt(o, " %u", x->id);
	}
}

/**
 * output_text_control - the control link of a group
 * @o: text
 * @v: snapshot
 * @g: group
 */
void output_text_control(struct out *o, const struct view *v,
			 const struct view_group *g)
{
	if (!g->control.name[0]) {
		out_fmt(o, "The control interface for rg[%u] is not configured\n",
			g->id);
		return;
	}
	out_fmt(o, "The control interface for rg[%u] is %s\n", g->id,
		g->control.name);
	out_str(o, "Interface is Control interface associated ");
	out_fmt(o, "with the following protocols: %u" BLANK_EOL,
		g->media.protocol);
	out_str(o, "Interface Neighbors:\n");
	if (g->peer_present) {
		out_str(o, "Peer: ");
		text_addr(o, &g->control.peer);
		out_str(o, " Active RGs:");
		peer_groups(o, v, g, NF_RG_ROLE_ACTIVE);
		out_str(o, " Standby RGs:");
		peer_groups(o, v, g, NF_RG_ROLE_STANDBY);
		out_char(o, '\n');
	}
	if (!strcmp(g->control.name, g->data.name))
		out_str(o, "Single liveness path: the data link uses the same interface\n");
}

/**
 * output_text_data - the data link of a group
 * @o: text
 * @v: snapshot
 * @g: group
 */
void output_text_data(struct out *o, const struct view *v,
		      const struct view_group *g)
{
	if (!g->data.name[0]) {
		out_fmt(o, "The data interface for rg[%u] is not configured\n",
			g->id);
		return;
	}
	out_fmt(o, "The data interface for rg[%u] is %s\n", g->id,
		g->data.name);
	if (output_data_plain(g))
		out_str(o, "DATA LINK NOT PROTECTED\n");
}

static void line(struct out *o, const char *name, uint64_t value)
{
	out_str(o, "        ");
	text_pad(o, name, 48);
	text_u64(o, value);
	out_char(o, '\n');
}

/**
 * output_text_counts - counters by name, and how many had no room
 * @o: text
 * @c: counters
 */
void output_text_counts(struct out *o, const struct view_counters *c)
{
	uint32_t k;

	for (k = 0; k < c->n; k++)
		line(o, c->v[k].name, c->v[k].value);
	if (c->lost)
		line(o, "counters-left-out", c->lost);
}

static const char *sync_word(uint8_t sync)
{
	static const char * const words[] = {
		[NF_RG_SYNC_NONE] = "no session",
		[NF_RG_SYNC_DELTA] = "delta on its way",
		[NF_RG_SYNC_BULK] = "bulk transfer on its way",
		[NF_RG_SYNC_DONE] = "complete",
		[NF_RG_SYNC_VERIFY] = "not verified",
	};

	return sync < sizeof(words) / sizeof(*words) ? words[sync] : "?";
}

/**
 * output_text_counters - everything that a group counts
 * @o: text
 * @v: snapshot
 * @g: group
 */
void output_text_counters(struct out *o, const struct view *v,
			  const struct view_group *g)
{
	const struct view_sync *s = &g->sync;

	out_fmt(o, "Group %u\n", g->id);
	out_fmt(o, "        Synchronisation: session %s, %s\n",
		s->session_up ? "up" : "down", sync_word(s->sync));
	line(o, "entries", s->entries);
	line(o, "pending", s->pending);
	line(o, "inflight", s->inflight);
	line(o, "refused", s->refused);
	line(o, "held-now", s->held);
	line(o, "stopped-now", s->stopped);
	line(o, "table-used", s->table_used);
	line(o, "table-max", s->table_max);
	line(o, "peer-table-max", s->peer_table_max);
	line(o, "bulks", s->bulks);
	line(o, "deltas", s->deltas);
	line(o, "batches-tx", s->batches_tx);
	line(o, "batches-rx", s->batches_rx);
	line(o, "records-tx", s->records_tx);
	line(o, "records-rx", s->records_rx);
	line(o, "merges", s->merges);
	line(o, "merge-records", s->merge_records);
	line(o, "split-conflict", s->split_conflict);
	line(o, "merge-refused", s->merge_refused);
	line(o, "acked-seq", s->acked_seq);
	line(o, "lag-ms", s->lag_ms);
	output_text_counts(o, &g->counters);
}
