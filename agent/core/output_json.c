// SPDX-License-Identifier: GPL-2.0-or-later
#include "output_int.h"

#include <linux/nf_rg.h>

static void role(struct jout *j, const char *key, bool known, uint8_t r)
{
	if (known)
		jout_str(j, key, view_role_name(r));
	else
		jout_null(j, key);
}

/* In hex, as in the log: readers of JSON take no integer above 2^63, some none above 2^53. */
static void system_id(struct jout *j, const char *key, uint64_t id)
{
	char text[17];
	int i;

	for (i = 15; i >= 0; i--, id >>= 4)
		text[i] = "0123456789abcdef"[id & 15];
	text[16] = 0;
	jout_str(j, key, text);
}

/* A time that may be none. */
static void time_or_null(struct jout *j, const char *key, int64_t ms)
{
	if (ms < 0)
		jout_null(j, key);
	else
		jout_u64(j, key, (uint64_t)ms);
}

/**
 * output_json_group - state of a group
 * @j: JSON, within the object of the group
 * @v: snapshot
 * @g: group
 */
void output_json_group(struct jout *j, const struct view *v,
		       const struct view_group *g)
{
	jout_str(j, "state", view_role_name(g->role));
	jout_bool(j, "shutdown", g->shutdown);
	jout_bool(j, "operational", g->oper_up);
	jout_str(j, "role", view_role_name(g->role));
	role(j, "peer_role", g->peer_known, g->peer_role);
	jout_bool(j, "peer_presence", g->peer_present);
	jout_bool(j, "peer_comm", g->peer_comm);
	jout_bool(j, "peer_progression", g->peer_progression);
	jout_str(j, "rf_state", view_rf_name(g->rf));
	if (g->peer_known)
		jout_str(j, "peer_rf_state", view_rf_name(g->peer_rf));
	else
		jout_null(j, "peer_rf_state");
	jout_bool(j, "preempt", g->preempt);
	jout_u64(j, "priority", g->priority);
	jout_u64(j, "runtime_priority", g->runtime);
	jout_u64(j, "threshold", g->threshold);
	if (g->peer_known)
		jout_u64(j, "peer_priority", g->peer_priority);
	else
		jout_null(j, "peer_priority");
	jout_u64(j, "epoch", g->epoch);
	system_id(j, "epoch_system", g->epoch_system);
	time_or_null(j, "lease_ms", g->lease_ms);
	jout_str(j, "reason", g->reason);
	jout_bool(j, "data_link_protected", g->sync.protected);
	jout_bool(j, "data_link_trusted", g->data_trusted);
}

/**
 * output_json_faults - faults of a group
 * @j: JSON, within the object of the group
 * @v: snapshot
 * @g: group
 */
void output_json_faults(struct jout *j, const struct view *v,
			const struct view_group *g)
{
	uint32_t k;

	jout_open(j, "faults", '{');
	jout_u64(j, "runtime_priority", g->runtime);
	jout_str(j, "state", g->oper_up ? "up" : "down");
	jout_u64(j, "switchovers", g->log.fault_switchovers);
	jout_u64(j, "changes", g->log.fault_changes);
	jout_open(j, "active", '[');
	for (k = 0; k < g->n_faults; k++) {
		jout_open(j, NULL, '{');
		jout_str(j, "name", g->fault[k].name);
		jout_str(j, "text", g->fault[k].text);
		jout_u64(j, "decrement", g->fault[k].decrement);
		jout_close(j, '}');
	}
	jout_close(j, ']');
	output_json_conf(j, &g->conf);
	jout_close(j, '}');
}

static void log_counters(struct jout *j, const struct view_log *l)
{
	jout_open(j, "log", '{');
	jout_u64(j, "to_active", l->to_active);
	jout_u64(j, "to_standby", l->to_standby);
	jout_u64(j, "disabled_rg_down", l->disabled_rg_down);
	jout_u64(j, "disabled_rg_shut", l->disabled_rg_shut);
	jout_u64(j, "ctrl_up", l->ctrl_up);
	jout_u64(j, "ctrl_down", l->ctrl_down);
	jout_u64(j, "ctrl_admin_down", l->ctrl_admin_down);
	jout_u64(j, "reload_local", l->reload_local);
	jout_u64(j, "reload_peer", l->reload_peer);
	jout_close(j, '}');
}

