// SPDX-License-Identifier: GPL-2.0-or-later
#include "knl.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "core/conf.h"
#include "core/conf_vmac.h"
#include "io/knl_priv.h"

/* What a list takes, with its headers. */
#define LIST_ROOM (CONF_MAX_ACES * sizeof(struct nf_rg_source) + 64)

static size_t get_sources(const struct conf *c, const struct conf_map *m, struct nf_rg_source *out)
{
	const struct conf_acl *a = conf_acl(c, m->acl);
	enum rg_family family = conf_map_family(c, m);
	size_t n = 0;

	for (uint32_t i = 0; a && i < a->n_aces; i++) {
		const struct conf_ace *e = &a->ace[i];

		if (e->src.addr.family != RG_NONE && e->src.addr.family != family)
			continue;
		memset(&out[n], 0, sizeof(out[n]));
		out[n].permit = e->permit;
		if (e->src.addr.family != RG_NONE) {
			out[n].len = e->src.len;
			memcpy(out[n].addr, e->src.addr.b, family == RG_V4 ? 4 : 16);
		}
		n++;
	}
	return n;
}

static int put_list(struct nl_msg *msg, const struct conf *c, const struct conf_map *m)
{
	struct nf_rg_source source[CONF_MAX_ACES];
	size_t n = get_sources(c, m, source);
	struct nlattr *nest = nla_nest_start(msg, NF_RG_A_CLOSED);

	if (!nest || nla_put_u32(msg, NF_RG_A_MAPPING, m->id) < 0 ||
	    nla_put_u8(msg, NF_RG_A_FAMILY,
		       conf_map_family(c, m) == RG_V4 ? AF_INET : AF_INET6) < 0 ||
	    nla_put(msg, NF_RG_A_SOURCES, (int)(n * sizeof(source[0])), source) < 0)
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int put_ifs(struct nl_msg *msg, int type, const struct conf *c, enum conf_nat_side side)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	if (!nest)
		return -EMSGSIZE;
	for (uint32_t i = 0; i < c->n_ifs; i++) {
		const struct conf_if *f = &c->iface[i];
		char device[CONF_IF_LEN];

		if (f->nat != side)
			continue;
		conf_vip_device(f, device);
		if (nla_put_string(msg, NF_RG_A_IFNAME, f->name) < 0 ||
		    (strcmp(device, f->name) && nla_put_string(msg, NF_RG_A_IFNAME, device) < 0))
			return -EMSGSIZE;
	}
	nla_nest_end_keep_empty(msg, nest);
	return 0;
}

static int put_conf(struct nl_msg *msg, const struct conf *c)
{
	int err = put_ifs(msg, NF_RG_A_INSIDE, c, CONF_NAT_INSIDE);

	if (!err)
		err = put_ifs(msg, NF_RG_A_OUTSIDE, c, CONF_NAT_OUTSIDE);
	for (uint32_t i = 0; !err && i < c->n_maps; i++)
		err = put_list(msg, c, &c->map[i]);
	return err;
}

/**
 * knl_closed_set() - say what must not leave untranslated
 * @k: the client
 * @c: the configuration that says it: lists of its mappings, interfaces; NULL: nothing
 *
 * Return: 0 or -errno; then it is as before.
 */
int knl_closed_set(struct knl *k, const struct conf *c)
{
	size_t room = c ? CONF_MAX_IFS * 48 + c->n_maps * LIST_ROOM + 64 : 64;
	int size = (int)room + 4096, fd = knl_sock_fd(&k->sock);
	struct nl_msg *msg;

	if (!knl_present(k))
		return -ENODEV;
	msg = knl_msg(k->family, NF_RG_CMD_CLOSED_SET, 0, room);
	if (!msg)
		return -ENOMEM;
	if (c && put_conf(msg, c)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	/* One message, so that it is replaced at once. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size))) {
		int err = -errno;

		nlmsg_free(msg);
		return err;
	}
	return knl_talk(k, &k->sock, msg, NULL, NULL);
}

struct closed_ctx {
	knl_closed_fn fn;
	void *arg;
};

static void closed_answer(void *arg, const struct nlmsghdr *nlh)
{
	struct nlattr *tb[NF_RG_A_MAX + 1];
	struct closed_ctx *c = arg;

	if (knl_attrs(nlh, tb) || !tb[NF_RG_A_MAPPING] || nla_len(tb[NF_RG_A_MAPPING]) < 4 ||
	    !tb[NF_RG_A_PACKETS] || nla_len(tb[NF_RG_A_PACKETS]) < 8)
		return;
	c->fn(c->arg, nla_get_u32(tb[NF_RG_A_MAPPING]), nla_get_u64(tb[NF_RG_A_PACKETS]));
}

/**
 * knl_closed_dump() - what was dropped since it was not translated
 * @k: the client
 * @fn: called for each mapping
 * @arg: for @fn
 *
 * Return: 0 or -errno.
 */
int knl_closed_dump(struct knl *k, knl_closed_fn fn, void *arg)
{
	struct closed_ctx c = { .fn = fn, .arg = arg };
	struct nl_msg *msg;

	if (!knl_present(k))
		return -ENODEV;
	msg = knl_msg(k->family, NF_RG_CMD_CLOSED_GET, NLM_F_DUMP, 0);
	return msg ? knl_talk(k, &k->sock, msg, closed_answer, &c) : -ENOMEM;
}
