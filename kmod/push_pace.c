// SPDX-License-Identifier: GPL-2.0
/*
 * When a batch goes, and with what.
 *
 * The first change after a pause goes at once; after that a batch goes every PUSH_INTERVAL ms or
 * NF_RG_BATCH_RECORDS records.  It leaves alone what changed less than PUSH_AGE ms ago: many
 * connections are over by then, and one record says all of them.
 */
#include "push_pace.h"

#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include "push.h"
#include "verify.h"

#define PUSH_INTERVAL	20	/* ms between two batches that are not full */
#define PUSH_AGE	12	/* ms that a change waits at least for others of its connection */

static struct workqueue_struct *push_wq;

/**
 * nf_rg_push_pace_init - make the queue that batches are written in
 *
 * Return: 0 or -ENOMEM.
 */
int nf_rg_push_pace_init(void)
{
	push_wq = alloc_workqueue("nf_rg", WQ_UNBOUND | WQ_HIGHPRI, 0);
	return push_wq ? 0 : -ENOMEM;
}

/**
 * nf_rg_push_pace_exit - undo nf_rg_push_pace_init(); no group is left
 */
void nf_rg_push_pace_exit(void)
{
	destroy_workqueue(push_wq);
}

/**
 * nf_rg_push_window_full - do as many batches wait for an answer as may?
 * @g: the group, locked
 *
 * Return: whether.
 */
bool nf_rg_push_window_full(const struct nf_rg_group *g)
{
	return g->seq - g->acked >= g->rn->window;
}

/* Was nothing sent for so long that a change need not wait?  Context: the group's lock. */
static bool rested(const struct nf_rg_group *g)
{
	return jiffies - g->push_last >= 2 * msecs_to_jiffies(PUSH_INTERVAL);
}

/**
 * nf_rg_push_all - does everything have to go, however young?
 * @g: the group, locked
 *
 * A proof that both tables are equal, a repair and a hand-over wait for a moment in which nothing
 * is pending.
 *
 * Return: whether.
 */
bool nf_rg_push_all(const struct nf_rg_group *g)
{
	return rested(g) || g->stage != NF_RG_STAGE_DONE || !nf_rg_verify_rests(g) || g->no_new;
}

/**
 * nf_rg_push_ripe - is a change old enough to be sent?
 * @e: an entry whose place is NF_RG_PLACE_DIRTY, its group locked
 *
 * Return: whether.
 */
bool nf_rg_push_ripe(const struct nf_rg_entry *e)
{
	return (u16)((u16)jiffies - e->seq) >= (u16)msecs_to_jiffies(PUSH_AGE);
}

/**
 * nf_rg_push_due - may the change that waits longest be sent?
 * @g: the group, locked
 *
 * Return: whether there is one and it may.
 */
bool nf_rg_push_due(const struct nf_rg_group *g)
{
	return !list_empty(&g->dirty) &&
	       (nf_rg_push_all(g) ||
		nf_rg_push_ripe(list_first_entry(&g->dirty, struct nf_rg_entry, list)));
}

/* Jiffies until a change that is made now goes with the next batch.  Context: the group's lock. */
static unsigned long wait_for(const struct nf_rg_group *g)
{
	unsigned long interval = msecs_to_jiffies(PUSH_INTERVAL);
	unsigned long age = msecs_to_jiffies(PUSH_AGE);
	unsigned long since = jiffies - g->push_last;

	if (rested(g))
		return 0;
	return since + age < interval ? interval - since : age;
}

/**
 * nf_rg_push_kick - something is pending: see to it that it is sent in time
 * @g: the group, locked
 */
void nf_rg_push_kick(struct nf_rg_group *g)
{
	if (!g->session || nf_rg_push_window_full(g))
		return;
	if (!g->kicked) {
		g->kicked = true;
		if (rested(g))
			nf_rg_stat_inc(g->rn, NF_RG_STAT_PUSH_FIRST);
		/* It may wait already, for the time to try refused entries again. */
		nf_rg_push_in(g, wait_for(g));
	} else if (g->n[NF_RG_PLACE_DIRTY] + g->n_tombs == NF_RG_BATCH_RECORDS) {
		nf_rg_stat_inc(g->rn, NF_RG_STAT_PUSH_FULL);
		nf_rg_push_in(g, 0);
	}
}

/**
 * nf_rg_push_soon - something will be pending in a moment: see to it that it is sent then
 * @g: the group, locked
 */
void nf_rg_push_soon(struct nf_rg_group *g)
{
	if (!g->session || nf_rg_push_window_full(g) || g->kicked)
		return;
	nf_rg_push_later(g);
}

/**
 * nf_rg_push_in - have the lists drained
 * @g: the group, locked
 * @in: jiffies from now
 */
void nf_rg_push_in(struct nf_rg_group *g, unsigned long in)
{
	mod_delayed_work(push_wq, &g->push_work, in);
}

/**
 * nf_rg_push_now - a batch is to go
 * @g: the group, locked
 */
void nf_rg_push_now(struct nf_rg_group *g)
{
	g->kicked = true;
	nf_rg_push_in(g, 0);
}

/**
 * nf_rg_push_later - a batch is to go, after the usual time
 * @g: the group, locked
 */
void nf_rg_push_later(struct nf_rg_group *g)
{
	g->kicked = true;
	nf_rg_push_in(g, msecs_to_jiffies(PUSH_INTERVAL));
}

/**
 * nf_rg_push_queue - have other work of sending done
 * @work: what
 */
void nf_rg_push_queue(struct work_struct *work)
{
	queue_work(push_wq, work);
}
