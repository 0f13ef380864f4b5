// SPDX-License-Identifier: GPL-2.0-or-later
#include "output_int.h"

#include <string.h>

#include <linux/nf_rg.h>

static const char *yes(bool b)
{
	return b ? "Yes" : "No";
}

/* One redundancy facility domain a group, numbered in words as Cisco does. */
static void rf_domain(struct out *o, uint32_t group)
{
	out_str(o, "btob-");
	if (group == 1)
		out_str(o, "one");
	else if (group == 2)
		out_str(o, "two");
	else
		out_u32(o, group);
}

/*
 * Are both tables the same?  What the peer's kernel refused is known to the active alone, and in
 * neither digest.
 */
static void verified(struct out *o, const struct view_group *g)
{
	const struct view_sync *s = &g->sync;

	if (g->role != NF_RG_ROLE_ACTIVE && g->role != NF_RG_ROLE_STANDBY)
		return;
	out_str(o, "         Verified equal: ");
	if (s->verified_ms < 0) {
		out_str(o, "never");
	} else {
		text_u64(o, (uint64_t)s->verified_ms / 1000);
		out_str(o, " s ago");
		if (s->sync != NF_RG_SYNC_DONE)
			out_str(o, ", not since");
	}
	if (g->role == NF_RG_ROLE_ACTIVE) {
		out_str(o, ", entries known missing: ");
		text_u64(o, s->refused);
	}
	if (s->held) {
		out_str(o, ", held back: ");
		text_u64(o, s->held);
	}
	if (s->stopped) {
		out_str(o, ", of stopped mappings: ");
		text_u64(o, s->stopped);
	}
	out_char(o, '\n');
}

/**
 * output_text_group - the group block
 * @o: text
 * @v: snapshot
 * @g: group
 */
void output_text_group(struct out *o, const struct view *v,
		       const struct view_group *g)
{
	out_fmt(o, "Group ID:%u\nGroup Name:%s\n\n", g->id, g->name);
	out_fmt(o, "Administrative State: %s\n",
		g->shutdown ? "Shutdown" : "No Shutdown");
	out_fmt(o, "Aggregate operational state : %s\n",
		g->oper_up ? "Up" : "Down");
	out_fmt(o, "My Role: %s\n", view_role_name(g->role));
	out_fmt(o, "Peer Role: %s\n",
		g->peer_known ? view_role_name(g->peer_role) : "UNKNOWN");
	out_fmt(o, "Peer Presence: %s\n", yes(g->peer_present));
	out_fmt(o, "Peer Comm: %s\n", yes(g->peer_comm));
	out_fmt(o, "Peer Progression Started: %s\n\n",
		yes(g->peer_progression));
	out_str(o, "RF Domain: ");
	rf_domain(o, g->id);
	out_fmt(o, "\n         RF state: %s\n", view_rf_name(g->rf));
	out_fmt(o, "         Peer RF state: %s\n",
		view_rf_name(g->peer_known ? g->peer_rf : VIEW_RF_DISABLED));
	if (g->reason[0])
		out_fmt(o, "         Reason: %s\n", g->reason);
	verified(o, g);
	if (output_data_plain(g))
		out_fmt(o, "         DATA LINK NOT PROTECTED: %s\n",
			g->data.name);
}

/**
 * output_text_faults - the faults block
 * @o: text
 * @v: snapshot
 * @g: group
 */
void output_text_faults(struct out *o, const struct view *v,
			const struct view_group *g)
{
	uint32_t k;

	out_fmt(o, "Faults states Group %u info:" BLANK_EOL, g->id);
	out_fmt(o, "        Runtime priority: [%u]\n", g->runtime);
	out_fmt(o, "                RG Faults RG State: %s." BLANK_EOL,
		g->oper_up ? "Up" : "Down");
	out_str(o, "                        Total # of switchovers due to faults:           ");
	text_u64(o, g->log.fault_switchovers);
	out_str(o, "\n                        Total # of down/up state changes due to faults: ");
	text_u64(o, g->log.fault_changes);
	out_char(o, '\n');
	for (k = 0; k < g->n_faults; k++) {
		const struct view_fault *f = &g->fault[k];

		out_fmt(o, "                        Fault %s: %s", f->name,
			f->text);
		if (f->decrement)
			out_fmt(o, ", decrement %u", f->decrement);
		out_char(o, '\n');
	}
	output_text_conf(o, &g->conf);
	if (!g->preempt && !g->threshold) {
		out_str(o, "                        Warning: no preempt and no threshold: ");
		out_fmt(o, "decrements cannot move group %u\n", g->id);
	}
	for (k = 0; k < g->n_ifs; k++) {
		if (!g->iface[k].decrement)
			out_fmt(o, "                        Warning: no decrement: interface %s\n",
				g->iface[k].name);
	}
}

static void peer_line(struct out *o, const char *title, bool local,
		      const struct view_group *g, uint8_t role)
{
	out_fmt(o, "        %s: ", title);
	if (local) {
		out_str(o, "Local\n");
	} else if (g->peer_known && g->peer_role == role) {
		out_str(o, "address ");
		text_addr(o, &g->control.peer);
		out_fmt(o, ", priority %u, intf %s\n", g->peer_priority,
			g->control.name);
	} else {
		out_str(o, "Not exist\n");
	}
}

