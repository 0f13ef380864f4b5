// SPDX-License-Identifier: GPL-2.0-or-later
/* `show bfd neighbors`: sessions of BFD, in the columns that operators of IOS know. */
#include "bfd.h"
#include "output_int.h"

static const char *state(uint8_t s)
{
	return bfd_state_name((enum bfd_state)s);
}

static const char *up_down(uint8_t s)
{
	return s == BFD_UP || s == BFD_INIT ? "Up" : "Down";
}

static void text_line(struct out *o, const struct view_bfd *s)
{
	char addr[ADDR_STRLEN], ids[32];
	struct out w;

	addr_print(&s->peer, addr);
	out_init(&w, ids, sizeof(ids));
	out_fmt(&w, "%u/%u", s->discr, s->remote_discr);
	text_pad(o, addr, 32);
	text_pad(o, ids, 24);
	text_pad(o, up_down(s->remote_state), 12);
	text_pad(o, state(s->state), 12);
	out_fmt(o, "%s\n", s->ifname);
}

static void text_ms(struct out *o, const char *name, uint64_t us)
{
	out_fmt(o, "%s: ", name);
	text_u64(o, us / 1000);
	if (us % 1000)
		out_fmt(o, ".%u%u%u", (uint32_t)(us % 1000 / 100), (uint32_t)(us % 100 / 10),
			(uint32_t)(us % 10));
	out_str(o, " ms");
}

static void text_count(struct out *o, const char *name, uint64_t n)
{
	out_fmt(o, "%s: ", name);
	text_u64(o, n);
}

static void text_details(struct out *o, const struct view_bfd *s)
{
	out_fmt(o, "Session state is %s and not using echo function.\n", state(s->state));
	out_fmt(o, "Local Diag: %u (%s), Remote Diag: %u (%s), Remote state: %s\n", s->diag,
		bfd_diag_name(s->diag), s->remote_diag, bfd_diag_name(s->remote_diag),
		state(s->remote_state));
	if (s->keyed)
		out_fmt(o, "Authentication: meticulous SHA1, key %u\n", s->key);
	else
		out_str(o, "Authentication: none\n");
	text_ms(o, "MinTxInt", s->tx_us);
	text_ms(o, ", MinRxInt", s->rx_us);
	out_fmt(o, ", Multiplier: %u\n", s->mult);
	text_ms(o, "Received MinRxInt", s->remote_rx_us);
	text_ms(o, ", Received MinTxInt", s->remote_tx_us);
	out_fmt(o, ", Received Multiplier: %u\n", s->remote_mult);
	text_ms(o, "Interval", s->interval_us);
	text_ms(o, ", Holddown", s->detect_us);
	out_char(o, '\n');
	text_count(o, "Rx Count", s->rx);
	text_count(o, ", Tx Count", s->tx);
	text_count(o, ", Poll sequences", s->polls);
	text_count(o, ", Demand refused", s->demands);
	text_count(o, ", Late", s->late);
	out_char(o, '\n');
	text_count(o, "Up", s->ups);
	text_count(o, " times, lost by silence", s->silences);
	out_fmt(o, " times, last end: %s\n", s->end);
	text_count(o, "In this state for", s->since_ms / 1000);
	out_str(o, " s\n\n");
}

/**
 * output_text_bfd - sessions of BFD
 * @o: gets it
 * @v: snapshot
 * @details: with timers and counters
 */
void output_text_bfd(struct out *o, const struct view *v, bool details)
{
	static const char head[] =
	"NeighAddr                       LD/RD                   RH/RS       State       Int\n";

	if (!v->n_bfd || !details)
		out_str(o, head);
	for (uint32_t i = 0; i < v->n_bfd; i++) {
		if (details)
			out_str(o, head);
		text_line(o, &v->bfd[i]);
		if (details)
			text_details(o, &v->bfd[i]);
	}
}

static void json_timers(struct jout *j, const struct view_bfd *s)
{
	jout_u64(j, "min_tx_us", s->tx_us);
	jout_u64(j, "min_rx_us", s->rx_us);
	jout_u64(j, "multiplier", s->mult);
	jout_u64(j, "remote_min_tx_us", s->remote_tx_us);
	jout_u64(j, "remote_min_rx_us", s->remote_rx_us);
	jout_u64(j, "remote_multiplier", s->remote_mult);
	jout_u64(j, "interval_us", s->interval_us);
	jout_u64(j, "detection_us", s->detect_us);
}

static void json_session(struct jout *j, const struct view_bfd *s)
{
	jout_str(j, "interface", s->ifname);
	jout_addr(j, "neighbor", &s->peer);
	jout_u64(j, "discriminator", s->discr);
	jout_u64(j, "remote_discriminator", s->remote_discr);
	jout_str(j, "state", state(s->state));
	jout_str(j, "remote_state", state(s->remote_state));
	jout_u64(j, "diagnostic", s->diag);
	jout_u64(j, "remote_diagnostic", s->remote_diag);
	jout_str(j, "authentication", s->keyed ? "meticulous-sha-1" : "none");
	json_timers(j, s);
	jout_u64(j, "ups", s->ups);
	jout_u64(j, "silences", s->silences);
	jout_str(j, "last_end", s->end);
	jout_u64(j, "since_ms", s->since_ms);
	jout_u64(j, "tx", s->tx);
	jout_u64(j, "rx", s->rx);
	jout_u64(j, "polls", s->polls);
	jout_u64(j, "demand_refused", s->demands);
	jout_u64(j, "late", s->late);
}

/**
 * output_json_bfd - sessions of BFD
 * @j: JSON
 * @v: snapshot
 */
void output_json_bfd(struct jout *j, const struct view *v)
{
	jout_open(j, "bfd", '[');
	for (uint32_t i = 0; i < v->n_bfd; i++) {
		jout_open(j, NULL, '{');
		json_session(j, &v->bfd[i]);
		jout_close(j, '}');
	}
	jout_close(j, ']');
}
