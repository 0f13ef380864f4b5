// SPDX-License-Identifier: GPL-2.0-or-later
#include "defrag.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

/*
 * DOC: ip virtual-reassembly
 *
 * On Linux it is not a thing of an interface: connection tracking puts fragments together before it
 * looks at them, for whatever comes in, in every network namespace where something asked for
 * tracking. So it is verified rather than switched on, and by what counts: the kernel is asked
 * which functions stand at the hook for incoming packets (NFNL_SUBSYS_HOOK, what `nft list hooks`
 * shows), and defragmentation must be among them at its priority. That a module is loaded would not
 * do: its hook is registered for each namespace by itself.
 *
 * Kernels before 5.14, and those built without CONFIG_NETFILTER_NETLINK_HOOK as Debian's 6.1, do
 * not tell. There it is concluded, see hostcheck.c.
 */

/* From <linux/netfilter/nfnetlink_hook.h>, which older systems lack. */
#define SUBSYS_HOOK		12
#define MSG_HOOK_GET		0
#define HOOK_HOOKNUM		1
#define HOOK_PRIORITY		2
#define HOOK_FUNCTION_NAME	4
#define HOOK_MAX		8

#define PRI_DEFRAG		(-400)	/* NF_IP_PRI_CONNTRACK_DEFRAG, and that of IPv6 */

static const char *function_of(enum rg_family family)
{
	return family == RG_V4 ? "ipv4_conntrack_defrag" : "ipv6_defrag";
}

struct looking {
	const char *function;
	bool found;
};

/* A kernel without names of functions has none but the priority to go by. */
static int on_hook(struct nl_msg *msg, void *arg)
{
	struct nlattr *tb[HOOK_MAX + 1];
	struct looking *l = arg;

	if (nlmsg_parse(nlmsg_hdr(msg), sizeof(struct nfgenmsg), tb, HOOK_MAX, NULL) < 0 ||
	    !tb[HOOK_PRIORITY] || nla_len(tb[HOOK_PRIORITY]) != 4 ||
	    (int32_t)ntohl(nla_get_u32(tb[HOOK_PRIORITY])) != PRI_DEFRAG)
		return NL_OK;
	if (!tb[HOOK_FUNCTION_NAME] || !strcmp(nla_get_string(tb[HOOK_FUNCTION_NAME]), l->function))
		l->found = true;
	return NL_OK;
}

static int ask(struct nl_sock *nl, uint8_t family)
{
	struct nfgenmsg g = { .nfgen_family = family, .version = NFNETLINK_V0 };
	struct nl_msg *msg = nlmsg_alloc_simple(SUBSYS_HOOK << 8 | MSG_HOOK_GET,
						NLM_F_REQUEST | NLM_F_DUMP);
	int err = msg ? 0 : -NLE_NOMEM;

	if (!err)
		err = nlmsg_append(msg, &g, sizeof(g), NLMSG_ALIGNTO);
	if (!err)
		err = nla_put_u32(msg, HOOK_HOOKNUM, htonl(NF_INET_PRE_ROUTING));
	if (!err)
		err = nl_send_auto(nl, msg);
	nlmsg_free(msg);
	return err < 0 ? err : nl_recvmsgs_default(nl);
}

/**
 * defrag_look() - are fragments put together in this network namespace
 * @family: RG_V4 or RG_V6
 *
 * Return: as the kernel tells now.
 */
enum defrag defrag_look(enum rg_family family)
{
	struct looking l = { .function = function_of(family) };
	struct nl_sock *nl = nl_socket_alloc();
	int err;

	if (!nl)
		return DEFRAG_UNKNOWN;
	err = nl_socket_modify_cb(nl, NL_CB_VALID, NL_CB_CUSTOM, on_hook, &l);
	if (!err)
		err = nl_connect(nl, NETLINK_NETFILTER);
	if (!err)
		err = ask(nl, family == RG_V4 ? NFPROTO_IPV4 : NFPROTO_IPV6);
	nl_socket_free(nl);
	if (err)
		return DEFRAG_UNKNOWN;
	return l.found ? DEFRAG_IN_FORCE : DEFRAG_MISSING;
}

static bool listed(const char *module)
{
	FILE *f = fopen("/proc/modules", "re");
	size_t len = strlen(module);
	char line[512];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = !strncmp(line, module, len) && line[len] == ' ';
	if (f)
		fclose(f);
	return found;
}

/**
 * defrag_loaded() - does the kernel have the code that puts IPv4 fragments together
 *
 * Connection tracking needs it: where that is built in, it is as well.
 *
 * Return: true if so.
 */
bool defrag_loaded(void)
{
	return listed("nf_defrag_ipv4") || !listed("nf_conntrack");
}