/**
 * output_json_protocol - hellos of a group
 * @j: JSON, within the object of the group
 * @v: snapshot
 * @g: group
 */
void output_json_protocol(struct jout *j, const struct view *v,
			  const struct view_group *g)
{
	const struct view_media *m = &g->media;

	jout_open(j, "protocol", '{');
	jout_u64(j, "id", m->protocol);
	jout_str(j, "state", view_rf_word(g->rf));
	jout_bool(j, "control_up", g->control.up);
	jout_u64(j, "hello_ms", m->hello_ms);
	jout_u64(j, "configured_hello_ms", m->conf_hello_ms);
	jout_u64(j, "configured_hold_ms", m->conf_hold_ms);
	jout_u64(j, "peer_hello_ms", m->peer_hello_ms);
	jout_u64(j, "peer_hold_ms", m->peer_hold_ms);
	jout_u64(j, "detection_ms", m->detect_ms);
	jout_u64(j, "silent_ms", m->silent_ms);
	jout_str(j, "authentication", output_auth_name(m->auth));
	jout_u64(j, "authentication_failures", m->auth_failures);
	jout_bool(j, "key_expired", m->key_expired);
	jout_u64(j, "tx_packets", m->tx_pkts);
	jout_u64(j, "tx_bytes", m->tx_bytes);
	jout_u64(j, "tx_sequence", m->tx_seq);
	jout_u64(j, "rx_packets", m->rx_pkts);
	jout_u64(j, "rx_bytes", m->rx_bytes);
	jout_u64(j, "rx_sequence", m->rx_seq);
	jout_u64(j, "rx_lost", m->rx_lost);
	jout_u64(j, "reload_tx", m->reload_tx);
	jout_u64(j, "reload_rx", m->reload_rx);
	jout_u64(j, "resign_tx", m->resign_tx);
	jout_u64(j, "resign_rx", m->resign_rx);
	jout_close(j, '}');
	log_counters(j, &g->log);
}

static void link_object(struct jout *j, const char *key,
			const struct view_link *l)
{
	jout_open(j, key, '{');
	if (l->name[0])
		jout_str(j, "interface", l->name);
	else
		jout_null(j, "interface");
	jout_bool(j, "up", l->up);
	jout_addr(j, "address", &l->addr);
	jout_u64(j, "port", l->port);
	jout_addr(j, "peer", &l->peer);
	jout_u64(j, "peer_port", l->peer_port);
	jout_close(j, '}');
}

/**
 * output_json_control - control link of a group
 * @j: JSON, within the object of the group
 * @v: snapshot
 * @g: group
 */
void output_json_control(struct jout *j, const struct view *v,
			 const struct view_group *g)
{
	link_object(j, "control", &g->control);
}

/**
 * output_json_data - data link of a group
 * @j: JSON, within the object of the group
 * @v: snapshot
 * @g: group
 */
void output_json_data(struct jout *j, const struct view *v,
		      const struct view_group *g)
{
	link_object(j, "data", &g->data);
}

/**
 * output_json_transport - both links of a group
 * @j: JSON, within the object of the group
 * @v: snapshot
 * @g: group
 */
void output_json_transport(struct jout *j, const struct view *v,
			   const struct view_group *g)
{
	output_json_control(j, v, g);
	output_json_data(j, v, g);
	jout_bool(j, "session_up", g->sync.session_up);
}

/**
 * output_json_if_mgr - traffic interfaces of a group
 * @j: JSON, within the object of the group
 * @v: snapshot
 * @g: group
 */
