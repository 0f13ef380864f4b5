// SPDX-License-Identifier: GPL-2.0-or-later
#include "lineq.h"

#include <string.h>

/*
 * The turn of a place that is to be filled is its number among all that were ever filled; one more
 * when it is filled; that of the next round when it was emptied.
 */

/**
 * lineq_init() - no lines
 * @q: overwritten
 *
 * Before any other thread knows of it.
 */
void lineq_init(struct lineq *q)
{
	memset(q, 0, sizeof(*q));
	for (unsigned int i = 0; i < LINEQ_LINES; i++)
		atomic_init(&q->place[i].turn, i);
}

/**
 * lineq_put() - one more line
 * @q: the queue
 * @prio: as the reader shall get it
 * @wall_us: likewise
 * @text: cut to what a place holds
 *
 * From any thread.
 *
 * Return: false: it is full.
 */
bool lineq_put(struct lineq *q, int prio, int64_t wall_us, const char *text)
{
	unsigned int n = atomic_load_explicit(&q->head, memory_order_relaxed);
	struct lineq_line *l;
	size_t len;

	for (;;) {
		unsigned int turn = atomic_load_explicit(&q->place[n % LINEQ_LINES].turn,
							 memory_order_acquire);

		if (turn == n && atomic_compare_exchange_weak_explicit(&q->head, &n, n + 1,
								       memory_order_relaxed,
								       memory_order_relaxed))
			break;
		/* Not emptied since the round before. */
		if ((int)(turn - n) < 0) {
			atomic_fetch_add_explicit(&q->lost, 1, memory_order_relaxed);
			return false;
		}
		n = atomic_load_explicit(&q->head, memory_order_relaxed);
	}
	l = &q->place[n % LINEQ_LINES].line;
	len = strnlen(text, LINEQ_BYTES - 1);
	memcpy(l->text, text, len);
	l->text[len] = '\0';
	l->prio = prio;
	l->wall_us = wall_us;
	atomic_store_explicit(&q->place[n % LINEQ_LINES].turn, n + 1, memory_order_release);
	return true;
}

/**
 * lineq_take() - the oldest line
 * @q: the queue
 * @out: gets it
 *
 * From one thread only.
 *
 * Return: false: there is none, or it is being written.
 */
bool lineq_take(struct lineq *q, struct lineq_line *out)
{
	unsigned int n = q->tail;
	struct lineq_line *l = &q->place[n % LINEQ_LINES].line;

	if (atomic_load_explicit(&q->place[n % LINEQ_LINES].turn, memory_order_acquire) != n + 1)
		return false;
	*out = *l;
	q->tail = n + 1;
	atomic_store_explicit(&q->place[n % LINEQ_LINES].turn, n + LINEQ_LINES,
			      memory_order_release);
	return true;
}

/**
 * lineq_lost() - lines that were not queued
 * @q: the queue
 *
 * Return: how many.
 */
uint64_t lineq_lost(const struct lineq *q)
{
	return atomic_load_explicit(&q->lost, memory_order_relaxed);
}
