// SPDX-License-Identifier: GPL-2.0-or-later
#include "output_int.h"

/* As IOS calls them. */
static const char *code_name(enum view_sla_code c)
{
	static const char *const names[VIEW_SLA_CODES] = {
		[VIEW_SLA_NONE] = "Unknown",
		[VIEW_SLA_OK] = "OK",
		[VIEW_SLA_OVER] = "Over threshold",
		[VIEW_SLA_TIMEOUT] = "Timeout",
		[VIEW_SLA_NO_CONNECTION] = "No connection",
		[VIEW_SLA_BAD_ANSWER] = "Bad answer",
	};

	return names[c];
}

static const char *kind_name(enum conf_sla_kind k)
{
	static const char *const names[CONF_SLA_KINDS] = {
		[CONF_SLA_NONE] = "none",
		[CONF_SLA_ICMP] = "icmp-echo",
		[CONF_SLA_TCP] = "tcp-connect",
		[CONF_SLA_HTTP] = "http",
		[CONF_SLA_DNS] = "dns",
	};

	return names[k];
}

static void put_sla(struct out *o, const struct view_sla *s)
{
	out_fmt(o, "IPSLA operation id: %u\n", s->conf.id);
	out_fmt(o, "\tType of operation: %s\n", kind_name(s->conf.kind));
	if (!s->conf.scheduled) {
		out_str(o, "\tNot scheduled\n");
		return;
	}
	out_str(o, "\tLatest RTT: ");
	if (s->answered) {
		text_u64(o, (s->rtt_us + 500) / 1000);
		out_str(o, " milliseconds\n");
	} else {
		out_str(o, "NoConnection/Busy/Timeout\n");
	}
	out_fmt(o, "Latest operation return code: %s%s%s\n",
		code_name(s->code), *s->err ? ": " : "", s->err);
	out_str(o, "Number of successes: ");
	text_u64(o, s->answered);
	out_str(o, "\nNumber of failures: ");
	text_u64(o, s->timeouts + s->failed);
	out_str(o, "\nOver threshold: ");
	text_u64(o, s->late);
	out_str(o, ", timeouts: ");
	text_u64(o, s->timeouts);
	out_str(o, "\nOperation time to live: Forever\n");
}

/**
 * output_text_slas - operations
 * @o: text
 * @v: snapshot
 * @only: this one; NULL: all
 */
void output_text_slas(struct out *o, const struct view *v,
		      const struct view_sla *only)
{
	bool more = false;
	uint32_t k;

	for (k = 0; k < v->n_slas; k++) {
		if (only && only != &v->sla[k])
			continue;
		if (more)
			out_char(o, '\n');
		put_sla(o, &v->sla[k]);
		more = true;
	}
}

static void json_sla(struct jout *j, const struct view_sla *s)
{
	jout_u64(j, "id", s->conf.id);
	jout_str(j, "type", kind_name(s->conf.kind));
	jout_bool(j, "scheduled", s->conf.scheduled);
	jout_str(j, "return_code", code_name(s->code));
	jout_str(j, "error", s->err);
	if (s->answered)
		jout_u64(j, "rtt_us", s->rtt_us);
	else
		jout_null(j, "rtt_us");
	jout_u64(j, "asked", s->asked);
	jout_u64(j, "successes", s->answered);
	jout_u64(j, "over_threshold", s->late);
	jout_u64(j, "timeouts", s->timeouts);
	jout_u64(j, "failures", s->timeouts + s->failed);
}

/**
 * output_json_slas - operations
 * @j: JSON
 * @v: snapshot
 * @only: this one; NULL: all
 */
void output_json_slas(struct jout *j, const struct view *v,
		      const struct view_sla *only)
{
	uint32_t k;

	jout_open(j, "operations", '[');
	for (k = 0; k < v->n_slas; k++) {
		if (only && only != &v->sla[k])
			continue;
		jout_open(j, NULL, '{');
		json_sla(j, &v->sla[k]);
		jout_close(j, '}');
	}
	jout_close(j, ']');
}
