// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_impact.h"

#include <string.h>

#include "out.h"

#define PARTED								\
	" until that is changed there too, and both become active; "	\
	"shut the group down on the standby first"

struct weigh {
	const struct conf *before;
	const struct conf *after;
	struct conf_impacts *out;
};

static void __attribute__((format(printf, 4, 5)))
say(struct weigh *w, uint32_t group, bool confirm, const char *fmt, ...)
{
	struct conf_impacts *x = w->out;
	struct conf_impact *v;
	struct out o;
	va_list ap;

	x->confirm |= confirm;
	if (x->n == sizeof(x->v) / sizeof(x->v[0])) {
		x->lost++;
		return;
	}
	v = &x->v[x->n++];
	v->group = group;
	v->confirm = confirm;
	out_init(&o, v->text, sizeof(v->text));
	out_fmt(&o, "group %u: ", group);
	va_start(ap, fmt);
	out_vfmt(&o, fmt, ap);
	va_end(ap);
}

static bool same_ports(const struct conf_group *a, const struct conf_group *b)
{
	return a->protocol == b->protocol && !strcmp(a->control, b->control);
}

/* What the hellos of a group need to be alike. */
static void weigh_link(struct weigh *w, const struct conf_group *a,
		       const struct conf_group *b)
{
	struct conf_protocol x, y;

	conf_group_protocol(w->before, a, &x);
	conf_group_protocol(w->after, b, &y);
	if (w->before->domain != w->after->domain)
		say(w, b->id, true,
		    "with another domain the peer does not hear this router"
		    PARTED);
	if (!same_ports(a, b))
		say(w, b->id, true,
		    "on another control link the peer does not hear this router"
		    PARTED);
	else if (strcmp(x.auth_text, y.auth_text))
		say(w, b->id, true,
		    "with another authentication the peer does not hear this router"
		    PARTED);
	if (x.hello_ms != y.hello_ms || x.hold_ms != y.hold_ms)
		say(w, b->id, false,
		    "the timers differ from the peer's (fault TIMERS) until they are changed there too");
	if (strcmp(a->data, b->data))
		say(w, b->id, false,
		    "the copy on the standby is not kept up until the data link is moved there too");
}

static void weigh_group(struct weigh *w, const struct conf_group *a,
			const struct conf_group *b,
			const struct conf_standing *s)
{
	if (!b) {
		say(w, a->id, s->peer || s->active,
		    "it is taken out of service here, and its mappings with it");
		return;
	}
	if (!a->shutdown && b->shutdown && s->active && !s->ready)
		say(w, a->id, true,
		    "the standby has no complete copy: connections are lost when this router gives the role up now");
	if (s->peer)
		weigh_link(w, a, b);
}

static bool names(enum conf_object obj, const void *x, uint32_t group)
{
	const struct conf_if *i = x;
	const struct conf_map *m = x;

	if (!x)
		return false;
	return obj == CONF_OBJ_IF ? i->in_group && i->group.id == group
				  : m->group.id == group;
}

/* Does a change touch what must be the same on both routers? */
static bool differs(const struct conf_change *ch, uint32_t group)
{
	switch (ch->obj) {
	case CONF_OBJ_HTTP:
	case CONF_OBJ_REPL:
		return true;
	case CONF_OBJ_IF:
		if (!(ch->bits & (CONF_IF_RII | CONF_IF_GROUP | CONF_IF_VIP |
				  CONF_IF_VMAC)))
			return false;
		break;
	case CONF_OBJ_MAP:
		break;
	default:
		return false;
	}
	return names(ch->obj, ch->before, group) ||
	       names(ch->obj, ch->after, group);
}

static void weigh_digest(struct weigh *w, const struct conf_change *ch,
			 size_t n, uint32_t group)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!differs(&ch[i], group))
			continue;
		say(w, group, false,
		    "mappings, lists, pools or virtual addresses differ from the peer's (fault CONFIG) until they are changed there too");
		return;
	}
}

/**
 * conf_impact - what a change does to the pair
 * @before: what runs
 * @after: what is to run
 * @standing: how each group stands, by number
 * @out: gets it, in the order of groups
 */
void conf_impact(const struct conf *before, const struct conf *after,
		 const struct conf_standing standing[CONF_MAX_GROUPS + 1],
		 struct conf_impacts *out)
{
	struct weigh w = { before, after, out };
	struct conf_change ch[CONF_MAX_CHANGES];
	size_t n = 0;
	uint32_t i;

	memset(out, 0, sizeof(*out));
	/* There is always room for all. */
	conf_diff(before, after, ch, CONF_MAX_CHANGES, &n);
	for (i = 0; i < before->n_groups; i++) {
		const struct conf_group *a = &before->group[i];
		const struct conf_group *b = conf_group(after, a->id);

		weigh_group(&w, a, b, &standing[a->id]);
		if (b && standing[a->id].peer)
			weigh_digest(&w, ch, n, a->id);
	}
}
