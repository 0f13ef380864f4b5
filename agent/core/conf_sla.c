// SPDX-License-Identifier: GPL-2.0-or-later
#include "conf_store.h"

#include <stddef.h>
#include <string.h>

/* Operations, sorted by number. */

_Static_assert(!offsetof(struct conf_sla, id), "the key comes first");

static uint32_t place(const struct conf *c, uint32_t id)
{
	uint32_t i = 0;

	while (i < c->n_slas && c->sla[i].id < id)
		i++;
	return i;
}

/**
 * conf_sla - look up an operation
 * @c: the configuration
 * @id: its number
 *
 * Return: the operation or NULL.
 */
const struct conf_sla *conf_sla(const struct conf *c, uint32_t id)
{
	uint32_t i = place(c, id);

	return i < c->n_slas && c->sla[i].id == id ? &c->sla[i] : NULL;
}

/**
 * conf_sla_init - an operation with its defaults
 * @s: the operation
 * @id: its number
 */
void conf_sla_init(struct conf_sla *s, uint32_t id)
{
	memset(s, 0, sizeof(*s));
	s->id = id;
	s->frequency_s = CONF_DEF_SLA_FREQUENCY;
	s->timeout_ms = CONF_DEF_SLA_TIMEOUT;
	s->threshold_ms = CONF_DEF_SLA_THRESHOLD;
}

/**
 * conf_get_sla - find or make an operation
 * @c: the configuration
 * @id: its number
 * @line: line that names it
 *
 * Return: the operation, NULL: no room.
 */
struct conf_sla *conf_get_sla(struct conf *c, uint32_t id, uint32_t line)
{
	uint32_t i = place(c, id);
	struct conf_sla *s = &c->sla[i];

	if (conf_sla(c, id))
		return s;
	if (c->n_slas == CONF_MAX_SLAS)
		return NULL;
	memmove(s + 1, s, (c->n_slas - i) * sizeof(*s));
	c->n_slas++;
	conf_sla_init(s, id);
	s->line = line;
	return s;
}

/**
 * conf_drop_sla - remove an operation
 * @c: the configuration
 * @id: its number
 *
 * Return: false when there was none.
 */
bool conf_drop_sla(struct conf *c, uint32_t id)
{
	uint32_t i = place(c, id);
	struct conf_sla *s = &c->sla[i];

	if (!conf_sla(c, id))
		return false;
	c->n_slas--;
	memmove(s, s + 1, (c->n_slas - i) * sizeof(*s));
	memset(&c->sla[c->n_slas], 0, sizeof(*s));
	return true;
}

/**
 * conf_sla_diff - what differs between two operations of one number
 * @a: one
 * @b: the other
 *
 * Return: CONF_SLA_WHAT and so on; 0: nothing.
 */
uint32_t conf_sla_diff(const struct conf_sla *a, const struct conf_sla *b)
{
	uint32_t bits = 0;

	if (a->kind != b->kind || a->port != b->port ||
	    a->scheduled != b->scheduled || !addr_equal(&a->dst, &b->dst) ||
	    !addr_equal(&a->source, &b->source) || strcmp(a->name, b->name))
		bits |= CONF_SLA_WHAT;
	if (a->frequency_s != b->frequency_s ||
	    a->timeout_ms != b->timeout_ms ||
	    a->threshold_ms != b->threshold_ms)
		bits |= CONF_SLA_TIMES;
	return bits;
}
