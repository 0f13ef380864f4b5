// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent.h"

#include <errno.h>
#include <stdlib.h>

#include "core/health.h"
#include "io/defrag.h"
#include "io/hostfacts.h"
#include "io/log.h"

#include <linux/nf_rg.h>

/* Is this machine set up for what the configuration wants of it? */

static enum health_module module_state(int err)
{
	switch (err) {
	case 0:
		return HEALTH_MODULE_OK;
	case -ENODEV:
		return HEALTH_MODULE_NONE;
	case -EPROTO:
		return HEALTH_MODULE_VERSION;
	case -EBUSY:
		return HEALTH_MODULE_BUSY;
	default:
		return HEALTH_MODULE_OTHER;
	}
}

/* A standby tells how many connections its table takes; of several the largest counts. */
static int64_t peer_table(const struct agent *a)
{
	const struct group *g;
	int64_t max = 0;

	for_each_group(a, g) {
		const struct synclink_group_stats *st;

		if (!g->sync || !synclink_up(g->sync) || election_role(&g->e) != RG_ROLE_ACTIVE)
			continue;
		st = synclink_group_stats(g->sync, g->id);
		if (st->peer_table_max > max)
			max = st->peer_table_max;
	}
	return max;
}

/*
 * The module asks for connection tracking of both families with the first group of a namespace, and
 * has no group where it does not get it; the kernel registers defragmentation before the hooks of
 * tracking.
 */
static bool tracked(struct agent *a)
{
	struct knl_group *k = malloc(sizeof(*k));
	bool found = false;

	for (uint32_t i = 0; k && knl_present(&a->knl) && i < a->conf->n_groups && !found; i++)
		found = !knl_group_get(&a->knl, a->conf->group[i].id, k);
	free(k);
	return found;
}

static enum health_reassembly reassembly_state(struct agent *a)
{
	enum defrag d = a->hooks_told ? defrag_look(RG_V4) : DEFRAG_UNKNOWN;
	bool wants = false;

	for (uint32_t i = 0; i < a->conf->n_ifs; i++)
		wants |= a->conf->iface[i].reassembly;
	if (!wants)
		return HEALTH_REASSEMBLY_UNWANTED;
	if (d == DEFRAG_UNKNOWN && tracked(a))
		d = defrag_loaded() ? DEFRAG_IN_FORCE : DEFRAG_MISSING;
	switch (d) {
	case DEFRAG_IN_FORCE:
		return HEALTH_REASSEMBLY_IN_FORCE;
	case DEFRAG_MISSING:
		return HEALTH_REASSEMBLY_MISSING;
	default:
		return HEALTH_REASSEMBLY_UNKNOWN;
	}
}

/**
 * hostcheck_reassembly() - log whether `ip virtual-reassembly` is in force, if it is configured
 * @a: the daemon
 */
void hostcheck_reassembly(struct agent *a)
{
	switch (reassembly_state(a)) {
	case HEALTH_REASSEMBLY_UNWANTED:
		break;
	case HEALTH_REASSEMBLY_IN_FORCE:
		log_info("NAT", "ip virtual-reassembly is in force");
		break;
	case HEALTH_REASSEMBLY_MISSING:
		log_warnx("NAT", "ip virtual-reassembly is not in force: %s",
			  "nothing here puts fragments together before the first group");
		break;
	case HEALTH_REASSEMBLY_UNKNOWN:
		log_warnx("NAT", "ip virtual-reassembly may not be in force: %s",
			  "this kernel does not tell its hooks, and has no group");
		break;
	}
}

/**
 * hostcheck() - judge the settings of this machine
 * @a: the daemon
 * @h: gets the judgements
 *
 * Return: 0 or -errno.
 */
int hostcheck(struct agent *a, struct health *h)
{
	struct health_facts *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return -ENOMEM;
	err = hostfacts_look(a->ifs, a->conf, a->taken, a->n_taken, f);
	if (!err) {
		f->module = module_state(a->kernel_err);
		f->module_version = a->att.module_version;
		f->agent_version = NF_RG_VERSION;
		f->peer_ct_max = peer_table(a);
		f->reassembly = reassembly_state(a);
		health_judge(f, h);
	}
	free(f);
	return err;
}

/**
 * hostcheck_log() - log what is not as wanted
 * @a: the daemon
 */
void hostcheck_log(struct agent *a)
{
	struct health *h = calloc(1, sizeof(*h));
	int err = h ? hostcheck(a, h) : -ENOMEM;

	for (uint32_t i = 0; !err && i < h->n; i++) {
		const struct health_line *l = &h->line[i];

		if (!l->ok)
			log_warnx("CHECK", "%s: %s, wanted is %s: %s", l->what, l->value,
				  l->wanted, l->command);
	}
	if (err)
		log_warnx("CHECK", "the settings of this machine could not be read");
	free(h);
}
