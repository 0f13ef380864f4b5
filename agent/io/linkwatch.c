// SPDX-License-Identifier: GPL-2.0-or-later
#include "linkwatch.h"

#include <string.h>

#include "io/watchers.h"

static const char *type_name(enum hello_type t)
{
	switch (t) {
	case HELLO_TYPE_RESIGN:
		return "resign";
	case HELLO_TYPE_RELOAD_PEER:
		return "reload-peer";
	default:
		return "hello";
	}
}

static void say_groups(const struct hello *h, const char *whose)
{
	for (unsigned int i = 0; i < h->n_groups; i++) {
		const struct hello_group *g = &h->groups[i];

		watch(WATCH_MEDIA, g->id,
		      "  RG id %u: %s %s, %s, priority %u of %u, epoch %llu, flags %04x", g->id,
		      whose, rg_role_name(g->role), rg_rf_name(g->rf), g->run_prio, g->conf_prio,
		      (unsigned long long)g->epoch.counter, g->flags);
	}
}

/**
 * linkwatch_tx() - a packet was sent, or could not be
 * @ifname: where
 * @buf: the packet
 * @len: its length
 * @err: 0 or -errno
 */
void linkwatch_tx(const char *ifname, const uint8_t *buf, size_t len, int err)
{
	struct hello h;

	if (hello_decode(buf, len, &h) != HELLO_OK)
		return;
	watch(WATCH_MEDIA, 0, "%s %s on %s: protocol %u, sequence %llu, %zu bytes%s%s",
	      err ? "cannot send" : "sent", type_name(h.type), ifname, h.protocol,
	      (unsigned long long)h.seq, len, err ? ": " : "", err ? strerror(-err) : "");
	if (!err)
		say_groups(&h, "this router");
}

/**
 * linkwatch_rx() - a packet was believed
 * @ifname: where it came
 * @from: its source
 * @len: its length
 * @h: what it says
 * @f: what that means for the session
 */
void linkwatch_rx(const char *ifname, const struct rg_addr *from, size_t len, const struct hello *h,
		  const struct hello_facts *f)
{
	char text[ADDR_STRLEN];

	addr_print(from, text);
	watch(WATCH_MEDIA, 0, "received %s on %s from %s: protocol %u, sequence %llu, %zu bytes%s, %s",
	      type_name(h->type), ifname, text, h->protocol, (unsigned long long)h->seq, len,
	      f->new_session ? ", new session" : "",
	      f->hears_me ? "hears this router" : "does not hear this router");
	say_groups(h, "peer");
}

/**
 * linkwatch_refused() - a packet was not believed
 * @ifname: where it came
 * @from: its source
 * @len: its length
 * @v: why
 */
void linkwatch_refused(const char *ifname, const struct rg_addr *from, size_t len,
		       enum hello_verdict v)
{
	char text[ADDR_STRLEN];

	addr_print(from, text);
	watch(WATCH_MEDIA, 0, "refused packet on %s from %s, %zu bytes: %s", ifname, text, len,
	      hello_verdict_name(v));
}