static void log_counters(struct out *o, const struct view_log *l)
{
	out_str(o, "        Log counters:\n                role change to active: ");
	text_u64(o, l->to_active);
	out_str(o, "\n                role change to standby: ");
	text_u64(o, l->to_standby);
	out_str(o, "\n                disable events: rg down state ");
	text_u64(o, l->disabled_rg_down);
	out_str(o, ", rg shut ");
	text_u64(o, l->disabled_rg_shut);
	out_str(o, "\n                ctrl intf events: up ");
	text_u64(o, l->ctrl_up);
	out_str(o, ", down ");
	text_u64(o, l->ctrl_down);
	out_str(o, ", admin_down ");
	text_u64(o, l->ctrl_admin_down);
	out_str(o, "\n                reload events: local request ");
	text_u64(o, l->reload_local);
	out_str(o, ", peer request ");
	text_u64(o, l->reload_peer);
	out_char(o, '\n');
}

static void packets(struct out *o, uint64_t pkts, uint64_t bytes, uint64_t seq,
		    uint64_t lost)
{
	out_str(o, "                Pkts ");
	text_u64(o, pkts);
	out_str(o, ", Bytes ");
	text_u64(o, bytes);
	out_str(o, ", HA Seq 0, Seq Number ");
	text_u64(o, seq);
	out_str(o, ", Pkt Loss ");
	text_u64(o, lost);
	out_char(o, '\n');
}

static const char *auth_line(enum view_auth a)
{
	switch (a) {
	case VIEW_AUTH_TEXT:
		return "Text Authentication configured";
	case VIEW_AUTH_MD5:
		return "MD5 Authentication configured";
	case VIEW_AUTH_SHA256:
		return "HMAC-SHA-256 Authentication configured";
	default:
		return "Authentication not configured";
	}
}

static void media_stats(struct out *o, const struct view_media *m)
{
	out_str(o, "        Stats:\n");
	packets(o, m->tx_pkts, m->tx_bytes, m->tx_seq, 0);
	out_fmt(o, "                %s\n", auth_line(m->auth));
	out_str(o, "                Authentication Failure: ");
	text_u64(o, m->auth_failures);
	out_str(o, "\n                Reload Peer: TX ");
	text_u64(o, m->reload_tx);
	out_str(o, ", RX ");
	text_u64(o, m->reload_rx);
	out_str(o, "\n                Resign: TX ");
	text_u64(o, m->resign_tx);
	out_str(o, ", RX ");
	text_u64(o, m->resign_rx);
	out_char(o, '\n');
}

static void media(struct out *o, const struct view_group *g)
{
	const struct view_media *m = &g->media;
	bool standby_peer = g->peer_known && g->peer_role == NF_RG_ROLE_STANDBY;

	out_fmt(o, "RG Media Context for RG %u\n--------------------------\n",
		g->id);
	out_fmt(o, "        Ctx State: %s\n", view_role_word(g->role));
	out_fmt(o, "        Protocol ID: %u\n", m->protocol);
	out_str(o, "        Media type: Default\n");
	out_fmt(o, "        Control Interface: %s\n", g->control.name);
	out_fmt(o, "        Current Hello timer: %u\n", m->hello_ms);
	out_fmt(o, "        Configured Hello timer: %u, Hold timer: %u\n",
		m->conf_hello_ms, m->conf_hold_ms);
	out_fmt(o, "        Peer Hello timer: %u, Peer Hold timer: %u\n",
		m->peer_hello_ms, m->peer_hold_ms);
	media_stats(o, m);
	out_fmt(o, "        %s Peer: ", standby_peer ? "Standby" : "Active");
	if (!g->peer_present) {
		out_str(o, "Not Present\n");
		return;
	}
	out_fmt(o, "Present. Hold Timer: %u\n", m->peer_hold_ms);
	packets(o, m->rx_pkts, m->rx_bytes, m->rx_seq, m->rx_lost);
}

/**
 * output_text_protocol - the protocol block
 * @o: text
 * @v: snapshot
 * @g: group
 */
void output_text_protocol(struct out *o, const struct view *v,
			  const struct view_group *g)
{
	out_fmt(o, "RG Protocol RG %u\n------------------\n", g->id);
	out_fmt(o, "        Role: %s\n", view_role_word(g->role));
	out_fmt(o, "        Negotiation: %s\n",
		g->shutdown ? "Disabled" : "Enabled");
	out_fmt(o, "        Priority: %u\n", g->runtime);
	out_fmt(o, "        Protocol state: %s\n", view_rf_word(g->rf));
	out_fmt(o, "        Ctrl Intf(s) state: %s\n",
		g->control.up ? "Up" : "Down");
	peer_line(o, "Active Peer", g->role == NF_RG_ROLE_ACTIVE, g,
		  NF_RG_ROLE_ACTIVE);
	peer_line(o, "Standby Peer", g->role == NF_RG_ROLE_STANDBY, g,
		  NF_RG_ROLE_STANDBY);
	log_counters(o, &g->log);
	out_char(o, '\n');
	media(o, g);
}
