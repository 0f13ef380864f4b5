// SPDX-License-Identifier: GPL-2.0-or-later
#include "natrow.h"

#include "textout.h"

#define END_WIDTH	22
#define END_MAX		(ADDR_STRLEN + 9)

static const char *l4_name(uint8_t l4, char buf[8])
{
	struct out o;

	switch (l4) {
	case 1:
		return "icmp";
	case 6:
		return "tcp";
	case 17:
		return "udp";
	case 47:
		return "gre";
	case 58:
		return "icmp6";
	case 132:
		return "sctp";
	default:
		out_init(&o, buf, 8);
		out_u32(&o, l4);
		return buf;
	}
}

/**
 * natrow_ends - which end is which
 * @r: the connection
 *
 * Return: its ends.
 */
struct natrow_ends natrow_ends(const struct natrow *r)
{
	struct natrow_ends e = {
		.inside_global = r->reply_dst,
		.inside_local = r->src,
		.outside_local = r->dst,
		.outside_global = r->reply_src,
	};

	if (r->dnat && !r->snat)
		e = (struct natrow_ends){
			.inside_global = r->dst,
			.inside_local = r->reply_src,
			.outside_local = r->reply_dst,
			.outside_global = r->src,
		};
	return e;
}

static void end_text(const struct natrow_end *e, char buf[END_MAX])
{
	bool brackets = e->has_port && e->addr.family == RG_V6;
	char addr[ADDR_STRLEN];
	struct out o;

	addr_print(&e->addr, addr);
	out_init(&o, buf, END_MAX);
	out_fmt(&o, "%s%s%s", brackets ? "[" : "", addr, brackets ? "]" : "");
	if (e->has_port)
		out_fmt(&o, ":%u", (uint32_t)e->port);
}

static void put_end(struct out *o, const struct natrow_end *e, bool last)
{
	char text[END_MAX];

	end_text(e, text);
	if (last)
		out_fmt(o, "%s\n", text);
	else
		text_pad(o, text, END_WIDTH);
}

/**
 * natrow_head - the line above the first one
 * @o: where to
 */
void natrow_head(struct out *o)
{
	out_str(o, "Pro   Inside global         Inside local          Outside local         Outside global\n");
}

/**
 * natrow_text - one connection, as a router shows it
 * @o: where to
 * @r: the connection
 * @verbose: with a second line
 */
void natrow_text(struct out *o, const struct natrow *r, bool verbose)
{
	struct natrow_ends e = natrow_ends(r);
	char buf[8];

	text_pad(o, l4_name(r->l4, buf), 6);
	put_end(o, &e.inside_global, false);
	put_end(o, &e.inside_local, false);
	put_end(o, &e.outside_local, false);
	put_end(o, &e.outside_global, true);
	if (!verbose)
		return;
	out_str(o, "    ");
	if (r->mapping)
		out_fmt(o, "Map-Id: %u, RG: %u, ", r->mapping, r->group);
	else
		out_str(o, "no mapping, ");
	out_fmt(o, "left: %u s", r->timeout);
	if (r->state)
		out_fmt(o, ", state: %s", r->state);
	out_fmt(o, "%s\n", r->assured ? ", assured" : "");
}

static void json_end(struct jout *j, const char *key, const char *port_key,
		     const struct natrow_end *e)
{
	jout_addr(j, key, &e->addr);
	if (e->has_port)
		jout_u64(j, port_key, e->port);
	else
		jout_null(j, port_key);
}

/**
 * natrow_json - one connection as an object
 * @o: where to
 * @r: the connection
 */
void natrow_json(struct out *o, const struct natrow *r)
{
	struct natrow_ends e = natrow_ends(r);
	struct jout j = { .o = o };
	char buf[8];

	jout_open(&j, NULL, '{');
	jout_str(&j, "protocol", l4_name(r->l4, buf));
	json_end(&j, "inside_global", "inside_global_port", &e.inside_global);
	json_end(&j, "inside_local", "inside_local_port", &e.inside_local);
	json_end(&j, "outside_local", "outside_local_port", &e.outside_local);
	json_end(&j, "outside_global", "outside_global_port",
		 &e.outside_global);
	if (r->mapping) {
		jout_u64(&j, "mapping_id", r->mapping);
		jout_u64(&j, "group", r->group);
	} else {
		jout_null(&j, "mapping_id");
		jout_null(&j, "group");
	}
	jout_u64(&j, "timeout_s", r->timeout);
	if (r->state)
		jout_str(&j, "state", r->state);
	else
		jout_null(&j, "state");
	jout_bool(&j, "assured", r->assured);
	jout_close(&j, '}');
}