void output_json_if_mgr(struct jout *j, const struct view *v,
			const struct view_group *g)
{
	uint32_t k, n;

	jout_open(j, "interfaces", '[');
	for (k = 0; k < g->n_ifs; k++) {
		const struct view_if *i = &g->iface[k];

		jout_open(j, NULL, '{');
		jout_str(j, "name", i->name);
		jout_u64(j, "rii", i->rii);
		jout_bool(j, "exists", i->exists);
		jout_bool(j, "admin_up", i->admin_up);
		jout_bool(j, "link_up", i->link_up);
		jout_mac(j, "mac", i->mac);
		jout_mac(j, "vmac", i->vmac);
		jout_u64(j, "decrement", i->decrement);
		jout_str(j, "twin", i->has_twin ? twin_state_name(i->twin) : "none");
		jout_bool(j, "twin_fault", i->twin_broken);
		jout_str(j, "neighbours", twin_result_name(i->twin_neighbours));
		jout_bool(j, "cut_off", i->twin_cut);
		jout_u64(j, "neighbours_known", i->twin_known);
		jout_u64(j, "neighbours_told", i->twin_told);
		jout_open(j, "vips", '[');
		for (n = 0; n < i->n_vips; n++) {
			jout_open(j, NULL, '{');
			jout_addr(j, "address", &i->vip[n].addr);
			jout_u64(j, "length", i->vip[n].len);
			jout_bool(j, "present", i->vip[n].present);
			jout_close(j, '}');
		}
		jout_close(j, ']');
		jout_close(j, '}');
	}
	jout_close(j, ']');
}

static void sync_object(struct jout *j, const struct view_sync *s)
{
	static const char * const names[] = {
		[NF_RG_SYNC_NONE] = "none",
		[NF_RG_SYNC_DELTA] = "delta",
		[NF_RG_SYNC_BULK] = "bulk",
		[NF_RG_SYNC_DONE] = "done",
		[NF_RG_SYNC_VERIFY] = "verify",
	};

	jout_open(j, "sync", '{');
	jout_bool(j, "session_up", s->session_up);
	if (s->sync < sizeof(names) / sizeof(*names))
		jout_str(j, "state", names[s->sync]);
	else
		jout_null(j, "state");
	jout_u64(j, "entries", s->entries);
	jout_u64(j, "pending", s->pending);
	jout_u64(j, "inflight", s->inflight);
	jout_u64(j, "refused", s->refused);
	jout_u64(j, "held_now", s->held);
	jout_u64(j, "stopped_now", s->stopped);
	jout_u64(j, "table_used", s->table_used);
	jout_u64(j, "table_max", s->table_max);
	jout_u64(j, "peer_table_max", s->peer_table_max);
	time_or_null(j, "verified_ms", s->verified_ms);
	jout_u64(j, "bulks", s->bulks);
	jout_u64(j, "deltas", s->deltas);
	jout_u64(j, "batches_tx", s->batches_tx);
	jout_u64(j, "batches_rx", s->batches_rx);
	jout_u64(j, "records_tx", s->records_tx);
	jout_u64(j, "records_rx", s->records_rx);
	jout_u64(j, "merges", s->merges);
	jout_u64(j, "merge_records", s->merge_records);
	jout_u64(j, "split_conflict", s->split_conflict);
	jout_u64(j, "merge_refused", s->merge_refused);
	jout_u64(j, "acked_seq", s->acked_seq);
	jout_u64(j, "lag_ms", s->lag_ms);
	jout_close(j, '}');
}

/**
 * output_json_counts - counters by name, and how many had no room
 * @j: JSON, within an object
 * @c: counters
 */
void output_json_counts(struct jout *j, const struct view_counters *c)
{
	uint32_t k;

	for (k = 0; k < c->n; k++)
		jout_u64(j, c->v[k].name, c->v[k].value);
	if (c->lost)
		jout_u64(j, "counters-left-out", c->lost);
}

/**
 * output_json_counters - everything that a group counts
 * @j: JSON, within the object of the group
 * @v: snapshot
 * @g: group
 */
void output_json_counters(struct jout *j, const struct view *v,
			  const struct view_group *g)
{
	sync_object(j, &g->sync);
	jout_open(j, "counters", '{');
	output_json_counts(j, &g->counters);
	jout_close(j, '}');
}

/**
 * output_json_all - all parts of a group
 * @j: JSON, within the object of the group
 * @v: snapshot
 * @g: group
 */
void output_json_all(struct jout *j, const struct view *v,
		     const struct view_group *g)
{
	output_json_group(j, v, g);
	output_json_faults(j, v, g);
	output_json_protocol(j, v, g);
	output_json_transport(j, v, g);
	output_json_if_mgr(j, v, g);
	sync_object(j, &g->sync);
}
